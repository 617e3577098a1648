"""Elements of a list of any length that are None or a number: a list that says which are there, and one of numbers.

By hand: `[None] * n` is a list of n times False.  The first number put in gives it a list of numbers beside it, 0 where
nothing is there, which nobody reads: an element is read as the optional value that the two make.

What a test said of the element at an index holds for every reading of it there, until the list is another one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from symdiff.frontend.python import alternatives
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import NONE, Cell, Grown, Known, Maybe, Num, Val
from symdiff.ir import types
from symdiff.ir.core import Value
from symdiff.ir.types import PYTHON_NAMES, AVal, Kind, Opt, Seq, Type

KIND = "optional"
EMPTY = Pattern(KIND)  # of an element of a list that has only None so far

FILLED = """\
$out = []
for $item in $list:
    if $item is None:
        raise TypeError("float() argument must be a string or a real number, not 'NoneType'")
    $out.append($item)
return $out
"""  # the numbers of a list of which nothing is None

_THERE = """\
$out = []
for $item in $list:
    $out.append(True)
return $out
"""


def form_of(val: Any) -> Pattern | None:
    """The form of None, or of None or a number; None of everything else."""
    if isinstance(val, Known) and val.obj is None:
        return EMPTY
    if not isinstance(val, Maybe) or not val.none or not isinstance(val.value.type, Opt):
        return None
    t = val.value.type.elem
    return Pattern(KIND, (Pattern("scalar", type=t),)) if isinstance(t, AVal) and t.kind is not Kind.ARRAY else None


def is_none(form: Pattern) -> bool:
    """Whether an element is None in every place."""
    return form.kind == "known" and isinstance(form.val, Known) and form.val.obj is None


def begun(cx: Context, there: Value, t: Type, depth: int = 0) -> Value:
    """The list of `t` beside one that says that none is there, or in which there is none: what it holds is not read."""
    elem = in_lists(t, depth)
    plain = _plain(elem)
    made = cx.scope.emit("seq_convert", there, elem=plain)[0]  # a list of its own
    return made if plain == elem else cx.scope.emit("seq_convert", made, elem=elem)[0]


def all_there(cx: Context, numbers: Value, form: Pattern) -> Value:
    """The list that says that all these numbers are there."""
    from symdiff.frontend.python import comprehensions, grown, list_changes

    node = cx.frame.source.node
    listed = list_changes.made(cx, node, Grown((numbers,), form, Cell("list")))
    found = list_changes.content_of(cx, comprehensions.run(cx, node, "there", _THERE, {"$list": listed}))
    return grown.as_grown(cx, found, Pattern("scalar", type=types.BOOL)).values[0]


def which_are_there(content: Grown) -> Grown:
    """The list that says which of the elements of such a list are there."""
    return replace(content, values=content.values[:1], form=Pattern("scalar", type=types.BOOL))


def in_lists(t: Type, depth: int) -> Type:
    """Lists of lists … of a type."""
    return t if not depth else Seq(in_lists(t, depth - 1))


def _plain(t: Type) -> Type:
    if isinstance(t, Seq):
        return Seq(_plain(t.elem))
    if not isinstance(t, AVal) or not t.either:
        return t
    return AVal(Kind.PYTHON if t.dtype in PYTHON_NAMES else Kind.NUMPY, (), t.dtype)


def numbers(cx: Context, form: Pattern, val: Val) -> list[Value]:
    """Whether a value is there, and which number; 0 for None."""
    from symdiff.frontend.python import control

    node = cx.frame.source.node
    if not form.parts:
        return [cx.scope.const(False)]
    t = form.parts[0].type
    assert t is not None
    val = alternatives.narrowed(cx, node, val)
    loc = cx.scope.loc
    there = alternatives.is_none(cx, node, val, positive=False)
    if there is None:
        absent = isinstance(val, Known) and val.obj is None
        there, val = Known(not absent), Known(0) if absent else val
    else:
        maybe = val
        val = control.choose(cx, node, there, lambda: alternatives.narrowed(cx, node, maybe), lambda: _nothing(cx, t))
    cx.scope.loc = loc
    return [cx.scope.use(cx.value(there)), _typed(cx, cx.scope.use(cx.value(val)), t)]


def _nothing(cx: Context, t: AVal) -> Val:
    return cx.wrap(cx.scope.emit("zeros", type=t, shape=())[0])


def _typed(cx: Context, value: Value, t: AVal) -> Value:
    return value if value.type == t else cx.scope.emit("convert", value, kind=t.kind, dtype=t.dtype)[0]


def built(cx: Context, node: ast.AST, form: Pattern, found: Iterator[Value]) -> Val:
    """The element that these numbers make."""
    from symdiff.frontend.python import control

    there = next(found)
    if not form.parts:
        return NONE
    number = cx.wrap(next(found))
    return control.choose(cx, node, Num(there), lambda: number, lambda: NONE)
