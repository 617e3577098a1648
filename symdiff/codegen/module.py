"""The text of a module: its public functions, the functions that they call, helpers, header and self-check.

The pipeline hands over finished programs (`Parts`); nothing is computed here but names and layout.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symdiff.codegen import checks, functions, selfcheck
from symdiff.codegen.comments import Comments
from symdiff.codegen.control import Return
from symdiff.codegen.functions import Body, Entry, Given, ReturnAs
from symdiff.codegen.names import identifier, parameter
from symdiff.codegen.render import render
from symdiff.codegen.statements import Context, Outlined, prints_in_place
from symdiff.codegen.view import LONGEST, FunctionView, Line, ModuleView, doc_literal
from symdiff.ir.core import Function, Op, Program, Value, walk
from symdiff.ir.types import AVal, Kind
from symdiff.signature import Argument, Lowered, Param
from symdiff.trees import Tree, path_text, paths

KINDS = ("primal", "forward", "backward", "value_and_grad", "grad", "jvp", "hvp")


@dataclass(frozen=True, slots=True)
class Ready:
    """A program as it is to be printed, and by function the operations that may overwrite a dead operand.

    `fast` is the same computation on Python floats by `math`; where it raises, the program itself says what happens.
    """

    program: Program
    reused: Mapping[str, Mapping[Op, int]] = field(default_factory=dict)
    fast: Program | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What a module is made of.

    The entries of `programs`, by kind: primal: params → results; forward: params → results, residuals; backward:
    residuals, a cotangent per differentiable result → gradients; value_and_grad: params → results, gradients;
    jvp: params, tangents → results, tangents; hvp: params, vectors → products.  Gradients, tangents and vectors follow `wrt`.
    """

    lowered: Lowered
    name: str
    wrt: tuple[str, ...]  # arguments differentiated by
    wrt_params: tuple[int, ...]  # their leaves, as indices of lowered.params
    level: int
    kinds: tuple[str, ...]
    programs: Mapping[str, Ready]
    stages: frozenset[str]
    may_raise: Callable[[Op], bool]
    facts: Sequence[tuple[str, str]] = ()  # lines of the header
    version: str = ""
    embed: bool = True  # captured data up to 64 elements become defaults
    n_residuals: int = 0


@dataclass(frozen=True, slots=True)
class Module:
    """A generated module: its text, and the public function of each kind."""

    text: str
    name: str
    functions: Mapping[str, str]  # kind -> name


def generate(parts: Parts) -> Module:
    """The module with the functions of `parts.kinds`."""
    return _Writer(parts).module()


class _Writer:
    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.lowered = parts.lowered
        self.public = {kind: parts.name if kind == "primal" else f"{parts.name}_{kind}" for kind in KINDS}
        self.entry: Entry = functions.entry(parts.lowered, parts.embed)
        self.views: list[FunctionView] = []
        self.internal: dict[str, tuple[str, ...]] = {}  # name -> the lines it was printed as
        self.internal_views: list[FunctionView] = []
        self.helpers: dict[str, str] = {}
        self.constants: dict[str, None] = {}
        self.own_helpers: dict[str, None] = {}
        self.outlined: list[Outlined] = []
        self.table = "_TYPES"
        self.residual_names: list[str] = []

    # --- the module

    def module(self) -> Module:
        kinds = [k for k in KINDS if k in self.parts.kinds]
        printers = {"primal": self.primal, "forward": self.forward, "backward": self.backward, "value_and_grad": self.value_and_grad,
                    "grad": self.grad, "jvp": self.jvp, "hvp": self.hvp}  # fmt: skip
        for kind in kinds:
            printers[kind]()
        for part in self.outlined:
            self.internal_views.append(
                functions.view(f"def {part.name}({', '.join(part.parameters)}):", "", part.lines)
            )
        exports = [self.public[k] for k in kinds]
        check = selfcheck.text(self.parts, self.public, self.entry) if self.parts.embed else ""
        view = self.view(exports, check)
        text = render(view)
        compile(text, self.parts.name, "exec", dont_inherit=True)
        return Module(text, self.parts.name, {k: self.public[k] for k in kinds})

    def view(self, exports: Sequence[str], check: str) -> ModuleView:
        helpers = dict(self.helpers)
        for name in [*self.own_helpers]:
            for needed in (name, *checks.NEEDS.get(name, ())):
                helpers.setdefault(needed, checks.HELPERS.get(needed, functions.REBUILT))
        texts = tuple(text.strip() for _, text in sorted(helpers.items()))
        views = (*self.views, *self.internal_views)
        code = (
            [f.header for f in views]
            + [line.text for f in views for line in f.lines]
            + [*texts, *self.constants, check]
        )
        imports = [
            statement
            for word, statement in (("math", "import math"), ("np", "import numpy as np"))
            if _mentions(code, word)
        ]
        listed = ", ".join(f'"{n}"' for n in exports)
        exported = (
            f"__all__ = [{listed}]"
            if len(listed) < 108
            else "__all__ = [\n" + "".join(f'    "{n}",\n' for n in exports) + "]"
        )
        # `doc` of functions is a literal already
        return ModuleView(self.header(), tuple(imports), exported, tuple(self.constants), views, texts, check)

    def header(self) -> str:
        what = f"Value and gradient of `{self.lowered.name}`"
        version = f" {self.parts.version}" if self.parts.version else ""
        rows = [
            f"{label:<8}{text}"
            for label, text in (("types", self.types_text()), ("wrt", ", ".join(self.parts.wrt)), *self.parts.facts)
            if text
        ]
        first = f"{what}, generated by symdiff{version} from {self.lowered.file}.  Do not edit."
        return doc_literal("\n".join([first, "", *rows, ""]))

    def types_text(self) -> str:
        groups: dict[str, list[str]] = {}
        for p in self.lowered.params:
            groups.setdefault(str(p.type), []).append(p.argument + path_text(p.path))
        return "; ".join(f"{', '.join(names)}: {t}" for t, names in groups.items())

    # --- functions

    def context(self, kind: str, program: Program, function: str, calls: Mapping[str, str]) -> Context:
        reused = self.parts.programs[kind].reused.get(function, {})
        return Context(
            level=self.parts.level, stages=self.parts.stages, reserved=self.reserved() | set(calls.values()), calls=calls,
            reused={op: k for op, k in reused.items() if prints_in_place(op)}, comment=Comments(self.parts.level),
            outlined=self.outlined, helpers=self.helpers, may_raise=self.parts.may_raise,
        )  # fmt: skip

    def reserved(self) -> frozenset[str]:
        return (
            frozenset(self.public.values())
            | {"saved", self.table, *map(_class_name, range(len(self.classes())))}
            | set(checks.HELPERS)
        )

    def calls(self, kind: str, program: Program, suffix: str = "") -> dict[str, str]:
        """The functions that a program calls, printed as functions of the module; their names there."""
        called = {
            op.params["function"] for f in program.functions.values() for op in walk(f.body) if op.prim.name == "call"
        }
        others = {name: f for name, f in program.functions.items() if name in called}
        plain = {name: "_" + identifier(name.lstrip("_")) + suffix for name in others}
        for names in (plain, {f: f"{name}_in_{kind}" for f, name in plain.items()}):
            printed = {names[key]: self.internal_function(program, names, kind, key) for key in others}
            texts = {name: tuple(f"{x.depth}{x.text}" for x in view.lines) for name, view in printed.items()}
            if all(self.internal.get(name, text) == text for name, text in texts.items()):
                self.internal_views += [view for name, view in printed.items() if name not in self.internal]
                self.internal.update(texts)
                return names
        raise AssertionError(f"two functions named {sorted(plain.values())}")

    def internal_function(self, program: Program, names: Mapping[str, str], kind: str, key: str) -> FunctionView:
        function = program.functions[key]
        context = self.context(kind, program, key, names)
        params = _distinct([v.hint or "x" for v in function.body.params], context.reserved)
        arrays = [(n, v.type) for n, v in zip(params, function.body.params, strict=True) if isinstance(v.type, AVal)]
        sizes = checks.read_sizes([n for n, _ in arrays], [t for _, t in arrays])
        check = checks.Checks((), sizes.found, (), ())
        lines, _ = functions.print_body(context, Body(function, params, check, "", (), Return()))
        head = functions.header(
            names[key],
            [Given(n, functions.annotation(v.type)) for n, v in zip(params, function.body.params, strict=True)],
        )
        return FunctionView(head, "", functions.tidy(lines))

    def start(self, function: str) -> tuple[checks.Checks, list[Line]]:
        """The entry check of a function that takes the user's arguments."""
        leaf_types = [p.type for p in self.lowered.params]
        check = checks.entry(function, self.entry.leaves, leaf_types, self.table)
        before: list[Line] = []
        if self.entry.structure:
            before = checks.chain(self.entry.structure, 1)
            message = f"{function}: arguments must have the structure ({', '.join(f'{a.name}: {a.tree}' for a in self.lowered.signature.arguments)})"
            before.append(Line(2, f"raise TypeError({message!r})"))
        before += self.entry.unpack
        self.use(check)
        if "_accept" in check.helpers:
            rows = ", ".join(
                f"{leaf!r}: {checks.described(t)}" for leaf, t in zip(self.entry.leaves, leaf_types, strict=True)
            )
            self.constants[f"{self.table} = {{{rows}}}"] = None
        return check, [*before]

    def bodies(self, kind: str, body: Body) -> tuple[list[Line], dict[Value, str]]:
        """The body of a public function; with a form in `math`, that first, and the body itself for when it raises."""
        ready = self.parts.programs[kind]
        if ready.fast is not None:
            fast = replace(body, function=ready.fast.main)
            fast_context = self.context(kind, ready.fast, "", self.calls(kind, ready.fast, "_fast"))
            if not any(self.parts.may_raise(op) for op in walk(ready.fast.main.body)):
                return functions.print_body(fast_context, fast)
        context = self.context(kind, ready.program, ready.program.entry, self.calls(kind, ready.program))
        if ready.fast is None:
            return functions.print_body(context, body)
        return functions.with_fallback(fast_context, fast, context, body)

    def use(self, check: checks.Checks) -> None:
        self.own_helpers.update(dict.fromkeys(check.helpers))
        self.constants.update(dict.fromkeys(check.constants))

    def with_arguments(self, kind: str, doc: str, tail: ReturnAs, extra: Sequence[Given] = (), extra_leaves: Sequence[str] = (),
                       extra_lines: Sequence[Line] = ()) -> dict[Value, str]:  # fmt: skip
        """Print a function whose first parameters are the user's."""
        name = self.public[kind]
        check, before = self.start(name)
        function = self.parts.programs[kind].program.main
        leaves = [*self.entry.leaves, *extra_leaves]
        lines, names = self.bodies(
            kind, Body(function, leaves, check, name, before, tail, after_check=[*self.written(name), *extra_lines])
        )
        positional = [g for g in self.entry.given if not g.keyword]
        keywords = [g for g in self.entry.given if g.keyword]
        head = functions.header(name, [*positional, *extra, *keywords])
        self.views.append(functions.view(head, doc, lines))
        return names

    def written(self, name: str) -> list[Line]:
        """An argument that the function writes into shares memory with no other."""
        lines = []
        arrays = [
            (k, leaf) for k, leaf in enumerate(self.entry.leaves) if self.lowered.params[k].type.kind is Kind.ARRAY
        ]
        for k in self.lowered.written:
            mine = self.entry.leaves[k]
            for other, leaf in arrays:
                if other == k or (other in self.lowered.written and other < k):
                    continue
                lines.append(Line(1, f"if np.shares_memory({mine}, {leaf}):"))
                message = f"{name}: {mine} is written into and shares memory with {leaf}"
                lines.append(Line(2, f"raise ValueError({message!r})"))
        return lines

    # --- the seven

    def results(self, texts: Sequence[str]) -> str:
        """The user's result from the expressions of its staged leaves."""
        rest = iter(texts)
        leaves = [next(rest) if known is None else repr(known.value) for known in self.lowered.out_static]
        return functions.build(self.lowered.out, leaves, None)

    def call_text(self) -> str:
        return f"{self.lowered.name}({', '.join(a.name for a in self.lowered.signature.arguments)})"

    @property
    def n_results(self) -> int:
        return sum(known is None for known in self.lowered.out_static)

    def primal(self) -> None:
        doc = self.lowered.doc.strip() or f"Return {self.call_text()}."
        self.with_arguments("primal", doc, ReturnAs(lambda texts: _bare(self.results(texts))))

    def forward(self) -> None:
        n = self.n_results
        names = self.with_arguments(
            "forward", f"Return {self.call_text()} and what `{self.public['backward']}` reads.",
            ReturnAs(lambda texts: f"{self.results(texts[:n])}, {_tuple([*texts[n:], *self.classes()])}"),
        )  # fmt: skip
        ready = self.parts.programs["forward"]
        self.residual_names = [names.get(v, "") for v in (ready.fast or ready.program).main.body.outs[n:]]

    def backward(self) -> None:
        name, function = self.public["backward"], self.parts.programs["backward"].program.main
        n = self.parts.n_residuals
        given, cotangents, unpack = self.cotangents(function.body.params[n:])
        residuals = self.residuals(function, cotangents)
        check, lines = self.check_cotangents(name, cotangents, function.body.params[n:])
        arrays = [
            (r, v.type) for r, v in zip(residuals, function.body.params, strict=False) if isinstance(v.type, AVal)
        ]
        arrays += [
            (c, v.type) for c, v in zip(cotangents, function.body.params[n:], strict=True) if isinstance(v.type, AVal)
        ]
        sizes = checks.read_sizes([a for a, _ in arrays], [t for _, t in arrays])
        kept = [*residuals, *(_class_name(k) for k in range(len(self.classes())))]
        before = [Line(1, f"{_row(kept)} = saved")] if kept else []
        body = Body(function, [*residuals, *cotangents], checks.Checks((), sizes.found, (), ()), "", [*before, *unpack, *lines],
                    ReturnAs(self.gradients("backward", by_arguments=False)))  # fmt: skip
        self.use(check)
        lines, _ = self.bodies("backward", body)
        by = ", ".join(self.parts.wrt)
        doc = f"Return the cotangent times ∂{self.lowered.name}/∂({by}) at the point where `{self.public['forward']}` was called."
        self.views.append(functions.view(functions.header(name, [Given("saved", "tuple"), *given]), doc, lines))

    def cotangents(self, params: Sequence[Value]) -> tuple[list[Given], list[str], list[Line]]:
        """The parameter for the cotangents, the variable of each, and how they are unpacked."""
        places = [
            path for path, known in zip(paths(self.lowered.out), self.lowered.out_static, strict=True) if known is None
        ]
        names = _distinct([v.hint or "d_y" for v in params], self.reserved())
        if self.lowered.out.kind == "leaf":
            given = [
                Given(n, functions.annotation(v.type), "1.0" if _is_scalar(v) else "")
                for n, v in zip(names, params, strict=True)
            ]
            return given, names, []
        outs = self.parts.programs["forward"].program.main.body.outs[: self.n_results]
        inexact = [path for path, v in zip(places, outs, strict=True) if isinstance(v.type, AVal) and v.type.inexact]
        lines = [Line(1, f"{n} = d_out{path_text(path)}") for n, path in zip(names, inexact, strict=True)]
        return (
            [Given("d_out", self.lowered.out.kind if self.lowered.out.kind in ("tuple", "list", "dict") else "object")],
            names,
            lines,
        )

    def check_cotangents(
        self, name: str, names: Sequence[str], params: Sequence[Value]
    ) -> tuple[checks.Checks, list[Line]]:
        lines: list[Line] = []
        found = checks.Checks((), {}, (), ())
        for n, v in zip(names, params, strict=True):
            assert isinstance(v.type, AVal)
            one = checks.entry(name, [n], [_as_given(v.type)], f"{{{n!r}: {checks.described(_as_given(v.type))}}}")
            lines += one.lines
            found = checks.Checks((), {}, (*found.helpers, *one.helpers), (*found.constants, *one.constants))
        return found, lines

    def residuals(self, function: Function, taken: Sequence[str]) -> list[str]:
        """The variables that `saved` is unpacked into: the forward's names."""
        params = function.body.params[: self.parts.n_residuals]
        bound = {op.ins[0]: op.params["name"] for op in function.body.ops if op.prim.name == "bind_dim"}
        forward = [*self.residual_names, *[""] * len(params)]
        wishes = [f or bound.get(v, "") or v.hint or "t" for f, v in zip(forward, params, strict=False)]
        return _distinct(wishes, self.reserved(), taken)

    def gradients(self, kind: str, by_arguments: bool = True) -> Callable[[Sequence[str]], str]:
        """The gradients, in the structure of their arguments, from the expressions of their leaves."""
        main = self.parts.programs[kind].program.main
        values = main.body.outs[len(main.body.outs) - len(self.parts.wrt_params) :]

        def text(texts: Sequence[str]) -> str:
            found = {
                k: _converted(t, v, self.lowered.params[k])
                for k, t, v in zip(self.parts.wrt_params, texts, values, strict=True)
            }
            shown = [self.gradient(argument, found, by_arguments) for argument in self.wrt_arguments()]
            return shown[0] if len(shown) == 1 else _tuple(shown) if by_arguments else ", ".join(shown)

        return text

    def wrt_arguments(self) -> list[Argument]:
        by_name = {a.name: a for a in self.lowered.signature.arguments}
        return [by_name[n] for n in self.parts.wrt]

    def gradient(self, argument: Argument, found: Mapping[int, str], by_arguments: bool) -> str:
        index = {p.path: k for k, p in enumerate(self.lowered.params) if p.argument == argument.name and not p.captured}
        texts = []
        for path, leaf in zip(paths(argument.tree), argument.leaves, strict=True):
            k = index.get(path)
            texts.append(
                found[k]
                if k is not None and k in found
                else _no_gradient(leaf, self.entry.leaves[k] if k is not None else "")
            )
        if _has_dataclass(argument.tree):
            self.own_helpers["_rebuilt"] = None
        known = functions.classes(parameter(argument.name), argument.tree)
        if not by_arguments:
            first = self.classes().index(known[0]) if known else 0
            known = [_class_name(first + k) for k in range(len(known))]
        return functions.build(argument.tree, texts, known)

    def classes(self) -> list[str]:
        """The classes that the backward pass needs to put gradients together: saved with the residuals."""
        return [text for a in self.wrt_arguments() for text in functions.classes(parameter(a.name), a.tree)]

    def value_and_grad(self) -> None:
        n = self.n_results
        gradients = self.gradients("value_and_grad")
        doc = f"Return {self.call_text()} and its gradient by {', '.join(self.parts.wrt)}."
        self.with_arguments(
            "value_and_grad", doc, ReturnAs(lambda texts: f"{self.results(texts[:n])}, {gradients(texts[n:])}")
        )

    def grad(self) -> None:
        given = self.entry.given
        arguments = [g.name if not g.keyword else f"{g.name}={g.name}" for g in given]
        lines = [Line(1, f"return {self.public['value_and_grad']}({', '.join(arguments)})[1]")]
        doc = f"Return the gradient of {self.call_text()} by {', '.join(self.parts.wrt)}."
        self.views.append(functions.view(functions.header(self.public["grad"], given), doc, lines))

    def tangents(self, prefix: str) -> tuple[list[Given], list[str], list[Line], list[Line]]:
        """One more parameter per differentiated argument: parameters, leaf variables, unpacking, checks."""
        given, leaves, unpack, lines = [], [], [], []
        for argument in self.wrt_arguments():
            base = f"{prefix}{argument.name}"
            given.append(
                Given(base, "object" if argument.tree.kind != "leaf" else functions.annotation(argument.leaves[0]))
            )  # type: ignore[arg-type]
            for k in self.parts.wrt_params:
                p = self.lowered.params[k]
                if p.argument != argument.name:
                    continue
                leaf = base if not p.path else f"{prefix}{self.entry.leaves[k]}"
                leaves.append(leaf)
                if p.path:
                    unpack.append(Line(1, f"{leaf} = {base}{path_text(p.path)}"))
        types_ = [_as_given(self.lowered.params[k].type) for k in self.parts.wrt_params]
        for leaf, t, k in zip(leaves, types_, self.parts.wrt_params, strict=True):
            rows = f"{{{leaf!r}: {checks.described(t)}}}"
            check = checks.entry(self.parts.name, [leaf], [t], rows)
            same = [f"{leaf}.shape == {self.entry.leaves[k]}.shape"] if t.kind is Kind.ARRAY else []
            parts = [*checks.conditions([leaf], [t], checks.Sizes()), *same]
            lines += [*checks.chain(parts, 1), check.lines[-1]]
            self.use(check)
        return given, leaves, unpack, lines

    def jvp(self) -> None:
        given, leaves, unpack, lines = self.tangents("v_")
        n = self.n_results
        doc = f"Return {self.call_text()} and its derivative along {', '.join(g.name for g in given)}."
        self.with_arguments("jvp", doc, ReturnAs(lambda texts: f"{self.results(texts[:n])}, {self.tangent_results(texts[:n], texts[n:])}"),
                            given, leaves, [*unpack, *lines])  # fmt: skip

    def tangent_results(self, primal: Sequence[str], texts: Sequence[str]) -> str:
        rest = iter(texts)
        outs = iter(self.parts.programs["jvp"].program.main.body.outs)
        leaves = []
        for known in self.lowered.out_static:
            t = next(outs).type if known is None else None
            leaves.append(next(rest) if isinstance(t, AVal) and t.inexact else "None")
        return functions.build(self.lowered.out, leaves, None)

    def hvp(self) -> None:
        given, leaves, unpack, lines = self.tangents("v_")
        doc = f"Return the Hessian of {self.call_text()} by {', '.join(self.parts.wrt)} times {', '.join(g.name for g in given)}."
        self.with_arguments(
            "hvp", doc, ReturnAs(lambda texts: self.gradients("hvp")(texts)), given, leaves, [*unpack, *lines]
        )


def _class_name(k: int) -> str:
    return f"class_{k + 1}"


def _mentions(texts: Sequence[str], word: str) -> bool:
    pattern = re.compile(rf"\b{word}\.")
    return any(pattern.search(t) for t in texts)


def _distinct(wishes: Sequence[str], reserved: frozenset[str], taken: Sequence[str] = ()) -> list[str]:
    found: list[str] = []
    for wish in wishes:
        base = name = identifier(wish, reserved)
        k = 1
        while name in found or name in taken:
            name, k = f"{base}_{k}", k + 1
        found.append(name)
    return found


def _row(names: Sequence[str]) -> str:
    row = ", ".join(names)
    return f"({names[0]},)" if len(names) == 1 else f"({row})" if len(row) > LONGEST - 20 else row


def _tuple(texts: Sequence[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _bare(text: str) -> str:
    return text


def _is_scalar(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is not Kind.ARRAY and not v.type.complex


def _as_given(t: AVal) -> AVal:
    """Cotangents of float64 scalars may be Python floats; other kinds are as they are."""
    return AVal(Kind.PYTHON, (), "f8") if t.kind in (Kind.NUMPY, Kind.EITHER) and t.dtype == "f8" else t


def _converted(text: str, value: Value, param: Param) -> str:
    """A gradient leaf in the kind of its argument."""
    t = param.type
    found = value.type
    if t.kind is Kind.PYTHON and not (isinstance(found, AVal) and found.kind is Kind.PYTHON):
        return f"{checks.scalar_name(t)}({text})"
    if t.kind is Kind.NUMPY:
        return f"{checks.scalar_name(t)}({text})"
    if t.kind is Kind.ARRAY and not t.shape and not (isinstance(found, AVal) and found.kind is Kind.ARRAY):
        return f"np.asarray({text})"
    return text


def _no_gradient(leaf: object, name: str) -> str:
    """Zeros of the type of a leaf that has no derivative; None for what is no number."""
    if isinstance(leaf, AVal) and leaf.kind is Kind.ARRAY and name:
        return f"np.zeros_like({name})"
    if isinstance(leaf, AVal):
        return f"{checks.scalar_name(leaf)}()" if leaf.kind is not Kind.ARRAY else "None"
    return "None"


def _has_dataclass(tree: Tree) -> bool:
    todo = [tree]
    while todo:
        node = todo.pop()
        if node.kind == "dataclass":
            return True
        todo.extend(node.children)
    return False
