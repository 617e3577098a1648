"""Reads that cannot fail since the loop around them goes over just those places.

By hand, once: in `for i in range(len(A)): row = A[i]; …` the row is there in every turn, so that reading it raises
nothing, and may go where nobody uses it: `row[j]` is read as `A[i, j]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from symdiff.ir import dims
from symdiff.ir.core import Block, Function, Op, Value
from symdiff.ir.dims import Dim
from symdiff.ir.loops import first_capture
from symdiff.ir.types import AVal

Origin = Callable[[Value], tuple[object, int, int]]  # the owner, the region or -1, the number of the param or result

Origins = Mapping[Value, tuple[object, int, int]]


def origins(f: Function) -> Origins:
    """Where each value of a function comes from."""
    found: dict[Value, tuple[object, int, int]] = {}
    blocks: list[tuple[Block, object, int]] = [(f.body, f, 0)]
    while blocks:
        block, owner, region = blocks.pop()
        found.update((v, (owner, region, k)) for k, v in enumerate(block.params))
        for op in block.ops:
            found.update((v, (op, -1, k)) for k, v in enumerate(op.outs))
            blocks.extend((r, op, k) for k, r in enumerate(op.regions))
    return found


def is_inside(op: Op, origin: Origin) -> bool:
    """Whether every index of a read is a constant inside its axis, or the number of a turn that is."""
    if op.prim.name != "index":
        return False
    array, where, axis = op.ins[0].type, iter(op.ins[1:]), 0
    assert isinstance(array, AVal)
    for item in op.params["spec"]:
        if item[0] in ("new", "rest"):
            continue
        if item[0] in ("array", "mask") or (item[0] == "at" and not _fits(item, where, array.shape[axis], origin)):
            return False
        if item[0] == "slice":
            for bound in item[1:4]:
                if bound == "v":
                    next(where)
        axis += 1
    return True


def _fits(item: tuple[object, ...], where: Iterator[Value], size: Dim, origin: Origin) -> bool:
    if isinstance(item[1], int):
        low = dims.lower_bound(size)
        return low is not None and -low <= item[1] < low
    loop, region, number = origin(next(where))
    if not isinstance(loop, Op) or loop.prim.name != "for" or region != 0 or number != 0:
        return False
    lo, hi, step = loop.ins[:3]
    if not (isinstance(lo.const, int) and lo.const >= 0 and step.const == 1):
        return False
    end = _size(hi, origin)
    return end is not None and dims.equal(end, size) is True


def _size(v: Value, origin: Origin) -> Dim | None:
    """The size that an integer is, through the regions that capture it."""
    while v.const is None:
        owner, region, number = origin(v)
        if not isinstance(owner, Op):
            return None
        if region < 0:
            return owner.params["size"] if owner.prim.name == "dim" else None
        captured = number - (len(owner.regions[region].params) - len(owner.ins))  # captures are last on both sides
        if captured < first_capture(owner):
            return None
        v = owner.ins[captured]
    return v.const if isinstance(v.const, int) else None
