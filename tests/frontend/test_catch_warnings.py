"""`with warnings.catch_warnings(…)` inside a function: what is warned of, and what is an exception, as in Python."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

V = np.array([1.0, 0.0, 2.0])


def quiet(x, v):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        y = np.log(v)
        warnings.warn("of the user", stacklevel=1)
    return x * np.sum(np.where(v > 0, y, 0.0))


def strict(x, v):
    with warnings.catch_warnings(action="error"):
        return x * np.sum(np.log(v))


def nested(x, v):
    with np.errstate(divide="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)
        warnings.simplefilter("error", RuntimeWarning)
        for k in range(3):
            if k == 1:
                warnings.warn("quiet", stacklevel=1)
            x = x * np.exp(v[k])
            if x > 100:
                return x
        np.log(v)
    warnings.warn("loud", stacklevel=1)
    return x


def last_filter_first(x, v):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore")
        x = x * np.sum(np.exp(np.log(v)))
    with warnings.catch_warnings():
        x = x * x
    return x


def helper(v):
    warnings.warn("helper", stacklevel=1)
    return np.log(v)


def through_a_call(x, v):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = helper(v)
    return x * np.sum(np.exp(y))


def outcome(function: Callable[..., Any]) -> tuple[Any, list[tuple[str, str]]]:
    """The value or the exception, and what is warned of."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        try:
            value: Any = function(1.5, V)
        except RuntimeWarning as error:
            value = str(error)
    return value, [(str(w.message), w.category.__name__) for w in found]


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("function", [quiet, strict, nested, last_filter_first, through_a_call])
def test_as_in_python(function: Callable[..., Any], level: int) -> None:
    expected, warned = outcome(function)
    primal = symdiff.value_and_grad(function, level=level)
    value, found = outcome(lambda x, v: primal(x, v)[0])
    assert found == warned
    assert value == (expected if isinstance(expected, str) else pytest.approx(expected, rel=1e-12))


def test_the_text_imports_what_it_names() -> None:
    text = symdiff.generate(quiet, types="x=float, v=f8[n]", functions=["forward"])
    assert "import warnings\nimport numpy as np\n" in text
    assert "    with warnings.catch_warnings(action='ignore', category=RuntimeWarning):\n        y = np.log(v)" in text


class Own(UserWarning):
    """A class that a generated module does not know."""


def recorded(x):
    with warnings.catch_warnings(record=True) as found:
        x = x * x
    return x * len(found)


def later(x):
    with warnings.catch_warnings():
        x = x * x
        warnings.simplefilter("ignore")
    return x


def own(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Own)
        return x * x


def by_text(x):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "divide")
        return x * x


@pytest.mark.parametrize("function", [recorded, later, own, by_text])
def test_what_is_not_compiled(function: Callable[..., Any]) -> None:
    with pytest.raises(CompileError, match=r"SD210 `with` is not supported for `warnings\.catch_warnings\("):
        symdiff.grad(function)(1.5)
