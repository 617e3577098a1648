"""Dead code goes through every structure; what must stay stays."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff.ir.core import Block, Function
from symdiff.ir.types import Alt, Saved
from symdiff.passes.dce import dce
from symdiff.passes.invariants import invariant_carries
from tests.passes.helpers import (
    DERIVED,
    F8,
    I8,
    N8,
    array,
    assert_same_bits,
    block,
    cond,
    emit,
    find,
    function,
    loop,
    names,
    program,
)

X = np.array([1.0, -2.0, 3.0])


def test_straight_line() -> None:
    def make(b, x, y):
        b.exp(y)
        return x * y

    p = program([F8, F8], make)
    q = dce(p)
    assert names(q) == ["mul"]
    assert dce(q) is q
    assert_same_bits(p, q, (2.0, 3.0))
    assert len(q.main.body.params) == 2


def test_cond_outs_and_captures() -> None:
    def make(b, x, y, z):
        a, _ = cond(b, x > 0.0, [x, y, z], lambda b, x, y, z: (x * y, b.exp(z)), lambda b, x, y, z: (y, b.sin(z)))
        return a

    p = program([F8, F8, F8], make)
    q = dce(p)
    assert names(q) == ["gt", "cond", "mul"]
    (op,) = find(q, "cond")
    assert len(op.ins) == 3 and len(op.outs) == 1
    assert_same_bits(p, q, (2.0, 3.0, 1.0), (-2.0, 3.0, 1.0))
    assert dce(q) is q


def test_a_carry_that_feeds_itself_is_dead() -> None:
    def make(b, x, y, z, xs):
        outs = loop(b, 3, [x, y], [xs, xs], [z], lambda b, i, s, t, u, v, c: (s * u, t * t + b.exp(c), t, s))
        return outs[0], outs[-2]

    p = program([N8, N8, N8, array("f8", 3)], make)
    q = dce(p)
    (op,) = find(q, "for")
    assert (op.params["n_carry"], op.params["n_xs"], len(op.ins), len(op.outs)) == (1, 1, 5, 3)
    assert names(q) == ["for", "mul"]
    assert dce(q) is q
    assert_same_bits(p, q, (np.float64(2), np.float64(3), np.float64(0.5), X))


def test_a_carry_read_by_a_live_carry_stays() -> None:
    def make(b, x, y):
        return loop(b, 4, [x, y], [], [], lambda b, i, s, t: (s + t, t * 2.0))[0]

    p = program([F8, F8], make)
    q = dce(p)
    assert find(q, "for")[0].params["n_carry"] == 2
    assert q is p or dce(q) is q
    assert_same_bits(p, q, (1.0, 0.5))


def test_the_exit_code_and_the_condition_keep_what_they_read() -> None:
    def make(b, x, y, z):
        before = block([F8, F8, F8, F8], lambda b, s, t, u, c: t < c)
        after = block([F8, F8, F8, F8], lambda b, s, t, u, c: (s + 1.0, t * 2.0, u * 3.0))
        return emit(b, "while", x, y, z, 100.0, regions=[before, after], n_carry=3)[0]

    p = program([F8, F8, F8], make)
    q = dce(p)
    (op,) = find(q, "while")
    assert op.params["n_carry"] == 2 and len(op.ins) == 3
    assert_same_bits(p, q, (0.0, 1.0, 1.0))
    assert dce(q) is q

    def with_exit(b, x, y):
        def body(b, i, s, t):
            code = b.op("convert", t > 3.0, kind="python", dtype="i8")
            return code, s + 1.0, t * 2.0

        return loop(b, 9, [x, y], [], [], body, exit=True)[1]

    p = program([F8, F8], with_exit)
    q = dce(p)
    assert find(q, "for")[0].params["n_carry"] == 2
    assert_same_bits(p, q, (0.0, 1.0))


def test_only_the_count_is_needed() -> None:
    p = program([F8, I8], lambda b, x, n: loop(b, n, [x], [], [], lambda b, i, s: (s * 2.0, s))[-1])
    q = dce(p)
    assert names(q) == ["for"]
    assert_same_bits(p, q, (1.0, 4), (1.0, 0))


def test_calls_lose_results_and_parameters_that_no_caller_needs() -> None:
    g = function("g", [F8, F8, F8], lambda b, x, y, z: (x * y, b.exp(z), y))

    def make(b, x, y, z):
        first, *_ = emit(b, "call", x, y, z, function="g", types=(F8, N8, F8))
        return first * 2.0

    p = program([F8, F8, F8], make, g)
    q = dce(p)
    assert len(q.functions["g"].body.params) == 2 and len(q.functions["g"].body.outs) == 1
    assert find(q, "call")[0].params["types"] == (F8,)
    assert_same_bits(p, q, (2.0, 3.0, 1.0))
    assert dce(q) is q
    assert dce(p, keep=["g"]).functions["g"] is g


def test_unreachable_functions_go_unless_kept() -> None:
    g = function("g", [F8], lambda b, x: b.exp(x))
    p = program([F8], lambda b, x: x * x, g)
    assert list(dce(p).functions) == ["f"]
    assert dce(p, keep=["g"]) is p


def test_recursion() -> None:
    def fact(b, n, unused):
        def more(b, n, u):
            first, _ = emit(b, "call", n - 1, u, function="g", types=(I8, F8))
            return n * first, u * 2.0

        return cond(b, n > 1, [n, unused], more, lambda b, n, u: (n, u))

    g = function("g", [I8, F8], fact)
    p = program([I8, F8], lambda b, n, x: emit(b, "call", n, x, function="g", types=(I8, F8))[0], g)
    q = dce(p)
    assert len(q.functions["g"].body.params) == 1
    assert_same_bits(p, q, (5, 1.0))
    assert dce(q) is q


def test_a_size_that_is_needed_keeps_the_parameter_that_binds_it() -> None:
    vec = array("f8", "n")
    g = function("g", [vec, vec], lambda b, x, y: (b.op("dim", size=vec.shape[0]), b.exp(x)))
    p = program([vec], lambda b, x: emit(b, "call", x, x, function="g", types=(I8, vec))[0], g)
    q = dce(p)
    assert len(q.functions["g"].body.params) == 1 and q.functions["g"].dims == ("n",)
    assert_same_bits(p, q, (X,))
    assert dce(q) is q


def test_a_size_that_only_a_result_nobody_reads_mentions_binds_nothing() -> None:
    vec = array("f8", "n")

    def chosen(b, x, v):
        return cond(b, v > 1.0, [x, v], lambda b, x, v: (x * v, v * 2.0), lambda b, x, v: (x, v))[1]

    g = function("g", [vec, F8], chosen)
    p = program([vec, F8], lambda b, x, v: emit(b, "call", x, v, function="g", types=(F8,))[0], g)
    q = dce(p)
    assert len(q.functions["g"].body.params) == 1 and q.functions["g"].dims == ()
    assert_same_bits(p, q, (X, 3.0))
    assert dce(q) is q


def test_fields_of_branch_records() -> None:
    alt = Alt((F8, F8), (F8,))

    def make(b, x, y):
        def then(b, x, y):
            return x * y, b.op("alt_pack", x, y * 3.0, side=0, type=alt)

        y1, saved = cond(b, x > 0.0, [x, y], then, lambda b, x, y: (x, b.op("alt_pack", x, side=1, type=alt)))

        def back(b, saved, y):
            _, t = emit(b, "alt_unpack", saved, side=0)
            return t + y

        (z,) = cond(b, x > 0.0, [saved, y], back, lambda b, saved, y: y)
        return y1, z

    p = program([F8, F8], make)
    q = dce(p)
    assert [str(op.out.type) for op in find(q, "alt_pack")] == ["Alt[float | ]", "Alt[float | ]"]
    assert len(find(q, "alt_unpack")[0].outs) == 1
    assert_same_bits(p, q, (2.0, 3.0), (-2.0, 3.0))
    assert dce(q) is q


def test_records_in_columns_of_loops() -> None:
    alt = Alt((F8, I8), (F8,))

    def make(b, x):
        def forward(b, i, s):
            def then(b, s, i):
                return s * s, b.op("alt_pack", s, i, side=0, type=alt)

            return cond(b, s < 2.0, [s, i], then, lambda b, s, i: (s, b.op("alt_pack", s, side=1, type=alt)))

        s, saved, n = loop(b, 3, [x], [], [], forward)

        def backward(b, i, d, r, s):
            def then(b, d, r):
                v, _ = emit(b, "alt_unpack", r, side=0)
                return d * v

            return cond(b, s < 2.0, [d, r], then, lambda b, d, r: d)

        d = loop(b, n, [1.0], [saved], [s], backward, reverse=True)[0]
        return s, d

    p = program([F8], make)
    q = dce(p)
    assert [str(v.type) for op in find(q, "for") for v in op.outs] == [
        "float",
        "Seq[Alt[float | ]]",
        "int",
        "float",
        "int",
    ]
    assert_same_bits(p, q, (1.5,), (3.0,))
    assert dce(q) is q


def test_fields_of_saved_records() -> None:
    fields = (F8, F8, F8)
    forward = function("g_forward", [F8, F8], lambda b, x, y: (x * y, *emit(b, "saved_pack", x, y, x + y, name="S")))

    def back(b, saved, d):
        _, y, _ = emit(b, "saved_unpack", saved, types=fields)
        return d * y

    backward = function("g_backward", [Saved("S"), F8], back)

    def make(b, x, y):
        z, saved = emit(b, "call", x, y, function="g_forward", types=(F8, Saved("S")))
        (d,) = emit(b, "call", saved, 1.0, function="g_backward", types=(F8,))
        return z, d

    p = program([F8, F8], make, forward, backward, S=fields)
    q = dce(p)
    assert q.records == {"S": (F8,)}
    assert len(find(q, "saved_pack", "g_forward")[0].ins) == 1
    assert find(q, "saved_unpack", "g_backward")[0].params["types"] == (F8,)
    assert "add" not in names(q, "g_forward")
    assert_same_bits(p, q, (2.0, 3.0))
    assert dce(q) is q
    kept = dce(p, keep=["g_forward", "g_backward"])
    assert kept.records == p.records


def test_optionals_and_lists() -> None:
    def make(b, x):
        s = b.op("seq_append", b.op("seq_empty", elem=F8), x)
        b.op("seq_append", s, x * 2.0)
        o = b.op("opt_some", x * 3.0)
        b.op("opt_none", elem=F8)
        return emit(b, "opt_get", o, name="q")[0] + b.op("seq_last", s)

    p = program([F8], make)
    q = dce(p)
    assert names(q) == ["seq_empty", "seq_append", "mul", "opt_some", "opt_get", "seq_last", "add"]
    assert_same_bits(p, q, (2.0,))


@pytest.mark.parametrize("loc, kept", [(None, ["index", "div", "mul"]), (DERIVED, ["mul"])])
def test_the_users_exceptions_survive(loc, kept) -> None:
    def make(b, x, y, i):
        b.op("index", x, i, spec=(("at", None),))
        b.op("div", y, y) if loc is None else b.op("div", y, y, ufunc=True)
        return y * y

    p = program([array("f8", "n"), F8, I8], make, **({"loc": loc} if loc else {}))
    q = dce(p)
    assert names(q) == kept
    if loc is None:
        assert_same_bits(p, q, (X, 0.0, 1), (X, 1.0, 7), (X, 1.0, 1))


def test_what_cannot_raise_goes() -> None:
    def make(b, x, y):
        b.op("index", x, spec=(("at", -3),))
        b.op("index", x, spec=(("slice", 0, 2, None, 2),))
        b.op("div", y, 2.0)
        return y

    assert names(dce(program([array("f8", 3), F8], make))) == []
    assert names(dce(program([array("f8", "n"), F8], make))) == ["index"]


def test_a_raising_operation_keeps_the_calls_and_loops_around_it() -> None:
    def body(b, x, n):
        loop(b, n, [x], [], [], lambda b, i, s: b.op("div", 1.0, s))
        return x

    g = function("g", [F8, I8], body)
    p = program([F8, I8], lambda b, x, n: (emit(b, "call", x, n, function="g", types=(F8,)), x)[1], g)
    q = dce(p)
    assert names(q) == ["call"] and names(q, "g") == ["for", "div"]
    assert_same_bits(p, q, (0.0, 1), (0.0, 0), (2.0, 2))


def test_invariant_carries_become_captures() -> None:
    def make(b, x, w, v):
        def outer(b, i, s, w, v):
            inner = loop(b, 2, [s, w], [], [v], lambda b, i, s, w, v: (s * w + v, w))
            return inner[0], inner[1], v

        return loop(b, 3, [x, w, v], [], [], outer)[:3]

    p = program([F8, F8, F8], make)
    q = dce(invariant_carries(p))
    assert [op.params["n_carry"] for op in find(q, "for")] == [1, 1]
    assert q.main.body.outs[1:] == q.main.body.params[1:]
    assert_same_bits(p, q, (1.0, 0.5, 0.25))
    assert invariant_carries(q) is q


def test_a_carry_that_leaves_as_a_fixed_one_is_fixed_if_both_enter_alike() -> None:
    p = program([F8], lambda b, x: loop(b, 3, [x, x, x], [], [], lambda b, i, s, t, u: (s * t, u, u))[0])
    q = invariant_carries(p)
    assert find(q, "for")[0].params["n_carry"] == 1 and invariant_carries(q) is q
    assert_same_bits(p, q, (1.5,))


def test_branches_that_pass_a_value_on() -> None:
    def make(b, x, y):
        before = block([F8, F8], lambda b, s, w: s < 10.0)

        def after(b, s, w):
            return cond(b, s < 3.0, [s, w], lambda b, s, w: (s + 1.0, w), lambda b, s, w: (s * 2.0 + w, w))

        return emit(b, "while", x, y, regions=[before, block([F8, F8], after)], n_carry=2)[0]

    p = program([F8, F8], make)
    q = dce(invariant_carries(p))
    assert find(q, "while")[0].params["n_carry"] == 1 and len(find(q, "cond")[0].outs) == 1
    assert_same_bits(p, q, (0.0, 0.5), (20.0, 0.5))


def test_deep_nesting_and_long_programs() -> None:
    def nest(depth):
        def make(b, x, y):
            b.exp(y)
            if depth == 0:
                return x * 2.0
            return cond(b, x > 0.0, [x, y], nest(depth - 1), lambda b, x, y: x)[0]

        return make

    p = program([F8, F8], nest(80))
    q = invariant_carries(dce(p))
    assert len(find(q, "cond")) == 80 and not find(q, "exp") and len(find(q, "cond")[5].ins) == 2

    def long(b, x):
        y = x
        for _ in range(20_000):
            b.exp(y)
            y = y * x
        return y

    assert len(names(dce(program([F8], long)))) == 20_000


def test_a_function_and_its_forward_may_share_operations() -> None:
    g = function("g", [F8, F8], lambda b, x, y: (x * x, b.exp(y)))
    twin = Function("g_forward", Block(g.body.params, g.body.ops, (*g.body.outs, g.body.params[0])), ())

    def make(b, x, y):
        first, _ = emit(b, "call", x, y, function="g", types=(F8, N8))
        _, second, _ = emit(b, "call", x, y, function="g_forward", types=(F8, N8, F8))
        return first, second

    p = program([F8, F8], make, g, twin)
    q = dce(p)
    assert names(q, "g") == ["mul"] and names(q, "g_forward") == ["exp"]
    assert_same_bits(p, q, (2.0, 3.0))


def test_sizes_bound_in_the_middle_stay_if_read() -> None:
    n = array("f8", "n").shape[0]

    def body(b, k):
        emit(b, "bind_dim", k, name="n")
        return b.op("dim", size=n), b.exp(1.0)

    g = Function("g", block([I8], body), ("n",))
    for wanted, kept in ((0, ["bind_dim", "dim"]), (1, ["exp"])):
        p = program([I8], lambda b, k, w=wanted: emit(b, "call", k, function="g", types=(I8, N8))[w], g)
        q = dce(p)
        assert names(q, "g") == kept and q.functions["g"].dims == (("n",) if kept[0] == "bind_dim" else ())
        assert_same_bits(p, q, (4,))
