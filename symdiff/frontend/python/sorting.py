"""Sorting of a few elements that no list of one form holds, as names beside numbers: each place chooses among them all.

By hand: `sorted([("a", x), ("b", y)], key=second)` has the order `o` of [x, y], and at its place k stand the text that
`("a", "b")[o[k]]` is and the number `[x, y][o[k]]`.  Of objects of several classes there stands the one at `o[k]`.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from symdiff.frontend.python import alternatives, classes, forms, grown, texts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.order_source import Less
from symdiff.frontend.python.values import POISON, Cell, Grown, Known, Num, ObjRef, OneOf, Struct, Val, is_number
from symdiff.ir import types

Pick = Callable[[Num], Val]  # the element at an index that is inside


def picker(cx: Context, node: ast.AST, items: Sequence[Val]) -> Pick | None:
    """How one of these elements is chosen; None of what cannot be: lists, arrays, or what differs in its structure."""
    first = items[0]
    if all(alternatives.same(first, x) for x in items):
        return lambda index: first
    if all(map(_is_scalar, items)):
        staged = [cx.wrap(cx.value(x)) for x in items]
        listed = grown.staged(cx, node, tuple(staged)) if grown.form_of_elements(cx, staged) is not None else None
        return None if listed is None else lambda index: grown.element(cx, node, listed, index)
    if isinstance(first, Struct):
        rows = [x for x in items if isinstance(x, Struct) and _alike(x, first)]
        found = [picker(cx, node, column) for column in zip(*(x.items for x in rows), strict=True)]
        parts = [pick for pick in found if pick is not None]
        if len(rows) < len(items) or len(parts) < len(found):
            return None
        return lambda index: Struct(first.kind, tuple(pick(index) for pick in parts), first.cls, first.keys)
    plain = all(alternatives.choosable(x) and isinstance(x, Known | ObjRef | OneOf) for x in items)
    return _chooser(cx, node, items) if plain else None


def _chooser(cx: Context, node: ast.AST, items: Sequence[Val]) -> Pick | None:
    """How one of these texts, functions or objects is chosen, of which some may be chosen ones themselves."""
    options = alternatives.base(*map(alternatives.options_of, items))
    if len(options) == len(items) and all(map(alternatives.same, options, items)):
        return lambda index: OneOf(index, options)
    tags = grown.staged(cx, node, tuple(cx.wrap(alternatives.tag_in(cx, node, x, options)) for x in items))

    def pick(index: Num) -> Val:
        tag = None if tags is None else grown.element(cx, node, tags, index)
        return OneOf(tag, options) if isinstance(tag, Num) else POISON

    return pick


def in_order(cx: Context, node: ast.AST, pick: Pick, order: Grown, count: int) -> tuple[Val, ...] | None:
    """The elements in this order; None after a problem."""
    places = [grown.element(cx, node, order, Known(k)) for k in range(count)]
    return tuple(pick(at) for at in places if isinstance(at, Num))


def ranked(keys: Sequence[Val]) -> tuple[Val, ...]:
    """The keys with the texts of one place of their tuples as numbers in the order of these."""
    rows = [k.items for k in keys if isinstance(k, Struct)]
    if len(rows) < len(keys) or len({len(row) for row in rows}) > 1:
        return tuple(keys)
    columns = [_ranks(column) for column in zip(*rows, strict=True)]
    return tuple(Struct("tuple", row) for row in zip(*columns, strict=True))


def _ranks(column: Sequence[Val]) -> Sequence[Val]:
    texts = [v.obj for v in column if isinstance(v, Known) and isinstance(v.obj, str)]
    ordered = sorted(set(texts))
    return [Known(ordered.index(t)) for t in texts] if len(texts) == len(column) else column


# --- the order of the keys


def known_order(keys: Sequence[Val], less: Less | None, backwards: bool) -> list[int] | None:
    """The places of the elements in the order of their keys, where it is known when compiling.

    A reversed sort keeps the order of equal elements.
    """
    if less is not None:
        rows = [_known(k.items if isinstance(k, Struct) and less.several else (k,)) for k in keys]
        found = [row for row in rows if row is not None]
        return less.places(found, backwards) if len(found) == len(keys) else None
    known: Sequence[Any] = [k.obj for k in keys if isinstance(k, Known)]
    if len(known) < len(keys):
        known = _first_parts(keys)
    return sorted(range(len(keys)), key=known.__getitem__, reverse=backwards) if known else None


def _known(keys: Sequence[Val]) -> tuple[Any, ...] | None:
    """Known numbers and texts; None if one is something else."""
    found = tuple(k.obj for k in keys if isinstance(k, Known) and (is_number(k.obj) or isinstance(k.obj, str)))
    return found if len(found) == len(keys) else None


def _first_parts(keys: Sequence[Val]) -> list[Any]:
    """What is known of tuples up to their first staged part, where that alone decides the order; else nothing."""
    rows = [k.items for k in keys if isinstance(k, Struct)]
    if len(rows) < len(keys):
        return []
    width = min(next((k for k, x in enumerate(row) if not isinstance(x, Known)), len(row)) for row in rows)
    found = [tuple(x.obj for x in row[:width] if isinstance(x, Known)) for row in rows]
    differ = all(a != b for k, a in enumerate(found) for b in found[:k])
    return found if differ else []


_NO_ORDER = "elements of a list of any length are ordered by numbers, or by tuples and lists that begin with such"
_BY_KEY = (
    "say by which number: `sorted(items, key=lambda item: …)`, or take the elements apart: `[(a, b) for a, b in rows]`"
)


def places(cx: Context, node: ast.AST, keys: Grown, less: Less | None, backwards: bool) -> Grown | None:
    """The places of the elements in the order of their keys; None after a problem."""
    found = _in_letters(cx, keys)
    if found is None or not _in_order(found.form, True) or not (less is None or _compared(found.form, less)):
        construct = f"sorting by keys like {forms.described(keys.form)}"
        cx.refuse("SD224", node, construct=construct, why=_NO_ORDER, rewrite=_BY_KEY)
        return None
    text = "" if less is None else less.of(_columns(found.form, less))
    order = cx.at(node).emit("seq_order", *found.values, reverse=backwards, less=text)[0]
    return Grown((order,), Pattern("scalar", type=types.INT), Cell("list"))


def _keys(form: Pattern, less: Less) -> Sequence[Pattern]:
    return form.parts if less.several else (form,)


def _compared(form: Pattern, less: Less) -> bool:
    """Whether what stands alone on a side of a comparison is no None, say, which has no order."""
    known = [key.val.obj for key in _keys(form, less) if key.kind == "known" and isinstance(key.val, Known)]
    return all(isinstance(obj, str) for obj in known)


def _columns(form: Pattern, less: Less) -> list[str]:
    """Where the numbers of each key are in a row of all of them: one, or the part that is a tuple of them."""
    counts = [len([*grown.leaf_types(key)]) for key in _keys(form, less)]
    starts = [0, *itertools.accumulate(counts)]
    alone = [key.type is not None or key.kind == "grown" for key in _keys(form, less)]
    return [f"[{k}]" if one else f"[{k}:{k + n}]" for k, n, one in zip(starts, counts, alone, strict=False)]


def _in_order(form: Pattern, first: bool) -> bool:
    """Whether the elements of this form are ordered by their numbers, one after the other.

    An array behind others is compared where these are equal, at run time: NumPy's ValueError, if it has not one number.
    Parts whose class says itself how they are compared are not; for the elements see `class_order`.
    """
    if form.type is not None:
        return not (form.type.rank and first) and not form.type.complex
    if form.kind == "grown":  # lists of numbers, as Python compares them
        return form.parts[0].kind == "scalar" and _in_order(form.parts[0], first)
    held = form.kind in ("tuple", "namedtuple", "list") and not any(
        classes.compared_in_python(p.cls) for p in form.parts
    )
    return form.kind == "known" or (held and all(_in_order(p, first and not k) for k, p in enumerate(form.parts)))


def _in_letters(cx: Context, keys: Grown) -> Grown | None:
    """The keys with the numbers of their texts, which are in the order of these; None of what is no text."""
    ordered = all(texts.order_by_number(cx, texts.numbers_of(form)) for form in _texts(keys.form))
    return replace(keys, form=_as_numbers(keys.form)) if ordered else None


def _texts(form: Pattern) -> Iterator[Pattern]:
    if form.kind == texts.KIND:
        yield form
    for part in form.parts:
        yield from _texts(part)


def _as_numbers(form: Pattern) -> Pattern:
    if form.kind == texts.KIND:
        return Pattern("scalar", type=types.INT)
    return replace(form, parts=tuple(map(_as_numbers, form.parts)))


def _is_scalar(val: Val) -> bool:
    return isinstance(val, Num) or (isinstance(val, Known) and is_number(val.obj))


def _alike(a: Struct, b: Struct) -> bool:
    return (a.kind, a.cls, a.keys, len(a.items)) == (b.kind, b.cls, b.keys, len(b.items))
