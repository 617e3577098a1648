"""Reductions of some elements (`where=`), from a start (`initial=`), and the matrix norms that are no length."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import misuse, of_dtype, root, spelled, unsupported

# np.sum(…, where=…) alone is a primitive: NumPy adds up what is masked in another order


@spelled("sum of some")
def sum_(a: Any, axis: Any = None, keepdims: Any = False, *, initial: Any, where: Any) -> Any:
    if axis is not None or keepdims:
        unsupported("initial", " along an axis together with where=: add it to the sum")
    total = np.sum(a, where=where)
    return _begun(initial, total) + total


def _begun(initial: Any, found: Any) -> Any:
    """`initial=` in the dtype of the reduction; a Python number has none of its own."""
    if found.dtype.kind in "iub" and np.asarray(initial).dtype.kind not in "iub":
        unsupported("initial", ": an integer, it is cut to one")
    return of_dtype(initial, found) if isinstance(initial, (np.generic, np.ndarray)) else initial


@spelled("prod of some")
def prod(a: Any, axis: Any = None, keepdims: Any = False, *, initial: Any = None, where: Any) -> Any:
    a = np.where(where, a, 1)
    if initial is None:
        return np.prod(a, axis=axis, keepdims=keepdims)
    return np.prod(a, axis=axis, keepdims=keepdims, initial=initial)


@spelled("mean of some")
def mean(a: Any, axis: Any = None, keepdims: Any = False, *, where: Any) -> Any:
    total = np.sum(a, axis=axis, keepdims=keepdims, where=where)
    return of_dtype(total / _count(a, axis, keepdims, where), total)


def _count(a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    return np.sum(np.broadcast_to(where, np.shape(a)), axis=axis, keepdims=keepdims)


@spelled("var of some")
def var(a: Any, axis: Any = None, ddof: Any = 0, keepdims: Any = False, *, where: Any) -> Any:
    centred = a - mean(a, axis, True, where=where)
    squares = centred * centred if centred.dtype.kind == "f" else (centred * np.conj(centred)).real
    total = np.sum(squares, axis=axis, keepdims=keepdims, where=where)
    return of_dtype(total / np.maximum(_count(a, axis, keepdims, where) - ddof, 0), total)


@spelled("std of some")
def std(a: Any, axis: Any = None, ddof: Any = 0, keepdims: Any = False, *, where: Any) -> Any:
    return root(var(a, axis, ddof, keepdims, where=where))


@spelled("max of some")
def max_(a: Any, axis: Any = None, keepdims: Any = False, *, initial: Any = None, where: Any = None) -> Any:
    if initial is None:
        return unsupported("where", " without initial=")
    initial = _begun(initial, a)
    if where is not None:
        return np.max(np.where(where, a, initial), axis=axis, keepdims=keepdims, initial=initial)
    if a.dtype.kind == "f":
        return np.maximum(np.max(a, axis=axis, keepdims=keepdims, initial=-np.inf), initial)
    if axis is None and not keepdims and np.size(a) == 0:
        return np.sum(a) + initial
    return np.maximum(np.max(a, axis=axis, keepdims=keepdims), initial)


@spelled("min of some")
def min_(a: Any, axis: Any = None, keepdims: Any = False, *, initial: Any = None, where: Any = None) -> Any:
    if initial is None:
        return unsupported("where", " without initial=")
    initial = _begun(initial, a)
    if where is not None:
        return np.min(np.where(where, a, initial), axis=axis, keepdims=keepdims, initial=initial)
    if a.dtype.kind == "f":
        return np.minimum(np.min(a, axis=axis, keepdims=keepdims, initial=np.inf), initial)
    if axis is None and not keepdims and np.size(a) == 0:
        return np.sum(a) + initial
    return np.minimum(np.min(a, axis=axis, keepdims=keepdims), initial)


@spelled("any of some")
def any_(a: Any, axis: Any = None, keepdims: Any = False, *, where: Any) -> Any:
    return np.any(np.logical_and(a, where), axis=axis, keepdims=keepdims)


@spelled("all of some")
def all_(a: Any, axis: Any = None, keepdims: Any = False, *, where: Any) -> Any:
    return np.all(np.logical_or(a, np.logical_not(where)), axis=axis, keepdims=keepdims)


@spelled("linalg.norm of vectors")
def vector_norm(x: Any, ord: Any, axis: Any = None, keepdims: Any = False) -> Any:
    if x.dtype.kind in "iub":
        x = x + 0.0
    if ord == -np.inf:
        return np.min(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum((x != 0).astype(np.abs(x).dtype), axis=axis, keepdims=keepdims)
    return np.sum(np.abs(x) ** ord, axis=axis, keepdims=keepdims) ** (1 / ord)


@spelled("linalg.norm of some")
def norm(x: Any, ord: Any, axis: Any = None, keepdims: Any = False) -> Any:
    if ord not in (1, -1, 2, -2, np.inf, -np.inf, "nuc"):
        misuse("Invalid norm order for matrices.")
    if x.dtype.kind in "iub":
        x = x + 0.0
    rows, columns = (-2, -1) if axis is None else axis
    if ord in (1, -1, np.inf, -np.inf):
        inner, outer = (rows, columns) if ord in (1, -1) else (columns, rows)
        lengths = np.sum(np.abs(x), axis=inner, keepdims=True)
        largest = np.max if ord in (1, np.inf) else np.min
        found = largest(lengths, axis=outer, keepdims=True)
        return found if keepdims else np.squeeze(found, axis=(rows, columns))[()]
    if keepdims or np.ndim(x) > 2:
        unsupported("ord", ": one matrix, without keepdims=")
    s = np.linalg.svd(x if rows % 2 == 0 else x.T, compute_uv=False)
    if ord == "nuc":
        return np.sum(s, axis=-1)
    return np.max(s, axis=-1) if ord == 2 else np.min(s, axis=-1)
