"""The least type that holds what either of two paths, or every turn of a loop, leaves."""

from __future__ import annotations

from typing import Any

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.sizes import fresh_opaque
from symdiff.ir import dims
from symdiff.ir.types import AVal, Kind

_SCALARS = ("b1", "i8", "f8", "c16")  # a Python number's dtypes, least first


def join_types(a: AVal, b: AVal) -> AVal | None:
    """The least type that holds both, or None.

    Kinds: Python and NumPy scalars give EITHER, which carries its object as it is; int and float do too.  NumPy scalars
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
    for one, other in ((a, b), (b, a)):
        if one.kind is Kind.NUMPY and not _embeds(other, one):
            return None
    strong = next((t.dtype for t in (a, b) if t.kind is Kind.NUMPY), None)
    if strong is None and {a.dtype, b.dtype} - set(_SCALARS):
        return None
    dtype = strong or max(a.dtype, b.dtype, key=_SCALARS.index)
    return AVal(Kind.EITHER, (), dtype)


def _embeds(t: AVal, strong: AVal) -> bool:
    """Whether a Python number of type t means the same next to a NumPy scalar of the other type."""
    order = "biufc"
    return order.index(t.dtype[0]) <= order.index(strong.dtype[0])


def _join_arrays(a: AVal, b: AVal) -> AVal | None:
    if a.dtype != b.dtype or a.rank != b.rank:
        return None
    if all(dims.equal(x, y) is True for x, y in zip(a.shape, b.shape, strict=True)):
        return a
    return None


def widen_shapes(cx: Context, a: AVal, b: AVal, key: Any) -> AVal | None:
    """Arrays whose sizes differ between the sides: a size of its own where they do."""
    if a.kind is not Kind.ARRAY or b.kind is not Kind.ARRAY or a.dtype != b.dtype or a.rank != b.rank:
        return None
    shape = tuple(
        x if dims.equal(x, y) is True else fresh_opaque(cx, (key, k))
        for k, (x, y) in enumerate(zip(a.shape, b.shape, strict=True))
    )
    return AVal(Kind.ARRAY, shape, a.dtype)
