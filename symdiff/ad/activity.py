"""Which values matter: those that depend on what is differentiated by (varied) and reach a result (useful).

Both are least fixpoints: forwards through the program for `varied`, backwards for `useful`, around loops until nothing
changes, and through calls by a summary per function and argument pattern.  A third forward analysis marks values that
may be infinite or NaN although every input is finite (`wild`): where such a value is a partial and the cotangent may
have been masked to zero, the reverse pass emits a guard.

By hand, once: in `y = where(x > 0, sqrt(x), 0)` with x differentiated, x, sqrt(x) and y are varied, all three are
useful, and sqrt(x) is wild (its partial is infinite at 0).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symdiff.ad.layout import loop
from symdiff.ir import types
from symdiff.ir.core import Block, Family, Op, Program, Value

Flags = tuple[bool, ...]
Transfer = Callable[[Op, Flags], Flags]


def is_differentiable(v: Value) -> bool:
    return types.cotangent(v.type) is not None


def varied_transfer(op: Op, flags: Flags) -> Flags:
    moves = any(flags) and op.prim.family is not Family.CONSTANT
    return tuple(moves and is_differentiable(v) for v in op.outs)


def wild_transfer(op: Op, flags: Flags) -> Flags:
    return tuple((any(flags) or op.prim.unbounded) and is_differentiable(v) for v in op.outs)


class Forward:
    """A forward analysis: flags of parameters in, the set of flagged values out, over all regions reached."""

    def __init__(self, program: Program, transfer: Transfer) -> None:
        self.program = program
        self.transfer = transfer
        self.summaries: dict[tuple[str, Flags], Flags] = {}

    def function(self, name: str, flags: Flags) -> Flags:
        """The flags of a function's results; recursion iterates from all False."""
        key = (name, flags)
        if key in self.summaries:
            return self.summaries[key]
        body = self.program.functions[name].body
        found: Flags = (False,) * len(body.outs)
        while True:
            self.summaries[key] = found
            marked: set[Value] = set()
            again = self.block(body, flags, marked)
            if again == found:
                return found
            found = again

    def block(self, block: Block, flags: Sequence[bool], marked: set[Value]) -> Flags:
        marked.update(v for v, flag in zip(block.params, flags, strict=True) if flag)
        for op in block.ops:
            found = self.op(op, tuple(v in marked for v in op.ins), marked)
            marked.update(v for v, flag in zip(op.outs, found, strict=True) if flag)
        return tuple(v in marked for v in block.outs)

    def op(self, op: Op, flags: Flags, marked: set[Value]) -> Flags:
        name = op.prim.name
        if name == "cond":
            sides = [self.block(r, flags[1:], marked) for r in op.regions]
            return tuple(a or b for a, b in zip(*sides, strict=True))
        if name == "call":
            return self.function(op.params["function"], flags)
        if name in ("for", "while"):
            return self.loop(op, flags, marked)
        return self.transfer(op, flags)

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Flags:
        part = loop(op)
        head, n = len(part.bounds), len(part.carry)
        carry, rest = list(flags[head : head + n]), flags[head + n :]
        while True:
            outs = self.block(part.body, [False] * len(part.index) + carry + list(rest), marked)
            ends = outs[len(part.exit) : len(part.exit) + n]
            if all(c or not e for c, e in zip(carry, ends, strict=True)):
                break
            carry = [c or e for c, e in zip(carry, ends, strict=True)]
        return (*(False for _ in part.exit), *carry, *outs[len(part.exit) + n :], False)


class Backward:
    """The backward analysis `useful`: which values reach a result through differentiable operations."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.summaries: dict[tuple[str, Flags], Flags] = {}

    def function(self, name: str, flags: Flags) -> Flags:
        """Which parameters reach the flagged results."""
        key = (name, flags)
        if key in self.summaries:
            return self.summaries[key]
        body = self.program.functions[name].body
        found: Flags = (False,) * len(body.params)
        while True:
            self.summaries[key] = found
            again = self.block(body, flags, set())
            if again == found:
                return found
            found = again

    def block(self, block: Block, flags: Sequence[bool], marked: set[Value]) -> Flags:
        marked.update(v for v, flag in zip(block.outs, flags, strict=True) if flag and is_differentiable(v))
        for op in reversed(block.ops):
            found = self.op(op, tuple(v in marked for v in op.outs), marked)
            marked.update(v for v, flag in zip(op.ins, found, strict=True) if flag and is_differentiable(v))
        return tuple(v in marked for v in block.params)

    def op(self, op: Op, flags: Flags, marked: set[Value]) -> Flags:
        name = op.prim.name
        if not any(flags):
            return (False,) * len(op.ins)
        if name == "cond":
            sides = [self.block(r, flags, marked) for r in op.regions]
            return (False, *(a or b for a, b in zip(*sides, strict=True)))
        if name == "call":
            return self.function(op.params["function"], flags)
        if name in ("for", "while"):
            return self.loop(op, flags, marked)
        return (op.prim.family is not Family.CONSTANT,) * len(op.ins)

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Flags:
        part = loop(op)
        skip, n = len(part.exit), len(part.carry)
        carry, ys = list(flags[skip : skip + n]), flags[skip + n : -1]
        while True:
            found = self.block(part.body, [False] * skip + carry + list(ys), marked)[len(part.index) :]
            if all(c or not f for c, f in zip(carry, found[:n], strict=True)):
                return (*(False for _ in part.bounds), *carry, *found[n:])
            carry = [c or f for c, f in zip(carry, found[:n], strict=True)]


class Masked(Backward):
    """Values whose cotangent may be exactly zero because the program did not take them: select, gather, a branch.

    A branch that was not taken, or a loop of no turns, leaves the cotangent of what it would have read at zero.
    """

    def __init__(self, program: Program, useful: Backward) -> None:
        super().__init__(program)
        self.useful = useful

    def op(self, op: Op, flags: Flags, marked: set[Value]) -> Flags:
        name = op.prim.name
        if name == "cond":
            sides = [self.block(r, flags, marked) for r in op.regions]
            reads = [self.useful.block(r, (True,) * len(op.outs), set()) for r in op.regions]
            return (False, *(any(s) or r[0] != r[1] for s, r in zip(zip(*sides, strict=True), zip(*reads, strict=True), strict=True)))
        if name == "call":
            return self.function(op.params["function"], flags)
        if name in ("for", "while"):
            found = self.loop(op, flags, marked)
            return found[: len(op.ins) - len(loop(op).caps)] + (True,) * len(loop(op).caps)
        return (any(flags) or op.prim.masks,) * len(op.ins)
