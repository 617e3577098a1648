"""Random expressions: floats, tests, vectors and matrices, of whatever is in scope."""

from __future__ import annotations

from functools import partial

from tests.properties import rows
from tests.properties.writer import Names, Options, Text, Writer

TABLE = ("TABLE['half']", "TABLE['rows'][1]")


class Expressions(Writer):
    def scalar(self, n: Names, d: int = 2) -> str:
        if d == 0:
            return str(self.rng.choice(self.leaves(n))())
        options = self.options(rows.ARITHMETIC, n, d) + self.scalar_calls(n, d)
        options += self.options(rows.REDUCTIONS, n, d)
        # What the program built itself is read as often as all the rest.
        built = self.options(rows.OBJECTS, n, d) + self.scalar_containers(n, d)
        return self.pick(built if built and self.rng.random() < 0.4 else options)

    def scalar_calls(self, n: Names, d: int) -> Options:
        return self.options(rows.CALLS, n, d)

    def scalar_containers(self, n: Names, d: int) -> Options:
        return self.options(rows.CONTAINERS, n, d)

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

    def options(self, table: rows.Table, n: Names, d: int) -> Options:
        """The rows for which there is everything in scope."""
        holes = self.holes(n, d)
        return [
            (construct, partial(self.filled, text, n, holes))
            for needs, construct, text in table
            if all(getattr(n, kind) for kind in needs)
        ]

    def holes(self, n: Names, d: int) -> dict[str, Text]:
        """What stands in the holes of rows that are not of names and choices."""
        s: Text = lambda: self.scalar(n, d - 1)
        v: Text = lambda: self.vector(n, d - 1)
        s1: Text = lambda: self.scalar(n, 1)
        return {
            "s": s,
            "s0": lambda: self.scalar(n, 0),
            "v": v,
            "m": lambda: self.matrix(n, d - 1),
            "s or v": lambda: self.one(s, v)(),
            "0.3 or s": lambda: self.one("0.3", s()),
            "s1": s1,
            "comparison": lambda: f"{s1()} {self.one('<', '>', '<=', '>=')} {s1()}",
            "remainder": lambda: self.one(f"divmod({s()}, 0.7)[1]", f"({s()} % 0.9)", f"pow({s()}, 2)"),
            "item": lambda: self.item(n),
            "test": lambda: self.test(n),
            "plain": lambda: self.plain_object(n),
        }

    def plain_object(self, n: Names) -> str:
        """A Layer, and of no subclass."""
        return str(self.one("Layer(0.4)", *(x for x in n.o if x.startswith("o"))))

    def item(self, n: Names) -> str:
        """What a comprehension makes of its u."""
        return str(self.one("u", "np.sin(u)", f"u * {self.scalar(n, 0)}", "(u if u > 0.2 else 0.5 * u)", "square(u)"))

    def index(self, n: Names) -> str:
        return str(self.one("0", "-1", *n.i))

    def test(self, n: Names) -> str:
        return self.pick(self.options(rows.TESTS, n, 2))

    def vector(self, n: Names, d: int = 2) -> str:
        if d <= 0 or not n.v:
            return str(self.one(*n.v)) if n.v else "np.array([0.1, 0.2])"
        return self.pick(self.options(rows.VECTORS, n, d))

    def matrix(self, n: Names, d: int = 1) -> str:
        if d <= 0:
            return str(self.one(*n.m))
        return self.pick(self.options(rows.MATRICES, n, d))
