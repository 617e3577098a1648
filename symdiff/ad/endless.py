"""What is infinite because the program has it so: the border of a table, a masked score, and what comes of them.

Of `z = R / T` with R = inf there is nothing to be had by T, though the partial -z/T is infinite.  Such values are
*endless*: a reverse pass guards the products with these partials; a forward pass, where no zero need be there to win,
has 0 in place of the partial.

Whether exp passes infinity on depends on its sign.  By hand, once: of `p = exp(where(m, s, -inf))` nothing is infinite;
of `y = 1 / (1 + exp(inf * x))` the exponential is, for a positive x, and y = 0 has the derivative 0, not 0 · inf = NaN.
So the signs are followed too: inf * x has either, x / t that of x (t is a temperature, taken to be positive), and a
largest element is no minus infinity, or all are.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection
from typing import Any

import numpy as np

from symdiff.ad.activity import Flags, is_differentiable
from symdiff.ad.facts import Facts
from symdiff.ir.core import Family, Literal, Op, Program, Value

_SETTLING = frozenset(("tanh", "arctan", "logistic", "softmax", "reciprocal", "sign"))
_EXPONENTIAL = frozenset(("exp", "exp2", "expm1"))
_POSITIVE = frozenset(("abs", "fabs", "square", "sqrt", "hypot", "cosh", "var", "std", "norm", "length"))
_LARGEST = frozenset(("max", "peak", "running_max", "logsumexp", "logaddexp", "scipy_logsumexp"))
_KEEPING = frozenset(("add", "pos", "where", "select", "maximum", "minimum", "fmax", "fmin", "clip", "log", "log2",
    "log10", "log1p", "deg2rad", "radians", "rad2deg", "degrees", "min", "running_min", "partition", "sort", "median",
    "quantile", "cbrt", "softplus", "real"))  # fmt: skip
_PLUS, _MINUS, _EITHER = 1, 2, 3  # which infinities a value may be


class Endless(Facts):
    """The analysis; its number of a value says, as bits, whether it may be plus or minus infinity."""

    def __init__(self, program: Program) -> None:
        super().__init__(program, self._transfer)

    def join(self, a: int, b: int) -> int:
        return a | b

    def _transfer(self, op: Op, flags: Flags) -> Flags:
        if op.prim.name == "const":
            value: Any = op.out.const.array() if isinstance(op.out.const, Literal) else op.out.const
            if not is_differentiable(op.out) or not np.any(np.isinf(value)):
                return (False,)
            self.note(op.out, _EITHER if np.iscomplexobj(value) else _signs(value))
            return (True,)
        signs = self._found(op, flags)
        found = any(flags[:1] if op.prim.name == "div" else flags) and op.prim.name not in _SETTLING
        if op.prim.name in _EXPONENTIAL:
            found = found and bool(signs)
        for v in op.outs:
            self.note(v, signs)
        return tuple(found and is_differentiable(v) for v in op.outs)

    def _found(self, op: Op, flags: Flags) -> int:
        """The signs of a result."""
        known = [self.fact(v) if flag else 0 for v, flag in zip(op.ins, flags, strict=True)]
        any_of = functools.reduce(operator.or_, known, 0)
        name = op.prim.name
        if not any(flags) or (name == "div" and not flags[0]):
            return 0
        if name == "neg":
            return _negated(any_of)
        if name == "sub":
            return known[0] | _negated(known[1])
        if name in ("mul", "div"):
            return self._product(op, flags)
        if name in _POSITIVE:
            return _PLUS
        if name in _EXPONENTIAL or name in _LARGEST:
            return any_of & _PLUS
        return any_of if name in _KEEPING or op.prim.family in (Family.LINEAR, Family.STRUCTURE) else _EITHER

    def _product(self, op: Op, flags: Flags) -> int:
        a, b = op.ins if flags[0] else op.ins[::-1]
        factor = b.const
        if all(flags) or (a.const is not None and factor is None):
            return _EITHER
        return _negated(self.fact(a)) if isinstance(factor, int | float) and factor < 0 else self.fact(a)


def _signs(value: Any) -> int:
    return (_PLUS if np.any(value == np.inf) else 0) | (_MINUS if np.any(value == -np.inf) else 0)


def _negated(signs: int) -> int:
    return (signs & _PLUS) << 1 | (signs & _MINUS) >> 1


def stays_infinite(op: Op, k: int, endless: Collection[Value]) -> bool:
    """Whether the partial by operand k is not finite where the result is not, whatever that operand is."""
    if op.prim.name in ("mul", "masked_mul"):
        return op.ins[1 - k] in endless
    if op.prim.name == "div":
        return k == 1 and op.ins[0] in endless
    if op.prim.name in _EXPONENTIAL:
        return op.out in endless
    return op.prim.name in ("pow", "float_power", "square", "cosh", "sinh", "hypot") and op.ins[0] in endless
