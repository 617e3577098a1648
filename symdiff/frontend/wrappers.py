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
from symdiff.frontend.source import Source, layers, load

_STARS = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def signature_of(fun: Callable[..., Any]) -> inspect.Signature:
    """The parameters of a call of `fun`; raises what `inspect.signature` does."""
    try:
        found = list(layers(fun))
    except CompileError:  # compiling it says so
        return inspect.signature(fun)
    made: Any = found[-1]
    if not hasattr(made, "__wrapped__") and not hasattr(made, "__signature__"):
        return inspect.signature(fun)
    made = _alone(made)
    for layer in reversed(found):
        if isinstance(layer, MethodType):
            made = MethodType(made, layer.__self__)
        elif isinstance(layer, functools.partial):
            made = functools.partial(made, *layer.args, **layer.keywords)
    return inspect.signature(made)


def takes_stars(function: object) -> bool:
    """Whether a function is a wrapper that takes the arguments of what it wraps by stars."""
    stars = isinstance(function, FunctionType) and function.__code__.co_flags & _STARS
    return bool(stars) and hasattr(function, "__wrapped__")


def _alone(function: FunctionType) -> FunctionType:
    """A function of the same parameters, which says so."""
    made = FunctionType(function.__code__, {}, function.__name__, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    if takes_stars(function):
        handed_on = _of_wrapped(function, inspect.signature(made))
        if handed_on is not None:
            made.__signature__ = inspect.Signature(handed_on)  # type: ignore[attr-defined]  # which `inspect` reads
    return made


def _of_wrapped(function: Any, own: inspect.Signature) -> list[inspect.Parameter] | None:
    """The parameters of what is wrapped; None where those of the wrapper in front of its stars are others."""
    found = list(signature_of(function.__wrapped__).parameters.values())
    named = [p for p in own.parameters.values() if p.kind in (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY)]
    if [p.name for p in named] != [p.name for p in found[: len(named)]] or any(p.default is not p.empty for p in named):
        return None
    if _hands_on(function):
        return found
    return [
        p.replace(kind=inspect.Parameter.POSITIONAL_ONLY if p.kind in _POSITIONAL else p.kind, default=p.empty)
        for p in found
    ]


def _hands_on(function: Any) -> bool:
    """Whether a wrapper only hands what it takes by stars on to what it wraps."""
    try:
        source = load(function)
    except CompileError:
        return False
    a = source.node.args
    stars = {star.arg for star in (a.vararg, a.kwarg) if star is not None}
    body: Sequence[ast.AST] = source.node.body if isinstance(source.node.body, list) else [source.node.body]
    nodes = [node for part in body for node in ast.walk(part)]
    own = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    handed: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Call) and _value_of(source, node.func, own) is function.__wrapped__:
            spread = [arg.value for arg in node.args if isinstance(arg, ast.Starred)]
            spread += [keyword.value for keyword in node.keywords if keyword.arg is None]
            if stars <= {value.id for value in spread if isinstance(value, ast.Name)}:
                handed |= set(map(id, spread))
    return all(id(node) in handed for node in nodes if isinstance(node, ast.Name) and node.id in stars)


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
