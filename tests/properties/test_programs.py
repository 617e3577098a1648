"""Random programs: what CPython computes is what the lowered program computes, and its gradient is the slope.

Value first: result or class of the exception, exactly, kinds and dtypes included, and what was printed; nothing may be
refused.  Then the derivative along a random direction: reverse mode against forward mode, and against central
differences of CPython; where two step sizes disagree the point is near a kink (or a branch flips) and is passed over.
Of some, the second derivative: forward over reverse against differences of the gradient.
"""

from __future__ import annotations

import contextlib
import copy
import io
import re
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from symdiff.ad import forward, reverse
from symdiff.ad.inner import written_out
from symdiff.errors import CompileError
from symdiff.ir import interpret, types
from symdiff.ir.core import Program as IRProgram
from symdiff.ir.verify import verify
from symdiff.passes import levels
from symdiff.signature import Lowered
from symdiff.trees import flatten, paths, unflatten
from tests.frontend.running import compiled, flat_arguments, outcome, run, same
from tests.properties.limits import TooLong, at_most
from tests.properties.minimise import minimised
from tests.properties.programs import Program, made, reverse_only, rounding, same_text, stops

CHUNKS, PER_CHUNK = 30, 105
GRADIENTS_EVERY, SECOND_EVERY = 3, 12
SECONDS = 120  # of the processor, for one program

pytestmark = pytest.mark.fuzz


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_programs(chunk: int, seed: int, record_property: Callable[[str, object], None]) -> None:
    used: Counter[str] = Counter()
    failures: list[str] = []
    for k in range(PER_CHUNK):
        number = (seed * CHUNKS + chunk) * PER_CHUNK + k
        program = Program(number)
        found = attempt(program, (k % GRADIENTS_EVERY == 0) + (k % SECOND_EVERY == 0))
        used.update(program.used.keys())
        used[f"depth {program.deepest}"] += 1
        used["ends: " + found.partition(":")[0]] += 1
        if found not in ENDS:
            failures.append(report(program, found, bool(failures)))
    record_property("constructs", dict(used))  # the table of the whole run is printed at its end
    assert not failures, "\n\n".join(failures)


def test_table_of_constructs(seed: int) -> None:
    """Every construct occurs often: the generator did not lose one."""
    used: Counter[str] = Counter()
    for k in range(1000):
        program = Program(seed + k)
        program.text()
        used.update(program.used.keys())
    assert sum(n < 5 for n in used.values()) <= 3  # the rarest come about ten times, as the seed has it
    assert len(used) >= 285


def report(program: Program, found: str, whole_only: bool) -> str:
    """The failure, with the program whole, and made small: the number is enough to make it again."""
    whole = "\n".join(program.lines)
    if whole_only or found.startswith("does not end"):
        return f"program {program.seed}: {found}\n{whole}"

    def fails(text: str) -> bool:
        return _kind(attempted(text, program, f"{program.seed} {hash(text)}", 2)) == _kind(found)

    return f"program {program.seed}: {found}\n{minimised(whole, fails, 150)}\nmade of\n{whole}"


def _kind(found: str) -> str:
    """Of a refusal its code: a smaller program may be refused for another reason."""
    code = re.search(r"\bSD\d+", found)
    return code[0] if code and found.startswith("refused") else found[:30]


ENDS = ("value", "raises", "kink", "gradient", "second derivative")


def attempt(program: Program, order: int) -> str:
    """What became of one program: one of ENDS, or a failure."""
    text = program.text()
    program.given = program.arguments()
    try:
        with at_most(SECONDS):
            return attempted(text, program, str(program.seed), order)
    except TooLong:
        return f"does not end in {SECONDS} s: {traceback.format_exc()}"


def attempted(text: str, program: Program, name: str, order: int) -> str:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return Attempt(text, made(text, name), program.given, program.seed).result(order)
    except Exception:  # of the compiler, at whatever place: reported with the program
        return f"an exception of the compiler: {traceback.format_exc()}"


def printed(call: Callable[[], Any]) -> tuple[tuple[Any, ...], str]:
    """What a call gives, and what it prints."""
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        return outcome(call), shown.getvalue()


class Attempt:
    """One program, run by CPython, lowered, and differentiated."""

    def __init__(self, text: str, function: FunctionType, args: tuple[Any, ...], seed: int) -> None:
        self.text, self.function, self.args, self.rounding = text, function, args, rounding(text)
        self.stopped: list[Any] = []  # what the program took no derivative of, in order
        self.rng = np.random.default_rng(seed)

    def result(self, order: int) -> str:
        with stops(self.function, self.stopped, False):
            wanted, text = printed(lambda: self.function(*copy.deepcopy(self.args)))
        try:
            low = compiled(self.function, *self.args)
        except CompileError as error:
            return f"refused: {error}"
        verify(low.program)
        kept = copy.deepcopy(self.args)
        found, shown = printed(lambda: run(low, *self.args))
        if not same(kept, self.args):
            return "an argument was changed"
        value = found[0] == "value"
        if found[0] != wanted[0] or not (same(found[1], wanted[1], self.rounding) if value else found[1] == wanted[1]):
            return f"wrong: {found} instead of {wanted}"
        if not same_text(shown, text, self.rounding):
            return f"prints {shown!r} instead of {text!r}"
        if order == 0 or found[0] == "raises":
            return str(found[0])
        with contextlib.redirect_stdout(io.StringIO()):
            return Slope(self, low).result(order)


class Slope:
    """Derivatives of a weighted sum of the results, along a random direction of the arguments."""

    def __init__(self, attempt: Attempt, low: Lowered) -> None:
        self.attempt, self.low = attempt, low
        self.program = written_out(low.program, 0, levels.before, levels.after)
        self.flat = flat_arguments(low, attempt.args)
        self.wrt = [k for k, p in enumerate(low.params) if p.type.inexact and not p.captured]
        self.direction = [self.like(self.flat[k]) for k in self.wrt]
        outs = interpret.run(self.program, *self.flat)
        self.inexact = [k for k, t in enumerate(self.program.main.out_types) if types.cotangent(t) is not None]
        self.outs = [outs[k] for k in self.inexact]
        self.weights = [self.like(x) for x in self.outs]
        self.reverse = checked(reverse.value_and_grad(self.program, self.wrt))

    def like(self, x: Any) -> Any:
        drawn = self.attempt.rng.normal(size=np.shape(x))
        return drawn if isinstance(x, np.ndarray) else type(x)(drawn)

    def result(self, order: int) -> str:
        if not all(np.all(np.isfinite(x)) for x in self.outs):
            return "kink"  # a mean of no elements has the tangent 0/0 and a gradient of no elements
        along = inner(self.gradient(0.0), self.direction)
        if not reverse_only(self.attempt.text):
            ahead = checked(forward.jvp(self.program, self.wrt))
            found = interpret.run(ahead, *self.flat, *self.direction)[len(self.program.main.out_types) :]
            tangent = inner(found, self.weights)
            if not close(along, tangent, 1e-9):
                return f"wrong: {along} in reverse mode, {tangent} in forward mode"
        wanted = slope(self.value)
        if wanted is None:
            return "kink"
        if not close(along, wanted, 1e-5):
            return f"wrong gradient: {along} instead of {wanted}"
        return "gradient" if order == 1 or reverse_only(self.attempt.text) else self.second()

    def moved(self, h: float) -> list[Any]:
        moved = list(self.flat)
        for k, d in zip(self.wrt, self.direction, strict=True):
            moved[k] = self.flat[k] + h * d
            if not isinstance(d, np.ndarray):
                moved[k] = type(self.flat[k])(moved[k])
        return moved

    def value(self, h: float) -> float | None:
        """By CPython; None where it raises."""
        args = moved_to(self.attempt.args, self.low, self.moved(h))
        with stops(self.attempt.function, self.attempt.stopped, True):
            what, found = outcome(lambda: self.attempt.function(*args))
        if what == "raises":
            return None
        numbers = [leaf for leaf, s in zip(flatten(found)[0], self.low.out_static, strict=True) if s is None]
        weighted = [numbers[k] for k in self.inexact]
        same_sizes = all(np.shape(x) == np.shape(y) for x, y in zip(weighted, self.weights, strict=True))
        return inner(weighted, self.weights) if same_sizes else None

    def gradient(self, h: float) -> Any:
        outs = interpret.run(self.reverse, *self.moved(h), *self.weights)
        return outs[len(self.program.main.out_types) :]

    def second(self) -> str:
        """Forward and reverse over reverse, against differences of the gradient."""
        other = [self.like(self.flat[k]) for k in self.wrt]
        ahead = checked(forward.jvp(self.reverse, self.wrt))
        outs = interpret.run(ahead, *self.flat, *self.weights, *self.direction)
        along = inner(outs[len(outs) - len(self.wrt) :], other)
        back = checked(reverse.value_and_grad(self.reverse, self.wrt))
        zeros = [0.0 * w for w in self.weights]
        outs = interpret.run(back, *self.flat, *self.weights, *zeros, *other)
        reversed_ = inner(outs[len(outs) - len(self.wrt) :], self.direction)
        if not close(along, reversed_, 1e-8):
            return f"wrong: {along} forward over reverse, {reversed_} reverse over reverse"
        # differences of the gradient do not know what it was stopped at
        wanted = None if self.attempt.stopped else slope(lambda h: inner(self.gradient(h), other))
        if wanted is not None and not close(along, wanted, 1e-4):
            return f"wrong second derivative: {along} instead of {wanted}"
        return "gradient" if wanted is None else "second derivative"


def moved_to(args: tuple[Any, ...], low: Lowered, leaves: list[Any]) -> list[Any]:
    """The arguments with these leaves; what has none was taken by value."""
    names = [a.name for a in low.signature.arguments]
    moved = []
    for name, arg in zip(names, args, strict=True):
        own, tree = flatten(copy.deepcopy(arg))
        at = {p.path: copy.deepcopy(x) for x, p in zip(leaves, low.params, strict=True) if p.argument == name}
        moved.append(unflatten(tree, [at.get(path, x) for path, x in zip(paths(tree), own, strict=True)]))
    return moved


def checked(program: IRProgram) -> IRProgram:
    verify(program)
    return program


def slope(f: Callable[[float], float | None]) -> float | None:
    """The derivative at 0, or None near a kink."""
    here, up, down, far, deep = (f(h) for h in (0.0, 1e-5, -1e-5, 2e-5, -2e-5))
    if here is None or up is None or down is None or far is None or deep is None:
        return None
    found = [(up - down) / 2e-5, (far - deep) / 4e-5, (up - here) / 1e-5, (here - down) / 1e-5]
    alike = np.isfinite(found[0]) and np.allclose(found[1:], found[0], rtol=1e-3, atol=1e-3)
    return found[0] if alike else None


def inner(xs: Any, ys: Any) -> float:
    return sum(float(np.sum(x * y)) for x, y in zip(xs, ys, strict=True))


def close(a: float, b: float, rtol: float) -> bool:
    return bool(np.isclose(a, b, rtol=rtol, atol=rtol, equal_nan=True))
