"""Eigenvalues and eigenvectors of symmetric matrices, possibly stacked.

Of A·V = V·diag(w) with VᵀV = 1, moved along a symmetric T and with P = VᵀTV,

    dw = diag(P)        dV = V · (F ∘ P),   F[i, j] = 1/(w[j] - w[i]),  0 on the diagonal

Where eigenvalues are equal, F is infinite: their eigenvectors are any basis of their space and have no derivative.
What comes out is inf or NaN, not a number that looks right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir.types import Kind, Type
from symdiff.primitives.axes import Shape, array_result, draws, swap
from symdiff.primitives.declare import GENERAL, prim
from symdiff.primitives.kinks import Place
from symdiff.primitives.linalg import inexact, square, symmetric_part


def _infer(ins: tuple[Type, ...], vectors: bool) -> tuple[Type, ...]:
    x = square(ins[0], "eigh")
    if x.complex:
        raise TypeError("eigh of complex matrices is not supported: their eigenvectors have a free phase")
    shape: Shape = x.shape if vectors else x.shape[:-1]
    return array_result(shape, inexact(x))


def _inverse_gaps(b: Any, x: Any) -> Any:
    """F."""
    w = b.eigh_values(x)
    gaps = b.expand_dims(w, axis=-2) - b.expand_dims(w, axis=-1)
    one = b.convert(b.tril(b.triu(b.eq(gaps, gaps))), kind=Kind.ARRAY, dtype=w.type.dtype)
    return 1.0 / (gaps + one) - one


def _values_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    v = b.eigh_vectors(x)
    return ((v * b.expand_dims(ct, axis=-2)) @ swap(b, v),)


def _values_along(b: Any, ts: Any, y: Any, x: Any) -> Any:
    v = b.eigh_vectors(x)
    return b.sum(v * (symmetric_part(b, ts[0]) @ v), axis=-2)


def _vectors_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    inner = (swap(b, y) @ ct) * _inverse_gaps(b, x)
    return (symmetric_part(b, y @ inner @ swap(b, y)),)


def _vectors_along(b: Any, ts: Any, y: Any, x: Any) -> Any:
    return y @ ((swap(b, y) @ symmetric_part(b, ts[0]) @ y) * _inverse_gaps(b, x))


def _separated(*shape: int) -> Any:
    """Random symmetric matrices with eigenvalues far apart."""

    def draw(rng: np.random.Generator) -> Any:
        x = rng.uniform(-0.5, 0.5, shape)
        return x + np.swapaxes(x, -1, -2) + 4 * np.diag(np.arange(1.0, shape[-1] + 1))

    return draw


_EQUAL = Place("two eigenvalues of {x} are equal", lambda out, x: np.any(np.diff(np.linalg.eigvalsh(x)) == 0, axis=-1))
_SYMMETRIC = "the matrix is taken as symmetric, and so is its gradient: NumPy reads its lower triangle only"
_EIGEN: dict[str, Any] = {"unbounded": True, "numerical": "a factorisation, tested by differences", "symmetric": True,
    "parts": 2,
    "samples": draws(((_separated(3, 3),), {}), ((_separated(2, 2, 2),), {}), ((_separated(1, 1),), {}))}  # fmt: skip
_VALUES: dict[str, Any] = {"infer": lambda ins, regions: _infer(ins, False), "vjp": _values_back, "jvp": _values_along,
    "kinks": _SYMMETRIC + "; of equal eigenvalues only symmetric functions have a derivative",
    "places": (_EQUAL,),
    "rule": ("V · diag(d_{out}) · Vᵀ",), **_EIGEN}  # fmt: skip
# the two results of np.linalg.eigh
eigh_values = prim("eigh_values", "x", GENERAL, numpy="np.linalg.eigh(x)[0]", **_VALUES)
eigh_vectors = prim("eigh_vectors", "x", GENERAL, infer=lambda ins, regions: _infer(ins, True),
    numpy="np.linalg.eigh(x)[1]", vjp=_vectors_back, jvp=_vectors_along,
    rule=("{out} · (F ∘ {out}ᵀ · d_{out}) · {out}ᵀ",),
    kinks=_SYMMETRIC + "; of equal eigenvalues the eigenvectors have none: inf or NaN", places=(_EQUAL,),
    **_EIGEN)  # fmt: skip
eigvalsh = prim("eigvalsh", "x", GENERAL, numpy="np.linalg.eigvalsh(x)", **{**_VALUES, "parts": 0})
