"""`explain`: the stages of a function and their derivatives, at a point or without."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symdiff.api.compiled import Compiled
from symdiff.api.given import for_call
from symdiff.api.modules import chosen_names, shown_as
from symdiff.api.parameters import KEYWORD_ONLY, name_of, parameters_of
from symdiff.api.signatures import Types, declared_signature
from symdiff.api.transforms import lower_function, lower_or_ask
from symdiff.errors import UsageError
from symdiff.explain import table
from symdiff.explain.circuit import graph, svg
from symdiff.explain.derive import derivation
from symdiff.explain.drawn import circuit
from symdiff.explain.stages import Derivation
from symdiff.frontend.derivative import Names
from symdiff.signature import Lowered, Signature

Function = Callable[..., Any]
FORMATS = ("text", "md", "tex", "svg", "mermaid", "dot")


class Explanation:
    """A derivation that shows itself: `str` is the table, notebooks show the LaTeX.

    `derivation` is the data: `symdiff.explain.stages.Derivation`.
    """

    def __init__(self, made: Derivation) -> None:
        self.derivation = made

    def text(self) -> str:
        """The table of stages for a terminal."""
        return table.text(self.derivation)

    def markdown(self) -> str:
        """The table of stages in Markdown."""
        return table.markdown(self.derivation)

    def latex(self) -> str:
        """The derivation in LaTeX, line by line as in lecture notes."""
        from symdiff.explain.latex import document

        return document(self.derivation)

    def svg(self) -> str:
        """The circuit picture: values above the wires, gradients below, local gradients where wires come in."""
        return svg.svg(circuit(self.derivation))

    def mermaid(self) -> str:
        """The circuit as a Mermaid flowchart."""
        return graph.mermaid(circuit(self.derivation))

    def dot(self) -> str:
        """The circuit in Graphviz's language."""
        return graph.dot(circuit(self.derivation))

    def show(self, format: str) -> str:
        """One of "text", "md", "tex", "svg", "mermaid", "dot"; UsageError SD715 for another."""
        check_format(format)
        shown = self.text, self.markdown, self.latex, self.svg, self.mermaid, self.dot
        return dict(zip(FORMATS, shown, strict=True))[format]()

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.latex()


def check_format(format: object) -> None:
    if format not in FORMATS:
        raise UsageError.of("SD715", option="format", value=format, choices=", ".join(FORMATS))


def explain(
    fun: Function, *args: Any, wrt: Names = None, types: Types = None, format: str | None = None, **named: Any
) -> Any:
    """The stages of `fun`: formula, local derivative and gradient of each, and at `args` their values.

    Without arguments, types are those of `types`, of annotations, of default values; else a parameter is a float.
    `wrt` names what to differentiate by: without it, all parameters that hold floats.  With `format` ("text", "md",
    "tex", "svg", "mermaid", "dot") the result is text; without, an `Explanation`, which prints as the table.

    >>> def f(x, y):
    ...     return (x + y) * x
    >>> print(explain(f, 3.0, 4.0))  # doctest: +ELLIPSIS
    f(x, y) by x, y ...
    <BLANKLINE>
    name   formula    value   local derivative   gradient
    ────   ────────   ─────   ────────────────   ──────────────────────────────
    y0     y1 * x     21                         ∂y0/∂y0 = 1
    y1     x + y      7       ∂y0/∂y1 = x = 3    ∂y0/∂y1 = x = 3
    x      argument   3       ∂y0/∂x = y1 = 7    ∂y0/∂x = y1 + ∂y0/∂y1 · 1 = 10
                              ∂y1/∂x = 1
    y      argument   4       ∂y1/∂y = 1         ∂y0/∂y = ∂y0/∂y1 · 1 = 3
    <BLANKLINE>

    Raises UsageError or CheckError for what is given wrongly, CompileError for a function that cannot be compiled, and
    what `fun` itself raises at the arguments.
    """
    if format is not None:
        check_format(format)
    fun = plain_function(fun)
    if not args and not named:
        made = explained(lower_function(fun, declared_signature(fun, types)[0], share=False), wrt, None, fun)
    else:
        fun = for_call(fun, len(args), tuple(named))
        point = bound(fun, args, named)
        if types is None:
            made = explained(_Lowering(fun).at(point), wrt, point, fun)
        else:
            made = explained(lower_function(fun, declared_signature(fun, types)[0], share=False), wrt, point, fun)
    return made if format is None else made.show(format)


class _Lowering(Compiled):
    """The function as a program for the arguments of a call, numbers known where it asks for them."""

    found: Lowered

    def at(self, point: Mapping[str, Any]) -> Lowered:
        general = self.signature_of(point)
        self._compile(general, general, point)
        return self.found

    def build(self, signature: Signature) -> tuple[Lowered, Function]:
        self.found = lower_or_ask(self.fun, signature, share=False)
        return self.found, lambda: None


def explained(
    lowered: Lowered, wrt: Names, point: Mapping[str, Any] | None, fun: Function, file: str | None = None
) -> Explanation:
    """The explanation of a lowered function; `file` is what it calls the source file."""
    names = chosen_names(fun, lowered.signature, wrt)
    return Explanation(derivation(shown_as(lowered, file), names, point))


def plain_function(fun: Function) -> Function:
    """The user's function inside of what symdiff made of it."""
    if not callable(fun):
        raise UsageError.of("SD726", type=type(fun).__name__)
    inside: Function = fun.__wrapped__ if getattr(fun, "__symdiff_transparent__", False) else fun  # type: ignore[attr-defined]  # it has one
    return inside


def bound(fun: Function, args: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each parameter in a call; UsageError where it is no call of `fun`."""
    parameters = parameters_of(fun)
    positional = [p.name for p in parameters if p.kind != KEYWORD_ONLY]
    if len(args) > len(positional):
        text = f"{name_of(fun)} has {len(positional)} positional parameters, and {len(args)} arguments are given"
        raise UsageError(text, code="SD741")
    point = {p.name: p.default for p in parameters if not p.required}
    point |= dict(zip(positional, args, strict=False)) | dict(named)
    known = [p.name for p in parameters]
    for name in named:
        if name not in known:
            raise UsageError.of("SD741", name=name, function=name_of(fun), parameters=", ".join(known) or "none")
    missing = [name for name in known if name not in point]
    if missing:
        raise UsageError.of("SD740", function=name_of(fun), names=", ".join(missing), example=missing[0])
    return {name: point[name] for name in known}
