"""What the attempts at lowering one function leave to the next: each starts again where more must be known."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from symdiff.errors import Problem
from symdiff.frontend.python.desugar import desugared
from symdiff.frontend.python.instances import Pattern, Place
from symdiff.frontend.python.values import Val
from symdiff.frontend.source import FunctionNode
from symdiff.ir import dims
from symdiff.ir.dims import Dim

N = TypeVar("N")


class Sharing(enum.Enum):
    """Which helpers called in several places may become functions of the program: see `sharing`."""

    NONE = 0
    VALUES = 1  # those that get numbers, arrays and what holds these, and change arrays at most
    MEMORY = 2  # also those that get objects, and change objects, lists and dicts


@dataclass
class Session:
    """What earlier attempts at lowering found out."""

    sizes: dict[str, Dim] = field(default_factory=dict)  # size variable -> what it must equal
    statics: set[str] = field(default_factory=set)  # captured integers to take by value
    by_value: bool = False  # take every captured number by value
    changed: bool = False
    # loops (by call path) known to need unrolling, with the subscript that would go without: see NeedStatic
    unrolled: dict[Any, Hashable] = field(default_factory=dict)
    taken_apart: Problem | None = None  # why no list of lists, dicts or objects is taken as one that grows
    # conditions of `while` that change something, and what a `for` runs over without end, by their ids
    effects: set[int] = field(default_factory=set)
    bodies: dict[tuple[int, frozenset[int]], tuple[FunctionNode, FunctionNode]] = field(default_factory=dict)
    made: dict[tuple[int, str], tuple[ast.AST, Any]] = field(default_factory=dict)  # by node, kept, and kind
    ragged: bool = False  # lists in lists that grow are of any length too
    texts: list[Val] | None = None  # in elements of such lists, where they are told apart: see `texts`
    sorted_texts: bool = False  # whether these are numbered in the order of texts, as far as they were met before
    numbered_texts: tuple[int, ...] = ()  # which of them have the first numbers
    leaves: bool = False  # keys of such dicts that are found when it runs go again
    opened: bool = False  # since elements had no form in common: see `openings`
    # places of `[]` in lists, filled later: what with; None where that does not help
    filled: dict[Hashable, Pattern] | None = field(default_factory=dict)
    searched: set[Hashable] = field(default_factory=set)  # subscripts (by call path) of lists with staged indices
    adopted: set[Hashable] = field(default_factory=set)  # those among them through which an array is written
    written: bool = False  # texts of numbers are among these keys: see `written`
    keyed: set[Hashable] = field(default_factory=set)  # dicts whose keys are found when it runs: see `keyed`
    ordered: bool = False  # sets of the run are run over: see `sets_of_the_run`
    # of the classes of objects made, their attributes, and of what classes these hold objects: see `linked`
    attributes: dict[type, dict[str, None]] = field(default_factory=dict)
    holds: dict[type, set[type]] = field(default_factory=dict)
    meant: set[type] = field(default_factory=set)  # of whose objects it was not known which one is meant
    # places where lists are made that are put into others, or chosen; whether it was not known which one is meant; the
    # places of those that are numbers, with their classes: see `list_numbers`
    entered: dict[Hashable, None] = field(default_factory=dict)
    lists_meant: bool = False
    listed: dict[Hashable, type] = field(default_factory=dict)
    linked: dict[type, tuple[str, ...]] = field(default_factory=dict)  # whose objects are numbers, with attributes
    links: dict[tuple[type, str], type] = field(default_factory=dict)  # attributes of these that hold such objects
    forms_of: dict[tuple[type, str], Pattern] = field(default_factory=dict)  # of what attributes hold
    asked: set[tuple[type, str]] = field(default_factory=set)  # attributes of these that are read
    formed: bool = False  # since the forms have become others
    absent: set[tuple[type, str]] = field(default_factory=set)  # and may be None
    later: set[tuple[type, str]] = field(default_factory=set)  # attributes that objects have once they are set
    recursive: dict[Hashable, frozenset[Place]] = field(default_factory=dict)  # definitions, with what they stage
    forms: dict[Hashable, dict[Place, Pattern]] = field(default_factory=dict)  # of the elements of lists among these
    sums: dict[int, set[str]] = field(default_factory=dict)  # by loop: names that begin with 0 for an array
    numbered: set[Hashable] = field(default_factory=set)  # loops (by call path) that carry numbers for arrays
    unnumbered: list[Problem] = field(default_factory=list)  # what there was to report where none did
    sharing: Sharing = Sharing.MEMORY
    absences: bool | None = None  # whether `[None] * n`, where it was met, is a list of any length
    checking: bool = False  # sizes of which nothing says that they are equal are compared when it runs
    shared: set[Hashable] = field(default_factory=set)  # those that did, for arguments of one pattern each

    def without_filled(self) -> Session:
        """What is begun with again where lists of lists that are empty yet are not of any length."""
        return Session(
            self.sizes, self.statics, self.by_value, sharing=self.sharing, checking=self.checking, filled=None,
            entered=self.entered, lists_meant=self.lists_meant,
        )  # fmt: skip

    def substitute(self, d: Dim) -> Dim:
        for _ in range(len(self.sizes) + 1):
            new = dims.substitute(d, lambda a: self.sizes.get(a.name, dims.var(a.name)) if a.op == "var" else _same(a))
            if new == d:
                return new
            d = new
        return d

    def rewritten(self, node: FunctionNode) -> FunctionNode:
        """The function without what is short for other statements: the same nodes in each attempt."""
        key = id(node), frozenset(self.effects)
        if key not in self.bodies:
            self.bodies[key] = node, desugared(node, self.effects)
        return self.bodies[key][1]

    def short_for(self, node: ast.AST, kind: str, make: Callable[[], N]) -> N:
        """What a comprehension or call is short for: the same nodes in each attempt, as places are told by them."""
        if (id(node), kind) not in self.made:
            self.made[id(node), kind] = node, make()
        found: N = self.made[id(node), kind][1]
        return found


def _same(a: dims.Atom) -> Dim:
    return dims.opaque(a.name)
