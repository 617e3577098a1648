"""Functions of sampled signals: convolution and linear interpolation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.ir import dims, types
from symdiff.ir.types import Kind, Type
from symdiff.primitives.axes import array_result, draws, result, same, size
from symdiff.primitives.declare import BILINEAR, GENERAL, numeric, prim
from symdiff.primitives.kinks import Place


def _convolve_infer(ins: tuple[Type, ...], regions: tuple[()], mode: str = "full") -> tuple[Type, ...]:
    x, y = (numeric(t) for t in ins)
    if x.rank != 1 or y.rank != 1:
        raise TypeError(f"convolve: two vectors are needed, not {x} and {y}")
    (n,), (m,) = x.shape, y.shape
    if mode == "full":
        size = dims.sub(dims.add(n, m), 1)
    else:  # inside rules, where the first is the longer one
        size = dims.add(dims.sub(n, m), 1)
    return array_result((size,), types.promote([x, y]))


def _correlated(b: Any, ct: Any, x: Any) -> Any:
    """Σ ct[k + j] · x[k] for every j: the transpose of the full convolution with x."""
    return b.convolve(ct, b.flip(x), mode="valid")


def _left_back(b: Any, ct: Any, x: Any, y: Any, mode: str = "full") -> Any:
    return _correlated(b, ct, y) if mode == "full" else b.convolve(ct, b.flip(y))


def _right_back(b: Any, ct: Any, x: Any, y: Any, mode: str = "full") -> Any:
    return _correlated(b, ct, x) if mode == "full" else b.flip(b.convolve(x, b.flip(ct), mode="valid"))


convolve = prim("convolve", "x y", BILINEAR, params=("mode",), infer=_convolve_infer,
    numpy=lambda params, ins: f"np.convolve(x, y, {params['mode']!r})" if "mode" in params else "np.convolve(x, y)",
    transpose=(_left_back, _right_back), rule=("d_{out} correlated with {y}", "d_{out} correlated with {x}"),
    numerical="indexed sums have no SymPy form", samples=draws((((4,), (3,)), {}), (((2,), (5,)), {}),
    (((5,), (3,)), {"mode": "valid"}), (((1,), (1,)), {})))  # fmt: skip


# --- linear interpolation: y = (1 - t)·fp[k] + t·fp[k + 1], and the ends of fp outside


@dataclass(frozen=True, slots=True)
class _Piece:
    """The pieces that the points lie in: the knots' numbers left and right, the weight of the right one, the slope."""

    left: Any
    right: Any
    t: Any
    slope: Any


def _at(b: Any, v: Any, k: Any) -> Any:
    return b.index(v, k, spec=_spec(k))


def _spec(k: Any) -> tuple[Any, ...]:
    return (("array",),) if k.type.kind is Kind.ARRAY else (("at", None),)


def _numbers(b: Any, v: Any) -> Any:
    """Bools as floats: NumPy has no difference of them."""
    return b.op("convert", v, kind=v.type.kind, dtype="f8") if v.type.dtype == "b1" else v


def _piece(b: Any, x: Any, xp: Any, fp: Any) -> _Piece:
    x, xp, fp = (_numbers(b, v) for v in (x, xp, fp))
    n = size(b, xp, 0)
    left = b.maximum(b.minimum(b.searchsorted(xp, x, side="right") - 1, n - 2), 0)
    right = b.minimum(left + 1, n - 1)
    x0, x1 = _at(b, xp, left), _at(b, xp, right)
    gap = x1 - x0
    gap = b.select(b.eq(gap, 0), 1.0, gap)
    inside = b.logical_and(b.ge(x, x0), b.le(x, x1))
    beyond = b.select(b.gt(x, x1), 1.0, 0.0)
    t = b.select(inside, (x - x0) / gap, beyond)
    return _Piece(left, right, t, b.select(inside, (_at(b, fp, right) - _at(b, fp, left)) / gap, 0.0))


def _spread(b: Any, v: Any, ct: Any, p: _Piece) -> Any:
    """ct, shared by the knots on both sides."""
    found = b.zeros(v)
    for k, share in ((p.left, ct * (1.0 - p.t)), (p.right, ct * p.t)):
        found = b.index_add(found, share, k, spec=_spec(k))
    return found


def _weighed(b: Any, v: Any, p: _Piece) -> Any:
    return _at(b, v, p.left) * (1.0 - p.t) + _at(b, v, p.right) * p.t


def _interp_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x, xp, fp = (numeric(t) for t in ins)
    if xp.rank != 1 or fp.rank != 1 or any(t.complex for t in (x, xp, fp)):
        raise TypeError(f"interp: real knots and values are needed, as vectors, not {xp} and {fp}")
    same([xp.shape, fp.shape], xp.shape[0], fp.shape[0])
    return result(x.shape, "f8")


def _interp_back(b: Any, ct: Any, y: Any, x: Any, xp: Any, fp: Any) -> tuple[Any, ...]:
    p = _piece(b, x, xp, fp)
    d_xp = _spread(b, xp, -(ct * p.slope), p) if xp.type.inexact else None
    return ct * p.slope, d_xp, _spread(b, fp, ct, p) if fp.type.inexact else None


def _interp_along(b: Any, ts: Any, y: Any, x: Any, xp: Any, fp: Any) -> Any:
    p = _piece(b, x, xp, fp)
    t_x, t_xp, t_fp = ts
    moved = [None if t_x is None else t_x * p.slope, None if t_xp is None else -(_weighed(b, t_xp, p) * p.slope),
             None if t_fp is None else _weighed(b, t_fp, p)]  # fmt: skip
    first, *rest = [m for m in moved if m is not None]
    return sum(rest, first)


def _knots(rng: np.random.Generator) -> Any:
    return np.arange(5.0) + rng.uniform(-0.3, 0.3, 5)


def _points(rng: np.random.Generator) -> Any:
    return np.array([[-1.5, 0.6], [1.45, 3.5], [2.6, 7.0]])


interp = prim("interp", "x xp fp", GENERAL, infer=_interp_infer, numpy="np.interp(x, xp, fp)", vjp=_interp_back,
    jvp=_interp_along, rule=("the slope of the piece", "-the slope, by the weights", "the weights of the two knots"),
    masks=True, numerical="piecewise, tested by differences",
    kinks="at a knot the derivative is that of the piece to the right, at the last one to the left; outside it is 0",
    places=(Place("{x} = {xp}[i]", lambda y, x, xp, fp: np.isin(x, xp)),),
    samples=draws(((_points, _knots, (5,)), {}), ((1.4, _knots, (5,)), {}),
    ((lambda rng: np.array([0.55, 2.5, 2.6]), _knots, (5,)), {})))  # fmt: skip
