"""`np.r_[…]`, `np.c_[…]`, `np.mgrid[…]` and `np.ogrid[…]`: what stands in the brackets, as arguments of a function.

A slice `lo:hi:step` is the tuple (lo, hi, step) of it: see `frontend.spelled.grids`.
"""

from __future__ import annotations

import ast

import numpy as np

from symdiff.frontend.python import containers, numpy_spelled
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Known, SliceVal, Struct, Val
from symdiff.frontend.spelled import grids

_OF_SLICES = {id(np.mgrid): ("mgrid", grids.mgrid), id(np.ogrid): ("ogrid", grids.ogrid)}


def subscript(cx: Context, node: ast.AST, base: Known, index: Val) -> Val | None:
    """The result; None where `base` is none of these objects."""
    entries = list(index.items) if isinstance(index, Struct) and index.kind == "tuple" else [index]
    if POISON in entries:
        return POISON
    if id(base.obj) in _OF_SLICES:
        name, function = _OF_SLICES[id(base.obj)]
        if not all(isinstance(e, SliceVal) for e in entries):
            return cx.refuse("SD402", node, argument=cx.text(node), function=f"np.{name}", detail=": slices alone")
        ends = Struct("tuple", tuple(_ends(e) for e in entries))
        single = Known(not isinstance(index, Struct))
        return numpy_spelled.written_out(cx, node, name, function, [ends, single], {})
    if base.obj is np.s_ or base.obj is np.index_exp:
        return Struct("tuple", tuple(entries)) if base.obj is np.index_exp else index
    if base.obj is not np.r_ and base.obj is not np.c_:
        return None
    name, places = ("r_", [0, 1, -1]) if base.obj is np.r_ else ("c_", [-1, 2, 0])
    first = entries[0].obj if isinstance(entries[0], Known) else None
    if isinstance(first, str):
        given = first.split(",")
        if len(given) > 3 or not all(n.strip().removeprefix("-").isdigit() for n in given):
            return cx.refuse("SD402", node, argument=repr(first), function=f"np.{name}", detail=": integers are needed")
        places[: len(given)] = map(int, given)
        entries = entries[1:]
    parts = [_ends(e) if isinstance(e, SliceVal) else e for e in entries]
    ranges = tuple(Known(isinstance(e, SliceVal)) for e in entries)
    for e in parts:
        if not cx.is_numeric(e) and containers.elements(cx, e) is None:
            return cx.refuse("SD321", node, operation=f"np.{name}", left=cx.describe(e), right="nothing")
    args = [Struct("tuple", tuple(parts)), Struct("tuple", ranges), *map(Known, places)]
    return numpy_spelled.written_out(cx, node, name, grids.joined, args, {})


def _ends(entry: Val) -> Val:
    return Struct("tuple", (entry.lo, entry.hi, entry.step)) if isinstance(entry, SliceVal) else entry
