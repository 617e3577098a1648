"""Attributes that no dictionary has: those of a captured object whose class defines `__getattr__`.

By hand: of `class Config(dict)` with `def __getattr__(self, key): return self[key]` and a captured instance `cfg`,
`cfg.lr` is `cfg["lr"]`: the item is looked up, and guarded or fetched at each call, as any other captured item is.  A
method that does more is followed into its source like any other.
"""

from __future__ import annotations

import ast
import types as python_types
from typing import Any

from symdiff.frontend.python import calls, captured, classes
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Bound, Known, Val
from symdiff.frontend.source import load
from symdiff.signature import ABSENT


def missing(cx: Context, node: ast.AST, base: Known, name: str) -> Val | None:
    """`base.name` by the class's `__getattr__`, or from what is its own dictionary; None where neither is asked."""
    cls = classes.class_of(base)
    if cls is None or classes.lookup(cls, name) is not None or not classes.plainly_read(cls):
        return None
    own = getattr(base.obj, "__dict__", {})
    if own is base.obj and name in own:  # `self.__dict__ = self`
        _rely_on_class(cx, cls, name)
        return captured.lift_item(cx, base, name)
    hook = classes.lookup(cls, "__getattr__")
    if name in own or hook is None:
        return None
    _rely_on_class(cx, cls, name)
    captured.rely_on_absence(cx, base.obj, name)
    if hook[1] is dict.__getitem__ or (isinstance(hook[1], python_types.FunctionType) and _reads_item(hook[1])):
        captured.rely_on(cx, classes.class_value(cx, cls), "get", "__getattr__", hook[1])
        if isinstance(base.obj, dict) and name in base.obj:
            return captured.lift_item(cx, base, name)
        return None
    if not isinstance(hook[1], python_types.FunctionType):
        return None
    return asked(cx, node, base, hook[1], name)


def asked(cx: Context, node: ast.AST, base: Val, hook: Any, name: str) -> Val:
    """What the class's `__getattr__` gives for a name that an object has not."""
    cls = classes.class_of(base)
    assert cls is not None
    if not isinstance(hook, python_types.FunctionType):
        return cx.refuse("SD412", node, name=f"`{cls.__name__}`", reason="has a `__getattr__` that is no function")
    return calls.apply(cx, node, Bound(base, classes.member(cx, cls, "__getattr__", hook)), [Known(name)], {})


def _rely_on_class(cx: Context, cls: type, name: str) -> None:
    """The class must go on having no attribute of that name."""
    captured.rely_on(cx, classes.class_value(cx, cls), "get", name, ABSENT)


def _reads_item(function: python_types.FunctionType) -> bool:
    """Whether a method is `return self[key]`, whatever it does where there is no such key."""
    tree = load(function).node
    if not isinstance(tree, ast.FunctionDef) or len(tree.args.args) != 2:
        return False
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    match body:
        case [ast.Try(body=[ast.Return(value=value)], orelse=[], finalbody=[])] | [ast.Return(value=value)]:
            receiver, key = (a.arg for a in tree.args.args)
            return value is not None and ast.unparse(value) == f"{receiver}[{key}]"
        case _:
            return False
