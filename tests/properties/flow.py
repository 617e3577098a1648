"""Random statements of control, and which statement comes next."""

from __future__ import annotations

from collections.abc import Callable

from tests.properties.derivatives import Derivatives
from tests.properties.lists import ELEMENTS
from tests.properties.writer import Names, Text

Statement = Callable[[Names, int], None]
FORMS = ("{s}", "{s}", "{s}", "({s}, {v})", "{{'loss': {s}, 'rest': [{v}, {f}]}}", "Pair({s}, {v})")
RANGES = ("2", "1, 3", "2, -1, -1", "len(x)", "1, len(x)", "0, len(x), 2", "n - 1, -1, -1", "k")


class Flow(Derivatives):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.in_loop = False
        # one structure for every return, and one size: a name or a view as it is, or a new array
        self.form, self.returned = self.one(*FORMS), self.one("x", "y[::-1]", "x[1:]", "", "")

    def block(self, n: Names, depth: int, size: int, in_loop: bool) -> None:
        start = len(self.lines)
        for _ in range(size):
            self.statement(n, depth, in_loop)
        if len(self.lines) == start:
            self.say(depth, "pass")

    def statement(self, n: Names, depth: int, in_loop: bool) -> None:
        if in_loop and self.rng.random() < 0.08:
            families: list[list[Statement]] = [[self.leave, self.leave, self.rebound]]
        elif depth < 4 and self.rng.random() < 0.4 / depth:
            families = [self.branches(n), self.loops_of(n), self.loops_of(n)]
        else:
            families = [self.plain(n), self.stores(n), self.of_data(n), self.of_data(n)]
        family = self.rng.choice([f for f in families if f])
        self.in_loop = in_loop
        self.rng.choice(family)(n, depth)

    def plain(self, n: Names) -> list[Statement]:
        found = [self.assign, self.assign, self.augment, self.unpack, self.walrus, self.effect, self.bound_on_one_path]
        return [*found, self.deleted, self.assign_vector] if n.v else found

    def stores(self, n: Names) -> list[Statement]:
        found: list[Statement] = [self.assign_vector, self.recurrence, self.swap] if n.v else []
        found += [self.assign_matrix] if n.m else []
        if n.own:
            found += [self.write, self.write, self.write_slice, self.shifted_write, self.augment_vector, self.view]
            found += [self.masked_write, self.repeated_indices, self.out, self.alias, self.written_by_helper]
            found += [self.view_of_view, self.stencil, self.chosen_written, self.written_in_recursion]
            found += [self.divided_where]
        if n.grid:
            found += [self.reshaped] if n.v else []
            found += [self.write_matrix, self.write_matrix, self.swap_rows, self.rows_written]
        return found

    def of_data(self, n: Names) -> list[Statement]:
        found: list[Statement] = [self.make_function, self.popped, self.swapped_in_loop, self.replaced_in_loop]
        found += [self.one(self.inner_steps, self.inner_closure), self.kept, self.kept]
        if n.v:
            found += [self.state, self.grown, self.comprehended, self.chosen, self.structures, self.structures]
            found += [self.unpacked_generator, self.inner_descent, self.changed_in_list]
            found += [] if self.captures else [self.argument_changed, self.argument_changed]
        made = [self.make_object, self.make_container, self.make_container]
        changes: list[Statement] = []
        if n.o:
            changes += [self.replace_object, self.alias_object]
        if n.o or n.s or n.h:
            changes += [self.change_object, self.change_object]
        if n.r or n.d or n.p:
            changes += [self.change_container, self.change_container]
        if n.g:
            changes += [self.grown_changed, self.grown_changed, self.grown_unpacked]
        if n.q:
            changes += [self.structures_changed, self.structures_changed]
        # changed at least as often as made
        return [*found, *(changes * 2 if self.rng.random() < 0.5 else made * 2)]

    def branches(self, n: Names) -> list[Statement]:
        return [self.branch, self.branch, self.early_return, self.match, self.with_errstate]

    def loops_of(self, n: Names) -> list[Statement]:
        found: list[Statement] = [self.for_range, self.for_array, self.while_loop, self.while_true, self.for_known]
        return [*found, self.for_container] if n.r or n.g or n.d or n.q else found

    # --- plain

    def assign(self, n: Names, depth: int) -> None:
        value = self.scalar(n, self.one(2, 3))
        name = self.target(n.f, "t")
        self.say(depth, f"{name}{self.one('', '', ': float')} = {value}")
        n.f += [name] * (name not in n.f)
        self.note("assignment")

    def augment(self, n: Names, depth: int) -> None:
        free = self.free(n.f)
        if not free:
            return self.assign(n, depth)
        operator, factor = self.one("+=", "-=", "*="), self.one("0.3 * ", "")
        self.say(depth, f"{self.rng.choice(free)} {operator} {factor}np.tanh({self.scalar(n)})")
        return self.note("augmented assignment")

    def unpack(self, n: Names, depth: int) -> None:
        a, b = self.new("t"), self.new("t")
        s: Text = lambda: self.scalar(n, 1)
        free = self.free(n.f)
        line = self.one(
            f"{a}, {b} = {s()}, {s()}",
            f"[{a}, {b}] = {s()}, {s()}",
            f"{a}, ({b}, *_) = {s()}, ({s()}, 2.0, {s()})",
            f"{a} = {b} = {s()}",
            f"{a}, {b} = {self.one(*n.p)}" if n.p else f"({a}, {b}) = {s()}, {s()}",
            f"{free[0]}, {free[-1]}, {a}, {b} = {free[-1]}, {free[0]}, {s()}, 0.3"
            if len(free) > 1
            else f"{a}, {b} = 0.1, {s()}",
        )
        self.say(depth, line)
        n.f += [a, b]
        self.note("tuple unpacking")

    def walrus(self, n: Names, depth: int) -> None:
        t = self.new("t")
        kind = self.rng.randrange(3)
        if kind == 0:
            self.say(depth, f"if ({t} := {self.scalar(n, 1)}) > {self.scalar(n, 0)}:", f"    {t} = np.sin({t})")
        elif kind == 1:
            self.say(depth, f"{t} = {self.scalar(n, 1)}", f"while ({t} := {t} * 0.5) > 0.1:")
            self.block(n.copy(), depth + 1, 1, True)
        else:
            u = self.new("t")
            self.say(depth, f"{u} = ({t} := {self.scalar(n, 1)}) * 0.5 + {t}")
            n.f.append(u)
        n.f.append(t)
        self.note(("walrus in if", "walrus in while", "walrus in an expression")[kind])

    def effect(self, n: Names, depth: int) -> None:
        s = self.scalar(n, 1)
        kind = self.rng.randrange(4)
        shown = f"print(f'{{{s.replace(chr(39), chr(34))}:.3f}}', {self.one(*n.i)}, sep='; ')" if n.i else f"print({s})"
        lines = (
            shown,
            f"print('at', {s}, {self.one(*n.f)})",
            f"assert abs({self.one(*n.f)}) < 90, f'too large: {{{self.one(*n.f)}}}'",
            f"if {self.one(*n.f)} > 60: raise ValueError('too large')",
        )
        self.say(depth, lines[kind])
        self.note(("print of an f-string", "print", "assert", "raise")[kind])

    def bound_on_one_path(self, n: Names, depth: int) -> None:
        """Read where it is bound, mostly."""
        t, u = self.new("t"), self.new("t")
        test = f"{self.one(*n.f)} > {self.one('-0.5', '-2.0', '0.0')}"
        self.say(depth, f"if {test}: {t} = float({self.scalar(n, 1)})")
        self.say(depth, f"{u} = {t} * 0.5 if {test} else {self.scalar(n, 0)}")
        n.f.append(u)
        self.note("bound on one path")

    def deleted(self, n: Names, depth: int) -> None:
        t, u = self.new("t"), self.new("t")
        self.say(depth, f"{t} = {self.scalar(n, 1)}", f"{u} = {t} * {self.one(*n.v)}", f"del {t}")
        n.v.append(u)
        n.own.append(u)
        self.note("del")

    def chosen(self, n: Names, depth: int) -> None:
        r, t = self.new("r"), self.new("t")
        self.say(depth, f"{r} = {self.one(*n.v)} if {self.test(n)} else {self.one(*n.v)}")
        self.say(depth, f"{t} = {r}.sum() - {r}[0]")
        n.f.append(t)
        self.note("array chosen")

    # --- branches

    def branch(self, n: Names, depth: int) -> None:
        in_loop = self.in_loop  # a break in a branch, what stands behind it binding anew, is a way of its own
        self.say(depth, f"if {self.test(n)}:")
        self.block(n.copy(), depth + 1, self.one(1, 2), in_loop)
        for _ in range(self.one(0, 0, 1, 2)):
            self.say(depth, f"elif {self.test(n)}:")
            self.block(n.copy(), depth + 1, 1, in_loop)
            self.note("elif")
        if self.rng.random() < 0.6:
            self.say(depth, "else:")
            self.block(n.copy(), depth + 1, self.one(1, 2), in_loop)
        self.note("if")

    def match(self, n: Names, depth: int) -> None:
        in_loop = self.in_loop
        z = self.new("z")
        s: Text = lambda: self.scalar(n, 0)
        subject, cases = self.one(
            (self.one(*n.i) if n.i else "k", ("0", "1 | 2", "_")),
            (f"Pair({s()}, {s()})", (f"Pair(a={z}, b=0.5)", f"Pair({z}, _) if {z} > {s()}", f"Pair(_, {z})")),
            (f"({s()}, {self.one('k', *n.i)})", (f"({z}, 0)", f"({z}, 1 | 3) if {z} > 0.1", f"({z}, _)")),
            (f"[{s()}, {s()}, 0.5]", (f"[{z}, *_] if {z} > {s()}", f"(_, {z}, _)")),
            (f"float({s()})", (f"float({z}) if {z} > {s()}", f"{z} if {z} < 0.1", "_")),
        )
        self.say(depth, f"match {subject}:")
        for case in cases:
            self.say(depth + 1, f"case {case}:")
            inner = n.copy()
            inner.f += [z] if z in case else []
            self.reserved.add(z)
            self.block(inner, depth + 2, 1, in_loop)
        self.note("match")

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

    def rebound(self, n: Names, depth: int) -> None:
        """A way out of the loop within a branch, behind which a name is bound anew."""
        free = self.free(n.f)
        if len(n.f) < 2 or not free:
            return self.leave(n, depth)
        t, kind = self.rng.choice(free), self.one("break", "continue")
        self.say(depth, f"if {self.test(n)}:", f"    {t} = {self.scalar(n)}")
        self.say(depth + 1, f"if {self.test(n)}:", f"    {kind}")
        others = n.copy()
        others.f.remove(t)
        self.say(depth, f"{t} = {self.scalar(others)}")
        return self.note(f"{kind} in a branch")

    # --- loops

    def body(self, n: Names, depth: int, indices: tuple[str, ...] = (), items: tuple[str, ...] = ()) -> None:
        inner = n.copy()
        inner.f += items
        inner.i += indices
        self.reserved |= {*indices, *items}
        self.loops += 1
        self.block(inner, depth + 1, self.one(1, 1, 2, 3), True)
        self.loops -= 1
        if self.rng.random() < 0.2:
            self.say(depth, "else:")
            self.block(n.copy(), depth + 1, 1, False)
            self.note("else of a loop")

    def for_range(self, n: Names, depth: int) -> None:
        i = self.new("i")
        # an index into a vector may be out of range: then both sides raise
        self.say(depth, f"for {i} in range({self.one(*RANGES)}):")
        self.body(n, depth, (i,))
        self.note("for range")

    def for_array(self, n: Names, depth: int) -> None:
        if not n.v:
            return self.for_range(n, depth)
        v, w, u, i = self.one(*n.v), self.one(*n.v), self.new("u"), self.new("i")
        name, line, indices, items = self.one(
            ("for array", f"{u} in {v}", (), (u,)),
            ("for enumerate", f"{i}, {u} in enumerate({v})", (i,), (u,)),
            ("for zip", f"{u}, {u}_ in zip({v}, {w}[{self.one(':', '1:', '::-1')}])", (), (u, f"{u}_")),
            ("for reversed", f"{u} in reversed({v})", (), (u,)),
            ("for reversed range", f"{i} in reversed(range(n))", (i,), ()),
            ("for enumerate zip", f"{i}, ({u}, {u}_) in enumerate(zip({v}, {w}))", (i,), (u, f"{u}_")),
            ("for slice", f"{u} in {v}[{self.one('1:', '::-1', '::2')}]", (), (u,)),
        )
        self.say(depth, f"for {line}:")
        self.body(n, depth, indices, items)
        return self.note(name)

    def for_container(self, n: Names, depth: int) -> None:
        u, i = self.new("u"), self.new("i")
        options: list[tuple[str, str, tuple[str, ...]]] = []
        if n.r:
            r = self.one(*n.r)
            options += [("for list", f"{u} in {self.one(f'list({r})', f'tuple({r})', f'{r}[1:]')}", ())]
            options += [("for enumerate of a list", f"{i}, {u} in enumerate({r}[::-1])", (i,))]
        if n.g:
            g = self.one(*n.g)
            options += [("for grown list", f"{u} in {g}", ())]
            options += [("for zip of grown lists", f"{u}, _ in zip({g}, {self.one(*n.g)})", ())]
        if n.q:
            q = self.one(*n.q)
            unpacked = ELEMENTS[self.made[q]][2].format(u=u, w=f"{u}w", v=f"{u}v")
            options += [("for structures", f"{unpacked or u} in {q}", ())]
        if n.d:
            options += [("for items", f"_, {u} in {self.one(*n.d)}.items()", ())]
        name, line, indices = self.rng.choice(options)
        self.say(depth, f"for {line}:")
        if name == "for structures" and not unpacked:
            self.say(depth + 1, f"{u} = {self.read(self.made[q], u)}")
        # what a loop goes over must not change under it
        inner = n.copy()
        inner.g, inner.r, inner.d, inner.q = [], [], [], []
        self.body(inner, depth, indices, (u,))
        self.note(name)

    def for_known(self, n: Names, depth: int) -> None:
        u = self.new("u")
        self.say(depth, f"for {u} in ({self.scalar(n, 0)}, {self.scalar(n, 0)}):")
        self.body(n, depth, (), (u,))
        self.note("for tuple")

    def while_loop(self, n: Names, depth: int) -> None:
        c, t = self.new("j"), self.new("t")
        self.say(depth, f"{c} = 0", f"{t} = {self.scalar(n, 1)}")
        self.say(depth, f"while {c} < {self.one('3', 'k', 'n')} and {t} < {self.one('2.0', '5')}:")
        self.say(depth + 1, f"{c} += 1", f"{t} = {t} + np.abs({self.scalar(n, 1)})")
        self.reserved |= {c, t}
        self.body(n, depth, (), (t,))
        n.f.append(t)
        self.note("while")

    def while_true(self, n: Names, depth: int) -> None:
        c, t = self.new("j"), self.new("t")
        self.say(depth, f"{c}, {t} = 0, {self.scalar(n, 1)}", "while True:")
        self.say(depth + 1, f"{c} += 1", f"{t} = np.sin({t}) + {self.scalar(n, 0)}")
        self.say(depth + 1, f"if {c} > {self.one('2', '3', 'k')} or {t} > 1.2:", "    break")
        self.reserved |= {c, t}
        inner = n.copy()
        inner.f.append(t)
        self.loops += 1
        self.block(inner, depth + 1, self.one(1, 2), True)
        self.loops -= 1
        n.f.append(t)
        self.note("while True")

    def result(self, n: Names) -> str:
        scalar = f"{self.scalar(n, 1)} + 1.0 * {self.one(*n.f)}"
        vector = self.returned or f"np.zeros(n) + {self.vector(n, 1)}"
        return "return " + self.form.format(s=scalar, v=vector, f=self.one(*n.f))
