"""A transpose that is read twice is written twice: `b.T` is shorter than a variable, and costs nothing.

Last of the rewrites, for `cse` would merge them again.
"""

from __future__ import annotations

from collections import Counter

from symdiff.ir.build import clone_ops
from symdiff.ir.core import Block, Op, Program, Value
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block


def repeated_views(program: Program) -> Program:
    """The program with one transpose for each of its readers."""
    return map_functions(program, lambda f: map_blocks(f, _block))


def _block(block: Block) -> Block:
    readers = Counter(v for op in block.ops for v in op.ins)
    readers.update(dict.fromkeys(block.outs, 2))
    plain = {op.out: op for op in block.ops if op.prim.name == "transpose" and not op.out.hint}
    shared = {v: op for v, op in plain.items() if readers[v] > 1 and v not in block.outs}
    if not shared:
        return block
    ops: list[Op] = []
    for op in block.ops:
        if op.outs and op.outs[0] in shared:
            continue
        env: dict[Value, Value] = {}
        mine = [shared[v] for v in dict.fromkeys(op.ins) if v in shared]
        ops += clone_ops(mine, env)
        ops.append(rebuilt(op, [env.get(v, v) for v in op.ins], op.outs, op.regions))
    return same_block(block, block.params, ops, block.outs)
