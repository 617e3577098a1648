"""What a function costs: operations by where they stand, and the sizes of what it saves, for headers of modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symdiff.ir import dims, types
from symdiff.ir.core import Block, Family, Function, Value, walk
from symdiff.ir.dims import Dim
from symdiff.ir.types import Alt, AVal, Kind, Opt, Saved, Seq, Type

_FREE = {
    *("convert", "retype", "reshape", "ravel", "expand_dims", "squeeze", "transpose", "broadcast_to", "bind_dim"),
    "sliding_window_view",
    *("alt_pack", "alt_unpack", "saved_pack", "saved_unpack", "opt_some", "opt_get", "opt_none"),
}
_DEPENDING: dict[type, str] = {
    Alt: "what the branch taken needs",
    Opt: "what is bound on one path",
    Saved: "records of calls",
}
_CONTROL = {"cond", "for", "while", "call"}


def operations(block: Block) -> int:
    """The number of arithmetic operations written, each counted once however often a loop repeats it.

    A line `d_y1 = d_y` is one, a local rule; a second name is none.
    """
    written = (op for op in walk(block) if op.prim.name != "same" or op.out.origin is not None)
    return sum(
        op.prim.family is not Family.CONSTANT and op.prim.name not in _FREE and op.prim.name not in _CONTROL
        for op in written
    )


@dataclass(frozen=True, slots=True)
class Cost:
    forward: int
    backward: int
    saved_numbers: int  # scalars among the saved values
    saved_elements: Dim  # elements of the saved arrays
    others: tuple[str, ...] = ()  # what is saved whose size depends on the run

    def header(self) -> str:
        """`forward 8 operations, backward 11`"""
        return f"forward {self.forward} operations, backward {self.backward}"

    def saved(self) -> str:
        """`4 numbers, n*d + n elements`"""
        parts = []
        if self.saved_numbers:
            parts.append(f"{self.saved_numbers} number{'s' if self.saved_numbers > 1 else ''}")
        if self.saved_elements != 0:
            parts.append(f"{self.saved_elements} elements")
        return ", ".join([*parts, *self.others]) or "nothing"


def cost(forward: Function, backward: Function, saved: Sequence[Value]) -> Cost:
    """The cost of a pair of passes and of the residuals between them."""
    numbers = sum(is_number(v.type) for v in saved)
    total: Dim = 0
    late = {v for v in saved if isinstance(v.type, AVal) and any(a.op == "opaque" for a in types.type_atoms(v.type))}
    for v in saved:
        if isinstance(v.type, AVal) and v not in late and not is_number(v.type):
            total = dims.add(total, dims.prod(v.type.shape))
    lists = sum(isinstance(v.type, Seq) for v in saved)
    others = [f"{len(late)} array{'s' if len(late) > 1 else ''} of a size known when it runs"] * bool(late)
    others += [f"{lists} list{'s' if lists > 1 else ''} with an entry per turn"] * (lists > 0)
    others += [text for t, text in _DEPENDING.items() if any(isinstance(v.type, t) for v in saved)]
    return Cost(operations(forward.body), operations(backward.body), numbers, total, tuple(others))


def is_number(t: Type) -> bool:
    return isinstance(t, AVal) and t.kind is not Kind.ARRAY
