"""Two branches on one condition become one: after differentiation, the value and its cotangent in one place.

By hand, once: of `y = x * x if c else x` and its adjoint,

    if c:  y = x * x;  saved = (x,)                if c:  y = x * x;  d_x = 2 * x
    else:  y = x;      saved = ()            ⟹     else:  y = x;      d_x = 1.0
    if c:  (x,) = saved;  d_x = 2 * x
    else:  d_x = 1.0

What the second needs and the first does not give is computed before the first; everything else between them follows.
Nothing that may raise changes places with anything else that may.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from symdiff.ir import errstate
from symdiff.ir.core import Block, Op, Program, Value, walk
from symdiff.ir.effects import may_raise
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import BOOL
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute

_FARTHEST = 50  # operations between two branches


def merged_branches(program: Program) -> Program:
    """The program with neighbouring branches on one condition as one."""
    return map_functions(program, lambda f: map_blocks(f, lambda block: run_steps(_block(block))))


def _block(block: Block) -> Steps:
    """The block with its branches merged, and those that come together in them."""
    ops = list(block.ops)
    tests: dict[Value, Hashable] = {op.out: _told(op) for op in block.ops if op.prim.name in _COMPARISONS}
    last: dict[Hashable, tuple[int, Op]] = {}  # the branch on a condition, and its place
    k = 0
    while k < len(ops):
        if _is_branch(ops[k]):
            test = tests.get(ops[k].ins[0], ops[k].ins[0])
            at, first = last.get(test, (k, ops[k]))
            near = at < k <= at + _FARTHEST and ops[at] is first
            found = (yield _together(ops[at : k + 1])) if near else None
            if found is not None:
                ops[at : k + 1] = found
                k = at
                continue
            last[test] = k, ops[k]
        k += 1
    return same_block(block, block.params, ops, block.outs)


def _told(op: Op) -> Hashable:
    """What two comparisons have in common that are one."""
    return op.prim, op.params, *((type(v.const), v.const) if v.const is not None else v for v in op.ins)


_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def _is_branch(op: Op) -> bool:
    """Whether an operation is a branch that does something, and not a condition: `a and b`."""
    return op.prim.name == "cond" and not all(v.type == BOOL for v in op.outs) and any(r.ops for r in op.regions)


def _together(ops: Sequence[Op]) -> Steps:
    """The operations from one branch to another with the second in the first, if that can be."""
    first, second = ops[0], ops[-1]
    if errstate.of(first) != errstate.of(second):
        return None
    needed, before, after = set(second.ins[1:]) - set(first.outs), list[Op](), list[Op]()
    late = set(first.outs)
    for op in reversed(ops[1:-1]):
        (after if needed.isdisjoint(op.outs) else before).insert(0, op)
        if before and before[0] is op:
            needed.update(op.ins)
    if any(not late.isdisjoint(op.ins) for op in before):
        return None
    for moved, passed in ((before, [first, *after]), ([second], after)):
        if moved and passed and any(map(_is_loud, moved)) and any(map(_is_loud, passed)):
            return None
    return [*before, (yield _both(first, second)), *after]


def _is_loud(op: Op) -> bool:
    """Whether an operation may raise or do something that is seen."""
    inner = (o for region in op.regions for o in walk(region))
    return any(o.prim.effect or o.prim.name == "call" or may_raise(o) for o in (op, *inner))


def _both(first: Op, second: Op) -> Steps:
    """One branch with the results of both."""
    more = [v for v in dict.fromkeys(second.ins[1:]) if v not in first.outs and v not in first.ins[1:]]
    regions = []
    for one, two in zip(first.regions, second.regions, strict=True):
        new = {v: Value(v.type, v.hint) for v in more}
        known = new | dict(zip(first.ins[1:], one.params, strict=True)) | dict(zip(first.outs, one.outs, strict=True))
        env = {p: known[v] for p, v in zip(two.params, second.ins[1:], strict=True)}
        ops = [rebuilt(op, substitute(op.ins, env), op.outs, op.regions) for op in two.ops]
        outs = (*one.outs, *substitute(two.outs, env))
        regions.append((yield _block(Block((*one.params, *new.values()), (*one.ops, *ops), outs))))
    return rebuilt(first, (*first.ins, *more), (*first.outs, *second.outs), regions)
