"""All windows of an array side by side, and the sum that puts them back: each the other's transpose.

    x = (a, b, c, d), shape (2,):   windows (a, b), (b, c), (c, d)
    cotangent v, shape (3, 2):      a: v[0, 0];  b: v[0, 1] + v[1, 0];  c: v[1, 1] + v[2, 0];  d: v[2, 1]

The sizes of the windows stand behind all axes of x, as NumPy has them.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import dims
from symdiff.ir.core import Params
from symdiff.ir.types import Type
from symdiff.primitives import axes
from symdiff.primitives.axes import Shape, draws, is_array, shape_text
from symdiff.primitives.declare import LINEAR, accumulate, numeric, prim

_MOVES: dict[str, Any] = {"numerical": "moves elements, has no SymPy form"}


def _windows_infer(
    ins: tuple[Type, ...], regions: tuple[()], shape: Shape, axis: tuple[int, ...] | None = None
) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if not is_array(ins[0]):
        raise TypeError(f"sliding_window_view: {x} is no array")
    along = axes.normalize(axis, x.rank)
    if len(along) != len(shape):
        raise TypeError(f"sliding_window_view: {len(shape)} window sizes for {len(along)} axes")
    left = list(x.shape)
    for a, size in zip(along, shape, strict=True):
        left[a] = count = dims.sub(dims.add(left[a], 1), size)
        if (isinstance(count, int) and count < 1) or (isinstance(size, int) and size < 0):
            raise TypeError(f"sliding_window_view: a window of {size} does not fit into {x.shape[a]}")
    return axes.array_result((*left, *shape), x.dtype)


def _windows_text(params: Params, ins: tuple[Type, ...]) -> str:
    axis = ", axis=axis" if params.get("axis") is not None else ""
    return f"np.lib.stride_tricks.sliding_window_view(x, {shape_text(ins)}{axis})"


def _windows_back(b: Any, acc: Any, ct: Any, x: Any, *n: Any, shape: Shape, axis: Any = None) -> Any:
    return b.window_add(acc, ct) if axis is None else b.window_add(acc, ct, axis=axis)


def _add_infer(ins: tuple[Type, ...], regions: tuple[()], axis: tuple[int, ...] | None = None) -> tuple[Type, ...]:
    x, v = numeric(ins[0]), numeric(ins[1])
    if not is_array(ins[0]) or v.rank < x.rank:
        raise TypeError(f"window_add: {v} does not hold windows of {x}")
    (fits,) = _windows_infer(ins[:1], (), v.shape[x.rank :], axis)
    if numeric(fits).shape != v.shape:
        raise TypeError(f"window_add: {v} does not hold windows of {x}")
    return (ins[0],)


def _value_back(b: Any, ct: Any, x: Any, v: Any, axis: Any = None) -> Any:
    rank = ct.type.rank
    known = axes.sizes(b, v)[rank:] if axes.sizes(b, v) else ()
    given = {} if axis is None else {"axis": axis}
    return b.sliding_window_view(ct, *known, shape=v.type.shape[rank:], **given)


def _add_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"_add_windows(x, v{', axis' if params.get('axis') is not None else ''})"


_ADD_HELPER = '''
def _add_windows(x, v, axis=None):
    """Add each window in v to the part of x that it is a window on, as sliding_window_view has them; return x."""
    axis = range(x.ndim) if axis is None else axis
    for offset in np.ndindex(v.shape[x.ndim:]):
        part = [slice(0, n) for n in v.shape[:x.ndim]]
        for a, k in zip(axis, offset):
            part[a] = slice(k, k + v.shape[a])
        x[tuple(part)] += v[(..., *offset)]
    return x
'''

sliding_window_view = prim("sliding_window_view", "x *n", LINEAR, params=("shape", "axis"), infer=_windows_infer,
    numpy=_windows_text, views=0, raises=True, transpose=(accumulate(_windows_back), None), rule=("1", ""),
    samples=draws((((5,),), {"shape": (2,)}), (((4, 3),), {"shape": (2, 2)}), (((4, 3, 5),), {"shape": (2,),
    "axis": (1,)}), (((3, 5),), {"shape": (3, 2), "axis": (1, 0)})), **_MOVES)  # fmt: skip
window_add = prim("window_add", "x v", LINEAR, params=("axis",), infer=_add_infer, consumes=0, helper=_ADD_HELPER,
    numpy=lambda params, ins: _add_text(params, ins).replace("(x,", "(x.copy(),"), inplace=_add_text,
    transpose=(lambda b, ct, x, v, axis=None: ct, _value_back), rule=("1", "1"),
    samples=draws((((5,), (4, 2)), {}), (((4, 3), (3, 2, 2, 2)), {}), (((4, 3, 5), (4, 2, 5, 2)), {"axis": (1,)})),
    **_MOVES)  # fmt: skip
