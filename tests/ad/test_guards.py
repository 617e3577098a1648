"""Which products of the backward pass are guarded: those whose partial may be infinite or NaN, no others."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


def last_of_a_recurrence(v, w):
    y = np.zeros(4)
    for i in range(4):
        w = np.exp(v[i] / 10) * w
        y[i] = w * v[i]
    return y[-1]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_tame_partial_is_not_guarded(level: int) -> None:
    """Dividing by 10 has the partial 1/10, and w·v[i] the partial v[i] by w, whatever w is; exp has its own value."""
    text = symdiff.differentiable(last_of_a_recurrence, level=level)
    text.grad(np.ones(4), 1.0)
    guarded = [line.split("#")[0].strip() for line in text.source.splitlines() if "_masked_mul(" in line]
    factors = {line.rpartition(", ")[2] for line in guarded if not line.startswith("def ")}
    assert factors and not any("0.1" in f or "v[i]" in f or "10" in f for f in factors), factors


@pytest.mark.filterwarnings("ignore:overflow")
def test_what_is_not_taken_stays_out() -> None:
    """e^(10⁵) is infinite and not taken: its cotangent 0 stays 0; the derivative of e^(v/10) at 0 is 1/10."""
    f = lambda v: np.where(v < 700, np.exp(v / 10), 1.0).sum()
    np.testing.assert_array_equal(symdiff.grad(f)(np.array([1e6, 0.0])), [0.0, 0.1])
