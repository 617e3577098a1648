"""Keys that are objects: what they are taken for, and what is refused of them."""

from __future__ import annotations

import enum
import sys
from collections import deque
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from tests.frontend.running import differences

X = np.array([1.5, 0.5])


@dataclass(frozen=True)
class Point:
    a: float
    SCALE: ClassVar[float] = 2.0


@dataclass
class Open:
    a: float


@dataclass(frozen=True)
class Hashed:
    a: float

    def __hash__(self):
        return 1


class Node:
    def __init__(self, a):
        self.a = a


class Color(enum.Enum):
    RED = 1


CAPTURED = Point(1)


def of_a_plain_object(x):
    d = {Node(1): x[0]}
    return sum(d.values())


def of_a_hash_of_its_own(x):
    d = {Hashed(1): x[0]}
    return sum(d.values())


def message(function):
    with pytest.raises(CompileError) as found:
        symdiff.grad(function)(X)
    return str(found.value).partition(": SD")[2]


@pytest.mark.parametrize(("function", "shown"), [(of_a_plain_object, "Node(1)"), (of_a_hash_of_its_own, "Hashed(1)")])
def test_other_objects_are_refused(function, shown):
    assert message(function) == (
        "299 an object of the call, as the key of a dict, is not supported\n"
        f"    d = {{{shown}: x[0]}}\n"
        f"         {'^' * len(shown)}\n"
        "  why: objects are taken apart: none of them is left that has a hash\n"
        "  rewrite: use a text, a number or a frozen dataclass of these as the key, or keep the value in an attribute"
    )


def test_what_python_cannot_hash_is_refused():
    def unhashable(x):
        d = {Open(1): x[0]}
        return sum(d.values())

    with pytest.raises(TypeError, match="unhashable type: 'Open'"):
        unhashable(X)
    assert message(unhashable).startswith("403 a key: unhashable type: 'Open'\n")


def test_a_computed_field_is_refused():
    def computed(x):
        d = {Point(x[0]): x[0]}
        return sum(d.values())

    assert message(computed).startswith(
        "303 the key of a dict must be known when compiling, but `Point(x[0])` is staged\n"
    )


def test_a_key_that_comes_out_has_no_identity():
    def identity(x):
        p = Point(1)
        d = {p: x[0]}
        return sum((k is p) * v for k, v in d.items())

    assert message(identity).startswith("223 `is` on a staged value is not supported\n")


def test_keys_from_outside_are_the_same_keys():
    def both(x):
        d, e = {CAPTURED: x[0]}, {Point(1): x[1]}
        return d[Point(1.0)] * 3.0 + e[CAPTURED] * 5.0

    assert symdiff.grad(both)(X).tolist() == [3.0, 5.0]


PLACE = (0, (1, "a"))


def as_a_key(x):
    d = {PLACE: x[0], (2, (1, "a")): 2.0 * x[0]}
    e = {(0, (1, "a")): 5.0 * x[0], (2, (1, "a")): 7.0 * x[0]}
    return sum((i + 1) * v for (i, _), v in d.items()) + e[PLACE]


def as_an_element(x):
    return x[0] * (2.0 if (0, (1, "a")) in {PLACE} else 3.0)


def as_a_key_of_the_run(x):
    d = {(i, (i, "a")): 2.0 * x[0] for i in range(int(x[0]) + 1)}
    d[PLACE] = x[1] * x[1]
    return sum((i + 1) * (j + 2) * v for (i, (j, _)), v in d.items())


def as_an_element_of_a_list(x):
    places = [PLACE]
    for k in range(int(x[0]) + 1):
        places.append((k, (k, "a")))
    return x[0] * sum((i + 1) * (j + 2) for i, (j, _) in places)


@pytest.mark.parametrize("function", [as_a_key, as_an_element, as_a_key_of_the_run, as_an_element_of_a_list])
def test_a_tuple_from_outside_is_read_at_each_call(function, monkeypatch):
    derivative = symdiff.value_and_grad(function)
    for place in (PLACE, (2, (1, "a")), PLACE):
        monkeypatch.setattr(sys.modules[__name__], "PLACE", place)
        value, gradient = derivative(X)
        assert value == function(X)
        assert gradient == pytest.approx(differences(function, X))


def test_a_class_attribute_of_a_key_is_read_at_each_call(monkeypatch):
    @symdiff.grad
    def scaled(x):
        d = {(Point(1), 2): x[0]}
        return sum(v * p.SCALE * k for (p, k), v in d.items())

    assert scaled(X).tolist() == [4.0, 0.0]
    monkeypatch.setattr(Point, "SCALE", 3.0)
    assert scaled(X).tolist() == [6.0, 0.0]


@pytest.mark.parametrize(("key", "shown"), [(Point(1), "Point"), (Color.RED, "Color")], ids=["point", "enum"])
def test_a_result_has_keys_that_can_be_written_down(key, shown):
    def result(x):
        return x[0], {key: x[1]}

    with pytest.raises(CompileError) as found:
        symdiff.grad(result, has_aux=True)(X)
    text = str(found.value)
    assert f"SD322 the function returns a dict with {shown} as a key\n" in text
    assert text.endswith("  rewrite: return the values: `list(d.values())`")


class Cell(NamedTuple):
    i: int
    j: int


def paths_through(x, n):
    """A memo by named tuples around a recursion."""
    known = {}

    def cost(i, j):
        if i + j >= n:
            return x[i % 2] * x[j % 2]
        key = Cell(i, j)
        if key not in known:
            known[key] = cost(i + 1, j) * x[0] + cost(i, j + 1)
        return known[key]

    return cost(0, 0) + known[Cell(n - 1, 0)]


def test_named_tuples_found_when_it_runs_are_keys():
    value, gradient = symdiff.value_and_grad(paths_through)(X, 3)
    assert value == paths_through(X, 3)
    assert gradient == pytest.approx(differences(paths_through, X, 3))
    with pytest.raises(KeyError) as found:
        symdiff.grad(paths_through)(X, 0)
    assert found.value.args == ((-1, 0),)


def of_a_list(x, v):
    d = {}
    for t in v:
        d[[t]] = x
    return x


def of_a_tuple(x, v):
    return x * len({(int(t), {}): t for t in v})


def in_a_set(x, v):
    seen = set()
    for t in v:
        seen.add((t, v))
    return x


def in_a_comprehension(x, v):
    return x * len({v * t for t in v})


def looked_for(x, v):
    return x * ((1, deque()) in {int(t) for t in v})


@pytest.mark.parametrize("function", [of_a_list, of_a_tuple, in_a_set, in_a_comprehension, looked_for])
def test_what_has_no_hash_is_no_key(function):
    """In a loop Python's TypeError is raised when it runs, not where there are no turns."""
    v = np.array([0.5, 2.5])
    with pytest.raises(TypeError, match="unhashable type") as plain:
        function(0.5, v)
    with pytest.raises((TypeError, CompileError), match=str(plain.value)):
        symdiff.grad(function)(0.5, v)
    if function is not looked_for:
        assert symdiff.grad(function)(0.5, v[:0]) == (function in (of_a_list, in_a_set))


def test_a_set_is_looked_for_as_a_frozenset():
    with pytest.raises(CompileError) as refused:
        symdiff.grad(lambda x, v: x * ({1} in {int(t) for t in v}))(0.5, np.ones(2))
    assert "unhashable" not in str(refused.value)
