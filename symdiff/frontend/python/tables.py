"""A dict of known keys whose values are chosen by a key of the run: `buckets[key].append(v)`, `totals[k] += v`.

By hand: what is in the dict are the elements of a list, `rows = [[], [], []]`.  `buckets["mid"]` is `rows[1]`, lodged
in it (see `lodging`), and `buckets[key]` is `rows[j]`, where j is the number of the key among those of the dict.

The list is made with the dict where an earlier attempt changed what such a key chose.  Where nothing is changed, or the
values are numbers, there is a branch for each key.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Sequence
from typing import Any

from symdiff.frontend.python import alternatives, containers, control, grown, kinship, lodging, openings, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import (
    Cell,
    DictRef,
    Grown,
    Known,
    ListRef,
    Num,
    ObjRef,
    OneOf,
    Val,
)

_MOST = 64  # keys that one of the run is compared with


def made(cx: Context, node: ast.AST, cell: Cell, items: dict[Any, Val]) -> dict[Any, Val]:
    """What a new dict holds: elements of a list, where these are changed by a key of the run."""
    if _place(cell) not in cx.session.adopted or not _may_be_rows(cx, items):
        return items
    values = tuple(items.values())
    if grown.form_of_elements(cx, values) is None:
        openings.use(cx)
    rows = grown.staged(cx, node, values)
    if rows is None:
        return items
    home = Cell("list", cx.loc(node), name=cell.name)
    cx.store.set(home, rows)
    return {key: _lodged(cx, node, rows, home, k, val) for k, (key, val) in enumerate(items.items())}


def _lodged(cx: Context, node: ast.AST, rows: Grown, home: Cell, k: int, val: Val) -> Val:
    """The element that a value became, read out of the list."""
    root = grown.built(cx, node, rows.form, iter(grown.numbers(cx, rows.form, val)))
    return lodging.read_out(cx, rows, root, home, Known(k))


def name(cx: Context, val: Val, text: str) -> None:
    """The list of a dict's values is called as the dict is."""
    items = cx.store.get(val.cell) if isinstance(val, DictRef) else None
    home = _home(cx, tuple(items.values())) if isinstance(items, dict) else None
    if home is not None:
        home.name = home.name or text


def _place(cell: Cell) -> Hashable:
    return None if cell.loc is None else ("dict", cell.loc, cell.loc.calls)


def _may_be_rows(cx: Context, items: dict[Any, Val] | None) -> bool:
    """Whether the values of a dict are lists, dicts or objects of one form."""
    values = tuple((items or {}).values())
    if not values or not all(isinstance(v, ListRef | DictRef | ObjRef) for v in values):
        return False
    return grown.form_of_elements(cx, values) is not None or openings.help_(cx, values)


def _home(cx: Context, values: Sequence[Val]) -> Cell | None:
    """The list that has these values as its elements, in this order."""
    home = None
    for k, val in enumerate(values):
        found = lodging.lodged(cx, val.cell) if isinstance(val, ListRef | DictRef | ObjRef) else None
        if found is None or found.path or (home is not None and found.view.home is not home):
            return None
        home = found.view.home
        if not isinstance(found.view.index, Known) or found.view.index.obj != k:
            return None
    return home


def chosen(cx: Context, node: ast.AST, base: Val, index: Val) -> Val | None:
    """`base[index]` with one of several known keys; None where there is no list of the values."""
    items = cx.store.get(base.cell) if isinstance(base, DictRef) else None
    if not isinstance(index, OneOf) or not isinstance(items, dict):
        return None
    known = tuple(map(Known, items))
    if not all(any(alternatives.same(x, y) for y in known) for x in alternatives.may_be(cx, index)):
        return None
    values = tuple(items.values())
    home = _home(cx, values)
    content = None if home is None else cx.store.get(home)
    if home is None or content is None or not lodging.refreshed(cx, home):
        return None
    return grown.element(cx, node, content, Num(alternatives.tag_in(cx, node, index, known)), home)


def note(cx: Context, base: Val, found: Val) -> Val:
    """Note of what a key of the run chose from which dict it is, for a change of it."""
    place = _place(base.cell) if isinstance(base, DictRef) else None
    if place is None or place in cx.session.adopted or not _may_be_rows(cx, containers.entries(cx, base)):
        return found
    cx.chosen.update((part.cell, place) for _, part in kinship.inside(cx, found))
    return found


def adopt(cx: Context, cell: Cell) -> None:
    """Begin again with the dict that something was chosen from by a key of the run, where that is changed."""
    place = cx.chosen.get(cell)
    if isinstance(place, tuple) and place[0] == "dict" and cx.session.filled is not None:
        cx.session.opened = True
        lodging.adopt(cx, cell)


def key_of_number(cx: Context, node: ast.AST, base: Val, index: Val, there: bool = True) -> Val:
    """A whole number of the run as one of the keys of a dict; KeyError, when it runs, where it is none of them.

    If it is not `there` for certain, a store puts it in: then it is refused unless it is one of the keys.
    """
    items = containers.entries(cx, base) if isinstance(index, Num) and index.type.dtype[0] in "iu" else None
    keys = [key for key in items or () if type(key) is int]
    if not keys or len(keys) != len(items or ()) or len(keys) > _MOST or not isinstance(index, Num):
        return index
    if index.tags and (cx.frame.path, id(node)) not in cx.session.searched:
        cx.need_static(node, index, "the key of a dict", (cx.frame.path, id(node)))
    number, missing = _number(cx, node, index, keys)
    if not there and not (isinstance(missing, Known) and not missing.obj):
        return cx.refuse("SD224", node, construct=f"`{cx.text(node)} = …` of a key that may be new")
    operators.raise_if(cx, node, missing, "KeyError", (cx.text(node),))
    return OneOf(number, tuple(map(Known, keys)))


def _number(cx: Context, node: ast.AST, index: Num, keys: Sequence[int]) -> tuple[Num, Val]:
    """The number of a key among keys, and whether it is none of them."""
    if keys == list(range(len(keys))):
        outside = [operators.compare(cx, node, op, index, Known(k)) for op, k in ((ast.Lt(), 0), (ast.Gt(), keys[-1]))]
        return Num(cx.value(index)), operators.binary(cx, node, ast.BitOr(), *outside)
    missing: Val = Known(True)
    number: Val = Known(0)
    for k, key in enumerate(keys):
        other = operators.compare(cx, node, ast.NotEq(), index, Known(key))
        missing = other if k == 0 else operators.binary(cx, node, ast.BitAnd(), missing, other)
        number = number if k == 0 else control.chosen(cx, node, other, number, Known(k))
    return Num(cx.value(number)), missing
