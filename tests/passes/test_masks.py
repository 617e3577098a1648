"""-O2 after differentiation: masks as products where nothing can be infinite, and what is computed with less."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from symdiff.ad.reverse import value_and_grad
from symdiff.errors import Loc
from symdiff.ir import types
from symdiff.ir.interpret import run
from symdiff.ir.verify import verify
from symdiff.passes.levels import before, last
from symdiff.passes.masks import masks, wild_values
from symdiff.passes.report import Report
from tests.passes.helpers import array, find, names, program, same_bits

VEC, MASK = array("f8", "n"), array("b1", "n")
SIGNS = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])


def gradient(p, level, report=None):
    return verify(last(value_and_grad(before(p, level), (0,)), level, report))


FINITE = {
    "sum": lambda b, a: b.sum(a),
    "mean": lambda b, a: b.mean(a),
    "sum of products": lambda b, a: b.sum(a * a),
    "tanh": lambda b, a: b.sum(b.tanh(a)),
    "divided by a number": lambda b, a: b.sum(b.op("div", a, 3.0)),
}
UNBOUNDED = {
    "sqrt": lambda b, a: b.sum(b.sqrt(a)),
    "reciprocal": lambda b, a: b.sum(b.op("div", 1.0, b.op("add", a, 1.0))),
    "power": lambda b, a: b.sum(b.op("pow", a, 0.25)),
    "times infinity": lambda b, a: b.sum(b.op("mul", b.op("mul", a, 0.5), np.inf)),
}


@pytest.mark.parametrize("rest", FINITE)
def test_the_mask_of_a_finite_cotangent_is_a_factor(rest: str) -> None:
    p = program([VEC], lambda b, x: FINITE[rest](b, b.maximum(x, 0)))
    report = Report()
    plain, fast = gradient(p, 1), gradient(p, 2, report)
    assert "select" in names(plain, plain.entry) and "select" not in names(fast, fast.entry)
    one = np.float64(1.0)
    np.testing.assert_allclose(run(fast, SIGNS, one)[1], run(plain, SIGNS, one)[1], rtol=1e-15)


@pytest.mark.parametrize("rest", UNBOUNDED)
def test_the_mask_of_what_may_be_infinite_stays_a_choice(rest: str) -> None:
    p = program([VEC], lambda b, x: UNBOUNDED[rest](b, b.maximum(x, 0)))
    fast = gradient(p, 2)
    assert "select" in names(fast, fast.entry)
    with np.errstate(all="ignore"):
        found = run(fast, SIGNS, np.float64(1.0))[1]
    assert not np.isnan(found).any() and (found[SIGNS <= 0] == 0).all()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_saved_infinity_stays_masked(level: int) -> None:
    """The backward pass reads 1/a = inf, or √a = 0, and does not see how they were made."""

    def roots(x):
        return np.sqrt(np.maximum(x, 0)) * 2.0

    def inverses(x):
        a = np.maximum(x, 0)
        return (1 / a) * (1 / a)

    with np.errstate(all="ignore"):
        compiled = symdiff.differentiable(level=level)(roots)
        _, saved = compiled.forward(SIGNS)
        np.testing.assert_array_equal(compiled.backward(saved, np.ones(5))[:3], 0.0)
        compiled = symdiff.differentiable(level=level)(inverses)
        _, saved = compiled.forward(SIGNS)
        np.testing.assert_array_equal(compiled.backward(saved, np.ones(5))[:3], 0.0)


def test_residuals_are_wild_where_the_caller_says_so() -> None:
    p = program([VEC, VEC], lambda b, x, d: b.select(b.gt(x, 0.0), b.op("mul", d, 2.0), 0.0))
    assert "select" not in names(masks(p), "f")
    assert masks(p, wild=(1,)) is p
    x, _ = p.main.body.params
    assert wild_values(p.main.body, (0,)) == {x}


def test_other_choices_stay() -> None:
    first = program([VEC, MASK], lambda b, x, c: b.select(c, 0.0, x))
    second = program([VEC, MASK], lambda b, x, c: b.select(c, x, 1.0))
    single = program([array("c16", "n"), MASK], lambda b, x, c: b.select(c, x, 0.0))
    assert masks(first) is first and masks(second) is second and masks(single) is single


def test_softplus_and_its_derivative_share_an_exponential() -> None:
    p = program([VEC], lambda b, z: b.sum(b.softplus(z)))
    q = gradient(p, 2)
    assert names(q, q.entry).count("exp") == 1 and not {"softplus", "logistic"} & set(names(q, q.entry))
    z = np.array([-1000.0, -30.0, -0.0, 0.0, 0.7, 40.0, 1000.0, np.nan])
    value, found = run(q, z, np.float64(1.0))
    assert np.isnan(value) and np.isnan(found[-1])
    assert same_bits(run(q, z[:-1], np.float64(1.0))[0], run(p, z[:-1])[0])
    np.testing.assert_allclose(
        found[:-1], [0.0, 9.357622968839299e-14, 0.5, 0.5, 0.6681877721681662, 1.0, 1.0], rtol=1e-15
    )


@pytest.mark.parametrize(
    ("dtype", "params"), [("f8", {}), ("f8", {"axis": 0}), ("f4", {}), ("f4", {"axis": 1, "keepdims": True})]
)
def test_a_mean_is_its_sum_divided(dtype: str, params: dict[str, object]) -> None:
    p = program([array(dtype, "n", "m")], lambda b, x: b.mean(x, **params))
    q = verify(last(p, 2))
    assert "mean" not in names(q, "f")
    x = np.random.default_rng(0).normal(size=(7, 13)).astype(dtype)
    assert same_bits(run(q, x)[0], run(p, x)[0])


IN_DERIVATIVE = Loc("f.py", 1, 0, 1, 0, "∂f")


def test_a_common_factor_is_multiplied_once() -> None:
    def scaled(b, x, y, t):
        b.loc = IN_DERIVATIVE
        s = b.op("sqrt", t)
        return b.op("add", b.op("mul", b.neg(s), x), b.op("mul", s, y))

    p = program([VEC, VEC, types.numpy("f8")], scaled)
    q = verify(last(p, 2))
    assert names(q, "f").count("mul") == 1 and len(find(q, "sub", "f")) == 1
    x, y = np.random.default_rng(0).normal(size=(2, 9))
    np.testing.assert_allclose(run(q, x, y, np.float64(2.0))[0], np.sqrt(2.0) * (y - x), rtol=1e-14, atol=1e-15)


def test_one_over_a_size_divides() -> None:
    def scaled(b, x):
        b.loc = IN_DERIVATIVE
        one = b.const(1.0, types.numpy("f8"))
        return b.op("mul", b.op("div", one, b.op("dim", size=VEC.shape[0])), x)

    p = program([VEC], scaled)
    q = verify(last(p, 2))
    assert names(q, "f") == ["dim", "div"]
    np.testing.assert_allclose(run(q, SIGNS)[0], run(p, SIGNS)[0], rtol=1e-15)


def test_the_roundings_of_the_value_are_the_same_in_every_function() -> None:
    """A gradient may read s * x, so that the product is not rewritten there: nor is it in the value."""

    def scaled(b, x, t):
        return b.op("sum", b.op("mul", 2.0, b.op("mul", t, x)))

    p = program([VEC, types.numpy("f8")], scaled)
    assert names(verify(last(p, 2)), "f").count("mul") == 2
