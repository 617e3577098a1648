"""Constants, zeros, sizes, conversions, and the values that hold other values: Seq, Opt, Alt and Saved.

Packing and unpacking are each other's transposes, so records of residuals are differentiated like everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.types import Alt, AVal, Kind, Opt, Saved, Seq, Type
from symdiff.primitives.declare import CONSTANT, LINEAR, STRUCTURE, numeric, prim

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


zeros = prim("zeros", "*n", CONSTANT, infer=_filled_infer, params=("type", "shape"), numpy=_filled_text("zeros"))
ones = prim("ones", "*n", CONSTANT, infer=_filled_infer, params=("type", "shape"), numpy=_filled_text("ones"))
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
dim_of = prim(
    "dim_of", "x", CONSTANT, infer=lambda ins, regions, axis: (types.INT,), params=("axis",), numpy="x.shape[axis]"
)


def _convert_text(params: Params, ins: tuple[Type, ...]) -> str:
    kind, dtype, (source,) = params["kind"], params["dtype"], ins
    if kind is Kind.ARRAY:
        return (
            f"x.astype({dtype_text(dtype)})"
            if numeric(source).kind is Kind.ARRAY
            else f"np.asarray(x, dtype={dtype_text(dtype)})"
        )
    if kind is Kind.PYTHON:
        return f"{types.PYTHON_NAMES[dtype]}(x)"
    return "x" if kind is Kind.EITHER else f"{dtype_text(dtype)}(x)"


def _convert_infer(ins: tuple[Type, ...], regions: tuple[()], kind: Kind, dtype: str) -> tuple[Type, ...]:
    source = numeric(ins[0])
    if source.shape and kind is not Kind.ARRAY:
        raise TypeError(f"{source} is no scalar")
    if source.complex and dtype[0] not in "cb":
        raise TypeError(f"{source} does not convert to {dtype}: take the real part first")
    return (AVal(kind, source.shape, dtype),)


def _convert_back(b: Any, ct: Any, x: Any, kind: Kind, dtype: str) -> Any:
    return b.real(ct) if ct.type.complex and not x.type.complex else ct


convert = prim(
    "convert",
    "x",
    LINEAR,
    infer=_convert_infer,
    params=("kind", "dtype"),
    numpy=_convert_text,
    transpose=(_convert_back,),
    rule="x",
    domain="real",
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


copy = prim(
    "copy",
    "x",
    LINEAR,
    infer=lambda ins, regions, deep=False: ins,
    params=("deep",),
    numpy=_copy_text,
    helper=_COPY_HELPER,
    transpose=(lambda b, ct, x, deep=False: ct,),
    rule="1",
    domain="real",
)


# --- one value per turn


def _as_array_infer(ins: tuple[Type, ...], regions: tuple[()], type: AVal, shape: Any = None) -> tuple[Type, ...]:
    return (type,)


def _as_array_text(params: Params, ins: tuple[Type, ...]) -> str:
    """One array from one value per turn; the shape matters where there are no turns."""
    text = f"np.array(s, dtype={dtype_text(params['type'].dtype)})"
    if params["type"].rank == 1:
        return text
    sizes = ", ".join(f"n{k}" for k in range(len(ins) - 1))
    return f"{text}.reshape({f'({sizes})' if sizes else 'shape'})"


def _as_seq_infer(ins: tuple[Type, ...], regions: tuple[()], elem: AVal) -> tuple[Type, ...]:
    return (Seq(elem),)


def _as_seq_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "a.tolist()" if params["elem"].kind is Kind.PYTHON else "list(a)"


as_array = prim(
    "as_array",
    "s *n",
    LINEAR,
    infer=_as_array_infer,
    params=("type", "shape"),
    numpy=_as_array_text,
    transpose=(lambda b, ct, s, *n, **params: b.op("as_seq", ct, elem=s.type.elem), None),
)
as_seq = prim(
    "as_seq",
    "a",
    LINEAR,
    infer=_as_seq_infer,
    params=("elem",),
    numpy=_as_seq_text,
    transpose=(lambda b, ct, a, elem: b.op("as_array", ct, type=a.type, shape=a.type.shape),),
)


def _elem(ins: tuple[Type, ...]) -> Type:
    seq = ins[0]
    assert isinstance(seq, (Seq, Opt))
    return seq.elem


def _or_zeros(b: Any, ct: Any, v: Any) -> Any:
    return b.zeros(v) if ct is None else ct


# A growing list: append and the pair (last, rest) are each other's transposes, get and add likewise.
seq_empty = prim(
    "seq_empty",
    "",
    STRUCTURE,
    infer=lambda ins, regions, elem: (Seq(elem),),
    params=("elem",),
    numpy="[]",
    vjp=lambda b, cts, outs, elem: (),
    jvp=lambda b, ts, outs, elem: (None,),
)
seq_append = prim(
    "seq_append",
    "s x",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="[*s, x]",
    inplace="s.append(x)",
    consumes=0,
    vjp=lambda b, cts, outs, s, x: (b.op("seq_last", cts[0]), b.op("seq_rest", cts[0]))[::-1],
    jvp=lambda b, ts, outs, s, x: (b.op("seq_append", _or_zeros(b, ts[0], s), _or_zeros(b, ts[1], x)),),
)
seq_last = prim(
    "seq_last",
    "s",
    STRUCTURE,
    infer=lambda ins, regions: (_elem(ins),),
    numpy="s[-1]",
    views=0,
    vjp=lambda b, cts, outs, s: (b.op("seq_add", b.zeros(s), -1, cts[0]),),
    jvp=lambda b, ts, outs, s: (b.op("seq_last", ts[0]),),
)
seq_rest = prim(
    "seq_rest",
    "s",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="s[:-1]",
    inplace="del s[-1]",
    consumes=0,
    vjp=lambda b, cts, outs, s: (b.op("seq_append", cts[0], b.zeros(b.last_of(s))),),
    jvp=lambda b, ts, outs, s: (b.op("seq_rest", ts[0]),),
)
seq_get = prim(
    "seq_get",
    "s i",
    STRUCTURE,
    infer=lambda ins, regions: (_elem(ins),),
    numpy="s[i]",
    views=0,
    vjp=lambda b, cts, outs, s, i: (b.op("seq_add", b.zeros(s), i, cts[0]), None),
    jvp=lambda b, ts, outs, s, i: (b.op("seq_get", ts[0], i),),
)
seq_set = prim(
    "seq_set",
    "s i x",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="_with(s, i, x)",
    inplace="s[i] = x",
    consumes=0,
    helper="\ndef _with(s, i, x):\n    s = list(s)\n    s[i] = x\n    return s\n",
    vjp=lambda b, cts, outs, s, i, x: (b.op("seq_get", cts[0], i), None, b.op("seq_set", cts[0], i, b.zeros(x)))[::-1],
    jvp=lambda b, ts, outs, s, i, x: (b.op("seq_set", _or_zeros(b, ts[0], s), i, _or_zeros(b, ts[2], x)),),
)
seq_add = prim(
    "seq_add",
    "s i x",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="_with(s, i, s[i] + x)",
    inplace="s[i] = s[i] + x",
    consumes=0,
    vjp=lambda b, cts, outs, s, i, x: (cts[0], None, b.op("seq_get", cts[0], i)),
    jvp=lambda b, ts, outs, s, i, x: (b.op("seq_add", _or_zeros(b, ts[0], s), i, _or_zeros(b, ts[2], x)),),
)
seq_len = prim("seq_len", "s", CONSTANT, infer=lambda ins, regions: (types.INT,), numpy="len(s)")


# --- bound on one path only

opt_none = prim(
    "opt_none",
    "",
    STRUCTURE,
    infer=lambda ins, regions, elem: (Opt(elem),),
    params=("elem",),
    numpy="None",
    vjp=lambda b, cts, outs, elem: (),
    jvp=lambda b, ts, outs, elem: (None,),
)
opt_some = prim(
    "opt_some",
    "x",
    STRUCTURE,
    infer=lambda ins, regions: (Opt(ins[0]),),
    numpy="x",
    views=0,
    vjp=lambda b, cts, outs, x: (b.op("opt_get", cts[0], name=""),),
    jvp=lambda b, ts, outs, x: (b.op("opt_some", ts[0]),),
)
opt_get = prim(
    "opt_get",
    "o",
    STRUCTURE,
    infer=lambda ins, regions, name: (_elem(ins),),
    params=("name",),
    numpy="o",
    views=0,
    effect=True,
    vjp=lambda b, cts, outs, o, name: (b.op("opt_some", cts[0]),),
    jvp=lambda b, ts, outs, o, name: (b.op("opt_get", ts[0], name=name),),
)


# --- records of residuals: pack and unpack are each other's transposes, fields without derivative left out


def _alt_unpack_infer(ins: tuple[Type, ...], regions: tuple[()], side: int) -> tuple[Type, ...]:
    (alt,) = ins
    assert isinstance(alt, Alt)
    return alt.side(side)


def _alt_pack_infer(ins: tuple[Type, ...], regions: tuple[()], side: int, type: Alt) -> tuple[Type, ...]:
    if ins != type.side(side):
        raise TypeError("alt_pack: the fields differ from the record's")
    return (type,)


def _pack_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "(" + "".join(f"xs{k}, " for k in range(len(ins))) + ")"


def _tagged(t: Type) -> bool:
    """Whether a record says which side it is of: where the number of its fields does not."""
    assert isinstance(t, Alt)
    return len(t.then) == len(t.orelse)


def _alt_pack_text(params: Params, ins: tuple[Type, ...]) -> str:
    fields = [*(["side"] if _tagged(params["type"]) else []), *(f"xs{k}" for k in range(len(ins)))]
    return "(" + "".join(f"{f}, " for f in fields) + ")"


def _alt_unpack_text(params: Params, ins: tuple[Type, ...]) -> str:
    return "a[1:]" if _tagged(ins[0]) else "a"


def _alt_side_text(params: Params, ins: tuple[Type, ...]) -> str:
    (alt,) = ins
    assert isinstance(alt, Alt)
    return "a[0] == 1" if _tagged(alt) else f"len(a) == {len(alt.orelse)}"


def differentiable(values: Any) -> list[int]:
    """The positions whose type has a cotangent."""
    return [k for k, v in enumerate(values) if types.cotangent(v.type) is not None]


def _spread(values: Any, fields: Any) -> tuple[Any, ...]:
    """One entry per value: the next field where the value is differentiable, else None."""
    rest = iter(fields)
    return tuple(next(rest) if types.cotangent(v.type) is not None else None for v in values)


def _filled(b: Any, cts: Any, values: Any) -> list[Any]:
    return [_or_zeros(b, cts[k], values[k]) for k in differentiable(values)]


def _alt_jvp(b: Any, ts: Any, outs: Any, *xs: Any, side: int, type: Alt) -> tuple[Any, ...]:
    return (b.op("alt_pack", *_filled(b, ts, xs), side=side, type=types.cotangent(type)),)


alt_pack = prim(
    "alt_pack",
    "*xs",
    STRUCTURE,
    infer=_alt_pack_infer,
    params=("side", "type"),
    numpy=_alt_pack_text,
    views=0,
    jvp=_alt_jvp,
    vjp=lambda b, cts, outs, *xs, side, type: _spread(xs, b.multi("alt_unpack", cts[0], side=side)),
)
alt_unpack = prim(
    "alt_unpack",
    "a",
    STRUCTURE,
    infer=_alt_unpack_infer,
    params=("side",),
    numpy=_alt_unpack_text,
    views=0,
    vjp=lambda b, cts, outs, a, side: (
        b.op("alt_pack", *_filled(b, cts, outs), side=side, type=types.cotangent(a.type)),
    ),
    jvp=lambda b, ts, outs, a, side: _spread(outs, b.multi("alt_unpack", ts[0], side=side)),
)

# whether a record is of the second side
alt_side = prim("alt_side", "a", CONSTANT, infer=lambda ins, regions: (types.BOOL,), numpy=_alt_side_text)


def _field_cts(values: Any) -> tuple[Any, ...]:
    return tuple(types.cotangent(values[k].type) for k in differentiable(values))


def _prime(name: str) -> str:
    return name if name.endswith("'") else name + "'"


saved_pack = prim(
    "saved_pack",
    "*xs",
    STRUCTURE,
    infer=lambda ins, regions, name: (Saved(name),),
    params=("name",),
    numpy=_pack_text,
    views=0,
    vjp=lambda b, cts, outs, *xs, name: _spread(xs, b.multi("saved_unpack", cts[0], types=_field_cts(xs))),
    jvp=lambda b, ts, outs, *xs, name: (b.op("saved_pack", *_filled(b, ts, xs), name=_prime(name)),),
)
saved_unpack = prim(
    "saved_unpack",
    "a",
    STRUCTURE,
    infer=lambda ins, regions, types: types,
    params=("types",),
    numpy="a",
    views=0,
    vjp=lambda b, cts, outs, a, types: (b.op("saved_pack", *_filled(b, cts, outs), name=_prime(a.type.name)),),
    jvp=lambda b, ts, outs, a, types: _spread(outs, b.multi("saved_unpack", ts[0], types=_field_cts(outs))),
)


_ZEROS_HELPER = '''
def _zeros_like(x):
    """Zeros of the structure of a saved record, a list, or an array; None for what has no derivative."""
    if isinstance(x, (list, tuple)):
        found = [_zeros_like(e) for e in x]
        return found if isinstance(x, list) else tuple(e for e in found if e is not None)
    if x is None or np.asarray(x).dtype.kind not in "fc":
        return None
    return np.zeros_like(x) if isinstance(x, np.ndarray) else type(x)(0)
'''
_ADD_HELPER = '''
def _add(x, y):
    """The sum of two cotangents of one structure."""
    if isinstance(x, (list, tuple)):
        return type(x)(_add(a, b) for a, b in zip(x, y, strict=True))
    return x if x is None or isinstance(x, int) else x + y  # an int says which side a record is of
'''


def _ct_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    found = types.cotangent(ins[0])
    if found is None:
        raise TypeError(f"{ins[0]} has no cotangent")
    return (found,)


zeros_ct = prim("zeros_ct", "x", CONSTANT, infer=_ct_infer, numpy="_zeros_like(x)", helper=_ZEROS_HELPER)
add_ct = prim(
    "add_ct",
    "x y",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="_add(x, y)",
    helper=_ADD_HELPER,
    vjp=lambda b, cts, outs, x, y: (cts[0], cts[0]),
    jvp=lambda b, ts, outs, x, y: (b.op("add_ct", _or_zeros(b, ts[0], x), _or_zeros(b, ts[1], y)),),
)
