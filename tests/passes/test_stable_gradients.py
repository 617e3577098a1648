"""Gradients of stabilised programs: right where the formulas overflow, and in the form an expert writes."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from symdiff.ad.reverse import value_and_grad
from symdiff.ir.interpret import run
from symdiff.ir.verify import verify
from symdiff.passes.cost import cost, operations
from symdiff.passes.levels import after, before, last
from symdiff.passes.scalars import lower_scalars
from tests.passes.helpers import F8, array, close, find, function, names, program, same_bits
from tests.passes.test_scalars import neuron
from tests.passes.test_stabilise import CROSS_ENTROPY, LOGISTIC, MAT, ROW, SOFTPLUS, VEC, F


def gradient(p, level: int, wrt=(0,)):
    return verify(last(value_and_grad(before(p, level), wrt), level))


@pytest.mark.parametrize("form", CROSS_ENTROPY)
def test_cross_entropy_is_p_minus_onehot(form: str) -> None:
    p = program([MAT, ROW], lambda b, f, labels: CROSS_ENTROPY[form](b, f, b.arange(size=MAT.shape[0]), labels))
    q = gradient(p, 2)
    labels = np.array([1, 2, 0, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, d_f = run(q, F, labels, np.float64(1.0))
    e = np.exp(F - F.max(axis=1, keepdims=True))
    expected = e / e.sum(axis=1, keepdims=True)
    expected[np.arange(4), labels] -= 1
    np.testing.assert_allclose(d_f, expected / 4, rtol=1e-14, atol=1e-17)
    (scatter,) = find(q, "index_add", q.entry)
    assert scatter.params["unique"] and "zeros" not in names(q, q.entry)
    (end,) = (op for op in q.main.body.ops if q.main.body.outs[1] in op.outs)
    assert (end is scatter or end.prim.name in ("mul", "div")) and scatter.out in (*end.ins, *end.outs)
    assert names(q, q.entry).count("exp") == 1
    assert same_bits(loss, run(before(p, 2), F, labels)[0])
    mild = F[[1, 3]]
    close(run(q, mild, labels[:2], np.float64(1.0)), run(gradient(p, 1), mild, labels[:2], np.float64(1.0)), 1e-12)


@pytest.mark.parametrize("form", SOFTPLUS)
def test_softplus_far_out(form: str) -> None:
    q = gradient(program([VEC], lambda b, z: b.sum(SOFTPLUS[form](b, z))), 2)
    z = np.array([-1000.0, 0.0, 1000.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y, d_z = run(q, z, np.float64(1.0))
    assert y == 1000 + np.log(2) and list(d_z) == [0, 0.5, 1]


@pytest.mark.parametrize("form", LOGISTIC)
def test_second_derivatives_are_finite_far_out(form: str) -> None:
    p = before(program([VEC], lambda b, z: b.sum(LOGISTIC[form](b, z))), 2)
    second = last(value_and_grad(after(value_and_grad(p, (0,)), 2), (0,)), 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = run(second, np.array([-1000.0, 0.0, 1000.0]), np.float64(1.0), np.float64(1.0), np.ones(3))
    assert all(np.all(np.isfinite(r)) for r in results)


def test_the_neuron_on_floats() -> None:
    p = program([F8, F8, F8], neuron)
    q = gradient(p, 2, (0, 1, 2))
    fast = lower_scalars(q, convert_inputs=4)
    assert fast is not None and fast.main.out_types == q.main.out_types
    args = (0.3, -0.7, 0.1, np.float64(1.0))
    close(run(q, *args), run(fast, *args), 1e-14)
    close(run(gradient(p, 0, (0, 1, 2)), *args), run(fast, *args), 1e-12)


def test_costs() -> None:
    forward = function("g_forward", [F8, F8], lambda b, x, y: b.exp(x * y))
    backward = function("g_backward", [F8, F8], lambda b, x, d: (d * x, b.neg(d), b.const(1.0)))
    found = cost(
        forward,
        backward,
        [*forward.body.params, *find(program([VEC, MAT], lambda b, x, m: (b.exp(x), b.exp(m))), "exp")[0].outs],
    )
    assert found.header() == "forward 2 operations, backward 2"
    assert found.saved() == "2 numbers, n elements"
    assert operations(program([array("f8", 3)], lambda b, x: b.reshape(x, shape=(3, 1))).main.body) == 0
    assert cost(forward, backward, []).saved() == "nothing"
