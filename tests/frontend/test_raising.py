"""Calls that are known to raise on one path: at run time, on that path alone, as CPython raises."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError


def of_nothing(x, v):
    if x > 1:
        return min([])
    return x * v.sum()


def out_of_range(x, v):
    pair = (x, 2.0)
    if x > 1:
        return pair[5]
    return pair[0] * v.sum()


def no_such_key(x, v):
    d = {"a": x}
    if x > 1:
        d["b"] *= 2
    return d["a"] * v.sum()


def too_many(x, v):
    if x > 1:
        a, _b = x, x, v
        return a
    return x * v.sum()


def no_number(x, v):
    factor = float("one") if x > 1 else 2.0
    return factor * x


def in_a_loop(x, v):
    for t in v:
        if x > 1:
            x = x * math.sqrt(-1.0)
        x = x * t
    return x


def in_a_helper(k):
    return [1.0, 2.0, 3.0][k]


def in_a_call(x, v):
    for k in range(3):
        x = x * in_a_helper(k + 1 if x > 1 else k)
    return x


def through_an_iterator(x, v):
    it = iter([x])
    y = next(it)
    if x > 1:
        y *= next(it)
    return y * v.sum()


def in_a_while(x, v):
    rest = [x]
    while x < 8.0:
        x = x * 1.5 + 1
        if x > 2.5:
            x = [].pop()
    return x * rest[0]


def on_both_sides(x, v):
    y = (min([]) if x > 2 else functools.reduce(max, [])) if x > 1 else x
    return y * x


def around_nothing(x, v):
    around = itertools.cycle(v[:n] if (n := int(x < 1)) else v[:0])
    return next(around) * x + next(around)


def put_where_no_list_is(x, v):
    groups = [[x], [2.0 * x]]
    groups[int(4.0 * x) - 4].append(x)  # nobody reads them
    return x * v.sum()


def put_into_a_table_that_is_too_short(x, v):
    rows = [[0.0] * len(v) for _ in v]
    for i in range(len(v)):
        rows[i + int(2.0 * x) - 2][i] = v[i] / x
    return x * v.sum()


def made_on_one_path_alone(x, v):
    if x > 1:
        pair = {"x": x, "v": v * x}
    return x * pair["x"] * pair["v"].sum() if x > 5 or x < 1 else x


def made_in_a_turn_that_may_not_come(x, v):
    for t in v:
        if t > x:
            found = [t, x]
    found[1] *= found[0]
    return found[1] * v.sum()


def beside_a_break(x, v):
    for t in v:
        if t < 0.625:
            if t > x:
                break
        elif x < 5:
            raise ValueError("too large")
        else:
            if t * 10 > x:
                return x * t
            continue
        x = x + t
    return x * v[0]


CASES = (
    *(beside_a_break, made_on_one_path_alone, made_in_a_turn_that_may_not_come),
    *(put_where_no_list_is, put_into_a_table_that_is_too_short),
    *(of_nothing, out_of_range, no_such_key, too_many, no_number, in_a_loop, through_an_iterator),
    around_nothing,
    *(on_both_sides, in_a_while, in_a_call),
)
V = np.array([0.5, 0.75])


# generated code is the same in each version of Python: it has the words of 3.11
WORDED = {f"{name}() iterable argument is empty": f"{name}() arg is an empty sequence" for name in ("min", "max")}


@pytest.mark.parametrize("function", CASES)
@pytest.mark.parametrize("x", [0.625, 1.25, 9.0])
def test_raised_where_python_raises(function: Callable[..., Any], x: float) -> None:
    """Values, derivatives by differences, and exceptions."""
    derivatives = (symdiff.value_and_grad(function), lambda *p: symdiff.jvp(function, p, (1.0, np.zeros(2))))
    try:
        value = function(x, V)
    except (LookupError, NameError, StopIteration, TypeError, ValueError) as error:  # CPython's, with its message
        for derivative in derivatives:
            with pytest.raises(type(error)) as raised:
                derivative(x, V)
            assert raised.value.args == tuple(WORDED.get(text, text) for text in error.args)
        return
    slope = (function(x + 1e-6, V) - function(x - 1e-6, V)) / 2e-6
    for derivative in derivatives:
        found, d_x = derivative(x, V)
        assert found == value and d_x == pytest.approx(slope, rel=1e-6)


def certain(x):
    """Every call gets to it."""
    return x * max([])


def test_an_error_when_compiling_where_the_path_is_certain() -> None:
    with pytest.raises(CompileError, match="SD403 max: an empty sequence"):
        symdiff.grad(certain)(1.0)


OF_SQUARES: list[Callable[[Any], Any]] = [
    lambda a: np.linalg.inv(a).sum(),
    lambda a: np.linalg.solve(a, np.ones(2)).sum(),
    lambda a: np.linalg.det(2 * a),
    lambda a: np.linalg.slogdet(a)[1],
    lambda a: np.linalg.cholesky(a).sum(),
    lambda a: np.linalg.eigvalsh(a).sum(),
]


@pytest.mark.parametrize("f", OF_SQUARES)
def test_a_matrix_that_is_not_square(f: Callable[[Any], Any]) -> None:
    with pytest.raises(np.linalg.LinAlgError):
        f(np.ones((2, 3)))
    gradient = symdiff.value_and_grad(f)
    with pytest.raises(np.linalg.LinAlgError, match=r"a must be square, not an array of float64 and shape \(2, 3\)"):
        gradient(np.ones((2, 3)))
    value, _ = gradient(np.eye(2) * 3)
    assert value == f(np.eye(2) * 3)


def test_a_generated_module_says_it_too() -> None:
    space: dict[str, Any] = {"__name__": "generated"}
    exec(symdiff.generate(OF_SQUARES[0], types="a=f8[n, n]", name="total"), space)
    with pytest.raises(np.linalg.LinAlgError, match="a must be square"):
        space["total_grad"](np.ones((2, 3)))


class Own(Exception):
    pass


def of_texts(x):
    assert x < 0, ("a", "b")
    return x


def of_numbers(x):
    assert x < 0, ("a", ("b", x, f"{x:.1f}", f"{x}"), 2)
    return x


def of_a_class(x):
    if x > 0:
        raise Own(("a", ("b",)), x)
    return x


def of_several(x):
    if x > 0:
        raise ValueError((), "a", (x,))
    return x


def of_a_format(x):
    if x > 0:
        raise ValueError(f"{x:.1f}")
    return x


def of_none_or_a_text(x):
    name = "a" if x > 2 else None
    if x > 1:
        raise ValueError(name)
    return x


PAIR = (1, "a")


def of_a_tuple_from_outside(x):
    if x > 1:
        raise ValueError(PAIR)
    return x


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (of_none_or_a_text, (None,)),
        (of_a_tuple_from_outside, ((1, "a"),)),
        (of_texts, (("a", "b"),)),
        (of_numbers, (("a", ("b", 1.5, "1.5", "1.5"), 2),)),
        (of_a_class, (("a", ("b",)), 1.5)),
        (of_several, ((), "a", (1.5,))),
        (of_a_format, ("1.5",)),
    ],
)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_tuples_in_exceptions(function: Callable[..., Any], args: tuple[Any, ...], level: int) -> None:
    """Their `args` are Python's: the tuple, and in it numbers and texts."""
    with pytest.raises((AssertionError, Own, ValueError)) as raised:
        symdiff.grad(function, level=level)(1.5)
    assert raised.value.args == args


def with_a_list(x):
    assert x < 100, ("too big", [x])
    return x * x


def test_a_message_of_assert_that_is_no_text_is_named_as_what_it_is() -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(with_a_list)(1.5)
    (problem,) = caught.value.problems
    assert problem.code == "SD230"
    assert problem.what == '`raise AssertionError(("too big", [x]))` is not supported'


def _loops(x, n):
    for i, t in enumerate(n):
        x = x + t * i
    return x


def _unpacks(x, n):
    a, b = n
    return a * b * x


NO_SUCH_USE: list[Callable[[Any, Any], Any]] = [
    _loops,
    _unpacks,
    lambda x, n: x * len(n),
    lambda x, n: n(x),
    lambda x, n: sum([t * x for t in n]),
    lambda x, n: sum(t * s for t, s in zip(n, n)) * x,
    lambda x, n: sorted(n)[0] * x,
]


@pytest.mark.parametrize("n", [None, 3.0, 3, np.float64(3.0)], ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("f", NO_SUCH_USE)
def test_what_is_no_list_is_named_as_python_names_it(f: Callable[[Any, Any], Any], n: Any) -> None:
    with pytest.raises(TypeError) as expected:
        f(0.5, n)
    with pytest.raises(CompileError) as caught:
        symdiff.grad(f, argnums=0)(0.5, n)
    (problem,) = caught.value.problems
    assert problem.code == "SD403"
    assert problem.what.endswith(f": {expected.value}")


def test_no_list_on_one_path() -> None:
    def f(x, n):
        return x * sum(n) if x > 1 else x

    assert symdiff.grad(f, argnums=0)(0.5, None) == 1.0
    with pytest.raises(TypeError, match="'NoneType' object is not iterable"):
        symdiff.grad(f, argnums=0)(1.5, None)


def whose_message_raises(x):
    if x < 0:
        raise ValueError(f"none of these: {min([])}")
    return x * x


def test_an_exception_whose_message_raises() -> None:
    assert symdiff.grad(whose_message_raises)(1.5) == 3.0
    with pytest.raises(ValueError, match="arg is an empty sequence"):
        symdiff.grad(whose_message_raises)(-1.5)
