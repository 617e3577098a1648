"""Recursion without Python's stack, for programs that nest deeper than it: a thousand early returns.

>>> def depth(tree):
...     inner = []
...     for part in tree:
...         inner.append((yield depth(part)))
...     return 1 + max(inner, default=0)
>>> run_steps(depth([[], [[]]]))
3
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

Steps = Generator[Any, Any, Any]


def run_steps(start: Steps) -> Any:
    """The result of a generator in which `x = yield g(…)` is a recursive call: nesting costs no Python frames.

    What a generator raises ends the run: those that called it run their `finally`, the innermost first, and cannot
    catch it.
    """
    stack, value = [start], None
    try:
        while stack:
            try:
                called = stack[-1].send(value)
            except StopIteration as stop:
                stack.pop()
                value = stop.value
            else:
                stack.append(called)
                value = None
    finally:
        while stack:
            stack.pop().close()
    return value


def at_once(call: Callable[[], Any]) -> Steps:
    """A function that makes no steps, as one."""
    yield from ()
    return call()
