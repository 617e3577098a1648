"""Sorting of a few elements that no list of one form holds, as names beside numbers: each place chooses among them all.

By hand: `sorted([("a", x), ("b", y)], key=second)` has the order `o` of [x, y], and at its place k stand the text that
`("a", "b")[o[k]]` is and the number `[x, y][o[k]]`.  Of objects of several classes there stands the one at `o[k]`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from symdiff.frontend.python import alternatives, grown, texts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import POISON, Grown, Known, Num, ObjRef, OneOf, Struct, Val, is_number
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


def in_letters(cx: Context, keys: Grown) -> Grown | None:
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
