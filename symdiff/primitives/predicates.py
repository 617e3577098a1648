"""Comparisons, logic, bits and rounding: piecewise constant, so nothing flows back through them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Op, Params
from symdiff.ir.types import Type
from symdiff.primitives.declare import CONSTANT, numeric, prim
from symdiff.primitives.kinks import AT_0, EQUAL, ROUNDED, TRUNCATED, Place, either_0

_KINKS = "piecewise constant: the derivative is 0"

eq = prim("eq", "x y", CONSTANT, places=EQUAL, numpy="x == y", ufunc="np.equal(x, y)", sympy="Eq(x, y)")
ne = prim("ne", "x y", CONSTANT, places=EQUAL, numpy="x != y", ufunc="np.not_equal(x, y)", sympy="Ne(x, y)")
lt = prim("lt", "x y", CONSTANT, places=EQUAL, numpy="x < y", ufunc="np.less(x, y)", sympy="x < y")
le = prim("le", "x y", CONSTANT, places=EQUAL, numpy="x <= y", ufunc="np.less_equal(x, y)", sympy="x <= y")
gt = prim("gt", "x y", CONSTANT, places=EQUAL, numpy="x > y", ufunc="np.greater(x, y)", sympy="x > y")
ge = prim("ge", "x y", CONSTANT, places=EQUAL, numpy="x >= y", ufunc="np.greater_equal(x, y)", sympy="x >= y")

logical_and = prim("logical_and", "x y", CONSTANT, numpy="np.logical_and(x, y)", scalar="x and y", places=either_0,
                   commutative=True, sympy="And(x, y)")  # fmt: skip
logical_or = prim("logical_or", "x y", CONSTANT, numpy="np.logical_or(x, y)", scalar="x or y", places=either_0,
                  commutative=True, sympy="Or(x, y)")  # fmt: skip
logical_xor = prim("logical_xor", "x y", CONSTANT, numpy="np.logical_xor(x, y)", commutative=True, sympy="Xor(x, y)",
                   places=either_0)  # fmt: skip
logical_not = prim("logical_not", "x", CONSTANT, places=AT_0, numpy="np.logical_not(x)", scalar="not x", sympy="Not(x)")


def _not_infer(ins: tuple[Type, ...], regions: tuple[()], **_: Any) -> tuple[Type, ...]:
    if numeric(ins[0]).shape:
        raise TypeError("the truth value of an array with more than one element is ambiguous")
    return (types.BOOL,)


not_ = prim("not_", "x", CONSTANT, infer=_not_infer, places=AT_0, numpy="not x", sympy="Not(x)")

bit_and = prim("bit_and", "x y", CONSTANT, numpy="x & y", ufunc="np.bitwise_and(x, y)", commutative=True,
               sympy="And(x, y)")  # fmt: skip
bit_or = prim("bit_or", "x y", CONSTANT, numpy="x | y", ufunc="np.bitwise_or(x, y)", commutative=True, sympy="Or(x, y)")
bit_xor = prim("bit_xor", "x y", CONSTANT, numpy="x ^ y", ufunc="np.bitwise_xor(x, y)", commutative=True,
               sympy="Xor(x, y)")  # fmt: skip
invert = prim("invert", "x", CONSTANT, numpy="~x", ufunc="np.invert(x)", sympy="Not(x)")
left_shift = prim("left_shift", "x y", CONSTANT, numpy="x << y", ufunc="np.left_shift(x, y)")
right_shift = prim("right_shift", "x y", CONSTANT, numpy="x >> y", ufunc="np.right_shift(x, y)")
gcd = prim("gcd", "x y", CONSTANT, numpy="np.gcd(x, y)", scalar="math.gcd(x, y)", commutative=True)
lcm = prim("lcm", "x y", CONSTANT, numpy="np.lcm(x, y)", scalar="math.lcm(x, y)", commutative=True)

isfinite = prim("isfinite", "x", CONSTANT, numpy="np.isfinite(x)", scalar="math.isfinite(x)", sympy="true")
isnan = prim("isnan", "x", CONSTANT, numpy="np.isnan(x)", scalar="math.isnan(x)", sympy="false")
isinf = prim("isinf", "x", CONSTANT, numpy="np.isinf(x)", scalar="math.isinf(x)", sympy="false")
signbit = prim("signbit", "x", CONSTANT, numpy="np.signbit(x)", sympy="x < 0", places=AT_0)


def _halves(op: Op) -> tuple[Place, ...]:
    """Halfway between two results of rounding: `np.round` scales the number first, `round` is exact."""
    digits = op.params.get("digits", op.params.get("decimals")) or 0

    def at(out: Any, x: Any) -> Any:
        if op.prim.name == "rounded":
            return Fraction(x) * Fraction(10) ** digits % 1 == Fraction(1, 2)
        return (x * 10.0**digits if digits >= 0 else x / 10.0**-digits) % 1 == 0.5

    return (Place(f"|{{x}} - {{out}}| = {0.5 / 10**digits:g}", at),)


floor = prim("floor", "x", CONSTANT, numpy="np.floor(x)", sympy="floor(x)", kinks=_KINKS, places=ROUNDED)
ceil = prim("ceil", "x", CONSTANT, numpy="np.ceil(x)", sympy="ceiling(x)", kinks=_KINKS, places=ROUNDED)
trunc = prim("trunc", "x", CONSTANT, numpy="np.trunc(x)", sympy="sign(x) * floor(Abs(x))", kinks=_KINKS,
             places=TRUNCATED)  # fmt: skip
rint = prim("rint", "x", CONSTANT, numpy="np.rint(x)", sympy="floor(x + Rational(1, 2))", kinks=_KINKS,
            places=_halves)  # fmt: skip


def _round_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "np.round(x)" if params.get("decimals") is None else "np.round(x, decimals)"


def _rounded_infer(ins: tuple[Type, ...], regions: tuple[()], digits: int | None = None) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if x.shape or x.complex:
        raise TypeError(f"{x} is no real scalar")
    return (types.INT if digits is None else x,)


def _rounded_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "round(x)" if params.get("digits") is None else "round(x, digits)"


# Python's `round` is exact in decimals where np.round is not, and asks the number itself: it has no other form.
rounded = prim("rounded", "x", CONSTANT, params=("digits",), infer=_rounded_infer, numpy=_rounded_text, kinks=_KINKS,
               places=_halves, raises=True)  # fmt: skip
round_ = prim("round", "x", CONSTANT, params=("decimals",), numpy=_round_text, kinks=_KINKS, places=_halves)


def _whole_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    for t in map(numeric, ins):
        if t.shape or t.dtype[0] not in "biu":
            raise TypeError(f"{t} is no integer")
    return (types.INT,)


# Whole numbers of Python, of any length: `math`'s, as there is nothing like them in NumPy.
factorial = prim("factorial", "x", CONSTANT, infer=_whole_infer, numpy="math.factorial(x)", raises=True,
                 samples=lambda rng: [((0,), {}), ((5,), {}), ((21,), {})])  # fmt: skip
comb = prim("comb", "x y", CONSTANT, infer=_whole_infer, numpy="math.comb(x, y)", raises=True,
            samples=lambda rng: [((5, 2), {}), ((3, 4), {}), ((60, 30), {})])  # fmt: skip
perm = prim("perm", "x y", CONSTANT, infer=_whole_infer, numpy="math.perm(x, y)", raises=True,
            samples=lambda rng: [((5, 2), {}), ((3, 4), {}), ((30, 20), {})])  # fmt: skip
isqrt = prim("isqrt", "x", CONSTANT, infer=_whole_infer, numpy="math.isqrt(x)", raises=True,
             samples=lambda rng: [((0,), {}), ((17,), {}), ((10**30,), {})])  # fmt: skip
