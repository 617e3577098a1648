"""Functions with points at which they, or their partials, are infinite or NaN, and ways in which a program hides these.

Every function is elementwise in a vector, or a number; `HIDDEN[name]` has it with two points to hide and two to show.
A way takes such a function, a vector of these four points and the mask of what is shown, and gives a number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.special

MASK = np.array([False, False, True, True])


class Hidden(NamedTuple):
    function: Callable[[Any], Any]
    hidden: tuple[float, float]
    shown: tuple[float, float] = (0.7, 1.3)


POLE, NEGATIVE, HUGE, LARGE = (0.0, 1e-320), (0.0, -1.0), (1000.0, 800.0), (1e160, -1e170)
UNIT = (0.1, 0.5)


def rows(v):
    """Logarithms beside others: minus infinity and NaN in the columns to hide."""
    return np.stack([np.log(v), 2 * np.log(v) + v])


def powers(v):
    """What overflows in the columns to hide."""
    return np.stack([v * v * v, 2 * v * v * v])


# Keys without a space are the primitives that say so themselves; the test asserts that none is missing.
HIDDEN: dict[str, Hidden] = {
    "sqrt": Hidden(lambda v: np.sqrt(v), NEGATIVE),
    "cbrt": Hidden(lambda v: np.cbrt(v), (0.0, 0.0)),
    "log": Hidden(lambda v: np.log(v), NEGATIVE),
    "log2": Hidden(lambda v: np.log2(v), NEGATIVE),
    "log10": Hidden(lambda v: np.log10(v), NEGATIVE),
    "log1p": Hidden(lambda v: np.log1p(v), (-1.0, -2.0)),
    "div": Hidden(lambda v: 1 / v, POLE),
    "reciprocal": Hidden(lambda v: np.reciprocal(v), POLE),
    "mod": Hidden(lambda v: np.mod(v, v * v), (0.0, 0.0)),
    "fmod": Hidden(lambda v: np.fmod(3.3, v), (0.0, 0.0)),
    "pow": Hidden(lambda v: v**v, NEGATIVE),
    "float_power": Hidden(lambda v: np.float_power(v, 0.3), NEGATIVE),
    "exp": Hidden(lambda v: np.exp(v), HUGE),
    "exp2": Hidden(lambda v: np.exp2(v), (5000.0, 2000.0)),
    "expm1": Hidden(lambda v: np.expm1(v), HUGE),
    "sinh": Hidden(lambda v: np.sinh(v), HUGE),
    "cosh": Hidden(lambda v: np.cosh(v), HUGE),
    "tan": Hidden(lambda v: np.tan(1 / v), POLE),
    "arcsin": Hidden(lambda v: np.arcsin(v), (1.0, 2.0), UNIT),
    "arccos": Hidden(lambda v: np.arccos(v), (1.0, 2.0), UNIT),
    "arctan2": Hidden(lambda v: np.arctan2(v, 2 * v), (0.0, 0.0)),
    "arccosh": Hidden(lambda v: np.arccosh(v), (1.0, 0.0), (1.1, 1.5)),
    "arctanh": Hidden(lambda v: np.arctanh(v), (1.0, 2.0), UNIT),
    "angle": Hidden(lambda v: np.angle(np.log(v) + 1j * v), NEGATIVE),
    "logit": Hidden(lambda v: scipy.special.logit(v), (0.0, 1.0), UNIT),
    "gammaln": Hidden(lambda v: scipy.special.gammaln(v), NEGATIVE),
    "digamma ": Hidden(lambda v: scipy.special.digamma(v), NEGATIVE),
    # products and quotients of such
    "0 / 0": Hidden(lambda v: np.sin(v) / v, (0.0, 0.0)),
    "0 inf": Hidden(lambda v: v * np.log(v), NEGATIVE),
    "inf / inf": Hidden(lambda v: np.exp(v) / np.exp(2 * v), HUGE),
    "log sqrt": Hidden(lambda v: np.sqrt(np.log(v)), (1.0, 0.0), (1.1, 1.5)),
    "exp exp": Hidden(lambda v: np.exp(np.exp(v)), (1000.0, 8.0), UNIT),
    "root of a square": Hidden(lambda v: v / np.sqrt(v * v), (0.0, 0.0)),
    "negative power": Hidden(lambda v: v**-1.5, NEGATIVE),
    "log odds": Hidden(lambda v: np.log(v / (1 - v)), (0.0, 1.0), UNIT),
    "logistic function": Hidden(lambda v: 1 / (1 + np.exp(-v)), (-1000.0, -800.0)),
    "soft plus": Hidden(lambda v: np.log(1 + np.exp(v)), HUGE),
    "sigmoid upside down": Hidden(lambda v: 1 / scipy.special.expit(v), (-1000.0, -800.0)),
    # overflow of products
    "cube ": Hidden(lambda v: v * v * v, LARGE),
    "power ": Hidden(lambda v: v**7 * v, (1e50, LARGE[1])),
    "Horner's polynomial": Hidden(lambda v: 1 + v * (2 + v * (3 + v * v)), LARGE),
    # choices and signs of what is NaN
    "abs of": Hidden(lambda v: np.abs(np.log(v)), NEGATIVE),
    "abs of complex": Hidden(lambda v: np.abs(np.log(v) + 1j * v), NEGATIVE),
    "copysign of": Hidden(lambda v: np.copysign(np.log(v), 1 - v), NEGATIVE),
    "maximum of": Hidden(lambda v: np.maximum(np.log(v), v / v), NEGATIVE),
    "clip of": Hidden(lambda v: np.clip(np.log(v), -5.0, v * v), NEGATIVE),
    "where in where": Hidden(lambda v: np.where(v > -5, np.sqrt(v), v), NEGATIVE),
    "Huber's loss": Hidden(lambda v: huber(np.log(v)), NEGATIVE),
    "logaddexp of": Hidden(lambda v: np.logaddexp(v, np.log(v)), NEGATIVE),
    "hypot of": Hidden(lambda v: np.hypot(np.log(v), v), NEGATIVE),
    # reductions along an axis
    "sum of": Hidden(lambda v: np.sum(rows(v), axis=0), NEGATIVE),
    "prod of": Hidden(lambda v: np.prod(rows(v), axis=0), NEGATIVE),
    "max of": Hidden(lambda v: np.max(rows(v), axis=0), NEGATIVE),
    "var of": Hidden(lambda v: np.var(rows(v), axis=0), NEGATIVE),
    "std of": Hidden(lambda v: np.std(rows(v), axis=0), NEGATIVE),
    "norm of": Hidden(lambda v: np.linalg.norm(rows(v), axis=0), NEGATIVE),
    "norm of order 1": Hidden(lambda v: np.linalg.norm(rows(v), ord=1, axis=0), NEGATIVE),
    "largest of": Hidden(lambda v: np.linalg.norm(rows(v), ord=np.inf, axis=0), NEGATIVE),
    "sort of": Hidden(lambda v: np.sort(rows(v), axis=0)[1], NEGATIVE),
    "median of": Hidden(lambda v: np.median(rows(v), axis=0), NEGATIVE),
    "cumsum of": Hidden(lambda v: np.cumsum(rows(v), axis=0)[1], NEGATIVE),
    "logsumexp of": Hidden(lambda v: scipy.special.logsumexp(rows(v), axis=0), NEGATIVE),
    "softmax of": Hidden(lambda v: scipy.special.softmax(rows(v), axis=0)[0], NEGATIVE),
    "log_softmax of": Hidden(lambda v: scipy.special.log_softmax(rows(v), axis=0)[0], NEGATIVE),
    "log sum of exp": Hidden(lambda v: np.log(np.sum(np.exp(rows(v)), axis=0)), NEGATIVE),
    "prod of powers": Hidden(lambda v: np.prod(powers(v), axis=0), LARGE),
    "var of powers": Hidden(lambda v: np.var(powers(v), axis=0), LARGE),
    "norm of powers": Hidden(lambda v: np.linalg.norm(powers(v), axis=0), LARGE),
    "softmax of powers": Hidden(lambda v: scipy.special.softmax(powers(v) / 9, axis=0)[0], LARGE),
    # what is excluded, below
    "cumprod of": Hidden(lambda v: np.cumprod(rows(v), axis=0)[1], NEGATIVE),
    "einsum of": Hidden(lambda v: np.einsum("k...,k...->...", rows(v), rows(v)), NEGATIVE),
}


def huber(r):
    return np.where(np.abs(r) < 1, 0.5 * r * r, np.abs(r) - 0.5)


WAYS: dict[str, Callable[..., Any]] = {}


def way(hide: Callable[..., Any]) -> Callable[..., Any]:
    WAYS[hide.__name__] = hide
    return hide


@way
def where(f, v, m):
    return np.sum(np.where(m, f(v), 0.0))


@way
def otherwise(f, v, m):
    return np.sum(np.where(~m, 0.5, f(v)) ** 2)


@way
def where_of_a_product(f, v, m):
    return np.sum(np.where(m, f(v) * f(v) * v, 0.0))


@way
def where_of_a_quotient(f, v, m):
    return np.sum(np.where(m, f(v) / v, 0.0))


@way
def where_in_a_function(f, v, m):
    return np.sum(np.sqrt(np.where(m, f(v) ** 2 + 1.0, 1.0)))


@way
def truth_values(f, v, m):
    """As a factor: of what is finite itself, with an infinite derivative."""
    return np.sum(m * np.where(np.isfinite(f(v)), f(v), 0.0))


@way
def masked_store(f, v, m):
    y = np.zeros_like(v)
    y[m] = f(v[m])
    return np.sum(y)


@way
def overwritten(f, v, m):
    y = f(v) * 1.0
    z = y * y
    z[~m] = 0.0
    return np.sum(z)


@way
def masked_index(f, v, m):
    return np.sum(f(v)[m] ** 2)


@way
def index_array(f, v, m):
    return np.sum(f(v)[np.flatnonzero(m)] ** 2)


@way
def reduced_where(f, v, m):
    return np.sum(f(v), where=m) + np.mean(f(v) * 2, where=m) + np.max(f(v), where=m, initial=-50.0)


@way
def prod_where(f, v, m):
    return np.prod(f(v), where=m)


@way
def select(f, v, m):
    return np.sum(np.select([~m, v > 1e300], [0.0 * m, v], f(v)))


@way
def piecewise(f, v, m):
    return np.sum(np.piecewise(v, [m], [f, 0.0]))


@way
def choose(f, v, m):
    return np.sum(np.choose(m.astype(int), [v * 0.0, f(v)]))


@way
def ufunc_where(f, v, m):
    return np.sum(np.multiply(f(v), 2.0, where=m, out=np.zeros_like(v)))


@way
def copied_where(f, v, m):
    y = np.zeros_like(v)
    np.copyto(y, f(v), where=m)
    return np.sum(y)


@way
def scores(f, v, m):
    """A masked softmax."""
    z = np.where(m, f(v), -np.inf)
    e = np.exp(z - np.max(z))
    return np.sum((e / e.sum()) ** 2)


@way
def norm_of_the_rest(f, v, m):
    return np.linalg.norm(np.where(m, f(v), 0.3))


@way
def product_of_the_rest(f, v, m):
    return np.prod(np.where(m, f(v), 1.0))


@way
def branch(f, v, m):
    s = 0.0
    for t, k in zip(v, m):
        if k:
            s += f(t)
    return s


@way
def branch_behind(f, v, m):
    s = 0.0
    for t, k in zip(v, m):
        r = f(t)
        if k:
            s += r * r
    return s


@way
def skipped_turns(f, v, m):
    s = 0.0
    for i in range(len(v)):
        r = f(v[i]) * v[i]
        if not m[i]:
            continue
        s = s + r
    return s


@way
def broken_off(f, v, m):
    s = 0.0
    for t, k in zip(v[::-1], m[::-1]):
        r = f(t)
        if not k:
            break
        s += r * r
    return s


@way
def conditional_expression(f, v, m):
    s = 0.0
    i = 0
    while i < len(v):
        s += f(v[i]) * 2.0 if m[i] else v[i] * 0.0
        i += 1
    return s


@way
def where_in_a_loop(f, v, m):
    s = np.zeros_like(v)
    for k in range(3):
        s += np.where(m, f(v) * (k + 1), 0.0)
    return np.sum(s)


@way
def store_in_a_loop(f, v, m):
    y = np.zeros_like(v)
    for _ in range(2):
        y[m] += f(v[m])
    return np.sum(y * y)


@way
def overwritten_in_a_loop(f, v, m):
    y = np.zeros_like(v)
    for i in range(len(v)):
        y[i] = f(v[i])
        if not m[i]:
            y[i] = 0.0
    return np.sum(y)


@way
def comprehension(f, v, m):
    return sum([f(v[i]) for i in range(len(v)) if m[i]])


@way
def grown_list(f, v, m):
    taken = []
    for t, k in zip(v, m):
        r = f(t)
        if k:
            taken.append(r)
    return sum(taken)


def both(f, v, m):
    y = f(v)
    return np.where(m, y, 0.0), y


@way
def helper(f, v, m):
    z, _ = both(f, v, m)
    w, _ = both(f, v, m)
    return np.sum(z * w)


CUMULATIVE = "a recurrence inside of one call of NumPy: a zero beside an infinity is in its sums"
MATRIX = "a product of matrices sums: select before it"

# By the name of a function, the modes in which it is not hidden, and why; the page on conventions says so.
EXCLUDED: dict[str, tuple[frozenset[str], str]] = {
    "cumprod of": (frozenset(("grad", "grad of grad", "hvp")), CUMULATIVE),
    "einsum of": (frozenset(("grad", "grad of grad", "hvp")), MATRIX),
    "prod of": (frozenset(("grad of grad",)), CUMULATIVE),  # the product of the others is made by cumprod
    "prod of powers": (frozenset(("grad of grad",)), CUMULATIVE),
}
