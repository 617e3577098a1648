"""Lending a part of an array, or an array in a list: what is added to a slice's cotangent, is added in place.

`borrow(x, *i)` gives `part = x[i]` and `rest`, which is x without that part: nobody looks at the part in it.
`restore(rest, part, *i)` is x again.  They are each other's transposes, and neither moves an element: where a recursion
over slices lends the cotangent's slices to itself, all levels together write each element once.  Where one of part and
rest has no cotangent or tangent, nothing is lent, and the other is put among zeros.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir.core import Params
from symdiff.ir.types import AVal, Kind, Seq, Type
from symdiff.primitives.declare import STRUCTURE, prim
from symdiff.primitives.indexing import Spec, index, index_set, subscript


def _whole(b: Any, cts: Any, whole: Any, part: Any, i: Any, spec: Spec) -> Any:
    """What cotangents or tangents of a rest and a part are together, one of which may be None."""
    if None not in cts:
        return b.op("restore", *cts, *i, spec=spec)
    found, lent = (b.zeros(v) if ct is None else ct for ct, v in zip(cts, (whole, part), strict=True))
    if isinstance(whole.type, Seq):
        return b.op("seq_set", found, *(i or spec[0][1:]), lent)
    return b.op("index_set", found, lent, *i, spec=spec)


def _borrow_infer(ins: tuple[Type, ...], regions: tuple[()], spec: Spec) -> tuple[Type, ...]:
    if isinstance(ins[0], Seq):
        return _element(ins[0], spec), ins[0]
    return (*index.infer(ins, regions, spec=spec), ins[0])


def _restore_infer(ins: tuple[Type, ...], regions: tuple[()], spec: Spec) -> tuple[Type, ...]:
    if isinstance(ins[0], Seq):
        if ins[1] != _element(ins[0], spec):
            raise TypeError(f"{ins[1]} is no element of {ins[0]}")
        return (ins[0],)
    found: tuple[Type, ...] = index_set.infer(ins, regions, spec=spec)
    return found


def _element(s: Seq, spec: Spec) -> Type:
    """What can be lent of a list: an array or a list, at one place."""
    if len(spec) != 1 or spec[0][0] != "at" or (isinstance(s.elem, AVal) and not s.elem.shape):
        raise TypeError(f"no part of {s} can be lent by {spec}")
    return s.elem


def _borrow_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"(x[{subscript(params['spec'])}], x)"


def _restore_text(params: Params, ins: tuple[Type, ...]) -> str:
    if isinstance(ins[0], Seq):
        return f"_with(x, {subscript(params['spec'])}, v)"
    return f"_put(x, np.index_exp[{subscript(params['spec'])}], v)"


def _borrow_vjp(b: Any, cts: Any, outs: Any, x: Any, *i: Any, spec: Spec) -> tuple[Any, ...]:
    return (_whole(b, cts[::-1], x, outs[0], i, spec), *(None for _ in i))


def _borrow_jvp(b: Any, ts: Any, outs: Any, x: Any, *i: Any, spec: Spec) -> tuple[Any, ...]:
    return tuple(b.multi("borrow", ts[0], *i, spec=spec))


def _restore_vjp(b: Any, cts: Any, outs: Any, x: Any, v: Any, *i: Any, spec: Spec) -> tuple[Any, ...]:
    part, rest = b.multi("borrow", cts[0], *i, spec=spec)
    return (rest, part, *(None for _ in i))


def _restore_jvp(b: Any, ts: Any, outs: Any, x: Any, v: Any, *i: Any, spec: Spec) -> tuple[Any, ...]:
    return (_whole(b, ts[:2], outs[0], v, i, spec),)


def _on_part(build: Any) -> Any:
    """The program on an array and a slice's worth of numbers, on a matrix and a row, and on a list of rows."""

    def programs(rng: Any) -> list[Any]:
        def slice_(b: Any, f: Any, *xs: Any) -> Any:
            return build(b, f, *xs, spec=(("slice", 1, 3, None, 2),))

        def row(b: Any, f: Any, *xs: Any) -> Any:
            return build(b, f, *xs, b.v(1), spec=(("at", None),))

        def element(b: Any, f: Any, x: Any, y: Any) -> Any:
            rows = b.op("as_seq", x, elem=AVal(Kind.ARRAY, x.type.shape[1:], x.type.dtype))
            return build(b, f, rows, y, b.v(1), spec=(("at", None),))

        matrix = (rng.normal(size=(2, 3)), np.ones(3))
        return [((rng.normal(size=5), rng.normal(size=2)), slice_), (matrix, row), (matrix, element)]

    return programs


def _borrowed(b: Any, f: Any, x: Any, y: Any, *i: Any, spec: Spec) -> Any:
    part, rest = f(x, *i, spec=spec)
    alone = f(x, *i, spec=spec)[0]  # whose rest has no cotangent
    return _numbers(b, b.op("restore", rest, part * y, *i, spec=spec)) * b.sum(alone * y)


def _restored(b: Any, f: Any, x: Any, y: Any, *i: Any, spec: Spec) -> Any:
    part, rest = b.multi("borrow", x, *i, spec=spec)
    whole = f(rest, part * y, *i, spec=spec)
    zeros = b.op("zeros_ct", x) if isinstance(x.type, Seq) else b.zeros(type=x.type, shape=x.type.shape)
    among_zeros = f(zeros, y, *i, spec=spec)
    return _numbers(b, whole) * (_numbers(b, among_zeros) + 1.0)


def _numbers(b: Any, x: Any) -> Any:
    """An array itself; of a list what the borrower has put there, and the array next to it."""
    if not isinstance(x.type, Seq):
        return x
    return b.op("seq_get", x, 1) + 2.0 * b.op("seq_get", x, 0)


borrow = prim(
    "borrow",
    "x *i",
    STRUCTURE,
    params=("spec",),
    infer=_borrow_infer,
    numpy=_borrow_text,
    views=0,
    vjp=_borrow_vjp,
    jvp=_borrow_jvp,
    programs=_on_part(_borrowed),
)
restore = prim(
    "restore",
    "x v *i",
    STRUCTURE,
    params=("spec",),
    infer=_restore_infer,
    numpy=_restore_text,
    consumes=0,
    inplace=lambda params, ins: f"x[{subscript(params['spec'])}] = v",
    vjp=_restore_vjp,
    jvp=_restore_jvp,
    programs=_on_part(_restored),
)
