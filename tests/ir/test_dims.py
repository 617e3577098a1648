"""Sizes: polynomial arithmetic against integers, and that what is decided holds for every size, 0 and 1 included."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from symdiff.ir import dims
from symdiff.ir.dims import Atom, Dim, Poly

N, M, K = dims.var("n"), dims.var("m"), dims.opaque("k")
ATOMS = [Atom("var", "n"), Atom("var", "m"), Atom("opaque", "k")]
VALUES = [dict(zip(ATOMS, sizes, strict=True)) for sizes in itertools.product((0, 1, 2, 3, 7), repeat=3)]

Value = Callable[[dict[Atom, int]], int]


def drawn(rng: np.random.Generator, depth: int) -> tuple[Dim, Value]:
    """A dimension built by the module's functions, and the same in integers."""
    if depth == 0 or rng.random() < 0.15:
        c = int(rng.integers(-3, 4))
        options: list[tuple[Dim, Value]] = [(c, lambda env: c)]
        options += [(d, lambda env, a=a: env[a]) for d, a in zip((N, M, K), ATOMS, strict=True)]
        return options[int(rng.integers(4))]
    (a, f), (b, g) = drawn(rng, depth - 1), drawn(rng, depth - 1)
    step = int(rng.integers(1, 5))
    choices: list[tuple[Dim, Value]] = [
        (dims.add(a, b), lambda env: f(env) + g(env)),
        (dims.sub(a, b), lambda env: f(env) - g(env)),
        (dims.mul(a, b), lambda env: f(env) * g(env)),
        (dims.floordiv(a, step), lambda env: f(env) // step),
        (dims.dmin(a, b), lambda env: min(f(env), g(env))),
        (dims.dmax(a, b), lambda env: max(f(env), g(env))),
    ]
    return choices[int(rng.integers(len(choices)))]


def pairs(seed: int, k: int, count: int = 40) -> list[tuple[Dim, Value]]:
    rng = np.random.default_rng([seed, k])
    return [drawn(rng, int(rng.integers(1, 4))) for _ in range(count)]


@pytest.mark.parametrize("k", range(20))
def test_arithmetic_is_that_of_integers(k: int, seed: int) -> None:
    for d, f in pairs(seed, k):
        assert all(dims.evaluate(d, env) == f(env) for env in VALUES), d


@pytest.mark.parametrize("k", range(20))
def test_printed_dimensions_parse_back(k: int, seed: int) -> None:
    for d, _ in pairs(seed, k):
        assert dims.parse(str(d)) == d, d


@pytest.mark.parametrize("k", range(30))
def test_decisions_hold_for_every_size(k: int, seed: int) -> None:
    found = pairs(seed, k)
    for (a, f), (b, g) in zip(found[::2], found[1::2], strict=True):
        order, equal = dims.compare(a, b), dims.equal(a, b)
        low = dims.lower_bound(a)
        for env in VALUES:
            x, y = f(env), g(env)
            assert equal is None or equal == (x == y), (a, b)
            assert order is None or (x <= y if order < 0 else x >= y if order > 0 else x == y), (a, b)
            assert low is None or low <= x, a


@pytest.mark.parametrize("k", range(4))
def test_what_is_at_most_one_is_so_for_every_size(k: int, seed: int) -> None:
    """Of random dimensions, and of x[i:i+1] in the forms that slices have, alone and beside something larger."""
    found = 0
    for i, at in pairs(seed, k):
        after = dims.dmin(dims.add(i, 1), N)
        steps = [dims.sub(after, dims.dmin(i, N)), dims.sub(after, i), dims.dmin(i, 1)]
        for d in (i, *steps, *(dims.dmax(step, other) for step in steps for other in (0, 1, 2, M))):
            if dims.at_most_one(d):
                found += 1
                assert all(dims.evaluate(d, env) <= 1 for env in VALUES if at(env) >= 0), str(d)
    assert found > 100


def test_a_polynomial_has_one_form() -> None:
    assert dims.add(N, M) == dims.add(M, N) and dims.mul(N, M) == dims.mul(M, N)
    assert dims.mul(dims.add(N, 1), dims.sub(N, 1)) == dims.sub(dims.mul(N, N), 1)
    assert dims.sub(dims.add(N, 3), N) == 3 and isinstance(dims.sub(N, N), int)
    assert dims.floordiv(dims.mul(4, N), 2) == dims.mul(2, N)
    assert dims.prod([N, 2, M]) == dims.mul(2, dims.mul(N, M))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        *(("n", "n", True), ("n", "m", None), ("n", "1", None), ("n + 1", "0", False), ("n + 1", "n", False)),
        *(("?a", "?a", True), ("?a", "?b", None), ("n*m", "m*n", True), ("max(n - 1, 0)", "n - 1", None)),
        *(("n//2", "n//2", True), ("min(n, 0)", "0", True)),
    ],
)
def test_equality_says_yes_no_or_undecided(a: str, b: str, expected: bool | None) -> None:
    assert dims.equal(dims.parse(a), dims.parse(b)) is expected


def test_known_order_decides_minimum_and_maximum() -> None:
    assert dims.dmax(N, 0) == N and dims.dmin(dims.add(N, 1), N) == N
    assert isinstance(dims.dmax(dims.sub(N, 1), 0), Poly) and isinstance(dims.dmin(N, M), Poly)


def test_a_quotient_times_its_divisor_is_no_more_than_the_whole() -> None:
    half = dims.floordiv(N, 2)
    assert dims.compare(dims.mul(2, half), N) == -1 and dims.compare(N, dims.mul(2, half)) == 1
    assert dims.compare(dims.mul(3, half), N) is None and dims.compare(half, dims.mul(2, half)) == -1


def test_a_maximum_of_unknown_sign_is_not_a_size() -> None:
    assert dims.lower_bound(dims.dmax(dims.sub(N, 5), dims.sub(M, 7))) == -5
    assert dims.lower_bound(dims.dmax(dims.sub(0, N), dims.sub(M, K))) is None


@pytest.mark.parametrize(
    ("pattern", "actual", "known", "expected"),
    [
        *(("n", 3, {}, ("n", 3)), ("2*n + 1", 7, {}, ("n", 3)), ("2*n + 1", 6, {}, None)),
        *(("n - m", 2, {"m": 3}, ("n", 5)), ("n*m", 6, {"m": 3}, None), ("n + m", 3, {}, None)),
        *(("n", 3, {"n": 3}, None), ("n + max(n - 1, 0)", 3, {}, None), ("n*n", 9, {}, None)),
    ],
)
def test_a_size_is_found_where_the_pattern_decides_it(
    pattern: str, actual: int, known: dict[str, int], expected: tuple[str, int] | None
) -> None:
    found = dims.solve(dims.parse(pattern), actual, {Atom("var", n): v for n, v in known.items()})
    assert found == (expected and (Atom("var", expected[0]), expected[1]))


def test_substitution_and_atoms_reach_into_nested_atoms() -> None:
    d = dims.parse("max(n - 1, m//2)*k")
    assert {str(a) for a in dims.atoms(d)} == {"n", "m", "k"}
    assert dims.substitute(d, lambda a: 4) == 12


@pytest.mark.parametrize("text", ["", "n +", "(n", "max(n)", "n m", "n $ m", "max(n, m", ")"])
def test_text_that_is_no_dimension_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="dimension"):
        dims.parse(text)


def test_many_terms_stay_fast() -> None:
    total: Dim = 0
    for k in range(200):
        total = dims.add(total, dims.var(f"n{k}"))
    assert dims.evaluate(total, {a: 1 for a in dims.atoms(total)}) == 200
