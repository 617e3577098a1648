"""What a program may insist on at run time: sizes that were not decided when compiling, and the user's exceptions."""

from __future__ import annotations

from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Type
from symdiff.primitives.declare import CONSTANT, LINEAR, numeric, prim

_CHECK_SHAPE = '''
def _check_shape(x, shape):
    """x, which must have this shape where operations broadcast together."""
    if x.shape != shape:
        raise ValueError(f"operands could not be broadcast together with shapes {x.shape} {shape}")
    return x
'''
_RAISE_IF = '''
def _raise_if(condition, exception, args):
    """Raise where the condition holds."""
    if condition:
        raise exception(*args)
    return False
'''


def _reshaped(ins: tuple[Type, ...], regions: tuple[()], shape: tuple[Dim, ...]) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if x.rank != len(shape):
        raise TypeError(f"{x} has not {len(shape)} dimensions")
    return (AVal(x.kind, shape, x.dtype),)


def _raise_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"_raise_if(pred, {params['exc']}, args)"


def _back(name: str) -> Any:
    return (lambda b, ct, x, shape: b.op(name, ct, shape=x.type.shape),)


check_shape = prim("check_shape", "x", LINEAR, infer=_reshaped, params=("shape",), numpy="_check_shape(x, shape)", views=0, effect=True,
                   helper=_CHECK_SHAPE, transpose=_back("retype"))  # fmt: skip
# The same array under another name for its sizes: of the two arms of a branch, say.  Costs nothing at run time.
retype = prim("retype", "x", LINEAR, infer=_reshaped, params=("shape",), numpy="x", views=0, transpose=_back("retype"))
raise_if = prim("raise_if", "pred", CONSTANT, infer=lambda ins, regions, exc, args: (types.BOOL,), params=("exc", "args"), numpy=_raise_text,
                effect=True, helper=_RAISE_IF)  # fmt: skip
