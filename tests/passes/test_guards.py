"""Masked products of numbers as conditions: what they compute, of which kind, and which products stay calls."""

import itertools
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.ir import types
from symdiff.ir.verify import verify
from symdiff.passes.dce import dce
from symdiff.passes.guards import guards
from tests.codegen.harness import Loaded
from tests.codegen.test_idiom import body
from tests.passes.helpers import DERIVED, F8, LOC, N8, array, find, names, outcome, program

N4 = types.numpy("f4")
V = array("f8", "n")
NUMBERS = (0.0, -0.0, 2.0, -0.5, np.inf, -np.inf, np.nan)
PLACE = (("at", 0),)


def masked(b: Any, d: Any, p: Any) -> Any:
    return b.op("masked_mul", d, p)


@pytest.mark.parametrize(("d", "p"), [(N8, N8), (F8, N8), (N8, F8), (F8, F8)])
def test_the_number_and_its_kind_stay(d: Any, p: Any) -> None:
    """All pairs of zeros, numbers, infinities and NaN; a zero may lose its sign."""
    before = program([d, p], masked, loc=DERIVED)
    after = verify(dce(guards(before)))
    assert not find(after, "masked_mul") and find(after, "select")
    kinds = [float if t == F8 else np.float64 for t in (d, p)]
    for values in itertools.product(NUMBERS, NUMBERS):
        args = [kind(x) for kind, x in zip(kinds, values, strict=True)]
        old, new = outcome(before, args), outcome(after, args)
        assert type(new[0]) is type(old[0]) is np.float64, values
        np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize(
    ("given", "loc"), [((V, N8), DERIVED), ((N8, V), DERIVED), ((N4, N4), DERIVED), ((N8, N8), LOC)]
)
def test_arrays_float32_and_the_users_own_stay(given: Any, loc: Any) -> None:
    before = program(given, masked, loc=loc)
    assert guards(before) is before


def test_by_an_inverse_is_divided() -> None:
    before = program([N8, N8], lambda b, d, r: masked(b, d, 1.0 / r), loc=DERIVED)
    assert names(dce(guards(before))) == ["div", "convert", "ne", "select"]
    twice = program([N8, N8], lambda b, d, r: (masked(b, d, q := 1.0 / r), q), loc=DERIVED)
    assert names(dce(guards(twice))) == ["div", "mul", "convert", "ne", "select"]


@pytest.mark.parametrize("given", [F8, N8])
def test_by_a_finite_constant_is_a_product(given: Any) -> None:
    before = program([given], lambda b, d: (masked(b, d, 0.25), masked(b, d, float("inf"))), loc=DERIVED)
    after = verify(dce(guards(before)))
    assert not find(after, "masked_mul") and len(find(after, "select")) == 1
    for d in NUMBERS:
        args = [d if given == F8 else np.float64(d)]
        (old, hidden), (new, as_hidden) = outcome(before, args), outcome(after, args)
        assert type(new) is type(old) is type(as_hidden) is type(hidden)
        np.testing.assert_array_equal((new, as_hidden), (old, hidden))


READERS = {  # what reads a masked product t beside a number s and an array a: whether a Python 0.0 will do
    "added": (lambda b, t, s, a: s + t, True),
    "into an array": (lambda b, t, s, a: b.op("index_add", a, t, spec=PLACE), True),
    "by way of its opposite": (lambda b, t, s, a: (-t) * s, True),
    "divided by a number of NumPy's": (lambda b, t, s, a: t / s, True),
    "returned": (lambda b, t, s, a: t, False),
    "its opposite returned": (lambda b, t, s, a: -t, False),
    "added to itself": (lambda b, t, s, a: t + t, False),
    "what is divided by": (lambda b, t, s, a: s / t, False),
    "a factor of a Python number": (lambda b, t, s, a: t * 2.0, False),
    "by a constant, returned": (lambda b, t, s, a: masked(b, t, 0.25), False),
    "of two, one divided by the other": (lambda b, t, s, a: masked(b, t, s) / t, False),
}


@pytest.mark.parametrize("name", READERS)
def test_a_zero_is_numpys_unless_its_reader_makes_it_so(name: str) -> None:
    make, plain = READERS[name]
    before = program([N8, N8, N8, V], lambda b, d, p, s, a: make(b, masked(b, d, p), s, a), loc=DERIVED)
    after = verify(dce(guards(before)))
    loose = [bool(op.params.get("loose")) for op in find(after, "convert")]
    assert all(loose) == plain
    for d, p in itertools.product(NUMBERS, NUMBERS):
        args = (np.float64(d), np.float64(p), np.float64(-1.5), np.array([0.5, 2.0]))
        (old,), (new,) = outcome(before, args), outcome(after, args)
        assert type(new) is type(old)
        np.testing.assert_array_equal(np.abs(new), np.abs(old))  # an infinity has the sign of the zero divided by


def test_a_product_of_python_floats_is_numpys_where_it_goes_on() -> None:
    """Of x * x, then by s: both factors are Python floats, the result is none."""
    before = program([F8, F8], lambda b, x, s: masked(b, masked(b, x, x), s), loc=DERIVED)
    after = verify(dce(guards(before)))
    for x, s in itertools.product(NUMBERS, NUMBERS):
        (old,), (new,) = outcome(before, (x, s)), outcome(after, (x, s))
        assert type(new) is type(old) is np.float64
        np.testing.assert_array_equal(new, old)


def pivots(A: "f8[n, n]", x: "f8[n]"):  # noqa: F821
    for i in range(A.shape[0]):
        x[i] = x[i] / A[i, i] if x[i] > 0 else 0.0
    return np.sum(x)


def test_numbers_are_divided_by_without_a_call() -> None:
    text = body(generate(pivots, wrt=["A", "x"]), "pivots_backward")
    assert "_masked_mul" not in text and " / y" in text and "!= 0.0 else" in text
    made = Loaded(generate(pivots, wrt=["A", "x"]), "pivots")
    d_A, d_x = made["pivots_grad"](np.diag([2.0, 0.0, -4.0]), np.array([3.0, -1.0, 5.0]))
    np.testing.assert_array_equal(d_x, [0.5, 0.0, -0.25])
    np.testing.assert_array_equal(d_A, np.diag([-0.75, 0.0, -0.3125]))
