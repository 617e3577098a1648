"""Functions that are compared with CPython, collected where they are defined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Function = Callable[..., Any]


class Cases:
    """`@case((2.0,), (-2.0,))` enters a function with the arguments of two calls; it stays as it is."""

    def __init__(self) -> None:
        self.found: list[tuple[Function, tuple[tuple[Any, ...], ...]]] = []

    def __call__(self, *calls: tuple[Any, ...]) -> Callable[[Function], Function]:
        def add(function: Function) -> Function:
            # compiled from its text, which `load` compares with its code: not wrapped
            self.found.append((function, calls))
            return function

        return add

    def each(self, least: int) -> pytest.MarkDecorator:
        """A test of every function entered so far, of which there are so many at least, each with a name of its own."""
        names = [f.__name__ for f, _ in self.found]
        assert len(set(names)) == len(names) >= least
        return pytest.mark.parametrize(("function", "calls"), self.found, ids=names)
