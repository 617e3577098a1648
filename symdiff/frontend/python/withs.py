"""`with`: how overflows (`np.errstate`) and warnings (`catch_warnings`) are handled; or nothing (`nullcontext`).

The body stands in the block around it: its statements are run with the handling noted (`Context.errstate`), which every
operation emitted then, also in functions called from there, has as part of its place.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import warnings

import numpy as np

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.expressions import evaluate
from symdiff.frontend.python.values import POISON, Known
from symdiff.ir import errstate
from symdiff.ir.errstate import Handling, Stack


def entered(cx: Context, stmt: ast.With) -> tuple[Stack, list[ast.stmt]] | None:
    """The handling inside, and the statements that stand there; None after a problem."""
    stack, body = cx.errstate, list(stmt.body)
    for item in stmt.items:
        node = item.context_expr
        call = node if isinstance(node, ast.Call) and item.optional_vars is None else None
        manager = None if call is None else evaluate(cx, call.func)
        if manager is POISON:
            return None
        made = manager.obj if isinstance(manager, Known) else None
        if call is not None and made is contextlib.nullcontext and not call.args and not call.keywords:
            continue
        if call is not None and made is warnings.catch_warnings:
            given = _given(cx, call, "action", "category")
            filters = None if given is None else [given] if given else _leading(cx, body)
            if filters is None or (_filters_later(body) and not given):
                cx.refuse("SD210", stmt, manager=shown(cx, stmt, item))
                return None
            for handling in filters:
                stack = errstate.inside(stack, handling)
            continue
        if call is None or made is not np.errstate or call.args or any(k.arg is None for k in call.keywords):
            cx.refuse("SD210", stmt, manager=shown(cx, stmt, item))
            return None
        modes = _handling(cx, call)
        if modes is None:
            return None
        stack = errstate.inside(stack, modes)
    return stack, body


def shown(cx: Context, stmt: ast.With, item: ast.withitem) -> str:
    """The manager, with the name that takes what it gives, and whether another kind of manager stands before it."""
    name = "" if item.optional_vars is None else f" as {cx.text(item.optional_vars)}"
    behind = "" if item is stmt.items[0] else ", which is not in a `with` of its own"
    return f"`{cx.text(item.context_expr)}{name}`{behind}"


# --- warnings

_FILTERS = (warnings.simplefilter, warnings.filterwarnings)


def _leading(cx: Context, body: list[ast.stmt]) -> list[Handling] | None:
    """The filters that the statements set that the body begins with, which are taken out of it."""
    found: list[Handling] = []
    while body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Call):
        call = body[0].value
        function = evaluate(cx, call.func) if isinstance(call.func, (ast.Name, ast.Attribute)) else None
        if not isinstance(function, Known) or not any(function.obj is f for f in _FILTERS):
            break
        second = "category" if function.obj is warnings.simplefilter else "message"
        handling = _given(cx, call, "action", second)
        if not handling:
            return None
        found.append(handling)
        del body[0]
    return found


def _filters_later(body: list[ast.stmt]) -> bool:
    """Whether filters are set that would have to be taken back where the body ends."""
    names = {n.attr if isinstance(n, ast.Attribute) else n.id
             for s in body for n in ast.walk(s) if isinstance(n, (ast.Attribute, ast.Name))}  # fmt: skip
    return not names.isdisjoint(("simplefilter", "filterwarnings", "resetwarnings"))


def _given(cx: Context, call: ast.Call, *positional: str) -> Handling | None:
    """What is done with which warnings; nothing where the call says nothing, None where it says more."""
    written = {**dict(zip(positional, call.args, strict=False)), **{str(k.arg): k.value for k in call.keywords}}
    values = {name: evaluate(cx, node) for name, node in written.items()}
    known = {name: val.obj for name, val in values.items() if isinstance(val, Known)}
    if known.get("record") is False:
        del known["record"], values["record"]
    category = known.get("category", Warning)
    builtin = isinstance(category, type) and getattr(builtins, category.__name__, None) is category
    if len(known) < len(values) or not {*known} <= {"action", "category"} or not builtin:
        return None
    if known and known.get("action") not in errstate.ACTIONS:
        return None
    return (("warnings", known["action"]), ("category", category.__name__)) if known else ()


def _handling(cx: Context, call: ast.Call) -> Handling | None:
    """The modes that `np.errstate(over="ignore", …)` is given."""
    found: list[tuple[str, str]] = []
    for keyword in call.keywords:
        given = evaluate(cx, keyword.value)
        if given is POISON:
            return None
        kind, mode = str(keyword.arg), given.obj if isinstance(given, Known) else None
        if kind == "call" or mode in ("call", "log"):
            detail = ": what is called would have to be part of the generated module"
            cx.refuse("SD402", keyword.value, argument=kind, function="np.errstate", detail=detail)
            return None
        if kind not in ("all", *errstate.KINDS) or mode not in (*errstate.MODES, None) or not isinstance(given, Known):
            message = f"`{kind}` is one of {', '.join(errstate.MODES)}, and of {', '.join(errstate.KINDS)} or all"
            cx.refuse("SD403", keyword.value, function="np.errstate", message=message)
            return None
        if mode is not None:
            found.append((kind, str(mode)))
    return tuple(found)
