"""Zero cotangents of everything that is not a number or an array.

A zero of a list of numbers is one operation.  A record is taken apart by its type, because its fields without
derivative are absent from its cotangent.  By hand, once: the zero cotangent of `saved: Alt[f8; i8 | f8]` is

    if alt_side(saved):  (x,) = saved;    zero = (zeros_like(x),)
    else:                (x, k) = saved;  zero = (zeros_like(x),)

A `Saved` record may contain itself (recursion), so its zero is made by a function, one per record, that may call
itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from symdiff.ad.rules import RuleBuilder, sizes_of
from symdiff.errors import Loc
from symdiff.ir import types
from symdiff.ir.build import Builder
from symdiff.ir.core import Function, Value
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import Alt, AVal, Opt, Saved, Seq, Type


def has_record(t: Type) -> bool:
    return isinstance(t, (Alt, Saved)) or (isinstance(t, (Seq, Opt)) and has_record(t.elem))


def zeros_where(b: RuleBuilder, there: Value, t: AVal) -> Value:
    """The zero of an array that may be missing: `np.zeros(n) if there else None`."""
    zero = types.cotangent(t)
    assert isinstance(zero, AVal)
    some, none = Builder(b.loc), Builder(b.loc)
    there_is = some.op("opt_some", some.op("zeros", type=zero, shape=zero.shape)).value
    is_none = none.op("opt_none", elem=zero).value
    return b.emit("cond", there, regions=[some.block([], [there_is]), none.block([], [is_none])])[0]


class Zeros:
    """Makes zeros, and the functions they need, which go into `functions`; `records` grows while passes run."""

    def __init__(self, functions: dict[str, Function], records: Mapping[str, tuple[Type, ...]]) -> None:
        self.functions = functions
        self.records = records

    def of(self, b: RuleBuilder, v: Value) -> Value:
        """A zero cotangent of v, which is no array."""
        found: Value = run_steps(self.made(b, v))
        return found

    def made(self, b: RuleBuilder, v: Value) -> Steps:
        """The zero, of arrays too."""
        t = v.type
        if not has_record(t):
            return b.zeros(v).value if isinstance(t, AVal) else b.op("zeros_ct", v).value
        if isinstance(t, Saved):
            found = types.cotangent(t)
            assert found is not None
            return b.emit("call", v, function=(yield self.function(t, b.loc)), types=(found,))[0]
        if isinstance(t, Alt):
            first = b.op("alt_side", v).value
            regions = [(yield self.side(t, 1, b.loc)), (yield self.side(t, 0, b.loc))]
            return b.emit("cond", first, v, regions=regions)[0]
        if not isinstance(t, Seq):
            raise TypeError(f"{t}: a record that may be missing has no zero")
        x = Value(t.elem)
        inner = self.builder(b.loc)
        zero = yield self.made(inner, x)
        body = inner.block([Value(types.INT), x], [zero])
        count = b.op("seq_len", v).value
        return b.emit("for", b.const(0), count, b.const(1), v, regions=[body], n_carry=0, n_xs=1)[0]

    def builder(self, loc: Loc | None) -> RuleBuilder:
        made = RuleBuilder(lambda v: sizes_of(made, v), None, self.of)
        made.loc = loc
        return made

    def side(self, t: Alt, number: int, loc: Loc | None) -> Steps:
        """The branch (a Block) that makes the zero of one side."""
        b, record = self.builder(loc), Value(t, "saved")
        fields = b.emit("alt_unpack", record, side=number)
        found = types.cotangent(t)
        assert isinstance(found, Alt)
        made = b.emit("alt_pack", *(yield self.all(b, fields)), side=number, type=found)
        return b.block([record], made)

    def function(self, t: Saved, loc: Loc | None) -> Steps:
        """The name of the function that makes zeros of a record."""
        name = t.name.replace("'", "_ct") + "_zeros"
        if name not in self.functions:
            b, record = self.builder(loc), Value(t, "saved")
            self.functions[name] = Function(name, b.block([record], []))  # taken; filled below
            found = types.cotangent(t)
            assert isinstance(found, Saved)
            fields = b.emit("saved_unpack", record, types=self.fields(t))
            made = b.emit("saved_pack", *(yield self.all(b, fields)), name=found.name)
            sizes = sorted({a.name for f in self.fields(t) for a in types.type_atoms(f) if a.op == "var"})
            self.functions[name] = Function(name, b.block([record], made), tuple(sizes))
        return name

    def fields(self, t: Saved) -> tuple[Type, ...]:
        if t.name in self.records:
            return self.records[t.name]
        return tuple(c for f in self.records[t.name.removesuffix("'")] if (c := types.cotangent(f)) is not None)

    def all(self, b: RuleBuilder, fields: tuple[Value, ...]) -> Steps:
        found = []
        for v in fields:
            if types.cotangent(v.type) is not None:
                found.append((yield self.made(b, v)))
        return found
