"""Two branches on one condition: programs in, programs out."""

from __future__ import annotations

import pytest

from symdiff.passes.branches import merged_branches
from tests.passes.helpers import assert_becomes, assert_stays

FIRST = """\
func @f(%c: bool, %x: float)
  %y: float = cond(%c, %x)
    region (%a: float)
      %s: float = mul(%a, %a)
      yield %s
    region (%b: float)
      yield %b
"""
SECOND = """\
  %d: float = cond(%c, {operand})
    region (%e: float)
      %t: float = add(%e, %e)
      yield %t
    region (%g: float)
      yield %g
"""


def test_the_second_reads_what_the_first_gives() -> None:
    after = """\
func @f(%c: bool, %x: float)
  %y: float, %d: float = cond(%c, %x)
    region (%a: float)
      %s: float = mul(%a, %a)
      %t: float = add(%s, %s)
      yield %s, %t
    region (%b: float)
      yield %b, %b
  return %y, %d
"""
    before = f"{FIRST}{SECOND.format(operand='%y')}  return %y, %d\n"
    assert_becomes(merged_branches, before, after, (True, 3.0), (False, 5.0))


def test_what_the_second_needs_comes_before_the_first() -> None:
    after = """\
func @f(%c: bool, %x: float)
  %z: float = sub(%x, %x)
  %y: float, %d: float = cond(%c, %x, %z)
    region (%a: float, %z.2: float)
      %s: float = mul(%a, %a)
      %t: float = add(%z.2, %z.2)
      yield %s, %t
    region (%b: float, %z.3: float)
      yield %b, %z.3
  %w: float = neg(%y)
  return %w, %d
"""
    between = "  %w: float = neg(%y)\n  %z: float = sub(%x, %x)\n"
    before = f"{FIRST}{between}{SECOND.format(operand='%z')}  return %w, %d\n"
    assert_becomes(merged_branches, before, after, (True, 3.0), (False, 5.0))


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST}  %z: float = neg(%y)\n{SECOND.format(operand='%z')}  return %d\n",
        f"{FIRST}{SECOND.format(operand='%x')}  return %y, %d\n".replace("cond(%c, %x)", "cond(%o, %x)", 1).replace(
            "%c: bool,", "%c: bool, %o: bool,"
        ),
    ],
    ids=["made of the first's result", "another condition"],
)
def test_branches_that_stay_apart(text: str) -> None:
    assert_stays(merged_branches, text)


def test_what_may_raise_changes_places_with_nothing_that_may() -> None:
    second = SECOND.format(operand="%x").replace("add(%e, %e)", "div(%e, %e)")
    between = "  %w: float = div(%x, %y)\n"
    assert_stays(merged_branches, f"{FIRST}{between}{second}  return %y, %w, %d\n")
