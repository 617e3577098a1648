"""Lists of known length that are read at an index of the run, and whose elements are changed at a known one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

V = np.array([0.3, -0.7, 1.2])


def one_element_written(v):
    bufs = [v * 1.0, v * 2.0]
    for k in range(len(v)):
        bufs[0][k] += bufs[k % 2][-1]
    return np.sum(bufs[0] * bufs[1])


def both_written_and_copied(v):
    bufs = [v * 1.0, v * 2.0]
    s = 0.0
    for k in range(len(v)):
        s += bufs[k % 2][k]
        bufs[1][k] *= s
    bufs[0][1:] = bufs[1][:-1]
    return np.sum(bufs[0] * bufs[1]) + s


def read_before_any_write(v):
    bufs = [v * 1.0, v * 2.0]
    s = 0.0
    for k in range(len(v) - 1):
        s += np.sum(bufs[k] * bufs[k])
    bufs[0][1] = s
    bufs[1] += s
    return np.sum(bufs[0] * bufs[1])


def of_two_sizes(v):
    bufs = [v * 1.0, v[:2] * 2.0]
    for k in range(2):
        bufs[0][k] += bufs[k % 2][-1]
    return np.sum(bufs[0]) * bufs[1][0]


class Point:
    def __init__(self, x):
        self.x = x


def objects(v):
    points = [Point(v[0]), Point(v[1] * 2)]
    for k in range(len(v)):
        points[0].x = points[0].x * points[k % 2].x + v[k]
    return points[0].x * points[1].x


def lists(v):
    rows = [[v[0], v[1]], [v[2], 1.0]]
    s = 0.0 * v[0]
    for k in range(len(v)):
        s += rows[k % 2][0] * v[k]
        rows[0][0] += s
        rows[1].append(s)
    return s * rows[0][0] * len(rows[1]) + sum(rows[1])


def through_a_reversed_view(v):
    bufs = [v * 1.0, v * 2.0]
    for k in range(len(v)):
        r = bufs[0][::-1]
        r[k] += np.sum(bufs[(k + 1) % 2]) * v[k]
    return np.sum(bufs[0] * bufs[1])


def through_a_view_of_either(v):
    bufs = [v * 1.0, v * 2.0]
    for k in range(len(v)):
        r = bufs[k % 2][1:]
        r[0] += v[0]
        r[1:] *= bufs[0][0]
    return np.sum(bufs[0] * bufs[1])


FUNCTIONS = (
    *(one_element_written, both_written_and_copied, read_before_any_write, of_two_sizes, objects, lists),
    *(through_a_reversed_view, through_a_view_of_either),
)


def by_complex_steps(f: Callable[..., Any], v: np.ndarray) -> np.ndarray:
    return np.array([f(v + 1e-30j * e).imag / 1e-30 for e in np.eye(len(v))])


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_values_and_both_modes(f: Callable[..., Any], level: int) -> None:
    value, found = symdiff.value_and_grad(f, level=level)(V)
    expected = by_complex_steps(f, V)
    np.testing.assert_allclose(value, f(V), rtol=1e-13)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(symdiff.jvp(f, (V,), (V,))[1], expected @ V, rtol=1e-12)
    (single,) = symdiff.grad(f, argnums=(0,), level=level)(V.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("f", FUNCTIONS)
def test_second_order(f: Callable[..., Any]) -> None:
    step = 1e-6 * V
    along = (symdiff.grad(f)(V + step) - symdiff.grad(f)(V - step)) / 2e-6
    np.testing.assert_allclose(symdiff.grad(lambda v: symdiff.grad(f)(v) @ V)(V), along, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("f", [one_element_written, both_written_and_copied])
def test_without_a_turn(f: Callable[..., Any]) -> None:
    value, found = symdiff.value_and_grad(f)(np.zeros(0))
    assert value == 0.0 and found.shape == (0,)


# --- refused at the line marked with `# here`: the element is known in another way too


def one_array_twice(v):
    a = v * 1.0
    bufs = [a, v * 2.0, a]
    for k in range(len(v)):
        bufs[0][k] += bufs[k % 3][-1]  # here
    return np.sum(bufs[0] * bufs[1])


def under_its_own_name(v):
    a = v * 1.0
    bufs = [a, v * 2.0]
    for k in range(len(v)):
        a[k] += bufs[k % 2][-1]  # here
    return np.sum(bufs[0] * a)


@pytest.mark.parametrize("f", [one_array_twice, under_its_own_name])
def test_an_element_with_another_name_is_refused(f: Callable[..., Any]) -> None:
    with pytest.raises(CompileError, match=r"SD508 .* writes into an array") as caught:
        symdiff.grad(f)(V)
    line = int(str(caught.value).split(":")[1])
    with open(__file__, encoding="utf-8") as file:
        assert file.read().splitlines()[line - 1].endswith("# here")


def in_a_loop_over_the_list(v):
    bufs = [v * 2.0, v * 1.0]
    for row in bufs:
        row[0] += bufs[int(v[0] > 0)][1]  # here
    return np.sum(bufs[0] * bufs[1])


def test_a_refused_write_in_a_loop_over_the_list_is_told_alone() -> None:
    """Its turns make the list neither longer nor shorter, which was told of the loop beside it."""
    with pytest.raises(CompileError) as caught:
        symdiff.grad(in_a_loop_over_the_list)(V)
    assert [problem.code for problem in caught.value.problems] == ["SD508"]
