"""Straight-line code, helpers, aliases, methods, containers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy
import numpy as np
import numpy as xp
from numpy import exp, log
from numpy.linalg import norm as length

from tests.programs import helpers
from tests.programs.cases import Cases, array, signed
from tests.programs.helpers import SHIFT, softplus
from tests.programs.helpers import scale as grow

cases = Cases()


@dataclass
class Layer:
    w: Any
    b: Any


@dataclass(frozen=True)
class Net:
    first: Layer
    second: Layer
    gain: float


class Point(NamedTuple):
    x: Any
    y: Any


@cases(0.7, 1.3)
def two_scalars(a, b):
    return a * b + a / b - b**a + a**2


@cases(0.7)
def python_math(x):
    return math.exp(x) * math.sin(x) + math.sqrt(x) - math.log(x) + math.tanh(x) * math.pi


@cases(0.7, 0.4)
def more_math(x, y):
    return math.atan2(x, y) + math.hypot(x, y) + math.cosh(x) + math.log1p(y) + math.expm1(x)


@cases(array(4), 0.3)
def gaussian(x, mu):
    sigma = 0.8
    return np.sum(np.exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi)))


@cases(signed(5))
def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@cases(np.array([1.0, 2.0, 3.0]))
def square_by_hand(x):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * x[i]
    return total


@cases(array(3, 2))
def aliases(x):
    return numpy.sum(xp.tanh(x)) + exp(x[0, 0]) + log(x).sum() + length(x)


@cases(array(3), 2.0)
def other_module(x, k):
    return np.sum(helpers.softplus(x) * k) + softplus(k) + grow(x).sum() + SHIFT * k


@cases(array(3))
def helper_keywords(x):
    return np.sum(helpers.poly(x, c=2.0) + helpers.poly(x, 3.0) + helpers.poly(x, b=x, c=x))


@cases(array(4, 3))
def array_methods(x):
    return x.sum(axis=0).mean() + x.T.reshape(-1).max() * x.min() + x.var(axis=1).sum() + x.std() + x.prod(axis=0).sum()


@cases(array(2, 3, 4))
def axes(x):
    a = np.transpose(x, (2, 0, 1))
    b = np.swapaxes(a, 0, 1)
    c = np.moveaxis(b, -1, 0)
    return (c * np.arange(24.0).reshape(3, 2, 4)).sum(axis=(0, 2))


@cases(array(3, 4), array(4), array(3))
def linear_model(W, x, b):
    return np.tanh(W @ x + b).sum()


@cases(array(3, 4), array(4, 2), array(2))
def dots(a, b, c):
    return np.dot(a, b).dot(c) + a.dot(b)[:, 0] + np.matmul(a, b) @ c + np.einsum("ij,jk,k->i", a, b, c)


@cases(array(3), array(4))
def outers(a, b):
    return np.outer(a, b) * (a[:, None] + b[None, :])


@cases({"w": array(3, 2), "b": array(2), "rest": [0.5, (1.5, array(2, seed=3))]}, array(4, 3))
def tree_of_parameters(p, X):
    z = X @ p["w"] + p["b"]
    s, (t, v) = p["rest"]
    return np.sum(np.tanh(z) * v) * s + t**2


@cases(Net(Layer(array(3, 2), array(3)), Layer(array(1, 3), array(1)), 1.5), array(2))
def dataclasses_of_parameters(net, x):
    h = np.maximum(net.first.w @ x + net.first.b, 0.0)
    return net.gain * np.sum(net.second.w @ h + net.second.b)


@cases(Point(1.5, array(2)))
def named_tuples(p):
    x, y = p
    return p.x * np.sum(y * p.y) + x + p[0]


@cases([array(2), array(2, seed=1)], 3.0)
def list_of_arrays(ws, k):
    total = 0.0
    for i, w in enumerate(ws):
        total = total + (i + 1) * np.sum(w * w) * k
    return total


@cases(2.0)
@cases(2.0, 3.0)
def defaults(x, k=4.0, power=2):
    return k * x**power


@cases(array(3), array(3, seed=1))
def tuples_out(x, y):
    return x * y, np.sum(x), {"a": y / x}


@cases(array(3), 2.0)
def returns_argument(x, k):
    return x


@cases(array(3), 2.0)
def returns_view(x, k):
    return x[::-1], x, x


@cases(array(3), 2.0)
def inactive_argument(x, k):
    return np.sum(x)


@cases(1.5, 2.5)
def constant_result(x, y):
    return 3.0


@cases(array(2))
def constant_array(x):
    return np.ones(3)


@cases(1.5, np.float64(2.5))
def scalar_kinds(x, y):
    return x * y, x * x, np.sin(x), y


@cases(np.float32(1.5), 2.5)
def float32_and_python(x, y):
    return x * y + 1.0


@cases(array(3).astype(np.float32), 2.5)
def float32_array(x, k):
    return np.sum(np.exp(x) * k) / 3


@cases(array(3).astype(np.float32), array(3))
def mixed_precision(x, y):
    return np.sum(x * y)


@cases(np.array(1.5), 2.0)
def zero_dimensional(x, k):
    return x * k, x + 0, np.sin(x), x[()]


@cases(array(3) + 1j * signed(3), 1.5)
def complex_modulus(z, k):
    return np.sum(np.abs(z) ** 2 * k) + np.sum((z * np.conj(z)).real) + np.sum(z.imag * z.real)


@cases(signed(7) * (1 + 0.3j))
def complex_powers(z):
    return np.sum(np.abs(np.sqrt(z) ** z))


@cases(1.5 + 0.5j)
def complex_holomorphic(z):
    return np.exp(z) * z**2 / (1 + z)


@cases(array(4))
def through_complex(x):
    z = np.exp(1j * x)
    return np.sum((z * np.array([1, 2j, 3, -1j])).real) + np.abs(np.sum(z))


@cases(array(5))
def log_sum_exp(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


@cases(signed(4, 3))
def softmax_rows(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@cases(signed(4, 3), np.array([0, 2, 1, 1]))
def cross_entropy(logits, labels):
    shifted = logits - np.max(logits, axis=-1, keepdims=True)
    logp = shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


@cases(array(4), array(4, seed=5))
def correlation(x, y):
    a, b = x - x.mean(), y - y.mean()
    return (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())


@cases(array(3, 3) + 3 * np.eye(3), array(3))
def linear_solve(A, b):
    x = np.linalg.solve(A, b)
    return x @ b + np.linalg.slogdet(A)[1] + np.linalg.det(A) * 0.01


@cases(array(3, 3))
def covariance_likelihood(X):
    S = X @ X.T + np.eye(3)
    L = np.linalg.cholesky(S)
    return np.sum(np.log(np.diag(L))) + np.trace(S)


@cases(signed(6))
def rearranged(x):
    a = np.concatenate([x, x[::2], np.zeros(2)])
    b = np.stack([x, 2 * x], axis=1)
    return a @ np.arange(11.0), b.T, np.flip(x), np.roll(x, 2), np.tile(x, 2), np.repeat(x, 2), np.cumsum(x)


@cases(signed(3, 4))
def shapes_as_numbers(x):
    n, m = x.shape
    return x.sum() / n + x.size * x[0, 0] + m * x[-1, -1] + len(x) + x.ndim


@cases(1.2, 0.4)
def chained_expression(x, y):
    return max(x, y) * min(x, y, 0.9) + abs(x - y) + sum([x, y, x * y]) + pow(x, 2) + float(x) + (x > y) * x


@cases(1.2)
def lambdas(x):
    f = lambda t, k=2: t**k
    return f(x) + f(x, 3) + (lambda u: u * x)(x)


@cases(1.2)
def closures(x):
    def inner(t):
        return t * x

    return inner(x) + inner(2.0)


@cases(array(3))
def comprehension(x):
    return sum([x[k] ** 2 for k in range(3)]) + np.sum(np.array([k * x[k] for k in range(3)]))


@cases(array(3), 0.5)
def conditional_expression(x, t):
    return x.sum() if t > 0.2 else x.prod()


@cases(1.3)
def powers(x):
    return x**0 + x**1 + x**2 + x**-1 + x**0.5 + 2**x + x**x + (-x) ** 3


@cases(signed(4))
def integer_powers(x):
    return x**2 + x**3 + x**0 + x**-2 + np.power(2.0, x) + np.square(x) + x**1


@cases(7.3, 2.1)
def modulo(x, y):
    return x % y + x // y + np.mod(x, y) + np.fmod(x, y) + divmod(x, y)[1]


@cases(signed(4))
def mixed_functions(x):
    return np.arctan2(x, 2.0) + np.hypot(x, 1.0) + np.logaddexp(x, 0.0) + np.sinh(x) + np.expm1(x) + np.log1p(x * x)


@cases(signed(3), 2.0)
def list_building(x, k):
    out = []
    for i in range(3):
        out.append(x[i] * k)
    return np.array(out)


@cases(signed(3))
def dict_building(x):
    d = {}
    d["a"] = x * 2
    d["b"] = d["a"] + 1
    return d["a"] * d["b"]


@cases(signed(4, 4))
def matrix_pieces(a):
    return np.trace(a) + np.diag(a).sum() + np.tril(a).sum() + (a.T @ a)[0, 1] + np.triu(a, 1).sum()


@cases(array(3), array(3, seed=1))
def inner_products(a, b):
    return np.inner(a, b) + np.vdot(a, b) + np.tensordot(a, b, axes=([0], [0])) + np.linalg.norm(a - b)


@cases(array(3) + 1j * signed(3))
def real_and_complex_parts(z):
    return (z[0] * z[1]).imag + np.sum(np.real(z) ** 2) + np.abs(z[2])


@cases(array(2), 2.0)
def names_of_generated_code(x, saved):
    n = len(x)
    out = x * saved
    d_out = np.sin(out)
    d_x = d_out * n
    y1 = d_x * d_out
    return y1, out, np.sum(d_out * _f8)


_f8 = 3.0


@cases(array(2), 2.0)
def named_tuple_out(x, k):
    return Point(x * k, {"inner": Point(k, np.sum(x))})
