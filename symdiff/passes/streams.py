"""A loop that the user wrote over the elements of an array or list is printed so: the last thing but one.

By hand, once: where nothing else reads i, and n is the length of v, or of a list that certainly is as long,

    for i in range(n):                       for t in v:
        t = v[i]                 ⟹               s += t * t
        s += t * t

A loop over numbers, whose i has a name of the user's, stays one.  Only the order of reading changes.  The reverse loop
goes through the elements backwards, beside what the turns left behind.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.ir.core import Block, Function, Op, Program, Value, walk
from symdiff.ir.loops import Groups, loop
from symdiff.passes.lengths import Lengths, of_array
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block
from symdiff.primitives.control import elem_type

_READS = ("index", "seq_get")


def streams(program: Program) -> Program:
    """The program with loops over elements where the turn's number is read for nothing else."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    if not any(op.prim.name == "for" for op in walk(f.body)):
        return f
    lengths = Lengths(f)
    return map_blocks(f, lambda block: _block(block, lengths))


def _block(block: Block, lengths: Lengths) -> Block:
    ops = [_over_elements(op, lengths) if op.prim.name == "for" else op for op in block.ops]
    return same_block(block, block.params, ops, block.outs)


def _over_elements(op: Op, lengths: Lengths) -> Op:
    part = loop(op)
    lo, hi, step = part.bounds
    (turn,) = part.index
    if turn.hint or lo.const != 0 or step.const != 1 or turn in part.body.outs:
        return op
    reads = [inner for inner in part.body.ops if turn in inner.ins]
    whole = dict(zip(part.cap_params, part.caps, strict=True))
    sources = [whole.get(inner.ins[0]) for inner in reads]
    if not reads or not all(
        source is not None and _is_element(inner, turn) and _fits(inner, source)
        and lengths.of(hi) == (of_array(source) or lengths.of(source))
        for inner, source in zip(reads, sources, strict=True)
    ):  # fmt: skip
        return op
    if len(set(sources)) < len(sources):  # one element under two names
        return op
    return _with_streams(op, reads, [v for v in sources if v is not None])


def _is_element(op: Op, turn: Value) -> bool:
    """Whether this is `t = v[i]`."""
    whole = op.params.get("spec", (("at", None),)) == (("at", None),)
    return op.prim.name in _READS and op.ins[1:] == (turn,) and whole


def _fits(op: Op, source: Value) -> bool:
    return elem_type(source.type) == op.out.type


def _with_streams(op: Op, reads: Sequence[Op], sources: Sequence[Value]) -> Op:
    groups, (body,) = Groups.of(op), op.regions
    pre, carry, xs, caps = groups.operands(op)
    turn, inside, elements, captured = groups.params(body)
    gone = set(reads)
    kept = [inner for inner in body.ops if inner not in gone]
    read = {*body.outs, *(v for inner in kept for v in inner.ins)}
    stay = [k for k, p in enumerate(captured) if p in read]
    rows, inner_rows = (*sources, *xs), (*(inner.out for inner in reads), *elements)
    params = (*turn, *inside, *inner_rows, *(captured[k] for k in stay))
    ins = (*pre, *carry, *rows, *(caps[k] for k in stay))
    block = Block(params, tuple(kept), body.outs)
    return rebuilt(op, ins, op.outs, [block], n_xs=len(rows))
