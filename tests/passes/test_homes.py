"""A row beside its list: which of the two a loop carries, and where it must carry both."""

from __future__ import annotations

import pytest

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.ir.interpret import run
from symdiff.ir.text import parse_program, print_program
from symdiff.ir.verify import verify
from symdiff.passes.homes import elements_at_home

HEAD = """program @f

func @f(%t: Seq[Seq[float]], %i: int, %n: int)
  %a: int = const() {type=type(int), value=0}
  %o: int = const() {type=type(int), value=1}
  %r: Seq[float] = seq_get(%t, %i)
  %u: Seq[Seq[float]], %q: Seq[float], %k: int = for(%a, %n, %o, %t, %r, %i) {n_carry=2, n_xs=0}
    region (%k2: int, %t2: Seq[Seq[float]], %r2: Seq[float], %i2: int)
      %z: int = const() {type=type(int), value=0}
"""
TAIL = "      yield %t3, %r3\n  return %u, %q\n"
WRITE = "      %r3: Seq[float] = seq_set(%r2, %z, %v)\n"
OWN = "      %v: float = seq_get(%r2, %k2)\n"
THROUGH = "      %w: Seq[float] = seq_get(%t2, %k2)\n      %v: float = seq_get(%w, %z)\n"
BACK = "      %t3: Seq[Seq[float]] = seq_set(%t2, %i2, %r3)\n"
ELSEWHERE = "      %t3: Seq[Seq[float]] = seq_set(%t2, %k2, %r3)\n"
NOT_BACK = "      %t3: Seq[Seq[float]] = seq_set(%t2, %i2, %r2)\n"


@pytest.mark.parametrize(
    ("body", "carries"),
    [
        (OWN + WRITE + BACK, "%r"),  # the row, put back behind the loop
        (THROUGH + WRITE + BACK, "%t"),  # the list, whose row is read in each turn
        (OWN + WRITE + ELSEWHERE, "%t, %r"),  # another row is overwritten
        (OWN + WRITE + NOT_BACK, "%t, %r"),  # the list has the row of the turn before
    ],
)
def test_a_loop_carries_the_row_or_its_list(body: str, carries: str) -> None:
    before = verify(parse_program(HEAD + body + TAIL))
    after = verify(elements_at_home(before))
    assert f"for(%a, %n, %o, {carries}, %i)" in print_program(after)
    rows = [[2.0, 3.0, 5.0], [7.0, 11.0, 13.0], [17.0, 19.0, 23.0]]
    for place in (1, -1):
        assert run(after, rows, place, 3) == run(before, rows, place, 3)


def test_a_row_that_was_put_back_is_read_from_its_list() -> None:
    text = HEAD[: HEAD.index("  %u:")] + (
        "  %x: float = seq_get(%r, %a)\n  %p: Seq[float] = seq_set(%r, %o, %x)\n"
        "  %u: Seq[Seq[float]] = seq_set(%t, %i, %p)\n  %y: float = seq_get(%p, %o)\n  return %u, %y\n"
    )
    before = verify(parse_program(text))
    after = verify(elements_at_home(before))
    assert print_program(after).count("seq_get(%u, %i)") == 1
    rows = [[2.0, 3.0], [5.0, 7.0]]
    assert run(after, rows, 1, 2) == run(before, rows, 1, 2) == ([[2.0, 3.0], [5.0, 5.0]], 5.0)
