"""Loops that would be unrolled without end: a turn leaves what the one before it left, as far as that is known.

By hand, `while True: …; if x < 0: pc = 4; else: pc += 1` with `pc` staged from the third turn on: what the fourth turn
finds is what the third one found, and so would be all others.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from symdiff.frontend.python import alternatives
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import (
    Arr,
    Grown,
    Known,
    Maybe,
    Node,
    Num,
    OneOf,
    Reference,
    Sequence_,
    Struct,
)

_Fingerprint = list[Any]


class Turns:
    """What the turns of a loop leave in the names of the calls that are running, since its journal was begun."""

    def __init__(self, cx: Context) -> None:
        self.cx, self.depth = cx, len(cx.store.logs)
        self.frames = set(_ids(cx))
        self.left: _Fingerprint = []

    def repeat(self) -> bool:
        """Whether the last turn left just what the turn before it did."""
        store = self.cx.store
        keys = dict.fromkeys(key for log in store.logs[self.depth :] for key in log if self._is_name(key))
        seen: dict[Any, int] = {}
        now: _Fingerprint = [part for key in keys for part in (key, *_fingerprint(self.cx, store.get(key), seen))]
        same = len(now) == len(self.left) and all(map(_same, now, self.left))
        self.left = now
        return same and bool(now)

    def _is_name(self, key: Hashable) -> bool:
        return isinstance(key, tuple) and key[0] in self.frames


def _ids(cx: Context) -> Iterator[int]:
    for running in cx.frames:
        frame: Any = running
        while frame is not None:
            yield frame.id
            frame = frame.outer


def _same(a: Any, b: Any) -> bool:
    return a is b or (type(a) is type(b) and isinstance(a, (str, int, float, frozenset, tuple)) and a == b)


def _fingerprint(cx: Context, val: Any, seen: dict[Any, int]) -> _Fingerprint:
    """What is known of a value, in parts that `_same` compares; of what is not looked into, the value itself."""
    if isinstance(val, Known):
        return [type(val.obj), val.obj]
    if isinstance(val, Num):
        return [str(val.type), str(val.dim)]
    if isinstance(val, Maybe):
        there = cx.scope.fact(alternatives.told_by(cx, val.value), alternatives.EITHER)
        return [str(val.value.type), there]
    if isinstance(val, OneOf):
        options = alternatives.may_be(cx, val)
        return ["one of", len(options), *(part for option in options for part in _fingerprint(cx, option, seen))]
    if isinstance(val, Arr):
        return [str(cx.aval(val)), len(val.path)]
    if isinstance(val, Node):
        return [val.cls, val.none]
    if isinstance(val, Struct):
        return [val.kind, len(val.items), *(part for item in val.items for part in _fingerprint(cx, item, seen))]
    if isinstance(val, Sequence_):
        return [
            val.kind,
            *(part for x in val.parts for part in _fingerprint(cx, x, seen)),
            *_content(cx, val.cell, seen),
        ]
    if isinstance(val, Reference):
        return [type(val), *_content(cx, val.cell, seen)]
    return [val]


def _content(cx: Context, cell: Any, seen: dict[Any, int]) -> _Fingerprint:
    if cell in seen:
        return [seen[cell]]
    seen[cell] = len(seen)
    content = cx.store.get(cell)
    if isinstance(content, Grown):
        return [*(str(v.type) for v in content.values), str(content.form)]
    if isinstance(content, dict):
        return [len(content), *(part for k, x in content.items() for part in (k, *_fingerprint(cx, x, seen)))]
    if isinstance(content, tuple):
        return [len(content), *(part for x in content for part in _fingerprint(cx, x, seen))]
    return [content]
