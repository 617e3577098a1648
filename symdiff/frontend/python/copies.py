"""`copy.copy` and `copy.deepcopy`."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from symdiff import plain
from symdiff.frontend.python import (
    alternatives,
    apart,
    arrays,
    calls,
    captured,
    classes,
    containers,
    grown,
    lacking,
    list_changes,
    list_numbers,
    memory,
    nodes,
    objects,
    sets,
    unlike,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import (
    POISON,
    Arr,
    Cell,
    DictRef,
    Foreign,
    Grown,
    Known,
    ListRef,
    Maybe,
    Node,
    ObjRef,
    OneOf,
    Reference,
    Sequence_,
    SetRef,
    Struct,
    Val,
)
from symdiff.frontend.spelled.collected import ORIGINALS


def copied(cx: Context, node: ast.AST, val: Val) -> Val:
    """`copy.copy(val)`: the elements are the same objects."""
    if alternatives.involved(val):
        val = alternatives.narrowed(cx, node, val)
    if isinstance(val, OneOf):
        return _of_each(val, lambda one: copied(cx, node, one))
    val = list_numbers.opened(cx, node, val, "__copy__")
    if memory.check_stale(cx, node, val):
        return POISON
    if isinstance(val, Known):
        return val if isinstance(val.obj, tuple) else _of_captured(cx, node, val, lambda v: v)
    if isinstance(val, ListRef):
        content = cx.store.get(val.cell)
        return val if val.cell.kind == "tuple" else list_changes.made(cx, node, content)
    if isinstance(val, DictRef):
        return _dict(cx, node, val, lambda v: v)
    if isinstance(val, SetRef):
        return _set(cx, node, val)
    if isinstance(val, ObjRef):
        if val.cls in ORIGINALS:
            return calls.apply(cx, node, objects.read(cx, node, val, "copy"), [], {})
        return _object(cx, node, val, None)
    return _immutable(cx, node, arrays.copy(cx, node, val))


def deeply_copied(cx: Context, node: ast.AST, val: Val) -> Val:
    """`copy.deepcopy(val)`: what is one object before is one object after."""
    val = list_numbers.opened(cx, node, val, "__deepcopy__")
    content = grown.content_of(cx, val)
    if content is not None and nodes.is_in(content.form):
        return cx.refuse("SD299", node, construct=f"`{cx.text(node)}`, a copy of linked objects,")
    if content is not None and isinstance(val, ListRef) and not memory.check_stale(cx, node, val):
        return list_changes.made(cx, node, replace(content, group=Cell("list")), val.cell.kind)
    deep = _Deep(cx, node)
    made = deep.of(val)
    captured.rely_on_sharing(cx, *deep.outside)
    apart.copied(cx, node, [*deep.first.values(), *deep.outside])
    return made


def _of_each(val: OneOf, of: Callable[[Val], Val]) -> Val:
    """One of the copies of what a value may be."""
    options = tuple(of(x) if isinstance(x, Reference | Struct) else x for x in val.options)
    return POISON if POISON in options else replace(val, options=options)


def _of_captured(cx: Context, node: ast.AST, val: Known, of: Callable[[Val], Val]) -> Val:
    """A copy of a list, dict or object from outside, with `of` its parts, made in the call; anything else as it is."""
    entries, items = containers.entries(cx, val), containers.elements(cx, val)
    if entries is not None and type(val.obj) is dict:
        return containers.new_dict(cx, node, {key: of(part) for key, part in entries.items()})
    if items is not None and type(val.obj) in (list, tuple):
        parts = tuple(map(of, items))
        return containers.new_list(cx, node, parts) if type(val.obj) is list else Struct("tuple", parts)
    if isinstance(val.obj, enum.Enum) or classes.class_of(val) is None:
        return val
    return _object_from_outside(cx, node, val, of)


def _object_from_outside(cx: Context, node: ast.AST, base: Known, of: Callable[[Val], Val]) -> Val:
    """A copy of an object from outside, an object of the call; `of` copies what the attributes hold."""
    cls = type(base.obj)
    if _copies_itself(cx, node, cls):
        return POISON
    why = classes.opaque(cls)
    made_plainly = plain.made_by_keywords(cls) or (plain.written_in_python(cls) and classes.plainly_made(cls))
    if why is not None or not made_plainly:
        return cx.refuse("SD412", node, name=f"`{cls.__name__}`", reason=why or "is not written in Python")
    held = {**getattr(base.obj, "__dict__", {})}
    held |= {name: getattr(base.obj, name) for name in classes.slots(cls) if hasattr(base.obj, name)}
    made = objects.empty(cx, node, cls)
    objects.put(cx, node, made, {name: of(captured.lift_attribute(cx, base, name, held[name])) for name in held})
    return made


def _copies_itself(cx: Context, node: ast.AST, cls: type) -> bool:
    """Whether a class says how it is copied: refused."""
    for name in ("__copy__", "__deepcopy__", "__reduce_ex__", "__reduce__", "__getstate__", "__setstate__"):
        found = classes.lookup(cls, name)
        own = found is not None and found[0] is not object and not plain.made_by_keywords(found[0])
        if found is not None and own and not classes.generated(found[1]):
            cx.refuse("SD412", node, name=f"`{cls.__name__}`", reason=f"defines `{name}`")
            return True
    return False


def _object(cx: Context, node: ast.AST, obj: ObjRef, deep: Any) -> Val:
    """`copy.copy`; `deep` copies what the attributes hold."""
    if _copies_itself(cx, node, obj.cls):
        return POISON
    content = objects.attributes(cx, node, obj)
    if content is None:
        return POISON
    made = objects.empty(cx, node, obj.cls)
    objects.put(
        cx, node, made, {k: v if deep is None else deep(lacking.settled(cx, node, k, v)) for k, v in content.items()}
    )
    return made


def _dict(cx: Context, node: ast.AST, val: DictRef, of: Callable[[Val], Val]) -> Val:
    entries = containers.entries(cx, val)
    if entries is None:
        return unlike.refuse(cx, node, cx.store.get(val.cell))
    return containers.new_dict(cx, node, {k: of(v) for k, v in entries.items()})


def _set(cx: Context, node: ast.AST, val: SetRef) -> Val:
    elements = sets.elements(cx, val)
    if elements is None:
        return cx.refuse("SD310", node, name=f"`{cx.text(node)}`", then="one set", otherwise="another")
    return sets.made(cx, node, elements)


def _immutable(cx: Context, node: ast.AST, val: Val) -> Val:
    if isinstance(val, (Foreign, Maybe, Node)) or (isinstance(val, Sequence_) and val.kind != "range"):
        return cx.refuse("SD299", node, construct=f"`{cx.text(node)}`, a copy of {cx.describe(val)},")
    return val


class _Deep:
    """One deep copy: `made` has the copies, by what they are copies of."""

    def __init__(self, cx: Context, node: ast.AST) -> None:
        self.cx, self.node = cx, node
        self.made: dict[Hashable, Val] = {}
        self.first: dict[Hashable, Val] = {}  # what each was copied of first
        self.outside: list[Val] = []  # what of it is from outside

    def of(self, val: Val) -> Val:
        cx, node = self.cx, self.node
        if alternatives.involved(val):
            val = alternatives.narrowed(cx, node, val)
        if isinstance(val, OneOf):
            return _of_each(val, self.of)
        if memory.check_stale(cx, node, val):
            return POISON
        if isinstance(val, Struct):
            return replace(val, items=tuple(map(self.of, val.items)))
        if isinstance(val, (Known, Arr)):
            self.outside.append(val)
        if isinstance(val, Known):
            if id(val.obj) not in self.made:
                self.made[id(val.obj)] = _of_captured(cx, node, val, self.of)
            return self.made[id(val.obj)]
        if not isinstance(val, (Arr, ListRef, DictRef, SetRef, ObjRef)):
            return _immutable(cx, node, val)
        array = captured.array_of(cx, val) if isinstance(val, Arr) else None
        key = (val.cell if array is None else id(array), val.path if isinstance(val, Arr) else ())
        first = self.first.setdefault(key, val)
        again = isinstance(val, Arr) and isinstance(first, Arr) and first is not val and first.cell is val.cell
        if key not in self.made:
            self.made[key] = self._new(val)
        elif key[1] or again:  # the same elements, seen by one view or by two
            return cx.refuse("SD299", node, construct=f"`{cx.text(node)}`, a deep copy of what has a view twice,")
        return self.made[key]

    def _new(self, val: Any) -> Val:
        cx, node = self.cx, self.node
        if isinstance(val, ListRef):
            return self._list(val)
        if isinstance(val, DictRef):
            return _dict(cx, node, val, self.of)
        if isinstance(val, ObjRef):
            return _object(cx, node, val, self.of)
        if isinstance(val, SetRef):
            return _set(cx, node, val)
        return arrays.copy(cx, node, val)

    def _list(self, val: ListRef) -> Val:
        content = memory.content(self.cx, val)
        if isinstance(content, tuple):
            return list_changes.made(self.cx, self.node, tuple(map(self.of, content)), val.cell.kind)
        if not isinstance(content, Grown) or grown.has_memory(content.form) or nodes.is_in(content.form):
            construct = f"`{self.cx.text(self.node)}`, a deep copy of what holds a growing list of arrays or objects,"
            return self.cx.refuse("SD299", self.node, construct=construct)
        return list_changes.made(self.cx, self.node, content, val.cell.kind)
