"""Functions that are given as formulas: text in the notation of the lectures, SymPy expressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.errors import UsageError
from symdiff.frontend.formula import Formula


def from_dsl(text: str, name: str | None = None) -> Formula:
    """The function that a text defines in the notation of docs/dsl.md; of several, the one of this name.

    It is called like a Python function, and `grad`, `value_and_grad`, `differentiable`, `generate` and `check_grads`
    take it; they differentiate by what follows the semicolon.  Nothing in the text is run.

    >>> from symdiff import grad
    >>> f = from_dsl("f(x; w) = (w*x - 1)^2")
    >>> f(2.0, 3.0), grad(f)(2.0, 3.0)
    (25.0, 20.0)

    Raises CompileError, with the places in the text, for a formula that is not understood; UsageError for a `name`
    that it does not define.
    """
    from symdiff.frontend.dsl.load import formula

    if not isinstance(text, str):
        raise UsageError.of("SD715", option="text", value=type(text).__name__, choices="the text of formulas")
    return formula(text, name)


def from_sympy(expr: Any, args: Sequence[Any], wrt: Any = None, name: str = "f") -> Formula:
    """The function of `args` (symbols, MatrixSymbols, IndexedBases with a shape) that a SymPy expression is.

    Functions, Piecewise, Max and Min, Sum and Product over ranges, matrices and matrix expressions are taken;
    subscripts count from 0.  `wrt` are symbols, or their names, to differentiate by where nothing else is said.
    A string is no expression: SymPy would run it.  A sum whose range ends before it begins has no terms; where it ends
    further before, as that over i from 2 to n - 1 of a vector with n = 0 or 1, SymPy takes the terms between with a
    minus (Karr's convention): that is refused, or a ValueError of the compiled function.

    >>> import sympy
    >>> from symdiff import grad
    >>> x, w = sympy.symbols("x w")
    >>> f = from_sympy((w * x - 1) ** 2, [x, w], wrt=w)
    >>> f(2.0, 3.0), grad(f)(2.0, 3.0)
    (25.0, 20.0)

    Raises CompileError for what symdiff has no meaning for, UsageError for wrong arguments.
    """
    from symdiff.frontend.sympy_expr import formula

    return formula(expr, args, wrt, name)
