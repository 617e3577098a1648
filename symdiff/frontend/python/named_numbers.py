"""What a name stands for is called so in the generated code, also where it is numbers there: lists, numbered objects.

By hand: of `rows = [(t, t * x) for t in v]; p = nodes[k]` the lists are `rows_0` and `rows_1`, and the number of the
object is `p`.
"""

from __future__ import annotations

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Grown, ListRef, Node, Num, Val


def name(cx: Context, val: Val, text: str) -> None:
    """Name the numbers of an object, and the lists that a list of any length is, if they have no name yet."""
    from symdiff.frontend.python.forms import leaf_names

    if isinstance(val, Node) and isinstance(val.at, Num):
        cx.name_value(val.at, text)
    content = cx.store.get(val.cell) if isinstance(val, ListRef) else None
    if isinstance(content, Grown) and cx.frame.source.stands_for is None:
        for value, own in zip(content.values, leaf_names(content.form, text), strict=True):
            value.hint = value.hint or own
