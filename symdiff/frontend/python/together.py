"""Names that are None together: `best, arg = None, None`, which one turn of a search fills.

By hand: behind `if c: best, arg = d, i` either both are there or both are as before.  A join gives values that are None
on the same sides one test: the value that tells it of the first tells it of all (`Context.told`).  The header of a
loop takes all that are None before it to be so together, until a round finds a turn that leaves them otherwise.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from symdiff.frontend.python import alternatives
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import BOTTOM, DEAD, Maybe, OneOf
from symdiff.ir.core import Value

if TYPE_CHECKING:
    from symdiff.frontend.python.slots import Slot

Told = dict[Hashable, Value]  # by what tells values apart: the value that says whether they are None


def teller(val: Any) -> Value | None:
    """The value that says, when it runs, whether something is None."""
    if isinstance(val, Maybe) and val.none:
        return val.value
    return val.tag.value if isinstance(val, OneOf) and alternatives.nullable(val) else None


def state(cx: Context, val: Any) -> Hashable:
    """Whether something is None, or by which value that is told: what is equal for two values is so when it runs."""
    told = teller(val)
    return not alternatives.not_there(val) if told is None else alternatives.told_by(cx, told)


def note(cx: Context, told: Told, key: Hashable, val: Any) -> Any:
    """Record that all values noted under one key are None together; the value."""
    mine = teller(val)
    if mine is not None:
        first = alternatives.told_by(cx, told.setdefault(key, mine))
        if first is not mine:
            cx.told[mine] = first
            cx.tellers.setdefault(first, [first]).append(mine)
    return val


def number(cx: Context, carried: Iterable[tuple[Slot, Any, Any]]) -> None:
    """Number the slots that are None together, given what they held before a loop and hold after a turn.

    What was numbered one in the last round is split where it was not so; what was not numbered yet is taken to be one.
    """
    groups: dict[Hashable, int] = {}
    for slot, before, after in carried:
        if any(val is BOTTOM or val is DEAD for val in (before, after)):
            slot.together = None
            continue
        now = None if slot.together is None else _state_here(cx, after)
        key = (slot.together, state(cx, before), now)
        slot.together = groups.setdefault(key, len(groups))


def _state_here(cx: Context, val: Any) -> Hashable:
    """The state as far as the tests around this place say what it is."""
    found = state(cx, val)
    allowed = cx.scope.fact(found, alternatives.EITHER) if isinstance(found, Value) else alternatives.EITHER
    return found if len(allowed) > 1 else allowed == alternatives.PRESENT
