"""`with np.errstate(…)` inside a function: its exceptions at its place, its silence, and its text."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.api.transforms import Forward, Grad, Tangent
from symdiff.errors import CompileError
from symdiff.ir import errstate
from symdiff.ir.core import walk
from symdiff.ir.same import same
from symdiff.ir.text import parse_program, print_program
from tests.frontend.running import check, compiled

ZERO = np.array([2.0, 0.0])
LEVELS = (0, 1, 2)


def divides(x):
    print("before")
    with np.errstate(divide="raise"):
        y = 1 / x
        print("inside")
    print("behind")
    return np.sum(y)


def unread(x):
    with np.errstate(divide="raise"):
        print("inside")
        1 / x
    print("behind")
    return np.sum(x)


def again(x):
    y = 1 / x
    print("the first only warns")
    with np.errstate(divide="raise"):
        z = 1 / x
    return np.sum(y + z)


def stable(x):
    with np.errstate(over="raise"):
        y = 1 / (1 + np.exp(-700.0 * (x - 1.2)))
    return np.sum(y)


def by_turn(x):
    s = x
    for t in x:
        with np.errstate(invalid="raise"):
            s = s * np.sqrt(t - 1.0)
            print(t)
    return np.sum(s)


def condition(x):
    n = 0
    with np.errstate(divide="raise"):
        while n < len(x) and np.log(x[n]) > 0:
            print(n)
            n += 1
    return np.sum(x)


def helped(x):
    with np.errstate(divide="raise"):
        return np.sum(_inverse(x))


def _inverse(x):
    with np.errstate(divide="ignore"):
        y = 1 / x
    print("ignored")
    return y * np.log(x)


def recursive(x):
    def f(t, k):
        return t if k <= 0 else f(1 / t, k - 1)

    print("begin")
    with np.errstate(divide="raise"):
        y = f(x, np.int64(len(x)))
    return np.sum(y)


FUNCTIONS = (divides, unread, again, stable, by_turn, condition, helped, recursive)


def ran(call: Callable[[], Any], capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """How a call ended, and what it printed before."""
    capsys.readouterr()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except FloatingPointError as error:
        return str(error), capsys.readouterr().out
    return "", capsys.readouterr().out


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_exceptions_come_where_the_function_has_them(
    function: Callable[..., Any], level: int, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = ran(lambda: function(ZERO), capsys)
    assert wanted[0] and not ran(lambda: function(np.array([1.5, 3.0])), capsys)[0]
    for made in (Grad(function, wrt=("x",), level=level), Forward(function, wrt=("x",), level=level)):
        assert ran(lambda made=made: made(ZERO), capsys) == wanted
    assert ran(lambda: Tangent(function, wrt=("x",), level=level)(ZERO, ZERO), capsys) == wanted
    assert ran(lambda: symdiff.differentiable(function, level=level)(ZERO), capsys) == wanted


def masked(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.log(x) / x
    return np.sum(np.where(x > 0, r, 0.0))


@pytest.mark.parametrize("level", LEVELS)
def test_the_adjoint_is_as_silent(level: int) -> None:
    """∂/∂x of log(x)/x at 1 is 1 by hand; at 0 the choice takes the constant."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (found,) = Grad(masked, wrt=("x",), level=level)(np.array([0.0, 1.0]))
    assert found.tolist() == [0.0, 1.0]


def written(t, x):
    with np.errstate(over="ignore"):
        e = np.exp(x)
        y = t * e
    z = x * y
    return np.sum(z)


def body(source: str, function: str) -> list[str]:
    """The statements of a generated function, without what stands behind `#`, its check and its `def`."""
    lines = source[source.index(f"def {function}(") :].split("\n\n\n")[0].splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("    with"))
    return [line.split("  #")[0].rstrip() for line in lines[start:]]


def test_it_is_printed_as_it_is_written() -> None:
    made = symdiff.differentiable(written, argnums=1, level=0)
    made.grad(2.0, ZERO)
    assert body(made.source, "written") == [
        "    with np.errstate(over='ignore'):",
        "        e = np.exp(x)",
        "        y = t * e",
        "    z = x * y",
        "    y0 = z.sum()",
        "    return y0",
    ]


def test_neighbours_share_one_with() -> None:
    made = symdiff.differentiable(written, argnums=1, level=2)
    made.grad(2.0, ZERO)
    assert body(made.source, "written_backward") == [
        "    with np.errstate(over='ignore'):",
        "        d_e = np.multiply(d_y, t, out=d_y)",
        "        d_e *= e",
        "        d_x += d_e",
        "    return d_x",
    ]


def test_places_travel_with_the_text_of_a_program() -> None:
    low = compiled(early, ZERO)
    text = print_program(low.program, locs=True)
    assert " under divide=raise under all=ignore\n" in text
    assert same(parse_program(text), low.program, locs=True)


def early(x):
    with np.errstate(divide="raise"), contextlib.nullcontext(), np.errstate(all="ignore"):
        return np.sum(1 / x)


def nested_alike(x):
    with np.errstate(all="ignore"), np.errstate(over="ignore"):
        return np.sum(np.exp(x))


def test_what_changes_nothing_is_left_out() -> None:
    ops = [*walk(compiled(nested_alike, ZERO).program.main.body)]
    assert {errstate.of(op) for op in ops} == {((("all", "ignore"),),)}


def test_the_interpreter_has_it_too() -> None:
    check(divides, (ZERO,), (np.array([1.0, 2.0]),))
    check(helped, (ZERO,), (np.array([1.0, 2.0]),))


def unknown_manager(x):
    with np.printoptions(precision=3):
        return x


def bound_manager(x):
    with np.errstate(over="ignore") as state:
        return x


def called(x):
    with np.errstate(over="call"):
        return x


def loud(x):
    with np.errstate(over="loud"):
        return x


REFUSED = (
    (unknown_manager, "SD210 `with` is not supported for `np.printoptions(precision=3)`", 1, "with"),
    (bound_manager, "SD210 `with` is not supported for `np.errstate(over=\"ignore\") as state`", 1, "with"),
    (called, "SD402 argument `over` of np.errstate is not supported: what is called would have to be part of the "
     "generated module", 1, "\"call\""),
    (loud, "SD403 np.errstate: `over` is one of ignore, warn, raise, print, and of divide, over, under, "
     "invalid or all", 1, "\"loud\""),
)  # fmt: skip


@pytest.mark.parametrize(("function", "message", "line", "marked"), REFUSED, ids=lambda x: getattr(x, "__name__", ""))
def test_others_are_refused_at_their_line(function: Callable[..., Any], message: str, line: int, marked: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)(2.0)
    (problem,) = caught.value.problems
    lines = problem.render().splitlines()
    rows, first = inspect.getsourcelines(function)
    assert problem.loc is not None and problem.loc.line == first + line
    assert lines[0].endswith(message)
    assert lines[1].strip() == rows[line].strip()
    assert lines[1][lines[2].index("^") :].startswith(marked)
