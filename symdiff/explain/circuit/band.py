"""One band of a picture: columns from left to right, and where everything in them stands.

The first column holds what comes in: inputs, values of other bands and of other boxes.  The last one holds the exits
of the box around.  Nothing overlaps, by construction: a piece has room for its texts in its own column, local gradients
left of the sign, value and gradient right of it, and wires bend only in the gaps between columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symdiff.explain.circuit.graph import Edge, Node
from symdiff.explain.circuit.layers import Link, Piece, Wire, columns_of
from symdiff.explain.circuit.measure import text_width
from symdiff.explain.circuit.order import untangle
from symdiff.explain.circuit.picture import PORT, RADIUS, SMALL, Picture, Sign, Stroke, Tag, Widths, sign_size, tag_text
from symdiff.explain.circuit.place import heights

_OFF = 8.0  # a tag stands so far off the frame of the box it is in


@dataclass(frozen=True, slots=True)
class Part:
    """A piece with what it is: ("node" | "box" | "entry" | "tag" | "exit", name), and its column in the band."""

    kind: str
    name: str
    piece: Piece
    widths: Widths
    column: int


def node_piece(node: Node, ports: int) -> Piece:
    """The height and ports of a node."""
    height = max(40.0, sign_size(node, ports)[1] + 6)
    ins = tuple(height / 2 + (k - (ports - 1) / 2) * PORT for k in range(ports))
    return Piece(height, ins, (height / 2,), node.ordered)


def port_part(kind: str, node: Node, column: int) -> Part:
    """A value that comes into a band, or leaves the box around it."""
    width = 0.0 if kind == "exit" else text_width(tag_text(node), SMALL) + (12 if kind == "entry" else 12 + _OFF)
    return Part(kind, node.name, Piece(18.0, (9.0,) if kind == "exit" else (), (9.0,)), Widths(tail=width), column)


class Band:
    """Parts and wires with their places, relative to the band's corner."""

    def __init__(self, parts: Sequence[Part], wires: Sequence[Wire], onward: Iterable[tuple[int, int]]) -> None:
        self.parts, self.onward = list(parts), list(onward)  # onward: ports whose value goes on in a later band
        used = sorted({part.column for part in parts})
        numbers = {c: k for k, c in enumerate(used)}
        self.columns = columns_of([p.piece for p in parts], wires, [numbers[p.column] for p in parts])
        untangle(self.columns)
        self.top = heights(self.columns)
        self.port = self._ports()
        self.column = {slot: c for c, row in enumerate(self.columns.rows) for slot in row}
        self.span = [
            max([0.0, *(parts[slot].widths.total for slot in row if slot < len(parts))]) for row in self.columns.rows
        ]
        self.x: list[float] = []
        x = 0.0
        for span, gap in zip(self.span, [*self._gaps(), 0.0], strict=True):
            self.x.append(x)
            x += span + gap
        self.width = x
        self.height = max(top + slot.height for top, slot in zip(self.top, self.columns.slots, strict=True))

    def _ports(self) -> dict[tuple[int, int], float]:
        """Where each link ends, from the top of its slot: operands that may be exchanged come in as they arrive."""
        found: dict[tuple[int, int], float] = {}
        arriving: dict[int, list[tuple[float, int]]] = {}
        for link in self._links():
            found[link.right, link.into] = self.columns.slots[link.right].ins[link.into]
            if not self.columns.slots[link.right].fixed:
                arriving.setdefault(link.right, []).append((self.start(link.left, link.out), link.into))
        for slot, ends in arriving.items():
            for place, (_, into) in zip(self.columns.slots[slot].ins, sorted(ends), strict=True):
                found[slot, into] = place
        return found

    def _links(self) -> Iterable[Link]:
        return (link for links in self.columns.links for link in links)

    def _gaps(self) -> list[float]:
        """The room for bends behind each column: more where wires climb far."""
        gaps = []
        for links in self.columns.links:
            climbs = [abs(self.start(k.left, k.out) - self.end(k.right, k.into)) for k in links]
            steep = sum(1 for climb in climbs if climb > 12)
            most = max(climbs, default=0.0)
            gaps.append(10.0 if most < 1 else 28.0 + min(70.0, 0.12 * most + 2.5 * max(0, steep - 2)))
        return gaps

    def start(self, slot: int, port: int) -> float:
        """The height of a port on the right of a slot."""
        return self.top[slot] + self.columns.slots[slot].outs[port]

    def end(self, slot: int, port: int) -> float:
        """The height of a port on the left."""
        return self.top[slot] + self.port.get((slot, port), self.columns.slots[slot].ins[port])

    def height_of(self, kind: str, name: str) -> float | None:
        """The height of an entry or an exit, if it is in this band."""
        return next((self.top[k] + 9 for k, p in enumerate(self.parts) if (p.kind, p.name) == (kind, name)), None)

    def left(self, slot: int) -> float:
        """Where a part begins: inputs and tags near what they lead to, all else near what it comes from."""
        part, column = self.parts[slot], self.column[slot]
        free = self.span[column] - part.widths.total
        leads = part.kind == "tag" or (part.kind == "node" and part.widths.lead == 0)
        return self.x[column] + (free if leads else 0.0)

    # --- drawing

    def draw(
        self, picture: Picture, x: float, y: float, right: float, nodes: dict[str, tuple[Node, list[Edge]]]
    ) -> None:
        """Add all but the boxes, the band's corner at (x, y); exits reach `right`."""
        for slot, part in enumerate(self.parts):
            left, middle = x + self.left(slot), y + self.top[slot] + part.piece.height / 2
            if part.kind == "node":
                picture.signs.append(self._sign(slot, *nodes[part.name], left, middle, y))
            elif part.kind in ("entry", "tag"):
                x0 = left if part.kind == "entry" else left + _OFF
                picture.tags.append(Tag(tag_text(nodes[part.name][0]), x0, middle, part.kind == "entry"))
        for c, links in enumerate(self.columns.links):
            for link in links:
                end = x + self._arrives(link.right, link.into)
                if link.right < len(self.parts) and self.parts[link.right].kind == "exit":
                    end = right
                start, height = x + self._leaves(link.left), y + self.start(link.left, link.out)
                bend = x + self.x[c] + self.span[c], x + self.x[c + 1]
                tip = link.right < len(self.parts) and self.parts[link.right].kind == "node"
                picture.strokes.append(Stroke(start, height, *bend, y + self.end(link.right, link.into), end, tip))
        for slot, port in self.onward:
            start, height = x + self._leaves(slot), y + self.start(slot, port)
            end = x + self.left(slot) + self.parts[slot].widths.total + 4
            picture.strokes.append(Stroke(start, height, end, end, height, end, True))

    def _sign(self, slot: int, node: Node, edges: Sequence[Edge], left: float, middle: float, y: float) -> Sign:
        widths = self.parts[slot].widths
        height = sign_size(node, len(edges))[1]
        ports = tuple((edge, y + self.end(slot, k)) for k, edge in enumerate(edges))
        return Sign(node, left + widths.lead + widths.body / 2, middle, widths.body, height, ports)

    def _leaves(self, slot: int) -> float:
        """Where a wire begins: behind a sign, a tag, a box."""
        if slot >= len(self.parts):
            return self.x[self.column[slot]]
        part = self.parts[slot]
        skipped = part.widths.tail - 6 if part.kind == "tag" else 0.0
        return self.left(slot) + part.widths.lead + part.widths.body + skipped

    def _arrives(self, slot: int, port: int) -> float:
        """Where a wire ends: at a bend, a box, an exit, or on the rim of a sign."""
        column = self.x[self.column[slot]]
        if slot >= len(self.parts) or self.parts[slot].kind != "node":
            return column
        part = self.parts[slot]
        if part.widths.body != 2 * RADIUS:
            return column + part.widths.lead
        off = self.end(slot, port) - self.top[slot] - part.piece.height / 2
        return column + part.widths.lead + RADIUS - math.sqrt(RADIUS * RADIUS - off * off)
