"""What values hold: the buffers of arrays and lists, as `symdiff.ir.aliases` follows them through a function."""

from __future__ import annotations

from dataclasses import dataclass, field

from symdiff.ir.core import Block, Family, Op, Value
from symdiff.ir.types import Alt, AVal, Kind, Opt, Saved, Seq, Type, inner_first

# Two marks stand among the buffers of a value: they are never written, and nobody shares them.
READONLY = -1  # a constant, or a view that NumPy refuses to write
ELEMENT = -2  # read out of a list or record; inside a list: the same array may stand in it twice

Buffers = frozenset[int]
NO_BUFFERS: Buffers = frozenset()


@dataclass(frozen=True, slots=True)
class Memory:
    """The buffers a value is, and those of what it contains."""

    top: Buffers = NO_BUFFERS
    inner: Buffers = NO_BUFFERS

    @property
    def all(self) -> Buffers:
        return self.top | self.inner if self.inner else self.top


NOTHING = Memory()


@dataclass(frozen=True, slots=True)
class Claim:
    """Why an operation wants to write: its own statement, or a loop whose body writes carry `slot`.

    `elements`: not the list itself, but the arrays in it.  `ends`: what a turn hands on to the next.
    """

    text: str
    slot: int | None = None
    elements: bool = False
    ends: bool = False


Token = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """What callers know of a function: the parameters it overwrites, those whose elements, and what results share.

    A token is ("top", parameter), ("inner", parameter), ("mark", READONLY …) or ("shared", bits): a buffer of
    those results whose bit is set.
    """

    written: frozenset[int] = frozenset()
    elements: frozenset[int] = frozenset()
    outs: tuple[tuple[frozenset[Token], frozenset[Token]], ...] = ()

    def join(self, other: Summary) -> Summary:
        written, elements = self.written | other.written, self.elements | other.elements
        if not self.outs:
            return Summary(written, elements, other.outs)
        outs = tuple((a[0] | b[0], a[1] | b[1]) for a, b in zip(self.outs, other.outs, strict=True))
        return Summary(written, elements, outs)


@dataclass(slots=True)
class Frame:
    """A block being walked: where each value is used last, and the operations of the new block."""

    block: Block
    depth: int
    last: dict[Value, int]
    at: int = -1
    ops: list[Op] = field(default_factory=list)
    outs: list[Value] = field(default_factory=list)
    env: dict[Value, Value] = field(default_factory=dict)
    held: list[Value] = field(default_factory=list)
    own: set[int] = field(default_factory=set)  # buffers that operations of the block have made
    before: int = 0  # buffers up to this number are older than this turn

    def value(self, v: Value) -> Value:
        return self.env.get(v, v)

    def rebuilt(self) -> Block:
        old = self.block
        if (tuple(self.ops), tuple(self.outs)) == (old.ops, old.outs):
            return old
        return Block(old.params, tuple(self.ops), tuple(self.outs))


def mutable(t: Type) -> bool:
    """Whether values of this type are objects that can be written, or may hold such: arrays, lists, their records."""
    if isinstance(t, AVal):
        return t.kind is Kind.ARRAY
    return contains(t) if isinstance(t, Alt) else True


@inner_first
def contains(t: Type) -> bool:
    """Whether values of this type may hold other objects that can be written."""
    if isinstance(t, (Seq, Opt)):
        return mutable(t.elem)
    return isinstance(t, Saved) or (isinstance(t, Alt) and any(map(mutable, (*t.then, *t.orelse))))


def numbers_alone(t: Type) -> bool:
    """Whether a type is that of lists, or lists of lists, of numbers."""
    while isinstance(t, Seq):
        t = t.elem
    return isinstance(t, AVal) and not mutable(t)


def widens(elem: Type) -> bool:
    """Whether the elements of a list, taken for these, stay what they are: numbers of either kind."""
    while isinstance(elem, Seq):
        elem = elem.elem
    return isinstance(elem, AVal) and elem.either


def viewed(op: Op) -> int | None:
    """The operand that an array result may be a view of, or a list the same list."""
    if op.prim.name == "seq_convert" and widens(op.params["elem"]):
        return 0
    k = op.prim.views
    if k is None or op.prim.family is Family.STRUCTURE or not mutable(op.outs[0].type):
        return None
    fancy = any(item[0] in ("array", "mask") for item in op.params.get("spec", ()))
    product = op.prim.name == "einsum" and len(op.ins) > 1
    return None if fancy or product else k
