"""The QR decomposition, reduced: A = Q·R with QᵀQ = 1 and R upper triangular, min(rows, columns) columns in Q.

Moved along T, with U the first columns of R, as many as Q has, C = T·U⁻¹ of as many columns of T, and
S = L - Lᵀ, where L is what is below the diagonal of QᵀC,

    dQ = Q·S + C - Q·(QᵀC)        dR = Qᵀ·(T - dQ·R)

Where R has a zero on its diagonal, U is singular: the columns of A depend on each other, and Q has no derivative.
The signs are LAPACK's: the diagonal of R may be negative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir import dims
from symdiff.ir.types import Type
from symdiff.primitives.axes import Shape, array_result, draws, size, swap
from symdiff.primitives.declare import GENERAL, numeric, prim
from symdiff.primitives.kinks import Place
from symdiff.primitives.linalg import inexact


def _infer(part: str) -> Any:
    def infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
        x = numeric(ins[0])
        if x.rank < 2 or x.complex:
            raise TypeError(f"qr: a real matrix is needed, not {x}")
        *stack, rows, cols = x.shape
        k = dims.dmin(rows, cols)
        shape: Shape = (*stack, rows, k) if part == "q" else (*stack, k, cols)
        return array_result(shape, inexact(x))

    return infer


def _first_columns(b: Any, q: Any, x: Any) -> tuple[tuple[Any, ...], list[Any]] | None:
    """Where the columns of x are that q has as many of; None where these are all."""
    k = q.type.shape[-1]
    if x.type.shape[-1] == k:
        return None
    n = size(b, q, q.type.rank - 1)
    whole = tuple(("slice", None, None, None, d) for d in x.type.shape[:-1])
    known = isinstance(n, int)
    return (*whole, ("slice", None, n if known else "v", None, k)), [] if known else [n]


def _cut(b: Any, q: Any, x: Any) -> Any:
    place = _first_columns(b, q, x)
    return x if place is None else b.index(x, *place[1], spec=place[0])


def _filled_up(b: Any, q: Any, ct: Any, x: Any) -> Any:
    """ct, of the first columns, in x's shape."""
    place = _first_columns(b, q, x)
    return ct if place is None else b.index_add(b.zeros(x), ct, *place[1], spec=place[0])


def _over(b: Any, x: Any, u: Any) -> Any:
    """x · u⁻ᵀ."""
    return swap(b, b.solve(u, swap(b, x)))


def _q_back(b: Any, ct: Any, q: Any, x: Any) -> tuple[Any]:
    inner = swap(b, b.tril(swap(b, ct) @ q, k=-1))
    lower = b.tril(swap(b, ct) @ q)
    u = _cut(b, q, b.qr_r(x))
    return (_filled_up(b, q, _over(b, ct - q @ (lower + inner), u), x),)


def _q_along(b: Any, ts: Any, q: Any, x: Any) -> Any:
    u = _cut(b, q, b.qr_r(x))
    c = _over(b, _cut(b, q, ts[0]), swap(b, u))
    inner = swap(b, q) @ c
    below = b.tril(inner, k=-1)
    return q @ (below - swap(b, below)) + (c - q @ inner)


def _r_back(b: Any, ct: Any, r: Any, x: Any) -> tuple[Any]:
    q, upper = b.qr_q(x), b.triu(ct)
    inner = r @ swap(b, upper)
    below = b.tril(inner - swap(b, inner), k=-1)
    u = _cut(b, q, r)
    return (q @ upper + _filled_up(b, q, q @ _over(b, below, u), x),)


def _r_along(b: Any, ts: Any, r: Any, x: Any) -> Any:
    q = b.qr_q(x)
    return b.triu(swap(b, q) @ (ts[0] - _q_along(b, ts, q, x) @ r))


def _independent(*shape: int) -> Any:
    """Random matrices whose columns are far from depending on each other."""

    def draw(rng: np.random.Generator) -> Any:
        x = rng.uniform(-0.5, 0.5, shape)
        k = min(shape[-2:])
        x[..., np.arange(k), np.arange(k)] += 2.0
        return x

    return draw


def _has_dependent(out: Any, x: Any) -> Any:
    r = np.linalg.qr(x, mode="r")
    return np.any(np.diagonal(r, axis1=-2, axis2=-1) == 0, axis=-1)


_QR: dict[str, Any] = {"unbounded": True, "numerical": "a factorisation, tested by differences", "holomorphic": False,
    "parts": 2,
    "kinks": "where columns depend on each other there is no derivative: inf, NaN or LinAlgError",
    "places": (Place("the first columns of {x} depend on each other", _has_dependent),),
    "samples": draws(((_independent(3, 3),), {}), ((_independent(4, 2),), {}), ((_independent(2, 4),), {}),
    ((_independent(2, 3, 2),), {}))}  # fmt: skip
# the two results of np.linalg.qr
qr_q = prim("qr_q", "x", GENERAL, infer=_infer("q"), numpy="np.linalg.qr(x)[0]", vjp=_q_back, jvp=_q_along,
    rule=("from {out} = Q",), **_QR)  # fmt: skip
qr_r = prim("qr_r", "x", GENERAL, infer=_infer("r"), numpy="np.linalg.qr(x)[1]", vjp=_r_back, jvp=_r_along,
    rule=("from {out} = R",), **_QR)  # fmt: skip
