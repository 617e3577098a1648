"""Random functions as source text, made of what the language table calls supported.

The parts: `writer` (choices, names in scope), `expressions`, `stores` (writes into arrays), `data` (objects,
containers, functions), `flow` (control; which statement comes next).  `prelude` is the module that the functions live
in.  Values stay bounded, so that differences are meaningful.  Every construct used is counted.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import linecache
import math
import re
from bisect import insort
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import symdiff
from tests.frontend.running import SUM_COMPENSATES
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
    ("q", "[Pair(float(u), 0.5) for u in y]"),
    ("c", "lambda z: np.sin(z) * a"),
)


TAKEN = ("symdiff.grad", "symdiff.value_and_grad", "symdiff.jvp", "symdiff.h", "symdiff.jacobian", "slope_of_well")
KEPT = {
    name: functools.lru_cache(64)(getattr(symdiff, name)) for name in ("grad", "value_and_grad", "hessian", "jacobian")
}
NUMBER = re.compile(r"-?\d+\.\d*(?:e[+-]?\d+)?")


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

    A copy of a transposed array may lie otherwise in memory than what NumPy wrote through.  A derivative taken inside
    is computed by another level's code in CPython.  Python's `sum`, also that of the helpers, compensates for roundings
    where `SUM_COMPENSATES`.  All else is exact.
    """
    return 1e-12 if SUM_COMPENSATES or any(part in text for part in ("@", "axis=", "einsum", "solve", *TAKEN)) else 0.0


def reverse_only(text: str) -> bool:
    """Whether the program calls a function whose rule, a custom_vjp, is for reverse mode alone."""
    return "cubed(" in text


def same_text(shown: str, wanted: str, rounding: float) -> bool:
    """Whether the same was printed; its numbers up to rounding."""
    if not rounding or shown == wanted:
        return shown == wanted
    if NUMBER.sub("", shown) != NUMBER.sub("", wanted):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(wanted), strict=True)
    return all(abs(float(a) - float(b)) <= 1.1e-3 for a, b in pairs)


@contextmanager
def stops(program: FunctionType, stopped: list[Any], again: bool) -> Iterator[None]:
    """What `symdiff.stop_gradient` is given in CPython, written down, or `again` as it was then.

    That is what makes differences of a function that stops a gradient its derivative.  What derivatives are taken of
    is compiled once.
    """
    left = iter(list(stopped))

    def stop_gradient(value: Any) -> Any:
        if not again:
            stopped.append(copy.deepcopy(value))
            return value
        before = next(left, None)
        if before is None or np.shape(before) != np.shape(value):
            raise Otherwise
        return copy.deepcopy(before)

    module = ModuleType("symdiff")
    vars(module).update({name: getattr(symdiff, name) for name in symdiff.__all__}, stop_gradient=stop_gradient)
    vars(module).update(KEPT)
    program.__globals__["symdiff"] = module
    try:
        yield
    finally:
        program.__globals__["symdiff"] = symdiff


class Otherwise(ValueError):
    """The program took another path than before."""


def made(text: str, name: str) -> FunctionType:
    """The function that the text defines, with its source where `load` looks."""
    file = f"<program {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace: dict[str, Any] = {**vars(prelude), "__name__": "random_programs"}
    namespace |= {"partial": functools.partial, "reduce": functools.reduce, "replace": dataclasses.replace}
    namespace |= {"deque": deque, "defaultdict": defaultdict, "Counter": Counter, "insort": insort}
    namespace |= {"math": math, "nullcontext": nullcontext, "sliding_window_view": sliding_window_view}
    exec(compile(text, file, "exec"), namespace)
    function = namespace["f"]
    assert isinstance(function, FunctionType)
    return function
