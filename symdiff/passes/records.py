"""Which records flow into each other: `Flow` gives every residual record the fields it shares with the others.

An Alt saved by a branch travels as a cond's result, a loop's column, a field of a larger record, an argument: all of
these values have one set of fields, so a field that no reader needs can be left out everywhere at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from symdiff.ir.core import Function, Op, Program, Value, walk
from symdiff.ir.loops import Groups
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import Alt, AVal, Opt, Saved, Seq, Type, parts

_TAKING = ("seq_append", "seq_set", "seq_insert", "seq_put")  # an element, their last operand
_LEAVING = ("seq_rest", "seq_swap", "seq_delete", "seq_cut")


@dataclass(eq=False, slots=True)
class Field:
    """One field of a class of records: whether someone reads it, and what is packed into it."""

    inner: Node | None
    live: bool = False
    packed: list[Value] = field(default_factory=list)
    same: Field | None = None


@dataclass(eq=False, slots=True)
class Node:
    """A class of values of one composite type: the element of a Seq or Opt, or the fields of each side of a record.

    An Alt's sides are made when someone asks for them (`unmade` is its type until then): a record of 150 nested ones
    would be 150 nodes for each value that holds it.
    """

    elem: Node | None = None
    sides: list[list[Field]] = field(default_factory=list)
    same: Node | None = None
    unmade: Alt | None = None


Joined = TypeVar("Joined", Node, Field)


def _has_fields(t: Type) -> bool:
    """Whether a type names fields that may be left out: that of a branch, or of a list of such."""
    while isinstance(t, (Seq, Opt)):
        t = t.elem
    return isinstance(t, Alt)


def find(x: Joined) -> Joined:
    """The node or field that stands for all that were joined with this one."""
    while x.same is not None:
        if x.same.same is not None:
            x.same = x.same.same
        x = x.same
    return x


class Flow:
    def __init__(self, program: Program, functions: Mapping[str, Function], roots: Sequence[str]) -> None:
        self.program, self.functions = program, functions
        self.nodes: dict[Value, Node | None] = {}
        self.named: dict[str, Node] = {}
        self.types: dict[Node, Type] = {}
        for name, f in functions.items():
            for op in walk(f.body):
                self._op(op)
            if name in roots:
                self._freeze([*f.body.params, *f.body.outs])

    def field(self, op: Op, record: Value, k: int) -> Field | None:
        """Field k of the record that `op` packs or unpacks; None where the record's fields are not known."""
        n = self.node(record)
        if n is None or not self.sides(n):
            return None
        side: int = op.params.get("side", 0)
        return find(self.sides(n)[side][k])

    def sides(self, n: Node) -> list[list[Field]]:
        """The fields of a class of records, by side."""
        n = find(n)
        if n.unmade is not None:
            n.sides = [[Field(self._make(f)) for f in n.unmade.side(s)] for s in (0, 1)]
            n.unmade = None
        return n.sides

    def node(self, v: Value) -> Node | None:
        if isinstance(v.type, AVal):
            return None
        if v not in self.nodes:
            self.nodes[v] = self._make(v.type)
        return self.nodes[v]

    def _make(self, t: Type) -> Node | None:
        if isinstance(t, AVal):
            return None
        if isinstance(t, (Seq, Opt)):
            return Node(elem=self._make(t.elem))
        if isinstance(t, Alt):
            return Node(unmade=t)
        if t.name not in self.named:
            self.named[t.name] = made = Node()
            if t.name in self.program.records:
                made.sides = [[Field(self._make(f)) for f in self.program.records[t.name]]]
        return self.named[t.name]

    def join(self, a: Node | None, b: Node | None) -> None:
        todo = [(a, b)]
        while todo:
            left, right = todo.pop()
            if left is None or right is None:
                continue
            left, right = find(left), find(right)
            if left is right:
                continue
            if left.unmade is not None:
                left, right = right, left
            right.same = left
            todo.append((left.elem, right.elem))
            if right.unmade is not None:  # nobody knows of fields of its own
                continue
            for one, two in zip(left.sides, right.sides, strict=True):
                for f, g in zip(one, two, strict=True):
                    f, g = find(f), find(g)
                    if f is not g:
                        g.same = f
                        f.live = f.live or g.live
                        todo.append((f.inner, g.inner))

    def _values(self, left: Value, right: Value) -> None:
        if not isinstance(left.type, AVal):
            self.join(self.node(left), self.node(right))

    def _rows(self, left: Sequence[Value], right: Sequence[Value]) -> None:
        for a, b in zip(left, right, strict=True):
            self._values(a, b)

    def _elem(self, whole: Value, part: Value) -> None:
        """`part` is an element of `whole` (a Seq, an Opt, or an array, which holds no records)."""
        if not isinstance(whole.type, AVal) and not isinstance(part.type, AVal):
            n = self.node(whole)
            assert n is not None
            self.join(find(n).elem, self.node(part))

    def _op(self, op: Op) -> None:
        name = op.prim.name
        if name == "cond":
            for r in op.regions:
                self._rows(op.ins[1:], r.params)
                self._rows(op.outs, r.outs)
        elif name in ("for", "while"):
            self._loop(op)
        elif name == "call":
            body = self.functions[op.params["function"]].body
            self._rows(op.ins, body.params)
            self._rows(op.outs, body.outs)
        elif not all(isinstance(v.type, AVal) for v in (*op.ins, *op.outs)):
            self._container(op)

    def _loop(self, op: Op) -> None:
        loop = Groups.of(op)
        _, carry, xs, caps = loop.operands(op)
        for r in op.regions:
            _, c, x, p = loop.params(r)
            self._rows(carry, c)
            self._rows(caps, p)
            for whole, part in zip(xs, x, strict=True):
                self._elem(whole, part)
        _, out_carry, ys = loop.results(op.outs[:-1])
        _, left, y = loop.results(op.regions[-1].outs)
        self._rows(carry, left)
        self._rows(carry, out_carry)
        for whole, part in zip(ys, y, strict=True):
            self._elem(whole, part)

    def _container(self, op: Op) -> None:
        name = op.prim.name
        if name in ("alt_pack", "saved_pack", "alt_unpack", "saved_unpack"):
            whole, fields = (op.out, op.ins) if name.endswith("_pack") else (op.ins[0], op.outs)
            for k, v in enumerate(fields):
                if (found := self.field(op, whole, k)) is not None:
                    self.join(found.inner, self.node(v))
                else:
                    self._freeze([v])
        elif name in _TAKING or name in _LEAVING:
            self._values(op.ins[0], op.out)
            if name in _TAKING:
                self._elem(op.ins[0], op.ins[-1])
        elif name in ("seq_last", "seq_get", "opt_get"):
            self._elem(op.ins[0], op.out)
        elif name == "opt_some":
            self._elem(op.out, op.ins[0])
        elif name == "add_ct":
            self._values(op.ins[0], op.ins[1])
            self._values(op.ins[0], op.out)
        elif name not in ("seq_empty", "opt_none", "seq_len", "seq_place", "seq_order", "alt_side"):
            self._freeze([*op.ins, *op.outs])

    def _freeze(self, values: Sequence[Value]) -> None:
        """Every field of these values stays: whoever uses them relies on their structure."""
        todo = [n for v in values if (n := self.node(v)) is not None]
        seen: set[Node] = set()
        while todo:
            n = find(todo.pop())
            if n in seen:
                continue
            seen.add(n)
            inner = [n.elem]
            for side in self.sides(n):
                for f in map(find, side):
                    f.live = True
                    inner.append(f.inner)
            todo.extend(i for i in inner if i is not None)

    def type_of(self, v: Value) -> Type:
        """The value's type without the fields that nobody reads."""
        found: Type = run_steps(self._type(v.type, self.node(v)))
        return found

    def _type(self, t: Type, n: Node | None) -> Steps:
        if n is None or not _has_fields(t):  # its sizes are those of its own function
            return t
        n = find(n)
        if n not in self.types:
            if isinstance(t, Alt):
                then, orelse = self.sides(n)
                self.types[n] = Alt((yield self._fields(t.then, then)), (yield self._fields(t.orelse, orelse)))
            else:
                assert isinstance(t, (Seq, Opt))
                self.types[n] = type(t)((yield self._type(t.elem, n.elem)))
        return self.types[n]

    def _fields(self, old: Sequence[Type], fields: Sequence[Field]) -> Steps:
        found = []
        for t, f in zip(old, map(find, fields), strict=True):
            if f.live:
                found.append((yield self._type(t, f.inner)))
        return tuple(found)

    def records(self, used: Iterable[Type]) -> dict[str, tuple[Type, ...]]:
        """The fields of the Saved records that these types mention."""
        todo: list[Type] = list(set(used))
        seen = set(todo)
        found: dict[str, tuple[Type, ...]] = {}
        while todo:
            t = todo.pop()
            inner = parts(t)
            if isinstance(t, Saved) and t.name in self.program.records:
                n = self._make(t)
                assert n is not None
                found[t.name] = inner = run_steps(self._fields(self.program.records[t.name], self.sides(n)[0]))
            todo += [p for p in inner if p not in seen]
            seen.update(inner)
        return {name: found[name] for name in self.program.records if name in found}
