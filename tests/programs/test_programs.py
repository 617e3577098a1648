"""Functions as scientists write them, against running them as plain Python and against differences."""

from __future__ import annotations

import pytest

from tests.programs import (
    absences,
    absent,
    arrays,
    best,
    buckets,
    captured_trees,
    changed_trees,
    chosen,
    chosen_ranges,
    classes,
    closures,
    collected,
    complex_parts,
    containers,
    elements,
    everyday,
    everyday_data,
    exchanged,
    flow,
    functions,
    grouped,
    in_place,
    infinities,
    iterating,
    keyed,
    kinds,
    language,
    layered,
    linked,
    lists,
    mathematics,
    methods,
    named,
    numpy_functions,
    objects,
    ordinary,
    outside,
    plain_objects,
    queues,
    ragged,
    recursive,
    recursive_data,
    rules,
    run_keys,
    run_sets,
    schemes,
    searched,
    single,
    slices,
    so_far,
    straight,
    summed,
    tagged,
    trees,
    turned,
    views,
    writes,
)
from tests.programs.cases import Case
from tests.programs.checks import Checked, identical, same

FILES = (
    *(straight, arrays, writes, numpy_functions, flow, functions, language, objects, recursive, recursive_data, rules),
    *(
        schemes,
        containers,
        lists,
        collected,
        elements,
        closures,
        views,
        turned,
        single,
        mathematics,
        chosen,
        chosen_ranges,
        iterating,
        ordinary,
        outside,
    ),
    *(
        ragged,
        kinds,
        methods,
        everyday,
        everyday_data,
        infinities,
        trees,
        absences,
        absent,
        layered,
        classes,
        slices,
        so_far,
        grouped,
        complex_parts,
        keyed,
        run_keys,
        run_sets,
        named,
        best,
        summed,
        plain_objects,
        buckets,
        captured_trees,
        exchanged,
        tagged,
        in_place,
        changed_trees,
        searched,
        queues,
        linked,
    ),
)
CASES = [case for file in FILES for case in file.cases]


@pytest.mark.parametrize(("number", "case"), list(enumerate(CASES)), ids=[c.id for c in CASES])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_value_gradients_and_second_order(number: int, case: Case, seed: int) -> None:
    """First order at -O0 and -O2; of a part of all, others in each run, -O1, the fused form and second order."""
    drawn = (number + seed) % 6
    checked = Checked(case)
    first, last = checked.first_order(0), checked.first_order(2)
    assert same(last, first, checked.exact)
    if drawn % 2:
        assert identical(checked.first_order(1), first), "-O1 rounds where -O0 does"
        assert identical(checked.fused(1, first), checked.fused(0, first))
    else:
        checked.fused(2, last)
    if drawn in (0, 4, 5):  # at -O0, -O1 and -O2
        checked.second_order(drawn % 3)


def test_there_are_many() -> None:
    assert len(CASES) > 150 and len({c.id for c in CASES}) > 150
