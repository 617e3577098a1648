"""A product of numbers in which a masked zero wins, as a condition: -O2, after the last differentiation.

By hand, once, in the turns of a loop:

    d_x += _masked_mul(d_y, p)             ⟹     d_x += d_y * p if d_y != 0.0 else 0.0
    d_s = _masked_mul(d_y, 1 / r)                d_s = d_y / r if d_y != 0.0 else np.float64(0.0)

A product by a finite constant is plain.  NumPy takes a hundred times as long to ask whether one number is finite.  The
results are the same but for the sign of a zero.  The 0.0 is an np.float64 unless whatever reads it makes one of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from symdiff.ir import errstate, types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Op, Program, Value
from symdiff.ir.effects import derived
from symdiff.ir.types import AVal, Kind
from symdiff.passes.regions import map_blocks, map_functions, same_block, substitute

_KEEPS_ZERO = ("neg", "add", "sub", "mul")


def guards(program: Program) -> Program:
    """The program without masked products of numbers in float64."""
    return map_functions(program, lambda f: map_blocks(f, _block))


def _block(block: Block) -> Block:
    if not any(map(_is_of_numbers, block.ops)):
        return block
    here = _Here(block)
    ops: list[Op] = []
    for op in block.ops:
        ops += here.product(op) if _is_of_numbers(op) else [op]
    return same_block(block, block.params, ops, block.outs)


def _is_of_numbers(op: Op) -> bool:
    numbers = op.prim.name == "masked_mul" and all(_is_number(v) for v in (*op.ins, op.out))
    return numbers and derived(op) and not errstate.observed(op)


def _is_number(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is not Kind.ARRAY and v.type.dtype == "f8"


class _Here:
    """One block: what makes its values, and what reads them (None: its end)."""

    def __init__(self, block: Block) -> None:
        self.made: Mapping[Value, Op] = {op.out: op for op in block.ops if len(op.outs) == 1}
        self.readers: dict[Value, list[Op | None]] = {}
        for op in block.ops:
            for v in op.ins:
                self.readers.setdefault(v, []).append(op)
        for v in block.outs:
            self.readers.setdefault(v, []).append(None)

    def product(self, op: Op) -> list[Op]:
        """The operations of a masked product."""
        b, (d, p) = Builder(op.loc), op.ins
        product = b.op("div", d, self.made[p].ins[1]) if self.is_inverse(p) else b.v(d) * b.v(p)
        loose = self.makes_numpy(op.out, product.type == types.numpy("f8"))
        if isinstance(p.const, int | float) and math.isfinite(p.const):  # nothing to hide
            found = product if product.type == op.out.type else _numpy(b, product, loose)
        elif product.type == op.out.type:
            zero = b.v(0.0) if product.type == types.FLOAT else _numpy(b, b.v(0.0), loose)
            found = b.select(b.ne(d, 0.0), product, zero)
        else:
            found = _numpy(b, b.select(b.ne(d, 0.0), product, 0.0), loose)
        env = {found.value: op.out}
        return [Op(o.prim, o.ins, substitute(o.outs, env), o.params, o.regions, o.loc) for o in b.ops]

    def is_inverse(self, p: Value) -> bool:
        """Whether this is 1 / r, read here alone."""
        op = self.made.get(p)
        return op is not None and op.prim.name == "div" and op.ins[0].const == 1 and len(self.readers[p]) == 1

    def makes_numpy(self, v: Value, zero_alone: bool) -> bool:
        """Whether a Python float will do for an np.float64: it goes into an array, or meets a number of NumPy's.

        `zero_alone`: the only Python float that it may be is 0.0.
        """
        todo, seen = [v], {v}
        while todo:
            zero = todo.pop()
            for reader in self.readers.get(zero, ()):
                if reader is None or not derived(reader):
                    return False
                if self.takes(reader, zero, zero_alone):
                    continue
                if (
                    not zero_alone
                    or reader.prim.name not in _KEEPS_ZERO
                    or not all(x.type == types.numpy("f8") for x in reader.ins)
                ):
                    return False
                if reader.out not in seen:  # 0.0 again, if the others are, too
                    seen.add(reader.out)
                    todo.append(reader.out)
        return True

    def takes(self, op: Op, zero: Value, zero_alone: bool) -> bool:
        """Whether an operation gives the same for either float."""
        name = op.prim.name
        if name in ("index_add", "index_set"):
            return op.ins[1] is zero and op.ins.count(zero) == 1
        if _is_of_numbers(op):  # a factor that is no 0.0 is an np.float64
            return zero_alone and op.ins[1].const is None and op.ins[0].type == types.numpy("f8")
        others = [x for x in op.ins if x is not zero]
        if not others or not all(map(self.is_certain, others)):
            return False
        return name in ("add", "sub", "mul") or (name == "div" and op.ins[0] is zero)

    def is_certain(self, v: Value) -> bool:
        """Whether this is an array, or a number of NumPy's, and not such a 0.0."""
        maker, t = self.made.get(v), v.type
        double = isinstance(t, AVal) and t.kind in (Kind.NUMPY, Kind.ARRAY) and t.dtype == "f8" and v.const is None
        return double and (maker is None or maker.prim.name not in (*_KEEPS_ZERO, "masked_mul"))


def _numpy(b: Builder, x: V, loose: bool) -> V:
    if loose:
        return b.op("convert", x, kind=Kind.NUMPY, dtype="f8", loose=True)
    return b.op("convert", x, kind=Kind.NUMPY, dtype="f8")
