"""Forward mode: every operation followed by its tangent.

One block in, one block out, control flow kept: a loop carries the tangents of its carries, a branch returns those of
its results, a call calls the callee's tangent function.  Zero tangents are symbolic inside a block and made only where
control flow needs a value.

By hand, once: `c = w; for i in range(n): c = c * x[i]` with w and x differentiated becomes

    c, t_c = w, t_w
    for i in range(n):
        t_c = t_c * x[i] + c * t_x[i]
        c = c * x[i]
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from symdiff.ad import rules
from symdiff.ad.activity import Flags, Forward, has_rule, is_differentiable, select, varied_transfer
from symdiff.ad.endless import Endless, stays_infinite
from symdiff.ad.masking import (
    by_mask,
    may_be_wild,
    may_be_zero,
    unbounded,
    wild_parameters,
    wild_transfer,
)
from symdiff.ad.reverse import block_loc, with_cotangent_records
from symdiff.ad.ruled import called_types, check_arguments, check_linear, problem, tangent_operands
from symdiff.ad.rules import RuleBuilder
from symdiff.ad.zeros import Zeros
from symdiff.errors import Loc
from symdiff.ir import types
from symdiff.ir.build import V
from symdiff.ir.core import Block, Family, Function, Op, Params, Program, Value
from symdiff.ir.loops import loop
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal
from symdiff.primitives import choices

Infinite = tuple[Flags, Flags]  # which parameters may be infinite or NaN, and which are where the program has it so


def jvp(program: Program, wrt: Sequence[int], name: str = "", avoid: Collection[str] = ()) -> Program:
    """Params and a tangent per param of `wrt` in; results and a tangent per differentiable result out.

    The functions made on the way take no name of `avoid`.
    """
    main, entry_name = program.main, name or f"{program.entry}_jvp"
    run = _Tangents(program, {entry_name, *avoid})
    for k in wrt:
        if not is_differentiable(main.body.params[k]):
            raise TypeError(f"parameter {k} of {main.name} has type {main.body.params[k].type}: it has no tangent")
    flags = tuple(k in set(wrt) for k in range(len(main.body.params)))
    wanted = tuple(map(is_differentiable, main.body.outs))
    masked = may_be_zero([main.body.params[k] for k in wrt])
    infinite = (wild_parameters(program), (False,) * len(flags))
    body = run.function_block(main.body, flags, wanted, infinite, masked)
    ordered = list(body.params[len(flags) :])
    by_param = dict(zip([k for k, on in enumerate(flags) if on], ordered, strict=True))
    body = Block((*main.body.params, *(by_param[k] for k in wrt)), body.ops, body.outs)
    entry = Function(entry_name, body, main.dims)
    return Program({**run.functions, entry.name: entry}, entry.name, with_cotangent_records(run.records))


class _Tangents:
    """One run of the forward pass: the analyses, and the tangent functions made on the way."""

    def __init__(self, program: Program, avoid: Collection[str]) -> None:
        self.program = program
        self.avoid = avoid  # names that the functions made on the way must not take
        self.functions = dict(program.functions)
        self.records = dict(program.records)
        self.zeros = Zeros(self.functions, self.records)
        self.analysis = Forward(program, varied_transfer)
        self.wild_analysis = Forward(program, wild_transfer)
        self.endless_analysis = Endless(program)
        self.made: dict[tuple[str, Flags, Infinite, bool], tuple[str, Flags]] = {}

    def function_block(self, body: Block, flags: Flags, wanted: Flags, infinite: Infinite, masked: bool) -> Block:
        """A function body with tangents of the flagged params after its params, and of wanted outs after its outs."""
        varied: set[Value] = set()
        self.analysis.run(body, flags, varied)
        wild: set[Value] = set()
        self.wild_analysis.run(body, infinite[0], wild)
        endless: set[Value] = set()
        self.endless_analysis.run(body, infinite[1], endless)
        incoming = {v for v, flag in zip(body.params, flags, strict=True) if flag and masked}
        made = _BlockTangents(self, varied, wild, endless, block_loc(body)).block(body, flags, wanted, incoming)
        found: Block = run_steps(made)
        return found

    def callee(self, name: str, flags: Flags, infinite: Infinite, masked: bool) -> tuple[str, Flags]:
        """The tangent function of a callee for this pattern of arguments, and which results have tangents."""
        key = (name, flags, infinite, masked)
        if key not in self.made:
            wanted = self.analysis.function(name, flags)
            made, k = f"{name}_jvp", 1
            while made in self.functions or made in self.avoid:
                k += 1
                made = f"{name}_jvp{k}"
            function = self.program.functions[name]
            self.made[key] = (made, wanted)
            self.functions[made] = function  # taken; filled below
            self.functions[made] = Function(
                made, self.function_block(function.body, flags, wanted, infinite, masked), function.dims
            )
        return self.made[key]


class _BlockTangents:
    """Tangents of the values of one block; `varied`, `wild` and `endless` cover the whole function."""

    def __init__(
        self, run: _Tangents, varied: set[Value], wild: set[Value], endless: set[Value], loc: Loc | None
    ) -> None:
        self.run = run
        self.varied = varied
        self.wild = wild
        self.endless = endless
        self.b = RuleBuilder(self.sizes, None, run.zeros.of)
        self.b.loc = rules.derived(loc)
        self.tangents: dict[Value, Value] = {}
        self.masked: set[Value] = set()  # tangents that may be zero because the program masked them

    def sizes(self, v: Value) -> list[Value] | None:
        if not isinstance(v.type, AVal) or not rules.is_opaque(v.type):
            return None
        return [self.b.op("dim_of", v, axis=k).value for k in range(v.type.rank)]

    def block(
        self, block: Block, flags: Sequence[bool], wanted: Sequence[bool], masked: Collection[Value] = ()
    ) -> Steps:
        """The block with tangents: flagged params get one each (after all params), wanted outs too.

        The tangents of the params in `masked` may be zero where the program masked them.
        """
        incoming = [_tangent_value(v) for v in select(block.params, flags)]
        self.masked.update(t for v, t in zip(select(block.params, flags), incoming, strict=True) if v in masked)
        self.tangents.update(zip(select(block.params, flags), incoming, strict=True))
        for op in block.ops:
            self.b.loc = rules.derived(op.loc)
            if op.regions and any(v in self.varied for v in op.outs):
                yield from self.cond(op) if op.prim.name == "cond" else self.loop(op)
            else:
                self.op(op)
            if self.is_masking(op):
                self.masked.update(self.tangents[v] for v in op.outs if v in self.tangents)
        outs = [self.finished(v) for v in select(block.outs, wanted)]
        return Block((*block.params, *incoming), tuple(self.b.ops), (*block.outs, *outs))

    def nested(self) -> _BlockTangents:
        return _BlockTangents(self.run, self.varied, self.wild, self.endless, self.b.loc)

    def finished(self, v: Value) -> Value:
        """The tangent of v as a value of exactly its tangent type."""
        found = self.tangents.get(v)
        return self.b.zeros(v).value if found is None else rules.exactly(self.b, V(self.b, found), v).value

    def set(self, v: Value, tangent: Any) -> None:
        if tangent is None or rules.is_number(tangent):
            return
        if isinstance(v.type, AVal) and tangent.type.shape != v.type.shape:
            tangent = rules.exactly(self.b, tangent, v)
        value = tangent.value
        if v.hint and not value.hint:
            value.hint = "t_" + v.hint
        self.tangents[v] = value

    def op(self, op: Op) -> None:
        varied = any(v in self.varied for v in op.outs)
        if varied and op.prim.name == "call":
            self.ruled(op) if has_rule(op) else self.call(op)
            return
        self.b.ops.append(op)
        if not varied:
            return
        try:
            self.straight_clearly(op)
        except types.KindError:
            raise rules.unclear_kind(op, self.b.loc) from None

    def is_masking(self, op: Op) -> bool:
        """Whether tangents of an operation's results may be zeros that it made, or passes on."""
        if any(self.tangents.get(v) in self.masked for v in op.ins):
            return True
        if op.prim.masks or by_mask(op) or op.prim.family is Family.CONTROL:
            return True
        if op.prim.family is Family.LINEAR:
            return any(on and v not in self.tangents for v, on in zip(op.ins, _jointly(op), strict=True))
        filled = op.prim.family is Family.STRUCTURE
        return filled and any(v not in self.tangents and is_differentiable(v) for v in op.ins)

    def straight_clearly(self, op: Op) -> None:
        """`straight`; where a tangent that may be a Python number leaves a dtype open, one of its value's own kind."""
        try:
            self.straight(op)
        except types.KindError:
            self.tangents.update((v, self.finished(v)) for v in op.ins if v in self.tangents)
            self.straight(op)

    def straight(self, op: Op) -> None:
        known = [self.tangents.get(v) for v in op.ins]
        if all(t is None for t in known):
            return
        ts = [None if t is None else V(self.b, t) for t in known]
        ins, outs = [V(self.b, v) for v in op.ins], [V(self.b, v) for v in op.outs]
        prim = op.prim
        if prim.family is Family.STRUCTURE:
            assert prim.jvp is not None
            typed = [t and rules.exactly(self.b, t, v) for t, v in zip(ts, op.ins, strict=True)]
            for v, t in zip(op.outs, prim.jvp(self.b, typed, outs, *ins, **op.params), strict=True):
                self.set(v, t)
        elif prim.partials is not None:
            self.set(op.out, self._partials(op, ts, outs[0], ins))
        elif prim.family is Family.LINEAR:
            self.set(op.out, self.b.op(prim.name, *self._filled(op, ts), **op.params))
        elif prim.family is Family.BILINEAR:
            terms = [
                self.b.op(prim.name, *ins[:k], t, *ins[k + 1 :], **op.params) for k, t in enumerate(ts) if t is not None
            ]
            self.set(op.out, _sum(terms))
        else:
            assert prim.jvp is not None
            self.set(op.out, prim.jvp(self.b, ts, outs[0], *ins, **op.params))

    def _filled(self, op: Op, ts: Sequence[V | None]) -> list[V]:
        """The operands of a jointly linear operation on tangents; indices and sizes stay.

        A complex array that is written has a complex tangent, also where that is real as yet.
        """
        k = op.prim.consumes
        ts = [
            t and rules.exactly(self.b, t, v) if n == k else t for n, (t, v) in enumerate(zip(ts, op.ins, strict=True))
        ]
        return [
            (t or self.b.nothing(v, op.out)) if on else V(self.b, v)
            for t, v, on in zip(ts, op.ins, _jointly(op), strict=True)
        ]

    def _partials(self, op: Op, ts: Sequence[V | None], out: V, ins: Sequence[V]) -> Any:
        """Σ tangent · partial; guarded where a zero tangent may meet an infinite partial, 0 where infinity stays."""
        guarded = unbounded(op) or any(v in self.wild for v in (*op.ins, op.out))
        terms = []
        for k, (t, partial) in enumerate(zip(ts, rules.partials(self.b, op, ins), strict=True)):
            if t is None:
                continue
            if isinstance(partial, V) and stays_infinite(op, k, self.endless):
                if isinstance(partial.const, float):
                    continue
                partial = choices.of_one_kind(self.b, partial)
                settled = out if op.prim.name == "hypot" else partial  # of which the partial is NaN
                partial = self.b.select(self.b.isinf(settled), 0.0, partial)
            if guarded and by_mask(op):
                terms.append(choices.guarded(self.b, partial, t))
                continue
            guard = guarded and may_be_wild(op, partial, self.wild) and t.value in self.masked
            terms.append(rules.scaled(self.b, t, partial, guard))
        return _sum([term for term in terms if not rules.is_number(term)])

    def incoming_masked(self, values: Sequence[Value]) -> list[bool]:
        """Which tangents that enter a region or a function may be masked: zeros made here, or those known to be."""
        return [v not in self.tangents or self.tangents[v] in self.masked for v in values]

    def cond(self, op: Op) -> Steps:
        caps_on = [v in self.tangents for v in op.ins[1:]]
        outs_on = [v in self.varied for v in op.outs]
        regions = []
        masked = self.incoming_masked(op.ins[1:])
        for r in op.regions:
            zeros = {p for p, on in zip(r.params, masked, strict=True) if on}
            regions.append((yield self.nested().block(r, caps_on, outs_on, zeros)))
        ts = [self.finished(v) for v in select(op.ins[1:], caps_on)]
        outs = tuple(_tangent_value(v) for v in select(op.outs, outs_on))
        self.b.ops.append(Op(op.prim, (*op.ins, *ts), (*op.outs, *outs), op.params, tuple(regions), op.loc))
        self.tangents.update(zip(select(op.outs, outs_on), outs, strict=True))

    def loop(self, op: Op) -> Steps:
        part = loop(op)
        carry_on = [v in self.varied for v in part.carry_params]
        xs_on, caps_on = [v in self.tangents for v in part.xs], [v in self.tangents for v in part.caps]
        ys_on = [v in self.varied for v in part.ys]
        t_carry = [self.finished(v) for v in select(part.carry, carry_on)]
        t_xs = [self.finished(v) for v in select(part.xs, xs_on)]
        t_caps = [self.finished(v) for v in select(part.caps, caps_on)]
        flags = [*(False for _ in part.index), *carry_on, *xs_on, *caps_on]
        ends_on = [*(False for _ in part.exit), *carry_on, *ys_on]
        inside = [*part.x_params, *part.cap_params]
        masked = {p for p, on in zip(inside, self.incoming_masked((*part.xs, *part.caps)), strict=True) if on}
        raw = yield self.nested().block(part.body, flags, ends_on, masked.union(part.carry_params))
        body = _interleave(part, raw, sum(carry_on), sum(xs_on))
        regions, params = [body], {**op.params, "n_carry": len(part.carry) + len(t_carry)}
        if op.prim.name == "for":
            params["n_xs"] = len(part.xs) + len(t_xs)
        else:
            regions.insert(0, _widen_before(op.regions[0], part, body, len(t_carry)))
        d_carry = [_tangent_value(v) for v in select(part.carry_outs, carry_on)]
        d_ys = [_tangent_value(v) for v in select(part.ys, ys_on)]
        ins = (*part.bounds, *part.carry, *t_carry, *part.xs, *t_xs, *part.caps, *t_caps)
        outs = (*part.exit_outs, *part.carry_outs, *d_carry, *part.ys, *d_ys, part.count)
        self.b.ops.append(Op(op.prim, ins, outs, Params(**params), tuple(regions), op.loc))
        self.tangents.update(
            zip([*select(part.carry_outs, carry_on), *select(part.ys, ys_on)], [*d_carry, *d_ys], strict=True)
        )

    def call(self, op: Op) -> None:
        flags = tuple(v in self.tangents for v in op.ins)
        masked = any(on and flag for on, flag in zip(self.incoming_masked(op.ins), flags, strict=True))
        wild, endless = (tuple(v in found for v in op.ins) for found in (self.wild, self.endless))
        name, wanted = self.run.callee(op.params["function"], flags, (wild, endless), masked)
        ts = [self.finished(v) for v in select(op.ins, flags)]
        outs = tuple(_tangent_value(v) for v in select(op.outs, wanted))
        params = Params(function=name, types=(*op.params["types"], *(v.type for v in outs)))
        self.b.ops.append(Op(op.prim, (*op.ins, *ts), (*op.outs, *outs), params, (), op.loc))
        self.tangents.update(zip(select(op.outs, wanted), outs, strict=True))

    def ruled(self, op: Op) -> None:
        """A call whose derivative is given: the rule is called in place of the function."""
        check_arguments(op, [v in self.tangents for v in op.ins])
        if "vjp" in op.params:
            raise problem("SD417", op)
        rule = self.run.program.functions[op.params["jvp"][0]]
        by = op.params["by"]
        check_linear(self.run.program, op, [k >= len(rule.body.params) - len(by) for k in range(len(rule.body.params))])
        ins = tangent_operands(op, [self.finished(op.ins[k]) for k in by])
        kinds = called_types(rule, [v.type for v in ins], [v.type for v in op.outs])
        tangents = [Value(t) for t in kinds[len(op.outs) :]]
        params = Params(function=rule.name, types=(*op.params["types"], *(v.type for v in tangents)))
        self.b.ops.append(Op(op.prim, ins, (*op.outs, *tangents), params, (), op.loc))
        differentiable = [v for v in op.outs if is_differentiable(v)]
        for v, tangent, own in zip(differentiable, tangents, rule.body.outs[len(op.outs) :], strict=True):
            if own.const != 0:
                self.set(v, V(self.b, tangent))


def _jointly(op: Op) -> list[bool]:
    """The operands that an operation is linear in: those with a rule, be they integers; not its indices and sizes."""
    back = op.prim.transpose
    assert back is not None
    return [back[min(k, len(back) - 1)] is not None for k in range(len(op.ins))]


def _tangent_value(v: Value) -> Value:
    t = types.cotangent(v.type)
    assert t is not None
    return Value(t, "t_" + v.hint if v.hint else "")


def _sum(terms: Sequence[V]) -> V | None:
    total: V | None = None
    for term in terms:
        total = term if total is None else total + term
    return total


def _interleave(part: Any, raw: Block, n_carry: int, n_xs: int) -> Block:
    """The loop body with every group of tangents beside its group: carry, xs and captures; carry ends and ys."""
    base = len(part.body.params)
    t = raw.params[base:]
    params = (
        *part.index,
        *part.carry_params,
        *t[:n_carry],
        *part.x_params,
        *t[n_carry : n_carry + n_xs],
        *part.cap_params,
        *t[n_carry + n_xs :],
    )
    ends = raw.outs[len(part.body.outs) :]
    outs = (*part.exit, *part.carry_ends, *ends[:n_carry], *part.y_ends, *ends[n_carry:])
    return Block(params, raw.ops, outs)


def _widen_before(before: Block, part: Any, body: Block, n_carry: int) -> Block:
    """A while's condition with parameters for the tangents, which it does not read."""
    n = len(part.carry)
    t_carry = [Value(v.type) for v in body.params[n : n + n_carry]]
    t_caps = [Value(v.type) for v in body.params[n + n_carry + len(part.cap_params) :]]
    params = (*before.params[:n], *t_carry, *before.params[n:], *t_caps)
    return Block(params, before.ops, before.outs)
