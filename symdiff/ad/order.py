"""The order in which the operations of a block are pulled back.

Any order will do in which an operation comes before those that made its operands; the program's own order, backwards,
is one.  But where a program reads a part of an array (or list) after the operation that overwrites it, as in

    y = index_set(x, v, i);  u = x[j]

the read would be pulled back first, into a full-size zero that is then added to what comes through the overwrite.  With
the reads pulled back after the overwrite, they add to their part of what is there.  So reads go before overwrites, if
they do not depend on them.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from symdiff.ir.core import Op, Value
from symdiff.primitives.declare import Accumulate


def reads_part(op: Op, k: int) -> bool:
    """Whether the operation adds to a part of its operand's cotangent, or (in a region) may do so."""
    if op.regions or op.prim.name == "call" or isinstance(op.prim.vjp, Accumulate):
        return True
    rules = op.prim.transpose
    return rules is not None and k < len(rules) and isinstance(rules[k], Accumulate)


def reading_first(ops: Sequence[Op]) -> list[Op]:
    """The operations with reads of a part before overwrites of the whole, otherwise in their order."""
    extra = _edges(ops)
    if not extra:
        return list(ops)
    made = {v: k for k, op in enumerate(ops) for v in op.outs}
    after: list[list[int]] = [[] for _ in ops]
    waiting = [0] * len(ops)
    edges = {(made[v], k) for k, op in enumerate(ops) for v in op.ins if v in made} | extra
    for first, then in edges:
        after[first].append(then)
        waiting[then] += 1
    ready = [k for k, n in enumerate(waiting) if not n]
    found = []
    while ready:
        k = heapq.heappop(ready)
        found.append(ops[k])
        for then in after[k]:
            waiting[then] -= 1
            if not waiting[then]:
                heapq.heappush(ready, then)
    return found if len(found) == len(ops) else list(ops)  # two such wishes may contradict each other


def _edges(ops: Sequence[Op]) -> set[tuple[int, int]]:
    """(read, overwrite) for every read that stands after an overwrite of the same value and does not depend on it."""
    readers: dict[Value, list[int]] = {}
    for k, op in enumerate(ops):
        for number, v in enumerate(op.ins):
            if reads_part(op, number):
                readers.setdefault(v, []).append(k)
    found: set[tuple[int, int]] = set()
    for k, op in enumerate(ops):
        if op.prim.consumes is None:
            continue
        later = [r for r in readers.get(op.ins[op.prim.consumes], ()) if r > k]
        if later:
            tainted = _tainted(ops, k, later[-1])
            found.update((r, k) for r in later if r not in tainted)
    return found


def _tainted(ops: Sequence[Op], start: int, end: int) -> set[int]:
    """The operations up to `end` that depend on one."""
    values, found = set(ops[start].outs), set()
    for k in range(start + 1, end + 1):
        if not values.isdisjoint(ops[k].ins):
            found.add(k)
            values.update(ops[k].outs)
    return found
