"""What a function asks about a value and its class: `isinstance`, `type`, `getattr`, `hasattr`, class patterns."""

from __future__ import annotations

import abc
import ast
import collections
import collections.abc
import functools
import types as python_types
from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.frontend.python import (
    alternatives,
    captured,
    classes,
    containers,
    control,
    desugar,
    iterators,
    keys,
    lacking,
    nodes,
    objects,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import (
    NONE,
    UNBOUND,
    VIEWS,
    Arr,
    Bound,
    Closure,
    Conflict,
    DictRef,
    Flat,
    Foreign,
    Known,
    Letter,
    ListRef,
    Maybe,
    Method,
    Node,
    Num,
    ObjRef,
    OneOf,
    Partial,
    Sequence_,
    SetRef,
    SliceVal,
    Struct,
    Super,
    Text,
    Val,
)
from symdiff.frontend.spelled.collected import ORIGINALS
from symdiff.ir.libraries import of_library
from symdiff.ir.types import Kind
from symdiff.signature import Guard

Args = list[Val]
Kwargs = dict[str, Val]


def isinstance_(cx: Context, node: ast.AST, args: Args, of_class: bool = False) -> Val:
    """`isinstance`, and `issubclass` of a class.

    What class a value has is known, staged or not, except for scalars that may be Python's or NumPy's.
    """
    items = containers.elements(cx, args[1])
    wanted = args[1].obj if isinstance(args[1], Known) else tuple(i.obj for i in items or () if isinstance(i, Known))
    every = wanted if isinstance(wanted, tuple) else (wanted,)
    wanted = tuple(ORIGINALS.get(c, c) if isinstance(c, type) else c for c in every)
    given = args[0].obj if of_class and isinstance(args[0], Known) else None
    if of_class:
        found = [ORIGINALS.get(given, given)] if isinstance(given, type) else []
    else:
        found = classes_of(args[0])
    if isinstance(args[0], Foreign):
        return cx.refuse_object(node)
    for one in wanted:
        check = getattr(type(one), "__instancecheck__", None)
        if isinstance(one, type) and check not in (type.__instancecheck__, abc.ABCMeta.__instancecheck__):
            return cx.refuse("SD412", node, name=f"`{one.__name__}`", reason="decides by code what its instances are")
    try:
        answers = {issubclass(cls, wanted) for cls in found}
    except TypeError as error:
        return cx.refuse("SD403", node, function="isinstance", message=str(error))
    if len(answers) != 1 and isinstance(args[0], OneOf):
        return alternatives.decided(cx, node, args[0], lambda one: isinstance_(cx, node, [one, args[1]]))
    if len(answers) != 1 and isinstance(args[0], Node):
        return nodes.there(cx, node, args[0], positive=issubclass(args[0].cls, wanted))
    maybe = SomeIterator in found and True not in answers and any(hasattr(one, "__next__") for one in wanted)
    if len(answers) != 1 or maybe:
        return unclear(cx, node, "issubclass" if of_class else "isinstance", args[0])
    answer = answers.pop()
    if not answer or not all(any(one in cls.__mro__ for one in wanted) for cls in found):
        _rely_on_registrations(cx, found, wanted, answer)
    return Known(answer)


def unclear(cx: Context, node: ast.AST, use: str, val: Val) -> Val:
    if isinstance(val, Num):
        return cx.refuse("SD312", node, use=use, name=f"`{cx.text(node)}`")
    what = f"`{use}` of {cx.describe(val)}"
    return cx.refuse("SD299", node, construct=what, why=_HOW_MADE, rewrite="ask for what it can do, or ask before")


_HOW_MADE = "its class depends on how it was made"


class _Subclass:
    """Whether a class counts as one of others, asked again at each call: `Abstract.register` may say so later."""

    def __init__(self, cls: type, wanted: tuple[type, ...]) -> None:
        self.cls, self.wanted = cls, wanted

    def __getitem__(self, name: str) -> bool:
        return issubclass(self.cls, self.wanted)


def _rely_on_registrations(cx: Context, found: Sequence[type], wanted: tuple[type, ...], answer: bool) -> None:
    """What abstract classes say of classes that do not derive from them; the library's of its own is settled."""
    for cls in found:
        abstract = tuple(one for one in wanted if isinstance(one, abc.ABCMeta) and one not in cls.__mro__)
        if any(not (of_library(one.__module__) and _is_of_library(cls)) for one in abstract):
            home = _Subclass(cls, wanted)
            cx.guards["subclass", cls, wanted] = Guard(cls.__name__, (), answer, home=home)


def _is_of_library(cls: type) -> bool:
    return cls.__module__ == "builtins" or of_library(cls.__module__)


def classes_of(val: Val) -> list[type]:
    """The classes that a value may have: of a scalar that may be Python's or NumPy's, both of every dtype.

    None of what has one that is not known here.
    """
    if isinstance(val, OneOf):
        return [cls for option in val.options for cls in classes_of(option)]
    cls = class_of_value(val)
    if isinstance(val, Node):
        cls = list if issubclass(val.cls, list) else val.cls
        return [cls, type(None)] if val.none else [cls]
    if cls is not None or not isinstance(val, Num):
        return [] if cls is None else [cls]
    if val.type.one_dtype:
        return [_PYTHON[val.type.dtype], np.dtype(val.type.dtype).type]
    dtypes = list(_PYTHON)
    below = dtypes[: dtypes.index(val.type.dtype) + 1] if val.type.dtype in dtypes else dtypes
    return [*(_PYTHON[t] for t in below), *(np.dtype(t).type for t in (*below, val.type.dtype))]


# Python's classes by dtype, least first: what is either may hold a smaller one
_PYTHON: dict[str, type] = {"b1": bool, "i8": int, "f8": float, "c16": complex}


def class_of_value(val: Val) -> type | None:
    """The class a value has at run time; None for a scalar that may be Python's or NumPy's."""
    if isinstance(val, Known):
        return type(val.obj)
    if isinstance(val, Num):
        t = val.type
        if t.either:
            return None
        return _PYTHON[t.dtype] if t.kind is Kind.PYTHON else np.dtype(t.dtype).type
    if isinstance(val, ObjRef):
        return ORIGINALS.get(val.cls, val.cls)
    if isinstance(val, Node):
        return None if val.none else list if issubclass(val.cls, list) else val.cls
    if isinstance(val, Struct):
        return val.cls or tuple
    if isinstance(val, ListRef):
        return tuple if val.cell.kind == "tuple" else list
    if isinstance(val, Method):
        return python_types.MethodType if isinstance(val.receiver, ObjRef) else python_types.BuiltinMethodType
    if isinstance(val, Sequence_):
        return SomeIterator if iterators.is_iterator(val) else _REUSABLE.get(val.kind)
    if isinstance(val, Partial):
        inner = val.function.obj if isinstance(val.function, Known) else None
        own = (getattr(of, "__module__", None) for of in (inner, type(inner)))  # `itemgetter(0)` is written so, too
        return None if any(str(name).split(".")[0] == "symdiff" for name in own) else functools.partial
    return _CLASSES.get(type(val))


class SomeIterator(collections.abc.Iterator[Any]):
    """Stands for the class of an iterator, which depends on how it was made: `zip`, `list_iterator`, `generator`."""


_REUSABLE: dict[str, type] = {
    "range": range,
    **{kind: type(getattr({}, kind)()) for kind in VIEWS},
}
_CLASSES: dict[type[Val], type] = {
    Arr: np.ndarray, Flat: np.flatiter, SliceVal: slice, SetRef: set, DictRef: dict, Text: str, Letter: str,
    Closure: python_types.FunctionType, Bound: python_types.MethodType, Super: super,
}  # fmt: skip


def callable_(cx: Context, node: ast.AST, args: Args) -> Val:
    if isinstance(args[0], Foreign):
        return cx.refuse_object(node)
    cls = classes.class_of(args[0])
    known = isinstance(args[0], Known) and callable(args[0].obj)
    method = cls is not None and classes.lookup(cls, "__call__") is not None
    if method and isinstance(args[0], Node):
        return nodes.there(cx, node, args[0])
    return Known(known or method or isinstance(args[0], (Closure, Partial, Bound, Method)))


def type_(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    of = args[0]
    users = isinstance(of, ObjRef) and of.cls not in ORIGINALS
    users |= isinstance(of, Node) and not of.none and not issubclass(of.cls, list)
    if users and isinstance(of, ObjRef | Node):
        return classes.class_value(cx, of.cls)
    if isinstance(args[0], Foreign):
        return cx.refuse_object(node)
    found = set(classes_of(args[0]))
    if len(found) != 1 or SomeIterator in found:
        return unclear(cx, node, "type", args[0])
    return Known(found.pop())


# --- attributes by name


def _exists(cx: Context, val: Val, name: str) -> bool | None:
    """Whether a value has an attribute; None where only running code could tell."""
    if isinstance(val, Known) and isinstance(val.obj, type | type(ast)):  # a class or a module
        captured.rely_on(cx, val, "has", name, hasattr(val.obj, name))
        return hasattr(val.obj, name)
    exists = _instance_has(cx, val, name)
    if exists is not None and isinstance(val, Known):
        captured.rely_on(cx, val, "has", name, exists)
    elif exists is not None and isinstance(val, ObjRef | Node) and not issubclass(val.cls, list):
        captured.rely_on(cx, classes.class_value(cx, val.cls), "has", name, hasattr(val.cls, name))
    return exists


def _instance_has(cx: Context, val: Val, name: str) -> bool | None:
    if isinstance(val, Node) and (val.none or (val.cls, name) in cx.arenas):
        return None if val.none or nodes.may_lack(cx, val, name) else True
    cls = class_of_value(val)
    if cls is None or classes.lookup(cls, "__getattr__") is not None or cls in (object, SomeIterator):
        return None
    found = classes.lookup(cls, name)
    if isinstance(val, ObjRef):
        content = cx.store.get(val.cell)
        if classes.opaque(cls) or isinstance(content, Conflict):
            return None
        own = content.get(name)
        if own is not None:
            lacking = own is UNBOUND or isinstance(own, Conflict) or (isinstance(own, Maybe) and not own.none)
            return None if lacking else True
    elif isinstance(val, Known) and name in getattr(val.obj, "__dict__", {}):
        return True
    if found is None or isinstance(found[1], property):
        return None if found is not None else False
    if isinstance(val, ObjRef) and classes.is_slot(found[1]):
        return False
    return not isinstance(val, Known) or hasattr(val.obj, name)


def getattr_(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """`getattr(x, 'name')`; a default is taken only where the attribute is certainly not there."""
    name = _name(cx, node, args)
    if name is None:
        return cx.refuse("SD206", node, name="getattr")
    of = args[0]
    has = _has(cx, node, of, name) if len(args) == 3 else None
    if has is not None:
        return control.choose(cx, node, has, lambda: objects.read(cx, node, of, name), lambda: args[2])
    if len(args) == 3 and isinstance(of, Node) and not hasattr(None, name):
        is_there = nodes.there(cx, node, of)
        if not isinstance(is_there, Known):
            return control.choose(cx, node, is_there, lambda: objects.read(cx, node, of, name), lambda: args[2])
        return objects.read(cx, node, of, name) if is_there.obj else args[2]
    return objects.read(cx, node, of, name)


def hasattr_(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    name = _name(cx, node, args)
    if name is None:
        return cx.refuse("SD206", node, name="hasattr")
    found = _has(cx, node, args[0], name)
    return cx.refuse("SD206", node, name="hasattr", why=_HAS, rewrite=_TELL) if found is None else found


_HAS = "whether it has an attribute like this is not known when compiling, and not asked when it runs"
_TELL = "set the attribute to None where it is not there, and ask `is not None`"


def _has(cx: Context, node: ast.AST, val: Val, name: str) -> Val | None:
    """Whether a value has an attribute, which may be None or there once it is set; None of what is not known."""
    if isinstance(val, Node) and val.none:
        one = Node(val.cls, val.at, none=False)
        if hasattr(None, name) or (not nodes.may_lack(cx, one, name) and _exists(cx, one, name) is None):
            return None
        there = nodes.there(cx, node, val)
        return control.short_circuit(cx, node, there, True, lambda: _has(cx, node, one, name) or Known(False))
    if isinstance(val, Node) and nodes.may_lack(cx, val, name):
        return nodes.is_set(cx, node, val, name)
    refused = lacking.refuse(cx, node, val, name) if isinstance(val, ObjRef) else None
    found = _exists(cx, val, name) if refused is None else None
    return refused if found is None else Known(found)


def setattr_(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    name = _name(cx, node, args)
    if name is None or len(args) != 3:
        return cx.refuse("SD206", node, name="setattr")
    objects.set_attribute(cx, node, args[0], name, args[2])
    return NONE


def _name(cx: Context, node: ast.AST, args: Args) -> str | None:
    if len(args) >= 2 and isinstance(args[1], Text) and args[1].tags:
        cx.need_static(node, args[1], "the name of an attribute")
    named = len(args) >= 2 and isinstance(args[1], Known) and isinstance(args[1].obj, str)
    return args[1].obj if named and isinstance(args[1], Known) else None


# --- patterns


def is_sequence(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """Whether a sequence pattern takes a value apart: an array is no sequence, as in Python."""
    if isinstance(args[0], Foreign):
        return cx.refuse("SD211", node, subject="what a call gave of which nothing is known")
    cls = class_of_value(args[0])
    if cls is collections.deque:
        return cx.refuse("SD299", node, construct="a sequence pattern for a deque")
    return Known(cls is not None and issubclass(cls, (list, tuple)))


def is_mapping(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """Whether a mapping pattern takes a value apart."""
    if isinstance(args[0], Foreign):
        return cx.refuse("SD211", node, subject="what a call gave of which nothing is known")
    cls = class_of_value(args[0])
    return Known(cls is not None and issubclass(cls, collections.abc.Mapping))


def without(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """What `**rest` of a mapping pattern is: a dict of its own."""
    entries = containers.entries(cx, args[0])
    if entries is None:
        return cx.refuse("SD299", node, construct=f"`**` in a pattern for {cx.describe(args[0])}")
    gone = [keys.key_of(cx, node, key) for key in args[1:]]
    return containers.new_dict(cx, node, {key: val for key, val in entries.items() if key not in gone})


def match_part(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """What a positional pattern of a class is matched with."""
    cls, k = (a.obj for a in args[1:] if isinstance(a, Known))
    if cls in desugar.WHOLE:
        return args[0]
    names: Any = getattr(cls, "__match_args__", ())
    if k >= len(names):
        message = f"{cls.__name__}() accepts {len(names)} positional sub-patterns"
        return cx.refuse("SD313", node, function=cls.__name__, message=message)
    return objects.read(cx, node, args[0], names[k])
