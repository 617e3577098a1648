"""What programs say in passing: names that builtins have, names of functions, steps of the run."""

from __future__ import annotations

import math

import numpy as np

from tests.programs.cases import Cases, signed

cases = Cases()


@cases(signed(6), 0.7)
def names_of_builtins(v, x):
    """The compiler's own loops say `len`, `range`, `zip`, `enumerate` and raise a ValueError."""
    len, range, zip, enumerate, ValueError = x, v[0], v[1], x * x, v.max()
    list, max, sorted = v[2], v[3], x + 1.0
    a = [t * x for t in v if t > 0]
    a[::2] = [t * t for t in a[::2]]
    b, *c = a
    del c[::2]
    least = min(a, key=lambda t: -t)
    first = next(t for t in a if t > 0)
    return b * first * len + sum(c) * range + zip * enumerate + list * max * sorted + least * ValueError


class Step:
    """One step, called as its function is."""

    def __init__(self, function):
        self.function, self.name = function, function.__name__

    def apply(self, x):
        return self.function(x)


@cases(0.7)
@cases(-0.7)
def names_of_functions(x):
    steps = [Step(np.square), Step(math.exp), Step(np.mean), Step(Step(np.sin).apply)]
    chosen = np.sin if x > 0 else math.cos
    table = {step.name: step.apply(x) for step in steps}
    return table["square"] * table["exp"] + table["mean"] * len(chosen.__name__) + table["apply"] * chosen(x)
