"""Which results may be written over an operand without changing how they lie in memory.

NumPy sums an array in the order of its memory, so that a sum's last bit depends on it.  By hand, once: in

    a = np.exp(x.T);  b = np.exp(y);  c = a * b;  s = np.sum(c)

a lies in columns like x.T, b in rows; NumPy makes c in rows, while `a *= b` would leave it in columns.  A result lies
in rows if one full-size operand does, and like its operands if they all lie alike; else nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symdiff.ir.core import Block, Family, Function, Op, Program, Value
from symdiff.ir.loops import Groups
from symdiff.ir.memory import viewed
from symdiff.ir.steps import Steps, run_steps
from symdiff.ir.types import AVal

Layout = object  # ROWS, COLUMNS, or one of its own
ROWS, COLUMNS = "rows", "columns"
_TURNED: dict[Layout, Layout] = {ROWS: COLUMNS, COLUMNS: ROWS}
_IN_ROWS = frozenset(("zeros", "ones", "full", "empty", "copy", "matmul", "outer", "eye", "const", "as_array"))
_KEEPING_ROWS = frozenset((
    *("sum", "mean", "max", "min", "prod", "peak", "sum_to", "cumsum", "softmax", "log_softmax", "logsumexp"),
    *("index", "reshape", "expand_dims", "squeeze", "broadcast_to", "stack", "concatenate"),
))  # fmt: skip
_GAPLESS = frozenset(("neg",))  # NumPy before 2.5 lets np.negative write beside an `out` with gaps, at some strides


def same_layout(program: Program, into: Mapping[str, Mapping[Op, int]], rows: bool) -> dict[str, dict[Op, int]]:
    """Of the operations that may overwrite an operand, those whose result lies as a new one would.

    `rows`: the arrays given to functions are taken to lie in rows, as nearly all do; else nothing is known of them.
    """
    found = {}
    for name, function in program.functions.items():
        layouts, over = _Layouts(rows), into.get(name, {})
        run_steps(layouts.function(function))
        found[name] = {
            op: k
            for op, k in over.items()
            if layouts.agree(op, k) and (op.prim.name not in _GAPLESS or layouts.gapless(op.ins[k], over))
        }
    return found


@dataclass(slots=True)
class _Layouts:
    rows: bool
    of: dict[Value, Layout] = field(default_factory=dict)
    made_by: dict[Value, Op] = field(default_factory=dict)
    outside: dict[Value, Value] = field(default_factory=dict)  # by parameter: what is passed on to a region

    def get(self, v: Value) -> Layout:
        if not isinstance(v.type, AVal) or sum(d != 1 for d in v.type.shape) < 2:
            return ROWS
        return self.of.setdefault(v, object())

    def agree(self, op: Op, k: int) -> bool:
        return self.get(op.ins[k]) == self.get(op.out)

    def gapless(self, v: Value, into: Mapping[Op, int]) -> bool:
        """Whether an array is certainly a whole one, and no part of another."""
        while True:
            op = self.made_by.get(v)
            if v in self.outside:
                v = self.outside[v]
            elif op is None or len(op.outs) > 1 or op.regions:
                return False
            elif op in into or op.prim.consumes is not None or op.prim.name == "retype":
                v = op.ins[into.get(op, op.prim.consumes or 0)]
            else:
                return viewed(op) is None and (bool(op.prim.info.get("elementwise")) or op.prim.name in _IN_ROWS)

    def function(self, f: Function) -> Steps:
        if self.rows:
            self.of.update(dict.fromkeys(f.body.params, ROWS))
        yield self.block(f.body)

    def block(self, block: Block, hopeful: bool = True) -> Steps:
        for op in block.ops:
            self.made_by.update(dict.fromkeys(op.outs, op))
            if op.prim.name == "cond":
                for region in op.regions:
                    self.pass_on(op.ins[1:], region.params)
                    yield self.block(region, hopeful)
                for v, a, b in zip(op.outs, *(r.outs for r in op.regions), strict=True):
                    if self.get(a) == self.get(b):
                        self.of[v] = self.get(a)
            elif op.regions:
                yield self.loop(op, hopeful)
            else:
                for v in op.outs:
                    self.of[v] = self.made(op)

    def loop(self, op: Op, hopeful: bool) -> Steps:
        """What every turn leaves as it was at the start lies so throughout; `hopeful`: this is tried first.

        Where it fails, for one of a loop's arrays, the loops inside are not tried again: nesting costs no more than its
        square.
        """
        loop = Groups.of(op)
        _, start, _, captured = loop.operands(op)
        lying = [self.get(v) if hopeful else object() for v in start]
        for trying in (hopeful, False):
            for region in op.regions:
                _, carry, _, inside = loop.params(region)
                self.pass_on(captured, inside)
                self.of.update(zip(carry, lying, strict=True))
                yield self.block(region, trying)
            left = [self.get(v) for v in loop.results(op.regions[-1].outs)[1]]
            if not trying or left == lying:
                break
            lying = [object() for _ in start]
        self.of.update((v, a) for v, a, b in zip(loop.results(op.outs[:-1])[1], lying, left, strict=True) if a == b)

    def pass_on(self, values: Sequence[Value], params: Sequence[Value]) -> None:
        self.of.update((p, self.get(v)) for v, p in zip(values, params, strict=True))
        self.outside.update(zip(params, values, strict=True))

    def made(self, op: Op) -> Layout:
        """How a new array lies that the operation makes."""
        name = op.prim.name
        if name in _IN_ROWS:
            return ROWS
        if name == "transpose" and op.params.get("axes") in (None, (1, 0)):
            return _TURNED.get(self.get(op.ins[0]), object())
        if op.prim.consumes is not None:
            return self.get(op.ins[op.prim.consumes])
        if name in _KEEPING_ROWS and all(self.get(v) == ROWS for v in op.ins):
            return ROWS
        if op.prim.family not in (Family.ELEMENTWISE, Family.CONSTANT) or not op.prim.info.get("elementwise"):
            return object()
        shape = op.out.type.shape if isinstance(op.out.type, AVal) else ()
        full = {self.get(v) for v in op.ins if isinstance(v.type, AVal) and v.type.shape == shape}
        return ROWS if ROWS in full or not full else full.pop() if len(full) == 1 else object()
