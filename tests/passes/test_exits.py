"""What is asked about an exit code, asked directly: programs in, programs out."""

from __future__ import annotations

import pytest

from symdiff.passes.exits import exits
from tests.passes.helpers import assert_becomes, assert_stays

# what statements behind a loop see of its exit code: 5 where it is 1, else itself
SEEN = """\
func @f(%code: int)
  %one: int = const() {type=type(int), value=1}
  %p: bool = eq(%code, %one)
  %left: int = cond(%p, %code)
    region (%a: int)
      %five: int = const() {type=type(int), value=5}
      yield %five
    region (%b: int)
      yield %b
"""


def asked(number: int) -> str:
    return f"{SEEN}  %c: int = const() {{type=type(int), value={number}}}\n  %q: bool = eq(%left, %c)\n  return %q\n"


def test_a_code_that_the_branch_only_hides() -> None:
    after = """\
func @f(%code: int)
  %c: int = const() {type=type(int), value=0}
  %q: bool = eq(%code, %c)
  return %q
"""
    assert_becomes(exits, asked(0), after, (0,), (1,), (2,), (5,))


@pytest.mark.parametrize("number", [1, 5])  # what the branch asks about, and what it gives instead
def test_a_code_that_the_branch_changes(number: int) -> None:
    assert_stays(exits, asked(number))


def chosen(then: int, orelse: int, number: int) -> str:
    return f"""\
func @f(%p: bool)
  %n: int = cond(%p)
    region ()
      %a: int = const() {{type=type(int), value={then}}}
      yield %a
    region ()
      %b: int = const() {{type=type(int), value={orelse}}}
      yield %b
  %c: int = const() {{type=type(int), value={number}}}
  %q: bool = eq(%n, %c)
  return %q
"""


def test_a_number_chosen_by_a_condition_is_the_condition() -> None:
    assert_becomes(exits, chosen(5, 0, 5), "func @f(%p: bool)\n  return %p\n", (True,), (False,))
    contrary = "func @f(%p: bool)\n  %q: bool = not_(%p)\n  return %q\n"
    assert_becomes(exits, chosen(5, 0, 0), contrary, (True,), (False,))


def test_numbers_that_do_not_tell_the_sides_apart() -> None:
    assert_stays(exits, chosen(5, 0, 1))
    assert_stays(exits, chosen(5, 5, 5))
