"""Convolution and correlation: the example with numbers by hand, the general rules against SciPy's, three ways each."""

from typing import Any

import numpy as np
import pytest
from scipy.signal import convolve2d, correlate2d

import symdiff
from tests.lectures.reading import example, module

layer = example("convolution")
KINDS = ("correlation", "convolution")
WAYS = ("loops", "slices", "windows")
X, F = np.arange(1.0, 10.0).reshape(3, 3), np.array([[1.0, 2.0], [3.0, 4.0]])
# O_11 = 1·1 + 2·2 + 4·3 + 5·4, …; the convolution has the filter rotated: Y_11 = 1·4 + 2·3 + 4·2 + 5·1, …
BY_HAND = {"correlation": [[37, 47], [67, 77]], "convolution": [[23, 33], [53, 63]]}


def rotated(a: Any) -> Any:
    return a[::-1, ::-1]


def pulled_back(name: str, x: Any, f: Any, d_y: Any) -> Any:
    made = module(name)
    _, saved = getattr(made, f"{name}_forward")(x, f)
    return getattr(made, f"{name}_backward")(saved, d_y)


def test_the_example_of_the_notes() -> None:
    """O_11 = x_11 F_11 + x_12 F_12 + x_21 F_21 + x_22 F_22, and the three that the notes leave to the reader."""
    made = module("correlation_2x2_O0")
    y, saved = made.correlation_2x2_forward(X, F)
    assert y.tolist() == BY_HAND["correlation"]
    d_X, d_F = made.correlation_2x2_backward(saved, np.array([[1.0, 10.0], [100.0, 1000.0]]))
    # ∂L/∂F_11 = 1 x_11 + 10 x_12 + 100 x_21 + 1000 x_22, …
    assert d_F.tolist() == [[5421, 6532], [8754, 9865]]
    # ∂L/∂x_11 = 1 F_11, ∂L/∂x_12 = 1 F_12 + 10 F_11, ∂L/∂x_22 = 1 F_22 + 10 F_21 + 100 F_12 + 1000 F_11, …
    assert d_X.tolist() == [[1, 12, 20], [103, 1234, 2040], [300, 3400, 4000]]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_by_hand(kind: str, way: str) -> None:
    name = f"{kind}_{way}"
    assert getattr(module(name), name)(X, F).tolist() == BY_HAND[kind]
    d_X, d_F = pulled_back(name, X, F, np.ones((2, 2)))
    sums = [[1 + 2 + 4 + 5, 2 + 3 + 5 + 6], [4 + 5 + 7 + 8, 5 + 6 + 8 + 9]]
    assert d_F.tolist() == (sums if kind == "correlation" else rotated(np.array(sums)).tolist())
    corner = [[1, 3, 2], [4, 10, 6], [3, 7, 4]]  # F_11, F_11 + F_12, F_12; …
    assert d_X.tolist() == (corner if kind == "correlation" else rotated(np.array(corner)).tolist())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shapes", [((3, 3), (2, 2)), ((6, 5), (3, 2)), ((4, 7), (1, 4)), ((3, 2), (3, 2))])
def test_the_rules_of_the_notes_for_correlation(way: str, shapes: Any, seed: int) -> None:
    """★ ∂L/∂F is X correlated with ∂L/∂O; ★ ∂L/∂X is ∂L/∂O fully correlated with F rotated."""
    rng = np.random.default_rng(seed)
    x, f = rng.normal(size=shapes[0]), rng.normal(size=shapes[1])
    y = correlate2d(x, f, mode="valid")
    np.testing.assert_allclose(getattr(layer, f"correlation_{way}")(x, f), y, rtol=1e-12, atol=1e-14)
    d_y = rng.normal(size=y.shape)
    d_x, d_f = pulled_back(f"correlation_{way}", x, f, d_y)
    np.testing.assert_allclose(d_f, correlate2d(x, d_y, mode="valid"), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(d_x, correlate2d(d_y, rotated(f), mode="full"), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(d_x, convolve2d(d_y, f, mode="full"), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shapes", [((3, 3), (2, 2)), ((6, 5), (3, 2)), ((4, 7), (1, 4))])
def test_the_rules_for_convolution(way: str, shapes: Any, seed: int) -> None:
    """∂L/∂F is that of the correlation, rotated; ∂L/∂X is ∂L/∂O fully correlated with F as it is."""
    rng = np.random.default_rng(seed)
    x, f = rng.normal(size=shapes[0]), rng.normal(size=shapes[1])
    y = convolve2d(x, f, mode="valid")
    np.testing.assert_allclose(getattr(layer, f"convolution_{way}")(x, f), y, rtol=1e-12, atol=1e-14)
    d_y = rng.normal(size=y.shape)
    d_x, d_f = pulled_back(f"convolution_{way}", x, f, d_y)
    np.testing.assert_allclose(d_f, rotated(correlate2d(x, d_y, mode="valid")), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(d_f, convolve2d(rotated(x), d_y, mode="valid"), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(d_x, correlate2d(d_y, f, mode="full"), rtol=1e-12, atol=1e-14)


def test_the_definition_of_the_notes() -> None:
    """Y[i, j] = Σ_a Σ_b X[i - a, j - b] W[a, b] at i = j = 1, the first place where the filter fits."""
    expected = X[1, 1] * F[0, 0] + X[1, 0] * F[0, 1] + X[0, 1] * F[1, 0] + X[0, 0] * F[1, 1]
    assert layer.convolution_loops(X, F)[0, 0] == expected == 5 + 4 * 2 + 2 * 3 + 4


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_the_three_ways_agree_at_every_level(kind: str, level: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, f, target = rng.normal(size=(5, 4)), rng.normal(size=(2, 3)), rng.normal(size=(4, 2))
    made = []
    for way in WAYS:
        function = getattr(layer, f"{kind}_{way}")
        loss = lambda x, f, function=function: 0.5 * np.sum((function(x, f) - target) ** 2)
        made.append(symdiff.grad(loss, argnums=(0, 1), level=level)(x, f))
    for other in made[1:]:
        for left, right in zip(made[0], other):
            np.testing.assert_allclose(left, right, rtol=1e-11, atol=1e-13)
