"""symdiff: gradients of Python functions, compiled to NumPy source.

The public names live in `symdiff.api` and `symdiff.errors` and are loaded on first use,
so that `import symdiff` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symdiff.api import (
        check_grads,
        differentiable,
        explain,
        from_dsl,
        from_sympy,
        generate,
        grad,
        hessian,
        hvp,
        jacfwd,
        jacobian,
        jacrev,
        jvp,
        value_and_grad,
        vjp,
    )
    from symdiff.errors import CompileError, SymdiffError

__version__ = "0.1.0"

__all__ = [
    "CompileError",
    "SymdiffError",
    "__version__",
    "check_grads",
    "differentiable",
    "explain",
    "from_dsl",
    "from_sympy",
    "generate",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "value_and_grad",
    "vjp",
]

_ERRORS = {"CompileError", "SymdiffError"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'symdiff' has no attribute {name!r}")
    if name == "explain":  # also a package, see there
        return import_module("symdiff.explain")
    home = "symdiff.errors" if name in _ERRORS else "symdiff.api"
    value: object = getattr(import_module(home), name)
    globals()[name] = value  # the next access does not come here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
