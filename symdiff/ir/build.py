"""Building blocks of operations, with types inferred, and the arithmetic that derivative rules are written in.

>>> import symdiff.primitives
>>> b = Builder()
>>> x = Value(types.python("f8"), "x")
>>> y = b.v(x) * b.v(x) + 1
>>> [op.prim.name for op in b.ops], str(y.type)
(['mul', 'const', 'add'], 'float')
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.errors import Loc
from symdiff.ir import types
from symdiff.ir.core import REGISTRY, Block, Literal, Op, Params, Prim, Value
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal, Kind

Number = bool | int | float | complex


class Builder:
    """Collects the operations of one block."""

    guards = False  # whether rules let a zero (co)tangent win over a partial that is infinite or NaN

    def __init__(self, loc: Loc | None = None) -> None:
        self.ops: list[Op] = []
        self.loc = loc

    def emit(
        self, prim: Prim | str, /, *ins: Value, regions: Sequence[Block] = (), hints: Sequence[str] = (), **params: Any
    ) -> tuple[Value, ...]:
        """Append one operation; its result types are inferred.  Raises TypeError where the types do not fit."""
        prim = REGISTRY[prim] if isinstance(prim, str) else prim
        found = Params(**params)
        out_types = prim.infer(tuple(v.type for v in ins), tuple(regions), **params)
        names = [*hints, *[""] * len(out_types)]
        outs = tuple(Value(t, h) for t, h in zip(out_types, names, strict=False))
        if prim.name == "const":
            outs[0].const = found["value"]
        self.ops.append(Op(prim, tuple(ins), outs, found, tuple(regions), self.loc))
        return outs

    def op(self, name: str, /, *args: V | Value | Number, hint: str = "", **params: Any) -> V:
        """Emit a primitive with one result; numbers become Python constants."""
        (out,) = self.emit(name, *map(self.value, args), hints=(hint,), **params)
        return V(self, out)

    def multi(self, name: str, /, *args: V | Value | Number, **params: Any) -> list[V]:
        """Emit a primitive with any number of results."""
        return [V(self, out) for out in self.emit(name, *map(self.value, args), **params)]

    def __getattr__(self, name: str) -> Callable[..., V]:
        if name not in REGISTRY:
            raise AttributeError(name)
        return lambda *args, **params: self.op(name, *args, **params)

    def value(self, x: V | Value | Number) -> Value:
        if isinstance(x, V):
            return x.value
        return x if isinstance(x, Value) else self.const(x)

    def const(self, value: Number | Literal | np.ndarray, type: AVal | None = None) -> Value:
        """A constant; a Python number unless `type` says otherwise."""
        if isinstance(value, np.ndarray):
            value = Literal.of(value)
        if type is None:
            type = types.array(value.dtype, *value.shape) if isinstance(value, Literal) else types.type_of(value)
        return self.emit("const", value=value, type=type)[0]

    def v(self, x: V | Value | Number) -> V:
        return x if isinstance(x, V) else V(self, self.value(x))

    def block(self, params: Sequence[Value], outs: Sequence[Value]) -> Block:
        return Block(tuple(params), tuple(self.ops), tuple(outs))

    def inline(self, block: Block, args: Sequence[Value]) -> tuple[Value, ...]:
        """Append a copy of a block's operations with its parameters replaced; the values of its outs."""
        env = dict(zip(block.params, args, strict=True))
        self.ops.extend(clone_ops(block.ops, env))
        return tuple(env.get(v, v) for v in block.outs)


def clone_ops(ops: Sequence[Op], env: dict[Value, Value], deep: bool = True) -> list[Op]:
    """Copies of the operations with fresh values; `env` maps old to new and is extended.

    Without `deep` the regions stay the same objects: for operations that nobody uses afterwards.
    """
    found: list[Op] = run_steps(_clone_ops(ops, env, deep))
    return found


def clone_block(block: Block) -> Block:
    """The same block with values of its own."""
    found: Block = run_steps(_clone_block(block))
    return found


def _clone_ops(ops: Sequence[Op], env: dict[Value, Value], deep: bool) -> Steps:
    done = []
    for op in ops:
        outs = tuple([Value(v.type, v.hint, v.const, v.origin) for v in op.outs])
        env.update(zip(op.outs, outs, strict=True))
        regions = op.regions
        if deep and regions:
            copies = []
            for region in regions:
                copies.append((yield _clone_block(region)))
            regions = tuple(copies)
        done.append(Op(op.prim, tuple([env.get(v, v) for v in op.ins]), outs, op.params, regions, op.loc))
    return done


def _clone_block(block: Block) -> Steps:
    env = {v: Value(v.type, v.hint, v.const, v.origin) for v in block.params}
    ops = yield _clone_ops(block.ops, env, True)
    return Block(tuple(env[v] for v in block.params), tuple(ops), tuple(env.get(v, v) for v in block.outs))


class V:
    """A value inside a builder, with arithmetic: what derivative rules are written in.

    Division and powers have NumPy's semantics (a rule never raises ZeroDivisionError), and products with the
    literals 0, 1 and -1 fold away.
    """

    __slots__ = ("b", "value")

    def __init__(self, b: Builder, value: Value) -> None:
        self.b = b
        self.value = value

    @property
    def type(self) -> Any:
        return self.value.type

    @property
    def const(self) -> Any:
        """The number this value is known to be, or None."""
        return self.value.const

    def __repr__(self) -> str:
        return f"V({self.value!r})"

    def __add__(self, other: Any) -> Any:
        return self if _is(other, 0) else self.b.op("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return self if _is(other, 0) else self.b.op("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0) else self.b.op("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return -self if _is(other, 0) else self.b.op("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        if _is(other, 0):
            return 0
        return self if _is(other, 1) else -self if _is(other, -1) else self.b.op("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        if _is(other, 0) or _is(other, 1) or _is(other, -1):
            return self * other
        return self.b.op("mul", other, self)

    def __truediv__(self, other: Any) -> Any:
        return self if _is(other, 1) else self.b.op("div", self, other, **_ufunc(self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return self.b.op("div", other, self, **_ufunc(self, other))

    def __pow__(self, other: Any) -> Any:
        return self if _is(other, 1) else self.b.op("pow", self, other, **_ufunc(self, other))

    def __neg__(self) -> Any:
        if isinstance(self.const, (int, float)) and not isinstance(self.const, bool) and self.type.kind is Kind.PYTHON:
            return self.b.v(-self.const)
        if self.type.dtype == "b1":  # NumPy has no minus of it
            return self.b.op("sub", 0, self)
        return self.b.op("neg", self)

    def __matmul__(self, other: Any) -> Any:
        return self.b.op("matmul", self, other)

    def __gt__(self, other: Any) -> Any:
        return self.b.op("gt", self, other)

    def __lt__(self, other: Any) -> Any:
        return self.b.op("lt", self, other)

    def __ge__(self, other: Any) -> Any:
        return self.b.op("ge", self, other)

    def __le__(self, other: Any) -> Any:
        return self.b.op("le", self, other)


def _is(x: Any, number: int) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool) and x == number


def _ufunc(*xs: Any) -> dict[str, Any]:
    """Python numbers divide and raise as NumPy's do inside rules."""
    python = all(not isinstance(x, V) or (isinstance(x.type, AVal) and x.type.pythonic) for x in xs)
    return {"ufunc": True} if python else {}
