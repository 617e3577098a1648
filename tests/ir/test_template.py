"""Numbers in generated text read as the numbers that they are."""

from __future__ import annotations

import ast
import itertools

import pytest

from symdiff.ir.template import constant, int_dim

PARTS = (0.0, -0.0, 1.0, -2.5, float("inf"))
WRITTEN = [
    (1j, "1j"),
    (-1j, "-1j"),
    (1 + 2j, "(1+2j)"),
    (-2.5 + 0j, "(-2.5+0j)"),
    (complex(0, -1), "complex(0.0, -1.0)"),
]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_complex_numbers_are_written_briefly(value: complex, text: str) -> None:
    assert ast.unparse(constant(value, int_dim)) == text


@pytest.mark.parametrize("value", [complex(*parts) for parts in itertools.product(PARTS, PARTS)], ids=repr)
def test_complex_numbers_read_as_they_are_to_the_sign_of_a_zero(value: complex) -> None:
    class NumPy:
        inf = float("inf")

    assert repr(eval(ast.unparse(constant(value, int_dim)), {"np": NumPy})) == repr(value)
