"""Choosing between values: where, maximum, clip, and what is like them, with products that masks survive.

The derivative of a choice is a mask, and a mask must hide even an infinite or NaN cotangent: rules choose (`select`)
instead of multiplying by 0 and 1.  At a tie two variables share the cotangent by halves, and a known constant wins its
ties: the derivative of max(x, 0) at 0 is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.ir.build import Builder, V
from symdiff.ir.core import Params
from symdiff.ir.types import Kind, Type
from symdiff.primitives.declare import ELEMENTWISE, Known, numeric, prim
from symdiff.primitives.kinks import AT_0, EQUAL, Place, either_0

Wins = Callable[[Builder, V, V], V]  # where the first operand is the result and the second is not


def _is_known(x: V) -> bool:
    return x.const is not None


def _total(parts: Sequence[Any]) -> Any:
    """The sum of the tangents that are there; None for none."""
    total = None
    for part in parts:
        total = part if total is None else total if part is None else total + part
    return total


# --- where, and select: the same for rules, but scalars stay scalars (np.where makes 0-d arrays of them)


def _where_vjp(b: Builder, ct: V, z: V, c: V, x: V, y: V) -> tuple[Any, ...]:
    return None, b.select(c, ct, 0.0), b.select(c, 0.0, ct)


def _where_jvp(b: Builder, ts: Sequence[V | None], z: V, c: V, x: V, y: V) -> V:
    _, tx, ty = ts
    return b.select(c, 0.0 if tx is None else tx, 0.0 if ty is None else ty)


def _select_text(params: Params, ins: tuple[Type, ...]) -> str:
    c, x, y = (numeric(t) for t in ins)
    if c.shape or x.shape or y.shape:
        return "np.where(c, x, y)"
    same = x == y or (x.dtype == y.dtype and x.pythonic and y.pythonic)
    return "x if c else y" if same and x.kind is not Kind.ARRAY else "np.where(c, x, y)[()]"


_TAKEN = "the derivative is that of the side taken, also where the condition changes"
_SIDES, _SIDED = ({"c": "true"}, {"c": "false"}), ("bool", (-2.0, 2.0), (-2.0, 2.0))
where = prim("where", "c x y", ELEMENTWISE, numpy="np.where(c, x, y)", masks=True, sympy="Piecewise((x, c), (y, True))",
             kinks=_TAKEN, assume=_SIDES, domain=_SIDED, rule=("", "[{c}]", "[not {c}]"), vjp=_where_vjp,
             jvp=_where_jvp)  # fmt: skip
select = prim("select", "c x y", ELEMENTWISE, numpy=_select_text, masks=True, sympy="Piecewise((x, c), (y, True))",
              kinks=_TAKEN, assume=_SIDES, domain=_SIDED, rule=("", "[{c}]", "[not {c}]"), vjp=_where_vjp,
              jvp=_where_jvp)  # fmt: skip

# --- the larger and the smaller


def _share(b: Builder, t: V, wins: Wins, own: V, other: V) -> V:
    """The part of t that belongs to `own`, one operand of a choice."""
    mine = wins(b, own, other)
    if _is_known(own) or _is_known(other):
        return b.select(mine, t, 0.0)
    return b.select(mine, t, b.select(b.eq(own, other), 0.5 * t, 0.0))


def _choice(wins: Wins) -> dict[str, Any]:
    def vjp(b: Builder, ct: V, z: V, x: V, y: V) -> tuple[Any, ...]:
        return tuple(None if _is_known(own) else _share(b, ct, wins, own, other) for own, other in ((x, y), (y, x)))

    def jvp(b: Builder, ts: Sequence[V | None], z: V, x: V, y: V) -> V | None:
        pairs = ((ts[0], x, y), (ts[1], y, x))
        found: V | None = _total([None if t is None else _share(b, t, wins, own, other) for t, own, other in pairs])
        return found

    return {"vjp": vjp, "jvp": jvp, "masks": True, "commutative": True}


def _larger(b: Builder, x: V, y: V) -> V:
    return b.op("gt", x, y, ufunc=True) if x.type.complex or y.type.complex else b.gt(x, y)


def _smaller(b: Builder, x: V, y: V) -> V:
    return b.op("lt", x, y, ufunc=True) if x.type.complex or y.type.complex else b.lt(x, y)


def _or_other_nan(wins: Wins) -> Wins:
    def either(b: Builder, x: V, y: V) -> V:
        number = isinstance(y.const, (int, float)) and y.const == y.const
        return wins(b, x, y) if number else b.logical_or(wins(b, x, y), b.isnan(y))

    return either


_TIES = "a tie of two variables is shared by halves; a known constant wins its ties"
_TABLE = (
    ((1.0, 1.0), (0.5, 0.5)),
    ((0.0, Known(0.0)), (0.0, None)),
    ((Known(0.0), 0.0), (None, 0.0)),
    ((Known(0), 0.0), (None, 0.0)),
)
_INF, _NAN = float("inf"), float("nan")
_ABOVE, _BELOW = ({"x": "y + p"}, {"y": "x + p"}), ("[{x} > {y}]", "[{y} > {x}]")
_MAX: dict[str, Any] = {
    "sympy": "Max(x, y)",
    "assume": _ABOVE,
    "rule": _BELOW,
    "kinks": _TIES,
    "places": EQUAL,
    "domain": ((0.0, 1.0), (0.2, 1.3)),
}
_MIN: dict[str, Any] = {**_MAX, "sympy": "Min(x, y)", "rule": ("[{x} < {y}]", "[{y} < {x}]")}

maximum = prim("maximum", "x y", ELEMENTWISE, numpy="np.maximum(x, y)", **_MAX, **_choice(_larger), table=_TABLE)
minimum = prim("minimum", "x y", ELEMENTWISE, numpy="np.minimum(x, y)", **_MIN, **_choice(_smaller), table=_TABLE)
fmax = prim("fmax", "x y", ELEMENTWISE, numpy="np.fmax(x, y)", **_MAX, **_choice(_or_other_nan(_larger)),
            table=(*_TABLE, ((_NAN, 1.0), (0.0, 1.0)), ((1.0, _NAN), (1.0, 0.0))))  # fmt: skip
fmin = prim("fmin", "x y", ELEMENTWISE, numpy="np.fmin(x, y)", **_MIN, **_choice(_or_other_nan(_smaller)),
            table=(*_TABLE, ((_NAN, 1.0), (0.0, 1.0)), ((1.0, _NAN), (1.0, 0.0))))  # fmt: skip

# --- clip(x, lo, hi) = minimum(maximum(x, lo), hi)


def _clip_shares(b: Builder, ts: Sequence[Any], x: V, lo: V, hi: V) -> tuple[Any, ...]:
    """What belongs to x, lo and hi of a cotangent given for each."""
    if _is_known(lo) and _is_known(hi):
        return (
            None if ts[0] is None else b.select(b.logical_and(_larger(b, x, lo), _smaller(b, x, hi)), ts[0], 0.0),
            None,
            None,
        )
    inside = b.maximum(x, lo)
    below = [None if t is None else _share(b, t, _smaller, inside, hi) for t in ts[:2]]
    own = None if below[0] is None else _share(b, below[0], _larger, x, lo)
    low = None if below[1] is None or _is_known(lo) else _share(b, below[1], _larger, lo, x)
    return own, low, None if ts[2] is None or _is_known(hi) else _share(b, ts[2], _smaller, hi, inside)


_CLIP_PIECES = (
    {"x": "lo + p", "hi": "lo + p + q"}, {"x": "lo - p", "hi": "lo + q"}, {"x": "hi + p", "lo": "hi - q"},
)  # fmt: skip
_CLIP_TABLE = (
    ((1.0, 1.0, 2.0), (0.5, 0.5, 0.0)), ((2.0, 1.0, 2.0), (0.5, 0.0, 0.5)), ((1.0, Known(0.0), 1.0), (0.5, None, 0.5)),
    ((0.0, Known(0.0), Known(1.0)), (0.0, None, None)), ((0.5, Known(0.0), Known(1.0)), (1.0, None, None)),
)  # fmt: skip
clip = prim("clip", "x lo hi", ELEMENTWISE, numpy="np.clip(x, lo, hi)", masks=True, sympy="Min(Max(x, lo), hi)",
            kinks=_TIES,
            places=(Place("{x} = {lo}", lambda z, x, lo, hi: x == lo),
                    Place("{x} = {hi}", lambda z, x, lo, hi: x == hi)),
            assume=_CLIP_PIECES,
            rule=("[{lo} < {x} < {hi}]", "[{x} < {lo}]", "[{x} > {hi}]"),
            domain=((-1.5, 1.5), (-1.0, -0.2), (0.2, 1.0)),
            table=_CLIP_TABLE,
            vjp=lambda b, ct, z, x, lo, hi: _clip_shares(b, (ct, ct, ct), x, lo, hi),
            jvp=lambda b, ts, z, x, lo, hi: _total(_clip_shares(b, ts, x, lo, hi)))  # fmt: skip

# --- signs

heaviside = prim("heaviside", "x y", ELEMENTWISE, numpy="np.heaviside(x, y)", masks=True,
                 sympy="Piecewise((0, x < 0), (y, Eq(x, 0)), (1, True))", assume=({"x": "p"}, {"x": "-p"}, {"x": "0"}),
                 rule=("0", "[{x} = 0]"), kinks="by x the derivative is 0, at the jump too",
                 places=AT_0,
                 table=(((0.0, 0.5), (0.0, 1.0)), ((1.0, 0.5), (0.0, 0.0))),
                 vjp=lambda b, ct, z, x, y: (None, b.select(b.eq(x, 0), ct, 0.0)),
                 jvp=lambda b, ts, z, x, y: None if ts[1] is None else b.select(b.eq(x, 0), ts[1], 0.0))  # fmt: skip


def _copysign_back(b: Builder, ct: V, z: V, x: V, y: V) -> tuple[Any, ...]:
    return by_sign(b, ct, x, _toward(b, x, y)) if x.type.inexact else None, None


def _toward(b: Builder, x: V, y: V) -> Any:
    return b.sign(x) * b.copysign(1.0, y)


copysign = prim("copysign", "x y", ELEMENTWISE, numpy="np.copysign(x, y)", scalar="math.copysign(x, y)", masks=True,
                sympy="Abs(x) * sign(y)", assume=({"x": "p", "y": "q"}, {"x": "-p", "y": "q"}, {"x": "-p", "y": "-q"}),
                rule=("sign {x}·sign {y}", "0"), kinks="by x the derivative is 0 at 0; by y it is 0, at the jump too",
                places=either_0,
                table=(((0.0, 1.0), (0.0, 0.0)), ((-2.0, 3.0), (-1.0, 0.0)), ((2.0, -0.0), (-1.0, 0.0))),
                vjp=_copysign_back,
                jvp=lambda b, ts, z, x, y: ts[0] and b.masked_mul(_toward(b, x, y), ts[0]))  # fmt: skip

# --- a product in which a masked zero wins over infinity and NaN

_MASKED_MUL = '''
def _masked_mul(d, p):
    """d * p, and 0 where d is 0 and p infinite or NaN: d was masked, p belongs to what was not taken."""
    finite = np.isfinite(p)
    if not (finite.all() if finite.ndim else finite):
        p = np.where(finite | (d != 0), p, 0).astype(np.result_type(d, p))
    return np.multiply(d, p)
'''


def taken(b: Builder, d: V, p: V, product: V) -> V:
    """A product with d's (co)tangent, where the result depends on d at all."""
    return b.select(b.logical_or(b.isfinite(p), b.ne(d, 0)), product, 0.0)


def of_one_kind(b: Builder, x: V) -> V:
    """x as a NumPy scalar where that decides the dtype of a product: it may be a Python number, or in float32."""
    t = x.type
    unclear = t.either and t.dtype != "f8"
    return b.op("convert", x, kind=Kind.NUMPY, dtype=t.dtype) if unclear else x


def guarded(b: Builder, d: V, p: V) -> V:
    """d * p, where a zero wins."""
    return b.op("masked_mul", of_one_kind(b, d), of_one_kind(b, p))


def product(b: Builder, d: V, p: V) -> V:
    """d * p in a rule: a (co)tangent times what may be infinite or NaN where the operation was not taken."""
    return guarded(b, d, p) if b.guards else d * p


def by_sign(b: Builder, d: V, x: V, sign: V) -> V:
    """d * sign, and 0 where x is 0, whatever d is; the sign of NaN is NaN."""
    return guarded(b, b.select(b.eq(x, 0), 0.0, d), sign) if b.guards else guarded(b, sign, d)


def _masked_jvp(b: Builder, ts: Sequence[V | None], z: V, d: V, p: V) -> Any:
    td, tp = ts
    return _total(
        [None if td is None else taken(b, d, p, guarded(b, td, p)), None if tp is None else guarded(b, d, tp)]
    )


masked_mul = prim("masked_mul", "d p", ELEMENTWISE, numpy="_masked_mul(d, p)", formula="d * p", masks=True,
                  helper=_MASKED_MUL,
                  sympy="d * p", rule=("{p}", "{d}"),
                  kinks="where d is 0 and p is not finite the result is 0, and so are the derivatives",
                  places=(Place("{d} = 0, {p} not finite", lambda z, d, p: (d == 0) & ~np.isfinite(p)),),
                  table=(((0.0, _INF), (0.0, 0.0)), ((0.0, _NAN), (0.0, 0.0)), ((0.0, 2.0), (2.0, 0.0))),
                  vjp=lambda b, ct, z, d, p: (taken(b, d, p, guarded(b, ct, p)), guarded(b, d, ct)),
                  jvp=_masked_jvp)  # fmt: skip

nan_to_num = prim("nan_to_num", "x", ELEMENTWISE, numpy="np.nan_to_num(x)", sympy="x", masks=True, rule="[{x} finite]",
                  kinks="of NaN and infinities the derivative is 0",
                  places=(Place("{x} not finite", lambda z, x: ~np.isfinite(x)),),
                  table=(((_NAN,), (0.0,)), ((_INF,), (0.0,))),
                  vjp=lambda b, ct, y, x: (b.select(b.isfinite(x), ct, 0.0),),
                  jvp=lambda b, ts, y, x: b.select(b.isfinite(x), ts[0], 0.0))  # fmt: skip
