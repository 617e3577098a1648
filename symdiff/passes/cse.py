"""Common subexpressions: an operation that repeats an earlier one with the same operands takes its result.

By hand, once: in `a = x * y; b = y * x + z` the second product is a, for IEEE multiplication commutes bit for bit
(that of complex arrays does not: `Op.commutes`).
Inside a region, an operation may also repeat one outside whose operands and result are captured already.
What signals under one `np.errstate` does not repeat what signals under another.
Effects, structured operations and fresh arrays (`zeros`: they are there to be overwritten) are left alone.  The first
of the two stays, where it stands; it takes the user's name if it has none of its own.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence

from symdiff.ir import errstate
from symdiff.ir.core import Block, Function, Op, Program, Value
from symdiff.ir.effects import derived, may_raise
from symdiff.ir.loops import first_capture
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal, Kind
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute
from symdiff.passes.report import Report

_FRESH = {"zeros", "ones", "full", "empty", "copy", "zeros_ct", "seq_empty", "places", "opt_none", "call", "borrow"}
_STAGE = re.compile(r"y\d+")
Key = tuple[Hashable, ...]
Table = dict[Key, Op]


def cse(program: Program, report: Report | None = None) -> Program:
    """The program with repeated operations merged; results equal bit for bit."""
    found = report if report is not None else Report()

    def function(f: Function) -> Function:
        body = run_steps(_block(f.body, {}, {}, found))
        return f if body is f.body else Function(f.name, body, f.dims)

    return map_functions(program, function)


def same_names(program: Program) -> Program:
    """The program with one stage name for operations that `cse` will merge: comments then name what is printed."""
    return map_functions(program, lambda f: map_blocks(f, _same_names))


def _same_names(block: Block) -> Block:
    first: Table = {}
    env: dict[Value, Value] = {}
    named: dict[Value, Value] = {}
    for op in (op for op in block.ops if _mergeable(op) and len(op.outs) == 1):
        kept = first.setdefault(_key(rebuilt(op, substitute(op.ins, env), op.outs, op.regions)), op)
        if kept is not op:
            env[op.out] = kept.out
            if kept.out.hint and _STAGE.fullmatch(op.out.hint):
                named[op.out] = kept.out
    return _finished(block, block.ops, block.outs, named)


def _key(op: Op) -> Key:
    ins: Sequence[Value] = op.ins
    if len(ins) == 2 and op.commutes:
        ins = sorted(ins, key=id)
    under = errstate.of(op) if errstate.of(op) and errstate.signals(op) else ()
    return (op.prim, tuple(ins), op.params, tuple(v.type for v in op.outs), under)


def _mergeable(op: Op) -> bool:
    return not (op.regions or op.prim.effect or op.prim.name in _FRESH or not op.outs or op.prim.inplace is not None)


def _is_array(v: Value) -> bool:
    return not isinstance(v.type, AVal) or v.type.kind is Kind.ARRAY


def _block(block: Block, outside: Mapping[Key, Value], same: Mapping[Value, Value], report: Report) -> Steps:
    """`outside`: what is computed before the region, by key in the region's parameters, as a parameter.
    `same`: parameters that stand for one value.
    """
    env: dict[Value, Value] = dict(same)
    named: dict[Value, Value] = {}
    table: Table = {}
    results = {v for v in block.outs if _is_array(v)}
    origin: dict[Value, Op] = {}
    ops = []
    for op in block.ops:
        if env and any(v in env for v in op.ins):
            op = rebuilt(op, substitute(op.ins, env), op.outs, op.regions)
        if _mergeable(op):
            key = _key(op)
            if key in outside and not _is_array(op.out):
                env[op.out] = outside[key]
                report.add("common subexpression", op.loc)
                continue
            first = table.setdefault(key, op)
            if first is not op and _replaces(first, op, results):
                _merge(first, op, env, named)
                if op.prim.name != "const":
                    report.add("common subexpression", op.loc)
                continue
        elif op.regions:
            regions = []
            for region in op.regions:
                regions.append((yield _block(region, *_captured(op, region, origin), report)))
            op = rebuilt(op, op.ins, op.outs, regions)
        origin.update((v, op) for v in op.outs)
        ops.append(op)
    return _finished(block, ops, substitute(block.outs, env), named)


def _replaces(first: Op, op: Op, results: set[Value]) -> bool:
    """Whether the first may stand for both: not for two arrays handed out, nor a derived one for one that may raise."""
    if any(v in results for v in op.outs) and any(v in results for v in first.outs):
        return False
    return not (may_raise(op) and derived(first) and not derived(op))


def _merge(first: Op, op: Op, env: dict[Value, Value], named: dict[Value, Value]) -> None:
    for kept, gone in zip(first.outs, op.outs, strict=True):
        env[gone] = kept
        if gone.hint and not kept.hint:
            named.setdefault(kept, gone)


def _finished(block: Block, ops: Sequence[Op], outs: Sequence[Value], named: Mapping[Value, Value]) -> Block:
    if not named:
        return same_block(block, block.params, ops, outs)
    env = {kept: Value(kept.type, gone.hint, kept.const, kept.origin or gone.origin) for kept, gone in named.items()}
    ops = [rebuilt(op, substitute(op.ins, env), substitute(op.outs, env), op.regions) for op in ops]
    return Block(block.params, tuple(ops), substitute(outs, env))


def _captured(op: Op, region: Block, origin: Mapping[Value, Op]) -> tuple[dict[Key, Value], dict[Value, Value]]:
    """What was computed outside from captured values and is captured itself, by its key inside; equal captures."""
    captures = op.ins[first_capture(op) :]
    inside: dict[Value, Value] = {}
    same = {}
    for v, p in zip(captures, region.params[len(region.params) - len(captures) :], strict=True):
        if inside.setdefault(v, p) is not p:
            same[p] = inside[v]
    found: dict[Key, Value] = {}
    for v, p in inside.items():
        source = origin.get(v)
        if source is None or not _mergeable(source) or len(source.outs) > 1 or not source.ins:
            continue
        if all(u in inside for u in source.ins):
            found[_key(Op(source.prim, substitute(source.ins, inside), (p,), source.params, (), source.loc))] = p
    return found, same
