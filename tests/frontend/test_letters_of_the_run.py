"""Letters of a known text at a position of the run, beside other texts by a condition, against plain Python.

Every position and condition is called; the gradient is compared with a central difference of the function itself.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import symdiff

TEXT, WORDS = "ab*d", ["ab", "*", "cd", "a"]


def letter_or_word(x, i, j, k):
    c = TEXT[i] if j > 1 else "q"
    return x * x if c == "*" else 2 * x if c in "abq" else x


def word_or_letter(x, i, j, k):
    c = WORDS[k] if i > 1 else TEXT[j]
    return {"ab": x, "*": 2 * x, "cd": x * x, "a": 4 * x, "b": 5 * x, "d": 6 * x}[c]


def two_of_them(x, i, j, k):
    c = TEXT[i] if j > 1 else "q"
    d = TEXT[k] if j > 2 else "a"
    return x * x if c == d else x + (x if c > d else 0)


def exchanged(x, i, j, k):
    c = TEXT[i] if j > 1 else "q"
    c, d = (TEXT[k], c) if k else (c, TEXT[j])
    return x * x if c == "a" else 3 * x if d == "*" else x


def in_an_inner_branch(x, i, j, k):
    c = "z"
    if j > 1:
        c = "b" if k else TEXT[i]
    match c:
        case "z":
            return x
        case "a" | "b":
            return x * x
        case _:
            return 3 * x


def letter_or_none(x, i, j, k):
    c = None
    if i > 1:
        c = TEXT[j]
    if c is None:
        return x
    return x * x if c == "b" else 2 * x


def carried(x, i, j, k):
    c = "q"
    for n in range(i):
        c = TEXT[n] if c != "b" else WORDS[k]
    return x * x if c < "b" else x * len(c)


def listed(x, i, j, k):
    found = []
    for n in range(i):
        found.append(TEXT[n] if n != j else "q")
    total = 0.0
    for c in found:
        total = total * 0.5 + (x if c == "q" else x * x if c > "a" else 1.0)
    return total


def parsed(x, i, j, k):
    """The `peek` of a parser by hand: products and sums up to position i."""
    pos = 0
    text = "x*x+x*x*x"

    def peek():
        return text[pos] if pos < 2 * i + 1 else ""

    def product():
        nonlocal pos
        found = x
        pos += 1
        while peek() == "*":
            pos += 2
            found = found * x
        return found

    total = product()
    while peek() == "+":
        pos += 1
        total = total + product()
    return total


PROGRAMS = [
    letter_or_word,
    word_or_letter,
    two_of_them,
    exchanged,
    in_an_inner_branch,
    letter_or_none,
    carried,
    listed,
    parsed,
]


@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_letters_beside_other_texts(f, level: int) -> None:
    compiled = symdiff.value_and_grad(f, level=level)
    x, step = 1.3, 1e-6
    for i, j, k in itertools.product(range(4), range(4), range(2)):
        value, slope = compiled(x, i, j, k)
        assert value == pytest.approx(f(x, i, j, k), rel=1e-12), (i, j, k)
        difference = (f(x + step, i, j, k) - f(x - step, i, j, k)) / (2 * step)
        np.testing.assert_allclose(slope, difference, rtol=1e-6, atol=1e-8, err_msg=str((i, j, k)))
