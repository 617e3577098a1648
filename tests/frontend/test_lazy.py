"""What is read lazily sees a change exactly as in Python, or the program is refused: never another value.

Python's `product` and `combinations` take all elements when they are made; `zip`, `map` and `chain` ask for an element
when they are asked; `pairwise`, `cycle` and `tee` keep what they read.
"""

from __future__ import annotations

import heapq
import itertools
import linecache
import random
import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from tests.frontend import lazy

X, V, W = 1.3, np.array([0.5, 1.5, -0.7, 1.1]), np.array([2.0, -1.0, 0.3, 0.9])


class Endless(Exception):
    """The program goes on for ever in Python."""


def python(f: Callable[..., Any], x: float, *rest: Any) -> Any:
    """What Python gives, in less than a second."""

    def stop(*_: Any) -> None:
        raise Endless

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    try:
        return f(x, *(a.copy() for a in rest))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def made(name: str, text: str) -> Callable[..., Any]:
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module: dict[str, Any] = {"np": np, "itertools": itertools, **vars(lazy), "__name__": "drawn"}
    exec(compile(text, file, "exec", dont_inherit=True), module)
    function: Callable[..., Any] = module["f"]
    return function


def agrees(f: Callable[..., Any], level: int | None) -> bool:
    """Whether a program was compiled, at a level or in forward mode; then it gives what Python and differences do."""
    try:
        want, step = python(f, X, V, W), 1e-6
        slope = (python(f, X + step, V, W) - python(f, X - step, V, W)) / (2 * step)
    except (TypeError, ValueError, LookupError, RuntimeError, StopIteration, Endless):
        return False  # no such program
    args = (X, V.copy(), W.copy())
    try:
        if level is None:
            value, derivative = symdiff.jvp(f, args, (1.0, np.zeros(4), np.zeros(4)))
        else:
            value, derivative = symdiff.value_and_grad(f, level=level)(*args)
    except CompileError:
        return False
    np.testing.assert_allclose(value, want, rtol=1e-9)
    np.testing.assert_allclose(derivative, slope, rtol=1e-4, atol=1e-5)
    return True


@pytest.mark.parametrize("part", range(8))
def test_a_change_is_seen_as_in_python_or_refused(seed: int, part: int) -> None:
    rng, compiled = random.Random(seed * 8 + part), 0
    for number in range(60):
        if number >= 15 and compiled:  # about half of what is drawn is
            break
        name, text = lazy.drawn(rng)
        f = made(f"{name} {part} {number}", text)
        try:
            compiled += agrees(f, rng.choice([0, 1, 2, None]))
        except AssertionError as error:
            raise AssertionError(f"{name}\n{text}") from error
    assert compiled


def produced_while_it_changes(x, v):
    """All elements are those that were there when it was made."""
    y, h, s = v * x, [x, x * x, 2.0], 0.0
    for a, b in itertools.product(y, h):
        y[1] += a * b
        h[0] *= 0.9
        s = s * 0.5 + a * b
    return s + y @ v + h[0]


def produced_of_iterators(x, v):
    y, s = v * x, 0.0
    pairs = itertools.product(zip(y, reversed(y)), enumerate(y, 1))
    y[0] = 7.0
    for (a, b), (k, c) in pairs:
        s = s * 0.5 + a * b * c * k
    return s


def collisions(x, v):
    """Objects are the same in every pair."""
    bodies = [lazy.Body(x, 1.0), lazy.Body(2 * x, 0.0), lazy.Body(x * x, -1.0)]
    for a, b in itertools.combinations(bodies, 2):
        if a.q > b.q:
            a.q, b.q = b.q * x, a.q * v[0]
    for a, b in itertools.pairwise(bodies):
        a.p += b.q * x
    for a, b, c in itertools.permutations(bodies, 3):
        c.q += a.p * b.q * 0.01
    for a in itertools.chain(bodies, bodies[:1]):
        a.q *= x
    for a, b in itertools.combinations_with_replacement(bodies, 2):
        a.p *= b.q
    return sum(b.p * b.q for b in bodies)


def of_an_array_bound_anew(x, v):
    """A generator keeps what its first `for` runs over."""
    y = v * x
    g = (t * x for t in y)
    y = y * 0
    return sum(g) + y.sum()


def columns_of_a_matrix(x, v):
    m, s = np.outer(v, v[1:]) * x, 0.0
    for c in zip(*m):
        s = s * 0.5 + c[0] * c[-1]
    return s + sum(a * b * k for k, (a, *_, b) in enumerate(zip(*m), 1))


def repeated(x, v):
    """`repeat` gives the object, not what there is in it."""
    o, s = lazy.Over([x, 2.0 * x]), 0.0
    for p in itertools.repeat(o, 2):
        s += sum(p) * v[0]
        o.items = [x * x]
    return s


class Backwards:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)

    def __reversed__(self):
        return iter(self.items[:2])


class Doubled(lazy.Indexed):
    def __iter__(self):
        return iter(self.items)

    def __getitem__(self, k):
        return 2 * self.items[k]


class Two(lazy.Indexed):
    def __len__(self):
        return 2


class TwoDoubled(Two):
    def __getitem__(self, k):
        return 2 * self.items[k] + k


def backwards_from_the_length(x, v):
    """Not from the last element that there is."""
    s = sum(k * a for k, a in enumerate(reversed(Two([x, 2 * x, x * x]))))
    s += sum(k * a for k, a in enumerate(reversed(TwoDoubled([x, 2 * x, x * x]))))
    s += sum(k * a for k, a in enumerate(reversed(Doubled(v * x))))
    for a in reversed(TwoDoubled(v * x)):
        s = s * 0.5 + a
    return s


def reversed_by_the_class(x, v):
    """By `__reversed__`, else by `__getitem__`: never by `__iter__`."""
    by_method = sum(k * a for k, a in enumerate(reversed(Backwards([x, 2 * x, x * x]))))
    return by_method + sum(k * a * v[0] for k, a in enumerate(reversed(Doubled([x, 2 * x, x * x]))))


@pytest.mark.parametrize(
    "f",
    [
        produced_while_it_changes, produced_of_iterators, collisions, of_an_array_bound_anew, columns_of_a_matrix,
        repeated, reversed_by_the_class, backwards_from_the_length,
    ],
)  # fmt: skip
@pytest.mark.parametrize("level", [0, 1, 2])
def test_compiled_and_equal(f: Callable[..., Any], level: int) -> None:
    value, gradient = symdiff.value_and_grad(f, level=level)(X, V.copy())
    assert value == pytest.approx(f(X, V.copy()), rel=1e-12)
    difference = (f(X + 1e-6, V.copy()) - f(X - 1e-6, V.copy())) / 2e-6
    assert gradient == pytest.approx(difference, rel=1e-6)
    assert symdiff.jvp(f, (X, V.copy()), (1.0, np.zeros(4)))[1] == pytest.approx(gradient, rel=1e-12)


def pairs_of_what_changes(x, v):
    y = v * x
    for a, b in itertools.pairwise(y):
        y[1] += a * b
    return y @ v


def a_pair_and_the_rest(x, v):
    y = v * x
    pairs = itertools.pairwise(y)
    a, b = next(pairs)
    y[1] = 100.0
    return a * b + sum(a * b for a, b in pairs)


def columns_in_a_loop(x, v):
    rows, s = [[t * x, t] for t in v if t > 0], 0.0
    for column in zip(*rows):
        s += sum(column)
        rows[0][1] = column[0]
    return s


def columns_of_arrays(x, v):
    rows = [v * t * x for t in v if t > 0]
    columns = zip(*rows)
    rows[0][1] = 10.0 * x
    return sum(sum(column) for column in columns)


def from_an_end_that_moved(x, v):
    y = [t * x for t in v if t > 0]
    back = reversed(y)
    y.append(x)
    return sum(t * k for k, t in enumerate(back))


def of_a_dict_that_grew(x, v):
    d = {"a": x, "b": 2 * x}
    kept = zip(d.values(), v)
    d["c"] = x
    return sum(a * b for a, b in kept)


def behind_the_end(x, v):
    y = [x, 2 * x]
    it = iter(y)
    s = next(it, 0) + next(it, 0) + next(it, 0)
    y += [x, 7 * x]
    return s + next(it, 0)


def greatest_by_a_key_that_changes_them(x, v):
    v = v.copy()

    def key(t):
        v[2] += 10 * x
        return t * v[0]

    return sum(heapq.nlargest(2, v, key=key)) + np.sum(v)


CHANGED = [pairs_of_what_changes, a_pair_and_the_rest, columns_in_a_loop, columns_of_arrays, from_an_end_that_moved]


@pytest.mark.parametrize("f", [*CHANGED, of_a_dict_that_grew, behind_the_end, greatest_by_a_key_that_changes_them])
def test_refused_where_python_reads_at_another_time(f: Callable[..., Any]) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.value_and_grad(f)(X, V.copy())
    assert {p.code for p in caught.value.problems} == {"SD235"}


def backwards_from_an_iterator(x, v):
    return sum(t * k for k, t in enumerate(reversed(map(lambda t: t * x, v))))


class Unordered:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)


def backwards_without_an_order(x, v):
    return sum(t * k for k, t in enumerate(reversed(Unordered(v * x))))


@pytest.mark.parametrize(
    ("f", "fix"),
    [(backwards_from_an_iterator, "reversed(list(...))"), (backwards_without_an_order, "`__reversed__`")],
)
def test_no_elements_to_go_back_over(f: Callable[..., Any], fix: str) -> None:
    with pytest.raises(CompileError, match="SD299") as caught:
        symdiff.value_and_grad(f)(X, V.copy())
    assert fix in str(caught.value)
