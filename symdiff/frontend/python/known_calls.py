"""Functions that are run when compiling: tables of numbers made of known ones, as the nodes of a quadrature."""

from __future__ import annotations

import ast
import types as python_types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symdiff.frontend.python import containers, raising
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Known, Num, Struct, Val, is_number

MOST = 256  # elements of a result, which stand in the generated code
_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    *(np.hanning, np.hamming, np.blackman, np.bartlett, np.kaiser),
    *(np.geomspace, np.logspace, np.tri, np.indices),
)
_MODULES = ("numpy.polynomial.", "scipy.special.", "scipy.signal.windows.")
_PURE = ("scipy.fft.", "scipy.linalg.", "scipy.ndimage.", "scipy.signal.", "scipy.spatial.distance.", "scipy.special.")
_OF_DISTRIBUTIONS = frozenset((
    "cdf", "entropy", "interval", "isf", "kurtosis", "logcdf", "logpdf", "logpmf", "logsf", "mean", "median", "moment",
    "pdf", "pmf", "ppf", "sf", "stats", "std", "support", "var",
))  # fmt: skip


def is_table(obj: Any) -> bool:
    """Whether a function has no effect and its result is a table: it may be run when compiling."""
    module = f"{getattr(obj, '__module__', '')}."
    return isinstance(obj, np.ufunc) or any(obj is f for f in _FUNCTIONS) or module.startswith(_MODULES) or _of_one(obj)


def _of_one(obj: Any) -> bool:
    """Whether it is a method of a distribution of SciPy's that draws nothing, or makes one with its parameters."""
    owner = getattr(obj, "__self__", None)
    if owner is None:
        return callable(obj) and not isinstance(obj, type) and _is_distribution(obj)
    return _is_distribution(owner) and obj.__name__ in _OF_DISTRIBUTIONS


def _is_distribution(obj: Any) -> bool:
    return type(obj).__module__.startswith("scipy.stats.")


def is_pure(obj: Any) -> bool:
    """Whether a function of SciPy has no effect and its result belongs to nobody else: it may be run on samples."""
    module = f"{getattr(obj, '__module__', '')}."
    return not isinstance(obj, type) and (module.startswith(_PURE) or (is_table(obj) and not _is_distribution(obj)))


def run(cx: Context, node: ast.AST, obj: Any, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val | None:
    """The result on known arguments; None where `obj` is no such function, or an argument is no integer and staged."""
    obj, args = bound(obj, args)
    if not is_table(obj) or isinstance(obj, type):
        return None
    for val in (*args, *kwargs.values()):
        if isinstance(val, Num) and val.type.dtype == "i8":
            return cx.need_static(node, val, f"an argument of `{obj.__name__}`")
    try:
        given = [_plain(cx, val) for val in args]
        named = {k: _plain(cx, val) for k, val in kwargs.items()}
    except _Staged:
        return None
    try:
        found = obj(*given, **named)
    except (ArithmeticError, TypeError, ValueError) as error:
        return raising.always(cx, node, error, function=obj.__name__, message=str(error))
    return _lifted(cx, node, found)


def bound(obj: Any, args: Sequence[Val]) -> tuple[Any, Sequence[Val]]:
    """A method of a distribution of SciPy's that is given its object first, as a method of that object."""
    first = args[0].obj if args and isinstance(args[0], Known) else None
    if not isinstance(obj, python_types.FunctionType) or not _is_distribution(first):
        return obj, args
    found = getattr(first, obj.__name__, None)
    return (found, args[1:]) if getattr(found, "__func__", None) is obj else (obj, args)


class _Staged(Exception):
    pass


def _plain(cx: Context, val: Val) -> Any:
    """A known value, or a known sequence of such."""
    if isinstance(val, Known):
        return val.obj
    items = containers.elements(cx, val)
    if items is None:
        raise _Staged
    return [_plain(cx, item) for item in items]


def _lifted(cx: Context, node: ast.AST, found: Any) -> Val | None:
    if is_number(found) or _is_distribution(found):
        return Known(found)
    if isinstance(found, tuple):
        parts = [p for p in (_lifted(cx, node, part) for part in found) if p is not None]
        return Struct("tuple", tuple(parts)) if len(parts) == len(found) else None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "fciub" or found.size > MOST:
        return None
    cx.at(node)
    return cx.wrap(cx.constant(found), contiguous=True)
