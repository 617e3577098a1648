"""Random programs through the whole compiler: generated code at every level does what the IR does."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff import trees
from symdiff.ad import reverse
from symdiff.ir import interpret
from tests.frontend.running import compiled, flat_arguments, outcome, same
from tests.programs.checks import identical
from tests.properties.programs import Program, made

CHUNKS, PER_CHUNK = 8, 25

pytestmark = pytest.mark.fuzz


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_level_agrees(chunk: int, seed: int) -> None:
    compared = 0
    for k in range(PER_CHUNK):
        program = Program((seed * CHUNKS + chunk) * PER_CHUNK + k)
        function, args = made(program.text(), str(program.seed)), program.arguments()
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            wanted = outcome(lambda: function(*copy.deepcopy(args)))  # noqa: B023  # called here
            if wanted[0] == "value":
                agree(function, args, wanted[1], f"program {program.seed}")
                compared += 1
    assert compared > PER_CHUNK // 2


def agree(function: Callable[..., Any], args: tuple[Any, ...], value: Any, place: str) -> None:
    """Value and gradients at each level against the interpreted IR; the value exactly at -O0 and -O1.

    The gradient at -O1 is that at -O0, bit for bit.
    """
    low = compiled(function, *args)
    wrt = [k for k, p in enumerate(low.params) if p.type.inexact and not p.captured]
    seed = 1.0 if low.program.main.out_types[0].kind == "python" else np.float64(1.0)  # type: ignore[union-attr]
    expected = interpret.run(reverse.value_and_grad(low.program, wrt), *flat_arguments(low, args), seed)
    names = tuple(dict.fromkeys(low.params[k].argument for k in wrt))
    literal: Any = None
    for level in (0, 1, 2):
        found, gradient = symdiff.value_and_grad(function, wrt=names, level=level)(*copy.deepcopy(args))
        assert level == 2 or same(found, value), f"{place} at -O{level}: {found} instead of {value}"
        literal = gradient if level == 0 else literal
        assert level == 2 or identical(gradient, literal), f"{place} at -O1: {gradient} instead of {literal}"
        leaves = [found, *(x for x in trees.flatten(gradient)[0] if x is not None)]
        for got, want in zip(leaves, expected, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-9, err_msg=f"{place} at -O{level}")
