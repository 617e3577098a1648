"""Random programs that take derivatives themselves, stop them, have rules of their own, or set NumPy's error state."""

from __future__ import annotations

from tests.properties.kept import Kept
from tests.properties.writer import Names, Options, Text

ERRORS = ("all='ignore'", "over='ignore', under='ignore'", "divide='raise'", "invalid='raise', over='raise'")


class Derivatives(Kept):
    inside = False  # a function that a derivative is taken of: it changes nothing that is not its own

    def within(self, n: Names, d: int) -> str:
        """A number made of what is around such a function."""
        own = n.copy()
        own.o, own.s, own.h, own.r, own.d, own.c = [], [], [], [], [], []
        before, self.inside = self.inside, True
        made = self.scalar(own, d)
        self.inside = before
        return made

    def scalar_calls(self, n: Names, d: int) -> Options:
        s: Text = lambda: self.scalar(n, d - 1)
        t: Text = lambda: f"np.tanh({s()})"
        found: Options = [
            ("rule of the user's", lambda: f"{self.one('softened', 'softened', 'cubed')}({t()})"),
            ("rule for two arguments", lambda: f"blended({t()}, {t()})"),
        ]
        if self.inside:  # CPython is given other functions for those of symdiff's, which a program cannot compile
            return [*super().scalar_calls(n, d), *found]
        found += [("stop_gradient", lambda: f"({s()} * symdiff.stop_gradient({s()}))")]
        of = self.one("bowl", "well")
        taken: Options = [
            ("inner gradient", lambda: f"symdiff.grad({of})({t()}, {t()})"),
            ("inner gradient by the second", lambda: f"symdiff.grad({of}, argnums=1)({t()}, {t()})"),
            ("inner value and gradient", lambda: f"sum(symdiff.value_and_grad({of})({t()}, {t()}))"),
            ("inner second derivative", lambda: f"symdiff.grad(symdiff.grad({of}))({t()}, {t()})"),
            ("inner jvp", lambda: f"symdiff.jvp({of}, ({t()}, 0.5), (1.0, {t()}))[1]"),
            ("decorated by grad", lambda: f"slope_of_well({t()}, {t()})"),
            (
                "inner gradient of a closure",
                lambda: f"symdiff.grad(lambda z: np.sin(z) * {self.within(n, d - 1)})({t()})",
            ),
        ]
        if n.v:
            v: Text = lambda: f"np.tanh({self.vector(n, d - 1)})"
            taken += [
                ("inner gradient by an array", lambda: f"(symdiff.grad(energy)({v()}, {t()}) @ {v()})"),
                ("inner gradient of a loop", lambda: f"symdiff.grad(energy)({v()}, {t()}).sum()"),
                ("inner hvp", lambda: f"symdiff.hvp(energy, ({v()}, 0.3), ({v()}, 0.0))[0].sum()"),
                ("inner hessian", lambda: f"symdiff.hessian(energy)({v()}, {t()}).sum()"),
                ("inner jacobian", lambda: f"(symdiff.jacobian(layer)({v()}, {t()}) @ {self.one(*n.v)}).sum()"),
            ]
        # a few of them: what takes derivatives of closures is compiled again at each call of the program
        return [*super().scalar_calls(n, d), *found, *self.rng.sample(taken, 2)]

    # --- statements

    def inner_steps(self, n: Names, depth: int) -> None:
        """Gradient steps in a loop."""
        w, i = self.new("t"), self.new("i")
        of = self.one("bowl", "well")
        self.say(depth, f"{w} = np.tanh({self.scalar(n, 1)})", f"for {i} in range({self.one('k', '2', '3')}):")
        if self.rng.random() < 0.3:
            then = self.one("break", "continue", f"{w} = 0.5 * {w}")
            self.say(depth + 1, f"if {w} > {self.scalar(n, 0)}:", f"    {then}")
        self.say(depth + 1, f"{w} = {w} - 0.2 * symdiff.grad({of})({w}, np.tanh({self.scalar(n, 1)}))")
        n.f.append(w)
        self.note("inner gradient steps")

    def inner_closure(self, n: Names, depth: int) -> None:
        """Gradient steps of a function that reads what is around it."""
        c, z, w, i = self.new("c"), self.new("z"), self.new("t"), self.new("i")
        self.say(depth, f"def {c}({z}):")
        if self.rng.random() < 0.5:
            self.say(depth + 1, f"if {z} > {self.within(n, 0)}:", f"    return 0.3 * {z} * {self.within(n, 0)}")
        self.say(depth + 1, f"return np.cos({z}) * np.tanh({self.within(n, 1)}) + 0.2 * {z} ** 2")
        self.say(depth, f"{w} = np.tanh({self.within(n, 1)})", f"for {i} in range(2):")
        self.say(depth + 1, f"{w} = {w} - 0.2 * symdiff.grad({c})({w})")
        n.f.append(w)
        n.c.append(c)
        self.note("inner gradient steps of a closure")

    def inner_descent(self, n: Names, depth: int) -> None:
        """Steps of an array, with the value beside the gradient."""
        w, e, i = self.new("w"), self.new("t"), self.new("i")
        self.say(depth, f"{w}, {e} = np.tanh({self.one(*n.v)}), 0.0", f"for {i} in range({self.one('k', '2')}):")
        step = self.one(
            f"{e}, g_ = symdiff.value_and_grad(energy)({w}, np.tanh({self.scalar(n, 1)}))",
            f"g_ = symdiff.grad(energy)({w}, {e})",
        )
        self.say(depth + 1, step, f"{w} {self.one('= ' + w + ' - 0.2 * g_', '-= 0.2 * g_')}")
        n.f.append(e)
        n.v.append(w)
        n.own.append(w)
        self.note("inner gradient steps of an array")

    def with_errstate(self, n: Names, depth: int) -> None:
        self.say(depth, f"with {self.one('np.errstate', 'np.errstate', 'nullcontext')}(")
        self.lines[-1] += f"{self.one(*ERRORS)}):" if "errstate" in self.lines[-1] else "):"
        self.block(n.copy(), depth + 1, self.one(1, 2), self.in_loop)
        self.note("with np.errstate")

    def block(self, n: Names, depth: int, size: int, in_loop: bool) -> None:
        raise NotImplementedError  # of the part above
