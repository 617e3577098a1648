"""A loop over known elements that a turn leaves for certain, by one way or another: no turn follows."""

from __future__ import annotations

from typing import Any

import pytest

from symdiff import CompileError, value_and_grad


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


def handed_out_early(a: float, b: float) -> Any:
    def chosen() -> Any:
        if a > b:
            y = a * 3.0
            return lambda t: t * y
        return lambda t: t - a

    return chosen()(b)


def bound_before(a: float, b: float) -> Any:
    def chosen() -> Any:
        y = a * 3.0
        if a > b:
            return lambda t: t * y
        return lambda t: t - a

    return chosen()(b)


def test_a_function_that_an_early_return_hands_out_with_a_name_of_its_branch_is_refused() -> None:
    with pytest.raises(CompileError, match="bind `y` once, before the branches") as info:
        value_and_grad(handed_out_early)(2.0, 1.0)
    assert [p.code for p in info.value.problems] == ["SD299"]
    assert value_and_grad(bound_before, (0, 1))(2.0, 1.0) == (6.0, (3.0, 6.0))
    assert value_and_grad(bound_before, (0, 1))(1.0, 2.0) == (1.0, (-1.0, 1.0))
