"""Random programs through the whole compiler: generated code at every level does what the IR does."""

from __future__ import annotations

import contextlib
import copy
import io
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff import trees
from symdiff.ad import reverse
from symdiff.ad.inner import written_out
from symdiff.api.transforms import Forward, Tangent
from symdiff.ir import interpret, types
from symdiff.passes import levels
from tests.frontend.running import compiled, flat_arguments, outcome, same
from tests.programs.checks import arrays, identical, inner, like, separate
from tests.properties.limits import TooLong, at_most
from tests.properties.minimise import minimised
from tests.properties.programs import Program, made, reverse_only, rounding, stops

CHUNKS, PER_CHUNK = 8, 10
SECONDS = 240  # of the processor, for one program at every level

pytestmark = pytest.mark.fuzz


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_level_agrees(chunk: int, seed: int) -> None:
    compared = 0
    for k in range(PER_CHUNK):
        number = (seed * CHUNKS + chunk) * PER_CHUNK + k
        program = Program(number)
        found = attempt(program)
        assert found in ("agrees", "raises"), report(program, found)
        compared += found == "agrees"
    assert compared > PER_CHUNK // 3


def report(program: Program, found: str) -> str:
    """The failure, with the program made small and whole: the number is enough to make it again."""
    start = found[:40]

    def fails(text: str) -> bool:
        return agreement(text, program, str(hash(text))).startswith(start)

    whole = "\n".join(program.lines)
    if found.startswith("does not end"):
        return f"program {program.seed}: {found}\n{whole}"
    return f"program {program.seed}: {found}\n{minimised(whole, fails, 60)}\nmade of\n{whole}"


def attempt(program: Program) -> str:
    text = program.text()
    program.given = program.arguments()
    try:
        with at_most(SECONDS):
            return agreement(text, program, str(program.seed))
    except TooLong:
        return f"does not end in {SECONDS} s: {traceback.format_exc()}"


def agreement(text: str, program: Program, name: str) -> str:
    """'agrees', 'raises' where CPython does, or what is wrong."""
    function, args = made(text, f"{name} at every level"), program.given
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        with stops(function, [], False):
            wanted = outcome(lambda: function(*copy.deepcopy(args)))
        if wanted[0] != "value":
            return "raises"
        try:
            agree(function, args, wanted[1], rounding(text), not reverse_only(text))
        except Exception:  # of the compiler, at whatever place: reported with the program
            return traceback.format_exc().rpartition("\n  File")[2]
    return "agrees"


def agree(function: Callable[..., Any], args: tuple[Any, ...], value: Any, rounding: float, forward: bool) -> None:
    """Value and gradients at each level against the interpreted IR; the value exactly at -O0 and -O1.

    The gradient at -O1 is that at -O0, bit for bit.  `forward` mode gives what reverse mode does.  Arguments stay as
    they are, and results share memory with nothing.  Where the value is no number, it alone is compared.
    """
    low = compiled(function, *args)
    program = low.program
    wrt = [k for k, p in enumerate(low.params) if p.type.inexact and not p.captured]
    names = tuple(dict.fromkeys(low.params[k].argument for k in wrt))
    draw = np.random.default_rng(5).normal
    cotangent = like(value, lambda shape: draw(size=shape))
    direction = tuple(like(args[NAMES.index(n)], lambda shape: draw(size=shape)) for n in names)
    outs = program.main.out_types
    numbers = [x for x, s in zip(trees.flatten(cotangent)[0], low.out_static, strict=True) if s is None]
    weights = [x for x, t in zip(numbers, outs, strict=True) if types.cotangent(t) is not None]
    program = written_out(program, 0, levels.before, levels.after)
    expected = interpret.run(reverse.value_and_grad(program, wrt), *flat_arguments(low, args), *weights)[len(outs) :]
    literal: Any = None
    for level in (0, 1, 2):
        given = copy.deepcopy(args)
        found, pullback = Forward(function, wrt=names, level=level)(*given)
        assert level == 2 or same(found, value, rounding), f"-O{level}: {found} instead of {value}"
        if not all(np.all(np.isfinite(x)) for x in trees.flatten(value)[0]):
            continue  # a mean of no elements: 0/0 in the backward pass, of which Python makes an exception
        gradient = pullback(cotangent)
        assert same(given, args), f"-O{level}: an argument was changed"
        assert separate(gradient, found, given, cotangent) and separate(found, given), f"-O{level}: memory is shared"
        kept = copy.deepcopy(gradient)
        literal = kept if level == 0 else literal
        assert level == 2 or identical(gradient, literal), f"-O1: {gradient} instead of {literal}"
        leaves = [x for x in trees.flatten(gradient)[0] if x is not None]
        for got, want in zip(leaves, expected, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-9, err_msg=f"-O{level}")
        if forward:
            _, tangent = Tangent(function, wrt=names, level=level)(*given, *direction)
            along, ahead = inner(gradient, direction), inner(tangent, cotangent)
            np.testing.assert_allclose(ahead, along, rtol=1e-7, atol=1e-9, err_msg=f"-O{level} forward")
        for leaf in [*arrays(gradient), *arrays(found), *arrays(given)]:
            leaf[...] = 77
        assert identical(pullback(cotangent), kept), f"-O{level}: the pullback differs when called again"
        if level and isinstance(value, (float, np.floating)):
            _, fused = symdiff.value_and_grad(function, wrt=names, level=level)(*copy.deepcopy(args))
            ends = float(cotangent) * inner(fused, like(fused, np.ones)), inner(kept, like(kept, np.ones))
            np.testing.assert_allclose(*ends, rtol=1e-7, atol=1e-9, err_msg=f"-O{level} fused")


NAMES = ("a", "b", "k", "x", "y", "A", "p")
