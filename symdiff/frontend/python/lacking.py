"""Attributes that are not there on every path: what is read then, and what is reported."""

from __future__ import annotations

import ast
from typing import Any

from symdiff.frontend.python import alternatives, linked, unlike
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.problems import NeedStatic
from symdiff.frontend.python.values import UNBOUND, Attributes, Conflict, DictRef, Known, ListRef, Maybe, ObjRef, Val
from symdiff.signature import Unread


def _may_lack(val: Val) -> bool:
    """Whether an attribute is not there on some paths."""
    differs = isinstance(val, Conflict) and "not there" in (val.then, val.orelse)
    return val is UNBOUND or differs or (isinstance(val, Maybe) and not val.none) or alternatives.unbound(val)


def note(cx: Context, obj: ObjRef, val: Val, name: str) -> bool:
    """Note an attribute that is not there on some paths: of objects that are numbers it is known when it runs."""
    if _may_lack(val):
        linked.note_later(cx.session, obj.cls, name)
    return _may_lack(val)


def refuse(cx: Context, node: ast.AST, obj: ObjRef, name: str) -> Val | None:
    """Report what asks whether an attribute is there that is not on some paths; None of other attributes."""
    content = cx.store.get(obj.cell)
    val = content.get(name) if isinstance(content, Attributes) else None
    if val is None or not note(cx, obj, val, name):
        return None
    return cx.refuse("SD310", node, name=f"`{name}`", then="an attribute", otherwise="not there", **_SET_BEFORE)


def settled(cx: Context, node: ast.AST, name: str, val: Val) -> Val:
    """What an attribute holds, as it is read."""
    if isinstance(val, Known) and isinstance(val.obj, Unread):
        problem = cx.make_problem("SD724", node, name=val.obj.name, type=val.obj.type)
        raise NeedStatic(frozenset({f"argument {val.obj.name}"}), problem)
    if isinstance(val, Conflict):
        fields = _SET_BEFORE if _may_lack(val) else {}
        return cx.refuse(val.code, node, name=f"`{name}`", then=val.then, otherwise=val.orelse, **fields)
    if isinstance(val, (ListRef, DictRef)) and isinstance(cx.store.get(val.cell), Conflict):
        return unlike.refuse(cx, node, cx.store.get(val.cell))
    if alternatives.involved(val):
        return alternatives.narrowed(cx, node, val)
    if isinstance(val, Maybe) or val is UNBOUND:
        return cx.refuse("SD310", node, name=f"`{name}`", then="an attribute", otherwise="not there", **_SET_BEFORE)
    return val


_SET_BEFORE: dict[str, Any] = {"rewrite": "set it in `__init__`, or before the branch or loop"}
