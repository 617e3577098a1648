"""Cotangents that are numbers keep the kind that they have; they are converted once, at the end.

By hand, once.  The derivative by a float `a` is a float, but what a turn adds to it is an np.float64:

    d_a: float = 0.0                          d_a: float or np.float64 = 0.0
    for …:                                    for …:
        t = d_a + d_y * x[i]          ⟹          d_a = d_a + d_y * x[i]
        d_a = float(t)                        d_a = float(d_a)

So do the two sides of a branch: `np.float64(0.0)` is 0.0.  No bit changes: the values concerned are only added,
multiplied with numbers, put into places of arrays, handed on and converted, which is the same for both kinds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symdiff.ir import types
from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Op, Program, Value, walk
from symdiff.ir.effects import derived
from symdiff.ir.loops import Groups
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal, Kind
from symdiff.passes.regions import map_functions, rebuilt, same_block

_LOOSE, _DOUBLE = AVal(Kind.MIXED, (), "f8"), AVal(Kind.NUMPY, (), "f8")
_ARITHMETIC = ("add", "sub", "mul", "neg", "masked_mul")


def running_sums(program: Program) -> Program:
    """The program with its cotangents that are numbers converted as late as can be."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    if not any(map(_is_dropped, walk(f.body))):
        return f
    sums = _Sums(f.body)
    if not sums.loose:
        return f
    return Function(f.name, run_steps(_Rebuild(sums).block(f.body, {})), f.dims)


def _is_number(v: Value) -> bool:
    return isinstance(v.type, AVal) and not v.type.shape and v.type.kind is not Kind.ARRAY and v.type.dtype == "f8"


def _is_dropped(op: Op) -> bool:
    """A conversion of an np.float64 to a float, or the other way, that no user wrote; or a constant of that kind."""
    if not derived(op) or not op.outs or not _is_number(op.outs[0]):
        return False
    if op.prim.name == "const":
        return op.out.type == _DOUBLE
    return op.prim.name == "convert" and op.out.type in (types.FLOAT, _DOUBLE) and _is_number(op.ins[0])


class _Sums:
    """`found`: the values that both kinds do for; `loose`: those that a conversion reaches."""

    def __init__(self, body: Block) -> None:
        self.found: set[Value] = set()
        self.after: dict[Value, list[Value]] = {}
        self.dropped: list[Value] = []
        self.returned = _returned(body)
        otherwise = self._collect(body)
        before: dict[Value, list[Value]] = {}
        for v, become in self.after.items():
            for w in become:
                before.setdefault(w, []).append(v)
                if w not in self.found:
                    otherwise.append(v)
        while otherwise:
            v = otherwise.pop()
            if v in self.found:
                self.found.discard(v)
                otherwise += before.get(v, ())
        self.loose: set[Value] = set()
        todo = [v for v in self.dropped if v in self.found]
        while todo:
            v = todo.pop()
            if v in self.found and v not in self.loose:
                self.loose.add(v)
                todo += self.after.get(v, ())

    def _collect(self, body: Block) -> list[Value]:
        """Fill `found` with all numbers; those that are read otherwise."""
        otherwise: list[Value] = []
        todo: list[tuple[Block, Op | None]] = [(body, None)]
        while todo:
            block, owner = todo.pop()
            self.found.update(filter(_is_number, (*block.params, *(v for op in block.ops for v in op.outs))))
            for op in block.ops:
                todo += [(region, op) for region in op.regions]
                if _is_dropped(op) and op.out not in self.returned:
                    self.dropped.append(op.out)
            for v, become in (*(use for op in block.ops for use in _uses(op)), *_ends(block, owner)):
                if become is None:
                    otherwise.append(v)
                else:
                    self.after.setdefault(v, []).extend(become)
        return otherwise


def _returned(body: Block) -> set[Value]:
    """What a function returns and does not read before, also at the end of its branches."""
    found: set[Value] = set()
    todo = [(body, body.outs)]
    while todo:
        block, outs = todo.pop()
        read = {v for op in block.ops for v in op.ins}
        mine = {v for v in outs if v not in read}
        found |= mine
        for op in block.ops:
            if op.prim.name == "cond" and not mine.isdisjoint(op.outs):
                kept = [k for k, v in enumerate(op.outs) if v in mine]
                todo += [(region, tuple(region.outs[k] for k in kept)) for region in op.regions]
    return found


Use = tuple[Value, Sequence[Value] | None]  # what a value goes on as; None where it is read otherwise


def _uses(op: Op) -> Iterator[Use]:
    passed: Mapping[int, Sequence[Value]] = {}
    if _is_dropped(op):
        passed = dict.fromkeys(range(len(op.ins)), op.outs)
    elif _is_arithmetic(op):
        passed = dict.fromkeys(range(len(op.ins)), op.outs if _is_number(op.out) else ())
    elif derived(op) and op.prim.name in ("index_add", "index_set") and _is_double(op.out):
        passed = {1: ()}
    elif derived(op) and op.prim.name == "cond":
        passed = {1 + k: pair for k, pair in enumerate(zip(*(r.params for r in op.regions), strict=True))}
    elif derived(op) and op.prim.name == "for":
        first, params = Groups.of(op).n_exit, op.regions[0].params
        passed = {3 + k: (params[1 + k], op.outs[first + k]) for k in range(op.params["n_carry"])}  # also of no turn
    for k, v in enumerate(op.ins):
        yield v, passed.get(k)


def _is_double(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.dtype == "f8"


def _is_arithmetic(op: Op) -> bool:
    """Whether an operation computes the same of a float and of an np.float64."""
    return derived(op) and op.prim.name in _ARITHMETIC and all(map(_is_double, (*op.ins, *op.outs)))


def _ends(block: Block, owner: Op | None) -> Iterator[Use]:
    for k, v in enumerate(block.outs):
        if owner is None:
            yield v, ()  # converted there
        elif owner.prim.name == "cond" and derived(owner):
            yield v, (owner.outs[k],)
        elif owner.prim.name == "for" and derived(owner):
            carry = k - Groups.of(owner).n_exit
            yield v, (block.params[1 + carry], owner.outs[k]) if 0 <= carry < owner.params["n_carry"] else None
        else:
            yield v, None


@dataclass(slots=True)
class _Rebuild:
    sums: _Sums
    changed: dict[Value, Value] = field(default_factory=dict)  # by the value that had another kind
    tight: dict[Value, Value] = field(default_factory=dict)  # these, converted back

    def block(self, block: Block, params: Mapping[Value, Value], owner: Op | None = None) -> Steps:
        """The block with these parameters of another kind; in an `owner`, loop or branch, its sums may be, too."""
        self.changed.update(params)
        b = Builder(owner.loc if owner is not None else None)
        for op in block.ops:
            b.loc = op.loc
            if _is_dropped(op) and op.out in self.sums.loose:
                zero = op.out.const if op.prim.name == "const" else None
                self.changed[op.out] = self.changed.get(op.ins[0], op.ins[0]) if zero is None else b.const(float(zero))
            elif op.prim.name == "cond" and derived(op):
                yield self.cond(b, op)
            elif op.prim.name == "for" and derived(op):
                yield self.loop(b, op)
            elif _is_arithmetic(op) and op.out in self.sums.loose:
                out = b.op(op.prim.name, *(self.changed.get(v, v) for v in op.ins), **op.params).value
                out.hint, out.origin = op.out.hint, op.out.origin
                self.changed[op.out] = out
            else:
                uses = [become is not None for _, become in _uses(op)]
                ins = [
                    self.changed.get(v, v) if any_ else self.exactly(b, v) for v, any_ in zip(op.ins, uses, strict=True)
                ]
                b.ops.append(rebuilt(op, ins, op.outs, op.regions))
        sums = self.sums.loose if owner is not None else ()
        outs = [self.changed.get(v, v) if v in sums else self.exactly(b, v) for v in block.outs]
        return Block(tuple(params.get(v, v) for v in block.params), tuple(b.ops), tuple(outs))

    def exactly(self, b: Builder, v: Value) -> Value:
        """The value in the kind that it had."""
        new = self.changed.get(v, v)
        if new.type == v.type:
            return new
        if v not in self.tight:
            self.tight[v] = made = _as(b, new, v.type)
            made.hint = v.hint
        return self.tight[v]

    def handed(self, b: Builder, v: Value, param: Value) -> Value:
        """An operand of a region whose parameter is this: a sum as it is."""
        return self.changed.get(v, v) if param in self.sums.found else self.exactly(b, v)

    def cond(self, b: Builder, op: Op) -> Steps:
        ins = [op.ins[0], *(self.handed(b, v, p) for v, p in zip(op.ins[1:], op.regions[0].params, strict=True))]
        regions = []
        for region in op.regions:
            new = {p: Value(v.type, p.hint) for p, v in zip(region.params, ins[1:], strict=True) if p.type != v.type}
            regions.append((yield self.block(region, new, op)))
        ends = zip(op.outs, *(r.outs for r in regions), strict=True)
        whole = self.sums.returned
        kinds = [v.type if v in whole else a.type if a.type == c.type else _LOOSE for v, a, c in ends]
        regions = [_ending(r, kinds, op) for r in regions]
        self.emit(b, op, ins, regions)

    def loop(self, b: Builder, op: Op) -> Steps:
        part, (body,) = Groups.of(op), op.regions
        first = part.n_index
        loose = [p in self.sums.loose for p in body.params[first : first + part.n_carry]]
        ins = [self.exactly(b, v) for v in op.ins[: part.n_pre]]
        carry, rest = op.ins[part.n_pre : part.n_pre + part.n_carry], op.ins[part.n_pre + part.n_carry :]
        for v, on in zip(carry, loose, strict=True):
            ins.append(_as(b, self.changed.get(v, v), _LOOSE) if on else self.exactly(b, v))
        ins += [self.exactly(b, v) for v in rest]
        new = {p: Value(_LOOSE, p.hint) for p, on in zip(body.params[first:], loose, strict=False) if on}
        made = yield self.block(body, new, op)
        kinds = [v.type for v in body.outs]
        for k, on in enumerate(loose):
            kinds[part.n_exit + k] = _LOOSE if on else kinds[part.n_exit + k]
        self.emit(b, op, ins, [_ending(made, kinds, op)])

    def emit(self, b: Builder, op: Op, ins: Sequence[Value], regions: Sequence[Block]) -> None:
        found = b.emit(op.prim, *ins, regions=regions, hints=[v.hint for v in op.outs], **op.params)
        for old, new in zip(op.outs, found, strict=True):
            new.origin = old.origin
            self.changed[old] = new


def _as(b: Builder, v: Value, t: types.Type) -> Value:
    """A number of this type; without a name where its object is carried as it is."""
    if v.type == t:
        return v
    assert isinstance(t, AVal)
    return b.op("convert", v, kind=t.kind, dtype=t.dtype, hint="" if t == _LOOSE else v.hint).value


def _ending(block: Block, kinds: Sequence[types.Type], owner: Op) -> Block:
    """The block of a branch or loop, with results of these kinds."""
    b = Builder(owner.loc)
    outs = [_as(b, v, t) for v, t in zip(block.outs, kinds, strict=True)]
    return same_block(block, block.params, [*block.ops, *b.ops], outs)
