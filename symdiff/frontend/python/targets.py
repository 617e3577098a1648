"""What stands left of `=`, and behind `del`: names, attributes, elements, and tuples of these."""

from __future__ import annotations

import ast

import numpy as np

from symdiff.frontend.python import (
    alternatives,
    bounds,
    containers,
    flat,
    foreign,
    grown,
    keyed,
    keys,
    list_changes,
    list_numbers,
    list_slices,
    lodging,
    memory,
    named_numbers,
    objects,
    of_none,
    outside,
    raising,
    special_methods,
    subscripts,
    tables,
)
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.sizes import refuse_unknown_count, require
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    UNBOUND,
    Arr,
    DictRef,
    Flat,
    Foreign,
    Grown,
    Known,
    ListRef,
    SliceVal,
    Val,
)
from symdiff.ir.dims import Dim
from symdiff.primitives.complex_parts import PARTS


def assign(cx: Context, target: ast.expr, val: Val) -> None:
    """Bind `target` to `val`: names, tuples of targets, items."""
    from symdiff.frontend.python.expressions import evaluate

    if isinstance(target, ast.Name):
        bind_name(cx, target, val, cx.frame)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(cx, target, val)
    elif isinstance(target, ast.Subscript):
        base, index = evaluate(cx, target.value), evaluate(cx, target.slice)
        store_item(cx, target, base, index, val)
    elif isinstance(target, ast.Starred):
        cx.refuse("SD225", target, target=cx.text(target))
    else:
        assert isinstance(target, ast.Attribute)
        _assign_attribute(cx, target, evaluate(cx, target.value), val)


def _assign_attribute(cx: Context, target: ast.Attribute, base: Val, val: Val) -> None:
    real = isinstance(base, Arr) and not cx.aval(base).complex
    if isinstance(base, Arr) and target.attr in PARTS[: 1 if real else 2]:
        part = base if real else memory.part(cx, target, base, target.attr)
        store_item(cx, target, part, Known(Ellipsis), val)
    else:
        objects.set_attribute(cx, target, base, target.attr, val)


def bind_name(cx: Context, target: ast.Name, val: Val, frame: Frame) -> None:
    """Bind a name seen from `frame`: its own local, or with `nonlocal` one of a frame around it."""
    home = cx.home_of(target.id, frame)
    if home is None:  # from outside: reported where the function began
        cx.dropped.append(target)
        return
    key = (home.id, target.id)
    if cx.belongs_to_frame_outside(key) and not cx.instances.note_binding(key):
        cx.refuse_outside(target, target.id)
        return
    if home is not cx.frame:
        cx.count("bound")
        if cx.running(home.id):
            home.rebound.add(target.id)
    if not target.id.startswith("$"):
        cx.name_value(val, target.id)
        tables.name(cx, val, target.id)
        keyed.name(cx, val, target.id)
        named_numbers.name(cx, val, target.id)
    cx.set_name(home, target.id, val)


def store_item(cx: Context, node: ast.AST, base: Val, index: Val, val: Val, there: bool = False) -> None:
    """`base[index] = val`; `there` is an element already where it was just read."""
    if memory.is_poison(base, index):
        return
    base = alternatives.present(cx, node, base, "'NoneType' object does not support item assignment")
    base = list_numbers.opened(cx, node, base, "__setitem__")
    if not there:
        keyed.takes(cx, node, base, index, grows=True)
    if isinstance(base, DictRef):
        index = tables.key_of_number(cx, node, base, index, there)
        if index is POISON:
            return
    if alternatives.involved(base, index) and not keyed.holds(cx, base):
        alternatives.for_all(cx, node, (base, index), lambda both: _stored(cx, node, both[0], both[1], val))
        return
    if isinstance(base, Arr):
        val = alternatives.settled(cx, node, val)
        given = _storable(cx, node, val)
        subscripts.write(cx, node, base, index, given, listed=given is not val)
    elif isinstance(base, Flat):
        flat.write(cx, node, base, index, _storable(cx, node, val))
    elif isinstance(base, Known) and isinstance(base.obj, np.ndarray):
        outside.refuse_change(cx, node, base, cx.text(node))
    else:
        containers.set_item(cx, node, base, index, val)


def _storable(cx: Context, node: ast.AST, val: Val) -> Val:
    from symdiff.frontend.python.arrays import is_listed, to_array

    return to_array(cx, node, val) if is_listed(cx, val) else val


def _stored(cx: Context, node: ast.AST, base: Val, index: Val, val: Val) -> Val:
    store_item(cx, node, base, index, val)
    return NONE


def _unpack(cx: Context, target: ast.Tuple | ast.List, val: Val) -> None:
    names = target.elts
    starred = [k for k, t in enumerate(names) if isinstance(t, ast.Starred)]
    if val is POISON:
        items: list[Val] = [POISON] * len(names)
    else:
        val = alternatives.present(cx, target, val, "cannot unpack non-iterable NoneType object")
        val = list_numbers.opened(cx, target, val, of_none.UNPACKED)
        staged = grown.content_of(cx, val)
        after = len(names) - starred[0] - 1 if starred else 0
        if staged is not None:
            items = list_changes.unpacked(cx, target, staged, len(names) - bool(starred) - after, bool(starred), after)
            for name, item in zip(names, items, strict=True):
                assign(cx, name.value if isinstance(name, ast.Starred) else name, item)
            return
        found = containers.items_of(cx, target, val)
        if found is None and raising.of_a_number(cx, target, val, "cannot unpack non-iterable {} object"):
            found = [POISON] * len(names)
        if found is None:
            found = _array_items(cx, target, val, len(names)) if not starred else None
        if found is None and isinstance(val, Foreign) and not starred:
            found = foreign.unpacked(cx, target, val, len(names))
        if found is None:
            refuse_unknown_count(cx, "SD225", target, val, target=cx.text(target), rewrite=_by_slices(cx, target))
            found = [POISON] * len(names)
        items = found
    if starred and val is not POISON and len(items) >= len(names) - 1:
        items = _take_starred(cx, target, items, starred[0])
        names = [t.value if isinstance(t, ast.Starred) else t for t in names]
    if len(items) != len(names):
        raising.always(
            cx,
            target,
            _wrong_count(len(items), len(names), bool(starred)),
            "SD319",
            count=len(items),
            targets=len(names),
        )
        items = [POISON] * len(names)
    for name, item in zip(names, items, strict=True):
        assign(cx, name.value if isinstance(name, ast.Starred) else name, item)


def _by_slices(cx: Context, target: ast.Tuple | ast.List) -> str:
    """The unpacking of an `x`, written with indices."""
    at = next((k for k, t in enumerate(target.elts) if isinstance(t, ast.Starred)), len(target.elts))
    after = len(target.elts) - at - 1
    places = [*map(str, range(at)), f"{at or ''}:{-after or ''}", *(str(k - after) for k in range(after))]
    places = places[: len(target.elts)]
    names = [cx.text(t.value if isinstance(t, ast.Starred) else t) for t in target.elts]
    return f"index and slice: `{', '.join(names)} = {', '.join(f'x[{k}]' for k in places)}`"


def _wrong_count(given: int, wanted: int, starred: bool) -> ValueError:
    """What Python raises at an unpacking."""
    if given > wanted:
        return ValueError(f"too many values to unpack (expected {wanted})")
    least = f"at least {wanted - 1}" if starred else str(wanted)
    return ValueError(f"not enough values to unpack (expected {least}, got {given})")


def _take_starred(cx: Context, target: ast.AST, items: list[Val], at: int) -> list[Val]:
    after = len(getattr(target, "elts", [])) - at - 1
    stop = len(items) - after
    return [*items[:at], containers.new_list(cx, target, items[at:stop]), *items[stop:]]


def _array_items(cx: Context, node: ast.AST, val: Val, count: int) -> list[Val] | None:
    """The rows of an array whose first size must be `count`: of the array itself, through which they are written."""
    if not isinstance(val, Arr) or not cx.aval(val).rank:
        return None
    shape: tuple[Dim, ...] = cx.aval(val).shape
    checked = require(cx, node, val, (count, *shape[1:]))
    return None if checked is POISON else [containers.item_at(cx, node, val, Known(k)) for k in range(count)]


def delete(cx: Context, target: ast.expr) -> None:
    """`del target`: a name becomes unbound, an element of a list or dict goes."""
    from symdiff.frontend.python.expressions import evaluate

    if isinstance(target, ast.Name):
        home = cx.home_of(target.id)
        if home is not None and evaluate(cx, ast.copy_location(ast.Name(target.id, ast.Load()), target)) is not POISON:
            cx.set_name(home, target.id, UNBOUND)
        elif home is None:
            cx.refuse("SD311", target, name=f"`{target.id}`")
        return
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            delete(cx, part)
        return
    if not isinstance(target, ast.Subscript):
        assert isinstance(target, ast.Attribute)
        objects.delete_attribute(cx, target, evaluate(cx, target.value), target.attr)
        return
    base, index = evaluate(cx, target.value), evaluate(cx, target.slice)
    if not memory.is_poison(base, index):
        _delete_item(cx, target, base, index)


def _delete_item(cx: Context, node: ast.Subscript, base: Val, index: Val) -> None:
    base = list_numbers.opened(cx, node, base, "__delitem__")
    if special_methods.call(cx, node, base, "__delitem__", [index]) is not None:
        return
    keyed.takes(cx, node, base, index, grows=True)
    content = cx.store.get(base.cell) if isinstance(base, (ListRef, DictRef)) else None
    index = bounds.numbers(cx, node, index, lambda: containers.length(cx, node, base))
    when_run = isinstance(content, tuple) and list_changes.taken_when_run(cx, node, index, content)
    if isinstance(base, ListRef) and isinstance(content, tuple) and when_run:
        content = grown.staged(cx, node, content)
        if content is None:
            return
    if isinstance(content, Grown) and isinstance(base, ListRef):
        _delete_staged(cx, node, base, content, index)
        return
    if not isinstance(content, (tuple, dict)):
        cx.refuse("SD209", node, target=cx.text(node))
        return
    if not containers.changeable(cx, node, base):
        return
    assert isinstance(base, (ListRef, DictRef))
    if isinstance(content, dict):
        key = keys.key_of(cx, node, index)
        if key is POISON:
            return
        if key not in content:
            message = f"KeyError: {key!r}"
            raising.always(cx, node, KeyError(key), function=f"`{cx.text(node)}`", message=message)
            return
        lodging.change(cx, node, base.cell, {k: v for k, v in content.items() if k != key})
        return
    where = list_slices.known(cx, node, index)
    if where is None and isinstance(index, SliceVal):
        where = containers.unknown_slice(cx, node, index, content)
        if where is None:
            return
    if where is None:
        at = containers.position(cx, node, index, content, "list assignment index out of range")
        if at is None:
            return
        where = slice(at, at + 1)
    gone = set(range(len(content))[where])
    lodging.change(cx, node, base.cell, tuple(v for k, v in enumerate(content) if k not in gone))


def _delete_staged(cx: Context, node: ast.AST, base: ListRef, content: Grown, index: Val) -> None:
    """`del base[index]` of a list whose length is staged."""
    if not containers.changeable(cx, node, base):
        return
    if isinstance(index, SliceVal):
        list_slices.delete(cx, node, base, content, index)
        return
    rest = list_changes.without(cx, node, content, index)
    if rest is not None:
        lodging.change(cx, node, base.cell, rest)
