"""One list of functions as scientists write them, each with arguments to try it at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A function and one call of it."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    number: int
    reverse_only: bool = False  # it calls a function with a rule for gradients alone

    @property
    def id(self) -> str:
        return self.function.__name__ + (f"-{self.number}" if self.number else "")


class Cases(list[Case]):
    """The cases of one file; called, a decorator that adds a function with the arguments given."""

    def __call__(self, *args: Any, reverse_only: bool = False) -> Callable[..., Any]:
        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            number = sum(c.function.__name__ == function.__name__ for c in self)
            self.append(Case(function, args, number, reverse_only))
            return function

        return add


def array(*shape: int, seed: int = 0, low: float = 0.3, high: float = 1.7) -> Any:
    """Random numbers, by default positive and away from 0."""
    return np.random.default_rng(seed + 17).uniform(low, high, shape)


def signed(*shape: int, seed: int = 0) -> Any:
    return array(*shape, seed=seed, low=-1.5, high=1.5)
