"""How a block was left is asked as directly as it can be: before differentiation, at every level.

By hand, once: `for …: … break` with an `else` leaves an exit code, which is 1 after the break; the frontend makes of it
what the statements behind the loop see, 5 for "the `else` is skipped", and asks whether that is 0:

    left = 5 if code == 1 else code;  if left == 0: …      ⟹      if code == 0: …
"""

from __future__ import annotations

from typing import Any

from symdiff.ir.core import Op, Program, Value
from symdiff.ir.types import BOOL, Kind
from symdiff.passes.report import Report
from symdiff.passes.rules import Rewriter, Row, Site


def exits(program: Program, report: Report | None = None) -> Program:
    """The program with the rows of the table applied."""
    return Rewriter(ROWS, report).program(program)


def _compared(site: Site) -> Any:
    """A whole number that a branch selects, compared with another: the condition, its contrary, or one comparison."""
    x, c = site.op.ins
    branch = site.source(x, "cond")
    if branch is None or not isinstance(c.const, int) or site.op.out.type != BOOL:
        return None
    then, orelse = (_outside(branch, k, x) for k in (0, 1))
    if then is None or not isinstance(then.const, int) or orelse is None:
        return None
    if isinstance(orelse.const, int):
        if (then.const == c.const) == (orelse.const == c.const):
            return None
        pred = branch.ins[0]
        if pred.type != BOOL:
            pred = site.b.op("convert", pred, kind=Kind.PYTHON, dtype="b1").value
        return pred if then.const == c.const else site.b.op("not_", pred)
    asked = site.source(branch.ins[0], "eq")
    if asked is None or asked.ins[0] is not orelse or c.const in (then.const, asked.ins[1].const):
        return None
    return site.b.op("eq", orelse, c) if isinstance(asked.ins[1].const, int) else None


def _outside(branch: Op, side: int, result: Value) -> Value | None:
    """What a side gives for a result, if it is a constant or was there before the branch."""
    region = branch.regions[side]
    found = region.outs[branch.outs.index(result)]
    if found.const is not None:
        return found
    return dict(zip(region.params, branch.ins[1:], strict=True)).get(found)


ROWS = (Row("exit asked directly", ("eq",), _compared, "always"),)
