"""`y.flat`: the elements of an array in C order, read, written and run over by their number.

A slice of it is a copy, unlike one of the array.  Where the memory is certainly in order the elements are those of
`y.reshape(-1)`; elsewhere single ones are found by dividing their number, as `np.put` does, and many are written into
a copy in order.
"""

from __future__ import annotations

import ast

from symdiff.frontend.python import arrays, memory, numpy_shapes, numpy_spelled, overlaps, subscripts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Arr, Flat, Known, Num, Struct, Val, size
from symdiff.frontend.spelled import writing


def elements(cx: Context, node: ast.AST, flat: Flat) -> Val:
    """All of them, as a vector: a view where that is certain, a copy elsewhere."""
    base = flat.base
    return base if cx.aval(base).rank == 1 else numpy_shapes.reshape(cx, node, base, Known(-1))


def read(cx: Context, node: ast.AST, flat: Flat, index: Val) -> Val:
    """`y.flat[index]`."""
    line = elements(cx, node, flat)
    found = subscripts.read(cx, node, line, index) if isinstance(line, Arr) else POISON
    return arrays.copy(cx, node, found)


def write(cx: Context, node: ast.AST, flat: Flat, index: Val, val: Val) -> None:
    """`y.flat[index] = val`."""
    base = flat.base
    if memory.is_poison(index, val) or overlaps.refuse_in_turn(cx, node, base, val):
        return
    if cx.aval(base).rank == 1 or memory.in_order(cx, base):
        line = elements(cx, node, flat)
        if isinstance(line, Arr):
            subscripts.write(cx, node, line, index, val)
    elif isinstance(index, (Num, Known)) and cx.is_numeric(index):
        numpy_spelled.written_out(cx, node, "put", writing.put, [base, index, val], {})
    else:
        _written_whole(cx, node, flat, index, val)


def _written_whole(cx: Context, node: ast.AST, flat: Flat, index: Val, val: Val) -> None:
    """A store at many places: into a copy in order, of which all is put back."""
    line = arrays.copy(cx, node, elements(cx, node, flat))
    if not isinstance(line, Arr):
        return
    subscripts.write(cx, node, line, index, val)
    shape = Struct("tuple", tuple(map(size, cx.aval(flat.base).shape)))
    whole = numpy_shapes.reshape(cx, node, line, shape)
    if whole is not POISON:
        subscripts.write(cx, node, flat.base, Known(Ellipsis), whole)
