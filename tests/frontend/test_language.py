"""Each row of the language table does what it says, and the printed page is current."""

from __future__ import annotations

import linecache
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from symdiff.errors import CODES, CompileError
from symdiff.frontend.python.language import LINE, PARAMETERS, REFUSED, SUPPORTED, Row, language_markdown
from symdiff.frontend.python.lower import lower
from symdiff.frontend.source import load
from tests.frontend.running import check, compiled, signature

PAGE = Path(__file__).resolve().parents[2] / "docs" / "language.md"
HEAD = """
from collections import Counter, defaultdict, deque
import copy, enum, functools, operator
from bisect import bisect
from dataclasses import asdict, dataclass, field, fields, replace
from heapq import heappop, heappush, nlargest
from itertools import accumulate, groupby, islice, product, takewhile
from types import SimpleNamespace
import math
import numpy as np
import symdiff
from scipy import special
SCALE = 0.5
TABLE = {"w": [1.0, 2.0]}

class Config(dict):
    def __getattr__(self, key):
        return self[key]

CONFIG = Config(rate=0.1)

def helper(t, k=2):
    return t * k

def counted(t, seen=[]):
    seen.append(t)
    return len(seen) * t

def endless(t):
    return endless(t * 0.5)

def deep(t, k):
    return deep(t, k[1:]) if k else t

class Chain:
    def __init__(self, value):
        self.value = value
        self.next = None

class Layer:
    def __init__(self, w):
        self.w = w
    def __call__(self, t):
        return self.w * t
    def __add__(self, other):
        return Layer(self.w + other.w)
    @property
    def double(self):
        return 2 * self.w
    @functools.lru_cache
    def cached(self):
        return self.w

class Frozen:
    def __init__(self, layer):
        self.layer = layer
    def __enter__(self):
        self.w = self.layer.w
        return self.layer
    def __exit__(self, *exc):
        self.layer.w = self.w

class Diverged(Exception):
    pass

class Color(enum.Enum):
    RED = 1
    BLUE = 3

class Scaled(Layer):
    def __call__(self, t):
        return 3 * super().__call__(t)

@dataclass
class Series:
    total: float
    seen: list = field(default_factory=list)
    def __post_init__(self):
        self.total = 2 * self.total
    def add(self, t):
        self.seen.append(t)
        self.total += t * self.seen[0]

@dataclass(frozen=True)
class Site:
    i: int
    j: int

class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b
    def __lt__(self, other):
        return self.a < other.a
    def __getitem__(self, k):
        return (self.a, self.b)[k]

class Powers(Pair):
    def __init__(self, a):
        self.a = a
    def __getitem__(self, k):
        return self.a ** k

class Odd:
    def __getattr__(self, name):
        return 1.0

LAYER = Layer(2.0)

@symdiff.custom_vjp
def halved(t):
    return t / 2

def halved_forward(t):
    return t / 2, ()

def halved_backward(saved, d):
    return (d / 2,)

halved.defvjp(halved_forward, halved_backward)
ruleless, unpaired, outside = (symdiff.custom_vjp(f) for f in (helper, helper, helper))
unpaired.defvjp(lambda t, k: t * k, lambda saved, d: (d, None))
outside.defvjp(lambda t, k: (t * k, ()), lambda saved, d: (d * SCALE, None))
"""
ARGUMENTS = (0.7, 3, np.array([0.5, -1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), {"a": 2.0, "b": np.ones(2)})


def defined(row: Row) -> FunctionType:
    body = "\n".join("    " + line for line in row.example.split(LINE))
    text = f"{HEAD}def f({PARAMETERS}):\n{body}\n"
    file = f"<row {row.construct}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace: dict[str, Any] = {}
    exec(compile(text, file, "exec"), namespace)
    function = namespace["f"]
    assert isinstance(function, FunctionType)
    return function


def refusal(row: Row) -> CompileError:
    """What is said of a row's example."""
    source = load(defined(row))
    with pytest.raises(CompileError) as caught:
        lower(source, signature(source, ARGUMENTS))
    return caught.value


@pytest.mark.parametrize("row", SUPPORTED, ids=lambda r: r.construct)
def test_supported(row: Row) -> None:
    check(defined(row), ARGUMENTS)


@pytest.mark.parametrize("row", REFUSED, ids=lambda r: r.construct)
def test_refused(row: Row) -> None:
    problems = refusal(row).problems
    assert [p.code for p in problems] == [row.code]
    (problem,) = problems
    assert problem.loc is not None and problem.source_line and problem.why == problem.why.strip() != ""
    assert "{" not in problem.what.replace("{'", "") or "`" in problem.what
    text = problem.render()
    assert "^" in text and "``" not in text and text.startswith(f"{problem.loc}: {row.code} ")


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == language_markdown(), (
        "python -m symdiff.frontend.python.language > docs/language.md"
    )


def test_all_problems_in_one_report() -> None:
    row = Row("several", "y = wieght * x ⏎ z = y + np.spacing(v) ⏎ if y > 0: z = x ** 'a' ⏎ del v.b ⏎ return y + z")
    with pytest.raises(CompileError) as caught:
        compiled(defined(row), *ARGUMENTS)
    assert [p.code for p in caught.value.problems] == ["SD320", "SD401", "SD321", "SD209"]


def test_a_report_reads_like_this() -> None:
    row = Row("report", "y = v * 2 ⏎ return np.spacing(y)")
    with pytest.raises(CompileError) as caught:
        compiled(defined(row), *ARGUMENTS)
    first = caught.value.problems[0]
    assert str(caught.value).splitlines() == [
        f"<row report>:{HEAD.count(chr(10)) + 3}:12: SD401 {first.what}",
        "    return np.spacing(y)",
        "           ^^^^^^^^^^^^^",
        f"  why: {CODES['SD401'].why}",
        f"  rewrite: {CODES['SD401'].rewrite}",
    ]
    assert first.what.startswith("`np.spacing` has no known derivative")
