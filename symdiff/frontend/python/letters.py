"""Letters of a known text at a staged position: `s[i]`, and `c` in a rolled `for c in s`.

A letter is compared where it stands, `'GATTA'[i] == 'GCAT'[j]`.  For everything else it is one of the letters of its
text: `weights[s[i]]` is a branch for each of them.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Known, Letter, Num, OneOf, Val


def at(cx: Context, node: ast.AST, text: str, index: Val) -> Val | None:
    """`text[index]`; None where the index is no staged integer."""
    if not isinstance(index, Num) or index.type.shape or index.type.dtype[0] not in "iu":
        return None
    return Letter(text, Num(cx.value(index), index.dim, index.tags))


def one_of(cx: Context, node: ast.AST, val: Letter) -> OneOf:
    """The letter as one of those that its text has."""
    options = val.options
    letters = "".join(option.obj for option in options)
    tag = cx.emit(node, "letter_number", val.index, text=val.text, letters=letters)
    assert isinstance(tag, Num)
    return OneOf(tag, options)


def compare(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val | None:
    """`==`, `!=`, `in` and `not in` of letters, and of two that are one of several texts; None of everything else."""
    how = _HOW.get(type(op))
    if how is None:
        return None
    if how in ("in", "not in"):
        wanted = _letters(cx, node, right) if isinstance(left, Letter) else None
        if wanted is None or not isinstance(left, Letter):
            return None
        return cx.emit(node, "letter_is", left.index, text=left.text, wanted=wanted, how=how)
    if isinstance(left, Letter) and isinstance(right, Letter):
        return cx.emit(node, "same_letter", left.index, right.index, text=left.text, other=right.text, how=how)
    one, other = (left, right) if isinstance(left, Letter) else (right, left)
    if isinstance(one, Letter) and isinstance(other, Known) and isinstance(other.obj, str):
        return cx.emit(node, "letter_is", one.index, text=one.text, wanted=str(other.obj), how=how)
    return _same_choice(cx, node, "eq" if how == "==" else "ne", left, right)


_HOW = {ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in"}


def _same_choice(cx: Context, node: ast.AST, prim: str, left: Val, right: Val) -> Val | None:
    """Whether two that are each one of several texts are the same one: of the same number."""
    from symdiff.frontend.python import alternatives

    both = (left, right)
    found = [x.options for x in both if isinstance(x, OneOf | Letter)]
    if len(found) < 2 or not all(isinstance(x, Known) and isinstance(x.obj, str | None) for o in found for x in o):
        return None
    options = alternatives.merged(*found)
    return cx.emit(node, prim, *(Num(alternatives.tag_in(cx, node, x, options)) for x in both))


def _letters(cx: Context, node: ast.AST, val: Val) -> str | None:
    """The letters in a known text, or in a list, tuple, set or dict of known things."""
    from symdiff.frontend.python import containers

    if isinstance(val, Known) and isinstance(val.obj, str):
        return str(val.obj)
    items: Sequence[Val] | None = containers.items_of(cx, node, val)
    if items is None or not all(isinstance(item, Known) for item in items):
        return None
    found = [item.obj for item in items if isinstance(item, Known)]
    return "".join(x for x in found if isinstance(x, str) and len(x) == 1)
