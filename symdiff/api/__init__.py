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

from symdiff.api.check import check_grads
from symdiff.api.modules import Differentiable, differentiable, generate
from symdiff.api.public import grad, hvp, jvp, value_and_grad, vjp

__all__ = ["Differentiable", "check_grads", "differentiable", "generate", "grad", "hvp", "jvp", "value_and_grad", "vjp"]
