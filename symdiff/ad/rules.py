"""The builder that derivative rules run in, and fitting a contribution to the type it must have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from symdiff.errors import CompileError, Loc, refuse
from symdiff.ir import dims, types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Op, Value
from symdiff.ir.types import AVal, Kind
from symdiff.primitives import choices

Sizes = Callable[[Value], list[Value] | None]
Forward = Callable[..., Value]


class RuleBuilder(Builder):
    """A builder that also makes zeros; `sizes(v)` gives v's sizes as integers where its type does not say them.

    By hand, once: in `y = x * w` with an array x and a scalar w the rule's contribution to d_w is the array `d_y * x`;
    `unbroadcast` makes it `sum(d_y * x)`.  Were x complex
    and w real, the real part of that.
    """

    def __init__(
        self, sizes: Sizes, forward: Forward | None, structured: Callable[[RuleBuilder, Value], Value]
    ) -> None:
        super().__init__()
        self.sizes = sizes
        self.forward = forward  # emits an operation on a list where that is, if it is elsewhere
        self.structured = structured  # a zero of a list or a record

    def zeros(self, v: V | Value) -> V:
        """A zero cotangent (or tangent) of v."""
        value = self.value(v)
        t = types.cotangent(value.type)
        assert t is not None
        if not isinstance(t, AVal):
            return V(self, self.structured(self, value))
        if t.kind is not Kind.ARRAY:
            return V(self, self.const(0j if t.complex else 0.0, t))
        sizes = self.sizes(value)
        if sizes is None:
            return self.op("zeros", type=t, shape=t.shape)
        return self.op("zeros", *sizes, type=t)

    def nothing(self, v: V | Value, like: Value) -> V:
        """The tangent of an operand, where it has none, beside others whose result is `like`: zeros.

        An integer among floats has no tangent type of its own; its zeros have the result's dtype.
        """
        t, out = self.value(v).type, like.type
        if types.cotangent(t) is not None:
            return self.zeros(v)
        assert isinstance(t, AVal) and isinstance(out, AVal)
        if t.kind is not Kind.ARRAY:
            kind = Kind.PYTHON if out.dtype in types.PYTHON_NAMES else Kind.NUMPY
            return V(self, self.const(0j if out.complex else 0.0, AVal(kind, (), out.dtype)))
        return self.op(
            "zeros", *(self.sizes(self.value(v)) or ()), type=AVal(t.kind, t.shape, out.dtype), shape=t.shape
        )

    def before(self, name: str, s: V, *ins: V, **params: Any) -> V:
        """What an operation finds of a list of the forward pass, there: the backward pass need not keep the list."""
        if self.forward is None:
            return self.op(name, s, *ins, **params)
        return V(self, self.forward(name, s.value, *(v.value for v in ins), **params))


def sizes_of(b: Builder, v: Value) -> list[Value] | None:
    """The sizes of v read from v itself; None if its type says them as numbers."""
    if not isinstance(v.type, AVal) or all(isinstance(d, int) for d in v.type.shape):
        return None
    return [b.op("dim_of", v, axis=k).value for k in range(v.type.rank)]


@lru_cache(maxsize=65536)
def derived(loc: Loc | None) -> Loc | None:
    """The place of an operation that the drivers make: its function is marked, so that passes may drop it."""
    if loc is None or loc.function.startswith("∂"):
        return loc
    return replace(loc, function="∂" + loc.function)


def is_opaque(t: AVal) -> bool:
    """Whether a size of t depends on something only known while the program runs."""
    return any(a.op == "opaque" for d in t.shape for a in dims.atoms(d))


def add(b: Builder, x: Value, y: Value) -> Value:
    """The sum of two cotangents of one value."""
    return b.op("add" if isinstance(x.type, AVal) else "add_ct", x, y).value


def unbroadcast(b: RuleBuilder, ct: V, v: Value) -> V:
    """A contribution to v's cotangent: summed over what broadcasting repeated, real where v is, in v's dtype."""
    target = v.type
    assert isinstance(target, AVal)
    if ct.type.complex and not target.complex:
        ct = b.op("real", ct)
    if ct.type.shape != target.shape:
        larger = types.broadcast([ct.type.shape, target.shape]) == ct.type.shape
        ct = b.op("sum_to", ct, shape=target.shape) if larger else _broadcast(b, ct, v)
    if ct.type.dtype != target.dtype and (target.kind is Kind.ARRAY or ct.type.kind is Kind.ARRAY):
        ct = b.op("convert", ct, kind=ct.type.kind, dtype=target.dtype)
    return ct


def exactly(b: RuleBuilder, x: V, v: Value) -> V:
    """x, a cotangent or tangent of v, as a value of exactly its type: where control flow meets, and at results."""
    t = types.cotangent(v.type)
    if x.type == t or not isinstance(t, AVal):
        return x
    if x.type.shape != t.shape:
        x = _broadcast(b, x, v)
    if x.type.complex and not t.complex:
        x = b.op("real", x)
    if t.either and x.type.kind is not Kind.PYTHON and x.type.dtype != t.dtype:  # what is either stays what it is
        x = b.op("convert", x, kind=Kind.NUMPY, dtype=t.dtype)
    return x if x.type == t else b.op("convert", x, kind=t.kind, dtype=t.dtype)


def _broadcast(b: RuleBuilder, x: V, v: Value) -> V:
    assert isinstance(v.type, AVal)
    return b.op("broadcast_to", x, *(b.sizes(v) or ()), shape=v.type.shape)


def is_number(x: Any) -> bool:
    return isinstance(x, (bool, int, float, complex))


def scaled(b: Builder, ct: V, partial: V, guarded: bool) -> V:
    """A (co)tangent times a partial derivative, 0 where a zero one meets an infinite partial."""
    return choices.guarded(b, ct, partial) if guarded else ct * partial


def partials(b: Builder, op: Op, ins: Sequence[V]) -> Sequence[Any]:
    """The partial derivatives of an operation; of NumPy numbers where one of either kind leaves a dtype open."""
    assert op.prim.partials is not None
    try:
        found: Sequence[Any] = op.prim.partials(b, V(b, op.out), *ins)
    except types.KindError:
        found = op.prim.partials(b, V(b, op.out), *(choices.of_one_kind(b, x) for x in ins))
    return found


def unclear_kind(op: Op, around: Loc | None) -> CompileError:
    """The error for an operation whose derivative has a dtype that depends on the path taken.

    What makes two paths alike has no place of its own: it is that of the branch `around` it.
    """
    use = "the derivative where two paths meet" if op.loc is None else f"the derivative of `{op.prim.name}`"
    return CompileError([refuse("SD312", op.loc or around, use=use, name="a scalar")])
