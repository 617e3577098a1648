"""The places where primitives are not smooth: each declared, and said where it is."""

import numpy as np
import pytest

from symdiff.ir.core import REGISTRY, Prim
from symdiff.primitives import kinks
from symdiff.primitives.declare import Known
from tests.primitives.cases import Case, cases, program, quiet, ruled

# Conditions have the places (`explain.crossings`); that a matrix is taken as symmetric holds everywhere.
ELSEWHERE = {"where", "select", "cholesky"}
INF, NAN = float("inf"), float("nan")


def at(name: str, *args: object, **params: object) -> list[object]:
    """Of each place of one primitive, whether the operands are there."""
    case = Case(args, params)
    p = program(REGISTRY[name], case)
    op = next(op for op in p.main.body.ops if op.prim.name == name)
    values = [a.value if isinstance(a, Known) else a for a in args]
    (out, *_) = quiet(p, *case.given)
    with np.errstate(all="ignore"):
        return [np.asarray(place.at(out, *values)).tolist() for place in kinks.of(op) or ()]


def test_every_convention_has_its_places():
    assert {name for name, p in REGISTRY.items() if "kinks" in p.info and "places" not in p.info} == ELSEWHERE


POWERS = {"pow", "float_power"}  # whose tables begin with x² at 0


@pytest.mark.parametrize(
    "prim",
    [p for p in REGISTRY.values() if "kinks" in p.info and "table" in p.info and p.name not in POWERS],
    ids=lambda p: p.name,
)
def test_the_first_point_of_a_table_is_at_a_kink(prim: Prim):
    """It is the one that the documentation shows."""
    assert any(at(prim.name, *prim.info["table"][0][0]))


@pytest.mark.parametrize("prim", [p for p in ruled() if "places" in p.info and "programs" not in p.info],
                         ids=lambda p: p.name)  # fmt: skip
def test_points_where_rules_are_compared_with_differences_are_at_no_kink(prim: Prim):
    for case in cases(prim):
        assert not np.any([np.any(found) for found in at(prim.name, *case.args, **case.params)]), case


TIED, APART = np.array([2.0, 3.0, 3.0, 1.0]), np.array([2.0, 3.0, 0.5, 1.0])
ROWS = np.array([[1.0, 1.0], [2.0, 1.0], [-2.0, 2.0]])
POINTS = [
    ("max", (TIED,), {}, [True]),
    ("min", (TIED,), {}, [False]),
    ("max", (ROWS,), {"axis": 1}, [[True, False, False]]),
    ("max", (ROWS,), {"axis": 0, "keepdims": True}, [[False, False]]),
    ("argmax", (TIED,), {}, [True]),
    ("argmin", (TIED,), {}, [False]),
    ("sort", (TIED,), {}, [True]),
    ("sort", (APART,), {}, [False]),
    ("sort", (ROWS,), {"axis": 1}, [[True, False, False]]),
    ("argsort", (ROWS,), {"axis": 0}, [[False, True]]),
    ("norm", (np.zeros(3),), {}, [True]),
    ("norm", (np.array([0.0, 1.0]),), {}, [False]),
    ("norm", (np.array([0.0, 1.0]),), {"ord": 1}, [True]),
    ("norm", (np.array([-3.0, 3.0]),), {"ord": INF}, [True, False]),
    ("norm", (np.array([-3.0, 3.5]),), {"ord": INF}, [False, False]),
    ("norm", (np.array([0.0, 3.0]),), {"ord": -INF}, [False, True]),
    ("norm", (ROWS,), {"ord": INF, "axis": 1}, [[True, False, True], [False, False, False]]),
    ("std", (np.full(3, 7.0),), {}, [True]),
    ("median", (np.array([1.0, 2.0, 3.0]),), {}, [False]),
    ("median", (np.array([1.0, 2.0, 2.0]),), {}, [True]),
    ("median", (np.array([5.0, 5.0, 1.0, 9.0]),), {}, [False]),  # (5 + 5)/2, whichever of the two comes first
    ("median", (np.array([5.0, 5.0, 5.0, 9.0]),), {}, [True]),
    ("quantile", (np.array([5.0, 5.0, 1.0, 9.0]),), {"q": 0.4}, [True]),  # 0.8 of one of them, 0.2 of the other
    ("quantile", (np.array([5.0, 5.0, 1.0, 9.0]),), {"q": 0.5, "method": "lower"}, [True]),
    ("quantile", (np.array([5.0, 5.0, 1.0, 9.0]),), {"q": 1.0}, [False]),
    ("rounded", (2.5,), {}, [True]),
    ("rounded", (2.0,), {}, [False]),
    ("rounded", (0.25,), {"digits": 1}, [True]),
    ("rounded", (0.15,), {"digits": 1}, [False]),  # the float is below it
    ("rounded", (150.0,), {"digits": -2}, [True]),
    ("round", (np.array([0.25, 0.15, 0.2]),), {"decimals": 1}, [[True, True, False]]),  # 0.15 · 10 is 1.5
    ("rint", (np.array([-0.5, 2.0]),), {}, [[True, False]]),
    ("floor", (np.array([2.0, 2.5]),), {}, [[True, False]]),
    ("trunc", (np.array([2.0, 0.0, 0.5]),), {}, [[True, False, False]]),
    ("pow", (0.0, 0.5), {}, [True]),
    ("pow", (0.0, Known(0.5)), {}, [True]),
    ("pow", (0.0, Known(2)), {}, []),
    ("pow", (Known(2.0), 0.0), {}, []),
    ("pow", (Known(0.0), 0.0), {}, [True]),
    ("interp", (np.array([1.0, 1.5]), np.array([0.0, 1.0]), np.array([5.0, 6.0])), {}, [[True, False]]),
    ("digitize", (np.array([1.0, 1.5]), np.array([0.0, 1.0])), {}, [[True, False]]),
    ("searchsorted", (np.array([0.0, 1.0]), 1.0), {}, [True]),
    ("det", (np.ones((2, 2)),), {}, [True]),
    ("logabsdet", (np.ones((2, 2)),), {}, [True]),
    ("eigvalsh", (np.eye(2),), {}, [True]),
    ("svdvals", (np.eye(2),), {}, [True]),
    ("pinv", (np.ones((2, 2)),), {}, [True]),
    ("lstsq", (np.diag([1.0, 0.0]), np.ones(2)), {}, [True]),
    ("nan_to_num", (np.array([NAN, -INF, 1.0]),), {}, [[True, True, False]]),
    ("copysign", (Known(1.0), 0.0), {}, [True]),
    ("any", (np.array([0.0, 1.0]),), {}, [[True, False]]),
]


@pytest.mark.parametrize(("name", "args", "params", "expected"), POINTS)
def test_where_operations_are_not_smooth(name, args, params, expected):
    assert at(name, *args, **params) == expected


def test_conversions_to_integers_and_booleans_are_not_smooth_and_others_are():
    from symdiff.ir.types import Kind

    assert at("convert", 2.0, kind=Kind.PYTHON, dtype="i8") == [True]
    assert at("convert", 0.5, kind=Kind.PYTHON, dtype="i8") == [False]
    assert at("convert", 0.0, kind=Kind.PYTHON, dtype="b1") == [True]
    assert at("convert", 2.0, kind=Kind.NUMPY, dtype="f4") == []
