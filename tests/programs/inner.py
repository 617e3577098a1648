"""Functions that take derivatives themselves: inner optimisations, physics from a potential, implicit layers."""

from __future__ import annotations

import numpy as np

from symdiff import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(1.3, 0.7)
def perturbation_confusion(x, y):
    twice = grad(lambda u: grad(lambda v: u * v * v * x)(u))(x)
    return x * grad(lambda u: x * u * u + y)(y) * twice


@cases(signed(3), array(4, 3), array(4), 0.1, 0.05)
def ridge_unrolled(w, X, t, lam, rate):
    def loss(w):
        r = X @ w - t
        return np.sum(r * r) + lam * np.sum(w * w)

    for _ in range(4):
        w = w - rate * grad(loss)(w)
    return np.sum((X @ w - t) ** 2)


@cases(array(3), array(3, seed=1), 0.8)
def newton_with_hessian(x, c, k):
    energy = lambda u: np.sum(np.exp(u * c)) + 0.5 * k * np.sum(u * u)
    for _ in range(2):
        x = x - np.linalg.solve(hessian(energy)(x), grad(energy)(x))
    return x


@cases(1.4, 0.6)
def newton_while(x, a):
    f = lambda t: t**4 - a * t
    k = 0
    while k < 20 and abs(grad(f)(x)) > 1e-3:
        x = x - grad(f)(x) / grad(grad(f))(x)
        k += 1
    return x


@cases(0.2 * signed(3, 3), signed(3, seed=2))
def implicit_layer(W, x):
    step = lambda z: np.tanh(W @ z + x)
    z = np.zeros(3)
    for _ in range(12):
        z = step(z)
    _, pull = vjp(step, z)
    adjoint = np.ones(3)
    for _ in range(6):
        (back,) = pull(adjoint)
        adjoint = np.ones(3) + back
    return adjoint @ z


def _lagrangian(q, v, m, g):
    kinetic = 0.5 * m * np.sum(v**2) + 0.3 * v[0] * v[1] * np.cos(q[0] - q[1])
    return kinetic + g * np.sum(np.cos(q))


@cases(signed(2), signed(2, seed=1), 1.2, 0.9)
def lagrangian_motion(q, v, m, g):
    by_v = lambda q, v: grad(_lagrangian, argnums=1)(q, v, m, g)
    for _ in range(3):
        mass = hessian(_lagrangian, argnums=1)(q, v, m, g)
        along = jvp(by_v, (q, v), (v, np.zeros(2)))[1]
        v = v + 0.1 * np.linalg.solve(mass, grad(_lagrangian)(q, v, m, g) - along)
        q = q + 0.1 * v
    return q


def _potential(q, k):
    e = 0.0
    for i in range(1, len(q)):
        e = e + 0.5 * k * (q[i] - q[i - 1]) ** 2
        if q[i] > 1.0:
            e = e + (q[i] - 1.0) ** 3
    return e


@grad
def _slope(q, k):
    return _potential(q, k)


@cases(array(4), array(4, seed=1), 0.8)
def leapfrog(q, p, k):
    for _ in range(3):
        p = p - 0.05 * _slope(q, k)
        q = q + 0.1 * p
        p = p - 0.05 * _slope(q, k)
    return q, p


def _task_loss(u, task):
    return np.sum((np.sin(u) - task) ** 2)


@cases(array(3), 0.3)
def two_level_step(w, rate):
    total = 0.0
    for task in np.array([[1.0, 2.0, 0.5], [0.3, 0.1, 0.7]]):
        adapted = w - rate * grad(_task_loss)(w, task)
        total += _task_loss(adapted, task)
    return total


def _log_density(x, mean, width):
    return np.log(np.sum(np.exp(-((x - mean) ** 2) / (2 * width**2))))


@cases(0.4, signed(3), 0.7)
def score_steps(x, mean, width):
    matching = 0.0
    for _ in range(3):
        value, score = value_and_grad(_log_density)(x, mean, width)
        matching += 0.5 * score**2 + hessian(_log_density)(x, mean, width) + 0.1 * value
        x = x + 0.1 * score
    return matching


@cases(array(3), array(2, 3), array(2))
def boundary_problem_loss(w, points, right):
    u = lambda t: np.sum(w * np.sin(t * np.array([1.0, 2.0, 3.0])))
    total = 0.0
    for row, f in zip(points, right):
        for t in row:
            total += (grad(grad(u))(t) + u(t) - f) ** 2
    return total


@cases(array(2), array(5, seed=2), array(5, seed=3))
def gauss_newton(p, t, y):
    model = lambda p: p[0] * np.exp(-p[1] * t)
    for _ in range(2):
        J = jacobian(model)(p)
        p = p - np.linalg.solve(J.T @ J + 0.1 * np.eye(2), J.T @ (model(p) - y))
    return p


@cases({"w": array(2), "b": 0.3}, array(2, seed=2))
def tree_of_parameters(p, x):
    def loss(p):
        z = np.exp(p["w"] * x)
        return np.sum(z) * p["b"], {"z": z, "n": 2}

    for _ in range(2):
        (value, aux), g = value_and_grad(loss, has_aux=True)(p)
        p = {"w": p["w"] - 0.1 * g["w"] * aux["n"], "b": p["b"] - 0.01 * g["b"] + 0.01 * value}
    return p["b"] * np.sum(p["w"] * aux["z"])


def _chain(x, n):
    return np.sin(x) if n == 0 else x * _chain(x, n - 1)


@cases(1.1, 3)
def derivative_of_a_recursion(x, n):
    return grad(lambda t: _chain(t, n))(x) * x


def _descend(x, n):
    if n == 0:
        return x
    return _descend(x - 0.1 * grad(lambda t: np.sin(t) * x)(x), n - 1)


@cases(1.1, 3)
def derivative_in_a_recursion(x, n):
    return _descend(x, n)


@cases(array(4), 0.7)
def derivative_of_writes(x, a):
    def relax(y):
        y[0] = a * y[1]
        y[1:] *= y[:-1]
        s = 0.0
        for i in range(len(y)):
            y[i] += a
            s += y[i] ** 2
        return s

    g = grad(relax)(x)
    return np.sum(g * x)


@cases(array(3), array(3, seed=1))
def curvature(x, v):
    f = lambda t: np.sum(t**3) * t[0]
    return v @ hvp(f, (x,), (v,))


@cases(0.9, 0.5)
def line_search(x, c):
    f = lambda t: (t - c) ** 4 + t * t
    for _ in range(3):
        value, slope = value_and_grad(f)(x)
        step = 0.5
        while f(x - step * slope) > value:
            step = 0.5 * step
        x = x - step * slope if step > 0.01 else x
    return x


@cases(signed(3), signed(3, seed=1))
@cases(array(0), array(0))
def at_arrays_made_of_lists(x, e):
    """What a tangent or cotangent must be as long as is no argument."""
    z = np.array([0.5 * u for u in x])
    value, tangent = jvp(lambda t: t * t, (z,), (e,))
    kept, pull = vjp(lambda t: t[t > -9.0] ** 3, z)
    return np.sum(value * tangent) + np.sum(kept * pull(e)[0])


@cases(0.7, array(3))
def of_a_result_that_began_as_none(x, v):
    def best(x):
        b = None
        for t in v:
            if b is None or t * x * x > b:
                b = t * x * x
        return b

    value, tangent = jvp(lambda y: (best(y), y), (x,), (1.0,))
    return grad(best)(x) * x + value_and_grad(best)(x)[0] + tangent[0] * value[1] + hessian(best)(x) * x


def relaxed(x, c):
    """It writes the argument that it is not differentiated by."""
    for i in range(1, len(x)):
        x[i] = x[i] * c + x[i - 1]
    return np.sum(x**2)


@cases(array(4), 0.4, 2)
@cases(array(1), 0.4, 1)
def by_what_stands_beside_a_written_argument(x, c, n):
    slope = grad(relaxed, argnums=1)
    y, s = x * c, slope(x, c) + slope(x.copy(), c)
    for _ in range(n):
        s += slope(y[1:], c) * slope(x, np.tanh(s))
        y *= 0.5
    return s * np.sum(x) + np.sum(y)
