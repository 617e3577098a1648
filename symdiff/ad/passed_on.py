"""What a recursive function hands to itself: of what it only reads, the calls inside are lent the cotangent so far.

By hand, once: `f(x, k)` that reads x[k] and calls `f(x, k + 1)` has an adjoint that takes d_x, adds to one element and
hands d_x on; n calls cost n additions.  What it overwrites and returns, the array y of `y = f(y, k)`, needs nothing of
the kind: its cotangent comes in as that of the result, is changed in place, and goes out as that of the argument.
Zeros of its size, lent besides, would be made and added at each call.
"""

from __future__ import annotations

from symdiff.ad.activity import Flags, Forward
from symdiff.ir.core import Function, Op, Program
from symdiff.ir.loops import loop
from symdiff.ir.memory import viewed
from symdiff.primitives.indexing import is_basic


def passed_on(program: Program, name: str) -> set[int]:
    """The arguments that a function hands to itself in the same place, whole or in part, and does not change.

    The calls inside are lent their cotangents.  So is the first one, else there would be two backward functions.
    """
    f = program.functions[name]
    return {k for k in _handed_on(f) if not _changes(program, f, k)}


def _handed_on(f: Function) -> set[int]:
    found: set[int] = set()
    todo = [(f.body, {v: k for k, v in enumerate(f.body.params)})]
    while todo:
        block, known = todo.pop()
        for op in block.ops:
            if op.prim.name == "index" and is_basic(op.params["spec"]) and op.ins[0] in known:
                known[op.out] = known[op.ins[0]]
            elif op.prim.name == "call" and op.params["function"] == f.name:
                found.update(k for k, v in enumerate(op.ins) if known.get(v) == k)
            for region in op.regions:
                captured = op.ins[1:] if op.prim.name == "cond" else loop(op).caps
                own = region.params[len(region.params) - len(captured) :] if captured else ()
                todo.append((region, {p: known[v] for p, v in zip(own, captured, strict=True) if v in known}))
    return found


def _changes(program: Program, f: Function, k: int) -> bool:
    """Whether a function, or what it calls, overwrites argument k, or returns it."""
    overwrites = []

    def holds(op: Op, flags: Flags) -> Flags:
        """Whether results are the argument, or a view of it, as it is by now."""
        if op.prim.consumes is not None and flags[op.prim.consumes]:
            overwrites.append(op)
            return (True,) * len(op.outs)
        source = viewed(op) if len(op.outs) == 1 else None
        return (source is not None and flags[source],) * len(op.outs)

    returned = Forward(program, holds).function(f.name, tuple(j == k for j, _ in enumerate(f.body.params)))
    return bool(overwrites) or any(returned)
