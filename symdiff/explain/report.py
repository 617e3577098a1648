"""One page about a compilation: source beside generated code, stages, picture, what is saved, the numerical check.

The page is HTML that is XML as well, needs no network and no other file, and nothing of the user's is markup in it:
Jinja2 escapes every field but those of type `Markup`, which `mathml` and `circuit.svg` made of escaped parts.
"""

from __future__ import annotations

import keyword
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NewType

from symdiff.codegen.render import FOLDERS
from symdiff.codegen.view import Origins
from symdiff.explain import formulas, mathml
from symdiff.explain.circuit.svg import svg
from symdiff.explain.drawn import circuit, local_value, number_text
from symdiff.explain.stages import ARGUMENT, PARAMETER, Derivation, Stage
from symdiff.ir import template
from symdiff.tokens import tokens

if TYPE_CHECKING:
    import jinja2

Markup = NewType("Markup", str)  # text whose parts are escaped
_MOST_SIGNS = 1000  # of a picture on a page


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a line of code: `kind` is "keyword", "string", "comment", "number" or ""."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of code; `origins` are the marks of the source lines that it comes from, of a source line its own."""

    number: int
    pieces: tuple[Piece, ...]
    origins: str = ""


@dataclass(frozen=True, slots=True)
class SourceView:
    """One function of the user's."""

    title: str
    lines: tuple[CodeLine, ...]


@dataclass(frozen=True, slots=True)
class Local:
    """A local derivative of a stage, and its value."""

    formula: Markup
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """One stage, or an argument, of the table."""

    formula: Markup
    inside: str  # the loops, branches and helpers around it
    place: str
    origins: str
    shape: str
    value: str
    gradient: str
    locals: tuple[Local, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the module's header."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """The numerical check: `state` is "passed", "failed" or "not run"."""

    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the templates see."""

    title: str
    place: str
    first: str  # the mark of the function's first line, up to its number, and the number
    first_line: int
    has_values: bool
    facts: tuple[Fact, ...]
    costs: tuple[Fact, ...]
    rows: tuple[Row, ...]
    signs: int  # operations in the picture
    picture: Markup  # empty where it would be too large to be read
    sources: tuple[SourceView, ...]
    code: tuple[CodeLine, ...]
    check: Check


@dataclass(frozen=True, slots=True)
class SourceText:
    """A function's text: the file as locations name it, how people call it, and the lines from the first on."""

    file: str
    title: str
    first_line: int
    lines: tuple[str, ...]


def page(report: Report) -> str:
    """The whole page."""
    return _environment().get_template("report.html.j2").render(report=report)


def short(made: Derivation) -> str:
    """The short form for notebooks: the table of stages and the picture."""
    template = _environment().get_template("report_short.html.j2")
    return template.render(rows=rows(made, ""), has_values=made.has_values, picture=Markup(svg(circuit(made), 1000.0)))


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(f) for f in FOLDERS]),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_plain,
    )


def _plain(value: object) -> object:
    """Text without the characters that XML forbids."""
    if not isinstance(value, str) or hasattr(value, "__html__") or value.isprintable():
        return value
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in value)


def view(
    made: Derivation, text: str, origins: Mapping[int, Origins], sources: Sequence[SourceText], check: Check
) -> Report:
    """The report of a derivation and its module; the first of `sources` is the function itself."""
    marks = {file: f"s{k}-" for k, file in enumerate(dict.fromkeys(s.file for s in sources))}
    main = sources[0]
    facts = header_facts(text)
    return Report(
        title=made.function,
        place=made.place,
        first=marks[main.file],
        first_line=main.first_line,
        has_values=made.has_values,
        facts=tuple(f for f in facts if f.label not in ("saves", "cost")),
        costs=tuple(f for f in facts if f.label in ("saves", "cost")),
        rows=rows(made, marks[main.file], main.first_line),
        signs=len(made.stages),
        picture=Markup(svg(circuit(made)) if len(made.stages) <= _MOST_SIGNS else ""),
        sources=tuple(_source_view(s, marks[s.file]) for s in sources),
        code=tuple(_code(text, origins, marks)),
        check=check,
    )


# The table -----------------------------------------------------------------------------------------------------------


def rows(made: Derivation, mark: str, first_line: int = 1) -> tuple[Row, ...]:
    """The stages in the order of the notes, then the arguments."""
    return tuple(_row(made, stage, mark, first_line) for stage in (*made.stages, *made.arguments))


def _row(made: Derivation, stage: Stage, mark: str, first_line: int) -> Row:
    shown = stage.turns[-1] if stage.turns else stage
    values = stage.turns[-1].locals if stage.turns else tuple(edge.value for edge in stage.inputs)
    elsewhere = any(g.kind in ("call", "function") for g in stage.group)
    line = int(stage.position.partition(":")[0]) if stage.position and not elsewhere else 0
    locals_ = dict.fromkeys(
        Local(Markup(mathml.math(mathml.derivative(edge.local))), local_value(edge, value))
        for edge, value in zip(stage.inputs, values, strict=True)
        if edge.active and edge.local
    )
    return Row(
        formula=Markup(mathml.math(_formula(stage))),
        inside=" ".join(g.text for g in stage.group),
        place=stage.position,
        origins=f"{mark}{first_line + line - 1}" if mark and line else "",
        shape=stage.shape,
        value=number_text(shown.value),
        gradient=number_text(shown.gradient) if made.has_values else f"d_{stage.name}" if stage.active else "",
        locals=tuple(locals_),
    )


def _formula(stage: Stage) -> str:
    if stage.op in (ARGUMENT, PARAMETER):
        return mathml.variable(stage.name)
    if stage.expression is None:
        return mathml.code(stage.formula if stage.update else f"{stage.name} = {stage.formula}")
    op = stage.operation
    if op is not None and formulas.is_elementwise_product(op):
        return mathml.elementwise_product(stage.name, *stage.operands)
    written = template.formula(op, stage.operands, formulas.dim) if op is not None else None
    return mathml.equation(stage.name, written or stage.expression)


# Code ----------------------------------------------------------------------------------------------------------------


def header_facts(text: str) -> list[Fact]:
    """The rows of a module's docstring: `saves   x1, x2, y (3 numbers)`."""
    doc = text.split('"""')[1]
    return [Fact(row[:8].strip(), row[8:].strip()) for row in doc.split("\n")[1:] if row[:8].strip() and row[8:]]


def _source_view(source: SourceText, mark: str) -> SourceView:
    """The lines of a function, counted from its first as the table and the comments of the module count them."""
    found = pieces("\n".join(source.lines)) if source.lines else []
    lines = (CodeLine(k + 1, row, f"{mark}{source.first_line + k}") for k, row in enumerate(found))
    return SourceView(source.title, tuple(lines))


def _code(text: str, origins: Mapping[int, Origins], marks: Mapping[str, str]) -> Iterator[CodeLine]:
    for number, found in enumerate(pieces(text.rstrip("\n")), start=1):
        at = [f"{marks[file]}{line}" for file, line in origins.get(number, ()) if file in marks]
        yield CodeLine(number, found, " ".join(at))


def pieces(code: str) -> list[tuple[Piece, ...]]:
    """The lines of Python code, cut for colouring; as they are where the text is no whole program.

    >>> pieces("return 1  # one")
    [(Piece(kind='keyword', text='return'), Piece(kind='', text=' '), Piece(kind='number', text='1'), \
Piece(kind='', text='  '), Piece(kind='comment', text='# one'))]
    """
    lines = code.split("\n")
    found: list[list[Piece]] = [[] for _ in lines]
    done = [0] * len(lines)
    for kind, row, start, end in _coloured(code):
        if start > done[row]:
            found[row].append(Piece("", lines[row][done[row] : start]))
        found[row].append(Piece(kind, lines[row][start:end]))
        done[row] = end
    for row, line in enumerate(lines):
        if done[row] < len(line):
            found[row].append(Piece("", line[done[row] :]))
    return [tuple(row) for row in found]


_KINDS = {tokenize.STRING: "string", tokenize.COMMENT: "comment", tokenize.NUMBER: "number"}


def _coloured(code: str) -> Iterator[tuple[str, int, int, int]]:
    """Kind, line from 0, first and last column of what is coloured."""
    lines = code.split("\n")
    try:
        found = list(tokens(code))
    except (tokenize.TokenError, IndentationError):  # a function cut out of its class, a lambda out of its line
        return
    for token in found:
        kind = _KINDS.get(token.type, "keyword" if keyword.iskeyword(token.string) else "")
        (first, start), (last, end) = token.start, token.end
        if not kind:
            continue
        for row in range(first, last + 1):
            yield (
                kind,
                row - 1,
                start if row == first else 0,
                end if row == last else len(lines[row - 1]),
            )
