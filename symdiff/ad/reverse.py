"""Reverse mode: from a program to its forward and backward passes, or to both fused.

`value_and_grad` is one function, params and result cotangents in, results and gradients out; `vjp` is a pair of
programs with the residuals between them.  Both are ordinary programs: they are differentiated again by the same pass.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from symdiff.ad.activity import Backward as UsefulAnalysis
from symdiff.ad.activity import Flags, Forward, is_differentiable, select, varied_transfer
from symdiff.ad.endless import Endless
from symdiff.ad.growth import Factors
from symdiff.ad.halves import Backward, Pattern, copies, ct_value
from symdiff.ad.masking import (
    Chosen,
    Masked,
    Overflowing,
    may_be_zero,
    wild_parameters,
    wild_transfer,
)
from symdiff.ad.sweep import Sweep
from symdiff.ad.twice import Hidden, Swollen
from symdiff.ad.zeros import Zeros
from symdiff.errors import Loc
from symdiff.ir import dims, types
from symdiff.ir.build import Builder
from symdiff.ir.core import REGISTRY, Block, Function, Op, Params, Program, Value, walk
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal, Seq, Type


@dataclass(frozen=True, slots=True)
class Vjp:
    """`forward`: params -> results, residuals.  `backward`: residuals, result cotangents -> gradients by wrt."""

    forward: Program
    backward: Program
    n_residuals: int
    sizes: tuple[str, ...] = ()  # those that `backward` takes last among the residuals


@dataclass(frozen=True, slots=True)
class Pair:
    """The forward and backward functions of a callee, and which of its arguments get a cotangent."""

    forward: str
    backward: str
    wanted: Flags
    lent: Flags  # those whose cotangent so far is handed over


class Reversal:
    """One run of the reverse pass: the analyses, and the functions and records made on the way."""

    def __init__(self, program: Program, entries: Sequence[str], literal: bool) -> None:
        self.program = program
        self.literal = literal
        self.entries = entries  # names that the functions made on the way must not take
        self.varied = Forward(program, varied_transfer)
        self.wild = Forward(program, wild_transfer)
        self.grown = Overflowing(program)
        self.factors = Factors(program)
        self.endless = Endless(program)
        self.useful = UsefulAnalysis(program)
        self.masked = Masked(program)
        self.chosen = Chosen(program)
        self.hidden = Hidden(program)
        self.swollen = Swollen(program)
        self.functions = dict(program.functions)
        self.records = dict(program.records)
        self.zeros = Zeros(self.functions, self.records)
        self.pairs: dict[tuple[str, Pattern], Pair] = {}
        self.passed_on: dict[str, set[int]] = {}  # arguments that a function hands to itself, by its name

    def pair(self, name: str, pattern: Pattern) -> Steps:
        """The forward/backward Pair of a function for this pattern of arguments and results."""
        key = (name, pattern)
        if key not in self.pairs:
            reached = self.useful.function(name, pattern.useful)
            wanted = tuple(a and b for a, b in zip(pattern.varied, reached, strict=True))
            pattern = replace(pattern, lent=tuple(a and b for a, b in zip(pattern.lent, wanted, strict=True)))
            base = _unused(_names(name, self.program.functions[name], wanted), {*self.functions, *self.entries})
            self.pairs[key] = made = Pair(f"{base}_forward", f"{base}_backward", wanted, pattern.lent)
            self.functions[made.forward] = self.functions[made.backward] = self.program.functions[
                name
            ]  # taken; filled below
            yield self.build(self.program.functions[name], pattern, made)
        return self.pairs[key]

    def build(self, function: Function, pattern: Pattern, pair: Pair) -> Steps:
        """Fill in the two functions of a pair; the residuals travel in one Saved record."""
        body = function.body
        b, back = yield self.halves(body, pattern, select(body.params, pair.wanted))
        sizes = unbound_sizes(back, ())
        saved = [*back.saved, *(_size(b, body, n) for n in sizes)]
        record = b.op("saved_pack", *saved, name=pair.forward)
        self.records[pair.forward] = tuple(v.type for v in saved)
        self.functions[pair.forward] = Function(
            pair.forward, b.block(body.params, [*body.outs, record.value]), function.dims
        )
        env: dict[Value, Value] = {}
        incoming = Value(record.type, "saved")
        fields = copies(saved, env)
        head = [
            Op(
                REGISTRY["saved_unpack"],
                (incoming,),
                tuple(fields),
                Params(types=self.records[pair.forward]),
                (),
                b.loc,
            )
        ]
        head += _bindings(sizes, fields[len(back.saved) :], b.loc)
        params = [incoming, *copies([ct for _, ct in back.seeds], env)]
        self.functions[pair.backward] = Function(pair.backward, back.block(params, env, head), function.dims)

    def halves(self, body: Block, pattern: Pattern, wanted: Sequence[Value], main: bool = False) -> Steps:
        """The forward half of a function body (a Builder), and its Backward, of which no block is made yet."""
        sweep = Sweep(self, body, pattern, owns_memory=main)
        b = Builder(block_loc(body))
        seeded = [*select(body.outs, pattern.useful), *(select(body.params, pattern.lent) if pattern.lent else [])]
        pulls = yield sweep.forward(body, b, seeded)
        seeds = [(v, ct_value(v)) for v in seeded]
        return b, sweep.backward(body, b, pulls, seeds, wanted)

    def finish(self, entry: Function) -> Program:
        functions = {**self.functions, entry.name: entry}
        return Program(functions, entry.name, with_cotangent_records(self.records))


def value_and_grad(
    program: Program,
    wrt: Sequence[int],
    name: str = "",
    literal: bool = False,
    avoid: Iterable[str] = (),
    lists: bool = False,
) -> Program:
    """Params and a cotangent per differentiable result in; results and gradients by the params `wrt` out.

    Lists among the results have none without `lists`: how long theirs would be is known when the function has run.
    `literal` (-O0) keeps one operation per contribution, also where a cotangent is passed on unchanged: d_y2 = d_y1.
    The functions made on the way take no name of `avoid`.
    """
    main, entry = program.main, name or f"{program.entry}_value_and_grad"
    run = Reversal(program, [entry, *avoid], literal)
    seeded = [is_differentiable(v) and (lists or not isinstance(v.type, Seq)) for v in main.body.outs]
    b, back = _main_halves(run, main, wrt, seeded)
    cts = [ct for _, ct in back.seeds]
    body = Block((*main.body.params, *cts), (*b.ops, *back.ops), (*main.body.outs, *back.results))
    return run.finish(Function(entry, body, main.dims))


def vjp(
    program: Program,
    wrt: Sequence[int],
    names: tuple[str, str] | None = None,
    literal: bool = False,
    avoid: Iterable[str] = (),
) -> Vjp:
    """The forward and the backward pass as two programs, the residuals between them as plain values."""
    main = program.main
    forward, backward = names or (f"{main.name}_forward", f"{main.name}_backward")
    run = Reversal(program, [forward, backward, *avoid], literal)
    b, back = _main_halves(run, main, wrt, [is_differentiable(v) for v in main.body.outs])
    sizes = unbound_sizes(back, back.saved)
    saved = [*back.saved, *(b.op("dim", size=dims.var(n)).value for n in sizes)]
    first = Function(forward, b.block(main.body.params, [*main.body.outs, *saved]), main.dims)
    env: dict[Value, Value] = {}
    fields = copies(saved, env)
    params = [*fields, *copies([ct for _, ct in back.seeds], env)]
    second = Function(backward, back.block(params, env, _bindings(sizes, fields[len(back.saved) :], b.loc)), main.dims)
    return Vjp(run.finish(first), run.finish(second), len(saved), tuple(sizes))


def _main_halves(run: Reversal, main: Function, wrt: Sequence[int], seeded: Sequence[bool]) -> tuple[Builder, Backward]:
    params = main.body.params
    for k in wrt:
        if not is_differentiable(params[k]):
            raise TypeError(f"parameter {k} of {main.name} has type {params[k].type}: nothing to differentiate by")
    chosen = set(wrt)
    varied = tuple(k in chosen for k in range(len(params)))
    useful = tuple(seeded)
    masked = tuple(on and may_be_zero(select(main.body.outs, useful)) for on in useful)
    wild, none = wild_parameters(run.program), (False,) * len(params)
    pattern = Pattern(varied, useful, wild, wild, none, masked, (False,) * len(useful))
    found: tuple[Builder, Backward] = run_steps(run.halves(main.body, pattern, [params[k] for k in wrt], main=True))
    return found


def block_loc(block: Block) -> Loc | None:
    """The place of the first operation that has one: for what belongs to no operation."""
    return next((op.loc for op in walk(block) if op.loc is not None), None)


def _bindings(sizes: Sequence[str], values: Sequence[Value], loc: Loc | None) -> list[Op]:
    return [Op(REGISTRY["bind_dim"], (v,), (), Params(name=n), (), loc) for n, v in zip(sizes, values, strict=True)]


def _names(name: str, function: Function, wanted: Flags) -> Iterator[str]:
    """What the pair of a function may be called: `f`, else by what it is differentiated by, `f_by_x`, else `f2`."""
    yield name
    by = [v.hint for v in select(function.body.params, wanted)]
    if 0 < len(by) <= _FEW and all(by):
        yield f"{name}_by_{'_'.join(by)}"
    yield from (f"{name}{k}" for k in itertools.count(2))


_FEW = 3  # arguments that a name mentions


def _unused(names: Iterator[str], taken: set[str]) -> str:
    return next(found for found in names if f"{found}_forward" not in taken and f"{found}_backward" not in taken)


def unbound_sizes(back: Backward, bound_by: Sequence[Value]) -> list[str]:
    """The size variables that a backward half reads and that no array it is given has as a size."""
    used: set[str] = set()
    block = Block((), (*back.anew, *back.ops), ())
    for op in walk(block):
        for value in op.params.values():
            used.update(size_names(value))
    bound = {
        str(d) for v in (*bound_by, *(ct for _, ct in back.seeds)) if isinstance(v.type, AVal) for d in v.type.shape
    }
    return sorted(used - bound)


def _size(b: Builder, body: Block, name: str) -> Value:
    """A size that the backward half reads: an array of a record has it where no parameter of the forward half does."""
    bound = any(op.prim.name == "bind_dim" and op.params["name"] == name for op in body.ops)
    wanted = dims.var(name)
    if not bound and all(wanted not in v.type.shape for v in body.params if isinstance(v.type, AVal)):
        for v in (v for op in b.ops if op.prim.name == "saved_unpack" for v in op.outs):
            if isinstance(v.type, AVal) and wanted in v.type.shape:
                return b.op("dim_of", v, axis=v.type.shape.index(wanted), hint=name).value
    return b.op("dim", size=wanted, hint=name).value


def size_names(value: object) -> set[str]:
    """The size variables in a static parameter: a Dim, a type, or a tuple of such."""
    if isinstance(value, tuple):
        return set().union(*map(size_names, value)) if value else set()
    if isinstance(value, dims.Poly):
        return {a.name for a in dims.atoms(value) if a.op == "var"}
    if isinstance(value, (AVal, types.Seq, types.Opt, types.Alt)):
        return {a.name for a in types.type_atoms(value) if a.op == "var"}
    return set()


def with_cotangent_records(records: dict[str, tuple[Type, ...]]) -> dict[str, tuple[Type, ...]]:
    """The records, with the cotangent record r' of every r."""
    found = dict(records)
    for name, fields in records.items():
        if not name.endswith("'"):
            found[name + "'"] = tuple(c for f in fields if (c := types.cotangent(f)) is not None)
    return found
