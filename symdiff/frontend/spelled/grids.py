"""`np.r_`, `np.c_`, `np.mgrid` and `np.ogrid`; a slice comes as the tuple of its start, stop and step."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import common_dtype, is_weak, misuse, spelled


def _line(start: Any, stop: Any, step: Any) -> Any:
    """The places of a slice; an imaginary step is their number, both ends included."""
    start, step = 0 if start is None else start, 1 if step is None else step
    if not isinstance(step, complex):
        return np.arange(start, stop, step)
    count = int(abs(step))
    by = (stop - start) / (count - 1) if count > 1 else 1
    return np.arange(0.0, count) * by + start


def ogrid(slices: Any, single: Any) -> Any:
    """Lines that broadcast against each other, of one dtype."""
    lines = [_line(*each) for each in slices]
    if single:
        return lines[0]
    whole = all([line.dtype.kind == "i" for line in lines])
    shapes = [[-1 if k == axis else 1 for k in range(len(lines))] for axis in range(len(lines))]
    return tuple(
        [np.reshape(line if whole else line.astype(float), shape) for line, shape in zip(lines, shapes, strict=True)]
    )


def mgrid(slices: Any, single: Any) -> Any:
    """The same, broadcast and stacked."""
    found = ogrid(slices, single)
    return found if single else np.stack(np.broadcast_arrays(*found))


@spelled()
def indices(dimensions: Any, dtype: Any = int, sparse: Any = False) -> Any:
    for n in dimensions:
        if n < 0:
            raise ValueError("negative dimensions are not allowed")
    lines = ogrid([(0, n, 1) for n in dimensions], False)
    lines = [line.astype(dtype) for line in lines]
    return tuple(lines) if sparse else np.stack(np.broadcast_arrays(*lines))


def joined(parts: Any, ranges: Any, axis: Any, ndmin: Any, to: Any) -> Any:
    """Arrays, numbers and slices one after the other along an axis.

    What has fewer axes than `ndmin` gets more.
    """
    found: Any = []
    if len(parts) == 0:
        misuse("need at least one array to concatenate")
    pieces = [_line(*part) if line else part for part, line in zip(parts, ranges, strict=True)]
    dtype = common_dtype([np.asarray(p) if np.ndim(p) else p for p in pieces])
    for part in pieces:
        if np.ndim(part) == 0:
            whole = np.asarray(part, dtype=dtype) if is_weak(part) else np.asarray(part)
            found.append(np.reshape(whole, (1,) * ndmin))
        else:
            found.append(_placed(np.asarray(part), ndmin, to))
    return np.concatenate(found, axis=axis)


def _placed(part: Any, ndmin: Any, to: Any) -> Any:
    """The axes of the part from place `to` on, counted from behind where it is negative, and others of size 1."""
    missing = ndmin - part.ndim
    before = to if to >= 0 else to + missing + 1
    return part[(None,) * before + (...,) + (None,) * (missing - before)] if missing > 0 else part
