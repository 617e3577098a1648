"""-O1: folding and common subexpressions change no bit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symdiff.ir import dims, types
from symdiff.ir.build import V
from symdiff.ir.types import Kind
from symdiff.passes.cse import cse
from symdiff.passes.dce import dce
from symdiff.passes.fold import fold
from symdiff.passes.report import Report
from tests.passes import helpers
from tests.passes.helpers import DERIVED, F8, I8, N8, array, assert_same_bits, cond, emit, find, loop, names, program

FLOATS = (0.0, -0.0, 1.0, -1.5, 1e308, math.inf, -math.inf, math.nan, 5e-324)
ARRAY = np.array(FLOATS)
FLOAT32 = np.array([0.0, -0.0, 1.0, -1.5, 1e38, math.inf, -math.inf, math.nan], np.float32)
VEC = array("f8", "n")
SMALL = array("f4", "n")


def scalars(p):
    t = p.main.param_types[0]
    return [(x,) for x in FLOATS] if t == F8 else [(FLOAT32 if t == SMALL else ARRAY,)]


IDENTITIES = {
    "x * 1": lambda b, x: x.b.op("mul", x, 1),
    "1 * x": lambda b, x: x.b.op("mul", 1, x),
    "x / 1": lambda b, x: b.op("div", x, 1),
    "x - 0": lambda b, x: b.op("sub", x, 0),
    "x - 0.0": lambda b, x: b.op("sub", x, 0.0),
    "x + -0.0": lambda b, x: b.op("add", x, -0.0),
    "-(-x)": lambda b, x: b.op("neg", b.op("neg", x)),
}


@pytest.mark.parametrize("t", [F8, VEC, SMALL], ids=str)
@pytest.mark.parametrize("name", IDENTITIES)
def test_identities(name: str, t) -> None:
    p = program([t], IDENTITIES[name])
    q = dce(fold(p))
    assert names(q) == []
    assert_same_bits(p, q, *scalars(p))
    assert fold(q) is q


STAYS = {
    "x + 0": lambda b, x: b.op("add", x, 0),
    "x + 0.0": lambda b, x: b.op("add", x, 0.0),
    "x - -0.0": lambda b, x: b.op("sub", x, -0.0),
    "x * 0": lambda b, x: b.op("mul", x, 0),
    "x * True": lambda b, x: b.op("mul", x, True),
    "0 - x": lambda b, x: b.op("sub", 0, x),
    "x / x": lambda b, x: b.op("div", x, x),
}


@pytest.mark.parametrize("name", STAYS)
def test_what_would_change_a_bit_stays(name: str) -> None:
    p = program([VEC], STAYS[name])
    assert fold(p) is p


@pytest.mark.parametrize("c", [1, 1.0])
def test_a_dtype_or_kind_that_would_change_stays(c) -> None:
    p = program([I8], lambda b, x: b.op("mul", x, c))
    assert (names(dce(fold(p))) == []) == (c.__class__ is int)
    q = program([F8], lambda b, x: b.op("mul", x, c, ufunc=True))
    assert names(dce(fold(q))) == ["convert"] and fold(q).main.out_types == q.main.out_types
    r = program([array("f4", "n")], lambda b, x: b.op("mul", x, b.const(1.0, N8)))
    assert fold(r) is r


def test_integers_lose_zeros() -> None:
    p = program([array("i8", "n"), I8], lambda b, x, k: (b.op("add", x, 0), b.op("add", 0, k)))
    assert names(dce(fold(p))) == []


@pytest.mark.parametrize("t", [array("i8", "n"), I8], ids=str)
def test_zero_minus_a_whole_number_is_its_negative(t) -> None:
    p = program([t], lambda b, x: b.op("sub", 0, x))
    q = dce(fold(p))
    assert names(q) == ["neg"]
    whole = (0, 5, -7)
    assert_same_bits(p, q, *([(k,) for k in whole] if t == I8 else [(np.array(whole),)]))


@pytest.mark.parametrize("t", [F8, VEC], ids=str)
def test_signs(t) -> None:
    def make(b, x, y):
        return (
            b.op("add", x, b.neg(y)),
            b.op("add", b.neg(x), y),
            b.op("sub", x, b.neg(y)),
            b.op("mul", b.neg(x), b.neg(y)),
            b.op("div", b.neg(x), 2.0),
            b.op("mul", -3.0, b.neg(x)),
            b.neg(b.op("mul", x, 4.0)),
        )

    p = program([t, t], make)
    q = dce(fold(p))
    assert names(q) == ["sub", "sub", "add", "mul", "div", "mul", "mul"]
    pairs = [(x, y) for x in FLOATS for y in FLOATS]
    if t == F8:
        assert_same_bits(p, q, *pairs)
    else:
        x, y = np.array(pairs).T
        for out_p, out_q in zip(helpers.outcome(p, (x, y)), helpers.outcome(q, (x, y)), strict=True):
            assert np.array_equal(out_p, out_q, equal_nan=True)
            both = ~np.isnan(out_p)
            assert np.array_equal(np.signbit(out_p[both]), np.signbit(out_q[both]))
    assert fold(q) is q


def test_constants_are_computed_as_numpy_and_python_do() -> None:
    def make(b, x):
        third = b.op("div", 1, 3)
        single = b.op("mul", b.const(0.1, types.numpy("f4")), 3.0)
        root = b.op("sqrt", 2.0)
        return (
            b.op("mul", x, third),
            single,
            root,
            b.op("gt", 2, 1.5),
            b.op("convert", third, kind=Kind.PYTHON, dtype="i8"),
        )

    p = program([F8], make)
    q = dce(fold(p))
    assert names(q) == ["mul"]
    assert_same_bits(p, q, (1.7,))
    assert [str(t) for t in q.main.out_types] == ["float", "np.f4", "np.f8", "bool", "int"]


def test_what_raises_or_warns_or_is_inexact_is_left_alone() -> None:
    def make(b, x):
        return (
            b.op("div", 1, 0),
            b.op("div", 1.0, 0.0, ufunc=True),
            b.op(
                "mul",
                1e200,
                b.op(
                    "sqrt",
                    1e300,
                ),
            ),
            b.exp(1.0),
            b.op("mul", 2**62, 4),
            b.op("sqrt", -1.0),
        )

    q = dce(fold(program([F8], make)))
    assert names(q) == ["div", "div", "mul", "exp", "mul", "sqrt"]


@pytest.mark.parametrize("t", [F8, VEC, I8], ids=str)
def test_twice_the_same(t) -> None:
    p = program([t], lambda b, x: b.op("add", x, x))
    q = dce(fold(p))
    assert names(q) == ["mul"]
    assert_same_bits(p, q, *([(3,), (-2,)] if t == I8 else scalars(p)))


def test_numbers_are_not_repeated_for_operations_that_broadcast() -> None:
    m, labels = array("f8", "n", 3), array("i8", "n")

    def make(b, x, d, labels):
        n = m.shape[0]
        row = b.op("broadcast_to", d, shape=(n,))
        rows = b.op("arange", size=n)
        scaled = b.op("mul", b.expand_dims(row, axis=(1,)), x)
        return b.op("index_add", scaled, b.neg(row), rows, labels, spec=(("array",), ("array",))), b.op("sub", row, row)

    p = program([m, N8, labels], make)
    q = dce(fold(p))
    assert names(q) == ["arange", "mul", "neg", "index_add", "sub", "broadcast_to"]
    assert_same_bits(p, q, (np.arange(6.0).reshape(2, 3), np.float64(0.3), np.array([2, 0])))


def test_updates_at_distinct_places() -> None:
    m, labels = array("f8", "n", 3), array("i8", "n")

    def make(b, x, v, labels):
        rows = b.op("arange", size=m.shape[0])
        late = b.op("arange", size=m.shape[0], start=-1, stop=m.shape[0])
        both = (("array",), ("array",))
        a = b.op("index_add", x, v, rows, labels, spec=both)
        c = b.op("index_add", x, v, labels, labels, spec=both)
        return a, c, b.op("index_add", x, v, late, labels, spec=both)

    p = program([m, array("f8", "n"), labels], make)
    q = dce(fold(p))
    assert [op.params.get("unique") for op in find(q, "index_add")] == [True, None, None]
    args = (np.arange(9.0).reshape(3, 3), np.array([1.0, 2.0, 3.0]), np.array([2, 0, 2]))
    assert helpers.same_bits(helpers.outcome(p, args)[0], helpers.outcome(q, args)[0])


def test_known_branches_and_empty_loops() -> None:
    def make(b, x):
        (y,) = cond(b, b.op("gt", 2, 1), [x], lambda b, x: x * 2.0, lambda b, x: x - 3.0)
        s, ys, n = loop(b, 0, [y], [], [x], lambda b, i, s, x: (s * x, s))
        return s, ys, n

    p = program([F8], make)
    report = Report()
    q = dce(fold(p, report))
    assert names(q) == ["mul", "seq_empty"]
    assert {"known branch", "loop without turns"} <= report.names
    assert all(loc is not None for _, loc in report)
    assert_same_bits(p, q, (3.0,))


def test_constants_enter_regions() -> None:
    def make(b, x, n):
        one = b.const(1)
        flag = b.const(True)

        def body(b, i, s, one, flag):
            (t,) = cond(b, flag, [s, one], lambda b, s, one: b.op("mul", s, one), lambda b, s, one: b.op("add", s, one))
            return b.op("add", t, t)

        return loop(b, n, [x], [], [one, flag], body)[0]

    p = program([F8, I8], make)
    q = dce(fold(p))
    assert names(q) == ["for", "mul"] and len(find(q, "for")[0].ins) == 4
    assert_same_bits(p, q, (1.5, 3))
    assert fold(q) is q


def test_a_loop_that_never_exits_early_has_no_exit() -> None:
    p = program([F8, I8], lambda b, x, n: loop(b, n, [x], [], [], lambda b, i, s: (b.const(0), s * 2.0), exit=True)[1])
    q = dce(fold(p))
    assert not find(q, "for")[0].params.get("exit")
    assert_same_bits(p, q, (1.5, 3))


def test_shapes_and_conversions() -> None:
    a = array("f8", 2, 3)

    def make(b, x):
        r = b.reshape(b.reshape(x, shape=(6,)), shape=(3, 2))
        t = b.transpose(b.transpose(x))
        c = b.op("convert", b.op("convert", x, kind=Kind.ARRAY, dtype="f8"), kind=Kind.ARRAY, dtype="f4")
        return r, t, c, b.op("convert", b.op("convert", c, kind=Kind.ARRAY, dtype="f8"), kind=Kind.ARRAY, dtype="f4")

    p = program([a], make)
    q = dce(fold(p))
    assert names(q) == ["reshape", "convert"]
    assert_same_bits(p, q, (np.arange(6.0).reshape(2, 3),))
    long = program(
        [array("i8", "n")],
        lambda b, x: b.op("convert", b.op("convert", x, kind=Kind.ARRAY, dtype="f8"), kind=Kind.ARRAY, dtype="i8"),
    )
    assert fold(long) is long


def test_records_lists_and_options() -> None:
    alt = types.Alt((F8, F8), ())

    def make(b, x, y):
        s, t = emit(b, "alt_unpack", b.op("alt_pack", x, y, side=0, type=alt), side=0)
        u, _ = emit(b, "saved_unpack", emit(b, "saved_pack", x, y, name="S")[0], types=(F8, F8))
        seq = b.op("seq_append", b.op("seq_empty", elem=F8), u)
        return s * t, b.op("seq_last", seq), emit(b, "opt_get", b.op("opt_some", y), name="y")[0]

    p = program([F8, F8], make, S=(F8, F8))
    q = dce(fold(p))
    assert names(q) == ["mul"]
    assert_same_bits(p, q, (3.0, 4.0))


def test_names_survive_folding() -> None:
    def make(b, x):
        y = b.op("mul", b.op("exp", x), 1, hint="growth")
        return y * y

    q = dce(fold(program([VEC], make)))
    assert names(q) == ["exp", "mul"] and find(q, "exp")[0].out.hint == "growth"


# --- common subexpressions


def test_products_commute() -> None:
    p = program([F8, F8], lambda b, x, y: (x * y) + b.op("mul", y, x, hint="area"))
    q = dce(cse(p))
    assert names(q) == ["mul", "add"] and find(q, "mul")[0].out.hint == "area"
    assert_same_bits(p, q, (3.0, 4.0), (math.inf, 0.0))
    assert cse(q) is q


def test_what_differs_is_kept_apart() -> None:
    def make(b, x, y):
        return (
            (x - y) * (y - x),
            b.op("mul", x, 0.0) + b.op("mul", x, -0.0),
            b.op("div", x, y) + b.op("div", x, y, ufunc=True),
            b.op("mul", x, 1) * b.op("mul", x, 1.0),
        )

    p = program([F8, F8], make)
    assert len(names(dce(cse(p)))) == len(names(p))


def test_inside_regions_by_existing_captures() -> None:
    def make(b, x, y):
        square = b.op("mul", x, x)
        e = b.exp(x)

        def body(b, i, s, x, square, x2):
            return s + b.op("mul", x2, x) + square + b.exp(x)

        return loop(b, 3, [y], [], [x, square, x], body)[0], e

    p = program([F8, N8], make)
    report = Report()
    q = dce(cse(p, report))
    assert names(q).count("mul") == 1 and len(find(q, "for")[0].ins) == 6
    assert report.names == {"common subexpression"}
    assert_same_bits(p, q, (1.5, np.float64(0.25)))


def test_two_arrays_handed_out_stay_two() -> None:
    p = program([VEC], lambda b, x: (b.exp(x), b.exp(x)))
    assert names(cse(p)) == ["exp", "exp"]
    q = program([F8], lambda b, x: (b.exp(x), b.exp(x)))
    assert names(cse(q)) == ["exp"]


def test_fresh_arrays_are_not_shared() -> None:
    def make(b, x):
        a, c = (b.op("zeros", type=VEC, shape=VEC.shape) for _ in range(2))
        spec = (("slice", None, None, None, VEC.shape[0]),)
        return b.op("index_add", a, x, spec=spec) + b.op("index_add", c, x * 2.0, spec=spec)

    assert names(cse(program([VEC], make))).count("zeros") == 2


def test_the_users_exception_is_not_left_to_a_derived_operation() -> None:
    def make(b, x, i):
        b.loc = DERIVED
        first = b.op("index", x, i, spec=(("at", None),))
        b.loc = helpers.LOC
        second = b.op("index", x, i, spec=(("at", None),))
        return first * second

    assert names(cse(program([VEC, I8], make))).count("index") == 2


@pytest.mark.parametrize(("dtype", "kept"), [("f8", 1), ("c16", 2)])
def test_a_product_commutes_unless_it_is_of_complex_arrays(dtype: str, kept: int) -> None:
    vector = array(dtype, "n")
    p = cse(program([vector, vector], lambda b, x, y: b.op("add", b.op("mul", x, y), b.op("mul", y, x))))
    assert names(p).count("mul") == kept


def test_long_programs_are_quick() -> None:
    def make(b, x):
        y = x
        for _ in range(5000):
            y = b.op("mul", b.op("add", b.op("mul", y, 1), b.neg(x)), b.op("add", y, b.neg(x)))
        return y

    q = dce(cse(dce(fold(program([F8], make)))))
    assert len(names(q)) == 10_000


def test_a_product_with_one_of_either_kind_made_a_float() -> None:
    """`float(1.0 * x)` of a float x is x, and `float(1.0)` is 1.0; another factor stays."""

    def made(factor: float):
        def build(b, x):
            one = V(b, b.const(factor, types.AVal(Kind.EITHER, (), "f8")))
            return [emit(b, "convert", v, kind=Kind.PYTHON, dtype="f8")[0] for v in (b.op("mul", one, x), one)]

        return program([F8], build)

    p = made(1.0)
    q = dce(fold(p))
    assert names(q) == [] and q.main.body.outs[0] is q.main.body.params[0] and q.main.body.outs[1].const == 1.0
    assert_same_bits(p, q, *scalars(p))
    assert names(dce(fold(made(2.0)))).count("mul") == 1


def test_a_shape_is_compared_once() -> None:
    """The second comparison makes the first; not where the array had another size, nor where it is read between."""
    n, m = dims.var("n"), dims.var("m")

    def made(first, read=False):
        def build(b, x, y, z):
            inner = emit(b, "check_shape", x, shape=(n, first))[0]
            outer = emit(b, "check_shape", inner, shape=(n, m))[0]
            return [outer, y, z, *([inner] if read else [])]

        return program([array("f8", "k", "l"), array("f8", "n"), array("f8", "m")], build)

    assert names(dce(fold(made(dims.var("l"))))) == ["check_shape"]
    assert names(dce(fold(made(m)))) == ["check_shape"]
    assert names(dce(fold(made(n)))) == ["check_shape", "check_shape"]
    assert names(dce(fold(made(m, read=True)))) == ["check_shape", "check_shape"]
