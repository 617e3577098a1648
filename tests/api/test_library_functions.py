"""Derivatives of functions that have no definition in Python: `grad(np.exp)`, as in JAX."""

from __future__ import annotations

import functools
import math
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import symdiff
from symdiff import grad

TWO = np.array([0.3, 0.8])
GRADIENTS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], Any]] = {
    "np.exp": (np.exp, (0.5,), math.exp(0.5)),
    "np.float32": (np.exp, (np.float32(0.0),), np.float32(1.0)),
    "np.logaddexp": (np.logaddexp, (0.0, 0.0), 0.5),
    "np.sum": (np.sum, (TWO,), np.ones(2)),
    "np.dot": (np.dot, (TWO, np.array([3.0, 4.0])), np.array([3.0, 4.0])),
    "np.linalg.norm": (np.linalg.norm, (np.array([3.0, 4.0]),), np.array([0.6, 0.8])),
    "np.linalg.det": (np.linalg.det, (np.diag([2.0, 3.0]),), np.diag([3.0, 2.0])),
    "np.floor": (np.floor, (0.5,), 0.0),
    "math.sin": (math.sin, (0.5,), math.cos(0.5)),
    "math.log": (math.log, (0.5,), 2.0),
    "math.hypot": (math.hypot, (3.0, 4.0), 0.6),
    "operator.mul": (operator.mul, (3.0, 4.0), 4.0),
    "operator.getitem": (operator.getitem, (TWO, 1), np.array([0.0, 1.0])),
    "abs": (abs, (-3.0,), -1.0),
    "partial": (functools.partial(np.power, 2.0), (3.0,), 8.0 * math.log(2.0)),
    "special.expit": (scipy.special.expit, (0.0,), 0.25),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients(name: str) -> None:
    fun, args, expected = GRADIENTS[name]
    found = grad(fun)(*args)
    assert type(found) is type(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_every_derivative_takes_them() -> None:
    """By hand: the derivatives of sin are cos, -sin, -cos; the point is 0.5."""
    s, c = math.sin(0.5), math.cos(0.5)
    assert symdiff.jvp(np.sin, (0.5,), (2.0,)) == pytest.approx((s, 2 * c))
    value, pullback = symdiff.vjp(math.sin, 0.5)
    assert (value, pullback(2.0)) == (s, (2 * c,))
    assert grad(grad(grad(np.sin)))(0.5) == pytest.approx(-c)
    assert symdiff.hessian(np.sin)(0.5) == symdiff.hvp(np.sin, (0.5,), (1.0,)) == pytest.approx(-s)
    np.testing.assert_allclose(symdiff.jacobian(np.sin)(TWO), np.diag(np.cos(TWO)))
    np.testing.assert_allclose(symdiff.jacfwd(np.sin)(TWO), np.diag(np.cos(TWO)))
    assert symdiff.differentiable(np.sin).grad(0.5) == pytest.approx(c)
    symdiff.check_grads(np.sin, (0.5,))
    symdiff.check_grads(np.logaddexp, (0.5, 1.0))


@pytest.mark.parametrize("fun", [np.prod, np.sum, np.max, np.var, np.median, np.linalg.norm, np.trapezoid])
def test_derivatives_of_derivatives_of_functions_with_options(fun: Any) -> None:
    """Their own definitions have parameters that a derivative does not take; it is that of a lambda's."""
    point = np.array([0.5, 1.5, -0.7])
    wanted = symdiff.jacobian(grad(lambda a: fun(a)))(point)
    np.testing.assert_allclose(symdiff.jacobian(grad(fun))(point), wanted, rtol=1e-12)
    np.testing.assert_allclose(symdiff.hessian(fun)(point), wanted, rtol=1e-12)


def test_arguments() -> None:
    assert grad(np.hypot, argnums=(0, 1))(3.0, 4.0) == (0.6, 0.8)
    assert grad(np.hypot, wrt="x2")(3.0, 4.0) == 0.8
    np.testing.assert_allclose(grad(np.linalg.norm)(x=np.array([3.0, 4.0])), [0.6, 0.8])
    assert pickle.loads(pickle.dumps(grad(np.exp)))(0.0) == 1.0
    assert grad(np.clip)(0.3, 0.1, 1.0) == 1.0
    assert grad(np.clip, argnums=(0, 1, 2))(2.0, 0.1, 1.0) == (0.0, 0.0, 1.0)
    assert grad(np.where, argnums=(1, 2))(True, 0.3, 0.4) == (1.0, 0.0)
    with pytest.raises(TypeError, match="unexpected keyword argument 'axes'"):
        grad(np.sum)(TWO, axes=0)


SPREAD = np.array([[0.3, -0.8, 1.1], [2.0, 0.4, -0.6]])
OPTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = {
    "np.cumsum(axis=)": (np.cumsum, lambda a: np.cumsum(a, axis=1), (SPREAD,), {"axis": 1}),
    "np.mean(, axis)": (np.mean, lambda a, n: np.mean(a, 0), (SPREAD, 0), {}),
    "np.linalg.norm(ord=)": (
        np.linalg.norm,
        lambda a: np.linalg.norm(a, ord=1, axis=0),
        (SPREAD,),
        {"ord": 1, "axis": 0},
    ),
    "partial(np.sum, axis=0)": (functools.partial(np.sum, axis=0), lambda a: np.sum(a, axis=0), (SPREAD,), {}),
    "softmax": (scipy.special.softmax, lambda a: scipy.special.softmax(a), (SPREAD,), {}),
    "softmax(axis=)": (scipy.special.softmax, lambda a: scipy.special.softmax(a, axis=0), (SPREAD,), {"axis": 0}),
    "logsumexp": (scipy.special.logsumexp, lambda a: scipy.special.logsumexp(a), (SPREAD,), {}),
    "partial(logsumexp, axis=1)": (
        functools.partial(scipy.special.logsumexp, axis=1),
        lambda a: scipy.special.logsumexp(a, axis=1),
        (SPREAD,),
        {},
    ),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_are_those_of_the_call(name: str) -> None:
    """The derivatives of a lambda that calls the function so, by rows, by columns, and along a direction."""
    fun, written, args, named = OPTIONS[name]
    for derivative in (symdiff.jacobian, symdiff.jacfwd):
        np.testing.assert_array_equal(derivative(fun)(*args, **named), derivative(written)(*args))
    if not named and len(args) == 1:
        found, expected = (symdiff.jvp(f, args, (SPREAD[::-1],)) for f in (fun, written))
        np.testing.assert_array_equal(found, expected)


def test_arguments_behind_the_first() -> None:
    np.testing.assert_allclose(grad(np.einsum, 1)("i,i->", TWO, 3 * TWO), 3 * TWO)
    assert grad(scipy.special.polygamma, 1)(1, 2.5) == pytest.approx(float(scipy.special.polygamma(2, 2.5)))


def inner(x):
    return symdiff.jvp(np.exp, (x,), (1.0,))[1] * x + grad(math.sin)(x)


def test_inside_of_a_function() -> None:
    """By hand at 0.5: the derivative of e^x·x + cos x is e^x·(1 + x) - sin x."""
    assert grad(inner)(0.5) == pytest.approx(math.exp(0.5) * 1.5 - math.sin(0.5))


@pytest.mark.parametrize("fun", [np.frexp, np.frompyfunc(abs, 1, 1), math.gcd, max])
def test_others_are_refused(fun: Any) -> None:
    with pytest.raises(symdiff.CompileError) as error:
        grad(fun)(TWO)
    assert error.value.problems[0].code == "SD106"
    assert error.value.problems[0].rewrite == "wrap it: `lambda x: f(x)`, or `def`"
