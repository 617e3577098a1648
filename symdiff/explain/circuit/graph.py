"""The circuit as data: operations, wires, boxes; and as Mermaid and DOT text.

Nothing here knows of the compiler or of coordinates.  The circuit of f = (x + y) z at (-2, 5, -4):

>>> x, y = Node("x", label="x", value="-2", gradient="-4"), Node("y", label="y", value="5", gradient="-4")
>>> z = Node("z", label="z", value="-4", gradient="3")
>>> q, f = Node("q", "+", "q", "3", "-4"), Node("f", "×", "f", "-12", "1")
>>> edges = Edge("x", "q", "1"), Edge("y", "q", "1"), Edge("q", "f", "z"), Edge("z", "f", "q")
>>> print(mermaid(Graph("f", (x, y, z, q, f), edges)))
flowchart LR
    n0["x = -2<br/>∂ -4"]
    n1["y = 5<br/>∂ -4"]
    n2["z = -4<br/>∂ 3"]
    n3(["#43; → q = 3<br/>∂ -4"])
    n4(["× → f = -12<br/>∂ 1"])
    n0 -->|"1"| n3
    n1 -->|"1"| n3
    n3 -->|"z"| n4
    n2 -->|"q"| n4
<BLANKLINE>
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """An operation, or an input (`op` empty), and the wire that leaves it.

    `label` names the wire, `value` stands above it and `gradient` below; `title` is what a pointer shows.  `line` is
    that of the source, from 1 (0: none).  `ordered`: the operands keep their order, from top to bottom.
    """

    name: str
    op: str = ""
    label: str = ""
    value: str = ""
    gradient: str = ""
    title: str = ""
    group: str = ""
    line: int = 0
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A wire into an operation, with the local gradient there."""

    source: str
    target: str
    local: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What is drawn as a box: a helper function, the body of a loop; perhaps inside another."""

    name: str
    label: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """A circuit.  Nodes stand in an order of evaluation, a group behind its parent; else ValueError."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...] = ()

    def __post_init__(self) -> None:
        boxes: set[str] = {""}
        for group in self.groups:
            if group.name in boxes or group.parent not in boxes:
                raise ValueError(f"group {group.name!r} is there twice, or before its parent {group.parent!r}")
            boxes.add(group.name)
        place: dict[str, int] = {}
        for k, node in enumerate(self.nodes):
            if place.setdefault(node.name, k) != k or node.group not in boxes:
                raise ValueError(f"node {node.name!r} is there twice, or in no known group: {node.group!r}")
        for edge in self.edges:
            if not place.get(edge.source, len(place)) < place.get(edge.target, -1):
                raise ValueError(f"edge from {edge.source!r} to {edge.target!r} leads to no later node")


def wire_text(node: Node) -> str:
    """What stands above a wire: `y7 = 1.5`; inputs carry their name in front of the wire."""
    if not node.op:
        return node.value
    return " = ".join(part for part in (node.label, node.value) if part)


def mermaid(graph: Graph) -> str:
    """The circuit as a Mermaid flowchart."""
    ids = {node.name: f"n{k}" for k, node in enumerate(graph.nodes)}

    def shown(node: Node) -> str:
        opening, closing = ('(["', '"])') if node.op else ('["', '"]')
        return f"{ids[node.name]}{opening}{'<br/>'.join(map(_mermaid_text, _lines(node)))}{closing}"

    def opened(group: Group, number: int) -> str:
        return f'subgraph g{number}["{_mermaid_text(group.label)}"]'

    rows = ["flowchart LR", *_nested(graph, shown, opened, "end")]
    for edge in graph.edges:
        text = f'|"{_mermaid_text(edge.local)}"|' if edge.local else ""
        rows.append(f"    {ids[edge.source]} -->{text} {ids[edge.target]}")
    return "\n".join(rows) + "\n"


def dot(graph: Graph) -> str:
    """The circuit in Graphviz's language."""
    ids = {node.name: f"n{k}" for k, node in enumerate(graph.nodes)}

    def shown(node: Node) -> str:
        shape = "box, style=rounded" if node.op else "plaintext"
        return f"{ids[node.name]} [label={_quoted(chr(10).join(_lines(node)))}, shape={shape}];"

    def opened(group: Group, number: int) -> str:
        return f"subgraph cluster_{number} {{ label={_quoted(group.label)};"

    rows = [f"digraph {_quoted(graph.title)} {{", "    rankdir=LR;", *_nested(graph, shown, opened, "}")]
    for edge in graph.edges:
        text = f" [label={_quoted(edge.local)}]" if edge.local else ""
        rows.append(f"    {ids[edge.source]} -> {ids[edge.target]}{text};")
    return "\n".join([*rows, "}"]) + "\n"


def _lines(node: Node) -> list[str]:
    """The two lines of a node in the text formats: operation and value, gradient."""
    above = " = ".join(part for part in (node.label, node.value) if part)
    return [f"{node.op} → {above}" if node.op else above, *([f"∂ {node.gradient}"] if node.gradient else [])]


def _nested(
    graph: Graph, shown: Callable[[Node], str], opened: Callable[[Group, int], str], closing: str
) -> Iterator[str]:
    """The rows of all nodes, those of a group between its opening and its closing row."""
    members: dict[str, list[Node]] = {"": []}
    children: dict[str, list[tuple[int, Group]]] = {"": []}
    for number, group in enumerate(graph.groups):
        members[group.name], children[group.name] = [], []
        children[group.parent].append((number, group))
    for node in graph.nodes:
        members[node.group].append(node)
    yield from (f"    {shown(node)}" for node in members[""])
    waiting: list[tuple[int, int, Group | None]] = [(1, n, g) for n, g in reversed(children[""])]
    while waiting:
        depth, number, box = waiting.pop()
        if box is None:
            yield f"{'    ' * depth}{closing}"
            continue
        yield f"{'    ' * depth}{opened(box, number)}"
        yield from (f"{'    ' * (depth + 1)}{shown(node)}" for node in members[box.name])
        waiting.append((depth, number, None))
        waiting += [(depth + 1, n, g) for n, g in reversed(children[box.name])]


def _mermaid_text(text: str) -> str:
    """Text inside Mermaid's double quotes: all but letters, digits and harmless signs as character codes."""
    return "".join(c if c.isalnum() or c in " .,=-∂·×→√²" else f"#{ord(c)};" for c in " ".join(text.split()))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
