"""The constructs whose generated code is kept in tests/golden: functions, and arguments for them of a size n."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from symdiff import generate
from symdiff.codegen.load import Loaded
from symdiff.trees import map_leaves

Arguments = Callable[[int], tuple[Any, ...]]


@dataclass(frozen=True)
class Construct:
    """One function; `linear`: it does O(n) work on arguments of size n; `example`: they tell its types."""

    function: Callable[..., Any]
    arguments: Arguments
    linear: bool
    example: bool

    @property
    def name(self) -> str:
        return self.function.__name__


BANK: dict[str, Construct] = {}


def construct(
    arguments: Arguments, linear: bool = True, example: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function under its name."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        assert function.__name__ not in BANK
        BANK[function.__name__] = Construct(function, arguments, linear, example)
        return function

    return register


def vector(n: int, low: float = 0.1, high: float = 0.9) -> np.ndarray:
    return np.random.default_rng(n).uniform(low, high, n)


def matrix(n: int, m: int) -> np.ndarray:
    return np.random.default_rng(n + m).uniform(0.1, 0.9, (n, m))


@cache
def text(name: str, level: int) -> str:
    """The module that symdiff generates for a construct."""
    made = BANK[name]
    names = inspect.signature(made.function).parameters
    return generate(
        made.function, level=level, example=dict(zip(names, made.arguments(6), strict=True)) if made.example else None
    )


@cache
def module(name: str, level: int) -> Loaded:
    return Loaded(text(name, level), name)


def copied(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map_leaves(lambda a: a.copy() if isinstance(a, np.ndarray) else a, a) for a in args)
