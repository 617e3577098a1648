"""Loops: the adjoint of a loop is the loop run the other way.

What each turn's backward half reads leaves the forward loop as one more `ys` per value and enters the backward loop as
`xs`; cotangents of the carry are its carry, cotangents of captures are handed from turn to turn, cotangents of `xs`
leave as `ys`.  Captures, xs and the turn's number are passed again, not saved.  The adjoint of a `while`, and of a
`for` that may end early, runs over the turns that ran.

By hand, once: `for i in range(n): c = c * x[i]` saves c and reads x[i] again as

    for i in reversed(range(n)):  d_x[i] += d_c * c_in[i];  d_c = d_c * x[i]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symdiff.ad.activity import select
from symdiff.ad.backward import Half
from symdiff.ad.finals import finals
from symdiff.ad.halves import Backward, copies, ct_value
from symdiff.ad.lending import accumulators, finish
from symdiff.ad.rewritten import changed_lists, rewritten
from symdiff.ir import types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Op, Value
from symdiff.ir.loops import Loop, loop
from symdiff.ir.steps import Steps
from symdiff.ir.types import AVal, Seq
from symdiff.primitives.control import elem_type
from symdiff.primitives.sequences import added

if TYPE_CHECKING:
    from symdiff.ad.sweep import Sweep


@dataclass(frozen=True, slots=True)
class LoopMasks:
    """Which of a loop's carries, xs, captures and ys have a cotangent."""

    carry: list[bool]
    xs: list[bool]
    caps: list[bool]
    ys: list[bool]


def reverse_loop(sweep: Sweep, op: Op, b: Builder) -> Steps:
    """Append the loop of the forward pass; how to pull it back, a Pull."""
    part = loop(op)
    inner = Builder(op.loc)
    on = LoopMasks(*map(sweep.is_active, (part.carry_params, part.x_params, part.cap_params, part.ys)))
    carry, caps = select(part.carry_params, on.carry), select(part.cap_params, on.caps)
    seeded = [*select(part.carry_ends, on.carry), *caps, *select(part.y_ends, on.ys)]
    sweep.turns += 1
    sweep.rewritten |= rewritten(part) | changed_lists(sweep.reversal.program, part.body, part.carry_params)
    pulls = yield sweep.forward(part.body, inner, seeded)
    seeds = [(v, ct_value(p)) for v, p in zip(select(part.carry_ends, on.carry), carry, strict=True)]
    seeds += [(v, ct_value(v)) for v in (*caps, *select(part.y_ends, on.ys))]
    wanted = [*carry, *caps, *select(part.x_params, on.xs)]
    # what every turn gets anyway is passed again; after an early exit xs are longer than the turns, so they are saved
    passed = (*part.index, *(() if part.exit else part.x_params), *part.cap_params)
    sweep.turns -= 1
    kept = finals(op, part) if sweep.owns_memory and not sweep.turns else []
    sweep.turns += 1
    back = sweep.backward(part.body, inner, pulls, seeds, wanted, passed, sweep.steady, kept)
    sweep.turns -= 1
    body = Block(part.body.params, tuple(inner.ops), (*part.body.outs, *back.saved))
    stacks = [Value(Seq(v.type), _collected(v, v in part.carry_params)) for v in back.saved]
    regions = (body,) if op.prim.name == "for" else (op.regions[0], body)
    b.ops.append(Op(op.prim, op.ins, (*op.outs[:-1], *stacks, part.count), op.params, regions, op.loc))
    arrays = [f.array for f in kept if f.array in back.again]
    return lambda half: _pull_loop(half, op, part, on, back, stacks, arrays)


def _collected(v: Value, carried: bool) -> str:
    """What the list of a value's turns is called: `x_in` of what came in, `all_hs` of lists, else `hs`."""
    if not v.hint:
        return ""
    if carried:
        return f"{v.hint}_in"
    if isinstance(v.type, Seq):
        return f"all_{v.hint}"
    return f"{v.hint}es" if v.hint.endswith("ch") else f"{v.hint}s"


def _pull_loop(
    half: Half, op: Op, part: Loop, on: LoopMasks, back: Backward, stacks: list[Value], arrays: list[Value]
) -> None:
    reaching = [v for v in (*select(part.carry_outs, on.carry), *select(part.ys, on.ys))]
    cts = finish(half, reaching, op)
    if cts is None:
        return
    b, n = half.b, sum(on.carry)
    targets = select(part.caps, on.caps)
    accs = accumulators(half, targets)
    x_read, c_read = [v in back.again for v in part.x_params], [v in back.again for v in part.cap_params]
    xs = [*stacks, *select(part.xs, x_read), *cts[n:]]
    body = _back_body(part, on, back, x_read, [*select(part.cap_params, c_read), *arrays])
    counted = body.params[0] in {v for inner in body.ops for v in inner.ins}
    outs = b.emit(
        "for",
        *_bounds(b, op, part, stacks, counted or half.sweep.reversal.literal),
        *cts[:n],
        *accs,
        *xs,
        *select(part.caps, c_read),
        *arrays,
        regions=[body],
        n_carry=n + len(accs),
        n_xs=len(xs),
        reverse=not op.params.get("reverse", False),
        hints=[f"d_{v.hint}" if v.hint else "" for v in select(part.carry_params, on.carry)],
    )
    for v, ct in zip([*select(part.carry, on.carry), *targets], outs, strict=False):
        half.add(v, V(b, ct))
    for v, ct in zip(select(part.xs, on.xs), outs[n + len(accs) : -1], strict=True):
        half.add(v, _scattered(half, op, part, ct, v) if part.exit else _as_operand(half, V(b, ct), v))


def _as_operand(half: Half, ct: V, v: Value) -> V:
    """The cotangents of all turns as a value of the kind that was read turn by turn: a Seq or an array."""
    if isinstance(v.type, Seq):
        return ct
    assert isinstance(v.type, AVal)
    sizes = half.sizes(v)
    if sizes is None:
        return half.b.op("as_array", ct, type=v.type, shape=v.type.shape)
    return half.b.op("as_array", ct, *sizes, type=v.type)


def _scattered(half: Half, op: Op, part: Loop, cts: Value, v: Value) -> V:
    """The cotangents of the turns that ran before an exit, added to zeros of all turns."""
    inner, zeros = Builder(half.b.loc), half.b.zeros(v)
    acc, turn, ct = (Value(t) for t in (zeros.type, types.INT, elem_type(cts.type)))
    if isinstance(v.type, Seq):
        end = added(inner, acc, turn, V(inner, ct))
    else:
        end = inner.op("index_add", acc, ct, turn, spec=(("at", None),))
    body = inner.block([turn, acc, ct], [end.value])
    first = _first_turn(half.b, part) if op.params.get("reverse") else half.b.v(0)
    bounds = (first.value, (first + part.count).value, half.b.const(1))
    return V(half.b, half.b.emit("for", *bounds, zeros.value, cts, regions=[body], n_carry=1, n_xs=1)[0])


def _first_turn(b: Builder, part: Loop) -> V:
    """The lowest number of a turn that ran, where the turns run backwards: their number less `count`."""
    lo, hi, step = (V(b, v) for v in part.bounds)
    turns: V = -b.op("floordiv", lo - hi, step)
    return V(b, (turns - part.count).value)


def _bounds(b: Builder, op: Op, part: Loop, stacks: Sequence[Value], counted: bool) -> tuple[Value, ...]:
    """The turns that ran: all of a `for`, `count` where it could end early and of a `while` (a list's length).

    Where nothing reads the number of the turn (`counted`), a list says how many there were.
    """
    if op.prim.name == "for" and not part.exit and (counted or not stacks):
        return part.bounds
    count = b.op("seq_len", stacks[0]).value if stacks else part.count
    if op.prim.name == "while" or not counted:
        return b.const(0), count, b.const(1)
    lo, _, step = part.bounds
    start = V(b, lo)
    if op.params.get("reverse"):
        start = start + _first_turn(b, part) * step
    turns = V(b, count) if step.const == 1 else V(b, count) * step
    return start.value, (turns if start.value.const == 0 else start + turns).value, step


def _back_body(part: Loop, on: LoopMasks, back: Backward, x_read: list[bool], captured: Sequence[Value]) -> Block:
    env: dict[Value, Value] = {}
    index = Value(types.INT, part.index[0].hint if part.index else "")
    env.update(zip(part.index, [index], strict=False))
    cts = [ct for _, ct in back.seeds]
    n = sum(on.carry) + sum(on.caps)
    params = [index, *copies(cts[:n], env), *copies(back.saved, env), *copies(select(part.x_params, x_read), env)]
    params += copies(cts[n:], env)
    return back.block([*params, *copies(captured, env)], env)
