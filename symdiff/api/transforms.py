"""`grad`, `value_and_grad`, `vjp`, `jvp`, `hvp`: what they compile, and in which form results are given back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from symdiff.api import listed, nested
from symdiff.api.compiled import Compiled, check_differentiable
from symdiff.api.dispatch import AS_IS, Form
from symdiff.api.given import called, for_call
from symdiff.api.like import Like
from symdiff.api.parameters import KEYWORD_ONLY, Parameter, choose, name_of, parameters_of
from symdiff.errors import CompileError, UsageError
from symdiff.frontend.derivative import FIRST, Derivative, Names
from symdiff.frontend.formula import Formula
from symdiff.frontend.source import load
from symdiff.signature import Lowered, Signature

Function = Callable[..., Any]

_GRAD = Form("{}[1]", lambda r: r[1])
_GRAD_TUPLE = Form("({}[1],)", lambda r: (r[1],))
_VALUE_TUPLE = Form("((_r := {})[0], (_r[1],))", lambda r: (r[0], (r[1],)))


def lower_function(fun: Function, signature: Signature, share: bool = True) -> Lowered:
    """A user's function, a formula, or what symdiff made of one, as a program.  Raises CompileError.

    With `share` a helper called in several places may be a function of the program; else every call is in place.
    """
    from symdiff.frontend.python import lower
    from symdiff.frontend.python.problems import Respecialise

    try:
        return lower_or_ask(fun, signature, share)
    except Respecialise as request:
        problems = request.problems
        if request.sizes and not isinstance(fun, (Compiled, Formula)):
            try:
                return lower(load(fun), signature, share=share, checking=True)
            except CompileError as error:  # what the first attempt says holds for every size, but for sizes compared
                left = {(p.code, p.loc) for p in error.problems}
                true = [p for p in problems if p.code != "SD308" or (p.code, p.loc) in left]
                raise CompileError(true or problems) from None
        raise CompileError(problems) from None


def lower_or_ask(fun: Function, signature: Signature, share: bool = True) -> Lowered:
    """The same for a caller that has the arguments: a `Respecialise` asks for more of them to be known."""
    if isinstance(fun, Compiled):
        return fun.lowered(signature)
    if isinstance(fun, Formula):
        return fun.lower(signature)
    from symdiff.frontend.python import lower

    return lower(load(fun), signature, share=share)


def compile_kinds(lowered: Lowered, wrt: Sequence[str], kinds: Sequence[str], level: int) -> dict[str, Function]:
    """The functions of a module compiled for use in this process, by kind."""
    from symdiff.codegen.load import Loaded
    from symdiff.pipeline import compile_module

    module = compile_module(lowered, tuple(wrt), level=level, functions=tuple(kinds), embed=False, guarded=True)
    loaded = Loaded(module.text, module.name)
    return {kind: loaded[module.functions[kind]] for kind in kinds}


def run_kind(lowered: Lowered, level: int) -> Function:
    """The lowered function itself, compiled; its results in the structure that it gives them."""
    simple, structured = nested.flat(lowered)
    function = compile_kinds(simple, (), ("primal",), level)["primal"]

    @functools.wraps(function)
    def call(*arguments: Any, **captured: Any) -> Any:
        return structured(function(*arguments, **captured))

    return call


class ByArguments(Compiled):
    """A derivative by arguments that are chosen by position or name; `has_aux`: `fun` returns more than its value."""

    takes: ClassVar[tuple[str, ...]] = ("argnums", "wrt", "has_aux")

    def __init__(
        self,
        fun: Function,
        argnums: int | Sequence[int] = FIRST,
        *,
        wrt: Names = None,
        has_aux: bool = False,
        level: int = 2,
        static: str | Sequence[str] = (),
    ) -> None:
        super().__init__(fun, level, static)
        self.argnums, self.wrt, self.has_aux = argnums, wrt, has_aux
        self.chosen = choose(fun, self.parameters, argnums, wrt)

    def as_given(self, count: int, names: Sequence[str]) -> Compiled | None:
        positional = [p.name for p in self.parameters if p.kind != KEYWORD_ONLY]
        given = [*positional[:count], *names]
        if count > len(positional) or not set(self.chosen.names) <= set(given):
            return None
        made = called(self.fun, positional[:count], names)
        if made is None:
            return None
        wrt = self.chosen.names[0] if self.chosen.bare else self.chosen.names
        static = tuple(name for name in self.static if name in given)
        options: dict[str, Any] = {**self.options(), "argnums": FIRST, "wrt": wrt, "static": static}
        other: Compiled = type(self).__mro__[1](made, **options)
        return other


class ValueAndGrad(ByArguments):
    """``f(x, …) -> (value, gradient)``; with `has_aux` ``((value, aux), gradient)``."""

    kind: ClassVar[str] = "value_and_grad"
    with_value: ClassVar[bool] = True
    lists: ClassVar[bool] = True

    def relisted(self, result: Any, back: Mapping[str, listed.Back]) -> Any:
        names, parts = self.chosen.names, list(result)
        place, bare = 0 if self.has_aux and not self.with_value else 1, len(names) == 1
        parts[place] = listed.in_gradients(parts[place], names, self.chosen.bare if self.has_aux else bare, back)
        return tuple(parts)

    def form(self) -> Form:
        if self.has_aux:
            return AS_IS
        tuple_of_one = len(self.chosen.names) == 1 and not self.chosen.bare
        if self.with_value:
            return _VALUE_TUPLE if tuple_of_one else AS_IS
        return _GRAD_TUPLE if tuple_of_one else _GRAD

    def __symdiff_derivative__(self) -> Derivative:
        return Derivative(self.kind, self.chosen.names, self.chosen.bare, self.has_aux)

    def inner(self, signature: Signature) -> Lowered:
        """The function to differentiate, lowered and found fit to be differentiated."""
        check_differentiable(signature, self.chosen.names, name_of(self.fun))
        lowered = lower_or_ask(self.fun, signature)
        nested.value_leaf(lowered, self.has_aux, name_of(self.fun))
        return lowered

    def build(self, signature: Signature) -> tuple[Lowered, Function]:
        lowered = self.inner(signature)
        if self.has_aux:
            return lowered, run_kind(self.gradient(lowered), self.level)
        made = compile_kinds(lowered, self.chosen.names, ("value_and_grad",), self.level)
        return lowered, made["value_and_grad"]

    def gradient(self, lowered: Lowered) -> Lowered:
        names, bare = self.chosen.names, self.chosen.bare
        return nested.gradient(lowered, names, bare=bare, has_aux=self.has_aux, value=self.with_value, level=self.level)

    def lowered(self, signature: Signature) -> Lowered:
        return self.gradient(self.inner(signature))


class Grad(ValueAndGrad):
    """``f(x, …) -> gradient``; with `has_aux` ``(gradient, aux)``."""

    kind: ClassVar[str] = "grad"
    with_value: ClassVar[bool] = False


class Pullback:
    """The cotangents of a function's results, taken back to its arguments; may be called again."""

    __slots__ = ("_backward", "_bare", "_like", "saved")

    def __init__(self, backward: Function, saved: Any, bare: bool, value: Any) -> None:
        self._backward, self.saved, self._bare = backward, saved, bare
        self._like = Like(value)

    def __call__(self, cotangent: Any) -> tuple[Any, ...]:
        """The gradients, one per primal, each with its structure, shape and dtype."""
        self._like.check("the cotangent of", "the result", cotangent)
        made = self._backward(self.saved, cotangent)
        return (made,) if self._bare else made


class Forward(Compiled):
    """``f(x, …) -> (value, pullback)``."""

    takes: ClassVar[tuple[str, ...]] = ("wrt",)
    lists: ClassVar[bool] = True

    def relisted(self, result: Any, back: Mapping[str, listed.Back]) -> Any:
        value, pullback = result
        backward, bare = pullback._backward, len(self.wrt) == 1
        pullback._backward = lambda saved, ct: listed.in_gradients(backward(saved, ct), self.wrt, bare, back)
        return value, pullback

    def __init__(
        self, fun: Function, *, wrt: Sequence[str] = (), level: int = 2, static: str | Sequence[str] = ()
    ) -> None:
        super().__init__(fun, level, static)
        self.wrt = tuple(wrt)

    def __symdiff_derivative__(self) -> Derivative:
        return Derivative("vjp", self.wrt, len(self.wrt) == 1)

    def build(self, signature: Signature) -> tuple[Lowered, Function]:
        check_differentiable(signature, self.wrt, name_of(self.fun))
        lowered = lower_or_ask(self.fun, signature)
        bare = len(self.wrt) == 1
        nested.check_has_cotangent(lowered)
        if nested.has_classes(lowered.out):
            return lowered, self.build_flat(lowered, bare)
        made = compile_kinds(lowered, self.wrt, ("forward", "backward"), self.level)
        forward, backward = made["forward"], made["backward"]

        @functools.wraps(forward)
        def call(*arguments: Any, **captured: Any) -> tuple[Any, Pullback]:
            value, saved = forward(*arguments, **captured)
            return value, Pullback(backward, saved, bare, value)

        return lowered, call

    def build_flat(self, lowered: Lowered, bare: bool) -> Function:
        """Where the result has classes: the module gives its leaves, and they are put together here."""
        simple, structured = nested.flat(lowered)
        made = compile_kinds(simple, self.wrt, ("forward", "backward"), self.level)
        forward, backward = made["forward"], made["backward"]

        def flat_backward(saved: Any, cotangent: Any) -> Any:
            return backward(saved, nested.flat_cotangent(lowered, cotangent))

        @functools.wraps(forward)
        def call(*arguments: Any, **captured: Any) -> tuple[Any, Pullback]:
            results, saved = forward(*arguments, **captured)
            value = structured(results)
            return value, Pullback(flat_backward, saved, bare, value)

        return call


class Tangent(Compiled):
    """``f(x, …, v_x, …) -> (value, tangent)``; `kind` "hvp": ``-> Hessian · v``."""

    takes: ClassVar[tuple[str, ...]] = ("wrt", "kind")
    lists: ClassVar[bool] = True

    def call_names(self) -> list[str]:
        return [*super().call_names(), *self.wrt]

    def relisted(self, result: Any, back: Mapping[str, listed.Back]) -> Any:
        bare = len(self.wrt) == 1
        return result if self.kind == "jvp" else listed.in_gradients(result, self.wrt, bare, back)

    def __init__(
        self,
        fun: Function,
        *,
        wrt: Sequence[str] = (),
        kind: str = "jvp",
        level: int = 2,
        static: str | Sequence[str] = (),
    ) -> None:
        self.wrt, self.kind = tuple(wrt), kind
        super().__init__(fun, level, static)

    def call_parameters(self) -> tuple[Parameter, ...]:
        names = [p.name for p in self.parameters]
        prefix = "v_"
        while any(name.startswith(prefix) for name in names):
            prefix = "_" + prefix
        # All without a default: those of the primals were filled in by the caller.
        return tuple(Parameter(name) for name in (*names, *(prefix + name for name in self.wrt)))

    def build(self, signature: Signature) -> tuple[Lowered, Function]:
        check_differentiable(signature, self.wrt, name_of(self.fun))
        lowered = lower_or_ask(self.fun, signature)
        if self.kind == "hvp":
            nested.value_leaf(lowered, False, name_of(self.fun))
        nested.check_has_cotangent(lowered)
        if not nested.has_classes(lowered.out):
            return lowered, compile_kinds(lowered, self.wrt, (self.kind,), self.level)[self.kind]
        simple, structured = nested.flat(lowered)
        flat = compile_kinds(simple, self.wrt, (self.kind,), self.level)[self.kind]

        @functools.wraps(flat)
        def call(*arguments: Any, **captured: Any) -> tuple[Any, Any]:
            results, tangents = flat(*arguments, **captured)
            return structured(results), nested.tangent_of(lowered, tangents)

        return lowered, call


# The functions that take `fun` and its arguments at once -------------------------------------------------------------


def compiled_for(kind: str, fun: Function, count: int) -> Compiled:
    """The pullback, tangent or Hessian product of `fun` by its first `count` arguments; the last 256 are kept."""
    if not callable(fun):
        raise UsageError.of("SD726", type=type(fun).__name__)
    make = _kept if _is_hashable(fun) else _make  # a method hashes its object
    made = make(kind, fun, count)
    if not made.definition.holds():  # it may have other parameters now
        _kept.cache_clear()
        made = make(kind, fun, count)
    return made


def _is_hashable(fun: Function) -> bool:
    try:
        hash(fun)
    except TypeError:
        return False
    return True


def _make(kind: str, fun: Function, count: int) -> Compiled:
    fun = for_call(fun, count)
    names = tuple(p.name for p in parameters_of(fun) if p.kind != KEYWORD_ONLY)
    if not 0 < count <= len(names):
        message = f"{name_of(fun)} has {len(names)} positional parameters, and {count} primals are given"
        raise UsageError(message, code="SD719")
    if kind == "forward":
        return Forward(fun, wrt=names[:count])
    return Tangent(fun, wrt=names[:count], kind=kind)


_kept = functools.lru_cache(maxsize=256)(_make)
