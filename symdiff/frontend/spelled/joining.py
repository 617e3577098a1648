"""Taking arrays apart and putting them together; index arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import at, misuse, one_axis, spelled, unsupported

# --- parts of an array: views


@spelled()
def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    axis, n = axis % ary.ndim, ary.shape[axis]
    if isinstance(indices_or_sections, int):
        if n % indices_or_sections:
            raise ValueError("array split does not result in an equal division")
        size = n // indices_or_sections
        return [ary[at(axis, slice(k * size, (k + 1) * size))] for k in range(indices_or_sections)]
    return _cut(ary, indices_or_sections, axis)


@spelled()
def array_split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    ary = np.asarray(ary)
    axis, n = axis % ary.ndim, ary.shape[axis]
    if not isinstance(indices_or_sections, int):
        return _cut(ary, indices_or_sections, axis)
    size, longer = divmod(n, indices_or_sections)
    starts = [k * size + min(k, longer) for k in range(indices_or_sections + 1)]
    return [ary[at(axis, slice(starts[k], starts[k + 1]))] for k in range(indices_or_sections)]


def _cut(ary: Any, places: Any, axis: Any) -> Any:
    ends = [0, *places, ary.shape[axis]]
    return [ary[at(axis, slice(ends[k], ends[k + 1]))] for k in range(len(ends) - 1)]


@spelled()
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    return split(ary, indices_or_sections, axis=1 if ary.ndim > 1 else 0)


@spelled()
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    if ary.ndim < 2:
        misuse("vsplit only works on arrays of 2 or more dimensions")
    return split(ary, indices_or_sections, axis=0)


@spelled()
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    if ary.ndim < 3:
        misuse("dsplit only works on arrays of 3 or more dimensions")
    return split(ary, indices_or_sections, axis=2)


@spelled()
def compress(condition: Any, a: Any, axis: Any = None) -> Any:
    """The condition may be shorter than the axis; what is not 0 holds."""
    places = np.flatnonzero(np.asarray(condition))
    return np.ravel(a)[places] if axis is None else a[at(axis % a.ndim, places)]


@spelled("take of any place")
def take(a: Any, indices: Any, axis: Any, mode: Any) -> Any:
    """What lies outside is the nearest place, or counted around."""
    n = a.size if axis is None else a.shape[axis]
    if n == 0:
        raise IndexError("cannot do a non-empty take from an empty axes.")
    places = np.asarray(indices)
    return np.take(a, np.clip(places, 0, n - 1) if mode == "clip" else places % n, axis=axis)


@spelled()
def extract(condition: Any, arr: Any) -> Any:
    return np.ravel(arr)[np.flatnonzero(np.asarray(condition))]


# --- an array in place of the list of its rows


@spelled("stack of rows")
def stack(a: Any, axis: Any) -> Any:
    if len(a) == 0:
        raise ValueError("need at least one array to stack")
    return np.moveaxis(a, 0, axis).copy()


@spelled("concatenate of rows")
def concatenate(a: Any, axis: Any) -> Any:
    if len(a) == 0:
        raise ValueError("need at least one array to concatenate")
    at = axis % (a.ndim - 1)
    moved = np.moveaxis(a, 0, at).copy()
    return np.reshape(moved, (*moved.shape[:at], moved.shape[at] * moved.shape[at + 1], *moved.shape[at + 2 :]))


@spelled("sum of rows")
def sum_of_rows(a: Any, start: Any) -> Any:
    """Python's `sum` of an array: from the first row on; of none it is a number, which is an error here."""
    if len(a) == 0:
        raise ValueError("sum() of an array without rows is a number")
    found = start + a[0]
    for row in a[1:]:
        found = found + row
    return found


# --- one element less, or more


@spelled()
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    arr = np.asarray(arr)
    if axis is None:
        arr = arr if arr.ndim == 1 else np.ravel(arr)
        axis = 0
    axis = one_axis(axis, arr.ndim)
    if isinstance(obj, int) and not isinstance(obj, bool):
        n = arr.shape[axis]
        place = obj + n if obj < 0 else obj
        if place < 0 or place >= n:
            raise IndexError("index is out of bounds for the axis to delete from")
        parts = (arr[at(axis, slice(None, place))], arr[at(axis, slice(place + 1, None))])
        return np.concatenate(parts, axis=axis)
    kept = np.ones(arr.shape[axis], dtype=bool)
    kept[obj] = False
    return arr[at(axis, kept)]


@spelled()
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    arr = np.asarray(arr)
    if axis is None:
        arr = arr if arr.ndim == 1 else np.ravel(arr)
        axis = 0
    if not isinstance(obj, int) or arr.ndim != 1:
        return unsupported("obj", ": one place in a vector")
    place = obj + arr.shape[0] if obj < 0 else obj
    if place < 0 or place > arr.shape[0]:
        raise IndexError("index is out of bounds for the axis to insert into")
    new = np.ravel(np.asarray(values)).astype(arr.dtype)
    return np.concatenate((arr[:place], new, arr[place:]))


@spelled()
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    if axis is not None:
        return np.concatenate((arr, values), axis=axis)
    return np.concatenate((_flat(arr), _flat(values)))


def _flat(values: Any) -> Any:
    found = np.asarray(values)
    return found if found.ndim == 1 else np.ravel(found)


@spelled()
def ediff1d(ary: Any) -> Any:
    flat = _flat(ary)
    return flat[1:] - flat[:-1]


# --- more axes


@spelled()
def atleast_2d(*arys: Any) -> Any:
    return _matrix_of(arys[0]) if len(arys) == 1 else tuple([_matrix_of(ary) for ary in arys])


def _matrix_of(ary: Any) -> Any:
    ary = np.asarray(ary)
    if ary.ndim == 0:
        return np.reshape(ary, (1, 1))
    return ary[None, :] if ary.ndim == 1 else ary


@spelled()
def atleast_3d(ary: Any) -> Any:
    ary = np.asarray(ary)
    if ary.ndim == 0:
        return np.reshape(ary, (1, 1, 1))
    if ary.ndim == 1:
        return ary[None, :, None]
    return ary[:, :, None] if ary.ndim == 2 else ary


@spelled()
def dstack(tup: Any) -> Any:
    return np.concatenate([atleast_3d(a) for a in tup], axis=2)


@spelled()
def rollaxis(a: Any, axis: Any, start: Any = 0) -> Any:
    axis, start = one_axis(axis, a.ndim), start + a.ndim if start < 0 else start
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


@spelled()
def rot90(m: Any, k: Any = 1, axes: Any = (0, 1)) -> Any:
    m = np.asarray(m)
    i, j = [one_axis(axis, m.ndim) for axis in axes]
    if i == j:
        misuse("Axes must be different.")
    turns = k % 4
    if turns == 0:
        return m[:]
    if turns == 2:
        return np.flip(np.flip(m, i), j)
    return np.swapaxes(np.flip(m, j), i, j) if turns == 1 else np.flip(np.swapaxes(m, i, j), j)


@spelled()
def diagflat(v: Any, k: Any = 0) -> Any:
    return np.diag(_flat(v), k)


@spelled()
def broadcast_arrays(*args: Any) -> Any:
    unit: Any = sum([0 * np.asarray(a) for a in args])
    return tuple([np.broadcast_to(a, unit.shape) for a in args])


# Until NumPy 2.4 the lines of a sparse grid without copies are a list, all other grids a tuple.
_OPEN_GRIDS_ARE_A_LIST = isinstance(np.meshgrid([0.0], sparse=True, copy=False), list)


@spelled()
def meshgrid(*xi: Any, indexing: Any = "xy", sparse: Any = False, copy: Any = True) -> Any:
    """Without `copy`, and unless `sparse`, the results are views that cannot be written."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    count = len(xi)
    order = [1, 0, *range(2, count)] if indexing == "xy" and count > 1 else [*range(count)]
    lines = [np.reshape(x, [-1 if k == axis else 1 for k in range(count)]) for x, axis in zip(xi, order, strict=True)]
    if not sparse:
        shape = [np.size(xi[order[k]]) for k in range(count)]
        lines = [np.broadcast_to(line, shape) for line in lines]
    elif not copy and _OPEN_GRIDS_ARE_A_LIST:
        return lines
    return tuple([line.copy() if copy else line for line in lines])


@spelled()
def vander(x: Any, N: Any = None, increasing: Any = False) -> Any:
    """Powers by repeated products, as NumPy makes them."""
    x = np.asarray(x)
    if x.ndim != 1:
        return misuse("x must be a one-dimensional array or sequence.")
    if x.dtype in (np.float32, np.complex64):
        x = x.astype(np.float64 if x.dtype == np.float32 else np.complex128)
    columns = len(x) if N is None else N
    factors = np.broadcast_to(x[:, None], (len(x), max(columns - 1, 0)))
    powers = np.concatenate((np.ones_like(x)[:, None], np.cumprod(factors, axis=1)), axis=1)[:, :columns]
    return powers if increasing else powers[:, ::-1]


# --- index arrays


@spelled()
def ix_(*args: Any) -> Any:
    found = []
    for k, entry in enumerate(args):
        places = np.asarray(entry)
        if places.dtype == bool:
            places = np.flatnonzero(places)
        found.append(np.reshape(places, [-1 if j == k else 1 for j in range(len(args))]))
    return tuple(found)


@spelled()
def nonzero(a: Any) -> Any:
    mask = np.asarray(a) != 0
    if mask.ndim == 1:
        return (np.flatnonzero(mask),)
    return unravelled(np.flatnonzero(mask), mask.shape)


@spelled()
def argwhere(a: Any) -> Any:
    return np.stack(nonzero(a), axis=1)


@spelled()
def unravel_index(indices: Any, shape: Any) -> Any:
    size = 1
    for n in shape:
        size = size * n
    if np.any((indices < 0) | (indices >= size)):
        raise ValueError("index is out of bounds for array with that many elements")
    return unravelled(indices, shape)


def unravelled(indices: Any, shape: Any) -> Any:
    """The same of indices that are in the array."""
    rest, found = indices, []
    for n in shape[:0:-1]:
        found.append(rest % n)
        rest = rest // n
    return (rest, *found[::-1])


@spelled()
def ravel_multi_index(multi_index: Any, dims: Any) -> Any:
    found = multi_index[0]
    for k in range(len(dims)):
        if np.any((multi_index[k] < 0) | (multi_index[k] >= dims[k])):
            raise ValueError("invalid entry in coordinates array")
    for k in range(1, len(dims)):
        found = found * dims[k] + multi_index[k]
    return found


@spelled()
def diag_indices(n: Any, ndim: Any = 2) -> Any:
    return (np.arange(n),) * ndim


@spelled()
def diag_indices_from(arr: Any) -> Any:
    return (np.arange(arr.shape[0]),) * arr.ndim


@spelled()
def tril_indices_from(arr: Any, k: Any = 0) -> Any:
    return np.tril_indices(arr.shape[0], k, arr.shape[1])


@spelled()
def triu_indices_from(arr: Any, k: Any = 0) -> Any:
    return np.triu_indices(arr.shape[0], k, arr.shape[1])


@spelled("squeeze of ones")
def squeeze(a: Any, ones: Any) -> Any:
    """Without `axis=`, of an array whose axes `ones` have size 1, and the others, in this call, another."""
    for k in range(a.ndim):
        if k not in ones and a.shape[k] == 1:
            raise ValueError("np.squeeze without axis= is compiled for sizes that are not 1")
    return np.squeeze(a, axis=ones) if ones else a


@spelled()
def block(arrays: Any) -> Any:
    """Two levels of lists, of matrices and vectors, which are rows; or one, of arrays side by side."""
    if isinstance(arrays[0], list):
        return np.concatenate([np.concatenate([_matrix(m) for m in row], axis=1) for row in arrays], axis=0)
    parts = [np.atleast_1d(a) for a in arrays]
    return np.concatenate(parts, axis=parts[0].ndim - 1)


def _matrix(m: Any) -> Any:
    return np.atleast_2d(m) if np.ndim(m) <= 2 else unsupported("arrays", ": matrices, in a list of lists")
