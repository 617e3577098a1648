"""The order in which Python evaluates, seen by exceptions and by what functions change."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.frontend.cases import Cases
from tests.frontend.running import check

A = np.array
case = Cases()


def _fails(x):
    if x is not None:
        raise ValueError("no value")
    return None


@case((A([]), 0.5), (A([1.0, 2.0]), 0.5), (A([]), 0.0), (A([1.0, 2.0]), 0.0))
def read_before_the_value_is_computed(y, a):
    """An augmented assignment reads the element first: of nothing that is an IndexError, whatever the value raises."""
    y[0] += 1 / a
    y[:1][0] *= y.max()
    return y


@case((A([]),), (A([3.0, 1.0]),))
def read_before_a_call_that_raises(y):
    y[0] -= np.argmax(y) + _fails(y)
    return y


@case((A([1.0, 2.0]),), (A([1.0]),))
def an_index_that_the_value_changes(y):
    """The element is read at the old index, and written at the new one."""
    at = np.array([0, 0])

    def move():
        at[0] = -1
        return 1.0

    y[at] += move()
    return y


@case((1.0, A([1.0, -2.0, 3.0])), (-1.0, A([0.5])), (-1.0, A([])))
def elements_are_made_as_long_as_they_are_asked_for(a, x):
    """`any` and `all` of a generator or a `map` stop early; of a list they come when it is made."""
    seen = []
    turns = 0

    def large(t):
        seen.append(t)
        return 1 / t > 0.5

    def positive(t):
        nonlocal turns
        turns += 1
        return t > 0

    b, c, d = any(large(t) for t in (a, 2.0, -1.0)), all(map(large, (1.5, a))), any([large(t) for t in (a, 4.0)])
    if a > 0 and not (any(large(t) for t in (a, a - a)) and all(large(t) and _fails(t) for t in (-a, a))):
        turns = 100
    if any([positive(u) for u in x]) or all(positive(u) for u in x):
        turns = turns * 10
    return b * 1.0, c * 1.0, d * 1.0, len(seen), sum(seen), turns


def _weighed(log):
    return sum((i + 1) * t for i, t in enumerate(log))


@case((A([1.2, 0.5]),))
def a_list_before_the_other_arguments(v):
    """All elements are made before `start`, `default` and `key` are evaluated, or read what they changed."""
    log, n = [], 0.0

    def f(s):
        nonlocal n
        log.append(s)
        n += s
        return s

    def g(s):
        log.append(3 * s)
        return s

    a = sum([f(t) for t in v], f(5.0)) + sum([f(t) for t in v], n)
    b = min([f(t) for t in v], default=f(9.0)) * max([f(t) for t in v], key=g)
    c = sum([f(t) for t in v], start=float(len(log)))
    return a * b * c + _weighed(log)


@case((A([1.2, 0.5]),))
def a_generator_behind_the_other_arguments(v):
    """What the first `for` runs over, then the other arguments, then element for element with what asks for them."""
    log, two = [], (v[0], v[1])

    def f(s):
        log.append(s)
        return s

    def g(s):
        log.append(3 * s)
        return s

    def times(p, q):
        log.append(p + q)
        return p * q

    a = sum((f(t) for t in two), f(5.0)) + sum((f(t) for t in [g(s) for s in v]), f(4.0))
    b = min((f(t) for t in two), default=f(9.0)) * max((f(t) for t in two), key=g)
    c = functools.reduce(times, (f(t) for t in two), f(2.0)) + functools.reduce(times, (f(t) for t in [*two, v[0]]))
    d = sorted((f(t) for t in v), reverse=f(1.0) > 0)[0] * math.prod((f(t) for t in v), start=f(2.0))
    e = dict(((k, f(t)) for k, t in (("x", v[0]), ("y", v[1]))), z=f(3.0))
    h = next((f(t) for t in v if t < 1), f(3.0))
    return a * b * c * d * h + e["x"] + _weighed(log)


@case.each(least=6)
def test_as_python(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    check(function, *calls)


def _printed(run, v, capsys):
    found = run(v)
    return found, capsys.readouterr().out


def shown_behind_a_list(v, p):
    return sum([p(t) for t in v], p(5.0))


def shown_before_a_generator(v, p):
    return sum((p(t) for t in (v[0], v[1])), p(5.0)) + max((p(t) for t in (v[0], v[1])), key=p)


@pytest.mark.parametrize("f", [shown_behind_a_list, shown_before_a_generator])
def test_output_is_in_order(f: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    def run(v):
        def p(s):
            print("p", s)
            return s

        return f(v, p)

    v = A([1.2, 0.5])
    expected = _printed(run, v, capsys)
    assert _printed(lambda v: symdiff.value_and_grad(run)(v)[0], v, capsys) == expected


def _refused_start(v):
    log = []

    def f(s):
        log.append(s)
        return s

    return sum(map(f, v), f(5.0)) + _weighed(log)


def _refused_key(v):
    log = []

    def f(s):
        log.append(s)
        return s

    return max(map(f, v), key=lambda t: f(2 * t)) + _weighed(log)


def _refused_function(v):
    log = []

    def f(s):
        log.append(s)
        return s

    return functools.reduce(lambda p, q: f(p * q), map(f, (v[0], v[1], 2.0))) + _weighed(log)


@pytest.mark.parametrize("f", [_refused_start, _refused_key, _refused_function])
def test_a_map_that_changes_what_is_read_between_its_elements(f: Callable[..., Any]) -> None:
    with pytest.raises(symdiff.CompileError, match="SD235"):
        symdiff.grad(f)(A([1.2, 0.5]))


def _shown(t):
    print(t)
    return t


def _shown_by_both(v):
    return sum(map(_shown, map(_shown, v)))


def _shown_later(v):
    m = map(_shown, v)
    print("before")
    return sum(m)


def _shown_in_a_loop(v):
    s = 0.0
    for t in map(_shown, v):
        print(s)
        s += t
    return s


@pytest.mark.parametrize("f", [_shown_by_both, _shown_later, _shown_in_a_loop])
def test_a_map_that_prints_is_taken_at_once(f: Callable[..., Any]) -> None:
    with pytest.raises(symdiff.CompileError, match="an iterator whose function prints"):
        symdiff.grad(f)(A([1.2, 0.5]))


class _Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __getitem__(self, k):
        return (self.a, self.b)[k]


def _changing_map(x):
    held = [x, 2 * x]

    def f(t):
        held[1] = 5 * x
        return t

    return sum(map(f, held))


def _changing_filter(x):
    held = [x, 2 * x]

    def f(t):
        held[1] = 5 * x
        return True

    return sum(filter(f, held))


def _changing_key(x):
    held = [x, 2 * x]

    def f(t):
        held[1] = 5 * x
        return t

    return max(held, key=f)


def _changing_reduce(x):
    held = [x, 2 * x]

    def f(a, b):
        held[1] = 5 * x
        return a * b

    return functools.reduce(f, held, x)


def _changing_loop(x):
    p, s = _Pair(x, 2 * x), 0.0
    for t in p:
        p.b = 5 * x
        s += t * t
    return s


def _changing_comprehension(x):
    p = _Pair(x, 2 * x)

    def f(t):
        p.b = 5 * x
        return t

    return sum([f(t) for t in p])


def _changing_what_a_generator_reads(x: float) -> Any:
    found = [x, 2 * x]
    found.extend(found[-1] * t for t in found[:2])
    return sum(found)


def _changing_what_a_generator_views(x: float) -> Any:
    y = np.ones(3) * x
    parts = (2 * t for t in y[:2])
    y[0] = 5.0
    return sum(parts)


CHANGING = [
    *(_changing_map, _changing_filter, _changing_key, _changing_reduce, _changing_loop, _changing_comprehension),
    *(_changing_what_a_generator_reads, _changing_what_a_generator_views),
]


@pytest.mark.parametrize("f", CHANGING)
def test_what_changes_the_elements_that_come(f: Callable[..., Any]) -> None:
    with pytest.raises(symdiff.CompileError, match="SD235"):
        symdiff.grad(f)(0.7)


def test_rows_of_any_length_are_ordered_as_lists_are() -> None:
    def ordered(p: Any) -> Any:
        rows, tuples = sorted(p.tolist()), sorted(map(tuple, p), reverse=True)
        return rows[0][1] * p[0, 0] + tuples[0][0] * tuples[-1][1] + max(rows)[1] + min(p.tolist())[0]

    p = np.array([[3.0, 4.0], [1.0, 2.0], [1.0, 1.5]])
    assert ordered(p) == symdiff.value_and_grad(ordered)(p)[0]
    assert symdiff.grad(ordered)(p).tolist() == [[1.5 + 1.5, 1.0], [0.0, 0.0], [1.0, 3.0 + 3.0]]


def test_rows_of_arrays_have_no_order_and_the_rewrite_has_one() -> None:
    def as_they_are(p: Any) -> Any:
        return sorted([[row, row] for row in p])[0][1][0]

    def by_a_number(p: Any) -> Any:
        return sorted([[row, row] for row in p], key=lambda rows: rows[0][0])[0][1][0]

    p = np.array([[3.0, 4.0], [1.0, 2.0]])
    with pytest.raises(symdiff.CompileError, match=r"SD224 sorting by keys like (.*\n)*.*key=lambda item"):
        symdiff.grad(as_they_are)(p)
    assert symdiff.grad(by_a_number)(p).tolist() == [[0.0, 0.0], [1.0, 0.0]]
