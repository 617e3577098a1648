"""Where an infinity may meet a zero that a first derivative masked: for the derivatives of derivatives.

By hand, once: a loop `z = z * z + x` overflows, and `where` hides what comes of it from an output that `c` scales.  Its
reverse pass has, turn by turn, `d_o = where(m, d_out, 0); d_z = d_z * z + d_o * c`, a loop that multiplies d_z.  So the
cotangent of d_z grows as z does, and the derivative by c of what was hidden is inf · d_o = inf · 0.  The zero wins:
cotangents of what reaches a carry that a loop multiplies are *swollen*, and d_o, which a derivative masked, is
*hidden*.  Masked products have two sides that grow in the same way.
"""

from __future__ import annotations

from collections.abc import Collection

from symdiff.ad.activity import Backward, Flags, is_differentiable, merge
from symdiff.ad.growth import growing
from symdiff.ir.build import V
from symdiff.ir.core import Family, Op, Value
from symdiff.ir.loops import loop
from symdiff.ir.steps import Steps


class Swollen(Backward):
    """Values whose cotangent may be infinite although all is finite: they reach what a loop multiplies."""

    def loop(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        part = loop(op)
        skip, n = len(part.exit), len(part.carry)
        ends = merge(flags[skip : skip + n], growing(part))
        return (yield from super().loop(op, (*flags[:skip], *ends, *flags[skip + n :]), marked))

    def structured(self, op: Op, flags: Flags, marked: set[Value]) -> Steps:
        return (yield from self.reached(op, flags, marked))  # a loop inside may multiply, whatever follows


def hidden_transfer(op: Op, flags: Flags) -> Flags:
    """For the forward analysis: a (co)tangent that may be 0 because the derivative that it belongs to masked it."""
    name = op.prim.name
    derived = op.loc is not None and op.loc.function.startswith("∂")
    if name in ("where", "select"):
        found = any(flags) or (derived and any(v.const == 0 for v in op.ins[1:]))
    elif name in ("mul", "masked_mul") or op.prim.family is Family.LINEAR:
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
