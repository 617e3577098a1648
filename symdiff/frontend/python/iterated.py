"""Lists that change while a loop runs over them: Python would see it at the next turn.

A rolled loop runs over the elements that were there at the start.  Writing elements is seen, for they are read turn by
turn; a list that is longer or shorter after a turn is not, and is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from symdiff.frontend.python import containers, grouping, iterators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Arr, Cell, DictRef, Grown, ListRef, Sequence_, Val
from symdiff.ir.core import Block, Op, Value

_RESIZING = frozenset(("append", "extend", "insert", "pop", "remove", "clear"))


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
    before = [cx.store.get(cell) for cell in lists]

    def now(k: int, item: Val) -> Val:
        after = [cx.store.get(cell) for cell in lists]
        if all(a is b for a, b in zip(before, after, strict=True)):
            return item
        found = containers.items_of(cx, place, over)
        if found is None or not all(iterators.as_long(a, b) for a, b in zip(before, after, strict=True)):
            kind = "dict" if any(isinstance(content, dict) for content in before) else "list"
            return cx.refuse("SD299", node, construct=f"a loop over a {kind} that its turns make longer or shorter")
        return found[k]

    for k, item in enumerate(items):
        yield now(k, item)
    if items:  # the last turn counts, too
        now(-1, items[-1])


def resized(stmt: ast.For, block: Block, starts: list[Value], exits: int) -> bool:
    """Whether a turn leaves one of these lists, parameters of its body, at another length, and the loop may go on."""
    for k, param in enumerate(block.params[1:]):
        if param in starts and not _same_length(block, block.outs[exits + k], param):
            return not (isinstance(stmt.iter, ast.Name) and _then_leaves(stmt.body, stmt.iter.id))
    return False


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


def _then_leaves(body: list[ast.stmt], name: str) -> bool:
    """Whether all calls that change the length of the list stand in blocks that end in `break` or `return`."""
    calls = [block for block in _blocks(body) if any(_resizes(stmt, name) for stmt in block)]
    return bool(calls) and all(isinstance(block[-1], (ast.Break, ast.Return)) for block in calls)


def _blocks(body: list[ast.stmt]) -> list[list[ast.stmt]]:
    found = [body]
    for stmt in body:
        for field in ("body", "orelse"):
            inner = getattr(stmt, field, None)
            if isinstance(inner, list) and inner:
                found += _blocks(inner)
    return found


def _resizes(stmt: ast.stmt, name: str) -> bool:
    call = stmt.value if isinstance(stmt, (ast.Expr, ast.Assign)) else None
    func = call.func if isinstance(call, ast.Call) else None
    return (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id == name
        and func.attr in _RESIZING
    )
