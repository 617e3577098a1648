"""Functions that are linear over the reals only: |x|, sign, real and imaginary part, conjugate, angle.

Cotangents are transposed, not conjugated (JAX's convention): with y real and x complex, the contribution to x is the
number d for which Re(d·t) is the tangent for every t.  So the derivative of |x| is conj(x)/|x|.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symdiff.ir import types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Params
from symdiff.ir.types import Kind, Type
from symdiff.primitives.choices import by_sign, guarded
from symdiff.primitives.declare import ELEMENTWISE, GENERAL, numeric, prim
from symdiff.primitives.kinks import AT_0


def _along(rule: Callable[[Builder, V, V, V], Any]) -> Callable[..., Any]:
    """The jvp of one operand from rule(b, t, y, x)."""

    def jvp(b: Builder, ts: Sequence[V | None], y: V, x: V) -> Any:
        return None if ts[0] is None else rule(b, ts[0], y, x)

    return jvp


def _unit(b: Builder, y: V, x: V) -> Any:
    """conj(x)/|x|, and 0 at 0."""
    return b.conj(x) / b.select(b.eq(y, 0), 1.0, y)


def _abs_vjp(b: Builder, ct: V, y: V, x: V) -> tuple[Any, ...]:
    return (by_sign(b, ct, y, _unit(b, y, x)) if x.type.complex else by_sign(b, ct, x, b.sign(x)),)


def _abs_along(b: Builder, t: V, y: V, x: V) -> Any:
    return b.real(b.masked_mul(_unit(b, y, x), t)) if x.type.complex else b.masked_mul(b.sign(x), t)


def _abs_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "abs(x)" if numeric(ins[0]).pythonic else "np.abs(x)"


_ABS: dict[str, Any] = {
    "masks": True, "sympy": "Abs(x)", "assume": ({"x": "p"}, {"x": "-p"}), "rule": "sign {x}",
    "complex_rule": ("conj sign {x}",),
    "kinks": "at 0 the derivative is 0",
    "places": AT_0,
    "table": (((0.0,), (0.0,)), ((-2.0,), (-1.0,))), "vjp": _abs_vjp, "jvp": _along(_abs_along),
}  # fmt: skip
abs_ = prim("abs", "x", ELEMENTWISE, numpy=_abs_text, ufunc="np.abs(x)", scalar="math.fabs(x)", **_ABS)
fabs = prim("fabs", "x", ELEMENTWISE, numpy="np.fabs(x)", scalar="math.fabs(x)", **_ABS)


def _sign_vjp(b: Builder, ct: V, y: V, x: V) -> tuple[Any, ...]:
    return (b.imag(ct * y) * 1j / _nonzero(b, x) if x.type.complex else None,)


def _sign_along(b: Builder, t: V, y: V, x: V) -> Any:
    return y * (b.imag(t / _nonzero(b, x)) * 1j) if x.type.complex else None


def _nonzero(b: Builder, x: V) -> V:
    return b.select(b.eq(x, 0), 1.0, x)


sign = prim("sign", "x", ELEMENTWISE, numpy="np.sign(x)", sympy="sign(x)", assume=({"x": "p"}, {"x": "-p"}), rule="0",
            complex_rule=("1j·Im(d_{out}·{out}) / {x}",),
            kinks="piecewise constant: the derivative is 0 (of complex numbers, at 0)", places=AT_0,
            table=(((0.0,), (0.0,)), ((2.0,), (0.0,))), vjp=_sign_vjp, jvp=_along(_sign_along))  # fmt: skip


def _part_text(name: str) -> Callable[[Params, tuple[Type, ...]], str]:
    def text(params: Params, ins: tuple[Type, ...]) -> str:
        return f"x.{name}" if numeric(ins[0]).pythonic else f"np.{name}(x)"

    return text


real = prim("real", "x", ELEMENTWISE, numpy=_part_text("real"), ufunc="np.real(x)", views=0, sympy="re(x)",
            rule="1", complex_rule=("1",),
            vjp=lambda b, ct, y, x: (ct,), jvp=_along(lambda b, t, y, x: b.real(t)))  # fmt: skip
imag = prim("imag", "x", ELEMENTWISE, numpy=_part_text("imag"), ufunc="np.imag(x)", views=0, sympy="im(x)",
            rule="0", complex_rule=("-1j",),
            vjp=lambda b, ct, y, x: (ct * -1j if x.type.complex else None,),
            jvp=_along(lambda b, t, y, x: b.imag(t) if x.type.complex else None))  # fmt: skip


def _made_of(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    if any(numeric(t).kind is not Kind.PYTHON or numeric(t).complex for t in ins):
        raise TypeError(f"Python's real numbers are needed, not {', '.join(map(str, ins))}")
    return (types.python("c16"),)


def _made_along(b: Builder, ts: Sequence[V | None], z: V, x: V, y: V) -> Any:
    """Of tangents that may be NumPy's numbers: Python's complex number takes them."""
    parts = [b.const(0.0) if t is None else t for t in ts]
    parts = [t if t.type == types.FLOAT else b.convert(t, kind=Kind.PYTHON, dtype="f8") for t in parts]
    return b.op("make_complex", *parts)


make_complex = prim(
    "make_complex", "x y", GENERAL, infer=_made_of, numpy="complex(x, y)", rule=("1", "1j"), complex_rule=("1", "1j"),
    numerical="two numbers side by side", vjp=lambda b, ct, z, x, y: (b.real(ct), -b.imag(ct)), jvp=_made_along,
    samples=lambda rng: [((0.5, -1.5), {}), ((-2.0, 0.25), {}), ((1.0, 3.0), {})],
)  # fmt: skip


def _conj_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "x.conjugate()" if numeric(ins[0]).pythonic else "np.conj(x)"


conj = prim("conj", "x", ELEMENTWISE, numpy=_conj_text, ufunc="np.conj(x)", sympy="conjugate(x)", rule="1",
            complex_rule=("conj d_{out}",),
            vjp=lambda b, ct, y, x: (b.conj(ct),), jvp=_along(lambda b, t, y, x: b.conj(t)))  # fmt: skip


def _angle_back(b: Builder, ct: V, y: V, x: V) -> tuple[Any, ...]:
    if not x.type.complex:
        return (None,)
    return (guarded(b, ct, -1j / x) if b.guards else ct * -1j / x,)


angle = prim("angle", "x", ELEMENTWISE, numpy="np.angle(x)", unbounded=True, sympy="arg(x)",
             assume=({"x": "p"}, {"x": "-p"}), rule="0", complex_rule=("-1j/{x}",),
             kinks="of a real number the derivative is 0, at the jump too", places=AT_0,
             vjp=_angle_back, jvp=_along(lambda b, t, y, x: b.imag(t / x) if x.type.complex else None))  # fmt: skip
