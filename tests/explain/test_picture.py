"""The circuit picture: what is drawn where, and its texts."""

import random
import time
import xml.etree.ElementTree as ElementTree
from typing import NamedTuple

import pytest

from symdiff.explain.circuit.graph import Edge, Graph, Group, Node, dot, mermaid, wire_text
from symdiff.explain.circuit.layers import Piece, Wire, column_numbers, columns_of
from symdiff.explain.circuit.layout import layout
from symdiff.explain.circuit.measure import text_width
from symdiff.explain.circuit.order import crossings, untangle
from symdiff.explain.circuit.picture import NAME, SMALL
from symdiff.explain.circuit.svg import svg
from tests.explain.circuits import chain, circuit, neuron, random_circuit

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"op": 15, "local": SMALL, "tag": SMALL, "label": SMALL}


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    text: str

    def meets(self, other: "Area") -> bool:
        return (
            min(self.right, other.right) - max(self.left, other.left) > 0.2
            and min(self.bottom, other.bottom) - max(self.top, other.top) > 0.2
        )

    def holds(self, x: float, y: float) -> bool:
        return self.left < x < self.right and self.top < y < self.bottom


def text_areas(root):
    """Where each text of an SVG document stands: the height of small letters, so that lines may be close."""
    for element in root.iter(f"{SVG}text"):
        kind = element.get("class", "")
        size, shown = SIZES.get(kind, NAME), "".join(element.itertext())
        x, y, width = float(element.get("x")), float(element.get("y")), text_width(shown, size)
        width *= 1.08 if kind == "input" else 1  # bold
        left = x - {"op": width / 2, "input": width, "local": width}.get(kind, 0)
        yield Area(left, y - 0.72 * size, left + width, y, shown)


def points(stroke):
    """Points along a stroke: ten on each level part, ten on the bend."""
    for k in range(11):
        t = k / 10
        if stroke.y0 == stroke.y2:
            yield stroke.x0 + t * (stroke.x3 - stroke.x0), stroke.y0
            continue
        yield stroke.x0 + t * (stroke.x1 - stroke.x0), stroke.y0
        yield stroke.x2 + t * (stroke.x3 - stroke.x2), stroke.y2
        across, along = 3 * t * t - 2 * t**3, 1.5 * t * (1 - t) + t**3  # Bézier with both controls at the middle
        yield stroke.x1 + along * (stroke.x2 - stroke.x1), stroke.y0 + across * (stroke.y2 - stroke.y0)


CIRCUITS = [neuron(), chain(60), *(random_circuit(seed) for seed in range(8)), random_circuit(99, 120)]


@pytest.mark.parametrize("graph", CIRCUITS, ids=lambda graph: graph.title)
def test_no_text_lies_on_another_or_on_a_wire_or_outside(graph):
    root = ElementTree.fromstring(svg(graph))
    picture = layout(graph)
    areas = sorted(text_areas(root))
    for k, area in enumerate(areas):
        assert area.left >= 0 and area.right <= picture.width, area
        assert area.top >= 0 and area.bottom <= picture.height, area
        for other in areas[k + 1 :]:
            if other.left >= area.right:
                break
            assert not area.meets(other), (area, other)
    signs = [Area(s.x - s.width / 2, s.y - s.height / 2, s.x + s.width / 2, s.y + s.height / 2, s.node.name)
             for s in picture.signs if s.node.op]  # fmt: skip
    for stroke in picture.strokes:
        for x, y in points(stroke):
            assert not [a for a in areas if a.holds(x, y)], stroke
            assert not [s for s in signs if s.holds(x, y) and stroke.x0 + 1 < x < stroke.x3 - 1], stroke


@pytest.mark.parametrize("graph", CIRCUITS, ids=lambda graph: graph.title)
def test_boxes_hold_their_own_and_nothing_else(graph):
    picture = layout(graph)
    above = {group.name: group.parent for group in graph.groups}
    assert sorted(s.node.name for s in picture.signs) == sorted(n.name for n in graph.nodes)
    for box in picture.boxes:
        for sign in picture.signs:
            chain_up, group = set(), sign.node.group
            while group:
                chain_up.add(group)
                group = above[group]
            inside = box.x <= sign.x <= box.x + box.width and box.y <= sign.y <= box.y + box.height
            assert inside == (box.group.name in chain_up), (box.group, sign.node)


@pytest.mark.parametrize("graph", CIRCUITS, ids=lambda graph: graph.title)
def test_every_edge_ends_at_its_sign_with_its_local_gradient(graph):
    picture = layout(graph)
    ends = {(round(s.x3, 3), round(s.y2, 3)) for s in picture.strokes if s.tip}
    for sign in picture.signs:
        assert sorted(e.source for e, _ in sign.ports) == sorted(
            e.source for e in graph.edges if e.target == sign.node.name
        )
        for _, y in sign.ports:
            assert [x for x, height in ends if height == round(y, 3) and sign.x - sign.width / 2 <= x + 0.01 < sign.x]


def test_a_picture_says_value_gradient_and_local_gradient():
    x, y = Node("x", label="x", value="2", gradient="4"), Node("y", "·²", "y", "4", "1", title="y = x²", line=3)
    root = ElementTree.fromstring(svg(Graph("square", (x, y), (Edge("x", "y", "2x = 4", "∂y/∂x"),))))
    found = {(e.get("class"), "".join(e.itertext())) for e in root.iter(f"{SVG}text")}
    assert found == {
        ("input", "x"),
        (None, "2"),
        ("grad", "4"),
        ("op", "·²"),
        (None, "y = 4"),
        ("grad", "1"),
        ("local", "2x = 4∂y/∂x"),  # with what the pointer shows
    }
    heights = {"".join(e.itertext()): float(e.get("y")) for e in root.iter(f"{SVG}text")}
    (wire,) = [s for s in layout(Graph("square", (x, y), (Edge("x", "y"),))).strokes]
    assert heights["2"] < wire.y0 < heights["4"]
    group = next(e for e in root.iter(f"{SVG}g") if e.get("data-stage") == "y")
    assert (group.get("data-line"), group.find(f"{SVG}title").text) == ("3", "y = x²")


def test_light_and_dark():
    text = svg(neuron())
    assert "prefers-color-scheme:dark" in text
    assert " id=" not in text  # two pictures may stand in one page
    assert "http" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")


HOSTILE = '</text><script>alert("x")</script>&{{ 7*7 }}\x00\x1b]\ufffe\u202e`'


def test_no_text_injects_markup():
    nodes = Node("a", label=HOSTILE, value=HOSTILE, gradient=HOSTILE, group="g"), Node(HOSTILE, HOSTILE, HOSTILE)
    graph = Graph(HOSTILE, nodes, (Edge("a", HOSTILE, HOSTILE, HOSTILE),), (Group("g", HOSTILE),))
    root = ElementTree.fromstring(svg(graph))
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg", "title", "style", "rect", "path", "text", "tspan", "g", "circle"}  # fmt: skip
    for text in mermaid(graph).splitlines():
        assert not set("<>`{}") & set(text.replace("-->", "").replace("<br/>", ""))
        assert text.count('"') in (0, 2)
    assert '"</text><script>alert(\\"x\\")' in dot(graph)


def test_a_tree_has_no_crossings():
    picture = layout(neuron())
    names = [s.node.name for s in sorted(picture.signs, key=lambda s: s.y) if s.node.name in "w1 x1 w2 x2"]
    assert {frozenset(names[:2]), frozenset(names[2:])} == {frozenset(("w1", "x1")), frozenset(("w2", "x2"))}


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_parallel_wires_are_untangled(seed):
    """Ten wires through three columns, whose pieces are numbered at random: no crossing is left."""
    draw, width = random.Random(seed), 10
    shuffled = [draw.sample(range(width), width) for _ in range(3)]
    pieces = [Piece(20.0, (10.0,), (10.0,)) for _ in range(3 * width)]
    wires = [
        Wire(c * width + shuffled[c][k], 0, (((c + 1) * width + shuffled[c + 1][k], 0),))
        for c in range(2)
        for k in range(width)
    ]
    columns = columns_of(pieces, wires, column_numbers(len(pieces), wires))
    for row in columns.rows:
        draw.shuffle(row)
    assert crossings(columns) > 0
    untangle(columns)
    assert crossings(columns) == 0


def test_crossings_are_counted():
    """K₃,₃ between two columns: nine pairs of wires cross."""
    pieces = [Piece(20.0, (10.0,), (10.0,)) for _ in range(6)]
    wires = [Wire(k, 0, ((3, 0), (4, 0), (5, 0))) for k in range(3)]
    assert crossings(columns_of(pieces, wires, column_numbers(6, wires))) == 9


def test_an_input_stands_near_its_use():
    graph = circuit(
        "late", ("x", "b"), [("y1", "sin", "x", ""), ("y2", "sin", ("y1",), ""), ("y3", "+", ("y2", "b"), "")]
    )
    at = {s.node.name: s.x for s in layout(graph).signs}
    assert at["y1"] < at["b"] < at["y3"]


def test_a_group_that_its_values_leave_and_enter_again_is_no_box():
    inside_out = [("p", "exp", "x", "g"), ("q", "exp", "p", ""), ("r", "exp", "q", "g")]
    groups = [Group("whole", "f(x)"), Group("g", "g(x)")]
    graph = circuit("mixed", "x", [*inside_out, ("s", "exp", "r", "whole")], groups)
    picture = layout(graph)
    assert [box.group.name for box in picture.boxes] == ["whole"]
    assert len(picture.signs) == 5


def test_a_wide_circuit_is_folded_and_names_what_it_goes_on_with():
    picture = layout(chain(30), 800)
    assert picture.width <= 1.3 * 800 + 24
    names = {s.node.label for s in picture.signs}
    assert picture.tags and {tag.text for tag in picture.tags} <= names
    assert layout(chain(3), 800).tags == []


def test_pictures_are_the_same_every_time():
    assert svg(random_circuit(3)) == svg(random_circuit(3))


def test_time_is_about_linear_and_depth_is_no_limit():
    def seconds(length):
        start = time.perf_counter()
        layout(chain(length))
        return time.perf_counter() - start

    seconds(100)
    assert seconds(3000) < 40 * max(seconds(300), 0.01)
    groups = [Group(f"g{k}", f"turn {k}", f"g{k - 1}" if k else "") for k in range(300)]
    deep = circuit("deep", "x", [("y", "sin", "x", "g299")], groups)
    assert len(layout(deep).boxes) == 300
    assert dot(deep).count("subgraph") == mermaid(deep).count("subgraph") == 300


def test_an_empty_circuit_is_a_picture():
    assert ElementTree.fromstring(svg(Graph("nothing", (), ()))).get("width") == "24"


@pytest.mark.parametrize(
    ("nodes", "edges", "groups"),
    [
        ("aa", [], []),
        ("ab", [("b", "a")], []),
        ("ab", [("a", "a")], []),
        ("ab", [("a", "c")], []),
        ("a", [], [("g", "h"), ("h", "")]),
        ("a", [], [("g", ""), ("g", "")]),
    ],
)
def test_what_is_no_circuit_is_refused(nodes, edges, groups):
    with pytest.raises(ValueError, match=r"there twice|leads to no later|before its parent"):
        Graph("", tuple(map(Node, nodes)), tuple(Edge(*e) for e in edges), tuple(Group(g, g, p) for g, p in groups))


# the text formats


def test_dot():
    x, y = Node("x", label="x", value="2"), Node("y", "exp", "y", "7.39", "1", group="g")
    assert dot(Graph('say "f"', (x, y), (Edge("x", "y", "e^x"),), (Group("g", "helper(x)"),))) == (
        'digraph "say \\"f\\"" {\n'
        "    rankdir=LR;\n"
        '    n0 [label="x = 2", shape=plaintext];\n'
        '    subgraph cluster_0 { label="helper(x)";\n'
        '        n1 [label="exp → y = 7.39\\n∂ 1", shape=box, style=rounded];\n'
        "    }\n"
        '    n0 -> n1 [label="e^x"];\n'
        "}\n"
    )


def test_the_text_above_a_wire():
    assert wire_text(Node("y", "exp", "y", "7.39")) == "y = 7.39"
    assert wire_text(Node("y", "exp", "y")) == "y"
    assert wire_text(Node("x", "", "x", "2")) == "2"
