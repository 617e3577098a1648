"""Rewriting by a table: a row looks at one operation and may answer with a better value for its result.

A row's `rewrite(site)` emits into `site.b` and returns the new value (values, where the operation has several
results), or None where it does not apply.  The engine checks that types are unchanged, kind and dtype included: a
row that would change one does not fire.  New operations are looked at again, with a budget per original operation.
What lost its last reader is left to `dce`.
An operation whose warnings are exceptions (`symdiff.ir.errstate`) is left as it is.
`sound` says in one sentence where the row is exact or stable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from symdiff.ir import errstate
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Function, Literal, Op, Program, Value
from symdiff.ir.effects import may_raise
from symdiff.ir.loops import first_capture
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal, KindError
from symdiff.passes.regions import map_functions, rebuilt, same_block, substitute
from symdiff.passes.report import Report

_BUDGET = 24  # rewrites of rewrites, per operation of the program


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    prims: tuple[str, ...]
    rewrite: Callable[[Site], Any]
    sound: str


@dataclass(slots=True)
class Site:
    """One operation in its block: `source(v)` is the operation that v comes from, `uses(v)` how often v is read."""

    op: Op
    b: Builder
    sources: Mapping[Value, Op]
    readers: Mapping[Value, int]
    absorbed: list[Op] = field(default_factory=list)  # may go if unread: the answer raises what they do, or cannot fail

    def source(self, v: Value, *prims: str) -> Op | None:
        """The operation of this block that defines v, if it is one of these primitives, under the same handling."""
        op = self.sources.get(v)
        if op is None or (prims and op.prim.name not in prims):
            return None
        return None if errstate.of(op) != errstate.of(self.op) and errstate.signals(op) else op

    def uses(self, v: Value) -> int:
        return self.readers[v]

    def number(self, v: Value) -> Any:
        """The number that a scalar constant is, or None."""
        return None if isinstance(v.const, Literal) else v.const

    def is_number(self, v: Value, number: float) -> bool:
        """Whether v is this constant (of any number type but bool)."""
        c = self.number(v)
        return c is not None and not isinstance(c, bool) and c == number

    def v(self, x: Value) -> V:
        return V(self.b, x)


def number_type(v: Value) -> AVal:
    assert isinstance(v.type, AVal)
    return v.type


class Rewriter:
    """Applies rows to every block of a program until none fires."""

    def __init__(self, rows: Sequence[Row], report: Report | None = None) -> None:
        self.report = report if report is not None else Report()
        self.rows: dict[str, list[Row]] = {}
        for row in rows:
            for name in row.prims:
                self.rows.setdefault(name, []).append(row)

    def program(self, program: Program) -> Program:
        return map_functions(program, self.function)

    def function(self, f: Function) -> Function:
        body = run_steps(self.block(f.body, {}))
        return f if body is f.body else Function(f.name, body, f.dims)

    def block(self, block: Block, known: Mapping[Value, Value]) -> Steps:
        """`known`: parameters that are constants, by the constant outside."""
        if not known and not any(op.regions or op.prim.name in self.rows for op in block.ops):
            return block
        here = _Here(self, block, known)
        while here.todo:
            op, budget = here.next()
            if budget and here.rewrite(op, budget):
                continue
            if op.regions:
                regions = []
                for region in op.regions:
                    regions.append((yield self.block(region, _constants(op, region))))
                op = rebuilt(op, op.ins, op.outs, regions)
            here.keep(op)
        return here.finish()


def _constants(op: Op, region: Block) -> dict[Value, Value]:
    """The parameters of a region that are captured constants."""
    captured = op.ins[first_capture(op) :]
    pairs = zip(region.params[len(region.params) - len(captured) :], captured, strict=True)
    return {p: v for p, v in pairs if v.const is not None and not isinstance(v.const, Literal)}


def _is_plain(op: Op) -> bool:
    """Whether an operation does nothing but compute its results."""
    return bool(op.outs) and not (op.regions or op.prim.effect or op.prim.name == "call" or may_raise(op))


class _Here:
    """The state of one block while it is rewritten."""

    def __init__(self, rewriter: Rewriter, block: Block, known: Mapping[Value, Value]) -> None:
        self.rewriter, self.old = rewriter, block
        self.todo: list[tuple[Op, int]] = [(op, _BUDGET) for op in reversed(block.ops)]
        self.ops: list[Op] = []
        self.env: dict[Value, Value] = {}
        self.sources: dict[Value, Op] = {}
        self.readers = Counter(v for op in block.ops for v in op.ins)
        self.readers.update(block.outs)
        self.named: dict[Value, Value] = {}
        self.absorbed: set[Op] = set()
        if block.ops:
            self.site = Site(block.ops[0], Builder(), self.sources, self.readers)
        for p, outside in known.items():
            if self.readers[p]:
                b = Builder()
                self.env[p] = b.const(outside.const, number_type(outside))
                self.ops += b.ops

    def next(self) -> tuple[Op, int]:
        op, budget = self.todo.pop()
        if self.env and any(v in self.env for v in op.ins):
            op = rebuilt(op, [self.resolve(v) for v in op.ins], op.outs, op.regions)
        return op, budget

    def resolve(self, v: Value) -> Value:
        while v in self.env:
            v = self.env[v]
        return v

    def keep(self, op: Op) -> None:
        self.ops.append(op)
        self.sources.update((v, op) for v in op.outs)

    def rewrite(self, op: Op, budget: int) -> bool:
        rows = self.rewriter.rows.get(op.prim.name)
        if not rows or errstate.observed(op):
            return False
        for row in rows:
            site = self.unused_site(op)
            b, found = site.b, _tried(row, site)
            if found is None:
                continue
            results = found if isinstance(found, (tuple, list)) else (found,)
            values = [b.value(r) for r in results]
            if [v.type for v in values] != [v.type for v in op.outs]:
                continue
            self.replace(op, values, b.ops, budget)
            self.absorbed.update(op for op in site.absorbed if not errstate.observed(op))
            self.rewriter.report.add(row.name, op.loc)
            return True
        return False

    def unused_site(self, op: Op) -> Site:
        """A site at which no row has begun; one serves many operations."""
        site = self.site
        if site.b.ops or site.absorbed:
            site = self.site = Site(op, Builder(), self.sources, self.readers)
        site.op, site.b.loc = op, op.loc
        return site

    def replace(self, op: Op, values: Sequence[Value], ops: Sequence[Op], budget: int) -> None:
        new = {v for o in ops for v in o.outs}
        for o in ops:
            self.readers.update(o.ins)
        self.readers.subtract(op.ins)
        for old, v in zip(op.outs, values, strict=True):
            self.readers[v] += self.readers[old]
            if v in new:
                v.hint, v.origin = v.hint or old.hint, v.origin or old.origin
            elif old.hint and not v.hint and self.resolve(v) in self.sources:
                self.named.setdefault(self.resolve(v), old)
            self.env[old] = v
        self.todo.extend((o, budget - 1) for o in reversed(ops))

    def without_absorbed(self, outs: Sequence[Value]) -> list[Op]:
        """The operations without those that may go, and with them what is read by nothing else."""
        live, kept = set(outs), list[Op]()
        for op in reversed(self.ops):
            if (op in self.absorbed or _is_plain(op)) and live.isdisjoint(op.outs):
                continue
            live.update(op.ins)
            kept.append(op)
        return kept[::-1]

    def finish(self) -> Block:
        outs = [self.resolve(v) for v in self.old.outs]
        if self.absorbed:
            self.ops = self.without_absorbed(outs)
        if not self.named:
            return same_block(self.old, self.old.params, self.ops, outs)
        env = {v: Value(v.type, old.hint, v.const, v.origin or old.origin) for v, old in self.named.items()}
        ops = [rebuilt(op, substitute(op.ins, env), substitute(op.outs, env), op.regions) for op in self.ops]
        return Block(self.old.params, tuple(ops), substitute(outs, env))


def _tried(row: Row, site: Site) -> Any:
    """What a row answers; None where a result's dtype would depend on the kind of a scalar."""
    try:
        return row.rewrite(site)
    except KindError:
        return None
