"""Operands of which a size is checked when the code runs.

By hand: in a branch, `x + y` with x: f8[n], y: f8[m] is `x + _check_shape(y, (n,))`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import static_size
from symdiff.ir.core import Value
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
            holder = next(v for v in (*others, value) if d in shape_of(v))
            sizes.append(scope.emit("dim_of", holder, axis=shape_of(holder).index(d))[0])
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
    part = part_of(ins, spec)
    found = shape_of(ins[1])
    if part is None:
        return None
    wanted = tuple(d if d == 1 else p for d, p in zip(found, part[len(part) - len(found) :], strict=True))
    return fitted(cx, node, ins, spec, wanted, "check_shape")


def part_of(ins: Sequence[Value], spec: Spec) -> tuple[Dim, ...] | None:
    """The shape of the part that a store writes; None where index arrays do not fit each other."""
    types = [v.type for v in ins if isinstance(v.type, AVal)]
    try:
        return index_shape(types[0].shape, spec, tuple(types[2:]))
    except ShapeError:
        return None


def fitted(
    cx: Context, node: ast.AST, ins: Sequence[Value], spec: Spec, shape: tuple[Dim, ...], prim: str
) -> list[Value]:
    """The operands of a store, the value made to have this shape; sizes that no operand has are those of the part."""
    x, value, *indices = ins
    known = all(static_size(d) or any(d in shape_of(v) for v in ins[1:]) for d in shape)
    others = [*ins[1:], *([] if known else cx.at(node).emit("index", x, *indices, spec=spec))]
    return [x, check_shape(cx, node, value, shape, others, prim=prim), *indices]


def shape_of(v: Value) -> tuple[Dim, ...]:
    return v.type.shape if isinstance(v.type, AVal) else ()


def widened(cx: Context, node: ast.AST, ins: Sequence[Value], shape: Sequence[Dim]) -> list[Value]:
    """The operands of `broadcast_to` or `full`, the array checked axis by axis to have the sizes asked for."""
    x, *sizes = ins
    found = shape_of(x)
    wanted = tuple(d if d == 1 else s for d, s in zip(found, shape[len(shape) - len(found) :], strict=True))
    return [check_shape(cx, node, x, wanted, given=dict(zip(shape, sizes, strict=False))), *sizes]
