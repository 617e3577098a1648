"""Arrays that a call exchanges while an expression or a loop holds one of them: as in Python, or refused.

What is held has no name then: a list that is being made, the operand to the left, what a generator runs over.
"""

from __future__ import annotations

import functools
import heapq
import itertools
import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from tests.frontend.running import differences

POINTS = (np.array([0.7, -0.4, 1.1]), np.array([-0.7, 0.4, 1.1]))
AROUND = """\
def f(x):
    a, b = x * 1.0, x * 2.0
    pair = Pair(x * 1.0, x * 2.0)
    def swap(c):
        nonlocal a, b
        if c: a, b = b, a
        a[0] += 10 * x[1]
        b[1] += 3 * x[0]
        return x[1]
    s = 0.0
    {}
    return s + np.sum(a) - 3 * np.sum(b) + pair.a[0] * pair.b[1]
"""


class Pair:
    def __init__(self, a: Any, b: Any) -> None:
        self.a, self.b = a, b

    def swap(self, c: Any) -> Any:
        if c:
            self.a, self.b = self.b, self.a
        self.a[0] += 10
        self.b[1] += 3
        return self.a[2]

    def __call__(self, c: Any) -> Any:
        return self.swap(c)

    def __iter__(self) -> Any:
        return iter(self.a)

    @property
    def first(self) -> Any:
        return self.swap(self.a[0] > 0)


def step(p: Any, q: Any, c: Any, x: Any) -> Any:
    if c:
        p, q = q, p
    p[0] += 10 * x[1]
    q[1] += 3 * x[0]
    return np.sum(p) - 2 * np.sum(q)


def times(p: Any, f: Callable[[], Any]) -> Any:
    return np.sum(p) * f()


STATEMENTS = (
    "s = sum(p * swap(x[0] > 0) for p in a)",
    "s = sum([p * swap(x[0] > 0) for p in a])",
    "s = sum(p * q * swap(x[0] > 0) for p, q in zip(a, b))",
    "s = sum(k * p * swap(x[0] > 0) for k, p in enumerate(a))",
    "s = sum(map(lambda p: p * swap(x[0] > 0), a))",
    "s = sum(map(lambda p, q: p * q * swap(x[0] > 0), a, b))",
    "s = functools.reduce(lambda t, p: t + p * swap(x[0] > 0), a, 0.0)",
    "s = max(p * swap(x[0] > 0) for p in a)",
    "s = max(a, key=lambda p: p * swap(x[0] > 0))",
    "s = sum(sorted(a, key=lambda p: p * swap(x[0] > 0))[k] * k for k in range(3))",
    "s = sum(p * swap(x[0] > 0) for p in reversed(a))",
    "s = sum(p * swap(x[0] > 0) for p in a[1:])",
    "s = sum(p * swap(x[0] > 0) for p in (a if x[1] > 0 else b))",
    "s = sum(p * q * swap(x[0] > 0) for p in a for q in b)",
    "s = sum(p * q * swap(x[0] > 0) for p in b for q in a)",
    "s = sum(np.sum(r) * swap(x[0] > 0) for r in (a, b))",
    "s = sum(np.sum(r) * swap(x[0] > 0) for r in np.stack([a, b]))",
    "s = sum(np.sum(r) * swap(x[0] > 0) for r in [a, b, a])",
    "s = sum(np.sum(r) * swap(x[0] > 0) for r in {'u': a, 'v': b}.values())",
    "s = any(p * swap(x[0] > 0) > 100 for p in a) + 0.0",
    "s = [p * swap(x[0] > 0) for p in a][1]",
    "s = {k: p * swap(x[0] > 0) for k, p in enumerate(a)}[1]",
    "s = np.sum(a) + swap(x[0] > 0) * np.sum(a)",
    "s = a @ [swap(x[0] > 0), 1., 2.]",
    "s = (a + swap(x[0] > 0) * b)[0]",
    "s = times(a, lambda: swap(x[0] > 0))",
    "s = times(x * 1.0, lambda: swap(x[0] > 0))",
    "s = step(x * 3.0, x * 4.0, x[0] > 0, x)",
    "s = step(a, b, x[0] > 0, x)",
    "s = pair.swap(x[0] > 0)",
    "s = sum(p * pair.swap(x[0] > 0) for p in pair.a)",
    "s = sum(p * pair(x[0] > 0) for p in pair.a)",
    "s = pair.a[0] * pair.swap(x[0] > 0) + pair.a[0]",
    "s = pair.first + pair.a[0]",
    "s = pair.a[1] * pair.first",
    "for k in range(len(a)):\n    s += a[k] * swap(x[k] > 0)",
    "for p in a:\n    s += p * swap(x[0] > 0)",
    "for p, q in zip(a, b):\n    s += p * q * swap(x[0] > 0)",
    "for k, p in enumerate(pair.a):\n    s += p * pair.swap(x[k] > 0)",
    "it = iter(a)\nswap(x[0] > 0)\ns = next(it) + next(it)",
    "z = zip(a, b)\nswap(x[0] > 0)\ns = sum(p * q * q for p, q in z)",
    "e = enumerate(a)\nswap(x[0] > 0)\ns = sum(p * k for k, p in e)",
    "r = reversed(a)\nswap(x[0] > 0)\ns = sum(p * p for p in r)",
    "g = lambda p=a: np.sum(p)\nswap(x[0] > 0)\ns = g()",
    "g = functools.partial(np.sum, a)\nswap(x[0] > 0)\ns = g()",
    "g = a.sum\nswap(x[0] > 0)\ns = g()",
    "g = [a].copy()\nswap(x[0] > 0)\ns = g[0][1] * 2",
    "o = Pair(a[1:], 1)\nswap(x[0] > 0)\ns = o.a[0] * 2",
    "o = {'k': (a[::-1], 1)}\nswap(x[0] > 0)\ns = o['k'][0][2] * 2",
    "L = []\nL.append(a)\nswap(x[0] > 0)\ns = L.pop()[0]",
    "while (a[0] < 100) and (swap(x[0] > 0) > 0 or a[1] < 2):\n    s += a[0]",
    "s = a[0] if swap(x[0] > 0) > 5 else b[0]",
    "a[int(swap(x[0] > 0) > 100)] += swap(x[1] > 0)",
    "a[0], b[1] = swap(x[0] > 0), a[1]",
    "a[:], b[:] = b * swap(x[0] > 0), a.copy()",
    "(a if x[1] < 0 else b)[0] = swap(x[0] > 0)",
    "with np.errstate(all='ignore'):\n    s = a[0] * swap(x[0] > 0)",
    "match (a, swap(x[0] > 0)):\n    case (u, v): s = np.sum(u) * v",
    "w = [p for p in a if swap(p > 0) < 5]\ns = sum(w)",
    "s = sum((lambda p: p * swap(x[0] > 0))(p) for p in a)",
    "assert np.sum(a) + swap(x[0] > 0) != 77, a[0]",
    "del_ = a; del del_\ns = swap(x[0] > 0) * a[0]",
    "t = a\nswap(x[0] > 0)\ns = t[0] * 3",
    "for row in [a, b]:\n    swap(x[0] > 0); row[2] *= 2",
    "for row in (x * 5.0, a):\n    swap(x[0] > 0); s += np.sum(row)",
    "s = np.sum([swap(x[0] > 0), *a])",
    "s = max(*a, swap(x[0] > 0))",
    "s = (lambda u, *v: u[0] * v[0])(a, swap(x[0] > 0))",
    "s = dict(u=a, v=swap(x[0] > 0))['u'][0]",
    "s = functools.partial(times, a)(lambda: swap(x[0] > 0))",
    "s = sum(u * v * swap(x[0] > 0) for u, v in itertools.product(a, b))",
    "s = np.where(a > swap(x[0] > 0), a, b)[0]",
    "s = sum(p * swap(x[0] > 0) for p in iter(a))",
    "s = sum(p * swap(x[0] > 0) for p in a.tolist())",
    "s = sum(p * swap(x[0] > 0) for p in list(a))",
    "s = sum(p * swap(x[0] > 0) for p in a.flat)",
    "s = sum(p * swap(x[0] > 0) for _, p in np.ndenumerate(a))",
)
REFUSED = (
    "s = sum(p * swap(x[0] > 0) for p in filter(lambda u: u != 0, a))",
    "s = sum(p * pair.swap(x[0] > 0) for p in pair)",
    "g = (p * 2 for p in a)\nswap(x[0] > 0)\ns = sum(g)",
    "m = map(lambda p: p * p, a)\nswap(x[0] > 0)\ns = sum(m)",
    "c = itertools.chain(a, b)\nswap(x[0] > 0)\ns = sum(p * p for p in c)",
    "L = []\nfor k in range(3): L.append((k, a))\nswap(x[0] > 0)\ns = sum(q[0] * k for k, q in L)",
    "s = sum(t * swap(x[0] > 0) for t in itertools.accumulate(a))",
    "s = sum(u * v * swap(x[0] > 0) for u, v in itertools.pairwise(a))",
    "s = sum(heapq.nlargest(2, a, key=lambda p: p * swap(x[0] > 0)))",
)


def made(text: str) -> Callable[..., Any]:
    number = (*STATEMENTS, *REFUSED).index(text)
    text = AROUND.format(text.replace("\n", "\n    "))
    file = f"<exchange {number}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module: dict[str, Any] = {"np": np, "functools": functools, "itertools": itertools, "heapq": heapq}
    module |= {"Pair": Pair, "step": step, "times": times, "__name__": "drawn"}
    exec(compile(text, file, "exec", dont_inherit=True), module)
    function: Callable[..., Any] = module["f"]
    return function


@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("text", STATEMENTS)
def test_what_is_held_is_what_python_holds(text: str, level: int) -> None:
    f = made(text)
    for x in POINTS:
        found, gradient = symdiff.value_and_grad(f, level=level)(x)
        assert found == pytest.approx(f(x), rel=1e-12)
        np.testing.assert_allclose(gradient, differences(f, x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_computed_early_is_refused(text: str) -> None:
    """What an iterator gives is made with it, and a list that grows has its arrays inside."""
    f = made(text)
    f(POINTS[0])
    with pytest.raises(CompileError) as caught:
        symdiff.value_and_grad(f)(POINTS[0])
    assert {p.code for p in caught.value.problems} <= {"SD235", "SD501", "SD508"}
