"""How blocks of operations stand in each other when they are printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from symdiff.codegen.comments import Printed
from symdiff.codegen.folding import Plan
from symdiff.codegen.view import Line
from symdiff.ir.core import Op, Value

if TYPE_CHECKING:
    from symdiff.codegen.statements import Emitter

T = TypeVar("T")


@dataclass(slots=True)
class Outlined:
    """A function split off from one that is nested too deep."""

    name: str
    parameters: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Context:
    """What all functions of a module share."""

    level: int = 1
    stages: frozenset[str] = frozenset()  # hints that are not the user's
    reserved: frozenset[str] = frozenset()  # no variable is called so
    calls: Mapping[str, str] = field(
        default_factory=dict
    )  # functions of the program, by the name they are printed under
    reused: Mapping[Op, int] = field(default_factory=dict)  # operations that overwrite a dead operand
    idle: Set[Op] = frozenset()  # restores of a part that is where it belongs
    comment: Callable[[Op, Printed], str] = lambda op, line: ""
    outlined: list[Outlined] = field(default_factory=list)
    helpers: dict[str, str] = field(default_factory=dict)  # text of the helper functions used, by name
    may_raise: Callable[[Op], bool] = lambda op: True


class Tail:
    """What is printed at the end of a block."""

    __slots__ = ()

    @property
    def jumps(self) -> bool:
        """Whether it leaves the block: a branch that ends in it needs no `else` behind it."""
        return False

    @property
    def folds(self) -> str:
        """Which results may be expressions: "all", "unnamed", or none: ""."""
        return ""

    def targets(self, outs: Sequence[Value]) -> Mapping[Value, str]:
        """The variable that each result should be."""
        return {}

    def reads(self, outs: Sequence[Value]) -> Sequence[Value]:
        """The results that it mentions: not those that went to a list as soon as they were there."""
        return outs

    def finish(self, emitter: Emitter, outs: Sequence[Value], depth: int, more: bool) -> None:
        """Print it; `more`: other lines of the same block follow, which must not run."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Region:
    """How a block stands in the one around it.

    `owned`: values from outside that nobody reads after it; `appended`: results that go to a list as soon as they
    are there; `orelse`: it is the second branch, and prints `else:` or `elif` itself; `more`: lines follow that must
    not run.
    """

    owned: Set[Value] = frozenset()
    appended: tuple[tuple[Value, str], ...] = ()
    orelse: bool = False
    more: bool = False


OUTERMOST = Region()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation with regions is printed."""

    op: Op
    depth: int
    plan: Plan
    position: int
    keyword: str  # "if", or "elif"
    more: bool

    @property
    def dying(self) -> list[Value]:
        return self.plan.dying.get(self.position, [])

    def reads(self, value: Value) -> bool:
        """Whether a result is read after the operation."""
        return self.plan.reads(value, self.position)


_MENTIONED = 8


@dataclass(frozen=True, slots=True)
class Substituted(Tail):
    """A block's tail, printed by the branches of the `cond` that it ends in.

    `taken` is what the tail takes, `stored` what lists take, by name: the number of a branch's result, or a value from
    outside.  Of a chain of such blocks, as 1,000 early returns are, `tail` is that of the outermost.  `meant` are the
    results of the `cond` that the tail's expressions mention, and what they are in a branch.
    """

    tail: Tail
    taken: tuple[Value | int, ...]
    stored: tuple[tuple[Value | int, str], ...] = ()
    meant: tuple[tuple[Value, Value | int], ...] = ()

    @staticmethod
    def of(
        tail: Tail, op: Op, outs: Sequence[Value], stored: Mapping[Value, Sequence[str]], mentioned: Sequence[Value]
    ) -> Substituted:
        """The tail of the branches of `op`, which is last in a block of these outs, of which lists take some.

        `mentioned` are the results of `op` that expressions among the outs are made of.
        """
        place: dict[Value, int] = {v: k for k, v in enumerate(op.outs)}
        own = tuple([place.get(v, v) for v in outs])
        appended = tuple([(place[v], name) for v in op.outs for name in stored.get(v, ())])
        meant = tuple([(v, place[v]) for v in mentioned])
        if not isinstance(tail, Substituted):
            return Substituted(tail, own, appended, meant)
        taken = tuple([_at(own, x) for x in tail.taken])
        stores = (*appended, *((_at(own, x), name) for x, name in tail.stored))
        return Substituted(tail.tail, taken, stores, (*meant, *((v, _at(own, x)) for v, x in tail.meant)))

    @property
    def jumps(self) -> bool:
        return self.tail.jumps

    @property
    def folds(self) -> str:
        read = [x for x in (*self.taken, *(x for _, x in self.meant)) if isinstance(x, int)]
        short = len(self.meant) <= _MENTIONED  # an expression grows with every branch whose result it mentions
        return self.tail.folds if short and not self.stored and len(read) == len(set(read)) else ""

    def targets(self, outs: Sequence[Value]) -> Mapping[Value, str]:
        return self.tail.targets([_at(outs, x) for x in self.taken])

    def reads(self, outs: Sequence[Value]) -> Sequence[Value]:
        meant = [_at(outs, x) for _, x in self.meant]
        return [*self.tail.reads([_at(outs, x) for x in self.taken]), *(_at(outs, x) for x, _ in self.stored), *meant]

    def finish(self, emitter: Emitter, outs: Sequence[Value], depth: int, more: bool) -> None:
        for x, name in self.stored:
            emitter.line(depth, f"{name}.append({emitter.text(_at(outs, x))})")
        emitter.aliases.update((v, _at(outs, x)) for v, x in self.meant)
        self.tail.finish(emitter, [_at(outs, x) for x in self.taken], depth, more)


def _at(values: Sequence[T], x: Value | int) -> T | Value:
    return values[x] if isinstance(x, int) else x
