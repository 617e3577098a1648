"""Deques, dicts with defaults and counters: the classes that stand for them do what Python's do; what is refused."""

from __future__ import annotations

import collections
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, grad
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


GLOBAL = deque([1.0, 2.0])


def slice_of_a_deque(x):
    y = deque([x, 1.0])[0:1]
    return x if y else 0.0


def a_deque_from_outside(x):
    return x * GLOBAL[0]


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
        (a_deque_from_outside, "SD321"),
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
