"""Whether two names are one object, where branches and loops chose what they are: as in Python, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError


class N:
    def __init__(self, w):
        self.w = w
        self.nxt = None


def exchanged_once(v, x):
    a, b = N(x), N(1.0)
    if x > 0:
        a, b = b, a
    return x if b is a else 100 * x


def known_by_another_name(v, x):
    a, b = N(x), N(1.0)
    c = a
    if x > 0:
        a, b = b, a
    return x * (c is a) + 10 * x * (c is b)


def chosen_again(v, x):
    a, b = N(x), N(1.0)
    d = b
    if x > 0:
        a, b = b, a
    c = b if x > 0 else d
    return x * (c is a) + 10 * x * (c is b) + 100 * x * (a is d)


def a_link_or_none(v, x):
    a, b = N(x), N(1.0)
    a.nxt = b
    q = a.nxt if x > 0 else None
    r = b if x > 0 else a
    return x * (q is r) + 10 * x * (q is b)


def a_ring(v, x):
    a, b = N(x), N(1.0)
    a.nxt = b
    b.nxt = a
    if x > 0:
        a, b = b, a
    return x * (b.nxt is a) + 10 * x * (a.nxt is b) + 100 * x * (a.nxt.nxt is a)


def lists_or_none(v, x):
    a, b = [x], [1.0]
    L = {"a": b, "b": None}
    q = b if x > 0 else None
    r = b if x > 0 else a
    return x * (q is r) + 10 * x * (q is b) + 100 * x * (r is q) + 1000 * x * (q is not r)


def every_way_to_ask(v, x):
    a, b = N(x), N(1.0)
    q = b if x > 0 else None
    r = b if x > 0 else a
    return (
        x * (q is r)
        + 10 * x * (q is b)
        + 100 * x * (r is q)
        + 1000 * x * (q is not r)
        + 1e4 * x * (q == r)
        + 1e5 * x * (q in [r])
        + 1e6 * x * (q in [a, r])
    )


def both_may_be_none(v, x):
    a, b = N(x), N(1.0)
    q = b if x > 0 else None
    r = b if x > 0 else None
    return x * (q is r) + 10 * x * (q == r) + 100 * x * (r is None)


def arrays_or_none(v, x):
    a, b = v, v + 1
    q = b if x > 0 else None
    r = b if x > 0 else a
    return x * (q is r) + 10 * x * (r is q) + v.sum()


def found_in_a_list(v, x):
    q = None
    L = [N(t) for t in v]
    r = N(x)
    for n in L:
        if n.w > 0.5:
            q = n
    if L:
        r = L[0]
    return x * (q is r) + 10 * x * (r is q) + 100 * x * (q is L[0])


def made_in_a_loop(v, x):
    q = None
    r = N(x)
    for t in v:
        n = N(t)
        if t > 0.5:
            q = n
        r = n
    return x * (q is r) + 10 * x * (r is q) + 100 * x * (q is not r)


def exchanged_in_a_loop(v, x):
    a, b = N(x), N(1.0)
    q = None
    for t in v:
        if t > 0:
            q = a
        a, b = b, a
    return x * (q is a) + 10 * x * (q is b) + 100 * x * (a is q)


def chosen_in_a_loop(v, x):
    a, b = N(x), N(1.0)
    q = None
    s = 0.0
    for t in v:
        if t > 0:
            q = a
        r = a if t > 1 else b
        s = 2 * s + x * (q is r) + 10 * x * (r is q) + 100 * x * (r is not q)
    return s


def swap(a, b):
    a.w, b.w = b.w, a.w
    return b, a


def linked_and_exchanged_by_a_helper(v, x):
    a, b = N(x), N(1.0)
    a.nxt = b
    for t in v:
        if t < 1:
            a, b = swap(a, b)
        a.w += t
        if a.nxt is b:
            b.w += x
        elif b.nxt is a:
            b.w -= 2 * x
    return a.w + 2 * b.w + (3.0 * a.nxt.w if a.nxt is not None else 4.0)


def linked_and_exchanged(v, x):
    a, b = N(x), N(1.0)
    a.nxt = b
    for t in v:
        if t < 1:
            a, b = b, a
        if b.nxt is a:
            b.w -= 2 * x
    return a.w + 2 * b.w


def linked_and_exchanged_once(v, x):
    a, b = N(x), N(1.0)
    a.nxt = b
    if x > 0:
        a, b = b, a
    return x if b.nxt is a else 100 * x


def linked_and_exchanged_or_not(v, x):
    a, b = N(x), N(1.0)
    a.nxt = b
    if x > 0:
        a, b = b, a
    return x if a.nxt is b else 100 * x


def one_link_or_the_other(v, x):
    a, b = N(x), N(1.0)
    a.nxt = b
    for t in v:
        if t < 1:
            a, b = b, a
        if a.nxt is b:
            b.w += x
        elif b.nxt is a:
            b.w -= 2 * x
    return a.w + 2 * b.w


def links_in_turns(v, x):
    a, b = N(x), N(1.0)
    a.nxt = b
    s = 0.0
    for t in v:
        if t < 1:
            a, b = b, a
        if b.nxt is a:
            s += 2 * x
        if a.nxt is b:
            s += 3 * x
    return s


def exchanged_in_every_turn(v, x):
    a, b = N(x), N(1.0)
    a.nxt = b
    s = 0.0
    for _ in v:
        a, b = b, a
        if b.nxt is a:
            s += 2 * x
        if a.nxt is b:
            s += 3 * x
    return s


def a_search(v, x):
    a = N(x)
    b = N(x * 2)

    def pick(t):
        if t > 1:
            return a
        if t > 0:
            return b

    q = pick(v[0])
    r = a if v[0] > 1 else b
    return x * (q is r) + 100 * x * (q is not r)


ANSWERED = (
    exchanged_once,
    known_by_another_name,
    chosen_again,
    a_link_or_none,
    a_ring,
    every_way_to_ask,
    both_may_be_none,
    found_in_a_list,
    made_in_a_loop,
    exchanged_in_a_loop,
    chosen_in_a_loop,
    linked_and_exchanged_by_a_helper,
    linked_and_exchanged,
    linked_and_exchanged_once,
    linked_and_exchanged_or_not,
    one_link_or_the_other,
    links_in_turns,
    exchanged_in_every_turn,
    a_search,
    lists_or_none,
)
REFUSED = (arrays_or_none,)
POINTS = ([0.7], [1.3, -0.4], [0.2, 0.6, -2.0], [0.9, 1.5, 0.7, -3.0])


@pytest.mark.parametrize("f", ANSWERED)
def test_the_answer_is_pythons(f: Callable[..., Any]) -> None:
    derivative = symdiff.value_and_grad(f, (0, 1), level=0)
    for point in POINTS:
        for x in (1.5, -0.5):
            v = np.array(point)
            assert derivative(v, x)[0] == pytest.approx(f(v.copy(), x), rel=1e-13)


@pytest.mark.parametrize("f", REFUSED)
def test_refused_where_it_is_not_known(f: Callable[..., Any]) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(f, 1)(np.array([0.7]), 1.5)
    assert {p.code for p in caught.value.problems} == {"SD223"}
