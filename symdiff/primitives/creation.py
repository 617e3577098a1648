"""Arrays made from sizes: ranges, identity matrices, diagonals.  Zeros and ones are in `structure`.

A size that is only known at run time comes as an integer operand.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import dims, types
from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import Type
from symdiff.primitives import axes
from symdiff.primitives.axes import draws
from symdiff.primitives.declare import CONSTANT, LINEAR, accumulate, numeric, prim
from symdiff.primitives.structure import dtype_text

_MOVES = "moves elements, has no SymPy form"


def _dtype(params: Params, default: str) -> str:
    code = params.get("dtype", default)
    return "" if code in (default, None) else f", dtype={dtype_text(code)}"


# --- ranges: np.arange(size), np.arange(start, stop, step), or of the operands


def _arange_infer(
    ins: tuple[Type, ...], regions: tuple[()], size: Dim, dtype: str = "i8", **bounds: Dim
) -> tuple[Type, ...]:
    if len(ins) > 3 or any(numeric(t).shape or numeric(t).dtype[0] not in "iub" for t in ins):
        raise TypeError("arange: at most three integers are needed")
    return axes.array_result((size,), dtype)


def _arange_text(params: Params, ins: tuple[Type, ...]) -> str:
    """`start`, `stop` and `step` are the static arguments where they are not just the size."""
    given = [f"n{k}" for k in range(len(ins))] or [k for k in ("start", "stop", "step") if k in params] or ["size"]
    return f"np.arange({', '.join(given)}{_dtype(params, 'i8')})"


def _linspace_infer(
    ins: tuple[Type, ...], regions: tuple[()], num: Dim, endpoint: bool = True, dtype: str | None = None
) -> tuple[Type, ...]:
    ends = [numeric(t) for t in ins[:2]]
    if any(t.shape for t in ends):
        raise TypeError("linspace: the ends are numbers")
    return axes.array_result((num,), dtype or types.promote([*ends, types.python("f8")]))


def _linspace_text(params: Params, ins: tuple[Type, ...]) -> str:
    endpoint = "" if params.get("endpoint", True) else ", endpoint=False"
    num = "n0" if len(ins) > 2 else "num"
    return f"np.linspace(start, stop, {num}{endpoint}{_dtype(params, '')})"


def _weights(b: Any, ct: Any, n: Any, num: Dim, endpoint: bool) -> Any:
    """How much of `stop` is in each element."""
    return b.linspace(0.0, 1.0, *n, num=num, endpoint=endpoint, dtype=axes.real(ct.type.dtype))


def _start_back(
    b: Any, ct: Any, start: Any, stop: Any, *n: Any, num: Dim, endpoint: bool = True, dtype: str | None = None
) -> Any:
    return b.sum(ct * (1 - _weights(b, ct, n, num, endpoint)))


def _stop_back(
    b: Any, ct: Any, start: Any, stop: Any, *n: Any, num: Dim, endpoint: bool = True, dtype: str | None = None
) -> Any:
    return b.sum(ct * _weights(b, ct, n, num, endpoint))


arange = prim("arange", "*n", CONSTANT, params=("size", "start", "stop", "step", "dtype"), infer=_arange_infer,
    numpy=_arange_text, samples=draws(((), {"size": 3}), ((5,), {"size": 5}), ((), {"size": 2, "start": 1, "stop": 5,
    "step": 2, "dtype": "f8"}), ((4, 1, -1), {"size": 3})))  # fmt: skip
linspace = prim("linspace", "start stop *n", LINEAR, params=("num", "endpoint", "dtype"), infer=_linspace_infer,
    numpy=_linspace_text, transpose=(_start_back, _stop_back, None), rule=("1 - k/(n-1)", "k/(n-1)", ""),
    numerical="an array of weights", samples=draws((((), ()), {"num": 5}), (((), ()), {"num": 4, "endpoint": False}),
    (((), ()), {"num": 1})))  # fmt: skip


# --- identity matrices and diagonals


def _eye_infer(
    ins: tuple[Type, ...], regions: tuple[()], rows: Dim = 0, cols: Dim = 0, k: int = 0, dtype: str = "f8"
) -> tuple[Type, ...]:
    return axes.array_result((rows, cols), dtype)


def _eye_text(params: Params, ins: tuple[Type, ...]) -> str:
    rows, cols = ("n0", "n1") if ins else ("rows", "cols")
    square = params["rows"] == params["cols"]
    k = ", k=k" if params.get("k") else ""
    return f"np.eye({rows}{'' if square else ', ' + cols}{k}{_dtype(params, 'f8')})"


def _diagonal_size(rows: Dim, cols: Dim, offset: int) -> Dim:
    return dims.dmax(dims.dmin(dims.add(rows, min(offset, 0)), dims.sub(cols, max(offset, 0))), 0)


def _pair(rank: int, axis1: int, axis2: int) -> tuple[int, int]:
    found = axes.normalize((axis1, axis2), rank)
    return found[0], found[1]


def _diagonal_infer(
    ins: tuple[Type, ...], regions: tuple[()], offset: int = 0, axis1: int = 0, axis2: int = 1
) -> tuple[Type, ...]:
    x = numeric(ins[0])
    i, j = _pair(x.rank, axis1, axis2)
    rest = tuple(d for k, d in enumerate(x.shape) if k not in (i, j))
    return axes.array_result((*rest, _diagonal_size(x.shape[i], x.shape[j], offset)), x.dtype)


def _diagonal_back(b: Any, acc: Any, ct: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    rank = x.type.rank
    i, j = _pair(rank, axis1, axis2)
    last = axes.size(b, ct, ct.type.rank - 1)
    k = b.arange(last, size=ct.type.shape[-1]) if not isinstance(last, int) else b.arange(size=last)
    at = {i: k - min(offset, 0), j: k + max(offset, 0)}
    spec = tuple(("array",) if axis in at else ("slice", None, None, None, d) for axis, d in enumerate(x.type.shape))
    # the index arrays' axis comes first, or stays in place where they stand side by side
    place = min(i, j) if abs(i - j) == 1 else 0
    order = list(range(rank - 2))
    order.insert(place, rank - 2)
    moved = ct if order == list(range(rank - 1)) else b.transpose(ct, axes=tuple(order))
    return b.index_add(acc, moved, *(at[axis] for axis in sorted(at)), spec=spec, unique=True)


def _trace_infer(
    ins: tuple[Type, ...], regions: tuple[()], offset: int = 0, axis1: int = 0, axis2: int = 1
) -> tuple[Type, ...]:
    x = numeric(ins[0])
    i, j = _pair(x.rank, axis1, axis2)
    return axes.result(tuple(d for k, d in enumerate(x.shape) if k not in (i, j)), axes.summed(x.dtype))


def _trace_back(b: Any, ct: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    rank = x.type.rank
    i, j = _pair(rank, axis1, axis2)
    known = [axes.size(b, x, i), axes.size(b, x, j)] if axes.sizes(b, x) else []
    one = b.eye(*known, rows=x.type.shape[i], cols=x.type.shape[j], k=offset, dtype=axes.real(x.type.dtype))
    if rank == 2:
        return ct * (one if i < j else b.transpose(one))
    spread = b.expand_dims(ct, axis=(rank - 2, rank - 1)) * one
    order = [k for k in range(rank) if k not in (i, j)] + [i, j]
    return (
        spread if order == list(range(rank)) else b.transpose(spread, axes=tuple(order.index(k) for k in range(rank)))
    )


def _diag_infer(ins: tuple[Type, ...], regions: tuple[()], k: int = 0) -> tuple[Type, ...]:
    v = numeric(ins[0])
    if v.rank == 2:
        return _diagonal_infer(ins, regions, offset=k)
    if v.rank != 1:
        raise TypeError(f"diag: a vector or matrix is needed, not {v}")
    n = dims.add(v.shape[0], abs(k))
    return axes.array_result((n, n), v.dtype)


def _diag_back(b: Any, ct: Any, v: Any, k: int = 0) -> Any:
    return b.diagonal(ct, offset=k) if v.type.rank == 1 else _diagonal_back(b, b.zeros(v), ct, v, offset=k)


def _diagonal_text(name: str, *keywords: str) -> Any:
    """`x.diagonal()`: arguments with NumPy's defaults are left out."""
    defaults = {"offset": 0, "axis1": 0, "axis2": 1}

    def text(params: Params, ins: tuple[Type, ...]) -> str:
        return f"x.{name}({', '.join(f'{k}={k}' for k in keywords if params.get(k, defaults[k]) != defaults[k])})"

    return text


_K = ("offset", "axis1", "axis2")
_DIAGONALS = draws((((3, 4),), {}), (((4, 3),), {"offset": -1}), (((2, 3, 4),), {"offset": 1, "axis1": 2, "axis2": 0}),
    (((2, 3, 3),), {"axis1": 1, "axis2": 2}))  # fmt: skip
eye = prim("eye", "*n", CONSTANT, params=("rows", "cols", "k", "dtype"), infer=_eye_infer, numpy=_eye_text,
    samples=draws(((), {"rows": 3, "cols": 3}), ((), {"rows": 2, "cols": 3, "k": 1}),
    ((2, 4), {"rows": 2, "cols": 4, "dtype": "f4"})))  # fmt: skip
diagonal = prim("diagonal", "x", LINEAR, params=_K, infer=_diagonal_infer, numpy=_diagonal_text("diagonal", *_K),
    views=0, masks=True, transpose=(accumulate(_diagonal_back),), rule=("1 on the diagonal",), numerical=_MOVES,
    samples=_DIAGONALS)  # fmt: skip
trace = prim("trace", "x", LINEAR, params=_K, infer=_trace_infer, numpy=_diagonal_text("trace", *_K),
    masks=True, transpose=(_trace_back,), rule=("1 on the diagonal",), latex=r"\operatorname{tr} x", numerical=_MOVES,
    samples=_DIAGONALS)  # fmt: skip
diag = prim("diag", "v", LINEAR, params=("k",), infer=_diag_infer, views=0, masks=True, transpose=(_diag_back,),
    rule=("the diagonal",), numpy=lambda params, ins: "np.diag(v, k)" if params.get("k") else "np.diag(v)",
    numerical=_MOVES, samples=draws((((3,),), {}), (((3,),), {"k": -1}), (((3, 4),), {"k": 1})))  # fmt: skip
