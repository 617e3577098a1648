"""Calls whose derivative is given: `custom_vjp` and `custom_jvp`.

By hand, once: of `y = call(x) {function=f, vjp=(fwd, bwd), by=(0,)}` the forward half is `y, *saved = call(x) {fwd}`,
and `d_x = call(*saved, d_y) {bwd}` pulls it back.  With `jvp=(rule,)` the tangent is the second result of
`call(x, t_x) {rule}`.  It is linear in t_x, so it is pulled back as a function of t_x alone, at t_x = 0: the forward
half is the rule's, and its backward half takes d_y to d_x.

The calls made here have no rule: a second derivative is that of the rule's functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.ad.activity import is_differentiable
from symdiff.ad.backward import Half
from symdiff.ad.halves import Pattern
from symdiff.ad.lending import finish
from symdiff.ad.linear import why_not_linear
from symdiff.ad.rules import derived
from symdiff.errors import CompileError, refuse
from symdiff.ir import dims, types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Function, Op, Params, Program, Value
from symdiff.ir.dims import Dim
from symdiff.ir.steps import Steps
from symdiff.ir.types import AVal, Saved, Type

if TYPE_CHECKING:
    from symdiff.ad.sweep import Sweep


def user_name(op: Op) -> str:
    """The function as the user calls it, for messages."""
    return f"`{op.params['function'].lstrip('_')}`"


def problem(code: str, op: Op, reason: str = "") -> CompileError:
    return CompileError([refuse(code, op.loc, name=user_name(op), reason=reason)])


def check_arguments(op: Op, varied: Sequence[bool]) -> None:
    """Only operands that the rule is about may be differentiated."""
    if any(on and k not in op.params["by"] for k, on in enumerate(varied)):
        raise problem("SD416", op)


# --- custom_vjp


def call_vjp(sweep: Sweep, op: Op, b: Builder) -> Steps:
    """Append the call of the rule's forward function; how to pull it back."""
    yield from ()
    check_arguments(op, [v in sweep.varied for v in op.ins])
    forward, backward = (sweep.reversal.program.functions[name] for name in op.params["vjp"])
    kinds = called_types(forward, [v.type for v in op.ins], [v.type for v in op.outs])
    saved = [Value(t, v.hint) for t, v in zip(kinds, forward.body.outs, strict=True)][len(op.outs) :]
    params = Params(function=forward.name, types=(*op.params["types"], *(v.type for v in saved)))
    b.ops.append(Op(op.prim, op.ins, (*op.outs, *saved), params, (), op.loc))
    cotangents = [v for v in op.outs if is_differentiable(v)]

    def pull(half: Half) -> None:
        d_outs = finish(half, cotangents, op)
        if d_outs is None:
            return
        ins = [*(op.ins[k] for k in op.params["passed"]), *saved, *d_outs]
        kinds = called_types(backward, [v.type for v in ins])
        outs = half.b.emit("call", *ins, function=backward.name, types=kinds)
        for k, ct, own in zip(op.params["by"], outs, backward.body.outs, strict=True):
            if own.const != 0:
                half.add(op.ins[k], V(half.b, _checked(half, ct, op.ins[k])))

    return pull


def _checked(half: Half, ct: Value, v: Value) -> Value:
    """A cotangent that a function of the user's returned, which must have the shape of v."""
    assert isinstance(ct.type, AVal) and isinstance(v.type, AVal)
    pairs = zip(ct.type.shape, v.type.shape, strict=True)
    if all(dims.equal(a, b) is True for a, b in pairs):
        return ct
    return half.b.op("check_shape", ct, *(half.sizes(v) or ()), shape=v.type.shape).value


def called_types(function: Function, given: Sequence[Type], known: Sequence[Type] = ()) -> tuple[Type, ...]:
    """The types of a call's results; `known` are those of the first of them, where they are known."""
    sizes: dict[Dim, Dim] = {}

    def note(own: Type, theirs: Type) -> None:
        if isinstance(own, AVal) and isinstance(theirs, AVal):
            for d, e in zip(own.shape, theirs.shape, strict=True):
                sizes.setdefault(d, e)

    for own, theirs in zip(function.param_types, given, strict=True):
        note(own, theirs)
    for own, theirs in zip(function.out_types, known, strict=False):
        note(own, theirs)

    def size(d: Dim) -> Dim:
        if d in sizes or isinstance(d, int):
            return sizes.get(d, d)
        made = dims.substitute(d, lambda a: sizes.get(_dim(a), _dim(a)))
        return sizes.setdefault(d, made)

    return tuple(types.map_dims(t, size) for t in function.out_types)


def _dim(atom: dims.Atom) -> Dim:
    return dims.var(atom.name) if atom.op == "var" else dims.opaque(atom.name)


# --- custom_jvp


def tangent_operands(op: Op, tangents: Sequence[Value]) -> tuple[Value, ...]:
    """What the rule takes: what is passed apart, the other operands, and the tangents."""
    passed = op.params["passed"]
    rest = [v for k, v in enumerate(op.ins) if k not in passed]
    return (*(op.ins[k] for k in passed), *rest, *tangents)


def call_jvp(sweep: Sweep, op: Op, b: Builder) -> Steps:
    """Append the call of the rule's forward pass at tangents 0; how to pull the tangent back."""
    check_arguments(op, [v in sweep.varied for v in op.ins])
    reversal = sweep.reversal
    (name,) = op.params["jvp"]
    body = reversal.program.functions[name].body
    by, n = op.params["by"], len(op.outs)
    taken = (False,) * (len(body.params) - len(by)) + (True,) * len(by)
    check_linear(reversal.program, op, taken)
    useful = (False,) * n + tuple(v in sweep.active for v in op.outs if is_differentiable(v))
    plain, seen = (False,) * len(taken), (False,) * len(useful)
    pair = yield reversal.pair(name, Pattern(taken, useful, plain, plain, plain, seen, seen, plain))
    zeros = [_zero(b, op.ins[k]) for k in by]
    ins = tangent_operands(op, zeros)
    kinds = called_types(reversal.program.functions[name], [v.type for v in ins], [v.type for v in op.outs])
    record = Value(Saved(pair.forward), "record")
    tangents = [Value(t) for t in kinds[n:]]
    params = Params(function=pair.forward, types=(*op.params["types"], *kinds[n:], record.type))
    b.ops.append(Op(op.prim, ins, (*op.outs, *tangents, record), params, (), op.loc))
    active = [v for v in op.outs if v in sweep.active]
    wanted = [k for k, on in zip(by, pair.wanted[len(taken) - len(by) :], strict=True) if on]

    def pull(half: Half) -> None:
        d_outs = finish(half, active, op)
        if d_outs is None:
            return
        found = tuple(types.cotangent(op.ins[k].type) for k in wanted)
        for k, ct in zip(
            wanted, half.b.emit("call", record, *d_outs, function=pair.backward, types=found), strict=True
        ):
            half.add(op.ins[k], V(half.b, ct))

    return pull


def check_linear(program: Program, op: Op, taken: Sequence[bool]) -> None:
    """The rule's tangents must be linear in the tangents that it takes."""
    (name,) = op.params["jvp"]
    reason = why_not_linear(program, name, tuple(taken))
    if reason:
        raise problem("SD418", op, reason=reason)


def _zero(b: Builder, v: Value) -> Value:
    t = types.cotangent(v.type)
    assert isinstance(t, AVal)
    loc, b.loc = b.loc, derived(b.loc)
    if not t.shape and t.kind is not types.Kind.ARRAY:
        made = b.const(0j if t.complex else 0.0, t)
    elif any(a.op == "opaque" for d in t.shape for a in dims.atoms(d)):
        made = b.op("zeros", *(b.op("dim_of", v, axis=k) for k in range(t.rank)), type=t).value
    else:
        made = b.op("zeros", type=t, shape=t.shape).value
    b.loc = loc
    return made
