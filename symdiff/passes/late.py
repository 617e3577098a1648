"""A number that a reverse loop hands on is updated when its turn has read it: the last thing after differentiation.

By hand, once: the adjoint of `p = p * x` by x reads the d_p that came in, the one by p makes the d_p that goes out:

    t = d_p * x                      d_x += d_p * p
    d_x += d_p * p          ⟹        d_p *= x
    d_p = t

Only the order of operations without effects changes, no bit of a result.
"""

from __future__ import annotations

from collections import Counter

from symdiff.ir.core import Block, Op, Program, Value
from symdiff.ir.effects import derived, may_raise
from symdiff.ir.loops import Groups
from symdiff.ir.types import AVal, Kind
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block


def late_updates(program: Program) -> Program:
    """The program with such updates at the end of their turns."""
    return map_functions(program, lambda f: map_blocks(f, _block))


def _block(block: Block) -> Block:
    ops = [
        rebuilt(op, op.ins, op.outs, [_turn(op, op.regions[0])]) if op.prim.name == "for" and derived(op) else op
        for op in block.ops
    ]
    return same_block(block, block.params, ops, block.outs)


def _turn(loop: Op, body: Block) -> Block:
    part = Groups.of(loop)
    carried = dict(zip(body.outs[part.n_exit : part.n_exit + part.n_carry], body.params[part.n_index :], strict=False))
    last = {v: k for k, op in enumerate(body.ops) for v in op.ins}
    readers = Counter(v for op in body.ops for v in op.ins)
    readers.update(body.outs)
    made = {op.out: (k, op) for k, op in enumerate(body.ops) if len(op.outs) == 1}
    late: list[tuple[int, Op]] = []
    for out, param in carried.items():
        chain = []  # the update, and its conversion to the kind of the carry
        while out in made and readers[out] == 1 and _movable(made[out][1]):
            chain.append(made[out])
            if made[out][1].prim.name != "convert":
                break
            out = made[out][1].ins[0]
        if chain and last.get(param, -1) > chain[-1][0]:
            late += chain
    if not late:
        return body
    moved = {op for _, op in late}
    order = [op for _, op in sorted(late, key=lambda item: item[0])]
    return same_block(body, body.params, [*(op for op in body.ops if op not in moved), *order], body.outs)


def _movable(op: Op) -> bool:
    plain = derived(op) and not op.regions and not op.prim.effect and op.prim.consumes is None and not may_raise(op)
    return plain and op.prim.name != "call" and all(map(_is_number, (*op.ins, *op.outs)))


def _is_number(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is not Kind.ARRAY
