"""NumPy functions whose results have sizes of their own (positions, bins), factorisations, Fourier transforms."""

from __future__ import annotations

import ast

import numpy as np

from symdiff.frontend.python import operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import bind, family, handler, is_unknown, known, numeric
from symdiff.frontend.python.numpy_reductions import is_none
from symdiff.frontend.python.numpy_shapes import dim_of
from symdiff.frontend.python.sizes import fresh_opaque
from symdiff.frontend.python.values import POISON, Conflict, Struct, Val, static_size
from symdiff.ir import dims
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


# --- factorisations


@handler("linalg.svd")
def _svd(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "linalg.svd", "a full_matrices=True compute_uv=True hermitian=False", args, kwargs)
    if found is None:
        return POISON
    options = {k: known(cx, node, found[k], f"`{k}` of np.linalg.svd") for k in found if k != "a"}
    a = numeric(cx, node, found["a"])
    if a is POISON or any(map(is_unknown, options.values())):
        return POISON
    if options["hermitian"]:
        return cx.refuse("SD402", node, argument="hermitian", function="np.linalg.svd", detail="")
    if not options["compute_uv"]:
        return cx.emit(node, "svdvals", a)
    shape = cx.aval(a).shape
    if options["full_matrices"] and len(shape) >= 2 and dims.equal(shape[-1], shape[-2]) is not True:
        cx.sizes_needed.update(atom.name for d in shape[-2:] for atom in dims.atoms(d) if atom.op == "var")
        detail = " of a matrix that is not square: give full_matrices=False"
        return cx.refuse("SD402", node, argument="full_matrices=True", function="np.linalg.svd", detail=detail)
    cls = type(np.linalg.svd(np.eye(1)))
    parts = tuple(cx.emit(node, p, a) for p in ("svd_left", "svd_s", "svd_right"))
    return Struct("namedtuple", parts, cls, ("U", "S", "Vh"))


@handler("linalg.pinv")
def _pinv(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "linalg.pinv", "a *rcond *hermitian", args, kwargs)
    return POISON if found is None else cx.emit(node, "pinv", numeric(cx, node, found["a"]))


@handler("linalg.lstsq")
def _lstsq(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """The solution; the residuals, the rank and the singular values have no place in a gradient's program."""
    found = bind(cx, node, "linalg.lstsq", "a b rcond=None", args, kwargs)
    if found is None:
        return POISON
    rcond = known(cx, node, found["rcond"], "`rcond` of np.linalg.lstsq")
    a, b = numeric(cx, node, found["a"]), numeric(cx, node, found["b"])
    if is_unknown(rcond) or POISON in (a, b):
        return POISON
    x = cx.emit(node, "lstsq", a, b, **({} if rcond is None else {"rcond": float(rcond)}))
    return Struct("tuple", (x, *(Conflict("not compiled", "not compiled") for _ in range(3))))


# --- Fourier transforms


@family("fft.fft", "fft.ifft", "fft.rfft", "fft.irfft")
def _fft(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, name, "a n=None axis=-1 norm=None", args, kwargs)
    if found is None:
        return POISON
    a = numeric(cx, node, found["a"])
    axis, norm = (known(cx, node, found[k], f"`{k}` of np.{name}") for k in ("axis", "norm"))
    if a is POISON or is_unknown(axis) or is_unknown(norm):
        return POISON
    params: dict[str, object] = {"axis": int(axis)} if axis not in (-1, cx.aval(a).rank - 1) else {}
    if norm not in (None, "backward"):
        params["norm"] = norm
    if not is_none(found["n"]):
        n = operators.as_dim(found["n"])
        if n is None or not static_size(n):
            return cx.need_static(node, found["n"], f"`n` of np.{name}")
        params["n"] = n
    return cx.emit(node, name.removeprefix("fft."), a, **params)
