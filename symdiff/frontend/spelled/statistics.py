"""Spread, averages and covariances, and the functions that leave NaN out."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import of_dtype, root, spelled, unsupported


@spelled()
def ptp(a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


@spelled()
def average(a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False) -> Any:
    a = np.asarray(a)
    if returned:
        unsupported("returned")
    if weights is None:
        return np.mean(a, axis=axis, keepdims=keepdims)
    w = np.asarray(weights)
    if w.ndim != a.ndim:
        if axis is None or isinstance(axis, tuple) or w.ndim != 1:
            return unsupported("weights", ": of the array's shape, or a vector for one axis")
        w = np.reshape(w, (len(w),) + (1,) * (a.ndim - 1 - axis % a.ndim))
        scale = np.sum(w * np.ones_like(a), axis=axis, keepdims=keepdims)
    else:
        scale = np.sum(w, axis=axis, keepdims=keepdims)
    if np.any(scale == 0):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    return np.sum(np.multiply(a, w), axis=axis, keepdims=keepdims) / scale


# --- covariances


@spelled()
def cov(m: Any, y: Any = None, rowvar: Any = True, bias: Any = False, ddof: Any = None) -> Any:
    x = _variables(m, rowvar)
    if y is not None:
        x = np.concatenate((x, _variables(y, rowvar)), axis=0)
    elif x.shape[0] == 1 and np.ndim(m) == 2:
        raise ValueError("np.cov of a matrix of one variable is a 0-d array: give the variable as a vector")
    taken = (0 if bias else 1) if ddof is None else ddof
    x = x - np.mean(x, axis=1)[:, None]
    found = np.dot(x, x.T if x.dtype.kind == "f" else np.conj(x.T)) * np.true_divide(1, max(x.shape[1] - taken, 0))
    return np.squeeze(found, axis=(0, 1)) if np.ndim(m) == 1 and y is None else found


def _variables(m: Any, rowvar: Any) -> Any:
    """One row per variable, in double precision."""
    m = np.asarray(m)
    m = np.asarray(m, dtype=complex if m.dtype.kind == "c" else float)
    if m.ndim == 1:
        return m[None, :]
    return m if rowvar else m.T


@spelled()
def corrcoef(x: Any, y: Any = None, rowvar: Any = True) -> Any:
    c = cov(x, y, rowvar)
    if np.ndim(c) == 0:
        return c / c
    spread = np.sqrt(np.diagonal(c) if c.dtype.kind == "f" else np.diagonal(c).real)
    found = c / spread[:, None] / spread[None, :]
    if c.dtype.kind == "f":
        return np.clip(found, -1, 1)
    return np.clip(found.real, -1, 1) + 1j * np.clip(found.imag, -1, 1)


# --- without NaN


@spelled()
def nansum(a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.sum(np.where(np.isnan(a), 0, a), axis=axis, keepdims=keepdims)


@spelled()
def nanprod(a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.prod(np.where(np.isnan(a), 1, a), axis=axis, keepdims=keepdims)


@spelled()
def nancumsum(a: Any, axis: Any = None) -> Any:
    return np.cumsum(np.where(np.isnan(a), 0, a), axis=axis)


@spelled()
def nancumprod(a: Any, axis: Any = None) -> Any:
    return np.cumprod(np.where(np.isnan(a), 1, a), axis=axis)


@spelled()
def nanmax(a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    if np.asarray(a).dtype.kind in "iub":
        return np.max(a, axis=axis, keepdims=keepdims)
    missing = np.isnan(a)
    found = np.max(np.where(missing, -np.inf, a), axis=axis, keepdims=keepdims)
    return np.where(np.all(missing, axis=axis, keepdims=keepdims), np.nan, found)[()]


@spelled()
def nanmin(a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    if np.asarray(a).dtype.kind in "iub":
        return np.min(a, axis=axis, keepdims=keepdims)
    missing = np.isnan(a)
    found = np.min(np.where(missing, np.inf, a), axis=axis, keepdims=keepdims)
    return np.where(np.all(missing, axis=axis, keepdims=keepdims), np.nan, found)[()]


@spelled()
def nanmean(a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    missing = np.isnan(a)
    total = np.sum(np.where(missing, 0, a), axis=axis, keepdims=keepdims)
    return of_dtype(total / np.sum(~missing, axis=axis, keepdims=keepdims), total)


@spelled()
def nanvar(a: Any, axis: Any = None, ddof: Any = 0, keepdims: Any = False) -> Any:
    missing = np.isnan(a)
    filled = np.where(missing, 0, a)
    count = np.sum(~missing, axis=axis, keepdims=True)
    mean = of_dtype(np.sum(filled, axis=axis, keepdims=True) / count, filled)
    centred = np.where(missing, 0, filled - mean)
    squares = centred * centred if centred.dtype.kind == "f" else (centred * np.conj(centred)).real
    total = np.sum(squares, axis=axis, keepdims=keepdims)
    return of_dtype(total / (np.sum(~missing, axis=axis, keepdims=keepdims) - ddof), total)


@spelled()
def nanstd(a: Any, axis: Any = None, ddof: Any = 0, keepdims: Any = False) -> Any:
    return root(nanvar(a, axis, ddof, keepdims))


@spelled()
def nanmedian(a: Any, axis: Any = None) -> Any:
    a = np.asarray(a)
    if axis is not None and np.ndim(a) != 1:
        return unsupported("axis", ": the rows may keep different numbers of elements")
    return np.median(a[~np.isnan(a)])


@spelled()
def nanargmax(a: Any, axis: Any = None) -> Any:
    return _place(np.argmax, -np.inf, a, axis)


@spelled()
def nanargmin(a: Any, axis: Any = None) -> Any:
    return _place(np.argmin, np.inf, a, axis)


def _place(function: Any, last: Any, a: Any, axis: Any) -> Any:
    missing = np.isnan(a)
    if np.any(np.all(missing, axis=axis)):
        raise ValueError("All-NaN slice encountered")
    return function(np.where(missing, last, a), axis=axis)


# --- quantiles


@spelled("quantile of several")
def quantile(a: Any, q: Any, axis: Any = None, method: Any = "linear", keepdims: Any = False) -> Any:
    """Several weights are an array of float64, which the result has, too; one is a number."""
    a = np.asarray(a)
    if a.dtype == np.float32:
        a = a.astype(np.float64)
    return np.array([np.quantile(a, each, axis=axis, method=method, keepdims=keepdims) for each in q])


@spelled()
def percentile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear", keepdims: Any = False) -> Any:
    if np.ndim(q) == 0:
        return np.quantile(a, q / 100, axis=axis, method=method, keepdims=keepdims)
    return quantile(a, [each / 100 for each in q], axis, method, keepdims)


@spelled()
def nanquantile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear") -> Any:
    a = np.asarray(a)
    if axis is not None and np.ndim(a) != 1:
        return unsupported("axis", ": the rows may keep different numbers of elements")
    return np.quantile(a[~np.isnan(a)], q, method=method)


@spelled()
def nanpercentile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear") -> Any:
    a = np.asarray(a)
    if axis is not None and np.ndim(a) != 1:
        return unsupported("axis", ": the rows may keep different numbers of elements")
    return np.percentile(a[~np.isnan(a)], q, method=method)
