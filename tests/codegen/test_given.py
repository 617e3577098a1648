"""What the functions of a module are given: the user's defaults, and what is said of what a module does not take."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff

WEIGHTS = np.array([1.0, 2.0])


def made(function: Callable[..., Any], **options: Any) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "made"}
    exec(symdiff.generate(function, **options), space)
    return space


def defaults(function: Callable[..., Any]) -> dict[str, Any]:
    return {n: p.default for n, p in inspect.signature(function).parameters.items() if p.default is not p.empty}


def scaled(x, scale=2.0, mode="plain", k=3, flag=None, w=WEIGHTS, limit=float("inf")):
    y = scale * x**k * w.sum()
    return y if mode == "plain" and flag is None and x < limit else -y


def test_the_functions_of_a_module_have_the_defaults_of_the_function() -> None:
    module = made(scaled, wrt="x", functions=("primal", "forward", "value_and_grad", "grad", "jvp"))
    for name in ("scaled", "scaled_forward", "scaled_value_and_grad", "scaled_grad"):
        found = defaults(module[name])
        assert found.pop("w").tolist() == [1.0, 2.0]
        assert found == {"scale": 2.0, "mode": "plain", "k": 3, "flag": None, "limit": float("inf")}
    assert module["scaled"](1.5) == scaled(1.5)
    assert module["scaled_grad"](1.5, w=np.ones(2)) == 2.0 * 3 * 1.5**2 * 2
    assert defaults(module["scaled_jvp"]) == {}  # the directions come behind


def test_a_default_that_the_module_does_not_take_is_none() -> None:
    other = made(scaled, wrt="x", example={"x": 1.0, "mode": "minus"})
    assert defaults(other["scaled"]).keys() == {"k", "flag", "w", "limit"}  # none in front of one that has to be given
    assert other["scaled"](1.5, 2.0, "minus") == scaled(1.5, mode="minus")


def changes(x, w=np.ones(2)):  # noqa: B008
    w[0] = x
    return np.sum(w * x)


def large(x, w=np.ones(100)):  # noqa: B008
    return x * w.sum()


@pytest.mark.parametrize("function", [changes, large])
def test_what_is_changed_or_large_has_no_default(function: Callable[..., Any]) -> None:
    assert defaults(made(function, wrt="x")[function.__name__]) == {}


OFFSET = 0.25


def named(x, y=1.0, *, scale=2.0, n, flag=True):
    return x * x * scale * n * y + OFFSET if flag else x


def kinds(function: Callable[..., Any]) -> dict[str, Any]:
    return {name: p.kind.name for name, p in inspect.signature(function).parameters.items()}


def test_what_goes_by_name_alone_does_so_in_the_module() -> None:
    """Each with its own default, also before one without; directions go by position; the module checks itself."""
    functions = ("primal", "forward", "backward", "value_and_grad", "grad", "jvp", "hvp")
    module = made(named, functions=functions)
    for name in ("named", "named_forward", "named_value_and_grad", "named_grad"):
        assert list(kinds(module[name]).values()) == ["POSITIONAL_OR_KEYWORD"] * 2 + ["KEYWORD_ONLY"] * 4
        assert defaults(module[name]) == {"y": 1.0, "scale": 2.0, "flag": True, "OFFSET": OFFSET}
    assert module["named"](1.5, n=3.0) == named(1.5, n=3.0)
    assert module["named_grad"](1.5, n=3.0, scale=4.0) == (36.0, 27.0, 6.75, 9.0)
    assert module["named_jvp"](1.5, 1.0, 1.0, 0.0, 0.0, 0.0, n=3.0)[1] == 18.0
    with pytest.raises(TypeError, match="positional"):
        module["named"](1.5, 1.0, 2.0, 3.0)
    assert module["_check"]() == 0


def test_a_parameter_by_name_alone_that_is_a_structure() -> None:
    def f(x, *, p, k):
        return np.sum(x * p["a"]) * k

    module = made(f, example={"x": np.ones(3), "p": {"a": np.ones(3)}, "k": 2.0})
    x, p = np.array([1.0, 2.0]), {"a": np.array([3.0, 4.0])}
    assert module["f"](x, p=p, k=0.5) == 5.5
    found = module["f_grad"](x, p=p, k=0.5)
    assert found[0].tolist() == [1.5, 2.0] and found[1]["a"].tolist() == [0.5, 1.0] and found[2] == 11.0
    assert module["_check"]() == 0


def counted(x, text, mode, steps):
    s = 0.0
    for c in text:
        s += x[0] if c == "a" else x[1] ** 2
    return (s if mode == "sum" else s / len(text)) * steps["k"][0]


REFUSED = [
    ({"text": "aba"}, "counted_value_and_grad: text must be 'ab', which this module was compiled for, not str 'aba'"),
    (
        {"text": None},
        "counted_value_and_grad: text must be 'ab', which this module was compiled for, not NoneType None",
    ),
    (
        {"mode": "mean"},
        "counted_value_and_grad: mode must be 'sum', which this module was compiled for, not str 'mean'",
    ),
    (
        {"steps": {"k": [1.0]}},
        "counted_value_and_grad: steps must have the structure {'k': [*, *]}, not dict {'k': [1.0]}",
    ),
]


@pytest.mark.parametrize(("given", "message"), REFUSED, ids=lambda x: "" if isinstance(x, str) else next(iter(x)))
def test_what_the_module_was_not_compiled_for_is_named(given: dict[str, Any], message: str) -> None:
    args: dict[str, Any] = {"x": np.ones(2), "text": "ab", "mode": "sum", "steps": {"k": [1.0, 2.0]}}
    module = made(counted, wrt="x", example=args)
    np.testing.assert_array_equal(module["counted_grad"](**args), [1.0, 2.0])
    with pytest.raises(TypeError) as caught:
        module["counted_grad"](**{**args, **given})
    assert str(caught.value) == message


ARRAYS = "x=f8[n], y=f8[n]"


def product(x, y):
    return x @ y


def shifted(x, shift):
    return np.sum(x + shift)


def test_a_module_checks_numbers_only_where_it_takes_some() -> None:
    assert "_scalar" not in symdiff.generate(product, types=ARRAYS)
    assert "_scalar" in symdiff.generate(shifted, types="x=f8[n]")
    with pytest.raises(TypeError, match=r"product: y must be an array of float64 and shape \(n,\), not float 2.0$"):
        made(product, types=ARRAYS)["product"](np.ones(2), 2.0)
    with pytest.raises(TypeError, match=r"shifted: shift must be float, not str 'a'$"):
        made(shifted, types="x=f8[n]")["shifted"](np.ones(2), "a")
    assert made(shifted, types="x=f8[n]")["shifted"](np.ones(2), 2) == 6.0
