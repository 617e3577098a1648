"""The parameters of a user's function, and which of them a call differentiates by."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.errors import CompileError
from symdiff.frontend import derivative
from symdiff.frontend.derivative import Names, Wrt
from symdiff.frontend.formula import Formula
from symdiff.frontend.source import load
from symdiff.frontend.wrappers import signature_of

POSITIONAL_ONLY, KEYWORD_ONLY = "positional only", "keyword only"
_KINDS: dict[object, str] = {
    inspect.Parameter.POSITIONAL_ONLY: POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "",
    inspect.Parameter.KEYWORD_ONLY: KEYWORD_ONLY,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `kind` is empty where an argument may be given by position and by name."""

    name: str
    kind: str = ""
    default: Any = inspect.Parameter.empty

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


def parameters_of(fun: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The parameters that a call of `fun` has; CompileError where `fun` is no Python function or takes ``*args``."""
    try:
        found = signature_of(fun).parameters.values()
    except (TypeError, ValueError):
        load(fun)  # says why it cannot be compiled
        raise
    if any(parameter.default is np._NoValue for parameter in found):
        load(fun)  # `np.sum`, which it refuses
    for parameter in found:
        if parameter.kind not in _KINDS:
            _refuse_star(fun, str(parameter).split(":")[0])
    return tuple(Parameter(p.name, _KINDS[p.kind], p.default) for p in found)


def _refuse_star(fun: Callable[..., Any], written: str) -> None:
    source = load(fun)
    call = source.name if source.name.isidentifier() else "f"
    raise CompileError([source.refuse("SD220", source.node, parameter=written, name=source.name, call=call)])


def name_of(fun: Callable[..., Any]) -> str:
    """What messages call the function."""
    inner = getattr(fun, "func", fun)  # of a partial
    return str(getattr(inner, "__name__", type(fun).__name__))


def choose(fun: Callable[..., Any], parameters: Sequence[Parameter], argnums: int | Sequence[int], wrt: Names) -> Wrt:
    """What `argnums` or `wrt` mean for `fun`; UsageError SD701, SD702 or SD703 where they mean nothing."""
    positional = [p.name for p in parameters if p.kind != KEYWORD_ONLY]
    known = [p.name for p in parameters]
    return derivative.choose(name_of(fun), positional, known, argnums, wrt, asked_for(fun))


def asked_for(fun: Callable[..., Any]) -> tuple[str, ...]:
    """What a formula says it is to be differentiated by; nothing for a Python function."""
    return fun.wrt if isinstance(fun, Formula) else ()
