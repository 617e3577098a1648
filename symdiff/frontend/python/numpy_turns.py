"""What NumPy runs over element by element: `np.vectorize`, `np.ndindex`, `np.ndenumerate`."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from symdiff.frontend.python import arrays, containers, flat
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import bind, dtype_of, numeric
from symdiff.frontend.python.values import NONE, POISON, Arr, Flat, Known, Partial, Sequence_, Struct, Val
from symdiff.frontend.spelled import choices

Args = list[Val]
Kwargs = dict[str, Val]


def call(cx: Context, node: ast.AST, obj: Any, args: Args, kwargs: Kwargs) -> Val:
    if obj is np.vectorize:
        return _vectorize(cx, node, args, kwargs)
    if isinstance(obj, np.vectorize):
        if obj.signature is not None or obj.excluded or kwargs:
            return cx.refuse("SD402", node, argument="signature, excluded", function="np.vectorize", detail="")
        dtype = None if obj.otypes is None else np.dtype(obj.otypes)
        return _called(cx, node, Known(obj.pyfunc), dtype, args)
    return _indices(cx, node, args) if obj is np.ndindex else _enumerated(cx, node, args)


def _vectorize(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "vectorize", "pyfunc otypes=None *doc *excluded cache=False *signature", args, kwargs)
    if found is None:
        return POISON
    dtype: Val = found["otypes"]
    given = containers.elements(cx, dtype)
    if given is not None and len(given) == 1:
        dtype = given[0]
    if not (isinstance(dtype, Known) and dtype.obj is None):
        code = dtype_of(cx, node, dtype)
        if code is None:
            return POISON
        dtype = Known(np.dtype(code))
    return Partial(Known(choices.vectorized), (found["pyfunc"], dtype), {})


def _called(cx: Context, node: ast.AST, function: Val, dtype: Any, args: Args) -> Val:
    from symdiff.frontend.python import calls

    return calls.apply(cx, node, Known(choices.vectorized), [function, Known(dtype), *args], {})


def _indices(cx: Context, node: ast.AST, args: Args) -> Val:
    """All indices of a shape, the last running fastest."""
    sizes = containers.elements(cx, args[0]) if len(args) == 1 else None
    return _product(cx, node, list(args if sizes is None else sizes))


def _product(cx: Context, node: ast.AST, sizes: Args) -> Val:
    if POISON in sizes:
        return POISON
    if not sizes or not all(cx.is_numeric(n) and cx.aval(n).dtype[0] in "iu" for n in sizes):
        return cx.refuse(
            "SD321", node, operation="np.ndindex", left=cx.describe(Struct("tuple", tuple(sizes))), right=""
        )
    return Sequence_("product", tuple(Sequence_("range", (Known(0), n, Known(1))) for n in sizes))


def _enumerated(cx: Context, node: ast.AST, args: Args) -> Val:
    a = numeric(cx, node, args[0]) if len(args) == 1 else NONE
    if not isinstance(a, Arr) or not cx.aval(a).rank:
        return (
            POISON
            if a is POISON
            else cx.refuse("SD321", node, operation="np.ndenumerate", left=cx.describe(a), right="")
        )
    sizes = [arrays.size_of(cx, node, a, k) for k in range(cx.aval(a).rank)]
    return Sequence_("zip", (_product(cx, node, sizes), flat.elements(cx, node, Flat(a))))
