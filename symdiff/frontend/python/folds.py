"""`sum`, `any` and `all`: of one known element after the other, or a loop where the run has their number.

By hand: `sum([x, y])` is `0 + x + y`, and `any([p, q])` is whether `p or q`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from symdiff.frontend.python import comprehensions, control, grown, list_changes, numpy_spelled, operators, ordering
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Arr, Grown, Known, Val
from symdiff.ir.types import Kind

Args = list[Val]
Kwargs = dict[str, Val]


def sum_(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """`sum` adds from the left, beginning with 0."""
    start = args[1] if len(args) > 1 else kwargs.get("start", Known(0))
    content = grown.content_of(cx, args[0])
    if content is not None and content.form.kind == "array" and isinstance(start, Known):
        return _sum_of_arrays(cx, node, args[0], content, start)
    if isinstance(args[0], Arr) and cx.aval(args[0]).rank > 1 and isinstance(start, Known):
        return numpy_spelled.call(cx, node, "sum of rows", [args[0], start], {})
    folded = ordering.by_loop(cx, node, "sum", args[0], {"$start": start})
    if folded is not None:
        return folded
    items = ordering.known_items(cx, node, args[0])
    if items is None:
        return POISON
    total: Val = start
    for item in items:
        total = operators.binary(cx, node, ast.Add(), total, item)
    return total


def _sum_of_arrays(cx: Context, node: ast.AST, val: Val, content: Grown, start: Known) -> Val:
    """The sum of a list of arrays of staged length, from its first; of an empty one, a number in Python, an error."""
    text = "if not $list: raise ValueError('sum() of an empty list of arrays is a number')"
    comprehensions.run(cx, node, "sum of arrays", text, {"$list": val})
    first = operators.binary(cx, node, ast.Add(), start, grown.element(cx, node, content, Known(0)))
    rest = list_changes.made(cx, node, list_changes.part(cx, node, content, Known(1)))
    found = ordering.by_loop(cx, node, "sum", rest, {"$start": first})
    assert found is not None
    return found


def any_(name: str) -> Callable[[Context, ast.AST, Args, Kwargs], Val]:
    """What compiles a call of `any` or `all`, as `name` says: a truth value."""

    def call(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        folded = ordering.by_loop(cx, node, name, args[0], {})
        if folded is not None:
            return folded
        items = ordering.known_items(cx, node, args[0])
        if items is None:
            return POISON
        found: Val = Known(name == "all")
        for item in items:
            test = operators.truth(cx, node, item)
            then, orelse = (test, found) if name == "all" else (found, test)
            found = control.chosen(cx, node, operators.truth(cx, node, found), then, orelse)
        return (
            found
            if isinstance(found, Known) or found is POISON
            else operators.convert(cx, node, found, Kind.PYTHON, "b1")
        )

    return call
