"""Reads that cannot fail go where nobody uses them; those that may fail stay, for the exception is the user's."""

from __future__ import annotations

from typing import Any

import pytest

from symdiff.passes.dce import dce
from tests.passes.helpers import names, parsed


def reading(lo: int = 0, step: int = 1, size: str = "n", index: str = "%i") -> str:
    """`for i in range(lo, size, step): x[index]`, of an x of n elements."""
    return f"""\
func @f(%x: f8[n], %k: int, %y: f8[m]) dims m, n
  %a: int = const() {{type=type(int), value={lo}}}
  %b: int = dim() {{size=dim({size})}}
  %c: int = const() {{type=type(int), value={step}}}
  %s: int, %t: int = for(%a, %b, %c, %a, %x, %k) {{n_carry=1, n_xs=0}} @ m.py:1:1-1:2 in f:1
    region (%i: int, %s2: int, %x2: f8[n], %k2: int)
      %r: np.f8 = index(%x2, {index}) {{spec=(('at', None),)}} @ m.py:2:1-2:2 in f:1
      %s3: int = add(%s2, %i)
      yield %s3
  return %s
"""


@pytest.mark.parametrize(("lo", "size"), [(0, "n"), (2, "n")])
def test_a_read_at_the_number_of_the_turn_is_inside(lo: int, size: str) -> None:
    assert "index" not in names(dce(parsed(reading(lo=lo, size=size))))


@pytest.mark.parametrize(
    "changed",
    [{"lo": -1}, {"step": 2}, {"size": "m"}, {"size": "n + 1"}, {"index": "%k2"}, {"index": "%s2"}],
    ids=["from -1", "in steps", "another size", "one too many", "another number", "a sum of turns"],
)
def test_a_read_elsewhere_may_fail(changed: dict[str, Any]) -> None:
    assert "index" in names(dce(parsed(reading(**changed))))


@pytest.mark.parametrize(("place", "kept"), [(2, False), (-3, False), (3, True), (-4, True)])
def test_a_read_at_a_place_that_is_known(place: int, kept: bool) -> None:
    text = f"""\
func @f(%x: f8[3], %v: float)
  %r: np.f8 = index(%x) {{spec=(('at', {place}),)}} @ m.py:2:1-2:2 in f:1
  return %v
"""
    assert ("index" in names(dce(parsed(text)))) == kept
