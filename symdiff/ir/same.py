"""Equality of programs: of their text, but for the names that values without one get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.ir.core import Function, Program, Value


def same(a: Program, b: Program, locs: bool = False) -> bool:
    """Whether two programs are one program: equal but for the identity of their values."""
    return (
        a.entry == b.entry
        and dict(a.records) == dict(b.records)
        and list(a.functions) == list(b.functions)
        and all(_same_function(f, b.functions[name], locs) for name, f in a.functions.items())
    )


def _same_function(f: Function, g: Function, locs: bool) -> bool:
    if f.name != g.name or f.dims != g.dims:
        return False
    of: dict[Value, Value] = {}
    todo = [(f.body, g.body)]
    pairs: list[tuple[Value, Value]] = []
    while todo:
        left, right = todo.pop()
        if len(left.ops) != len(right.ops) or not _define(left.params, right.params, of):
            return False
        for p, q in zip(left.ops, right.ops, strict=True):
            alike = p.prim is q.prim and p.params == q.params and (not locs or p.loc == q.loc)
            alike = alike and len(p.ins) == len(q.ins) and len(p.regions) == len(q.regions)
            if not alike or not _define(p.outs, q.outs, of):
                return False
            pairs += zip(p.ins, q.ins, strict=True)
            todo += zip(p.regions, q.regions, strict=True)
        if len(left.outs) != len(right.outs):
            return False
        pairs += zip(left.outs, right.outs, strict=True)
    return all(of.get(v) is w for v, w in pairs)


def _define(left: Sequence[Value], right: Sequence[Value], of: dict[Value, Value]) -> bool:
    of.update(zip(left, right, strict=False))
    return len(left) == len(right) and all(
        v.type == w.type and v.hint == w.hint and same_constant(v.const, w.const)
        for v, w in zip(left, right, strict=True)
    )


def same_constant(x: Any, y: Any) -> bool:
    """Equality of constants that tells 1 from 1.0 and True, and -0.0 from 0.0."""
    return type(x) is type(y) and repr(x) == repr(y)
