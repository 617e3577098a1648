"""`functools.reduce`, `wraps`, `heapq`, `bisect`, `dict.fromkeys`, and what `operator` writes without an operator."""

from __future__ import annotations

import ast
import bisect
import functools
import heapq
import operator
from collections.abc import Callable, Sequence
from typing import Any

from symdiff.frontend.python import (
    calls,
    classes,
    comprehensions,
    containers,
    expressions,
    functools_calls,
    grown,
    iterators,
    itertools_calls,
    keyed,
    list_changes,
    numpy_spelled,
    operators,
    raising,
    special_methods,
    subscripts,
    targets,
)
from symdiff.frontend.python.container_operators import same_number
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.sizes import ask_for_integers, refuse_unknown_count
from symdiff.frontend.python.values import NONE, POISON, Arr, Known, ObjRef, SliceVal, Val
from symdiff.frontend.spelled import ordered

Args = list[Val]
Kwargs = dict[str, Val]

_BINARY: dict[Any, ast.operator] = {
    operator.add: ast.Add(), operator.sub: ast.Sub(), operator.mul: ast.Mult(), operator.truediv: ast.Div(),
    operator.floordiv: ast.FloorDiv(), operator.mod: ast.Mod(), operator.pow: ast.Pow(), operator.matmul: ast.MatMult(),
    operator.and_: ast.BitAnd(), operator.or_: ast.BitOr(), operator.xor: ast.BitXor(),
    operator.lshift: ast.LShift(), operator.rshift: ast.RShift(), operator.concat: ast.Add(),
}  # fmt: skip
_COMPARISONS: dict[Any, ast.cmpop] = {
    operator.lt: ast.Lt(), operator.le: ast.LtE(), operator.gt: ast.Gt(), operator.ge: ast.GtE(),
    operator.eq: ast.Eq(), operator.ne: ast.NotEq(), operator.is_: ast.Is(), operator.is_not: ast.IsNot(),
}  # fmt: skip
_UNARY: dict[Any, ast.unaryop] = {operator.neg: ast.USub(), operator.pos: ast.UAdd(), operator.not_: ast.Not(),
    operator.invert: ast.Invert()}  # fmt: skip
_ORDERED = {
    id(getattr(module, function.__name__)): (f"{module.__name__}.{function.__name__}", function)
    for module, functions in ((heapq, ordered.HEAPS), (bisect, ordered.PLACES))
    for function in functions
}
_OPERATORS = {id(f): op for table in (_BINARY, _COMPARISONS, _UNARY) for f, op in table.items()}


def call(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs) -> Val | None:
    """The result; None where `obj` is none of these functions."""
    if obj is ordered.inside:
        return list_changes.certainly_inside(cx, args[0])
    made = functools_calls.call(cx, node, obj, args, kwargs)
    if made is not None:
        return made
    op = _OPERATORS.get(id(obj))
    if op is not None and not kwargs:
        if isinstance(op, ast.unaryop) and len(args) == 1:
            return operators.unary(cx, node, op, args[0])
        if isinstance(op, ast.operator) and len(args) == 2:
            return operators.binary(cx, node, op, *args)
        if isinstance(op, ast.cmpop) and len(args) == 2:
            return operators.compare(cx, node, op, *args)
    if id(obj) in _ORDERED:
        return _ordered(cx, node, *_ORDERED[id(obj)], args, kwargs)
    handler = next((h for f, h in _FUNCTIONS if f is obj or (type(f) is type(obj) and f == obj)), None)
    if handler is not None:
        return None if kwargs else handler(cx, node, args)
    return itertools_calls.call(cx, node, obj, args, kwargs)


def _items(cx: Context, node: ast.AST, val: Val) -> list[Val] | None:
    found = containers.items_of(cx, node, val)
    if found is None and val is not POISON:
        refuse_unknown_count(cx, "SD231", node, val, iterable=f"`{cx.text(node)}`")
    return found


def _ordered(cx: Context, node: ast.AST, name: str, function: Callable[..., Any], args: Args, kwargs: Kwargs) -> Val:
    """A function of `heapq` or `bisect`; `heapq` asks whether elements that do not compare are one object."""
    over = args[1] if len(args) > 1 else kwargs.get("iterable")
    if function in ordered.OF_ITERATORS and over is not None:
        items = containers.items_of(cx, node, over) or []
        if grown.form_of_elements(cx, items) is None:  # chosen when compiling, by integers that can be known then
            reason = "holds different things"
            ask_for_integers(cx, items, cx.make_problem("SD505", node, name=cx.listed(node), reason=reason))
        if "key" not in kwargs and len(args) < 3 and _holds_twice(items):
            detail = ": it holds one value twice (where that is NaN, Python asks if it is one object); sort it instead"
            return cx.refuse("SD402", node, argument="iterable", function=name, detail=detail)
        cls = classes.class_of(over)
        if iterators.is_iterator(over) or (cls is not None and classes.lookup(cls, "__len__") is None):
            function = ordered.OF_ITERATORS[function]
        before = iterators.dependences(cx, [over])
        found = numpy_spelled.written_out(cx, node, name, function, args, kwargs)
        # `heapq` reads an element when the keys of those before it are there, ours are taken at once
        return POISON if iterators.refuse_differing(cx, node, before) else found
    return numpy_spelled.written_out(cx, node, name, function, args, kwargs)


def _holds_twice(items: Sequence[Val]) -> bool:
    """Whether a staged number, or a NaN, is in there twice as the same object."""
    return any(
        (a.obj is b.obj and a.obj != a.obj) if isinstance(a, Known) and isinstance(b, Known) else same_number(a, b)
        for k, a in enumerate(items)
        for b in items[:k]
    )


def _reduce(cx: Context, node: ast.AST, args: Args) -> Val:
    """From the left; an array of any length by a loop."""
    function, over, *start = args
    over = special_methods.iterated(cx, node, over) if isinstance(over, ObjRef) else over
    if containers.items_of(cx, node, over) is None and comprehensions.can_fold(cx, node, over):
        if not start and isinstance(over, Arr):
            empty = operators.compare(cx, node, ast.Eq(), containers.length(cx, node, over), Known(0))
            operators.raise_if(cx, node, empty, "TypeError", ("reduce() of empty iterable with no initial value",))
            start = [containers.item_at(cx, node, over, Known(0))]
            over = _from_second(cx, node, over)
        given = {"$function": function} | ({"$start": start[0]} if start else {})
        return comprehensions.fold(cx, node, "reduce from" if start else "reduce", over, given)
    items = _items(cx, node, over)
    if items is None:
        return POISON
    items = [*start, *items]
    if not items:
        error = TypeError("reduce() of empty iterable with no initial value")
        return raising.always(cx, node, error, function="reduce", message="an empty sequence")
    total, before = items[0], iterators.dependences(cx, [over])
    for item in items[1:]:
        total = calls.apply(cx, node, function, [total, item], {})
    return POISON if iterators.refuse_differing(cx, node, before) else total


def _from_second(cx: Context, node: ast.AST, over: Arr) -> Val:
    return subscripts.read(cx, node, over, SliceVal(Known(1), NONE, NONE))


def _itself(function: Any) -> Any:
    return function


def _contains(cx: Context, node: ast.AST, args: Args) -> Val:
    return operators.compare(cx, node, ast.In(), args[1], args[0])


def _set_item(cx: Context, node: ast.AST, args: Args) -> Val:
    targets.store_item(cx, node, args[0], args[1], args[2])
    return NONE


def _from_keys(cx: Context, node: ast.AST, args: Args) -> Val:
    """`dict.fromkeys(keys, val)`: under every key the same object."""
    val = args[1] if len(args) == 2 else NONE
    if POISON not in args and keyed.is_long(cx, node, args[0]):
        return comprehensions.fold(cx, node, "fromkeys", args[0], {"$dict": keyed.empty(cx, node), "$value": val})
    items = None if POISON in args else _items(cx, node, args[0])
    return POISON if items is None else keyed.of_entries(cx, node, [(node, key, val) for key in items])


_FUNCTIONS: list[tuple[Any, Callable[[Context, ast.AST, Args], Val]]] = [
    (functools.wraps, lambda cx, node, args: Known(_itself)), (functools.reduce, _reduce),
    (operator.abs, lambda cx, node, args: calls.apply(cx, node, Known(abs), args, {})),
    (operator.contains, _contains),
    (operator.setitem, _set_item),
    (operator.getitem, lambda cx, node, args: expressions.subscript(cx, node, *args)),
    (operator.truth, lambda cx, node, args: calls.apply(cx, node, Known(bool), args, {})),
    (operator.index, lambda cx, node, args: calls.apply(cx, node, Known(int), args, {})),
    (dict.fromkeys, _from_keys),
    (functools.update_wrapper, lambda cx, node, args: args[0]),
]  # fmt: skip
