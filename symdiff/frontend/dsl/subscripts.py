"""Subscripts: x_i, W_{j,i}, X_{i+k,j+l}, f_{y_i}; where they are in range, and how NumPy reads them.

An index alone, or with a number added, is a slice; a loop's index is a position; anything else reads through arrays of
positions.  Every position is proved to be in range, or the array is zero-padded, or it is data and checked at run time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symdiff.frontend.dsl import nodes
from symdiff.frontend.dsl.base import Base, Position
from symdiff.frontend.dsl.frames import Turn
from symdiff.frontend.dsl.nodes import Node
from symdiff.frontend.dsl.tensors import Label, Tensor, number
from symdiff.ir import dims
from symdiff.ir.build import Builder
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim
from symdiff.primitives.declare import numeric


class Subscripts(Base):
    """Compiles subscripts; `ensured`: the sizes that are checked to be long enough, by builder."""

    ensured: set[tuple[Builder, Dim, int]]

    def on_subscript(self, node: nodes.Subscript) -> Tensor:
        x = self.tensor(node.base)
        items = self.frame.items(node)
        if isinstance(node.base, nodes.Bars):
            return self.named_norm(x, node)
        if len(items) > len(x.axes) or not x.axes:
            reason = f"{len(items)} subscripts for an array of {len(x.axes)} axes"
            self.refuse("SD809", node.span, reason=reason)
        rest, x = x.axes[len(items) :], replace(x, axes=x.axes[: len(items)])  # X_i is row i of a matrix: a vector
        positions = [self.position(item) for item in items]
        if any(p is None or not self.is_slice(p) for p in positions):
            if rest:
                self.refuse("SD809", node.span, reason="here every axis needs a subscript")
            return self.gathered(x, items, positions, node)
        found = [p for p in positions if p is not None]
        x = self.in_range(x, items, found, node)
        return replace(self.sliced(x, found, node), axes=rest)

    def named_norm(self, x: Tensor, node: nodes.Subscript) -> Tensor:
        """‖x‖₂ and ‖A‖_F are ‖x‖ and ‖A‖, ‖x‖₁ is the sum of absolute values; ‖A‖₂ would be a singular value."""
        assert isinstance(node.base, nodes.Bars)
        if node.base.norm and (node.text == "F" or (node.text == "2" and not self.is_matrix(node.base.inside))):
            return x
        if node.text == "1" and node.base.norm:
            inside = self.tensor(node.base.inside)
            if len(inside.axes) == 1:
                absolute = self.emitted("abs", node, inside.labels, self.value(inside))
                return self.total(absolute, inside.axes)
        reason = "norms are ‖x‖, ‖x‖_1 and ‖x‖_2 of a vector, ‖A‖ and ‖A‖_F of a matrix"
        self.refuse("SD811", node.span, reason=reason)

    def is_matrix(self, node: Node) -> bool:
        return len(self.tensor(node).axes) > 1

    # --- positions

    def position(self, node: Node) -> Position | None:
        """A subscript as a sum of sizes and indices; None where it is none: data, or an index times an index."""
        frame = self.frame
        if isinstance(node, nodes.Number):
            return Position(node.value) if isinstance(node.value, int) else None
        if isinstance(node, nodes.Name):
            if node.id in frame.active:
                return Position(0, {node.id: 1})
            if node.id in frame.sizes and node.id not in frame.values:
                return Position(frame.sizes[node.id])
            return None
        if isinstance(node, nodes.Sum):
            total = Position()
            for sign, term in node.terms:
                found = self.position(term)
                if found is None:
                    return None
                total = total.plus(found, -1 if sign == "-" else 1)
            return total
        return self.multiple(node) if isinstance(node, nodes.Product) else None

    def multiple(self, node: nodes.Product) -> Position | None:
        """2 i, n i is none."""
        total = Position(1)
        for operator, factor in node.factors:
            found = self.position(factor)
            if found is None or operator not in ("", "*", "·"):
                return None
            if total.indices and found.indices:
                return None
            if found.indices:
                total, found = found, total
            if total.indices and not isinstance(found.constant, int):
                return None
            by = found.constant
            scaled = {name: c * by for name, c in total.indices.items() if isinstance(by, int)}
            total = Position(dims.mul(total.constant, by), scaled)
        return total

    def free(self, p: Position) -> list[str]:
        """The indices of a position that are axes of arrays, not loops."""
        return [name for name in p.indices if isinstance(self.frame.active[name], Label)]

    def is_slice(self, p: Position) -> bool:
        free = self.free(p)
        return not free or (len(free) == 1 and abs(p.indices[free[0]]) == 1)

    def extent(self, p: Position) -> tuple[Dim, Dim]:
        """The smallest and the largest value of a position."""
        low = high = p.constant
        for name, c in p.indices.items():
            index = self.frame.active[name]
            label = index if isinstance(index, Label) else index.label
            ends = (label.first, label.last) if c > 0 else (label.last, label.first)
            low, high = dims.add(low, dims.mul(c, ends[0])), dims.add(high, dims.mul(c, ends[1]))
        return low, high

    # --- the range

    def in_range(self, x: Tensor, items: Sequence[Node], positions: Sequence[Position], node: Node) -> Tensor:
        """The array, with zeros around it where it is declared padded and read outside."""
        width: list[tuple[Dim, Dim]] = []
        for item, p, label in zip(items, positions, x.axes, strict=True):
            low, high = self.extent(p)
            needed = None if p.indices else _needed_size(p.constant, label)
            if needed is not None and (needed == 1 or not x.padded):
                self.long_enough(node, p.constant, label, needed)
                width.append((0, 0))
                continue
            if dims.compare(label.first, low) in (-1, 0) and dims.compare(high, label.last) in (-1, 0):
                width.append((0, 0))
                continue
            if not x.padded:
                text = self.text.quote(item.span)
                self.refuse("SD808", item.span, index=text, low=low, high=high, first=label.first, last=label.last)
            below, above = dims.sub(label.first, low), dims.sub(high, label.last)
            width.append((_width(below), _width(above)))
        if all(w == (0, 0) for w in width):
            return x
        return self.with_zeros(x, width, node)

    def long_enough(self, node: Node, position: Dim, axis: Label, needed: int) -> None:
        """IndexError at run time where the axis is too short; of an empty one NumPy raises it."""
        if needed == 1 or (self.b, axis.size, needed) in self.ensured:
            return
        self.ensured.add((self.b, axis.size, needed))
        end = f"below {axis.first}, the first" if dims.atoms(position) else f"above {axis.last}, the last"
        size = self.value(Tensor(None, size=axis.size))
        short = self.emitted("lt", node, (), size, self.b.const(needed))
        message = f"{self.text.quote(node.span)}: the subscript is {end} index"
        self.b.emit("raise_if", self.value(short), exc="IndexError", args=(message,))

    def with_zeros(self, x: Tensor, width: Sequence[tuple[Dim, Dim]], node: Node) -> Tensor:
        """The zeros are put around outside of every loop."""
        wide = tuple(
            Label(dims.sub(label.first, below), dims.add(label.last, above))
            for label, (below, above) in zip(x.axes, width, strict=True)
        )
        inside, self.b = self.b, self.frame.builder
        whole = self.arranged(x, x.axes) if not x.loose else None
        if whole is None:
            self.refuse("SD809", node.span, reason="only a whole array can be padded")
        made = self.emitted("pad", node, wide, self.value(whole), width=tuple(width))
        self.b = inside
        return replace(made, axes=wide, padded=True)

    # --- reading

    def sliced(self, x: Tensor, positions: Sequence[Position], node: Node) -> Tensor:
        """x with a slice or a position for each of its axes."""
        spec: list[tuple[Any, ...]] = []
        ins: list[Value] = []
        labels: list[Label] = []
        backwards: list[int] = []
        at = dict(zip(x.axes, positions, strict=True))
        for label in x.labels:
            p = at.get(label)
            if p is None:
                spec.append(("slice", None, None, None, label.size))
                labels.append(label)
                continue
            free = self.free(p)
            index = self.frame.active[free[0]] if free else None
            assert index is None or isinstance(index, Label)
            spec.append(self.entry(p, label, index, ins))
            if index is not None:
                if p.indices[free[0]] < 0:
                    backwards.append(len(labels))
                labels.append(index)
        value = self.value(x)
        if any(item != ("slice", None, None, None, label.size) for item, label in zip(spec, x.labels, strict=True)):
            value = self.value(self.emitted("index", node, tuple(labels), value, *ins, spec=tuple(spec)))
        if backwards:
            axis = backwards[0] if len(backwards) == 1 else tuple(backwards)
            value = self.value(self.emitted("flip", node, tuple(labels), value, axis=axis))
        return self.on_diagonal(Tensor(value, tuple(labels)), node)

    def entry(self, p: Position, axis: Label, index: Label | None, ins: list[Value]) -> tuple[Any, ...]:
        """One entry of NumPy's subscript."""
        start: Dim = dims.sub(p.constant, axis.first)
        turns: list[tuple[int, Turn]] = []
        for name, c in p.indices.items():
            found = self.frame.active[name]
            if isinstance(found, Turn):
                start = dims.add(start, dims.mul(c, found.label.first))
                turns.append((c, found))
            else:
                start = dims.add(start, found.first if c > 0 else dims.mul(-1, found.last))
        if index is None:
            from_end = dims.sub(start, axis.size)
            if not turns and (isinstance(start, int) or isinstance(from_end, int)):
                return ("at", start if isinstance(start, int) else from_end)
            ins.append(self.offset(start, turns))
            return ("at", None)
        if not turns:
            if start == 0 and dims.equal(index.size, axis.size) is True:
                return ("slice", None, None, None, index.size)
            stop = dims.add(start, index.size)
            whole_tail = dims.equal(stop, axis.size) is True
            behind = dims.sub(stop, axis.size)
            bounds: list[Any] = [start, None if whole_tail else behind if isinstance(behind, int) else stop]
            bounds[0] = None if start == 0 else start
        else:
            bounds = [("v", start), ("v", dims.add(start, index.size))]
        entries: list[Any] = []
        for bound in bounds:
            if bound is None or isinstance(bound, int):
                entries.append(bound)
            else:
                ins.append(self.offset(bound[1] if isinstance(bound, tuple) else bound, turns))
                entries.append("v")
        return ("slice", *entries, None, index.size)

    def offset(self, start: Dim, turns: Sequence[tuple[int, Turn]]) -> Value:
        """start + Σ coefficient · turn, as an integer."""
        total = Tensor(None, const=start) if isinstance(start, int) else Tensor(None, size=start)
        made = self.value(total) if start != 0 or not turns else None
        for c, turn in turns:
            value = turn.value if abs(c) == 1 else self.b.emit("mul", self.b.const(abs(c)), turn.value)[0]
            if made is None:
                made = value if c > 0 else self.b.emit("neg", value)[0]
            elif c < 0:
                made = self.b.emit("sub", made, value)[0]
            else:  # k + 1, and k - 1 rather than -1 + k
                minus = isinstance(start, int) and start < 0 and made.const == start
                operands = (value, self.b.const(-made.const)) if minus else (value, made)
                made = self.b.emit("sub" if minus else "add", *operands)[0]
        assert made is not None
        return made

    def on_diagonal(self, t: Tensor, node: Node) -> Tensor:
        """A_ii: an index that stands at two axes reads the diagonal."""
        while len(set(t.labels)) < len(t.labels):
            twice = next(label for label in t.labels if t.labels.count(label) > 1)
            first, second = [k for k, label in enumerate(t.labels) if label is twice][:2]
            rest = tuple(label for k, label in enumerate(t.labels) if k not in (first, second))
            t = self.emitted("diagonal", node, (*rest, twice), self.value(t), axis1=first, axis2=second)
        return t

    # --- reading through arrays of positions

    def gathered(self, x: Tensor, items: Sequence[Node], positions: Sequence[Position | None], node: Node) -> Tensor:
        """x read at positions that are data, or of which more than one index makes up an axis."""
        if x.loose:
            self.refuse("SD810", node.span, name=x.loose[0].name, reason="is free in what is subscripted by data")
        known = [p for p in positions if p is not None]
        checked = self.in_range(
            replace(x, axes=tuple(a for a, p in zip(x.axes, positions, strict=True) if p is not None)),
            [i for i, p in zip(items, positions, strict=True) if p is not None],
            known,
            node,
        )
        if checked.value is not x.value:
            reason = "outside of a padded array only x_{i+1}, or x_{i+k} with a sum over i or k, is read"
            self.refuse("SD809", node.span, reason=reason)
        at = [
            self.data(item, axis) if p is None else self.number_of(p, axis, node)
            for item, p, axis in zip(items, positions, x.axes, strict=True)
        ]
        places = dict(zip(x.axes, at, strict=True))
        ordered = [places[label] for label in x.labels]
        values, labels = self.aligned(ordered)
        spec = tuple(("array",) if numeric(v.type).shape else ("at", None) for v in values)
        return self.emitted("index", node, labels, self.value(x), *values, spec=spec)

    def number_of(self, p: Position, axis: Label, node: Node) -> Tensor:
        """A position as an array of integers, counted from the start of the axis."""
        constant: Dim = dims.sub(p.constant, axis.first)
        total: Tensor | None = None
        for name, c in p.indices.items():
            index = self.frame.active[name]
            label = index if isinstance(index, Label) else index.label
            constant = dims.add(constant, dims.mul(c, label.first))
            part = (
                Tensor(index.value)
                if isinstance(index, Turn)
                else self.emitted("arange", node, (label,), size=label.size)
            )
            if abs(c) != 1:
                part = self.arithmetic("mul", Tensor(None, const=abs(c)), part, node)
            if total is None:
                total = part if c > 0 else self.negative(part, node)
            else:
                total = self.arithmetic("add" if c > 0 else "sub", total, part, node)
        offset = Tensor(None, const=constant) if isinstance(constant, int) else Tensor(None, size=constant)
        if total is None:
            return offset
        return total if constant == 0 else self.arithmetic("add", total, offset, node)

    def data(self, item: Node, axis: Label) -> Tensor:
        """Integers given by the caller; NumPy would take one below the first for one counted from the end."""
        found = self.tensor(item)
        if found.axes or found.value is None or found.type.inexact or not isinstance(axis.first, int):
            self.refuse("SD808", item.span, index=self.text.quote(item.span), low="?", high="?", first=axis.first,
                        last=axis.last)  # fmt: skip
        last = number(axis.last) if isinstance(axis.last, int) else Tensor(None, size=axis.last)
        for prim, end, place in (("lt", number(axis.first), "below {}, the first"), ("gt", last, "above {}, the last")):
            outside = self.emitted(prim, item, found.labels, self.value(found), self.value(end))
            any_ = self.emitted("any", item, (), self.value(outside)) if found.labels else outside
            message = f"a subscript is {place.format(end.const if end.size is None else end.size)} index"
            self.b.emit("raise_if", self.value(any_), exc="IndexError", args=(message,))
        if axis.first == 0:
            return found
        return self.arithmetic("sub", found, Tensor(None, const=axis.first), item)


def _needed_size(position: Dim, axis: Label) -> int | None:
    """The size from which on an axis has a single position, counted from the start or from the end: x_2, x_{n-1}.

    None where that is known when compiling, or depends on more than the size.
    """
    start, from_end = dims.sub(position, axis.first), dims.sub(position, axis.last)
    if isinstance(start, int) and isinstance(from_end, int):
        return None
    if isinstance(start, int) and start >= 0:
        return start + 1
    return 1 - from_end if isinstance(from_end, int) and from_end <= 0 else None


def _width(d: Dim) -> Dim:
    """How many zeros: k - 1 of a filter of size k, which NumPy refuses for k = 0; max(d, 0) where the sign is open."""
    if isinstance(d, int):
        return max(d, 0)
    low = dims.lower_bound(d)
    return d if low is not None and low >= -1 else dims.dmax(d, 0)
