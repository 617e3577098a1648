"""What the templates see: finished lines, nothing left to decide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

_WIDEST = 56  # a longer line does not push the comments of its function further right


Origins = tuple[tuple[str, int], ...]  # lines of the user's source: file, number


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a function: nesting depth below the `def`, text, and a comment or nothing."""

    depth: int
    text: str
    comment: str = ""
    pad: str = ""  # the blanks that align the comment
    origins: Origins = ()


@dataclass(frozen=True, slots=True)
class FunctionView:
    """One function: its `def` line(s), the docstring as a literal (or nothing), the body."""

    header: str
    doc: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ModuleView:
    """One module: docstring literal, imports, `__all__`, constants, classes, functions in order, and the self-check."""

    doc: str
    imports: tuple[str, ...]
    exports: str
    constants: tuple[str, ...]
    classes: tuple[str, ...]
    functions: tuple[FunctionView, ...]
    helpers: tuple[str, ...]
    check: str


def aligned(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The same lines with their comments in one column."""
    widths = [len(x.text) + 4 * x.depth for x in lines if x.comment]
    column = max((w for w in widths if w <= _WIDEST), default=_WIDEST) + 2
    return tuple(
        replace(x, comment=comment_text(x.comment), pad=" " * max(2, column - len(x.text) - 4 * x.depth))
        if x.comment
        else x
        for x in lines
    )


def comment_text(text: str) -> str:
    """Text that stays one comment: no line ends, nothing invisible."""
    return "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for c in unicodedata.normalize("NFC", " ".join(text.split()))
    )


def doc_literal(text: str) -> str:
    """A docstring literal that means exactly `text`, whatever stands in it."""
    shown = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in shown)
    if shown.endswith('"'):
        shown = shown[:-1] + '\\"'
    return f'"""{shown}"""'
