"""`raise` and `assert`: what is raised is a builtin exception or one of the user's, with what it shows.

    if x < 0: raise ValueError(f"x is {x}") from None

is one operation `raise_if` of the condition and of x.  An exception class of the user's is an operand as well: an
object from outside, fetched at each call, whose `__init__` runs where it is raised.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from symdiff.frontend.python import alternatives, captured, control, operators, output, raising
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.control import RAISE
from symdiff.frontend.python.expressions import condition, evaluate
from symdiff.frontend.python.values import NONE, POISON, Foreign, Known, Val
from symdiff.ir.core import Value


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception: its name, or the class in `operands`; its arguments, as constants or what is shown of operands.

    Without a name and operands it was raised already, where a condition chooses what it says.
    """

    name: str
    args: tuple[Any, ...] = ()
    operands: tuple[Value, ...] = ()
    cause: str | None = None  # what stands behind `from`

    @property
    def done(self) -> bool:
        return not self.name and not self.operands


def raise_only(body: Sequence[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def raise_here(cx: Context, stmt: ast.stmt, test: Val) -> None:
    """`if test: raise E(…)`: nothing is joined behind it."""
    assert isinstance(stmt, ast.Raise)
    side, found = control.branch(cx, lambda: _raise_staged(cx, stmt))
    plain = isinstance(found, Raised) and not found.done and not found.operands
    if plain:
        _emit(cx, stmt, test, found)
    elif found is not None:  # what the message shows is computed where it is raised
        nothing, _ = control.branch(cx, lambda: None)
        control.emit_cond(cx, stmt, cx.value(test), side.scope, nothing.scope, ())


def raise_(cx: Context, stmt: ast.Raise) -> None:
    found = _exception(cx, stmt)
    if found is not None and not found.done:
        _emit(cx, stmt, Known(True), found)
    control.leave(cx, RAISE)


def assert_(cx: Context, stmt: ast.Assert) -> None:
    """`assert test`, with a message that is known; others are written as `raise` before."""
    test = condition(cx, stmt.test)
    message = () if stmt.msg is None else (evaluate(cx, stmt.msg),)
    if test is POISON or POISON in message:
        return
    if any(not isinstance(m, Known) or not isinstance(m.obj, (str, int, float, type(None))) for m in message):
        cx.refuse("SD222", stmt, construct="message")
        return
    if isinstance(test, Known) and test.obj:
        return
    args = tuple(m.obj for m in message if isinstance(m, Known))
    operators.raise_if(cx, stmt, operators.negate(cx, stmt.test, test), "AssertionError", args)
    cx.scope.facts = {**cx.scope.facts, **alternatives.learned(cx, test)[0]}
    if isinstance(test, Known):
        control.leave(cx, RAISE)


def _emit(cx: Context, stmt: ast.Raise, test: Val, found: Raised) -> None:
    operators.raise_if(cx, stmt, test, found.name, found.args, found.operands, found.cause)


def _raise_staged(cx: Context, stmt: ast.Raise) -> Raised | None:
    """What is raised; raised here where it shows staged values."""
    found = _exception(cx, stmt)
    if found is not None and found.operands:
        _emit(cx, stmt, Known(True), found)
    return found


def _exception(cx: Context, stmt: ast.Raise) -> Raised | None:
    """What is raised; None after a problem."""
    node = stmt.exc
    arguments: list[ast.expr] = []
    if isinstance(node, ast.Call) and not node.keywords:
        arguments, node = node.args, node.func
    found = None if node is None else evaluate(cx, node)
    if found is POISON:
        return None
    name, first = _class_raised(cx, found)
    cause = _cause(cx, stmt.cause)
    if (not name and not first) or cause == "" or any(isinstance(a, ast.Starred) for a in arguments):
        cx.refuse("SD230", stmt, construct=_shown_as(cx, stmt))
        return None
    values = [evaluate(cx, a) for a in arguments]
    if alternatives.involved(*values):
        raised = Raised(name, (), first, cause)
        alternatives.for_all(cx, stmt, values, lambda known: _raise_shown(cx, stmt, raised, known), none=True)
        return Raised("")
    return _with_arguments(cx, stmt, Raised(name, (), first, cause), values)


def _class_raised(cx: Context, found: Val | None) -> tuple[str, tuple[Value, ...]]:
    """The name of a builtin exception, or the class of another one as an operand."""
    cls = found.obj if isinstance(found, Known) else None
    name = raising.exception_name(cls)
    if name is not None:
        return name, ()
    ours = isinstance(cls, type) and issubclass(cls, Exception) and isinstance(found, Known)
    made = captured.object_parameter(cx, found) if ours and isinstance(found, Known) else None
    return "", (made.value,) if isinstance(made, Foreign) else ()


def _cause(cx: Context, node: ast.expr | None) -> str | None:
    """What stands behind `from` where it is None or a builtin exception of literals; "" for anything else."""
    if node is None:
        return None
    if isinstance(node, ast.Constant) and node.value is None:
        return "None"
    called = node.func if isinstance(node, ast.Call) and not node.keywords else node
    arguments = node.args if isinstance(node, ast.Call) else []
    if not isinstance(called, ast.Name) or not all(isinstance(a, ast.Constant) for a in arguments):
        return ""
    found = evaluate(cx, called)
    name = raising.exception_name(found.obj) if isinstance(found, Known) else None
    row = ", ".join(map(ast.unparse, arguments))
    return "" if name is None else f"{name}({row})" if isinstance(node, ast.Call) else name


def _shown_as(cx: Context, stmt: ast.Raise) -> str:
    if stmt.exc is not None and ast.unparse(stmt.exc).startswith("$AssertionError("):  # the message of an `assert`
        return f"AssertionError({cx.text(stmt.exc.args[0])})" if isinstance(stmt.exc, ast.Call) else ""
    cause = "" if stmt.cause is None else f" from {cx.text(stmt.cause)}"
    return (cx.text(stmt.exc) if stmt.exc else "") + cause


def _with_arguments(cx: Context, stmt: ast.Raise, raised: Raised, values: list[Val]) -> Raised | None:
    """The exception with these arguments; None after a problem."""
    if POISON in values:
        return None
    plain = all(isinstance(v, Known) and isinstance(v.obj, (str, int, float, type(None))) for v in values)
    if plain and not raised.operands:
        return replace(raised, args=tuple(v.obj for v in values if isinstance(v, Known)))
    shown = output.arguments_of(cx, values)
    if shown is None:
        cx.refuse("SD230", stmt, construct=_shown_as(cx, stmt))
        return None
    if not raised.operands and not shown[1]:
        return Raised(raised.name, tuple(map(output.known_text, shown[0])), (), raised.cause)
    return Raised(raised.name, shown[0], (*raised.operands, *shown[1]), raised.cause)


def _raise_shown(cx: Context, stmt: ast.Raise, raised: Raised, values: list[Val]) -> Val:
    found = _with_arguments(cx, stmt, raised, values)
    if found is not None:
        _emit(cx, stmt, Known(True), found)
    return NONE
