"""What the user computes and never reads, for the exception that it may end in: before everything else.

By hand, once:

    z = math.sqrt(y)                         math.sqrt(y)
    return x                     ⟹           return x

The value is read by an operation `computed`, which has an effect and prints as its operand.  `dce` takes it away again
where the value turns out to be computed anyway.  What may raise by itself, a division say, needs no such reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Op, Program, walk
from symdiff.ir.effects import raises_unread
from symdiff.passes.dce import unneeded
from symdiff.passes.ranges import origins
from symdiff.passes.regions import map_blocks, map_functions, same_block


def read_for_exceptions(program: Program) -> Program:
    """The program with a reader for each value that nobody reads and whose computation may raise."""
    unread = unneeded(program)
    if not unread:
        return program
    raising = set(_raising(program))
    return map_functions(
        program, lambda f: _function(f, {op for op in walk(f.body) if op.outs and op in unread}, raising)
    )


def _raising(program: Program) -> Iterator[str]:
    """The functions whose calls may raise, as far as numbers go."""
    calls: dict[str, set[str]] = {name: set() for name in program.functions}
    todo = []
    for name, f in program.functions.items():
        for op in walk(f.body):
            if op.params.get("math") and raises_unread(op, lambda v: None):
                todo.append(name)
            for called in op.functions:
                calls[called].add(name)
    found = set[str]()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            yield name
            todo += calls[name]


def _function(f: Function, unread: set[Op], raising: set[str]) -> Function:
    if not unread:
        return f
    origin = origins(f)
    tests = {op for loop in walk(f.body) if loop.prim.name == "while" for op in walk(loop.regions[0])}

    def made_by(v: object) -> Op | None:
        owner, region, _ = origin[v]  # type: ignore[index]  # a value of this function
        return owner if isinstance(owner, Op) and region < 0 else None

    def wanted(op: Op) -> bool:
        if op not in unread or op in tests:
            return False
        return op.params["function"] in raising if op.prim.name == "call" else raises_unread(op, made_by)

    def block(old: Block) -> Block:
        ops: list[Op] = []
        whole = {(op.ins, op.prim.info["parts"]) for op in old.ops if "parts" in op.prim.info and op not in unread}
        for op in old.ops:
            ops.append(op)
            if wanted(op) and (op.ins, op.prim.info.get("parts")) not in whole:  # one call gives all its parts
                b = Builder(op.loc)
                b.emit("computed", op.outs[0])
                ops += b.ops
        return same_block(old, old.params, ops, old.outs)

    return map_blocks(f, block)
