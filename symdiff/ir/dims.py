"""Sizes: a dimension is an int or a polynomial with integer coefficients over atoms.

An atom is a size variable (`n`), a floor division, a minimum or maximum of two dimensions, or an opaque size
(`?k`, the length of `x[mask]` or of a slice whose bounds are only known at run time).  Every atom may be 0 or 1 at
run time: nothing folds from n != 1.  This module owns equality: `equal` says True, False or None (undecided).

>>> n = var("n")
>>> str(sub(add(n, 2), 1)), equal(sub(n, n), 0), equal(n, 1)
('n + 1', True, None)
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Atom:
    """One indeterminate: `op` is var, opaque, floordiv, min or max; `args` are the operands of the last three."""

    op: str
    name: str = ""
    args: tuple[Dim, ...] = ()

    def __str__(self) -> str:
        if self.op == "var":
            return self.name
        if self.op == "opaque":
            return "?" + self.name
        left, right = (str(a) for a in self.args)
        return f"(({left})//({right}))" if self.op == "floordiv" else f"{self.op}({left}, {right})"


Monomial = tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Poly:
    """Σ coefficient · monomial, in a canonical order: equal polynomials are equal objects."""

    terms: tuple[tuple[Monomial, int], ...]

    def __str__(self) -> str:
        text = ""
        for monomial, coefficient in self.terms:
            factors = [str(a) for a in monomial]
            if abs(coefficient) != 1 or not factors:
                factors.insert(0, str(abs(coefficient)))
            sign = "-" if coefficient < 0 else "+"
            text += (f" {sign} " if text else ("-" if coefficient < 0 else "")) + "*".join(factors)
        return text

    def __repr__(self) -> str:
        return f"Dim({self})"


Dim = int | Poly


def var(name: str) -> Dim:
    return _atom(Atom("var", name))


def opaque(name: str) -> Dim:
    """A size known only at run time; the same name is the same size."""
    return _atom(Atom("opaque", name))


def _atom(atom: Atom) -> Dim:
    return Poly((((atom,), 1),))


def _terms(d: Dim) -> Iterable[tuple[Monomial, int]]:
    if isinstance(d, int):
        return (((), d),) if d else ()
    return d.terms


def _make(terms: Mapping[Monomial, int]) -> Dim:
    kept = {m: c for m, c in terms.items() if c}
    if not kept:
        return 0
    if set(kept) == {()}:
        return kept[()]
    return Poly(tuple(sorted(kept.items(), key=lambda t: (-len(t[0]), [str(a) for a in t[0]]))))


def add(a: Dim, b: Dim) -> Dim:
    if isinstance(a, int) and isinstance(b, int):
        return a + b
    out = dict(_terms(a))
    for m, c in _terms(b):
        out[m] = out.get(m, 0) + c
    return _make(out)


def mul(a: Dim, b: Dim) -> Dim:
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    out: dict[Monomial, int] = {}
    for m1, c1 in _terms(a):
        for m2, c2 in _terms(b):
            m = tuple(sorted(m1 + m2, key=str))
            out[m] = out.get(m, 0) + c1 * c2
    return _make(out)


def sub(a: Dim, b: Dim) -> Dim:
    return add(a, mul(-1, b))


def floordiv(a: Dim, b: Dim) -> Dim:
    if isinstance(a, int) and isinstance(b, int):
        return a // b
    if b == 1:
        return a
    if isinstance(b, int) and b and all(c % b == 0 for _, c in _terms(a)):
        return _make({m: c // b for m, c in _terms(a)})
    return _atom(Atom("floordiv", args=(a, b)))


def dmin(a: Dim, b: Dim) -> Dim:
    order = compare(a, b)
    return a if order is not None and order <= 0 else b if order is not None else _pair("min", a, b)


def dmax(a: Dim, b: Dim) -> Dim:
    order = compare(a, b)
    return a if order is not None and order >= 0 else b if order is not None else _pair("max", a, b)


def _pair(op: str, a: Dim, b: Dim) -> Dim:
    first, second = sorted((a, b), key=lambda d: (isinstance(d, int), str(d)))
    return _atom(Atom(op, args=(first, second)))


def prod(dims: Iterable[Dim]) -> Dim:
    out: Dim = 1
    for d in dims:
        out = mul(out, d)
    return out


def lower_bound(d: Dim) -> int | None:
    """The largest integer known to be <= d (sizes are >= 0), or None."""
    total = 0
    for monomial, coefficient in _terms(_floors_as_quotients(d)):
        high = _atom_upper(monomial[0]) if coefficient < 0 and len(monomial) == 1 else None
        if high is not None:
            total += coefficient * high
            continue
        bounds = [_atom_lower(a) for a in monomial]
        known = [b for b in bounds if b is not None]
        if len(known) < len(bounds) or (monomial and coefficient < 0) or (len(known) > 1 and min(known) < 0):
            return None
        total += coefficient * math.prod(known)
    return total


def _floors_as_quotients(d: Dim) -> Dim:
    """A dimension that is at most d: n - 2*(n//2) has n for 2*(n//2)."""
    for monomial, coefficient in _terms(d):
        if coefficient < 0 and len(monomial) == 1 and monomial[0].op == "floordiv":
            above, by = monomial[0].args
            if isinstance(by, int) and by > 0 and coefficient % by == 0:
                d = add(sub(d, mul(coefficient, _atom(monomial[0]))), mul(coefficient // by, above))
    return d


def _atom_lower(a: Atom) -> int | None:
    if a.op in ("var", "opaque"):
        return 0
    bounds = [lower_bound(x) for x in a.args]
    if a.op == "floordiv":
        return 0 if bounds[0] is not None and bounds[0] >= 0 and isinstance(a.args[1], int) and a.args[1] > 0 else None
    known = [b for b in bounds if b is not None]
    if a.op == "max":
        return max(known) if known else None
    return min(known) if len(known) == 2 else None


def _atom_upper(a: Atom) -> int | None:
    """The upper bound of a minimum with an integer, min(n, 1) ≤ 1."""
    return min((x for x in a.args if isinstance(x, int)), default=None) if a.op == "min" else None


def compare(a: Dim, b: Dim) -> int | None:
    """-1, 0 or 1 where a <= b, a == b or a >= b for every value of the variables, else None."""
    difference = sub(a, b)
    if isinstance(difference, int):
        return (difference > 0) - (difference < 0)
    low = lower_bound(difference)
    if low is not None and low >= 0:
        return 1
    high = lower_bound(mul(-1, difference))
    if high is not None and high >= 0:
        return -1
    return None


def equal(a: Dim, b: Dim) -> bool | None:
    """True or False where decided for every value of the variables, else None."""
    difference = sub(a, b)
    if isinstance(difference, int):
        return difference == 0
    low, high = lower_bound(difference), lower_bound(mul(-1, difference))
    if (low is not None and low > 0) or (high is not None and high > 0):
        return False
    return None


def at_most_one(d: Dim) -> bool:
    """Whether a size is that of `x[:1]` or `x[i:i+1]`: what it meets is broadcast, mostly."""
    return not isinstance(d, int) and (compare(d, 1) in (-1, 0) or _is_step(d))


def _is_step(d: Dim) -> bool:
    """Whether a size is max(min(i + 1, n) - min(i, n), 0), or, where i is at most n, max(min(i + 1, n) - i, 0)."""
    if isinstance(d, int):
        return False
    if len(d.terms) == 1 and d.terms[0][1] == 1 and len(d.terms[0][0]) == 1 and d.terms[0][0][0].op == "max":
        return all(compare(part, 1) in (-1, 0) or _is_step(part) for part in d.terms[0][0][0].args)
    for monomial, c in d.terms:
        if is_least(monomial, c):
            rest = sub(d, Poly(((monomial, 1),)))
            if any(add(a, rest) == 1 for a in monomial[0].args):
                return True
    found = {c: monomial[0].args for monomial, c in d.terms if len(monomial) == 1 and monomial[0].op == "min"}
    if len(d.terms) != 2 or set(found) != {1, -1}:
        return False
    pairs = [(a, b) for a in found[1] for b in found[-1]]
    return any(sub(a, b) == 1 for a, b in pairs) and any(a == b for a, b in pairs)


def is_least(monomial: Monomial, coefficient: int) -> bool:
    """Whether a term is the minimum of two dimensions."""
    return coefficient == 1 and len(monomial) == 1 and monomial[0].op == "min"


def atoms(d: Dim) -> frozenset[Atom]:
    """The variables and opaque sizes that d depends on."""
    found: set[Atom] = set()
    todo = [d]
    while todo:
        for monomial, _ in _terms(todo.pop()):
            for a in monomial:
                if a.args:
                    todo.extend(a.args)
                else:
                    found.add(a)
    return frozenset(found)


def substitute(d: Dim, value_of: Callable[[Atom], Dim]) -> Dim:
    """d with every variable and opaque size replaced."""
    out: Dim = 0
    for monomial, coefficient in _terms(d):
        term: Dim = coefficient
        for a in monomial:
            term = mul(term, _substitute_atom(a, value_of))
        out = add(out, term)
    return out


def _substitute_atom(a: Atom, value_of: Callable[[Atom], Dim]) -> Dim:
    if not a.args:
        return value_of(a)
    left, right = (substitute(x, value_of) for x in a.args)
    return {"floordiv": floordiv, "min": dmin, "max": dmax}[a.op](left, right)


def evaluate(d: Dim, env: Mapping[Atom, int]) -> int:
    """The integer that d is when its atoms have these values; KeyError for one that is missing."""
    out = substitute(d, env.__getitem__)
    assert isinstance(out, int)
    return out


def solve(pattern: Dim, actual: int, env: Mapping[Atom, int]) -> tuple[Atom, int] | None:
    """The one unknown variable of a linear pattern and its value, if `pattern == actual` decides it."""
    unknown = [a for a in atoms(pattern) if a not in env]
    if len(unknown) != 1:
        return None
    (atom,) = unknown
    coefficient = dict(_terms(pattern)).get((atom,))
    if coefficient is None:
        return None
    rest = sub(pattern, mul(coefficient, _atom(atom)))
    if atom in atoms(rest):
        return None
    left = actual - evaluate(rest, env)
    return (atom, left // coefficient) if left % coefficient == 0 else None


_TOKEN = re.compile(r"\s*(\?\w+|\w+|//|[-+*(),])")


@lru_cache(maxsize=4096)
def parse(text: str) -> Dim:
    """Read what `str` prints: names, integers, + - * //, min(,), max(,), ?opaque.

    >>> str(parse("max(n - 1, 0) + 2*m"))
    '2*m + max(n - 1, 0)'
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise ValueError(f"not a dimension: {text!r}")
    value, rest = _sum(tokens, 0)
    if rest != len(tokens):
        raise ValueError(f"not a dimension: {text!r}")
    return value


def _sum(t: list[str], i: int) -> tuple[Dim, int]:
    sign = 1
    if i < len(t) and t[i] == "-":
        sign, i = -1, i + 1
    left, i = _product(t, i)
    left = mul(sign, left)
    while i < len(t) and t[i] in "+-":
        right, j = _product(t, i + 1)
        left, i = (add if t[i] == "+" else sub)(left, right), j
    return left, i


def _product(t: list[str], i: int) -> tuple[Dim, int]:
    left, i = _factor(t, i)
    while i < len(t) and t[i] in ("*", "//"):
        right, j = _factor(t, i + 1)
        left, i = (mul if t[i] == "*" else floordiv)(left, right), j
    return left, i


def _factor(t: list[str], i: int) -> tuple[Dim, int]:
    if i >= len(t):
        raise ValueError("a dimension ends too early")
    token = t[i]
    if token == "(" or token in ("min", "max"):
        start = i + 1 if token == "(" else i + 2
        value, i = _sum(t, start)
        if token != "(":
            other, i = _sum(t, i + 1)
            value = (dmin if token == "min" else dmax)(value, other)
        if i >= len(t) or t[i] != ")":
            raise ValueError("unbalanced parenthesis in a dimension")
        return value, i + 1
    if token.startswith("?"):
        return opaque(token[1:]), i + 1
    if not token.isdigit() and not token.isidentifier():
        raise ValueError(f"not a dimension: {token!r}")
    return (int(token) if token.isdigit() else var(token)), i + 1
