"""Where names get their meaning while a function is compiled: its arguments, stages, sizes and indices."""

from __future__ import annotations

from dataclasses import dataclass, field

from symdiff.frontend.dsl import nodes
from symdiff.frontend.dsl.files import FormulaFunction, split_indices, split_name
from symdiff.frontend.dsl.nodes import Node
from symdiff.frontend.dsl.tensors import Label, Tensor
from symdiff.ir.build import Builder
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim


@dataclass(frozen=True, slots=True)
class Turn:
    """An index of a rolled loop: `value` counts its turns from 0, so the index is label.first + value."""

    label: Label
    value: Value


@dataclass(slots=True)
class Frame:
    """One function being compiled into its caller; `entry`: the one that was asked for."""

    function: FormulaFunction
    builder: Builder
    values: dict[str, Tensor] = field(default_factory=dict)
    sizes: dict[str, Dim] = field(default_factory=dict)
    active: dict[str, Label | Turn] = field(default_factory=dict)
    wanted: tuple[Label, ...] = ()  # the order of labels that is liked best in the stage being compiled
    elements: tuple[Label, ...] = ()  # of the entry's arguments that are taken element by element
    entry: bool = False

    def index_names(self) -> set[str]:
        return {*self.active, *self.function.own.indices, *self.function.shared.indices}

    def is_value(self, name: str) -> bool:
        return name in self.values or name in self.sizes or name in self.active or self.function.declared(name)

    def subscripted(self, node: nodes.Name) -> nodes.Subscript | None:
        """`w_ij` as w[i, j], where w is something and i and j are indices; `x_1` as the first element."""
        found = split_name(node.id, self.index_names())
        if found is not None and self.function.declared(found[0]):
            items: tuple[Node, ...] = tuple(nodes.Name(node.span, i) for i in found[1])
            return nodes.Subscript(node.span, nodes.Name(node.span, found[0]), items)
        base, _, rest = node.id.rpartition("_")
        if not base or not rest or not self.function.declared(base):
            return None
        items = tuple(self.letter(node, c) for c in ([rest] if rest.isdecimal() else rest))
        if rest.isdecimal() and base in self.values and len(self.values[base].axes) == len(rest):
            items = tuple(self.letter(node, c) for c in rest)
        known = all(isinstance(i, nodes.Number) or (isinstance(i, nodes.Name) and self.counts(i.id)) for i in items)
        return nodes.Subscript(node.span, nodes.Name(node.span, base), items) if known else None

    def letter(self, node: Node, text: str) -> Node:
        return nodes.Number(node.span, int(text)) if text.isdecimal() else nodes.Name(node.span, text)

    def counts(self, name: str) -> bool:
        """Whether a name can be a subscript: an index, a size, an integer."""
        return self.is_index(name) or self.is_value(name)

    def is_index(self, name: str) -> bool:
        return name in self.index_names()

    def items(self, node: nodes.Subscript) -> tuple[Node, ...]:
        """The subscripts, a plain `_ij` and an `_{ij}` taken apart."""
        text = node.text
        if not text and len(node.items) == 1 and isinstance(node.items[0], nodes.Name):
            name = node.items[0].id
            text = "" if self.is_value(name) else name
        if not text:
            return node.items
        if text.isdecimal():
            return (self.letter(node, text),)
        found = split_indices(text, self.index_names())
        return tuple(nodes.Name(node.span, i) for i in found) if found else tuple(self.letter(node, c) for c in text)


def used_names(node: Node) -> list[str]:
    """Every name in a tree, in order, those of functions too."""
    found: list[str] = []
    stack: list[Node] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, nodes.Name):
            found.append(item.id)
        elif isinstance(item, nodes.Call):
            found.append(item.function)
        stack += reversed(list(item.children()))
    return found
