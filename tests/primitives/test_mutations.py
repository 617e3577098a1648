"""No rule can be wrong unseen: whatever is done to one, a check of the registry fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symdiff.ir import types
from symdiff.ir.core import Family, Prim
from symdiff.primitives.declare import Accumulate
from symdiff.primitives.proofs import is_boolean
from tests.primitives import checks
from tests.primitives.cases import cases, program, ruled, uncovered
from tests.primitives.mutations import mutants, scaled, wrong_one

# The cheap ones first; the others are not needed.
DETECTORS: tuple[Callable[[Prim], None], ...] = (checks.check_identity, checks.check_differences, checks.check_table)
PRIMS = [pytest.param(p, id=p.name) for p in ruled()]


def is_seen(prim: Prim) -> bool:
    for check in DETECTORS:
        try:
            check(prim)
        except AssertionError:
            return True
    return False


def zero_rules(prim: Prim) -> set[str]:
    """The rules that give nothing on every sample, so that scaling them changes nothing."""
    return {where for where, made in scaled(prim, 7) if not is_seen(made)}


@pytest.mark.parametrize("prim", PRIMS)
def test_every_broken_rule_is_seen(prim: Prim) -> None:
    for check in DETECTORS:
        check(prim)
    zero = zero_rules(prim)
    unseen = [what for what, made in mutants(prim) if not any(what.startswith(z) for z in zero) and not is_seen(made)]
    assert unseen == []
    assert {where.rsplit(" ", 1)[-1] for where in zero} <= declared_zero(prim), f"unseen: {zero}"


def declared_zero(prim: Prim) -> set[str]:
    """Operands by which the derivative is 0 wherever it exists, as the entry says; that too is tested, next.

    And those of no (co)tangent: an index into a list.
    """
    zero = {name for name, text in zip(prim.operands, prim.info.get("rule", ()), strict=False) if text in ("", "0")}
    if prim.family is not Family.STRUCTURE:
        return zero
    applied = [op for case in cases(prim) for op in program(prim, case).main.body.ops if op.prim is prim]
    without = [[types.cotangent(v.type) is None for v in op.ins] for op in applied]
    return zero | {name for k, name in enumerate(prim.operands) if all(all(row[k : k + 1]) for row in without)}


def rules(prim: Prim) -> int:
    """How many rules an entry has, counted from the entry."""
    if prim.partials is not None:
        return len(prim.operands)
    if prim.transpose is not None:
        return sum(rule is not None for rule in prim.transpose)
    return 2 if isinstance(prim.vjp, Accumulate) else len(prim.operands) + 1


def test_every_rule_of_every_primitive_is_broken_once() -> None:
    assert uncovered() == set()
    missed = [p.name for p in ruled() if len(list(scaled(p, 7))) != rules(p)]
    assert missed == []


@pytest.mark.parametrize("prim", PRIMS)
def test_a_rule_that_should_be_zero_and_is_not_is_seen(prim: Prim) -> None:
    zero = {where.rsplit(" ", 1)[-1] for where in zero_rules(prim)}
    unseen = [
        name for name, made in wrong_one(prim) if name in zero and not is_boolean(prim, name) and not is_seen(made)
    ]
    assert unseen == []
