"""Values by cases: { x if x ≥ 0; α (e^x - 1) otherwise }.

The first condition that holds decides.  Cases that leave numbers out have the value and the derivatives NaN there; that
the conditions leave nothing out is seen where they compare one expression with bounds that follow on each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from symdiff.frontend.dsl import nodes
from symdiff.frontend.dsl.base import Base
from symdiff.frontend.dsl.nodes import Node
from symdiff.frontend.dsl.tensors import Tensor, number
from symdiff.ir.types import Kind

_PRIMS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Choosing(Base):
    """Compiles cases and conditions."""

    def on_cases(self, node: nodes.Cases) -> Tensor:
        branches = list(node.branches)
        for value, condition in branches[:-1]:
            if condition is None:
                self.refuse("SD811", value.span, reason="`otherwise` is the last of the cases")
        last, condition = branches.pop()
        found = self.tensor(last)
        made = [(self.condition(test), self.tensor(x)) for x, test in reversed(branches) if test is not None]
        if condition is not None and (branches == [] or not covers([c for _, c in node.branches if c is not None])):
            holds = self.condition(condition)
            compared = [x for _, c in node.branches for x in self.compared(c)]
            found = self.chosen(holds, found, self.undefined([(holds, found), *made], compared, node), node)
        for holds, chosen in made:
            found = self.chosen(holds, chosen, found, node)
        return found

    def compared(self, condition: Node | None) -> list[Tensor]:
        """What a condition compares."""
        if isinstance(condition, nodes.Logic):
            return [x for part in condition.operands for x in self.compared(part)]
        return [self.tensor(x) for x in condition.operands] if isinstance(condition, nodes.Compare) else []

    def undefined(self, branches: Sequence[tuple[Tensor, Tensor]], compared: Sequence[Tensor], node: Node) -> Tensor:
        """NaN, and so are its derivatives by what the cases depend on; these are 0 where a condition holds."""
        given = {x.value: x for x in (*(value for _, value in branches), *compared) if x.value is not None}
        values = [x for x in given.values() if self.is_float(x)]
        if not values:
            return number(math.nan)
        holds = branches[0][0]
        for test, _ in branches[1:]:
            holds = self.joined("logical_or", holds, test, node)
        total = values[0]
        for value in values[1:]:
            total = self.arithmetic("add", total, value, node)
        return self.arithmetic("mul", self.chosen(holds, number(0.0), total, node), number(math.nan), node)

    def chosen(self, test: Tensor, x: Tensor, y: Tensor, node: Node) -> Tensor:
        """x where the condition holds, else y."""
        if x.axes and y.axes:
            y = self.fitted(y, x.axes, x.row, node.span)
        if not (test.labels or x.labels or y.labels):
            kinds = {t.type.kind for t in (x, y) if t.value is not None and t.type.inexact}
            kind = Kind.NUMPY if Kind.NUMPY in kinds else Kind.PYTHON
            x, y = self.as_kind(x, kind), self.as_kind(y, kind)
            return self.emitted("select", node, (), self.value(test), self.value(x), self.value(y))
        x, y = (number(float(t.const)) if t.const is not None else t for t in (x, y))
        values, labels = self.aligned([test, x, y])
        first = x if x.axes else y
        return replace(self.emitted("where", node, labels, *values), axes=first.axes, row=first.row)

    # --- conditions

    def condition(self, node: Node) -> Tensor:
        found = self.on_logic(node) if isinstance(node, nodes.Logic) else self.comparison(node)
        if found.axes:
            self.refuse("SD809", node.span, reason="a condition is of numbers: use an index, or a function of a number")
        return found

    def comparison(self, node: Node) -> Tensor:
        assert isinstance(node, nodes.Compare)
        found: Tensor | None = None
        values = [self.tensor(operand) for operand in node.operands]
        for operator, x, y in zip(node.operators, values, values[1:], strict=False):
            if x.axes or y.axes:
                return x if x.axes else y
            parts, labels = self.aligned([x, y])
            made = self.emitted(_PRIMS[operator], node, labels, *parts)
            found = made if found is None else self.joined("logical_and", found, made, node)
        assert found is not None
        return found

    def on_logic(self, node: nodes.Logic) -> Tensor:
        parts = [self.condition(part) for part in node.operands]
        if node.operator == "not":
            return self.emitted("logical_not", node, parts[0].labels, self.value(parts[0]))
        found = parts[0]
        for part in parts[1:]:
            found = self.joined(f"logical_{node.operator}", found, part, node)
        return found

    def joined(self, prim: str, x: Tensor, y: Tensor, node: Node) -> Tensor:
        values, labels = self.aligned([x, y])
        return self.emitted(prim, node, labels, *values)


# --- whether conditions leave nothing out

_END = nodes.Name(nodes.NOWHERE, "∞")  # no name of the notation


def covers(conditions: Sequence[Node]) -> bool:
    """Whether one of the conditions holds for every number, as far as can be seen.

    x ≤ a, a < x < b, x ≥ b: intervals in which one expression lies.  From -∞ on, each begins where another ended, and
    one of the two has the bound itself: then everything is covered, however a and b are ordered.
    """
    subject = _subject(conditions)
    if subject is None:
        return False
    found = [interval for c in conditions if (interval := _interval(c, subject)) is not None]
    if len(found) < len(conditions):
        return False
    reached: Node = _END
    closed, used = True, set[int]()
    while True:
        step = next(
            (k for k, (low, has, _, _) in enumerate(found) if k not in used and low == reached and (has or closed)),
            None,
        )
        if step is None:
            return False
        used.add(step)
        _, _, reached, closed = found[step]
        if reached == _END:
            return True


def _subject(conditions: Sequence[Node]) -> Node | None:
    """The expression that every condition compares."""
    if not all(isinstance(c, nodes.Compare) for c in conditions):
        return None
    sides = [c.operands for c in conditions if isinstance(c, nodes.Compare)]
    return next((x for x in sides[0] if all(x in operands for operands in sides)), None)


def _interval(condition: Node, subject: Node) -> tuple[Node, bool, Node, bool] | None:
    """(low, whether low is in it, high, whether high is): where the subject lies if the condition holds."""
    assert isinstance(condition, nodes.Compare)
    low: tuple[Node, bool] = (_END, True)
    high: tuple[Node, bool] = (_END, True)
    for operator, x, y in zip(condition.operators, condition.operands, condition.operands[1:], strict=False):
        if y == subject:
            x, y, operator = y, x, _MIRRORED[operator]
        if x != subject or operator == "!=":
            return None
        if operator == "==":
            return y, True, y, True
        bound = y, operator in ("<=", ">=")
        if operator in ("<", "<="):
            high = bound
        else:
            low = bound
    return *low, *high
