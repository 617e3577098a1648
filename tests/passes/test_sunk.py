"""Additions inside the branch that has something to add; not where that would change the sign of a zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff


def positive_part(v: Any) -> Any:
    s = 0.0
    for t in v:
        if t < 0:
            continue
        s += t * t
    return s


def overwritten(v: Any, x: Any) -> Any:
    y = v * x
    for i in range(1, len(y)):
        if y[i] > 0:
            y[i - 1] = x
    return np.sum(y * v)


def body(f: Any, names: dict[str, str], level: int) -> str:
    text = symdiff.generate(f, wrt=list(names), types=names, level=level)
    return text[text.index("_backward(saved") : text.index("_value_and_grad(")]


@pytest.mark.parametrize("level", [1, 2])
def test_nothing_is_added_for_the_other_side(level: int) -> None:
    lines = [line.split("#")[0].strip() for line in body(positive_part, {"v": "f8[n]"}, level).splitlines()]
    at = lines.index("if not t < 0:")
    assert lines[at + 1 : at + 3] == ["d_t = 2.0 * (d_s * t)", "d_v[i] += d_t"]
    assert "else:" not in lines
    found = symdiff.grad(positive_part, level=level)(np.array([3.0, -1.0, 0.5, -0.0]))
    assert found.tolist() == [6.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize("v", [[1.0, 2.0, 3.0], [-1.0, -2.0, 3.0], [0.0, -0.0, 1.0], [-0.0, 0.0, -0.0]])
def test_zeros_keep_their_signs(v: list[float]) -> None:
    for f, args in ((positive_part, ()), (overwritten, (-0.5,))):
        found = [symdiff.grad(f, level=level)(np.array(v), *args) for level in (0, 1)]
        assert found[0].tobytes() == found[1].tobytes()
