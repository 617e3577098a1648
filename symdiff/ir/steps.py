"""Recursion and search without Python's stack, for programs that nest deeper than it: a thousand early returns.

>>> def depth(tree):
...     inner = []
...     for part in tree:
...         inner.append((yield depth(part)))
...     return 1 + max(inner, default=0)
>>> run_steps(depth([[], [[]]]))
3
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterable
from typing import Any, TypeVar

T = TypeVar("T", bound=Hashable)
Steps = Generator[Any, Any, Any]


def run_steps(start: Steps) -> Any:
    """The result of a generator in which `x = yield g(…)` is a recursive call: nesting costs no Python frames.

    What a generator raises is raised where it was called, as by a function.
    """
    stack, value, error = [start], None, None
    while True:
        try:
            called = stack[-1].send(value) if error is None else stack[-1].throw(error)
        except StopIteration as stop:
            stack.pop()
            value, error = stop.value, None
            if not stack:
                return value
        except BaseException as raised:  # whatever it is, it belongs to the caller
            stack.pop()
            if not stack:
                raise
            error = raised
        else:
            stack.append(called)
            value, error = None, None


def at_once(call: Callable[[], Any]) -> Steps:
    """A function that makes no steps, as one."""
    yield from ()
    return call()


def reached(seeds: Iterable[T], following: Callable[[T], Iterable[T]]) -> set[T]:
    """The seeds, what follows them, and so on."""
    found: set[T] = set()
    todo = list(seeds)
    while todo:
        item = todo.pop()
        if item not in found:
            found.add(item)
            todo.extend(following(item))
    return found
