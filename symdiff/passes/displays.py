"""A list that every turn would make anew, of what does not change in the loop, is made once, before the loop.

By hand, once, where each turn looks for an element at an index that is computed in it:

    for i in range(n):                              several = [x, y, z]
        several = [x, y, z]                         for i in range(n):
        s += several[i % 3][i]               ⟹         s += several[i % 3][i]

The adjoint of the left has a list of arrays of zeros in each turn: n turns cost n².  That of the right adds to an
element of one list.  A branch of a turn makes no such list either.  Before differentiation, at every level.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from symdiff.ir.core import Block, Function, Op, Program, Value
from symdiff.ir.loops import Groups, first_capture
from symdiff.passes.regions import map_blocks, map_functions, only_read, rebuilt, same_block, substitute

_READS = ("seq_get", "seq_len")


def displays_before_loops(program: Program) -> Program:
    """The program with lists of what a loop captures made before it."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    return map_blocks(f, _block)


def _block(block: Block) -> Block:
    if not any(op.prim.name in ("for", "while") for op in block.ops):
        return block
    ops: list[Op] = []
    for op in block.ops:
        if op.prim.name in ("for", "while"):
            before, op = _made_before(op)
            ops += before
        ops.append(op)
    return same_block(block, block.params, ops, block.outs)


def _made_before(op: Op) -> tuple[list[Op], Op]:
    """The operations of a turn that make such lists, as operations before the loop, and the loop without them."""
    captured = Groups.of(op).params(op.regions[-1])[3]
    outside = dict(zip(captured, op.ins[first_capture(op) :], strict=True))
    turn = _before_branches(op.regions[-1], outside)
    return _moved(rebuilt(op, op.ins, op.outs, (*op.regions[:-1], turn)), -1, outside)


def _before_branches(block: Block, outside: Container[Value]) -> Block:
    """The block of a turn, in which such lists that a branch makes are made before it."""
    ops: list[Op] = []
    for op in block.ops:
        for side in range(len(op.regions) if op.prim.name == "cond" else 0):
            region, first = op.regions[side], first_capture(op)
            captured = region.params[len(region.params) - len(op.ins) + first :]
            fixed = {p: v for p, v in zip(captured, op.ins[first:], strict=True) if v in outside}
            regions = list(op.regions)
            regions[side] = _before_branches(region, fixed)
            before, op = _moved(rebuilt(op, op.ins, op.outs, regions), side, fixed)
            ops += before
        ops.append(op)
    return same_block(block, block.params, ops, block.outs)


def _moved(op: Op, side: int, outside: Mapping[Value, Value]) -> tuple[list[Op], Op]:
    """The operations that make lists in one region of what is outside of it, before the operation, and the rest."""
    body = op.regions[side]
    made = dict[Value, Op]()
    for o in body.ops:
        appended = o.prim.name == "seq_append" and o.ins[0] in made and o.ins[1] in made.keys() | outside.keys()
        if appended or o.prim.name in ("seq_empty", "const"):
            made[o.out] = o
    todo = [v for v, o in made.items() if o.prim.name == "seq_append" and only_read(body, v, _READS)]
    moved = set[Op]()
    while todo:
        o = made[todo.pop()]
        moved.add(o)
        todo += [v for v in o.ins if v in made]
    if not moved:
        return [], op
    kept = [o for o in body.ops if o not in moved or o.prim.name == "const"]
    read = {*body.outs, *(v for o in kept for v in o.ins)}
    env = dict(outside)
    before = []
    for o in body.ops:
        if o in moved:
            env[o.out] = Value(o.out.type, o.out.hint, o.out.const)
            before.append(Op(o.prim, substitute(o.ins, env), (env[o.out],), o.params, (), o.loc))
    new = [o.out for o in body.ops if o in moved and o.out in read and o.prim.name != "const"]
    regions = [Block((*r.params, *(Value(v.type, v.hint) for v in new)), r.ops, r.outs) for r in op.regions]
    regions[side] = Block((*body.params, *new), tuple(kept), body.outs)
    return before, rebuilt(op, (*op.ins, *substitute(new, env)), op.outs, regions)
