"""Where operations with regions keep what: operands, parameters and results, in groups.

By hand: of `for(%lo, %hi, %step, %s, %x, %w) {n_carry=1, n_xs=1}` with the body `(%i, %s2, %x_i, %w2) -> %s3, %y_i` and
the results `%s4, %ys, %n`, the carry is %s, %s2, %s3 and %s4, and %w and %w2 are captures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symdiff.ir.core import Block, Op, Value

Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """Of a `for` or `while`, how many operands, parameters and results each group has."""

    n_pre: int  # operands before the carry: lo, hi, step
    n_index: int  # body parameters before the carry: the turn
    n_exit: int
    n_carry: int
    n_xs: int

    @staticmethod
    def of(op: Op) -> Groups:
        is_for = op.prim.name == "for"
        return Groups(3 if is_for else 0, 1 if is_for else 0, 1 if op.params.get("exit") else 0, op.params["n_carry"],
                      op.params["n_xs"] if is_for else 0)  # fmt: skip

    def operands(self, op: Op) -> tuple[Values, Values, Values, Values]:
        """(lo hi step), carry, xs, captures."""
        return self._split(op.ins, self.n_pre)

    def params(self, block: Block) -> tuple[Values, Values, Values, Values]:
        """(turn), carry, elements of xs, captures."""
        return self._split(block.params, self.n_index)

    def results(self, values: Sequence[Value]) -> tuple[Values, Values, Values]:
        """(exit), carry, ys: of the body's outs; of the op's outs without the count."""
        e, c = self.n_exit, self.n_exit + self.n_carry
        return tuple(values[:e]), tuple(values[e:c]), tuple(values[c:])

    def _split(self, values: Values, a: int) -> tuple[Values, Values, Values, Values]:
        b, c = a + self.n_carry, a + self.n_carry + self.n_xs
        return values[:a], values[a:b], values[b:c], values[c:]


@dataclass(frozen=True, slots=True)
class Loop:
    """A `for` or `while` taken apart; of a `while`, `body` is the `after` region and `bounds`, `xs` are empty."""

    bounds: Values
    carry: Values
    xs: Values
    caps: Values
    body: Block
    index: Values  # the body's parameters, in four groups
    carry_params: Values
    x_params: Values
    cap_params: Values
    exit: Values  # the body's outs, in three groups
    carry_ends: Values
    y_ends: Values
    exit_outs: Values  # the operation's results
    carry_outs: Values
    ys: Values
    count: Value


def loop(op: Op) -> Loop:
    """The parts of a loop operation."""
    groups, body = Groups.of(op), op.regions[-1]
    bounds, carry, xs, caps = groups.operands(op)
    index, carry_params, x_params, cap_params = groups.params(body)
    return Loop(
        *(bounds, carry, xs, caps),
        body,
        *(index, carry_params, x_params, cap_params),
        *groups.results(body.outs),
        *groups.results(op.outs[:-1]),
        op.outs[-1],
    )


def first_capture(op: Op) -> int:
    """The number of the first operand that a branch or loop captures; captures are last in its regions, too."""
    if op.prim.name == "cond":
        return 1
    groups = Groups.of(op)
    return groups.n_pre + groups.n_carry + groups.n_xs


def makes_a_turn(op: Op) -> bool:
    """Whether a loop surely makes a turn."""
    if op.prim.name == "while":
        (condition,) = op.regions[0].outs
        return condition.const is True
    lo, hi, step = (v.const for v in op.ins[:3])
    known = isinstance(lo, int) and isinstance(hi, int) and isinstance(step, int) and step != 0
    return known and len(range(lo, hi, step)) > 0


def unread_carries(op: Op) -> list[int]:
    """The carries of a loop that no turn reads as they come in."""
    part = Groups.of(op)
    found = [*range(part.n_carry)]
    for region in op.regions:
        read = {*region.outs, *(v for inner in region.ops for v in inner.ins)}
        params = part.params(region)[1]
        found = [k for k in found if params[k] not in read]
    return found
