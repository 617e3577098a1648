"""Methods of lists and dicts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from symdiff.frontend.python import (
    alternatives,
    captured,
    class_order,
    comprehensions,
    container_operators,
    containers,
    control,
    grown,
    iterators,
    keyed,
    keys,
    kinship,
    list_changes,
    lodging,
    memory,
    operators,
    raising,
    rolled,
    sorting,
    unfilled,
    unlike,
)
from symdiff.frontend.python.calls import apply
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.kinship import Path
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    VIEWS,
    DictRef,
    Grown,
    Known,
    ListRef,
    ObjRef,
    Sequence_,
    Struct,
    Val,
)

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
    if receiver.cell.kind == "tuple" and name not in ("index", "count"):
        return cx.refuse("SD404", node, type="a tuple", name=name)
    if memory.check_stale(cx, node, receiver):
        return POISON
    content = cx.store.get(receiver.cell)
    if name == "append":
        return containers.append_value(cx, node, receiver, args[0])
    if not isinstance(content, tuple | Grown):
        return unlike.refuse(cx, node, content)
    if name == "copy":
        return list_changes.made(cx, node, content)
    if name in ("index", "count"):
        return search(cx, node, content, name, args)
    if not containers.changeable(cx, node, receiver):
        return POISON
    if name == "extend":
        return _extended(cx, node, receiver, args[0])
    if name == "pop":
        return _pop(cx, node, receiver, content, args[0] if args else Known(-1))
    changed: Content | Grown | None
    if isinstance(content, Grown):
        changed = _changed_staged(cx, node, content, content, name, args, kwargs)
    elif _decided_when_run(cx, node, content, name, args) or unfilled.grows(cx, receiver, args):
        staged = grown.staged(cx, node, content, *args[1:])
        if staged is None:
            return POISON
        changed = _changed_staged(cx, node, content, staged, name, args, kwargs)
    elif name == "sort":
        changed = sort(cx, node, content, kwargs)
        if isinstance(changed, Grown):
            changed = _same_elements(changed, lodging.taken(cx, content, changed.form)[1])
    else:
        changed = _CHANGED[name](cx, node, content, args)
    if changed is None:
        return POISON
    lodging.change(cx, node, receiver.cell, changed)
    return NONE


def _decided_when_run(cx: Context, node: ast.AST, content: Content, name: str, args: Args) -> bool:
    """Whether where an element goes in, or which one goes, is known when the code runs."""
    if name == "insert":
        return list_changes.is_index(cx, args[0]) and not isinstance(args[0], Known)
    return name == "remove" and _tried(cx, node, args[0], content, keep=False) is None


def _tried(cx: Context, node: ast.AST, item: Val, content: Content, keep: bool = True) -> int | None:
    """Where the first of these elements is that is the item or equals it, -1 for none; None where the data say.

    What the comparisons do is done if it is known and is to be kept; else nothing has happened.
    """
    place = rolled.mark(cx)
    cx.store.begin()
    at: int | None = -1
    for k, element in enumerate(content):
        array = operators.is_array(element)
        test = POISON if array else container_operators.is_found(cx, node, item, element)
        if not isinstance(test, Known) or test.obj:
            at = k if isinstance(test, Known) else None
            break
    if len(cx.problems) == place.problems and (at is None or not keep):
        rolled.go_back(cx, place)
    else:
        cx.store.keep()
    return at


def _pop(cx: Context, node: ast.AST, receiver: ListRef, content: Content | Grown | None, index: Val) -> Val:
    found: tuple[Val, Content | Grown] | None
    if isinstance(content, tuple) and content and list_changes.taken_when_run(cx, node, index, content):
        content = grown.staged(cx, node, content)
    if content is None:
        return POISON
    if isinstance(content, Grown):
        found = list_changes.removed(cx, node, content, index, receiver.cell)
    else:
        error = "pop index out of range" if content else "pop from empty list"
        at = containers.position(cx, node, index, content, error)
        found = None if at is None else (content[at], (*content[:at], *content[at + 1 :]))
    if found is None:
        return POISON
    lodging.change(cx, node, receiver.cell, found[1])
    return found[0]


def _extended(cx: Context, node: ast.AST, receiver: ListRef, val: Val) -> Val:
    if list_changes.extend(cx, node, receiver, val):
        return NONE
    return cx.refuse("SD231", node, iterable=f"`{cx.text(node)}`")


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
    "insert": _insert, "remove": _remove,
    "reverse": lambda cx, node, content, args: content[::-1], "clear": lambda cx, node, content, args: (),
}  # fmt: skip


def sort(cx: Context, node: ast.AST, content: Content, kwargs: Entries) -> Content | Grown | None:
    """The elements in the order of their keys; None after a problem."""
    key, backwards = kwargs.get("key", NONE), kwargs.get("reverse", Known(False))
    plain = isinstance(key, Known) and key.obj is None
    given = content if plain else tuple(apply(cx, node, key, [item], {}) for item in content)
    if not isinstance(backwards, Known):
        cx.need_static(node, backwards, "`reverse` of a sort")
        return None
    if memory.is_poison(*given) or len(content) < 2:
        return None if memory.is_poison(*given) else content
    by = class_order.keys(cx, node, given)
    if by is None or not isinstance(by.content, tuple):
        return None
    order = sorting.known_order(by.content, by.less, bool(backwards.obj))
    if order is None:
        return list_changes.sorted_(cx, node, content, by.content, by.less, bool(backwards.obj))
    return tuple(content[k] for k in order)


def sort_staged(cx: Context, node: ast.AST, content: Grown, kwargs: Entries) -> Content | Grown | None:
    """The elements of a list of staged length in the order of their keys; None after a problem."""
    key, backwards = kwargs.get("key", NONE), kwargs.get("reverse", Known(False))
    if not isinstance(backwards, Known):
        cx.need_static(node, backwards, "`reverse` of a sort")
        return None
    keys: Content | Grown | None = content
    column = list_changes.column(cx, node, content, key)
    if column is not None:
        keys = list_changes.content_of(cx, column)
    elif not (isinstance(key, Known) and key.obj is None):
        over = Sequence_("zip", (list_changes.made(cx, node, content),))
        keys = list_changes.content_of(cx, comprehensions.fold(cx, node, "map", over, {"$function": key}))
    by = None if keys is None else class_order.keys(cx, node, keys)
    return None if by is None else list_changes.sorted_(cx, node, content, by.content, by.less, bool(backwards.obj))


def _same_elements(changed: Content | Grown | None, shared: frozenset[Path]) -> Content | Grown | None:
    """A list whose elements are those of another, in another order."""
    return replace(changed, shared=shared) if isinstance(changed, Grown) else changed


def _changed_staged(
    cx: Context, node: ast.AST, before: Content | Grown, content: Grown, name: str, args: Args, kwargs: Entries
) -> Content | Grown | None:
    """What a method leaves of a list whose length is staged, of the elements `before`; None after a problem."""
    if name == "insert":
        return list_changes.inserted(cx, node, content, *args)
    if name == "remove":
        at = search(cx, node, before, "index", args)
        return None if at is POISON else list_changes.without(cx, node, content, at)
    if name == "reverse":
        return list_changes.part(cx, node, content, step=-1)
    return _same_elements(sort_staged(cx, node, content, kwargs), content.shared) if name == "sort" else ()


def search(cx: Context, node: ast.AST, content: Content | Grown, name: str, args: Args) -> Val:
    """`index` and `count` of elements that are known when compiling, or of a list of numbers."""
    if content == () and name == "count" and len(args) == 1:
        return Known(0)
    known = [] if isinstance(content, Grown) else [v.obj for v in content if isinstance(v, Known)]
    staged_ = isinstance(content, Grown) or len(known) < len(content) or not all(isinstance(v, Known) for v in args)
    apart = staged_ or not all(map(captured.settled, known))
    if apart and name == "index" and len(args) == 1 and not isinstance(content, Grown):
        at = _tried(cx, node, args[0], content)
        if at == -1:
            error = ValueError(f"{cx.describe(args[0])} is not in list")
            return raising.always(cx, node, error, function="list.index", message=str(error))
        if at is not None:
            return Known(at)
    if not staged_ and not all(map(captured.settled, (*known, *(a.obj for a in args if isinstance(a, Known))))):
        return cx.refuse("SD224", node, construct=f"`{name}`")  # what the elements hold may be another at the next call
    if staged_ and isinstance(content, tuple) and len(args) == 1:
        itself = [k for k, v in enumerate(content) if container_operators.same_number(v, args[0])]
        if itself:
            return _with_itself(cx, node, content, name, args[0], itself)
    # objects that may be None become numbers in another attempt, which are alike
    if staged_ and len(args) == 1 and isinstance(content, tuple) and grown.form_of_elements(cx, content) is None:
        if name == "count":
            return _count_apart(cx, node, content, args[0])
        if not any(True for v in content if alternatives.nullable(v) for _ in kinship.inside(cx, v)):
            return _index_apart(cx, node, content, args[0])
    if staged_:
        staged = grown.staged(cx, node, content) if isinstance(content, tuple) else content
        if staged is None or len(args) != 1:
            return POISON if staged is None else cx.refuse("SD224", node, construct=f"`{name}`")
        return list_changes.search(cx, node, staged, name, args[0])
    try:
        return Known(getattr(known, name)(*(a.obj for a in args if isinstance(a, Known))))
    except ValueError as error:
        return raising.always(cx, node, error, function=f"list.{name}", message=str(error))


def _count_apart(cx: Context, node: ast.AST, content: Content, item: Val) -> Val:
    """`count` in a list whose elements are not alike: one by one."""
    total: Val = Known(0)
    for v in content:
        test = container_operators.is_found(cx, node, item, v)
        if test is POISON:
            return POISON
        total = operators.binary(cx, node, ast.Add(), total, control.chosen(cx, node, test, Known(1), Known(0)))
    return total


def _index_apart(cx: Context, node: ast.AST, content: Content, item: Val) -> Val:
    """`index` in a list whose elements are not alike: the first of the places where it is."""
    watch = comprehensions.Watch(cx)
    cx.store.begin()
    tests = [container_operators.is_found(cx, node, item, v) for v in content]
    seen = watch.saw()
    cx.store.keep()
    if memory.is_poison(*tests):
        return POISON
    if seen:
        return cx.refuse("SD224", node, construct="`index`", why=_ASKED, rewrite=_WRITTEN_OUT)
    found: Val = Known(-1)
    for k, test in reversed([*enumerate(tests)]):
        found = control.chosen(cx, node, test, Known(k), found)
    if not any(isinstance(test, Known) and test.obj for test in tests):
        absent = operators.compare(cx, node, ast.Lt(), found, Known(0))
        operators.raise_if(cx, node, absent, "ValueError", ("the value is not in the list",))
    return found


_ASKED = (
    "elements are compared up to the first that is equal, and each comparison may show or change something, or raise"
)
_WRITTEN_OUT = "write the loop: `for k, item in enumerate(items): …`"


def _with_itself(cx: Context, node: ast.AST, content: Content, name: str, item: Val, places: Sequence[int]) -> Val:
    """`index` or `count` of what certainly is an element itself, at these places, even where it is NaN."""
    if name == "index":
        return _index_apart(cx, node, content[: places[0] + 1], item)
    others = tuple(v for k, v in enumerate(content) if k not in places)
    rest = search(cx, node, others, name, [item])
    return rest if rest is POISON else operators.binary(cx, node, ast.Add(), rest, Known(len(places)))


# --- dicts


def dict_method(cx: Context, node: ast.AST, receiver: Val, name: str, args: Args, kwargs: Entries) -> Val:
    """A method of a dict of known keys."""
    if not _checked(cx, node, "dict", name, args, kwargs, DICT):
        return POISON
    if name in ("get", "pop", "setdefault"):
        keyed.takes(cx, node, receiver, args[0], grows=name != "get")
    entries = containers.entries(cx, receiver)
    assert entries is not None
    if name in VIEWS:
        return Sequence_(name, (receiver,))
    if name == "get" and alternatives.has_involved(args[0]):
        return alternatives.in_tuple(
            cx, node, args[0], lambda key: dict_method(cx, node, receiver, name, [key, *args[1:]], kwargs)
        )
    if name == "get":
        wanted = keys.key_of(cx, node, args[0])
        return POISON if wanted is POISON else entries.get(wanted, args[1] if len(args) > 1 else NONE)
    if name == "copy":
        return containers.new_dict(cx, node, dict(entries))
    if not containers.changeable(cx, node, receiver):
        return POISON
    assert isinstance(receiver, DictRef)
    return _change_dict(cx, node, receiver, entries, name, args, kwargs)


def given_entries(cx: Context, node: ast.AST, receiver: DictRef, given: Val) -> Entries | None:
    """The entries of what a dict is updated by, as `dict(given)` has them.

    Where keys are found when it runs, the dict is one of such keys too: raises Restart, or NeedStatic for their loop.
    """
    merged = containers.entries(cx, given)
    made = apply(cx, node, Known(dict), [given], {}) if merged is None else given
    if isinstance(made, ObjRef) and keyed.holds(cx, made):
        for key in containers.elements(cx, cx.store.get(made.cell)["_order"]) or ():
            keyed.ask_to_unroll(cx, node, key, "the key of a dict")
        unlike.begin_again(cx, {unlike.place(receiver.cell)} - {None})
        cx.refuse("SD224", node, construct=f"`{cx.text(node)}` of a key that may be new")
    return containers.entries(cx, made)


def _change_dict(
    cx: Context, node: ast.AST, receiver: DictRef, entries: Entries, name: str, args: Args, kwargs: Entries
) -> Val:
    if name in ("update", "clear"):
        merged = given_entries(cx, node, receiver, args[0]) if args else {}
        if merged is not None:
            lodging.change(cx, node, receiver.cell, {} if name == "clear" else {**entries, **merged, **kwargs})
            if merged:
                iterators.refuse_changed(cx, node, args[0])  # by the entries before
        return NONE
    if name == "popitem":
        args = [Known(next(reversed(entries), None))]
    key = keys.key_of(cx, node, args[0])
    if memory.is_poison(key):
        return POISON
    if name == "setdefault":
        found = entries.get(key) or (args[1] if len(args) > 1 else NONE)
        lodging.change(cx, node, receiver.cell, {**entries, key: found})
        return found
    if key not in entries:
        if len(args) > 1:
            return args[1]
        message = "popitem(): dictionary is empty" if name == "popitem" else f"KeyError: {key!r}"
        error = KeyError(message if name == "popitem" else key)
        return raising.always(cx, node, error, function=f"dict.{name}", message=message)
    lodging.change(cx, node, receiver.cell, {k: v for k, v in entries.items() if k != key})
    found = entries[key]
    return Struct("tuple", (keys.val_of(cx, node, key), found)) if name == "popitem" else found
