"""Functions that are run when compiling: tables of numbers made of known ones, as the nodes of a quadrature."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symdiff.frontend.python import containers
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Known, Num, Struct, Val, is_number

MOST = 256  # elements of a result, which stand in the generated code
_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    *(np.hanning, np.hamming, np.blackman, np.bartlett, np.kaiser),
    *(np.geomspace, np.logspace, np.tri, np.indices),
)
_MODULES = ("numpy.polynomial.", "scipy.special.", "scipy.signal.windows.")


def is_table(obj: Any) -> bool:
    """Whether a function has no effect and its result is a table: it may be run when compiling."""
    module = f"{getattr(obj, '__module__', '')}."
    return isinstance(obj, np.ufunc) or any(obj is f for f in _FUNCTIONS) or module.startswith(_MODULES)


def run(cx: Context, node: ast.AST, obj: Any, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val | None:
    """The result on known arguments; None where `obj` is no such function, or an argument is no integer and staged."""
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
        return cx.refuse("SD403", node, function=obj.__name__, message=str(error))
    return _lifted(cx, node, found)


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
    if is_number(found):
        return Known(found)
    if isinstance(found, tuple):
        parts = [p for p in (_lifted(cx, node, part) for part in found) if p is not None]
        return Struct("tuple", tuple(parts)) if len(parts) == len(found) else None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "fciub" or found.size > MOST:
        return None
    cx.at(node)
    return cx.wrap(cx.constant(found), contiguous=True)
