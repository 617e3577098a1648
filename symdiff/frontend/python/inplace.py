"""Augmented assignment: `s += v` binds a number anew, `x += v` and `x[i] += v` write into an array."""

from __future__ import annotations

import ast

from symdiff.frontend.python import containers, memory, operators, subscripts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.expressions import evaluate, subscript
from symdiff.frontend.python.values import POISON, Arr, Known, ListRef, Val
from symdiff.ir import dims
from symdiff.ir.types import Kind


def augmented(cx: Context, stmt: ast.AugAssign) -> None:
    target = stmt.target
    if isinstance(target, ast.Name):
        load = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        before = evaluate(cx, load)
        val = evaluate(cx, stmt.value)
        containers.assign(cx, target, update(cx, stmt, before, val))
    elif isinstance(target, ast.Subscript):
        _item(cx, stmt, target)
    else:
        evaluate(cx, stmt.value)
        cx.refuse("SD221", stmt, target=cx.text(target))


def update(cx: Context, stmt: ast.AugAssign, before: Val, val: Val) -> Val:
    """What `before op= val` leaves in the name."""
    if memory.is_poison(before, val):
        return POISON
    if isinstance(before, Arr):
        return before if write_whole(cx, stmt, before, val) else POISON
    if isinstance(before, ListRef) and isinstance(stmt.op, ast.Add):
        items = containers.items_of(cx, stmt.value, val)
        if items is None:
            return cx.refuse("SD321", stmt, operation="+=", left="a list", right=cx.describe(val))
        for item in items:
            containers.append_value(cx, stmt, before, item)
        return before
    return operators.binary(cx, stmt, stmt.op, before, val)


def write_whole(cx: Context, stmt: ast.AugAssign, arr: Arr, val: Val) -> bool:
    """`arr op= val` for an array: the result is stored in the array's own memory and dtype."""
    if not memory.writable(cx, stmt, arr):
        return False
    to = cx.aval(arr)
    found = operators.binary(cx, stmt, stmt.op, arr, val)
    if found is POISON:
        return False
    t = cx.aval(found)
    name = f"`{cx.text(stmt.target)}`"
    if len(t.shape) != to.rank or not all(dims.equal(a, b) is True for a, b in zip(t.shape, to.shape, strict=True)):
        cx.refuse(
            "SD301", stmt, left=str(to), right=cx.describe(val), operation=cx.text(stmt), left_size=to, right_size=t
        )
        return False
    order = "biufc"
    if order.index(t.dtype[0]) > order.index(to.dtype[0]) and not (t.dtype[0] in "iu" and to.dtype[0] in "iu"):
        code = "SD306" if t.inexact and not to.inexact else "SD318"
        cx.refuse(code, stmt, name=name, dtype=to.dtype, operation=cx.text(stmt), value=str(t))
        return False
    if t.dtype != to.dtype or t.kind is not Kind.ARRAY:
        found = cx.emit(stmt, "convert", found, kind=Kind.ARRAY, dtype=to.dtype)
    return found is not POISON and memory.write(cx, stmt, arr, cx.value(found))


def _item(cx: Context, stmt: ast.AugAssign, target: ast.Subscript) -> None:
    base, index = evaluate(cx, target.value), evaluate(cx, target.slice)
    if memory.is_poison(base, index):
        evaluate(cx, stmt.value)
        return
    if not isinstance(base, Arr):
        before = subscript(cx, target, base, index)
        found = update(cx, stmt, before, evaluate(cx, stmt.value))
        if not isinstance(before, (Arr, ListRef)) or not isinstance(base, Known):
            containers.store_item(cx, target, base, index, found)
        return
    version = cx.store.get(base.cell)
    val = evaluate(cx, stmt.value)
    if memory.is_poison(val):
        return
    if (
        isinstance(stmt.op, (ast.Add,))
        and cx.is_numeric(val)
        and subscripts.update(cx, stmt, base, index, val, version)
    ):
        return
    part = subscript(cx, target, base, index)
    if isinstance(part, Arr) and part.cell is base.cell:
        write_whole(cx, stmt, part, val)
        return
    if part is not POISON:
        subscripts.write(cx, stmt, base, index, operators.binary(cx, stmt, stmt.op, part, val))
