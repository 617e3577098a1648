"""No rule can be wrong unseen: whatever is done to one, a check of the registry fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symdiff.ir.core import Prim
from tests.primitives import checks
from tests.primitives.cases import ruled
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
    assert {where.rsplit(" ", 1)[-1] for where in zero} <= ZERO.get(prim.name, set()), f"unseen: {zero}"


# Operands by which the derivative is 0 wherever it exists; that it is, the next test shows to be tested.
ZERO = {
    "where": {"c"}, "select": {"c"}, "heaviside": {"x"}, "copysign": {"y"},
}  # fmt: skip


@pytest.mark.parametrize("prim", PRIMS)
def test_a_rule_that_should_be_zero_and_is_not_is_seen(prim: Prim) -> None:
    zero = {where.rsplit(" ", 1)[-1] for where in zero_rules(prim)} - BOOLEAN
    unseen = [name for name, made in wrong_one(prim) if name in zero and not is_seen(made)]
    assert unseen == []


BOOLEAN = {"c"}
