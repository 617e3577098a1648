"""What becomes of finished lines: broken where too long, comprehensions, no exit codes.  Texts typed by hand."""

import ast
import re

import numpy as np
import pytest

from symdiff import generate
from symdiff.codegen.comprehensions import comprehended
from symdiff.codegen.displays import displayed
from symdiff.codegen.leaving import left_directly
from symdiff.codegen.view import Line
from symdiff.codegen.wrapping import LONGEST, fitted, wrapped


def lines(text: str) -> list[Line]:
    rows = text.strip("\n").split("\n")
    return [Line((len(row) - len(row.lstrip())) // 4 + 1, row.strip()) for row in rows]


def text(found: list[Line]) -> str:
    return "\n".join("    " * (line.depth - 1) + line.text for line in found)


def becomes(change, before: str, after: str) -> None:
    assert text(change(lines(before))) == after.strip("\n")


# --- long lines


@pytest.mark.parametrize(
    "row",
    [
        f"y = f({', '.join(f'g(x{k}, {k})' for k in range(20))})",
        f"y = float({' + '.join(f'np.sum(x{k} * {k})' for k in range(12))})",
        f"raise ValueError('{'word and ' * 30}end')",
        "raise ValueError(f'" + "{a + b} of {c!r}: it is {{so}} " * 10 + "')",
    ],
)
def test_a_long_line_means_the_same_in_rows(row: str) -> None:
    rows = wrapped(Line(1, row, "3"))
    assert len(rows) > 1 and all(4 * r.depth + len(r.text) <= LONGEST for r in rows)
    assert [r.comment for r in rows] == [""] * (len(rows) - 1) + ["3"]
    assert ast.dump(ast.parse(" ".join(r.text for r in rows))) == ast.dump(ast.parse(row))


def test_a_row_ends_in_the_outermost_brackets() -> None:
    call = f"along(backward(forward({', '.join(f'argument{k}' for k in range(4))})[1]))"
    first, second = wrapped(Line(2, f"('classifier_backward_of_all_examples', {call}, expected),"))
    assert first.text == "('classifier_backward_of_all_examples'," and second.text == f"{call}, expected),"
    assert fitted("x = 1\n\n    y = 2") == "x = 1\n\n    y = 2"


# --- displays


@pytest.mark.parametrize(
    ("before", "element", "after"),
    [
        ("s = [x]", "y * y", "s = [x, y * y]"),
        ("s = []\nr = []\nq = [-1]", "x", "s = [x]\nr = []\nq = [-1]"),
        ("s = [f(x)]\nr = [[x], (y, 2)]", "-y", "s = [f(x), -y]\nr = [[x], (y, 2)]"),
    ],
)
def test_a_list_is_begun_with_what_is_appended(before: str, element: str, after: str) -> None:
    """Also behind the beginnings of other lists."""
    found = lines(before)
    place, line = displayed(found, 1, "s", ast.parse(element, mode="eval").body)
    found[place] = line
    assert text(found) == after


@pytest.mark.parametrize(
    ("before", "element"),
    [
        ("s = []\ny = x", "y"),
        ("s = []\nr = []", "r"),
        ("s = []\nr = [s]", "x"),
        ("s = []\nr = [f(x)]", "x"),
        ("s = []\nr = []", "f(x)"),
        ("s = []\nfor t in v:\n    r = []", "x"),
        ("s = [x]", "s"),
    ],
    ids=["another line", "of a later one", "read", "a call before", "a call", "deeper", "of itself"],
)
def test_an_element_that_may_not_be_read_earlier_is_appended(before: str, element: str) -> None:
    assert displayed(lines(before), 1, "s", ast.parse(element, mode="eval").body) is None


# --- comprehensions


def test_a_loop_that_appends() -> None:
    becomes(
        comprehended, "a = []\nfor t in v:\n    if t > 0:\n        a.append(t * x)", "a = [t * x for t in v if t > 0]"
    )
    becomes(comprehended, "a = []\nfor _ in range(n - 1):\n    a.append(0.0)", "a = [0.0] * (n - 1)")
    nested = "a = []\nfor i in range(n):\n    b = []\n    for j in range(i):\n        b.append(i * j)\n    a.append(b)"
    becomes(comprehended, nested, "a = [[i * j for j in range(i)] for i in range(n)]")


@pytest.mark.parametrize(
    "before",
    [
        "a = []\nfor t in v:\n    a.append(len(a) * t)",
        "a = []\nfor t in v:\n    s = t * t\n    a.append(s)\ny = s",
        "a = []\nfor t in v:\n    a.append(t)\n    b.append(t)",
        "a = []\ns = 0.0\nfor t in v:\n    a.append(t)",
        "a = []\nwhile k < n:\n    a.append(k)",
        "a = []\nfor t in v:\n    if t > 0:\n        a.append(t)\n    else:\n        a.append(0.0)",
    ],
)
def test_a_loop_that_does_more_stays(before: str) -> None:
    becomes(comprehended, before, before)


# --- exits

EXIT = """\
y = 0.0
code = 0
for t in v:
    if t > a:
        y = t * t
        code = 3
        break
    s += t
"""


def test_returns_stand_where_the_loop_is_left() -> None:
    before = EXIT + "y1 = code == 0\nif y1:\n    return s, (v, y1)\nreturn y, (v, y1)"
    after = """\
for t in v:
    if t > a:
        y = t * t
        return y, (v, False)
    s += t
return s, (v, True)
"""
    becomes(left_directly, before, after)


def test_what_goes_on_stands_before_the_break_and_in_the_else() -> None:
    after = """\
for t in v:
    if t > a:
        y = t * t
        d = y
        break
    s += t
else:
    d = s * s
return d
"""
    before = EXIT + "if code == 0:\n    d = s * s\nelse:\n    d = y\nreturn d"
    becomes(left_directly, before, after)


def test_another_break_skips_no_else() -> None:
    before = EXIT.replace("    s += t\n", "    if s > 9:\n        break\n    s += t\n")
    before += "if code == 0:\n    d = s\nelse:\n    d = y\nreturn d"
    becomes(left_directly, before, before)


def test_a_break_of_the_loop_around_stays_in_it() -> None:
    inner = "\n".join("    " + row for row in EXIT.strip("\n").split("\n"))
    rest = "    if code == 0:\n        d = s\n    else:\n        d = y\n        if d > 9:\n            break\n    s = d"
    before = f"for v in rows:\n{inner}\n{rest}\nreturn s"
    becomes(left_directly, before, before)


def test_a_name_that_is_used_again_is_not_written_out() -> None:
    last = "y1 = code == 0\nif y1:\n    y1 = s * s\n    return y1\nreturn y"
    after = (
        (EXIT + last).replace("code = 0", "y1 = True").replace("code = 3", "y1 = False").replace("y1 = code == 0\n", "")
    )
    becomes(left_directly, EXIT + last, after)


def test_with_several_exits_the_truth_is_kept() -> None:
    before = """\
code = 0
for t in v:
    if t > a:
        code = 3
        break
    if t > b:
        code = 1
        break
y1 = code == 0
return y1
"""
    after = before.replace("code = 0", "y1 = True").replace("code = 3", "y1 = False").replace("code = 1", "y1 = False")
    becomes(left_directly, before, after.replace("y1 = code == 0\n", ""))


@pytest.mark.parametrize(
    "last",
    ["y1 = code == 0\nz = code", "y1 = code == 3", "if code == 0:\n    return f'{code}'\nreturn y"],
)
def test_a_code_that_is_read_otherwise_stays(last: str) -> None:
    becomes(left_directly, EXIT + last, (EXIT + last).strip("\n"))


# --- reads that wait


def sweeps(a: float, x: "f8[n]"):  # noqa: F821
    y = x.copy()
    for i in range(1, len(x)):
        y[i] = a * x[i - 1] + x[i]
    return np.sum(y * y)


def shifts(x: "f8[n]"):  # noqa: F821
    y = x.copy()
    for i in range(1, len(x)):
        old = y[i] * 1.0
        y[i] = 2.0 * y[i - 1]
        y[i - 1] = old * y[i]
    return np.sum(y)


def test_an_element_is_read_in_the_line_that_needs_it() -> None:
    found = generate(sweeps, level=1)
    assert re.search(r"d_a \+= d_y\d \* x\[i - 1\] ", found) and re.search(r"d_x\[i - 1\] \+= d_y\d \* a ", found)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_an_element_is_read_before_it_is_overwritten(level: int) -> None:
    namespace: dict[str, object] = {}
    exec(compile(generate(shifts, level=level), "shifts", "exec"), namespace)
    x = np.array([0.5, 0.7, 1.1, 1.3])
    value, gradient = namespace["shifts_value_and_grad"](x)  # type: ignore[operator]
    step = np.eye(4) * 1e-6
    assert value == shifts(x)
    assert np.allclose(gradient, [(shifts(x + s) - shifts(x - s)) / 2e-6 for s in step], rtol=1e-7)
