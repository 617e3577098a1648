"""A write through a view is a write into the part: the rest of the array, or list, stays where it is.

The frontend writes `w[i] = v` of a view `w = y[1:]` as values, which would move the whole part in each turn of a loop;
and so `t[i][j] = v` of a list of lists or of arrays:

    %p = index(%y, 1:)                     %part, %rest = borrow(%y, 1:)
    %q = index_set(%p, %v, %i)      ⟹      %q = index_set(%part, %v, %i)
    %z = index_set(%y, %q, 1:)             %z = restore(%rest, %q, 1:)

    %r = seq_get(%t, %i)                   %part, %rest = borrow(%t, %i)
    %q = seq_set(%r, %j, %v)        ⟹      %q = seq_set(%part, %j, %v)
    %u = seq_set(%t, %i, %q)               %u = restore(%rest, %q, %i)

Before differentiation, at every level: a borrow's adjoint is a borrow, so that the adjoint's turns move nothing either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Block, Op, Program, Value
from symdiff.ir.loops import Groups
from symdiff.ir.types import AVal, Seq
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute
from symdiff.primitives.indexing import Spec, is_basic

_VIEWS = {"index": "index_set", "seq_get": "seq_set"}  # what reads a part, and what puts it back
ELEMENT: Spec = (("at", None),)  # one element of a list, at a number given


def lent_parts(program: Program) -> Program:
    """The program with writes through views as writes into lent parts."""
    return map_functions(program, lambda f: map_blocks(f, _block))


def whole_again(program: Program) -> Program:
    """The program where a part that comes back as it was lent is not lent at all."""
    return map_functions(program, lambda f: map_blocks(f, _unlent))


def _unlent(block: Block) -> Block:
    lent = {op.outs[1]: op for op in block.ops if op.prim.name == "borrow"}
    readers = Counter(v for op in block.ops for v in op.ins)
    readers.update(block.outs)
    wholes: dict[Value, Value] = {}
    idle: dict[Op, None] = {}  # the borrows of what comes back untouched
    ops: list[Op] = []
    for op in block.ops if lent else ():
        op = rebuilt(op, substitute(op.ins, wholes), op.outs, op.regions)
        source = lent.get(op.ins[0]) if op.prim.name == "restore" else None
        if source is not None and op.ins[1] is source.outs[0] and _is_known(source, readers):
            wholes[op.out] = wholes.get(source.ins[0], source.ins[0])
            idle[source] = None
        else:
            ops.append(op)
    if not idle:
        return block
    rests = {op.outs[1] for op in idle}
    read = {v for op in ops for v in op.ins} | set(block.outs)
    kept = []
    for op in ops:
        if op.prim.name == "borrow" and op.outs[1] in rests:
            if op.outs[0] in read:  # only looked at
                kept += _looked_at(op)
        else:
            kept.append(op)
    return same_block(block, block.params, kept, substitute(block.outs, wholes))


def _looked_at(borrow: Op) -> list[Op]:
    """The operations that read the part which a borrow lends."""
    whole, *where = borrow.ins
    if isinstance(whole.type, AVal):
        return [Op(REGISTRY["index"], borrow.ins, borrow.outs[:1], borrow.params, (), borrow.loc)]
    b = Builder(borrow.loc)
    b.emit("seq_get", whole, *(where or borrow.params["spec"][0][1:]))
    *before, read = b.ops
    return [*before, Op(read.prim, read.ins, borrow.outs[:1], read.params, (), borrow.loc)]


def _is_known(borrow: Op, readers: Counter[Value]) -> bool:
    """Whether looking at the part alone has another operation, or is not asked for."""
    return isinstance(borrow.ins[0].type, AVal) or readers[borrow.outs[0]] == 1


def _block(block: Block) -> Block:
    ops = list(block.ops)
    for store in [op for op in ops if _stores_part(op)]:
        found = _Found.of(ops, block.outs, store)
        if found is not None:
            ops = found.rewritten(ops)
    return same_block(block, block.params, ops, block.outs)


def _stores_part(op: Op) -> bool:
    if op.prim.name == "seq_set":
        part = op.ins[2].type
        return isinstance(part, Seq) or (isinstance(part, AVal) and bool(part.shape))
    if op.prim.name != "index_set" or not is_basic(op.params["spec"]):
        return False
    part = op.ins[1].type
    return isinstance(part, AVal) and bool(part.shape)


def _stored(store: Op) -> tuple[Value, Sequence[Value]]:
    """The part that comes back, and the numbers that say where."""
    if store.prim.name == "seq_set":
        return store.ins[2], store.ins[1:2]
    return store.ins[1], store.ins[2:]


@dataclass(frozen=True, slots=True)
class _Found:
    """`store` puts back what `view` read and the operations from `first` on have changed."""

    view: Op
    first: Op
    store: Op

    @staticmethod
    def of(ops: Sequence[Op], outs: Sequence[Value], store: Op) -> _Found | None:
        made = {v: op for op in ops for v in op.outs}
        place = {op: k for k, op in enumerate(ops)}
        readers: dict[Value, list[Op]] = {}
        for op in ops:
            for v in op.ins:
                readers.setdefault(v, []).append(op)
        part, where = _stored(store)
        first, changed = store, part
        while (found := _overwritten(changed, made, store)) is not None:
            later = [op for op in readers[changed] if place[op] > place[first]]
            if changed in outs or later or first.ins.count(changed) != 1:
                return None
            first, changed = found
        view = made.get(changed)
        if view is None or first is store or not _reads(view, store, made) or view.out.type != part.type:
            return None
        whole = view.ins[0]
        others = [op for v in (whole, view.out) for op in readers[v] if op not in (store, first)]
        if {whole, view.out}.intersection(outs) or any(place[op] > place[first] for op in others):
            return None
        if first.ins.count(view.out) != 1 or whole in first.ins or whole in (part, *where):
            return None
        return _Found(view, first, store)

    def rewritten(self, ops: Sequence[Op]) -> list[Op]:
        whole, *where = self.view.ins
        spec = self.view.params["spec"] if self.view.prim.name == "index" else ELEMENT
        b = Builder(self.store.loc)
        part, rest = b.emit("borrow", whole, *where, spec=spec)
        back = Builder(self.store.loc)
        back.emit("restore", rest, _stored(self.store)[0], *where, spec=spec)
        restore = Op(back.ops[-1].prim, back.ops[-1].ins, self.store.outs, back.ops[-1].params, (), self.store.loc)
        ins = substitute(self.first.ins, {self.view.out: part})
        lent = rebuilt(self.first, ins, self.first.outs, self.first.regions)
        replaced = {self.first: [*b.ops, lent], self.store: [restore]}
        found = [new for op in ops for new in replaced.get(op, (op,))]
        read = {v for op in found for v in op.ins}
        gone = {self.view.out, self.store.ins[0]}  # the whole may have a second name
        return [op for op in found if op.prim.name not in _VIEWS or op.out in read or op.out not in gone]


def _overwritten(changed: Value, made: Mapping[Value, Op], store: Op) -> tuple[Op, Value] | None:
    """The operation that changed a part, and what it was before; that of an element of a list may be a loop."""
    op = made.get(changed)
    if op is None:
        return None
    if op.prim.info.get("bijective"):  # a view of the whole part, or what undoes it
        return op, op.ins[0]
    if op.prim.name in ("for", "while") and store.prim.name == "seq_set":
        loop = Groups.of(op)
        k = op.outs.index(changed) - loop.n_exit
        return (op, op.ins[loop.n_pre + k]) if 0 <= k < loop.n_carry else None
    consumed = op.prim.consumes
    if consumed is None:
        return None
    if op.prim.name == "restore":  # what is lent of the part is lent in turn
        op = made[op.ins[0]]
        return op, op.ins[0]
    return op, op.ins[consumed]


def _reads(view: Op, store: Op, made: Mapping[Value, Op]) -> bool:
    """Whether an operation reads the part that `store` writes."""
    if _VIEWS.get(view.prim.name) != store.prim.name or view.params != store.params:
        return False
    return all(_same(a, b, made) for a, b in zip(view.ins, (store.ins[0], *_stored(store)[1]), strict=True))


def _same(a: Value, b: Value, made: Mapping[Value, Op]) -> bool:
    """Whether two values are one: the same number, or one part of one array."""
    if a is b or (a.const is not None and a.const == b.const and a.type == b.type):
        return True
    one, two = made.get(a), made.get(b)
    if one is None or two is None or not (one.prim.name in _VIEWS or one.prim.info.get("bijective")):
        return False
    if one.prim is not two.prim or one.params != two.params:
        return False
    return all(_same(x, y, made) for x, y in zip(one.ins, two.ins, strict=True))
