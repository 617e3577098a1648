"""An element that is held beside its list, and always put back: one of the two need not be carried through a loop.

By hand, once.  `row = t[i]`, then `row[j] = …` in a loop, carries the row and the list through the turns; both are
written, so each turn would copy one of them.  Nobody else reads the list in the loop: the row is put back behind it.

    %r = seq_get(%t, %i)                            %r = seq_get(%t, %i)
    %u, %q = for(…, %t, %r, %i) {n_carry=2}         %q = for(…, %r) {n_carry=1}
      (%k, %t2, %r2, %i2)                    ⟹        (%k, %r2)
      %r3 = seq_set(%r2, %k, %v)                      %r3 = seq_set(%r2, %k, %v)
      %t3 = seq_set(%t2, %i2, %r3)                    yield %r3
      yield %t3, %r3                                %u = seq_set(%t, %i, %q)

Where the list is read as well, the row is read from it in each turn: `%r2 = seq_get(%t2, %i2)`.  In a branch it is
read, changed and put back in each of the sides, not handed in or out.

Before differentiation, at every level: `parts` then lends the row, and so does the adjoint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Block, Function, Op, Params, Program, Value
from symdiff.ir.loops import Groups
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import INT, AVal, Seq, Type
from symdiff.passes.regions import DEPTH, map_functions, rebuilt, same_block, substitute

Pair = tuple[Value, Value]  # a list, and what is an element of it


def elements_at_home(program: Program) -> Program:
    """The program with elements of lists read from their lists once they are put back."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    body = run_steps(_outer_first(f.body))
    return f if body is f.body else Function(f.name, body, f.dims)


def _outer_first(block: Block) -> Steps:
    block = _read_again(_without_carries(_in_branches(block)))
    ops = []
    for op in block.ops:
        regions = []
        for region in op.regions:
            regions.append((yield _outer_first(region)))
        ops.append(rebuilt(op, op.ins, op.outs, regions))
    return same_block(block, block.params, ops, block.outs)


# --- what is known to be an element


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a list, as seen in a block: its index there, and parameters known to be the list and the element."""

    block: Block
    index: Value
    known: frozenset[Pair] = frozenset()
    depth: int = DEPTH

    def holds(self, whole: Value, part: Value) -> bool:
        """Whether a value is for certain what a list has at the place."""
        if (whole, part) in self.known:
            return True
        made = _makers(self.block, (whole, part))
        one, two = made.get(whole), made.get(part)
        if two is not None and two.prim.name == "seq_get" and two.ins[0] is whole and self.at(two.ins[1]):
            return True
        if one is not None and one.prim.name == "seq_set" and one.ins[2] is part and self.at(one.ins[1]):
            return True
        if one is None or one is not two or self.depth == 0:
            return False
        if one.prim.name in ("for", "while"):
            return self.in_turns(one, whole, part)
        return one.prim.name == "cond" and all(self.in_branch(one, r, whole, part) for r in one.regions)

    def at(self, index: Value) -> bool:
        return index is self.index or (index.const is not None and index.const == self.index.const)

    def inside(self, region: Block, outside: Mapping[Value, Value], known: Iterator[Pair]) -> _Place | None:
        """The place in a region; `outside` is what its parameters are."""
        found = [p for p, v in outside.items() if v is self.index]
        if self.index.const is None and not found:
            return None
        index = self.index if self.index.const is not None else found[0]
        return _Place(region, index, frozenset(known), self.depth - 1)

    def in_turns(self, op: Op, whole: Value, part: Value) -> bool:
        loop = Groups.of(op)
        _, left, _ = loop.results(op.outs[:-1])
        if whole not in left or part not in left:
            return False
        return self.through(op, left.index(whole), left.index(part))

    def through(self, op: Op, k: int, j: int) -> bool:
        """Whether carry j of a loop is the element of carry k, before the loop and after each turn."""
        loop, body = Groups.of(op), op.regions[-1]
        _, carry, _, caps = loop.operands(op)
        _, params, _, captured = loop.params(body)
        place = self.inside(body, dict(zip(captured, caps, strict=True)), iter([(params[k], params[j])]))
        if place is None or not self.holds(carry[k], carry[j]):
            return False
        _, leaving, _ = loop.results(body.outs)
        return place.holds(leaving[k], leaving[j])

    def in_branch(self, op: Op, region: Block, whole: Value, part: Value) -> bool:
        outside = dict(zip(region.params, op.ins[1:], strict=True))
        lists = [p for p in region.params if p.type == whole.type]
        parts = [p for p in region.params if p.type == part.type]
        known = ((p, q) for p in lists for q in parts if self.holds(outside[p], outside[q]))
        place = self.inside(region, outside, known)
        k, j = op.outs.index(whole), op.outs.index(part)
        return place is not None and place.holds(region.outs[k], region.outs[j])


def _makers(block: Block, values: Sequence[Value]) -> dict[Value, Op]:
    return {v: op for op in block.ops for v in op.outs if v in values}


def _may_be_element(whole: Value, part: Value) -> bool:
    return isinstance(whole.type, Seq) and whole.type.elem == part.type and _is_part(part.type)


def _is_part(t: Type) -> bool:
    return not isinstance(t, AVal) or bool(t.shape)


# --- what branches change


def _in_branches(block: Block) -> Block:
    """The block whose branches read the elements that they change, and put them back."""
    stored = {op.ins[2].type for op in block.ops if op.prim.name == "seq_set" and _is_part(op.ins[2].type)}
    branches = [op for op in block.ops if op.prim.name == "cond" and (_takes_both(op) or _changes(op, stored))]
    if not branches:
        return block
    ops, outs = list(block.ops), set(block.outs)
    for branch in branches:
        changed, ops = _made_inside(ops, outs, branch)
        while (found := _stored_behind(ops, outs, changed)) is not None:
            before, changed = changed, _storing(changed, *found)
            ops = [changed if op is before else op for op in ops if op is not found[0]]
        read = {*outs, *(v for op in ops for v in op.ins)}
        at = ops.index(changed)
        above = Block(block.params, tuple(ops[:at]), ())
        inside, behind = _handing_out(above, _reading(above, changed))
        ops[at : at + 1] = [inside, *(op for op in behind if op.out in read)]
    return same_block(block, block.params, ops, block.outs)


def _takes_both(branch: Op) -> bool:
    """Whether a branch captures a list of lists or arrays, and what may be an element of it."""
    captured = {v.type for v in branch.ins[1:]}
    return any(isinstance(t, Seq) and t.elem in captured and _is_part(t.elem) for t in captured)


def _changes(branch: Op, stored: Set[Type]) -> bool:
    """Whether a branch is given something, and gives something, that may be put into a list."""
    return bool(stored) and bool({v.type for v in branch.ins[1:]} & {v.type for v in branch.outs} & stored)


def _made_inside(ops: list[Op], outs: set[Value], branch: Op) -> tuple[Op, list[Op]]:
    """A branch that makes the list that it puts into a list, which is its own for certain then; and all operations."""
    while True:
        readers = Counter(v for op in ops for v in op.ins)
        made = _makers(Block((), tuple(ops), ()), branch.ins[1:])
        for v, op in made.items():
            if op.prim.name not in _MAKERS or readers[v] != 1 or v in outs or not _kept(branch, v):
                continue
            changed = _making(branch, op)
            ops = [changed if o is branch else o for o in ops if o is not op]
            branch = changed
            break
        else:
            return branch, ops


_MAKERS = ("places", "seq_empty", "seq_append")
_KEEPERS = {"seq_append": 1, "seq_set": 2, "seq_insert": 2}  # the operand that they put into a list


def _kept(branch: Op, v: Value) -> bool:
    """Whether a side of a branch puts what it is given into a list, or what it makes of it by an element more."""
    for region in branch.regions:
        made = {region.params[branch.ins.index(v) - 1]}
        for op in region.ops:
            if op.prim.name in _KEEPERS and op.ins[_KEEPERS[op.prim.name]] in made:
                return True
            if op.prim.name == "seq_append" and op.ins[0] in made:
                made.add(op.out)
    return False


def _making(branch: Op, maker: Op) -> Op:
    """A branch whose sides make what they are given, if they use it."""
    at = branch.ins.index(maker.out)
    more = [v for v in dict.fromkeys(maker.ins) if v not in branch.ins[1:]]
    ins = (*branch.ins[:at], *branch.ins[at + 1 :], *more)
    regions = []
    for region in branch.regions:
        part = region.params[at - 1]
        params = [*_but(region.params, at - 1), *(Value(v.type, v.hint) for v in more)]
        own = dict(zip(ins[1:], params, strict=True))
        used = part in region.outs or any(part in op.ins for op in region.ops)
        made = [Op(maker.prim, substitute(maker.ins, own), (part,), maker.params, (), maker.loc)] if used else []
        regions.append(Block(tuple(params), (*made, *region.ops), region.outs))
    return rebuilt(branch, ins, branch.outs, regions)


def _stored_behind(ops: Sequence[Op], outs: set[Value], branch: Op) -> tuple[Op, int] | None:
    """The operation that puts back an element that a branch has changed, and which of its results that is."""
    at = ops.index(branch)
    early = {v for op in ops[at:] for v in op.outs}
    made = _makers(Block((), tuple(ops[:at]), ()), branch.ins)
    for k, store in enumerate(ops[at + 1 :], at + 1):
        if store.prim.name != "seq_set" or store.ins[2] not in branch.outs or not _may_be_element(*store.ins[::2]):
            continue
        whole, index, part = store.ins
        if index in early and index.const is None:
            continue
        lists = {whole, *(_handed_through(branch, whole) if whole in branch.outs else ())}
        if whole in early and len(lists) == 1:
            continue
        parts = (made[v] for v in branch.ins[1:] if v in made and made[v].prim.name == "seq_get")
        taken = any(op.ins[0] in lists and _Place(Block((), (), ()), index).at(op.ins[1]) for op in parts)
        late = {v for j, op in enumerate(ops[at + 1 :], at + 1) if j != k for v in op.ins} | outs
        if taken and part not in late and lists.isdisjoint(late):
            return store, branch.outs.index(part)
    return None


def _handed_through(branch: Op, result: Value) -> list[Value]:
    """What a result of a branch is before it, if both sides hand it on."""
    k = branch.outs.index(result)
    found = {dict(zip(r.params, branch.ins[1:], strict=True)).get(r.outs[k]) for r in branch.regions}
    return [v for v in found if v is not None] if len(found) == 1 else []


def _storing(branch: Op, store: Op, k: int) -> Op:
    """A branch that puts result k, an element, into its list, and hands that out instead, not as it was."""
    whole, index, part = store.ins
    if whole in branch.outs:
        gone = branch.outs.index(whole)
        (whole,) = _handed_through(branch, whole)
        branch = _without_result(branch, gone)
        k = branch.outs.index(part)
    more = [v for v in dict.fromkeys((whole, index)) if v.const is None and v not in branch.ins[1:]]
    regions = []
    for region in branch.regions:
        params = (*region.params, *(Value(v.type, v.hint) for v in more))
        own = dict(zip((*branch.ins[1:], *more), params, strict=True))
        b = Builder(store.loc)
        place = b.const(index.const, INT) if index.const is not None else own[index]
        out = Value(store.out.type, store.out.hint)
        b.ops.append(Op(store.prim, (own[whole], place, region.outs[k]), (out,), store.params, (), store.loc))
        outs = (*region.outs[:k], out, *region.outs[k + 1 :])
        regions.append(Block(params, (*region.ops, *b.ops), outs))
    return rebuilt(branch, (*branch.ins, *more), (*branch.outs[:k], store.out, *branch.outs[k + 1 :]), regions)


def _reading(before: Block, branch: Op) -> Op:
    """A branch that reads the elements that it is given with their lists, where it puts others in their places."""
    made = _makers(before, branch.ins[1:])
    for v in dict.fromkeys(branch.ins[1:]):
        get = made.get(v)
        if get is None or get.prim.name != "seq_get" or not _may_be_element(get.ins[0], v):
            continue
        whole, index = get.ins
        known = index.const is not None or index in branch.ins[1:]
        if whole in branch.ins[1:] and known and any(_puts_back(branch, r, whole, index) for r in branch.regions):
            branch = rebuilt(branch, branch.ins, branch.outs, [_read_in(branch, r, get) for r in branch.regions])
    return branch


def _puts_back(branch: Op, region: Block, whole: Value, index: Value, depth: int = DEPTH) -> bool:
    """Whether a side of a branch, or of one in it, changes an element of a list that it captures."""
    own = dict(zip(branch.ins[1:], region.params, strict=True))
    where = index if index.const is not None else own.get(index)
    if whole not in own or where is None or not depth:
        return False
    place = _Place(region, where)
    for op in region.ops:
        if own[whole] in op.ins[:1] and op.prim.name == "seq_set" and place.at(op.ins[1]):
            return True
        if op.prim.name == "cond" and any(_puts_back(op, r, own[whole], where, depth - 1) for r in op.regions):
            return True
    return False


def _read_in(branch: Op, region: Block, get: Op) -> Block:
    own = dict(zip(branch.ins[1:], region.params, strict=True))
    part = own[get.out]
    if part not in region.outs and all(part not in op.ins for op in region.ops):
        return region
    b = Builder(get.loc)
    place = b.const(get.ins[1].const, INT) if get.ins[1].const is not None else own[get.ins[1]]
    again = Value(part.type, part.hint)
    b.ops.append(_get(own[get.ins[0]], place, again, get))
    env = {part: again}
    ops = [rebuilt(op, substitute(op.ins, env), op.outs, op.regions) for op in region.ops]
    return Block(region.params, (*b.ops, *ops), substitute(region.outs, env))


def _handing_out(before: Block, branch: Op) -> tuple[Op, list[Op]]:
    """A branch without results that are elements of others, and the operations that read them behind it."""
    behind: list[Op] = []
    while (found := _held(before, branch)) is not None:
        k, j, index = found
        behind.append(_get(branch.outs[k], index, branch.outs[j], branch))
        branch = _without_result(branch, j)
    return branch, behind


def _without_result(branch: Op, k: int) -> Op:
    regions = [Block(r.params, r.ops, tuple(_but(r.outs, k))) for r in branch.regions]
    return rebuilt(branch, branch.ins, _but(branch.outs, k), regions)


def _held(before: Block, branch: Op) -> tuple[int, int, Value] | None:
    """A list among the results of a branch, one that is its element, and where."""
    outs = branch.outs
    pairs = [(k, j) for k, a in enumerate(outs) for j, b in enumerate(outs) if _may_be_element(a, b)]
    block = Block(before.params, (*before.ops, branch), ()) if pairs else before
    for k, j in pairs:
        own = dict(zip(branch.regions[0].params, branch.ins[1:], strict=True))
        for op in branch.regions[0].ops:
            index = op.ins[1] if op.prim.name in ("seq_set", "seq_get") else None
            found = None if index is None else index if index.const is not None else own.get(index)
            if found is not None and _Place(block, found).holds(outs[k], outs[j]):
                return k, j, found
    return None


# --- carries of loops


def _without_carries(block: Block) -> Block:
    read = {*block.outs, *(v for op in block.ops for v in op.ins)}
    ops: list[Op] = []
    for op in block.ops:
        behind: list[Op] = []
        while (found := _carried(Block(block.params, tuple(ops), ()), op)) is not None:
            stores = _stores(op, *found)
            if stores is not None:
                op, again = _put_behind(op, *found, stores)
            else:
                op, again = _smaller(op, *found)
            if again.out in read:
                read.update(again.ins)
                behind.insert(0, again)
        ops += [op, *behind]
    return same_block(block, block.params, ops, block.outs)


def _carried(before: Block, op: Op) -> tuple[int, int, Value] | None:
    """A carry that is a list, one that is its element through all turns, and the index."""
    if op.prim.name not in ("for", "while"):
        return None
    _, carry, _, _ = Groups.of(op).operands(op)
    pairs = [(k, j) for k, a in enumerate(carry) for j, b in enumerate(carry) if _may_be_element(a, b)]
    made = _makers(before, carry) if pairs else {}
    for k, j in pairs:
        for v, name in ((carry[j], "seq_get"), (carry[k], "seq_set")):
            if v in made and made[v].prim.name == name and _Place(before, made[v].ins[1]).through(op, k, j):
                return k, j, made[v].ins[1]
    return None


def _smaller(op: Op, k: int, j: int, index: Value) -> tuple[Op, Op]:
    """A loop without carry j, which is read from carry k: in its turns, and behind it."""
    loop, captured = Groups.of(op), Groups.of(op).operands(op)[3]

    def read(region: Block, outs: Sequence[Value]) -> Sequence[Op]:
        _, carry, _, caps = loop.params(region)
        b = Builder(op.loc)
        if any(carry[j] in o.ins for o in region.ops) or carry[j] in outs:
            place = b.const(index.const, INT) if index.const is not None else caps[list(captured).index(index)]
            b.ops.append(_get(carry[k], place, carry[j], op))
        return [*b.ops, *region.ops]

    _, left, _ = loop.results(op.outs[:-1])
    return _without_carry(op, j, read), _get(left[k], index, left[j], op)


def _stores(op: Op, k: int, j: int, index: Value) -> set[Op] | None:
    """What puts the element back in a turn; None if the list is used for anything else there."""
    loop, body = Groups.of(op), op.regions[-1]
    _, _, _, caps = loop.operands(op)
    _, params, _, captured = loop.params(body)
    place = _Place(body, index).inside(body, dict(zip(captured, caps, strict=True)), iter(()))
    lists, stores = {params[k]}, set[Op]()
    assert place is not None
    for o in body.ops:
        if lists.isdisjoint(o.ins):
            continue
        if o.prim.name != "seq_set" or o.ins[0] not in lists or not place.at(o.ins[1]) or o.ins[2] in lists:
            return None
        lists.add(o.out)
        stores.add(o)
    code, leaving, columns = loop.results(body.outs)
    used = {*code, *_but(leaving, k), *columns, *(v for r in op.regions[:-1] for o in r.ops for v in o.ins)}
    tests = {loop.params(r)[1][k] for r in op.regions[:-1]}
    return None if used.intersection(lists | tests) else stores


def _put_behind(op: Op, k: int, j: int, index: Value, stores: set[Op]) -> tuple[Op, Op]:
    """A loop without carry k, the list, and the element put into the list behind it."""
    loop = Groups.of(op)
    _, carry, _, _ = loop.operands(op)
    _, left, _ = loop.results(op.outs[:-1])
    back = Op(REGISTRY["seq_set"], (carry[k], index, left[j]), (left[k],), Params(), (), op.loc)
    return _without_carry(op, k, lambda region, outs: [o for o in region.ops if o not in stores]), back


def _without_carry(op: Op, k: int, kept: Callable[[Block, Sequence[Value]], Sequence[Op]]) -> Op:
    """A loop without carry k; `kept` are the operations of a region, of which these results are left."""
    loop = Groups.of(op)
    pre, carry, xs, caps = loop.operands(op)
    exit, left, ys = loop.results(op.outs[:-1])
    regions = []
    for region in op.regions:
        turn, c, x, p = loop.params(region)
        outs = region.outs
        if region is op.regions[-1]:
            code, leaving, columns = loop.results(outs)
            outs = (*code, *_but(leaving, k), *columns)
        regions.append(Block((*turn, *_but(c, k), *x, *p), tuple(kept(region, outs)), tuple(outs)))
    ins, outs = (*pre, *_but(carry, k), *xs, *caps), (*exit, *_but(left, k), *ys, op.outs[-1])
    return rebuilt(op, ins, outs, regions, n_carry=len(carry) - 1)


def _but(values: Sequence[Value], j: int) -> list[Value]:
    return [v for k, v in enumerate(values) if k != j]


def _get(whole: Value, index: Value, part: Value, op: Op) -> Op:
    return Op(REGISTRY["seq_get"], (whole, index), (part,), Params(), (), op.loc)


# --- what is put back


def _read_again(block: Block) -> Block:
    """Whoever reads an element after it was put back reads it from the list, if nothing changes that before."""
    ops = list(block.ops)
    for op in block.ops:
        if op.prim.name != "seq_set" or op.ins[2] in block.outs or not _may_be_element(op.out, op.ins[2]):
            continue
        at = next(k for k, o in enumerate(ops) if op.out in o.outs)
        part = ops[at].ins[2]
        readers = [k for k, o in enumerate(ops) if k > at and part in o.ins]
        changed = [k for k, o in enumerate(ops) if k > at and op.out in o.ins and _may_change(o, op.out)]
        if not readers or (changed and max(readers) > changed[0]):
            continue
        again = Value(part.type, part.hint)
        env = {part: again}
        late = [rebuilt(o, substitute(o.ins, env), o.outs, o.regions) for o in ops[at + 1 :]]
        ops = [*ops[: at + 1], _get(op.out, ops[at].ins[1], again, op), *late]
    return same_block(block, block.params, ops, block.outs)


def _may_change(op: Op, v: Value) -> bool:
    consumed = op.prim.consumes is not None and op.ins[op.prim.consumes] is v
    return consumed or bool(op.regions) or op.prim.name in ("call", "borrow")
