"""Special functions of SciPy.  A generated module imports SciPy only where the user's function calls one."""

from __future__ import annotations

import numpy as np

from symdiff.ir.core import Params, Prim
from symdiff.ir.types import AVal, Kind, Type
from symdiff.primitives.axes import function
from symdiff.primitives.declare import ELEMENTWISE, GENERAL, numeric, prim
from symdiff.primitives.reductions import logsumexp
from symdiff.primitives.stable import log_softmax, softmax

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

# --- the logarithm of the gamma function and its derivatives

_POLYGAMMA = '''
def _polygamma(n, x):
    """The derivative of order n + 1 of log |gamma(x)| of a float, by its asymptotic series; NaN at the poles."""
    if x <= 0 and x == math.floor(x) or not math.isfinite(x):
        return x if x == math.inf and n == 0 else 0.0 if x == math.inf else math.nan
    if x < 0:  # reflected: the polynomial in cot(pi x) is the n-th derivative of pi cot(pi x)
        c, p = 1 / math.tan(math.pi * math.fmod(x, 1.0)), [0.0, math.pi]
        for _ in range(n):
            d = [k * a for k, a in enumerate(p)][1:]
            p = [-math.pi * a for a in [u + v for u, v in zip(d + [0.0, 0.0], [0.0, 0.0] + d)]]
        return (-1) ** n * _polygamma(n, 1.0 - x) - sum(a * c ** k for k, a in enumerate(p))
    total, sign = 0.0, (-1) ** (n + 1)
    while x < 20.0 + n:
        total += sign * math.factorial(n) / x ** (n + 1)
        x += 1.0
    series = math.log(x) if n == 0 else sign * math.factorial(n - 1) / x ** n
    series += sign * math.factorial(n) / (2 * x ** (n + 1))
    bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)
    for k, b in enumerate(bernoulli, 1):
        series += sign * b * math.factorial(2 * k + n - 1) / (math.factorial(2 * k) * x ** (2 * k + n))
    return total + series
'''


def _polygamma_text(params: Params, ins: tuple[Type, ...]) -> str:
    """Floats do without SciPy: their function may have called `math.lgamma`."""
    kind = numeric(ins[0]).kind
    if kind is Kind.PYTHON:
        return "_polygamma(n, float(x))"
    if params["n"] == 0:
        return "scipy.special.digamma(x)"
    return "scipy.special.polygamma(n, x)" + ("" if kind is Kind.ARRAY else "[()]")


def _polygamma_infer(ins: tuple[Type, ...], regions: tuple[()], n: int) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if x.complex or x.either:
        raise TypeError("polygamma: a real number of known kind is needed")
    return (AVal(x.kind, x.shape, "f4" if x.dtype == "f4" and n == 0 else "f8"),)


polygamma = prim("polygamma", "x", GENERAL, params=("n",), infer=_polygamma_infer, numpy=_polygamma_text,
                 helper=_POLYGAMMA, unbounded=True, numerical="its order is a parameter",
                 vjp=lambda b, ct, y, x, n: (b.masked_mul(ct, b.polygamma(x, n=n + 1)),),
                 jvp=lambda b, ts, y, x, n: b.masked_mul(ts[0], b.polygamma(x, n=n + 1)),
                 samples=lambda rng: [((rng.uniform(0.5, 3.0, 3),), {"n": 0}), ((-0.3,), {"n": 1}),
                                      ((np.float64(1.7),), {"n": 2})])  # fmt: skip
gammaln = prim("gammaln", "x", ELEMENTWISE, numpy="scipy.special.gammaln(x)", scalar="math.lgamma(x)",
               sympy="loggamma(x)", numerical="a series on floats", domain=((0.3, 4.0),), unbounded=True,
               rule="ψ({x})", partials=lambda b, y, x: (b.polygamma(x, n=0),))  # fmt: skip


def _gamma_text(params: Params, ins: tuple[Type, ...]) -> str:
    if numeric(ins[0]).complex:
        raise TypeError("gamma: a real number is needed")
    return "scipy.special.gamma(x)"


gamma = prim("gamma", "x", ELEMENTWISE, numpy=_gamma_text, scalar="math.gamma(x)", sympy="gamma(x)",
             numerical="a series on floats", domain=((0.3, 4.0),), unbounded=True, rule="{out}·ψ({x})",
             partials=lambda b, y, x: (y * b.polygamma(x, n=0),))  # fmt: skip

# --- SciPy's own forms of what `reductions` and `stable` have


def _of_scipy(name: str, rules: Prim, *keywords: str) -> Prim:
    """A function along axes with the rules of a primitive."""
    facts = {k: v for k, v in rules.info.items() if k in ("rule", "numerical", "samples")}
    text = function(f"scipy.special.{name}", "x", *keywords)
    return prim(f"scipy_{name}", "x", GENERAL, params=keywords, infer=rules.infer, numpy=text, vjp=rules.vjp,
                jvp=rules.jvp, **facts)  # fmt: skip


scipy_logsumexp = _of_scipy("logsumexp", logsumexp, "axis", "keepdims")
scipy_softmax = _of_scipy("softmax", softmax, "axis")
scipy_log_softmax = _of_scipy("log_softmax", log_softmax, "axis")
