"""Patterns compared: what changes from call to call, and the least pattern that covers what two calls give.

By hand: `(int, known 2.0)` and `(int, known 3.0)` differ at one place, the second; both are covered by `(int, float)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from symdiff.frontend.python import grown, may_be_none, nodes, patterns, unfilled
from symdiff.frontend.python.instances import Pattern, Place
from symdiff.frontend.python.may_be_none import Differ
from symdiff.frontend.python.type_joins import join_types
from symdiff.frontend.python.values import Known, Sequence_
from symdiff.ir import dims, types
from symdiff.ir.types import AVal, Kind


def advances(before: Pattern, now: Pattern, texts: bool = True) -> bool:
    """Whether something known when compiling has changed between two calls; a structure that grows goes nowhere.

    Without `texts` a text that has become longer goes nowhere either.
    """
    if before.kind == now.kind == "other" and isinstance(now.val, Sequence_):
        return False  # an iterator: nothing is known to decide
    if before.kind == now.kind and before.kind in ("known", "other"):
        return before.token != now.token and (texts or not is_longer(before, now))
    if "grown" in (before.kind, now.kind):
        return False  # a list of unknown length: nothing is known to decide
    if before.kind == now.kind == "object" and before.cls is not now.cls:
        return True  # a method that several classes inherit
    if before.parts or now.parts:
        if len(before.parts) != len(now.parts):
            return len(before.parts) > len(now.parts)
        return any(advances(a, b, texts) for a, b in zip(before.parts, now.parts, strict=True))
    return before.kind == now.kind == "array" and _resized_known(before, now)


def is_longer(before: Pattern, now: Pattern) -> bool:
    """Whether a known text has become a longer one."""
    both = [p.val.obj for p in (before, now) if isinstance(p.val, Known) and isinstance(p.val.obj, str | bytes)]
    return len(both) == 2 and len(both[0]) < len(both[1])


def _resized_known(before: Pattern, now: Pattern) -> bool:
    assert before.type is not None and now.type is not None
    pairs = zip(before.type.shape, now.type.shape, strict=False)
    return any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in pairs)


def differences(before: Pattern, now: Pattern, place: Place) -> Iterator[Place]:
    """Where two calls pass different known numbers, or arrays of different known sizes."""
    if before.kind == now.kind == "known":
        vals = (before.val, now.val)
        if before.token != now.token and all(isinstance(v, Known) and patterns.is_plain(v.obj) for v in vals):
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
    if unfilled.KIND in (a.kind, b.kind):
        return b if a.kind == unfilled.KIND else a
    node = nodes.join(a, b)
    if node is not None:
        return node
    if may_be_none.at_all(a, b):
        return may_be_none.joined(a, b, join)
    one, other = a.number, b.number
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
            found = None if form is None else patterns.joined_forms(found, form)
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
        found = None if form is None else patterns.joined_forms(found, form)
        if found is None:
            return None
    return found if found is not None and any(grown.leaf_types(found)) and _has_plain_sizes(found) else None


def _has_plain_sizes(form: Pattern) -> bool:
    return all(isinstance(d, int) for t in patterns.value_types([form]) for d in types.sizes(t))


def can_stage(now: Mapping[str, Pattern], place: Place) -> bool:
    """Whether what is at a place can be staged: a number, or a list that has a form."""
    part = now[str(place[0])]
    for k in place[1:]:
        assert isinstance(k, int)
        part = part.parts[k]
    return part.kind != "list" or form_of_parts(part) is not None


def _form(p: Pattern) -> Pattern | None:
    """The form that what a call passes has as an element of a list; None of what cannot be one."""
    if p.number is not None:
        return Pattern("scalar", type=p.number)
    if p.kind == "known":
        obj = p.val.obj if isinstance(p.val, Known) else None
        plain = isinstance(p.val, Known) and isinstance(obj, (str, bytes, type(None)))
        return replace(p, token=(type(obj).__name__, obj)) if plain else None
    if p.kind in ("again", "other", may_be_none.NULLABLE) or may_be_none.found_in(p, ("array",)):
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
