"""The join of what is one of several known things: a function, a text or an object, by the number of the thing.

By hand, `s = Ball(x) if c else Floor(x)`: `kind = 0 if c else 1`, and both objects, of which the one that was not made
holds anything.  An object that was there before the branches is itself behind them, so that what is changed is changed
under each of its names; so are functions and texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from symdiff.frontend.python import alternatives
from symdiff.frontend.python.values import BOTTOM, Conflict, Letter, Num, OneOf, Val
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
