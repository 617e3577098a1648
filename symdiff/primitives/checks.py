"""What a program may insist on at run time: sizes that were not decided when compiling, and the user's exceptions."""

from __future__ import annotations

from typing import Any

from symdiff.ir import types
from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Type
from symdiff.primitives.axes import shape_text
from symdiff.primitives.declare import CONSTANT, LINEAR, numeric, prim
from symdiff.primitives.output import list_texts

_MISFIT = """
        hint = ": a size found at run time is not broadcast, index its one element" if 1 in x.shape + shape else ""
        raise ValueError(f"operands could not be broadcast together with shapes {x.shape} {shape}{hint}")
"""
_CHECK_SHAPE = f'''
def _check_shape(x, shape):
    """x, which must have this shape where operations broadcast together."""
    if x.shape != shape:{_MISFIT}    return x
'''
SPREAD = f'''
def _spread(x, shape):
    """x, its axes of one element repeated to this shape."""
    if any(n not in (1, m) for n, m in zip(x.shape, shape)):{_MISFIT}    return np.broadcast_to(x, shape)
'''
_RAISE_IF = '''
def _raise_if(condition, exception, args, *cause):
    """Raise where the condition holds, from a cause if there is one."""
    if condition and cause:
        raise exception(*args) from cause[0]
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
    cause = "" if "cause" not in params else f", {params['cause']}"
    if len(ins) == 1:
        return f"_raise_if(pred, {params['exc']}, args{cause})"
    texts = list_texts(params["args"], 0 if params["exc"] else 1)
    return f"_raise_if(pred, {params['exc'] or 'xs0'}, ({' '.join(f'{text},' for text in texts)}){cause})"


def _raises(
    ins: tuple[Type, ...], regions: tuple[()], exc: str, args: tuple[Any, ...], cause: str = ""
) -> tuple[Type, ...]:
    return (types.BOOL,)


def _back(b: Any, ct: Any, x: Any, *n: Any, shape: tuple[Dim, ...]) -> Any:
    return b.op("retype", ct, shape=x.type.shape)


def _samples(rng: Any) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    return [((rng.normal(size=shape),), {"shape": shape}) for shape in ((3,), (2, 3), ())]


_INFO: dict[str, Any] = {"rule": "1", "numerical": "the identity on arrays", "samples": _samples}
check_shape = prim("check_shape", "x *n", LINEAR, infer=_reshaped, params=("shape",), views=0, effect=True,
                   numpy=lambda p, ins: f"_check_shape(x, {shape_text(ins)})", helper=_CHECK_SHAPE, formula="x",
                   transpose=(_back, None), **_INFO)  # fmt: skip
# The same array under another name for its sizes: of the two arms of a branch, say.  Costs nothing at run time.
retype = prim(
    "retype", "x", LINEAR, infer=_reshaped, params=("shape",), numpy="x", views=0, transpose=(_back,), **_INFO
)
# `args` are constants; with operands they are what `primitives.output.Piece` describes.  Without `exc` the class is
# the first operand behind the condition.
raise_if = prim("raise_if", "pred *xs", CONSTANT, infer=_raises,
params=("exc", "args", "cause"), numpy=_raise_text, effect=True, helper=_RAISE_IF)  # fmt: skip
# A value that nobody reads, computed for the exception that it may end in (`passes.unread`).
computed = prim("computed", "x", CONSTANT, infer=lambda ins, regions: (types.BOOL,), numpy="x", effect=True)
