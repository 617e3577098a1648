"""What a loop carries: the header of a rolled loop, found as a fixpoint.

By hand: `s = 0; for v in x: s += v`.  The first header guesses that s stays the known 0; a turn makes it a NumPy
scalar; the header becomes "a scalar that is a Python int or np.float64", and a second turn leaves it so: done.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from symdiff.frontend.python import (
    alternatives,
    bounds,
    grown,
    letters,
    list_numbers,
    lodging,
    memory,
    nodes,
    one_of_several,
    openings,
    which,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.sides import fixed, unchanged
from symdiff.frontend.python.slots import COMPOSITE, SAME, Misfit, Slot, inside, named, place, start
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.type_joins import becomes, join_types, widen_shapes, zeros_fit
from symdiff.frontend.python.values import (
    BOTTOM,
    POISON,
    UNBOUND,
    Arr,
    Attributes,
    Bound,
    Closure,
    Conflict,
    Grown,
    Known,
    Letter,
    Maybe,
    Method,
    Node,
    Num,
    ObjRef,
    OneOf,
    Partial,
    Reference,
    Struct,
    Text,
    Val,
    Zero,
    static_size,
)
from symdiff.ir import types
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind, Opt

_PARTS = "put the parts of a text that grows into a list: `parts.append(s)`; or let `for _ in range(3)` count the turns"


# --- generalising: a header that also fits what a turn leaves


def widen(cx: Context, slot: Slot, before: Any, header: Any, after: Any, key: Any) -> Slot:
    """The least slot that holds `before`, what the slot held, and `after`.  Raises Misfit."""
    if after is BOTTOM:  # nothing reads it behind this turn
        return slot
    if slot.kind == SAME:
        if before is BOTTOM and header is not BOTTOM and unchanged(header, after):
            return slot
        return _from_same(cx, before, after, key)
    if after is POISON or header is POISON:
        return Slot(SAME, same=POISON)
    if slot.kind == "attributes":
        return _widen_attributes(cx, slot, before, header, after, key)
    if slot.kind == "reference":
        return _widen_reference(cx, slot, before, header, after, key)
    if slot.kind in COMPOSITE:
        return _widen_parts(cx, slot, before, header, after, key)
    if slot.kind == "grown":
        return _grown(cx, *(x for x in (before, header, after) if x is not BOTTOM))
    if slot.kind == "one-of":
        return _one_of(slot, before, after, cx)
    if slot.kind == "which":
        return _which(cx, slot.options, before, after, key) or _number(cx, before, after, key)
    if slot.kind == "version":
        if not isinstance(after, Value) or after.type != slot.type:
            raise Misfit(str(slot.type), str(getattr(after, "type", after)))
        return slot
    return _one_type(cx, _widen_number(cx, slot, after, key), before, after)


def _one_type(cx: Context, slot: Slot, before: Any, after: Any) -> Slot:
    """What is bound on some paths only keeps its type, or its object: what may not be there is not converted."""
    t = slot.type
    assert isinstance(t, AVal)
    if any(isinstance(v, Maybe) and not becomes(found, t) for v in (before, after) if (found := _type(cx, v))):
        raise Misfit(_describe(cx, before), _describe(cx, after))
    if isinstance(before, Zero) and t.kind is Kind.ARRAY and not zeros_fit(cx, t):
        raise Misfit(_describe(cx, before), _describe(cx, after))
    return slot


def _from_same(cx: Context, before: Any, after: Any, key: Any) -> Slot:
    if after is BOTTOM or unchanged(before, after):
        return Slot(SAME, same=before)
    if before is POISON or after is POISON:
        return Slot(SAME, same=POISON)
    if before is BOTTOM:
        return _from_nothing(cx, after, key)
    before, after = nodes.both(before, after)
    list_numbers.meet(cx, before, after)
    if isinstance(before, Node) and isinstance(after, Node) and nodes.alike(before.cls, after.cls):
        none = before.none or after.none
        return _node(after.cls, _from_same(cx, before.at, after.at, (key, "at")), none)
    if isinstance(before, Value) and isinstance(after, Value):
        if before.type != after.type:
            raise Misfit(str(before.type), str(after.type))
        return Slot("version", before.type)
    if isinstance(before, (tuple, Grown)) and isinstance(after, (tuple, Grown)):
        return _content(cx, before, after, key)
    if isinstance(before, Attributes) and isinstance(after, Attributes):
        return _widen_attributes(cx, Slot("attributes"), before, before, after, key)
    if isinstance(before, dict) and isinstance(after, dict) and list(before) == list(after):
        parts = tuple(_from_same(cx, before[k], after[k], (key, k)) for k in before)
        made = Slot("dict", parts=parts, make=lambda items: dict(zip(before, items, strict=True)))
        made.labels = tuple(map(str, before))
        return made
    if (
        isinstance(before, Struct)
        and isinstance(after, Struct)
        and (before.kind, before.cls, len(before.items)) == (after.kind, after.cls, len(after.items))
    ):
        parts = tuple(
            _from_same(cx, x, y, (key, k)) for k, (x, y) in enumerate(zip(before.items, after.items, strict=True))
        )
        made = Slot("struct", parts=parts, make=lambda items: Struct(before.kind, items, before.cls, before.keys))
        made.labels = before.keys
        return made
    if bounds.alike(before, after):
        return _bounds(cx, before, after, key)
    if isinstance(before, Reference) and alike(before, after):
        return _reference(cx, before, after, key)
    nullable = _nullable(cx, before, after, key)
    if nullable is not None:
        return nullable
    if alternatives.may_be_either(before, after, lambda x: _choosable(cx, x)):
        return _one_of(Slot("one-of"), before, after, cx)
    return _number(cx, before, after, key)


def _bounds(cx: Context, before: Val, after: Val, key: Any) -> Slot:
    pairs = zip(bounds.NAMES, bounds.parts(before) or (), bounds.parts(after) or (), strict=True)
    parts = tuple(_from_same(cx, x, y, (key, name)) for name, x, y in pairs)
    make = partial(bounds.put_together, before)
    return Slot("bounds", parts=parts, make=make, labels=bounds.NAMES, same=before)


def _node(cls: type, at: Slot, none: bool) -> Slot:
    """An object that is known by its number."""
    return Slot("node", parts=(at,), make=lambda items: Node(cls, items[0], none), same=cls, none=none)


def _nullable(cx: Context, before: Any, after: Any, key: Any) -> Slot | None:
    """None, or unbound, before the loop or after a turn, and a container or object besides."""
    pairs = alternatives.both_halves(before, after)
    if pairs is None:
        return None
    *halves, missing = pairs
    parts = tuple(_from_same(cx, x, y, (key, k)) for k, (x, y) in enumerate(halves))
    return Slot("nullable", parts=parts, make=lambda items: alternatives.put_together(items[0], items[1], missing))


def _choosable(cx: Context, val: Any) -> bool:
    """Whether a turn can choose it: a function made in a turn must not read what only that turn has."""
    return alternatives.choosable(val) and all(_same_in_turns(cx, x) for x in alternatives.options_of(val))


def _same_in_turns(cx: Context, val: Any) -> bool:
    """Whether a thing, with all that it holds, was there before the loop."""
    if isinstance(val, Closure):
        return cx.running(val.frame.id) and all(_same_in_turns(cx, x) for x in one_of_several.held(val))
    if isinstance(val, Partial | Bound | Method):
        return all(_same_in_turns(cx, x) for x in one_of_several.held(val))
    if isinstance(val, Num):
        return val.value is None or _seen_around(cx, val.value)
    if isinstance(val, Arr | ObjRef):
        return _from_outside(cx, val)
    if isinstance(val, Text):
        return all(isinstance(piece, str) or _seen_around(cx, piece.value) for piece in val.pieces)
    return val is UNBOUND or isinstance(val, Known)


def _seen_around(cx: Context, value: Value) -> bool:
    around = cx.scope.parent
    return around is not None and around.sees(value)


def _one_of(slot: Slot, before: Any, after: Any, cx: Context) -> Slot:
    """One of several strings or functions: its number is carried."""
    found = [val for val in (before, after) if val is not BOTTOM]
    if not alternatives.may_be_either(found[0], found[-1], lambda x: _choosable(cx, x)):
        raise Misfit(_describe(cx, before), _describe(cx, after))
    options, allowed = alternatives.gathered(cx, slot.options, slot.allowed, found)
    growing = letters.too_many(options, allowed, alternatives.options_of(before))
    if growing:
        raise Misfit(_describe(cx, before), growing, rewrite=_PARTS)
    return Slot("one-of", types.INT, options=options, allowed=allowed)


def alike(a: Any, b: Any) -> bool:
    """Whether two references are of one sort: two lists, two dicts, two objects of one class."""
    return type(a) is type(b) and not (isinstance(a, ObjRef) and a.cls is not b.cls)


def _reference(cx: Context, before: Any, after: Reference, key: Any) -> Slot:
    """A turn replaces a list or object by another of its sort: what it holds is carried."""
    pair = (place(before), after.cell)
    if pair in cx.pairing:
        raise Misfit(_describe(cx, after), "one that holds itself")
    cx.pairing.append(pair)
    try:
        content = _content_after(cx, after)
        if before is BOTTOM:
            part = _from_nothing(cx, content, (key, "content"))
        else:
            part = _from_same(cx, cx.store.as_of(cx.turn_depth, before.cell), content, (key, "content"))
    finally:
        cx.pairing.pop()
    return Slot("reference", parts=(part,), group=("new", place(before), place(after)), same=after)


def _content_after(cx: Context, after: Reference) -> Any:
    memory.stale(cx, after)  # an element of a list is read again where that was changed
    found = cx.store.get(after.cell)
    if isinstance(found, Conflict):
        raise Misfit(found.then, found.orelse)
    return found


def _widen_reference(cx: Context, slot: Slot, before: Any, header: Any, after: Any, key: Any) -> Slot:
    if not alike(slot.same, after):
        raise Misfit(_describe(cx, slot.same), _describe(cx, after))
    was = before if before is BOTTOM else cx.store.as_of(cx.turn_depth, before.cell)
    at_header = cx.store.as_of(cx.turn_depth + 1, header.cell)
    part = widen(cx, slot.parts[0], was, at_header, _content_after(cx, after), (key, "content"))
    aliases = set(slot.aliases)
    return Slot("reference", parts=(part,), group=slot.group, same=slot.same, aliases=aliases, stale=slot.stale)


def _widen_attributes(cx: Context, slot: Slot, before: Any, header: Any, after: Any, key: Any) -> Slot:
    """The attributes of an object, one by one; what a turn adds is not there when a turn begins."""
    old = dict(zip(slot.keys, slot.parts, strict=True))
    keys = tuple(sorted({*old, *after, *(() if before is BOTTOM else before)}))
    parts = []
    for name, a, h, b in zip(keys, *(named(keys, val) for val in (before, header, after)), strict=True):
        part = old.get(name, start(a))
        if part.kind == SAME and isinstance(part.same, Conflict):
            parts.append(part)
        elif UNBOUND in (a, b) and _type(cx, b if a is UNBOUND else a) is None:
            parts.append(start(Conflict("not there", _describe(cx, b if a is UNBOUND else a))))
        else:
            parts.append(widen(cx, part, a, h, b, (key, name)))
    return Slot(
        "attributes", parts=tuple(parts), keys=keys, make=lambda items: Attributes(zip(keys, items, strict=True))
    )


def _from_nothing(cx: Context, after: Any, key: Any) -> Slot:
    """A result that is only read where a turn has made it."""
    if _from_outside(cx, after):
        return Slot(SAME, same=after)
    if isinstance(after, Struct):
        parts = tuple(_from_nothing(cx, x, (key, k)) for k, x in enumerate(after.items))
        return Slot("struct", parts=parts, make=lambda items: Struct(after.kind, items, after.cls, after.keys))
    if isinstance(after, Node):
        return _node(after.cls, _from_nothing(cx, after.at, (key, "at")), after.none)
    if isinstance(after, Attributes):
        return _widen_attributes(cx, Slot("attributes"), BOTTOM, BOTTOM, after, key)
    if isinstance(after, (tuple, dict)):
        items_ = after.values() if isinstance(after, dict) else after
        parts = tuple(_from_nothing(cx, x, (key, k)) for k, x in enumerate(items_))
        if isinstance(after, tuple):
            return Slot("list", parts=parts, make=lambda items: items)
        return Slot("dict", parts=parts, make=lambda items: dict(zip(after, items, strict=True)))
    if isinstance(after, Reference):
        return _reference(cx, BOTTOM, after, key)
    if isinstance(after, Grown):
        return _grown(cx, after)
    if alternatives.nullable(after):
        nullable = _nullable(cx, BOTTOM, after, key)
        assert nullable is not None
        return nullable
    if isinstance(after, OneOf | Letter):
        return _one_of(Slot("one-of"), BOTTOM, after, cx)
    if isinstance(after, Closure | Partial | Method):
        parts = tuple(_from_nothing(cx, x, (key, k)) for k, x in enumerate(one_of_several.held(after)))
        return Slot("held", parts=parts, make=partial(one_of_several.holding, after), same=after)
    t = _type(cx, after)
    if t is None and isinstance(after, (Known, Conflict)):
        return Slot(SAME, same=after)
    if t is None:
        raise Misfit("nothing", _describe(cx, after))
    if t.kind is not Kind.ARRAY:
        maybe = isinstance(after, Maybe)
        return Slot("opt" if maybe else "scalar", t, none=maybe and alternatives.optional(after))
    optional = isinstance(after, Maybe) or not all(map(static_size, t.shape))
    none = isinstance(after, Maybe) and after.none
    return Slot("optarray" if optional else "array", t, group=("new", None, place(after)), none=none)


def _from_outside(cx: Context, val: Any) -> bool:
    """Whether the memory, and which part of it, is the same in every turn: `return x` of an x made before the loop."""
    if isinstance(val, Arr) and not fixed(val):
        return False
    return isinstance(val, Arr | Reference) and cx.store.as_of(cx.turn_depth, val.cell) is not MISSING


def _content(cx: Context, before: Any, after: Any, key: Any) -> Slot:
    """The elements of a list: one by one where their number stays, else a growing list."""
    if isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        parts = tuple(_from_same(cx, x, y, (key, k)) for k, (x, y) in enumerate(zip(before, after, strict=True)))
        return Slot("list", parts=parts, make=lambda items: items)
    return _grown(cx, before, after)


def _grown(cx: Context, *contents: Any) -> Slot:
    """A list that grows: its elements have one form, at the header and after each turn."""
    if not all(isinstance(content, (tuple, Grown)) for content in contents):
        raise Misfit("a list that grows", "something else", "SD505")
    form = grown.form_of_elements(cx, *contents)
    staged = [content.form for content in contents if isinstance(content, Grown)]
    if form is None or not all(grown.covers(cx, form, have) for have in staged):
        if form is None:
            openings.help_(cx, *contents)
        counts = [f"one of {len(content)} elements" for content in contents if isinstance(content, tuple)]
        raise Misfit("a list", f"{(counts or ['one'])[-1]} of different structure or types", "SD505")
    shared = [place for content in contents if isinstance(content, Grown) for place in content.shared]
    known = [content for content in contents if isinstance(content, tuple)]
    shared += [place for content in known for place in lodging.taken(cx, content, form)[1]]
    return Slot("grown", form=form, shared=frozenset(shared))


def _type(cx: Context, val: Any) -> AVal | None:
    if isinstance(val, Maybe):
        assert isinstance(val.value.type, Opt) and isinstance(val.value.type.elem, AVal)
        return val.value.type.elem
    if isinstance(val, (Num, Arr)):
        return cx.aval(val)
    if isinstance(val, Known) and cx.is_numeric(val):
        return types.type_of(val.obj)
    return None


def _number(cx: Context, before: Any, after: Any, key: Any) -> Slot:
    numbered = _which(cx, (), before, after, key)
    if numbered is not None:
        return numbered
    none = _none(cx, before, after)
    before, after = (UNBOUND if isinstance(v, Known) and v.obj is None else v for v in (before, after))
    optional = any(v is UNBOUND or v is MISSING or isinstance(v, Maybe) for v in (before, after))
    found = [_type(cx, v) for v in (before, after) if v is not UNBOUND and v is not MISSING]
    if any(t is None for t in found):
        raise Misfit(_describe(cx, before), _describe(cx, after))
    if isinstance(before, Zero) and isinstance(after, Arr) and zeros_fit(cx, cx.aval(after)):
        found = found[1:]
    t = found[0] if len(found) == 1 else _join(cx, found[0], found[1], key)
    if t is None:
        raise Misfit(_describe(cx, before), _describe(cx, after))
    array = t.kind is Kind.ARRAY
    kind = ("optarray" if array else "opt") if optional else "array" if array else "scalar"
    group = ("new", place(before), place(after)) if array else None
    return _one_type(cx, Slot(kind, t, group=group, none=none), before, after)


def _which(cx: Context, given: tuple[Val, ...], before: Any, after: Any, key: Any) -> Slot | None:
    """One of several arrays from before the loop: its number is carried."""
    arrays = which.options(cx, given, before, after)
    t = None if arrays is None else which.common_type(cx, arrays, key)
    return None if t is None or arrays is None else Slot("which", types.INT, (Slot("version", t),), options=arrays)


def _none(cx: Context, *vals: Any) -> bool:
    """Whether a value is None on some paths; nothing may be None on some and unbound on others."""
    unbound = any(v is UNBOUND or v is MISSING or (isinstance(v, Maybe) and not v.none) for v in vals)
    none = any(map(alternatives.optional, vals))
    if none and unbound:
        raise Misfit(*(_describe(cx, v) for v in vals[:2]))
    return none


def _join(cx: Context, a: AVal | None, b: AVal | None, key: Any) -> AVal | None:
    assert a is not None and b is not None
    return join_types(a, b) or widen_shapes(cx, a, b, ("header", key))


def _describe(cx: Context, val: Any) -> str:
    if val is MISSING or val is UNBOUND or val is BOTTOM:
        return "nothing" if val is BOTTOM else "unbound"
    if isinstance(val, Maybe):
        return f"{_type(cx, val)} or {'None' if val.none else 'unbound'}"
    if isinstance(val, tuple):
        return f"a list of {len(val)}"
    if isinstance(val, dict) and not isinstance(val, Attributes):
        return f"a dict or set of {len(val)}"
    return cx.describe(val) if isinstance(val, Val) else "something else"


def _widen_number(cx: Context, slot: Slot, after: Any, key: Any) -> Slot:
    none = slot.none or _none(cx, after)
    if none and slot.kind.startswith("opt") and not slot.none:
        raise Misfit(f"{slot.type} or unbound", _describe(cx, after))
    if none and (after is UNBOUND or after is MISSING or (isinstance(after, Maybe) and not after.none)):
        raise Misfit(f"{slot.type} or None", _describe(cx, after))
    absent = after is UNBOUND or after is MISSING or (isinstance(after, Known) and after.obj is None)
    optional = slot.kind.startswith("opt") or absent or isinstance(after, Maybe)
    assert isinstance(slot.type, AVal)
    t = slot.type if absent else _type(cx, after)
    joined = None if t is None else join_types(slot.type, t)
    if joined is None and t is not None:
        joined = widen_shapes(cx, slot.type, t, ("header", key))
    if joined is None:
        raise Misfit(str(slot.type), _describe(cx, after))
    if joined.kind is Kind.ARRAY:
        kind = "optarray" if optional else "array"
        return Slot(kind, joined, group=slot.group, aliases=set(slot.aliases), held=slot.held, none=none,
                    stale=slot.stale, together=slot.together)  # fmt: skip
    return Slot("opt" if optional else "scalar", joined, none=none, together=slot.together)


def _widen_parts(cx: Context, slot: Slot, before: Any, header: Any, after: Any, key: Any) -> Slot:
    list_numbers.meet(cx, before, header, after)
    a, h, b = (inside(slot, v) for v in (before, header, after))
    if a is None or h is None or b is None or not len(a) == len(b) == len(slot.parts):
        old = header if before is BOTTOM else before
        if slot.kind == "list" and isinstance(old, tuple) and isinstance(after, (tuple, Grown)):
            return _content(cx, old, after, key)
        raise Misfit(_describe(cx, before), _describe(cx, after))
    parts = tuple(
        widen(cx, s, x, y, z, (key, k)) for k, (s, x, y, z) in enumerate(zip(slot.parts, a, h, b, strict=True))
    )
    if slot.kind == "node":
        return _node(slot.same, parts[0], slot.none or nodes.may_be_none(before) or nodes.may_be_none(after))
    same = slot.same  # of a range, slice or function
    return Slot(slot.kind, parts=parts, make=slot.make, labels=slot.labels, together=slot.together, same=same)
