"""The parameters that a call of a decorated function has: those of the code that runs, not what it says of itself.

`functools.wraps` makes a wrapper say that it has the parameters of what it wraps.  By hand, for ::

    def decorator(fn):                       | def decorator(fn):
        @functools.wraps(fn)                 |     @functools.wraps(fn)
        def wrapper(*args, **kw):            |     def wrapper(x, w=9.0):
            return 2 * fn(*args, **kw)       |         return 2 * fn(x, w)

on the right they are the wrapper's own, ``x, w=9.0``, whatever `fn` has.  On the left they are `fn`'s: all that the
wrapper does with its arguments is to hand them on, so that it does not matter which were given by name or not at all.
Where it does, `len(args)` or `kw.get("w")`, every argument must be given, by its position.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import Any

from symdiff.errors import CompileError
from symdiff.frontend.derivative import derivative_of
from symdiff.frontend.source import Source, layers, load
from symdiff.frontend.stand_ins import stand_in

_STARS = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def signature_of(fun: Callable[..., Any]) -> inspect.Signature:
    """The parameters of a call of `fun`; raises what `inspect.signature` does."""
    inner: Any = fun
    while derivative_of(inner) is not None:
        inner = inner.fun
    try:
        found = list(layers(inner))
    except CompileError:  # compiling it says so
        return inspect.signature(fun)
    made: Any = found[-1]
    written_out = stand_in(found[-2]) is made if len(found) > 1 else False
    if not hasattr(made, "__wrapped__") and not hasattr(made, "__signature__") and not written_out:
        return inspect.signature(inner)
    made = _alone(made)
    for layer in reversed(found):
        if isinstance(layer, MethodType):
            made = MethodType(made, layer.__self__)
        elif isinstance(layer, functools.partial):
            made = functools.partial(made, *layer.args, **layer.keywords)
    return inspect.signature(made)


def counting(fun: Callable[..., Any]) -> FunctionType | None:
    """The wrapper that does more with the arguments of its stars than to hand them on; None where there is none."""
    try:
        made: Any = list(layers(fun))[-1]
    except CompileError:
        return None
    while takes_stars(made) and not hasattr(made, "__signature__"):
        if _handing_on(made) is None:
            return made if _of_wrapped(made, inspect.signature(_bare(made))) is not None else None
        made = list(layers(made.__wrapped__))[-1]
    return None


def takes_stars(function: object) -> bool:
    """Whether a function is a wrapper that takes the arguments of what it wraps by stars."""
    stars = isinstance(function, FunctionType) and function.__code__.co_flags & _STARS
    return bool(stars) and hasattr(function, "__wrapped__")


def _alone(function: FunctionType) -> FunctionType:
    """A function of the same parameters, which says so."""
    made = _bare(function)
    if takes_stars(function):
        handed_on = _of_wrapped(function, inspect.signature(made))
        if handed_on is not None:
            made.__signature__ = inspect.Signature(handed_on)  # type: ignore[attr-defined]  # which `inspect` reads
    return made


def _bare(function: FunctionType) -> FunctionType:
    """A function of the same code, which says of itself nothing else."""
    made = FunctionType(function.__code__, {}, function.__name__, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _of_wrapped(function: Any, own: inspect.Signature) -> list[inspect.Parameter] | None:
    """The parameters of what is wrapped; None where those of the wrapper in front of its stars are others."""
    found = list(signature_of(function.__wrapped__).parameters.values())
    named = [p for p in own.parameters.values() if p.kind in (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY)]
    if [p.name for p in named] != [p.name for p in found[: len(named)]] or any(p.default is not p.empty for p in named):
        return None
    calls = _handing_on(function)
    if calls is not None:
        return _not_passed(found, named, calls)
    return [
        p.replace(kind=inspect.Parameter.POSITIONAL_ONLY if p.kind in _POSITIONAL else p.kind, default=p.empty)
        for p in found
    ]


def _not_passed(
    found: list[inspect.Parameter], own: Sequence[inspect.Parameter], calls: Sequence[ast.Call]
) -> list[inspect.Parameter]:
    """The parameters of what is wrapped without those that the wrapper itself passes beside its stars.

    `f(*args, 4.0)` leaves `f`'s last one out; where arguments stand behind the star, those of the star are all given.
    """
    passed = {_beside(call) for call in calls}
    first = sum(p.kind in _POSITIONAL for p in own)
    if len(passed) != 1 or any(p.kind is p.VAR_POSITIONAL for p in found):
        return found
    ((before, behind, by_name),) = passed
    by_name -= {p.name for p in own}
    by_position = [p for p in found if p.kind in _POSITIONAL]
    if before < first or before + behind > len(by_position):
        return found
    kept = by_position[:first] + by_position[before : len(by_position) - behind]
    if behind and kept[first:]:
        kept = [p.replace(kind=p.POSITIONAL_ONLY, default=p.empty) for p in kept]
    while kept[first:] and kept[-1].name in by_name:
        kept.pop()
    if any(p.name in by_name for p in kept):
        return found
    return kept + [p for p in found if p.kind not in _POSITIONAL and p.name not in by_name]


def _beside(call: ast.Call) -> tuple[int, int, frozenset[str]]:
    """How many arguments a call has before its star and behind it, and the names of others."""
    stars = [k for k, arg in enumerate(call.args) if isinstance(arg, ast.Starred)] or [len(call.args)]
    names = frozenset(keyword.arg for keyword in call.keywords if keyword.arg is not None)
    return stars[0], len(call.args) - stars[-1] - 1 if stars[-1] < len(call.args) else 0, names


def _handing_on(function: Any) -> list[ast.Call] | None:
    """The calls by which a wrapper hands what it takes by stars on to what it wraps; None where it does more."""
    try:
        source = load(function)
    except CompileError:
        return None
    a = source.node.args
    stars = {star.arg for star in (a.vararg, a.kwarg) if star is not None}
    body: Sequence[ast.AST] = source.node.body if isinstance(source.node.body, list) else [source.node.body]
    nodes = [node for part in body for node in ast.walk(part)]
    own = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    calls: list[ast.Call] = []
    handed: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Call) and _value_of(source, node.func, own) is function.__wrapped__:
            spread = [arg.value for arg in node.args if isinstance(arg, ast.Starred)]
            spread += [keyword.value for keyword in node.keywords if keyword.arg is None]
            if stars <= {value.id for value in spread if isinstance(value, ast.Name)}:
                calls.append(node)
                handed |= set(map(id, spread))
    only = all(id(node) in handed for node in nodes if isinstance(node, ast.Name) and node.id in stars)
    return calls if only else None


def _value_of(source: Source, node: ast.AST, own: set[str]) -> object:
    """What a name from outside stands for, one that the function does not bind itself."""
    if not isinstance(node, ast.Name) or node.id in own:
        return None
    if node.id not in source.closure:
        return source.globals.get(node.id)
    try:
        return source.closure[node.id].cell_contents
    except ValueError:
        return None
