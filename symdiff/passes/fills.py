"""What is repeated, then copied, fills an array: after `buffers`, which put the copy there.

d_x = np.broadcast_to(1.0, (n,));  return d_x.copy()   ⟹   return np.full(n, 1.0)
"""

from __future__ import annotations

from collections import Counter

from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Op, Program, Value
from symdiff.ir.types import AVal
from symdiff.passes.regions import map_blocks, map_functions, same_block


def fills(program: Program) -> Program:
    """The program with such pairs as one operation."""
    return map_functions(program, lambda f: map_blocks(f, _block))


def _block(block: Block) -> Block:
    readers = Counter(v for op in block.ops for v in op.ins)
    readers.update(block.outs)
    repeated = {op.out: op for op in block.ops if op.prim.name == "broadcast_to" and readers[op.out] == 1}
    if not repeated:
        return block
    filled: dict[Op, Op] = {}
    gone: set[Op] = set()
    for op in block.ops:
        source = repeated.get(op.ins[0]) if op.prim.name == "copy" else None
        full = None if source is None else _full(source, op.out)
        if source is not None and full is not None:
            filled[op] = full
            gone.add(source)
    return same_block(block, block.params, [filled.get(op, op) for op in block.ops if op not in gone], block.outs)


def _full(source: Op, out: Value) -> Op | None:
    """The operation that fills an array with what `source` repeats, where that has the copy's type."""
    b = Builder(source.loc)
    repeated = source.ins[0].type
    if not isinstance(repeated, AVal) or repeated.either:
        return None
    (made,) = b.emit("full", *source.ins, **source.params)
    out.origin = out.origin or source.out.origin
    return Op(b.ops[-1].prim, source.ins, (out,), source.params, (), source.loc) if made.type == out.type else None
