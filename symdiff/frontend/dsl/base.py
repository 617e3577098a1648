"""What the parts of the evaluator share: the text, the frame, how problems are raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from symdiff.errors import Problem
from symdiff.frontend.dsl import nodes
from symdiff.frontend.dsl.files import File
from symdiff.frontend.dsl.frames import Frame
from symdiff.frontend.dsl.nodes import Node, Span
from symdiff.frontend.dsl.parsing import Refused, Text
from symdiff.frontend.dsl.tensors import Algebra, Label, Tensor
from symdiff.ir import dims
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim


@dataclass(slots=True)
class Position:
    """A subscript as a sum: constant + Σ coefficient · index."""

    constant: Dim = 0
    indices: dict[str, int] = field(default_factory=dict)

    def plus(self, other: Position, sign: int) -> Position:
        found = dict(self.indices)
        for name, c in other.indices.items():
            found[name] = found.get(name, 0) + sign * c
        constant = dims.add(self.constant, dims.mul(sign, other.constant))
        return Position(constant, {name: c for name, c in found.items() if c})


class Base(Algebra):
    """Trees are compiled by `tensor`, which the evaluator defines."""

    file: File

    def __init__(self, text: Text, frame: Frame) -> None:
        super().__init__(frame.builder)
        self.text = text
        self.frame = frame
        self.problems: list[Problem] = []

    def refuse(self, code: str, span: Span, **fields: object) -> NoReturn:
        raise Refused(self.text.problem(code, span, **fields))

    # --- what the evaluator defines

    def tensor(self, node: Node) -> Tensor:
        raise NotImplementedError

    def emitted(self, prim: str, node: Node, labels: tuple[Label, ...], *ins: Value, **params: object) -> Tensor:
        raise NotImplementedError

    def arithmetic(self, prim: str, x: Tensor, y: Tensor, node: Node) -> Tensor:
        raise NotImplementedError

    def times(self, operator: str, x: Tensor, y: Tensor, node: Node) -> Tensor:
        raise NotImplementedError

    def negative(self, x: Tensor, node: Node) -> Tensor:
        raise NotImplementedError

    def fitted(self, t: Tensor, axes: Sequence[Label], row: bool, span: Span) -> Tensor:
        raise NotImplementedError

    def factors(self, node: nodes.Product) -> list[tuple[str, Node]]:
        raise NotImplementedError

    def unfolded(self, node: Node) -> list[tuple[str, Node]]:
        raise NotImplementedError

    def position(self, node: Node) -> Position | None:
        raise NotImplementedError

    def free(self, p: Position) -> list[str]:
        raise NotImplementedError

    def index_label(self, name: str, span: Span) -> Label:
        raise NotImplementedError

    # --- sizes

    def size(self, node: Node, frame: Frame | None = None) -> Dim:
        """A size: a number, the name of one, sums and products of these."""
        frame = frame or self.frame
        if isinstance(node, nodes.Number) and isinstance(node.value, int):
            return node.value
        if isinstance(node, nodes.Name):
            if node.id in frame.sizes:
                return frame.sizes[node.id]
            self.refuse("SD813", node.span, name=node.id)
        if isinstance(node, nodes.Sum):
            total: Dim = 0
            for sign, term in node.terms:
                found = self.size(term, frame)
                total = dims.sub(total, found) if sign == "-" else dims.add(total, found)
            return total
        if isinstance(node, nodes.Product) and all(operator in ("", "*", "·") for operator, _ in node.factors):
            return dims.prod(self.size(factor, frame) for _, factor in node.factors)
        self.refuse("SD813", node.span, name=self.text.quote(node.span))

    def check_index(self, name: str, span: Span) -> None:
        """SD810 for an index whose name means something already."""
        frame = self.frame
        if name in frame.active or name in frame.sizes or frame.function.declared(name):
            self.refuse("SD810", span, name=name, reason="is in use here already: choose another letter")


def axes_text(count: int) -> str:
    return ("a number", "a vector", "a matrix")[count] if count < 3 else f"an array of {count} axes"
