"""Lists that a turn makes of what the loop captures: before the loop, unless the turn changes them."""

from __future__ import annotations

import pytest

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.ir.interpret import run
from symdiff.ir.text import parse_program, print_program
from symdiff.ir.verify import verify
from symdiff.passes.displays import displays_before_loops

LOOP = """program @f

func @f(%x: float, %y: float, %n: int)
  %a: int = const() {type=type(int), value=0}
  %o: int = const() {type=type(int), value=1}
  %s: float, %k: int = for(%a, %n, %o, %x, %x, %y) {n_carry=1, n_xs=0}
    region (%i: int, %s2: float, %x2: float, %y2: float)
      %two: int = const() {type=type(int), value=2}
"""
HEAD = """\
      %c: float = const() {type=type(float), value=3.0}
      %j: int = mod(%i, %two)
      %e: Seq[float] = seq_empty() {elem=type(float)}
      %p: Seq[float] = seq_append(%e, %x2)
"""
TAIL = "      %v: float = seq_get(%q, %j)\n      %s3: float = add(%s2, %v)\n      yield %s3\n  return %s\n"
FIXED = "      %q: Seq[float] = seq_append(%p, %y2)\n"
CONSTANT = "      %q: Seq[float] = seq_append(%p, %c)\n"
MOVING = "      %q: Seq[float] = seq_append(%p, %s2)\n"
CHANGED = "      %r: Seq[float] = seq_append(%p, %y2)\n      %q: Seq[float] = seq_set(%r, %j, %s2)\n"


@pytest.mark.parametrize(("body", "before_it"), [(FIXED, True), (CONSTANT, True), (MOVING, False), (CHANGED, False)])
def test_a_list_of_what_does_not_change_is_made_before_the_loop(body: str, before_it: bool) -> None:
    before = verify(parse_program(LOOP + HEAD + body + TAIL))
    after = verify(displays_before_loops(before))
    text = print_program(after)
    assert (text.index("seq_append") < text.index("for(")) == before_it
    for n in (0, 1, 5):
        assert run(after, 2.0, 0.5, n) == run(before, 2.0, 0.5, n)


BRANCH = """\
      %j: int = mod(%i, %two)
      %t: bool = lt(%s2, %y2)
      %s3: float = cond(%t, %s2, %j, %x2, %y2)
        region (%s4: float, %j4: int, %x4: float, %y4: float)
          %e: Seq[float] = seq_empty() {elem=type(float)}
          %p: Seq[float] = seq_append(%e, %OF)
          %q: Seq[float] = seq_append(%p, %y4)
          %v: float = seq_get(%q, %j4)
          %s5: float = add(%s4, %v)
          yield %s5
        region (%s6: float, %j6: int, %x6: float, %y6: float)
          %s7: float = sub(%s6, %x6)
          yield %s7
      yield %s3
  return %s
"""


@pytest.mark.parametrize(("of", "before_it"), [("x4", True), ("s4", False)])
def test_a_branch_of_a_turn_makes_no_list_of_what_does_not_change(of: str, before_it: bool) -> None:
    before = verify(parse_program(LOOP + BRANCH.replace("%OF", f"%{of}")))
    after = verify(displays_before_loops(before))
    text = print_program(after)
    assert (text.index("seq_append") < text.index("for(")) == before_it
    assert before_it or text.index("seq_append") > text.index("cond(")
    for n in (0, 1, 5):
        for x, y in ((2.0, 0.5), (0.25, 1.5)):
            assert run(after, x, y, n) == run(before, x, y, n)
