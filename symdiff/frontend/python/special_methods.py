"""Special methods of the user's classes: operators, comparisons, truth, length, subscripts, iteration, calls.

Python asks the left operand's class first, then the right one's (the other way round where that is a subclass); a
method that returns NotImplemented passes.  A class without the method has the meaning of `object`, or of `tuple` for
named tuples, which the caller of these functions knows.
"""

from __future__ import annotations

import ast
import types as python_types
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import numpy as np

from symdiff.frontend.python import (
    alternatives,
    apart,
    calls,
    captured,
    classes,
    dataclass_calls,
    keys,
    letters,
    list_numbers,
    mirrors,
    nodes,
    of_none,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Arr,
    Bound,
    Flat,
    Foreign,
    Known,
    ListRef,
    Node,
    Num,
    ObjRef,
    OneOf,
    Reference,
    Sequence_,
    Struct,
    Val,
)
from symdiff.ir.libraries import of_library
from symdiff.ir.types import Kind
from symdiff.signature import ABSENT

_NAMES: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.Pow: "pow", ast.MatMult: "matmul", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
    ast.LShift: "lshift", ast.RShift: "rshift",
}  # fmt: skip
_COMPARE: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lt: ("__lt__", "__gt__"), ast.LtE: ("__le__", "__ge__"), ast.Gt: ("__gt__", "__lt__"),
    ast.GtE: ("__ge__", "__le__"), ast.Eq: ("__eq__", "__eq__"), ast.NotEq: ("__ne__", "__ne__"),
}  # fmt: skip
_C_METHODS = (python_types.WrapperDescriptorType, python_types.MethodDescriptorType, python_types.BuiltinFunctionType)
_UNARY: dict[type[ast.AST], str] = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}


def call(
    cx: Context, node: ast.AST, val: Val, name: str, args: Sequence[Val], kwargs: dict[str, Val] | None = None
) -> Val | None:
    """`type(val).name(val, *args)`; None where the class has no such method of its own."""
    cls = classes.class_of(val)
    found = None if cls is None else classes.lookup(cls, name)
    if cls is None or found is None or isinstance(found[1], _C_METHODS):
        if cls is not None and not isinstance(val, Struct) and not of_library(cls.__module__):
            _rely_on(cx, cls, name)
        return None
    if isinstance(val, Node) and classes.generated(found[1]) and not dataclass_calls.ends(cx, val, found[1]):
        what = f"`{name}` of `{cls.__name__}`, whose objects are linked with each other,"
        rewrite = "compare with `is`, or field by field: there may be any number of objects to ask"
        return cx.refuse("SD299", node, construct=what, rewrite=rewrite)
    if isinstance(val, Node) and name not in of_none.OWN:
        nodes.required(cx, node, val, of_none.message(cx, name, tuple(args)))
    why = classes.unreadable(cls) if isinstance(val, ObjRef) else None
    if why is not None or classes.function_of(cls, name) is None:
        reason = why or f"has a `{name}` that is no function"
        return cx.refuse("SD412", node, name=f"`{cls.__name__}`", reason=reason)
    return calls.apply(cx, node, Bound(val, classes.member(cx, cls, name, found[1])), list(args), kwargs or {})


def _rely_on(cx: Context, cls: type, name: str) -> None:
    """What the class has under that name, or that it has nothing."""
    captured.rely_on(cx, classes.class_value(cx, cls), "get", name, getattr(cls, name, ABSENT))


def _declined(val: Val | None) -> bool:
    return val is None or (isinstance(val, Known) and val.obj is NotImplemented)


def _asked(
    cx: Context, node: ast.AST, left: Val, right: Val, names: tuple[str, str], right_first: bool
) -> tuple[bool, Val | None]:
    """Whether anyone was asked, and the answer of the first that had one."""
    order = [(left, names[0], right), (right, names[1], left)]
    if right_first:
        order.reverse()
    elif classes.class_of(left) is classes.class_of(right) and names[0] != names[1] and names[1].startswith("__r"):
        order.pop()  # operands of one class are not asked twice
    asked = False
    for val, name, other in order:
        found = call(cx, node, val, name, [other])
        asked = asked or found is not None
        if not _declined(found):
            return True, found
    return asked, None


def _or_reflected(
    cx: Context, node: ast.AST, left: Val, right: Val, name: str, again: Callable[[Val, Val], Val]
) -> Val | None:
    """An operator whose left operand may be None, where the class of the right one has the method `name` for that."""
    from symdiff.frontend.python import control

    if not isinstance(left, Node) or classes.function_of(classes.class_of(right), name) is None:
        return None
    there = nodes.there(cx, node, left)
    if isinstance(there, Known):
        return None if there.obj else again(NONE, right)
    return control.choose(cx, node, there, lambda: again(left, right), lambda: again(NONE, right))


def _subclass(left: Val, right: Val) -> bool:
    a, b = classes.class_of(left), classes.class_of(right)
    return a is not None and b is not None and a is not b and issubclass(b, a)


def binary(cx: Context, node: ast.AST, op: ast.AST, left: Val, right: Val) -> Val | None:
    """`left op right` where a class has a meaning for it; None where none has."""
    from symdiff.frontend.python import operators

    name = _NAMES[type(op)]
    again = partial(operators.binary, cx, node, op)
    reflected = _or_reflected(cx, node, left, right, f"__r{name}__", again)
    if reflected is not None:
        return reflected
    if classes.class_of(left) is None:
        own_reflected = classes.function_of(classes.class_of(right), f"__r{name}__")
        converted = left if own_reflected is None else _as_python(cx, node, left, right)
        if converted is None:
            return cx.refuse("SD321", node, operation=cx.text(node), left=cx.describe(left), right=cx.describe(right))
        left = converted
    names = (f"__{name}__", f"__r{name}__")
    own, other = (classes.function_of(classes.class_of(v), names[1]) for v in (left, right))
    sub = classes.class_of(right) if _subclass(left, right) else None
    if sub is not None:
        _rely_on(cx, sub, names[1])
    _, found = _asked(cx, node, left, right, names, sub is not None and other is not None and other is not own)
    return found


def _as_python(cx: Context, node: ast.AST, number: Val, other: Val) -> Val | None:
    """What a reflected method gets of a number: NumPy hands its scalars on as Python's.  None where NumPy goes on."""
    from symdiff.frontend.python import operators

    cls = classes.class_of(other)
    assert cls is not None
    ufunc = classes.lookup(cls, "__array_ufunc__")
    if isinstance(number, Num):
        plain = number.type.kind is Kind.PYTHON
    else:
        plain = isinstance(number, Known) and not isinstance(number.obj, (np.generic, np.ndarray))
    if not cx.is_numeric(number) or plain or (ufunc is not None and ufunc[1] is None):
        return number
    sequence = all(classes.lookup(cls, name) is not None for name in ("__len__", "__getitem__"))
    array = sequence or classes.lookup(cls, "__array__") is not None  # which NumPy makes of it
    if (
        ufunc is not None
        or classes.lookup(cls, "__array_priority__") is not None
        or operators.is_array(number)
        or array
    ):
        return None
    if isinstance(number, Known):
        return Known(number.obj.item())
    t = cx.aval(number)
    if t.kind is not Kind.NUMPY or t.dtype == "b1":
        return None
    return operators.convert(cx, node, number, Kind.PYTHON, {"f": "f8", "c": "c16"}.get(t.dtype[0], "i8"))


def inplace(cx: Context, node: ast.AST, op: ast.AST, left: Val, right: Val) -> Val | None:
    """`left op= right` where the class says how; None where it is `left = left op right`."""
    found = call(cx, node, left, f"__i{_NAMES[type(op)]}__", [right])
    return None if _declined(found) else found


def compare(cx: Context, node: ast.AST, op: ast.AST, left: Val, right: Val) -> Val | None:
    """`left op right` of objects; None where no class has a meaning for it."""
    from symdiff.frontend.python import operators

    if not any(isinstance(classes.class_of(v), type) for v in (left, right)):
        return None
    again = partial(operators.compare, cx, node, cast(ast.cmpop, op))
    reflected = None
    if not isinstance(op, (ast.Eq, ast.NotEq)):  # None answers these
        reflected = _or_reflected(cx, node, left, right, _COMPARE[type(op)][1], again)
    if reflected is not None:
        return reflected
    if any(isinstance(v, Arr) or (isinstance(v, Num) and v.type.kind is not Kind.PYTHON) for v in (left, right)):
        return _compare_numpy(cx, node, op, left, right)
    _, found = _asked(cx, node, left, right, _COMPARE[type(op)], _subclass(left, right))
    if found is not None:
        return found
    if isinstance(op, ast.NotEq) and not any(_compared_in_c(classes.class_of(v), "__ne__") for v in (left, right)):
        _, equal = _asked(cx, node, left, right, ("__eq__", "__eq__"), _subclass(left, right))
        if equal is not None:
            return operators.negate(cx, node, operators.truth(cx, node, equal))
    if any(_compared_in_c(classes.class_of(v)) for v in (left, right)):
        return None
    held = all(isinstance(v, Known) and isinstance(v.obj, (list, tuple, dict, set, frozenset)) for v in (left, right))
    if isinstance(op, (ast.Eq, ast.NotEq)) and not held and not any(isinstance(v, Struct) for v in (left, right)):
        return same_object(cx, node, left, right, isinstance(op, ast.Eq))
    return None


def _compared_in_c(cls: type | None, name: str = "__eq__") -> bool:
    """Whether what says that objects are equal, or are not, is neither that of `object` nor written in Python."""
    default = getattr(object, name)
    found = getattr(cls, name, default)
    return found is not default and isinstance(found, _C_METHODS)


def _compare_numpy(cx: Context, node: ast.AST, op: ast.AST, left: Val, right: Val) -> Val:
    """NumPy's operand on the left decides; on the right it is a number like any other."""
    found = call(cx, node, left, _COMPARE[type(op)][0], [right])
    if found is None or _declined(found):
        return cx.refuse("SD321", node, operation="comparison", left=cx.describe(left), right=cx.describe(right))
    return found


def same_object(cx: Context, node: ast.AST, left: Val, right: Val, positive: bool, asked: str = "") -> Val:
    """`is`, where one of the two is a list, dict, set or object made in the function, or both are known.

    `asked` is what else asks this, as `in` and `==` of lists do.
    """

    def refuse() -> Val:
        operator = asked or ("is" if positive else "is not")
        more: dict[str, Any] = _FIRST_ASKED if asked else _OF_OBJECTS
        return cx.refuse("SD223", node, operator=operator, **more)

    if keys.is_double(cx, left, right):
        return refuse()
    if isinstance(left, Node) or isinstance(right, Node):
        from symdiff.frontend.python import nodes

        return nodes.same(cx, node, left, right, positive)
    unknown = any(isinstance(v, Foreign) or (isinstance(v, ListRef) and v.cell.kind == "tuple") for v in (left, right))
    if unknown or (left is not right and apart.copies(cx, left, right)):
        return refuse()
    if not mirrors.known_apart(cx, left, right) and not _one_cell(left, right):
        return refuse()
    if isinstance(left, Reference) and isinstance(right, Reference):
        if left.cell is right.cell:
            return Known(positive)
        from symdiff.frontend.python import linked, sameness

        found = sameness.same_place(cx, node, left.cell, right.cell, positive)
        apart.compared(cx, node, left, right)
        if found is None:
            linked.note_meant(cx, left, right)
            return refuse()
        return found
    if isinstance(left, Known) and isinstance(right, Known):
        captured.rely_on_sharing(cx, left, right)
        return Known((left.obj is right.obj) == positive)
    apart.compared(cx, node, left, right)
    return Known(not positive)


_OF_OBJECTS: dict[str, Any] = {
    "why": "which object one of the two is, is known only when it runs",
    "rewrite": "keep a number beside the object that says which one it is: `k = i`, `if k == 0`",
}
_FIRST_ASKED: dict[str, Any] = {
    "why": "containers ask first whether two elements are one object, and which object one of these is the run decides",
    "rewrite": "ask what is equal alone: `any(item == x for x in items)`",
}


def _one_cell(left: Val, right: Val) -> bool:
    return isinstance(left, Reference) and isinstance(right, Reference) and left.cell is right.cell


def unary(cx: Context, node: ast.AST, op: ast.AST, val: Val) -> Val | None:
    return call(cx, node, val, _UNARY[type(op)], [])


def truth(cx: Context, node: ast.AST, val: Val) -> Val | None:
    """Whether an object counts as true; None for what is no object."""
    from symdiff.frontend.python import answers, operators

    found = call(cx, node, val, "__bool__", [])
    if found is not None:
        return answers.truth(cx, node, found)
    found = call(cx, node, val, "__len__", [])
    if found is not None:
        return operators.truth(cx, node, answers.length(cx, node, found))
    return Known(True) if isinstance(val, ObjRef) else None


def iterated(cx: Context, node: ast.AST, val: Val) -> Val:
    """What a loop over an object runs over; anything else as it is."""
    if isinstance(val, Flat):
        from symdiff.frontend.python import flat

        return flat.elements(cx, node, val)
    if isinstance(val, Sequence_) and val.kind == "iter":
        return val.parts[0]
    if isinstance(val, OneOf):
        val = letters.run_over(cx, node, alternatives.present(cx, node, val, "'NoneType' object is not iterable"))
    from symdiff.frontend.python import sets_of_the_run

    val = list_numbers.opened(cx, node, val, "__iter__")
    found = call(cx, node, val, "__iter__", [])
    if found is None and isinstance(val, ObjRef):
        from symdiff.frontend.python import indexed

        found = indexed.iterated(cx, node, val)
    return val if found is None else sets_of_the_run.run_over(cx, node, val, found)


def iter_(cx: Context, node: ast.AST, args: Sequence[Val], kwargs: dict[str, Any]) -> Val:
    """`iter(x)`; as what `__iter__` returns, the loop over it runs over x."""
    if len(args) != 1 or kwargs:
        return cx.refuse_unknown(node, "iter", args)
    over = iterated(cx, node, args[0])
    if cx.frame.source.name == "__iter__" or over is POISON:
        return over
    from symdiff.frontend.python import iterators, keyed

    found = iterators.made(cx, over)
    if keyed.holds(cx, args[0]) and isinstance(found, Sequence_):
        cx.eager[found.cell] = keyed.keys_now(cx, args[0])
    return found
