"""Keys of dicts and elements of sets: they are known when compiling.

By hand: `d[Point(2, 3)] = x` of a frozen dataclass `Point` of known fields: the key is an instance like it, made of
these fields by the compiler.  Its class says no more about the hash and `==` than its fields do, so no code of the
user's runs.  What comes out again, `for p in d`, is an object of the call that stands for the first key: `is` is
refused of it.
"""

from __future__ import annotations

import ast
import collections
import dataclasses
from typing import Any

import numpy as np

from symdiff.frontend.python import captured, classes, memory, raising
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import (
    POISON,
    Arr,
    Attributes,
    Cell,
    DictRef,
    Known,
    ListRef,
    Num,
    ObjRef,
    SetRef,
    Struct,
    Text,
    Val,
)
from symdiff.frontend.spelled.collected import ORIGINALS


def key_of(cx: Context, node: ast.AST, val: Val) -> Any:
    """A known dict key; POISON after a problem."""
    if refuse_unhashable(cx, node, val):
        return POISON
    if isinstance(val, Known):
        captured.rely_on_numbers(cx, val)
        return val.obj
    if isinstance(val, Struct) and (val.cls is None or _as_tuples(val.cls)):
        parts = [key_of(cx, node, v) for v in val.items]
        return POISON if memory.is_poison(*parts) else _tuple(cx, val, parts)
    if isinstance(val, Num) or (isinstance(val, Text) and val.tags):
        cx.need_static(node, val, "the key of a dict")
    elif isinstance(val, ObjRef):
        found = instance(cx, node, val)
        return POISON if found is None else found.obj
    elif isinstance(val, Text):
        what = "such a text of numbers as the key of a dict"
        why = "texts are told apart by whole numbers in them, with no digits next to these"
        cx.refuse("SD299", node, construct=what, why=why, rewrite="use the numbers themselves as the key: `d[i, j]`")
    elif val is not POISON:
        cx.refuse("SD224", node, construct="a dict key")
    return POISON


def refuse_unhashable(cx: Context, node: ast.AST, val: Val) -> bool:
    """Whether it has no hash, or a part of a tuple has none: Python's TypeError, reported, or raised when it runs."""
    parts = val.items if isinstance(val, Struct) else [Known(x) for x in _items(val)]
    if any(refuse_unhashable(cx, node, part) for part in parts):
        return True
    message = _unhashable(val)
    if message:
        raising.always(cx, node, TypeError(message), function="a key", message=message)
    return bool(message)


def _items(val: Val) -> tuple[Any, ...]:
    return val.obj if isinstance(val, Known) and isinstance(val.obj, tuple) else ()


def _unhashable(val: Val) -> str:
    """Python's message where a value has no hash; "" of every other value."""
    if isinstance(val, Known):
        cls: Any = type(val.obj)
    elif isinstance(val, ListRef):
        cls = {"list": list, "deque": collections.deque}.get(val.cell.kind)
    elif isinstance(val, ObjRef):
        cls = ORIGINALS.get(val.cls)
    else:
        cls = _CLASSES.get(type(val))
    if cls not in _WITHOUT_HASH:
        return ""
    plain = cls.__module__ == "builtins" or cls is collections.Counter
    return f"unhashable type: '{cls.__name__ if plain else f'{cls.__module__}.{cls.__name__}'}'"


_CLASSES: dict[type, type] = {DictRef: dict, SetRef: set, Arr: np.ndarray}
_WITHOUT_HASH = (
    *(list, dict, set, bytearray, np.ndarray),
    *(collections.deque, collections.defaultdict, collections.Counter, collections.OrderedDict),
)


def _as_tuples(cls: type) -> bool:
    """Whether the instances of a named tuple are keys as tuples are."""
    return all(getattr(cls, name) is getattr(tuple, name) for name in ("__eq__", "__hash__"))


def _tuple(cx: Context, val: Struct, parts: list[Any]) -> Any:
    made = tuple(parts) if val.cls is None else tuple.__new__(val.cls, parts)
    if val.cls is not None or any(id(part) in cx.remade for part in parts):
        cx.remade[id(made)] = made
    return made


def instance(cx: Context, node: ast.AST, val: ObjRef) -> Known | None:
    """An instance like an object of the call, for its hash and `==`; None after a problem."""
    if getattr(val.cls, "__hash__", None) is None:
        cx.refuse("SD403", node, function="a key", message=f"unhashable type: {val.cls.__name__!r}")
        return None
    if not by_fields(val.cls):
        what = "an object of the call, as the key of a dict,"
        why = "objects are taken apart: none of them is left that has a hash"
        fix = "use a text, a number or a frozen dataclass of these as the key, or keep the value in an attribute"
        cx.refuse("SD299", node, construct=what, why=why, rewrite=fix)
        return None
    memory.check_read(cx, val)
    content = cx.store.get(val.cell)
    names = [f.name for f in dataclasses.fields(val.cls)]
    if not isinstance(content, dict) or set(content) != set(names):
        cx.refuse("SD224", node, construct="a dict key")
        return None
    fields = {name: key_of(cx, node, content[name]) for name in names}
    if memory.is_poison(*fields.values()):
        return None
    made: Any = object.__new__(val.cls)
    for name, field in fields.items():
        object.__setattr__(made, name, field)
    try:
        hash(made)
    except TypeError as error:
        cx.refuse("SD403", node, function="a key", message=str(error))
        return None
    cx.remade[id(made)] = made
    return Known(made)


def by_fields(cls: Any) -> bool:
    """Whether an instance is told from others by its fields alone, none of which changes."""
    methods = [found[1] for name in ("__eq__", "__hash__") if (found := classes.lookup(cls, name))]
    plain = len(methods) == 2 and all(map(classes.generated, methods))
    return plain and classes.frozen(cls) and classes.plainly_made(cls) and dataclasses.is_dataclass(cls)


def val_of(cx: Context, node: ast.AST, key: Any) -> Val:
    """What a key is when it comes out of a dict or set: an object of the call again."""
    if id(key) in cx.remade and isinstance(key, tuple):
        items = tuple(val_of(cx, node, part) for part in key)
        cls = None if type(key) is tuple else type(key)
        return Struct("tuple" if cls is None else "namedtuple", items, cls, getattr(cls, "_fields", ()))
    if id(key) not in cx.remade:
        return Known(key)
    cell = Cell("object", cx.loc(node))
    names = [f.name for f in dataclasses.fields(key)]
    cx.store.set(cell, Attributes((name, val_of(cx, node, getattr(key, name))) for name in sorted(names)))
    cx.doubles.add(cell)
    return ObjRef(cell, type(key))


def is_double(cx: Context, left: Val, right: Val) -> bool:
    """Whether one of two objects of a class stands for another: only `==` is known of them."""
    doubles = any(isinstance(v, ObjRef) and v.cell in cx.doubles for v in (left, right))
    return doubles and classes.class_of(left) is classes.class_of(right)


def is_literal(key: Any) -> bool:
    """Whether a key of a result can be written down in the generated code."""
    if isinstance(key, (tuple, frozenset)):
        return type(key) in (tuple, frozenset) and all(map(is_literal, key))
    if isinstance(key, (float, complex)):
        return bool(np.isfinite(key))
    return key is None or type(key) in (bool, int, str, bytes) or isinstance(key, np.integer | np.str_)
