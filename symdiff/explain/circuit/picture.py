"""What is drawn, with its place: the result of `layout`, from which `svg` prints."""

from __future__ import annotations

from dataclasses import dataclass, field

from symdiff.explain.circuit.graph import Edge, Group, Node, wire_text
from symdiff.explain.circuit.measure import clipped, text_width

NAME, SMALL, SIGN = 13.0, 11.0, 15.0  # font sizes: names and values; local gradients; operations
PORT = 20.0  # between two wires into one sign
RADIUS = 17.0
WIDEST = 30  # characters of a text in the picture; the pointer shows all of it


@dataclass(frozen=True, slots=True)
class Sign:
    """An operation or an input: its middle and size; `ports` are its edges with the heights where they come in."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    ports: tuple[tuple[Edge, float], ...]

    @property
    def round(self) -> bool:
        return self.width == self.height == 2 * RADIUS


@dataclass(frozen=True, slots=True)
class Stroke:
    """A piece of a wire: level from x0 to x1 at y0, a bend to (x2, y2), level to x3; `tip`: it ends in an arrow."""

    x0: float
    y0: float
    x1: float
    x2: float
    y2: float
    x3: float
    tip: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    group: Group
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tag:
    """The name of a wire where it comes into a box (`above` the wire) or a band (in front of it)."""

    text: str
    x: float
    y: float
    above: bool


@dataclass(slots=True)
class Picture:
    """Everything that is drawn; `width` and `height` enclose it."""

    width: float = 0.0
    height: float = 0.0
    signs: list[Sign] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Widths:
    """Of a piece: the texts in front of its sign, the sign, the texts behind it."""

    lead: float = 0.0
    body: float = 0.0
    tail: float = 0.0

    @property
    def total(self) -> float:
        return self.lead + self.body + self.tail


def tag_text(node: Node) -> str:
    """The name of a node's wire."""
    return clipped(node.label or node.name, 16)


def sign_size(node: Node, ports: int) -> tuple[float, float]:
    """Width and height of an operation's sign: a circle where the text and the wires find room in one."""
    text = text_width(clipped(node.op, WIDEST), SIGN)
    if ports <= 2 and text <= 1.8 * RADIUS:
        return 2 * RADIUS, 2 * RADIUS
    return text + 20, max(28.0, ports * PORT)


def widths_of(node: Node, edges: list[Edge]) -> Widths:
    """The room a node takes in its column."""
    texts = clipped(wire_text(node), WIDEST), clipped(node.gradient, WIDEST)
    tail = max(text_width(text, NAME) for text in texts) + 12
    if not node.op:
        return Widths(0.0, 1.08 * text_width(clipped(node.label or node.name, WIDEST), NAME) + 10, tail)  # bold
    locals_ = max((text_width(clipped(edge.local, WIDEST), SMALL) for edge in edges), default=0.0)
    return Widths(locals_ + 16 if edges else 0.0, sign_size(node, len(edges))[0], tail)
