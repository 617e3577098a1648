"""What the frontend compiles, against CPython: values, kinds, dtypes, exceptions."""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.linalg as la
import pytest
from numpy import exp as e

from symdiff.ir import types
from symdiff.ir.verify import verify
from tests.frontend.running import check, compiled, run, same

A = np.array
W = np.arange(6.0).reshape(2, 3)
K = 3
CFG = {"lr": 0.5, "layers": [1.0, 2.0], "axis": 1}
Pair = collections.namedtuple("Pair", "w b")


@dataclasses.dataclass
class Layer:
    w: Any
    b: float

    def apply(self, x: Any) -> Any:
        return self.w * x + self.b


class Settings:
    def __init__(self) -> None:
        self.lr = 0.25


settings = Settings()


def helper(x, k=2, *, s=1.0):
    return x**k * s


CASES: list[tuple[Callable[..., Any], tuple[tuple[Any, ...], ...]]] = []


def case(*calls: tuple[Any, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        CASES.append((function, calls))
        return function

    return add


def test_every_case_is_checked() -> None:
    assert len({f.__name__ for f, _ in CASES}) == len(CASES) >= 40


# --- values


def neuron(x1, x2, w1, w2, b):
    return 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))


case((1.0, 2.0, -3.0, 0.5, 1.0), (1.0, 2.0, -3000.0, 0.5, 1.0))(neuron)


def helpers_and_defaults(x):
    return helper(x), helper(x, 3), helper(x, s=2.5), helper(k=1, x=x)


case((3.0,), (0.0,))(helpers_and_defaults)


def captured_data(x):
    return W @ x, x.sum() * K, CFG["lr"] * x, CFG["layers"][1] * x[0], W.sum(axis=CFG["axis"]), settings.lr * x


case((A([1.0, 2.0, 3.0]),))(captured_data)


def dict_argument(p):
    return {"out": p["w"] * p["b"], "n": len(p["w"])}


case(({"w": A([1.0, 2.0]), "b": 2.0},))(dict_argument)


def namedtuple_argument(p):
    w, b = p
    return Pair(p.w * b, w.mean()), p._replace(b=1.0)


case((Pair(A([1.0, 2.0]), 2.0),))(namedtuple_argument)


def dataclass_argument(d, x):
    return d.apply(x), d.w.shape[0] * d.b


case((Layer(A([1.0, 2.0]), 2.0), 3.0))(dataclass_argument)


def layers_in_a_list(params, x):
    for w, b in params[:-1]:
        x = np.maximum(x @ w + b, 0)
    w, b = params[-1]
    return x @ w + b


case(([(np.ones((2, 3)), np.zeros(3)), (np.ones((3, 1)) * 0.5, A([0.1]))], A([[1.0, -2.0], [0.5, 3.0]])))(
    layers_in_a_list
)


def truthiness(x):
    return x > 0 and (x < 1 or x == 2), not x, 0 < x < 3, x or 5.0, 1 / x if x else 0


case((2.0,), (-1.0,), (0.0,))(truthiness)


def integers(n):
    s = 0
    for i in range(n):
        s += i
    return s, n // 2, n % 3, -n, abs(n), n**2


case((5,), (0,), (-3,))(integers)


def division_by_zero(x, n):
    return x / n


case((1.0, 2), (1.0, 0))(division_by_zero)


def inner_functions(x):
    def g(a, y=x):
        return a * y

    h = lambda a: g(a) + 1
    return h(2.0), [v for v in (x, x + 1)], {k: x * k for k in (1, 2)}, sum([x[0], x[1]]), max(x[0], x[1], 0)


case((A([1.0, -2.0, 3.0]),))(inner_functions)


def aliases_and_math(x):
    return math.exp(x), math.pi * x, math.sqrt(x), e(x), la.norm(A([x, 1.0])), getattr(np, "tanh")(x)  # noqa: B009


case((2.0,))(aliases_and_math)


def local_containers(x):
    a = [1.0, x]
    b = a
    b[0] = x * 2
    a.append(5)
    c = [*a, 1]
    (p, q), *r = (a[0], a[1]), 1, 2
    return a, b, c + a, c[1:3], p, q, r, len(a)


case((3.0,))(local_containers)


def none_default(x, y=None):
    if y is None:
        y = x
    return x * y


case((1.0, None), (1.0,), (1.0, 3.0))(none_default)


def known_flag(x, flag):
    if flag:
        return x * 2
    return x


case((1.0, True), (1.0, False))(known_flag)


def float32_promotion(a, x):
    return a * x, x * 2.5, a + 1, np.exp(x).astype(np.float64), x.dtype == np.float32, np.float64(a), x / 3


case((np.float32(2.0), A([1.0, 2.0], dtype=np.float32)))(float32_promotion)


def where_of_scalars(x):
    y = np.where(x > 0, x, 0.0)
    return y, y.shape, y + 1


case((2.0,), (-2.0,))(where_of_scalars)


# --- arrays


def indexing(x):
    picks = x[[0, 2]], x[A([0, 1])], x[-1], x[-2:], x[:1], x[::-1], x[...], x[None, :]
    return picks, x[x > 0], np.where(x > 0, x, 0), np.clip(x, -1, 1), np.maximum(x, 0.0)


case((A([1.0, -2.0, 3.0]),))(indexing)


def matrices(x):
    n, d = x.shape
    m = x.mean(axis=0)
    s = x.std(axis=0, keepdims=True)
    z = np.zeros((n, d))
    z[:] = x
    z[0, :] = 0
    return (x - m) / s, x.max(1), x.sum(axis=(0, 1)), np.full((n, 2), 1.5), np.eye(n) @ x, np.arange(n) * 1.0, z, x.size


case((A([[1.0, 2.0], [3.0, 5.0]]),))(matrices)


def shapes(x):
    return x.reshape(-1), x.reshape(4, 1), x.ravel(), x.flatten(), np.transpose(x), x.T, x[..., 0], x.reshape(1, -1, 2)


case((A([[1.0, 2.0], [3.0, 4.0]]),))(shapes)


def reductions(x):
    x = np.sort(x)
    n = len(x)
    out = np.empty(n)
    for i in range(n):
        out[i] = x[:i].sum()
    joined = np.stack([x, x]), np.concatenate([x, x]), np.vstack([x, x])
    return out, np.cumsum(x), np.dot(x, x), x @ x, np.outer(x, x), np.std(x), x.var(), np.argmax(x), joined


case((A([3.0, 1.0, 2.0]),), (A([1.0]),))(reductions)


def sizes_unify(x, y):
    return np.sum(x + y)


case((A([1.0, 2.0]), A([3.0, 4.0])))(sizes_unify)


def size_condition(x, y):
    if x.shape[0] == y.shape[0]:
        return x.sum()
    return y.sum()


case((A([1.0, 2.0]), A([3.0, 4.0])), (A([1.0, 2.0]), A([3.0, 4.0, 5.0])))(size_condition)


def sizes_checked_in_a_branch(x, y, t):
    if t > 0:
        return np.sum(x + y)
    return np.sum(x)


case((A([1.0, 2.0]), A([1.0, 2.0]), 1.0), (A([1.0, 2.0]), A([1.0, 2.0, 3.0]), 1.0), (A([1.0, 2.0]), A([1.0]), -1.0))(
    sizes_checked_in_a_branch
)


def triangular_solve(b, L):
    x = np.zeros_like(b)
    for i in range(len(b)):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
    return x


case((A([1.0, 2.0, 3.0]), A([[1.0, 0.0, 0.0], [1.0, 2.0, 0.0], [1.0, 1.0, 1.0]])))(triangular_solve)


# --- writes, views, aliases


def writes(x):
    y = x.copy()
    y[0] += 1
    y[:, 1] *= 2
    y[1, 0] = x[0, 0]
    z = x.T @ x
    z -= 1
    return y, z


case((A([[1.0, 2.0], [3.0, 4.0]]),))(writes)


def views_see_later_writes(x):
    y = x * 2
    r = y[1:]
    y[2] = 7.0
    r[0] += 1
    a = np.ones((3, 2))
    a[1][0] = x[0]
    a.T[0, 2] = 5.0
    row = a[1]
    a[1, 1] = -1.0
    return y, r, a, row, r[0], r[1:]


case((A([1.0, 2.0, 3.0, 4.0]),))(views_see_later_writes)


def argument_written(x):
    x[0] = 5.0
    x += 1.0
    return x * 2


case((A([1.0, 2.0]),))(argument_written)


def written_by_a_helper(x):
    def fill(y, k):
        y[k] = y[k] * 2
        return y

    z = x + 0.0
    w = fill(z, 0)
    return z, w


case((A([1.0, 2.0]),))(written_by_a_helper)


def buffer_swap(x, k):
    old = x + 0.0
    new = np.zeros_like(x)
    for _ in range(k):
        for i in range(len(x)):
            new[i] = old[i] * 0.5 + old[i - 1]
        old, new = new, old
    return old, new


case((np.arange(4.0), 3), (np.arange(4.0), 0), (np.arange(1.0), 2))(buffer_swap)


def duplicate_indices(x):
    y = x + 0.0
    y[[0, 0]] += 1.0
    return y


case((A([1.0, 2.0]),))(duplicate_indices)


def sorted_in_place(x):
    y = x.copy()
    found = y.sort()
    return y, found, np.sort(-y)


case((A([3.0, 1.0, 2.0]),))(sorted_in_place)


def same_memory_under_other_functions(x):
    y = x + 0.0
    a, b, c = y.conj(), np.conj(y), np.asarray(y)
    y[0] = 9.0
    return a, b, c, y


case((A([3.0, 1.0]),))(same_memory_under_other_functions)


def lists_hold_arrays_not_copies(x):
    y = x + 0.0
    both = [y, (y, 1.0)]
    y[0] = 5.0
    both[0][1] += 1
    return both, y


case((A([3.0, 1.0]),))(lists_hold_arrays_not_copies)


def array_chosen_by_a_condition(x, y, t):
    a = x + 0.0
    b = y + 0.0
    c = a if t > 0 else b
    return c * 2, a, b


case((A([3.0, 1.0]), A([1.0, 0.0]), 1.0), (A([3.0, 1.0]), A([1.0, 0.0]), -1.0))(array_chosen_by_a_condition)


# --- control


def early_exits(x, t):
    if x > t:
        return x * 2
    if x > 2 * t:
        y = 3.0
    elif x < -t:
        return 0
    else:
        y = x
    for i in range(10):
        y = y * 1.5 + i
        if y > 50:
            break
        if y < -50:
            return y
        if i == 3:
            continue
        y = y - 1
    return y


case((3.0, 1.0), (-3.0, 1.0), (0.5, 1.0), (-20.0, -30.0), (0.9, 1.0))(early_exits)


def nested_branches(a, b):
    x = a
    if a > 1:
        if b > 5:
            return x
        x = x + 1
        if b > 2:
            x = x * 2
        else:
            return b
    else:
        return -x
    return x


case((2.0, 3.0), (2.0, 6.0), (2.0, 1.0), (0.0, 1.0))(nested_branches)


def while_with_return(x, n):
    i = 0
    y = x
    while i < n:
        y = y * 0.5
        i += 1
        if y < 0.5:
            return y, i
    return y, i


case((3.0, 4), (3.0, 0), (3.0, 1))(while_with_return)


def newton(a, tol):
    x = a
    while abs(x * x - a) > tol:
        if x < 0.1:
            x = x + 1.0
        else:
            x = 0.5 * (x + a / x)
    return x


case((2.0, 1e-9), (0.04, 1e-9), (1.0, 1e-9))(newton)


def sum_from_int(x):
    s = 0
    for v in x:
        s += v
    return s


case((A([1.0, 2.0]),), (A([]),))(sum_from_int)


def loop_over_pairs(x, y):
    s = 0.0
    for a, b in zip(x, y):
        s += a * b
    for i in reversed(range(len(x))):
        s -= x[i] * i
    for i, v in enumerate(x, 1):
        s += i * v
    return s


case((A([1.0, 2.0]), A([3.0, 4.0])))(loop_over_pairs)


def bound_in_the_loop_only(x):
    for v in x:
        t = v * 2
    return t


case((A([1.0, 2.0]),), (A([]),))(bound_in_the_loop_only)


def bound_on_one_path(x):
    if x > 0:
        y = x
    return y


case((1.0,), (-1.0,))(bound_on_one_path)


def growing_list(x):
    acc = []
    for v in x:
        acc.append(v * 2)
    return np.array(acc), len(acc), acc[-1]


case((A([1.0, 2.0, 4.0]),), (A([]),))(growing_list)


def nested_loops(x):
    y = x
    for k in range(3):
        for j in range(k):
            y = y * 0.9 + j
            if y > 3:
                break
        else_ = k
    return y, else_


case((5.0,), (0.1,))(nested_loops)


def recurrent(W, U, b, xs, h):
    for x in xs:
        h = np.tanh(W @ x + U @ h + b)
    return np.sum(h * h)


case((np.ones((3, 2)), np.eye(3), A([0.1, 0.2, 0.3]), A([[1.0, 2.0], [0.5, -1.0]]), np.zeros(3)))(recurrent)


def raises(x):
    assert x.ndim == 1, "rank"
    if x[0] > 5:
        raise ValueError("big")
    if x[0] < 0:
        y = x * 2
        raise IndexError("negative")
    else:
        y = x
    return y


case((A([1.0, 2.0]),), (A([9.0, 2.0]),), (A([-9.0, 2.0]),))(raises)


def unrolled_by_structure(x, sizes):
    layers = [2.0, 3.0, 4.0]
    for i in range(len(layers)):
        x = x * layers[i]
    while len(layers) > 1:
        x = x + layers.pop()
    return x


case((1.5, 2))(unrolled_by_structure)


def power_becomes_complex(x, p):
    return x**p


case((4.0, 0.5), (2.0, -1.0))(power_becomes_complex)


def integer_power(n):
    return n**-1, n**2


case((2,), (0,))(integer_power)


@pytest.mark.parametrize(("function", "calls"), CASES, ids=[f.__name__ for f, _ in CASES])
def test_as_python(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    low = check(function, *calls)
    verify(low.program)


# --- what is known beside the program


def test_names_of_values_and_parameters() -> None:
    low = compiled(dict_argument, {"w": A([1.0, 2.0]), "b": 2.0})
    assert [p.name for p in low.params] == ["w", "b"]
    assert [p.path for p in low.params] == [(("item", "w"),), (("item", "b"),)]


def test_hints_are_the_users_names() -> None:
    low = compiled(sum_from_int, A([1.0, 2.0]))
    assert next(v.hint for op in low.program.main.body.ops if op.prim.name == "for" for v in op.outs) == "s"


def test_captured_numbers_are_parameters_fetched_at_each_call() -> None:
    low = compiled(captured_data, A([1.0, 2.0, 3.0]))
    captured = {p.name: p for p in low.params if p.captured}
    assert {"W", "K", "lr"} <= set(captured)
    assert captured["W"].value is W


def test_captured_integer_needed_by_value_is_guarded() -> None:
    low = compiled(captured_data, A([1.0, 2.0, 3.0]))
    by_value = [g for g in low.guards if g.by_value]
    assert [(g.name, g.path, g.value) for g in by_value] == [("CFG", (("item", "axis"),), 1)]
    assert by_value[0].holds(1) and not by_value[0].holds(2) and not by_value[0].holds(True)


def test_written_arguments_are_listed() -> None:
    assert compiled(argument_written, A([1.0, 2.0])).written == (0,)
    assert compiled(views_see_later_writes, A([1.0, 2.0, 3.0, 4.0])).written == ()


def test_sizes_that_meet_at_the_top_are_one() -> None:
    low = compiled(sizes_unify, A([1.0, 2.0]), A([3.0, 4.0]))
    first, second = low.program.main.param_types
    assert isinstance(first, types.AVal) and isinstance(second, types.AVal)
    assert first.shape == second.shape
    assert not [op for op in low.program.main.body.ops if op.prim.effect]


def test_a_size_that_happens_to_be_one_is_specialised() -> None:
    def shifted(x):
        return x[1:] + x

    low = compiled(shifted, A([1.0, 2.0]))
    assert same(run(low, A([1.0, 2.0])), shifted(A([1.0, 2.0])))
    assert low.program.main.param_types == (types.array("f8", 2),)


def test_loops_are_rolled() -> None:
    low = compiled(recurrent, np.ones((3, 2)), np.eye(3), np.zeros(3), np.ones((5, 2)), np.zeros(3))
    assert [op.prim.name for op in low.program.main.body.ops].count("for") == 1
