"""Constants, zeros, sizes, conversions and copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.ir import types
from symdiff.ir.core import Op, Params
from symdiff.ir.types import AVal, Kind, Seq, Type
from symdiff.primitives.declare import CONSTANT, LINEAR, numeric, prim
from symdiff.primitives.kinks import AT_0, TRUNCATED, Place

_DTYPES = {
    "f8": "np.float64",
    "f4": "np.float32",
    "c16": "np.complex128",
    "c8": "np.complex64",
    "i8": "np.int64",
    "b1": "np.bool_",
}


def dtype_text(code: str) -> str:
    """How a dtype is written: `np.float32`."""
    return _DTYPES.get(code) or "np." + np.dtype(code).name


def _const_text(params: Params, ins: tuple[Type, ...]) -> str:
    kind, dtype = params["type"].kind, params["type"].dtype
    return f"{dtype_text(dtype)}(value)" if kind is Kind.NUMPY else "value"


const = prim(
    "const", "", CONSTANT, infer=lambda ins, regions, value, type: (type,), params=("value", "type"), numpy=_const_text
)


def _filled_text(name: str) -> Callable[..., str]:
    """`np.zeros(shape)`; sizes that are only known at run time come as integer operands, one per axis."""

    def text(params: Params, ins: tuple[Type, ...]) -> str:
        t: AVal = params["type"]
        if t.kind is not Kind.ARRAY:
            number = {"f": ".0", "c": "j", "b": ""}.get(t.dtype[0], "")
            digit = f"{int(name == 'ones')}{number}"
            return digit if t.kind is Kind.PYTHON else f"{dtype_text(t.dtype)}({digit})"
        shape = ", ".join(f"n{k}" for k in range(len(ins))) + ("," if len(ins) == 1 else "")
        dtype = "" if t.dtype == "f8" else f", dtype={dtype_text(t.dtype)}"
        return f"np.{name}({f'({shape})' if ins else 'shape'}{dtype})"

    return text


def _filled_infer(ins: tuple[Type, ...], regions: tuple[()], type: AVal, shape: Any = None) -> tuple[Type, ...]:
    return (type,)


zeros = prim(
    "zeros", "*n", CONSTANT, infer=_filled_infer, params=("type", "shape"), numpy=_filled_text("zeros"), latex="0"
)
ones = prim(
    "ones", "*n", CONSTANT, infer=_filled_infer, params=("type", "shape"), numpy=_filled_text("ones"), latex="1"
)
dim = prim("dim", "", CONSTANT, infer=lambda ins, regions, size: (types.INT,), params=("size",), numpy="size")
# in the backward pass of a function: from here on the size variable `name` has this value
bind_dim = prim(
    "bind_dim", "n", CONSTANT, infer=lambda ins, regions, name: (), params=("name",), numpy="n", effect=True
)
# -O0 only: a cotangent passed on unchanged has a line of its own
same = prim(
    "same",
    "x",
    LINEAR,
    infer=lambda ins, regions: ins,
    numpy="x",
    views=0,
    transpose=(lambda b, ct, x: ct,),
    rule="1",
    samples=lambda rng: [((rng.normal(size=s),), {}) for s in ((), (3,), (2, 3))],
)
# gone as soon as nothing is differentiated any more
stop_gradient = prim("stop_gradient", "x", CONSTANT, infer=lambda ins, regions: ins, numpy="x", views=0)
dim_of = prim(
    "dim_of", "x", CONSTANT, infer=lambda ins, regions, axis: (types.INT,), params=("axis",), numpy="x.shape[axis]"
)


def _convert_text(params: Params, ins: tuple[Type, ...]) -> str:
    """`loose`: where a Python float does as well as a NumPy scalar, see `passes.plain`.

    `stored` names the array of integers or bools that a float goes into: nothing is differentiated there.
    """
    kind, dtype, (source,) = params["kind"], params["dtype"], ins
    if kind is Kind.ARRAY:
        return (
            f"x.astype({dtype_text(dtype)})"
            if numeric(source).kind is Kind.ARRAY
            else f"np.asarray(x, dtype={dtype_text(dtype)})"
        )
    if params.get("loose"):
        return "x"
    if kind is Kind.PYTHON:
        return f"{types.PYTHON_NAMES[dtype]}(x)"
    return "x" if kind in (Kind.EITHER, Kind.MIXED) else f"{dtype_text(dtype)}(x)"


def _convert_infer(
    ins: tuple[Type, ...], regions: tuple[()], kind: Kind, dtype: str, loose: bool = False, stored: str = ""
) -> tuple[Type, ...]:
    source = numeric(ins[0])
    if source.shape and kind is not Kind.ARRAY:
        raise TypeError(f"{source} is no scalar")
    if source.complex and dtype[0] not in "cb":
        raise TypeError(f"{source} does not convert to {dtype}: take the real part first")
    return (AVal(kind, source.shape, dtype),)


def _convert_back(b: Any, ct: Any, x: Any, kind: Kind, dtype: str, **_: Any) -> Any:
    return b.real(ct) if ct.type.complex and not x.type.complex else ct


def _convert_samples(rng: Any) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    x = rng.normal(size=(2, 3))
    return [
        ((x,), {"kind": Kind.ARRAY, "dtype": "c16"}),
        ((x,), {"kind": Kind.ARRAY, "dtype": "f8"}),
        ((x[0, 0],), {"kind": Kind.PYTHON, "dtype": "f8"}),
        ((0.5,), {"kind": Kind.NUMPY, "dtype": "c16"}),
    ]


def _convert_places(op: Op) -> tuple[Place, ...]:
    """`int(x)` cuts off what is behind the point, `bool(x)` changes at 0."""
    source, made = op.ins[0].type, op.out.type
    if not isinstance(source, AVal) or not isinstance(made, AVal) or not source.inexact or made.inexact:
        return ()
    return AT_0 if made.dtype == "b1" else TRUNCATED


convert = prim(
    "convert",
    "x",
    LINEAR,
    infer=_convert_infer,
    params=("kind", "dtype", "loose", "stored"),
    numpy=_convert_text,
    transpose=(_convert_back,),
    rule="1",
    places=_convert_places,
    samples=_convert_samples,
)


_COPY_HELPER = '''
def _deep_copy(x):
    """x with arrays of its own, also inside lists and records."""
    if isinstance(x, (list, tuple)):
        return type(x)([_deep_copy(e) for e in x])
    return x.copy() if isinstance(x, np.ndarray) else x
'''


def _copy_text(params: Params, ins: tuple[Type, ...]) -> str:
    """`deep` copies what a list or record holds as well."""
    plain = isinstance(ins[0], AVal) or (isinstance(ins[0], Seq) and not params.get("deep"))
    return "x.copy()" if plain else "_deep_copy(x)"


def _copy_programs(rng: Any) -> list[Any]:
    def of_list(b: Any, f: Any, x: Any, y: Any) -> Any:
        made = b.op("seq_append", b.op("seq_append", b.op("seq_empty", elem=x.type), x), y)
        return b.op("seq_get", f(made, deep=True), 0) * b.op("seq_get", f(made), 1)

    vector = rng.normal(size=3)
    return [((vector,), lambda b, f, x: f(x)), ((vector, 2.0 * vector), of_list), ((0.5, 1.5), of_list)]


copy = prim(
    "copy",
    "x",
    LINEAR,
    infer=lambda ins, regions, deep=False: ins,
    params=("deep",),
    numpy=_copy_text,
    helper=_COPY_HELPER,
    formula="x",
    transpose=(lambda b, ct, x, deep=False: ct,),
    rule="1",
    programs=_copy_programs,
)
