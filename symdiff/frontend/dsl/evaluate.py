"""From trees to tensors: sums, products, powers, functions.  Subscripts, big sums and cases have files of their own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from symdiff.frontend.dsl import nodes, words
from symdiff.frontend.dsl.base import axes_text
from symdiff.frontend.dsl.cases import Choosing
from symdiff.frontend.dsl.files import File, FormulaFunction, parameter_name
from symdiff.frontend.dsl.frames import Frame, Turn, used_names
from symdiff.frontend.dsl.nodes import Node, Span
from symdiff.frontend.dsl.products import Products
from symdiff.frontend.dsl.stages import stage_order
from symdiff.frontend.dsl.subscripts import Subscripts
from symdiff.frontend.dsl.sums import Sums
from symdiff.frontend.dsl.tensors import Label, Tensor, number
from symdiff.ir import dims
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import Kind, array

MAX_LEVELS = 120  # of trees inside each other, through the functions that formulas call
MAX_OPERATIONS = 10_000
_FOLDED = {"add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y, "div": lambda x, y: x / y}
_SIZES = {"add": dims.add, "sub": dims.sub, "mul": dims.mul}
_SIGN = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


class Evaluator(Products, Sums, Subscripts, Choosing):
    """Compiles the functions of one file into the builders of their frames."""

    def __init__(self, file: File, frame: Frame) -> None:
        super().__init__(file.text, frame)
        self.file = file
        self.calls: list[str] = []
        self.ensured = set()
        self.levels = 0
        self.made = self.called_before = 0

    # --- functions and stages

    def run(self, frame: Frame) -> Tensor:
        """The result of a frame's function, whose arguments it holds."""
        function = frame.function
        before, self.frame = self.frame, frame
        try:
            for name in stage_order(self.text, function):
                with self.within(frame):
                    frame.values[name] = self.stage(name)
            body = function.body or nodes.Name(function.span, function.result)
            return self.tensor(body)
        finally:
            self.frame = before

    @contextmanager
    def within(self, frame: Frame) -> Iterator[None]:
        """In the builder of the frame, with no index in use."""
        active, b = frame.active, self.b
        frame.active, self.b = {}, frame.builder
        try:
            yield
        finally:
            frame.active, self.b, frame.wanted = active, b, ()

    def stage(self, name: str) -> Tensor:
        stage = self.frame.function.stage(name)
        assert stage is not None
        for index in stage.indices:
            self.check_index(index, stage.span)
        labels = tuple(self.index_label(i, stage.span) for i in stage.indices)
        self.frame.active = dict(zip(stage.indices, labels, strict=True))
        self.frame.wanted = labels
        found = self.tensor(stage.body)
        if labels and found.axes:
            self.refuse("SD809", stage.body.span, reason="a vector or matrix stands where the left side has indices")
        if labels:
            made = self.broadcast(found, labels)
            found = self.relabelled(replace(made, axes=labels), [label.again() for label in labels])
        value = found.value
        if self.frame.entry and value is not None and not value.hint and value.const is None:
            value.hint = name
        return found

    def index_label(self, name: str, span: Span) -> Label:
        """A new label for an index that has an index set."""
        found = self.frame.function.index_set(name)
        if found is None:
            self.refuse("SD810", span, name=name, reason="has no range: `index i = 1..n`, or Σ_{i=1}^n")
        return Label(self.size(found.first), self.size(found.last), name)

    def called(self, node: nodes.Call, function: FormulaFunction) -> Tensor:
        """A call of a function of the file, compiled in place."""
        if function.name in self.calls:
            chain = " → ".join([*self.calls[self.calls.index(function.name) :], function.name])
            self.refuse("SD807", node.span, chain=chain)
        if len(node.arguments) != len(function.parameters):
            self.refuse(
                "SD812", node.span, name=function.name, count=len(function.parameters), given=len(node.arguments)
            )
        frame = Frame(function, self.b)
        given = [self.tensor(a) for a in node.arguments]
        self.calls.append(function.name)
        shared: tuple[Label, ...] = ()
        row = False
        for p, t, argument in zip(function.parameters, given, node.arguments, strict=True):
            if not p.axes and t.axes:  # applied to every element: the axes of all such arguments are the same
                if shared:
                    t = self.fitted(t, shared, row, argument.span)
                shared, row = t.axes, t.row
                t = self.elements(t)
            elif p.axes:
                t = self.passed(p, t, frame, argument.span)
            frame.values[parameter_name(p)] = t
        self.called_before += 1
        around, self.text.calls = self.text.calls, (*self.text.calls, (function.name, self.called_before))
        made = self.run(frame)
        self.text.calls = around
        self.calls.pop()
        if shared and made.axes:
            self.refuse("SD809", node.span, reason=f"{function.name} of a vector's elements would be a table of arrays")
        kept = tuple(label for label in shared if label in made.labels)
        return replace(made, axes=kept, row=row) if shared and len(kept) == len(shared) else made

    def passed(self, p: nodes.Declared, t: Tensor, frame: Frame, span: Span) -> Tensor:
        """An argument as its parameter declares it; sizes that are new get their meaning from it."""
        if len(t.axes) != len(p.axes):
            self.refuse(
                "SD809", span, reason=f"{parameter_name(p)} has {axes_text(len(p.axes))}, this {axes_text(len(t.axes))}"
            )
        labels = []
        for axis, label in zip(p.axes, t.axes, strict=True):
            found = self.declared_axis(axis, label.size, frame)
            if dims.equal(found.size, label.size) is not True:
                self.refuse("SD809", span, reason=f"sizes {found.size} and {label.size} differ")
            labels.append(found)
        return replace(self.relabelled(t, labels), padded=p.padded)

    def declared_axis(self, axis: tuple[Node | None, Node], size: Dim, frame: Frame) -> Label:
        """The axis of a parameter; a letter that is new is solved for."""
        new = {n for node in axis if node is not None for n in used_names(node) if n not in frame.sizes}
        if len(new) == 1:
            (name,) = new
            unknown = dims.var("?")
            frame.sizes[name] = unknown
            rest = dims.sub(self.declared_axis(axis, size, frame).size, unknown)
            frame.sizes[name] = dims.sub(size, rest)
        first, last = axis
        return Label(1 if first is None else self.size(first, frame), self.size(last, frame))

    # --- trees

    def tensor(self, node: Node) -> Tensor:
        self.levels += 1
        if self.levels > MAX_LEVELS:
            self.refuse("SD802", node.span, what="levels, with the functions it calls", count=self.levels,
                        limit=MAX_LEVELS)  # fmt: skip
        parts = self.unfolded(node)
        try:
            found = self.product(node, parts) if len(parts) > 1 else self.dispatch(node)
        except TypeError as error:  # the operands are not what a primitive takes
            self.refuse("SD809", node.span, reason=str(error))
        self.levels -= 1
        return found

    def dispatch(self, node: Node) -> Tensor:
        b = self.b
        b.loc = self.text.loc(node.span)
        found: Tensor = getattr(self, f"on_{type(node).__name__.lower()}")(node)
        b.loc = None
        return found

    def emitted(self, prim: str, node: Node, labels: tuple[Label, ...], *ins: Value, **params: object) -> Tensor:
        self.b.loc = self.text.loc(node.span)
        self.made += 1
        if self.made > MAX_OPERATIONS:
            self.refuse(
                "SD802", node.span, what="operations", count=f"more than {MAX_OPERATIONS}", limit=MAX_OPERATIONS
            )
        return self.emit(prim, labels, *ins, **params)

    def on_number(self, node: nodes.Number) -> Tensor:
        return number(node.value)

    def on_name(self, node: nodes.Name) -> Tensor:
        frame, name = self.frame, node.id
        if name in frame.values:
            return frame.values[name]
        if name in frame.active:
            return self.index_value(frame.active[name], node)
        if name in frame.sizes:
            size = frame.sizes[name]
            return number(size) if isinstance(size, int) else Tensor(None, size=size)
        subscripted = frame.subscripted(node)
        if subscripted is not None:
            return self.on_subscript(subscripted)
        if name in words.CONSTANTS:
            return number(words.CONSTANTS[name])
        if frame.is_index(name):
            self.refuse("SD810", node.span, name=name, reason="is free here: no Σ binds it, and it is not on the left")
        return self.unknown(name, node.span)

    def unknown(self, name: str, span: Span) -> Tensor:
        if self.is_function(name):
            self.refuse("SD811", span, reason=f"{name} is a function, and what it is of is not clear: write {name}(…)")
        f = self.frame.function
        known = [*f.names, *f.own.stages, *f.shared.stages, *self.file.functions, *words.FUNCTIONS]
        self.refuse("SD803", span, name=name, hint=words.suggestion(name, known))

    def index_value(self, index: Label | Turn, node: Node) -> Tensor:
        """An index used as a number."""
        if isinstance(index, Turn):
            return self.arithmetic("add", Tensor(index.value), Tensor(None, size=index.label.first), node)
        if not isinstance(index.first, int):
            self.refuse("SD813", node.span, name=str(index.first))
        made = self.emitted("arange", node, (index,), size=index.size, dtype="f8")  # integers would overflow
        return self.arithmetic("add", made, number(index.first), node) if index.first else made

    # --- sums

    def on_sum(self, node: nodes.Sum) -> Tensor:
        total: Tensor | None = None
        for sign, term in node.terms:
            found = self.tensor(term)
            if total is None:
                total = self.negative(found, node) if sign == "-" else found
            else:
                total = self.plus(total, found, sign, node)
        assert total is not None
        return total

    def plus(self, x: Tensor, y: Tensor, sign: str, node: Node) -> Tensor:
        if len(x.axes) == 2 and len(y.axes) == 1:
            if not y.row:
                reason = "a column is added to a matrix: to add it to every row, write it as a row: `bᵀ`"
                self.refuse("SD809", node.span, reason=reason)
            y = self.fitted(y, x.axes[1:], True, node.span)
        elif x.axes and y.axes:
            y = self.fitted(y, x.axes, x.row, node.span)
        return self.arithmetic("add" if sign == "+" else "sub", x, y, node)

    def negative(self, x: Tensor, node: Node) -> Tensor:
        if x.const is not None:
            return number(-x.const)
        made = self.emitted("neg", node, x.labels, self.value(x))
        return replace(made, axes=x.axes, row=x.row)

    def arithmetic(self, prim: str, x: Tensor, y: Tensor, node: Node) -> Tensor:
        """An operation element by element; the axes of both, where both have some, are the same by now.

        A constant comes last in a sum and first in a product: y2 + 1 and 1 + y2 are one program.
        """
        if x.const is not None and y.const is not None:
            return self.folded(prim, x.const, y.const, node)
        sizes = self.of_sizes(prim, x, y)
        if sizes is not None:
            return sizes
        if prim == "add" and (x.const is not None or x.size is not None):
            x, y = y, x
        if prim == "mul" and (y.const is not None or y.size is not None):
            x, y = y, x
        if prim == "add" and y.const is not None and y.const < 0:
            prim, y = "sub", number(-y.const)
        values, labels = self.aligned([x, y])
        made = self.emitted(prim, node, labels, *values)
        first = x if len(x.axes) >= len(y.axes) else y
        return replace(made, axes=first.axes, row=first.row)

    def folded(self, prim: str, x: float, y: float, node: Node) -> Tensor:
        if prim == "div" and y == 0:
            self.refuse("SD812", node.span, name="/", count="a divisor that is not 0", given=0)
        found = _FOLDED[prim](x, y)
        if isinstance(found, int) and abs(found) >= 2**53:
            found = float(found)
        return self.finite(found, node)

    def finite(self, found: float, node: Node) -> Tensor:
        if not math.isfinite(found):
            self.refuse("SD802", node.span, what="digits before the point", count="more than 308", limit=308)
        return number(found)

    def of_sizes(self, prim: str, x: Tensor, y: Tensor) -> Tensor | None:
        """n - 1 is a size again."""
        a, b = (t.size if t.size is not None else t.const if isinstance(t.const, int) else None for t in (x, y))
        if a is None or b is None or prim not in _SIZES:
            return None
        found = _SIZES[prim](a, b)
        return number(found) if isinstance(found, int) else Tensor(None, size=found)

    def fitted(self, t: Tensor, axes: Sequence[Label], row: bool, span: Span) -> Tensor:
        """The tensor with its axes called as those of another, which must have the same sizes."""
        if len(t.axes) != len(axes):
            self.refuse("SD809", span, reason=f"{axes_text(len(axes))} and {axes_text(len(t.axes))} do not fit")
        if len(axes) == 1 and t.row != row:
            self.refuse("SD809", span, reason="one is a row, the other a column: transpose one of them")
        for mine, other in zip(t.axes, axes, strict=True):
            if dims.equal(mine.size, other.size) is not True:
                self.refuse("SD809", span, reason=f"sizes {other.size} and {mine.size} are not the same")
        return self.relabelled(t, axes)

    # --- powers and functions

    def on_power(self, node: nodes.Power) -> Tensor:
        if isinstance(node.exponent, nodes.Number) and node.exponent.value == 2:
            square = self.squared_norm(node.base)
            if square is not None:
                return square
        if isinstance(node.base, nodes.Name) and node.base.id == "e" and not self.frame.is_value("e"):
            return self.elementwise("exp", self.tensor(node.exponent), node)
        x, y = self.tensor(node.base), self.tensor(node.exponent)
        if y.axes:
            self.refuse("SD809", node.exponent.span, reason="an exponent is a number")
        if x.axes:
            if y.const == -1 and len(x.axes) == 2:
                return self.inverse(x, node)
            self.refuse("SD811", node.span, reason="a power of a vector or matrix: write `x ⊙ x`, or use an index")
        return self.power(x, y, node)

    def power(self, x: Tensor, y: Tensor, node: Node) -> Tensor:
        if x.const is not None and y.const is not None:
            try:
                found = float(x.const) ** float(y.const)
            except (OverflowError, ZeroDivisionError):
                found = math.inf
            if isinstance(found, complex):
                self.refuse("SD812", node.span, name="^", count="a base that is not negative", given=x.const)
            whole = isinstance(x.const, int) and isinstance(y.const, int) and y.const >= 0 and abs(found) < 2**53
            return self.finite(int(found) if whole else found, node)
        if y.const is None and x.const is not None:
            x = number(float(x.const))
        if not self.is_float(x) and not (isinstance(y.const, int) and y.const >= 0):
            kind = Kind.PYTHON if x.value is None else x.type.kind  # an integer to this power may be none
            x = replace(x, value=self.b.emit("convert", self.value(x), kind=kind, dtype="f8")[0], size=None)
        scalar = all(t.value is None or t.type.kind is Kind.PYTHON for t in (x, y))
        safe = scalar and y.const is not None and float(y.const).is_integer()
        values, labels = self.aligned([x, y])
        return self.emitted("pow", node, labels, *values, **({"safe": True} if safe else {}))

    def inverse(self, x: Tensor, node: Node) -> Tensor:
        made = self.emitted("inv", node, x.labels, self.square_matrix(x, node))
        return replace(made, axes=x.axes)

    def square_matrix(self, x: Tensor, node: Node) -> Value:
        if len(x.axes) != 2 or x.loose or dims.equal(x.axes[0].size, x.axes[1].size) is not True:
            self.refuse("SD809", node.span, reason="a square matrix is needed here")
        return self.value(self.arranged(x, x.axes))

    def on_transpose(self, node: nodes.Transpose) -> Tensor:
        x = self.tensor(node.base)
        if self.frame.is_value("T") and self.text.quote(node.span).endswith(("T", "}")):
            self.refuse("SD811", node.span, reason="T is a name here: the transpose is `ᵀ`, the power is `^(T)`")
        if len(x.axes) == 1:
            return replace(x, row=not x.row)
        if len(x.axes) != 2:
            self.refuse("SD809", node.span, reason="only a vector or a matrix can be transposed")
        places = [x.labels.index(label) for label in x.axes[::-1]]
        order = list(range(len(x.labels)))
        order[min(places)], order[max(places)] = max(places), min(places)
        made = self.arranged(x, [x.labels[k] for k in order])
        return replace(made, axes=x.axes[::-1], padded=False)

    def on_call(self, node: nodes.Call) -> Tensor:
        name = node.function
        if name in self.file.functions:
            return self.called(node, self.file.functions[name])
        if name not in words.FUNCTIONS:
            return self.unknown(name, node.span)
        given = [self.tensor(a) for a in node.arguments]
        count = "at least 2" if name in words.CHOICES else 2 if name == words.MOD else 1
        fits = len(given) >= 2 if name in words.CHOICES else len(given) == count
        if node.split is not None:
            self.refuse("SD812", node.span, name=name, count="no semicolon", given="one")
        if not fits:
            self.refuse("SD812", node.span, name=name, count=count, given=len(given))
        if name in words.ELEMENTWISE:
            return self.elementwise(words.ELEMENTWISE[name], given[0], node)
        if name in words.SIGMOID:
            e = self.elementwise("exp", self.negative(given[0], node), node)
            return self.arithmetic("div", number(1), self.arithmetic("add", e, number(1), node), node)
        if name in words.CHOICES or name == words.MOD:
            return self.pairwise(words.CHOICES.get(name, name), given, node)
        return self.whole(name, given[0], node)

    def on_apply(self, node: nodes.Apply) -> Tensor:
        """A primitive by its name, which no formula of a file can write."""
        given = [self.tensor(a) for a in node.arguments]
        made = self.elementwise(node.primitive, given[0], node) if len(given) == 1 else None
        return self.pairwise(node.primitive, given, node) if made is None else made

    def on_ofmatrix(self, node: nodes.OfMatrix) -> Tensor:
        x = self.tensor(node.argument)
        if node.primitive == "inv":
            return self.inverse(x, node)
        return self.emitted(node.primitive, node, (), self.square_matrix(x, node))

    def on_table(self, node: nodes.Table) -> Tensor:
        """A matrix of numbers, each an expression."""
        given = [self.tensor(entry) for row in node.rows for entry in row]
        if any(t.labels for t in given):
            self.refuse("SD809", node.span, reason="an entry of a matrix is no number")
        values = [self.value(self.as_kind(t, Kind.PYTHON) if t.value is None else t) for t in given]
        axes = (Label(0, len(node.rows) - 1), Label(0, len(node.rows[0]) - 1))
        self.b.loc = self.text.loc(node.span)
        flat = self.b.emit("stack", *values)[0]
        return replace(self.emitted("reshape", node, axes, flat, shape=tuple(a.size for a in axes)), axes=axes)

    def on_filled(self, node: nodes.Filled) -> Tensor:
        """The identity, a matrix of zeros or of ones."""
        shape = (self.size(node.rows), self.size(node.columns))
        axes = tuple(Label(0, dims.sub(size, 1)) for size in shape)
        if node.kind == "eye":
            return replace(self.emitted("eye", node, axes, rows=shape[0], cols=shape[1]), axes=axes)
        return replace(self.emitted(node.kind, node, axes, type=array("f8", *shape), shape=shape), axes=axes)

    def elementwise(self, prim: str, x: Tensor, node: Node) -> Tensor:
        made = self.emitted(prim, node, x.labels, self.value(x))
        return replace(made, axes=x.axes, row=x.row)

    def pairwise(self, prim: str, given: Sequence[Tensor], node: Node) -> Tensor:
        found = given[0]
        for other in given[1:]:
            if found.axes and other.axes:
                other = self.fitted(other, found.axes, found.row, node.span)
            values, labels = self.aligned([found, other])
            first = found if found.axes else other
            found = replace(self.emitted(prim, node, labels, *values), axes=first.axes, row=first.row)
        return found

    def whole(self, name: str, x: Tensor, node: Node) -> Tensor:
        """sum(x), mean(x), norm(x), tr(A), det(A), inv(A)."""
        if name in words.MATRIX:
            if words.MATRIX[name] == "inv":
                return self.inverse(x, node)
            return self.emitted(words.MATRIX[name], node, (), self.square_matrix(x, node))
        if not x.axes:
            self.refuse("SD809", node.span, reason=f"{name} is of a vector or matrix; with an index it is `Σ_i`")
        return self.norm(x, node) if name == "norm" else self.total(x, x.axes, words.WHOLE[name])

    # --- lengths

    def on_bars(self, node: nodes.Bars) -> Tensor:
        x = self.tensor(node.inside)
        if node.norm:
            return self.norm(x, node)
        if x.axes:
            self.refuse("SD811", node.span, reason="bars around an array: its length is ‖x‖, its elements have abs(x)")
        return self.elementwise("abs", x, node)

    def norm(self, x: Tensor, node: Node) -> Tensor:
        if not x.axes:
            return self.elementwise("abs", x, node)
        if not x.loose:
            return self.emitted("norm", node, (), self.value(x))
        return self.elementwise("sqrt", self.sum_of_squares(x, node), node)

    def squared_norm(self, base: Node) -> Tensor | None:
        """‖x‖² without the root."""
        if isinstance(base, nodes.Subscript) and base.text in ("2", "F") and isinstance(base.base, nodes.Bars):
            if base.text == "2" and self.is_matrix(base.base.inside):
                return None
            base = base.base
        if not (isinstance(base, nodes.Bars) and base.norm):
            return None
        x = self.tensor(base.inside)
        return self.sum_of_squares(x, base) if x.axes else None

    def sum_of_squares(self, x: Tensor, node: Node) -> Tensor:
        self.b.loc = self.text.loc(node.span)
        flat = self.elements(x)
        return self.contracted([flat, flat], x.axes)
