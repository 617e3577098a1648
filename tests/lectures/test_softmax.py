"""The two-layer softmax classifier: its adjoint is P - onehot."""

import math
import re
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.lectures.reading import EXAMPLES, backward_stages, example, module, text

softmax_loss, classifier = example("softmax").softmax_loss, example("softmax").classifier


def P(f: Any) -> Any:
    return np.exp(f) / np.sum(np.exp(f), axis=-1, keepdims=True)


def onehot(labels: Any, c: int) -> Any:
    return (np.asarray(labels)[..., None] == np.arange(c)).astype(float)


def test_one_sample_by_hand() -> None:
    """e^f = 1, 2, 5: P = 1/8, 2/8, 5/8."""
    f = np.log([1.0, 2.0, 5.0])
    L, d_f = module("softmax_loss_O0").softmax_loss_value_and_grad(f, 2)
    assert pytest.approx(math.log(8 / 5), rel=1e-15) == L
    np.testing.assert_allclose(d_f, [1 / 8, 2 / 8, 5 / 8 - 1], rtol=1e-14)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_p_minus_onehot(level: int, seed: int) -> None:
    f = np.random.default_rng(seed).normal(size=6)
    for label in range(6):
        d_f = symdiff.grad(softmax_loss, level=level)(f, label)
        np.testing.assert_allclose(d_f, P(f) - onehot(label, 6), rtol=1e-12, atol=1e-15)


def batch(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    W1, b1, W2, b2 = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=(5, 4)), rng.normal(size=5)
    return W1, b1, W2, b2, rng.normal(size=(7, 3)), rng.integers(0, 5, 7)


def test_the_chain_of_the_notes(seed: int) -> None:
    """dL/dW2 = dL/df · X2, dL/dW1 = dL/df · W2 · dX2/dY1 · X1, with the transposes that make the shapes fit."""
    W1, b1, W2, b2, X1, labels = given = batch(seed)
    Y1 = X1 @ W1.T + b1
    X2 = np.maximum(0, Y1)
    d_f = P(X2 @ W2.T + b2) - onehot(labels, 5)
    (d_W1, d_b1, d_W2, d_b2), found = backward_stages(module("classifier_O0"), "classifier", given, 1.0)
    np.testing.assert_allclose(found.d_f, d_f, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(d_W2, d_f.T @ X2, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(found.d_X2, d_f @ W2, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(found.d_Y1, d_f @ W2 * (Y1 > 0), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(d_W1, (d_f @ W2 * (Y1 > 0)).T @ X1, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(d_b2, d_f.sum(axis=0), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(d_b1, found.d_Y1.sum(axis=0), rtol=1e-12)


def test_at_level_2_the_adjoint_is_written_as_p_minus_onehot(seed: int) -> None:
    """No dense matrix of zeros is scattered into: the softmax of f, less 1 at the labels."""
    body = text("classifier").partition("def classifier_value_and_grad")[2].partition("\ndef ")[0]
    assert re.search(r"d_f\[\w+, labels\] -= 1", body) and "np.zeros" not in body
    given = batch(seed)
    made = module("classifier").classifier_value_and_grad(*given)
    expected = module("classifier_O0").classifier_value_and_grad(*given)
    for found, other in zip((made[0], *made[1]), (expected[0], *expected[1])):
        np.testing.assert_allclose(found, other, rtol=1e-11, atol=1e-13)


def test_scores_that_overflow(seed: int) -> None:
    """e^1000 is infinite, P is not: at -O2 the loss is the difference of the scores."""
    W1, b1, W2, b2, X1, labels = batch(seed)
    b2 = b2 + 1000.0 * (np.arange(5) == 0)
    value, made = module("classifier").classifier_value_and_grad(W1, b1, W2, b2, X1, labels)
    assert np.isfinite(value) and all(np.isfinite(d).all() for d in made)
    np.testing.assert_allclose(made[3], 7 * onehot(0, 5) - onehot(labels, 5).sum(axis=0), atol=1e-12)


def test_training_as_the_notes_have_it(seed: int) -> None:
    """W ← W - λ dL/dW."""
    W1, b1, W2, b2, X1, labels = batch(seed)
    parameters, losses = [W1, b1, W2, b2], []
    for _ in range(20):
        loss, made = module("classifier").classifier_value_and_grad(*parameters, X1, labels)
        parameters = [p - 0.005 * d for p, d in zip(parameters, made)]
        losses.append(loss)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("notation", ["python", "formula"])
def test_at_level_2_one_sample_is_p_minus_onehot_also_where_the_exponential_overflows(notation: str) -> None:
    """-log(e^{f_y} / Σ e^{f_j}) of f = (1000, -1000, 0): 0, 2000, 1000; P is (1, 0, 0)."""
    formula = symdiff.from_dsl((EXAMPLES / "softmax.sd").read_text(encoding="utf-8"))
    f = np.array([1000.0, -1000.0, 0.0])
    for label, loss in enumerate((0.0, 2000.0, 1000.0)):
        if notation == "python":
            value, d_f = symdiff.value_and_grad(softmax_loss)(f, label)
        else:  # labels count from 1
            value, d_f = symdiff.value_and_grad(formula)(label + 1, f)
        assert value == loss
        assert d_f.tolist() == (np.array([1.0, 0.0, 0.0]) - onehot(label, 3)).tolist()
    source = symdiff.generate(softmax_loss) if notation == "python" else symdiff.generate(formula)
    body = source.partition("softmax_loss_backward(")[2].partition("\ndef ")[0]
    assert re.search(r"d_f\[[^]]+\] -= 1\.0", body) and "np.zeros" not in body and "_masked_mul" not in body
