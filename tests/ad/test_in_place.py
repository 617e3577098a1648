"""The bank's derivatives, run as generated code runs them: updates overwrite, lent parts are views."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from symdiff.ad.reverse import vjp
from symdiff.ir.interpret import run
from symdiff.ir.verify import verify
from symdiff.passes.buffers import buffers, ownership
from symdiff.passes.dce import dce
from tests.ad import programs_exits, programs_functions, programs_loops, programs_memory  # noqa: F401  (the bank)
from tests.ad.bank import BANK
from tests.ad.checks import Case, close, hessian_programs, zero
from tests.passes.in_place import arrays, run_in_place


@pytest.mark.parametrize("name", sorted(BANK))
def test_in_place_is_as_pure(name: str) -> None:
    case = Case(BANK[name])
    programs = hessian_programs(case.program, case.wrt, dce)
    seeds = [*map(zero, case.cts), *case.direction]
    for program, more in zip(programs, ([], seeds, case.direction), strict=True):
        made = verify(buffers(program), after_ownership=True)
        args = (*case.args, *case.cts, *more)
        given = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        found = run_in_place(made, *given, into=ownership(made).into)
        close(found, run(program, *args), 1e-12, name)


@pytest.mark.parametrize("name", sorted(BANK))
def test_what_the_forward_pass_saves_shares_no_memory_with_arguments_and_results(name: str) -> None:
    """And the check of ownership says so too: lists of saved arrays are deep copies where arrays are the caller's."""
    case = Case(BANK[name])
    pair = vjp(case.program, case.wrt)
    residuals = range(case.n_out, case.n_out + pair.n_residuals)
    made = buffers(pair.forward, residuals=residuals)
    into = ownership(made).into
    verify(made, after_ownership=True, residuals=residuals, into=into)
    args = [a.copy() if isinstance(a, np.ndarray) else a for a in case.args]
    outs = run_in_place(made, *args, into=into)
    close(outs[: case.n_out], case.values, 1e-12, name)
    groups = [arrays(args), *map(arrays, outs[: case.n_out]), arrays(outs[case.n_out :])]
    for first, second in itertools.combinations(groups, 2):
        assert not any(np.shares_memory(a, b) for a in first for b in second)
