"""Random functions as source text, made of what the language table calls supported.

Names have one of four types: `f` a float, `i` an int, `v` a vector of the common length, `m` a matrix.  Values stay
bounded, so that differences are meaningful.  Every construct used is counted.
"""

from __future__ import annotations

import linecache
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import numpy as np

HELPERS = """
import numpy as np
from numpy import tanh as squash
SCALE = 0.75
TABLE = {"half": 0.5, "rows": [0.25, 1.5]}
WEIGHTS = np.array([0.3, -0.2, 0.9])

def square(t, k=0.5, *, shift=0.0):
    return k * t * t + shift

def pick(t, u):
    if t > u:
        return t - u
    return squash(u) - t

def norm2(w):
    s = 0
    for t in w:
        s += t * t
    return s

def nested(t, k):
    return np.tanh(t) if k <= 0 else np.cos(nested(t * 0.5, k - 1) + 0.1 * k)

def halves(w, t):
    if len(w) < 2:
        return np.sum(w) * t
    return np.sin(halves(w[: len(w) // 2], t)) - halves(w[len(w) // 2 :], t * 0.5)

def mirrored(w, k):
    if k <= 0:
        return w
    return np.tanh(mirrored(w[::-1], k - 1) + w)

"""


@dataclass
class Names:
    """What is in scope: names by type, and the arrays the function made itself."""

    f: list[str] = field(default_factory=list)
    i: list[str] = field(default_factory=list)
    v: list[str] = field(default_factory=list)
    m: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)

    def copy(self) -> Names:
        return Names(*(list(x) for x in (self.f, self.i, self.v, self.m, self.own)))


class Program:
    """One random function: its text, and arguments for it."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.seed = seed
        self.used: Counter[str] = Counter()
        self.deepest = 0
        self.lines: list[str] = []
        self.fresh = 0
        self.reserved: set[str] = set()
        self.loops = 0

    # --- pieces

    def one(self, *choices: Any) -> Any:
        return self.rng.choice(choices)

    def note(self, construct: str) -> None:
        self.used[construct] += 1

    def new(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def say(self, depth: int, line: str) -> None:
        self.deepest = max(self.deepest, depth)
        self.lines.append("    " * depth + line)

    def scalar(self, n: Names, d: int = 2) -> str:
        leaf = [
            lambda: self.one(*n.f),
            lambda: self.one("0.5", "1.5", "2.0", "-0.7", "SCALE", "TABLE['half']", "TABLE['rows'][1]"),
        ]
        if n.v:
            leaf += [lambda: f"{self.one(*n.v)}[{self.index(n)}]"]
        if d == 0:
            return str(self.rng.choice(leaf)())
        s: Callable[[], str] = lambda: self.scalar(n, d - 1)
        options: list[tuple[str, Callable[[], str]]] = [
            ("arithmetic", lambda: f"({s()} {self.one('+', '-', '*')} {s()})"),
            ("arithmetic", lambda: f"({s()} {self.one('+', '-', '*')} {s()})"),
            ("division", lambda: f"({s()} / (1.5 + np.abs({s()})))"),
            ("unary", lambda: f"(-{s()})"),
            ("numpy function", lambda: f"{self.one('np.sin', 'np.tanh', 'squash', 'np.cos', 'np.arctan')}({s()})"),
            ("stable exp", lambda: f"np.exp(-np.abs({s()}))"),
            ("power", lambda: f"np.tanh({s()}) ** {self.one(2, 3)}"),
            ("builtin abs", lambda: f"abs({s()})"),
            ("builtin max", lambda: f"{self.one('max', 'min')}({s()}, {s()})"),
            (
                "helper call",
                lambda: f"square(np.tanh({s()}){self.one('', ', 0.3', ', shift=0.1', ', k=0.2, shift=0.3')})",
            ),
            ("helper with branch", lambda: f"pick({s()}, {s()})"),
            ("conditional expression", lambda: f"({s()} if {self.test(n)} else {s()})"),
            ("conversion", lambda: f"float({s()})"),
            ("np.maximum", lambda: f"np.{self.one('maximum', 'minimum')}({s()}, {s()})"),
        ]
        if n.v:
            options += [
                ("reduction", lambda: f"np.{self.one('sum', 'mean', 'max')}({self.vector(n, d - 1)})"),
                ("method reduction", lambda: f"({self.vector(n, d - 1)}).{self.one('sum', 'mean', 'min', 'std')}()"),
                ("dot", lambda: f"({self.vector(n, d - 1)} @ {self.vector(n, d - 1)})"),
                ("slices", lambda: f"np.sum({(v := self.one(*n.v))}[1:] * {v}[:-1])"),
                ("helper with loop", lambda: f"norm2(np.tanh({self.vector(n, d - 1)}))"),
                ("recursion over halves", lambda: f"halves(np.tanh({self.vector(n, d - 1)}), {s()})"),
                ("captured array", lambda: "np.sum(np.cos(WEIGHTS))"),
                ("mask", lambda: f"np.sum({(v := self.one(*n.v))}[{v} > {self.scalar(n, 0)}])"),
            ]
        if n.i:
            options += [("int in float", lambda: f"({s()} * {self.one(*n.i)} * 0.1)")]
            options += [("recursion", lambda: f"nested({s()}, {self.one(*n.i)})")]
        if n.m:
            options += [("matrix reduction", lambda: f"np.sum({self.matrix(n, d - 1)}, axis=1).mean()")]
        name, make = self.rng.choice(options)
        self.note(name)
        return make()

    def index(self, n: Names) -> str:
        return str(self.one("0", "-1", *n.i))

    def test(self, n: Names) -> str:
        compare: Callable[[], str] = lambda: f"{self.scalar(n, 1)} {self.one('<', '>', '<=', '>=')} {self.scalar(n, 1)}"
        kind = self.rng.randrange(6)
        if kind == 0:
            self.note("and/or")
            return f"({compare()} {self.one('and', 'or')} {compare()})"
        if kind == 1:
            self.note("not")
            return f"not {self.scalar(n, 0)} > 0.1"
        if kind == 2:
            self.note("chained comparison")
            return f"-0.6 < {self.scalar(n, 1)} < 0.9"
        self.note("comparison")
        return compare()

    def vector(self, n: Names, d: int = 2) -> str:
        if d <= 0 or not n.v:
            return str(self.one(*n.v)) if n.v else "np.array([0.1, 0.2])"
        v: Callable[[], str] = lambda: self.vector(n, d - 1)
        s: Callable[[], str] = lambda: self.scalar(n, d - 1)
        options: list[tuple[str, Callable[[], str]]] = [
            ("vector arithmetic", lambda: f"({v()} {self.one('+', '-', '*')} {v()})"),
            ("vector with scalar", lambda: f"({s()} * {v()})"),
            ("vector with scalar", lambda: f"({v()} {self.one('+', '-', '*')} {s()})"),
            ("vector division", lambda: f"({v()} / (2.0 + {self.one(*n.v)} ** 2))"),
            ("vector function", lambda: f"{self.one('np.sin', 'np.tanh', 'np.cos')}({v()})"),
            ("where", lambda: f"np.where({v()} > {s()}, {v()}, {self.one(s, v)()})"),
            ("relu", lambda: f"np.maximum({v()}, 0.0)"),
            ("clip", lambda: f"np.clip({v()}, -0.8, 1.1)"),
            ("reversed slice", lambda: f"{self.one(*n.v)}[::-1]"),
            ("zeros_like", lambda: f"(np.{self.one('zeros', 'ones')}_like({self.one(*n.v)}) + {s()})"),
            ("cumsum", lambda: f"np.cumsum(0.2 * {v()})"),
            ("comprehension", lambda: f"np.stack([{v()}, {v()}]).sum(axis=0)"),
            ("vector power", lambda: f"({self.one(*n.v)} ** 2)"),
        ]
        if n.m:
            options += [
                ("matvec", lambda: f"({self.one(*n.m)}.T @ {v()} @ {self.one(*n.m)}.T)"),
                ("matrix column", lambda: f"{self.one(*n.m)}[:, {self.one('0', '-1')}]"),
                ("matrix mean", lambda: f"{self.matrix(n, d - 1)}.mean(axis=1)"),
            ]
        name, make = self.rng.choice(options)
        self.note(name)
        return make()

    def matrix(self, n: Names, d: int = 1) -> str:
        if d <= 0:
            return str(self.one(*n.m))
        m: Callable[[], str] = lambda: self.matrix(n, d - 1)
        options: list[tuple[str, Callable[[], str]]] = [
            ("matrix arithmetic", lambda: f"({m()} {self.one('+', '-', '*')} {m()})"),
            ("broadcast column", lambda: f"({m()} * {self.vector(n, d - 1)}[:, None])"),
            ("broadcast row", lambda: f"({m()} - {self.one(*n.m)}.mean(axis=0))"),
            ("broadcast keepdims", lambda: f"({m()} - {m()}.max(axis=1, keepdims=True))"),
            ("matrix function", lambda: f"np.tanh({m()})"),
            ("matrix product", lambda: f"({m()} @ ({self.one(*n.m)}.T @ {self.one(*n.m)}) * 0.1)"),
        ]
        name, make = self.rng.choice(options)
        self.note(name)
        return make()

    # --- statements

    def block(self, n: Names, depth: int, size: int, in_loop: bool) -> None:
        start = len(self.lines)
        for _ in range(size):
            self.statement(n, depth, in_loop)
        if len(self.lines) == start:
            self.say(depth, "pass")

    def statement(self, n: Names, depth: int, in_loop: bool) -> None:
        simple = [
            self.assign,
            self.assign,
            self.assign_vector,
            self.augment,
            self.unpack,
            self.inner_function,
            self.containers,
        ]
        if n.own:
            simple += [self.write, self.write, self.write_slice, self.augment_vector, self.view, self.alias]
        if n.m:
            simple += [self.assign_matrix]
        nested = [
            self.branch,
            self.branch,
            self.early_return,
            self.for_range,
            self.for_array,
            self.while_loop,
            self.for_known,
        ]
        if in_loop:
            nested += [self.leave]
        if n.v:
            nested += [self.collect, self.recurrence, self.swap, self.filtered, self.state, self.chosen]
        if depth < 4 and self.rng.random() < 0.45 / depth + (0.1 if in_loop else 0.15):
            self.rng.choice(nested)(n, depth)
        else:
            self.rng.choice(simple)(n, depth)

    def target(self, names: list[str], prefix: str) -> str:
        free = [x for x in names if x not in self.reserved]
        if free and self.rng.random() < 0.5:
            return str(self.rng.choice(free))
        return self.new(prefix)

    def assign(self, n: Names, depth: int) -> None:
        value = self.scalar(n, 3)
        name = self.target(n.f, "t")
        self.say(depth, f"{name} = {value}")
        if name not in n.f:
            n.f.append(name)
        self.note("assignment")

    def assign_vector(self, n: Names, depth: int) -> None:
        if not n.v:
            return self.assign(n, depth)
        value = self.vector(n, 2)
        name = self.new("w")
        self.say(depth, f"{name} = {value} + 0.0")
        n.v.append(name)
        n.own.append(name)
        self.note("vector assignment")
        return None

    def assign_matrix(self, n: Names, depth: int) -> None:
        name = self.target([x for x in n.m if x != "A"], "B")
        self.say(depth, f"{name} = {self.matrix(n, 2)}")
        if name not in n.m:
            n.m.append(name)

    def augment(self, n: Names, depth: int) -> None:
        free = [x for x in n.f if x not in self.reserved]
        if not free:
            return self.assign(n, depth)
        self.say(
            depth,
            f"{self.rng.choice(free)} {self.one('+=', '-=', '*=')} {self.one('0.3 * ', '')}np.tanh({self.scalar(n)})",
        )
        self.note("augmented assignment")
        return None

    def unpack(self, n: Names, depth: int) -> None:
        a, b = self.new("t"), self.new("t")
        self.say(depth, f"{self.one(f'{a}, {b}', f'({a}, {b})', f'[{a}, {b}]')} = {self.scalar(n)}, {self.scalar(n)}")
        n.f += [a, b]
        self.note("tuple unpacking")

    def inner_function(self, n: Names, depth: int) -> None:
        name, out = self.new("g"), self.new("t")
        if self.rng.random() < 0.5:
            self.say(depth, f"{name} = lambda z, c={self.scalar(n, 0)}: np.sin(z) * c + {self.one(*n.f)}")
            self.note("lambda")
        else:
            self.say(depth, f"def {name}(z, c=0.5):")
            self.say(depth + 1, f"if z > {self.scalar(n, 0)}:")
            self.say(depth + 2, "return z * c")
            self.say(depth + 1, f"return z - {self.one(*n.f)}")
            self.note("inner function")
        self.say(depth, f"{out} = {name}({self.scalar(n)})")
        n.f.append(out)

    def containers(self, n: Names, depth: int) -> None:
        name, out = self.new("c"), self.new("t")
        s = [self.scalar(n, 1) for _ in range(3)]
        kind = self.rng.randrange(4)
        if kind == 0:
            self.say(depth, f"{name} = [{s[0]}, {s[1]}]")
            self.say(depth, f"{name}.append({s[2]})")
            self.say(depth, f"{name}[0] = {self.scalar(n, 1)}")
            self.say(depth, f"{out} = sum({name}) + {name}[-1] * len({name})")
        elif kind == 1:
            self.say(depth, f"{name} = {{'a': {s[0]}, 'b': ({s[1]}, {s[2]})}}")
            self.say(depth, f"{name}['c'] = {name}['a'] * {name}['b'][1]")
            self.say(depth, f"{out} = {name}['c'] + {name}['b'][0] + (1.0 if 'a' in {name} else 2.0)")
        elif kind == 2:
            self.say(depth, f"{name} = [u * {s[0]} for u in ({s[1]}, {s[2]}, 1.0)]")
            self.say(depth, f"{out} = max({name}) - {name}[1:][0]")
        else:
            self.say(depth, f"{name} = {{k: u for k, u in zip(('p', 'q'), ({s[0]}, {s[1]}))}}")
            self.say(depth, f"{out} = sum(u * 0.5 for u in {name}.values()) + {name}.get('z', {s[2]})")
        self.note(("list", "dict", "list comprehension", "dict comprehension")[kind])
        n.f.append(out)

    # --- in place

    def write(self, n: Names, depth: int) -> None:
        y = self.one(*n.own)
        self.say(depth, f"{y}[{self.index(n)}] {self.one('=', '=', '+=', '*=', '-=')} np.tanh({self.scalar(n, 1)})")
        self.note("item write")

    def write_slice(self, n: Names, depth: int) -> None:
        y = self.one(*n.own)
        part = self.one("1:", ":-1", "::2", ":", ":1")
        value = self.one(f"np.sin({self.one(*n.v)}[{part}])", f"np.tanh({self.scalar(n, 1)})")
        self.say(depth, f"{y}[{part}] {self.one('=', '+=', '-=')} {value}")
        self.note("slice write")

    def augment_vector(self, n: Names, depth: int) -> None:
        self.say(
            depth,
            f"{self.one(*n.own)} {self.one('+=', '-=', '*=')} {self.one('0.5 * ', '')}np.tanh({self.vector(n, 1)})",
        )
        self.note("in-place vector update")

    def view(self, n: Names, depth: int) -> None:
        y, r, out = self.one(*n.own), self.new("r"), self.new("t")
        self.say(depth, f"{r} = {y}[{self.one('1:', '::-1', ':')}]")
        self.say(depth, f"{y}[0] = np.tanh({self.scalar(n, 1)})")
        self.say(depth, f"{r}[-1] {self.one('=', '+=')} {self.scalar(n, 0)}")
        self.say(depth, f"{out} = {r}.sum() + {y}[-1]")
        n.f.append(out)
        self.note("view written and read")

    def alias(self, n: Names, depth: int) -> None:
        y, r = self.one(*n.own), self.new("w")
        self.say(depth, f"{r} = {y}")
        self.say(depth, f"{r}[0] += {self.scalar(n, 0)}")
        n.v.append(r)
        n.own.append(r)
        self.note("alias written")

    # --- control

    def branch(self, n: Names, depth: int) -> None:
        self.say(depth, f"if {self.test(n)}:")
        self.block(n.copy(), depth + 1, self.one(1, 2), False)
        for _ in range(self.one(0, 0, 1, 2)):
            self.say(depth, f"elif {self.test(n)}:")
            self.block(n.copy(), depth + 1, 1, False)
            self.note("elif")
        if self.rng.random() < 0.6:
            self.say(depth, "else:")
            self.block(n.copy(), depth + 1, self.one(1, 2), False)
        self.note("if")

    def early_return(self, n: Names, depth: int) -> None:
        self.say(depth, f"if {self.test(n)}:")
        inner = n.copy()
        self.block(inner, depth + 1, self.one(0, 1), False)
        self.say(depth + 1, self.result(inner))
        self.note("early return" if not self.loops else "return in a loop")

    def leave(self, n: Names, depth: int) -> None:
        self.say(depth, f"if {self.test(n)}:")
        if self.rng.random() < 0.5:
            self.block(n.copy(), depth + 1, 1, False)
        kind = self.one("break", "continue")
        self.say(depth + 1, kind)
        self.note(kind)

    def body(self, n: Names, depth: int, index: str | None = None, item: str | None = None) -> None:
        inner = n.copy()
        inner.f += [item] if item else []
        inner.i += [index] if index else []
        self.reserved |= {x for x in (index, item) if x}
        self.loops += 1
        self.block(inner, depth + 1, self.one(1, 2, 3), True)
        self.loops -= 1

    def for_range(self, n: Names, depth: int) -> None:
        i = self.new("i")
        # an index into a vector may be out of range: then both sides raise
        bounds = self.one("2", "1, 3", "2, -1, -1", "len(x)", "1, len(x)", "0, len(x), 2", "n - 1, -1, -1", "k")
        self.say(depth, f"for {i} in range({bounds}):")
        self.body(n, depth, i)
        self.note("for range")

    def for_array(self, n: Names, depth: int) -> None:
        if not n.v:
            return self.for_range(n, depth)
        v, u, i = self.one(*n.v), self.new("u"), self.new("i")
        form = self.rng.randrange(3)
        if form == 0:
            self.say(depth, f"for {u} in {v}:")
            self.body(n, depth, None, u)
        elif form == 1:
            self.say(depth, f"for {i}, {u} in enumerate({v}):")
            self.body(n, depth, i, u)
        else:
            self.say(depth, f"for {u}, {u}_ in zip({v}, {self.one(*n.v)}):")
            self.body(n, depth, None, u)
        self.note(("for array", "for enumerate", "for zip")[form])
        return None

    def for_known(self, n: Names, depth: int) -> None:
        u = self.new("u")
        self.say(depth, f"for {u} in ({self.scalar(n, 0)}, {self.scalar(n, 0)}):")
        self.body(n, depth, None, u)
        self.note("for tuple")

    def while_loop(self, n: Names, depth: int) -> None:
        c, t = self.new("j"), self.new("t")
        self.say(depth, f"{c} = 0")
        self.say(depth, f"{t} = {self.scalar(n, 1)}")
        self.say(depth, f"while {c} < {self.one('3', 'k', 'n')} and {t} < {self.one('2.0', '5')}:")
        self.say(depth + 1, f"{c} += 1")
        self.say(depth + 1, f"{t} = {t} + np.abs({self.scalar(n, 1)})")
        self.reserved |= {c, t}
        inner = n.copy()
        inner.f.append(t)
        self.loops += 1
        self.block(inner, depth + 1, self.one(1, 2), True)
        self.loops -= 1
        n.f.append(t)
        self.note("while")

    def collect(self, n: Names, depth: int) -> None:
        out, u, w = self.new("c"), self.new("u"), self.new("t")
        self.say(depth, f"{out} = []")
        self.say(depth, f"for {u} in {self.one(*n.v)}:")
        self.say(depth + 1, f"{out}.append(np.sin({u}) * {self.scalar(n, 0)} + np.float64(0.5))")
        self.say(depth, f"{w} = np.sum(np.array({out})) + len({out})")
        n.f.append(w)
        self.note("growing list")

    def recurrence(self, n: Names, depth: int) -> None:
        y, i = self.new("w"), self.new("i")
        self.say(depth, f"{y} = np.{self.one('zeros', 'ones')}(n)")
        self.say(depth, f"for {i} in range(1, n):")
        self.say(depth + 1, f"{y}[{i}] = 0.5 * {y}[{i} - 1] + np.tanh({self.one(*n.v)}[{i}]) * {self.scalar(n, 0)}")
        n.v.append(y)
        n.own.append(y)
        self.note("recurrence in place")

    def swap(self, n: Names, depth: int) -> None:
        a, b, i = self.new("w"), self.new("w"), self.new("i")
        self.say(depth, f"{a}, {b} = {self.one(*n.v)} + 0.0, np.zeros_like({self.one(*n.v)})")
        self.say(depth, f"for {i} in range({self.one('2', '3', 'k')}):")
        self.say(depth + 1, f"{b}[:] = 0.5 * {a} + {self.scalar(n, 0)}")
        self.say(depth + 1, f"{b}[0] {self.one('=', '+=')} {a}[-1]")
        self.say(depth + 1, f"{a}, {b} = {b}, {a}")
        n.v += [a, b]
        n.own += [a, b]
        self.note("buffer swap")

    def filtered(self, n: Names, depth: int) -> None:
        out, u, t = self.new("c"), self.new("u"), self.new("t")
        self.say(depth, f"{out} = []")
        self.say(depth, f"for {u} in {self.one(*n.v)}:")
        self.say(depth + 1, f"if {u} > {self.scalar(n, 1)}:")
        self.say(depth + 2, f"{out}.append(np.cos({u}))")
        self.say(depth, f"{t} = len({out}) * 0.5")
        self.say(depth, f"for {u} in {out}:")
        self.say(depth + 1, f"{t} = {t} + {u} * {self.scalar(n, 0)}")
        n.f.append(t)
        self.note("list grown on a condition")

    def state(self, n: Names, depth: int) -> None:
        d, u, a, b, t = self.new("c"), self.new("u"), self.new("t"), self.new("t"), self.new("t")
        self.say(depth, f"{d} = {{'s': {self.scalar(n, 0)}, 'l': [{self.scalar(n, 0)}, 0.0]}}")
        self.say(depth, f"{a}, {b} = {self.scalar(n, 0)}, {self.scalar(n, 1)}")
        self.say(depth, f"for {u} in {self.one(*n.v)}:")
        self.say(depth + 1, f"{d}['s'] = np.tanh({d}['s'] + {u})")
        self.say(depth + 1, f"{d}['l'][1] += {d}['s'] * {a}")
        self.say(depth + 1, f"{a}, {b} = {b}, np.sin({a} + {b})")
        self.say(depth, f"{t} = {d}['s'] + {d}['l'][1] - {a} * {b}")
        n.f.append(t)
        self.note("dict and tuple carried")

    def chosen(self, n: Names, depth: int) -> None:
        r, t = self.new("r"), self.new("t")
        self.say(depth, f"{r} = {self.one(*n.v)} if {self.test(n)} else {self.one(*n.v)}")
        self.say(depth, f"{t} = {r}.sum() - {r}[0]")
        n.f.append(t)
        self.note("array chosen")

    def result(self, n: Names) -> str:
        # one structure for every return: a float
        return f"return {self.scalar(n, 1)} + 1.0 * {self.one(*n.f)}"

    # --- the whole

    def text(self) -> str:
        names = Names(["a", "b"], ["k"], ["x", "y"], ["A"])
        self.lines = []
        self.say(0, "def f(a, b, k, x, y, A, p):")
        self.say(1, "n = len(x)")
        self.say(1, "c, (d, e) = p['c'], p['de']")
        names.f += ["c", "d"]
        names.v += ["e"]
        self.block(names, 1, self.rng.randint(2, 7), False)
        self.say(1, self.result(names))
        return HELPERS + "\n".join(self.lines) + "\n"

    def arguments(self) -> tuple[Any, ...]:
        g = np.random.default_rng(self.seed)
        k, m = self.one(0, 1, 2, 3), self.one(1, 2, 3)
        # mostly k is an index; sometimes it is out of range, or there are no elements at all
        n = self.one(k + 1, k + 2, k + 3) if self.rng.random() < 0.85 else self.one(0, 1, 2)
        vec: Callable[[], Any] = lambda: g.normal(size=n)
        p = {"c": float(g.normal()), "de": (float(g.normal()), vec())}
        return float(g.normal()), float(g.normal()), k, vec(), vec(), g.normal(size=(n, m)), p


def made(text: str, name: str) -> FunctionType:
    """The function that the text defines, with its source where `load` looks."""
    file = f"<program {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace: dict[str, Any] = {"__name__": "random_programs"}
    exec(compile(text, file, "exec"), namespace)
    function = namespace["f"]
    assert isinstance(function, FunctionType)
    return function
