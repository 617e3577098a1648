"""Helpers called in several places: a function of the program for all of them, if it is more than a few operations.

By hand, once.  `f(x) = rate(x, 2.0) + rate(x * x, 3.0)` is lowered with `rate` in place twice, which is noted; then
again, with a function `_rate(x, a)` that both places call, which gets a forward and a backward function of its own.
A small helper counts with the helpers that are in place inside it: where each of a chain of helpers calls the next one
twice, lowering starts again as soon as one with many operations inside is called again, or it would never end.
Numbers known when compiling (2.0, 3.0) become arguments if they are floats; an integer or a text decides what the
function is, and so makes a function for each.  A method is a helper that is passed its object: the attributes become
arguments, and those that it changes come back with the result, as in a recursion (`recursion_memory`).  Whatever a
function of the program cannot do is done in place: where anything is refused, `lower` starts again without sharing what
is passed memory, and then without sharing.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

from symdiff.frontend.python import patterns
from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.instances import Pattern, Place
from symdiff.frontend.python.liveness import REMEMBERED
from symdiff.frontend.python.patterns import Numbered
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.session import Sharing
from symdiff.frontend.python.values import Arr, Known, Num, Val
from symdiff.frontend.source import Source

_LEAST = 12  # operations worth a function
_INSIDE = 60  # operations worth one with those of the helpers inside it
_TOO_MANY = 120  # of these the second call begins again at once
_LOOP = 8  # operations that a loop counts as
_OPERATIONS = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Compare, ast.Subscript, ast.AugAssign, ast.IfExp)


def shared(
    cx: Context, node: ast.AST, source: Source, outer: Frame | None, bound: Mapping[str, Val]
) -> dict[str, Pattern] | None:
    """The patterns of the arguments where the call is one of a function of the program; else None, noting the place."""
    session = cx.session
    if cx.derivatives or session.sharing is Sharing.NONE or source.stands_for is not None:
        return None
    small = outer is not None or isinstance(source.node, ast.Lambda) or weight(source.node) < _LEAST
    if small and not _has_calls(source.node):
        return None
    if any(isinstance(v, Num) and v.dim is not None for v in bound.values()):  # a size, known in place
        return None
    floats = {(name,) for name, v in bound.items() if isinstance(v, Known) and type(v.obj) is float}
    numbered = Numbered() if session.sharing is Sharing.MEMORY else None
    now = {n: patterns.pattern_of(cx, val, frozenset[Place](floats), (n,), numbered) for n, val in bound.items()}
    if any(patterns.unsuitable(p) is not None for p in now.values()) or not _apart(cx, now, bound):
        return None
    made = id(source.function)  # of one definition, two closures are two functions
    place = source.qualname, source.first_line, source.node.lineno, source.node.col_offset
    key = (source.file, *place, made, patterns.canonical(now), cx.errstate)
    if key in session.shared:
        return now
    turns = tuple(x.turn for x in cx.loops if x.unrolled and x.frame is cx.frame)
    cx.places.setdefault(key, set()).add((cx.frame.path, id(node), turns))
    if small:
        cx.small[key] = _INSIDE if outer is None else _TOO_MANY
    if len(cx.places[key]) > 1 and cx.weights.get(key, 0) >= _TOO_MANY:
        note_shared(cx)
        raise Restart
    cx.noted = key
    return None


def note_shared(cx: Context) -> bool:
    """Whether a helper was found to be called in several places, so that lowering starts again."""
    twice = [key for key, places in cx.places.items() if len(places) > 1]
    found = {key for key in twice if key not in cx.small or cx.weights.get(key, 0) >= cx.small[key]}
    cx.session.shared |= found
    return bool(found)


@lru_cache(REMEMBERED)
def _has_calls(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Call) for n in ast.walk(node))


@lru_cache(REMEMBERED)
def weight(node: ast.AST) -> int:
    """How many operations a function is, without those of the helpers that it calls."""
    parts = list(ast.walk(node))
    loops = sum(isinstance(n, (ast.For, ast.While)) for n in parts)
    return sum(isinstance(n, _OPERATIONS) for n in parts) + _LOOP * loops


def _apart(cx: Context, now: Mapping[str, Pattern], bound: Mapping[str, Val]) -> bool:
    """Whether no array is passed under two names."""
    memory = [val for name, p in now.items() for val in patterns.memory_in(cx, p, bound[name])]
    cells = [val.cell for val in memory if isinstance(val, Arr)]
    return len({c for cell in cells for c in (cell, *cell.may)}) == sum(1 + len(cell.may) for cell in cells)
