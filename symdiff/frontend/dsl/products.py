"""Products: side by side, `*`, `·`, `@`, `⊙`, and quotients; what a product of vectors and matrices means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from symdiff.frontend.dsl import nodes, words
from symdiff.frontend.dsl.base import Base
from symdiff.frontend.dsl.nodes import Node, Span
from symdiff.frontend.dsl.tensors import Tensor
from symdiff.ir import dims


class Products(Base):
    """Compiles products."""

    def unfolded(self, node: Node) -> list[tuple[str, Node]]:
        """α (x - 1)^2 reads as a call of α, until α turns out to be a number: then it is the product α · (x - 1)^2."""
        if isinstance(node, nodes.Call):
            if self.frame.is_value(node.function) or self.is_element(node):
                if len(node.arguments) != 1 or node.split is not None:
                    self.refuse("SD811", node.span, reason=f"{node.function} is no function, and this is no product")
                width = len(node.function)
                span = Span(node.span.line, node.span.col, node.span.line, node.span.col + width)
                return [("", nodes.Name(span, node.function)), ("", node.arguments[0])]
            return [("", node)]
        if isinstance(node, (nodes.Power, nodes.Transpose, nodes.Subscript)):
            first, *rest = self.unfolded(node.base)
            if rest:
                return [first, ("", replace(node, base=rest[0][1]))]
        return [("", node)]

    def is_element(self, node: nodes.Call) -> bool:
        """x_i (a + b) is a product as well."""
        known = node.function in self.file.functions or node.function in words.FUNCTIONS
        return not known and self.frame.subscripted(nodes.Name(node.span, node.function)) is not None

    def factors(self, node: nodes.Product) -> list[tuple[str, Node]]:
        """The factors, with calls that are products taken apart."""
        found: list[tuple[str, Node]] = []
        for operator, factor in node.factors:
            (_, first), *rest = self.unfolded(factor)
            found.append((operator, first))
            found += rest
        found = self.applied(found)
        for (before, divisor), (operator, factor) in pairwise(found):
            if operator == "" and isinstance(factor, nodes.Number):
                self.refuse("SD811", factor.span, reason="a number stands after another factor: write `*`, or `^`")
            plain = isinstance(divisor, nodes.Number)
            plain = plain or (isinstance(divisor, nodes.Name) and divisor.id in self.frame.sizes)
            if before == "/" and operator == "" and not plain:
                reason = "it may belong to the divisor or not: write `*`, or parentheses"
                self.refuse("SD811", factor.span, reason=reason)
        return found

    def applied(self, factors: list[tuple[str, Node]]) -> list[tuple[str, Node]]:
        """`log y` at the end of a product is log(y)."""
        made: list[tuple[str, Node]] = []
        for k, (operator, factor) in enumerate(factors):
            previous = made[-1][1] if made else None
            named = previous.base if isinstance(previous, nodes.Power) else previous
            if operator == "" and isinstance(named, nodes.Name) and self.is_function(named.id):
                assert previous is not None
                closed = previous is not named and self.opened(previous, factor)
                bracket = previous is not named and self.text.quote(factor.span).startswith("(")
                if not closed and (bracket or (k + 1 < len(factors) and factors[k + 1][0] == "")):
                    self.refuse(
                        "SD811", previous.span, reason=f"what {named.id} is of is not clear: write {named.id}(…)"
                    )
                span = previous.span.to(factor.span)
                call = nodes.Call(span, named.id, (factor,))
                made[-1] = made[-1][0], self.power_of(previous, call)
            else:
                made.append((operator, factor))
        return made

    def opened(self, power: Node, factor: Node) -> bool:
        """Whether sin^2 is followed by a bracket, all of it the factor: not by (x)^2."""
        if isinstance(factor, nodes.Product) and len(factor.factors) == 1:  # (f(x)), of which the span has the brackets
            return True
        before, after = power.span, factor.span
        between = self.text.quote(Span(before.end_line, before.end_col, after.line, after.col))
        return bool(between.strip()) and not between.strip().strip("( ")

    def power_of(self, named: Node, call: nodes.Call) -> Node:
        """sin^2(x) is (sin x)²; sin^-1(x) is the inverse function or a quotient."""
        if not isinstance(named, nodes.Power):
            return call
        exponent = named.exponent.value if isinstance(named.exponent, nodes.Number) else 0
        if not isinstance(exponent, int) or exponent < 1:
            reason = f"a power of {call.function} may be of the function or of its value: write ({call.function}(…))^k"
            self.refuse("SD811", named.span, reason=reason)
        return nodes.Power(call.span, call, named.exponent)

    def is_function(self, name: str) -> bool:
        known = name in self.file.functions or name in words.FUNCTIONS
        return known and not self.frame.is_value(name)

    def on_product(self, node: nodes.Product) -> Tensor:
        return self.product(node, self.factors(node))

    def product(self, node: Node, factors: Sequence[tuple[str, Node]]) -> Tensor:
        found = self.tensor(factors[0][1])
        for operator, factor in factors[1:]:
            found = self.times(operator, found, self.tensor(factor), node)
        return found

    def times(self, operator: str, x: Tensor, y: Tensor, node: Node) -> Tensor:
        if operator == "/" and y.axes:
            self.refuse("SD811", node.span, reason="a vector or matrix is a divisor: element by element it is `⊘`")
        if operator in ("⊙", "⊘", "/") or not (x.axes and y.axes):
            if operator == "@" and not (x.axes and y.axes):
                self.refuse("SD809", node.span, reason="`@` is the product of matrices and vectors")
            if x.axes and y.axes:
                y = self.fitted(y, x.axes, x.row, node.span)
            return self.arithmetic("div" if operator in ("⊘", "/") else "mul", x, y, node)
        if operator == "*":
            reason = "`*` of two arrays may be `A B`, their matrix product, or `A ⊙ B`, element by element"
            self.refuse("SD811", node.span, reason=reason)
        return self.matrix_product(operator, x, y, node)

    def matrix_product(self, operator: str, x: Tensor, y: Tensor, node: Node) -> Tensor:
        if max(len(x.axes), len(y.axes)) > 2:
            self.refuse("SD809", node.span, reason="products are of vectors and matrices: write the sum with indices")
        if len(x.axes) == len(y.axes) == 1 and x.row == y.row and operator == "·":
            x, y = replace(x, row=True), replace(y, row=False)
        if len(x.axes) == 1 and not x.row:
            if len(y.axes) == 1 and y.row:
                y = self.relabelled(y, [y.axes[0].again()])  # x xᵀ has two axes
                values, labels = self.aligned([self.elements(x), self.elements(y)])
                plain = len(x.labels) == len(y.labels) == 1
                made = self.emitted("outer", node, labels, self.value(x), self.value(y)) if plain else self.emitted(
                    "mul", node, labels, *values)  # fmt: skip
                return replace(made, axes=(*x.axes, *y.axes))
            self.refuse("SD809", node.span, reason="a column stands on the left: write `xᵀ y`, `x yᵀ` or `x · y`")
        if len(y.axes) == 1 and y.row:
            self.refuse("SD809", node.span, reason="a row stands on the right: transpose it")
        inner = x.axes[-1]
        if dims.equal(inner.size, y.axes[0].size) is not True:
            reason = f"the inner sizes {inner.size} and {y.axes[0].size} are not the same"
            self.refuse("SD809", node.span, reason=reason)
        others = [label.again() if label in x.labels else label for label in y.axes[1:]]  # A A: its second axis is new
        y = self.relabelled(y, [inner, *others])
        self.b.loc = self.text.loc(node.span)
        axes = (*x.axes[:-1], *y.axes[1:])
        made = self.contracted([self.elements(x), self.elements(y)], [inner], axes)
        return replace(made, axes=axes, row=len(axes) == 1 and len(x.axes) == 1)
