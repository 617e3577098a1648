"""The texts of Python's errors where None stands for an object whose class has special methods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Arr, DictRef, Known, ListRef, Node, Num, ObjRef, Val
from symdiff.ir.types import Kind

OWN = ("__eq__", "__ne__", "__str__", "__repr__", "__format__", "__bool__", "__hash__")  # special methods that None has

UNPACKED = "unpacked"
_TEXTS = {
    UNPACKED: "cannot unpack non-iterable NoneType object",
    "__len__": "object of type 'NoneType' has no len()",
    "__call__": "'NoneType' object is not callable",
    "__getitem__": "'NoneType' object is not subscriptable",
    "__setitem__": "'NoneType' object does not support item assignment",
    "__delitem__": "'NoneType' object doesn't support item deletion",
    "__contains__": "argument of type 'NoneType' is not iterable",
    "__iter__": "'NoneType' object is not iterable",
    "__reversed__": "'NoneType' object is not reversible",
    "__neg__": "bad operand type for unary -: 'NoneType'",
    "__pos__": "bad operand type for unary +: 'NoneType'",
    "__invert__": "bad operand type for unary ~: 'NoneType'",
    "__abs__": "bad operand type for abs(): 'NoneType'",
    "__round__": "type NoneType doesn't define __round__ method",
    "__float__": "float() argument must be a string or a real number, not 'NoneType'",
    "__int__": "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'",
    "__complex__": "complex() first argument must be a string or a number, not 'NoneType'",
    "__vars__": "vars() argument must have __dict__ attribute",  # no method: `message_of_builtin` asks for it
    "__enter__": "'NoneType' object does not support the context manager protocol",
}
SIGNS = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}
_ARITHMETIC = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "matmul": "@",
    "pow": "** or pow()", "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>",
}  # fmt: skip
_PYTHON = {"b1": "bool", "i8": "int", "f8": "float", "c16": "complex"}


def message_of_other(name: str, cls: type) -> str:
    """Python's text where an object of a class is asked for its order by the method `name`, beside None."""
    return f"'{SIGNS[name]}' not supported between instances of '{cls.__name__}' and 'NoneType'"


def message(cx: Context, name: str, others: tuple[Val, ...]) -> str:
    """Python's text where the special method `name` is asked of None, with these other operands."""
    other = _type_name(cx, others[0]) if others else ""
    if name in SIGNS:
        return f"'{SIGNS[name]}' not supported between instances of 'NoneType' and '{other}'"
    bare = name.strip("_")
    if bare in _ARITHMETIC:
        return f"unsupported operand type(s) for {_ARITHMETIC[bare]}: 'NoneType' and '{other}'"
    if bare[:1] == "r" and bare[1:] in _ARITHMETIC:
        return f"unsupported operand type(s) for {_ARITHMETIC[bare[1:]]}: '{other}' and 'NoneType'"
    if bare[:1] == "i" and bare[1:] in _ARITHMETIC:
        sign = _ARITHMETIC[bare[1:]].split()[0]
        return f"unsupported operand type(s) for {sign}=: 'NoneType' and '{other}'"
    return _TEXTS.get(name, f"'NoneType' object has no attribute '{name}'")


def message_of_builtin(name: str, others: Sequence[Val]) -> tuple[str, str]:
    """Python's text, and its exception, where a builtin function is called with None and these."""
    asked = others[0].obj if others and isinstance(others[0], Known) else None
    if name in ("getattr", "setattr", "delattr") and isinstance(asked, str):
        return f"'NoneType' object has no attribute '{asked}'", "AttributeError"
    return _TEXTS.get(f"__{name}__", _TEXTS["__iter__"]), "TypeError"


def _type_name(cx: Context, val: Val) -> str:
    """The name of a value's class, as such texts have it."""
    if isinstance(val, Known):
        return type(val.obj).__name__ if type(val.obj).__module__ != "numpy" else f"numpy.{type(val.obj).__name__}"
    if isinstance(val, Num):
        python = val.type.kind is not Kind.NUMPY and val.type.dtype in _PYTHON
        return _PYTHON[val.type.dtype] if python else f"numpy.{np.dtype(val.type.dtype).type.__name__}"
    if isinstance(val, Arr):
        return "numpy.ndarray"
    if isinstance(val, (ListRef, DictRef)):
        return val.cell.kind
    return val.cls.__name__ if isinstance(val, (ObjRef, Node)) else cx.describe(val)
