"""Which loops are printed over elements, and which keep their number."""

import re
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.passes.streams import streams
from tests.codegen.harness import Loaded
from tests.codegen.test_readable import part
from tests.passes.helpers import assert_same_bits, assert_stays, find, parsed


def turns(first: str = "%3", last: str = "%1", turn: str = "%6", second: str = "%q") -> str:
    """A sum of products over range(first, last) of p[turn] and second[turn]."""
    return f"""\
func @f(%p: f8[n], %q: f8[n], %m: int) dims n
  %1: int = dim() {{size=dim(n)}}
  %2: np.f8 = const() {{type=type(np.f8), value=0.0}}
  %3: int = const() {{type=type(int), value=0}}
  %4: int = const() {{type=type(int), value=1}}
  %5: np.f8, %c: int = for({first}, {last}, %4, %2, %p, {second}, %m) {{n_carry=1, n_xs=0}}
    region ({turn}: int, %s: np.f8, %p2: f8[n], %q2: f8[n], %m2: int)
      %7: np.f8 = index(%p2, {turn}) {{spec=(('at', None),)}}
      %8: np.f8 = index(%q2, {turn}) {{spec=(('at', None),)}}
      %9: np.f8 = mul(%7, %8)
      %10: np.f8 = add(%s, %9)
      yield %10
  return %5
"""


def test_elements_at_the_number_of_the_turn_are_what_is_looped_over() -> None:
    before = parsed(turns())
    after = streams(before)
    (over,) = find(after, "for")
    assert over.params["n_xs"] == 2
    assert not find(after, "index")
    assert_same_bits(before, after, (np.array([0.5, -2.0]), np.array([3.0, 0.25]), 1), (np.zeros(0), np.zeros(0), 0))


def test_the_reverse_loop_goes_through_the_elements_backwards() -> None:
    before = parsed(turns().replace("n_xs=0}", "n_xs=0, reverse=True}"))
    after = streams(before)
    (over,) = find(after, "for")
    assert over.params["n_xs"] == 2 and over.params["reverse"]
    assert_same_bits(before, after, (np.array([1e16, -1e16, 1.0]), np.ones(3), 1), (np.zeros(0), np.zeros(0), 0))


@pytest.mark.parametrize(
    "text",
    [turns(turn="%i"), turns(first="%4"), turns(last="%m"), turns(second="%p")],
    ids=["the user's number", "not the first", "another number of turns", "one array twice"],
)
def test_a_loop_over_numbers_stays(text: str) -> None:
    assert_stays(streams, text)


def total(v: "f8[n]", w: "f8[n]"):  # noqa: F821
    s = 0.0
    for x, y in zip(v, w, strict=False):
        s += x * y
    return s


def numbered(v: "f8[n]"):  # noqa: F821
    s = 0.0
    for i in range(len(v)):
        t = v[i]
        s += t * t
    return s


def counted(v: "f8[n]"):  # noqa: F821
    s = 0.0
    for i, t in enumerate(v):
        s += t * i
    return s


def shorter(v: "f8[n]"):  # noqa: F821
    s = 0.0
    for t in v[1:]:
        s += t * t
    return s


def of_a_list(v: "f8[n]", x: float):  # noqa: F821
    return sum([t * x for t in v])


def chosen(v: "f8[n]", x: float):  # noqa: F821
    a, held = [], [x, x * x]
    for t in v:
        a.append(1 if t > 0 else 0)
    for k in a:
        held[k] *= x
    return held[0] + held[1]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_backwards_beside_what_the_turns_left_behind(level: int) -> None:
    text = part(generate(chosen, wrt=["x"], level=level), "chosen_backward")
    assert "for k, y" in text and re.search(r"in zip\(reversed\(a\), reversed\(\w+\), strict=True\):", text)
    made, v, x = Loaded(generate(chosen, wrt=["x"], level=level), "chosen"), np.array([0.5, -2.0, 3.0]), 0.75
    slope = (chosen(v, x + 1e-6) - chosen(v, x - 1e-6)) / 2e-6
    assert made["chosen_grad"](v, x) == pytest.approx(slope, rel=1e-8)
    assert made["chosen_grad"](np.zeros(0), x) == 1.0 + 2.0 * x


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(
    ("function", "header"),
    [
        (total, "for x, y in zip(v, w, strict=True):"),
        (numbered, "for i in range(n):"),
        (counted, "for i in range(n):"),
        (of_a_list, "for t in v:"),
    ],
)
def test_the_header_is_the_users(function: Any, header: str, level: int) -> None:
    text = part(generate(function, level=level), function.__name__)
    assert header in text


@pytest.mark.parametrize("function", [total, numbered, counted, shorter, of_a_list])
def test_the_value_and_the_gradient_are_those_of_the_function(function: Any) -> None:
    v = np.array([0.5, -2.0, 3.0])
    others: dict[Any, tuple[Any, ...]] = {total: (np.array([1.5, 0.25, -1.0]),), of_a_list: (0.75,)}
    more = others.get(function, ())
    made = Loaded(generate(function), function.__name__)
    assert made[function.__name__](v, *more) == function(v, *more)
    gradient = made[f"{function.__name__}_grad"](v, *more)
    first = gradient[0] if isinstance(gradient, tuple) else gradient
    steps = [np.eye(3)[k] * 1e-6 for k in range(3)]
    differences = [(function(v + h, *more) - function(v - h, *more)) / 2e-6 for h in steps]
    assert np.allclose(first, differences, rtol=1e-7, atol=1e-8)


def test_no_element_is_left_empty() -> None:
    assert Loaded(generate(total), "total")["total_value_and_grad"](np.zeros(0), np.zeros(0))[0] == 0.0
