"""The types of IR values: one vocabulary for signatures, argument trees and programs.

`AVal` is a number or array with its *kind*: NumPy promotes, raises and aliases differently for Python numbers,
NumPy scalars and arrays (0-d arrays included), so the kind is part of the type.  `Seq`, `Opt`, `Alt` and `Saved`
hold what loops collect, what one path binds, what a branch saves and what a call saves.

>>> str(array("f8", dims.var("n"), 3)), str(python("f8")), str(Seq(numpy("f4")))
('f8[n, 3]', 'float', 'Seq[np.f4]')
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import RLock
from typing import TypeVar
from weakref import WeakValueDictionary

import numpy as np

from symdiff.ir import dims
from symdiff.ir.dims import Dim

Found = TypeVar("Found")


class Kind(StrEnum):
    """How a number is represented at run time.

    EITHER is a scalar that is a Python or a NumPy number depending on the path taken; MIXED is one that may also be an
    int where its dtype is a float's, or a float where it is a complex one's.
    """

    PYTHON = "python"
    NUMPY = "numpy"
    EITHER = "either"
    MIXED = "mixed"
    ARRAY = "array"


PYTHON_NAMES = {"b1": "bool", "i8": "int", "f8": "float", "c16": "complex"}


@dataclass(frozen=True, slots=True)
class AVal:
    """A number or an array: kind, shape and dtype code ('f8', 'f4', 'i8', 'b1', 'c16', …)."""

    kind: Kind
    shape: tuple[Dim, ...]
    dtype: str

    def __post_init__(self) -> None:
        if self.kind is not Kind.ARRAY and self.shape:
            raise ValueError(f"a {self.kind} scalar has no shape {self.shape}")
        if self.kind is Kind.PYTHON and self.dtype not in PYTHON_NAMES:
            raise ValueError(f"no Python number has dtype {self.dtype}")

    def __str__(self) -> str:
        if self.kind is Kind.ARRAY:
            return f"{self.dtype}[{', '.join(map(str, self.shape))}]"
        if self.kind is Kind.PYTHON:
            return PYTHON_NAMES[self.dtype]
        return f"{'np' if self.kind is Kind.NUMPY else self.kind}.{self.dtype}"

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def either(self) -> bool:
        """Whether it is a scalar whose kind depends on the path taken."""
        return self.kind in (Kind.EITHER, Kind.MIXED)

    @property
    def pythonic(self) -> bool:
        """Whether it is a Python number, or is one on some paths."""
        return self.kind is Kind.PYTHON or self.either

    @property
    def one_dtype(self) -> bool:
        """Whether NumPy makes arrays of one dtype of it on every path: not of a float that may be an np.float32."""
        return not self.either or (self.kind is Kind.EITHER and self.dtype in PYTHON_NAMES)

    @property
    def inexact(self) -> bool:
        return self.dtype[0] in "fc"

    @property
    def complex(self) -> bool:
        return self.dtype[0] == "c"


@dataclass(frozen=True, slots=True)
class Object(AVal):
    """A Python object that is no number, of the class `cls` (its dotted name): handed from call to call as it is.

    A scalar without arithmetic: it has no cotangent, and of the primitives `foreign_call` and its like alone take it.
    """

    cls: str = ""

    def __post_init__(self) -> None:
        if (self.kind, self.shape, self.dtype) != (Kind.PYTHON, (), "O8"):
            raise ValueError("an object is a scalar of dtype O8")

    def __str__(self) -> str:
        return f"Object[{self.cls}]"


@dataclass(frozen=True, slots=True)
class Place(AVal):
    """Where in other lists a key is.  A list of places is a dict, from the keys to their places, at run time."""

    def __str__(self) -> str:
        return "place"


@dataclass(frozen=True, slots=True)
class Member(AVal):
    """An element of a set, `of` dtypes, texts and tuples: "t2_i8_text".  A list of them is a set, at run time."""

    of: str

    def __str__(self) -> str:
        return f"member_{self.of}"


@dataclass(frozen=True, slots=True)
class Seq:
    """One value per turn of a loop."""

    elem: Type

    def __str__(self) -> str:
        return f"Seq[{self.elem}]"


@dataclass(frozen=True, slots=True)
class Opt:
    """A value bound on one path only."""

    elem: Type

    def __str__(self) -> str:
        return f"Opt[{self.elem}]"


class Alt:
    """The record saved by the branch that was taken: the fields of one side, `then` or `orelse`.

    Equal records are one object: a thousand early returns nest as many, and to compare or hash all of the inside at
    each of them would be quadratic, and deeper than Python's stack.
    """

    __slots__ = ("__weakref__", "orelse", "then")
    then: tuple[Type, ...]
    orelse: tuple[Type, ...]

    def __new__(cls, then: tuple[Type, ...], orelse: tuple[Type, ...]) -> Alt:
        with _ALTS_LOCK:
            found = _ALTS.get((then, orelse))
            if found is None:
                found = super().__new__(cls)
                found.then, found.orelse = then, orelse
                _ALTS[then, orelse] = found
            return found

    def __reduce__(self) -> tuple[type[Alt], tuple[tuple[Type, ...], tuple[Type, ...]]]:
        return Alt, (self.then, self.orelse)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        text, todo = "", list[Type | str]((self,))
        while todo:
            item = todo.pop()
            if isinstance(item, Alt):
                sides = ([x for f in side for x in ("; ", f)][1:] for side in (item.orelse, item.then))
                orelse, then = sides
                todo += ["]", *reversed(orelse), " | ", *reversed(then), "Alt["]
            else:
                text += str(item)
        return text

    def side(self, index: int) -> tuple[Type, ...]:
        return self.orelse if index else self.then


@dataclass(frozen=True, slots=True)
class Saved:
    """The nominal record that a function's forward pass saves; `Program.records` has its fields."""

    name: str

    def __str__(self) -> str:
        return f"Saved[{self.name}]"


Type = AVal | Seq | Opt | Alt | Saved
_ALTS: WeakValueDictionary[tuple[tuple[Type, ...], tuple[Type, ...]], Alt] = WeakValueDictionary()
_ALTS_LOCK = RLock()
_REMEMBERED = 65536  # types, of one fact


def inner_first(compute: Callable[[Type], Found]) -> Callable[[Type], Found]:
    """`compute` with what it found remembered, and asked of inner types first: its own recursion ends at once."""
    known: dict[Type, Found] = {}

    def found(t: Type) -> Found:
        if t not in known:
            if len(known) > _REMEMBERED:
                known.clear()
            todo = [t]
            while todo:
                unknown = [p for p in parts(todo[-1]) if isinstance(p, (Seq, Opt, Alt)) and p not in known]
                todo += unknown
                if not unknown:
                    inner = todo.pop()
                    known[inner] = compute(inner)
        return known[t]

    return found


def parts(t: Type) -> tuple[Type, ...]:
    """The types that t is made of."""
    if isinstance(t, (Seq, Opt)):
        return (t.elem,)
    return (*t.then, *t.orelse) if isinstance(t, Alt) else ()


def array(dtype: str, *shape: Dim) -> AVal:
    return AVal(Kind.ARRAY, shape, dtype)


def python(dtype: str) -> AVal:
    return AVal(Kind.PYTHON, (), dtype)


def numpy(dtype: str) -> AVal:
    return AVal(Kind.NUMPY, (), dtype)


def object_of(cls: type) -> Object:
    """The type of the instances of a class, without what is private in its name.

    >>> str(object_of(np.random.Generator)), str(object_of(slice))
    ('Object[numpy.random.Generator]', 'Object[slice]')
    """
    module = [part for part in cls.__module__.split(".") if not part.startswith("_") and part != "builtins"]
    return Object(Kind.PYTHON, (), "O8", ".".join([*module, cls.__qualname__]))


INT, FLOAT, BOOL = python("i8"), python("f8"), python("b1")
PLACE = Place(Kind.PYTHON, (), "i8")


def member(of: str) -> Member:
    return Member(Kind.PYTHON, (), "i8", of)


def is_set(t: Type) -> bool:
    return isinstance(t, Seq) and isinstance(t.elem, Member)


def code(dtype: np.dtype | type | str) -> str:
    """The dtype code of a NumPy dtype: `code(np.float32) == "f4"`."""
    d = np.dtype(dtype)
    return f"{d.kind}{d.itemsize}"


def type_of(value: object) -> AVal:
    """The type of a concrete number or array, with concrete sizes."""
    if isinstance(value, np.ndarray):
        return AVal(Kind.ARRAY, value.shape, code(value.dtype))
    if isinstance(value, np.generic):
        return AVal(Kind.NUMPY, (), code(value.dtype))
    for python_type, dtype in ((bool, "b1"), (int, "i8"), (float, "f8"), (complex, "c16")):
        if isinstance(value, python_type):
            return python(dtype)
    raise TypeError(f"not a number or array: {type(value).__name__}")


def cotangent(t: Type) -> Type | None:
    """The type of cotangents (and tangents) of t; None where nothing in t is differentiable."""
    if isinstance(t, AVal):
        return t if t.inexact else None
    return _cotangent(t)


@inner_first
def _cotangent(t: Type) -> Type | None:
    assert not isinstance(t, AVal)
    if isinstance(t, (Seq, Opt)):
        elem = cotangent(t.elem)
        return None if elem is None else type(t)(elem)
    if isinstance(t, Alt):
        sides = [tuple(c for f in side if (c := cotangent(f)) is not None) for side in (t.then, t.orelse)]
        return Alt(sides[0], sides[1]) if any(sides) else None
    return t if t.name.endswith("'") else Saved(t.name + "'")


def map_dims(t: Type, change: Callable[[Dim], Dim]) -> Type:
    """t with every dimension changed."""
    if isinstance(t, AVal):
        return AVal(t.kind, tuple(map(change, t.shape)), t.dtype) if t.shape else t

    @inner_first
    def mapped(t: Type) -> Type:
        if isinstance(t, (Seq, Opt)):
            return type(t)(mapped(t.elem))
        if isinstance(t, Alt):
            return Alt(tuple(map(mapped, t.then)), tuple(map(mapped, t.orelse)))
        return map_dims(t, change) if isinstance(t, AVal) else t

    return mapped(t)


def sizes(t: Type) -> tuple[Dim, ...]:
    """The sizes of an array, or of the arrays in a list."""
    while isinstance(t, Seq):
        t = t.elem
    return t.shape if isinstance(t, AVal) else ()


def type_atoms(t: Type) -> frozenset[dims.Atom]:
    """Every size variable and opaque size in t."""
    return frozenset().union(*map(dims.atoms, t.shape)) if isinstance(t, AVal) else _inner_atoms(t)


@inner_first
def _inner_atoms(t: Type) -> frozenset[dims.Atom]:
    return frozenset().union(*map(type_atoms, parts(t)))


def broadcast(shapes: Sequence[tuple[Dim, ...]]) -> tuple[Dim, ...]:
    """NumPy's broadcast shape; ShapeError where sizes differ or equality is undecided."""
    rank = max((len(s) for s in shapes), default=0)
    out: list[Dim] = [1] * rank
    for shape in shapes:
        for k, d in enumerate(shape, rank - len(shape)):
            if out[k] == 1:
                out[k] = d
            elif d != 1 and dims.equal(out[k], d) is not True:
                raise ShapeError(tuple(shapes), out[k], d)
    return tuple(out)


def one_beside(target: tuple[Dim, ...], shape: tuple[Dim, ...]) -> None:
    """ShapeError where an array must have one element along an axis, and is not known to."""
    for to, d in zip(reversed(target), reversed(shape), strict=False):
        if to == 1 and not isinstance(d, int):
            raise ShapeError((target, shape), to, d)


def shown(shape: tuple[Dim, ...]) -> str:
    """A shape as Python writes a tuple: `(n, 3)`, `(n,)`."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


class ShapeError(TypeError):
    """Two sizes that an operation brings together differ, or are not known to be equal."""

    def __init__(self, shapes: tuple[tuple[Dim, ...], ...], left: Dim, right: Dim) -> None:
        text = " and ".join(f"({', '.join(map(str, s))})" for s in shapes)
        super().__init__(
            f"shapes {text}: {left} and {right} "
            + ("differ" if dims.equal(left, right) is False else "are not known to be equal")
        )
        self.left, self.right = left, right


_PYTHON_DTYPE = {"b": "b1", "i": "i8", "u": "i8", "f": "f8", "c": "c16"}  # by the first letter of any dtype's code
_WEAK = {"b1": False, "i8": 0, "f8": 0.0, "c16": 0j}


def promote(types: Sequence[AVal]) -> str:
    """The dtype NumPy 2 computes in: Python numbers are weak, numpy scalars and arrays strong (NEP 50)."""
    if all(t.kind is Kind.PYTHON for t in types):
        rank = ["b1", "i8", "f8", "c16"]
        return rank[max(rank.index(t.dtype) for t in types)]
    strong = np.result_type(*[np.dtype(t.dtype) for t in types if t.kind is not Kind.PYTHON])
    weak = [_WEAK[t.dtype] for t in types if t.kind is Kind.PYTHON]
    found = code(np.result_type(strong, *weak))
    either = [t for t in types if t.either]
    others = [t for t in types if not t.either]
    if either and any(t.kind is not Kind.PYTHON for t in others):
        as_python = promote([*others, *[python(_PYTHON_DTYPE[t.dtype[0]]) for t in either]])
        if as_python != found:
            raise KindError(f"a scalar that is a Python or a NumPy number depending on the path meets {others[0]}")
    return found


class KindError(TypeError):
    """The dtype of the result depends on a kind that is not known at compile time."""


def embeds(python: str, strong: str) -> bool:
    """Whether a Python number of one dtype means the same next to a NumPy scalar of the other."""
    order = "biufc"
    return order.index(python[0]) <= order.index(strong[0])
