"""Lists that elements enter or leave at the front become deques, if nothing else is done with them than at both ends.

    q = [t * t for t in x]                    q = collections.deque([t * t for t in x])
    while q:                                  while q:
        s = s * 0.5 + q.pop(0)         ⟹          s = s * 0.5 + q.popleft()

`del q[0]` moves all other elements of a list, and `d_q.insert(0, d_s)` of the backward pass does too: n turns would
take n² moves.  A loop's list that is made in the block of the loop is put into a deque before it, so that this costs no
more than making it did, and taken out again behind it where it is used otherwise.  After `buffers`: each of these lists
has one owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symdiff.ir.core import REGISTRY, Block, Function, Op, Params, Program, Value, nested
from symdiff.ir.loops import Groups
from symdiff.ir.types import AVal, Kind, Seq
from symdiff.passes.regions import DEPTH, map_blocks, map_functions, rebuilt, same_block, substitute

_AT_THE_END = ("seq_append", "seq_rest", "same")
_AT_A_PLACE = ("seq_get", "seq_set", "seq_add", "seq_delete", "seq_insert")
_MADE = ("seq_empty", "seq_repeat", "zeros_ct", "copy", "as_seq", "seq_convert", "seq_slice", "seq_join")
Carry = tuple[Op, int]  # of a loop, by number


def queues(program: Program) -> Program:
    """The program with deques."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    if not any(_is_front(op) for op in nested(f.body.ops)):
        return f
    found = _Queues()
    f = map_blocks(f, found.block)
    return map_blocks(f, lambda block: same_block(block, block.params, [*map(found.marked, block.ops)], block.outs))


def _is_front(op: Op) -> bool:
    return op.prim.name in ("seq_delete", "seq_insert") and op.ins[1].const == 0


@dataclass(slots=True)
class _Queues:
    """The operations on deques, found block by block, inner ones first."""

    fronts: set[Op] = field(default_factory=set)

    def marked(self, op: Op) -> Op:
        if op not in self.fronts:
            return op
        return Op(op.prim, op.ins, op.outs, Params(**{**op.params, "queue": True}), (), op.loc)

    def block(self, block: Block) -> Block:
        made = {v: op for op in block.ops for v in op.outs}
        uses = _uses(block)
        chains = {c: found for c in _carries(block) if (found := _Chain.of(*c)) is not None}
        kept = _together(chains, made, uses)
        if not kept:
            return block
        self.fronts |= {op for c in kept for op in chains[c].fronts}
        return _converted(block, [c for c in chains if c in kept], uses)


# --- which lists


def _carries(block: Block) -> Iterator[Carry]:
    """The lists that loops of a block change from turn to turn."""
    for op in block.ops:
        if op.prim.name in ("for", "while"):
            carry = Groups.of(op).operands(op)[1]
            yield from ((op, k) for k, v in enumerate(carry) if isinstance(v.type, Seq))


def _operand(c: Carry) -> Value:
    op, k = c
    return Groups.of(op).operands(op)[1][k]


def _result(c: Carry) -> Value:
    op, k = c
    return Groups.of(op).results(op.outs[:-1])[1][k]


def _uses(block: Block) -> Mapping[Value, list[Op | None]]:
    """The operations that read a value; None for the block's end."""
    found: dict[Value, list[Op | None]] = {}
    for op in block.ops:
        for v in op.ins:
            found.setdefault(v, []).append(op)
    for v in block.outs:
        found.setdefault(v, []).append(None)
    return found


@dataclass(slots=True)
class _Chain:
    """What becomes of a list in a loop, all of which is done at its ends; `fronts`: at the first."""

    fronts: list[Op] = field(default_factory=list)

    @staticmethod
    def of(op: Op, k: int) -> _Chain | None:
        chain = _Chain()
        return chain if chain.turns(op, k, DEPTH) else None

    def turns(self, op: Op, k: int, depth: int) -> bool:
        """Whether a loop leaves the list of a carry at the number that it came in by, and nowhere else."""
        groups = Groups.of(op)
        for region in op.regions:
            ends = self.follow(region, {groups.params(region)[1][k]}, depth)
            wanted = {groups.n_exit + k} if region is op.regions[-1] else set()
            if ends != wanted:
                return False
        return True

    def follow(self, block: Block, lists: set[Value], depth: int) -> set[int] | None:
        """At which numbers a block has the list in its results; None where something else is done with it."""
        for op in block.ops if depth else ():
            places = [k for k, v in enumerate(op.ins) if v in lists]
            if not places:
                continue
            left = self.regions(op, places, depth) if op.regions else self.step(op, places)
            if left is None:
                return None
            lists.update(left)
        return {k for k, v in enumerate(block.outs) if v in lists} if depth else None

    def step(self, op: Op, places: Sequence[int]) -> Sequence[Value] | None:
        """What an operation leaves of the list; None where that is not done at an end."""
        name = op.prim.name
        at_an_end = name in _AT_A_PLACE and op.ins[1].const in ((0,) if _changes_length(op) else (0, -1))
        if places != [0] or not (at_an_end or name in (*_AT_THE_END, "seq_last", "seq_len")):
            return None
        if _is_front(op):
            self.fronts.append(op)
        return op.outs if name in _AT_THE_END or (at_an_end and name != "seq_get") else ()

    def regions(self, op: Op, places: Sequence[int], depth: int) -> Sequence[Value] | None:
        if op.prim.name == "cond":
            if 0 in places:
                return None
            ends = [self.follow(r, {r.params[k - 1] for k in places}, depth - 1) for r in op.regions]
            return None if ends[0] is None or ends[0] != ends[1] else [op.outs[k] for k in ends[0]]
        groups = Groups.of(op)
        first, behind = groups.n_pre, groups.n_pre + groups.n_carry
        carried = [k - first for k in places if first <= k < behind]
        captured = [k - len(op.ins) for k in places if k >= behind + groups.n_xs]
        if any(k < first for k in places) or not all(self.turns(op, k, depth - 1) for k in carried):
            return None
        if any(self.follow(r, {r.params[k]}, depth - 1) != set() for r in op.regions for k in captured):
            return None
        return [_result((op, k)) for k in carried]


def _changes_length(op: Op) -> bool:
    return op.prim.name in ("seq_delete", "seq_insert")


def _together(
    chains: Mapping[Carry, _Chain], made: Mapping[Value, Op], uses: Mapping[Value, list[Op | None]]
) -> set[Carry]:
    """The lists that change at the front, and what they were or will be in other loops of the block."""
    before = {_result(c): c for c, chain in chains.items() if chain.fronts or not _is_display(c[0])}
    after = {_operand(c): c for c in chains}
    found: set[Carry] = set()
    todo = [c for c, chain in chains.items() if chain.fronts and _is_made(_operand(c), made)]
    while todo:
        c = todo.pop()
        if c in found:
            continue
        found.add(c)
        todo += [one[v] for one, v in ((before, _operand(c)), (after, _result(c))) if v in one and _is_passed(v, uses)]
    return found


def _is_display(op: Op) -> bool:
    """Whether a loop does nothing but fill a list: it prints as a comprehension."""
    return len(op.outs) == 2 + bool(op.params.get("exit")) and op.prim.name == "for"


def _is_made(v: Value, made: Mapping[Value, Op]) -> bool:
    """Whether a list is made in the block, element by element."""
    while (op := made.get(v)) is not None and op.prim.name not in _MADE:
        if op.prim.name in ("for", "while"):
            _, left, ys = Groups.of(op).results(op.outs[:-1])
            if v not in left:
                return v in ys
            v = _operand((op, left.index(v)))
        elif op.prim.consumes == 0:
            v = op.ins[0]
        else:
            return False
    return op is not None


def _is_passed(v: Value, uses: Mapping[Value, list[Op | None]]) -> bool:
    """Whether a list goes from one loop to another, and is only asked for its length else."""
    return sum(op is None or not _reads(op, v) for op in uses.get(v, ())) == 1


def _reads(op: Op, v: Value) -> bool:
    """Whether an operation reads a deque as it would read a list."""
    if op.prim.name in ("seq_get", "seq_last"):
        return op.prim.name == "seq_last" or op.ins[1].const in (0, -1)
    if op.prim.name == "for":
        _, carry, xs, caps = Groups.of(op).operands(op)
        return v in xs and v not in (*carry, *caps)
    if op.prim.name == "zeros_ct":
        elem = op.ins[0].type.elem if isinstance(op.ins[0].type, Seq) else None
        number = isinstance(elem, AVal) and elem.kind is not Kind.ARRAY
        return number and bool(op.params.get("loose") or (isinstance(elem, AVal) and elem.pythonic))
    return op.prim.name == "seq_len"


# --- the block with deques


def _converted(block: Block, kept: Sequence[Carry], uses: Mapping[Value, list[Op | None]]) -> Block:
    """The block with lists put into deques where they are made or before these loops, and taken out behind them."""
    inner = {_operand(c) for c in kept} & {_result(c) for c in kept}
    early = {_operand(c) for c in kept if uses[_operand(c)] == [c[0]]}
    env: dict[Value, Value] = {}
    ops: list[Op] = []

    def put(values: Iterable[Value]) -> dict[Value, Value]:
        found = [(v, _op("seq_queue", env.get(v, v), op)) for v in values if v not in inner]
        ops.extend(made for _, made in found)
        return {v: made.out for v, made in found}

    for op in block.ops:
        own = [c for c in kept if c[0] is op]
        begun = put(v for v in map(_operand, own) if v not in early)
        ops.append(rebuilt(op, substitute(op.ins, {**env, **begun}), op.outs, op.regions))
        for v in [v for v in map(_result, own) if v not in inner]:
            if not all(user is not None and _reads(user, v) for user in uses.get(v, ())):
                ops.append(_op("seq_list", v, op))
                env[v] = ops[-1].out
        env |= put(v for v in op.outs if v in early)
    return same_block(block, block.params, ops, substitute(block.outs, env))


def _op(name: str, v: Value, beside: Op) -> Op:
    return Op(REGISTRY[name], (v,), (Value(v.type, v.hint),), Params(), (), beside.loc)
