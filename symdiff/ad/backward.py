"""The backward half of one block: cotangents, their accumulation, and the rule of every straight-line operation.

The driver owns what no rule should know: summing over broadcast axes, accumulation, zeros, dtypes, guards.  Cotangents
are transposed, not conjugated (JAX's convention): the gradient of a holomorphic f is f'.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from symdiff.ad import rules
from symdiff.ad.endless import stays_infinite
from symdiff.ad.growth import many, overflows
from symdiff.ad.masking import may_be_wild, unbounded
from symdiff.ad.parts import Part, reads_part, views_all
from symdiff.ad.rules import RuleBuilder
from symdiff.ad.twice import both_grow, meets_zero
from symdiff.ad.zeros import zeros_where
from symdiff.ir import types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Family, Op, Params, Value
from symdiff.ir.types import AVal, Opt, Seq
from symdiff.primitives import choices
from symdiff.primitives.declare import Accumulate

if TYPE_CHECKING:
    from symdiff.ad.sweep import Sweep


class Half:
    """Cotangents of the values of one forward block, and the operations that compute them."""

    def __init__(self, sweep: Sweep, forward: Builder, block: Block) -> None:
        self.sweep = sweep
        self.forward = forward
        self.defined = {v: op for op in forward.ops for v in op.outs}
        self.known = {*block.params, *self.defined}
        self.views: dict[Value, list[Op]] = {}  # by array, the views of all of it
        for op in forward.ops:
            if views_all(op):
                self.views.setdefault(op.ins[0], []).append(op)
        self.consumed = {op.ins[op.prim.consumes] for op in forward.ops if op.prim.consumes is not None}
        self.b = RuleBuilder(self.sizes, self.before, self.zero)
        self.b.loc = rules.derived(forward.loc)
        self.cts: dict[Value, Value] = {}
        self.size_cache: dict[Value, list[Value]] = {}
        self.found: dict[tuple[Any, ...], Value] = {}  # of lists, by what was asked

    def home(self, v: Value) -> Builder:
        """Where v may be read: the forward pass if it belongs there, so that only what is read is saved."""
        if v not in self.known:
            return self.b
        self.forward.loc = self.b.loc
        return self.forward

    def sizes(self, v: Value) -> list[Value] | None:
        """The sizes of v as integers; None if its type says them."""
        if not isinstance(v.type, AVal) or not rules.is_opaque(v.type):
            return None
        if v not in self.size_cache:
            names = [
                f"{axis}_{v.hint}" if v.hint else "" for axis in (*"nmkl", *map("n{}".format, range(4, v.type.rank)))
            ]
            self.size_cache[v] = [self.home(v).op("dim_of", v, axis=k, hint=names[k]).value for k in range(v.type.rank)]
        return self.size_cache[v]

    def before(self, name: str, s: Value, *ins: Value, **params: Any) -> Value:
        """What an operation finds of a list, where that is."""
        count = self.count(s) if name == "seq_len" else None
        if count is not None:
            return self.b.const(count)
        key = name, s, ins, Params(**params)
        if key not in self.found:
            known = all(v in self.known or v.const is not None for v in (s, *ins))
            hint = f"n_{s.hint}" if name == "seq_len" and s.hint else ""
            self.found[key] = found = (self.home(s) if known else self.b).op(name, s, *ins, hint=hint, **params).value
            if known:
                self.known.add(found)
        return self.found[key]

    def count(self, s: Value) -> int | None:
        """How many elements a list has that the block writes down: `[x, y]`."""
        found = 0
        while (made := self.defined.get(s)) is not None and made.prim.name == "seq_append":
            s, found = made.ins[0], found + 1
        return found if made is not None and made.prim.name == "seq_empty" else None

    def zero(self, b: RuleBuilder, v: Value) -> Value:
        """A zero cotangent of what is no array; for that of an array that may be missing, the array is not kept."""
        t = v.type
        if not (isinstance(t, Opt) and isinstance(t.elem, AVal) and t.elem.shape) or rules.is_opaque(t.elem):
            return self.sweep.reversal.zeros.of(b, v)
        there = self.home(v).op("opt_present", v).value
        if v in self.known:
            self.known.add(there)
        return zeros_where(b, there, t.elem)

    def take(self, v: Value) -> V | None:
        """The finished cotangent of v."""
        ct = self.cts.pop(v, None)
        return None if ct is None else V(self.b, ct)

    def add(self, v: Value, contribution: Any, origin: tuple[Op, int] | None = None) -> None:
        """Add a contribution to the cotangent of v, summed over what broadcasting repeated."""
        if contribution is None or v not in self.sweep.active or (rules.is_number(contribution) and contribution == 0):
            return
        contribution = self.b.v(contribution)
        if isinstance(v.type, AVal):
            contribution = rules.unbroadcast(self.b, contribution, v)
        new = contribution.value
        before = self.cts.get(v)
        self.set(v, new if before is None else rules.add(self.b, before, new), origin)

    def set(self, v: Value, ct: Value, origin: tuple[Op, int] | None = None) -> None:
        if self.sweep.reversal.literal and v.hint and ct.hint and ct.hint != "d_" + v.hint:
            ct = self.b.op("same", ct).value
        if v.hint and not ct.hint:
            ct.hint = "d_" + v.hint
        if origin is not None and ct.origin is None:
            ct.origin = origin
        self.cts[v] = ct

    def finished(self, v: Value) -> Value:
        """The cotangent of v as a value of exactly its cotangent type, zeros where nothing was added."""
        ct = self.cts.get(v)
        if ct is None and v in self.sweep.absent:
            found = types.cotangent(v.type)
            assert isinstance(found, Opt)
            return self.b.op("opt_none", elem=found.elem).value
        return self.b.zeros(v).value if ct is None else rules.exactly(self.b, V(self.b, ct), v).value

    def pull_clearly(self, op: Op) -> None:
        """`pull`; where a cotangent that may be a Python number leaves a dtype open, one of its value's own kind."""
        before = {v: self.cts.get(v) for v in (*op.outs, *op.ins)}
        try:
            self.pull(op)
        except types.KindError:
            for v, ct in before.items():
                self.cts.pop(v, None)
                if ct is not None:
                    self.cts[v] = ct
            self.cts.update((v, self.finished(v)) for v in op.outs if v in self.cts)
            self.pull(op)

    def pull(self, op: Op) -> None:
        """Run the rule of a straight-line operation backwards."""
        cts = [self.take(v) for v in op.outs]
        if all(ct is None for ct in cts):
            return
        self.b.loc = rules.derived(op.loc or self.b.loc)
        ins = [V(self.b, v) for v in op.ins]
        if op.prim.family is Family.STRUCTURE:
            self.pull_structure(op, cts, ins)
            return
        ct = cts[0]
        assert ct is not None
        if op.prim.partials is not None:
            self.pull_partials(op, ct, ins)
        elif op.prim.transpose is not None:
            self.pull_transpose(op, ct, ins)
        elif op.prim.vjp is not None:
            self.b.guards = self.meets_infinity(op) or (op.out in self.sweep.chosen and many(op, self.sweep.factors))
            found = op.prim.vjp(self.b, ct, V(self.b, op.out), *ins, **op.params)
            self.b.guards = False
            if both_grow(op, self.sweep.chosen, self.sweep.grown):
                found = (found[0], choices.taken(self.b, ct, ins[0], found[1]))
            for k, contribution in enumerate(found):
                self.add(op.ins[k], contribution, (op, k))

    def pull_structure(self, op: Op, cts: Sequence[V | None], ins: Sequence[V]) -> None:
        rule = op.prim.vjp
        assert rule is not None
        typed = [ct and rules.exactly(self.b, ct, v) for ct, v in zip(cts, op.outs, strict=True)]
        if isinstance(rule, Accumulate):
            assert typed[0] is not None
            self.accumulate(op, 0, rule, typed[0], ins)
            return
        outs = [V(self.b, v) for v in op.outs]
        for k, contribution in enumerate(rule(self.b, typed, outs, *ins, **op.params)):
            self.add(op.ins[k], contribution, (op, k))

    def meets_infinity(self, op: Op) -> bool:
        """Whether a cotangent that may be masked to 0 meets what may be infinite or NaN."""
        met = unbounded(op) or any(v in self.wild(op) for v in (*op.ins, op.out))
        return op.out in self.sweep.masked and met

    def wild(self, op: Op) -> Collection[Value]:
        """What may be infinite or NaN where an operation's cotangent is hidden."""
        return self.sweep.grown if op.out in self.sweep.chosen else self.sweep.wild

    def pull_partials(self, op: Op, ct: V, ins: Sequence[V]) -> None:
        sweep = self.sweep
        guarded = self.meets_infinity(op)
        for k, partial in enumerate(rules.partials(self.b, op, ins)):
            if op.ins[k] in sweep.active:
                guard = guarded and may_be_wild(op, partial, self.wild(op))
                guard = guard or (op.out in sweep.chosen and overflows(op, k, partial, sweep.factors))
                guard = guard or stays_infinite(op, k, sweep.endless)
                if meets_zero(op, partial, sweep.hidden, sweep.swollen):
                    contribution = choices.guarded(self.b, partial, ct)
                    contribution = choices.taken(self.b, ct, partial, contribution) if guard else contribution
                else:
                    contribution = rules.scaled(self.b, ct, partial, guard)
                self.add(op.ins[k], contribution, (op, k))

    def pull_transpose(self, op: Op, ct: V, ins: Sequence[V]) -> None:
        assert op.prim.transpose is not None
        # an operand that the operation overwrites comes last: its rule overwrites the cotangent that the others read
        for number, rule in sorted(enumerate(op.prim.transpose), key=lambda item: item[0] == op.prim.consumes):
            star = op.prim.operands[number].startswith("*")
            targets = op.ins[number:] if star else op.ins[number : number + 1]
            if rule is None or not any(v in self.sweep.active for v in targets):
                continue
            if isinstance(rule, Accumulate):
                self.accumulate(op, number, rule, ct, ins)
                continue
            found = rule(self.b, ct, *ins, **op.params)
            for k, contribution in enumerate(found if star else [found], number):
                self.add(op.ins[k], contribution, (op, k))

    def accumulate(self, op: Op, k: int, rule: Accumulate, ct: V, ins: Sequence[V]) -> None:
        """Add into the part of an accumulator that the operation read."""
        v = op.ins[k]
        if v not in self.sweep.active:
            return
        if isinstance(v.type, AVal) and ct.type.complex and not v.type.complex:
            ct = self.b.op("real", ct)
        if v not in self.cts:
            self.begun_in_views(v)
        before = self.cts.get(v)
        if before is None and (parts := self.parts_of(v)):
            self.accumulate_in(op, k, parts, rule, ct, ins)
            return
        # what is added into must be an array of v's dtype: not a NumPy scalar for a 0-d array, not real for complex
        acc = self.b.zeros(v) if before is None else rules.exactly(self.b, V(self.b, before), v)
        self.set(v, rule.rule(self.b, acc, ct, *ins, **op.params).value, (op, k))

    def begun_in_views(self, v: Value) -> None:
        """Take what views of all of v have been given so far: what is added to v is added there."""
        for view in self.views.get(v, ()):
            ct = self.cts.pop(view.out, None)
            if ct is not None:
                self.add(v, V(self.b, Part(view).returned(self.b, ct)), (view, 0))

    def accumulate_in(self, op: Op, k: int, parts: Sequence[Part], rule: Accumulate, ct: V, ins: Sequence[V]) -> None:
        """Add into what is lent of the cotangent of the outermost whole, part by part."""
        whole = parts[0].whole
        lent, backs = self.finished(whole), []
        for part in parts:
            lent, back = part.lent(self.b, lent)
            backs.append(back)
        self.set(op.ins[k], rule.rule(self.b, V(self.b, lent), ct, *ins, **op.params).value, (op, k))
        lent = self.cts.pop(op.ins[k])
        for back in reversed(backs):
            lent = back(lent)
        self.set(whole, lent)

    def parts_of(self, v: Value) -> list[Part]:
        """The parts, outermost first, through which a block reads v out of a list or array that has a cotangent."""
        found: list[Part] = []
        while (part := self.part_of(v)) is not None:
            found.insert(0, part)
            v = part.whole
            if v not in self.cts:
                self.begun_in_views(v)
            if v in self.cts:
                return found
        return found if isinstance(v.type, Seq) else []

    def part_of(self, v: Value) -> Part | None:
        """The part that an array or list is of a list or array that this block reads it out of."""
        made = self.defined.get(v)
        if made is None or not reads_part(made) or made.ins[0] not in self.sweep.active:
            return None
        if made.prim.name in ("seq_get", "seq_last") and made.ins[0] not in self.cts and made.ins[0] in self.consumed:
            return None  # it comes through the overwrite
        return Part(made)
