"""Where a zero may meet an infinity: the analyses behind the guards.

By hand, once: `y = where(x > 0, sqrt(x), 0)` at x = 0 has d_r = where(x > 0, d_y, 0) = 0 for r = sqrt(x), and then
d_x = d_r · 0.5/r = 0 · inf = NaN.  The reverse pass emits `masked_mul(d_r, 0.5/r)`, which is 0 where d_r is 0, if

- r is *masked*: its cotangent may be zero because the program did not take it (select, gather, a branch, a loop without
  turns, an overwritten element), and
- the partial may be infinite or NaN: sqrt says that its own is unbounded, and a value computed from such a result is
  *wild*, so that the partials of a product are not finite either.

A program that asks which numbers are NaN or infinite is given such numbers: all its parameters are wild.

Sums of finite values are taken to be finite.  Products overflow: what a loop multiplies turn by turn soon (`z = z * z +
c`; such values are *grown*), others where a factor is large.  They are guarded where a condition chose others: every
recurrence whose last element is returned masks the others, too, but these cannot be infinite where the last one is not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from symdiff.ad.activity import Backward, Flags, Forward, has_rule, is_differentiable, merge
from symdiff.ad.growth import growing
from symdiff.ir.build import V
from symdiff.ir.core import Block, Family, Op, Program, Value
from symdiff.ir.effects import asks_what_is_finite
from symdiff.ir.loops import loop
from symdiff.ir.steps import Steps
from symdiff.ir.types import AVal


def wild_transfer(op: Op, flags: Flags) -> Flags:
    """For the forward analysis: a result may be infinite or NaN although all parameters are finite."""
    return tuple((any(flags) or unbounded(op)) and is_differentiable(v) for v in op.outs)


class Overflowing(Forward):
    """Values that may be infinite or NaN although all parameters are finite, products of many turns among them."""

    def __init__(self, program: Program) -> None:
        super().__init__(program, wild_transfer)

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        part = loop(op)
        head = len(part.bounds)
        carry = merge(flags[head : head + len(part.carry)], growing(part))
        return (yield from super().loop(op, (*flags[:head], *carry, *flags[head + len(carry) :]), marked))


def wild_parameters(program: Program) -> Flags:
    """Which parameters of the entry may be infinite or NaN."""
    asked = any(asks_what_is_finite(f.body) for f in program.functions.values())
    return tuple(asked and is_differentiable(v) for v in program.main.body.params)


def by_mask(op: Op) -> bool:
    """Whether an operation multiplies by truth values, `(x > 0) * sqrt(x)`: a choice between a number and 0."""
    return op.prim.name == "mul" and any(isinstance(v.type, AVal) and v.type.dtype == "b1" for v in op.ins)


def unbounded(op: Op) -> bool:
    """Whether the operation says that a partial of it may be infinite; dividing by a constant does not."""
    divisor = op.ins[1].const if op.prim.name == "div" else None
    return op.prim.unbounded and not (isinstance(divisor, int | float) and divisor != 0)


def may_be_wild(op: Op, partial: object, wild: Collection[Value]) -> bool:
    """Whether a partial of an operation with a wild value may itself be infinite or NaN.

    A number is not; x · y has the partial x by y, which is as tame as x.
    """
    if not isinstance(partial, V):
        return False
    return partial.value in wild or partial.value not in (*op.ins, op.out)


def may_be_zero(values: Sequence[Value]) -> bool:
    """Whether one who gives cotangents (or tangents) of these values may give zeros: of all but a single number."""
    return len(values) != 1 or not isinstance(values[0].type, AVal) or values[0].type.rank > 0


class _Reaching(Backward):
    """`useful` of regions on their own; each is asked once per pattern, else nested branches would be quadratic."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.known: dict[tuple[Block, Flags], Flags] = {}

    def block(self, block: Block, flags: Sequence[bool], marked: set[Value]) -> Steps:
        key = (block, tuple(flags))
        if key in self.known:
            return self.known[key]
        found: Flags = yield from super().block(block, flags, set())
        if self.summaries.round is None:  # else a call in it may say more in the next round
            self.known[key] = found
        return found


class Chosen(Backward):
    """Values whose cotangent may be exactly zero because a condition found at run time chose others."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.useful = _Reaching(program)
        self.turns = 0  # how many loops there are around the operation
        self.sides = 0  # how many branches, inside of the innermost loop

    def plain(self, op: Op, flags: Flags) -> Flags:
        if op.prim.name == "call" and not has_rule(op):
            return self.function(op.params["function"], flags)
        return (any(flags) or self.masks(op),) * len(op.ins)

    def masks(self, op: Op) -> bool:
        """Outside of loops index arrays choose, and overwriting all of an array hides what it was.

        In the turns of a loop they are neighbours of what is updated, and the buffer of every time step; what one
        side of a branch replaces by a constant is hidden by its condition.
        """
        if "spec" in op.params:
            kinds = {entry[0] for entry in op.params["spec"]}
            whole = op.prim.name == "index_set" and all(e[:4] == ("slice", None, None, None) for e in op.params["spec"])
            chosen = "mask" in kinds or (("array" in kinds or whole) and not self.turns)
            replaced = op.prim.name == "index_set" and op.ins[1].const is not None and self.sides > 0
            return op.prim.masks and (chosen or replaced)
        return by_mask(op) or (op.prim.masks and op.prim.name not in _PLACES)

    def structured(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        if op.prim.name != "cond":
            return (yield from self.reached(op, flags, marked))
        self.sides += 1
        found = yield from self.reached(op, flags, marked)
        self.sides -= 1
        then = yield self.useful.block(op.regions[0], (True,) * len(op.outs), set())
        orelse = yield self.useful.block(op.regions[1], (True,) * len(op.outs), set())
        return (False, *(flag or a != b for flag, a, b in zip(found[1:], then, orelse, strict=True)))

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        around, self.sides = self.sides, 0
        self.turns += 1
        found = yield from super().loop(op, flags, marked)
        self.turns -= 1
        self.sides = around
        return found


_PLACES = ("abs", "diag", "diagonal", "tril", "triu")  # they mask places, whatever the numbers are


class Masked(Chosen):
    """Values whose cotangent may be exactly zero because the program did not take them."""

    def plain(self, op: Op, flags: Flags) -> Flags:
        if op.prim.name == "call" and has_rule(op):
            return (True,) * len(op.ins)
        return super().plain(op, flags)

    def masks(self, op: Op) -> bool:
        return op.prim.masks or by_mask(op) or op.prim.family is Family.STRUCTURE

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        """A capture may meet no turn, a carry may be overwritten before it is read, and an exit leaves xs unread."""
        part = loop(op)
        n, lead = len(part.carry), len(part.index)
        read = (yield self.useful.block(part.body, (True,) * len(part.body.outs), set()))[lead : lead + n]
        skip = len(part.exit)
        unread = tuple(flag or not r for flag, r in zip(flags[skip : skip + n], read, strict=True))
        found = yield from super().loop(op, (*flags[:skip], *unread, *flags[skip + n :]), marked)
        m = len(part.bounds) + n
        xs = tuple(flag or bool(part.exit) for flag in found[m : m + len(part.xs)])
        return (*found[:m], *xs, *(True for _ in part.caps))
