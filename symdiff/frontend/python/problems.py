"""How the evaluator stops, changes its mind, or asks for more to be known."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from symdiff.errors import CompileError, Problem
from symdiff.frontend.python.values import Tag

Leaf = tuple[str, tuple[tuple[str, object], ...]]  # argument name and path


class NeedStatic(Exception):
    """A staged integer is needed as a known one; `tags` say which loops or parameters fix it.

    `instead` is the place of a subscript that can be compiled without, at a cost.
    """

    def __init__(self, tags: frozenset[Tag], problem: Problem, instead: Hashable = None) -> None:
        super().__init__(problem.what)
        self.tags = tags
        self.problem = problem
        self.instead = instead


class CannotRoll(Exception):
    """The innermost rolled loop has a name that one loop body cannot serve; the problem if it cannot unroll either."""

    def __init__(self, loop: int, problem: Problem, name: str, reason: str) -> None:
        super().__init__(problem.what)
        self.loop = loop
        self.problem = problem
        self.name = name
        self.reason = reason


class Restart(Exception):
    """Something learned changes the types or values of parameters: lower again from the start."""


class United(Restart):
    """Two places make lists that are numbers, and one thing may be a list of either: they are of one class."""

    def __init__(self, one: type, other: type) -> None:
        super().__init__()
        self.one, self.other = one, other


class Respecialise(CompileError):
    """The function compiles for more special arguments: `static` leaves by value, or `sizes` by their number.

    The decorator, which has the arguments, tries again; elsewhere it is an error like every other.
    """

    def __init__(self, problems: Iterable[Problem], static: Iterable[Leaf] = (), sizes: Iterable[str] = ()) -> None:
        super().__init__(problems)
        self.static = tuple(static)
        self.sizes = frozenset(sizes)
