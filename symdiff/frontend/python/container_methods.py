"""Methods of lists and dicts."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from symdiff.frontend.python import containers, memory
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import NONE, POISON, DictRef, Grown, Known, ListRef, Sequence_, Struct, Val

Args = list[Val]
Content = tuple[Val, ...]
Entries = dict[Any, Val]

# How many arguments each method takes, at least and at most.
LIST = {
    "append": (1, 1), "extend": (1, 1), "insert": (2, 2), "pop": (0, 1), "remove": (1, 1), "reverse": (0, 0),
    "clear": (0, 0), "copy": (0, 0), "index": (1, 3), "count": (1, 1), "sort": (0, 0),
}  # fmt: skip
DICT = {
    "keys": (0, 0), "values": (0, 0), "items": (0, 0), "get": (1, 2), "copy": (0, 0), "update": (0, 1), "pop": (1, 2),
    "setdefault": (1, 2), "popitem": (0, 0), "clear": (0, 0),
}  # fmt: skip


def _checked(
    cx: Context, node: ast.AST, kind: str, name: str, args: Args, kwargs: Entries, table: dict[str, tuple[int, int]]
) -> bool:
    """Whether the method is one of the table's and called as it must be; reported if not."""
    if name not in table:
        cx.refuse("SD404", node, type=f"a {kind}", name=name)
        return False
    least, most = table[name]
    allowed = {"sort": {"key", "reverse"}, "update": set(kwargs)}.get(name, set())
    if least <= len(args) <= most and set(kwargs) <= allowed:
        return True
    wanted = f"{least}" if least == most else f"{least} to {most}"
    cx.refuse("SD313", node, function=f"{kind}.{name}", message=f"takes {wanted} positional arguments")
    return False


# --- lists


def list_method(cx: Context, node: ast.AST, receiver: ListRef, name: str, args: Args, kwargs: Entries) -> Val:
    """A method of a list made in this call, or of one that came from outside and is only read."""
    if not _checked(cx, node, "list", name, args, kwargs, LIST):
        return POISON
    content = cx.store.get(receiver.cell)
    if name == "append":
        return containers.append_value(cx, node, receiver, args[0])
    if isinstance(content, Grown):
        return _grown_method(cx, node, receiver, content, name, args)
    if name == "copy":
        return containers.new_list(cx, node, content)
    if name in ("index", "count"):
        return search(cx, node, content, name, args)
    if not containers.changeable(cx, node, receiver):
        return POISON
    if name == "pop":
        return _pop(cx, node, receiver, content, args)
    if name == "sort":
        changed = sort(cx, node, content, kwargs)
    else:
        changed = _CHANGED[name](cx, node, content, args)
    if changed is None:
        return POISON
    cx.store.set(receiver.cell, changed)
    return NONE


def _pop(cx: Context, node: ast.AST, receiver: ListRef, content: Content, args: Args) -> Val:
    at = containers.position(cx, node, args[0] if args else Known(-1), len(content))
    if at is None:
        return POISON
    cx.store.set(receiver.cell, (*content[:at], *content[at + 1 :]))
    return content[at]


def _extend(cx: Context, node: ast.AST, content: Content, args: Args) -> Content | None:
    items = containers.items_of(cx, node, args[0])
    if items is None:
        cx.refuse("SD505", node, name=f"`{cx.text(node)}`", reason="takes an unknown number of elements")
        return None
    return (*content, *items)


def _insert(cx: Context, node: ast.AST, content: Content, args: Args) -> Content | None:
    if not isinstance(args[0], Known) or not isinstance(args[0].obj, int):
        cx.need_static(node, args[0], "the position of an element of a list")
        return None
    made = list(content)
    made.insert(args[0].obj, args[1])
    return tuple(made)


def _remove(cx: Context, node: ast.AST, content: Content, args: Args) -> Content | None:
    at = search(cx, node, content, "index", args)
    return (*content[: at.obj], *content[at.obj + 1 :]) if isinstance(at, Known) else None


_CHANGED: dict[str, Callable[[Context, ast.AST, Content, Args], Content | None]] = {
    "extend": _extend, "insert": _insert, "remove": _remove,
    "reverse": lambda cx, node, content, args: content[::-1], "clear": lambda cx, node, content, args: (),
}  # fmt: skip


def sort(cx: Context, node: ast.AST, content: Content, kwargs: Entries) -> Content | None:
    """The elements in order, by keys that are known when compiling; None after a problem."""
    from symdiff.frontend.python.calls import apply

    key, backwards = kwargs.get("key", NONE), kwargs.get("reverse", Known(False))
    plain = isinstance(key, Known) and key.obj is None
    keys = content if plain else tuple(apply(cx, node, key, [item], {}) for item in content)
    if memory.is_poison(*keys):
        return None
    if len(content) > 1 and not all(isinstance(k, Known) for k in (*keys, backwards)):
        cx.refuse("SD224", node, construct="sorting")
        return None
    known = [k.obj for k in keys if isinstance(k, Known)]
    order = range(len(content)) if len(content) < 2 else sorted(range(len(content)), key=known.__getitem__)
    # a reversed sort keeps the order of equal elements
    if len(content) > 1 and isinstance(backwards, Known) and backwards.obj:
        order = sorted(order, key=known.__getitem__, reverse=True)
    return tuple(content[k] for k in order)


def _grown_method(cx: Context, node: ast.AST, receiver: ListRef, content: Grown, name: str, args: Args) -> Val:
    if name == "pop" and not args and containers.changeable(cx, node, receiver):
        last = cx.at(node).emit("seq_last", content.value)[0]
        cx.store.set(receiver.cell, Grown(cx.scope.emit("seq_rest", content.value)[0]))
        return memory.hold(cx, cx.wrap(last), cx.loc(node))
    return cx.refuse("SD505", node, name=f"`{cx.text(node)}`", reason=f"is then changed by `{name}`")


def search(cx: Context, node: ast.AST, content: Content, name: str, args: Args) -> Val:
    """`index` and `count` of elements that are known when compiling."""
    if not args or not all(isinstance(v, Known) for v in (*content, *args)):
        return cx.refuse("SD224", node, construct=f"`{name}`")
    known = [v.obj for v in content if isinstance(v, Known)]
    try:
        return Known(getattr(known, name)(*(a.obj for a in args if isinstance(a, Known))))
    except ValueError as error:
        return cx.refuse("SD403", node, function=f"list.{name}", message=str(error))


# --- dicts


def dict_method(cx: Context, node: ast.AST, receiver: Val, name: str, args: Args, kwargs: Entries) -> Val:
    """A method of a dict of known keys."""
    if not _checked(cx, node, "dict", name, args, kwargs, DICT):
        return POISON
    entries = containers.entries(cx, receiver)
    assert entries is not None
    if name == "keys":
        return Sequence_("iterator", tuple(Known(k) for k in entries))
    if name == "values":
        return Sequence_("iterator", tuple(entries.values()))
    if name == "items":
        return Sequence_("iterator", tuple(Struct("tuple", (Known(k), v)) for k, v in entries.items()))
    if name == "get":
        return entries.get(containers.key_of(cx, node, args[0]), args[1] if len(args) > 1 else NONE)
    if name == "copy":
        return containers.new_dict(cx, node, dict(entries))
    if not containers.changeable(cx, node, receiver):
        return POISON
    assert isinstance(receiver, DictRef)
    return _change_dict(cx, node, receiver, entries, name, args, kwargs)


def _change_dict(
    cx: Context, node: ast.AST, receiver: DictRef, entries: Entries, name: str, args: Args, kwargs: Entries
) -> Val:
    if name in ("update", "clear"):
        merged = containers.mapping(cx, node, args[0]) if args else {}
        if merged is not None:
            cx.store.set(receiver.cell, {} if name == "clear" else {**entries, **merged, **kwargs})
        return NONE
    if name == "popitem":
        args = [Known(next(reversed(entries), None))]
    key = containers.key_of(cx, node, args[0])
    if memory.is_poison(key):
        return POISON
    if name == "setdefault":
        found = entries.get(key) or (args[1] if len(args) > 1 else NONE)
        cx.store.set(receiver.cell, {**entries, key: found})
        return found
    if key not in entries:
        message = "popitem(): dictionary is empty" if name == "popitem" else f"KeyError: {key!r}"
        return args[1] if len(args) > 1 else cx.refuse("SD403", node, function=f"dict.{name}", message=message)
    cx.store.set(receiver.cell, {k: v for k, v in entries.items() if k != key})
    found = entries[key]
    return Struct("tuple", (Known(key), found)) if name == "popitem" else found
