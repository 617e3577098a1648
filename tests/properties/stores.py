"""Random statements that write into arrays: through names, views, views of views, masks, indices and helpers."""

from __future__ import annotations

from tests.properties.expressions import Expressions
from tests.properties.writer import Names

PARTS = ("1:", ":-1", "::2", ":", ":1", "::-1", "...")


class Stores(Expressions):
    def assign_vector(self, n: Names, depth: int) -> None:
        name = self.new("w")
        self.say(depth, f"{name} = {self.vector(n, 2)} + 0.0")
        n.v.append(name)
        n.own.append(name)
        self.note("vector assignment")

    def assign_matrix(self, n: Names, depth: int) -> None:
        name = self.target([x for x in n.m if x != "A"], "B")
        self.say(depth, f"{name} = {self.matrix(n, 2)} + 0.0")
        n.m += [name] * (name not in n.m)
        n.grid += [name] * (name not in n.grid)
        self.note("matrix assignment")

    def write(self, n: Names, depth: int) -> None:
        y = self.one(*n.own)
        self.say(depth, f"{y}[{self.index(n)}] {self.one('=', '=', '+=', '*=', '-=')} np.tanh({self.scalar(n, 1)})")
        self.note("item write")

    def write_slice(self, n: Names, depth: int) -> None:
        y, part = self.one(*n.own), self.one(*PARTS)
        value = self.one(f"np.sin({self.one(*n.v)}[{part}])", f"np.tanh({self.scalar(n, 1)})")
        self.say(depth, f"{y}[{part}] {self.one('=', '+=', '-=', '*=')} {value}")
        self.note("slice write")

    def shifted_write(self, n: Names, depth: int) -> None:
        """Both sides view the same array."""
        y = self.one(*n.own)
        self.say(depth, f"{y}[1:] {self.one('=', '+=', '-=')} 0.5 * {y}[:-1]{self.one('', '[::-1]')}")
        self.note("overlapping write")

    def augment_vector(self, n: Names, depth: int) -> None:
        factor = self.one("0.5 * ", "")
        self.say(depth, f"{self.one(*n.own)} {self.one('+=', '-=', '*=')} {factor}np.tanh({self.vector(n, 1)})")
        self.note("in-place vector update")

    def masked_write(self, n: Names, depth: int) -> None:
        y = self.one(*n.own)
        test = f"{self.one(*n.v)} {self.one('<', '>')} {self.scalar(n, 0)}"
        kind = self.rng.randrange(3)
        if kind == 0:
            self.say(depth, f"{y}[{test}] {self.one('=', '+=', '*=')} np.tanh({self.scalar(n, 1)})")
        elif kind == 1:
            mask = self.new("mask")
            self.say(depth, f"{mask} = {test}", f"{y}[{mask}] = np.sin({self.one(*n.v)}[{mask}])")
        else:
            self.say(depth, f"{y}[{test}] {self.one('+=', '-=')} 0.3")
        self.note(("masked write", "masked write of a vector", "masked update")[kind])

    def repeated_indices(self, n: Names, depth: int) -> None:
        y, i = self.one(*n.own), self.index(n)
        where = self.one(f"[0, {i}, 0]", f"np.array([{i}, 0, -1, 0])", f"[-1, {i}]")
        kind = self.rng.randrange(3)
        if kind == 0:
            self.say(depth, f"np.add.at({y}, {where}, np.tanh({self.scalar(n, 1)}))")
        elif kind == 1:
            self.say(depth, f"{y}[{where}] {self.one('=', '+=', '-=', '*=')} np.cos({self.scalar(n, 1)})")
        else:
            a, b = f"np.float64({self.scalar(n, 0)})", self.one("0.3", "-0.2")
            self.say(depth, f"{y}[[0, -1, 0]] {self.one('=', '+=')} {a}, 0.5, {b}")
        self.note(("np.add.at", "repeated indices", "repeated indices, other values")[kind])

    def out(self, n: Names, depth: int) -> None:
        y = self.one(*n.own)
        call = self.one(
            f"np.{self.one('sin', 'tanh', 'cos')}({self.vector(n, 1)}, out={y})",
            f"np.multiply({self.one(*n.v)}, np.tanh({self.scalar(n, 1)}), out={y})",
            f"np.add({y}, {self.one(*n.v)}, out={y})",
            f"np.subtract({self.one(*n.v)}[::-1], {y}, out={y})",
        )
        self.say(depth, call)
        self.note("out=")

    def view(self, n: Names, depth: int) -> None:
        y, r, t = self.one(*n.own), self.new("r"), self.new("t")
        self.say(depth, f"{r} = {y}[{self.one('1:', '::-1', ':')}]")
        self.say(depth, f"{y}[0] = np.tanh({self.scalar(n, 1)})")
        self.say(depth, f"{r}[-1] {self.one('=', '+=')} {self.scalar(n, 0)}")
        self.say(depth, f"{t} = {r}.sum() + {y}[-1]")
        n.f.append(t)
        self.note("view written and read")

    def view_of_view(self, n: Names, depth: int) -> None:
        y, r, q = self.one(*n.own), self.new("r"), self.new("r")
        self.say(
            depth, f"{r} = {y}[{self.one('1:', '::-1', ':')}]", f"{q} = {r}[{self.one('::2', '1:', ':-1', '::-1')}]"
        )
        self.say(depth, f"{q} {self.one('+=', '*=', '-=')} np.tanh({self.scalar(n, 1)})")
        self.say(depth, f"{r}[:1] = {q}.sum() * 0.5")
        self.say(depth, f"{q}[...] = np.sin({q})")
        self.note("view of a view written")

    def alias(self, n: Names, depth: int) -> None:
        y, r = self.one(*n.own), self.new("w")
        self.say(depth, f"{r} = {y}", f"{r}[0] += {self.scalar(n, 0)}")
        n.v.append(r)
        n.own.append(r)
        self.note("alias written")

    def written_by_helper(self, n: Names, depth: int) -> None:
        y, t = self.one(*n.own), self.new("t")
        part = self.one("", "", "[::-1]", "[1:]")
        self.say(depth, f"{t} = bump({y}{part}, np.tanh({self.scalar(n, 1)}))")
        if self.rng.random() < 0.5:
            self.say(depth, self.one(f"relax({y})", f"normalise({y}{part}, np.cos({self.scalar(n, 0)}))"))
        n.f.append(t)
        self.note("helper that changes an array")

    def chosen_written(self, n: Names, depth: int) -> None:
        """Of two arrays one, which a condition picks."""
        a, b, r, t = self.new("w"), self.new("w"), self.new("r"), self.new("t")
        self.say(depth, f"{a}, {b} = {self.one(*n.v)} + 0.0, {self.one(*n.v)} * 0.5")
        self.say(depth, f"{r} = {a} if {self.test(n)} else {b}{self.one('', '', '[::-1]')}")
        self.say(depth, f"{r}[{self.index(n)}] {self.one('=', '+=', '*=')} np.tanh({self.scalar(n, 1)})")
        self.say(depth, f"{t} = {a} @ {b} + {r}[0]")
        n.f.append(t)
        n.v += [a, b]
        n.own += [a, b]
        self.note("array chosen and written")

    def written_in_recursion(self, n: Names, depth: int) -> None:
        t = self.new("t")
        self.say(depth, f"{t} = cascade({self.one(*n.own)}{self.one('', '', '[::-1]')}, {self.index(n)}, 0.4)")
        n.f.append(t)
        self.note("recursion that writes")

    def divided_where(self, n: Names, depth: int) -> None:
        y, v = self.one(*n.own), self.one(*n.v)
        self.say(depth, f"np.{self.one('divide', 'multiply')}({self.scalar(n, 0)}, {v}, where={v} > 0.5, out={y})")
        self.note("ufunc of some elements")

    # --- matrices

    def reshaped(self, n: Names, depth: int) -> None:
        """A new matrix, written through its flat view; of A's width: else a product with A may be refused unrun."""
        b, r = self.new("B"), self.new("r")
        self.say(depth, f"{b} = np.{self.one('zeros', 'ones')}((n, A.shape[1]))")
        self.say(depth, f"{r} = {b}.{self.one('reshape(-1)', 'ravel()')}")
        self.say(depth, f"{r}[{self.one('0', ':2', '1::2', '-1')}] {self.one('=', '+=')} np.tanh({self.scalar(n, 1)})")
        self.say(depth, f"{b}[:, {self.one('0', '-1')}] += {self.one(*n.v)}", f"{b} *= 1.0 + 0.1 * {r}.sum()")
        n.m.append(b)
        n.grid.append(b)
        self.note("flat view written")

    def write_matrix(self, n: Names, depth: int) -> None:
        b = self.one(*n.grid)
        s, v, i = self.scalar(n, 1), self.one(*n.v), self.index(n)
        line = self.one(
            f"{b}[{i}] {self.one('=', '+=', '*=')} np.tanh({s})",
            f"{b}[{i}, -1] {self.one('=', '+=')} np.sin({s})",
            f"{b}[:, 0] {self.one('=', '+=')} {v}",
            f"{b}[1:, :] -= 0.3 * {b}[:-1]",
            f"{b}[{b} > {self.scalar(n, 0)}] = np.tanh({s})",
            f"{b} *= np.cos({v})[:, None]",
            f"{b}.T[0] += {v}",
            f"{b}[{i}][-1] = np.tanh({s})",
            f"bump({b}[{i}], np.tanh({s}))",
            f"np.add.at({b}, [0, {i}], np.tanh({s}))",
        )
        self.say(depth, line)
        self.note("matrix written")

    def swap_rows(self, n: Names, depth: int) -> None:
        b, i = self.one(*n.grid), self.index(n)
        kind = self.rng.randrange(3)
        if kind == 0:
            self.say(depth, f"{b}[[0, {i}]] = {b}[[{i}, 0]]")
        elif kind == 1:  # of views: NumPy copies row 0 twice
            self.say(depth, f"{b}[0], {b}[{i}] = {b}[{i}], {b}[0]")
        else:
            self.say(depth, f"{b}[0], {b}[{i}] = {b}[{i}].copy(), {b}[0].copy()")
        self.note(("rows swapped by index", "rows swapped as views", "rows swapped as copies")[kind])

    def rows_written(self, n: Names, depth: int) -> None:
        b, row = self.one(*n.grid), self.new("row")
        self.say(depth, f"for {row} in {b}:")
        self.say(depth + 1, f"{row} {self.one('+=', '*=')} np.tanh({self.scalar(n, 1)})")
        self.say(depth + 1, f"{row}[{self.one('0', '-1', '1:', '::-1')}] {self.one('=', '-=')} {self.scalar(n, 0)}")
        self.note("rows written in a loop")

    # --- loops that fill arrays

    def recurrence(self, n: Names, depth: int) -> None:
        y, i = self.new("w"), self.new("i")
        self.say(depth, f"{y} = np.{self.one('zeros', 'ones')}(n)")
        self.say(depth, f"for {i} in range(1, n):")
        self.say(depth + 1, f"{y}[{i}] = 0.5 * {y}[{i} - 1] + np.tanh({self.one(*n.v)}[{i}]) * {self.scalar(n, 0)}")
        n.v.append(y)
        n.own.append(y)
        self.note("recurrence in place")

    def stencil(self, n: Names, depth: int) -> None:
        """Gauss–Seidel: each turn reads what this sweep and the last one wrote."""
        y, i, q = self.one(*n.own), self.new("i"), self.new("i")
        self.say(depth, f"for {q} in range({self.one('1', '2', 'k')}):")
        self.say(depth + 1, f"for {i} in range({self.one('1, n - 1', 'n - 2, 0, -1')}):")
        self.say(depth + 2, f"{y}[{i}] {self.one('=', '+=')} 0.3 * ({y}[{i} - 1] + {y}[{i} + 1]) - {self.scalar(n, 0)}")
        self.note("stencil in place")

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
