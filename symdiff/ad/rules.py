"""The builder that derivative rules run in, and fitting a contribution to the type it must have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.ir import dims, types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind, Type

Sizes = Callable[[Value], list[Value] | None]


class RuleBuilder(Builder):
    """A builder that also makes zeros; `sizes(v)` gives v's sizes as integers where its type does not say them."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes

    def zeros(self, v: V | Value) -> V:
        """A zero cotangent (or tangent) of v."""
        value = self.value(v)
        t = types.cotangent(value.type)
        assert t is not None
        if not isinstance(t, AVal):
            return self.op("zeros_ct", value)
        if t.kind is not Kind.ARRAY:
            return V(self, self.const(0j if t.complex else 0.0, t))
        sizes = self.sizes(value)
        if sizes is None:
            return self.op("zeros", type=t, shape=t.shape)
        return self.op("zeros", *sizes, type=t)

    def last_of(self, s: V) -> V:
        return self.op("seq_last", s)


def is_opaque(t: AVal) -> bool:
    """Whether a size of t depends on something only known while the program runs."""
    return any(a.op == "opaque" for d in t.shape for a in dims.atoms(d))


def add(b: Builder, x: Value, y: Value) -> Value:
    """The sum of two cotangents of one value."""
    return b.op("add" if isinstance(x.type, AVal) else "add_ct", x, y).value


def unbroadcast(b: Builder, ct: V, target: AVal) -> V:
    """ct summed over what broadcasting repeated, real where the target is real, in the target's dtype."""
    if ct.type.complex and not target.complex:
        ct = b.op("real", ct)
    if ct.type.shape != target.shape:
        ct = b.op("sum_to", ct, shape=target.shape) if ct.type.shape else b.op("broadcast_to", ct, shape=target.shape)
    if ct.type.dtype != target.dtype and (target.kind is Kind.ARRAY or ct.type.kind is Kind.ARRAY):
        ct = b.op("convert", ct, kind=ct.type.kind, dtype=target.dtype)
    return ct


def spread(b: Builder, t: V, target: AVal) -> V:
    """A tangent broadcast to the result's shape, in its dtype."""
    if t.type.shape != target.shape:
        t = b.op("broadcast_to", t, shape=target.shape)
    return exactly(b, t, target)


def exactly(b: Builder, x: V, t: Type) -> V:
    """x as a value of exactly this type: where control flow meets, and at results."""
    if x.type == t or not isinstance(t, AVal):
        return x
    if t.kind is Kind.ARRAY and x.type.kind is not Kind.ARRAY or x.type.shape != t.shape:
        x = b.op("broadcast_to", x, shape=t.shape) if t.shape else x
    if x.type.complex and not t.complex:
        x = b.op("real", x)
    return x if x.type == t else b.op("convert", x, kind=t.kind, dtype=t.dtype)


def is_number(x: Any) -> bool:
    return isinstance(x, (bool, int, float, complex))
