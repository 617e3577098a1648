"""What every turn of a loop binds, and no turn reads before, is bound behind it: before differentiation, all levels.

By hand, once:

    k = None                                       for i in range(50):
    for i in range(50):                                …
        …                                ⟹             k = i
        k = i                                      y = x + k
    if k is None: raise UnboundLocalError
    y = x + k

The loop must surely make a turn: the bounds are known, or it is `while True`.  A number that each turn binds begins
with a zero that nobody reads, and that is not printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Block, Op, Params, Program, Value
from symdiff.ir.loops import Groups, first_capture, makes_a_turn, unread_carries
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal, Kind, Opt, Type
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute

_ZEROS = {"f": 0.0, "i": 0, "u": 0, "b": False, "c": 0j}


def certainly_bound(program: Program) -> Program:
    """The program with such carries as numbers, without the questions whether they are bound."""
    return map_functions(program, lambda f: map_blocks(f, _block))


def _block(block: Block) -> Block:
    there: dict[Value, Value] = {}  # the numbers, by what they were
    ops: list[Op] = []
    for op in block.ops:
        if op.prim.name in ("for", "while") and makes_a_turn(op):
            changed, numbers = _with_numbers(op, _sure(op), _begun(op))
            ops += changed
            there.update(numbers)
        else:
            ops.append(op)
    made = same_block(block, block.params, ops, block.outs)
    return run_steps(_unasked(made, there)) if there else made


def _unasked(block: Block, there: Mapping[Value, Value]) -> Steps:
    """A block that does not ask whether numbers are bound, nor do those inside it."""
    env: dict[Value, Value] = {}
    ops: list[Op] = []
    for op in block.ops:
        op = rebuilt(op, substitute(op.ins, env), op.outs, op.regions)
        if op.prim.name == "opt_get" and op.ins[0] in there:
            env[op.out] = there[op.ins[0]]
        elif op.regions and not there.keys().isdisjoint(op.ins[first_capture(op) :]):
            ops.append((yield _capturing(op, there)))
        else:
            ops.append(op)
    return same_block(block, block.params, ops, substitute(block.outs, env))


def _capturing(op: Op, there: Mapping[Value, Value]) -> Steps:
    """An operation whose regions capture numbers that were asked for: they capture the numbers themselves."""
    places = [k for k in range(first_capture(op), len(op.ins)) if op.ins[k] in there]
    ins, regions = [*op.ins], []
    for k in places:
        ins[k] = there[op.ins[k]]
    for region in op.regions:
        params, head, inner = [*region.params], list[Op](), dict[Value, Value]()
        for k in places:
            at = k + len(params) - len(ins)  # captures are last on both sides
            old, params[at] = params[at], Value(ins[k].type, params[at].hint)
            inner[old] = params[at]
            head.append(Op(REGISTRY["opt_some"], (params[at],), (old,), Params(), (), op.loc))
        regions.append((yield _unasked(Block(tuple(params), (*head, *region.ops), region.outs), inner)))
    return rebuilt(op, ins, op.outs, regions)


def _sure(op: Op) -> list[int]:
    """The carries that are numbers, bound in each turn, and read in none as they come in."""
    part, body = Groups.of(op), op.regions[-1]
    made = {inner.out for inner in body.ops if inner.prim.name == "opt_some"}
    ends = part.results(body.outs)[1]
    return [
        k for k in unread_carries(op) if ends[k] in made and isinstance(t := ends[k].type, Opt) and _has_zero(t.elem)
    ]


def _begun(op: Op) -> list[int]:
    """The carries that begin with a number that is computed for nobody."""
    inits = Groups.of(op).operands(op)[1]
    return [k for k in unread_carries(op) if inits[k].const is None and _has_zero(inits[k].type)]


def _has_zero(t: Type) -> bool:
    """Whether it is the type of numbers of one kind."""
    return isinstance(t, AVal) and t.kind in (Kind.PYTHON, Kind.NUMPY) and t.dtype[0] in _ZEROS


def _with_numbers(op: Op, bound: Sequence[int], begun: Sequence[int]) -> tuple[list[Op], dict[Value, Value]]:
    """The operations instead of a loop, and the numbers by the results that were bound or not before."""
    part, b = Groups.of(op), Builder(op.loc)
    ins, outs = [*op.ins], [*op.outs]
    numbers: dict[Value, Value] = {}
    for k in (*bound, *begun):
        old = op.outs[part.n_exit + k]
        t = old.type.elem if isinstance(old.type, Opt) else old.type
        assert isinstance(t, AVal)
        ins[part.n_pre + k] = b.const(_ZEROS[t.dtype[0]], t)
        if k in bound:
            numbers[old] = outs[part.n_exit + k] = Value(t, old.hint)
    regions = (
        [_region(op, region, bound, last=region is op.regions[-1]) for region in op.regions] if bound else op.regions
    )
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
