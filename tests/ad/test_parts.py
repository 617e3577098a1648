"""The parts of the drivers on their own: orders of pulling back, zeros of records, summaries of functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ad.activity import Backward, Forward, varied_transfer
from symdiff.ad.order import reading_first
from symdiff.ad.reverse import value_and_grad
from symdiff.ad.rules import RuleBuilder
from symdiff.ad.zeros import Zeros
from symdiff.ir import types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Function, Program, Value, walk
from symdiff.ir.interpret import run
from symdiff.ir.types import Alt, Saved, Seq
from symdiff.ir.verify import verify
from tests.ad import programs_functions  # noqa: F401  (fills the bank)
from tests.ad.bank import BANK, F8, at, for_, program, put, real, size, vec


def test_reads_of_a_part_go_before_the_overwrite() -> None:
    b = Builder()
    x = V(b, Value(vec(3), "x"))
    y = put(b, x, 1.0, 0)
    u = at(b, x, 1)  # of the old array
    z = put(b, y, at(b, y, 2) * u, 1)
    ops = [op for op in b.ops if op.prim.name != "const"]
    names = [(op.prim.name, op.ins[0]) for op in reading_first(ops)]
    assert names[:2] == [("index", x.value), ("index_set", x.value)]
    assert names[-1] == ("index_set", y.value)
    assert z.value in reading_first(ops)[-1].outs


def test_contradicting_wishes_keep_the_order() -> None:
    """Each read wants to go before an overwrite that the other read depends on."""
    b = Builder()
    p, q = (V(b, Value(vec(3), name)) for name in "pq")
    p2, q2 = put(b, p, 1.0, 0), put(b, q, 1.0, 0)
    put(b, p, at(b, q2, 0), 1)
    put(b, q, at(b, p2, 0), 1)
    made = [op for op in b.ops if op.prim.name != "const"]
    assert sorted(map(id, reading_first(made))) == sorted(map(id, made))


def test_a_read_after_the_overwrite_costs_no_array() -> None:
    def turn(b: Any, i: Any, y: Any, s: Any) -> Any:
        z = put(b, y, s, i)
        return [z, s * 0.5 + b.sin(at(b, y, i))]  # the old element, read after the write

    made = program("f", [vec()], lambda b, x: for_(b, (0, size(b), 1), [x, real(b, 1.0)], turn)[:2], "x")
    (loop,) = (
        op for op in value_and_grad(made, [0]).main.body.ops if op.prim.name == "for" and op.params.get("reverse")
    )
    arrays = [op.prim.name for op in walk(loop.regions[0]) if op.outs and op.out.type == vec()]
    assert sorted(arrays) == ["index_add", "index_set"]


def test_zeros_of_records() -> None:
    """Fields without derivative are left out, also where the lengths, the values or empty lists do not say which."""
    record = Alt((F8, types.INT, Seq(types.INT)), (types.INT, Seq(F8), vec(2)))
    whole = Saved("r")
    records = {"r": (types.INT, record, Seq(record)), "r'": (types.cotangent(record), Seq(types.cotangent(record)))}
    functions: dict[str, Function] = {}
    zeros = Zeros(functions, records)
    b: RuleBuilder = RuleBuilder(lambda v: None, None, zeros.of)
    v = Value(whole, "saved")
    functions["f"] = Function("f", b.block([v], [b.zeros(v).value]))
    made = verify(Program(functions, "f", records))
    left, right = (0, np.float64(3), 7, []), (1, 7, [], np.ones(2))
    (found,) = run(made, (5, left, [right, left]))
    zero, (first, second) = found
    assert (zero, second) == ((0.0,), (0.0,))
    assert first[0] == []
    np.testing.assert_array_equal(first[1], np.zeros(2))


def test_functions_that_call_each_other_settle_together() -> None:
    """`second` varies only through `first`, which it calls and which calls it back."""
    e = BANK["called_back"]
    assert Forward(e.program, varied_transfer).function("second", (True, False)) == (True,)
    assert Backward(e.program).function("second", (True,)) == (True, False)
