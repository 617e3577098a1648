"""What a function is compiled for: the structure of its arguments, and per leaf a type or a known value.

Leaves are *staged* (`AVal` with symbolic sizes: one compilation serves every size; only sizes that are 1 are known)
or *static* (`Static`: strings, booleans, None, functions, compared by value or identity).

By hand, for the call ``f(np.ones((5, 3)), {"w": np.ones((3, 1)), "b": 2.0}, True)``: the leaves are two arrays, a
float and a boolean; 5, 3 and 3 become variables of their own (that the second and third are equal is for the function
to demand), the 1 stays, the boolean is known::

    X: f8[n, m]    params: {'w': f8[k, 1], 'b': float}    flag: True
"""

from __future__ import annotations

import enum
import linecache
import random
import types
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff import plain
from symdiff.alike import Each, of_any_length
from symdiff.errors import CheckError, CompileError, Loc, Problem
from symdiff.ir import dims
from symdiff.ir.core import Program
from symdiff.ir.types import AVal, Kind, code, object_of, python
from symdiff.trees import ATTRIBUTED, LEAF, NAMED, Path, Tree, container, flatten, holders, path_text, paths

Leaf = tuple[str, Path]  # a leaf of an argument: its name, and the way to the leaf

SUPPORTED = frozenset({"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16"})
_LETTERS = ("n", "m", "k", "p", "q", "r", "s", "t", "u", "v", "w")
_STATIC_TYPES = (
    *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type, enum.Enum),
    *(np.ufunc, np.dtype, type(...), slice, range),
)


KINDS = {int: Kind.PYTHON, float: Kind.PYTHON, np.ndarray: Kind.ARRAY}  # of classes; other numbers are NumPy's
ABSENT = object()  # what stands for what is not there: an argument, an attribute
RANDOM = (np.random.Generator, np.random.RandomState, random.Random)  # what an argument may draw numbers from


@dataclass(frozen=True, slots=True, eq=False)
class Static:
    """A leaf whose value is known at compile time."""

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Static) or type(self.value) is not type(other.value):
            return False
        if isinstance(self.value, float | complex | np.ndarray):
            return _written(self.value) == _written(other.value)
        return self.value is other.value or bool(self.value == other.value)

    def __hash__(self) -> int:
        written = isinstance(self.value, float | complex | np.ndarray)
        return hash((type(self.value), _written(self.value) if written else _hashable(self.value)))

    def __str__(self) -> str:
        return getattr(self.value, "__qualname__", None) or repr(self.value)


@dataclass(frozen=True, slots=True, eq=False)
class Opaque(Static):
    """An object that is no number and no container: it is the same one at the next call, or another is compiled for."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opaque) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)

    def __str__(self) -> str:
        return getattr(self.value, "__qualname__", None) or type(self.value).__qualname__


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for the value of an attribute, `name`, that no function takes: which one it is matters if it is read."""

    name: str = field(compare=False)
    type: str = field(compare=False)

    def __repr__(self) -> str:
        return self.type


@dataclass(frozen=True, slots=True)
class Listed(AVal):
    """Numbers or arrays, one of each element of a list of any length: an array for the entry, which makes the list."""

    elem: Kind = Kind.PYTHON

    def __str__(self) -> str:
        return f"list of {self.element}"

    @property
    def element(self) -> AVal:
        return AVal(self.elem, self.shape[1:], self.dtype)


def _written(value: Any) -> Hashable:
    """What tells a number or an array from others: -0.0 is not 0.0, and a nan is itself."""
    return (value.dtype, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else repr(value)


def _hashable(value: Any) -> Hashable:
    return value if isinstance(value, Hashable) else id(value)


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter of the user's function: its structure and its leaves."""

    name: str
    tree: Tree
    leaves: tuple[AVal | Static, ...]

    def __str__(self) -> str:
        return f"{self.name}: {tree_text(self.tree, iter(self.leaves))}"

    @property
    def listed(self) -> bool:
        """Whether it is a list of any length; the tree is that of an element."""
        return bool(self.leaves) and isinstance(self.leaves[0], Listed)

    @property
    def listed_arrays(self) -> bool:
        """Whether there are arrays in its elements."""
        return self.listed and any(isinstance(leaf, Listed) and leaf.elem is Kind.ARRAY for leaf in self.leaves)


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments in the order of the function's parameters (defaults filled in)."""

    arguments: tuple[Argument, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.arguments))

    def __getitem__(self, name: str) -> Argument:
        return next(a for a in self.arguments if a.name == name)


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of the compiled entry: a staged leaf of an argument, or captured data (`captured` says from where).

    `name` is a Python identifier for generated code, unique among the parameters: `x`, `W1` for params["W1"].
    """

    name: str
    type: AVal
    argument: str
    path: Path = ()
    captured: bool = False
    value: Any = field(default=None, compare=False)  # of captured data, at the time of compiling
    origin: str = ""  # of captured data: "module:function:name", where function is empty for a global
    home: Any = field(default=None, compare=False, repr=False)  # globals, cell or function `argument` is read from


@dataclass(frozen=True, slots=True)
class Guard:
    """Something captured that the compiled code relies on: `name` (with `path`) must still be `value`.

    A container (`tree`) must still have its class, length and keys; a set the `elements` that it had; a number compiled
    in (`by_value`) its type and value; everything else is compared by identity.  Several things `together` must be one
    object or different ones as the numbers in `value` say (`trees.sharing`).  Steps of the path ask further: ("has",
    name) whether there is an attribute, ("get", name) for it, or `ABSENT`; ("contents", None) for `trees.contents`.
    """

    name: str
    path: Path
    value: Any = field(compare=False)
    source: str = ""  # where `name` is looked up, as in `Param.origin`
    tree: Tree | None = None
    by_value: bool = False
    home: Any = field(default=None, compare=False, repr=False)  # as in `Param.home`
    elements: tuple[Any, ...] | None = field(default=None, compare=False)
    absent: bool = False  # nothing of that name may be in `home`
    together: tuple[tuple[Any, str, Path], ...] = ()  # of each its home, name and path

    @property
    def by_identity(self) -> bool:
        return self.tree is None and self.elements is None and not self.by_value

    def holds(self, current: object) -> bool:
        """Whether what is there now is what was compiled for."""
        if self.tree is not None:
            return container(current) == self.tree
        if self.elements is not None:
            if type(current) is not type(self.value):
                return False
            now: tuple[Any, ...] = tuple(current)  # type: ignore[arg-type]  # a set
            return now == self.elements and [*map(type, now)] == [*map(type, self.elements)]
        if self.by_value:
            return Static(current) == Static(self.value)
        return current is self.value


@dataclass(frozen=True, slots=True)
class Apart:
    """Containers of the arguments that are different objects: each of the `first` from all others of both; and why."""

    first: tuple[Leaf, ...]
    others: tuple[Leaf, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Outer:
    """A container of an argument that is not what is read from outside, as in `Param`; what to say where it is."""

    argument: Leaf
    home: Any = field(compare=False, repr=False)
    name: str
    path: Path
    value: Any = field(compare=False, repr=False)
    problem: Problem


@dataclass(frozen=True, slots=True)
class Lowered:
    """What a frontend hands on: a program whose entry takes `params` in order and returns the leaves of `out`.

    `out_static` has, per leaf of `out`, either None (the next of the entry's results) or a Static known value.
    `hash` covers the syntax of every function compiled in; `consumed` are the names the user owns (never shadowed).
    """

    program: Program
    name: str
    file: str
    first_line: int
    signature: Signature
    params: tuple[Param, ...]
    out: Tree
    out_static: tuple[Static | None, ...]
    guards: tuple[Guard, ...] = ()
    hash: str = ""
    written: tuple[int, ...] = ()  # params the function writes into: copied at entry, must not share memory
    apart: tuple[Apart, ...] = ()
    outer: tuple[Outer, ...] = ()
    changed: tuple[tuple[str, Problem], ...] = ()  # parameters, with what to say where one has its default value
    doc: str = ""
    user_names: frozenset[str] = frozenset()
    defaults: tuple[tuple[str, Any], ...] = field(default=(), compare=False)  # that a module keeps, by parameter
    keyword_only: frozenset[str] = field(default=frozenset(), compare=False)  # parameters that a module has so, too

    def disjoint(self) -> Iterator[tuple[int, int]]:
        """The pairs of params that must not share memory: the first is written into, the second written or read.

        One of which the sizes alone are read may be the same array.  What is read only before the write counts as
        read: the program may read early what Python reads late, since it takes the two for different arrays.
        """
        body = self.program.main.body
        read = {v for op in body.ops if op.prim.name != "dim_of" for v in op.ins}.union(body.outs)
        for mine in self.written:
            for other, (param, value) in enumerate(zip(self.params, body.params, strict=True)):
                told = other == mine or (other in self.written and other < mine)
                if param.type.kind is Kind.ARRAY and not told and (other in self.written or value in read):
                    yield mine, other


def check_has_numbers(lowered: Lowered) -> None:
    """CompileError SD322 at a function that returns no number at all, which has no derivative."""
    if lowered.program.main.body.outs:
        return
    static = [s.value for s in lowered.out_static if s is not None]
    found = repr(static[0]) if lowered.out.kind == "leaf" and static else f"a {lowered.out.kind} without numbers"
    line = linecache.getline(lowered.file, lowered.first_line).rstrip("\n")
    start = line.find(f"def {lowered.name}")
    col, end = (start + 4, start + 4 + len(lowered.name)) if start >= 0 else (len(line) - len(line.lstrip()), len(line))
    at = Loc(lowered.file, lowered.first_line, col, lowered.first_line, end, lowered.name, lowered.first_line)
    raise CompileError.of("SD322", loc=at, type=found, rewrite="return the numbers themselves")


# From a call ---------------------------------------------------------------------------------------------------------


class SizeNames:
    """Fresh names for sizes: n, m, k, …, n2, m2, …; never one of `taken`."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._names = (letter if turn == 1 else f"{letter}{turn}" for turn in range(1, 10**6) for letter in _LETTERS)

    def fresh(self) -> str:
        name = next(name for name in self._names if name not in self._taken)
        self._taken.add(name)
        return name


def from_values(
    values: Mapping[str, object], *, static: Collection[Leaf] = (), sizes: Collection[str] = (), lists: bool = False
) -> Signature:
    """The signature of a call with these arguments, by parameter name.

    Numbers in `static` become known values, and the variables in `sizes` known numbers: what a function asks for that
    cannot be compiled without.  With `lists` an argument that is a list of more than a few elements alike (see
    `alike`) may have any length.
    CheckError, naming the argument, for a value that no compiled function takes.

    >>> print(from_values({"x": np.ones((4, 3)), "w": [np.float32(2), 1], "flag": True}))
    x: f8[n, m], w: [np.f4, int], flag: True
    >>> print(from_values({"x": np.ones((4, 3)), "w": [np.float32(2), 1]}, static=[("w", (("item", 1),))], sizes={"m"}))
    x: f8[n, 3], w: [np.f4, 1]
    """
    names = SizeNames(values)
    arguments = []
    known = {name for name, _ in static}
    for name, value in values.items():
        elements = of_any_length(value) if lists and name not in known else None
        if elements is not None:
            length = dims.var(names.fresh())
            of_each = tuple(_listed(leaf, length, names, sizes) for leaf in elements.leaves)
            arguments.append(Argument(name, elements.tree, of_each))
            continue
        leaves, tree = flatten(value)
        typed: list[AVal | Static] = []
        for leaf, path, holder in zip(leaves, paths(tree), holders(tree), strict=True):
            if (name, path) in static:
                kept = leaf.copy() if isinstance(leaf, np.ndarray) else leaf  # the caller's may change in place
                typed.append(Static(kept) if _is_taken(leaf) else Opaque(leaf))
            elif not holder or _is_taken(leaf):
                typed.append(leaf_type(name + path_text(path), leaf, names, sizes))
            else:
                unread = Unread(name + path_text(path), _described(type(leaf)))
                typed.append(Static(unread) if holder in ATTRIBUTED else Opaque(leaf))
        arguments.append(Argument(name, tree, tuple(typed)))
    return Signature(tuple(arguments))


def _is_taken(leaf: object) -> bool:
    try:
        leaf_type("", leaf, SizeNames())
    except CheckError:
        return False
    return True


def _listed(leaf: Each, length: dims.Dim, names: SizeNames, sizes: Collection[str]) -> Listed:
    sizes_of_each = (_size(n, names, sizes) for n in leaf.shape)
    return Listed(Kind.ARRAY, (length, *sizes_of_each), leaf.dtype, KINDS.get(leaf.cls, Kind.NUMPY))


def leaf_type(name: str, value: object, names: SizeNames, sizes: Collection[str] = ()) -> AVal | Static:
    """What one leaf is compiled for; CheckError where nothing can be, calling it `name`."""
    kind = type(value)
    if kind is float:
        return python("f8")
    if kind is np.ndarray or kind is np.memmap:
        assert isinstance(value, np.ndarray)
        return AVal(Kind.ARRAY, tuple(_size(size, names, sizes) for size in value.shape), dtype_code(name, value.dtype))
    if kind is int:
        return python("i8")
    if value is None or kind is bool or kind is str or isinstance(value, _STATIC_TYPES):
        return Static(value)
    if kind is complex:
        return python("c16")
    if isinstance(value, np.generic):
        return AVal(Kind.NUMPY, (), dtype_code(name, value.dtype))
    if isinstance(value, RANDOM):
        return object_of(kind)
    if isinstance(value, np.ndarray):
        raise CheckError.of("SD314", name=name, type=_described(kind))
    if callable(value) and type(kind).__module__ != "numpy":
        return Opaque(value)
    why = plain.objection(value) if container(value) is None else ", which holds itself"
    raise CheckError.of("SD724", name=name, type=_described(kind) + (why or ""))


def _size(size: int, names: SizeNames, known: Collection[str]) -> dims.Dim:
    if size == 1:
        return 1
    name = names.fresh()
    return size if name in known else dims.var(name)


def dtype_code(name: str, dtype: np.dtype[Any]) -> str:
    """The code of a supported dtype ('f8'); CheckError for the others, each by its name."""
    if dtype.names is not None:
        raise CheckError.of("SD309", name=name, dtype=f"{dtype} (structured)")
    if not dtype.isnative:
        raise CheckError.of("SD309", name=name, dtype=f"{dtype.str} (not in this machine's byte order)")
    found = code(dtype)
    if found not in SUPPORTED:
        raise CheckError.of("SD309", name=name, dtype=str(dtype))
    return found


def _described(cls: type) -> str:
    if cls.__module__.split(".")[0] == "numpy":
        return f"np.ma.{cls.__name__}" if "ma" in cls.__module__.split(".") else f"np.{cls.__name__}"
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


# What is in a signature ----------------------------------------------------------------------------------------------


def tree_text(tree: Tree, leaves: Iterator[AVal | Static]) -> str:
    """A structure with its leaves written in: ``{'w': f8[n], 'b': float}``."""
    if tree.kind == "leaf":
        return str(next(leaves))
    parts = [(key, tree_text(c, leaves)) for key, c in zip(tree.keys, tree.children, strict=True)]
    if tree.kind == "dict":
        return "{" + ", ".join(f"{key!r}: {text}" for key, text in parts) + "}"
    if tree.kind in NAMED:
        assert tree.cls is not None
        return f"{tree.cls.__name__}({', '.join(f'{key}={text}' for key, text in parts)})"
    inside = ", ".join(text for _, text in parts)
    return f"[{inside}]" if tree.kind == "list" else f"({inside}{',' if len(parts) == 1 else ''})"


def leaf_names(argument: Argument) -> list[str]:
    """How each leaf of an argument is written: ``params['w']``."""
    return [argument.name + path_text(path) for path in paths(argument.tree)]


def scalar_argument(name: str) -> Argument:
    """A Python float: what an unannotated argument is on the command line."""
    return Argument(name, LEAF, (python("f8"),))
