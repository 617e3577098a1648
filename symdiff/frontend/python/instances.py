"""What the evaluator keeps about functions of the program: see `recursion.py` and `rounds.py`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff.frontend.python.values import Cell, Val
from symdiff.frontend.source import Source
from symdiff.ir import dims
from symdiff.ir.core import Function, Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import AVal

if TYPE_CHECKING:
    from symdiff.frontend.python.context import Frame
    from symdiff.frontend.python.custom_rules import Ruled

Place = tuple[Hashable, ...]  # a parameter's name and the path to one leaf of it


class Bottom(Exception):
    """A call of a function of which no path has returned yet: the path that it stands on has no result either."""


class Widened(Exception):
    """A function writes into an array from around it: it is compiled again, taking and returning that array too."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The structure of a value: `kind` is known, scalar, array, or a container's (tuple, list, dict, …)."""

    kind: str
    parts: tuple[Pattern, ...] = ()
    type: AVal | None = None  # of a scalar or array
    cls: Any = None  # the class of a named tuple or dataclass
    keys: tuple[Hashable, ...] = ()
    token: Hashable = None  # of a known object: what tells it from others
    val: Val | None = field(default=None, compare=False)

    def __str__(self) -> str:
        if self.type is not None:
            return str(self.type)
        if self.kind == "known":
            assert isinstance(self.token, tuple)
            return str(self.token[-1])
        name = self.kind if self.cls is None else self.cls.__name__
        return f"{name} of {len(self.parts)}"


@dataclass(eq=False)
class Instance:
    """A definition compiled as a function of the program, for arguments of one pattern."""

    name: str
    source: Source
    outer: Frame | None
    params: dict[str, Pattern]  # sizes are the function's own variables
    sizes: dict[Dim, Dim]  # the pattern's sizes -> those variables
    around: tuple[object, ...]  # what the names outside held when it was compiled
    result: Pattern | None = None  # None: no path has returned yet
    aliases: tuple[frozenset[int | Cell], ...] = ()  # per array result: arguments, or outer cells, it may share with
    shared: frozenset[tuple[int, int]] = frozenset()  # array results that may share memory
    captures: tuple[Value, ...] = ()
    missing: tuple[str, ...] = ()  # sizes that only the code around knows: passed as integers
    effects: bool = False
    failed: bool = False  # a problem was reported
    first_cell: int = 0  # what it makes itself has larger serial numbers
    first_frame: int = 0
    function: Function | None = None
    own: dict[Cell, int] = field(default_factory=dict)  # the arrays passed to it, by their number among the leaves
    written: set[int] = field(default_factory=set)  # those that it writes into: returned after the result
    outer_arrays: list[Cell] = field(default_factory=list)  # arrays from around that it writes: passed and returned
    reads: set[Cell] = field(default_factory=set)  # arrays from around that it reads
    gives_back: bool = False  # whether it may write at all: a function with a rule of its own may not

    @property
    def own_sizes(self) -> frozenset[Atom]:
        """The size variables that its parameters bind."""
        return frozenset(a for d in self.sizes.values() for a in dims.atoms(d))


@dataclass(eq=False)
class Instances:
    """All of one lowering.  `active` are being compiled; `done` have been, with the results assumed at present."""

    found: dict[Hashable, Instance] = field(default_factory=dict)
    every: list[Instance] = field(default_factory=list)
    active: list[Instance] = field(default_factory=list)
    done: set[Instance] = field(default_factory=set)
    changed: bool = False
    bottoms: int = 0  # how often a result was missing
    bottoms_before: int = 0  # and how often before this round
    names: set[str] = field(default_factory=set)
    ruled: dict[Hashable, Ruled] = field(default_factory=dict)  # functions with a derivative rule of the user's

    def note_read(self, cell: Cell) -> None:
        for instance in self.active:
            if cell.serial < instance.first_cell and cell not in instance.own:
                instance.reads.add(cell)

    def note_write(self, cell: Cell) -> bool:
        """Whether the function being compiled may write into an array older than its call, since it returns it.

        Raises Widened where it is to return one more.
        """
        instance = self.active[-1]
        if not instance.gives_back:
            return False
        if cell in instance.own:
            number = instance.own[cell]
            self.changed |= number not in instance.written
            instance.written.add(number)
            return True
        if cell.kind != "array" or any(c.serial < instance.first_cell for c in cell.may):
            return False
        if cell not in instance.outer_arrays:
            instance.outer_arrays.append(cell)
            raise Widened
        return True

    @property
    def waiting(self) -> bool:
        """Whether a result was missing in this round: the next one sees more."""
        return bool(self.active) and self.bottoms > self.bottoms_before
