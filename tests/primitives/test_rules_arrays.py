"""The derivative rules of the array primitives: both modes, both orders, dtypes, symbolic sizes, kinks."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff.primitives  # noqa: F401
from symdiff.ad import forward, reverse
from symdiff.ir import dims, interpret, types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import REGISTRY, Family, Function, Program, Value
from symdiff.ir.types import AVal, Kind
from tests.primitives.cases import accepts, cases, cast

MODULES = ("reductions", "shaping", "indexing", "creation", "selection", "linalg")
RULED = [
    p for p in REGISTRY.values() if p.infer.__module__.rpartition(".")[2] in MODULES and p.family is not Family.CONSTANT
]
N = dims.var("n")


def program(operands: tuple[AVal, ...], build: Callable[..., V]) -> Program:
    b = Builder()
    ins = tuple(Value(t) for t in operands)
    return Program({"f": Function("f", b.block(ins, [build(b, *map(b.v, ins)).value]))}, "f")


def of_sample(prim: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Program:
    return program(tuple(map(types.type_of, args)), lambda b, *xs: b.op(prim.name, *xs, **params))


def active(args: tuple[Any, ...]) -> list[int]:
    return [k for k, a in enumerate(args) if np.asarray(a).dtype.kind in "fc"]


def like(rng: np.random.Generator, a: Any, symmetric: bool = False) -> Any:
    """A random direction of the shape and dtype of a."""
    found = rng.normal(size=np.shape(a))
    if np.iscomplexobj(a):
        found = found + 1j * rng.normal(size=np.shape(a))
    if symmetric:
        found = 0.5 * (found + np.swapaxes(found, -1, -2))
    return np.asarray(found, np.asarray(a).dtype)[()] if not isinstance(a, (float, complex)) else found


def apart(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Random numbers whose order no difference's step changes: no two lie nearer than 0.1."""
    size = math.prod(shape)
    return (0.3 * (rng.permutation(size) - size / 2) + rng.uniform(0, 0.2, size)).reshape(shape)


def moved(args: tuple[Any, ...], wrt: list[int], ts: list[Any], step: float) -> tuple[Any, ...]:
    out = list(args)
    for k, t in zip(wrt, ts, strict=True):
        out[k] = out[k] + step * t
    return tuple(out)


def slope(run: Callable[..., Any], args: tuple[Any, ...], wrt: list[int], ts: list[Any], h: float = 3e-4) -> list[Any]:
    """The directional derivative of each result by differences of fourth order."""
    at = {s: run(*moved(args, wrt, ts, s * h)) for s in (-2, -1, 1, 2)}
    return [(8 * (p - m) - (pp - mm)) / (12 * h) for mm, m, p, pp in zip(at[-2], at[-1], at[1], at[2], strict=True)]


def dot(xs: Any, ys: Any) -> float:
    return float(sum(np.real(np.sum(np.asarray(x) * y)) for x, y in zip(xs, ys, strict=True)))


def close(found: Any, expected: Any, rtol: float = 1e-6) -> None:
    for f, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(f, e, rtol=rtol, atol=rtol * (1 + np.max(np.abs(e), initial=0.0)))


def check_rule(
    rng: np.random.Generator, f: Program, args: tuple[Any, ...], symmetric: bool = False, second: bool = True
) -> None:
    """JVP against differences, VJP against JVP, and the same for the gradient (reverse and forward over reverse)."""
    wrt = active(args)
    ts = [like(rng, args[k], symmetric) for k in wrt]
    y, t_y = interpret.run(forward.jvp(f, wrt), *args, *ts)
    close([t_y], slope(lambda *a: interpret.run(f, *a), args, wrt, ts))
    ct = like(rng, y)
    backward = reverse.value_and_grad(f, wrt)
    y_again, *grads = interpret.run(backward, *args, ct)
    np.testing.assert_array_equal(y_again, y)
    for k, g in zip(wrt, grads, strict=True):
        assert np.shape(g) == np.shape(args[k]) and np.asarray(g).dtype == np.asarray(args[k]).dtype
    assert dot([ct], [t_y]) == pytest.approx(dot(grads, ts), rel=1e-12, abs=1e-10)
    if not second:
        return
    whole = (*args, ct)
    every = [*wrt, len(args)]
    directions = [*ts, like(rng, ct)]
    outs = interpret.run(forward.jvp(backward, every), *whole, *directions)
    tangents = outs[len(outs) // 2 :]
    close(tangents, slope(lambda *a: interpret.run(backward, *a), whole, every, directions))
    cts = [like(rng, o, symmetric and k > 0) for k, o in enumerate(outs[: len(outs) // 2])]
    _, *rest = interpret.run(reverse.value_and_grad(backward, every), *whole, *cts)
    assert dot(cts, tangents) == pytest.approx(dot(rest[len(grads) :], directions), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("prim", RULED, ids=lambda p: p.name)
def test_rule(prim: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for args, params in prim.info["samples"](rng):
        check_rule(rng, of_sample(prim, args, params), args, prim.info.get("symmetric", False))


COMPLEX = [  # Hermitian matrices are the registry's own
    p for p in RULED if not p.info.get("symmetric") and all(accepts(p, cast(c, "c16")) for c in cases(p))
]


@pytest.mark.parametrize("prim", COMPLEX, ids=lambda p: p.name)
def test_complex(prim: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for args, params in prim.info["samples"](rng):
        changed = tuple(a + 1j * like(rng, a) if k in active(args) else a for k, a in enumerate(args))
        check_rule(rng, of_sample(prim, changed, params), changed)


@pytest.mark.parametrize("prim", RULED, ids=lambda p: p.name)
def test_single_precision_stays(prim: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for args, params in prim.info["samples"](rng):
        single = tuple(
            a.astype("f4") if k in active(args) and isinstance(a, np.ndarray) else a for k, a in enumerate(args)
        )
        f, wrt = of_sample(prim, single, params), active(single)
        backward = reverse.value_and_grad(f, wrt)
        (y,) = interpret.run(f, *single)
        _, *grads = interpret.run(backward, *single, like(rng, y))
        for k, g in zip(wrt, grads, strict=True):
            assert np.asarray(g).dtype == np.asarray(single[k]).dtype, params
        wide = [
            op
            for op in backward.main.body.ops
            for v in op.outs
            if isinstance(v.type, AVal) and v.type.kind is Kind.ARRAY and v.type.dtype == "f8"
        ]
        assert not wide or any(not isinstance(a, np.ndarray) for a in single), wide


# --- kinks and empty arrays


def gradient(build: Callable[..., V], x: Any) -> Any:
    f = program((types.type_of(x),), build)
    _, g = interpret.run(reverse.value_and_grad(f, [0]), x, np.float64(1))
    return g


def test_ties_are_shared() -> None:
    x = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    np.testing.assert_array_equal(gradient(lambda b, x: b.max(x), x), [[0, 0.5, 0.5], [0, 0, 0]])
    np.testing.assert_allclose(gradient(lambda b, x: b.sum(b.min(x, axis=1)), x), [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_allclose(
        gradient(lambda b, x: b.norm(x, ord=float("inf")), np.array([2.0, -2.0, 1.0])), [0.5, -0.5, 0]
    )


def test_derivative_zero_at_the_kink() -> None:
    np.testing.assert_array_equal(gradient(lambda b, x: b.norm(x), np.zeros(3)), np.zeros(3))
    np.testing.assert_array_equal(gradient(lambda b, x: b.norm(x, ord=1), np.zeros(3)), np.zeros(3))
    np.testing.assert_array_equal(gradient(lambda b, x: b.std(x), np.full(3, 2.0)), np.zeros(3))


@pytest.mark.parametrize("x", [[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [2.0], [0.0], []])
@pytest.mark.parametrize("name", ["prod", "cumprod"])
def test_products_with_zeros(name: str, x: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    check_rule(rng, of_sample(REGISTRY[name], (np.array(x),), {"axis": 0}), (np.array(x),))


def test_prod_of_all_with_zeros(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.array([[0.0, 2.0], [0.0, 3.0]])
    check_rule(rng, of_sample(REGISTRY["prod"], (x,), {}), (x,))


def test_mean_and_var_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert gradient(lambda b, x: b.mean(x), np.zeros(0)).shape == (0,)
        assert gradient(lambda b, x: b.var(x), np.zeros((0, 2))).shape == (0, 2)
        assert np.isnan(gradient(lambda b, x: b.var(x, ddof=1), np.zeros(1)))


def test_logsumexp_of_large_numbers() -> None:
    x = np.array([[1000.0, 1000.0], [-1000.0, -1001.0]])
    f = program((types.type_of(x),), lambda b, x: b.logsumexp(x, axis=1))
    y, g = interpret.run(reverse.value_and_grad(f, [0]), x, np.ones(2))
    np.testing.assert_allclose(y, [1000 + np.log(2), -1000 + np.log1p(np.exp(-1))], rtol=1e-15)
    np.testing.assert_allclose(g.sum(axis=1), [1.0, 1.0], rtol=1e-12)
    infinite = interpret.run(f, np.array([[-np.inf, -np.inf], [np.inf, 0.0]]))[0]
    np.testing.assert_array_equal(infinite, [-np.inf, np.inf])


def test_the_last_of_repeated_assignments_has_the_derivative() -> None:
    x, v, i = np.zeros(3), np.ones(2), np.array([1, 1])
    operands = tuple(map(types.type_of, (x, v, i)))
    f = program(operands, lambda b, *xs: b.index_set(*xs, spec=(("array",),)))
    ct = np.array([5.0, 7.0, 9.0])
    np.testing.assert_array_equal(interpret.run(reverse.value_and_grad(f, [1]), x, v, i, ct)[1], [0, 7])
    np.testing.assert_array_equal(interpret.run(reverse.value_and_grad(f, [0]), x, v, i, ct)[1], [5, 0, 9])


# --- symbolic sizes: one program, every size


VEC, MAT = types.array("f8", N), types.array("f8", N, 3)
SYMBOLIC: dict[str, tuple[tuple[AVal, ...], Callable[..., V]]] = {
    "mean": ((MAT,), lambda b, x: b.mean(x)),
    "var": ((MAT,), lambda b, x: b.var(x, ddof=1)),
    "std": ((MAT,), lambda b, x: b.std(x, axis=0)),
    "max": ((MAT,), lambda b, x: b.max(x, axis=1)),
    "prod": ((MAT,), lambda b, x: b.prod(x)),
    "cumprod": ((MAT,), lambda b, x: b.cumprod(x, axis=0)),
    "logsumexp": ((MAT,), lambda b, x: b.logsumexp(x, axis=1)),
    "concatenate": ((VEC, MAT), lambda b, x, y: b.concatenate(b.expand_dims(x, axis=1), y, axis=1)),
    "concatenate along": ((VEC, VEC), lambda b, x, y: b.concatenate(x, y, x)),
    "tile": ((MAT,), lambda b, x: b.tile(x, reps=(2, N, 1))),
    "repeat": ((MAT,), lambda b, x: b.repeat(x, repeats=N, axis=1)),
    "pad": ((MAT,), lambda b, x: b.pad(x, width=((1, N), (N, 2)))),
    "reshape": ((MAT,), lambda b, x: b.reshape(x, shape=(3, N))),
    "trace": ((MAT,), lambda b, x: b.trace(x)),
    "diagonal": ((MAT,), lambda b, x: b.diagonal(x, offset=-1)),
    "diag": ((VEC,), lambda b, x: b.diag(x, k=1)),
    "take_along_axis": ((MAT,), lambda b, x: b.take_along_axis(x, b.argsort(x, axis=0), axis=0)),
    "sort": ((MAT,), lambda b, x: b.sort(x, axis=0)),
    "einsum": ((MAT, VEC), lambda b, x, y: b.einsum(x, y, subscripts="ij,i->j")),
    "einsum alone": ((MAT,), lambda b, x: b.einsum(x, subscripts="ij->")),
    "matmul": ((MAT, VEC), lambda b, x, y: b.matmul(y, x)),
    "linspace": ((types.FLOAT, VEC), lambda b, x, y: y * b.linspace(x, 2.0, num=N)),
    "broadcast": ((VEC,), lambda b, x: b.broadcast_to(x, shape=(3, N))),
    "flip": ((VEC,), lambda b, x: b.flip(x) * b.roll(x, shift=1)),
    "cumsum": ((MAT,), lambda b, x: b.cumsum(x)),
}


@pytest.mark.parametrize("name", SYMBOLIC)
def test_symbolic_sizes(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    operands, build = SYMBOLIC[name]
    f = program(operands, build)
    for n in (2, 3, 1, 0):
        args = tuple(
            apart(rng, tuple(dims.evaluate(d, {dims.Atom("var", "n"): n}) for d in t.shape)) if t.shape else 0.5
            for t in operands
        )
        if name == "diag" and n == 0:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            if n == 0 and name in ("std", "var", "mean"):
                interpret.run(
                    reverse.value_and_grad(f, active(args)), *args, np.ones(3) if name == "std" else np.float64(1)
                )
            else:
                check_rule(rng, f, args, second=n > 1)


OPAQUE: dict[str, Callable[..., V]] = {
    "mean": lambda b, x: b.mean(x, axis=0),
    "sum": lambda b, x: b.sum(x),
    "var": lambda b, x: b.var(x, ddof=1),
    "prod": lambda b, x: b.prod(x),
    "concatenate": lambda b, x: b.concatenate(x, x),
    "tile": lambda b, x: b.tile(x, reps=(2, 1)),
    "repeat": lambda b, x: b.repeat(x, repeats=2, axis=0),
    "pad": lambda b, x: b.pad(x, width=((1, 0), (0, 1))),
    "ravel": lambda b, x: b.ravel(x) * 2.0,
    "trace": lambda b, x: b.trace(x),
    "diagonal": lambda b, x: b.diagonal(x),
    "einsum": lambda b, x: b.einsum(x, subscripts="ij->j"),
    "take_along_axis": lambda b, x: b.take_along_axis(x, b.argsort(x, axis=0), axis=0),
    "rows": lambda b, x: b.matmul(b.stack(x, x), b.const(np.ones((3, 2)))),
}


@pytest.mark.parametrize("name", OPAQUE)
def test_sizes_known_at_run_time_only(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask_type = types.array("b1", 5)
    spec = (("mask", dims.opaque("k")),)
    f = program((types.array("f8", 5, 3), mask_type), lambda b, x, i: OPAQUE[name](b, b.index(x, i, spec=spec)))
    for mask in ([True, False, True, True, False], [False] * 4 + [True]):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            check_rule(rng, f, (apart(rng, (5, 3)), np.array(mask)), second=False)
