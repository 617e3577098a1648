"""Products and norms of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import misuse, spelled, unsupported


@spelled("linalg.matrix_power")
def matrix_power(a: Any, n: Any) -> Any:
    """By repeated squaring, from the lowest bit, as NumPy multiplies."""
    a = np.asarray(a)
    if not isinstance(n, int):
        raise TypeError("exponent must be an integer")
    if n < 0:
        a, n = np.linalg.inv(a), -n
    if n == 0:
        return np.zeros_like(a) + np.eye(a.shape[-1])
    if n == 3:
        return a @ a @ a
    found, square = None, None
    while n > 0:
        square = a if square is None else square @ square
        if n % 2:
            found = square if found is None else found @ square
        n = n // 2
    return found


@spelled("linalg.multi_dot")
def multi_dot(arrays: Any) -> Any:
    """From the left, or from the right where the last one is a vector."""
    if len(arrays) < 2:
        unsupported("arrays", ": two or more")
    if np.ndim(arrays[-1]) == 1:
        found = arrays[-1]
        for a in reversed(arrays[:-1]):
            found = np.dot(a, found)
        return found
    found = arrays[0]
    for a in arrays[1:]:
        found = np.dot(found, a)
    return found


@spelled("linalg.cond")
def cond(x: Any, p: Any = None) -> Any:
    if p is None or p == 2:
        s = np.linalg.svd(x, compute_uv=False)
        return s[..., 0] / s[..., -1]
    if p == -2:
        s = np.linalg.svd(x, compute_uv=False)
        return s[..., -1] / s[..., 0]
    return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))


@spelled("linalg.matrix_norm")
def matrix_norm(x: Any, *, keepdims: Any = False, ord: Any = "fro") -> Any:
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


@spelled("linalg.vector_norm")
def vector_norm(x: Any, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    if isinstance(axis, tuple):
        unsupported("axis", ": one, or None")
    if axis is not None:
        return np.linalg.norm(x, ord, axis, keepdims)
    length = np.linalg.norm(np.ravel(x), ord)
    return np.reshape(length, (1,) * np.ndim(x)) if keepdims else length


@spelled("linalg.trace")
def trace(x: Any, *, offset: Any = 0) -> Any:
    if x.ndim != 2:
        unsupported("x", ": one matrix")
    return np.trace(x, offset)


@spelled("linalg.svdvals")
def svdvals(x: Any) -> Any:
    return np.linalg.svd(x, compute_uv=False)


@spelled("linalg.outer")
def outer(x1: Any, x2: Any) -> Any:
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        misuse("Input arrays must be one-dimensional")
    return np.outer(x1, x2)


@spelled("matrix_transpose")
def matrix_transpose(x: Any) -> Any:
    return np.swapaxes(x, -2, -1)


@spelled()
def vecdot(x1: Any, x2: Any) -> Any:
    x1 = np.conj(x1) if np.asarray(x1).dtype.kind == "c" else x1
    return np.dot(x1, x2) if np.ndim(x1) == np.ndim(x2) == 1 else np.sum(x1 * x2, axis=-1)


@spelled("linalg.matmul")
def matmul(x1: Any, x2: Any) -> Any:
    return np.matmul(x1, x2)


@spelled("linalg.diagonal")
def diagonal(x: Any, *, offset: Any = 0) -> Any:
    return np.diagonal(np.moveaxis(np.moveaxis(x, -2, 0), -1, 1), offset)


@spelled("linalg.tensorsolve")
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    if axes is not None:
        unsupported("axes", ": move the axes before")
    rest = a.shape[b.ndim :]
    return np.linalg.solve(np.reshape(a, (b.size, -1)), np.ravel(b)).reshape(rest)


@spelled("linalg.tensorinv")
def tensorinv(a: Any, ind: Any = 2) -> Any:
    rows = 1
    for n in a.shape[ind:]:
        rows = rows * n
    return np.linalg.inv(np.reshape(a, (-1, rows))).reshape(a.shape[ind:] + a.shape[:ind])


@spelled("cross along")
def cross_along(a: Any, b: Any, axisa: Any, axisb: Any, axisc: Any) -> Any:
    found = np.cross(np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1))
    return np.moveaxis(found, -1, axisc)
