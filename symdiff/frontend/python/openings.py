"""What a list of any length may have as elements, if nothing else can be done: two attempts more.

Where a list cannot grow, nor be chosen from by an index of the run, since its elements have no form in common, they may
have one when lists in it are of any length too (`ragged`), or when texts in them are told apart (`texts`).  That is
tried when the loop cannot be unrolled either.  Where it does not help, all is as it was before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.problems import Restart
from symdiff.frontend.python.values import NONE

RAGGED, TEXTS = "ragged", "texts"
_WAYS = ((RAGGED,), (TEXTS,), (RAGGED, TEXTS))


def help_(cx: Context, *contents: Any) -> bool:
    """Whether these lists, whose elements have no form in common, have one in another attempt; which is noted."""
    from symdiff.frontend.python import grown

    return helps(cx, lambda: grown.form_of_elements(cx, *contents))


def helps(cx: Context, form: Callable[[], Any]) -> bool:
    """Whether there is a form in another attempt; which is noted."""
    session = cx.session
    if session.filled is None:
        return False
    for way in _WAYS:
        ragged, texts = session.ragged, session.texts
        if (RAGGED in way and (ragged or session.taken_apart)) or (TEXTS in way and texts is not None):
            continue
        session.ragged |= RAGGED in way
        session.texts = [NONE] if TEXTS in way else texts
        found = form()
        session.ragged, session.texts = ragged, texts
        if found is not None:
            cx.openings.update(way)
            return True
    return False


def use(cx: Context) -> None:
    """Begin again as `help_` found out, if it did.  Raises Restart."""
    session, found = cx.session, cx.openings
    if found and session.filled is not None:
        for loop in cx.unopened:
            session.unrolled.pop(loop, None)
        session.opened = True
        session.ragged |= RAGGED in found
        session.texts = [NONE] if TEXTS in found and session.texts is None else session.texts
        raise Restart


def open_lists(cx: Context) -> None:
    """Begin again with lists of any length in lists that grow, if this is not that attempt already."""
    if not cx.session.ragged:
        cx.session.ragged = True
        raise Restart
