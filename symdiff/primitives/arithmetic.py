"""Arithmetic: Python's operators and the NumPy functions behind them.

Powers by hand, since their rule has the most edge cases.  Of z = x ** y,

    ∂z/∂x = y·x^(y-1)   and exactly 0 where y = 0, also at x = 0 (x ** 0 is 1 everywhere)
    ∂z/∂y = z·log x     and exactly 0 where x = 0 (0 ** y is 0 for every y > 0); NaN for x < 0, for z is not real

and a constant exponent needs neither the logarithm nor the case distinction: of x ** 3 it is 3 * x ** 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.ir.build import Builder, V
from symdiff.ir.core import Op, Params
from symdiff.ir.types import AVal, Kind, Type
from symdiff.primitives.declare import CONSTANT, ELEMENTWISE, Known, numeric, prim
from symdiff.primitives.kinks import AT_0, RESULT_0, Place

_POSITIVE = ((0.2, 3.0),)
_JUMPS = "SymPy does not differentiate floor"


def _all_python(ins: tuple[Type, ...]) -> bool:
    return all(isinstance(t, AVal) and t.pythonic for t in ins)


def is_known(x: V) -> bool:
    """Whether a value is a constant number of the program."""
    return isinstance(x.const, (bool, int, float, complex))


pos = prim("pos", "x", ELEMENTWISE, numpy="+x", ufunc="np.positive(x)", sympy="x", rule="1",
           partials=lambda b, y, x: (1,))  # fmt: skip
neg = prim("neg", "x", ELEMENTWISE, numpy="-x", ufunc="np.negative(x)", sympy="-x", rule="-1",
           partials=lambda b, y, x: (-1,))  # fmt: skip
add = prim("add", "x y", ELEMENTWISE, numpy="x + y", ufunc="np.add(x, y)", commutative=True, sympy="x + y", rule="1",
           partials=lambda b, z, x, y: (1, 1))  # fmt: skip
sub = prim("sub", "x y", ELEMENTWISE, numpy="x - y", ufunc="np.subtract(x, y)", sympy="x - y", rule=("1", "-1"),
           partials=lambda b, z, x, y: (1, -1))  # fmt: skip
mul = prim("mul", "x y", ELEMENTWISE, numpy="x * y", ufunc="np.multiply(x, y)", commutative=True, sympy="x * y",
           rule=("{y}", "{x}"), partials=lambda b, z, x, y: (y, x))  # fmt: skip


def _div_partials(b: Builder, z: V, x: V, y: V) -> tuple[Any, ...]:
    if z.type.pythonic:  # Python's own division: it has raised if y is 0, so y is not
        return b.op("div", 1, y, safe=True), b.op("div", -z, y, safe=True)
    # A known numerator is not kept anyway; otherwise the result is, and x/y·1/y does not overflow where y² does.
    return 1 / y, -x / (y * y) if is_known(x) else -z / y


# `safe` says that y is not 0
div = prim("div", "x y", ELEMENTWISE, params=("safe",), numpy="x / y", ufunc="np.divide(x, y)", sympy="x / y",
           rule=("1/{y}", "-{x}/{y}²"), unbounded=True, domain=((-2.0, 2.0), (0.3, 2.0)),
           table=(((0.0, 1e-200), (1e200, 0.0)), ((Known(1.0), 2.0), (None, -0.25))),
           partials=_div_partials)  # fmt: skip
reciprocal = prim("reciprocal", "x", ELEMENTWISE, numpy="np.reciprocal(x)", sympy="1 / x", rule="-1/{x}² = -{out}²",
                  unbounded=True, domain=_POSITIVE, partials=lambda b, y, x: (-(y * y),))  # fmt: skip
floordiv = prim("floordiv", "x y", CONSTANT, numpy="x // y", ufunc="np.floor_divide(x, y)", sympy="floor(x / y)",
                kinks="piecewise constant: the derivative is 0",
                places=(Place("{x} % {y} = 0", lambda z, x, y: np.mod(x, y) == 0),))  # fmt: skip
mod = prim("mod", "x y", ELEMENTWISE, numpy="x % y", ufunc="np.remainder(x, y)", sympy="x - y * floor(x / y)",
           unbounded=True, numerical=_JUMPS, rule=("1", "-floor({x}/{y})"), domain=((0.2, 0.8), (1.1, 2.0)),
           kinks="at the jumps the derivative is that to the right", places=RESULT_0,
           table=(((2.0, 2.0), (1.0, -1.0)),),
           partials=lambda b, z, x, y: (1, -b.op("floordiv", x, y, ufunc=True)))  # fmt: skip
fmod = prim("fmod", "x y", ELEMENTWISE, numpy="np.fmod(x, y)", sympy="x - y * floor(x / y)", unbounded=True,
            numerical=_JUMPS, rule=("1", "-trunc({x}/{y})"), domain=((0.2, 0.8), (1.1, 2.0)),
            kinks="at the jumps the derivative is that away from 0",
            places=(Place("{out} = 0 ≠ {x}", lambda z, x, y: (z == 0) & (x != 0)),),
            table=(((6.0, 3.0), (1.0, -2.0)), ((-5.0, 3.0), (1.0, 1.0))),
            partials=lambda b, z, x, y: (1, -b.trunc(x / y)))  # fmt: skip
square = prim("square", "x", ELEMENTWISE, numpy="np.square(x)", sympy="x**2", rule="2·{x}",
              partials=lambda b, y, x: (2 * x,))  # fmt: skip

# --- powers

_POW = '''
def _pow(x, y):
    """x ** y of Python numbers, an error where the result is of another type: complex, or a float of two integers."""
    z = x ** y
    if isinstance(z, complex) or isinstance(z, float) and isinstance(x, int) and isinstance(y, int):
        raise ValueError(f"{x!r} ** {y!r} is {type(z).__name__}; this was compiled for a result of another type")
    return z
'''


def _pow_text(params: Params, ins: tuple[Type, ...]) -> str:
    """`safe` says that the type of a Python power is as inferred: the exponent is known, or the base not negative."""
    x, y = (numeric(t) for t in ins)
    if x.kind is Kind.ARRAY and x.dtype == "b1" and y.kind is not Kind.ARRAY and y.dtype == "i8":
        raise TypeError("in NumPy the dtype of a boolean array to an integer power depends on the power")
    complex_ = x.complex or y.complex
    return "_pow(x, y)" if _all_python(ins) and not complex_ and not params.get("safe") else "x ** y"


def _by_base(b: Builder, x: V, y: V) -> Any:
    if is_known(y):
        n = y.const
        return 0 if n == 0 else 1 if n == 1 else n * x ** (n - 1)
    one = 1.0 if y.type.inexact else 1
    return y * x ** b.select(b.eq(y, 0), one, y - 1)


def _by_exponent(b: Builder, z: V, x: V, y: V) -> Any:
    if is_known(y):
        return 0
    return z * b.log(x if is_known(x) and x.const != 0 else b.select(b.eq(x, 0), 1.0, x))


def _pow_partials(b: Builder, z: V, x: V, y: V) -> tuple[Any, ...]:
    return _by_base(b, x, y), _by_exponent(b, z, x, y)


_POW_TABLE = (
    ((0.0, 2.0), (0.0, 0.0)), ((0.0, 1.0), (1.0, 0.0)), ((0.0, 0.0), (0.0, 0.0)),
    ((2.0, 0.0), (0.0, 0.6931471805599453)), ((0.0, 3), (0.0, None)), ((0.0, 1), (1.0, None)), ((0.0, 0), (0.0, None)),
    ((-2.0, 3), (12.0, None)), ((-2.0, 0), (0.0, None)),
    ((-2.0, Known(3)), (12.0, None)), ((0.0, Known(2)), (0.0, None)), ((0.0, Known(1)), (1.0, None)),
    ((0.0, Known(0)), (0.0, None)),
    ((-2.0, Known(0)), (0.0, None)), ((-2.0, Known(-1)), (-0.25, None)), ((4.0, Known(0.5)), (0.25, None)),
    ((0.0, Known(2.5)), (0.0, None)),
    ((Known(2), 3.0), (None, 5.545177444479562)), ((Known(0), 3.0), (None, 0.0)), ((Known(0), 0.0), (None, 0.0)),
)  # fmt: skip


def _pow_places(op: Op) -> Sequence[Place]:
    """At 0, unless the exponent is known, and not that of a root, or the base is."""
    x, y = (v.const for v in op.ins)
    if isinstance(y, int | float):
        return AT_0 if 0 < y < 1 else ()
    if isinstance(x, int | float):
        return () if x else (Place("{y} = 0", lambda z, x, y: y == 0),)
    return AT_0


_POW_INFO: dict[str, Any] = {
    "unbounded": True, "sympy": "x**y", "assume": ({"x": "p"},), "partials": _pow_partials,
    "rule": ("{y}·{x}^({y}-1)", "{out}·log {x}"), "formula": "x ** y",
    "domain": ((0.2, 2.0), (-2.0, 2.0)), "table": _POW_TABLE,
    "kinks": "x^0 has derivative 0 by x, and 0^y by y, also at 0^0; of x^n with 0 < n < 1 it is infinite at 0",
    "places": _pow_places,
}  # fmt: skip
pow_ = prim("pow", "x y", ELEMENTWISE, params=("safe",), numpy=_pow_text, ufunc="np.power(x, y)", helper=_POW,
            **_POW_INFO)  # fmt: skip
float_power = prim("float_power", "x y", ELEMENTWISE, numpy="np.float_power(x, y)", **_POW_INFO)

# --- linear changes of unit

_DEGREES, _RADIANS = 57.29577951308232, 0.017453292519943295
deg2rad = prim("deg2rad", "x", ELEMENTWISE, numpy="np.deg2rad(x)", sympy="pi * x / 180", rule="π/180",
               partials=lambda b, y, x: (_RADIANS,))  # fmt: skip
radians = prim("radians", "x", ELEMENTWISE, numpy="np.radians(x)", scalar="math.radians(x)", sympy="pi * x / 180",
               rule="π/180", partials=lambda b, y, x: (_RADIANS,))  # fmt: skip
rad2deg = prim("rad2deg", "x", ELEMENTWISE, numpy="np.rad2deg(x)", sympy="180 * x / pi", rule="180/π",
               partials=lambda b, y, x: (_DEGREES,))  # fmt: skip
degrees = prim("degrees", "x", ELEMENTWISE, numpy="np.degrees(x)", scalar="math.degrees(x)", sympy="180 * x / pi",
               rule="180/π", partials=lambda b, y, x: (_DEGREES,))  # fmt: skip
