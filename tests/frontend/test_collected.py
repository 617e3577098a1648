"""Deques, dicts with defaults and counters: the classes that stand for them do what Python's do; what is refused."""

from __future__ import annotations

import collections
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, grad, value_and_grad
from symdiff.frontend.spelled import collected

DEQUES = {
    "append": ((4,),), "appendleft": ((4,),), "pop": ((),), "popleft": ((),), "extend": (([4, 5],),),
    "extendleft": (([4, 5],),), "insert": ((1, 4),), "remove": ((2,),), "clear": ((),), "reverse": ((),),
    "rotate": ((), (2,), (-1,), (7,)), "copy": ((),), "count": ((2,),), "index": ((2,),), "__len__": ((),),
    "__contains__": ((2,), (9,)), "__getitem__": ((1,), (-1,)), "__setitem__": ((1, 9),), "__delitem__": ((-2,),),
}  # fmt: skip
DICTS = {
    "__getitem__": (("a",), ("new",)), "__setitem__": (("b", 5),), "__delitem__": (("a",),), "__contains__": (("a",),),
    "__len__": ((),), "keys": ((),), "values": ((),), "items": ((),), "get": (("new",), ("new", 3)),
    "pop": (("a",), ("new", 3)), "clear": ((),), "copy": ((),),
}  # fmt: skip
MORE = {
    "popitem": ((),),
    "setdefault": (("new", 2), ("a", 2)),
    "update": (({"b": 7},),),
    "__or__": (({"b": 7},),),
    "__ior__": (({"b": 7},),),
}
COUNTS = {
    "update": (("ab",), ({"b": 7},)), "subtract": (("ab",), ({"b": 7},)), "total": ((),), "elements": ((),),
    "most_common": ((), (2,)), "__pos__": ((),), "__neg__": ((),),
    **{
        f"__{name}__": ((Counter("bcd"),), (Counter({"a": 1, "b": 2, "c": 3}),), (Counter(b=-1, d=-2, c=9),))
        for name in ("add", "sub", "and", "or", "iadd", "isub", "iand", "ior", "eq", "le", "lt", "ge", "gt")
    },
}  # fmt: skip
TABLES: list[tuple[type, tuple[Any, ...], dict[str, Any]]] = [
    (deque, ([3, 2, 1],), DEQUES),
    (deque, ([3, 2, 1], 4), DEQUES),
    (deque, ([3, 2, 1, 0], 3), {k: v for k, v in DEQUES.items() if k != "insert"}),
    (deque, ([3, 2, 1, 0], 0), {k: DEQUES[k] for k in ("append", "appendleft", "extend", "rotate", "copy")}),
    (defaultdict, (list, {"a": 1, "c": 2}), DICTS | MORE),
    (OrderedDict, ({"a": 1, "c": 2},), {k: MORE[k] for k in ("__or__", "__ior__")}),
    (Counter, ("abbccc",), DICTS | COUNTS),
    (Counter, ({"a": -1, "b": 2, "c": 0},), {k: v for k, v in COUNTS.items() if k[0] == "_"}),
]
CALLS = [(cls, args, name, given) for cls, args, table in TABLES for name, many in table.items() for given in many]


def content(found: Any) -> Any:
    """A result as plain lists: what is run over, and pairs of what is a mapping."""
    if (
        isinstance(found, collected.OrderedDict | OrderedDict)
        or hasattr(found, "most_common")
        or hasattr(found, "default_factory")
    ):
        return list(found.items())
    return found if isinstance(found, int | tuple | None) else list(found)


@pytest.mark.parametrize(("cls", "args", "name", "given"), CALLS)
def test_methods_do_what_those_of_python_do(
    cls: type, args: tuple[Any, ...], name: str, given: tuple[Any, ...]
) -> None:
    theirs, ours = cls(*args), collected.CLASSES[cls](*args)
    ours_given = tuple(collected.Counter(dict(a)) if isinstance(a, Counter) else a for a in given)
    assert content(getattr(ours, name)(*ours_given)) == content(getattr(theirs, name)(*given))
    assert content(ours) == content(theirs)


def test_no_method_is_there_that_python_lacks() -> None:
    for theirs, ours in collected.CLASSES.items():
        assert [name for name, obj in vars(ours).items() if callable(obj) and not hasattr(theirs, name)] == []


def slice_of_a_deque(x):
    y = deque([x, 1.0])[0:1]
    return x if y else 0.0


def a_deque_in_a_pattern(x):
    match deque([x]):
        case [a]:
            return a
    return x


def nothing_is_popped(x):
    return deque().popleft() * x


def no_such_method(x):
    q = deque([x])
    q.push(x)
    return q[0]


def no_default(x):
    y = defaultdict(None, a=x)["b"]
    return x if y else 0.0


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (a_deque_in_a_pattern, "SD299"),
        (nothing_is_popped, "SD315"),
        (no_such_method, "SD404"),
    ],
)
def test_refused(function: Callable[..., Any], code: str) -> None:
    with pytest.raises(CompileError) as caught:
        grad(function)(1.5)
    assert [p.code for p in caught.value.problems] == [code]


@pytest.mark.parametrize(("function", "error"), [(no_default, KeyError), (slice_of_a_deque, TypeError)])
def test_raised_as_python_does(function: Callable[..., Any], error: type[Exception]) -> None:
    for run in (function, grad(function)):
        with pytest.raises(error):
            run(1.5)


def from_a_generator(v):
    q = deque(a * a for a in v)
    return q[0] * q[-1] * (2.0 if isinstance(q, collections.deque) and not isinstance(q, list) else 0.0)


def equal_to_itself_by_elements(v):
    q = deque([v[0], v[1], v[2]], 2)
    same = q == deque([v[1], v[2]]) and q != deque([v[2]]) and Counter("ab") == Counter("ba")
    return q[0] * q[1] if same else 0.0 * q[0]


# By hand: 2 v_0² v_2² and v_1 v_2 at (1, 2, 3).
@pytest.mark.parametrize(
    ("function", "gradient"),
    [(from_a_generator, [36.0, 0.0, 12.0]), (equal_to_itself_by_elements, [0.0, 3.0, 2.0])],
)
def test_gradients(function: Callable[..., Any], gradient: list[float]) -> None:
    assert grad(function)(np.array([1.0, 2.0, 3.0])).tolist() == gradient


def both_counted(change, of, x, v):
    words = ["a" if t > x else "b" for t in v]
    c, d = Counter(words), Counter(words[1:])
    d = {"it": c, "the rest": d, "none": Counter(), "two": Counter("ab")}[of]
    match change:
        case "&=":
            c &= d
        case "|=":
            c |= d
        case "+=":
            c += d
        case "-=":
            c -= d
        case "update":
            c.update(d)
        case "subtract":
            c.subtract(d)
    return x * c["a"] + x**2 * len(c) + x**3 * d["b"]


@pytest.mark.parametrize("of", ["it", "the rest", "none", "two"])
@pytest.mark.parametrize("change", ["&=", "|=", "+=", "-=", "update", "subtract"])
def test_a_counter_changed_by_another_or_itself(change: str, of: str) -> None:
    """Of keys found when it runs, where the other one is empty, has one key, or is the same."""
    f = partial(both_counted, change, of)
    for v in ([0.3, 1.2, -0.7], [0.6], [1.6], []):
        x, e, given = 0.8, 1e-6, np.array(v)
        value, slope = value_and_grad(f)(x, given)
        assert value == pytest.approx(f(x, given), rel=1e-13)
        assert slope == pytest.approx((f(x + e, given) - f(x - e, given)) / (2 * e), rel=1e-8, abs=1e-8)


QUEUE: deque[Any] = deque([1.0, 2.0])
WINDOW = deque([1.5, 0.5, 2.5], maxlen=3)
HELD = {"queue": QUEUE, "rows": deque([[1.0, 2.0], [3.0]]), "words": deque(["up", "down", "up"])}


def copied(x, v):
    q, last = deque(QUEUE), WINDOW.copy()
    q.append(x)
    last.append(x * q.popleft())
    return sum(a * b for a, b in zip(q, v)) + sum(last) * last[0] + deque(WINDOW, 2)[0] * x


def run_over(x, v):
    s = QUEUE[0] * x * len(QUEUE) + sum(a * b * x for a, b in zip(list(QUEUE), v))
    for i in range(len(v)):
        s += QUEUE[i] * x * v[i]
    for t in reversed(QUEUE):
        s = s * x + t
    a, *rest = WINDOW
    return s + a * x + max(WINDOW) * rest[1] * np.sum(np.array(QUEUE) ** 2) * x


def inside_of_a_dict(x, v):
    s = sum(a * x for row in HELD["rows"] for a in row) + v[0]
    for word in HELD["words"]:
        s = s * 2 + (x if word == "up" else x * x)
    return s


def asked(x, v):
    same = QUEUE is HELD["queue"] and QUEUE is not WINDOW and QUEUE != WINDOW and isinstance(QUEUE, deque)
    return x * 3 + v[0] if same and 2.0 in QUEUE and WINDOW.maxlen == 3 and sorted(WINDOW)[0] == 0.5 else x


@pytest.mark.parametrize("f", [copied, run_over, inside_of_a_dict, asked], ids=lambda f: f.__name__)
def test_a_deque_from_outside(f: Callable[..., Any]) -> None:
    """It is read at each call: its numbers, its length, and what lists in it hold."""
    v = np.array([0.3, 0.9])
    gradients = [value_and_grad(f, level=level) for level in range(3)]

    def agree() -> None:
        slope = (f(0.4 + 1e-6, v) - f(0.4 - 1e-6, v)) / 2e-6
        for run in gradients:
            value, gradient = run(0.4, v)
            assert value == pytest.approx(f(0.4, v), rel=1e-13)
            assert gradient == pytest.approx(slope, rel=1e-7)

    kept = list(QUEUE), list(WINDOW)
    try:
        agree()
        QUEUE[0], WINDOW[1] = 7.0, -2.0
        agree()
        QUEUE.append(0.5)
        agree()
    finally:
        for q, items in zip((QUEUE, WINDOW), kept, strict=True):
            q.clear()
            q.extend(items)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: QUEUE.append(x),
        lambda x: QUEUE.popleft() * x,
        lambda x: QUEUE.__setitem__(0, x),
        lambda x: setattr(QUEUE, "maxlen", 3),
        lambda x: HELD["rows"][0].append(x),
    ],
)
def test_a_deque_from_outside_is_not_changed(change: Callable[..., Any]) -> None:
    with pytest.raises(CompileError) as caught:
        grad(change)(1.5)
    (problem,) = caught.value.problems
    assert problem.code == "SD503"
    assert "_items" not in str(caught.value)


def test_the_text_of_a_deque(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x):
        print(QUEUE, f"{WINDOW!r}", [deque([x, 2])], str(deque("ab", 5)))
        return x

    f(1.5)
    shown = capsys.readouterr().out
    grad(f)(1.5)
    assert capsys.readouterr().out == shown
