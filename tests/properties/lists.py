"""Random statements and expressions about lists of staged length: of numbers, and of structures alike."""

from __future__ import annotations

from tests.properties.stores import Stores
from tests.properties.writer import Names, Options, Text

# By kind of element: how one is made of two numbers and a vector, what is read of it, what a loop unpacks it to.
ELEMENTS = {
    "tuple": ("({s}, {t})", ("{e}[0]", "{e}[-1]", "{e}[1]"), "({u}, {w})"),
    "turn and number": ("({i}, {s})", ("{e}[0] * 0.1", "{e}[1]"), "{w}, {u}"),
    "named tuple": ("Pair({s}, {t})", ("{e}.a", "{e}.gap", "{e}.turned().b", "{e}[0]"), "{u}, {w}"),
    "object": ("Layer({s}, {t})", ("{e}.w", "{e}.scale", "{e}(0.3)", "{e}.moved(0.2).b", "({e} + {e}).w"), ""),
    "dict": ("{{'a': {s}, 'b': {t}}}", ("{e}['a']", "{e}['b'] * {e}['a']", "sum({e}.values())"), ""),
    "list": ("[{s}, {t}]", ("{e}[1]", "sum({e})", "{e}[-2]"), "{u}, {w}"),
    "array": ("{v} * {s}", ("{e}.sum()", "{e}[0]", "{e}[::-1][-1]", "({e} @ {e})"), ""),
    "nested": ("({v} * {s}, Pair({t}, {s}))", ("{e}[0].sum()", "{e}[1].a", "{e}[-1].gap"), "{v}_, ({u}, {w})"),
}


class Lists(Stores):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.kinds = {"g0": "float"}  # of the elements of lists that grew
        self.made = {"q0": "named tuple"}  # which of ELEMENTS a list of structures holds
        self.vectors = {"q0": "y"}  # what the arrays in it are multiples of: all are of one size

    def scalar_containers(self, n: Names, d: int) -> Options:
        return [*super().scalar_containers(n, d), *self.of_numbers(n), *self.of_structures(n)]

    # --- lists of numbers

    def grown(self, n: Names, depth: int) -> None:
        g, u, kind = self.new("g"), self.new("u"), self.one("float", "np.float64")
        start = self.one("[]", f"[{kind}({self.scalar(n, 0)})]", "[]")
        self.say(depth, f"{g} = {start}")
        self.say(depth, f"for {u} in {self.one(*n.v)}:")
        if self.rng.random() < 0.5:
            then = self.one("continue", "break", f"{g}.append({kind}({u}))", f"{u} = 0.5 * {u}")
            self.say(depth + 1, f"if {u} > {self.scalar(n, 1)}:", f"    {then}")
        last = f"{g}[-1] * 0.3 + {u}" if start != "[]" else f"{u} * {self.scalar(n, 0)}"
        item = self.one(f"np.cos({u})", last, f"{u} + {self.scalar(n, 1)}")
        self.say(depth + 1, f"{g}.append({kind}({item}))")
        n.g.append(g)
        self.kinds[g] = kind
        self.note("list grown in a loop")
        for _ in range(self.one(0, 1, 2)):
            self.grown_changed(n, depth, g)

    def comprehended(self, n: Names, depth: int) -> None:
        g, kind = self.new("g"), self.one("float", "np.float64")
        item, v = f"{kind}({self.item(n)})", self.one(*n.v)
        made = self.one(
            f"[{item} for u in {v}]",
            f"[{item} for u in {v} if u > {self.scalar(n, 0)}]",
            f"[{kind}(u * w) for u, w in zip({v}, {self.one(*n.v)})]",
            f"[{kind}({v}[q] * q) for q in range(1, n)]",
            f"list(map(lambda u: {item}, {v}))",
            f"list(filter(lambda u: u > 0.1, [{item} for u in {v}]))",
        )
        self.say(depth, f"{g} = {made}")
        n.g.append(g)
        self.kinds[g] = kind
        self.note("comprehension of any size")
        for _ in range(self.one(0, 1, 2)):
            self.grown_changed(n, depth, g)

    def grown_changed(self, n: Names, depth: int, made: str = "") -> None:
        """Elements stay of one kind: the list is one array's worth."""
        g = made or self.one(*n.g)
        kind = self.kinds[g]
        s: Text = lambda: f"{kind}({self.scalar(n, 1)})"
        options = [
            ("grown list changed", f"{g}.append({s()})"),
            ("grown list changed", f"if len({g}) > 1: {g}[{self.one('0', '-1')}] = {s()}"),
            ("grown list changed", f"if {g}: {g}.pop({self.one('', '0')})"),
            ("grown list changed", f"{g} = [{kind}(np.sin(u)) for u in {g}]"),
            ("grown list inserted into", f"{g}.insert({self.one('0', '1', '-1', *n.i)}, {s()})"),
            ("grown list sorted in place", f"{g}.sort({self.one('', 'reverse=True', 'key=lambda u: -u * u')})"),
            ("grown list reversed", f"{g}.reverse()"),
            ("grown list extended", f"{g}.extend([{s()}, {s()}])"),
            ("grown list extended", f"{g} += {g}[{self.one(':2', '1:', '::-1')}]"),
            ("grown lists added", f"{g} = {g}[{self.one('1:', '-2:', '::2')}] + [{s()}]"),
            ("grown list repeated", f"{g} = {g}[:2] * 2"),
            ("element of a grown list deleted", f"if {g}: del {g}[{self.one('0', '-1')}]"),
            ("elements of a grown list written in a loop", f"for j_ in range(len({g})): {g}[j_] *= {s()}"),
        ]
        self.say_one(depth, options)

    def grown_unpacked(self, n: Names, depth: int) -> None:
        g, t, rest = self.one(*n.g), self.new("t"), self.new("g")
        first = f"{self.kinds[g]}({self.scalar(n, 0)})"
        self.say(depth, f"{t}, *{rest} = {self.one(f'[{first}, *{g}]', f'[{first}] + {g}', f'[*{g}[1:], {first}]')}")
        n.f.append(t)
        n.g.append(rest)
        self.kinds[rest] = self.kinds[g]
        self.note("grown list unpacked")

    def of_numbers(self, n: Names) -> Options:
        """Numbers read from lists of numbers."""
        if not n.g:
            return []
        g: Text = lambda: self.one(*n.g)
        part = self.one("1:", ":-1", "::-1", "::2", "-2:", ":k")
        key = self.one("lambda u: -u", "lambda u: u * u", "np.cos")
        return [
            # of a list known to be empty they are refused
            ("grown list folded", lambda: f"({self.one('sum', 'max', 'min')}({(x := g())}) if {x} else 0.2)"),
            ("grown list in a generator", lambda: f"sum({self.item(n)} for u in {g()})"),
            ("grown list read", lambda: f"({(x := g())}[-1] if {x} else 0.1) * len({x})"),
            ("grown list as an array", lambda: f"np.sum(np.tanh(np.array({g()}, dtype=float)))"),
            ("grown list sliced", lambda: f"sum({g()}[{part}])"),
            ("neighbours in a grown list", lambda: f"sum(u * w for u, w in zip({(x := g())}, {x}[1:]))"),
            ("grown list sorted", lambda: f"sum(i_ * u for i_, u in enumerate(sorted({g()}, key={key})))"),
            ("grown list ordered by a key", lambda: f"{self.one('max', 'min')}({g()}, key={key}, default=0.2)"),
            ("grown list counted", lambda: f"(0.1 * {(x := g())}.count({x}[0]) if {x} else 0.3)"),
        ]

    # --- lists of structures

    def element(self, n: Names, q: str, u: str = "", last: str = "") -> str:
        """An element; `u` is the item of the loop around it, `last` what is read of the element before."""
        s: Text = lambda: f"float({self.one(*filter(None, (u, last)), self.scalar(n, 1))} * {self.scalar(n, 0)})"
        return ELEMENTS[self.made[q]][0].format(s=s(), t=s(), i=self.one("k", "n", *n.i), v=self.vectors[q])

    def read(self, kind: str, e: str) -> str:
        return str(self.one(*ELEMENTS[kind][1])).format(e=e)

    def structures(self, n: Names, depth: int) -> None:
        q, u, kind = self.new("q"), self.new("u"), self.one(*ELEMENTS)
        form = self.rng.randrange(4)
        self.made[q], self.vectors[q] = kind, self.one(*n.v)
        if form == 0:
            self.say(depth, f"{q} = []", f"for {u} in {self.one(*n.v)}:")
            if self.rng.random() < 0.5:
                then = self.one("continue", "break", f"{q}.append({self.element(n, q, u)})", f"{u} = 0.5 * {u}")
                self.say(depth + 1, f"if {u} > {self.scalar(n, 1)}:", f"    {then}")
            self.say(depth + 1, f"{q}.append({self.element(n, q, u)})")
        elif form == 1:
            self.say(depth, f"{q} = [{self.element(n, q)}]", f"for {u} in range({self.one('k', 'n', '2')}):")
            self.say(depth + 1, f"{q}.append({self.element(n, q, '', 'np.sin(' + self.read(kind, f'{q}[-1]') + ')')})")
        elif form == 2:
            self.say(depth, f"{q} = [{self.element(n, q)}]")
            self.say(depth, f"while len({q}) < {self.one('3', 'k + 2')} and {self.read(kind, f'{q}[-1]')} < 1.5:")
            self.say(depth + 1, f"{q}.append({self.element(n, q, '', 'np.cos(' + self.read(kind, f'{q}[-1]') + ')')})")
        else:
            self.say(depth, f"{q} = [{self.element(n, q, 'u')} for u in {self.one(*n.v)}]")
        n.q.append(q)
        self.note(("structures appended", "structures of the last", "structures in a while", "structures made")[form])
        self.note(f"list of structures: {kind}")
        for _ in range(self.one(0, 1, 2)):
            self.structures_changed(n, depth, q)

    def structures_changed(self, n: Names, depth: int, made: str = "") -> None:
        q = made or self.one(*n.q)
        e: Text = lambda: self.element(n, q)
        options = [
            ("structure appended", f"{q}.append({e()})"),
            ("structure replaced", f"if {q}: {q}[{self.one('0', '-1')}] = {e()}"),
            ("structure popped", f"if len({q}) > 1: {q}.pop({self.one('', '0')})"),
            ("structure inserted", f"{q}.insert({self.one('0', '1', '-1')}, {e()})"),
            ("structures reversed", self.one(f"{q}.reverse()", f"{q} = {q}[::-1]")),
            ("structures sliced", f"{q} = {q}[{self.one('1:', ':2', '::2')}]"),
            ("structures added", f"{q} = {q} + [{e()}]"),
            ("structures extended", f"{q}.extend({q}[:1])"),
            ("structure deleted", f"if {q}: del {q}[0]"),
        ]
        self.say_one(depth, options)

    def of_structures(self, n: Names) -> Options:
        """Numbers read from lists of structures."""
        if not n.q:
            return []
        q = self.one(*n.q)
        kind = self.made[q]
        r: Text = lambda: self.read(kind, "e_")
        unpacked = ELEMENTS[kind][2].format(u="u_", w="w_", v="v")
        found: Options = [
            ("structures folded", lambda: f"sum({r()} for e_ in {q})"),
            ("structures folded", lambda: f"sum([{r()} * {self.scalar(n, 0)} for e_ in {q} if {r()} > 0.1])"),
            ("last structure", lambda: f"({self.read(kind, f'{q}[-1]')} if {q} else {self.scalar(n, 0)})"),
            ("structures counted", lambda: f"(0.1 * len({q}))"),
            ("greatest of structures", lambda: f"max(({r()} for e_ in {q}), default=0.3)"),
            ("structures enumerated", lambda: f"sum(i_ * {r()} for i_, e_ in enumerate({q}))"),
            (
                "neighbours of structures",
                lambda: f"sum({r()} * {self.read(kind, 'h_')} for e_, h_ in zip({q}, {q}[1:]))",
            ),
            (
                "structure at an index",
                lambda: f"({self.read(kind, f'{q}[{self.one(*n.i)} % len({q})]')} if {q} else 0.4)",
            ),
            (
                "any structure",
                lambda: f"(0.7 if any({r()} > {self.scalar(n, 0)} for e_ in {q}) else {self.scalar(n, 0)})",
            ),
        ]
        if unpacked:
            found += [("structures unpacked", lambda: f"sum(u_ * 0.5 - w_ for {unpacked} in {q})")] * 2
        if kind == "array":
            join = self.one(
                "np.stack({q}).sum()", "np.concatenate({q})[-1]", "np.array({q})[0].sum()", "sum({q}, {v})[0]"
            )
            joined = join.format(q=q, v=self.vectors[q])
            found += [("arrays of a list joined", lambda: f"({joined} if {q} else 0.6)")] * 2
        return found
