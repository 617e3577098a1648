"""Elementary functions.  A partial reads the result where that is cheaper than computing anything again."""

from __future__ import annotations

import math
from typing import Any

from symdiff.ir.build import Builder, V
from symdiff.ir.core import Params
from symdiff.ir.types import Type
from symdiff.primitives.declare import ELEMENTWISE, numeric, prim
from symdiff.primitives.kinks import AT_0, Place

_POSITIVE, _UNIT = ((0.2, 3.0),), ((-0.9, 0.9),)
_LN2, _LN10, _PI = 0.6931471805599453, 2.302585092994046, 3.141592653589793

# --- exponentials and logarithms

exp = prim("exp", "x", ELEMENTWISE, numpy="np.exp(x)", scalar="math.exp(x)", sympy="exp(x)", rule="e^{x} = {out}",
           unbounded=True, probes=(-800.0, 1000.0), partials=lambda b, y, x: (y,))  # fmt: skip
exp2 = prim("exp2", "x", ELEMENTWISE, numpy="np.exp2(x)", scalar="math.exp2(x)", sympy="2**x",
            rule="2^{x}·log 2 = {out}·log 2", unbounded=True, probes=(2000.0,),
            partials=lambda b, y, x: (y * _LN2,))  # fmt: skip
expm1 = prim("expm1", "x", ELEMENTWISE, numpy="np.expm1(x)", scalar="math.expm1(x)", sympy="exp(x) - 1",
             rule="e^{x} = {out} + 1", unbounded=True, probes=(-800.0, 1000.0),
             partials=lambda b, y, x: (y + 1,))  # fmt: skip
log = prim("log", "x", ELEMENTWISE, numpy="np.log(x)", scalar="math.log(x)", sympy="log(x)", rule="1/{x}",
           domain=_POSITIVE, unbounded=True, partials=lambda b, y, x: (1 / x,))  # fmt: skip
log2 = prim("log2", "x", ELEMENTWISE, numpy="np.log2(x)", scalar="math.log2(x)", sympy="log(x) / log(2)",
            rule="1/({x}·log 2)", domain=_POSITIVE, unbounded=True,
            partials=lambda b, y, x: (1 / (x * _LN2),))  # fmt: skip
log10 = prim("log10", "x", ELEMENTWISE, numpy="np.log10(x)", scalar="math.log10(x)", sympy="log(x) / log(10)",
             rule="1/({x}·log 10)", domain=_POSITIVE, unbounded=True,
             partials=lambda b, y, x: (1 / (x * _LN10),))  # fmt: skip
log1p = prim("log1p", "x", ELEMENTWISE, numpy="np.log1p(x)", scalar="math.log1p(x)", sympy="log(1 + x)",
             rule="1/(1 + {x})", domain=((-0.8, 3.0),), unbounded=True, probes=(-1.0,),
             partials=lambda b, y, x: (1 / (1 + x),))  # fmt: skip

_LOGISTIC = '''
def _logistic(x):
    """1 / (1 + e^-x) without overflow."""
    e = np.exp(-np.abs(x))
    return np.maximum(x >= 0.0, e) / (1.0 + e)
'''


def _logistic_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "1 / (1 + np.exp(-x))" if numeric(ins[0]).complex else "_logistic(x)"


logistic = prim("logistic", "x", ELEMENTWISE, numpy=_logistic_text, helper=_LOGISTIC, sympy="1 / (1 + exp(-x))",
                rule="{out}·(1 - {out})", probes=(-800.0, 800.0), partials=lambda b, y, x: (y * (1 - y),))  # fmt: skip

_GAP = '''
def _gap(x, y):
    """x - y, and 0 where both are the same infinity."""
    same = x == y
    return np.where(same, 0.0, x) - np.where(same, 0.0, y)
'''
gap = prim("gap", "x y", ELEMENTWISE, numpy="_gap(x, y)", helper=_GAP, sympy="x - y", rule=("1", "-1"),
           partials=lambda b, z, x, y: (1, -1))  # fmt: skip


def _gap_of(b: Builder, x: V, y: V) -> V:
    """x - y, of which an accumulator that starts at -inf makes no NaN; of a finite constant there is none to make."""
    known = (v.value.const for v in (x, y))
    return x - y if any(isinstance(c, int | float) and math.isfinite(c) for c in known) else b.gap(x, y)


logaddexp = prim("logaddexp", "x y", ELEMENTWISE, numpy="np.logaddexp(x, y)", commutative=True,
                 sympy="log(exp(x) + exp(y))", rule=("1/(1 + e^({y} - {x}))", "1/(1 + e^({x} - {y}))"),
                 probes=(-1000.0, 1000.0),
                 partials=lambda b, z, x, y: (b.logistic(_gap_of(b, x, y)), b.logistic(_gap_of(b, y, x))))  # fmt: skip
logaddexp2 = prim("logaddexp2", "x y", ELEMENTWISE, numpy="np.logaddexp2(x, y)", commutative=True,
                  sympy="log(2**x + 2**y) / log(2)", rule=("1/(1 + 2^({y} - {x}))", "1/(1 + 2^({x} - {y}))"),
                  probes=(-2000.0, 2000.0),
                  partials=lambda b, z, x, y: (
                      b.logistic(_LN2 * _gap_of(b, x, y)), b.logistic(_LN2 * _gap_of(b, y, x))))  # fmt: skip

# --- roots

_ROOT = "at 0 the derivative is infinite"
sqrt = prim("sqrt", "x", ELEMENTWISE, numpy="np.sqrt(x)", scalar="math.sqrt(x)", sympy="sqrt(x)",
            rule="1/(2√{x}) = 0.5/{out}", unbounded=True, domain=_POSITIVE, kinks=_ROOT, places=AT_0,
            partials=lambda b, y, x: (0.5 / y,))  # fmt: skip
cbrt = prim("cbrt", "x", ELEMENTWISE, numpy="np.cbrt(x)", scalar="math.cbrt(x)", sympy="x**Rational(1, 3)",
            assume=({"x": "p"},), domain=_POSITIVE, rule="1/(3·{out}²)", unbounded=True, kinks=_ROOT, places=AT_0,
            partials=lambda b, y, x: (1 / (3 * (y * y)),))  # fmt: skip


def _hypot_partials(b: Builder, z: V, x: V, y: V) -> tuple[Any, ...]:
    length = b.select(b.eq(z, 0), 1.0, z)
    return x / length, y / length


hypot = prim("hypot", "x y", ELEMENTWISE, numpy="np.hypot(x, y)", scalar="math.hypot(x, y)", commutative=True,
             sympy="sqrt(x**2 + y**2)", rule=("{x}/{out}", "{y}/{out}"), domain=((0.3, 2.0), (0.3, 2.0)),
             assume=({"x": "p"}, {"x": "-p"}, {"x": "0", "y": "q"}), kinks="at the origin the derivatives are 0",
             places=(Place("{x} = {y} = 0", lambda out, x, y: out == 0),),
             table=(((0.0, 0.0), (0.0, 0.0)), ((1e200, 0.0), (1.0, 0.0))), partials=_hypot_partials)  # fmt: skip

# --- trigonometric

sin = prim("sin", "x", ELEMENTWISE, numpy="np.sin(x)", scalar="math.sin(x)", sympy="sin(x)", rule="cos {x}",
           partials=lambda b, y, x: (b.cos(x),))  # fmt: skip
cos = prim("cos", "x", ELEMENTWISE, numpy="np.cos(x)", scalar="math.cos(x)", sympy="cos(x)", rule="-sin {x}",
           partials=lambda b, y, x: (-b.sin(x),))  # fmt: skip
tan = prim("tan", "x", ELEMENTWISE, numpy="np.tan(x)", scalar="math.tan(x)", sympy="tan(x)",
           rule="1 + tan² {x} = 1 + {out}²", unbounded=True, domain=((-1.2, 1.2),),
           partials=lambda b, y, x: (1 + y * y,))  # fmt: skip
arcsin = prim("arcsin", "x", ELEMENTWISE, numpy="np.arcsin(x)", scalar="math.asin(x)", sympy="asin(x)",
              rule="1/√(1 - {x}²)", domain=_UNIT, unbounded=True, probes=(-1.0, 1.0),
              partials=lambda b, y, x: (1 / b.sqrt((1 - x) * (1 + x)),))  # fmt: skip
arccos = prim("arccos", "x", ELEMENTWISE, numpy="np.arccos(x)", scalar="math.acos(x)", sympy="acos(x)",
              rule="-1/√(1 - {x}²)", domain=_UNIT, unbounded=True, probes=(-1.0, 1.0),
              partials=lambda b, y, x: (-1 / b.sqrt((1 - x) * (1 + x)),))  # fmt: skip
arctan = prim("arctan", "x", ELEMENTWISE, numpy="np.arctan(x)", scalar="math.atan(x)", sympy="atan(x)",
              rule="1/(1 + {x}²)", partials=lambda b, y, x: (1 / (1 + x * x),))  # fmt: skip


def _arctan2_partials(b: Builder, z: V, y: V, x: V) -> tuple[Any, ...]:
    # Divided twice by the length: its square would overflow or vanish long before it does.
    length = b.hypot(x, y)
    return x / length / length, -y / length / length


arctan2 = prim("arctan2", "y x", ELEMENTWISE, numpy="np.arctan2(y, x)", scalar="math.atan2(y, x)", sympy="atan2(y, x)",
               unbounded=True, rule=("{x}/({x}² + {y}²)", "-{y}/({x}² + {y}²)"), domain=((-2.0, 2.0), (0.3, 2.0)),
               table=(((0.0, 1e200), (1e-200, 0.0)), ((0.0, 1e-200), (1e200, 0.0))),
               partials=_arctan2_partials)  # fmt: skip


def _sinc_partials(b: Builder, y: V, x: V) -> tuple[Any, ...]:
    # Near 0 the closed form cancels: there the power series of (cos t - sin t / t) / t, t = πx.  Neither side sees
    # the other's arguments, which would overflow or divide by 0.
    t = x * _PI
    small = b.abs(t) < 0.3
    near = b.select(small, t, 0.0)
    s = near * near
    series = near * (-1 / 3 + s * (1 / 30 + s * (-1 / 840 + s * (1 / 45360 - s * (1 / 3991680)))))
    away = b.select(small, 1.0, t)
    return (b.select(small, series, (b.cos(away) - b.sin(away) / away) / away) * _PI,)


sinc = prim("sinc", "x", ELEMENTWISE, numpy="np.sinc(x)", sympy="sin(pi * x) / (pi * x)", rule="(cos π{x} - {out})/{x}",
            numerical="near 0 the rule is a truncated power series",
            kinks="the removable singularity at 0 is removed: the derivative is 0", places=AT_0,
            table=(((0.0,), (0.0,)), ((1e-6,), (-3.289868133694829e-06,))), partials=_sinc_partials)  # fmt: skip

# --- hyperbolic

sinh = prim("sinh", "x", ELEMENTWISE, numpy="np.sinh(x)", scalar="math.sinh(x)", sympy="sinh(x)", rule="cosh {x}",
            unbounded=True, probes=(-1000.0, 1000.0), partials=lambda b, y, x: (b.cosh(x),))  # fmt: skip
cosh = prim("cosh", "x", ELEMENTWISE, numpy="np.cosh(x)", scalar="math.cosh(x)", sympy="cosh(x)", rule="sinh {x}",
            unbounded=True, probes=(-1000.0, 1000.0), partials=lambda b, y, x: (b.sinh(x),))  # fmt: skip
tanh = prim("tanh", "x", ELEMENTWISE, numpy="np.tanh(x)", scalar="math.tanh(x)", sympy="tanh(x)",
            rule="1 - tanh² {x} = 1 - {out}²", probes=(-800.0, 800.0),
            partials=lambda b, y, x: (1 - y * y,))  # fmt: skip
arcsinh = prim("arcsinh", "x", ELEMENTWISE, numpy="np.arcsinh(x)", scalar="math.asinh(x)", sympy="asinh(x)",
               rule="1/√({x}² + 1)", partials=lambda b, y, x: (1 / b.sqrt(x * x + 1),))  # fmt: skip
arccosh = prim("arccosh", "x", ELEMENTWISE, numpy="np.arccosh(x)", scalar="math.acosh(x)", sympy="acosh(x)",
               rule="1/√({x}² - 1)", domain=((1.2, 3.0),), unbounded=True, probes=(1.0,),
               partials=lambda b, y, x: (1 / (b.sqrt(x - 1) * b.sqrt(x + 1)),))  # fmt: skip
arctanh = prim("arctanh", "x", ELEMENTWISE, numpy="np.arctanh(x)", scalar="math.atanh(x)", sympy="atanh(x)",
               rule="1/(1 - {x}²)", domain=_UNIT, unbounded=True, probes=(-1.0, 1.0),
               partials=lambda b, y, x: (1 / ((1 - x) * (1 + x)),))  # fmt: skip
