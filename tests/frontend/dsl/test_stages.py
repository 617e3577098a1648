"""Stages: in any order they are the program of the one-line formula, and keep their names."""

import itertools

import pytest

import symdiff
from symdiff.api.signatures import declared_signature
from symdiff.api.transforms import lower_function
from symdiff.codegen.names import name_stages
from symdiff.ir.text import print_program
from symdiff.passes import levels

ONE_LINE = "f(x1, x2; w1, w2, b) = 1 / (1 + exp(-(w1*x1 + w2*x2 + b)))"
# As the note writes them.
STAGES = [
    "y = 1/y1",
    "y1 = y2 + 1",
    "y2 = e^{y3}",
    "y3 = -y4",
    "y4 = y5 + b",
    "y5 = y6 + y7",
    "y6 = w1 x1",
    "y7 = w2 x2",
]


def program(text: str) -> str:
    """The program at -O1, its values named by the stages where there are some, else numbered as the notes number."""
    f = symdiff.from_dsl(text)
    lowered = lower_function(f, declared_signature(f)[0])
    named = name_stages(lowered.program, lowered.user_names, list(f.types))
    return print_program(levels.last(levels.before(named.program, 1), 1))


@pytest.mark.parametrize("turn", range(8))
def test_any_order_is_the_one_line_form(turn: int) -> None:
    orders = list(itertools.islice(itertools.permutations(STAGES), 0, 40320, 5040))
    for stages in (orders[turn], orders[turn][::-1]):
        staged = "y = f(x1, x2; w1, w2, b)\n" + "\n".join(stages)
        assert program(staged) == program(ONE_LINE)
    before = "\n".join(orders[turn]) + "\ny = f(x1, x2; w1, w2, b)"
    assert program(before) == program(ONE_LINE)


def test_the_program_is_the_note() -> None:
    rows = [line.strip(" %").split(":")[0] for line in program(ONE_LINE).splitlines() if " = " in line]
    assert rows == ["1", "y6", "y7", "y5", "y4", "y3", "y2", "y1", "y"]  # one constant


@pytest.mark.parametrize(
    ("split", "whole"),
    [
        ("f(a, b) = c d + c\nc = a + b\nd = tanh(a)", "f(a, b) = (a + b) tanh(a) + (a + b)"),
        ("f(x) = g(h(x))\ng(t) = t^2\nh(t) = u + 1\nu = sin(t)", "f(x) = (sin(x) + 1)^2"),
        ("k = 3\nf(x) = k x\n", "f(x) = 3 x"),
        ("index i = 1..n\nf(x: [n]) = Σ_i y_i^2\ny_i = exp(x_i)", "f(x: [n]) = Σ_{j=1}^n exp(x_j)^2"),
    ],
)
def test_splitting_does_not_change_the_program(split: str, whole: str) -> None:
    texts = []
    for text in (split, whole):
        f = symdiff.from_dsl(text, "f")
        found = levels.before(lower_function(f, declared_signature(f)[0]).program, 1)
        found = levels.last(found, 1)
        body = found.main.body
        for value in [*body.params, *(v for op in body.ops for v in op.outs)]:
            value.hint = ""
        texts.append(print_program(found))
    assert texts[0] == texts[1]


def test_generated_code_has_the_names_of_the_stages() -> None:
    text = symdiff.generate(symdiff.from_dsl("L(x; w) = r^2\nr = w x - τ\nτ = 2 w"), level=0)
    for line in ("    y2 = w * x", "    τ = 2 * w", "    r = y2 - τ"):
        assert line in text or line.replace("y2", "y1") in text, text
    assert "d_r = d_" in text


def test_operands_of_sums_and_products_have_one_order() -> None:
    """y2 + 1 is 1 + y2: a constant comes last in a sum, first in a product."""
    assert program("f(x) = 1 + x * 2") == program("f(x) = 2 x + 1")


def test_positions_count_from_the_first_line_of_the_function() -> None:
    f = "f(x; w) = a^2\na = w x\n"
    moved = "# a comment\n\n" + f + "\ng(x) = x\n"
    first, second = (symdiff.generate(symdiff.from_dsl(t, "f"), level=0) for t in (f, moved))
    assert first == second
    assert "# 2:5" in first


def test_the_hash_is_that_of_what_is_said() -> None:
    def line(text: str) -> str:
        return next(
            row for row in symdiff.generate(symdiff.from_dsl(text, "f")).splitlines() if row.startswith("source")
        )

    assert line("f(x) = g(x) + 1\ng(x) = x") == line("# note\nf(x)=g(x) + (1)   # note\n\ng( x ) = x")
    assert line("f(x) = g(x) + 1\ng(x) = x") != line("f(x) = g(x) + 1\ng(x) = 2 x")
    assert line("f(x) = x + 1") != line("f(x) = x + 2")
