"""The exact texts of refusals that no row of the language table has."""

from __future__ import annotations

import io
import linecache
import os
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.frontend.python import context


def refusal(f: Callable[..., Any]) -> list[str]:
    """The report on f at 1.5, without its first column, the place."""
    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(f)(1.5)
    place, text = str(caught.value).split(": ", 1)
    assert place.startswith(f"{__file__}:")
    return text.splitlines()


def test_a_variable_of_a_function_that_is_not_compiled() -> None:
    total = 0.0

    def f(x: float) -> float:
        nonlocal total
        return x

    assert refusal(f) == [
        "SD205 `nonlocal total` is not supported for a variable of a function that is not compiled here",
        "    nonlocal total",
        "    ^^^^^^^^^^^^^^",
        "  why: the write would outlive the call",
        "  rewrite: pass the value in and return the new one",
    ]


COUNT = 0


def counting(x: float) -> float:
    global COUNT
    COUNT += 1
    return x * COUNT


def hides_the_name_around_it(x: float) -> float:
    COUNT = x

    def unread() -> None:
        if False:
            global COUNT
        COUNT = 5.0  # of the module

    unread()
    return COUNT * x


def reads_past_the_name_around_it(x: float) -> float:
    COUNT = x

    def outermost() -> float:
        if False:
            global COUNT
        return COUNT

    return outermost() + x


@pytest.mark.parametrize("f", [counting, hides_the_name_around_it, reads_past_the_name_around_it])
def test_a_global_is_reported_once_wherever_it_is_declared(f: Callable[[float], float]) -> None:
    """It counts for the whole function, as in Python: a declaration that is never reached does, too."""
    report = refusal(f)
    assert report[0] == "SD204 `global COUNT` is not supported"
    assert report[3:] == [
        "  why: a write to a global outlives the call and would happen again at each differentiation",
        "  rewrite: return the value and assign it outside",
    ]


def test_a_variable_of_a_function_that_is_not_compiled_is_reported_once() -> None:
    total = 0.0

    def f(x: float) -> float:
        nonlocal total
        total += x
        return total

    assert [line for line in refusal(f) if "SD205" in line or "problems" in line] == [
        "SD205 `nonlocal total` is not supported for a variable of a function that is not compiled here"
    ]


def test_what_an_array_cannot_hold() -> None:
    def f(x: float) -> float:
        y = np.zeros(2)
        y[0] = 1j * x
        return y[1]

    assert refusal(f) == [
        "SD318 `=` cannot store complex in `y`, an array of f8",
        "    y[0] = 1j * x",
        "    ^^^^",
        "  why: NumPy raises here: an in-place result keeps the array's dtype",
        "  rewrite: make a new array, or give this one a dtype that holds it",
    ]


def test_what_a_branch_chose_is_read_after_its_change() -> None:
    def f(x: float) -> float:
        a, b = {"w": x}, {"w": 2.0}
        c = a if x > 0 else b
        c["z"] = x * x
        return a["w"] * len(b)

    found = refusal(f)
    assert found[:-1] == [
        'SD512 `a["w"]` may or may not be what was changed since, under another name',
        '    return a["w"] * len(b)',
        "           ^^^^^^",
        "  why: a branch or a loop chose which of several lists, dicts or objects that name stands for",
        "  rewrite: make the change inside the branches, where it is known which one is meant, "
        "or copy it: `copy.deepcopy(…)`; of a chain that a loop builds keep the nodes in a list, or begin at its end: "
        "`head = Node(v, head)`",
    ]
    assert found[-1].endswith(": the write")


def test_what_a_turn_or_a_branch_hands_on_after_a_write_to_perhaps_its_memory() -> None:
    def in_turns(x: float) -> float:
        y = np.array([[x, 2.0], [3.0, x]]).T
        z = y[0]
        for k in range(int(x)):
            z = y.reshape(-1) if k else y.ravel()
            y[0] = x
        return z[1]

    def on_one_path(x: float) -> float:
        y = np.array([[x, 2.0], [3.0, x]]).T
        z = y[0]
        if x > 1:
            z = y.reshape(-1)
            y[0] = x
        return z[1]

    for f in (in_turns, on_one_path):
        found = refusal(f)
        assert found[:3] == [
            "SD501 `z` may or may not share memory with `y`, which was written since",
            "    return z[1]",
            "           ^",
        ]
        assert found[-1].endswith(": the write")


def test_the_order_of_a_set() -> None:
    def f(x: float) -> float:
        for k in {"a", "b"}:
            x = x * len(k) + 1
        return x

    assert refusal(f) == [
        'SD233 `{"a", "b"}` depends on the order of a set',
        '    for k in {"a", "b"}:',
        "             ^^^^^^^^^^",
        "  why: Python runs over a set in the order of its hash table, which is known of numbers that were put in one "
        "by one: not of texts, nor of copies, constants like `{0, 1, 2}` and what `|`, `&` and `-` give",
        "  rewrite: use `sorted(…)`, or a dict or list, which keep the order in which they were filled",
    ]


def test_a_program_beyond_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "MAX_OPERATIONS", 3)

    def f(x: float) -> float:
        return x * x * x * x * x

    assert refusal(f) == [
        "SD603 the compiled function has 4 operations; the budget is 3",
        "    return x * x * x * x * x",
        "           ^^^^^^^^^^^^^^^^^",
        "  why: the program was multiplied by unrolling or inlining",
    ]


def test_an_operation_on_what_an_unknown_function_gave() -> None:
    def f(x: float) -> float:
        return x * os.cpu_count()

    assert refusal(f) == [
        "SD420 `x * os.cpu_count()` takes what a call gave of which nothing is known when compiling",
        "    return x * os.cpu_count()",
        "           ^^^^^^^^^^^^^^^^^^",
        "  why: a function that symdiff does not know is run as it is, and could give anything",
        '  rewrite: say what it is where it is made: `float(…)`, `int(…)`, `bool(…)`, or `a: "f8[n]" = …`',
    ]


def test_a_list_passed_to_a_method_that_is_not_known() -> None:
    def f(x: float) -> float:
        rows = ["a", "b"]
        io.StringIO().writelines(rows)
        return x

    assert refusal(f) == [
        "SD421 `StringIO.writelines` is run as it is and cannot be given a list",
        "    io.StringIO().writelines(rows)",
        "                             ^^^^",
        "  why: what it changes there, or calls, symdiff would not see",
        "  rewrite: pass numbers, arrays, strings, tuples, or a copy made in the call: `list(…)`, `dict(…)`",
    ]


def test_an_array_written_after_an_object_may_keep_it() -> None:
    def f(x: float) -> float:
        b = np.zeros(2)
        kept = memoryview(b)
        b[1:][0] = 3.0
        return x * float(kept[1])

    *report, note = refusal(f)
    assert note.endswith(":16: passed here")
    assert report == [
        "SD422 `b[1:][0]` writes into an array that was passed to a call whose object may keep it",
        "    b[1:][0] = 3.0",
        "    ^^^^^^^^",
        "  why: Python's object would see the write, the one here has the numbers of before",
        "  rewrite: pass a copy, `f(a.copy())`, or write before the call",
    ]


def test_parts_of_which_one_is_longer() -> None:
    def f(x: float) -> float:
        v = np.ones(4) * x
        s = 0.0
        for i in range(3):
            w = v[i:]
            s += np.sum(w * v[i + 1 :])
        return s

    found, *rest = refusal(f)
    assert re.sub(r"\?i\d", "?i", found) == (
        "SD308 `w * v[i + 1 :]`: the sizes -?i + 4 and -?i + 3 fit only where they happen to be equal, or one of "
        "them to be 1 (?i: known when it runs)"
    )
    assert rest == [
        "    s += np.sum(w * v[i + 1 :])",
        "                ^^^^^^^^^^^^^^",
        "  why: whether an array is broadcast, and its cotangent summed, is decided when compiling",
        "  rewrite: take parts of one size: `x[1:] + x[:-1]`, the single element: `x[0]`, or say the sizes: `x=f8[2]`",
    ]


def test_a_result_that_is_not_compiled() -> None:
    def f(x: float) -> float:
        u, s, _ = np.linalg.svd(np.ones((3, 2)) * x)
        return np.sum(u[:, :2] * s)

    def g(x: float) -> float:
        return np.linalg.lstsq(np.ones((3, 2)), np.ones(3) * x)[1].sum()

    assert refusal(f) == [
        "SD427 `u`, one of the results of np.linalg.svd, is not compiled",
        "    return np.sum(u[:, :2] * s)",
        "                  ^",
        "  why: its vectors beyond the singular values are any basis of the rest, and have no derivative",
        "  rewrite: give `full_matrices=False`",
    ]
    assert refusal(g) == [
        "SD427 `np.linalg.lstsq(np.ones((3, 2)), np.ones(3) * x)[1]`, one of the results of np.linalg.lstsq, is not"
        " compiled",
        "    return np.linalg.lstsq(np.ones((3, 2)), np.ones(3) * x)[1].sum()",
        "           " + "^" * 51,
        "  why: NumPy leaves the residuals out where the rank is not full",
        "  rewrite: write them out: `np.sum((b - a @ x) ** 2, axis=0)`",
    ]


def test_a_second_ellipsis() -> None:
    def f(x: float) -> float:
        y = np.array([x, 2.0])
        return y[..., ...].sum()

    assert refusal(f) == [
        "SD403 a subscript: an index can only have a single ellipsis ('...')",
        "    return y[..., ...].sum()",
        "           ^^^^^^^^^^^",
        "  why: NumPy or Python would raise here",
    ]


TABLE = np.array([object(), 1.0], dtype=object)


def stored_from_outside(v):
    out, total = np.zeros(3), 0
    for t in v:
        total = total + t
        out[0] = TABLE[1] * t
    return np.sum(out) + total


def test_what_is_refused_from_outside_is_so_in_the_last_round_of_a_loop() -> None:
    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(stored_from_outside)(np.ones(3))
    assert [p.code for p in caught.value.problems] == ["SD314"]


# --- what messages say of paths, sizes and lists


def test_a_key_that_a_dict_has_not_on_one_path() -> None:
    def given(x: float) -> dict[str, float]:
        if x > 2:
            return {"a": x}
        return {"b": x, "c": 1.0}

    def named(x: float) -> float:
        d = given(x)
        return d["b"]

    def at_once(x: float) -> float:
        return given(x)["b"]

    def method(x: float) -> float:
        return sum(given(x).values())

    for f in (named, at_once):
        assert symdiff.value_and_grad(f)(1.5) == (1.5, 1.0)
        with pytest.raises(KeyError, match="b"):
            symdiff.grad(f)(3.0)
    assert [symdiff.value_and_grad(method)(x) for x in (1.5, 3.0)] == [(2.5, 1.0), (3.0, 1.0)]


def reported(f: Callable[..., Any], types: str) -> str:
    """What the report of a module says first."""
    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.generate(f, types=types)
    return caught.value.problems[0].what


def test_sizes_of_the_run_are_said_to_be() -> None:
    def f(x, v):
        w = v[v > 0]
        z = np.concatenate([w, w]) * x
        return np.sum(z[1:] + w)

    assert reported(f, "x=float, v=f8[n]") == (
        "`z[1:] + w`: the sizes max(2*?k1 - 1, 0) and ?k1 fit only where they happen to be equal, or one of them to "
        "be 1 (?k1: known when it runs)"
    )


def test_a_list_that_does_not_grow_is_not_said_to() -> None:
    def f(x, v):
        y = np.outer(v, v) * x
        rows = list(y)
        rows[0] += rows[1]
        return np.sum(y)

    assert reported(f, "x=float, v=f8[n]") == (
        "`rows[0] += rows[1]` writes into an array that is, or may be, an element of a list whose length, or the place "
        "of the element in it, is known when it runs"
    )


@pytest.mark.parametrize(
    ("target", "written"),
    [("*a, b", "a, b = x[:-1], x[-1]"), ("a, *b, c, d", "a, b, c, d = x[0], x[1:-2], x[-2], x[-1]")],
)
def test_a_starred_target_is_written_out(target: str, written: str) -> None:
    text = f"def f(x, v):\n    {target} = v * x\n    return a\n"
    name = f"<starred {target}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space: dict[str, Any] = {}
    exec(compile(text, name, "exec"), space)
    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.generate(space["f"], types="x=float, v=f8[n]")
    assert caught.value.problems[0].rewrite == f"index and slice: `{written}`"
    x = np.arange(6.0)
    one, other = {}, {}
    exec(f"{target} = x", {"x": x}, one)
    exec(written, {"x": x}, other)
    assert {k: list(np.atleast_1d(v)) for k, v in one.items()} == {k: list(np.atleast_1d(v)) for k, v in other.items()}


class Plain:
    def __init__(self, w: float) -> None:
        self.w = w


class Derived(Plain):
    pass


def walks_by_a_text(x: float) -> float:
    def walk(state: str, t: float) -> float:
        if t > 9.0:
            return t
        return walk("run" if t > 3.0 else "idle", t * x + 1.0) * (2.0 if state == "run" else 3.0)

    return walk("idle", x)


def walks_by_a_number(x: float) -> float:
    def walk(k: int, t: float) -> float:
        state = ("idle", "run")[k]
        if t > 9.0:
            return t
        return walk(1 if t > 3.0 else 0, t * x + 1.0) * (2.0 if state == "run" else 3.0)

    return walk(0, x)


def descends_by_objects(x: float) -> float:
    a, z = Plain(3.0 * x), Derived(x * x)

    def descend(c: Plain, t: float) -> float:
        if t > 9.0:
            return c.w if isinstance(c, Derived) else 2 * c.w
        return descend(z if t > 3.0 else a, t * x + 1.0) * x

    return descend(a, x)


def descends_by_a_number(x: float) -> float:
    a, z = Plain(3.0 * x), Derived(x * x)

    def descend(k: int, t: float) -> float:
        c = (a, z)[k]
        if t > 9.0:
            return c.w if isinstance(c, Derived) else 2 * c.w
        return descend(1 if t > 3.0 else 0, t * x + 1.0) * x

    return descend(0, x)


@pytest.mark.parametrize(
    ("refused", "instead", "argument"),
    [
        (walks_by_a_text, walks_by_a_number, "`walk`, which calls itself, is called with 'run' or 'idle'"),
        (
            descends_by_objects,
            descends_by_a_number,
            "`descend`, which calls itself, is called with Derived or Plain",
        ),
    ],
)
def test_a_recursion_is_passed_a_number_in_place_of_what_the_run_chose(
    refused: Callable[[float], float], instead: Callable[[float], float], argument: str
) -> None:
    report = refusal(refused)
    assert report[0] == f"SD232 {argument}"
    assert report[3:] == [
        "  why: the run decides which one it is, and its calls pass texts, functions and objects that are known",
        "  rewrite: pass a number that says which one it is, and choose inside: `(first, second)[k]`",
    ]
    value, slope = symdiff.value_and_grad(instead)(1.5)
    assert value == pytest.approx(refused(1.5), rel=1e-12)
    assert slope == pytest.approx((refused(1.5 + 1e-6) - refused(1.5 - 1e-6)) / 2e-6, rel=1e-6)


def test_which_object_of_a_list_it_is_says_a_number_beside_it() -> None:
    def by_identity(x: float) -> float:
        firsts, z, chosen = [Plain(x), Derived(2 * x), Plain(3.0)], Derived(x * x), []
        for k in range(3):
            chosen.append(z if x > k else firsts[k])
        return sum(x if c is z else c.w for c in chosen)

    def by_number(x: float) -> float:
        firsts, z, chosen = [Plain(x), Derived(2 * x), Plain(3.0)], Derived(x * x), []
        for k in range(3):
            chosen.append((z, -1) if x > k else (firsts[k], k))
        return sum(x if k == -1 else c.w for c, k in chosen)

    assert refusal(by_identity) == [
        "SD223 `is` on a staged value is not supported",
        "    return sum(x if c is z else c.w for c in chosen)",
        "                    ^^^^^^",
        "  why: which object one of the two is, is known only when it runs",
        "  rewrite: keep a number beside the object that says which one it is: `k = i`, `if k == 0`",
    ]
    assert symdiff.value_and_grad(by_number)(1.5) == (by_identity(1.5), 2.0)
