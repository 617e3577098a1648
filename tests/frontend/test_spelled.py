"""The functions of NumPy and `math` written out in Python: run as they are, each gives what those give, to the bit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff.frontend.python.numpy_calls import name_of
from symdiff.frontend.spelled import SPELLED
from symdiff.frontend.spelled.table import unsupported

RNG = np.random.default_rng(8)
V, W, M, CUBE = RNG.normal(size=7), RNG.uniform(0.5, 2.0, 7), RNG.normal(size=(4, 7)), RNG.normal(size=(2, 3, 4))
GAPS = np.where(V > 0.8, np.nan, V)
ROWS = np.where(np.abs(M) > 1.5, np.nan, M)
GRID = np.cumsum(W)

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("ptp", (M,), {"axis": 1, "keepdims": True}), ("average", (M, 0, W[:4]), {}), ("average", (V,), {"weights": W}),
    ("cov", (M,), {}), ("cov", (V, W), {"ddof": 0}), ("cov", (M,), {"rowvar": False, "bias": True}),
    ("cov", (V,), {}), ("corrcoef", (M,), {}), ("corrcoef", (V, W), {}),
    ("nansum", (ROWS, 1), {}), ("nanprod", (GAPS,), {}), ("nanmax", (ROWS,), {"axis": 1}), ("nanmin", (GAPS,), {}),
    ("nanmean", (ROWS, 0), {}), ("nanvar", (ROWS, 1), {"ddof": 1}), ("nanstd", (GAPS,), {}),
    ("nanmedian", (GAPS,), {}), ("nancumsum", (GAPS,), {}), ("nancumprod", (GAPS,), {}),
    ("percentile", (V, 30), {}), ("percentile", (M, [25, 75]), {"axis": 1}),
    ("percentile", (V.tolist(), (25, 75)), {}), ("nanmedian", ([1.0, np.nan, 2.0],), {}),
    ("nanquantile", ([1.0, 2.0], 0.3), {}), ("nanpercentile", ([1.0, 2.0], [30, 40]), {}),
    ("split", (V[:6], 3), {}), ("split", (M, [2, 5], 1), {}), ("array_split", (V, 3), {}),
    ("hsplit", (M[:, :6], 2), {}),
    ("vsplit", (M, 2), {}), ("dsplit", (CUBE, 2), {}), ("compress", ([True, False, True, True], M, 0), {}),
    ("compress", ([0, 1], M), {}), ("compress", ([0, 2, 0, 1], M, 1), {}), ("extract", ([0, 1, 5], V), {}),
    ("extract", (V > 0, V), {}),
    ("vander", (V[:0],), {}), ("vander", (V, 0), {}), ("vander", (V, 1), {}),
    ("delete", (V, -2), {}), ("delete", (M, [0, 2], 1), {}),
    ("insert", (V, 2, 5.0), {}),
    ("append", (V, W), {}), ("append", (M, M[:1], 0), {}), ("ediff1d", (V,), {}), ("atleast_2d", (V,), {}),
    ("atleast_3d", (M,), {}), ("dstack", ([M, M],), {}), ("rot90", (M,), {}), ("rot90", (M, 3), {}),
    ("diagflat", (V, 1), {}), ("broadcast_arrays", (V, M), {}), ("meshgrid", (V, W, V), {}),
    ("meshgrid", (V, W), {"indexing": "ij", "sparse": True}), ("vander", (V, 4), {}),
    ("vander", (V,), {"increasing": True}), ("ix_", ([0, 2], [True, False, True]), {}), ("nonzero", (M > 0,), {}),
    ("argwhere", (M > 0,), {}), ("unravel_index", (np.array([3, 17]), (4, 7)), {}),
    ("ravel_multi_index", ((np.array([1, 3]), np.array([0, 5])), (4, 7)), {}), ("diag_indices", (3,), {}),
    ("diag_indices_from", (M[:, :4],), {}), ("tril_indices_from", (M,), {"k": -1}), ("triu_indices_from", (M,), {}),
    ("block", ([[M, M], [M, M]],), {}), ("block", ([V, 2.0],), {}), ("block", ([[V, V], [V, V]],), {}),
    ("polyval", (W, V), {}), ("polyval", (W, 0.5), {}), ("polyfit", (GRID, V, 3), {}), ("polyder", (V, 2), {}),
    ("polyint", (V,), {}), ("polyadd", (V, W[:3]), {}), ("polymul", (V, W[:3]), {}),
    ("select", ([V > 1, V > 0], [V, V * V], 0.5), {}), ("choose", ([0, 1, 1, 0, 1, 0, 0], [V, W]), {}),
    ("piecewise", (V, [V < -1, V > 1], [-1.0, lambda t: t * t, 0.5]), {}), ("isclose", (V, V + 1e-9), {}),
    ("piecewise", (V, V > 0, [2.0, 3.0]), {}), ("piecewise", (V, [[0, 1, 0, 1, 2, 0, 0]], [2.0]), {}),
    ("allclose", (V, W), {}), ("array_equal", (V, V), {}), ("array_equal", (V, M), {}),
    ("apply_along_axis", (np.cumsum, 0, M), {}), ("modf", (V,), {}), ("divmod", (V, W), {}), ("ldexp", (V, 2), {}),
    ("gradient", (V,), {}), ("gradient", (V, GRID), {"edge_order": 2}), ("gradient", (M, 0.5, GRID), {}),
    ("gradient", (M,), {"axis": 1, "edge_order": 2}), ("unwrap", (5 * V,), {}), ("unwrap", (5 * M, None, 0), {}),
    ("correlate", (V, W[:3]), {}), ("correlate", (V, W[:3], "same"), {}), ("correlate", (V, W[:4], "same"), {}),
    ("correlate", (W[:3], V, "same"), {}), ("correlate", (W[:4], V, "same"), {}), ("fft.fftn", (CUBE,), {}),
    ("fft.ifftn", (CUBE, None, (0, 2)), {}), ("fft.rfftn", (CUBE, (3, 4), (1, 2)), {}), ("fft.irfftn", (M + 1j,), {}),
    ("linalg.diagonal", (CUBE,), {"offset": 1}), ("linalg.tensorsolve", (CUBE.reshape(4, 6)[:, :4], V[:4]), {}),
    ("linalg.tensorinv", (CUBE.reshape(4, 3, 2)[:, :2], 1), {}), ("polysub", (V, W[:3]), {}),
    ("polynomial.polynomial.polyval", (W, V), {}), ("polynomial.polynomial.polyval", (0.5, V), {}),
    ("nanquantile", (GAPS, 0.3), {}), ("nanpercentile", (GAPS, 30), {}),
    ("apply_over_axes", (np.sum, CUBE, [0, 2]), {}),
    ("logspace", (0.0, 1.5, 5), {"base": 2.0}), ("geomspace", (0.5, 7.0, 6), {}),
    ("geomspace", (-0.5, -7.0, 6), {"endpoint": False}), ("fromfunction", (lambda i, j: i * 2 - j, (2, 3)), {}),
    ("fromiter", (range(4), float), {}), ("fromiter", (V, float), {"count": 2}), ("resize", (V, 11), {}),
    ("resize", (M, (2, 3)), {}), ("resize", (V[:0], 2), {}),
    ("cumulative_sum", (V,), {}), ("cumulative_prod", (M,), {"axis": 1}), ("unstack", (M,), {"axis": 1}),
    ("matvec", (M, V), {}), ("vecmat", (W[:4], M), {}),
    ("correlate", (W[:3], V, "full"), {}), ("fft.fftfreq", (7, 0.1), {}),
    ("fft.fftfreq", (6,), {}), ("fft.rfftfreq", (7, 0.1), {}), ("fft.fftshift", (M,), {}), ("fft.ifftshift", (V,), {}),
    ("fft.fft2", (M,), {}), ("fft.ifft2", (M,), {"norm": "ortho"}), ("fft.rfft2", (M,), {}),
    ("fft.irfft2", (M + 1j,), {}), ("linalg.matrix_power", (M[:, :4], 5), {}),
    ("linalg.matrix_power", (M[:, :4], 3), {}),
    ("linalg.matrix_power", (M[:, :4], -2), {}), ("linalg.matrix_power", (M[:, :4], 0), {}),
    ("linalg.multi_dot", ([M, M.T],), {}), ("linalg.cond", (M,), {}), ("linalg.cond", (M[:, :4], 1), {}),
    ("linalg.matrix_norm", (M,), {"ord": 1}), ("linalg.vector_norm", (M,), {}), ("linalg.trace", (M,), {}),
    ("linalg.svdvals", (M,), {}),
    ("nanargmax", (ROWS,), {"axis": 1}), ("nanargmin", (GAPS,), {}), ("lexsort", ((V, V > 0, W > 1),), {}),
    ("rollaxis", (CUBE, 2), {}), ("rollaxis", (CUBE, 0, 3), {}), ("atleast_2d", (V, M), {}),
    ("piecewise", (0.3, [False, True], [2.0, 3.0]), {}),
    ("indices", ((2, 3),), {}), ("indices", ((2, 3), float, True), {}),
    ("linalg.outer", (V, W), {}), ("linalg.matmul", (M, V), {}),
    ("matrix_transpose", (CUBE,), {}), ("vecdot", (M, V), {}),
    ("math.log", (5.0, 3), {}), ("math.modf", (-2.25,), {}), ("math.modf", (np.inf,), {}),
    ("math.floor", (-2.5,), {}), ("math.ceil", (-2.5,), {}),
    ("math.trunc", (-2.5,), {}), ("math.fmod", (-7, 2.5), {}), ("math.pow", (-2, 3), {}),
    ("math.isclose", (1.0, 1.1), {}), ("math.isclose", (1.0, 1.1), {"abs_tol": 0.2}),
    ("math.isclose", (np.inf, 1.0), {}), ("math.prod", ([2, 3.5, 4],), {"start": 0.1}), ("math.prod", (V,), {}),
]  # fmt: skip
WRITES: list[tuple[str, tuple[Any, ...]]] = [
    ("put", (M, [0, -1, 9], V[:3])), ("put", (V, 2, 5.0)), ("put", (M, [[0, 1], [2, 5]], V[:3])),
    ("put", (V, [0, 1], V)), ("putmask", (M, M > 0, 2.0 * M)), ("copyto", (M, V)), ("putmask", (M, M > 0, 2.0)),
    ("place", (M, M > 0, 2.0)), ("place", (M, M > 0, V[:3])), ("place", (V, V > 0, V[:1] * 2)),
    ("place", (V, V > 9, V[:0])),
    ("putmask", (M, M > 0, V[:3])), ("putmask", (V, V > 0, M)), ("putmask", (V, V > 0, V[:0])),
    ("fill_diagonal", (M, 3.0)), ("fill_diagonal", (M, V[:4])),
    ("put_along_axis", (M, np.argsort(M, axis=1), M * 2, 1)),
]  # fmt: skip


def numpys(name: str) -> Callable[..., Any]:
    module, _, rest = name.partition(".")
    found: Any = math if module == "math" else np
    for part in (rest if module == "math" else name).split("."):
        found = getattr(found, part)
    return found


def same(found: Any, wanted: Any) -> None:
    if isinstance(wanted, tuple | list):
        assert len(found) == len(wanted)
        for a, b in zip(found, wanted, strict=True):
            same(a, b)
        return
    if np.asarray(wanted).dtype.kind in "fc":  # BLAS may round a sum of products otherwise
        np.testing.assert_allclose(found, wanted, rtol=1e-13, strict=isinstance(wanted, np.ndarray))
    else:
        np.testing.assert_array_equal(found, wanted, strict=isinstance(wanted, np.ndarray))


@pytest.mark.parametrize(("name", "args", "options"), CALLS, ids=[f"{c[0]}-{k}" for k, c in enumerate(CALLS)])
def test_written_out_as_numpy_computes(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
    same(SPELLED[name](*args, **options), numpys(name)(*args, **options))


@pytest.mark.parametrize(("name", "args"), WRITES, ids=[f"{c[0]}-{k}" for k, c in enumerate(WRITES)])
def test_written_into_as_numpy_writes(name: str, args: tuple[Any, ...]) -> None:
    found, wanted = args[0].copy(), args[0].copy()
    SPELLED[name](found, *args[1:])
    numpys(name)(wanted, *args[1:])
    np.testing.assert_array_equal(found, wanted)


def test_every_one_is_compared_and_met_under_its_name() -> None:
    """Entries of more than one word are what a handler passes on: the programs compare those."""
    whole = {name for name in SPELLED if " " not in name}
    assert whole == {name for name, *_ in (*CALLS, *WRITES)}
    assert {name_of(numpys(name)) for name in whole} == whole


def test_unsupported_is_loud_when_run() -> None:
    with pytest.raises(NotImplementedError, match="mode: give another"):
        unsupported("mode", ": give another")
