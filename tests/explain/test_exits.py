"""What a reader of a derivation sees of `return`, `break` and `continue`: their own conditions, no number of ours."""

import re
from typing import Any

import numpy as np
import pytest

import symdiff


def first_above(x):
    total = 0.0
    for _ in range(10):
        total = total + x
        if total > 3:
            return total * x
        if total > 2:
            continue
        total = total * 2
    return total


def until_negative(x: "f8[n]"):  # noqa: F821
    best = 0.0
    for v in x:
        if v < 0:
            break
        best = best + v * v
    else:
        best = best * 2
    return best


def nested_returns(x, y):
    if x > 0:  # noqa: SIM102  (two levels are meant)
        if y > 0:
            return x * y
    if x < -1:
        z = x * x
    else:
        z = y
    return z * 2


def searched(x, n: int):
    for i in range(n):
        for j in range(n):
            if i * j * x > 4:
                return x * i + j
    return x * x


def tried(x):
    while True:
        x = x * x
        if x > 50:
            return x
        if x > 10:
            break
    return 3 * x


def named_code(x, y):
    code = 0
    if x > 0:
        code = 1
    elif y > 0:
        code = 2
    if code == 2:
        return x * y
    return x + code


def heads(fun: Any, *args: Any) -> list[str]:
    table = str(symdiff.explain(fun, *args))
    return [line.strip() for line in table.splitlines() if re.match(r"\s*(if|else)\b.*:", line)]


def test_behind_a_loop_with_a_return_the_condition_is_that_it_did_not_return():
    assert heads(first_above, 1.2) == [
        "if not left by return:  (not taken)", "else:  (taken)",
        "if total > 3:  (taken)", "else:  (taken)", "if not total > 2:  (taken)",
    ]  # fmt: skip
    rows = str(symdiff.explain(first_above, 1.2))
    assert "(after the loop, if left by return)" in rows
    assert "[not left by return] · 1" in rows


def test_the_else_of_a_loop_is_where_no_break_was():
    assert heads(until_negative, np.array([1.0, -1.0]))[0] == "if not left by break:  (not taken)"


def test_returns_in_nested_branches_are_their_conditions():
    assert heads(nested_returns, 1.0, -2.0) == [
        "if not (x > 0 and y > 0):  (taken)", "if x < -1:  (not taken)", "else:  (taken)", "else:  (not taken)",
        "if x > 0:  (taken)", "if y > 0:  (not taken)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fun", "args"),
    [
        (first_above, (1.2,)),
        (until_negative, (np.array([1.0, -1.0]),)),
        (nested_returns, (1.0, -2.0)),
        (searched, (1.5, 4)),
        (tried, (2.0,)),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_no_number_of_ours_is_shown(fun, args):
    for form in ("text", "md", "tex", "mermaid"):
        written = symdiff.explain(fun, *args, format=form) if form != "text" else str(symdiff.explain(fun, *args))
        assert not re.search(r"(==|=) [0-5]\b(?=:|\]|\)| else)|if [0-5] else", str(written)), written


def test_a_number_of_the_users_is_shown_as_it_is_written():
    assert heads(named_code, -2.0, 1.0)[0] == "if code == 2:  (taken)"


def test_what_stands_where_nothing_is_read_is_left_out():
    """The result before a loop returned, and the variables behind a return, hold nothing that anybody wrote."""
    made = symdiff.explain(first_above, 1.2).derivation
    assert sorted(s.formula for s in made.stages) == [
        "0.0", "total", "total * 2", "total * x", "total + x", "y2",
    ]  # fmt: skip


def test_latex_has_the_words_too():
    written = symdiff.explain(first_above, 1.2, format="tex")
    assert r"&\text{if } \neg \text{left by return}: \\" in written
    assert r"[\text{left by return}]" in written
