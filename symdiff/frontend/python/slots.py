"""The slots of a loop's header, one tree for each thing that it carries.

A slot is unchanged, a scalar of a type, an array of a group, a list or tuple of slots, a list that grows, a list or
object that a turn replaces by another (a reference).  By hand: where a turn changes the number s and both parts of
`point = (t, y)`, s is a scalar, and point a tuple of a scalar and an array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff.errors import Loc
from symdiff.frontend.python import alternatives, bounds, nodes, one_of_several
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import BOTTOM, UNBOUND, Arr, Cell, Known, Node, Reference, Struct, Val
from symdiff.ir.types import Type

if TYPE_CHECKING:
    from symdiff.frontend.python import kinship


class Misfit(Exception):
    """No header serves every turn; says what stands before and after."""

    def __init__(self, before: str, after: str, code: str = "SD304", rewrite: str = "") -> None:
        super().__init__(f"{before} before, {after} after")
        self.before, self.after, self.code, self.rewrite = before, after, code, rewrite


@dataclass(eq=False)
class Slot:
    """`kind`: same, scalar, opt, array, optarray, version (content of a cell), struct, list, grown, reference, one-of,
    bounds (of a range or slice, as `same` is one), held (by a function, as `same` is one), nullable (what is None or a
    container or object: whether it is there, and what it is then), which (of some arrays).

    `keys` are the names of an object's attributes; `same` of a reference is one of its sort; `labels` are what the
    parts of a dict or named tuple are called in the generated code; what is `none` is None where it is not there;
    `options` are what one-of, or an array, may be.
    """

    kind: str
    type: Type | None = None
    parts: tuple[Slot, ...] = ()
    keys: tuple[str, ...] = ()
    group: Any = None
    same: Any = None
    make: Callable[[tuple[Val, ...]], Any] | None = None
    aliases: set[Cell] = field(default_factory=set)
    held: Loc | None = None  # where its array was put into a growing list
    stale: tuple[str, Loc] | None = None  # what made a turn hand it on as stale
    form: Pattern | None = None  # of the elements of a list that grows
    shared: frozenset[kinship.Path] = frozenset()  # where such a list may have an object twice
    kin: frozenset[Cell] = frozenset()  # what else may hold the same objects, and which slots do: see `kinship`
    component: int | None = None
    name: str = ""
    labels: tuple[str, ...] = ()
    none: bool = False
    together: int | None = None  # of what may be None: with which others it is, see `together`
    options: tuple[Val, ...] = ()
    allowed: frozenset[int] = frozenset()  # which of the options of one-of it may be, in any turn

    def signature(self) -> Any:
        """What must not change any more at the fixpoint."""
        same = id(self.same) if self.kind == "same" else None
        return (
            self.kind,
            self.type,
            tuple(p.signature() for p in self.parts),
            self.group,
            same,
            self.form,
            frozenset(self.aliases),
            self.held is None,
            self.stale is None,
            self.none,
            self.together,
            len(self.options),
            self.allowed,
            self.shared,
            self.kin,
            self.component,
        )


SAME = "same"
COMPOSITE = ("struct", "list", "dict", "attributes", "nullable", "node", "bounds", "held")


def start(val: Any) -> Slot:
    return Slot(SAME, same=val)


def inside(slot: Slot, val: Any) -> tuple[Any, ...] | None:
    """What the parts of a slot stand for."""
    if val is BOTTOM:
        return (BOTTOM,) * len(slot.parts)
    if slot.kind == "attributes":
        return named(slot.keys, val)
    if slot.kind == "node":
        absent = isinstance(val, Known) and val.obj is None
        return (nodes.number(val),) if absent or (isinstance(val, Node) and nodes.alike(val.cls, slot.same)) else None
    if slot.kind == "nullable":
        return alternatives.halves(val)
    if slot.kind == "bounds":
        return bounds.parts(val) if bounds.alike(slot.same, val) else None
    if slot.kind == "held":
        return tuple(one_of_several.held(val)) if one_of_several.alike(slot.same, val) else None
    if isinstance(val, dict):
        return tuple(val.values())
    return val if isinstance(val, tuple) else val.items if isinstance(val, Struct) else None


def named(keys: Sequence[str], val: Any) -> tuple[Any, ...]:
    """The attributes of these names, each of which may be unbound; what is no object stands for all of them."""
    return tuple(val.get(name, UNBOUND) if isinstance(val, dict) else val for name in keys)


def place(val: Any) -> Any:
    """Where an array, a list or an object lives."""
    if isinstance(val, Reference):
        return val.cell, ()
    return (val.cell, val.path) if isinstance(val, Arr) else None
