"""The seven public functions: primal, forward, backward, value and gradient, gradient, and the two products."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from symdiff.codegen import checks, expressions, functions
from symdiff.codegen.defaults import Given
from symdiff.codegen.functions import Body
from symdiff.codegen.parts import has_singles
from symdiff.codegen.tails import Return
from symdiff.codegen.view import Line
from symdiff.codegen.wrapping import LONGEST
from symdiff.codegen.writer import Writer, class_name, distinct
from symdiff.ir import dims
from symdiff.ir.core import Function, Value
from symdiff.ir.types import AVal, Kind, Type
from symdiff.signature import Argument, Param
from symdiff.trees import path_text, paths


class Public(Writer):
    """Prints the public functions; one method each."""

    def results(self, texts: Sequence[str]) -> str:
        """The user's result from the expressions of its staged leaves."""
        rest = iter(texts)
        leaves = [next(rest) if known is None else repr(known.value) for known in self.lowered.out_static]
        if functions.needs_rebuilding(self.lowered.out):
            self.own_helpers["_rebuilt"] = None
        return functions.build(self.lowered.out, leaves, self.maker)

    def call_text(self) -> str:
        return f"{self.lowered.name}({', '.join(a.name for a in self.lowered.signature.arguments)})"

    @property
    def n_results(self) -> int:
        return sum(known is None for known in self.lowered.out_static)

    def primal(self) -> None:
        doc = self.lowered.doc.strip() or f"Return {self.call_text()}."
        self.with_arguments("primal", doc, Return(self.results))

    def forward(self) -> None:
        n = self.n_results
        names = self.with_arguments(
            "forward",
            f"Return {self.call_text()} and what `{self.public['backward']}` reads.",
            Return(lambda texts: f"{self.results(texts[:n])}, {_tuple([*texts[n:], *self.classes()])}"),
        )
        ready = self.parts.programs["forward"]
        self.residual_names = [names.get(v) or v.hint for v in (ready.fast or ready.program).main.body.outs[n:]]

    def backward(self) -> None:
        name, function = self.public["backward"], self.parts.programs["backward"].program.main
        n = self.parts.n_residuals
        given, cotangents, unpack = self.cotangents(function.body.params[n:])
        self.residual_names = residuals = self.residuals(function, [*cotangents, *(g.name for g in given)])
        check, lines = self.check_cotangents(name, cotangents, function.body.params[n:])
        arrays = [
            (r, v.type) for r, v in zip(residuals, function.body.params, strict=False) if isinstance(v.type, AVal)
        ]
        arrays += [
            (c, v.type) for c, v in zip(cotangents, function.body.params[n:], strict=True) if isinstance(v.type, AVal)
        ]
        sizes = checks.read_sizes([a for a, _ in arrays], [t for _, t in arrays])
        lines += self.shape_checks(name, function, residuals, cotangents)
        kept = [*residuals, *(class_name(k) for k in range(len(self.classes())))]
        before = [Line(1, f"{_row(kept)} = saved")] if kept else []
        body = Body(
            function,
            [*residuals, *cotangents],
            checks.Checks((), sizes.found, (), ()),
            "",
            [*before, *unpack, *lines],
            Return(self.gradients("backward", by_arguments=False)),
        )
        self.use(check)
        lines, _ = self.bodies("backward", body)
        by = self.parts.wrt[0] if len(self.parts.wrt) == 1 else f"({', '.join(self.parts.wrt)})"
        ct = given[0].name if len(given) == 1 else "the cotangent"
        doc = f"Return {ct} · ∂{self.lowered.name}/∂{by} at the point where `{self.public['forward']}` was called."
        self.views.append(
            functions.view(
                functions.header(name, [Given("saved", "tuple"), *given], self.gradient_annotation()), doc, lines
            )
        )

    def shape_checks(
        self, name: str, function: Function, residuals: Sequence[str], cotangents: Sequence[str]
    ) -> list[Line]:
        """A cotangent has the shape of its result, as far as what is saved tells."""
        n = self.parts.n_residuals
        params = function.body.params
        saved = [(r, v.type) for r, v in zip(residuals, params, strict=False) if isinstance(v.type, AVal)]
        found = dict(checks.read_sizes([r for r, _ in saved], [t for _, t in saved]).found)
        names = dict(zip(params, residuals, strict=False))
        bound = (op for op in function.body.ops if op.prim.name == "bind_dim" and op.ins[0] in names)
        found |= {functions.dims_atom(op.params["name"]): names[op.ins[0]] for op in bound}
        lines: list[Line] = []
        for c, v in zip(cotangents, params[n:], strict=True):
            shape = v.type.shape if isinstance(v.type, AVal) else ()
            symbolic = not self.parts.guarded and any(not isinstance(d, int) for d in shape)
            if symbolic and all(a in found for d in shape for a in dims.atoms(d)):
                sizes = [ast.unparse(expressions.dim(d, lambda a: expressions.parsed(found[a]))) for d in shape]
                expected = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
                lines.append(Line(1, f"if {c}.shape != {expected}:"))
                message = f"{name}: {c} must have shape {{{expected}}}, not {{{c}.shape}}"
                lines.append(Line(2, f"raise ValueError(f'{message}')"))
        return lines

    def cotangents(self, params: Sequence[Value]) -> tuple[list[Given], list[str], list[Line]]:
        """The parameter for the cotangents, the variable of each, and how they are unpacked."""
        places = [
            path for path, known in zip(paths(self.lowered.out), self.lowered.out_static, strict=True) if known is None
        ]
        taken = () if self.lowered.out.kind == "leaf" else ("d_out",)
        names = distinct([v.hint or "d_y" for v in params], self.reserved(), taken)
        if self.lowered.out.kind == "leaf":
            given = [
                Given(n, functions.annotation(self.as_given(v.type)), "1.0" if _is_scalar(v) else "")
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

    def as_given(self, t: Type) -> AVal:
        """Cotangents of float64 scalars may be Python floats, unless these would take a float32's dtype."""
        assert isinstance(t, AVal)
        float64 = t.dtype == "f8" and (t.either or (t.kind is Kind.NUMPY and not self.has_singles))
        return AVal(Kind.PYTHON, (), "f8") if float64 else t

    @cached_property
    def has_singles(self) -> bool:
        return has_singles(self.lowered)

    def check_cotangents(
        self, name: str, names: Sequence[str], params: Sequence[Value]
    ) -> tuple[checks.Checks, list[Line]]:
        lines: list[Line] = []
        found = checks.Checks((), {}, (), ())
        for n, v in zip(names, params, strict=True):
            assert isinstance(v.type, AVal)
            t = self.as_given(v.type)
            one = checks.entry(name, [n], [t], f"{{{n!r}: {checks.described(t)}}}")
            lines += one.lines
            found = checks.Checks((), {}, (*found.helpers, *one.helpers), (*found.constants, *one.constants))
        return found, lines

    def residuals(self, function: Function, taken: Sequence[str]) -> list[str]:
        """The variables that `saved` is unpacked into: the forward's names."""
        params = function.body.params[: self.parts.n_residuals]
        bound = {op.ins[0]: op.params["name"] for op in function.body.ops if op.prim.name == "bind_dim"}
        forward = [*self.residual_names, *[""] * len(params)]
        wishes = [f or bound.get(v, "") or v.hint or "t" for f, v in zip(forward, params, strict=False)]
        return distinct(wishes, self.reserved(), taken)

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

    def gradient(self, argument: Argument, found: Mapping[int, str], by_arguments: bool) -> str:
        index = {p.path: k for k, p in enumerate(self.lowered.params) if p.argument == argument.name and not p.captured}
        texts = []
        for path in paths(argument.tree):
            k = index.get(path)
            texts.append("None" if k is None or k not in found else found[k])  # no number, or an integer: no gradient
        if functions.needs_rebuilding(argument.tree):
            self.own_helpers["_rebuilt"] = None
        known = functions.classes(self.own[argument.name], argument.tree)
        if not by_arguments:
            first = self.classes().index(known[0]) if known else 0
            known = [class_name(first + k) for k in range(len(known))]
        return functions.build(argument.tree, texts, functions.in_order(known))

    def value_and_grad(self) -> None:
        n = self.n_results
        gradients = self.gradients("value_and_grad")
        doc = f"Return {self.call_text()} and its gradient by {', '.join(self.parts.wrt)}."
        self.with_arguments(
            "value_and_grad",
            doc,
            Return(lambda texts: f"{self.results(texts[:n])}, {gradients(texts[n:])}"),
            derivative=Return(lambda texts: f"{self.value_call()}, {gradients(texts)}"),
        )

    def grad(self) -> None:
        given = self.entry.given
        arguments = [g.name if not g.keyword else f"{g.name}={g.name}" for g in given]
        lines = [Line(1, f"return {self.public['value_and_grad']}({', '.join(arguments)})[1]")]
        doc = f"Return the gradient of {self.call_text()} by {', '.join(self.parts.wrt)}."
        self.views.append(
            functions.view(functions.header(self.public["grad"], given, self.gradient_annotation()), doc, lines)
        )

    def gradient_annotation(self) -> str:
        found = [functions.argument_annotation(a) for a in self.wrt_arguments()]
        return found[0] if len(found) == 1 else f"tuple[{', '.join(found)}]"

    def tangents(self, name: str, prefix: str) -> tuple[list[Given], list[str], list[Line], list[Line]]:
        """One more parameter per differentiated argument: parameters, leaf variables, unpacking, checks."""
        given, leaves, unpack, lines = [], [], [], []
        taken = {*self.entry.leaves, *(g.name for g in self.entry.given)}

        def free(name: str) -> str:
            while name in taken:
                name += "_"
            taken.add(name)
            return name

        for argument in self.wrt_arguments():
            base = free(f"{prefix}{argument.name}")
            given.append(Given(base, functions.argument_annotation(argument)))
            for k in self.parts.wrt_params:
                p = self.lowered.params[k]
                if p.argument != argument.name:
                    continue
                leaf = base if not p.path else free(f"{prefix}{self.entry.leaves[k]}")
                leaves.append(leaf)
                if p.path:
                    unpack.append(Line(1, f"{leaf} = {base}{path_text(p.path)}"))
        types_ = [self.as_given(self.lowered.params[k].type) for k in self.parts.wrt_params]
        for leaf, t, k in zip(leaves, types_, self.parts.wrt_params, strict=True):
            rows = f"{{{leaf!r}: {checks.described(t)}}}"
            check = checks.entry(name, [leaf], [t], rows)
            primal = self.entry.leaves[k]
            same = [f"{leaf}.shape == {primal}.shape"] if t.kind is Kind.ARRAY else []
            lines += checks.chain([*checks.conditions([leaf], [t], checks.Sizes()), *same], 1)
            if same:  # the primal binds the sizes
                rows = f"{{{primal!r}: {checks.described(t)}, {leaf!r}: {checks.described(t)}}}"
                lines.append(Line(2, f"_, {leaf} = _accept({name!r}, {rows}, {primal}, {leaf})"))
            else:
                lines.append(check.lines[-1])
            self.use(check)
        return given, leaves, unpack, lines

    def jvp(self) -> None:
        given, leaves, unpack, lines = self.tangents(self.public["jvp"], "v_")
        n = self.n_results
        doc = f"Return {self.call_text()} and its derivative along {', '.join(g.name for g in given)}."
        self.with_arguments(
            "jvp",
            doc,
            Return(lambda texts: f"{self.results(texts[:n])}, {self.tangent_results(texts[n:])}"),
            given,
            leaves,
            [*unpack, *lines],
            Return(lambda texts: f"{self.value_call()}, {self.tangent_results(texts)}"),
        )

    def tangent_results(self, texts: Sequence[str]) -> str:
        rest = iter(texts)
        outs = iter(self.parts.programs["jvp"].program.main.body.outs)
        leaves = []
        for known in self.lowered.out_static:
            t = next(outs).type if known is None else None
            leaves.append(next(rest) if isinstance(t, AVal) and t.inexact else "None")
        return functions.build(self.lowered.out, leaves, self.maker)

    def hvp(self) -> None:
        given, leaves, unpack, lines = self.tangents(self.public["hvp"], "v_")
        along = ", ".join(g.name for g in given)
        doc = f"Return the Hessian of {self.call_text()} by {', '.join(self.parts.wrt)} times {along}."
        self.with_arguments(
            "hvp", doc, Return(lambda texts: self.gradients("hvp")(texts)), given, leaves, [*unpack, *lines]
        )


def _row(names: Sequence[str]) -> str:
    row = ", ".join(names)
    return f"({names[0]},)" if len(names) == 1 else f"({row})" if len(row) > LONGEST - 20 else row


def _tuple(texts: Sequence[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _is_scalar(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is not Kind.ARRAY and not v.type.complex


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
