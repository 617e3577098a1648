"""Objects sorted by the order that their class says: by the key on both sides of its `<`, as Python's sort does."""

from __future__ import annotations

import functools
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdiff
from tests.frontend.cases import Cases
from tests.frontend.running import check

A = np.array
NAN = float("nan")
case = Cases()


class Job:
    def __init__(self, t, rank=0):
        self.t, self.rank = t, rank

    def __lt__(self, other):
        return self.t < other.t


class Latest(Job):
    def __lt__(self, other):
        return self.t > other.t


class ByRank(Job):
    def key(self):
        return self.rank, -self.t

    def __lt__(self, other):
        "Both sides may call methods; what asks for classes alone is the same for all."
        if not isinstance(other, ByRank):
            return NotImplemented
        return self.key() < other.key()


class Reflected:
    def __init__(self, t):
        self.t = t

    def __gt__(self, other):
        if type(self) is type(other):
            return self.t > other.t
        return NotImplemented


@functools.total_ordering
class Total:
    def __init__(self, t):
        self.t = t

    def __eq__(self, other):
        return self.t == other.t

    def __lt__(self, other):
        return self.t < other.t


@dataclass(order=True)
class Item:
    weight: float
    number: int = field(compare=False)
    count: int = 0


@dataclass(eq=False)
class Below(Item):
    """Its fields are not asked by what was written for the class above."""

    count: int = 0
    more: float = 0.0


class Second(NamedTuple):
    a: float
    b: float

    def __lt__(self, other):
        return self.b < other.b


class EqualBySecond(NamedTuple):
    a: float
    b: int

    def __eq__(self, other):
        return self.b == other.b

    __hash__ = None


class Holder:
    def __init__(self, job):
        self.job = job

    def __lt__(self, other):
        return self.job < other.job


def _scaled(factor):
    class Scaled:
        def __init__(self, t):
            self.__t = t

        def get(self):
            return self.__t

        def __lt__(self, other, /):
            return self.__t * factor < other.__t * factor

    return Scaled


Scaled = _scaled(-2.0)


class ByLambda(Job):
    __lt__ = lambda self, other: LEAST(self.t, 0.4) < LEAST(other.t, 0.4)


LEAST = max


class TieBreak(Job):
    """NaN is not itself here, whatever object it is: tuples of the two would find it equal."""

    def __lt__(self, other):
        if self.t != other.t:
            return self.t < other.t
        return self.rank > other.rank


class InOneLine(Job):
    def __lt__(self, o):
        return self.t < o.t or (self.t == o.t and self.rank > o.rank)


class Pairs(Job):
    def __lt__(self, other):
        return (self.t, self.rank) > (other.t, other.rank)


class Late(Job):
    """A truth of its own, a flag, texts and a chain of comparisons."""

    def __init__(self, t, rank=0):
        super().__init__(t, rank)
        self.late = t > 0.5
        self.name = "b" if t < 0.3 else "a"

    def __lt__(self, other):
        if type(self) is type(other):
            if self.late != other.late:
                return self.late > other.late
            elif self.name != other.name:
                return self.name > other.name
            if not self.late and other.late:
                return True
            return self.rank <= other.rank != self.rank
        return NotImplemented


class LateFirst(Late):
    def __lt__(self, other):
        return self.late > other.late


class FromTheRight(Job):
    __lt__ = None

    def __gt__(self, other):
        return self.t > other.t if self.rank % 2 == other.rank % 2 else self.rank % 2 > other.rank % 2


del FromTheRight.__lt__

CALLS = [
    (0.5, A([0.3, 0.9, 0.5, 0.1])), (0.5, A([0.7, 0.7, 0.2, 0.7, 0.2])), (0.5, A([0.3])), (0.5, A([])),
    (-0.5, A([3.0, NAN, 1.0, 2.0, NAN, 0.0])),
]  # fmt: skip


@case(*CALLS)
def by_a_number(x, v):
    """NaN stays where Python's sort leaves it: it compares the same numbers in the same order."""
    jobs = [Job(t * x, k) for k, t in enumerate(v)]
    back = sorted(jobs, reverse=True)
    jobs.sort()
    return [j.rank for j in jobs], [j.rank for j in back], [j.rank for j in sorted(jobs, key=lambda j: j)]


@case(*CALLS)
def by_the_larger_number(x, v):
    jobs = [Latest(t * x, k) for k, t in enumerate(v)]
    return [j.rank for j in sorted(jobs)], [j.rank for j in sorted(jobs, reverse=True)]


@case(*CALLS)
def by_what_a_method_says(x, v):
    jobs = sorted(ByRank(t * x, k % 2) for k, t in enumerate(v))
    return [j.t for j in jobs], [j.rank for j in jobs]


@case(*CALLS)
def asked_the_other_way_round(x, v):
    return [j.t for j in sorted([Reflected(t * x) for t in v])]


@case(*CALLS)
def totally_ordered(x, v):
    some = [Total(t * x) for t in v]
    some.sort(reverse=True)
    return [j.t for j in some]


@case(*CALLS)
def by_fields(x, v):
    items = [Item(round(t * 3) * x, k, -k) for k, t in enumerate(v) if t == t]
    below = [Below(1.0, k, k % 2, t) for k, t in enumerate(v)]
    return [(i.number, i.count) for i in sorted(items)], [b.more for b in sorted(below)]


@case(*CALLS)
def named_tuples_with_an_order_of_their_own(x, v):
    some = [Second(t, -t * x) for t in v]
    known = [Second(x, 2.0), Second(2.0, x)]
    return [s.a for s in sorted(some)], [s.b for s in sorted(known)], sorted([Second(1.0, 2.0), Second(2.0, 1.0)])[0].a


@case(*CALLS)
def named_tuples_sorted_as_tuples(x, v):
    """Their `==` is not asked, but where they are part of what is compared."""
    some = [EqualBySecond(t * x, k % 2) for k, t in enumerate(v) if t == t]
    return [s.a for s in sorted(some)], some.count(EqualBySecond(9.0, 1)), EqualBySecond(x, 1) != EqualBySecond(0.5, 1)


@case(*CALLS)
def a_key_that_is_an_object(x, v):
    some = [Holder(Job(t * x, k)) for k, t in enumerate(v)]
    return [h.job.rank for h in sorted(some)]


@case(*CALLS)
def names_from_around_the_class(x, v):
    some = sorted([Scaled(t * x) for t in v])
    return [s.get() for s in some], [j.rank for j in sorted(ByLambda(t, k) for k, t in enumerate(v))]


@case(*CALLS)
def of_a_known_number(x, v):
    a, b, c = Job(x), Job(-0.2, 1), Job(x * x, 2)
    first = sorted([a, b, c])[0]
    first.t = 2.0 * first.t
    return [j.rank for j in sorted((a, b, c), reverse=True)], a.t, b.t, c.t, sorted([c])[0].t


@case(*CALLS)
def the_objects_themselves_are_sorted(x, v):
    jobs = [Job(t, k) for k, t in enumerate(v)]
    for k, j in enumerate(sorted(jobs)):
        j.t = j.t * x + k
    return [j.t for j in jobs]


@case(*CALLS)
def with_a_tie_break(x, v):
    nan = v[0] - v[0] + NAN
    jobs = [TieBreak(t * x, k) for k, t in enumerate(v)]
    some = [TieBreak(round(t), k) for k, t in enumerate(v) if t == t]
    same = [TieBreak(nan, 1), TieBreak(nan, 3), TieBreak(nan, 2), TieBreak(x, 4)]
    return [[j.rank for j in sorted(given)] for given in (jobs, same)], [j.rank for j in sorted(some, reverse=True)]


@case(*CALLS)
def with_a_tie_break_in_one_line(x, v):
    jobs = [InOneLine(t * x, k) for k, t in enumerate(v)]
    some = [InOneLine(0.0 if t < 0.5 else x, k) for k, t in enumerate(v)]
    some.sort(reverse=True)
    return [j.rank for j in sorted(jobs)], [j.rank for j in some], [j.t for j in some]


@case(*CALLS)
def by_the_larger_tuple(x, v):
    """Tuples ask first whether their parts are one object."""
    jobs = [Pairs(t * x, k % 2) for k, t in enumerate(v)]
    few = [Pairs(x, 1), Pairs(v.sum(), 2), Pairs(x, 3)]
    return [(j.t, j.rank) for j in sorted(jobs)], [j.rank for j in sorted(few)], [j.t for j in sorted(few)]


@case(*CALLS)
def by_truths_and_texts(x, v):
    some = [Late(t * x, k) for k, t in enumerate(v)]
    flagged = [LateFirst(t, k) for k, t in enumerate(v)]
    few = sorted([LateFirst(x, 1), LateFirst(v.sum(), 2), LateFirst(0.9, 3)])
    return [j.rank for j in sorted(some)], [j.rank for j in sorted(flagged, reverse=True)], [j.t for j in few]


@case(*CALLS)
def several_keys_asked_the_other_way_round(x, v):
    jobs = [FromTheRight(t * x, k) for k, t in enumerate(v)]
    return [j.rank for j in sorted(jobs)], heapq.nlargest(2, jobs, key=lambda j: -j.rank)[0].t if jobs else 0.0


@case(*CALLS)
def several_known_keys(x, v):
    """The order is found when compiling, and the sorted ones are the objects themselves."""
    some = [TieBreak(2, 1), TieBreak(1, 3), TieBreak(2, 3), TieBreak(np.nan, 2), TieBreak(1, 3)]
    for k, j in enumerate(sorted(some)):
        j.w = x * k
    for k, j in enumerate(sorted([Late(0.7, 0), Late(0.2, 1)], reverse=True)):
        j.t += k
    return [j.w for j in some]


@case(*CALLS)
def extremes_and_heaps(x, v):
    heap, best = [], []
    for k, t in enumerate(v):
        heapq.heappush(heap, TieBreak(round(t) * x, k))
        best.append(Pairs(t * x, k))
    if not best:
        return [], 0.0, 0
    return [heapq.heappop(heap).rank for _ in range(len(v))], min(best).t, max(best).rank


@case.each(19)
def test_as_python_does(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    check(function, *calls)


def test_text_of_the_code() -> None:
    """The keys are a list, and Python's sort orders their places."""

    def least(v):
        return sorted([Job(t) for t in v])[0].t

    text = symdiff.generate(least, types="v=f8[n]", functions=["value_and_grad"])
    assert "key=y" in text
    assert ".__getitem__)" in text


def test_text_of_several_keys() -> None:
    """The comparison of the class is that of the sort."""

    def least(v):
        return sorted([TieBreak(t, k) for k, t in enumerate(v)])[0].t

    text = symdiff.generate(least, types="v=f8[n]", functions=["value_and_grad"])
    assert "_sorted_by(lambda a, b: a[0] < b[0] if a[0] != b[0] else a[1] > b[1], y" in text
    assert "import functools" in text


def test_unsigned_numbers_have_no_opposite_order() -> None:
    """They are compared as they are: the negative one of an unsigned number does not order it."""

    class Wrong:
        def __init__(self, t):
            self.t = t

        def __lt__(self, other):
            return self.t > other.t

    def f(x):
        return sorted([Wrong(np.uint8(0)), Wrong(np.uint8(3))])[0].t * x

    assert symdiff.value_and_grad(f)(0.5) == (1.5, 3.0)


# --- what is refused


class Shown(Job):
    def __lt__(self, other):
        print("compared")
        return self.t < other.t


class Showing(Job):
    def key(self):
        print("asked")
        return self.t

    def __lt__(self, other):
        return self.key() < other.key()


class Doubled(Job):
    def __lt__(self, other):
        return self.t < 2 * other.t


class Mixed(Job):
    def __lt__(self, other):
        return self.t * other.rank < other.t * self.rank


class Ratio(Job):
    """What divides is asked of all, where Python asks those that are equal alone."""

    def __lt__(self, other):
        return self.t < other.t or (self.t == other.t and 1 / self.rank < 1 / other.rank)


class Crossed(Job):
    def __lt__(self, other):
        return self.t < other.t and self.rank < other.t


class Identical(Job):
    def __lt__(self, other):
        return self is not other and self.t < other.t


class Named(Job):
    def __lt__(self, other):
        t = self.t
        return t < other.t


class Guarded(Job):
    def __lt__(self, other):
        if self.rank != other.rank:
            return NotImplemented
        return self.t < other.t


def parts_with_an_order(x, v):
    return sorted([(Second(t, -t), 1) for t in v])[0][0].a * x


def parts_with_an_equality(x, v):
    return sorted([(EqualBySecond(t, k), 1.0) for k, t in enumerate(v)])[0][0].a * x


@pytest.mark.parametrize("function", [parts_with_an_order, parts_with_an_equality])
def test_parts_of_tuples_are_not_compared_by_their_numbers(function: Callable[..., Any]) -> None:
    with pytest.raises(symdiff.CompileError, match="SD224 sorting by keys like"):
        symdiff.grad(function)(0.5, A([0.9, 0.3]))


class Without:
    def __init__(self, t):
        self.t = t
        self.following = None


@pytest.mark.parametrize("cls", [Shown, Showing, Doubled, Mixed, Ratio, Crossed, Identical, Named, Guarded])
def test_other_orders_are_refused_with_the_key_to_write(cls: type) -> None:
    def several(x, v):
        return sorted([cls(t * x) for t in v])[0].t

    def some(x, v):
        return sorted([cls(x), cls(v[0])])[0].t

    def by_key(x, v):
        return sorted([cls(t * x) for t in v], key=lambda job: job.t)[0].t

    v = A([0.9, 0.3])
    for f in (several, some):
        with pytest.raises(
            symdiff.CompileError, match=r"SD224 sorting (.*\n)*.*sorted\(items, key=lambda item"
        ) as caught:
            symdiff.grad(f)(0.5, v)
        assert len(caught.value.problems) == 1
    assert symdiff.grad(by_key)(0.5, v) == 0.3


@pytest.mark.parametrize("of", [max, min, sorted])
def test_objects_without_an_order_have_none(of: Callable[..., Any]) -> None:
    """Python raises TypeError; no other problem is told, with numbers for the objects or without."""

    def best(x, v):
        found = of([Without(t) for t in v if t > 0.2])
        return x

    def in_a_list(x, v):
        some = [Without(t) for t in v if t > 0.2]
        found = of(some)
        return x

    for f in (best, in_a_list):
        with pytest.raises(TypeError):
            f(0.5, A([0.3, 0.9]))
        with pytest.raises(symdiff.CompileError, match=r"SD321 `.*` of Without and Without") as caught:
            symdiff.grad(f)(0.5, A([0.3, 0.9]))
        assert len(caught.value.problems) == 1


JOBS = [Job(0.3), Job(0.1)]


def test_captured_objects_are_not_sorted_once_for_all() -> None:
    """Their numbers may be others at the next call: the least is told by them, or refused."""

    def least(x):
        return sorted(JOBS)[0].t * x

    with pytest.raises(symdiff.CompileError):
        symdiff.grad(least)(0.5)
    g = symdiff.grad(lambda x: min(JOBS).t * x)
    assert g(0.5) == 0.1
    JOBS[1].t = 0.7
    try:
        assert g(0.5) == 0.3
    finally:
        JOBS[1].t = 0.1


PARTS = [Fraction(1, 2), Fraction(1, 3)]


def test_numbers_of_the_library_are_sorted_when_compiling() -> None:
    assert symdiff.value_and_grad(lambda x: float(sorted(PARTS)[0]) * x)(3.0) == (1.0, 1 / 3)
