"""Functions of NumPy and `math` written out in terms of others."""

from symdiff.frontend.spelled import (
    choices,
    grids,
    joining,
    linalg,
    making,
    polynomials,
    scalars,
    signals,
    some,
    statistics,
    writing,
)
from symdiff.frontend.spelled.table import SPELLED, misuse, unsupported

__all__ = [
    "SPELLED",
    "choices",
    "grids",
    "joining",
    "linalg",
    "making",
    "misuse",
    "polynomials",
    "scalars",
    "signals",
    "some",
    "statistics",
    "unsupported",
    "writing",
]
