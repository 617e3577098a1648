"""Lists of arrays that grow in a rolled loop: as in Python, or refused where an element may be another too."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from tests.frontend.running import check, compiled

X, N = np.linspace(0.5, 2.0, 4), 3


def total(rows):
    s = 0.0
    for r in rows:
        s += np.sum(r * r)
    return s


# --- written as in Python, or refused at the line marked with `# here`


def after_the_append(x, n):
    rows = []
    for i in range(n):
        r = x * i
        rows.append(r)
        r[0] = 5.0
    return total(rows)


def through_a_view(x, n):
    rows = []
    for i in range(n):
        r = x * i
        rows.append(r[1:])
        r += 5.0  # here
    return total(rows)


def element_of_the_list(x, n):
    rows = []
    for i in range(n):
        rows.append(x * i)
    for i in range(n):
        rows[i][0] = 7.0
    return total(rows)


def element_accumulated(x, n):
    rows = []
    for i in range(n):
        rows.append(x * i)
    rows[0][1] += x[0]
    return total(rows)


def element_read_first(x, n):
    rows = []
    for i in range(n):
        rows.append(x * i)
    r = rows[0]
    r.fill(1.0)
    return total(rows)


def element_of_a_loop(x, n):
    rows = []
    for i in range(n):
        rows.append(x * i)
    for _k, r in enumerate(rows):
        r *= 2.0
    return total(rows)


def element_updated_whole(x, n):
    rows = []
    for _i in range(n):
        rows.append(x)
    rows[0] += 1.0  # here
    return total(rows)


def popped(x, n):
    rows = []
    r = x * 2.0
    for _i in range(n):
        rows.append(r)
    q = rows.pop()
    q[0] = 100.0  # here
    return total(rows)


def put_by_item(x, n):
    rows = []
    for i in range(n):
        rows.append(x * i)
    r = x + 1.0
    rows[0] = r
    r[0] = 3.0
    return total(rows)


def one_array_in_every_turn(x, n):
    h = x * 1.0
    hs = []
    for i in range(n):
        h[0] = i  # here
        hs.append(h)
    return total(hs)


def carried_and_written_at_the_top(x, n):
    h = x * 1.0
    hs = []
    for i in range(n):
        h[0] = i  # here
        h = h * 2.0
        hs.append(h)
    return total(hs)


def carried_one_turn_behind(x, n):
    a, b = x * 1.0, x * 2.0
    hs = []
    for i in range(n):
        b[0] = i  # here
        hs.append(a)
        b = a
        a = x * i
    return total(hs)


def appended_on_one_path(x, n):
    h = x * 1.0
    hs = []
    for i in range(n):
        if x[i] > 1.0:
            hs.append(h)
    h[0] = 2.0  # here
    return total(hs)


def chosen_on_one_path(x, n):
    h, k = x * 1.0, x * 2.0
    hs = []
    for _i in range(n):
        hs.append(h)
    r = h if x[0] > 1.0 else k
    r[0] = 2.0  # here
    return total(hs)


def first_of_the_carried(x, n):
    first = x * 1.0
    h = first
    hs = []
    for _i in range(n):
        hs.append(h)
        h = h * 2.0
    first[0] = 3.0  # here
    return total(hs)


def bound_in_the_loop_only(x, n):
    hs = []
    for i in range(n):
        r = x * i
        hs.append(r)
    r[0] = 5.0  # here
    return total(hs)


def bound_on_one_path_only(x, n):
    hs = []
    for i in range(n):
        r = x * i
        if x[0] > 0.0:
            q = r
        hs.append(r)
        q[0] = 5.0  # here
    return total(hs)


def there_before_the_loop(x, n):
    h = x * 1.0
    hs = [h]
    for i in range(n):
        hs.append(x * i)
    h[0] = 5.0  # here
    return total(hs)


def there_before_the_branch(x, n):
    h = x * 1.0
    hs = [h]
    if x[0] > 0.0:
        hs.append(x)
    h[0] = 5.0  # here
    return total(hs)


def in_a_nested_loop(x, n):
    h = x * 1.0
    hs = []
    for i in range(n):
        for _j in range(n):
            hs.append(h)
        h[0] = i  # here
    return total(hs)


def in_a_while(x, n):
    h = x * 1.0
    hs = []
    while len(hs) < n:
        h *= 2.0  # here
        hs.append(h)
    return total(hs)


def by_a_helper(x, n):
    def put(v):
        hs.append(v)

    hs = []
    for i in range(n):
        r = x * i
        put(r)
        r[1] = 4.0
    return total(hs)


REFUSED = [
    through_a_view, element_updated_whole, popped, one_array_in_every_turn, carried_and_written_at_the_top,
    carried_one_turn_behind, appended_on_one_path, chosen_on_one_path, first_of_the_carried, bound_in_the_loop_only,
    bound_on_one_path_only, there_before_the_loop, there_before_the_branch, in_a_nested_loop, in_a_while,
]  # fmt: skip
WRITTEN = [
    after_the_append, element_of_the_list, element_accumulated, element_read_first, element_of_a_loop, put_by_item,
    by_a_helper,
]  # fmt: skip


@pytest.mark.parametrize("function", WRITTEN, ids=lambda f: f.__name__)
def test_an_element_that_is_at_one_place_of_the_list_is_written(function: Callable[..., Any]) -> None:
    check(function, (X, N))


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_a_write_to_an_element_is_refused_at_its_line(function: Callable[..., Any]) -> None:
    lines, first = inspect.getsourcelines(function)
    (line,) = (first + k for k, text in enumerate(lines) if "# here" in text)
    with pytest.raises(CompileError) as caught:
        compiled(function, X, N)
    assert [(p.code, p.loc and p.loc.line) for p in caught.value.problems] == [("SD508", line)]
    assert ".copy()" in str(caught.value)


# --- as in Python


def rebound(x, n):
    h = x * 1.0
    hs = []
    for _i in range(n):
        hs.append(h)
        h = np.tanh(h) + x
    return total(hs) + np.sum(h)


def written_before_the_append(x, n):
    hs = []
    for i in range(n):
        h = x * i
        h[0] = 3.0
        h += x[1]
        hs.append(h)
    return total(hs)


def rebound_written_appended(x, n):
    h = x * 1.0
    hs = []
    for i in range(n):
        h = h * 2.0
        h[0] = i
        hs.append(h)
    return total(hs) + h[1]


def appended_as_a_copy(x, n):
    h = x * 1.0
    hs = []
    for i in range(n):
        h[0] = i
        hs.append(h.copy())
        h += 1.0
    return total(hs) + np.sum(h)


def replaced_and_read(x, n):
    hs = []
    for i in range(n):
        hs.append(x * i)
    for i in range(n):
        hs[i] = hs[i] + hs[0]
    r = hs[1] * 2.0
    r[0] = 7.0
    return total(hs) + np.sum(r) + hs[-1][0]


def a_copy_of_an_element(x, n):
    hs = []
    for i in range(n):
        hs.append(x * i)
    last = hs.pop().copy()
    last[0] = 9.0
    return total(hs) + np.sum(last)


def other_arrays_are_written(x, n):
    out = np.zeros(n)
    hs = []
    for i in range(n):
        hs.append(x * i)
        out[i] = np.sum(hs[-1])
    return total(hs) + out


def accumulated_where_bound(x, n):
    for i in range(n):
        if i == 0:
            acc = x * 1.0
        acc += x[i]
    return acc


def list_of_numbers(x, n):
    s = []
    y = x * 1.0
    for i in range(n):
        s.append(y[i])
        y[i] = 0.0
    return s[0] + s[-1] + y


@pytest.mark.parametrize(
    "function",
    [
        rebound,
        written_before_the_append,
        rebound_written_appended,
        appended_as_a_copy,
        replaced_and_read,
        a_copy_of_an_element,
        other_arrays_are_written,
        accumulated_where_bound,
        list_of_numbers,
    ],
    ids=lambda f: f.__name__,
)
def test_as_python(function: Callable[..., Any]) -> None:
    check(function, (X, N), (X * 2.0, 4))


def bound_in_the_loop_is_the_outer_one(x, n):
    h = x * 1.0
    for _i in range(n):
        r = h
    r[0] = 5.0
    return h + 0.0


def test_an_array_bound_on_some_paths_keeps_its_memory() -> None:
    """The write reaches `h` under another name: it can no longer be read."""
    with pytest.raises(CompileError) as caught:
        compiled(bound_in_the_loop_is_the_outer_one, X, N)
    assert [p.code for p in caught.value.problems] == ["SD501"]


def refused_in_a_loop(x, n):
    s = x * 1.0
    for _i in range(n):
        s = np.spacing(s)
    return s


def test_what_spoils_a_carried_name_is_reported_once() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(refused_in_a_loop, np.ones(3), N)
    assert [p.code for p in caught.value.problems] == ["SD401"]


# --- elements are of one type, or numbers that stand for each other


def an_int(x, n):
    rows = []
    for _ in range(n):
        rows.append(x)
    rows[0] = 2
    return sum(rows) * x


def a_float_among_ints(x, n):
    rows = []
    for i in range(n):
        rows.append(i)
    rows[0] = x
    return sum(rows) * x


def numpy_scalars_behind_a_float(x, n):
    rows = [x]
    for _ in range(n):
        rows.append(np.sin(rows[-1]) + x)
    return np.sum(np.array(rows) ** 2)


@pytest.mark.parametrize("f", [an_int, a_float_among_ints, numpy_scalars_behind_a_float])
def test_numbers_of_two_kinds_stand_in_one_list(f: Callable[..., Any]) -> None:
    check(f, (1.5, N))
    symdiff.check_grads(lambda x: f(x, N), (1.5,), order=2, modes=("fwd", "rev"))


def an_array_among_numbers(x, n):
    rows = []
    for _ in range(n):
        rows.append(x[0])
    rows[0] = x  # here
    return sum(rows)


def test_an_element_of_another_type_is_refused() -> None:
    with pytest.raises(CompileError, match=r"SD505.*takes f8\[m\] besides np.f8") as caught:
        symdiff.grad(an_array_among_numbers)(X, N)
    assert "rows[0]" in str(caught.value)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_second_derivative_of_a_list_made_an_array(level: int) -> None:
    # f = Σ (t v_k)² over t in v and k = (Σ v²)², so its Hessian is 4 (Σ v²) 1 + 8 v vᵀ
    f = lambda v: np.sum(np.array([t * v for t in v]) ** 2)
    v, ct = np.array([1.0, 2.0]), np.array([1.0, -0.5])
    expected = 4 * (v @ v) * ct + 8 * v * (v @ ct)
    np.testing.assert_allclose(symdiff.vjp(symdiff.grad(f, level=level), v)[1](ct)[0], expected, rtol=1e-13)


def collected(x):
    kept = x
    for _ in range(int(x)):
        kept = [x * k for k in range(int(x))]
    return kept[-1]


def cut(x, n: int):
    layers = 3
    return x * layers[:n]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (collected, "`kept` is float before the loop and a list after a turn"),
        (cut, "SD321 `[…]` of 3 and a slice is not supported"),
    ],
)
def test_messages_say_lists_and_slices_in_words(function: Any, message: str) -> None:
    with pytest.raises(symdiff.CompileError, match=re.escape(message)):
        symdiff.grad(function)(*(2.0, 3)[: function.__code__.co_argcount])
