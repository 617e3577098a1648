"""What the forward pass saves: nothing that is not read, nothing twice, nothing that can be made again at no cost."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from symdiff import check_grads, generate, value_and_grad
from tests.constructs import calls, data, flow, memory  # noqa: F401  (fill the bank)
from tests.constructs.bank import BANK, text


def functions(module: str, ending: str) -> Iterator[ast.FunctionDef]:
    found = [node for node in ast.parse(module).body if isinstance(node, ast.FunctionDef)]
    return (node for node in found if node.name.endswith(ending))


def unread(module: str) -> list[str]:
    """The names that a backward pass unpacks from what was saved and does not read."""
    found = []
    for function in functions(module, "_backward"):
        names = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
        read = {n.id for n in names if isinstance(n.ctx, ast.Load)}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.value) == "saved":
                given = [n.id for n in ast.walk(node.targets[0]) if isinstance(n, ast.Name)]
                found += [name for name in given if name not in read]
    return found


def twice(module: str) -> list[str]:
    """What a forward pass returns twice to be saved, or appends to two lists in one turn."""
    found = []
    for function in functions(module, "_forward"):
        for node in ast.walk(function):
            saved: list[str] = []
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                last = node.value.elts[-1]
                saved = [ast.unparse(v) for v in last.elts if isinstance(v, ast.Name)] if _is_tuple(last) else []
            elif isinstance(node, ast.For):
                saved = _appended(node.body)
            found += [name for name in set(saved) if saved.count(name) > 1]
    return found


def _appended(body: list[ast.stmt]) -> list[str]:
    """The names that a turn appends to lists; those that are bound again in between have a mark."""
    found = []
    for k, statement in enumerate(body):
        if call := re.fullmatch(r"\w+\.append\((\w+)\)", ast.unparse(statement)):
            before = [
                n.id for s in body[:k] for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            ]
            found.append(call[1] + "'" * before.count(call[1]))
    return found


def _is_tuple(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple)


SIZES = {"changing_shape": ["n"]}  # what a type mentions is saved


@pytest.mark.parametrize("name", BANK)
def test_nothing_is_saved_twice_or_for_nobody(name: str) -> None:
    for level in (1, 2):
        assert (unread(text(name, level)), twice(text(name, level))) == (SIZES.get(name, []), [])


def test_the_scan_sees_what_is_wrong() -> None:
    module = "def f_forward(x):\n for i in x:\n  a.append(i)\n  b.append(i)\n return x, (a, b, a)\n"
    module += "def f_backward(saved):\n a, b, n = saved\n return a, b\n"
    assert (unread(module), sorted(twice(module))) == (["n"], ["a", "i"])


def saves(f: Callable[..., Any], level: int = 1, **types: str) -> list[str]:
    """The names in the header's line of what is saved."""
    found = re.search(r"^saves +(.*?) \(", generate(f, types=types, level=level), re.MULTILINE)
    assert found is not None
    return found[1].split(", ")


def two_layers(W, b, V, x):
    z = x @ W + b
    a = np.maximum(z, 0.0)
    return np.sum(np.minimum(a @ V, 3.0) ** 2)


def test_a_rectified_array_is_saved_and_not_what_it_is_of() -> None:
    types = {"W": "f8[d, h]", "b": "f8[h]", "V": "f8[h, k]", "x": "f8[n, d]"}
    for level in (1, 2):
        assert "z" not in saves(two_layers, level, **types) and "a" in saves(two_layers, level, **types)
    rng = np.random.default_rng(3)
    check_grads(two_layers, tuple(rng.normal(size=s) for s in ((3, 4), (4,), (4, 2), (5, 3))), order=2)


def test_ties_and_nan_of_a_rectified_array_are_as_they_were() -> None:
    def f(z):
        a = np.maximum(z, 0.5)
        return np.sum(a * a)

    z = np.array([0.5, np.nan, -np.inf, 0.25, 2.0, -0.0])
    for level in (0, 1):
        assert value_and_grad(f, level=level)(z)[1].tolist() == [0.0, 0.0, 0.0, 0.0, 4.0, 0.0]


def halved(x, n: int):
    y = np.zeros(n + 1)
    y[0] = x
    for i in range(1, n):
        y[i] = x * y[i // 2] + y[i % 2]
    return np.sum(y)


def turns(x, n: int):
    for _ in range(2, n, 2):
        x = x * x
    return x


def bound(x, n: int):
    if n > 2:
        y = x * x
    return y * y if n > 3 else x


def test_places_numbers_of_turns_and_options_are_not_saved() -> None:
    module = generate(halved, types={"n": "int"}, level=1)
    assert module[module.index("def halved_backward") : module.index("def halved_value")].count("i // 2") == 1
    assert "n" not in saves(turns, n="int")
    assert not any(name.startswith("y_") for name in saves(bound, n="int"))
    for f in (halved, turns, bound):
        for n in (0, 1, 2, 3, 5, 8):
            for level in (0, 1, 2):
                value, gradient = value_and_grad(f, level=level)(1.1, n)
                step = (f(1.1 + 1e-6, n) - f(1.1 - 1e-6, n)) / 2e-6
                assert np.isclose(value, f(1.1, n)) and np.isclose(gradient, step, rtol=1e-6, atol=1e-8)


def one_of(x, y, z):
    s = 0.0
    for i in range(len(x)):
        t = x if x[i] > 0.6 else y if y[i] > 0.4 else z
        s += t[i] * t[i - 1] + t[0]
    return s


def test_reads_of_one_chosen_array_are_on_one_path() -> None:
    module = generate(one_of, types={v: "f8[n]" for v in "xyz"}, level=1)
    forward, backward = (next(functions(module, ending)) for ending in ("_forward", "_backward"))
    tests = [[ast.unparse(n.test) for n in ast.walk(f) if isinstance(n, ast.If)] for f in (forward, backward)]
    assert [found.count(f"{name} == {k}") for name, found in zip("tv", tests, strict=True) for k in (0, 1)] == [1] * 4
    check_grads(one_of, tuple(np.random.default_rng(k).uniform(0.1, 0.9, 7) for k in range(3)), order=2)
