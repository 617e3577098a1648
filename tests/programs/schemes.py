"""Numerical schemes: steps in time, relaxation, buffers that change places."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


@cases(array(3), 0.1, 20)
def gradient_descent(x, rate, steps):
    w = np.zeros(3)
    for _ in range(steps):
        w = w - rate * 2 * (w - x)
    return np.sum(w**2)


@cases(array(2), 0.1)
def euler(y0, h):
    y = y0.copy()
    t = 0.0
    while t < 1.0:
        dy = np.array([y[1], -y[0]])
        y = y + h * dy
        t += 0.1
    return y


def _field(y, k):
    return np.array([y[1], -k * np.sin(y[0])])


@cases(array(2), 1.3)
def runge_kutta(y, k):
    h = 0.1
    for _ in range(5):
        k1 = _field(y, k)
        k2 = _field(y + h / 2 * k1, k)
        k3 = _field(y + h / 2 * k2, k)
        k4 = _field(y + h * k3, k)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


@cases(array(6), 0.2)
def heat_equation(u, c):
    for _ in range(3):
        new = u.copy()
        new[1:-1] = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = new
    return u


@cases(array(6), 0.2)
def heat_in_place(u, c):
    for _ in range(3):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u.sum()


@cases(array(6), 0.2)
def double_buffer(u, c):
    old, new = u.copy(), np.zeros(6)
    for _ in range(3):
        new[1:-1] = old[1:-1] * c + old[2:] * old[:-2]
        new[0] = old[0]
        old, new = new, old
    return old * 2 + new


@cases(array(9), array(3))
def convolution_in_place(x, w):
    y = x.copy()
    for i in range(4, len(y)):
        bend = np.sum(np.flip(y[i - 4 : i]).reshape(2, 2)[0] ** 2)
        y[i] = np.tanh(y[i] + np.dot(w, y[i - 3 : i]) * bend)
    return np.sum(y * y)


@cases(array(8), array(8), 7)
def relaxed_until_smooth(x, b, sweeps):
    x = x.copy()
    rough = 0.0
    for k in range(sweeps):
        for i in range(1, len(x) - 1):
            x[i] = 0.5 * (b[i] + np.sin(x[i - 1]) * x[i + 1])
        if k % 3 == 2:
            x[0] = 0.9 * x[1]
            rough = rough + np.sum(np.diff(x) ** 2)
            if k % 2 == 0:
                x *= np.cos(x)
            if rough > 50.0:
                break
    return rough + np.sum(x * x)
