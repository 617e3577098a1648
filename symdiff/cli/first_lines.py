"""How a generated module was made: the command in its first line, and where that command finds its source.

    # symdiff generate examples/neuron.py::neuron --wrt w1,w2,b -O2

The path starts at the nearest folder above the generated file from which it leads to the source: the repository's,
usually.  So the line is the same on every machine, and `verify` can repeat it wherever it stands.
"""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from symdiff.cli.targets import Target
from symdiff.errors import UsageError
from symdiff.ir.types import AVal
from symdiff.signature import Signature, Static, tree_text
from symdiff.trees import Tree

_START = "# symdiff generate "
_HEAD = 4000


def command(options: Namespace, target: str, signature: Signature | None) -> str:
    """The words that make the same text again; an example is written as the types that it gave.

    Without a signature the target is a file, all functions of which are compiled as they are declared.
    """
    words = [target]
    if options.wrt:
        words += ["--wrt", options.wrt]
    types = types_text(signature) if signature and (options.types or options.example) else ""
    if types:
        words += ["--types", types]
    words += [f"-O{options.level}"]
    words += [f"--{kind}" for kind in ("jvp", "hvp") if getattr(options, kind)]
    if options.borrow:
        words.append("--borrow")
    if options.name:
        words += ["--name", options.name]
    text = shlex.join(words)
    if not text.isprintable():
        raise UsageError(f"target and options must be printable: {text!r}", code="SD709")
    return text


def with_command(text: str, words: str) -> str:
    return f"{_START}{words}\n{text}"


def recorded(path: Path) -> list[str] | None:
    """The words of the command that made a file; None where symdiff did not make it by a command."""
    first = _head(path).split("\n", 1)[0]
    return shlex.split(first.removeprefix(_START)) if first.startswith(_START) else None


def _head(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(_HEAD)


def types_text(signature: Signature) -> str:
    """A signature as `--types` reads it; UsageError for a structure that cannot be written there."""
    for argument in signature.arguments:
        _check_written(argument.name, argument.tree, iter(argument.leaves))
    return ", ".join(f"{a.name}={tree_text(a.tree, iter(a.leaves))}" for a in signature.arguments)


def _check_written(name: str, tree: Tree, leaves: Iterator[AVal | Static]) -> None:
    if tree.kind == "leaf":
        leaf = next(leaves)
        if isinstance(leaf, Static) and type(leaf.value) not in (bool, int, float, str, type(None)):
            raise UsageError(f"argument {name} is {leaf}, which a command cannot write", code="SD716")
        return
    if tree.kind not in ("dict", "list", "tuple"):
        raise UsageError(f"argument {name} is a {tree.kind}, which a command cannot write", code="SD716")
    for child in tree.children:
        _check_written(name, child, leaves)


# Where the source is ------------------------------------------------------------------------------------------------


def relative_place(target: Target, output: Path | None) -> str:
    """The path of a target's file as the command writes it."""
    if target.file is None:
        return target.place
    source = target.file.resolve()
    above = _above(output) if output is not None else [Path.cwd()]
    for folder in above:
        if source.is_relative_to(folder) and found_from(output, source.relative_to(folder).as_posix()) == source:
            return source.relative_to(folder).as_posix()
    return source.relative_to(Path.cwd()).as_posix() if source.is_relative_to(Path.cwd()) else source.name


def found_from(output: Path | None, place: str) -> Path | None:
    """The file that a recorded path leads to, seen from a generated file."""
    for folder in _above(output) if output is not None else [Path.cwd()]:
        if (folder / place).is_file():
            return (folder / place).resolve()
    return None


def _above(output: Path) -> list[Path]:
    return list(output.resolve().parents)
