"""Sums and products that begin with a number: `np.sum(x, axis=1, initial=s)`, which NumPy adds before the elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.ir.core import Params
from symdiff.ir.types import Type
from symdiff.primitives import axes
from symdiff.primitives.axes import Axis, draws, filled, keep
from symdiff.primitives.choices import product
from symdiff.primitives.declare import GENERAL, LINEAR, numeric, prim
from symdiff.primitives.reductions import prod_along, prod_back

_P = ("axis", "keepdims")
_ORDER = "biufc"


def _infer(ins: tuple[Type, ...], regions: tuple[()], axis: Axis = None, keepdims: bool = False) -> tuple[Type, ...]:
    x, initial = map(numeric, ins)
    dtype = axes.summed(x.dtype)
    if initial.shape or _ORDER.index(initial.dtype[0]) > _ORDER.index(dtype[0]):
        raise TypeError(f"initial= is a number of {dtype}, not {initial}")
    return axes.result(axes.reduced(x.shape, axis, keepdims), dtype)


def _text(name: str) -> Callable[[Params, tuple[Type, ...]], str]:
    def text(params: Params, ins: tuple[Type, ...]) -> str:
        given = [f"{k}={k}" for k in _P if k in params]
        return f"np.{name}({', '.join(['x', *given, 'initial=initial'])})"

    return text


def _sum_back(b: Any, ct: Any, x: Any, initial: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return filled(b, keep(b, ct, x, axis, keepdims), x)


def _prod_back(b: Any, ct: Any, y: Any, x: Any, initial: Any, **p: Any) -> tuple[Any, Any]:
    return (*prod_back(b, product(b, ct, initial), y, x, **p), product(b, ct, b.prod(x, **p)))


def _prod_along(b: Any, ts: Any, y: Any, x: Any, initial: Any, **p: Any) -> Any:
    parts = []
    if ts[0] is not None:
        parts.append(prod_along(b, ts, y, x, **p) * initial)
    if ts[1] is not None:
        parts.append(b.prod(x, **p) * ts[1])
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


_ROWS = draws((((3, 4), ()), {}), (((2, 3), ()), {"axis": 1, "keepdims": True}), (((3, 2), ()), {"axis": 0}))

sum_from = prim("sum_from", "x initial", LINEAR, params=_P, infer=_infer, numpy=_text("sum"),
    transpose=(_sum_back, lambda b, ct, *ins, **p: ct), rule=("1", "1"), numerical="sums have no SymPy form",
    samples=_ROWS)  # fmt: skip
prod_from = prim("prod_from", "x initial", GENERAL, params=_P, infer=_infer, numpy=_text("prod"), vjp=_prod_back,
    jvp=_prod_along, rule=("{initial} · ∏ of the others", "∏ x"),
    numerical="products over an axis have no SymPy form", samples=_ROWS)  # fmt: skip
