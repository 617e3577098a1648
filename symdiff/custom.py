"""Derivatives that the user says: `custom_vjp`, `custom_jvp`, `stop_gradient`.

They are what JAX's functions of the same names are.  A function with a rule is called as it is; where symdiff
differentiates it, the rule's functions are compiled in place of its derivative.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from symdiff.errors import UsageError

T = TypeVar("T")
Function = Callable[..., Any]


def stop_gradient(x: T) -> T:
    """`x` itself, a number, an array or a container of these, with the derivative 0.

    >>> import symdiff
    >>> symdiff.grad(lambda x: x * symdiff.stop_gradient(x))(3.0)
    3.0

    Raises nothing: what is no number passes, too.
    """
    return x


class CustomRule:
    """A function with a derivative rule; `functions` are those of the rule, in the order in which they were given."""

    kind = ""

    def __init__(self, fun: Function, nondiff_argnums: Sequence[int] = ()) -> None:
        self.fun = fun
        self.nondiff_argnums = tuple(nondiff_argnums)
        self.functions: tuple[Function, ...] = ()
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            setattr(self, name, getattr(fun, name, None))

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self.fun)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fun(*args, **kwargs)

    def _define(self, *functions: Function) -> None:
        if self.functions:
            raise UsageError.of("SD730", name=getattr(self.fun, "__name__", "the function"))
        self.functions = functions


class custom_vjp(CustomRule):
    """A decorator: a function whose gradient is computed by functions of yours.

    `f.defvjp(fwd, bwd)` says which: `fwd` takes f's arguments and returns f's result and what `bwd` reads, the
    residuals; `bwd` takes the residuals and the cotangent of the result and returns a tuple, one cotangent of the shape
    of its argument, or None for 0, for each argument.  Arguments at the positions `nondiff_argnums` get no cotangent,
    and `bwd` gets them first.

    >>> import numpy as np
    >>> import symdiff
    >>> @symdiff.custom_vjp
    ... def clipped(x):
    ...     return x * 1.0
    >>> def forward(x):
    ...     return x * 1.0, ()
    >>> def backward(saved, d_y):
    ...     return (np.clip(d_y, -1.0, 1.0),)
    >>> clipped.defvjp(forward, backward)
    >>> clipped(2.0), symdiff.grad(lambda x: 5 * clipped(x))(2.0)
    (2.0, 1.0)

    Without a rule, or with one that does not fit, taking a derivative raises CompileError (SD413 to SD419).
    """

    kind = "vjp"

    def defvjp(self, fwd: Function, bwd: Function) -> None:
        """Set the rule, once.  Raises UsageError where there is one."""
        self._define(fwd, bwd)


class custom_jvp(CustomRule):
    """A decorator: a function whose tangent is computed by a function of yours.

    `f.defjvp(rule)`: `rule(primals, tangents)` takes two tuples, the arguments and their tangents, and returns f's
    result and its tangent, which must be linear in the tangents: gradients are computed by transposing it.  Arguments
    at the positions `nondiff_argnums` have no tangent, and `rule` gets them first.

    >>> import symdiff
    >>> @symdiff.custom_jvp
    ... def square(x):
    ...     return x * x
    >>> @square.defjvp
    ... def rule(primals, tangents):
    ...     return primals[0] * primals[0], 2 * primals[0] * tangents[0]
    >>> square(3.0), symdiff.grad(square)(3.0)
    (9.0, 6.0)

    Without a rule, or with one that does not fit, taking a derivative raises CompileError (SD413 to SD419).
    """

    kind = "jvp"

    def defjvp(self, rule: T) -> T:
        """Set the rule, once, and return it, so that this is a decorator.  Raises UsageError where there is one."""
        self._define(rule)  # type: ignore[arg-type]  # a function, which keeps its type
        return rule
