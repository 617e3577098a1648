"""The reverse pass over one function: a forward half that saves, and a backward half that reads what was saved.

Forward operations stay the very same objects; structured ones gain results for their residuals.  Each region is
reversed at once, so that what its backward half reads is known when the forward half is written:

- `for`, `while`: residuals leave the forward loop as one more `ys` per value and enter the backward loop, which runs
  the turns the other way, as `xs`; cotangents of the carry are its carry, cotangents of captures are accumulators
  carried along, cotangents of `xs` leave as `ys`.  Captures, xs and the turn's index are passed again, not saved.
- `cond`: each branch packs its residuals into one `Alt` record; the backward `cond` unpacks the side taken.
- `call`: the callee's forward returns a `Saved` record, its backward takes it; recursion is an ordinary call.

By hand, once: `for i in range(n): c = c * x[i]` saves c and reads x[i] again as

    for i in reversed(range(n)):  d_x[i] += d_c * c_in[i];  d_c = d_c * x[i]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symdiff.ad import rules
from symdiff.ad.activity import Flags
from symdiff.ad.backward import Half, free_values, prune
from symdiff.ad.layout import Loop, loop, select
from symdiff.ad.order import reading_first
from symdiff.ad.zeros import has_record
from symdiff.errors import Loc
from symdiff.ir import types
from symdiff.ir.build import Builder, V, clone_ops
from symdiff.ir.core import REGISTRY, Block, Family, Op, Params, Value
from symdiff.ir.types import Alt, AVal, Saved, Seq
from symdiff.primitives.control import elem_type

if TYPE_CHECKING:
    from symdiff.ad.reverse import Reversal

Pull = Callable[[Half], None]
Structured = Callable[[Op, Builder, Sequence[bool]], Pull]
Seeds = list[tuple[Value, Value]]  # (forward value, its cotangent on entry)


def ct_value(v: Value) -> Value:
    """A fresh value for the cotangent of v."""
    t = types.cotangent(v.type)
    assert t is not None
    return Value(t, "d_" + v.hint if v.hint else "")


@dataclass(frozen=True, slots=True)
class Backward:
    """A pruned backward half: operations, results, entry cotangents, and the forward values it reads.

    `saved` are the values that must be kept; those in `again` are passed again by whoever runs the half (captures, xs,
    the index); constants and sizes are made anew.
    """

    ops: list[Op]
    results: list[Value]
    seeds: Seeds
    anew: list[Op]
    again: list[Value]
    saved: list[Value]

    def block(self, params: Sequence[Value], env: dict[Value, Value], head: Sequence[Op] = ()) -> Block:
        """The half as a block of its own; `env` says which value stands for each forward value and entry cotangent."""
        own = dict(env)
        ops = (*head, *clone_ops(self.anew, own), *clone_ops(self.ops, own))
        return Block(tuple(params), ops, tuple(own.get(v, v) for v in self.results))


def is_static(op: Op | None) -> bool:
    """Whether an operation is made anew rather than its result saved: a constant or a size."""
    return op is not None and not op.ins and op.prim.family is Family.CONSTANT and not op.prim.effect


def copies(values: Sequence[Value], env: dict[Value, Value]) -> list[Value]:
    """Fresh values that stand for these in another block, entered into `env`."""
    made = [Value(v.type, v.hint) for v in values]
    env.update(zip(values, made, strict=True))
    return made


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a function is used: arguments that vary and that may be infinite, results that matter and may be masked."""

    varied: Flags
    useful: Flags
    wild: Flags
    masked: Flags
    lent: Flags = ()  # arguments whose cotangent so far is handed over, to be added to


class Sweep:
    """One function being reversed, with its activity."""

    def __init__(self, reversal: Reversal, body: Block, pattern: Pattern) -> None:
        self.reversal = reversal
        self.varied: set[Value] = set()
        reached: set[Value] = set()
        reversal.varied.block(body, pattern.varied, self.varied)
        reversal.useful.block(body, pattern.useful, reached)
        self.active = self.varied & reached
        self.wild: set[Value] = set()
        reversal.wild.block(body, pattern.wild, self.wild)
        self.masked: set[Value] = set()
        reversal.masked.block(body, pattern.masked, self.masked)

    def is_active(self, values: Sequence[Value]) -> list[bool]:
        return [v in self.active for v in values]

    def forward(self, block: Block, b: Builder, seeded: Iterable[Value]) -> list[Pull]:
        """Append the forward half of a block's operations; how to pull back each active one, the last one first of all.

        `seeded` are the values with a cotangent from the start.
        """
        structured: dict[str, Structured] = {"cond": self.cond, "for": self.loop, "while": self.loop, "call": self.call}
        order = reading_first([op for op in block.ops if any(v in self.active for v in op.outs)])
        place = {op: k for k, op in enumerate(order)}
        # before its last use, on the way back, the cotangent of a value has begun
        last = {v: k for k, op in enumerate(order) for v in op.ins} | {v: len(order) for v in seeded}
        pulls: dict[Op, Pull] = {}
        start = b.loc
        for op in block.ops:
            b.loc = op.loc
            if op not in place:
                b.ops.append(op)
            elif op.prim.name in structured:
                pulls[op] = structured[op.prim.name](op, b, [last[v] > place[op] for v in op.ins])
            else:
                b.ops.append(op)
                pulls[op] = _straight(op)
        b.loc = start
        return [pulls[op] for op in order]

    def backward(self, block: Block, b: Builder, pulls: Sequence[Pull], seeds: Seeds, wanted: Sequence[Value],
                 direct: Sequence[Value] = ()) -> Backward:  # fmt: skip
        """Run the pullbacks in reverse from the seeds; the cotangents of `wanted` are the results."""
        half = Half(self, b, block)
        for v, ct in seeds:
            half.set(v, ct if v not in half.cts else rules.add(half.b, half.cts[v], ct))
        for pull in reversed(pulls):
            pull(half)
        results = [half.finished(v) for v in wanted]
        ops = prune(half.b.ops, results)
        free = free_values(ops, results, [ct for _, ct in seeds])
        makers = {v: op for op in b.ops for v in op.outs if is_static(op)}
        passed = set(direct)
        place = {v: k for k, v in enumerate([*block.params, *(v for op in b.ops for v in op.outs)])}
        saved = sorted((v for v in free if v not in passed and v not in makers), key=place.__getitem__)
        anew = list(dict.fromkeys(makers[v] for v in free if v in makers))
        return Backward(ops, results, seeds, anew, [v for v in free if v in passed], saved)

    # --- cond

    def cond(self, op: Op, b: Builder, begun: Sequence[bool]) -> Pull:
        outs_on = self.is_active(op.outs)
        caps_on = [any(self.is_active(pair)) for pair in zip(*(r.params for r in op.regions), strict=True)]
        lent = lendable(op.ins[1:], [a and c for a, c in zip(begun[1:], caps_on, strict=True)])
        sides = [self._branch(region, Builder(op.loc), outs_on, caps_on, lent) for region in op.regions]
        record = Alt(*(tuple(v.type for v in side.saved) for _, side in sides))
        alt = Value(record, "saved") if record.then or record.orelse else None
        regions = [Block(r.params, ops, r.outs) for (ops, _), r in zip(sides, op.regions, strict=True)]
        if alt is not None:
            regions = [_packing(r, side.saved, k, record, op.loc) for k, (r, (_, side)) in enumerate(zip(regions, sides, strict=True))]
        outs = op.outs if alt is None else (*op.outs, alt)
        b.ops.append(Op(op.prim, op.ins, outs, op.params, tuple(regions), op.loc))
        return lambda half: _pull_cond(half, op, [side for _, side in sides], alt, outs_on, caps_on, lent)

    def _branch(self, region: Block, b: Builder, outs_on: Sequence[bool], caps_on: Sequence[bool], lent: Sequence[bool]
                ) -> tuple[tuple[Op, ...], Backward]:  # fmt: skip
        seeded = [*select(region.params, lent), *select(region.outs, outs_on)]
        pulls = self.forward(region, b, seeded)
        wanted = select(region.params, caps_on)
        seeds = [(v, ct_value(v)) for v in seeded]
        side = self.backward(region, b, pulls, seeds, wanted, region.params)
        return tuple(b.ops), side

    # --- for and while

    def loop(self, op: Op, b: Builder, begun: Sequence[bool]) -> Pull:
        part = loop(op)
        inner = Builder(op.loc)
        on = LoopMasks(*map(self.is_active, (part.carry_params, part.x_params, part.cap_params, part.ys)))
        carry, caps = select(part.carry_params, on.carry), select(part.cap_params, on.caps)
        pulls = self.forward(part.body, inner, [*select(part.carry_ends, on.carry), *caps, *select(part.y_ends, on.ys)])
        seeds = [(v, ct_value(p)) for v, p in zip(select(part.carry_ends, on.carry), carry, strict=True)]
        seeds += [(v, ct_value(v)) for v in (*caps, *select(part.y_ends, on.ys))]
        wanted = [*carry, *caps, *select(part.x_params, on.xs)]
        # what every turn gets anyway is passed again; after an early exit xs are longer than the turns, so they are saved
        passed = (*part.index, *(() if part.exit else part.x_params), *part.cap_params)
        back = self.backward(part.body, inner, pulls, seeds, wanted, passed)
        body = Block(part.body.params, tuple(inner.ops), (*part.body.outs, *back.saved))
        stacks = [Value(Seq(v.type), f"{v.hint}_in" if v in part.carry_params and v.hint else v.hint) for v in back.saved]
        regions = (body,) if op.prim.name == "for" else (op.regions[0], body)
        b.ops.append(Op(op.prim, op.ins, (*op.outs[:-1], *stacks, part.count), op.params, regions, op.loc))
        return lambda half: _pull_loop(half, op, part, on, back, stacks)

    # --- call

    def call(self, op: Op, b: Builder, begun: Sequence[bool]) -> Pull:
        useful = tuple(self.is_active(op.outs))
        flags = [tuple(v in found for v in op.ins) for found in (self.varied, self.wild)]
        masked = tuple(v in self.masked and on for v, on in zip(op.outs, useful, strict=True))
        lent = lendable(op.ins, [on and not is_scalar(v) for v, on in zip(op.ins, begun, strict=True)])
        pair = self.reversal.pair(op.params["function"], Pattern(flags[0], useful, flags[1], masked, lent))
        record = Value(Saved(pair.forward), "saved")
        params = Params(function=pair.forward, types=(*op.params["types"], record.type))
        b.ops.append(Op(op.prim, op.ins, (*op.outs, record), params, (), op.loc))

        def pull(half: Half) -> None:
            d_outs = _finish(half, select(op.outs, useful), op)
            if d_outs is None:
                return
            targets = select(op.ins, pair.wanted)
            found = tuple(types.cotangent(v.type) for v in targets)
            accs = _accumulators(half, select(op.ins, pair.lent))
            outs = half.b.emit("call", record, *d_outs, *accs, function=pair.backward, types=found)
            for v, ct in zip(targets, outs, strict=True):
                half.add(v, V(half.b, ct))

        return pull


@dataclass(frozen=True, slots=True)
class LoopMasks:
    """Which of a loop's carries, xs, captures and ys have a cotangent."""

    carry: list[bool]
    xs: list[bool]
    caps: list[bool]
    ys: list[bool]


def _straight(op: Op) -> Pull:
    return lambda half: half.pull(op)


def _packing(region: Block, saved: Sequence[Value], side: int, record: Alt, loc: Loc | None) -> Block:
    """A branch that also returns the record of what its backward half reads."""
    alt = Value(record, "saved")
    pack = Op(REGISTRY["alt_pack"], tuple(saved), (alt,), Params(side=side, type=record), (), loc)
    return Block(region.params, (*region.ops, pack), (*region.outs, alt))


def _finish(half: Half, outs: Sequence[Value], op: Op) -> list[Value] | None:
    """The cotangents of an operation's results, zeros where missing; None if all are."""
    if all(v not in half.cts for v in outs):
        return None
    half.b.loc = rules.derived(op.loc)
    found = [half.finished(v) for v in outs]
    for v in outs:
        half.cts.pop(v, None)
    return found


def lendable(values: Sequence[Value], begun: Sequence[bool]) -> Flags:
    """Whose cotangent a branch or a callee takes to add to it: where there is one, once for each value.

    Made for the purpose it would cost its whole size, be the part that is added ever so small; a record has no parts.
    """
    seen: set[Value] = set()
    flags = []
    for v, on in zip(values, begun, strict=True):
        flags.append(on and v not in seen and not has_record(v.type))
        seen.add(v)
    return tuple(flags)


def is_scalar(v: Value) -> bool:
    return isinstance(v.type, AVal) and not v.type.shape


def _accumulators(half: Half, targets: Sequence[Value]) -> list[Value]:
    """The cotangents so far, handed over to be added to; a value captured twice is handed over once."""
    found = []
    for v in targets:
        found.append(half.finished(v))
        half.cts.pop(v, None)
    return found


def _pull_cond(half: Half, op: Op, sides: Sequence[Backward], alt: Value | None, outs_on: Sequence[bool], caps_on: Sequence[bool],
               lent: Sequence[bool]) -> None:  # fmt: skip
    d_outs = _finish(half, select(op.outs, outs_on), op)
    if d_outs is None:
        return
    targets = select(op.ins[1:], caps_on)
    accs = _accumulators(half, select(op.ins[1:], lent))
    read = [k for k in range(len(op.ins) - 1) if any(r.params[k] in s.again for s, r in zip(sides, op.regions, strict=True))]
    ins = [op.ins[0], *([alt] if alt else []), *accs, *d_outs, *(op.ins[1 + k] for k in read)]
    regions = [_back_branch(op, side, region, k, alt, read) for k, (side, region) in enumerate(zip(sides, op.regions, strict=True))]
    for v, ct in zip(targets, half.b.emit("cond", *ins, regions=regions), strict=True):
        half.add(v, V(half.b, ct))


def _back_branch(op: Op, side: Backward, region: Block, number: int, alt: Value | None, read: Sequence[int]) -> Block:
    env: dict[Value, Value] = {}
    head: list[Op] = []
    record = copies([alt], env) if alt is not None else []
    if side.saved:
        fields = tuple(copies(side.saved, env))
        head.append(Op(REGISTRY["alt_unpack"], tuple(record), fields, Params(side=number), (), op.loc))
    params = [*record, *copies([ct for _, ct in side.seeds], env), *copies([region.params[k] for k in read], env)]
    return side.block(params, env, head)


def _pull_loop(half: Half, op: Op, part: Loop, on: LoopMasks, back: Backward, stacks: list[Value]) -> None:
    reaching = [v for v in (*select(part.carry_outs, on.carry), *select(part.ys, on.ys))]
    cts = _finish(half, reaching, op)
    if cts is None:
        return
    b, n = half.b, sum(on.carry)
    targets = select(part.caps, on.caps)
    accs = _accumulators(half, targets)
    x_read, c_read = [v in back.again for v in part.x_params], [v in back.again for v in part.cap_params]
    xs = [*stacks, *select(part.xs, x_read), *cts[n:]]
    body = _back_body(part, on, back, x_read, c_read)
    outs = b.emit("for", *_bounds(b, op, part), *cts[:n], *accs, *xs, *select(part.caps, c_read), regions=[body],
                  n_carry=n + len(accs), n_xs=len(xs), reverse=not op.params.get("reverse", False))  # fmt: skip
    for v, ct in zip([*select(part.carry, on.carry), *targets], outs, strict=False):
        half.add(v, V(b, ct))
    for v, ct in zip(select(part.xs, on.xs), outs[n + len(accs) : -1], strict=True):
        half.add(v, _scattered(half, op, part, ct, v) if part.exit else _as_operand(half, V(b, ct), v))


def _as_operand(half: Half, ct: V, v: Value) -> V:
    """The cotangents of all turns as a value of the kind that was read turn by turn: a Seq or an array."""
    if isinstance(v.type, Seq):
        return ct
    sizes = half.sizes(v)
    if sizes is None:
        return half.b.op("as_array", ct, type=v.type, shape=v.type.shape)  # type: ignore[union-attr]
    return half.b.op("as_array", ct, *sizes, type=v.type)


def _scattered(half: Half, op: Op, part: Loop, cts: Value, v: Value) -> V:
    """The cotangents of the turns that ran before an exit, added to zeros of all turns."""
    inner, acc, turn, ct = Builder(op.loc), *(Value(t) for t in (types.cotangent(v.type), types.INT, elem_type(cts.type))
                                              if t is not None)  # fmt: skip
    if isinstance(v.type, Seq):
        end = inner.op("seq_add", acc, turn, ct)
    else:
        end = inner.op("index_add", acc, ct, turn, spec=(("at", None),))
    body = inner.block([turn, acc, ct], [end.value])
    first = _first_turn(half.b, op, part) if op.params.get("reverse") else half.b.v(0)
    bounds = (first.value, (first + part.count).value, half.b.const(1))
    return V(half.b, half.b.emit("for", *bounds, half.b.zeros(v).value, cts, regions=[body], n_carry=1, n_xs=1)[0])


def _first_turn(b: Builder, op: Op, part: Loop) -> V:
    """The lowest number of a turn that ran, where the turns run backwards: their number less `count`."""
    lo, hi, step = (V(b, v) for v in part.bounds)
    return -b.op("floordiv", lo - hi, step) - part.count


def _bounds(b: Builder, op: Op, part: Loop) -> tuple[Value, ...]:
    """The turns that ran: all of a `for`, `count` where it could end early and of a `while`."""
    if op.prim.name == "while":
        return b.const(0), part.count, b.const(1)
    lo, _, step = part.bounds
    if not part.exit:
        return part.bounds
    start = V(b, lo)
    if op.params.get("reverse"):
        start = start + _first_turn(b, op, part) * step
    return start.value, (start + V(b, part.count) * step).value, step


def _back_body(part: Loop, on: LoopMasks, back: Backward, x_read: list[bool], c_read: list[bool]) -> Block:
    env: dict[Value, Value] = {}
    index = Value(types.INT, part.index[0].hint if part.index else "")
    env.update(zip(part.index, [index], strict=False))
    cts = [ct for _, ct in back.seeds]
    n = sum(on.carry) + sum(on.caps)
    params = [index, *copies(cts[:n], env), *copies(back.saved, env), *copies(select(part.x_params, x_read), env)]
    params += copies(cts[n:], env)
    return back.block([*params, *copies(select(part.cap_params, c_read), env)], env)
