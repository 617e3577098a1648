"""The programs with loops and branches: each has a derivation, a picture and a short report."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from symdiff.api.explaining import explain
from symdiff.explain import report
from symdiff.explain.circuit.graph import dot, mermaid
from symdiff.explain.circuit.layout import layout
from symdiff.explain.drawn import circuit
from tests.programs.cases import Case
from tests.programs.flow import cases


@pytest.mark.parametrize("case", cases, ids=lambda case: case.id)
def test_every_program_has_a_picture(case: Case) -> None:
    made = explain(case.function, *case.args).derivation
    graph = circuit(made)
    assert {s.key for s in made.stages} <= {n.name for n in graph.nodes}
    assert {s.node.name for s in layout(graph).signs} == {n.name for n in graph.nodes}
    assert len(re.findall(r"^ +n\d+ -> n\d+", dot(graph), re.MULTILINE)) == len(graph.edges)
    assert len(re.findall(r"^ +n\d+ -->", mermaid(graph), re.MULTILINE)) == len(graph.edges)
    root = ElementTree.fromstring(report.short(made))
    assert len(root.findall(".//tbody/tr")) == len(made.stages) + len(made.arguments)
