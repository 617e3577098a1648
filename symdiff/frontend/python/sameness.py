"""Whether two arrays, lists or objects of lists that grow, each with memory of its own here, are one."""

from __future__ import annotations

import ast
from collections.abc import Collection

from symdiff.frontend.python import lodging, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.kinship import related
from symdiff.frontend.python.values import Cell, Grown, Known, Val
from symdiff.ir.core import Value


def may_be_one(cx: Context, a: Cell, b: Cell) -> bool:
    """Whether two arrays or objects of lists that grow may be one."""
    if b not in related([a]):
        return False
    one, other = lodging.lodged(cx, a), lodging.lodged(cx, b)
    if one is None or other is None or one.view.home is not other.view.home:
        return True
    content = cx.store.get(one.view.home)
    apart = not any(lodging.within(one.path, path) or lodging.within(other.path, path) for path in content.shared)
    return not (apart and one.path != other.path)


def listed_in(cx: Context, cell: Cell, values: Collection[Value]) -> bool:
    """Whether some of these values are lists that may have an array as an element."""
    contents = (cx.store.get(c) for c in cell.kin and related([cell]))
    return any(v in values for content in contents if isinstance(content, Grown) for v in content.values)


def same_place(cx: Context, node: ast.AST, a: Cell, b: Cell, positive: bool) -> Val | None:
    """Whether two objects, each with memory of its own here, are one; None where it is not known."""
    reached = related([a])
    if b not in reached:
        passed = any(cx.belongs_outside(c.serial) for c in reached)
        return None if passed and any(cx.belongs_outside(c.serial) for c in related([b])) else Known(not positive)
    one, other = lodging.lodged(cx, a), lodging.lodged(cx, b)
    if one is None or other is None or one.view.home is not other.view.home:
        return None
    content = cx.store.get(one.view.home)
    if any(lodging.within(one.path, path) or lodging.within(other.path, path) for path in content.shared):
        return None
    if one.path != other.path:
        return Known(not positive)
    if not (one.view.fixed and other.view.fixed):
        return None
    op = ast.Eq() if positive else ast.NotEq()
    return operators.compare(cx, node, op, one.view.index, other.view.index)
