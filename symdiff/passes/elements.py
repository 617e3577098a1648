"""An element of a view is an element of the array: no view is taken anew in each turn.

By hand, once: with `w = y[1:]`, the loop

    for i in range(len(w)):  w[i] = w[i] * y[i]      is      for i in range(n - 1):  y[i + 1] = y[i + 1] * y[i]

as every i is known to be inside w.  In the program, where a write through a view is a write of the part,

    %p = index(%y, 1:);  %e = index(%p, %i)                        %e = index(%y, %i + 1)
    %q = index_set(%p, %v, %i);  %z = index_set(%y, %q, 1:)   ⟹    %z = index_set(%y, %v, %i + 1)

Before differentiation, so that the adjoint reads and adds to elements as well.  What is left of the view goes
with `dce`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Op, Program, Value
from symdiff.passes.ranges import Origins, is_inside, origins
from symdiff.passes.regions import map_blocks, map_functions, rebuilt, same_block, substitute
from symdiff.primitives.indexing import Spec

_WRITES = ("index_set", "index_add")
_WHOLE = ("slice", None, None, None)


def elements_of_arrays(program: Program) -> Program:
    """The program with elements of views read and written as elements of what they are views of."""
    return map_functions(program, _function)


def _function(f: Function) -> Function:
    origin = origins(f)
    return map_blocks(f, lambda block: _block(block, origin))


def _block(block: Block, origin: Origins) -> Block:
    if not any(op.prim.name == "index" and _is_part(op.params["spec"]) for op in block.ops):
        return block
    readers = Counter([*(v for op in block.ops for v in op.ins), *block.outs])
    found = _Elements(origin, readers)
    for op in block.ops:
        found.add(rebuilt(op, substitute(op.ins, found.env), op.outs, op.regions))
    outs = substitute(block.outs, found.env)
    views = {(op.ins, op.params) for op in found.ops if op.outs and readers[op.outs[0]] and found.view(op.outs[0])}
    read, kept = set(outs), list[Op]()
    for op in reversed(found.ops):
        unread = read.isdisjoint(op.outs) and (op.ins, op.params) in views
        if unread or not found.gone.isdisjoint(op.outs):
            continue  # what a view without readers would raise, the elements raise
        kept.append(op)
        read.update(op.ins)
    return same_block(block, block.params, kept[::-1], outs)


def _is_part(spec: Spec) -> bool:
    """Whether a subscript takes slices whose first element and step are known and count from the front."""
    for item in spec:
        if item[0] == "slice":
            if not all(n is None or (isinstance(n, int) and n >= least) for n, least in ((item[1], 0), (item[3], 1))):
                return False
        elif item[0] != "at":
            return False
    return any(item[0] == "slice" for item in spec)


@dataclass(slots=True)
class _Elements:
    """The operations of a block so far; `gone` are the parts that nobody writes any more."""

    origin: Origins
    readers: Counter[Value]
    ops: list[Op] = field(default_factory=list)
    made: dict[Value, Op] = field(default_factory=dict)
    env: dict[Value, Value] = field(default_factory=dict)
    gone: set[Value] = field(default_factory=set)

    def add(self, op: Op) -> None:
        """The next operation, as it is or on the array itself."""
        first = last = op.outs[0] if op.outs else None
        todo = [op]
        while todo:
            op = todo.pop(0)
            b = Builder(op.loc)
            new = self.read(b, op) or self.written(b, op)
            if new is None:
                self.ops.append(op)
                self.made.update(dict.fromkeys(op.outs, op))
                continue
            new.hint, new.origin = op.out.hint, op.out.origin
            self.readers[new] = self.readers[op.out]
            last = new if op.out is last else last
            todo = [*b.ops, *todo]
        if first is not None and last is not None and last is not first:
            self.env[first] = last

    def view(self, v: Value) -> Op | None:
        op = self.made.get(v)
        return op if op is not None and op.prim.name == "index" and _is_part(op.params["spec"]) else None

    def read(self, b: Builder, op: Op) -> Value | None:
        """`y[1:][i]` as `y[i + 1]`."""
        view = self.view(op.ins[0]) if op.prim.name == "index" else None
        joint = self.joint(b, view, op, op.ins[1:]) if view is not None else None
        if view is None or joint is None:
            return None
        found = b.op("index", view.ins[0], *joint[0], spec=joint[1]).value
        return found if found.type == op.out.type else None

    def written(self, b: Builder, op: Op) -> Value | None:
        """`q = y[1:]; q[i] = v; y[1:] = q` as `y[i + 1] = v`."""
        if op.prim.name != "index_set" or not _is_part(op.params["spec"]):
            return None
        inner: list[Op] = []
        part = op.ins[1]
        while (view := self.view(part)) is None:
            write = self.made.get(part)
            if write is None or write.prim.name not in _WRITES or self.readers[part] != 1:
                return None
            inner.append(write)
            part = write.ins[0]
        same = view.ins[0] is op.ins[0] and view.ins[1:] == op.ins[2:] and view.params["spec"] == op.params["spec"]
        if not same or not inner:
            return None
        whole = op.ins[0]
        for write in reversed(inner):
            joint = self.joint(b, view, write, write.ins[2:])
            if joint is None:
                return None
            whole = b.op(write.prim.name, whole, write.ins[1], *joint[0], **{**write.params, "spec": joint[1]}).value
            whole.hint = op.out.hint
        if whole.type != op.out.type:
            return None
        self.gone.update(write.out for write in inner)
        return whole

    def joint(self, b: Builder, view: Op, op: Op, where: Sequence[Value]) -> tuple[list[Value], Spec] | None:
        """Where an access to a view is in the array, if it is certainly inside."""
        spec = op.params["spec"]
        if any(item[0] not in ("at", "slice") or (isinstance(item[1], int) and item[1] < 0) for item in spec):
            return None
        alone = Builder(op.loc)
        alone.op("index", view.out, *where, spec=spec)
        return _joint(b, view, spec, where) if is_inside(alone.ops[-1], self.origin_of) else None

    def origin_of(self, v: Value) -> tuple[object, int, int]:
        """Where a value comes from; nothing is known of an index that was put together here."""
        return self.origin.get(v, (None, -1, 0))


def _joint(b: Builder, view: Op, spec: Spec, where: Sequence[Value]) -> tuple[list[Value], Spec] | None:
    """The numbers that are not known, and the subscript; None of slices that do not go together."""
    outer, inner = iter(view.ins[1:]), iter(where)
    items = iter(spec)
    found: list[Value] = []
    joint: list[tuple[object, ...]] = []

    def take(item: tuple[object, ...], numbers: Iterator[Value]) -> None:
        joint.append(item)
        found.extend(next(numbers) for n in item[1:4] if n == "v" or (item[0] == "at" and n is None))

    for item in view.params["spec"]:
        at = next(items, None) if item[0] == "slice" else None
        if at is None:
            take(item, outer)
            continue
        if item[:4] == _WHOLE:
            take(at, inner)
            continue
        first, step = item[1] or 0, item[3] or 1
        if at[0] == "slice":
            if not _is_part((at,)) or at[2] is not None:
                return None
            start, stride = first + step * (at[1] or 0), step * (at[3] or 1)
            take(("slice", start or None, item[2], stride if stride > 1 else None, at[4]), outer)
            continue
        if item[2] == "v":
            next(outer)
        if isinstance(at[1], int):
            joint.append(("at", first + step * at[1]))
            continue
        number = b.v(next(inner))
        if step != 1:
            number = number * step
        found.append((number + first).value)
        joint.append(("at", None))
    for item in items:
        take(item, inner)
    return found, tuple(joint)
