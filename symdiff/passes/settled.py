"""A program that is not differentiated any more: what only differentiation reads goes.

By hand, once: `y = x * stop_gradient(x)` becomes `y = x * x`, and a call of a function with a derivative rule of its
own becomes a call, so that the functions of the rule need not be kept.
"""

from __future__ import annotations

from symdiff.ir.core import RULES, Block, Op, Params, Program, Value
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute


def settled(program: Program) -> Program:
    """The program without `stop_gradient` and derivative rules."""
    return map_functions(program, lambda f: map_blocks(f, _block))


def _block(block: Block) -> Block:
    env: dict[Value, Value] = {}
    ops = []
    for op in block.ops:
        if env:
            op = rebuilt(op, substitute(op.ins, env), op.outs, op.regions)
        if op.prim.name == "stop_gradient":
            env[op.out] = op.ins[0]
            continue
        ops.append(_without_rule(op))
    return same_block(block, block.params, ops, substitute(block.outs, env))


def _without_rule(op: Op) -> Op:
    if op.prim.name != "call" or not any(name in op.params for name in RULES):
        return op
    params = Params(**{k: v for k, v in op.params.items() if k in ("function", "types")})
    return Op(op.prim, op.ins, op.outs, params, op.regions, op.loc)
