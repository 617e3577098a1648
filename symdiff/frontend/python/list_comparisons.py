"""`==`, `<` and their like of lists of which one has a length that is found when it runs: element by element.

By hand: `a == b` is False where the lengths differ or a pair of elements does, and True behind the last pair.  Python
asks first whether two elements are one object, which tells only of NaN: a pair of these is an error when it runs.
"""

from __future__ import annotations

import ast

from symdiff.frontend.python import comprehensions, containers, grown, list_changes, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import Known, ListRef, Struct, Val

_DIFFER = """\
    $x, $y = $a[$i], $b[$i]
    if $x != $y:
        if $x != $x and $y != $y:
            raise ValueError('NaN in both of two lists that are compared: whether they are one object is not known')
"""
_EQUAL = f"""\
if len($a) != len($b): return False
for $i in range(len($a)):
{_DIFFER}        return False
return True"""
_ROWS = """\
if len($a) != len($b): return False
for $i in range(len($a)):
    if $a[$i] != $b[$i]: return False
return True"""
_ORDERED = f"""\
for $i in range(min(len($a), len($b))):
{_DIFFER}        return $x {{0}} $y
return len($a) {{0}} len($b)"""
_SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def compare(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val | None:
    """The comparison; None of what is not two lists, or two tuples, of numbers or of such lists."""
    kinds = _kind(left), _kind(right)
    if None in kinds or all(grown.content_of(cx, v) is None for v in (left, right)):
        return None
    equality = isinstance(op, (ast.Eq, ast.NotEq))
    if kinds[0] != kinds[1]:
        return Known(isinstance(op, ast.NotEq)) if equality else None
    if any(containers.elements(cx, v) == () for v in (left, right)):
        return operators.compare(cx, node, op, _length(cx, left), _length(cx, right))
    forms = [_form(cx, v) for v in (left, right)]
    numbers = all(f is not None and f.kind == "scalar" for f in forms)
    rows = equality and all(f is not None and f.kind == "grown" and f.parts[0].kind == "scalar" for f in forms)
    if not numbers and not rows:
        return None
    text = _ORDERED.format(_SIGNS[type(op)]) if not equality else _EQUAL if numbers else _ROWS
    found = comprehensions.run(cx, node, "lists compared", text, {"$a": left, "$b": right})
    return operators.negate(cx, node, found) if isinstance(op, ast.NotEq) else found


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
