"""`vars(x)` and `x.__dict__`: what an object holds itself, by names that are known."""

from __future__ import annotations

import copy
import dataclasses
import functools
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, grad, value_and_grad


class Plain:
    k = 2.0

    def __init__(self, w: Any, b: Any = 1.5) -> None:
        self.w = w
        self.b = b

    @functools.cached_property
    def kept(self) -> Any:
        return self.w * self.w


class Options:
    def __init__(self, **options: Any) -> None:
        self.__dict__.update(options)

    def loss(self, x: Any) -> Any:
        return self.rate * x + self.shift  # type: ignore[attr-defined]


class Slotted:
    __slots__ = ("w",)

    def __init__(self, w: Any) -> None:
        self.w = w


@dataclasses.dataclass
class Fields:
    w: Any


def read(p, x):
    return vars(p)["w"] * x + p.__dict__["b"]


def written(p, x):
    """The dictionary is the object's: what is written through either is seen through both."""
    d = vars(p)
    d["w"] = d["w"] * x
    p.b = 2 * d["w"]
    d.update({"c": p.b}, e=p.w)
    return d["b"] * p.w + p.c * vars(p)["e"]


def asked(p, x):
    d = p.__dict__
    y = d.get("w", 7.0) * x + d.get("none", 5.0)
    return y if "w" in d and "k" not in d and "read" not in vars(p) else 0.0 * x


def in_a_loop(p, n):
    d = vars(p)
    for _ in range(n):
        d["w"] = d["w"] * p.b
        p.b = p.b + d["w"]
    return p.w


def on_one_path(p, x):
    d = vars(p)
    if x > 2:
        d["w"] = x * p.w
    else:
        p.w = 7.0 * x
    return d["w"] * p.w


def by_names(p, x):
    return sum(vars(p)[name] * x for name in ("w", "b"))


def of_a_copy(p, x):
    d = vars(copy.deepcopy(p))
    d["w"] = x * d["b"]
    return d["w"] * p.w


RIGHT: list[tuple[Callable[..., Any], Any]] = [
    (read, 3.0), (written, 3.0), (asked, 3.0), (in_a_loop, 4), (in_a_loop, 0), (on_one_path, 3.0), (on_one_path, 1.0),
    (by_names, 3.0), (of_a_copy, 3.0),
]  # fmt: skip


@pytest.mark.parametrize(("function", "x"), RIGHT, ids=[f"{f.__name__}-{x}" for f, x in RIGHT])
@pytest.mark.parametrize("level", [0, 2])
def test_values_and_gradients(function: Callable[..., Any], x: Any, level: int) -> None:
    value, gradient = value_and_grad(function, level=level)(Plain(2.0, 1.25), x)
    assert value == function(Plain(2.0, 1.25), x) and vars(gradient).keys() == {"w", "b"}
    for name, step in (("w", 1e-4), ("b", 1e-4)):
        ends = []
        for sign in (1, -1):
            p = Plain(2.0, 1.25)
            vars(p)[name] += sign * step
            ends.append(function(p, x))
        assert vars(gradient)[name] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-6)


def test_attributes_that_are_given_by_keyword() -> None:
    assert value_and_grad(lambda x: Options(rate=x, shift=x * x).loss(2.0))(3.0) == (15.0, 8.0)
    found = grad(Options.loss)(Options(rate=2.0, shift=3.0), 5.0)
    assert vars(found) == {"rate": 5.0, "shift": 1.0}


OUTSIDE = Plain(3.0)


def test_an_object_from_outside() -> None:
    """Its dictionary is one like any other from outside, of known order."""
    compiled = grad(lambda x: sum(vars(OUTSIDE).values()) * x + len(OUTSIDE.__dict__) * vars(OUTSIDE)["b"] * x)
    assert compiled(2.0) == 3.0 + 1.5 + 2 * 1.5
    OUTSIDE.w = 4.0
    assert compiled(2.0) == 4.0 + 1.5 + 2 * 1.5
    OUTSIDE.c = 10.0  # type: ignore[attr-defined]
    assert compiled(2.0) == 15.5 + 3 * 1.5
    del OUTSIDE.c  # type: ignore[attr-defined]


WHOLE: list[Callable[..., Any]] = [
    lambda p, x: sum(vars(p).values()) * x,
    lambda p, x: sum(v for _, v in p.__dict__.items()) * x,
    lambda p, x: sum(vars(p)[name] for name in vars(p)) * x,
    lambda p, x: x if next(iter(vars(p).keys())) == "w" else p.w,
    lambda p, x: x if vars(p) == {"w": 2.0, "b": 1.5} else p.w,
    lambda p, x: x if vars(p) == vars(copy.copy(p)) else p.w,
    lambda p, x: x if vars(p) else p.w,
    lambda p, x: len(vars(p)) * x,
    lambda p, x: vars(p).pop("w") * x,
    lambda p, x: copy.copy(vars(p))["w"] * x,
    lambda p, x: (vars(p) | {"w": x})["w"],
]


@pytest.mark.parametrize("function", WHOLE)
def test_what_depends_on_the_whole_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(CompileError, match="SD299 the whole dictionary of an object of Plain is not supported"):
        grad(function, 1)(Plain(2.0), 3.0)


REFUSED: list[tuple[Callable[..., Any], Any, str]] = [
    (lambda p, x: vars(p)["none"] * x, Plain(2.0), "SD404"),
    (lambda p, x: vars(p)["k"] * x, Plain(2.0), "SD404"),  # of the class
    (lambda p, x: x if "kept" in vars(p) else p.w, Plain(2.0), "SD404"),  # it may be there or not
    (lambda p, x: x if "extra" in vars(p) else p.w, Fields(2.0), "SD404"),  # so may what is no field
    (lambda p, x: vars(p)["w"] * x, Slotted(2.0), "SD404"),
    (lambda p, x: x if vars(p) is p.__dict__ else p.w, Plain(2.0), "SD223"),
    (lambda p, x: vars(p), Plain(2.0), "SD322"),
    (lambda p, x: Plain(**vars(p)).w, Plain(2.0), "SD228"),
    (lambda p, x: vars()["x"], Plain(2.0), "SD206"),
]


@pytest.mark.parametrize(("function", "p", "code"), REFUSED)
def test_what_is_refused(function: Callable[..., Any], p: Any, code: str) -> None:
    with pytest.raises(CompileError) as caught:
        value_and_grad(function, 1)(p, 3.0)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_namespaces_are_copied() -> None:
    def f(n, x):
        a, b, c = copy.copy(n), copy.deepcopy(n), copy.deepcopy(SPACE)
        a.w = x * n.w
        b.v[0] = a.w
        c.v[1] += b.v[0]
        return a.w * n.v[0] + np.sum(b.v) + np.sum(c.v) * copy.copy(SPACE).w

    n = types.SimpleNamespace(w=2.0, v=np.array([1.0, 2.0]))
    value, gradient = value_and_grad(f)(n, 3.0)
    assert value == f(n, 3.0) == 26.0
    assert gradient.w == 3.0 * 1.0 + 3.0 + 3.0 * 1.5 and gradient.v.tolist() == [6.0, 1.0]
    assert SPACE.v.tolist() == [1.0, 1.0] and n.v.tolist() == [1.0, 2.0]


SPACE = types.SimpleNamespace(w=1.5, v=np.ones(2))


def test_the_dictionary_is_a_dict() -> None:
    assert grad(lambda p, x: x * 3.0 if isinstance(vars(p), dict) else x, 1)(Plain(2.0), 3.0) == 3.0
    assert grad(lambda p, x: x * 3.0 if type(p.__dict__) is dict else x, 1)(Plain(2.0), 3.0) == 3.0


class Cell:
    left = None
    label: Any = None

    def __init__(self, e: Any) -> None:
        self.e = e


def of_the_class(x: Any, v: Any) -> Any:
    """What no instance has, the class has: None, which is no absence of an attribute."""
    cells = [Cell(t * x) for t in v]
    for a, b in zip(cells, cells[1:], strict=False):  # noqa: RUF007
        b.left = a
    for c in cells:
        if c.left is not None:
            c.e += 0.5 * c.left.e
        if c.label is None and getattr(c, "label", 1.0) is None and hasattr(c, "left"):
            c.e *= x
    return sum((c.e for c in cells), 0.0 * x)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_an_attribute_of_the_class_may_be_none(n: int, level: int) -> None:
    v = np.linspace(0.2, 0.7, n)
    value, (slope, _) = value_and_grad(of_the_class, (0, 1), level=level)(0.5, v)
    assert value == pytest.approx(of_the_class(0.5, v), rel=1e-14)
    assert slope == pytest.approx((of_the_class(0.5 + 1e-6, v) - of_the_class(0.5 - 1e-6, v)) / 2e-6, rel=1e-8)


class Rate:
    rate = 1.5


def set_in_a_branch(x: Any) -> Any:
    c = Rate()
    if x > 0.4:
        c.rate = x * x
    return c.rate


@pytest.mark.parametrize("level", [0, 1, 2])
def test_an_attribute_that_one_path_sets_is_that_of_the_class_elsewhere(level: int) -> None:
    assert value_and_grad(set_in_a_branch, level=level)(0.5) == (0.25, 1.0)
    assert value_and_grad(set_in_a_branch, level=level)(0.3) == (1.5, 0.0)


def an_array_in_a_branch(x: Any) -> Any:
    c = Rate()
    if x > 0.4:
        c.rates = np.array([x, 2.0])
    return c.rates[0]


def its_own_attributes_behind_a_branch(x: Any) -> Any:
    c = Rate()
    if x > 0.4:
        c.rate = x
    return x if "rate" in vars(c) else 2.0 * x + c.rate


@pytest.mark.parametrize("function", [an_array_in_a_branch, its_own_attributes_behind_a_branch])
def test_what_else_one_path_sets_is_refused_with_what_helps(function: Any) -> None:
    with pytest.raises(CompileError, match="set it in `__init__`, or before the branch or loop"):
        grad(function)(0.5)
