"""The invariants of programs, one sentence each, checked after every pass in tests.

    %y: f8[n] = exp(%x)          %y: f8[m] = exp(%x)
    a program                    "The types of an operation's results are what its primitive infers."

`verify` raises `IRError` with the sentence, the operation, its place in the user's source and the ten operations around
it.  After the `buffers` pass, `after_ownership` also checks that nothing is overwritten that is still read: by updates,
and by the elementwise results that `ownership` puts over an operand (`into`).
"""

from __future__ import annotations

import linecache
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from symdiff.errors import SymdiffError
from symdiff.ir import dims, types
from symdiff.ir.aliases import Flow, has_calls
from symdiff.ir.core import REGISTRY, Block, Function, Op, Program, Value, walk
from symdiff.ir.dims import Atom, Dim, Poly
from symdiff.ir.memory import Claim, Frame, Summary
from symdiff.ir.steps import reached
from symdiff.ir.text import function_lines
from symdiff.ir.types import Alt, AVal, Opt, Saved, Seq, Type

INVARIANTS = {
    "single definition": "Every value is defined exactly once.",
    "isolation": "An operation uses only values of its own block that are defined before it.",
    "primitive": "Every primitive is the registered one, and gets operands and parameters as declared.",
    "carry types": "A carry enters and leaves each turn of a loop with one type.",
    "region arity": "An operation has as many regions as its kind, and a region takes what the operation gives it.",
    "branch types": "Both branches of a cond end in the same types.",
    "turns": "What a loop reads turn by turn has turns, and what it collects is a Seq of what each turn yields.",
    "before": "The test of a while has no effect and yields exactly one Python bool.",
    "cotangent": "Integers and booleans have no cotangent.",
    "inference": "The types of an operation's results are what its primitive infers.",
    "place": "Every operation says where in the user's source it comes from.",
    "call": "A call passes what its callee takes and gets what it returns, with one size for each size variable.",
    "record": "A saved record is declared, and is packed and unpacked with the fields it declares.",
    "lending": "A restore gives back what one borrow of its block lent, and nothing else uses the rest.",
    "sizes": "Every size variable in use is one of the function's, and found in a parameter or bound before.",
    "overwritten": "A value that is overwritten is not used afterwards.",
    "shared": "No live value shares memory with one that is overwritten.",
    "collected": "What a list or record holds is not overwritten afterwards.",
    "borrowed": "Parameters of public functions, constants and what is read out of lists are not overwritten.",
    "results": "Results of public functions are writable and share memory with no parameter and not with each other.",
}

Into = Mapping[str, Mapping[Op, int]]

_NOTHING_REUSED: Into = {}
# Most passes leave most operations as they are.  What says nothing of the rest of the program and held once holds.
_HELD: WeakKeyDictionary[Op, tuple[Atom, ...]] = WeakKeyDictionary()  # with their size variables
_HELD_FUNCTIONS: WeakSet[Function] = WeakSet()
_REGIONS = {"cond": 2, "for": 1, "while": 2, "derivative": 1}
_CONTEXT = 5  # operations before and after


class IRError(SymdiffError):
    """A program breaks an invariant: a bug of the pass that made it.  `invariant` is the key in INVARIANTS."""

    invariant: str = ""

    @classmethod
    def at(cls, name: str, function: Function, op: Op | None, detail: str, stage: str) -> IRError:
        error = cls.of("SD901", invariant=INVARIANTS[name], stage=stage, context=context(function, op, detail))
        error.invariant = name
        return error


class _Broken(Exception):
    """An invariant fails at an operation (None: at the function's ends)."""

    def __init__(self, name: str, op: Op | None, detail: str) -> None:
        super().__init__(name)
        self.name, self.op, self.detail = name, op, detail


def checked(program: Program, stage: str, **options: Any) -> Program:
    """The program; verified first where the environment sets SYMDIFF_VERIFY, as the tests do after every pass."""
    return verify(program, stage=stage, **options) if os.environ.get("SYMDIFF_VERIFY") else program


def verify(
    program: Program,
    after_ownership: bool = False,
    locs: bool = False,
    stage: str = "verify",
    entries: Collection[str] = (),
    residuals: Collection[int] = (),
    borrow: bool = False,
    into: Into = _NOTHING_REUSED,
) -> Program:
    """The program, if every invariant holds; raises IRError for the first that does not.

    With `locs` every operation must have a place.  `entries`, `residuals` and `borrow` are those of `buffers`; `into`
    is that of `ownership`: by function, the operands that elementwise results are written over.
    """
    for function in program.functions.values():
        try:
            _Check(program, function, locs).run()
        except _Broken as broken:
            raise IRError.at(broken.name, function, broken.op, broken.detail, stage) from None
    if after_ownership:
        public = frozenset(entries) or frozenset((program.entry,))
        _verify_ownership(program, public, residuals, borrow, into, stage)
    return program


def context(function: Function, op: Op | None, detail: str) -> str:
    """What an IR error shows: the problem, the user's source line, and the operations around."""
    lines = function_lines(function)
    at = next((k for k, (o, _) in enumerate(lines) if o is op), 0) if op is not None else len(lines) - 1
    found = [detail]
    if op is not None and op.loc is not None:
        source = linecache.getline(op.loc.file, op.loc.line).strip()
        found.append(f"at {op.loc}" + (f": {source}" if source else ""))
    for k in range(max(0, at - _CONTEXT), min(len(lines), at + _CONTEXT + 1)):
        found.append(("> " if k == at else "  ") + lines[k][1])
    return "\n".join(found)


class _Check:
    """The checks of one function, block by block."""

    def __init__(self, program: Program, function: Function, locs: bool) -> None:
        self.program, self.function, self.locs = program, function, locs
        self.defined: set[Value] = set()
        self.atoms = {Atom("var", n) for n in function.dims}
        self.rests: dict[Value, Op] = {}  # results of borrows, until they are restored
        self.bound: set[Atom] = set()  # size variables that operations find
        self.used: list[tuple[Op | None, Atom]] = []  # size variables in types and parameters
        self.independent = True  # of the other functions and the records

    def run(self) -> None:
        if self.function in _HELD_FUNCTIONS and not self.locs:
            return
        todo: list[Block] = [self.function.body]
        while todo:
            block = todo.pop()
            self.block(block)
            todo += [r for op in block.ops for r in op.regions]
        self.sizes()
        if self.independent:
            _HELD_FUNCTIONS.add(self.function)

    def block(self, block: Block) -> None:
        own: set[Value] = set()
        self.define(own, block.params, None)
        for op in block.ops:
            for v in op.ins:
                if v not in own:
                    raise _Broken("isolation", op, f"operand {v!r} is no value of this block")
            self.op(op)
            self.lending(op)
            self.define(own, op.outs, op)
        for v in block.outs:
            if v in self.rests:
                raise _Broken("lending", self.rests[v], f"the block ends in {v!r}")
            if v not in own:
                last = block.ops[-1] if block.ops else None
                raise _Broken("isolation", last, f"the block ends in {v!r}, which is no value of it")

    def define(self, own: set[Value], values: Sequence[Value], op: Op | None) -> None:
        for v in values:
            if v in self.defined:
                raise _Broken("single definition", op, f"{v!r} is defined again")
            self.defined.add(v)
            own.add(v)

    def op(self, op: Op) -> None:
        if self.locs and op.loc is None:
            raise _Broken("place", op, "no place")
        sizes = _HELD.get(op)
        if sizes is None:
            self.declared(op)
            if op.prim.name in _CHECKS:
                _CHECKS[op.prim.name](self, op)
            self.inferred(op)
            _HELD[op] = sizes = _used_sizes(op)
        if op.prim.name in _OUTER_CHECKS:
            self.independent = False
            _OUTER_CHECKS[op.prim.name](self, op)
        self.used += [(op, atom) for atom in sizes]
        if op.prim.name == "bind_dim":
            self.bound.add(Atom("var", op.params["name"]))

    def declared(self, op: Op) -> None:
        names, count = op.prim.operands, len(op.ins)
        starred = bool(names) and names[-1].startswith("*")
        if REGISTRY.get(op.prim.name) is not op.prim:
            raise _Broken("primitive", op, f"`{op.prim.name}` is not registered")
        if count < len(names) - 1 if starred else count != len(names):
            raise _Broken("primitive", op, f"{count} operands, declared are ({' '.join(names)})")
        unknown = sorted(set(op.params) - {*op.prim.params, "ufunc", "math"})
        if unknown:
            raise _Broken("primitive", op, f"undeclared parameters: {', '.join(unknown)}")
        if len(op.regions) != _REGIONS.get(op.prim.name, 0):
            raise _Broken("region arity", op, f"{len(op.regions)} regions")

    def inferred(self, op: Op) -> None:
        try:
            found = op.prim.infer(tuple(v.type for v in op.ins), op.regions, **op.params)
        except (TypeError, ValueError, AssertionError, LookupError) as error:
            raise _Broken("inference", op, f"the operands do not fit: {error}") from None
        given = tuple(v.type for v in op.outs)
        if found != given:
            raise _Broken("inference", op, f"inferred {_row(found)}, not {_row(given)}")

    # --- control flow

    def takes(self, op: Op, region: Block, expected: Sequence[Type]) -> None:
        found = tuple(v.type for v in region.params)
        if len(found) != len(expected):
            raise _Broken("region arity", op, f"the region takes {_row(found)}, the operation gives {_row(expected)}")
        if found != tuple(expected):
            name = "carry types" if op.prim.name in ("for", "while") else "region arity"
            raise _Broken(name, op, f"the region takes {_row(found)}, the operation gives {_row(expected)}")

    def cond(self, op: Op) -> None:
        for region in op.regions:
            self.takes(op, region, [v.type for v in op.ins[1:]])
        ends = [tuple(v.type for v in region.outs) for region in op.regions]
        if ends[0] != ends[1]:
            raise _Broken("branch types", op, f"then ends in {_row(ends[0])}, else in {_row(ends[1])}")

    def for_(self, op: Op) -> None:
        n_carry, n_xs = op.params["n_carry"], op.params["n_xs"]
        ins = [v.type for v in op.ins]
        if len(ins) < 3 + n_carry + n_xs:
            raise _Broken("region arity", op, f"{len(ins)} operands for {n_carry} carries and {n_xs} inputs per turn")
        xs = ins[3 + n_carry : 3 + n_carry + n_xs]
        for t in xs:
            if not isinstance(t, Seq) and not (isinstance(t, AVal) and t.shape):
                raise _Broken("turns", op, f"{t} is read turn by turn")
        lengths = {t.shape[0] for t in xs if isinstance(t, AVal)}
        if any(dims.equal(a, b) is False for a in lengths for b in lengths):
            raise _Broken("turns", op, f"arrays of {', '.join(sorted(map(str, lengths)))} rows are read together")
        rows = [self.row(t) for t in xs]
        self.takes(op, op.regions[0], [types.INT, *ins[3 : 3 + n_carry], *rows, *ins[3 + n_carry + n_xs :]])
        self.turn(op, op.regions[0], ins[3 : 3 + n_carry])

    def row(self, t: Type) -> Type:
        if isinstance(t, Seq):
            return t.elem
        assert isinstance(t, AVal)
        return AVal(t.kind, t.shape[1:], t.dtype) if t.rank > 1 else types.numpy(t.dtype)

    def while_(self, op: Op) -> None:
        before, after = op.regions
        ins = [v.type for v in op.ins]
        for region in op.regions:
            self.takes(op, region, ins)
        ends = tuple(v.type for v in before.outs)
        if ends != (types.BOOL,):
            raise _Broken("before", op, f"the test yields {_row(ends)}")
        for inner in walk(before):
            if inner.prim.effect and inner.params.get("name") != "":  # `opt_get` of what is certainly there
                raise _Broken("before", inner, f"`{inner.prim.name}` has an effect")
        self.turn(op, after, ins[: op.params["n_carry"]])

    def turn(self, op: Op, body: Block, carry: Sequence[Type]) -> None:
        skip = 1 if op.params.get("exit") else 0
        ends = [v.type for v in body.outs]
        if len(ends) < skip + len(carry):
            raise _Broken("region arity", op, f"the turn ends in {_row(ends)}, for {len(carry)} carries")
        if ends[skip : skip + len(carry)] != list(carry):
            left = ends[skip : skip + len(carry)]
            raise _Broken("carry types", op, f"enters as {_row(carry)}, leaves as {_row(left)}")
        collected = [v.type for v in op.outs[skip + len(carry) : -1]]
        if collected != [Seq(t) for t in ends[skip + len(carry) :]]:
            raise _Broken("turns", op, f"collects {_row(ends[skip + len(carry) :])} as {_row(collected)}")

    def call(self, op: Op) -> None:
        callee = self.program.functions.get(op.params["function"])
        if callee is None:
            raise _Broken("call", op, f"there is no function {op.params['function']}")
        given, taken = [v.type for v in op.ins], callee.param_types
        sizes: dict[Atom, Dim] = {}
        if len(given) != len(taken) or not all(_fits(t, g, sizes) for t, g in zip(taken, given, strict=True)):
            raise _Broken("call", op, f"{callee.name} takes {_row(taken)}, not {_row(given)}")
        results, got = callee.out_types, op.params["types"]
        if len(results) != len(got) or not all(_fits(t, g, sizes) for t, g in zip(results, got, strict=True)):
            raise _Broken("call", op, f"{callee.name} returns {_row(results)}, not {_row(got)}")

    # --- records, cotangents, sizes

    def record(self, op: Op) -> None:
        packs = op.prim.name == "saved_pack"
        saved = op.outs[0].type if packs else op.ins[0].type
        if not isinstance(saved, Saved):
            raise _Broken("record", op, f"{saved} is no record")
        declared = self.program.records.get(saved.name)
        if declared is None:
            raise _Broken("record", op, f"{saved} is not declared")
        found = [v.type for v in (op.ins if packs else op.outs)]
        sizes: dict[Atom, Dim] = {}
        if len(found) != len(declared) or not all(_fits(t, g, sizes) for t, g in zip(declared, found, strict=True)):
            raise _Broken("record", op, f"{saved} holds {_row(declared)}, not {_row(found)}")

    def lending(self, op: Op) -> None:
        if op.prim.name == "restore":
            lent = self.rests.pop(op.ins[0], None)
            if lent is None:
                raise _Broken("lending", op, f"{op.ins[0]!r} is no rest, or is restored already")
            if lent.ins[1:] != op.ins[2:] or lent.params != op.params:
                raise _Broken("lending", op, "another part was lent")
        if any(v in self.rests for v in op.ins):
            raise _Broken("lending", op, "the rest of a borrow is used")
        if op.prim.name == "borrow":
            self.rests[op.outs[1]] = op

    def cotangent(self, op: Op) -> None:
        for v in op.ins:
            found = types.cotangent(v.type)
            if found is None or (op.prim.name == "add_ct" and found != v.type):
                raise _Broken("cotangent", op, f"{v!r} is no cotangent and has none")

    def sizes(self) -> None:
        """Size variables are in scope everywhere, so one look at all types is enough; sizes that are only known at
        run time (`?k`) come into being anywhere."""
        known = self.known_types(self.function.param_types)
        self.independent = self.independent and not any(isinstance(t, Saved) for t in known)
        bound = self.bound.union(*map(types.type_atoms, known))
        own = [(None, a) for t in self.function.param_types for a in types.type_atoms(t) if a.op == "var"]
        for place, atom in [*own, *self.used]:
            if atom not in self.atoms:
                raise _Broken("sizes", place, f"the function does not declare the size {atom}")
            if atom not in bound:
                raise _Broken("sizes", place, f"no parameter says what the size {atom} is")

    def known_types(self, found: Sequence[Type]) -> set[Type]:
        """The types, and those of the fields of their records."""
        return reached(found, self.parts)

    def parts(self, t: Type) -> Sequence[Type]:
        if isinstance(t, (Seq, Opt)):
            return (t.elem,)
        if isinstance(t, Alt):
            return (*t.then, *t.orelse)
        return self.program.records.get(t.name, ()) if isinstance(t, Saved) else ()


_CHECKS = {
    "cond": _Check.cond,
    "for": _Check.for_,
    "while": _Check.while_,
    "zeros_ct": _Check.cotangent,
    "add_ct": _Check.cotangent,
}
_OUTER_CHECKS = {"call": _Check.call, "saved_pack": _Check.record, "saved_unpack": _Check.record}


def _used_sizes(op: Op) -> tuple[Atom, ...]:
    """The size variables in the types of what an operation defines and in its parameters."""
    values = [*op.outs, *(v for region in op.regions for v in region.params)]
    found = {a for v in values for a in types.type_atoms(v.type)}
    found.update(a for d in _param_sizes(op.params.values()) for a in dims.atoms(d))
    return tuple(a for a in sorted(found, key=str) if a.op == "var")


def _param_sizes(values: Iterable[Any]) -> Iterator[Dim]:
    todo = list(values)
    while todo:
        value = todo.pop()
        if isinstance(value, Poly):
            yield value
        elif isinstance(value, tuple):
            todo.extend(value)


def _row(found: Sequence[Type]) -> str:
    return "(" + ", ".join(map(str, found)) + ")"


def _fits(taken: Type, given: Type, sizes: dict[Atom, Dim]) -> bool:
    """Whether a value of type `given` can be passed for `taken`, whose size variables get the sizes they match."""
    if isinstance(taken, AVal) and isinstance(given, AVal):
        alike = taken.kind is given.kind and taken.dtype == given.dtype and taken.rank == given.rank
        return alike and all(_fits_size(a, b, sizes) for a, b in zip(taken.shape, given.shape, strict=True))
    if isinstance(taken, (Seq, Opt)) and type(taken) is type(given):
        assert isinstance(given, (Seq, Opt))
        return _fits(taken.elem, given.elem, sizes)
    if isinstance(taken, Alt) and isinstance(given, Alt):
        pairs = [(taken.then, given.then), (taken.orelse, given.orelse)]
        return all(len(a) == len(b) and all(_fits(x, y, sizes) for x, y in zip(a, b, strict=True)) for a, b in pairs)
    return taken == given


def _fits_size(taken: Dim, given: Dim, sizes: dict[Atom, Dim]) -> bool:
    """A size that is one variable binds it; any other must not differ for certain."""
    for atom in dims.atoms(taken):
        if taken == Poly((((atom,), 1),)) and atom not in sizes:
            sizes[atom] = given
    if any(a not in sizes for a in dims.atoms(taken)):
        return True
    return dims.equal(dims.substitute(taken, sizes.__getitem__), given) is not False


# --- after the `buffers` pass


def _verify_ownership(
    program: Program, public: frozenset[str], residuals: Collection[int], borrow: bool, into: Into, stage: str
) -> None:
    def walked(function: Function) -> tuple[Summary, _Broken | None]:
        flow = _Owned(program, summaries, public, residuals, borrow, into.get(function.name, {}))
        return flow.function(function)[1], flow.broken

    summaries = {name: Summary() for name in program.functions}
    while True:
        turn = {name: walked(f) for name, f in program.functions.items()}
        found = {name: summaries[name].join(summary) for name, (summary, _) in turn.items()}
        if found == summaries or not has_calls(program):
            break
        summaries = found
    for name, function in program.functions.items():
        broken = turn[name][1]
        if broken is not None:
            raise IRError.at(broken.name, function, broken.op, broken.detail, stage)


class _Owned(Flow):
    """Finds the first claim that does not hold."""

    def __init__(
        self,
        program: Program,
        summaries: Mapping[str, Summary],
        public: Collection[str],
        residuals: Collection[int],
        borrow: bool,
        into: Mapping[Op, int],
    ) -> None:
        super().__init__(program, summaries, public)
        self.residuals, self.borrow, self.into = residuals, borrow, into
        self.broken: _Broken | None = None

    def overwrites(self, frame: Frame, op: Op, ins: Sequence[Value]) -> int | None:
        k = self.into.get(op)
        if k is not None:
            self.claim(frame, op, ins[k], [v for v in ins if v is not ins[k]], Claim("operand"))
        return k

    def refused(self, frame: Frame, op: Op, x: Value, clash: frozenset[Value], where: Claim) -> Value:
        detail = f"{where.text}: {x!r} is overwritten"
        if not clash:
            self.note("borrowed", op, f"{detail}, which is not this function's to write")
        elif x in clash:
            self.note("overwritten", op, f"{detail} and read again")
        else:
            kind = "shared" if all(isinstance(v.type, AVal) for v in clash) else "collected"
            self.note(kind, op, f"{detail}, whose memory is also held by {', '.join(sorted(map(repr, clash)))}")
        return x

    def leaked(self, frame: Frame, op: Op | None, index: int, x: Value) -> Value:
        place = f"result {index}" if op is None else f"field {index}"
        self.note("results", op, f"{place}, {x!r}, is not writable or shares memory")
        return x

    def note(self, name: str, op: Op | None, detail: str) -> None:
        self.broken = self.broken or _Broken(name, op, detail)
