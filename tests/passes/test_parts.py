"""Writes through views as writes into lent parts: programs in, programs out."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff.passes.parts import lent_parts, whole_again
from tests.passes.helpers import assert_becomes, assert_stays

REST, FIRST = "{spec=(('slice', 1, 2, None, 1),)}", "{spec=(('slice', None, 1, None, 1),)}"
AT = "{spec=(('at', None),)}"
ARGUMENTS = (np.array([2.0, 3.0]), 0, 5.0)


def written(store: str = REST, results: str = "%z", behind: str = "") -> str:
    """`w = y[1:]; w[i] = v`, by values."""
    return f"""\
func @f(%y: f8[2], %i: int, %v: float)
  %p: f8[1] = index(%y) {REST}
  %q: f8[1] = index_set(%p, %v, %i) {AT}
{behind}  %z: f8[2] = index_set(%y, %q) {store}
  return {results}
"""


def test_a_write_through_a_view() -> None:
    after = f"""\
func @f(%y: f8[2], %i: int, %v: float)
  %1: f8[1], %2: f8[2] = borrow(%y) {REST}
  %q: f8[1] = index_set(%1, %v, %i) {AT}
  %z: f8[2] = restore(%2, %q) {REST}
  return %z
"""
    assert_becomes(lent_parts, written(), after, ARGUMENTS)


def test_a_row_of_a_list_of_lists() -> None:
    before = """\
func @f(%t: Seq[Seq[float]], %i: int, %j: int, %v: float)
  %r: Seq[float] = seq_get(%t, %i)
  %q: Seq[float] = seq_set(%r, %j, %v)
  %u: Seq[Seq[float]] = seq_set(%t, %i, %q)
  return %u
"""
    after = f"""\
func @f(%t: Seq[Seq[float]], %i: int, %j: int, %v: float)
  %1: Seq[float], %2: Seq[Seq[float]] = borrow(%t, %i) {AT}
  %q: Seq[float] = seq_set(%1, %j, %v)
  %u: Seq[Seq[float]] = restore(%2, %q, %i) {AT}
  return %u
"""
    rows = [[2.0, 3.0], [5.0, 7.0]]
    assert_becomes(lent_parts, before, after, (rows, 1, 0, 11.0), (rows, -1, 1, 11.0), (rows, 2, 0, 11.0))
    assert_stays(lent_parts, before.replace("seq_set(%t, %i, %q)", "seq_set(%t, %j, %q)"))


@pytest.mark.parametrize(
    "text",
    [
        written(store=FIRST),
        written(results="%z, %q"),
        written(results="%z, %p"),
        written(results="%z, %y"),
        written(results="%z, %s", behind=f"  %s: np.f8 = index(%y, %i) {AT}\n"),
    ],
    ids=["put elsewhere", "the part is a result", "so is what it was", "so is the array before", "read behind"],
)
def test_parts_that_are_values_of_their_own(text: str) -> None:
    assert_stays(lent_parts, text)


def test_a_part_that_comes_back_untouched_is_not_lent() -> None:
    before = f"""\
func @f(%y: f8[2], %v: float)
  %p: f8[1], %r: f8[2] = borrow(%y) {REST}
  %z: f8[2] = restore(%r, %p) {REST}
  return %z
"""
    assert_becomes(whole_again, before, "func @f(%y: f8[2], %v: float)\n  return %y\n", (np.array([2.0, 3.0]), 5.0))
    assert_stays(
        whole_again,
        before.replace("restore(%r, %p)", "restore(%r, %s)").replace(
            "  %z", "  %s: f8[1] = index_add(%p, %v) {spec=(('at', 0),)}\n  %z"
        ),
    )
