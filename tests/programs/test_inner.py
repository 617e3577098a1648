"""Functions that take derivatives themselves: values, gradients and second order, against plain Python.

Plain Python runs the inner derivative as compiled at -O2, which may round otherwise than what is compiled in.
"""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from tests.programs.cases import Case
from tests.programs.checks import Checked, identical, same
from tests.programs.inner import cases


class Inner(Checked):
    """Runs of plain Python, which compile the inner derivatives anew, are kept."""

    def __init__(self, case: Case) -> None:
        self.runs: dict[bytes, Any] = {}
        super().__init__(case)

    def plain(self, *args: Any) -> Any:
        key = pickle.dumps(args or self.args)
        if key not in self.runs:
            self.runs[key] = super().plain(*args)
        return copy.deepcopy(self.runs[key])

    def rounding(self, level: int) -> float:
        return 1e-12


@pytest.mark.parametrize(("number", "case"), list(enumerate(cases)), ids=[c.id for c in cases])
def test_value_gradients_and_second_order(number: int, case: Case) -> None:
    checked = Inner(case)
    gradients = [checked.first_order(level) for level in range(3)]
    assert identical(gradients[1], gradients[0]), "-O1 rounds where -O0 does"
    assert same(gradients[2], gradients[0], checked.exact)
    checked.fused(number % 3, gradients[number % 3])
    checked.second_order(number % 3)
