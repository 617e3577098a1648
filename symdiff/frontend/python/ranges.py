"""Length, elements and slices of a range whose bounds are known at run time only.

range(n)[-1]          n - 1, or IndexError where n == 0
range(1, n)[2:]       range(1 + 2, n)
range(n)[::-2]        range(n - 1, -1, -2)
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from symdiff.frontend.python import list_changes, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import POISON, Known, Num, Sequence_, SliceVal, Val, size, static_size
from symdiff.ir import dims
from symdiff.ir.dims import Dim
from symdiff.ir.types import Kind


def length(cx: Context, node: ast.AST, val: Sequence_) -> Val:
    """`len(range(…))`: never negative."""
    lo, hi, step = val.parts
    if all(isinstance(p, Known) for p in val.parts):
        return Known(len(range(*(p.obj for p in val.parts if isinstance(p, Known)))))
    if isinstance(lo, Known) and lo.obj == 0 and isinstance(step, Known) and step.obj == 1:
        return hi if operators.as_dim(hi) is not None else most(cx, node, hi, Known(0))
    if not isinstance(step, Known):
        return cx.emit(node, "range_size", lo, hi, step)
    if abs(step.obj) == 1:
        return most(cx, node, _calc(cx, node, ast.Sub(), *((hi, lo) if step.obj > 0 else (lo, hi))), Known(0))
    # (hi - lo) / step, rounded up
    down = _calc(cx, node, ast.FloorDiv(), _calc(cx, node, ast.Sub(), hi, lo), Known(-step.obj))
    return most(cx, node, _calc(cx, node, ast.Sub(), Known(0), down), Known(0))


def element(cx: Context, node: ast.AST, val: Sequence_, index: Val) -> Val:
    """`range(…)[index]`."""
    lo, _, step = val.parts
    n = length(cx, node, val)
    if index is POISON or n is POISON:
        return POISON
    if not cx.is_numeric(index) or cx.aval(index).dtype[0] not in "iu":
        return cx.refuse("SD321", node, operation="[…]", left="a range", right=cx.describe(index))
    index = _int(cx, node, index)
    below = operators.compare(cx, node, ast.Lt(), index, Known(0))
    at = _chosen(cx, node, below, _calc(cx, node, ast.Add(), index, n), index)
    for op, bound in ((ast.Lt(), Known(0)), (ast.GtE(), n)):
        operators.raise_if(cx, node, operators.compare(cx, node, op, at, bound), "IndexError", _OUTSIDE)
    return _calc(cx, node, ast.Add(), lo, _calc(cx, node, ast.Mult(), at, step))


def contains(cx: Context, node: ast.AST, val: Sequence_, item: Val) -> Val:
    """`item in range(…)`, of an int or a float."""
    from symdiff.frontend.python import control

    lo, hi, step = val.parts
    if not isinstance(step, Known):
        return _contains_by_step(cx, node, val, item)
    first, last = (ast.GtE(), ast.Lt()) if step.obj > 0 else (ast.LtE(), ast.Gt())

    def on_it() -> Val:
        rest = _calc(cx, node, ast.Mod(), _calc(cx, node, ast.Sub(), item, lo), Known(abs(step.obj)))
        return operators.compare(cx, node, ast.Eq(), rest, Known(0))

    def below() -> Val:
        return control.short_circuit(cx, node, operators.compare(cx, node, last, item, hi), True, on_it)

    return control.short_circuit(cx, node, operators.compare(cx, node, first, item, lo), True, below)


def _contains_by_step(cx: Context, node: ast.AST, val: Sequence_, item: Val) -> Val:
    """The same where the step, and with it the end that is the larger, is found when it runs."""
    from symdiff.frontend.python import control

    lo, _, step = val.parts
    n, away = length(cx, node, val), _calc(cx, node, ast.Sub(), item, lo)

    def compare(op: ast.cmpop, a: Val, b: Val) -> Val:
        return operators.compare(cx, node, op, a, b)

    def inside() -> Val:
        k = _calc(cx, node, ast.FloorDiv(), away, step)
        from_first = compare(ast.GtE(), k, Known(0))
        return control.short_circuit(cx, node, from_first, True, lambda: compare(ast.Lt(), k, n))

    on_it = compare(ast.Eq(), _calc(cx, node, ast.Mod(), away, step), Known(0))
    return control.short_circuit(cx, node, on_it, True, inside)


def method(cx: Context, node: ast.AST, val: Sequence_, name: str, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`range(…).index(n)` and `range(…).count(n)`, of a whole number."""
    whole = len(args) == 1 and not kwargs and cx.is_numeric(args[0]) and cx.aval(args[0]).dtype[0] in "iub"
    if not whole:
        return cx.refuse_unknown(node, f"range.{name}", args)
    there = contains(cx, node, val, args[0])
    if there is POISON or name == "count":
        return POISON if there is POISON else _chosen(cx, node, there, Known(1), Known(0))
    lo, _, step = val.parts
    missing = operators.negate(cx, node, there)
    if isinstance(args[0], Known):
        operators.raise_if(cx, node, missing, "ValueError", (f"{args[0].obj!r} is not in range",))
    else:
        shown = ((("r", ""), " is not in range"),)
        operators.raise_if(cx, node, missing, "ValueError", shown, (cx.value(args[0]),))
    return _calc(cx, node, ast.FloorDiv(), _calc(cx, node, ast.Sub(), args[0], lo), step)


def parts(val: Val) -> Sequence_ | None:
    """A range, also one from outside; None of anything else."""
    if isinstance(val, Known) and isinstance(val.obj, range):
        return Sequence_("range", (Known(val.obj.start), Known(val.obj.stop), Known(val.obj.step)))
    return val if isinstance(val, Sequence_) and val.kind == "range" else None


def equal(cx: Context, node: ast.AST, a: Sequence_, b: Sequence_) -> Val:
    """Whether two ranges have the same numbers: `range(0, 10, 2) == range(0, 9, 2)`."""
    from symdiff.frontend.python import control

    n, m = length(cx, node, a), length(cx, node, b)
    if n is POISON or m is POISON:
        return POISON

    def same(x: Val, y: Val) -> Val:
        return operators.compare(cx, node, ast.Eq(), x, y)

    def same_steps() -> Val:
        single = same(n, Known(1))
        return control.short_circuit(cx, node, single, False, lambda: same(a.parts[2], b.parts[2]))

    def same_numbers() -> Val:
        return control.short_circuit(cx, node, same(a.parts[0], b.parts[0]), True, same_steps)

    def none_or_same() -> Val:
        return control.short_circuit(cx, node, same(n, Known(0)), False, same_numbers)

    return control.short_circuit(cx, node, same(n, m), True, none_or_same)


_OUTSIDE = ("range object index out of range",)


def sliced(cx: Context, node: ast.AST, val: Sequence_, where: SliceVal) -> Val:
    """`range(…)[lo:hi:step]`, itself a range."""
    if POISON in (where.lo, where.hi, where.step):
        return POISON
    where = SliceVal(*(_int(cx, node, part) for part in (where.lo, where.hi, where.step)))
    first, end, step = val.parts
    if not isinstance(where.step, Known):
        return _sliced_by_step(cx, node, val, where)
    by = 1 if where.step.obj is None else where.step.obj
    if by == 0:
        return cx.refuse("SD403", node, function="a slice", message="the step is zero")
    n = length(cx, node, val)
    if n is POISON:
        return POISON
    lo, hi = (bound(cx, node, b, n, by) for b in (where.lo, where.hi))
    whole = isinstance(step, Known) and step.obj == 1

    def place(k: Val) -> Val:
        return _calc(cx, node, ast.Add(), first, _calc(cx, node, ast.Mult(), k, step))

    if by > 0:
        start = first if lo is None else place(lo)
        stop = place(hi) if hi is not None else end if whole else place(n)
    else:
        start = place(_calc(cx, node, ast.Sub(), n, Known(1)) if lo is None else lo)
        stop = place(Known(-1) if hi is None else hi)
    return Sequence_("range", (start, stop, _calc(cx, node, ast.Mult(), step, Known(by))))


def _sliced_by_step(cx: Context, node: ast.AST, val: Sequence_, where: SliceVal) -> Val:
    """The same where the step is found when it runs."""
    first, _, step = val.parts
    at, count = span(cx, node, length(cx, node, val), where)
    if at is POISON:
        return POISON
    by = _calc(cx, node, ast.Mult(), where.step, step)
    start = _calc(cx, node, ast.Add(), first, _calc(cx, node, ast.Mult(), at, step))
    return Sequence_("range", (start, _calc(cx, node, ast.Add(), start, _calc(cx, node, ast.Mult(), count, by)), by))


def span(cx: Context, node: ast.AST, n: Val, where: SliceVal) -> tuple[Val, Val]:
    """Where a slice of n elements begins, and how many it has."""
    place = None if n is POISON else list_changes.place_of(cx, node, where)
    if place is None:
        return POISON, POISON
    spec, operands = place
    of = cx.at(node)
    start, count = (of.emit(name, cx.value(n), *operands, spec=spec)[0] for name in ("span_start", "span_size"))
    return cx.wrap(start), cx.wrap(count)


def bound(cx: Context, node: ast.AST, given: Val, n: Val, by: int) -> Val | None:
    """A bound of a slice as a place from the start, as far as a slice reaches; None where it is left out."""
    if isinstance(given, Known) and given.obj is None:
        return None
    lowest, highest = (Known(0), n) if by > 0 else (Known(-1), _calc(cx, node, ast.Sub(), n, Known(1)))
    below = operators.compare(cx, node, ast.Lt(), given, Known(0))
    back = most(cx, node, _calc(cx, node, ast.Add(), given, n), lowest)
    return _chosen(cx, node, below, back, least(cx, node, given, highest))


def _int(cx: Context, node: ast.AST, val: Val) -> Val:
    """A number of NumPy's as the int that a range takes it for; anything else as it is."""
    if not isinstance(val, Num) or val.type.shape or val.type.dtype[0] not in "iu":
        return val
    return operators.convert(cx, node, val, Kind.PYTHON, "i8")


def _calc(cx: Context, node: ast.AST, op: ast.operator, a: Val, b: Val) -> Val:
    """`a op b` of integers; times 1 and plus 0 are not written."""
    if isinstance(a, Known) and isinstance(op, (ast.Add, ast.Mult)):
        a, b = b, a
    if isinstance(b, Known) and b.obj == (1 if isinstance(op, ast.Mult) else 0) and not isinstance(op, ast.FloorDiv):
        return a
    return operators.binary(cx, node, op, a, b)


def _chosen(cx: Context, node: ast.AST, test: Val, then: Val, orelse: Val) -> Val:
    from symdiff.frontend.python import control

    return control.chosen(cx, node, test, then, orelse)


def most(cx: Context, node: ast.AST, a: Val, b: Val) -> Val:
    """The larger of two counts."""
    found = of_sizes(dims.dmax, a, b)
    return _chosen(cx, node, operators.compare(cx, node, ast.GtE(), a, b), a, b) if found is None else found


def least(cx: Context, node: ast.AST, a: Val, b: Val) -> Val:
    found = of_sizes(dims.dmin, a, b)
    return _chosen(cx, node, operators.compare(cx, node, ast.LtE(), a, b), a, b) if found is None else found


def of_sizes(which: Callable[[Dim, Dim], Dim], a: Val, b: Val) -> Val | None:
    """The larger or smaller of two counts, `which`, where they are sizes of the function's; else None."""
    one, other = operators.as_dim(a), operators.as_dim(b)
    if one is None or other is None or not static_size(one) or not static_size(other):
        return None
    return size(which(one, other))
