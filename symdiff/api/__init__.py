"""What users call: gradients of plain Python functions, in JAX's conventions.

>>> import numpy as np
>>> @grad
... def loss(w, x):
...     return np.sum(np.tanh(w * x))
>>> loss(np.array([0.0, 1.0]), np.array([2.0, 0.0]))
array([2., 0.])

Functions are compiled when they are called, once for each signature: structure, kinds, dtypes, ranks and unit sizes of
the arguments.  Arguments are never modified; a gradient has the structure, shape, dtype and kind of its argument.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from symdiff.api.public import grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, value_and_grad, vjp

if TYPE_CHECKING:
    from symdiff.api.check import check_grads
    from symdiff.api.explaining import Explanation, explain
    from symdiff.api.formulas import from_dsl, from_sympy
    from symdiff.api.modules import Differentiable, differentiable, generate

__all__ = [
    "Differentiable",
    "Explanation",
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

# Loaded on first use: files, examples and checks need more of the standard library than a gradient does.
_HOMES = {
    "check_grads": "check",
    "explain": "explaining",
    "Explanation": "explaining",
    "Differentiable": "modules",
    "differentiable": "modules",
    "from_dsl": "formulas",
    "from_sympy": "formulas",
    "generate": "modules",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'symdiff.api' has no attribute {name!r}")
    value: object = getattr(import_module(f"symdiff.api.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
