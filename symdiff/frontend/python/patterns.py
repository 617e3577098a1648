"""Values taken apart into a pattern and its numbers, and put together again: what a call passes and returns.

By hand: the arguments `(v[1:], (n, 2.0))` are the pattern `(f8[k], (int, known 2.0))` and the numbers v[1:] and n.

A recursive function is told which memory is which: its lists, dicts and objects are `Numbered`, and what is met again
is the number that it had.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symdiff.frontend.python import containers, grown
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern, Place
from symdiff.frontend.python.type_joins import join_types
from symdiff.frontend.python.values import (
    Arr,
    Cell,
    Closure,
    DictRef,
    Grown,
    Known,
    Listed,
    ListRef,
    Num,
    ObjRef,
    Reference,
    Sequence_,
    SetRef,
    Struct,
    Val,
    is_number,
)
from symdiff.ir import dims, types
from symdiff.ir.core import Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import AVal, Kind, Type

Leaves = list[tuple[Pattern, Val]]


class Differ(Exception):
    """Two patterns that no pattern covers."""

    def __init__(self, first: Pattern, second: Pattern) -> None:
        super().__init__(f"{first}, then {second}")


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
        if place in staged and _is_plain(val.obj):
            return Pattern("scalar", type=types.type_of(val.obj))
        return Pattern("known", token=_token(val.obj), val=val)
    if isinstance(val, Num):
        return Pattern("scalar", type=val.type)
    met = numbered.met(val) if numbered is not None and isinstance(val, Arr | Reference) else None
    if met is not None:
        return met
    if isinstance(val, Arr):
        if numbered is not None:
            numbered.add(val)
        return Pattern("array", type=_unsized(cx.aval(val)) if place in staged else cx.aval(val))
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
    content = cx.store.get(val.cell)
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
    items = parts_of(cx, val)
    if items is None or (isinstance(val, ObjRef) and numbered is None):
        return Pattern("other", token=("object", id(val)), val=val)
    parts = tuple(pattern_of(cx, x, staged, (*place, k), numbered) for k, x in enumerate(items))
    if isinstance(val, Struct):
        return Pattern(val.kind, parts, cls=val.cls, keys=val.keys)
    if isinstance(val, ObjRef):
        return Pattern("object", parts, cls=val.cls, keys=tuple(cx.store.get(val.cell)))
    keys = tuple(containers.entries(cx, val) or ()) if isinstance(val, DictRef) else ()
    return Pattern("list" if isinstance(val, ListRef) else "dict", parts, keys=keys)


def unsuitable(pattern: Pattern) -> Val | None:
    """What a call can neither pass nor return, if the pattern holds such."""
    if pattern.kind == "other":
        return pattern.val
    return next((val for p in pattern.parts if (val := unsuitable(p)) is not None), None)


def _is_plain(obj: Any) -> bool:
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
    if isinstance(val, Arr | Reference):
        yield val
    if pattern.kind not in ("scalar", "array", "grown"):
        for p, x in zip(pattern.parts, parts_of(cx, val) or (), strict=False):
            yield from memory_in(cx, p, x)


def leaves(cx: Context, pattern: Pattern, val: Val) -> Leaves:
    """The staged numbers, arrays and lists of a value of this pattern, each with its own, in order."""
    if pattern.kind in ("scalar", "array", "whole"):
        return [(pattern, val)]
    if pattern.kind in ("again", "known"):
        return []
    if pattern.kind == "grown":
        assert isinstance(val, ListRef)
        return content_leaves(cx, pattern, cx.store.get(val.cell))
    items = parts_of(cx, val) or ()
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

    def value(self, pattern: Pattern, name: str) -> Any:
        if pattern.kind == "known":
            assert pattern.val is not None
            return pattern.val
        if pattern.kind == "again":
            assert isinstance(pattern.token, int)
            return self.memory[pattern.token]
        if pattern.kind in ("scalar", "array", "seq"):
            made = self.make(pattern, name)
            if isinstance(made, Arr):
                self.memory.append(made)
            return made
        if pattern.kind in ("list", "dict", "object", "grown"):
            staged = pattern.kind == "grown"
            cell = Cell(str((*pattern.keys, "list")[0]) if staged else pattern.kind, name=name)
            made = ListRef(cell) if staged else grown.assembled(pattern, (), cell)
            self.memory.append(made)
            self.hold(cell, self.content(pattern, name, cell))
            return made
        return Struct(pattern.kind, tuple(self.parts(pattern, name)), pattern.cls, tuple(map(str, pattern.keys)))

    def parts(self, pattern: Pattern, name: str) -> list[Any]:
        """The parts of a container, each under the name of its attribute or key."""
        keys = [str(k).lstrip("_") if isinstance(k, str) and k.isidentifier() else "" for k in pattern.keys]
        names = [f"{name}_{key}" if name and key else name for key in keys] or [name] * len(pattern.parts)
        return [self.value(p, n) for p, n in zip(pattern.parts, names, strict=True)]

    def content(self, pattern: Pattern, name: str, cell: Cell) -> Any:
        """What a list, dict or object of a pattern holds."""
        if pattern.kind == "grown":
            names = grown.leaf_names(pattern.parts[0], name)
            found = [self.make(Pattern("seq", listed=t), n) for t, n in zip(value_types([pattern]), names, strict=True)]
            values = tuple(v.value for v in found if isinstance(v, Listed))
            shared = frozenset({()}) if grown.has_memory(pattern.parts[0]) else frozenset[tuple[int, ...]]()
            return Grown(values, pattern.parts[0], cell, shared)
        return grown.content_like(pattern, self.parts(pattern, name))


def rebuilt(pattern: Pattern, name: str, make: Callable[[Pattern, str], Val], hold: Callable[[Cell, Any], None]) -> Val:
    """A value of the pattern; `make` gives its numbers in order, `hold` fills the cells of its lists and dicts."""
    found: Val = Rebuilding(make, hold).value(pattern, name)
    return found


def converted(cx: Context, pattern: Pattern, val: Val, own: frozenset[Atom]) -> Value:
    """A number or array in the type that the pattern says; sizes not made of `own` need no new name."""
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
        if p.kind == "grown":
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


# --- comparing


def advances(before: Pattern, now: Pattern) -> bool:
    """Whether something known when compiling has changed between two calls; a structure that grows goes nowhere."""
    if before.kind == now.kind == "other" and isinstance(now.val, Sequence_):
        return False  # an iterator: nothing is known to decide
    if before.kind == now.kind and before.kind in ("known", "other"):
        return before.token != now.token
    if "grown" in (before.kind, now.kind):
        return False  # a list of unknown length: nothing is known to decide
    if before.kind == now.kind == "object" and before.cls is not now.cls:
        return True  # a method that several classes inherit
    if before.parts or now.parts:
        if len(before.parts) != len(now.parts):
            return len(before.parts) > len(now.parts)
        return any(advances(a, b) for a, b in zip(before.parts, now.parts, strict=True))
    return before.kind == now.kind == "array" and _resized_known(before, now)


def _resized_known(before: Pattern, now: Pattern) -> bool:
    assert before.type is not None and now.type is not None
    pairs = zip(before.type.shape, now.type.shape, strict=False)
    return any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in pairs)


def differences(before: Pattern, now: Pattern, place: Place) -> Iterator[Place]:
    """Where two calls pass different known numbers, or arrays of different known sizes."""
    if before.kind == now.kind == "known":
        vals = (before.val, now.val)
        if before.token != now.token and all(isinstance(v, Known) and _is_plain(v.obj) for v in vals):
            yield place
    elif before.kind == now.kind == "array":
        if _resized_known(before, now):
            yield place
    elif before.kind == now.kind == "list" and len(before.parts) != len(now.parts):
        yield place
    elif "grown" not in (before.kind, now.kind) and len(before.parts) == len(now.parts):
        for k, (a, b) in enumerate(zip(before.parts, now.parts, strict=True)):
            yield from differences(a, b, (*place, k))


def join(a: Pattern, b: Pattern) -> Pattern:
    """The least pattern that covers both; two different sizes become one of their own.  Raises Differ."""
    if a == b:
        return a
    if a.kind == b.kind == "array":
        return _join_arrays(a, b)
    one, other = _number(a), _number(b)
    if one is not None and other is not None:
        joined = join_types(one, other)
        if joined is None:
            raise Differ(a, b)
        return Pattern("scalar", type=joined)
    if {a.kind, b.kind} <= {"list", "grown"} and (a.kind, len(a.parts)) != (b.kind, len(b.parts)):
        return _join_lists(a, b)
    if a.kind == "known" or (a.kind, a.cls, a.keys, len(a.parts)) != (b.kind, b.cls, b.keys, len(b.parts)):
        raise Differ(a, b)
    return replace(a, parts=tuple(join(x, y) for x, y in zip(a.parts, b.parts, strict=True)))


def _join_lists(a: Pattern, b: Pattern) -> Pattern:
    """Lists of different lengths: one of any length, where all elements have one form."""
    found: Pattern | None = None
    for pattern in (a, b):
        for part in pattern.parts:
            form = part if pattern.kind == "grown" else _form(part)
            found = None if form is None else joined_forms(found, form)
            if found is None:
                raise Differ(a, b)
    if found is None or not any(grown.leaf_types(found)):
        raise Differ(a, b)
    return Pattern("grown", (found,), keys=next((p.keys for p in (a, b) if p.kind == "grown"), ()))


def form_of_parts(pattern: Pattern) -> Pattern | None:
    """The form of the elements of a list of known structure; None where there is none, or nothing staged in it."""
    found: Pattern | None = None
    for part in pattern.parts:
        form = _form(part)
        found = None if form is None else joined_forms(found, form)
        if found is None:
            return None
    return found if found is not None and any(grown.leaf_types(found)) and _has_plain_sizes(found) else None


def _has_plain_sizes(form: Pattern) -> bool:
    return all(isinstance(d, int) for t in value_types([form]) for d in types.sizes(t))


def can_stage(now: Mapping[str, Pattern], place: Place) -> bool:
    """Whether what is at a place can be staged: a number, or a list that has a form."""
    part = now[str(place[0])]
    for k in place[1:]:
        assert isinstance(k, int)
        part = part.parts[k]
    return part.kind != "list" or form_of_parts(part) is not None


def _form(p: Pattern) -> Pattern | None:
    """The form that what a call passes has as an element of a list; None of what cannot be one."""
    number = _number(p)
    if number is not None:
        return Pattern("scalar", type=number)
    if p.kind == "known":
        obj = p.val.obj if isinstance(p.val, Known) else None
        plain = isinstance(p.val, Known) and isinstance(obj, (str, bytes, type(None)))
        return replace(p, token=(type(obj).__name__, obj)) if plain else None
    if p.kind in ("again", "other"):
        return None
    if p.kind in ("array", "grown"):
        return p
    parts = [_form(part) for part in p.parts]
    found = tuple(part for part in parts if part is not None)
    return replace(p, parts=found) if len(found) == len(parts) else None


def _join_arrays(a: Pattern, b: Pattern) -> Pattern:
    assert a.type is not None and b.type is not None
    if a.type.dtype != b.type.dtype or a.type.rank != b.type.rank:
        raise Differ(a, b)
    pairs = zip(a.type.shape, b.type.shape, strict=True)
    shape = tuple(x if dims.equal(x, y) is True else dims.opaque(f"{x} or {y}") for x, y in pairs)
    return replace(a, type=AVal(Kind.ARRAY, shape, a.type.dtype))


def _number(p: Pattern) -> AVal | None:
    """The type of a scalar, known or staged."""
    if p.kind == "scalar":
        return p.type
    if isinstance(p.val, Known) and is_number(p.val.obj):
        return types.type_of(p.val.obj)
    return None
