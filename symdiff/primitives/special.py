"""Special functions of SciPy.  A generated module imports SciPy only where the user's function calls one."""

from __future__ import annotations

from symdiff.primitives.declare import ELEMENTWISE, prim

_UNIT = ((0.1, 0.9),)
_TWO_BY_ROOT_PI, _ONE_BY_ROOT_2PI = 1.1283791670955126, 0.3989422804014327

# --- the error function and the normal distribution

erf = prim("erf", "x", ELEMENTWISE, numpy="scipy.special.erf(x)", scalar="math.erf(x)", sympy="erf(x)",
           rule="2/√π·e^(-{x}²)", partials=lambda b, y, x: (_TWO_BY_ROOT_PI * b.exp(-(x * x)),))  # fmt: skip
erfc = prim("erfc", "x", ELEMENTWISE, numpy="scipy.special.erfc(x)", scalar="math.erfc(x)", sympy="1 - erf(x)",
            rule="-2/√π·e^(-{x}²)", partials=lambda b, y, x: (-_TWO_BY_ROOT_PI * b.exp(-(x * x)),))  # fmt: skip
ndtr = prim("ndtr", "x", ELEMENTWISE, numpy="scipy.special.ndtr(x)", sympy="(1 + erf(x / sqrt(2))) / 2",
            rule="e^(-{x}²/2)/√(2π)", partials=lambda b, y, x: (_ONE_BY_ROOT_2PI * b.exp(-0.5 * (x * x)),))  # fmt: skip

# --- the logistic function and its inverse

expit = prim("expit", "x", ELEMENTWISE, numpy="scipy.special.expit(x)", sympy="1 / (1 + exp(-x))",
             rule="{out}·(1 - {out})", probes=(-800.0, 800.0), partials=lambda b, y, x: (y * (1 - y),))  # fmt: skip
log_expit = prim("log_expit", "x", ELEMENTWISE, numpy="scipy.special.log_expit(x)", sympy="-log(1 + exp(-x))",
                 rule="1/(1 + e^{x})", probes=(-800.0, 800.0), partials=lambda b, y, x: (b.expit(-x),))  # fmt: skip
logit = prim("logit", "x", ELEMENTWISE, numpy="scipy.special.logit(x)", sympy="log(x / (1 - x))", domain=_UNIT,
             rule="1/({x}·(1 - {x}))", unbounded=True, partials=lambda b, y, x: (1 / (x * (1 - x)),))  # fmt: skip
