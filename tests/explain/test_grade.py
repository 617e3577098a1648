"""Hand-written gradients: where each first differs.  All here are written by hand, some of them wrongly."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symdiff.api.explaining import explain
from symdiff.explain.grade import Grade, grade, report
from symdiff.explain.watching import Watched

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

from neuron import neuron

POINT = (1.0, 2.0, 0.5, -1.0, 0.25)  # x1, x2, w1, w2, b


def graded(mine: Callable[..., Any], fun: Callable[..., Any], *point: Any, wrt: Any = None) -> tuple[Grade, str]:
    made = explain(fun, *point, wrt=wrt).derivation
    found = grade(made, Watched(mine, point))
    return found, "" if found.difference is None and not found.trouble else report(
        made, found, mine.__name__, "mine.py"
    )


def by_hand(x1, x2, w1, w2, b, sign):
    y4 = w1 * x1 + w2 * x2 + b
    y3 = -y4
    y2 = np.exp(y3)
    y1 = 1 + y2
    d_y1 = -1 / y1**2
    d_y2 = d_y1
    d_y3 = d_y2 * y2
    d_y4 = sign * d_y3
    return d_y4 * x1, d_y4 * x2, d_y4


def right(x1, x2, w1, w2, b):
    return by_hand(x1, x2, w1, w2, b, -1)


def wrong_sign(x1, x2, w1, w2, b):
    return by_hand(x1, x2, w1, w2, b, 1)


def other_numbers(x1, x2, w1, w2, b):
    y1 = w1 * x1
    y2 = y1 + w2 * x2 + b
    y = 1 / (1 + np.exp(-y2))
    dy2 = y * (1 - y)
    return {"w1": dy2 * x1, "w2": dy2 * x2, "b": dy2}


def without_stages(x1, x2, w1, w2, b):
    return 1.0, 2.0, 3.0


def too_few(x1, x2, w1, w2, b):
    return (1.0, 2.0)


def raises(x1, x2, w1, w2, b):
    raise KeyError("w3")


@pytest.mark.parametrize("mine", [right, other_numbers])
def test_right_gradients(mine):
    found, _ = graded(mine, neuron, *POINT, wrt=("w1", "w2", "b"))
    assert found.difference is None and not found.trouble


def test_the_first_wrong_stage_is_named_with_its_rule():
    """y4 = -1.25, y = 1/(1 + e^1.25), ∂y/∂y4 = y (1 - y)."""
    found, text = graded(wrong_sign, neuron, *POINT, wrt=("w1", "w2", "b"))
    assert found.difference is not None and found.difference.stage.name == "y4"
    y = 1 / (1 + np.exp(1.25))
    assert found.difference.expected == pytest.approx(y * (1 - y))
    assert found.difference.found == pytest.approx(-y * (1 - y))
    assert set(found.right) == {"y4", "y3", "y2", "y1", "d_y1", "d_y2", "d_y3"}
    assert "d_y4 is not ∂y/∂y4" in text and "rule      ∂y3/∂y4 = -1" in text
    assert "the sign is the other way round" in text


def test_a_wrong_result_without_stages():
    found, text = graded(without_stages, neuron, *POINT, wrt=("w1", "w2", "b"))
    assert found.difference is not None and found.difference.variable is None
    assert "the result for w1 is not ∂y/∂w1" in text


@pytest.mark.parametrize(
    ("mine", "trouble"),
    [(too_few, "returns 2 values, expected the gradients by w1, w2, b"), (raises, "raises KeyError: 'w3'")],
)
def test_what_cannot_be_compared(mine, trouble):
    found, text = graded(mine, neuron, *POINT, wrt=("w1", "w2", "b"))
    assert found.trouble == trouble and text.startswith(f"{mine.__name__} {trouble}")


def layer(W, b, X, t):
    z = X @ W + b
    a = np.maximum(z, 0)
    loss = np.sum((a - t) ** 2)
    return loss


def no_mask(W, b, X, t):
    z = X @ W + b
    a = np.maximum(z, 0)
    da = 2 * (a - t)
    dz = da.copy()
    return X.T @ dz, dz.sum(axis=0)


def transposed(W, b, X, t):
    z = X @ W + b
    dz = 2 * (np.maximum(z, 0) - t) * (z > 0)
    dW = dz.T @ X
    return dW, dz.sum(axis=0)


def layer_by_hand(W, b, X, t):
    z = X @ W + b
    delta = 2 * (np.maximum(z, 0) - t) * (z > 0)
    dW = np.zeros_like(W)
    for i in range(len(X)):
        dW += np.outer(X[i], delta[i])
    return dW, delta.sum(axis=0)


@pytest.mark.parametrize(
    ("mine", "stage", "hint"),
    [(no_mask, "z", "the local derivative ∂a/∂z = [z > 0] is missing"), (transposed, "W", "it is transposed")],
)
def test_arrays(mine, stage, hint):
    rng = np.random.default_rng(0)
    point = (rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))
    found, text = graded(mine, layer, *point, wrt=("W", "b"))
    assert found.difference is not None and found.difference.stage.name == stage
    assert hint in text
    assert graded(layer_by_hand, layer, *point, wrt=("W", "b"))[0].difference is None


def line(x: "f8[n]", y: "f8[n]", m: float, b: float):  # noqa: F821
    s = 0.0
    for i in range(len(x)):
        r = y[i] - (m * x[i] + b)
        s += r * r
    return s / len(x)


def by_loop(sign):
    def mine(x, y, m, b):
        dm = db = 0.0
        for i in range(len(x)):
            r = y[i] - (m * x[i] + b)
            dm += -2 * x[i] * r
            db += sign * 2 * r
        return dm / len(x), db / len(x)

    return mine


def by_arrays(x, y, m, b):
    r = y - (m * x + b)
    return np.mean(-2 * x * r), -2 * r


LINE = (np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]), 0.5, 0.25)  # r = ¼, 1¾, ¼


def test_sums_that_are_divided_where_they_are_returned_are_right():
    """dm is n ∂L/∂m on the way, and the result is the gradient: (-½ - 7 - 1½)/3 and (-½ - 3½ - ½)/3."""
    assert by_loop(-1)(*LINE) == (-3, -1.5)
    found, text = graded(by_loop(-1), line, *LINE, wrt=("m", "b"))
    assert text == "" and "r" in found.right


def test_the_fault_is_where_the_result_is_wrong():
    found, _ = graded(by_loop(1), line, *LINE, wrt=("m", "b"))
    assert found.difference.stage.name == "b" and found.difference.variable.name == "db"


def test_all_turns_as_one_array():
    found, _ = graded(by_arrays, line, *LINE, wrt=("m", "b"))
    assert found.right == ("r",)
    assert found.difference.stage.name == "b" and found.difference.variable is None


@pytest.mark.parametrize("shape", ["array", "value and tuple", "value and array", "value and dict"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_gradients_as_one_vector_or_behind_the_value(shape, sign):
    """[∂L/∂m ∂L/∂b]ᵀ, as the notes write a gradient, and (L, gradient), as `value_and_grad` returns it."""

    def mine(x, y, m, b):
        r = y - (m * x + b)
        both = np.mean(-2 * x * r), np.mean(sign * 2 * r)
        behind = {"array": np.array(both), "tuple": both, "dict": dict(zip(("m", "b"), both, strict=True))}
        return behind["array"] if shape == "array" else (np.mean(r * r), behind[shape.removeprefix("value and ")])

    found, text = graded(mine, line, *LINE, wrt=("m", "b"))
    assert text == "" if sign < 0 else found.difference.stage.name == "b"
