"""Running statements.  A block is a work list, so that what follows an early return needs no recursion."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from symdiff.frontend.python import (
    alternatives,
    arrays,
    calls,
    control,
    exceptions,
    foreign,
    handed_out,
    inplace,
    loops,
    managers,
    nothing_added,
    summing,
    swaps,
    targets,
    withs,
)
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.control import BREAK, CONTINUE, ON, RAISE, RESULT, RETURN, Pending
from symdiff.frontend.python.expressions import condition, evaluate, evaluate_spent
from symdiff.frontend.python.instances import Bottom
from symdiff.frontend.python.liveness import assigned, declared_outside
from symdiff.frontend.python.values import NONE, POISON, Foreign, Known, Val
from symdiff.frontend.source import FunctionNode
from symdiff.ir.errstate import Stack


@dataclass(frozen=True, slots=True)
class Left:
    """The end of a `with`: what NumPy's errors were handled like before."""

    errstate: Stack


Work = list[ast.stmt | Pending | Left]


def run_block(cx: Context, body: Sequence[ast.stmt], live: frozenset[str]) -> None:
    """Run the statements; `live` are the names that may be read behind the block."""
    outside = cx.errstate
    try:
        _run_all(cx, list(reversed(body)), live)
    finally:
        cx.errstate = outside


def _run_all(cx: Context, work: Work, live: frozenset[str]) -> None:
    pending: list[Pending] = []
    while work:
        item = work.pop()
        if isinstance(item, Left):
            cx.errstate = item.errstate
            continue
        if isinstance(item, Pending):
            _close_down_to(cx, pending, item)
            continue
        state = control.exit_of(cx)
        if state.known is None:
            pending.append(control.open_guard(cx, item, state, None))
        elif state.known != ON:
            continue
        try:
            with cx.reaching_bottom():
                _run(cx, item, work, pending)
        except Bottom:
            control.leave(cx, RAISE)
    while pending:
        control.close_side(cx, pending.pop(), live)


def _run(cx: Context, stmt: ast.stmt, work: Work, pending: list[Pending]) -> None:
    held = len(cx.held)
    try:
        if isinstance(stmt, ast.If):
            _if(cx, stmt, work, pending)
        elif isinstance(stmt, ast.With):
            _with(cx, stmt, work)
        else:
            execute(cx, stmt)
    finally:
        del cx.held[held:]


def _close_down_to(cx: Context, pending: list[Pending], marker: Pending) -> None:
    while True:
        last = pending.pop()
        control.close_side(cx, last, marker.live)
        if last is marker:
            return


def execute(cx: Context, stmt: ast.stmt) -> None:
    handler = _HANDLERS.get(type(stmt))
    if handler is None:
        fields: dict[str, Any]
        code, fields = _REFUSED.get(type(stmt), ("SD299", {"construct": f"`{cx.text(stmt)}`"}))
        cx.refuse(code, stmt, (), **fields)
        poison(cx, [stmt])
        return
    handler(cx, stmt)


def poison(cx: Context, body: Sequence[ast.AST]) -> None:
    """After a refusal: the names these statements bind are unknown."""
    for name in sorted(assigned(body)):
        cx.set_name(cx.frame, name, POISON)


# --- branches


def _if(cx: Context, stmt: ast.If, work: Work, pending: list[Pending]) -> None:
    test = condition(cx, stmt.test)
    if isinstance(test, Known):
        work.extend(reversed(stmt.body if test.obj else stmt.orelse))
        return
    if test is POISON:
        cx.dropped.append(stmt)
        _look_for_problems(cx, stmt)
        return
    live = cx.frame.live.after[id(stmt)]
    if exceptions.raise_only(stmt.body):
        exceptions.raise_here(cx, stmt.body[0], test)
        cx.scope.facts = {**cx.scope.facts, **alternatives.learned(cx, test)[1]}
        work.extend(reversed(stmt.orelse))
        return
    pred = cx.value(test)
    then_leaves, else_leaves = control.leaves(stmt.body), control.leaves(stmt.orelse)
    true, false = alternatives.learned(cx, test)
    if else_leaves and not then_leaves:
        first, _ = control.branch(cx, lambda: run_block(cx, stmt.orelse, live), false)
        pending.append(control.open_side(cx, stmt, pred, first, False, live, true))
        work.extend(reversed(stmt.body))
        return
    first, _ = control.branch(cx, lambda: run_block(cx, stmt.body, live), true)
    opened = control.open_side(cx, stmt, pred, first, True, live, false)
    pending.append(opened)
    if not then_leaves:  # the two sides meet right behind the `if`
        work.append(opened)
    work.extend(reversed(stmt.orelse))


def _look_for_problems(cx: Context, stmt: ast.If) -> None:
    """The condition is refused: report what else is wrong inside, and go on."""
    for body in (stmt.body, stmt.orelse):
        control.branch(cx, partial(run_block, cx, body, frozenset()))
    poison(cx, [stmt])


# --- the rest


def _assign(cx: Context, stmt: ast.Assign) -> None:
    if summing.added(cx, stmt):
        return
    unpacked = len(stmt.targets) == 1 and isinstance(stmt.targets[0], (ast.Tuple, ast.List))
    if unpacked and swaps.exchanged(cx, stmt):
        return
    if len(stmt.targets) == 1 and nothing_added.mentioned(cx, stmt.value):
        val = nothing_added.assigned(cx, stmt)
    else:
        val = evaluate_spent(cx, stmt.value) if unpacked else evaluate(cx, stmt.value)
    if val is POISON:
        cx.dropped.append(stmt)
    for target in stmt.targets:
        targets.assign(cx, target, val)


def _augmented(cx: Context, stmt: ast.AugAssign) -> None:
    if not summing.added(cx, stmt):
        inplace.augmented(cx, stmt)


def _annotated(cx: Context, stmt: ast.AnnAssign) -> None:
    if stmt.value is None:
        return
    val = evaluate(cx, stmt.value)
    if val is POISON:
        cx.dropped.append(stmt)
    targets.assign(cx, stmt.target, foreign.declared(cx, stmt, val) if isinstance(val, Foreign) else val)


def _expression(cx: Context, stmt: ast.Expr) -> None:
    if isinstance(stmt.value, ast.Constant):
        return
    found = evaluate(cx, stmt.value)
    if found is POISON:
        cx.dropped.append(stmt)


def _return(cx: Context, stmt: ast.Return) -> None:
    found = NONE if stmt.value is None else evaluate(cx, stmt.value)
    if cx.scope is not cx.frame.scope:
        cx.frame.ends_early, found = True, handed_out.with_names(cx, found)
    cx.set_name(cx.frame, RESULT, found)
    control.leave(cx, RETURN)


def _function(cx: Context, stmt: ast.FunctionDef) -> None:
    decorators = [(node, evaluate(cx, node)) for node in stmt.decorator_list]
    function = calls.closure(cx, stmt)
    for node, decorator in reversed(decorators):
        function = POISON if decorator is POISON else calls.apply(cx, node, decorator, [function], {})
    cx.set_name(cx.frame, stmt.name, function)


def _delete(cx: Context, stmt: ast.Delete) -> None:
    for target in stmt.targets:
        targets.delete(cx, target)


def _import(cx: Context, stmt: ast.Import | ast.ImportFrom) -> None:
    """The module is imported now, as it would be at the first call; what a name means in it is looked up at each."""
    for alias in stmt.names:
        name = alias.asname or alias.name.partition(".")[0]
        try:
            val = _imported(cx, stmt, alias)
        except ImportError as error:
            val = cx.refuse("SD217", stmt, construct=cx.text(stmt), message=str(error))
        cx.set_name(cx.frame, name, val)


def _imported(cx: Context, stmt: ast.Import | ast.ImportFrom, alias: ast.alias) -> Val:
    if isinstance(stmt, ast.Import):
        module = importlib.import_module(alias.name)
        return Known(module if alias.asname else importlib.import_module(alias.name.partition(".")[0]))
    package = str(cx.frame.source.globals.get("__package__") or "") or None
    module = importlib.import_module("." * stmt.level + (stmt.module or ""), package)
    if not hasattr(module, alias.name):
        return Known(importlib.import_module(f"{module.__name__}.{alias.name}"))
    read = ast.Attribute(ast.Name(module.__name__, ast.Load()), alias.name, ast.Load())
    return arrays.attribute(cx, ast.copy_location(read, stmt), Known(module), alias.name)


def check_declared(cx: Context, function: FunctionNode) -> None:
    """Report the names of a function that begins here which it says to be none of those that are compiled."""
    for stmt in declared_outside(function):
        if isinstance(stmt, ast.Global):
            cx.refuse("SD204", stmt, name=", ".join(stmt.names))
        elif outside := [n for n in stmt.names if cx.home_of(n) is None]:
            cx.refuse("SD205", stmt, name=", ".join(outside))


def _with(cx: Context, stmt: ast.With, work: Work) -> None:
    """The body is run as if it stood here, up to a mark where it ends."""
    if managers.of_classes(cx, stmt):
        live = cx.frame.live.after[id(stmt)]
        managers.run(cx, stmt, partial(run_block, cx, stmt.body, live), partial(targets.assign, cx))
        return
    inside = withs.entered(cx, stmt)
    if inside is None:
        for item in stmt.items:
            if item.optional_vars is not None:
                targets.assign(cx, item.optional_vars, POISON)
        work.extend(reversed(stmt.body))
        return
    work.append(Left(cx.errstate))
    cx.errstate, body = inside
    work.extend(reversed(body))


_HANDLERS: dict[type[ast.stmt], Callable[[Context, Any], None]] = {
    ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented,
    ast.Expr: _expression, ast.Return: _return, ast.Pass: lambda cx, stmt: None, ast.Raise: exceptions.raise_,
    ast.Assert: exceptions.assert_,
    ast.FunctionDef: _function, ast.Break: lambda cx, stmt: control.leave(cx, BREAK),
    ast.Continue: lambda cx, stmt: control.leave(cx, CONTINUE), ast.For: lambda cx, stmt: loops.for_statement(cx, stmt),
    ast.While: lambda cx, stmt: loops.while_statement(cx, stmt), ast.Delete: _delete, ast.Global: lambda cx, stmt: None,
    ast.Nonlocal: lambda cx, stmt: None, ast.Import: _import, ast.ImportFrom: _import,
}  # fmt: skip
_REFUSED: dict[type[ast.stmt], tuple[str, dict[str, str]]] = {
    ast.Try: ("SD203", {}), ast.TryStar: ("SD203", {}), ast.AsyncFor: ("SD202", {"construct": "async for"}),
    ast.AsyncWith: ("SD202", {"construct": "async with"}), ast.AsyncFunctionDef: ("SD202", {"construct": "async def"}),
    ast.ClassDef: ("SD207", {}),
}  # fmt: skip
