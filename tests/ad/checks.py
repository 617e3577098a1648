"""What must hold of every program of the bank."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.ad.forward import jvp
from symdiff.ad.reverse import value_and_grad
from symdiff.ir import types
from symdiff.ir.core import Program
from symdiff.ir.interpret import run
from tests.ad.bank import Entry

Args = tuple[Any, ...]


def draw(rng: np.random.Generator, like: Any) -> Any:
    """A random number or array of the same kind, shape and dtype."""
    if isinstance(like, np.ndarray):
        found = rng.normal(size=like.shape)
        return (found + 1j * rng.normal(size=like.shape) if like.dtype.kind == "c" else found).astype(like.dtype)
    number = rng.normal() + 1j * rng.normal() if np.asarray(like).dtype.kind == "c" else rng.normal()
    return type(like)(number)


def zero(like: Any) -> Any:
    return np.zeros_like(like) if isinstance(like, np.ndarray) else type(like)(0)


def inexact(values: Sequence[Any]) -> list[Any]:
    return [v for v in values if np.asarray(v).dtype.kind in "fc"]


def inner(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
    return sum(np.sum(np.asarray(x) * np.asarray(y)) for x, y in zip(xs, ys, strict=True))


def moved(args: Args, wrt: Sequence[int], steps: Sequence[Any], h: Any) -> Args:
    out = list(args)
    for k, step in zip(wrt, steps, strict=True):
        value = out[k] + h * step
        out[k] = value if isinstance(h, complex) or isinstance(value, np.ndarray) else type(args[k])(value)
    return tuple(out)


def difference(
    f: Callable[[Args], Sequence[Any]], args: Args, wrt: Sequence[int], direction: Sequence[Any], h: float
) -> list[Any]:
    """The central difference of f along a direction."""
    up, down = f(moved(args, wrt, direction, h)), f(moved(args, wrt, direction, -h))
    return [(a - b) / (2 * h) for a, b in zip(up, down, strict=True)]


def close(found: Sequence[Any], expected: Sequence[Any], rtol: float, what: str = "") -> None:
    for a, b in zip(found, expected, strict=True):
        scale = np.max(np.abs(b), initial=1.0)
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * scale, err_msg=what)


def same_type(value: Any, t: types.Type) -> None:
    """A gradient has kind, rank and dtype of what it belongs to."""
    assert isinstance(t, types.AVal)
    if t.either:
        return
    found = types.type_of(value)
    assert (found.kind, found.rank, found.dtype) == (t.kind, t.rank, t.dtype), (found, t)


class Case:
    """An entry with arguments, a cotangent per differentiable result, and a direction per argument of wrt."""

    def __init__(self, e: Entry, size: int | None = None, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.entry, self.program, self.wrt = e, e.program, e.wrt
        self.args = e.args(rng, e.size if size is None else size)
        self.values = run(e.program, *self.args)
        self.n_out = len(self.values)
        self.cts = [draw(rng, v) for v in inexact(self.values)]
        self.direction = [draw(rng, self.args[k]) for k in self.wrt]

    def gradient(self, program: Program, args: Args) -> tuple[Any, ...]:
        return run(program, *args, *self.cts)[self.n_out :]


def arguments_kept(f: Callable[..., Any], *args: Any) -> Any:
    """The result of f, which must leave its arguments as they were."""
    before = copy.deepcopy(args)
    found = f(*args)
    for a, b in zip(before, args, strict=True):
        assert same(a, b)
    return found


def same(a: Any, b: Any) -> bool:
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return (a is None and b is None) or (
        type(a) is type(b) and np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind in "fc")
    )


def hessian_programs(
    program: Program, wrt: Sequence[int], simplify: Callable[[Program], Program] = lambda p: p
) -> tuple[Program, Program, Program]:
    """The gradient, and reverse over reverse and forward over reverse of it."""
    gradient = simplify(value_and_grad(program, wrt))
    return gradient, simplify(value_and_grad(gradient, wrt, "ror")), simplify(jvp(gradient, wrt, "fr"))


def hvp_ror(case: Case, program: Program, direction: Sequence[Any]) -> tuple[Any, ...]:
    """The Hessian of <cts, f> times a direction, by reverse over reverse."""
    zeros = [zero(ct) for ct in case.cts]
    n = case.n_out + len(case.wrt)
    return run(program, *case.args, *case.cts, *zeros, *direction)[n:]


def hvp_for(case: Case, program: Program, direction: Sequence[Any]) -> tuple[Any, ...]:
    """The same by forward over reverse."""
    outs = run(program, *case.args, *case.cts, *direction)
    return outs[-len(case.wrt) :]
