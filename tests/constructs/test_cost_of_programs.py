"""Programs of `tests/programs` whose loops cost what the loops cost: lines and bytes at n and 10 n, at every level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.codegen.load import Loaded
from tests.constructs.bank import copied, matrix, vector
from tests.constructs.test_cost import metered
from tests.programs import absent, buckets, complex_parts, elements, linked, recursive_data, run_keys, turned

SIZE = 24
Arguments = Callable[[int], tuple[Any, ...]]


def line(n: int) -> tuple[Any, ...]:
    return 0.7, vector(n)


def rows(n: int) -> tuple[Any, ...]:
    return 0.7, 2 * matrix(n, 3)


def waves(n: int) -> tuple[Any, ...]:
    return 0.7, np.cos(np.arange(n))


def numbers(n: int) -> tuple[Any, ...]:
    return 2 * vector(n), 0.7


def table(n: int) -> tuple[Any, ...]:
    return 0.7, vector(n), matrix(n, 3)


PROGRAMS: dict[Callable[..., Any], tuple[str, Arguments]] = {
    turned.by_columns: ("a=float, x=f8[n]", line),
    turned.views_of_turned_views: ("a=float, x=f8[n]", line),
    turned.a_table_in_one_row: ("a=float, x=f8[n]", line),
    turned.axes_of_a_cube: ("a=float, x=f8[n]", line),
    turned.reads_of_columns: ("a=float, x=f8[n]", line),
    turned.a_helper_that_gets_a_transpose: ("a=float, x=f8[n]", line),
    turned.a_few_positions_in_each_turn: ("a=float, x=f8[n], e=f8[n, 3]", table),
    turned.two_tables_in_turn: ("a=float, m=f8[n, 3]", rows),
    turned.copied_where_a_branch_begins_anew: ("a=float, x=f8[n]", waves),
    absent.a_buffer_made_when_one_is_large: ("v=f8[n], x=float", numbers),
    complex_parts.of_one_chosen_in_each_turn: ("a=float, x=f8[n]", line),
    elements.one_of_two_by_a_condition: ("v=f8[n], x=float", numbers),
    elements.lists_and_arrays_by_a_condition: ("v=f8[n], x=float", lambda n: (vector(n) - 0.5, 0.1)),
    recursive_data.element_scaled_on_one_of_two_paths: ("x=f8[n]", lambda n: (vector(n) - 0.5,)),
    buckets.rows_changed_in_branches: ("a=float, x=f8[n]", waves),
    buckets.dicts_in_a_dict: ("a=float, x=f8[n]", line),
    buckets.begun_by_the_first: ("a=float, x=f8[n]", line),
    run_keys.taken_out_in_turn: ("a=float, x=f8[n]", line),
    recursive_data.path_of_a_search: ("a=float, x=f8[n]", line),
    recursive_data.state_put_back: ("a=float, x=f8[n]", line),
}


def costs(made: Loaded, name: str, args: tuple[Any, ...]) -> np.ndarray:
    """One row of lines and bytes for the value, the two passes, both in one, and the forward mode."""
    (_, saved), forward = metered(made[f"{name}_forward"], *copied(args))
    rows = [metered(made[name], *copied(args))[1], forward, metered(made[f"{name}_backward"], saved)[1]]
    rows.append(metered(made[f"{name}_value_and_grad"], *copied(args))[1])
    floats = [a for a in args if isinstance(a, float) or a.dtype.kind == "f"]
    rows.append(metered(made[f"{name}_jvp"], *copied(args), *copied(tuple(floats)))[1])
    return np.stack(rows)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_ten_times_the_size_costs_ten_times_as_much(function: Callable[..., Any], level: int) -> None:
    types, arguments = PROGRAMS[function]
    kinds = ("primal", "forward", "backward", "value_and_grad", "jvp")
    made = Loaded(generate(function, types=types, level=level, functions=kinds), function.__name__)
    small, large = (costs(made, function.__name__, arguments(n)) for n in (SIZE, 10 * SIZE))
    assert (small[:, 0] > SIZE).all()
    ratios = dict(zip(kinds, (large / np.maximum(small, 1)).round(1).tolist(), strict=True))
    assert all(max(row) <= 11 for row in ratios.values()), ratios


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_recursion_that_overwrites_an_array_saves_the_parts_alone(level: int) -> None:
    name = turned.halves_in_place.__name__
    text = generate(turned.halves_in_place, types="a=float, m=f8[n, 3]", level=level, functions=("forward", "backward"))
    made = Loaded(text, name)
    small, large = (metered(made[f"{name}_forward"], *rows(n))[1] for n in (SIZE, 10 * SIZE))
    assert (large <= 11 * small).all(), (small, large)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_recursion_that_inserts_into_a_tree_costs_what_it_visits(level: int) -> None:
    """The trees are deeper for more numbers, so the cost grows as that of the value: with what is visited."""
    name = linked.tree_by_recursion.__name__
    made = Loaded(generate(linked.tree_by_recursion, types="x=f8[n]", level=level), name)
    small, large = ([] for _ in range(2))
    for found, n in ((small, SIZE), (large, 10 * SIZE)):
        (_, saved), forward = metered(made[f"{name}_forward"], vector(n))
        found += [metered(made[name], vector(n))[1], forward, metered(made[f"{name}_backward"], saved)[1]]
    value, *passes = (b / a for a, b in zip(small, large, strict=True))
    assert all((found <= 1.15 * value[0]).all() for found in passes), (value, passes)
