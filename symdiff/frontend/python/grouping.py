"""`itertools.groupby` of elements whose keys are known when compiling.

The groups are iterators that share one: asking for the next group leaves nothing of the one before.  Only a loop, whose
turns ask for one group each, reads groups; what takes all of them at once gets groups of which nothing is left.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, TypeGuard

from symdiff.frontend.python import calls, captured, containers, iterators, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import bind
from symdiff.frontend.python.sizes import refuse_unknown_count
from symdiff.frontend.python.values import POISON, Attributes, Cell, Known, Num, Sequence_, Struct, Text, Val

KIND = "groupby"


def call(cx: Context, node: ast.AST, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`groupby(iterable, key=None)`: its parts are tuples of a key and the elements of its group."""
    found = bind(cx, node, "itertools.groupby", "iterable key=None", args, kwargs)
    if found is None:
        return POISON
    over, function = found.values()
    items = containers.items_of(cx, node, over)
    if items is None:
        if over is not POISON:
            refuse_unknown_count(cx, "SD231", node, over, iterable=f"`{cx.text(node)}`")
        return POISON
    groups: list[tuple[Any, Val, list[Val]]] = []
    for item in items:
        plain = isinstance(function, Known) and function.obj is None
        key = item if plain else calls.apply(cx, node, function, [item], {})
        known = _known(cx, node, key)
        if known is None:
            return POISON
        if groups and (groups[-1][0] is known[0] or groups[-1][0] == known[0]):
            groups[-1][2].append(item)
        else:
            groups.append((known[0], key, [item]))
    parts = [Struct("tuple", (key, Struct("tuple", tuple(group)))) for _, key, group in groups]
    return Sequence_(KIND, tuple(parts))


def _known(cx: Context, node: ast.AST, key: Val) -> tuple[Any] | None:
    """A key, to be compared with others; None after a problem."""
    if isinstance(key, Struct) and key.kind == "tuple":
        parts = [_known(cx, node, part) for part in key.items]
        found = [part[0] for part in parts if part is not None]
        return (tuple(found),) if len(found) == len(parts) else None
    if isinstance(key, Known) and captured.settled(key.obj):
        return (key.obj,)
    if key is POISON:
        return None
    what = "`itertools.groupby` by keys that are computed when it runs"
    why = "which elements are in one group would depend on the data"
    fix = "append to a list, and begin another where the key changes: `if key != last: groups.append([])`"
    if isinstance(key, Num | Text) and key.tags:
        cx.need_static(node, key, "the key of a group")
    else:
        cx.refuse("SD299", node, construct=what, why=why, rewrite=fix)
    return None


def all_at_once(cx: Context, node: ast.AST, val: Sequence_) -> list[Val]:
    """The elements for what takes them all before it reads a group."""
    return list(turn_by_turn(cx, node, val))


def given_in_turns(val: Val) -> TypeGuard[Sequence_]:
    """Whether a loop asks for the groups one by one."""
    if isinstance(val, Sequence_) and val.kind == "enumerate":
        return given_in_turns(val.parts[0])
    return isinstance(val, Sequence_) and val.kind == KIND


def turn_by_turn(cx: Context, node: ast.AST, val: Sequence_) -> Iterator[Val]:
    """The elements for the turns of a loop: the turn behind it, or the end of the loop, leaves nothing of a group."""
    if val.kind == "enumerate":
        assert isinstance(val.parts[0], Sequence_)
        for number, item in enumerate(turn_by_turn(cx, node, val.parts[0])):
            yield Struct("tuple", (operators.binary(cx, node, ast.Add(), val.parts[1], Known(number)), item))
        return
    shared = Cell("iterator", name=iterators.GROUP)
    for number, part in enumerate(val.parts):
        assert isinstance(part, Struct) and isinstance(part.items[1], Struct)
        now = _come_to(cx, shared, number)
        group = Sequence_("iterator", part.items[1].items)
        cx.eager[group.cell] = {**cx.eager.get(val.cell, {}), shared: now}
        yield Struct("tuple", (part.items[0], iterators.begun(cx, group)))
    _come_to(cx, shared, len(val.parts))


def _come_to(cx: Context, shared: Cell, number: int) -> Attributes:
    now = Attributes({"group": Known(number)})
    cx.store.set(shared, now)
    return now
