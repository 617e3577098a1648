"""Arrays that a condition chose, read in part and written where it is known which one is meant.

By hand: `t = x if c else y; s += t[i]` in a loop reads `x[i] if c else y[i]`, whose adjoint adds to one element.
`t[i] = v` is `if c: x[i] = v` and `else: y[i] = v`; behind both, t is chosen again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from symdiff.frontend.python import alternatives, control, exchanges, memory
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import NONE, Arr, Cell, Choice, Num, Step, Val
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
    _, alike = control.branch(cx, lambda: cx.aval(choice.then).dtype == cx.aval(choice.orelse).dtype)  # reads neither
    return bool(alike)


def part_of_chosen(cx: Context, node: ast.AST, base: Arr, step: Step) -> Value:
    """A part of an array chosen by a condition, read on either side: its cotangent is no larger than it is."""
    choice = base.cell.choice
    assert choice is not None
    memory.check_read(cx, base)
    whole = cx.aval(base)
    shape = index_shape(whole.shape, step.spec, tuple(v.type for v in step.operands if isinstance(v.type, AVal)))

    def in_steps(found: Value) -> Value:
        for each in memory.extended(base.path, step):  # a part of complex numbers is taken last
            found = memory.read_step(cx, found, each)
        return found

    def part(side: Arr) -> Value:
        if chosen_in_turns(cx, side):
            found = part_of_chosen(cx, node, Arr(side.cell, memory.extended(side.path, *base.path)), step)
        else:
            found = memory.read_parts(cx, side, in_steps)
        found = cx.scope.use(found)
        same = isinstance(found.type, AVal) and found.type.shape == shape
        return found if same else cx.scope.emit("retype", found, shape=shape)[0]

    first, a = control.branch(cx, lambda: part(choice.then))
    second, b = control.branch(cx, lambda: part(choice.orelse))
    return control.emit_cond(cx, node, choice.pred, first.scope, second.scope, [(a, b)])[0]


def _meant(cx: Context, choice: Choice) -> Arr | None:
    """Which of two arrays is meant here, as far as that is known."""
    first = alternatives.meant(cx, choice.pred)
    return None if first is None else choice.then if first else choice.orelse


def in_each(cx: Context, node: ast.AST, arr: Arr, do: Callable[[Arr], object]) -> bool:
    """Do to both sides, each where it is the one chosen, what is to be done to a chosen array."""
    choice, problems = arr.cell.choice, len(cx.problems)
    assert choice is not None
    whole = cx.aval(Arr(arr.cell))

    def on(side: Arr) -> Callable[[], Val]:
        def run() -> Val:
            do(Arr(side.cell, memory.extended(side.path, *arr.path)))
            cx.store.set(arr.cell, memory.sized(cx, memory.read(cx, side), whole))
            return NONE

        return run

    meant = _meant(cx, choice)
    if meant is None:
        control.choose(cx, node, Num(choice.pred), on(choice.then), on(choice.orelse))
    else:
        on(meant)()
    return len(cx.problems) == problems


def choose_again(cx: Context, node: ast.AST, cell: Cell, whole: AVal) -> None:
    """What a chosen array holds now: first, or after one of the two was written."""
    choice = cell.choice
    assert choice is not None
    meant = _meant(cx, choice)
    if meant is not None:
        cx.store.set(cell, memory.sized(cx, memory.read(cx, meant), whole))
        return
    first, a = control.branch(cx, lambda: memory.sized(cx, memory.read(cx, choice.then), whole))
    second, b = control.branch(cx, lambda: memory.sized(cx, memory.read(cx, choice.orelse), whole))
    cx.store.set(cell, control.emit_cond(cx, node, choice.pred, first.scope, second.scope, [(a, b)])[0])
