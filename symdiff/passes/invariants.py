"""Carries that leave a loop's turn as they entered it become captures; results that branches only pass on go.

By hand, once: in `for(0, n, 1, s, w){(i, s, w) -> (s + w, w)}` the carry w is the same in every turn, so it enters as a
capture, `for(0, n, 1, s, w){(i, s, w) -> s + w}`, and whoever read the loop's second result reads w.  Inner loops are
seen first: a carry that an inner loop hands through unchanged is then unchanged in the outer one too.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.ir.core import Block, Function, Op, Program, Value
from symdiff.ir.loops import Groups
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute


def invariant_carries(program: Program) -> Program:
    """The program with invariant carries as captures."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    return map_blocks(f, _block)


def _block(block: Block) -> Block:
    env: dict[Value, Value] = {}
    ops = []
    for op in block.ops:
        if env and any(v in env for v in op.ins):
            op = rebuilt(op, substitute(op.ins, env), op.outs, op.regions)
        if op.prim.name == "cond":
            op = _cond(op, env)
        elif op.prim.name in ("for", "while"):
            while (smaller := _loop(op, env)) is not op:  # a carry may leave as another one that was found fixed
                op = smaller
        ops.append(op)
    return same_block(block, block.params, ops, substitute(block.outs, env))


def _cond(op: Op, env: dict[Value, Value]) -> Op:
    """A result that both branches only pass on is the operand."""
    then, orelse = op.regions
    operand: tuple[dict[Value, Value], ...] = tuple(dict(zip(r.params, op.ins[1:], strict=True)) for r in op.regions)
    passed = {}
    for k, (a, b) in enumerate(zip(then.outs, orelse.outs, strict=True)):
        source = operand[0].get(a)
        if source is not None and source is operand[1].get(b):
            passed[k] = source
    if not passed:
        return op
    env.update((op.outs[k], v) for k, v in passed.items())
    kept = [k for k in range(len(op.outs)) if k not in passed]
    regions = [Block(r.params, r.ops, tuple(r.outs[k] for k in kept)) for r in op.regions]
    return rebuilt(op, op.ins, [op.outs[k] for k in kept], regions)


def _loop(op: Op, env: dict[Value, Value]) -> Op:
    loop = Groups.of(op)
    pre, carry, xs, caps = loop.operands(op)
    exit, left, ys = loop.results(op.outs[:-1])
    body = op.regions[-1]
    _, inside, _, captured = loop.params(body)
    operand = dict(zip(captured, caps, strict=True))
    code, leaving, columns = loop.results(body.outs)
    fixed = [k for k in range(len(carry)) if leaving[k] is inside[k] or operand.get(leaving[k]) is carry[k]]
    if not fixed:
        return op
    env.update((left[k], carry[k]) for k in fixed)
    moving = [k for k in range(len(carry)) if k not in set(fixed)]
    regions = []
    for r in op.regions:
        turn, c, x, p = loop.params(r)
        params = (*turn, *_at(c, moving), *x, *_at(c, fixed), *p)
        outs = r.outs if r is not body else (*code, *_at(leaving, moving), *columns)
        regions.append(Block(params, r.ops, tuple(outs)))
    ins = (*pre, *_at(carry, moving), *xs, *_at(carry, fixed), *caps)
    return rebuilt(op, ins, (*exit, *_at(left, moving), *ys, op.outs[-1]), regions, n_carry=len(moving))


def _at(values: Sequence[Value], places: Sequence[int]) -> list[Value]:
    return [values[k] for k in places]
