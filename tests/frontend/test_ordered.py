"""The written-out `heapq` and `bisect`: run as they are, the lists and results of the standard library's, ties too."""

from __future__ import annotations

import bisect
import heapq
import itertools
import random
from collections.abc import Callable

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from symdiff.frontend.spelled import ordered


class Tagged:
    """A number that shows which one of equals it is."""

    def __init__(self, number: int, tag: int) -> None:
        self.number, self.tag = number, tag

    def __lt__(self, other: Tagged) -> bool:
        return self.number < other.number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tagged) and self.number == other.number

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{self.number}:{self.tag}"


@pytest.mark.parametrize("seed", range(20))
def test_heaps_keep_the_order_of_heapq(seed: int) -> None:
    draw = random.Random(seed)
    ours = [Tagged(draw.randrange(5), i) for i in range(draw.randrange(8))]
    theirs = list(ours)
    for tag in range(100, 160):
        name = draw.choice(["heapify", "heappush", "heappush", "heappop", "heapreplace", "heappushpop"])
        given = () if name in ("heapify", "heappop") else (Tagged(draw.randrange(5), tag),)
        if not ours and name in ("heappop", "heapreplace"):
            for function in (getattr(ordered, name), getattr(heapq, name)):
                with pytest.raises(IndexError, match="index out of range"):
                    function(ours, *given)
            continue
        if name == "heappush":
            heapq.heapify(theirs), ordered.heapify(ours)
        assert repr(getattr(ordered, name)(ours, *given)) == repr(getattr(heapq, name)(theirs, *given))
        assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("n", [-1, 0, 1, 3, 20])
def test_the_smallest_and_the_largest(n: int) -> None:
    draw = random.Random(n)
    over = [Tagged(draw.randrange(5), i) for i in range(12)]
    for name in ("nsmallest", "nlargest"):
        assert repr(getattr(ordered, name)(n, over)) == repr(getattr(heapq, name)(n, over))
        key = [t.number for t in over].index if n == 3 else None
        numbers = [t.number for t in over]
        assert getattr(ordered, name)(n, numbers, key) == getattr(heapq, name)(n, numbers, key)


@pytest.mark.parametrize("name", ["nsmallest", "nlargest"])
@pytest.mark.parametrize("key", [None, lambda t: -t, lambda t: t // 2], ids=["plain", "turned", "tied"])
def test_nan_among_the_elements(name: str, key: Callable[[float], float] | None) -> None:
    ours, theirs = getattr(ordered, name), getattr(heapq, name)
    of_iterator = ordered.OF_ITERATORS[ours]
    for size in range(6):
        for over in itertools.permutations([float("nan"), 1.0, float("nan"), 2.0, 3.0][:size]):
            for n in range(-1, size + 2):
                expected = list(map(id, theirs(n, over, key)))
                assert list(map(id, ours(n, over, key))) == expected, (n, over)
                assert list(map(id, of_iterator(n, over, key))) == list(map(id, theirs(n, iter(over), key))), (n, over)


@symdiff.differentiable
def extremes(v: np.ndarray, x: float, y: float, z: float) -> np.ndarray:
    low, next_ = heapq.nsmallest(2, [x, y, z, x + 0.5])
    return np.array([
        *heapq.nlargest(3, v), *heapq.nsmallest(2, v, key=abs), low, next_, *heapq.nlargest(9, (t * 2 for t in v))
    ])  # fmt: skip


def test_nan_among_staged_elements() -> None:
    for a, b, c, d in itertools.permutations([float("nan"), 1.0, float("nan"), 1.5]):
        given = np.array([a, b, c, d]), c, a, d
        np.testing.assert_array_equal(extremes.forward(*given)[0], extremes(*given))


def test_one_value_twice_may_be_one_nan() -> None:
    @symdiff.grad
    def twice(x: float, y: float) -> float:
        return sum(heapq.nlargest(2, [x, y, x]))

    with pytest.raises(CompileError, match=r"heapq\.nlargest is not supported: it holds one value twice"):
        twice(1.0, 2.0)


@pytest.mark.parametrize("name", ["bisect_left", "bisect_right", "insort_left", "insort_right"])
def test_places_in_a_list(name: str) -> None:
    for x in range(-1, 6):
        for lo, hi in ((0, None), (1, None), (0, 3), (2, 2)):
            ours, theirs = [0, 1, 1, 3, 3, 3, 5], [0, 1, 1, 3, 3, 3, 5]
            given = (x, lo, hi)
            assert getattr(ordered, name)(ours, *given) == getattr(bisect, name)(theirs, *given)
            assert ours == theirs
            ours, theirs = ours[::-1], theirs[::-1]
            assert getattr(ordered, name)(ours, x, key=lambda t: -t) == getattr(bisect, name)(
                theirs, x, key=lambda t: -t
            )
            assert ours == theirs
    with pytest.raises(ValueError, match="lo must be non-negative"):
        getattr(ordered, name)([1], 0, -1)
