"""Objects: what is refused, with its report, and what is fetched or looked up again at each call."""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from symdiff import grad, jvp, value_and_grad, vjp
from symdiff.errors import CODES, CheckError, CompileError


class Plain:
    factor = 2.0

    def __init__(self, w: Any, b: Any = 0.0) -> None:
        self.w = w
        self.b = b

    def __call__(self, x: Any) -> Any:
        return self.w * x + self.b

    def scaled(self, x: Any) -> Any:
        return self.factor * x


class Invents(Plain):
    def __getattr__(self, name: str) -> float:
        return 7.0


class Doubles(Plain):
    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, 2 * value)


class Makes:
    def __new__(cls, w: Any) -> Any:
        return Plain(w)


class Meta(type):
    def __call__(cls, *args: Any) -> Any:
        return 3.0


class OfMeta(metaclass=Meta):
    pass


class Twice:
    def __get__(self, obj: Any, owner: Any = None) -> float:
        return 9.0


class Describes:
    twice = Twice()


@dataclasses.dataclass
class Own:
    """`dataclasses` leaves an `__init__` alone that is there."""

    x: float

    def __init__(self, x: Any) -> None:
        self.x = 2 * x


@dataclasses.dataclass(order=True)
class Row:
    x: float
    y: float = 1.0

    def loss(self) -> float:
        return self.x * self.y


class Pair(NamedTuple):
    x: float
    y: float


class Tail(Pair):
    def __new__(cls, x: float) -> Any:
        return super().__new__(cls, x, x * x)


PLAIN = Plain(2.0, 1.0)


def codes(function: Callable[..., Any], *args: Any) -> list[str]:
    with pytest.raises(CompileError) as caught:
        value_and_grad(function)(*args)
    return [p.code for p in caught.value.problems]


def written_before_the_call(x):
    PLAIN.w += x
    return PLAIN.w


def written_argument(row):
    row.x = 3.0
    return row.x


def written_class(x):
    Plain.factor = x
    return x


CAPTURED = Row(2.0)


def written_argument_or_another(row, other):
    row.x = 3.0
    return row.x * other.x


def written_argument_or_a_captured_one(row):
    row.x = 3.0
    return row.x * CAPTURED.x


def read_behind_a_write_to_perhaps_it(row, x):
    one = row if x > 0 else Row(x)
    one.x = x * x
    return row.x


def perhaps_the_argument(row, x):
    one = row if x > 0 else Row(x)
    one.x = x * x
    return one.x


def read_behind_a_write(x):
    a, b = Plain(x), Plain(2.0)
    pair = (a,)
    one = a if x > 1 else b
    one.w = x * x
    return pair[0].w


def list_read_behind_a_write(x):
    a, b = [x], [2 * x]
    pair = (a,)
    one = a if x > 0 else b
    one[0] = x * x
    return pair[0][0]


def called_behind_a_write(x):
    a, b = Plain(x), Plain(2.0)
    one = a if x > 1 else b
    held = [a]
    one.b = x
    return held[0].scaled(x)


def which_of_two(x):
    a, b = {"w": x}, {"w": x}
    one = a if x > 1 else b
    return x if one is a else 2 * x


def holds_itself(x):
    row = Row(x)
    row.y = [row]
    return row


def array_times(x):
    return np.ones(2) * Plain(x)


def attribute_of_frozen(x):
    p = Pair(x, 1.0)
    p.x = 2 * x
    return p.x


REFUSED: list[tuple[Callable[..., Any], tuple[Any, ...], list[str]]] = [
    (lambda x: Invents(x).w, (1.5,), ["SD412"]),
    (lambda x: Doubles(x).w, (1.5,), ["SD412"]),
    (lambda x: Makes(x).w, (1.5,), ["SD412"]),
    (lambda x: OfMeta(x) * x, (1.5,), ["SD412"]),
    (lambda x: Describes().twice * x, (1.5,), ["SD412"]),
    (lambda x: Tail(x).y, (1.5,), ["SD412"]),
    (lambda x: object.__new__(Plain), (1.5,), ["SD401"]),
    (lambda x: Plain(x).nothing, (1.5,), ["SD404"]),
    (lambda x: Plain(x, 1.0, 2.0), (1.5,), ["SD313"]),
    (written_before_the_call, (1.5,), ["SD503"]),
    (written_class, (1.5,), ["SD503"]),
    (which_of_two, (1.5,), ["SD223"]),
    (holds_itself, (1.5,), ["SD322"]),
    (array_times, (1.5,), ["SD321"]),
    (attribute_of_frozen, (1.5,), ["SD221"]),
]


def keys_of_an_argument(d, x):
    d["a"] = d["a"] * x
    d.update(c=x)
    return sum(d.values())


def elements_of_an_argument(row, x):
    row.append(x)
    row[0] *= x
    row.insert(1, row[0])
    return sum(row) * len(row)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (written_argument, (Row(1.5),)),
        (perhaps_the_argument, (Row(1.5), 2.0)),
        (read_behind_a_write_to_perhaps_it, (Row(1.5), 2.0)),
        (read_behind_a_write_to_perhaps_it, (Row(1.5), -2.0)),
        (written_argument_or_another, (Row(1.5), Row(2.5))),
        (written_argument_or_a_captured_one, (Row(1.5),)),
        (keys_of_an_argument, ({"a": 1.5, "b": 2.0}, 3.0)),
        (elements_of_an_argument, ([1.5, 2.0], 3.0)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_function_sees_its_changes_of_an_argument_and_the_caller_does_not(
    function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    expected = function(*copy.deepcopy(args))
    before = repr(args)
    assert value_and_grad(function)(*args)[0] == expected
    assert repr(args) == before


@pytest.mark.parametrize(("function", "args", "expected"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_refused(function: Callable[..., Any], args: tuple[Any, ...], expected: list[str]) -> None:
    assert codes(function, *args) == expected


def not_seen_through(x):
    return Invents(x).w


def test_the_report_of_a_class_that_is_not_seen_through() -> None:
    with pytest.raises(CompileError) as caught:
        value_and_grad(not_seen_through)(1.5)
    (problem,) = caught.value.problems
    assert str(caught.value).splitlines() == [
        f"{problem.loc}: SD412 `Invents` defines `__getattr__`",
        "    return Invents(x).w",
        "           ^^^^^^^^^^",
        f"  why: {CODES['SD412'].why}",
        f"  rewrite: {CODES['SD412'].rewrite}",
    ]


def test_an_init_of_ones_own_in_a_dataclass_is_followed() -> None:
    assert value_and_grad(lambda x: Own(x).x)(1.5) == (3.0, 2.0)


def test_numbers_of_objects_are_fetched_at_each_call() -> None:
    """By whatever way the object comes: a global, a bound method, a partial, an argument; compiled once."""
    plain = Plain(2.0, 1.0)
    bound, partial = plain.__call__, functools.partial(Plain.__call__, plain)
    for function, args in (
        (lambda x: plain(x), ()),
        (lambda x: bound(x), ()),
        (lambda x: partial(x), ()),
        (plain.__call__, ()),
        (lambda x, g: g(x), (plain.__call__,)),
        (lambda x, g: g(x), (plain,)),
    ):
        plain.w = 2.0
        found = value_and_grad(function)
        assert found(3.0, *args) == (7.0, 2.0)
        plain.w = 5.0
        assert found(3.0, *args) == (16.0, 5.0)
        assert len(found._variants) == 1


def test_what_a_partial_passes_is_fetched_one_by_one() -> None:
    weights = {"w": np.array([1.0, 2.0])}
    partial = functools.partial(lambda a, b, x, w: a * x[0] + b * np.sum(x * w), 2.0, 3.0, w=weights["w"])
    found = value_and_grad(lambda x: partial(x))
    assert found(np.ones(2))[0] == 11.0
    weights["w"][0] = 2.0
    assert found(np.ones(2))[0] == 14.0


def test_attributes_of_a_class_are_looked_up_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    found = value_and_grad(lambda x: Plain(x).scaled(x))
    assert found(3.0) == (6.0, 2.0)
    monkeypatch.setattr(Plain, "factor", 4.0)
    assert found(3.0) == (12.0, 4.0)
    monkeypatch.setattr(Plain, "scaled", lambda self, x: self.w * x)
    assert found(3.0) == (9.0, 6.0)


def test_numbers_of_a_captured_tuple_that_is_added_are_fetched() -> None:
    held = {"pair": (2.0, 3.0)}
    found = value_and_grad(lambda x: (held["pair"] + (1.0,))[0] * x)
    assert found(1.5) == (3.0, 2.0)
    held["pair"] = (5.0, 3.0)
    assert found(1.5) == (7.5, 5.0)


def test_a_dataclass_instance_with_a_method_of_its_own() -> None:
    row = Row(2.0, 3.0)
    assert value_and_grad(Row.loss)(row) == (6.0, Row(3.0, 2.0))
    found = value_and_grad(lambda x, row: row.loss() * x)
    assert found(5.0, row) == (30.0, 6.0)
    row.loss = lambda: 2.0
    assert found(5.0, row) == (10.0, 2.0)
    with pytest.raises(CheckError, match=r"SD705 argument self\.loss of loss is function"):
        value_and_grad(Row.loss)(row)


class Secret:
    def __init__(self, x):
        self.__w = x

    def __twice(self):
        return 2 * self.__w

    def base(self):
        return self.__twice()


class Hidden(Secret):
    def __init__(self, x):
        super().__init__(x)
        self.__w = x * x

    def own(self):
        return self.__w


def test_private_names_belong_to_their_class() -> None:
    """2 x + 10 x² has the derivative 2 + 20 x."""

    def both(x):
        held = Hidden(x)
        return held.base() + 10 * held.own()

    assert value_and_grad(both)(3.0) == (96.0, 62.0)
    value, _ = vjp(lambda x: Hidden(x), 3.0)
    assert (value.base(), value.own()) == (6.0, 9.0)


def test_an_object_as_a_key_is_refused_with_what_to_use() -> None:
    def keyed(x):
        a = Hidden(x)
        table = {a: x}
        return len(table) * x

    with pytest.raises(CompileError) as caught:
        value_and_grad(keyed)(3.0)
    (problem,) = caught.value.problems
    assert problem.code == "SD299"
    assert problem.what == "an object of the call, as the key of a dict, is not supported"
    assert problem.rewrite == (
        "use a text, a number or a frozen dataclass of these as the key, or keep the value in an attribute"
    )


def a_part_of_what_was_chosen(x):
    a, b, c = Plain(x), Plain(2.0), Plain(x * x)
    a.next, b.next = c, Plain(3.0)
    one = a if x > 1 else b
    one.next.w *= x
    part = one if x > 0.5 else c
    part.w += x * x
    return a.w + 2 * b.w + 3 * c.w * b.next.w


def one_of_three(x):
    a, b, c = {"w": x}, {"w": 2.0}, {"w": x * x}
    one = a if x > 1 else b
    one = one if x > 0.5 else c
    for k in range(3):
        one["w"] *= x + k
    if x > 0.2:
        one["w"] += 1.0
    return a["w"] + 2 * b["w"] + 3 * c["w"]


@pytest.mark.parametrize(
    "function",
    [read_behind_a_write, list_read_behind_a_write, called_behind_a_write, a_part_of_what_was_chosen, one_of_three],
)
@pytest.mark.parametrize("x", [0.1, 0.3, 0.7, 1.1, 1.5])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_change_of_what_a_branch_chose_is_one_of_the_two(function: Callable[..., Any], x: float, level: int) -> None:
    """What is changed under the name of the choice is changed under its own name, and the other one is not."""
    value, slope = value_and_grad(function, level=level)(x)
    assert value == pytest.approx(function(x), rel=1e-12)
    assert slope == pytest.approx((function(x + 1e-6) - function(x - 1e-6)) / 2e-6, rel=1e-6, abs=1e-8)
    found = jvp(grad(function, level=level), (x,), (1.0,))[1]
    steps = [grad(function, level=level)(x + h) for h in (1e-6, -1e-6)]
    assert found == pytest.approx((steps[0] - steps[1]) / 2e-6, rel=1e-5, abs=1e-7)
