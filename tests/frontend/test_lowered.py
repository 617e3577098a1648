"""What is known of a lowered function beside its program: names, captured data, guards, sizes."""

from __future__ import annotations

import numpy as np

from symdiff.ir import types
from tests.frontend.running import compiled, run, same
from tests.frontend.test_control import recurrent, sum_from_int
from tests.frontend.test_lowering import W, captured_data, dict_argument, sizes_unify
from tests.frontend.test_writes import argument_written, views_see_later_writes

A = np.array


def test_names_of_values_and_parameters() -> None:
    low = compiled(dict_argument, {"w": A([1.0, 2.0]), "b": 2.0})
    assert [p.name for p in low.params] == ["w", "b"]
    assert [p.path for p in low.params] == [(("item", "w"),), (("item", "b"),)]


def test_hints_are_the_users_names() -> None:
    low = compiled(sum_from_int, A([1.0, 2.0]))
    assert next(v.hint for op in low.program.main.body.ops if op.prim.name == "for" for v in op.outs) == "s"


def test_captured_numbers_are_parameters_fetched_at_each_call() -> None:
    low = compiled(captured_data, A([1.0, 2.0, 3.0]))
    captured = {p.name: p for p in low.params if p.captured}
    assert {"W", "K", "lr"} <= set(captured)
    assert captured["W"].value is W


def test_captured_integer_needed_by_value_is_guarded() -> None:
    low = compiled(captured_data, A([1.0, 2.0, 3.0]))
    by_value = [g for g in low.guards if g.by_value]
    assert [(g.name, g.path, g.value) for g in by_value] == [("CFG", (("item", "axis"),), 1)]
    assert by_value[0].holds(1) and not by_value[0].holds(2) and not by_value[0].holds(True)


def test_written_arguments_are_listed() -> None:
    assert compiled(argument_written, A([1.0, 2.0])).written == (0,)
    assert compiled(views_see_later_writes, A([1.0, 2.0, 3.0, 4.0])).written == ()


def test_sizes_that_meet_at_the_top_are_one() -> None:
    low = compiled(sizes_unify, A([1.0, 2.0]), A([3.0, 4.0]))
    first, second = low.program.main.param_types
    assert isinstance(first, types.AVal) and isinstance(second, types.AVal)
    assert first.shape == second.shape
    assert not [op for op in low.program.main.body.ops if op.prim.effect]


def test_a_size_that_happens_to_be_one_is_specialised() -> None:
    def shifted(x):
        return x[1:] + x

    low = compiled(shifted, A([1.0, 2.0]))
    assert same(run(low, A([1.0, 2.0])), shifted(A([1.0, 2.0])))
    assert low.program.main.param_types == (types.array("f8", 2),)


def test_loops_are_rolled() -> None:
    low = compiled(recurrent, np.ones((3, 2)), np.eye(3), np.zeros(3), np.ones((5, 2)), np.zeros(3))
    assert [op.prim.name for op in low.program.main.body.ops].count("for") == 1
