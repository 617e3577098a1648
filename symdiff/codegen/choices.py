"""Branches that print as expressions: `a and b`, `a or b`, `x if c else y`.

By hand, once: the frontend makes of `low < x <= high` a branch on `low < x` with the results `x <= high` and the
condition itself.  It prints as it was written.  A branch that computes nothing is a conditional expression.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from symdiff.codegen.names import is_renaming
from symdiff.ir import errstate
from symdiff.ir.core import Block, Family, Op, Value
from symdiff.ir.types import AVal

_MOST = 4  # operations of a condition
_DEEPEST = 3  # conditions inside each other


def is_selection(op: Op) -> bool:
    """Whether both sides of a branch give a number that is there already."""
    single = op.prim.name == "cond" and len(op.outs) == 1 and isinstance(op.out.type, AVal)
    return single and not any(map(_made, op.regions))


def joint(op: Op, depth: int = _DEEPEST) -> tuple[ast.boolop, Block] | None:
    """`and` or `or`, and the block of the second condition, of a branch that is no more than that."""
    if op.prim.name != "cond" or len(op.outs) != 1 or not _is_truth(op.out) or not depth:
        return None
    then, orelse = op.regions
    if _gives(op, orelse, False) and _is_condition(then, depth):
        return ast.And(), then
    return (ast.Or(), orelse) if _gives(op, then, True) and _is_condition(orelse, depth) else None


def evaluated(op: Op) -> tuple[Value, ...]:
    """What an operation reads; of `a and b` the first condition once, though the branch that it ends in has it too."""
    return op.ins if joint(op) is None else (op.ins[0], *(v for v in op.ins[1:] if v is not op.ins[0]))


def can_raise(op: Op, one: Callable[[Op], bool]) -> bool:
    """Whether evaluating an operation, or the conditions that it joins, can end in an exception."""
    return one(op) or (joint(op) is not None and any(can_raise(o, one) for r in op.regions for o in r.ops))


def joined(operator: ast.boolop, first: ast.expr, second: ast.expr) -> ast.expr:
    """`first and second`; `a < x and x < b` as a chain."""
    if isinstance(operator, ast.And) and isinstance(first, ast.Compare) and isinstance(second, ast.Compare):
        middle = first.comparators[-1]
        if isinstance(middle, ast.Name) and ast.unparse(second.left) == middle.id:
            return ast.Compare(first.left, [*first.ops, *second.ops], [*first.comparators, *second.comparators])
    if isinstance(first, ast.BoolOp) and type(first.op) is type(operator):
        return ast.BoolOp(operator, [*first.values, second])
    return ast.BoolOp(operator, [first, second])


def truth(tree: ast.expr) -> ast.expr:
    """A condition without the conversion that `if` and `while` make themselves."""
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "bool":
        return tree.args[0]
    return tree


def _gives(op: Op, block: Block, truth: bool) -> bool:
    """Whether a side computes nothing and gives the condition, which is `truth` there."""
    v = _origin(block)
    captured = dict(zip(block.params, op.ins[1:], strict=True)).get(v)
    return not _made(block) and (captured is op.ins[0] or (v.const is not None and v.const is truth))


def _origin(block: Block) -> Value:
    """The value that a block's result is another name of."""
    (v,) = block.outs
    again = {op.out: op.ins[0] for op in block.ops if is_renaming(op)}
    while v in again:
        v = again[v]
    return v


def _is_condition(block: Block, depth: int) -> bool:
    """Whether a side is one expression that evaluates its operations in their order, each read once."""
    ops = _made(block)
    if not 0 < len(ops) <= _MOST or not all(len(op.outs) == 1 and _is_plain(op, depth) for op in ops):
        return False
    again = {op.out: op.ins[0] for op in block.ops if is_renaming(op)}
    made = {op.out: op for op in ops}
    found: list[Op] = []
    todo = [(_origin(block), False)]
    while todo:
        v, seen = todo.pop()
        if v in made and seen:
            found.append(made[v])
        elif v in made:
            todo += [(v, True), *((again.get(u, u), False) for u in reversed(evaluated(made[v])))]
        if len(todo) > 4 * _MOST:
            return False
    return found == ops  # which has an operation once for each of its readers


def _is_plain(op: Op, depth: int) -> bool:
    if op.regions:
        return joint(op, depth - 1) is not None
    if op.prim.name == "opt_get":
        return not op.params["name"]  # what is certainly there
    silent = not op.prim.effect and op.prim.family is not Family.CONTROL and op.prim.consumes is None
    return silent and not errstate.of(op)


def _made(block: Block) -> list[Op]:
    """What a block computes: no constants, sizes and second names."""
    quiet = Family.CONSTANT
    return [o for o in block.ops if not is_renaming(o) and (o.ins or o.prim.effect or o.prim.family is not quiet)]


def _is_truth(v: Value) -> bool:
    return isinstance(v.type, AVal) and not v.type.shape and v.type.dtype == "b1"
