"""Values taken apart into a pattern and its numbers, and put together again: what a call passes and returns.

By hand: the arguments `(v[1:], (n, 2.0))` are the pattern `(f8[k], (int, known 2.0))` and the numbers v[1:] and n.

A recursive function is told which memory is which: its lists, dicts and objects are `Numbered`, and what is met again
is the number that it had.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symdiff.frontend.python import alternatives, containers, grown, may_be_none, memory, nodes
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.forms import leaf_names
from symdiff.frontend.python.instances import Pattern, Place
from symdiff.frontend.python.may_be_none import NULLABLE, OPTIONAL
from symdiff.frontend.python.values import (
    BOTTOM,
    Arr,
    Cell,
    Closure,
    DictRef,
    Grown,
    Known,
    Listed,
    ListRef,
    Maybe,
    Node,
    Num,
    ObjRef,
    OneOf,
    Reference,
    SetRef,
    Struct,
    Val,
    is_number,
)
from symdiff.ir import dims, types
from symdiff.ir.core import Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import AVal, Kind, Opt, Type

Leaves = list[tuple[Pattern, Val]]


@dataclass(slots=True)
class Numbered:
    """The memory that was met while values are taken apart: lists, dicts, objects and arrays, by number.

    What is older than `first` is named by itself; what is younger, or of unknown age, is taken apart.  An array is
    known again only where `arrays` says so.
    """

    numbers: dict[Cell, int] = field(default_factory=dict)
    first: int = 0
    forms: Mapping[Place, Pattern] = field(default_factory=dict)  # of the elements of lists of any length, by place
    count: int = 0
    arrays: bool = False
    memory: list[Arr | Reference] = field(default_factory=list)  # what was numbered here, in order

    def add(self, val: Arr | Reference) -> None:
        if not isinstance(val, Arr):
            self.numbers[val.cell] = self.count
        self.count += 1
        self.memory.append(val)

    def met(self, val: Arr | Reference) -> Pattern | None:
        """The pattern of what was met before, or is older than all that is."""
        if isinstance(val, Arr) and (val.path or not self.arrays):
            return None
        cell = val.cell
        if cell in self.numbers:
            return Pattern("again", token=self.numbers[cell], val=val)
        if cell.serial < self.first:
            return Pattern("known", token=("memory", cell.serial, cell.name or cell.kind), val=val)
        return None


# --- taking apart


def pattern_of(
    cx: Context,
    val: Val,
    staged: frozenset[Place] = frozenset(),
    place: Place = (),
    numbered: Numbered | None = None,
) -> Pattern:
    """The pattern of a value; numbers at the places `staged` count as staged, lists as of any length."""
    if isinstance(val, Known):
        if place in staged and is_plain(val.obj):
            return Pattern("scalar", type=types.type_of(val.obj))
        return Pattern("known", token=_token(val.obj), val=val)
    if isinstance(val, Num):
        return Pattern("scalar", type=val.type)
    if isinstance(val, Node):
        return nodes.passed(cx, val)
    met = numbered.met(val) if numbered is not None and isinstance(val, Arr | Reference) else None
    if met is not None:
        return met
    if isinstance(val, Arr):
        if numbered is not None:
            numbered.add(val)
        return Pattern("array", type=_unsized(cx.aval(val)) if place in staged else cx.aval(val))
    if isinstance(val, Maybe | OneOf) and numbered is not None:
        return may_be_none.pattern_of(val, lambda x: pattern_of(cx, x, staged, place, numbered), numbered.add)
    if isinstance(val, Closure):
        defaults = (*val.defaults, *val.kwdefaults.values())
        token = ("closure", id(val.node), val.frame.id, tuple(map(id, defaults)), val.source.name)
        return Pattern("known", token=token, val=val)
    if isinstance(val, Reference) and numbered is not None:
        return _of_memory(cx, val, staged, place, numbered)
    return _of_container(cx, val, staged, place, numbered)


def _of_memory(cx: Context, val: Reference, staged: frozenset[Place], place: Place, numbered: Numbered) -> Pattern:
    if isinstance(val, SetRef):
        return Pattern("other", token=("object", id(val)), val=val)
    numbered.add(val)
    return content_pattern(cx, val, staged, place, numbered)


def content_pattern(
    cx: Context,
    val: Reference,
    staged: frozenset[Place] = frozenset(),
    place: Place = (),
    numbered: Numbered | None = None,
) -> Pattern:
    """The pattern of what a list, dict or object holds."""
    content = memory.content(cx, val)
    keys = () if val.cell.kind == "list" else (val.cell.kind,)
    if isinstance(content, tuple) and place in staged and numbered is not None:
        form = joined_forms(numbered.forms.get(place), grown.form_of_elements(cx, content))
        if form is not None:
            return Pattern("grown", (form,), keys=keys)
    if isinstance(content, Grown):
        return Pattern("grown", (content.form,), keys=keys)
    return _of_container(cx, val, staged, place, numbered)


def joined_forms(a: Pattern | None, b: Pattern | None) -> Pattern | None:
    """The form of the elements of two lists, of which one may be empty."""
    return grown.join(a, b) if a is not None and b is not None else a or b


def _of_container(cx: Context, val: Val, staged: frozenset[Place], place: Place, numbered: Numbered | None) -> Pattern:
    if isinstance(val, Reference):
        memory.content(cx, val)
    items = parts_of(cx, val)
    if items is None or (isinstance(val, ObjRef) and numbered is None):
        return Pattern("other", token=("object", id(val)), val=val)
    parts = tuple(pattern_of(cx, x, staged, (*place, k), numbered) for k, x in enumerate(items))
    if isinstance(val, Struct):
        return Pattern(val.kind, parts, cls=val.cls, keys=val.keys)
    if isinstance(val, ObjRef):
        return Pattern("object", parts, cls=val.cls, keys=tuple(cx.store.get(val.cell)))
    if not isinstance(val, DictRef):
        return Pattern("list", parts)
    return Pattern("dict", parts, keys=tuple(containers.entries(cx, val) or ()), val=Known(val.cell.loc))


def unsuitable(pattern: Pattern) -> Val | None:
    """What a call can neither pass nor return, if the pattern holds such."""
    if pattern.kind == "other":
        return pattern.val
    return next((val for p in pattern.parts if (val := unsuitable(p)) is not None), None)


def is_plain(obj: Any) -> bool:
    return is_number(obj) and not isinstance(obj, (bool, np.bool_))


def _token(obj: Any) -> tuple[Any, ...]:
    if is_number(obj):
        return (type(obj), repr(obj))
    if isinstance(obj, (str, bytes, type(None))):
        return (type(obj), obj)
    return ("object", id(obj), getattr(obj, "__name__", type(obj).__name__))


def _unsized(t: AVal) -> AVal:
    """The type with its known sizes forgotten."""
    shape = tuple(dims.opaque(f"{d}!") if isinstance(d, int) else d for d in t.shape)
    return AVal(t.kind, shape, t.dtype)


def parts_of(cx: Context, val: Val) -> Sequence[Val] | None:
    """What a container of known structure holds."""
    if isinstance(val, Struct):
        return val.items
    if isinstance(val, Node):
        return (val.at,)
    if isinstance(val, ListRef):
        content = cx.store.get(val.cell)
        return content if isinstance(content, tuple) else None
    if isinstance(val, (DictRef, ObjRef)):
        mapping = cx.store.get(val.cell)
        return tuple(mapping.values()) if isinstance(mapping, dict) else None
    return None


def memory_in(cx: Context, pattern: Pattern, val: Val) -> Iterator[Arr | Reference]:
    """The memory of a value of this pattern, in the order of its numbers."""
    if pattern.kind in ("again", "known"):
        return
    if pattern.kind == OPTIONAL:
        array = may_be_none.memory(val)
        yield from () if array is None else (array,)
        return
    if isinstance(val, Arr | Reference):
        yield val
    if pattern.kind not in ("scalar", "array", "grown"):
        for p, x in zip(pattern.parts, _parts(cx, pattern, val), strict=False):
            yield from memory_in(cx, p, x)


def _parts(cx: Context, pattern: Pattern, val: Val) -> Sequence[Val]:
    """What stands for the parts of a pattern in a value."""
    if pattern.kind == NULLABLE:
        return may_be_none.halves(val)
    if pattern.kind == nodes.KIND and val is not BOTTOM:
        return (nodes.number(val),)
    return [BOTTOM] * len(pattern.parts) if val is BOTTOM else parts_of(cx, val) or ()


def leaves(cx: Context, pattern: Pattern, val: Val) -> Leaves:
    """The staged numbers, arrays and lists of a value of this pattern, each with its own, in order."""
    if pattern.kind in ("scalar", "array", "whole", OPTIONAL):
        return [(pattern, val)]
    if pattern.kind in ("again", "known"):
        return []
    if pattern.kind == "grown":
        assert isinstance(val, ListRef) or val is BOTTOM
        return content_leaves(cx, pattern, memory.content(cx, val) if isinstance(val, ListRef) else ())
    items = _parts(cx, pattern, val)
    return [found for p, x in zip(pattern.parts, items, strict=False) for found in leaves(cx, p, x)]


def content_leaves(cx: Context, pattern: Pattern, content: Any) -> Leaves:
    """The lists that a list of any length is."""
    values = grown.as_grown(cx, content, pattern.parts[0]).values
    return [(Pattern("seq", listed=t), Listed(v)) for t, v in zip(value_types([pattern]), values, strict=True)]


# --- putting together


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """How a value is put together: `make` gives its numbers in order, `hold` fills the cells of lists and dicts.

    `memory` is what its parts may be again, by number; what is made is appended to it.
    """

    make: Callable[[Pattern, str], Val]
    hold: Callable[[Cell, Any], None]
    memory: list[Arr | Reference] = field(default_factory=list)
    # by number or cell: where an element of a list may be twice, or be known in another way
    shared: Mapping[Hashable, frozenset[tuple[int, ...]]] = field(default_factory=dict)

    def value(self, pattern: Pattern, name: str) -> Any:
        if pattern.kind == "known":
            assert pattern.val is not None
            return pattern.val
        if pattern.kind == "again":
            assert isinstance(pattern.token, int)
            return self.memory[pattern.token]
        if pattern.kind in ("scalar", "array", "seq", OPTIONAL):
            made = self.make(pattern, name)
            array = may_be_none.memory(made)
            self.memory.extend(() if array is None else (array,))
            return made
        if pattern.kind == NULLABLE:
            there, inner = pattern.parts
            return alternatives.put_together(self.value(there, f"has_{name}" if name else ""), self.value(inner, name))
        if pattern.kind in ("list", "dict", "object", "grown"):
            staged = pattern.kind == "grown"
            kind = str((*pattern.keys, "list")[0]) if staged else pattern.kind
            cell = Cell(kind, pattern.val.obj if isinstance(pattern.val, Known) else None, name=name)
            made = ListRef(cell) if staged else grown.assembled(pattern, (), cell)
            self.memory.append(made)
            self.hold(cell, self.content(pattern, name, cell, len(self.memory) - 1))
            return made
        if pattern.kind == nodes.KIND:
            return Node(pattern.cls, self.value(pattern.parts[0], name), bool(pattern.token))
        return Struct(pattern.kind, tuple(self.parts(pattern, name)), pattern.cls, tuple(map(str, pattern.keys)))

    def parts(self, pattern: Pattern, name: str) -> list[Any]:
        """The parts of a container, each under the name of its attribute or key."""
        keys = [str(k).lstrip("_") if isinstance(k, str) and k.isidentifier() else "" for k in pattern.keys]
        names = [f"{name}_{key}" if name and key else name for key in keys] or [name] * len(pattern.parts)
        return [self.value(p, n) for p, n in zip(pattern.parts, names, strict=True)]

    def content(self, pattern: Pattern, name: str, cell: Cell, key: Hashable) -> Any:
        """What a list, dict or object of a pattern holds; `key` is its number, or the cell where it is from around."""
        if pattern.kind == "grown":
            names = leaf_names(pattern.parts[0], name)
            found = [self.make(Pattern("seq", listed=t), n) for t, n in zip(value_types([pattern]), names, strict=True)]
            values = tuple(v.value for v in found if isinstance(v, Listed))
            everywhere = frozenset({()}) if grown.has_memory(pattern.parts[0]) else frozenset[tuple[int, ...]]()
            return Grown(values, pattern.parts[0], cell, self.shared.get(key, everywhere))
        return grown.content_like(pattern, self.parts(pattern, name))


def rebuilt(pattern: Pattern, name: str, make: Callable[[Pattern, str], Val], hold: Callable[[Cell, Any], None]) -> Val:
    """A value of the pattern; `make` gives its numbers in order, `hold` fills the cells of its lists and dicts."""
    found: Val = Rebuilding(make, hold).value(pattern, name)
    return found


def converted(cx: Context, pattern: Pattern, val: Val, own: frozenset[Atom]) -> Value:
    """A number or array in the type that the pattern says; sizes not made of `own` need no new name."""
    if pattern.kind == OPTIONAL:
        return may_be_none.converted(cx, pattern, val, lambda p, x: converted(cx, p, x, own))
    if val is BOTTOM:
        assert pattern.type is not None
        return may_be_none.nothing(cx, pattern.type)
    value, t = cx.scope.use(val.value if isinstance(val, Listed) else cx.value(val)), pattern.type
    if t is None or not isinstance(value.type, AVal):
        return value
    if t.kind is Kind.ARRAY:
        pairs = zip(value.type.shape, t.shape, strict=True)
        shape = tuple(want if dims.atoms(have) <= own else have for have, want in pairs)
        return value if shape == value.type.shape else cx.scope.emit("retype", value, shape=shape)[0]
    if value.type == t:
        return value
    return cx.scope.emit("convert", value, kind=t.kind, dtype=t.dtype)[0]


def leaf_types(found: Iterable[Pattern]) -> Iterator[AVal]:
    """The types of the staged numbers and arrays, in order, where there are no lists of any length."""
    for t in value_types(found):
        assert isinstance(t, AVal)
        yield t


def value_types(found: Iterable[Pattern]) -> Iterator[Type]:
    """The types of the staged numbers, arrays and lists, in order."""
    for p in found:
        if p.kind in ("scalar", "array"):
            assert p.type is not None
            yield p.type
        if p.kind == OPTIONAL:
            yield from map(Opt, value_types(p.parts))
        elif p.kind == "grown":
            yield from grown.leaf_types(p)
        else:
            yield from value_types(p.parts)


# --- sizes


def resized(pattern: Pattern, size: Callable[[Dim], Dim]) -> Pattern:
    """The pattern with each size that is not a known number replaced."""
    t = pattern.type
    if t is not None and t.shape:
        t = AVal(t.kind, tuple(d if isinstance(d, int) else size(d) for d in t.shape), t.dtype)
    return replace(pattern, type=t, parts=tuple(resized(p, size) for p in pattern.parts))


def canonical(patterns: Mapping[str, Pattern]) -> tuple[tuple[str, Pattern], ...]:
    """The patterns with their sizes numbered: what tells one instance from another."""
    numbers: dict[Dim, Dim] = {}

    def number(d: Dim) -> Dim:
        return numbers.setdefault(d, dims.opaque(f"#{len(numbers)}"))

    return tuple((name, resized(p, number)) for name, p in patterns.items())


def equal(one: Mapping[str, Pattern], other: Mapping[str, Pattern]) -> bool:
    """Whether two calls are of one instance."""
    return all(_alike(p, other[name]) for name, p in one.items()) and canonical(one) == canonical(other)


def _alike(a: Pattern, b: Pattern) -> bool:
    """Whether two patterns are equal but for their numbers and sizes: most are told apart at once."""
    if (a.kind, a.cls, a.keys, a.token, len(a.parts)) != (b.kind, b.cls, b.keys, b.token, len(b.parts)):
        return False
    return all(map(_alike, a.parts, b.parts))


def separated(patterns: Mapping[str, Pattern]) -> dict[str, Pattern]:
    """The patterns with every size different from every other."""
    count = itertools.count()
    return {name: resized(p, lambda d: dims.opaque(f"{next(count)}!")) for name, p in patterns.items()}
