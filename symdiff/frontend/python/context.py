"""The state of one lowering, and the emission of operations with sizes reconciled and problems located."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import symdiff.primitives.checks  # noqa: F401  # fills the registry
from symdiff.errors import CompileError, Loc, Problem
from symdiff.frontend.python import values
from symdiff.frontend.python.instances import Bottom, Instance, Instances, Pattern
from symdiff.frontend.python.liveness import Liveness
from symdiff.frontend.python.problems import NeedStatic
from symdiff.frontend.python.session import Session
from symdiff.frontend.python.store import MISSING, Facts, Scope, Store
from symdiff.frontend.python.values import NO_TAGS, POISON, Arr, Cell, Foreign, Known, Num, Tag, Text, Val
from symdiff.frontend.source import FunctionNode, Source
from symdiff.frontend.spelled.collected import ORIGINALS
from symdiff.frontend.spelled.keyed import Keyed
from symdiff.ir import types
from symdiff.ir.core import Literal, Value
from symdiff.ir.dims import Dim
from symdiff.ir.errstate import Stack
from symdiff.ir.types import AVal, Kind, KindError, Object, Opt, ShapeError
from symdiff.signature import Guard, Leaf, Param

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
    ends_early: bool = False  # on some paths, by a `return` in a branch or loop
    rebound: set[str] = field(default_factory=set)  # names that inner functions have bound while it runs


@dataclass(eq=False)
class LoopState:
    """A loop being lowered."""

    id: int
    node: ast.AST
    frame: Frame
    unrolled: bool = False
    turn: int = 0
    lenient: bool = True  # what one branch was refused for, a later round may take: the other branch speaks for both
    leant: bool = False  # whether one did, in this round


@dataclass(eq=False)
class Context:
    """Everything the evaluator's functions share.  Their first parameter is always `cx`."""

    source: Source
    session: Session
    problems: list[Problem] = field(default_factory=list)
    dropped: list[ast.stmt | ast.Name] = field(default_factory=list)  # without a result: a problem must say why
    emitted: int = 0  # operations
    # of frames, loops, sizes, names bound inside expressions, pullbacks, and what is differentiated by inside
    counters: Counter[str] = field(default_factory=Counter)

    # Where it is.
    homes: dict[Value, Scope] = field(default_factory=dict)
    top: Scope = field(init=False)
    scope: Scope = field(init=False)
    leaves: Scope = field(init=False)  # the region that a `Bottom` goes back to
    frames: list[Frame] = field(default_factory=list)
    held: list[Val] = field(default_factory=list)  # by expressions and loops that are being evaluated
    loops: list[LoopState] = field(default_factory=list)
    rolled: dict[int, Hashable] = field(default_factory=dict)  # the `while` loops that were, by their ids: their places
    errstate: Stack = ()  # the `with np.errstate(…)` that is being run
    derivatives: int = 0  # how many are being taken, one inside another
    headers: dict[Any, Any] = field(default_factory=dict)  # per loop and call path: its last header
    turn_depth: int = 0  # of the journals: the header's, while a turn is compared with it
    # Of a loop that carries numbers for arrays, see `which`: from which cell on memory is its own, and what is around.
    numbering: tuple[int, Scope] | None = None
    pairing: list[Any] = field(default_factory=list)  # references that are being taken apart, outermost first

    # The arguments.
    params: list[Param] = field(default_factory=list)
    param_values: list[Value] = field(default_factory=list)
    leaf_of: dict[str, Leaf] = field(default_factory=dict)  # by the parameter's tag
    given: dict[Leaf, Hashable] = field(default_factory=dict)  # containers and arrays: what tells each from others
    tuples: dict[Val, Leaf] = field(default_factory=dict)  # the tuples among them
    together: set[tuple[Leaf, ...]] = field(default_factory=set)  # those among them that one `deepcopy` copied
    apart: dict[tuple[str, Leaf, Leaf | Val | None], tuple[Source, ast.AST]] = field(default_factory=dict)
    changed_arguments: dict[str, Problem] = field(default_factory=dict)  # what to say of one that has its default value

    # What is read from outside.
    captured: dict[Any, Val] = field(default_factory=dict)
    mirrors: dict[Any, tuple[Known, Val]] = field(default_factory=dict)  # by the id of what is outside: see `mirrors`
    origins: dict[str, tuple[str, Source]] = field(default_factory=dict)
    homes_of: dict[int, tuple[int, Any]] = field(default_factory=dict)  # globals and cells, numbered, by their ids
    classes: dict[type, Known] = field(default_factory=dict)  # of objects: the class, as it is read at each call
    fixed: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)  # what partials and methods pass
    defaults: dict[str, tuple[Source, str]] = field(default_factory=dict)  # of helpers: as captured, and whose
    guards: dict[Any, Guard] = field(default_factory=dict)
    used_names: set[str] = field(default_factory=set)

    # What names and memory hold.
    store: Store = field(default_factory=Store)
    written: set[int] = field(default_factory=set)
    kept: set[Loc] = field(default_factory=set)  # calls of which an object may keep the arrays that it is given
    eager: dict[Cell, dict[Hashable, Any]] = field(default_factory=dict)  # what iterators were made of: see `iterators`
    taken: dict[int, tuple[Any, Cell, Any]] = field(default_factory=dict)  # known lists: see `lodging.taken`
    # what was read of a list that grows: of which list of the IR it is an element, and at which index
    elements: dict[Value, tuple[Value, Val]] = field(default_factory=dict)
    arenas: dict[tuple[type, str], values.ListRef] = field(default_factory=dict)  # by class and attribute: see `nodes`
    attributes: set[Cell] = field(default_factory=set)  # these lists
    links: dict[tuple[type, str], type] = field(default_factory=dict)  # what such attributes hold, in this attempt
    absent: frozenset[tuple[type, str]] = frozenset()  # and which may hold None
    placed: dict[Value, values.Placed] = field(default_factory=dict)  # numbers of objects
    unlike: set[Hashable] = field(default_factory=set)  # dicts with other keys on another path: see `keyed`
    openings: set[str] = field(default_factory=set)  # with what a list could grow that could not: see `openings`
    unopened: set[Hashable] = field(default_factory=set)  # loops (by call path) unrolled since that is not this attempt
    unrolled: dict[Hashable, int] = field(default_factory=dict)  # the turns of all loops unrolled (by call path)
    sums: dict[tuple[int, str], tuple[Cell, Val]] = field(default_factory=dict)  # by frame and name: see `summing`
    remade: dict[int, Any] = field(default_factory=dict)  # by id: keys that stand for objects of the call
    doubles: set[Cell] = field(default_factory=set)  # objects made of these again
    chosen: dict[Cell, Hashable] = field(default_factory=dict)  # what a staged index chose: by which subscript
    ranks: dict[Hashable, int] = field(default_factory=dict)  # of arrays that loops carry numbers for: their order
    at_breaks: list[frozenset[str]] = field(default_factory=lambda: [frozenset()])  # see there; of loops around
    unsummed: bool = False  # whether a name may hold a sum of arrays to which nothing was added
    carried: dict[Cell, Hashable] = field(default_factory=dict)  # arrays at headers: of which loop, by call path
    blamed: set[Hashable] = field(default_factory=set)  # loops whose arrays could not be told from what was written
    copies: dict[Cell, Val] = field(default_factory=dict)  # a derivative's own ones of containers that it is given
    watched: list[set[object]] = field(default_factory=list)  # by region: containers that it reads, or their ids

    # What is known of values and sizes.
    learned: dict[Value, tuple[Facts, Facts]] = field(default_factory=dict)  # by test: where it is true, and false
    told: dict[Value, Value] = field(default_factory=dict)  # which other one is None when this is, see `together`
    tellers: dict[Value, list[Value]] = field(default_factory=dict)  # by that one: all of them
    deciding: dict[Value, Value] = field(default_factory=dict)  # by number of an option: what chose the first of two
    sizes_needed: set[str] = field(default_factory=set)
    opaque_memo: dict[Any, Dim] = field(default_factory=dict)
    inside: set[Dim] = field(default_factory=set)  # what is certainly a place of the list that it is an index of
    turns: dict[Dim, tuple[Dim, Dim]] = field(default_factory=dict)  # of an index that counts up: what it lies between

    # The functions it calls.
    compiled: dict[int, Source] = field(default_factory=dict)  # every definition compiled in, by the id of its node
    sources: dict[int, tuple[Any, Source]] = field(default_factory=dict)
    bodies: dict[int, tuple[FunctionNode, Liveness]] = field(default_factory=dict)  # what is run, by definition
    callees: set[int] = field(default_factory=set)  # by id, the expressions that are called
    instances: Instances = field(default_factory=Instances)
    unfolded: dict[Hashable, int] = field(default_factory=dict)  # by definition: recursive calls compiled in place
    # Where helpers are called, see `sharing`: the operations inside each; how many a small one must have; the total
    # so far; the one about to be compiled in place.
    places: dict[Hashable, set[Hashable]] = field(default_factory=dict)
    weights: dict[Hashable, int] = field(default_factory=dict)
    small: dict[Hashable, int] = field(default_factory=dict)
    inlined: int = 0
    noted: Hashable = None

    def __post_init__(self) -> None:
        self.top = self.scope = self.leaves = Scope(None, self.homes)

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

    def listed(self, node: ast.AST) -> str:
        """The list or dict that changes at `node`, as messages name it: of `p.tag = x` the one with p."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        held, text = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store), f"`{self.text(node)}`"
        return f"the list with the object whose {text} is set" if held else f"the list or dict {text}"

    def make_problem(self, code: str, node: ast.AST, notes: Sequence[tuple[Loc, str]] = (), **fields: Any) -> Problem:
        found = self.frame.source.refuse(code, node, notes=notes, **fields)
        sizes = ", ".join(dict.fromkeys(_OPAQUE.findall(found.what)))
        return replace(found, what=f"{found.what} ({sizes}: known when it runs)") if sizes else found

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
        op, rank = self.scope.ops[-1], value.type.rank if isinstance(value.type, AVal) else None
        if rank is not None and rank <= 1:
            return True
        if op.prim.name in ("matmul", "dot", "outer"):
            return rank == 2
        if op.prim.family.value != "elementwise":
            return False
        arrays = [a for a in args if isinstance(a, Arr)]
        return all((a.cell.contiguous or self.aval(a).rank == 1) and not a.path for a in arrays)

    def emit_value(self, node: ast.AST, prim: str, ins: Sequence[Value], **params: Any) -> Value | None:
        """Emit; sizes that meet are reconciled; None after a problem was reported."""
        from symdiff.frontend.python import plain_numbers
        from symdiff.frontend.python.sizes import reconcile

        self.emitted += 1
        if self.emitted > MAX_OPERATIONS:
            raise CompileError([self.make_problem("SD603", node, count=self.emitted, budget=MAX_OPERATIONS)])
        operands = ins
        if prim not in ("index_set", "index_add"):  # the array's dtype is that of the result
            self._guard_mixed(node, ins[1:] if prim == "where" else ins)
        for _ in range(16):
            try:
                return self.scope.emit(prim, *operands, **params)[0]
            except ShapeError as error:
                reconciled = reconcile(self, node, prim, operands, params, error)
                if reconciled is None:
                    return None
                operands = reconciled
            except KindError:
                floats = plain_numbers.as_floats(self.scope, prim, operands)
                if floats is not None:
                    operands = floats
                    continue
                self.refuse("SD312", node, use=f"`{self.text(node)}`", name=_either_name(ins))
                return None
            except TypeError as error:
                self._type_problem(node, prim, ins, error)
                return None
        self.refuse("SD902", node, stage="sizes", message=f"no end of reconciling in {prim}")
        return None

    def _guard_mixed(self, node: ast.AST, ins: Sequence[Value]) -> None:
        """A scalar that may be an int or a float must not decide the dtype of an array."""
        mixed = [v for v in ins if isinstance(v.type, AVal) and v.type.kind is Kind.MIXED and v.type.inexact]
        if mixed and any(isinstance(v.type, AVal) and v.type.kind is Kind.ARRAY and not v.type.inexact for v in ins):
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
            return f"a Python number or np.{t.dtype}" if t.either else str(t)
        if isinstance(val, Known):
            return repr(val.obj) if isinstance(val.obj, (type(None), bool, int, float, str)) else type(val.obj).__name__
        if isinstance(val, values.ObjRef | values.Node):
            return "dict" if val.cls is Keyed else ORIGINALS.get(val.cls, val.cls).__name__
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
        values.Flat: "the `flat` of an array",
                                  values.Closure: "a function", values.Partial: "a function", values.Method: "a method",
                                  values.Bound: "a method", values.Super: "super()",
                                  values.Sequence_: "an iterator",
                                  values.Grown: "a list of unknown length", values.SliceVal: "a slice"}  # fmt: skip
        return names.get(type(val), "unbound" if val is values.UNBOUND else str(val))


_OPAQUE = re.compile(r"\?[a-z]+\d+")  # sizes that have no name in the program, see `dims.opaque`


def _either_name(ins: Sequence[Value]) -> str:
    for v in ins:
        if isinstance(v.type, AVal) and v.type.either:
            return f"`{v.hint}`" if v.hint else "a scalar"
    return "a scalar"


def opt_elem(value: Value) -> AVal:
    assert isinstance(value.type, Opt) and isinstance(value.type.elem, AVal)
    return value.type.elem


Handler = Callable[..., Val]
