"""From a circuit to places: columns from left to right, long circuits folded into bands as text is into lines.

A band shows the names of the values that it takes from the bands above, as the sheets of a circuit diagram do.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.explain.circuit.band import Band, Part, node_piece, port_part
from symdiff.explain.circuit.graph import Edge, Graph, Node
from symdiff.explain.circuit.layers import Piece, Wire, column_numbers
from symdiff.explain.circuit.levels import Key, Level, levels
from symdiff.explain.circuit.measure import clipped, text_width
from symdiff.explain.circuit.picture import SMALL, Box, Picture, Widths, widths_of

_HEADER, _PAD, _BAND_GAP, _COLUMN_GAP = 26.0, 12.0, 28.0, 20.0
_NARROWEST = 480.0
_BESIDE = 140.0  # the room that a box leaves for inputs in front of it
_SLACK = 1.3  # a circuit so much wider than the page is rather shown smaller than folded


def layout(graph: Graph, width: float = 1180.0) -> Picture:
    """Places for everything in a circuit, folded at a width in pixels."""
    drawing = _Drawing(graph)
    depth = {"": 0}
    for group in graph.groups:
        depth[group.name] = depth[group.parent] + 1
    for level in levels(graph):
        limit = max(_NARROWEST, width - depth[level.group] * _BESIDE)
        drawing.frames[level.group] = _Frame(drawing, level, limit)
    picture = Picture(2 * _PAD, 2 * _PAD)
    waiting = [("", _PAD, _PAD)] if graph.nodes else []
    while waiting:
        name, x, y = waiting.pop()
        frame = drawing.frames[name]
        waiting += frame.draw(picture, x, y)
        if not name:
            picture.width += frame.width
            picture.height += frame.height
    return picture


class _Drawing:
    """What all frames look up."""

    def __init__(self, graph: Graph) -> None:
        self.nodes: dict[str, tuple[Node, list[Edge]]] = {node.name: (node, []) for node in graph.nodes}
        self.groups = {group.name: group for group in graph.groups}
        self.frames: dict[str, _Frame] = {}
        for edge in graph.edges:
            self.nodes[edge.target][1].append(edge)


class _Frame:
    """One level: its bands, one below the other, and its ports; all relative to its own corner."""

    def __init__(self, drawing: _Drawing, level: Level, limit: float) -> None:
        self.drawing, self.level = drawing, level
        self.group = drawing.groups.get(level.group)
        self.slack = _SLACK if self.group is None else 1.0
        self.inside = [kind in ("node", "box") for kind, _ in level.keys]
        self.pieces = [self._piece(key) for key in level.keys]
        self.widths = [self._widths(key) for key in level.keys]
        inner = [
            Wire(w.source, w.port, tuple(s for s in w.sinks if self.inside[s[0]]))
            for w in level.wires
            if self.inside[w.source]
        ]
        self.number = column_numbers(len(level.keys), inner)
        self.band_of = self._fold(limit)
        self.bands = self._bands()
        self._stack()

    def _piece(self, key: Key) -> Piece:
        kind, name = key
        if kind == "box":
            frame = self.drawing.frames[name]
            ins = tuple(frame.port("entry", value) for value in self.level.inputs.get(key, ()))
            outs = tuple(frame.port("exit", value) for value in self.level.outputs.get(key, ()))
            return Piece(frame.height, ins, outs)
        node, edges = self.drawing.nodes[name]
        return node_piece(node, len(edges))

    def _widths(self, key: Key) -> Widths:
        kind, name = key
        if kind == "box":
            return Widths(body=self.drawing.frames[name].width)
        return widths_of(*self.drawing.nodes[name])

    # --- bands

    def _fold(self, limit: float) -> list[int]:
        """The band of each piece: as few bands as the limit allows, cut where few wires pass."""
        spans = [0.0] * (1 + max(self.number))
        for k, inside in enumerate(self.inside):
            if inside:
                spans[self.number[k]] = max(spans[self.number[k]], self.widths[k].total + _COLUMN_GAP)
        passing = self._passing(len(spans))
        bands: list[int] = []
        rest, number = sum(spans), 0
        while len(bands) < len(spans):
            start, many = len(bands), -(-rest // limit)
            end = len(spans) if rest <= self.slack * limit else _cut(spans, passing, start, limit, rest / many)
            bands += [number] * (end - start)
            rest, number = rest - sum(spans[start:end]), number + 1
        found = [bands[c] for c in self.number]
        for wire in self.level.wires:
            if self._is_input(wire.source):  # it stands where it is used first
                found[wire.source] = min(found[s] for s, _ in wire.sinks)
        used = sorted({found[k] for k, inside in enumerate(self.inside) if inside})
        order = {band: k for k, band in enumerate(used)}
        return [order[band] if inside else -1 for band, inside in zip(found, self.inside, strict=True)]

    def _is_input(self, k: int) -> bool:
        return self.level.keys[k][0] == "node" and not self.drawing.nodes[self.level.keys[k][1]][1]

    def _passing(self, count: int) -> list[int]:
        """How many values pass from each column to the next."""
        steps = [0] * (count + 1)
        for wire in self.level.wires:
            ends = [self.number[s] for s, _ in wire.sinks if self.inside[s]]
            if self.inside[wire.source] and ends and not self._is_input(wire.source):
                steps[self.number[wire.source]] += 1
                steps[max(ends)] -= 1
        total, found = 0, []
        for step in steps:
            total += step
            found.append(total)
        return found

    def _bands(self) -> list[Band]:
        count = 1 + max(self.band_of)
        chosen: list[list[int]] = [[] for _ in range(count)]
        wires: list[list[int]] = [[] for _ in range(count)]  # those that begin or end in each band
        for k, inside in enumerate(self.inside):
            if inside:
                chosen[self.band_of[k]].append(k)
        for number, wire in enumerate(self.level.wires):
            ends = {self.band_of[k] for k in (wire.source, *(s for s, _ in wire.sinks)) if self.inside[k]}
            for band in ends:
                wires[band].append(number)
        return [self._band(k, chosen[k], wires[k]) for k in range(count)]

    def _band(self, number: int, chosen: Sequence[int], numbers: Sequence[int]) -> Band:
        """A band of the pieces `chosen` and the wires `numbers`."""
        keys = self.level.keys
        columns = [self.number[k] for k in chosen if not self._is_input(k)] or [0]
        low, high = min(columns) - 1, max(columns) + 1
        parts = [Part(*keys[k], self.pieces[k], self.widths[k], max(low, self.number[k])) for k in chosen]
        place = {k: at for at, k in enumerate(chosen)}
        wires, onward = [], []
        for wire, value in ((self.level.wires[k], self.level.values[k]) for k in numbers):
            sinks = [(place[s], port) for s, port in wire.sinks if s in place]
            node = self.drawing.nodes[value][0]
            source = place.get(wire.source)
            if source is None:
                known = self.inside[wire.source] or min(self.band_of[s] for s, _ in wire.sinks) < number
                wires.append(Wire(len(parts), 0, tuple(sinks)))
                parts.append(port_part("tag" if known else "entry", node, low))
                continue
            if any(not self.inside[s] for s, _ in wire.sinks):
                sinks.append((len(parts), 0))
                parts.append(port_part("exit", node, high))
            elif not sinks:
                onward.append((source, wire.port))
            wires.append(Wire(source, wire.port, tuple(sinks)))
        return Band(parts, wires, onward)

    def _stack(self) -> None:
        """Corners of the bands, and the size of the whole."""
        boxed = self.group is not None
        y = _HEADER if boxed else 0.0
        self.corners: list[tuple[float, float]] = []
        self.width = text_width(clipped(self.group.label, 60), SMALL) + 2 * _PAD if self.group is not None else 0.0
        for band in self.bands:
            x = _PAD if boxed and not any(part.kind == "entry" for part in band.parts) else 0.0
            self.corners.append((x, y))
            exits = any(part.kind == "exit" for part in band.parts)
            self.width = max(self.width, x + band.width + (_PAD if boxed and not exits else 0.0))
            y += band.height + _BAND_GAP
        self.height = y - _BAND_GAP + (_PAD if boxed else 0.0)

    def port(self, kind: str, value: str) -> float:
        """The height at which a value comes in ("entry") or goes out ("exit")."""
        found = [
            y + height
            for (_, y), band in zip(self.corners, self.bands, strict=True)
            if (height := band.height_of(kind, value)) is not None
        ]
        return found[0]

    def draw(self, picture: Picture, x: float, y: float) -> list[tuple[str, float, float]]:
        """Add this level with its corner at (x, y); the boxes inside, with their corners."""
        inner = []
        for (left, top), band in zip(self.corners, self.bands, strict=True):
            band.draw(picture, x + left, y + top, x + self.width, self.drawing.nodes)
            for slot, part in enumerate(band.parts):
                if part.kind == "box":
                    frame, at = self.drawing.frames[part.name], (x + left + band.left(slot), y + top + band.top[slot])
                    picture.boxes.append(Box(self.drawing.groups[part.name], *at, frame.width, frame.height))
                    inner.append((part.name, *at))
        return inner


def _cut(spans: Sequence[float], passing: Sequence[int], start: int, limit: float, goal: float) -> int:
    """The first column of the next band."""
    used, best, end = 0.0, float("inf"), start + 1
    for k in range(start, len(spans) - 1):
        used += spans[k]
        if used > limit and k > start:
            break
        cost = passing[k] + 20 * abs(used - goal) / goal
        if cost < best:
            best, end = cost, k + 1
    return end
