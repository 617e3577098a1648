"""What the passes share: programs rebuilt block by block, and substitution."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.ir.build import clone_block
from symdiff.ir.core import Block, Function, Op, Params, Program, Value, walk
from symdiff.ir.loops import first_capture
from symdiff.ir.steps import Steps, run_steps

DEPTH = 50  # of branches and loops in each other that are looked into


def rebuilt(op: Op, ins: Sequence[Value], outs: Sequence[Value], regions: Sequence[Block], **params: Any) -> Op:
    """The operation with these parts; itself where nothing changed."""
    parts = tuple(ins), tuple(outs), tuple(regions)
    if not params or all(op.params[k] == v for k, v in params.items()):
        if parts == (op.ins, op.outs, op.regions):  # values and blocks are equal to themselves alone
            return op
        kept = op.params
    else:
        kept = Params(**{**op.params, **params})
    return Op(op.prim, *parts[:2], kept, parts[2], op.loc)


def same_block(old: Block, params: Sequence[Value], ops: Sequence[Op], outs: Sequence[Value]) -> Block:
    """A block of these parts; the old one where nothing changed."""
    new = Block(tuple(params), tuple(ops), tuple(outs))
    return old if (new.params, new.ops, new.outs) == (old.params, old.ops, old.outs) else new


def map_functions(program: Program, change: Callable[[Function], Function]) -> Program:
    """The program with every function changed; itself where none was."""
    functions = {name: change(f) for name, f in program.functions.items()}
    if all(functions[name] is f for name, f in program.functions.items()):
        return program
    return replace(program, functions=functions)


def map_blocks(function: Function, change: Callable[[Block], Block]) -> Function:
    """The function with every block changed, inner blocks first."""
    body = run_steps(_inner_first(function.body, change))
    return function if body is function.body else Function(function.name, body, function.dims)


def _inner_first(block: Block, change: Callable[[Block], Block]) -> Steps:
    ops = []
    for op in block.ops:
        if not op.regions:
            ops.append(op)
            continue
        regions = []
        for region in op.regions:
            regions.append((yield _inner_first(region, change)))
        ops.append(rebuilt(op, op.ins, op.outs, regions))
    return change(same_block(block, block.params, ops, block.outs))


def substitute(values: Sequence[Value], env: Mapping[Value, Value]) -> tuple[Value, ...]:
    return tuple([env.get(v, v) for v in values])


def unshared(program: Program) -> Program:
    """The program with no value in two functions (the reverse pass leaves a function's operations in its forward)."""
    seen: set[Value] = set()
    functions = {}
    for name, f in program.functions.items():
        values = set(f.body.params)
        for op in walk(f.body):
            values.update(op.outs, *(r.params for r in op.regions))
        if seen.isdisjoint(values):
            seen |= values
            functions[name] = f
        else:
            functions[name] = Function(name, clone_block(f.body), f.dims)
    if all(functions[name] is f for name, f in program.functions.items()):
        return program
    return replace(program, functions=functions)


def only_read(block: Block, v: Value, reads: Container[str], depth: int = DEPTH) -> bool:
    """Whether nothing is done with a value but these operations on it, here and in what captures it."""
    if v in block.outs or not depth:
        return False
    for op in block.ops:
        places = [k for k, x in enumerate(op.ins) if x is v]
        if not places:
            continue
        if op.regions:
            inner = [(r, r.params[k - len(op.ins)]) for k in places for r in op.regions]
            if min(places) < first_capture(op) or not all(only_read(r, p, reads, depth - 1) for r, p in inner):
                return False
        elif op.prim.name not in reads or places != [0]:
            return False
    return True
