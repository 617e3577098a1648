"""Who holds which memory: the walk behind the `buffers` pass, `ownership` and the check of both.

Generated code writes in place where the IR says `x' = index_set(x, v)`.  That is right if, at that moment, nothing
else that is still read shares memory with x.  By hand:

    %a = zeros()                     a holds buffer 1
    %r = index(%a, …)                r is a view: it holds buffer 1 as well
    %b = index_set(%a, …)            wants to write buffer 1; if r is read below, r (a small slice) must be a copy
    … for(…, %b) { (i, %c) …         turn by turn, c holds a buffer of its own: the *slot*.  Writing it in the body
                                     means that the loop writes its operand b, and what the turn hands to the next

`Flow` walks a function once, in the order of execution, and knows for each value the buffers it is (`top`) and those
reachable inside it (`inner`: elements of lists, fields of records), and for each buffer the values that are live and
hold it.  A slot of a loop, a parameter of a function get a buffer of their own; whether they are written is found in
the body, and then demanded of what comes in (`claim`).  What to do where a claim fails is the subclass's: copy,
complain or do without.

`borrow` claims its operand, and cuts it in two: the part and the rest hold a buffer each, so that the part may be
written while the rest is waiting; `restore` makes one array of them again, which holds both.

An element of a list may be lent as well if no two elements of the list are the same array.  A list is taken to be so
unless it holds the mark ELEMENT: it gets it where something is put in that was not made in the same turn, as
the same array might be put in by every turn.  Like memory, the elements of a carry or parameter are claimed of what
comes in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set

from symdiff.ir.core import Block, Family, Function, Op, Program, Value, walk
from symdiff.ir.memory import (
    ELEMENT,
    NO_BUFFERS,
    NOTHING,
    READONLY,
    Buffers,
    Claim,
    Frame,
    Memory,
    Summary,
    Token,
    contains,
    mutable,
    numbers_alone,
    viewed,
)
from symdiff.ir.slots import Slots
from symdiff.ir.steps import Steps, reached, run_steps
from symdiff.ir.types import Seq, Type

_READONLY_VIEWS = ("broadcast_to", "diag", "diagonal", "imag", "sliding_window_view", "spread")
# Lists that hold after a change what they held before, or less.
_SAME_ELEMENTS = frozenset(("seq_rest", "seq_swap", "seq_delete", "seq_cut", "seq_queue", "seq_list"))


def has_calls(program: Program) -> bool:
    """Whether the summary of a function of the program is read; else one walk over each is enough."""
    functions = program.functions.values()
    return len(functions) > 1 or any(op.prim.name == "call" for f in functions for op in walk(f.body))


class Flow:
    """One walk over one function.  Subclasses say what to do where a claim fails."""

    residuals: Collection[int] = ()  # results of public functions that only a backward pass reads
    borrow = False  # whether those may hold the caller's arrays

    def __init__(self, program: Program, summaries: Mapping[str, Summary], public: Collection[str]) -> None:
        self.program, self.summaries, self.public = program, summaries, public
        self.memory: dict[Value, Memory] = {}
        self.holders: dict[int, set[Value]] = {}  # live values only
        self.fixed: set[int] = set()  # buffers of parameters that belong to the caller
        self.lent: dict[int, Buffers] = {}  # the part that is lent of an array, by what is left
        self.under: dict[int, Buffers] = {}  # what a buffer may be in truth: a cond's result, a part, a claimed operand
        self.written: set[int] = set()
        self.made_by: dict[Value, tuple[Op, int]] = {}
        self.outside: dict[Value, Value] = {}  # what parameters of branches are
        self.fresh_count = 0

    # --- what subclasses decide

    def refused(self, frame: Frame, op: Op, x: Value, clash: frozenset[Value], where: Claim) -> Value:
        """x cannot be overwritten: `clash` are the values that hold its memory, none where it is borrowed."""
        raise NotImplementedError

    def leaked(self, frame: Frame, op: Op | None, index: int, x: Value) -> Value:
        """Result or saved field x shares memory with a parameter or another result, or is not writable."""
        raise NotImplementedError

    def overwritten(self, stale: Set[Value]) -> None:
        """Called with those that hold a part, and are read again, where another is put in its place."""

    def defined(self, frame: Frame, op: Op) -> None:
        """Called after each operation."""

    def parameters(self, function: Function, memories: Sequence[Memory]) -> None:
        """Called with the memory of a function's parameters."""

    def slots(self, op: Op, memories: Sequence[Memory]) -> None:
        """Called with the memory of a loop's carries, before its body."""

    def slot_written(self, op: Op, j: int) -> None:
        """Called when carry j of a loop turns out to be overwritten."""

    def overwrites(self, frame: Frame, op: Op, ins: Sequence[Value]) -> int | None:
        """An operand whose buffer the result of an elementwise operation takes over, where that costs nothing."""
        return None

    # --- memory

    def fresh(self) -> int:
        self.fresh_count += 1
        return self.fresh_count

    def new(self, t: Type) -> Memory:
        if not mutable(t):
            return NOTHING
        return Memory(frozenset((self.fresh(),)), frozenset((self.fresh(),)) if contains(t) else NO_BUFFERS)

    def of(self, v: Value) -> Memory:
        return self.memory.get(v, NOTHING)

    def define(self, frame: Frame, v: Value, m: Memory) -> None:
        if not mutable(v.type):
            return
        self.memory[v] = m
        if frame.last.get(v, -1) > frame.at:
            frame.held.append(v)
            for b in m.all:
                if b > 0:
                    self.holders.setdefault(b, set()).add(v)

    def drop(self, v: Value) -> None:
        for b in self.of(v).all:
            if b > 0 and b in self.holders:
                self.holders[b].discard(v)

    def closure(self, buffers: Iterable[int]) -> set[int]:
        return reached(buffers, lambda b: self.under.get(b, ()))

    def roots(self, buffers: Iterable[int]) -> Buffers:
        """What buffers are in truth, without those in between."""
        return frozenset(b for b in self.closure(buffers) if b not in self.under)

    def standing_for(self, t: Type, claimed: Value) -> Memory:
        """Buffers of its own for what a claimed operand has become."""
        made = self.new(t)
        self.under.update(dict.fromkeys(made.top, self.roots(self.of(claimed).top)))
        return made

    def write(self, buffers: Iterable[int]) -> None:
        self.written |= self.closure(buffers)

    # --- claims

    def claim(self, frame: Frame, op: Op, x: Value, others: Iterable[Value], where: Claim) -> Value:
        """x, or what the subclass puts in its place, as an operand that is overwritten."""
        free, clash = self.obstacle(x, others, where.elements)
        if not free:
            x = self.refused(frame, op, x, clash, where)
        self.write(self.of(x).inner if where.elements else self.of(x).top)
        return x

    def obstacle(self, x: Value, others: Iterable[Value], elements: bool = False) -> tuple[bool, frozenset[Value]]:
        found = self.of(x).inner if elements else self.of(x).top
        if any(b < 0 or b in self.fixed for b in found):
            return False, frozenset()
        clash = {v for b in found for v in self.holders.get(b, ())}
        clash.update(v for v in others if not found.isdisjoint(self.of(v).all))
        return not clash, frozenset(clash)

    # --- walking

    def function(self, function: Function) -> tuple[Function, Summary]:
        memories = []
        for v in function.body.params:
            m = self.new(v.type)
            memories.append(m)
            if function.name in self.public:
                self.fixed |= m.all
        self.parameters(function, memories)
        frame = run_steps(self.region(function.body, memories, (), 0))
        if function.name in self.public:
            self.release(frame)
        summary = self.summary(memories, frame)
        body = frame.rebuilt()
        return (function if body is function.body else Function(function.name, body, function.dims)), summary

    def region(self, block: Block, memories: Sequence[Memory], held: Collection[Value], depth: int) -> Steps:
        """Walk a block, to its Frame; `held` are parameters that others still read when it ends."""
        last = {v: k for k, op in enumerate(block.ops) for v in op.ins}
        last.update(dict.fromkeys(block.outs, len(block.ops)))
        last.update(dict.fromkeys(held, len(block.ops) + 1))
        frame = Frame(block, depth, last, before=self.fresh_count)
        for v, m in zip(block.params, memories, strict=True):
            self.define(frame, v, m)
        for k, op in enumerate(block.ops):
            if self.is_untouched(op):
                frame.ops.append(op)
            else:
                yield from self.step(frame, k, op)
        frame.at = len(block.ops)
        frame.outs = [frame.value(v) for v in block.outs]
        for v in frame.outs:
            if frame.last.get(v, -1) <= frame.at:
                self.drop(v)
        return frame

    def leave(self, frame: Frame) -> None:
        for v in frame.held:
            self.drop(v)

    def step(self, frame: Frame, k: int, op: Op) -> Steps:
        frame.at = k
        ins = [frame.value(v) for v in op.ins]
        for v in ins:
            if frame.last.get(v, -1) <= k:
                self.drop(v)
        known = self.fresh_count
        if op.regions:
            memories, regions = yield from _CONTROL[op.prim.name](self, frame, op, ins)
        else:
            memories, regions = _HANDLERS.get(op.prim.name, Flow.plain)(self, frame, op, ins)
        frame.own.update(b for m in memories for b in m.top if b > known and b not in self.under)
        kept = (tuple(ins), tuple(regions)) == (op.ins, op.regions)
        frame.ops.append(op if kept else Op(op.prim, tuple(ins), op.outs, op.params, tuple(regions), op.loc))
        for v, m in zip(op.outs, memories, strict=True):
            self.made_by[v] = (op, frame.depth)
            self.define(frame, v, m)
        self.defined(frame, op)

    def is_untouched(self, op: Op) -> bool:
        """Whether an operation reads and makes numbers alone: memory has no part in it."""
        if op.regions or op.prim.name in _HANDLERS:
            return False
        for v in op.ins:
            if v in self.memory:
                return False
        return not any(mutable(v.type) for v in op.outs)

    def plain(self, frame: Frame, op: Op, ins: list[Value]) -> Effect:
        k = op.prim.consumes
        if k is not None and mutable(op.ins[k].type):
            ins[k] = self.claim(frame, op, ins[k], [*ins[:k], *ins[k + 1 :]], Claim("operand"))
        elif op.prim.family is Family.ELEMENTWISE and mutable(op.outs[0].type) and viewed(op) is None:
            k = self.overwrites(frame, op, ins)
        if k is None or not mutable(op.ins[k].type):
            return [self.result(op, v.type, ins) for v in op.outs], ()
        target = self.of(ins[k])
        frame.own |= target.top  # claimed just now: nobody else holds it
        if not contains(op.outs[0].type) or op.prim.name in _SAME_ELEMENTS:
            return [target], ()
        if op.prim.name in ("seq_add", "seq_add_part"):  # s[i] + x is a new array
            added = op.ins[-1] if op.prim.name == "seq_add" else op.ins[1]
            return [Memory(target.top, target.inner | self.new(added.type).all)], ()
        if op.prim.name == "seq_splice":  # both lists have these elements
            return [Memory(target.top, target.inner | self.of(ins[1]).inner | {ELEMENT})], ()
        return [Memory(target.top, self.with_element(frame, target.inner, self.of(ins[-1])))], ()

    def with_element(self, frame: Frame, inner: Buffers, put: Memory) -> Buffers:
        """What a list holds with one more element: the mark as well, unless this block made it and puts it in once."""
        here = put.top <= frame.own and all(b > frame.before for b in self.closure(put.inner))
        once = here and self.closure(inner).isdisjoint(put.all)
        return inner | put.all if once else inner | put.all | {ELEMENT}

    def lend(self, frame: Frame, op: Op, ins: list[Value]) -> Effect:
        if contains(ins[0].type):
            ins[0] = self.claim(frame, op, ins[0], ins[1:], Claim("elements of a list", elements=True))
        ins[0] = self.claim(frame, op, ins[0], ins[1:], Claim("operand"))
        rest = self.standing_for(op.outs[1].type, ins[0])
        if not contains(ins[0].type):
            part_ = self.standing_for(op.outs[0].type, ins[0])
            self.lent.update(dict.fromkeys(rest.top, part_.top))
            return [part_, rest], ()
        inner, part = self.of(ins[0]).inner, self.fresh()
        self.under[part] = self.roots(inner)
        if not contains(op.outs[0].type):
            return [Memory(frozenset((part,))), Memory(rest.top, inner)], ()
        within = self.fresh()  # the elements of the part, which are among those of the list
        self.under[within] = self.under[part]
        return [Memory(frozenset((part,)), frozenset((within,)) | (inner & {ELEMENT})), Memory(rest.top, inner)], ()

    def restore(self, frame: Frame, op: Op, ins: list[Value]) -> Effect:
        """The array is whole: whoever still holds the part now holds some of it."""
        lent = NO_BUFFERS.union(*(self.lent.get(b, NO_BUFFERS) for b in self.of(ins[0]).top))
        if lent.isdisjoint(self.of(ins[1]).top):
            holders = {v for b in lent for v in self.holders.get(b, ())}
            self.overwritten({v for v in holders if frame.last.get(v, -1) > frame.at})
        ins[0] = self.claim(frame, op, ins[0], ins[1:], Claim("operand"))
        rest, part = self.of(ins[0]), self.of(ins[1])
        whole = self.roots(rest.inner or rest.top)
        lent = frozenset(b for b in part.top if b > 0 and not whole.isdisjoint(self.roots((b,))))
        if not contains(ins[0].type):
            return [Memory(rest.top | lent)], ()
        within = frozenset(b for b in part.inner if b in self.under and self.roots((b,)) <= whole)
        back = frozenset(b for b in lent if b in self.under) | within
        held = frozenset(b for b in back if self.holders.get(b))
        put = Memory(part.top - back, part.inner - within - (rest.inner & {ELEMENT}))
        return [Memory(rest.top, self.with_element(frame, rest.inner | held, put))], ()

    def result(self, op: Op, t: Type, ins: Sequence[Value]) -> Memory:
        """What a result shares, of an operation that overwrites nothing."""
        if not mutable(t):
            return NOTHING
        name, prim = op.prim.name, op.prim
        if name == "const":
            return Memory(frozenset((READONLY,)))
        source = viewed(op)
        if source is not None:
            readonly = frozenset((READONLY,)) if name in _READONLY_VIEWS else NO_BUFFERS
            return Memory(self.of(ins[source]).top | readonly, self.of(ins[source]).inner)
        made = self.new(t)
        if name == "copy" and (op.params.get("deep") or not isinstance(t, Seq)):
            return made
        if name == "seq_convert" and numbers_alone(t):  # all inner lists are made anew
            return made
        if prim.family is Family.STRUCTURE and prim.views is not None:
            held = NO_BUFFERS.union(*(self.of(v).all for v in ins))
            if name in ("opt_some", "opt_get"):
                return self.of(ins[0])
            if name in ("alt_pack", "saved_pack"):
                return Memory(made.top, held)
            inner = self.of(ins[0]).inner | {ELEMENT}
            return Memory(inner, inner if contains(t) else NO_BUFFERS)
        if contains(t) and prim.family is Family.LINEAR:
            mark = NO_BUFFERS if name == "copy" else frozenset((ELEMENT,))
            return Memory(made.top, made.inner.union(mark, *(self.of(v).all for v in ins)))
        return made

    # --- control flow

    def cond(self, frame: Frame, op: Op, ins: list[Value]) -> Steps:
        blocks, ends = [], []
        for region in op.regions:
            self.outside.update(zip(region.params, ins[1:], strict=True))
            inner = yield self.region(region, [self.of(v) for v in ins[1:]], (), frame.depth + 1)
            blocks.append(inner.rebuilt())
            ends.append([self.of(v) for v in inner.outs])
            self.leave(inner)
        counts = [Counter(b for m in end for b in m.all) for end in ends]
        results = [self.joined(then, orelse, counts) for then, orelse in zip(*ends, strict=True)]
        return results, tuple(blocks)

    def joined(self, then: Memory, orelse: Memory, counts: Sequence[Counter[int]]) -> Memory:
        """A result of a cond.  It gets a buffer of its own if no branch shares it: `a, b = b, a` keeps two."""
        union = Memory(then.top | orelse.top, then.inner | orelse.inner)
        if then.top == orelse.top:
            return union
        shared = any(b < 0 or b in self.fixed or self.holders.get(b) for b in union.top)
        if shared or any(count[b] > 1 for count, m in zip(counts, (then, orelse), strict=True) for b in m.top):
            return union
        own = self.fresh()
        self.under[own] = union.top
        return Memory(frozenset((own,)), union.inner)

    def for_(self, frame: Frame, op: Op, ins: list[Value]) -> Steps:
        n_carry, n_xs = op.params["n_carry"], op.params["n_xs"]
        slots = Slots(self, op, ins, 3, n_carry)
        rows = [self.row(v) for v in ins[3 + n_carry : 3 + n_carry + n_xs]]
        caps = [self.of(v) for v in ins[3 + n_carry + n_xs :]]
        body = op.regions[0]
        memories = [NOTHING, *slots.memories, *rows, *caps]
        inner = yield self.region(body, memories, body.params[1 + n_carry :], frame.depth + 1)
        slots.close(inner)
        slots.enter(frame, ins)
        return slots.results(inner, frame), (inner.rebuilt(),)

    def row(self, xs: Value) -> Memory:
        m = self.of(xs)
        inner = (m.inner if isinstance(xs.type, Seq) else m.top) | {ELEMENT}
        return Memory(inner, inner if isinstance(xs.type, Seq) and contains(xs.type.elem) else NO_BUFFERS)

    def while_(self, frame: Frame, op: Op, ins: list[Value]) -> Steps:
        n_carry = op.params["n_carry"]
        slots = Slots(self, op, ins, 0, n_carry)
        memories = [*slots.memories, *(self.of(v) for v in ins[n_carry:])]
        before, after = op.regions
        test = yield self.region(before, memories, before.params, frame.depth + 1)
        self.leave(test)
        inner = yield self.region(after, memories, after.params[n_carry:], frame.depth + 1)
        slots.close(inner)
        slots.enter(frame, ins)
        return slots.results(inner, frame), (test.rebuilt(), inner.rebuilt())

    def call(self, frame: Frame, op: Op, ins: list[Value]) -> Effect:
        summary = self.summaries[op.params["function"]]
        claims = [(k, Claim("elements of an argument", elements=True)) for k in sorted(summary.elements)]
        for k, where in (*claims, *((k, Claim("argument")) for k in sorted(summary.written))):
            ins[k] = self.claim(frame, op, ins[k], [*ins[:k], *ins[k + 1 :]], where)
        own: dict[Token, int] = {}

        def meaning(tokens: frozenset[Token]) -> Buffers:
            found: set[int] = set()
            for token in sorted(tokens):
                kind, k = token
                if kind == "mark":
                    found.add(k)
                elif kind == "shared" or (kind == "top" and k in summary.written):
                    if token not in own:
                        own[token] = self.fresh()
                        if kind == "top":
                            self.under[own[token]] = self.roots(self.of(ins[k]).top)
                    found.add(own[token])
                else:
                    found |= self.of(ins[k]).top if kind == "top" else self.of(ins[k]).inner
            return frozenset(found)

        memories = [self.new(v.type) for v in op.outs]
        for j, (top, inner) in enumerate(summary.outs):
            if mutable(op.outs[j].type):
                made, found = memories[j], meaning(inner)
                held = found if any(b > 0 for b in found) else found | made.inner
                memories[j] = Memory(meaning(top) or made.top, held)
        return memories, ()

    # --- ends of functions

    def summary(self, params: Sequence[Memory], frame: Frame) -> Summary:
        tokens: dict[int, Token] = {READONLY: ("mark", READONLY), ELEMENT: ("mark", ELEMENT)}
        for k, m in enumerate(params):
            tokens.update(dict.fromkeys(m.inner, ("inner", k)))
            tokens.update(dict.fromkeys(m.top, ("top", k)))
        ends = [(self.closure(m.top), self.closure(m.inner)) for m in map(self.of, frame.outs)]
        held: dict[int, int] = {}  # the results that hold a buffer, as bits: rounds and recursion add no new names
        for j, (top, inner) in enumerate(ends):
            for b in top | inner:
                held[b] = held.get(b, 0) | 1 << j
        tokens.update({b: ("shared", bits) for b, bits in held.items() if bits & (bits - 1) and b not in tokens})
        outs = tuple(
            (frozenset(tokens[b] for b in top if b in tokens), frozenset(tokens[b] for b in inner if b in tokens))
            for top, inner in ends
        )
        written = frozenset(k for k, m in enumerate(params) if not m.top.isdisjoint(self.written))
        elements = frozenset(k for k, m in enumerate(params) if not m.inner.isdisjoint(self.written))
        return Summary(written, elements, outs)

    def release(self, frame: Frame) -> None:
        """The results of a public function: writable, sharing memory with no argument and not with each other.

        Residuals, and the fields of records, are only read: they may share memory among themselves.
        """
        given, beneath = set[int](), set[int]()  # buffers of other results; with what those may be in truth
        makers = {v: op for op in frame.block.ops for v in op.outs if op.prim.name in ("saved_pack", "alt_pack")}
        last = [j for j, v in enumerate(frame.outs) if j in self.residuals or v in makers]
        for j in [j for j in range(len(frame.outs)) if j not in set(last)]:
            frame.outs[j] = self.hand_out(frame, None, j, frame.outs[j], given, beneath)
            found = {b for b in self.of(frame.outs[j]).all if b > 0}
            given |= found
            beneath |= {b for b in self.closure(found) if b > 0}
        taken = given if self.borrow else given | self.fixed
        for j in last:
            op = makers.get(frame.outs[j])
            if op is None:
                frame.outs[j] = self.hand_out(frame, None, j, frame.outs[j], taken, beneath, residual=True)
                continue
            for k, part in enumerate(op.ins):
                self.hand_out(frame, op, k, frame.value(part), taken, beneath, residual=True)

    def hand_out(
        self,
        frame: Frame,
        op: Op | None,
        k: int,
        v: Value,
        given: Collection[int],
        beneath: Collection[int],
        residual: bool = False,
    ) -> Value:
        """Two results of one cond may be the same array in truth, but of different branches: they share nothing."""
        own = self.of(v).all
        buffers = self.closure(own)
        ours = residual or (READONLY not in buffers and self.fixed.isdisjoint(buffers))
        apart = buffers.isdisjoint(given) and own.isdisjoint(beneath)
        return v if ours and apart else self.leaked(frame, op, k, v)


Effect = tuple[Sequence[Memory], Sequence[Block]]
_CONTROL: dict[str, Callable[[Flow, Frame, Op, list[Value]], Steps]] = {
    "cond": Flow.cond,
    "for": Flow.for_,
    "while": Flow.while_,
}
_HANDLERS: dict[str, Callable[[Flow, Frame, Op, list[Value]], Effect]] = {
    "call": Flow.call,
    "borrow": Flow.lend,
    "restore": Flow.restore,
}
