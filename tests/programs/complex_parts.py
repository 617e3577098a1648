"""`z.real` and `z.imag` are views: arrays of complex numbers filled and changed part by part."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(signed(4))
def filled_part_by_part(x):
    z = np.zeros(4, dtype=complex)
    z.real[:] = x
    z.imag[1:] += x[:3] ** 2
    z.real = z.real * x
    z.imag -= 2 * x
    return np.sum(np.abs(z + 1) ** 2)


@cases(signed(5))
@cases(signed(1))
@cases(signed(0))
def turn_by_turn(x):
    z = np.zeros(len(x), dtype=complex)
    for i in range(len(x)):
        z.real[i] = x[i] ** 2
        z.imag[i] += z.real[i - 1] * x[i]
        z.real[i] += z.imag[i]
    return np.sum(np.abs(z * (1 + 2j)) ** 2)


@cases(signed(5))
def leapfrog(x):
    psi = np.zeros(5, dtype=complex)
    re, im = psi.real, psi.imag
    re[:] = x
    for _ in range(4):
        im[1:-1] += 0.1 * (re[2:] - 2 * re[1:-1] + re[:-2])
        re[1:-1] -= 0.1 * (im[2:] - 2 * im[1:-1] + im[:-2])
    return np.sum(np.abs(psi[1:]) ** 4)


@cases(array(3))
def at_places_that_repeat(x):
    z = np.ones(4, dtype=complex) * (1 + 1j)
    z.real[[0, 2, 2]] = x
    z.imag[:3][x > 1.0] = x[0]
    np.add.at(z.imag, [1, 1, 3], x)
    z.imag[[0, 0, 1]] += x
    return np.sum(np.abs(z) ** 2)


@cases(array(3))
def views_of_views(x):
    a = np.ones((2, 3), dtype=complex) * 1j
    r = a.real
    r[0] = x
    row = a[1].imag
    row[1:] *= x[1:] * r[0, 0]
    a.T.real[2] += x[:2]
    a.real.T[1] *= 3.0
    a.imag[:, ::-1][0, :] += x
    np.real(a)[1] = x * r[0]
    a[0].real.reshape(1, 3)[0, 1] = x[2]
    return np.sum(np.abs(a) ** 2) + np.sum(r**3)


@cases(array(3))
@cases(-array(3))
def chosen_parts(x):
    z, w = x * (1 + 2j), x * 1j
    r = z.real if x[0] > 0 else z.imag
    r[:] = r * x
    q = z.imag if x[1] < 0 else w.real
    q[1] += x[2]
    return np.sum(np.abs(z) ** 2) + np.sum(np.abs(w) ** 2)


def rise(r, v):
    r += v
    r[0] = v[0] ** 2


@cases(array(3))
def handed_to_a_helper(x):
    z = x * (1 + 2j)
    rise(z.real, x)
    rise(z.imag, x * x)
    for row in (z.real, z.imag):
        row *= x
    np.multiply(z.real, x, out=z.imag)
    np.copyto(z.real, x**3)
    z.real, z.imag = z.imag * x, z.real + 1
    return np.sum((z**2).real)


@cases(array(3) + 1j * signed(3), array(3))
def of_an_argument(z, x):
    z.real = x
    z.imag[1] *= x[0]
    return np.sum((z * z).real) + np.sum(z.imag**3)


@cases(array(3))
def whole_numbers_and_one_number(x):
    z = x * (1 + 2j)
    z.real[0] = 3
    z.imag[1:] = [1, 2]
    z.real *= 2
    z.imag += np.arange(3)
    z.imag[0] += True
    one = np.array(1j)
    one.real = x[0]
    one.imag[...] = x[1]
    one.imag[()] += x[2]
    return np.sum(np.abs(z) ** 2) + np.abs(one) ** 2


@cases(0.7, signed(5))
def of_one_chosen_in_each_turn(a, x):
    z, w = x * (a + 1j), np.outer(x, np.array([1.0, 2.0])) + 1j
    s = 0.0
    for k in range(1, len(x)):
        r = z.real if x[k] > 0 else z.imag
        r[k] *= a + r[k - 1]
        t = w[:, 0] if x[k] > 0.5 else z
        s += t.imag[k] * t.real[k - 1] + np.sum(r[k - 1 : k + 1])
    return s + np.sum(np.abs(z) ** 2)


@cases(np.array([0.7, -0.4, 1.1]))
def written_through_the_functions(x):
    y, z = x * 2.0, x * (1 + 2j)
    v = np.real(y)
    v[0] = 3.0 * x[1]
    np.imag(z)[0] = 3.0 * x[1]
    np.real(z)[1] *= x[0]
    return y @ y + np.sum(z.real * z.imag) + np.sum(np.imag(x))
