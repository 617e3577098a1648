"""Stable and cheaper forms of what users write: -O2, on the primal before it is differentiated.

By hand, once.  `log_p = f - log(sum(exp(f), axis=1, keepdims=True))` overflows for f > 709; it becomes log_softmax(f).
Read as `-mean(log_p[arange(n), labels])` it becomes

    mean(logsumexp(f, axis=1) - f[arange(n), labels])

whose adjoint is P - onehot: the softmax P of log Σ exp, from which the gather subtracts at [arange(n), labels].
Rules match in the order of the table; what they leave unread is removed by `dce`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symdiff.ir import dims
from symdiff.ir.build import V
from symdiff.ir.core import Op, Program, Value
from symdiff.ir.types import AVal, Kind
from symdiff.passes.report import Report
from symdiff.passes.rules import Rewriter, Row, Site, number_type


def stabilise(program: Program, report: Report | None = None) -> Program:
    """The program in stable forms: equal to rounding where the old one was accurate, right where it overflowed."""
    return Rewriter(ROWS, report).program(program)


def stabilise_derivatives(program: Program, report: Report | None = None) -> Program:
    """What derivative rules write, in stable forms: exp(f - log Σ exp(f)) loses digits where f is large."""
    return Rewriter(DERIVATIVE_ROWS, report).program(program)


def _real(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.dtype[0] == "f"


def _either_way(op: Op) -> Iterator[tuple[Value, Value]]:
    """The operands of a commutative operation, both ways round."""
    yield op.ins[0], op.ins[1]
    yield op.ins[1], op.ins[0]


def _plus_one(site: Site, v: Value) -> Value | None:
    """x where v is 1 + x."""
    op = site.source(v, "add")
    return next((x for one, x in _either_way(op) if site.is_number(one, 1)), None) if op else None


def _exp_of(site: Site, v: Value) -> Value | None:
    """x where v is exp(x), x real."""
    op = site.source(v, "exp")
    return op.ins[0] if op is not None and _real(op.ins[0]) else None


def _minus(site: Site, v: Value) -> Any:
    """-v, without a double sign."""
    op = site.source(v, "neg")
    return site.v(op.ins[0]) if op is not None else site.b.neg(v)


# --- the logistic


def _logistic(site: Site) -> Any:
    """1 / (1 + exp(-z)), also with the number in another place."""
    top, bottom = site.op.ins
    x = _plus_one(site, bottom)
    z = None if x is None else _exp_of(site, x)
    if z is None:
        return None
    if site.is_number(top, 1):
        return site.b.logistic(_minus(site, z))
    return site.b.logistic(z) if _exp_of(site, top) is z else None


def _logistic_by_tanh(site: Site) -> Any:
    """0.5 * (1 + tanh(z / 2)) and (1 + tanh(z / 2)) / 2."""
    op = site.op
    if op.prim.name == "div":
        inner = op.ins[0] if site.is_number(op.ins[1], 2) else None
    else:
        inner = next((x for half, x in _either_way(op) if site.is_number(half, 0.5)), None)
    x = None if inner is None else _plus_one(site, inner)
    tanh = None if x is None else site.source(x, "tanh")
    half = None if tanh is None else _half_of(site, tanh.ins[0])
    return site.b.logistic(half) if half is not None and _real(half) else None


def _half_of(site: Site, v: Value) -> Value | None:
    op = site.source(v, "mul", "div")
    if op is None:
        return None
    if op.prim.name == "div":
        return op.ins[0] if site.is_number(op.ins[1], 2) else None
    return next((x for half, x in _either_way(op) if site.is_number(half, 0.5)), None)


# --- logarithms


def _softplus(site: Site) -> Any:
    """log(1 + exp(z)), log1p(exp(z)), logaddexp(0, z)."""
    op = site.op
    if op.prim.name == "logaddexp":
        z = next((x for zero, x in _either_way(op) if site.is_number(zero, 0)), None)
        return site.b.softplus(z) if z is not None and _real(z) else None
    inner = op.ins[0] if op.prim.name == "log1p" else _plus_one(site, op.ins[0])
    z = None if inner is None else _exp_of(site, inner)
    return None if z is None else site.b.softplus(z)


def _log_of_logistic(site: Site) -> Any:
    """log(p) and log(1 - p) of a logistic p."""
    v = site.op.ins[0]
    p = site.source(v, "logistic")
    if p is not None:
        return -site.b.softplus(_minus(site, p.ins[0]))
    rest = site.source(v, "sub")
    if rest is None or not site.is_number(rest.ins[0], 1):
        return None
    p = site.source(rest.ins[1], "logistic")
    return None if p is None else -site.b.softplus(p.ins[0])


def _logsumexp(site: Site) -> Any:
    """log(sum(exp(x), axis, keepdims))."""
    total = site.source(site.op.ins[0], "sum")
    x = None if total is None else _exp_of(site, total.ins[0])
    if total is None or x is None or not number_type(x).shape:
        return None
    return site.b.logsumexp(x, **total.params)


def _log_of_exp(site: Site) -> Any:
    z = _exp_of(site, site.op.ins[0])
    return None if z is None else site.v(z)


def _log_of_quotient(site: Site) -> Any:
    """log(exp(z) / sum(exp(x))) is z - log(sum(exp(x))), also with exp(x)[i] above."""
    quotient = site.source(site.op.ins[0], "div")
    total = None if quotient is None else site.source(quotient.ins[1], "sum")
    x = None if total is None else _exp_of(site, total.ins[0])
    if quotient is None or total is None or x is None or not number_type(x).shape:
        return None
    z = _log(site, quotient.ins[0])
    return None if z is None else z - site.b.logsumexp(x, **total.params)


def _log(site: Site, v: Value) -> Any:
    """z where v is exp(z), x[i] where it is exp(x)[i]."""
    z = _exp_of(site, v)
    if z is not None:
        return site.v(z)
    gather = site.source(v, "index")
    x = None if gather is None else _exp_of(site, gather.ins[0])
    if gather is None or x is None:
        return None
    site.absorbed.append(gather)
    return site.b.index(x, *gather.ins[1:], **gather.params)


def _log_of_softmax(site: Site) -> Any:
    p = site.source(site.op.ins[0], "softmax")
    return None if p is None else site.b.log_softmax(p.ins[0], **p.params)


def _log_of_gathered_softmax(site: Site) -> Any:
    """log(softmax(f)[i]) is log_softmax(f)[i]."""
    gather = site.source(site.op.ins[0], "index")
    p = None if gather is None else site.source(gather.ins[0], "softmax")
    if gather is None or p is None:
        return None
    site.absorbed.append(gather)
    return site.b.index(site.b.log_softmax(p.ins[0], **p.params), *gather.ins[1:], **gather.params)


def _log1p(site: Site) -> Any:
    x = _plus_one(site, site.op.ins[0])
    return site.b.log1p(x) if x is not None and _real(x) else None


def _expm1(site: Site) -> Any:
    """exp(x) - 1, and 1 - exp(x)."""
    left, right = site.op.ins
    if site.is_number(right, 1) and (x := _exp_of(site, left)) is not None:
        return site.b.expm1(x)
    if site.is_number(left, 1) and (x := _exp_of(site, right)) is not None:
        return -site.b.expm1(x)
    return None


# --- softmax


def _reduction_of(site: Site, v: Value, name: str) -> tuple[Value, Any] | None:
    """(x, axis) where v is the reduction `name` of x in a shape that broadcasts back against x."""
    total = site.source(v, name)
    if total is not None:
        x, axis = total.ins[0], total.params.get("axis")
        return (x, axis) if total.params.get("keepdims") or axis is None or number_type(x).rank == 1 else None
    kept = site.source(v, "expand_dims", "reshape", "index")
    total = None if kept is None else site.source(kept.ins[0], name)
    if kept is None or total is None or total.params.get("keepdims"):
        return None
    x, axis = total.ins[0], total.params.get("axis")
    if not isinstance(axis, int) or (kept.prim.name == "index" and not _only_adds_axes(kept)):
        return None
    rank = number_type(x).rank
    expected = tuple(1 if k == axis % rank else d for k, d in enumerate(number_type(x).shape))
    return (x, axis) if number_type(v).shape == expected else None


def _only_adds_axes(op: Op) -> bool:
    return len(op.ins) == 1 and all(i[0] == "new" or i[:4] == ("slice", None, None, None) for i in op.params["spec"])


def _log_softmax(site: Site) -> Any:
    """f - log Σ exp(f)."""
    f, lse = site.op.ins
    found = _reduction_of(site, lse, "logsumexp")
    if found is None or found[0] is not f or not number_type(f).shape:
        return None
    return site.b.log_softmax(f, axis=found[1])


def _softmax(site: Site) -> Any:
    """exp(f) / Σ exp(f)."""
    e, total = site.op.ins
    f = _exp_of(site, e)
    if f is None or not number_type(f).shape:
        return None
    found = _reduction_of(site, total, "sum")
    if found is None or (found[0] is not e and _exp_of(site, found[0]) is not f):
        return None
    return site.b.softmax(f, axis=found[1])


def _one_of_softmax(site: Site) -> Any:
    """exp(x[i]) / sum(exp(x)), also with exp(x)[i] above, is softmax(x)[i]."""
    top, bottom = site.op.ins
    total = site.source(bottom, "sum")
    x = None if total is None else _exp_of(site, total.ins[0])
    z = _exp_of(site, top)
    gather = site.source(top if z is None else z, "index")
    if total is None or x is None or gather is None or total.params.get("axis") is not None:
        return None
    if (gather.ins[0] if z is not None else _exp_of(site, gather.ins[0])) is not x:
        return None
    power = site.source(top, "exp")
    site.absorbed += [gather] if power is None else [power, gather]
    return site.b.index(site.b.softmax(x, axis=None), *gather.ins[1:], **gather.params)


def _exp_of_difference(site: Site) -> Any:
    """exp(f - log Σ exp(f)), the derivative of log Σ exp(f)."""
    difference = site.source(site.op.ins[0], "sub")
    found = None if difference is None else _reduction_of(site, difference.ins[1], "logsumexp")
    if difference is None or found is None or found[0] is not difference.ins[0]:
        return None
    return site.b.softmax(found[0], axis=found[1])


def _exp_of_log_softmax(site: Site) -> Any:
    log_p = site.source(site.op.ins[0], "log_softmax")
    return None if log_p is None else site.b.softmax(log_p.ins[0], **log_p.params)


def _shifted(site: Site) -> Any:
    """softmax and log_softmax of x - max(x): the shift is theirs already."""
    shift = site.source(site.op.ins[0], "sub")
    if shift is None:
        return None
    x, top = shift.ins
    found = _reduction_of(site, top, "max")
    if found is None or found[0] is not x or not _same_axes(found[1], site.op.params["axis"], number_type(x).rank):
        return None
    _absorb_max(site, top)
    return site.b.op(site.op.prim.name, x, **site.op.params)


def _absorb_max(site: Site, v: Value) -> None:
    """The maximum that `_reduction_of` found goes with its shift: the stable form has its own, of an empty axis too."""
    found = site.source(v, "max") or site.source(v, "expand_dims", "reshape", "index")
    assert found is not None
    if found.prim.name != "max":
        found = site.source(found.ins[0], "max")
        assert found is not None
    site.absorbed.append(found)


def _shifted_logsumexp(site: Site) -> Any:
    """max(x) + log Σ exp(x - max(x)) is log Σ exp(x)."""
    for top, lse in _either_way(site.op):
        total, m = site.source(lse, "logsumexp"), site.source(top, "max")
        shift = None if total is None else site.source(total.ins[0], "sub")
        if total is None or shift is None or m is None or shift.ins[0] is not m.ins[0]:
            continue
        x = m.ins[0]
        inner = _reduction_of(site, shift.ins[1], "max")
        if inner is None or inner[0] is not x:
            continue
        rank, axis = number_type(x).rank, total.params.get("axis")
        if _same_axes(inner[1], axis, rank) and _same_axes(m.params.get("axis"), axis, rank):
            site.absorbed.append(m)
            _absorb_max(site, shift.ins[1])
            return site.b.logsumexp(x, **total.params)
    return None


def _same_axes(a: Any, b: Any, rank: int) -> bool:
    def axes(x: Any) -> set[int]:
        return set(range(rank)) if x is None else {k % rank for k in (x if isinstance(x, tuple) else (x,))}

    return axes(a) == axes(b)


# --- cross-entropy


def _gathered_log_softmax(site: Site) -> Any:
    """log_softmax(f, axis=1)[rows, labels] is f[rows, labels] - logsumexp(f, axis=1)[rows]; one sample, f[label]."""
    op = site.op
    log_p = site.source(op.ins[0], "log_softmax")
    if log_p is None or site.uses(log_p.out) > 1:
        return None
    f, spec = log_p.ins[0], op.params["spec"]
    if number_type(f).rank == 1 and spec[0][0] == "at":
        picked = site.b.op("index", f, *op.ins[1:], **op.params)
        return picked - site.b.logsumexp(f, axis=None)
    if spec != (("array",), ("array",)):
        return None
    if number_type(f).rank != 2 or not _same_axes(log_p.params["axis"], 1, 2):
        return None
    # the gather comes first: backwards, what it subtracts goes into the softmax that logsumexp has made
    picked = site.b.op("index", f, *op.ins[1:], **op.params)
    lse = site.b.logsumexp(f, axis=1)
    if not _every_row(site, op.ins[1], number_type(f).shape[0]):
        lse = site.b.op("index", lse, op.ins[1], spec=(("array",),))
    return picked - lse


def _every_row(site: Site, rows: Value, size: dims.Dim) -> bool:
    """Whether the index array is arange(size)."""
    op = site.source(rows, "arange")
    if op is None or dims.equal(op.params["size"], size) is not True or op.params.get("start", 0) != 0:
        return False
    return op.params.get("step", 1) == 1 and len(op.ins) <= 1


def _negated_mean(site: Site) -> Any:
    """-mean(a - b) is mean(b - a), also of sums."""
    total = site.source(site.op.ins[0], "mean", "sum")
    inner = None if total is None else site.source(total.ins[0], "sub")
    if total is None or inner is None or site.uses(total.out) > 1 or site.uses(inner.out) > 1 or not _real(inner.out):
        return None
    return site.b.op(total.prim.name, site.b.op("sub", inner.ins[1], inner.ins[0]), **total.params)


def _negated_likelihood(site: Site) -> Any:
    """-(z - log Σ exp(x)) is log Σ exp(x) - z."""
    inner = site.source(site.op.ins[0], "sub")
    if inner is None or site.source(inner.ins[1], "logsumexp") is None:
        return None
    return site.b.op("sub", inner.ins[1], inner.ins[0])


# --- powers and products


def _is_operator_on_array(op: Op) -> bool:
    return number_type(op.ins[0]).kind is Kind.ARRAY and number_type(op.ins[1]).kind is Kind.PYTHON


def _power(site: Site) -> Any:
    """x ** n by products, x ** 0.5 by the square root."""
    x, n = site.op.ins
    exponent = site.number(n)
    if isinstance(exponent, bool) or not isinstance(exponent, (int, float)):
        return None
    t = number_type(x)
    if t.pythonic and (t.dtype != "i8" or not isinstance(exponent, int)):
        return None
    if exponent in (2, 3, 4):
        return _product(site.v(x), int(exponent))
    if exponent == -1 and t.inexact:
        return 1 / site.v(x)
    if exponent == 0.5 and t.dtype[0] == "f" and (_is_operator_on_array(site.op) or _not_negative(site, x)):
        return site.b.sqrt(x)
    if exponent == 1.5 and t.dtype[0] == "f" and _not_negative(site, x):
        return site.v(x) * site.b.sqrt(x)
    return None


def _product(x: V, n: int) -> Any:
    square = x * x
    return square if n == 2 else square * (x if n == 3 else square)


def _not_negative(site: Site, v: Value) -> bool:
    """Whether v is known to be +0 or more, or NaN."""
    todo, budget = [v], 16
    while todo:
        budget -= 1
        u = todo.pop()
        op = site.source(u)
        if isinstance(u.const, (int, float)) and u.const > 0:
            continue
        if op is None or not budget:
            return False
        name = op.prim.name
        if name in ("abs", "exp", "square", "logistic", "softplus", "softmax", "fabs", "norm", "var", "std"):
            continue
        if name == "mul" and op.ins[0] is op.ins[1] and _real(op.ins[0]):
            continue
        if name in ("add", "mul", "sum", "mean", "sqrt", "max"):
            todo.extend(op.ins)
        else:
            return False
    return True


def sum_of_products(site: Site) -> Any:
    """sum(x * y) of arrays of one shape as one product."""
    op = site.op
    inner = site.source(op.ins[0], "mul")
    if inner is None or number_type(op.out).shape or op.params.get("keepdims") or site.uses(inner.out) > 1:
        return None
    x, y = map(number_type, inner.ins)
    if x != y or x.dtype != "f8" or not x.shape:
        return None
    return site.b.vdot(*inner.ins)


_REALS = "finite real floats; NaN stays NaN, infinities as the formula has them where it is defined"
ROWS = (
    Row("stable logistic", ("div",), _logistic, _REALS),
    Row("stable logistic", ("mul", "div"), _logistic_by_tanh, _REALS),
    Row("stable softplus", ("log", "log1p", "logaddexp"), _softplus, _REALS),
    Row("log of logistic", ("log",), _log_of_logistic, _REALS + "; finite where log(0) was not"),
    Row("stable logsumexp", ("log",), _logsumexp, _REALS),
    Row("log of exp", ("log",), _log_of_exp, _REALS + "; finite where log(0) was not"),
    Row("log of softmax", ("log",), _log_of_quotient, _REALS + "; finite where log(0) was not"),
    Row("log of softmax", ("log",), _log_of_softmax, _REALS + "; finite where log(0) was not"),
    Row("log of softmax", ("log",), _log_of_gathered_softmax, _REALS + "; finite where log(0) was not"),
    Row("log1p", ("log",), _log1p, "real floats"),
    Row("expm1", ("sub",), _expm1, "real floats"),
    Row("log-softmax", ("sub",), _log_softmax, _REALS),
    Row("softmax", ("div",), _softmax, _REALS),
    Row("softmax", ("div",), _one_of_softmax, _REALS),
    Row("softmax", ("exp",), _exp_of_log_softmax, _REALS),
    Row("shift of softmax", ("softmax", "log_softmax"), _shifted,
        "max(x) finite; of an axis without elements as many, where np.max raises"),
    Row("stable logsumexp", ("add",), _shifted_logsumexp,
        "max(x) finite; of an axis without elements -inf, where np.max raises"),
    Row("cross-entropy", ("index",), _gathered_log_softmax, "indices in range, else the same IndexError"),
    Row("sign of a mean", ("neg",), _negated_mean, "real floats; a zero may change its sign"),
    Row("sign of a likelihood", ("neg",), _negated_likelihood, "real floats; a zero may change its sign"),
    Row("power as product", ("pow",), _power,
        "numpy numbers and arrays, within a rounding per product; roots of arrays, as NumPy has them, or of x >= 0"),
    Row("sum of products", ("sum",), sum_of_products, "float64 arrays of one shape: another order of summation"),
)  # fmt: skip
DERIVATIVE_ROWS = (Row("softmax", ("exp",), _exp_of_difference, _REALS),)
