"""Two elements of one list that grows, of which a branch chooses one: the element at the index that it chooses.

By hand: `p = ps[i] if c else ps[j]` is `k = i if c else j; p = ps[k]`, and a change of p is one of `ps[k]`.  Behind the
branch the element is read anew, since either side may have changed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symdiff.frontend.python import lodging
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.kinship import unite
from symdiff.frontend.python.sides import Sides
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import Arr, Cell, Num, Reference, at_cell
from symdiff.ir import types
from symdiff.ir.core import Op, Value


def joined(sides: Sides, a: Arr | Reference, b: Arr | Reference) -> Arr | Reference | None:
    """The element that is one on either side; None where these are not both elements of one list."""
    cx = sides.cx
    views, indices = list[lodging.View](), list[Value]()
    for side, x in zip(sides.sides, (a, b), strict=True):
        with side.active(cx):
            found = lodging.lodged(cx, x.cell)
            if found is None or found.path:
                return None
            views.append(found.view)
            indices.append(cx.scope.use(cx.value(found.view.index)))
    home = views[0].home
    if home is not views[1].home or cx.store.get(home) is MISSING or any(v.type != types.INT for v in indices):
        return None
    for side, view in zip(sides.sides, views, strict=True):
        with side.active(cx):
            _read_later(cx, view)
    at, cell = sides.pair(*indices), Cell(a.cell.kind, a.cell.loc, name=a.cell.name)
    root = Arr(cell) if isinstance(a, Arr) else at_cell(a, cell)

    def settle(outs: Sequence[Value]) -> None:
        view = lodging.View(home, Num(outs[at]), root, all(view.fixed for view in views))
        cx.store.set(("lodged", cell), lodging.Lodged(view, ()))
        cx.store.set(("stale", cell), (cell.name or "an element", cx.loc(sides.node)))
        unite(cell, home)

    sides.later.append(settle)
    sides.elements.append(cell)
    return root


def _read_later(cx: Context, view: lodging.View) -> None:
    """What a side reads last is the element: behind the branch it is read anyway, and an index out of range told."""
    scope, lists = cx.scope, cx.store.get(view.home).values
    if not isinstance(view.index, Num) or view.index.value is None:
        return
    index, own = scope.use(view.index.value), {scope.use(s) for s in lists}
    for k in range(len(scope.ops) - 1, -1, -1):
        op = scope.ops[k]
        if op.prim.name == "const":
            continue
        if op.prim.name != "seq_get" or op.ins[0] not in own or op.ins[1] is not index or op.loc is None:
            return
        scope.ops[k] = Op(op.prim, op.ins, op.outs, op.params, op.regions, replace(op.loc, again=True))


def noted(sides: Sides, cell: Cell, a: Reference, b: Reference) -> None:
    """Note where what a branch chose was chosen before by an index of the run: see `lodging.adopt`."""
    cx = sides.cx
    found = [cx.chosen[x.cell] for x in (a, b) if x.cell in cx.chosen]
    open_ = [place for place in found if place not in cx.session.adopted]
    if found:
        cx.chosen[cell] = (open_ or found)[0]
