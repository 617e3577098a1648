"""The largest and smallest so far, `np.maximum.accumulate` and `np.minimum.accumulate`, and partial sorting.

The largest so far is y[i] = max(y[i-1], x[i]): a recurrence, linear where no two are equal,

    y[i] = a[i]·y[i-1] + (1 - a[i])·x[i],   a[i] = 1 where y[i-1] is larger, 0 where x[i] is, 1/2 where they are equal
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir.core import Op
from symdiff.ir.types import Type
from symdiff.primitives import axes
from symdiff.primitives.axes import draws, function, spaced
from symdiff.primitives.declare import CONSTANT, GENERAL, numeric, prim
from symdiff.primitives.kinks import Place, equal_elements
from symdiff.primitives.reductions import scan_reversed, shifted


def _infer(ins: tuple[Type, ...], regions: tuple[()], axis: int, **_: Any) -> tuple[Type, ...]:
    x = numeric(ins[0])
    axes.one_axis(axis, x.rank)
    return axes.array_result(x.shape, x.dtype)


def _weights(b: Any, compare: Any, y: Any, x: Any, axis: int) -> Any:
    """a; at the start, where nothing was before, comparing with NaN gives 0."""
    before = shifted(b, y, axes.one_axis(axis, x.type.rank), float("nan"))
    return b.where(compare(b, before, x), 1.0, b.where(b.eq(before, x), 0.5, 0.0))


def _rules(compare: Any) -> dict[str, Any]:
    def back(b: Any, ct: Any, y: Any, x: Any, axis: int) -> tuple[Any]:
        a = _weights(b, compare, y, x, axis)
        return ((1.0 - a) * scan_reversed(b, a, ct, axis),)

    def along(b: Any, ts: Any, y: Any, x: Any, axis: int) -> Any:
        a = _weights(b, compare, y, x, axis)
        return b.linear_scan(a, b.masked_mul(1.0 - a, ts[0]), axis=axis)

    return {"vjp": back, "jvp": along}


def _meets_the_extreme(extreme: Any) -> Any:
    """Where an element equals the extreme of those before it."""

    def met(op: Op) -> tuple[Place, ...]:
        def found(out: Any, x: Any) -> Any:
            k = op.params["axis"]
            rest = np.moveaxis(x, k, 0)
            return np.any(extreme.accumulate(rest)[:-1] == rest[1:])

        return (Place("an element of {x} equals the " + extreme.__name__ + " before it", found),)

    return met


_SO_FAR: dict[str, Any] = {"params": ("axis",), "infer": _infer, "masks": True, "rule": ("[{x} = {out}], summed",),
    "kinks": "an element that equals the extreme before it shares its derivative with that, half and half",
    "numerical": "piecewise, tested by differences",
    "samples": draws(((spaced(5),), {"axis": 0}), ((spaced(3, 4),), {"axis": 1}),
    ((spaced(2, 3, 2),), {"axis": -2}))}  # fmt: skip
running_max = prim("running_max", "x", GENERAL, numpy="np.maximum.accumulate(x, axis=axis)",
    places=_meets_the_extreme(np.maximum), **_rules(lambda b, y, x: b.gt(y, x)), **_SO_FAR)  # fmt: skip
running_min = prim("running_min", "x", GENERAL, numpy="np.minimum.accumulate(x, axis=axis)",
    places=_meets_the_extreme(np.minimum), **_rules(lambda b, y, x: b.lt(y, x)), **_SO_FAR)  # fmt: skip


# --- partial sorting: what stands where in the result is NumPy's affair, and read off the result


def _partition_infer(
    ins: tuple[Type, ...], regions: tuple[()], kth: Any = None, axis: int = -1, **_: Any
) -> tuple[Type, ...]:
    return _infer(ins, regions, axis)


def _order(b: Any, x: Any, axis: int) -> Any:
    return b.argsort(x, axis=axis, kind="stable")


def _partition_back(b: Any, ct: Any, y: Any, x: Any, kth: Any, axis: int = -1) -> tuple[Any]:
    in_order = b.take_along_axis(ct, _order(b, y, axis), axis=axis)
    return (b.take_along_axis(in_order, b.argsort(_order(b, x, axis), axis=axis), axis=axis),)


def _partition_along(b: Any, ts: Any, y: Any, x: Any, kth: Any, axis: int = -1) -> Any:
    in_order = b.take_along_axis(ts[0], _order(b, x, axis), axis=axis)
    return b.take_along_axis(in_order, b.argsort(_order(b, y, axis), axis=axis), axis=axis)


partition = prim("partition", "x", GENERAL, params=("kth", "axis"), infer=_partition_infer, vjp=_partition_back,
    jvp=_partition_along, numpy=function("np.partition", "x", "kth", "axis"), rule=("back to where it was",),
    kinks="equal elements keep their order", places=equal_elements, numerical="moves elements, has no SymPy form",
    samples=draws(((spaced(5),), {"kth": 2}), ((spaced(3, 4),), {"kth": 1, "axis": 0}),
    ((spaced(3, 4),), {"kth": (0, 2), "axis": -1})))  # fmt: skip
argpartition = prim("argpartition", "x", CONSTANT, params=("kth", "axis"),
    infer=lambda ins, regions, kth, axis=-1: axes.array_result(numeric(_infer(ins, regions, axis)[0]).shape, "i8"),
    numpy=function("np.argpartition", "x", "kth", "axis"), places=equal_elements,
    samples=draws(((spaced(5),), {"kth": 2}), ((spaced(3, 4),), {"kth": 1, "axis": 0}),
    ((spaced(3, 4),), {"kth": 3})))  # fmt: skip
