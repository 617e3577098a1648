"""Which lists, dicts and objects of the arguments were taken for different ones: looked at again at each call.

A container of an argument is taken apart, so that two that are one object would be two here.  As long as they are only
read, that makes no difference.  By hand, `def f(a, b): a[0] = 3 * a[0]; return a[0] * b[0]` is compiled for two lists:
the change is noted (`changed`), and calls with two lists that may be one, of one structure and of numbers of one type,
begin with `if a is b: raise ValueError(…)`.  The same holds of two that `is` compares (`compared`), of those that
`copy.deepcopy` copies together (`copied`) and of objects that are numbers (`numbered`).  What is read from outside may
be an argument, too: that is for the call to find out, since a generated module has none of it (`captured_ones`).
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np

from symdiff import trees
from symdiff.alike import SHORT
from symdiff.errors import CompileError
from symdiff.frontend.python import captured, outside
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.kinship import related
from symdiff.frontend.python.values import Arr, Cell, Known, Reference, Struct, Val, is_number
from symdiff.ir import types
from symdiff.ir.types import AVal
from symdiff.signature import Apart, Argument, Leaf, Listed, Outer, Static
from symdiff.trees import ATTRIBUTED, NAMED, Tree

LISTED: Hashable = ("list", Listed)  # the form of a list of any length
OF_ARRAYS: Hashable = ("list", Listed, AVal)  # of one with arrays in its elements, which are copied
CHANGED, COMPARED, COPIED = "which is changed", "compared by identity", "copied by deepcopy"
NUMBERED = "one of those that the run chooses from"


def enter(cx: Context, argument: Argument) -> None:
    """Note what tells each container and array of an argument from others: two alike may be one object."""
    if argument.listed:
        cx.given[argument.name, ()] = OF_ARRAYS if argument.listed_arrays else LISTED
    else:
        _forms(cx, (argument.name, ()), argument.tree, iter(argument.leaves))


def _forms(cx: Context, place: Leaf, tree: Tree, leaves: Iterator[AVal | Static]) -> Hashable:
    if tree.kind == "leaf":
        leaf = next(leaves)
        if isinstance(leaf, Static):  # a number may be known in one place alone
            leaf = types.type_of(leaf.value) if is_number(leaf.value) else leaf
        form: Hashable = (leaf.kind, leaf.dtype, leaf.rank) if isinstance(leaf, AVal) else None
        if isinstance(leaf, AVal) and leaf.kind is types.Kind.ARRAY:
            cx.given[place] = form
        return form
    name, path = place
    cx.given[place] = None  # outermost first
    step = "attr" if tree.kind in NAMED else "item"
    parts = zip(tree.keys, tree.children, strict=True)
    inside = tuple(_forms(cx, (name, (*path, (step, key))), child, leaves) for key, child in parts)
    cx.given[place] = form = (tree.kind, tree.cls, tree.keys, inside)
    return form


def _form(cx: Context, place: Leaf) -> Hashable:
    """What two containers that may be one have in common: a list may be one of any length."""
    form: Any = cx.given[place]
    if form == OF_ARRAYS:
        return LISTED
    long = isinstance(form, tuple) and form[0] == "list" and len(form) == 4 and len(form[2]) > SHORT
    return LISTED if long and not {LISTED, OF_ARRAYS}.isdisjoint(cx.given.values()) else form


# --- what the function does


def changed(cx: Context, node: ast.AST, cell: Cell) -> None:
    """A list, dict or object of an argument is changed at `node`."""
    assert cell.argument is not None
    cx.apart.setdefault((CHANGED, cell.argument, None), (cx.frame.source, node))
    outside.noted(cx, node, cell.argument[0])


def numbered(cx: Context, node: ast.AST, cell: Cell) -> None:
    """An object of an argument is known by a number, which is its own: see `nodes`."""
    assert cell.argument is not None
    cx.apart.setdefault((NUMBERED, cell.argument, None), (cx.frame.source, node))
    outside.noted(cx, node, cell.argument[0])


def changed_in_copy(cx: Context, node: ast.AST, val: Val) -> None:
    """The copy of something that a derivative was given is changed there: what is passed is not what is read there."""
    if isinstance(val, Known) and val.origin is not None:
        for place, form in cx.given.items():
            if _may_be(form, val.obj):
                cx.apart.setdefault((CHANGED, place, val), (cx.frame.source, node))
    for cell in identities(cx, val):
        if isinstance(cell, Cell) and cell.argument is not None:
            cx.apart.setdefault((CHANGED, cell.argument, None), (cx.frame.source, node))
        elif isinstance(cell, Cell) and cell.param is not None:
            cx.written.add(cell.param)


def identities(cx: Context, val: Val) -> set[object]:
    """What something may be: cells, also those that it is a copy of for a derivative, and ids of captured objects."""
    if isinstance(val, Known):
        return {id(val.obj)}
    found: set[object] = set(related([val.cell])) if isinstance(val, Arr | Reference) else set()
    for cell in [c for c in found if isinstance(c, Cell) and c in cx.copies]:
        found |= identities(cx, cx.copies[cell])
    return found


def copies(cx: Context, left: Val, right: Val) -> bool:
    """Whether a derivative was given copies of what may be one object, so that `is` of them says nothing."""
    ids = identities(cx, left), identities(cx, right)
    return not ids[0].isdisjoint(ids[1]) and any(c in cx.copies for c in ids[0] | ids[1])


def compared(cx: Context, node: ast.AST, left: Val, right: Val) -> None:
    """Two things were found to be different objects; where both come from outside the call, only it knows."""
    for a, b in itertools.product(_outside(cx, left), _outside(cx, right)):
        if isinstance(a, tuple) and a != b:
            cx.apart.setdefault((COMPARED, a, b), (cx.frame.source, node))
        elif isinstance(b, tuple) and a != b:
            cx.apart.setdefault((COMPARED, b, a), (cx.frame.source, node))


def copied(cx: Context, node: ast.AST, parts: Sequence[Val]) -> None:
    """These were copied by one `deepcopy`: what is one object before is one object after."""
    for (name, _), form in cx.given.items():
        if form == OF_ARRAYS:  # arrays in it may be any that are copied
            raise CompileError([cx.make_problem("SD514", node, name=name, other=cx.text(node), use=COPIED)])
    alike: dict[Hashable, dict[Leaf, None]] = {}
    for place in (x for part in parts for x in _outside(cx, part) if isinstance(x, tuple)):
        alike.setdefault(_form(cx, place), {})[place] = None
    cx.together |= {tuple(places) for places in alike.values() if len(places) > 1}
    for other in (x for part in parts for x in _outside(cx, part) if not isinstance(x, tuple)):
        at = captured.place_of(cx, other)
        for form, places in alike.items():
            if at is not None and _may_be(form, at.obj):
                for place in places:
                    cx.apart.setdefault((COPIED, place, other), (cx.frame.source, node))


def _outside(cx: Context, val: Val) -> Sequence[Leaf | Val]:
    """The places of the arguments, or the captured object, that something may be."""
    if isinstance(val, Known):
        return [val] if val.origin is not None else []
    if isinstance(val, Struct):
        return [cx.tuples[val]] if val in cx.tuples else []
    if not isinstance(val, Arr | Reference) or (isinstance(val, Arr) and val.path):
        return []
    if isinstance(val, Arr) and val.cell.external is not None and val.cell.param is None:
        return [val]
    cells = sorted((c for c in identities(cx, val) if isinstance(c, Cell)), key=lambda c: c.serial)
    if any(cx.belongs_outside(cell.serial) for cell in cells):  # what a recursive function was passed
        return [place for place, form in cx.given.items() if _kind(form) == val.cell.kind]
    params = [cx.params[cell.param] for cell in cells if cell.param is not None]
    captured_ones = [cx.copies[cell] for cell in cells if isinstance(cx.copies.get(cell), Known)]
    arguments = [cell.argument for cell in cells if cell.argument is not None]
    return [*arguments, *((p.argument, p.path) for p in params), *captured_ones]


def _kind(form: Any) -> str:
    """The kind of cell that a container or array of an argument has."""
    return "array" if form[0] is types.Kind.ARRAY else "object" if form[0] in ATTRIBUTED else str(form[0])


# --- what is looked at in a call


def found(cx: Context) -> tuple[Apart, ...]:
    """The containers of the arguments that must be different objects."""
    alike: dict[Hashable, list[Leaf]] = {}
    for place in cx.given:
        alike.setdefault(_form(cx, place), []).append(place)
    order = {place: k for k, place in enumerate(cx.given)}
    together = sorted(cx.together, key=lambda places: [order[place] for place in places])
    copies = (Apart(places, (), COPIED) for places in together)
    return (*_of_changes(cx, alike), *_of_pairs(cx), *copies)


def _of_changes(cx: Context, alike: dict[Hashable, list[Leaf]]) -> Iterator[Apart]:
    for why, places in itertools.product((CHANGED, NUMBERED), alike.values()):
        noted = {place for about, place, other in cx.apart if about == why and other is None}
        first = [place for place in places if place in noted]
        others = [place for place in places if place not in noted]
        if first and len(places) > 1:
            yield Apart(tuple(first), tuple(others), why)


def _of_pairs(cx: Context) -> Iterator[Apart]:
    """The pairs that were compared: all with each other, or some with several others."""
    order = {place: k for k, place in enumerate(cx.given)}
    pairs: dict[Leaf, set[Leaf]] = {}
    for _, a, b in cx.apart:
        if isinstance(b, tuple) and _form(cx, a) == _form(cx, b):
            first, second = sorted((a, b), key=order.__getitem__)
            pairs.setdefault(first, set()).add(second)
    every = sorted(set(pairs).union(*pairs.values()), key=order.__getitem__)
    if every and sum(map(len, pairs.values())) == len(every) * (len(every) - 1) // 2:
        yield Apart(tuple(every), (), COMPARED)
        return
    for first in sorted(pairs, key=order.__getitem__):
        yield Apart((first,), tuple(sorted(pairs[first], key=order.__getitem__)), COMPARED)


def captured_ones(cx: Context) -> tuple[Outer, ...]:
    """The containers of the arguments that must be none of those read from outside."""
    read = [captured.place_of(cx, val) for val in cx.captured.values() if isinstance(val, Known)]
    seen: dict[tuple[Leaf, str, trees.Path], Outer] = {}
    for (why, place, other), (source, node) in cx.apart.items():
        if isinstance(other, tuple):
            continue
        for at in read if other is None else [captured.place_of(cx, other)]:
            if at is None or not _may_be(cx.given.get(place), at.obj) or (place, at.root, at.path) in seen:
                continue
            mine, theirs = (name + trees.path_text(path) for name, path in (place, (at.name, at.path)))
            problem = source.refuse("SD514", node, name=mine, other=theirs, use=why)
            seen[place, at.root, at.path] = Outer(place, at.home, at.name, at.path, at.obj, problem)
    return tuple(seen.values())


def _may_be(form: Any, obj: object) -> bool:
    """Whether something from outside may be an argument's container or array: its fields may be others by now."""
    if isinstance(form, tuple) and form[0] in ATTRIBUTED:
        return type(obj) is form[1]
    if form in (LISTED, OF_ARRAYS):
        return type(obj) is list
    node = trees.container(obj)
    if node is not None:
        return isinstance(form, tuple) and form[:3] == (node.kind, node.cls, node.keys)
    return isinstance(form, tuple) and form[0] is types.Kind.ARRAY and isinstance(obj, np.ndarray)
