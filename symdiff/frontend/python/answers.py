"""What `__bool__` and `__len__` of the user's classes answer: a truth value, a whole number from 0; else Python raises.

if box: …       TypeError: __bool__ should return bool, returned numpy.bool
"""

from __future__ import annotations

import ast

import numpy as np

from symdiff.frontend.python import operators, raising, reflection
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Known, Num, Val
from symdiff.ir import dims
from symdiff.ir.core import Value
from symdiff.ir.types import Kind


def truth(cx: Context, node: ast.AST, found: Val) -> Val:
    """What `__bool__` gave: a bool of Python's."""
    classes = set(reflection.classes_of(found))
    if bool not in classes and classes:
        text = f"__bool__ should return bool, returned {_named(min(classes, key=_named))}"
        return raising.always(cx, node, TypeError(text), function=f"`{cx.text(node)}`", message=text)
    if len(classes) > 1:
        return reflection.unclear(cx, node, "bool", found)
    return operators.truth(cx, node, found)


def length(cx: Context, node: ast.AST, found: Val) -> Val:
    """What `__len__` gave, as an int."""
    classes = reflection.classes_of(found)
    wrong = [cls for cls in classes if not hasattr(cls, "__index__")]
    if wrong and len(wrong) == len(classes):
        text = f"{_named(wrong[0])!r} object cannot be interpreted as an integer"
        return raising.always(cx, node, TypeError(text), function=f"`{cx.text(node)}`", message=text)
    if wrong or not cx.is_numeric(found):
        return POISON if found is POISON else reflection.unclear(cx, node, "len", found)
    negative = Known(False) if _is_count(cx, found) else operators.compare(cx, node, ast.Lt(), found, Known(0))
    if isinstance(negative, Known) and negative.obj:
        text = "__len__() should return >= 0"
        return raising.always(cx, node, ValueError(text), function=f"`{cx.text(node)}`", message=text)
    if not isinstance(negative, Known):
        operators.raise_if(cx, node, negative, "ValueError", ("__len__() should return >= 0",))
    return Known(int(found.obj)) if isinstance(found, Known) else operators.convert(cx, node, found, Kind.PYTHON, "i8")


def _named(cls: type) -> str:
    return f"numpy.{cls.__name__}" if issubclass(cls, (np.generic, np.ndarray)) else cls.__name__


def _is_count(cx: Context, val: Val) -> bool:
    """Whether it is a size, or how many elements a list has: never below 0."""
    size = operators.as_dim(val)
    low = None if size is None else dims.lower_bound(size)
    return (low is not None and low >= 0) or (
        isinstance(val, Num) and val.value is not None and _counted(cx, val.value)
    )


def _counted(cx: Context, value: Value) -> bool:
    home = cx.homes.get(value)
    made = next((op for op in reversed(home.ops) if value in op.outs), None) if home is not None else None
    return made is not None and made.prim.name in ("seq_len", "dim")
