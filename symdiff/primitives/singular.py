"""The singular value decomposition, and what rests on it: pseudo-inverses and least squares.

Of A = U·diag(s)·Vᵀ, moved along T and with P = UᵀTV, F[i, j] = 1/(s[j]² - s[i]²) and 0 on the diagonal,

    ds = diag(P)
    dU = U · (F ∘ (P·S + S·Pᵀ)) + (1 - U·Uᵀ)·T·V·S⁻¹        dV = V · (F ∘ (S·P + Pᵀ·S)) + (1 - V·Vᵀ)·Tᵀ·U·S⁻¹

Where singular values are equal, F is infinite: their vectors are any basis of their space and have no derivative.
What comes out is inf or NaN, not a number that looks right.  The pseudo-inverse is moved at constant rank.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir import dims
from symdiff.ir.types import AVal, Kind, Type
from symdiff.primitives.axes import Shape, array_result, draws, same, swap
from symdiff.primitives.declare import GENERAL, numeric, prim
from symdiff.primitives.kinks import Place
from symdiff.primitives.linalg import inexact


def _matrix(t: Type, name: str) -> AVal:
    x = numeric(t)
    if x.rank < 2 or x.complex:
        raise TypeError(f"{name}: a real matrix is needed, not {x}")
    return x


def _infer(part: str) -> Any:
    def infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
        x = _matrix(ins[0], "svd")
        *stack, rows, cols = x.shape
        k = dims.dmin(rows, cols)
        shape: Shape = {"values": (*stack, k), "left": (*stack, rows, k), "right": (*stack, k, cols)}[part]
        return array_result(shape, inexact(x))

    return infer


def _inverse_gaps(b: Any, s: Any) -> Any:
    """F."""
    squares = s * s
    gaps = b.expand_dims(squares, axis=-2) - b.expand_dims(squares, axis=-1)
    one = b.convert(b.tril(b.triu(b.eq(gaps, gaps))), kind=Kind.ARRAY, dtype=s.type.dtype)
    return 1.0 / (gaps + one) - one


def _columns(b: Any, x: Any, s: Any) -> Any:
    """x · diag(s)."""
    return x * b.expand_dims(s, axis=-2)


def _values_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    return (_columns(b, b.svd_left(x), ct) @ b.svd_right(x),)


def _values_along(b: Any, ts: Any, y: Any, x: Any) -> Any:
    return b.sum(b.svd_left(x) * (ts[0] @ swap(b, b.svd_right(x))), axis=-2)


def _twice(b: Any, x: Any) -> Any:
    return x + swap(b, x)


def _left_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    s, vt, inner = b.svd_s(x), b.svd_right(x), swap(b, y) @ ct
    turned = _columns(b, y @ _twice(b, _inverse_gaps(b, s) * inner), s)
    return ((turned + _columns(b, ct - y @ inner, 1.0 / s)) @ vt,)


def _left_along(b: Any, ts: Any, y: Any, x: Any) -> Any:
    s, moved = b.svd_s(x), ts[0] @ swap(b, b.svd_right(x))
    p = swap(b, y) @ moved
    return y @ (_inverse_gaps(b, s) * _twice(b, _columns(b, p, s))) + _columns(b, moved - y @ p, 1.0 / s)


def _right_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    s, u, inner = b.svd_s(x), b.svd_left(x), y @ swap(b, ct)
    rows = b.expand_dims(s, axis=-1)
    turned = rows * (_twice(b, _inverse_gaps(b, s) * inner) @ y)
    return (u @ (turned + (ct - swap(b, inner) @ y) / rows),)


def _right_along(b: Any, ts: Any, y: Any, x: Any) -> Any:
    s, moved = b.svd_s(x), swap(b, b.svd_left(x)) @ ts[0]
    p, rows = moved @ swap(b, y), b.expand_dims(s, axis=-1)
    turned = _inverse_gaps(b, s) * _twice(b, rows * p)
    return swap(b, turned) @ y + (moved - p @ y) / rows


def _apart(*shape: int) -> Any:
    """Random matrices with singular values far apart."""

    def draw(rng: np.random.Generator) -> Any:
        x = rng.uniform(-0.3, 0.3, shape)
        k = min(shape[-2:])
        x[..., np.arange(k), np.arange(k)] += np.arange(1.0, k + 1)
        return x

    return draw


def _has_equal(out: Any, x: Any) -> Any:
    return np.any(np.diff(np.linalg.svd(x, compute_uv=False)) == 0, axis=-1)


def _is_deficient(out: Any, x: Any, *_: Any) -> Any:
    return np.linalg.matrix_rank(x) < min(x.shape[-2:])


_EQUAL = Place("two singular values of {x} are equal", _has_equal)
_DISTINCT = "of equal singular values only symmetric functions have a derivative; their vectors have none: inf or NaN"
_SVD: dict[str, Any] = {"unbounded": True, "numerical": "a factorisation, tested by differences", "kinks": _DISTINCT,
    "places": (_EQUAL,),
    "holomorphic": False,
    "samples": draws(((_apart(3, 3),), {}), ((_apart(4, 2),), {}), ((_apart(2, 2, 3),), {}))}  # fmt: skip
_VALUES: dict[str, Any] = {"infer": _infer("values"), "vjp": _values_back, "jvp": _values_along,
    "rule": ("U · diag(d_{out}) · Vᵀ",), **_SVD}  # fmt: skip
svdvals = prim("svdvals", "x", GENERAL, numpy="np.linalg.svd(x, compute_uv=False)", **_VALUES)
# the three results of np.linalg.svd
svd_s = prim("svd_s", "x", GENERAL, numpy="np.linalg.svd(x, full_matrices=False)[1]", parts=3, **_VALUES)
svd_left = prim("svd_left", "x", GENERAL, infer=_infer("left"), numpy="np.linalg.svd(x, full_matrices=False)[0]",
    parts=3, vjp=_left_back, jvp=_left_along, rule=("from {out} = U",), **_SVD)  # fmt: skip
svd_right = prim("svd_right", "x", GENERAL, infer=_infer("right"), numpy="np.linalg.svd(x, full_matrices=False)[2]",
    parts=3, vjp=_right_back, jvp=_right_along, rule=("from {out} = Vᵀ",), **_SVD)  # fmt: skip


# --- pseudo-inverses and least squares


def _pinv_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x = _matrix(ins[0], "pinv")
    return array_result((*x.shape[:-2], x.shape[-1], x.shape[-2]), inexact(x))


def _outside_range(v: Any, x: Any, y: Any) -> Any:
    """(1 - x·y)·v, where y is the pseudo-inverse of x, or the other way round."""
    return v - x @ (y @ v)


def _pinv_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    yt, back = swap(b, y), swap(b, ct)
    inside = yt @ ct @ yt
    left = _outside_range(back @ y @ yt, x, y)
    right = swap(b, _outside_range(swap(b, yt @ y @ back), y, x))
    return (left + right - inside,)


def _pinv_along(b: Any, ts: Any, y: Any, x: Any) -> Any:
    yt, tt = swap(b, y), swap(b, ts[0])
    left = swap(b, _outside_range(swap(b, y @ yt @ tt), x, y))
    right = _outside_range(tt @ yt @ y, y, x)
    return left + right - y @ ts[0] @ y


_RANK_PLACE = Place("the rank of {0} is not full", _is_deficient)
_RANK = "at constant rank; where the rank is about to change the derivative is infinite"
_LEAST: dict[str, Any] = {"unbounded": True, "numerical": "a factorisation, tested by differences", "kinks": _RANK,
    "places": (_RANK_PLACE,),
    "holomorphic": False}  # fmt: skip
pinv = prim("pinv", "x", GENERAL, infer=_pinv_infer, numpy="np.linalg.pinv(x)", vjp=_pinv_back, jvp=_pinv_along,
    rule=("-{out}ᵀ · d_{out} · {out}ᵀ, and what leaves the range",),
    samples=draws(((_apart(3, 3),), {}), ((_apart(4, 2),), {}), ((_apart(2, 2, 3),), {})), **_LEAST)  # fmt: skip


def _lstsq_infer(ins: tuple[Type, ...], regions: tuple[()], rcond: float | None = None) -> tuple[Type, ...]:
    a, c = _matrix(ins[0], "lstsq"), numeric(ins[1])
    if a.rank != 2 or c.rank not in (1, 2) or c.complex:
        raise TypeError(f"lstsq: a matrix and a vector or matrix are needed, not {a} and {c}")
    same([a.shape, c.shape], a.shape[0], c.shape[0])
    return array_result((a.shape[1], *c.shape[1:]), inexact(a, c))


def _lstsq_back(b: Any, ct: Any, y: Any, a: Any, c: Any, rcond: float | None = None) -> tuple[Any, Any]:
    """With P = a⁺: d_c = Pᵀ·d_y, and d_a = (c - a·y)·(P·d_c)ᵀ + (Pᵀ·y)·(d_y - P·a·d_y)ᵀ - d_c·yᵀ."""
    p = b.pinv(a)
    d_c = swap(b, p) @ ct
    rest, turned, outside = c - a @ y, swap(b, p) @ y, _outside_range(ct, p, a)
    if c.type.rank == 1:
        return b.outer(rest, p @ d_c) + b.outer(turned, outside) - b.outer(d_c, y), d_c
    return rest @ swap(b, p @ d_c) + turned @ swap(b, outside) - d_c @ swap(b, y), d_c


def _lstsq_along(b: Any, ts: Any, y: Any, a: Any, c: Any, rcond: float | None = None) -> Any:
    p, (t_a, t_c) = b.pinv(a), ts
    if t_a is None:
        return p @ t_c
    back = swap(b, t_a)
    moved = p @ (swap(b, p) @ (back @ (c - a @ y))) + _outside_range(back @ (swap(b, p) @ y), p, a)
    return moved + p @ (-(t_a @ y) if t_c is None else t_c - t_a @ y)


lstsq = prim("lstsq", "a c", GENERAL, params=("rcond",), infer=_lstsq_infer, vjp=_lstsq_back, jvp=_lstsq_along,
    numpy=lambda p, ins: f"np.linalg.lstsq(a, c{', rcond=rcond' if 'rcond' in p else ''})[0]",
    rule=("through the pseudo-inverse of {a}", "the pseudo-inverse of {a}ᵀ, times d_{out}"),
    samples=draws(((_apart(4, 2), (4,)), {}), ((_apart(4, 2), (4, 3)), {}), ((_apart(2, 3), (2,)), {}),
    ((_apart(3, 3), (3,)), {"rcond": 1e-10})), **_LEAST)  # fmt: skip
