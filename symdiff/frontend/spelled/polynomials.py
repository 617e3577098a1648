"""Polynomials by their coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import misuse, spelled, unsupported


@spelled()
def polyval(p: Any, x: Any) -> Any:
    """Horner's scheme, from 0 as NumPy's, which makes an array of a list of coefficients: beside float32 it counts."""
    if np.asarray(x).dtype in (np.float32, np.complex64):
        p = np.asarray(p)
    y = np.zeros_like(x)
    if y.ndim == 0:
        y = y[()]
    for c in p:
        y = y * x + c
    return y


@spelled()
def polyfit(x: Any, y: Any, deg: Any, rcond: Any = None, full: Any = False, w: Any = None, cov: Any = False) -> Any:
    x, y = np.asarray(x), np.asarray(y)
    if full or cov:
        unsupported("full" if full else "cov")
    if not isinstance(deg, int):
        unsupported("deg", ": an integer")
    if deg < 0:
        misuse("expected deg >= 0")
    lhs, rhs = np.vander(x + 0.0, deg + 1), y + 0.0
    if w is not None:
        w = np.asarray(w)
        lhs = lhs * w[:, None]
        rhs = rhs * w if np.ndim(y) == 1 else rhs * w[:, None]
    scale = np.sqrt(np.sum(lhs * lhs, axis=0))
    found = np.linalg.lstsq(lhs / scale, rhs, rcond)[0]  # NumPy's rcond for None is lstsq's own
    return (found.T / scale).T


@spelled()
def polyder(p: Any, m: Any = 1) -> Any:
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


@spelled()
def polyint(p: Any, m: Any = 1, k: Any = 0) -> Any:
    for _ in range(m):
        p = np.concatenate((p / np.arange(len(p), 0, -1), [k]))
    return p


@spelled()
def polyadd(a1: Any, a2: Any) -> Any:
    a1, a2 = np.asarray(a1), np.asarray(a2)
    missing = len(a1) - len(a2)
    if missing == 0:
        return a1 + a2
    if missing > 0:
        return a1 + np.concatenate((np.zeros(missing, dtype=a2.dtype), a2))
    return np.concatenate((np.zeros(-missing, dtype=a1.dtype), a1)) + a2


@spelled()
def polymul(a1: Any, a2: Any) -> Any:
    if a1[0] == 0 or a2[0] == 0:
        raise ValueError("np.polymul drops leading coefficients of 0, which decides the size: leave them out")
    return np.convolve(a1, a2)


@spelled()
def polysub(a1: Any, a2: Any) -> Any:
    return polyadd(a1, -np.asarray(a2))


@spelled("polynomial.polynomial.polyval")
def polyval_by_rising_powers(x: Any, c: Any, tensor: Any = True) -> Any:
    """Horner's scheme, the highest coefficient last."""
    if np.ndim(c) != 1:
        unsupported("c", ": one vector of coefficients")
    c = np.asarray(c)
    if c.dtype.kind in "iub":
        c = c + 0.0
    y = c[-1] + x * 0
    for k in range(len(c) - 2, -1, -1):
        y = c[k] + y * x
    return y
