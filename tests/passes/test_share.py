"""One exponential for two functions of one array, bit for bit what the two compute apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff.passes.share import share_exponentials
from tests.passes.helpers import array, assert_same_bits, names, program

MATRIX = array("f8", "n", "m")
F = np.array([[0.5, -1.0, 2.0], [1e3, -np.inf, 0.0]])


def both(b: Any, f: Any, axis: Any = 1, **params: Any) -> Any:
    return b.op("logsumexp", f, axis=axis, **params), b.op("softmax", f, axis=axis)


@pytest.mark.parametrize("params", [{}, {"keepdims": True}])
def test_a_loss_and_its_gradient(params: dict[str, Any]) -> None:
    before = program([MATRIX], lambda b, f: both(b, f, **params))
    after = share_exponentials(before)
    assert names(after).count("exp") == 1 and not {"logsumexp", "softmax"} & set(names(after))
    assert_same_bits(before, after, (F,), (F[:, :1],), (F[:0],))


def test_softplus_and_its_derivative() -> None:
    before = program([MATRIX], lambda b, z: (b.op("softplus", z), b.op("logistic", z)))
    after = share_exponentials(before)
    assert names(after).count("exp") == 1 and not {"softplus", "logistic"} & set(names(after))
    assert_same_bits(before, after, (F,), (np.array([[-0.0, 0.0, -800.0, 800.0]]),))


@pytest.mark.parametrize(
    "make",
    [
        lambda b, f: b.op("logsumexp", f, axis=1),
        lambda b, f: (b.op("logsumexp", f, axis=1), b.op("softmax", f, axis=0)),
        lambda b, f: (b.op("logsumexp", f, axis=1), b.op("softmax", f + f, axis=1)),
        lambda b, f: (b.op("logsumexp", f, axis=None), b.op("softmax", f, axis=None)),
        lambda b, f: (b.op("softplus", f), b.op("logistic", f + f)),
    ],
    ids=["one alone", "other axes", "other arrays", "of all elements", "other arguments"],
)
def test_nothing_shared(make: Callable[..., Any]) -> None:
    before = program([MATRIX], make)
    assert share_exponentials(before) is before
