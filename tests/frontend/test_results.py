"""Results whose size is found when the function runs: dicts by keys of the run, sets, lists of dicts, texts, tuples."""

from __future__ import annotations

import copy
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError, UsageError

X = np.array([1.5, 0.5, 2.5, 0.25])
LABELS = np.array([3, 1, 3, 2])


@dataclass
class Reading:
    """Its fields are not in the order of their names."""

    when: int
    value: float


class Pair(NamedTuple):
    key: int
    name: str


class Link:
    def __init__(self, value):
        self.value = value
        self.next = None


class Knot:
    def __init__(self, key, value):
        self.key, self.value = key, value
        self.left = self.right = self.above = None
        self.seen = []


class Color(Enum):
    RED = 1
    BLUE = 2


def loss(x):
    return sum(t * t * t for t in x)


def totals(x, labels):
    found = {}
    for k, t in zip(labels, x, strict=True):
        found[int(k)] = found.get(int(k), 0.0) + t * t
    return loss(x), found


def groups(x, labels):
    found, names = {}, {}
    for k, t in zip(labels, x, strict=True):
        key = "many" if t > 1 else "few"
        if key not in found:
            found[key] = []
        found[key].append({"t": t * 2, "k": int(k)})
        names[f"cell {{{int(k)}-{int(t):02d}}}"] = Reading(int(k), t)
    return loss(x), (found, names)


def of_pairs(x, labels):
    near = {}
    for i in range(len(x)):
        near[int(labels[i]), "up" if x[i] > 1 else "down"] = (x[i] * x, i)
    return loss(x), {"near": near, "count": len(near)}


def sets(x, labels):
    seen, words, floats = {0}, {("start", 0)}, set()
    for i in range(len(x)):
        seen.add(int(labels[i]))
        words.add(("up" if x[i] > 1 else "down", i % 2))
        floats.add(x[i] * x[i])
    return loss(x), [seen, words, floats, frozenset(int(k) for k in labels), seen.copy()]


def rows(x, labels):
    made, flags, first, optional = [], [], [], [None] * len(x)
    for i in range(len(x)):
        before = {}
        for j in range(i):
            before[int(labels[j])] = x[j]
        made.append((before, {int(labels[i])}, Reading(i, x[i] ** 2)))
        flags.append("odd" if labels[i] % 2 else "even")
        first.append(Pair(int(labels[i]), "pair"))
        if labels[i] == 3:
            optional[i] = x[i]
    return loss(x), {"made": made, "flags": flags, "first": first, "optional": optional, "all": tuple(flags)}


def nothing(x, labels):
    found, seen, late = {}, set(), set()
    for k in labels[4:]:
        found[int(k)] = x[0]
        seen.add(int(k))
    return loss(x), (found, seen, late)


def one_key(x, labels):
    found = {}
    found[int(labels[0])] = x[0]
    return loss(x), found


def collections_of_numbers(x, labels):
    """Deques, counters, ordered dicts and dicts with defaults: of the run, of known keys, in lists, and empty ones."""
    last, totals, order = deque(maxlen=3), defaultdict(float), OrderedDict()
    for k, t in zip(labels, x, strict=True):
        last.appendleft(t * t)
        totals[int(k)] += t
        order[int(k)] = [t]
    for k in labels[:1]:
        order.move_to_end(int(k))
    each = [(deque([t, k]), Counter([int(k)]), defaultdict(list, {"k": [k]})) for k, t in zip(labels, x, strict=True)]
    known = deque([x, Counter("abca")]), defaultdict(None, a=x), OrderedDict(b=1, a=x), deque(maxlen=2), Counter()
    return loss(x), {"run": (last, totals, Counter(labels.tolist()), order), "each": each, "known": known}


def chain(x, labels):
    head = tail = Link(0.0)
    for t in x:
        tail.next = Link(t * t)
        tail = tail.next
    return loss(x), head


def ring(x, labels):
    """An object is one object at all places, the first of which is known by what is linked to it."""
    head = tail = Link(0.0)
    every = [head]
    for t in x:
        tail.next = Link(t)
        tail = tail.next
        every.append(tail)
    tail.next = head
    return loss(x), {"every": every, "ends": (head, tail), "none": None}


def search_tree(x, labels):
    root = Knot(0, 0.0)
    for k, t in zip(labels, x, strict=True):
        at, new = root, Knot(int(k), t)
        while new.above is None:
            at.seen.append(t * 2)
            if new.key < at.key:
                if at.left is None:
                    at.left, new.above = new, at
                at = at.left
            else:
                if at.right is None:
                    at.right, new.above = new, at
                at = at.right
    return loss(x), root


FUNCTIONS = [totals, groups, of_pairs, sets, rows, nothing, one_key, collections_of_numbers]


def same(a: Any, b: Any) -> bool:
    """Equal, of the same classes, and in the same order where there is one."""
    return _same(a, b, {})


def _same(a: Any, b: Any, met: dict[int, int]) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, (Link, Knot)):
        if id(a) in met or id(b) in met.values():
            return met.get(id(a)) == id(b)
        met[id(a)] = id(b)
        return vars(a).keys() == vars(b).keys() and all(_same(v, vars(b)[k], met) for k, v in vars(a).items())
    if isinstance(a, deque) and a.maxlen != b.maxlen:
        return False
    if isinstance(a, defaultdict) and a.default_factory is not b.default_factory:
        return False
    if isinstance(a, (list, tuple, deque)):
        return len(a) == len(b) and all(_same(x, y, met) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return _same([*a.items()], [*b.items()], met)
    if isinstance(a, (set, frozenset)):
        return a == b and Counter(map(type, a)) == Counter(map(type, b))
    if isinstance(a, Reading):
        return _same([*vars(a).items()], [*vars(b).items()], met)
    return bool(np.array_equal(a, b))


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_stands_behind_the_value_is_what_python_returns(function: Callable[..., Any], level: int) -> None:
    for x, labels in ((X, LABELS), (X.astype(np.float32), LABELS), (X[:0], LABELS[:0])):
        if function is one_key and not len(x):
            continue
        value, rest = function(x, labels)
        (found, aux), gradient = symdiff.value_and_grad(function, has_aux=True, level=level)(x, labels)
        assert found == pytest.approx(value, rel=1e-6 if x.dtype == np.float32 else 1e-12)
        assert same(aux, rest)
        np.testing.assert_allclose(gradient, 3 * x**2, rtol=1e-6 if x.dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("function", [totals, groups, of_pairs, sets, nothing, one_key, collections_of_numbers])
def test_a_gradient_of_the_gradient(function: Callable[..., Any]) -> None:
    def slope(x):
        gradient = symdiff.grad(lambda t: function(t, LABELS)[0])(x)
        return sum(gradient * np.arange(1.0, 5.0)), function(x, LABELS)[1]

    second, rest = symdiff.grad(slope, has_aux=True)(X)
    np.testing.assert_allclose(second, 6 * X * np.arange(1.0, 5.0), rtol=1e-12)
    assert same(rest, function(X, LABELS)[1])


@pytest.mark.parametrize("function", [totals, of_pairs, sets, nothing, one_key, collections_of_numbers])
def test_a_generated_module_returns_them(function: Callable[..., Any]) -> None:
    space: dict[str, Any] = {}
    exec(symdiff.generate(function, types="x=f8[n], labels=i8[n]", wrt="x"), space)
    expected = function(X, LABELS)
    assert same(space[function.__name__](X, LABELS), expected)
    assert same(space[f"{function.__name__}_value_and_grad"](X, LABELS)[0][1], expected[1])


def test_two_results_share_nothing() -> None:
    def twice(x, labels):
        found, seen = totals(x, labels)[1], set(labels.tolist())
        return loss(x), (found, found, seen, seen)

    first = symdiff.grad(twice, has_aux=True)
    _, (a, b, c, d) = first(X, LABELS)
    kept = copy.deepcopy((b, d))
    a.clear()
    c.clear()
    assert (b, d) == kept == first(X, LABELS)[1][1::2]


def test_alone_and_in_another_compiled_function() -> None:
    def alone(x, labels):
        return totals(x, labels)[1]

    space: dict[str, Any] = {}
    exec(symdiff.generate(alone, types="x=f8[n], labels=i8[n]", wrt="x"), space)
    assert same(space["alone"](X, LABELS), alone(X, LABELS)) and "alone_jvp" not in space
    assert symdiff.grad(lambda x: alone(x, LABELS)[3])(X).tolist() == [3.0, 0.0, 5.0, 0.0]
    for derivative in (symdiff.jacobian(alone), lambda x, _: symdiff.jvp(lambda x: alone(x, LABELS), (x,), (x,))):
        with pytest.raises(UsageError, match=r"SD748 .* returns a list, dict or set of a length not known"):
            derivative(X, LABELS)
    with pytest.raises(UsageError, match="SD704 alone returns a dict, but"):
        symdiff.grad(alone)(X, LABELS)
    with pytest.raises(UsageError, match="SD748"):
        symdiff.jvp(lambda x: one_key(x, LABELS)[1], (X,), (X,))


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", [chain, ring, search_tree])
def test_linked_objects(function: Callable[..., Any], level: int) -> None:
    many, labels = np.linspace(0.5, 1.5, 30), np.arange(30) * 7 % 30
    for x in (X, many, many.astype(np.float32), X[:0]):
        value, rest = function(x, labels[: len(x)])
        (found, aux), gradient = symdiff.value_and_grad(function, has_aux=True, level=level)(x, labels[: len(x)])
        assert found == pytest.approx(value, rel=1e-5)
        assert same(aux, rest)
        np.testing.assert_allclose(gradient, 3 * x**2, rtol=1e-5)


def test_linked_objects_of_a_module() -> None:
    with pytest.raises(UsageError, match="SD749"):
        symdiff.generate(chain, types="x=f8[n], labels=i8[n]", wrt="x")
    with pytest.raises(UsageError, match="SD748"):
        symdiff.jvp(lambda x: chain(x, LABELS)[1], (X,), (X,))


def test_a_dict_of_the_run_beside_an_object_has_no_tangent() -> None:
    def f(x):
        return Reading(1, x[0] ** 2), one_key(x, LABELS)[1]

    for derivative in (lambda: symdiff.jvp(f, (X,), (X,)), lambda: symdiff.vjp(f, X)):
        with pytest.raises(UsageError, match="SD748"):
            derivative()


def members_of_enums(x, labels):
    return x[0], {(Color.RED if t > 1 else Color.BLUE) for t in x}


def functions_in_a_list(x, labels):
    found = []
    for t in x:
        found.append(np.sin if t > 1 else np.cos)
    return x[0], found


def defaults_by_a_function(x, labels):
    return x[0], defaultdict(lambda: x[0])


def deques_of_a_length_found(x, labels):
    return x[0], deque(x, int(labels[0]))


@pytest.mark.parametrize(
    "function", [members_of_enums, functions_in_a_list, defaults_by_a_function, deques_of_a_length_found]
)
def test_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function, has_aux=True)(X, LABELS)
    assert {p.code for p in caught.value.problems} == {"SD322"}
