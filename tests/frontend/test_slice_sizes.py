"""Sizes of slices in loops, told from the ranges of the loops and from arrays that were made, not compared when run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.frontend.python.sizes import slice_in_turns
from symdiff.ir import dims
from symdiff.ir.dims import Atom, Dim

N, K, FIRST, SECOND = dims.var("n"), dims.var("k"), dims.opaque("i7"), dims.opaque("i9")


def linear(rng: Random, *of: Dim) -> Dim:
    d: Dim = rng.randint(-2, 2)
    for a in of:
        d = dims.add(d, dims.mul(rng.choice([-1, 0, 0, 1, 1]), a))
    return d


def atom(d: Dim) -> Atom:
    (found,) = dims.atoms(d)
    return found


def places(turns: dict[Dim, tuple[Dim, Dim]], env: dict[Atom, int]) -> Iterator[dict[Atom, int]]:
    """Every turn of two loops, the second inside of the first."""
    first, last = (dims.evaluate(d, env) for d in turns[FIRST])
    for i in range(first, last + 1) if first >= 0 else ():
        inner = {**env, atom(FIRST): i}
        first, last = (dims.evaluate(d, inner) for d in turns[SECOND])
        yield from ({**inner, atom(SECOND): j} for j in range(first, last + 1) if first >= 0)


@pytest.mark.parametrize("part", range(4))
def test_decided_sizes_are_those_of_python(part: int, seed: int) -> None:
    """Random bounds, ranges and sizes known not to be negative, against `slice.indices` at every turn."""
    rng, decided = Random(seed + part), 0
    for _ in range(300):
        made = [d for d in (linear(rng, N, K) for _ in range(rng.randint(0, 2))) if dims.lower_bound(d) is None]
        turns = {
            FIRST: (rng.choice([0, 1, dims.sub(K, 1)]), linear(rng, N, K)),
            SECOND: (rng.choice([0, 1, FIRST]), linear(rng, N, K, FIRST)),
        }
        size = rng.choice([N, dims.add(N, K), dims.add(N, 2), dims.sub(dims.add(N, 1), K)])
        lo, hi = (rng.choice([None, *(linear(rng, N, K, FIRST, SECOND) for _ in range(2))]) for _ in range(2))
        step = rng.choice([1, 1, 1, 2])
        cx: Any = SimpleNamespace(turns=turns, scope=SimpleNamespace(sizes_around=lambda made=made: made))
        found = slice_in_turns(cx, size, lo, hi, step)
        decided += found is not None
        for n, k in itertools.product(range(5), range(5)) if found is not None else ():
            env = {atom(N): n, atom(K): k}
            if any(dims.evaluate(d, env) < 0 for d in (size, *made)):
                continue
            for turn in places(turns, env):
                bounds = [None if d is None else dims.evaluate(d, turn) for d in (lo, hi)]
                expected = len(range(*slice(*bounds, step).indices(dims.evaluate(size, turn))))
                assert dims.evaluate(found, turn) == expected, (str(size), str(lo), str(hi), step, turn)
    assert decided > 60


def shifted(x, w):
    y = np.zeros(len(x) - len(w) + 1)
    for i in range(len(w)):
        y += x[i : i + len(x) - len(w) + 1] * w[i]
    return np.sum(y * y)


def padded(x, w):
    n, k = len(x), len(w)
    p = np.zeros(n + k)
    p[:n] = x
    y = np.ones(n)
    for i in range(k):
        y = y + p[i : i + n] * w[i]
    return np.sum(y**3)


def backwards(x, w):
    n, k = len(x), len(w)
    y = np.zeros(n - k + 1)
    for i in range(k):
        y += x[k - 1 - i : n - i] * w[i]
    return np.sum(np.sin(y))


def made_in_a_branch(x, w):
    """Where the branch is not taken, nothing is known of n - k + 1."""
    y = np.zeros(3)
    if w[0] > 0:
        y = np.zeros(len(x) - len(w) + 1)
    total = np.sum(y)
    for i in range(len(w)):
        total += np.sum(x[i : i + len(x) - len(w) + 1]) * w[i]
    return total


def never_read(x, w):
    """The array that says how many elements a slice has raises where there is none, though nobody reads it."""
    n, k = len(x), len(w)
    y = np.zeros(n - k + 1)
    total = 0.0
    for i in range(k):
        total += np.sum(x[i : i + n - k + 1] * w[i])
    return total


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [shifted, padded, backwards, made_in_a_branch, never_read])
def test_programs(f: Any, level: int) -> None:
    gradient = symdiff.value_and_grad(f, wrt=("x", "w"), level=level)
    for n, k in [(7, 3), (4, 4), (5, 1), (3, 2), (1, 1)]:
        x, w = np.linspace(-1.0, 2.0, n), np.linspace(0.5, -0.7, k)
        value, (d_x, d_w) = gradient(x, w)
        assert value == pytest.approx(f(x, w), rel=1e-13)
        v, u, h = np.cos(np.arange(n)), np.sin(np.arange(k) + 1.0), 1e-6
        slope = (f(x + h * v, w + h * u) - f(x - h * v, w - h * u)) / (2 * h)
        assert d_x @ v + d_w @ u == pytest.approx(slope, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("f", [shifted, backwards, never_read])
def test_a_filter_that_does_not_fit(f: Any) -> None:
    x, w = np.ones(2), np.ones(4)
    for run in (f, *(symdiff.grad(f, level=level) for level in range(3))):
        with pytest.raises(ValueError, match="negative dimensions"):
            run(x, w)


def test_nothing_is_compared_when_it_runs() -> None:
    for f in (shifted, padded, backwards):
        assert "_check_shape" not in symdiff.generate(f, types={"x": "f8[n]", "w": "f8[k]"})
