"""The join of what is one of several known things: a function, a text or an object, by the number of the thing.

By hand, `s = Ball(x) if c else Floor(x)`: `kind = 0 if c else 1`, and both objects, of which the one that was not made
holds anything.  An object that was there before the branches is itself behind them, so that what is changed is changed
under each of its names; so are functions and texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symdiff.frontend.python import alternatives
from symdiff.frontend.python.values import (
    BOTTOM,
    Bound,
    Closure,
    Conflict,
    Letter,
    Method,
    Num,
    OneOf,
    Partial,
    Sequence_,
    SliceVal,
    Super,
    Val,
)
from symdiff.ir.core import Value

if TYPE_CHECKING:
    from symdiff.frontend.python.context import Context
    from symdiff.frontend.python.joins import Joiner

Rebuild = Callable[[Sequence[Value]], Val]


def joined(joiner: Joiner, a: Val, b: Val) -> Rebuild:
    """One of what either side may have."""
    cx = joiner.cx
    options = alternatives.base(*map(alternatives.options_of, (a, b)))
    tags, allowed = [], frozenset[int]()
    for side, x in zip(joiner.sides, (a, b), strict=True):
        with side.active(cx):
            tags.append(alternatives.tag_in(cx, joiner.node, x, options))
            allowed |= alternatives.places(options, alternatives.may_be(cx, x))
    at = joiner.pair(*tags)
    kept = cx.tags([x.index if isinstance(x, Letter) else x.tag for x in (a, b) if isinstance(x, OneOf | Letter)])
    chosen = None if any(isinstance(x, OneOf | Letter) for x in (a, b)) else joiner.pred
    of_then = alternatives.options_of(a)
    things = [_behind(joiner, 1 if any(x is y for y in of_then) else 0, x) for x in options]

    def rebuild(outs: Sequence[Value]) -> Val:
        if chosen is not None:  # the condition says which
            alternatives.note_chosen(cx, chosen, outs[at])
        return _made(cx, Num(outs[at], None, kept), [thing(outs) for thing in things], allowed)

    return rebuild


def of_one_side(joiner: Joiner, k: int, live: OneOf) -> Rebuild:
    """What one side alone has, as side k has left."""
    tag = joiner.join(*_pair(k, live.tag))
    with joiner.sides[1 - k].active(joiner.cx):
        allowed = alternatives.places(live.options, alternatives.may_be(joiner.cx, live))
    things = [_behind(joiner, k, x) for x in live.options]
    return lambda outs: _made(joiner.cx, tag(outs), [thing(outs) for thing in things], allowed)


def held_by_one_side(joiner: Joiner, k: int, live: Val) -> Rebuild:
    """A function, method or range that one side alone has, as side k has left: with what that is behind them."""
    if joiner.stays(live):
        return lambda outs: live
    return _with_parts(live, [joiner.join(*_pair(k, part)) for part in held(live)])


def one_definition(joiner: Joiner, a: Val, b: Val) -> Rebuild:
    """Two functions of one definition, which hold other things."""
    return _with_parts(a, [joiner.join(x, y) for x, y in zip(held(a), held(b), strict=True)])


def _with_parts(thing: Val, parts: Sequence[Rebuild]) -> Rebuild:
    def rebuild(outs: Sequence[Value]) -> Val:
        found = [part(outs) for part in parts]
        return next((x for x in found if isinstance(x, Conflict)), None) or holding(thing, found)

    return rebuild


def held(live: Val) -> Sequence[Val]:
    """What a function, method or range holds."""
    if isinstance(live, Bound):
        return live.receiver, live.function
    if isinstance(live, Method | Super):
        return (live.receiver,)
    if isinstance(live, Partial):
        return (live.function, *live.args, *live.kwargs.values())
    if isinstance(live, Closure):
        return (*live.defaults, *live.kwdefaults.values())
    if isinstance(live, SliceVal):
        return live.lo, live.hi, live.step
    return live.parts if isinstance(live, Sequence_) else ()


def holding(live: Val, parts: Sequence[Val]) -> Val:
    """The same thing, with these parts."""
    if isinstance(live, Bound):
        return Bound(*parts)
    if isinstance(live, Method | Super):
        return replace(live, receiver=parts[0])
    if isinstance(live, SliceVal):
        return SliceVal(*parts)
    if isinstance(live, Partial):
        first, rest = parts[1 : 1 + len(live.args)], parts[1 + len(live.args) :]
        return Partial(parts[0], tuple(first), dict(zip(live.kwargs, rest, strict=True)))
    if isinstance(live, Closure):
        first, rest = parts[: len(live.defaults)], parts[len(live.defaults) :]
        return replace(live, defaults=tuple(first), kwdefaults=dict(zip(live.kwdefaults, rest, strict=True)))
    assert isinstance(live, Sequence_)
    return replace(live, parts=tuple(parts))


def alike(a: Val, b: Any) -> bool:
    """Whether two functions are one but for what they hold: of one definition in one call, or of one function."""
    if isinstance(a, Closure) and isinstance(b, Closure):
        held_alike = len(a.defaults) == len(b.defaults) and list(a.kwdefaults) == list(b.kwdefaults)
        return a.node is b.node and a.frame is b.frame and held_alike
    if isinstance(a, Partial) and isinstance(b, Partial):
        return len(a.args) == len(b.args) and list(a.kwargs) == list(b.kwargs)
    return isinstance(a, Method) and isinstance(b, Method) and a.name == b.name


def _behind(joiner: Joiner, k: int, option: Val) -> Rebuild:
    """A thing behind the branches: itself, or what side k, which has not made it, adds nothing to."""
    if joiner.stays(option):
        return lambda outs: option
    return joiner.join(*_pair(k, option))


def _pair(k: int, live: Val) -> tuple[Val, Val]:
    return (BOTTOM, live) if k == 0 else (live, BOTTOM)


def _made(cx: Context, tag: Val, things: Sequence[Val], allowed: frozenset[int]) -> Val:
    spoilt = next((x for x in things if isinstance(x, Conflict)), None)
    assert isinstance(tag, Num)
    return alternatives.limited(cx, tag, things, allowed) if spoilt is None else spoilt
