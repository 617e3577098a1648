"""Modules as text: `generate`, and `differentiable`, which gives a function its derivatives and their source."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MethodType
from typing import Any

from symdiff.api.compiled import check_level, reached_by_name
from symdiff.api.files import is_generated, write_whole
from symdiff.api.parameters import KEYWORD_ONLY, asked_for, choose, name_of, parameters_of
from symdiff.api.signatures import Example, Types, declared_signature, float_arguments
from symdiff.api.transforms import Forward, Grad, Pullback, ValueAndGrad, lower_function
from symdiff.errors import UsageError
from symdiff.frontend.derivative import FIRST, Names, followed
from symdiff.signature import Lowered, Signature

Function = Callable[..., Any]


def generate(
    fun: Function,
    *,
    wrt: Names = None,
    types: Types = None,
    example: Example = None,
    level: int = 2,
    functions: Sequence[str] | None = None,
    name: str | None = None,
    borrow: bool = False,
) -> str:
    """The text of a module with the derivatives of `fun`, which needs NumPy alone.

    Types are those of `types` ("x=f8[n, d], b=float", or a dict of such), of `example` (an ``.npz`` file, or a dict of
    arguments), of annotations, of default values; else a parameter is a float.  `wrt` names what to differentiate by:
    without it, all parameters that hold floats.  `functions` are some of "primal", "forward", "backward",
    "value_and_grad", "grad", "jvp", "hvp".  With `borrow` the forward function saves the caller's arrays themselves and
    no copies: they must stay as they are until the backward function has run.

    >>> space = {}
    >>> exec(generate(lambda x, y: (x + y) * x, name="f"), space)
    >>> space["f_grad"](3.0, 4.0)
    (10.0, 3.0)

    Raises UsageError for what is given wrongly, CompileError for a function that cannot be compiled.
    """
    signature, _ = declared_signature(fun, types, example)
    return module_text(fun, signature, wrt=wrt, level=level, functions=functions, name=name, borrow=borrow)


def module_text(
    fun: Function,
    signature: Signature,
    *,
    wrt: Names = None,
    level: int = 2,
    functions: Sequence[str] | None = None,
    name: str | None = None,
    file: str | None = None,
    borrow: bool = False,
) -> str:
    """The module for a signature; `file` is what its header calls the source file."""
    from symdiff.codegen.module import KINDS
    from symdiff.codegen.names import identifier
    from symdiff.pipeline import compile_module

    names = chosen_names(fun, signature, wrt)
    check_level(level)
    functions = (functions,) if isinstance(functions, str) else functions
    for kind in functions or ():
        if kind not in KINDS:
            raise UsageError.of("SD715", option="functions", value=kind, choices=", ".join(KINDS))
    if name is not None and (not name.isidentifier() or identifier(name) != name):
        own = " that are no keywords, no builtins and no names of the module's own"
        choices = "Python identifiers" + (own if name.isidentifier() else "")
        raise UsageError.of("SD715", option="name", value=name, choices=choices)
    lowered = with_defaults(fun, shown_as(lower_function(fun, signature), file))
    return compile_module(lowered, names, level=level, functions=functions, name=name or "", borrow=borrow).text


def module_of_all(
    functions: Sequence[Function],
    *,
    level: int = 2,
    kinds: Sequence[str] | None = None,
    file: str | None = None,
    borrow: bool = False,
) -> str:
    """The text of one module of several functions of one file, each by what it asks to be differentiated by."""
    from symdiff.pipeline import compile_together

    check_level(level)
    pairs = []
    for fun in functions:
        signature, _ = declared_signature(fun, None, None)
        lowered = with_defaults(fun, shown_as(lower_function(fun, signature), file))
        pairs.append((lowered, chosen_names(fun, signature, None)))
    return compile_together(pairs, level=level, functions=kinds, borrow=borrow)


def chosen_names(fun: Function, signature: Signature, wrt: Names) -> tuple[str, ...]:
    """The parameters to differentiate by: those of `wrt`, those that a formula asks for, or all that hold floats."""
    if wrt is not None:
        return choose(fun, parameters_of(fun), FIRST, wrt).names
    names = asked_for(fun) or float_arguments(signature)
    if not names:
        held = f": {signature}" if signature.arguments else ", which has no parameters"
        raise UsageError(f"no parameter of {name_of(fun)} holds floats{held}", code="SD705")
    return names


def with_defaults(fun: Function, lowered: Lowered) -> Lowered:
    """The lowered function with the defaults of its parameters, and which go by name alone, for a module to keep."""
    parameters = parameters_of(fun)
    found = tuple((p.name, p.default) for p in parameters if not p.required)
    named = frozenset(p.name for p in parameters if p.kind == KEYWORD_ONLY)
    return dataclasses.replace(lowered, defaults=found, keyword_only=named)


def shown_as(lowered: Lowered, file: str | None) -> Lowered:
    """The lowered function under the name that headers give its file: relative, the same on every machine."""
    if file is None:
        path, here = Path(lowered.file), Path.cwd()
        file = lowered.file
        if path.is_absolute():
            file = path.relative_to(here).as_posix() if path.is_relative_to(here) else path.name
    return dataclasses.replace(lowered, file=file)


class Differentiable:
    """A function that keeps its value and has its derivatives beside it.

    >>> @differentiable
    ... def f(x, y: float = 2.0):
    ...     return x * x * y
    >>> f(3.0), f.grad(3.0), f.value_and_grad(3.0)
    (18.0, 12.0, (18.0, 12.0))
    >>> y, pullback = f.forward(3.0)
    >>> f.backward(pullback, 1.0)
    12.0
    """

    __symdiff_transparent__ = True  # what calls this function is compiled as if it called the function inside

    def __new__(cls, fun: Function, *args: Any, **options: Any) -> Differentiable:
        own = {"__call__": staticmethod(fun), "__module__": cls.__module__, "__doc__": cls.__doc__}
        return super().__new__(type(cls.__name__, (cls,), own))

    def __init__(
        self,
        fun: Function,
        argnums: int | Sequence[int] = FIRST,
        *,
        wrt: Names = None,
        level: int = 2,
        static: str | Sequence[str] = (),
    ) -> None:
        functools.update_wrapper(self, fun, updated=())  # type: ignore[arg-type]  # callable by its own class
        self.__wrapped__ = fun
        self._options: dict[str, Any] = {"argnums": argnums, "wrt": wrt, "level": level, "static": static}
        self.grad = Grad(fun, argnums, wrt=wrt, level=level, static=static)
        self.value_and_grad = ValueAndGrad(fun, argnums, wrt=wrt, level=level, static=static)
        self._chosen = self.grad.chosen
        self.forward = Forward(fun, wrt=self._chosen.names, level=level, static=static)

    @followed
    def backward(self, saved: Pullback, cotangent: Any = 1.0) -> Any:
        """The gradients at the point where `forward` gave `saved`, times a cotangent of the value."""
        made = saved(cotangent)
        return made[0] if self._chosen.bare else made

    def signature(self) -> Signature:
        """The signature last compiled for; before the first call, the declared one."""
        for compiled in (self.value_and_grad, self.grad, self.forward):
            last = compiled.last_signature()
            if last is not None:
                return last
        return declared_signature(self.__wrapped__)[0]

    @property
    def source(self) -> str:
        """The text of the module for `signature()`."""
        return module_text(self.__wrapped__, self.signature(), wrt=self._chosen.names, level=self._options["level"])

    @property
    def ir(self) -> str:
        """The program of the function for `signature()`, as text."""
        from symdiff.pipeline import stage

        return stage(lower_function(self.__wrapped__, self.signature()), self._chosen.names, "ir")

    def save(self, path: str | os.PathLike[str], force: bool = False) -> None:
        """Write `source` to a file, whole or not at all; UsageError where it cannot be written.

        A file that symdiff did not write is replaced with ``force=True`` only.
        """
        text = self.source
        if not force and os.path.isfile(path) and not is_generated(Path(path)):
            shown = Path(path).as_posix()
            message = f"{shown} exists and was not generated by symdiff (give force=True to replace it)"
            raise UsageError(message, code="SD711")
        write_whole(path, text)

    def explain(self, *args: Any, format: str | None = None, **named: Any) -> Any:
        """The stages with their derivatives, at `args` with their values: see `symdiff.explain`."""
        from symdiff.api.explaining import explain

        return explain(self.__wrapped__, *args, wrt=self._chosen.names, format=format, **named)

    def _repr_html_(self) -> str:
        """What notebooks show: the stages and the circuit picture for `signature()`, or why there are none."""
        from symdiff.api.reporting import notebook_form

        return notebook_form(self.__wrapped__, self.signature(), self._chosen.names)

    def __reduce__(self) -> str | tuple[Any, ...]:
        return reached_by_name(self) or (_remade, (self.__wrapped__, self._options))

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)  # type: ignore[arg-type]  # callable by its own class

    def __repr__(self) -> str:
        return f"<symdiff differentiable {name_of(self.__wrapped__)} by {', '.join(self._chosen.names)}>"


def _remade(fun: Function, options: dict[str, Any]) -> Differentiable:
    return Differentiable(fun, **options)


def differentiable(
    fun: Function | None = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    wrt: Names = None,
    level: int = 2,
    static: str | Sequence[str] = (),
) -> Any:
    """`fun` with its derivatives beside it: the name keeps its value.  Also a decorator, with and without arguments.

    It has `.grad`, `.value_and_grad`, `.forward` and `.backward`, called like `fun`; `.source` and `.ir`, texts of a
    module and of a program, `.save`, which writes a module, and `.explain`.  Parameters are those of `symdiff.grad`.

    >>> @differentiable(wrt="x")
    ... def area(x, y):
    ...     return x * y
    >>> area(2.0, 3.0), area.grad(2.0, 3.0)
    (6.0, 3.0)

    Raises UsageError for what is no function and for wrong `argnums` or `wrt`; its derivatives raise as
    `symdiff.grad` does.
    """
    if fun is None:
        return lambda decorated: Differentiable(decorated, argnums, wrt=wrt, level=level, static=static)
    if not callable(fun):
        raise UsageError.of("SD726", type=type(fun).__name__)
    return Differentiable(fun, argnums, wrt=wrt, level=level, static=static)
