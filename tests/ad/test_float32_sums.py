"""A float32 sum that starts from a Python float: the gradient is float32, of no turn and of many."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import symdiff


def doubled(v):
    s = 0.0
    for t in v:
        s += t * 2.0
    return s


def squared(v):
    s = 0.0
    for t in v:
        s += t * t
    return s


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(("f", "slope"), [(doubled, lambda v: 0 * v + 2), (squared, lambda v: 2 * v)])
def test_float32(f: Callable[..., object], slope: Callable[..., np.ndarray], level: int) -> None:
    for n in (0, 1, 3):
        v = np.arange(1, n + 1, dtype=np.float32)
        found = symdiff.grad(f, level=level)(v)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, slope(v))
