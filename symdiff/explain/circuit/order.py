"""The order within the columns: sweeps by barycentre, then exchanges of neighbours, as long as crossings vanish."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence

from symdiff.explain.circuit.layers import Columns, Link

_SWEEPS = 12
_PATIENCE = 4  # sweeps without a better picture


def untangle(columns: Columns) -> None:
    """Reorder the rows of the columns so that few wires cross."""
    best, rows = crossings(columns), [list(row) for row in columns.rows]
    left, right = _neighbours(columns)
    idle = 0
    for sweep in range(_SWEEPS):
        if not best or idle == _PATIENCE:
            break
        forward = sweep % 2 == 0
        numbers = range(1, len(columns.rows)) if forward else range(len(columns.rows) - 2, -1, -1)
        at = _places(columns)
        for number in numbers:
            _sort_by_mean(columns.rows[number], left if forward else right, at)
        _exchange(columns, left, right)
        found = crossings(columns)
        idle = 0 if found < best else idle + 1
        if found < best:
            best, rows = found, [list(row) for row in columns.rows]
    columns.rows[:] = rows


def crossings(columns: Columns) -> int:
    """How many pairs of links cross."""
    at = _places(columns)
    return sum(_inversions([_ends(columns, link, at) for link in links]) for links in columns.links)


def _inversions(pairs: Sequence[tuple[float, float]]) -> int:
    seen: list[float] = []
    total = 0
    for _, end in sorted(pairs):
        total += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return total


def _places(columns: Columns) -> dict[int, float]:
    return {slot: float(k) for row in columns.rows for k, slot in enumerate(row)}


def _out_offset(columns: Columns, link: Link) -> float:
    piece = columns.slots[link.left]
    return 0.9 * (piece.outs[link.out] / piece.height - 0.5)


def _in_offset(columns: Columns, link: Link) -> float:
    """Where a link ends, relative to the middle of its slot; ports that may be exchanged count as one."""
    piece = columns.slots[link.right]
    return 0.9 * (piece.ins[link.into] / piece.height - 0.5) if piece.fixed else 0.0


def _ends(columns: Columns, link: Link, at: dict[int, float]) -> tuple[float, float]:
    return at[link.left] + _out_offset(columns, link), at[link.right] + _in_offset(columns, link)


# One end of a link as seen from the other slot: (own offset, the other slot, the offset there).
_Seen = dict[int, list[tuple[float, int, float]]]


def _neighbours(columns: Columns) -> tuple[_Seen, _Seen]:
    left: _Seen = {k: [] for k in range(len(columns.slots))}
    right: _Seen = {k: [] for k in range(len(columns.slots))}
    for links in columns.links:
        for link in links:
            start, end = _out_offset(columns, link), _in_offset(columns, link)
            left[link.right].append((end, link.left, start))
            right[link.left].append((start, link.right, end))
    return left, right


def _sort_by_mean(row: list[int], seen: _Seen, at: dict[int, float]) -> None:
    """Sort a column by the mean place of its neighbours; a slot without any keeps its place."""
    mean = {
        slot: sum(at[other] + offset - own for own, other, offset in seen[slot]) / len(seen[slot])
        for slot in row
        if seen[slot]
    }
    moving = iter(sorted((slot for slot in row if slot in mean), key=lambda slot: (mean[slot], at[slot])))
    row[:] = [next(moving) if slot in mean else slot for slot in row]
    at.update((slot, float(k)) for k, slot in enumerate(row))


def _exchange(columns: Columns, left: _Seen, right: _Seen) -> None:
    """Exchange neighbours in their columns while that removes crossings."""
    at = _places(columns)
    for row in columns.rows:
        better, rounds = True, 0
        while better and rounds < 4:
            better, rounds = False, rounds + 1
            for k in range(len(row) - 1):
                a, b = row[k], row[k + 1]
                now = _between(left[a], left[b], at) + _between(right[a], right[b], at)
                then = _between(left[b], left[a], at) + _between(right[b], right[a], at)
                if then < now:
                    row[k], row[k + 1] = b, a
                    at[a], at[b] = float(k + 1), float(k)
                    better = True


def _between(
    above: Sequence[tuple[float, int, float]], below: Sequence[tuple[float, int, float]], at: dict[int, float]
) -> int:
    """The crossings of two slots' links on one side, the first slot above the second."""
    ends = sorted(at[other] + offset for _, other, offset in below)
    total = 0
    for _, other, offset in above:
        place = at[other] + offset
        total += sum(1 for end in ends if end < place)
    return total
