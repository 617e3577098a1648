"""Calls of functions that have no rule here and no effect: run in the forward pass, on what is not differentiated.

They are NumPy's, named one by one, and SciPy's: those that change nothing, keep nothing and return arrays of their own
(or an argument itself), so that nothing but their results must be known of them.  What such a call returns is found
when compiling by calling it on samples (`symdiff.frontend.python.opaque_calls`); `_as_compiled` holds it to that at
run time, for the type might depend on the values.  The operation is no constant: where an operand is differentiated,
`symdiff.ad.activity` refuses it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Kind, Type
from symdiff.primitives.declare import CONSTANT, numeric, prim

OF_THE_SHAPE = frozenset(("iscomplex", "isin", "isneginf", "isposinf", "isreal"))  # that of the first argument
FUNCTIONS = OF_THE_SHAPE | frozenset((
    "argpartition", "array_equiv", "histogram", "histogram_bin_edges", "intersect1d",
    "linalg.matrix_rank", "packbits", "setdiff1d", "setxor1d", "sort_complex",
    "union1d", "unique", "unpackbits",
))  # fmt: skip

Argument = tuple[str, bool, Any]  # its name or "", whether it is the next operand, else the value


def called(params: Params) -> str:
    """The call in the operand names.

    >>> called(Params(function="np.unique", arguments=(("", True, None), ("return_counts", False, True))))
    'np.unique(xs0, return_counts=True)'
    """
    texts, count = [], 0
    for name, operand, value in params["arguments"]:
        texts.append(f"{name}=" * bool(name) + (f"xs{count}" if operand else repr(value)))
        count += operand
    return f"{params['function']}({', '.join(texts)})"


def described(t: AVal) -> str:
    """What `_as_compiled` compares: `int64[1]` is a vector, `np.int64` a NumPy number, `int` one of Python."""
    dtype = np.dtype(t.dtype)
    if t.kind is Kind.ARRAY:
        return f"{dtype}[{t.rank}]"
    return type(dtype.type().item()).__name__ if t.kind is Kind.PYTHON else f"np.{dtype}"


def _text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"_as_compiled({called(params)}, {', '.join(repr(described(t)) for t in params['types'])})"


def _infer(
    ins: tuple[Type, ...], regions: tuple[()], function: str, arguments: tuple[Argument, ...],
    types: tuple[AVal, ...], shaped: bool, modules: tuple[str, ...],
) -> tuple[Type, ...]:  # fmt: skip
    if not shaped:
        return types
    shape: tuple[Dim, ...] = numeric(ins[0]).shape
    return (AVal(types[0].kind, shape, types[0].dtype),)


AS_COMPILED = '''\
def _as_compiled(value, *types):
    """The value; raises TypeError if dtypes or ranks are others than when the function was compiled."""
    parts = value if isinstance(value, tuple) else (value,)
    names = [f"np.{p.dtype}" if isinstance(p, np.generic) else type(p).__name__ for p in parts]
    found = tuple(f"{p.dtype}[{p.ndim}]" if n == "ndarray" else n for p, n in zip(parts, names))
    if found != types:
        raise TypeError(f"{', '.join(found)} is returned, but {', '.join(types)} was when compiling")
    return value
'''

opaque_call = prim("opaque_call", "*xs", CONSTANT, infer=_infer,
    params=("function", "arguments", "types", "shaped", "modules"), numpy=_text,
    formula=lambda params, ins: called(params), raises=True, helper=AS_COMPILED)  # fmt: skip
