"""Backpropagation, cases 1 and 2: the printed derivatives line by line, sums and matrix products alike."""

from typing import Any

import numpy as np
import pytest

import symdiff
from tests.lectures.reading import backward_stages, example, module

case1, case1_sum = example("logistic").case1, example("logistic").case1_sum
case2, case2_sum = example("network").case2, example("network").case2_sum

THETA, X = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.25, -0.5])
ALPHA = np.array([[0.1, -0.2, 0.3], [0.5, 0.4, -1.0]])
BETA = np.array([1.5, -0.75])


def dJ_dy(y: Any, y_star: float) -> Any:
    """dJ/dy = y*/y + (1 - y*)/(y - 1)."""
    return y_star / y + (1 - y_star) / (y - 1)


def dy_da(a: Any) -> Any:
    """exp(-a) / (exp(-a) + 1)²"""
    return np.exp(-a) / (np.exp(-a) + 1) ** 2


def case1_by_the_notes(theta: Any, x: Any, y_star: float) -> dict[str, Any]:
    a = sum(theta[j] * x[j] for j in range(len(x)))
    y = 1 / (1 + np.exp(-a))
    d_a = dJ_dy(y, y_star) * dy_da(a)
    J = y_star * np.log(y) + (1 - y_star) * np.log(1 - y)
    return {"J": J, "d_y": dJ_dy(y, y_star), "d_a": d_a, "d_theta": d_a * x, "d_x": d_a * theta}


def case2_by_the_notes(alpha: Any, beta: Any, x: Any, y_star: float) -> dict[str, Any]:
    a = np.array([sum(alpha[j, i] * x[i] for i in range(len(x))) for j in range(len(beta))])
    z = 1 / (1 + np.exp(-a))
    b = sum(beta[j] * z[j] for j in range(len(beta)))
    y = 1 / (1 + np.exp(-b))
    d_b = dJ_dy(y, y_star) * dy_da(b)
    d_z = d_b * beta
    d_a = d_z * dy_da(a)
    return {
        "J": y_star * np.log(y) + (1 - y_star) * np.log(1 - y),
        "d_y": dJ_dy(y, y_star),
        "d_b": d_b,
        "d_beta": d_b * z,
        "d_z": d_z,
        "d_a": d_a,
        "d_alpha": np.array([[d_a[j] * x[i] for i in range(len(x))] for j in range(len(beta))]),
        # the notes print dJ/da_j Σ_j α_ji; the sum goes over the product (test_errata.py)
        "d_x": np.array([sum(d_a[j] * alpha[j, i] for j in range(len(beta))) for i in range(len(x))]),
    }


def same(found: Any, noted: Any) -> None:
    np.testing.assert_allclose(found, noted, rtol=1e-12)


@pytest.mark.parametrize("y_star", [0.0, 1.0, 0.3])
@pytest.mark.parametrize("name", ["case1_sum_O0", "case1_O0", "case1"])
def test_case_1(name: str, y_star: float) -> None:
    noted = case1_by_the_notes(THETA, X, y_star)
    J, (d_theta, d_x) = getattr(module(name), f"{name.removesuffix('_O0')}_value_and_grad")(THETA, X, y_star)
    same(J, noted["J"])
    same(d_theta, noted["d_theta"])
    same(d_x, noted["d_x"])


def test_the_stages_of_case_1() -> None:
    noted = case1_by_the_notes(THETA, X, 0.3)
    _, found = backward_stages(module("case1_O0"), "case1", (THETA, X, 0.3), 1.0)
    for name in ("d_y", "d_a", "d_theta", "d_x"):
        same(getattr(found, name), noted[name])


@pytest.mark.parametrize("y_star", [0.0, 1.0, 0.3])
@pytest.mark.parametrize("name", ["case2_sum_O0", "case2_O0", "case2"])
def test_case_2(name: str, y_star: float) -> None:
    noted = case2_by_the_notes(ALPHA, BETA, X, y_star)
    J, made = getattr(module(name), f"{name.removesuffix('_O0')}_value_and_grad")(ALPHA, BETA, X, y_star)
    same(J, noted["J"])
    for found, part in zip(made, ("d_alpha", "d_beta", "d_x")):
        same(found, noted[part])


def test_the_stages_of_case_2() -> None:
    noted = case2_by_the_notes(ALPHA, BETA, X, 0.3)
    _, found = backward_stages(module("case2_O0"), "case2", (ALPHA, BETA, X, 0.3), 1.0)
    for name in ("d_y", "d_b", "d_beta", "d_z", "d_a", "d_alpha", "d_x"):
        same(getattr(found, name), noted[name])


@pytest.mark.parametrize("level", [0, 1, 2])
def test_sums_and_products_are_equal(level: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    theta, x, y_star = rng.normal(size=5), rng.normal(size=5), rng.uniform()
    one, two = (symdiff.grad(f, argnums=(0, 1), level=level)(theta, x, y_star) for f in (case1_sum, case1))
    for found, expected in zip(one, two):
        same(found, expected)
    alpha, beta = rng.normal(size=(4, 5)), rng.normal(size=4)
    one, two = (symdiff.grad(f, argnums=(0, 1, 2), level=level)(alpha, beta, x, y_star) for f in (case2_sum, case2))
    for found, expected in zip(one, two):
        same(found, expected)
