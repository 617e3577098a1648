"""Lists that grow in a loop by tuples, objects, dicts and lists: what is refused, what it costs, what is printed."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError, UsageError
from tests.frontend.running import check

V = np.array([0.5, -1.5, 2.0])


@dataclass
class Body:
    mass: Any
    place: Any = 0.0


# --- refused at the line marked with `# here`: what is changed may be elsewhere, and the loops cannot be unrolled


def one_object_in_every_turn(a):
    body = Body(a)
    bodies = []
    while a < 40.0:
        a = a * 2.0
        bodies.append(body)
    body.mass = 2.0  # here
    return bodies[0].mass * a


def one_array_in_every_element(a):
    place = V * a
    bodies = []
    while a < 40.0:
        a = a * 2.0
        bodies.append(Body(a, [place, a]))
    bodies[0].mass = 3.0
    bodies[0].place[1] = 5.0
    bodies[1].place[0][0] = 2.0  # here
    return bodies[0].place[0][0]


def put_in_twice(a):
    bodies = made(a)
    bodies.append(bodies[0])
    bodies[0].mass = 2.0  # here
    return bodies[-1].mass


def two_places_of_one_element(a):
    pairs = []
    while a < 40.0:
        a = a * 2.0
        body = Body(a)
        pairs.append((body, body))
    pairs[1][0].mass = 2.0  # here
    return pairs[1][1].mass


def taken_out(a):
    bodies = made(a)
    body = bodies.pop()
    body.mass = 2.0
    return body.mass + bodies[0].mass


def sorted_since(a):
    bodies = made(a)
    first = bodies[0]
    bodies.sort(key=lambda body: -body.mass)
    first.mass = 2.0  # here
    return bodies[-1].mass


def of_the_last_turn(a):
    bodies, last = [], Body(a)
    while a < 40.0:
        a = a * 2.0
        last.mass = a  # here
        last = Body(a)
        bodies.append(last)
    return bodies[0].mass


class Ordered(Body):
    def __lt__(self, other):
        return self.mass < other.mass


def heaped(a):
    heap = [Ordered(a), Ordered(a * a), Ordered(0.3 * a)]
    while a < 40.0:
        a = a * 2.0
        if len(heap) > 2:
            a += heapq.heappop(heap).mass
        heap[-1].mass -= a  # here
    return a + sum(body.mass for body in heap)


def heaped_again(a):
    heap = [Ordered(a), Ordered(a * a), Ordered(0.3 * a)]
    while a < 40.0:
        a = a * 2.0
        if len(heap) > 2:
            heap.pop()
        heapq.heapify(heap)
        for body in heap:
            body.mass *= a  # here
    return a + sum((i + 1) * body.mass for i, body in enumerate(heap))


def made(a):
    bodies = []
    while a < 40.0:
        a = a * 2.0
        bodies.append(Body(a))
    return bodies


def in_a_list_made_anew(a):
    body, bodies = Body(a), []
    while a < 40.0:
        a = a * 2.0
        bodies = [body]
    body.mass = a  # here
    return bodies[0].mass


def put_in_and_kept(a):
    body, bodies = Body(a), []
    while a < 40.0:
        a = a * 2.0
        if a < 10.0:
            bodies.append(body)
        else:
            body = Body(a)
        body.mass += a  # here
    return bodies[0].mass


def at_two_places_of_a_known_list(a):
    body = Body(a)
    bodies = [body, body]
    while a < 40.0:
        a = a * 2.0
        bodies[int(a > 10.0)].mass += a  # here
    return bodies[0].mass


def lists_sorted_since(a):
    found = []
    while a < 40.0:
        a = a * 2.0
        found.append([a, 1.0])
    first = found[0]
    found.sort(key=lambda item: -item[0])
    first[1] = 2.0
    return found[-1][1]


def lists_read_from_a_part(a):
    found = []
    while a < 40.0:
        a = a * 2.0
        found.append([a, 1.0])
    rest = found[1:]
    found[1][0] = 2.0
    return rest[0][0] * found[0][0]


MEANT = [
    one_object_in_every_turn, put_in_twice, two_places_of_one_element, sorted_since, of_the_last_turn, heaped,
    heaped_again, in_a_list_made_anew, put_in_and_kept, at_two_places_of_a_known_list, lists_sorted_since,
    lists_read_from_a_part,
]  # fmt: skip


def the_same(f: Callable[..., Any], step: float = 1e-6) -> None:
    """By symdiff what CPython computes, and its slope."""
    value, slope = symdiff.value_and_grad(f)(2.0)
    assert value == f(2.0)
    assert slope == pytest.approx((f(2.0 + step) - f(2.0 - step)) / (2 * step), rel=1e-6)
    assert symdiff.jvp(f, (2.0,), (1.0,)) == (value, pytest.approx(slope))


@pytest.mark.parametrize("f", MEANT, ids=lambda f: f.__name__)
def test_objects_that_may_be_at_several_places_change_as_in_python(f: Callable[..., Any]) -> None:
    the_same(f)


def dicts_put_in_twice(a):
    found = []
    while a < 40.0:
        a = a * 2.0
        found.append({"mass": a})
    found.append(found[0])
    found[0]["mass"] = 2.0  # here
    return found[-1]["mass"]


CHANGED = [one_array_in_every_element, dicts_put_in_twice]


@pytest.mark.parametrize("f", CHANGED, ids=lambda f: f.__name__)
def test_changing_what_may_be_elsewhere_is_refused(f: Callable[..., Any]) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(f)(2.0)
    (problem,) = caught.value.problems
    assert problem.code in ("SD510", "SD508")
    assert problem.source_line.endswith("# here")


def read_under_its_own_name(a):
    first = Body(a)
    bodies = [first, Body(2.0)]
    while a < 40.0:
        a = a * 2.0
        bodies[int(a > 10.0)].mass += a
    return bodies[0].mass + first.mass


def chosen_in_the_loop(a):
    first, second = Body(a), Body(2.0 * a)
    bodies = [first]
    while a < 40.0:
        a = a * 2.0
        if a > 10.0:
            bodies = [second]
    if a > 50.0:
        bodies.append(second)
        second.mass += a
    return bodies[0].mass


def read_from_a_part(a):
    bodies = made(a)
    rest = bodies[1:]
    bodies[1].mass = 2.0
    return rest[0].mass


def read_under_its_old_name(a):
    bodies = made(a)
    body = bodies[0]
    bodies.reverse()
    bodies[-1].mass = 2.0
    return body.mass


READ = [read_under_its_own_name, chosen_in_the_loop, read_from_a_part, read_under_its_old_name]


@pytest.mark.parametrize("f", READ, ids=lambda f: f.__name__)
def test_objects_changed_elsewhere_are_read_as_in_python(f: Callable[..., Any]) -> None:
    the_same(f)


def test_what_was_taken_out_is_its_own() -> None:
    check(taken_out, (2.0,))


def test_the_report_reads_like_this() -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(dicts_put_in_twice)(2.0)
    where, *lines = str(caught.value).splitlines()[:5]
    assert where.split(": ", 1)[1] == (
        'SD510 `found[0]["mass"]` changes a list, dict or object of a list or dict that grows in a loop, or of which '
        "the run chooses elements, where it may be at another place too"
    )
    assert lines == [
        '    found[0]["mass"] = 2.0  # here',
        "    ^^^^^^^^^^^^^^^^",
        "  why: elements are kept by value there, and one is changed where it is alone: not one put in twice, "
        "taken out, put in place of another under a key, or of a list that was sorted or cut since",
        "  rewrite: change `items[i]` or `d[k]` itself, put a new one in its place, `items[i] = Item(…)`, or append "
        "copies: `copy.copy(item)`",
    ]


def dicts_read_from_a_part(a):
    found = []
    while a < 40.0:
        a = a * 2.0
        found.append({"mass": a})
    rest = found[1:]
    found[1]["mass"] = 2.0
    return rest[0]["mass"]


def test_reading_what_was_changed_elsewhere_is_refused() -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(dicts_read_from_a_part)(2.0)
    (problem,) = caught.value.problems
    assert problem.code == "SD511" and problem.what == (
        "`rest` is or holds an element of a list or dict that grows in a loop, or of which the run chooses elements, "
        "which may have been changed elsewhere since"
    )
    assert problem.why == (
        "elements are kept by value there: a change is seen by the list it is made in, and what is read from there"
    )
    assert problem.rewrite == (
        "read it from the list that was changed, or copy what is to stay as it was: `copy.deepcopy(item)`"
    )


def test_where_the_loop_can_be_unrolled_elements_change() -> None:
    def f(x):
        bodies = []
        for k in range(3):
            bodies.append(Body(x * k))
        for body in bodies:
            body.place += body.mass * x
        return bodies[1].place + bodies[2].place

    assert symdiff.value_and_grad(f)(2.0) == (12.0, 12.0)  # 3 x²


# --- elements that have no form together


def a_pair_then_a_triple(a):
    found = []
    while a < 40.0:
        a = a * 2.0
        found.append((a, 1.0))
        found.append((a, 1.0, 2.0))
    return found[0][0]


def different_keys(a):
    found = []
    while a < 40.0:
        a = a * 2.0
        found.append({"first": a})
        found.append({"second": a})
    return found[0]["first"]


@pytest.mark.parametrize("f", [a_pair_then_a_triple, different_keys], ids=lambda f: f.__name__)
def test_elements_of_different_structure_are_refused(f: Callable[..., Any]) -> None:
    with pytest.raises(CompileError, match="SD505"):
        symdiff.grad(f)(2.0)


# --- as in Python


def test_names_and_text_in_an_element_stay_known() -> None:
    def f(v, x):
        found = []
        for a in v:
            found.append(("power", a * x, None))
        name, last, nothing = found[-1]
        return last**2 if name == "power" and nothing is None else x

    check(f, (V, 0.5))


def test_an_index_out_of_range_stays_one() -> None:
    def f(x, n):
        found = []
        for i in range(n):
            found.append((i, x * i))
        return found[2][1]

    check(f, (1.5, 3), (1.5, 2))


def test_rows_are_read_at_the_cost_of_what_is_read() -> None:
    """`rows[i][j]` in a double loop adds to one number of the cotangent, not to a row."""

    def f(x, n):
        rows = []
        for i in range(n):
            row = []
            for j in range(n):
                row.append(x * (i + j))
            rows.append(row)
        s = 0.0
        for i in range(n):
            for j in range(n):
                s += rows[i][j] * rows[j][i]
        return s

    text = symdiff.generate(f, types="x=float, n=int", functions=("backward",))
    assert "_add(" not in text and "zeros" not in text.split("def ")[-1].split("for ")[-1]
    value, slope = symdiff.value_and_grad(f)(2.0, 3)
    expected = sum((i + j) ** 2 for i in range(3) for j in range(3))  # f = x² Σ (i + j)²
    assert (value, slope) == (4.0 * expected, 4.0 * expected)


# --- as results


class State(NamedTuple):
    t: Any
    y: Any


def with_numbers(x, v):
    found = []
    for a in v:
        found.append(a * x)
    return sum(found), found


def with_states(x, v):
    found = [State(0.0, x)]
    for i, a in enumerate(v):
        found.append(State(i * 0.1, found[-1].y * a))
    return found[-1].y, {"history": found, "count": len(found)}


def with_rows_of_pairs(x, v):
    rows = []
    for a in v:
        rows.append([(a, b * x) for b in v])
    return rows[0][1][1], rows


def with_objects(x, v):
    bodies = []
    for a in v:
        bodies.append(Body(a, v * x))
    return bodies[-1].mass * x, (bodies, v)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [with_numbers, with_states, with_rows_of_pairs, with_objects], ids=lambda f: f.__name__)
def test_lists_of_any_length_are_auxiliary_results(f: Callable[..., Any], level: int) -> None:
    value, expected = f(0.5, V)
    (found, aux), slope = symdiff.value_and_grad(f, has_aux=True, level=level)(0.5, V)
    assert (found, repr(aux)) == (value, repr(expected))
    difference = (f(0.5 + 1e-6, V)[0] - f(0.5 - 1e-6, V)[0]) / 2e-6
    assert slope == pytest.approx(difference, rel=1e-6)


def test_a_result_of_a_list_shares_memory_with_nothing() -> None:
    def f(x, v):
        found = []
        for _ in v:
            found.append(v)
        return x, (found, found)

    v = V.copy()
    first, second = symdiff.grad(f, has_aux=True)(1.0, v)[1]
    first[0][0] = 99.0
    assert [a[0] for a in (*first[1:], *second, v)] == [0.5] * 6


def test_a_generated_module_returns_lists() -> None:
    text = symdiff.generate(with_rows_of_pairs, types="x=float, v=f8[n]")
    space: dict[str, Any] = {}
    exec(compile(text, "module", "exec"), space)
    assert repr(space["with_rows_of_pairs"](0.5, V)) == repr(with_rows_of_pairs(0.5, V))
    assert "list(zip(" in text and "def with_rows_of_pairs_backward" not in text


def test_a_list_has_no_cotangent() -> None:
    with pytest.raises(UsageError) as caught:
        symdiff.vjp(with_numbers, 0.5, V)
    assert str(caught.value) == (
        "SD748 with_numbers returns a list, dict or set of a length not known when compiling, or a class of "
        "`collections`, which has neither forward and backward nor jvp "
        "(return `np.array(…)` of it, or return it behind a scalar, with has_aux=True)"
    )
    with pytest.raises(UsageError, match=r"SD704 .* returns a list"):
        symdiff.grad(lambda x: with_numbers(x, V)[1])(0.5)


# --- one of two elements, by a condition


def beside_the_end(a, k):
    places = [V * a for _ in range(3)]
    values = [Body(a) for _ in range(3)]
    body, place = (values[k], places[k]) if a > 1.0 else (values[0], places[0])
    body.mass *= a
    return body.mass * place[0]


def behind_the_end_for_a_while(a, k):
    values = [Body(a) for _ in range(3)]
    if a > 1.0:
        body = values[k]
        values.append(Body(2.0 * a))
    else:
        body = values[0]
    return body.mass * len(values)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", [beside_the_end, behind_the_end_for_a_while])
def test_an_index_out_of_range_is_told_where_the_branch_is_taken(function: Callable[..., Any], level: int) -> None:
    """Also where the list is long enough behind the branch, and where nothing of the element is read."""
    compiled = symdiff.value_and_grad(function, level=level)
    for a, k in ((2.0, 2), (2.0, -3), (0.5, 3)):
        assert compiled(a, k)[0] == function(a, k)
    for run in (function, compiled):
        with pytest.raises(IndexError):
            run(2.0, 3)
