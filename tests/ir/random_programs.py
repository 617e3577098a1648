"""Random typed programs: differentiable, with bounded values, nesting cond, for, while and call.

`random_program(rng)` builds one, `random_args(program, rng, n)` arguments for sizes n >= 3.  Values stay of the order
of 1, divisions and roots away from 0, loops short; branches depend on data, so a difference quotient may cross a
threshold: a test that compares with one draws again where the two one-sided quotients disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from symdiff.ir import dims, types
from symdiff.ir.build import Builder
from symdiff.ir.core import Block, Function, Literal, Program, Value
from symdiff.ir.types import BOOL, FLOAT, INT, AVal, Kind, Seq, Type

N = dims.var("n")
VEC, MAT = types.array("f8", N), types.array("f8", N, 2)
FLOATS = (FLOAT, types.numpy("f8"), VEC, MAT)
ALL = (("at", None),)
HEAD, TAIL = (("slice", None, -1, None, dims.sub(N, 1)),), (("slice", 1, None, None, dims.sub(N, 1)),)


def random_program(rng: np.random.Generator, statements: int = 6, depth: int = 2) -> Program:
    """A program whose entry `f` takes floats and arrays (of one size n) and returns a few of its values."""
    return _Gen(rng, statements, depth).program()


def random_args(program: Program, rng: np.random.Generator, n: int = 3) -> list[object]:
    """Arguments for the entry; floats between 0.2 and 1.5."""
    return [_random_value(v.type, rng, n) for v in program.main.body.params]


def _random_value(t: Type, rng: np.random.Generator, n: int) -> object:
    assert isinstance(t, AVal)
    if t.kind is Kind.ARRAY:
        shape = [dims.evaluate(d, {a: n for a in dims.atoms(d)}) for d in t.shape]
        return rng.uniform(0.2, 1.5, shape).astype(t.dtype)
    drawn = rng.uniform(0.2, 1.5)
    return float(drawn) if t.kind is Kind.PYTHON else np.float64(drawn)


class _Gen:
    def __init__(self, rng: np.random.Generator, statements: int, depth: int) -> None:
        self.rng, self.statements, self.depth = rng, statements, depth
        self.functions: dict[str, Function] = {}

    def program(self) -> Program:
        for k in range(int(self.rng.integers(0, 3))):
            self.helper(f"g{k}", recursive=bool(self.rng.integers(2)))
        kinds = [VEC, FLOAT, MAT, *self.choose((types.numpy("f8"), VEC, FLOAT, MAT), 2)]
        self.functions["f"] = self.function("f", kinds, int(self.rng.integers(1, 4)))
        return Program(self.functions, "f")

    def choose(self, items: Sequence[Type], count: int) -> list[Type]:
        return [items[k] for k in self.rng.integers(0, len(items), count)]

    def function(self, name: str, params: Sequence[Type], out_count: int) -> Function:
        values = [Value(t, "xyzuvw"[k % 6]) for k, t in enumerate(params)]
        scope = _Scope(self, Builder(), list(values), self.depth)
        scope.fill(self.statements)
        outs = [scope.some(t) for t in self.choose(FLOATS, out_count)]
        return Function(name, scope.b.block(values, outs), ("n",))

    def helper(self, name: str, recursive: bool) -> None:
        """A function of (k, vector, float) that gives (vector, float); a recursive one calls itself k times."""
        if not recursive:
            self.functions[name] = self.with_outs(name, [VEC, FLOAT], [VEC, FLOAT])
            return
        step = self.with_outs(name + "_step", [VEC, FLOAT], [VEC, FLOAT])
        self.functions[step.name] = step
        k, v, s = Value(INT, "k"), Value(VEC, "v"), Value(FLOAT, "s")
        b = Builder()
        blocks = []
        for again in (True, False):
            inner, caps = Builder(), [Value(INT, "k"), Value(VEC, "v"), Value(FLOAT, "s")]
            outs: Sequence[Value] = caps[1:]
            if again:
                outs = inner.emit("call", *caps[1:], function=step.name, types=(VEC, FLOAT))
                outs = inner.emit("call", inner.op("sub", caps[0], 1).value, *outs, function=name, types=(VEC, FLOAT))
            blocks.append(inner.block(caps, outs))
        pred = b.op("gt", k, 0).value
        outs = b.emit("cond", pred, k, v, s, regions=blocks)
        self.functions[name] = Function(name, b.block([k, v, s], outs), ("n",))

    def with_outs(self, name: str, params: Sequence[Type], outs: Sequence[Type]) -> Function:
        values = [Value(t, "uvw"[k % 3]) for k, t in enumerate(params)]
        scope = _Scope(self, Builder(), list(values), 1)
        scope.fill(3)
        return Function(name, scope.b.block(values, [scope.some(t) for t in outs]), ("n",))


class _Scope:
    """A block being filled, and the values that its next operations may use."""

    def __init__(self, gen: _Gen, b: Builder, pool: list[Value], depth: int) -> None:
        self.gen, self.rng, self.b, self.pool, self.depth = gen, gen.rng, b, pool, depth
        self.serial = 0

    def fill(self, count: int) -> None:
        simple: list[Callable[[], None]] = [
            self.arithmetic, self.arithmetic, self.function, self.read, self.update, self.update, self.view,
            self.gather, self.quotient, self.scale,
        ]  # fmt: skip
        nested: list[Callable[[], None]] = [self.cond, self.for_, self.for_rows, self.while_, self.growing, self.swap]
        if any(f.startswith("g") for f in self.gen.functions):
            nested.append(self.call)
        for _ in range(count):
            options = nested if self.depth > 0 and self.rng.random() < 0.45 else simple
            options[int(self.rng.integers(len(options)))]()

    def add(self, *values: Value) -> None:
        self.pool += values

    def of(self, *wanted: Type) -> list[Value]:
        return [v for v in self.pool if v.type in wanted]

    def pick(self, *wanted: Type) -> Value:
        """A value of one of these types: mostly a recent one, so that chains get long."""
        found = self.of(*wanted)
        if not found:
            return self.fresh(wanted[0])
        recent = found[-3:] if self.rng.random() < 0.7 else found
        return recent[int(self.rng.integers(len(recent)))]

    def fresh(self, t: Type) -> Value:
        assert isinstance(t, AVal)
        if t.kind is Kind.ARRAY:
            zeros = self.b.op("zeros", type=t, shape=t.shape)
            value: Value = (zeros + round(float(self.rng.uniform(0.3, 1)), 2)).value
        else:
            value = self.b.const(round(float(self.rng.uniform(0.3, 1)), 2), FLOAT)
            value = value if t == FLOAT else self.b.op("convert", value, kind=t.kind, dtype=t.dtype).value
        self.add(value)
        return value

    def some(self, t: Type) -> Value:
        """A value of exactly this type, converted from another scalar where needed."""
        assert isinstance(t, AVal)
        if t.kind is Kind.ARRAY:
            return self.pick(t)
        v = self.pick(t, FLOAT, types.numpy("f8"))
        return v if v.type == t else self.b.op("convert", v, kind=t.kind, dtype=t.dtype).value

    # --- simple statements

    def tame(self, value: Value) -> Value:
        name = ("tanh", "sin", "cos")[int(self.rng.integers(3))]
        return self.b.op(name, value).value

    def arithmetic(self) -> None:
        t = self.gen.choose(FLOATS, 1)[0]
        x, y = self.pick(t), self.pick(t) if self.rng.random() < 0.7 else self.some(FLOAT)
        name = ("add", "sub", "mul")[int(self.rng.integers(3))]
        out = self.b.op(name, x, y).value
        self.add(self.tame(out) if self.rng.random() < 0.4 else self.b.op("mul", out, 0.5).value)

    def function(self) -> None:
        self.add(self.tame(self.pick(*self.gen.choose(FLOATS, 1))))

    def quotient(self) -> None:
        t = self.gen.choose(FLOATS, 1)[0]
        x, y = self.b.v(self.pick(t)), self.b.v(self.pick(t))
        self.add((x / (y * y + 1.5)).value)

    def scale(self) -> None:
        """A row or a vector times a matrix: broadcasting."""
        row = self.b.op("index", self.pick(MAT), spec=(("at", int(self.rng.integers(0, 3))),)).value
        self.add(self.b.op("mul", self.tame(self.pick(MAT)), row).value)

    def number(self) -> int:
        return int(self.rng.integers(-1, 3))

    def read(self) -> None:
        v = self.pick(VEC)
        self.add(self.b.op("index", v, spec=(("at", self.number()),)).value)

    def view(self) -> None:
        """A slice, read now or after its base is updated."""
        base = self.pick(VEC)
        head, tail = (self.b.op("index", base, spec=spec).value for spec in (HEAD, TAIL))
        if self.rng.random() < 0.5:
            base = self.updated(base)
            self.add(base)
        shifted = self.b.op("mul", self.b.op("add", head, tail), 0.5).value
        self.add(self.b.op("index_add", base, shifted, spec=HEAD if self.rng.random() < 0.5 else TAIL).value)

    def gather(self) -> None:
        """A read with repeated indices, and its accumulating opposite."""
        where = self.b.const(Literal.of(np.array([0, 2, 0])))
        picked = self.b.op("index", self.pick(VEC), where, spec=(("array",),)).value
        if self.rng.random() < 0.5:
            picked = self.tame(picked)
        name = "index_add" if self.rng.random() < 0.7 else "index_set"
        extra = {"unique": True} if name == "index_set" else {}
        where = where if name == "index_add" else self.b.const(Literal.of(np.array([1, 0, 2])))
        stored = self.b.op(name, self.pick(VEC), picked, where, spec=(("array",),), **extra)
        self.add(self.b.op("mul", stored, 0.5).value)

    def updated(self, v: Value) -> Value:
        name = "index_set" if self.rng.random() < 0.6 else "index_add"
        ints = [i for i in self.of(INT) if i.hint == "i"]
        if ints and self.rng.random() < 0.7:
            return self.b.op(name, v, self.tame(self.some(FLOAT)), ints[-1], spec=ALL).value
        return self.b.op(name, v, self.tame(self.some(FLOAT)), spec=(("at", self.number()),)).value

    def update(self) -> None:
        if self.rng.random() < 0.7:
            self.add(self.updated(self.pick(VEC)))
            return
        row = self.b.op("index", self.pick(MAT), spec=(("at", 0),)).value
        self.add(self.b.op("index_set", self.pick(MAT), self.tame(row), spec=(("at", self.number()),)).value)

    # --- regions

    def captured(self, count: int) -> list[Value]:
        """Values of the pool, each at most once or twice, that a region will see."""
        found = [v for v in self.pool if v.type in (*FLOATS, INT)]
        picks = self.rng.integers(0, len(found), min(count, len(found)))
        return [found[int(k)] for k in picks]

    def region(self, heads: Sequence[Value], caps: Sequence[Value], statements: int = 3) -> _Scope:
        """A scope whose parameters are `heads` and a copy of the captures; `params` has them all."""
        inner = [Value(v.type, v.hint) for v in caps]
        scope = _Scope(self.gen, Builder(), [*inner, *heads], self.depth - 1)
        scope.params = [*heads, *inner]
        scope.fill(statements)
        return scope

    params: list[Value]

    def predicate(self) -> Value:
        x = self.some(FLOAT)
        return self.b.op("gt", x, round(float(self.rng.uniform(0, 1)), 3)).value

    def cond(self) -> None:
        caps, outs = self.captured(4), self.gen.choose(FLOATS, 2)
        blocks = []
        for _ in range(2):
            scope = self.region([], caps, int(self.rng.integers(0, 4)))
            blocks.append(scope.b.block(scope.params, [scope.some(t) for t in outs]))
        pred = self.b.op("convert", self.predicate(), kind=Kind.PYTHON, dtype="b1").value
        self.add(*self.b.emit("cond", pred, *caps, regions=blocks))

    def turns(self) -> list[Value]:
        if self.rng.random() < 0.6:
            return [self.b.const(0), self.b.op("dim", size=N).value, self.b.const(1)]
        return [self.b.const(0), self.b.const(int(self.rng.integers(0, 4))), self.b.const(1)]

    def for_(self) -> None:
        """A loop with carries, collected outputs, and a second loop that reads what the first collected."""
        bounds = self.turns()
        carries = [self.some(t) for t in self.gen.choose(FLOATS, 2)]
        caps = self.captured(3)
        i, params = Value(INT, "i"), [Value(v.type, v.hint or "c") for v in carries]
        scope = self.region([i, *params], caps)
        ys = [scope.some(t) for t in self.gen.choose(FLOATS, int(self.rng.integers(0, 3)))]
        body = scope.b.block(scope.params, [*(self.settled(scope, v) for v in carries), *ys])
        reverse = {"reverse": True} if self.rng.random() < 0.3 else {}
        outs = self.b.emit("for", *bounds, *carries, *caps, regions=[body], n_carry=2, n_xs=0, **reverse)
        self.add(*outs[:2])
        if ys:
            self.read_back(bounds, outs[2 : 2 + len(ys)])

    def settled(self, scope: _Scope, carry: Value) -> Value:
        """What a carry becomes: kept of the order of 1 however often the loop turns."""
        v = scope.some(carry.type)
        if self.rng.random() < 0.5:
            return v
        t = carry.type
        assert isinstance(t, AVal)
        v = scope.b.op("tanh", v).value
        return v if v.type == t else scope.b.op("convert", v, kind=t.kind, dtype=t.dtype).value

    def read_back(self, bounds: Sequence[Value], seqs: Sequence[Value]) -> None:
        """Σ over the turns of what was collected, by a loop with xs."""
        total = self.some(FLOAT)
        heads = [Value(INT, "i"), Value(FLOAT, "total"), *(Value(_elem(s), "e") for s in seqs)]
        b = Builder()
        out = b.v(heads[1])
        for e in heads[2:]:
            out = out + 0.2 * b.op("sin", _first(b, e))
        end = b.op("convert", out, kind=Kind.PYTHON, dtype="f8").value
        reverse = {"reverse": True} if self.rng.random() < 0.5 else {}
        body = b.block(heads, [end])
        self.add(self.b.emit("for", *bounds, total, *seqs, regions=[body], n_carry=1, n_xs=len(seqs), **reverse)[0])

    def for_rows(self) -> None:
        """A loop that reads the rows of arrays and updates an array of its own."""
        bounds = [self.b.const(0), self.b.op("dim", size=N).value, self.b.const(1)]
        carry, xs, caps = self.pick(VEC), [self.pick(VEC), self.pick(MAT)], self.captured(2)
        i, c = Value(INT, "i"), Value(VEC, "c")
        rows = [Value(types.numpy("f8"), "e"), Value(types.array("f8", 2), "row")]
        scope = self.region([i, c, *rows], caps, 2)
        entry = scope.b.v(rows[0]) * _first(scope.b, rows[1]) + scope.b.op("index", c, i, spec=ALL)
        name = "index_set" if self.rng.random() < 0.5 else "index_add"
        out = scope.b.op(name, c, scope.b.op("tanh", entry), i, spec=ALL).value
        body = scope.b.block(scope.params, [out])
        self.add(self.b.emit("for", *bounds, carry, *xs, *caps, regions=[body], n_carry=1, n_xs=2)[0])

    def while_(self) -> None:
        """Halve a number until it is small: the count depends on data.  It may stop early by its exit code."""
        carries, caps = [self.some(FLOAT), self.some(self.gen.choose(FLOATS, 1)[0])], self.captured(2)
        before, heads = Builder(), [Value(v.type, v.hint) for v in [*carries, *caps]]
        pred = before.op("gt", before.op("mul", heads[0], heads[0]), 0.1).value
        blocks = [before.block(heads, [pred])]
        params = [Value(v.type, v.hint or "c") for v in carries]
        scope = self.region(params, caps, 2)
        halved = (scope.b.v(params[0]) * 0.5 + scope.b.op("sin", scope.some(FLOAT)) * 0.05).value
        exits = bool(self.rng.integers(2))
        high = scope.b.op("gt", halved, 0.6)
        code = [scope.b.op("convert", high, kind=Kind.PYTHON, dtype="i8").value] if exits else []
        halved = scope.b.op("convert", halved, kind=Kind.PYTHON, dtype="f8").value
        ys = [scope.some(VEC)]
        blocks.append(scope.b.block(scope.params, [*code, halved, self.settled(scope, carries[1]), *ys]))
        outs = self.b.emit("while", *carries, *caps, regions=blocks, n_carry=2, **({"exit": True} if exits else {}))
        outs = outs[1:] if exits else outs
        self.add(*outs[:2])
        self.read_back([self.b.const(0), outs[-1], self.b.const(1)], outs[2:3])

    def growing(self) -> None:
        """A list that grows from a first element, and is read at its ends and in the middle."""
        elem = FLOAT if self.rng.random() < 0.5 else VEC
        empty = self.b.op("seq_empty", elem=elem)
        seq = self.b.op("seq_append", empty, self.some(elem))
        bounds, caps = self.turns(), self.captured(3)
        heads = [Value(INT, "i"), Value(Seq(elem), "seq")]
        scope = self.region(heads, caps, 2)
        last = scope.b.op("seq_last", heads[1]).value
        scope.add(last)
        start = scope.lent(heads[1]) if elem == VEC else heads[1]
        grown = scope.b.op("seq_append", start, self.settled(scope, last)).value
        body = scope.b.block(scope.params, [scope.lent(grown) if elem == VEC else grown])
        out = self.b.emit("for", *bounds, seq.value, *caps, regions=[body], n_carry=1, n_xs=0)[0]
        self.add(self.b.op("seq_last", out).value)
        out = self.lent(out) if elem == VEC else out
        changed = self.b.op("seq_set", out, 0, self.some(elem))
        self.add(self.b.op("seq_get", changed, 0).value, self.b.op("seq_get", out, 0).value)

    def lent(self, seq: Value) -> Value:
        """A list, or one of which an array was lent, updated or replaced, and given back; others may hold it, too."""
        if self.rng.random() < 0.5:
            return seq
        spec = (("at", int(self.rng.integers(-1, 1))),)
        part, rest = self.b.emit("borrow", seq, spec=spec)
        new = self.updated(part)
        if self.rng.random() < 0.3:
            self.add(new)
            self.fill(1)
        if self.rng.random() < 0.3:
            new = self.b.op("add", new, self.tame(self.some(VEC))).value
        seq = self.b.op("restore", rest, new, spec=spec).value
        if self.rng.random() < 0.3:
            self.add(new)
        return self.lent(seq)

    def swap(self) -> None:
        """Two buffers that change places each turn, one of them updated in between."""
        bounds, carries = self.turns(), [self.pick(VEC), self.pick(VEC)]
        heads = [Value(INT, "i"), Value(VEC, "old"), Value(VEC, "new")]
        b = Builder()
        head = b.op("index", heads[1], spec=HEAD)
        new = b.op("index_set", heads[2], b.op("tanh", head * 0.7 + 0.1), spec=TAIL).value
        body = b.block(heads, [new, heads[1]])
        self.add(*self.b.emit("for", *bounds, *carries, regions=[body], n_carry=2, n_xs=0)[:2])

    def call(self) -> None:
        names = [f for f in self.gen.functions if f.startswith("g")]
        name = names[int(self.rng.integers(len(names)))]
        callee = self.gen.functions[name]
        args = [self.b.const(int(self.rng.integers(0, 4))) if t == INT else self.some(t) for t in callee.param_types]
        self.add(*self.b.emit("call", *args, function=name, types=callee.out_types))


def _elem(seq: Value) -> Type:
    assert isinstance(seq.type, Seq)
    return seq.type.elem


def _first(b: Builder, value: Value) -> object:
    """The first number of a float or array."""
    assert isinstance(value.type, AVal)
    if not value.type.shape:
        return b.v(value)
    return b.op("index", value, spec=(("at", 0),) * value.type.rank)


__all__ = ["BOOL", "Block", "random_args", "random_program"]
