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


@case(*CALLS, (0.5, A([])))
def none_or_a_number(x, v):
    """What is None is there: another list says which ones are."""
    ws = [Prop(t) for t in v]
    for w in ws:
        w.rank = x * w.w if w.w > 0.25 else None
    return sum(w.rank for w in ws if w.rank is not None)


@case(*CALLS, (0.5, A([])))
def none_or_an_object(x, v):
    """Both branches set it."""
    ws = [Prop(t * x) for t in v]
    for k, w in enumerate(ws):
        if k > 0:
            w.near = ws[k - 1]
        else:
            w.near = None
    total = x
    for w in ws:
        one = w
        while one is not None:
            total += one.w
            one = one.near
    return total


@case(*CALLS)
def none_where_it_is_set(x, v):
    """AttributeError where it is not, as in Python, and not what None gives."""
    ws = [Prop(t) for t in v]
    for w in ws:
        if w.w < 0.8:
            w.rank = None if w.w < 0.25 else w.w * x
    return sum(x if w.rank is None else w.rank for w in ws)


@case(*CALLS, (0.5, A([])))
def whether_they_are_there(x, v):
    ws = [Prop(t) for t in v]
    for w in ws:
        if w.w > 0.25:
            w.rank = w.w * x
    other = 1.0 if any(hasattr(w, "other") for w in ws) else 2.0
    ours = all(hasattr(w, "label") and hasattr(w, "w") for w in ws)
    return other * x * ours + sum(w.rank if hasattr(w, "rank") else x * x for w in ws)


@case(*CALLS, (0.5, A([])))
def whether_they_are_there_and_none(x, v):
    ws, total = [Prop(t) for t in v], x
    for w in ws:
        if w.w < 0.8:
            w.near = ws[0] if w.w > 0.25 else None
    for w in ws:
        if not hasattr(w, "near"):
            total *= 3.0
        elif w.near is None:
            total *= 5.0
        else:
            total += w.near.w * x
    return total


@case(*CALLS, (0.5, A([])))
def with_a_default(x, v):
    """The one before the first is the last, which has none yet; what is None is no reason for the default."""
    ws, total = [Prop(t) for t in v], x
    for k, w in enumerate(ws):
        total = total * 0.5 + getattr(ws[k - 1], "rank", x) * getattr(w, "w", 3.0)
        w.rank = total
        if w.w < 0.8:
            w.near = None
        if w.w > 0.25:
            w.near = w.w * x
    for w in ws:
        near = getattr(w, "near", 7.0)
        total += x if near is None else near
    return total


@case(*CALLS, (0.5, A([])), (-0.5, A([0.3])))
def whether_a_loop_or_branch_set_it(x, v):
    """Of one object that is known."""
    p = Prop(x)
    for t in v:
        p.total = getattr(p, "total", 0.0) + t * p.w
    if x > 0.0:
        p.name = "plus"
        p.near = Prop(2.0 * x)
    total = p.total if hasattr(p, "total") else x * x
    if hasattr(p, "name") and p.name == "plus":
        total += p.near.w * p.w
    return total


@case(*CALLS, (0.5, A([])))
def of_what_may_be_none(x, v):
    """None has no attributes but those of its class; its number is asked for nothing."""
    ws, best = [Prop(t) for t in v], None
    for w in ws:
        if w.w > 0.25:
            w.rank = w.w * x
        if w.w > 0.6 and (best is None or w.w < best.w):
            best = w
    total = getattr(best, "rank", 2.0 * x) + (x if hasattr(best, "w") else 1.0) + hasattr(best, "rank")
    return total * (3.0 if hasattr(best, "label") else 4.0)


class Unranked(Counted):
    rank = None


@case(*CALLS, (0.5, A([])))
def none_of_the_class(x, v):
    """It is there in all."""
    ws, total = [Unranked(t) for t in v], x
    for w in ws:
        if w.w > 0.25:
            w.rank = w.w * x
    for w in ws:
        rank = getattr(w, "rank", 5.0)
        total += x * x if rank is None else rank
        total *= 2.0 if hasattr(w, "rank") else 3.0
    return total


def _tried(run: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return run(*args)
    except AttributeError as error:
        return str(error)


@pytest.mark.parametrize("level", range(3))
@case.each(19)
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


def a_result(x, v):
    ws = [Prop(t) for t in v]
    for w in ws:
        w.rank = x
    return x * ws[0].rank, ws


@pytest.mark.parametrize("function", [an_array, a_result])
def test_what_holds_no_none_is_refused(function: Callable[..., Any]) -> None:
    """The text says what to write, once."""
    with pytest.raises(
        symdiff.CompileError, match=r"set it in `__init__`, to what has the same type: `self.rank = "
    ) as caught:
        symdiff.grad(function, has_aux=function is a_result)(0.5, A([0.3, 0.2]))
    assert len(caught.value.problems) == 1


class Computed:
    @property
    def rank(self):
        raise AttributeError("no rank")


def of_a_property(x):
    return x if hasattr(Computed(), "rank") else 2.0 * x


def of_what_no_list_holds(x, v):
    p = Prop(x)
    if x > 0.0:
        p.rank = v * x
    return p.rank.sum() if hasattr(p, "rank") else x


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (of_a_property, r"SD206 `hasattr\(\)` is not supported\n.*\n.*\n  why: whether it has an attribute like this"),
        (of_what_no_list_holds, "SD310 `rank` is an attribute on one path and not there on the other"),
    ],
)
def test_what_cannot_be_asked(function: Callable[..., Any], text: str) -> None:
    """Told is what to set, not that nothing is known of `hasattr`."""
    with pytest.raises(symdiff.CompileError, match=text) as caught:
        symdiff.grad(function)(*(0.5, A([0.3, 0.2]))[: function.__code__.co_argcount])
    assert "set " in caught.value.problems[0].rewrite


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
