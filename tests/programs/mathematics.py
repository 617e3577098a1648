"""`math` on numbers, and tables of numbers that are made when compiling."""

from __future__ import annotations

import math

import numpy as np
import scipy.special

from tests.programs.cases import Cases, array

cases = Cases()


@cases(0.7, 1.3)
def of_one_and_two_numbers(x, y):
    z = math.log(y, 3) * math.pow(x, 2.5) + math.fmod(y, x) * math.hypot(x)
    return z + math.atanh(x) * math.acosh(y) if math.isclose(x, 0.7, rel_tol=1e-2) else z


@cases(2.7)
@cases(-2.7)
def rounded_to_integers(x):
    return math.floor(x) * x + math.ceil(x) * x**2 + math.trunc(x) * x**3


@cases(array(6), 4)
@cases(array(6), 0)
def bernstein(w, n):
    t, y = w[5], 0.0
    for k in range(n + 1):
        y += math.comb(n, k) * t**k * (1 - t) ** (n - k) * w[k]
    return y


@cases(0.7, 5)
def sine_by_its_series(x, n):
    y = 0.0
    for k in range(n):
        y += (-1) ** k * x ** (2 * k + 1) / math.factorial(2 * k + 1)
    return y * (math.gcd(n, 15) + math.lcm(n, 2) + math.isqrt(n) + math.perm(n, 2))


@cases(array(4), 1.5)
def products(v, x):
    return math.prod(v) + math.prod([x, v[0]], start=2.0) * math.prod(t for t in v if t > x)


@cases(0.7, 3)
@cases(0.7, 1)
def gauss_legendre(k, n):
    nodes, weights = np.polynomial.legendre.leggauss(n)
    total = 0.0
    for t, w in zip(nodes, weights):
        total += w * np.exp(-k * t) * np.cos(k + t)
    nodes *= k
    return total + nodes @ nodes


@cases(array(5))
def windows_and_grids(v):
    window = np.hanning(5)
    window[0] = v[0]
    roots = scipy.special.roots_hermite(5)[1] + scipy.special.binom(5, 2)
    return window @ v + np.geomspace(1, 16, 5) @ v + roots @ v * np.tri(3).sum()
