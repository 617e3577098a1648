"""One exponential for a function and its derivative: -O2, after the last differentiation.

By hand, once.  The loss needs `l = logsumexp(f, axis=1)`, its gradient `p = softmax(f, axis=1)`.  Together they are

    m = max(f);  e = exp(f - m);  s = sum(e);  l = log(s) + m;  p = e / s

bit for bit what the two compute apart.  Differentiating this form would carry the maximum along, hence after.  So do
softplus(z), of a loss, and logistic(z), its derivative:

    e = exp(-|z|);  s = max(z, 0) + log1p(e);  p = max(z >= 0, e) / (1 + e)

where z >= 0 counts as 1, and e is at most 1.
"""

from __future__ import annotations

from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Op, Program, Value
from symdiff.ir.types import Kind
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute
from symdiff.passes.report import Report
from symdiff.passes.rules import number_type

Key = tuple[Value, tuple[int, ...]]


def share_exponentials(program: Program, report: Report | None = None) -> Program:
    """The program with logsumexp and softmax of one array taken apart where a block has both."""
    found = report if report is not None else Report()
    return map_functions(program, lambda f: map_blocks(f, lambda block: _block(block, found)))


def _key(op: Op) -> Key | None:
    axis = op.params.get("axis")
    if axis is None and number_type(op.ins[0]).rank == 1:
        axis = 0
    axes = axis if isinstance(axis, tuple) else () if axis is None else (axis,)
    return (op.ins[0], axes) if axes else None


def _block(block: Block, report: Report) -> Block:
    block = _logistics(block, report)
    wanted = [{_key(op) for op in block.ops if op.prim.name == name} for name in ("logsumexp", "softmax")]
    shared = (wanted[0] & wanted[1]) - {None}
    if not shared:
        return block
    env: dict[Value, Value] = {}
    parts: dict[Key, tuple[V, V, V]] = {}
    b = Builder()
    for op in block.ops:
        op = rebuilt(op, substitute(op.ins, env), op.outs, op.regions)
        key = _key(op) if op.prim.name in ("logsumexp", "softmax") else None
        if key is None or key not in shared:
            b.ops.append(op)
            continue
        b.loc = op.loc
        if key not in parts:
            parts[key] = _exponentials(b, V(b, op.ins[0]), key[1])
            report.add("shared exponential", op.loc)
        env[op.out] = _result(b, op, *parts[key], key[1])
    return same_block(block, block.params, b.ops, substitute(block.outs, env))


def _exponentials(b: Builder, f: V, axes: tuple[int, ...]) -> tuple[V, V, V]:
    axis = axes if len(axes) > 1 else axes[0]
    top = b.op("peak", f, axis=axis, hint="top")
    top = b.op("where", b.op("isfinite", top), top, 0.0, hint="top")
    e = b.op("exp", b.op("sub", f, top))
    return top, e, b.op("sum", e, axis=axis, keepdims=True)


def _result(b: Builder, op: Op, top: V, e: V, total: V, axes: tuple[int, ...]) -> Value:
    if op.prim.name == "softmax":
        found = b.op("div", e, total, hint=op.out.hint)
        found.value.origin = op.out.origin
        return found.value
    found = b.op("add", b.op("log", total), top, hint=op.out.hint)
    if op.params.get("keepdims"):
        return found.value
    rank = len(top.type.shape)
    if len(axes) == rank:
        return b.op("index", found, spec=(("at", 0),) * rank, hint=op.out.hint).value
    return b.op("squeeze", found, axis=axes if len(axes) > 1 else axes[0], hint=op.out.hint).value


def _logistics(block: Block, report: Report) -> Block:
    """softplus and logistic of one array from one exponential."""
    arrays = [
        {op.ins[0] for op in block.ops if op.prim.name == name and number_type(op.ins[0]).kind is Kind.ARRAY}
        for name in ("softplus", "logistic")
    ]
    shared = arrays[0] & arrays[1]
    if not shared:
        return block
    env: dict[Value, Value] = {}
    powers: dict[Value, V] = {}
    b = Builder()
    for op in block.ops:
        op = rebuilt(op, substitute(op.ins, env), op.outs, op.regions)
        if op.prim.name not in ("softplus", "logistic") or op.ins[0] not in shared:
            b.ops.append(op)
            continue
        b.loc = op.loc
        z = V(b, op.ins[0])
        if op.ins[0] not in powers:
            powers[op.ins[0]] = b.op("exp", -b.op("abs", z))
            report.add("shared exponential", op.loc)
        e = powers[op.ins[0]]
        if op.prim.name == "softplus":
            found = b.op("add", b.op("maximum", z, 0), b.op("log1p", e), hint=op.out.hint)
        else:
            found = b.op("div", b.op("maximum", z >= 0, e), b.op("add", e, 1), hint=op.out.hint)
        found.value.origin = op.out.origin
        env[op.out] = found.value
    return same_block(block, block.params, b.ops, substitute(block.outs, env))
