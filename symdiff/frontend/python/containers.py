"""Lists, tuples, dicts and dataclasses of known structure: taken apart when compiling."""

from __future__ import annotations

import ast
import collections
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.frontend.python import (
    alternatives,
    apart,
    bounds,
    captured,
    enums,
    followed,
    grown,
    keys,
    letters,
    linked,
    list_changes,
    list_numbers,
    list_slices,
    lodging,
    memory,
    naming,
    openings,
    operators,
    outside,
    raising,
    ranges,
    special_methods,
    subscripts,
    tables,
    unfilled,
    unlike,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.sizes import refuse_unknown_count
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    VIEWS,
    Arr,
    Cell,
    Conflict,
    DictRef,
    Grown,
    Known,
    ListRef,
    Num,
    Reference,
    Sequence_,
    SetRef,
    SliceVal,
    Struct,
    Val,
)


def new_list(cx: Context, node: ast.AST, items: Sequence[Val]) -> ListRef:
    return list_changes.made(cx, node, tuple(items))


def new_dict(cx: Context, node: ast.AST, items: dict[Any, Val]) -> Val:
    from symdiff.frontend.python import keyed

    found = keyed.made(cx, node, items)
    return plain_dict(cx, node, items) if found is None else found


def plain_dict(cx: Context, node: ast.AST, items: dict[Any, Val]) -> DictRef:
    """A dict of known keys."""
    cell = Cell("dict", cx.loc(node))
    cx.store.set(cell, tables.made(cx, node, cell, items))
    return DictRef(cell)


def display(cx: Context, node: ast.AST, elements: Sequence[ast.expr]) -> list_changes.Content | None:
    """The elements of a list or tuple display, stars expanded; None after a problem."""
    from symdiff.frontend.python.expressions import evaluate, evaluate_spent

    before: list_changes.Content = ()  # up to the last list of staged length
    found: list[Val] = []  # since
    for element in elements:
        if not isinstance(element, ast.Starred):
            found.append(evaluate(cx, element))
            continue
        val = special_methods.iterated(cx, element, evaluate_spent(cx, element.value))
        listed = None if val is POISON else list_changes.listed(cx, element, val)
        staged = None if listed is None else grown.content_of(cx, listed)
        if staged is not None:
            whole = _spread(cx, node, before, found, staged)
            if whole is None:
                return None
            before, found = whole, []
            continue
        items = None if val is POISON else items_of(cx, element, val)
        if items is None:
            if val is not POISON:
                refuse_unknown_count(cx, "SD228", element, val, construct=cx.text(element))
            return None
        found += items
    return _spread(cx, node, before, found, ())


def _spread(
    cx: Context, node: ast.AST, before: list_changes.Content, found: list[Val], after: list_changes.Content
) -> list_changes.Content | None:
    """The elements of a display so far, those read since, and a list's."""
    if before == () and after == ():
        return tuple(found)
    if memory.is_poison(*found):
        return None
    whole = list_changes.joined(cx, node, before, tuple(found))
    return None if whole is None else list_changes.joined(cx, node, whole, after)


# --- what a container holds


def elements(cx: Context, val: Val) -> tuple[Val, ...] | None:
    """The elements of a list or tuple of known structure."""
    if isinstance(val, Struct):
        return val.items
    if isinstance(val, ListRef):
        memory.check_read(cx, val)
        content = cx.store.get(val.cell)
        return content if isinstance(content, tuple) else None
    if isinstance(val, Known) and isinstance(val.obj, (list, tuple)):
        return tuple(captured.lift_item(cx, val, k) for k in range(len(val.obj)))
    return None


def entries(cx: Context, val: Val) -> dict[Any, Val] | None:
    if isinstance(val, DictRef):
        memory.check_read(cx, val)
        content = cx.store.get(val.cell)
        return content if isinstance(content, dict) else None
    if isinstance(val, Known) and isinstance(val.obj, dict):
        return {k: captured.lift_item(cx, val, k) for k in val.obj}
    return None


def items_of(cx: Context, node: ast.AST, val: Val) -> list[Val] | None:
    """What iterating gives, turn by turn; None where the number of turns is not known."""
    from symdiff.frontend.python import sets, turns

    val = special_methods.iterated(cx, node, val)
    if val is POISON:
        return None
    known = elements(cx, val)
    if known is not None:
        return list(known)
    mapping_ = entries(cx, val)
    if mapping_ is not None:
        return [keys.val_of(cx, node, k) for k in mapping_]
    if isinstance(val, Known) and isinstance(val.obj, (str, range)):
        return [Known(x) for x in val.obj]
    members = enums.members(cx, val) or sets.in_one_order(cx, node, val)
    if members is not None:
        return members
    if isinstance(val, Sequence_):
        return turns.known_items(cx, node, val)
    if operators.is_array(val):
        n = cx.aval(val).shape[:1]
        if n and isinstance(n[0], int):
            return [item_at(cx, node, val, Known(k)) for k in range(n[0])]
    return None


def item_at(cx: Context, node: ast.AST, val: Val, index: Val) -> Val:
    """One row of an array."""
    if isinstance(val, Arr):
        return subscripts.read(cx, node, val, index)
    assert isinstance(val, Known)
    if isinstance(index, Known):
        return Known(val.obj[index.obj])
    return subscripts.read_known(cx, node, val, index)


def length(cx: Context, node: ast.AST, val: Val) -> Val:
    """`len(val)`."""
    from symdiff.frontend.python import answers, sets
    from symdiff.frontend.python.arrays import size_of

    if val is POISON:
        return POISON
    val = list_numbers.opened(cx, node, val, "__len__")
    counted = special_methods.call(cx, node, val, "__len__", [])
    if counted is not None:
        return answers.length(cx, node, counted)
    staged = grown.content_of(cx, val)
    if staged is not None:
        cx.at(node)
        return cx.wrap(grown.count(cx, staged))
    known = elements(cx, val)
    if known is not None:
        return Known(len(known))
    if isinstance(val, SetRef):
        return sets.length(cx, node, val)
    mapping_ = entries(cx, val)
    if mapping_ is not None:
        return Known(len(mapping_))
    if isinstance(val, Known) and hasattr(val.obj, "__len__"):
        return Known(len(val.obj))
    if isinstance(val, Arr):
        if not cx.aval(val).rank:
            return cx.refuse("SD321", node, operation="len", left="an array of rank 0", right="nothing")
        return size_of(cx, node, val, 0)
    if isinstance(val, Sequence_) and val.kind == "range":
        return ranges.length(cx, node, val)
    if isinstance(val, Sequence_) and val.kind in VIEWS:
        return length(cx, node, val.parts[0])
    if raising.of_a_number(cx, node, val, "object of type '{}' has no len()"):
        return POISON
    return cx.refuse("SD321", node, operation="len", left=cx.describe(val), right="nothing")


def _missing(cx: Context, node: ast.AST, base: Val, index: Val, key: Any) -> Val:
    """`base[index]` of a dict without that key: what its class says, or a KeyError."""
    found = special_methods.call(cx, node, base, "__missing__", [index])
    if found is not None:
        return found
    if isinstance(base, Known) and isinstance(base.obj, collections.defaultdict):
        outside.refuse_change(cx, node, base, cx.text(node))
        return POISON
    return raising.always(cx, node, KeyError(key), function=f"`{cx.text(node)}`", message=f"KeyError: {key!r}")


def subscript(cx: Context, node: ast.AST, base: Val, index: Val) -> Val:
    """`base[index]` of a container."""
    if memory.check_stale(cx, node, base):
        return POISON
    found = special_methods.call(cx, node, base, "__getitem__", [index]) or enums.by_name(cx, node, base, index)
    if found is not None:
        return found
    index = bounds.numbers(cx, node, index, lambda: length(cx, node, base))
    staged = grown.content_of(cx, base)
    if staged is not None and isinstance(base, ListRef):
        return _grown_item(cx, node, base, staged, index)
    if isinstance(base, ListRef) and isinstance(cx.store.get(base.cell), Conflict):
        return unlike.refuse(cx, node, cx.store.get(base.cell))
    known = elements(cx, base)
    if known is not None:
        return _sequence_item(cx, node, base, known, index)
    mapping_ = entries(cx, base)
    if mapping_ is not None:
        key = keys.key_of(cx, node, index)
        if key is not POISON and key not in mapping_:
            return _missing(cx, node, base, index, key)
        return POISON if key is POISON else mapping_[key]
    if isinstance(base, Known) and isinstance(base.obj, np.ndarray):
        part = index.obj if isinstance(index, Known) else list_slices.known(cx, node, index)
        if isinstance(index, Known) or part is not None:
            return Known(base.obj[part])
        return subscripts.read_known(cx, node, base, index)
    if isinstance(base, Known) and isinstance(base.obj, (str, range)):
        where = index.obj if isinstance(index, Known) else list_slices.known(cx, node, index)
        if isinstance(where, slice) or (isinstance(where, int) and -len(base.obj) <= where < len(base.obj)):
            return Known(base.obj[where])
        letter = letters.at(cx, node, base.obj, index) if isinstance(base.obj, str) else None
        if letter is not None:
            return letter
        for part in (index.lo, index.hi, index.step) if isinstance(index, SliceVal) and where is None else ():
            if isinstance(part, Num):
                return cx.need_static(node, part, "the bounds of a slice of a text")
        if isinstance(where, int) or (not base.obj and list_changes.is_index(cx, index)):
            kind = "range object" if isinstance(base.obj, range) else "string"
            return raising.out_of_range(cx, node, index, len(base.obj), f"{kind} index out of range")
    if isinstance(base, Sequence_) and base.kind == "range":
        if isinstance(index, SliceVal):
            return ranges.sliced(cx, node, base, index)
        return ranges.element(cx, node, base, index)
    return cx.refuse("SD321", node, operation="[…]", left=cx.describe(base), right=cx.describe(index))


def unknown_slice(cx: Context, node: ast.AST, index: SliceVal, known: Sequence[Val]) -> slice | None:
    """A slice with bounds that are known when the code runs: of an empty list the whole; else None, reported."""
    if not known:
        return slice(None) if list_slices.is_slice(cx, node, index) else None
    instead = _instead(cx, node, known)
    part = next(p for p in (index.lo, index.hi, index.step) if not isinstance(p, Known))
    cx.need_static(node, part, "the bounds of a slice of a list or tuple", instead)
    return None


def _sequence_item(cx: Context, node: ast.AST, base: Val, known: tuple[Val, ...], index: Val) -> Val:
    is_list = isinstance(base, ListRef) or (isinstance(base, Known) and isinstance(base.obj, list))
    if isinstance(index, SliceVal):
        where = list_slices.known(cx, node, index)
        if where is None and isinstance(base, ListRef) and searched(cx, node, index, known):
            staged = grown.staged(cx, node, known)
            return POISON if staged is None else _grown_item(cx, node, base, staged, index)
        where = unknown_slice(cx, node, index, known) if where is None else where
        if where is None:
            return POISON
        return new_list(cx, node, known[where]) if is_list else Struct("tuple", known[where])
    if searched(cx, node, index, known):
        staged = grown.staged(cx, node, known)
        if staged is None:
            return POISON
        if isinstance(base, ListRef) and lodging.adopted(cx, node, base, staged):
            return _grown_item(cx, node, base, staged, index)
        found = grown.element(cx, node, staged, index)
        lodging.note_chosen(cx, (cx.frame.path, id(node)), found, known if isinstance(base, ListRef) else ())
        return found
    error = f"{'list' if is_list else 'tuple'} index out of range"
    if isinstance(index, Num) and _chosen_by(cx, node, index, known):
        return alternatives.at_index(cx, node, index, known, error)
    at = position(cx, node, index, known, error)
    return POISON if at is None else known[at]


def _chosen_by(cx: Context, node: ast.AST, index: Num, known: Sequence[Val]) -> bool:
    """Whether a staged index chooses among functions, strings or arrays: like `searched`, the last resort."""
    if index.type.dtype[0] not in "iu" or not alternatives.may_be_at(cx, known):
        return False
    return not index.tags or (cx.frame.path, id(node)) in cx.session.searched


def searched(cx: Context, node: ast.AST, index: Val, known: Sequence[Val]) -> bool:
    """Whether a staged index looks at run time for an element of a list or tuple of known structure.

    It is the last resort: where the loop that the index depends on can be unrolled, no element is looked for.
    """
    parts = (index.lo, index.hi, index.step) if isinstance(index, SliceVal) else (index,)
    staged = [p for p in parts if isinstance(p, Num) and p.type.dtype[0] in "iu"]
    if not staged or (any(p.tags for p in staged) and (cx.frame.path, id(node)) not in cx.session.searched):
        return False
    if grown.form_of_elements(cx, known) is not None:
        return True
    if not alternatives.may_be_at(cx, known) and openings.help_(cx, known):
        openings.use(cx)
    return False


def _instead(cx: Context, node: ast.AST, known: Sequence[Val]) -> tuple[Any, ...] | None:
    found = grown.form_of_elements(cx, known) is not None or alternatives.may_be_at(cx, known)
    found = found or openings.help_(cx, known)
    return (cx.frame.path, id(node)) if found else None


def position(
    cx: Context, node: ast.AST, index: Val, known: Sequence[Val], error: str = "list index out of range"
) -> int | None:
    """A known index of one of the elements, or `error`, IndexError; None after a problem."""
    count = len(known)
    no_index = cx.is_numeric(index) and (cx.aval(index).rank > 0 or cx.aval(index).dtype[0] in "fc")
    if no_index or (isinstance(index, Known) and not isinstance(index.obj, (int, np.integer))):
        _refuse_index(cx, node, index)
        return None
    if not known and list_changes.is_index(cx, index):
        raising.out_of_range(cx, node, index, 0, error)  # whatever it is
        return None
    if not isinstance(index, Known):
        cx.need_static(node, index, "the index of an element of a list or tuple", _instead(cx, node, known))
        return None
    if not -count <= index.obj < count:
        raising.out_of_range(cx, node, index, count, error)
        return None
    return int(operator.index(index.obj)) % count


def _refuse_index(cx: Context, node: ast.AST, index: Val) -> Val:
    return cx.refuse("SD321", node, operation="[…]", left="a list or tuple", right=cx.describe(index))


def _grown_item(cx: Context, node: ast.AST, base: ListRef, content: Grown, index: Val) -> Val:
    if isinstance(index, SliceVal):
        part = list_changes.sliced(cx, node, content, index)
        return POISON if part is None else list_changes.made(cx, node, part, base.cell.kind)
    if cx.is_numeric(index) and cx.aval(index).dtype[0] in "iu":
        return grown.element(cx, node, content, index, base.cell)
    return _refuse_index(cx, node, index)


def mapping(cx: Context, node: ast.AST, val: Val) -> dict[Any, Val] | None:
    found = entries(cx, val)
    if found is None and val is not POISON:
        cx.refuse("SD228", node, construct=f"**{cx.text(node)}")
    return found


def set_item(cx: Context, node: ast.AST, base: Val, index: Val, val: Val) -> None:
    """`base[index] = val` of a list or dict."""
    if memory.is_poison(base, index) or special_methods.call(cx, node, base, "__setitem__", [index, val]) is not None:
        return
    if not changeable(cx, node, base):
        return
    if isinstance(base, DictRef):
        key = keys.key_of(cx, node, index)
        if key is not POISON:
            lodging.change(cx, node, base.cell, {**cx.store.get(base.cell), key: val})
        return
    assert isinstance(base, ListRef)
    content = cx.store.get(base.cell)
    index = bounds.numbers(cx, node, index, lambda: length(cx, node, base))
    if isinstance(index, SliceVal):
        list_slices.assign(cx, node, base, content, index, val)
        return
    if isinstance(content, Grown):
        if val is not POISON and list_changes.is_index(cx, index):
            _replace(cx, node, base, content, index, val)
        elif val is not POISON:
            _refuse_index(cx, node, index)
        return
    if content and searched(cx, node, index, (*content, val)):
        staged = grown.staged(cx, node, content, val)
        if staged is not None:
            _replace(cx, node, base, staged, index, val)
        return
    at = position(cx, node, index, content, "list assignment index out of range")
    if at is not None:
        lodging.change(cx, node, base.cell, (*content[:at], val, *content[at + 1 :]))


def _replace(cx: Context, node: ast.AST, base: ListRef, content: Grown, index: Val, val: Val) -> None:
    changed = grown.replaced(cx, node, content, index, val)
    if changed is not None:
        lodging.change(cx, node, base.cell, changed[0])
        lodging.lodge(cx, changed[1], lodging.View(base.cell, index, val, lodging.counts_up(index)))


def changeable(cx: Context, node: ast.AST, base: Val) -> bool:
    """Whether a list, dict or object was made in this call; reported if not."""
    if isinstance(base, Reference):
        tables.adopt(cx, base.cell)
    if isinstance(base, Reference) and not _given_back(cx, base):
        cx.refuse_outside(node, naming.called(base.cell))
        return False
    found = memory.held(cx, base.cell) if isinstance(base, Reference) else None
    if isinstance(base, Reference) and found and not _changes_its_list(cx, base.cell):
        lodging.adopt(cx, base.cell)
        linked.note_meant(cx, base)
        problem = cx.make_problem("SD510", node, [(found, "in the list here")], target=cx.text(node))
        memory.take_apart(cx, problem)
        cx.problems.append(problem)
        return False
    if isinstance(base, ListRef) and base.cell.kind == "tuple":
        cx.refuse("SD321", node, operation="a change", left="a tuple", right="nothing")
        return False
    if isinstance(base, Reference) and base.cell.external is None:
        for cell in (base.cell, *base.cell.may):
            if cell.argument is not None:
                apart.changed(cx, node, cell)
        for other in sorted(base.cell.may - followed.followers(cx, base.cell), key=lambda c: c.serial):
            if other.external is not None:
                outside.refuse_change(cx, node, other, other.external)
                return False
            cx.store.set(("stale", other), (naming.called(base.cell) or memory.A_KIND[base.cell.kind], cx.loc(node)))
        return True
    if isinstance(base, Known):
        outside.refuse_change(cx, node, base, cx.text(node))
    elif isinstance(base, Reference):
        outside.refuse_change(cx, node, base.cell, str(base.cell.external))
    else:
        cx.refuse("SD321", node, operation="[…] =", left=cx.describe(base), right="a value")
    return False


def _changes_its_list(cx: Context, cell: Cell) -> bool:
    return lodging.may_change(cx, cell) and lodging.refreshed(cx, cell)


def _given_back(cx: Context, base: Reference) -> bool:
    """Whether the recursive function that is being compiled, if one is, may change this."""
    if cx.belongs_outside(base.cell.serial):
        return cx.instances.note_write(base)
    return not any(cx.belongs_outside(c.serial) for c in base.cell.may)


# --- growing


def append_value(cx: Context, node: ast.AST, base: ListRef, val: Val) -> Val:
    """`base.append(val)`."""
    if not changeable(cx, node, base):
        return POISON
    linked.note_listed(cx, val)
    content = cx.store.get(base.cell)
    if unfilled.grows(cx, base, (val,)):
        content = grown.staged(cx, node, (), val)
    if content is None:
        return POISON
    if isinstance(content, tuple):
        lodging.change(cx, node, base.cell, (*content, val), keeps=True)
        return NONE
    if not isinstance(content, Grown):
        return unlike.refuse(cx, node, content)
    wide = grown.fitted(cx, node, content, val)
    if wide is None:
        return POISON
    made, entered = grown.appended(cx, wide, val, cx.loc(node))
    index = Num(grown.count(cx, wide)) if entered.own else NONE
    lodging.change(cx, node, base.cell, made, keeps=True)
    lodging.lodge(cx, entered, lodging.View(base.cell, index, val, True))
    return NONE
