"""Calls: the callee's forward pass returns a `Saved` record, its backward pass takes it; recursion is an ordinary call.

An array's cotangent that has begun is handed over, and the callee adds to it: a function that reads one element costs
one addition, not an array of zeros.  Of a slice that only this call uses, the part of its base is lent.  By hand, once:

    h = f(x[:m])          part, rest = borrow(d_x, :m)
                          part = f_backward(saved, d_h, part)
                          d_x = restore(rest, part, :m)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from symdiff.ad.activity import select
from symdiff.ad.backward import Half
from symdiff.ad.halves import Pattern
from symdiff.ad.lending import accumulators, finish, is_scalar, lendable
from symdiff.ad.passed_on import passed_on
from symdiff.ir import types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Op, Params, Value
from symdiff.ir.steps import Steps
from symdiff.ir.types import Saved
from symdiff.primitives.indexing import is_basic

if TYPE_CHECKING:
    from symdiff.ad.sweep import Sweep

Slices = Mapping[Value, Op]  # arguments that are slices, and what made them


def sole_slices(ops: Sequence[Op], seeded: set[Value]) -> dict[Value, Op]:
    """Slices that are used once among these operations."""
    uses = Counter(v for op in ops for v in op.ins)
    return {
        op.out: op
        for op in ops
        if op.prim.name == "index"
        and is_basic(op.params["spec"])
        and not is_scalar(op.out)
        and uses[op.out] == 1
        and op.out not in seeded
    }


def call(sweep: Sweep, op: Op, b: Builder, begun: Sequence[bool], slices: Slices) -> Steps:
    """Append the call of the forward pass; how to pull it back, a Pull."""
    useful = tuple(sweep.is_active(op.outs))
    given = (sweep.varied, sweep.wild, sweep.grown, sweep.endless)
    varied, wild, grown, endless = (tuple(v in found for v in op.ins) for found in given)
    hiding = (sweep.masked, sweep.chosen)
    masked, chosen = (tuple(v in found and on for v, on in zip(op.outs, useful, strict=True)) for found in hiding)
    parts = _parts(op, slices)
    name, known = op.params["function"], sweep.reversal.passed_on
    inner = known[name] if name in known else known.setdefault(name, passed_on(sweep.reversal.program, name))
    handed = [on or k in inner for k, on in enumerate(begun)]
    lent = lendable(op.ins, [v in parts or (on and not is_scalar(v)) for v, on in zip(op.ins, handed, strict=True)])
    pair = yield sweep.reversal.pair(name, Pattern(varied, useful, wild, grown, endless, masked, chosen, lent))
    record = Value(Saved(pair.forward), "record")
    params = Params(function=pair.forward, types=(*op.params["types"], record.type))
    b.ops.append(Op(op.prim, op.ins, (*op.outs, record), params, (), op.loc))

    def pull(half: Half) -> None:
        d_outs = finish(half, select(op.outs, useful), op)
        if d_outs is None:
            return
        targets = select(op.ins, pair.wanted)
        handed = select(op.ins, pair.lent)
        rests = {v: _borrow(half, parts[v]) for v in handed if v in parts}
        accs = [rests[v][0] if v in rests else accumulators(half, [v])[0] for v in handed]
        found = tuple(types.cotangent(v.type) for v in targets)
        names = [f"d_{v.hint}" if v.hint and v not in rests else "" for v in targets]
        outs = half.b.emit("call", record, *d_outs, *accs, hints=names, function=pair.backward, types=found)
        for v, ct in zip(targets, outs, strict=True):
            if v in rests:
                _restore(half, parts[v], rests.pop(v)[1], ct)
            else:
                half.add(v, V(half.b, ct))

    return pull


def _parts(op: Op, slices: Slices) -> dict[Value, Op]:
    """The arguments whose part can be lent: one slice of a base that the call does not take otherwise."""
    found: dict[Value, Op] = {}
    taken = set(op.ins)
    for v in op.ins:
        made = slices.get(v)
        if made is not None and made.ins[0] not in taken:
            found[v] = made
            taken.add(made.ins[0])
    return found


def _borrow(half: Half, made: Op) -> tuple[Value, Value]:
    """A part of the cotangent of what was sliced, and the rest."""
    base = made.ins[0]
    part, rest = half.b.emit("borrow", *accumulators(half, [base]), *made.ins[1:], spec=made.params["spec"])
    return part, rest


def _restore(half: Half, made: Op, rest: Value, part: Value) -> None:
    half.set(made.ins[0], half.b.emit("restore", rest, part, *made.ins[1:], spec=made.params["spec"])[0])
