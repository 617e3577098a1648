"""The arrays that a function which calls itself writes into: taken as parameters, given back after its result.

By hand: `def fill(a, k): a[k] = x; if k: fill(a, k - 1)` becomes a function of (a, k) that returns a; the call in it
is `a = fill(a, k - 1)`, where the new content is written back through the view that was passed.  An array from around
it is passed and returned in the same way.  What it writes it must know by one name only.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend.python import lodging, memory
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Instance
from symdiff.frontend.python.values import Arr, Val
from symdiff.ir.core import Value


def take_outer_arrays(cx: Context, instance: Instance, incoming: list[Value]) -> None:
    """The arrays from around that the function writes, as parameters of its own."""
    for cell in instance.outer_arrays:
        version = cx.store.get(cell)
        value = cx.scope.param(Value(version.type, cell.name or version.hint))
        incoming.append(value)
        cx.store.set(cell, value)


def written_arrays(cx: Context, instance: Instance) -> list[Value]:
    """What the arrays that the function writes into hold when it returns."""
    cells = [c for c, k in instance.own.items() if k in instance.written] + instance.outer_arrays
    for cell in cells:
        if memory.check_stale(cx, instance.source.node, Arr(cell)):
            instance.failed = True
            return []
    return [cx.scope.use(cx.store.get(cell)) for cell in cells]


def separate(cx: Context, node: ast.AST, instance: Instance, passed: Sequence[Val]) -> bool:
    """Whether no array that the function writes into is one that it knows by another name too; False if reported."""
    cells = [val.cell if isinstance(val, Arr) else None for val in passed]
    for k in instance.written:
        cell = cells[k]
        assert cell is not None
        reached, others = {cell, *cell.may}, [*cells[:k], *cells[k + 1 :]]
        one = any(c is not None and lodging.may_be_one(cx, cell, c) for c in others)
        one = one or lodging.listed_in(cx, cell, instance.captures)
        if one or reached & {*others, *instance.reads, *instance.outer_arrays}:
            cx.refuse("SD509", node, name=f"`{cell.name}`", function=f"`{instance.source.name}`")
            return False
    for cell in instance.outer_arrays:
        if {cell, *cell.may} & {*cells, *(c for c in instance.reads if c is not cell)}:
            cx.refuse("SD509", node, name=f"`{cell.name}`", function=f"`{instance.source.name}`")
            return False
    return True
