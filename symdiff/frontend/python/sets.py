"""Sets of known elements: built and changed when compiling; none is left in the generated code.

What the store has of a set is a dict: its elements, in an order of their own, each with None.  Python runs over a set
in the order of a hash table that depends on its history, so only what does not depend on the order is done.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from symdiff.frontend.python import (
    calls,
    captured,
    comprehensions,
    containers,
    iterators,
    keyed,
    keys,
    lodging,
    memory,
    objects,
    raising,
    sets_of_the_run,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Arr,
    Cell,
    Known,
    ListRef,
    Num,
    ObjRef,
    Sequence_,
    SetRef,
    Struct,
    Val,
)

Elements = frozenset[Any]
Args = list[Val]

# How many arguments each method takes, at least and at most.
METHODS: dict[str, tuple[int, float]] = {
    "add": (1, 1), "discard": (1, 1), "remove": (1, 1), "pop": (0, 0), "clear": (0, 0), "copy": (0, 0),
    "update": (0, float("inf")), "difference_update": (0, float("inf")), "intersection_update": (0, float("inf")),
    "symmetric_difference_update": (1, 1), "union": (0, float("inf")), "intersection": (0, float("inf")),
    "difference": (0, float("inf")), "symmetric_difference": (1, 1), "issubset": (1, 1), "issuperset": (1, 1),
    "isdisjoint": (1, 1),
}  # fmt: skip
_CHANGING: dict[str, Callable[..., Elements]] = {
    "update": frozenset.union, "difference_update": frozenset.difference,
    "intersection_update": frozenset.intersection, "symmetric_difference_update": frozenset.symmetric_difference,
}  # fmt: skip
_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.Sub: operator.sub, ast.BitXor: operator.xor,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip


def made(cx: Context, node: ast.AST, elements: Iterable[Any]) -> Val:
    found = sets_of_the_run.made(cx, node, elements)
    if found is not None:
        return found
    cell = Cell("set", cx.loc(node))
    cx.store.set(cell, _content(elements))
    return SetRef(cell)


def _content(elements: Iterable[Any]) -> dict[Any, Val]:
    """Equal sets have equal contents, however they were made: branches and turns are compared by them."""
    return dict.fromkeys(sorted(elements, key=lambda x: (type(x).__name__, repr(x))), NONE)


def elements(cx: Context, val: Val) -> Elements | None:
    """The elements of a set, of this call or from outside; None of every other value, and of two sets by a branch."""
    if isinstance(val, SetRef):
        memory.check_read(cx, val)
        content = cx.store.get(val.cell)
        return frozenset(content) if isinstance(content, dict) else None
    if isinstance(val, Known) and isinstance(val.obj, (set, frozenset)):
        return frozenset(val.obj)
    return None


def known_set(cx: Context, node: ast.AST, items: Sequence[Val]) -> Val:
    """`{a, b}`: of elements that are found when it runs, where they are not told apart when compiling."""
    if _of_the_run(cx, node, items) or (sets_of_the_run.is_taken(cx, node) and _one_by_one(node)):
        return sets_of_the_run.of_values(cx, node, items, mixed=not _one_by_one(node))
    found = [element(cx, node, item) for item in items]
    return POISON if memory.is_poison(*found) else made(cx, node, {x.obj for x in found if isinstance(x, Known)})


def _one_by_one(node: ast.AST) -> bool:
    """Whether Python puts the elements in one by one, in their order: not of `{0, 1, 2}`, a constant, nor `{*s, 1}`."""
    if not isinstance(node, ast.Set):
        return True
    if any(isinstance(item, ast.Starred) for item in node.elts):
        return False
    return len(node.elts) < 3 or any(isinstance(n, _NO_CONSTANTS) for item in node.elts for n in ast.walk(item))


_NO_CONSTANTS = (ast.Name, ast.Call, ast.List, ast.Dict, ast.Set, ast.JoinedStr)


def _of_the_run(cx: Context, node: ast.AST, items: Sequence[Val]) -> bool:
    """Whether elements are not all known, nor become so where a loop is unrolled.  Raises NeedStatic for that loop."""
    if memory.is_poison(*items) or all(keyed.is_known(cx, item) for item in items):
        return False
    for item in items:
        keyed.ask_to_unroll(cx, node, item, "an element of a set")
    return True


def element(cx: Context, node: ast.AST, val: Val) -> Val:
    """An element, known; an index of a loop is made known by unrolling it."""
    if elements(cx, val) is None and keys.refuse_unhashable(cx, node, val):  # a set is looked for as a frozenset
        return POISON
    if isinstance(val, Num) and val.tags:
        return cx.need_static(node, val, "an element of a set")
    if isinstance(val, ObjRef) and keys.by_fields(val.cls):
        return keys.instance(cx, node, val) or POISON
    if isinstance(val, Struct) and val.kind == "tuple":
        parts = [element(cx, node, v) for v in val.items]
        return POISON if memory.is_poison(*parts) else Known(tuple(x.obj for x in parts if isinstance(x, Known)))
    if val is POISON:
        return POISON
    if not isinstance(val, Known):
        return cx.refuse("SD216", node)
    captured.rely_on_numbers(cx, val)
    try:
        hash(val.obj)
    except TypeError as error:
        return cx.refuse("SD403", node, function="set", message=str(error))
    return val


def collected(cx: Context, node: ast.AST, val: Val) -> Elements | None:
    """The elements of what `set(…)` or `update(…)` runs over; None after a problem."""
    found = elements(cx, val)
    if found is not None or val is POISON:
        return found
    items = containers.items_of(cx, node, val)
    if items is None:
        _refuse_count(cx, node, val)
        return None
    parts = [element(cx, node, item) for item in items]
    return None if memory.is_poison(*parts) else frozenset(x.obj for x in parts if isinstance(x, Known))


def _refuse_count(cx: Context, node: ast.AST, val: Val) -> None:
    if isinstance(val, Sequence_) and val.kind == "range":
        for part in val.parts:
            if not isinstance(part, Known):
                cx.need_static(node, part, "how many elements a set has")
                return
    cx.refuse("SD216" if isinstance(val, (Arr, ListRef, Sequence_)) else "SD231", node, iterable=f"`{cx.text(node)}`")


def construct(cx: Context, node: ast.AST, args: Args, frozen: bool) -> Val:
    """`set(…)`, `frozenset(…)`."""
    if args and (_is_staged(cx, node, args[0]) or (sets_of_the_run.is_taken(cx, node) and not frozen)):
        return sets_of_the_run.of_iterable(cx, node, args[0], frozen)
    found = collected(cx, node, args[0]) if args else frozenset()
    if found is None:
        return POISON
    return Known(found) if frozen else made(cx, node, found)


def _is_staged(cx: Context, node: ast.AST, val: Val) -> bool:
    """Whether elements of what is run over, or how many there are, are found when it runs."""
    if sets_of_the_run.holds(val):
        return True
    if elements(cx, val) is not None or val is POISON:
        return False
    items = containers.items_of(cx, node, val)
    if items is not None:
        return _of_the_run(cx, node, items)
    if isinstance(val, Sequence_) and val.kind == "range":
        for part in val.parts:
            keyed.ask_to_unroll(cx, node, part, "how many elements a set has")
    return isinstance(val, ObjRef) or comprehensions.can_fold(cx, node, val)


def of_keys(cx: Context, node: ast.AST, val: Val) -> Val:
    """The keys of a dict as a set; anything else as it is."""
    entries = containers.entries(cx, val.parts[0]) if isinstance(val, Sequence_) and val.kind == "keys" else None
    return val if entries is None else made(cx, node, entries)


def length(cx: Context, node: ast.AST, val: SetRef) -> Val:
    found = elements(cx, val)
    return refuse_paths(cx, node) if found is None else Known(len(found))


def refuse_paths(cx: Context, node: ast.AST) -> Val:
    """A set that has other elements on another path."""
    return cx.refuse("SD310", node, name=f"`{cx.text(node)}`", then="one set", otherwise="another")


# --- iteration


def consumed(cx: Context, node: ast.AST, name: str, val: Val, kwargs: dict[str, Val]) -> Val:
    """What a builtin runs over: of a set its elements in one order, where the builtin gives the same in any."""
    val = sets_of_the_run.consumed(cx, node, name, val, kwargs)
    found = elements(cx, val)
    if found is None:
        return val
    numbers = all(isinstance(x, (int, float)) and x == x for x in found)
    ordered = numbers or len({type(x) for x in found} & {str, tuple}) == 1
    any_order = {
        "any": True, "all": True, "sum": all(isinstance(x, int) for x in found),
        "sorted": ordered and "key" not in kwargs, "min": ordered and "key" not in kwargs,
        "max": ordered and "key" not in kwargs,
    }  # fmt: skip
    if not any_order.get(name, False) and refuse_order(cx, node, val):
        return POISON
    return Sequence_("view", tuple(keys.val_of(cx, node, x) for x in _content(found)))


def in_one_order(cx: Context, node: ast.AST, val: Val) -> list[Val] | None:
    """The elements of a set that makes no difference between orders; None of every other value."""
    found = elements(cx, val)
    return None if found is None or len(found) > 1 else [keys.val_of(cx, node, x) for x in found]


def refuse_order(cx: Context, node: ast.AST, val: Val) -> bool:
    """Whether running over a value would be in the order of a set; reported."""
    found = elements(cx, val)
    if found is None or len(found) < 2:
        return False
    sets_of_the_run.takes_order(cx, val, found)
    cx.refuse("SD233", node, name=f"`{cx.text(node)}`")
    return True


# --- operators


def binary(cx: Context, node: ast.AST, op: ast.AST, left: Val, right: Val) -> Val | None:
    """`|`, `&`, `-`, `^` and the comparisons; None where one of the two is no set."""
    a, b = elements(cx, left), elements(cx, right)
    if a is None or b is None:
        return None
    if type(op) not in _OPERATORS:
        return None
    found = _OPERATORS[type(op)](a, b)
    if isinstance(found, bool):
        return Known(found)
    return Known(found) if isinstance(left, Known) and isinstance(left.obj, frozenset) else made(cx, node, found)


def changed_by(cx: Context, node: ast.AugAssign, before: SetRef, val: Val) -> Val | None:
    """`s |= t` and its like, in place; None where `t` is no set."""
    if sets_of_the_run.holds(val):
        sets_of_the_run.takes(cx, before)
        return cx.refuse("SD216", node)
    a, b = elements(cx, before), elements(cx, val)
    if a is None or b is None or not isinstance(node.op, (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)):
        return None
    if not containers.changeable(cx, node, before):
        return POISON
    lodging.change(cx, node, before.cell, _content(_OPERATORS[type(node.op)](a, b)))
    return before


# --- methods


def method(cx: Context, node: ast.AST, receiver: Val, name: str, args: Args, kwargs: dict[str, Val]) -> Val:
    """A method of a set; one from outside is only read."""
    if name not in METHODS:
        return cx.refuse("SD404", node, type="a set", name=name)
    least, most = METHODS[name]
    if not least <= len(args) <= most or kwargs:
        wanted = f"{least} positional argument{'' if least == 1 else 's'}"
        return cx.refuse("SD313", node, function=f"set.{name}", message=f"takes {wanted}")
    have = elements(cx, receiver)
    if have is None:
        return refuse_paths(cx, node)
    if name not in ("pop", "clear", "copy") and _with_staged(cx, node, receiver, name, args):
        of_the_run = sets_of_the_run.as_elements(cx, node, receiver)
        return calls.apply(cx, node, objects.read(cx, node, of_the_run, name), args, {})
    frozen = isinstance(receiver, Known) and isinstance(receiver.obj, frozenset)
    if name in ("add", "discard", "remove", "pop", "clear") or name in _CHANGING:
        if frozen:
            return cx.refuse("SD404", node, type="a frozenset", name=name)
        return _change(cx, node, receiver, have, name, args)
    others = [collected(cx, node, a) for a in args]
    if any(o is None for o in others):
        return POISON
    found: Any = getattr(have, name)(*others)
    return Known(found) if frozen or isinstance(found, bool) else made(cx, node, found)


def _with_staged(cx: Context, node: ast.AST, receiver: Val, name: str, args: Args) -> bool:
    """Whether another set is made with what is found when it runs; begins again where it is this one that changes."""
    if name in ("add", "discard", "remove"):
        keyed.takes(cx, node, receiver, args[0], grows=name == "add")
        return False
    if not any(_is_staged(cx, node, a) for a in args):
        return False
    if name in _CHANGING:
        sets_of_the_run.takes(cx, receiver)
        return False
    return True


def _change(cx: Context, node: ast.AST, receiver: Val, have: Elements, name: str, args: Args) -> Val:
    if not containers.changeable(cx, node, receiver):
        return POISON
    assert isinstance(receiver, SetRef)
    result: Val = NONE
    if name in _CHANGING:
        others = [o for a in args if (o := collected(cx, node, a)) is not None]
        if len(others) < len(args):
            return POISON
        have = _CHANGING[name](have, *others)
    elif name == "clear":
        have = frozenset()
    elif name == "pop":
        if not have:
            error = KeyError("pop from an empty set")
            return raising.always(cx, node, error, function="set.pop", message="pop from an empty set")
        if refuse_order(cx, node, receiver):
            return POISON
        (only,) = have
        result, have = keys.val_of(cx, node, only), frozenset()
    else:
        found = element(cx, node, args[0])
        if not isinstance(found, Known):
            return POISON
        if name == "remove" and found.obj not in have:
            message = f"KeyError: {found.obj!r}"
            return raising.always(cx, node, KeyError(found.obj), function="set.remove", message=message)
        have = have | {found.obj} if name == "add" else have - {found.obj}
    before = elements(cx, receiver)
    lodging.change(cx, node, receiver.cell, _content(have))
    if name in _CHANGING and have != before:
        for given in args:
            iterators.refuse_changed(cx, node, given)  # by the elements before
    return result
