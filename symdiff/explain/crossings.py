"""Where operations are not smooth: as text, and whether a run of them was there.

By hand: `maximum(p, 0)` has its kink at p = 0; run on p = [1, 0, -1] it was there for 1 of 3 elements.  `floor(x)`
jumps where x is its own floor.  A condition changes where one of the comparisons that it is made of does:
`x > 0 and y < w` at x = 0 and at y = w.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.ir import template
from symdiff.ir.core import Op, Program, Value, walk
from symdiff.primitives import kinks

COMPARISONS = frozenset(("gt", "lt", "ge", "le", "eq", "ne"))
_EITHER_WAY = COMPARISONS | {"maximum", "minimum", "fmax", "fmin"}


@dataclass(frozen=True, slots=True)
class Met:
    """One run of an operation: how many elements were at the kink, of how many; of a number, 1 of None."""

    count: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Crossing:
    """One place where something is not smooth; `met` has the runs, None where no values are given."""

    where: str
    met: tuple[Met, ...] | None = None

    @property
    def here(self) -> str:
        """Whether the given point is such a place."""
        if self.met is None:
            return ""
        if not self.met:
            return "not reached"
        hits = [m for m in self.met if m.count]
        if not hits:
            return "not here" if self.met[0].size is None else f"here for 0 of {_total(self.met)} elements"
        if self.met[0].size is not None:
            return f"here for {sum(m.count for m in self.met)} of {_total(self.met)} elements"
        return "here" if len(self.met) == 1 else f"here {len(hits)} of {len(self.met)} times"


def _total(met: Iterable[Met]) -> int:
    return sum(m.size or 0 for m in met)


def met(op: Op, ins: Sequence[Any], out: Any) -> tuple[Met, ...]:
    """Of a run of an operation: for each of its kinks, whether it was there."""
    found = []
    with np.errstate(all="ignore"):
        for place in kinks.of(op) or ():
            at = np.asarray(place.at(out, *ins))
            found.append(Met(int(np.count_nonzero(at)), at.size if at.shape else None))
    return tuple(found)


def places(op: Op, operands: Sequence[str], out: str) -> list[str]:
    """The kinks of an operation in the names of its operands."""
    named = dict(zip(template.operand_names(op.prim, len(operands)), operands, strict=True))
    if op.prim.name in _EITHER_WAY and op.ins[0].const is not None:
        named["x"], named["y"] = named["y"], named["x"]  # maximum(0, f) is not smooth at f = 0
    return [place.text.format(*operands, **named, out=out) for place in kinks.of(op) or ()]


class Conditions:
    """Which comparisons a condition is made of, and what nothing but an assertion reads."""

    def __init__(self, program: Program, comes_from: Mapping[Value, Sequence[tuple[Value, str]]]) -> None:
        every = [op for f in program.functions.values() for op in walk(f.body)]
        self.made_by = {v: op for op in every for v in op.outs}
        self.comes_from = comes_from
        self.readers: dict[Value, list[Op]] = {}
        for op in every:
            for v in op.ins:
                self.readers.setdefault(v, []).append(op)
        self.goes_to: dict[Value, list[Value]] = {}  # across the borders of regions
        for v, sources in comes_from.items():
            for source, _ in sources:
                self.goes_to.setdefault(source, []).append(v)

    def comparisons(self, condition: Value) -> list[Op]:
        """In the order in which they stand."""
        found: list[Op] = []
        seen: set[Value] = set()
        stack = [condition]
        while stack:
            v = stack.pop()
            if v in seen or getattr(v.type, "inexact", True):
                continue
            seen.add(v)
            op = self.made_by.get(v)
            if op is not None and op.prim.name in COMPARISONS:
                found.append(op)
                continue
            before = [] if op is None else list(op.ins[:1] if op.regions else op.ins)
            stack += reversed([*before, *(source for source, _ in self.comes_from.get(v, ()))])
        return found

    def is_only_checked(self, op: Op) -> bool:
        """Whether all that an operation decides is whether something is raised or printed."""
        readers = [reader for v in op.outs for reader in self.readers.get(v, ())]
        found = bool(readers)
        while readers and found:
            reader = readers.pop()
            if reader.regions or not all(getattr(v.type, "inexact", True) is False for v in reader.outs):
                found = False
            readers += [further for v in reader.outs for further in self.readers.get(v, ())]
        return found

    def is_number(self, value: Value) -> bool:
        """Whether an integer is computed with: not only a condition made of it."""
        stack, seen = [value], set()
        while stack:
            v = stack.pop()
            if v in seen:
                continue
            seen.add(v)
            stack += self.goes_to.get(v, ())
            for reader in self.readers.get(v, ()):
                if reader.prim.effect or reader.prim.name in COMPARISONS:
                    continue
                if reader.regions:
                    if reader.prim.name == "for" and v in reader.ins[:3]:
                        return True
                    continue
                if any(getattr(out.type, "inexact", False) for out in reader.outs):
                    return True
                stack += reader.outs
        return False
