"""Random statements about objects, containers and functions: made, read, changed, replaced."""

from __future__ import annotations

from tests.properties.lists import Lists
from tests.properties.writer import Names, Text


class Data(Lists):
    # --- objects

    def make_object(self, n: Names, depth: int) -> None:
        s: Text = lambda: self.scalar(n, 1)
        kind = self.rng.randrange(4)
        if kind < 2:
            made = (
                f"Layer({s()}{self.one('', f', {s()}', f', b={s()}')})",
                f"{self.one('Scaled', 'Scaled.twice')}({s()})",
            )
            name = self.new(("o", "so")[kind])  # what is a subclass's is not replaced by the class's
            self.say(depth, f"{name} = {made[kind]}")
            n.o.append(name)
        elif kind == 2:
            name = self.new("s")
            self.say(depth, f"{name} = State({s()}{self.one('', f', {s()}', f', v={s()}')})")
            n.s.append(name)
        else:
            name = self.new("h")
            self.say(depth, f"{name} = Tank({self.vector(n, 1)})")
            n.h.append(name)
        self.note(("object", "object of a subclass", "dataclass", "object with an array")[kind])

    def change_object(self, n: Names, depth: int) -> None:
        s: Text = lambda: f"np.tanh({self.scalar(n, 1)})"
        if n.h and (self.rng.random() < 0.3 or not n.o + n.s):
            h = self.one(*n.h)
            self.say(
                depth,
                self.one(
                    f"{h}.h[{self.index(n)}] = {s()}",
                    f"{h}.h = {self.vector(n, 1)} * 1.0",
                    f"{h}.h += {s()}",
                    f"{h}.pour({s()})",
                ),
            )
            return self.note("array attribute changed")
        if n.s and (self.rng.random() < 0.4 or not n.o):
            x = self.one(*n.s)
            self.say(
                depth,
                self.one(
                    f"{x}.x {self.one('=', '+=')} {s()}",
                    f"{x}.v *= {s()}",
                    f"{x}.step({s()})",
                    f"{x} = replace({x}, v={s()})",
                ),
            )
            return self.note("dataclass changed")
        o = self.one(*n.o)
        self.say(
            depth,
            self.one(
                f"{o}.{self.one('w', 'b', 'scale')} {self.one('=', '+=', '-=', '*=')} {s()}",
                f"{o}.w, {o}.b = {o}.b, {s()}",
                f"{o}.step({s()}){self.one('', f'.step({s()})')}",
                f"setattr({o}, 'b', {s()})",
            ),
        )
        return self.note("object changed")

    def replace_object(self, n: Names, depth: int) -> None:
        free = [x for x in self.free(n.o) if x.startswith("o")]
        if not free:
            return self.make_object(n, depth)
        o, q = self.rng.choice(free), self.rng.choice(free)
        self.say(
            depth,
            self.one(
                f"{o} = {o}.moved({self.scalar(n, 1)})", f"{o} = {o} + {q}", f"{o} = Layer({o}.b, {q}.w)", f"{o} = -{o}"
            ),
        )
        return self.note("object replaced")

    def alias_object(self, n: Names, depth: int) -> None:
        """What has two names is changed, not replaced: behind a join it would be undecided what a write reaches."""
        own, name = self.one(*n.o), self.new("o")
        self.say(depth, f"{name} = {own}", f"{name}.w = np.tanh({self.scalar(n, 1)})")
        n.o.append(name)
        self.reserved |= {own, name}
        self.note("two names for one object")

    def swapped_in_loop(self, n: Names, depth: int) -> None:
        a, b, i, t = self.new("o"), self.new("o"), self.new("i"), self.new("t")
        self.say(depth, f"{a}, {b} = Layer({self.scalar(n, 1)}), Layer({self.scalar(n, 0)}, {self.scalar(n, 0)})")
        self.say(depth, f"for {i} in range({self.one('k', 'n', '2', '3')}):")
        self.say(depth + 1, f"{b}.{self.one('w', 'b')} = np.sin({b}.w + {self.scalar(n, 0)})")
        self.say(depth + 1, f"{a}, {b} = {b}, {a}")
        self.say(depth, f"{t} = {a}.w * {b}.b - {b}.w")
        n.f.append(t)
        self.note("objects swapped in a loop")

    def replaced_in_loop(self, n: Names, depth: int) -> None:
        """Another object after every turn, and a name that keeps what was."""
        a, b, c, i, t = self.new("o"), self.new("o"), self.new("o"), self.new("i"), self.new("t")
        self.say(
            depth, f"{a}, {b} = Layer({self.scalar(n, 1)}), {self.one('Layer', 'Layer.twice')}({self.scalar(n, 0)})"
        )
        self.say(depth, f"{c} = {a}", f"for {i} in range({self.one('k', 'n', '2', '3')}):")
        self.say(
            depth + 1,
            f"{c} = {a}",
            f"{a} = {self.one(f'Layer({a}.b * 0.5, {b}.w)', f'{a}.moved({b}.w)', f'{a} + {b}')}",
        )
        if self.rng.random() < 0.5:
            then = self.one("break", "continue", f"{a} = -{b}")
            self.say(depth + 1, f"if {a}.w > {self.scalar(n, 0)}:", f"    {then}")
        self.say(depth + 1, f"{b}.step({a}.b)")
        self.say(depth, f"{t} = {c}.w + {a}.b")
        n.f.append(t)
        n.o.append(b)
        self.note("object replaced in a loop")

    def changed_in_list(self, n: Names, depth: int) -> None:
        """Objects of a list whose length is not known, changed under each of their names."""
        q, p, i, a, t = self.new("q"), self.new("p"), self.new("i"), self.new("a"), self.new("t")
        self.say(depth, f"{q} = []", f"for {a} in {self.vector(n, 1)}:")
        self.say(depth + 1, f"{q}.append(Layer({a} * {self.scalar(n, 0)}, {a}))")
        self.say(depth, f"for {i}, {p} in enumerate({q}):")
        self.say(depth + 1, f"{p}.w = np.tanh({p}.w + {self.one(f'{q}[{i} - 1].b', f'{q}[0].w', f'{i} * {p}.b')})")
        if self.rng.random() < 0.5:
            self.say(depth + 1, f"if {p}.w > {self.scalar(n, 0)}:", f"    {q}[{i} - 1].b = {p}.w * 0.5")
        if self.rng.random() < 0.5:
            self.say(depth + 1, f"{q}[{i}].step({self.one('0.1', f'{p}.b', f'{q}[-1].w')})")
        self.say(depth, f"{t} = sum(np.sin({p}.w) * {i} + np.tanh({p}.b) for {i}, {p} in enumerate({q}))")
        n.f.append(t)
        self.note("object in a grown list changed")

    # --- containers of known structure

    def make_container(self, n: Names, depth: int) -> None:
        s: Text = lambda: self.scalar(n, 1)
        kind = self.rng.randrange(6)
        if kind < 2:
            name = self.target(n.r, "l") if depth == 1 else self.new("l")
            made = f"[{s()}, {s()}{self.one('', f', {s()}')}]", f"[u * {s()} for u in ({s()}, {s()}, 1.0)]"
            self.say(depth, f"{name} = {made[kind]}")
            n.r += [name] * (name not in n.r)
        elif kind < 4:
            name = self.new("d")
            made = f"{{'a': {s()}, 'b': {s()}}}", f"{{q: u for q, u in zip(('a', 'b'), ({s()}, {s()}))}}"
            self.say(depth, f"{name} = {made[kind - 2]}")
            n.d.append(name)
        else:
            name = self.target(n.p, "p")
            made = f"Pair({s()}, {s()})", f"Pair(b={s()}, a={s()})"
            self.say(depth, f"{name} = {made[kind - 4]}")
            n.p += [name] * (name not in n.p)
        names = ("list", "list comprehension", "dict", "dict comprehension", "named tuple", "named tuple")
        self.note(names[kind])

    def change_container(self, n: Names, depth: int) -> None:
        s: Text = lambda: self.scalar(n, 1)
        if n.p and self.rng.random() < 0.3:
            p = self.one(*n.p)
            if self.free([p]):
                self.say(depth, f"{p} = {self.one(f'{p}._replace(a={s()})', f'Pair({p}.b, {s()})', f'{p}.turned()')}")
                return self.note("named tuple replaced")
        if n.d and self.rng.random() < 0.4:
            d = self.one(*n.d)
            self.say(
                depth,
                self.one(
                    f"{d}['a'] {self.one('=', '+=', '*=')} np.tanh({s()})",
                    f"{d}.update(b={s()})",
                    f"{d}['a'], {d}['b'] = {d}['b'], {s()}",
                ),
            )
            return self.note("dict changed")
        if not n.r:
            return self.make_container(n, depth)
        r = self.one(*n.r)
        lines = [
            f"{r}[{self.one('0', '1', '-1')}] {self.one('=', '+=', '*=')} np.tanh({s()})",
            f"{r}[0], {r}[1] = {r}[1], {r}[0]",
        ]
        lines += [f"{r}.reverse()", f"{r}.append({s()})", f"{r}.insert(0, {s()})"] if depth == 1 else []
        lines += [f"{r} += [{s()}]", f"{r}.extend(({s()}, 0.2))", f"{r} = [*{r}, {s()}]"] if depth == 1 else []
        self.say(depth, self.rng.choice(lines))
        return self.note("list changed")

    def popped(self, n: Names, depth: int) -> None:
        """Lengths change where the structure is known."""
        r, t = self.new("l"), self.new("t")
        self.say(depth, f"{r} = [{self.scalar(n, 1)}, {self.scalar(n, 1)}, {self.scalar(n, 0)}, 0.4]")
        self.say(
            depth,
            self.one(
                f"{t} = {r}.pop()", f"{t} = {r}.pop(0)", f"{t} = {r}[1]\n{'    ' * depth}del {r}[1]", f"{t}, *{r} = {r}"
            ),
        )
        n.f.append(t)
        n.r.append(r)
        self.note("pop, del, star")

    def state(self, n: Names, depth: int) -> None:
        d, u, a, b, t = self.new("c"), self.new("u"), self.new("t"), self.new("t"), self.new("t")
        self.say(
            depth,
            f"{d} = {{'s': {self.scalar(n, 0)}, 'l': [{self.scalar(n, 0)}, 0.0], 'o': Layer({self.scalar(n, 0)})}}",
        )
        self.say(depth, f"{a}, {b} = {self.scalar(n, 0)}, {self.scalar(n, 1)}")
        self.say(depth, f"for {u} in {self.one(*n.v)}:")
        self.say(depth + 1, f"{d}['s'] = np.tanh({d}['s'] + {u})")
        self.say(depth + 1, f"{d}['l'][1] += {d}['s'] * {a}")
        self.say(
            depth + 1, self.one(f"{d}['o'].step({u})", f"{d}['o'] = {d}['o'].moved({u})", f"{d}['o'].w *= {d}['s']")
        )
        self.say(depth + 1, f"{a}, {b} = {b}, np.sin({a} + {b})")
        self.say(depth, f"{t} = {d}['s'] + {d}['l'][1] - {a} * {b} + {d}['o'](0.3)")
        n.f.append(t)
        self.note("containers in containers carried")

    def argument_changed(self, n: Names, depth: int) -> None:
        """The caller's dict stays as it was.  It gets an array of its own: behind a loop, a view would be either's."""
        s: Text = lambda: f"np.tanh({self.scalar(n, 1)})"
        t = self.new("t")
        line = self.one(
            f"p['c'] {self.one('=', '+=', '*=')} float({s()})", f"p['de'] = (float({s()}), {self.vector(n, 1)} + 0.0)"
        )
        self.say(depth, line, f"{t} = p['c'] * p['de'][0] - {self.one('np.sum', 'norm2')}(p['de'][1])")
        n.f.append(t)
        self.note("dict of the arguments changed")

    def unpacked_generator(self, n: Names, depth: int) -> None:
        a, b = self.new("t"), self.new("t")
        self.say(depth, f"{a}, {b} = (u * {self.scalar(n, 1)} for u in ({self.scalar(n, 0)}, {self.scalar(n, 0)}))")
        n.f += [a, b]
        self.note("generator unpacked")

    # --- functions

    def make_function(self, n: Names, depth: int) -> None:
        c = self.new("c")
        kind = self.rng.randrange(7)
        if kind == 0:
            self.say(depth, f"{c} = lambda z, c=0.5: np.sin(z) * c + {self.scalar(n, 1)}")
        elif kind == 1:
            self.say(depth, f"def {c}(z, c=0.5):", f"    if z > {self.scalar(n, 0)}:", "        return z * c")
            self.say(depth + 1, f"return np.tanh(z) - {self.scalar(n, 1)}")
        elif kind == 2:
            a = self.one(*self.free(n.f)) if self.free(n.f) else self.one(*n.f)
            self.say(
                depth, f"def {c}(z):", f"    nonlocal {a}", f"    {a} = np.tanh({a} + 0.5 * z)", f"    return {a} * 0.5"
            )
            if a in self.reserved:  # every name is a loop's: then it is read
                self.lines[-3:-1] = []
        elif kind == 3:
            s = self.scalar(n, 1)
            made = self.one(f"scaler({s})", f"partial(square, k={s})", "halved(np.sin)", "partial(pick, 0.3)")
            self.say(depth, f"{c} = {made}")
        elif kind == 4:
            self.say(depth, self.one("@halved", "@scaled_by(0.7)"), f"def {c}(z, c={self.scalar(n, 0)}):")
            self.say(depth + 1, f"return np.sin(z) * c + {self.scalar(n, 1)}")
        elif kind == 5:
            self.say(depth, f"def {c}(*zs, c=0.3, **more):", f"    for z in zs[1:]: c = c * z + {self.scalar(n, 0)}")
            self.say(depth + 1, f"return np.tanh(zs[0]) * c + more.get('shift', {self.scalar(n, 0)})")
        else:
            self.say(depth, f"def {c}(z, turns={self.one('2', *n.i)}):")
            self.say(depth + 1, f"if turns <= 0 or z > 1.5: return z * {self.scalar(n, 0)}")
            self.say(depth + 1, f"return np.sin({c}(z + {self.scalar(n, 0)}, turns - 1))")
        names = (
            "lambda",
            "inner function",
            "nonlocal",
            "function value",
            "decorated",
            "any arguments",
            "inner recursion",
        )
        self.note(names[kind])
        t = self.new("t")
        self.say(depth, f"{t} = {c}(np.tanh({self.scalar(n, 1)}))")
        n.f.append(t)
        n.c.append(c)
