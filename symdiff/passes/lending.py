"""Which restores have nothing to do: the part that comes back is the memory that was lent.

    %p, %r = borrow(%x, …)          p = x[:m]
    %q = call(%p) {function=g}      g adds to p, and returns it
    %y = restore(%r, %q, …)         nothing: q is p, so x is whole

After `buffers`, an update is its operand overwritten, and so is an elementwise result that `ownership` puts into an
operand.  A callee returns a parameter for certain if all of its branches do; until the contrary is found, every
result is taken for every parameter of its type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symdiff.ir.core import Block, Function, Op, Program, Value
from symdiff.ir.steps import Steps, run_steps

Into = Mapping[str, Mapping[Op, int]]
Returned = tuple[frozenset[int], ...]  # by result: the parameters that it is


def in_place(program: Program, into: Into) -> dict[str, set[Op]]:
    """By function, the restores of a program that `buffers` has made; `into` is that of `ownership`."""
    returned = {name: _candidates(f) for name, f in program.functions.items()}
    while True:
        walks = {name: _Walk(returned, into.get(name, {})) for name in program.functions}
        found = {name: walks[name].function(f) for name, f in program.functions.items()}
        if found == returned:
            return {name: w.idle for name, w in walks.items()}
        returned = found


def _candidates(f: Function) -> Returned:
    return tuple(frozenset(k for k, t in enumerate(f.param_types) if t == out) for out in f.out_types)


@dataclass(slots=True)
class _Walk:
    """One function: `origins` are the values whose memory a value is for certain, whole and in the same order."""

    returned: Mapping[str, Returned]
    into: Mapping[Op, int]
    origins: dict[Value, frozenset[Value]] = field(default_factory=dict)
    parts: dict[Value, Value] = field(default_factory=dict)  # by rest
    idle: set[Op] = field(default_factory=set)

    def function(self, f: Function) -> Returned:
        run_steps(self.block(f.body, {}))
        params = f.body.params
        return tuple(frozenset(k for k, p in enumerate(params) if p in self.of(v)) for v in f.body.outs)

    def of(self, v: Value) -> frozenset[Value]:
        return self.origins.get(v) or frozenset((v,))

    def block(self, block: Block, given: Mapping[Value, Value]) -> Steps:
        """`given`: what parameters are outside."""
        self.origins.update({p: self.of(v) for p, v in given.items()})
        for op in block.ops:
            if op.prim.name == "cond":
                for region in op.regions:
                    yield self.block(region, dict(zip(region.params, op.ins[1:], strict=True)))
                then, orelse = op.regions
                self.set(op.outs, [self.of(a) & self.of(b) for a, b in zip(then.outs, orelse.outs, strict=True)])
            elif op.regions:
                yield self.block(op.regions[-1], {})
                self.loop(op)
            elif op.prim.name == "call":
                found = self.returned[op.params["function"]]
                self.set(op.outs, [frozenset().union(*(self.of(op.ins[k]) for k in ks)) for ks in found])
            else:
                self.plain(op)

    def set(self, values: Sequence[Value], origins: Sequence[frozenset[Value]]) -> None:
        self.origins.update(zip(values, origins, strict=True))

    def loop(self, op: Op) -> None:
        """A carry that every turn hands on as it came."""
        lead, first = 3 if op.prim.name == "for" else 0, 1 if op.params.get("exit") else 0
        body = op.regions[-1]
        for k in range(op.params["n_carry"]):
            param, end = body.params[(1 if lead else 0) + k], body.outs[first + k]
            if param in self.of(end):
                self.origins[op.outs[first + k]] = self.of(op.ins[lead + k])

    def plain(self, op: Op) -> None:
        if op.prim.name == "borrow":
            part, rest = op.outs
            self.parts[rest] = part
            self.origins[rest] = self.of(op.ins[0])
            return
        if op.prim.name == "restore" and self.parts[op.ins[0]] in self.of(op.ins[1]):
            self.idle.add(op)
        k = self.into.get(op, op.prim.consumes)
        if k is not None:
            self.origins[op.out] = self.of(op.ins[k])
