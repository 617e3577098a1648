"""Attributes that `__init__` does not make, set on the objects of a list of any length: there once they are set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.frontend.cases import Cases

A = np.array
case = Cases()
CALLS = [(0.5, A([0.3, 0.2, 0.7])), (0.5, A([0.7, 0.9])), (0.5, A([0.1]))]


class Prop:
    def __init__(self, w):
        self.w = w

    def label(self, k):
        self.rank = k


class Slotted:
    __slots__ = ("near", "w")

    def __init__(self, w):
        self.w = w


class Counted:
    rank = 2.0  # of all that have none of their own

    def __init__(self, w):
        self.w = w


@dataclass
class Row:
    w: float
    total: float = field(init=False)


@case(*CALLS, (0.5, A([])))
def by_a_loop(x, v):
    ws = [Prop(t) for t in v]
    for i, w in enumerate(ws):
        w.rank = i * x
    return sum(w.w * w.rank for w in ws)


@case(*CALLS, (0.5, A([])))
def by_a_method_and_by_name(x, v):
    ws = [Prop(t) for t in v]
    for i, w in enumerate(ws):
        w.label(i * x)
        setattr(w, "more", w.rank * w.w)  # noqa: B010
        w.more += x
    return sum(w.more * w.rank for w in ws)


@case(*CALLS)
def objects_and_texts(x, v):
    ws = [Slotted(t) for t in v]
    for i, w in enumerate(ws):
        w.near = ws[i - 1]
    ps = [Prop(t) for t in v]
    for w, p in zip(ws, ps, strict=True):
        w.near.w = w.near.w * x + w.w
        p.name = "much" if p.w > 0.25 else "few"
    return sum(w.near.w * (x if p.name == "few" else 2.0) for w, p in zip(ws, ps, strict=True))


@case(*CALLS, (-0.5, A([0.3, 0.4])))
def on_one_path(x, v):
    """Of one object that is known."""
    p = Prop(v[0])
    if x > 0:
        p.rank = x * p.w
    for t in v:
        if t > 0.25:
            p.best = t * x
    return p.rank + p.best


@case(*CALLS, (-0.5, A([0.3, 0.4])))
def by_one_of_two(x, v):
    a, b = Prop(v[0]), Prop(x)
    c = a if x > 0.0 else b
    c.rank = 2.0 * c.w
    return a.rank * b.w


@case(*CALLS, (0.5, A([])))
def fields_without_a_default(x, v):
    rows = [Row(t) for t in v]
    total = 0.0
    for r in rows:
        total = total * x + r.w
        r.total = total
    return sum(r.total * r.w for r in rows)


@case(*CALLS)
def where_they_are_set_alone(x, v):
    """The other ones have none, and are not asked for it."""
    ws = [Prop(t) for t in v]
    for w in ws:
        if w.w > 0.25:
            w.rank = w.w * x
    return sum(w.rank for w in ws if w.w > 0.25) + x


@case(*CALLS)
def where_they_are_not_set(x, v):
    ws = [Prop(t) for t in v]
    for w in ws:
        if w.w > 0.25:
            w.rank = w.w * x
    return sum(w.rank for w in ws)


@case(*CALLS)
def before_they_are_set(x, v):
    ws = [Prop(t) for t in v]
    total = x
    for i, w in enumerate(ws):
        total += ws[i - 1].rank if i else x
        if i < 1:
            w.rank = total
    return total


@case(*CALLS)
def besides_that_of_the_class(x, v):
    ws = [Counted(t) for t in v]
    for w in ws:
        if w.w > 0.25:
            w.rank = w.w * x
    return sum(w.rank for w in ws)


def _tried(run: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return run(*args)
    except AttributeError as error:
        return str(error)


@pytest.mark.parametrize("level", range(3))
@case.each(10)
def test_as_python_does(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...], level: int) -> None:
    """AttributeError with Python's text where there is none; the value and both modes elsewhere."""
    gradient = symdiff.value_and_grad(function, level=level)
    for x, v in calls:
        wanted, found = _tried(function, (x, v)), _tried(gradient, (x, v))
        if isinstance(wanted, str):
            assert found == wanted
            continue
        h = 1e-6
        slope = (function(x + h, v) - function(x - h, v)) / (2 * h)
        assert found == (pytest.approx(wanted, rel=1e-13), pytest.approx(slope, rel=1e-7, abs=1e-9))
        tangent = symdiff.jvp(function, (x, v), (1.0, np.zeros_like(v)))[1]
        assert tangent == pytest.approx(slope, rel=1e-7, abs=1e-9)


def an_array(x, v):
    """None does not stand for an array in a list of any length."""
    ws = [Prop(t) for t in v]
    for w in ws:
        w.rank = w.w * v
    return sum(np.sum(w.rank) * x for w in ws)


def none_for_it(x, v):
    ws = [Prop(t) for t in v]
    for w in ws:
        w.rank = x if w.w > 0.25 else None
    return sum(w.rank for w in ws if w.rank is not None)


def whether_it_is_there(x, v):
    ws = [Prop(t) for t in v]
    for w in ws:
        if w.w > 0.25:
            w.rank = x
    return sum(w.rank for w in ws if hasattr(w, "rank"))


def with_a_default(x, v):
    ws = [Prop(t) for t in v]
    for w in ws:
        if w.w > 0.25:
            w.rank = x
    return sum(getattr(w, "rank", 2.0) for w in ws)


def a_result(x, v):
    ws = [Prop(t) for t in v]
    for w in ws:
        w.rank = x
    return x * ws[0].rank, ws


@pytest.mark.parametrize("function", [an_array, none_for_it, whether_it_is_there, with_a_default, a_result])
def test_what_would_ask_whether_it_is_there_is_refused(function: Callable[..., Any]) -> None:
    """None stands for what is not there, and is not taken for it; the text says what to write, once."""
    with pytest.raises(
        symdiff.CompileError, match=r"set it in `__init__`, to what has the same type: `self.rank = "
    ) as caught:
        symdiff.grad(function, has_aux=function is a_result)(0.5, A([0.3, 0.2]))
    assert len(caught.value.problems) == 1


def of_an_argument(p, x):
    if x > 0:
        p.rank = x * p.w
    return p.rank * p.w


def test_of_an_argument() -> None:
    """Its gradient has the attributes that it was given with."""
    d_p, d_x = symdiff.grad(of_an_argument, (0, 1))(Prop(3.0), 0.5)
    assert vars(d_p) == {"w": 3.0}
    assert d_x == 9.0
    with pytest.raises(AttributeError, match="'Prop' object has no attribute 'rank'"):
        symdiff.grad(of_an_argument)(Prop(3.0), -0.5)


def test_second_derivatives_and_float32() -> None:
    """Of Σ t (t x)² by x: 2 Σ t³ x, then 2 Σ t³."""

    def squares(x, v):
        ws = [Prop(t) for t in v]
        for w in ws:
            w.rank = w.w * x
        return sum(w.w * w.rank**2 for w in ws)

    v = A([0.5, 2.0])
    assert symdiff.grad(symdiff.grad(squares))(3.0, v) == 2 * np.sum(v**3)
    gradient = symdiff.grad(squares)(np.float32(3.0), v.astype("f4"))
    assert gradient == 6 * np.sum(v**3)
    assert type(gradient) is np.float32
