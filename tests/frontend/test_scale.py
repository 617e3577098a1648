"""Compiling is linear in the program, and needs no deep recursion."""

from __future__ import annotations

import inspect
import linecache
import sys
import time
from types import FunctionType
from typing import Any

import pytest

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


CASES = {
    "statements": (statements(3000), (0.3,)),
    "sum": (long_sum(800), (1.1,)),
    "arguments": (many_arguments(120), tuple(0.5 * k for k in range(120))),
    "early returns": (early_returns(150), (77.5,)),
    "elif": (long_elif(150), (33.5,)),
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
