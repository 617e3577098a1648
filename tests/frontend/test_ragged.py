"""Rows of lists that change length and place: the same row under every name, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from tests.frontend.running import agrees


def twice_in_one_list(x: float, n: int) -> Any:
    rows = []
    for i in range(n):
        r = [x * i]
        rows.append(r)
        rows.append(r)
        rows[-1].append(x)
    return sum(sum(r) for r in rows)


def in_two_lists(x: float, n: int) -> Any:
    rows, other = [], []
    for i in range(n):
        r = [x * i]
        rows.append(r)
        other.append(r)
        rows[-1].append(x)
    return sum(sum(r) for r in other)


def known_by_a_name(x: float, n: int) -> Any:
    first = [x]
    rows = [first]
    for i in range(n):
        rows.append([x * i])
        rows[0].append(x)
        first.append(2.0)
    return sum(first) * len(rows[0])


def copied_and_changed(x: float, n: int) -> Any:
    rows = [[x]]
    for i in range(n):
        rows.append(rows[-1][:])
        rows[-1].append(x * i)
        rows[0].append(1.0)
    return sum(sum(r) * k for k, r in enumerate(rows))


def the_last_row_again(x: float, n: int) -> Any:
    rows = [[x]]
    for i in range(n):
        rows.append(rows[-1])
        rows[-1].append(x * i)
    return sum(sum(r) * k for k, r in enumerate(rows))


def exchanged_and_named(x: float, n: int) -> Any:
    rows = []
    for i in range(n):
        rows.append([x * i])
    rows[0], rows[1] = rows[1], rows[0]
    a = rows[0]
    rows[0].append(x)
    rows[1].append(x * 5)
    rows[1][0] = 7.0
    return a[0] * rows[1][-1] + sum(sum(r) for r in rows)


def exchanged_with_itself_perhaps(x: float, n: int) -> Any:
    rows = [[x * (2 - i), x] for i in range(n)]
    p = 0
    for i in range(n):
        if rows[i][0] > rows[p][0]:
            p = i
    rows[0], rows[p] = rows[p], rows[0]
    a, b = rows[0], rows[p]
    a[1] = 5.0 * x
    return b[1] * rows[p][1]


def exchanged_from_behind(x: float, n: int) -> Any:
    rows = [[x * (i + 2), x] for i in range(n)]
    rows[0], rows[-1] = rows[-1], rows[0]
    rows[0][1] = 5.0
    return sum(r[0] * r[1] * k for k, r in enumerate(rows))


def exchanged_in_a_branch(x: float, n: int) -> Any:
    rows = [np.ones(2) * x * (2 - i) for i in range(n)]
    for i in range(n - 1):
        if rows[i][0] > rows[i + 1][0]:
            rows[i], rows[i + 1] = rows[i + 1], rows[i]
    rows[0][1] = 5.0 * x
    return sum(r[0] * r[1] * k for k, r in enumerate(rows))


def put_in_where_the_other_path_raises(x: float, n: int) -> Any:
    rows: list[Any] = []
    if x > 0:
        rows.append({"a": [x * n]})
    else:
        rows[-1]["a"] = [2.0]
    rows[0]["a"].append(x)
    return sum(rows[0]["a"])


RUNS = (
    *(twice_in_one_list, in_two_lists, known_by_a_name, copied_and_changed, the_last_row_again, exchanged_and_named),
    *(exchanged_with_itself_perhaps, exchanged_from_behind, exchanged_in_a_branch),
    put_in_where_the_other_path_raises,
)


@pytest.mark.parametrize("function", RUNS, ids=[f.__name__ for f in RUNS])
def test_runs_as_python_does(function: Callable[..., Any]) -> None:
    agrees(function, 1.3, 3)


def a_row_named_before_the_exchange(x: float, n: int) -> Any:
    rows = [np.ones(2) * x * (i + 1) for i in range(n)]
    b = rows[0]
    rows[0], rows[1] = rows[1], rows[0]
    rows[0][0] = 5.0
    return b[1] * b[0]


def one_row_at_two_places(x: float, n: int) -> Any:
    rows = [np.ones(2) * x * (i + 1) for i in range(n)]
    rows[0] = rows[1]
    rows[0][0] = 5.0
    return rows[1][0]


def changed_through_a_filter(x: float, n: int) -> Any:
    rows = [[x * (i + 2), x] for i in range(n)]
    big = [r for r in rows if r[0] > 3.0]
    big[0][1] = x * x
    return sum(r[1] for r in rows)


def one_array_at_two_places(x: float, n: int) -> Any:
    a = np.ones(3) * x
    bufs, k = [a, a], 0
    for _ in range(n):
        bufs[1 - k][1:] = 2 * bufs[k][:-1]
        k = 1 - k
    return bufs[k].sum()


def parts_of_one_array(x: float, n: int) -> Any:
    m = np.ones((2, 3)) * x
    bufs, k = [m[0], m[1]], 0
    for _ in range(n):
        bufs[1 - k][1:] = 2 * bufs[k][:-1]
        k = 1 - k
    return m.sum()


def an_array_named_before_the_list(x: float, n: int) -> Any:
    a = np.ones(3) * x
    bufs, k = [a, a * 2], 0
    for _ in range(n):
        bufs[1 - k][1:] = 2 * bufs[k][:-1]
        k = 1 - k
    return a.sum()


def one_row_in_every_place(x: float, n: int) -> Any:
    groups = [[]] * 3
    for i in range(n):
        groups[int(x * i) % 3].append(x)
    return sum(sum(g) * k for k, g in enumerate(groups))


def a_row_put_into_the_next_place(x: float, n: int) -> Any:
    groups = [[] for _ in range(3)]
    for i in range(n):
        row = groups[int(x * i) % 3]
        groups[int(x * i + 1) % 3] = row
        row.append(x)
    return sum(sum(g) * k for k, g in enumerate(groups))


def a_row_named_before_it_is_filled(x: float, n: int) -> Any:
    groups = [[] for _ in range(3)]
    first = groups[0]
    for i in range(n):
        groups[int(x * i) % 3].append(x)
    return sum(first)


def one_array_in_two_groups(x: float, n: int) -> Any:
    groups = [[] for _ in range(3)]
    for i in range(n):
        a = np.ones(2) * x * i
        groups[int(x * i) % 3].append(a)
        groups[int(x * i + 1) % 3].append(a)
    for g in groups:
        for a in g:
            a *= 2.0
    return sum(np.sum(a) for g in groups for a in g)


def a_buffer_written_after_it_was_put_in(x: float, n: int) -> Any:
    groups = [[] for _ in range(3)]
    a = np.zeros(2)
    for i in range(n):
        a[0] = x * i
        groups[int(x * i) % 3].append(a)
    return sum(np.sum(a) for g in groups for a in g)


def a_group_that_grows_while_it_is_run_over(x: float, n: int) -> Any:
    groups = [[x] for _ in range(3)]
    for i in range(n):
        groups[int(x * i) % 3].append(x)
    for g in groups:
        for v in g:
            groups[int(x) % 3].append(v)
    return sum(sum(g) for g in groups)


def a_list_of_a_dict_under_another_name(x: float, n: int) -> Any:
    low: list[Any] = []
    buckets = {"low": low, "high": []}
    for i in range(n):
        buckets["low" if x * i < 2 else "high"].append(x)
    return sum(low)


REFUSED = (
    (one_array_in_two_groups, "SD508"),
    (a_buffer_written_after_it_was_put_in, "SD508"),
    (a_group_that_grows_while_it_is_run_over, "SD299"),
    (one_array_at_two_places, "SD508"),
    (parts_of_one_array, "SD508"),
    (an_array_named_before_the_list, "SD511"),
    (a_row_named_before_the_exchange, "SD511"),
    (one_row_at_two_places, "SD508"),
)


UNDER_TWO_NAMES = (
    *(a_list_of_a_dict_under_another_name, one_row_in_every_place, a_row_put_into_the_next_place),
    *(a_row_named_before_it_is_filled, changed_through_a_filter),
)


@pytest.mark.parametrize("function", UNDER_TWO_NAMES, ids=lambda f: f.__name__)
def test_one_list_under_two_names(function: Callable[..., Any]) -> None:
    agrees(function, 1.3, 3)


@pytest.mark.parametrize(("function", "code"), REFUSED, ids=[f.__name__ for f, _ in REFUSED])
def test_refused(function: Callable[..., Any], code: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)(1.3, 3)
    assert {p.code for p in caught.value.problems} == {code}


class Item:
    def __init__(self, a: Any) -> None:
        self.a = a


def test_a_row_that_has_no_one_form_is_refused_where_it_is_cut() -> None:
    def f(x: Any, labels: Any) -> Any:
        rows = [[Item(0.5)] for _ in range(3)]
        first, s = rows[0], 0.0
        for i in range(len(x)):
            rows[i % 3].append(Item(x[i]))
            if x[i] > 1.0:
                if len(rows[labels[i]]) > 2:
                    rows[labels[i]] = [Item(x[i])]
                if x[i] > 1.2:
                    rows[labels[i]] += [Item(x[i] * 2)]
                else:
                    s = s + rows[i % 3].pop().a
        return s + sum(e.a for e in first)

    with pytest.raises(CompileError):
        symdiff.grad(f)(np.linspace(0.5, 1.6, 6), np.array([0, 1, 2, 0, 1, 2]))
