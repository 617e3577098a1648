"""Calls, run as they are, that write into an array or list which they are given.

What is passed to such a call is a copy: the result is written here, where later reads see it.

    rng.shuffle(a)                          a[...] = a[rng.permutation(len(a))], of the same draws
    rng.random(out=b)                       b[...] = rng.random(size=b.shape)
    scipy.ndimage.sobel(a, output=b)        b[...] = scipy.ndimage.sobel(a, output='f8')
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.frontend.python import arrays, containers, inplace, memory, numpy_spelled
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import NONE, POISON, Arr, Known, ListRef, Struct, Val
from symdiff.frontend.spelled.writing import reordered
from symdiff.ir import types

Args = list[Val]
Kwargs = dict[str, Val]
Call = Callable[[Args, Kwargs], Val | None]

_FILLING = {
    "random": ("size", "dtype", "out"), "standard_normal": ("size", "dtype", "out"),
    "standard_exponential": ("size", "dtype", "method", "out"), "standard_gamma": ("shape", "size", "dtype", "out"),
}  # fmt: skip


def shuffle(cx: Context, node: ast.AST, text: str, args: Args, kwargs: Kwargs, order: Callable[[Val], Val]) -> Val:
    """`rng.shuffle(a, axis=0)` of an array or a list; `order(n)` draws the permutation of so many places."""
    if len(args) == 2 and not kwargs:
        args, kwargs = args[:1], {"axis": args[1]}
    if len(args) != 1 or set(kwargs) - {"axis"}:
        return cx.refuse("SD403", node, function=f"`{text}`", message=f"{len(args) + len(kwargs)} arguments given")
    what, axis = args[0], kwargs.get("axis", Known(0))
    count = _count(cx, node, text, what, axis)
    drawn = POISON if count is POISON else order(count)
    if drawn is POISON:
        return POISON
    return numpy_spelled.written_out(cx, node, "random.shuffle", reordered, [what, drawn, axis], {})


def _count(cx: Context, node: ast.AST, text: str, what: Val, axis: Val) -> Val:
    """How many places there are to be put in another order."""
    if isinstance(what, ListRef):
        return containers.length(cx, node, what)
    if not isinstance(what, Arr) or not isinstance(axis, Known):
        return cx.refuse("SD421", node, function=f"`{text}`", argument=cx.describe(what))
    rank = cx.aval(what).rank
    if type(axis.obj) is not int or not -rank <= axis.obj < rank:
        return cx.refuse("SD403", node, function=f"`{text}`", message=f"axis {axis.obj} of {rank} axes")
    return arrays.size_of(cx, node, what, axis.obj) if memory.writable(cx, node, what) else POISON


def draw_into(cx: Context, node: ast.AST, text: str, name: str, args: Args, kwargs: Kwargs, draw: Call) -> Val | None:
    """`rng.random(out=b)`, `rng.permuted(a, out=b)`; None for a call without `out`."""
    named = {**dict(zip(_FILLING.get(name, ()), args, strict=False)), **kwargs}
    out = named.pop("out", NONE)
    if isinstance(out, Known) and out.obj is None:
        return None
    if name in _FILLING:
        args = []
        if not isinstance(out, Arr) or not _fills(cx, node, text, out, named.get("dtype", Known(np.float64))):
            return POISON if isinstance(out, Arr) else inplace.into(cx, node, f"`{text}`", out, False, lambda: POISON)
        size = named.get("size", NONE)
        if isinstance(size, Known) and size.obj is None:
            shape = tuple(arrays.size_of(cx, node, out, k) for k in range(cx.aval(out).rank))
            named["size"] = shape[0] if len(shape) == 1 else Struct("tuple", shape)
    return inplace.into(cx, node, f"`{text}`", out, False, lambda: draw(args, named) or POISON)


def _fills(cx: Context, node: ast.AST, text: str, out: Arr, dtype: Val) -> bool:
    """Whether NumPy takes the array: memory without gaps, of the dtype that is asked for."""
    plain = cx.aval(out).rank == 1 and not out.path and out.cell.param is None and not out.cell.may
    if not isinstance(dtype, Known) or types.code(np.dtype(dtype.obj)) != cx.aval(out).dtype:
        detail = ": its dtype is not that of the draws"
    elif not plain and not memory.in_order(cx, out):
        detail = ": it may have gaps in memory, where NumPy raises"
    else:
        return True
    cx.refuse("SD402", node, argument="out", function=f"`{text}`", detail=detail)
    return False


def output_of(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs, call: Call) -> Val | None:
    """`scipy.ndimage.sobel(a, output=b)`, and its like; None where no array is given as `output`."""
    if not str(getattr(obj, "__module__", "")).startswith("scipy.ndimage."):
        return None
    try:
        bound = inspect.signature(obj).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return None
    out = bound.arguments.get("output")
    if not isinstance(out, Arr):
        return None
    bound.arguments["output"] = Known(cx.aval(out).dtype)
    return inplace.into(
        cx, node, f"`{obj.__name__}`", out, False, lambda: call([*bound.args], {**bound.kwargs}) or POISON
    )
