"""`functools.cache` and `lru_cache` on inner functions: each result is computed once for each set of arguments.

    @functools.cache
    def value(i, j): return … value(i + 1, j) …      value(0, 0) is compiled once for each (i, j) that it leads to

What was computed is kept when compiling, by the arguments: known ones by their value, staged ones by the IR value that
they are.  Of two staged numbers that are equal when the code runs, each is computed, which gives the same: the function
has no effect, changes nothing, and what it reads from around it stays as it was; else it is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from symdiff.frontend.python import calls, iterators, memory, parameters, sizes
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.liveness import local_names
from symdiff.frontend.python.values import (
    POISON,
    Arr,
    Cell,
    Closure,
    Known,
    Num,
    Partial,
    Sequence_,
    Struct,
    Val,
)
from symdiff.frontend.spelled.calling import cached
from symdiff.ir.core import Op

_NO_EFFECT = ("raise_if", "opt_get", "check_shape", "bind_dim")  # these raise, again where a call is repeated


@dataclass(eq=False)
class Memo:
    """The results of one cached function; `state` is what it reads from around it, as it was at the first call."""

    found: dict[Hashable, Val] = field(default_factory=dict)
    state: iterators.State | None = None


def decorated(function: Val) -> Val:
    """`functools.cache(function)`: of a function from outside nothing is kept."""
    return Partial(Known(cached), (function, Known(Memo())), {}) if isinstance(function, Closure) else function


def call(cx: Context, node: ast.AST, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """The result of a cached function."""
    function, kept, *given = args
    assert isinstance(function, Closure) and isinstance(kept, Known)
    memo: Memo = kept.obj
    if memory.is_poison(*given, *kwargs.values()):
        return POISON
    key = tuple(_token(a) for a in given), tuple((k, _token(v)) for k, v in kwargs.items())
    if any(token is None for token in (*key[0], *(t for _, t in key[1]))):
        return _refuse(cx, node, "of lists, arrays or objects")
    now = iterators.dependences(cx, [function])
    if memo.state is None:
        memo.state = now
    if any(memo.state.get(k) is not v for k, v in now.items()):
        return _refuse(cx, node, "that reads what was changed since its first call")
    found = memo.found.get(key)
    if found is not None and _visible(cx, found):
        return found
    if _recursive(function):
        staged = _integers(cx, function, [*given, *kwargs.values()])
        if staged:
            use = "an integer that a cached function takes or reads, which calls itself,"
            problem = cx.make_problem("SD303", node, use=use, name=f"`{cx.text(node)}`")
            sizes.ask_for_count(cx, Sequence_("range", tuple(staged)), problem)
            cx.problems.append(problem)
            return POISON
    made = _computed(cx, node, function, given, kwargs)
    memo.found[key] = made
    return made


def _integers(cx: Context, function: Closure, given: Sequence[Val]) -> list[Val]:
    """The staged integers that decide how deep a recursion goes, as far as arguments or sizes say what they are."""
    around = [f for f in cx.frames if f.source.node is function.node]
    names = {n.id for n in ast.walk(function.node) if isinstance(n, ast.Name)} - local_names(function.node)
    if around and around[-1].scope is not cx.scope:  # a staged condition decides whether this call is made
        homes = [(cx.home_of(name, function.frame), name) for name in sorted(names)]
        given = [*given, *(cx.get_name(home, name) for home, name in homes if home is not None)]
    numbers = [val for val in given if isinstance(val, Num) and val.type.dtype[0] in "iu"]
    return [val for val in numbers if val.tags or val.dim is not None]


def _computed(cx: Context, node: ast.AST, function: Closure, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """The result of a call, which may change nothing and show nothing."""
    first, frame, place = Cell("list").serial, cx.counters["frame"], len(cx.scope.ops)
    cx.store.begin()
    made = _entered(cx, node, function, list(args), dict(kwargs))
    changed = list(cx.store.logs[-1])
    cx.store.keep()
    if any(_is_older(key, first, frame) for key in changed) or any(map(_has_effect, cx.scope.ops[place:])):
        return _refuse(cx, node, "with an effect, or that changes what is around it")
    if made is POISON:
        return POISON
    arrays = _arrays(made)
    if arrays is None:
        return _refuse(cx, node, "that returns a list, dict or object, which its callers would share")
    if arrays:  # all callers have the same one
        cx.kept.add(cx.loc(node))
    for array in arrays:
        memory.hold(cx, array, cx.loc(node))
    return made


def _entered(cx: Context, node: ast.AST, function: Closure, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """One that calls itself is compiled in place for each of its arguments, as often as Python runs it."""
    if not _recursive(function):
        return calls.apply(cx, node, function, args, kwargs)
    depth = sum(f.source.node is function.node for f in cx.frames)
    if depth >= calls.MAX_DEPTH:
        construct = f"a call of `{function.source.name}`"
        return cx.refuse("SD605", node, construct=construct, count=depth, budget=calls.MAX_DEPTH)
    bound = parameters.bind(cx, node, function.source, args, kwargs, function)
    return POISON if bound is None else calls.run_function(cx, node, function.source, function.frame, bound)


def _refuse(cx: Context, node: ast.AST, why: str) -> Val:
    return cx.refuse("SD299", node, construct=f"`{cx.text(node)}`, of a cached function {why},")


def _token(val: Val) -> Hashable:
    """What tells an argument from others; None for what is not hashed by its value."""
    if isinstance(val, Known):
        return ("known", val.obj) if isinstance(val.obj, Hashable) else None
    if isinstance(val, Num):
        return "staged", val.value if val.value is not None else val.dim
    if isinstance(val, Struct):
        parts = tuple(map(_token, val.items))
        return None if None in parts else ("tuple", parts)
    return ("function", id(val)) if isinstance(val, (Closure, Partial)) else None


def _visible(cx: Context, val: Val) -> bool:
    """Whether a result was computed in this region or around it."""
    if isinstance(val, Num):
        return val.value is None or cx.scope.sees(val.value)
    if isinstance(val, Struct):
        return all(_visible(cx, part) for part in val.items)
    return isinstance(val, (Known, Closure, Partial))


def _recursive(function: Closure) -> bool:
    return any(isinstance(n, ast.Name) and n.id == function.source.name for n in ast.walk(function.node))


def _is_older(key: Any, first: int, frame: int) -> bool:
    """Whether memory or a name was there before a call."""
    if isinstance(key, Cell):
        return key.serial < first
    return isinstance(key, tuple) and isinstance(key[0], int) and key[0] <= frame


def _has_effect(op: Op) -> bool:
    inside = any(_has_effect(o) for region in op.regions for o in region.ops)
    return inside or (op.prim.effect and op.prim.name not in _NO_EFFECT)


def _arrays(val: Val) -> list[Val] | None:
    """The arrays of a result that nobody changes; None of any other."""
    if isinstance(val, Arr):
        return [val]
    if isinstance(val, Struct):
        parts = [_arrays(part) for part in val.items]
        return None if None in parts else [a for part in parts for a in part or ()]
    return [] if isinstance(val, (Known, Num, Closure, Partial)) else None
