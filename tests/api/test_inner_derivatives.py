"""Derivatives taken inside a compiled function: by hand, by autograd, their kinds and structure, refusals."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import symdiff
from symdiff import grad, hessian, hvp, jacfwd, jacobian, jvp, value_and_grad, vjp
from symdiff.errors import CompileError
from tests.programs.inner import derivative_of_a_recursion, leapfrog

LEVELS = (0, 1, 2)
HERE = str(Path(__file__).resolve())


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


# --- by hand


@pytest.mark.parametrize("level", LEVELS)
def test_one_direction_is_not_taken_for_another(level: int) -> None:
    """d/dx [x · d/dy (x·y)] = d/dx x² = 2x, at y = x too, and at any depth."""
    outer = lambda x: x * grad(lambda y: x * y)(x)
    assert grad(outer, level=level)(3.0) == 6.0
    sums = lambda x: x * grad(lambda y: x + y)(2.0)  # the standard example: 1, not 2
    assert grad(sums, level=level)(1.0) == 1.0 and jvp(sums, (1.0,), (1.0,)) == (1.0, 1.0)
    three = lambda x: grad(lambda y: grad(lambda z: x * y * y * z * z * z)(y))(x)
    # z: 3xy²z² at z = y: 3xy⁴; y: 12xy³ at y = x: 12x⁴
    assert grad(three, level=level)(2.0) == 48.0 * 8.0
    by_jvp = lambda x: x * jvp(lambda y: x * y, (x,), (x,))[1]  # x · x·x
    assert grad(by_jvp, level=level)(2.0) == 12.0 and jvp(by_jvp, (2.0,), (1.0,)) == (8.0, 12.0)


@pytest.mark.parametrize("level", LEVELS)
def test_gradient_descent_on_a_parabola(level: int) -> None:
    """w - c shrinks by 1 - 2r each turn: w_k = c + (1 - 2r)^k (w - c)."""

    def descend(w, c, r, k):
        f = lambda u: (u - c) ** 2
        for _ in range(k):
            w = w - r * grad(f)(w)
        return w

    w, c, r, k = 2.0, 0.5, 0.1, 7
    q = 1 - 2 * r
    value, (d_w, d_c, d_r) = value_and_grad(descend, argnums=(0, 1, 2), level=level)(w, c, r, k)
    close([value, d_w, d_c, d_r], [c + q**k * (w - c), q**k, 1 - q**k, -2 * k * q ** (k - 1) * (w - c)])
    close(jvp(lambda r: descend(w, c, r, k), (r,), (1.0,))[1], d_r)
    second = grad(grad(descend, argnums=2, level=level), argnums=2, level=level)(w, c, r, k)
    close(second, 4 * k * (k - 1) * q ** (k - 2) * (w - c))


def cubic(x: Any, a: Any) -> Any:
    return a * np.sum(x**3)


@pytest.mark.parametrize("level", LEVELS)
def test_every_derivative_of_a_cubic(level: int) -> None:
    """f = a Σ x³: gradient 3ax², Hessian 6a diag(x); each again by a."""
    x, v, a = np.array([1.0, 2.0, -0.5]), np.array([0.3, -1.0, 2.0]), 1.5
    by_a = lambda f: grad(f, level=level)(a)
    close(by_a(lambda a: v @ grad(cubic)(x, a)), 3 * v @ x**2)
    close(by_a(lambda a: v @ hvp(lambda t: cubic(t, a), (x,), (v,))), 6 * np.sum(v * v * x))
    close(by_a(lambda a: v @ hessian(cubic)(x, a) @ v), 6 * np.sum(v * v * x))
    close(by_a(lambda a: v @ jacobian(grad(cubic))(x, a) @ v), 6 * np.sum(v * v * x))
    close(by_a(lambda a: v @ jacfwd(grad(cubic), argnums=1)(x, a)), 0.0)
    close(by_a(lambda a: a * v @ jacfwd(grad(cubic), argnums=1)(x, a)), 3 * v @ x**2)
    close(by_a(lambda a: vjp(cubic, x, a)[1](a)[1]), np.sum(x**3))
    close(by_a(lambda a: jvp(cubic, (x, a), (v, a))[1]), 3 * v @ x**2 + np.sum(x**3))
    (by_x, by_other), extra = grad(lambda x, a: (cubic(x, a), {"a": a * a}), argnums=(0, 1), has_aux=True)(x, a)
    both = lambda a: grad(lambda x, a: (cubic(x, a), {"a": a * a}), argnums=(0, 1), has_aux=True)(x, a)
    close(by_a(lambda a: v @ both(a)[0][0] + a * both(a)[0][1] + both(a)[1]["a"]),
          3 * v @ x**2 + np.sum(x**3) + 2 * a)  # fmt: skip
    close(v @ by_x + a * by_other + extra["a"], 3 * a * v @ x**2 + a * np.sum(x**3) + a * a)


# --- by autograd


def tuned(m: Any, g: Any) -> Any:
    """A function of (w, rate) that trains and returns the loss left, with the NumPy and the grad given."""

    def left(w, rate):
        def loss(u):
            z = m.tanh(u * m.array([0.5, 1.0, 2.0]))
            return m.sum((z - m.array([0.1, 0.4, -0.2])) ** 2) + 0.1 * m.sum(u**4)

        for _ in range(5):
            w = w - rate * g(loss)(w)
        return loss(w)

    return left


def penalised(m: Any, g: Any) -> Any:
    def critic(x, w):
        return m.sum(m.sin(w @ x) * x[0])

    def penalty(w, x):
        slope = g(critic)(x, w)
        return (m.sqrt(m.sum(slope**2)) - 1.0) ** 2 + critic(x, w)

    return penalty


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("make", [tuned, penalised])
def test_by_autograd(make: Any, level: int) -> None:
    rng = np.random.default_rng(4)
    args = (rng.standard_normal(3), 0.05) if make is tuned else (rng.standard_normal((2, 3)), rng.standard_normal(3))
    ours, theirs = tuned_here if make is tuned else penalised_here, make(anp, autograd.grad)
    for k in (0, 1):
        close(grad(ours, argnums=k, level=level)(*args), autograd.grad(theirs, k)(*args))


def tuned_here(w, rate):
    return tuned(np, grad)(w, rate)


def penalised_here(w, x):
    return penalised(np, grad)(w, x)


# --- ways to write it


@symdiff.differentiable
def square(x, k=1.0):
    return k * np.sum(x * x)


@value_and_grad(argnums=1)
def weighted(x, k):
    return k * k * np.sum(x)


class Spring:
    def __init__(self, k):
        self.k = k

    def energy(self, q):
        return 0.5 * self.k * np.sum(q**2)

    def force(self, q):
        return -grad(self.energy)(q)


def applied(make, f, x):
    return make(f)(x)


def pulled_back(x):
    y, saved = square.forward(x, 2.0)
    return np.sum(square.backward(saved, y))


def by_decorators(x):
    @grad
    def slope(u):
        return np.sum(u**3) * x[0]

    @value_and_grad(argnums=1)
    def both(a, b):
        return np.sum(a * b * b)

    return np.sum(slope(x)) + np.sum(both(x, x)[1])


X = np.array([0.5, 1.0, 2.0])
WRITTEN = [
    (lambda x: np.sum(square.grad(x, 3.0)), 6 * np.ones(3)),
    (lambda x: square(x, 2.0) + square.value_and_grad(x, 2.0)[0], 8 * X),
    (lambda x: weighted(x, 3.0)[1] + weighted(x, 3.0)[0], 15 * np.ones(3)),
    (lambda x: np.sum(Spring(x[0]).force(x)), -np.array([np.sum(X) + X[0], X[0], X[0]])),
    (lambda x: applied(grad, lambda u: np.sum(u**3), x)[1], np.array([0.0, 6 * X[1], 0.0])),
    (lambda x: np.sum(functools.partial(grad(lambda u, k: k * np.sum(u * u)), k=2.0)(x)), 4 * np.ones(3)),
    (lambda x: np.sum(grad(lambda a, b: np.sum(a * b * b), wrt="b")(x, b=x)), 4 * X),
    (lambda x: sum(map(grad(lambda u: u**3), [x[0], x[2]])), np.array([6 * X[0], 0.0, 6 * X[2]])),
    (lambda x: sum(np.sum(g) for g in grad(lambda p: np.sum(p[0] * p[1]["k"]))([x, {"k": x}])[:1]), np.ones(3)),
    (pulled_back, 16 * np.sum(X) * X + 8 * np.sum(X * X)),  # y = 2 Σx² pulled back by itself: 4y Σx
    (by_decorators, 6 * X[0] * X + np.array([3 * np.sum(X * X), 0, 0]) + 4 * X),
]


@pytest.mark.parametrize(("f", "expected"), WRITTEN)
def test_ways_to_write_it(f: Any, expected: Any) -> None:
    for level in LEVELS:
        close(grad(f, level=level)(X), expected)


def test_a_function_that_comes_as_an_argument() -> None:
    assert grad(lambda f, x: grad(f)(x) * x, argnums=1)(lambda t: t**3, 2.0) == 36.0


# --- kinds, structure, memory


def test_the_kinds_are_those_of_a_call_outside() -> None:
    f = lambda x: (grad(lambda u: np.sin(u) * u)(x), grad(lambda u: 3.0)(x), grad(lambda u, k: k * k)(x, x))
    ran = symdiff.generate(f, types="x=float", functions=["primal"], name="f")
    space: dict[str, Any] = {}
    exec(ran, space)
    assert [type(v) for v in space["f"](0.5)] == [float, float, float] and space["f"](0.5)[1:] == (0.0, 0.0)
    single = vjp(lambda x: grad(lambda u: u * u)(x), np.float32(1.5))
    assert single[0] == 3.0 and type(single[0]) is np.float32 and single[1](np.float32(1)) == (np.float32(2),)
    nothing = vjp(lambda x: grad(lambda p: p["a"] * 2.0)({"a": x, "b": None}), 1.5)[0]
    assert nothing == {"a": 2.0, "b": None}


def test_arguments_and_captures_stay_as_they_are() -> None:
    def f(x, y):
        def g(u, v):
            u[0] = 3.0 * v[1]
            return np.sum(u * u * v)

        slope = grad(g)(x, y)  # g sees its own u: (3 v1, x1, x2)
        return np.sum(slope * x), x + 0.0

    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 1.0, 0.5])
    (value, same), pullback = vjp(f, x, y)
    assert value == 2 * 2 * 1 * 2 + 2 * 3 * 0.5 * 3 and same.tolist() == [1.0, 2.0, 3.0]
    assert pullback((1.0, np.zeros(3)))[0].tolist() == [0.0, 8.0, 6.0] and x.tolist() == [1.0, 2.0, 3.0]


def test_what_is_printed_inside_is_printed_once_a_call(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x):
        def g(u):
            print("at", u)
            return u * u * x

        return grad(g)(x) + vjp(g, 2 * x)[1](1.0)[0]

    assert grad(f)(1.0) == 12.0  # 2x² + 4x²
    assert capsys.readouterr().out == "at 1.0\nat 2.0\n"


def test_a_generated_module_stands_alone(tmp_path: Path) -> None:
    text = symdiff.generate(ridge, types="w=f8[d], X=f8[n, d], t=f8[n], lam=float", wrt="lam")
    assert "symdiff." not in text.split('"""', 2)[2]
    space: dict[str, Any] = {}
    exec(text, space)
    rng = np.random.default_rng(0)
    w, X, t = rng.standard_normal(2), rng.standard_normal((4, 2)), rng.standard_normal(4)
    close(space["ridge_grad"](w, X, t, 0.3), grad(ridge, argnums=3)(w, X, t, 0.3))
    body = text[text.index("def ridge_value_and_grad") :].split("\n\n\n")[0]
    assert body.count("for ") == 2, "the loop stays a loop in either direction"


def test_explain_shows_the_inner_derivative_or_says_why_not() -> None:
    outer = lambda x, y: x * grad(lambda u: x * u * u)(y)  # x · 2xy
    shown = symdiff.explain(outer, 1.5, 2.0)
    found = {row.name: row.value for row in shown.derivation.arguments}
    assert found == {"x": 1.5, "y": 2.0} and [a.gradient for a in shown.derivation.arguments] == [12.0, 4.5]
    with pytest.raises(CompileError) as caught:
        symdiff.explain(derivative_of_a_recursion, 1.1, 3)
    (problem,) = caught.value.problems
    assert f"{problem.code} {problem.what}" == (
        "SD747 derivative_of_a_recursion takes a derivative itself, of a function with branches or recursion, and"
        " cannot be explained"
    )


def test_a_large_derivative_taken_twice_is_a_function() -> None:
    text = symdiff.generate(leapfrog, types="q=f8[n], p=f8[n], k=float", functions=["primal"])
    body = text[text.index("def leapfrog(") :].split("\n\n\n")[0]
    assert body.count("_slope_grad(q, k)") == 2 and body.count("for ") == 1
    assert text.count("def _slope_grad(q: np.ndarray, k: float):") == 1
    assert "_grad(" not in symdiff.generate(ridge, types="w=f8[d], X=f8[n, d], t=f8[n], lam=float", functions="primal")


def ridge(w, X, t, lam):
    loss = lambda u: np.sum((X @ u - t) ** 2) + lam * np.sum(u * u)
    for _ in range(3):
        w = w - 0.1 * grad(loss)(w)
    return np.sum(w * w)


# --- refused


def nested(x, n):
    return np.sin(x) if n == 0 else grad(lambda u: nested(u, n - 1))(x)


def test_a_derivative_of_an_order_that_is_known() -> None:
    outer = lambda x: nested(x, 3)
    assert math.isclose(grad(outer)(0.7), math.sin(0.7), rel_tol=1e-12)  # the fourth derivative of sin


def outside(x):
    total = 0.0

    def f(u):
        nonlocal total
        total = total + u
        return u * u

    return grad(f)(x) + total


def writes(x):
    y = x * 2

    def f(u):
        y[0] = u[0]
        return np.sum(u * y)

    return np.sum(grad(f)(x))


def reads_and_writes(x, c):
    def f(u, c):
        u[0] = c * x[0]
        return np.sum(u) * c

    return grad(f, argnums=1)(x, c)


def doubles(u, v):
    u[0] = 3.0
    return np.sum(u * v)


def chosen(x):
    k = 0 if x > 0 else 1
    return grad(lambda a, b: a * b, argnums=k)(x, x)


BOTH, ONE, BY, AUX = (0, 1), 1, {"arguments": [1, 0]}, True


def scaled(v, x):
    return np.sum(v * v) * x


def by_a_tuple_of_the_module(v, x):
    by_v, by_x = grad(scaled, argnums=BOTH)(v, x)
    return np.sum(by_v) * by_x


def by_a_number_of_the_module(v, x):
    return grad(scaled, argnums=ONE)(v, x) * x


def by_a_list_of_the_module(v, x):
    by_x, by_v = grad(scaled, argnums=tuple(BY["arguments"]))(v, x)
    return np.sum(by_v) * by_x


def with_a_flag_of_the_module(v, x):
    found, other = grad(lambda v, x: (scaled(v, x), x), has_aux=AUX)(v, x)
    return np.sum(found) * other


def by_the_turn(v, x):
    total = 0.0
    for k in range(2):
        total += np.sum(grad(scaled, argnums=k)(v, x))
    return total


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("f", "by_hand"),
    [
        (by_a_tuple_of_the_module, lambda v, x: 2 * x * anp.sum(v) * anp.sum(v * v)),
        (by_a_number_of_the_module, lambda v, x: anp.sum(v * v) * x),
        (by_a_list_of_the_module, lambda v, x: 2 * x * anp.sum(v) * anp.sum(v * v)),
        (with_a_flag_of_the_module, lambda v, x: 2 * x * anp.sum(v) * x),
        (by_the_turn, lambda v, x: 2 * x * anp.sum(v) + anp.sum(v * v)),
    ],
)
def test_options_of_the_module_and_of_a_turn_are_known(f: Any, by_hand: Any, level: int) -> None:
    args = np.array([0.3, -0.7, 1.2]), 0.8
    value, found = value_and_grad(f, argnums=(0, 1), level=level)(*args)
    close(value, by_hand(*args))
    for k in (0, 1):
        close(found[k], autograd.grad(by_hand, k)(*args))
    second = grad(lambda v, x: grad(f, argnums=1)(v, x), level=level)(*args)
    close(second, autograd.grad(autograd.grad(by_hand, 1))(*args))
    close(jvp(f, args, args)[1], sum(np.sum(d * x) for d, x in zip(found, args, strict=True)))


def by_the_argument(v, x, k):
    return np.sum(grad(scaled, argnums=k)(v, x))


FIRST = 0


def by_the_first(v, x):
    return np.sum(grad(scaled, argnums=FIRST)(v, x))


def test_options_that_are_arguments_or_replaced_are_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    v, x = np.array([0.3, -0.7, 1.2]), 0.8
    by_argument, by_first = grad(by_the_argument), grad(by_the_first)
    close(by_argument(v, x, 0), np.full(3, 2 * x))  # of 2·x·Σv
    close(by_argument(v, x, 1), 2 * v)  # of Σv²
    close(by_first(v, x), np.full(3, 2 * x))
    monkeypatch.setitem(globals(), "FIRST", 1)
    close(by_first(v, x), 2 * v)


def chosen_in_branches(x):
    return grad(lambda a, b: a * b * b, argnums=0)(x, x) if x > 1 else grad(lambda a, b: a * b * b, argnums=1)(x, x)


def test_options_that_a_branch_chooses_are_refused_with_the_way_out() -> None:
    with pytest.raises(CompileError, match=r"rewrite: call it in a branch for each, `symdiff\.grad\(f, argnums=0\)"):
        grad(chosen)(1.0)
    assert grad(chosen_in_branches)(2.0) == 4.0 and grad(chosen_in_branches)(0.5) == 2.0  # of x², of 2x²


FLOATS = "differentiated arguments are real or complex floats"
REFUSED = [
    (nested, (0.5, 3), "SD411 `nested` cannot be compiled inside a function: it is one of itself, hence of a"
     " derivative, of an order that only the arguments say"),
    (outside, (1.0,), "SD411 `grad(f)(x)` cannot be compiled inside a function: the function writes `total`, which is"
     " not its own"),
    (writes, (X,), "SD411 `grad(f)(x)` cannot be compiled inside a function: the function writes `y`, which is not its"
     " own"),
    (lambda x: np.sum(grad(doubles)(x, x)), (X,), "SD411 `grad(doubles)(x, x)` cannot be compiled inside a function:"
     " the function writes its argument `u`, whose memory it also has otherwise"),
    (reads_and_writes, (X, 1.0), "SD411 `grad(f, argnums=1)(x, c)` cannot be compiled inside a function: the function"
     " writes its argument `u`, whose memory it also has otherwise"),
    (chosen, (1.0,), "SD411 `grad(lambda a, b: a * b, argnums=k)` cannot be compiled inside a function: `argnums`,"
     " `wrt` and `has_aux` must be known when compiling"),
    (lambda x: grad(lambda u: u, argnums=2)(x), (1.0,), "SD411 `grad(lambda u: u, argnums=2)` cannot be compiled inside"
     " a function: argnums=2 does not fit <lambda>, which has 1 positional parameters"),
    (lambda x: grad(lambda u, k=2.0: u * k, argnums=1)(x), (1.0,), "SD411 `grad(lambda u, k=2.0: u * k, argnums=1)(x)`"
     " cannot be compiled inside a function: its argument `k` is left to its default: give it"),
    (lambda x: np.sum(grad(lambda u: u * x)(x)), (X,), "SD704 <lambda> returns f8[n], but a gradient needs a real"
     " scalar"),
    (lambda x: grad(lambda n, u: u * n)(3, x), (1.0,), "SD705 argument n of grad(lambda n, u: u * n)(3, x) is int; "
     + FLOATS),
    (lambda x: grad(lambda u: u * x, has_aux=True)(x)[0], (1.0,), "SD714 with has_aux=True <lambda> must return a pair"
     " (value, aux), not float"),
    (lambda x: jvp(lambda u: u * u, (x,), (X,))[1], (1.0,), "SD719 a tangent or cotangent in jvp(lambda u: u * u, (x,),"
     " (X,)) is f8[X_0], expected float"),
    (lambda x: jacobian(lambda u: 3)(x), (1.0,), "SD729 a result of <lambda> is 3; a Jacobian is that of real floats"
     " by real floats"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "args", "message"), REFUSED, ids=[m[:60] for _, _, m in REFUSED])
def test_refused(f: Any, args: tuple[Any, ...], message: str) -> None:
    with pytest.raises(CompileError) as caught:
        vjp(f, *args) if len(args) == 1 else grad(f)(*args)
    (problem,) = caught.value.problems
    assert f"{problem.code} {problem.what}" == message
    assert problem.loc is not None and problem.loc.file == HERE and problem.source_line


def unlike(a, b, c=2.0):
    return np.sin(a) * b**2 * np.exp(c)


OTHER_ORDER = grad(unlike, argnums=(1, 0))
PULLED = symdiff.differentiable(unlike, argnums=(2, 0))


def by_places(x):
    d_b, d_a = grad(unlike, argnums=(1, 0))(x, x * x)
    return 2.0 * d_b + d_a


def by_places_outside(x):
    d_b, d_a = OTHER_ORDER(x, x * x)
    return 2.0 * d_b + d_a


def by_names(x):
    _, (d_c, d_a, d_b) = value_and_grad(unlike, wrt=("c", "a", "b"))(x, c=x / 2, b=x * x)
    return d_c + 2.0 * d_a + 3.0 * d_b


def pulled(x):
    _, saved = PULLED.forward(x, x * x, x / 2)
    d_c, d_a = PULLED.backward(saved, 1.5)
    return 2.0 * d_c + d_a


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [by_places, by_places_outside, by_names, pulled])
def test_gradients_come_in_the_order_that_was_asked_for(f: Any, level: int) -> None:
    """Whatever the order of the arguments in the call: compiled as called outside, and as differences say."""
    value, gradient = value_and_grad(f, level=level)(0.6)
    assert value == pytest.approx(f(0.6), rel=1e-12)
    assert gradient == pytest.approx((f(0.6 + 1e-6) - f(0.6 - 1e-6)) / 2e-6, rel=1e-7)
    assert jvp(f, (0.6,), (1.0,)) == pytest.approx((value, gradient), rel=1e-12)
