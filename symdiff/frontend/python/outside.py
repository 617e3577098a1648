"""What existed before the call, and would be changed by it: refused, of a default where a call uses it.

A caller's list may be changed, as a copy.  A default of the function itself is the same list at every call, so that the
next call would begin with the change: `noted` keeps what to say, and a call that uses the default is refused with it.
Whether one does, only the call knows.  The defaults of helpers are captured, and their change is refused here.
"""

from __future__ import annotations

import ast

from symdiff.errors import Problem
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Cell, Known
from symdiff.frontend.source import Source


def refuse_change(cx: Context, node: ast.AST, what: Known | Cell, name: str) -> None:
    """Report that `what`, which messages call `name`, would be changed."""
    root = what.origin[0] if isinstance(what, Known) and what.origin is not None else _root_of(cx, what)
    found = cx.defaults.get(root)
    if found is None:
        cx.refuse("SD503", node, name=f"`{name}`")
    else:
        cx.problems.append(_problem(cx, node, *found))


def noted(cx: Context, node: ast.AST, parameter: str) -> None:
    """A list, dict, object or array of an argument is changed at `node`."""
    if parameter not in cx.changed_arguments:
        cx.changed_arguments[parameter] = _problem(cx, node, cx.source, parameter)


def _root_of(cx: Context, what: Known | Cell) -> str:
    return next((str(key[0]) for key, val in cx.captured.items() if getattr(val, "cell", None) is what), "")


def _problem(cx: Context, node: ast.AST, source: Source, parameter: str) -> Problem:
    return cx.make_problem(
        "SD513",
        node,
        change=f"`{cx.text(node)}`",
        parameter=parameter,
        function=f"`{source.name}`",
        default=_default_text(source, parameter),
    )


def _default_text(source: Source, parameter: str) -> str:
    """The default as it is written; of a partial it is what the partial passes."""
    a = source.node.args
    positional = [p.arg for p in (*a.posonlyargs, *a.args)]
    written = dict(zip(reversed(positional), reversed(a.defaults), strict=False))
    named = dict(zip((p.arg for p in a.kwonlyargs), a.kw_defaults, strict=True))
    found = written.get(parameter) or named.get(parameter)
    return "…" if found is None else source.text(found)
