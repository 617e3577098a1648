"""Identities of arithmetic with 0, 1 and signs that hold to the bit, part of `fold`.

By hand, once: `x + -y` is `x - y` in IEEE arithmetic; `x + 0` stays, for -0.0 + 0.0 is 0.0, while `x + -0.0` is x.
So does `b * 1.0` of a b that is an int on one path and a float on another: it is 1.0 where b is 1.
A sign is not folded through a value that the user named.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir.build import V
from symdiff.ir.core import Op, Value
from symdiff.ir.types import AVal, Kind
from symdiff.passes.rules import Row, Site, number_type

# float64 numbers that are not surely NumPy's
FLOATS = tuple(AVal(kind, (), "f8") for kind in (Kind.PYTHON, Kind.EITHER, Kind.MIXED))
_DEPTH = 8  # operations that are looked through
_FLOAT_OF_FLOAT = ("add", "sub", "mul", "div")


def keeps_class(site: Site, v: Value, depth: int = _DEPTH) -> bool:
    """Whether arithmetic with a float or an int gives a number of v's class: what is MIXED may be an int or a bool."""
    t = number_type(v)
    if t.kind is not Kind.MIXED:
        return True
    if v.const is not None:
        return isinstance(v.const, float)
    op = site.source(v, "convert", "neg", "select", *_FLOAT_OF_FLOAT) if depth and t.inexact else None
    if op is None:
        return False
    known = [number_type(x).dtype == t.dtype and keeps_class(site, x, depth - 1) for x in op.ins]
    return any(known) if op.prim.name in _FLOAT_OF_FLOAT else all(known[op.prim.name == "select" :])


def is_real(site: Site, v: Value) -> bool:
    """The same of a real number: a product of complex ones with 1 is 1 + 0j times it, which changes infinite ones, and
    signs of zeros.
    """
    return not number_type(v).complex and keeps_class(site, v)


def _times_one(site: Site) -> Any:
    x, y = site.op.ins
    if site.is_number(y, 1):
        return x if is_real(site, x) else None
    return y if site.op.prim.name == "mul" and site.is_number(x, 1) and is_real(site, y) else None


def _times_minus_one(site: Site) -> Any:
    """-1 * x is -x."""
    for one, x in (site.op.ins, site.op.ins[::-1]):
        if site.is_number(one, -1) and number_type(x).inexact and is_real(site, x):
            return site.b.op("neg", x) if number_type(x) == site.op.out.type else None
    return None


def _one_as_kind(site: Site) -> Any:
    """np.float64(1.0) * x of a float x is x as an np.float64."""
    for one, x in (site.op.ins, site.op.ins[::-1]):
        if site.is_number(one, 1) and number_type(x) in FLOATS and site.op.out.type == AVal(Kind.NUMPY, (), "f8"):
            return site.b.op("convert", x, kind=Kind.NUMPY, dtype="f8")
    return None


def _negative_zero(v: Value) -> bool:
    return isinstance(v.const, float) and v.const == 0 and bool(np.signbit(v.const))


def _plus_zero(site: Site) -> Any:
    for x, zero in (site.op.ins, site.op.ins[::-1]):
        integer = number_type(x).dtype[0] in "iu"
        if (_negative_zero(zero) or (integer and site.is_number(zero, 0))) and is_real(site, x):
            return x
    return None


def _minus_zero(site: Site) -> Any:
    x, zero = site.op.ins
    return x if site.is_number(zero, 0) and not _negative_zero(zero) and keeps_class(site, x) else None


def _zero_minus(site: Site) -> Any:
    zero, x = site.op.ins
    whole = number_type(x).dtype == "i8" and number_type(site.op.out) == number_type(x)
    return site.b.op("neg", x) if whole and site.is_number(zero, 0) else None


def _first_power(site: Site) -> Any:
    x, exponent = site.op.ins
    return x if site.is_number(exponent, 1) and is_real(site, x) else None


def _double_negation(site: Site) -> Any:
    inner = site.source(site.op.ins[0], "neg")
    return inner.ins[0] if inner and keeps_class(site, inner.ins[0]) else None


def _signed(site: Site, v: Value) -> Value | None:
    """x where v is -x, computed by this block; a real x of a complex result would be x + 0j."""
    op = site.source(v, "neg")
    if op is None or not number_type(v).inexact or _named(v) or not keeps_class(site, op.ins[0]):
        return None
    return op.ins[0] if number_type(v).complex == number_type(site.op.out).complex else None


def _add_negated(site: Site) -> Any:
    x, y = site.op.ins
    if (minus := _signed(site, y)) is not None:
        return site.b.op("sub", x, minus, **_ufunc(site.op))
    if (minus := _signed(site, x)) is not None:
        return site.b.op("sub", y, minus, **_ufunc(site.op))
    return None


def _sub_negated(site: Site) -> Any:
    minus = _signed(site, site.op.ins[1])
    return None if minus is None else site.b.op("add", site.op.ins[0], minus, **_ufunc(site.op))


def _both_negated(site: Site) -> Any:
    x, y = (_signed(site, v) for v in site.op.ins)
    if x is None or y is None or number_type(site.op.out).complex:
        return None
    return site.b.op(site.op.prim.name, x, y, **_ufunc(site.op))


def _negated_factor(site: Site) -> Any:
    """-x * c is x * -c."""
    x, c = site.op.ins
    swapped = site.number(c) is None
    if swapped:
        x, c = c, x
    plain = _signed(site, x)
    return None if plain is None else _times_minus(site, site.op, plain, c, swapped)


def _negated_product(site: Site) -> Any:
    """-(x * c) is x * -c."""
    product = site.source(site.op.ins[0], "mul", "div")
    if product is None or site.uses(product.out) > 1 or _named(product.out) or not number_type(site.op.out).inexact:
        return None
    x, c = product.ins
    swapped = site.number(c) is None
    return _times_minus(site, product, *((c, x) if swapped else (x, c)), swapped)


def _times_minus(site: Site, op: Op, x: Value, c: Value, swapped: bool) -> V | None:
    if not isinstance(site.number(c), (int, float)) or isinstance(c.const, bool) or c.const == 0:
        return None
    if not is_real(site, x):
        return None
    minus = site.b.const(-c.const, number_type(c))
    return site.b.op(op.prim.name, *((minus, x) if swapped else (x, minus)), **_ufunc(op))


def _named(v: Value) -> bool:
    return bool(v.hint) and not v.hint.startswith("d_")


def _ufunc(op: Op) -> dict[str, Any]:
    return {"ufunc": True} if op.params.get("ufunc") else {}


def _doubled(site: Site) -> Any:
    x, y = site.op.ins
    if x is not y or site.number(x) is not None or number_type(x).complex:
        return None
    real = number_type(x).inexact and keeps_class(site, x)
    return site.b.op("mul", 2.0 if real else 2, x, **_ufunc(site.op))


_IEEE = "every real number, NaN, infinities and signed zeros included; kind and dtype unchanged"
ROWS = (
    Row("x * 1", ("mul", "div"), _times_one, _IEEE),
    Row("-1 * x", ("mul",), _times_minus_one, _IEEE),
    Row("1 * x", ("mul",), _one_as_kind, "a float64 of NumPy's times 1.0"),
    Row("x + 0", ("add",), _plus_zero, "integers, and -0.0 for floats: -0.0 + 0.0 is 0.0"),
    Row("x - 0", ("sub",), _minus_zero, "every number, NaN, infinities and signed zeros included"),
    Row("0 - x", ("sub",), _zero_minus, "whole numbers: -0.0 is not 0.0"),
    Row("x + x", ("add",), _doubled, _IEEE),
    Row("x ** 1", ("pow",), _first_power, _IEEE),
    Row("-(-x)", ("neg",), _double_negation, "every number, NaN, infinities and signed zeros included"),
    Row("x + -y", ("add",), _add_negated, "floats: IEEE subtraction is addition of the negative"),
    Row("x - -y", ("sub",), _sub_negated, "floats: IEEE subtraction is addition of the negative"),
    Row("-x * -y", ("mul", "div"), _both_negated, "floats: the sign of a product is exact"),
    Row("-x * c", ("mul", "div"), _negated_factor, "floats and constants c != 0: the sign of a product is exact"),
    Row("-(x * c)", ("neg",), _negated_product, "floats and constants c != 0: the sign of a product is exact"),
)  # fmt: skip
