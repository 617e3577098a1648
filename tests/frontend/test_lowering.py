"""What the frontend compiles, against CPython: values, kinds, dtypes, arrays, exceptions."""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.linalg as la
from numpy import exp as e

from symdiff.ir.verify import verify
from tests.frontend.cases import Cases
from tests.frontend.running import check

A = np.array
case = Cases()
W = np.arange(6.0).reshape(2, 3)
K = 3
CFG = {"lr": 0.5, "layers": [1.0, 2.0], "axis": 1}
Pair = collections.namedtuple("Pair", "w b")


@dataclasses.dataclass
class Layer:
    w: Any
    b: float

    def apply(self, x: Any) -> Any:
        return self.w * x + self.b


class Settings:
    def __init__(self) -> None:
        self.lr = 0.25


settings = Settings()


def helper(x, k=2, *, s=1.0):
    return x**k * s


# --- values


def neuron(x1, x2, w1, w2, b):
    return 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))


case((1.0, 2.0, -3.0, 0.5, 1.0), (1.0, 2.0, -3000.0, 0.5, 1.0))(neuron)


def helpers_and_defaults(x):
    return helper(x), helper(x, 3), helper(x, s=2.5), helper(k=1, x=x)


case((3.0,), (0.0,))(helpers_and_defaults)


def captured_data(x):
    return W @ x, x.sum() * K, CFG["lr"] * x, CFG["layers"][1] * x[0], W.sum(axis=CFG["axis"]), settings.lr * x


case((A([1.0, 2.0, 3.0]),))(captured_data)


def dict_argument(p):
    return {"out": p["w"] * p["b"], "n": len(p["w"])}


case(({"w": A([1.0, 2.0]), "b": 2.0},))(dict_argument)


def namedtuple_argument(p):
    w, b = p
    return Pair(p.w * b, w.mean()), p._replace(b=1.0)


case((Pair(A([1.0, 2.0]), 2.0),))(namedtuple_argument)


def dataclass_argument(d, x):
    return d.apply(x), d.w.shape[0] * d.b


case((Layer(A([1.0, 2.0]), 2.0), 3.0))(dataclass_argument)


def layers_in_a_list(params, x):
    for w, b in params[:-1]:
        x = np.maximum(x @ w + b, 0)
    w, b = params[-1]
    return x @ w + b


case(([(np.ones((2, 3)), np.zeros(3)), (np.ones((3, 1)) * 0.5, A([0.1]))], A([[1.0, -2.0], [0.5, 3.0]])))(
    layers_in_a_list
)


def truthiness(x):
    return x > 0 and (x < 1 or x == 2), not x, 0 < x < 3, x or 5.0, 1 / x if x else 0


case((2.0,), (-1.0,), (0.0,))(truthiness)


def integers(n):
    s = 0
    for i in range(n):
        s += i
    return s, n // 2, n % 3, -n, abs(n), n**2


case((5,), (0,), (-3,))(integers)


def division_by_zero(x, n):
    return x / n


case((1.0, 2), (1.0, 0))(division_by_zero)


def inner_functions(x):
    def g(a, y=x):
        return a * y

    h = lambda a: g(a) + 1
    return h(2.0), [v for v in (x, x + 1)], {k: x * k for k in (1, 2)}, sum([x[0], x[1]]), max(x[0], x[1], 0)


case((A([1.0, -2.0, 3.0]),))(inner_functions)


def aliases_and_math(x):
    return math.exp(x), math.pi * x, math.sqrt(x), e(x), la.norm(A([x, 1.0])), getattr(np, "tanh")(x)  # noqa: B009


case((2.0,))(aliases_and_math)


def local_containers(x):
    a = [1.0, x]
    b = a
    b[0] = x * 2
    a.append(5)
    c = [*a, 1]
    (p, q), *r = (a[0], a[1]), 1, 2
    return a, b, c + a, c[1:3], p, q, r, len(a)


case((3.0,))(local_containers)


def none_default(x, y=None):
    if y is None:
        y = x
    return x * y


case((1.0, None), (1.0,), (1.0, 3.0))(none_default)


def known_flag(x, flag):
    if flag:
        return x * 2
    return x


case((1.0, True), (1.0, False))(known_flag)


def float32_promotion(a, x):
    return a * x, x * 2.5, a + 1, np.exp(x).astype(np.float64), x.dtype == np.float32, np.float64(a), x / 3


case((np.float32(2.0), A([1.0, 2.0], dtype=np.float32)))(float32_promotion)


def where_of_scalars(x):
    y = np.where(x > 0, x, 0.0)
    return y, y.shape, y + 1


case((2.0,), (-2.0,))(where_of_scalars)


# --- arrays


def indexing(x):
    picks = x[[0, 2]], x[A([0, 1])], x[-1], x[-2:], x[:1], x[::-1], x[...], x[None, :]
    return picks, x[x > 0], np.where(x > 0, x, 0), np.clip(x, -1, 1), np.maximum(x, 0.0)


case((A([1.0, -2.0, 3.0]),))(indexing)


def matrices(x):
    n, d = x.shape
    m = x.mean(axis=0)
    s = x.std(axis=0, keepdims=True)
    z = np.zeros((n, d))
    z[:] = x
    z[0, :] = 0
    return (x - m) / s, x.max(1), x.sum(axis=(0, 1)), np.full((n, 2), 1.5), np.eye(n) @ x, np.arange(n) * 1.0, z, x.size


case((A([[1.0, 2.0], [3.0, 5.0]]),))(matrices)


def shapes(x):
    return x.reshape(-1), x.reshape(4, 1), x.ravel(), x.flatten(), np.transpose(x), x.T, x[..., 0], x.reshape(1, -1, 2)


case((A([[1.0, 2.0], [3.0, 4.0]]),))(shapes)


def reductions(x):
    x = np.sort(x)
    n = len(x)
    out = np.empty(n)
    for i in range(n):
        out[i] = x[:i].sum()
    joined = np.stack([x, x]), np.concatenate([x, x]), np.vstack([x, x])
    return out, np.cumsum(x), np.dot(x, x), x @ x, np.outer(x, x), np.std(x), x.var(), np.argmax(x), joined


case((A([3.0, 1.0, 2.0]),), (A([1.0]),))(reductions)


def sizes_unify(x, y):
    return np.sum(x + y)


case((A([1.0, 2.0]), A([3.0, 4.0])))(sizes_unify)


def size_condition(x, y):
    if x.shape[0] == y.shape[0]:
        return x.sum()
    return y.sum()


case((A([1.0, 2.0]), A([3.0, 4.0])), (A([1.0, 2.0]), A([3.0, 4.0, 5.0])))(size_condition)


def sizes_checked_in_a_branch(x, y, t):
    if t > 0:
        return np.sum(x + y)
    return np.sum(x)


case((A([1.0, 2.0]), A([1.0, 2.0]), 1.0), (A([1.0, 2.0]), A([1.0, 2.0, 3.0]), 1.0), (A([1.0, 2.0]), A([1.0]), -1.0))(
    sizes_checked_in_a_branch
)


def triangular_solve(b, L):
    x = np.zeros_like(b)
    for i in range(len(b)):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
    return x


case((A([1.0, 2.0, 3.0]), A([[1.0, 0.0, 0.0], [1.0, 2.0, 0.0], [1.0, 1.0, 1.0]])))(triangular_solve)


@case.each(least=25)
def test_as_python(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    verify(check(function, *calls).program)
