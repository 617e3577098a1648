"""Sums of arrays that begin with 0: what they are where nothing is added, and what is no such sum."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError, UsageError
from tests.frontend.running import agrees, differences

X = np.array([1.0, 2.0])


def over_time(x, end):
    s, t = 0, 0.0
    while t < end:
        s += x
        t += 1.0
    return np.sum(s + 1.0)


def by_a_method(x, end):
    s, t = 0, 0.0
    while t < end:
        s += x
        t += 1.0
    return (s * 2.0).sum()


def as_a_result(x, end):
    s, t = 0, 0.0
    while t < end:
        s += x
        t += 1.0
    r = -s
    return r[0]


def divided(x, end):
    s, n = 0, 0
    while n < end:
        s += x
        n += 1
    return np.sum(s / n)


def kept(x, least):
    rows = []
    for t in x:
        if t > least:
            rows.append(x * t)
    return np.sum(sum(r * 2.0 for r in rows[:3]))


@pytest.mark.parametrize(
    ("function", "some", "none", "message"),
    [
        (over_time, 3.0, 0.0, "s is a number where no array is added to it: begin with an array, `s = np.zeros(...)`"),
        (kept, 0.0, 9.0, "sum() of no arrays is a number"),
    ],
    ids=["loop", "sum"],
)
def test_where_nothing_is_added_it_is_an_error(function, some, none, message):
    gradient = symdiff.value_and_grad(function)
    assert gradient(X, some)[0] == function(X, some)
    with pytest.raises(ValueError) as found:
        gradient(X, none)
    assert str(found.value) == message


@pytest.mark.parametrize("function", [by_a_method, as_a_result])
def test_where_it_must_be_the_array_it_is_checked(function):
    gradient = symdiff.value_and_grad(function)
    assert gradient(X, 3.0)[0] == function(X, 3.0)
    with pytest.raises(ValueError, match="s is a number where no array is added to it"):
        gradient(X, 0.0)


def test_nothing_divided_by_no_turns_is_an_error_as_in_python():
    gradient = symdiff.value_and_grad(divided)
    assert gradient(X, 3.0)[0] == divided(X, 3.0)
    for run in (divided, gradient):
        with pytest.raises(ZeroDivisionError, match=r"^division by zero$"):
            run(X, 0.0)


class Job:
    def __init__(self, d):
        self.d = d


def at_an_index(x, i):
    return sum([[x * x], [x, 2.0], []][i])


def of_one_of_two_lists(x, i):
    lists = [[x * x], [x, 2.0], []]
    chosen = lists[i] if x > 1.0 else lists[2]
    return x if chosen is None else sum(chosen)


def by_hand(x, rows):
    s = 0
    for row in rows:
        s += row * x * x
    return s


def product(x, rows):
    return math.prod(row * x for row in rows)


def product_by_hand(x, rows):
    p = 1
    for row in rows:
        p *= row * x * x
    return p


def one_more(x, rows):
    return sum(row * x for row in rows) + 1


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(
    ("function", "some", "none"),
    [
        (product, (1.5, [2.0, 3.0]), (1.5, [])),
        (product_by_hand, (1.5, (2.0,)), (1.5, ())),
        (one_more, (1.5, [2.0]), (1.5, [])),
        (at_an_index, (1.5, 0), (1.5, 2)),
        (of_one_of_two_lists, (1.5, 0), (1.5, 2)),
        (of_one_of_two_lists, (1.5, 0), (0.5, 2)),
        (by_hand, (1.5, [2.0]), (1.5, [])),
    ],
)
def test_the_derivatives_of_a_sum_or_product_of_nothing_are_zero(function, some, none, level):
    """Whatever says that there is nothing: the function gives the int 0 or 1 there, and floats of other data."""
    gradient = symdiff.value_and_grad(function, level=level)
    agrees(function, *some)
    value, slope = gradient(*none)
    assert (value, type(value)) == (function(*none), int)
    assert (slope, type(slope)) == (0.0, float)
    assert symdiff.grad(symdiff.grad(function, level=level), level=level)(*none) == 0.0
    assert symdiff.jacfwd(function, level=level)(*none) == 0.0


def test_a_sum_of_nothing_in_an_array_s_turn_beside_other_results():
    def lengths(v):
        jobs = [Job(t) for t in v]
        names = [f"j{i}" for i, d in enumerate(v)]
        return sum(j.d for j in jobs) * len(names), len(names)

    gradient = symdiff.value_and_grad(lengths, has_aux=True)
    for v in (np.array([1.0, 2.0]), np.zeros(0), np.zeros(0, dtype=np.float32)):
        value, slope = gradient(v)
        assert value == lengths(v)
        assert slope.tolist() == [2.0] * len(v) and slope.dtype == v.dtype


def test_a_sum_of_nothing_inside():
    def inner(x, terms):
        return x * x + symdiff.grad(lambda u: sum([u * t for t in terms]))(x) * x

    assert symdiff.grad(inner)(3.0, ()) == 6.0
    assert symdiff.grad(inner)(3.0, (2.0,)) == 8.0


def test_a_number_of_elements_is_no_sum():
    with pytest.raises(UsageError, match=r"SD704 .* returns int, but a gradient needs a real scalar"):
        symdiff.grad(lambda v: len(v))(np.zeros(0))


def test_what_nobody_reads_is_no_error():
    def unread(x, end):
        s, t = 0, 0.0
        while t < end:
            s += x
            t += 1.0
        return np.sum(x) * t

    assert symdiff.grad(unread)(X, 0.0).tolist() == [0.0, 0.0]


def read_in_the_loop(x, end):
    s, t = 0, 0.0
    while t < end:
        s = s * 0.5 + x
        t += 1.0
    return np.sum(s)


def of_two_shapes(x, end):
    s, t = 0, 0.0
    while t < end:
        s += np.outer(x, x)
        s = s + x
        t += 1.0
    return np.sum(s)


def of_two_dtypes(x, end):
    s, t = 0, 0.0
    while t < end:
        s += x
        s = s + x.astype(np.float32)
        t += 1.0
    return np.sum(s)


@pytest.mark.parametrize("function", [read_in_the_loop, of_two_shapes, of_two_dtypes], ids=lambda f: f.__name__)
def test_other_sums_are_refused(function):
    with pytest.raises(CompileError, match="SD304 `s` is 0 before the loop and f8"):
        symdiff.grad(function)(X, 3.0)


def test_a_shorter_term_is_an_error_not_broadcast():
    def shorter(x, end):
        s, t = 0, 0.0
        while t < end:
            if t > 0.5:
                s += x
            else:
                s -= x[:1]
            t += 1.0
        return np.sum(s)

    with pytest.raises((CompileError, ValueError)):
        symdiff.grad(shorter)(X, 3.0)


def of_ints(x, a, end):
    s, t = 0, 0.0
    while t < end:
        s += a
        t += 1.0
    return x[0] * 2.0, s


def of_ints_from_a_float(x, a, end):
    s, t = 0.0, 0.0
    while t < end:
        s = s - a + 1
        t += 1.0
    return x[0] * 2.0, s


@pytest.mark.parametrize("function", [of_ints, of_ints_from_a_float], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.bool_])
def test_the_dtype_is_numpys(function, dtype):
    a = np.array([1, 0], dtype)
    wanted = function(X, a, 3.0)[1]
    try:
        (_, s), _ = symdiff.value_and_grad(function, has_aux=True)(X, a, 3.0)
    except CompileError as refused:
        assert dtype is np.bool_ and "SD304" in str(refused)
    else:
        assert s.dtype == wanted.dtype and s.tolist() == wanted.tolist()


ROWS = np.array([[1.0, 2.0], [3.0, 5.0], [7.0, 11.0]])


def of_one_row(x, least):
    s = 0
    for k in range(1):
        if x[k] > least:
            s = s + ROWS[k] * x
    return np.sum(s * x)


def of_a_few_rows(x, least):
    s = 0
    for k in range(3):
        if ROWS[k, 0] * x[0] > least:
            s += ROWS[k] * x
    return np.sum(s * x)


def of_a_few_rows_by_sum(x, least):
    return np.sum(sum(ROWS[k] * x for k in range(3) if ROWS[k, 0] > least) * x)


@pytest.mark.parametrize("function", [of_one_row, of_a_few_rows, of_a_few_rows_by_sum])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_known_number_of_turns_that_add_by_a_condition(function, level):
    """Unrolled, where each turn adds or not: an array if one of them does, as in a rolled loop."""
    gradient = symdiff.value_and_grad(function, level=level)
    for least in (0.5, 0.99, 2.0 if function is not of_one_row else 0.0):
        value, found = gradient(X, least)
        assert value == function(X, least)
        np.testing.assert_allclose(found, differences(function, X, least), rtol=1e-6)
    if function is of_a_few_rows_by_sum:
        with pytest.raises(ValueError, match="is a number"):
            gradient(X, 100.0)
    else:
        value, found = gradient(X, 100.0)
        assert value == function(X, 100.0) == 0.0 and found.tolist() == [0.0, 0.0]


def added_up(a, b, c):
    return sum([a, b, c]) * 1.0


def of_any_length(a, b, c):
    terms = []
    for t in (a, b, c):
        if t != 0.0:
            terms.append(t)
    return sum(terms) * 1.0


def rounded_once(a, b, c):
    return math.fsum([a, b, c]) * 1.0


@pytest.mark.parametrize("level", [0, 1, 2])
def test_floats_are_added_from_left_to_right_on_every_python(level):
    """Python's own `sum` gives 1.0 here since 3.12, as `math.fsum` does everywhere: see docs/conventions.md."""
    args = 1e100, 1.0, -1e100
    for function, expected in [(added_up, 0.0), (of_any_length, 0.0), (rounded_once, math.fsum(args))]:
        assert symdiff.value_and_grad(function, argnums=(0, 1, 2), level=level)(*args) == (expected, (1.0, 1.0, 1.0))
