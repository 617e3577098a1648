"""A loop over known elements that a turn leaves for certain, by one way or another: no turn follows."""

from __future__ import annotations

from typing import Any

import pytest

from symdiff import value_and_grad


class Layer:
    def __init__(self, w: Any, b: Any) -> None:
        self.w, self.b = w, b


def returned_or_broken(a: float, b: float) -> Any:
    layer = Layer(a, b)
    for u in (0.5, a):
        if layer.w * u < b:
            return a * b
        layer = Layer(layer.b, layer.w)
        break
    return b


def broken_either_way(a: float, b: float) -> Any:
    layer, k = Layer(a, b), 0.0
    while k < 2.0:
        if layer.w < b:
            layer = Layer(layer.b, layer.w * a)
            break
        k += 1.0
        layer = Layer(b, a)
        break
    return layer.w * layer.b + k


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [returned_or_broken, broken_either_way])
@pytest.mark.parametrize(("a", "b"), [(0.5, 0.7), (2.0, 0.3)])
def test_values_and_gradients(f: Any, a: float, b: float, level: int) -> None:
    value, (d_a, d_b) = value_and_grad(f, (0, 1), level=level)(a, b)
    assert value == f(a, b)
    h = 1e-6
    assert d_a == pytest.approx((f(a + h, b) - f(a - h, b)) / (2 * h), abs=1e-8)
    assert d_b == pytest.approx((f(a, b + h) - f(a, b - h)) / (2 * h), abs=1e-8)
