"""The last pass, mandatory at every level: copies are inserted so that printing in place is right.

    %r = index(%x) {…}               %r = index(%x) {…}
    %y = index_set(%x, …)            %c = copy(%r)             a small slice read later: copied instead of %x
    %z = add(%r, …)          ⟹       %y = index_set(%x, …)
    return %y, %z                    %z = add(%c, …)

An operation that overwrites an operand may do so if the operand's memory belongs to this function, is not read
afterwards and is held by no other live value.  Where that fails, the copy goes where it costs least: on the other
holder if it is a slice, else on the operand; of a loop's carry once before the loop.  Results of public functions are
writable and share memory with no argument and not with each other.

`ownership` then finds elementwise operations whose result can be written over an operand that is dead: `z1 += b1`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from symdiff.ir.aliases import Flow, has_calls
from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Block, Function, Op, Params, Program, Value, walk
from symdiff.ir.effects import derived
from symdiff.ir.memory import Buffers, Claim, Frame, Memory, Summary, viewed
from symdiff.ir.steps import Steps
from symdiff.ir.types import INT, AVal, Opt, Seq, Type
from symdiff.passes.regions import map_blocks, rebuilt, same_block

_READS = ("index", "seq_last", "seq_get", "seq_slice", "seq_len", "dim_of")  # they read a part, or less
_VIEW_ROUNDS = 8  # then only operands are copied, which always ends


def buffers(
    program: Program, entries: Collection[str] = (), residuals: Collection[int] = (), borrow: bool = False
) -> Program:
    """The program with copies where in-place printing needs them.

    `entries` are the functions that users call (default: the program's entry).  `residuals` are the positions of those
    results that only a backward pass reads: like the fields of saved records they may share memory among themselves,
    and with `borrow` they may be the caller's arrays.
    """
    public = frozenset(entries) or frozenset((program.entry,))
    ordered = {name: map_blocks(f, reads_first) for name, f in program.functions.items()}
    summaries = {name: Summary() for name in program.functions}
    plans = {name: _Plan(frozenset(residuals), borrow) for name in program.functions}
    calls = has_calls(program)
    while True:
        functions: dict[str, Function] = {}
        settled, planned = True, sum(plan.size for plan in plans.values())
        for name, function in ordered.items():
            plan = plans[name]
            size, summary = plan.size, summaries[name]
            if plan.unlent:
                function = map_blocks(function, plan.read_instead)
            if plan.branches:
                function = map_blocks(function, plan.copied_in_branches)
            functions[name], found = _Copies(program, summaries, public, plan).function(function)
            plan.rounds += plan.size > size
            summaries[name] = summary.join(found)
            settled = settled and size == plan.size and (summary == summaries[name] or not calls)
        if settled:
            return Program(functions, program.entry, program.records)
        if len(plans) > 1 and sum(plan.size for plan in plans.values()) > planned:
            # what will be copied may have been all that a result shared
            summaries = {name: Summary() for name in program.functions}


def reads_first(block: Block) -> Block:
    """The block with parts of an operand read before the operation that overwrites it, where they were read after.

    `r = rest(s); e = last(s)` would copy s; `e = last(s); r = rest(s)` does not.
    """
    defined = {v: k for k, op in enumerate(block.ops) for v in op.outs}
    writers: dict[Value, int] = {}
    moved: dict[int, list[Op]] = {}
    effect = -1  # what may raise stays behind the last effect: what the derivative reads again has succeeded
    for k, op in enumerate(block.ops):
        target = writers.get(op.ins[0], k) if op.prim.name in _READS else k
        free = derived(op) or effect < target
        if free and target < k and all(defined.get(v, -1) < target for v in op.ins):
            moved.setdefault(target, []).append(op)
            defined[op.outs[0]] = target
        if op.prim.effect or op.regions or op.prim.name == "call":
            effect = k
        if op.prim.consumes is not None:
            writers.setdefault(op.ins[op.prim.consumes], k)
    if not moved:
        return block
    early = {op for found in moved.values() for op in found}
    placed = [o for k, op in enumerate(block.ops) if op not in early for o in (*moved.get(k, ()), op)]
    return Block(block.params, tuple(placed), block.outs)


@dataclass(slots=True)
class _Plan:
    """Copies decided on in earlier rounds, for one function."""

    residuals: frozenset[int]
    borrow: bool
    views: set[Value] = field(default_factory=set)
    operands: set[tuple[Value, int]] = field(default_factory=set)  # of an operation, told by its first result
    unlent: set[Value] = field(default_factory=set)  # elements of lists that are read and put back, not lent
    branches: set[tuple[Value, int]] = field(default_factory=set)  # results of a cond, with the branch that copies it
    rounds: int = 0

    @property
    def size(self) -> int:
        return len(self.views) + len(self.operands) + len(self.unlent) + len(self.branches)

    def copied_in_branches(self, block: Block) -> Block:
        """The block where branches give copies of what is not theirs to give: `y = x.copy() if c else y`."""
        ops = []
        for op in block.ops:
            regions = list(op.regions)
            for k, v in enumerate(op.outs):
                for r, region in enumerate(regions):
                    if (v, r) in self.branches:
                        regions[r] = _with_copy(region, k, op)
            ops.append(rebuilt(op, op.ins, op.outs, regions))
        return same_block(block, block.params, ops, block.outs)

    def read_instead(self, block: Block) -> Block:
        """The block where elements that cannot be lent are read: their copies are changed and put in their places.

        Where one array is at two places of a list, or is held elsewhere, that costs one element, not all.
        """
        wholes: dict[Value, tuple[Value, Value]] = {}  # with the place, by rest
        ops: list[Op] = []
        for op in block.ops:
            b = Builder(op.loc)
            if op.prim.name == "borrow" and op.outs[0] in self.unlent:
                (_, number), *_ = op.params["spec"]
                place = op.ins[1] if op.ins[1:] else b.const(number, INT)
                wholes[op.outs[1]] = op.ins[0], place
                ops += [*b.ops, Op(REGISTRY["seq_get"], (op.ins[0], place), op.outs[:1], Params(), (), op.loc)]
            elif op.prim.name == "restore" and op.ins[0] in wholes:
                ins = (*wholes[op.ins[0]], op.ins[1])
                ops.append(Op(REGISTRY["seq_set"], ins, op.outs, Params(), (), op.loc))
            else:
                ops.append(op)
        return same_block(block, block.params, ops, block.outs)


class _Copies(Flow):
    def __init__(
        self, program: Program, summaries: Mapping[str, Summary], public: Collection[str], plan: _Plan
    ) -> None:
        super().__init__(program, summaries, public)
        self.plan, self.residuals, self.borrow = plan, plan.residuals, plan.borrow
        self.chooser: Op | None = None  # whose branches are to copy: what is behind them may be ours in the next round

    def step(self, frame: Frame, k: int, op: Op) -> Steps:
        ins = list(op.ins)
        for i in range(len(ins)):
            if op.outs and (op.outs[0], i) in self.plan.operands:
                ins[i] = self.copied_for(frame, k, op, ins[i])
        kept = tuple(ins) == op.ins
        own = op if kept else Op(op.prim, tuple(ins), op.outs, op.params, op.regions, op.loc)
        yield from super().step(frame, k, own)

    def copied_for(self, frame: Frame, k: int, op: Op, x: Value) -> Value:
        """A copy of an operand for this operation alone."""
        frame.at = k - 1
        new = self.copied(frame, frame.value(x), op, deep=True)
        frame.last[new] = k
        self.define(frame, new, self.of(new))
        return new

    def refused(self, frame: Frame, op: Op, x: Value, clash: frozenset[Value], where: Claim) -> Value:
        if clash and self.plan.rounds < _VIEW_ROUNDS:
            slices = self.slices(frame, x, clash)
            if slices:
                self.plan.views |= slices
                return x
        if where.elements and (lent := _lent_of(op, x.type, where)):
            self.plan.unlent |= lent
            return x
        if not where.elements and (branches := self.not_theirs(x, clash)):
            self.plan.branches |= branches
            return x
        return self.copied(frame, x, op, deep=where.elements)

    def not_theirs(self, x: Value, clash: frozenset[Value]) -> set[tuple[Value, int]]:
        """The branches that chose memory for x that cannot be written; none where all did, or nothing was chosen."""
        root, same_block = self.chosen(x)
        op, _ = self.made_by.get(root, (None, 0))
        if op is None or op.prim.name != "cond" or root.type not in (x.type, Opt(x.type)):
            return set()
        closed = self.fixed.union(*(self.closure(self.of(v).all) for v in clash))
        k = op.outs.index(root)
        memories = [self.closure(self.of(region.outs[k]).top) for region in op.regions]
        found = {(root, r) for r, m in enumerate(memories) if any(b < 0 or b in closed for b in m)}
        others = [region for r, region in enumerate(op.regions) if (root, r) not in found]
        kept = same_block or all(region.outs[k] in region.params for region in others)
        can = all(_copied_in(op.regions[r], k) is not None for _, r in found)
        found -= self.plan.branches
        if not (found and others and kept and can and self.chooser in (None, op)):
            return set()
        self.chooser = op
        return found

    def chosen(self, x: Value) -> tuple[Value, bool]:
        """What x is, or is a view of, where branches chose it; whether it is written in the block that they are in."""
        *_, root = self.sources(x)
        same_block = True
        while True:
            op, _ = self.made_by.get(root, (None, 0))
            if op is not None and op.prim.name == "opt_get":
                inner = op.ins[0]
            elif root in self.outside:
                inner, same_block = self.outside[root], False
            else:
                return root, same_block
            *_, root = self.sources(inner)

    def slices(self, frame: Frame, x: Value, clash: frozenset[Value]) -> set[Value]:
        """The views to copy instead of x; none if some other holder is neither a view nor one of several.

        Of a slice seen in another form (`x[i - 3 : i].T`) the slice is copied.
        """
        sources = set(self.sources(x))
        found: set[Value] = set()
        for v in clash:
            *_, root = every = self.sources(v)
            chooser, _ = self.made_by.get(root, (None, 0))
            chosen = root not in sources and root.type != x.type
            if chosen and chooser is not None and chooser.prim.name == "cond":
                taken = self.taken(x, chooser, chooser.outs.index(root))
                if taken is None:
                    return set()
                found |= taken
                continue
            op, depth = self.made_by.get(v, (None, 0))
            if op is None or v in sources or viewed(op) is None:
                return set()
            behind = every[1:]
            if not clash.isdisjoint(behind):  # copying what it views is enough
                continue
            if op.prim.name == "index" or depth < frame.depth:
                found.add(v)
                continue
            parts = [u for u in behind if u in self.made_by and self.made_by[u][0].prim.name == "index"]
            part = next((u for u in parts if u not in sources), None)
            if part is None:
                return set()
            found.add(part)
        return found

    def taken(self, x: Value, op: Op, k: int) -> set[Value] | None:
        """The parts of arrays that the branches have as their result `k`; None if one has more that may be x."""
        found = set[Value]()
        for region in op.regions:
            v = region.outs[k]
            if self.apart(x, v):
                continue
            *_, root = every = self.sources(v)
            chooser, _ = self.made_by.get(root, (None, 0))
            if chooser is not None and chooser.prim.name == "cond":
                inner = self.taken(x, chooser, chooser.outs.index(root))
            else:
                inner = set([u for u in every if u in self.made_by and self.made_by[u][0].prim.name == "index"][:1])
            if not inner:
                return None
            found |= inner
        return found

    def apart(self, x: Value, y: Value) -> bool:
        """Whether two arrays hold different memory."""
        one, other = (self.closure(self.of(v).all) for v in (x, y))
        return one.isdisjoint(other)

    def sources(self, x: Value) -> list[Value]:
        """x, what it is a view of, and so on."""
        found = [x]
        while found[-1] in self.made_by:
            op, _ = self.made_by[found[-1]]
            k = viewed(op) if len(op.outs) == 1 else None
            if k is None:
                break
            found.append(op.ins[k])
        return found

    def overwritten(self, stale: Set[Value]) -> None:
        self.plan.views |= stale

    def leaked(self, frame: Frame, op: Op | None, index: int, x: Value) -> Value:
        if self.starts_with_ours(x):
            return x
        if op is None:
            return self.copied(frame, x, None, deep=True)
        self.plan.operands.add((op.outs[0], index))
        return x

    def starts_with_ours(self, x: Value) -> bool:
        """Where x lists what a carry was, and only the first was the caller's, that one is copied before the loop."""
        loop, _ = self.made_by.get(x, (None, 0))
        if loop is None or loop.prim.name not in ("for", "while") or not isinstance(x.type, Seq):
            return False
        lead = 3 if loop.prim.name == "for" else 0
        params = loop.regions[-1].params[1 if lead else 0 :][: loop.params["n_carry"]]
        listed = loop.regions[-1].outs[loop.outs.index(x)]
        if listed not in params or x.type != Seq(listed.type):
            return False
        operand = lead + params.index(listed)
        found = (loop.outs[0], operand)
        if found in self.plan.operands or self.fixed.isdisjoint(self.closure(self.of(loop.ins[operand]).all)):
            return False
        self.plan.operands.add(found)
        return True

    def defined(self, frame: Frame, op: Op) -> None:
        for v in op.outs:
            if v in self.plan.views:
                frame.env[v] = new = self.copied(frame, self.unnamed(frame, v), op)
                new.hint, new.origin = v.hint, v.origin
                frame.last[new] = frame.last.get(v, -1)
                self.drop(v)
                self.define(frame, new, self.of(new))

    def unnamed(self, frame: Frame, v: Value) -> Value:
        """A view that only its copy reads: `r = x[i].copy()` is one line."""
        op, bare = frame.ops[-1], Value(v.type)
        outs = tuple(bare if out is v else out for out in op.outs)
        frame.ops[-1] = Op(op.prim, op.ins, outs, op.params, op.regions, op.loc)
        self.memory[bare] = self.of(v)
        return bare

    def copied(self, frame: Frame, x: Value, op: Op | None, deep: bool = False) -> Value:
        new = Value(x.type, x.hint)
        params = Params(deep=True) if deep and not isinstance(x.type, AVal) else Params()
        made = Op(REGISTRY["copy"], (x,), (new,), params, (), op.loc if op is not None else None)
        self.memory[new] = self.result(made, x.type, made.ins)
        frame.own |= self.of(new).top
        frame.ops.append(made)
        return new


def _copied_in(region: Block, k: int) -> Value | None:
    """The array that is result `k` of a branch, or that is there where one may be missing."""
    v = region.outs[k]
    if not isinstance(v.type, Opt):
        return v
    made = next((op for op in region.ops if v in op.outs), None)
    return made.ins[0] if made is not None and made.prim.name == "opt_some" else None


def _with_copy(region: Block, k: int, op: Op) -> Block:
    """A branch of `op` whose result `k` is a copy."""
    b, x = Builder(op.loc), _copied_in(region, k)
    assert x is not None
    made = b.emit("copy", x, hints=(region.outs[k].hint,))[0]
    if x is not region.outs[k]:
        made = b.emit("opt_some", made)[0]
    return Block(region.params, (*region.ops, *b.ops), (*region.outs[:k], made, *region.outs[k + 1 :]))


def _lent_of(op: Op, t: Type, where: Claim) -> set[Value]:
    """What an operation lends of such a list, in each turn where it is a loop: there the list would be copied."""
    if where.ends:
        found = [o for o in walk(op.regions[-1]) if o.prim.name == "borrow" and o.ins[0].type == t]
        return {o.outs[0] for o in found}
    return {op.outs[0]} if op.prim.name == "borrow" else set()


@dataclass(frozen=True, slots=True)
class Ownership:
    """`into[function][op]` is the operand whose dead array the elementwise result may be written over.

    By function, for functions may share operations.
    """

    into: Mapping[str, Mapping[Op, int]]


def ownership(program: Program, residuals: Collection[int] = (), borrow: bool = False) -> Ownership:
    """What can be written in place beyond what must be; for a program that `buffers` has made with these residuals."""
    public = frozenset((program.entry,))
    summaries, mandatory = _read(program, public)
    into: dict[str, Mapping[Op, int]] = {}
    for name, function in program.functions.items():
        denied, inside = set[Slot](), True
        while True:
            flow = _InPlace(program, summaries, public, mandatory[name], denied, inside)
            flow.residuals, flow.borrow = residuals, borrow
            flow.function(function)
            if not flow.failed and not (flow.shared and inside):
                break
            inside = inside and bool(flow.failed)
            denied |= flow.failed
        into[name] = flow.into
    return Ownership(into)


def _read(program: Program, public: Collection[str]) -> tuple[dict[str, Summary], dict[str, set[Slot]]]:
    """What each function of a program writes and returns, and the slots of its loops that updates write."""
    summaries = {name: Summary() for name in program.functions}
    calls = has_calls(program)
    while True:
        readings = {name: Reading(program, summaries, public) for name in program.functions}
        found = {name: summaries[name].join(readings[name].function(f)[1]) for name, f in program.functions.items()}
        if found == summaries or not calls:
            return found, {name: reading.loop_writes for name, reading in readings.items()}
        summaries = found


Slot = tuple[Op, int]


class Reading(Flow):
    """Changes nothing: for programs in which every claim holds."""

    def __init__(self, program: Program, summaries: Mapping[str, Summary], public: Collection[str]) -> None:
        super().__init__(program, summaries, public)
        self.loop_writes: set[Slot] = set()

    def slot_written(self, op: Op, j: int) -> None:
        self.loop_writes.add((op, j))

    def refused(self, frame: Frame, op: Op, x: Value, clash: frozenset[Value], where: Claim) -> Value:
        return x

    def leaked(self, frame: Frame, op: Op | None, index: int, x: Value) -> Value:
        return x


class _InPlace(Reading):
    """Elementwise results take over dead operands.

    Slots of loops and parameters that updates write anyway (`mandatory`) are ours; other slots are taken on trial: one
    for which that would need a copy is denied, and the function walked again.  So is where results would not be told
    apart, as of carries that branches exchange; if nothing else helps, nothing is taken `inside` of loops and branches.
    """

    def __init__(
        self,
        program: Program,
        summaries: Mapping[str, Summary],
        public: Collection[str],
        mandatory: Collection[Slot],
        denied: Collection[Slot],
        inside: bool,
    ) -> None:
        super().__init__(program, summaries, public)
        self.mandatory, self.denied, self.inside = mandatory, denied, inside
        self.failed: set[Slot] = set()
        self.shared = False  # whether results would not be told apart
        self.into: dict[Op, int] = {}
        self.closed: set[int] = set()  # buffers that are not ours to write
        self.carried: set[int] = set()

    def parameters(self, function: Function, memories: Sequence[Memory]) -> None:
        written = self.summaries[function.name].written
        self.closed.update(b for k, m in enumerate(memories) if k not in written for b in m.all)

    def slots(self, op: Op, memories: Sequence[Memory]) -> None:
        for j, m in enumerate(memories):
            self.carried |= m.top
            if (op, j) in self.denied:
                self.closed |= m.top

    def overwrites(self, frame: Frame, op: Op, ins: Sequence[Value]) -> int | None:
        t = op.outs[0].type
        fits = [k for k, v in enumerate(ins) if v.type == t and self.dead(v, ins)]
        if not fits or (frame.depth and not self.inside):
            return None
        carried = [k for k in fits if not self.carried.isdisjoint(self.closure(self.of(ins[k]).top))]
        k = (carried or fits)[0]
        self.into[op] = k
        self.write(self.of(ins[k]).top)
        return k

    def leaked(self, frame: Frame, op: Op | None, index: int, x: Value) -> Value:
        self.shared = True
        self.failed |= self.loop_writes - {*self.mandatory, *self.denied}
        return x

    def dead(self, v: Value, ins: Sequence[Value]) -> bool:
        top = self.of(v).top
        free, _ = self.obstacle(v, [w for w in ins if w is not v])
        return free and bool(top) and self.open(top)

    def open(self, top: Buffers) -> bool:
        return self.closed.isdisjoint(self.closure(top))

    def claim(self, frame: Frame, op: Op, x: Value, others: Iterable[Value], where: Claim) -> Value:
        j, others = where.slot, list(others)
        ours = j is None or where.elements or (op, j) in self.mandatory
        if ours or (self.open(self.of(x).top) and self.obstacle(x, others)[0]):
            return super().claim(frame, op, x, others, where)
        assert j is not None
        self.failed.add((op, j))
        return x
