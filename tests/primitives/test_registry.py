"""Every primitive through every check: nothing here knows one by name."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest

from symdiff.ad.rules import RuleBuilder
from symdiff.ir import types
from symdiff.ir.build import V
from symdiff.ir.core import REGISTRY, Block, Family, Function, Prim, Program, Value
from symdiff.ir.interpret import run
from tests.primitives.cases import Case, cases, is_elementwise, program, ruled, uncovered
from tests.primitives.checks import CHECKS

PRIMS = [pytest.param(p, id=p.name) for p in ruled()]


@pytest.mark.parametrize("prim", PRIMS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__.removeprefix("check_"))
def test_primitive(prim: Prim, check: Callable[[Prim], None]) -> None:
    check(prim)


def test_every_rule_is_covered() -> None:
    """A primitive with a rule is elementwise, where operands are drawn from its domain, or has samples or programs."""
    assert uncovered() == set()
    assert [p.name for p in ruled() if len(cases(p)) < 2] == []


def test_comments_are_there_for_every_elementwise_rule() -> None:
    without = [p.name for p in ruled() if is_elementwise(p) and "rule" not in p.info]
    assert without == []


def test_rule_texts_name_operands_and_the_result_only() -> None:
    for p in REGISTRY.values():
        names = {n.removeprefix("*"): n for n in (*p.operands, "out", "d_out")}
        for text in p.info.get("rule", ()):
            text.format(**names)


@pytest.mark.parametrize("prim", [p for p in REGISTRY.values() if p.info.get("bijective")], ids=lambda p: p.name)
def test_a_view_of_all_elements_is_undone_by_its_transpose(prim: Prim) -> None:
    assert prim.views == 0 and prim.transpose is not None
    for case in cases(prim):
        b = RuleBuilder(lambda v: None, lambda v: v, lambda b, v: v)
        params = [Value(types.type_of(x)) for x in case.args]
        made = b.op(prim.name, *params, **case.params)
        back = prim.transpose[0](b, made, *(V(b, v) for v in params), **case.params)
        body = Block(tuple(params), tuple(b.ops), (made.value, back.value))
        changed, found = run(Program({"f": Function("f", body)}, "f"), *case.args)
        assert np.array_equal(found, case.args[0]) and found.shape == np.shape(case.args[0])
        assert changed.size == found.size


def test_constant_primitives_have_no_rule() -> None:
    guilty = [p.name for p in REGISTRY.values() if p.family is Family.CONSTANT and (p.partials or p.transpose or p.vjp)]
    assert guilty == []


@pytest.mark.parametrize("dtype", ["f4", "f8", "c16"])
def test_a_masked_product_is_silent_and_keeps_its_dtype(dtype: str) -> None:
    """Zero times infinity warns; the guard must not, and python numbers and scalars stay what NumPy makes of them."""
    d, p = np.array([0.0, 0.0, 2.0, 0.0], dtype), np.array([np.inf, np.nan, 3.0, 4.0], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for args, expected in (
            ((d, p), [0, 0, 6, 0]),
            ((d[:1], p[0]), [0]),
            ((d[2], 1.5), 3),
            ((d[:2], math.inf), [0, 0]),
        ):
            (found,) = run(program(REGISTRY["masked_mul"], Case(args)), *args)
            assert found.dtype == dtype and np.array_equal(found, expected)
