"""Every program of the bank: value, gradient, forward mode, second and third order, the pair, dead code removed."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff.ad.forward import jvp
from symdiff.ad.reverse import value_and_grad, vjp
from symdiff.ir.core import Op
from symdiff.ir.interpret import run
from symdiff.passes.dce import dce
from tests.ad import programs_exits, programs_functions, programs_loops, programs_memory  # noqa: F401  (the bank)
from tests.ad.bank import BANK
from tests.ad.checks import (
    Case,
    arguments_kept,
    close,
    difference,
    hessian_programs,
    hvp_for,
    hvp_ror,
    inexact,
    inner,
    moved,
    same_type,
)

entries = pytest.mark.parametrize("name", sorted(BANK))


def sized(sizes: list[int | None]) -> list[tuple[str, int | None]]:
    """Each entry of the bank at the sizes that it takes."""
    return [(name, n) for name in sorted(BANK) for n in sizes if n is None or n >= BANK[name].least]


@pytest.mark.parametrize(("name", "size"), sized([0, 1, 2, None]))
def test_value(name: str, size: int | None) -> None:
    e = BANK[name]
    case = Case(e, size)
    with np.errstate(all="ignore"):
        close(case.values, e.python(*case.args), 1e-13)


@pytest.mark.parametrize(("name", "size"), sized([0, 1, 2, None]))
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_gradient_against_differences(name: str, size: int | None, seed: int) -> None:
    e = BANK[name]
    case = Case(e, size, seed)
    made = value_and_grad(e.program, e.wrt)
    outs = arguments_kept(lambda *args: run(made, *args), *case.args, *case.cts)
    close(outs[: case.n_out], case.values, 0)
    gradient = outs[case.n_out :]
    for k, g in zip(e.wrt, gradient, strict=True):
        same_type(g, e.program.main.body.params[k].type)
        assert np.shape(g) == np.shape(case.args[k])
    if e.holomorphic:
        step = e.python(*moved(case.args, e.wrt, case.direction, 1e-30j))
        expected, rtol = [np.imag(v) / 1e-30 for v in _real_outs(case, step)], 1e-12
    else:
        expected, rtol = difference(lambda a: inexact(e.python(*a)), case.args, e.wrt, case.direction, e.step), e.rtol
    close([inner(gradient, case.direction)], [inner(case.cts, expected)], rtol)


def _real_outs(case: Case, outs: tuple) -> list:
    return [v for v, like in zip(outs, case.values, strict=True) if np.asarray(like).dtype.kind in "fc"]


@entries
def test_forward_and_reverse_are_transposes(name: str) -> None:
    case = Case(BANK[name])
    e = case.entry
    made = jvp(e.program, e.wrt)
    outs = arguments_kept(lambda *args: run(made, *args), *case.args, *case.direction)
    close(outs[: case.n_out], case.values, 0)
    gradient = case.gradient(value_and_grad(e.program, e.wrt), case.args)
    close([inner(outs[case.n_out :], case.cts)], [inner(gradient, case.direction)], 1e-12)


@entries
def test_second_order(name: str) -> None:
    case = Case(BANK[name])
    e = case.entry
    gradient, ror, fr = hessian_programs(e.program, e.wrt)
    by_reverse, by_forward = hvp_ror(case, ror, case.direction), hvp_for(case, fr, case.direction)
    close(by_reverse, by_forward, 1e-12, "reverse over reverse against forward over reverse")
    expected = difference(lambda a: case.gradient(gradient, a), case.args, e.wrt, case.direction, e.step)
    close(by_forward, expected, 10 * e.rtol, "against differences of the gradient")


@entries
def test_dead_code_removed_between_orders(name: str) -> None:
    case = Case(BANK[name])
    e = case.entry
    _, plain, _ = hessian_programs(e.program, e.wrt)
    gradient, ror, fr = hessian_programs(e.program, e.wrt, dce)
    close(case.gradient(gradient, case.args), case.gradient(value_and_grad(e.program, e.wrt), case.args), 1e-14)
    expected = hvp_ror(case, plain, case.direction)
    close(hvp_ror(case, ror, case.direction), expected, 1e-13)
    close(hvp_for(case, fr, case.direction), expected, 1e-12)


@entries
def test_pair(name: str) -> None:
    case = Case(BANK[name])
    e = case.entry
    pair = vjp(e.program, e.wrt)
    outs = run(pair.forward, *case.args)
    saved = outs[case.n_out :]
    assert len(saved) == pair.n_residuals
    first = arguments_kept(lambda *args: run(pair.backward, *args), *saved, *case.cts)
    second = run(pair.backward, *saved, *case.cts)
    expected = case.gradient(value_and_grad(e.program, e.wrt), case.args)
    close(first, expected, 0)
    close(second, expected, 0)


THIRD = [
    name
    for name in (
        "nested",
        "cholesky",
        "iterate",
        "branches",
        "streams",
        "stencil",
        "recurrence",
        "tree",
        "determinant",
        "growing",
    )
    if name in BANK
]


@pytest.mark.parametrize("name", THIRD)
def test_third_order(name: str) -> None:
    case = Case(BANK[name], 3)
    e = case.entry
    _, ror, fr = hessian_programs(e.program, e.wrt, dce)
    zeros = [np.zeros_like(ct)[()] for ct in case.cts]

    def hvp(args: tuple) -> tuple:
        return run(ror, *args, *case.cts, *zeros, *case.direction)[case.n_out + len(e.wrt) :]

    expected = difference(hvp, case.args, e.wrt, case.direction, e.step)
    forward = run(jvp(ror, e.wrt, "third"), *case.args, *case.cts, *zeros, *case.direction, *case.direction)[
        -len(e.wrt) :
    ]
    close(forward, expected, 100 * e.rtol)
    again = value_and_grad(fr, e.wrt, "third")
    n = len(fr.main.body.outs)
    seeds = [np.zeros_like(v)[()] for v in inexact(run(fr, *case.args, *case.cts, *case.direction))[: -len(e.wrt)]]
    reverse = run(again, *case.args, *case.cts, *case.direction, *seeds, *case.direction)[n:]
    close(reverse, forward, 1e-10)


@pytest.mark.parametrize("name", ["exits", "exits_captured", "while_exits", "exits_streams", "exits_backwards"])
def test_loops_of_the_bank_end_early(name: str) -> None:
    """An exit in the middle, in the last turn or not at all: the arguments drawn reach more than one of these."""
    e = BANK[name]
    counts = set()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        found: list[int] = []

        def seen(op: Op, outs: tuple, found: list[int] = found) -> None:
            if op.params.get("exit"):
                found.append(outs[-1])

        run(e.program, *e.args(rng, e.size), observer=seen)
        counts.add(found[0])
    assert len(counts) > 1, counts
