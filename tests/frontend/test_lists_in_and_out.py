"""Lists of any length as text, lists that hold themselves, and what messages call what has no name."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CheckError


def printed(x, n):
    made = [x * i for i in range(n)]
    print(made, "and", str(made))
    kinds = [np.float64(x) * i for i in range(n)]
    print(f"{kinds}")
    made[0] = 7.0
    if made[1] > 100.0:
        raise ValueError(f"too large: {made}")
    print(made)
    return x * made[1]


@pytest.mark.parametrize("level", [0, 2])
def test_a_list_of_any_length_is_text(level: int, capsys: pytest.CaptureFixture[str]) -> None:
    expected = printed(1.3, 3), capsys.readouterr().out
    compiled = symdiff.value_and_grad(printed, level=level)
    value, gradient = compiled(1.3, 3)
    assert (value, capsys.readouterr().out) == expected
    assert gradient == pytest.approx(2.6, rel=1e-12)
    with pytest.raises(ValueError, match=r"too large: \[7.0, 200.0\]"):
        compiled(200.0, 2)


def test_an_argument_that_holds_itself() -> None:
    around: list[Any] = [1.0]
    around.append({"in": around})
    with pytest.raises(CheckError, match="SD724 argument numbers is list, which holds itself"):
        symdiff.value_and_grad(lambda numbers: numbers[0] * 2)(around)
    twice = [1.5]
    assert symdiff.grad(lambda a: a[0][0] * a[1][0])([twice, twice]) == [[1.5], [1.5]]


def test_what_has_no_name() -> None:
    def f(x, v):
        places = enumerate(v)

        def rest(k):
            return 0.0 if k == 0 else next(places)[1] * x + rest(k - 1)

        return rest(len(v))

    with pytest.raises(symdiff.CompileError, match="SD509 an iterator existed before the call of `rest`"):
        symdiff.grad(f)(1.3, np.ones(3))


def test_a_name_of_what_a_manager_gives() -> None:
    def f(x):
        with np.errstate(all="ignore") as old:
            y = x
        return y

    with pytest.raises(
        symdiff.CompileError, match=r"SD210 `with` is not supported for `np.errstate\(all=.ignore.\) as old"
    ):
        symdiff.grad(f)(1.3)


def test_a_chain_with_a_part_without_end() -> None:
    def f(x):
        for i in itertools.chain([1.0], itertools.count()):
            x = x * i
            if i > 3:
                break
        return x

    with pytest.raises(symdiff.CompileError, match="a part of which has no end, is not"):
        symdiff.grad(f)(1.3)
