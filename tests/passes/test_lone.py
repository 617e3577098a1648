"""Records of branches that hold one value: programs in, programs out, and what is saved."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.codegen.load import Loaded
from symdiff.ir.core import Program, walk
from symdiff.ir.verify import verify
from symdiff.passes.lone import asks_for_sides, lone_values
from tests.codegen.test_readable import part
from tests.passes.helpers import assert_same_bits, assert_stays, parsed


def unasked(program: Program) -> Program:
    return lone_values(program, asked=False)


def asked(program: Program) -> Program:
    return lone_values(program, asked=True)


def saving(record: str, packs: tuple[str, str], unpacks: tuple[str, str]) -> str:
    """A branch that makes a record of its %a or %b, and one that reads it as %s or is given %w."""

    def ends(k: int, name: str, type: str, text: str) -> str:
        if "(" not in text:
            return f"      yield {text}{k}\n"
        text = re.sub(r"%[a-z]", lambda found: f"{found.group()}{k}", text)
        return f"      {name}{k}: {type} = {text}\n      yield {name}{k}\n"

    lines = [f"func @f(%c: bool, %x: float, %y: float)\n  %r: {record} = cond(%c, %x, %y)\n"]
    lines += [f"    region (%a{k}: float, %b{k}: float)\n{ends(k, '%p', record, packs[k])}" for k in (0, 1)]
    lines += ["  %d: float = cond(%c, %r, %y)\n"]
    lines += [f"    region (%s{k}: {record}, %w{k}: float)\n{ends(k, '%u', 'float', unpacks[k])}" for k in (0, 1)]
    return "".join([*lines, "  return %d\n"])


def packed(then: str, orelse: str, *fields: str) -> str:
    t = f"Alt[{then} | {orelse}]".replace("[ ", "[").replace(" ]", " ]")
    packs = [f"alt_pack({held}) {{side={k}, type=type({t})}}" for k, held in enumerate(fields)]
    unpacks = [f"alt_unpack(%s) {{side={k}}}" if len(held) == 2 else "%w" for k, held in enumerate(fields)]
    return saving(t, (packs[0], packs[1]), (unpacks[0], unpacks[1]))


SAMPLES = ((True, 3.0, 5.0), (False, 3.0, 5.0))


@pytest.mark.parametrize("change", [unasked, asked])
def test_one_value_on_one_side(change: Any) -> None:
    after = saving("Opt[float]", ("opt_some(%a)", "opt_none() {elem=type(float)}"), ("opt_get(%s) {name=''}", "%w"))
    before = parsed(packed("float", "", "%a", ""))
    made = verify(change(before))
    shown = [[(op.prim.name, str(op.out.type)) for op in walk(p.main.body)] for p in (made, parsed(after))]
    assert shown[0] == shown[1]
    assert_same_bits(before, made, *SAMPLES)


def test_one_value_on_both_sides() -> None:
    before = parsed(packed("float", "float", "%a", "%b"))
    made = verify(unasked(before))
    assert [str(op.out.type) for op in walk(made.main.body)] == ["float", "float"]
    assert_same_bits(before, made, *SAMPLES)


@pytest.mark.parametrize(
    ("change", "text"),
    [(asked, packed("float", "float", "%a", "%b")), (unasked, packed("float; float", "", "%a, %b", ""))],
    ids=["told apart by a tag", "two values"],
)
def test_what_stays_a_record(change: Any, text: str) -> None:
    record = parsed(text).main.body.ops[0].out.type
    assert change(parsed(text)).main.body.ops[0].out.type == record


def on_one_side(x: float, a: float):
    return a * x if x > 0 else a * (np.exp(x) - 1)


def of_two_names(x: float, a: float):
    if a < 0:
        y = np.sin(x)
        return y * y
    z = np.exp(x)
    return z * z


def turns(v: Any, x: float):
    for t in v:
        if t > 0.5:
            x = np.sin(t) * x
    return x


def lines(f: Any, function: str, **options: Any) -> list[str]:
    text = part(symdiff.generate(f, level=1, **options), f"{f.__name__}{function}")
    return [line.split("#")[0].strip() for line in text.splitlines()]


def test_a_value_is_saved_as_it_is() -> None:
    forward, backward = lines(on_one_side, "_forward"), lines(on_one_side, "_backward")
    assert [line for line in forward if line.startswith("return")] == ["return y, (x, a, None)", "return y, (x, a, y3)"]
    assert "x, a, y3 = saved" in backward
    assert not any("branch" in line for line in backward)


def test_a_value_of_two_names_gets_them_back() -> None:
    backward = lines(of_two_names, "_backward")
    assert "x, a, branch = saved" in backward
    assert {"y = branch", "z = branch"} <= set(backward)


def test_a_list_has_the_values_of_the_turns() -> None:
    forward, backward = (lines(turns, of, types="v=f8[n], x=float") for of in ("_forward", "_backward"))
    assert "y3 = None" in forward
    assert "y3s.append(y3)" in forward
    assert any("y3 in zip(" in line or ", y3 in" in line for line in backward)
    assert not any("branch" in line for line in (*forward, *backward))


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [on_one_side, of_two_names])
@pytest.mark.parametrize("point", [(0.7, 0.4), (-0.7, 0.4), (0.7, -0.4)])
def test_first_and_second_derivatives(f: Any, level: int, point: tuple[float, float]) -> None:
    x, a = point
    h = 1e-6
    first = symdiff.grad(f, level=level)
    second = symdiff.grad(first, level=level)
    assert np.isclose(first(x, a), (f(x + h, a) - f(x - h, a)) / (2 * h), rtol=1e-7)
    assert np.isclose(second(x, a), (first(x + h, a) - first(x - h, a)) / (2 * h), rtol=1e-6, atol=1e-8)


def test_what_asks_for_sides_is_found() -> None:
    asks = parsed("func @f(%r: Alt[float | float])\n  %s: bool = alt_side(%r)\n  return %s\n")
    assert asks_for_sides(asks)
    assert_stays(asked, "func @f(%x: float)\n  return %x\n")


def energy(q: Any, k: float) -> Any:
    e = 0.0
    for i in range(1, len(q)):
        e = e + 0.5 * k * (q[i] - q[i - 1]) ** 2
        if q[i] > 1.0:
            e = e + (q[i] - 1.0) ** 3
    return e


force = symdiff.grad(energy)


def steps(q: Any, p: Any, k: float) -> Any:
    for _ in range(2):
        p = p - 0.05 * force(q, k)
        q = q + 0.1 * p
        p = p - 0.05 * force(q, k)
    return np.sum(q * p)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_records_that_only_records_of_calls_hold(level: int) -> None:
    """At -O0 the derivative is a function of its own, whose backward pass has them from a saved list alone."""
    q, p, d = np.array([0.5, 1.2, 1.4]), np.array([0.3, 0.4, 0.1]), np.array([0.2, -0.5, 0.7])
    h = 1e-6
    made = Loaded(symdiff.generate(steps, level=level, types="q=f8[n], p=f8[n], k=float", wrt="q"), "steps")
    found = made["steps_backward"](made["steps_forward"](q, p, 0.8)[1])
    assert np.isclose(found @ d, (steps(q + h * d, p, 0.8) - steps(q - h * d, p, 0.8)) / (2 * h), rtol=1e-7)
