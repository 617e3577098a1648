"""Comparisons of lengths that are known to be equal, or one longer than the other: -O1.

By hand, once: the keys and the values of a dict whose keys are found when it runs are two lists that grow together, and

    n = len(held) if len(held) < len(keys) else len(keys)        ⟹        n = len(keys)

An exception that such a comparison rules out is gone.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Op, Program, Value, walk
from symdiff.ir.types import BOOL
from symdiff.passes.lengths import Lengths
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute

_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")
}


def compared(program: Program) -> Program:
    """The program with such comparisons as constants."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    if sum(op.prim.name == "seq_len" for op in walk(f.body)) < 2:
        return f
    lengths = Lengths(f)
    return map_blocks(f, lambda block: _block(block, lengths))


def _block(block: Block, lengths: Lengths) -> Block:
    env: dict[Value, Value] = {}
    ops: list[Op] = []
    for op in block.ops:
        op = rebuilt(op, substitute(op.ins, env), op.outs, op.regions) if env else op
        if op.prim.name == "raise_if" and op.ins[0].const is False:
            continue
        known = _known(op, lengths)
        if known is None:
            ops.append(op)
            continue
        b = Builder(op.loc)
        env[op.out] = b.const(known)
        ops += b.ops
    return same_block(block, block.params, ops, substitute(block.outs, env))


def _known(op: Op, lengths: Lengths) -> bool | None:
    """What a comparison of two lengths gives, if that is known."""
    if op.prim.name not in _TESTS or op.out.type != BOOL or not all(v in lengths.found for v in op.ins):
        return None
    (left, less), (right, more) = map(lengths.of, op.ins)
    return _TESTS[op.prim.name](less, more) if left == right else None
