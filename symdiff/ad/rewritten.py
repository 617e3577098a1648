"""Arrays and lists that a loop or function changes: what a branch reads of them whole is copied in that branch.

By hand, once: in

    for i in range(1, n):
        y[i] = y[i] * y[i - 1]
        if i % 100 == 0:  s = s + sum(sin(y))

the adjoint needs y whole, as it was, in one turn of a hundred.  Kept for every turn, y would cost n² numbers; the
branch saves a copy of its own.  So does the last call of a recursion that has filled a list, `path.append(v[k])`,
where each call would keep the list as it came in; of what it only counts the elements of, it saves the number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symdiff.ad.activity import Flags, Forward
from symdiff.ir.core import Block, Op, Program, Value
from symdiff.ir.lengths import is_of_numbers
from symdiff.ir.loops import Loop, loop
from symdiff.ir.types import AVal


def rewritten(part: Loop) -> set[Value]:
    """The arrays of a turn, in its branches too, that are a carry before, between and after writes to parts of it.

    What loops inside of it see of them is left out: one copy serves all their turns.
    """
    found: set[Value] = set()
    for param, end in zip(part.carry_params, part.carry_ends, strict=True):
        if isinstance(param.type, AVal) and param.type.shape:
            versions = {param}
            if _follow(part.body, versions) and end in versions:
                found |= versions
    return found


def changed_lists(program: Program, block: Block, values: Sequence[Value]) -> set[Value]:
    """What these parameters are before, between and after changes, in branches too: of lists of numbers that are.

    Calls may change them.  What loops see of them is left out.
    """
    found: set[Value] = set()
    for v in filter(is_of_numbers, values):
        changes: list[Op] = []

        def is_version(op: Op, flags: Flags, changes: list[Op] = changes) -> Flags:
            changed = op.prim.consumes is not None and flags[op.prim.consumes]
            if changed:
                changes.append(op)
            return (changed,) * len(op.outs)

        versions: set[Value] = set()
        Forward(program, is_version).run(block, [p is v for p in block.params], versions)
        if changes:
            found |= versions
    return found & set(_outside_loops(block)) if found else found


def _outside_loops(block: Block) -> Iterator[Value]:
    todo = [block]
    while todo:
        block = todo.pop()
        yield from block.params
        for op in block.ops:
            yield from op.outs
            todo += op.regions if op.prim.name == "cond" else ()


def _follow(block: Block, versions: set[Value]) -> bool:
    """Add what the writes of a block make of these arrays; whether there are any."""
    written = False
    for op in block.ops:
        if op.prim.name == "cond":
            for region in op.regions:
                versions.update(p for p, v in zip(region.params, op.ins[1:], strict=True) if v in versions)
                written |= _follow(region, versions)
                versions.update(v for v, end in zip(op.outs, region.outs, strict=True) if end in versions)
        elif op.prim.name in ("for", "while"):
            inner = loop(op)
            changed = [v for v, start in zip(inner.carry_outs, inner.carry, strict=True) if start in versions]
            versions.update(changed)
            written |= bool(changed)
        elif op.prim.consumes is not None and op.ins[op.prim.consumes] in versions:
            versions.update(op.outs)
            written = True
    return written
