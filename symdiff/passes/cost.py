"""What a function costs: operations by where they stand, and the sizes of what it saves, for headers of modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symdiff.ir import dims
from symdiff.ir.core import Block, Family, Function, Value, walk
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Kind, Type

_FREE = {
    *("convert", "retype", "reshape", "ravel", "expand_dims", "squeeze", "transpose", "broadcast_to", "bind_dim"),
    "sliding_window_view",
    *("alt_pack", "alt_unpack", "saved_pack", "saved_unpack", "opt_some", "opt_get", "opt_none"),
}
_CONTROL = {"cond", "for", "while", "call"}


def operations(block: Block) -> int:
    """The number of arithmetic operations written, each counted once however often a loop repeats it."""
    return sum(
        op.prim.family is not Family.CONSTANT and op.prim.name not in _FREE and op.prim.name not in _CONTROL
        for op in walk(block)
    )


@dataclass(frozen=True, slots=True)
class Cost:
    forward: int
    backward: int
    saved_numbers: int  # scalars among the saved values
    saved_elements: Dim | None  # elements of the saved arrays; None where a count depends on the run

    def header(self) -> str:
        """`forward 8 operations, backward 11`"""
        return f"forward {self.forward} operations, backward {self.backward}"

    def saved(self) -> str:
        """`4 numbers, n*d + n elements`"""
        parts = []
        if self.saved_numbers:
            parts.append(f"{self.saved_numbers} number{'s' if self.saved_numbers > 1 else ''}")
        if self.saved_elements is None:
            parts.append("lists of one entry per turn or call")
        elif self.saved_elements != 0:
            parts.append(f"{self.saved_elements} elements")
        return ", ".join(parts) or "nothing"


def cost(forward: Function, backward: Function, saved: Sequence[Value]) -> Cost:
    """The cost of a pair of passes and of the residuals between them."""
    numbers = sum(is_number(v.type) for v in saved)
    total: Dim | None = 0
    for v in saved:
        if isinstance(v.type, AVal):
            total = None if total is None else dims.add(total, 0 if is_number(v.type) else dims.prod(v.type.shape))
        else:
            total = None
    return Cost(operations(forward.body), operations(backward.body), numbers, total)


def is_number(t: Type) -> bool:
    return isinstance(t, AVal) and t.kind is not Kind.ARRAY
