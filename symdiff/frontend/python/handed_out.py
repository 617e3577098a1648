"""Functions that a call hands out before its last statement, with the names as they were then.

    def pick():
        for t in v:
            if t > x:
                return lambda u: u * t
        return lambda u: u

What such a function reads of the call that made it has one value from the `return` on.  The joins behind the
branches and loops that a `return` leaves keep the names of the paths that go on, so that the function takes its own
with it, like defaults.  What gets out by another way, in a list or an attribute, is refused where it reads a name
that may be another one on the paths that went on.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from symdiff.frontend.python import alternatives
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.liveness import REMEMBERED, assigned, declared_outside, free_names
from symdiff.frontend.python.values import Closure, Conflict, OneOf, Partial, Struct, Val
from symdiff.frontend.source import FunctionNode


def with_names(cx: Context, val: Val, around: tuple[ast.AST, ...] = ()) -> Val:
    """A result of an early `return`: its functions with what they read of the call that ends here."""
    if isinstance(val, Closure):
        return _closure(cx, val, around)
    if isinstance(val, Struct):
        return replace(val, items=tuple(with_names(cx, x, around) for x in val.items))
    if isinstance(val, Partial):
        kwargs = {name: with_names(cx, x, around) for name, x in val.kwargs.items()}
        return Partial(with_names(cx, val.function, around), tuple(with_names(cx, x, around) for x in val.args), kwargs)
    if isinstance(val, OneOf):
        return replace(val, options=tuple(with_names(cx, x, around) for x in val.options))
    return val


def _closure(cx: Context, function: Closure, around: tuple[ast.AST, ...]) -> Closure:
    """A function that reads itself, or a name that others may bind, leaves that name: see `uncertain`."""
    frame, names = cx.frame, dict[str, Val]()
    bound = _bound(frame.source.node)
    around = (*around, function.node)
    for name in sorted((free_names(function.node) & (bound.in_parts | bound.behind)) - bound.shared):
        if cx.home_of(name, function.frame) is not frame:
            continue
        val = cx.get_name(frame, name)
        if not isinstance(val, Val) or isinstance(val, Conflict) or alternatives.unbound(val):
            continue
        if not isinstance(val, Closure) or val.node not in around:
            names[name] = with_names(cx, val, around)
    defaults = tuple(with_names(cx, x, around) for x in function.defaults)
    names |= {name: with_names(cx, x, around) for name, x in function.kwdefaults.items()}
    return replace(function, defaults=defaults, kwdefaults=names) if names or defaults else function


def uncertain(cx: Context, frame: Frame, name: str) -> bool:
    """Whether a name of a call that is over may have another value than where the call ended."""
    varies = name in frame.rebound or name in _bound(frame.source.node).in_parts
    return varies and frame.ends_early and not cx.running(frame.id)


class _Bound(NamedTuple):
    """How a function binds its names: `shared` are those that inner functions bind, too."""

    in_parts: frozenset[str]  # a branch or a loop binds them, or several statements
    behind: frozenset[str]  # one statement does, behind a `return`
    shared: frozenset[str]


@lru_cache(REMEMBERED)
def _bound(node: FunctionNode) -> _Bound:
    if isinstance(node, ast.Lambda):
        return _Bound(frozenset(), frozenset(), frozenset())
    a, once = node.args, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.Import, ast.ImportFrom)
    times = Counter(p.arg for p in (*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg) if p)
    behind, left = set[str](), False
    for stmt in node.body:
        for name in assigned([stmt]):
            times[name] += 1 if isinstance(stmt, once) else 2
            behind |= {name} if left else set()
        left = left or (not isinstance(stmt, once) and any(isinstance(n, ast.Return) for n in ast.walk(stmt)))
    inner = [n for n in ast.walk(node) if isinstance(n, ast.FunctionDef) and n is not node]
    shared = {n for f in inner for s in declared_outside(f) for n in s.names}
    return _Bound(frozenset(n for n, k in times.items() if k > 1), frozenset(behind), frozenset(shared))
