"""A branch's record of one value is that value, or None of the side that has none: before printing, at every level.

By hand, once: of a branch that saves a sine on one side,

    if c:  s = sin(x);  saved = (s,)                   if c:  s = sin(x)
    else:  saved = ()                          ⟹       else:  s = None
    …                                                  …
    if c:  (s,) = saved;  d_x = …                      if c:  d_x = …

A record of one value on both sides is that value where both have one type.  Whether a record is of the second side is
asked by the zeros of second derivatives alone (`alt_side`): then only what is certainly told apart becomes a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from symdiff.ir.core import REGISTRY, Block, Function, Op, Params, Program, Value, walk
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import Alt, AVal, Opt, Seq, Type, inner_first
from symdiff.passes.records import Flow, Node, find

_RECORD = "branch"  # what the reverse pass calls the record of a branch


def asks_for_sides(*programs: Program) -> bool:
    """Whether any of these asks of which side a record is."""
    return any(op.prim.name == "alt_side" for p in programs for f in p.functions.values() for op in walk(f.body))


def lone_values(program: Program, asked: bool) -> Program:
    """The program with such records as values; `asked`: another program may ask of which side one is."""
    values = (v for f in program.functions.values() for op in walk(f.body) for v in op.outs)
    params = (v for f in program.functions.values() for v in f.body.params)
    fields = (t for record in program.records.values() for t in record)
    if not any(map(_holds_record, (*(v.type for v in (*values, *params)), *fields))):
        return program
    change = _Lone(program, asked)
    functions = {name: change.function(f) for name, f in program.functions.items()}
    records = {name: tuple(map(change.type, fields)) for name, fields in program.records.items()}
    return replace(program, functions=functions, records=records)


def _holds_record(t: Type) -> bool:
    while isinstance(t, (Seq, Opt)):
        t = t.elem
    return isinstance(t, Alt)


def _without_record(asked: bool) -> Callable[[Type], Type]:
    """What stands for a type."""

    @inner_first
    def inner(t: Type) -> Type:
        if isinstance(t, (Seq, Opt)):
            return type(t)(found(t.elem))
        if not isinstance(t, Alt):
            return t
        then, orelse = tuple(map(found, t.then)), tuple(map(found, t.orelse))
        one = _one_value(then, orelse, asked)
        return Alt(then, orelse) if one is None else one

    def found(t: Type) -> Type:
        return t if isinstance(t, AVal) else inner(t)

    return found


def _one_value(then: Sequence[Type], orelse: Sequence[Type], asked: bool) -> Type | None:
    """The type that a record of these sides can be without; None where it must stay a record."""
    fields = (*then, *orelse)
    if not fields or max(len(then), len(orelse)) > 1:
        return None
    missing = len(fields) == 1
    if asked and (not missing or isinstance(fields[0], Opt)):
        return None
    inner = [t.elem if isinstance(t, Opt) else t for t in fields]
    if inner[0] != inner[-1] or isinstance(inner[0], Opt):
        return None
    return Opt(inner[0]) if missing or any(isinstance(t, Opt) for t in fields) else inner[0]


class _Lone:
    def __init__(self, program: Program, asked: bool) -> None:
        self.type, self.asked = _without_record(asked), asked
        self.flow = Flow(program, program.functions, [program.entry])
        self.called: dict[Node, set[str]] = {}
        self.env: dict[Value, Value] = {}
        for f in program.functions.values():
            for op in walk(f.body):
                if op.prim.name in ("alt_pack", "alt_unpack"):
                    self.hear(op)

    def is_lone(self, t: Type) -> bool:
        """Whether a value stands for a record of this type; it may be a record itself, which both sides hold."""
        if not isinstance(t, Alt):
            return False
        then, orelse = ([f if isinstance(f, AVal) else self.type(f) for f in side] for side in (t.then, t.orelse))
        return _one_value(then, orelse, self.asked) is not None

    def hear(self, op: Op) -> None:
        """The names of what a record holds."""
        whole, fields = (op.out, op.ins) if op.prim.name == "alt_pack" else (op.ins[0], op.outs)
        node = self.flow.node(whole)
        if node is not None:
            self.called.setdefault(find(node), set()).update(v.hint for v in fields if v.hint != _RECORD)

    def name(self, v: Value) -> str:
        """What stands for a record is called like what it holds, where that is one name; a list of such likewise."""
        prefix, of_records, more = v.hint.partition(_RECORD)
        t, node = v.type, self.flow.node(v)
        while isinstance(t, (Seq, Opt)) and node is not None:
            t, node = t.elem, find(node).elem
        if not of_records or node is None or not self.is_lone(t):
            return v.hint
        found = self.held(node)
        return f"{prefix}{found}{more.removeprefix('e')}" if found else v.hint

    def held(self, node: Node) -> str:
        """The name of all that records of a class hold, if that is one name."""
        todo, found, seen = [find(node)], set[str](), set[Node]()
        while todo:
            node = todo.pop()
            if node not in seen:
                seen.add(node)
                found |= self.called.get(node, set())
                inner = (find(f).inner for side in self.flow.sides(node) for f in side)
                todo += [find(n) for n in inner if n is not None]
        return found.pop() if len(found) == 1 else ""

    def value(self, v: Value) -> Value:
        """The value of the new program."""
        if v not in self.env:
            t = v.type if isinstance(v.type, AVal) else self.type(v.type)
            self.env[v] = v if t == v.type else Value(t, self.name(v), v.const, v.origin)
        return self.env[v]

    def values(self, values: Sequence[Value]) -> tuple[Value, ...]:
        return tuple(map(self.value, values))

    def function(self, f: Function) -> Function:
        return Function(f.name, run_steps(self.block(f.body)), f.dims)

    def block(self, block: Block) -> Steps:
        params = self.values(block.params)
        ops: list[Op] = []
        for op in block.ops:
            regions = []
            for region in op.regions:
                regions.append((yield self.block(region)))
            ops += self.operation(op, regions)
        return Block(params, tuple(ops), self.values(block.outs))

    def operation(self, op: Op, regions: Sequence[Block]) -> Iterator[Op]:
        name = op.prim.name
        record = op.out if name == "alt_pack" else op.ins[0] if name in ("alt_unpack", "alt_side") else None
        if record is None or not self.is_lone(record.type):
            yield Op(op.prim, self.values(op.ins), self.values(op.outs), self.params(op), tuple(regions), op.loc)
        elif name == "alt_pack":
            yield from self.pack(op)
        elif name == "alt_side":
            assert isinstance(record.type, Alt)
            prim = REGISTRY["opt_present" if record.type.orelse else "opt_absent"]
            yield Op(prim, self.values(op.ins), op.outs, Params(), (), op.loc)
        elif op.outs:
            yield from self.unpack(op)

    def pack(self, op: Op) -> Iterator[Op]:
        whole = self.type(op.out.type)
        if not op.ins:
            assert isinstance(whole, Opt)
            self.env[op.out] = none = Value(whole)
            yield Op(REGISTRY["opt_none"], (), (none,), Params(elem=whole.elem), (), op.loc)
        elif self.value(op.ins[0]).type == whole:
            self.env[op.out] = self.value(op.ins[0])
        else:
            self.env[op.out] = some = Value(whole, self.value(op.ins[0]).hint)
            yield Op(REGISTRY["opt_some"], self.values(op.ins), (some,), Params(), (), op.loc)

    def unpack(self, op: Op) -> Iterator[Op]:
        """The value gets its name back where the record is called otherwise, since its sides hold different ones."""
        now, wanted = self.value(op.ins[0]), self.value(op.out)
        if now.type != wanted.type:
            there = Value(wanted.type, now.hint)
            yield Op(REGISTRY["opt_get"], (now,), (there,), Params(name=""), (), op.loc)
            now = there
        if now.hint == _RECORD != wanted.hint:
            yield Op(REGISTRY["same"], (now,), (wanted,), Params(), (), op.loc)
        else:
            self.env[op.out] = now

    def params(self, op: Op) -> Params:
        def new(x: Any) -> Any:
            if isinstance(x, (Seq, Opt, Alt)):
                return self.type(x)
            return tuple(map(new, x)) if isinstance(x, tuple) and any(isinstance(t, (Seq, Opt, Alt)) for t in x) else x

        return Params(**{k: new(v) for k, v in op.params.items()})
