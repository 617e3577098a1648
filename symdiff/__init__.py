"""symdiff: gradients of Python functions, compiled to NumPy source.

The public names live in `symdiff.api`, `symdiff.custom` and `symdiff.errors` and are loaded on first use,
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
    from symdiff.custom import custom_jvp, custom_vjp, stop_gradient
    from symdiff.errors import CompileError, SymdiffError

__version__ = "0.1.0"

__all__ = [
    "CompileError",
    "SymdiffError",
    "__version__",
    "check_grads",
    "custom_jvp",
    "custom_vjp",
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
    "stop_gradient",
    "value_and_grad",
    "vjp",
]

_HOMES = {
    **dict.fromkeys(("CompileError", "SymdiffError"), "symdiff.errors"),
    **dict.fromkeys(("custom_jvp", "custom_vjp", "stop_gradient"), "symdiff.custom"),
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'symdiff' has no attribute {name!r}")
    if name == "explain":  # also a package, see there
        return import_module("symdiff.explain")
    value: object = getattr(import_module(_HOMES.get(name, "symdiff.api")), name)
    globals()[name] = value  # the next access does not come here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
