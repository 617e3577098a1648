"""Formatted strings, `print` and messages: what CPython shows, once, in order, in every form of the function."""

from __future__ import annotations

import collections
import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff


def shouting(x, v):
    print("x is", x, "and", v, [x, 2.0], (x,), {"a": x}, sep=" | ")
    y = x * 2
    s = f"{y:.3f} {{}} {v!r}"
    for t in v:
        if t > 0.4:
            print(f"t={t:8.3f}", s, end=";\n")
        y = y + t * x
    v[0] = 7.0
    print(v, str(x), repr(y), "a\nb'\"{}", format(y, ".2e"), len(v))
    print()
    return y * v[0]


def guarded(x):
    if x > 1:
        raise ValueError(f"too large: {x!r} {x:.2f}", x, f"{x}", 3)
    if x < 0.1:
        raise ArithmeticError(f"small {x}")
    return x * x


def asserting(x):
    assert x > 0.1, f"small {x:.3f}"
    assert x > 0.2, x
    return x * x


def outcome(function: Callable[..., Any], *args: Any) -> tuple[str, str]:
    """What is printed, and the exception that ends the call."""
    printed, end = io.StringIO(), ""
    with contextlib.redirect_stdout(printed):
        try:
            function(*args)
        except (ValueError, AssertionError, ArithmeticError) as error:
            end = repr((type(error), [(type(a), a) for a in error.args]))
    return printed.getvalue(), end


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("x", [1.5, np.float64(1.5)])
def test_print(level: int, x: float) -> None:
    v = np.array([0.5, 1.7, -0.3, 2.2])
    plain = outcome(shouting, x, v.copy())
    assert plain[0].count("t=") == 3
    for transform in (symdiff.value_and_grad, symdiff.grad):
        assert outcome(transform(shouting, level=level), x, v) == plain
    assert outcome(symdiff.grad(symdiff.grad(shouting)), x, v) == plain
    assert outcome(lambda: symdiff.jvp(shouting, (x, v), (1.0, v))) == plain
    assert outcome(lambda: symdiff.vjp(shouting, x, v)[1](1.0)) == plain
    assert v[0] == 0.5


@pytest.mark.parametrize("x", [3.0, np.float64(3.0), 0.01, 0.5])
def test_messages(x: float) -> None:
    assert outcome(symdiff.grad(guarded), x) == outcome(guarded, x)


def test_message_of_assert() -> None:
    """Typed by hand: pytest rewrites the assertions of this file."""
    assert outcome(symdiff.grad(asserting), 0.01)[1] == "(<class 'AssertionError'>, [(<class 'str'>, 'small 0.010')])"
    assert outcome(symdiff.grad(asserting), 0.15)[1] == "(<class 'AssertionError'>, [(<class 'float'>, 0.15)])"
    assert outcome(symdiff.grad(asserting), 0.5) == ("", "")


def test_text_cannot_become_code() -> None:
    def quoted(x):
        print(f"{{x}} ''' \\ {x} {{__import__('os')}}", '{"a"}')
        return x

    assert outcome(symdiff.grad(quoted), 1.0)[0] == "{x} ''' \\ 1.0 {__import__('os')} {\"a\"}\n"


def labelled(x):
    print("x = " + str(x) + f" ({x:.1f})" + "!")
    return x * x


def test_strings_are_joined() -> None:
    assert outcome(symdiff.grad(labelled), 1.5) == outcome(labelled, 1.5)


COUNTED = "%.3f %d items, mean %8.4f, %s %5.1f%%"
WHOLE = "%5d|%-5d|%05d|%+d|%i %s"
SHOWN = "%s %r %10s|%-10s| %e %G %6.2f|%-8.2f|%08.2f"
BRACES = "{a:>8} {0!r} {a} {1:05d} {0} {2:>6s}{2:^8}"
AUTOMATIC = "{{}}{:.2f}{}"


def templates(x, v, n: int):
    print(COUNTED % (x, len(v), v.mean(), "ok", x * 100), f"{v}!")
    print(WHOLE % (n, n, n, n, n, [n, x]), SHOWN % (x, x, x, x, x, n, x, x, -x), "abc"[::-1])
    print(BRACES.format(x, n, "ab", a=v.sum()), AUTOMATIC.format(x, n))
    if x > 2:
        raise ValueError(AUTOMATIC.format(x, n))
    return x * v[0]


@pytest.mark.parametrize("x", [1.5, np.float64(1.5), np.float32(2.5)])
def test_templates_are_formatted_strings(x: float) -> None:
    v = np.array([0.5, 1.7])
    assert outcome(symdiff.grad(templates), x, v, 12) == outcome(templates, x, v, 12)


INTEGER, PLACES, STARRED, PART = "%d", "%.3d", "%*d", "{0.real}"


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (lambda x: print(PLACES % x), "SD321"),
        (lambda x: print(STARRED % (3, x)), "SD321"),
        (lambda x: print(INTEGER % (x, x)), "SD321"),
        (lambda x: print(PART.format(x)), "SD222"),
    ],
)
def test_templates_that_are_no_formatted_strings_are_refused(function: Callable[..., Any], code: str) -> None:
    with pytest.raises(symdiff.CompileError, match=code):
        symdiff.grad(function)(1.5)


PERCENT = "%d%% done, loss %.3f %5d|%-5d|%05d"


class Length:
    def __init__(self, x):
        self.x = x

    def __repr__(self):
        return f"Length({self.x:.2f})"

    def __format__(self, spec):
        return f"<{self.x:.1f}>" if spec == "s" else format(self.x, spec)


def formatted(x):
    print(PERCENT % (100 * x, x, -x, 10 * x, 77 * x), INTEGER % 3.7)
    print(f"{Length(x):.3f} {Length(x):s} {Length(x)!r} {Length(x)}", format(Length(x), ".1f"))
    return x * x


@pytest.mark.parametrize("x", [0.7, -12.9, np.float64(0.7)])
def test_formats_of_integers_and_objects(x: float) -> None:
    assert outcome(symdiff.grad(formatted), x) == outcome(formatted, x)


@pytest.mark.parametrize("x", [float("nan"), float("inf")])
def test_no_integer_to_show(x: float) -> None:
    assert outcome(symdiff.grad(formatted), x)[1] == outcome(formatted, x)[1] != ""


def test_a_width_of_the_run_is_refused() -> None:
    def f(x, n: int):
        print(f"{x:{n}.2f}")
        return x

    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(f)(1.5, 8)
    (problem,) = caught.value.problems
    assert problem.what == "a width or precision that is not known when compiling is not supported"


def indented(x, k: int):
    print("  " * k + f"<{k}>", x)
    return x if k == 0 else x * indented(x, k - 1)


def bars(x, n: int):
    for k in range(n):
        print(k * "*", x)
        x = x * 1.5
    return x


@pytest.mark.parametrize("f", [indented, bars])
def test_text_is_repeated_as_often_as_is_known(f: Callable[..., Any]) -> None:
    assert outcome(symdiff.grad(f), 0.7, 3) == outcome(f, 0.7, 3)


def test_text_repeated_by_a_number_of_the_run_is_refused() -> None:
    with pytest.raises(symdiff.CompileError, match="SD303 how often a text is repeated must be known when compiling"):
        symdiff.grad(lambda x: print("-" * int(x)) or x)(2.0)


def chosen_loudly(x):
    for _ in range(3):
        x = x * 1.1
        if x > 100:
            return x
    print("loud")
    return x


@pytest.mark.parametrize("level", [0, 1, 2])
def test_text_alone_in_a_branch_that_chooses_between_values(level: int) -> None:
    assert outcome(symdiff.grad(chosen_loudly, level=level), 1.5) == ("loud\n", "")


class Quoted:
    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"Quoted({self.value})"

    def __str__(self):
        return f"<{self.value:.2f}>"


def objects_in_texts(x):
    q = Quoted(x)
    print([q, Quoted(2.0)], (1, q), {"q": q}, f"{[q]} {q} {q!r}")
    print("%s|%r" % (q, q), "{} {!r}".format(q, q), str([q]))  # noqa: UP031, UP032
    return x * q.value


def none_or_a_number(x):
    best = None
    if x > 1:
        best = x * x
    print(str(best), repr(best), "best: " + str(best))
    return x


@pytest.mark.parametrize("f", [objects_in_texts, none_or_a_number])
@pytest.mark.parametrize("x", [0.75, 1.5])
def test_objects_and_optional_numbers_in_texts(f: Callable[..., Any], x: float) -> None:
    assert outcome(symdiff.grad(f), x) == outcome(f, x)


def test_a_text_that_is_not_made_is_refused_by_name() -> None:
    def f(x):
        print("seen", collections.Counter("ab"))
        return x

    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(f)(1.5)
    assert [(p.code, p.what) for p in caught.value.problems] == [
        ("SD299", """the text of Counter in `print("seen", collections.Counter("ab"))` is not supported""")
    ]


def flags(x):
    return ["*" if t > 1 else " " for t in x]


def marks(x):
    found = []
    for t in x:
        found.append("a" if t > 0 else f"b{len('b')}")
    return found


@pytest.mark.parametrize(
    ("texts", "what"),
    [
        (flags, "of which a condition or an index chooses one"),
        (marks, "whose number is known when it runs"),
    ],
)
def test_a_join_of_chosen_texts_is_refused_and_a_loop_prints_them(texts: Callable[..., Any], what: str) -> None:
    def joined(x):
        print(" ".join(texts(x)))
        return np.sum(x)

    def one_by_one(x):
        for text in texts(x):
            print(text, end=" ")
        return np.sum(x)

    x = np.array([1.5, -2.0])
    with pytest.raises(symdiff.CompileError, match=f"SD299 `join` of texts {what} is not supported") as caught:
        symdiff.grad(joined)(x)
    assert "print them one by one: `for text in texts: print(text, end=' ')`" in str(caught.value)
    assert outcome(symdiff.value_and_grad(one_by_one), x) == outcome(one_by_one, x) != ("", "")


def test_texts_of_numbers_collected_on_a_condition_are_refused_and_what_is_said_instead_works() -> None:
    def collected(x):
        lines = ["head"]
        for t in x:
            if t > 0:
                lines.append(f"{t:.2f}")
        print("\n".join(lines))
        return np.sum(x)

    def where_it_is_made(x):
        print("head")
        for t in x:
            if t > 0:
                print(f"{t:.2f}")
        return np.sum(x)

    x = np.array([1.5, -2.0, 0.25])
    with pytest.raises(symdiff.CompileError, match="is longer on one path, and holds texts of numbers") as caught:
        symdiff.grad(collected)(x)
    assert {p.code for p in caught.value.problems} == {"SD505"}
    assert "rewrite: print each text where it is made" in str(caught.value)
    assert outcome(symdiff.value_and_grad(where_it_is_made), x) == outcome(where_it_is_made, x)
