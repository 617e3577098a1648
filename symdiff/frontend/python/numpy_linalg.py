"""Products, factorisations and Fourier transforms of NumPy."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from symdiff.frontend.python import operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import (
    HANDLERS,
    bind,
    family,
    handler,
    is_unknown,
    known,
    numeric,
    of_one_dtype,
    of_own_dtype,
    result,
)
from symdiff.frontend.python.numpy_reductions import is_none
from symdiff.frontend.python.values import POISON, Conflict, Known, Struct, Val, static_size
from symdiff.ir import dims
from symdiff.primitives.linalg import written_einsum

Args = list[Val]
Kwargs = dict[str, Val]

# --- products


def _binary(name: str) -> Any:
    def handle(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        found = bind(cx, node, name, "a b *out", args, kwargs)
        if found is None:
            return POISON
        a, b = (numeric(cx, node, found[k]) for k in "ab")
        a, b = of_one_dtype(cx, node, a, b), of_one_dtype(cx, node, b, a)
        if POISON in (a, b):
            return POISON
        ranks = cx.aval(a).rank, cx.aval(b).rank
        if name == "dot" and min(ranks) == 0:
            return operators.binary(cx, node, ast.Mult(), of_own_dtype(cx, node, a, b), of_own_dtype(cx, node, b, a))
        if name == "dot" and min(ranks) > 0 and max(ranks) > 2:
            instead = f": write np.tensordot(a, b, axes=(({ranks[0] - 1},), ({max(ranks[1] - 2, 0)},)))"
            detail = f" of arrays of rank above 2{instead}"
            return cx.refuse("SD402", node, argument="a, b", function="np.dot", detail=detail)
        if name == "outer":
            a, b = (v if cx.aval(v).rank == 1 else cx.emit(node, "ravel", v) for v in (a, b))
        return cx.emit(node, name.rpartition(".")[2], a, b)

    return handle


for _name in ("dot", "matmul", "outer", "vdot", "linalg.solve"):
    HANDLERS[_name] = _binary(_name)


@handler("inner")
def _inner(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "inner", "a b", args, kwargs)
    a, b = (POISON, POISON) if found is None else (numeric(cx, node, found["a"]), numeric(cx, node, found["b"]))
    if POISON in (a, b):
        return POISON
    if cx.aval(a).rank == cx.aval(b).rank == 1:
        return cx.emit(node, "dot", a, b)
    if not cx.aval(a).rank or not cx.aval(b).rank:
        return operators.binary(cx, node, ast.Mult(), of_own_dtype(cx, node, a, b), of_own_dtype(cx, node, b, a))
    return cx.emit(node, "tensordot", a, b, axes=((cx.aval(a).rank - 1,), (cx.aval(b).rank - 1,)))


@handler("tensordot")
def _tensordot(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "tensordot", "a b axes=2", args, kwargs)
    if found is None:
        return POISON
    axes = known(cx, node, found["axes"], "`axes` of np.tensordot")
    a, b = numeric(cx, node, found["a"]), numeric(cx, node, found["b"])
    if is_unknown(axes) or POISON in (a, b):
        return POISON
    if isinstance(axes, (int, np.integer)):  # the last axes of the one with the first of the other
        rank = cx.aval(a).rank
        pairs: tuple[Any, Any] = (range(rank - int(axes), rank), range(int(axes)))
    else:
        pairs = axes
    left, right = (tuple(map(int, np.atleast_1d(list(p) if isinstance(p, range) else p))) for p in pairs)
    return cx.emit(node, "tensordot", of_own_dtype(cx, node, a, b), of_own_dtype(cx, node, b, a), axes=(left, right))


@handler("einsum")
def _einsum(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    if set(kwargs) - {"optimize"} or not args or not isinstance(args[0], Known) or not isinstance(args[0].obj, str):
        argument = next(iter(set(kwargs) - {"optimize"}), "subscripts")
        return cx.refuse("SD402", node, argument=argument, function="np.einsum", detail=": give a string first")
    optimize = known(cx, node, kwargs.get("optimize", Known(False)), "`optimize` of np.einsum")
    operands = [numeric(cx, node, a) for a in args[1:]]
    if is_unknown(optimize) or POISON in operands:
        return POISON
    try:
        subscripts = written_einsum(args[0].obj, [cx.aval(a).rank for a in operands])
    except TypeError as error:
        return cx.refuse("SD403", node, function="einsum", message=str(error))
    subscripts, operands = _without_ones(cx, node, subscripts, operands)
    params = {"subscripts": subscripts, **({"optimize": optimize} if optimize else {})}
    if len(operands) > 1:  # of one, a transpose or a diagonal is a view
        return cx.emit(node, "einsum", *operands, **params)
    return result(cx, node, "einsum", operands, **params)


def _without_ones(cx: Context, node: ast.AST, subscripts: str, operands: Args) -> tuple[str, Args]:
    """The axes of size 1 that NumPy broadcasts, because an index has another size elsewhere, are left out."""
    left, arrow, out = subscripts.partition("->")
    terms = left.split(",")
    shapes = [cx.aval(a).shape for a in operands]
    if [len(t) for t in terms] != [len(s) for s in shapes]:
        return subscripts, operands  # what NumPy refuses, and the operation does
    longer = {c for t, s in zip(terms, shapes, strict=True) for c, d in zip(t, s, strict=True) if d != 1}
    if not arrow:
        out = "".join(sorted(c for c in set(left) - {","} if left.count(c) == 1))
    found: Args = []
    for k, (t, s) in enumerate(zip(terms, shapes, strict=True)):
        gone = tuple(j for j, d in enumerate(s) if d == 1 and t[j] in longer and t.count(t[j]) == 1)
        terms[k] = "".join(c for j, c in enumerate(t) if j not in gone)
        found.append(cx.emit(node, "squeeze", operands[k], axis=gone) if gone else operands[k])
    return ",".join(terms) + "->" + out, found


def _unary(name: str) -> Any:
    def handle(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        found = bind(cx, node, name, "a", args, kwargs)
        return POISON if found is None else cx.emit(node, name.rpartition(".")[2], numeric(cx, node, found["a"]))

    return handle


for _name in ("linalg.inv", "linalg.det", "linalg.cholesky", "linalg.eigvalsh"):
    HANDLERS[_name] = _unary(_name)


@handler("linalg.slogdet")
def _slogdet(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "linalg.slogdet", "a", args, kwargs)
    if found is None:
        return POISON
    a = numeric(cx, node, found["a"])
    cls = type(np.linalg.slogdet(np.eye(1)))
    return Struct(
        "namedtuple", (cx.emit(node, "slogdet_sign", a), cx.emit(node, "logabsdet", a)), cls, ("sign", "logabsdet")
    )


@handler("linalg.eigh")
def _eigh(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "linalg.eigh", "a", args, kwargs)
    if found is None:
        return POISON
    a = numeric(cx, node, found["a"])
    cls = type(np.linalg.eigh(np.eye(1)))
    parts = (cx.emit(node, "eigh_values", a), cx.emit(node, "eigh_vectors", a))
    return Struct("namedtuple", parts, cls, ("eigenvalues", "eigenvectors"))


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
    longer = _longer_side(cx, a) if options["full_matrices"] else 0
    if longer is None:
        detail = " of a matrix that is not square: give full_matrices=False"
        return cx.refuse("SD402", node, argument="full_matrices=True", function="np.linalg.svd", detail=detail)
    cls = type(np.linalg.svd(np.eye(1)))
    parts = [cx.emit(node, p, a) for p in ("svd_left", "svd_s", "svd_right")]
    if longer:  # its vectors beyond the others' number are any basis of the rest: they have no derivative
        parts[0 if longer == -2 else 2] = _without("np.linalg.svd", *_FULL)
    return Struct("namedtuple", tuple(parts), cls, ("U", "S", "Vh"))


def _longer_side(cx: Context, a: Val) -> int | None:
    """The axis, -2 or -1, along which a matrix is longer, or 0; None where that is not known: its sizes are needed."""
    shape = cx.aval(a).shape
    if len(shape) < 2 or dims.equal(shape[-1], shape[-2]) is True:
        return 0
    rows, cols = shape[-2:]
    if isinstance(rows, int) and isinstance(cols, int):
        return -2 if rows > cols else -1
    cx.sizes_needed.update(atom.name for d in shape[-2:] for atom in dims.atoms(d) if atom.op == "var")
    return None


@handler("linalg.qr")
def _qr(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "linalg.qr", "a mode='reduced'", args, kwargs)
    if found is None:
        return POISON
    mode, a = known(cx, node, found["mode"], "`mode` of np.linalg.qr"), numeric(cx, node, found["a"])
    if a is POISON or is_unknown(mode):
        return POISON
    if mode == "r":
        return cx.emit(node, "qr_r", a)
    if mode not in ("reduced", "complete") or (mode == "complete" and _longer_side(cx, a) not in (0, -1)):
        detail = " of a matrix with more rows than columns: give mode='reduced'" if mode == "complete" else ""
        return cx.refuse("SD402", node, argument=f"mode={mode!r}", function="np.linalg.qr", detail=detail)
    cls = type(np.linalg.qr(np.eye(1)))
    return Struct("namedtuple", (cx.emit(node, "qr_q", a), cx.emit(node, "qr_r", a)), cls, ("Q", "R"))


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
    return Struct("tuple", (x, *(_without("np.linalg.lstsq", *why) for why in _BESIDE_THE_SOLUTION)))


_FULL = (
    "its vectors beyond the singular values are any basis of the rest, and have no derivative",
    "give `full_matrices=False`",
)
_BESIDE_THE_SOLUTION = (
    ("NumPy leaves the residuals out where the rank is not full", "write them out: `np.sum((b - a @ x) ** 2, axis=0)`"),
    ("the rank has no derivative", "call `np.linalg.matrix_rank` outside"),
    ("it is what `np.linalg.svd` gives", "write `np.linalg.svd(a, compute_uv=False)`"),
)


def _without(function: str, reason: str, instead: str) -> Conflict:
    """A result that is an error when it is read."""
    return Conflict("", "", "SD427", (("function", function), ("reason", reason), ("instead", instead)))


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
    if is_none(found["n"]):
        return cx.emit(node, name.removeprefix("fft."), a, **params)
    n = operators.as_dim(found["n"])
    if n is None:
        return cx.need_static(node, found["n"], f"`n` of np.{name}")
    count = () if static_size(n) else (found["n"],)
    return cx.emit(node, name.removeprefix("fft."), a, *count, n=n, **params)
