"""Which values matter: those that depend on what is differentiated by (varied) and reach a result (useful).

Both are least fixpoints: forwards through the program for `varied`, backwards for `useful`, around loops until nothing
changes, and through calls by a summary per function and argument pattern.  `symdiff.ad.masking` has two more analyses
of the same make, for the guards.

By hand, once: in `y = where(x > 0, sqrt(x), 0)` with x differentiated, x, sqrt(x) and y are varied; all three reach y,
so they are useful; 0 and x > 0 are neither.  In a loop `for …: a, b = b, sin(a)` with a differentiated the first round
finds the new b varied, the second the new a; the third finds nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from symdiff.errors import CompileError, Problem, refuse
from symdiff.ir import types
from symdiff.ir.core import RULES, Block, Family, Op, Program, Value
from symdiff.ir.loops import loop
from symdiff.ir.steps import Steps, run_steps

Flags = tuple[bool, ...]
Transfer = Callable[[Op, Flags], Flags]


def is_differentiable(v: Value) -> bool:
    return types.cotangent(v.type) is not None


def has_rule(op: Op) -> bool:
    """Whether a call's derivative is given."""
    return any(name in op.params for name in RULES)


def varied_transfer(op: Op, flags: Flags) -> Flags:
    if any(flags) and op.prim.name in ("opaque_call", "foreign_call") and not op.params.get("shows"):
        raise CompileError([_not_understood(op, next(v for v, flag in zip(op.ins, flags, strict=True) if flag))])
    if any(flags) and op.prim.name == "convert" and op.params.get("stored"):
        raise CompileError([refuse("SD306", op.loc, name=op.params["stored"], dtype=op.params["dtype"])])
    moves = any(flags) and op.prim.family is not Family.CONSTANT
    return tuple(moves and is_differentiable(v) for v in op.outs)


def _not_understood(op: Op, v: Value) -> Problem:
    named = v.hint and not re.fullmatch(r"y\d*", v.hint)
    argument = f"`{v.hint}`, which is differentiated" if named else "a value that is differentiated"
    return refuse("SD401", op.loc, function=f"`{op.params['function']}`", argument=argument)


def merge(a: Sequence[bool], b: Sequence[bool]) -> Flags:
    return tuple(x or y for x, y in zip(a, b, strict=True))


class Summaries:
    """Flags in, flags out, per function and pattern: the least fixpoint over all functions that call each other.

    Within a round every pattern is computed once, recursion reads what the round before found, and rounds go on until
    one changes nothing.  Only then is anything final: f and g that call each other must not settle one by one.
    """

    def __init__(self, compute: Callable[[str, Flags], Flags]) -> None:
        self.compute = compute
        self.found: dict[tuple[str, Flags], Flags] = {}
        self.final: set[tuple[str, Flags]] = set()
        self.round: set[tuple[str, Flags]] | None = None

    def get(self, name: str, flags: Flags, start: Flags) -> Flags:
        """The flags of a function for this pattern; `start` is the least answer."""
        key = (name, flags)
        if key in self.final or (self.round is not None and key in self.round):
            return self.found[key]
        if self.round is not None:
            self._visit(key, start)
            return self.found[key]
        while True:
            before = dict(self.found)
            self.round = set()
            self._visit(key, start)
            visited, self.round = self.round, None
            if before == self.found:
                self.final.update(visited)
                return self.found[key]

    def _visit(self, key: tuple[str, Flags], start: Flags) -> None:
        assert self.round is not None
        self.round.add(key)
        self.found.setdefault(key, start)
        self.found[key] = merge(self.found[key], self.compute(*key))


class Forward:
    """A forward analysis: flags of parameters in, the set of flagged values out, over all regions reached."""

    def __init__(self, program: Program, transfer: Transfer) -> None:
        self.program = program
        self.transfer = transfer
        self.summaries = Summaries(lambda name, flags: self.run(program.functions[name].body, flags, set()))

    def function(self, name: str, flags: Flags) -> Flags:
        """The flags of a function's results."""
        return self.summaries.get(name, flags, (False,) * len(self.program.functions[name].body.outs))

    def run(self, block: Block, flags: Sequence[bool], marked: set[Value]) -> Flags:
        """The flags of a block's results; the flagged values of the block and its regions go into `marked`."""
        found: Flags = run_steps(self.block(block, flags, marked))
        return found

    def block(self, block: Block, flags: Sequence[bool], marked: set[Value]) -> Steps:
        marked.update(v for v, flag in zip(block.params, flags, strict=True) if flag)
        for op in block.ops:
            own = tuple([v in marked for v in op.ins])
            found = (yield from self.structured(op, own, marked)) if op.regions else self.plain(op, own)
            marked.update(v for v, flag in zip(op.outs, found, strict=True) if flag)
        return tuple(v in marked for v in block.outs)

    def plain(self, op: Op, flags: Flags) -> Flags:
        if op.prim.name != "call":
            return self.transfer(op, flags)
        if has_rule(op):  # whatever the function does, the rule may do more
            return tuple(any(flags) and is_differentiable(v) for v in op.outs)
        return self.function(op.params["function"], flags)

    def structured(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        if op.prim.name != "cond":
            return (yield from self.loop(op, flags, marked))
        then = yield self.block(op.regions[0], flags[1:], marked)
        orelse = yield self.block(op.regions[1], flags[1:], marked)
        return merge(then, orelse)

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        """Around the loop until no carry changes, from where an earlier visit ended: nested loops stay linear."""
        part = loop(op)
        head, n = len(part.bounds), len(part.carry)
        carry: Flags = tuple(
            flag or v in marked for flag, v in zip(flags[head : head + n], part.carry_params, strict=True)
        )
        while True:
            outs = yield self.block(part.body, (*(False for _ in part.index), *carry, *flags[head + n :]), marked)
            skip = len(part.exit)
            again = merge(carry, outs[skip : skip + n])
            if again == carry:
                return (*(False for _ in part.exit), *carry, *outs[skip + n :], False)
            carry = again


class Backward:
    """The backward analysis `useful`: which values reach a result through differentiable operations."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.summaries = Summaries(lambda name, flags: self.run(program.functions[name].body, flags, set()))

    def function(self, name: str, flags: Flags) -> Flags:
        """Which parameters reach the flagged results."""
        return self.summaries.get(name, flags, (False,) * len(self.program.functions[name].body.params))

    def run(self, block: Block, flags: Sequence[bool], marked: set[Value]) -> Flags:
        """The flags of a block's parameters; the flagged values of the block and its regions go into `marked`."""
        found: Flags = run_steps(self.block(block, flags, marked))
        return found

    def block(self, block: Block, flags: Sequence[bool], marked: set[Value]) -> Steps:
        marked.update(v for v, flag in zip(block.outs, flags, strict=True) if flag and is_differentiable(v))
        for op in reversed(block.ops):
            own = tuple([v in marked for v in op.outs])
            found = (yield from self.structured(op, own, marked)) if op.regions else self.plain(op, own)
            marked.update(v for v, flag in zip(op.ins, found, strict=True) if flag and is_differentiable(v))
        return tuple(v in marked for v in block.params)

    def plain(self, op: Op, flags: Flags) -> Flags:
        """The operands that are reached, of an operation without regions."""
        if op.prim.name == "call" and any(flags) and not has_rule(op):
            return self.function(op.params["function"], flags)
        return (any(flags) and op.prim.family is not Family.CONSTANT,) * len(op.ins)

    def structured(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        """The operands of control flow that are reached."""
        if not any(flags):
            return (False,) * len(op.ins)
        return (yield from self.reached(op, flags, marked))

    def reached(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        if op.prim.name != "cond":
            return (yield from self.loop(op, flags, marked))
        then = yield self.block(op.regions[0], flags, marked)
        orelse = yield self.block(op.regions[1], flags, marked)
        return (False, *merge(then, orelse))

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        """A carry whose result is wanted is wanted as it came in, too: there may be no turn, or none that reads it."""
        part = loop(op)
        skip, n = len(part.exit), len(part.carry)
        carry: Flags = tuple(
            flag or v in marked for flag, v in zip(flags[skip : skip + n], part.carry_params, strict=True)
        )
        while True:
            marked.update(v for v, flag in zip(part.carry_params, carry, strict=True) if flag and is_differentiable(v))
            ends = (*(False for _ in part.exit), *carry, *flags[skip + n : -1])
            found = (yield self.block(part.body, ends, marked))[len(part.index) :]
            again = merge(carry, found[:n])
            if again == carry:
                return (*(False for _ in part.bounds), *carry, *found[n:])
            carry = again


def select(values: Sequence[Value], flags: Sequence[bool]) -> list[Value]:
    """The values that are flagged."""
    return [v for v, flag in zip(values, flags, strict=True) if flag]
