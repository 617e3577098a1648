"""Lists of ints, tuples and arrays as arguments, of any length: as where they are taken apart, and as differences say.

`alike.SHORT` is how long a list is that is taken apart: with a large one every list is, which is the reference.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pytest

from symdiff import alike, check_grads, grad, hessian, hvp, jacfwd, jacobian, jvp, value_and_grad, vjp
from symdiff.errors import CheckError, CompileError
from symdiff.trees import flatten


class Mass(NamedTuple):
    place: Any
    weight: float


def by_powers(x, ks):
    s = 0.0
    for k in ks:
        s += x * k if k % 2 else x ** (k % 3)
    return s * len(ks)


def of_edges(x, edges):
    s = 0.0
    for i, j, w in edges:
        s += w * (x[i] - x[j]) ** 2
    return s


def area(points):
    s = 0.0
    for (x, y), (u, v) in zip(points, points[1:] + points[:1]):
        s += x * v - y * u
    return 0.5 * s * s


def inertia(masses):
    total = moment = 0.0
    for place, weight in masses:
        total += weight
        moment += weight * place
    return sum(m.weight * (m.place - moment / total) ** 2 for m in masses)


def network(layers, x):
    for w in layers:
        x = np.tanh(w @ x)
    return np.sum(x * x)


def bodies(masses, g):
    """Tuples of an array and a number: every pair."""
    s = 0.0
    for i, (p, m) in enumerate(masses):
        for q, n in masses[:i]:
            s += g * m * n / np.sqrt(np.sum((p - q) ** 2) + 0.1)
    return s


def matrices(n: int) -> list[Any]:
    return [np.array([[0.5, 0.1 * k], [-0.3, np.cos(k)]]) for k in range(n)]


PROGRAMS: list[tuple[Callable[..., Any], int, Callable[[int], tuple[Any, ...]]]] = [
    (by_powers, 0, lambda n: (1.1, list(range(n)))),
    (of_edges, 0, lambda n: (np.array([1.0, 2.5, 0.5]), [(k % 3, (k * k) % 3, 0.5 * k) for k in range(n)])),
    (area, 0, lambda n: ([(np.cos(k) + 2.0, float(k)) for k in map(float, range(n))],)),
    (inertia, 0, lambda n: ([Mass(0.1 * k, 1.0 + k) for k in range(n)],)),
    (network, 0, lambda n: (matrices(n), np.array([1.0, 2.0]))),
    (bodies, 0, lambda n: ([(np.array([k, 0.5 * k * k]), 1.0 + k) for k in map(float, range(n))], 0.7)),
]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """The true limit for arrays; here it is that for numbers."""
    limit = alike.FEW_ARRAYS
    monkeypatch.setattr(alike, "FEW_ARRAYS", alike.SHORT)
    return limit


@contextmanager
def taken_apart() -> Iterator[None]:
    before, alike.SHORT = alike.SHORT, 1000
    try:
        yield
    finally:
        alike.SHORT = before


def same(a: Any, b: Any, kinds: bool = True) -> None:
    """Equal in structure and numbers; a tangent of a Python number may be one of NumPy's (`kinds`)."""
    (left, one), (right, other) = flatten(a), flatten(b)
    assert one == other
    for x, y in zip(left, right, strict=True):
        assert np.shape(x) == np.shape(y) and (type(x) is type(y) or not kinds)
        assert np.allclose(x, y, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(("f", "by", "made"), PROGRAMS, ids=[f.__name__ for f, *_ in PROGRAMS])
def test_one_variant_serves_all_lengths(f: Any, by: int, made: Any, level: int) -> None:
    g, apart = value_and_grad(f, by, level=level), value_and_grad(f, by, level=level)
    for n in (alike.SHORT + 1, 13, 20):
        value, gradient = g(*made(n))
        assert np.isclose(value, f(*made(n)), rtol=1e-13)
        with taken_apart():
            same((value, gradient), apart(*made(n)))
    assert (len(g._variants), len(apart._variants)) == (1, 3)


@pytest.mark.parametrize(("f", "by", "made"), PROGRAMS, ids=[f.__name__ for f, *_ in PROGRAMS])
def test_every_order_and_mode(f: Any, by: int, made: Any) -> None:
    args = made(alike.SHORT + 2)
    check_grads(f, args, order=2)
    primals = args[:1]
    tangents = grad(f)(*args)
    rest = (lambda x: f(x, *args[1:])) if len(args) > 1 else f
    along, second, back = jvp(rest, primals, (tangents,)), hvp(rest, primals, (tangents,)), vjp(rest, *primals)[1](2.0)
    with taken_apart():
        same(along, jvp(rest, primals, (tangents,)), kinds=False)
        same((second, back), (hvp(rest, primals, (tangents,)), vjp(rest, *primals)[1](2.0)))


def corners(points, a):
    return np.array([points[0][0] * a, sum(x * y for x, y in points), a * a])


def cubes(xs, a):
    s = a
    for x in xs:
        s = s + x**3 * a
    return s


JACOBIANS: list[Any] = [
    (jacobian, corners, (0, 1), lambda n: ([(0.5 * k, 1.0 - k) for k in range(n)], 2.0)),
    (jacfwd, corners, 0, lambda n: ([(0.5 * k, 1.0 - k) for k in range(n)], 2.0)),
    (jacobian, network, (0, 1), lambda n: (matrices(n), np.array([1.0, 2.0]))),
    (hessian, cubes, 0, lambda n: ([0.5 * k for k in range(n)], 2.0)),
    (hessian, cubes, (0, 1), lambda n: ([0.5 * k for k in range(n)], 2.0)),
    (hessian, cubes, (1, 0), lambda n: ([np.float32(k) for k in range(n)], 2.0)),
    (hessian, area, 0, lambda n: ([(0.5 * k, 1.0 - k) for k in range(n)],)),
    (hessian, network, (0, 1), lambda n: (matrices(n), np.array([1.0, 2.0]))),
]


@pytest.mark.parametrize(("transform", "f", "by", "made"), JACOBIANS)
def test_jacobians_have_the_structure_of_the_list(transform: Any, f: Any, by: Any, made: Any) -> None:
    g, apart = transform(f, by), transform(f, by)
    for n in (alike.SHORT + 1, alike.SHORT + 3):
        found = g(*made(n))
        with taken_apart():
            same(found, apart(*made(n)))
    assert (len(g._variants), len(apart._variants)) == (1, 2)


def test_a_jacobian_with_aux() -> None:
    g = jacobian(lambda xs: (np.array([xs[0] * xs[1]]), len(xs)), has_aux=True)
    made, count = g([2.0] * 9)
    assert count == 9 and [float(d[0]) for d in made] == [2.0, 2.0, *[0.0] * 7]
    second, count = hessian(lambda xs: (xs[0] * xs[1], len(xs)), has_aux=True)([2.0] * 9)
    assert count == 9 and second[0] == [0.0, 1.0, *[0.0] * 7]


# --- what is compiled for each length alone


def rescaled(layers, a):
    for w in layers:
        w *= a
    return sum(np.sum(w * w) for w in layers)


def spread(points):
    def first(p, *rest):
        return p[0] * len(rest)

    return first(*points)


def test_changes_and_stars_are_compiled_for_each_length() -> None:
    for f, args in ((rescaled, (matrices(9), 2.0)), (spread, ([(1.5, 2.0)] * 9,))):
        g = grad(f)
        before = [x.copy() if isinstance(x, np.ndarray) else x for x in args[0]]
        same(g(*args), grad(f, level=0)(*args))
        assert all(np.array_equal(x, y) for x, y in zip(before, args[0], strict=True))
    assert grad(spread)([(1.5, 2.0)] * 9)[0] == (8.0, 0.0)
    one = np.ones((2, 2))
    with pytest.raises(ValueError, match="shares memory"):
        grad(rescaled)([one] * 9, 2.0)


@pytest.mark.parametrize(
    "odd", [[*range(9), 2**70], [*range(9), 1.5], [*range(9), True], [(1, 2.0)] * 9 + [(1.0, 2.0)]]
)
def test_lists_of_elements_that_differ_are_taken_apart(odd: Any) -> None:
    def f(x, ks):
        return sum((k if not isinstance(k, tuple) else k[1]) * x for k in ks)

    value, gradient = value_and_grad(f)(2.0, odd)
    assert value == f(2.0, odd) and gradient == value / 2.0
    assert not any(a.listed for v in value_and_grad(f)._variants for a in v.signature.arguments)


def test_elements_of_other_shapes_are_another_variant() -> None:
    g = grad(lambda ws: sum(np.sum(w * w) for w in ws))
    for shape in ((2, 3), (4, 3), (1, 3), (4, 1), (5,)):
        assert all(np.array_equal(d, np.full(shape, 4.0)) for d in g([np.full(shape, 2.0)] * 10))
    assert len(g._variants) == 4
    ragged = [np.full(k, 2.0) for k in range(10)]
    assert [d.shape for d in g(ragged)] == [(k,) for k in range(10)]
    assert all(d.shape == (3, 2) for d in g([np.full((2, 3), 2.0).T] * 10))


def writes_another(ws, a):
    a[0] = 7.0
    return sum(np.sum(w * w) for w in ws) * a[1]


def copies_another(ws, a):
    b, c = copy.deepcopy((ws[3], a))
    b[0] = 7.0
    return np.sum(b * c)


@pytest.mark.parametrize("f", [writes_another, copies_another])
def test_an_array_of_the_list_may_be_one_that_is_changed(f: Any) -> None:
    ws = [np.array([1.0 + k, 2.0]) for k in range(10)]
    a = np.array([3.0, 0.5])
    value, gradient = value_and_grad(f)(ws, a)
    assert value == f(ws, a.copy()) and len(gradient) == 10
    with pytest.raises(ValueError, match=r"shares memory|one object"):
        value_and_grad(f)(ws, ws[3])


def test_some_arrays_are_taken_apart(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike, "FEW_ARRAYS", few)
    g = grad(lambda ws: sum(np.sum(w * w) for w in ws))
    for n in (few, few - 1, few + 1, few + 2):
        assert [d.tolist() for d in g([np.full(2, 3.0)] * n)] == [[6.0, 6.0]] * n
    assert len(g._variants) == 3


def test_gradients_are_own_memory() -> None:
    ws = matrices(9)
    made = grad(lambda ws: sum(np.sum(w) for w in ws))(ws)
    made[0] += 1.0
    assert np.array_equal(made[1], np.ones((2, 2))) and np.array_equal(ws[0], matrices(9)[0])


def test_a_list_of_ints_is_not_differentiated() -> None:
    with pytest.raises(CheckError, match=r"SD705 argument points\[0\]\[1\] of area is int"):
        grad(area)([(1.0, 2)] * 9)


def test_one_tuple_is_one_object() -> None:
    def f(ps, t):
        return ps[2][0] if ps[2] is t else 3 * ps[2][0]

    t = (1.5, 2.0)
    made = [(float(k), 2.0) for k in range(9)]
    with pytest.raises((CompileError, ValueError), match=r"SD223|one object"):
        grad(f)([*made[:2], t, *made[3:]], t)
    assert grad(f)(made, t)[2] == (3.0, 0.0)
