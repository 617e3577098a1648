"""Arrays that a loop writes in part: what a branch reads of them whole is copied in the branch that is taken.

By hand, once: in

    for i in range(1, n):
        y[i] = y[i] * y[i - 1]
        if i % 100 == 0:  s = s + sum(sin(y))

the adjoint needs y whole, as it was, in one turn of a hundred.  Kept for every turn, y would cost n² numbers; the
branch saves a copy of its own.
"""

from __future__ import annotations

from symdiff.ir.core import Block, Value
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
