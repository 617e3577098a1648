"""Every primitive through every check: nothing here knows one by name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symdiff.ir.core import REGISTRY, Family, Prim
from tests.primitives.cases import RULED, is_elementwise, ruled
from tests.primitives.checks import CHECKS

PRIMS = [pytest.param(p, id=p.name) for p in ruled()]


@pytest.mark.parametrize("prim", PRIMS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__.removeprefix("check_"))
def test_primitive(prim: Prim, check: Callable[[Prim], None]) -> None:
    check(prim)


def test_every_rule_is_covered() -> None:
    """A primitive with a rule is elementwise, where operands are drawn from its domain, or has three samples."""
    without = [
        p.name for p in REGISTRY.values() if p.family in RULED and not is_elementwise(p) and "samples" not in p.info
    ]
    assert set(without) <= NOT_SAMPLED, f"no samples: {sorted(set(without) - NOT_SAMPLED)}"


# Their operands are sequences, or their sizes are those of a running program: tests/ad runs them inside loops.
NOT_SAMPLED = {"as_array", "as_seq", "convert", "copy", "check_shape", "retype"}


def test_comments_are_there_for_every_elementwise_rule() -> None:
    without = [p.name for p in ruled() if is_elementwise(p) and "rule" not in p.info]
    assert without == []


def test_rule_texts_name_operands_and_the_result_only() -> None:
    for p in REGISTRY.values():
        names = {n.removeprefix("*"): n for n in (*p.operands, "out", "d_out")}
        for text in p.info.get("rule", ()):
            text.format(**names)


def test_constant_primitives_have_no_rule() -> None:
    guilty = [p.name for p in REGISTRY.values() if p.family is Family.CONSTANT and (p.partials or p.transpose or p.vjp)]
    assert guilty == []
