"""Lists, tuples, dicts and dataclasses of known structure: taken apart when compiling."""

from __future__ import annotations

import ast
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.frontend.python import captured, memory, objects, operators, special_methods, subscripts
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.sizes import refuse_unknown_count
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    UNBOUND,
    Arr,
    Cell,
    DictRef,
    Flat,
    Grown,
    Known,
    ListRef,
    Num,
    Reference,
    Sequence_,
    SliceVal,
    Struct,
    Val,
)
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim


def new_list(cx: Context, node: ast.AST, items: Sequence[Val]) -> ListRef:
    cell = Cell("list", cx.loc(node))
    cx.store.set(cell, tuple(items))
    return ListRef(cell)


def new_dict(cx: Context, node: ast.AST, items: dict[Any, Val]) -> DictRef:
    cell = Cell("dict", cx.loc(node))
    cx.store.set(cell, items)
    return DictRef(cell)


def display(cx: Context, elements: Sequence[ast.expr]) -> list[Val] | None:
    """The elements of a list or tuple display, stars expanded; None after a problem."""
    from symdiff.frontend.python.expressions import evaluate, evaluate_spent

    found: list[Val] = []
    for node in elements:
        if not isinstance(node, ast.Starred):
            found.append(evaluate(cx, node))
            continue
        val = evaluate_spent(cx, node.value)
        items = None if val is POISON else items_of(cx, node, val)
        if items is None:
            if val is not POISON:
                refuse_unknown_count(cx, "SD228", node, val, construct=f"`{cx.text(node)}`")
            return None
        found += items
    return found


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
    val = special_methods.iterated(cx, node, val)
    if val is POISON:
        return None
    known = elements(cx, val)
    if known is not None:
        return list(known)
    mapping_ = entries(cx, val)
    if mapping_ is not None:
        return [Known(k) for k in mapping_]
    if isinstance(val, Known) and isinstance(val.obj, (str, range)):
        return [Known(x) for x in val.obj]
    if isinstance(val, Sequence_):
        return _sequence_items(cx, node, val)
    if operators.is_array(val):
        n = cx.aval(val).shape[:1]
        if n and isinstance(n[0], int):
            return [item_at(cx, node, val, Known(k)) for k in range(n[0])]
    return None


def _sequence_items(cx: Context, node: ast.AST, val: Sequence_) -> list[Val] | None:
    if val.kind == "range":
        if all(isinstance(p, Known) for p in val.parts):
            return [Known(k) for k in range(*(p.obj for p in val.parts if isinstance(p, Known)))]
        return None
    if val.kind == "iterator":
        return list(val.parts)
    parts = [items_of(cx, node, p) for p in (val.parts[:1] if val.kind == "enumerate" else val.parts)]
    if any(p is None for p in parts):
        return None
    found = [p for p in parts if p is not None]
    if val.kind == "zip":
        return [Struct("tuple", row) for row in zip(*found, strict=False)]
    if val.kind == "reversed":
        return found[0][::-1]
    start = val.parts[1]
    return [
        Struct("tuple", (operators.binary(cx, node, ast.Add(), start, Known(k)), x)) for k, x in enumerate(found[0])
    ]


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
    from symdiff.frontend.python.arrays import size_of

    if val is POISON:
        return POISON
    counted = special_methods.call(cx, node, val, "__len__", [])
    if counted is not None:
        return counted
    if isinstance(val, ListRef):
        content = cx.store.get(val.cell)
        if isinstance(content, Grown):
            return cx.wrap(cx.at(node).emit("seq_len", content.value)[0])
    known = elements(cx, val)
    if known is not None:
        return Known(len(known))
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
        return range_length(cx, node, val)
    return cx.refuse("SD321", node, operation="len", left=cx.describe(val), right="nothing")


def range_length(cx: Context, node: ast.AST, val: Sequence_) -> Val:
    lo, hi, step = val.parts
    if all(isinstance(p, Known) for p in val.parts):
        return Known(len(range(*(p.obj for p in val.parts if isinstance(p, Known)))))
    if isinstance(lo, Known) and lo.obj == 0 and isinstance(step, Known) and step.obj == 1:
        dim = operators.as_dim(hi)
        if dim is not None and hi is not None:
            return hi
    return cx.need_static(node, hi, "the length of a range")


# --- subscripts


def subscript(cx: Context, node: ast.AST, base: Val, index: Val) -> Val:
    """`base[index]` of a container."""
    if memory.check_stale(cx, node, base):
        return POISON
    found = special_methods.call(cx, node, base, "__getitem__", [index])
    if found is not None:
        return found
    if isinstance(base, ListRef) and isinstance(cx.store.get(base.cell), Grown):
        return _grown_item(cx, node, base, index)
    known = elements(cx, base)
    if known is not None:
        return _sequence_item(cx, node, base, known, index)
    mapping_ = entries(cx, base)
    if mapping_ is not None:
        key = key_of(cx, node, index)
        if key not in mapping_:
            return cx.refuse("SD403", node, function=f"`{cx.text(node)}`", message=f"KeyError: {key!r}")
        return mapping_[key]
    if isinstance(base, Known) and isinstance(base.obj, np.ndarray):
        part = index.obj if isinstance(index, Known) else _known_slice(index)
        if isinstance(index, Known) or part is not None:
            return Known(base.obj[part])
        return subscripts.read_known(cx, node, base, index)
    if isinstance(base, Known) and isinstance(base.obj, (str, range)) and isinstance(index, Known):
        return Known(base.obj[index.obj])
    if isinstance(base, Sequence_) and base.kind == "range" and isinstance(index, SliceVal):
        whole = (
            isinstance(index.lo, Known)
            and index.lo.obj is None
            and isinstance(index.hi, Known)
            and index.hi.obj is None
        )
        if whole and isinstance(index.step, Known) and index.step.obj == -1:
            return Sequence_("reversed", (base,))
        return cx.refuse("SD299", node, construct="this slice of a range of unknown length")
    if isinstance(base, Sequence_) and base.kind == "range":
        return operators.binary(
            cx, node, ast.Add(), base.parts[0], operators.binary(cx, node, ast.Mult(), index, base.parts[2])
        )
    return cx.refuse("SD321", node, operation="[…]", left=cx.describe(base), right=cx.describe(index))


def _known_slice(index: Val) -> slice | None:
    if not isinstance(index, SliceVal):
        return None
    parts = (index.lo, index.hi, index.step)
    return slice(*(p.obj for p in parts if isinstance(p, Known))) if all(isinstance(p, Known) for p in parts) else None


def _sequence_item(cx: Context, node: ast.AST, base: Val, known: tuple[Val, ...], index: Val) -> Val:
    if isinstance(index, SliceVal):
        where = _known_slice(index)
        if where is None:
            for part in (index.lo, index.hi, index.step):
                if not isinstance(part, Known):
                    return cx.need_static(node, part, "the bounds of a slice of a list or tuple")
            return POISON
        return new_list(cx, node, known[where]) if isinstance(base, ListRef) else Struct("tuple", known[where])
    at = position(cx, node, index, len(known))
    return POISON if at is None else known[at]


def position(cx: Context, node: ast.AST, index: Val, count: int) -> int | None:
    """A known index into `count` elements; None after a problem."""
    if not isinstance(index, Known):
        cx.need_static(node, index, "the index of an element of a list or tuple")
        return None
    if not isinstance(index.obj, (int, np.integer)):
        cx.refuse("SD321", node, operation="[…]", left="a list or tuple", right=cx.describe(index))
        return None
    if not -count <= index.obj < count:
        cx.refuse("SD315", node, index=index.obj, size=count)
        return None
    return int(operator.index(index.obj)) % count


def _grown_item(cx: Context, node: ast.AST, base: ListRef, index: Val) -> Val:
    content = cx.store.get(base.cell)
    if not cx.is_numeric(index) or cx.aval(index).dtype[0] not in "iu":
        return cx.refuse("SD505", node, name=f"`{cx.text(node)}`", reason="is then read by a slice")
    return memory.hold(cx, cx.wrap(cx.at(node).emit("seq_get", content.value, cx.value(index))[0]), cx.loc(node))


def key_of(cx: Context, node: ast.AST, val: Val) -> Any:
    """A known dict key."""
    if isinstance(val, Known):
        return val.obj
    if isinstance(val, Struct) and val.kind == "tuple":
        return tuple(key_of(cx, node, v) for v in val.items)
    if isinstance(val, Num):
        cx.need_static(node, val, "the key of a dict")
    elif val is not POISON:
        cx.refuse("SD224", node, construct="a dict key")
    return POISON


def mapping(cx: Context, node: ast.AST, val: Val) -> dict[Any, Val] | None:
    found = entries(cx, val)
    if found is None and val is not POISON:
        cx.refuse("SD228", node, construct=f"`**{cx.text(node)}`")
    return found


def set_item(cx: Context, node: ast.AST, base: Val, index: Val, val: Val) -> None:
    """`base[index] = val` of a list or dict."""
    if memory.is_poison(base, index) or special_methods.call(cx, node, base, "__setitem__", [index, val]) is not None:
        return
    if not changeable(cx, node, base):
        return
    if isinstance(base, DictRef):
        content = dict(cx.store.get(base.cell))
        content[key_of(cx, node, index)] = val
        cx.store.set(base.cell, content)
        return
    assert isinstance(base, ListRef)
    content = cx.store.get(base.cell)
    if isinstance(content, Grown):
        if val is POISON:
            return
        element = fitted(cx, node, content.value, val)
        if element is None:
            return
        value = cx.at(node).emit("seq_set", content.value, cx.value(index), element)[0]
        cx.store.set(base.cell, Grown(value))
        memory.hold(cx, val, cx.loc(node))
        return
    if isinstance(index, SliceVal):
        cx.refuse("SD299", node, construct="assignment to a slice of a list")
        return
    at = position(cx, node, index, len(content))
    if at is not None:
        cx.store.set(base.cell, (*content[:at], val, *content[at + 1 :]))


def changeable(cx: Context, node: ast.AST, base: Val) -> bool:
    """Whether a list, dict or object was made in this call; reported if not."""
    if isinstance(base, Reference) and any(cx.belongs_outside(c.serial) for c in (base.cell, *base.cell.may)):
        cx.refuse_outside(node, base.cell.name)
        return False
    if isinstance(base, Reference) and base.cell.external is None:
        for other in base.cell.may:
            if other.external is not None:
                cx.refuse("SD503", node, name=f"`{other.external}`")
                return False
            cx.store.set(("stale", other), (base.cell.name or memory.A_KIND[base.cell.kind], cx.loc(node)))
        return True
    if isinstance(base, Reference | Known):
        named = base.cell.external if not isinstance(base, Known) else cx.text(node)
        cx.refuse("SD503", node, name=f"`{named}`")
    else:
        cx.refuse("SD321", node, operation="[…] =", left=cx.describe(base), right="a value")
    return False


# --- assignment targets


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
        cx.refuse("SD225", target, name=cx.text(target.value))
    else:
        assert isinstance(target, ast.Attribute)
        objects.set_attribute(cx, target, evaluate(cx, target.value), target.attr, val)


def bind_name(cx: Context, target: ast.Name, val: Val, frame: Frame) -> None:
    """Bind a name seen from `frame`: its own local, or with `nonlocal` one of a frame around it."""
    home = cx.home_of(target.id, frame)
    if home is None:  # `nonlocal` of a function that symdiff did not compile around it
        cx.refuse("SD205", target, name=target.id)
        return
    if cx.instances.active and home.id < cx.instances.active[-1].first_frame:
        cx.refuse_outside(target, target.id)
        return
    if home is not cx.frame:
        cx.count("bound")
    if not target.id.startswith("$"):
        cx.name_value(val, target.id)
    cx.set_name(home, target.id, val)


def store_item(cx: Context, node: ast.AST, base: Val, index: Val, val: Val) -> None:
    if memory.is_poison(base, index):
        return
    if isinstance(base, Arr):
        if isinstance(val, (ListRef, Struct)):
            from symdiff.frontend.python.arrays import to_array

            val = to_array(cx, node, val)
        subscripts.write(cx, node, base, index, val)
    elif isinstance(base, Flat):
        from symdiff.frontend.python import flat

        flat.write(cx, node, base, index, val)
    elif isinstance(base, Known) and isinstance(base.obj, np.ndarray):
        cx.refuse("SD503", node, name=f"`{cx.text(node)}`")
    else:
        set_item(cx, node, base, index, val)


def _unpack(cx: Context, target: ast.Tuple | ast.List, val: Val) -> None:
    names = target.elts
    starred = [k for k, t in enumerate(names) if isinstance(t, ast.Starred)]
    if val is POISON:
        items: list[Val] = [POISON] * len(names)
    else:
        found = items_of(cx, target, val)
        if found is None:
            take = _grown_items if isinstance(val, ListRef) else _array_items
            found = take(cx, target, val, len(names)) if not starred else None
        if found is None:
            refuse_unknown_count(cx, "SD225", target, val, name=cx.text(target))
            found = [POISON] * len(names)
        items = found
    if starred and val is not POISON and len(items) >= len(names) - 1:
        items = _take_starred(cx, target, items, starred[0])
        names = [t.value if isinstance(t, ast.Starred) else t for t in names]
    if len(items) != len(names):
        cx.refuse("SD319", target, count=len(items), targets=len(names))
        items = [POISON] * len(names)
    for name, item in zip(names, items, strict=True):
        assign(cx, name.value if isinstance(name, ast.Starred) else name, item)


def _take_starred(cx: Context, target: ast.AST, items: list[Val], at: int) -> list[Val]:
    after = len(getattr(target, "elts", [])) - at - 1
    stop = len(items) - after
    return [*items[:at], new_list(cx, target, items[at:stop]), *items[stop:]]


def _array_items(cx: Context, node: ast.AST, val: Val, count: int) -> list[Val] | None:
    """The rows of an array whose first size must be `count`."""
    if not isinstance(val, Arr) or not cx.aval(val).rank:
        return None
    from symdiff.frontend.python.sizes import require

    shape: tuple[Dim, ...] = cx.aval(val).shape
    checked = require(cx, node, val, (count, *shape[1:]))
    return None if checked is POISON else [item_at(cx, node, checked, Known(k)) for k in range(count)]


def _grown_items(cx: Context, node: ast.AST, val: Val, count: int) -> list[Val]:
    """The elements of a list that grew in a loop, whose number must be `count`."""
    have = length(cx, node, val)
    less, more = f"not enough values to unpack (expected {count})", f"too many values to unpack (expected {count})"
    for op, message in ((ast.Lt(), less), (ast.Gt(), more)):
        operators.raise_if(cx, node, operators.compare(cx, node, op, have, Known(count)), "ValueError", (message,))
    return [subscript(cx, node, val, Known(k)) for k in range(count)]


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
    if special_methods.call(cx, node, base, "__delitem__", [index]) is not None:
        return
    content = cx.store.get(base.cell) if isinstance(base, (ListRef, DictRef)) else None
    if not isinstance(content, (tuple, dict)):
        cx.refuse("SD209", node, target=cx.text(node))
        return
    if not changeable(cx, node, base):
        return
    assert isinstance(base, (ListRef, DictRef))
    if isinstance(content, dict):
        key = key_of(cx, node, index)
        if key not in content:
            cx.refuse("SD403", node, function=f"`{cx.text(node)}`", message=f"KeyError: {key!r}")
            return
        cx.store.set(base.cell, {k: v for k, v in content.items() if k != key})
        return
    where = _known_slice(index)
    if where is None:
        at = position(cx, node, index, len(content))
        if at is None:
            return
        where = slice(at, at + 1)
    gone = set(range(len(content))[where])
    cx.store.set(base.cell, tuple(v for k, v in enumerate(content) if k not in gone))


# --- growing


def append_value(cx: Context, node: ast.AST, base: ListRef, val: Val) -> Val:
    """`base.append(val)`."""
    if not changeable(cx, node, base):
        return POISON
    content = cx.store.get(base.cell)
    if isinstance(content, tuple):
        cx.store.set(base.cell, (*content, val))
        return NONE
    if not isinstance(content, Grown):
        return cx.refuse("SD505", node, name=f"`{cx.text(node)}`", reason="has another form on another path")
    seq = content.value
    value = fitted(cx, node, seq, val)
    if value is None:
        return POISON
    cx.store.set(base.cell, Grown(cx.at(node).emit("seq_append", seq, value)[0]))
    memory.hold(cx, val, cx.loc(node))
    return NONE


def fitted(cx: Context, node: ast.AST, seq: Value, val: Val) -> Value | None:
    """The value as an element of a grown list; refused where the elements have another type."""
    elem = getattr(seq.type, "elem", None)
    found = cx.value(val) if cx.is_numeric(val) else None
    if found is not None and found.type == elem:
        return found
    cx.refuse("SD505", node, name=f"`{cx.text(node)}`", reason=f"takes {cx.describe(val)} besides {elem}")
    return None
