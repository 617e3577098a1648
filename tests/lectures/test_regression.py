"""Linear regression: f(m, b) = 1/N Σ (y_i - (m x_i + b))² and the derivatives that the notes print."""

from typing import Any

import numpy as np
import pytest

import symdiff
from tests.lectures.reading import example, module, stages, statements

regression = example("regression")

X, Y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 3.0, 5.0, 4.0])
M, B = 0.5, 1.0
# residuals y - (m x + b): 0.5, 1, 2.5, 1
VALUE = (0.25 + 1 + 6.25 + 1) / 4
D_M = -2 * (1 * 0.5 + 2 * 1 + 3 * 2.5 + 4 * 1) / 4
D_B = -2 * (0.5 + 1 + 2.5 + 1) / 4


def by_the_notes(m: float, b: float, x: Any, y: Any) -> tuple[float, float]:
    """df/dm = 1/N Σ -2 x_i (y_i - (m x_i + b)), df/db = 1/N Σ -2 (y_i - (m x_i + b))."""
    n = len(x)
    return (
        1 / n * sum(-2 * x[i] * (y[i] - (m * x[i] + b)) for i in range(n)),
        1 / n * sum(-2 * (y[i] - (m * x[i] + b)) for i in range(n)),
    )


@pytest.mark.parametrize("name", ["line_sum_O0", "line_O0", "line"])
def test_generated_modules(name: str) -> None:
    value_and_grad = getattr(module(name), name.removesuffix("_O0") + "_value_and_grad")
    value, (d_m, d_b) = value_and_grad(M, B, X, Y)
    assert value == VALUE
    assert (d_m, d_b) == pytest.approx((D_M, D_B), rel=1e-14)
    assert (d_m, d_b) == pytest.approx(by_the_notes(M, B, X, Y), rel=1e-14)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", [regression.line, regression.line_sum])
def test_every_level(function: Any, level: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=7), rng.normal(size=7)
    made = symdiff.grad(function, argnums=(0, 1), level=level)(0.3, -0.7, x, y)
    assert made == pytest.approx(by_the_notes(0.3, -0.7, x, y), rel=1e-12)


def test_the_stages_of_the_sum() -> None:
    assert statements("line_sum_O0", "line_sum")[-2:] == ["f = y1 * s", "return f"]
    _, found = stages(module("line_sum_O0").line_sum, M, B, X, Y)
    assert found.r == 1.0 and found.s == 8.5 and found.f == VALUE  # r: the last residual


def test_the_stages_with_arrays() -> None:
    _, found = stages(module("line_O0").line_value_and_grad, M, B, X, Y)
    assert found.y_hat.tolist() == [1.5, 2.0, 2.5, 3.0]
    assert found.r.tolist() == [0.5, 1.0, 2.5, 1.0]
    assert found.d_r.tolist() == [2 / 4 * r for r in (0.5, 1.0, 2.5, 1.0)]
    assert found.d_y_hat.tolist() == [-2 / 4 * r for r in (0.5, 1.0, 2.5, 1.0)]
