"""Lists, dicts and objects that recursion shares with what is around it: one memory under every name, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from tests.frontend.running import agrees

X, N = 1.3, 3


class Box:
    def __init__(self, w: Any) -> None:
        self.w = w


def the_argument_returned(x: float, n: int) -> Any:
    def go(a: Any, k: int) -> Any:
        return a if k == 0 else go(a, k - 1)

    a = [x, 2.0]
    b = go(a, n)
    b[0] = 5.0 * x
    return a[0] * b[1]


def the_captured_returned(x: float, n: int) -> Any:
    def go(k: int) -> Any:
        return a if k == 0 else go(k - 1)

    a = {"q": x, "r": 2.0}
    b = go(n)
    a["q"] = 5.0 * x
    return b["q"] * b["r"]


def one_list_twice_in_a_result(x: float, n: int) -> Any:
    def go(k: int) -> Any:
        a = [x, 2.0 * x]
        return (a, a) if k == 0 else go(k - 1)

    p, q = go(n)
    p[0] = 5.0 * x
    return q[0]


def one_list_under_two_parameters(x: float, n: int) -> Any:
    def go(a: Any, b: Any, k: int) -> Any:
        if k == 0:
            return b[0]
        a.append(a[-1] * 2.0)
        b[0] = b[0] + len(a)
        return go(a, b, k - 1)

    a = [x]
    return go(a, a, n) + sum(a)


def inside_an_object(x: float, n: int) -> Any:
    s = {"a": [x], "b": Box(x)}

    def go(k: int) -> Any:
        s["a"].append(s["b"].w)
        s["b"].w = s["b"].w * x
        if k:
            go(k - 1)

    go(n)
    return sum(s["a"]) * s["b"].w


def an_attribute_replaced(x: float, n: int) -> Any:
    s = Box([x])
    before = s.w

    def go(k: int) -> Any:
        s.w = [*s.w, x * k]
        if k:
            go(k - 1)

    go(n)
    return sum(s.w) * before[0] + len(before)


def an_array_replaced(x: float, n: int) -> Any:
    def go(s: Any, k: int) -> Any:
        s.w = s.w * x
        if k:
            go(s, k - 1)

    s = Box(np.ones(3) * x)
    before = s.w
    go(s, n)
    return s.w.sum() + before.sum()


def an_array_in_an_object(x: float, n: int) -> Any:
    s = Box(np.ones(3) * x)
    before = s.w

    def go(k: int) -> Any:
        s.w[k % 3] += x
        if k:
            go(k - 1)

    go(n)
    return s.w.sum() * before[0]


def in_a_list_of_any_length(x: float, n: int) -> Any:
    boxes = [Box(x * i) for i in range(n)]

    def go(b: Any, k: int) -> Any:
        b.w = b.w + x
        if k:
            go(b, k - 1)

    for b in boxes:
        go(b, n)
    return sum(b.w for b in boxes)


def two_calls(x: float, n: int) -> Any:
    out: list[Any] = []

    def go(k: int, t: Any) -> Any:
        out.append(t)
        if k:
            go(k - 1, t * x)

    for i in range(n):
        go(i, x * i)
    go(n, x * x)
    out.append(1.0)
    return sum(out) * len(out)


def mutual(x: float, n: int) -> Any:
    out: list[Any] = []

    def even(k: int) -> Any:
        out.append(x * k)
        return odd(k - 1) if k else 0.0

    def odd(k: int) -> Any:
        out[-1] = out[-1] * 2.0
        return even(k - 1) + 1.0 if k > 0 else 0.5

    return even(n) * sum(out)


def one_object_is_itself(x: float, n: int) -> Any:
    def go(p: Any, q: Any, k: int) -> Any:
        return (x if p is q else 2.0 * x) if k == 0 else go(p, q, k - 1)

    a = Box(x)
    return go(a, a, n)


def a_counter_and_a_total(x: float, n: int) -> Any:
    calls, total = 0, x

    def fib(k: int) -> Any:
        nonlocal calls, total
        calls += 1
        if x * k > 2.0:
            total = total * 1.1 + k
        return x if k < 2 else fib(k - 1) + x * fib(k - 2)

    return fib(n + 2) * calls + total


def on_one_path_alone(x: float, n: int) -> Any:
    out: list[Any] = []

    def go(k: int) -> Any:
        if k * x > 2.0:
            out.append(k * x)
        if k:
            go(k - 1)

    for i in range(n):
        if i != 1:
            go(i + 1)
    return sum(out) + len(out)


def a_queue(x: float, n: int) -> Any:
    out: list[Any] = []

    def go(items: Any) -> Any:
        if not items:
            return
        head = items.pop(0)
        out.append(head * x)
        if head < n:
            items.append(head + 2.0)
        go(items)

    go([x, x + 1.0])
    return sum(out)


def the_argument_and_a_new_list(x: float, n: int) -> Any:
    def go(a: Any, k: int) -> Any:
        a.append(x * k)
        if k == 0:
            return a, [x]
        r, s = go(a, k - 1)
        return r, [*s, len(r) * x]

    a: list[Any] = []
    r, s = go(a, n)
    r.append(100.0 * x)
    return sum(a) + sum(s)


def a_row_and_its_list(x: float, n: int) -> Any:
    rows = [[x * i] for i in range(n + 1)]

    def go(r: Any, k: int) -> Any:
        r.append(x * k)
        return sum(rows[0]) if k == 0 else go(r, k - 1)

    return go(rows[0], n)


def read_by_one_changed_by_another(x: float, n: int) -> Any:
    """`total` reads what `fill` is passed and changes, and what is changed between its calls alone."""
    held = [x]

    def total(k: int) -> Any:
        return 0.0 if k == len(held) else held[k] * x + total(k + 1)

    def fill(k: int) -> Any:
        if k == 0:
            return 0.0
        held.append(total(0) * k)
        return fill(k - 1) * x + total(1)

    def change() -> float:
        held[0] = 5.0 * x
        return 10.0

    def twice() -> Any:
        return total(0) + change() * total(0)

    return fill(n) + twice()


def a_name_read_by_one_changed_by_another(x: float, n: int) -> Any:
    w = x

    def total(k: int) -> Any:
        return 0.0 if k == 0 else w * x + total(k - 1)

    def fill(k: int) -> Any:
        nonlocal w
        if k == 0:
            return 0.0
        w += k
        return fill(k - 1) * x

    def change() -> float:
        nonlocal w
        w *= 2.0
        return 10.0

    def twice() -> Any:
        return total(n) + change() * total(n)

    return fill(n) + twice()


def inside_of_what_is_changed(x: float, n: int) -> Any:
    """`best` is passed, with the list and the array in it by name: what these hold is read where the function runs."""
    best: list[Any] = [0.0, [x, x], np.ones(2) * x, Box([x])]

    def go(k: int) -> Any:
        if k == 0:
            return 0.0
        best[0] = best[0] + best[1][0] * k + best[2][1]
        return go(k - 1) * x + best[1][1] * best[3].w[0]

    def change() -> float:
        best[1][0] = 5.0 * x
        best[2][1] *= x
        best[3].w[0] *= x
        return 10.0

    def twice() -> Any:
        return go(n) + change() * go(n)

    return go(1) + twice() + best[0]


def best_of_copies(x: float, n: int) -> Any:
    """What is found best is kept in a list from around, empty at first."""
    best: list[Any] = [0.0, []]

    def go(k: int, taken: Any) -> Any:
        if sum(taken) * x > best[0]:
            best[0], best[1] = sum(taken) * x, list(taken)
        if k < n:
            go(k + 1, taken)
            taken.append(1.0 - k * x)
            go(k + 1, taken)
            taken.pop()

    go(0, [])
    return best[0] * x + sum(best[1]) + len(best[1])


def best_under_a_name(x: float, n: int) -> Any:
    best, chosen = 0.0, []

    def go(k: int, taken: Any) -> Any:
        nonlocal best, chosen
        if sum(taken) * x > best:
            best, chosen = sum(taken) * x, list(taken)
        if k < n:
            go(k + 1, taken)
            go(k + 1, [*taken, 1.0 - k * x])

    go(0, [])
    return best * x + sum(chosen) + len(chosen)


def all_subsets_as_copies(x: float, n: int) -> Any:
    """The list from around is of copies, and the one that is copied goes on being changed."""
    out: list[Any] = []

    def go(k: int, taken: Any) -> Any:
        if k == n:
            out.append(taken[:])
            return
        go(k + 1, taken)
        taken.append(1.0 - k * x)
        go(k + 1, taken)
        taken.pop()

    go(0, [])
    return sum(sum(t) ** len(t) for t in out)


def combinations_up_to_a_sum(x: float, n: int) -> Any:
    out: list[Any] = []
    v = [1.0, 1.5, 2.0]

    def go(start: int, taken: Any, left: float) -> Any:
        if left < 0.5:
            out.append(list(taken))
            return
        for i in range(start, n):
            if v[i] <= left:
                taken.append(v[i] * x)
                go(i, taken, left - v[i])
                taken.pop()

    go(0, [], 3.0)
    return sum(t[0] * sum(t) for t in out)


def copies_of_the_list_of_lists(x: float, n: int) -> Any:
    """Both lists hold the same elements, before and behind a recursion that appends to one of them."""
    out: list[Any] = [[x * k] for k in range(n)]
    second = out[:]

    def go(k: int) -> Any:
        third = out[:]
        if k == n:
            return
        out.append([x, 1.0])
        go(k + 1)
        third[k].append(x * k)

    go(0)
    second[0].append(5.0 * x)
    return sum(sum(t) * len(t) for t in out) + sum(sum(t) for t in second)


def the_list_itself_put_in(x: float, n: int) -> Any:
    out: list[Any] = []

    def go(k: int, taken: Any) -> Any:
        if k == n:
            out.append(taken)
            return
        go(k + 1, taken)
        taken.append(x)

    go(0, [])
    return sum(sum(t) for t in out)


def the_argument_or_a_new_list(x: float, n: int) -> Any:
    def go(a: Any, k: int) -> Any:
        return a if k < 2 else go([t * x for t in a], k - 1)

    a = [x, 2.0]
    b = go(a, n)
    b.append(1.0)
    return sum(a) + sum(b)


def paths_that_are_changed(x: float, n: int) -> Any:
    def paths(k: int) -> Any:
        if k == n:
            return [[]]
        found = []
        for p in paths(k + 1):
            found.append(p)
            found.append([k * x, *p])
        return found

    out = paths(0)
    out[0].append(x)
    return sum(sum(p) for p in out)


RUNS = (
    *(the_argument_returned, the_captured_returned, one_list_twice_in_a_result, one_list_under_two_parameters),
    *(inside_an_object, an_attribute_replaced, an_array_replaced, an_array_in_an_object, in_a_list_of_any_length),
    *(two_calls, mutual, one_object_is_itself, a_counter_and_a_total, on_one_path_alone, a_queue),
    *(the_argument_and_a_new_list, a_row_and_its_list, the_argument_or_a_new_list),
    *(read_by_one_changed_by_another, a_name_read_by_one_changed_by_another),
    *(inside_of_what_is_changed, best_of_copies, best_under_a_name),
    *(all_subsets_as_copies, combinations_up_to_a_sum, copies_of_the_list_of_lists),
    *(the_list_itself_put_in, paths_that_are_changed),
)


@pytest.mark.parametrize("function", RUNS, ids=[f.__name__ for f in RUNS])
def test_runs_as_python_does(function: Callable[..., Any]) -> None:
    agrees(function, X, N)


# --- elements of lists that grew, changed in their place


def rows_of(x: float, v: Any) -> Any:
    rows: list[Any] = []
    for t in v:
        rows.append([t, t * x])
    return rows


def an_inner_function_changes_a_row(x: float, v: Any) -> Any:
    rows = rows_of(x, v)

    def go(k: int) -> None:
        rows[k][0] = rows[k][0] * x + rows[0][1]
        if k:
            go(k - 1)

    go(len(v) - 1)
    rows[0][1] += x
    return sum(a * b for a, b in rows)


def one_list_of_rows_under_two_names(x: float, v: Any) -> Any:
    def go(a: Any, b: Any, k: int) -> Any:
        a[k][0] *= x
        return b[k][0] + go(a, b, k - 1) if k else b[0][1]

    rows = rows_of(x, v)
    return go(rows, rows, len(v) - 1) * rows[0][0]


def both_functions_change_rows(x: float, v: Any) -> Any:
    def even(k: int) -> Any:
        rows[k][0] *= x
        return odd(k - 1) if k else rows[0][0]

    def odd(k: int) -> Any:
        rows[k][1] += rows[k][0]
        return even(k - 1) if k else rows[0][1]

    rows = rows_of(x, v)
    return even(len(v) - 1) + rows[-1][0] * rows[0][1]


def rows_change_while_they_are_passed_over(x: float, v: Any) -> Any:
    def go(rows: Any, k: int) -> None:
        for row in rows:
            row[0] *= x
            row.append(row[0])
        if k:
            go(rows, k - 1)

    rows = rows_of(x, v)
    go(rows, 1)
    return sum(sum(row) for row in rows)


def objects_in_a_list_change(x: float, v: Any) -> Any:
    boxes = []
    for t in v:
        boxes.append(Box([t, x]))

    def go(k: int) -> Any:
        boxes[k].w[0] *= x
        if k:
            go(k - 1)
            boxes[k].w[1] += boxes[k - 1].w[0]

    go(len(v) - 1)
    return sum(b.w[0] * b.w[1] for b in boxes)


ROWS = (
    *(an_inner_function_changes_a_row, one_list_of_rows_under_two_names, both_functions_change_rows),
    *(rows_change_while_they_are_passed_over, objects_in_a_list_change),
)


@pytest.mark.parametrize("function", ROWS, ids=lambda f: f.__name__)
def test_elements_change_in_their_place(function: Callable[..., Any]) -> None:
    """The loop stays a loop: the sizes are of any length."""
    generated = symdiff.generate(function, types="x=float, v=f8[n]", level=1)
    assert "for " in generated
    agrees(function, X, np.array([0.3, 1.7, -0.4]))


def a_row_read_before(x: float, v: Any) -> Any:
    rows = rows_of(x, v)
    first = rows[0]

    def go(k: int) -> None:
        rows[k][0] *= x
        if k:
            go(k - 1)

    go(len(v) - 1)
    return first[0]


def a_row_read_inside(x: float, v: Any) -> Any:
    rows = rows_of(x, v)
    first = rows[0]

    def go(k: int) -> Any:
        rows[k][0] *= x
        return first[0] + go(k - 1) if k else first[1]

    return go(len(v) - 1)


def a_row_passed_besides(x: float, v: Any) -> Any:
    def go(rows: Any, row: Any, k: int) -> Any:
        rows[k][0] *= x
        return row[0] + go(rows, row, k - 1) if k else row[1]

    rows = rows_of(x, v)
    return go(rows, rows[0], len(v) - 1)


def rows_of_two_lists(x: float, v: Any) -> Any:
    one: list[Any] = []
    other: list[Any] = []
    for t in v:
        row = [t, x]
        one.append(row)
        other.append(row)

    def go(k: int) -> None:
        one[k][0] *= x
        if k:
            go(k - 1)

    go(len(v) - 1)
    return sum(row[0] for row in other)


def one_row_twice(x: float, v: Any) -> Any:
    rows: list[Any] = []
    for t in v:
        row = [t, x]
        rows.append(row)
        rows.append(row)

    def go(k: int) -> None:
        rows[k][0] *= x
        if k:
            go(k - 1)

    go(len(v) - 1)
    return sum(row[0] for row in rows)


def a_row_given_back(x: float, v: Any) -> Any:
    rows = rows_of(x, v)

    def go(k: int) -> Any:
        rows[k][0] *= x
        return go(k - 1) if k else rows[0]

    row = go(len(v) - 1)
    row[0] += 1.0
    return rows[0][0]


KNOWN_OTHERWISE = (
    a_row_read_before,
    a_row_read_inside,
    a_row_passed_besides,
    rows_of_two_lists,
    one_row_twice,
    a_row_given_back,
)


@pytest.mark.parametrize("function", KNOWN_OTHERWISE, ids=lambda f: f.__name__)
def test_elements_that_are_known_in_another_way(function: Callable[..., Any]) -> None:
    """The rows are numbers there, or told apart."""
    v = np.array([0.3, 1.7, -0.4])
    value, slope = symdiff.value_and_grad(function)(X, v)
    assert value == pytest.approx(function(X, v), rel=1e-12)
    assert slope == pytest.approx((function(X + 1e-6, v) - function(X - 1e-6, v)) / 2e-6, rel=1e-6)


# --- refused


def the_list_itself_put_in_and_changed(x: float, n: int) -> Any:
    out: list[Any] = []

    def go(k: int, taken: Any) -> Any:
        if k == n:
            return
        out.append(taken)
        go(k + 1, [x * k])
        taken.append(x)

    go(0, [x])
    return sum(sum(t) for t in out)


def argument_and_captured(x: float, n: int) -> Any:
    a = [x, 1.0]

    def go(b: Any, k: int) -> Any:
        b[0] = b[0] * 2.0
        return a[0] if k == 0 else go(b, k - 1)

    return go(a, n)


def captured_and_argument(x: float, n: int) -> Any:
    a = [x, 1.0]

    def go(b: Any, k: int) -> Any:
        a[0] = a[0] * 2.0
        return b[0] if k == 0 else go(b, k - 1)

    return go(a, n)


def an_array_and_its_list(x: float, n: int) -> Any:
    rows = [np.ones(2) * x * i for i in range(n + 1)]

    def go(rs: Any, w: Any, k: int) -> Any:
        w[0] = w[0] + x
        return rs[1][0] if k == 0 else go(rs, w, k - 1)

    return go(rows, rows[1], n)


def appended_and_changed_later(x: float, n: int) -> Any:
    out: list[Any] = []

    def go(w: Any, k: int) -> Any:
        out.append(w)
        if k:
            go([t * 2.0 for t in w], k - 1)

    w = [x, x * x]
    go(w, n)
    w[0] = 7.0
    return out[0][0] + out[1][0]


def either_of_two_objects(x: float, n: int) -> Any:
    def go(p: Any, q: Any, k: int) -> Any:
        if k == 0:
            return p
        p.w = p.w * 1.5
        return go(q, p, k - 1)

    a, b = Box(x), Box(2.0 * x)
    c = go(a, b, n)
    c.w = c.w + 10.0
    return a.w * b.w


def perhaps_one_object(x: float, n: int) -> Any:
    boxes = [Box(x * i) for i in range(n)]

    def go(p: Any, q: Any, k: int) -> Any:
        return (x if p is q else 2.0 * x) if k == 0 else go(p, q, k - 1)

    return go(boxes[0], boxes[0], n)


REFUSED = (
    (argument_and_captured, "SD509"),
    (captured_and_argument, "SD509"),
    (an_array_and_its_list, "SD509"),
    (appended_and_changed_later, "SD510"),
    (the_list_itself_put_in_and_changed, "SD510"),
)


@pytest.mark.parametrize("function", [either_of_two_objects, perhaps_one_object], ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_objects_of_which_either_may_be_meant(function: Callable[..., Any], n: int) -> None:
    value, slope = symdiff.value_and_grad(function)(X, n)
    assert value == function(X, n)
    assert slope == pytest.approx((function(X + 1e-6, n) - function(X - 1e-6, n)) / 2e-6, rel=1e-6)


@pytest.mark.parametrize(("function", "code"), REFUSED, ids=[f.__name__ for f, _ in REFUSED])
def test_refused(function: Callable[..., Any], code: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)(X, N)
    assert {p.code for p in caught.value.problems} == {code}
