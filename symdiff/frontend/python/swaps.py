"""Two elements of a list that grows, exchanged: `rows[i], rows[j] = rows[j], rows[i]`.

Put in one by one, an element would be at two places of the list for a moment, and could not be changed from then on
(see `lodging`).  Exchanged, each is where it was or where the other was, also where i and j are equal.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from symdiff.frontend.python import alternatives, containers, grown, keyed, lodging, memory
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Cell, Grown, ListRef, Val


def exchanged(cx: Context, stmt: ast.Assign) -> bool:
    """Run the assignment if it exchanges two elements of a list that grows; False if it is another one."""
    from symdiff.frontend.python.expressions import evaluate

    found = _places(stmt)
    if found is None:
        return False
    first, second = found
    base = evaluate(cx, first.value)
    if keyed.holds(cx, base):
        return _of_dict(cx, stmt, base, first, second)
    if not isinstance(base, ListRef) or base.cell.kind != "list":
        return False
    content = cx.store.get(base.cell)
    form = content.form if isinstance(content, Grown) else grown.form_of_elements(cx, content) if content else None
    if form is None or not grown.has_memory(form):
        return False
    indices = [evaluate(cx, part.slice) for part in (first, second)]
    if not all(_is_index(cx, index) for index in indices):
        return False
    if isinstance(content, tuple):
        if not any(containers.searched(cx, part, index, content) for part, index in zip(found, indices, strict=True)):
            return False
        content = grown.staged(cx, stmt, content)
    if content is not None and containers.changeable(cx, stmt, base):
        _exchange(cx, stmt, base.cell, content, indices)
    return True


def _of_dict(cx: Context, stmt: ast.Assign, base: Val, first: ast.Subscript, second: ast.Subscript) -> bool:
    """The same of two entries of a dict whose keys are found when it runs."""
    from symdiff.frontend.python.expressions import evaluate

    found = []
    for part in (second, first):  # as the right side has them
        place = keyed.element(cx, part, base, evaluate(cx, part.slice))
        if place is None:
            return False
        found.append(place)
    held = found[0].of
    content = cx.store.get(held.cell)
    content = grown.staged(cx, stmt, content) if isinstance(content, tuple) else content
    if content is None or not grown.has_memory(content.form):
        return content is None
    if containers.changeable(cx, stmt, held):
        _exchange(cx, stmt, held.cell, content, [place.at for place in found])
    return True


def _places(stmt: ast.Assign) -> tuple[ast.Subscript, ast.Subscript] | None:
    """The two places of `a[i], a[j] = a[j], a[i]`, named by what has no effect."""
    sides = [stmt.value, *stmt.targets]
    if len(sides) != 2 or not all(isinstance(side, ast.Tuple) and len(side.elts) == 2 for side in sides):
        return None
    (a, b), (c, d) = (side.elts for side in sides if isinstance(side, ast.Tuple))
    parts = [x for x in (a, b, c, d) if isinstance(x, ast.Subscript) and _is_plain(x)]
    if len(parts) != 4 or len({ast.dump(x.value) for x in parts}) != 1:
        return None
    at = [ast.dump(x.slice) for x in parts]
    return (parts[2], parts[3]) if at[0] == at[3] and at[1] == at[2] else None


def _is_plain(place: ast.Subscript) -> bool:
    allowed = (ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.expr_context)
    return isinstance(place.value, ast.Name) and all(isinstance(n, allowed) for n in ast.walk(place.slice))


def _is_index(cx: Context, index: Val) -> bool:
    if index is POISON or alternatives.involved(index) or not cx.is_numeric(index):
        return False
    t = cx.aval(index)
    return not t.rank and t.dtype[0] in "iu"


def _exchange(cx: Context, node: ast.AST, cell: Cell, content: Grown, indices: list[Val]) -> None:
    i, j = (cx.value(index) for index in indices)
    memory.check_read(cx, ListRef(cell))
    values = (cx.at(node).emit("seq_swap", s, i, j)[0] for s in content.values)
    lodging.change(cx, node, cell, replace(content, values=tuple(values)))
