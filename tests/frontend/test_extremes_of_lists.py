"""`max` and `min` of lists and deques of any length: one loop that begins with the first element."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

import symdiff
from tests.frontend.cases import Cases
from tests.frontend.running import differences

case = Cases()


@case((2,), (3,))
def window(v, k):
    win, s = deque(maxlen=k), 0.0
    for t in v:
        win.append(t * t)
        s += max(win) * 2 - min(win) + min(win, default=3.0)
    return s


@case((2,), (4,))
def with_a_default(v, k):
    a = [t for t in v if t > k]
    return max(a, default=0) + min(a, default=v[0] * 2) * 3


@case((2,), (4,))
def or_none(v, k):
    best = max([t * t for t in v if t > k], default=None)
    return v[0] if best is None else best * best


@case((2,), (3,))
def of_either_kind(v, k):
    a = [v[0]]
    for i in range(k):
        a.append(float(v[i]) * i)
    return max(a) + min(a)


@case((2,), (3,))
def changed_by_what_was_found(v, k):
    q = deque()
    for t in v:
        q.append(t)
        while len(q) > k:
            q.popleft()
        q[-1] = q[-1] + 0.1 * max(q)
    return sum(q) + max(list(q)) * max(max(q), min(q))


@pytest.mark.parametrize("level", [0, 1, 2])
@case.each(5)
def test_values_and_gradients(function, calls, level):
    gradient = symdiff.value_and_grad(function, level=level)
    for (k,) in calls:
        for v in (np.array([3.0, 1.0, 2.5, 3.7]), np.array([1.0, -1.1, 2.45, 0.25, 0.1])):
            value, found = gradient(v, k)
            assert value == pytest.approx(function(v, k), rel=1e-12)
            np.testing.assert_allclose(found, differences(function, v, k), rtol=1e-6, atol=1e-8)
            along = symdiff.jvp(lambda v: function(v, k), (v,), (np.ones_like(v),))[1]  # noqa: B023
            assert along == pytest.approx(np.sum(found), rel=1e-12)


def test_the_type_of_an_element_is_that_of_the_result():
    value, found = symdiff.value_and_grad(window)(np.array([3.0, 1.0, 2.5], np.float32), 2)
    assert type(value) is np.float32 and found.dtype == np.float32


def greatest(v):
    a = deque()
    for t in v:
        a.append(t)
    return max(a)


@pytest.mark.parametrize("numbers", [[np.nan, 1.0, 2.0], [1.0, np.nan, 2.0], [0.0, -0.0], [-0.0, 0.0], [1.0, 2.0, 2.0]])
def test_the_first_that_none_is_above(numbers):
    v = np.array(numbers)
    np.testing.assert_array_equal(symdiff.value_and_grad(greatest)(v)[0], greatest(v))
    assert np.signbit(symdiff.value_and_grad(greatest)(v)[0]) == np.signbit(greatest(v))


def test_of_none_it_is_the_error_of_python():
    for run in (greatest, symdiff.grad(greatest)):
        with pytest.raises(ValueError, match="empty"):
            run(np.zeros(0))


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_generated_code_shows_no_name_that_the_user_has_not(level):
    """The best so far by a key has no value in the beginning, but none that is read: no error says its name."""

    def closest(v, x):
        a = [t * t for t in v if t > 0]
        return max(a, key=lambda t: abs(t - x)) + max(a) + max((t * x for t in a), default=x)

    text = symdiff.generate(closest, types="v=f8[n], x=float", level=level)
    assert "$" not in text and "UnboundLocalError" not in text
    v = np.array([1.0, -1.0, 2.0])
    np.testing.assert_allclose(symdiff.grad(closest)(v, 0.5), differences(closest, v, 0.5), rtol=1e-6)
