"""The digits: a generated module trains a classifier, in a script that knows no differentiator."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "examples" / "digits" / "train.py"


@pytest.fixture(scope="module")
def train():
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        return import_module("train")
    finally:
        sys.path.remove(str(SCRIPT.parent))


def test_script_reaches_97_percent_on_the_held_out_split():
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=True)
    printed = done.stdout.strip().splitlines()[-1]
    assert printed.startswith("accuracy on the 450 held-out digits: ")
    assert float(printed.split()[-1].rstrip("%")) >= 97.0
    assert "epoch" in done.stderr  # the progress bar


def test_zero_gradient_learns_nothing(train):
    X, X_held_out, labels, labels_held_out = train.held_out()

    def zeroed(*args):
        loss, gradients = train.classifier_grad.classifier_value_and_grad(*args)
        return loss, tuple(np.zeros_like(g) for g in gradients)

    params = train.train(X, labels, value_and_grad=zeroed, epochs=5, progress=False)
    assert train.accuracy(params, X_held_out, labels_held_out) < 0.25


def test_neither_script_nor_module_imports_a_differentiator():
    allowed = {"numpy", "sklearn", "tqdm", "classifier_grad", "argparse", "sys", "pathlib", "math"}
    for path in (SCRIPT, ROOT / "generated" / "classifier_grad.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {n.split(".")[0] for n in names} <= allowed


def test_gradient_is_that_of_autograd(train):
    autograd = import_module("autograd")
    anp = import_module("autograd.numpy")
    rng = np.random.default_rng(5)
    X, labels = rng.random((7, 64)), rng.integers(0, 10, 7)
    params = [p + 0.1 * rng.normal(size=p.shape) for p in train.initial(rng, hidden=5)]

    def loss(W1, b1, W2, b2):
        f = anp.dot(anp.maximum(anp.dot(X, W1) + b1, 0), W2) + b2
        shifted = f - anp.max(f, axis=1, keepdims=True)
        log_p = shifted - anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True))
        return -anp.mean(log_p[np.arange(7), labels])

    value, gradients = train.classifier_grad.classifier_value_and_grad(*params, X, labels)
    expected_value, expected = autograd.value_and_grad(loss, argnum=(0, 1, 2, 3))(*params)
    np.testing.assert_allclose(value, expected_value, rtol=1e-12)
    for g, e in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-10, atol=1e-14)
