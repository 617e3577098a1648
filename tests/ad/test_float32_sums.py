"""A float32 sum that starts from a Python float: where the dtype of a cotangent would depend on the path, SD312."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError


def doubled(v):
    s = 0.0
    for t in v:
        s += t * 2.0  # here
    return s


def squared(v):
    s = 0.0
    for t in v:
        s += t * t
    return s


def test_float32() -> None:
    v = np.array([1.0, 2.0], dtype=np.float32)
    with pytest.raises(CompileError) as caught:
        symdiff.grad(doubled)(v)
    (problem,) = caught.value.problems
    assert problem.code == "SD312"
    assert problem.source_line is not None and "# here" in problem.source_line
    np.testing.assert_array_equal(symdiff.grad(squared)(v), np.array([2.0, 4.0], dtype=np.float32))
