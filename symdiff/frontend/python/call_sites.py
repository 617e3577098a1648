"""Calls as they are written: the function, and what stands in its parentheses."""

from __future__ import annotations

import ast
import collections
import functools
import math
import sys
import types

from symdiff.frontend.python import calls, containers, iterators, nothing_added
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.sizes import refuse_unknown_count
from symdiff.frontend.python.values import POISON, Arr, Closure, Known, Method, ObjRef, Sequence_, Val

Arguments = tuple[list[Val], dict[str, Val]]


def call(cx: Context, node: ast.Call) -> Val:
    from symdiff.frontend.python import consumers
    from symdiff.frontend.python.expressions import evaluate

    cx.callees.add(id(node.func))
    if nothing_added.mentioned(cx, node):
        return nothing_added.settled(cx, node, nothing_added.evaluate(cx, node))  # type: ignore[no-any-return]
    since = iterators.now()
    function = evaluate(cx, node.func)
    kind = consumers.consumer_of(function)
    elements = consumers.elements_of(cx, node, kind) if kind else None
    if elements is not None:
        return consumers.consume(cx, node, function, kind, elements)
    if (
        isinstance(function, Known)
        and function.obj is next
        and node.args
        and isinstance(node.args[0], ast.GeneratorExp)
    ):
        return consumers.next_of(cx, node, node.args[0])
    if isinstance(function, Known) and function.obj is functools.reduce and consumers.reduces(node):
        return consumers.reduce_of(cx, node, lambda: _called(cx, node, function, since))
    starred = node.args[0] if len(node.args) == 1 and not node.keywords else None
    if isinstance(starred, ast.Starred) and isinstance(function, Known) and function.obj is zip:
        return _zip_of(cx, node, function, starred)
    if isinstance(function, Known) and (function.obj is max or function.obj is min):
        best = _best_of(cx, node, function)
        if best is not None:
            return best
    return _called(cx, node, function, since)


def _called(cx: Context, node: ast.Call, function: Val, since: int) -> Val:
    held = len(cx.held)
    given = _in_order(cx, node, function)
    if given is None or function is POISON:
        return POISON
    if _binds(function):
        del cx.held[held:]
    return iterators.read_older(cx, node, calls.apply(cx, node, function, *given), since)


def _binds(function: Val) -> bool:
    """Whether a function is the user's: what it is given is held by its parameters, as long as they are not bound."""
    if isinstance(function, Known):
        own = isinstance(function.obj, types.FunctionType) and not calls.is_numpy(function.obj)
        return own and str(function.obj.__module__).split(".")[0] not in sys.stdlib_module_names
    return isinstance(function, Closure) or (isinstance(function, Method) and isinstance(function.receiver, ObjRef))


def _wants_generators(function: Val) -> bool:
    if isinstance(function, Method):
        return function.name == "join" and isinstance(function.receiver, Known)
    return isinstance(function, Known) and function.obj in _CONSUMERS


_CONSUMERS = [
    *(sum, max, min, any, all, list, tuple, dict, set, frozenset, sorted, math.prod, math.fsum),
    *(collections.deque, collections.Counter),
]


def _in_order(cx: Context, node: ast.Call, function: Val) -> Arguments | None:
    """The arguments; a generator makes its elements behind the others, as Python does, where that is seen."""
    from symdiff.frontend.python.comprehensions import Watch
    from symdiff.frontend.python.consumers import at_any_time
    from symdiff.frontend.python.rolled import go_back, mark

    written = [*node.args, *(k.value for k in node.keywords)]
    generator = next((k for k, a in enumerate(node.args) if isinstance(a, ast.GeneratorExp)), len(written))
    if at_any_time(written[generator + 1 :]):
        given = _arguments(cx, node, function)
    else:
        place, watch = mark(cx), Watch(cx)
        cx.store.begin()
        given = _arguments(cx, node, function)
        if watch.changed():
            go_back(cx, place)
            given = _arguments(cx, node, function, behind=True)
        else:
            cx.store.keep()
    alone = sum(not isinstance(a, ast.Constant) for a in written) < 2 or any(
        isinstance(a, ast.Starred) for a in node.args
    )
    for k, val in enumerate(() if given is None or alone else given[0]):
        if isinstance(val, Sequence_) and iterators.refuse_changed(cx, written[k], val):
            return None
    return given


def _arguments(cx: Context, node: ast.Call, function: Val, behind: bool = False) -> Arguments | None:
    """The arguments as they stand there, or with the elements of generators `behind` the others."""
    from symdiff.frontend.python.expressions import evaluate, evaluate_begun, evaluate_kept, evaluate_spent

    begun: list[tuple[int, ast.GeneratorExp, Val]] = []
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
        elif behind and isinstance(arg, ast.GeneratorExp):
            begun.append((len(args), arg, evaluate(cx, arg.generators[0].iter)))
            args.append(POISON)
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
    for k, generator, first in begun:
        args[k] = evaluate_begun(cx, generator, first, taking is evaluate_spent)
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
    state = iterators.sources(cx, [val])
    if isinstance(val, Arr) and cx.aval(val).rank > 1:
        val = list_changes.listed(cx, node, val) or val
    content = grown.content_of(cx, val)
    found = None if content is None else list_changes.columns(cx, node, content)
    if content is not None and _of_rows(content.form):
        transposed = comprehensions.run(cx, node, "zip", _COLUMNS, {"$list": val})
        return iterators.remembered(cx, iterators.once(transposed), state)
    if found is None:
        return POISON if val is POISON else cx.refuse("SD212", starred, argument=cx.text(starred))
    text = "if not $list: raise ValueError('zip() of the elements of an empty list')"
    comprehensions.run(cx, node, "zip", text, {"$list": val})
    return iterators.remembered(cx, Sequence_("iterator", found), state)


# Of an empty list `zip` gives nothing, of lists of different lengths as many columns as the shortest has elements.
_COLUMNS = """\
$out = []
if $list:
    for $k in range(min([len($row) for $row in $list])):
        $out.append(tuple([$row[$k] for $row in $list]))
return $out
"""


def _of_rows(form: Pattern) -> bool:
    """Whether the elements of a list are themselves lists of any length, or arrays."""
    return form.kind == "grown" or (form.type is not None and form.type.rank > 0)
