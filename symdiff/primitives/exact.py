"""Sums and lengths of `math`, which rounds once where NumPy rounds at each step."""

from __future__ import annotations

from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.types import Type
from symdiff.primitives.axes import draws, filled, same
from symdiff.primitives.choices import guarded
from symdiff.primitives.declare import GENERAL, LINEAR, numeric, prim
from symdiff.primitives.kinks import RESULT_0


def _vectors(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    found = [numeric(t) for t in ins]
    if any(t.rank != 1 or t.complex for t in found):
        raise TypeError(f"vectors of real numbers are needed, not {', '.join(map(str, found))}")
    same([t.shape for t in found], found[0].shape[0], found[-1].shape[0])
    return (types.FLOAT,)


def _numbers(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    if any(numeric(t).rank or numeric(t).complex for t in ins):
        raise TypeError("real numbers are needed")
    return (types.FLOAT,)


def _length(b: Any, y: Any) -> Any:
    """y, and 1 where it is 0: the quotient by it is then 0, the convention at the kink."""
    return b.select(b.eq(y, 0), 1.0, y)


def _dist_back(b: Any, ct: Any, y: Any, p: Any, q: Any) -> tuple[Any, Any]:
    length = _length(b, y)
    d_p = guarded(b, ct, (p - q) / length) if b.guards else (p - q) * (ct / length)
    return d_p, -d_p


def _dist_along(b: Any, ts: Any, y: Any, p: Any, q: Any) -> Any:
    t_p, t_q = ts
    moved = t_p if t_q is None else -t_q if t_p is None else t_p - t_q
    return b.sum((p - q) * moved) / _length(b, y)


def _hypot_back(b: Any, ct: Any, y: Any, *xs: Any) -> list[Any]:
    length = _length(b, y)
    if b.guards:
        return [guarded(b, ct, x / length) for x in xs]
    scale = ct / length
    return [scale * x for x in xs]


def _hypot_along(b: Any, ts: Any, y: Any, *xs: Any) -> Any:
    first, *rest = [x * t for x, t in zip(xs, ts, strict=True) if t is not None]
    return sum(rest, first) / _length(b, y)


def _hypot_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"math.hypot({', '.join(f'xs{k}' for k in range(len(ins)))})"


_ROUNDED = "a sum or length of many, tested by differences"
_AT_0 = "where the length is 0 the derivatives are 0"
fsum = prim(
    "fsum",
    "x",
    LINEAR,
    infer=_vectors,
    numpy="math.fsum(x)",
    rule=("1",),
    numerical=_ROUNDED,
    transpose=(lambda b, ct, x: filled(b, ct, x),),
    samples=draws((((4,),), {}), (((1,),), {}), (((3,),), {})),
)
dist = prim("dist", "p q", GENERAL, infer=_vectors, numpy="math.dist(p, q)", vjp=_dist_back, jvp=_dist_along,
    rule=("({p} - {q})/{out}", "({q} - {p})/{out}"), kinks=_AT_0, places=RESULT_0, numerical=_ROUNDED,
    samples=draws((((3,), (3,)), {}), (((1,), (1,)), {}), (((4,), (4,)), {})))  # fmt: skip
length = prim("length", "*xs", GENERAL, infer=_numbers, numpy=_hypot_text, vjp=_hypot_back, jvp=_hypot_along,
    rule=("{xs}/{out}",), kinks=_AT_0, places=RESULT_0, numerical=_ROUNDED,
    samples=lambda rng: [((0.5, -1.5, 2.0), {}), ((1.0, 2.0, 3.0, 0.25), {}), ((-0.75,), {})])  # fmt: skip
