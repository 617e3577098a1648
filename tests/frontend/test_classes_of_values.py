"""What a function asks about the class of a value, and of its text, is what Python answers, or refused."""

from __future__ import annotations

import collections
import collections.abc as cabc
import copy
import functools
import itertools
import linecache
import numbers
import operator
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError


class K:
    def m(self) -> int:
        return 1

    def __call__(self) -> int:
        return 2


ANSWERED = (
    "hasattr(x * 1j, 'real')",
    "hasattr(1j, 'imag') and not hasattr(x, 'T')",
    "isinstance(lambda: 1, types.FunctionType)",
    "callable(lambda: 1)",
    "type(lambda: 1) is types.FunctionType",
    "isinstance(functools.partial(np.sin, x), functools.partial)",
    "isinstance(K().m, types.MethodType)",
    "isinstance([].append, types.BuiltinMethodType)",
    "isinstance(range(int(x*10)), range)",
    "isinstance(iter([x]), cabc.Iterator)",
    "isinstance((t for t in [x]), cabc.Iterable)",
    "isinstance([x], cabc.Sequence)",
    "isinstance((x,), cabc.Sequence)",
    "isinstance({1:x}, cabc.Mapping)",
    "isinstance({1:x}.keys(), cabc.KeysView)",
    "isinstance({1:x}.items(), cabc.Iterable)",
    'isinstance(f"{x}", str)',
    "isinstance(str(x), (str, list))",
    'isinstance(f"{x}", cabc.Sequence)',
    "type(str(x)) == str",
    'isinstance("a" if x > 0 else "b", str)',
    'isinstance(None if x > 0 else "b", str)',
    "isinstance(None if x > 0 else x, float)",
    "isinstance(x, numbers.Number)",
    "isinstance(x, numbers.Real)",
    "isinstance(int(x), numbers.Integral)",
    "isinstance(np.ones(2)*x, np.ndarray)",
    "isinstance(np.ones(2)*x, cabc.Iterable)",
    "isinstance(slice(1,2), slice)",
    "isinstance(K, type)",
    "isinstance(K(), K)",
    "isinstance(K(), cabc.Callable)",
    "isinstance(K(), cabc.Hashable)",
    "isinstance(lambda: 1, cabc.Callable)",
    "isinstance(np.sin, np.ufunc)",
    "isinstance(collections.deque([x]), collections.deque)",
    "isinstance(collections.deque([x]), list)",
    "isinstance(collections.Counter([1]), dict)",
    "isinstance(collections.OrderedDict(a=x), dict)",
    "isinstance({1,2}, set)",
    "isinstance(itertools.count(), cabc.Iterator)",
    'hasattr([x], "append")',
    'hasattr(x, "shape")',
    'hasattr(np.float64(x), "shape")',
    "isinstance(x, object)",
    "isinstance(str(x), object)",
    "isinstance(lambda: 1, object)",
    "isinstance(np.sin, types.FunctionType)",
    "isinstance(len, types.BuiltinFunctionType)",
    "isinstance((lambda: 1) if x > 0 else (lambda: 2), types.FunctionType)",
    'type({1:x}.values()).__name__ == "dict_values"',
    'isinstance(b"a", bytes)',
    "issubclass(type(str(x)), str)",
    "isinstance(np.newaxis, type(None))",
    "type(...) is type(Ellipsis)",
    "isinstance(x > 0, bool)",
    "isinstance(np.float64(x) > 0, bool)",
    "isinstance(np.float64(x) > 0, np.bool_)",
    "isinstance(np.float64(x), float)",
    "isinstance(x, cabc.Hashable)",
    "isinstance([x], cabc.Hashable)",
    "isinstance(str(x), cabc.Hashable)",
    "isinstance(lambda: 1, cabc.Hashable)",
    "isinstance((t for t in [x]), list)",
    "isinstance(iter([x]), list)",
    "isinstance(range(3), cabc.Sequence)",
    "isinstance(np.dtype(float), np.dtype)",
    "isinstance(np.ones(2).flat, np.flatiter)",
    "isinstance(super, type)",
    "isinstance([x].copy, cabc.Callable)",
    "isinstance(x.real, float)",
    "callable(x)",
    "callable(K())",
    "callable(K)",
    "callable(str(x))",
    "callable([x])",
    "bool(lambda: 1)",
    "bool(K())",
)
# What class an iterator has depends on how it was made; the text of a number is known where the code runs.
REFUSED = {
    "isinstance(zip([x],[x]), zip)": "SD299",
    "isinstance(enumerate([x]), enumerate)": "SD299",
    "isinstance(reversed([x]), reversed)": "SD299",
    "isinstance((t for t in [x]), types.GeneratorType)": "SD299",
    "isinstance(itertools.chain([x]), itertools.chain)": "SD299",
    "isinstance(operator.itemgetter(0), operator.itemgetter)": "SD299",
    "type(zip([x])) is zip": "SD299",
    "'ab'[int(x)] is ('a' if x > 0 else 'b')": "SD223",
    "'a' + 'b' is 'ab'": "SD223",
    "f'{x > 0}' == 'True'": "SD222",
    "f'{x:.1f}' != '0.5'": "SD222",
    "str(int(x * 10)) in ('4', '5')": "SD222",
    "repr(x) == '0.5'": "SD222",
    "['0.5'].count('%.1f' % x)": "SD222",
    "('0.5', 1) == (str(x), 1)": "SD222",
    "'5' in str(x)": "SD224",
    "str(x) in {'0.5'}": "SD216",
    "{'0.5': 1}.get(str(x))": "SD299",
}
COUNTED = """\
def f(x):
    s = 0.0
    for k in range(3):
        if f"w{k}" == "w1" or "w2" == f"w{k}": s += k * x
    return s
"""


def made(text: str, name: str) -> Callable[..., Any]:
    file = f"<class of {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module: dict[str, Any] = {
        "np": np, "collections": collections, "cabc": cabc, "functools": functools, "itertools": itertools,
        "numbers": numbers, "operator": operator, "types": types, "K": K, "__name__": "drawn",
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # `is` with a text
        exec(compile(text, file, "exec", dont_inherit=True), module)
    function: Callable[..., Any] = module["f"]
    return function


@pytest.mark.parametrize("text", ANSWERED)
def test_the_answer_is_pythons(text: str) -> None:
    f = made(f"def f(x):\n    return x * 3 if {text} else x * 5\n", text)
    assert symdiff.value_and_grad(f)(0.5) == (f(0.5), f(0.5) / 0.5)


@pytest.mark.parametrize(("text", "code"), REFUSED.items())
def test_refused_where_it_is_not_known(text: str, code: str) -> None:
    f = made(f"def f(x):\n    return x * 3 if {text} else x * 5\n", text)
    f(0.5)
    with pytest.raises(CompileError) as caught:
        symdiff.grad(f)(0.5)
    assert [p.code for p in caught.value.problems] == [code]


def test_texts_of_turns_are_compared() -> None:
    assert symdiff.value_and_grad(made(COUNTED, "turns"))(2.0) == (6.0, 3.0)


class Disc:
    def __init__(self, size):
        self.size = size

    def area(self, x):
        return self.size * self.size * x


class Square(Disc):
    def area(self, x):
        return self.size * x


def copied_of_two(x):
    a, b = Disc(x), Square(x)
    one = a if x > 1 else b
    near, deep = copy.copy(one), copy.deepcopy([one, a])
    near.size = 3.0 * x
    deep[0].size = 5.0 * x
    return near.area(x) + one.area(x) + deep[1].area(x)


def copied_of_one_or_none(x):
    a, found = Disc(x), None
    if x > 1:
        found = a
    also, deep = copy.copy(found), copy.deepcopy([found, a])
    if also is not None:
        also.size = 3.0 * x
        deep[1].size = 5.0 * x
    return a.area(x) + (deep[0].size if found is not None else 0.0)


def methods_of_two(x):
    a, b = Disc(x), Square(x)
    one = a if x > 1 else b
    area = one.area
    a.size, b.size = x * x, 2.0 * x
    one.size = one.size + x
    return area(x) + one.size * (one is a) + [b, a].index(one)


class Grown(Disc):
    def __iadd__(self, more):
        self.size += more
        return self


class Shrunk(Grown):
    def __iadd__(self, more):
        self.size -= more
        return self


def changed_in_place(x):
    a, b = Grown(x), Shrunk(x)
    one = a if x > 1 else b
    one += x * x
    return a.size + 3.0 * b.size


@pytest.mark.parametrize("level", (0, 1, 2))
@pytest.mark.parametrize("function", (copied_of_two, copied_of_one_or_none, methods_of_two, changed_in_place))
def test_an_object_of_one_of_two_classes(function: Any, level: int) -> None:
    for x in (0.5, 1.5):
        value, gradient = symdiff.value_and_grad(function, level=level)(x)
        assert value == function(x)
        assert np.isclose(gradient, (function(x + 1e-6) - function(x - 1e-6)) / 2e-6)


def changed_under_another_name(x):
    if x > 1:
        p = Disc(x)
        q = p
    else:
        p, q = Disc(2.0 * x), Square(x)
    p.size = x * x * x
    return q.area(x)


def test_two_that_may_be_one_object_are_refused_where_one_was_changed() -> None:
    with pytest.raises(symdiff.CompileError, match="SD512"):
        symdiff.grad(changed_under_another_name)(1.5)
