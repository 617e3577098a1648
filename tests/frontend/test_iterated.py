"""A list that changes while a loop runs over it: written elements are seen at their turn, another length is refused."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.frontend.running import differences

V = np.array([0.5, 0.7, 1.1])


def written_ahead(v):
    h = [t for t in v]
    s = 0.0
    for t in h:
        s = s + t * t
        h[1] = s
    return s


def written_ahead_in_known_structure(v):
    h = [v[0], v[1] * 2, v[2]]
    s = 0.0
    for t in h:
        s = s + t * t
        h[2] = s
    return s


def written_beside_an_array(v):
    h = [t for t in v]
    s = 0.0
    for t, u in zip(h, v):
        s = s + t * t * u
        if t > 0.6:
            h[-1] = s
    return s


def written_behind(v):
    h = [t for t in v]
    for i, t in enumerate(h):
        h[i] = t * 2 + (h[i - 1] if i > 0 else 0)
    return sum(h)


def removed_at_the_end(v):
    h = [t for t in v]
    s = 0.0
    for t in h:
        s = s + t * t
        if t > 0.6:
            h.remove(t)
            break
    return s + h[-1]


def grown_beside_known(v):
    h = []
    for t in v:
        if t > 2.0:
            break
        h.append(t * v[0])
    known, s = [v[0], v[1] * 2, 0.5], 0.0
    for t, u in zip(h, known):
        s = s + t * u
        known[2] = s
    return s + known[2] * known[0]


def arrays_beside_grown(v):
    h = []
    for t in v:
        if t > 2.0:
            break
        h.append(t * v[0])
    rows, s = [v * 2, v[::-1] + 1, v * v], 0.0
    for t, row in zip(h, rows):
        s = s + t * np.sum(row)
        rows[2] = row * s
    return s + np.sum(rows[-1] * rows[0])


def counted_beside_a_tuple(v):
    turns, s = int(v[0] * 9), 0.0  # 4
    for i, w in zip(range(1, turns), (v[1], v[2], 0.25, 8.0)):
        s = np.sin(s * i) + w
    return s


@pytest.mark.parametrize(
    "f",
    [
        written_ahead,
        written_ahead_in_known_structure,
        written_beside_an_array,
        written_behind,
        removed_at_the_end,
        grown_beside_known,
        arrays_beside_grown,
        counted_beside_a_tuple,
    ],
)
def test_elements_are_those_of_their_turn(f: Callable[..., Any]) -> None:
    value, gradient = symdiff.value_and_grad(f, level=1)(V)
    assert value == f(V)
    np.testing.assert_allclose(gradient, differences(f, V), rtol=1e-6)


def add(h, t):
    h.append(t)


def directly(v):
    h = [t for t in v]
    for t in h:
        if len(h) < 6:
            h.append(t * 2)
    return sum(h)


def by_another_name(v):
    h = [t for t in v]
    g = h
    for t in h:
        if len(g) < 6:
            g.append(t * 2)
    return sum(h)


def by_a_helper(v):
    h = [t for t in v]
    for t in h:
        if len(h) < 6:
            add(h, t * 2)
    return sum(h)


def counted(v):
    h = [t for t in v]
    for i, t in enumerate(h):
        if len(h) < 6:
            h += [t * i]
    return sum(h)


def in_an_expression(v):
    h = [t for t in v]
    s = 0.0
    for t in h:
        s = s + t
        if len(h) > 2:
            s += h.pop()
    return s


def of_known_structure(v):
    h = [v[0], v[1]]
    for t in h:
        if len(h) < 6:
            h.append(t * 2)
    return sum(h)


def beside_one_that_leaves(v):
    h, s = list(v), 0.0
    same = h
    for t in h:
        s += t
        if t > 9:
            h.pop()
            break
        if len(same) < 6:
            same.append(t * 0.5)
    return s


def arrays_beside_one_that_grew(v):
    h, rows, s = [t * 2 for t in v if t > 0], [v * 2, v + 1], 0.0
    for t, row in zip(h, rows):
        s += t * np.sum(row)
        if len(rows) < 6:
            rows.append(row * t)
    return s


LENGTHENING = [
    *(directly, by_another_name, by_a_helper, counted, in_an_expression, of_known_structure, beside_one_that_leaves),
    arrays_beside_one_that_grew,
]


@pytest.mark.parametrize("f", LENGTHENING)
def test_another_length_is_refused_at_the_loop(f: Callable[..., Any]) -> None:
    f(V)  # Python runs it
    with pytest.raises(symdiff.CompileError, match="SD299 a loop over a list that its turns may make longer"):
        symdiff.grad(f)(V)


def left_by_break(v):
    h = list(v)
    for k, t in enumerate(h):
        if t > 1.5:
            if t > 9:
                h.clear()
                break
            h.append(t * h.pop(k))
            break
        h[k] = t * 2
    else:
        h.append(v[0])
    return sum(h)


def left_by_return(v):
    h = list(v)
    for t in h:
        if t > 1.5:
            h.append(t)
            return sum(h) * h.pop(0)
    return v[0]


def a_dict(v):
    d = {int(10 * t + 0.3): t for t in v}
    for k in d:
        if d[k] > 1.5:
            d[k + 1] = d.pop(k) ** 2
            break
    for k, t in d.items():
        if t < 1.0:
            del d[k]
            break
        d[k] = t * 0.5
    return sum((k + 1) * t for k, t in d.items())


@pytest.mark.parametrize("f", [left_by_break, left_by_return, a_dict])
def test_a_turn_that_leaves_the_loop_may_change_the_length(f: Callable[..., Any]) -> None:
    for v in (V, V * 0.1, V * 5, V[::-1].copy()):
        value, gradient = symdiff.value_and_grad(f)(v)
        assert value == pytest.approx(f(v))
        np.testing.assert_allclose(gradient, differences(f, v), rtol=1e-5, atol=1e-7)


def in_a_loop(step, v):
    r = 0.0
    for a in map(step, v):
        r += a
    return r


def in_a_comprehension(step, v):
    return sum(a * a for a in map(step, v))


def beside_another(step, v):
    return sum(a * b for a, b in list(zip(map(step, v), v)))


@pytest.mark.parametrize("f", [in_a_loop, in_a_comprehension, beside_another])
def test_a_mapped_function_with_a_state_is_refused_where_it_is_called_in_turn(f: Callable[..., Any]) -> None:
    def with_state(v):
        state = [0.0]

        def step(x):
            state[0] = 0.5 * state[0] + x
            return x * state[0]

        return f(step, v)

    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(with_state)(V)
    assert [p.code for p in caught.value.problems] == ["SD235"]


def test_what_tee_gave_is_refused_where_its_elements_have_changed() -> None:
    def changed(v):
        held = [v[0], v[1]]
        one, other = itertools.tee(held)
        first = next(one)
        held[0] = 5.0
        return first * next(other)

    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(changed)(V)
    assert [p.code for p in caught.value.problems] == ["SD235"]


def test_the_iterator_that_tee_took_is_spent() -> None:
    def spent(v):
        it = iter([v[0], v[1]])
        one, other = itertools.tee(it)
        return next(one) * next(other) + next(it)

    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(spent)(V)
    assert [p.code for p in caught.value.problems] == ["SD234"]


class Scaled:
    def __init__(self, a, n):
        self.a, self.n = a, n

    def __getitem__(self, k):
        if k >= self.n:
            raise IndexError
        return self.a[k] * 2


def fewer_on_the_way(v, n):
    scaled, s = Scaled(v, n), 0.0
    for t in scaled:
        s += t
        scaled.n = 2
    return s


class Slices(Scaled):
    def __getitem__(self, k):
        return self.a[k : k + 1] * 2  # never an IndexError


def no_end_is_seen(v, n):
    return sum(t[0] for t in Slices(v, n))


@pytest.mark.parametrize(("function", "code"), [(fewer_on_the_way, "SD235"), (no_end_is_seen, "SD231")])
def test_an_object_that_is_read_by_index_is_refused_where_its_end_is_not_seen(
    function: Callable[..., Any], code: str
) -> None:
    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(function)(V, 3)
    assert [p.code for p in caught.value.problems] == [code]
