"""Operands that have one element or none along an axis: `x[i:i+1]` by an i found when the code runs.

By hand: with one element in v, `v[:h]` has one or none.  Beside w: f8[m] it is `w + _spread(v[:h], (m,))`, and the
cotangent of `v[:h]` the sum of what comes back, or empty.  Beside u of one element or none as well, there are none
where either has none: `v[:h][:len(u)] + u[:len(v[:h])]`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from symdiff.frontend.python.checked_sizes import STORES, WIDENING, check_shape, checked, fitted, part_of, shape_of
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import static_size
from symdiff.ir import dims
from symdiff.ir.core import REGISTRY, Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, ShapeError
from symdiff.primitives.indexing import Spec


def is_one_or_none(d: Dim) -> bool:
    """Whether a size is that of `x[i:i+1]` by an i found at run time, or of `v[:h]` with one element in v."""
    return dims.at_most_one(d) and not static_size(d)


def beside(
    cx: Context, node: ast.AST, prim: str, ins: Sequence[Value], params: Mapping[str, Any], left: Dim, right: Dim
) -> list[Value] | None:
    """The operands, of which some have one element or none where others have another size; None if none is such.

    NumPy repeats the one, and fits none to none and to one.  Where nothing is repeated, as in `v[:h] @ w[:h]`, there
    are as many of both.
    """
    each = all(d == 0 or dims.at_most_one(d) for d in (left, right)) and not all(map(static_size, (left, right)))
    for narrow, size in ((left, right), (right, left)):
        if not (each or is_one_or_none(narrow)):
            continue
        if prim in STORES:
            made = _stored(cx, node, ins, params["spec"], narrow, size)
        elif prim in WIDENING:
            made = _widened(cx, node, ins, params["shape"], narrow, size)
        elif not _repeats(prim, ins, params, narrow, size):
            made = checked(cx, node, ins, size, narrow)
        else:
            made = _each_cut(cx, node, prim, ins, narrow, size) if each else _spread(cx, node, prim, ins, narrow, size)
        if made is not None:
            return made
    return None


def _target(size: Dim) -> tuple[Dim, str]:
    """What one element or none becomes beside a size, and how: beside two or more it is one, or an error."""
    return (1, "check_shape") if (dims.lower_bound(size) or 0) > 1 else (size, "spread")


def _stored(cx: Context, node: ast.AST, ins: Sequence[Value], spec: Spec, narrow: Dim, size: Dim) -> list[Value] | None:
    """The operands of a store into a part of this size, the value repeated."""
    to, how = _target(size)
    part, found = part_of(ins, spec), shape_of(ins[1])
    wanted = _replaced(found, narrow, to, [part or ()], size)
    return None if wanted == found else fitted(cx, node, ins, spec, wanted, how)


def _widened(
    cx: Context, node: ast.AST, ins: Sequence[Value], shape: Sequence[Dim], narrow: Dim, size: Dim
) -> list[Value] | None:
    """The operands of `broadcast_to` or `full`, the array repeated where this size is asked for."""
    to, how = _target(size)
    x, *sizes = ins
    wanted = _replaced(shape_of(x), narrow, to, [tuple(shape)], size)
    known = dict(zip(shape, sizes, strict=False))
    return None if wanted == shape_of(x) else [check_shape(cx, node, x, wanted, given=known, prim=how), *sizes]


def _spread(cx: Context, node: ast.AST, prim: str, ins: Sequence[Value], narrow: Dim, size: Dim) -> list[Value] | None:
    """The operands, those of one element or none repeated to have this size."""
    to, how = _target(size)
    shapes = _beside_each_other(prim, ins, [shape_of(v) for v in ins], narrow, to, size)
    made = [
        v if shape == shape_of(v) else check_shape(cx, node, v, shape, ins, prim=how)
        for v, shape in zip(ins, shapes, strict=True)
    ]
    return None if made == list(ins) else made


def _each_cut(cx: Context, node: ast.AST, prim: str, ins: Sequence[Value], left: Dim, right: Dim) -> list[Value] | None:
    """The operands of one element or none, which have none where another has none."""
    least = _least(left, right)
    made = list(ins)
    for size, other in ((left, right), (right, left)):
        holder = next(v for v in ins if other in shape_of(v))
        shapes = _beside_each_other(prim, ins, [shape_of(v) for v in made], size, least, other)
        made = [
            v if shape == shape_of(v) else _cut(cx, node, v, shape, holder, other)
            for v, shape in zip(made, shapes, strict=True)
        ]
    return None if made == list(ins) else made


def _least(left: Dim, right: Dim) -> Dim:
    """min(h, k, 1) of min(h, 1) and min(k, 1), the same in whatever order sizes have met."""
    ends: set[Dim] = set()
    todo = [left, right]
    while todo:
        d = todo.pop()
        if isinstance(d, dims.Poly) and len(d.terms) == 1 and dims.is_least(*d.terms[0]):
            todo += d.terms[0][0][0].args
        elif d != 1:
            ends.add(d)
    return dims.dmin(reduce(dims.dmin, sorted(ends, key=str)), 1)


def _cut(cx: Context, node: ast.AST, value: Value, shape: tuple[Dim, ...], holder: Value, size: Dim) -> Value:
    """`value[:n]` along the axes that change, of n elements as the holder has along one."""
    scope = cx.at(node)
    count = scope.emit("dim_of", holder, axis=shape_of(holder).index(size))[0]
    kept = [d == to for d, to in zip(shape_of(value), shape, strict=True)]
    spec = tuple(("slice", None, None if same else "v", None, d) for d, same in zip(shape, kept, strict=True))
    return scope.emit("index", value, *[count] * kept.count(False), spec=spec)[0]


def _beside_each_other(
    prim: str, ins: Sequence[Value], shapes: Sequence[tuple[Dim, ...]], narrow: Dim, to: Dim, size: Dim
) -> list[tuple[Dim, ...]]:
    """The shapes of operands with `to` for `narrow` along the axes that are broadcast beside others of this size."""
    fixed = 1 if prim == "index" else 0  # what is indexed, its index arrays meet each other
    others = [shape_of(v) for v in ins[fixed:]]
    core = _CORE.get(prim, 0)
    return [
        *shapes[:fixed],
        *(_replaced(shape, narrow, to, others, size, core) for shape in shapes[fixed:]),
    ]


def _replaced(
    shape: tuple[Dim, ...], narrow: Dim, to: Dim, beside: Sequence[tuple[Dim, ...]], size: Dim, core: int = 0
) -> tuple[Dim, ...]:
    """The shape with `to` for `narrow` along the axes, counted from the last, where another shape has `size`."""
    axes = {k for other in beside for k, d in enumerate(reversed(other)) if d == size and k >= core}
    from_last = range(len(shape) - 1, -1, -1)
    return tuple(to if d == narrow and k in axes else d for k, d in zip(from_last, shape, strict=True))


_CORE = {"matmul": 2, "solve": 2}  # so many last axes are those of matrices, which are not broadcast


def _repeats(prim: str, ins: Sequence[Value], params: Mapping[str, Any], narrow: Dim, size: Dim) -> bool:
    """Whether an operation repeats one element beside several."""
    declared = REGISTRY[prim]
    if not declared.info.get("elementwise") and prim not in ("index", *_CORE):
        return False
    types = (v.type for v in ins)
    one = (
        replace(t, shape=tuple(1 if d == narrow else d for d in t.shape)) if isinstance(t, AVal) else t for t in types
    )
    try:
        declared.infer(tuple(one), (), **params)
    except ShapeError as error:
        return {error.left, error.right} != {1, size}
    return True
