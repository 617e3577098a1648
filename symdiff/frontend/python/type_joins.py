"""The least type that holds what either of two paths, or every turn of a loop, leaves."""

from __future__ import annotations

from typing import Any

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.sizes import fresh_opaque
from symdiff.ir import dims, types
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Kind, Opt

_SCALARS = ("b1", "i8", "f8", "c16")  # a Python number's dtypes, least first


def join_types(a: AVal, b: AVal) -> AVal | None:
    """The least type that holds both, or None.

    Kinds: Python and NumPy scalars give EITHER, int and float MIXED; both carry their object as it is.  NumPy scalars
    of different dtypes, arrays of different dtype or rank, and scalar against array have no join.
    """
    if a == b:
        return a
    if (a.kind is Kind.ARRAY) != (b.kind is Kind.ARRAY):
        return None
    if a.kind is Kind.ARRAY:
        return _join_arrays(a, b)
    if a.kind is b.kind is Kind.NUMPY:
        return None
    one_class = a.dtype[0] == b.dtype[0] and Kind.MIXED not in (a.kind, b.kind)
    kind = Kind.EITHER if one_class else Kind.MIXED
    strong = next((t for numpy in (True, False) for t in (a, b) if _is_strong(t, numpy)), None)
    if strong is not None:
        weak = b if strong is a else a
        if weak.either and weak.dtype[0] == strong.dtype[0] and weak.dtype != strong.dtype:
            return None  # an np.float64 on one path, an np.float32 on another
        return AVal(kind, (), strong.dtype) if types.embeds(weak.dtype, strong.dtype) else None
    if {a.dtype, b.dtype} - set(_SCALARS):
        return None
    dtype = max(a.dtype, b.dtype, key=_SCALARS.index)
    return AVal(kind, (), dtype)


def becomes(t: AVal, wide: AVal) -> bool:
    """Whether what is there on some paths only is of a type, or can be carried as one: as the object that it is."""
    if t.kind is wide.kind is Kind.ARRAY:
        return t.dtype == wide.dtype and t.rank == wide.rank
    return t == wide or (wide.either and join_types(t, wide) == wide)


def optional_as(cx: Context, value: Value, t: AVal) -> Value:
    """An optional value as one of a type that its own `becomes`."""
    value = cx.scope.use(value)
    return value if value.type == Opt(t) else cx.scope.emit("opt_convert", value, elem=t)[0]


def _is_strong(t: AVal, numpy: bool) -> bool:
    """Whether its dtype is that of a NumPy scalar: what is either may be a Python number of its dtype."""
    return t.kind is Kind.NUMPY if numpy else t.either and t.dtype not in _SCALARS


def _join_arrays(a: AVal, b: AVal) -> AVal | None:
    if a.dtype != b.dtype or a.rank != b.rank:
        return None
    if all(dims.equal(x, y) is True for x, y in zip(a.shape, b.shape, strict=True)):
        return a
    return None


def widen_shapes(cx: Context, a: AVal, b: AVal, key: Any) -> AVal | None:
    """Arrays whose sizes differ between the sides: a size of its own where they do, one or none if both are."""
    if a.kind is not Kind.ARRAY or b.kind is not Kind.ARRAY or a.dtype != b.dtype or a.rank != b.rank:
        return None
    shape = tuple(
        x if dims.equal(x, y) is True else _either(x, y, fresh_opaque(cx, (key, k)))
        for k, (x, y) in enumerate(zip(a.shape, b.shape, strict=True))
    )
    return AVal(Kind.ARRAY, shape, a.dtype)


def _either(x: Dim, y: Dim, size: Dim) -> Dim:
    return dims.dmin(size, 1) if all(d in (0, 1) or dims.at_most_one(d) for d in (x, y)) else size


def zeros_fit(cx: Context, t: AVal) -> bool:
    """Whether an array of a type can be made anywhere: its sizes are those of the parameters."""
    given = {a.name for p in cx.params for a in types.type_atoms(p.type) if a.op == "var"}
    return all(a.op == "var" and a.name in given for a in types.type_atoms(t))
