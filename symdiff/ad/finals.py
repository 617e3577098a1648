"""Elements that no later turn overwrites are read from the finished array instead of being saved turn by turn.

By hand, once: in

    for i in range(1, n):  y[i] = a * y[i - 1]

the adjoint needs `y[i - 1]` as it was in turn i.  Later turns write at i + 1 and beyond, so that it still is what the
loop left behind: the reverse loop reads the final y, and no list of n numbers is kept.

Proved where every write of a turn stands at the turn's number plus a constant, and no index is negative (it would
count from the end).  A value that a turn stores into the array is such an element too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Op, Params, Value
from symdiff.ir.loops import Loop
from symdiff.ir.types import AVal

_WRITES = ("index_set", "index_add")


@dataclass(frozen=True, slots=True)
class _Access:
    """A read or write at `turn + shift`, or at places unknown (None); `place` is its position in the body."""

    op: Op
    place: int
    shift: int | None


@dataclass(frozen=True, slots=True)
class Final:
    """The result of a loop that elements are read from, and how: by the value that they were."""

    array: Value
    reads: dict[Value, Op]


def finals(op: Op, part: Loop) -> list[Final]:
    """What the reverse loop may read from the arrays that a `for` carries."""
    lowest = _lowest_turn(part) if op.prim.name == "for" else None
    if lowest is None:
        return []
    rising = (part.bounds[2].const > 0) != bool(op.params.get("reverse"))
    found = []
    for param, end, array in zip(part.carry_params, part.carry_ends, part.carry_outs, strict=True):
        if isinstance(param.type, AVal) and param.type.shape and end is not param:
            reads = _Array(part, param, end, lowest, rising).reads(array)
            if reads:
                found.append(Final(array, reads))
    return found


def _lowest_turn(part: Loop) -> int | None:
    """The least number that the loop's variable has, if it is known."""
    lo, hi, step = (v.const for v in part.bounds)
    if not isinstance(step, int) or step == 0:
        return None
    bound = lo if step > 0 else hi
    return bound + (step < 0) if isinstance(bound, int) else None


class _Array:
    """One array that a loop carries: who writes and reads it in a turn."""

    def __init__(self, part: Loop, param: Value, end: Value, lowest: int, rising: bool) -> None:
        self.body, self.turn = part.body, part.index[0]
        self.lowest, self.rising = lowest, rising
        self.made = {op.out: op for op in self.body.ops if len(op.outs) == 1}
        self.place = {op: k for k, op in enumerate(self.body.ops)}
        self.versions = {param}
        self.writes: list[_Access] = []
        version = end
        while version is not param:
            op = self.made.get(version)
            if op is None or op.prim.name not in _WRITES:
                self.writes = []
                return
            self.writes.append(self.access(op, op.ins[2:]))
            self.versions.add(version)
            version = op.ins[0]

    def access(self, op: Op, where: Sequence[Value]) -> _Access:
        first = op.params["spec"][0] if op.params["spec"] else ("new",)
        shift = self.shift(where[0]) if first == ("at", None) and where else None
        if shift is not None and self.lowest + shift < 0:
            shift = None
        return _Access(op, self.place[op], shift)

    def shift(self, index: Value) -> int | None:
        """c where an index is the turn's number plus c."""
        total = 0
        while index is not self.turn:
            op = self.made.get(index)
            if op is None or op.prim.name not in ("add", "sub"):
                return None
            left, right = op.ins
            if isinstance(right.const, int):
                index, change = left, right.const if op.prim.name == "add" else -right.const
            elif isinstance(left.const, int) and op.prim.name == "add":
                index, change = right, left.const
            else:
                return None
            total += change
        return total

    def reads(self, array: Value) -> dict[Value, Op]:
        """The elements that the final array has as they were, and the operations that read them there."""
        found: dict[Value, Op] = {}
        if not self.writes or any(w.shift is None for w in self.writes):
            return found
        for op in self.body.ops:
            if op.prim.name == "index" and op.ins[0] in self.versions and self.stays(self.access(op, op.ins[1:])):
                found[op.out] = Op(op.prim, (array, *op.ins[1:]), op.outs, op.params, (), op.loc)
        for w in self.writes:
            if w.op.prim.name == "index_set" and w.op.ins[1].const is None and self.stays(w):
                read = _element(w.op, array)
                if read is not None:
                    found.setdefault(w.op.ins[1], read)
        return found

    def stays(self, at: _Access) -> bool:
        """Whether nothing that runs after it writes where this access is."""
        if at.shift is None:
            return False
        for w in self.writes:
            assert w.shift is not None
            if w.op is at.op:
                continue
            ahead = w.shift - at.shift if self.rising else at.shift - w.shift
            if ahead < 0 or (ahead == 0 and w.place > at.place):
                return False
        return True


def _element(write: Op, array: Value) -> Op | None:
    """The operation that reads what a write has stored, if it fills the place with nothing repeated or converted."""
    stored, where, params = write.ins[1], write.ins[2:], Params(spec=write.params["spec"])
    b = Builder(write.loc)
    made = b.op("index", array, *where, **params).value
    return (
        Op(REGISTRY["index"], (array, *where), (stored,), params, (), write.loc) if made.type == stored.type else None
    )


def same_reads(ops: Sequence[Op]) -> dict[Value, Value]:
    """Reads of one element of one array, each by the first of them: it is saved once."""
    first: dict[tuple[object, ...], Value] = {}
    found: dict[Value, Value] = {}
    for op in ops:
        if op.prim.name == "index":
            kept = first.setdefault((op.ins, op.params), op.out)
            if kept is not op.out:
                found[op.out] = kept
    return found
