"""The values, gradients and local derivatives of stages at a point, off the tape of one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symdiff.explain.reading import Border, Reading
from symdiff.explain.stages import REPEATED, Edge, Stage, Turn
from symdiff.explain.tape import Node, Tape, zeros
from symdiff.ir.core import Program, Value


class Values:
    """One run of a program, its values by what they belong to."""

    def __init__(self, program: Program, reading: Reading, arguments: Sequence[Any], result: Value | None) -> None:
        tape = Tape(program, reading)
        outs = tape.run(arguments)
        found = next((x for v, x in zip(program.main.body.outs, outs, strict=True) if v is result), None)
        if isinstance(found, Node):
            tape.pull_back(found)
        self.pullbacks, self.met = tape.pullbacks, tape.met
        self.nodes: dict[Value | Border, list[Node]] = {}
        for node in tape.nodes:
            if node.origin is not None:
                self.nodes.setdefault(node.origin, []).append(node)
        self.inputs = dict(zip(program.main.body.params, arguments, strict=True))
        self.ran = {key: (tape.ran[block], tape.shown.get(block)) for key, block in reading.regions.items()}

    def filled(self, stage: Stage, origin: Value | Border) -> Stage:
        """A stage with what it was at the point."""
        runs = [self.ran.get(g.key, (None, None)) for g in stage.group]
        group = tuple(replace(g, runs=k, shown=at) for g, (k, at) in zip(stage.group, runs, strict=True))
        nodes = self.nodes.get(origin, [])
        if any(g.kind == "function" for g in group):
            nodes = sorted(nodes, key=lambda node: node.index)  # the outer calls first
        if any(g.kind in REPEATED for g in group):
            turns = tuple(
                Turn(n.index, n.value, self.gradient(stage, n), tuple(self.local(n, e) for e in stage.inputs))
                for n in nodes
            )
            return replace(stage, group=group, turns=turns)
        if not nodes:  # an arm that was not taken; an argument without derivative
            return replace(stage, group=group, value=self.inputs.get(origin) if isinstance(origin, Value) else None)
        (node,) = nodes
        edges = tuple(replace(e, value=self.local(node, e)) for e in stage.inputs)
        return replace(stage, group=group, inputs=edges, value=node.value, gradient=self.gradient(stage, node))

    def gradient(self, stage: Stage, node: Node) -> Any:
        if not stage.active:
            return None
        return zeros(node.value) if node.gradient is None else node.gradient

    def local(self, node: Node, edge: Edge) -> Any:
        if not edge.local or edge.is_rule:
            return None
        parts = [self.pullbacks.local(node, operand) for operand in (edge.operand, *edge.also)]
        return None if any(part is None for part in parts) else sum(parts[1:], start=parts[0])
