"""Stable forms, which the stabilise pass makes of the formulas that users write.

    softplus      log(1 + e^x)                 derivative the logistic of x
    softmax       e^x / Σ e^x along an axis    d_x = y · (d_y - Σ d_y · y)
    log_softmax   x - log Σ e^x                d_x = d_y - e^y · Σ d_y

None overflows for finite x, and infinities come out as in the formula.  The logistic is in `functions.py`, log Σ exp in
`reductions.py`.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir.core import REGISTRY, Params
from symdiff.ir.types import Type
from symdiff.primitives import axes
from symdiff.primitives.axes import draws, function
from symdiff.primitives.choices import guarded, product
from symdiff.primitives.declare import CONSTANT, ELEMENTWISE, GENERAL, numeric, prim

_SOFTPLUS = '''
def _softplus(x):
    """log(1 + e^x) without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
'''


def _softplus_text(params: Params, ins: tuple[Type, ...]) -> str:
    if numeric(ins[0]).complex:
        raise TypeError("the stable form is of real numbers")
    return "_softplus(x)"


softplus = prim("softplus", "x", ELEMENTWISE, numpy=_softplus_text, helper=_SOFTPLUS, sympy="log(1 + exp(x))",
                rule="1/(1 + e^-{x})", scalar="max(x, 0.0) + math.log1p(math.exp(-abs(x)))",
                probes=(-800.0, 0.0, 800.0), partials=lambda b, y, x: (b.logistic(x),))  # fmt: skip


def _along_infer(ins: tuple[Type, ...], regions: tuple[()], axis: axes.Axis) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if x.dtype[0] != "f" or not x.shape:
        raise TypeError(f"an array of real numbers is needed, not {x}")
    axes.normalize(axis, x.rank)
    return axes.array_result(x.shape, x.dtype)


def _softmax_back(b: Any, ct: Any, y: Any, x: Any, axis: axes.Axis) -> tuple[Any]:
    own = product(b, ct, y)
    total = b.sum(own, axis=axis, keepdims=True)
    return (own - (guarded(b, total, y) if b.guards else y * total),)


def _softmax_along(b: Any, ts: Any, y: Any, x: Any, axis: axes.Axis) -> Any:
    own = ts[0] * y
    return own - y * b.sum(own, axis=axis, keepdims=True)


def _log_softmax_back(b: Any, ct: Any, y: Any, x: Any, axis: axes.Axis) -> tuple[Any]:
    total = b.sum(ct, axis=axis, keepdims=True)
    return (ct - (guarded(b, total, b.exp(y)) if b.guards else b.exp(y) * total),)


def _log_softmax_along(b: Any, ts: Any, y: Any, x: Any, axis: axes.Axis) -> Any:
    return ts[0] - b.sum(b.exp(y) * ts[0], axis=axis, keepdims=True)


_SOFTMAX = '''
def _softmax(x, axis):
    """exp(x) / sum(exp(x)) along an axis without overflow."""
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    e /= np.sum(e, axis=axis, keepdims=True)
    return e
'''
_LOG_SOFTMAX = '''
def _log_softmax(x, axis):
    """x - log(sum(exp(x))) along an axis without overflow; infinities as the formula has them."""
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    z = x - np.where(np.isfinite(top), top, top.dtype.type(0))
    z -= np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
    return z
'''
_ALONG: dict[str, Any] = {
    "params": ("axis",), "infer": _along_infer, "numerical": "sums over an axis have no SymPy form",
    "samples": draws((((3, 4),), {"axis": 1}), (((5,),), {"axis": 0}), (((2, 3, 4),), {"axis": (0, -1)}),
                     (((2, 3),), {"axis": None})),
}  # fmt: skip
softmax = prim("softmax", "x", GENERAL, numpy=function("_softmax", "x, axis"), helper=_SOFTMAX,
               vjp=_softmax_back, jvp=_softmax_along, rule="{out} · (d_{out} - Σ d_{out} · {out})",
               latex=r"\operatorname{softmax} x",
               **_ALONG)  # fmt: skip
log_softmax = prim("log_softmax", "x", GENERAL, numpy=function("_log_softmax", "x, axis"), helper=_LOG_SOFTMAX,
                   vjp=_log_softmax_back, jvp=_log_softmax_along, rule="d_{out} - e^{out} · Σ d_{out}",
                   latex=r"\log \operatorname{softmax} x",
               **_ALONG)  # fmt: skip


def _peak_infer(ins: tuple[Type, ...], regions: tuple[()], axis: axes.Axis) -> tuple[Type, ...]:
    found: tuple[Type, ...] = REGISTRY["max"].infer(ins, regions, axis=axis, keepdims=True)
    return found


# What the shared exponential is taken relative to; made after differentiation, and no constant is too small for it.
peak = prim("peak", "x", CONSTANT, infer=_peak_infer, params=("axis",),
            numpy="x.max(axis=axis, keepdims=True, initial=-np.inf)")  # fmt: skip
