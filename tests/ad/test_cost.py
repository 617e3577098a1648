"""Differentiating a loop costs time proportional to the loop: executed operations and bytes at n and at 10 n.

Operations that generated code does in place are counted so: the size of the part that they write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from symdiff.ad.forward import jvp
from symdiff.ad.reverse import value_and_grad, vjp
from symdiff.ir.core import Family, Op, Program
from symdiff.ir.dims import Atom
from symdiff.ir.interpret import Run
from symdiff.passes.buffers import buffers
from symdiff.passes.dce import dce
from symdiff.passes.lending import in_place as restored_in_place
from tests.ad import programs_exits, programs_functions, programs_loops, programs_memory  # noqa: F401  (the bank)
from tests.ad.bank import BANK
from tests.ad.checks import Case, zero

Finish = Callable[..., Program]  # what is done to a program last; the numbers of its results that are residuals


def pure(program: Program, residuals: Sequence[int] = ()) -> Program:
    return program


def in_place(program: Program, residuals: Sequence[int] = ()) -> Program:
    return buffers(program, residuals=residuals)


def n_bytes(x: Any) -> int:
    if isinstance(x, (list, tuple)):
        return 8 + sum(map(n_bytes, x))
    return x.nbytes if isinstance(x, np.ndarray) else 8


class Counting(Run):
    """The interpreter, counting operations and the bytes they write."""

    def __init__(self, program: Program) -> None:
        super().__init__(program, self.count)
        self.idle = restored_in_place(program, {})
        self.operations = self.bytes = 0

    def count(self, op: Op, outs: tuple[Any, ...]) -> None:
        self.operations += 1

    def op(self, name: str, op: Op, ins: list[Any], sizes: dict[Atom, int]) -> tuple[Any, ...]:
        outs = super().op(name, op, ins, sizes)
        if op.prim.name == "seq_append" or op in self.idle[name]:
            self.bytes += 8
        elif op.prim.consumes is not None:
            self.bytes += sum(n_bytes(x) for k, x in enumerate(ins) if k != op.prim.consumes)
        elif op.prim.views is None and op.prim.family is not Family.CONTROL:
            self.bytes += sum(map(n_bytes, outs))
        return outs


def cost(program: Program, args: Sequence[Any]) -> np.ndarray:
    run = Counting(program)
    run.call(program.entry, args)
    return np.array([run.operations, run.bytes])


def costs(name: str, n: int, finish: Finish) -> dict[str, np.ndarray]:
    """The costs of an entry's programs for size n; `finish` is what is done to them last."""
    e = BANK[name]
    case = Case(e, n)
    gradient = dce(value_and_grad(e.program, e.wrt))
    pair = vjp(gradient, e.wrt)
    first = len(pair.forward.main.body.outs) - pair.n_residuals
    residuals = range(first, first + pair.n_residuals)
    seeds = (*map(zero, case.cts), *case.direction)
    given = (*case.args, *case.cts)
    return {
        "value": cost(e.program, case.args),
        "gradient": cost(finish(gradient), given),
        "jvp": cost(finish(dce(jvp(e.program, e.wrt))), (*case.args, *case.direction)),
        "reverse over reverse": cost(finish(dce(value_and_grad(gradient, e.wrt, "ror"))), (*given, *seeds)),
        "forward over reverse": cost(finish(dce(jvp(gradient, e.wrt, "fr"))), (*given, *case.direction)),
        "forward half of the gradient": cost(finish(pair.forward, residuals), given),
    }


LINEAR = [name for name, e in sorted(BANK.items()) if e.linear]


@pytest.mark.parametrize("finish", [pure, in_place])
@pytest.mark.parametrize("name", LINEAR)
def test_ten_times_the_size_costs_ten_times_as_much(name: str, finish: Finish) -> None:
    n = BANK[name].count
    small, large = costs(name, n, finish), costs(name, 10 * n, finish)
    ratios = {what: (large[what] / small[what]).round(2).tolist() for what in small}
    assert max(ratios["value"]) <= 11, ratios  # else the entry's own claim is wrong
    assert all(max(r) <= 11 for r in ratios.values()), ratios
