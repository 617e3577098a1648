"""Signatures from values, and the guards on what was captured."""

import enum
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from symdiff.errors import CheckError
from symdiff.signature import Guard, SizeNames, Static, from_values
from symdiff.trees import container


class Point(NamedTuple):
    x: Any
    y: Any


@dataclass
class Layer:
    w: Any
    b: Any


class Mode(enum.Enum):
    FAST = 1


def f(x):
    return x


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "float"),
        (1, "int"),
        (1j, "complex"),
        (True, "True"),
        (None, "None"),
        ("relu", "'relu'"),
        (f, "f"),
        (np.tanh, "tanh"),
        (np.float64(1), "np.f8"),
        (np.float32(1), "np.f4"),
        (np.int64(1), "np.i8"),
        (np.bool_(True), "np.b1"),
        (np.ones((2, 3)), "f8[n, m]"),
        (np.ones((2, 1, 0), np.complex64), "c8[n, 1, m]"),
        (np.array(1.0), "f8[]"),
        (np.array([True]), "b1[1]"),
        ([1.0, (2,)], "[float, (int,)]"),
        ({"w": np.ones(2), 3: 1.0}, "{'w': f8[n], 3: float}"),
        (Point(1.0, np.ones(5)), "Point(x=float, y=f8[n])"),
        (Layer(1.0, None), "Layer(w=float, b=None)"),
        ((), "()"),
    ],
)
def test_the_type_of_a_value(value: object, text: str) -> None:
    assert str(from_values({"x": value})) == f"x: {text}"


def test_every_size_but_one_is_a_variable_of_its_own() -> None:
    made = from_values({"n": np.ones((3, 1)), "x": np.ones((3, 3)), "k": 1.0})
    assert str(made) == "n: f8[m, 1], x: f8[p, q], k: float"


def test_sizes_and_numbers_become_known_on_request() -> None:
    values = {"x": np.ones((3, 4)), "p": {"k": 2, "w": 0.5}}
    made = from_values(values, static=[("p", (("item", "k"),))], sizes={"n"})
    assert str(made) == "x: f8[3, m], p: {'k': 2, 'w': float}"


def test_equal_signatures_are_equal_and_others_are_not() -> None:
    assert from_values({"x": 1.0, "s": "a"}) == from_values({"x": 2.0, "s": "a"})
    assert hash(from_values({"x": np.ones(2)})) == hash(from_values({"x": np.ones(3)}))
    assert from_values({"x": np.ones(2)}) != from_values({"x": np.ones(1)})
    assert from_values({"s": True}) != from_values({"s": "True"})


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (True, 1, False),
        (1, 1.0, False),
        (0.0, -0.0, False),
        (math.nan, math.nan, True),
        ("a", "a", True),
        (f, f, True),
        (Mode.FAST, Mode.FAST, True),
        (None, False, False),
    ],
)
def test_static_values_are_compared_with_their_type(left: object, right: object, equal: bool) -> None:
    assert (Static(left) == Static(right)) is equal
    assert not equal or hash(Static(left)) == hash(Static(right))


class Meters(float):
    pass


INSTEAD = " (pass the numbers it holds, in lists, dicts or objects of plain classes)"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.asmatrix(np.ones((1, 1))), "SD314 x is np.matrix (convert it: `np.array(x, dtype=float)`)"),
        (np.ma.array([1.0]), "SD314 x is np.ma.MaskedArray (convert it: `np.array(x, dtype=float)`)"),
        (np.rec.array([(1.0,)]), "SD314 x is np.recarray (convert it: `np.array(x, dtype=float)`)"),
        (np.array([None]), "SD309 dtype object of x is not supported (convert it: `x.astype(float)`)"),
        (
            np.ones(2, np.dtype("f8").newbyteorder()),
            "SD309 dtype >f8 (not in this machine's byte order) of x is not supported (convert it: `x.astype(float)`)",
        ),
        (
            np.ones(2, [("a", "f8")]),
            "SD309 dtype [('a', '<f8')] (structured) of x is not supported (convert it: `x.astype(float)`)",
        ),
        (np.ones(2, "f2"), "SD309 dtype float16 of x is not supported (convert it: `x.astype(float)`)"),
        (np.array(["a"]), "SD309 dtype <U1 of x is not supported (convert it: `x.astype(float)`)"),
        (object(), "SD724 argument x is object" + INSTEAD),
        (b"a", "SD724 argument x is bytes" + INSTEAD),
    ],
)
def test_what_is_refused_is_refused_by_name(value: object, message: str) -> None:
    with pytest.raises(CheckError) as caught:
        from_values({"x": value})
    assert str(caught.value) == message


def test_a_subclass_of_float_is_no_float() -> None:
    with pytest.raises(CheckError, match=r"SD724 argument x\['a'\]\[0\] is .*Meters"):
        from_values({"x": {"a": [Meters(1.0)]}})


def test_a_memory_map_is_an_array(tmp_path: Any) -> None:
    assert str(from_values({"x": np.memmap(tmp_path / "x", mode="w+", shape=(3,))})) == "x: u1[n]"


def test_size_names_avoid_what_is_taken() -> None:
    names = SizeNames({"n", "k"})
    assert [names.fresh() for _ in range(3)] == ["m", "p", "q"]
    many = SizeNames()
    assert [many.fresh() for _ in range(12)][-1] == "n2"


def test_guards_hold_by_identity_structure_or_value() -> None:
    assert Guard("f", (), f).holds(f)
    assert not Guard("f", (), f).holds(lambda x: x)
    shape = Guard("p", (), None, tree=container({"a": 1, "b": 2}))
    assert shape.holds({"a": 5, "b": 6}) and not shape.holds({"a": 5})
    assert Guard("k", (), 2, by_value=True).holds(2)
    assert not Guard("k", (), 2, by_value=True).holds(2.0)
