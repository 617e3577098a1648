"""The compiler on one screen.

stage      in                    out                        invariant                             file
frontend   function, signature   Lowered                    runs as the function does             frontend/
names      Program               Program, all values named  every stage has its name              codegen/names.py
inner      Program               Program                    no derivative is taken inside         ad/inner.py
primal     Program               Program                    same results (-O1: bit for bit)       passes/levels.py
adjoint    Program, wrt          forward, backward, fused   primal results bit-identical          ad/
optimized  Program               Program                    same results                          passes/levels.py
buffers    Program               Program with copies        printing in place is right            passes/buffers.py
source     Programs              module text                means what the programs mean          codegen/
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from symdiff import __version__
from symdiff.ad import forward, reverse
from symdiff.ad.inner import keeping, written_out
from symdiff.codegen.assignments import reusable
from symdiff.codegen.module import collected, generate
from symdiff.codegen.names import identifier, name_stages
from symdiff.codegen.parts import STAGES, Module, Parts, Ready, has_singles, otherwise
from symdiff.errors import UsageError
from symdiff.ir import types
from symdiff.ir.build import Builder
from symdiff.ir.collector import uncollected
from symdiff.ir.core import Block, Function, Program, Value
from symdiff.ir.effects import may_raise
from symdiff.ir.lengths import known_by_length, with_lengths
from symdiff.ir.text import print_program
from symdiff.ir.types import AVal, Kind, Seq
from symdiff.ir.verify import checked
from symdiff.passes import levels
from symdiff.passes.buffers import buffers, ownership
from symdiff.passes.cost import cost
from symdiff.passes.cse import cse
from symdiff.passes.dce import dce
from symdiff.passes.fills import fills
from symdiff.passes.layout import same_layout
from symdiff.passes.lending import in_place
from symdiff.passes.lone import asks_for_sides, lone_values
from symdiff.passes.masks import wild_values
from symdiff.passes.queues import queues
from symdiff.passes.quotients import numpy_quotients
from symdiff.passes.regions import rebuilt, substitute
from symdiff.passes.scalars import lower_scalars, python_residuals
from symdiff.passes.unread import read_for_exceptions
from symdiff.signature import Lowered, check_has_numbers

DEFAULT = ("primal", "forward", "backward", "value_and_grad", "grad")
OF_EVERY_RESULT = frozenset({"forward", "backward", "jvp"})  # what has a cotangent or tangent for each result


@uncollected()
def compile_module(
    lowered: Lowered,
    wrt: Sequence[str],
    *,
    level: int = 2,
    functions: Sequence[str] | None = None,
    name: str = "",
    embed: bool = True,
    borrow: bool = False,
    guarded: bool = False,
) -> Module:
    """The module of a lowered function.

    `wrt` names the arguments to differentiate by.  `functions` are kinds of `codegen.parts.KINDS`; without it, the
    table of the design, less what needs a scalar result where there is none.  `embed`: captured data up to 64 elements
    become defaults of keyword parameters (else all of it is required).  `borrow`: saved records may hold the caller's
    arrays.  `guarded`: the module is called behind `api.dispatch` alone, whose tests need not be repeated.

    Raises UsageError for an unknown name, for an argument without floats, and for a gradient of no scalar.
    """
    return generate(_Compilation(lowered, tuple(wrt), level, borrow).parts(functions, name, embed, guarded))


@uncollected()
def compile_together(
    pairs: Sequence[tuple[Lowered, Sequence[str]]],
    *,
    level: int = 2,
    functions: Sequence[str] | None = None,
    borrow: bool = False,
) -> str:
    """The text of one module of several functions of one file, each with what to differentiate it by.

    Raises UsageError as `compile_module` does, and SD818 where the functions of two would have one name.
    """
    parts = [_Compilation(one, tuple(wrt), level, borrow).parts(functions, "", True) for one, wrt in pairs]
    names = [f"{part.name}{suffix}" for part in parts for suffix in ("", *(f"_{kind}" for kind in part.kinds))]
    for name in names:
        if names.count(name) > 1:
            raise UsageError.of("SD818", name=name, place=pairs[0][0].file)
    return collected(parts)


def stage(lowered: Lowered, wrt: Sequence[str], which: str, *, level: int = 2) -> str:
    """What `symdiff show --stage` prints: one of STAGES."""
    if which not in STAGES:
        raise UsageError.of("SD715", option="stage", value=which, choices=", ".join(STAGES))
    run = _Compilation(lowered, tuple(wrt), level, borrow=False)
    if which == "ir":
        return print_program(run.named.program)
    if which == "types":
        return "".join(f"{v.hint}: {v.type}\n" for op in run.named.program.main.body.ops for v in op.outs)
    if which == "adjoint":
        pair = reverse.vjp(run.primal, run.wrt_params, literal=run.level == 0)
        return print_program(pair.forward) + "\n" + print_program(pair.backward)
    if which == "optimized":
        return print_program(run.ready(run.fused()).program)
    return generate(run.parts(None, "", embed=True)).text


def prepared(program: Program, level: int) -> Program:
    """A lowered program ready to be differentiated: the derivatives that it takes itself are written out."""
    written = written_out(program, level, levels.before, levels.after)
    return levels.before(checked(read_for_exceptions(written), "unread"), level)


class _Compilation:
    """One lowered function on its way to one module."""

    def __init__(self, lowered: Lowered, wrt: tuple[str, ...], level: int, borrow: bool) -> None:
        self.lowered, self.wrt, self.level, self.borrow = lowered, wrt, level, borrow
        self.wrt_params = differentiated(lowered, wrt)
        if wrt:
            check_has_numbers(lowered)
        self.named = name_stages(lowered.program, lowered.user_names, [p.name for p in lowered.params])
        self.primal = prepared(self.named.program, level)

    def ready(
        self, program: Program, residuals: Collection[int] = (), inputs: int | None = None, fast: bool = True
    ) -> Ready:
        """A program with its copies, what may be overwritten, and (`fast`) its form in `math` for Python floats.

        `inputs`: so many NumPy scalars may come in first (the residuals of a backward pass), to be taken as floats.
        """
        lowered = lower_scalars(program, inputs) if fast and self.level == 2 else None
        made = queues(fills(buffers(program, residuals=residuals, borrow=self.borrow)))
        reused = (
            same_layout(made, reusable(made, ownership(made, residuals, self.borrow).into), self.level == 2)
            if self.level > 0
            else {}
        )
        owned = {"after_ownership": True, "residuals": residuals, "borrow": self.borrow}
        checked(made, "buffers", **owned, into=reused)
        if lowered is not None:
            lowered = queues(buffers(dce(cse(lowered)), residuals=residuals, borrow=self.borrow))
            checked(lowered, "math", **owned)
        return Ready(made, reused, in_place(made, reused), lowered)

    def adjoint(self, program: Program) -> Program:
        made = levels.last(program, self.level)
        return checked(lone_values(made, asks_for_sides(made)), "lone")

    def adjoints(self, pair: reverse.Vjp) -> reverse.Vjp:
        """Both passes; the second is told which residuals may be infinite or NaN."""
        body = pair.forward.main.body
        found = wild_values(body)
        wild = [k for k, v in enumerate(body.outs[len(body.outs) - pair.n_residuals :]) if v in found]
        passes = levels.last(pair.forward, self.level), levels.last(pair.backward, self.level, wild=wild)
        asked = asks_for_sides(*passes)
        first, second = (checked(lone_values(made, asked), "lone") for made in passes)
        return replace(pair, forward=first, backward=second)

    # --- the programs

    def fused(self) -> Program:
        """Params → results, gradients, ready to be printed."""
        return self.adjoint(self.closed())

    def closed(self) -> Program:
        """Params → results, gradients: those of the first result, whose cotangent is 1; the others have none."""
        n, outs = len(self.lowered.params), self.primal.main.body.outs
        program = reverse.value_and_grad(keeping(self.primal, outs[:1]), self.wrt_params, literal=self.level == 0)
        main = program.main
        (ct,) = main.body.params[n:]
        assert isinstance(ct.type, AVal)
        b = Builder()
        if not ct.type.shape and ct.type.kind is not Kind.ARRAY:
            one = b.const(1.0 if not ct.type.complex else complex(1.0), ct.type)
        else:
            one = b.op("ones", type=ct.type, shape=ct.type.shape).value
        one.hint = ct.hint
        params = tuple(Value(v.type, v.hint) for v in main.body.params[:n])
        value, *gradients = main.body.outs
        body = Block(main.body.params, main.body.ops, (value, *outs[1:], *gradients))
        results = b.inline(body, [*params, one])
        made = Block(params, tuple(b.ops), results)
        return _with_main(program, Function(main.name, made, main.dims))

    def gradient(self) -> Program:
        """Params → gradients, ready to be differentiated again."""
        program = levels.after(self.closed(), self.level)
        body = program.main.body
        kept = body.outs[len(body.outs) - len(self.wrt_params) :]
        main = Function(program.main.name, Block(body.params, body.ops, kept), program.main.dims)
        return dce(_with_main(program, main))

    def hessian_product(self) -> Program:
        """Params, vectors → the derivative of the gradients along the vectors."""
        program = forward.jvp(self.gradient(), self.wrt_params)
        body = program.main.body
        kept = body.outs[len(self.wrt_params) :]
        return self.adjoint(
            _with_main(program, Function(program.main.name, Block(body.params, body.ops, kept), program.main.dims))
        )

    # --- the module

    def parts(self, functions: Sequence[str] | None, name: str, embed: bool, guarded: bool = False) -> Parts:
        scalar = self.scalar_result()
        left_out = () if scalar else ("value_and_grad", "grad")
        lists = self.lowered.out.is_open or any(isinstance(t, Seq) for t in self.named.program.main.out_types)
        if lists:
            left_out = (*left_out, *OF_EVERY_RESULT)
        kinds = tuple(functions) if functions is not None else tuple(k for k in DEFAULT if k not in left_out)
        if lists and not OF_EVERY_RESULT.isdisjoint(kinds):
            raise UsageError.of("SD748", function=self.lowered.name)
        if not scalar and {"value_and_grad", "grad", "hvp"} & set(kinds):
            shown = ", ".join(map(str, self.named.program.main.out_types)) or "no number"
            raise UsageError.of("SD704", function=self.lowered.name, type=shown)
        programs, facts, n_residuals = self.programs(kinds)
        if "grad" in kinds and "value_and_grad" not in kinds:
            kinds = (*kinds, "value_and_grad")
        return Parts(
            lowered=self.lowered,
            name=name or identifier(self.lowered.name),
            wrt=self.wrt,
            wrt_params=self.wrt_params,
            level=self.level,
            kinds=kinds,
            programs=programs,
            stages=self.named.stages,
            may_raise=may_raise,
            facts=facts,
            version=__version__,
            embed=embed,
            n_residuals=n_residuals,
            guarded=guarded,
        )

    def programs(self, kinds: Collection[str]) -> tuple[dict[str, Ready], list[tuple[str, str]], int]:
        """The programs to print, by kind; the lines of the header; how many residuals there are."""
        found: dict[str, Ready] = {}
        facts, n_residuals = [("level", f"-O{self.level}")], 0
        if "primal" in kinds:
            found["primal"] = self.ready(self.adjoint(self.primal))
        if {"forward", "backward"} & set(kinds):
            pair = reverse.vjp(self.primal, self.wrt_params, literal=self.level == 0)
            pair = in_order(lengths_alone(saved_once(self.adjoints(pair))), self.named.stages)
            n_residuals = pair.n_residuals
            found |= self.passes(pair)
            facts += self.facts(pair)
        both: dict[str, Program] = {}
        if {"value_and_grad", "grad"} & set(kinds):
            both["value_and_grad"] = self.fused()
        if "jvp" in kinds:
            both["jvp"] = self.adjoint(forward.jvp(self.primal, self.wrt_params))
        found |= {kind: self.ready(program) for kind, program in both.items()}
        if "hvp" in kinds:
            found["hvp"] = self.ready(self.hessian_product())
        same = {
            "primal",
            "forward",
            "value_and_grad",
            "jvp",
        } & found.keys()  # one primal, to the bit: all by `math`, or none
        if any(found[k].fast is None for k in same):
            found = {k: replace(r, fast=None) for k, r in found.items()}
        elif "forward" in same and found["backward"].fast is not None:
            saves, reads = python_residuals(pair.forward.main, pair.backward.main, n_residuals)
            if reads is not pair.backward.main:
                first, second = _with_main(pair.forward, saves), _with_main(pair.backward, reads)
                found |= self.passes(replace(pair, forward=first, backward=second))
        if len(same) > 1:
            both = {kind: program for kind, program in both.items() if found[kind].fast is not None}
            found |= {otherwise(kind): self.derivative(program) for kind, program in both.items()}
        facts.append(("source", f"{self.lowered.name} {self.lowered.hash[:8]}".strip()))
        return found, facts, n_residuals

    def passes(self, pair: reverse.Vjp) -> dict[str, Ready]:
        """The two passes of a pair, ready to be printed."""
        n, n_results = pair.n_residuals, len(self.primal.main.body.outs)
        taken = len(pair.backward.main.body.params) if has_singles(self.lowered) else n
        return {
            "forward": self.ready(pair.forward, range(n_results, n_results + n)),
            "backward": self.ready(numpy_quotients(pair.backward, taken), inputs=taken),
        }

    def derivative(self, program: Program) -> Ready:
        """What a program computes beside the value: for where `math` raises, as the value may not have."""
        body = program.main.body
        rest = Block(body.params, body.ops, body.outs[len(self.primal.main.body.outs) :])
        alone = Function(program.main.name, rest, program.main.dims)
        return self.ready(dce(_with_main(program, alone)), fast=False)

    def scalar_result(self) -> bool:
        """Whether the result, or the first of a pair, is a real scalar."""
        out = self.lowered.out
        first = out if out.kind == "leaf" else out.children[0] if out.kind == "tuple" and out.children else None
        if (
            first is None
            or first.kind != "leaf"
            or not self.lowered.out_static
            or self.lowered.out_static[0] is not None
        ):
            return False
        t = self.named.program.main.out_types[0]
        return isinstance(t, AVal) and not t.shape and t.dtype[0] == "f"

    def facts(self, pair: reverse.Vjp) -> list[tuple[str, str]]:
        saved = pair.forward.main.body.outs[len(pair.forward.main.body.outs) - pair.n_residuals :]
        found = cost(self.primal.main, pair.backward.main, saved)
        copies = ", not copied" if self.borrow and saved else ""
        return [("saves", found.saved() + copies), ("cost", found.header())]


def differentiated(lowered: Lowered, wrt: Sequence[str]) -> tuple[int, ...]:
    """The float leaves of the arguments `wrt`, as indices of the params, in order of `wrt`."""
    arguments = {a.name: a for a in lowered.signature.arguments}
    found: list[int] = []
    for name in wrt:
        if name not in arguments:
            raise UsageError.of("SD702", name=name, function=lowered.name, parameters=", ".join(arguments))
        mine = [
            k
            for k, p in enumerate(lowered.params)
            if p.argument == name and not p.captured and types.cotangent(p.type) is not None
        ]
        if not mine:
            kinds = ", ".join(str(leaf) for leaf in arguments[name].leaves) or "empty"
            raise UsageError.of("SD705", name=name, function=lowered.name, type=kinds)
        found += mine
    return tuple(found)


def saved_once(pair: reverse.Vjp) -> reverse.Vjp:
    """The pair without residuals that the backward pass does not read, and with one of those that are one value.

    An array stays: its sizes may be read.
    """
    first, second, n = pair.forward.main, pair.backward.main, pair.n_residuals
    results, saved = first.body.outs[: len(first.body.outs) - n], first.body.outs[len(first.body.outs) - n :]
    read = {*second.body.outs, *(v for op in second.body.ops for v in op.ins)}
    kept: dict[Value, Value] = {}  # by value: the parameter that it comes in as
    same: dict[Value, Value] = {}
    for v, p in zip(saved, second.body.params, strict=False):
        if p in read or (isinstance(p.type, AVal) and p.type.shape):
            same[p] = kept.setdefault(v, p)
    if len(kept) == n:
        return pair
    ops = [rebuilt(op, substitute(op.ins, same), op.outs, op.regions) for op in second.body.ops]
    body = Block((*kept.values(), *second.body.params[n:]), tuple(ops), substitute(second.body.outs, same))
    forward = Function(first.name, Block(first.body.params, first.body.ops, (*results, *kept)), first.dims)
    return replace(
        pair,
        forward=dce(_with_main(pair.forward, forward)),
        backward=_with_main(pair.backward, Function(second.name, body, second.dims)),
        n_residuals=len(kept),
    )


def lengths_alone(pair: reverse.Vjp) -> reverse.Vjp:
    """The pair with lengths saved instead of lists of numbers that the backward pass asks for nothing else.

    `d_s = [0.0] * len(s)` with s saved becomes `d_s = [0.0] * n_s`.
    """
    first, second, n = pair.forward.main, pair.backward.main, pair.n_residuals
    start = len(first.body.outs) - n
    incoming = second.body.params
    lists = set(known_by_length(second.body.ops, second.body.outs, incoming[:n]))
    if not lists:
        return pair
    b, outs, counts = Builder(), list(first.body.outs), dict[Value, Value]()
    for k in [k for k, v in enumerate(incoming) if v in lists]:
        s = outs[start + k]
        outs[start + k] = b.op("seq_len", s, hint=f"n_{s.hint}" if s.hint else "").value
        counts[incoming[k]] = Value(types.INT, outs[start + k].hint)
    ops, results = with_lengths(second.body.ops, second.body.outs, counts)
    body = Block(tuple(counts.get(v, v) for v in incoming), tuple(ops), tuple(results))
    forward = Function(first.name, Block(first.body.params, (*first.body.ops, *b.ops), tuple(outs)), first.dims)
    return replace(
        pair,
        forward=_with_main(pair.forward, forward),
        backward=_with_main(pair.backward, Function(second.name, body, second.dims)),
    )


def in_order(pair: reverse.Vjp, stages: Collection[str]) -> reverse.Vjp:
    """The residuals as one would list them: arguments, the user's variables, stages from the output backwards."""
    first, second, n = pair.forward.main, pair.backward.main, pair.n_residuals
    results, saved = first.body.outs[: len(first.body.outs) - n], first.body.outs[len(first.body.outs) - n :]
    params = {v: k for k, v in enumerate(first.body.params)}

    def place(k: int) -> tuple[int, int, int]:
        v = saved[k]
        if v in params:
            return 0, params[v], k
        digits = v.hint.lstrip("y")
        return (
            (2, int(digits or 0), k)
            if v.hint in stages and (digits.isdigit() or not digits)
            else (1 if v.hint else 3, 0, k)
        )

    order = sorted(range(n), key=place)
    forward_body = Block(first.body.params, first.body.ops, (*results, *(saved[k] for k in order)))
    incoming = (*(second.body.params[k] for k in order), *second.body.params[n:])
    return replace(
        pair,
        forward=_with_main(pair.forward, Function(first.name, forward_body, first.dims)),
        backward=_with_main(
            pair.backward, Function(second.name, Block(incoming, second.body.ops, second.body.outs), second.dims)
        ),
    )


def _with_main(program: Program, main: Function) -> Program:
    return Program({**program.functions, main.name: main}, main.name, program.records)
