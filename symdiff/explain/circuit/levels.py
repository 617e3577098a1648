"""One box of a circuit, or the circuit itself: its pieces in columns, before anything has a place.

The inside of a box is laid out on its own; outside it is one piece with ports.  So nothing foreign can stand in a box,
and boxes nest to any depth.  A group whose values leave it and come back has no inside and is not drawn as a box.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from symdiff.explain.circuit.graph import Graph
from symdiff.explain.circuit.layers import Wire

# A piece of a level: ("node", name), ("box", group), ("entry", node whose value comes in), ("exit", … goes out).
Key = tuple[str, str]


@dataclass(slots=True)
class Level:
    """The pieces of one box in an order of evaluation, and the wires between them (piece numbers and ports)."""

    group: str
    keys: list[Key] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    values: list[str] = field(default_factory=list)  # the node whose value each wire carries
    inputs: dict[Key, list[str]] = field(default_factory=dict)  # of a box: the values that come in, by port
    outputs: dict[Key, list[str]] = field(default_factory=dict)


def levels(graph: Graph) -> list[Level]:
    """All levels, inner ones first, the circuit itself last."""
    parent = {group.name: group.parent for group in graph.groups}
    dissolved: set[str] = set()
    while True:
        found = _split(graph, parent, dissolved)
        guilty = {group for draft in found for group in draft.cycle()}
        if not guilty:
            return [draft.level() for draft in found]
        dissolved |= guilty


class _Draft:
    """A level while its wires are collected: value → source piece and its sinks."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.place: dict[Key, int] = {}  # where each piece stands in the order of evaluation
        self.source: dict[str, Key] = {}
        self.sinks: dict[str, dict[tuple[Key, int], None]] = {}

    def connect(self, value: str, source: Key, sink: Key, port: int) -> None:
        self.source[value] = source
        self.sinks.setdefault(value, {})[sink, port] = None

    def order(self) -> list[Key]:
        """The pieces in an order of evaluation; those on a cycle, and behind one, are missing."""
        waiting = dict.fromkeys(self.place, 0)
        followers: dict[Key, list[Key]] = {key: [] for key in self.place}
        for value, source in self.source.items():
            for sink, _ in self.sinks[value]:
                waiting[sink] += 1
                followers[source].append(sink)
        ready = [(self.place[key], key) for key, count in waiting.items() if not count]
        heapq.heapify(ready)
        found = []
        while ready:
            _, key = heapq.heappop(ready)
            found.append(key)
            for other in followers[key]:
                waiting[other] -= 1
                if not waiting[other]:
                    heapq.heappush(ready, (self.place[other], other))
        return found

    def cycle(self) -> set[str]:
        """Boxes that cannot be evaluated whole: what the order leaves out, less what only stands behind that."""
        left = self.place.keys() - set(self.order())
        followed = True
        while left and followed:
            leading = {
                source
                for value, source in self.source.items()
                if source in left and any(sink in left for sink, _ in self.sinks[value])
            }
            followed, left = leading != left, leading
        return {name for kind, name in left if kind == "box"}

    def level(self) -> Level:
        made = Level(self.group, self.order())
        number = {key: k for k, key in enumerate(made.keys)}
        for value, source in self.source.items():
            sinks = tuple((number[key], self._port(made, value, key, port)) for key, port in self.sinks[value])
            made.wires.append(Wire(number[source], _port_of(made.outputs, value, source), sinks))
            made.values.append(value)
        return made

    def _port(self, made: Level, value: str, key: Key, port: int) -> int:
        return _port_of(made.inputs, value, key) if key[0] == "box" else port


def _port_of(ports: dict[Key, list[str]], value: str, key: Key) -> int:
    """The port of a box that a value uses, made at the first use; other pieces have one."""
    if key[0] != "box":
        return 0
    values = ports.setdefault(key, [])
    if value not in values:
        values.append(value)
    return values.index(value)


def _split(graph: Graph, parent: dict[str, str], dissolved: set[str]) -> list[_Draft]:
    drafts = {name: _Draft(name) for name in ["", *parent] if name not in dissolved}
    home: dict[str, tuple[str, ...]] = {}
    chains: dict[str, tuple[str, ...]] = {"": ("",)}
    for group in graph.groups:
        above = chains[group.parent]
        chains[group.name] = above if group.name in dissolved else (group.name, *above)
    for place, node in enumerate(graph.nodes):
        chain = home[node.name] = chains[node.group]
        drafts[chain[0]].place["node", node.name] = place
        for inner, outer in pairwise(chain):
            drafts[outer].place.setdefault(("box", inner), place)
    ports: dict[str, int] = {}
    for edge in graph.edges:
        port = ports.get(edge.target, 0)
        ports[edge.target] = port + 1
        for level, source, sink in _steps(edge.source, edge.target, home):
            draft = drafts[level]
            if source[0] == "entry":
                draft.place.setdefault(source, -1)
            if sink[0] == "exit":
                draft.place.setdefault(sink, len(graph.nodes))
            draft.connect(edge.source, source, sink, port if sink[0] == "node" else 0)
    return [drafts[name] for name in [*reversed(parent), ""] if name in drafts and drafts[name].place]


def _steps(source: str, target: str, home: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, Key, Key]]:
    """The levels that an edge passes, with the pieces it connects there: out of its boxes, across, into others."""
    out, into = home[source], home[target]
    common = 0
    while common < min(len(out), len(into)) and out[-1 - common] == into[-1 - common]:
        common += 1
    at_out, at_into = len(out) - common, len(into) - common
    ends = _end(source, out), _end(target, into)
    for k in range(at_out):
        yield out[k], ends[0][k], ("exit", source)
    yield out[at_out], ends[0][at_out], ends[1][at_into]
    for k in range(at_into):
        yield into[k], ("entry", source), ends[1][k]


def _end(node: str, chain: Sequence[str]) -> list[Key]:
    """What stands for a node in each level of its chain: itself, then the boxes around it."""
    return [("node", node), *(("box", group) for group in chain[:-1])]
