"""Dead-code removal through structured operations, calls and records.

By hand, once.  In

    y, s, ys, n = for(lo, hi, step, a, b, w){(i, y, s, w) -> (y * w, s + 1, s)}      only y is read

the mark of `y` reaches the body's `y * w`, hence the parameters y and w, the operands a and w, and the bounds.
Nothing reaches s: it only feeds itself, so the carry and the column ys go.

Marks spread over single values from the roots (results of the kept functions, operations that must stay, see
`symdiff.ir.effects`), never over whole loops: fixpoints cost nothing extra and the pass is linear.  Fields of
residual records are marked like values: all records that flow into each other share their marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from symdiff.ir import dims, types
from symdiff.ir.core import Block, Function, Op, Program, Value, walk
from symdiff.ir.dims import Atom, Poly
from symdiff.ir.effects import must_stay
from symdiff.ir.loops import Groups
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal, Opt, Seq, Type
from symdiff.passes.ranges import is_inside
from symdiff.passes.records import Field, Flow
from symdiff.passes.regions import rebuilt, same_block, unshared

_PACKS = ("alt_pack", "saved_pack")
_UNPACKS = ("alt_unpack", "saved_unpack")


def dce(program: Program, keep: Sequence[str] = ()) -> Program:
    """The program without what nothing needs.  The entry, and the functions named in `keep`, keep their signatures."""
    roots = [*dict.fromkeys([program.entry, *keep, *_ruled(program, [program.entry, *keep])])]
    return _Rebuild(_Marks(unshared(program), roots), program).program()


def unneeded(program: Program) -> set[Op]:
    """The operations whose results nothing needs, in functions that something needs."""
    marks = _Marks(program, [program.entry, *_ruled(program, [program.entry])])
    return {op for op in marks.home if marks.live.isdisjoint(op.outs)}


class _Marks:
    """What is needed: values, operations, carries by (op, number), results of functions by (name, number)."""

    def __init__(self, program: Program, roots: Sequence[str]) -> None:
        self.program, self.roots = program, roots
        self.functions = {name: program.functions[name] for name in _reachable(program, roots)}
        self.live: set[Value] = set()
        self.ops: set[Op] = set()
        self.carries: set[tuple[Op, int]] = set()
        self.function_outs: set[tuple[str, int]] = set()
        self.origin: dict[Value, tuple[Any, int, int]] = {}  # op, -1, number of the result; or owner, region, number
        self.parent: dict[Op, Op | None] = {}
        self.home: dict[Op, str] = {}
        self.calls: dict[str, list[Op]] = {name: [] for name in self.functions}
        self.atoms: dict[str, set[Atom]] = {name: set() for name in self.functions}
        self.binders: dict[str, dict[Atom, Op]] = {name: {} for name in self.functions}
        self.todo: list[Value] = []
        self.effectful: set[str] = set()
        for name, f in self.functions.items():
            self._locate(name, f)
        self.flow = Flow(program, self.functions, roots)
        self._spread()

    def _locate(self, name: str, f: Function) -> None:
        blocks: list[tuple[Block, Op | None, int]] = [(f.body, None, 0)]
        while blocks:
            block, owner, region = blocks.pop()
            for k, v in enumerate(block.params):
                self.origin[v] = (owner or f, region, k)
            for op in block.ops:
                self.parent[op], self.home[op] = owner, name
                if op.prim.name == "call":
                    self.calls[op.params["function"]].append(op)
                elif op.prim.name == "bind_dim":
                    self.binders[name][Atom("var", op.params["name"])] = op
                for k, v in enumerate(op.outs):
                    self.origin[v] = (op, -1, k)
                blocks.extend((r, op, number) for number, r in enumerate(op.regions))

    def _spread(self) -> None:
        self._seed()
        self._follow()
        for op in reversed([op for op in self.home if op.prim.name == "computed"]):
            if op.ins[0].const is None and op.ins[0] not in self.live:  # else it is computed anyway
                self.root([op])
                self._follow()

    def _follow(self) -> None:
        """Mark what the marked values need."""
        while True:
            while self.todo:
                self._value(self.todo.pop())
            for name in self.functions:
                self._bind_sizes(name)
            if not self.todo:
                return

    def _seed(self) -> None:
        for name in self.roots:
            body = self.functions[name].body
            self.function_outs.update((name, k) for k in range(len(body.outs)))
            for v in (*body.params, *body.outs):
                self.mark(v)
        self.root(op for op in self.home if must_stay(op) and op.prim.name != "computed" and not self._inside(op))

    def _inside(self, op: Op) -> bool:
        return is_inside(op, self.origin.__getitem__)

    def root(self, ops: Iterable[Op]) -> None:
        """These operations stay, and with them the calls of their functions."""
        todo = list(ops)
        while todo:
            op = todo.pop()
            self.op(op)
            name = self.home[op]
            if name not in self.effectful:
                self.effectful.add(name)
                todo.extend(self.calls[name])

    def mark(self, v: Value) -> None:
        if v not in self.live:
            self.live.add(v)
            self.todo.append(v)

    def _value(self, v: Value) -> None:
        owner, region, k = self.origin[v]
        if isinstance(owner, Function):
            for call in self.calls[owner.name]:
                if call in self.ops:
                    self.mark(call.ins[k])
        elif region >= 0:
            self._param(owner, k)
        else:
            self.op(owner)
            if _loses_results(owner):
                self.atoms[self.home[owner]] |= _array_atoms(v)
            self._out(owner, k)

    def _param(self, op: Op, k: int) -> None:
        """Parameter k of a region is needed."""
        if op.prim.name == "cond":
            self.mark(op.ins[1 + k])
            return
        loop = Groups.of(op)
        if 0 <= k - loop.n_index < loop.n_carry:
            self._carry(op, loop, k - loop.n_index)
        elif k >= loop.n_index:
            self.mark(op.ins[loop.n_pre + k - loop.n_index])

    def _carry(self, op: Op, loop: Groups, k: int) -> None:
        if (op, k) not in self.carries:
            self.carries.add((op, k))
            self.mark(op.ins[loop.n_pre + k])
            self.mark(op.regions[-1].outs[loop.n_exit + k])

    def _out(self, op: Op, k: int) -> None:
        """Result k of an operation is needed."""
        name = op.prim.name
        if name == "cond":
            for r in op.regions:
                self.mark(r.outs[k])
        elif name in ("for", "while"):
            loop = Groups.of(op)
            if loop.n_exit <= k < loop.n_exit + loop.n_carry:
                self._carry(op, loop, k - loop.n_exit)
            elif k < len(op.regions[-1].outs):
                self.mark(op.regions[-1].outs[k])
        elif name == "call":
            self.function_outs.add((op.params["function"], k))
            self.mark(self.functions[op.params["function"]].body.outs[k])
        elif name in _UNPACKS and (found := self.flow.field(op, op.ins[0], k)) is not None:
            self._field(found)

    def _field(self, found: Field) -> None:
        if not found.live:
            found.live = True
            for v in found.packed:
                self.mark(v)

    def op(self, start: Op) -> None:
        """An operation is needed, and with it those that enclose it."""
        op: Op | None = start
        while op is not None and op not in self.ops:
            self.ops.add(op)
            atoms = _op_atoms(op)
            if atoms:
                self.atoms[self.home[op]] |= atoms
            for v in self._always(op):
                self.mark(v)
            op = self.parent[op]

    def _always(self, op: Op) -> Iterator[Value]:
        """The operands that an operation needs whichever of its results are needed."""
        name = op.prim.name
        if name == "cond":
            yield op.ins[0]
        elif name in ("for", "while"):
            loop = Groups.of(op)
            yield from op.ins[: loop.n_pre]
            yield from op.regions[-1].outs[: loop.n_exit]
            if name == "while":
                yield from op.regions[0].outs
        elif name == "call":
            params = self.functions[op.params["function"]].body.params
            yield from (v for v, p in zip(op.ins, params, strict=True) if p in self.live)
        elif name in _PACKS:
            for k, v in enumerate(op.ins):
                found = self.flow.field(op, op.out, k)
                if found is None or found.live:
                    yield v
                else:
                    found.packed.append(v)
        else:
            yield from op.ins

    def _bind_sizes(self, name: str) -> None:
        """Keep what binds a size that is needed: an operation, or a parameter that nothing else reads."""
        params, needed = self.functions[name].body.params, self.atoms[name]
        bound: set[Atom] = set().union(*(bare_atoms(v.type) for v in params if v in self.live))
        for atom, op in self.binders[name].items():
            if atom in needed and op not in self.ops:
                self.op(op)
        bound.update(self.binders[name])
        for v in params:
            if v not in self.live and (new := (bare_atoms(v.type) & needed) - bound):
                bound |= new
                self.mark(v)


def _reachable(program: Program, roots: Sequence[str]) -> list[str]:
    found, todo = dict.fromkeys(roots), list(roots)
    while todo and len(found) < len(program.functions):
        for op in walk(program.functions[todo.pop()].body):
            new = [name for name in op.functions if name not in found]
            found.update(dict.fromkeys(new))
            todo += new
    return [name for name in program.functions if name in found]


def _ruled(program: Program, roots: Sequence[str]) -> list[str]:
    """The functions with a derivative rule, and those of the rule: a rule is by position."""
    if len(program.functions) == 1:
        return []
    reached = [op for name in _reachable(program, roots) for op in walk(program.functions[name].body)]
    return [name for op in reached if len(op.functions) > 1 for name in op.functions]


@lru_cache(maxsize=8192)
def bare_atoms(t: Type) -> frozenset[Atom]:
    """The sizes that a parameter of this type binds when a function is entered."""
    if not isinstance(t, AVal):
        return frozenset()
    bare = [d for d in t.shape if isinstance(d, Poly) and len(dims.atoms(d)) == 1]
    return frozenset().union(*map(dims.atoms, bare))


@lru_cache(maxsize=8192)
def _type_atoms(t: Type) -> frozenset[Atom]:
    return types.type_atoms(t)


_NO_ATOMS = frozenset[Atom]()


def _loses_results(op: Op) -> bool:
    """Whether the results of an operation that nobody reads go, and with them the need for their sizes."""
    return bool(op.regions) or op.prim.name == "call" or op.prim.name in _UNPACKS


def _array_atoms(v: Value) -> frozenset[Atom]:
    return _type_atoms(v.type) if not isinstance(v.type, AVal) or v.type.shape else _NO_ATOMS


def _op_atoms(op: Op) -> frozenset[Atom]:
    """The sizes that an operation mentions in its parameters, and in its results if they all stay."""
    found = _NO_ATOMS
    if not _loses_results(op):
        found = found.union(*map(_array_atoms, op.outs))
    if not op.params:
        return found
    todo = [v for v in op.params.values() if isinstance(v, (tuple, Poly))]
    while todo:
        item = todo.pop()
        if isinstance(item, Poly):
            found |= dims.atoms(item)
        else:
            todo.extend(x for x in item if isinstance(x, (tuple, Poly)))
    return found


class _Rebuild:
    """The program of what is marked; values, operations and blocks that did not change are the old objects."""

    def __init__(self, marks: _Marks, old: Program) -> None:
        self.marks, self.old = marks, old
        self.values: dict[Value, Value] = {}

    def program(self) -> Program:
        marks = self.marks
        called = {op.params["function"] for op in marks.ops if op.prim.name == "call"}
        functions = {n: self.function(f) for n, f in marks.functions.items() if n in called or n in marks.roots}
        records = marks.flow.records(self.new(v).type for v in marks.live)
        old = self.old
        same = list(functions) == list(old.functions) and all(functions[n] is f for n, f in old.functions.items())
        if same and records == old.records:
            return old
        return Program(functions, old.entry, records)

    def function(self, f: Function) -> Function:
        params = [v for v in f.body.params if v in self.marks.live]
        outs = [v for k, v in enumerate(f.body.outs) if (f.name, k) in self.marks.function_outs]
        body = run_steps(self.block(f.body, params, outs))
        if body is f.body:
            return f
        remaining: set[Atom] = set().union(*(_type_atoms(v.type) for v in params))
        names = {a.name for a in remaining | self.marks.atoms[f.name] if a.op == "var"}
        return Function(f.name, body, tuple(d for d in f.dims if d in names or f.name in self.marks.roots))

    def new(self, v: Value) -> Value:
        if isinstance(v.type, AVal):
            return v
        if v not in self.values:
            found = self.marks.flow.type_of(v)
            self.values[v] = v if found == v.type else Value(found, v.hint, v.const, v.origin)
        return self.values[v]

    def news(self, values: Sequence[Value]) -> list[Value]:
        return [self.new(v) for v in values]

    def block(self, block: Block, params: Sequence[Value], outs: Sequence[Value]) -> Steps:
        ops = []
        for op in block.ops:
            if op in self.marks.ops:
                ops.append((yield self.structured(op)) if op.regions else self.simple(op))
        return same_block(block, self.news(params), ops, self.news(outs))

    def simple(self, op: Op) -> Op:
        name, live = op.prim.name, self.marks.live
        if name == "call":
            return self.call(op)
        if name in _PACKS or name in _UNPACKS:
            return self.record(op)
        outs = self.news(op.outs)
        if name in ("seq_empty", "opt_none") and op.out in live:
            made = outs[0].type
            assert isinstance(made, (Seq, Opt))
            return rebuilt(op, op.ins, outs, (), elem=made.elem)
        return rebuilt(op, self.news(op.ins), outs, ())

    def record(self, op: Op) -> Op:
        pack, flow = op.prim.name in _PACKS, self.marks.flow
        whole, fields = (op.out, op.ins) if pack else (op.ins[0], op.outs)
        found = [flow.field(op, whole, k) for k in range(len(fields))]
        kept = self.news([v for v, f in zip(fields, found, strict=True) if f is None or f.live])
        if not pack:
            changed = {"types": tuple(v.type for v in kept)} if op.prim.name == "saved_unpack" else {}
            return rebuilt(op, [self.new(whole)], kept, (), **changed)
        record = self.new(whole)
        return rebuilt(op, kept, [record], (), **({"type": record.type} if op.prim.name == "alt_pack" else {}))

    def call(self, op: Op) -> Op:
        name = op.params["function"]
        params = self.marks.functions[name].body.params
        ins = [v for v, p in zip(op.ins, params, strict=True) if p in self.marks.live]
        outs = self.news([v for k, v in enumerate(op.outs) if (name, k) in self.marks.function_outs])
        return rebuilt(op, self.news(ins), outs, (), types=tuple(v.type for v in outs))

    def structured(self, op: Op) -> Steps:
        return self.cond(op) if op.prim.name == "cond" else self.loop(op)

    def cond(self, op: Op) -> Steps:
        live = self.marks.live
        caps = [k for k in range(len(op.ins) - 1) if any(r.params[k] in live for r in op.regions)]
        outs = [k for k, v in enumerate(op.outs) if v in live]
        regions = []
        for r in op.regions:
            regions.append((yield self.block(r, [r.params[k] for k in caps], [r.outs[k] for k in outs])))
        ins = [op.ins[0], *(op.ins[1 + k] for k in caps)]
        return rebuilt(op, self.news(ins), self.news([op.outs[k] for k in outs]), regions)

    def loop(self, op: Op) -> Steps:
        loop, live = Groups.of(op), self.marks.live
        pre, carry, xs, caps = loop.operands(op)
        carries = [k for k in range(len(carry)) if (op, k) in self.marks.carries]
        first = loop.n_index + loop.n_carry
        streams = [k for k in range(len(xs)) if op.regions[-1].params[first + k] in live]
        first += loop.n_xs
        kept = [k for k in range(len(caps)) if any(r.params[first + k] in live for r in op.regions)]
        exit, left, ys = loop.results(op.outs[:-1])
        columns = [k for k, v in enumerate(ys) if v in live]
        regions = []
        for number, r in enumerate(op.regions):
            turn, c, x, p = loop.params(r)
            params = [*turn, *_at(c, carries), *_at(x, streams), *_at(p, kept)]
            outs: Sequence[Value] = r.outs
            if number == len(op.regions) - 1:
                e, out_c, out_y = loop.results(r.outs)
                outs = [*e, *_at(out_c, carries), *_at(out_y, columns)]
            regions.append((yield self.block(r, params, outs)))
        ins = [*pre, *_at(carry, carries), *_at(xs, streams), *_at(caps, kept)]
        results = [*exit, *_at(left, carries), *_at(ys, columns), op.outs[-1]]
        sizes = {"n_carry": len(carries), **({"n_xs": len(streams)} if op.prim.name == "for" else {})}
        return rebuilt(op, self.news(ins), self.news(results), regions, **sizes)


def _at(values: Sequence[Value], places: Sequence[int]) -> list[Value]:
    return [values[k] for k in places]
