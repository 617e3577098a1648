"""Compiling is linear in the program, and needs no deep recursion.

The gradients here are known by hand: each program is c·x at its argument, for the c of the branch taken.
"""

from __future__ import annotations

import inspect
import linecache
import sys
import time
from types import FunctionType
from typing import Any

import pytest

import symdiff
from symdiff.errors import CompileError
from symdiff.ir import core
from tests.frontend.running import compiled, run, same


def defined(text: str, name: str) -> FunctionType:
    file = f"<scale {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace: dict[str, Any] = {}
    exec(compile(f"{text}", file, "exec"), namespace)
    function = namespace["f"]
    assert isinstance(function, FunctionType)
    return function


def statements(count: int) -> str:
    lines = ["import numpy as np", "def f(x):", "    t0 = x"]
    lines += [f"    t{k + 1} = t{k} * 0.999 + np.sin(t{k // 2})" for k in range(count)]
    return "\n".join([*lines, f"    return t{count}"]) + "\n"


def long_sum(count: int) -> str:
    return "def f(x):\n    return " + " + ".join(f"x * {k}.5" for k in range(count)) + "\n"


def many_arguments(count: int) -> str:
    names = [f"a{k}" for k in range(count)]
    return f"def f({', '.join(names)}):\n    return {' + '.join(names)}\n"


def early_returns(count: int) -> str:
    lines = ["def f(x):"]
    for k in range(count):
        lines += [f"    if x < {k}:", f"        return x * {k}.25"]
    return "\n".join([*lines, "    return x"]) + "\n"


def long_elif(count: int) -> str:
    lines = ["def f(x):", "    y = 0.5"]
    for k in range(count):
        lines += [f"    {'elif' if k else 'if'} x < {k}:", f"        y = x * {k}.25"]
    return "\n".join([*lines, "    return x + y"]) + "\n"


def returns_after_work(count: int) -> str:
    """Returns 2·x·(k + 1) where the argument leaves at the k-th test: for x = 0.3, behind all of them."""
    lines = ["def f(x):", "    y = x"]
    for k in range(count):
        lines += ["    y = 0.5 * y + x", f"    if y > {count - k}.0:", f"        return y * {k + 1}.0"]
    return "\n".join([*lines, "    return 3.0 * x"]) + "\n"


def nested_calls(count: int) -> str:
    """Three functions, each with the next one inside `count` calls: more than Python's own stack."""
    lines = ["def h(x):", "    return x"]
    for name, inner in (("g", "h"), ("k", "g"), ("f", "k")):
        lines += [f"def {name}(x):", f"    return {'abs(' * count}{inner}(x){')' * count}"]
    return "\n".join(lines) + "\n"


def conditional_expressions(count: int) -> str:
    return "def f(x):\n    return " + "".join(f"x * {k}.5 if x < {k} else " for k in range(count)) + "x\n"


def chosen_by(test: str) -> str:
    return f"def f(x):\n    return x if {test} else 2.0 * x\n"


CASES = {
    "statements": (statements(3000), (0.3,)),
    "sum": (long_sum(2500), (1.1,)),
    "parentheses": ("def f(x):\n    return " + "(x + " * 190 + "x" + ")" * 190, (1.5,)),
    "negations": ("def f(x):\n    return " + "-" * 2500 + "x", (1.5,)),
    "conditional expressions": (conditional_expressions(300), (77.5,)),
    "and": (chosen_by(" and ".join(f"x > {k}" for k in range(300))), (77.5,)),
    "comparisons": (chosen_by("0" + "".join(f" < x - {k}" for k in range(300))), (77.5,)),
    "arguments": (many_arguments(120), tuple(0.5 * k for k in range(120))),
    "early returns": (early_returns(1000), (777.5,)),
    "elif": (long_elif(1000), (333.5,)),
}


@pytest.mark.parametrize("name", CASES)
def test_large_functions_compile_under_the_usual_recursion_limit(name: str) -> None:
    text, args = CASES[name]
    function = defined(text, name)
    wanted = function(*args)
    # what a call from a test leaves of the usual limit
    limit, depth = sys.getrecursionlimit(), len(inspect.stack(0))
    sys.setrecursionlimit(depth + 900)
    try:
        low = compiled(function, *args)
    finally:
        sys.setrecursionlimit(limit)
    assert same(run(low, *args), wanted)


def test_time_is_linear_in_statements() -> None:
    times = []
    for count in (300, 3000):
        function = defined(statements(count), f"time {count}")
        start = time.process_time()
        low = compiled(function, 0.3)
        times.append((time.process_time() - start) / len(list(core.walk(low.program.main.body))))
    assert times[1] < 3 * times[0] + 1e-4
    assert times[1] < 3e-3  # about 0.1 ms where nothing else runs


@pytest.mark.parametrize(
    "text, at, wanted",
    [
        (returns_after_work(300), 0.3, 3.0),  # none taken
        (early_returns(300), 77.5, 78.25),
        (long_elif(300), 77.5, 79.25),  # the branch, and x
        (conditional_expressions(150), 77.5, 78.5),
    ],
    ids=["early returns after work", "early returns", "elif", "conditional expressions"],
)
def test_gradients_of_deep_branches(text: str, at: float, wanted: float) -> None:
    function = defined(text, f"gradient {wanted}")
    limit, depth = sys.getrecursionlimit(), len(inspect.stack(0))
    sys.setrecursionlimit(depth + 900)
    try:
        value, gradient = symdiff.value_and_grad(function)(at)
    finally:
        sys.setrecursionlimit(limit)
    assert (value, gradient) == (function(at), wanted)


def test_time_is_linear_in_early_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYMDIFF_VERIFY", raising=False)
    times = []
    for count in (50, 200):
        function = defined(returns_after_work(count), f"returns {count}")
        found = []
        for _ in range(2):
            start = time.process_time()
            symdiff.value_and_grad(function)(0.3)
            found.append((time.process_time() - start) / (5 * count))
        times.append(min(found))
    assert times[1] < 2 * times[0] + 1e-4
    assert times[1] < 5e-3  # about 1 ms where nothing else runs


def test_no_room_on_the_stack() -> None:
    function = defined(nested_calls(190), "room")
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)(1.0)
    line = "    return " + "abs(" * 190
    assert str(caught.value).splitlines()[0] == (
        "<scale room>:8:12: SD607 the expression nests 191 levels deep, with what it calls deeper than Python's stack "
        f"of {sys.getrecursionlimit()} frames"
    )
    assert str(caught.value).splitlines()[1].startswith(line[:60])
    assert str(caught.value).splitlines()[3:] == [
        "  why: calls and displays inside each other are compiled by calls inside each other",
        "  rewrite: name the inner part in a statement before",
    ]
