"""A derivation: the stages of a function, what each reads, and with which local derivative.

By hand, of the neuron of the lecture notes: the last stage is ``y = 1 / y1``; its one edge reads y1, with the local
derivative ``∂y/∂y1 = -1/y1²``; then come y1, y2, … as `codegen.names` numbers them, from the output backwards, so that
a stage is called as the line of the generated module that computes it.

The body of a loop or a branch is there once.  Its stages say where they stand (`Stage.group`), and, where values are
given, hold one `Turn` for each time they ran.  Between stages inside and outside there are plain edges; `Edge.when`
says which of several sources is read: that of the arm taken, of the turn before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from symdiff.explain.crossings import Crossing
from symdiff.ir.core import Op, Value

ARGUMENT, PARAMETER = "argument", "parameter"  # `Stage.op` of what a function is given
REPEATED = ("for", "while", "function")  # kinds of groups whose stages may run more than once
TURNS = ("turn before", "first turn", "last turn", "every turn", "inner call", "outer call")
BACK = ("turn before", "inner call", "outer call")  # where the reader is another run of what is read


Index: TypeAlias = tuple[tuple[str, int], ...]  # the turns of the loops around, outermost first


@dataclass(frozen=True, slots=True)
class Group:
    """What encloses a stage: `kind` is "if", "else", "for", "while", "call" (a helper) or "function" (called)."""

    kind: str
    text: str  # "if x > 0:", "for i in range(n):", "in softplus:"
    key: str  # the same for all that one loop, one arm of a branch or one call encloses
    runs: int | None = None  # how many times what it encloses ran, where values are given
    index: str = ""  # of a loop: what counts its turns
    bounds: tuple[ast.expr, ...] = field(default=(), compare=False, repr=False)  # of a `for`: start, stop, step
    test: ast.expr | None = field(default=None, compare=False, repr=False)  # of an arm or a `while`
    ends_early: bool = False  # of a loop: it has a `break` or a `return`
    shown: Index | None = field(default=None, compare=False)  # the run that stands for all: of a function the first

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Edge:
    """One use of a stage or an argument by a stage.

    `local` is the local derivative as text: ``∂y/∂y1 = -1/y1²``, or ``∂f/∂W2: a1ᵀ · d_f`` where it is a rule for the
    cotangent.  It is empty where nothing flows back: `active` is whether it lies on a way from what is differentiated
    by to the output.  `value` is the local derivative as a number or array, of elementwise operations.
    """

    source: str  # the key of a stage or an argument
    operand: int
    local: str = ""
    active: bool = False
    when: str = ""  # "turn before", "if x > 0": where one of several sources is read
    part: ast.expr | None = field(default=None, compare=False, repr=False)  # the index read or written: `1 at [i]`
    summed: tuple[tuple[int, str], ...] = ()  # the axes that broadcasting repeated the source along, with their sizes
    value: Any = None
    also: tuple[int, ...] = ()  # further operands that are this source: `local` is the derivative by all of them

    @property
    def turn(self) -> str:
        """Which turn of a loop is read, one of TURNS; empty where that is no question."""
        parts = self.when.split(" and ")
        return next((turn for turn in TURNS if turn in parts), "")

    @property
    def rule(self) -> str:
        """The right-hand side of `local`; a rule for the cotangent has its ``d_f`` in it."""
        mark = ": " if self.is_rule else " = "
        return self.local.partition(mark)[2]

    @property
    def is_rule(self) -> bool:
        """Whether `local` is written with the cotangent in its place."""
        head = self.local.partition(" = ")[0]
        return ": " in head


def forms(rule: str) -> list[str]:
    """The forms of `e^y3 = y2`; in brackets `=` is a condition: [x = m] / ties."""
    return re.split(r" = (?![^\[]*\])", rule)


def first_form(rule: str) -> str:
    return forms(rule)[0]


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of a stage inside a loop."""

    index: Index
    value: Any
    gradient: Any = None
    locals: tuple[Any, ...] = ()  # the values of the edges


@dataclass(frozen=True, slots=True)
class Stage:
    """One named value: `name` as in the generated module, `key` unique in the derivation.

    `formula` is its right-hand side as text (with `update`, a whole statement: ``y[i] = y5``).  `gradient` is the
    derivative of the output by it, of its shape; None for what is not differentiated or where no values are given.
    """

    key: str
    name: str
    formula: str
    op: str
    shape: str
    inputs: tuple[Edge, ...] = ()
    group: tuple[Group, ...] = ()
    position: str = ""  # "line:col", counted from the first line of the function it stands in
    order: int = 0  # of execution; `Derivation.stages` has the order of the notes
    active: bool = False
    update: bool = False
    value: Any = None
    gradient: Any = None
    turns: tuple[Turn, ...] = ()
    expression: ast.expr | None = field(default=None, compare=False, repr=False)
    statement: ast.stmt | None = field(default=None, compare=False, repr=False)  # of an update
    operands: tuple[ast.expr, ...] = field(default=(), compare=False, repr=False)  # of the primitive `op`
    operation: Op | None = field(default=None, compare=False, repr=False)

    @property
    def has_run(self) -> bool:
        """Whether it was computed, where values are given; an arm that was not taken was not."""
        return self.value is not None or bool(self.turns)

    @property
    def shown(self) -> Turn | None:
        """The turn that stands for all: of a loop the last; None where the stage was not run in it."""
        if not self.turns:
            return None
        around = [g for g in self.group if g.kind in REPEATED]
        functions = [g for g in around if g.kind == "function"]
        turn = self.turns[0 if functions else -1]
        of_one_kind = len(functions) in (0, len(around))
        return turn if turn.index == around[-1].shown or not of_one_kind else None


@dataclass(frozen=True, slots=True)
class Constant:
    """An operation on a float that is written where it is read, and through which nothing flows back: `argmax(x)`."""

    formula: str
    op: str
    position: str
    operation: Op = field(compare=False, repr=False)
    value: Value = field(compare=False, repr=False)  # of the results of a branch, this one


@dataclass(frozen=True, slots=True)
class Derivation:
    """All of it; `stages` come from the output backwards, breadth first, as in the notes.

    `crossings` says where stages, constants and the tests of groups are not smooth, by the key of a stage or a group
    and by the formula of a constant.
    """

    function: str
    place: str  # "examples/neuron.py:6"
    arguments: tuple[Stage, ...]
    stages: tuple[Stage, ...]
    order: tuple[str, ...]  # the keys of both, in the order of the notes: each after all that read it
    results: tuple[str, ...]  # the keys of what is differentiated: several where arms of a branch give it
    wrt: tuple[str, ...]  # keys of arguments
    has_values: bool = False
    constants: tuple[Constant, ...] = ()
    crossings: Mapping[str, Sequence[Crossing]] = field(default_factory=dict, compare=False, repr=False)
    deciding: frozenset[Op] = field(default=frozenset(), compare=False, repr=False)  # of tests, assertions
    by_key: Mapping[str, Stage] = field(init=False, compare=False, repr=False)
    readers: Mapping[str, Sequence[tuple[Stage, Edge]]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        readers: dict[str, list[tuple[Stage, Edge]]] = {}
        for stage in self.stages:
            for edge in stage.inputs:
                readers.setdefault(edge.source, []).append((stage, edge))
        object.__setattr__(self, "by_key", {s.key: s for s in (*self.stages, *self.arguments)})
        object.__setattr__(self, "readers", readers)

    def __getitem__(self, key: str) -> Stage:
        """A stage or an argument by its key; KeyError, with the keys there are, for any other."""
        if key not in self.by_key:
            raise KeyError(f"{self.function} has no stage {key!r}; it has: {', '.join(self.by_key)}")
        return self.by_key[key]

    def forward(self) -> tuple[Stage, ...]:
        """The stages in the order in which they run."""
        return tuple(sorted(self.stages, key=lambda s: s.order))

    def uses(self, key: str) -> Sequence[tuple[Stage, Edge]]:
        """The stages that read a stage or an argument, with the edges."""
        return self.readers.get(key, ())
