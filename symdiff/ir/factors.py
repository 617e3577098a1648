"""How many factors a value is a product of: as many finite numbers together may be infinite.

By hand, once: with x, y and z parameters, x * y has two factors, square(x * y) four, x * y + z two, and tanh(x * y)
none, for it is at most 1.  In float64 two factors of 1e155 overflow, in float32 two of 1e20.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.ir.core import Family, Op

_BOUNDED = frozenset(("tanh", "arctan", "arctan2", "logistic", "softmax", "sign", "erf"))
_ALL = 9  # of a product of all elements


def factors(op: Op, of: Sequence[int]) -> int:
    """The factors of a result, from those of the operands that are floats; a sum has the most of any of its terms."""
    name = op.prim.name
    if not of or op.prim.family is Family.CONSTANT or name in _BOUNDED:
        return 0
    if name in ("mul", "masked_mul") or op.prim.family is Family.BILINEAR:
        return sum(of)
    if name == "square":
        return 2 * of[0]
    if name in ("prod", "cumprod"):
        return _ALL * of[0]
    return of[0] if name == "div" else max(of)
