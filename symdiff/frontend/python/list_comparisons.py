"""`==`, `<` and their like of lists of which one has a length that is found when it runs: element by element.

By hand: `a == b` is False where the lengths differ or a pair of elements does, and True behind the last pair.  Tuples
and lists in them are compared part by part.  Python asks first whether two elements are one object, which tells only
of NaN: a pair of these is an error when it runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from symdiff.frontend.python import absences, comprehensions, containers, grown, list_changes, operators, texts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import Known, ListRef, Struct, Val
from symdiff.ir.types import AVal

_SAME_OBJECT = "NaN in both of two lists that are compared: whether they are one object is not known"
_SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_COMPARED = ("scalar", "known", absences.KIND)  # elements that are compared as they are, once `_plain`


def compare(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val | None:
    """The comparison; None of what is not two lists, or two tuples, of numbers, texts, or tuples and lists of these."""
    if isinstance(left, ListRef) and isinstance(right, ListRef) and left.cell is right.cell:
        return Known(isinstance(op, (ast.Eq, ast.LtE, ast.GtE)))  # each element is one object
    kinds = _kind(left), _kind(right)
    if None in kinds or all(grown.content_of(cx, v) is None for v in (left, right)):
        return None
    equality = isinstance(op, (ast.Eq, ast.NotEq))
    if kinds[0] != kinds[1]:
        return Known(isinstance(op, ast.NotEq)) if equality else None
    if any(containers.elements(cx, v) == () for v in (left, right)):
        return operators.compare(cx, node, op, _length(cx, left), _length(cx, right))
    forms = [_form(cx, v) for v in (left, right)]
    plain = [_plain(f) for f in forms if f is not None]
    form = grown.join(*plain) if len(plain) == 2 else None
    if form is None or not _is_compared(form):
        return None
    sign = _SIGNS.get(type(op), "")
    text = [*_of_lists(form, "$a", "$b", 0, sign), f"return len($a) {sign} len($b)" if sign else "return True"]
    found = comprehensions.run(cx, node, "lists compared", "\n".join(text), {"$a": left, "$b": right})
    return operators.negate(cx, node, found) if isinstance(op, ast.NotEq) else found


def _plain(form: Pattern) -> Pattern:
    """A form in which no text is told from another."""
    if form.kind == texts.KIND or (form.kind == "known" and not absences.is_none(form)):
        return Pattern("known")
    return replace(form, parts=tuple(map(_plain, form.parts)))


def _is_compared(form: Pattern) -> bool:
    """Whether elements of a form are numbers and texts, or tuples and lists of these."""
    held = form.kind in ("tuple", "namedtuple", "list", "grown")
    return form.kind in _COMPARED or (held and all(map(_is_compared, form.parts)))


def _of_lists(form: Pattern, a: str, b: str, depth: int, sign: str) -> Iterator[str]:
    """The statements that compare two lists of elements of a form, and return where these differ."""
    count, i, x, y = f"len({a})", f"$i{depth}", f"$x{depth}", f"$y{depth}"
    if sign:
        count = f"min({count}, len({b}))"
    else:
        yield f"if len({a}) != len({b}): return False"
    yield f"for {i} in range({count}):"
    yield f"    {x}, {y} = {a}[{i}], {b}[{i}]"
    yield from (f"    {line}" for line in _of_elements(form, x, y, depth + 1, sign))


def _of_elements(form: Pattern, x: str, y: str, depth: int, sign: str) -> Iterator[str]:
    """The same of two elements."""
    if form.kind == "grown":
        yield from _of_lists(form.parts[0], x, y, depth, sign)
        if sign:
            yield f"if len({x}) != len({y}): return len({x}) {sign} len({y})"
    elif form.kind not in _COMPARED:
        for k, part in enumerate(form.parts):
            yield from _of_elements(part, f"{x}[{k}]", f"{y}[{k}]", depth, sign)
    else:
        yield f"if {x} != {y}:"
        if any(isinstance(t, AVal) and t.inexact for t in grown.leaf_types(form)):
            yield f"    if {x} != {x} and {y} != {y}: raise ValueError({_SAME_OBJECT!r})"
        yield f"    return {x} {sign} {y}" if sign else "    return False"


def _kind(val: Val) -> str | None:
    """Whether it is a list, a tuple or a deque; None of everything else."""
    if isinstance(val, ListRef):
        return val.cell.kind
    if isinstance(val, Struct):
        return "tuple" if val.kind in ("tuple", "namedtuple") else None
    return type(val.obj).__name__ if isinstance(val, Known) and type(val.obj) in (list, tuple) else None


def _length(cx: Context, val: Val) -> Val:
    content = grown.content_of(cx, val)
    return Known(0) if content is None else list_changes.length(cx, content)


def _form(cx: Context, val: Val) -> Pattern | None:
    content = grown.content_of(cx, val)
    return content.form if content is not None else grown.form_of_elements(cx, containers.elements(cx, val) or ())
