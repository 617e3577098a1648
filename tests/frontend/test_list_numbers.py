"""Lists of which it is not known which one is meant: one list under every name, as Python has it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff


def rows_of_two_lists(x: float, v: Any) -> Any:
    every, some = [], []
    for t in v:
        row = [t, x]
        every.append(row)
        if t > 0.5:
            some.append(row)
    for row in some:
        row[0] *= x
    return sum(a * b for a, b in every)


def the_best_row(x: float, v: Any) -> Any:
    best, rows = None, []
    for t in v:
        row = [t * x, t]
        rows.append(row)
        if best is None or row[0] > best[0]:
            best = row
    best[1] = 0.0
    best.extend([x, x])
    del best[0]
    best += [1.0]
    best *= 2
    return sum(sum(row) * (i + 1) for i, row in enumerate(rows))


def asked_of_a_dict_and_filled(x: float, v: Any) -> Any:
    groups: dict[int, Any] = {}
    for t in v:
        group = groups.get(int(t > 1.0))
        if group is None:
            group = []
            groups[int(t > 1.0)] = group
        group.append(t * x)
    return sum(sum(group) * len(group) * (k + 2) for k, group in groups.items())


def set_by_default_and_kept(x: float, v: Any) -> Any:
    groups: dict[int, Any] = {}
    rows = []
    for t in v:
        group = groups.setdefault(int(t > 1.0), [])
        group.append(t * x)
        rows.append(group)
    rows[0][0] += x
    rows[-1].append(2.0)
    return sum(sum(group) * (k + 2) for k, group in groups.items()) + sum(map(sum, rows))


def made_by_default_and_exchanged(x: float, v: Any) -> Any:
    groups: Any = defaultdict(list)
    for i, t in enumerate(v):
        groups[i % 2].append(t * x)
        groups[0], groups[1] = groups[1], groups[0]
    return sum(sum(group) * (k + 1) for k, group in groups.items())


def the_row_that_grows_is_put_in_first(x: float, v: Any) -> Any:
    row: list[Any] = []
    rows = [row]
    for t in v:
        row.append(t * x)
        if t > 1.0:
            row = []
            rows.append(row)
    return sum(sum(r) * (i + 1) for i, r in enumerate(rows))


def two_lists_change_names(x: float, v: Any) -> Any:
    a, b = [x], [2.0 * x]
    first = a
    for t in v:
        a.append(t)
        if t > 1.0:
            a, b = b, a
    first.append(x * x)
    return sum(a) * 2.0 + sum(b) * len(b) + (x if a is first else x * x)


def one_of_two_lists(x: float, v: Any) -> Any:
    low, high = [], []
    for t in v:
        group = low if t < 1.0 else high
        group.append(t * x)
    return sum(low) * 2.0 + sum(high) * x


def a_filter_of_a_filter(x: float, v: Any) -> Any:
    rows = []
    for t in v:
        rows.append([t * x, 0.0])
    active = rows
    for _ in range(3):
        for row in active:
            row[1] += row[0] * x
        active = [row for row in active if row[1] < 1.5]
    return sum(a * b for a, b in rows)


def slices_sums_and_copies(x: float, v: Any) -> Any:
    a = []
    for t in v:
        a.append([t, x])
    rest, whole, joined, twice = a[1:], a[:], a + a[1:], a * 2
    for row in rest:
        row[0] *= x
    whole[0][1] += x
    joined[-1][1] *= 2.0
    twice[-1].append(x)
    whole.append([x, x])
    sorted(a, key=lambda row: row[0])[0][1] += 1.0
    return sum(map(sum, a)) + sum(map(sum, joined)) * x + sum(len(row) for row in twice) * x + len(whole)


def lists_in_lists_in_lists(x: float, v: Any) -> Any:
    cube, lines = [], []
    for t in v:
        plane = []
        for k in range(2):
            line = [t, x * k]
            plane.append(line)
            lines.append(line)
        cube.append(plane)
    for line in lines:
        line[0] *= x
    lines[0].append(x)
    cube[-1][0][1] += 1.0
    cube[0].append(lines[-1])
    cube[0][-1][0] += x
    return sum(sum(sum(line) for line in plane) * (i + 1) for i, plane in enumerate(cube)) + sum(map(sum, lines))


def read_and_changed_by_turns(x: float, v: Any) -> Any:
    a, b = [], []
    for t in v:
        row = [t, x]
        a.append(row)
        b.append(row)
    s = 0.0
    for row in a:
        y, same = row[0], row
        b[0][0] += x
        s += y * row[0] + same[0]
        u, w = row
        b[-1][1] *= x
        s += u * w + row[1] + [e for e in row][1] + sum(e for e in row)
    return s


def zipped_with_its_rest(x: float, v: Any) -> Any:
    rows = [[t] for t in v]
    for p, q in zip(rows, rows[1:], strict=False):  # noqa: RUF007
        q[0] += p[0] * x
    return sum(p[0] * (i + 1) for i, p in enumerate(rows))


def a_queue_and_a_list(x: float, v: Any) -> Any:
    queue: Any = deque()
    rows = []
    for t in v:
        row = [t, x]
        queue.append(row)
        rows.append(row)
    while queue:
        row = queue.popleft()
        row[1] += x
        if row[1] < 3.0 * x:
            queue.append(row)
    return sum(a * b for a, b in rows)


def a_memo_of_lists(x: float, v: Any) -> Any:
    memo: dict[int, Any] = {}

    def go(k: int) -> Any:
        if k in memo:
            return memo[k]
        if k < 1:
            found = [x]
        else:
            found = go(k - 1)
            found.append(v[k - 1] * x)
        memo[k] = found
        return found

    return sum(go(len(v))) + sum(go(1)) * x


def a_recursion_over_rows_of_two_lists(x: float, v: Any) -> Any:
    a, b = [], []
    for t in v:
        row = [t, x]
        a.append(row)
        if t > 0:
            b.append(row)

    def go(k: int) -> Any:
        a[k][0] *= x
        s = b[-1][0]
        b[0][1] += x * s
        if k > 0:
            s += go(k - 1) * a[k][1]
        return s

    return go(len(v) - 1) + sum(p * q for p, q in a)


class Box:
    def __init__(self, row: Any) -> None:
        self.row = row


def rows_in_objects(x: float, v: Any) -> Any:
    boxes, rows = [], []
    for t in v:
        row = [t]
        rows.append(row)
        boxes.append(Box(row))
    for box in boxes:
        box.row.append(x * box.row[0])
    rows[0][0] = 5.0 * x
    boxes[-1].row = rows[0]
    boxes[-1].row.append(2.0)
    return sum(sum(row) for row in rows) + sum(sum(box.row) for box in boxes) * x


def asked_which_one(x: float, v: Any) -> Any:
    a, b = [], []
    for t in v:
        row = [t, x]
        a.append(row)
        if t > 1.0:
            b.append(row)
    s = 0.0
    for row in a:
        row[0] += x
        if row is b[0]:
            s += row[0]
        if row is not b[-1] and row:
            s *= x
        if row == [v[0] + x, x]:
            s += x
    return s + isinstance(a[0], list) + (type(b[0]) is list) + len(b)


def handed_to_numpy(x: float, v: Any) -> Any:
    a, b = [], []
    for t in v:
        row = [t, x, t * x]
        a.append(row)
        b.append(row)
    b[0][0] += x
    m = np.array(a)
    return np.sum(m * m) + np.array(a[0]) @ np.array(b[-1]) + max(a[0]) + sorted(b[0])[0]


def a_list_in_a_list_in_a_list(x: float, v: Any) -> Any:
    root: list[Any] = []
    last = root
    for _ in v:
        inner: list[Any] = []
        last.append(inner)
        last = inner
    depth = 0
    while root:
        root = root[0]
        depth += 1
    return depth * x * np.sum(v)


FUNCTIONS = (
    *(rows_of_two_lists, the_best_row, asked_of_a_dict_and_filled, set_by_default_and_kept),
    *(made_by_default_and_exchanged, the_row_that_grows_is_put_in_first, two_lists_change_names, one_of_two_lists),
    *(a_filter_of_a_filter, slices_sums_and_copies, lists_in_lists_in_lists, read_and_changed_by_turns),
    *(zipped_with_its_rest, a_queue_and_a_list, a_memo_of_lists, a_recursion_over_rows_of_two_lists),
    *(rows_in_objects, asked_which_one, handed_to_numpy, a_list_in_a_list_in_a_list),
)
POINTS = (np.array([1.1, 2.3]), np.array([0.3, 1.6, 0.8]))


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_value_and_derivatives_are_pythons(f: Callable[..., Any]) -> None:
    h, x = 1e-6, 0.7
    for k, v in enumerate(POINTS):
        by_x = (f(x + h, v) - f(x - h, v)) / (2 * h)
        by_v = np.array([(f(x, v + h * e) - f(x, v - h * e)) / (2 * h) for e in np.eye(len(v))])
        value, (d_x, d_v) = symdiff.value_and_grad(f, argnums=(0, 1), level=k)(x, v)
        assert value == pytest.approx(f(x, v), rel=1e-12)
        assert d_x == pytest.approx(by_x, rel=1e-6)
        assert d_v == pytest.approx(by_v, rel=1e-6, abs=1e-8)
    value, slope = symdiff.jvp(f, (x, v), (1.0, v))
    assert value == pytest.approx(f(x, v), rel=1e-12)
    assert slope == pytest.approx(by_x + by_v @ v, rel=1e-6)


def test_the_loops_stay_loops_and_a_list_is_its_number() -> None:
    found = symdiff.generate(
        rows_of_two_lists, types="x=float, v=f8[n]", level=1, functions=("value_and_grad",)
    )  # fmt: skip
    assert "list_items[" in found
    assert found.count("list_items.append") == 1


def test_lists_are_returned_as_such() -> None:
    def f(x: float, v: Any) -> Any:
        rows, some = [], []
        for t in v:
            row = [t, x]
            rows.append(row)
            some.append(row)
        some[0][0] *= x
        return rows[0][0] * x, (rows, some[0])

    (value, lists), slope = symdiff.value_and_grad(f, has_aux=True)(0.7, POINTS[0])
    assert (value, lists) == f(0.7, POINTS[0])
    assert slope == pytest.approx(2.0 * 0.7 * 1.1)


def test_a_list_that_may_be_none_raises_as_in_python() -> None:
    def f(x: float, v: Any) -> Any:
        row, rows = None, []
        for t in v:
            if t > 50.0:
                row = [t]
                rows.append(row)
        row.append(x)
        return sum(map(sum, rows)) + row[0]

    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'append'"):
        symdiff.grad(f)(0.7, POINTS[0])
    assert symdiff.grad(f)(0.7, np.array([60.0])) == 1.0
