"""Copies of a primitive with one rule broken."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from symdiff.ir import types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Family, Prim, Value
from symdiff.ir.types import Alt, AVal, Opt, Saved, Seq
from symdiff.primitives.declare import Accumulate

Change = Callable[[Any], Any]
FACTORS = {"doubled": 2, "a thousandth too large": 1.001, "negated": -1, "zeroed": 0}


def mutants(prim: Prim) -> Iterator[tuple[str, Prim]]:
    """(what was done, the broken copy) for every rule of the primitive and every factor."""
    for how, factor in FACTORS.items():
        for where, made in scaled(prim, factor):
            yield f"{where} {how}", made


def scaled(prim: Prim, factor: float) -> Iterator[tuple[str, Prim]]:
    """One copy per rule, with that rule's result multiplied."""
    if prim.partials is not None:
        for k, name in enumerate(prim.operands):
            yield (
                f"the partial by {name}",
                dataclasses.replace(prim, partials=_item(prim.partials, _meant(prim, k), factor)),
            )
    for k, rule in enumerate(prim.transpose or ()):
        if rule is not None:
            rules = (*prim.transpose[:k], _transpose(rule, factor), *prim.transpose[k + 1 :])
            yield f"the transpose by {prim.operands[k]}", dataclasses.replace(prim, transpose=rules)
    if isinstance(prim.vjp, Accumulate):
        yield f"the vjp by {prim.operands[0]}", dataclasses.replace(prim, vjp=_transpose(prim.vjp, factor))
    elif prim.vjp is not None:
        for k, name in enumerate(prim.operands):
            yield f"the vjp by {name}", dataclasses.replace(prim, vjp=_item(prim.vjp, _meant(prim, k), factor))
    if prim.jvp is not None:
        yield "the jvp", dataclasses.replace(prim, jvp=_whole(prim.jvp, factor))


def _meant(prim: Prim, k: int) -> range:
    """The entries of a vjp that belong to operand k: all that follow for a last `*xs`."""
    return range(k, 99) if prim.operands[k].startswith("*") else range(k, k + 1)


def times(result: Any, factor: float) -> Any:
    """A rule's result, or results, multiplied; no (co)tangent at all for a list or a record times 0."""
    if isinstance(result, (list, tuple)):
        return type(result)(times(r, factor) for r in result)
    if isinstance(result, V) and not isinstance(result.type, AVal):
        return V(result.b, structured(result.b, result.value, factor)) if factor else None
    return None if result is None else result * factor


def structured(b: Builder, x: Value, factor: float) -> Value:
    """A number, a list or a record, every number in it multiplied."""
    t = x.type
    if isinstance(t, Seq):
        element, inner = Value(t.elem), Builder()
        body = inner.block([Value(types.INT), element], [structured(inner, element, factor)])
        count = b.op("seq_len", x).value
        return b.emit("for", b.const(0), count, b.const(1), x, regions=[body], n_carry=0, n_xs=1)[0]
    if isinstance(t, Opt):
        return b.emit("opt_some", structured(b, b.op("opt_get", x, name="x").value, factor))[0]
    if isinstance(t, Alt):
        return b.emit("cond", b.op("alt_side", x).value, x, regions=[_side(t, k, factor) for k in (1, 0)])[0]
    if isinstance(t, Saved):
        (pack,) = (op for op in b.ops if x in op.outs)
        fields = b.emit("saved_unpack", x, types=tuple(v.type for v in pack.ins))
        return b.emit("saved_pack", *(structured(b, v, factor) for v in fields), name=t.name)[0]
    return b.op("mul", x, factor).value


def _side(t: Alt, number: int, factor: float) -> Block:
    b, record = Builder(), Value(t)
    fields = b.emit("alt_unpack", record, side=number)
    return b.block([record], b.emit("alt_pack", *(structured(b, v, factor) for v in fields), side=number, type=t))


def _item(rule: Callable[..., Any], meant: range, factor: float) -> Callable[..., Any]:
    return lambda *args, **params: tuple(
        times(r, factor) if j in meant else r for j, r in enumerate(rule(*args, **params))
    )


def _whole(rule: Callable[..., Any], factor: float) -> Callable[..., Any]:
    return lambda *args, **params: times(rule(*args, **params), factor)


def _transpose(rule: Any, factor: float) -> Any:
    if isinstance(rule, Accumulate):
        return Accumulate(lambda b, acc, ct, *ins, **params: _accumulated(rule, b, acc, ct, ins, params, factor))
    return _whole(rule, factor)


def _accumulated(rule: Accumulate, b: Any, acc: V, ct: V, ins: Any, params: Any, factor: float) -> Any:
    scaled_ct = times(ct, factor)
    return rule.rule(b, acc, scaled_ct, *ins, **params) if isinstance(scaled_ct, V) else acc


def wrong_one(prim: Prim) -> Iterator[tuple[str, Prim]]:
    """Copies in which a rule that gives nothing gives something: what is wrong with a rule that is zero."""
    if prim.partials is not None:
        for k, name in enumerate(prim.operands):
            yield name, dataclasses.replace(prim, partials=_added(prim.partials, k, lambda args: 1))
    if prim.vjp is not None and prim.family is not Family.STRUCTURE:
        for k, name in enumerate(prim.operands):
            yield name, dataclasses.replace(prim, vjp=_added(prim.vjp, k, lambda args: args[1]))


def _added(rule: Callable[..., Any], k: int, extra: Change) -> Callable[..., Any]:
    def broken(*args: Any, **params: Any) -> tuple[Any, ...]:
        found = rule(*args, **params)
        return tuple((extra(args) if r is None else r + extra(args)) if j == k else r for j, r in enumerate(found))

    return broken
