"""The tables of the docs are those of the registry."""

from pathlib import Path

import numpy as np

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.primitives.tables import coverage_table_markdown, kinks_table_markdown, numpy_functions

CONVENTIONS = Path(__file__).resolve().parents[2] / "docs" / "conventions.md"


def test_the_conventions_are_current() -> None:
    text = CONVENTIONS.read_text(encoding="utf-8")
    assert kinks_table_markdown() in text, "docs/conventions.md: print kinks_table_markdown() again"
    assert coverage_table_markdown() in text, "docs/conventions.md: print coverage_table_markdown() again"


def test_numpy_functions_are_found_under_all_their_names() -> None:
    found = numpy_functions()
    for function, name in (
        (np.exp, "exp"),
        (np.divide, "div"),
        (np.true_divide, "div"),
        (np.abs, "abs"),
        (np.maximum, "maximum"),
        (np.where, "where"),
    ):
        assert found[function].name == name


# Not differentiable, of integers or of several results: nothing here is missed silently.
NOT_DECLARED = {
    "bitwise_count", "divmod", "frexp", "isnat", "ldexp", "matmul", "matvec", "modf", "nextafter",
    "spacing", "vecdot", "vecmat",
}  # fmt: skip


def test_every_ufunc_of_numpy_is_declared() -> None:
    ufuncs = {f for f in vars(np).values() if isinstance(f, np.ufunc)}
    missing = {f.__name__ for f in ufuncs if f not in numpy_functions()} - NOT_DECLARED
    assert missing == set()
