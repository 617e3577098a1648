"""`check_grads`: agrees where derivatives are right, names the place where they are not."""

from typing import Any

import numpy as np
import pytest

from symdiff import check_grads
from symdiff.api.check import GradientMismatch
from symdiff.errors import UsageError


def smooth(p, x, k):
    return np.sum(np.tanh(p["w"] * x) ** k) + p["b"] * p["b"]


def test_containers_and_arguments_that_are_no_floats() -> None:
    check_grads(smooth, ({"w": np.array([0.5, -1.0]), "b": 0.3}, np.array([1.0, 2.0]), 2))


@pytest.mark.parametrize("modes", ["fwd", "rev", ("fwd", "rev")])
@pytest.mark.parametrize("order", [1, 2])
def test_modes_and_orders(modes: Any, order: int) -> None:
    check_grads(lambda x: np.sum(np.exp(x) * x), (np.array([0.1, 0.2]),), order=order, modes=modes)


def test_results_that_are_no_scalar_and_single_precision() -> None:
    check_grads(lambda x, y: (x * y, [np.sin(x)]), (np.array([0.5, 1.5]), 2.0))
    check_grads(lambda x: np.sum(x * x), (np.array([0.5, 1.5], "f4"),))


def test_complex_arguments() -> None:
    check_grads(lambda z: np.sum(np.abs(z * z)), (np.array([0.5 + 1j, 2 - 0.5j]),))


def summed(x, n):
    s = 0
    for _ in range(n):
        s += np.sum(x**2)
    return s


def test_a_value_that_is_the_int_0_on_this_path() -> None:
    x = np.array([0.5, 1.5])
    check_grads(summed, (x, 0))
    check_grads(lambda x, n: {"s": summed(x, n), "n": n, "y": x * x}, (x, 0))
    check_grads(lambda x: np.sum(x) if x[0] > 1 else 0, (x,))
    with pytest.raises(GradientMismatch, match="SD721 gradient of <lambda> by x\\[0\\] is off: 0, numerically"):
        check_grads(lambda x, n: (summed(x, n), np.floor(10000 * x)), (x, 0))


def test_many_elements_are_sampled() -> None:
    check_grads(lambda x: np.sum(x * x), (np.linspace(0, 1, 1000),), order=1)


@pytest.mark.parametrize(
    ("f", "args", "place"),
    [
        (lambda x: np.floor(10000 * x) + x, (0.3,), "x"),
        (lambda x, p: x * np.sum(np.floor(10000 * p["w"])), (1.0, {"w": np.array([[0.0, 0.21]])}), r"p\['w'\]\[0, 0\]"),
    ],
)
def test_a_mismatch_names_argument_and_element(f: Any, args: tuple[Any, ...], place: str) -> None:
    message = rf"^SD721 gradient of <lambda> by {place} is off: [\d.e+-]+, numerically [\d.e+-]+ \(reverse mode\)$"
    with pytest.raises(GradientMismatch, match=message):
        check_grads(f, args)
    with pytest.raises(AssertionError, match="forward mode"):
        check_grads(f, args, modes="fwd", order=1)


def test_a_wrong_second_order_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from symdiff.api import check

    monkeypatch.setattr(check._Check, "difference", lambda *args: 0.0)
    with pytest.raises(GradientMismatch, match="forward over reverse"):
        check._Check(lambda x: x * x, (1.0,), None, None, None).second(("fwd",))
    with pytest.raises(GradientMismatch, match="reverse over reverse"):
        check._Check(lambda x: x * x, (1.0,), None, None, None).second(("rev",))


def test_wrong_options() -> None:
    with pytest.raises(UsageError, match=r"^SD715 modes=\('back',\) is not one of: 'fwd', 'rev'$"):
        check_grads(lambda x: x, (1.0,), modes="back")
    with pytest.raises(UsageError, match=r"^SD715 order=3 is not one of: 1, 2$"):
        check_grads(lambda x: x, (1.0,), order=3)
    with pytest.raises(UsageError, match=r"^SD705 argument of any position of <lambda> is no float"):
        check_grads(lambda x: x, (1,))
