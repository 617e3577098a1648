"""Printed programs mean what the interpreter says: the bank of control flow, random programs, deep and long ones."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff.ad.forward import jvp
from symdiff.ad.reverse import value_and_grad
from symdiff.codegen.load import Loaded
from symdiff.ir import dims, types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Program, Value
from symdiff.passes.dce import dce
from symdiff.pipeline import compile_module
from tests.ad import programs_exits, programs_functions, programs_loops, programs_memory  # noqa: F401  (the bank)
from tests.ad.bank import BANK, cond, for_
from tests.ad.checks import Case
from tests.codegen.harness import FLOAT, Compared, body_of, lowered, program
from tests.ir.random_programs import random_args, random_program

VEC = types.array("f8", dims.var("n"))


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", sorted(BANK))
def test_bank(name: str, level: int) -> None:
    entry = BANK[name]
    with np.errstate(all="ignore"):
        Compared(entry.program, entry.args(np.random.default_rng(0), entry.size), level, list(entry.wrt)).check()


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", sorted(BANK))
def test_gradients_and_tangents_of_the_bank(name: str, level: int) -> None:
    case = Case(BANK[name])
    derivatives = (
        (value_and_grad(case.program, case.wrt), case.cts),
        (jvp(case.program, case.wrt), case.direction),
    )
    with np.errstate(all="ignore"):
        for made, more in derivatives:
            Compared(dce(made), (*case.args, *more), level, case.wrt).check()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_part_that_is_lent_is_a_view_and_nothing_puts_it_back(level: int) -> None:
    e = BANK["tree"]
    module = compile_module(lowered(e.program), ["x", "w"], level=level, functions=["value_and_grad"])
    lines = [line.split("  #")[0] for line in body_of(module.text, "_tree_backward")]
    start = next(k for k, line in enumerate(lines) if line.startswith("part = "))
    assert [line.split(" = ")[0] for line in lines[start : start + 4]] == ["part", "part, t", "part", "part, t1"]
    assert lines[start].startswith("part = d_x[y") and lines[start + 2].startswith("part = d_x[:y")
    assert lines[-1].startswith("return d_x, ") and "copy" not in module.text.split("def _accept")[0]


@pytest.mark.fuzz
@pytest.mark.parametrize("number", range(12))
def test_random_programs(seed: int, number: int) -> None:
    rng = np.random.default_rng([seed, number])
    made = random_program(rng)
    args = random_args(made, rng)
    for level in (0, 1, 2):
        with np.errstate(all="ignore"):
            Compared(made, args, level).check()


def nested(depth: int) -> Program:
    """`if` in `if` in `if`: every branch returns."""

    def arms(k: int, params: tuple[V, ...], b: Builder) -> list[V]:
        (x,) = params
        if k == depth:
            return [x * 2.0]
        return cond(b, b.op("gt", x, float(k)), lambda b, x: [x + float(k)], lambda b, x: arms(k + 1, (x,), b), [x])

    return program(lambda b, x: arms(0, (x,), b), "f", x=FLOAT)


def test_constants_with_names_reach_functions_split_off() -> None:
    """At -O0 a constant with a name of the user's has a line; the parts of a deep program read it."""

    def build(b: Builder, x: V) -> list[V]:
        factor = b.const(2.0)
        factor.hint = "factor"

        def arms(k: int, params: tuple[V, ...], b: Builder) -> list[V]:
            x, factor = params
            if k == 20:
                return [x * factor]
            deeper = lambda b, x, factor: arms(k + 1, (x, factor), b)
            found = cond(b, b.op("gt", x, float(k)), deeper, lambda b, x, factor: [x + factor], [x, factor])
            return [found[0] * factor]

        return arms(0, (x, V(b, factor)), b)

    for level in (0, 1):
        Compared(program(build, "f", x=FLOAT), [30.5], level).check()


def test_150_early_returns_stay_flat_and_linear() -> None:
    sizes = {}
    for n in (75, 150):
        made = nested(n)
        module = compile_module(lowered(made), ["x"], level=1, functions=["primal", "value_and_grad"])
        sizes[n] = len(module.text.splitlines())
        f = Loaded(module.text, "f")["f"]
        assert [f(-1.0), f(0.5), f(1000.0)] == [-2.0, 0.5, 1000.0]
        assert max(len(line) - len(line.lstrip()) for line in body_of(module.text, "f")) <= 8
    assert sizes[150] < 2.3 * sizes[75]


def loops(depth: int) -> Program:
    def turn(k: int, b: Builder, t: V) -> list[V]:
        if k == depth:
            return [t * 1.01]
        return [for_(b, (0, 1, 1), [t], lambda b, i, t: turn(k + 1, b, t))[0]]

    return program(lambda b, x: turn(0, b, x), "f", x=FLOAT)


def test_loops_nested_deeper_than_python_allows_become_functions() -> None:
    module = Compared(loops(25), [2.0], 1).check()
    assert "def _part1(" in module.text


def test_long_programs_need_no_recursion() -> None:
    def build(b: Builder, x: V) -> list[V]:
        total = x
        for k in range(800):
            total = total + x * float(k + 2)
        return [total]

    module = Compared(program(build, "f", x=FLOAT), [0.5], 1).check()
    assert max(map(len, module.text.splitlines())) <= 120


def test_120_arguments() -> None:
    names = [f"a{k}" for k in range(120)]

    def build(b: Builder, *xs: V) -> list[V]:
        total = xs[0]
        for x in xs[1:]:
            total = total + x
        return [total]

    made = program(build, "f", **dict.fromkeys(names, FLOAT))
    Compared(made, [float(k) for k in range(120)], 1).check()


def test_a_loop_reads_like_python() -> None:
    """`s = x * 0.0; for v in xs: s = s + v * x` with the carry, the element and the list of the user's names."""

    def build(b: Builder, x: V, xs: V) -> list[V]:
        size = b.op("dim", size=dims.var("n"))
        index, s, v, cap = Value(types.INT, "i"), Value(FLOAT, "s"), Value(types.numpy("f8"), "v"), Value(FLOAT, "x")
        inner = Builder(b.loc)
        out = inner.op("convert", V(inner, s) + V(inner, v) * V(inner, cap), kind=types.Kind.PYTHON, dtype="f8")
        body = Block((index, s, v, cap), tuple(inner.ops), (out.value,))
        start = b.const(0.0)
        return [
            V(
                b,
                b.emit(
                    "for",
                    b.const(0),
                    size.value,
                    b.const(1),
                    start,
                    xs.value,
                    x.value,
                    regions=[body],
                    n_carry=1,
                    n_xs=1,
                    hints=("s",),
                )[0],
            )
        ]

    made = program(build, "total", x=FLOAT, xs=VEC)
    module = Compared(made, [0.5, np.array([1.0, 2.0, 4.0])], 1).check()
    body = [line.split("#")[0].rstrip() for line in body_of(module.text, "total")]
    assert body[-4:] == ["s = 0.0", "for v in xs:", "    s = float(s + v * x)", "return s"]


def test_an_update_in_place_prints_as_one() -> None:
    made = program(lambda b, x, y: [(x @ x + y) * 2.0], "f", x=types.array("f8", 3, 3), y=types.array("f8", 3))
    module = Compared(made, [np.eye(3), np.ones(3)], 1).check()
    assert [line.split("#")[0].rstrip() for line in body_of(module.text, "f")[-4:]] == [
        "y0 = x @ x",
        "y0 += y",
        "y0 *= 2.0",
        "return y0",
    ]


def test_a_constant_and_a_second_name_are_collected_every_turn() -> None:
    def build(b: Builder, x: V) -> list[V]:
        turn = lambda b, i, t: [t * x_in(b, t), b.v(3.0), b.op("retype", t, shape=())]
        out, threes, same, _ = for_(b, (0, 3, 1), [x], turn)
        add = lambda b, i, s, p, q: [s + p * q]
        return [for_(b, (0, 3, 1), [out], add, xs=[threes, same])[0]]

    def x_in(b: Builder, t: V) -> V:
        return t + 1.0

    for level in (0, 1, 2):
        Compared(program(build, "f", x=FLOAT), [0.5], level).check()
