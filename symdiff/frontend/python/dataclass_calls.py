"""What `dataclasses` writes and does: comparisons, `asdict`, `astuple`, `fields`, the text of an instance."""

from __future__ import annotations

import ast
import dataclasses
import sys
from collections.abc import Sequence
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
    cls = classes.class_of(args[0]) if len(args) == 2 else None
    names = None if cls is None else compared_names(cls, function)
    if cls is None or names is None:
        return None
    op, other = COMPARISONS[function.__name__], args[1]
    if classes.class_of(other) is not cls:
        return Known(NotImplemented)

    def by_fields() -> Val:
        return _by_fields(cx, node, op, names, *args)

    if isinstance(other, Node) and isinstance(op, ast.Eq):
        return control.choose(cx, node, nodes.there(cx, node, other), by_fields, lambda: Known(False))
    if isinstance(other, Node):
        nodes.required(cx, node, other, of_none.message_of_other(function.__name__, cls))
    return by_fields()


def _by_fields(cx: Context, node: ast.AST, op: ast.cmpop, names: Sequence[str], left: Val, right: Val) -> Val:
    a, b = ([objects.read(cx, node, val, name) for name in names] for val in (left, right))
    if memory.is_poison(*a, *b):
        return POISON
    if isinstance(op, ast.Eq) and sys.version_info >= (3, 13):  # no longer tuples, for which what is itself is equal
        return container_operators.equal_elements(cx, node, a, b, itself=False)
    return operators.compare(cx, node, op, _tuple(a), _tuple(b))


def compared_names(cls: type, function: Any) -> Sequence[str] | None:
    """The fields that a comparison compares that `dataclasses` wrote: of the class that it was written for.

    None of any other function.
    """
    name = getattr(function, "__name__", "")  # that a partial has not
    if name not in COMPARISONS or not classes.generated(function):
        return None
    owner: Any = next((c for c in cls.__mro__ if c.__dict__.get(name) is function), None)
    return None if owner is None else [f.name for f in dataclasses.fields(owner) if f.compare]


def ends(cx: Context, val: Node, function: Any) -> bool:
    """Whether it is a comparison of objects that are numbers by fields that hold no other such objects."""
    names = compared_names(val.cls, function)
    return names is not None and not any(nodes.holds(cx, val.cls, name) for name in names)


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
