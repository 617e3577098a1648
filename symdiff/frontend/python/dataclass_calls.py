"""What `dataclasses` writes and does: comparisons, `asdict`, `astuple`, `fields`, the text of an instance."""

from __future__ import annotations

import ast
import dataclasses
import sys
from typing import Any

from symdiff.frontend.python import classes, container_operators, containers, copies, memory, objects, operators, output
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Known, ObjRef, Struct, Val

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


def compared(cx: Context, node: ast.AST, op: ast.cmpop, left: Val, right: Val) -> Val:
    """`left op right` of two instances of one class, by their fields; NotImplemented with anything else."""
    cls = classes.class_of(left)
    if cls is None or classes.class_of(right) is not cls:
        return Known(NotImplemented)
    a, b = by_fields(cx, node, left), by_fields(cx, node, right)
    if memory.is_poison(*a.items, *b.items):
        return POISON
    if isinstance(op, ast.Eq) and sys.version_info >= (3, 13):  # no longer tuples, for which what is itself is equal
        return container_operators.equal_elements(cx, node, a.items, b.items, itself=False)
    return operators.compare(cx, node, op, a, b)


def by_fields(cx: Context, node: ast.AST, val: Val) -> Struct:
    """The fields that are compared."""
    cls: Any = classes.class_of(val)
    names = [f.name for f in dataclasses.fields(cls) if f.compare]
    return Struct("tuple", tuple(objects.read(cx, node, val, name) for name in names))


def sort_keys(cx: Context, node: ast.AST, keys: tuple[Val, ...]) -> tuple[Val, ...]:
    """Instances of a dataclass with `order=True`, as the tuples that are compared; other keys as they are."""
    found = {classes.class_of(key) for key in keys}
    cls = found.pop() if len(found) == 1 else None
    if cls is None or not dataclasses.is_dataclass(cls):
        return keys
    less = classes.function_of(cls, "__lt__")
    return tuple(by_fields(cx, node, key) for key in keys) if classes.generated(less) else keys


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
