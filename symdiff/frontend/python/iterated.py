"""Lists that change while a loop runs over them: Python would see it at the next turn.

A rolled loop runs over the elements that were there at the start.  Writing elements is seen, for they are read turn by
turn; a list that is longer or shorter after a turn is not, and is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from symdiff.frontend.python import containers, grouping, iterators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.control import ON
from symdiff.frontend.python.values import POISON, Arr, Cell, DictRef, Grown, ListRef, Sequence_, Val
from symdiff.ir.core import Block, Op, Value


def elements_of(cx: Context, over: Val) -> list[Value]:
    """The lists, as they are now, of a loop over a list, or over `enumerate` and its like of one."""
    if isinstance(over, Sequence_):
        return [v for part in over.parts for v in elements_of(cx, part)]
    content = cx.store.get(over.cell) if isinstance(over, ListRef) else None
    return list(content.values) if isinstance(content, Grown) else []


def lists_in(over: Val) -> list[Cell]:
    """The memory of the list, dict or array that a loop runs over, or of all that `zip` and its like combine."""
    if isinstance(over, Sequence_):
        return [cell for part in over.parts for cell in lists_in(part)]
    return [over.cell] if isinstance(over, (Arr, ListRef, DictRef)) else []


def turn_by_turn(cx: Context, node: ast.AST, place: ast.AST, over: Val, items: Sequence[Val]) -> Iterator[Val]:
    """The known elements of what a loop runs over, each as it is at its turn: a list must keep its length."""
    if grouping.given_in_turns(over):
        yield from grouping.turn_by_turn(cx, place, over)
        return
    lists = lists_in(over)
    before, told = [cx.store.get(cell) for cell in lists], len(cx.problems)

    def now(k: int, item: Val) -> Val:
        after = [cx.store.get(cell) for cell in lists]
        if all(a is b for a, b in zip(before, after, strict=True)):
            return item
        found = containers.items_of(cx, place, over)
        if found is None and len(cx.problems) > told:  # a turn that is refused may leave the list in another form
            return POISON
        if found is None or not all(iterators.as_long(a, b) for a, b in zip(before, after, strict=True)):
            kind = "dict" if any(isinstance(content, dict) for content in before) else "list"
            return refuse(cx, node, kind)
        return found[k]

    for k, item in enumerate(items):
        yield now(k, item)
    if items:  # the last turn counts, too
        now(-1, items[-1])


def refuse(cx: Context, node: ast.AST, kind: str) -> Val:
    """Report that what a loop runs over may be longer or shorter after a turn that goes on."""
    construct = f"a loop over a {kind} that its turns may make longer or shorter"
    why = "Python would run over what is added, and pass over what moves" if kind == "list" else "Python raises there"
    why += ", unless the loop is left at once"
    return cx.refuse("SD299", node, construct=construct, why=why, rewrite=_COPY)


_COPY = "run over a copy: `for item in list(items)`"


def resized(block: Block, starts: list[Value], exits: int) -> bool:
    """Whether a turn leaves one of these lists, parameters of its body, at another length, and the loop may go on."""
    code = block.outs[0] if exits else None
    return any(
        param in starts and not _kept_or_left(block, block.outs[exits + k], code, param)
        for k, param in enumerate(block.params[1:])
    )


def _kept_or_left(block: Block, v: Value, code: Value | None, start: Value) -> bool:
    """Whether v is `start` but for elements written, wherever the exit code says that the loop goes on."""
    if _same_length(block, v, start):
        return True
    made = {out: op for op in block.ops for out in op.outs}
    op, left = made.get(v), None if code is None else made.get(code)
    if code is None or left is None:
        return False
    if left.prim.name == "const":
        return bool(left.params["value"] != ON)
    if op is not left or op.prim.name != "cond":
        return False
    at, said = op.outs.index(v), op.outs.index(code)
    return all(
        any(
            _kept_or_left(region, region.outs[at], region.outs[said], inner)
            for outer, inner in zip(op.ins[1:], region.params, strict=True)
            if _same_length(block, outer, start)
        )
        or _leaves(region, region.outs[said])
        for region in op.regions
    )


def _leaves(block: Block, code: Value) -> bool:
    """Whether an exit code always says that the loop is left."""
    op = next((op for op in block.ops if code in op.outs), None)
    if op is None or op.prim.name != "cond":
        return op is not None and op.prim.name == "const" and op.params["value"] != ON
    return all(_leaves(region, region.outs[op.outs.index(code)]) for region in op.regions)


def _same_length(block: Block, v: Value, start: Value) -> bool:
    """Whether v is `start`, but for elements written."""
    made = {out: op for op in block.ops for out in op.outs}
    while v is not start:
        op = made.get(v)
        if op is None:
            return False
        source = op.ins[0] if op.prim.name == "seq_set" else _through(op, op.outs.index(v))
        if source is None:
            return False
        v = source
    return True


def _through(op: Op, number: int) -> Value | None:
    """The operand that a result of a branch or loop is, but for elements written; None if it is another."""
    skipped = {"cond": (1, 0), "for": (3, 1), "while": (0, 0)}.get(op.prim.name)
    if skipped is None or number >= len(op.regions[-1].outs):
        return None
    regions = op.regions if op.prim.name == "cond" else op.regions[-1:]
    found = set()
    for region in regions:
        pairs = list(zip(op.ins[skipped[0] :], region.params[skipped[1] :], strict=True))
        same = [outer for outer, inner in pairs if _same_length(region, region.outs[number], inner)]
        found.add(same[0] if same else None)
    return found.pop() if len(found) == 1 else None
