"""Captured containers of any class may get other keys, sharing or identity: the next call follows, as Python's does."""

from __future__ import annotations

import collections
import copy
import dataclasses
import datetime
import enum
import functools
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

STEP = 1e-6
Program = tuple[Callable[..., Any], Callable[[], Any]]  # a function of a float, and what changes under it


class Row(list):
    pass


class Table(dict):
    pass


class Every(dict):
    def __getitem__(self, key):
        return 100.0


class Config(dict):
    def __getattr__(self, key):
        return self[key]


class Filled(dict):
    def __missing__(self, key):
        return 5.0


@dataclasses.dataclass(order=True)
class Point:
    a: float


def _same(f: Callable[..., Any], g: Callable[..., Any]) -> None:
    for x in (2.0, 0.5):
        value, gradient = g(x)
        assert value == f(x)
        assert gradient == pytest.approx((f(x + STEP) - f(x - STEP)) / (2 * STEP), rel=1e-6)


def _follows(program: Program) -> None:
    f, change = program
    g = symdiff.value_and_grad(f)
    _same(f, g)
    before = f(2.0)
    change()
    assert f(2.0) != before  # or the change is none
    _same(f, g)


# Keys, order and length -----------------------------------------------------------------------------------------------

DICTS: list[Callable[[], Any]] = [
    lambda: collections.OrderedDict(a=1.0, b=2.0),
    lambda: collections.defaultdict(float, a=1.0, b=2.0),
    lambda: collections.Counter(a=1, b=2),
    lambda: Table(a=1.0, b=2.0),
]
OF_DICTS: list[Callable[[Any], Callable[..., Any]]] = [
    lambda d: lambda x: x * 3 if "new" in d else x,
    lambda d: lambda x: x * len(d),
    lambda d: lambda x: x * sum(d.values()),
    lambda d: lambda x: x * d.get("new", 7.0),
    lambda d: lambda x: x * len({**d}),
    lambda d: lambda x: x * sum(v for _, v in d.items()),
]


@pytest.mark.parametrize("make", DICTS)
@pytest.mark.parametrize("of", OF_DICTS)
def test_a_key_that_appears(make: Callable[[], Any], of: Callable[[Any], Callable[..., Any]]) -> None:
    d = make()
    _follows((of(d), lambda: d.update(new=3.0)))


@pytest.mark.parametrize("make", DICTS)
def test_a_dict_that_is_emptied(make: Callable[[], Any]) -> None:
    d = make()
    _follows((lambda x: x * 2 if d else x, d.clear))


def test_the_order_of_an_ordered_dict() -> None:
    d, other = (collections.OrderedDict(a=1.0, b=2.0) for _ in range(2))
    _follows((lambda x: x * next(iter(d.values())), lambda: d.move_to_end("a")))
    d.move_to_end("b")
    _follows((lambda x: x * 2 if d == other else x, lambda: d.move_to_end("a")))


@pytest.mark.parametrize(
    "of",
    [
        lambda held: lambda x: x * sum(held),
        lambda held: lambda x: x * len(held),
        lambda held: lambda x: x * len([*held, 1.0]),
        lambda held: lambda x: x * held[-1],
    ],
)
def test_a_list_of_the_users_class_that_grows(of: Callable[[Any], Callable[..., Any]]) -> None:
    held = Row([1.0, 2.0])
    _follows((of(held), lambda: held.append(3.0)))


@pytest.mark.parametrize("make", [lambda: collections.deque([1.0]), lambda: bytearray(b"a")])
def test_the_length_of_what_is_no_list(make: Callable[[], Any]) -> None:
    held = make()
    _follows((lambda x: x * len(held), lambda: held.append(3)))
    _follows((lambda x: x * 2 if held else x, held.clear))


def test_comparisons_of_deques() -> None:
    one, other = (collections.deque([1.0]) for _ in range(2))
    _follows((lambda x: x * 2 if one == other else x, lambda: one.append(2.0)))
    _follows((lambda x: x * 2 if one == other else x, one.pop))
    _follows((lambda x: x * 2 if one == other else x, lambda: one.__setitem__(0, 3.0)))


def test_the_length_of_a_view_of_a_dict() -> None:
    d = {"a": 1.0}
    held, values = types.MappingProxyType(d), d.values()
    _follows((lambda x: x * len(held), lambda: d.update(b=2.0)))
    _follows((lambda x: x * len(values), lambda: d.update(c=3.0)))


def test_the_text_of_what_a_captured_dict_holds() -> None:
    d = {"a": ["b"]}
    _follows((lambda x: x * len(f"{d}"), lambda: d["a"].append("c")))


# Which things are one object ------------------------------------------------------------------------------------------


def identity_of_an_element() -> Program:
    d = {"a": 1.0}
    held = [d]
    return lambda x: x * 3 if held[0] is d else x, lambda: held.__setitem__(0, dict(d))


def identity_that_begins() -> Program:
    held = [{"k"}, {"k"}]
    return lambda x: x * 3 if held[0] is not held[1] else x, lambda: held.__setitem__(1, held[0])


def nan_that_is_itself() -> Program:
    nan = [float("nan")]
    held = [nan]
    return lambda x: x * 3 if nan in held else x, lambda: held.__setitem__(0, [float("nan")])


def elements_of_elements() -> Program:
    held, wanted = [[["a"]]], [["a"]]
    return lambda x: x * 3 if wanted in held else x, lambda: held[0][0].append("b")


def _list_copied(held: list[Any]) -> Callable[..., Any]:
    def f(x):
        made = copy.deepcopy(held)
        made[0].append(x)
        return sum(made[1]) * x

    return f


def copies_that_were_one() -> Program:
    one = [1.0]
    held = [one, one]
    return _list_copied(held), lambda: held.__setitem__(1, [1.0])


def copies_that_become_one() -> Program:
    held = [[1.0], [1.0]]
    return _list_copied(held), lambda: held.__setitem__(1, held[0])


def copies_of_an_array() -> Program:
    array = np.ones(2)
    held = {"a": array, "b": [array]}

    def f(x):
        made = copy.deepcopy(held)
        made["a"][0] = x
        return made["b"][0].sum() * x

    return f, lambda: held["b"].__setitem__(0, array.copy())


def copies_of_two_names() -> Program:
    one = np.ones(2)
    other = one

    def f(x):
        made = copy.deepcopy([one, other])
        made[0][0] = x
        return made[1].sum() * x

    def change():
        nonlocal other
        other = np.ones(2)

    return f, change


def copies_in_an_object() -> Program:
    held = types.new_class("Held")()
    held.a = held.b = [1.0]

    def f(x):
        made = copy.deepcopy(held)
        made.a.append(x)
        return sum(made.b) * x

    return f, lambda: setattr(held, "b", [1.0])


# What functions and classes keep --------------------------------------------------------------------------------------


def an_implementation_registered_anew() -> Program:
    @functools.singledispatch
    def area(a):
        return a * 0.0

    area.register(float, lambda a: a * a)
    return lambda x: area(x), lambda: area.register(float, lambda a: a**3)


def a_class_registered_anew() -> Program:
    @functools.singledispatch
    def area(a):
        return a * 0.0

    return lambda x: x * len(area.registry), lambda: area.register(float, lambda a: a**3)


def the_value_of_a_member() -> Program:
    kind = enum.Enum("kind", {"A": 2.0})
    return lambda x: x * kind.A.value, lambda: setattr(kind.A, "_value_", 3.0)


def an_attribute_that_is_a_key() -> Program:
    c = Config(rate=2.0)
    return lambda x: x * c.rate, lambda: c.update(rate=3.0)


def an_attribute_that_begins() -> Program:
    class Own(Config):
        pass

    c = Own(rate=2.0)
    return lambda x: x * c.rate, lambda: setattr(Own, "rate", 3.0)


def a_config_in_a_config() -> Program:
    c = Config(model=Config(rate=2.0, name="a"))
    return lambda x: x * c.model.rate if c.model.name == "a" else x, lambda: c.update(model=Config(rate=3.0, name="b"))


def a_key_that_was_missing() -> Program:
    c = Filled(a=2.0)
    return lambda x: x * c["a"] * c["b"], lambda: c.update(b=3.0)


def the_most_common() -> Program:
    c = collections.Counter("aab")
    return lambda x: x * c.most_common(1)[0][1] + c["z"], lambda: c.update("bbb")


PROGRAMS: list[Callable[[], Program]] = [
    *(an_attribute_that_is_a_key, an_attribute_that_begins, a_config_in_a_config),
    *(a_key_that_was_missing, the_most_common),
    *(identity_of_an_element, identity_that_begins, nan_that_is_itself, elements_of_elements),
    *(copies_that_were_one, copies_that_become_one, copies_of_an_array, copies_of_two_names, copies_in_an_object),
    *(an_implementation_registered_anew, a_class_registered_anew, the_value_of_a_member),
]


@pytest.mark.parametrize("make", PROGRAMS)
def test_the_next_call_follows(make: Callable[[], Program]) -> None:
    _follows(make())


def test_a_captured_dataclass_is_compared() -> None:
    p, row = Point(1.0), [Point(1.0)]
    _follows((lambda x: x * 3 if p == Point(1.0) else x, lambda: setattr(p, "a", 2.0)))
    _follows((lambda x: x * 3 if row == [Point(1.0)] else x, lambda: row.append(p)))
    _follows((lambda x: x * 3 if p < Point(3.0) else x, lambda: setattr(p, "a", 4.0)))


# Refused --------------------------------------------------------------------------------------------------------------


def _refused(f: Callable[..., Any], code: str, message: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.value_and_grad(f)(2.0)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert message in str(caught.value)


def test_what_may_change_unseen_is_refused() -> None:
    one, other = (bytearray(b"a") for _ in range(2))
    _refused(lambda x: x * 2 if one == other else x, "SD321", "of bytearray and bytearray is not supported")
    proxy, plain = types.MappingProxyType({"a": 1.0}), {"a": 1.0}
    _refused(lambda x: x * 2 if proxy == plain else x, "SD321", "of mappingproxy and dict is not supported")
    every = Every(a=1.0)
    _refused(lambda x: x * sum(every.values()), "SD412", "`Every` defines `__getitem__`")
    held, wanted = [[["a"]]], [["a"]]
    _refused(lambda x: x * held.count(wanted), "SD224", "`count` with a staged value is not supported")


def test_a_view_that_is_copied_deeply_with_its_array() -> None:
    def f(x):
        v = np.ones(3) * x
        made = copy.deepcopy([v, v[:]])
        made[0][0] = 9.0
        return made[1].sum() * x

    _refused(f, "SD299", "a deep copy of what has a view twice, is not supported")


def test_a_choice_of_two_names_of_one_list() -> None:
    held = {"one": (1.0,), "other": (1.0,)}
    held["other"] = held["one"]

    def f(x):
        return (held["one"] if x > 1 else held["other"])[0] * x

    g = symdiff.value_and_grad(f)
    _same(f, g)
    held["other"] = (3.0,)
    _same(f, g)
    held["one"], held["other"] = (1.0, 2.0), (1.0, 2.0)
    _same(f, g)


def test_what_does_not_change_is_compared() -> None:
    first, second = datetime.date(2020, 1, 1), datetime.date(2020, 1, 1)
    one, other = (types.new_class("Kind")() for _ in range(2))
    kinds = [one, other, one]
    _follows((lambda x: x * kinds.count(one) + kinds.index(other) * x, lambda: kinds.insert(0, one)))
    f = symdiff.value_and_grad(lambda x: x * 2 if first == second else x)
    assert f(2.0) == (4.0, 2.0)


def test_the_defaults_of_a_dataclass_that_are_replaced() -> None:
    record = dataclasses.make_dataclass("record", [("a", float), ("b", float, 2.0)])
    f = symdiff.value_and_grad(lambda x: record(x).b * x)
    assert f(3.0) == (6.0, 2.0)
    record.__init__.__defaults__ = (7.0,)
    with pytest.raises(CompileError, match="SD412 `record` has other defaults than its fields"):
        f(3.0)


def test_a_default_that_would_be_stored_is_a_change() -> None:
    d: dict[str, float] = collections.defaultdict(float, a=1.0)
    with pytest.raises(CompileError, match=r'SD503 `d\["z"\]` existed before the call and would be changed by it'):
        symdiff.grad(lambda x: x * d["z"])(2.0)


# Partials of builtins, methods under a name ---------------------------------------------------------------------------


def test_what_a_partial_of_a_builtin_passes_is_read_at_each_call() -> None:
    weights, limits = np.array([2.0, 3.0]), functools.partial(np.clip, a_min=0.0, a_max=1.0)
    weighted = functools.partial(np.dot, weights)
    _follows((lambda x: weighted(np.array([x, x * x])), lambda: weights.fill(5.0)))
    _follows((lambda x: limits(x) * x, lambda: limits.keywords.update(a_max=1.5)))


def test_what_a_method_under_a_name_is_of_is_read_at_each_call() -> None:
    weights, rates = np.array([2.0, 3.0]), {"a": 2.0}
    dot, rate = weights.dot, rates.get
    _follows((lambda x: dot(np.array([x, x * x])), lambda: weights.fill(5.0)))
    _follows((lambda x: rate("a") * x, lambda: rates.update(a=3.0)))


# What an object keeps once it was computed ----------------------------------------------------------------------------


class Spring:
    def __init__(self, k: float) -> None:
        self.k = k
        self.row = np.array([k, 2.0 * k])

    @functools.cached_property
    def double(self) -> float:
        return 2.0 * self.k

    @functools.cached_property
    def squares(self) -> Any:
        return self.row * self.row

    @functools.cached_property
    def listed(self) -> list[float]:
        return [self.k]


def test_a_cached_property_is_what_the_plain_call_would_find() -> None:
    spring = Spring(3.0)
    f = lambda x: spring.double * x * np.sum(spring.squares * x)
    g = symdiff.value_and_grad(f)
    assert g(2.0)[0] == 6.0 * 2.0 * 45.0 * 2.0
    assert "double" not in vars(spring) and "squares" not in vars(spring)
    spring.k = 4.0
    assert g(2.0)[0] == 8.0 * 2.0 * 45.0 * 2.0
    _same(f, g)
    spring.k = 5.0  # it was computed, hence is what it was
    _same(f, g)
    del spring.double
    _same(f, g)


def test_what_a_cached_property_keeps_is_not_changed() -> None:
    spring = Spring(3.0)

    def written(x):
        spring.squares[0] = x
        return x * spring.squares[1]

    with pytest.raises(CompileError, match=r"SD503 `Spring\.squares` existed before the call"):
        symdiff.grad(written)(2.0)
    with pytest.raises(CompileError, match=r"SD412 `Spring\.listed` keeps a list, dict or object"):
        symdiff.grad(lambda x: x * spring.listed[0])(2.0)
