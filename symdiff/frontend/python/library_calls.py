"""`functools.reduce` and `wraps`, and what `operator` and `itertools` write without a loop or an operator."""

from __future__ import annotations

import ast
import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

from symdiff.frontend.python import calls, comprehensions, containers, operators, subscripts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.sizes import refuse_unknown_count
from symdiff.frontend.python.values import NONE, POISON, Arr, Known, Sequence_, SliceVal, Struct, Val

Args = list[Val]
Kwargs = dict[str, Val]

_BINARY: dict[Any, ast.operator] = {
    operator.add: ast.Add(), operator.sub: ast.Sub(), operator.mul: ast.Mult(), operator.truediv: ast.Div(),
    operator.floordiv: ast.FloorDiv(), operator.mod: ast.Mod(), operator.pow: ast.Pow(), operator.matmul: ast.MatMult(),
}  # fmt: skip
_COMPARISONS: dict[Any, ast.cmpop] = {
    operator.lt: ast.Lt(), operator.le: ast.LtE(), operator.gt: ast.Gt(), operator.ge: ast.GtE(),
    operator.eq: ast.Eq(), operator.ne: ast.NotEq(),
}  # fmt: skip
_UNARY: dict[Any, ast.unaryop] = {operator.neg: ast.USub(), operator.pos: ast.UAdd(), operator.not_: ast.Not()}
_OPERATORS = {id(f): op for table in (_BINARY, _COMPARISONS, _UNARY) for f, op in table.items()}


def call(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs) -> Val | None:
    """The result; None where `obj` is none of these functions."""
    op = _OPERATORS.get(id(obj))
    if op is not None and not kwargs:
        if isinstance(op, ast.unaryop) and len(args) == 1:
            return operators.unary(cx, node, op, args[0])
        if isinstance(op, ast.operator) and len(args) == 2:
            return operators.binary(cx, node, op, *args)
        if isinstance(op, ast.cmpop) and len(args) == 2:
            return operators.compare(cx, node, op, *args)
    handler = next((h for f, h in _FUNCTIONS if f is obj), None)
    if handler is None:
        return None
    if obj is itertools.product and kwargs.keys() == {"repeat"}:
        (times,) = kwargs.values()
        if not isinstance(times, Known) or not isinstance(times.obj, int):
            return cx.need_static(node, times, "how often the elements are repeated")
        return handler(cx, node, args * times.obj)
    return None if kwargs else handler(cx, node, args)


def _items(cx: Context, node: ast.AST, val: Val) -> list[Val] | None:
    found = containers.items_of(cx, node, val)
    if found is None and val is not POISON:
        refuse_unknown_count(cx, "SD231", node, val, iterable=f"`{cx.text(node)}`")
    return found


def _reduce(cx: Context, node: ast.AST, args: Args) -> Val:
    """From the left; an array of any length by a loop."""
    function, over, *start = args
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
        return cx.refuse("SD403", node, function="reduce", message="an empty sequence")
    total = items[0]
    for item in items[1:]:
        total = calls.apply(cx, node, function, [total, item], {})
    return total


def _from_second(cx: Context, node: ast.AST, over: Arr) -> Val:
    return subscripts.read(cx, node, over, SliceVal(Known(1), NONE, NONE))


def _pairwise(cx: Context, node: ast.AST, args: Args) -> Val:
    (over,) = args
    if isinstance(over, Arr):
        return Sequence_("zip", (over, _from_second(cx, node, over)))
    items = _items(cx, node, over)
    pairs = () if items is None else itertools.pairwise(items)
    return POISON if items is None else Sequence_("iterator", tuple(Struct("tuple", pair) for pair in pairs))


def _accumulate(cx: Context, node: ast.AST, args: Args) -> Val:
    items = _items(cx, node, args[0])
    if items is None:
        return POISON

    def step(total: Val, item: Val) -> Val:
        if len(args) == 1:
            return operators.binary(cx, node, ast.Add(), total, item)
        return calls.apply(cx, node, args[1], [total, item], {})

    return Sequence_("iterator", tuple(itertools.accumulate(items, step)))


def _chain(cx: Context, node: ast.AST, args: Args) -> Val:
    parts = [_items(cx, node, a) for a in args]
    found = [p for p in parts if p is not None]
    if len(found) != len(parts):
        return POISON
    return Sequence_("iterator", tuple(itertools.chain.from_iterable(found)))


def _product(cx: Context, node: ast.AST, args: Args) -> Val:
    parts = [_items(cx, node, a) for a in args]
    found = [p for p in parts if p is not None]
    if len(found) != len(parts):
        return POISON
    return Sequence_("iterator", tuple(Struct("tuple", row) for row in itertools.product(*found)))


def _choices(choose: Callable[..., Any]) -> Callable[[Context, ast.AST, Args], Val]:
    def handler(cx: Context, node: ast.AST, args: Args) -> Val:
        over, *sizes = args
        items = _items(cx, node, over)
        if items is None:
            return POISON
        for size in sizes:
            if not isinstance(size, Known):
                return cx.need_static(node, size, "the number of elements in a choice")
        known = [size.obj for size in sizes if isinstance(size, Known)]
        try:
            rows = list(choose(items, *known))
        except (TypeError, ValueError) as error:
            return cx.refuse("SD403", node, function=choose.__name__, message=str(error))
        return Sequence_("iterator", tuple(Struct("tuple", row) for row in rows))

    return handler


def _itself(function: Any) -> Any:
    return function


_FUNCTIONS: list[tuple[Any, Callable[[Context, ast.AST, Args], Val]]] = [
    (functools.wraps, lambda cx, node, args: Known(_itself)), (functools.reduce, _reduce),
    (itertools.pairwise, _pairwise), (itertools.accumulate, _accumulate),
    (itertools.chain, _chain), (itertools.product, _product),
    (itertools.combinations, _choices(itertools.combinations)),
    (itertools.combinations_with_replacement, _choices(itertools.combinations_with_replacement)),
    (itertools.permutations, _choices(itertools.permutations)),
]  # fmt: skip
