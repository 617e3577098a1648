"""Results and errors of values that are one of several things."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import generate, grad, value_and_grad, vjp
from symdiff.errors import CompileError
from tests.frontend.running import check


def least(v):
    best = None
    for t in v:
        if best is None or t < best:
            best = t
    return best


def complains(x, limit):
    side = "left" if x < 0 else "right"
    best = None
    if abs(x) < limit:
        best = side
    if best is None:
        raise ValueError(f"{side} of {limit}", side)
    return x


def added_to_none(x):
    best = None
    if x > 0:
        best = x
    return best + x


def printed(x, n):
    best, mode = None, "up"
    for i in range(n):
        print(i, mode, best, f"{mode}! {best}")
        if mode == "up" and x * i > 2:
            mode = "down"
        if i % 2:
            best = x * i
    return x


def found(v, limit):
    hit = None
    for k, t in enumerate(v):
        if t > limit:
            hit = [t, k]
    return hit


def unpacked(v, limit):
    t, k = found(v, limit)
    return t * k


def looped_over(v, limit):
    total = 0.0
    for t in found(v, limit):
        total = total + t
    return total


def written(v, limit):
    hit = found(v, limit)
    hit[0] = 2.0 * limit
    return hit[0] * hit[1]


def called(x):
    f = None
    if x > 0:
        f = math.sin
    return f(x)


HITS = [(np.array([2.0, 1.0, 3.0]), 1.5), (np.array([2.0, 1.0, 3.0]), 4.5)]


@pytest.mark.parametrize(
    ("function", "calls"),
    [
        (unpacked, HITS),
        (looped_over, HITS),
        (written, HITS),
        (called, [(1.5,), (-1.5,)]),
        (lambda x, i: x if "GATTA"[i] == "A" else 2 * x, [(1.5, 1), (1.5, 0), (1.5, -1), (1.5, 5), (1.5, -6)]),
        (lambda x, i, j: x * ("GATTA"[i] != "ACT"[j]), [(1.5, 1, 0), (1.5, 0, 1), (1.5, 9, 0), (1.5, 0, -4)]),
        (lambda x, i: x if i > 3 and ""[i] == "A" else 2 * x, [(1.5, 1), (1.5, 5)]),
        (lambda x, i: sum(x * range(0)[j] for j in range(i)) + x, [(1.5, 0), (1.5, 2)]),
        (lambda v, limit: found(v, limit)[0] * limit, HITS),
        (lambda v, limit: sum(found(v, limit)) * limit, HITS),
        (least, [(np.array([2.0, 1.0, 3.0]),), (np.array([-1.0]),)]),
        (complains, [(0.5, 1.0), (-0.5, 1.0), (-2.0, 1.0), (2.0, 1.0)]),
        (added_to_none, [(1.5,), (-1.5,)]),
        (lambda x: [np.sin, np.cos][int(x)](x), [(0.5,), (1.5,), (-1.5,), (-2.5,), (2.5,), (-3.5,)]),
    ],
)
def test_values_and_exceptions(function: Callable[..., Any], calls: list[tuple[Any, ...]]) -> None:
    check(function, *calls)


def test_an_attribute_of_none() -> None:
    def copied(v, limit):
        hit = None
        for t in v:
            if t > limit:
                hit = [t]
        return hit.copy()[0]

    assert grad(copied)(np.array([2.0, 1.0, 3.0]), 1.5).tolist() == [0.0, 0.0, 1.0]
    with pytest.raises(AttributeError, match=r"^'NoneType' object has no attribute 'copy'$"):
        grad(copied)(np.array([2.0]), 3.0)


def test_none_where_a_number_is_returned() -> None:
    with pytest.raises(TypeError, match=r"^best is None$"):
        grad(least)(np.zeros(0))


def test_the_message_that_a_condition_chose() -> None:
    for x, said in ((-2.0, ("left of 1.0", "left")), (2.0, ("right of 1.0", "right"))):
        with pytest.raises(ValueError, match=r"of 1\.0") as caught:
            grad(complains)(x, 1.0)
        assert caught.value.args == said


@pytest.mark.parametrize("level", [0, 1, 2])
def test_printed_text(level: int, capsys: pytest.CaptureFixture[str]) -> None:
    printed(1.5, 4)
    expected = capsys.readouterr().out
    value_and_grad(printed, level=level)(1.5, 4)
    assert capsys.readouterr().out == expected


def test_a_chosen_string_is_a_result() -> None:
    names = value_and_grad(lambda x: (x * x, {"side": "left" if x < 0 else "right" if x > 0 else None}), has_aux=True)
    assert [names(x)[0][1]["side"] for x in (-1.0, 2.0, 0.0)] == ["left", "right", None]
    text = generate(lambda x: (x * x, "left" if x < 0 else "right"), name="f", functions=("primal", "jvp"))
    space: dict[str, Any] = {}
    exec(text, space)
    assert space["f"](3.0) == (9.0, "right") and space["f_jvp"](-3.0, 1.0) == ((9.0, "left"), (-6.0, None))


def test_the_code_of_a_search() -> None:
    text = generate(least, types="v=f8[n]", functions=("primal",))
    lines = [line.split("  #")[0].rstrip() for line in text.split("\n    best = None")[1].splitlines()]
    assert lines[1:7] == [
        "    for t in v:",
        "        if best is None or t < best:",
        "            best = t",
        "    if best is None:",
        "        raise TypeError('best is None')",
        "    return best",
    ]


REFUSED = [
    (lambda x: x * (1.0 if (x if x > 0 else "none") else 2.0), "is float on one path and 'none' on the other"),
]


def unbound_or_none(v, x):
    it, k = iter(v), 0
    while k < 2 or (t := next(it, None)) is not None:
        k += 1
        if k > 2:
            x = x + t
    return x


def test_unbound_on_one_path_and_none_on_another() -> None:
    with pytest.raises(CompileError) as caught:
        grad(unbound_or_none, argnums=1)(np.ones(2), 0.5)
    (problem,) = caught.value.problems
    lines = problem.render().split(" SD310 ")[1].splitlines()
    assert lines == [
        "`t` is unbound on one path and np.f8 or None on the other",
        "    x = x + t",
        "            ^",
        "  why: it is read afterwards and needs one type",
        "  rewrite: give it the value None before the paths part",
    ]


TREE = {"at": 0.5, "low": {"at": 0.2, "low": None}, "high": None}


def test_a_tree_from_outside() -> None:
    f = lambda x: x * (TREE["low"] if x < TREE["at"] else TREE["high"])["at"]
    assert grad(f)(0.1) == 0.2
    with pytest.raises(TypeError, match="'NoneType' object is not subscriptable"):
        grad(f)(0.9)


def test_dicts_of_other_keys() -> None:
    with pytest.raises(CompileError) as caught:
        grad(lambda x: x * (TREE if x < 1 else TREE["low"])["at"])(0.1)
    (problem,) = caught.value.problems
    message, *_, rewrite = problem.render().split(" SD310 ")[1].splitlines()
    found = "is a dict with 'at', 'low', 'high' on one path and a dict with 'at', 'low' on the other"
    assert message == f'`TREE if x < 1 else TREE["low"]` {found}'
    assert rewrite == "  rewrite: give both dicts the same keys in one order, with None where there is nothing"


@pytest.mark.parametrize(("function", "said"), REFUSED)
def test_what_is_refused(function: Callable[..., Any], said: str) -> None:
    with pytest.raises(CompileError) as caught:
        grad(function)(1.5)
    assert said in str(caught.value)


class Found:
    def __init__(self, value):
        self.value = value


def first_above(x):
    """None or an object, which no test has told apart."""
    for t in x:
        if t > 1:
            return Found(t)
    return None


def its_class(x):
    return x[0] * len(first_above(x).__class__.__name__)


@pytest.mark.parametrize("x", [np.array([0.5, 2.0]), np.array([0.5, 0.25])])
def test_the_class_of_none_or_an_object(x: Any) -> None:
    value, gradient = value_and_grad(its_class)(x)
    assert value == its_class(x)
    assert gradient.tolist() == [its_class(x) / 0.5, 0.0]


class Gain:
    def __init__(self, w):
        self.w = w

    def __call__(self, t):
        return self.w * t

    def of(self, t):
        return self.w * t

    def more(self, t):
        return self.w + t


def one_or_the_other(x):
    return (Gain(2 * x).of if x > 0 else Gain(x).more)(x)


def test_methods_of_what_either_branch_makes() -> None:
    assert value_and_grad(one_or_the_other)(1.5) == (4.5, 6.0)
    assert value_and_grad(one_or_the_other)(-1.5) == (-3.0, 2.0)


def text_of_either(x):
    text = f"{2 * x:.1f}" if x > 0 else f"{x:.3f}"
    print(text)
    return x


def test_texts_that_are_not_one_are_refused() -> None:
    """Both sides are described alike; the text says why that does not help, and a rewrite that works."""
    with pytest.raises(CompileError) as caught:
        grad(text_of_either)(1.5)
    (problem,) = caught.value.problems
    assert problem.render().splitlines()[-2:] == [
        "  why: what reads it behind the branches has only what was there before them",
        "  rewrite: use it in both branches, or choose the numbers that it holds, and make it of these behind them",
    ]


def its_attributes(x):
    return x[0] * vars(first_above(x))["value"]


def set_by_name(x):
    setattr(first_above(x), "value", 3.0)  # noqa: B010 (what is tried)
    return x[0]


def read_by_name(x):
    return x[0] * getattr(first_above(x), "value")  # noqa: B009 (what is tried)


@pytest.mark.parametrize("function", [its_attributes, set_by_name, read_by_name])
def test_what_python_says_of_none_for_an_object(function: Any) -> None:
    assert value_and_grad(function)(np.array([0.5, 2.0]))[0] == function(np.array([0.5, 2.0]))
    raised = []
    for call in (function, grad(function)):
        with pytest.raises((TypeError, AttributeError)) as caught:
            call(np.array([0.5, 0.25]))
        raised.append((type(caught.value), str(caught.value)))
    assert raised[0] == raised[1]


def test_a_result_that_is_none() -> None:
    def f(x):
        return x, {"first": x * 2 if x > 1 else None}

    assert vjp(f, 2.0)[0] == (2.0, {"first": 4.0})
    with pytest.raises(TypeError, match=r"^a result is None$"):
        vjp(f, 0.5)
