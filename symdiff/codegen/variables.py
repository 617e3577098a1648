"""Two variables of one name that one operation reads are told apart.

By hand, once: a helper with a local `s`, written out in a loop whose sum is `s`, multiplies the two.  The printed code
calls one of them `s_1`; the comment ∂y/∂s = s would say nothing.  So the value gets the name s_1 before anything else.

A variable is what a branch or loop makes one of: the results of the sides, a carry before, in and after a turn.
"""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.ir.core import Block, Op, Value, walk


def tell_apart(body: Block) -> None:
    """Give the later of two such variables another hint, everywhere; parameters of the body keep theirs."""
    variables = _Variables(body)
    taken = {v.hint for v in variables.members}
    for op in walk(body):
        first: dict[str, Value] = {}
        for v in op.ins if not op.regions and op.prim.name != "call" else ():
            if not v.hint or v.const is not None:
                continue
            other = first.setdefault(v.hint, v)
            if variables.root(other) is not variables.root(v):
                variables.rename(variables.later(other, v), taken)
                first[v.hint] = v


class _Variables:
    """The values of a function, by the variable that they are."""

    def __init__(self, body: Block) -> None:
        self.parent: dict[Value, Value] = {}
        self.place: dict[Value, int] = {}
        for v in (*body.params, *_values(body)):
            self.place.setdefault(v, len(self.place))
        for op in walk(body):
            for a, b in _same(op):
                if a.hint == b.hint and a in self.place and b in self.place:
                    self.join(a, b)
        self.members: dict[Value, list[Value]] = {}
        for v in self.place:
            self.members.setdefault(self.root(v), []).append(v)
        self.fixed = set(map(self.root, body.params))
        self.first = {r: min(self.place[v] for v in found) for r, found in self.members.items()}

    def root(self, v: Value) -> Value:
        while v in self.parent:
            v = self.parent[v]
        return v

    def join(self, a: Value, b: Value) -> None:
        a, b = self.root(a), self.root(b)
        if a is not b:
            self.parent[a] = b

    def later(self, a: Value, b: Value) -> Value:
        """Which of two variables was made later, and may be renamed."""
        one, two = self.root(a), self.root(b)
        return two if one in self.fixed or self.first[one] < self.first[two] else one

    def rename(self, root: Value, taken: set[str]) -> None:
        k, hint = 1, root.hint
        while f"{hint}_{k}" in taken:
            k += 1
        taken.add(f"{hint}_{k}")
        for v in self.members[root]:
            v.hint = f"{hint}_{k}"


def _values(body: Block) -> Iterator[Value]:
    for op in walk(body):
        yield from (v for region in op.regions for v in region.params)
        yield from op.outs


def _same(op: Op) -> Iterator[tuple[Value, Value]]:
    """Values that become one variable, or stand for one inside and outside a region."""
    if op.prim.name == "cond":
        for region in op.regions:
            yield from zip(region.outs, op.outs, strict=False)
            yield from zip(region.params, op.ins[1:], strict=True)
    elif op.prim.name in ("for", "while"):
        lead, skip = (3 if op.prim.name == "for" else 0), bool(op.params.get("exit"))
        n = op.params["n_carry"]
        for region in op.regions:
            params = region.params[1 if lead else 0 :]
            yield from zip(params, op.ins[lead:], strict=True)
            if region is op.regions[-1]:
                yield from zip(region.outs[skip : skip + n], params, strict=False)
                yield from zip(op.outs[skip : skip + n], params, strict=False)
    elif op.prim.name in ("convert", "retype", "index_set", "index_add", "part_set", "part_add", "restore", "same"):
        yield op.ins[0], op.outs[0]
