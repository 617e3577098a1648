"""NumPy functions that are written out in terms of others, and reductions and ufuncs of some elements."""

from __future__ import annotations

import math

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(signed(5))
def sum_where(v):
    return np.sum(v, where=v > 0), v.sum(where=v < 0), np.sum(v, initial=2.0)


@cases(signed(4, 3))
def sum_where_axis(m):
    return np.sum(m, axis=0, where=m > 0), np.sum(m, axis=1, keepdims=True, where=m[0] > 0)


@cases(signed(5))
def mean_where(v):
    return np.mean(v, where=v > 0), v.mean(where=v < 1)


@cases(signed(5))
def var_where(v):
    return np.var(v, where=v > 0), np.std(v, where=v > 0)


@cases(signed(5))
def prod_where(v):
    return np.prod(v, where=v > 0), np.prod(v, initial=2.0)


@cases(signed(5))
@cases(signed(0))
def max_where(v):
    return np.max(v, where=v < 0, initial=-9.0), np.max(v, initial=0.5), np.min(v, where=v > 0, initial=9.0)


@cases(signed(5))
def any_where(v):
    return v.sum() if np.any(v > 1, where=v > 0) else v.prod()


@cases(signed(5), array(5, seed=3))
def divide_where_ret(a, b):
    return np.divide(a, b, out=np.zeros_like(a), where=b > 1)


@cases(array(5))
def log_where(a):
    return np.log(a, out=np.zeros_like(a), where=a > 1), np.sqrt(a, where=a > 0.9, out=a.copy())


@cases(array(5))
def add_where(a):
    np.add(a, 1.0, out=a, where=a > 1)
    return a


@cases(array(5).astype("f4"))
def sum_dtype32(a):
    return np.sum(a, dtype=np.float64), np.mean(a, dtype=np.float64)


@cases(array(3, 4))
def keepdims_all(m):
    return (
        m.prod(axis=1, keepdims=True),
        np.median(m, axis=1, keepdims=True),
        np.linalg.norm(m, axis=1, keepdims=True),
        m.max(0, keepdims=True),
        m.std(1, keepdims=True),
        m * np.argmax(m, axis=1, keepdims=True),
        np.average(m, axis=1, keepdims=True),
    )


@cases(array(6))
def split_(x):
    a, b, c = np.split(x, 3)
    d, e = np.split(x, [2])
    f = np.array_split(x, 4)
    return a * b - c, d, e, f[0], f[3], sum(p.prod() for p in f)


@cases(array(4, 6))
def hsplit_(x):
    a, b = np.hsplit(x, 2)
    c, d = np.vsplit(x, 2)
    e = np.split(x, 3, axis=1)
    return a * b, c * d, e[1]


@cases(array(4, 6), 2)
def split_dyn(x, k):
    a, b = np.split(x, [k], axis=1)
    return a.sum() * b


@cases(array(6))
def delete_(x):
    return np.delete(x, 2), np.delete(x, [0, -1]), np.delete(x.reshape(2, 3), 1, axis=1)


@cases(array(6))
def insert_(x):
    return np.insert(x, 2, 5.0), np.insert(x, 0, x[1])


@cases(array(6))
def append_(x):
    return np.append(x, 1.0), np.append(x, x[:2]), np.append(x.reshape(2, 3), x[:3][None], axis=0)


@cases(array(3, 3))
def svd_vals(x):
    return np.linalg.svd(x, compute_uv=False), np.linalg.svdvals(x) if hasattr(np.linalg, "svdvals") else 0.0


@cases(array(4, 3))
def svd_uv(x):
    u, _s, vt = np.linalg.svd(x, full_matrices=False)
    return np.abs(u), np.abs(vt)


@cases(array(3, 4))
def svd_wide(x):
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    return np.abs(u), np.abs(vt), s


@cases(array(3, 3))
def norms(x):
    return (
        np.linalg.norm(x, "fro"),
        np.linalg.norm(x, 2),
        np.linalg.norm(x, "nuc"),
        np.linalg.norm(x, 1),
        np.linalg.norm(x, np.inf),
        np.linalg.norm(x[0], 1),
        np.linalg.norm(x[0], np.inf),
    )


@cases(array(3, 3) + np.diag([1.0, 2, 4]))
def cond_(x):
    return np.linalg.cond(x)


@cases(array(7))
def quantile_(x):
    return np.quantile(x, 0.3), np.percentile(x, 40), np.quantile(x, [0.1, 0.5, 0.75])


@cases(array(3))
def quantiles_of_lists(x):
    stats = [v * v for v in x]
    low, high = np.percentile(stats, (10, 90))
    return high - low, np.nanpercentile([x[0] * x[1], x[2]], [30, 40]), np.nanquantile(stats, 0.3) * np.nanmedian(stats)


@cases(array(4, 5))
def quantile_axis(x):
    return np.quantile(x, 0.3, axis=0), np.percentile(x, [25, 75], axis=1)


@cases(array(7))
def quantile_method(x):
    return np.quantile(x, 0.3, method="nearest"), np.quantile(x, 0.3, method="lower")


@cases(signed(2, 7) * 5)
def unwrap_2(x):
    return np.unwrap(x, axis=0), np.unwrap(x, period=3.0), np.unwrap(x)


@cases(array(6), array(6, seed=4))
def polyfit_(x, y):
    return np.polyfit(x, y, 2)


@cases(array(3), array(6, seed=4))
def polyval_(p, x):
    return np.polyval(p, x), np.polyval(p, 2.0), np.polyval([1.0, 2.0], x)


@cases(array(3))
def polyder_(p):
    return np.polyder(p), np.polyint(p), np.polymul(p, p), np.polyadd(p, p[:2])


@cases(array(6), 0.3)
def gradient_(y, h):
    return np.gradient(y), np.gradient(y, h), np.gradient(y, edge_order=2)


@cases(array(6), array(6, seed=5))
def gradient_x(y, x):
    return np.gradient(y, np.cumsum(x)), np.gradient(y, np.cumsum(x), edge_order=2)


@cases(array(4, 5), 0.3, 0.4)
def gradient_22(y, p, q):
    a, b = np.gradient(y, p, q)
    return a, b


@cases(signed(6))
def select_(x):
    return np.select([x > 0.5, x > 0], [x**2, x * 3], default=0.1), np.select([x > 1], [x])


@cases(signed(6))
def piecewise_else(x):
    return np.piecewise(x, [x < -1, x > 1], [-1.0, 1.0, lambda t: t**3])


@cases(array(4))
def nansum_(x):
    y = x * 1
    y[..., 1] = np.nan
    return np.nansum(y), np.nanmean(y), np.nanmax(y), np.nanmin(y), np.nanstd(y), np.nanvar(y), np.nanprod(y)


@cases(array(2, 4))
def nansum_axis(x):
    y = x * 1
    y[..., 1] = np.nan
    return (
        np.nansum(y, axis=0),
        np.nanmean(y, axis=1),
        np.nanmax(y, axis=1),
        np.nanvar(y, axis=1, ddof=1),
        np.nansum(y, axis=1, keepdims=True),
    )


@cases(array(4))
def nan_median(x):
    y = x * 1
    y[..., 1] = np.nan
    return np.nanmedian(y), np.nancumsum(y)


@cases(array(2, 5))
def ptp_(x):
    return np.ptp(x), np.ptp(x, axis=0)


@cases(array(4, 3), array(4, 3, seed=1))
def average_full(x, w):
    return np.average(x, axis=0, weights=w), np.average(x, weights=w)


@cases(array(4, 3), array(4, seed=1))
def average_axis(x, w):
    return np.average(x, axis=0, weights=w), np.average(x, axis=1)


@cases(array(3, 6))
def cov_(x):
    return np.cov(x), np.cov(x, bias=True), np.cov(x.T, rowvar=False), np.cov(x, ddof=0)


@cases(array(6), array(6, seed=4))
def cov_xy(x, y):
    return np.cov(x, y), np.cov(x)


@cases(array(3, 6))
def corrcoef_(x):
    return np.corrcoef(x), np.corrcoef(x[0], x[1])[0, 1], np.corrcoef(x, rowvar=False)[0, 1]


@cases(array(6), np.array([0.1, 0.3, 0.2, 0.9, 0.5, 0.4]))
def digitize_(x, d):
    return x[np.digitize(d, [0.25, 0.45, 0.8])]


@cases(array(2, 3), array(3, 4, seed=1))
def einsum_(a, b):
    return (
        np.einsum("ij,jk->ik", a, b, optimize=True),
        np.einsum("ij,jk", a, b),
        np.einsum("ij->", a),
        np.einsum("...j,jk->...k", a, b),
    )


@cases(array(2, 3, 3))
def einsum_ell(a):
    return np.einsum("...ii->...i", a), np.einsum("...ij,...jk->...ik", a, a), np.einsum("b...->...b", a)


@cases(array(3, 3) + 3 * np.eye(3))
def matpow(a):
    return np.linalg.matrix_power(a, -2), np.linalg.matrix_power(a, 0), np.linalg.matrix_power(a, 1)


@cases(array(3, 4))
def pinv_wide(a):
    return np.linalg.pinv(a)


@cases(array(4, 3))
def pinv_(a):
    return np.linalg.pinv(a)


@cases(array(5, 3), array(5, 2, seed=1))
def lstsq_2(a, b):
    x, _res, _rank, _s = np.linalg.lstsq(a, b, rcond=None)
    return x


@cases(array(8))
def rfft_(x):
    return np.abs(np.fft.rfft(x)) ** 2, np.fft.irfft(np.fft.rfft(x) * 2)


@cases(array(8))
def fft_(x):
    return np.abs(np.fft.fft(x)) ** 2, np.fft.ifft(np.fft.fft(x) * np.arange(8)).real


@cases(array(7))
def fft_odd(x):
    return np.abs(np.fft.rfft(x)) ** 2, np.fft.irfft(np.fft.rfft(x), 7), np.abs(np.fft.fft(x, 10))


@cases(array(8), 5)
@cases(array(7), 0)
def fft_of_a_size_found_at_run_time(x, n):
    """A length that no argument has is read where the derivative needs it, also in a backward half of its own."""
    some, padded = x[x > 0.8], np.zeros(len(x) + n)
    padded[: len(x)] = x
    again = np.fft.irfft(np.fft.rfft(some) * 2.0, n=len(some))
    wider = np.fft.ifft(np.fft.fft(some, n=len(some) + 2) ** 2, n=len(some))
    return np.abs(np.fft.rfft(padded)) ** 2, again**2, np.abs(wider) ** 2, np.fft.irfft(np.fft.rfft(some)) ** 3


@cases(array(4, 6))
def fft2_(x):
    return (
        np.abs(np.fft.fft2(x)) ** 2,
        np.fft.ifft2(np.fft.fft2(x)).real,
        np.abs(np.fft.rfft(x, axis=0)),
        np.fft.irfft(np.fft.rfft(x), 6),
    )


@cases(array(8))
def spectral_derivative(u):
    n = len(u)
    k = np.fft.fftfreq(n, 1.0 / n)
    return np.real(np.fft.ifft(1j * k * np.fft.fft(u)))


@cases(array(8))
def rfftfreq_(u):
    k = np.fft.rfftfreq(8)
    return np.abs(np.fft.rfft(u)) * k, np.fft.fftshift(u), np.fft.ifftshift(u)


@cases(array(4))
def vander_(x):
    return np.vander(x, 3), np.vander(x, 3, increasing=True)


@cases(array(3), array(4, seed=1))
def meshgrid_(x, y):
    X, Y = np.meshgrid(x, y)
    P, Q = np.meshgrid(x, y, indexing="ij")
    return X * Y, P * Q


@cases(array(6))
def diff_(x):
    return (
        np.diff(x),
        np.diff(x, 2),
        np.diff(x.reshape(2, 3), axis=0),
        np.ediff1d(x),
        np.diff(x, prepend=0.0),
        np.diff(x, append=x[:1]),
    )


@cases(array(6), array(3, seed=2))
def convolve_(x, k):
    return (
        np.convolve(x, k),
        np.convolve(x, k, "same"),
        np.convolve(x, k, mode="valid"),
        np.correlate(x, k),
        np.correlate(x, k, "full"),
    )


@cases(array(2, 3))
def pad_(x):
    return (
        np.pad(x, 1),
        np.pad(x, ((1, 0), (0, 2))),
        np.pad(x, 1, constant_values=2.0),
        np.pad(x, 1, mode="edge"),
        np.pad(x, 1, "reflect"),
        np.pad(x, ((0, 0), (1, 1)), "wrap"),
    )


@cases(array(4))
def pad_edge(x):
    return np.pad(x, 2, mode="edge"), np.pad(x, 1, mode="constant", constant_values=3.0), np.pad(x, (1, 2), "symmetric")


@cases(array(6))
def broadcast_arrays_(x):
    a, b = np.broadcast_arrays(x[:3], x[3:][:, None])
    return a * b


@cases(array(4))
def choose_(x):
    return np.choose([0, 1, 0, 1], [x, x * 2]), np.compress([True, False, True, False], x), np.extract(x > 1, x)


@cases(array(4))
def misc_(x):
    return (
        np.atleast_2d(x),
        np.atleast_1d(x[0]),
        np.ravel(x),
        np.squeeze(x[None]),
        np.expand_dims(x, (0, 2)),
        np.copy(x),
        np.asarray(x),
        np.ascontiguousarray(x),
        np.array(x, copy=True),
        np.float64(x[0]),
        np.real(x),
        np.require(x) if False else x,
    )


@cases(array(3, 4))
def apply_along(x):
    return np.apply_along_axis(lambda r: r * r.sum(), 1, x)


@cases(array(4), array(4, seed=1))
def logic_(x, y):
    return (
        np.where(np.isclose(x, y), x, y),
        np.where(np.logical_and(x > 1, y < 1), x, y),
        x * np.isfinite(x),
        x * np.allclose(x, y),
        x * np.array_equal(x, y),
        x * np.count_nonzero(x > 1),
    )


LABELS = np.array([3, 1, 3, 3, 0])


@cases(signed(5), LABELS)
def sums_by_label(v, labels):
    kinds, counts = np.unique(labels, return_counts=True)
    total = 0.0
    for j in range(len(kinds)):
        total += counts[j] * np.sum(np.where(labels == kinds[j], v, 0.0)) ** 3
    return total


@cases(signed(5), LABELS, np.array([3, 0]))
def cubes_of_chosen(v, labels, chosen):
    return np.sum(v[np.isin(labels, chosen)] ** 3) + np.sum(np.where(np.isin(labels, chosen), v, v**2))


@cases(signed(3), LABELS, np.array([0, 1, 2, 4]))
def weighted_histogram(v, labels, edges):
    counts, ends = np.histogram(labels, bins=edges)
    return np.sum(v**3 * counts) * ends[3]


@cases(signed(5), LABELS, 4)
def unique_on_a_path(v, labels, n):
    total = 0.0
    for i in range(n):
        if i % 2 == 0:
            total += np.sum(v[np.unique(labels[i:])] ** 3)
    return total


# --- factorisations


@cases(signed(4, 3) + 2 * np.eye(4, 3), array(4))
def least_squares_by_qr(a, b):
    q, r = np.linalg.qr(a)
    return np.linalg.solve(r, q.T @ b), np.linalg.qr(a, mode="r")[0]


@cases(signed(2, 4) + 2 * np.eye(2, 4))
def qr_of_a_wide_matrix(a):
    q, r = np.linalg.qr(a)
    return q * q[0], r * r


@cases(signed(4, 2) + np.array([[1.0, 0], [0, 2.0], [0, 0], [0, 0]]))
def svd_of_a_tall_matrix(a):
    _, s, vt = np.linalg.svd(a)
    return s, vt[0] * vt[1]


@cases(signed(2, 4, 3), signed(4, 3))
def matrix_functions(stack, m):
    x = np.linalg.tensorsolve(m[:3, :] + 3 * np.eye(3), m[3])
    return x, np.linalg.cross(stack, m), np.linalg.diagonal(stack), np.cross(m[:3], m[1:], axis=0)


# --- running extremes, partial orders, exact sums


@cases(signed(6), signed(3, 4))
def running_extremes(v, m):
    return np.maximum.accumulate(v), np.minimum.accumulate(m, axis=1), np.logaddexp.reduce(v)


@cases(signed(6), signed(3, 4))
def partial_orders(v, m):
    return np.partition(v, 2)[:2].sum(), np.partition(m, 1, axis=0)[1], v[np.argpartition(v, -2)[-2:]].prod()


@cases(signed(4), 0.7)
def exact_sums(v, x):
    total = math.fsum(v) + math.fsum(t * x for t in v if t > 0) + math.dist(v[:2], (x, 1.0))
    return total + math.hypot(x, v[0], v[1]) * math.modf(3 * x)[0]


# --- a function at each element, indices, ends, polynomials


@cases(array(5), 0.8)
def vectorized(v, x):
    bounded = np.vectorize(lambda t, high: t * x if t < high else high * high)
    return bounded(v, 1.0) + np.vectorize(math.sin, otypes=[float])(v)


@cases(signed(3, 2))
def indices(m):
    total = 0.0
    for (i, j), t in np.ndenumerate(m):
        total += (i + 2 * j) * t
    for i, j in np.ndindex(m.shape):
        total = total * 0.5 + m[i, j]
    return total


@cases(array(5), array(4), 0.4)
def beyond_the_knots(v, w, x):
    knots = np.array([0.5, 0.8, 1.1, 1.4])
    inside = np.interp(v, knots, w, left=x, right=w[0])
    return inside, np.interp(x, knots, w, left=0.0, right=1.0), np.interp(v * 3, knots, w, period=1.7)


@cases(array(5), 0.4)
def made_of_two_ends(v, x):
    return np.logspace(x, v[0], 4), np.geomspace(x, v[1], 3), np.polynomial.polynomial.polyval(x, v)


@cases(signed(3, 4), signed(4) + 1j * signed(4, seed=1))
def norms_of_any_order(m, z):
    rows = [np.linalg.norm(m, ord=p, axis=1) for p in (3, 0.5, -1, 0, -np.inf)]
    return rows, np.linalg.norm(m, 4, axis=0, keepdims=True), np.linalg.norm(m[0], 3.0), np.linalg.norm(z, 3)


@cases(array(4), array(4, 2), 3)
def joined_and_grids(x, m, n):
    """`np.r_`, `np.c_`, `np.mgrid`, `np.ogrid` and `np.indices`."""
    parts = np.r_[0.0, x, 1:n, 0:1:3j, x[0]], np.c_[np.ones(len(x)), m, x], np.r_["0,2", x, x], np.r_[m, m[:1]]
    rows, columns = np.mgrid[0:4, -1:1:2j]
    i, j = np.ogrid[:n, 1:5]
    k, _ = np.indices(m.shape)
    return parts, m * rows + columns, x[:1] * i + x * j, np.mgrid[0:n] * x[1], m**k, x[np.s_[1:3]]


@cases(array(3, 4), np.array([1, 0, 1, 0]), 1.2)
def everyday_spellings(m, k, x):
    """Views, places, sizes and orders by their less common names."""
    w = m * 2
    w.view()[0] = x
    w.partition(2, axis=1)
    w[1] = m[None, 0]
    w[:2, 1:] = m[None, 1:, 1:]
    a, b = np.atleast_2d(m[0], m)
    y = np.where(m > 1.4, np.nan, m)
    places = m.ravel()[np.nanargmax(y)] * m[np.nanargmin(y, axis=0), np.arange(4)]
    order = m[0, np.lexsort((m[0], k))] + m[1, np.lexsort((m[1] > 1, k))]
    bent = np.piecewise(x, [x < 1, x >= 1], [lambda t: t * t, lambda t: 3 * t])
    parts = m.item(0, 1) * m.item(5) + np.size(m, 0) * bent
    return w, a * b, places, order, parts, np.rollaxis(m, 1), np.kron(m, m[0]), np.outer(m, m[:2]), np.kron(m[0], x * m)


@cases(array(3, 4), 0.4)
def padded_and_taken(m, x):
    pads = np.pad(m[0], 2, "mean"), np.pad(m, 1, "maximum"), np.pad(m, ((0, 1), (2, 0)), "minimum")
    values = np.pad(m[0], (1, 2), constant_values=(x, m[0, 0])), np.pad(m, 1, constant_values=((1, 2), (x, 4)))
    taken = np.take(m, [0, 19, -3], mode="clip"), np.take(m, [0, 5, -3], axis=1, mode="wrap"), m.take(-1, mode="clip")
    return pads, values, taken


@cases(array(5), 9)
def ranges_of_whole_floats(v, n):
    weights = np.arange(1.0, len(v) + 1) + np.arange(len(v), 0.0, -1.0)
    return np.sum(v * weights * np.arange(0.0, len(v))), np.sum(np.arange(2.0, n, 3) * v[:3]), np.arange(1.0, n) * v[0]


@cases(array(5), 0.7)
def grids_of_a_counted_size(v, x):
    n = np.count_nonzero(v > 0.0)
    grid, open_ended = np.linspace(v[0], x, n + 1), np.linspace(x, v[1] * x, n, endpoint=False)
    return np.sum(np.sin(grid) * grid), np.sum(grid[:-1] * open_ended**2), open_ended


@cases(array(3, 4), 1.2)
@cases(array(1, 4), 1.2)
@cases(array(3, 0), 1.2)
def reductions_that_begin_with_a_number(a, x):
    s = np.prod(a, axis=0, keepdims=True, initial=x) + np.sum(a, axis=0, initial=x * x) / a.sum(initial=3)
    m = np.max(a, axis=1, initial=x * 0.5) * a.min(axis=1, initial=0.7)
    t = np.sum(a, axis=(0, 1), initial=0.0) + np.prod(a, initial=x, where=a > 0.8) + np.max(a, initial=0.1)
    return np.sum(s**2) * 0.1 + m @ m + t * np.prod(a, axis=1, initial=0.5, where=a > 0.8)[0]


DIRECTIONS = np.array([[0, 0], [1, 0], [0, -1], [-1, 1]])


@cases(array(4, 3, 5), array(3, 5, seed=1), 2)
@cases(array(4, 1, 2), array(1, 2, seed=1), -7)
@cases(array(4, 0, 2), array(0, 2, seed=1), 0)
def streams_along_directions(f, w, k):
    """Rolled by shifts that are read from a table as the loop runs, along one axis, several, or none."""
    total = 0.0
    for i, (cx, cy) in enumerate(DIRECTIONS):
        f[i] = np.roll(f[i], (cx, cy), axis=(0, 1))
        total += np.sum(f[i] * w) ** 2 * (i + 1) + np.sum(np.roll(f[i], cx - cy) * w)
    return total, np.roll(w, -k, axis=-1) ** 2, np.roll(w, (k, 1), axis=(0, 0)) * w, np.roll(f, (k, k), axis=1)
