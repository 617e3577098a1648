"""Sorting and looking up along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir import types
from symdiff.ir.types import Type
from symdiff.primitives import axes
from symdiff.primitives.axes import draws, function, spaced
from symdiff.primitives.declare import CONSTANT, GENERAL, LINEAR, accumulate, numeric, prim

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
    numerical=_MOVES, samples=_ROWS)  # fmt: skip
argsort = prim("argsort", "x", CONSTANT, params=("axis", "kind"), infer=_argsort_infer,
    numpy=function("np.argsort", "x", "axis", "kind"), samples=_ROWS)  # fmt: skip


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


# --- the median: the middle of the sorted elements, or the mean of the two middle ones


def _median_infer(ins: tuple[Type, ...], regions: tuple[()], axis: int | None = None) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if not x.shape or x.complex:
        raise TypeError(f"median: an array of real numbers is needed, not {x}")
    if isinstance(axis, tuple):
        raise TypeError("median: one axis, or all of them")
    return axes.result(axes.reduced(x.shape, axis, False), axes.floating(x.dtype))


def _row(b: Any, x: Any, axis: int | None) -> tuple[Any, int]:
    """What is sorted, and along which axis: all elements for None."""
    return (b.ravel(x), 0) if axis is None else (x, axes.one_axis(axis, x.type.rank))


def _middles(b: Any, x: Any, axis: int) -> tuple[Any, tuple[Any, Any]]:
    """The spec of one element along an axis, and the places of the two middle ones."""
    n = axes.size(b, x, axis)
    lower, upper = (m // 2 if isinstance(m, int) else b.op("floordiv", m, 2) for m in (n - 1, n))
    return (*(("slice", None, None, None, d) for d in x.type.shape[:axis]), ("at", None)), (lower, upper)


def _median_back(b: Any, ct: Any, y: Any, x: Any, axis: int | None = None) -> tuple[Any]:
    row, k = _row(b, x, axis)
    spec, places = _middles(b, row, k)
    found = b.zeros(row)
    for place in places:
        found = b.index_add(found, 0.5 * ct, place, spec=spec)
    return (axes.reshaped(b, _sort_back(b, found, None, row, axis=k)[0], x),)


def _median_along(b: Any, ts: Any, y: Any, x: Any, axis: int | None = None) -> Any:
    (row, k), (t, _) = _row(b, x, axis), _row(b, ts[0], axis)
    spec, (lower, upper) = _middles(b, row, k)
    moved = _sort_along(b, [t], None, row, axis=k)
    return 0.5 * (b.index(moved, lower, spec=spec) + b.index(moved, upper, spec=spec))


median = prim("median", "x", GENERAL, params=("axis",), infer=_median_infer, numpy=function("np.median", "x", "axis"),
    vjp=_median_back, jvp=_median_along, rule=("1 in the middle, or ½ each",), masks=True, numerical=_MOVES,
    kinks="of equal elements the derivative belongs to the one that a stable sort puts in the middle",
    samples=draws(((spaced(3, 4),), {}), ((spaced(3, 4),), {"axis": 0}), ((spaced(5),), {"axis": -1}),
    ((spaced(2, 3, 2),), {"axis": 1})))  # fmt: skip


def _search_infer(ins: tuple[Type, ...], regions: tuple[()], side: str = "left") -> tuple[Type, ...]:
    a, v = (numeric(t) for t in ins)
    if a.rank != 1:
        raise TypeError("searchsorted: a vector is needed")
    return axes.result(v.shape, "i8")


def _sorted(rng: np.random.Generator) -> Any:
    return np.sort(rng.normal(size=5))


searchsorted = prim("searchsorted", "a v", CONSTANT, params=("side",), infer=_search_infer,
    numpy=function("np.searchsorted", "a, v", "side"), samples=draws(((_sorted, (3,)), {}),
    ((_sorted, 0.5), {"side": "right"}), ((_sorted, (2, 2)), {})))  # fmt: skip
