"""Differences along a grid, angles, correlation, and what surrounds Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import at, misuse, of_dtype, one_axis, spelled, unsupported


@spelled()
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    f = np.asarray(f)
    over = range(f.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    steps = (1.0,) * len(over) if len(varargs) == 0 else varargs * len(over) if len(varargs) == 1 else varargs
    if len(steps) != len(over):
        misuse("invalid number of arguments: one spacing, or one for each axis")
    if edge_order > 2:
        misuse("'edge_order' greater than 2 not supported")
    found = [of_dtype(_slope(f, step, one_axis(k, f.ndim), edge_order), f) for step, k in zip(steps, over, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _slope(f: Any, step: Any, axis: Any, edge_order: Any) -> Any:
    """Central differences inside; one-sided ones of the order asked for at both ends."""
    if f.shape[axis] < edge_order + 1:
        raise ValueError("Shape of array too small to calculate a numerical gradient")
    if isinstance(step, (list, tuple)):
        step = np.asarray(step)
    if np.ndim(step) and len(step) != f.shape[axis]:
        raise ValueError("when 1d, distances must match the length of the corresponding dimension")
    first, second, third = [f[at(axis, slice(k, k + 1))] for k in (0, 1, min(2, edge_order))]
    last, before, above = [f[at(axis, slice(-1 - k, -k or None))] for k in (0, 1, min(2, edge_order))]
    if np.ndim(step):
        h = np.reshape(step[1:] - step[:-1], [-1 if k == axis else 1 for k in range(f.ndim)])
        left, right = h[at(axis, slice(None, -1))], h[at(axis, slice(1, None))]
        low = -right / (left * (left + right))
        middle, high = (right - left) / (left * right), left / (right * (left + right))
        ends = (
            h[at(axis, slice(0, 1))],
            h[at(axis, slice(1, 2))],
            h[at(axis, slice(-1, None))],
            h[at(axis, slice(-2, -1))],
        )
        inner = (
            low * f[at(axis, slice(None, -2))] + middle * f[at(axis, slice(1, -1))] + high * f[at(axis, slice(2, None))]
        )
    else:
        ends = step, step, step, step
        inner = (f[at(axis, slice(2, None))] - f[at(axis, slice(None, -2))]) / (2.0 * step)
    if edge_order == 1:
        edges = (second - first) / ends[0], (last - before) / ends[2]
    else:
        edges = _second_order(first, second, third, last, before, above, step, ends)
    return np.concatenate((edges[0], inner, edges[1]), axis=axis)


def _second_order(first: Any, second: Any, third: Any, last: Any, before: Any, above: Any, step: Any, ends: Any) -> Any:
    if not np.ndim(step):
        start = -1.5 / step * first + 2.0 / step * second + -0.5 / step * third
        return start, 0.5 / step * above + -2.0 / step * before + 1.5 / step * last
    p, q, r, s = ends
    start = -(2.0 * p + q) / (p * (p + q)) * first + (p + q) / (p * q) * second + -p / (q * (p + q)) * third
    end = r / (s * (s + r)) * above + -(r + s) / (s * r) * before + (2.0 * r + s) / (r * (s + r)) * last
    return start, end


@spelled()
def unwrap(p: Any, discont: Any = None, axis: Any = -1, *, period: Any = 2 * np.pi) -> Any:
    p = np.asarray(p)
    axis = one_axis(axis, p.ndim)
    step = p[at(axis, slice(1, None))] - p[at(axis, slice(None, -1))]
    jump = period / 2 if discont is None else discont
    low = -period / 2
    turned = np.mod(step - low, period) + low
    turned = np.where((turned == low) & (step > 0), period / 2, turned)
    correction = np.where(np.abs(step) < jump, 0, turned - step)
    up = p.astype(float) if p.dtype.kind in "iu" and isinstance(period, float) else p.copy()
    up[at(axis, slice(1, None))] = p[at(axis, slice(1, None))] + np.cumsum(correction, axis=axis)
    return up


@spelled()
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """Sums of a times the conjugate of v."""
    v = np.conj(v) if np.asarray(v).dtype.kind == "c" else v
    if mode == "same":
        return _beside(a, v) if len(a) >= len(v) else _beside(v, a)[::-1]
    if mode not in ("full", "valid"):
        misuse("Use one of 'valid', 'same', or 'full' for convolve/correlate mode")
    found = np.convolve(a, v[::-1])
    if mode == "full":
        return found
    if len(a) < len(v):
        return found[len(a) - 1 : len(v)]
    return found[len(v) - 1 : len(a)]


def _beside(a: Any, v: Any) -> Any:
    """As many correlations as the longer vector, a, has elements."""
    start = (len(v) - 1) // 2
    return np.convolve(a, v[::-1])[start : start + len(a)]


# --- around Fourier transforms


@spelled("fft.fftfreq")
def fftfreq(n: Any, d: Any = 1.0) -> Any:
    positive = np.arange((n - 1) // 2 + 1)
    return np.concatenate((positive, np.arange(-(n // 2), 0))) * (1.0 / (n * d))


@spelled("fft.rfftfreq")
def rfftfreq(n: Any, d: Any = 1.0) -> Any:
    return np.arange(n // 2 + 1) * (1.0 / (n * d))


@spelled("fft.fftshift")
def fftshift(x: Any, axes: Any = None) -> Any:
    for axis in range(x.ndim) if axes is None else axes if isinstance(axes, tuple) else (axes,):
        k, half = axis % x.ndim, (x.shape[axis] + 1) // 2
        x = np.concatenate((x[at(k, slice(half, None))], x[at(k, slice(None, half))]), axis=k)
    return x


@spelled("fft.ifftshift")
def ifftshift(x: Any, axes: Any = None) -> Any:
    for axis in range(x.ndim) if axes is None else axes if isinstance(axes, tuple) else (axes,):
        k, half = axis % x.ndim, x.shape[axis] // 2
        x = np.concatenate((x[at(k, slice(half, None))], x[at(k, slice(None, half))]), axis=k)
    return x


@spelled("fft.fft2")
def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return np.fft.fft(np.fft.fft(a, _length(s, 1), axes[1], norm), _length(s, 0), axes[0], norm)


@spelled("fft.ifft2")
def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return np.fft.ifft(np.fft.ifft(a, _length(s, 1), axes[1], norm), _length(s, 0), axes[0], norm)


@spelled("fft.rfft2")
def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return np.fft.fft(np.fft.rfft(a, _length(s, 1), axes[1], norm), _length(s, 0), axes[0], norm)


@spelled("fft.irfft2")
def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return np.fft.irfft(np.fft.ifft(a, _length(s, 0), axes[0], norm), _length(s, 1), axes[1], norm)


@spelled("fft.fftn")
def fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    return _transformed(np.fft.fft, a, s, axes, norm)


@spelled("fft.ifftn")
def ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    return _transformed(np.fft.ifft, a, s, axes, norm)


@spelled("fft.rfftn")
def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The last axis first, by the real transform."""
    over = _axes(a, s, axes)
    a = np.fft.rfft(a, _length(s, len(over) - 1), over[-1], norm)
    for k in reversed(range(len(over) - 1)):
        a = np.fft.fft(a, _length(s, k), over[k], norm)
    return a


@spelled("fft.irfftn")
def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The last axis last, by the real transform."""
    over = _axes(a, s, axes)
    for k in range(len(over) - 1):
        a = np.fft.ifft(a, _length(s, k), over[k], norm)
    return np.fft.irfft(a, _length(s, len(over) - 1), over[-1], norm)


def _axes(a: Any, s: Any, axes: Any) -> Any:
    if axes is not None:
        return axes
    return tuple(range(-len(s), 0)) if s is not None else tuple(range(a.ndim))


def _transformed(transform: Any, a: Any, s: Any, axes: Any, norm: Any) -> Any:
    """The last axis first, as NumPy does."""
    over = _axes(a, s, axes)
    for k in reversed(range(len(over))):
        a = transform(a, _length(s, k), over[k], norm)
    return a


def _length(s: Any, k: Any) -> Any:
    return None if s is None else s[k]


# --- the calls of np.convolve, np.diff and np.pad that their primitives leave


@spelled("convolve cut")
def convolve(a: Any, v: Any, mode: Any) -> Any:
    if mode not in ("same", "valid"):
        misuse("Use one of 'valid', 'same', or 'full' for convolve/correlate mode")
    found, longer, shorter = np.convolve(a, v), max(len(a), len(v)), min(len(a), len(v))
    if mode == "valid":
        return found[shorter - 1 : longer]
    return found[(shorter - 1) // 2 : (shorter - 1) // 2 + longer]


@spelled("interp beyond")
def interp_beyond(x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    """Values of their own left of the first knot, and right of the last."""
    found = np.interp(x, xp, fp)
    if np.ndim(x) == 0:
        if left is not None and x < xp[0]:
            return np.float64(left)
        return np.float64(right) if right is not None and x > xp[-1] else found
    if left is not None:
        found = np.where(x < xp[0], left, found)
    return found if right is None else np.where(x > xp[-1], right, found)


@spelled("interp around")
def interp_around(x: Any, xp: Any, fp: Any, period: Any) -> Any:
    """A function that repeats: the knots in order, and one more on each side."""
    if period == 0:
        raise ValueError("period must be a non-zero value")
    period = abs(period)
    xp = xp % period
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    knots = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
    return np.interp(x % period, knots, np.concatenate((fp[-1:], fp, fp[:1])))


@spelled("diff of more")
def diff(a: Any, n: Any, axis: Any, prepend: Any = None, append: Any = None) -> Any:
    parts = [a]
    if prepend is not None:
        parts = [_layer(prepend, a, axis % a.ndim), a]
    if append is not None:
        parts = [*parts, _layer(append, a, axis % a.ndim)]
    return np.diff(np.concatenate(parts, axis=axis), n, axis)


def _layer(value: Any, a: Any, axis: Any) -> Any:
    if np.ndim(value) == 0:
        return np.broadcast_to(value, [1 if k == axis else a.shape[k] for k in range(a.ndim)])
    return value


@spelled("pad otherwise")
def pad(array: Any, width: Any, mode: Any, constant_values: Any) -> Any:
    if mode == "constant":
        if np.ndim(constant_values):
            return _with_values(array, width, constant_values)
        shape = [array.shape[k] + width[k][0] + width[k][1] for k in range(array.ndim)]
        found = np.full(shape, constant_values, dtype=array.dtype)
        found[tuple([slice(width[k][0], width[k][0] + array.shape[k]) for k in range(array.ndim)])] = array
        return found
    for k in range(array.ndim):
        if width[k][0] + width[k][1] > 0:
            if array.shape[k] == 0:
                raise ValueError(f"can't extend empty axis {k} using modes other than 'constant' or 'empty'")
            if mode in ("mean", "maximum", "minimum"):
                function = np.mean if mode == "mean" else np.max if mode == "maximum" else np.min
                value = function(array, axis=k, keepdims=True)
                ends = [np.repeat(value, width[k][side], axis=k) for side in (0, 1)]
                array = np.concatenate((ends[0], array, ends[1]), axis=k)
                continue
            array = array[at(k, _reflected(array.shape[k], width[k][0], width[k][1], mode))]
    return array


def _with_values(array: Any, width: Any, values: Any) -> Any:
    """Axis by axis, so that the values of the last one stand in the corners."""
    for k in range(array.ndim):
        pair = values if np.ndim(values) == 1 else values[k if len(values) > 1 else 0]
        shapes = [[width[k][side] if j == k else array.shape[j] for j in range(array.ndim)] for side in (0, 1)]
        first, last = [np.full(shapes[s], pair[s if len(pair) > 1 else 0], dtype=array.dtype) for s in (0, 1)]
        array = np.concatenate((first, array, last), axis=k)
    return array


def _reflected(n: Any, before: Any, after: Any, mode: Any) -> Any:
    """The place that each place of a padded axis is filled from."""
    place = np.arange(-before, n + after)
    if mode == "edge":
        return np.clip(place, 0, n - 1)
    if mode == "wrap":
        return place % n
    if mode == "symmetric":
        return np.minimum(place % (2 * n), 2 * n - 1 - place % (2 * n))
    if mode == "reflect":
        return n - 1 - np.abs(n - 1 - place % (2 * n - 2))
    return unsupported("mode")
