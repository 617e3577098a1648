"""Arrays whose axes have labels: the values of formulas while they are compiled.

A label is an index that a formula writes (`i` of `x_i`), or an axis of a vector or matrix that it writes as a whole.
Equal labels meet in one axis, so that elementwise arithmetic, broadcasting and sums of products are decided here once:

    Σ_j W_ij x_j      labels (i, j) and (j): the sum over j of the product is  W @ x  with label (i)
    W x               the axes of W and x get labels, and the same sum is taken
    σ(W x)            σ is applied to every element: the label of the axis goes through σ and becomes an axis again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from symdiff.ir import dims
from symdiff.ir.build import Builder
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Kind, numpy

_MOST_INDICES = 20


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """An axis: its first and last index; `name` is that of an index the formula writes.  Two are one if identical."""

    first: Dim
    last: Dim
    name: str = ""

    @property
    def size(self) -> Dim:
        return dims.add(dims.sub(self.last, self.first), 1)

    def again(self) -> Label:
        return Label(self.first, self.last, self.name)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value with a label per axis of its array; `axes` are those it has as a vector or matrix, in order.

    A number that is known stays one (`const`).  `row`: a vector written as a row, xᵀ.  `padded`: zero outside.
    `size`: an integer that is a size (n), or made of sizes.
    """

    value: Value | None
    labels: tuple[Label, ...] = ()
    axes: tuple[Label, ...] = ()
    row: bool = False
    padded: bool = False
    const: int | float | None = None
    size: Dim | None = field(default=None)

    @property
    def type(self) -> AVal:
        assert self.value is not None and isinstance(self.value.type, AVal)
        return self.value.type

    @property
    def loose(self) -> tuple[Label, ...]:
        """The labels that are no axes: indices that are free."""
        return tuple(label for label in self.labels if label not in self.axes)


def number(value: int | float) -> Tensor:
    return Tensor(None, const=value)


class Algebra:
    """Operations on tensors, emitted into the builder of the moment."""

    def __init__(self, b: Builder) -> None:
        self.b = b

    # --- values

    def value(self, t: Tensor) -> Value:
        if t.value is not None:
            return t.value
        if t.const is not None:
            return self.b.const(t.const)
        assert t.size is not None
        return self.b.const(t.size) if isinstance(t.size, int) else self.b.emit("dim", size=t.size)[0]

    def is_float(self, t: Tensor) -> bool:
        return isinstance(t.const, float) if t.value is None else t.type.inexact

    def emit(self, prim: str, labels: tuple[Label, ...], *ins: Value, **params: Any) -> Tensor:
        made = Tensor(self.b.emit(prim, *ins, **params)[0], labels)
        sizes = zip(made.type.shape, labels, strict=True)
        assert all(dims.equal(d, label.size) is True for d, label in sizes), "an axis has the wrong label"
        return made

    # --- layout

    def arranged(self, t: Tensor, labels: Sequence[Label]) -> Tensor:
        """The same with its axes in the order of `labels`, which are its own."""
        if t.labels == tuple(labels):
            return t
        order = tuple(t.labels.index(label) for label in labels)
        params: dict[str, Any] = {} if order == (1, 0) else {"axes": order}
        value = self.b.emit("transpose", self.value(t), **params)[0]
        return replace(t, value=value, labels=tuple(labels))

    def aligned(self, ts: Sequence[Tensor]) -> tuple[list[Value], tuple[Label, ...]]:
        """Arrays that broadcast against each other as the labels say, and the labels of the result."""
        out: list[Label] = []
        for t in sorted(ts, key=lambda t: -len(t.labels)):  # stable: of the largest, the first says the order
            out += [label for label in t.labels if label not in out]
        return [self.spread(t, out) for t in ts], tuple(out)

    def spread(self, t: Tensor, labels: Sequence[Label]) -> Value:
        """The array with an axis of length 1 for every label it has not, leading ones left out."""
        own = [label for label in labels if label in t.labels]
        if not own:
            return self.value(t)
        value = self.value(self.arranged(t, own))
        missing = [k for k, label in enumerate(labels) if label not in own]
        first = next(k for k, label in enumerate(labels) if label in own)
        axes = tuple(k - first for k in missing if k > first)
        return self.b.emit("expand_dims", value, axis=axes if len(axes) > 1 else axes[0])[0] if axes else value

    def broadcast(self, t: Tensor, labels: Sequence[Label]) -> Tensor:
        """An array with all of `labels`, in their order."""
        if set(labels) == set(t.labels):
            return self.arranged(t, labels)
        shape = tuple(label.size for label in labels)
        value = self.spread(t, labels)
        if t.value is None or not self.is_float(t):
            value = self.b.emit("convert", value, kind=Kind.PYTHON if t.value is None else t.type.kind, dtype="f8")[0]
        return Tensor(self.b.emit("full", value, shape=shape)[0], tuple(labels))

    def relabelled(self, t: Tensor, labels: Sequence[Label]) -> Tensor:
        """The same with its axes called `labels`."""
        new = dict(zip(t.axes, labels, strict=True))
        return replace(t, labels=tuple(new.get(label, label) for label in t.labels), axes=tuple(labels))

    def elements(self, t: Tensor) -> Tensor:
        """A vector or matrix as its element: the labels of its axes become free indices."""
        return replace(t, axes=(), row=False, padded=False)

    # --- sums

    def total(self, t: Tensor, over: Sequence[Label], prim: str = "sum") -> Tensor:
        """Sum (or product, largest, smallest) over labels that the tensor has."""
        places = tuple(sorted(t.labels.index(label) for label in over))
        if not places:
            return t
        rest = tuple(label for label in t.labels if label not in over)
        axis = None if not rest else places if len(places) > 1 else places[0]
        made = self.emit(prim, rest, self.value(t), **({} if axis is None else {"axis": axis}))
        return replace(made, axes=tuple(label for label in t.axes if label in rest), row=t.row)

    def contracted(self, factors: Sequence[Tensor], over: Sequence[Label], wanted: Sequence[Label] = ()) -> Tensor:
        """The sum over labels of a product of at least one tensor, each of which has one of the labels.

        `wanted` is the order in which the labels of the result are liked best.
        """
        factors = self._merged(factors)
        if len(factors) == 1:
            return self.total(factors[0], over)
        if len(factors) == 2:
            made = self._matrix_product(factors[0], factors[1], list(over), wanted)
            if made is not None:
                return made
        return self._einsum(factors, over, wanted)

    def _merged(self, factors: Sequence[Tensor]) -> list[Tensor]:
        """Factors with the same labels as one, multiplied element by element: unless a matrix product takes them."""
        groups: dict[frozenset[Label], list[Tensor]] = {}
        for t in factors:
            groups.setdefault(frozenset(t.labels), []).append(t)
        if len(groups) == 1 and len(factors) == 2 and len(factors[0].labels) == 1:
            return list(factors)
        merged = []
        for group in groups.values():
            found = group[0]
            for other in group[1:]:
                values, labels = self.aligned([found, other])
                found = self.emit("mul", labels, *values)
            merged.append(found)
        return merged

    def _matrix_product(self, x: Tensor, y: Tensor, over: list[Label], wanted: Sequence[Label]) -> Tensor | None:
        """x @ y, each transposed where needed; None where that is not what the labels say."""
        shared = [label for label in x.labels if label in y.labels]
        if shared != over or len(over) != 1 or max(len(x.labels), len(y.labels)) > 2:
            return None
        free_x, free_y = ([label for label in t.labels if label not in over] for t in (x, y))
        if free_x and free_y and list(wanted) == [*free_y, *free_x]:
            x, y, free_x, free_y = y, x, free_y, free_x
        elif len(y.labels) == 1 and x.labels[0] is over[0] and free_x:
            x, y, free_x, free_y = y, x, free_y, free_x  # yᵀ X, and nothing is transposed
        elif len(x.labels) == 1 and y.labels[-1] is over[0] and free_y:
            x, y, free_x, free_y = y, x, free_y, free_x
        left, right = self.arranged(x, [*free_x, *over]), self.arranged(y, [*over, *free_y])
        return self.emit("matmul", (*free_x, *free_y), self.value(left), self.value(right))

    def _einsum(self, factors: Sequence[Tensor], over: Sequence[Label], wanted: Sequence[Label]) -> Tensor:
        every: list[Label] = []
        for t in factors:
            every += [label for label in t.labels if label not in every]
        letters = _letters(every)
        rest = [label for label in every if label not in over]
        out = sorted(rest, key=lambda label: wanted.index(label) if label in wanted else len(wanted))
        text = ",".join("".join(letters[label] for label in t.labels) for t in factors)
        subscripts = f"{text}->{''.join(letters[label] for label in out)}"
        return self.emit("einsum", tuple(out), *map(self.value, factors), subscripts=subscripts)

    # --- kinds

    def as_kind(self, t: Tensor, kind: Kind) -> Tensor:
        """A float scalar as a Python or NumPy number."""
        if t.value is None:
            assert t.const is not None or t.size is not None
            value = self.value(t) if t.const is None else self.b.const(float(t.const))
            t = replace(t, value=value, const=None)
            if t.type.dtype != "f8":
                t = replace(t, value=self.b.emit("convert", self.value(t), kind=Kind.PYTHON, dtype="f8")[0])
        if t.type.kind is kind or t.labels:
            return t
        dtype = t.type.dtype if t.type.inexact else "f8"
        return replace(t, value=self.b.emit("convert", self.value(t), kind=kind, dtype=dtype)[0])

    def zero(self, like: AVal) -> Value:
        """Zero of a type: where a sum starts."""
        if like.kind is Kind.ARRAY:
            return self.b.emit("zeros", type=like, shape=like.shape)[0]
        return self.b.const(0.0, numpy(like.dtype) if like.kind is Kind.NUMPY else like)


def _letters(labels: Sequence[Label]) -> dict[Label, str]:
    """A letter of the alphabet for each label: its own where it is one and free."""
    if len(labels) > _MOST_INDICES:
        raise TypeError(f"{len(labels)} indices in one product: the limit is {_MOST_INDICES}")
    free = [c for c in "ijklmnopqrstuvwxyzabcdefgh" if c not in {label.name for label in labels}]
    found: dict[Label, str] = {}
    for label in labels:
        own = label.name if len(label.name) == 1 and label.name.isascii() and label.name.isalpha() else ""
        found[label] = own if own and own not in found.values() else free.pop(0)
    return found
