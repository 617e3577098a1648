"""Where an infinity may meet a zero that a first derivative masked: for the derivatives of derivatives.

By hand, once: a loop `z = z * z + x` overflows, and `where` hides what comes of it from an output that `c` scales.  Its
reverse pass has, turn by turn, `d_o = where(m, d_out, 0); d_z = d_z * z + d_o * c`, a loop that multiplies d_z.  So the
cotangent of d_z grows as z does, and the derivative by c of what was hidden is inf · d_o = inf · 0.  The zero wins:
cotangents of what reaches a carry that a loop multiplies are *swollen*, and d_o, which a derivative masked, is
*hidden*.  The same without a loop: of `y = a * b * c * d` the cotangents are multiplied one after the other.  Masked
products have two sides that grow in the same way.
"""

from __future__ import annotations

from collections.abc import Collection

from symdiff.ad.activity import Backward, Flags, Forward, is_differentiable, merge
from symdiff.ad.growth import growing
from symdiff.ir.build import V
from symdiff.ir.core import Block, Family, Op, Program, Value
from symdiff.ir.effects import derived
from symdiff.ir.loops import loop
from symdiff.ir.steps import Steps


class _Scaled(Backward):
    """Values whose cotangent is a product with some number of the program."""

    def plain(self, op: Op, flags: Flags) -> Flags:
        return tuple(flag or scales(op, k) for k, flag in enumerate(super().plain(op, flags)))

    def structured(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        return (yield from self.reached(op, flags, marked))  # an operation inside may multiply, whatever follows


class Swollen(_Scaled):
    """Values whose cotangent may be infinite although all is finite: a product of several numbers, or of many turns."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.scaled = _Scaled(program)
        self.factors: set[Value] = set()  # the values whose cotangent has one already

    def of(self, body: Block, entry: bool) -> set[Value]:
        """Such values of a function; what an entry is given has no factor yet."""
        found: set[Value] = set()
        self.scaled.run(body, (not entry,) * len(body.outs), self.factors)
        self.run(body, (False,) * len(body.outs), found)
        return found

    def plain(self, op: Op, flags: Flags) -> Flags:
        if any(v in self.factors for v in op.outs):
            return super().plain(op, flags)
        return Backward.plain(self, op, flags)

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        part = loop(op)
        skip, n = len(part.exit), len(part.carry)
        ends = merge(flags[skip : skip + n], growing(part))
        return (yield from super().loop(op, (*flags[:skip], *ends, *flags[skip + n :]), marked))


def scales(op: Op, k: int) -> bool:
    """Whether the partial by operand k is another operand, a number that is not known to be small."""
    if op.prim.name not in ("mul", "masked_mul"):
        return False
    other = op.ins[1 - k]
    return is_differentiable(other) and other.const is None


class Hidden(Forward):
    """(Co)tangents that may be 0 because the derivative that they belong to masked them."""

    def __init__(self, program: Program) -> None:
        super().__init__(program, _hidden_transfer)

    def structured(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        found = yield from super().structured(op, flags, marked)
        if op.prim.name != "cond" or not derived(op):
            return found
        zeros = {v for region in op.regions for inner in region.ops if _is_zero(inner) for v in inner.outs}
        sides = zip(*(region.outs for region in op.regions), strict=True)
        masked = (any(v.const == 0 or v in zeros for v in side) for side in sides)
        return tuple(
            flag or (mask and is_differentiable(v)) for flag, mask, v in zip(found, masked, op.outs, strict=True)
        )


def _is_zero(op: Op) -> bool:
    """Whether an operation makes zeros, or puts them into an array."""
    return op.prim.name == "zeros" or (op.prim.name == "index_set" and op.ins[1].const == 0)


def _hidden_transfer(op: Op, flags: Flags) -> Flags:
    name = op.prim.name
    if name in ("where", "select"):
        found = any(flags) or (derived(op) and any(v.const == 0 for v in op.ins[1:]))
    elif name in ("index_add", "index_set"):
        found = flags[0] or (derived(op) and any(entry[0] in ("mask", "array") for entry in op.params["spec"]))
    elif name in ("add", "sub"):
        found = all(flags)
    elif name in ("mul", "masked_mul", "neg") or op.prim.family is Family.LINEAR:
        found = any(flags)
    else:
        found = name == "div" and flags[0]
    return tuple(found and is_differentiable(v) for v in op.outs)


def meets_zero(op: Op, partial: object, hidden: Collection[Value], swollen: Collection[Value]) -> bool:
    """Whether the partial may be such a zero, and the cotangent infinite."""
    return isinstance(partial, V) and partial.value in hidden and op.out in swollen


def both_grow(op: Op, chosen: Collection[Value], grown: Collection[Value]) -> bool:
    """Whether of a masked product the cotangent may be zero, and what it masks infinite."""
    return op.prim.name == "masked_mul" and op.out in chosen and op.ins[0] in grown
