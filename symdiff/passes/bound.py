"""What every turn of a loop binds, and no turn reads before, is bound behind it: before differentiation, all levels.

By hand, once:

    k = None                                       for i in range(50):
    for i in range(50):                                …
        …                                ⟹             k = i
        k = i                                      y = x + k
    if k is None: raise UnboundLocalError
    y = x + k

The loop must surely make a turn: the bounds are known, or it is `while True`.  Its carry begins with a zero that
nobody reads, and that is not printed.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Block, Op, Params, Program, Value
from symdiff.ir.loops import Groups, makes_a_turn, unread_carries
from symdiff.ir.types import AVal, Kind, Opt, Type
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute

_ZEROS = {"f": 0.0, "i": 0, "b": False, "c": 0j}


def certainly_bound(program: Program) -> Program:
    """The program with such carries as numbers, without the questions whether they are bound."""
    return map_functions(program, lambda f: map_blocks(f, _block))


def _block(block: Block) -> Block:
    if not any(isinstance(v.type, Opt) for op in block.ops if op.prim.name in ("for", "while") for v in op.outs):
        return block
    env: dict[Value, Value] = {}  # what asked whether a value is bound, by the value
    ops: list[Op] = []
    there: dict[Value, Value] = {}  # the numbers, by what they were
    for op in block.ops:
        op = rebuilt(op, substitute(op.ins, env), op.outs, op.regions)
        if op.prim.name == "opt_get" and op.ins[0] in there:
            env[op.out] = there[op.ins[0]]
            continue
        found = _sure(op) if op.prim.name in ("for", "while") else []
        if found:
            loop, numbers = _with_numbers(op, found)
            ops += loop
            there.update(numbers)
        else:
            ops.append(op)
    return same_block(block, block.params, ops, substitute(block.outs, env))


def _sure(op: Op) -> list[int]:
    """The carries that are numbers, bound in each turn, and read in none as they come in."""
    if not makes_a_turn(op):
        return []
    part, body = Groups.of(op), op.regions[-1]
    made = {inner.out for inner in body.ops if inner.prim.name == "opt_some"}
    ends = part.results(body.outs)[1]
    return [k for k in unread_carries(op) if ends[k] in made and _is_number(ends[k].type)]


def _is_number(t: Type) -> bool:
    return isinstance(t, Opt) and isinstance(t.elem, AVal) and t.elem.kind in (Kind.PYTHON, Kind.NUMPY)


def _with_numbers(op: Op, carries: Sequence[int]) -> tuple[list[Op], dict[Value, Value]]:
    """The operations instead of a loop, and the numbers by the results that they were before."""
    part, b = Groups.of(op), Builder(op.loc)
    ins, outs = [*op.ins], [*op.outs]
    numbers: dict[Value, Value] = {}
    for k in carries:
        old = op.outs[part.n_exit + k]
        assert isinstance(old.type, Opt) and isinstance(old.type.elem, AVal)
        t = old.type.elem
        ins[part.n_pre + k] = b.const(_ZEROS[t.dtype[0].replace("u", "i")], t)
        numbers[old] = outs[part.n_exit + k] = Value(t, old.hint)
    regions = [_region(op, region, carries, last=region is op.regions[-1]) for region in op.regions]
    again = [Op(REGISTRY["opt_some"], (v,), (old,), Params(), (), op.loc) for old, v in numbers.items()]
    return [*b.ops, rebuilt(op, ins, outs, regions), *again], numbers


def _region(op: Op, region: Block, carries: Sequence[int], last: bool) -> Block:
    part = Groups.of(op)
    params, outs = [*region.params], [*region.outs]
    some = {inner.out: inner.ins[0] for inner in region.ops if inner.prim.name == "opt_some"}
    for k in carries:
        at = (part.n_index if last else 0) + k
        old = params[at]
        assert isinstance(old.type, Opt)
        params[at] = Value(old.type.elem, old.hint)
        if last:
            outs[part.n_exit + k] = some[outs[part.n_exit + k]]
    return Block(tuple(params), region.ops, tuple(outs))
