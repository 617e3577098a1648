"""`with`: what NumPy does with overflows and the like inside (`np.errstate`), or nothing (`contextlib.nullcontext`).

The body stands in the block around it: its statements are run with the handling noted (`Context.errstate`), which every
operation emitted then, also in functions called from there, has as part of its place.
"""

from __future__ import annotations

import ast
import contextlib

import numpy as np

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.expressions import evaluate
from symdiff.frontend.python.values import POISON, Known
from symdiff.ir import errstate
from symdiff.ir.errstate import Handling, Stack


def entered(cx: Context, stmt: ast.With) -> Stack | None:
    """The handling inside; None after a problem."""
    stack = cx.errstate
    for item in stmt.items:
        node = item.context_expr
        call = node if isinstance(node, ast.Call) and item.optional_vars is None else None
        manager = None if call is None else evaluate(cx, call.func)
        if manager is POISON:
            return None
        made = manager.obj if isinstance(manager, Known) else None
        if call is not None and made is contextlib.nullcontext and not call.args and not call.keywords:
            continue
        if call is None or made is not np.errstate or call.args or any(k.arg is None for k in call.keywords):
            cx.refuse("SD210", stmt, manager=f"`{cx.text(node)}`")
            return None
        handling = _handling(cx, call)
        if handling is None:
            return None
        stack = errstate.inside(stack, handling)
    return stack


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
