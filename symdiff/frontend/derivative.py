"""What a derivative object is: which derivative of which function, by what.  The API makes them, the frontend reads.

A class of derivative objects says what an instance is by `__symdiff_derivative__`, a function of the instance; a
function that makes one, or takes a derivative at once, is marked there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from symdiff.errors import UsageError

_MARK, _FOLLOWED = "__symdiff_derivative__", "__symdiff_followed__"


@dataclass(frozen=True, slots=True)
class Derivative:
    """`kind` is the name of the function of the API that makes it; `bare`: one gradient, not a tuple of one.

    `names` are those of the parameters to differentiate by, or the places of arguments of a call.
    """

    kind: str
    names: tuple[str | int, ...]
    bare: bool
    has_aux: bool = False


def maker(function: Callable[..., Any]) -> Callable[..., Any]:
    """Declare a function of the API that takes derivatives; `functools.wraps` does not inherit the declaration."""
    setattr(function, _MARK, function)
    return function


def followed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Declare a function of the API that is compiled from its source like a function of the user's."""
    setattr(function, _FOLLOWED, True)
    return function


def is_foreign(obj: object) -> bool:
    """Whether an object of the API can only be used outside of compiled functions."""
    made = obj if isinstance(obj, FunctionType | type) else type(obj)
    return str(getattr(made, "__module__", "")).startswith("symdiff.api") and not hasattr(obj, _FOLLOWED)


def made_by(obj: object) -> str:
    """The name of such a function; nothing for any other object."""
    is_marked = isinstance(obj, FunctionType) and obj.__dict__.get(_MARK) is obj
    return str(getattr(obj, "__name__", "")) if is_marked else ""


def derivative_of(obj: Any) -> Derivative | None:
    """What a derivative object is; its function is its attribute `fun`."""
    found = None if isinstance(obj, type) else getattr(type(obj), _MARK, None)
    return found(obj) if callable(found) else None


# --- what to differentiate by


class _First(int):
    """0, where no position was given: the first parameter of a Python function, of a formula what it asks for."""

    def __reduce__(self) -> str:
        return "FIRST"


FIRST = _First(0)
Names = str | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Wrt:
    """The parameters to differentiate by; `bare`: one was named, so its gradient comes without a tuple."""

    names: tuple[str, ...]
    bare: bool


def choose(
    function: str,
    positional: Sequence[str],
    known: Sequence[str],
    argnums: int | Sequence[int],
    wrt: Names,
    asked: tuple[str, ...] = (),
) -> Wrt:
    """What `argnums` or `wrt` mean for a function of these parameters; `asked` is what a formula asks for.

    UsageError SD701, SD702 or SD703 where they mean nothing.
    """
    if wrt is not None:
        if argnums is not FIRST:
            raise UsageError.of("SD703")
        return _by_name(function, known, wrt)
    if asked and argnums is FIRST:
        return Wrt(asked, len(asked) == 1)
    bare, count = _is_index(argnums), len(positional)
    given: Any = (argnums,) if bare else argnums
    if isinstance(given, tuple | list) and given and all(_is_index(k) and -count <= k < count for k in given):
        names = tuple(positional[k] for k in given)
        if len(set(names)) == len(names):
            return Wrt(names, bare)
    raise UsageError.of("SD701", argnums=repr(argnums), function=function, count=count)


def _is_index(value: object) -> bool:
    return hasattr(type(value), "__index__") and not isinstance(value, bool)


def _by_name(function: str, known: Sequence[str], wrt: str | Sequence[str]) -> Wrt:
    if not isinstance(wrt, str | Sequence | Set):
        raise UsageError(f"wrt={wrt!r} must name parameters of {function}: a position is argnums", code="SD702")
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    for name in names:
        if name not in known:
            raise UsageError.of("SD702", function=function, name=name, parameters=", ".join(known) or "none")
    if not names or len(set(names)) < len(names):
        raise UsageError(f"wrt={wrt!r} must name parameters of {function}, each once", code="SD702")
    return Wrt(names, isinstance(wrt, str))
