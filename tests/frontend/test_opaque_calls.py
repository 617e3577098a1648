"""NumPy functions without a rule: run as they are where nothing is differentiated, refused where something is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError


def weighted(w, t):
    edges = np.histogram_bin_edges(t, 4)
    return np.sum(w**2) * (edges[3] - edges[1]) + np.sum(np.isin(t, [1.0, 2.0])) * w[0]


W, T = np.array([1.0, -2.0, 3.0]), np.array([0.0, 1.0, 2.0, 3.0, 4.0])


@pytest.mark.parametrize("level", range(3))
def test_what_is_not_differentiated_is_run_as_it_is(level: int) -> None:
    """Four bins over 0, …, 4 end at 1, 2, 3 and 4; two of its elements are 1 or 2."""
    assert symdiff.value_and_grad(weighted, wrt="w", level=level)(W, T)[0] == 2 * 14.0 + 2 * 1.0
    np.testing.assert_array_equal(symdiff.grad(weighted, wrt="w", level=level)(W, T), [4 * 1.0 + 2, -8.0, 12.0])


def test_what_is_differentiated_is_refused() -> None:
    """One function, asked for two derivatives."""
    with pytest.raises(CompileError) as caught:
        symdiff.grad(weighted, wrt="t")(W, T)
    (problem,) = caught.value.problems
    assert problem.code == "SD401"
    assert (
        problem.what == "`np.histogram_bin_edges` has no known derivative and is called on `t`, which is differentiated"
    )
    assert problem.source_line is not None
    assert problem.source_line[problem.loc.col :].startswith("np.histogram_bin_edges(t, 4)")


def through_helper(t):
    return np.histogram_bin_edges(t, 4)[1]


def inside(w, t):
    return np.sum(w) * symdiff.grad(lambda s: np.sum(s * np.unique(s)))(t)[0]


ACTIVE: list[Callable[..., Any]] = [
    lambda t: np.sum(np.unique(t * 2.0)),
    lambda t: through_helper(t),
    lambda t: t[0] if np.array_equiv(t, t) else t[1],
    lambda t: [np.unique(t), t[0]][1],
    lambda t: np.sum(t) * sum(np.histogram_bin_edges(t * k, 2)[1] for k in range(3)),
    lambda t: inside(t, t),
]


@pytest.mark.parametrize("function", ACTIVE)
@pytest.mark.parametrize("transform", [symdiff.grad, symdiff.jacobian, symdiff.hessian])
def test_active_operands_are_found_everywhere(transform: Callable[..., Any], function: Callable[..., Any]) -> None:
    with pytest.raises(CompileError, match=r"SD401 .* is differentiated"):
        transform(function)(T)
    with pytest.raises(CompileError, match=r"SD401 .* is differentiated"):
        symdiff.jvp(function, (T,), (T,))


def test_a_call_of_no_name_of_the_user() -> None:
    with pytest.raises(CompileError, match="is called on a value that is differentiated"):
        symdiff.grad(lambda t: np.sum(np.unique(t * 2.0)))(T)


def test_an_inner_derivative_decides_for_itself() -> None:
    with pytest.raises(CompileError, match=r"SD401 `np\.unique`"):
        symdiff.grad(inside, wrt="w")(W, T)


def test_stop_gradient_makes_inactive() -> None:
    function = lambda t: np.sum(t) * np.histogram_bin_edges(symdiff.stop_gradient(t), 2)[1]
    np.testing.assert_array_equal(symdiff.grad(function)(T), np.full(5, 2.0))


def group_sums(w, labels):
    _, group = np.unique(labels, return_inverse=True)
    return np.sum(np.bincount(group, weights=w) ** 2)


@pytest.mark.parametrize("level", range(3))
def test_sizes_that_are_known_when_it_runs(level: int) -> None:
    """Groups {1, 3} and {-2}: twice the sum of one's group."""
    labels = np.array([7.5, 2.5, 7.5])
    np.testing.assert_array_equal(symdiff.grad(group_sums, wrt="w", level=level)(W, labels), [8.0, -4.0, 8.0])
    with pytest.raises(ValueError, match=r"weights and list don't have the same length|could not be broadcast"):
        symdiff.grad(group_sums, wrt="w", level=level)(W, labels[:2])


def test_the_second_derivative() -> None:
    np.testing.assert_array_equal(symdiff.hessian(weighted, wrt="w")(W, T), 4 * np.eye(3))


def test_a_result_that_is_an_argument_stays_it() -> None:
    """`np.histogram` hands its edges back: what is written there is written into the argument."""

    def function(w, t, edges):
        found, ends = np.histogram(t, bins=edges)
        ends[0] = w[0]
        return edges[0] * found[0] + edges[1] * found[1]

    gradient = symdiff.grad(function, wrt="w")(W, T, np.array([0.0, 2.0, 4.5]))
    np.testing.assert_array_equal(gradient, [2.0, 0.0, 0.0])  # 0 and 1 lie in the first bin


def generated(**options: Any) -> tuple[str, dict[str, Any]]:
    text = symdiff.generate(weighted, wrt="w", types="w=f8[n], t=f8[m]", **options)
    space: dict[str, Any] = {"__name__": "generated"}
    exec(text, space)
    return text, space


def test_a_generated_module_needs_numpy_alone() -> None:
    text, space = generated()
    assert [line for line in text.splitlines() if line.startswith(("import", "from"))] == ["import numpy as np"]
    np.testing.assert_array_equal(space["weighted_grad"](W, T), [6.0, -8.0, 12.0])
    y, saved = space["weighted_forward"](W, T)
    assert y == weighted(W, T)
    np.testing.assert_array_equal(space["weighted_backward"](saved), [6.0, -8.0, 12.0])


def test_the_backward_pass_calls_nothing_again() -> None:
    text, _ = generated(functions=["forward", "backward"])
    backward = text[text.index("def weighted_backward") : text.index("def _accept")]
    assert "np.histogram_bin_edges" in text and "np.histogram_bin_edges" not in backward and "np.isin" not in backward


def test_another_type_than_when_compiling_is_refused_at_run_time(monkeypatch: pytest.MonkeyPatch) -> None:
    _, space = generated()
    monkeypatch.setattr(np, "isin", lambda a, b: np.zeros(a.shape))
    message = r"float64\[1\] is returned, but bool\[1\] was when compiling"
    with pytest.raises(TypeError, match=message):
        space["weighted"](W, T)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda w, t: np.sum(w) * np.sum(np.trim_zeros(t)), "np.trim_zeros"),  # a view
        (lambda w, t: np.sum(w) * np.sum(np.roots(t)), "np.roots"),  # complex or not, as the numbers are
        (lambda w, t: np.sum(w) * np.sum(np.unique(t, return_counts=t)), "np.unique"),
    ],
)
def test_what_is_not_known_to_be_harmless_is_refused(function: Callable[..., Any], name: str) -> None:
    with pytest.raises(CompileError, match=f"SD401 `{name}` has no known derivative and is called on"):
        symdiff.grad(function, wrt="w")(W, T)
