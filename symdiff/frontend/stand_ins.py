"""Functions of NumPy, math, operator and SciPy, which have no definition in Python: `def exp(x, /): return np.exp(x)`.

The definition has the arguments that the function requires; `np.sum` along an axis is a function of the user's.
"""

from __future__ import annotations

import functools
import inspect
import linecache
import math
import operator
import sys
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

_MODULES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft, "math": math, "operator": operator}
_PARAMETERS: dict[object, str] = {  # which have no signature, or one that requires less than a derivative needs
    math.log: "x, /", math.hypot: "x, y, /", np.clip: "a, a_min, a_max", np.where: "condition, x, y, /",
}  # fmt: skip
_BUILTIN: dict[object, str] = {abs: "absolute"}  # and what the definition is called
_NONE = inspect.Parameter.empty


def stand_in(fun: object, *partials: functools.partial[object]) -> FunctionType | None:
    """The function written out for one of a library, always the same one.

    None for what is none or takes any number of arguments, and where `partials` of it pass more than it requires.

    >>> import numpy
    >>> float(stand_in(numpy.logaddexp)(0.0, 0.0)) == float(numpy.log(2.0)), stand_in(len)
    (True, None)
    """
    written = type(fun).__module__ == "numpy" or isinstance(fun, BuiltinFunctionType) or of_scipy(fun)
    found = _made(fun) if written and callable(fun) else None
    return None if found is None or not all(_fits(found, p) for p in partials) else found


def with_options(fun: object) -> inspect.Signature | None:
    """The parameters of a function of NumPy or SciPy, or of a partial of one, that has more than its definition here.

    >>> print(with_options(functools.partial(np.cumsum, axis=0)), with_options(np.exp))
    (a, *, axis=0, dtype=None, out=None) None
    """
    inner: Any = fun
    while isinstance(inner, functools.partial):
        inner = inner.func
    if not (type(inner).__module__ == "numpy" or of_scipy(inner)) or isinstance(inner, np.ufunc) or not callable(fun):
        return None
    found = _signature(fun) if _home(inner) is not None else None
    return None if found is None or list(found.parameters) == (_parameters(inner) or "").split(", ") else found


def _signature(fun: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(fun)
    except (TypeError, ValueError):  # it has none, or not the arguments that a partial passes
        return None


def of_scipy(fun: object) -> bool:
    """Whether a function is one of `scipy.special`, which has a meaning here, whatever its source is."""
    special = sys.modules.get("scipy.special")
    return isinstance(fun, FunctionType) and getattr(special, fun.__name__, None) is fun


def _fits(found: FunctionType, partial: functools.partial[object]) -> bool:
    names = found.__code__.co_varnames
    return partial.keywords.keys() <= set(names) and len(partial.args) <= len(names)


@functools.cache
def _made(fun: Callable[..., Any]) -> FunctionType | None:
    name, home = getattr(fun, "__name__", ""), _home(fun)
    parameters = _parameters(fun)
    if home is None or parameters is None:
        return None
    arguments = ", ".join(p for p in parameters.split(", ") if p != "/")
    called = f"{home}.{name}" if home else name
    name = _BUILTIN.get(fun, name)
    text = f"def {name}({parameters}):\n    return {called}({arguments})\n"
    file, space = f"<{called}>", _space(home)
    exec(compile(text, file, "exec", dont_inherit=True), space)
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    made: FunctionType = space[name]
    return made


def _home(fun: object) -> str | None:
    """The module that has a function under its name, as it is written."""
    name = getattr(fun, "__name__", "")
    if fun in _BUILTIN:
        return ""
    modules = _MODULES | {"special": sys.modules.get("scipy.special")}
    return next((written for written, module in modules.items() if getattr(module, name, None) is fun), None)


def _space(home: str) -> dict[str, Any]:
    first = home.partition(".")[0]
    return {first: {**_MODULES, "special": sys.modules.get("scipy.special")}[first]} if first else {}


def _parameters(fun: Callable[..., Any]) -> str | None:
    """Those that are required, as they are written in a `def`."""
    if fun in _PARAMETERS:
        return _PARAMETERS[fun]
    if isinstance(fun, np.ufunc):
        return None if fun.nout > 1 else ", ".join([*(["x"] if fun.nin == 1 else _numbered(fun.nin)), "/"])
    try:
        found = inspect.signature(fun).parameters.values()
    except ValueError:
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in found):
        return None
    required = [p for p in found if p.default is _NONE and p.kind is not p.KEYWORD_ONLY]
    slash = sum(p.kind is p.POSITIONAL_ONLY for p in required)
    names = [p.name for p in required]
    return ", ".join([*names[:slash], *(["/"] if slash else []), *names[slash:]]) if names else None


def _numbered(count: int) -> list[str]:
    return [f"x{k}" for k in range(1, count + 1)]
