"""Random expressions: floats, tests, vectors and matrices, of whatever is in scope."""

from __future__ import annotations

from tests.properties.writer import Names, Options, Text, Writer

TABLE = ("TABLE['half']", "TABLE['rows'][1]")


class Expressions(Writer):
    def scalar(self, n: Names, d: int = 2) -> str:
        if d == 0:
            return str(self.rng.choice(self.leaves(n))())
        options = self.scalar_arithmetic(n, d) + self.scalar_calls(n, d) + self.scalar_reductions(n, d)
        # What the program built itself is read as often as all the rest.
        built = self.scalar_objects(n, d) + self.scalar_containers(n, d)
        return self.pick(built if built and self.rng.random() < 0.4 else options)

    def leaves(self, n: Names) -> list[Text]:
        found: list[Text] = [
            lambda: self.one(*n.f),
            lambda: self.one(*n.f),
            lambda: self.one("0.5", "1.5", "2.0", "-0.7", "SCALE", *(TABLE if self.captures else ())),
        ]
        if n.v:
            found += [lambda: f"{self.one(*n.v)}[{self.index(n)}]"]
        if n.m:
            found += [lambda: f"{self.one(*n.m)}[{self.index(n)}, {self.one('0', '-1')}]"]
        if n.o:
            found += [lambda: f"{self.one(*n.o)}.{self.one('w', 'b', 'scale')}"]
        if n.s:
            found += [lambda: f"{self.one(*n.s)}.{self.one('x', 'v')}"]
        if n.r:
            found += [lambda: f"{self.one(*n.r)}[{self.one('0', '1', '-1')}]"]
        if n.d:
            found += [lambda: f"{self.one(*n.d)}['{self.one('a', 'b')}']"]
        if n.p:
            found += [lambda: f"{self.one(*n.p)}{self.one('.a', '.b', '[0]', '[-1]', '.gap')}"]
        return found

    def scalar_arithmetic(self, n: Names, d: int) -> Options:
        s: Text = lambda: self.scalar(n, d - 1)
        found: Options = [
            ("arithmetic", lambda: f"({s()} {self.one('+', '-', '*')} {s()})"),
            ("arithmetic", lambda: f"({s()} {self.one('+', '-', '*')} {s()})"),
            ("division", lambda: f"({s()} / (1.5 + np.abs({s()})))"),
            ("unary", lambda: f"(-{s()})"),
            ("numpy function", lambda: f"{self.one('np.sin', 'np.tanh', 'squash', 'np.cos', 'np.arctan')}({s()})"),
            ("stable exp", lambda: f"np.exp(-np.abs({s()}))"),
            ("power", lambda: f"np.tanh({s()}) ** {self.one(2, 3)}"),
            ("builtin abs", lambda: f"abs({s()})"),
            ("builtin max", lambda: f"{self.one('max', 'min')}({s()}, {s()})"),
            ("conditional expression", lambda: f"({s()} if {self.test(n)} else {s()})"),
            ("conversion", lambda: f"float({s()})"),
            ("np.float64", lambda: f"np.float64({s()})"),
            ("np.maximum", lambda: f"np.{self.one('maximum', 'minimum')}({s()}, {s()})"),
            ("math", lambda: f"math.{self.one('sin', 'tanh', 'atan', 'erf', 'cos')}({s()})"),
            ("math of two", lambda: f"math.{self.one('hypot(0.5, ', 'atan2(2.0, ')}{s()})"),
            ("stable log and root", lambda: f"np.{self.one('log1p', 'sqrt')}(0.1 + np.abs({s()}))"),
            ("numpy function of two", lambda: f"np.{self.one('hypot', 'logaddexp', 'arctan2')}({s()}, 1.5)"),
            ("piecewise constant", lambda: f"({s()} * {self.one('round', 'np.floor', 'int', 'np.sign')}({s()}))"),
            ("divmod and pow", lambda: f"{self.one(f'divmod({s()}, 0.7)[1]', f'({s()} % 0.9)', f'pow({s()}, 2)')}"),
        ]
        if n.i:
            found += [("int in float", lambda: f"({s()} * {self.one(*n.i)} * 0.1)")]
        return found

    def scalar_calls(self, n: Names, d: int) -> Options:
        s: Text = lambda: self.scalar(n, d - 1)
        keywords = ("", ", 0.3", ", shift=0.1", ", k=0.2, shift=0.3")
        found: Options = [
            ("helper call", lambda: f"square(np.tanh({s()}){self.one(*keywords)})"),
            ("helper with branch", lambda: f"pick({s()}, {s()})"),
            ("star arguments", lambda: f"starred({s()}, *({s()}, 0.3), **{{'shift': {s()}}})"),
            ("helper with while True", lambda: f"damped(np.tanh({s()}))"),
            ("partial", lambda: f"partial(square, k={s()})(np.sin({s()}))"),
            ("reduce", lambda: f"reduce(lambda u, w: np.tanh(u) + 0.5 * w, [{s()}, {s()}, 0.3])"),
            ("map", lambda: f"sum(map(lambda u: u * {s()}, (0.5, {s()})))"),
            ("function made by a function", lambda: f"scaler({s()})({s()})"),
            ("function as argument", lambda: f"applied({self.one('np.sin', 'gentle', 'scaler(0.4)', *n.c)}, {s()})"),
            ("helper with a default", lambda: f"gentle({s()}{self.one('', ', c=0.1')})"),
            ("objects in an expression", lambda: f"Layer({s()}).moved({s()}).w"),
            ("object from outside", lambda: f"{self.one('LAYER(', 'LAYER.scale * (', 'LAYER.b - (')}{s()})"),
            ("star of a generator", lambda: f"pick(*(u * {s()} for u in ({s()}, 0.7)))"),
        ]
        if n.i:
            found += [("recursion", lambda: f"nested({s()}, {self.one(*n.i)})")]
            found += [("mutual recursion", lambda: f"{self.one('even', 'odd')}({self.one(*n.i)}, np.sin({s()}))")]
        if n.c:
            found += [("closure called", lambda: f"{self.one(*n.c)}({s()})")] * 3
        return found

    def scalar_reductions(self, n: Names, d: int) -> Options:
        s: Text = lambda: self.scalar(n, d - 1)
        found: Options = []
        if n.v:
            v: Text = lambda: self.vector(n, d - 1)
            part = self.one("1:", ":-1", "::2", "::-1", "1:-1")
            found += [
                ("reduction", lambda: f"np.{self.one('sum', 'mean', 'max')}({v()})"),
                ("method reduction", lambda: f"({v()}).{self.one('sum', 'mean', 'min', 'std')}()"),
                ("dot", lambda: f"({v()} @ {v()})"),
                ("slices", lambda: f"np.sum({(x := self.one(*n.v))}[1:] * {x}[:-1])"),
                ("part", lambda: f"np.sum({self.one(*n.v)}[{part}])"),
                ("helper with loop", lambda: f"norm2(np.tanh({v()}))"),
                ("helper that returns from two loops", lambda: f"first_above(np.tanh({v()}), {s()})"),
                ("recursion over halves", lambda: f"halves(np.tanh({v()}), {s()})"),
                ("captured array", lambda: "np.sum(np.cos(WEIGHTS))"),
                ("mask", lambda: f"np.sum({(x := self.one(*n.v))}[{x} > {self.scalar(n, 0)}])"),
                ("generator sum", lambda: f"sum({self.item(n)} for u in {v()})"),
                ("generator sum with if", lambda: f"sum({self.item(n)} for u in {v()} if u > {self.scalar(n, 0)})"),
                ("generator max", lambda: f"{self.one('max', 'min')}({self.item(n)} for u in {v()})"),
                ("positions", lambda: f"np.sum({v()}[np.{self.one('nonzero', 'where')}({v()} > {s()})[0]])"),
                ("some elements", lambda: f"np.sum({v()}, where={v()} > {s()})"),
                ("initial value", lambda: f"np.{self.one('max', 'sum', 'min')}({v()}, initial=0.1)"),
                ("windows", lambda: f"np.sum(sliding_window_view(np.append({v()}, [0.2, 0.1]), 2) * {s()})"),
                ("linalg", lambda: f"np.linalg.{self.one('norm(1.5', 'norm(0.3')} + {v()})"),
                ("product", lambda: f"np.prod(np.tanh({v()}))"),
                ("at the greatest", lambda: f"{(x := self.one(*n.v))}[np.{self.one('argmax', 'argmin')}({x})]"),
                ("vector max", lambda: f"{self.one('max', 'min', 'sum')}({v()})"),
                ("zip in a generator", lambda: f"sum(u * w for u, w in zip({v()}, {v()}))"),
                (
                    "double sum",
                    lambda: f"sum({(x := self.one(*n.v))}[j] * 0.5 * {x}[q] for j in range(n) for q in range(j))",
                ),
            ]
        if n.m:
            found += [
                ("matrix reduction", lambda: f"np.sum({self.matrix(n, d - 1)}, axis=1).mean()"),
                ("sum over rows", lambda: f"sum(norm2(row) for row in {self.one(*n.m)})"),
            ]
        return found

    def scalar_objects(self, n: Names, d: int) -> Options:
        s: Text = lambda: self.scalar(n, d - 1)
        found: Options = []
        if n.o:
            o: Text = lambda: self.one(*n.o)
            found += [
                ("object called", lambda: f"{o()}({s()})"),
                ("method", lambda: f"{o()}.moved({s()}).b"),
                ("method that changes its object", lambda: f"{o()}.step({s()}).w"),
                ("static method", lambda: f"Layer.square(np.tanh({s()}))"),
                ("class method", lambda: f"Scaled.twice({s()})(0.3)"),
                ("operators of a class", lambda: f"({o()} + -{o()}).w"),
                ("objects compared", lambda: f"({s()} if {o()} < {o()} else {s()})"),
                ("helper that changes an object", lambda: f"shove({o()}, np.tanh({s()}))"),
                ("object chosen", lambda: f"({self.plain_object(n)} if {self.test(n)} else {self.plain_object(n)}).w"),
            ]
        if n.s:
            found += [("dataclass method", lambda: f"{self.one(*n.s)}.step(np.tanh({s()}))")]
            found += [("list in an object", lambda: f"sum({self.one(*n.s)}.seen)")]
        if n.h:
            h: Text = lambda: self.one(*n.h)
            found += [
                ("array in an object", lambda: f"{h()}.{self.one('level', 'h[0]', 'h[-1]', 'h.sum()')}"),
                ("array written by a method", lambda: f"{h()}.pour(np.tanh({s()}))"),
            ]
        return found

    def plain_object(self, n: Names) -> str:
        """A Layer, and of no subclass."""
        return str(self.one("Layer(0.4)", *(x for x in n.o if x.startswith("o"))))

    def scalar_containers(self, n: Names, d: int) -> Options:
        s: Text = lambda: self.scalar(n, d - 1)
        found: Options = []
        if n.r:
            r: Text = lambda: self.one(*n.r)
            found += [
                ("list folded", lambda: f"{self.one('sum', 'max', 'min')}({r()}{self.one('', '[1:]', '[::-1]')})"),
                ("list length", lambda: f"(0.1 * len({r()}))"),
                ("comprehension of a list", lambda: f"sum([{self.item(n)} for u in {r()}])"),
                ("helper that changes a list", lambda: f"push({r()}, np.tanh({s()}))[0]"),
                ("zip of lists", lambda: f"sum(u - w for u, w in zip({r()}, {r()}))"),
                ("list sorted", lambda: f"sorted({r()})[{self.one('0', '1', '-1')}]"),
                ("list ordered by a key", lambda: f"{self.one('max', 'min')}({r()}, key=lambda u: -u * u)"),
            ]
            if n.i:
                found += [("staged index into a list", lambda: f"{(x := r())}[{self.one(*n.i)} % len({x})]")]
        if n.d:
            q: Text = lambda: self.one(*n.d)
            found += [
                ("dict folded", lambda: f"sum({q()}.values())"),
                ("dict.get", lambda: f"{q()}.get('{self.one('a', 'z')}', {s()})"),
                ("dict items", lambda: f"sum(u * len(k_) for k_, u in {q()}.items())"),
                ("helper that changes a dict", lambda: f"advance({q()}, {s()})"),
            ]
        if n.p:
            p: Text = lambda: self.one(*n.p)
            found += [
                ("named tuple method", lambda: f"{p()}.turned().{self.one('a', 'b', 'gap')}"),
                ("named tuple replaced", lambda: f"{p()}._replace(a={s()}).gap"),
                ("star of a named tuple", lambda: f"pick(*{p()})"),
            ]
        return found

    def item(self, n: Names) -> str:
        """What a comprehension makes of its u."""
        return str(self.one("u", "np.sin(u)", f"u * {self.scalar(n, 0)}", "(u if u > 0.2 else 0.5 * u)", "square(u)"))

    def index(self, n: Names) -> str:
        return str(self.one("0", "-1", *n.i))

    def test(self, n: Names) -> str:
        compare: Text = lambda: f"{self.scalar(n, 1)} {self.one('<', '>', '<=', '>=')} {self.scalar(n, 1)}"
        options: Options = [
            ("and/or", lambda: f"({compare()} {self.one('and', 'or')} {compare()})"),
            ("not", lambda: f"not {self.scalar(n, 0)} > 0.1"),
            ("chained comparison", lambda: f"-0.6 < {self.scalar(n, 1)} < 0.9"),
            ("comparison", compare),
            ("comparison", compare),
        ]
        if n.i:
            options += [("in with ints", lambda: f"{self.one(*n.i)} {self.one('in', 'not in')} {{1, 3}}")]
        if n.v:
            fold: Text = lambda: f"{self.one('any', 'all')}(u > {self.scalar(n, 0)} for u in {self.one(*n.v)})"
            options += [("any and all", fold)]
            options += [
                ("array any and all", lambda: f"({self.one(*n.v)} > {self.scalar(n, 0)}).{self.one('any', 'all')}()")
            ]
        if n.o:
            options += [("isinstance", lambda: f"(isinstance({self.one(*n.o)}, Layer) and {compare()})")]
        return self.pick(options)

    def vector(self, n: Names, d: int = 2) -> str:
        if d <= 0 or not n.v:
            return str(self.one(*n.v)) if n.v else "np.array([0.1, 0.2])"
        v: Text = lambda: self.vector(n, d - 1)
        s: Text = lambda: self.scalar(n, d - 1)
        options: Options = [
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
            ("stack", lambda: f"np.stack([{v()}, {v()}]).sum(axis=0)"),
            ("vector power", lambda: f"({self.one(*n.v)} ** 2)"),
            ("gather", lambda: f"{self.one(*n.v)}[np.arange(n)[::-1]]"),
            (
                "array of a comprehension",
                lambda: f"np.array([np.sin(u) * {self.scalar(n, 0)} for u in {v()}], dtype=float)",
            ),
            ("recursion on arrays", lambda: f"mirrored({v()}, {self.one('2', *n.i)})"),
            ("difference", lambda: f"np.diff({v()}, prepend={self.one('0.3', s())})"),
            ("rolled", lambda: f"np.{self.one('roll', 'flip')}({v()}, {self.one('0', '-1')})"),
            ("joined", lambda: f"np.concatenate([{v()}[1:], {v()}])[:n]"),
            ("sorted vector", lambda: f"np.sort({v()})"),
            ("gather by argsort", lambda: f"{v()}[np.argsort({v()})]"),
            ("outer", lambda: f"(np.outer({v()}, {v()}) @ {v()} * 0.2)"),
            ("solve", lambda: f"np.linalg.solve(4.0 * np.eye(n) + np.tanh(np.outer({v()}, {v()})) / (n + 1), {v()})"),
            ("einsum", lambda: f"np.einsum('i,i->i', {v()}, {v()})"),
            ("cumprod", lambda: f"np.cumprod(np.tanh({v()}))"),
            ("helper that writes a copy", lambda: f"relax({v()} + 0.0)"),
            ("helper that writes a copy", lambda: f"normalise({v()}.copy(), np.tanh({s()}))"),
        ]
        if n.m:
            options += [
                ("matvec", lambda: f"({(m := self.one(*n.m))}.T @ {v()} @ {m}.T)"),
                ("matrix column", lambda: f"{self.one(*n.m)}[:, {self.one('0', '-1')}]"),
                ("matrix mean", lambda: f"{self.matrix(n, d - 1)}.mean(axis=1)"),
            ]
        if n.h:
            options += [("array of an object", lambda: f"{self.one(*n.h)}.h")] * 2
        return self.pick(options)

    def matrix(self, n: Names, d: int = 1) -> str:
        if d <= 0:
            return str(self.one(*n.m))
        m: Text = lambda: self.matrix(n, d - 1)
        options: Options = [
            ("matrix arithmetic", lambda: f"({m()} {self.one('+', '-', '*')} {m()})"),
            ("broadcast column", lambda: f"({m()} * {self.vector(n, d - 1)}[:, None])"),
            ("broadcast row", lambda: f"({m()} - {self.one(*n.m)}.mean(axis=0))"),
            ("broadcast keepdims", lambda: f"({m()} - {m()}.max(axis=1, keepdims=True))"),
            ("matrix function", lambda: f"np.tanh({m()})"),
            ("matrix product", lambda: f"({m()} @ ({self.one(*n.m)}.T @ {self.one(*n.m)}) * 0.1)"),
        ]
        return self.pick(options)
