"""Lists: one value per turn of a loop, or as many as were appended.

A growing list is a carry: `seq_append` and the pair `seq_last`, `seq_rest` are each other's transposes, and so are
reading an element and adding to it.  `programs` are what the registry's tests differentiate: the elements come in as
numbers, and what is read from the list comes out.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.lengths import is_of_numbers
from symdiff.ir.memory import widens
from symdiff.ir.types import AVal, Kind, Opt, Seq, Type
from symdiff.primitives import axes
from symdiff.primitives.declare import CONSTANT, LINEAR, STRUCTURE, accumulate, prim
from symdiff.primitives.structure import dtype_text

# --- programs for the tests


def listed(b: Any, *xs: Any) -> Any:
    """The list of these values."""
    found = b.op("seq_empty", elem=xs[0].type)
    for x in xs:
        found = b.op("seq_append", found, x)
    return found


def weighed(b: Any, s: Any, count: int) -> Any:
    """Σ (k + 1) · s[k]²: each element matters, and differently."""
    elements = [b.op("seq_get", s, k) for k in range(count)]
    return sum(((k + 1) * (e * e) for k, e in enumerate(elements[1:], 1)), elements[0] * elements[0])


def on_numbers(count: int, build: Any) -> Any:
    """The program on as many floats, NumPy scalars and arrays."""

    def programs(rng: Any) -> list[Any]:
        x = rng.uniform(0.5, 1.5, (count, 3))
        return [((*map(float, x[:, 0]),), build), ((*x[:, 1],), build), ((*x,), build)]

    return programs


def _into_array(b: Any, f: Any, *xs: Any) -> Any:
    t: AVal = xs[0].type
    shape = (len(xs), *t.shape)
    return f(listed(b, *xs), type=AVal(Kind.ARRAY, shape, t.dtype), shape=shape)


def _into_list(b: Any, f: Any, *xs: Any) -> Any:
    return weighed(b, f(b.op("stack", *xs), elem=xs[0].type), len(xs))


def _as_array_infer(
    ins: tuple[Type, ...], regions: tuple[()], type: AVal, shape: Any = None, needed: bool = False
) -> tuple[Type, ...]:
    return (type,)


_ROWS_HELPER = '''
def _rows(s, dtype):
    """The elements of s as one array along a new first axis."""
    if not s:
        raise ValueError("need at least one array to stack: an empty list has no shape")
    return np.array(s, dtype=dtype)
'''
_MIXED_HELPER = '''
def _mixed(s, dtype):
    """The numbers of s as one array; an error where they are all ints, of which NumPy makes an array of ints."""
    found = np.array(s)
    if found.dtype != dtype:
        raise TypeError(f"an array of {found.dtype}, where {np.dtype(dtype)} is needed: begin the list with a float")
    return found
'''


def _as_array_text(params: Params, ins: tuple[Type, ...]) -> str:
    """One array from one value per turn.

    Where there are no turns, a shape or sizes say what it is; without them that is an error, since an empty list of
    arrays is an array of another rank in NumPy.
    """
    dtype = dtype_text(params["type"].dtype)
    if len(ins) == 1 and params.get("shape") is None:
        return f"_rows(s, {dtype})"
    text = f"np.array(s, dtype={dtype})"
    if params["type"].rank == 1:
        return text
    sizes = ", ".join(f"n{k}" for k in range(len(ins) - 1))
    return f"{text}.reshape({f'({sizes})' if sizes else 'shape'})"


def _as_seq_infer(ins: tuple[Type, ...], regions: tuple[()], elem: AVal) -> tuple[Type, ...]:
    return (Seq(elem),)


def _as_seq_text(params: Params, ins: tuple[Type, ...]) -> str:
    elem, text, depth = params["elem"], "list({})", 0
    while isinstance(elem, Seq):
        elem, depth = elem.elem, depth + 1
    if isinstance(elem, AVal) and elem.kind is Kind.PYTHON:
        return "a.tolist()"
    for name in "ebcdf"[:depth]:
        text = f"[{text.format(name)} for {name} in {{}}]"
    return text.format("a")


as_array = prim(
    "as_array",
    "s *n",
    LINEAR,
    infer=_as_array_infer,
    params=("type", "shape", "needed"),
    numpy=_as_array_text,
    helper=_ROWS_HELPER,
    transpose=(lambda b, ct, s, *n, **params: b.op("as_seq", ct, elem=s.type.elem), None),
    rule=("1", ""),
    programs=on_numbers(3, _into_array),
)
mixed_array = prim(
    "mixed_array",
    "s",
    LINEAR,
    infer=lambda ins, regions, type: (type,),
    params=("type",),
    numpy=lambda params, ins: f"_mixed(s, {dtype_text(params['type'].dtype)})",
    helper=_MIXED_HELPER,
    transpose=(lambda b, ct, s, type: b.op("as_seq", ct, elem=s.type.elem),),
    rule=("1",),
    programs=on_numbers(
        3, lambda b, f, *xs: f(listed(b, *xs), type=AVal(Kind.ARRAY, (3, *xs[0].type.shape), xs[0].type.dtype))
    ),
)
as_seq = prim(
    "as_seq",
    "a",
    LINEAR,
    infer=_as_seq_infer,
    params=("elem",),
    numpy=_as_seq_text,
    transpose=(lambda b, ct, a, elem: b.op("as_array", ct, *axes.sizes(b, a), type=a.type, shape=a.type.shape),),
    rule=("1",),
    programs=on_numbers(3, _into_list),
)


def element(ins: tuple[Type, ...]) -> Type:
    """What a list or an optional value holds."""
    seq = ins[0]
    assert isinstance(seq, (Seq, Opt))
    return seq.elem


def added(b: Any, acc: Any, i: Any, ct: Any) -> Any:
    """A cotangent of a list and one more of its element i; two lists are added element by element."""
    if isinstance(ct.type, AVal):
        return b.op("seq_add", acc, i, ct)
    return b.op("seq_set", acc, i, b.op("add_ct", b.op("seq_get", acc, i), ct))


def or_zeros(b: Any, ct: Any, v: Any) -> Any:
    """A cotangent or tangent of v, zeros where there is none."""
    return b.zeros(v) if ct is None else ct


seq_empty = prim(
    "seq_empty",
    "",
    STRUCTURE,
    infer=lambda ins, regions, elem: (Seq(elem),),
    params=("elem",),
    numpy=lambda params, ins: "set()" if types.is_set(Seq(params["elem"])) else "[]",
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
    jvp=lambda b, ts, outs, s, x: (b.op("seq_append", or_zeros(b, ts[0], s), or_zeros(b, ts[1], x)),),
    rule=("1 outside", "1"),
    programs=on_numbers(3, lambda b, f, x, y, z: weighed(b, f(f(listed(b, x), y), z), 3)),
)


def _seq_convert_text(params: Params, ins: tuple[Type, ...]) -> str:
    """What may be of either kind stays what it is; of a list of lists all inner ones are made anew."""
    if widens(params["elem"]):
        return "s"
    elem, depth = params["elem"], 0
    while isinstance(elem, Seq):
        elem, depth = elem.elem, depth + 1
    name = types.PYTHON_NAMES[elem.dtype] if elem.kind is Kind.PYTHON else dtype_text(elem.dtype)
    text = f"[{name}(e) for e in {{}}]"
    for name in "bcdf"[:depth]:
        text = f"[{text.format(name)} for {name} in {{}}]"
    return text.format("s")


seq_convert = prim(
    "seq_convert",
    "s",
    LINEAR,
    infer=lambda ins, regions, elem: (Seq(elem),),
    params=("elem",),
    numpy=_seq_convert_text,
    transpose=(lambda b, ct, s, elem: b.op("seq_convert", ct, elem=types.cotangent(element((s.type,)))),),
    rule=("1",),
    programs=on_numbers(3, lambda b, f, x, y, z: weighed(b, f(listed(b, x, y, z), elem=x.type), 3)),
)
seq_last = prim(
    "seq_last",
    "s",
    STRUCTURE,
    infer=lambda ins, regions: (element(ins),),
    numpy="s[-1]",
    views=0,
    vjp=accumulate(lambda b, acc, ct, s: added(b, acc, -1, ct)),
    jvp=lambda b, ts, outs, s: (b.op("seq_last", ts[0]),),
    rule=("1",),
    programs=on_numbers(2, lambda b, f, x, y: f(listed(b, x, y)) * y),
)
seq_rest = prim(
    "seq_rest",
    "s",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="s[:-1]",
    inplace="del s[-1]",
    consumes=0,
    vjp=lambda b, cts, outs, s: (b.op("seq_append", cts[0], b.zeros(b.before("seq_last", s))),),
    jvp=lambda b, ts, outs, s: (b.op("seq_rest", ts[0]),),
    rule=("1 outside",),
    programs=on_numbers(3, lambda b, f, x, y, z: weighed(b, f(listed(b, x, y, z)), 2)),
)
seq_get = prim(
    "seq_get",
    "s i",
    STRUCTURE,
    infer=lambda ins, regions: (element(ins),),
    numpy="s[i]",
    views=0,
    vjp=accumulate(lambda b, acc, ct, s, i: added(b, acc, i, ct)),
    jvp=lambda b, ts, outs, s, i: (b.op("seq_get", ts[0], i),),
    rule=("1", ""),
    programs=on_numbers(3, lambda b, f, x, y, z: f(listed(b, x, y, z), 1) * f(listed(b, y, z), -1)),
)


def _nothing(b: Any, s: Any, i: Any, x: Any) -> Any:
    """Zeros with the structure of the element that x replaces, which may be a list of another length."""
    if isinstance(x.type, AVal):
        return b.zeros(x)
    if not is_of_numbers(x):
        return b.zeros(b.op("seq_get", s, i))
    t = types.cotangent(x.type.elem)
    assert isinstance(t, AVal)
    return b.op("seq_repeat", b.const(0j if t.complex else 0.0, t), b.before("seq_len", b.before("seq_get", s, i)))


seq_set = prim(
    "seq_set",
    "s i x",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="_with(s, i, x)",
    inplace="s[i] = x",
    consumes=0,
    helper="\ndef _with(s, i, x):\n    s = list(s)\n    s[i] = x\n    return s\n",
    vjp=lambda b, cts, outs, s, i, x: (
        b.op("seq_get", cts[0], i),
        None,
        b.op("seq_set", cts[0], i, _nothing(b, s, i, x)),
    )[::-1],
    jvp=lambda b, ts, outs, s, i, x: (b.op("seq_set", or_zeros(b, ts[0], s), i, or_zeros(b, ts[2], x)),),
    rule=("1 outside", "", "1"),
    programs=on_numbers(3, lambda b, f, x, y, z: weighed(b, f(listed(b, x, y), 1, z), 2)),
)
seq_swap = prim(
    "seq_swap",
    "s i j",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="_swapped(s, i, j)",
    inplace="s[i], s[j] = (s[j], s[i])",
    consumes=0,
    helper="\ndef _swapped(s, i, j):\n    s = list(s)\n    s[i], s[j] = s[j], s[i]\n    return s\n",
    vjp=lambda b, cts, outs, s, i, j: (b.op("seq_swap", cts[0], i, j), None, None),
    jvp=lambda b, ts, outs, s, i, j: (b.op("seq_swap", ts[0], i, j),),
    programs=on_numbers(3, lambda b, f, x, y, z: weighed(b, f(listed(b, x, y, z), 0, 2), 3)),
)
seq_add = prim(
    "seq_add",
    "s i x",
    STRUCTURE,
    infer=lambda ins, regions: (ins[0],),
    numpy="_with(s, i, s[i] + x)",
    inplace=lambda params, ins: "s[i] = s[i] + x" if ins[2].shape else "s[i] += x",  # an array may be another's too
    consumes=0,
    vjp=lambda b, cts, outs, s, i, x: (cts[0], None, b.op("seq_get", cts[0], i)),
    jvp=lambda b, ts, outs, s, i, x: (b.op("seq_add", or_zeros(b, ts[0], s), i, or_zeros(b, ts[2], x)),),
    programs=on_numbers(3, lambda b, f, x, y, z: weighed(b, f(listed(b, x, y), 0, z), 2)),
)
seq_len = prim("seq_len", "s", CONSTANT, infer=lambda ins, regions: (types.INT,), numpy="len(s)")
