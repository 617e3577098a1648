"""The parameters of a call: which argument each gets, and its default where it gets none."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.frontend.python import captured, containers
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Closure, Known, Struct, Val
from symdiff.frontend.source import Source


def bind(
    cx: Context,
    node: ast.AST,
    source: Source,
    args: Sequence[Val],
    kwargs: Mapping[str, Val],
    inner: Closure | None = None,
) -> dict[str, Val] | None:
    """Arguments to parameters, as Python binds them; None after a problem."""
    wrong = functools.partial(_wrong, cx, node, source)
    a = source.node.args
    positional = [p.arg for p in (*a.posonlyargs, *a.args)]
    bound: dict[str, Val] = dict(zip(positional, args, strict=False))
    rest = dict(kwargs)
    if len(args) > len(positional):
        if a.vararg is None:
            return wrong(f"takes {len(positional)} positional arguments but {len(args)} were given")
        bound[a.vararg.arg] = Struct("tuple", tuple(args[len(positional) :]))
    elif a.vararg is not None:
        bound[a.vararg.arg] = Struct("tuple", ())
    only = {p.arg for p in a.posonlyargs}
    for name in [*positional, *(p.arg for p in a.kwonlyargs)]:
        if name in rest and name not in only:
            if name in bound:
                return wrong(f"got multiple values for argument '{name}'")
            bound[name] = rest.pop(name)
    if a.kwarg is not None:
        bound[a.kwarg.arg] = containers.plain_dict(cx, node, rest)
    elif rest:
        return wrong(f"got an unexpected keyword argument '{next(iter(rest))}'")
    return _defaults(cx, node, source, positional, bound, inner)


def _defaults(
    cx: Context, node: ast.AST, source: Source, positional: Sequence[str], bound: dict[str, Val], inner: Closure | None
) -> dict[str, Val] | None:
    wrong = functools.partial(_wrong, cx, node, source)
    a = source.node.args
    given: Sequence[Any] = inner.defaults if inner is not None else source.defaults
    tail = positional[len(positional) - len(given) :]
    for name, default in zip(tail, given, strict=True):
        if name not in bound:
            bound[name] = default if inner is not None else _default(cx, source, name, default)
    kwdefaults: Mapping[str, Any] = inner.kwdefaults if inner is not None else source.kwdefaults
    for p in a.kwonlyargs:
        if p.arg not in bound and p.arg in kwdefaults:
            bound[p.arg] = kwdefaults[p.arg] if inner is not None else _default(cx, source, p.arg, kwdefaults[p.arg])
    if inner is not None:  # what it was handed out with, see `handed_out`
        bound |= {name: val for name, val in inner.kwdefaults.items() if name not in bound}
    missing = [n for n in (*positional, *(p.arg for p in a.kwonlyargs)) if n not in bound]
    if missing:
        return wrong("missing required argument: " + ", ".join(f"'{m}'" for m in missing))
    return bound


def _default(cx: Context, source: Source, name: str, obj: Any) -> Val:
    """A default is made when the function is defined; what could change in place is captured, the rest is known."""
    captured.rely_on_default(cx, source, name)
    return Known(obj) if captured.is_constant(obj) else captured.default(cx, source, name, obj)


def _wrong(cx: Context, node: ast.AST, source: Source, message: str) -> dict[str, Val] | None:
    cx.refuse("SD313", node, function=source.name, message=message)
    return None
