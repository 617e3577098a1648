"""Calls of the NumPy functions that are written out in `frontend.spelled`: compiled in their place."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from symdiff.frontend.python import raising
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Known, Val
from symdiff.frontend.source import Source, load
from symdiff.frontend.spelled import SPELLED

_PACKAGE = "symdiff.frontend.spelled."
_NOT_NUMPY = ("math.", "itertools.", "heapq.", "bisect.", "scipy.")


def call(cx: Context, node: ast.AST, name: str, args: list[Val], kwargs: dict[str, Val]) -> Val:
    return written_out(cx, node, name, SPELLED[name], args, kwargs)


def written_out(
    cx: Context, node: ast.AST, name: str, function: Callable[..., Any], args: list[Val], kwargs: dict[str, Val]
) -> Val:
    """The result of a body of `frontend.spelled`, which stands for the call at `node` of NumPy's function `name`."""
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        unknown = [k for k in kwargs if k not in inspect.signature(function).parameters]
        if unknown:
            return cx.refuse("SD402", node, argument=unknown[0], function=shown(name), detail="")
        return cx.refuse("SD403", node, function=shown(name), message=str(error))
    return _run(cx, node, name.partition(" ")[0], function, (cx.frame.source, node), args, kwargs)


def shown(name: str) -> str:
    """The name of a function as users write it; an entry for some of its calls has more words."""
    return ("" if name.startswith(_NOT_NUMPY) else "np.") + name.partition(" ")[0]


def is_written_out(obj: Any) -> bool:
    return str(getattr(obj, "__module__", "")).startswith(_PACKAGE)


def helper(cx: Context, node: ast.AST, function: Callable[..., Any], args: list[Val], kwargs: dict[str, Val]) -> Val:
    """A function that a body calls, part of what it is written out for; or a method of a class written out there."""
    stands_for = cx.frame.source.stands_for or (cx.frame.source, node)
    return _run(cx, node, function.__name__, function, stands_for, args, kwargs)


def _run(
    cx: Context, node: ast.AST, name: str, function: Callable[..., Any], stands_for: tuple[Source, ast.AST] | None,
    args: list[Val], kwargs: dict[str, Val],
) -> Val:  # fmt: skip
    from symdiff.frontend.python import calls, parameters

    found, here = _source(function), cx.frame.source
    source = replace(found, name=name, file=here.file, lines=here.lines, stands_for=stands_for)
    bound = parameters.bind(cx, node, source, args, kwargs)
    return POISON if bound is None else calls.run_function(cx, node, source, None, bound)


@cache
def _source(function: Callable[..., Any]) -> Source:
    return load(function)


def refuse(cx: Context, node: ast.AST, args: list[Val], wrong: bool) -> Val:
    """`unsupported(argument, detail)` or, of what NumPy refuses, `misuse(message)` in a body."""
    first, detail = (*(a.obj for a in args if isinstance(a, Known)), "", "")[:2]
    function = shown(next(f for f in cx.frames if f.source.stands_for is not None).source.name)
    if wrong:
        error = ValueError(first)
        return raising.always(cx, node, error, function=function, message=first)
    return cx.refuse("SD402", node, argument=first, function=function, detail=detail)
