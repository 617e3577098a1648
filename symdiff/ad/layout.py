"""The positions of a structured operation's operands, region parameters and results, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symdiff.ir.core import Block, Op, Value

Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A `for` or `while` taken apart; of a `while`, `body` is the `after` region and `bounds`, `xs` are empty."""

    bounds: Values
    carry: Values
    xs: Values
    caps: Values
    body: Block
    index: Values  # the body's parameters, in four groups
    carry_params: Values
    x_params: Values
    cap_params: Values
    exit: Values  # the body's outs, in three groups
    carry_ends: Values
    y_ends: Values
    carry_outs: Values  # the operation's results
    ys: Values
    exit_outs: Values
    count: Value


def loop(op: Op) -> Loop:
    """The parts of a loop operation."""
    is_for = op.prim.name == "for"
    n, m = op.params["n_carry"], op.params["n_xs"] if is_for else 0
    skip, head = (1 if op.params.get("exit") else 0), (3 if is_for else 0)
    body = op.regions[0] if is_for else op.regions[1]
    carry, xs, caps = _split(op.ins[head:], n, m)
    lead = 1 if is_for else 0
    carry_params, x_params, cap_params = _split(body.params[lead:], n, m)
    return Loop(
        bounds=op.ins[:head],
        carry=carry,
        xs=xs,
        caps=caps,
        body=body,
        index=body.params[:lead],
        carry_params=carry_params,
        x_params=x_params,
        cap_params=cap_params,
        exit=body.outs[:skip],
        carry_ends=body.outs[skip : skip + n],
        y_ends=body.outs[skip + n :],
        exit_outs=op.outs[:skip],
        carry_outs=op.outs[skip : skip + n],
        ys=op.outs[skip + n : -1],
        count=op.outs[-1],
    )


def _split(values: Values, n: int, m: int) -> tuple[Values, Values, Values]:
    return values[:n], values[n : n + m], values[n + m :]


def select(values: Sequence[Value], flags: Sequence[bool]) -> list[Value]:
    return [v for v, flag in zip(values, flags, strict=True) if flag]
