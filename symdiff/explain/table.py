"""The table of a derivation, as text and as Markdown.

One row for each stage and argument, in the order of the notes: its formula, its value, the derivative of what reads it
by it, and the gradient, which is the sum over what reads it of the gradient there times that derivative:

    y1   1 + y2    ∂y/∂y1 = -1/y1²    ∂y/∂y1 = -1/y1²
    y2   exp(y3)   ∂y1/∂y2 = 1        ∂y/∂y2 = ∂y/∂y1 · 1
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff.explain import formulas
from symdiff.explain.stages import ARGUMENT, PARAMETER, REPEATED, Derivation, Edge, Group, Stage, first_form

_INDENT = "  "
_SHOWN = 6  # elements of an array
_WHEN = {
    "turn before": "next turn",
    "first turn": "first turn",
    "last turn": "after the loop",
    "every turn": "every turn",
    "inner call": "in the call inside",
    "outer call": "in the call outside",
}


_OF = {"turn before": "[next turn]", "inner call": "[inner call]", "outer call": "[outer call]"}


@dataclass(slots=True)
class Row:
    """A line of the table: the head of a loop or an arm, or a stage with its cells; a cell has several lines."""

    depth: int
    group: Group | None = None
    stage: Stage | None = None
    cells: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Branch:
    """What one group encloses, in order."""

    group: Group | None
    items: list[Stage | _Branch] = field(default_factory=list)
    inside: dict[str, _Branch] = field(default_factory=dict)

    def at(self, group: Group) -> _Branch:
        """The branch of a group; the arms of one `if` stand together, the `else` second."""
        if group.key not in self.inside:
            made = self.inside[group.key] = _Branch(group)
            other = self.inside.get(_other_arm(group))
            if other is None:
                self.items.append(made)
            else:
                self.items.insert(self.items.index(other) + (group.kind == "else"), made)
        return self.inside[group.key]


def _other_arm(group: Group) -> str:
    kind, _, number = group.key.partition(" ")
    other = {"if": "else", "else": "if"}.get(kind)
    return f"{other} {number}" if other else ""


def outline(derivation: Derivation) -> list[tuple[int, Group | Stage]]:
    """Stages and arguments in the order of the notes, those of a loop or an arm under its head; with their depth."""
    top = _Branch(None)
    for key in derivation.order:
        stage, branch = derivation[key], top
        for group in stage.group:
            branch = branch.at(group)
        branch.items.append(stage)
    return list(_outlined(top, 0))


def _outlined(branch: _Branch, depth: int) -> Iterator[tuple[int, Group | Stage]]:
    for item in branch.items:
        if isinstance(item, Stage):
            yield depth, item
        elif item.group is not None:
            yield depth, item.group
            yield from _outlined(item, depth + 1)


def rows(derivation: Derivation) -> list[Row]:
    """The rows of the table."""
    cells = _Cells(derivation)
    return [
        Row(depth, stage=item, cells=cells.of(item)) if isinstance(item, Stage) else Row(depth, group=item)
        for depth, item in outline(derivation)
    ]


class _Cells:
    """The cells of each stage."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.uses: dict[str, list[tuple[Stage, Edge]]] = {}
        for stage in derivation.stages:
            for edge in stage.inputs:
                if edge.active:
                    self.uses.setdefault(edge.source, []).append((stage, edge))
        self.top = result_name(derivation)

    def of(self, stage: Stage) -> dict[str, list[str]]:
        found = {"name": [stage.name], "formula": [formula(stage)], "shape": [shape(stage)]}
        if self.derivation.has_values:
            found["value"] = [shown_turns([t.value for t in stage.turns]) if stage.turns else shown(stage.value)]
        found["local derivative"] = [self.local(stage, reader, edge) for reader, edge in self.uses.get(stage.key, [])]
        found["gradient"] = [self.gradient(stage)] if stage.active else []
        if stage.key in self.derivation.wrt and not stage.active:
            found["gradient"] = [f"∂{self.top}/∂{stage.name} = 0"]
        return found

    def local(self, stage: Stage, reader: Stage, edge: Edge) -> str:
        """One local derivative, with its value and where it counts."""
        text = edge.local or f"∂{reader.name}/∂{stage.name}"
        number = shown(edge.value)
        if reader.turns:
            number = shown_turns([t.locals[reader.inputs.index(edge)] for t in reader.turns])
        if number and not says(edge.rule, number):
            text += f" = {number}"
        when = [_WHEN[edge.turn]] if edge.turn else []
        when += [f"if {condition(arm)}" for arm in arms(stage, reader, edge)]
        return text + summed_text(edge) + (f"  ({', '.join(when)})" if when else "")

    def gradient(self, stage: Stage) -> str:
        """The accumulated gradient: its formula and its value."""
        number = shown_turns([t.gradient for t in stage.turns]) if stage.turns else shown(stage.gradient)
        uses = {(reader.key, edge.operand): (reader, edge) for reader, edge in self.uses.get(stage.key, [])}
        terms = [
            "".join(f"[{condition(arm)}] · " for arm in arms(stage, reader, edge)) + self.term(reader, edge)
            for reader, edge in uses.values()
        ]
        if stage.key in self.derivation.results:
            terms = ["1 (last turn)" if is_repeated(stage) else "1", *terms]
        parts = [f"∂{self.top}/∂{stage.name}", " + ".join(terms)]
        if number and not says(parts[-1], number):
            parts.append(number)
        return " = ".join(part for part in parts if part)

    def term(self, reader: Stage, edge: Edge) -> str:
        """What one reader contributes: the gradient there times the local derivative."""
        above = f"∂{self.top}/∂{reader.name}" + _OF.get(edge.turn, "")
        rule = first_form(edge.rule)
        if edge.is_rule:
            return re.sub(rf"\bd_{re.escape(reader.name)}(?![^\Wᵀ])", above, edge.rule) + summed_text(edge)
        if not rule:
            return f"{above} · ∂{reader.name}/∂{self.derivation[edge.source].name}"
        if rule.startswith(("1 at ", "1 outside ")) and reader.key not in self.derivation.results:
            return above + rule[1:]  # of the part that was read or kept
        if reader.key in self.derivation.results and not is_repeated(reader):
            return (bracketed(rule) if arms(self.derivation[edge.source], reader, edge) else rule) + summed_text(edge)
        return f"{above} · {bracketed(rule)}{summed_text(edge)}"


def cells_of(derivation: Derivation, stage: Stage) -> dict[str, list[str]]:
    """The cells of one stage: `gradient` has its formula with the value."""
    return _Cells(derivation).of(stage)


def result_name(derivation: Derivation) -> str:
    """What is differentiated, in ∂L/∂x: the result, or the function where that has no one name."""
    found = [derivation[key] for key in derivation.results]
    names = {s.name for s in found}
    return names.pop() if len(names) == 1 and not any(map(is_repeated, found)) else derivation.function


def arms(stage: Stage, reader: Stage, edge: Edge) -> list[Group]:
    """The arms of branches that a reader stands in and what it reads does not: it reads where they are taken."""
    return [g for g in entered(stage, reader, edge) if g.kind in ("if", "else")]


def entered(stage: Stage, reader: Stage, edge: Edge) -> list[Group]:
    """The groups between what is read and its reader; of another turn all that the loop encloses are entered again."""
    own = [g.key for g in stage.group]
    if edge.turn in ("turn before", "first turn"):
        loops = [k for k, key in enumerate(own) if key.startswith(("for", "while"))]
        own = own[: loops[-1] + 1] if loops else own
    return [g for g in reader.group if g.key not in own]


def condition(group: Group) -> str:
    """When an arm is taken: `x > 0`, `not (x > 0)`."""
    assert group.test is not None
    if group.kind == "else" and isinstance(group.test, ast.UnaryOp) and isinstance(group.test.op, ast.Not):
        return formulas.text(group.test.operand)
    test = formulas.text(group.test)
    return test if group.kind == "if" else f"not ({test})"


def is_repeated(stage: Stage) -> bool:
    """Whether a stage may run more than once."""
    return any(g.kind in REPEATED for g in stage.group)


def formula(stage: Stage) -> str:
    return stage.op if stage.op in (ARGUMENT, PARAMETER) else stage.formula


def shape(stage: Stage) -> str:
    """`f8[n, d]` as `n × d`; nothing for a number."""
    found = re.fullmatch(r"[a-z]+\d+\[(.*)\]", stage.shape)  # not of Opt[f8]
    return " × ".join(found[1].split(", ")) if found else ""


def summed_text(edge: Edge) -> str:
    return f", summed over {', '.join(size for _, size in edge.summed)}" if edge.summed else ""


def bracketed(text: str) -> str:
    """A factor: sums, quotients and what starts with a minus get parentheses."""
    outer = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", text)  # what stands outside of brackets
    return f"({text})" if re.search(r"[-+/ ]", outer) and not re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def shown(value: Any) -> str:
    """A number with five digits, an array on one line, shortened."""
    if value is None:
        return ""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value[:_SHOWN]))}{', …' if len(value) > _SHOWN else ''}]"
    if np.ndim(value) == 0:
        number = value.item() if isinstance(value, np.ndarray | np.generic) else value
        return f"{number:.5g}" if isinstance(number, float | complex) else repr(number)
    with np.printoptions(precision=4, suppress=True, threshold=_SHOWN, edgeitems=2, floatmode="maxprec"):
        text = np.array2string(np.asarray(value), separator=", ", formatter={"float_kind": lambda x: f"{x:.4g}"})
    return re.sub(r"\s+", " ", text).replace("...", "…")


def says(text: str, number: str) -> bool:
    """Whether a rule is its value already: `2.0` of `2`."""
    return text == number or all(re.fullmatch(r"-?\d+(\.\d*)?", t) for t in (text, number))


def shown_turns(values: Sequence[Any]) -> str:
    """The first and the last turn."""
    texts = [shown(v) for v in values]
    return " … ".join(dict.fromkeys((texts[0], texts[-1]))) if texts else ""


def heading(group: Group) -> str:
    """The head of a loop or an arm, with how often it ran."""
    if group.runs is None:
        return group.text
    if group.kind in ("if", "else"):
        times = {0: "not taken", 1: "taken"}.get(group.runs, f"taken {group.runs} times")
    elif group.kind == "function":
        times = {1: "called once"}.get(group.runs, f"called {group.runs} times")
    else:
        times = f"{group.runs} turn{'s' * (group.runs != 1)}"
    return f"{group.text}  ({times})"


def columns(derivation: Derivation, found: Sequence[Row]) -> list[str]:
    """The columns that have something in them."""
    every = ["name", "formula", "shape", "value", "local derivative", "gradient"]
    return [c for c in every if any(any(row.cells.get(c, ())) for row in found)]


def title(derivation: Derivation) -> str:
    arguments = ", ".join(a.name for a in derivation.arguments)
    by = ", ".join(derivation[key].name for key in derivation.wrt)
    arrays = {derivation[key].name for key in derivation.results if shape(derivation[key])}
    of = f", gradients of the sum of {', '.join(sorted(arrays))}" if arrays else ""
    return f"{derivation.function}({arguments}) by {by}{of}"


# Printing ------------------------------------------------------------------------------------------------------------


def text(derivation: Derivation) -> str:
    """The table for a terminal."""
    found = rows(derivation)
    heads = columns(derivation, found)
    widths = {c: max([len(c), *(_cell_width(row, c) for row in found)]) for c in heads}
    lines = [f"{title(derivation)}   {derivation.place}", "", _line(widths, {c: c for c in heads})]
    lines.append(_line(widths, {c: "─" * widths[c] for c in heads}))
    for row in found:
        if row.group is not None:
            lines.append(_INDENT * row.depth + heading(row.group))
            continue
        height = max(len(row.cells.get(c, ())) for c in heads)
        for k in range(height):
            cells = {c: row.cells.get(c, ())[k : k + 1] for c in heads}
            shown_cells = {c: (cells[c] or [""])[0] for c in heads}
            shown_cells["name"] = _INDENT * row.depth + shown_cells["name"]
            lines.append(_line(widths, shown_cells))
    return "\n".join(lines) + "\n"


def _cell_width(row: Row, column: str) -> int:
    indent = len(_INDENT) * row.depth if column == "name" else 0
    return max((indent + _width(line) for line in row.cells.get(column, ())), default=0)


def _line(widths: dict[str, int], cells: dict[str, str]) -> str:
    return "   ".join(cells[c] + " " * (width - _width(cells[c])) for c, width in widths.items()).rstrip()


def _width(line: str) -> int:
    """The columns that a terminal needs: combining marks take none."""
    return sum(0 if unicodedata.combining(c) else 1 for c in line)


def markdown(derivation: Derivation) -> str:
    """The table in Markdown."""
    found = rows(derivation)
    heads = columns(derivation, found)
    lines = [f"**{_escaped(title(derivation))}** ({derivation.place})", ""]
    lines += ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for row in found:
        indent = "&emsp;" * row.depth
        if row.group is not None:
            lines.append(f"| {indent}`{heading(row.group)}`" + " |" * len(heads))
            continue
        cells = ["<br>".join(f"`{_pipes(x)}`" for x in row.cells.get(c, ()) if x) for c in heads]
        cells[0] = indent + cells[0]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _pipes(line: str) -> str:
    return line.replace("|", "\\|")


def _escaped(line: str) -> str:
    return re.sub(r"([_*`|])", r"\\\1", line)
