"""Functions that call themselves: what is unfolded and what is called, the order of effects, what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CODES, CompileError
from symdiff.frontend.python import calls, patterns, rounds
from symdiff.ir.core import walk
from symdiff.signature import Lowered
from tests.frontend.running import compiled


def called(low: Lowered) -> list[str]:
    """The functions of the program beside its entry."""
    return [name for name in low.program.functions if name != low.program.entry]


def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


def fixed(x):
    return power(x, 3)


def large(x):
    return power(x, 100)


def text_of(low: Lowered) -> list[str]:
    return [op.prim.name for op in low.program.main.body.ops]


def test_a_known_depth_is_unfolded() -> None:
    low = compiled(fixed, 0.5)
    assert called(low) == []
    assert sum(op.prim.name == "mul" for op in walk(low.program.main.body)) == 3


def test_a_depth_over_the_budget_is_staged() -> None:
    assert called(compiled(large, 0.5)) == ["_power"]
    assert symdiff.value_and_grad(large)(1.0) == (1.0, 100.0)


def test_the_entry_is_one_function_of_the_program_and_a_call_of_it() -> None:
    low = compiled(power, 0.5, 3)
    assert called(low) == ["_power"] and text_of(low) == ["call"]


def broken_square(a):
    if len(a) == 1:
        return a[0, 0]
    return a[0, 0] * broken_square(a[1:])


def test_sizes_that_are_equal_in_the_first_call_only_make_no_second_function() -> None:
    assert called(compiled(broken_square, np.ones((3, 3)))) == ["_broken_square"]


def two_types(x, n):
    return _summed(x, n, 0)


def _summed(x, n, s):
    return s if n == 0 else _summed(x, n - 1, s + x)


def test_each_type_of_an_argument_has_a_function() -> None:
    assert len(called(compiled(two_types, 0.5, 3))) == 2  # `s` is the known 0 in the first call, then a float
    assert symdiff.value_and_grad(two_types)(0.5, 3) == (1.5, 3.0)


def test_functions_of_one_text_are_printed_once() -> None:
    text = symdiff.generate(newton, types={"x": "float", "a": "float"})
    assert [line.partition("(")[0] for line in text.splitlines() if line.startswith("def _newton")] == [
        "def _newton",
        "def _newton_forward",
        "def _newton_backward",
    ]


def newton(x, a):
    y = 0.5 * (x + a / x)
    if abs(y - x) < 1e-14:
        return y
    return newton(y, a)


def told(x, n):
    print("down", n)
    if n == 0:
        return x
    y = told(x * x, n - 1)
    print("up", n)
    return y * x


def test_effects_stay_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert symdiff.value_and_grad(told)(2.0, 2) == (128.0, 448.0)  # x**4 * x**2 * x
    assert capsys.readouterr().out == "down 2\ndown 1\ndown 0\nup 1\nup 2\n"


def checked(x, n):
    if n < 0:
        raise ValueError("negative")
    return x if n == 0 else checked(x * x, n - 2)


def test_exceptions_come_from_inside() -> None:
    gradient = symdiff.grad(checked)
    assert gradient(3.0, 2) == 6.0
    with pytest.raises(ValueError, match="negative"):
        gradient(3.0, 3)


def first_wins(v, n):
    return v if n == 0 else first_wins(v, n - 1)


def writes_the_result(v, n):
    w = first_wins(v, n)
    w[0] = 2.0
    return np.sum(v * v)


def test_a_result_may_be_the_argument() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(writes_the_result, np.ones(3), 2)
    assert {p.code for p in caught.value.problems} == {"SD501"}


# --- refused


def endless(x):
    return endless(x * 0.5)


def waits(x, n):
    return endless(x) if n == 0 else waits(x, n - 1)


def writes(v, n):
    return _writes(v, v, n)


def _writes(v, w, n):
    v[0] = w[1] * 2.0
    return v[0] if n == 0 else _writes(v, w, n - 1)


def writes_around(v, n):
    w = v * 1.0

    def go(u, k):
        u[0] += w[1]
        return u[0] if k == 0 else go(u, k - 1)

    return go(w, n)


def iterates(x, n):
    return _last(zip([x], [x], strict=True), n)


def _last(pairs, n):
    return 1.0 if n == 0 else _last(pairs, n - 1)


def grows(x, n):
    return _grown((x,), n)


def _grown(t, n):
    return t[0] if n == 0 else _grown((*t, t[0]), n - 1)


def two_structures(x, n):
    if n == 0:
        return x
    two_structures(x, n - 1)
    return x, x


def powers(x, n):
    if n == 0:
        return ()
    return (x, *powers(x * x, n - 1))


def sum_of_powers(x, n):
    return sum(powers(x, n))


def gathered(x, n, found=[]):  # noqa: B006  # the one list of all calls
    if n == 0:
        return found
    return gathered(x * x, n - 1, [*found, x])


def sum_of_gathered(x, n):
    return sum(gathered(x, n))


def gathered_anew(x, n, found=[]):  # noqa: B006
    return list(found) if n == 0 else gathered_anew(x * x, n - 1, [*found, x])


def powers_in_a_list(x, n):
    return [] if n == 0 else [x, *powers_in_a_list(x * x, n - 1)]


@pytest.mark.parametrize(
    "function",
    [
        lambda x, n: sum(gathered_anew(x, n)),
        lambda x, n: sum(gathered(x, n, [])),
        lambda x, n: sum(tuple(powers_in_a_list(x, n))),
    ],
    ids=["a copy", "a list in the call", "a list for the tuple"],
)
def test_what_the_errors_of_sequences_advise(function: Callable[..., Any]) -> None:
    value, gradient = symdiff.value_and_grad(function)(1.1, 3)
    assert value == pytest.approx(1.1 + 1.1**2 + 1.1**4, rel=1e-12)
    assert gradient == pytest.approx(1 + 2 * 1.1 + 4 * 1.1**3, rel=1e-12)


def with_a_memo(a, parents):
    world = [None] * len(parents)

    def transform(j):
        if world[j] is None:
            world[j] = a[j] if parents[j] < 0 else transform(parents[j]) * a[j]
        return world[j]

    return transform(len(parents) - 1)


def with_a_memo_that_says_so(a, parents):
    world = [None] * len(parents)

    def transform(j):
        if world[j] is None:
            world[j] = a[j] if parents[j] < 0 else transform(parents[j]) * a[j]
        found = world[j]
        assert found is not None
        return found

    return transform(len(parents) - 1)


FACTORS, PARENTS = np.array([0.5, 1.5, 0.7, 0.3]), np.array([-1, 0, 1, 1])


@pytest.mark.parametrize("function", [with_a_memo, with_a_memo_that_says_so])
def test_a_memo_of_what_is_none_at_first(function: Callable[..., Any]) -> None:
    value, gradient = symdiff.value_and_grad(function)(FACTORS, PARENTS)
    assert value == with_a_memo(FACTORS, PARENTS)
    np.testing.assert_allclose(gradient, [0.45, 0.15, 0.0, 0.75], rtol=1e-14)  # 0.5 · 1.5 · 0.3 without each factor


REFUSED = [
    (
        sum_of_powers,
        (0.5, 2),
        "SD323 the result of `powers` is a tuple of length 0 on one path and of length 1 on the other",
    ),
    (
        sum_of_gathered,
        (0.5, 2),
        "SD324 the result of `gathered` is a list from outside on one path and one made in the call on the other",
    ),
    (endless, (0.5,), "SD218 `endless` calls itself on every path"),
    (waits, (0.5, 2), "SD218 `endless` calls itself on every path"),
    (
        writes,
        (np.ones(2), 2),
        "SD509 `v` existed before the call of `_writes`, compiled on its own",
    ),
    (writes_around, (np.ones(2), 2), "SD509 `w` existed before the call of `go`, compiled on its own"),
    (iterates, (0.5, 2), "SD232 `_last`, which calls itself, is called with an iterator"),
    (grows, (0.5, 2), "SD604 the type of an argument of `_grown` grows without end: …; tuple of 6, int; "),
    (two_structures, (0.5, 2), "SD310 the result of `two_structures` is float on one path and tuple on the other"),
]


@pytest.mark.parametrize(("function", "args", "text"), REFUSED, ids=[f.__name__ for f, *_ in REFUSED])
def test_refused(function: Callable[..., Any], args: tuple[Any, ...], text: str) -> None:
    with pytest.raises(CompileError) as caught:
        compiled(function, *args)
    assert [p.code for p in caught.value.problems] == [text[:5]]
    assert text in str(caught.value)


def test_a_report_reads_like_this() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(writes, np.ones(2), 2)
    assert str(caught.value).splitlines()[1:] == [
        "    return _writes(v, v, n)",
        "           ^^^^^^^^^^^^^^^^",
        f"  why: {CODES['SD509'].why}",
        "  rewrite: copy it first and return the copy",
    ]


def halves(x, n, found=()):
    return found if n == 0 else halves(x * 0.5, n - 1, (*found, x))


def in_a_tuple(x, n):
    return sum(halves(x, n))


def halves_in_a_list(x, n, found):
    return found if n == 0 else halves_in_a_list(x * 0.5, n - 1, found + [x])  # noqa: RUF005  # as the message says


def in_a_list(x, n):
    return sum(halves_in_a_list(x, n, []))


def of_known_length(x):
    return sum(halves(x, 4))


def pairs(x, rest=None):
    return rest if x < 0.1 else pairs(x * 0.5, (x, rest))


def test_a_tuple_that_grows_is_refused_with_a_rewrite_that_works() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(in_a_tuple, 0.8, 3)
    (problem,) = caught.value.problems
    assert problem.code == "SD604"
    assert problem.rewrite == (
        "hold what grows in a list, which may be of any length: pass `[]` for `found` at first, then `found + [x]`"
    )
    assert symdiff.value_and_grad(in_a_list)(0.5, 3) == (0.875, 1.75)
    symdiff.check_grads(in_a_list, (0.8, 5), order=2)
    assert symdiff.value_and_grad(of_known_length)(0.5) == (0.9375, 1.875)
    with pytest.raises(CompileError, match=r"pass `\[\]` for `rest` at first"):
        compiled(lambda x: pairs(x)[0], 0.8)


def of_a_generator(x, n):
    squares = (x * x * k for k in range(1, 4))

    def first(k):
        return 0.0 if k == 0 else next(squares) + first(k - 1)

    return first(n)


def of_a_list(x, n):
    squares = [x * x * k for k in range(1, 4)]

    def first(k, i):
        return 0.0 if k == 0 else squares[i] + first(k - 1, i + 1)

    return first(n, 0)


def test_a_generator_that_a_recursion_reads_is_refused_with_a_rewrite_that_works() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(of_a_generator, 0.5, 2)
    (problem,) = caught.value.problems
    assert problem.what == (
        "an iterator existed before the call of `first`, compiled on its own, and would be changed by it"
    )
    assert problem.rewrite == "make a list of it, and pass the index of the next element"
    assert symdiff.value_and_grad(of_a_list)(0.5, 2) == (0.75, 3.0)


def _weighed(tree: object) -> float:
    return _weighed(tree[0]) * 0.5 + _weighed(tree[1]) if isinstance(tree, tuple) else tree  # type: ignore[return-value]


def test_a_tree_is_taken_apart_in_time_linear_in_its_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call compares its tree with those of the calls around it, which are taken apart once."""
    counts, real = [], patterns.pattern_of
    for depth in (4, 7):
        made = []

        def counted(*args: Any, made: list[int] = made, **more: Any) -> Any:
            made.append(1)
            return real(*args, **more)

        with monkeypatch.context() as patched:
            patched.setattr(patterns, "pattern_of", counted)
            tree: Any = 1.0
            for _ in range(depth):
                tree = (tree, tree)
            found = symdiff.value_and_grad(_weighed)(tree)
        assert found[0] == 1.5**depth
        counts.append(len(made))
    assert counts[1] < 8 * (7 / 4) * 1.5 * counts[0]  # the nodes, each in the trees of its ancestors


def halved(x):
    x.bogus()
    return x * 0.5


def reaching(x, n):
    if n == 0:
        return x
    return reaching(halved(x), n - 1)


def reached_in_turns(x):
    total = 0.0
    for n in range(3):
        total = total + reaching(x, n)
    return total


def reached_while_small(x):
    n, total = 0, 0.0
    while total < 5.0:
        total = total + reaching(x, n)
        n += 1
    return total


@pytest.mark.parametrize("function", [reached_in_turns, reached_while_small])
def test_a_problem_of_a_function_is_reported_by_the_last_round_of_a_loop_around(function: Callable[..., Any]) -> None:
    with pytest.raises(CompileError) as caught:
        compiled(function, 1.0)
    assert [p.code for p in caught.value.problems] == ["SD404"]


def test_a_rule_that_does_not_fit_is_reported_by_the_last_round_of_a_loop_around() -> None:
    twice = symdiff.custom_vjp(lambda x: x * 2.0)
    twice.defvjp(lambda x: (x * 2.0, x), lambda x, ct: (ct * 2.0, ct))

    def total(x):
        y = 0
        for _ in range(100):
            y = y + twice(x)
        return y

    with pytest.raises(CompileError) as caught:
        compiled(total, 1.0)
    assert [p.code for p in caught.value.problems] == ["SD414"]


def lengths_of_codes(p, empty, zero, one):
    """Shannon–Fano: the weighted lengths of codes that halve what is left."""
    codes = {}

    def split(items, code):
        if len(items) == 1:
            codes[items[0][0]] = code
            return
        total = sum(q for _, q in items)
        run, best, cut = 0.0, math.inf, 1
        for i in range(1, len(items)):
            run += items[i - 1][1]
            if abs(2 * run - total) < best:
                best, cut = abs(2 * run - total), i
        split(items[:cut], code + zero)
        split(items[cut:], code + one)

    split([(k, q * q) for k, q in enumerate(p)], empty)
    return sum(p[k] * (len(c) if isinstance(c, str) else c) for k, c in codes.items())


def words(x, word=""):
    if len(word) == 3 or x < -1.0:
        return x ** word.count("a")
    return words(x * 0.5, word + "a") + words(x, word + "b")


def test_a_text_that_grows_is_refused_at_once_with_a_rewrite_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []
    monkeypatch.setattr(calls, "run_function", lambda *args, run=calls.run_function: ran.append(1) or run(*args))
    with pytest.raises(CompileError) as caught:
        compiled(lambda p: lengths_of_codes(p, "", "0", "1"), [0.4, 0.3, 0.2, 0.1])
    assert len(ran) < 300  # without a limit one call in each side of a call has no end
    problem = caught.value.problems[0]
    assert "'00000'; list of (int, float), '000000'; …" in str(problem)
    assert problem.rewrite == (
        "pass a number for the text `code`: its length, `0` at first, then `code + 1`, or what it says in digits,"
        " `2 * code + 1`"
    )
    symdiff.check_grads(lambda p: lengths_of_codes(p, 0, 1, 1), ([0.4, 0.3, 0.2, 0.1],), order=2)


def test_a_text_that_grows_up_to_a_known_length_is_unfolded() -> None:
    assert symdiff.value_and_grad(words)(0.5) == (
        words(0.5),
        pytest.approx((words(0.5 + 1e-6) - words(0.5 - 1e-6)) / 2e-6),
    )


def test_a_result_that_does_not_settle_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_MAX_ROUNDS", 2)  # `power` needs three, and one more that sees no change
    with pytest.raises(CompileError) as caught:
        compiled(power, 0.5, 3)
    (problem,) = caught.value.problems
    assert problem.what == "the type of the result of `power` grows without end: another one in each of 20 rounds"
    assert problem.rewrite == "pass what it reads and changes of what is around it as arguments, and return it"


def tree_of_lists(v, k):
    if k >= len(v):
        return []
    return [v[k], tree_of_lists(v, 2 * k + 1), tree_of_lists(v, 2 * k + 2)]


def test_lists_that_hold_each_other_are_refused_with_their_lengths() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(lambda v, n: tree_of_lists(v, n)[0], np.ones(3), 0)
    (problem,) = caught.value.problems
    assert problem.what == (
        "the result of `tree_of_lists` is a list of length 0 on one path and a list of length 3 on the other"
    )
    assert problem.rewrite == (
        "give their elements one form, or make objects of a class, whose attributes may be None, of them"
    )


class Part:
    """A half of an interval, with two of its own once it was split: in a list, or None."""

    def __init__(self, at, size):
        self.at, self.size = at, size
        self.mass = 0.0
        self.parts = None

    def insert(self, x):
        self.mass = self.mass + x
        if self.size < 0.3:
            return
        half = self.size / 2
        if self.parts is None:
            self.parts = [Part(self.at, half), Part(self.at + half, half)]
        self.parts[1 if x >= self.at + half else 0].insert(x)

    def total(self):
        return self.mass**2 if self.parts is None else self.parts[0].total() + self.parts[1].total()


class Half:
    """The same with an attribute for each."""

    def __init__(self, at, size):
        self.at, self.size = at, size
        self.mass = 0.0
        self.low = self.high = None

    def insert(self, x):
        self.mass = self.mass + x
        if self.size < 0.3:
            return
        half = self.size / 2
        if self.low is None:
            self.low, self.high = Half(self.at, half), Half(self.at + half, half)
        if x >= self.at + half:
            self.high.insert(x)
        else:
            self.low.insert(x)

    def total(self):
        return self.mass**2 if self.low is None else self.low.total() + self.high.total()


def masses(a, b, whole):
    for x in (a, b, a * b):
        whole.insert(x)
    return whole.total()


def masses_of_halves(a, b):
    return masses(a, b, Half(0.0, 1.0))


def test_a_list_besides_none_is_refused_with_a_rewrite_that_works() -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(lambda a, b: masses(a, b, Part(0.0, 1.0)))(0.7, 0.4)
    problem = caught.value.problems[0]
    assert problem.what.endswith("takes list of Part besides None")
    assert problem.rewrite == (
        "give all one structure: objects of one class, say, that hold others in attributes of their own,"
        " which may be None"
    )
    assert symdiff.value_and_grad(masses_of_halves)(0.7, 0.4)[0] == masses_of_halves(0.7, 0.4)
    symdiff.check_grads(masses_of_halves, (0.7, 0.4), order=1)
