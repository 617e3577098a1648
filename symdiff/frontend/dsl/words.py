"""The functions and constants that the notation knows; a file's own definitions come first."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection

# Applied to every element of a vector or matrix: name -> primitive.
ELEMENTWISE = {
    "exp": "exp", "log": "log", "ln": "log", "log2": "log2", "log10": "log10", "log1p": "log1p", "expm1": "expm1",
    "sqrt": "sqrt", "cbrt": "cbrt", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh",
    "tanh": "tanh", "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan", "asin": "arcsin", "acos": "arccos",
    "atan": "arctan", "arsinh": "arcsinh", "arcosh": "arccosh", "artanh": "arctanh", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "abs": "abs", "sign": "sign", "floor": "floor", "ceil": "ceil",
    "erf": "erf", "erfc": "erfc", "Φ": "ndtr",  # of SciPy, which generated code then imports
}  # fmt: skip
# Of at least two arguments, pairwise.
CHOICES = {"max": "maximum", "min": "minimum"}
# Of the elements of a whole vector or matrix.
WHOLE = {"sum": "sum", "mean": "mean"}
# Of a square matrix.
MATRIX = {"tr": "trace", "trace": "trace", "det": "det", "inv": "inv"}
SIGMOID = ("σ", "sigmoid")
MOD = "mod"

FUNCTIONS = frozenset([*ELEMENTWISE, *CHOICES, *WHOLE, *MATRIX, *SIGMOID, MOD, "norm"])
CONSTANTS = {"e": math.e, "π": math.pi, "pi": math.pi}


def suggestion(name: str, known: Collection[str]) -> str:
    """What an unknown name may be: a product that lacks its blanks, or a name written nearly so; with a semicolon.

    >>> suggestion("w_1x_1", {"w_1", "x_1"}), suggestion("wieght", {"weight"}), suggestion("q", {"x"})
    ('; did you mean `w_1 x_1`?', '; did you mean `weight`?', '')
    """
    found = _product(name, known) or next(iter(difflib.get_close_matches(name, sorted(known), n=1)), "")
    return f"; did you mean `{found}`?" if found else ""


def _product(name: str, known: Collection[str]) -> str:
    """A name as the fewest known names that it is made of, with blanks between."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(name) + 1):
        ways = [
            [*before, part]
            for start, before in enumerate(best)
            if before is not None and (part := name[start:end]) in known
        ]
        best.append(min(ways, key=len, default=None))
    return " ".join(best[-1] or ())
