"""Branches: each side packs what its backward half reads into an `Alt` record; the backward `cond` unpacks it.

By hand, once: `if c: y = sin(x) * w` `else: y = x` is reversed, adding to d_x and d_w as they are so far, as

    if c:  (s,) = saved;  d_w = d_w + d_y * s;  d_x = d_x + d_y * w * cos(x)
    else:  d_x = d_x + d_y
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from symdiff.ad.activity import select
from symdiff.ad.backward import Half
from symdiff.ad.halves import Backward, copies, ct_value
from symdiff.ad.lending import accumulators, finish, lendable
from symdiff.errors import Loc
from symdiff.ir.build import Builder, V
from symdiff.ir.core import REGISTRY, Block, Op, Params, Value
from symdiff.ir.memory import viewed
from symdiff.ir.steps import Steps
from symdiff.ir.types import Alt

if TYPE_CHECKING:
    from symdiff.ad.sweep import Sweep


def cond(sweep: Sweep, op: Op, b: Builder, begun: Sequence[bool]) -> Steps:
    """Append the branches of the forward pass; how to pull them back, a Pull."""
    outs_on = sweep.is_active(op.outs)
    caps_on = [any(sweep.is_active(pair)) for pair in zip(*(r.params for r in op.regions), strict=True)]
    lent = lendable(op.ins[1:], [a and c for a, c in zip(begun[1:], caps_on, strict=True)])
    sides = []
    test = sweep.tests.get(op.ins[0])
    if test is not None:
        gone = op.regions[0 if test.prim.name == "opt_absent" else 1]
        sweep.absent.update(p for p, v in zip(gone.params, op.ins[1:], strict=True) if v in test.ins)
    for region in op.regions:
        sides.append((yield _branch(sweep, region, Builder(op.loc), outs_on, caps_on, lent)))
    record = Alt(*(tuple(v.type for v in side.saved) for _, side in sides))
    alt = Value(record, "branch") if record.then or record.orelse else None
    regions = [Block(r.params, ops, r.outs) for (ops, _), r in zip(sides, op.regions, strict=True)]
    if alt is not None:
        regions = [
            _packing(r, side.saved, k, record, op.loc, sweep.rewritten)
            for k, (r, (_, side)) in enumerate(zip(regions, sides, strict=True))
        ]
    outs = op.outs if alt is None else (*op.outs, alt)
    b.ops.append(Op(op.prim, op.ins, outs, op.params, tuple(regions), op.loc))
    return lambda half: _pull_cond(half, op, [side for _, side in sides], alt, outs_on, caps_on, lent)


def _branch(
    sweep: Sweep, region: Block, b: Builder, outs_on: Sequence[bool], caps_on: Sequence[bool], lent: Sequence[bool]
) -> Steps:
    """The operations of the forward half of a branch, and its backward half."""
    seeded = [*select(region.params, lent), *select(region.outs, outs_on)]
    pulls = yield from sweep.forward(region, b, seeded)
    wanted = select(region.params, caps_on)
    seeds = [(v, ct_value(v)) for v in seeded]
    steady = sweep.steady if sweep.turns else frozenset[Value]()
    passed = [v for v in region.params if v not in sweep.rewritten]
    side = sweep.backward(region, b, pulls, seeds, wanted, passed, steady)
    return tuple(b.ops), side


def _packing(
    region: Block, saved: Sequence[Value], side: int, record: Alt, loc: Loc | None, rewritten: Set[Value]
) -> Block:
    """A branch that also returns the record of what its backward half reads; of what the loop overwrites, copies."""
    b, seen = Builder(loc), set(rewritten)
    for op in region.ops:
        source = viewed(op) if len(op.outs) == 1 else None
        if source is not None and op.ins[source] in seen:
            seen.add(op.out)
    kept = [b.op("copy", v).value if v in seen else v for v in saved]
    alt = Value(record, "branch")
    pack = Op(REGISTRY["alt_pack"], tuple(kept), (alt,), Params(side=side, type=record), (), loc)
    return Block(region.params, (*region.ops, *b.ops, pack), (*region.outs, alt))


def _pull_cond(
    half: Half,
    op: Op,
    sides: Sequence[Backward],
    alt: Value | None,
    outs_on: Sequence[bool],
    caps_on: Sequence[bool],
    lent: Sequence[bool],
) -> None:
    d_outs = finish(half, select(op.outs, outs_on), op)
    if d_outs is None:
        return
    targets = select(op.ins[1:], caps_on)
    accs = accumulators(half, select(op.ins[1:], lent))
    read = [
        k for k in range(len(op.ins) - 1) if any(r.params[k] in s.again for s, r in zip(sides, op.regions, strict=True))
    ]
    ins = [op.ins[0], *([alt] if alt else []), *accs, *d_outs, *(op.ins[1 + k] for k in read)]
    regions = [
        _back_branch(op, side, region, k, alt, read)
        for k, (side, region) in enumerate(zip(sides, op.regions, strict=True))
    ]
    for v, ct in zip(targets, half.b.emit("cond", *ins, regions=regions), strict=True):
        half.add(v, V(half.b, ct))


def _back_branch(op: Op, side: Backward, region: Block, number: int, alt: Value | None, read: Sequence[int]) -> Block:
    env: dict[Value, Value] = {}
    head: list[Op] = []
    record = copies([alt], env) if alt is not None else []
    if side.saved:
        fields = tuple(copies(side.saved, env))
        head.append(Op(REGISTRY["alt_unpack"], tuple(record), fields, Params(side=number), (), op.loc))
    params = [*record, *copies([ct for _, ct in side.seeds], env), *copies([region.params[k] for k in read], env)]
    return side.block(params, env, head)
