"""Operands of which a size is checked when the code runs, or is one or none there.

By hand: in a branch, `x + y` with x: f8[n], y: f8[m] is `x + _check_shape(y, (n,))`.  With one element in v, `v[:h]`
has one or none: beside w: f8[m] it is `w + np.broadcast_to(v[:h], (m,))`, and the cotangent of `v[:h]` the sum of what
comes back, or empty.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import static_size
from symdiff.ir import dims
from symdiff.ir.core import REGISTRY, Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, ShapeError
from symdiff.primitives.indexing import Spec, index_shape

STORES = ("index_set", "index_add", "part_set", "part_add")
WIDENING = ("broadcast_to", "full")


def check_shape(
    cx: Context,
    node: ast.AST,
    value: Value,
    shape: tuple[Dim, ...],
    others: Sequence[Value] = (),
    given: Mapping[Dim, Value] | None = None,
    prim: str = "check_shape",
) -> Value:
    """The array, whose shape is compared with `shape` at run time; with `spread` it is repeated to have that shape.

    Sizes that no size variable makes are given, or taken from the arrays that have them.
    """
    scope = cx.at(node)
    if all(map(static_size, shape)):
        return scope.emit(prim, value, shape=shape)[0]
    sizes = []
    for d in shape:
        if isinstance(d, int):
            sizes.append(scope.const(d))
        elif given and d in given:
            sizes.append(given[d])
        elif static_size(d):
            sizes.append(scope.emit("dim", size=d)[0])
        else:
            holder = next(v for v in (*others, value) if d in _shape(v))
            sizes.append(scope.emit("dim_of", holder, axis=_shape(holder).index(d))[0])
    return scope.emit(prim, value, *sizes, shape=shape)[0]


def checked(cx: Context, node: ast.AST, ins: Sequence[Value], left: Dim, right: Dim) -> list[Value]:
    """The operands, those with size `right` checked to have size `left`."""
    done = []
    for v in ins:
        t = v.type
        if isinstance(t, AVal) and right in t.shape:
            shape = tuple(left if d == right else d for d in t.shape)
            v = check_shape(cx, node, v, shape, ins)
        done.append(v)
    return done


def stored(cx: Context, node: ast.AST, ins: Sequence[Value], spec: Spec) -> list[Value] | None:
    """The operands of a store, the value checked to have the sizes of the part; None where index arrays do not fit."""
    part = _part(ins, spec)
    found = _shape(ins[1])
    if part is None:
        return None
    wanted = tuple(d if d == 1 else p for d, p in zip(found, part[len(part) - len(found) :], strict=True))
    return _fitted(cx, node, ins, spec, wanted, "check_shape")


def _part(ins: Sequence[Value], spec: Spec) -> tuple[Dim, ...] | None:
    """The shape of the part that a store writes; None where index arrays do not fit each other."""
    types = [v.type for v in ins if isinstance(v.type, AVal)]
    try:
        return index_shape(types[0].shape, spec, tuple(types[2:]))
    except ShapeError:
        return None


def _fitted(
    cx: Context, node: ast.AST, ins: Sequence[Value], spec: Spec, shape: tuple[Dim, ...], prim: str
) -> list[Value]:
    """The operands of a store, the value made to have this shape; sizes that no operand has are those of the part."""
    x, value, *indices = ins
    known = all(static_size(d) or any(d in _shape(v) for v in ins[1:]) for d in shape)
    others = [*ins[1:], *([] if known else cx.at(node).emit("index", x, *indices, spec=spec))]
    return [x, check_shape(cx, node, value, shape, others, prim=prim), *indices]


def _shape(v: Value) -> tuple[Dim, ...]:
    return v.type.shape if isinstance(v.type, AVal) else ()


def widened(cx: Context, node: ast.AST, ins: Sequence[Value], shape: Sequence[Dim]) -> list[Value]:
    """The operands of `broadcast_to` or `full`, the array checked axis by axis to have the sizes asked for."""
    x, *sizes = ins
    found = _shape(x)
    wanted = tuple(d if d == 1 else s for d, s in zip(found, shape[len(shape) - len(found) :], strict=True))
    return [check_shape(cx, node, x, wanted, given=dict(zip(shape, sizes, strict=False))), *sizes]


# --- one element or none


def is_one_or_none(d: Dim) -> bool:
    """Whether a size is that of `x[i:i+1]` by an i found at run time, or of `v[:h]` with one element in v."""
    if isinstance(d, int) or len(d.terms) != 1 or static_size(d):
        return False
    ((monomial, c),) = d.terms
    return c == 1 and len(monomial) == 1 and monomial[0].op == "min" and 1 in monomial[0].args


def beside(
    cx: Context, node: ast.AST, prim: str, ins: Sequence[Value], params: Mapping[str, Any], narrow: Dim, size: Dim
) -> list[Value] | None:
    """The operands, of which some have one element or none where others have `size`; None if no operand is such.

    NumPy repeats the one, and fits none to none.  Beside two elements or more it is one, or an error; where nothing is
    repeated, as in `v[:h] @ w[:h]`, there are as many of both.
    """
    to, how = (1, "check_shape") if (dims.lower_bound(size) or 0) > 1 else (size, "spread")
    if prim in STORES:
        part, found = _part(ins, params["spec"]), _shape(ins[1])
        wanted = _replaced(found, narrow, to, [part or ()], size)
        return None if wanted == found else _fitted(cx, node, ins, params["spec"], wanted, how)
    if prim in WIDENING:
        x, *sizes = ins
        wanted = _replaced(_shape(x), narrow, to, [params["shape"]], size)
        known = dict(zip(params["shape"], sizes, strict=False))
        return None if wanted == _shape(x) else [check_shape(cx, node, x, wanted, given=known, prim=how), *sizes]
    if not _repeats(prim, ins, params, narrow, size):
        return checked(cx, node, ins, size, narrow)
    shapes = [_shape(v) for v in ins]
    done = [
        v
        if (wanted := _replaced(shape, narrow, to, shapes, size)) == shape
        else check_shape(cx, node, v, wanted, ins, prim=how)
        for v, shape in zip(ins, shapes, strict=True)
    ]
    return None if done == list(ins) else done


def _replaced(
    shape: tuple[Dim, ...], narrow: Dim, to: Dim, beside: Sequence[tuple[Dim, ...]], size: Dim
) -> tuple[Dim, ...]:
    """The shape with `to` for `narrow` along the axes, counted from the last, where another shape has `size`."""
    axes = {k for other in beside for k, d in enumerate(reversed(other)) if d == size}
    from_last = range(len(shape) - 1, -1, -1)
    return tuple(to if d == narrow and k in axes else d for k, d in zip(from_last, shape, strict=True))


def _repeats(prim: str, ins: Sequence[Value], params: Mapping[str, Any], narrow: Dim, size: Dim) -> bool:
    """Whether an operation repeats one element beside several."""
    types = (v.type for v in ins)
    one = (
        replace(t, shape=tuple(1 if d == narrow else d for d in t.shape)) if isinstance(t, AVal) else t for t in types
    )
    try:
        REGISTRY[prim].infer(tuple(one), (), **params)
    except ShapeError as error:
        return {error.left, error.right} != {1, size}
    return True
