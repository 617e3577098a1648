"""NumPy functions written out in terms of others."""

from symdiff.frontend.spelled import choices, joining, linalg, polynomials, signals, some, statistics, writing
from symdiff.frontend.spelled.table import SPELLED, unsupported

__all__ = [
    "SPELLED",
    "choices",
    "joining",
    "linalg",
    "polynomials",
    "signals",
    "some",
    "statistics",
    "unsupported",
    "writing",
]
