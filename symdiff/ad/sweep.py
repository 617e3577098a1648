"""The reverse pass over one function: a forward half that saves, and a backward half that reads what was saved.

Forward operations stay the very same objects; structured ones gain results for their residuals (`loops`, `branches`,
`calls`).  Each region is reversed at once, so that what its backward half reads is known when the forward half is
written.

By hand, once: of `y = exp(x); z = y * y` the forward half is the program itself, with y saved; the backward half pulls
back the operations in turn, the last one first:

    d_y = d_z * y + d_z * y;  d_x = d_y * y
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from symdiff.ad import rules
from symdiff.ad.activity import has_rule
from symdiff.ad.backward import Half
from symdiff.ad.branches import cond
from symdiff.ad.calls import call, sole_slices
from symdiff.ad.finals import Final, same_reads
from symdiff.ad.halves import (
    Backward,
    Pattern,
    Pull,
    Seeds,
    computed_again,
    free_values,
    made_anew,
    needed_of,
    of_saved,
    operands_first,
    prune,
    small_steps,
    steady_values,
    tests_of_results,
    wide_views,
)
from symdiff.ad.loops import reverse_loop
from symdiff.ad.order import reading_first
from symdiff.ad.rewritten import changed_lists
from symdiff.ad.ruled import call_jvp, call_vjp
from symdiff.ir import types
from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Op, Params, Value
from symdiff.ir.lengths import known_by_length, with_lengths
from symdiff.ir.steps import Steps

if TYPE_CHECKING:
    from symdiff.ad.reverse import Reversal


class Sweep:
    """One function being reversed, with its activity."""

    def __init__(self, reversal: Reversal, body: Block, pattern: Pattern, owns_memory: bool = False) -> None:
        self.reversal = reversal
        self.owns_memory = owns_memory  # keeping a whole array costs no more than the function has cost already
        self.varied: set[Value] = set()
        reached: set[Value] = set()
        reversal.varied.run(body, pattern.varied, self.varied)
        reversal.useful.run(body, pattern.useful, reached)
        self.active = self.varied & reached
        self.steady = steady_values(body)
        self.turns = 0  # how many loops there are around what is being reversed
        # arrays and lists that the innermost loop around them, or the function, changes in part
        self.rewritten = set() if owns_memory else changed_lists(reversal.program, body, body.params)
        self.tests: dict[Value, Op] = {}  # whether an optional value is there, by the result
        self.absent: set[Value] = set()  # the optional values of a branch that are not there, by its condition
        self.wild: set[Value] = set()
        reversal.wild.run(body, pattern.wild, self.wild)
        self.grown: set[Value] = set()
        reversal.grown.run(body, pattern.grown, self.grown)
        self.factors = reversal.factors
        self.factors.run(body, (False,) * len(body.params), set())
        self.endless: set[Value] = set()
        reversal.endless.run(body, pattern.endless, self.endless)
        self.masked: set[Value] = set()
        reversal.masked.run(body, pattern.masked, self.masked)
        self.chosen: set[Value] = set()
        reversal.chosen.run(body, pattern.chosen, self.chosen)
        self.hidden: set[Value] = set()
        reversal.hidden.run(body, (False,) * len(body.params), self.hidden)
        self.swollen = reversal.swollen.of(body, entry=owns_memory) if self.hidden else set()

    def is_active(self, values: Sequence[Value]) -> list[bool]:
        return [v in self.active for v in values]

    def forward(self, block: Block, b: Builder, seeded: Sequence[Value]) -> Steps:
        """Append the forward half of a block's operations; how to pull back each active one, a `list[Pull]` in order.

        `seeded` are the values with a cotangent from the start.
        """
        order = reading_first([op for op in block.ops if any(v in self.active for v in op.outs)])
        place = {op: k for k, op in enumerate(order)}
        # before its last use, on the way back, the cotangent of a value has begun
        last = {v: k for k, op in enumerate(order) for v in op.ins} | {v: len(order) for v in seeded}
        slices = sole_slices(order, set(seeded))
        pulls: dict[Op, Pull] = {}
        start = b.loc
        for op in block.ops:
            b.loc = op.loc
            if op not in place:
                if op.prim.name in ("opt_absent", "opt_present"):
                    self.tests[op.out] = op
                b.ops.append(op)
                continue
            begun = [last[v] > place[op] for v in op.ins]
            if op.prim.name == "cond":
                pulls[op] = yield from cond(self, op, b, begun)
            elif op.prim.name == "call" and has_rule(op):
                pulls[op] = yield from (call_vjp if "vjp" in op.params else call_jvp)(self, op, b)
            elif op.prim.name == "call":
                pulls[op] = yield from call(self, op, b, begun, slices)
            elif op.prim.name in ("for", "while"):
                pulls[op] = yield from reverse_loop(self, op, b)
            else:
                b.ops.append(op)
                pulls[op] = _straight(op)
        b.loc = start
        return [pulls[op] for op in order]

    def backward(
        self,
        block: Block,
        b: Builder,
        pulls: Sequence[Pull],
        seeds: Seeds,
        wanted: Sequence[Value],
        direct: Sequence[Value] = (),
        steady: Set[Value] = frozenset(),
        kept: Sequence[Final] = (),
    ) -> Backward:
        """Run the pullbacks in reverse from the seeds; the cotangents of `wanted` are the results.

        `direct` is passed again, `steady` is what no loop changes, `kept` what may be read from finished arrays.
        """
        half = Half(self, b, block)
        for v, ct in seeds:
            half.set(v, ct if v not in half.cts else rules.add(half.b, half.cts[v], ct))
        for pull in reversed(pulls):
            pull(half)
        results = [half.finished(v) for v in wanted]
        same = {} if self.reversal.literal else same_reads(b.ops)
        ops = [_reading(op, same) for op in prune(half.b.ops, results)]
        free = free_values(ops, results, [ct for _, ct in seeds])
        if not self.rewritten.isdisjoint(free):
            ops, results = _lengths_alone(block, b, ops, results, [v for v in free if v in self.rewritten])
            free = free_values(ops, results, [ct for _, ct in seeds])
        passed = set(direct)
        makers = made_anew(b.ops, passed, steady)
        if not self.reversal.literal:
            ops = tests_of_results(b.ops, ops, [v for v in free if v not in makers and v not in passed], results)
            free = free_values(ops, results, [ct for _, ct in seeds])
        direct = _with_finished(kept, free, direct, makers)
        makers.update(of_saved(b.ops, [v for v in free if v not in makers], {*passed, *makers}))
        wide = wide_views(b.ops, free)
        makers.update(wide)
        free = list(dict.fromkeys([*free, *(op.ins[0] for op in wide.values())]))
        if direct:
            most = 2 if self.turns else 3
            makers.update(computed_again(b.ops, free, self.at_hand(direct, free), makers, most))
        elif not self.turns and not self.reversal.literal:  # a whole function
            steps = small_steps(b.ops, [v for v in free if v not in makers], block.params, [ct for _, ct in seeds])
            makers.update(steps)
            free = list(dict.fromkeys([*free, *(v for op in steps.values() for v in op.ins if v.const is None)]))
        place = {v: k for k, v in enumerate([*block.params, *(v for op in b.ops for v in op.outs)])}
        passed = set(direct)
        saved = sorted((v for v in free if v not in passed and v not in makers), key=place.__getitem__)
        anew = operands_first(sorted(needed_of(makers, free), key=lambda op: place[op.outs[0]]))
        read = {*free, *(v for op in anew for v in op.ins)}
        return Backward(ops, results, seeds, [*map(_read_again, anew)], [v for v in direct if v in read], saved)

    def at_hand(self, direct: Sequence[Value], free: Sequence[Value]) -> set[Value]:
        """Of what is passed again, what costs no list: it is read anyway, whole, or the same in every turn."""
        read = set(free)
        return {v for v in direct if v in read or v in self.steady or v.type == types.INT}


def _lengths_alone(
    block: Block, b: Builder, ops: list[Op], results: list[Value], lists: Sequence[Value]
) -> tuple[list[Op], list[Value]]:
    """The backward half with lengths, which the forward half finds before these lists change, in place of the lists."""
    counts: dict[Value, Value] = {}
    for s in known_by_length(ops, results, lists):
        at = 0 if s in block.params else next(k for k, op in enumerate(b.ops, 1) if s in op.outs)
        found = Builder(b.loc)
        counts[s] = found.op("seq_len", s, hint=f"n_{s.hint}" if s.hint else "").value
        b.ops[at:at] = found.ops
    return with_lengths(ops, results, counts) if counts else (ops, results)


def _with_finished(
    kept: Sequence[Final], free: Sequence[Value], direct: Sequence[Value], makers: dict[Value, Op]
) -> Sequence[Value]:
    """What is passed again, and the finished arrays that elements are read from; `makers` learns how."""
    passed = set(direct)
    for final in kept:
        constants = (v for op in final.reads.values() for v in op.ins if v.const is not None)
        at_hand = {final.array, *passed, *makers, *constants}
        reads = {v: op for v, op in final.reads.items() if v not in makers and at_hand.issuperset(op.ins)}
        if not reads.keys().isdisjoint(free):
            makers.update(reads)
            direct = (*direct, final.array)
    return direct


def _read_again(op: Op) -> Op:
    """A read that the primal has made is the derivative's: it went well, so it may stand where it is used."""
    if op.prim.name not in ("index", "seq_get", "opt_get"):
        return op
    params = Params(name="", none=False) if op.prim.name == "opt_get" else op.params
    return Op(op.prim, op.ins, op.outs, params, op.regions, rules.derived(op.loc))


def _straight(op: Op) -> Pull:
    def pull(half: Half) -> None:
        try:
            half.pull_clearly(op)
        except types.KindError:
            raise rules.unclear_kind(op, half.b.loc) from None

    return pull


def _reading(op: Op, same: Mapping[Value, Value]) -> Op:
    """The operation with each element by its one name."""
    if not any(v in same for v in op.ins):
        return op
    return Op(op.prim, tuple(same.get(v, v) for v in op.ins), op.outs, op.params, op.regions, op.loc)
