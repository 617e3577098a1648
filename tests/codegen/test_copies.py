"""Loops from the user's source: what they save is copied only where it is overwritten later."""

from __future__ import annotations

import re

import numpy as np
import pytest

import symdiff
from symdiff.codegen.load import Loaded


def decay(a, x):
    y = np.zeros(x.shape[0])
    y[0] = x[0]
    for i in range(1, x.shape[0]):
        y[i] = a * y[i - 1] + x[i] * x[i]
    return np.sum(y * y)


def rnn(w, u, x, h):
    loss = 0.0
    for t in range(x.shape[0]):
        h = np.tanh(w @ h + u @ x[t])
        loss = loss + np.sum(h * h)
    return loss


def overwritten(w, x):
    h = np.zeros(w.shape[0])
    s = 0.0
    for t in range(x.shape[0]):
        h[:] = np.tanh(w @ h + x[t])
        s += np.sum(h)
    return s


def table(w, x):
    h = np.zeros((x.shape[0] + 1, w.shape[0]))
    for t in range(x.shape[0]):
        h[t + 1] = np.tanh(w @ h[t] + x[t])
    return np.sum(h[x.shape[0]])


def looked_up(w, x):
    rows = []
    for t in range(x.shape[0]):
        rows.append(np.tanh(w @ x[t]))
    s = 0.0
    for i in range(x.shape[0]):
        for j in range(w.shape[0]):
            s += rows[i][j] * rows[0][j]
    return s


CASES = {
    "decay": (decay, "a=float, x=f8[n]", ("a", "x"), (0.9, np.linspace(-1, 1, 6))),
    "rnn": (
        rnn,
        "w=f8[k, k], u=f8[k, d], x=f8[t, d], h=f8[k]",
        ("w", "u"),
        tuple(np.random.default_rng(0).normal(size=s) for s in ((3, 3), (3, 2), (5, 2), (3,))),
    ),
    "overwritten": (
        overwritten,
        "w=f8[k, k], x=f8[t, k]",
        ("w",),
        tuple(np.random.default_rng(1).normal(size=s) for s in ((3, 3), (5, 3))),
    ),
    "looked_up": (
        looked_up,
        "w=f8[k, k], x=f8[t, k]",
        ("w",),
        tuple(np.random.default_rng(3).normal(size=s) for s in ((3, 3), (5, 3))),
    ),
    "table": (
        table,
        "w=f8[k, k], x=f8[t, k]",
        ("w",),
        tuple(np.random.default_rng(2).normal(size=s) for s in ((3, 3), (5, 3))),
    ),
}


def copies(text: str) -> tuple[int, int]:
    """The copies that a function makes: in loops, and outside."""
    lines = [line.split("  #")[0] for line in text.splitlines()]
    counts = [(line.startswith(" " * 8), len(re.findall(r"\.copy\(\)|_deep_copy\(", line))) for line in lines]
    return sum(n for inside, n in counts if inside), sum(n for inside, n in counts if not inside)


def function(text: str, name: str) -> str:
    return re.split(r"\n(?=def |if )", text[text.index(f"def {name}(") :])[0]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("decay", "value_and_grad", (0, 0)),
        ("decay", "hvp", (0, 0)),
        ("decay", "backward", (0, 0)),
        ("rnn", "value_and_grad", (0, 0)),
        ("rnn", "hvp", (0, 0)),
        ("rnn", "backward", (0, 0)),
        ("rnn", "forward", (0, 3)),  # w, x and h are the caller's; the rows of x are read again
        ("overwritten", "value_and_grad", (0, 0)),
        ("looked_up", "value_and_grad", (0, 0)),
        ("looked_up", "hvp", (0, 0)),
        ("table", "value_and_grad", (1, 0)),  # a row read of the adjoint, which is overwritten on the way back
    ],
)
@pytest.mark.parametrize("level", [1, 2])
def test_loops_copy_what_is_overwritten_later(name: str, kind: str, expected: tuple[int, int], level: int) -> None:
    f, signature, wrt, _ = CASES[name]
    text = symdiff.generate(f, types=signature, wrt=wrt, level=level, functions=(kind,))
    assert copies(function(text, f"{name}_{kind}")) == expected


def test_of_what_a_carry_was_only_the_callers_array_is_copied() -> None:
    f, signature, wrt, args = CASES["rnn"]
    text = symdiff.generate(f, types=signature, wrt=wrt, level=1, functions=("forward", "backward"))
    before = function(text, "rnn_forward").split("    for ")[0]
    assert "h = h.copy()" in before and "_deep_copy(h_in)" not in text
    args = tuple(a.copy() for a in args)
    module = Loaded(text, "rnn")
    value, saved = module["rnn_forward"](*args)
    first = module["rnn_backward"](saved, 1.0)
    assert value == f(*args)
    for a in args:
        a += 1.0
    for a, b in zip(first, module["rnn_backward"](saved, 1.0), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_value_and_gradient(name: str, level: int) -> None:
    f, signature, wrt, args = CASES[name]
    text = symdiff.generate(f, types=signature, wrt=wrt, level=level, functions=("value_and_grad",))
    value, gradient = Loaded(text, name)[f"{name}_value_and_grad"](*args)
    np.testing.assert_allclose(value, f(*args), rtol=1e-13)
    for k, found in enumerate(gradient if len(wrt) > 1 else (gradient,)):
        v = np.ones_like(args[k]) if isinstance(args[k], np.ndarray) else 1.0
        up, down = (f(*args[:k], args[k] + h * v, *args[k + 1 :]) for h in (1e-6, -1e-6))
        np.testing.assert_allclose(np.sum(found * v), (up - down) / 2e-6, rtol=1e-6)
