"""Columns: which piece of a picture stands how far right, and the wires cut into links between neighbours.

A wire from column 0 to a piece in column 3 gets two bends, in columns 1 and 2; the wires of one value share theirs, so
that a value used ten times is one line that forks late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands in a column: its height and the heights of its ports, both from its top.

    `fixed`: the ports on the left keep their order.
    """

    height: float
    ins: tuple[float, ...] = ()
    outs: tuple[float, ...] = ()
    fixed: bool = True


@dataclass(frozen=True, slots=True)
class Wire:
    """A value on its way: from a port of a piece to ports of later pieces (their numbers)."""

    source: int
    port: int
    sinks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A wire between neighbouring columns: slot and port on the left, slot and port on the right."""

    wire: int
    left: int
    out: int
    right: int
    into: int


@dataclass(slots=True)
class Columns:
    """Slots are the pieces and, behind them, the bends; `rows[c]` are those of column c from top to bottom."""

    slots: list[Piece]
    wire_of: list[int]  # of a bend, its wire; of a piece, -1
    rows: list[list[int]]
    links: list[list[Link]] = field(default_factory=list)  # links[c]: between columns c and c + 1


BEND = Piece(12.0, (6.0,), (6.0,))


def column_numbers(count: int, wires: Sequence[Wire]) -> list[int]:
    """The column of each piece: all wires lead to the right, and few are long.

    Pieces are numbered in an order in which all wires lead forward.
    """
    sources: list[list[int]] = [[] for _ in range(count)]
    sinks: list[list[int]] = [[] for _ in range(count)]
    for wire in wires:
        for target, _ in wire.sinks:
            sources[target].append(wire.source)
            sinks[wire.source].append(target)
    column = [0] * count
    for k in range(count):
        column[k] = max((column[s] + 1 for s in sources[k]), default=0)
    _tighten(column, sources, sinks)
    return column


def _tighten(column: list[int], sources: list[list[int]], sinks: list[list[int]]) -> None:
    """Move to the right what makes no other wire longer: inputs, and expressions of inputs used nowhere else.

    Also an operation on an input alone, `x[3]`: one of the two wires is long, and an input's name is easily found.
    """
    loose = [False] * len(column)
    for k in range(len(column)):
        loose[k] = all(loose[s] and set(sinks[s]) == {k} for s in sources[k])
    for k in reversed(range(len(column))):
        if not sinks[k]:
            continue
        goal = min(column[t] for t in sinks[k]) - 1
        if all(
            not sources[s]
            or (loose[s] and set(sinks[s]) == {k})
            or max((column[t] for t in sinks[s] if t != k), default=0) >= goal
            for s in sources[k]
        ):
            column[k] = goal


def columns_of(pieces: Sequence[Piece], wires: Sequence[Wire], column: Sequence[int]) -> Columns:
    """Pieces and bends in their columns, each column in the order of a walk from the results through the operands."""
    found = Columns(list(pieces), [-1] * len(pieces), [[] for _ in range(max(column, default=-1) + 1)])
    found.links = [[] for _ in found.rows[1:]]
    walk = _walk(pieces, wires)
    key = list(walk)
    for k, c in enumerate(column):
        found.rows[c].append(k)
    for number, wire in enumerate(wires):
        at, port, place = wire.source, wire.port, column[wire.source]
        for target, into in sorted(wire.sinks, key=lambda sink: column[sink[0]]):
            while place + 1 < column[target]:
                bend = len(found.slots)
                found.slots.append(BEND)
                found.wire_of.append(number)
                key.append(walk[wire.source])
                found.rows[place + 1].append(bend)
                found.links[place].append(Link(number, at, port, bend, 0))
                at, port, place = bend, 0, place + 1
            found.links[place].append(Link(number, at, port, target, into))
    for row in found.rows:
        row.sort(key=lambda slot: (key[slot], slot))
    return found


def _walk(pieces: Sequence[Piece], wires: Sequence[Wire]) -> list[int]:
    """The place of each piece when expressions are walked depth first, operands in order, results last.

    A tree drawn in this order has no crossings.
    """
    operands: list[list[tuple[int, int]]] = [[] for _ in pieces]
    used = [False] * len(pieces)
    for wire in wires:
        used[wire.source] = used[wire.source] or bool(wire.sinks)
        for target, into in wire.sinks:
            operands[target].append((into, wire.source))
    place, count = [-1] * len(pieces), 0
    for root in [k for k in range(len(pieces)) if not used[k]]:
        waiting = [(root, False)]
        while waiting:
            k, done = waiting.pop()
            if place[k] >= 0:
                continue
            if done:
                place[k], count = count, count + 1
                continue
            waiting.append((k, True))
            waiting += [(s, False) for _, s in sorted(operands[k], reverse=True)]
    return place
