"""Printing functions into a module: names of callees, entry checks, bodies with and without `math`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from symdiff.codegen import checks, classes, defaults, functions
from symdiff.codegen.blocks import Context, Outlined, Tail
from symdiff.codegen.classes import Written
from symdiff.codegen.comments import Comments
from symdiff.codegen.defaults import Given
from symdiff.codegen.functions import Body, Entry, path_of
from symdiff.codegen.names import identifier, parameters
from symdiff.codegen.parts import KINDS, Parts, otherwise
from symdiff.codegen.tails import Return
from symdiff.codegen.view import FunctionView, Line
from symdiff.ir import errstate, libraries
from symdiff.ir.core import Program, Value, walk
from symdiff.ir.errstate import Stack
from symdiff.ir.types import AVal, Object
from symdiff.signature import Argument
from symdiff.trees import NAMED, OF_RESULTS, paths

_OF_SQUARES = frozenset((
    "inv", "det", "logabsdet", "slogdet_sign", "solve", "cholesky", "eigh_values", "eigh_vectors", "eigvalsh",
))  # fmt: skip


@dataclass(slots=True)
class Printed:
    """What has been printed into a module so far, of one function or of several."""

    views: list[FunctionView] = field(default_factory=list)
    internal: dict[str, tuple[str, ...]] = field(default_factory=dict)  # name -> the lines it was printed as
    internal_views: list[FunctionView] = field(default_factory=list)
    helpers: dict[str, str] = field(default_factory=dict)
    constants: dict[str, None] = field(default_factory=dict)
    own_helpers: dict[str, None] = field(default_factory=dict)
    outlined: list[Outlined] = field(default_factory=list)
    classes: dict[type, Written] = field(default_factory=dict)
    modules: dict[str, None] = field(default_factory=dict)  # that operations need


class Writer:
    """What the functions of a module share: contexts, the functions that they call, their entry checks.

    `printed` is what other functions have put into the same module; `table` names the types of the parameters.
    """

    def __init__(self, parts: Parts, printed: Printed, table: str) -> None:
        self.parts = parts
        self.lowered = parts.lowered
        self.public = {kind: parts.name if kind == "primal" else f"{parts.name}_{kind}" for kind in KINDS}
        modules = libraries.asked_for(parts.lowered.program)
        printed.modules.update(dict.fromkeys(modules))
        self.roots = frozenset(name.split(".")[0] for name in modules)
        public = frozenset(self.public.values()) | self.roots
        self.own = parameters([a.name for a in parts.lowered.signature.arguments], public)
        arguments = parts.lowered.signature.arguments
        # read where the gradient is put together: type(s)(d_q, d_p)
        self.classed = {self.own[a.name] for a in arguments if functions.classes("", a.tree)}
        self.result = classes.of_result(parts.lowered, printed.classes, {*public, *self.own.values()})
        self.exports = [written.name for written in printed.classes.values()]
        self.maker = classes.maker([(self.own[a.name], a.tree) for a in arguments], printed.classes)
        self.entry: Entry = functions.entry(parts.lowered, parts.embed, public)
        self.views, self.internal, self.internal_views = printed.views, printed.internal, printed.internal_views
        self.helpers, self.constants, self.own_helpers = printed.helpers, printed.constants, printed.own_helpers
        self.outlined = printed.outlined
        self.table = table
        self.residual_names: list[str] = []

    def context(self, kind: str, program: Program, function: str, calls: Mapping[str, str]) -> Context:
        reused = self.parts.programs[kind].reused.get(function, {})
        return Context(
            level=self.parts.level,
            stages=self.parts.stages,
            reserved=self.reserved()
            | set(calls.values())
            | (self.classed if function in ("", program.entry) else set()),
            calls=calls,
            reused=reused,
            idle=self.parts.programs[kind].idle.get(function, frozenset()),
            comment=Comments(self.parts.level),
            outlined=self.outlined,
            helpers=self.helpers,
            may_raise=self.parts.may_raise,
        )

    def reserved(self) -> frozenset[str]:
        return (
            frozenset(self.public.values())
            | self.roots
            | {"saved", self.table, *map(class_name, range(len(self.classes())))}
            | set(checks.HELPERS)
            | set(self.exports)
        )

    def calls(self, kind: str, program: Program, suffix: str = "") -> dict[str, str]:
        """The functions that a program calls, printed as functions of the module; their names there."""
        called = {
            op.params["function"] for f in program.functions.values() for op in walk(f.body) if op.prim.name == "call"
        }
        others = {name: f for name, f in program.functions.items() if name in called}
        plain = {name: identifier("_" + name.lstrip("_") + suffix) for name in others}
        for place in ("", f"_in_{kind}", f"_in_{self.parts.name}_{kind}"):
            names = {f: name + place for f, name in plain.items()}
            names = self.merged(program, names, kind)
            printed = {names[key]: self.internal_function(program, names, kind, key) for key in reversed(others)}
            texts = {name: tuple(f"{x.depth}{x.text}" for x in view.lines) for name, view in printed.items()}
            if all(self.internal.get(name, text) == text for name, text in texts.items()):
                self.internal_views += [view for name, view in printed.items() if name not in self.internal]
                self.internal.update(texts)
                return names
        raise AssertionError(f"two functions named {sorted(plain.values())}")

    def merged(self, program: Program, names: Mapping[str, str], kind: str) -> dict[str, str]:
        """The names, functions of one text having that of the first: `f` called in two ways is often one function.

        All count as one at first; those whose texts differ, given that, are told apart, until no more do.
        """
        found = dict.fromkeys(names, next(iter(names.values()), ""))
        outlined, count = len(self.outlined), 0
        while len(names) > 1 and len(set(found.values())) > count:
            count = len(set(found.values()))
            firsts: dict[tuple[str, ...], str] = {}
            told: dict[str, str] = {}
            for key, name in names.items():
                view = self.internal_function(program, found, kind, key)
                text = (found[key], view.header, *(f"{x.depth}{x.text}" for x in view.lines))
                told[key] = firsts.setdefault(text, name)
            found = told
            del self.outlined[outlined:]
        return found

    def internal_function(self, program: Program, names: Mapping[str, str], kind: str, key: str) -> FunctionView:
        function = program.functions[key]
        context = self.context(kind, program, key, names)
        params = distinct([v.hint or "x" for v in function.body.params], context.reserved - {"saved"})
        arrays = [(n, v.type) for n, v in zip(params, function.body.params, strict=True) if isinstance(v.type, AVal)]
        sizes = checks.read_sizes([n for n, _ in arrays], [t for _, t in arrays])
        check = checks.Checks((), sizes.found, (), ())
        body = Body(function, params, check, "", (), Return(), around=called_under(program, key))
        lines, _ = functions.print_body(context, body)
        head = functions.header(
            names[key],
            [Given(n, functions.annotation(v.type)) for n, v in zip(params, function.body.params, strict=True)],
        )
        return FunctionView(head, "", functions.tidy(lines))

    def _seen(self) -> set[str]:
        """The sizes that the caller has compared with the number that the signature has for them."""
        signature, params = self.lowered.signature, self.lowered.params
        leaves = {(a.name, at): t for a in signature.arguments for at, t in zip(paths(a.tree), a.leaves, strict=True)}
        found: set[str] = set()
        for name, p in zip(self.entry.leaves, params, strict=True):
            given = None if p.captured else leaves[p.argument, p.path]
            shape = np.shape(p.value) if given is None else given.shape if isinstance(given, AVal) else ()
            found |= {f"{name}.shape[{k}]" for k, d in enumerate(shape) if d == 1 or (given and isinstance(d, int))}
        return found

    def _squares(self, leaf_types: Sequence[AVal]) -> list[str]:
        """The leaves that must be square because what LAPACK inverts or factors has their sizes."""
        asked = {
            t.shape[-1]
            for f in self.lowered.program.functions.values()
            for op in walk(f.body)
            if op.prim.name in _OF_SQUARES and isinstance(t := op.ins[0].type, AVal)
        }
        return [
            leaf
            for leaf, t in zip(self.entry.leaves, leaf_types, strict=True)
            if t.rank > 1 and t.shape[-1] == t.shape[-2] and t.shape[-1] in asked
        ]

    def start(self, function: str) -> tuple[checks.Checks, list[Line]]:
        """The entry check of a function that takes the user's arguments."""
        leaf_types = [p.type for p in self.lowered.params]
        guarded = self.parts.guarded
        seen = self._seen() if guarded else None
        check = checks.entry(function, self.entry.leaves, leaf_types, self.table, seen)
        check = checks.with_squares(check, function, self._squares(leaf_types))
        before: list[Line] = []
        if self.entry.structure and not guarded:
            self.own_helpers["_found"] = None
            for demand in self.entry.structure:
                message = f"{function}: {demand.place} must {demand.what}, not "
                before += checks.chain(demand.conditions, 1)
                before.append(Line(2, f"raise TypeError({message!r} + _found({demand.place}))"))
        before += self.entry.unpack
        self.use(check)
        if "_accept" in check.helpers:
            rows = ", ".join(
                f"{leaf!r}: {checks.described(t)}"
                for leaf, t in zip(self.entry.leaves, leaf_types, strict=True)
                if not isinstance(t, Object)
            )
            self.constants[f"{self.table} = {{{rows}}}"] = None
        return check, [*before]

    def bodies(self, kind: str, body: Body, derivative: Tail | None = None) -> tuple[list[Line], dict[Value, str]]:
        """The body of a public function; with a form in `math`, that first, and the body itself for when it raises.

        `derivative` ends the latter where it computes the derivative alone: the value is then that of the primal, in
        which `math` may not have raised.
        """
        ready = self.parts.programs[kind]
        if ready.fast is not None:
            fast = replace(body, function=ready.fast.main)
            fast_context = self.context(kind, ready.fast, "", self.calls(kind, ready.fast, "_fast"))
            if not any(self.parts.may_raise(op) for op in walk(ready.fast.main.body)):
                return functions.print_body(fast_context, fast)
        if (
            ready.fast is not None
            and derivative is not None
            and self.value_call()
            and otherwise(kind) in self.parts.programs
        ):
            kind = otherwise(kind)
            ready = replace(self.parts.programs[kind], fast=ready.fast)
            body = replace(body, function=ready.program.main, tail=derivative)
        context = self.context(kind, ready.program, ready.program.entry, self.calls(kind, ready.program))
        if ready.fast is None:
            return functions.print_body(context, body)
        return functions.with_fallback(fast_context, fast, context, body)

    def value_call(self) -> str:
        """The value as another function of the module gives it."""
        name = next((k for k in ("primal", "forward") if k in self.parts.kinds), None)
        given = ", ".join(g.name if not g.keyword else f"{g.name}={g.name}" for g in self.entry.given)
        return f"{self.public[name]}({given}){'[0]' if name == 'forward' else ''}" if name else ""

    def use(self, check: checks.Checks) -> None:
        self.own_helpers.update(dict.fromkeys(check.helpers))
        self.constants.update(dict.fromkeys(check.constants))

    def with_arguments(
        self,
        kind: str,
        doc: str,
        tail: Return,
        extra: Sequence[Given] = (),
        extra_leaves: Sequence[str] = (),
        extra_lines: Sequence[Line] = (),
        derivative: Tail | None = None,
    ) -> dict[Value, str]:
        """Print a function whose first parameters are the user's."""
        name = self.public[kind]
        check, before = self.start(name)
        function = self.parts.programs[kind].program.main
        leaves = [*self.entry.leaves, *extra_leaves]
        checked = [*self.written(name), *self.apart(name), *extra_lines]
        lines, names = self.bodies(
            kind, Body(function, leaves, check, name, before, tail, after_check=checked), derivative
        )
        positional = [g for g in self.entry.given if not g.keyword]
        keywords = [g for g in self.entry.given if g.keyword]
        head = functions.header(name, [*defaults.in_a_row([*positional, *extra]), *keywords], self.returns(kind))
        self.views.append(functions.view(head, doc, lines))
        return names

    def returns(self, kind: str) -> str:
        """The annotation of the result."""
        if kind == "primal" and self.lowered.out.kind in (*OF_RESULTS, *NAMED):
            return self.result
        if kind != "primal" or self.lowered.out.kind not in ("leaf", "list", "dict"):
            return "tuple" if kind != "hvp" else "object"
        if self.lowered.out.kind != "leaf":
            return self.lowered.out.kind
        known = self.lowered.out_static[0]
        return functions.annotation(self.parts.programs[kind].program.main.out_types[0]) if known is None else "object"

    def written(self, name: str) -> list[Line]:
        """An argument that the function writes into shares memory with no other that matters."""
        lines = []
        for mine, other in self.lowered.disjoint():
            first, second = (self.entry.leaves[k] for k in (mine, other))
            lines.append(Line(1, f"if np.shares_memory({first}, {second}):"))
            target, also = (path_of(p.argument, p.path) for p in (self.lowered.params[k] for k in (mine, other)))
            message = f"{name}: {target} is written into and shares memory with {also}: pass a copy of {target}"
            lines.append(Line(2, f"raise ValueError({message!r})"))
        return lines

    def apart(self, name: str) -> list[Line]:
        """Containers of the arguments that the function takes for different objects are."""
        lines: list[Line] = []
        for check in self.lowered.apart:
            first, others = ([path_of(self.own[a], at) for a, at in some] for some in (check.first, check.others))
            lines += checks.apart(name, first, others, check.why)
        if any(line.text.startswith("_apart(") for line in lines):
            self.own_helpers["_apart"] = None
        return lines

    def wrt_arguments(self) -> list[Argument]:
        by_name = {a.name: a for a in self.lowered.signature.arguments}
        return [by_name[n] for n in self.parts.wrt]

    def classes(self) -> list[str]:
        """The classes that the backward pass needs to put gradients together: saved with the residuals."""
        return [text for a in self.wrt_arguments() for text in functions.classes(self.own[a.name], a.tree)]


def called_under(program: Program, function: str) -> Stack:
    """The `np.errstate` that all calls of a function stand in."""
    every = [op for f in program.functions.values() for op in walk(f.body) if op.prim.name == "call"]
    calls = [op for op in every if op.params["function"] == function]
    return errstate.common(*map(errstate.of, calls))


def class_name(k: int) -> str:
    return f"class_{k + 1}"


def distinct(wishes: Sequence[str], reserved: frozenset[str], taken: Sequence[str] = ()) -> list[str]:
    found: list[str] = []
    for wish in wishes:
        base = name = identifier(wish, reserved)
        k = 1
        while name in found or name in taken:
            name, k = f"{base}_{k}", k + 1
        found.append(name)
    return found
