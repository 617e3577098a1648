"""A forward analysis that knows more of a value than a flag: a number that only grows, followed into all regions.

By hand, once, with degrees: of `s = x; for …: s = t * s; t = x` the number of s at the loop's start is first that of x,
then at least that of t * s, and so on, until a round changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.ad.activity import Flags, Forward, Transfer, has_rule
from symdiff.ir.core import Op, Program, Value
from symdiff.ir.loops import loop
from symdiff.ir.steps import Steps


class Facts(Forward):
    """Flags as of `Forward`, and a number for each value; there must be a largest number."""

    def __init__(self, program: Program, transfer: Transfer) -> None:
        super().__init__(program, transfer)
        self.facts: dict[Value, int] = {}
        self.changed = 0

    def join(self, a: int, b: int) -> int:
        """The number of what may be either."""
        return max(a, b)

    def fact(self, v: Value) -> int:
        return self.facts.get(v, 0)

    def note(self, v: Value, fact: int) -> None:
        before = self.fact(v)
        found = self.join(before, fact)
        if found != before:
            self.facts[v] = found
            self.changed += 1

    def hand_on(self, values: Iterable[Value], to: Iterable[Value]) -> None:
        for v, w in zip(values, to, strict=True):
            self.note(w, self.fact(v))

    def plain(self, op: Op, flags: Flags) -> Flags:
        if op.prim.name != "call" or has_rule(op):
            return super().plain(op, flags)
        body = self.program.functions[op.params["function"]].body
        self.hand_on(op.ins, body.params)
        found = super().plain(op, flags)
        self.hand_on(body.outs, op.outs)
        return found

    def structured(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        if op.prim.name != "cond":
            return (yield from self.loop(op, flags, marked))
        for region in op.regions:
            self.hand_on(op.ins[1:], region.params)
        found = yield from super().structured(op, flags, marked)
        for region in op.regions:
            self.hand_on(region.outs, op.outs)
        return found

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        part = loop(op)
        self.hand_on((*part.carry, *part.xs, *part.caps), (*part.carry_params, *part.x_params, *part.cap_params))
        before = -1
        while before != self.changed:
            before = self.changed
            found = yield from super().loop(op, flags, marked)
            self.hand_on(part.carry_ends, part.carry_params)
        self.hand_on((*part.carry_params, *part.y_ends), (*part.carry_outs, *part.ys))
        return found
