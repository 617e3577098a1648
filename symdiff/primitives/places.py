"""Arrays of positions: where a mask holds, triangles, bins; and sums by bin."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import Type
from symdiff.primitives.axes import array_result, draws, function, result, same
from symdiff.primitives.declare import CONSTANT, LINEAR, numeric, prim
from symdiff.primitives.kinks import Place


def _mask(*shape: int) -> Any:
    return lambda rng: rng.random(shape) < 2  # all of them: a sample's size is static


def _sized(ins: tuple[Type, ...], regions: tuple[()], size: Dim, **_: Any) -> tuple[Type, ...]:
    return array_result((size,), "i8")


def _triangle(name: str) -> Any:
    def text(params: Params, ins: tuple[Type, ...]) -> str:
        n, m = ("n0", "n1") if ins else ("rows", "cols")
        k = ", k" if params.get("k") or params["rows"] != params["cols"] else ""
        return f"np.{name}({n}{k}{', ' + m if params['rows'] != params['cols'] else ''})[axis]"

    return text


flatnonzero = prim("flatnonzero", "x", CONSTANT, params=("size",), infer=_sized, numpy="np.flatnonzero(x)",
    places=(Place("{x}[i] = 0", lambda out, x: x == 0),),
    samples=draws(((_mask(3),), {"size": 3}), ((_mask(2, 3),), {"size": 6}), ((_mask(0),), {"size": 0})))  # fmt: skip
_P = ("size", "rows", "cols", "k", "axis")
tril_indices = prim("tril_indices", "*n", CONSTANT, params=_P, infer=_sized, numpy=_triangle("tril_indices"),
    samples=draws(((), {"size": 6, "rows": 3, "cols": 3, "k": 0, "axis": 0}),
    ((), {"size": 3, "rows": 3, "cols": 3, "k": -1, "axis": 1}),
    ((), {"size": 5, "rows": 2, "cols": 4, "k": 1, "axis": 1})))  # fmt: skip
triu_indices = prim("triu_indices", "*n", CONSTANT, params=_P, infer=_sized, numpy=_triangle("triu_indices"),
    samples=draws(((), {"size": 6, "rows": 3, "cols": 3, "k": 0, "axis": 0}),
    ((), {"size": 3, "rows": 3, "cols": 3, "k": 1, "axis": 1}),
    ((), {"size": 7, "rows": 2, "cols": 4, "k": 0, "axis": 1})))  # fmt: skip


def _digitize_infer(ins: tuple[Type, ...], regions: tuple[()], right: bool = False) -> tuple[Type, ...]:
    if numeric(ins[1]).rank != 1:
        raise TypeError("digitize: the bins are a vector")
    return result(numeric(ins[0]).shape, "i8")


digitize = prim("digitize", "x bins", CONSTANT, params=("right",), infer=_digitize_infer,
    numpy=function("np.digitize", "x, bins", "right"),
    places=(Place("{x} = {bins}[i]", lambda out, x, bins: np.isin(x, bins)),),
    samples=draws((((4,), np.arange(3.0)), {}),
    ((0.5, np.arange(3.0)), {"right": True}), (((2, 3), np.arange(3.0)), {})))  # fmt: skip


def _bincount_infer(ins: tuple[Type, ...], regions: tuple[()], size: Dim, minlength: Dim = 0) -> tuple[Type, ...]:
    weights, x = (numeric(t) for t in ins)
    if x.rank != 1 or x.dtype[0] not in "iub" or weights.rank != 1 or weights.complex:
        raise TypeError(f"bincount: integers and weights in vectors are needed, not {x} and {weights}")
    same([x.shape, weights.shape], x.shape[0], weights.shape[0])
    return array_result((size,), "f8")


bincount = prim("bincount", "weights x", LINEAR, params=("size", "minlength"), infer=_bincount_infer,
    numpy=function("np.bincount", "x, weights", "minlength"), rule=("d_{out} of its bin", ""),
    transpose=(lambda b, ct, weights, x, size, minlength=0: b.index(ct, x, spec=(("array",),)), None),
    numerical="moves elements, has no SymPy form",
    samples=draws((((4,), np.array([0, 2, 2, 1])), {"size": 3}), (((3,), np.array([1, 1, 0])), {"size": 5,
    "minlength": 5}), (((2,), np.array([0, 0])), {"size": 1})))  # fmt: skip
