"""`sliding_window_view`: a view that is read; what it refuses; what of it is saved."""

from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import symdiff
from symdiff import CompileError

X = np.arange(9.0).reshape(3, 3)


def squares(x: "f8[n, m]", f: "f8[k, l]"):  # noqa: F821
    seen = sliding_window_view(x, f.shape)
    return np.sum((seen * f) ** 2)


def test_by_hand() -> None:
    """Each x[i, j] is in as many windows as fit over it: 1 at the corners, 2 at the edges, 4 inside."""
    made = symdiff.grad(lambda x: np.sum(sliding_window_view(x, (2, 2))))(X)
    assert made.tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    made = symdiff.grad(lambda x: np.sum(sliding_window_view(x, 2, axis=-1)))(X)
    assert made.tolist() == [[1, 2, 1]] * 3


def test_the_array_is_saved_and_not_its_windows() -> None:
    text = symdiff.generate(squares)
    assert "saves   x, f" in text and "seen.copy()" not in text
    _, pullback = symdiff.vjp(squares, X.copy(), np.ones((2, 2)))
    assert [part.shape for part in pullback.saved[:2]] == [(3, 3), (2, 2)]


def test_the_windows_of_a_written_array_are_those_before_the_write() -> None:
    def f(x):
        y = x * x
        s = np.sum(sliding_window_view(y, 2) * np.array([1.0, 10.0]))
        y[0] = 0.0
        return s + np.sum(y)

    # x0²·1 + x1²·(1 + 10) + x2²·10, and x1² + x2²
    assert symdiff.grad(f)(np.array([1.0, 2.0, 3.0])).tolist() == [2.0, 2 * 2 * 12, 2 * 3 * 11]


def stale(x):
    y = x * 2
    seen = sliding_window_view(y, (2, 2))
    y[0, 0] = 1.0
    return np.sum(seen)


def written(x):
    seen = sliding_window_view(x, (2, 2))
    seen[0, 0] *= 2.0
    return np.sum(seen)


BAD: list[tuple[Any, str]] = [
    (stale, "SD501 `seen` may or may not share memory with `y`, which was written since"),
    (written, "SD506 `seen` is a read-only view (sliding_window_view)"),
    (lambda x: sliding_window_view(x, 2), "SD403 sliding_window_view: sliding_window_view: 1 window sizes for 2 axes"),
    (lambda x: sliding_window_view(x, (2, 2), writeable=True), "SD402 argument `writeable` of np.lib.stride_tricks"),
    (lambda x: np.lib.stride_tricks.as_strided(x), "SD401 `np.lib.stride_tricks.as_strided` has no known derivative"),
]


@pytest.mark.parametrize(("function", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_refused(function: Any, message: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.jacobian(function)(X)
    assert message in str(caught.value)


def test_a_window_that_does_not_fit_raises_what_numpy_raises() -> None:
    with pytest.raises(ValueError, match="window shape cannot be larger than input array shape"):
        symdiff.grad(squares)(X, np.ones((4, 2)))
