"""An operation and what the next one undoes or repeats: programs in, programs out."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff.passes.joined import joined
from tests.passes.helpers import assert_becomes, assert_stays


def appended(zero: str = "0.0", place: int = -1, results: str = "%b") -> str:
    return f"""\
func @f(%s: Seq[float], %x: float)
  %z: float = const() {{type=type(float), value={zero}}}
  %last: int = const() {{type=type(int), value={place}}}
  %a: Seq[float] = seq_append(%s, %z)
  %b: Seq[float] = seq_add(%a, %last, %x)
  return {results}
"""


def test_a_zero_that_is_added_to() -> None:
    after = """\
func @f(%s: Seq[float], %x: float)
  %b: Seq[float] = seq_append(%s, %x)
  return %b
"""
    assert_becomes(joined, appended(), after, ([], 2.0), ([3.0, 5.0], 7.0))


@pytest.mark.parametrize(
    "text",
    [appended(zero="1.0"), appended(place=0), appended(results="%b, %a")],
    ids=["no zero", "another element", "the zero is read"],
)
def test_what_is_not_added_to_a_new_zero(text: str) -> None:
    assert_stays(joined, text)


FIRST, REST = "{spec=(('slice', None, 1, None, 1),)}", "{spec=(('slice', 1, 2, None, 1),)}"


def lent_twice(second: str = FIRST, results: str = "%z") -> str:
    return f"""\
func @f(%x: f8[2], %v: float, %w: float)
  %p: f8[1], %r: f8[2] = borrow(%x) {FIRST}
  %p2: f8[1] = index_add(%p, %v) {{spec=(('at', 0),)}}
  %y: f8[2] = restore(%r, %p2) {FIRST}
  %q: f8[1], %t: f8[2] = borrow(%y) {second}
  %q2: f8[1] = index_add(%q, %w) {{spec=(('at', 0),)}}
  %z: f8[2] = restore(%t, %q2) {second}
  return {results}
"""


def test_a_part_lent_where_it_was_put_back() -> None:
    after = f"""\
func @f(%x: f8[2], %v: float, %w: float)
  %p: f8[1], %r: f8[2] = borrow(%x) {FIRST}
  %p2: f8[1] = index_add(%p, %v) {{spec=(('at', 0),)}}
  %q2: f8[1] = index_add(%p2, %w) {{spec=(('at', 0),)}}
  %z: f8[2] = restore(%r, %q2) {FIRST}
  return %z
"""
    assert_becomes(joined, lent_twice(), after, (np.array([2.0, 3.0]), 5.0, 7.0))


@pytest.mark.parametrize("text", [lent_twice(second=REST), lent_twice(results="%z, %y")], ids=["elsewhere", "read"])
def test_parts_that_are_lent_for_themselves(text: str) -> None:
    assert_stays(joined, text)


PLACE = "{spec=(('at', None),)}"
REPEATING = "{spec=(('array',),)}"
AT = " @ user.py:1:1-1:9 in '∂f':1"


def stored(*lines: str, results: str = "%b", place: str = "int") -> str:
    head = f"func @f(%x: f8[3], %v: float, %i: {place}, %j: {place})\n"
    return head + "".join(f"  {line}\n" for line in lines) + f"  return {results}\n"


ZERO = "%z: float = const() {type=type(float), value=0.0}"
CLEARED = f"%a: f8[3] = index_set(%x, %z, %i) {PLACE}{AT}"
ADDED = f"%b: f8[3] = index_add(%a, %v, %i) {PLACE}{AT}"
READ = f"%t: np.f8 = index(%x, %i) {PLACE}{AT}"
SAMPLES = ((np.array([2.0, 3.0, 5.0]), 7.0, 1, 2), (np.array([2.0, 3.0, 5.0]), 7.0, -1, 2))


def test_a_place_that_is_cleared_and_added_to() -> None:
    after = stored(f"%b: f8[3] = index_set(%x, %v, %i) {PLACE}")
    assert_becomes(joined, stored(ZERO, CLEARED, ADDED), after, *SAMPLES)


def test_what_is_stored_and_added_once_more() -> None:
    twice = stored(f"%a: f8[3] = index_set(%x, %v, %i) {PLACE}{AT}", ADDED)
    after = stored(
        "%1: float = const() {type=type(float), value=2.0}",
        "%v.2: float = mul(%1, %v)",
        f"%b: f8[3] = index_set(%x, %v.2, %i) {PLACE}",
    )
    assert_becomes(joined, twice, after, *SAMPLES)


def test_what_is_cleared_and_put_back() -> None:
    lines = (READ, ZERO, CLEARED, f"%b: f8[3] = index_add(%a, %t, %i) {PLACE}{AT}")
    assert_becomes(joined, stored(*lines), stored(results="%x"), *SAMPLES)


def test_what_is_read_where_it_was_stored_and_stored_over() -> None:
    lines = (
        f"%s: np.f8 = index(%x, %j) {PLACE}{AT}",
        f"%a: f8[3] = index_set(%x, %s, %i) {PLACE}{AT}",
        f"%t: np.f8 = index(%a, %i) {PLACE}{AT}",
        f"%b: f8[3] = index_set(%a, %v, %i) {PLACE}{AT}",
    )
    after = stored(f"%s: np.f8 = index(%x, %j) {PLACE}", f"%b: f8[3] = index_set(%x, %v, %i) {PLACE}", results="%b, %s")
    assert_becomes(joined, stored(*lines, results="%b, %t"), after, *SAMPLES)


@pytest.mark.parametrize(
    "text",
    [
        stored(ZERO, CLEARED.removesuffix(AT), ADDED.removesuffix(AT)),
        stored(ZERO, CLEARED, ADDED.replace("%i)", "%j)")),
        stored(ZERO, CLEARED, ADDED, results="%b, %a"),
        stored(ZERO, CLEARED.replace(PLACE, REPEATING), ADDED.replace(PLACE, REPEATING), place="i8[2]"),
        stored(READ.replace("%i)", "%j)"), f"%b: f8[3] = index_set(%x, %t, %i) {PLACE}{AT}"),
    ],
    ids=["of the user", "elsewhere", "the cleared array is read", "a place named twice", "put elsewhere"],
)
def test_places_that_are_written_for_themselves(text: str) -> None:
    assert_stays(joined, text)
