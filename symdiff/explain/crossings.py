"""Where operations are not smooth: as text, and whether a run of them was there.

By hand: `maximum(p, 0)` has its kink at p = 0; run on p = [1, 0, -1] it was there for 1 of 3 elements.  `floor(x)`
jumps where x is its own floor.  A condition changes where one of the comparisons that it is made of does:
`x > 0 and y < w` at x = 0 and at y = w.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.ir.core import Op, Program, Value, walk

COMPARISONS = frozenset(("gt", "lt", "ge", "le", "eq", "ne"))


@dataclass(frozen=True, slots=True)
class _Row:
    """One way to be at a kink: `text` with operands x, y, z and the result out; `at` of their values."""

    text: str
    at: Callable[..., Any]


_EQUAL = _Row("{x} = {y}", lambda x, y, out: x == y)
_AT_0 = _Row("{x} = 0", lambda x, *_: x == 0)
_INTEGER = _Row("{x} = {out}", lambda x, out: x == out)
_TABLE: Mapping[str, tuple[_Row, ...]] = {
    **dict.fromkeys((*COMPARISONS, "maximum", "minimum", "fmax", "fmin"), (_EQUAL,)),
    **dict.fromkeys(("abs", "fabs", "sign", "heaviside"), (_AT_0,)),
    "clip": (_Row("{x} = {y}", lambda x, y, z, out: x == y), _Row("{x} = {z}", lambda x, y, z, out: x == z)),
    "copysign": (_AT_0, _Row("{y} = 0", lambda x, y, out: y == 0)),
    "hypot": (_Row("{x} = {y} = 0", lambda x, y, out: out == 0),),
    **dict.fromkeys(("floor", "ceil"), (_INTEGER,)),
    "trunc": (_Row("{x} = {out} ≠ 0", lambda x, out: (x == out) & (out != 0)),),
    "rint": (_Row("|{x} - {out}| = 1/2", lambda x, out: abs(x - out) == 0.5),),
    "mod": (_Row("{out} = 0", lambda x, y, out: out == 0),),
    "fmod": (_Row("{out} = 0 ≠ {x}", lambda x, y, out: (out == 0) & (x != 0)),),
    "floordiv": (_Row("{x} % {y} = 0", lambda x, y, out: np.mod(x, y) == 0),),
}


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


def is_known(op: Op) -> bool:
    """Whether it is known where an operation is not smooth."""
    return op.prim.name in _TABLE and not any(getattr(v.type, "complex", False) for v in op.ins)


def met(op: Op, ins: Sequence[Any], out: Any) -> tuple[Met, ...]:
    """Of a run of an operation: for each of its kinks, whether it was there."""
    found = []
    with np.errstate(all="ignore"):
        for row in _TABLE[op.prim.name]:
            at = np.asarray(row.at(*ins, out))
            found.append(Met(int(np.count_nonzero(at)), at.size if at.shape else None))
    return tuple(found)


def places(op: Op, operands: Sequence[str], out: str) -> list[str]:
    """The kinks of an operation in the names of its operands."""
    x, y, z = (*operands, "", "", "")[:3]
    if op.prim.name not in ("copysign", "mod", "fmod", "floordiv") and op.ins[0].const is not None and y:
        x, y = y, x  # maximum(0, f) is not smooth at f = 0
    return [row.text.format(x=x, y=y, z=z, out=out) for row in _TABLE[op.prim.name]]


class Conditions:
    """Which comparisons a condition is made of."""

    def __init__(self, program: Program, comes_from: Mapping[Value, Sequence[tuple[Value, str]]]) -> None:
        self.made_by = {v: op for f in program.functions.values() for op in walk(f.body) for v in op.outs}
        self.comes_from = comes_from

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
