"""Derivatives that the user's function takes itself: written out, innermost first, before anything else is done.

A `derivative` operation holds the function in its region, what it captures as operands.  Differentiating the region
is differentiating any program; the result stands in the operation's place, and what is differentiated around it is
ordinary code.  By hand, once: of `x * grad(lambda y: x * y)(x)` the frontend makes

    x, t = derivative(x, x; grad by y){(y, c) -> c * y}      the value, and the gradient by y
    out = x * t

and here t becomes d_y * c with c = x and d_y = 1.  That the captured c and the argument y hold the same number does not
matter: they are two parameters of the region, and a gradient by one says nothing of the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff.ad.forward import jvp
from symdiff.ad.reverse import size_names, value_and_grad, vjp
from symdiff.errors import CompileError, refuse
from symdiff.ir import dims
from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Block, Function, Literal, Op, Params, Program, Value, walk
from symdiff.ir.types import AVal, Kind, Saved, Type, type_atoms

Passes = Callable[..., Program]  # (program, level, keep=names): the functions named keep their signatures
_TAKEN = ("derivative", "pullback")
_LARGE = 12  # operations of a function whose derivative, taken in several places, is a function of its own


def written_out(program: Program, level: int, before: Passes, after: Passes) -> Program:
    """The program without `derivative` operations, for compilation at a level.

    `before` prepares a function for differentiation, `after` cleans up what came of it.  Below -O2 that is dead code
    alone: what was rewritten would be differentiated again, and -O1 would not be -O0 bit for bit.  CompileError SD411
    where a function takes a derivative of itself.
    """
    if not any(_takes(f.body) for f in program.functions.values()):
        return program
    return _Writing(program, level, before, after).program()


def _takes(block: Block) -> bool:
    return any(op.prim.name in _TAKEN for op in walk(block))


# --- gradients as programs


def keeping(program: Program, outs: Sequence[Value]) -> Program:
    """The program with fewer results."""
    main = program.main
    body = Block(main.body.params, main.body.ops, tuple(outs))
    return _with_main(program, Function(main.name, body, main.dims))


def seeded(program: Program, count: int, extra: Sequence[Value]) -> tuple[Program, list[Value]]:
    """A reverse program with the constant 1 for its cotangent; `extra` values of its body become results too."""
    main = program.main
    body = Block(main.body.params, main.body.ops, (*main.body.outs, *extra))
    b = Builder()
    params = [Value(v.type, v.hint) for v in main.body.params[:count]]
    seeds = [_one(b, v.type) for v in main.body.params[count:]]
    results = list(b.inline(body, [*params, *seeds]))
    return _with_main(program, Function(main.name, b.block(params, results), main.dims)), results


def _one(b: Builder, t: Any) -> Value:
    if t.kind is Kind.ARRAY:
        return b.const(Literal.of(np.ones((), t.dtype)), t)
    return b.const(1.0, t)


def _with_main(program: Program, main: Function) -> Program:
    return Program({**program.functions, main.name: main}, main.name, program.records)


# --- writing out


@dataclass
class _Writing:
    """One program on its way; functions are done before those that differentiate them."""

    source: Program
    level: int
    before: Passes
    after: Passes
    functions: dict[str, Function] = field(default_factory=dict)
    records: dict[str, tuple[Type, ...]] = field(default_factory=dict)
    saved: dict[str, tuple[Type, ...]] = field(default_factory=dict)  # by record: the residuals of a `vjp`
    pullbacks: dict[str, Block] = field(default_factory=dict)  # residuals and cotangents -> gradients
    uses: Counter[Hashable] = field(default_factory=Counter)  # by what is taken of which region
    shared: dict[Hashable, str] = field(default_factory=dict)  # the functions made of those used again
    open: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    def program(self) -> Program:
        self.functions, self.records = dict(self.source.functions), dict(self.source.records)
        for function in self.source.functions.values():
            self.count(function.body)
        for name in self.source.functions:
            self.function(name)
        return Program(self.functions, self.source.entry, self.records)

    def count(self, block: Block) -> None:
        """Note how often each derivative is taken; what stands inside of one counts once."""
        todo = [block]
        while todo:
            for op in todo.pop().ops:
                if op.prim.name == "derivative":
                    self.uses[_taken_key(op)] += 1
                    if self.uses[_taken_key(op)] > 1:
                        continue
                todo += op.regions

    def function(self, name: str) -> None:
        if name in self.done:
            return
        self.done.add(name)
        self.open.append(name)
        function = self.functions[name]
        body = self.block(function.body, function.dims)
        self.functions[name] = Function(name, body, function.dims)
        self.open.pop()

    def block(self, block: Block, names: tuple[str, ...]) -> Block:
        if not any(isinstance(v.type, Saved) for v in block.params) and not _takes(block):
            return block
        b, env = Builder(), _Places()
        params = [p for v in block.params for p in self.unpacked(v, env)]
        for op in block.ops:
            ins = env.all(op.ins)
            regions = tuple(self.block(r, names) for r in op.regions)
            if op.prim.name not in _TAKEN:
                b.ops.append(Op(op.prim, ins, op.outs, op.params, regions, op.loc))
                continue
            b.loc = op.loc
            if op.prim.name == "pullback":
                found = self.pulled(op, ins, b)
            else:
                found = self.taken(op, ins, regions[0], names, b)
            env.enter(op.outs, found, {v for made in b.ops for v in made.outs})
        return Block(tuple(params), tuple(b.ops), env.all(block.outs))

    def unpacked(self, v: Value, env: _Places) -> list[Value]:
        """A parameter; one that stands for what a `vjp` saved is as many as were saved."""
        if not isinstance(v.type, Saved):
            return [v]
        found = [Value(t) for t in self.saved[v.type.name]]
        env[v] = tuple(found)
        return found

    def taken(
        self, op: Op, ins: tuple[Value, ...], region: Block, names: tuple[str, ...], b: Builder
    ) -> Sequence[Value]:
        """Append what a `derivative` computes; its results."""
        callees = self.callees(region)
        for name in callees:
            if name in self.open:
                reason = "it is one of itself, hence of a derivative, of an order that only the arguments say"
                raise CompileError([refuse("SD411", op.loc, function=name.lstrip("_"), reason=reason)])
            self.function(name)
        sizes = _missing(region)
        count = len(region.params)
        given = [*ins[len(ins) - count :], *(b.op("dim", size=dims.var(n), hint=n).value for n in sizes)]
        key = _taken_key(op)
        if key in self.shared:
            return self.called(op, [*given, *ins[: len(ins) - count]], b)
        program = self.before(self.alone(region, sizes, names, callees), self.level, keep=callees)
        wrt, kind = op.params["wrt"], op.params["kind"]
        if kind == "value":
            return b.inline(self.kept(program, sizes), given)
        if kind == "vjp":
            return self.recorded(op, program, given, sizes, b)
        if kind == "jvp":
            program = jvp(program, wrt, avoid=self.functions)
            given += ins[: len(ins) - count]
        else:
            outs = program.main.body.outs
            alone = value_and_grad(keeping(program, outs[:1]), wrt, literal=self.level == 0, avoid=self.functions)
            program, results = seeded(alone, len(given), outs[1:])
            program = keeping(program, [results[0], *results[1 + len(wrt) :], *results[1 : 1 + len(wrt)]])
        program = self.after(program, self.level if self.level == 2 else 0, keep=callees)
        if self.uses[key] < 2 or sum(1 for _ in walk(region)) < _LARGE or not _plain_sizes(op):
            return b.inline(self.kept(program, sizes), given)
        called = op.params["name"].strip("_")
        name = _free(f"_{called if called.isidentifier() else 'inner'}_{kind}", self.functions)
        self.shared[key] = name
        self.done.add(name)
        body = self.kept(program, ())
        self.functions[name] = Function(name, body, tuple(sorted({*sizes, *_bound(body.params)})))
        return self.called(op, given, b)

    def called(self, op: Op, given: Sequence[Value], b: Builder) -> Sequence[Value]:
        """Append the call of a function that stands for several derivatives alike."""
        return b.emit("call", *given, function=self.shared[_taken_key(op)], types=tuple(v.type for v in op.outs))

    def recorded(
        self, op: Op, program: Program, given: Sequence[Value], sizes: Sequence[str], b: Builder
    ) -> Sequence[Value]:
        """Append the forward pass of a `vjp`, whose residuals come last, and remember the backward pass."""
        name = op.params["name"]
        pair = vjp(program, op.params["wrt"], literal=self.level == 0, avoid=self.functions)
        found = b.inline(self.kept(pair.forward, sizes), given)
        self.saved[name] = tuple(v.type for v in found[len(program.main.body.outs) :])
        self.pullbacks[name] = self.kept(pair.backward, [*sizes, *pair.sizes])
        return found

    def pulled(self, op: Op, ins: tuple[Value, ...], b: Builder) -> Sequence[Value]:
        """Append the backward pass that the residuals belong to."""
        record = op.ins[0].type
        assert isinstance(record, Saved)
        return b.inline(self.pullbacks[record.name], ins)

    # --- the function that is differentiated, as a program

    def alone(self, region: Block, sizes: Sequence[str], names: tuple[str, ...], callees: Sequence[str]) -> Program:
        """The region as a program: sizes that none of its parameters has are parameters too."""
        extra = [Value(_INT, n) for n in sizes]
        head = [Op(REGISTRY["bind_dim"], (v,), (), Params(name=n)) for v, n in zip(extra, sizes, strict=True)]
        body = Block((*region.params, *extra), (*head, *region.ops), region.outs)
        entry = _free("inner", self.functions)
        functions = {name: self.functions[name] for name in callees}
        return Program({**functions, entry: Function(entry, body, names)}, entry, self.records)

    def kept(self, program: Program, sizes: Sequence[str]) -> Block:
        """The entry's body, where the sizes are in scope anyway; its callees become this program's."""
        self.functions |= {name: f for name, f in program.functions.items() if name != program.entry}
        self.records |= program.records
        self.done |= program.functions.keys()
        body = program.main.body
        bound = [op for op in body.ops if op.prim.name == "bind_dim" and op.params["name"] in sizes]
        return Block(body.params, tuple(op for op in body.ops if op not in bound), body.outs)

    def callees(self, block: Block) -> list[str]:
        """The functions that a block calls, and those that these call."""
        found: dict[str, None] = {}
        todo = [block]
        while todo:
            for name in _called(todo.pop()):
                if name not in found:
                    found[name] = None
                    todo.append(self.functions[name].body)
        return list(found)


class _Places(dict[Value, tuple[Value, ...]]):
    """What stands for a value: of a record, its fields."""

    def all(self, values: Sequence[Value]) -> tuple[Value, ...]:
        return tuple(x for v in values for x in self.get(v, (v,)))

    def enter(self, outs: Sequence[Value], found: Sequence[Value], fresh: Set[Value]) -> None:
        """The results of a `derivative`, named as it names them where they are new."""
        for k, v in enumerate(outs):
            if isinstance(v.type, Saved):
                self[v] = tuple(found[k:])
                return
            new = found[k]
            self[v] = (new,)
            if new in fresh and v.hint and new.const is None:
                new.hint = v.hint


_INT = AVal(Kind.PYTHON, (), "i8")


def _called(block: Block) -> Iterator[str]:
    return (name for op in walk(block) for name in op.functions)


def _free(name: str, taken: dict[str, Function]) -> str:
    found, k = name, 1
    while found in taken:
        found, k = f"{name}{k}", k + 1
    return found


def _missing(region: Block) -> list[str]:
    """The sizes that a region uses and that none of its parameters has as a size."""
    used: set[str] = set()
    for op in walk(region):
        for found in (*op.params.values(), *(v.type for v in op.outs), *(v.type for r in op.regions for v in r.params)):
            used |= size_names(found)
    return sorted(used - _bound(region.params))


def _bound(params: Sequence[Value]) -> set[str]:
    """The size variables that are a size of a parameter."""
    found = (d for v in params if isinstance(v.type, AVal) for d in v.type.shape)
    return {str(d) for d in found if d in map(dims.var, size_names(d))}


def _plain_sizes(op: Op) -> bool:
    """Whether a function can take what the operation takes: sizes known only while the program runs are its own."""
    atoms = (a for v in (*op.ins, *op.outs) for a in type_atoms(v.type))
    return all(a.op == "var" for a in atoms)


def _taken_key(op: Op) -> Hashable:
    """What tells one derivative from another: the region, where it is written, and what is wanted of it."""
    return op.params, _block_key(op.regions[0], {})


def _block_key(block: Block, numbers: dict[Value, int]) -> Hashable:
    """A block without the identity of its values; `numbers` are those of the values so far."""

    def number(v: Value) -> int:
        return numbers.setdefault(v, len(numbers))

    params = tuple((number(v), v.type) for v in block.params)
    ops = [
        (
            op.prim.name,
            op.params,
            op.loc,
            tuple(map(number, op.ins)),
            tuple((number(v), v.type) for v in op.outs),
            tuple(_block_key(r, numbers) for r in op.regions),
        )
        for op in block.ops
    ]
    return params, tuple(ops), tuple(map(number, block.outs))
