"""What the values of a program are called in a derivation.

Names are those of `codegen.names`.  There a name may be given again (`x = x + 1`), since lines run one after the
other; in a derivation two variables need two names: the second is x⁽²⁾.  One variable are the values that a branch or
a loop makes one, and the versions of an array that is written in place.
"""

from __future__ import annotations

from symdiff.codegen.folding import Folder, is_update
from symdiff.ir import types
from symdiff.ir.core import Block, Op, Value, walk
from symdiff.ir.loops import loop

_LETTERS = ("i", "j", "k", "t", "i1", "i2", "i3")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Variables:
    """The variables of one function body; `counts` has how many of other functions have a name, and is added to."""

    def __init__(self, body: Block, counts: dict[str, int]) -> None:
        self.parent: dict[Value, Value] = {}
        for op in walk(body):
            if is_second_name(op) and op.ins[0].const is None:
                self.parent[op.out] = self.root(op.ins[0])
        for op in walk(body):
            self._join_op(op)
        self.shown: dict[Value, str] = {}
        every = (*body.params, *_results(body))
        self.indices = self._index_names(body, {v.hint for v in every})
        for value in every:
            root = self.root(value)
            if value.hint and root not in self.shown and types.cotangent(value.type) is not None:
                counts[value.hint] = number = counts.get(value.hint, 0) + 1
                mark = f"⁽{str(number).translate(_SUPERSCRIPTS)}⁾" if number > 1 else ""
                self.shown[root] = value.hint + mark

    def _index_names(self, body: Block, taken: set[str]) -> dict[Value, str]:
        """The index of `for v in x`, which has the name of the element there, under a letter of its own."""
        letters = (letter for letter in _LETTERS if letter not in taken)
        found = {}
        for op in walk(body):
            if op.prim.name == "for":
                index = op.regions[0].params[0]
                reads = [inner for inner in op.regions[0].ops if inner.prim.name == "index" and index in inner.ins]
                elements = {inner.out.hint for inner in reads}
                if index.hint in elements or not index.hint.isidentifier() or index.hint == "_":
                    found[index] = next(letters, index.hint)
        return found

    def name(self, value: Value) -> str:
        if value in self.indices:
            return self.indices[value]
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
            for inside, out in zip(part.carry_params, part.carry_outs, strict=True):
                inside.hint = inside.hint or out.hint  # of `return max(x)`, whose loop has no names
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


def is_second_name(op: Op) -> bool:
    """Whether the result is the operand under another name, as `x = y` would make it."""
    return len(op.ins) == 1 and len(op.outs) == 1 and (op.prim.numpy is None or Folder.is_same(op))


def _results(body: Block) -> list[Value]:
    found: list[Value] = []
    for op in walk(body):
        for region in op.regions:
            found.extend(region.params)
        found.extend(op.outs)
    return found
