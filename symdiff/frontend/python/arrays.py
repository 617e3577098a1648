"""Attributes of values, sizes, and making arrays of numbers and lists."""

from __future__ import annotations

import ast
import enum
import operator
import sys
import types as python_types
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from symdiff.frontend.python import (
    absences,
    alternatives,
    captured,
    containers,
    enums,
    forms,
    grown,
    list_numbers,
    memory,
    missing_attributes,
    objects,
    operators,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.sizes import fresh_opaque
from symdiff.frontend.python.values import (
    POISON,
    Arr,
    Bound,
    Cell,
    Closure,
    DictRef,
    Flat,
    Foreign,
    Grown,
    Known,
    ListRef,
    Method,
    Num,
    Partial,
    Sequence_,
    SetRef,
    SliceVal,
    Step,
    Struct,
    Val,
    is_number,
    static_size,
)
from symdiff.ir.core import REGISTRY
from symdiff.ir.dims import Dim
from symdiff.ir.libraries import of_library
from symdiff.ir.types import PYTHON_NAMES, AVal, Kind
from symdiff.primitives.complex_parts import PARTS

_METHOD_NAMES = (
    "sum mean prod max min var std any all argmax argmin cumsum cumprod reshape ravel flatten transpose copy "
    "astype dot item tolist squeeze swapaxes clip repeat diagonal trace conj conjugate take sort fill round view "
    "argsort put compress nonzero searchsorted partition resize"
)
ARRAY_METHODS: frozenset[str] = frozenset(_METHOD_NAMES.split())


def container_method_names(base: Val) -> Iterable[str]:
    from symdiff.frontend.python import container_methods

    if isinstance(base, SetRef):
        from symdiff.frontend.python import sets

        return sets.METHODS
    if isinstance(base, (ListRef, DictRef)):
        return container_methods.LIST if isinstance(base, ListRef) else container_methods.DICT
    return ("index", "count") if isinstance(base, Struct) else ()


def attribute(cx: Context, node: ast.Attribute, base: Val, name: str) -> Val:
    if base is POISON:
        return POISON
    if alternatives.involved(base) and name == "__class__":  # None has one
        from symdiff.frontend.python import calls

        return calls.apply(cx, node, Known(type), [base], {})
    if alternatives.involved(base):
        base = alternatives.present(cx, node, base, f"'NoneType' object has no attribute '{name}'", "AttributeError")
        return alternatives.each(cx, node, base, lambda x: attribute(cx, node, x, name))
    base = list_numbers.opened(cx, node, base, name)
    found = enums.attribute(cx, base, name) or objects.attribute(cx, node, base, name)
    if found is not None:
        return found
    if isinstance(base, Known) and name in _OF_NAMED_TUPLES and isinstance(base.obj, tuple):
        fields = getattr(base.obj, "_fields", ())
        base = Struct("namedtuple", containers.elements(cx, base) or (), type(base.obj), fields)
    said = _said_of_function(base, name)
    if said is not None:
        return said
    if name in _OPERATIONS and _is_plain_container(base):
        return Partial(Known(_OPERATIONS[name]), (base,), {})
    if isinstance(base, Known):
        return _known(cx, node, base, name)
    if isinstance(base, Struct) and name in base.keys:
        return base.items[base.keys.index(name)]
    if isinstance(base, (Num, Arr)):
        return _numeric(cx, node, base, name)
    if isinstance(base, Sequence_) and base.kind == "range" and name in ("start", "stop", "step"):
        return base.parts[("start", "stop", "step").index(name)]
    if isinstance(base, Sequence_) and base.kind == "range" and name in ("index", "count"):
        return Method(base, name)
    if isinstance(base, SliceVal) and name in ("start", "stop", "step"):
        return {"start": base.lo, "stop": base.hi, "step": base.step}[name]
    if name in container_method_names(base) or isinstance(base, Foreign):
        return Method(base, name)
    if isinstance(base, Struct) and base.cls is not None and name in _OF_NAMED_TUPLES:
        return Method(base, name)
    return cx.refuse("SD404", node, type=cx.describe(base), name=name)


_OPERATIONS = {
    "__getitem__": operator.getitem, "__setitem__": operator.setitem, "__contains__": operator.contains, "__len__": len,
}  # fmt: skip


def _is_plain_container(val: Val) -> bool:
    """Whether it is an array, list, tuple, dict, set or text, whose special methods are those of Python and NumPy."""
    if isinstance(val, Known):
        return type(val.obj) in (np.ndarray, list, tuple, dict, set, frozenset, str)
    return isinstance(val, Arr | ListRef | DictRef | SetRef | Struct)


def _said_of_function(base: Val, name: str) -> Val | None:
    """`function.__name__` and its like."""
    if isinstance(base, Closure) and name in ("__name__", "__qualname__"):
        return Known(base.source.name if name == "__name__" else base.source.qualname)
    if isinstance(base, Bound) and name in ("__func__", "__self__"):
        return base.function if name == "__func__" else base.receiver
    if isinstance(base, Method) and name == "__name__":
        return Known(base.name)
    if isinstance(base, Bound) and name in _OF_FUNCTIONS:
        return _said_of_function(base.function, name)
    known = isinstance(base, Known) and isinstance(base.obj, _FUNCTIONS) and name in _OF_FUNCTIONS
    return Known(getattr(base.obj, name)) if known and isinstance(base, Known) and hasattr(base.obj, name) else None


_FUNCTIONS = (python_types.FunctionType, python_types.BuiltinFunctionType, np.ufunc)
_OF_FUNCTIONS = ("__name__", "__qualname__", "__doc__", "__module__")


def _known(cx: Context, node: ast.Attribute, base: Known, name: str) -> Val:
    from symdiff.frontend.python import foreign, foreign_results

    obj = base.obj
    if isinstance(obj, enum.Enum) and name in obj.__dict__:
        return captured.lift_attribute(cx, base, name, obj.__dict__[name])
    if isinstance(obj, np.ndarray) or values_number(obj):
        return _known_numeric(cx, node, base, name)
    found_by_hook = missing_attributes.missing(cx, node, base, name)
    if found_by_hook is not None:
        return found_by_hook
    plain = isinstance(obj, (list, tuple, dict, set, frozenset, str)) and not hasattr(type(obj), "_fields")
    if plain and hasattr(type(obj), name) and _plain_attribute(obj, name) is _NOTHING:
        return Method(base, name)
    if isinstance(obj, np.ufunc) and name in ("at", "reduce", "reduceat", "accumulate", "outer"):
        return Method(base, name)
    if obj is sys and name in foreign.STREAMS:
        return foreign.STREAMS[name]
    if foreign_results.is_method(obj, name):
        return Method(base, name)
    found = _plain_attribute(obj, name)
    if found is _NOTHING:
        return _no_attribute(cx, node, obj, name)
    library = isinstance(obj, python_types.ModuleType) and of_library(obj.__name__)
    if library and (base.origin is None or isinstance(found, (python_types.ModuleType, np.ufunc))):
        return Known(found, base.origin and (base.origin[0], (*base.origin[1], ("attr", name))))
    if isinstance(obj, python_types.ModuleType) and obj.__name__.split(".")[0] in ("numpy", "math", "scipy"):
        return Known(found)
    return captured.lift_attribute(cx, base, name, found)


def _no_attribute(cx: Context, node: ast.Attribute, obj: Any, name: str) -> Val:
    code = "SD407" if obj is np else "SD404"
    given: dict[str, Any] = {"function": f"np.{name}", "version": np.__version__, "alternative": ""}
    return cx.refuse(code, node, type=type(obj).__name__, name=name, **given)


_NOTHING: Any = object()
_OF_NAMED_TUPLES = ("_replace", "_asdict")


def _plain_attribute(obj: Any, name: str) -> Any:
    """An attribute that reading runs no code for: of a module, a class, or an instance's own dictionary."""
    if isinstance(obj, (python_types.ModuleType, type, np.dtype, np.finfo, np.iinfo)):
        return getattr(obj, name, _NOTHING)
    own = getattr(obj, "__dict__", {})
    if name in own:
        return own[name]
    for cls in type(obj).__mro__:
        if name in cls.__dict__:
            found = cls.__dict__[name]
            if isinstance(
                found, (python_types.FunctionType, python_types.MemberDescriptorType, staticmethod, classmethod)
            ):
                return getattr(obj, name, _NOTHING)
            if isinstance(obj, tuple) and name in getattr(obj, "_fields", ()):
                return getattr(obj, name)
            return _NOTHING if hasattr(found, "__get__") else found
    return _NOTHING


def values_number(obj: Any) -> bool:
    return is_number(obj)


def _known_numeric(cx: Context, node: ast.Attribute, base: Known, name: str) -> Val:
    if name in ("shape", "ndim", "size", "dtype", "T", "real", "imag") and not (
        not isinstance(base.obj, (np.ndarray, np.generic)) and name not in ("real", "imag")
    ):
        found = getattr(base.obj, name)
        return Struct("tuple", tuple(Known(n) for n in found)) if name == "shape" else Known(found)
    if hasattr(type(base.obj), name):
        return Method(base, name)
    return cx.refuse("SD404", node, type=type(base.obj).__name__, name=name)


def _numeric(cx: Context, node: ast.Attribute, base: Num | Arr, name: str) -> Val:
    t = cx.aval(base)
    python = t.pythonic
    if name in ("real", "imag", "conjugate"):
        return complex_part(cx, node, base, name)
    if python and name == "is_integer" and t.inexact:
        return Method(base, name)
    if python:
        code = "SD312" if t.either else "SD404"
        return cx.refuse(
            code, node, type=str(t), name=f"`{cx.text(node.value)}`" if code == "SD312" else name, use=f"`.{name}`"
        )
    if name == "shape":
        return Struct("tuple", tuple(size_of(cx, node, base, k) for k in range(t.rank)))
    if name == "ndim":
        return Known(t.rank)
    if name == "dtype":
        return Known(np.dtype(t.dtype))
    if name == "size":
        return element_count(cx, node, base)
    if name == "T" or (name == "mT" and t.rank == 2):
        return transposed(cx, node, base, tuple(reversed(range(t.rank))))
    if name == "flat" and isinstance(base, Arr):
        return Flat(base)
    if name in ARRAY_METHODS:
        return Method(base, name)
    return cx.refuse("SD404", node, type=str(t), name=name)


def complex_part(cx: Context, node: ast.AST, base: Num | Arr, name: str) -> Val:
    if name == "conjugate":
        return Method(base, name)
    t = cx.aval(base)
    if not t.complex and name == "real":
        return base
    if not t.complex and t.kind is Kind.PYTHON:
        return Known(0.0 if t.inexact else 0)
    if t.complex and isinstance(base, Arr) and name in PARTS:
        cx.at(node)
        return memory.part(cx, node, base, name)
    if name in REGISTRY and not t.either:
        made = memory.shares(cx, cx.emit(node, name, base), [base])
        if isinstance(made, Arr):  # NumPy's zeros, for an array of real numbers
            made.cell.readonly = "the imaginary part of real numbers"
        return made
    return cx.refuse("SD404", node, type=str(t), name=name)


def size_of(cx: Context, node: ast.AST, val: Val, axis: int) -> Val:
    """One size of an array, as an int."""
    d = cx.aval(val).shape[axis]
    if isinstance(d, int):
        return Known(d)
    if static_size(d):
        return Num(None, d)
    return Num(cx.at(node).emit("dim_of", cx.value(val), axis=axis)[0], d)


def element_count(cx: Context, node: ast.AST, val: Val) -> Val:
    total: Val = Known(1)
    for k in range(cx.aval(val).rank):
        total = operators.binary(cx, node, ast.Mult(), total, size_of(cx, node, val, k))
    return total


def transposed(cx: Context, node: ast.AST, base: Val, perm: tuple[int, ...]) -> Val:
    """A transposed view."""
    if isinstance(base, Known):
        return Known(np.transpose(base.obj, perm))
    if not isinstance(base, Arr) or perm == tuple(range(len(perm))):
        return base
    cx.at(node)
    return memory.view(cx, node, base, Step((), (), perm))


# --- arrays of numbers


def is_listed(cx: Context, val: Val) -> bool:
    """Whether NumPy makes an array of it where it needs one: a list, a tuple, a range."""
    ranges = isinstance(val, Sequence_) and val.kind == "range"
    return ranges or isinstance(val, (ListRef, Struct)) or containers.elements(cx, val) is not None


def to_array(cx: Context, node: ast.AST, val: Val, dtype: str | None = None) -> Val:
    """`np.array(val)`: of a number, an array, or nested lists of them; always a copy."""
    if val is POISON:
        return POISON
    if isinstance(val, Known) and cx.is_numeric(val):
        found = np.array(val.obj, dtype=dtype)
        return literal(cx, node, found)
    if isinstance(val, Num):
        t = val.type
        if dtype is None and not t.one_dtype:
            return cx.refuse("SD312", node, use=f"`{cx.text(node)}`", name="a scalar")
        return cx.emit(node, "convert", val, kind=Kind.ARRAY, dtype=dtype or t.dtype)
    if isinstance(val, Arr):
        t = cx.aval(val)
        return (
            copy(cx, node, val)
            if dtype in (None, t.dtype)
            else cx.emit(node, "convert", val, kind=Kind.ARRAY, dtype=dtype)
        )
    if isinstance(val, ListRef) and grown.content_of(cx, val) is not None:
        return from_grown(cx, node, val, dtype)
    if isinstance(val, Sequence_) and val.kind == "range":
        from symdiff.frontend.python.numpy_calls import by_name

        return by_name(cx, node, "arange", list(val.parts), {} if dtype is None else {"dtype": Known(np.dtype(dtype))})
    items = containers.elements(cx, val)
    if items is None:
        return cx.refuse("SD321", node, operation="np.array", left=cx.describe(val), right="nothing")
    return _from_items(cx, node, items, dtype)


def _from_items(cx: Context, node: ast.AST, items: Sequence[Val], dtype: str | None) -> Val:
    known = known_nested(cx, items)
    if known is not None:
        try:
            made = np.array(known, dtype=dtype)
        except ValueError as error:
            return cx.refuse("SD403", node, function="np.array", message=str(error))
        if made.dtype.kind not in "fciub":
            return cx.refuse("SD309", node, dtype=made.dtype, name="the array")
        return literal(cx, node, made)
    parts = [to_array(cx, node, i) if not cx.is_numeric(i) else i for i in items]
    if any(p is POISON for p in parts):
        return POISON
    if dtype is not None:
        parts = [_of_dtype(cx, node, p, dtype) for p in parts]
    found = cx.emit(node, "stack", *parts, axis=0)
    if isinstance(found, Arr):
        found.cell.contiguous = True
        if dtype is not None and cx.aval(found).dtype != dtype:
            return cx.emit(node, "convert", found, kind=Kind.ARRAY, dtype=dtype)
    return found


def _of_dtype(cx: Context, node: ast.AST, part: Val, dtype: str) -> Val:
    """A scalar that is a Python or a NumPy number, which decides no dtype, in the one that is asked for."""
    either = isinstance(part, Num) and part.type.either
    return cx.emit(node, "convert", part, kind=Kind.NUMPY, dtype=dtype) if either else part


def known_nested(cx: Context, items: Sequence[Val]) -> list[Any] | None:
    """Nested lists of known numbers as Python has them."""
    found = []
    for item in items:
        if isinstance(item, Known) and cx.is_numeric(item):
            found.append(item.obj)
            continue
        inner = containers.elements(cx, item)
        nested = None if inner is None else known_nested(cx, inner)
        if nested is None:
            return None
        found.append(nested)
    return found


def from_grown(
    cx: Context, node: ast.AST, val: ListRef, dtype: str | None, stacked: bool = False, needed: bool = False
) -> Val:
    """A list that grew in a loop as one array.

    At run time an empty one is an error where NumPy's has another rank, and where it is `stacked`; where an element is
    `needed`, also if nobody reads the array.  Elements whose sizes no size variable makes have one size if NumPy can
    make the array.
    """
    content: Grown = cx.store.get(val.cell)
    elem = content.form.type
    if content.form.kind == absences.KIND and content.form.parts:
        from symdiff.frontend.python import comprehensions

        filled = comprehensions.run(cx, node, "filled", absences.FILLED, {"$list": val})
        return from_grown(cx, node, filled, dtype, stacked, needed) if isinstance(filled, ListRef) else POISON
    if elem is None:
        return _from_parts(cx, node, content, dtype)
    t = AVal(Kind.ARRAY, _rows_of(cx, content, elem.shape), dtype or elem.dtype)
    if dtype is None and elem.either and elem.dtype not in PYTHON_NAMES:
        own = f"np.{np.dtype(elem.dtype).name}"
        rewrite = f"say which: `np.array(..., dtype={own})`, or make the Python numbers `{own}(...)`"
        return cx.refuse("SD312", node, use=f"`{cx.text(node)}`", name="an element", rewrite=rewrite)
    if dtype is None and not elem.one_dtype:
        return cx.wrap(cx.at(node).emit("mixed_array", *content.values, type=t)[0], contiguous=True)
    shape: dict[str, Any] = {} if elem.rank or stacked else {"shape": (-1,)}
    shape |= {"needed": True} if needed else {}
    value = cx.at(node).emit("as_array", *content.values, type=t, **shape)[0]
    return cx.wrap(value, contiguous=True)


def _rows_of(cx: Context, content: Grown, shape: Sequence[Dim | None]) -> tuple[Dim, ...]:
    """The shape of an array whose rows have this shape; None: an unknown size."""

    def size(axis: int, d: Dim | None) -> Dim:
        if d is None or not static_size(d):
            return fresh_opaque(cx, ("in grown", axis, *content.values))
        return d

    return fresh_opaque(cx, ("grown", *content.values)), *(size(k, d) for k, d in enumerate(shape))


def _from_parts(cx: Context, node: ast.AST, content: Grown, dtype: str | None) -> Val:
    """A list of tuples as an array with a column for each position, a list of lists as an array of their rows."""
    from symdiff.frontend.python import list_changes

    form = content.form
    columns = None if form.kind == "grown" else list_changes.columns(cx, node, content)
    if columns:
        parts = [from_grown(cx, node, column, dtype, stacked=True) for column in columns if isinstance(column, ListRef)]
        return POISON if any(p is POISON for p in parts) else cx.emit(node, "stack", *parts, axis=1)
    inner = form.parts[0].type if form.kind == "grown" else None
    if inner is None or not inner.one_dtype:
        return cx.refuse("SD505", node, name=cx.listed(node), reason=f"holds {forms.described(form)}")
    t = AVal(Kind.ARRAY, _rows_of(cx, content, (None, *inner.shape)), dtype or inner.dtype)
    return cx.wrap(cx.at(node).emit("as_array", *content.values, type=t)[0], contiguous=True)


def literal(cx: Context, node: ast.AST, array: np.ndarray) -> Val:
    """A constant array, with memory of its own."""
    value = cx.at(node).const(array)
    cx.homes[value] = cx.scope
    return cx.wrap(value, contiguous=True)


def copy(cx: Context, node: ast.AST, val: Val) -> Val:
    """The same numbers in memory of their own."""
    if not isinstance(val, Arr):
        return val
    value = cx.value(val)
    cell = Cell("array", cx.loc(node), contiguous=cx.aval(val).rank <= 1 or (val.cell.contiguous and not val.path))
    cx.store.set(cell, value)
    return Arr(cell)


def as_array(cx: Context, node: ast.AST, val: Val, dtype: str | None = None) -> Val:
    """`np.asarray(val)`: itself where it is an array of the dtype."""
    if isinstance(val, Arr) and dtype in (None, cx.aval(val).dtype):
        return val
    return to_array(cx, node, val, dtype)
