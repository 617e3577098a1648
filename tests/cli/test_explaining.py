"""`symdiff explain` and `symdiff grade`: what they print, say and return."""

from pathlib import Path

import pytest

from tests.cli.running import run

FUNCTIONS = """\
import numpy as np


def product(x, y, z):
    q = x + y
    f = q * z
    return f


def layer(W: "f8[d, h]", b: "f8[h]", X: "f8[n, d]"):
    z = X @ W + b
    return np.sum(np.maximum(z, 0))


def noisy(x):
    print("running")
    return 1 / x


def product_by_hand(x, y, z):
    q = x + y
    df_dq = z
    df_dz = q
    return df_dq, df_dq, df_dz


def product_wrong(x, y, z):
    q = x - y
    return z, z, q


def unlike(u):
    return u


def leaves(x):
    raise SystemExit(0)


def square(x):
    return x * x


def word(x):
    return "2x"


def root(x):
    return x**0.5


def sides(x):
    return -x * x if x > 0 else x


def sides_wrong(x):
    return 5.0


def turns(x):
    s = x
    for i in range(3):
        if x > 1:
            s = s * x
        else:
            s = s + x
    return s
"""


@pytest.fixture(autouse=True)
def folder(folder: Path) -> Path:
    (folder / "f.py").write_text(FUNCTIONS)
    return folder


def test_the_table_at_a_point(capsys: pytest.CaptureFixture[str]) -> None:
    """The chain-rule example of the notes: q = 3, f = -12, gradients -4, -4, 3."""
    assert run("explain", "f.py::product", "--at", "x=-2", "y=5", "z=-4") == 0
    assert capsys.readouterr().out == (
        "product(x, y, z) by x, y, z   f.py:4\n"
        "\n"
        "name   formula    value   local derivative   gradient\n"
        "────   ────────   ─────   ────────────────   ──────────────────────\n"
        "f      q * z      -12                        ∂f/∂f = 1\n"
        "q      x + y      3       ∂f/∂q = z = -4     ∂f/∂q = z = -4\n"
        "z      argument   -4      ∂f/∂z = q = 3      ∂f/∂z = q = 3\n"
        "x      argument   -2      ∂q/∂x = 1          ∂f/∂x = ∂f/∂q · 1 = -4\n"
        "y      argument   5       ∂q/∂y = 1          ∂f/∂y = ∂f/∂q · 1 = -4\n"
    )


def test_values_may_be_given_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    outs = []
    for words in ("--at x=-2 y=5 z=-4", "--at x=-2 --at z=-4 y=5", "--at=y=5 --at=x=-2 --at=z=-4"):
        assert run("explain", "f.py::product", *words.split()) == 0
        outs.append(capsys.readouterr().out)
    assert "= -4" in outs[0] and outs[0] == outs[1] == outs[2]


def test_shapes_and_matrix_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "f.py::layer", "--wrt", "W,b") == 0
    out = capsys.readouterr().out
    assert "∂y/∂W = Xᵀ · ∂y/∂y2" in out and "∂z/∂b = 1, summed over n" in out and "n × h" in out


def test_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "f.py::product", "--format", "md") == 0
    assert "| `q` | `x + y` | `∂f/∂q = z` | `∂f/∂q = z` |" in capsys.readouterr().out
    assert run("explain", "f.py::product", "--format", "tex") == 0
    assert "\\frac{\\partial f}{\\partial q} &= z \\\\" in capsys.readouterr().out


def test_kinks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "f.py::layer", "--kinks") == 0
    assert "maximum(z, 0)  layer 3:19  at z = 0\n" in capsys.readouterr().out
    assert run("explain", "f.py::layer", "--kinks", "--format", "md") == 0
    assert "| `z = 0` | a tie of two variables is shared by halves" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (
            ("product", "--at", "x=1"),
            2,
            "SD740 product is to be explained at a point, and no value is given for: y, z (give one: `--at y=1.5`)",
        ),
        (("product", "--at", "q=1"), 2, "SD741 product has no argument `q` to give a value for; it has: x, y, z"),
        (
            ("product", "--at", "x"),
            2,
            "SD742 `--at x` is not understood: it is not of the form name=value "
            "(write `name=value`: `--at x=1.5 W=[[1.0,2.0],[3.0,4.0]]`)",
        ),
        (
            ("product", "--at", "x=open('f.py')"),
            2,
            "SD742 `--at x=open('f.py')` is not understood: `open('f.py')` is no number or list "
            "(write `name=value`: `--at x=1.5 W=[[1.0,2.0],[3.0,4.0]]`)",
        ),
        *(
            (
                ("product", "--at", *words),
                2,
                "SD742 `--at x=2` is not understood: `x` is given a value before, 1 "
                "(write `name=value`: `--at x=1.5 W=[[1.0,2.0],[3.0,4.0]]`)",
            )
            for words in (("x=1", "x=2"), ("x=1", "y=0", "--at", "z=3", "x=2"))
        ),
        (
            ("layer", "--at", "W=[[1.0]]", "b=[1.0,2.0]", "X=[[1.0]]"),
            2,
            "SD707 argument b is f8[2], expected f8[h] with h = 1",
        ),
        (
            ("product", "--kinks", "--format", "tex"),
            2,
            "SD715 format=tex is not one of: text, md (with --kinks)",
        ),
        (("product", "--example", "no.npz"), 2, "SD716 cannot read the example no.npz: there is no such file"),
    ],
)
def test_what_is_given_wrongly(
    words: tuple[str, ...], code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("explain", f"f.py::{words[0]}", *words[1:]) == code
    assert capsys.readouterr().err.splitlines()[-1] == f"symdiff: error: {text}"


def test_a_function_that_raises_at_the_point(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "f.py::noisy", "--at", "x=0.0") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("symdiff: noisy raises ZeroDivisionError at these values: float division by zero\n")


def test_grade(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("grade", "f.py::product_by_hand", "--against", "f.py::product") == 0
    assert capsys.readouterr().out == (
        "product_by_hand is the gradient of product at 6 points; right on the way: q, df_dq, df_dz\n"
    )
    assert run("grade", "f.py::product_wrong", "--against", "f.py::product", "--at", "x=-2", "y=5", "z=-4") == 1
    assert capsys.readouterr().out == (
        "product_wrong first differs at stage q: f.py:28: q is not x + y\n"
        "\n"
        "  at        x = -2, y = 5, z = -4\n"
        "  expected  3\n"
        "  found     -7\n"
        "  rule      q = x + y\n"
    )


def test_what_cannot_be_graded(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("grade", "f.py::unlike", "--against", "f.py::product") == 2
    assert capsys.readouterr().err.endswith(
        "symdiff: error: SD744 unlike cannot be graded: it takes u, and the function x, y, z\n"
    )
    assert run("grade", "f.py::nothing", "--against", "f.py::product") == 2
    assert "SD708 no function `nothing` in f.py" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("grade", "f.py::leaves", "--against", "f.py::square"),
        ("grade", "f.py::square", "--against", "f.py::leaves", "--at", "x=1.0"),
        ("check", "f.py::leaves"),
        ("explain", "f.py::leaves", "--at", "x=1.0"),
    ],
)
def test_a_function_that_ends_the_program(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == (
        "symdiff: error: SD745 leaves ends the program by itself: SystemExit(0) (return a number, or raise an error)"
    )


def test_a_grade_beside_an_arm_that_is_not_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """The derivative of -x² at 2 is -4."""
    assert run("grade", "f.py::sides_wrong", "--against", "f.py::sides", "--at", "x=2.0") == 1
    out = capsys.readouterr().out
    assert "sides_wrong first differs at stage x" in out
    assert "  expected  -4\n  found     5\n" in out


def test_a_grade_without_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("grade", "f.py::word", "--against", "f.py::square") == 1
    assert capsys.readouterr().out == "word returns '2x', expected the gradients by x\n"
    assert run("grade", "f.py::square", "--against", "f.py::root", "--at", "x=-1.0") == 1
    assert "symdiff: root raises ValueError at these values: -1.0 ** 0.5 is complex" in capsys.readouterr().err


def test_arms_are_chosen_and_not_added(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "f.py::turns") == 0
    rows = capsys.readouterr().out.splitlines()
    start = next(row for row in rows if row.startswith("s "))
    assert "(first turn, if x > 1)" in start
    assert start.endswith("∂turns/∂s = [x > 1] · ∂turns/∂s · x + [not (x > 1)] · ∂turns/∂s · 1")
    assert "(first turn, if not (x > 1))" in rows[rows.index(start) + 1]


@pytest.mark.parametrize("value", ["[" * 10_000, "9" * 5_000, "x" * 10_000, "[1," * 50_000])
def test_long_values_that_are_none_are_cut_short(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "f.py::product", "--at", f"x={value}") == 2
    error = capsys.readouterr().err
    assert error.startswith("symdiff: error: SD742 `--at x=") and "…" in error and len(error) < 400
