"""Arrays chosen in a loop: a number is chosen where elements are read, the array where all of it is."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.ir.interpret import run
from symdiff.ir.text import parse_program, print_program
from symdiff.ir.verify import verify
from symdiff.passes.chosen import numbers_of_chosen

HEAD = """program @f

func @f(%x: f8[n], %y: f8[n], %n: int, %p: float) dims n
  %a: int = const() {type=type(int), value=0}
  %o: int = const() {type=type(int), value=1}
  %z: np.f8 = const() {type=type(np.f8), value=0.0}
"""
CHOICE = """      %b: np.b1 = gt(%s2, %p2)
      %t: f8[n] = cond(%b, %x2, %y2)
        region (%x3: f8[n], %y3: f8[n])
          yield %x3
        region (%x4: f8[n], %y4: f8[n])
          yield %y4
"""
ELEMENT = "      %e: np.f8 = index(%t, %i) {spec=(('at', None),)}\n"
WHOLE = "      %e: np.f8 = sum(%t)\n"
LOOP = """  %s: np.f8, %k: int = for(%a, %n, %o, %z, %x, %y, %p) {n_carry=1, n_xs=0}
    region (%i: int, %s2: np.f8, %x2: f8[n], %y2: f8[n], %p2: float)
"""
CARRIED = """  %s: np.f8, %u: f8[n], %k: int = for(%a, %n, %o, %z, %x, %x, %y, %p) {n_carry=2, n_xs=0}
    region (%i: int, %s2: np.f8, %u2: f8[n], %x2: f8[n], %y2: f8[n], %p2: float)
"""
BEFORE = "      %c: np.f8 = index(%u2, %i) {spec=(('at', None),)}\n      %d: np.f8 = add(%s2, %c)\n"
ADDED = "      %s3: np.f8 = add(%s2, %e)\n"


@pytest.mark.parametrize(
    ("text", "numbered"),
    [
        (LOOP + CHOICE + ELEMENT + ADDED + "      yield %s3\n", True),
        (LOOP + CHOICE + WHOLE + ADDED + "      yield %s3\n", False),  # all of it is read in any case
        (CARRIED + CHOICE + ELEMENT + ADDED + "      yield %s3, %t\n", True),
        (CARRIED + BEFORE + CHOICE + ADDED.replace("%e", "%d") + "      yield %s3, %t\n", True),  # of the turn before
        (CARRIED + CHOICE + WHOLE + ADDED + "      yield %s3, %t\n", False),
    ],
)
def test_a_number_is_chosen_where_elements_are_read(text: str, numbered: bool) -> None:
    before = verify(parse_program(HEAD + text + "  return %s\n"))
    after = verify(numbers_of_chosen(before))
    assert ("f8[n] = cond" not in print_program(after)) == numbered
    x, y = np.array([2.0, 3.0, 5.0, 7.0]), np.array([0.5, 11.0, 13.0, 17.0])
    for limit in (-1.0, 0.0, 4.0, 100.0):
        for n in (0, 1, 4):
            assert run(after, x, y, n, limit) == run(before, x, y, n, limit)


def test_what_runs_once_stays_as_it_is_written() -> None:
    once = (
        "  %b: bool = gt(%p, %p)\n  %t: f8[n] = cond(%b, %x, %y)\n    region (%x2: f8[n], %y2: f8[n])\n"
        "      yield %x2\n    region (%x3: f8[n], %y3: f8[n])\n      yield %y3\n"
        "  %e: np.f8 = index(%t, %a) {spec=(('at', None),)}\n  return %e\n"
    )
    before = verify(parse_program(HEAD + once))
    assert numbers_of_chosen(before) is before
