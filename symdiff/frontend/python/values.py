"""What a name can hold while a function is compiled: known Python objects, staged numbers, and memory.

Arrays, lists and dicts are mutable, so a name holds a *reference*: an `Arr` is a path into a `Cell`, and the cell's
current content is in the `Store` (an IR value for arrays, a tuple of elements for lists, a dict for dicts and for the
attributes of objects).  A read resolves against the content at that moment, so a view sees later writes.
"""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from symdiff.errors import Loc
from symdiff.ir import dims, types
from symdiff.ir.core import Value
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal
from symdiff.signature import Leaf

if TYPE_CHECKING:
    from symdiff.frontend.python.context import Frame
    from symdiff.frontend.python.instances import Pattern
    from symdiff.frontend.source import Source

Tag = int | str  # what a staged integer depends on: a loop (its number) or a parameter (its name)
NO_TAGS: frozenset[Tag] = frozenset()


class Val:
    """A compile-time description of a run-time value."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Known(Val):
    """A Python object; `origin` is the global or closure name and path it was read from."""

    obj: Any
    origin: tuple[str, tuple[tuple[str, Any], ...]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Zero(Known):
    """The 0 that a sum begins with, which may be one of arrays: see `summing`."""


@dataclass(frozen=True, slots=True, eq=False)
class Num(Val):
    """A staged scalar.  `dim` is the size it equals; without a `value` it is emitted where it is used."""

    value: Value | None
    dim: Dim | None = None
    tags: frozenset[Tag] = NO_TAGS

    @property
    def type(self) -> AVal:
        if self.value is None:
            return types.INT
        assert isinstance(self.value.type, AVal)
        return self.value.type


@dataclass(frozen=True, slots=True, eq=False)
class Placed(Num):
    """The number of an object in lists to which others are appended: it stays what it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Node(Val):
    """An object of a class whose objects are in lists, one for each attribute: its number there, -1 for None.

    Without `none` it is certainly no None.  See `nodes`.
    """

    cls: type
    at: Val
    none: bool = True


@dataclass(slots=True, eq=False, repr=False)
class Cell:
    """Memory: an array, a list, a dict or an object.  `external` names what it belonged to before the call."""

    kind: str
    loc: Loc | None = None
    external: str | None = None
    param: int | None = None  # of an argument's array: it may be written, on a copy
    argument: Leaf | None = None  # of an argument's list, dict or object, which may be changed: where it is
    contiguous: bool = False
    readonly: str | None = None
    may: set[Cell] = field(default_factory=set)  # cells that may share memory with this one
    kin: set[Cell] = field(default_factory=set)  # cells that may hold the same objects: see `kinship`
    name: str = ""
    choice: Choice | None = None
    chosen: tuple[Value, Cell, Cell] | None = None  # of a list, dict or object: by what, and of which two
    found_in: Cell | None = None  # of an optional array: this is what was read of it where it is there
    serial: int = field(default_factory=itertools.count().__next__)  # cells made earlier have smaller ones

    def __repr__(self) -> str:
        return f"<cell {self.serial} {self.name}>"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One basic subscript, a transposition or another operation (a reshape) on the way from a cell to a view."""

    spec: tuple[Any, ...]
    operands: tuple[Value, ...] = ()
    perm: tuple[int, ...] | None = None
    operation: tuple[str, tuple[tuple[str, Any], ...]] | None = None  # a primitive that gives a view, its parameters


@dataclass(slots=True, eq=False)
class Arr(Val):
    """An array: a cell, or a view into one.  `cache` is the version of the cell last read and what was read."""

    cell: Cell
    path: tuple[Step, ...] = ()
    cache: tuple[Value, Value] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Unsummed(Val):
    """A sum of arrays from 0, zeros where not `there`: in Python it is the number then.  See `nothing_added`."""

    array: Arr
    there: Num
    message: str  # of the error where it must be the array


@dataclass(frozen=True, slots=True, eq=False)
class Flat(Val):
    """`y.flat`."""

    base: Arr


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """`r = y if c else z`, both made before: r is the view `then` where `pred` holds, else `orelse`.

    Where one of the two is a choice itself, `found` is what was chosen, before any write.  Arrays that the condition
    exchanged are `among` these, each another one: see `exchanges`.  What a loop carries as a `number` of these
    `options` is taken apart two by two: see `which`.
    """

    pred: Value
    then: Arr
    orelse: Arr
    found: Value | None = None
    among: frozenset[Cell] = frozenset()
    options: tuple[Arr, ...] = ()
    number: Value | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Struct(Val):
    """An immutable container: tuple or named tuple.

    With `own` it is the one object that an expression made; else it may be one that is known by other items, too.
    """

    kind: str
    items: tuple[Val, ...]
    cls: type | None = None
    keys: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ListRef(Val):
    """A list; the store has its elements, or the IR value of a growing list."""

    cell: Cell


@dataclass(frozen=True, slots=True, eq=False)
class DictRef(Val):
    cell: Cell


@dataclass(frozen=True, slots=True, eq=False)
class SetRef(Val):
    """A set of known elements: see `sets`."""

    cell: Cell


class Attributes(dict[str, Val]):
    """What the store has of an object: its attributes, in the order of their names."""


@dataclass(frozen=True, slots=True, eq=False)
class ObjRef(Val):
    """An instance of a class of the user's; the store has its attributes."""

    cell: Cell
    cls: type


Reference = ListRef | DictRef | SetRef | ObjRef


def at_cell(like: Reference, cell: Cell) -> Reference:
    """A reference of the same sort to another cell."""
    return ObjRef(cell, like.cls) if isinstance(like, ObjRef) else type(like)(cell)


@dataclass(frozen=True, slots=True, eq=False)
class Bound(Val):
    """A method of an object, not yet called: the function and what it passes first."""

    receiver: Val
    function: Val


@dataclass(frozen=True, slots=True, eq=False)
class Super(Val):
    """`super()`: attributes are looked for behind `cls` in the order of the receiver's classes."""

    receiver: Val
    cls: type


@dataclass(frozen=True, slots=True, eq=False)
class Closure(Val):
    """A function or lambda defined inside the compiled function."""

    node: ast.FunctionDef | ast.Lambda
    source: Source
    frame: Frame
    defaults: tuple[Val, ...]
    kwdefaults: dict[str, Val]


@dataclass(frozen=True, slots=True, eq=False)
class Partial(Val):
    """`functools.partial` made inside the compiled function."""

    function: Val
    args: tuple[Val, ...]
    kwargs: dict[str, Val]


@dataclass(frozen=True, slots=True, eq=False)
class Record(Val):
    """What a forward pass saved for the pullback that holds it."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Listed(Val):
    """One list of the IR, on its way through a call."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Method(Val):
    """A method of a value, not yet called."""

    receiver: Val
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Sequence_(Val):
    """range, enumerate, zip, reversed and their like: what a loop can run over.  `parts` are their arguments.

    `cell` stands for the iterator that it is, unless it is a range or a view: see `iterators`.
    """

    kind: str
    parts: tuple[Val, ...]
    cell: Cell = field(default_factory=lambda: Cell("iterator"))


VIEWS = ("keys", "values", "items")  # of a dict: kinds of sequences that show it as it is


@dataclass(frozen=True, slots=True, eq=False)
class SliceVal(Val):
    lo: Val
    hi: Val
    step: Val


@dataclass(frozen=True, slots=True, eq=False)
class Maybe(Val):
    """A number or array bound on some paths only: an Opt value.  `cell` stands for the array's memory.

    With `none` it is Python's None on the other paths.
    """

    value: Value
    cell: Cell | None = None
    none: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class OneOf(Val):
    """A string, None or function chosen by a condition: the option whose number `tag` is."""

    tag: Num
    options: tuple[Val, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Letter(Val):
    """A letter of a known text, at a staged position: see `letters`."""

    text: str
    index: Num

    @property
    def options(self) -> tuple[Known, ...]:
        """The letters of the text; of an empty one "" stands for the letter that no position has."""
        return tuple(map(Known, sorted(set(self.text or [""]))))


@dataclass(frozen=True, slots=True, eq=False)
class Conflict(Val):
    """Different things on different paths, or what has no meaning here: an error when it is read."""

    then: str
    orelse: str
    code: str = "SD310"
    fields: tuple[tuple[str, str], ...] = ()  # of the error, but for the name: a result that is not compiled


@dataclass(frozen=True, slots=True, eq=False)
class Grown(Val):
    """The staged content of a list that grows in a rolled loop (content only, never in a name).

    One Seq value for each number in an element; `form` is what an element is: see `grown`.  `group` stands for its
    elements among what may hold the same objects; `shared` are the places in an element, as paths of numbers, where two
    elements may have the same object.
    """

    values: tuple[Value, ...]
    form: Pattern
    group: Cell
    shared: frozenset[tuple[int, ...]] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Foreign(Val):
    """What a call gave that is run as it is, and of which nothing is known: see `foreign`."""

    value: Value


class Piece(NamedTuple):
    """A value in a text, as it was: `f"{value!conversion:spec}"`."""

    value: Value
    conversion: str = ""
    spec: str = ""
    tags: frozenset[Tag] = NO_TAGS


@dataclass(frozen=True, slots=True, eq=False)
class Text(Val):
    """A string of staged parts: literal text, and values."""

    pieces: tuple[str | Piece, ...]

    @property
    def tags(self) -> frozenset[Tag]:
        """What makes the text known: none where a part of it stays staged whatever else is known."""
        parts = [p.tags for p in self.pieces if not isinstance(p, str)]
        return NO_TAGS if NO_TAGS in parts else NO_TAGS.union(*parts)


class _Marker(Val):
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


POISON = _Marker("poison")  # what a refused expression gives: absorbs everything, reports nothing more
UNBOUND = _Marker("unbound")
DEAD = _Marker("dead")  # not live at the last join: never read
BOTTOM = _Marker("bottom")  # the value on a path that has left

NONE = Known(None)


def is_number(obj: object) -> bool:
    return isinstance(obj, (bool, int, float, complex, np.generic)) and not isinstance(
        obj, (np.str_, np.bytes_, np.void)
    )


def same_known(a: Any, b: Any) -> bool:
    """Whether two known objects are interchangeable: one object for good, or equal numbers of one type, bit for bit."""
    if not isinstance(a, Known) or not isinstance(b, Known):
        return False
    x, y = a.obj, b.obj
    if x is y:  # two names of one container may be given different ones
        return a.origin == b.origin or not isinstance(x, (list, tuple, dict, set))
    if type(x) is not type(y) or isinstance(x, np.ndarray):
        return False
    if isinstance(x, (float, complex)):
        return repr(x) == repr(y)
    return isinstance(x, (int, str, bytes, np.dtype, range)) and x == y


def static_size(d: Dim) -> bool:
    """Whether a size is made of the function's own size variables, so that it can be written anywhere."""
    return all(a.op == "var" for a in dims.atoms(d))


def size(d: Dim) -> Val:
    return Known(d) if isinstance(d, int) else Num(None, d)
