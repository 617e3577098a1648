"""What the evaluator keeps about functions of the program: see `recursion.py` and `rounds.py`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff.errors import Problem
from symdiff.frontend.python.values import Arr, Cell, Known, Reference, Val, is_number
from symdiff.frontend.source import Source
from symdiff.ir import dims, types
from symdiff.ir.core import Function, Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import AVal, Type

if TYPE_CHECKING:
    from symdiff.frontend.python.context import Frame
    from symdiff.frontend.python.custom_rules import Ruled

Place = tuple[Hashable, ...]  # a parameter's name and the path to one leaf of it


class Bottom(Exception):
    """A call of a function of which no path has returned yet: the path that it stands on has no result either."""


class Widened(Exception):
    """A function changes memory from around it: it is compiled again, taking and returning that too."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The structure of a value: `kind` is known, scalar, array, or a container's (tuple, list, dict, object, …).

    A list of any length is `grown`; each list of the IR that it is, a `seq`; memory met before is `again`.
    """

    kind: str
    parts: tuple[Pattern, ...] = ()
    type: AVal | None = None  # of a scalar or array
    listed: Type | None = None  # of a seq
    cls: Any = None  # the class of a named tuple or dataclass
    keys: tuple[Hashable, ...] = ()
    token: Hashable = None  # of a known object: what tells it from others
    val: Val | None = field(default=None, compare=False)

    @property
    def number(self) -> AVal | None:
        """The type of a scalar, known or staged; None of everything else."""
        if self.kind == "scalar":
            return self.type
        known = isinstance(self.val, Known) and is_number(self.val.obj)
        return types.type_of(self.val.obj) if known else None  # type: ignore[union-attr]  # of a Known

    def nested(self, around: tuple[Hashable, ...] = ()) -> int:
        """How many containers of one kind are in each other at most."""
        if self.parts:
            around = (*around, (self.kind, self.cls, self.keys, len(self.parts)))
        here = around.count(around[-1]) if around else 0
        return max([here, *(part.nested(around) for part in self.parts)])


@dataclass(eq=False)
class Outer:
    """Memory, or a name (without `val`), from around a function that changes it; what it holds when it is called."""

    val: Arr | Reference | None
    entry: Pattern | None = None
    form: Pattern | None = None  # of the elements of a list, as far as they have one


@dataclass(eq=False)
class Instance:
    """A definition compiled as a function of the program, for arguments of one pattern."""

    name: str
    source: Source
    around_frame: Frame | None
    params: dict[str, Pattern]  # sizes are the function's own variables
    sizes: dict[Dim, Dim]  # the pattern's sizes -> those variables
    around: tuple[object, ...] = ()  # what the names outside held when it was compiled
    result: Pattern | None = None  # None: no path has returned yet
    aliases: tuple[frozenset[int | Cell], ...] = ()  # per memory it gives back: what was passed or is outside it may be
    shared: frozenset[tuple[int, int]] = frozenset()  # memory given back that may be one
    kin: bool = False  # whether what it gives back may hold what was passed or read, in lists: see `kinship`
    captures: tuple[Value, ...] = ()
    missing: tuple[str, ...] = ()  # sizes that only the code around knows: passed as integers
    effects: bool = False
    failed: bool = False  # a problem was reported
    problems: tuple[
        Problem, ...
    ] = ()  # met while it was compiled: every call reports them, since a loop forgets rounds
    first_cell: int = 0  # what it makes itself has larger serial numbers
    first_frame: int = 0
    function: Function | None = None
    own: dict[Cell, int] = field(default_factory=dict)  # the memory passed to it, numbered
    parameters: list[Arr | Reference] = field(default_factory=list)  # that memory, in order
    written: set[int] = field(default_factory=set)  # what of it is changed: returned after the result
    outer: dict[Hashable, Outer] = field(default_factory=dict)  # cells and names from around that it changes: the same
    groups: set[Cell] = field(default_factory=set)  # what lists around that it changes are known as: see `kinship`
    # The lists among both, by number or cell, whose elements it changes, and where these may hold one object twice.
    elements: dict[Hashable, frozenset[tuple[int, ...]]] = field(default_factory=dict)
    exits: tuple[Pattern, ...] = ()  # what these hold when it returns
    nested: tuple[int, int] = (1, 0)  # how deep its result is in its own kind, and in how many rounds it got deeper
    apart: bool = False  # whether what it returns is memory of its own, or of what was passed, as the data say
    reads: set[Cell] = field(default_factory=set)  # memory from around that it reads
    # The kinds of memory that it may change, of what is passed and of what is around it: with a rule, none.
    gives_back: tuple[str, ...] = ()
    reaches: tuple[str, ...] = ()

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
    rounds: int = 0  # begun of the outermost function
    bottoms: int = 0  # how often a result was missing
    bottoms_before: int = 0  # and how often before this round
    names: set[str] = field(default_factory=set)
    undone: list[range] = field(default_factory=list)  # serial numbers of cells made in rounds that were taken back
    ruled: dict[Hashable, Ruled] = field(default_factory=dict)  # functions with a derivative rule of the user's

    def note_undone(self, begun: int) -> None:
        """Note that a round was taken back that was begun before this cell was made."""
        self.undone.append(range(begun, Cell("array").serial))

    def lasts(self, cell: Cell) -> bool:
        """Whether memory is not that of a round that was taken back."""
        return not any(cell.serial in each for each in self.undone)

    def note_read(self, cell: Cell) -> None:
        for instance in self.active:
            if cell.serial < instance.first_cell and cell not in instance.own:
                instance.reads.add(cell)

    def note_write(self, val: Arr | Reference) -> bool:
        """Whether the function being compiled may change memory older than its call, since it returns it.

        Raises Widened where it is to return one more.
        """
        instance, cell = self.active[-1], val.cell
        if cell.kind not in (instance.gives_back if cell in instance.own else instance.reaches):
            return False
        if cell in instance.own:
            number = instance.own[cell]
            if number not in instance.written:
                self.changed = True
                instance.written.add(number)
                instance.result, instance.exits = None, ()
            return True
        if any(c.serial < instance.first_cell for c in cell.may) or (cell.external and not isinstance(val, Arr)):
            return False
        return self._returns(cell, val)

    def note_elements(self, val: Reference) -> bool:
        """The same of the elements of a list, which are told apart where it is called.

        Raises Widened where the function was not compiled as one that changes them.
        """
        if not self.note_write(val):
            return False
        instance = self.active[-1]
        key = instance.own.get(val.cell, val.cell)
        if key not in instance.elements:
            instance.elements[key] = frozenset()
            instance.result, instance.exits, instance.kin = None, (), False
            raise Widened
        return True

    def note_binding(self, key: tuple[int, str]) -> bool:
        """The same of a name of a function around."""
        return "name" in self.active[-1].reaches and self._returns(key, None)

    def _returns(self, key: Hashable, val: Arr | Reference | None) -> bool:
        instance = self.active[-1]
        if key not in instance.outer:
            instance.outer[key] = Outer(val)
            instance.result, instance.exits = None, ()
            raise Widened
        return True

    @property
    def waiting(self) -> bool:
        """Whether a result was missing in this round: the next one sees more."""
        return bool(self.active) and self.bottoms > self.bottoms_before
