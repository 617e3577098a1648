"""Sorting and looking up along an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.ir import types
from symdiff.ir.core import Op
from symdiff.ir.types import Kind, Type
from symdiff.primitives import axes
from symdiff.primitives.axes import draws, function, spaced
from symdiff.primitives.declare import CONSTANT, GENERAL, LINEAR, accumulate, numeric, prim
from symdiff.primitives.kinks import Place, equal_elements

_MOVES = "moves elements, has no SymPy form"


def _sort_infer(ins: tuple[Type, ...], regions: tuple[()], axis: int = -1, **_: Any) -> tuple[Type, ...]:
    x = numeric(ins[0])
    axes.one_axis(axis, x.rank)
    return (x,)


def _argsort_infer(ins: tuple[Type, ...], regions: tuple[()], axis: int = -1, **_: Any) -> tuple[Type, ...]:
    (x,) = _sort_infer(ins, regions, axis)
    return axes.array_result(numeric(x).shape, "i8")


def _sort_back(b: Any, ct: Any, y: Any, x: Any, axis: int = -1) -> tuple[Any]:
    rank_of = b.argsort(b.argsort(x, axis=axis, kind="stable"), axis=axis)
    return (b.take_along_axis(ct, rank_of, axis=axis),)


def _sort_along(b: Any, ts: Any, y: Any, x: Any, axis: int = -1) -> Any:
    return b.take_along_axis(ts[0], b.argsort(x, axis=axis, kind="stable"), axis=axis)


_ROWS = draws(((spaced(3, 4),), {}), ((spaced(3, 4),), {"axis": 0}), ((spaced(5),), {"axis": -1}))
sort = prim("sort", "x", GENERAL, params=("axis",), infer=_sort_infer, numpy=function("np.sort", "x", "axis"),
    vjp=_sort_back, jvp=_sort_along, rule=("back to where it was",), kinks="equal elements keep their order",
    places=equal_elements,     numerical=_MOVES, samples=_ROWS)  # fmt: skip
argsort = prim("argsort", "x", CONSTANT, params=("axis", "kind"), infer=_argsort_infer,
    numpy=function("np.argsort", "x", "axis", "kind"), places=equal_elements, samples=_ROWS)  # fmt: skip


def _along_infer(ins: tuple[Type, ...], regions: tuple[()], axis: int) -> tuple[Type, ...]:
    x, i = (numeric(t) for t in ins)
    k = axes.one_axis(axis, x.rank)
    if x.rank != i.rank:
        raise TypeError(f"take_along_axis: ranks {x.rank} and {i.rank} differ")
    others = types.broadcast([(*t.shape[:k], 1, *t.shape[k + 1 :]) for t in (x, i)])
    return axes.array_result((*others[:k], i.shape[k], *others[k + 1 :]), x.dtype)


def _along_back(b: Any, acc: Any, ct: Any, x: Any, i: Any, axis: int) -> Any:
    """Every index written out: the one given along the axis, a range along each other."""
    rank = x.type.rank
    at = [i if j == axis % rank else _range(b, x, j, rank) for j in range(rank)]
    return b.index_add(acc, ct, *at, spec=(("array",),) * rank)


def _range(b: Any, x: Any, axis: int, rank: int) -> Any:
    n = axes.size(b, x, axis)
    found = b.arange(size=n) if isinstance(n, int) else b.arange(n, size=x.type.shape[axis])
    later = tuple(range(1, rank - axis))
    return b.expand_dims(found, axis=later) if later else found


def _picks(*shape: int) -> Any:
    return lambda rng: rng.integers(-3, 3, size=shape)


take_along_axis = prim("take_along_axis", "x i", LINEAR, params=("axis",), infer=_along_infer,
    numpy="np.take_along_axis(x, i, axis=axis)", masks=True, transpose=(accumulate(_along_back), None), rule=("1", ""),
    numerical=_MOVES, samples=draws((((3, 4), _picks(2, 4)), {"axis": 0}), (((4, 3), _picks(4, 5)), {"axis": -1}),
    (((3,), _picks(2)), {"axis": 0}), (((2, 3), _picks(1, 2)), {"axis": 1})))  # fmt: skip


# --- quantiles and the median, which is the one at ½: of the elements by rank, at most two have a share


def _median_infer(
    ins: tuple[Type, ...], regions: tuple[()], axis: int | None = None, keepdims: bool = False,
    method: str = "linear", **_: Any,
) -> tuple[Type, ...]:  # fmt: skip
    x = numeric(ins[0])
    if not x.shape or x.complex:
        raise TypeError(f"median, quantile: an array of real numbers is needed, not {x}")
    if isinstance(axis, tuple):
        raise TypeError("median, quantile: one axis, or all of them")
    between = method in ("linear", "midpoint")
    return axes.result(axes.reduced(x.shape, axis, keepdims), axes.floating(x.dtype) if between else x.dtype)


def _row(b: Any, x: Any, axis: int | None) -> tuple[Any, int]:
    """What is sorted, and along which axis: all elements for None."""
    return (b.ravel(x), 0) if axis is None else (x, axes.one_axis(axis, x.type.rank))


def _shares(b: Any, row: Any, axis: int, q: float, method: str) -> Any:
    """How much of the quantile each element is."""
    n = axes.size(b, row, axis)
    place = (n - 1) * q
    below, above = b.floor(place), b.ceil(place)
    weight = {"linear": place - below, "lower": 0.0, "higher": 1.0, "midpoint": 0.5, "nearest": None}[method]
    if weight is None:
        below = above = b.round(place, decimals=0)
        weight = 0.0
    rank = b.argsort(b.argsort(row, axis=axis, kind="stable"), axis=axis)
    dtype = axes.floating(row.type.dtype)
    here, above = (b.convert(b.eq(rank, p), kind=Kind.ARRAY, dtype=dtype) for p in (below, above))
    if not isinstance(weight, float):
        weight = b.convert(weight, kind=Kind.PYTHON, dtype="f8")
    return here * (1.0 - weight) + above * weight


def _quantile_back(
    b: Any, ct: Any, y: Any, x: Any, q: float = 0.5, axis: int | None = None, method: str = "linear",
    keepdims: bool = False,
) -> tuple[Any]:  # fmt: skip
    row, k = _row(b, x, axis)
    if axis is None and keepdims:
        ct = b.index(ct, spec=(("at", 0),) * x.type.rank)
    found = _shares(b, row, k, q, method) * (ct if axis is None else axes.keep(b, ct, x, axis, keepdims))
    return (axes.reshaped(b, found, x),)


def _quantile_along(
    b: Any, ts: Any, y: Any, x: Any, q: float = 0.5, axis: int | None = None, method: str = "linear",
    keepdims: bool = False,
) -> Any:  # fmt: skip
    row, k = _row(b, x, axis)
    share = axes.reshaped(b, _shares(b, row, k, q, method), x)
    return b.sum(b.masked_mul(share, ts[0]), axis=axis, keepdims=keepdims)


def _shared_place(op: Op) -> Sequence[Place]:
    """More elements have a value than have a share in the quantile; two equal ones with a half each are no kink."""
    q, axis, method = op.params.get("q", 0.5), op.params.get("axis"), op.params.get("method", "linear")

    def at(out: Any, x: Any) -> Any:
        row, k = (np.ravel(x), 0) if axis is None else (x, axis)
        place = (row.shape[k] - 1) * q
        first = {"nearest": round(place), "higher": math.ceil(place)}.get(method, math.floor(place))
        last = math.ceil(place) if method in ("linear", "midpoint") else first
        low, high = (np.take(np.sort(row, axis=k), [n], axis=k) for n in (first, last))
        halves = first < last and (method == "midpoint" or place % 1 == 0.5)
        shares = np.where(halves & (low == high), 2, 1)
        crowded = [np.count_nonzero(row == v, axis=k, keepdims=True) > shares for v in (low, high)]
        return np.reshape(np.any(crowded, axis=0), np.shape(out))[()]

    return (Place("{x}[i] = {x}[j] in the place", at),)


_OF_EQUAL = "of equal elements the derivative belongs to the one that a stable sort puts in the place"
_BY_RANK: dict[str, Any] = {"infer": _median_infer, "vjp": _quantile_back, "jvp": _quantile_along, "masks": True,
    "numerical": _MOVES, "kinks": _OF_EQUAL, "places": _shared_place}  # fmt: skip
median = prim("median", "x", GENERAL, params=("axis", "keepdims"), numpy=function("np.median", "x", "axis", "keepdims"),
    rule=("1 in the middle, or ½ each",), samples=draws(((spaced(3, 4),), {}), ((spaced(3, 4),), {"axis": 0}),
    ((spaced(5),), {"axis": -1}), ((spaced(2, 3, 2),), {"axis": 1, "keepdims": True})), **_BY_RANK)  # fmt: skip
quantile = prim("quantile", "x", GENERAL, params=("q", "axis", "method", "keepdims"),
    numpy=function("np.quantile", "x, q", "axis", "method", "keepdims"), rule=("the weights of the two neighbours",),
    samples=draws(((spaced(3, 4),), {"q": 0.3}), ((spaced(3, 4),), {"q": 0.85, "axis": 0}),
    ((spaced(6),), {"q": 0.4, "axis": -1, "method": "higher"}),
    ((spaced(2, 4),), {"q": 0.6, "axis": 1, "keepdims": True})), **_BY_RANK)  # fmt: skip


def _search_infer(ins: tuple[Type, ...], regions: tuple[()], side: str = "left") -> tuple[Type, ...]:
    a, v = (numeric(t) for t in ins)
    if a.rank != 1:
        raise TypeError("searchsorted: a vector is needed")
    return axes.result(v.shape, "i8")


def _sorted(rng: np.random.Generator) -> Any:
    return np.sort(rng.normal(size=5))


searchsorted = prim("searchsorted", "a v", CONSTANT, params=("side",), infer=_search_infer,
    numpy=function("np.searchsorted", "a, v", "side"), places=(Place("{v} = {a}[i]", lambda out, a, v: np.isin(v, a)),),
    samples=draws(((_sorted, (3,)), {}), ((_sorted, 0.5), {"side": "right"}), ((_sorted, (2, 2)), {})))  # fmt: skip
