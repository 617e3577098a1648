"""The workloads: the function a user writes, its hand-written value and gradient, and its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Workload:
    """`goal` is the ratio to hand-written NumPy that PERFORMANCE.md asks for; `argnums` what to differentiate by."""

    name: str
    function: Callable[..., Any]
    hand: Callable[..., Any]
    args: tuple[Any, ...]
    argnums: tuple[int, ...]
    goal: float
    quick: bool = True
    traced: bool = True  # whether autograd can run it


def neuron(x1, x2, w1, w2, b):
    return 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))


def hand_neuron(x1, x2, w1, w2, b):
    z = w1 * x1 + w2 * x2 + b
    y = 1 / (1 + np.exp(-z))
    d = y * (1 - y)
    return y, (d * x1, d * x2, d)


def product(x, y, z):
    return (x + y) * z


def hand_product(x, y, z):
    q = x + y
    return q * z, (z, z, q)


def logistic_regression(w, b, X, y):
    z = X @ w + b
    return np.mean(np.log(1 + np.exp(z)) - y * z)


def hand_logistic_regression(w, b, X, y):
    n = X.shape[0]
    z = X @ w
    z += b
    e = np.exp(-np.abs(z))
    loss = (np.maximum(z, 0).sum() + np.log1p(e).sum() - y @ z) / n
    p = np.where(z >= 0, 1.0, e)
    e += 1.0
    p /= e
    p -= y
    p /= n
    return loss, (X.T @ p, p.sum())


def classifier(W1, b1, W2, b2, X, labels):
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    f = a1 @ W2 + b2
    log_p = f - np.log(np.sum(np.exp(f), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def hand_classifier(W1, b1, W2, b2, X, labels):
    n = X.shape[0]
    rows = np.arange(n)
    z1 = X @ W1
    z1 += b1
    a1 = np.maximum(z1, 0.0)
    f = a1 @ W2
    f += b2
    f -= f.max(axis=1, keepdims=True)
    p = np.exp(f)
    s = p.sum(axis=1, keepdims=True)
    loss = (np.log(s).sum() - f[rows, labels].sum()) / n
    p /= s
    p[rows, labels] -= 1.0
    p /= n
    d_z1 = p @ W2.T
    d_z1 *= z1 > 0.0
    return loss, (X.T @ d_z1, d_z1.sum(axis=0), a1.T @ p, p.sum(axis=0))


def _logistic_args(n: int, d: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.normal(size=d), 0.1, rng.normal(size=(n, d)), (rng.random(n) < 0.5).astype(float)


def _classifier_args(n: int, hidden: int, dtype: Any) -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    W1, W2 = rng.normal(size=(784, hidden)) * 0.05, rng.normal(size=(hidden, 10)) * 0.1
    arrays = [W1, np.zeros(hidden), W2, np.zeros(10), rng.random((n, 784))]
    return (*(a.astype(dtype) for a in arrays), rng.integers(0, 10, n))


def workloads() -> list[Workload]:
    """Every workload, smallest first."""
    logistic = [
        Workload(f"logistic regression {size}", logistic_regression, hand_logistic_regression, args, (0, 1), goal)
        for size, args, goal in (
            ("100×10", _logistic_args(100, 10), 0.9),
            ("10⁴×100", _logistic_args(10_000, 100), 1.0),
        )
    ]
    mlp = [
        Workload(f"MLP {n}×784-{h}-10 {t}", classifier, hand_classifier, _classifier_args(n, h, t), (0, 1, 2, 3), 1.05)
        for n, h in ((32, 128), (256, 512))
        for t in ("float64", "float32")
    ]
    return [
        Workload("logistic neuron, floats", neuron, hand_neuron, (0.5, -1.2, 0.3, 0.8, 0.1), (2, 3, 4), 0.65),
        Workload("(x+y)·z, floats", product, hand_product, (-2.0, 5.0, -4.0), (0, 1, 2), 1.2),
        *logistic,
        *mlp,
    ]
