"""SciPy's special functions and those of `math`: which module a generated module imports, and what it computes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
from scipy import special
from scipy.special import erf

import symdiff
from symdiff.codegen.load import Loaded
from symdiff.errors import CompileError


def of_arrays(x):
    return np.sum(0.5 * x * (1 + erf(x / np.sqrt(2.0))))


def of_floats(x):
    return 0.5 * x * (1 + math.erf(x / math.sqrt(2.0)))


def slope(x: float) -> float:
    """The derivative of x·Φ(x) by hand: Φ(x) + x·φ(x)."""
    return 0.5 * math.erfc(-x / math.sqrt(2)) + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_scipy_is_imported_where_it_was_called(level: int) -> None:
    text = symdiff.generate(of_arrays, types="x=f8[n]", level=level)
    assert "\nimport scipy.special\n" in text
    x = np.array([-1.5, 0.0, 0.3, 4.0])
    np.testing.assert_allclose(Loaded(text, "m")["of_arrays_grad"](x), [slope(v) for v in x], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_math_needs_no_scipy(level: int) -> None:
    text = symdiff.generate(of_floats, level=level)
    assert "scipy" not in text
    assert Loaded(text, "m")["of_floats_grad"](0.3) == pytest.approx(slope(0.3), rel=1e-13)


def test_a_name_of_the_user_does_not_hide_the_module() -> None:
    def hidden(scipy):
        return special.expit(scipy)

    found = Loaded(symdiff.generate(hidden), "m")["hidden_grad"](0.0)
    assert found == 0.25


def test_a_special_function_without_rule_is_refused_by_its_name() -> None:
    def bessel(x):
        return scipy.special.jv(1, x)

    with pytest.raises(CompileError, match=r"SD401 `scipy\.special\.jv` has no known derivative"):
        symdiff.grad(bessel)(2.0)
