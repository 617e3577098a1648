"""Heights within the columns: wires as straight as the order allows.

Each piece wants to stand where its wires run level; a column is the least-squares compromise under "no overlap, order
kept", an isotonic regression.  By hand: three pieces of height 10 that all want to be at 0 stand at -10, 0, 10.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.explain.circuit.layers import Columns, Link

_SWEEPS = 16
_GAP = 10.0  # between pieces of a column
_BEND_GAP = 3.0  # between two wires that pass


def heights(columns: Columns) -> list[float]:
    """The top of each slot, the highest at 0."""
    top = _stacked(columns)
    before: list[list[Link]] = [[], *columns.links]
    behind: list[list[Link]] = [*columns.links, []]
    order = list(range(len(columns.rows)))
    for sweep in range(_SWEEPS):
        for number in order if sweep % 2 == 0 else reversed(order):
            _settle(columns, columns.rows[number], (before if sweep % 2 == 0 else behind)[number], top)
    for number in order:
        _settle(columns, columns.rows[number], before[number] + behind[number], top)
    for number in order:
        _settle(columns, columns.rows[number], before[number], top, bends=1000.0)
    for number in reversed(order):
        _settle(columns, columns.rows[number], [k for k in behind[number] if _starts(columns, k)], top, inertia=100.0)
    highest = min(top, default=0.0)
    return [round(y - highest, 1) for y in top]


def _starts(columns: Columns, link: Link) -> bool:
    """Whether a link comes from an input or a tag: these move to where they lead."""
    return not columns.slots[link.left].ins


def _stacked(columns: Columns) -> list[float]:
    top = [0.0] * len(columns.slots)
    for row in columns.rows:
        y = 0.0
        for k, slot in enumerate(row):
            y += _gap(columns, row[k - 1], slot) if k else 0.0
            top[slot] = y
            y += columns.slots[slot].height
        for slot in row:
            top[slot] -= y / 2
    return top


def _gap(columns: Columns, above: int, below: int) -> float:
    return _BEND_GAP if columns.wire_of[above] >= 0 and columns.wire_of[below] >= 0 else _GAP


def _settle(
    columns: Columns,
    row: Sequence[int],
    sides: Sequence[Link],
    top: list[float],
    bends: float = 8.0,
    inertia: float = 0.01,
) -> None:
    """Move the slots of one column towards where their links on the given sides run level.

    A link between two bends of a long wire counts `bends` times; a slot without links stays with a weight `inertia`.
    """
    inside = set(row)
    pull: dict[int, tuple[float, float]] = {}
    for link in sides:
        left, right = columns.slots[link.left], columns.slots[link.right]
        weight = _weight(columns, link, bends)
        into = right.ins[link.into] if right.fixed else right.height / 2
        difference = left.outs[link.out] - into
        slot, goal = (
            (link.right, top[link.left] + difference)
            if link.right in inside
            else (link.left, top[link.right] - difference)
        )
        total, mass = pull.get(slot, (0.0, 0.0))
        pull[slot] = total + weight * goal, mass + weight
    wanted, masses, offsets, offset = [], [], [], 0.0
    for k, slot in enumerate(row):
        if k:
            offset += columns.slots[row[k - 1]].height + _gap(columns, row[k - 1], slot)
        total, mass = pull.get(slot, (inertia * top[slot], inertia))
        wanted.append(total / mass - offset)
        masses.append(mass)
        offsets.append(offset)
    for slot, base, offset in zip(row, isotonic(wanted, masses), offsets, strict=True):
        top[slot] = base + offset


def _weight(columns: Columns, link: Link, bends: float) -> float:
    """Long wires are the straightest."""
    return (1.0, 2.0, bends)[(columns.wire_of[link.left] >= 0) + (columns.wire_of[link.right] >= 0)]


def isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing sequence nearest to `wanted` in weighted least squares.

    >>> isotonic([3.0, 1.0, 4.0], [1.0, 1.0, 1.0])
    [2.0, 2.0, 4.0]
    """
    blocks: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(wanted, weights, strict=True):
        mean, mass, length = value, weight, 1
        while blocks and blocks[-1][0] > mean:
            other, heavy, count = blocks.pop()
            mean = (mean * mass + other * heavy) / (mass + heavy)
            mass, length = mass + heavy, length + count
        blocks.append((mean, mass, length))
    return [mean for mean, _, length in blocks for _ in range(length)]
