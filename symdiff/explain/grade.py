"""At which stage a hand-written gradient first differs.

The variables of the hand-written function are matched with the stages of the derivation: by name (`d_y3`, `dy3`,
`grad_y3`, `dL_dy3`, `y3_bar`, … are ∂L/∂y3, `y3` is the stage itself), and where a number is not the stage's but some
other's, by value: a student may count stages otherwise.  A variable that is matched neither way says nothing, and none
says anything where the result is right: `dm`, summed up and divided by n where it is returned, is no mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.explain import table
from symdiff.explain.stages import Derivation, Edge, Stage
from symdiff.explain.watching import Variable, Watched

_GRADIENT = (
    r"d_?(?:[A-Za-z]+\d*_+d_?)?(?P<a>\w+)", r"(?:grad|g|delta|adj|bar)_?(?P<b>\w+)", r"(?P<c>\w+?)_?(?:grad|bar|adj)",
    r"d(?:[A-Za-z]\w*?)d(?P<d>\w+)", r"partial_(?P<e>\w+)",
)  # fmt: skip
_NUMBERED = re.compile(r"y\d*")
_RTOL, _ATOL = 1e-6, 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wrong first: `variable` should be the gradient (or the value) of `stage`; None: only the result is."""

    stage: Stage
    variable: Variable | None
    expected: Any
    found: Any
    is_gradient: bool


@dataclass(frozen=True, slots=True)
class Grade:
    """The outcome at one point: the variables that were right, and the first difference."""

    right: tuple[str, ...]
    difference: Difference | None
    trouble: str = ""  # where the results cannot be compared at all


def grade(derivation: Derivation, watched: Watched) -> Grade:
    """Compare a run of the hand-written gradient with the derivation at the same point."""
    by = [derivation[key] for key in derivation.wrt]
    given = _gradients(watched.result, by) if watched.raised is None else None
    returned = {s.key for s, x in zip(by, given or (), strict=False) if _equal(x, s.gradient)}
    variables = [v for v in watched.variables if v.name not in watched.parameters]
    counted_otherwise = any(_is_counted_otherwise(derivation, v) for v in variables)
    right: list[str] = []
    for variable in variables:
        stage, is_gradient = _named(derivation, variable.name)
        if stage is None:
            continue
        expected = _expected(stage, is_gradient)
        same = any(_equal(variable.value, e) for e in expected) or _equal(variable.value, _stacked(expected))
        free = counted_otherwise and _NUMBERED.fullmatch(stage.name)
        if same or (free and _is_some(derivation, variable.value, is_gradient)):
            right.append(variable.name)
        elif len(returned) < len(by) and not (is_gradient and stage.key in returned):
            return Grade(tuple(right), Difference(stage, variable, expected[-1], variable.value, is_gradient))
    if watched.raised is not None:
        return Grade(tuple(right), None, f"raises {type(watched.raised).__name__}: {watched.raised}")
    return _graded_result(by, given, watched.result, tuple(right))


def _is_counted_otherwise(derivation: Derivation, variable: Variable) -> bool:
    """Whether a variable called as a numbered stage is another stage: then the numbers mean nothing."""
    stage, is_gradient = _named(derivation, variable.name)
    if stage is None or is_gradient or not _NUMBERED.fullmatch(stage.name):
        return False
    by_name = any(_equal(variable.value, e) for e in _expected(stage, is_gradient=False))
    return not by_name and _is_some(derivation, variable.value, is_gradient=False)


def _named(derivation: Derivation, name: str) -> tuple[Stage | None, bool]:
    """The stage that a variable is named after, and whether it is its gradient."""
    candidates = [(name, False)]
    for pattern in _GRADIENT:
        match = re.fullmatch(pattern, name)
        if match:
            candidates += [(text, True) for text in match.groups() if text]
    for text, is_gradient in candidates:
        for stage in (*derivation.stages, *derivation.arguments):
            if stage.name == text and _expected(stage, is_gradient):
                return stage, is_gradient
    return None, False


def _expected(stage: Stage, is_gradient: bool) -> list[Any]:
    """What a stage's value or gradient is: of a loop's stage one for each turn."""
    if stage.turns:
        found = [t.gradient if is_gradient else t.value for t in stage.turns]
    else:
        found = [stage.gradient if is_gradient else stage.value]
    return [x for x in found if x is not None]


def _stacked(turns: list[Any]) -> Any:
    """The values of all turns as one array, as who writes the loop as an array has them; None where they are none."""
    alike = len({np.shape(x) for x in turns if _is_numeric(x)}) == 1 and all(map(_is_numeric, turns))
    return np.asarray(turns) if alike else None


def _is_some(derivation: Derivation, value: Any, is_gradient: bool) -> bool:
    return any(_equal(value, e) for s in (*derivation.stages, *derivation.arguments) for e in _expected(s, is_gradient))


def _is_numeric(x: Any) -> bool:
    """Whether a value is a number or an array of numbers; None, which a stage has that did not run, is neither."""
    try:
        return np.asarray(x).dtype.kind in "biufc"
    except ValueError:  # rows of different lengths
        return False


def _equal(x: Any, y: Any) -> bool:
    if not _is_numeric(x) or not _is_numeric(y):
        return False
    return np.shape(x) == np.shape(y) and bool(np.allclose(x, y, rtol=_RTOL, atol=_ATOL, equal_nan=True))


def _graded_result(by: Sequence[Stage], given: list[Any] | None, result: Any, right: tuple[str, ...]) -> Grade:
    if given is None or not all(map(_is_numeric, given)):
        names = ", ".join(s.name for s in by)
        counted = given is None and isinstance(result, tuple | list)
        shown = f"{len(result)} values" if counted else table.shown(result) if _is_numeric(result) else repr(result)
        return Grade(right, None, f"returns {shown}, expected the gradients by {names}")
    for stage, found in zip(by, given, strict=True):
        if not _equal(found, stage.gradient):
            return Grade(right, Difference(stage, None, stage.gradient, found, is_gradient=True))
    return Grade(right, None)


def _gradients(result: Any, by: Sequence[Stage]) -> list[Any] | None:
    """The gradients in a result: bare, a tuple, an array of numbers, a dict by name, or behind the value; else None."""
    if isinstance(result, Mapping):
        return [result[s.name] for s in by] if {s.name for s in by} <= set(result) else None
    if len(by) > 1 and isinstance(result, np.ndarray) and result.ndim == 1 and not any(np.ndim(s.gradient) for s in by):
        result = list(result)
    if isinstance(result, tuple | list):
        if len(result) == len(by) and not (len(by) == 2 and _is_behind(result, by)):
            return list(result)
        return _gradients(result[1], by) if len(result) == 2 else None
    if result is None or len(by) != 1:
        return None
    return [result]


def _is_behind(pair: Sequence[Any], by: Sequence[Stage]) -> bool:
    """Whether a pair is a value with two gradients behind it, and not the two."""
    if _is_numeric(pair[1]) and np.shape(pair[1]) == np.shape(by[1].gradient):
        return False
    return _is_numeric(pair[0]) and np.ndim(pair[0]) == 0 and _gradients(pair[1], by) is not None


# What is said about it -----------------------------------------------------------------------------------------------


def report(derivation: Derivation, found: Grade, mine: str, place: str) -> str:
    """The difference in words: the stage, the values, and the rule that applies."""
    if found.difference is None:
        return f"{mine} {found.trouble}\n" + _so_far(found)
    d = found.difference
    top = table.result_name(derivation)
    what = f"∂{top}/∂{d.stage.name}" if d.is_gradient else table.formula(d.stage)
    where = (
        f"{place}:{d.variable.line}: {d.variable.name}" if d.variable is not None else f"the result for {d.stage.name}"
    )
    lines = [f"{mine} first differs at stage {d.stage.name}: {where} is not {what}", ""]
    lines.append(f"  at        {_point(derivation)}")
    lines.append(f"  expected  {table.shown(d.expected)}{_shape(d.expected)}")
    lines.append(f"  found     {table.shown(d.found)}{_shape(d.found)}")
    if d.is_gradient:
        cells = table.cells_of(derivation, d.stage)
        lines += [f"  gradient  {text}" for text in cells["gradient"]]
        lines += [f"  rule      {text}" for text in cells["local derivative"]]
    else:
        lines.append(f"  rule      {d.stage.name} = {table.formula(d.stage)}")
    hint = _hint(derivation, d)
    if hint:
        lines.append(f"  hint      {hint}")
    return "\n".join(lines) + "\n" + _so_far(found)


def _so_far(found: Grade) -> str:
    return f"  right     {', '.join(found.right)}\n" if found.right else ""


def _point(derivation: Derivation) -> str:
    return ", ".join(f"{a.name} = {table.shown(a.value)}" for a in derivation.arguments)


def _shape(value: Any) -> str:
    return f"  of shape {np.shape(value)}" if np.ndim(value) else ""


def _hint(derivation: Derivation, d: Difference) -> str:
    """What the difference looks like."""
    expected, found = np.asarray(d.expected), np.asarray(d.found)
    if expected.ndim == 2 and _equal(found.T, expected):
        return "it is transposed"
    if expected.shape != found.shape:
        return "a gradient has the shape of what it is the gradient of"
    if _equal(-found, expected):
        return "the sign is the other way round"
    if not d.is_gradient:
        return ""
    terms = [(reader, edge) for reader, edge in derivation.uses(d.stage.key) if edge.active]
    for reader, edge in terms:
        if _equal(found, reader.gradient) and edge.value is not None:
            return f"it is ∂/∂{reader.name} itself: the local derivative {edge.local} is missing"
        if len(terms) > 1 and edge.value is not None and _equal(found, np.multiply(reader.gradient, edge.value)):
            others = ", ".join(_other(r, e) for r, e in terms if e is not edge)
            return f"only {reader.name}'s part is there; missing: {others}"
    return ""


def _other(reader: Stage, edge: Edge) -> str:
    return edge.local or f"the part of {reader.name}"
