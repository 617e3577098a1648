"""The functions and constants that the notation knows; a file's own definitions come first."""

from __future__ import annotations

import math

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
