"""Iterators, which are read once: `iter(x)`, `next(it)`, and `zip`, `map`, `enumerate` and their like under a name.

    it = iter(v)              taken = 0
    first = next(it)          first = v[taken];  taken = 1
    for t in it: …            for i in range(taken, len(v)): t = v[i]; …

How many elements `next` has taken is kept with the iterator's memory, like an attribute of an object.  Everything else
takes the rest when it reads the name, and reading that once more is refused: Python would go on behind what was taken.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend.python import containers, control, operators, raising
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import POISON, Attributes, Conflict, Known, Sequence_, Val

_REUSABLE = ("range", "view")
_TAKEN = "taken"


def is_iterator(val: Val) -> bool:
    return isinstance(val, Sequence_) and val.kind not in _REUSABLE


def made(cx: Context, over: Val) -> Val:
    """`iter(over)`."""
    found = Sequence_("iter", (over,))
    cx.store.set(found.cell, Attributes({_TAKEN: Known(0)}))
    return found


def once(val: Val) -> Val:
    """What gives the elements of a list, as an iterator."""
    return val if val is POISON else Sequence_("iter", (val,))


def read(cx: Context, node: ast.AST, val: Val) -> Val:
    """What an expression stands for that names `val`: of an iterator the rest, which nobody else may take then."""
    if not is_iterator(val):
        return val
    assert isinstance(val, Sequence_)
    taken = _taken(cx, node, val)
    if taken is POISON:
        return POISON
    cx.store.set(("spent", val.cell), cx.loc(node))
    none = isinstance(taken, Known) and taken.obj == 0
    found = Sequence_(val.kind, val.parts) if none else Sequence_("rest", (val, taken))
    cx.store.set(found.cell, Attributes({_TAKEN: Known(0)}))
    return found


def _taken(cx: Context, node: ast.AST, val: Sequence_) -> Val:
    """How many elements `next` has taken."""
    spent = cx.store.get(("spent", val.cell))
    if spent is not MISSING:
        return cx.refuse("SD234", node, [(spent, "what is left is taken here")], name=f"`{cx.text(node)}`")
    content = cx.store.get(val.cell)
    if isinstance(content, Conflict):
        return cx.refuse("SD234", node, name=f"`{cx.text(node)}`")
    taken: Val = Known(0) if content is MISSING else content[_TAKEN]
    return taken


def next_(cx: Context, node: ast.AST, args: Sequence[Val], kwargs: dict[str, Val]) -> Val:
    """`next(it)`, `next(it, default)`."""
    if not 1 <= len(args) <= 2 or kwargs or not isinstance(args[0], Sequence_) or not is_iterator(args[0]):
        return cx.refuse_unknown(node, "next", args)
    it, default = args[0], args[1] if len(args) == 2 else None
    taken = _taken(cx, node, it)
    if taken is POISON:
        return POISON
    cx.store.set(it.cell, Attributes({_TAKEN: operators.binary(cx, node, ast.Add(), taken, Known(1))}))
    items = containers.items_of(cx, node, it)
    if items is not None and isinstance(taken, Known):
        if taken.obj < len(items):
            found: Val = items[taken.obj]
            return found
        if default is not None:
            return default
        return raising.always(cx, node, StopIteration(), function="next", message="StopIteration")
    return _element(cx, node, it, taken, default)


def _element(cx: Context, node: ast.AST, it: Sequence_, taken: Val, default: Val | None) -> Val:
    from symdiff.frontend.python.turns import counted_turns

    turns = counted_turns(cx, node, it)
    if turns is None:
        return cx.refuse("SD231", node, iterable=f"`{cx.text(node)}`")
    over = operators.compare(cx, node, ast.LtE(), turns.hi, taken)
    if default is not None:
        return control.choose(cx, node, over, lambda: default, lambda: turns.item(taken))
    operators.raise_if(cx, node, over, "StopIteration", ())
    found: Val = turns.item(taken)
    return found
