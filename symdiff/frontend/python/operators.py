"""Python's operators on known and staged values, with Python's meaning for Python numbers and NumPy's for the rest."""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.frontend.python import (
    alternatives,
    apart,
    captured,
    container_operators,
    letters,
    list_changes,
    list_numbers,
    nodes,
    special_methods,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import (
    NO_TAGS,
    NONE,
    POISON,
    Arr,
    Bound,
    Closure,
    DictRef,
    Foreign,
    Known,
    Letter,
    ListRef,
    Maybe,
    Node,
    Num,
    OneOf,
    Reference,
    Sequence_,
    SetRef,
    Struct,
    Val,
    is_number,
    same_known,
    static_size,
)
from symdiff.ir import dims, errstate, types
from symdiff.ir.core import REGISTRY, Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import Kind

# The primitive, what Python does, and how it is written.
_OPERATORS: dict[type[ast.AST], tuple[str, Callable[..., Any], str]] = {
    ast.Add: ("add", operator.add, "+"), ast.Sub: ("sub", operator.sub, "-"), ast.Mult: ("mul", operator.mul, "*"),
    ast.Div: ("div", operator.truediv, "/"), ast.FloorDiv: ("floordiv", operator.floordiv, "//"),
    ast.Mod: ("mod", operator.mod, "%"), ast.Pow: ("pow", operator.pow, "**"),
    ast.MatMult: ("matmul", operator.matmul, "@"), ast.BitAnd: ("bit_and", operator.and_, "&"),
    ast.BitOr: ("bit_or", operator.or_, "|"), ast.BitXor: ("bit_xor", operator.xor, "^"),
    ast.LShift: ("left_shift", operator.lshift, "<<"), ast.RShift: ("right_shift", operator.rshift, ">>"),
    ast.Lt: ("lt", operator.lt, "<"), ast.LtE: ("le", operator.le, "<="), ast.Gt: ("gt", operator.gt, ">"),
    ast.GtE: ("ge", operator.ge, ">="), ast.Eq: ("eq", operator.eq, "=="), ast.NotEq: ("ne", operator.ne, "!="),
    ast.USub: ("neg", operator.neg, "-"), ast.UAdd: ("pos", operator.pos, "+"),
    ast.Invert: ("invert", operator.invert, "~"),
}  # fmt: skip
_PURE = (bool, int, float, complex, str, tuple, bytes, type(None), np.generic, np.ndarray, np.dtype, type)


def binary(cx: Context, node: ast.AST, op: ast.AST, left: Val, right: Val) -> Val:
    """`left op right`."""
    if left is POISON or right is POISON:
        return POISON
    prim, function, symbol = _OPERATORS[type(op)]
    if alternatives.involved(left, right):
        texts = letters.made_of(cx, (left, right), lambda both: fold(cx, function, *both))
        run = functools.partial(alternatives.for_all, cx, node, (left, right))
        return texts or run(lambda both: binary(cx, node, op, *both))
    left, right = list_numbers.both(cx, node, left, right)
    if isinstance(left, Known) and isinstance(right, Known):
        found = fold(cx, function, left, right)
        if found is not None:
            return found
    if isinstance(left, Foreign) or isinstance(right, Foreign):
        from symdiff.frontend.python import foreign

        return foreign.binary(cx, node, symbol, left, right)
    if not cx.is_numeric(left) or not cx.is_numeric(right):
        made = special_methods.binary(cx, node, op, left, right)
        if made is None:
            made = container_operators.binary(cx, node, op, left, right)
        return made if made is not None else _unsupported(cx, node, op, left, right)
    made = _size(op, left, right)
    if made is not None:
        return made
    if isinstance(op, ast.Pow):
        return power(cx, node, left, right)
    if prim not in REGISTRY:
        return _unsupported(cx, node, op, left, right)
    if not _of_truths(cx, op, left, right):
        left, right = _counted(cx, node, left), _counted(cx, node, right)
    return _with_dim(op, left, right, cx.emit(node, prim, left, right))


def _of_truths(cx: Context, op: ast.AST, left: Val, right: Val) -> bool:
    """Whether two booleans stay booleans: next to one of NumPy's, and in `a & b`."""
    if not cx.aval(left).dtype == cx.aval(right).dtype == "b1":
        return False
    python = cx.aval(left).kind is cx.aval(right).kind is Kind.PYTHON
    return not python or isinstance(op, ast.BitAnd | ast.BitOr | ast.BitXor)


def _unsupported(cx: Context, node: ast.AST, op: ast.AST, left: Val, right: Val) -> Val:
    return cx.refuse("SD321", node, operation=_OPERATORS[type(op)][2], left=cx.describe(left), right=cx.describe(right))


def fold(cx: Context, function: Callable[..., Any], *vals: Known) -> Known | None:
    """The result on known objects; None where Python raises (it then does so at run time) or where it is not pure."""
    if not all(isinstance(v.obj, _PURE) and (v.origin is None or not isinstance(v.obj, tuple)) for v in vals):
        return None  # the numbers in a captured tuple are fetched at each call
    try:
        with np.errstate(all="raise" if errstate.strict(cx.errstate) else "ignore"):
            return Known(function(*(v.obj for v in vals)))
    except (ArithmeticError, TypeError, ValueError):
        return None


def _counted(cx: Context, node: ast.AST, val: Val) -> Val:
    """Python's bools count as ints in arithmetic."""
    if isinstance(val, Num) and val.type.kind is Kind.PYTHON and val.type.dtype == "b1":
        return cx.emit(node, "convert", val, kind=Kind.PYTHON, dtype="i8")
    if isinstance(val, Known) and isinstance(val.obj, bool):
        return Known(int(val.obj))
    return val


def as_dim(val: Val) -> Dim | None:
    """The size that an integer is known to be."""
    if isinstance(val, Known) and type(val.obj) is int:
        return val.obj
    return val.dim if isinstance(val, Num) else None


def _combine(op: ast.AST, a: Dim, b: Dim) -> Dim | None:
    if isinstance(op, (ast.Add, ast.Sub, ast.Mult)):
        return {ast.Add: dims.add, ast.Sub: dims.sub, ast.Mult: dims.mul}[type(op)](a, b)
    if isinstance(op, ast.FloorDiv) and isinstance(b, int) and b > 0:
        return dims.floordiv(a, b)
    return None


def _size(op: ast.AST, left: Val, right: Val) -> Val | None:
    """Arithmetic on sizes stays a size, and is written where it is used."""
    a, b = as_dim(left), as_dim(right)
    if a is None or b is None or not (static_size(a) and static_size(b)):
        return None
    found = _combine(op, a, b)
    if found is None:
        return None
    return Known(found) if isinstance(found, int) else Num(None, found)


def _with_dim(op: ast.AST, left: Val, right: Val, found: Val) -> Val:
    """An int made of run-time sizes keeps the size it equals."""
    a, b = as_dim(left), as_dim(right)
    if a is None or b is None or not isinstance(found, Num):
        return found
    return Num(found.value, _combine(op, a, b), found.tags)


def power(cx: Context, node: ast.AST, left: Val, right: Val) -> Val:
    """`left ** right`: on Python numbers an int to a negative power is a float, and a complex result is an error."""
    a, b = cx.aval(left), cx.aval(right)
    left, right = _counted(cx, node, left), _counted(cx, node, right)
    if not (a.pythonic and b.pythonic):
        return cx.emit(node, "pow", left, right)
    if a.dtype in ("i8", "b1") and b.dtype in ("i8", "b1") and isinstance(right, Known) and right.obj < 0:
        left = cx.emit(node, "convert", left, kind=Kind.PYTHON, dtype="f8")
    safe = isinstance(right, Known) and not isinstance(right.obj, complex) and float(right.obj).is_integer()
    return cx.emit(node, "pow", left, right, **({"safe": True} if safe else {}))


def raise_if(
    cx: Context,
    node: ast.AST,
    condition: Val,
    exception: str,
    args: tuple[Any, ...],
    staged: Sequence[Value] = (),
    cause: str | None = None,
) -> None:
    """Raise where the condition holds; with `staged` operands, `args` say what is shown of them."""
    if condition is not POISON:
        params: dict[str, Any] = {} if cause is None else {"cause": cause}
        cx.at(node).emit("raise_if", cx.value(condition), *staged, exc=exception, args=args, **params)


def unary(cx: Context, node: ast.AST, op: ast.AST, val: Val) -> Val:
    if val is POISON:
        return POISON
    if alternatives.involved(val) and not isinstance(op, ast.Not):
        return alternatives.each(cx, node, val, lambda x: unary(cx, node, op, x))
    if isinstance(op, ast.Not):
        return negate(cx, node, truth(cx, node, val))
    if isinstance(val, Foreign):
        return cx.refuse_object(node)
    prim, function, _ = _OPERATORS[type(op)]
    if isinstance(val, Known):
        found = fold(cx, function, val)
        if found is not None:
            return found
    if not cx.is_numeric(val):
        made = special_methods.unary(cx, node, op, val)
        if made is not None:
            return made
        return cx.refuse("SD321", node, operation=cx.text(node), left=cx.describe(val), right="nothing")
    if isinstance(op, ast.USub) and isinstance(val, Num) and val.value is None and val.dim is not None:
        return Num(None, dims.mul(-1, val.dim))
    val = _counted(cx, node, val)
    if isinstance(op, ast.UAdd) and "pos" not in REGISTRY:
        return val if isinstance(val, (Num, Known)) else cx.emit(node, "copy", val) if "copy" in REGISTRY else val
    if prim not in REGISTRY:
        return cx.refuse("SD321", node, operation=cx.text(node), left=cx.describe(val), right="nothing")
    return cx.emit(node, prim, val)


def negate(cx: Context, node: ast.AST, test: Val) -> Val:
    """`not test`, of a truth value."""
    if test is POISON:
        return POISON
    if isinstance(test, Known):
        return Known(not test.obj)
    negated = cx.emit(node, "not_", test)
    alternatives.note_negated(cx, test, negated)
    return negated


def truth(cx: Context, node: ast.AST, val: Val) -> Val:
    """What decides a branch: a known bool, or a staged scalar."""
    if val is POISON:
        return POISON
    if alternatives.involved(val):
        return alternatives.truth(cx, node, val, lambda x: truth(cx, node, x))
    if isinstance(val, Node):
        return nodes.truth(cx, node, val)
    if isinstance(val, Foreign):
        return cx.wrap(cx.at(node).emit("number_of", val.value, dtype="b1")[0])
    if not cx.is_numeric(val):
        decided = special_methods.truth(cx, node, val)
        if decided is not None:
            return decided
    if isinstance(val, Known):
        if isinstance(val.obj, np.ndarray) and val.obj.size != 1:
            return cx.refuse("SD317", node, use="a condition", name=f"`{cx.text(node)}`", shape=val.obj.shape)
        return Known(bool(val.obj))
    if isinstance(val, (Struct, ListRef, DictRef, SetRef)) or (isinstance(val, Sequence_) and val.kind == "range"):
        return container_operators.truth(cx, node, val)
    if isinstance(val, (Closure, Bound)):
        return Known(True)
    if not cx.is_numeric(val):
        return cx.refuse("SD317", node, use="a condition", name=f"`{cx.text(node)}`", shape=cx.describe(val))
    t = cx.aval(val)
    if t.rank:
        return cx.refuse(
            "SD317", node, use="a condition", name=f"`{cx.text(node)}`", shape=f"({', '.join(map(str, t.shape))})"
        )
    if isinstance(val, Num) and val.value is None and val.dim is not None:
        low = dims.lower_bound(val.dim)
        if low is not None and low > 0:
            return Known(True)
    if t.dtype == "b1" and t.kind is not Kind.ARRAY:
        return val
    return cx.emit(node, "convert", val, kind=Kind.PYTHON, dtype="b1")


def compare(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val:
    if left is POISON or right is POISON:
        return POISON
    if isinstance(op, (ast.Is, ast.IsNot)):
        return _identity(cx, node, op, left, right)
    if (isinstance(left, Foreign) or isinstance(right, Foreign)) and type(op) in _OPERATORS:
        from symdiff.frontend.python import foreign

        return foreign.compare(cx, node, _OPERATORS[type(op)][2], left, right)
    if alternatives.involved(left, right):
        return _compare_each(cx, node, op, left, right)
    if isinstance(op, (ast.In, ast.NotIn)):
        found = container_operators.contains(cx, node, left, right)
        return found if isinstance(op, ast.In) or found is POISON else negate(cx, node, found)
    left, right = list_numbers.both(cx, node, left, right)
    prim, function, _ = _OPERATORS[type(op)]
    if isinstance(left, Known) and isinstance(right, Known):
        found_known = fold(cx, function, left, right)
        if found_known is not None:
            return found_known
    if not cx.is_numeric(left) or not cx.is_numeric(right):
        asked = nodes.equal(cx, node, op, left, right) if isinstance(op, (ast.Eq, ast.NotEq)) else None
        made = asked or special_methods.compare(cx, node, op, left, right)
        if made is not None:
            return made
    if isinstance(left, Known) and isinstance(right, Known) and isinstance(op, (ast.Eq, ast.NotEq)):
        held = [isinstance(v.obj, container_operators.CONTAINERS) for v in (left, right)]
        numbers = cx.is_numeric(left) and cx.is_numeric(right)
        known = all(isinstance(v.obj, container_operators.CONTAINERS) or captured.settled(v.obj) for v in (left, right))
        if not all(held) and not numbers and not known:
            return cx.refuse("SD321", node, operation="comparison", left=cx.describe(left), right=cx.describe(right))
        if not any(held) and not numbers:
            return Known(bool(left.obj == right.obj) == isinstance(op, ast.Eq))
        if not all(held) and any(held):
            return Known(isinstance(op, ast.NotEq))
    if not cx.is_numeric(left) or not cx.is_numeric(right):
        return container_operators.compare(cx, node, op, left, right)
    decided = _compare_sizes(op, left, right)
    if decided is not None:
        return Known(decided)
    return cx.emit(node, prim, left, right)


def _compare_each(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val:
    """`name == "left"` of a name that is one of several strings, `best < x` of what may be None."""
    from symdiff.frontend.python import control

    found = letters.compare(cx, node, op, left, right)
    if found is not None:
        return found
    if isinstance(op, (ast.In, ast.NotIn)) and list_changes.holds_texts(cx, right):
        found = container_operators.contains(cx, node, left, right)
        return found if isinstance(op, ast.In) else negate(cx, node, found)
    searched = isinstance(op, (ast.In, ast.NotIn)) and list_changes.content_of(cx, right) is not None
    if searched and isinstance(left, Maybe):
        return alternatives.each(cx, node, left, lambda x: compare(cx, node, op, x, right), none=True)
    if isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
        ordered_texts = letters.ordered(cx, node, op, _OPERATORS[type(op)][2], left, right)
        if ordered_texts is not None:
            return ordered_texts
    equality = isinstance(op, (ast.Eq, ast.NotEq))
    for one, other in ((left, right), (right, left)):
        known = isinstance(other, Known) and not is_number(other.obj)
        if isinstance(one, OneOf) and (known or isinstance(op, (ast.In, ast.NotIn))):
            ordered = (lambda x: (x, right)) if one is left else (lambda x: (left, x))
            return alternatives.decided(cx, node, one, lambda x: compare(cx, node, op, *ordered(x)))  # noqa: B023
        if equality and isinstance(one, Maybe):
            absent = alternatives.is_none(cx, node, one)
            if absent is None:
                return compare(cx, node, op, *(alternatives.narrowed(cx, node, x) for x in (left, right)))
            if isinstance(other, Known) and other.obj is None:
                return absent if isinstance(op, ast.Eq) else negate(cx, node, absent)
            none = Known(isinstance(op, ast.NotEq)) if is_array(other) else None
            none_and = (NONE, right) if one is left else (left, NONE)
            without = functools.partial(compare, cx, node, op, *none_and)
            rest = functools.partial(compare, cx, node, op, left, right)
            return control.choose(cx, node, absent, lambda: none or without(), rest)  # noqa: B023
    return alternatives.for_all(cx, node, (left, right), lambda both: compare(cx, node, op, *both))


def _compare_sizes(op: ast.cmpop, left: Val, right: Val) -> bool | None:
    a, b = as_dim(left), as_dim(right)
    if a is None or b is None:
        return None
    if isinstance(op, (ast.Eq, ast.NotEq)):
        same = dims.equal(a, b)
        return None if same is None else same == isinstance(op, ast.Eq)
    if isinstance(op, (ast.Gt, ast.LtE)):  # a > b, a <= b
        above, below = dims.compare(a, dims.add(b, 1)), dims.compare(a, b)
        found = True if above is not None and above >= 0 else False if below is not None and below <= 0 else None
        return None if found is None else found == isinstance(op, ast.Gt)
    above, below = dims.compare(a, b), dims.compare(dims.add(a, 1), b)
    found = True if above is not None and above >= 0 else False if below is not None and below <= 0 else None
    return None if found is None else found == isinstance(op, ast.GtE)


def _identity(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val:
    positive = isinstance(op, ast.Is)
    if isinstance(left, Node) or isinstance(right, Node):
        return nodes.same(cx, node, left, right, positive)
    none = any(isinstance(v, Known) and v.obj is None for v in (left, right))
    if not none and any(isinstance(v, Letter) for v in (left, right)):
        return cx.refuse("SD223", node, operator="is" if positive else "is not")  # texts that are equal may be one
    if alternatives.involved(left, right):
        return _same_as(cx, node, left, right, positive)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Known) and one.obj is None:
            if isinstance(other, Foreign) and other.value.type == types.object_of(object):
                found = cx.wrap(cx.at(node).emit("is_none", other.value)[0])
                return found if positive else negate(cx, node, found)
            return Known((isinstance(other, Known) and other.obj is None) == positive)
    if isinstance(left, Known) and isinstance(right, Known):
        plain = type(left.obj) is type(right.obj) and isinstance(left.obj, _PLAIN)
        if plain and left.obj is not right.obj and same_known(left, right):  # Python may make equal ones once
            return cx.refuse("SD223", node, operator="is" if positive else "is not")
        return special_methods.same_object(cx, node, left, right, positive)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Known) and isinstance(other, (Num, Arr)):
            same = _is_constant(cx, node, one.obj, other)
            if same is not None:
                return same if positive else negate(cx, node, same)
    if isinstance(left, Reference) or isinstance(right, Reference):
        return special_methods.same_object(cx, node, left, right, positive)
    if isinstance(left, (Struct, Closure)) or isinstance(right, (Struct, Closure)):
        if left is not right and _may_be_one(left, right):
            return cx.refuse("SD223", node, operator="is" if positive else "is not")
        apart.compared(cx, node, left, right)
        return Known((left is right) == positive)
    return cx.refuse("SD223", node, operator="is" if positive else "is not")


_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def _may_be_one(left: Val, right: Val) -> bool:
    """Whether two values may stand for one tuple: a branch, a loop or a list gives a tuple of new values."""
    if isinstance(left, Struct) and isinstance(right, Struct) and left.own and right.own and not _is_display(left):
        return False
    (cls, items), (other, others) = _tuple(left), _tuple(right)
    if cls is None or cls is not other or len(items) != len(others):
        return False
    return not any(map(_differ, items, others))


def _differ(a: Val, b: Val) -> bool:
    """Whether two items are certainly two objects: numbers or texts that are known, and not equal."""
    plain = all(isinstance(v, Known) and isinstance(v.obj, _PLAIN) for v in (a, b))
    return plain and not same_known(a, b)


def _is_display(val: Val) -> bool:
    """Whether a tuple is of known items alone: Python makes those of one text once."""
    return isinstance(val, Known) or (isinstance(val, Struct) and all(map(_is_display, val.items)))


def _tuple(val: Val) -> tuple[type | None, Sequence[Val]]:
    """The class and items of a tuple."""
    if isinstance(val, Struct):
        return val.cls or tuple, val.items
    if isinstance(val, Known) and isinstance(val.obj, tuple):
        return type(val.obj), [Known(item) for item in val.obj]
    return None, ()


def _is_constant(cx: Context, node: ast.AST, obj: Any, staged: Num | Arr) -> Val | None:
    """Whether a number of the run is an object that is known: True, False, or no number at all; None for a number."""
    if not isinstance(obj, bool):
        return None if is_number(obj) or isinstance(obj, np.ndarray) else Known(False)
    t = cx.aval(staged)
    if t.either:
        return None
    if t.kind is not Kind.PYTHON or t.dtype != "b1":
        return Known(False)
    return staged if obj else negate(cx, node, staged)


def _same_as(cx: Context, node: ast.AST, left: Val, right: Val, positive: bool) -> Val:
    """`is` of what is one of several things."""
    for one, other in ((left, right), (right, left)):
        if isinstance(other, Known) and other.obj is None and alternatives.involved(one):
            found = alternatives.is_none(cx, node, one, positive)
            if found is None:  # known here
                return Known(alternatives.optional(alternatives.narrowed(cx, node, one)) == positive)
            return found
        if isinstance(one, OneOf) and not alternatives.involved(other):
            if isinstance(other, Reference) and any(_in_question(x, other) for x in one.options):
                return _same_as_each(cx, node, one, other, positive)
            captured.rely_on_sharing(cx, *one.options, other)
            same = [alternatives.same(x, other) or captured.one_object(cx, x, other) for x in one.options]
            if any(_may_be_one(x, other) for x, found in zip(one.options, same, strict=True) if not found):
                break
            wanted = frozenset(k for k, found in enumerate(same) if found)
            found = alternatives.which(cx, node, one, wanted)
            return found if positive else negate(cx, node, found)
    return cx.refuse("SD223", node, operator="is" if positive else "is not")


def _same_as_each(cx: Context, node: ast.AST, one: OneOf, other: Val, positive: bool) -> Val:
    op = ast.Is() if positive else ast.IsNot()
    return alternatives.each(cx, node, one, lambda x: _identity(cx, node, op, x, other))


def _in_question(val: Val, other: Reference) -> bool:
    """Whether a list, dict or object may be another one that a branch or loop chose, or a list holds."""
    return isinstance(val, Reference) and val.cell is not other.cell


def convert(cx: Context, node: ast.AST, val: Val, kind: Kind, dtype: str) -> Val:
    """A scalar of another kind or dtype; itself where nothing changes."""
    t = cx.aval(val)
    if t == types.AVal(kind, t.shape, dtype):
        return val
    found = cx.emit(node, "convert", val, kind=kind, dtype=dtype)
    if isinstance(found, Num) and isinstance(val, Num) and dtype == "i8" and t.dtype == "i8":
        return Num(found.value, val.dim, val.tags or NO_TAGS)
    return found


def is_array(val: Val) -> bool:
    return isinstance(val, Arr) or (isinstance(val, Known) and isinstance(val.obj, np.ndarray))
