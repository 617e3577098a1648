"""Functions that write into their first argument."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.spelled.joining import unravelled
from symdiff.frontend.spelled.table import at, misuse, one_axis, spelled, unsupported


@spelled()
def put(a: Any, ind: Any, v: Any) -> None:
    """Positions count through the rows; negative ones from the end.  Fewer values are repeated, more are left."""
    places, values = np.asarray(ind), np.asarray(v)
    if values.ndim:
        places, values = np.ravel(places), np.ravel(values)
        values = values if len(values) == len(places) else values[np.arange(len(places)) % len(values)]
    if a.ndim == 1:
        a[places] = values
    else:
        a[unravelled(np.where(places < 0, places + a.size, places), a.shape)] = values


@spelled()
def copyto(dst: Any, src: Any, where: Any = None) -> None:
    if where is None:
        dst[...] = src
    elif np.asarray(where).dtype != bool:
        raise TypeError("Cannot cast array data to dtype('bool') according to the rule 'safe'")
    else:
        dst[...] = np.where(where, src, dst)


@spelled()
def putmask(a: Any, mask: Any, values: Any) -> None:
    """The value at a place is that of its number among all places; fewer values are repeated, more are left."""
    values = np.asarray(values)
    if values.ndim:
        values = np.ravel(values)
        if values.size != a.size:
            if values.size == 0:
                return
            values = values[np.arange(a.size) % values.size]
        values = np.reshape(values, a.shape)
    a[...] = np.where(np.reshape(mask, a.shape), values, a)


@spelled()
def place(arr: Any, mask: Any, vals: Any) -> None:
    """The value at a place is that of its number among those that the mask has."""
    mask, values = np.reshape(mask, arr.shape), np.asarray(vals)
    if values.ndim:
        places, values = np.flatnonzero(mask), np.ravel(values)
        if len(values) == 0 and len(places) > 0:
            raise ValueError("Cannot insert from an empty array!")
        values = values[np.arange(len(places)) % len(values)]
        if arr.ndim == 1:
            arr[places] = values
        else:
            arr[unravelled(places, arr.shape)] = values
    else:
        arr[...] = np.where(mask, values, arr)


@spelled()
def fill_diagonal(a: Any, val: Any, wrap: Any = False) -> None:
    """Fewer values are repeated, more are left; `wrap` begins again below the last row, with one row between."""
    if a.ndim < 2:
        misuse("array must be at least 2-d")
    values = np.asarray(val)
    if wrap and a.ndim == 2:
        k = np.arange(0, a.size, a.shape[1] + 1)
        places = (k // a.shape[1], k % a.shape[1])
    else:
        k = np.arange(min(a.shape))
        places = (k,) * a.ndim
    if a.ndim > 2:
        for n in a.shape[1:]:
            if n != a.shape[0]:
                raise ValueError("All dimensions of input must be of equal length")
    if values.ndim and values.size != k.size:
        values = np.ravel(values)[np.arange(k.size) % values.size]
    a[places] = np.ravel(values) if values.ndim > 1 else values


def diagonal_in_turn(a: Any, val: Any, wrap: Any = False) -> None:
    """`np.fill_diagonal` of what shares memory with the array: what a place overwrites is read after it."""
    if a.ndim != 2 or np.ndim(val) != 1:
        unsupported("val", ": a vector of what is in the array goes on the diagonal of a matrix")
    if wrap:
        unsupported("wrap", " of what is in the array")
    for k in range(min(a.shape)):
        a[k, k] = val[k % len(val)]


@spelled()
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any = -1) -> None:
    if axis is None:
        unsupported("axis")
    axis = axis % arr.ndim
    others = [np.arange(n) for n in arr.shape]
    lines = [np.reshape(r, [-1 if j == k else 1 for j in range(arr.ndim)]) for k, r in enumerate(others)]
    arr[(*lines[:axis], indices, *lines[axis + 1 :])] = values


def reordered(x: Any, order: Any, axis: Any) -> None:
    """`rng.shuffle(x)`, by the order that was drawn."""
    if isinstance(x, np.ndarray):
        x[...] = np.take(x, order, axis=axis)
    else:
        x[:] = [x[k] for k in order]


def update_at(operation: Any, a: Any, indices: Any, b: Any) -> None:
    """`ufunc.at`: one part after the other, so that repeated positions are updated again."""
    at = indices if isinstance(indices, tuple) else (indices,)
    arrays = [k for k in range(len(at)) if isinstance(at[k], (list, np.ndarray)) and np.ndim(at[k])]
    slices = [k for k in range(len(at)) if isinstance(at[k], slice)]
    numbers = [k for k in range(len(at)) if isinstance(at[k], (int, np.integer))]
    masks = [k for k in arrays if np.asarray(at[k]).dtype == bool]
    if not arrays or (masks and len(at) == 1):
        a[indices] = operation(a[indices], b)  # no position twice
    elif masks or len(arrays) + len(slices) + len(numbers) < len(at):
        unsupported("indices", ": integers, slices and integer arrays, or one mask")
    elif not slices:
        _update_chosen(operation, a, np.broadcast_arrays(*at), b)
    elif len(at) == len(slices) + 1 and np.ndim(at[arrays[0]]) == 1:
        _update_lines(operation, a[at[: arrays[0]]], arrays[0], at[arrays[0]], at[arrays[0] + 1 :], b)
    else:
        unsupported("indices", ": one vector of integers beside slices")


def change_at(operation: Any, a: Any, indices: Any) -> None:
    """`ufunc.at` of a function of one number."""
    update_at(lambda part, _: operation(part), a, indices, 0.0)


def _update_chosen(operation: Any, a: Any, places: Any, b: Any) -> None:
    """The index is arrays alone, of one shape: `a[places[0][j], places[1][j]]` is the part number j."""
    shape, rest = places[0].shape, a.shape[len(places) :]
    values = np.broadcast_to(b, (*shape, *rest))
    if len(shape) > 1:
        values = values.reshape((places[0].size, *rest))
    rows = [np.ravel(p) for p in places]
    for j in range(len(rows[0])):
        k = tuple([row[j] for row in rows])
        a[k] = operation(a[k], values[j])


def _update_lines(operation: Any, a: Any, axis: Any, places: Any, later: Any, b: Any) -> None:
    """The index is a vector on one axis, and slices."""
    before = (slice(None),) * axis
    places = np.asarray(places)
    part = a[(*before, 0, *later)]
    values = np.broadcast_to(b, (*part.shape[:axis], len(places), *part.shape[axis:]))
    for j, k in enumerate(places):
        a[(*before, k, *later)] = operation(a[(*before, k, *later)], values[(*before, j)])


def reduced(ufunc: Any, identity: Any, a: Any) -> Any:
    """`ufunc.reduce(a)` of a vector, for what has no reduction of its own: element by element."""
    if np.ndim(a) != 1:
        unsupported("array", ": one vector")
    if len(a) == 0:
        return np.float64(identity)
    found = a[0]
    for k in range(1, len(a)):
        found = ufunc(found, a[k])
    return found


def reduced_parts(ufunc: Any, name: Any, array: Any, indices: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """`ufunc.reduceat`: each index begins a part that ends at the next, or is one element where that is no later."""
    if axis != 0 or dtype is not None or array.dtype.kind not in "fc":
        unsupported("axis", ": parts along the first axis of floats, in their dtype")
    found = np.zeros((len(indices), *array.shape[1:]), array.dtype)
    for k in range(len(indices)):
        start, end = indices[k], indices[k + 1] if k + 1 < len(indices) else len(array)
        if start < 0 or start >= len(array):
            raise IndexError(f"index {start} out-of-bounds in {name}.reduceat [0, {len(array)})")
        found[k] = ufunc.reduce(array[start:end], axis=0) if start < end else array[start]
    return found


def concatenated_into(arrays: Any, axis: Any, out: Any) -> None:
    """`np.concatenate(arrays, out=out)` where a part is in `out`: each is copied before the next is read."""
    axis = one_axis(axis, out.ndim)
    end = 0
    for part in arrays:
        if part.ndim != out.ndim:
            raise ValueError("Output array has wrong dimensionality")
        end += part.shape[axis]
        for k in range(out.ndim):
            if k != axis and part.shape[k] != out.shape[k]:
                raise ValueError("Output array is the wrong shape")
    if end != out.shape[axis]:
        raise ValueError("Output array is the wrong shape")
    start = 0
    for part in arrays:
        end = start + part.shape[axis]
        out[at(axis, slice(start, end))] = part
        start = end


def stacked_into(arrays: Any, axis: Any, out: Any) -> None:
    """`np.stack(arrays, out=out)` where a part is in `out`."""
    concatenated_into([np.expand_dims(part, axis) for part in arrays], axis, out)
