"""Calls as they are written: the function, and what stands in its parentheses."""

from __future__ import annotations

import ast
import collections
import math

from symdiff.frontend.python import calls, containers, iterators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.sizes import refuse_unknown_count
from symdiff.frontend.python.values import POISON, Known, Method, Sequence_, Val

Arguments = tuple[list[Val], dict[str, Val]]


def call(cx: Context, node: ast.Call) -> Val:
    from symdiff.frontend.python import comprehensions
    from symdiff.frontend.python.expressions import evaluate

    cx.callees.add(id(node.func))
    since = iterators.now()
    function = evaluate(cx, node.func)
    kind = comprehensions.consumer_of(function)
    elements = comprehensions.elements_of(cx, node, kind) if kind else None
    if elements is not None:
        return comprehensions.consume(cx, node, function, kind, elements)
    if (
        isinstance(function, Known)
        and function.obj is next
        and node.args
        and isinstance(node.args[0], ast.GeneratorExp)
    ):
        return comprehensions.next_of(cx, node, node.args[0])
    starred = node.args[0] if len(node.args) == 1 and not node.keywords else None
    if isinstance(starred, ast.Starred) and isinstance(function, Known) and function.obj is zip:
        return _zip_of(cx, node, function, starred)
    if isinstance(function, Known) and (function.obj is max or function.obj is min):
        best = _best_of(cx, node, function)
        if best is not None:
            return best
    given = _arguments(cx, node, function)
    if given is None or function is POISON:
        return POISON
    return iterators.read_older(cx, node, calls.apply(cx, node, function, *given), since)


def _wants_generators(function: Val) -> bool:
    if isinstance(function, Method):
        return function.name == "join" and isinstance(function.receiver, Known)
    return isinstance(function, Known) and function.obj in _CONSUMERS


_CONSUMERS = [
    *(sum, max, min, any, all, list, tuple, dict, set, frozenset, sorted, math.prod, math.fsum),
    *(collections.deque, collections.Counter),
]


def _arguments(cx: Context, node: ast.Call, function: Val) -> Arguments | None:
    from symdiff.frontend.python.expressions import evaluate, evaluate_kept, evaluate_spent

    args: list[Val] = []
    kwargs: dict[str, Val] = {}
    taking = evaluate_spent if _wants_generators(function) else evaluate
    taking = evaluate_kept if calls.keeps_iterators(function) else taking
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            val = evaluate_spent(cx, arg.value)
            items = None if val is POISON else containers.items_of(cx, arg, val)
            if items is None:
                if val is not POISON:
                    refuse_unknown_count(cx, "SD212", arg, val, argument=cx.text(arg))
                return None
            args += items
        else:
            args.append(taking(cx, arg))
    for keyword in node.keywords:
        val = evaluate(cx, keyword.value)
        if keyword.arg is not None:
            kwargs[keyword.arg] = val
            continue
        merged = containers.mapping(cx, keyword.value, val)
        if merged is None:
            return None
        kwargs.update(merged)
    return args, kwargs


def _best_of(cx: Context, node: ast.Call, function: Val) -> Val | None:
    """`max(x, *s)` with a list of staged length: that of one list; None of every other call."""
    from symdiff.frontend.python import comprehensions, grown, list_changes
    from symdiff.frontend.python.expressions import evaluate

    starred = [arg.value for arg in node.args if isinstance(arg, ast.Starred)]
    names = [value for value in starred if isinstance(value, ast.Name)]
    if not names or len(names) < len(starred):
        return None
    if not any(grown.content_of(cx, evaluate(cx, name)) is not None for name in names):
        return None
    content = containers.display(cx, node, node.args)
    kwargs = {k.arg: evaluate(cx, k.value) for k in node.keywords if k.arg is not None}
    if content is None:
        return POISON
    listed = list_changes.made(cx, node, content)
    text = "if len($list) < 2: raise TypeError('the elements of one argument, which is a number, are not iterable')"
    comprehensions.run(cx, node, "best", text, {"$list": listed})
    return calls.apply(cx, node, function, [listed], kwargs)


def _zip_of(cx: Context, node: ast.Call, function: Val, starred: ast.Starred) -> Val:
    """`zip(*s)`: of a list of tuples of staged length, the elements at each position.

    Of an empty list Python gives nothing: an error here, as where the result is unpacked.
    """
    from symdiff.frontend.python import comprehensions, grown, list_changes
    from symdiff.frontend.python.expressions import evaluate

    val = evaluate(cx, starred.value)
    items = None if val is POISON else containers.items_of(cx, starred, val)
    if items is not None:
        return iterators.grouped(cx, node, items) or calls.apply(cx, node, function, items, {})
    content = grown.content_of(cx, val)
    found = None if content is None else list_changes.columns(cx, node, content)
    if found is None:
        return POISON if val is POISON else cx.refuse("SD212", starred, argument=cx.text(starred))
    text = "if not $list: raise ValueError('zip() of the elements of an empty list')"
    comprehensions.run(cx, node, "zip", text, {"$list": val})
    return Sequence_("iterator", found)
