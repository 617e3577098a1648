# ruff: noqa: B006, B008
"""Defaults are made once: a function that changes one is refused where a call uses it, a replaced one is read anew."""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

STEP = 1e-6
CACHE: list[Any] = []


@dataclasses.dataclass
class Tally:
    n: float = 0.0
    seen: list[Any] = dataclasses.field(default_factory=list)


class Keeper:
    def __init__(self, seen=[]):
        self.seen = seen

    def add(self, x):
        self.seen.append(x)
        return len(self.seen) * x


class Counting:
    def kept(self, x, seen=[]):
        seen.append(x)
        return len(seen) * x


def appends(x, seen=[]):
    seen.append(x)
    return len(seen) * x


def named(x, seen=CACHE):
    seen.append(x)
    return len(seen) * x


def keyword_only(x, *, seen=[]):
    seen.append(x)
    return len(seen) * x


def under_another_name(x, seen=[]):
    y = seen
    y += [x]
    return len(seen) * x


def in_a_dict(x, seen={"n": 0.0}):
    seen["n"] += x
    return seen["n"] * x


def on_one_path(x, seen=[3.0]):
    if x > 2.5:
        seen[0] = 5.0
    return seen[0] * x


def deep(x, seen=({"a": [0.0]},)):
    seen[0]["a"][0] += x
    return seen[0]["a"][0] * x


def array(x, y=np.zeros(2)):
    y += x
    return np.sum(y) * x


def array_element(x, y=np.zeros(2)):
    y[:1][0] = y[1] + x
    return np.sum(y) * x


def array_out(x, y=np.zeros(2)):
    np.add(y, x, out=y)
    return np.sum(y) * x


def an_object(x, tally=Tally(0.0, [])):
    tally.n += 1
    return tally.n * x


def an_object_s_list(x, tally=Tally(0.0, [])):
    tally.seen.append(x)
    return len(tally.seen) * x


def handed_on(x, seen=[]):
    return appends(x, seen)


def emptied(x, seen=[3.0, 2.0]):
    return seen.pop() * x


def recursive(x, n=3, seen=[]):
    def go(k, into):
        into.append(x)
        return 0.0 if k == 0 else go(k - 1, into) + x

    return go(n, seen) * len(seen)


def partial_(x, seen):
    seen.append(x)
    return len(seen) * x


def of_a_helper(x):
    return appends(x) + appends(x)


def of_an_init(x):
    return Keeper().add(x) + Keeper().add(x)


def of_a_helper_s_array(x):
    return array(x) * array(x)


CHANGING: list[Callable[..., Any]] = [
    *(appends, named, keyword_only, under_another_name, in_a_dict, on_one_path, deep, array, array_element, array_out),
    *(an_object, an_object_s_list, handed_on, emptied, recursive, Counting().kept, of_a_helper, of_an_init),
    *(of_a_helper_s_array, functools.partial(partial_, seen=[])),
    lambda x, seen=[]: (seen.append(x), len(seen) * x)[1],
]


@pytest.mark.parametrize("f", CHANGING, ids=lambda f: getattr(f, "__name__", "partial"))
@pytest.mark.parametrize("make", [symdiff.grad, symdiff.jacfwd, symdiff.hessian], ids=lambda m: m.__name__)
def test_a_changed_default_is_refused(f: Callable[..., Any], make: Callable[..., Any]) -> None:
    g = make(f)
    for _ in range(2):
        with pytest.raises(CompileError, match=r"SD5(13|03)") as caught:
            g(3.0)
        assert caught.value.problems[0].loc is not None
    assert not CACHE


def test_the_report() -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.jvp(appends, (2.0,), (1.0,))
    report = str(caught.value)
    assert report[report.index("SD513") :].splitlines() == [
        "SD513 the default value of `seen`, a parameter of `appends`, would be changed at `seen.append(x)`",
        "    seen.append(x)",
        "    ^^^^^^^^^^^^^^",
        "  why: Python makes a default once, so that the next call would begin with the change",
        "  rewrite: make it at each call: `seen=None`, and `if seen is None: seen = []`",
    ]


def test_an_argument_is_no_default() -> None:
    """The caller's list is taken as a copy, before and after the same call with the default was refused."""
    g = symdiff.value_and_grad(appends)
    given = [1.0, 1.0]
    assert g(2.0, given) == (6.0, 3.0) and given == [1.0, 1.0]
    with pytest.raises(CompileError, match="SD513"):
        g(2.0)
    assert g(2.0, []) == (2.0, 1.0)  # which the list of the default is like
    with pytest.raises(CompileError, match="SD513"):
        g(2.0)
    assert g(2.0, seen=[]) == (2.0, 1.0)
    h = symdiff.grad(array)
    assert h(2.0, np.zeros(2)) == 8.0
    with pytest.raises(CompileError, match="SD513"):
        h(2.0)
    with pytest.raises(CompileError, match="SD513"):
        symdiff.grad(named)(2.0, CACHE)  # the very same


def test_the_rewrite_is_compiled() -> None:
    def f(x, seen=None):
        if seen is None:
            seen = []
        seen.append(x)
        return len(seen) * x

    assert symdiff.value_and_grad(f)(2.0) == symdiff.value_and_grad(f)(2.0) == (2.0, 1.0)


def test_the_default_of_an_inner_function_is_made_at_each_call() -> None:
    def f(x, n):
        def mean(t, seen=[], total=np.zeros(2)):
            seen.append(t)
            total[0] += t * t
            return total.sum() * len(seen)

        y = mean(x)
        for i in range(n):
            y = y + mean(x * i)
        return y

    g = symdiff.value_and_grad(f)
    for n in (0, 3):
        for x in (0.7, 1.2):
            value, gradient = g(x, n)
            assert value == pytest.approx(f(x, n), rel=1e-12)
            assert gradient == pytest.approx((f(x + STEP, n) - f(x - STEP, n)) / (2 * STEP), rel=1e-6)


# Replaced from outside ------------------------------------------------------------------------------------------------


def scaled(x, w=2.0, *, shift=1.0, table=(1.0, np.ones(2)), rows=[[1.0], [2.0]], kind="sin"):
    made = np.sin(x) if kind == "sin" else np.cos(x)
    return w * made * np.sum(table[1]) * table[0] + shift * rows[1][0] * x


def through(x):
    return scaled(x) * x


def counted(x, n=2, tally=Tally(3.0, [1.0])):
    for _ in range(n):
        x = x * x
    return x * tally.n


def through_counted(x):
    return counted(x)


def _w(f: Any) -> None:
    f.__defaults__ = (5.0,)


def _shift(f: Any) -> None:
    f.__kwdefaults__["shift"] = 7.0


def _all_named(f: Any) -> None:
    f.__kwdefaults__ = {**f.__kwdefaults__, "shift": 9.0, "kind": "cos"}


def _table(f: Any) -> None:
    f.__kwdefaults__["table"][1][0] = 4.0


def _rows(f: Any) -> None:
    f.__kwdefaults__["rows"][1][0] = 6.0


def _row(f: Any) -> None:
    f.__kwdefaults__["rows"][1] = [8.0, 1.0]


def _times(f: Any) -> None:
    f.__defaults__ = (3, f.__defaults__[1])


def _tally(f: Any) -> None:
    f.__defaults__[1].n = 4.0


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    kept = [(f, copy.deepcopy((f.__defaults__, f.__kwdefaults__))) for f in (scaled, counted)]
    yield
    for f, (defaults, named_defaults) in kept:
        f.__defaults__, f.__kwdefaults__ = defaults, named_defaults


@pytest.mark.parametrize(
    ("f", "of", "change"),
    [(f, scaled, c) for f in (scaled, through) for c in (_w, _shift, _all_named, _table, _rows, _row)]
    + [(f, counted, c) for f in (counted, through_counted) for c in (_times, _tally)],
)
def test_replaced_defaults_are_those_of_the_next_call(f: Any, of: Any, change: Callable[[Any], None]) -> None:
    g = symdiff.value_and_grad(f)

    def check() -> float:
        value, gradient = g(0.8)
        assert value == pytest.approx(f(0.8), rel=1e-12)
        assert gradient == pytest.approx((f(0.8 + STEP) - f(0.8 - STEP)) / (2 * STEP), rel=1e-6)
        assert symdiff.jvp(f, (0.8,), (1.0,))[1] == pytest.approx(gradient)
        return float(gradient)

    before = check()
    change(of)
    assert check() != pytest.approx(before)


def test_what_a_partial_passes_may_be_replaced() -> None:
    f = functools.partial(scaled, w=3.0)
    g, h = symdiff.value_and_grad(f), symdiff.value_and_grad(lambda x: f(x) * x)
    assert g(0.8)[0] == f(0.8) and h(0.8)[0] == f(0.8) * 0.8
    f.keywords["w"] = 4.0
    assert g(0.8)[0] == f(0.8) and h(0.8)[0] == f(0.8) * 0.8
    f.keywords["kind"] = "cos"
    assert h(0.8)[0] == pytest.approx(f(0.8) * 0.8, rel=1e-12)
    assert g(0.8)[0] == pytest.approx(f(0.8), rel=1e-12)


def test_a_default_that_is_gone() -> None:
    def f(x, w=2.0):
        return x * w

    g = symdiff.grad(f)
    assert g(1.0) == 2.0
    f.__defaults__ = None
    with pytest.raises(TypeError, match=r"f\(\) missing 1 required argument: 'w'"):
        g(1.0)
    assert g(1.0, 3.0) == 3.0
