"""Of what type the results are of calls that are run as they are, as far as it is known when compiling."""

from __future__ import annotations

import ast
import cmath
import inspect
import logging
import os
import random
import statistics
import sys
import threading
import time
import types as python_types
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from symdiff.frontend.python import containers
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.foreign_names import Stream
from symdiff.frontend.python.numpy_shapes import dim_of, shape_of
from symdiff.frontend.python.sizes import fresh_opaque
from symdiff.frontend.python.values import POISON, Foreign, Known, Struct, Val
from symdiff.ir import types
from symdiff.ir.types import AVal, Kind

GENERATORS = (np.random.Generator, np.random.RandomState)


class Result(NamedTuple):
    """`type` None: the call gives None.  `checked`: what comes back is compared with the type when it runs."""

    type: AVal | None
    checked: bool = False


def _named(module: Any, names: str) -> list[Any]:
    return [getattr(module, name) for name in names.split() if hasattr(module, name)]


_TABLE: tuple[tuple[Sequence[Any], AVal | None], ...] = (
    (_named(time, "time perf_counter monotonic process_time thread_time"), types.FLOAT),
    (_named(time, "time_ns perf_counter_ns monotonic_ns process_time_ns thread_time_ns"), types.INT),
    ([id, sys.getsizeof, threading.active_count, os.getpid], types.INT),
    (_named(cmath, "acos acosh asin asinh atan atanh cos cosh exp log log10 rect sin sinh sqrt tan tanh"),
     types.python("c16")),
    (_named(cmath, "phase"), types.FLOAT),
    (_named(cmath, "isfinite isinf isnan isclose"), types.BOOL),
    (_named(statistics, "fmean stdev pstdev geometric_mean correlation"), types.FLOAT),
    (_named(time, "sleep"), None),
    (_named(random, "random uniform gauss normalvariate expovariate betavariate gammavariate lognormvariate "
            "paretovariate vonmisesvariate weibullvariate"), types.FLOAT),
    (_named(random, "randint randrange getrandbits"), types.INT),
    (_named(random, "seed"), None),
    (_named(np.random, "seed"), None),
    (_named(np, "savetxt save savez set_printoptions"), None),
    (_named(warnings, "warn simplefilter filterwarnings resetwarnings"), None),
    (_named(logging, "debug info warning warn error critical exception log basicConfig disable"), None),
    (_named(logging.Logger, "debug info warning warn error critical exception log setLevel"), None),
    (_named(logging.Logger, "isEnabledFor hasHandlers"), types.BOOL),
    (_named(logging.Logger, "getEffectiveLevel"), types.INT),
)  # fmt: skip
_ANNOTATED: Mapping[Any, AVal | None] = {
    float: types.FLOAT, int: types.INT, bool: types.BOOL, complex: types.python("c16"), None: None, type(None): None,
    "float": types.FLOAT, "int": types.INT, "bool": types.BOOL, "complex": types.python("c16"), "None": None,
}  # fmt: skip


def of_function(obj: Any) -> Result | None:
    """What a function gives, whatever its arguments are; None where that is not known."""
    if isinstance(obj, type):
        return Result(types.object_of(obj))
    if obj is np.random.default_rng:
        return Result(types.object_of(np.random.Generator))
    for functions, t in _TABLE:
        if any(f is obj or (type(f) is type(obj) and f == obj) for f in functions):
            return Result(t)
    try:
        said = inspect.signature(obj).return_annotation
    except (TypeError, ValueError):
        return None
    return Result(_ANNOTATED[said], True) if isinstance(said, (type, str)) and said in _ANNOTATED else None


def of_method(cls: str, name: str) -> Result | None:
    """What a method of an object of this class gives."""
    if cls == types.object_of(random.Random).cls:
        return of_function(getattr(random, name, None))
    return of_function(getattr(logging.Logger, name, None)) if cls == types.object_of(logging.Logger).cls else None


def chosen(cx: Context, obj: Any, args: Sequence[Val]) -> Result | None:
    """What `random.choice` gives of numbers of one type."""
    items = containers.elements(cx, args[0]) if obj == random.choice and len(args) == 1 else None
    if not items or not all(cx.is_numeric(x) and not cx.aval(x).rank for x in items):
        return None
    found = {cx.aval(x) for x in items}
    return Result(found.pop()) if len(found) == 1 else None


# --- random numbers


def generator_of(obj: Any) -> type | None:
    """The class of the generator that a function of `np.random` draws from, or of an object that is one."""
    owner = getattr(obj, "__self__", None)
    return next((cls for cls in GENERATORS if isinstance(owner, cls)), None)


def drawn(
    cx: Context, node: ast.AST, cls: type, name: str, args: Sequence[Val], kwargs: Mapping[str, Val]
) -> Result | None:
    """What a method of a generator gives, tried on a new generator of its class; None where that is not known."""
    if "out" in kwargs or name in ("shuffle", "bytes"):
        return None
    tries = (_tried(cx, cls, name, args, kwargs, n, step) for step in (1, -1) for n in _SIZES)
    t = next((t for t in tries if t is not None), None)
    if t is None:
        return None
    if t.kind is not Kind.ARRAY:
        return Result(t)
    asked = _size(cx, node, name, args, kwargs)
    sizes = None if asked is None else shape_of(cx, node, asked)
    if sizes is not None and len(sizes) == t.rank:
        return Result(AVal(t.kind, tuple(dim_of(cx, n) for n in sizes), t.dtype))
    return Result(AVal(t.kind, tuple(fresh_opaque(cx, object()) for _ in t.shape), t.dtype))


_SIZES = (2, 7, 50, 1)  # of sampled arrays, and about the integers


def _tried(
    cx: Context, cls: type, name: str, args: Sequence[Val], kwargs: Mapping[str, Val], n: int, step: int
) -> AVal | None:
    """The type of what a new generator gives for samples of the arguments; None where it refuses them.

    The samples grow from one argument to the next, or become smaller: `low` is below `high`, and no more elements are
    chosen, `choice(n, size=k, replace=False)`, than there are.
    """
    made: Any = np.random.default_rng(0) if cls is np.random.Generator else np.random.RandomState(0)
    samples = [_sample(cx, val, n + step * k) for k, val in enumerate((*args, *kwargs.values()))]
    if any(x is POISON for x in samples) or not hasattr(made, name):
        return None
    named = dict(zip(kwargs, samples[len(args) :], strict=True))
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return types.type_of(getattr(made, name)(*samples[: len(args)], **named))
    except (TypeError, ValueError):
        return None


_PLACE = {  # of the argument `size` among the positional ones
    "random": 0, "standard_normal": 0, "standard_exponential": 0, "random_sample": 0, "standard_cauchy": 0,
    "exponential": 1, "poisson": 1, "standard_gamma": 1, "standard_t": 1, "chisquare": 1, "geometric": 1, "choice": 1,
    "rayleigh": 1, "pareto": 1, "power": 1, "weibull": 1, "normal": 2, "uniform": 2, "integers": 2, "randint": 2,
    "gamma": 2, "beta": 2, "binomial": 2, "laplace": 2, "logistic": 2, "lognormal": 2, "gumbel": 2, "vonmises": 2,
    "negative_binomial": 2, "wald": 2, "f": 2, "triangular": 3,
}  # fmt: skip


def _size(cx: Context, node: ast.AST, name: str, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val | None:
    """The argument that says the shape of the result."""
    if name == "permutation":
        whole = cx.is_numeric(args[0]) and not cx.aval(args[0]).rank
        return args[0] if whole else Struct("tuple", (containers.length(cx, node, args[0]),))
    if name in ("rand", "randn"):
        return Struct("tuple", tuple(args))
    if "size" in kwargs:
        found: Val | None = kwargs["size"]
    else:
        found = args[_PLACE[name]] if name in _PLACE and len(args) > _PLACE[name] else None
    return None if isinstance(found, Known) and found.obj is None else found


def _sample(cx: Context, val: Val, n: int) -> Any:
    """Some value of the type, greater for a greater n; POISON for what has none here."""
    if isinstance(val, Known):
        items = containers.elements(cx, val) if isinstance(val.obj, (list, tuple)) else None
        return val.obj if items is None else type(val.obj)(_sample(cx, x, n) for x in items)
    if cx.is_numeric(val):
        t = cx.aval(val)
        made = np.full((2 if n < 5 else n // 5 * 5,) * t.rank, n if t.dtype[0] in "iu" else 0.4 + n / 100, t.dtype)
        return made if t.kind is Kind.ARRAY else made[()] if t.kind is Kind.NUMPY else made.item()
    items = containers.elements(cx, val)
    return POISON if items is None or isinstance(val, Foreign) else tuple(_sample(cx, x, n) for x in items)


def is_method(obj: Any, name: str) -> bool:
    """Whether an object has a method that is written in C, so that reading it runs no code of the user's."""
    found = getattr(type(obj), name, None)
    if isinstance(obj, Stream):
        return name in ("write", "flush")
    plain = isinstance(obj, (str, bytes, tuple, list, dict, set, frozenset, np.ndarray, np.generic, np.dtype, np.ufunc))
    functions = (python_types.FunctionType, python_types.ModuleType, type)
    bound = callable(found) and hasattr(type(found), "__get__") and not isinstance(found, functions)
    return bound and not plain and not isinstance(obj, functions)
