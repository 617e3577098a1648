"""What a compiled function was made from, looked at again at each call.

A function stays the same object when its code or its defaults are replaced, `f.__code__ = …`, as IPython's autoreload
does with the functions of a module that was edited.  By hand, for `grad(f)` of ``def f(x, w=2.0)`` a call begins with

    if f.__code__ is not code: compile again
    if w is absent: w = f.__defaults__[-1]

Under a partial, a method or an object that is called there is more to look at: `Definition.parts`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any, NamedTuple

from symdiff.api.parameters import Parameter
from symdiff.errors import CompileError
from symdiff.frontend.derivative import derivative_of
from symdiff.frontend.source import is_called_by_method, layers
from symdiff.frontend.wrappers import takes_stars


class Place(NamedTuple):
    """Where a default is kept: ``home.attribute[key]``."""

    home: object
    attribute: str
    key: int | str

    def read(self) -> Any:
        return getattr(self.home, self.attribute)[self.key]


class Definition:
    """`parts`: what must stay as it is, (object, attribute, value); `keywords`: partials with the names they pass;
    `places`: where the defaults are kept, by parameter."""

    def __init__(self, fun: Callable[..., Any], parameters: Sequence[Parameter]) -> None:
        found = _layers(fun)
        self.parts = tuple(part for layer in found for part in _parts(layer))
        self.keywords = tuple((p, tuple(p.keywords)) for p in found if isinstance(p, functools.partial))
        places = {p.name: _place(found, p.name) for p in parameters if not p.required}
        given = {p.name: p.default for p in parameters}
        self.places = {name: at for name, at in places.items() if at is not None and at.read() is given[name]}

    def holds(self) -> bool:
        """Whether the function is still what it was."""
        same = all(getattr(home, attribute) is value for home, attribute, value in self.parts)
        return same and all(tuple(p.keywords) == names for p, names in self.keywords)

    def default(self, parameter: Parameter) -> Any:
        """The default as it is now."""
        return self.places[parameter.name].read() if parameter.name in self.places else parameter.default


def _layers(fun: Any) -> list[object]:
    while derivative_of(fun) is not None:
        fun = fun.fun
    try:
        return list(layers(fun))
    except CompileError:  # compiling it says so
        return []


def _parts(layer: object) -> Iterator[tuple[object, str, object]]:
    if isinstance(layer, functools.partial):
        yield layer, "func", layer.func
        yield layer, "args", layer.args
    elif isinstance(layer, FunctionType):
        yield layer, "__code__", layer.__code__
    elif is_called_by_method(layer):
        yield type(layer), "__call__", type(layer).__call__


def _place(found: Sequence[object], name: str) -> Place | None:
    for layer in found:
        if isinstance(layer, functools.partial) and name in layer.keywords:
            return Place(layer, "keywords", name)
    function: Any = found[-1] if found else None
    while takes_stars(function):
        function = function.__wrapped__
    if not isinstance(function, FunctionType):
        return None
    code, count = function.__code__, function.__code__.co_argcount
    if name in code.co_varnames[:count]:
        k = code.co_varnames.index(name) - count
        return Place(function, "__defaults__", k) if -k <= len(function.__defaults__ or ()) else None
    return Place(function, "__kwdefaults__", name) if name in (function.__kwdefaults__ or {}) else None
