"""What is told of a function that no attempt compiled: of which attempt the problems are."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence

from symdiff.errors import CompileError, Problem
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.problems import Respecialise
from symdiff.frontend.python.session import Session


def told_first(session: Session, known: CompileError | None, error: CompileError) -> CompileError:
    """Why a function is not compiled, of which the first attempt asked for sizes or did not know which object is which.

    What is wrong where linked objects are numbers tells more, unless it is that they do not fit into lists.
    """
    if known is not None and session.meant.issuperset(session.linked):
        return known
    plain = known is None or not (isinstance(known, Respecialise) or all(p.code in _FOLLOWS for p in error.problems))
    return error if known is None or plain else known


def not_taken_apart(session: Session, error: CompileError) -> CompileError:
    """A list of lists or objects neither grows in a loop, since these are changed, nor can its loop be unrolled."""
    first = session.taken_apart
    rest = [p for p in error.problems if p.code not in _FOLLOWS and not _OF_LISTS.search(p.what)]
    return error if first is None or len(rest) == len(error.problems) else CompileError([first, *rest])


_FOLLOWS = ("SD303", "SD304", "SD315", "SD505", "SD510", "SD511", "SD512", "SD601", "SD606")

_OF_LISTS = re.compile("is a list of .* on one path and a list of .* on the other$")  # SD310


def unordered(cx: Context, first: int, wanted: Sequence[Problem]) -> None:
    """Of elements that cannot be compared, that is told from `first` on, and no other problem with the best of them."""
    if len(cx.problems) > first and any(p.code == "SD321" for p in wanted):
        cx.problems[first:] = wanted


def no_room(cx: Context) -> Problem:
    """The problem of the deepest expression in what was compiled so far."""
    most, source = 0, cx.source
    expression: ast.AST = source.node
    for compiled in cx.compiled.values():
        todo: list[tuple[ast.AST, ast.AST, int]] = [(compiled.node, compiled.node, 0)]
        while todo:
            node, top, depth = todo.pop()
            if depth > most:
                most, expression, source = depth, top, compiled
            for part in ast.iter_child_nodes(node):
                first = isinstance(node, ast.stmt) or not isinstance(part, ast.expr)
                todo.append((part, part, 0) if first else (part, top, depth + 1))
    return source.refuse("SD607", expression, construct="the expression", count=most, limit=sys.getrecursionlimit())
