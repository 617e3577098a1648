"""Kinds, dtypes and sizes: float32, complex, Python floats, sizes 0 and unknown; what cannot be differentiated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symdiff.ad.forward import jvp
from symdiff.ad.reverse import value_and_grad, vjp
from symdiff.ir import dims, types
from symdiff.ir.core import Program
from symdiff.ir.interpret import run
from symdiff.ir.types import Kind
from symdiff.ir.verify import verify
from tests.ad.bank import INT, N, at, cond, cut, for_, program, put, real, size, vec
from tests.ad.checks import draw, inner, same_type, zero


def loop_program(dtype: str) -> Program:
    """Tanh layers, a loop over rows, a branch, an update in place: all in one dtype."""
    scalar = types.numpy(dtype)

    def build(b: Any, x: Any, m: Any, w: Any) -> Any:
        def turn(b: Any, i: Any, s: Any, y: Any, v: Any, row: Any, w: Any) -> Any:
            t = cond(
                b, b.gt(b.abs(v), 0.7), lambda b, v, w: [b.exp(v * 0.3) * w], lambda b, v, w: [v * w + 2.0], [v, w]
            )[0]
            y = put(b, y, t * b.sum(row), i)
            return [s * 0.5 + t * at(b, y, i), y, t]

        s, y, ts, _ = for_(b, (0, size(b), 1), [w, b.op("tanh", m @ x)], turn, xs=[x, m], caps=[w])
        return [s, y, b.op("as_array", ts, type=vec(dtype=dtype), shape=(N,))]

    return program("f", [vec(dtype=dtype), types.array(dtype, N, N), scalar], build, "x m w")


def arguments(dtype: str, n: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(3)
    x, m, w = (draw(rng, np.zeros(shape, dtype)) for shape in ((n,), (n, n), (1,)))
    return x, m, w[0]


@pytest.mark.parametrize("dtype", ["f8", "f4", "c16"])
@pytest.mark.parametrize("n", [0, 1, 4])
def test_dtypes_are_kept_and_modes_agree(dtype: str, n: int) -> None:
    made, args, rng = loop_program(dtype), arguments(dtype, n), np.random.default_rng(1)
    values = run(made, *args)
    cts, direction = [draw(rng, v) for v in values], [draw(rng, a) for a in args]
    gradient = verify(value_and_grad(made, [0, 1, 2]))
    outs = run(gradient, *args, *cts)
    tangents = run(verify(jvp(made, [0, 1, 2])), *args, *direction)[3:]
    for g, v in zip(outs[3:], made.main.body.params, strict=True):
        same_type(g, v.type)
    for t, v in zip(tangents, made.main.body.outs, strict=True):
        same_type(t, v.type)
    rtol = 1e-4 if dtype == "f4" else 1e-11
    np.testing.assert_allclose(inner(outs[3:], direction), inner(cts, tangents), rtol=rtol)
    zeros = map(zero, values)
    hessian = run(verify(value_and_grad(gradient, [0, 1, 2], "ror")), *args, *cts, *zeros, *direction)[6:]
    again = run(verify(jvp(gradient, [0, 1, 2], "fr")), *args, *cts, *direction)[-3:]
    for g, h, v in zip(hessian, again, made.main.body.params, strict=True):
        same_type(g, v.type)
        np.testing.assert_allclose(g, h, rtol=rtol, atol=rtol)


def test_float32_agrees_with_float64() -> None:
    args = arguments("f8", 4)
    low = run(
        value_and_grad(loop_program("f4"), [0]),
        *(np.float32(a)[()] for a in args),
        np.float32(1),
        np.zeros(4, "f4"),
        np.zeros(4, "f4"),
    )
    high = run(value_and_grad(loop_program("f8"), [0]), *args, np.float64(1), np.zeros(4), np.zeros(4))
    np.testing.assert_allclose(low[-1], high[-1], rtol=1e-4, atol=1e-5)


def complex_loop(b: Any, z: Any, w: Any) -> Any:
    def turn(b: Any, i: Any, c: Any, v: Any, w: Any) -> Any:
        return [b.exp(c * 0.1) * v + w / (v + 3.0)]

    return [for_(b, (0, size(b), 1), [w], turn, xs=[z], caps=[w])[0]]


def test_holomorphic() -> None:
    """The gradient of a holomorphic function is its derivative, not its conjugate (JAX's convention)."""
    made = program("f", [vec(dtype="c16"), types.numpy("c16")], complex_loop, "z w")
    rng = np.random.default_rng(0)
    z, w, e = (draw(rng, np.zeros(3, "c16")) for _ in range(3))
    gradient = run(value_and_grad(made, [0]), z, w[0], np.complex128(1))[1]
    f = lambda z: run(made, z, w[0])[0]
    for step in (1e-5, 1e-5j):
        np.testing.assert_allclose(gradient @ e, (f(z + step * e) - f(z - step * e)) / (2 * step), rtol=1e-8)


def r_linear(b: Any, x: Any, z: Any) -> Any:
    """Real in, complex inside, real out: abs, real, imag, conj, and a real factor of a complex product."""

    def turn(b: Any, i: Any, s: Any, c: Any, v: Any, u: Any) -> Any:
        c = c * u * v + b.conj(c) * 0.5
        return [s + b.abs(c) * b.real(c * u) - b.imag(c) * v, c]

    start = b.const(0.3 + 0.1j, types.numpy("c16"))
    return [for_(b, (0, size(b), 1), [real(b, 0.0), start], turn, xs=[x, z])[0]]


def test_r_linear() -> None:
    made = program("f", [vec(), vec(dtype="c16")], r_linear, "x z")
    rng = np.random.default_rng(0)
    x, z, d, e = rng.normal(size=4), draw(rng, np.zeros(4, "c16")), rng.normal(size=4), draw(rng, np.zeros(4, "c16"))
    d_x, d_z = run(value_and_grad(made, [0, 1]), x, z, np.float64(1))[1:]
    assert (d_x.dtype, d_z.dtype) == (np.float64, np.complex128)
    f = lambda h: run(made, x + h * d, z + h * e)[0]
    expected = (f(1e-6) - f(-1e-6)) / 2e-6
    np.testing.assert_allclose(np.sum(d_x * d) + np.real(np.sum(d_z * e)), expected, rtol=1e-8)
    np.testing.assert_allclose(run(jvp(made, [0, 1]), x, z, d, e)[1], expected, rtol=1e-8)


def test_python_floats_stay_python_floats() -> None:
    def build(b: Any, x: Any, y: Any) -> Any:
        s = for_(b, (0, 3, 1), [x], lambda b, i, s, y: [s * y + 1.5], caps=[y])[0]
        return [s, b.exp(s)]

    made = program("f", [types.FLOAT, types.FLOAT], build, "x y")
    outs = run(value_and_grad(made, [0, 1]), 0.5, 0.25, 1.0, np.float64(2.0))
    assert [type(v) for v in outs] == [float, np.float64, float, float]
    assert [type(v) for v in run(jvp(made, [0, 1]), 0.5, 0.25, 1.0, 2.0)] == [float, np.float64] * 2


@pytest.mark.parametrize("n", [0, 1, 3])
def test_zeros_of_unused_parameters(n: int) -> None:
    """Exact zeros for what no result depends on, whatever its size; also where a loop has no turns."""
    known = [
        vec(),
        types.array("f8", N, dims.add(N, 1)),
        types.numpy("f4"),
        types.FLOAT,
        types.array("f8"),
        vec(dtype="c16"),
    ]

    def build(b: Any, x: Any, m: Any, p: Any, q: Any, a: Any, z: Any) -> Any:
        y = for_(b, (0, 0, 1), [x], lambda b, i, x, m: [x * at(b, m, 0, 0)], caps=[m])[0]
        return [y, b.floor(q), 3]

    made = program("f", known, build, "x m p q a z")
    args = (np.ones(n), np.ones((n, n + 1)), np.float32(2), 1.5, np.array(2.0), np.ones(n, complex))
    pair = vjp(made, range(6))
    outs = run(pair.forward, *args)
    found = run(pair.backward, *outs[3:], np.full(n, 2.0), 1.0)
    np.testing.assert_array_equal(found[0], np.full(n, 2.0))
    for g, v, arg in zip(found, made.main.body.params, args, strict=True):
        same_type(g, v.type)
        assert np.shape(g) == np.shape(arg)
    assert not any(np.any(g) for g in found[1:])


def test_sizes_known_only_at_run_time() -> None:
    k = dims.opaque("k")

    def build(b: Any, x: Any, i: Any, w: Any) -> Any:
        part = cut(b, x, (None, i, k))
        whole = b.sum(part * w) * b.sum(part)  # w is broadcast to ?k, and ?k summed
        return [
            whole
            + for_(
                b,
                (0, i, 1),
                [b.op("ones", b.op("dim_of", part, axis=0), type=types.array("f8", k))],
                lambda b, j, c, p: [c * p],
                caps=[part],
            )[0]
            @ part
        ]

    made = program("f", [vec(), INT, types.numpy("f8")], build, "x i w")
    x, e = np.random.default_rng(0).normal(size=(2, 5))
    for i in (0, 1, 3):
        args = (x, i, np.float64(0.7))
        gradient = verify(value_and_grad(made, [0, 2]))
        d_x, d_w = run(gradient, *args, np.float64(1))[1:]
        f = lambda h, i=i: run(made, x + h * e, i, np.float64(0.7 + h))[0]
        np.testing.assert_allclose(d_x @ e + d_w, (f(1e-5) - f(-1e-5)) / 2e-5, rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(
            run(verify(jvp(made, [0, 2])), *args, e, np.float64(1))[1], d_x @ e + d_w, rtol=1e-12
        )
        ror = run(
            verify(value_and_grad(gradient, [0, 2], "ror")), *args, np.float64(1), np.float64(0), e, np.float64(1)
        )[-2:]
        fr = run(verify(jvp(gradient, [0, 2], "fr")), *args, np.float64(1), e, np.float64(1))[-2:]
        for a, c in zip(ror, fr, strict=True):
            np.testing.assert_allclose(a, c, rtol=1e-12, atol=1e-13)


def test_what_cannot_be_differentiated() -> None:
    made = program("f", [INT, types.FLOAT], lambda b, k, x: [x * k], "k x")
    with pytest.raises(TypeError, match=r"parameter 0 of f has type int"):
        value_and_grad(made, [0])
    with pytest.raises(TypeError, match=r"parameter 0 of f has type int"):
        vjp(made, [0])
    with pytest.raises(TypeError, match=r"parameter 0 of f has type int"):
        jvp(made, [0])


def test_scalars_of_either_kind() -> None:
    either = types.AVal(Kind.EITHER, (), "f8")

    def build(b: Any, x: Any, w: Any) -> Any:
        start = b.op("convert", 0.0, kind=Kind.EITHER, dtype="f8")

        def turn(b: Any, i: Any, s: Any, v: Any, w: Any) -> Any:
            return [b.op("convert", s + v * w, kind=Kind.EITHER, dtype="f8")]

        s = for_(b, (0, size(b), 1), [start], turn, xs=[x], caps=[w])[0]
        return [s * s]

    made = program("f", [vec(), types.FLOAT], build, "x w")
    assert made.main.body.outs[0].type == either
    for n in (0, 3):
        x = np.arange(1.0, n + 1)
        d_x, d_w = run(verify(value_and_grad(made, [0, 1])), x, 2.0, 1.0)[1:]
        np.testing.assert_allclose(d_x, 2 * 2.0 * x.sum() * 2.0 * np.ones(n))
        assert type(d_w) is float
        assert d_w == 2 * 2.0 * x.sum() * x.sum()
        assert run(verify(jvp(made, [0, 1])), x, 2.0, np.zeros(n), 1.0)[1] == d_w
