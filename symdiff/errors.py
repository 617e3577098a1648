"""What users meet when something is wrong: places, problems, exceptions.

By hand, once.  The frontend meets a ``try`` at line 3 of ``model.py``; it looks the code up in the table
(`symdiff.error_codes`), fills the template, and collects the problem instead of stopping there::

    problems.append(refuse("SD203", loc, source_line="    try:"))

At the end of the function all problems are raised at once, in source order, and print as

    model.py:3:5: SD203 `try` is not supported
        try:
        ^^^^
      why: which statements ran would depend on a run-time exception, …
      rewrite: test the condition before: `if ok(x): …`

Nothing here imports the rest of the package: every other module may import this one.
"""

from __future__ import annotations

import linecache
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from symdiff.error_codes import CODES, GROUPS, CodeInfo, codes_table_markdown

__all__ = [
    "CODES",
    "GROUPS",
    "CheckError",
    "CodeInfo",
    "CompileError",
    "Loc",
    "Problem",
    "SymdiffError",
    "UsageError",
    "codes_table_markdown",
    "refuse",
    "why_no_file",
]

_TAB_STOP = 4
_MAX_COLUMNS = 120  # a source line wider than this is shown as a window around its caret
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Loc:
    """A span of the user's source.

    Lines are 1-based and absolute in the file; columns are 0-based and count characters (`ast` counts UTF-8 bytes:
    `symdiff.frontend.source.Source.loc` converts).  `first_line` is that of the function the span lies in.
    `under` are the `with np.errstate(…)` around it, outermost first: see `symdiff.ir.errstate`.  `calls` are the calls
    that it is compiled into its caller with, outermost first, each as a function's name and a number; `again` marks
    what repeats an access that has succeeded.  Both are no part of what a place is, and not written where one is.

    >>> loc = Loc("model.py", line=12, col=4, end_line=12, end_col=9, function="neuron", first_line=11)
    >>> str(loc), loc.relative
    ('model.py:12:5', '2:5')
    """

    file: str
    line: int
    col: int
    end_line: int
    end_col: int
    function: str = ""
    first_line: int = 1
    under: tuple[tuple[tuple[str, str], ...], ...] = ()
    calls: tuple[tuple[str, int], ...] = field(default=(), compare=False, repr=False)
    again: bool = field(default=False, compare=False, repr=False)

    @property
    def relative(self) -> str:
        """``line:col``, both 1-based, the line counted from the function's first: what generated comments print."""
        return f"{self.line - self.first_line + 1}:{self.col + 1}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col + 1}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the user's function: where, what, why, and the smallest rewrite that is accepted."""

    code: str
    loc: Loc | None
    what: str
    why: str = ""
    rewrite: str = ""
    source_line: str | None = None
    notes: tuple[tuple[Loc, str], ...] = ()

    def render(self) -> str:
        """The problem as users read it (several lines, no final newline)."""
        place = f"{self.loc}: " if self.loc is not None else ""
        lines = [f"{place}{self.code} {self.what}"]
        if self.loc is not None and self.source_line:
            lines += caret_lines(self.source_line, self.loc)
        if self.why:
            lines.append(f"  why: {self.why}")
        if self.rewrite:
            lines.append(f"  rewrite: {self.rewrite}")
        lines += [f"  {loc}: {text}" for loc, text in self.notes]
        return "\n".join(lines)


def refuse(
    code: str,
    loc: Loc | None = None,
    *,
    source_line: str | None = None,
    notes: Iterable[tuple[Loc, str]] = (),
    why: str | None = None,
    rewrite: str | None = None,
    **fields: object,
) -> Problem:
    """The problem `code` of the table, its templates filled with `fields`.

    `why` and `rewrite` replace the table's where the caller knows better.  Without `source_line` the line is
    looked up in `linecache`.  A field that the template names and the caller does not give is a `KeyError`.

    >>> refuse("SD320", name="wieght").what
    'name `wieght` is not defined'
    """
    info = CODES[code]
    if source_line is None and loc is not None:
        source_line = linecache.getline(loc.file, loc.line) or None
    return Problem(
        code,
        loc,
        info.what.format(**fields),
        info.why.format(**fields) if why is None else why,
        info.rewrite.format(**fields) if rewrite is None else rewrite,
        source_line,
        tuple(notes),
    )


class SymdiffError(Exception):
    """Base of every error that symdiff raises; `code` is the stable ``SDnnn``.

    >>> str(UsageError.of("SD702", name="w9", function="neuron", parameters="x1, w1"))
    'SD702 neuron has no parameter `w9` to differentiate by; it has: x1, w1'
    """

    code: str

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.code = code

    def __str__(self) -> str:
        return f"{self.code} {self.args[0]}".strip()

    @classmethod
    def of(cls, code: str, /, **fields: object) -> Self:
        """The error `code` of the table; its `rewrite`, where there is one, ends the message."""
        info = CODES[code]
        message = info.what.format(**fields)
        if info.rewrite:
            message += f" ({info.rewrite.format(**fields)})"
        return cls(message, code=code)


class CompileError(SymdiffError):
    """The function cannot be compiled; `problems` are all that is wrong with it, in source order, each once.

    Its text is the report: of each problem the place, the line with a caret, why it is one, and what to write instead.
    `code` is that of the first problem.

    >>> str(CompileError.of("SD101", name="f", reason="it was typed at a prompt")).splitlines()[0]
    'SD101 no source found for f: it was typed at a prompt'
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_source_order(problems)
        if not self.problems:
            raise ValueError("a CompileError needs at least one problem")
        super().__init__("", code=self.problems[0].code)
        self.args = (self.problems,)  # what pickle calls the class with

    def __str__(self) -> str:
        report = "\n\n".join(problem.render() for problem in self.problems)
        count = len(self.problems)
        return report if count == 1 else f"{report}\n\n{count} problems"

    @classmethod
    def of(cls, code: str, /, **fields: Any) -> Self:
        """A report of one problem; takes what `refuse` takes: ``CompileError.of("SD101", name="f", reason="…")``."""
        return cls([refuse(code, **fields)])


class CheckError(SymdiffError, TypeError):
    """A call whose arguments are not what the function was compiled for."""


class UsageError(SymdiffError, ValueError):
    """A wrong `argnums`, `wrt`, target or option: the call of symdiff itself is wrong."""


def why_no_file(path: Path) -> str:
    """Why a path where no regular file stands cannot be read or replaced as one."""
    if os.path.isdir(path):  # unlike the methods of paths, these answer for names that no file can have
        return "it is a folder"
    return "it is a device or a pipe, no file" if os.path.exists(path) else "there is no such file"


def in_source_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by place, files in the order they first appear, problems without a place last; repetitions dropped.

    The same line compiled for two call paths reports twice: equal code, place and text are one problem.
    """
    unique = {(p.code, p.loc, p.what): p for p in reversed(list(problems))}
    first_seen = list(reversed(unique.values()))
    files: dict[str, int] = {}
    for problem in first_seen:
        if problem.loc is not None:
            files.setdefault(problem.loc.file, len(files))

    def place(problem: Problem) -> tuple[int, int, int, str]:
        if problem.loc is None:
            return (len(files), 0, 0, problem.code)
        return (files[problem.loc.file], problem.loc.line, problem.loc.col, problem.code)

    return tuple(sorted(first_seen, key=place))


def caret_lines(source_line: str, loc: Loc) -> list[str]:
    """The source line and the carets under its span, as a terminal aligns them.

    Tabs are expanded, wide characters take two columns, combining ones none, unprintable ones become U+FFFD.
    A span of several lines is underlined to the end of its first.

    >>> print("\\n".join(caret_lines("    y = f(x)", Loc("m.py", 1, 8, 1, 12))))
        y = f(x)
            ^^^^
    """
    text = source_line.rstrip()
    end = loc.end_col if loc.end_line == loc.line else len(text)
    indent = len(text) - len(text.lstrip())
    cells: list[str] = []  # the text printed for each character, from the first that is not blank
    marks: list[str] = []
    column = 0
    for position, char in enumerate(text[indent:], start=indent):
        shown, width = _cell(char, column)
        column += width
        cells.append(shown)
        marks.append(("^" if loc.col <= position < end else " ") * width)
    return _window(cells, marks, max(loc.col - indent, 0))


def _cell(char: str, column: int) -> tuple[str, int]:
    """What is printed for one character at a display column, and how many columns it takes."""
    if char == "\t":
        width = _TAB_STOP - column % _TAB_STOP
        return " " * width, width
    if unicodedata.category(char) in ("Mn", "Me"):
        return char, 0
    if not char.isprintable():  # also escape sequences and bidirectional controls
        return "\N{REPLACEMENT CHARACTER}", 1
    return char, 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _window(cells: list[str], marks: list[str], caret: int) -> list[str]:
    """Both lines, cut to the columns around position `caret` where the source line is long."""
    start, stop = 0, len(cells)
    if sum(map(len, marks)) > _MAX_COLUMNS:
        start = max(0, min(caret - _MAX_COLUMNS // 3, stop - _MAX_COLUMNS))
        stop = min(stop, start + _MAX_COLUMNS)
    before, after = "…" * (start > 0), "…" * (stop < len(cells))
    shown = _INDENT + before + "".join(cells[start:stop]) + after
    under = _INDENT + " " * len(before) + "".join(marks[start:stop])
    if "^" not in under:  # an empty span, or one past the end of the line
        width = sum(map(len, marks[start : min(caret, stop)]))
        under = _INDENT + " " * (len(before) + width) + "^"
    return [shown, under.rstrip()]
