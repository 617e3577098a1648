"""The carries of a loop, for the walk of `symdiff.ir.aliases`.

Turn by turn a carry holds a buffer of its own, the slot.  By hand: where the body of `for …, %b { (%c) … }` writes %c,
the loop writes its operand %b, and what each turn hands on must be held by nobody else: the next turn overwrites it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.ir.core import Op, Value
from symdiff.ir.memory import ELEMENT, NO_BUFFERS, NOTHING, Buffers, Claim, Frame, Memory

if TYPE_CHECKING:
    from symdiff.ir.aliases import Flow


def _elements_first(claim: tuple[int, bool]) -> tuple[int, bool]:
    """A copy that is made for the elements is one of the list as well."""
    j, elements = claim
    return j, not elements


class Slots:
    """The carries of one loop: a buffer each, and what becomes of it from turn to turn."""

    def __init__(self, flow: Flow, op: Op, ins: Sequence[Value], first: int, count: int) -> None:
        self.flow, self.op, self.first, self.count = flow, op, first, count
        self.skip = 1 if op.params.get("exit") else 0
        self.initial = list(ins[first : first + count])
        self.memories = [flow.new(v.type) for v in self.initial]
        flow.slots(op, self.memories)
        self.wanted: set[tuple[int, bool]] = set()  # carries that the body writes, or (True) whose elements it does
        self.ends: list[Memory] = []
        self.own: set[int] = set()

    def close(self, body: Frame) -> None:
        """The end of a turn: a slot that the body writes is handed on as the only holder of its buffer."""
        flow = self.flow
        while True:
            found = {
                (j, elements)
                for j, m in enumerate(self.memories)
                for elements in (False, True)
                if not (m.inner if elements else m.top).isdisjoint(flow.written)
            } - self.wanted
            if not found:
                break
            self.wanted |= found
            for j, elements in sorted(found, key=_elements_first):
                if not elements:
                    flow.slot_written(self.op, j)
                k = self.skip + j
                others = [*body.outs[:k], *body.outs[k + 1 :]]
                where = Claim(f"carry {j} at the end of a turn", j, elements, ends=True)
                body.outs[k] = flow.claim(body, self.op, body.outs[k], others, where)
        self.ends, self.own = [flow.of(v) for v in body.outs], body.own
        flow.leave(body)

    def enter(self, frame: Frame, ins: list[Value]) -> None:
        """The loop overwrites the first values of the slots it writes."""
        for j, elements in sorted(self.wanted, key=_elements_first):
            k = self.first + j
            where = Claim(f"carry {j} before the loop", j, elements)
            ins[k] = self.flow.claim(frame, self.op, ins[k], [*ins[:k], *ins[k + 1 :]], where)
            self.initial[j] = ins[k]

    def results(self, body: Frame, frame: Frame) -> list[Memory]:
        flow, end = self.flow, self.skip + self.count
        outside = self.meanings()

        def meaning(buffers: Buffers) -> Buffers:
            return frozenset(c for b in buffers for d in flow.closure((b,)) for c in outside.get(d, (d,)))

        found = [NOTHING] * self.skip
        for j, m in enumerate(self.ends[self.skip : end]):
            initial = flow.of(self.initial[j])
            inner = initial.inner | meaning(m.inner)
            claimed = self.initial[j]
            written = (j, False) in self.wanted
            top = flow.standing_for(claimed.type, claimed).top if written else initial.top | meaning(m.top)
            if written:
                frame.own |= top  # claimed before the loop: nobody else holds it
            found.append(Memory(top, inner))
        for m in self.ends[end:]:
            mark = NO_BUFFERS if not m.inner and m.top <= self.own else frozenset((ELEMENT,))
            found.append(Memory(frozenset((flow.fresh(),)), meaning(m.all) | (mark if m.all else NO_BUFFERS)))
        return [*found, NOTHING]

    def meanings(self) -> dict[int, Buffers]:
        """What the buffers of the slots may be, outside: a fixpoint over the turns."""
        known: dict[int, set[int]] = {}
        flows: dict[int, Buffers] = {}
        for j, m in enumerate(self.memories):
            initial, end = self.flow.of(self.initial[j]), self.ends[self.skip + j]
            for b in m.inner:
                known[b], flows[b] = set(initial.inner), end.inner
            for b in m.top:
                known[b], flows[b] = ({b}, NO_BUFFERS) if (j, False) in self.wanted else (set(initial.top), end.top)
        todo = list(known)
        readers: dict[int, list[int]] = {}
        direct = {b: self.flow.closure(ends) for b, ends in flows.items()}
        for b, ends in direct.items():
            for e in ends:
                readers.setdefault(e, []).append(b)
        while todo:
            b = todo.pop()
            size = len(known[b])
            known[b].update(c for e in direct[b] for c in known.get(e, (e,)))
            if len(known[b]) > size:
                todo.extend(readers.get(b, ()))
        return {b: frozenset(found) for b, found in known.items()}
