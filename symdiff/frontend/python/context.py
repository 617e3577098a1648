"""The state of one lowering, and the emission of operations with sizes reconciled and problems located."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

import symdiff.primitives.checks  # noqa: F401  # fills the registry
from symdiff.errors import CompileError, Loc, Problem
from symdiff.frontend.python import values
from symdiff.frontend.python.desugar import desugared
from symdiff.frontend.python.instances import Bottom, Instance, Instances, Pattern, Place
from symdiff.frontend.python.liveness import Liveness
from symdiff.frontend.python.problems import NeedStatic
from symdiff.frontend.python.store import MISSING, Facts, Scope, Store
from symdiff.frontend.python.values import NO_TAGS, POISON, Arr, Cell, Foreign, Known, Num, Tag, Text, Val
from symdiff.frontend.source import FunctionNode, Source
from symdiff.ir import dims, types
from symdiff.ir.core import Literal, Value
from symdiff.ir.dims import Dim
from symdiff.ir.errstate import Stack
from symdiff.ir.types import AVal, Kind, KindError, Object, Opt, ShapeError
from symdiff.signature import Guard, Leaf, Param

N = TypeVar("N")

MAX_OPERATIONS = 200_000  # emitted, those of abandoned attempts included


@dataclass(eq=False)
class Frame:
    """One call of one user function."""

    id: int
    source: Source
    live: Liveness
    outer: Frame | None = None  # of an inner function: the frame it was defined in
    path: tuple[Any, ...] = ()  # of call sites, from the entry
    local: frozenset[str] = frozenset()
    depth: int = 0
    comprehension: bool = False
    bound: Mapping[str, Val] | None = None  # what its parameters were bound to
    scope: Scope | None = None  # the region that it began in
    calls: tuple[tuple[str, int], ...] = ()  # of `Loc`: this one and those around it
    taken: tuple[Hashable, dict[str, Pattern]] | None = None  # the patterns of `bound`, and of which state they are


@dataclass(eq=False)
class LoopState:
    """A loop being lowered."""

    id: int
    node: ast.AST
    frame: Frame
    unrolled: bool = False
    turn: int = 0


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
    searched: set[Hashable] = field(default_factory=set)  # subscripts (by call path) of lists with staged indices
    adopted: set[Hashable] = field(default_factory=set)  # those among them through which an array is written
    recursive: dict[Hashable, frozenset[Place]] = field(default_factory=dict)  # definitions, with what they stage
    forms: dict[Hashable, dict[Place, Pattern]] = field(default_factory=dict)  # of the elements of lists among these
    sums: dict[int, set[str]] = field(default_factory=dict)  # by loop: names that begin with 0 for an array
    sharing: Sharing = Sharing.MEMORY
    absences: bool | None = None  # whether `[None] * n`, where it was met, is a list of any length
    checking: bool = False  # sizes of which nothing says that they are equal are compared when it runs
    shared: set[Hashable] = field(default_factory=set)  # those that did, for arguments of one pattern each

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


class Context:
    """Everything the evaluator's functions share.  Their first parameter is always `cx`."""

    def __init__(self, source: Source, session: Session) -> None:
        self.source = source
        self.session = session
        self.homes: dict[Value, Scope] = {}
        self.top = Scope(None, self.homes)
        self.scope = self.top
        self.leaves = self.top  # the region that a `Bottom` goes back to
        self.store = Store()
        self.eager: dict[Cell, dict[Hashable, Any]] = {}  # what iterators were made of: see `iterators`
        self.problems: list[Problem] = []
        self.kept: set[Loc] = set()  # calls of which an object may keep the arrays that it is given
        self.dropped: list[ast.stmt] = []  # statements without a result: some problem must say why
        self.frames: list[Frame] = []
        self.loops: list[LoopState] = []
        self.params: list[Param] = []
        self.param_values: list[Value] = []
        self.leaf_of: dict[str, Leaf] = {}  # parameter tag -> argument leaf
        self.captured: dict[Any, Val] = {}
        self.origins: dict[str, tuple[str, Source]] = {}
        self.homes_of: dict[int, tuple[int, Any]] = {}  # id -> number and object: globals and cells that were read
        self.classes: dict[type, Known] = {}  # of objects: the class, as it is read at each call
        self.fixed: dict[tuple[int, str], dict[str, Any]] = {}  # what partials and methods pass, by source and name
        self.guards: dict[Any, Guard] = {}
        self.compiled: dict[int, Source] = {}  # every definition compiled in, by the id of its node
        self.sizes_needed: set[str] = set()
        self.learned: dict[Value, tuple[Facts, Facts]] = {}  # by test: what holds where it is true, and false
        self.told: dict[Value, Value] = {}  # optional values: which other one is None when they are, see `together`
        self.tellers: dict[Value, list[Value]] = {}  # by that one: all of them
        self.deciding: dict[Value, Value] = {}  # by number of an option: the condition that chose the first of two
        self.derivatives = 0  # how many are being taken, one inside another
        # Where helpers are called, see `sharing`: the operations inside each; how many a small one must have; the total
        # so far; the one about to be compiled in place.
        self.places: dict[Hashable, set[Hashable]] = {}
        self.weights: dict[Hashable, int] = {}
        self.small: dict[Hashable, int] = {}
        self.inlined = 0
        self.noted: Hashable = None
        self.written: set[int] = set()
        self.given: dict[Leaf, Hashable] = {}  # containers and arrays of arguments: what tells each from others
        self.tuples: dict[Val, Leaf] = {}  # the tuples among them
        self.remade: dict[int, Any] = {}  # by id: keys that stand for objects of the call
        self.sums: dict[tuple[int, str], tuple[Cell, Val]] = {}  # by frame and name: see `summing`
        self.doubles: set[Cell] = set()  # objects made of these again
        self.chosen: dict[Cell, Hashable] = {}  # arrays that a staged index chose: by which subscript
        self.copies: dict[Cell, Val] = {}  # what the region of a derivative has of its own for a container passed to it
        self.watched: list[set[object]] = []  # by region: containers that it reads, cells or the ids of captured ones
        self.together: set[tuple[Leaf, ...]] = set()  # those among them that one `deepcopy` copied
        self.apart: dict[tuple[str, Leaf, Leaf | Val | None], tuple[Source, ast.AST]] = {}  # see `apart`
        self.changed_arguments: dict[str, Problem] = {}  # by name: what to say where it has its default value
        self.defaults: dict[str, tuple[Source, str]] = {}  # defaults of helpers: as they are captured, and whose
        self.headers: dict[Any, Any] = {}  # per loop and call path: its last header
        self.turn_depth = 0  # of the journals: the header's, while a turn is compared with it
        self.pairing: list[Any] = []  # references that are being taken apart, outermost first
        # bound: names, inside expressions; leaf: what is differentiated by, inside
        self.counters = dict.fromkeys(("frame", "loop", "opaque", "bound", "pullback", "leaf"), 0)
        self.opaque_memo: dict[Any, Dim] = {}
        self.turns: dict[Dim, tuple[Dim, Dim]] = {}  # of the index of a loop that counts up: between what it lies
        self.sources: dict[int, tuple[Any, Source]] = {}
        self.bodies: dict[int, tuple[FunctionNode, Liveness]] = {}  # by the id of the definition: what is run
        self.used_names: set[str] = set()
        self.instances = Instances()
        self.callees: set[int] = set()  # by id, the expressions that are called
        self.taken: dict[int, tuple[Any, Cell, Any]] = {}  # by list of known structure: see `lodging.taken`
        self.unfolded: dict[Hashable, int] = {}  # by definition: recursive calls compiled in place
        self.emitted = 0
        self.errstate: Stack = ()  # the `with np.errstate(…)` that is being run

    # --- places and problems

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def note_read(self, what: object) -> None:
        for seen in self.watched:
            seen.add(what)

    def count(self, what: str) -> int:
        self.counters[what] += 1
        return self.counters[what]

    def loc(self, node: ast.AST) -> Loc:
        loc = self.frame.source.loc(node)
        calls = self.frame.calls
        return replace(loc, under=self.errstate, calls=calls) if self.errstate or calls else loc

    def text(self, node: ast.AST) -> str:
        found = self.frame.source.text(node)
        return found if len(found) <= 60 else found[:57] + "…"

    def make_problem(self, code: str, node: ast.AST, notes: Sequence[tuple[Loc, str]] = (), **fields: Any) -> Problem:
        return self.frame.source.refuse(code, node, notes=notes, **fields)

    def refuse(self, code: str, node: ast.AST, notes: Sequence[tuple[Loc, str]] = (), **fields: Any) -> Val:
        """Report a problem; the poison that stands for what could not be computed."""
        self.problems.append(self.make_problem(code, node, notes, **fields))
        return POISON

    def refuse_unknown(self, node: ast.AST, function: str, args: Sequence[Val]) -> Val:
        """Refuse a call of a function whose derivative is not known, naming its first argument of the run."""
        known = "known values only" if args else "nothing"
        argument = next((self.describe(a) for a in args if not isinstance(a, Known)), known)
        return self.refuse("SD401", node, function=f"`{function}`", argument=argument)

    def refuse_object(self, node: ast.AST) -> Val:
        """Refuse an operation on what a call gave of which nothing is known."""
        return self.refuse("SD420", node, operation=f"`{self.text(node)}`")

    def belongs_outside(self, serial: int) -> bool:
        """Whether memory is older than the call of the recursive function that is being compiled."""
        active = self.instances.active
        return bool(active) and serial < active[-1].first_cell

    def refuse_outside(self, node: ast.AST, name: str) -> None:
        function = self.instances.active[-1].source.name
        if not name and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = self.text(node.func.value)
        self.refuse("SD509", node, name=f"`{name or self.text(node)}`", function=f"`{function}`")

    def belongs_to_frame_outside(self, key: tuple[int, str]) -> bool:
        """The same of a name, given with its frame's number."""
        return bool(self.instances.active) and key[0] < self.instances.active[-1].first_frame

    def refuse_memory(self, node: ast.AST, name: str, instance: Instance) -> None:
        """Refuse what a recursive function changes, and no call can pass."""
        self.refuse(
            "SD509", node, name=f"`{name}`" if name else "an element of a list", function=f"`{instance.source.name}`"
        )

    def need_static(self, node: ast.AST, val: Val, use: str, instead: Hashable = None) -> Val:
        """Unwind to whoever can make the value known, or report."""
        if val is POISON:
            return POISON
        tags = val.tags if isinstance(val, Num | Text) else NO_TAGS
        problem = self.make_problem("SD303", node, use=use, name=f"`{self.text(node)}`")
        if tags:
            raise NeedStatic(tags, problem, instead)
        self.problems.append(problem)
        return POISON

    # --- regions

    @contextmanager
    def region(self) -> Iterator[Scope]:
        """A new region inside the current one."""
        scope = Scope(self.scope, self.homes)
        outer, self.scope = self.scope, scope
        try:
            yield scope
        finally:
            self.scope = outer

    def at(self, node: ast.AST) -> Scope:
        """The current scope, its next operations standing at `node`."""
        self.scope.loc = self.loc(node)
        return self.scope

    @contextmanager
    def reaching_bottom(self) -> Iterator[None]:
        """A `Bottom` leaves the state as it was here, but for what was changed in it before."""
        logs, frames, loops, scope = len(self.store.logs), len(self.frames), len(self.loops), self.scope
        around, self.leaves = self.leaves, scope
        try:
            yield
        except Bottom:
            while len(self.store.logs) > logs:
                self.store.end()
            del self.frames[frames:], self.loops[loops:]
            self.scope = scope
            raise
        finally:
            self.leaves = around

    # --- values

    def value(self, val: Val) -> Value:
        """The IR value of a number or array, emitted where it is not yet."""
        if isinstance(val, Num):
            if val.value is None:
                assert val.dim is not None
                return self.scope.emit("dim", size=val.dim)[0]
            return val.value
        if isinstance(val, Arr):
            from symdiff.frontend.python.memory import read

            return read(self, val)
        assert isinstance(val, Known), val
        return self.constant(val.obj)

    def constant(self, obj: Any) -> Value:
        if isinstance(obj, np.ndarray):
            return self.scope.const(Literal.of(obj), types.array(types.code(obj.dtype), *obj.shape))
        if isinstance(obj, np.generic):
            return self.scope.const(obj.item(), types.type_of(obj))
        if isinstance(obj, (bool, int, float, complex)):
            base = next(b for b in (bool, int, float, complex) if isinstance(obj, b))
            plain: Any = base
            return self.scope.const(plain(obj))  # of a subclass, the number alone
        raise TypeError(f"a {type(obj).__name__} is no number")

    def aval(self, val: Val) -> AVal:
        """The type of a number or array, without emitting anything where possible."""
        if isinstance(val, Num):
            return val.type
        if isinstance(val, Known):
            return types.type_of(val.obj)
        assert isinstance(val, Arr), val
        if val.path and val.cache is not None:
            found = val.cache[1].type
        elif not val.path:
            found = self.store.get(val.cell).type
        else:
            from symdiff.frontend.python.memory import handed_on

            found = handed_on(self, val).type
        assert isinstance(found, AVal)
        return found

    def is_numeric(self, val: Val) -> bool:
        return isinstance(val, (Num, Arr)) or (
            isinstance(val, Known) and (values.is_number(val.obj) or isinstance(val.obj, np.ndarray))
        )

    def wrap(self, value: Value, tags: frozenset[Tag] = NO_TAGS, contiguous: bool = False) -> Val:
        """What a fresh result is: a scalar, or memory of its own, which a function may give as every second element."""
        t = value.type
        assert isinstance(t, AVal)
        if isinstance(t, Object):
            return Foreign(value)
        if t.kind is not Kind.ARRAY:
            return Num(value, None, tags if t.dtype[0] in "iub" else NO_TAGS)
        cell = Cell("array", self.scope.loc, contiguous=contiguous)
        self.store.set(cell, value)
        return Arr(cell, (), (value, value))

    def tags(self, vals: Sequence[Val]) -> frozenset[Tag]:
        found = [v.tags for v in vals if isinstance(v, Num) and v.tags]
        return found[0].union(*found[1:]) if found else NO_TAGS

    def emit(self, node: ast.AST, prim: str, *args: Val, **params: Any) -> Val:
        """One operation with one result, at `node`."""
        if any(a is POISON for a in args):
            return POISON
        self.at(node)
        value = self.emit_value(node, prim, [self.value(a) for a in args], **params)
        if value is None:
            return POISON
        return self.wrap(value, self.tags(args), self._contiguous(value, args))

    def _contiguous(self, value: Value, args: Sequence[Val]) -> bool:
        """A new vector has no gaps, and an elementwise result of C-ordered arrays is C-ordered."""
        op = self.scope.ops[-1]
        if isinstance(value.type, AVal) and value.type.rank <= 1:
            return True
        if op.prim.name in ("matmul", "dot", "outer"):
            return isinstance(value.type, AVal) and value.type.rank == 2
        if op.prim.family.value != "elementwise":
            return False
        arrays = [a for a in args if isinstance(a, Arr)]
        return all((a.cell.contiguous or self.aval(a).rank == 1) and not a.path for a in arrays)

    def emit_value(self, node: ast.AST, prim: str, ins: Sequence[Value], **params: Any) -> Value | None:
        """Emit; sizes that meet are reconciled; None after a problem was reported."""
        from symdiff.frontend.python.sizes import reconcile

        self.emitted += 1
        if self.emitted > MAX_OPERATIONS:
            raise CompileError([self.make_problem("SD603", node, count=self.emitted, budget=MAX_OPERATIONS)])
        operands = ins
        self._guard_either(node, ins[1:] if prim == "where" else ins)
        for _ in range(16):
            try:
                return self.scope.emit(prim, *operands, **params)[0]
            except ShapeError as error:
                reconciled = reconcile(self, node, prim, operands, params, error)
                if reconciled is None:
                    return None
                operands = reconciled
            except KindError:
                self.refuse("SD312", node, use=f"`{self.text(node)}`", name=_either_name(ins))
                return None
            except TypeError as error:
                self._type_problem(node, prim, ins, error)
                return None
        self.refuse("SD902", node, stage="sizes", message=f"no end of reconciling in {prim}")
        return None

    def _guard_either(self, node: ast.AST, ins: Sequence[Value]) -> None:
        """A scalar that may be an int or a float must not decide the dtype of an array."""
        either = [v for v in ins if isinstance(v.type, AVal) and v.type.kind is Kind.EITHER and v.type.inexact]
        if either and any(isinstance(v.type, AVal) and v.type.kind is Kind.ARRAY and not v.type.inexact for v in ins):
            self.refuse("SD312", node, use=f"`{self.text(node)}`", name=_either_name(ins))

    def _type_problem(self, node: ast.AST, prim: str, ins: Sequence[Value], error: TypeError) -> None:
        if len(ins) == 2 and isinstance(node, (ast.BinOp, ast.Compare, ast.AugAssign)):
            self.refuse("SD321", node, operation=prim, left=str(ins[0].type), right=f"{ins[1].type} ({error})")
        else:
            self.refuse("SD403", node, function=prim, message=str(error))

    def name_value(self, val: Val, name: str) -> None:
        """A value bound to a name first keeps it: a name of the user's."""
        if self.frame.source.stands_for is not None:
            return
        value = (
            val.value
            if isinstance(val, (Num, Foreign))
            else self.store.get(val.cell)
            if isinstance(val, Arr) and not val.path
            else None
        )
        if isinstance(val, (Arr, values.Reference)):
            val.cell.name = val.cell.name or name
        if isinstance(val, Arr) and val.path and val.cache is not None:
            value = val.cache[1]
        if isinstance(value, Value) and not value.hint:
            value.hint = name

    def base_set(self, key: Any, val: Any) -> None:
        """Set what was so before the call: no open branch takes it back."""
        self.store.put(key, val)

    # --- names

    def get_name(self, frame: Frame, name: str) -> Any:
        return self.store.get((frame.id, name), MISSING)

    def set_name(self, frame: Frame, name: str, val: Val) -> None:
        self.store.set((frame.id, name), val)

    def home_of(self, name: str, start: Frame | None = None) -> Frame | None:
        """The frame whose local `name` is, seen from `start` or the innermost one; None for a name from outside."""
        frame: Frame | None = start or self.frame
        while frame is not None and name not in frame.local:
            frame = frame.outer
        return frame

    def running(self, frame_id: int) -> bool:
        """Whether a call is not over: an inner function may have bound a name of it."""
        return any(f.id == frame_id for f in self.frames)

    def describe(self, val: Val) -> str:
        """A value as messages name it."""
        if isinstance(val, (Num, Arr)):
            t = self.aval(val)
            return "a Python or NumPy number" if t.kind is Kind.EITHER else str(t)
        if isinstance(val, Known):
            return repr(val.obj) if isinstance(val.obj, (type(None), bool, int, float, str)) else type(val.obj).__name__
        if isinstance(val, values.ObjRef):
            return val.cls.__name__
        if isinstance(val, Foreign):
            return "an object"
        if isinstance(val, (values.OneOf, values.Letter)):
            return " or ".join(dict.fromkeys(map(self.describe, val.options)))
        if isinstance(val, values.Maybe) and val.none:
            return f"{opt_elem(val.value)} or None"
        if isinstance(val, values.Sequence_) and val.kind == "range":
            return "a range"
        if isinstance(val, values.Struct):
            return val.kind if val.cls is None else val.cls.__name__
        if isinstance(val, values.Conflict):
            return f"{val.then} or {val.orelse}, depending on the path"
        names: dict[type, str] = {values.ListRef: "a list", values.DictRef: "a dict", values.SetRef: "a set",
        values.Maybe: "a number or unbound", values.OneOf: "one of several", values.Text: "a string of staged parts",
                                  values.Closure: "a function", values.Partial: "a function", values.Method: "a method",
                                  values.Bound: "a method", values.Super: "super()",
                                  values.Sequence_: "an iterator",
                                  values.Grown: "a list of unknown length", values.SliceVal: "a slice"}  # fmt: skip
        return names.get(type(val), "unbound" if val is values.UNBOUND else str(val))


def _either_name(ins: Sequence[Value]) -> str:
    for v in ins:
        if isinstance(v.type, AVal) and v.type.kind is Kind.EITHER:
            return f"`{v.hint}`" if v.hint else "a scalar"
    return "a scalar"


def opt_elem(value: Value) -> AVal:
    assert isinstance(value.type, Opt) and isinstance(value.type.elem, AVal)
    return value.type.elem


Handler = Callable[..., Val]
