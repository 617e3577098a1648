"""None in place of an object of a linked class: its special methods are not asked, and Python's error is raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff


class Link:
    """Its methods read no attribute, which would show that an object is not there."""

    def __init__(self, value, following=None):
        self.value = value
        self.next = following

    def __eq__(self, other):
        return isinstance(other, Link)

    def __lt__(self, other):
        return True

    def __add__(self, other):
        return 5.0

    def __radd__(self, other):
        return 7.0

    def __neg__(self):
        return 4.0

    def __len__(self):
        return 3

    def __bool__(self):
        return True

    def __call__(self):
        return 3.0

    def __getitem__(self, index):
        return 2.0

    def __contains__(self, item):
        return True

    def __float__(self):
        return 6.0


def walked(ask: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A sum over a list that goes on to None behind its end."""

    def f(x, v):
        head = None
        for t in v:
            head = Link(t, head)
        node, total = head, 0.0
        for _ in range(len(v)):
            node = node.next
            total += x * ask(node, head)
        return total

    return f


ANSWERED = [
    walked(lambda p, q: p == q),
    walked(lambda p, q: q == p),
    walked(lambda p, q: 1.0 * (p != q) + 2.0 * (q != p)),
    walked(lambda p, q: p == None),  # noqa: E711  # asked of the class
    walked(lambda p, q: None == p),  # noqa: E711, SIM300
    walked(lambda p, q: p in (q, None)),
    walked(lambda p, q: (p, 1.0) == (q, 1.0)),
    walked(lambda p, q: p + q),
    walked(lambda p, q: callable(p)),
    walked(lambda p, q: getattr(p, "value", 2.0)),
]
RAISING = [
    walked(lambda p, q: p < q),
    walked(lambda p, q: p + 1.0),
    walked(lambda p, q: 1.0 + p),
    walked(lambda p, q: -p),
    walked(lambda p, q: len(p)),
    walked(lambda p, q: p()),
    walked(lambda p, q: p[0]),
    walked(lambda p, q: float(p)),
    walked(lambda p, q: 1.0 in p),
]
V = np.array([0.7, -0.4, 1.3])


@pytest.mark.parametrize("f", ANSWERED)
def test_what_none_answers_itself(f):
    value, (slope, _) = symdiff.value_and_grad(f, (0, 1), level=0)(1.5, V)
    assert value == f(1.5, V)
    assert slope == pytest.approx((f(2.0, V) - f(1.0, V)), rel=1e-12)


@pytest.mark.parametrize("f", RAISING)
def test_what_none_does_not_know_raises_as_in_python(f):
    with pytest.raises(TypeError) as theirs:
        f(1.5, V)
    with pytest.raises(TypeError) as ours:
        symdiff.grad(f)(1.5, V)
    assert str(ours.value) == str(theirs.value)


def test_an_element_is_in_a_list_that_it_does_not_equal():
    class Weighed:
        def __init__(self, value, following):
            self.value = value
            self.next = following

        def __eq__(self, other):
            return isinstance(other, Weighed) and self.value == other.value

    def f(x, v):
        head = None
        for t in v:
            head = Weighed(t, head)
        total = 0.0
        while head is not None:
            total += x * (head in (head,)) + 2 * x * (head == head)
            head = head.next
        return total

    v = np.array([0.7, np.nan])
    assert symdiff.value_and_grad(f)(1.5, v)[0] == f(1.5, v) == 6.0


def test_which_class_it_is_is_not_known():
    f = walked(lambda p, q: p.__class__ is Link)
    with pytest.raises(symdiff.CompileError, match="`__class__` of what may be None"):
        symdiff.grad(f)(1.5, V)
