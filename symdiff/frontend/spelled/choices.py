"""Choosing among values, comparing with tolerance, and applying a function to parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import common_dtype, is_weak, misuse, of_dtype, one_axis, spelled, unsupported


@spelled()
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """The first condition that holds decides."""
    found = default
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        misuse("select with an empty condition list is not possible")
    dtype = common_dtype([*choicelist, default])
    for k in reversed(range(len(condlist))):
        if np.asarray(condlist[k]).dtype != bool:
            raise TypeError(f"invalid entry {k} in condlist: should be boolean ndarray")
        found = _either(condlist[k], choicelist[k], found, dtype)
    return found


def _either(condition: Any, x: Any, y: Any, dtype: Any) -> Any:
    """`np.where`, one of the choices that end in an array of this dtype: two Python numbers would have theirs."""
    if is_weak(x) and is_weak(y) and common_dtype([np.zeros(0, common_dtype([x, y])), np.zeros(0, dtype)]) != dtype:
        return np.where(condition, x, dtype.type(y))
    return np.where(condition, x, y)


def _listed(condlist: Any) -> Any:
    return condlist if isinstance(condlist, (list, tuple)) else [condlist] if np.ndim(condlist) == 0 else list(condlist)


@spelled()
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """The last condition that holds decides; a function sees only the elements that are its own."""
    if np.ndim(x) == 0:
        return np.reshape(
            piecewise(np.reshape(x, (1,)), [np.reshape(c, (1,)) for c in _listed(condlist)], funclist, *args, **kw), ()
        )
    y = np.zeros_like(x)
    conditions = [condlist] if np.ndim(condlist[0]) == 0 and np.ndim(x) != 0 else list(condlist)
    conditions = [np.asarray(c) != 0 for c in conditions]
    if len(funclist) == len(conditions) + 1:
        nowhere = conditions[0]
        for c in conditions[1:]:
            nowhere = nowhere | c
        conditions.append(~nowhere)
    elif len(funclist) != len(conditions):
        unsupported("funclist", ": one function for each condition, and one for the rest")
    for k in range(len(conditions)):
        f = funclist[k]
        y[conditions[k]] = f(x[conditions[k]], *args, **kw) if callable(f) else f
    return y


@spelled()
def lexsort(keys: Any, axis: Any = -1) -> Any:
    """By the last key, then by those before it: each order leaves what is equal as it was."""
    if np.ndim(keys[0]) != 1:
        unsupported("keys", ": vectors")
    one_axis(axis, 1)
    order = np.argsort(keys[0], kind="stable")
    for key in keys[1:]:
        order = order[np.argsort(key[order], kind="stable")]
    return order


@spelled()
def choose(a: Any, choices: Any) -> Any:
    places, found = np.asarray(a), choices[0]
    if places.dtype.kind not in "iub":
        raise TypeError("Cannot cast array data to integers according to the rule 'safe'")
    if np.any((places < 0) | (places >= len(choices))):
        raise ValueError("invalid entry in choice array")
    dtype = common_dtype(choices)
    for k in range(min(1, len(choices) - 1), len(choices)):
        found = _either(places == k, choices[k], found, dtype)
    return found[()] if found.ndim == 0 else found


@spelled()
def isclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: Any = False) -> Any:
    if equal_nan:
        unsupported("equal_nan")
    return (np.abs(a - b) <= atol + rtol * np.abs(b)) & np.isfinite(b) | (a == b)


@spelled()
def allclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: Any = False) -> Any:
    return bool(np.all(isclose(a, b, rtol, atol, equal_nan)))


@spelled()
def array_equal(a1: Any, a2: Any) -> Any:
    if np.ndim(a1) != np.ndim(a2):
        return False
    for n, m in zip(np.shape(a1), np.shape(a2), strict=True):
        if n != m:
            return False
    return bool(np.all(a1 == a2))


@spelled()
def apply_along_axis(func1d: Any, axis: Any, arr: Any, *args: Any, **kwargs: Any) -> Any:
    arr = np.asarray(arr)
    axis = one_axis(axis, arr.ndim)
    if arr.ndim == 1:
        return np.asarray(func1d(arr, *args, **kwargs))
    if arr.ndim != 2:
        unsupported("arr", ": a vector or a matrix")
    rows = arr if axis else arr.T
    found = np.array([func1d(row, *args, **kwargs) for row in rows])
    return found if axis or found.ndim == 1 else found.T


@spelled()
def modf(x: Any) -> Any:
    if np.asarray(x).dtype.kind in "iub":
        x = x + 0.0
    whole = np.trunc(x)
    return x - whole, whole


@spelled("divmod")
def divmod_(x1: Any, x2: Any) -> Any:
    return np.floor_divide(x1, x2), np.remainder(x1, x2)


@spelled()
def ldexp(x1: Any, x2: Any) -> Any:
    if np.asarray(x2).dtype.kind not in "iub":
        raise TypeError("ufunc 'ldexp' not supported for the input types")
    return x1 * of_dtype(np.exp2(x2), np.asarray(x1))


@spelled()
def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    for axis in (axes,) if np.ndim(axes) == 0 else axes:
        found = func(a, axis)
        a = found if np.ndim(found) == a.ndim else np.expand_dims(found, axis)
    return a


def vectorized(function: Any, dtype: Any, *args: Any) -> Any:
    """A call of `np.vectorize(function)`: the function sees Python's numbers."""
    parts = np.broadcast_arrays(*args)
    columns = [np.ravel(part) for part in parts]
    if dtype is None and parts[0].size == 0:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
    if dtype is None and any([c.dtype in (np.float32, np.complex64) for c in columns]):
        dtype = np.asarray(function(*[c[0] for c in columns])).dtype  # what NumPy asks the function first
    found = np.array([function(*[t.item() for t in row]) for row in zip(*columns, strict=True)])
    return np.reshape(found if dtype is None else found.astype(dtype), parts[0].shape)


def numbers_for(x: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
    """`np.nan_to_num` with numbers of one's own."""
    if np.asarray(x).dtype.kind != "f":
        unsupported("nan", ", posinf and neginf, of other than floats")
    found = np.where(np.isnan(x), nan, np.nan_to_num(x))
    if posinf is not None:
        found = np.where(np.asarray(x) == np.inf, posinf, found)
    if neginf is not None:
        found = np.where(np.asarray(x) == -np.inf, neginf, found)
    return found[()] if np.ndim(x) == 0 else found
