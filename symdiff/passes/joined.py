"""What one operation does and the next undoes or repeats: at every level, after differentiation.

By hand, once.  The adjoint of `y = s.pop()` makes room in d_s and adds d_y there; that of two reads of `c = A[:, j]`
takes the same part of d_A twice:

    d_s.append(0.0)                            d_c = d_A[:, j]
    d_s[-1] += d_y     ⟹  d_s.append(d_y)      d_c[1] += d_y     ⟹  d_c = d_A[:, j]
                                               d_c = d_A[:, j]      d_c[1] += d_y
                                               d_c[0] += d_x        d_c[0] += d_x

That of `y[i] = y[i] * w` clears the place and adds to it, that of `y[i] = y[i] + w` adds what was there:

    t = d_y[i]                                 t = d_y[i]
    d_y[i] = 0.0       ⟹  d_y[i] = t * w       d_y[i] = 0.0      ⟹  d_w += d_y[i]
    d_y[i] += t * w                            d_w += t
                                               d_y[i] += t
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.ir.core import Op, Program, Value
from symdiff.ir.effects import derived
from symdiff.ir.types import Seq
from symdiff.passes.report import Report
from symdiff.passes.rules import Rewriter, Row, Site, number_type
from symdiff.primitives.indexing import may_repeat
from symdiff.primitives.sequence_changes import INSIDE


def joined(program: Program, report: Report | None = None) -> Program:
    """The program with the rows of the table applied."""
    return Rewriter(ROWS, report).program(program)


def _appended(site: Site) -> Any:
    """Zero appended or put in, and added to once: the term itself."""
    s, i, x = site.op.ins
    made = site.source(s, "seq_append", "seq_insert", "seq_put")
    if made is None or site.uses(s) > 1 or not _is_new(site, made, i):
        return None
    zero = made.ins[-1]
    if not site.is_number(zero, 0) or zero.type != x.type:
        return None
    return site.b.op(made.prim.name, *made.ins[:-1], x, **made.params)


def _is_new(site: Site, made: Op, i: Value) -> bool:
    """Whether a list has at an index what was put into it last."""
    if made.prim.name == "seq_append":
        return bool(i.const == -1)
    inside = made.prim.name == "seq_put" or (made.params["where"] == INSIDE and not (i.const or 0) < 0)
    return inside and _are_same(site, (made.ins[1],), (i,))


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


# --- elements and parts of arrays, elements of lists


def _where(op: Op) -> tuple[Value, ...]:
    """The operands that say where an operation reads or writes."""
    if op.prim.name in ("seq_set", "seq_add", "seq_get"):
        return (op.ins[1],)
    return op.ins[1:] if op.prim.name == "index" else op.ins[2:]


def _given(op: Op) -> Value:
    """What an operation writes."""
    return op.ins[2 if op.prim.name in ("seq_set", "seq_add") else 1]


def _at_one_place(site: Site, one: Op, two: Op) -> bool:
    """Whether two operations are about one place, which no index names twice."""
    specs = [op.params["spec"] for op in (one, two) if "spec" in op.params]
    once = specs[:1] == specs[1:] and not any(map(may_repeat, specs))
    return once and _are_same(site, _where(one), _where(two))


def _are_same(site: Site, one: Sequence[Value], two: Sequence[Value]) -> bool:
    """Whether values are equal because they are computed alike, as at -O0 `i - 1` is each time."""
    todo = [*zip(one, two, strict=True)]
    while todo:
        a, b = todo.pop()
        if a is b or _is_one_number(site, a, b):
            continue
        left, right = site.source(a), site.source(b)
        if left is None or right is None or left.regions or left.prim.effect or left.prim.name == "call":
            return False
        if left.prim is not right.prim or left.params != right.params:
            return False
        if left.outs.index(a) != right.outs.index(b):  # two of the values that a branch saved
            return False
        todo += zip(left.ins, right.ins, strict=True)
    return True


def _is_one_number(site: Site, a: Value, b: Value) -> bool:
    return a.type == b.type and site.number(a) is not None and site.number(a) == site.number(b)


def _stored(site: Site, whole: Value, name: str) -> Op | None:
    """What derived code wrote last, if that was at the place of this operation, by the primitive of this name."""
    before = site.source(whole, name)
    known = before is not None and derived(before) and derived(site.op) and _at_one_place(site, before, site.op)
    return before if known else None


def _stored_at_once(site: Site) -> Any:
    """Zero stored and added to: the term stored; of a term stored and added, its double."""
    whole, term = site.op.ins[0], _given(site.op)
    before = _stored(site, whole, site.op.prim.name.replace("_add", "_set"))
    if before is None or site.uses(whole) > 1:
        return None
    if _given(before) is term and number_type(term).inexact:
        twice = site.b.op("mul", 2.0, term).value
        twice.hint, twice.origin = term.hint, term.origin
        return _with(site, before, twice)
    return _with(site, before, term) if site.is_number(_given(before), 0) else None


def _stored_over(site: Site) -> Any:
    """Stored where something was stored that nobody reads."""
    whole = site.op.ins[0]
    before = _stored(site, whole, site.op.prim.name)
    return None if before is None or site.uses(whole) > 1 else _with(site, before, _given(site.op))


def _with(site: Site, store: Op, value: Value) -> Any:
    """A store, of another value."""
    if isinstance(store.out.type, Seq) and value.type != store.out.type.elem:
        return None
    at = store.ins.index(_given(store))
    ins = [*store.ins[:at], value, *store.ins[at + 1 :]]
    return site.b.op(store.prim.name, *ins, **store.params)


def _put_back(site: Site) -> Any:
    """What was read is stored where it was read."""
    read = site.source(_given(site.op), site.op.prim.name.replace("_set", "").replace("seq", "seq_get"))
    if read is None or read.ins[0] is not site.op.ins[0] or not derived(site.op):
        return None
    return read.ins[0] if _at_one_place(site, read, site.op) else None


def _read_at_once(site: Site) -> Any:
    """What was stored is read where it was stored."""
    before = _stored(site, site.op.ins[0], "seq_set" if site.op.prim.name == "seq_get" else "index_set")
    return None if before is None else _given(before)


_SIGN = "but for the sign of a zero, at all levels alike"
ROWS = (
    Row("appended at once", ("seq_add",), _appended, _SIGN),
    Row("lent once", ("borrow",), _lent_again, "always"),
    Row("stored at once", ("index_add", "seq_add"), _stored_at_once, _SIGN),
    Row("put back", ("index_set", "seq_set"), _put_back, "always"),
    Row("stored over", ("index_set", "seq_set"), _stored_over, "always"),
    Row("read at once", ("index", "seq_get"), _read_at_once, "where the value has the type of the place"),
)
