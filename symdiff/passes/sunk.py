"""What only one side of a branch has to add is added there: after differentiation.

By hand, once: the adjoint of `if not t < 0: s += t * t`, with t = v[i], is

    if t < 0:  d_t = 0.0
    else:      d_t = 2.0 * (d_s * t)          ⟹      if not t < 0:  d_v[i] += 2.0 * (d_s * t)
    d_v[i] += d_t

No bit changes where the array has no -0.0, as none has that begins with zeros: -0.0 + 0.0 is 0.0.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Op, Program, Value
from symdiff.ir.effects import derived
from symdiff.ir.loops import Groups
from symdiff.ir.types import AVal, Kind
from symdiff.passes.ranges import Origins, origins
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block


def sunk_additions(program: Program) -> Program:
    """The program with additions to elements of arrays inside the branch that has something to add."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    arrays = _Arrays(origins(f))
    return map_blocks(f, lambda block: _block(block, arrays))


def _block(block: Block, arrays: _Arrays) -> Block:
    adding = {op.ins[1]: op for op in block.ops if op.prim.name == "index_add" and derived(op)}
    branches = [
        op for op in block.ops if op.prim.name == "cond" and derived(op) and not adding.keys().isdisjoint(op.outs)
    ]
    if not branches:
        return block
    place = {v: k for k, op in enumerate(block.ops) for v in op.outs}
    readers = Counter([*(v for op in block.ops for v in op.ins), *block.outs])
    changed: dict[Op, Op | None] = {}  # what stands for an operation now; None: it is in a branch
    for branch in branches:
        new, at = branch, place[branch.outs[0]]
        for added in branch.outs:
            op = adding.get(added)
            if op is None or not all(v.const is not None or place.get(v, -1) < at for v in op.ins[2:]):
                continue
            if place.get(op.ins[0], -1) >= at and op.ins[0] not in new.outs:
                continue
            alone = readers[op.ins[0]] == readers[added] == 1 and _is_number(added)
            number = new.outs.index(added)
            if alone and sum(_is_zero(r, number) for r in new.regions) == 1 and arrays.begin_with_zeros(op.ins[0]):
                new, changed[op], place[op.out] = _with(new, number, op), None, at
        changed[branch] = new
    kept = [now for op in block.ops if (now := changed.get(op, op)) is not None]
    return same_block(block, block.params, kept, block.outs)


def _is_number(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is not Kind.ARRAY


def _is_zero(region: Block, number: int) -> bool:
    v = region.outs[number]
    made = next((op for op in reversed(region.ops) if v in op.outs), None)
    if made is not None and made.prim.name == "convert":
        v = made.ins[0]
    return isinstance(v.const, float) and v.const == 0.0


def _with(branch: Op, number: int, addition: Op) -> Op:
    """The branch that makes the addition, to an array from before it or to one that it gives."""
    array, _, *where = addition.ins
    given = branch.outs.index(array) if array in branch.outs else None
    captured = [v for v in (array, *where) if v.const is None and v not in branch.outs]
    regions = []
    for region in branch.regions:
        own = {v: Value(v.type, v.hint) for v in captured}
        b = Builder(addition.loc)
        end = own[array] if given is None else region.outs[given]
        if not _is_zero(region, number):
            places = [own[v] if v in own else b.const(v.const) for v in where]
            end = b.emit("index_add", end, region.outs[number], *places, **addition.params)[0]
            end.hint, end.origin = addition.out.hint, addition.out.origin
        outs = [v for k, v in enumerate(region.outs) if k not in (number, given)]
        regions.append(Block((*region.params, *own.values()), (*region.ops, *b.ops), (*outs, end)))
    results = [v for k, v in enumerate(branch.outs) if k not in (number, given)]
    return rebuilt(branch, (*branch.ins, *captured), (*results, addition.out), regions)


@dataclass(slots=True)
class _Arrays:
    """`proved`: those that are zeros to which something was added, through loops and branches."""

    origin: Origins
    proved: set[Value] = field(default_factory=set)

    def begin_with_zeros(self, array: Value) -> bool:
        seen, todo = set[Value](), [array]
        while todo:
            v = todo.pop()
            if v in seen or v in self.proved:
                continue
            seen.add(v)
            op, region, k = self.origin.get(v, (None, 0, 0))
            if not isinstance(op, Op):
                return False
            if op.prim.name == "zeros":
                continue
            before = _before(op, region, k)
            if not before:
                return False
            todo += before
        self.proved |= seen
        return True


def _before(op: Op, region: int, k: int) -> list[Value]:
    """What an array was before something was added to it: the values that it may have been, none if it was made."""
    name = op.prim.name
    if name == "index_add" or (name == "index_set" and repr(op.ins[1].const) == "0.0"):
        return [op.ins[0]]
    if name == "cond":
        return [op.ins[1 + k]] if region >= 0 else [r.outs[k] for r in op.regions]
    if name != "for":
        return []
    loop = Groups.of(op)
    number = k - (loop.n_index if region >= 0 else loop.n_exit)
    if 0 <= number < loop.n_carry:
        return [op.ins[loop.n_pre + number], op.regions[0].outs[loop.n_exit + number]]
    return [op.ins[loop.n_pre + number]] if region >= 0 and number >= loop.n_carry + loop.n_xs else []
