"""A helper called in several places is compiled once, as a forward and a backward function; small ones are in place."""

import re
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff import generate
from tests.codegen.harness import Loaded

STEP = 1e-6


def rate(x, a):
    y = x * a
    for _ in range(3):
        y = np.sin(y) + x * y
    return y * y


def block(h, W, b):
    z = W @ h + b
    m = z.mean()
    s = np.sqrt(((z - m) ** 2).mean() + 1e-5)
    return np.tanh((z - m) / s) + h


def smooth(y, i, w):
    y[i] = y[i] * (1 - w) + w * (y[i - 1] + y[i - 2]) / 2 + np.sin(y[i] * y[i - 1]) * w
    return y


def sized(n, x):
    y = np.zeros(n)
    for i in range(n):
        y[i] = x * i + np.sin(x) * x
    return y


def scaled(x, kind):
    y = np.exp(-x * x) + x * np.sin(x) if kind == "wave" else np.cosh(x) * x + 1 / (1 + x * x)
    return y * y + np.tanh(y) * x


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def pair(x: float, y: float):
    return rate(x, y) + rate(y, x) * rate(x * y, 2.0)


def net(x: "f8[n]", W: "f8[n, n]", b: "f8[n]"):  # noqa: F821
    return np.sum(block(block(x, W, b), W.T, 2 * b) ** 2)


def writes(v: "f8[n]", w: float):  # noqa: F821
    y = np.concatenate([v, v * v])
    smooth(y, 2, w)
    smooth(y, 3, 1 - w)
    return y @ y


def both_names(v: "f8[n]", w: float):  # noqa: F821
    def mixed(a, b):
        a[0] = b[1] * w + np.sin(b[0]) * a[1] + np.cos(a[0]) * b[1] - w * w
        return a[0] * b[0] + b[1] * np.exp(-a[0] * a[0]) + a[1]

    return mixed(v, v) + mixed(v, v)


def sizes(x: float):
    return sized(3, x).sum() + sized(4, x) @ sized(4, x)


def texts(x: float):
    return scaled(x, "wave") + scaled(x * x, "wave") * scaled(x, "bowl")


def small(x: float, y: float):
    return sigmoid(x) * sigmoid(y) + sigmoid(x * y)


V = np.array([0.3, -0.7, 0.5])
W = np.array([[0.3, -0.2, 0.5], [0.1, 0.4, -0.6], [0.7, 0.2, 0.1]])
CASES: dict[Any, tuple[tuple[Any, ...], str]] = {
    pair: ((0.4, 0.8), "_rate"),
    net: ((V, W, V * 2), "_block"),
    writes: ((V, 0.3), ""),
    both_names: ((V, 0.3), ""),
    sizes: ((0.7,), "_sized"),  # for n = 4
    texts: ((0.7,), "_scaled"),
    small: ((0.4, 0.8), ""),
}


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", CASES, ids=lambda f: f.__name__)
def test_the_value_and_the_gradient_are_those_of_the_function(function: Any, level: int) -> None:
    args, _ = CASES[function]
    rng = np.random.default_rng(3)
    direction = [rng.standard_normal(np.shape(a)) for a in args]

    def along(t: float) -> float:
        moved = [a + t * d for a, d in zip(args, direction, strict=True)]
        return float(function(*(float(m) if isinstance(a, float) else m for a, m in zip(args, moved, strict=True))))

    numbers = tuple(range(len(args)))
    value, gradient = symdiff.value_and_grad(function, argnums=numbers, level=level)(*args)
    copies = [np.copy(a) if isinstance(a, np.ndarray) else a for a in args]
    assert value == pytest.approx(function(*copies), rel=0 if level < 2 else 1e-14)
    expected = (along(STEP) - along(-STEP)) / (2 * STEP)
    found = sum(float(np.sum(g * d)) for g, d in zip(gradient, direction, strict=True))
    assert found == pytest.approx(expected, rel=1e-6)
    tangents = tuple(float(d) if isinstance(a, float) else d for a, d in zip(args, direction, strict=True))
    assert float(symdiff.jvp(function, args, tangents)[1]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("function", CASES, ids=lambda f: f.__name__)
def test_large_helpers_are_functions_and_small_ones_are_not(function: Any) -> None:
    _, name = CASES[function]
    text = str(generate(function, level=1))
    helpers = set(re.findall(r"^def (_\w+)_forward", text, re.MULTILINE))
    assert helpers == ({name} if name else set())
    if name:
        assert len(re.findall(rf"^def {name}_forward", text, re.MULTILINE)) == 1
        assert f"{name}_backward(" in text


def test_second_derivatives_go_through_them() -> None:
    inner = symdiff.grad(pair)
    second = symdiff.grad(inner)(0.4, 0.8)
    expected = (inner(0.4 + STEP, 0.8) - inner(0.4 - STEP, 0.8)) / (2 * STEP)
    assert second == pytest.approx(expected, rel=1e-6)


def test_what_a_function_cannot_do_is_done_in_place() -> None:
    """The helper needs to know n: the loop makes a tuple of n parts."""

    def parts(x, n):
        found = ()
        for i in range(n):
            found = (*found, x * i + np.sin(x) * np.cos(x) - x / (1 + x * x) + np.exp(-x * i))
        return sum(found)

    def f(x: float):
        return parts(x, 2) + parts(x * x, 2)

    module = Loaded(generate(f, level=1), "f")
    value = sum(t * i + np.sin(t) * np.cos(t) - t / (1 + t * t) + np.exp(-t * i) for t in (0.6, 0.36) for i in range(2))
    assert module["f"](0.6) == pytest.approx(value)


def test_explain_shows_every_call_in_place() -> None:
    text = str(symdiff.differentiable(net).explain())
    assert text.count("tanh(") >= 2
