"""Objects of the arguments of which one is meant that the run decides: numbers in lists, as objects of the call are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import grad, jvp, value_and_grad


class Body:
    def __init__(self, w: Any, u: Any = 0.5) -> None:
        self.w, self.u, self.near = w, u, None


@dataclasses.dataclass
class Cell:
    w: Any
    u: Any
    near: Any = None


def best_changed(bodies: Any, x: Any) -> Any:
    best = bodies[0]
    for b in bodies:
        if b.w > best.w:
            best = b
    best.w *= x
    worst = min(bodies, key=lambda b: b.u)
    worst.u += best.w * (2 if worst is best else 3)
    return sum(b.w * b.u * (i + 1) for i, b in enumerate(bodies))


def sorted_changed(bodies: Any, x: Any) -> Any:
    ordered = sorted(bodies, key=lambda b: b.w)
    for a, b in zip(ordered, ordered[1:], strict=False):  # noqa: RUF007
        b.w = b.w + 0.3 * a.w * x
        b.near = a
    return sum(b.w * (i + 1) + (0.0 if b.near is None else b.near.u * x) for i, b in enumerate(bodies))


def grouped(bodies: Any, x: Any) -> Any:
    groups: dict[int, list[Any]] = {}
    for b in bodies:
        groups.setdefault(int(2 * b.w) % 2, []).append(b)
    for k, group in groups.items():
        for b in group:
            b.w *= (k + 1) * x
    return sum(b.w * b.u for b in bodies)


def queue(bodies: Any, x: Any) -> Any:
    live, t = bodies[:], 0
    while live and t < 6:
        b = live.pop(0)
        b.w = b.w * 0.5 + x
        t += 1
        if b.w > x * 1.2:
            live.append(b)
    return sum(b.w * (i + 1) for i, b in enumerate(bodies))


def by_recursion(bodies: Any, x: Any) -> Any:
    def rec(i: int, best: Any) -> Any:
        if i == len(bodies):
            return best
        b = bodies[i]
        if best is None or b.w > best.w:
            best = b
        b.u += best.w * 0.1
        return rec(i + 1, best)

    rec(0, None).w *= x
    return sum(b.w * b.u for b in bodies)


def given_or_made(bodies: Any, x: Any) -> Any:
    p = bodies[0] if x > 0.2 else type(bodies[0])(x, 1.0)
    p.w = p.w * x
    return bodies[0].w * p.u


FUNCTIONS = (best_changed, sorted_changed, grouped, queue, by_recursion, given_or_made)
VALUES = ((0.3, 0.5), (0.7, 0.1), (0.2, 0.9))


def bodies_of(cls: type, w: Any) -> list[Any]:
    return [cls(a, b) for a, b in np.reshape(w, (3, 2)).tolist()]


@pytest.mark.parametrize("cls", [Body, Cell])
@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_values_and_gradients(f: Callable[..., Any], level: int, cls: type) -> None:
    at, h = np.ravel(VALUES), 1e-6
    bodies = bodies_of(cls, at)
    value, (d_bodies, d_x) = value_and_grad(f, (0, 1), level=level)(bodies, 0.7)
    assert value == pytest.approx(f(bodies_of(cls, at), 0.7), rel=1e-14)
    assert [(b.w, b.u, b.near) for b in bodies] == [(*pair, None) for pair in VALUES], "the caller's stay as they are"
    slope = (f(bodies_of(cls, at), 0.7 + h) - f(bodies_of(cls, at), 0.7 - h)) / (2 * h)
    assert d_x == pytest.approx(slope, rel=1e-7, abs=1e-9)
    assert all(type(b) is cls for b in d_bodies)
    for k, direction in enumerate(np.eye(6)):
        slope = (f(bodies_of(cls, at + h * direction), 0.7) - f(bodies_of(cls, at - h * direction), 0.7)) / (2 * h)
        assert getattr(d_bodies[k // 2], "wu"[k % 2]) == pytest.approx(slope, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("f", [best_changed, queue])
def test_second_order_and_forward(f: Callable[..., Any]) -> None:
    at, h = np.ravel(VALUES), 1e-6
    twice = grad(grad(f, 1), 1)(bodies_of(Body, at), 0.7)
    assert twice == pytest.approx(
        (grad(f, 1)(bodies_of(Body, at), 0.7 + h) - grad(f, 1)(bodies_of(Body, at), 0.7 - h)) / (2 * h), abs=1e-7
    )
    _, tangent = jvp(lambda x: f([Body(0.3, 0.5), Body(0.7, 0.1), Body(0.2, 0.9)], x), (0.7,), (1.0,))
    assert tangent == pytest.approx(grad(f, 1)(bodies_of(Body, at), 0.7), rel=1e-13)


def test_one_object_at_two_places_is_refused_when_it_is_passed() -> None:
    one, message = Body(0.3), r"bodies\[0\] and bodies\[2\] are one object, one of those that the run chooses from"
    with pytest.raises(ValueError, match=message):
        grad(best_changed, 1)([one, Body(0.7, 0.1), one], 0.7)


def test_one_that_is_only_read_has_a_gradient_at_each_place() -> None:
    def f(bodies):
        best = bodies[0]
        for b in bodies:
            if b.w > best.w:
                best = b
        return best.w * 2 + bodies[0].w * bodies[1].w * bodies[2].w

    one, other = Body(0.3), Body(0.7)
    # By hand: 2 for the best, and the product of the two others.
    assert [b.w for b in grad(f)([one, other, one])] == pytest.approx([0.21, 2.09, 0.21])


def test_many() -> None:
    many = [Body(0.1 * (i % 7), 0.2 + 0.001 * i) for i in range(100)]
    h = 1e-6
    slope = grad(best_changed, 1)(many, 0.7)
    values = [best_changed([Body(b.w, b.u) for b in many], 0.7 + s) for s in (h, -h)]
    assert slope == pytest.approx((values[0] - values[1]) / (2 * h), rel=1e-7)
