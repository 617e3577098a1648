"""`custom_vjp`, `custom_jvp`, `stop_gradient`: the derivatives they say, their text, and what they refuse."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError, UsageError

LEVELS = (0, 1, 2)
POINT = np.array([0.4, -1.6, 2.2])


# --- stop_gradient


def held(x, w):
    parts = symdiff.stop_gradient({"square": x * x, "rest": [w, 2.0]})
    return np.sum(x * parts["square"]) * parts["rest"][0] * parts["rest"][1] * w


@pytest.mark.parametrize("level", LEVELS)
def test_stop_gradient_is_the_identity_with_derivative_zero(level: int) -> None:
    """f = 2 w' w Σ x x'², a prime for what is held: ∂f/∂x = 2 w² x², ∂f/∂w = 2 w Σ x³; ∂²f/∂x² = 0."""
    made = symdiff.differentiable(held, argnums=(0, 1), level=level)
    d_x, d_w = made.grad(POINT, 1.5)
    np.testing.assert_allclose(d_x, 2 * 1.5**2 * POINT**2, rtol=1e-12)
    np.testing.assert_allclose(d_w, 2 * 1.5 * np.sum(POINT**3), rtol=1e-12)
    assert held(POINT, 1.5) == made(POINT, 1.5)
    value, tangent = symdiff.jvp(held, (POINT, 1.5), (POINT, 0.0))
    np.testing.assert_allclose([value, tangent], [held(POINT, 1.5), np.sum(d_x * POINT)], rtol=1e-12)
    assert not symdiff.hessian(lambda x: held(x, 1.5))(POINT).any()


def test_a_stopped_value_is_printed_as_what_it_is() -> None:
    made = symdiff.differentiable(lambda x: x * symdiff.stop_gradient(x * 3.0), level=1)
    made.grad(2.0)
    assert "x * (x * 3.0)" in made.source and "stop_gradient" not in made.source
    assert "_check" not in made.source  # differences would not give this gradient


def test_stop_gradient_of_what_has_none() -> None:
    with pytest.raises(CompileError, match="SD321"):
        symdiff.grad(lambda x: x * symdiff.stop_gradient(zip((x,), (x,))))(2.0)
    with pytest.raises(CompileError, match="SD313"):
        symdiff.grad(lambda x: symdiff.stop_gradient(x, x))(2.0)


# --- custom_vjp


@symdiff.custom_vjp
def rounded(x):
    """Its own derivative is 0 almost everywhere."""
    return np.round(x)


def rounded_forward(x):
    return np.round(x), None


def rounded_backward(saved, d_y):
    return (np.clip(d_y, -1.0, 1.0),)


rounded.defvjp(rounded_forward, rounded_backward)


def straight_through(x):
    return np.sum(rounded(x * 2.0) * np.array([0.5, -3.0, 1.0]))


@pytest.mark.parametrize("level", LEVELS)
def test_a_rule_counts_where_the_function_has_no_derivative(level: int) -> None:
    """The cotangents 0.5, -3, 1 are clipped to 0.5, -1, 1, and 2 is the derivative of the argument."""
    assert symdiff.value_and_grad(straight_through, level=level)(POINT)[1].tolist() == [1.0, -2.0, 2.0]
    assert symdiff.differentiable(straight_through, level=level)(POINT) == straight_through(POINT)
    assert symdiff.grad(rounded, level=level)(0.4) == 1.0
    assert symdiff.grad(functools.partial(rounded), level=level)(0.4) == 1.0


@symdiff.custom_vjp
def cubed(x):
    return x * x * x


def cubed_forward(x):
    return cubed(x), x


def cubed_backward(x, d_y):
    return (3.0 * d_y * x * x,)


cubed.defvjp(cubed_forward, cubed_backward)


@pytest.mark.parametrize("level", LEVELS)
def test_higher_orders_are_those_of_the_rule(level: int) -> None:
    first = symdiff.grad(cubed, level=level)
    second = symdiff.grad(first, level=level)
    assert (first(2.0), second(2.0), symdiff.grad(second, level=level)(2.0)) == (12.0, 12.0, 6.0)


@pytest.mark.parametrize("level", LEVELS)
def test_derivatives_inside_the_function_use_rules_too(level: int) -> None:
    """∂/∂y (y³ x) at y = x is 3 x³, and what is held adds its value alone: 24 + 2, and 9 x² = 36."""

    def inner(x):
        return symdiff.grad(lambda y: cubed(y) * x)(x) + symdiff.stop_gradient(x)

    assert symdiff.value_and_grad(inner, level=level)(2.0) == (26.0, 36.0)


TEXT = """\
def _cubed(x: float):
    y = x * x * x  # 2
    return y


def _cubed_forward(x: float):
    y = _cubed(x)  # 2
    return y, x


def _cubed_backward(x: float, d_y: float):
    y = 3.0 * d_y * x * x  # 2
    return y
"""


def test_the_rule_is_printed_as_it_is_written() -> None:
    made = symdiff.differentiable(lambda x: cubed(x) * 2.0, level=1)
    made.grad(2.0)
    assert TEXT in made.source
    namespace: dict[str, Any] = {"__name__": "standalone"}
    exec(made.source, namespace)
    assert namespace["function_grad"](2.0) == 24.0


def test_a_rule_with_a_value_of_its_own_and_effects(capsys: pytest.CaptureFixture[str]) -> None:
    """The value of a differentiated call is that of `fwd`, and what the rule prints is printed once."""
    assert symdiff.value_and_grad(lambda x: noisy(x) * 2.0)(3.0) == (8.0, 20.0)
    assert capsys.readouterr().out == "forward 3.0\nbackward 2.0\n"


@symdiff.custom_vjp
def noisy(x):
    return x


def noisy_forward(x):
    print("forward", x)
    return x + 1.0, (x, 10.0)


def noisy_backward(saved, d_y):
    print("backward", d_y)
    return (d_y * saved[1],)


noisy.defvjp(noisy_forward, noisy_backward)


@symdiff.custom_vjp
def factorial(x, n):
    return x if n == 0 else x * factorial(x + 1.0, n - 1)


def factorial_forward(x, n):
    return factorial(x, n), (x, n)


def factorial_backward(saved, d_y):
    x, n = saved
    s = 0.0
    for k in range(n + 1):
        s += 1.0 / (x + k)
    return d_y * factorial(x, n) * s, None


factorial.defvjp(factorial_forward, factorial_backward)


def test_a_function_with_a_rule_may_call_itself() -> None:
    """x (x+1) (x+2) = 24 at 2, with the derivative 24 (1/2 + 1/3 + 1/4) = 26."""
    for level in LEVELS:
        value, gradient = symdiff.value_and_grad(factorial, level=level)(2.0, 2)
        np.testing.assert_allclose([value, gradient], [24.0, 26.0], rtol=1e-12)


# --- custom_jvp


@symdiff.custom_jvp
def scaled(x, w):
    return x * w


@scaled.defjvp
def scaled_rule(primals, tangents):
    (x, w), (t_x, t_w) = primals, tangents
    t = np.zeros_like(x)
    for i in range(len(x)):
        if x[i] > 0.0:
            t[i] = t_x[i] * w[i]
        else:
            t[i] = -3.0 * t_x[i] + x[i] * t_w[i]
    return x * w, t


@pytest.mark.parametrize("level", LEVELS)
def test_a_tangent_rule_is_transposed(level: int) -> None:
    """Where x > 0 the rule says w for ∂/∂x and 0 for ∂/∂w, else -3 and x."""
    w = np.array([2.0, 5.0, 7.0])
    d_x, d_w = symdiff.grad(lambda x, w: np.sum(scaled(x, w)), argnums=(0, 1), level=level)(POINT, w)
    assert (d_x.tolist(), d_w.tolist()) == ([2.0, -3.0, 7.0], [0.0, -1.6, 0.0])
    _, tangent = symdiff.jvp(scaled, (POINT, w), (np.ones(3), np.ones(3)))
    assert tangent.tolist() == [2.0, -3.0 - 1.6, 7.0]


# --- refused


@symdiff.custom_vjp
def ruleless(x):
    return x


@symdiff.custom_vjp
def flat(x):
    return x * 2.0


def flat_forward(x):
    return x * 2.0, ()


def flat_backward(saved, d_y):
    return (np.sum(d_y),)


flat.defvjp(flat_forward, flat_backward)


@symdiff.custom_vjp
def many(x):
    return x * 2.0


def many_backward(saved, d_y):
    return d_y, d_y


many.defvjp(flat_forward, many_backward)


@symdiff.custom_vjp
def other(x):
    return x * 2.0


def other_forward(x):
    return (x, x), ()


other.defvjp(other_forward, flat_backward)


@symdiff.custom_vjp
def alone(x):
    return x * 2.0


def alone_forward(x):
    return x * 2.0


alone.defvjp(alone_forward, flat_backward)


@symdiff.custom_vjp
def three(x):
    return x * 2.0


def three_backward(saved, d_y, more):
    return (d_y,)


three.defvjp(flat_forward, three_backward)

SLOPE = 2.0


@symdiff.custom_vjp
def outside(x):
    return x * 2.0


def outside_backward(saved, d_y):
    return (d_y * SLOPE,)


outside.defvjp(flat_forward, outside_backward)


@functools.partial(symdiff.custom_vjp, nondiff_argnums=(1,))
def apart(x, w):
    return x * w


def apart_forward(x, w):
    return x * w, ()


def apart_backward(w, saved, d_y):
    return (d_y * w,)


apart.defvjp(apart_forward, apart_backward)


@symdiff.custom_vjp
def starred(*xs):
    return xs[0]


starred.defvjp(flat_forward, flat_backward)


@symdiff.custom_jvp
def bent(x):
    return x * 2.0


@bent.defjvp
def bent_rule(primals, tangents):
    return primals[0] * 2.0, tangents[0] * tangents[0]


@symdiff.custom_jvp
def shifted(x):
    return x * 2.0


@shifted.defjvp
def shifted_rule(primals, tangents):
    return primals[0] * 2.0, tangents[0] + 1.0


@symdiff.custom_jvp
def decided(x):
    return x * 2.0


@decided.defjvp
def decided_rule(primals, tangents):
    t = tangents[0]
    if t[0] > 0.0:
        t = t * 2.0
    return primals[0] * 2.0, t


@symdiff.custom_jvp
def at_times(x):
    return x * 2.0 if x[0] > 0.0 else None


@at_times.defjvp
def at_times_rule(primals, tangents):
    return primals[0] * 2.0, tangents[0] * 2.0


REFUSED: tuple[tuple[Callable[..., Any], str], ...] = (
    (lambda x: np.sum(ruleless(x)), "SD413 `ruleless` is declared to have a derivative rule and has none"),
    (lambda x: np.sum(flat(x)), "SD414 `flat_backward` returns np.f8 as the cotangent of argument 1, f8[n_x]"),
    (lambda x: np.sum(many(x)),
     "SD414 `many_backward` returns (f8[n_d_y], f8[n_d_y]), not a tuple of 1: a cotangent for each argument"),
    (lambda x: np.sum(other(x)),
     "SD414 `other_forward` returns (f8[n_x], f8[n_x]) as the result where `other` returns f8[n_x]"),
    (lambda x: np.sum(alone(x)), "SD414 `alone_forward` returns f8[n_x], not a pair of the result and the residuals"),
    (lambda x: np.sum(three(x)), "SD414 `three_backward` takes 3 parameters, and is given 2"),
    (lambda x: np.sum(outside(x)),
     "SD415 `outside_backward`, of the derivative rule of `outside`, reads `SLOPE` from outside"),
    (lambda x: np.sum(apart(x, x)),
     "SD416 `apart` has no derivative by an argument of `nondiff_argnums`, which is differentiated here"),
    (lambda x: np.sum(starred(x)),
     "SD419 `starred`, which has a derivative rule, takes or is given star and keyword-only arguments"),
    (lambda x: np.sum(bent(x)),
     f"SD418 the tangent that the rule of `bent` returns is not linear in the tangents: `mul` at line "
     f"{inspect.getsourcelines(bent_rule)[1] + 2}"),
    (lambda x: np.sum(shifted(x)),
     f"SD418 the tangent that the rule of `shifted` returns is not linear in the tangents: `add` at line "
     f"{inspect.getsourcelines(shifted_rule)[1] + 2}"),
    (lambda x: np.sum(decided(x)),
     f"SD418 the tangent that the rule of `decided` returns is not linear in the tangents: `gt` at line "
     f"{inspect.getsourcelines(decided_rule)[1] + 3}"),
)  # fmt: skip


@pytest.mark.parametrize(("function", "message"), REFUSED, ids=[m[:5] + m.split("`")[1] for _, m in REFUSED])
def test_a_wrong_rule_is_refused_at_its_line(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)(POINT)
    (problem,) = caught.value.problems
    assert problem.loc is not None and f"{problem.code} {problem.what}" == message
    assert "^" in problem.render()


def test_a_function_with_a_rule_returns_none_always_or_never() -> None:
    with pytest.raises(CompileError, match=r"SD322 the function returns f8\[n_x\] or None") as caught:
        symdiff.grad(lambda x: 0.0 if at_times(x) is None else x[0])(POINT)
    assert "why: what a function with a derivative rule returns is None always or never" in str(caught.value)


def test_forward_mode_of_a_reverse_rule_is_refused() -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.jvp(lambda x: cubed(x), (2.0,), (1.0,))
    (problem,) = caught.value.problems
    assert problem.code == "SD417"
    assert problem.what == "`cubed` has a rule for gradients alone (`custom_vjp`), and forward mode is asked for"


def test_a_cotangent_of_another_size_is_refused_where_it_comes_back() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) \(3,\)"):
        symdiff.grad(lambda x: np.sum(shorter(x)))(POINT)


@symdiff.custom_vjp
def shorter(x):
    return x * 2.0


def shorter_backward(saved, d_y):
    return (d_y[1:],)


shorter.defvjp(flat_forward, shorter_backward)


def test_stages_are_not_explained_through_a_rule() -> None:
    with pytest.raises(CompileError, match="SD746 `cubed` has a derivative rule, and stages are not explained"):
        symdiff.explain(lambda x: cubed(x) * 2.0, 2.0)


def test_a_rule_is_set_once() -> None:
    with pytest.raises(UsageError, match="SD730"):
        cubed.defvjp(cubed_forward, cubed_backward)
