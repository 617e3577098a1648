"""Programs: immutable, typed, structured SSA.

A `Value` has identity and a type, no name (codegen names it; `hint` is the user's name where there is one).  An `Op`
applies a primitive; a `Block` is a function body, a branch or a loop body: regions are isolated, what they use from
outside comes in as an explicit operand.  Passes build new programs, nothing is edited in place.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff.errors import Loc
from symdiff.ir.types import Type


def _alike(a: Any, b: Any) -> bool:
    """Whether two static parameters are the same: 1, 1.0 and True differ, and so do 0.0 and -0.0; NaN is itself."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_alike, a, b))
    return repr(a) == repr(b) if isinstance(a, (float, complex)) else bool(a == b)


class Params(Mapping[str, Any]):
    """The static parameters of an operation: an immutable, hashable mapping in sorted order."""

    __slots__ = ("_hash", "_items")

    def __init__(self, **items: Hashable) -> None:
        self._items = dict(sorted(items.items()))
        self._hash: int | None = None

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(tuple((k, type(v), v) for k, v in self._items.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Params) or len(self) != len(other):
            return False
        return all(_alike(a, b) for a, b in zip(self._items.items(), other._items.items(), strict=True))

    def __repr__(self) -> str:
        return f"Params({', '.join(f'{k}={v!r}' for k, v in self._items.items())})"


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant array: hashable, printed as `np.array(…)`."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    @staticmethod
    def of(value: np.ndarray) -> Literal:
        kept = np.ascontiguousarray(value)
        return Literal(f"{kept.dtype.kind}{kept.dtype.itemsize}", value.shape, kept.tobytes())

    def array(self) -> np.ndarray:
        return np.frombuffer(self.data, dtype=self.dtype).reshape(self.shape).copy()


class Family(enum.Enum):
    """How the AD drivers treat a primitive; see `symdiff.primitives.declare`."""

    ELEMENTWISE = "elementwise"
    LINEAR = "linear"  # jointly linear in its differentiable operands: concatenate, where, index_set
    BILINEAR = "bilinear"  # linear in each operand with the others fixed: matmul, outer, einsum
    GENERAL = "general"
    CONSTANT = "constant"  # no differentiable operand matters: integers, booleans, sizes, zeros
    STRUCTURE = "structure"  # pack and unpack of records, sequences, options: lists, records, lent parts of arrays
    CONTROL = "control"  # cond, for, while, call: known to the drivers


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Prim:
    """What a primitive is.  Declared once, by `symdiff.primitives.declare.prim`, which documents the fields."""

    name: str
    operands: tuple[str, ...]
    family: Family
    infer: Callable[..., tuple[Type, ...]]
    params: tuple[str, ...] = ()
    numpy: Any = None
    ufunc: str | None = None
    scalar: str | None = None
    inplace: Any = None
    partials: Callable[..., Any] | None = None
    transpose: tuple[Any, ...] | None = None
    vjp: Any = None
    jvp: Callable[..., Any] | None = None
    consumes: int | None = None  # the operand that the printed statement overwrites
    views: int | None = None  # the operand that the result may share memory with
    masks: bool = False  # the rule may turn a cotangent into exact zeros
    unbounded: bool = False  # a partial may be infinite or NaN where the program masks it
    effect: bool = False  # kept in order, never removed or repeated
    commutative: bool = False
    info: Mapping[str, Any] = field(
        default_factory=dict
    )  # for proofs, docs and printing: sympy, latex, kinks, probes, …

    def __repr__(self) -> str:
        return f"<prim {self.name}>"


REGISTRY: dict[str, Prim] = {}
RULES = ("vjp", "jvp")  # parameters of a call whose derivative is given: see `symdiff.primitives.control`


class Value:
    """One SSA value; `const` is the number or Literal of a constant, else None.

    `origin` is set on cotangents: (primal op, operand number) whose rule this value is the contribution of, for the
    comments of generated code.
    """

    __slots__ = ("const", "hint", "origin", "type")

    def __init__(self, type: Type, hint: str = "", const: Any = None, origin: tuple[Op, int] | None = None) -> None:
        self.type = type
        self.hint = hint
        self.const = const
        self.origin = origin

    def __repr__(self) -> str:
        return f"<{self.hint or 'value'}: {self.type}>"


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Op:
    """`outs = prim(ins; params) {regions}`, written at `loc` in the user's source."""

    prim: Prim
    ins: tuple[Value, ...]
    outs: tuple[Value, ...]
    params: Params = field(default_factory=Params)
    regions: tuple[Block, ...] = ()
    loc: Loc | None = None

    @property
    def out(self) -> Value:
        (value,) = self.outs
        return value

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that a call names: that which it calls, and those of its derivative rule."""
        if self.prim.name != "call":
            return ()
        return (self.params["function"], *(name for rule in RULES for name in self.params.get(rule, ())))

    @property
    def commutes(self) -> bool:
        """Whether its two operands may be exchanged bit for bit.

        Not those of a product of complex arrays: where NumPy fuses multiplication and addition, one of the two real
        products of a part is rounded and the other is not.
        """
        rounds = self.prim.name == "mul" and getattr(self.out.type, "complex", False)
        return self.prim.commutative and not rounds

    def __repr__(self) -> str:
        return f"<op {self.prim.name}>"


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    params: tuple[Value, ...]
    ops: tuple[Op, ...]
    outs: tuple[Value, ...]


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Function:
    """A block with a name.  `dims`: the size variables in scope everywhere, each found in the type of a parameter."""

    name: str
    body: Block
    dims: tuple[str, ...] = ()

    @property
    def param_types(self) -> tuple[Type, ...]:
        return tuple(v.type for v in self.body.params)

    @property
    def out_types(self) -> tuple[Type, ...]:
        return tuple(v.type for v in self.body.outs)


@dataclass(frozen=True, slots=True)
class Program:
    """The functions that call each other by name, the entry's name, and the fields of each `Saved` record."""

    functions: Mapping[str, Function]
    entry: str
    records: Mapping[str, tuple[Type, ...]] = field(default_factory=dict)

    @property
    def main(self) -> Function:
        return self.functions[self.entry]


def walk(block: Block) -> Iterator[Op]:
    """Every operation of a block and of its regions, outer before inner, in order."""
    return nested(block.ops)


def nested(ops: Iterable[Op]) -> Iterator[Op]:
    """The operations and those of their regions, outer before inner, in order."""
    stack: list[Iterator[Op]] = [iter(ops)]
    while stack:
        op = next(stack[-1], None)
        if op is None:
            stack.pop()
            continue
        yield op
        stack.extend(iter(r.ops) for r in reversed(op.regions))
