"""Python floats by `math`: the same types at the exit, and an exception where NumPy's semantics are needed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from symdiff.ir import types
from symdiff.ir.interpret import run
from symdiff.ir.types import AVal, Kind, Saved
from symdiff.passes.scalars import lower_scalars, python_residuals
from tests.passes.helpers import F8, I8, N8, array, block, close, cond, emit, function, loop, program, walk

RAISES = (OverflowError, ValueError, ZeroDivisionError)


def kinds(p) -> set[Kind]:
    ops = [op for f in p.functions.values() for op in walk(f.body)]
    return {v.type.kind for op in ops for v in op.outs if isinstance(v.type, AVal)}


def neuron(b, x, w, c):
    return b.op("div", 1, b.op("add", 1, b.exp(b.neg(b.op("add", w * x, c)))))


def test_the_neuron() -> None:
    p = program([F8, F8, F8], neuron)
    q = lower_scalars(p)
    assert q is not None and q.main.out_types == p.main.out_types == (N8,)
    assert {v.type.kind for op in q.main.body.ops[:-1] for v in op.outs} == {Kind.PYTHON}
    close(run(p, 1.0, 2.0, 0.5), run(q, 1.0, 2.0, 0.5))
    with pytest.raises(OverflowError):
        run(q, -1000.0, 1.0, 0.0)


def test_expansions_agree_with_numpy() -> None:
    def make(b, x, y):
        return (
            b.logistic(x),
            b.square(x),
            b.reciprocal(x),
            b.maximum(x, y),
            b.minimum(x, y),
            b.masked_mul(x, b.exp(y)),
            b.softplus(x),
            b.op("convert", b.exp(x), kind=Kind.PYTHON, dtype="f8"),
            b.select(b.logical_and(x > y, b.logical_not(b.isnan(b.exp(y)))), b.sin(x), b.cos(x)),
        )

    p = program([F8, F8], make)
    q = lower_scalars(p)
    assert q is not None and q.main.out_types == p.main.out_types
    values = (-3.0, -0.5, 0.25, 0.7, 2.0, math.nan)
    for x in values:
        for y in values:
            close(run(p, x, y), run(q, x, y), 1e-15)


def test_masked_products() -> None:
    p = program([F8, F8], lambda b, d, p: b.masked_mul(d, p))
    q = lower_scalars(p)
    for d, partial in ((0.0, math.inf), (0.0, math.nan), (2.0, math.inf), (2.0, math.nan), (3.0, 0.5), (math.nan, 1.0)):
        close(run(p, d, partial), run(q, d, partial))


def test_loops_branches_calls_and_records() -> None:
    g = function("g", [F8, N8], lambda b, x, y: (b.sin(x) * y, *emit(b, "saved_pack", b.exp(x), y, name="S")))

    def make(b, x, n):
        def body(b, i, s, x):
            def then(b, s, x):
                t, saved = emit(b, "call", x, s, function="g", types=(N8, Saved("S")))
                e, _ = emit(b, "saved_unpack", saved, types=(N8, N8))
                return t + e

            return cond(b, s > 0.5, [s, x], then, lambda b, s, x: b.cos(s) + x)

        (s, count) = loop(b, n, [b.exp(x)], [], [x], body)
        before = block([N8], lambda b, s: b.op("convert", s > 2.0, kind=Kind.PYTHON, dtype="b1"))
        (t, _) = emit(b, "while", s, regions=[before, block([N8], lambda b, s: b.sqrt(s))], n_carry=1)
        return t, count

    p = program([F8, I8], make, g, S=(N8, N8))
    q = lower_scalars(p)
    assert q is not None and q.main.out_types == p.main.out_types
    assert kinds(q) == {Kind.PYTHON, Kind.NUMPY} and q.records == {"S": (F8,)}
    for x in (0.1, 1.3, -2.0):
        close(run(p, x, 4), run(q, x, 4), 1e-13)


@pytest.mark.parametrize(
    ("name", "x"), [("log", 0.0), ("sqrt", -1.0), ("exp", 1000.0), ("reciprocal", 0.0), ("arcsin", 2.0)]
)
def test_where_numpy_gives_inf_or_nan_the_lowered_form_raises(name: str, x: float) -> None:
    q = lower_scalars(program([F8], lambda b, x: b.op(name, x)))
    assert q is not None
    with pytest.raises(RAISES):
        run(q, x)


def test_powers() -> None:
    p = program([F8], lambda b, x: b.op("pow", x, 4, ufunc=True) + b.op("pow", 2.0, b.exp(x)))
    q = lower_scalars(p)
    assert q is not None
    for x in (-1.5, 0.0, 0.3):
        close(run(p, x), run(q, x), 1e-15)
    assert lower_scalars(program([F8, F8], lambda b, x, y: b.op("pow", x, y, ufunc=True))) is None
    assert lower_scalars(program([F8], lambda b, x: b.op("pow", b.exp(x), 0.5))) is None
    own = lower_scalars(program([F8, F8], lambda b, x, y: b.exp(b.op("pow", x, y))))
    assert own is not None
    with pytest.raises(ValueError, match="complex"):
        run(own, -2.0, 0.5)


@pytest.mark.parametrize(
    ("params", "make"),
    [
        ([array("f8", "n")], lambda b, x: b.exp(x)),
        ([N8], lambda b, x: b.exp(x)),
        ([F8], lambda b, x: x * x),
        ([F8], lambda b, x: b.op("convert", b.exp(x), kind=Kind.NUMPY, dtype="f4")),
        ([F8], lambda b, x: b.op("convert", x, kind=Kind.ARRAY, dtype="f8")),
        ([types.python("c16")], lambda b, x: b.exp(x)),
        ([F8], lambda b, x: b.sign(x)),
        ([F8], lambda b, x: b.op("convert", b.exp(x), kind=Kind.NUMPY, dtype="i8")),
    ],
    ids=["array", "numpy scalar", "nothing to gain", "float32", "0-d array", "complex", "no text", "numpy integer"],
)
def test_what_is_not_lowered(params, make) -> None:
    assert lower_scalars(program(params, make)) is None


def test_residuals_are_converted_at_entry_when_asked() -> None:
    p = program([N8, F8], lambda b, y, d: b.op("convert", d * y * b.op("sub", 1, y), kind=Kind.PYTHON, dtype="f8"))
    assert lower_scalars(p) is None
    q = lower_scalars(p, convert_inputs=1)
    assert q is not None
    close(run(p, np.float64(0.3), 2.0), run(q, np.float64(0.3), 2.0))
    assert kinds(q) == {Kind.PYTHON}


def test_residuals_of_lowered_passes_travel_as_python_floats() -> None:
    saves = program([F8, F8], lambda b, x, w: (b.op("mul", b.exp(x), w), b.exp(x), w))
    reads = program([N8, F8, F8], lambda b, e, w, ct: (b.op("convert", ct * w * e, kind=Kind.PYTHON, dtype="f8"),))
    first, second = python_residuals(saves.main, reads.main, 2)
    assert first.out_types == (N8, F8, F8)
    assert [p.type for p in second.body.params] == [F8, F8, F8]
    saves, reads = (replace(p, functions={p.entry: f}) for p, f in ((saves, first), (reads, second)))
    _, *saved = run(saves, 0.5, 2.0)
    close(run(reads, *saved, 3.0), [6.0 * math.exp(0.5)])
    lowered = lower_scalars(reads, 2)
    assert lowered is not None and kinds(lowered) == {Kind.PYTHON}
