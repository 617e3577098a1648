"""A change of a list, dict or object that a branch chose: made in the one of the two that it is.

    n = a if c else b                        a.v, b.v = (n.v + x, b.v) if c else (a.v, n.v + x)
    n.v += x                       ⟹        n.v = n.v + x

What `n` holds is a copy of what one of both holds, so both are changed with it, each on its own path.  Where one of
them cannot be told any more (made in the branch, stale, in a list that grows), reading it is an error: SD512.
"""

from __future__ import annotations

import ast
from functools import partial
from typing import Any

from symdiff.frontend.python import memory, naming
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import Cell
from symdiff.ir.core import Value


def _sides(cx: Context, cell: Cell) -> tuple[Value, tuple[Cell, Cell]] | None:
    """What decided which of two it is, and the two."""
    if cell.chosen is None:
        return None
    pred, *both = cell.chosen
    if not cx.scope.sees(pred) or not all(_is_told(cx, side) for side in both):
        return None
    return pred, (both[0], both[1])


def _is_told(cx: Context, cell: Cell) -> bool:
    """Whether a list, dict or object can be changed here as it stands."""
    if cx.store.get(cell) is MISSING or cx.store.get(("stale", cell)) is not MISSING:
        return False
    return cell.external is None and memory.held(cx, cell) is None and not cx.belongs_outside(cell.serial)


def followers(cx: Context, cell: Cell) -> set[Cell]:
    """What is changed together with it."""
    found, todo = set[Cell](), [cell]
    while todo:
        sides = _sides(cx, todo.pop())
        new = [] if sides is None else [side for side in sides[1] if side not in found]
        found.update(new)
        todo += new
    return found


def follow(cx: Context, node: ast.AST, cell: Cell, before: Any, after: Any) -> None:
    """Change the one that it is, where its content has become another."""
    from symdiff.frontend.python import control, lodging

    sides = _sides(cx, cell)
    if sides is None:
        return
    pred, both = sides
    made = [_changed(cx.store.get(side), before, after) for side in both]
    if None in made:
        for side in both:
            cx.store.set(("stale", side), (naming.called(cell) or memory.A_KIND[cell.kind], cx.loc(node)))
        return
    first, second = (
        control.branch(cx, partial(lodging.change, cx, node, side, new))[0]
        for side, new in zip(both, made, strict=True)
    )
    control.merge(cx, node, pred, first, second)


def _changed(content: Any, before: Any, after: Any) -> Any:
    """The content with what is new behind a change; None where it is of another form."""
    if isinstance(after, dict) and isinstance(before, dict) and isinstance(content, dict):
        if not before.keys() <= after.keys():
            return None
        return type(content)({**content, **{k: v for k, v in after.items() if before.get(k) is not v}})
    if not all(isinstance(x, tuple) for x in (content, before, after)) or not len(content) == len(before) == len(after):
        return None
    return tuple(new if new is not old else kept for kept, old, new in zip(content, before, after, strict=True))
