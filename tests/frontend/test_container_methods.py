"""Methods of lists and dicts called wrongly are errors at the call."""

from __future__ import annotations

import pytest

from symdiff import CompileError, grad


def insert_of_nothing(x):
    a = [x]
    a.insert(0)
    return a[0]


def update_of_two(x):
    d = {"a": x}
    d.update({}, {})
    return d["a"]


def pop_of_nothing(x):
    d = {"a": x}
    return d.pop()


def append_by_name(x):
    a = [x]
    a.append(item=x)
    return a[0]


def sorted_by_position(x):
    return sorted([2, 1], lambda k: k)[0] * x


@pytest.mark.parametrize(
    "function", [insert_of_nothing, update_of_two, pop_of_nothing, append_by_name, sorted_by_position]
)
def test_wrong_arguments(function):
    with pytest.raises(TypeError):
        function(1.0)
    with pytest.raises(CompileError) as caught:
        grad(function)(1.0)
    assert [p.code for p in caught.value.problems] == ["SD313"]


def empty_pop(x):
    d = {}
    return d.popitem()[1] * x


def removed_twice(x):
    a = [1, 2]
    a.remove(1)
    a.remove(1)
    return x


@pytest.mark.parametrize("function", [empty_pop, removed_twice])
def test_missing_elements(function):
    with pytest.raises(CompileError) as caught:
        grad(function)(1.0)
    assert [p.code for p in caught.value.problems] == ["SD403"]


@pytest.mark.parametrize("captured", [[1.0, 2.0, 1.0], (1.0, 2.0, 1.0)])
def test_staged_numbers_are_looked_for_in_captured_sequences(captured):
    f = lambda x: x * captured.count(x) + x * captured.index(x)
    assert (grad(f)(1.0), grad(f)(2.0)) == (2.0, 2.0)
    with pytest.raises(ValueError, match="not in the list"):
        grad(f)(7.0)


def test_a_list_around_is_counted_by_an_inner_derivative():
    def outer(v):
        numbers = list(v)
        return grad(lambda z: z * numbers.count(numbers[0]))(0.5)

    assert outer((1.0, 2.0, 1.0)) == 2.0
