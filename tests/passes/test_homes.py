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


BRANCH = """program @f

func @f(%t: Seq[Seq[float]], %i: int, %j: int, %c: bool, %x: float)
  %r: Seq[float] = seq_get(%t, %i)
  %q: Seq[float] = cond(%c, %r, %x)
    region (%r2: Seq[float], %x2: float)
      %l: Seq[float] = seq_append(%r2, %x2)
      yield %l
    region (%r3: Seq[float], %x3: float)
      %s: Seq[float] = seq_rest(%r3)
      yield %s
"""
READ_BEHIND = "  %n: int = seq_len(%q)\n"
MEANWHILE = "  %n: int = seq_len(%t)\n"
ROWS = [[2.0, 3.0, 5.0], [7.0, 11.0]]


@pytest.mark.parametrize(
    ("behind", "place", "inside"),
    [
        ("", "%i", True),
        ("", "%j", False),  # another row is overwritten
        (READ_BEHIND, "%i", False),  # the row is read as well
        (MEANWHILE, "%i", False),  # the list as it was is read behind the branch
    ],
)
def test_a_row_that_a_branch_changes_is_put_back_there(behind: str, place: str, inside: bool) -> None:
    end = f"  %u: Seq[Seq[float]] = seq_set(%t, {place}, %q)\n{behind}  return %u{', %n' * bool(behind)}\n"
    before = verify(parse_program(BRANCH + end))
    after = verify(elements_at_home(before))
    (branch,) = [op for op in after.main.body.ops if op.prim.name == "cond"]
    names = [[op.prim.name for op in region.ops] for region in branch.regions]
    assert (names == [["seq_get", "seq_append", "seq_set"], ["seq_get", "seq_rest", "seq_set"]]) is inside
    for longer in (True, False):
        assert run(after, ROWS, 1, 0, longer, 0.5) == run(before, ROWS, 1, 0, longer, 0.5)


def test_a_list_that_a_branch_puts_into_a_list_is_made_there() -> None:
    before = verify(
        parse_program("""program @f

func @f(%t: Seq[Seq[float]], %i: int, %c: bool, %x: float)
  %e: Seq[float] = seq_empty() {elem=type(float)}
  %r: Seq[float] = seq_append(%e, %x)
  %u: Seq[Seq[float]] = cond(%c, %t, %i, %r)
    region (%t2: Seq[Seq[float]], %i2: int, %r2: Seq[float])
      %a: Seq[Seq[float]] = seq_append(%t2, %r2)
      yield %a
    region (%t3: Seq[Seq[float]], %i3: int, %r3: Seq[float])
      %b: Seq[Seq[float]] = seq_set(%t3, %i3, %r3)
      yield %b
  return %u
""")
    )
    after = verify(elements_at_home(before))
    assert [op.prim.name for op in after.main.body.ops] == ["cond"]
    for there in (True, False):
        assert run(after, ROWS, 1, there, 0.5) == run(before, ROWS, 1, there, 0.5)
