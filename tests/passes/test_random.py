"""Every pass on random programs and on their gradients: the same results before and after."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff.ad.reverse import value_and_grad
from symdiff.ir.core import Program
from symdiff.ir.types import AVal
from symdiff.ir.verify import verify
from symdiff.passes import levels
from symdiff.passes.cse import cse, same_names
from symdiff.passes.dce import dce
from symdiff.passes.fold import fold, tidy
from symdiff.passes.invariants import invariant_carries
from symdiff.passes.running_sums import running_sums
from symdiff.passes.views import repeated_views
from tests.ir.random_programs import random_args, random_program
from tests.passes.helpers import close, outcome, same_bits

EXACT = {
    **{"dce": dce, "invariants": invariant_carries, "fold": fold, "cse": cse},
    **{"tidy": tidy, "names": same_names, "views": repeated_views, "running sums": running_sums},
}


def drawn(seed: int, number: int) -> tuple[Program, list[object]]:
    """A random program or, every second time, its gradient, with arguments."""
    rng = np.random.default_rng([seed, number])
    while True:
        p = random_program(rng)
        args = random_args(p, rng)
        if number % 2 == 0:
            return p, args
        wrt = [k for k, t in enumerate(p.main.param_types) if isinstance(t, AVal) and t.inexact]
        try:
            p = value_and_grad(p, wrt)
        except TypeError as refused:  # places that may repeat
            assert "has no derivative" in str(refused)
            continue
        return p, [*args, *_ones(p, args)]


def _ones(p: Program, args: list[object]) -> list[object]:
    """A cotangent for each parameter that is one."""
    found: list[object] = []
    for t in p.main.param_types[len(args) :]:
        assert isinstance(t, AVal)
        shape = [d if isinstance(d, int) else 3 for d in t.shape]
        found.append(np.ones(shape, t.dtype) if t.shape else 1.0 if t.kind == "python" else np.dtype(t.dtype).type(1))
    return found


@pytest.mark.fuzz
@pytest.mark.parametrize("number", range(30))
def test_exact_passes(seed: int, number: int) -> None:
    p, args = drawn(seed, number)
    expected = outcome(p, args)
    q = p
    for name in ("tidy", "dce", "names", "fold", "cse", "dce", "invariants", "fold", "cse", "invariants", "dce",
                 "views", "running sums"):  # fmt: skip
        q = verify(EXACT[name](q))
        assert same_bits(expected, outcome(q, args)), f"{name} changed {expected} to {outcome(q, args)}"
        assert name in ("fold", "tidy") or EXACT[name](q) is q
    assert q.main.out_types == p.main.out_types


@pytest.mark.fuzz
@pytest.mark.parametrize("number", range(20))
def test_levels(seed: int, number: int) -> None:
    p, args = drawn(seed, 2 * number)
    expected = outcome(p, args)
    for level in (0, 1, 2):
        close(expected, outcome(verify(levels.before(p, level)), args), 1e-11)
