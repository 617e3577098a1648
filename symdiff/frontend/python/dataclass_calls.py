"""What `dataclasses` writes and does: comparisons, `asdict`, `astuple`, `fields`, the text of an instance."""

from __future__ import annotations

import ast
import dataclasses
import sys
from typing import Any

from symdiff.frontend.python import (
    classes,
    container_operators,
    containers,
    control,
    copies,
    memory,
    nodes,
    objects,
    of_none,
    operators,
    output,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Known, Node, ObjRef, Struct, Val

COMPARISONS: dict[str, ast.cmpop] = {
    "__eq__": ast.Eq(), "__lt__": ast.Lt(), "__le__": ast.LtE(), "__gt__": ast.Gt(), "__ge__": ast.GtE(),
}  # fmt: skip


_FUNCTIONS = (dataclasses.asdict, dataclasses.astuple, dataclasses.fields)


def call(cx: Context, node: ast.AST, obj: Any, args: list[Val], kwargs: dict[str, Val]) -> Val | None:
    """`asdict`, `astuple` and `fields`; None of any other function."""
    if not any(obj is f for f in _FUNCTIONS) or len(args) != 1 or kwargs:
        return None
    cls = args[0].obj if isinstance(args[0], Known) and isinstance(args[0].obj, type) else classes.class_of(args[0])
    if cls is None or not dataclasses.is_dataclass(cls):
        message = "it needs an instance of a dataclass"
        return cx.refuse("SD403", node, function=f"dataclasses.{obj.__name__}", message=message)
    if obj is dataclasses.fields:
        return Known(dataclasses.fields(cls))
    found = _taken_apart(cx, node, args[0], obj is dataclasses.asdict)
    return POISON if memory.is_poison(found) else found


def _taken_apart(cx: Context, node: ast.AST, val: Val, as_dict: bool) -> Val:
    """An instance as a dict or tuple of its fields, those inside too; lists and dicts are copied."""
    cls = classes.class_of(val)
    if cls is not None and dataclasses.is_dataclass(cls):
        names = [f.name for f in dataclasses.fields(cls)]
        made = [_taken_apart(cx, node, objects.read(cx, node, val, name), as_dict) for name in names]
        if memory.is_poison(*made):
            return POISON
        return containers.new_dict(cx, node, dict(zip(names, made, strict=True))) if as_dict else _tuple(made)
    entries, items = containers.entries(cx, val), containers.elements(cx, val)
    if entries is not None:
        return containers.new_dict(cx, node, {k: _taken_apart(cx, node, v, as_dict) for k, v in entries.items()})
    if items is None or (isinstance(val, Struct) and val.kind != "tuple"):
        return copies.deeply_copied(cx, node, val)
    made = [_taken_apart(cx, node, item, as_dict) for item in items]
    tuple_ = isinstance(val, Struct) or (isinstance(val, Known) and isinstance(val.obj, tuple))
    return _tuple(made) if tuple_ else containers.new_list(cx, node, made)


def _tuple(items: list[Val]) -> Val:
    return Struct("tuple", tuple(items))


def compared(cx: Context, node: ast.AST, function: Any, args: list[Val]) -> Val | None:
    """A comparison that `dataclasses` wrote: of two instances of one class by their fields, else NotImplemented.

    None of any other function.
    """
    op = COMPARISONS.get(function.__name__) if len(args) == 2 and classes.generated(function) else None
    cls = None if op is None else classes.class_of(args[0])
    owner = None if cls is None else _owner(cls, function)
    if op is None or owner is None:
        return None
    if classes.class_of(args[1]) is not cls:
        return Known(NotImplemented)
    other = args[1]
    if not isinstance(other, Node):
        return _by_fields(cx, node, op, owner, *args)
    if isinstance(op, ast.Eq):
        there = nodes.there(cx, node, other)
        return control.choose(cx, node, there, lambda: _by_fields(cx, node, op, owner, *args), lambda: Known(False))
    nodes.required(cx, node, other, of_none.message_of_other(function.__name__, owner))
    return _by_fields(cx, node, op, owner, *args)


def _by_fields(cx: Context, node: ast.AST, op: ast.cmpop, owner: type, left: Val, right: Val) -> Val:
    a, b = fields(cx, node, owner, left), fields(cx, node, owner, right)
    if memory.is_poison(*a.items, *b.items):
        return POISON
    if isinstance(op, ast.Eq) and sys.version_info >= (3, 13):  # no longer tuples, for which what is itself is equal
        return container_operators.equal_elements(cx, node, a.items, b.items, itself=False)
    return operators.compare(cx, node, op, a, b)


def _owner(cls: type, function: Any) -> type | None:
    """The class among those of an instance that `dataclasses` wrote the method for: it sees the fields of that."""
    return next((c for c in cls.__mro__ if c.__dict__.get(function.__name__) is function), None)


def _compared_names(owner: Any) -> list[str]:
    return [f.name for f in dataclasses.fields(owner) if f.compare]


def fields(cx: Context, node: ast.AST, owner: type, val: Val) -> Struct:
    """The fields of an instance that the comparisons compare that were written for a class."""
    return Struct("tuple", tuple(objects.read(cx, node, val, name) for name in _compared_names(owner)))


def ends(cx: Context, val: Node, function: Any) -> bool:
    """Whether it is a comparison of objects that are numbers by fields that hold no other such objects."""
    owner = _owner(val.cls, function) if function.__name__ in COMPARISONS else None
    return owner is not None and not any(nodes.holds(cx, val.cls, name) for name in _compared_names(owner))


def sort_keys(cx: Context, node: ast.AST, keys: tuple[Val, ...]) -> tuple[Val, ...]:
    """Instances of a dataclass with `order=True`, as the tuples that are compared; other keys as they are."""
    found = {classes.class_of(key) for key in keys}
    cls = found.pop() if len(found) == 1 else None
    less = classes.function_of(cls, "__lt__")
    owner = None if cls is None or not classes.generated(less) else _owner(cls, less)
    return keys if owner is None else tuple(fields(cx, node, owner, key) for key in keys)


def text(cx: Context, node: ast.AST, val: Val, conversion: str) -> Val:
    """An object as the string that its class makes of it; anything else as it is."""
    from symdiff.frontend.python import special_methods

    if not isinstance(val, ObjRef):
        return val
    own = None if conversion == "r" else special_methods.call(cx, node, val, "__str__", [])
    if own is None:
        function = classes.function_of(val.cls, "__repr__")
        if function is None:
            return val
        plain = classes.generated(getattr(function, "__wrapped__", function))
        own = _written(cx, val) if plain else special_methods.call(cx, node, val, "__repr__", [])
    return val if own is None else own


def _written(cx: Context, val: ObjRef) -> Val | None:
    """The `__repr__` that `dataclasses` wrote."""
    content = cx.store.get(val.cell)
    names = [f.name for f in dataclasses.fields(val.cls) if f.repr]
    pieces: output.Pieces = [f"{val.cls.__qualname__}("]
    for k, name in enumerate(names):
        shown = output.pieces_of(cx, content[name], "r") if name in content else None
        if shown is None:
            return None
        pieces += [f"{', ' * (k > 0)}{name}=", *shown]
    return output.text([*pieces, ")"])
