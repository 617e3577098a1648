"""Random formulas with indices against loops over their elements, written down at the same time as Python."""

import random

import numpy as np
import pytest

import symdiff

HEADER = "f(n1; a, b, x: [n], y: [m], A: [n, m], B: [m, n], z: [n + m]) ="
# The letters of indices, and where each runs: as the formula and as the loops write it.
RANGES = {"i": ("1..n", "range(1, n + 1)"), "p": ("1..n", "range(1, n + 1)"), "j": ("1..m", "range(1, m + 1)"),
          "q": ("1..m", "range(1, m + 1)"), "h": ("1..n-1", "range(1, n)")}  # fmt: skip
N, M = "ip", "jq"


class Formulas:
    """Draws pairs of texts that mean the same number, given indices that are in use."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def number(self, depth: int, free: str) -> tuple[str, str]:
        if depth == 0:
            return self.leaf(free)
        kinds = (self.sum_, self.product, self.total, self.total, self.function, self.cases, self.leaf)
        kind = self.rng.choice(kinds)
        return self.leaf(free) if kind == self.leaf else kind(depth, free)

    def leaf(self, free: str) -> tuple[str, str]:
        found = [("a", "a"), ("b", "b"), ("0.5", "0.5")]
        for i in free:
            if i in N:
                found += [(f"x_{i}", f"x[{i}-1]")] * 2 + [(f"x_{{n+1-{i}}}", f"x[n-{i}]"), (i, i)]
            elif i in M:
                found += [(f"y_{i}", f"y[{i}-1]")] * 2
            else:
                found += [(f"x_{{{i}+1}}", f"x[{i}]"), (f"x[{i}]", f"x[{i}-1]")]
            for j in free:
                if i in N and j in M:
                    found += [(f"A_{i}{j}", f"A[{i}-1,{j}-1]"), (f"B_{j}{i}", f"B[{j}-1,{i}-1]")] * 2
                    found += [(f"z_{{{i}+{j}}}", f"z[{i}+{j}-1]"), (f"z_{{{i}-{j}+m}}", f"z[{i}-{j}+m-1]")]
        return self.rng.choice(found)

    def sum_(self, depth: int, free: str) -> tuple[str, str]:
        (s, p), (t, q) = (self.number(depth - 1, free) for _ in "12")
        sign = self.rng.choice("+-")
        return f"({s} {sign} {t})", f"({p} {sign} {q})"

    def product(self, depth: int, free: str) -> tuple[str, str]:
        parts = [self.number(depth - 1, free) for _ in range(self.rng.choice((2, 2, 3)))]
        return " * ".join(s for s, _ in parts), "(" + " * ".join(p for _, p in parts) + ")"

    def total(self, depth: int, free: str) -> tuple[str, str]:
        left = [i for i in RANGES if i not in free]
        if not left:
            return self.leaf(free)
        i = self.rng.choice(left)
        s, p = self.number(depth - 1, free + i)
        text, loop = RANGES[i]
        body = s if self.rng.random() < 0.5 and " " not in s else f"({s})"
        return f"(Σ_{{{i}={text}}} {body})", f"sum(({p}) for {i} in {loop})"

    def function(self, depth: int, free: str) -> tuple[str, str]:
        s, p = self.number(depth - 1, free)
        return self.rng.choice(
            [(f"tanh({s})", f"tanh({p})"), (f"({s})^2", f"({p})**2"), (f"max({s}, a)", f"max({p}, a)")]
        )

    def cases(self, depth: int, free: str) -> tuple[str, str]:
        (s, p), (t, q), (u, r) = (self.number(depth - 1, free) for _ in "123")
        return f"{{ {s} if {t} < 0.1; {u} otherwise }}", f"(({p}) if ({q}) < 0.1 else ({r}))"


@pytest.mark.parametrize("seed", range(24))
def test_formulas_mean_their_loops(seed: int) -> None:
    text, python = Formulas(seed).total(4, "")
    rng = np.random.default_rng(seed)
    n, m = 3, 4
    shapes = {"a": (), "b": (), "x": (n,), "y": (m,), "A": (n, m), "B": (m, n), "z": (n + m,)}
    drawn = {name: rng.normal(size=shape) * 0.6 for name, shape in shapes.items()}
    values = {name: float(v) if v.shape == () else v for name, v in drawn.items()}
    f = symdiff.from_dsl(f"{HEADER} {text} + 0 a")
    expected = eval(python, {"tanh": np.tanh, "n": n, "m": m, **values})
    for level in (0, 2):
        value, gradient = symdiff.value_and_grad(f, level=level)(0.0, *values.values())
        assert np.isclose(value, expected, rtol=1e-10, atol=1e-10), (text, python)
        direction = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        along = sum(np.sum(g * v) for g, v in zip(gradient, direction.values(), strict=True))
        moved = [
            eval(python, {"tanh": np.tanh, "n": n, "m": m, **{k: values[k] + h * direction[k] for k in values}})
            for h in (1e-6, -1e-6)
        ]
        assert np.isclose(along, (moved[0] - moved[1]) / 2e-6, rtol=2e-5, atol=2e-5), (text, python)


class Matrices:
    """Draws pairs of texts of numbers, vectors and matrices of one size, some of them products with themselves."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def draw(self, sort: str, depth: int) -> tuple[str, str]:
        if depth == 0:
            return {
                "s": [("a", "a"), ("2", "2")],
                "v": [("x", "x"), ("y", "y"), ("A_1", "A[0]")],
                "m": [("A", "A"), ("B", "B"), ("Aᵀ", "A.T")],
            }[sort][self.rng.randrange(2 + (sort != "s"))]
        form, python, sorts = self.rng.choice(RULES[sort])
        parts = [self.draw(s, depth - 1) for s in sorts]
        if self.rng.random() < 0.3:  # something with itself
            parts = [next(p for p, s in zip(parts, sorts, strict=True) if s == sort_) for sort_ in sorts]
        return form.format(*(s for s, _ in parts)), python.format(*(p for _, p in parts))


RULES = {
    "s": [("({0})^T ({1})", "({0} @ {1})", "vv"), ("sum({0})", "np.sum({0})", "m"), ("tr({0})", "np.trace({0})", "m"),
          ("‖{0}‖²", "np.sum({0} * {0})", "v"), ("({0} + {1})", "({0} + {1})", "ss"),
          ("({0}) ({1})", "({0} * {1})", "ss"),
          ("({0})ᵀ ({1}) ({2})", "({0} @ {1} @ {2})", "vmv"), ("(({0}) · ({1}))", "({0} @ {1})", "vv")],
    "v": [("({0}) ({1})", "({0} @ {1})", "mv"), ("({0} - {1})", "({0} - {1})", "vv"),
          ("({0}) ({1})", "({0} * {1})", "sv"),
          ("(({0}) ⊙ ({1}))", "({0} * {1})", "vv"), ("g({0})", "(np.tanh({0}) * {0})", "v"),
          ("(({0})ᵀ ({1}))ᵀ", "({0} @ {1})", "vm")],
    "m": [("({0}) ({1})", "({0} @ {1})", "mm"), ("({0} + {1})", "({0} + {1})", "mm"), ("({0})ᵀ", "({0}.T)", "m"),
          ("(({0}) ⊙ ({1}))", "({0} * {1})", "mm"), ("({0}) ({1})ᵀ", "np.outer({0}, {1})", "vv"),
          ("({0} + ({1})ᵀ)", "({0} + {1})", "mv"), ("g({0})", "(np.tanh({0}) * {0})", "m")],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(24))
def test_matrices_mean_numpy(seed: int) -> None:
    sort = "svm"[seed % 3]
    text, python = Matrices(seed).draw(sort, 3)
    rng = np.random.default_rng(seed)
    values = {"a": 0.7, "x": rng.normal(size=3), "y": rng.normal(size=3), "A": rng.normal(size=(3, 3)) * 0.5}
    values["B"] = rng.normal(size=(3, 3)) * 0.5
    f = symdiff.from_dsl(f"g(t) = tanh(t) t\nf(a, x: [n], y: [n], A: [n, n], B: [n, n]) = {text} + 0 a", "f")
    expected = eval(python, {"np": np, **values})
    found, pullback = symdiff.vjp(f, *values.values())
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10, err_msg=text)
    np.testing.assert_allclose(f(*values.values()), expected, rtol=1e-10, atol=1e-10, err_msg=text)
    weight = rng.normal(size=np.shape(expected))[()]
    gradients = pullback(weight)
    direction = [rng.normal(size=np.shape(v)) for v in values.values()]
    along = sum(np.sum(g * d) for g, d in zip(gradients, direction, strict=True))
    moved = [
        np.sum(weight * eval(python, {"np": np, **{k: v + h * d for (k, v), d in zip(values.items(), direction)}}))
        for h in (1e-6, -1e-6)
    ]
    assert np.isclose(along, (moved[0] - moved[1]) / 2e-6, rtol=1e-4, atol=1e-5), text
