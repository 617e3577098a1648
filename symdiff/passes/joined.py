"""What one operation does and the next undoes or repeats: at every level, after differentiation.

By hand, once.  The adjoint of `y = s.pop()` makes room in d_s and adds d_y there; that of two reads of `c = A[:, j]`
takes the same part of d_A twice:

    d_s.append(0.0)                            d_c = d_A[:, j]
    d_s[-1] += d_y     ⟹  d_s.append(d_y)      d_c[1] += d_y     ⟹  d_c = d_A[:, j]
                                               d_c = d_A[:, j]      d_c[1] += d_y
                                               d_c[0] += d_x        d_c[0] += d_x
"""

from __future__ import annotations

from typing import Any

from symdiff.ir.core import Program
from symdiff.passes.report import Report
from symdiff.passes.rules import Rewriter, Row, Site


def joined(program: Program, report: Report | None = None) -> Program:
    """The program with the rows of the table applied."""
    return Rewriter(ROWS, report).program(program)


def _appended(site: Site) -> Any:
    """Zero appended and added to once: the term appended."""
    s, i, x = site.op.ins
    append = site.source(s, "seq_append")
    if append is None or i.const != -1 or site.uses(s) > 1:
        return None
    zero = append.ins[1]
    if not site.is_number(zero, 0) or zero.type != x.type:
        return None
    return site.b.op("seq_append", append.ins[0], x)


def _lent_again(site: Site) -> Any:
    """A part taken where it has just been put back: it is still there."""
    whole, *where = site.op.ins
    back = site.source(whole, "restore")
    if back is None or site.uses(whole) > 1 or back.params["spec"] != site.op.params["spec"]:
        return None
    rest, part, *place = back.ins
    same = all(a is b or (a.const is not None and a.const == b.const) for a, b in zip(where, place, strict=True))
    if not same:
        return None
    site.absorbed.append(back)
    return part, rest


ROWS = (
    Row("appended at once", ("seq_add",), _appended, "but for the sign of a zero, at all levels alike"),
    Row("lent once", ("borrow",), _lent_again, "always"),
)
