"""Random statements about what is kept along the way: deques, counts, sets, tables, None, texts, functions."""

from __future__ import annotations

from tests.properties.data import Data
from tests.properties.writer import Names, Text


class Kept(Data):
    def kept(self, n: Names, depth: int) -> None:
        """One of these statements."""
        found = [self.queue, self.tallied, self.elements_seen, self.rotated]
        found += [self.function_chosen, self.tuple_chosen, self.text_chosen]
        if n.v:
            found += [
                self.window,
                self.window,
                self.changed_anywhere,
                self.changed_anywhere,
                self.best,
                self.table,
                self.table,
                self.dict_of_arrays,
                self.first_found,
            ]
        self.rng.choice(found)(n, depth)

    def window(self, n: Names, depth: int) -> None:
        """The last few elements of a vector."""
        q, u, t = self.new("q"), self.new("u"), self.new("t")
        start, length = self.one("", f"[float({self.scalar(n, 0)})], "), self.one("1", "2", "3")
        self.say(depth, f"{q}, {t} = deque({start or '(), '}maxlen={length}), {self.scalar(n, 0)}")
        self.say(depth, f"for {u} in {self.one(*n.v)}:")
        if self.rng.random() < 0.5:
            then = self.one("continue", "break", f"{q}.clear()", f"{u} = 0.5 * {u}")
            self.say(depth + 1, f"if {u} > {self.scalar(n, 0)}:", f"    {then}")
        self.say(depth + 1, f"{q}.{self.one('append', 'appendleft')}(float({u} * {self.scalar(n, 0)}))")
        read = self.one(f"sum({q}) / len({q})", f"max({q})", f"{q}[0] * {q}[-1]", f"sum(r_ * 0.5 for r_ in {q})")
        self.say(depth + 1, f"{t} = np.tanh({t} + {read})")
        self.say(depth, f"{t} = {t} + 0.1 * len({q})")
        n.f.append(t)
        self.note("window of a deque")

    def queue(self, n: Names, depth: int) -> None:
        """Work that makes more work."""
        q, t, i, w = self.new("q"), self.new("t"), self.new("i"), self.new("u")
        self.say(depth, f"{q}, {t} = {self.one('deque([{}])', '[{}]').format(f'(0, float({self.scalar(n, 1)}))')}, 0.0")
        taken = self.one("popleft", "pop") if self.lines[-1].lstrip().startswith(f"{q}, {t} = deque") else "pop"
        self.say(depth, f"while {q}:")
        self.say(depth + 1, f"{i}, {w} = {q}.{taken}()", f"{t} = {t} + np.sin({w})")
        if self.rng.random() < 0.5:
            self.say(depth + 1, f"if {w} > {self.scalar(n, 0)}:", f"    {self.one('continue', 'break')}")
        self.say(depth + 1, f"if {i} < {self.one('1', '2', 'k')}:")
        self.say(depth + 2, f"{q}.append(({i} + 1, float({w} * {self.scalar(n, 0)})))")
        if self.rng.random() < 0.5:
            self.say(depth + 2, f"{q}.append(({i} + 1, float(np.cos({w}))))")
        self.say(depth, f"{t} = np.tanh({t})")
        n.f.append(t)
        self.note("work in a queue")

    def rotated(self, n: Names, depth: int) -> None:
        """A deque of known structure, or of any length."""
        q, t = self.new("q"), self.new("t")
        s: Text = lambda: f"float({self.scalar(n, 0)})"
        made = f"deque([{s()}, {s()}])", f"deque([float(u) for u in {self.one(*n.v)}])" if n.v else f"deque([{s()}])"
        self.say(depth, f"{q} = {self.one(*made)}")
        for _ in range(self.one(1, 2, 3)):
            self.say(
                depth,
                self.one(
                    f"{q}.rotate({self.one('', '-1', '2')})",
                    f"{q}.appendleft({s()})",
                    f"{q}.extend([{s()}, {s()}])",
                    f"if len({q}) > 1: {q}.popleft()",
                    f"if {q}: {q}[0] = {s()}",
                    f"{q}.reverse()",
                ),
            )
        self.say(depth, f"{t} = sum(i_ * u_ for i_, u_ in enumerate({q})) + ({q}[-1] if {q} else 0.2)")
        n.f.append(t)
        self.note("deque changed")

    def changed_anywhere(self, n: Names, depth: int) -> None:
        """A list of any length, whose elements go in and out at places of the run."""
        r, i, u, t = self.new("l"), self.new("i"), self.new("u"), self.new("t")
        s: Text = lambda: f"float({u} * {self.scalar(n, 0)})"
        start = self.one("[]", f"[float(e_) for e_ in {self.one(*n.v)}]", f"[float({self.scalar(n, 0)})] * 10")
        self.say(depth, f"{r}, {t} = {start}, {self.scalar(n, 0)}")
        self.say(depth, f"for {i}, {u} in enumerate({self.one(*n.v)}):", f"    {r}.append({s()})")
        places = ("0", "1", "-1", "-2", i, f"-{i}", f"len({r}) // 2", f"{i} % len({r})", f"{i} - 2")
        place: Text = lambda: self.one(*places)
        for _ in range(self.one(1, 2, 3)):
            self.say(
                depth + 1,
                self.one(
                    f"{r}.insert({place()}, {s()})",
                    f"if len({r}) > 2: {t} = np.tanh({t} + {r}.pop({self.one('0', '1', '-2', f'{i} % len({r})')}))",
                    f"if len({r}) > 2: del {r}[{self.one('0', '1', '-2', f'-1 - {i} % len({r})')}]",
                    f"{r}[{place()}:{place()}] = [{s()}, {s()}]",
                    f"{r}[{place()}:{place()}] = {r}[{place()}:][:2]",
                    f"del {r}[{place()}:{place()}]",
                    f"insort({r}, {s()})",
                    f"if {r}: {r}.remove({r}[{self.one('0', '-1')}])",
                    f"if {r}: {t} = np.tanh({t} * {r}[{i} % len({r})])",
                    f"if {u} > {self.scalar(n, 0)}: {r}.insert(0, {s()})",
                ),
            )
        if self.rng.random() < 0.5:
            self.say(depth, f"while len({r}) > 2: {t} = 0.7 * {t} + {r}.pop({self.one('', '0', f'len({r}) // 2')})")
        self.say(depth, f"{t} = np.tanh({t} + sum(0.1 * i_ * u_ for i_, u_ in enumerate({r})))")
        n.f.append(t)
        self.note("list changed anywhere")

    def tallied(self, n: Names, depth: int) -> None:
        """Sums, lists or counts by key."""
        d, key, u, t = self.new("e"), self.new("z"), self.new("u"), self.new("t")
        s: Text = lambda: self.scalar(n, 1)
        kind = self.one("float", "list", "count")
        self.say(depth, f"{d} = {'Counter()' if kind == 'count' else f'defaultdict({kind})'}")
        self.say(depth, f"for {key}, {u} in zip('{self.one('aba', 'ab', 'abca')}', ({s()}, {s()}, 0.4)):")
        if self.rng.random() < 0.4 and kind != "list":
            self.say(depth + 1, f"if {u} > {self.scalar(n, 0)}:", f"    {u} = 0.3")  # every path has the same keys
        if kind == "list":
            self.say(depth + 1, f"{d}[{key}].append({u})")
            read = f"sum({d}['a']) - 0.1 * len({d}['b'])"
        else:
            self.say(depth + 1, f"{d}[{key}] += {'1' if kind == 'count' else u}")
            read = f"{d}['a'] * 0.5 + sum({d}.values())"
        self.say(depth, f"{t} = np.tanh({read}) * {s()}")
        n.f.append(t)
        self.note("dict with a default")

    def elements_seen(self, n: Names, depth: int) -> None:
        """A set of known numbers that grows."""
        r, i, t = self.new("e"), self.new("i"), self.new("t")
        self.say(depth, f"{r}, {t} = {self.one('set()', '{0}', '{1, 3}')}, {self.scalar(n, 1)}")
        self.say(depth, f"for {i} in {self.one('range(3)', '(0, 1, 0)', '(2, 0, 1)')}:")
        then = self.one("continue", f"{t} = np.sin({t})", f"{r}.discard({i})")
        self.say(depth + 1, f"if {i} in {r}:", f"    {then}")
        self.say(depth + 1, self.one(f"{r}.add({i})", f"{r} |= {{{i}, {i} + 1}}"), f"{t} = {t} * {self.scalar(n, 0)}")
        self.say(depth, f"{t} = {t} + 0.1 * len({r}) + 0.1 * sum(sorted({r}))")
        n.f.append(t)
        self.note("set that grows")

    def best(self, n: Names, depth: int) -> None:
        """None, until there is a number."""
        b, u, t = self.new("e"), self.new("u"), self.new("t")
        self.say(depth, f"{b} = None", f"for {u} in {self.one(*n.v)}:")
        if self.rng.random() < 0.4:
            self.say(depth + 1, f"if {u} > {self.scalar(n, 0)}:", f"    {self.one('continue', 'break')}")
        self.say(depth + 1, f"if {b} is None or {self.one(f'{u} < {b}', f'np.sin({u}) > {b}')}:")
        self.say(depth + 2, f"{b} = {self.one(u, f'np.sin({u})')}")
        self.say(depth, f"{t} = {self.scalar(n, 0)} if {b} is None else {b} * {self.scalar(n, 0)}")
        n.f.append(t)
        self.note("None or a number")

    def first_found(self, n: Names, depth: int) -> None:
        """What a call gives, or None."""
        e, t, v = self.new("e"), self.new("t"), self.one(*n.v)
        self.say(depth, f"{e} = first_of({v}, {self.scalar(n, 0)})")
        self.say(depth, f"{t} = {self.scalar(n, 0)} if {e} is None else {e} * {self.scalar(n, 0)}")
        n.f.append(t)
        self.note("None of a call")

    def table(self, n: Names, depth: int) -> None:
        """A list of lists, or of arrays, filled entry by entry."""
        r, i, j, t = self.new("e"), self.new("i"), self.new("j"), self.new("t")
        s = self.scalar(n, 0)
        row = self.one("[0.0] * 3", "[0.1, 0.2, 0.3]", "np.zeros(3)")
        self.say(depth, f"{r} = [{row} for _ in range({self.one('3', 'n')})]")
        self.say(depth, f"for {i} in range(len({r})):")
        self.say(depth + 1, f"for {j} in range({self.one('3', '1, 3')}):")
        if self.rng.random() < 0.4:
            self.say(depth + 2, f"if {i} == {j}:", f"    {self.one('continue', 'break', f'{r}[{i}][{j}] = {s}')}")
        before = self.one(f"{r}[{i}][{j} - 1]", f"{r}[{i} - 1][{j}]", f"{self.one(*n.v)}[{i}]")
        self.say(depth + 2, f"{r}[{i}][{j}] {self.one('=', '+=')} np.tanh({before} + {self.scalar(n, 0)})")
        self.say(depth, f"{t} = sum(sum({j}) for {j} in {r})")
        n.f.append(t)
        self.note("table filled")

    def dict_of_arrays(self, n: Names, depth: int) -> None:
        d, key, t = self.new("e"), self.new("z"), self.new("t")
        self.say(depth, f"{d} = {{'u': {self.one(*n.v)} * 1.0, 'v': {self.vector(n, 1)} + 0.0}}")
        self.say(depth, f"for {key} in {d}:")
        self.say(
            depth + 1,
            self.one(
                f"{d}[{key}] = np.tanh({d}[{key}] * {self.scalar(n, 0)})",
                f"{d}[{key}][0] += {self.scalar(n, 0)}",
                f"{d}[{key}] -= 0.1 * {d}['u']",
            ),
        )
        self.say(depth, f"{t} = {d}['u'] @ {d}['v']")
        n.f.append(t)
        self.note("dict of arrays")

    def text_chosen(self, n: Names, depth: int) -> None:
        w, t, d = self.new("e"), self.new("t"), self.new("d")
        self.say(depth, f"{d} = {{'a': {self.scalar(n, 0)}, 'b': {self.scalar(n, 1)}}}")
        self.say(depth, f"{w} = 'a' if {self.test(n)} else 'b'")
        self.say(depth, f"{t} = {d}[{w}] * {self.scalar(n, 0)} if {w} == 'a' else {d}[{w}]")
        self.say(depth, self.one(f"print({w}, f'{{{w}}}: {{{t}:.3f}}')", f"{d}[{w}] = {t}"))
        n.f.append(t)
        n.d.append(d)
        self.note("text chosen")

    def function_chosen(self, n: Names, depth: int) -> None:
        c, t = self.new("e"), self.new("t")
        one: Text = lambda: self.one("np.sin", "gentle", "math.cos", "np.tanh", *n.c)
        listed = f"[{one()}, {one()}, square][{self.one('k', *n.i)} % 3]"
        self.say(depth, f"{c} = {self.one(f'{one()} if {self.test(n)} else {one()}', listed)}")
        self.say(depth, f"{t} = {c}(float(np.tanh({self.scalar(n, 1)}))) * {self.scalar(n, 0)}")
        n.f.append(t)
        self.note("function chosen")

    def tuple_chosen(self, n: Names, depth: int) -> None:
        r, a, b = self.new("e"), self.new("t"), self.new("t")
        s: Text = lambda: self.scalar(n, 1)
        self.say(depth, f"{r} = ({s()}, {s()}) if {self.test(n)} else ({s()}, 0.5)")
        self.say(depth, f"{a}, {b} = {self.one(r, f'{r}[::-1]')}")
        n.f += [a, b]
        self.note("tuple chosen")
