"""Cotangents handed over to a region or a callee, which adds to them, instead of contributions handed back.

By hand, once: a loop that reads `x[i]` in each turn hands d_x from turn to turn and adds to one element of it; were
each turn to return its own contribution, an array of zeros but for one, n turns would cost n².
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.ad.activity import Flags
from symdiff.ad.backward import Half
from symdiff.ad.rules import derived
from symdiff.ad.zeros import has_record
from symdiff.ir.core import Op, Value
from symdiff.ir.types import AVal


def lendable(values: Sequence[Value], begun: Sequence[bool]) -> Flags:
    """Whose cotangent a branch or a callee takes to add to it: where there is one, once for each value.

    Made for the purpose it would cost its whole size, be the part that is added ever so small; a record has no parts.
    """
    seen: set[Value] = set()
    flags = []
    for v, on in zip(values, begun, strict=True):
        flags.append(on and v not in seen and not has_record(v.type))
        seen.add(v)
    return tuple(flags)


def is_scalar(v: Value) -> bool:
    return isinstance(v.type, AVal) and not v.type.shape


def accumulators(half: Half, targets: Sequence[Value]) -> list[Value]:
    """The cotangents so far, handed over to be added to; a value captured twice is handed over once."""
    found = []
    for v in targets:
        found.append(half.finished(v))
        half.cts.pop(v, None)
    return found


def finish(half: Half, outs: Sequence[Value], op: Op) -> list[Value] | None:
    """The cotangents of an operation's results, zeros where missing; None if all are."""
    if all(v not in half.cts for v in outs):
        return None
    half.b.loc = derived(op.loc)
    found = [half.finished(v) for v in outs]
    for v in outs:
        half.cts.pop(v, None)
    return found
