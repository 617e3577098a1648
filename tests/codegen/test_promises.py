"""Promises 3 and 4: arguments stay as they are; results are writable and share memory with nothing else.

Each case is compiled at each level; `saved` outlives what the caller does to arguments, results and cotangents.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.trees import flatten, unflatten

Arrays = list[Any]


def in_place(x, y):
    z = x.copy()
    for i in range(1, len(x)):
        z[i] = z[i - 1] * x[i] + y[i, 0]
    return z


def written(x, y):
    x[0] = 2 * y[1, 0]
    return x * x


def branches(x, y):
    if x[0] > 0:
        return x[:2]
    return y[0, :2]


CASES: dict[str, Callable[..., Any]] = {
    "argument": lambda x, y: x,
    "view": lambda x, y: x[1:],
    "transpose": lambda x, y: y.T,
    "reshape": lambda x, y: y.reshape(-1),
    "twice the same": lambda x, y: (x, x, y.T),
    "containers": lambda x, y: {"a": x + 0, "b": [y, (y @ x,)]},
    "broadcast": lambda x, y: np.broadcast_to(x, (3, 3)),
    "sum of both": lambda x, y: x + y,
    "difference": lambda x, y: x - y,
    "product": lambda x, y: x * y,
    "matrix product": lambda x, y: y @ x,
    "exponential": lambda x, y: np.exp(x * y),
    "where": lambda x, y: np.where(x > 1, x, y),
    "relu": lambda x, y: np.maximum(y @ x, 0),
    "stack": lambda x, y: np.stack([x, x, y[0]]),
    "linear": lambda x, y: np.sum(3.0 * x) + np.sum(y),
    "square": lambda x, y: np.sum(x * x) / 2 + np.sum(y),
    "loop": in_place,
    "written argument": written,
    "branches": branches,
}


def arguments() -> list[Any]:
    return [np.array([1.0, 2.0, 3.0]), np.arange(9.0).reshape(3, 3) / 4]


def arrays(*values: Any) -> Iterator[Any]:
    for value in values:
        yield from (leaf for leaf in flatten(value)[0] if isinstance(leaf, np.ndarray))


def check_apart(results: Arrays, others: Arrays, where: str) -> None:
    assert all(a.flags.writeable for a in results), where
    shared = [(a, b) for a, b in combinations([*results, *others], 2) if np.shares_memory(a, b)]
    assert not [pair for pair in shared if not all(any(p is o for o in others) for p in pair)], where


def cotangent(value: Any) -> Any:
    leaves, tree = flatten(value)
    return unflatten(tree, [np.ones_like(x) if isinstance(x, np.ndarray) else 1.0 for x in leaves])


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("case", CASES)
def test_forward_and_backward(case: str, level: int) -> None:
    space: dict[str, Any] = {}
    text = generate(CASES[case], types="x=f8[3], y=f8[3, 3]", name="f", level=level, functions=("forward", "backward"))
    exec(text, space)
    args = arguments()
    value, saved = space["f_forward"](*args)
    kept = [a.copy() for a in arrays(saved)]
    ct = cotangent(value)
    first = space["f_backward"](saved, ct)
    assert all(np.array_equal(a, b) for a, b in zip(args, arguments(), strict=True)), "arguments are modified"
    assert all(np.array_equal(a, b) for a, b in zip(flatten(ct)[0], flatten(cotangent(value))[0], strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(kept, arrays(saved), strict=True)), "saved is modified"
    check_apart(list(arrays(value)), [*args, *arrays(saved)], "result")
    check_apart(list(arrays(first)), [*args, *arrays(value, saved, ct)], "gradient")
    expected = [a.copy() for a in arrays(first)]
    for a in [*args, *arrays(value, first, ct)]:
        a[...] = np.nan
    second = space["f_backward"](saved, cotangent(value))
    assert all(np.array_equal(a, b) for a, b in zip(expected, arrays(second), strict=True)), "saved was borrowed"


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("case", CASES)
def test_fused_and_directional(case: str, level: int) -> None:
    space: dict[str, Any] = {}
    inner = CASES[case]
    kinds = ("jvp", "value_and_grad") if case in ("linear", "square") else ("jvp",)
    exec(generate(inner, types="x=f8[3], y=f8[3, 3]", name="f", level=level, functions=kinds), space)
    args, along = arguments(), [a + 1 for a in arguments()]
    value, tangent = space["f_jvp"](*args, *along)
    check_apart(list(arrays(value, tangent)), [*args, *along], "jvp")
    assert all(np.array_equal(a, b) for a, b in zip(args, arguments(), strict=True))
    if "value_and_grad" in kinds:
        x = args[1]
        _, gradients = space["f_value_and_grad"](args[0], x)
        check_apart(list(arrays(gradients)), args, "gradients")
        assert all(np.array_equal(a, b) for a, b in zip(args, arguments(), strict=True))
