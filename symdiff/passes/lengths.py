"""Which lists have one length: those that grow together, and those that a loop makes of each other.

By hand, once: in

    for t in v:
        rows_0.append(t)
        rows_1.append(t * x)

both lists begin empty and grow by one a turn, so that `len(rows_0)` turns go through the other as well.  A length is a
root, which stands for a number, and what it is more than that.  What a loop carries is taken to keep its differences,
until a turn shows lists that do not.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from symdiff.ir.core import Block, Function, Op, Value
from symdiff.ir.loops import loop
from symdiff.ir.types import INT, AVal, Seq

Length = tuple[Hashable, int]
_DEPTH = 4  # of loops in each other that are looked into

_CHANGES = {"seq_append": 1, "seq_insert": 1, "seq_rest": -1, "seq_delete": -1, "seq_set": 0, "seq_add": 0,
            "seq_put": 0, "seq_order": 0, "seq_convert": 0, "seq_list": 0, "seq_queue": 0, "zeros_ct": 0,
            "seq_swap": 0}  # fmt: skip


class Lengths:
    """The lengths of a function's lists, and the whole numbers that are such lengths or sizes."""

    def __init__(self, function: Function) -> None:
        self.found: dict[Value, Length] = {}
        self.depth = 0
        self.block(function.body)

    def of(self, v: Value) -> Length:
        return self.found.get(v, (v, 0))

    def block(self, block: Block) -> None:
        for op in block.ops:
            if op.prim.name in ("for", "while"):
                self.turns(op)
            elif op.prim.name == "cond":
                self.branches(op)
            else:
                self.plain(op)

    def plain(self, op: Op) -> None:
        name = op.prim.name
        if name == "seq_empty":
            self.found[op.out] = (0, 0)
        elif name == "const" and type(op.out.const) is int and op.out.const >= 0:
            self.found[op.out] = (0, op.out.const)
        elif name == "dim":
            self.found[op.out] = size(op.params["size"])
        elif name == "seq_len":
            self.found[op.out] = self.of(op.ins[0])
        elif name in _CHANGES and isinstance(op.outs[0].type, Seq) and isinstance(op.ins[0].type, Seq):
            root, more = self.of(op.ins[0])
            self.found[op.outs[0]] = (root, more + _CHANGES[name])

    def captured(self, params: Sequence[Value], values: Sequence[Value]) -> None:
        for p, v in zip(params, values, strict=True):
            if isinstance(p.type, Seq) or p.type == INT:
                self.found[p] = self.of(v)

    def branches(self, op: Op) -> None:
        for region in op.regions:
            self.captured(region.params, op.ins[1:])
            self.block(region)
        for out, *ends in zip(op.outs, *(region.outs for region in op.regions), strict=True):
            then, orelse = map(self.of, ends)
            if isinstance(out.type, Seq):
                self.found[out] = then
                if then != orelse:
                    self.found[out] = (("cond", op, then[0], orelse[0], then[1] - orelse[1]), then[1])

    def turns(self, op: Op) -> None:
        part = loop(op)
        if self.depth == _DEPTH:
            return
        self.depth += 1
        count = self.count(op, part.bounds)
        self.captured(part.cap_params, part.caps)
        lists = [k for k, p in enumerate(part.carry_params) if isinstance(p.type, Seq)]
        begun = {k: self.of(part.carry[k]) for k in lists}
        classes: dict[int, Hashable] = {k: begun[k][0] for k in lists}
        while True:
            for k in lists:
                self.found[part.carry_params[k]] = (("turn", op, classes[k]), begun[k][1])
            self.block(part.body)
            ends = {k: self.of(part.carry_ends[k]) for k in lists}
            split = {k: (classes[k], ends[k][0], ends[k][1] - begun[k][1]) for k in lists}
            if len(set(split.values())) == len(set(classes.values())):
                break
            classes = dict(split)
        for k in lists:
            kept, grown = ends[k][0] == ("turn", op, classes[k]), ends[k][1] - begun[k][1]
            found: Length = (("after", op, classes[k]), begun[k][1])
            if kept and grown == 0:
                found = begun[k]
            elif kept and grown == 1 and begun[k][0] == 0:
                found = (count[0], count[1] + begun[k][1])
            self.found[part.carry_outs[k]] = found
        self.found.update((v, count) for v in (*part.ys, part.count))
        self.depth -= 1

    def count(self, op: Op, bounds: Sequence[Value]) -> Length:
        """How many turns a loop makes."""
        if op.prim.name == "for" and not op.params.get("exit") and bounds[0].const == 0 and bounds[2].const == 1:
            hi = bounds[1]
            return self.found.get(hi, (("turns to", hi), 0))
        return (("turns", op), 0)


def size(number: Hashable) -> Length:
    """The length of what has as many elements as a size says."""
    return (0, number) if isinstance(number, int) else (("size", number), 0)


def of_array(v: Value) -> Length | None:
    """How many elements an array has."""
    return size(v.type.shape[0]) if isinstance(v.type, AVal) and v.type.shape else None
