"""Functions that are given as formulas: text in the notation of the lectures."""

from __future__ import annotations

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
