"""What a function is made of may be replaced behind its back: the next call follows, as Python's does."""

from __future__ import annotations

import collections
import dataclasses
import functools
import math
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import UsageError

STEP = 1e-6
Program = tuple[Callable[..., Any], Callable[[], None]]  # a function of a float, and what changes under it


def code_of_its_own() -> Program:
    def f(x):
        return x * x * 2.0

    def change():
        f.__code__ = (lambda x: np.sin(x) * 3.0).__code__

    return f, change


def code_of_a_method() -> Program:
    class Model:
        def f(self, x):
            return x * 2.0

    def change():
        Model.f.__code__ = (lambda self, x: x * x).__code__

    return Model().f, change


def code_of_a_helper() -> Program:
    def helper(x):
        return x * 2.0

    def change():
        helper.__code__ = (lambda x: x * x).__code__

    return lambda x: helper(x) * x, change


def code_under_a_cache() -> Program:
    def helper(x):
        return x * 2.0

    f = functools.lru_cache(helper)

    def change():
        helper.__code__ = (lambda x: x * x).__code__
        f.cache_clear()

    return f, change


def code_of_a_function_in_the_arguments() -> Program:
    def helper(x):
        return x * 2.0

    def change():
        helper.__code__ = (lambda x: x * x).__code__

    return lambda x, g=helper: g(x) * x, change


def code_of_what_is_differentiated_inside() -> Program:
    def helper(x):
        return x * x * 2.0

    def change():
        helper.__code__ = (lambda x: x * x * x).__code__

    return lambda x: symdiff.grad(helper)(x), change


def code_under_a_wrapper() -> Program:
    def helper(x):
        return x * 2.0

    @functools.wraps(helper)
    def f(x):
        return helper(x) + 1

    def change():
        helper.__code__ = (lambda x: x * x).__code__

    return f, change


class _Layer:
    k = 2.0
    parts = (1.0, np.ones(2))

    def __init__(self):
        self.w = 3.0

    def forward(self, x):
        return self.w * x * self.k * self.parts[1][0]

    def __call__(self, x):
        return self.forward(x) * x


def _layer(change: Callable[[Any, Any], None]) -> Callable[[], Program]:
    def make() -> Program:
        cls = type("Layer", (_Layer,), dict(vars(_Layer)) | {"parts": (1.0, np.ones(2))})
        layer = cls()
        return layer, lambda: change(cls, layer)

    return make


def _set(name: str, value: Any, on: str) -> Callable[[], Program]:
    return _layer(lambda cls, layer: setattr(cls if on == "class" else layer, name, value))


def a_method_between() -> Program:
    class A:
        def f(self, x):
            return 2 * x

    class B(A):
        pass

    class C(B):
        def f(self, x):
            return super().f(x) * x

    def change():
        B.f = lambda self, x: x * x  # type: ignore[method-assign]

    return C().f, change


def an_operator_that_was_not_there() -> Program:
    class A:
        def __init__(self, w):
            self.w = w

        def __mul__(self, other):
            return self.w * other.w

    class B(A):
        pass

    def change():
        B.__rmul__ = lambda self, other: 7 * self.w  # type: ignore[attr-defined]

    return lambda x: A(2.0) * B(x), change


def truth_that_was_not_there() -> Program:
    class A:
        pass

    a = A()

    def change():
        A.__bool__ = lambda self: False  # type: ignore[attr-defined]

    return lambda x: 2 * x if a else x * x, change


def equality_that_was_not_there() -> Program:
    class A:
        pass

    def change():
        A.__eq__ = lambda self, other: True  # type: ignore[method-assign,assignment]

    return lambda x: 2 * x if A() == A() else x * x, change


def an_attribute_that_was_not_there() -> Program:
    a = types.SimpleNamespace()
    return lambda x: getattr(a, "k", 2.0) * x * (3.0 if hasattr(a, "k") else x), lambda: setattr(a, "k", 5.0)


def an_attribute_that_is_gone() -> Program:
    a = types.SimpleNamespace(k=1)
    return lambda x: 2 * x if hasattr(a, "k") else x * x, lambda: delattr(a, "k")


def an_attribute_of_a_class_that_was_not_there() -> Program:
    class A:
        pass

    return lambda x: getattr(A(), "k", 2.0) * x, lambda: setattr(A, "k", 5.0)


def a_name_of_a_module_that_was_not_there() -> Program:
    module = types.ModuleType("settings")
    return lambda x: 2 * x if hasattr(module, "k") else x * x, lambda: setattr(module, "k", 5.0)


def a_module() -> Program:
    xp: Any = np

    def f(x):
        return xp.sin(x)

    def change():
        nonlocal xp
        xp = types.SimpleNamespace(sin=math.cos)

    return f, change


def another_module() -> Program:
    xp: Any = types.ModuleType("one")
    xp.sin = math.sin

    def f(x):
        return xp.sin(x)

    def change():
        nonlocal xp
        xp = types.ModuleType("two")
        xp.sin = math.cos

    return f, change


def a_set() -> Program:
    chosen = {1, 2}
    return lambda x: 2 * x if 3 in chosen else x * x, lambda: chosen.add(3)


def a_set_that_is_emptied() -> Program:
    chosen = {3}
    return lambda x: 2 * x if 3 in chosen else x * x, chosen.clear


def a_global_that_hides_a_builtin() -> Program:
    space: dict[str, Any] = {}

    def f(x):
        return max(x, 0.1)

    hidden = types.FunctionType(f.__code__, space)
    return hidden, lambda: space.update(max=lambda a, b: a * a)


PROGRAMS: list[Callable[[], Program]] = [
    *(code_of_its_own, code_of_a_method, code_of_a_helper, code_under_a_cache, code_of_a_function_in_the_arguments),
    *(code_of_what_is_differentiated_inside, code_under_a_wrapper),
    _set("__call__", lambda self, x: 7 * x, "class"),
    _set("forward", lambda self, x: 7 * x, "class"),
    _set("forward", lambda x: 7 * x, "object"),
    *(_set("k", 7.0, on) for on in ("class", "object")),
    _set("w", 7.0, "object"),
    _set("w", property(lambda self: 7.0), "class"),
    _layer(lambda cls, layer: setattr(layer, "__class__", type("Other", (cls,), {"k": 7.0}))),
    _layer(lambda cls, layer: cls.parts[1].__setitem__(0, 7.0)),
    *(a_method_between, an_operator_that_was_not_there, truth_that_was_not_there, equality_that_was_not_there),
    *(an_attribute_that_was_not_there, an_attribute_that_is_gone, an_attribute_of_a_class_that_was_not_there),
    *(a_name_of_a_module_that_was_not_there, a_module, another_module, a_set, a_set_that_is_emptied),
    a_global_that_hides_a_builtin,
]


@pytest.mark.parametrize("make", PROGRAMS)
def test_the_next_call_follows(make: Callable[[], Program]) -> None:
    f, change = make()
    g = symdiff.value_and_grad(f)

    def check() -> Any:
        value, gradient = g(0.8)
        assert value == pytest.approx(f(0.8), rel=1e-12)
        assert gradient == pytest.approx((f(0.8 + STEP) - f(0.8 - STEP)) / (2 * STEP), rel=1e-6)
        return value, gradient

    before = check()
    assert check() == before
    change()
    assert check() != before


def test_other_parameters_are_an_error() -> None:
    def f(x, y):
        return x * y

    g = symdiff.grad(f)
    assert g(2.0, 3.0) == 3.0
    f.__code__ = (lambda x, z: x * z * z).__code__
    with pytest.raises(UsageError) as caught:
        g(2.0, 3.0)
    assert str(caught.value) == (
        "SD731 f has other parameters than when its derivative was made: x, z; they were: x, y "
        "(take the derivative again)"
    )
    assert symdiff.grad(f)(2.0, 3.0) == 9.0
    assert symdiff.jvp(f, (2.0, 3.0), (1.0, 0.0)) == (18.0, 9.0)


def test_a_gradient_that_is_made_once_for_a_function_whose_parameters_change() -> None:
    def f(x):
        return x * x

    assert symdiff.jvp(f, (2.0,), (1.0,)) == (4.0, 4.0)
    f.__code__ = (lambda x, y=0: x * 3.0).__code__
    f.__defaults__ = (1.0,)
    assert symdiff.jvp(f, (2.0,), (1.0,)) == (6.0, 3.0)


# What no name of the program leads to ---------------------------------------------------------------------------------


def _anything(kind: str) -> Any:
    if kind == "function":
        return lambda x: x
    return type("Settings", (), {}) if kind == "class" else types.ModuleType("settings")


@pytest.mark.parametrize("kind", ["function", "class", "module"])
@pytest.mark.parametrize("value", [(2.0, 5.0), (np.ones(2), np.zeros(2)), (np.sin, np.cos), (math.sin, math.cos)])
def test_attributes_of_an_argument_and_of_a_default(kind: str, value: tuple[Any, Any]) -> None:
    settings = _anything(kind)
    settings.k = value[0]

    def use(k, x):
        return k(x) if callable(k) else np.sum(k) * x

    def helper(x, of=settings):
        return use(of.k, x) * x

    f = symdiff.value_and_grad(lambda x, of: use(of.k, x))
    h = symdiff.value_and_grad(lambda x: helper(x))
    for k in value:
        settings.k = k
        expected = k(0.8) if callable(k) else np.sum(k) * 0.8
        assert f(0.8, settings)[0] == pytest.approx(expected) and h(0.8)[0] == pytest.approx(expected * 0.8)


def test_the_defaults_of_named_tuples_and_dataclasses() -> None:
    held = np.ones(2)
    pair = collections.namedtuple("pair", "a b", defaults=[held])
    record = dataclasses.make_dataclass("record", [("a", tuple, (held,))])
    f = symdiff.grad(lambda x: pair(x).b[0] * x + record().a[0][1] * x)
    assert f(1.0) == 2.0
    held[:] = 3.0, 4.0
    assert f(1.0) == 7.0


def test_captured_containers_are_equal_as_in_python() -> None:
    one, same = ["a", 1.0], ["a", 1.0]
    table, alike = {"k": [1.0], "m": 2}, {"m": 2, "k": [1.0]}
    chosen, equal = {1, 2}, {2, 1}
    pair = collections.namedtuple("pair", "a b")
    p, q = pair(1.0, "z"), pair(1.0, "z")

    def f(x):
        y = x
        tests = one == same, table == alike, chosen == equal, p == q, one == ("a", 1.0), one != same
        for k, found in enumerate(tests):
            y = y + (k + 1.0) ** 3 * x if found else y
        return y if one != None else 0.0  # noqa: E711

    g = symdiff.value_and_grad(f)
    assert g(0.5) == (f(0.5), f(1.0)) == (50.5, 101.0)
    one[1], table["m"] = 2.0, 3
    assert g(0.5) == (f(0.5), f(1.0))
    chosen.add(3)
    assert g(0.5) == (f(0.5), f(1.0))
    same[1], alike["m"] = 2.0, 3
    assert g(0.5) == (f(0.5), f(1.0))


def test_names_imported_inside_the_function_are_looked_up_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = types.ModuleType("settings_of_a_test")
    settings.rate, settings.w, settings.square = 2.0, np.array([1.0, 2.0]), lambda t: t * t  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, settings.__name__, settings)

    def f(x):
        from settings_of_a_test import rate, square
        from settings_of_a_test import w as weights

        return np.sum(square(x) * weights) * rate

    gradient = symdiff.grad(f)
    x = np.array([3.0, 5.0])
    assert gradient(x).tolist() == [12.0, 40.0]
    settings.rate, settings.w = 1.0, np.array([2.0, 0.5])  # type: ignore[attr-defined]
    assert gradient(x).tolist() == [12.0, 5.0]
    settings.square = lambda t: 3 * t  # type: ignore[attr-defined]
    assert gradient(x).tolist() == [6.0, 1.5]
