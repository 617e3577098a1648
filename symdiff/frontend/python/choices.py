"""Parts of an array that a condition chose, in what may run many times: read where it is known which one it is.

By hand: `t = x if c else y; s += t[i]` in a loop reads `x[i] if c else y[i]`, whose adjoint adds to one element.
"""

from __future__ import annotations

import ast

from symdiff.frontend.python import control, exchanges, memory
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Arr, Step
from symdiff.ir.core import Value
from symdiff.ir.types import AVal
from symdiff.primitives.indexing import index_shape


def chosen_in_turns(cx: Context, arr: Arr) -> bool:
    """Whether an array is one of two, chosen where code may run many times, and is to be read part by part.

    One that was chosen from what was chosen is read as it is until it is written: see `passes.chosen`.
    """
    version, choice = cx.store.get(arr.cell), arr.cell.choice
    if choice is None or choice.found is version or not memory.chosen(cx, arr) or cx.homes[version].always:
        return False
    if exchanges.apart(cx, arr.cell):
        return False
    return cx.aval(choice.then).dtype == cx.aval(choice.orelse).dtype


def part_of_chosen(cx: Context, node: ast.AST, base: Arr, step: Step) -> Value:
    """A part of an array chosen by a condition, read on either side: its cotangent is no larger than it is."""
    choice = base.cell.choice
    assert choice is not None
    memory.check_read(cx, base)
    whole = cx.aval(base)
    shape = index_shape(whole.shape, step.spec, tuple(v.type for v in step.operands if isinstance(v.type, AVal)))

    def part(side: Arr) -> Value:
        if chosen_in_turns(cx, side):
            found = part_of_chosen(cx, node, Arr(side.cell, memory.extended(side.path, *base.path)), step)
        else:
            found = memory.read(cx, side)
            for each in memory.extended(base.path, step):  # a part of complex numbers is taken last
                found = memory.read_step(cx, found, each)
        found = cx.scope.use(found)
        same = isinstance(found.type, AVal) and found.type.shape == shape
        return found if same else cx.scope.emit("retype", found, shape=shape)[0]

    first, a = control.branch(cx, lambda: part(choice.then))
    second, b = control.branch(cx, lambda: part(choice.orelse))
    return control.emit_cond(cx, node, choice.pred, first.scope, second.scope, [(a, b)])[0]
