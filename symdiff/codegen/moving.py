"""What waits to be printed in a later line, and what a line in between may have changed of it.

By hand, once: of `s = y[i]; d_y[i] = 0.0; d_a += d * s` the read may wait for its reader if `y` is read again behind
the write: then `y` is as it was, as no operation overwrites what is read later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symdiff.ir.core import Op, Value
from symdiff.ir.errstate import Stack
from symdiff.ir.memory import viewed
from symdiff.ir.types import AVal, Kind

if TYPE_CHECKING:
    from symdiff.codegen.folding import Plan


@dataclass(slots=True)
class Pending:
    """A candidate: position, estimated width and depth, where it first reads memory, its raising range.

    `memory`: the values whose memory it reads, None where what happens to it is not known; `operands`: all it reads.
    """

    position: int
    width: int
    depth: int
    reads: int | None
    raises: tuple[int, int]
    under: Stack | None
    memory: Set[Value] | None
    operands: Set[Value]


@dataclass(slots=True)
class Writes:
    """The last position that writes memory, and the last one that may write any; where values are read last.

    `fixed` says of a value whether it outlives the block, `base` what an array is a view of.  What is read behind a
    write has not been overwritten by it: such writes are what `buffers` has found to be right.  `goes_on` has the
    position of the next turn's value of a variable, by this turn's: who reads that stands before it.
    """

    fixed: Callable[[Value], bool]
    last: Mapping[Value, int]
    base: Mapping[Value, Value]
    some: int = -1
    every: int = -1
    goes_on: dict[Value, int] = field(default_factory=dict)

    def spare(self, item: Pending) -> bool:
        """Whether what a candidate reads is as it was, and under its name."""
        if any(self.goes_on.get(v, -1) > item.position for v in item.operands):
            return False
        if item.reads is None or item.reads > self.some:
            return True
        return item.memory is not None and item.reads > self.every and all(map(self.stays, item.memory))

    def happens(self, op: Op, position: int) -> None:
        """An operation may write; what a call or the user's functions write is not known."""
        self.some = position
        known = op.prim.name != "call" and not op.prim.effect
        if not known or any(inner.prim.effect or inner.regions for region in op.regions for inner in region.ops):
            self.every = position

    def stays(self, v: Value | None) -> bool:
        """Whether a value, or what it is a view of, is read again after the last write."""
        while v is not None:
            if self.fixed(v) or self.last.get(v, -1) > self.some:
                return True
            v = self.base.get(v)
        return False


@dataclass(slots=True)
class Tops:
    """Elements that are taken off their lists: `y = s[-1]; del s[-1]` may be `s.pop()` in the line that reads y.

    Not behind a line that reads what is left of the list: `cut` has the position from which on that counts as written.
    """

    read: dict[tuple[object, ...], Op] = field(default_factory=dict)  # by the list and the place
    pairs: list[tuple[Op, Op]] = field(default_factory=list)
    cut: dict[Value, int] = field(default_factory=dict)

    def look(
        self, op: Op, position: int, pending: Mapping[Value, Pending], writes: Writes, raised: tuple[int, int]
    ) -> None:
        if op.prim.name in ("seq_last", "seq_get"):
            self.read[_place(op)] = op
        elif op.prim.name in ("seq_rest", "seq_delete") and _place(op) in self.read:
            top = self.read[_place(op)]
            item = pending.get(top.out)
            if item is None or item.reads is None or item.reads <= writes.some:
                return
            low, high = item.raises
            if low == high or high == raised[0]:
                item.raises = (low if low < high else raised[0], raised[1])
                item.reads = self.cut[op.out] = position + 1
                item.memory = None
                self.pairs.append((top, op))

    def folded(self, plan: Plan) -> dict[Op, Op]:
        """What is left of each of these lists, by itself and by the element."""
        return {op: rest for top, rest in self.pairs if top.out in plan.folded for op in (top, rest)}


def _place(op: Op) -> tuple[object, ...]:
    """The list that an operation is about, and which element."""
    return op.ins[0], *(v if v.const is None else v.const for v in op.ins[1:])


def measure(op: Op, position: int, taken: list[Pending], raises: tuple[int, int], under: Stack | None) -> Pending:
    text = _own_text(op)  # has a letter for each operand
    reads = [p.reads for p in taken if p.reads is not None]
    memory = {v for v in op.ins if not (isinstance(v.type, AVal) and v.type.kind is not Kind.ARRAY)}
    if memory:
        reads.append(position)
    known = not op.regions and all(p.memory is not None for p in taken)
    return Pending(
        position,
        len(text) + 2 + sum(p.width - 1 for p in taken),
        1 + max((p.depth for p in taken), default=0),
        min(reads, default=None),
        raises,
        under,
        memory.union(*(p.memory or () for p in taken)) if known else None,
        frozenset(v for v in op.ins if v.const is None).union(*(p.operands for p in taken)),
    )


def _own_text(op: Op) -> str:
    """The text of an operation without its operands; of a branch that joins conditions about as much."""
    if op.regions:
        return " and " + "".join(_own_text(o) for r in op.regions for o in r.ops if o.ins)
    text = op.prim.numpy
    return str(text(op.params, tuple(v.type for v in op.ins)) if callable(text) else text)


def bases(ops: Iterable[Op]) -> dict[Value, Value]:
    """What each view is a view of."""
    views = ((op, viewed(op)) for op in ops if len(op.outs) == 1)
    return {op.out: op.ins[k] for op, k in views if k is not None}
