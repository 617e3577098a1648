"""NumPy functions whose results have sizes of their own: positions and bins."""

from __future__ import annotations

import ast

import numpy as np

from symdiff.frontend.python import operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import bind, family, handler, is_unknown, known, numeric
from symdiff.frontend.python.numpy_reductions import is_none
from symdiff.frontend.python.numpy_shapes import dim_of
from symdiff.frontend.python.sizes import fresh_opaque
from symdiff.frontend.python.values import POISON, Struct, Val, static_size
from symdiff.ir.dims import Dim

Args = list[Val]
Kwargs = dict[str, Val]


@handler("flatnonzero")
def _flatnonzero(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "flatnonzero", "a", args, kwargs)
    a = POISON if found is None else numeric(cx, node, found["a"])
    if a is POISON:
        return POISON
    value = cx.value(a)
    return cx.emit(node, "flatnonzero", a, size=fresh_opaque(cx, ("mask", value)))


@family("tril_indices", "triu_indices")
def _triangle(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, name, "n k=0 m=None", args, kwargs)
    k = None if found is None else known(cx, node, found["k"], f"`k` of np.{name}")
    if found is None or is_unknown(k):
        return POISON
    assert isinstance(k, int)
    sizes = [found["n"], found["n"] if is_none(found["m"]) else found["m"]]
    rows, cols = (dim_of(cx, v) for v in sizes)
    static = static_size(rows) and static_size(cols)
    size: Dim
    if isinstance(rows, int) and isinstance(cols, int):
        size = len(getattr(np, name)(rows, k, cols)[0])
    else:
        size = fresh_opaque(cx, (name, rows, cols, k))
    params = {"size": size, "rows": rows, "cols": cols, "k": k}
    return Struct("tuple", tuple(cx.emit(node, name, *(() if static else sizes), axis=j, **params) for j in (0, 1)))


@handler("digitize")
def _digitize(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "digitize", "x bins right=False", args, kwargs)
    right = None if found is None else known(cx, node, found["right"], "`right` of np.digitize")
    if found is None or is_unknown(right):
        return POISON
    x, bins = numeric(cx, node, found["x"]), numeric(cx, node, found["bins"])
    return cx.emit(node, "digitize", x, bins, **({"right": True} if right else {}))


@handler("bincount")
def _bincount(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "bincount", "x weights=None minlength=0", args, kwargs)
    if found is None:
        return POISON
    x, least = numeric(cx, node, found["x"]), operators.as_dim(found["minlength"])
    if least is None or not static_size(least):
        return cx.need_static(node, found["minlength"], "`minlength` of np.bincount")
    if is_none(found["weights"]):
        return cx.refuse("SD402", node, argument="weights=None", function="np.bincount", detail=": give the weights")
    weights = numeric(cx, node, found["weights"])
    if x is POISON or weights is POISON:
        return POISON
    size = fresh_opaque(cx, ("bincount", cx.value(x), least))
    return cx.emit(node, "bincount", weights, x, size=size, **({"minlength": least} if least != 0 else {}))
