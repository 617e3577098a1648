"""Functions that are formulas, not Python: what `from_dsl` and `from_sympy` give.

A formula is called as a function is, `grad`, `generate` and `check_grads` take it as they take one, and it is compiled
from its trees.  Its plain value, which derivatives are checked against, is its program run operation by operation.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symdiff.errors import CheckError
from symdiff.ir import dims
from symdiff.ir.types import AVal
from symdiff.signature import Argument, Lowered, Signature, from_values
from symdiff.trees import LEAF

SUFFIX = ".sd"  # of formula files
Lower = Callable[[Signature], Lowered]


class Formula:
    """A function given by a formula.

    `types` are those of its parameters as the formula declares them, `wrt` what it asks to be differentiated by (empty:
    what is usual).  `source` makes an equal one again: a function and its arguments, for pickle.
    """

    def __init__(
        self,
        name: str,
        types: Mapping[str, AVal],
        wrt: tuple[str, ...],
        lower: Lower,
        source: tuple[Any, ...],
        doc: str,
    ) -> None:
        self.__name__ = self.__qualname__ = name
        self.__doc__ = doc
        self.types = dict(types)
        self.wrt = wrt
        self.lower = lower
        self.source = source
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature([inspect.Parameter(p, kind) for p in self.types])
        self._lowered: dict[Signature, Lowered] = {}
        self._lock = threading.Lock()

    def declared(self) -> tuple[Argument, ...]:
        """The arguments, with the types that the formula declares."""
        return tuple(Argument(name, LEAF, (t,)) for name, t in self.types.items())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value; CompileError where the formula does not fit the arguments."""
        bound = self.__signature__.bind(*args, **kwargs)
        from symdiff.ir.interpret import run

        signature = from_values(bound.arguments)
        with self._lock:
            if signature not in self._lowered:
                self._lowered[signature] = self.lowered_for(signature, bound.arguments)
            lowered = self._lowered[signature]
        check_sizes(lowered, bound.arguments)
        (result,) = run(lowered.program, *(bound.arguments[p.argument] for p in lowered.params))
        return result.copy() if isinstance(result, np.ndarray) else result

    def lowered_for(self, signature: Signature, values: Mapping[str, Any]) -> Lowered:
        """The program for a call; sizes that the formula declares as numbers are looked at as numbers."""
        from symdiff.frontend.python.problems import Respecialise

        try:
            return self.lower(signature)
        except Respecialise as request:
            return self.lower(from_values(values, sizes=request.sizes))

    def __reduce__(self) -> tuple[Any, ...]:
        make, *arguments = self.source
        return make, tuple(arguments)

    def __repr__(self) -> str:
        return f"<symdiff formula {self.__name__}{self.__signature__}>"


def check_sizes(lowered: Lowered, values: Mapping[str, Any]) -> None:
    """CheckError SD707 for an array whose sizes are not those that the formula declares."""
    from symdiff.ir.interpret import bind_sizes

    sizes: dict[dims.Atom, int] = {}
    for _ in range(2):  # [2*n - 1] may stand before [n]
        for p in lowered.params:
            bind_sizes(p.type, values[p.argument], sizes)
    for p in lowered.params:
        found = np.shape(values[p.argument])
        expected = tuple(dims.evaluate(d, sizes) for d in p.type.shape)
        if found != expected:
            pairs = zip(p.type.shape, expected, strict=True)
            declared = ", ".join(f"{d} = {n}" if str(d) != str(n) else str(n) for d, n in pairs)
            raise CheckError.of("SD707", name=p.argument, found=f"of shape {found}", expected=f"shape ({declared})")
