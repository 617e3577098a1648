"""Parts of arrays and lists: what is added to the cotangent of a part is added in that of the whole.

By hand, once: `w = m.T; r = w[1:]; y = r[i]` in a loop that hands d_m from turn to turn.  An array of zeros for d_r, to
be added to one for d_w, to be added to d_m, would cost the whole in each turn.  Instead d_m lends its part:

    d_w = d_m.T;  d_r, rest = borrow(d_w, 1:);  d_r[i] += d_y;  d_w = restore(rest, d_r, 1:);  d_m = d_w.T

A view of all elements is undone by its own transpose, so nothing needs to be lent there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symdiff.ad.rules import RuleBuilder
from symdiff.ir.build import V
from symdiff.ir.core import Op, Value
from symdiff.ir.types import AVal, Kind
from symdiff.primitives.indexing import Spec, is_basic


def reads_part(op: Op) -> bool:
    """Whether an operation reads an array or a list out of its first operand."""
    if op.prim.name in ("seq_get", "seq_last", "opt_get"):
        t = op.out.type
        return not isinstance(t, AVal) or bool(t.shape)
    if op.prim.name == "index":
        return is_basic(op.params["spec"]) and _is_array(op.out)
    return views_all(op)


def views_all(op: Op) -> bool:
    """Whether the result is an array that has all elements of the first operand, and may be its memory."""
    return bool(op.prim.info.get("bijective")) and _is_array(op.out) and _is_array(op.ins[0])


def _is_array(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is Kind.ARRAY and bool(v.type.shape)


@dataclass(frozen=True, slots=True)
class Part:
    """What an operation reads out of its first operand."""

    op: Op

    @property
    def whole(self) -> Value:
        return self.op.ins[0]

    def lent(self, b: RuleBuilder, ct: Value) -> tuple[Value, Callable[[Value], Value]]:
        """The part of the whole's cotangent, and how the whole's is made of it again, with what was added to it."""
        op, where = self.op, self.op.ins[1:]
        if op.prim.name == "opt_get":  # where there is a value, there is a cotangent
            return b.op("opt_get", ct, name="").value, lambda changed: b.op("opt_some", changed).value
        if views_all(op):
            part = b.op(op.prim.name, ct, *where, **op.params).value
            return part, lambda changed: self.returned(b, changed)
        spec: Spec = (("at", None if where else -1),) if op.prim.name != "index" else op.params["spec"]
        part, rest = (found.value for found in b.multi("borrow", ct, *where, spec=spec))
        return part, lambda changed: b.op("restore", rest, changed, *where, spec=spec).value

    def returned(self, b: RuleBuilder, ct: Value) -> Value:
        """The cotangent of the whole that has this one's elements: of a view of all of it."""
        assert self.op.prim.transpose is not None
        ins = [V(b, v) for v in self.op.ins]
        return b.value(self.op.prim.transpose[0](b, V(b, ct), *ins, **self.op.params))
