"""Sizes of captured arrays are numbers where the function asks for them; nobody sees how it asks."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

PLACES = np.array([1, 2, 3, 4])


def stored(v):
    y = np.zeros(6)
    y[PLACES[:2]] = PLACES[2:] * v[0]
    return np.sum(y)


def test_the_sizes_of_a_captured_array(monkeypatch: pytest.MonkeyPatch) -> None:
    """y[1], y[2] = 3 v[0], 4 v[0]; a captured array of another size is compiled for anew."""
    v = np.array([2.0, 5.0])
    value_and_grad = symdiff.value_and_grad(stored)
    value, grad = value_and_grad(v)
    assert value == 14.0
    np.testing.assert_array_equal(grad, [7.0, 0.0])
    assert "def stored_value_and_grad(v" in symdiff.generate(stored, types={"v": "f8[n]"})
    monkeypatch.setitem(stored.__globals__, "PLACES", np.array([1, 2, 5]))
    value, grad = value_and_grad(v)  # y[1] = y[2] = 5 v[0]
    assert value == 20.0
    np.testing.assert_array_equal(grad, [10.0, 0.0])


def shifted(v, w):
    return np.sum(v * w[2:])


def test_what_asks_for_sizes_is_a_compile_error() -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.generate(shifted, types={"v": "f8[n]", "w": "f8[n]"})
    assert type(caught.value) is CompileError
    assert {p.code for p in caught.value.problems} == {"SD308"}
