"""Random programs: what CPython computes is what the lowered program computes, and its gradient is the slope.

Value first: result or class of the exception, exactly, kinds and dtypes included; nothing may be refused.  Then the
gradient along a random direction against central differences; where two step sizes disagree the point is near a kink
(or a branch flips) and is passed over.
"""

from __future__ import annotations

import copy
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff.ad import reverse
from symdiff.errors import CompileError
from symdiff.ir import interpret
from symdiff.ir.verify import verify
from symdiff.signature import Lowered
from tests.frontend.running import compiled, flat_arguments, outcome, run, same
from tests.properties.programs import Program, made

CHUNKS, PER_CHUNK = 30, 105
GRADIENTS_EVERY = 2

pytestmark = pytest.mark.fuzz


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_programs(chunk: int, seed: int, record_property: Callable[[str, object], None]) -> None:
    used: Counter[str] = Counter()
    failures: list[str] = []
    for k in range(PER_CHUNK):
        number = (seed * CHUNKS + chunk) * PER_CHUNK + k
        program = Program(number)
        found = attempt(program, gradient=k % GRADIENTS_EVERY == 0)
        used.update(program.used.keys())
        used[f"depth {program.deepest}"] += 1
        used["ends: " + found.partition(":")[0]] += 1
        if not found.startswith(("value", "raises", "gradient", "kink")):
            failures.append(f"program {number}: {found}")
    record_property("constructs", dict(used))  # the table of the whole run is printed at its end
    assert not failures, "\n".join(failures)


def test_table_of_constructs(seed: int) -> None:
    """Every construct occurs often: the generator did not lose one."""
    used: Counter[str] = Counter()
    for k in range(600):
        program = Program(seed + k)
        program.text()
        used.update(program.used.keys())
    assert min(used.values()) >= 5
    assert len(used) >= 60


def attempt(program: Program, gradient: bool) -> str:
    """What became of one program: 'value', 'raises', 'gradient', 'kink', or a failure."""
    text = program.text()
    args = program.arguments()
    function = made(text, str(program.seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = outcome(lambda: function(*copy.deepcopy(args)))
        try:
            low = compiled(function, *args)
        except CompileError as error:
            return f"refused: {error}"
        verify(low.program)
        kept = copy.deepcopy(args)
        found = outcome(lambda: run(low, *args))
        if not same(kept, args):
            return "an argument was changed"
        if found[0] != wanted[0] or not (found[1] == wanted[1] if found[0] == "raises" else same(found[1], wanted[1])):
            return f"wrong: {found} instead of {wanted}"
        if not gradient or found[0] == "raises":
            return str(found[0])
        return slope(low, args, program.seed)


def slope(low: Lowered, args: tuple[Any, ...], seed: int) -> str:
    """The gradient along a random direction against differences."""
    flat = flat_arguments(low, args)
    wrt = [k for k, p in enumerate(low.params) if p.type.inexact]
    program = reverse.value_and_grad(low.program, wrt)
    verify(program)
    one = 1.0 if low.program.main.out_types[0].kind == "python" else np.float64(1.0)  # type: ignore[union-attr]
    with np.errstate(all="ignore"):
        value, *gradients = interpret.run(program, *flat, one)
    if not same(value, interpret.run(low.program, *flat)[0]):
        return "wrong: the gradient's program has another value"
    rng = np.random.default_rng(seed)
    directions = [rng.normal(size=np.shape(flat[k])) for k in wrt]

    def at(h: float) -> float:
        moved = list(flat)
        for k, d in zip(wrt, directions, strict=True):
            x = flat[k] + h * d
            moved[k] = x if isinstance(flat[k], np.ndarray) else type(flat[k])(x)
        with np.errstate(all="ignore"):
            return float(interpret.run(low.program, *moved)[0])

    try:
        slopes = [(at(h) - at(-h)) / (2 * h) for h in (1e-5, 2e-5)]
        sides = [(at(h) - at(0.0)) / h for h in (1e-5, -1e-5)]
    except (ArithmeticError, ValueError, LookupError):
        return "kink"
    if not np.isfinite(slopes[0]) or not np.allclose([slopes[1], *sides], slopes[0], rtol=1e-3, atol=1e-3):
        return "kink"
    along = sum(float(np.sum(g * d)) for g, d in zip(gradients, directions, strict=True))
    if not np.isclose(along, slopes[0], rtol=1e-5, atol=1e-5):
        return f"wrong gradient: {along} instead of {slopes[0]}"
    return "gradient"
