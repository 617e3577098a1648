"""Running text as modules and notebook cells do, and what is said of what is found in it."""

from __future__ import annotations

import ast
import linecache
import textwrap
from pathlib import Path

import pytest

from symdiff.errors import CompileError
from symdiff.frontend.source import Source, load


def run_file(path: Path, text: str) -> dict[str, object]:
    """Write and run a module as an import would, without pytest's rewriting."""
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    module: dict[str, object] = {"__name__": path.stem, "__file__": str(path)}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True), module)
    return module


def run_notebook(name: str, text: str, flags: int = 0) -> dict[str, object]:
    """Run a cell as IPython does: the text is in linecache only."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module: dict[str, object] = {"__name__": "__main__"}
    exec(compile(text, name, "exec", flags, dont_inherit=True), module)
    return module


def body(source: Source) -> str:
    """The text of a lambda's body."""
    assert isinstance(source.node, ast.Lambda)
    return source.text(source.node.body)


def report(fun: object, **options: str) -> str:
    with pytest.raises(CompileError) as caught:
        load(fun, **options)
    return str(caught.value)
