"""How blocks of operations stand in each other when they are printed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff.codegen.folding import Plan
from symdiff.codegen.view import Line
from symdiff.ir.core import Op, Value

if TYPE_CHECKING:
    from symdiff.codegen.statements import Emitter

Steps = Generator[Any, None, None]  # yields further Steps to run before going on


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
    comment: Callable[[Op, Callable[[Value], str]], str] = lambda op, text: ""
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
        return self.plan.last.get(value, -1) > self.position


@dataclass(frozen=True, slots=True)
class Substituted(Tail):
    """A block's tail, printed by the branches of the `cond` that it ends in; `stored`: its results that lists take."""

    tail: Tail
    op: Op
    outs: tuple[Value, ...]
    stored: Mapping[Value, Sequence[str]] = field(default_factory=dict)

    @property
    def jumps(self) -> bool:
        return self.tail.jumps

    def values(self, outs: Sequence[Value]) -> list[Value]:
        own = dict(zip(self.op.outs, outs, strict=True))
        return [own.get(v, v) for v in self.outs]

    def targets(self, outs: Sequence[Value]) -> Mapping[Value, str]:
        return self.tail.targets(self.values(outs))

    def finish(self, emitter: Emitter, outs: Sequence[Value], depth: int, more: bool) -> None:
        for result, value in zip(self.op.outs, outs, strict=True):
            for name in self.stored.get(result, ()):
                emitter.line(depth, f"{name}.append({emitter.text(value)})")
        self.tail.finish(emitter, self.values(outs), depth, more)


def run(steps: Steps) -> None:
    """Run a generator that yields generators, depth first, without recursion."""
    stack = [steps]
    while stack:
        following = next(stack[-1], None)
        if following is None:
            stack.pop()
        else:
            stack.append(following)
