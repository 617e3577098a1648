"""An element of a chosen array is read where it is known which one was chosen: a number is chosen, not the array.

By hand, once.  Each turn chooses among x, y and z, and reads one element of what it chose:

    t = x if p else (y if q else z)                 k = 0 if p else (1 if q else 2)
    s += t[i]                                ⟹      s += x[i] if k == 0 else (y[i] if k == 1 else z[i])

The adjoint of the left makes an array of zeros in each turn, for d_t, and adds all of it to one of three: n turns cost
n².  On the right it adds to one element.  The same for an array that a loop carries, where each turn keeps it or takes
another one: the loop carries the number.

Before differentiation, at every level; what runs once stays as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Op, Program, Value
from symdiff.ir.loops import Groups, first_capture
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import INT, AVal, Kind
from symdiff.passes.regions import DEPTH, map_functions, only_read, rebuilt, same_block

_LOOPS = ("for", "while")
_READS = ("index", "dim_of")


def numbers_of_chosen(program: Program) -> Program:
    """The program with elements of chosen arrays read on the path that chose."""
    return map_functions(program, lambda f: _function(f, f is not program.main))


def _function(f: Function, again: bool) -> Function:
    body = run_steps(_outer_first(f.body, again))
    return f if body is f.body else Function(f.name, body, f.dims)


def _outer_first(block: Block, again: bool) -> Steps:
    block = _chosen_in(block, again)
    ops = []
    for op in block.ops:
        regions = []
        for region in op.regions:
            regions.append((yield _outer_first(region, again or op.prim.name in _LOOPS)))
        ops.append(rebuilt(op, op.ins, op.outs, regions))
    return same_block(block, block.params, ops, block.outs)


def _chosen_in(block: Block, again: bool) -> Block:
    """The block with what its operations choose, or carry, as numbers; `again`: it may run many times."""
    before: Block | None = None
    while before is not block:  # what is chosen from may be chosen as well
        before, block = block, _once_more(block, again)
    return block


def _once_more(block: Block, again: bool) -> Block:
    for op in block.ops:
        if op.prim.name == "cond" and again:
            places = range(len(op.outs))
        elif op.prim.name in _LOOPS:
            groups = Groups.of(op)
            places = range(groups.n_exit, groups.n_exit + groups.n_carry)
        else:
            continue
        for k in places:
            if _is_vector(op.outs[k]) and only_read(block, op.outs[k], _READS):
                block = _numbered(block, op.outs[k])
    return block


def _is_vector(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is Kind.ARRAY and bool(v.type.shape)


def _numbered(block: Block, v: Value) -> Block:
    """The block with a number for what a branch or loop gives as `v`, or the block where that is not among known
    arrays."""
    at = next(k for k, op in enumerate(block.ops) if v in op.outs)
    op = block.ops[at]
    found = _branch(op, op.outs.index(v)) if op.prim.name == "cond" else _loop(op, op.outs.index(v))
    if found is None:
        return block
    before, op, tag, options = found
    if not _same_reads(block, v, options):
        return block
    ops = (*block.ops[:at], *before, op, *block.ops[at + 1 :])
    return _reading(Block(block.params, ops, block.outs), _Chosen(v, tag, tuple(options)))


def _same_reads(block: Block, v: Value, options: Sequence[Value], depth: int = DEPTH) -> bool:
    """Whether the arrays are of one type, or nobody asks for the sizes in which they differ."""
    if all(x.type == v.type for x in options):
        return True
    for op in block.ops:
        for k, x in enumerate(op.ins):
            if x is not v:
                continue
            if op.prim.name == "dim_of":
                return False
            if not all(_same_reads(r, r.params[k - len(op.ins)], options, depth - 1) for r in op.regions):
                return False
    return True


# --- which one it is, as a number


@dataclass(slots=True)
class _Numbering:
    """Arrays by number; `carried` stands for the array that a loop carries, `left` is what a turn leaves of it."""

    options: list[Value]
    carried: Value | None = None
    left: Value | None = None

    def block(
        self, block: Block, k: int, outside: Mapping[Value, Value], tag: Value | None, depth: int, read: bool = False
    ) -> Block | None:
        """The block with a number instead of its result `k`, an array; None where it is not one of those `outside`.

        `tag` is the number of the carried one, as a value of the block.  With `read` the array may be read in it.
        """
        v = block.outs[k]
        ops, end = list(block.ops), tag
        if v in outside and outside[v] is not self.carried:
            b = Builder()
            end = b.const(self.number(outside[v]), INT)
            ops += b.ops
        elif v not in outside:
            at = next((n for n, op in enumerate(ops) if v in op.outs), None)
            once = _used_once(block, v)
            if at is None or not depth or not (read or once):
                return None
            op = ops[at]
            if op.prim.name == "retype" and once:
                rest = Block(block.params, (*ops[:at], *ops[at + 1 :]), _with(block.outs, k, op.ins[0]))
                return self.block(rest, k, outside, tag, depth - 1, read)
            self.left = v if read else self.left
            made = self.branch(op, op.outs.index(v), outside.get, tag, depth - 1) if op.prim.name == "cond" else None
            if made is None:
                return None
            ops[at], end = made
        assert end is not None
        return Block(block.params, tuple(ops), _with(block.outs, k, end))

    def number(self, array: Value) -> int:
        if array not in self.options:
            self.options.append(array)
        return self.options.index(array)

    def branch(
        self, op: Op, k: int, outside: Callable[[Value], Value | None], tag: Value | None, depth: int
    ) -> tuple[Op, Value] | None:
        """A branch that gives a number instead of its result `k`, and the number."""
        regions = []
        captured = () if tag is None else (tag,)
        for region in op.regions:
            inner = {p: x for p, v in zip(region.params, op.ins[1:], strict=True) if (x := outside(v)) is not None}
            own = tuple(Value(INT, v.hint) for v in captured)
            block = Block((*region.params, *own), region.ops, region.outs)
            found = self.block(block, k, inner, own[0] if own else None, depth)
            if found is None:
                return None
            regions.append(found)
        out = Value(INT)
        return rebuilt(op, (*op.ins, *captured), _with(op.outs, k, out), regions), out


Numbered = tuple[list[Op], Op, Value, list[Value]]  # what comes before, the operation, its number, the arrays


def _branch(op: Op, k: int) -> Numbered | None:
    numbering = _Numbering([])
    found = numbering.branch(op, k, lambda v: v, None, DEPTH)
    return None if found is None else ([], *found, numbering.options)


def _loop(op: Op, place: int) -> Numbered | None:
    """A loop that carries a number for an array that it carries."""
    groups, body = Groups.of(op), op.regions[-1]
    k = place - groups.n_exit
    first, arrays = groups.operands(op)[1][k], [groups.params(r)[1][k] for r in op.regions]
    numbering, tag = _Numbering([first], Value(first.type)), Value(INT)
    assert numbering.carried is not None
    _, _, _, caps = groups.operands(op)
    outside = {**dict(zip(groups.params(body)[3], caps, strict=True)), arrays[-1]: numbering.carried}
    found = numbering.block(body, place, outside, tag, DEPTH, read=True)
    options = numbering.options
    end = numbering.left  # what is carried may be read when it has been chosen
    if found is None or len(options) == 1:
        return None
    if not all(_is_read_as(found, v, options) for v in (arrays[-1], end) if v is not None):
        return None
    if not all(_is_read_as(r, v, options) for r, v in zip(op.regions[:-1], arrays, strict=False)):
        return None
    captured, params = _capturing(op, (*op.regions[:-1], found), options)
    regions = []
    for region, array, (every, own) in zip((*op.regions[:-1], found), arrays, params, strict=True):
        number = tag if region is found else Value(INT)
        made = Block(tuple(number if p is array else p for p in every), region.ops, region.outs)
        made = _reading(made, _Chosen(array, number, own))
        if region is found and end is not None:
            made = _reading(made, _Chosen(end, found.outs[place], own))
        regions.append(made)
    b, out = Builder(op.loc), Value(INT)
    ins = _with(captured, groups.n_pre + k, b.const(0, INT))
    return b.ops, rebuilt(op, ins, _with(op.outs, place, out), regions), out, options


def _capturing(
    op: Op, regions: Sequence[Block], values: Sequence[Value]
) -> tuple[tuple[Value, ...], list[tuple[tuple[Value, ...], tuple[Value, ...]]]]:
    """The operands with these captured, once; and of each region all parameters, and those that stand for them."""
    first = first_capture(op)
    new = [v for v in dict.fromkeys(values) if v not in op.ins[first:]]
    every = (*op.ins, *new)
    found = []
    for region in regions:
        params = (*region.params, *(Value(v.type, v.hint) for v in new))
        own = tuple(params[every.index(v, first) - len(every)] for v in values)
        found.append((params, own))
    return every, found


def _is_read_as(block: Block, v: Value, options: Sequence[Value]) -> bool:
    return only_read(block, v, _READS) and _same_reads(block, v, options)


def _used_once(block: Block, v: Value) -> bool:
    return sum(x is v for op in block.ops for x in op.ins) + sum(x is v for x in block.outs) == 1


def _with(values: Sequence[Value], k: int, v: Value) -> tuple[Value, ...]:
    return (*values[:k], v, *values[k + 1 :])


# --- reading by number


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An array that is gone, its number, and the arrays by number: values of one block."""

    array: Value
    tag: Value
    options: tuple[Value, ...]


def _reading(block: Block, chosen: _Chosen) -> Block:
    """The block with every read of a chosen array as one of an array chosen by number."""
    ops = list[Op]()
    first: Value | None = None  # whether it is the first of them
    for op in block.ops:
        if not any(v is chosen.array for v in op.ins):
            ops.append(op)
        elif op.regions:
            ops.append(_captured(op, chosen))
        elif op.prim.name == "dim_of":
            ops.append(Op(op.prim, (chosen.options[0],), op.outs, op.params, (), op.loc))
        else:
            b = Builder(op.loc)
            first = _is_number(b, chosen.tag, 0) if first is None and len(chosen.options) > 1 else first
            ops += _read(b, op, chosen, first)
    return same_block(block, block.params, ops, block.outs)


def _captured(op: Op, chosen: _Chosen) -> Op:
    """A branch or loop that captures the number and the arrays instead."""
    ins, params = _capturing(op, op.regions, (chosen.tag, *chosen.options))
    kept = [k for k, v in enumerate(ins) if v is not chosen.array]
    regions = []
    for region, (every, (tag, *options)) in zip(op.regions, params, strict=True):
        shift = len(every) - len(ins)
        gone = [every[k + shift] for k, v in enumerate(ins) if v is chosen.array]
        found = Block(tuple(p for p in every if p not in gone), region.ops, region.outs)
        for param in gone:
            found = _reading(found, _Chosen(param, tag, tuple(options)))
        regions.append(found)
    return rebuilt(op, [ins[k] for k in kept], op.outs, regions)


def _is_number(b: Builder, tag: Value, number: int) -> Value:
    return b.op("eq", tag, b.const(number, INT)).value


def _read(b: Builder, op: Op, chosen: _Chosen, first: Value | None) -> Sequence[Op]:
    """An element of one of the arrays, each read on a side of its own; all are of one size."""
    _element(b, op, chosen.tag, chosen.options, op.ins[1:], 0, first)
    made = b.ops[-1]
    return [*b.ops[:-1], Op(made.prim, made.ins, op.outs, made.params, made.regions, made.loc)]


def _element(
    b: Builder,
    op: Op,
    tag: Value,
    options: Sequence[Value],
    where: Sequence[Value],
    number: int,
    test: Value | None = None,
) -> Value:
    """The element of the options from this number on; `test` says whether it is that of this number."""
    array, *rest = options
    if not rest:
        found, wanted = b.emit("index", array, *where, **op.params)[0], op.out.type
        if found.type != wanted:
            assert isinstance(wanted, AVal)
            found = b.op("retype", found, shape=wanted.shape).value
    else:
        captured = tuple(dict.fromkeys((tag, *options, *(v for v in where if v.const is None))))
        regions = []
        for side in (options[:1], rest):
            own = {v: Value(v.type, v.hint) for v in captured}
            inner = Builder(op.loc)
            places = [own[v] if v in own else inner.const(v.const) for v in where]
            end = _element(inner, op, own[tag], [own[x] for x in side], places, number + 1)
            regions.append(inner.block(list(own.values()), [end]))
        pred = _is_number(b, tag, number) if test is None else test
        found = b.emit("cond", pred, *captured, regions=regions)[0]
    found.hint = op.out.hint
    return found
