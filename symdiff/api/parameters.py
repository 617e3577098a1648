"""The parameters of a user's function, and which of them a call differentiates by."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Any

from symdiff.errors import UsageError
from symdiff.frontend.formula import Formula
from symdiff.frontend.source import load

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
        found = inspect.signature(fun).parameters.values()
    except (TypeError, ValueError):
        load(fun)  # says why it cannot be compiled
        raise
    for parameter in found:
        if parameter.kind not in _KINDS:
            _refuse_star(fun, str(parameter).split(":")[0])
    return tuple(Parameter(p.name, _KINDS[p.kind], p.default) for p in found)


def _refuse_star(fun: Callable[..., Any], written: str) -> None:
    from symdiff.errors import CompileError

    source = load(fun)
    raise CompileError([source.refuse("SD220", source.node, parameter=written, name=source.name)])


def name_of(fun: Callable[..., Any]) -> str:
    """What messages call the function."""
    inner = getattr(fun, "func", fun)  # of a partial
    return str(getattr(inner, "__name__", type(fun).__name__))


Names = str | Sequence[str] | None


class _First(int):
    """0, where no position was given: the first parameter of a Python function, of a formula what it asks for."""

    def __reduce__(self) -> str:
        return "FIRST"


FIRST = _First(0)


@dataclass(frozen=True, slots=True)
class Wrt:
    """The parameters to differentiate by; `bare`: one was named, so its gradient comes without a tuple."""

    names: tuple[str, ...]
    bare: bool


def choose(fun: Callable[..., Any], parameters: Sequence[Parameter], argnums: int | Sequence[int], wrt: Names) -> Wrt:
    """What `argnums` or `wrt` mean for `fun`; UsageError SD701, SD702 or SD703 where they mean nothing."""
    if wrt is not None:
        if argnums is not FIRST:
            raise UsageError.of("SD703")
        return _by_name(fun, parameters, wrt)
    asked = asked_for(fun) if argnums is FIRST else ()
    if asked:
        return Wrt(asked, len(asked) == 1)
    positional = [p.name for p in parameters if p.kind != KEYWORD_ONLY]
    bare = _is_index(argnums)
    given = (argnums,) if bare else argnums
    count = len(positional)
    fits = isinstance(given, tuple | list) and bool(given)
    if not fits or not all(_is_index(k) and -count <= k < count for k in given):  # type: ignore[operator, union-attr]
        _refuse_argnums(fun, argnums, count)
    names = tuple(positional[k] for k in given)  # type: ignore[index, union-attr]
    if len(set(names)) < len(names):
        _refuse_argnums(fun, argnums, count)
    return Wrt(names, bare)


def asked_for(fun: Callable[..., Any]) -> tuple[str, ...]:
    """What a formula says it is to be differentiated by; nothing for a Python function."""
    return fun.wrt if isinstance(fun, Formula) else ()


def _is_index(value: object) -> bool:
    return hasattr(type(value), "__index__") and not isinstance(value, bool)


def _refuse_argnums(fun: Callable[..., Any], argnums: object, count: int) -> None:
    raise UsageError.of("SD701", argnums=repr(argnums), function=name_of(fun), count=count)


def _by_name(fun: Callable[..., Any], parameters: Sequence[Parameter], wrt: str | Sequence[str]) -> Wrt:
    if not isinstance(wrt, str | Sequence | Set):
        raise UsageError(f"wrt={wrt!r} must name parameters of {name_of(fun)}: a position is argnums", code="SD702")
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    known = [p.name for p in parameters]
    for name in names:
        if name not in known:
            raise UsageError.of("SD702", function=name_of(fun), name=name, parameters=", ".join(known) or "none")
    if not names or len(set(names)) < len(names):
        raise UsageError(f"wrt={wrt!r} must name parameters of {name_of(fun)}, each once", code="SD702")
    return Wrt(names, isinstance(wrt, str))
