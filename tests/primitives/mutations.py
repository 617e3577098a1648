"""Copies of a primitive with one rule broken."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from symdiff.ir.build import V
from symdiff.ir.core import Prim
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
            yield f"the partial by {name}", dataclasses.replace(prim, partials=_item(prim.partials, k, factor))
    for k, rule in enumerate(prim.transpose or ()):
        if rule is not None:
            rules = (*prim.transpose[:k], _transpose(rule, factor), *prim.transpose[k + 1 :])  # type: ignore[index]
            yield f"the transpose by {prim.operands[k]}", dataclasses.replace(prim, transpose=rules)
    if prim.vjp is not None and prim.jvp is not None:
        for k, name in enumerate(prim.operands):
            yield f"the vjp by {name}", dataclasses.replace(prim, vjp=_item(prim.vjp, k, factor))
        yield "the jvp", dataclasses.replace(prim, jvp=_whole(prim.jvp, factor))


def times(result: Any, factor: float) -> Any:
    if isinstance(result, list):
        return [times(r, factor) for r in result]
    return None if result is None else result * factor


def _item(rule: Callable[..., Any], k: int, factor: float) -> Callable[..., Any]:
    return lambda *args, **params: tuple(times(r, factor) if j == k else r for j, r in enumerate(rule(*args, **params)))


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
    if prim.vjp is not None:
        for k, name in enumerate(prim.operands):
            yield name, dataclasses.replace(prim, vjp=_added(prim.vjp, k, lambda args: args[1]))


def _added(rule: Callable[..., Any], k: int, extra: Change) -> Callable[..., Any]:
    def broken(*args: Any, **params: Any) -> tuple[Any, ...]:
        found = rule(*args, **params)
        return tuple((extra(args) if r is None else r + extra(args)) if j == k else r for j, r in enumerate(found))

    return broken
