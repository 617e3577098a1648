"""`min`, `max` and `sorted`, and what all builtins that consume elements share."""

from __future__ import annotations

import ast
import collections
from collections.abc import Callable

from symdiff.frontend.python import (
    calls,
    comprehensions,
    container_methods,
    containers,
    control,
    grown,
    iterators,
    list_changes,
    operators,
    raising,
    rolled,
    special_methods,
    telling,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.sizes import refuse_unknown_count
from symdiff.frontend.python.values import NONE, POISON, Arr, Known, ObjRef, Struct, Val
from symdiff.frontend.spelled.collected import ORIGINALS
from symdiff.ir import dims

Args = list[Val]
Kwargs = dict[str, Val]


def known_items(cx: Context, node: ast.AST, val: Val) -> list[Val] | None:
    found = containers.items_of(cx, node, val)
    if found is None and val is not POISON:
        refuse_unknown_count(cx, "SD231", node, val, iterable=f"`{cx.text(node)}`")
    return found


def by_loop(cx: Context, node: ast.AST, kind: str, val: Val, given: Kwargs) -> Val | None:
    """The builtin by a loop, where the elements are alike and how many is not known; else None."""
    if val is POISON or containers.items_of(cx, node, val) is not None:
        return None
    if isinstance(val, Arr) and cx.aval(val).rank > 1:
        return cx.refuse("SD231", node, iterable=f"`{cx.text(node)}`: use np.{kind}, or a loop")
    return comprehensions.fold(cx, node, kind, val, given) if comprehensions.can_fold(cx, node, val) else None


def extreme(name: str) -> Callable[[Context, ast.AST, Args, Kwargs], Val]:
    """`max(a, b, …)`: Python's takes the first of those that no later one beats."""

    def extreme(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        if set(kwargs) - {"key", "default"} or ("default" in kwargs and len(args) > 1) or not args:
            wrong = next(iter(kwargs), "")
            return cx.refuse("SD402", node, argument=wrong, function=name, detail=": only key= and default= are there")
        key = kwargs.get("key", NONE)
        by = not (isinstance(key, Known) and key.obj is None)
        if len(args) == 1:
            if not kwargs and isinstance(args[0], Arr) and cx.aval(args[0]).rank == 1:
                return _of_array(cx, node, name, args[0])
            content = grown.content_of(cx, args[0])
            if content is not None and content.form.kind != "scalar":
                return _of_structures(cx, node, name, args[0], key if by else None, kwargs)
            given = {"$default": kwargs["default"]} if "default" in kwargs else {}
            over = args[0] if content is not None else _listed(cx, node, args[0])
            if over is not None and not by:
                return _of_list(cx, node, name, over, given)
            given |= {"$function": key} if by else {}
            folded = _by_loop_or_index(cx, node, name, args[0], given, key if by else None, kwargs)
            if folded is not None:
                return folded
        items = args if len(args) > 1 else known_items(cx, node, args[0])
        if items is None:
            return POISON
        if not items and "default" in kwargs:
            return kwargs["default"]
        if not items:
            error = ValueError(f"{name}() arg is an empty sequence")
            return raising.always(cx, node, error, function=name, message="an empty sequence")
        before = iterators.dependences(cx, args)
        keys = [calls.apply(cx, node, key, [item], {}) for item in items] if by else items
        if len(args) == 1 and iterators.refuse_differing(cx, node, before):
            return POISON
        return _best(cx, node, ast.Gt() if name == "max" else ast.Lt(), items, keys)

    return extreme


_OF_ARRAY = """\
if not len($over): raise ValueError('{0}() arg is an empty sequence')
$out = $over[0]
for $i in range(1, len($over)):
    $item = $over[$i]
    if $item {1} $out: $out = $item
return $out"""


def _of_array(cx: Context, node: ast.AST, name: str, val: Val) -> Val:
    """Of a vector: its first element begins, the others are tried in turn."""
    text = _OF_ARRAY.format(name, ">" if name == "max" else "<")
    return comprehensions.run(cx, node, f"{name} of an array", text, {"$over": val})


_OF_LIST = """\
if len($over) == 0: {2}
$out = $over[0]
for $item in $over:
    if $item {1} $out: $out = $item
return $out"""


def _of_list(cx: Context, node: ast.AST, name: str, over: Val, given: Kwargs) -> Val:
    """Of a list of numbers: its first element begins, which no comparison with itself replaces."""
    none = "return $default" if given else f"raise ValueError('{name}() arg is an empty sequence')"
    text = _OF_LIST.format(name, ">" if name == "max" else "<", none)
    return comprehensions.run(cx, node, f"{name} of a list", text, {"$over": over, **given})


def _listed(cx: Context, node: ast.AST, val: Val) -> Val | None:
    """The list of numbers that a deque keeps, if it is of any length."""
    of_deque = isinstance(val, ObjRef) and ORIGINALS.get(val.cls) is collections.deque
    over = special_methods.iterated(cx, node, val) if of_deque else None
    content = None if over is None else grown.content_of(cx, over)
    return over if content is not None and content.form.kind == "scalar" else None


def _by_loop_or_index(
    cx: Context, node: ast.AST, name: str, val: Val, given: Kwargs, key: Val | None, kwargs: Kwargs
) -> Val | None:
    """`by_loop`; where the best element so far, or its key, is no number, where it is in the list of them."""
    kind, place = f"{name} by" if key is not None else name, rolled.mark(cx)
    cx.store.begin()
    found = by_loop(cx, node, kind, val, given)
    if len(cx.problems) == place.problems:
        cx.store.keep()
        return found
    rolled.go_back(cx, place)
    cx.store.begin()
    before = iterators.dependences(cx, [val])
    listed = list_changes.listed(cx, node, val)
    if listed is not None and len(cx.problems) == place.problems:
        found = _of_structures(cx, node, name, listed, key, kwargs)
        if len(cx.problems) == place.problems and not iterators.refuse_differing(cx, node, before):
            cx.store.keep()
            return found
    wanted = cx.problems[place.problems :]
    rolled.go_back(cx, place)
    found = by_loop(cx, node, kind, val, given)
    telling.unordered(cx, place.problems, wanted)
    return found


_OF_STRUCTURES = """\
if not len($over): {2}
$best, $at = $function($over[0]), 0
for $i in range(1, len($over)):
    $key = $function($over[$i])
    if $key {1} $best: $best, $at = $key, $i
return $over[$at]"""


_OF_THEMSELVES = """\
if not len($over): {2}
$at = 0
for $i in range(1, len($over)):
    if $over[$i] {1} $over[$at]: $at = $i
return $over[$at]"""


def _of_structures(cx: Context, node: ast.AST, name: str, val: Val, key: Val | None, kwargs: Kwargs) -> Val:
    """Of a list of objects, tuples or arrays that grew: where the best one is, then what is there."""
    empty = "return $default" if "default" in kwargs else f"raise ValueError('{name}() arg is an empty sequence')"
    text = (_OF_THEMSELVES if key is None else _OF_STRUCTURES).format(name, ">" if name == "max" else "<", empty)
    given = {"$over": val} | ({} if key is None else {"$function": key})
    given |= {"$default": kwargs["default"]} if "default" in kwargs else {}
    kind = f"{name} of structures{' by' * (key is not None)}{' or' * ('default' in kwargs)}"
    return comprehensions.run(cx, node, kind, text, given)


def _best(cx: Context, node: ast.AST, op: ast.cmpop, items: Args, keys: Args) -> Val:
    """The first element whose key no later one beats."""
    best, top = items[0], keys[0]
    for item, k in zip(items[1:], keys[1:], strict=True):
        decided = _of_sizes(cx, op, item, best) if keys is items else None
        if decided is not None:
            best = top = decided
            continue
        test = operators.truth(cx, node, operators.compare(cx, node, op, k, top))
        if keys is items:
            best = top = control.chosen(cx, node, test, item, best)
            continue
        both = control.chosen(cx, node, test, Struct("tuple", (item, k)), Struct("tuple", (best, top)))
        if not isinstance(both, Struct):
            return POISON
        best, top = both.items
    return best


def _of_sizes(cx: Context, op: ast.cmpop, item: Val, best: Val) -> Val | None:
    """The better of two sizes of which one is never beaten: `min(n, 0)` is 0, where `0 < n` is not decided."""
    a, b = operators.as_dim(item), operators.as_dim(best)
    order = None if a is None or b is None or cx.aval(item) != cx.aval(best) else dims.compare(a, b)
    if order is None:
        return None
    return item if (order < 0 if isinstance(op, ast.Lt) else order > 0) else best


def sorted_(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    if len(args) == 1 and isinstance(args[0], Known) and isinstance(args[0].obj, (set, frozenset)):
        items: list[Val] | None = [Known(x) for x in args[0].obj]
    else:
        staged = list_changes.listed(cx, node, args[0])
        content = None if staged is None else grown.content_of(cx, staged)
        if content is not None:
            changed = container_methods.sort_staged(cx, node, content, kwargs)
            return POISON if changed is None else list_changes.made(cx, node, changed)
        items = known_items(cx, node, args[0])
    if items is None:
        return POISON
    if set(kwargs) - {"key", "reverse"} or len(args) != 1:
        return cx.refuse("SD313", node, function="sorted", message="takes `key` and `reverse` by name")
    found = container_methods.sort(cx, node, tuple(items), kwargs)
    return POISON if found is None else list_changes.made(cx, node, found)
