"""np.stack, np.concatenate and their like of a list that grew in a loop: arrays of one shape, as many as there are."""

from __future__ import annotations

import ast
import operator
from typing import Any

from symdiff.frontend.python import arrays, forms, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_shapes import reshape
from symdiff.frontend.python.values import POISON, Grown, Known, ListRef, Struct, Val, static_size
from symdiff.ir.types import AVal


def stack(cx: Context, node: ast.AST, val: ListRef, axis: Any) -> Val:
    """np.stack of a list that grew in a loop: its first axis, moved."""
    whole = arrays.from_grown(cx, node, val, None, stacked=True, needed=True)
    if whole is POISON:
        return POISON
    rank = cx.aval(whole).rank
    try:
        at = range(rank)[operator.index(axis)]
    except (IndexError, TypeError):
        message = f"axis {axis} is out of bounds for array of dimension {rank}"
        return cx.refuse("SD403", node, function="np.stack", message=message)
    order = list(range(1, rank))
    order.insert(at, 0)
    return arrays.transposed(cx, node, whole, tuple(order))


def concatenate(cx: Context, node: ast.AST, val: ListRef, axis: int) -> Val:
    """np.concatenate of a list that grew in a loop: its stack, the first axis moved to the one joined and merged."""
    whole = arrays.from_grown(cx, node, val, None, stacked=True, needed=True)
    if whole is POISON:
        return POISON
    rank = cx.aval(whole).rank - 1
    if not rank or not -rank <= axis < rank:
        message = "zero-dimensional arrays cannot be concatenated" if not rank else f"axis {axis} is out of bounds"
        return cx.refuse("SD403", node, function="np.concatenate", message=message)
    at = axis % rank
    content: Grown = cx.store.get(val.cell)
    assert content.form.type is None or isinstance(content.form.type, AVal)
    if content.form.type is not None and not static_size(content.form.type.shape[at]):  # they may differ there
        return cx.refuse("SD505", node, name=cx.listed(node), reason=f"holds {forms.described(content.form)}")
    order = list(range(1, rank + 1))
    order.insert(at, 0)
    moved = arrays.transposed(cx, node, whole, tuple(order))
    sizes = [arrays.size_of(cx, node, moved, k) for k in range(rank + 1)]
    merged = operators.binary(cx, node, ast.Mult(), sizes[at], sizes[at + 1])
    return reshape(cx, node, moved, Struct("tuple", (*sizes[:at], merged, *sizes[at + 2 :])))


def stacked(cx: Context, node: ast.AST, name: str, val: ListRef, content: Grown) -> Val:
    """np.hstack and its like of a list that grew in a loop: of vectors or numbers stacked or joined, else joined."""
    t = content.form.type
    if t is None:
        return cx.refuse("SD505", node, name=cx.listed(node), reason=f"holds {forms.described(content.form)}")
    if t.rank >= 2:
        return concatenate(cx, node, val, 0 if name == "vstack" else 1)
    if name == "hstack" and t.rank == 1:
        return concatenate(cx, node, val, 0)
    whole = stack(cx, node, val, 1 if name == "column_stack" and t.rank else 0)
    if t.rank or name == "hstack" or whole is POISON:
        return whole
    shape = (Known(-1), Known(1)) if name == "vstack" else (Known(1), Known(-1))
    return reshape(cx, node, whole, Struct("tuple", shape))
