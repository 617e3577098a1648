"""The inferred kind and dtype of every elementwise primitive are those of the value that its text really gives."""

from __future__ import annotations

import ast
import itertools
import warnings
from typing import Any

import numpy as np
import pytest

from symdiff.ir import interpret, template, types
from symdiff.ir.core import REGISTRY, Op, Params, Prim, Value
from symdiff.ir.types import AVal, Kind, KindError
from symdiff.primitives.proofs import is_boolean
from tests.primitives.cases import Case, as_type, is_elementwise, program, quiet

ELEMENTWISE = [p for p in REGISTRY.values() if is_elementwise(p)]
PYTHON = [types.python(d) for d in ("b1", "i8", "f8", "c16")]
STRONG = ("b1", "i8", "f4", "f8", "c8", "c16")
TYPES = [*PYTHON, *map(types.numpy, STRONG), *(types.array(d) for d in STRONG), *(types.array(d, 2) for d in STRONG)]
FEW = [
    types.python("i8"),
    types.python("f8"),
    types.numpy("f4"),
    types.array("i8", 2),
    types.array("f4", 2),
    types.array("c16"),
    types.array("b1", 2),
]
PARAMS = {"round": ({"decimals": None}, {"decimals": 2})}


def combinations(prim: Prim) -> list[tuple[AVal, ...]]:
    """Operand types: all of them for one and two operands, a few for three; conditions are booleans."""
    pool = TYPES if len(prim.operands) < 3 else FEW
    booleans = [types.python("b1"), types.numpy("b1"), types.array("b1"), types.array("b1", 2)]
    return list(itertools.product(*(booleans if is_boolean(prim, n) else pool for n in prim.operands)))


def values(row: tuple[AVal, ...]) -> tuple[Any, ...]:
    return tuple(as_type(np.full(t.shape, 3 - k), t) for k, t in enumerate(row))


def really(prim: Prim, case: Case) -> Any:
    """What the text gives on these operands; None where NumPy or Python refuse them."""
    op = Op(prim, tuple(Value(types.type_of(a)) for a in case.args), (), Params(**case.params))
    names = template.operand_names(prim, len(case.args))
    try:
        text = template.expression(op, [ast.Name(n, ast.Load()) for n in names], template.int_dim)
        with np.errstate(all="ignore"):
            return interpret.compile_lambda(names, text)(*case.args)
    except TypeError:
        return None


@pytest.mark.parametrize("prim", ELEMENTWISE, ids=lambda p: p.name)
def test_kind_and_dtype_are_real(prim: Prim) -> None:
    flags = ({}, {"ufunc": True}) if prim.ufunc else PARAMS.get(prim.name, ({},))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # ~True
        for row, params in itertools.product(combinations(prim), flags):
            assert_real(prim, Case(values(row), params), row)


def assert_real(prim: Prim, case: Case, row: tuple[AVal, ...]) -> None:
    found = really(prim, case)
    what = f"{prim.name}({', '.join(map(str, row))}; {case.params})"
    try:
        (inferred,) = prim.infer(row, (), **case.params)
    except TypeError:
        assert found is None, f"{what} is refused, and really is {found!r}"
        return
    assert found is not None, f"{what} is inferred as {inferred}, and really refused"
    assert types.type_of(found) == inferred, f"{what} is {types.type_of(found)}, inferred {inferred}"


@pytest.mark.parametrize("prim", ELEMENTWISE, ids=lambda p: p.name)
@pytest.mark.parametrize("unclear", [Kind.EITHER, Kind.MIXED])
def test_a_kind_that_depends_on_the_path_covers_both(prim: Prim, unclear: Kind) -> None:
    for dtype, others in itertools.product(("i8", "f8"), itertools.product(FEW, repeat=len(prim.operands) - 1)):
        rows = [(AVal(k, (), dtype), *others) for k in (Kind.PYTHON, Kind.NUMPY, unclear)]
        params = PARAMS.get(prim.name, ({},))[0]
        found = []
        for row in rows:
            try:
                found.append(prim.infer(row, (), **params)[0])
            except KindError:
                found.append(None)
            except TypeError:
                break
        if len(found) < 3 or found[2] is None:
            continue
        python, numpy, either = found
        assert python is not None and numpy is not None and python.dtype == numpy.dtype == either.dtype
        assert either.kind in (python.kind, unclear) and (python.kind == numpy.kind or either.kind is unclear)


@pytest.mark.parametrize(
    ("x", "y", "refused"),
    [(2, -1, True), (2, 3, False), (-8.0, 0.5, True), (-8.0, 3, False), (4.0, 0.5, False), (True, 2, False)],
)
def test_a_python_power_of_another_type_is_an_error(x: float, y: float, refused: bool) -> None:
    p = program(REGISTRY["pow"], Case((x, y)))
    if refused:
        with pytest.raises(ValueError, match="compiled for a result of another type"):
            quiet(p, x, y)
    else:
        assert quiet(p, x, y) == (x**y,)
