"""Random functions as source text, made of what the language table calls supported.

The parts: `writer` (choices, names in scope), `expressions`, `stores` (writes into arrays), `data` (objects,
containers, functions), `flow` (control; which statement comes next).  `prelude` is the module that the functions live
in.  Values stay bounded, so that differences are meaningful.  Every construct used is counted.
"""

from __future__ import annotations

import dataclasses
import functools
import linecache
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from tests.properties import prelude
from tests.properties.flow import Flow
from tests.properties.writer import Names

# What programs start from, so that what they build is changed and read, too.
BUILT = (
    ("o", "Layer(a, c)"),
    ("s", "State(c, b)"),
    ("h", "Tank(y)"),
    ("r", "[a, 0.3, b]"),
    ("d", "{'a': a, 'b': c}"),
    ("p", "Pair(b, c)"),
    ("g", "[float(u) for u in x]"),
    ("c", "lambda z: np.sin(z) * a"),
)


class Program(Flow):
    """One random function: its text, and arguments for it."""

    given: tuple[Any, ...] = ()  # the arguments, once they are drawn

    def text(self) -> str:
        names = Names(["a", "b"], ["k"], ["x", "y"], ["A"], ["x", "y"], ["A"])
        self.lines = []
        self.say(0, "def f(a, b, k, x, y, A, p):")
        self.say(1, "n = len(x)", "c, (d, e) = p['c'], p['de']")
        names.f += ["c", "d"]
        names.v += ["e"]
        for name, made in self.rng.sample(BUILT, 2):
            self.say(1, f"{name}0 = {made}")
            getattr(names, name).append(f"{name}0")
        self.block(names, 1, self.rng.randint(2, 5), False)
        self.say(1, self.result(names))
        return "\n".join(self.lines) + "\n"

    def arguments(self) -> tuple[Any, ...]:
        g = np.random.default_rng(self.seed)
        k, m = self.one(0, 1, 2, 3), self.one(1, 2, 3)
        # mostly k is an index; sometimes it is out of range, or there are no elements at all
        n = self.one(k + 1, k + 2, k + 3) if self.rng.random() < 0.85 else self.one(0, 1, 2)
        vec: Callable[[], Any] = lambda: g.normal(size=n)
        kind = self.one(float, float, np.float64)
        p = {"c": float(g.normal()), "de": (float(g.normal()), vec())}
        return kind(g.normal()), kind(g.normal()), k, vec(), vec(), g.normal(size=(n, m)), p


def rounding(text: str) -> float:
    """How far a value of the program may be off: sums along an axis and matrix products add in the order of memory.

    A copy of a transposed array may lie otherwise in memory than what NumPy wrote through; all else is exact.
    """
    return 1e-12 if "@" in text or "axis=" in text else 0.0


def made(text: str, name: str) -> FunctionType:
    """The function that the text defines, with its source where `load` looks."""
    file = f"<program {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace: dict[str, Any] = {**vars(prelude), "__name__": "random_programs"}
    namespace |= {"partial": functools.partial, "reduce": functools.reduce, "replace": dataclasses.replace}
    exec(compile(text, file, "exec"), namespace)
    function = namespace["f"]
    assert isinstance(function, FunctionType)
    return function
