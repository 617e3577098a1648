"""Values taken apart into a pattern and its numbers, and put together again: what a call passes and returns.

By hand: the arguments `(v[1:], (n, 2.0))` are the pattern `(f8[k], (int, known 2.0))` and the numbers v[1:] and n.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symdiff.frontend.python import containers
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern, Place
from symdiff.frontend.python.type_joins import join_types
from symdiff.frontend.python.values import (
    Arr,
    Cell,
    Closure,
    DictRef,
    Known,
    ListRef,
    Num,
    Sequence_,
    Struct,
    Val,
    is_number,
)
from symdiff.ir import dims, types
from symdiff.ir.core import Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import AVal, Kind

Leaves = list[tuple[Pattern, Val]]


class Differ(Exception):
    """Two patterns that no pattern covers."""

    def __init__(self, first: Pattern, second: Pattern) -> None:
        super().__init__(f"{first}, then {second}")


# --- taking apart


def pattern_of(cx: Context, val: Val, staged: frozenset[Place] = frozenset(), place: Place = ()) -> Pattern:
    """The pattern of a value; numbers at the places `staged` count as staged."""
    if isinstance(val, Known):
        if place in staged and _is_plain(val.obj):
            return Pattern("scalar", type=types.type_of(val.obj))
        return Pattern("known", token=_token(val.obj), val=val)
    if isinstance(val, Num):
        return Pattern("scalar", type=val.type)
    if isinstance(val, Arr):
        return Pattern("array", type=_unsized(cx.aval(val)) if place in staged else cx.aval(val))
    if isinstance(val, Closure):
        defaults = (*val.defaults, *val.kwdefaults.values())
        token = ("closure", id(val.node), val.frame.id, tuple(map(id, defaults)), val.source.name)
        return Pattern("known", token=token, val=val)
    items = parts_of(cx, val)
    if items is None:
        return Pattern("other", token=("object", id(val)), val=val)
    parts = tuple(pattern_of(cx, x, staged, (*place, k)) for k, x in enumerate(items))
    if isinstance(val, Struct):
        return Pattern(val.kind, parts, cls=val.cls, keys=val.keys)
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
    if isinstance(val, DictRef):
        mapping = cx.store.get(val.cell)
        return tuple(mapping.values()) if isinstance(mapping, dict) else None
    return None


def leaves(cx: Context, pattern: Pattern, val: Val) -> Leaves:
    """The staged numbers and arrays of a value of this pattern, each with its own, in order."""
    if pattern.kind in ("scalar", "array"):
        return [(pattern, val)]
    items = parts_of(cx, val) or ()
    return [found for p, x in zip(pattern.parts, items, strict=False) for found in leaves(cx, p, x)]


# --- putting together


def rebuilt(pattern: Pattern, name: str, make: Callable[[Pattern, str], Val], hold: Callable[[Cell, Any], None]) -> Val:
    """A value of the pattern; `make` gives its numbers in order, `hold` fills the cells of its lists and dicts."""
    if pattern.kind == "known":
        assert pattern.val is not None
        return pattern.val
    if pattern.kind in ("scalar", "array"):
        return make(pattern, name)
    items = tuple(rebuilt(p, name, make, hold) for p in pattern.parts)
    if pattern.kind == "list":
        cell = Cell("list", name=name)
        hold(cell, items)
        return ListRef(cell)
    if pattern.kind == "dict":
        cell = Cell("dict", name=name)
        hold(cell, dict(zip(pattern.keys, items, strict=True)))
        return DictRef(cell)
    return Struct(pattern.kind, items, pattern.cls, tuple(map(str, pattern.keys)))


def converted(cx: Context, pattern: Pattern, val: Val, own: frozenset[Atom]) -> Value:
    """A number or array in the type that the pattern says; sizes not made of `own` need no new name."""
    value, t = cx.scope.use(cx.value(val)), pattern.type
    assert t is not None and isinstance(value.type, AVal)
    if t.kind is Kind.ARRAY:
        pairs = zip(value.type.shape, t.shape, strict=True)
        shape = tuple(want if dims.atoms(have) <= own else have for have, want in pairs)
        return value if shape == value.type.shape else cx.scope.emit("retype", value, shape=shape)[0]
    if value.type == t:
        return value
    return cx.scope.emit("convert", value, kind=t.kind, dtype=t.dtype)[0]


def leaf_types(found: Iterable[Pattern]) -> Iterator[AVal]:
    """The types of the staged numbers and arrays, in order."""
    for p in found:
        if p.kind in ("scalar", "array"):
            assert p.type is not None
            yield p.type
        yield from leaf_types(p.parts)


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


def separated(patterns: Mapping[str, Pattern]) -> dict[str, Pattern]:
    """The patterns with every size different from every other."""
    count = itertools.count()
    return {name: resized(p, lambda d: dims.opaque(f"{next(count)}!")) for name, p in patterns.items()}


# --- comparing


def advances(before: Pattern, now: Pattern) -> bool:
    """Whether something known when compiling has changed between two calls; a structure that grows goes nowhere."""
    if before.kind == now.kind == "other" and isinstance(now.val, (ListRef, Sequence_)):
        return False  # a list of unknown length, or an iterator: nothing is known to decide
    if before.kind == now.kind and before.kind in ("known", "other"):
        return before.token != now.token
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
    elif len(before.parts) == len(now.parts):
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
    if a.kind == "known" or (a.kind, a.cls, a.keys, len(a.parts)) != (b.kind, b.cls, b.keys, len(b.parts)):
        raise Differ(a, b)
    return replace(a, parts=tuple(join(x, y) for x, y in zip(a.parts, b.parts, strict=True)))


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
