"""Σ, Π, max and min over indices.

A sum of products becomes a matrix product, an einsum, or a sum along axes.  Where two of its indices make up one
subscript, X_{i+k,j+l} F_{k,l}, one of them becomes a loop, and X is read by slices that it moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symdiff.frontend.dsl import nodes
from symdiff.frontend.dsl.base import Base
from symdiff.frontend.dsl.frames import Frame, Turn
from symdiff.frontend.dsl.nodes import Node
from symdiff.frontend.dsl.tensors import Label, Tensor
from symdiff.ir import dims, types
from symdiff.ir.build import Builder, clone_ops
from symdiff.ir.core import Block, Op, Value


class Sums(Base):
    """Compiles big operators."""

    def on_reduce(self, node: nodes.Reduce) -> Tensor:
        indices, body = list(node.indices), node.body
        while isinstance(body, nodes.Reduce) and body.kind == node.kind:
            indices += body.indices
            body = body.body
        frame = self.frame
        labels: dict[str, Label] = {}
        for bound in indices:
            for name in self.names_of(bound, frame):
                self.check_index(name, bound.span)
                label = self.bound_label(bound, name)
                frame.active[name] = labels[name] = label
        found = self.summed(node, body, labels) if node.kind == "sum" else self.reduced(node, body, labels)
        for name in labels:
            del frame.active[name]
        return found

    def names_of(self, bound: nodes.Bound, frame: Frame) -> tuple[str, ...]:
        """Σ_ij is over i and j, where no index is called ij."""
        if bound.first is not None or frame.is_index(bound.name):
            return (bound.name,)
        return tuple(bound.name) if all(map(frame.is_index, bound.name)) else (bound.name,)

    def bound_label(self, bound: nodes.Bound, name: str) -> Label:
        if bound.first is None or bound.last is None:
            return self.index_label(name, bound.span)
        label = Label(self.size(bound.first), self.size(bound.last), name)
        if bound.forward:
            self.check_forward(bound, label)
        return label

    def check_forward(self, bound: nodes.Bound, label: Label) -> None:
        """ValueError at run time where the range runs backwards, if sizes may be so that it does."""
        low = dims.lower_bound(label.size)
        if low is not None and low >= 0:
            return
        end, start = (
            self.value(Tensor(None, const=d) if isinstance(d, int) else Tensor(None, size=d))
            for d in (dims.add(label.last, 1), label.first)
        )
        before = self.emitted("lt", bound, (), end, start)
        message = f"{self.text.quote(bound.span)}: the range runs backwards, which SymPy takes with a minus"
        self.b.emit("raise_if", self.value(before), exc="ValueError", args=(message,))

    def reduced(self, node: nodes.Reduce, body: Node, labels: dict[str, Label]) -> Tensor:
        """A product over all indices; the largest and the smallest."""
        found = self.tensor(body)
        over = [label for label in labels.values() if label in found.labels]
        if found.axes:
            self.refuse("SD809", body.span, reason=f"{node.kind} with an index is of numbers, this has axes")
        made = self.total(found, over, node.kind)
        return self.repeated(node, made, [label for label in labels.values() if label not in over])

    def repeated(self, node: nodes.Reduce, found: Tensor, unused: Sequence[Label]) -> Tensor:
        """A body in which an index does not occur counts as often as the index has values."""
        for label in unused:
            size = dims.dmax(label.size, 0)  # of an empty range: 0
            count = Tensor(None, const=size) if isinstance(size, int) else Tensor(None, size=size)
            if node.kind == "sum":
                found = self.times("", count, found, node)
            elif node.kind == "prod":
                found = self.emitted("pow", node, found.labels, self.value(found), self.value(count))
        return found

    # --- sums

    def summed(self, node: nodes.Reduce, body: Node, labels: dict[str, Label]) -> Tensor:
        rolled = self.rolled_indices(body, list(labels))
        rest = [label for name, label in labels.items() if name not in rolled]
        return self.rolled(node, body, rolled, rest) if rolled else self.sum_of(node, body, rest)

    def sum_of(self, node: nodes.Reduce, body: Node, over: Sequence[Label]) -> Tensor:
        """The sum of a body: of a product, what the indices do not touch is taken out."""
        if isinstance(body, nodes.Sum) and len(body.terms) == 1:
            return self.negative(self.sum_of(node, body.terms[0][1], over), node)
        factors = self.factors(body) if isinstance(body, nodes.Product) else self.unfolded(body)
        made = [(operator, self.tensor(factor)) for operator, factor in factors]
        inner = [t for operator, t in made if any(label in t.labels for label in over)]
        divided = any(op in ("/", "⊘") and any(label in t.labels for label in over) for op, t in made)
        if divided or any(t.axes for _, t in made) or not inner:
            whole = made[0][1]
            for operator, t in made[1:]:
                whole = self.times(operator, whole, t, node)
            present = [label for label in over if label in whole.labels]
            self.b.loc = self.text.loc(node.span)
            return self.repeated(node, self.total(whole, present), [label for label in over if label not in present])
        self.b.loc = self.text.loc(node.span)
        present = [label for label in over if any(label in t.labels for t in inner)]
        found = self.contracted(inner, present, self.frame.wanted)
        found = self.repeated(node, found, [label for label in over if label not in present])
        outside = [(op, t) for op, t in made if not any(t is i for i in inner)]
        for operator, t in reversed(outside):
            found = self.arithmetic("div", found, t, node) if operator in ("/", "⊘") else self.times("", t, found, node)
        return found

    # --- loops

    def rolled_indices(self, body: Node, names: Sequence[str]) -> list[str]:
        """The indices of the sum that become loops, so that no subscript is left with two indices of arrays."""
        rolled: list[str] = []
        stack = [body]
        while stack:
            node = stack.pop()
            stack += list(node.children())
            if not isinstance(node, nodes.Subscript):
                continue
            for item in self.frame.items(node):
                p = self.position(item)
                free = [] if p is None else [name for name in self.free(p) if name not in rolled]
                mine = [name for name in names if name in free]
                while len(free) > 1 and mine:
                    rolled.append(mine.pop())
                    free.remove(rolled[-1])
        return [name for name in names if name in rolled]

    def rolled(self, node: nodes.Reduce, body: Node, names: Sequence[str], rest: Sequence[Label]) -> Tensor:
        """for name in its range: total += the sum over the others; one loop in the other for several names."""
        term, made = self.loop(node, body, names, rest, None)
        return replace(term, value=made)

    def loop(
        self, node: nodes.Reduce, body: Node, names: Sequence[str], rest: Sequence[Label], start: Value | None
    ) -> tuple[Tensor, Value]:
        """The term that the innermost loop adds, and the total; `start` is the total of the loop around."""
        frame, outside = self.frame, self.b
        label = frame.active[names[0]]
        assert isinstance(label, Label)
        turn = Value(types.INT, names[0])
        carry = Value(types.FLOAT)  # its type becomes that of the term, which is found inside
        self.b = Builder(self.text.loc(node.span))
        frame.active[names[0]] = Turn(label, turn)
        if len(names) > 1:
            term, total = self.loop(node, body, names[1:], rest, carry)
        else:
            term = self.sum_of(node, body, rest)
            term = self.as_kind(term, types.Kind.PYTHON) if term.value is None else term
            carry.type = term.type
            self.b.loc = self.text.loc(node.span)
            total = self.b.emit("add", carry, self.value(term))[0]
        inside, self.b = self.b, outside
        frame.active[names[0]] = label
        outside.loc = self.text.loc(node.span)
        assert isinstance(total.type, types.AVal)
        carry.type = total.type
        if start is None:
            start = self.zero(total.type)
        else:
            start.type = total.type
        return term, self.repeat(label, (turn, carry), start, total, inside.ops)

    def repeat(self, label: Label, inner: tuple[Value, Value], start: Value, total: Value, ops: Sequence[Op]) -> Value:
        """The loop around operations that use values from outside: those become its captures."""
        made = {v for op in ops for v in op.outs}
        used = dict.fromkeys(v for op in ops for v in op.ins if v not in made and v not in inner)
        env = {v: Value(v.type, v.hint) for v in used}
        params = (*inner, *env.values())
        copied = dict(env)
        body = Block(params, tuple(clone_ops(ops, copied)), (copied[total],))
        size = label.size
        count = self.b.const(size) if isinstance(size, int) else self.b.emit("dim", size=size)[0]
        ins = (self.b.const(0), count, self.b.const(1), start, *used)
        return self.b.emit("for", *ins, regions=[body], n_carry=1, n_xs=0)[0]
