"""Arguments of which two are one object, or one is read from outside: what is changed or compared must be different."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.codegen.load import Loaded
from symdiff.errors import CODES, CompileError


@dataclasses.dataclass
class Point:
    x: float
    v: float = 0.5

    def step(self, dt: Any) -> None:
        self.x += dt * self.v


@dataclasses.dataclass
class Body:
    place: list[float]
    speed: list[float]


HEIGHTS, TABLE, ORIGIN = [2.0, 3.0], {"rows": [[2.0, 3.0]]}, Point(2.0)


def scaled(a, b):
    a[0] = 3 * a[0]
    return a[0] * b[0]


def repeated(a, b):
    a *= 2
    return sum(a) * sum(b)


def popped(d, e):
    return d.pop("u") * sum(e.values())


def of_rows(rows):
    for row in rows:
        row[0] *= 2
    return rows[0][0] * rows[1][1]


def stepped(ps):
    for p in ps:
        p.step(0.1)
    return ps[0].x * ps[-1].x


def moved(body):
    body.place[0] += body.speed[0]
    return body.place[0] * body.speed[1]


def inside(a, d):
    d["k"].append(2 * a[0])
    return sum(d["k"]) * sum(a)


def chosen(a, b):
    c = a if a[0] > 1 else b
    c[0] = a[1] * b[1]
    return c[0] * c[1]


def recursive(a, b):
    def go(c, k):
        c[0] *= 2
        return b[0] if k == 0 else c[1] + go(c, k - 1)

    return go(a, 2) * a[0]


def told_apart(p, q):
    return p.x * q.x if p is not q else p.x


def of_others(ps):
    return sum(p.x * q.x * q.x for p in ps for q in ps if p is not q)


def lists_told_apart(a, b):
    return a[0] if a is b else 2 * a[0] * b[1]


def tuples_told_apart(a, b):
    return a[0] if a is b else 2 * a[0] * b[1]


def deep(rows):
    c = copy.deepcopy(rows)
    c[0][0] = 3 * c[0][0]
    return c[0][0] * c[1][0]


def deep_arrays(x, y):
    a, b = copy.deepcopy((x, y))
    a[0] = 3 * a[0]
    return a[0] * b[0]


def counted_twice(ps):
    best = ps[0]
    for p in ps:
        if p.x > best.x:
            best = p
    return sum(p.x * (2.0 if p is best else 1.0) for p in ps)


ONE, SAME, KEYS, VECTOR = [1.5, 2.0], Point(1.5), {"u": 1.5, "v": 2.0}, np.array([1.5, 2.0])
TWICE: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (scaled, (ONE, ONE), "a and b are one object, which is changed"),
    (repeated, (ONE, ONE), "a and b are one object, which is changed"),
    (popped, (KEYS, KEYS), "d and e are one object, which is changed"),
    (of_rows, ([ONE, ONE],), "rows[0] and rows[1] are one object, which is changed"),
    (stepped, ([SAME, SAME],), "ps[0] and ps[1] are one object, which is changed"),
    (stepped, ([Point(1.0), SAME, Point(1.0), SAME],), "ps[1] and ps[3] are one object, which is changed"),
    (moved, (Body(ONE, ONE),), "body.place and body.speed are one object, which is changed"),
    (inside, (ONE, {"k": ONE}), "d['k'] and a are one object, which is changed"),
    (chosen, (ONE, ONE), "a and b are one object, which is changed"),
    (recursive, (ONE, ONE), "a and b are one object, which is changed"),
    (told_apart, (SAME, SAME), "p and q are one object, compared by identity"),
    (of_others, ([SAME, SAME],), "ps[0] and ps[1] are one object, compared by identity"),
    (lists_told_apart, (ONE, ONE), "a and b are one object, compared by identity"),
    (tuples_told_apart, ((1.5, 2.0),) * 2, "a and b are one object, compared by identity"),
    (counted_twice, ([SAME, SAME],), "ps[0] and ps[1] are one object, one of those that the run chooses from"),
    (deep, ([ONE, ONE],), "rows[0] and rows[1] are one object, copied by deepcopy"),
    (deep_arrays, (VECTOR, VECTOR), "x and y are one object, copied by deepcopy"),
]
KINDS: dict[str, Callable[..., Any]] = {
    "value_and_grad": lambda f, args: symdiff.value_and_grad(f)(*args),
    "grad": lambda f, args: symdiff.grad(f)(*args),
    "forward": lambda f, args: symdiff.vjp(f, *args),
    "jvp": lambda f, args: symdiff.jvp(f, args, args),
    "hvp": lambda f, args: symdiff.hvp(f, args, args),
    "second": lambda f, args: symdiff.jacfwd(symdiff.grad(f))(*args),
}


@pytest.mark.parametrize(("function", "args", "message"), TWICE, ids=[f"{f.__name__}" for f, _, _ in TWICE])
def test_two_that_are_one_are_refused_in_each_call(
    function: Callable[..., Any], args: tuple[Any, ...], message: str
) -> None:
    before = repr(args)
    for kind, call in KINDS.items():
        with pytest.raises(ValueError) as caught:
            call(function, args)
        assert str(caught.value).partition(": ")[2] == message, kind
    apart = tuple(unshared(x) for x in args)
    found = symdiff.value_and_grad(function)
    for _ in range(2):  # the second call is the chain's
        assert found(*apart)[0] == function(*copy.deepcopy(apart))
        with pytest.raises(ValueError, match="one object"):
            found(*args)
    assert repr(apart) == repr(args) == before


def unshared(value: Any) -> Any:
    """The same with no object in it twice."""
    if isinstance(value, Point | Body):
        return type(value)(**{f.name: unshared(getattr(value, f.name)) for f in dataclasses.fields(value)})
    if isinstance(value, dict):
        return {key: unshared(x) for key, x in value.items()}
    return type(value)([unshared(x) for x in value]) if isinstance(value, list | tuple) else copy.copy(value)


def module(function: Callable[..., Any], args: tuple[Any, ...], **options: Any) -> str:
    return symdiff.generate(function, example=dict(zip(inspect.signature(function).parameters, args)), **options)


@pytest.mark.parametrize(("function", "args", "message"), TWICE, ids=[f"{f.__name__}" for f, _, _ in TWICE])
def test_a_module_refuses_them_without_symdiff(
    function: Callable[..., Any], args: tuple[Any, ...], message: str
) -> None:
    apart = tuple(unshared(x) for x in args)
    for level in range(3):
        text = module(function, apart, functions=("primal", "value_and_grad"), level=level)
        loaded = Loaded(text, function.__name__)
        name = f"{function.__name__}_value_and_grad"
        assert loaded[name](*apart)[0] == loaded[function.__name__](*apart) == function(*copy.deepcopy(apart))
        for called in (function.__name__, name):
            with pytest.raises(ValueError) as caught:
                loaded[called](*args)
            assert str(caught.value) == f"{called}: {message}"


def test_a_number_that_is_known_in_one_place_alone_tells_no_list_apart() -> None:
    def f(s, a, b):
        b[1] = 2 * s * b[1]
        return np.sum(np.sum(np.ones((2, 3)), axis=a[0]) * a[1] * b[1])

    one = [1, 2.0]
    assert symdiff.grad(f)(1.0, one, [1, 3.0]) == 72.0
    with pytest.raises(ValueError, match="b and a are one object, which is changed"):
        symdiff.grad(f)(1.0, one, one)


def read_only(a, b, ps):
    return a[0] * b[0] + ps[0].x * ps[1].x


def test_what_is_only_read_may_be_one_object_and_costs_no_check() -> None:
    args = (ONE, ONE, [SAME, SAME])
    value, (by_a, by_b) = symdiff.value_and_grad(read_only, argnums=(0, 1))(*args)
    assert (value, by_a, by_b) == (4.5, [1.5, 0.0], [1.5, 0.0])
    assert "one object" not in module(read_only, args) and "_apart" not in module(read_only, args)


def test_lists_of_other_lengths_or_types_are_not_compared() -> None:
    text = module(scaled, ([1.5, 2.0], [1.0, 2.0, 3.0]))
    assert "one object" not in text
    assert "one object" not in module(scaled, ([1.5, 2.0], [1, 2.0]))
    assert symdiff.value_and_grad(scaled)([1.5, 2.0], [1, 2.0]) == (4.5, [3.0, 0.0])


def test_many_are_compared_by_a_helper() -> None:
    few, many = [[1.0, 2.0] for _ in range(3)], [Point(1.0) for _ in range(4)]
    assert "_apart(" not in module(of_rows, (few,))
    text = " ".join(module(stepped, (many,)).split())
    assert text.count("_apart('stepped_forward', 'which is changed', {'ps[0]'") == 1


def test_files_in_memory_stay_one_object(tmp_path: Any) -> None:
    file = np.memmap(tmp_path / "x", np.float64, "w+", shape=(2,))
    file[:] = 1.5
    with pytest.raises(ValueError, match="x and y are one object, copied by deepcopy"):
        symdiff.grad(deep_arrays)(file, file)
    row = [file, 1.0]
    with pytest.raises(ValueError, match="a and b are one object, which is changed"):
        symdiff.grad(lambda x, a, b: x * scaled(a, b)[0])(1.0, row, row)


# --- in a derivative that the function takes itself: it is given copies


def inner_change(a, b):
    def g(u):
        u[0] = 3 * u[0]
        return u[0] * b[0]

    return symdiff.grad(g)(a)[0] * a[0]


def inner_changes(a, b):
    def g(u, v):
        u[0] = 3 * u[0]
        return u[0] * v[0]

    return symdiff.grad(g)(a, b)[0] * a[0]


def inner_write(x, y):
    def g(u):
        u[0] = 3 * u[0]
        return u[0] * y[0]

    return symdiff.grad(g)(x)[0] * x[0]


def inner_comparison(p, q):
    return symdiff.value_and_grad(lambda u, v: u.x * v.x if u is v else u.x + v.x)(p, q)[0]


INNER: list[tuple[Callable[..., Any], Any, Any, float, str]] = [
    (inner_change, ONE, [2.5, 3.0], 11.25, "a and b are one object, which is changed"),
    (inner_changes, ONE, [2.5, 3.0], 11.25, "a and b are one object, which is changed"),
    (inner_write, VECTOR, np.array([2.5, 3.0]), 11.25, "x is written into and shares memory with y: pass a copy of x"),
    (inner_comparison, SAME, Point(2.5), 4.0, "p and q are one object, compared by identity"),
]


@pytest.mark.parametrize(("function", "one", "other", "value", "message"), INNER, ids=[f.__name__ for f, *_ in INNER])
def test_derivatives_inside(function: Callable[..., Any], one: Any, other: Any, value: float, message: str) -> None:
    found = symdiff.value_and_grad(function)
    assert found(one, other)[0] == function(one, other) == value
    with pytest.raises(ValueError, match=message):
        found(one, one)


def gives_twice(a):
    def g(u, v):
        u[0] = 3 * u[0]
        return u[0] * v[0]

    return symdiff.grad(g)(a, a)[0]


def reads_otherwise(a):
    def g(u):
        u[0] = 3 * u[0]
        return u[0] * a[0]

    return symdiff.grad(g)(a)[0]


def reads_the_heights(a):
    def g(u):
        u[0] = 3 * u[0]
        return u[0] * HEIGHTS[1] * a[0]

    return symdiff.grad(g)(HEIGHTS)[0]


@pytest.mark.parametrize(
    ("function", "shown"), [(gives_twice, "`a`"), (reads_otherwise, "`a`"), (reads_the_heights, "a list")]
)
def test_a_function_that_changes_a_copy_of_what_it_also_reads(function: Callable[..., Any], shown: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)([1.5, 2.0])
    first = str(caught.value).splitlines()[0]
    assert first.partition(": the function ")[2] == f"changes {shown}, an argument that it also has otherwise"


def changes_the_heights(a):
    def g(u):
        u[0] = 3 * u[0]
        return u[0] * a[0]

    return symdiff.grad(g)(HEIGHTS)[0]


def test_a_copy_of_what_is_outside_is_changed() -> None:
    assert symdiff.value_and_grad(changes_the_heights)([1.5, 2.0]) == (4.5, [3.0, 0.0])
    with pytest.raises(CompileError, match="SD514"):
        symdiff.grad(changes_the_heights)(HEIGHTS)
    assert HEIGHTS == [2.0, 3.0]


# --- what is read from outside


def by_heights(a):
    a[0] = 3 * a[0]
    return a[0] * HEIGHTS[0]


def by_a_row_of_the_table(a):
    a[0] = 3 * a[0]
    return a[0] * TABLE["rows"][0][0]


def by_the_origin(p):
    p.step(0.1)
    return p.x * ORIGIN.x


def is_the_origin(p):
    return p.x if p is ORIGIN else 2 * p.x


CAPTURED: list[tuple[Callable[..., Any], Any, Any]] = [
    (by_heights, [1.5, 2.0], lambda: HEIGHTS),
    (by_a_row_of_the_table, [1.5, 2.0], lambda: TABLE["rows"][0]),
    (by_the_origin, Point(1.5), lambda: ORIGIN),
    (is_the_origin, Point(1.5), lambda: ORIGIN),
]


@pytest.mark.parametrize(("function", "apart", "same"), CAPTURED, ids=[f.__name__ for f, _, _ in CAPTURED])
def test_an_argument_that_is_read_from_outside(function: Callable[..., Any], apart: Any, same: Any) -> None:
    for first in (apart, same()):
        found = symdiff.value_and_grad(function)
        for given in (first, apart, same(), apart):
            if given is apart:
                assert found(given)[0] == function(copy.deepcopy(given))
                continue
            with pytest.raises(CompileError, match="SD514"):
                found(given)
        assert len(found._variants) == 1


def test_what_is_outside_is_looked_up_in_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    found, mine = symdiff.value_and_grad(by_heights), [1.5, 2.0]
    assert found(mine) == (9.0, [6.0, 0.0])
    with monkeypatch.context() as patched:
        patched.setitem(globals(), "HEIGHTS", mine)
        with pytest.raises(CompileError, match="SD514"):
            found(mine)
    assert found(mine) == (9.0, [6.0, 0.0])


def test_the_report() -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(by_a_row_of_the_table)(TABLE["rows"][0])
    (problem,) = caught.value.problems
    assert str(caught.value).splitlines() == [
        f"{problem.loc}: SD514 the argument `a` is the object that is read from outside as `TABLE['rows'][0]`,"
        " which is changed here",
        "    a[0] = 3 * a[0]",
        "    ^^^^",
        f"  why: {CODES['SD514'].why}",
        "  rewrite: give a copy: `copy.deepcopy(a)`",
    ]


def test_a_list_that_is_not_read_may_be_the_one_that_is_changed() -> None:
    def f(a, b):
        a[0] *= 2
        return a[0]

    assert "    if a is b:\n" in module(f, (ONE, [1.0, 2.0]))
