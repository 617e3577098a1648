"""Where the program masks a singular point, the derivatives there are those of what it took: never NaN.

Each case: a function of a vector x, its value at x, its gradient, and the diagonal of its Hessian (all are separable).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from symdiff.ad.forward import jvp
from symdiff.ad.reverse import value_and_grad, vjp
from symdiff.ir.core import Program
from symdiff.ir.interpret import run
from symdiff.passes.dce import dce
from tests.ad.bank import F8, at, call, cond, cut, for_, function, program, put, real, size, vec


@dataclass(frozen=True)
class Case:
    build: Callable[..., Any]
    x: Sequence[float]
    gradient: Sequence[float]
    diagonal: Sequence[float]
    helpers: tuple[Any, ...] = ()

    @property
    def program(self) -> Program:
        return program("f", [vec()], lambda b, x: [self.build(b, x)], "x", self.helpers)


def root(b: Any, x: Any) -> Any:
    return b.sqrt(x)


def chosen(b: Any, x: Any, f: Callable[[Any, Any], Any], other: Any = 0.0) -> Any:
    return b.sum(b.where(b.gt(x, 0.0), f(b, x), other))


def in_loop(b: Any, x: Any) -> Any:
    def turn(b: Any, i: Any, s: Any, v: Any) -> Any:
        return [s + b.select(b.gt(v, 0.0), b.sqrt(v), 0.0)]

    return for_(b, (0, size(b), 1), [real(b, 0.0)], turn, xs=[x])[0]


def in_branch(b: Any, x: Any) -> Any:
    def turn(b: Any, i: Any, s: Any, v: Any) -> Any:
        r = b.log(v)
        return cond(b, b.gt(v, 0.0), lambda b, s, r: [s + r], lambda b, s, r: [s], [s, r])

    return for_(b, (0, size(b), 1), [real(b, 0.0)], turn, xs=[x])[0]


def no_turns(b: Any, x: Any) -> Any:
    r = b.sqrt(at(b, x, 0))
    s = for_(b, (0, 0, 1), [real(b, 0.0)], lambda b, i, s, r: [s + r], caps=[r])[0]
    return s + at(b, x, 1) * at(b, x, 1)


def overwritten_element(b: Any, x: Any) -> Any:
    return b.sum(put(b, b.sqrt(x), 1.0, 0))


def overwritten_carry(b: Any, x: Any) -> Any:
    c = for_(b, (0, size(b), 1), [b.sqrt(at(b, x, 0))], lambda b, i, c, v: [v * v], xs=[x])
    return c[0]


def zero_carry(b: Any, x: Any) -> Any:
    """The carry starts at 0, where the partial of sqrt is infinite; its tangent and cotangent there are nobody's."""
    return for_(b, (0, size(b), 1), [real(b, 0.0)], lambda b, i, c, v: [b.sqrt(c) * 0.0 + v * v], xs=[x])[0]


def through_list(b: Any, x: Any) -> Any:
    roots, _ = for_(b, (0, size(b), 1), [], lambda b, i, v: [b.sqrt(v)], xs=[x])
    return b.op("seq_get", roots, 1)


def through_opt(b: Any, x: Any) -> Any:
    def turn(b: Any, i: Any, s: Any, v: Any) -> Any:
        test = b.gt(v, 0.0)
        o = cond(b, test, lambda b, r: [b.op("opt_some", r)], lambda b, r: [b.op("opt_none", elem=F8)], [b.sqrt(v)])[0]
        return cond(b, test, lambda b, s, o: [s + b.op("opt_get", o, name="r")], lambda b, s, o: [s], [s, o])

    return for_(b, (0, size(b), 1), [real(b, 0.0)], turn, xs=[x])[0]


HELPER = function("helper", [vec()], lambda b, x: [b.sqrt(x)], "x")
OUTER = function("outer", [vec()], lambda b, x: call(b, "helper", [x], vec()), "x")
TIMES = function("times", [vec(), vec()], lambda b, p, q: [p * q], "p q")
INF = 1000.0  # exp overflows

ROOT = ((0.0, 4.0, -1.0), (0.0, 0.25, 0.0), (0.0, -1 / 32, 0.0))
CASES = {
    "sqrt": Case(lambda b, x: chosen(b, x, root), *ROOT),
    "log": Case(lambda b, x: chosen(b, x, lambda b, x: b.log(x)), (0.0, 2.0, -1.0), (0, 0.5, 0), (0, -0.25, 0)),
    "div": Case(lambda b, x: chosen(b, x, lambda b, x: 1 / x), (0.0, 2.0), (0, -0.25), (0, 0.25)),
    "exp": Case(
        lambda b, x: b.sum(b.where(b.gt(x, 0.0), x, b.exp(x) - 1)), (INF, -1.0), (1, np.exp(-1)), (0, np.exp(-1))
    ),
    "power": Case(lambda b, x: chosen(b, x, lambda b, x: x**0.5), *ROOT),
    "wild product": Case(lambda b, x: b.sum(b.where(b.gt(x, 9.0), x, b.exp(x) * x)), (INF, 0.0), (1, 1), (0, 2)),
    "inside": Case(lambda b, x: b.sum(b.sqrt(b.where(b.gt(x, 0.0), x, 1.0))), *ROOT),
    "inside, singular": Case(lambda b, x: b.sum(b.sqrt(b.where(b.gt(x, 0.0), x, 0.0))), *ROOT),
    "helper": Case(lambda b, x: chosen(b, x, lambda b, x: call(b, "outer", [x], vec())[0]), *ROOT, (HELPER, OUTER)),
    "wild argument": Case(
        lambda b, x: b.sum(b.where(b.gt(x, 9.0), x, call(b, "times", [b.exp(x), x], vec())[0])),
        (INF, 0.0),
        (1, 1),
        (0, 2),
        (TIMES,),
    ),
    "gather": Case(lambda b, x: at(b, b.sqrt(x), 1), *ROOT),
    "slice": Case(lambda b, x: b.sum(cut(b, b.sqrt(x), (1, 2, 1))), *ROOT),
    "maximum": Case(lambda b, x: b.sum(b.maximum(b.log(x), -5.0)), (0.0, 2.0), (0, 0.5), (0, -0.25)),
    "loop": Case(in_loop, *ROOT),
    "branch": Case(in_branch, (0.0, 2.0, -1.0), (0, 0.5, 0), (0, -0.25, 0)),
    "no turns": Case(no_turns, (0.0, 3.0), (0, 6), (0, 2)),
    "overwritten element": Case(overwritten_element, (0.0, 4.0), (0, 0.25), (0, -1 / 32)),
    "overwritten carry": Case(overwritten_carry, (0.0, 3.0), (0, 6), (0, 2)),
    "zero carry": Case(zero_carry, (2.0, 3.0), (0, 6), (0, 2)),
    "list": Case(through_list, *ROOT),
    "opt": Case(through_opt, *ROOT),
}

cases = pytest.mark.parametrize("name", CASES)


@pytest.fixture(autouse=True)
def quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


@cases
def test_reverse(name: str) -> None:
    case = CASES[name]
    x = np.array(case.x)
    np.testing.assert_allclose(
        run(value_and_grad(case.program, [0]), x, np.float64(1))[1], case.gradient, rtol=1e-12, atol=1e-15
    )
    pair = vjp(case.program, [0])
    saved = run(pair.forward, x)[1:]
    np.testing.assert_allclose(
        run(pair.backward, *saved, np.float64(2))[0], 2 * np.array(case.gradient), rtol=1e-12, atol=1e-15
    )


@cases
def test_forward(name: str) -> None:
    case = CASES[name]
    made = jvp(case.program, [0])
    found = [run(made, np.array(case.x), e)[1] for e in np.eye(len(case.x))]
    np.testing.assert_allclose(found, case.gradient, rtol=1e-12, atol=1e-15)


@cases
@pytest.mark.parametrize("simplify", [lambda p: p, dce], ids=["plain", "dce"])
def test_second_order(name: str, simplify: Callable[[Program], Program]) -> None:
    case = CASES[name]
    x, one = np.array(case.x), np.float64(1)
    gradient = simplify(value_and_grad(case.program, [0]))
    ror, fr = simplify(value_and_grad(gradient, [0], "ror")), simplify(jvp(gradient, [0], "fr"))
    for k, e in enumerate(np.eye(len(x))):
        expected = e * np.array(case.diagonal)
        np.testing.assert_allclose(
            run(fr, x, one, e)[-1], expected, rtol=1e-12, atol=1e-15, err_msg=f"forward over reverse, {k}"
        )
        found = run(ror, x, one, np.float64(0), e)[-1]
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15, err_msg=f"reverse over reverse, {k}")


def test_rows_of_a_jacobian() -> None:
    """One who asks for single rows or columns gives zeros for the others: they must not meet the infinite partial."""
    made = program("f", [vec()], lambda b, x: [b.sqrt(x), x * 2.0], "x")
    x = np.array([0.0, 4.0])
    rows = [run(value_and_grad(made, [0]), x, np.zeros(2), e)[-1] for e in np.eye(2)]
    np.testing.assert_array_equal(rows, 2 * np.eye(2))
    np.testing.assert_array_equal(run(value_and_grad(made, [0]), x, np.array([0.0, 1.0]), np.zeros(2))[-1], [0, 0.25])
    np.testing.assert_array_equal(run(jvp(made, [0]), x, np.array([0.0, 1.0]))[2], [0, 0.25])


def test_no_guard_where_nothing_masks() -> None:
    made = value_and_grad(program("f", [vec()], lambda b, x: [b.sum(b.sqrt(x) * b.exp(x))], "x"), [0])
    assert "masked_mul" not in [op.prim.name for op in made.main.body.ops]
