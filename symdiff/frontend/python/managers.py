"""`with` of objects of the user's classes: `__enter__` and `__exit__` are calls before and behind the body.

    with Timer("solve") as t:      t = Timer("solve").__enter__()
        y = solve(x)               y = solve(x)
                                   t.__exit__(None, None, None), also where the body returns, breaks or continues

Where the body raises, the exception goes on, since `__exit__` may not swallow it; nothing that the call made is left
then, so `__exit__` may do everything but what is seen outside: print, write files, release a lock.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import FunctionType, ModuleType

from symdiff.errors import CompileError
from symdiff.frontend.definitions import walk
from symdiff.frontend.python import classes, special_methods, withs
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.control import GOING, RAISE, exit_of, set_exit
from symdiff.frontend.python.expressions import evaluate
from symdiff.frontend.python.values import NONE, POISON, Known, Val
from symdiff.frontend.source import load
from symdiff.ir.core import Op

_HARMLESS = ("time.", "raise_if", "opt_get", "check_shape")


def of_classes(cx: Context, stmt: ast.With) -> bool:
    """Whether the managers are objects of the user's classes, by the first of them, or what a user's function gives."""
    node = stmt.items[0].context_expr
    if isinstance(node, ast.Call):
        return _gives_objects(node.func, _named(cx, node.func))
    cls = classes.class_of(evaluate(cx, node))
    return classes.function_of(cls, "__enter__") is not None and not _of_library(cls)


def _named(cx: Context, node: ast.expr) -> Val | None:
    """What a name means, or one of a module, which may be evaluated twice; None of other expressions."""
    of = _named(cx, node.value) if isinstance(node, ast.Attribute) else None
    in_module = isinstance(of, Known) and isinstance(of.obj, ModuleType)
    return evaluate(cx, node) if in_module or isinstance(node, ast.Name) else None


def _gives_objects(node: ast.expr, function: Val | None) -> bool:
    """Whether to call this function, and see what it gives."""
    if function is None:
        return isinstance(node, ast.Attribute)
    if not isinstance(function, Known):
        return function is not POISON
    if isinstance(function.obj, type):
        return classes.function_of(function.obj, "__enter__") is not None and not _of_library(function.obj)
    return isinstance(function.obj, FunctionType) and not hasattr(function.obj, "__wrapped__")


def _of_library(cls: type | None) -> bool:
    return str(getattr(cls, "__module__", "")).split(".")[0] in ("contextlib", "warnings", "numpy", "threading")


def run(cx: Context, stmt: ast.With, body: Callable[[], None], bind: Callable[[ast.expr, Val], None]) -> None:
    """Enter, run the body, leave in the opposite order."""
    managers: list[Val] = []
    for item in stmt.items:
        manager = evaluate(cx, item.context_expr)
        why = None if manager is POISON else _unsuitable(cx, stmt, item, manager)
        entered: Val = POISON
        if why is not None:
            cx.refuse("SD210", stmt, manager=why)
        elif manager is not POISON:
            entered = special_methods.call(cx, stmt, manager, "__enter__", []) or POISON
        if item.optional_vars is not None:
            bind(item.optional_vars, entered)
        if entered is not POISON:
            managers.append(manager)
    body()
    state = exit_of(cx)
    if state.known == RAISE:
        return
    set_exit(cx, GOING)
    for manager in reversed(managers):
        before = len(cx.scope.ops)
        special_methods.call(cx, stmt, manager, "__exit__", [NONE, NONE, NONE])
        if any(_is_seen(op) for op in cx.scope.ops[before:]):
            cx.refuse("SD210", stmt, manager=f"{cx.describe(manager)}, whose `__exit__` shows or writes something")
    set_exit(cx, state)


def _unsuitable(cx: Context, stmt: ast.With, item: ast.withitem, manager: Val) -> str | None:
    """Why a manager cannot be entered here; None where it can."""
    cls = classes.class_of(manager)
    function = classes.function_of(cls, "__exit__")
    if function is None:
        return withs.shown(cx, stmt, item)
    try:
        node = load(function).node
    except CompileError:
        return f"{cx.describe(manager)}, whose `__exit__` has no source"
    returned = [n.value for n in walk(node) if isinstance(n, ast.Return) and n.value is not None]
    if all(isinstance(v, ast.Constant) and not v.value for v in returned):
        return None
    return f"{cx.describe(manager)}, whose `__exit__` may swallow exceptions"


def _is_seen(op: Op) -> bool:
    """Whether an operation does what is seen when the body raises: it would be left out then."""
    if any(_is_seen(o) for region in op.regions for o in region.ops):
        return True
    name = str(op.params.get("callee", op.prim.name))
    return op.prim.effect and not name.startswith(_HARMLESS)
