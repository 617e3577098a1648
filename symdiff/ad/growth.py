"""What may overflow although everything is finite: carries that a loop multiplies turn by turn, and large products.

By hand, once: `for …: s, t = s * s, t + s` with s = 3 has s = 9, 81, 6561, … and soon infinity, because s comes back as
a product of itself; t only sums what s was.  Of `a, b = 2 * b, a` both grow: a comes back through b.  Multiplying by a
number of the program that is at most 1 makes nothing larger.

Outside of loops it takes a large factor.  In `where(x < 1e100, x * x * x, 0)` at 1e160 the partial of the last product
by x is x * x = inf, and its cotangent 0, since a condition chose otherwise.
"""

from __future__ import annotations

from symdiff.ad.activity import Flags, is_differentiable
from symdiff.ad.facts import Facts
from symdiff.ir import types
from symdiff.ir.build import V
from symdiff.ir.core import Family, Op, Program, Value, walk
from symdiff.ir.factors import factors
from symdiff.ir.loops import Loop

_MANY = 2  # factors that may overflow together although each is finite
_PRODUCTS = frozenset(("mul", "masked_mul", "square", "prod", "cumprod"))


def growing(part: Loop) -> tuple[bool, ...]:
    """For each carry of a loop, whether a turn multiplies it by way of itself."""
    used, multiplied = _sources(part)
    if not any(multiplied):
        return (False,) * len(used)
    reaching = list(used)  # of each carry, as bits, those that have come into it after any number of turns
    for k, _ in enumerate(reaching):
        reaching = [bits | reaching[k] if bits >> k & 1 else bits for bits in reaching]
    back = [sum(1 << k for k, bits in enumerate(reaching) if bits >> j & 1) for j, _ in enumerate(reaching)]
    return tuple(bool(bits & back[k]) for k, bits in enumerate(multiplied))


def _sources(part: Loop) -> tuple[list[int], list[int]]:
    """Of each carry at the end of a turn, as bits: the carries it is computed from, and those through a product."""
    used = {v: 1 << k for k, v in enumerate(part.carry_params) if types.cotangent(v.type) is not None}
    multiplied: dict[Value, int] = {}
    for op in part.body.ops:
        of = 0
        through = 0
        for v in op.ins:
            of |= used.get(v, 0)
            through |= multiplied.get(v, 0)
        if not of:
            continue
        if is_product(op) or any(is_product(inner) for region in op.regions for inner in walk(region)):
            through |= of
        for v in op.outs:
            if types.cotangent(v.type) is not None:
                used[v], multiplied[v] = of, through
    return [used.get(v, 0) for v in part.carry_ends], [multiplied.get(v, 0) for v in part.carry_ends]


def is_product(op: Op) -> bool:
    """Whether an operation multiplies by what may be larger than 1; of a function that is called, nothing is known."""
    if op.prim.family is Family.BILINEAR or op.prim.name == "call":
        return True
    return op.prim.name in _PRODUCTS and not any(
        isinstance(v.const, (int, float)) and abs(v.const) <= 1 for v in op.ins
    )


class Factors(Facts):
    """How many factors a value has, up to `_MANY`; parameters have one."""

    def __init__(self, program: Program) -> None:
        super().__init__(program, self._transfer)

    def of(self, v: Value) -> int:
        return self.facts.get(v, 0 if v.const is not None else 1)

    def many(self, v: Value) -> bool:
        return self.of(v) >= _MANY

    def _transfer(self, op: Op, flags: Flags) -> Flags:
        found = [self.of(v) for v in op.ins if is_differentiable(v)]
        for v in op.outs:
            self.note(v, min(factors(op, found), _MANY))
        return (False,) * len(op.outs)


def many(op: Op, counted: Factors) -> bool:
    """Whether a partial of an operation on many numbers may be infinite or NaN because a product is."""
    return any(map(counted.many, op.ins)) or (op.prim.name in _PRODUCTS and counted.many(op.out))


def overflows(op: Op, k: int, partial: object, counted: Factors) -> bool:
    """Whether the partial by operand k may be infinite or NaN because a product of many factors is."""
    if not isinstance(partial, V) or op.prim.name == "div":  # 1/y is small where y is large; -x/y² is guarded as such
        return False
    if op.prim.name in ("mul", "masked_mul"):
        return counted.many(op.ins[1 - k])
    return any(map(counted.many, op.ins))
