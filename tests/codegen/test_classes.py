"""Objects in the results of generated modules, which import nothing of the user's."""

from __future__ import annotations

import dataclasses
import functools
from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdiff
from symdiff import generate
from symdiff.errors import UsageError


@dataclasses.dataclass(frozen=True)
class State:
    x: Any
    v: float
    label: str = "start"


class Pair(NamedTuple):
    first: float
    second: float


class Plain:
    def __init__(self, w: Any, inner: Any = 2.0) -> None:
        self.w = w
        self.inner = inner


class Spaced:
    def __init__(self, w: float) -> None:
        setattr(self, "a b", w)


Renamed = namedtuple("Renamed", ["a", "def"], rename=True)


def module(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated", "exec", dont_inherit=True), space)
    return space


def everything(x: float, n: int) -> Any:
    held = [State(x * x, 3.0), State(2.0 * x, n * x)]
    grown = []
    for k in range(n):
        grown.append(Pair(k * x, x))
    return x**3, {"held": held, "plain": Plain(Plain(x)), "grown": grown}


def test_classes_are_written_into_the_module() -> None:
    space = module(generate(everything, types="x=float, n=int", functions=("primal", "value_and_grad")))
    assert {"State", "Pair", "Plain"} <= set(space["__all__"])
    (value, aux), gradient = space["everything_value_and_grad"](3.0, 2)
    assert (value, gradient) == (27.0, 27.0)
    first, second = aux["held"]
    assert type(first) is space["State"] is not State
    assert (first.x, first.v, first.label, second.x, second.v) == (9.0, 3.0, "start", 6.0, 6.0)
    assert (aux["plain"].w.w, aux["plain"].w.inner, aux["plain"].inner) == (3.0, 2.0, 2.0)
    assert aux["grown"] == [(0.0, 3.0), (3.0, 3.0)] and aux["grown"][1].first == 3.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.x = 1.0
    assert space["everything"](3.0, 2)[1]["held"] == aux["held"]


def test_the_text_of_a_class() -> None:
    text = generate(lambda x: Plain(x * x, State(x, 1.0)), name="f")
    assert text.split('"Plain"]')[1].split("def f(")[0] == (
        "\n\n\n@dataclasses.dataclass(frozen=True)\nclass State:\n"
        '    """`State` of a result, with its fields."""\n\n    x: float\n    v: float\n    label: str\n'
        "\n\n@dataclasses.dataclass\nclass Plain:\n"
        '    """`Plain` of a result, with its fields."""\n\n    w: float\n    inner: State\n\n\n'
    )


def test_a_cotangent_is_like_the_result() -> None:
    space = module(generate(lambda x, y: Pair(x * y, y), name="f", functions=("forward", "backward", "jvp")))
    value, saved = space["f_forward"](2.0, 3.0)
    assert value == (6.0, 3.0)
    assert space["f_backward"](saved, space["Pair"](1.0, 10.0)) == (3.0, 12.0)
    assert space["f_jvp"](2.0, 3.0, 1.0, 0.5)[1] == (4.0, 0.5)


def test_a_result_has_the_class_of_an_argument() -> None:
    def step(s: State, dt: float) -> State:
        return State(s.x + dt * s.v, s.v * s.v, s.label)

    s = State(np.array([1.0, 2.0]), 3.0)
    kinds = ("primal", "forward", "backward")
    space = module(generate(step, example={"s": s, "dt": 0.5}, wrt=("s", "dt"), functions=kinds))
    result, saved = space["step_forward"](s, 0.5)
    assert type(result) is State and "State" not in space
    assert result.x.tolist() == [2.5, 3.5] and result.v == 9.0
    d_s, d_dt = space["step_backward"](saved, State(np.array([1.0, 1.0]), 1.0, ""))
    assert type(d_s) is State and d_s.x.tolist() == [1.0, 1.0]
    assert (d_s.v, d_dt) == (2 * 0.5 + 2 * 3.0, 2 * 3.0)


def test_names_of_classes_collide_with_nothing() -> None:
    other = dataclasses.make_dataclass("State", ["x"])

    def f(Pair: float) -> Any:
        return Pair * 2.0, State(Pair, 1.0), other(Pair), globals_pair(Pair)

    space = module(generate(f, functions=("primal",)))
    found = space["f"](1.5)
    assert found[:3] == (3.0, space["State"](1.5, 1.0, "start"), space["State_"](1.5))
    assert type(found[3]).__name__ == "Pair_" and found[3] == (1.5, 1.5)


def globals_pair(x: float) -> Pair:
    return Pair(x, x)


@pytest.mark.parametrize(
    ("function", "fields"),
    [
        (lambda x: Spaced(x), "Spaced with these fields: a b"),
        (lambda x: Renamed(x, x), "Renamed with these fields: a, _1"),
    ],
)
def test_fields_that_cannot_be_written(function: Any, fields: str) -> None:
    with pytest.raises(UsageError) as caught:
        generate(function, name="f")
    assert str(caught.value) == f"SD724 a generated module cannot make the result's class {fields}"


class Wave(NamedTuple):
    q: Any
    p: Any


def helper_with_its_name(s: Wave) -> Any:
    def norm(q: Any) -> Any:
        s = 0.0
        for t in q:
            s = s + t * t
        return s

    return norm(s.q) + norm(s.p)


def bound_anew(s: Pair) -> Any:
    s = s.first * s.second  # type: ignore[assignment]
    return s


def size_of_its_name(s: Wave) -> Any:
    values = s.q * s.p
    s = len(values)  # type: ignore[assignment]
    return values.sum() * s  # type: ignore[operator]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_no_variable_has_the_name_of_an_argument_whose_class_is_made_again(level: int) -> None:
    """By hand: 2 q and 2 p; the other factor; twice the other factor (two elements)."""
    wave = Wave(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    grad = functools.partial(symdiff.grad, level=level)
    for found, q, p in (
        (grad(helper_with_its_name)(wave), [2.0, 4.0], [6.0, 8.0]),
        (grad(size_of_its_name)(wave), [6.0, 8.0], [2.0, 4.0]),
    ):
        assert type(found) is Wave and found.q.tolist() == q and found.p.tolist() == p
    assert grad(bound_anew)(Pair(3.0, 5.0)) == Pair(5.0, 3.0)
