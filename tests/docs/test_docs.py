"""The documentation runs: every Python block, formula file, `$ symdiff` line and docstring example."""

import doctest
import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

import symdiff

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "symdiff").rglob("*.py"))
]
# What a shown command may be; others (`make test`) are for people.
PROGRAMS = {"symdiff": [sys.executable, "-m", "symdiff"], "python": [sys.executable]}
FENCE = re.compile(r"^(?P<indent> *)(?P<mark>`{3,})(?P<info>[^`]*)$")


class Block(NamedTuple):
    line: int  # of its first line of code, from 1
    info: str
    code: str


class Command(NamedTuple):
    line: int
    words: list[str]
    output: str  # as shown; empty means that the page shows none


def blocks(text: str) -> Iterator[Block]:
    opening: re.Match[str] | None = None
    start, code = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        fence = FENCE.match(line)
        if opening is None and fence:
            opening, start, code = fence, number + 1, []
        elif opening is not None and fence and fence["mark"] == opening["mark"] and not fence["info"].strip():
            yield Block(start, opening["info"].strip(), dedent("\n".join(code) + "\n"))
            opening = None
        else:
            code.append(line)
    if opening is not None:
        raise ValueError(f"the block that starts at line {start} is not closed")


def commands(block: Block) -> Iterator[Command]:
    """Each `$ …` line of a console block with the output shown below it; a final backslash continues a line."""
    entries = re.split(r"^\$ ", block.code, flags=re.MULTILINE)
    line = block.line + entries[0].count("\n")
    for entry in entries[1:]:
        command, _, output = entry.replace("\\\n", " ").partition("\n")
        yield Command(line, shlex.split(command, comments=True), output)
        line += entry.count("\n")


def run_command(command: Command, page: Path, folder: Path) -> None:
    program = PROGRAMS.get(command.words[0])
    if program is None:
        return
    env = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    done = subprocess.run(
        [*program, *command.words[1:]], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    place = f"{page.name}:{command.line}"
    assert done.returncode == 0, f"{place}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    same = doctest.OutputChecker().check_output(command.output, done.stdout, doctest.ELLIPSIS)
    assert not command.output or same, f"{place}: shown\n{command.output}\nprinted\n{done.stdout}"


def write_code(page: Path, found: list[Block], folder: Path) -> Path:
    """A file that holds the page's Python alone, at the page's line numbers: the compiler reads functions from it."""
    lines = [""] * len(page.read_text(encoding="utf-8").splitlines())
    for block in found:
        if block.info == "python":
            code = block.code.splitlines()
            lines[block.line - 1 : block.line - 1 + len(code)] = code
    target = folder / f"{page.stem.lower()}_page.py"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def at_line(block: Block) -> str:
    return "\n" * (block.line - 1) + block.code


def run_formulas(block: Block, page: Path, folder: Path) -> None:
    """Compiles every function of a formula file; `sd name=model.sd` puts the file where the commands find it."""
    from symdiff.frontend.dsl.files import read

    for name in read(block.code, f"{page.name}:{block.line}").functions:
        assert symdiff.generate(symdiff.from_dsl(block.code, name))
    _, _, name = block.info.partition(" name=")
    if name:
        (folder / name).write_text(block.code, encoding="utf-8")


def run_page(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the Python of a page in `folder` as one module, as pickle and dataclasses want, then its commands.

    One module is one compilation: CPython compiles `np.sum(x)` differently where it sees `import numpy as np`.
    """
    found = list(blocks(page.read_text(encoding="utf-8")))
    for block in found:
        if block.info.split(" ")[0] == "sd":
            run_formulas(block, page, folder)
    path = write_code(page, found, folder)
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, path.stem, module)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(folder)
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), vars(module))
    for block in found:
        if block.info == "python no-run":
            compile(at_line(block), page, "exec", dont_inherit=True)
        elif block.info == "console":
            for command in commands(block):
                run_command(command, page, folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
        shutil.copytree(ROOT / "generated", tmp_path / "generated")
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_runs(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_page(page, folder, monkeypatch)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_local_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`\n]+`", "", page.read_text(encoding="utf-8"))  # `experts[k](x)` is no link
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text)
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


PAGE = """\
# A page

```python
import inspect
def f(x):
    return x + 1
```

1. in a list

   ```python
   assert f(1) == 2
   assert inspect.getsource(f) == "def f(x):\\n    return x + 1\\n"
   assert f.__code__.co_firstlineno == 5
   ```

```python no-run
f(unknown)
```

```sd name=page.sd
f(x; w) = w x
```

```console
$ symdiff show page.sd --stage types
y: float
$ python -c 'print(1);\\
print(2)'
1
...
$ make test
```
"""


def written(tmp_path: Path, text: str) -> Path:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


def test_a_right_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_page(written(tmp_path, PAGE), tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("== 2", "== 3"),
        ("f(unknown)", "f(unknown"),
        ("\n1\n", "\n0\n"),
        ("print(1)", "print(unknown)"),
        ("= w x", "= w x +"),
        ("y: float", "y: int"),
    ],
)
def test_a_wrong_page_fails(right: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = written(tmp_path, PAGE.replace(right, wrong))
    with pytest.raises((AssertionError, SyntaxError, symdiff.CompileError)):
        run_page(page, tmp_path, monkeypatch)


def test_an_open_block_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 2 is not closed"):
        list(blocks("```python\nx = 1\n"))
