"""What the values of a program are called in a derivation.

Names are those of `codegen.names`.  There a name may be given again (`x = x + 1`), since lines run one after the
other; in a derivation two variables need two names: the second is x⁽²⁾.  One variable are the values that a branch or
a loop makes one, and the versions of an array that is written in place.
"""

from __future__ import annotations

from symdiff.ad.layout import loop
from symdiff.codegen.folding import is_update
from symdiff.ir.core import Block, Op, Value, walk

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Variables:
    """The variables of one function body."""

    def __init__(self, body: Block) -> None:
        self.parent: dict[Value, Value] = {}
        for op in walk(body):
            self._join_op(op)
        self.shown: dict[Value, str] = {}
        counts: dict[str, int] = {}
        for value in (*body.params, *_results(body)):
            root = self.root(value)
            if value.hint and root not in self.shown:
                counts[value.hint] = number = counts.get(value.hint, 0) + 1
                mark = f"⁽{str(number).translate(_SUPERSCRIPTS)}⁾" if number > 1 else ""
                self.shown[root] = value.hint + mark

    def name(self, value: Value) -> str:
        return self.shown.get(self.root(value), "") or value.hint

    def root(self, value: Value) -> Value:
        while value in self.parent:
            value = self.parent[value]
        return value

    def _join(self, first: Value, second: Value) -> None:
        """Two values under one name; constants and values of other names stay what they are."""
        first, second = self.root(first), self.root(second)
        if first is not second and first.hint == second.hint and first.hint:
            self.parent[second] = first

    def _join_op(self, op: Op) -> None:
        if is_update(op):
            assert op.prim.consumes is not None
            self._join(op.ins[op.prim.consumes], op.out)
        elif op.prim.name == "cond":
            for region in op.regions:
                for out, end in zip(op.outs, region.outs, strict=True):
                    self._join(out, end)
                for outside, inside in zip(op.ins[1:], region.params, strict=True):
                    self._join(outside, inside)
        elif op.prim.name in ("for", "while"):
            part = loop(op)
            for start, inside, end, out in zip(
                part.carry, part.carry_params, part.carry_ends, part.carry_outs, strict=True
            ):
                for other in (inside, end, out):
                    self._join(start, other)
                    self._join(inside, other)
            captures = [(part.caps, part.cap_params)]
            if op.prim.name == "while":
                n = len(part.carry)
                captures += [(part.carry_params, op.regions[0].params[:n]), (part.caps, op.regions[0].params[n:])]
            for outsides, insides in captures:
                for a, b in zip(outsides, insides, strict=True):
                    self._join(a, b)


def _results(body: Block) -> list[Value]:
    found: list[Value] = []
    for op in walk(body):
        for region in op.regions:
            found.extend(region.params)
        found.extend(op.outs)
    return found
