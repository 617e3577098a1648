"""What NumPy does with overflows and the like inside, and rules of the user's own."""

from __future__ import annotations

import contextlib
import functools

import numpy as np

import symdiff
from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(array(5), signed(5))
def masked_log_ratio(x, a):
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.log(a) / x
    r = np.where(a > 0, r, a)
    return np.sum(r * r)


@cases(signed(4))
def logistic_without_warnings(x):
    with np.errstate(over="ignore"):
        y = 1 / (1 + np.exp(-x))
        return np.sum(y * x)


@cases(array(3), 4)
@cases(array(3), 0)
def growth_that_must_not_overflow(x, n):
    s = x * 1.0
    for _ in range(n):
        with np.errstate(over="raise"):
            if s[0] > 2.0:
                break
            s = s * np.exp(0.1 * s)
        s = s + 0.3 * x
    return s


def quiet_root(t):
    with np.errstate(all="ignore"):
        return np.sqrt(t) / t


@cases(array(3))
@cases(array(3) + 3.0)
def early_exit_from_a_with(x):
    with contextlib.nullcontext(), np.errstate(divide="raise"):
        if x[0] > 3.0:
            return np.sum(1 / x)
        z = quiet_root(x) + 1 / x
    w = np.exp(z)
    return np.sum(w)


@cases(np.float64(0.7), 3)
def recursion_inside_a_with(x, n):
    def power(t, k):
        return t if k == 0 else np.sin(t) * power(t * t, k - 1)

    with np.errstate(under="ignore"):
        y = power(x, n)
    return y * power(x, 1)


@cases(np.float64(1.3), 0.01)
def newton_until_it_divides_by_nothing(a, tol):
    x = a
    with np.errstate(divide="raise", invalid="raise"):
        while np.abs(x * x - a) > tol:
            with np.errstate(divide="ignore"):
                x = 0.5 * (x + a / x)
    return x * a


@symdiff.custom_vjp
def log_one_plus_exp(x):
    return np.log(1.0 + np.exp(x))


def log_one_plus_exp_forward(x):
    return np.logaddexp(0.0, x), (x, "unused")


def log_one_plus_exp_backward(saved, d_y):
    x, _ = saved
    return (d_y / (1.0 + np.exp(-x)),)


log_one_plus_exp.defvjp(log_one_plus_exp_forward, log_one_plus_exp_backward)


@cases(array(3), 4, reverse_only=True)
@cases(-array(3), 3, reverse_only=True)
@cases(array(3), 0, reverse_only=True)
def rule_in_a_loop_and_a_branch(x, n):
    s = x
    for _ in range(n):
        if s[0] > 0.5:
            s = log_one_plus_exp(s * x) - 0.2
        else:
            s = s + 0.7
    return np.sum(s * s)


@symdiff.custom_vjp
def root(a, tol):
    x = a
    while np.abs(x * x - a) > tol:
        x = 0.5 * (x + a / x)
    return x


def root_forward(a, tol):
    x = a
    while np.abs(x * x - a) > tol:
        x = 0.5 * (x + a / x)
    return x, x


def root_backward(x, d_x):
    return 0.5 * d_x / x, None


root.defvjp(root_forward, root_backward)


@cases(np.float64(1.7), reverse_only=True)
def implicit_derivative(a):
    return root(a * a + 1.0, 1e-13) * root(a, 1e-13)


@functools.partial(symdiff.custom_vjp, nondiff_argnums=(1, 2))
def dense(p, activation, n):
    return activation(p["w"] @ p["x"] * n)


def dense_forward(p, activation, n):
    y = activation(p["w"] @ p["x"] * n)
    return y, {"p": p, "y": y}


def dense_backward(activation, n, saved, d_y):
    d_z = d_y * (1.0 - saved["y"] ** 2) * n
    return ({"w": np.outer(d_z, saved["p"]["x"]), "x": saved["p"]["w"].T @ d_z},)


dense.defvjp(dense_forward, dense_backward)


@cases(signed(2, 3), signed(3), 2, reverse_only=True)
def rule_with_a_dict_and_a_function(w, x, n):
    y = dense({"w": w, "x": x}, np.tanh, n)
    return np.sum(dense({"w": w.T, "x": y}, np.tanh, 1) ** 2)


@symdiff.custom_jvp
def damped(x, w):
    return np.sin(x) * w


@damped.defjvp
def damped_rule(primals, tangents):
    x, w = primals
    t_x, t_w = tangents
    y = damped(x, w)
    slope = w * np.cos(x)
    return y, slope * t_x + np.sin(x) * t_w


@cases(signed(3), np.float64(0.8), 3)
def tangent_rule_in_a_loop(x, w, n):
    for _ in range(n):
        x = damped(x, w) + 0.1 * x
    return np.sum(x * x)


@symdiff.custom_jvp
def solve_twice(a, b):
    return np.linalg.solve(a, np.linalg.solve(a, b)), b[0]


@solve_twice.defjvp
def solve_twice_rule(primals, tangents):
    a, b = primals
    t_a, t_b = tangents
    y = np.linalg.solve(a, b)
    z = np.linalg.solve(a, y)
    t_y = np.linalg.inv(a) @ (t_b - t_a @ y)
    t_z = np.linalg.inv(a) @ (t_y - t_a @ z)
    return (z, b[0]), (t_z, t_b[0])


@cases(array(2, 2) + 2.0 * np.eye(2), signed(2))
def tangent_rule_with_two_results(a, b):
    z, first = solve_twice(a, b)
    return z * first + 0.5


@symdiff.custom_vjp
def chosen(x, mask):
    return x[mask]


def chosen_forward(x, mask):
    return x[mask], (x, mask)


def chosen_backward(saved, d_y):
    x, mask = saved
    d_x = np.zeros_like(x)
    d_x[mask] = d_y
    return d_x, None


chosen.defvjp(chosen_forward, chosen_backward)


@cases(signed(6), reverse_only=True)
def sizes_known_at_run_time(x):
    with np.errstate(invalid="ignore"):
        positive = chosen(x, x > 0.0)
        return np.sum(np.sqrt(positive) * positive) - np.mean(x)
