"""The same value by fewer or cheaper operations: -O2, after the last differentiation.

By hand, once.  `loss = mean(s - y * z)` has `t = 1 / n;  d_z = -t * y + t * logistic(z)`.  Written as an expert would,

    loss = (s - y * z).sum() / n;  d_z = (logistic(z) - y) / n

`np.mean` takes 2 µs more than the sum it calls, and a common factor is multiplied once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.ir import dims
from symdiff.ir.core import Program, Value
from symdiff.ir.effects import derived
from symdiff.ir.types import Kind
from symdiff.passes.report import Report
from symdiff.passes.rules import Rewriter, Row, Site, number_type
from symdiff.passes.stabilise import sum_of_products
from symdiff.primitives import axes


def cheaper(program: Program, report: Report | None = None) -> Program:
    """The program with the rows of the table applied."""
    return Rewriter(ROWS, report).program(program)


def _of_derivatives(rewrite: Callable[[Site], Any]) -> Callable[[Site], Any]:
    """A rewrite that changes a rounding leaves the value alone: all functions of a module compute the same bits."""
    return lambda site: rewrite(site) if derived(site.op) else None


def _mean(site: Site) -> Any:
    """mean(x) as sum(x) / n: what np.mean computes."""
    x, params = site.op.ins[0], site.op.params
    t = number_type(x)
    if t.kind is not Kind.ARRAY or t.dtype not in ("f8", "f4"):
        return None
    size = dims.prod(t.shape[k] for k in axes.normalize(params.get("axis"), t.rank))
    if any(a.op == "opaque" for a in dims.atoms(size)):
        return None
    return site.b.op("sum", x, **params) / site.b.op("dim", size=size)


def _common_factor(site: Site) -> Any:
    """s * a + s * b and s * a - s * b, of a number s and arrays, with one product; also where one s is -s."""
    found = [_scaled(site, v) for v in site.op.ins]
    if found[0] is None or found[1] is None or found[0][0] is not found[1][0]:
        return None
    (s, a, minus_a), (_, b, minus_b) = found[0], found[1]
    if a.type != b.type:
        return None
    minus_b = minus_b != (site.op.prim.name == "sub")
    if minus_a and minus_b:
        return None
    if minus_a:
        return site.b.op("sub", b, a) * s
    return site.b.op("sub" if minus_b else "add", a, b) * s


def _divided(site: Site) -> Any:
    """x * (1 / n) as x / n, of an array and a number of elements."""
    for x, s in (site.op.ins, site.op.ins[::-1]):
        op = site.source(s, "div")
        if op is None or site.uses(s) > 1 or not site.is_number(op.ins[0], 1) or number_type(x).kind is not Kind.ARRAY:
            continue
        if number_type(x).dtype[0] == "f" and site.source(op.ins[1], "dim"):
            return site.b.op("div", x, op.ins[1])
    return None


def _quotient(site: Site) -> Any:
    """d * (1 / x) as d / x."""
    for d, r in (site.op.ins, site.op.ins[::-1]):
        op = site.source(r, "div")
        if op is not None and derived(op) and site.uses(r) == 1 and site.is_number(op.ins[0], 1):
            return site.b.op("div", d, op.ins[1], **op.params)
    return None


def _twice(site: Site) -> Any:
    """a + t + t as a + 2 t, of numbers, arrays, and places in arrays."""
    op = site.op
    before = site.source(op.ins[0], op.prim.name)
    if before is None or site.uses(op.ins[0]) > 1 or not derived(before) or op.ins[1:] != before.ins[1:]:
        return None
    t = op.ins[1]
    if before.params != op.params or number_type(t).dtype not in ("f8", "f4") or t is before.ins[0]:
        return None
    return site.b.op(op.prim.name, before.ins[0], site.b.op("mul", 2.0, t), *op.ins[2:], **op.params)


def _nothing_added(site: Site) -> Any:
    """x + 0.0, which is x but for the sign of a zero."""
    for x, zero in (site.op.ins, site.op.ins[::-1]):
        if site.is_number(zero, 0) and number_type(x).inexact:
            return x
    return None


def _number_first(site: Site) -> Any:
    """2 * (s * x), of numbers 2 and s, as (2 * s) * x: one product less of arrays, or of what is known."""
    c, v = site.op.ins
    product = site.source(v, "mul")
    if site.number(c) is None or product is None or site.uses(v) > 1 or number_type(c).kind is Kind.ARRAY:
        return None
    for s, x in (product.ins, product.ins[::-1]):
        known = number_type(v).kind is Kind.ARRAY or site.number(s) is not None
        if known and number_type(s).kind in (Kind.NUMPY, Kind.PYTHON) and number_type(x) == number_type(v):
            return site.b.op("mul", c, s) * site.v(x)
    return None


def _scaled_once(site: Site) -> Any:
    """s * x with s subtracted in places, as 1 subtracted from x there, times s: softmax less onehot."""
    op = site.op
    acc, v, *places = op.ins
    product, minus = site.source(acc, "mul"), site.source(v, "neg")
    if product is None or minus is None or site.uses(acc) > 1 or number_type(acc).dtype[0] != "f":
        return None
    for s, x in (product.ins, product.ins[::-1]):
        if s is minus.ins[0] and number_type(s).kind is Kind.NUMPY and number_type(x) == number_type(acc):
            return site.b.op("index_add", x, -1.0, *places, **op.params) * site.v(s)
    return None


_EXACT = {"f8": 2**53, "f4": 2**24}  # whole numbers up to here are floats of the dtype, too


def _as_float(site: Site) -> Any:
    """x + 1 as x + 1.0, of an array of floats x: NumPy converts a float in half the time."""
    arrays = {t.dtype for t in map(number_type, site.op.ins) if t.kind is Kind.ARRAY}
    most = min((_EXACT.get(dtype, -1) for dtype in arrays if dtype != "b1"), default=-1)
    floats = {v: float(v.const) for v in site.op.ins if type(v.const) is int and abs(v.const) <= most}
    return site.b.op(site.op.prim.name, *(floats.get(v, v) for v in site.op.ins), **site.op.params) if floats else None


def _scaled(site: Site, v: Value) -> tuple[Value, Value, bool] | None:
    """(s, x, minus) where v is s * x or -s * x, read here alone, of a computed number s and an array x."""
    op = site.source(v, "mul")
    if op is None or site.uses(v) > 1 or number_type(v).dtype[0] != "f":
        return None
    for s, x in (op.ins, op.ins[::-1]):
        if number_type(s).kind is Kind.NUMPY and number_type(x) == number_type(v) and number_type(x).kind is Kind.ARRAY:
            minus = site.source(s, "neg")
            return (s, x, False) if minus is None else (minus.ins[0], x, True)
    return None


_WITH_NUMBERS = ("add", "sub", "mul", "div", "maximum", "minimum", "where", "lt", "le", "gt", "ge", "eq", "ne")
ROWS = (
    Row("mean as a sum", ("mean",), _mean, "float64 and float32: np.mean divides its sum by the number, too"),
    Row("common factor", ("add", "sub"), _of_derivatives(_common_factor),
        "finite numbers within a rounding, as long as a + b does not overflow"),
    Row("nothing added", ("add",), _of_derivatives(_nothing_added), "but for the sign of a zero"),
    Row("numbers first", ("mul",), _of_derivatives(_number_first),
        "within a rounding, as long as 2 s does not overflow"),
    Row("scaled once", ("index_add",), _of_derivatives(_scaled_once), "within a rounding of s (x - 1)"),
    Row("division by a size", ("mul",), _of_derivatives(_divided),
        "within a rounding, of which there is one less"),
    Row("quotient", ("mul",), _of_derivatives(_quotient), "within a rounding, of which there is one less"),
    Row("twice", ("add", "index_add"), _of_derivatives(_twice), "within a rounding, of which there is one less"),
    Row("whole numbers as floats", _WITH_NUMBERS, _as_float, "up to 2^53, and 2^24 in float32"),
    Row("sum of products", ("sum", "sum_to"), _of_derivatives(sum_of_products),
        "float64 arrays of one shape: another order of summation"),
)  # fmt: skip
