"""Lists of which a block wants to know nothing but how long they are.

d_s = [0.0] * len(s)     ⟹     d_s = [0.0] * n_s
"""

from __future__ import annotations

from collections.abc import Mapping

from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Op, Value
from symdiff.ir.types import AVal, Kind, Seq
from symdiff.passes.regions import rebuilt, substitute


class Readers:
    """Who reads what of a block."""

    def __init__(self, block: Block) -> None:
        self.ops: dict[Value, list[Op]] = {}
        self.outs = frozenset(block.outs)
        for op in block.ops:
            for v in op.ins:
                self.ops.setdefault(v, []).append(op)

    def only_length(self, v: Value) -> bool:
        """Whether nothing but the length of a list of numbers is asked for: by its zero cotangent, too."""
        number = isinstance(v.type, Seq) and isinstance(v.type.elem, AVal) and v.type.elem.kind is not Kind.ARRAY
        found = self.ops.get(v, [])
        return number and bool(found) and v not in self.outs and all(op.prim.name in _READS for op in found)


_READS = ("zeros_ct", "seq_len")


def with_lengths(block: Block, counts: Mapping[Value, Value]) -> Block:
    """The block, which is given these lengths instead of lists."""
    env: dict[Value, Value] = {}
    ops: list[Op] = []
    for op in block.ops:
        count = counts.get(op.ins[0]) if op.prim.name in _READS else None
        if count is None:
            ops.append(rebuilt(op, substitute(op.ins, env), op.outs, op.regions))
        elif op.prim.name == "seq_len":
            env[op.out] = count
        else:
            b = Builder(op.loc)
            env[op.out] = _zeros(b, op, count)
            ops += b.ops
    return Block(substitute(block.params, counts), tuple(ops), substitute(block.outs, env))


def _zeros(b: Builder, op: Op, count: Value) -> Value:
    t = op.out.type
    assert isinstance(t, Seq) and isinstance(t.elem, AVal)
    number = 0j if t.elem.complex else 0.0
    if op.params.get("loose") and not t.elem.pythonic:
        zero = b.op("convert", number, kind=t.elem.kind, dtype=t.elem.dtype, loose=True).value
    else:
        zero = b.const(number, t.elem)
    made = b.op("seq_repeat", zero, count, hint=op.out.hint).value
    made.origin = op.out.origin
    return made
