"""Every program that the drivers make keeps the invariants of the IR, and the bank's programs do."""

from __future__ import annotations

import pytest

from symdiff.ad.forward import jvp
from symdiff.ad.reverse import value_and_grad, vjp
from symdiff.ir.verify import verify
from symdiff.passes.dce import dce
from tests.ad import programs_exits, programs_functions, programs_loops, programs_memory  # noqa: F401  (the bank)
from tests.ad.bank import BANK
from tests.ad.checks import hessian_programs

entries = pytest.mark.parametrize("name", sorted(BANK))


@entries
def test_first_order(name: str) -> None:
    e = BANK[name]
    verify(e.program, locs=True, stage="by hand")
    verify(value_and_grad(e.program, e.wrt), locs=True, stage="value_and_grad")
    verify(jvp(e.program, e.wrt), locs=True, stage="jvp")
    pair = vjp(e.program, e.wrt)
    verify(pair.forward, locs=True, stage="forward")
    verify(pair.backward, locs=True, stage="backward")


@entries
def test_higher_orders(name: str) -> None:
    e = BANK[name]
    gradient, ror, fr = hessian_programs(e.program, e.wrt)
    for made, stage in (
        (ror, "reverse over reverse"),
        (fr, "forward over reverse"),
        (dce(ror), "dce"),
        (jvp(fr, e.wrt), "third order"),
    ):
        verify(made, locs=True, stage=stage)
    pair = vjp(gradient, e.wrt)
    verify(pair.forward, locs=True, stage="forward of the gradient")
    verify(pair.backward, locs=True, stage="backward of the gradient")
