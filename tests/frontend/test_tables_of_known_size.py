"""Tables of lists whose size is known: loops over them stay loops where they have many turns."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


def aligned(match, gap):
    """The score of two texts by a table (Needleman and Wunsch 1970, J. Mol. Biol. 48:443)."""
    a, b = "GATTACAGATTACAGATT", "GCATGCUGCATGCUGCA"
    n, m = len(a), len(b)
    score = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        score[i][0] = -gap * i
    for j in range(1, m + 1):
        score[0][j] = -gap * j
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            along = score[i - 1][j - 1] + (match if a[i - 1] == b[j - 1] else -0.7)
            score[i][j] = max(along, score[i - 1][j] - gap, score[i][j - 1] - gap)
    return score[n][m]


@pytest.mark.parametrize("level", [0, 2])
def test_a_table_of_many_cells_is_filled_by_loops(level: int) -> None:
    text = symdiff.generate(aligned, types="match=float, gap=float", level=level, functions=("primal",))
    assert text.count(" - gap") < 6
    x, step = np.array([1.1, 0.43]), 1e-6
    value, slopes = symdiff.value_and_grad(aligned, (0, 1), level=level)(*x)
    assert value == pytest.approx(aligned(*x), rel=1e-14)
    for k, slope in enumerate(slopes):
        h = step * np.eye(2)[k]
        assert slope == pytest.approx((aligned(*(x + h)) - aligned(*(x - h))) / (2 * step), rel=1e-6)
