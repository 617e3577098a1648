"""Changing the shape, order and number of elements.

Shapes are tuples of sizes (`Dim`); a size that is only known at run time comes as an integer operand: either there are
no operands `*n`, or one per axis of `shape`.  NumPy's other spellings are compositions of these: swapaxes and moveaxis
are `transpose`, `take` is `index`, split is slices, meshgrid is `broadcast_to`, hstack and vstack are `concatenate`.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import dims, types
from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Kind, Type
from symdiff.primitives import axes
from symdiff.primitives.axes import Shape, draws, filled, function, is_array, listed, reshaped, shape_text
from symdiff.primitives.checks import SPREAD
from symdiff.primitives.declare import LINEAR, numeric, prim
from symdiff.primitives.structure import dtype_text

_STRUCTURAL = "moves elements, has no SymPy form"
_IDENTITY: dict[str, Any] = {"rule": ("1",), "numerical": _STRUCTURAL}
_SIZED = _IDENTITY | {"rule": ("1", "")}
_VIEW = _IDENTITY | {"views": 0, "bijective": True}


# --- the same elements in another shape


def _reshape_infer(ins: tuple[Type, ...], regions: tuple[()], shape: Shape) -> tuple[Type, ...]:
    """NumPy itself checks, whenever it runs, the numbers of elements that are not decided here."""
    x = numeric(ins[0])
    if dims.equal(dims.prod(x.shape), dims.prod(shape)) is False:
        raise TypeError(f"cannot reshape {x} into {types.shown(shape)}")
    return _scalar_or_array(x, shape)


def _scalar_or_array(x: AVal, shape: Shape) -> tuple[Type, ...]:
    """NumPy scalars stay scalars where they are reshaped to rank 0; Python numbers become arrays."""
    return (x,) if not shape and x.kind is Kind.NUMPY else axes.array_result(shape, x.dtype)


def _reshape_text(params: Params, ins: tuple[Type, ...]) -> str:
    return f"x.reshape({shape_text(ins)})" if is_array(ins[0]) else f"np.reshape(x, {shape_text(ins)})"


def _ravel_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x = numeric(ins[0])
    return axes.array_result((dims.prod(x.shape),), x.dtype)


def _expand_infer(ins: tuple[Type, ...], regions: tuple[()], axis: int | tuple[int, ...]) -> tuple[Type, ...]:
    x = numeric(ins[0])
    rank = x.rank + (len(axis) if isinstance(axis, tuple) else 1)
    new, old = axes.normalize(axis, rank), iter(x.shape)
    return axes.array_result(tuple(1 if k in new else next(old) for k in range(rank)), x.dtype)


def _expand_text(params: Params, ins: tuple[Type, ...]) -> str:
    """`x[:, None]`"""
    if not is_array(ins[0]):
        return "np.expand_dims(x, axis)"
    axis, x = params["axis"], numeric(ins[0])
    rank = x.rank + (len(axis) if isinstance(axis, tuple) else 1)
    new = axes.normalize(axis, rank)
    entries = ["None" if k in new else ":" for k in range(max(new) + 1)] if new else ["..."]
    return f"x[{', '.join(entries)}]"


def _squeeze_infer(
    ins: tuple[Type, ...], regions: tuple[()], axis: int | tuple[int, ...] | None = None
) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if axis is None and any(d != 1 and dims.equal(d, 1) is not False for d in x.shape):
        raise TypeError(f"squeeze of {x}: name the axis, other sizes may be 1 at run time")
    gone = [k for k, d in enumerate(x.shape) if d == 1] if axis is None else axes.normalize(axis, x.rank)
    if any(x.shape[k] != 1 for k in gone):
        raise TypeError(f"squeeze of {x}: axis {axis} has not size 1")
    return _scalar_or_array(x, tuple(d for k, d in enumerate(x.shape) if k not in gone))


_RESHAPE = draws(
    (((3, 4),), {"shape": (2, 6)}),
    (((2, 3, 2),), {"shape": (12,)}),
    (((1,),), {"shape": ()}),
    (((6,),), {"shape": (3, 1, 2)}),
)
reshape = prim("reshape", "x *n", LINEAR, params=("shape",), infer=_reshape_infer, numpy=_reshape_text,
    samples=_RESHAPE, transpose=(lambda b, ct, x, *n, shape: reshaped(b, ct, x), None), **_VIEW | _SIZED)  # fmt: skip
ravel = prim("ravel", "x", LINEAR, infer=_ravel_infer,
    numpy=lambda p, ins: "x.ravel()" if is_array(ins[0]) else "np.ravel(x)",
    transpose=(lambda b, ct, x: reshaped(b, ct, x),), samples=draws((((3, 4),), {}), (((2,),), {}), (((),), {})),
    **_VIEW)  # fmt: skip
expand_dims = prim("expand_dims", "x", LINEAR, params=("axis",), infer=_expand_infer, numpy=_expand_text,
    transpose=(lambda b, ct, x, axis: reshaped(b, ct, x),),
    samples=draws((((3, 4),), {"axis": 1}), (((2,),), {"axis": (0, -1)}), (((2,),), {"axis": 0})),
    **_VIEW)  # fmt: skip
squeeze = prim("squeeze", "x", LINEAR, params=("axis",), infer=_squeeze_infer, numpy=axes.method("squeeze", "axis"),
    transpose=(lambda b, ct, x, axis=None: reshaped(b, ct, x),),
    samples=draws((((3, 1, 4),), {"axis": 1}), (((1, 2, 1),), {"axis": (0, -1)}), (((1, 3),), {})),
    **_VIEW)  # fmt: skip


# --- repeating


def _broadcast_infer(ins: tuple[Type, ...], regions: tuple[()], shape: Shape) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if x.rank > len(shape) or types.broadcast([x.shape, shape]) != shape:
        types.one_beside(shape, x.shape)
        raise TypeError(f"{x} does not broadcast to {types.shown(shape)}")
    return axes.array_result(shape, x.dtype)


def _of_one_dtype(t: Type) -> str:
    """What is repeated: a number that may be a Python float, or a float32, is the latter."""
    return "x" if numeric(t).one_dtype else f"{dtype_text(numeric(t).dtype)}(x)"


def _sum_to_axes(shape: Shape, target: Shape) -> tuple[int, tuple[int, ...]]:
    """How many leading axes go, and all axes that are summed."""
    lead = len(shape) - len(target)
    if lead < 0 or types.broadcast([shape, target]) != shape:
        raise TypeError(f"{types.shown(target)} does not broadcast to {types.shown(shape)}")
    return lead, (*range(lead), *(lead + k for k, d in enumerate(target) if d == 1 and shape[lead + k] != 1))


def _sum_to_infer(ins: tuple[Type, ...], regions: tuple[()], shape: Shape) -> tuple[Type, ...]:
    x = numeric(ins[0])
    _sum_to_axes(x.shape, shape)
    return (AVal(x.kind, shape, x.dtype),) if x.shape == shape else axes.result(shape, axes.summed(x.dtype))


def _sum_to_text(params: Params, ins: tuple[Type, ...]) -> str:
    """`x.sum(axis=0)`"""
    shape, target = numeric(ins[0]).shape, params["shape"]
    lead, gone = _sum_to_axes(shape, target)
    if not gone:
        return "x"
    if not target:
        return "x.sum()"
    axis = gone[0] if len(gone) == 1 else gone
    if lead == len(gone):
        return f"x.sum(axis={axis})"
    return f"x.sum(axis={axis}, keepdims=True)" + (f"[{', '.join('0' * lead)}]" if lead else "")


broadcast_to = prim("broadcast_to", "x *n", LINEAR, params=("shape",), infer=_broadcast_infer, views=0, **_SIZED,
    numpy=lambda p, ins: f"np.broadcast_to({_of_one_dtype(ins[0])}, {shape_text(ins)})",
    transpose=(lambda b, ct, x, *n, shape: b.sum_to(ct, shape=x.type.shape), None),
    samples=draws((((3,),), {"shape": (2, 3)}), (((3, 1),), {"shape": (2, 3, 4)}),
    (((),), {"shape": (2,)})))  # fmt: skip
sum_to = prim("sum_to", "x", LINEAR, params=("shape",), infer=_sum_to_infer, numpy=_sum_to_text, views=0, **_IDENTITY,
    transpose=(lambda b, ct, x, shape: filled(b, ct, x),), samples=draws((((2, 3),), {"shape": (3,)}),
    (((2, 3, 4),), {"shape": (3, 1)}), (((2, 3),), {"shape": ()}), (((2, 3),), {"shape": (2, 1)}),
    (((2, 5, 3, 4),), {"shape": (1, 4)})))  # fmt: skip


def _spread_axes(narrow: Shape, shape: Shape) -> list[int]:
    """The axes of one element, or of none, that are spread over more."""
    axes_ = [k for k, (d, to) in enumerate(zip(narrow, shape, strict=True)) if d != to]
    if any(narrow[k] not in (0, 1) and not dims.at_most_one(narrow[k]) for k in axes_):
        raise TypeError(f"{types.shown(narrow)} is not spread to {types.shown(shape)}")
    return axes_


def _spread_infer(ins: tuple[Type, ...], regions: tuple[()], shape: Shape) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if x.rank != len(shape):
        raise TypeError(f"{x} has not {len(shape)} dimensions")
    _spread_axes(x.shape, shape)
    return (AVal(x.kind, shape, x.dtype),)


def _spread_back(b: Any, ct: Any, x: Any, *n: Any, shape: Shape) -> Any:
    """The sum along the axis, and nothing where x has no element: `d_y.sum(axis=0, keepdims=True)[:n]`."""
    narrow = x.type.shape
    gone = _spread_axes(narrow, shape)
    summed = b.sum_to(ct, shape=tuple(1 if k in gone else d for k, d in enumerate(narrow)))
    cut = [k for k in gone if narrow[k] != 1]
    spec = tuple(("slice", None, "v" if k in cut else None, None, d) for k, d in enumerate(narrow))
    return b.index(summed, *(axes.size(b, x, k) for k in cut), spec=spec) if cut else summed


# What `broadcast_to` does along axes of one element at most, which may have none: then the result has none either.
spread = prim("spread", "x *n", LINEAR, params=("shape",), infer=_spread_infer, views=0, raises=True, **_SIZED,
    numpy=lambda p, ins: f"_spread(x, {shape_text(ins)})", helper=SPREAD, transpose=(_spread_back, None),
    samples=draws((((1,),), {"shape": (3,)}), (((2, 1),), {"shape": (2, 4)}), (((1,),), {"shape": (0,)})))  # fmt: skip


def _full_infer(ins: tuple[Type, ...], regions: tuple[()], shape: Shape) -> tuple[Type, ...]:
    x = numeric(ins[0])
    axes.joined([x])
    return _broadcast_infer(ins, regions, shape)


full = prim("full", "v *n", LINEAR, params=("shape",), infer=_full_infer,
    numpy=lambda p, ins: f"np.full({shape_text(ins)}, v)", **_SIZED,
    transpose=(lambda b, ct, v, *n, shape: b.sum_to(ct, shape=v.type.shape), None),
    samples=draws((((),), {"shape": (2, 3)}), (((3,),), {"shape": (2, 3)}), (((),), {"shape": (2,)})))  # fmt: skip


def _tile_shapes(shape: Shape, reps: Shape) -> tuple[Shape, Shape]:
    """The shape and the repetitions, of one length."""
    rank = max(len(shape), len(reps))
    return (1,) * (rank - len(shape)) + shape, (1,) * (rank - len(reps)) + reps


def _tile_infer(ins: tuple[Type, ...], regions: tuple[()], reps: Shape) -> tuple[Type, ...]:
    x = numeric(ins[0])
    shape, repeats = _tile_shapes(x.shape, reps)
    return axes.array_result(tuple(dims.mul(d, r) for d, r in zip(shape, repeats, strict=True)), x.dtype)


def _tile_back(b: Any, ct: Any, x: Any, reps: Shape) -> Any:
    shape, repeats = _tile_shapes(x.type.shape, reps)
    split: list[Dim] = []
    known: list[Any] = []
    gone: list[int] = []
    for k, (d, r) in enumerate(zip(shape, repeats, strict=True), len(x.type.shape) - len(shape)):
        if r != 1:
            gone.append(len(split))
            split.append(r)
            known.append(r if isinstance(r, int) else b.dim(size=r))
        split.append(d)
        known.append(axes.size(b, x, k) if k >= 0 else 1)
    opened = b.reshape(ct, *(known if axes.sizes(b, x) else ()), shape=tuple(split)) if gone else ct
    return reshaped(b, b.sum(opened, axis=tuple(gone)) if gone else opened, x)


def _repeat_infer(ins: tuple[Type, ...], regions: tuple[()], repeats: Dim, axis: int) -> tuple[Type, ...]:
    x = numeric(ins[0])
    k = axes.one_axis(axis, x.rank)
    return axes.array_result((*x.shape[:k], dims.mul(x.shape[k], repeats), *x.shape[k + 1 :]), x.dtype)


def _repeat_back(b: Any, ct: Any, x: Any, repeats: Dim, axis: int) -> Any:
    k, shape = axes.one_axis(axis, x.type.rank), x.type.shape
    split = (*shape[: k + 1], repeats, *shape[k + 1 :])
    known = [axes.size(b, x, j) for j in range(len(shape))] if axes.sizes(b, x) else []
    if known:
        known.insert(k + 1, repeats if isinstance(repeats, int) else b.dim(size=repeats))
    return b.sum(b.reshape(ct, *known, shape=split), axis=k + 1)


tile = prim("tile", "x", LINEAR, params=("reps",), infer=_tile_infer, numpy="np.tile(x, reps)", transpose=(_tile_back,),
    **_IDENTITY, samples=draws((((3,),), {"reps": (2,)}), (((2, 3),), {"reps": (3, 1, 2)}), (((2, 3),), {"reps": (2,)}),
    (((3,),), {"reps": (2, 1)})))  # fmt: skip
repeat = prim("repeat", "x", LINEAR, params=("repeats", "axis"), infer=_repeat_infer,
    numpy="np.repeat(x, repeats, axis=axis)", transpose=(_repeat_back,), **_IDENTITY,
    samples=draws((((3,),), {"repeats": 2, "axis": 0}), (((2, 3),), {"repeats": 3, "axis": -1}),
    (((2, 3),), {"repeats": 2, "axis": 0})))  # fmt: skip


# --- joining


def _concatenate_infer(ins: tuple[Type, ...], regions: tuple[()], axis: int = 0) -> tuple[Type, ...]:
    xs = [numeric(t) for t in ins]
    if not xs or any(x.rank != xs[0].rank for x in xs):
        raise TypeError(f"concatenate: the ranks of {', '.join(map(str, xs)) or 'nothing'} differ")
    k, shapes = axes.one_axis(axis, xs[0].rank), [x.shape for x in xs]
    shape = list(shapes[0])
    for other in shapes[1:]:
        shape = [
            dims.add(d, e) if j == k else axes.same(shapes, d, e)
            for j, (d, e) in enumerate(zip(shape, other, strict=True))
        ]
    return axes.array_result(tuple(shape), axes.joined(xs))


def _concatenate_back(b: Any, ct: Any, *xs: Any, axis: int = 0) -> list[Any]:
    k = axes.one_axis(axis, xs[0].type.rank)
    found: list[Any] = []
    start: Any = None
    for x in xs:
        end = axes.size(b, x, k) if start is None else start + axes.size(b, x, k)
        found.append(_slice(b, ct, k, start, None if len(found) == len(xs) - 1 else end, x.type.shape[k]))
        start = end
    return found


def _slice(b: Any, x: Any, axis: int, lo: Any, hi: Any, size: Dim) -> Any:
    """`x[..., lo:hi]` along an axis; bounds are None, ints or values."""
    whole = (("slice", None, None, None, d) for d in x.type.shape[:axis])
    given = [e for e in (lo, hi) if e is not None and not isinstance(e, int)]
    texts = [e if e is None or isinstance(e, int) else "v" for e in (lo, hi)]
    return b.index(x, *given, spec=(*whole, ("slice", texts[0], texts[1], None, size)))


def _stack_infer(ins: tuple[Type, ...], regions: tuple[()], axis: int = 0) -> tuple[Type, ...]:
    xs = [numeric(t) for t in ins]
    if not xs or any(x.rank != xs[0].rank for x in xs):
        raise TypeError(f"stack: the ranks of {', '.join(map(str, xs)) or 'nothing'} differ")
    k, shapes = axes.one_axis(axis, xs[0].rank + 1), [x.shape for x in xs]
    for other in shapes[1:]:
        for d, e in zip(shapes[0], other, strict=True):
            axes.same(shapes, d, e)
    return axes.array_result((*shapes[0][:k], len(xs), *shapes[0][k:]), axes.joined(xs))


def _stack_text(params: Params, ins: tuple[Type, ...]) -> str:
    """`np.array([x, y])` of scalars, `np.stack((x, y), axis=1)` of arrays."""
    if not numeric(ins[0]).shape:
        return f"np.array([{', '.join(f'xs{k}' for k in range(len(ins)))}])"
    return function("np.stack", listed(len(ins), "xs"), *(["axis"] if params.get("axis") else []))(params, ins)


def _stack_back(b: Any, ct: Any, *xs: Any, axis: int = 0) -> list[Any]:
    k = axes.one_axis(axis, ct.type.rank)
    whole = tuple(("slice", None, None, None, d) for d in ct.type.shape[:k])
    return [b.index(ct, spec=(*whole, ("at", n))) for n in range(len(xs))]


def _concatenate_text(params: Params, ins: tuple[Type, ...]) -> str:
    return function("np.concatenate", listed(len(ins), "xs"), *(["axis"] if params.get("axis") else []))(params, ins)


concatenate = prim("concatenate", "*xs", LINEAR, params=("axis",), infer=_concatenate_infer,
    transpose=(_concatenate_back,), **_IDENTITY, numpy=_concatenate_text,
    samples=draws((((3,), (2,), (1,)), {}), (((2, 3), (2, 1)), {"axis": 1}), (((2, 3),), {"axis": -1})))  # fmt: skip
stack = prim("stack", "*xs", LINEAR, params=("axis",), infer=_stack_infer, numpy=_stack_text, transpose=(_stack_back,),
    **_IDENTITY, samples=draws((((3,), (3,)), {}), (((2, 3), (2, 3)), {"axis": 1}), (((2,), (2,)), {"axis": -1}),
    (((), ()), {})))  # fmt: skip


# --- order


def _permutation(axes_: tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    if axes_ is None:
        return tuple(reversed(range(rank)))
    found = axes.normalize(axes_, rank)
    if len(found) != rank:
        raise TypeError(f"transpose: {len(found)} axes for an array of rank {rank}")
    return found


def _transpose_infer(
    ins: tuple[Type, ...], regions: tuple[()], axes: tuple[int, ...] | None = None
) -> tuple[Type, ...]:
    x = numeric(ins[0])
    return _scalar_or_array(x, tuple(x.shape[k] for k in _permutation(axes, x.rank)))


def _transpose_text(params: Params, ins: tuple[Type, ...]) -> str:
    """`x.T`, `np.swapaxes(x, -1, -2)`, `x.transpose((1, 2, 0))`"""
    rank = numeric(ins[0]).rank
    order = _permutation(params.get("axes"), rank)
    if order == tuple(reversed(range(rank))):
        return "x.T" if is_array(ins[0]) else "np.transpose(x)"
    if order == (*range(rank - 2), rank - 1, rank - 2):
        return "np.swapaxes(x, -1, -2)"
    return "x.transpose(axes)"


def _transpose_back(b: Any, ct: Any, x: Any, axes: tuple[int, ...] | None = None) -> Any:
    order = _permutation(axes, x.type.rank)
    return b.transpose(ct, axes=tuple(sorted(range(len(order)), key=order.__getitem__)))


def _kept_infer(ins: tuple[Type, ...], regions: tuple[()], **params: Any) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if not x.shape:
        raise TypeError("an array with at least one axis is needed")
    axes.normalize(params.get("axis"), x.rank)
    return (x,)


def _roll_infer(ins: tuple[Type, ...], regions: tuple[()], shift: Any = None, axis: Any = None) -> tuple[Type, ...]:
    if (shift is None) != (len(ins) == 2):
        raise TypeError("roll: one shift is needed")
    return _kept_infer(ins, regions, axis=axis)


def _roll_back(b: Any, ct: Any, x: Any, *s: Any, shift: Any = None, axis: Any = None) -> Any:
    if s:
        return b.roll(ct, -s[0], axis=axis)
    return b.roll(ct, shift=tuple(-k for k in shift) if isinstance(shift, tuple) else -shift, axis=axis)


def _roll_text(params: Params, ins: tuple[Type, ...]) -> str:
    return function("np.roll", "x, s0" if len(ins) == 2 else "x, shift", "axis")(params, ins)


transpose = prim("transpose", "x", LINEAR, params=("axes",), infer=_transpose_infer, numpy=_transpose_text,
    latex="x^T", transpose=(_transpose_back,), **_VIEW, samples=draws((((3, 4),), {}),
    (((2, 3, 4),), {"axes": (1, 2, 0)}), (((2, 3, 4),), {"axes": (0, 2, 1)})))  # fmt: skip
flip = prim("flip", "x", LINEAR, params=("axis",), infer=_kept_infer, numpy=function("np.flip", "x", "axis"),
    **_VIEW, transpose=(lambda b, ct, x, axis=None: b.flip(ct, axis=axis),),
    samples=draws((((3, 4),), {}), (((3, 4),), {"axis": 1}), (((2, 3, 4),), {"axis": (0, -1)})))  # fmt: skip
roll = prim("roll", "x *s", LINEAR, params=("shift", "axis"), infer=_roll_infer, numpy=_roll_text,
    transpose=(_roll_back, None), **_SIZED, samples=draws((((3, 4),), {"shift": 2}), (((3, 4), 1), {"axis": 1}),
    (((3, 4),), {"shift": (1, -2), "axis": (0, 1)})))  # fmt: skip


# --- zeros around and inside


def _pad_infer(ins: tuple[Type, ...], regions: tuple[()], width: tuple[tuple[Dim, Dim], ...]) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if len(width) != x.rank:
        raise TypeError(f"pad: {len(width)} pairs of widths for an array of rank {x.rank}")
    return axes.array_result(tuple(dims.add(d, dims.add(*w)) for d, w in zip(x.shape, width, strict=True)), x.dtype)


def _pad_back(b: Any, ct: Any, x: Any, width: tuple[tuple[Dim, Dim], ...]) -> Any:
    spec, given = [], []
    for k, (lo, hi) in enumerate(width):
        start = None if lo == 0 else lo if isinstance(lo, int) else b.dim(size=lo)
        stop = None if hi == 0 else -hi if isinstance(hi, int) else (0 if start is None else start) + axes.size(b, x, k)
        given += [e for e in (start, stop) if e is not None and not isinstance(e, int)]
        spec.append(
            ("slice", *(e if e is None or isinstance(e, int) else "v" for e in (start, stop)), None, x.type.shape[k])
        )
    return b.index(ct, *given, spec=tuple(spec))


def _triangle_infer(ins: tuple[Type, ...], regions: tuple[()], k: int = 0) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if x.rank < 2:
        raise TypeError("tril and triu: a matrix is needed")
    return (x,)


def _with_k(name: str) -> Any:
    return lambda params, ins: f"{name}(x, k)" if params.get("k") else f"{name}(x)"


_TRIANGLE: dict[str, Any] = {
    "params": ("k",), "infer": _triangle_infer, "masks": True, "rule": ("1 in the triangle",), "numerical": _STRUCTURAL,
    "samples": draws((((3, 4),), {}), (((2, 3, 3),), {"k": 1}), (((4, 3),), {"k": -1})),
}  # fmt: skip
pad = prim("pad", "x", LINEAR, params=("width",), infer=_pad_infer, numpy="np.pad(x, width)", transpose=(_pad_back,),
    **_IDENTITY, samples=draws((((3,),), {"width": ((1, 2),)}), (((2, 3),), {"width": ((0, 1), (2, 0))}),
    (((2,),), {"width": ((0, 0),)})))  # fmt: skip
tril = prim(
    "tril", "x", LINEAR, numpy=_with_k("np.tril"), transpose=(lambda b, ct, x, k=0: b.tril(ct, k=k),), **_TRIANGLE
)
triu = prim(
    "triu", "x", LINEAR, numpy=_with_k("np.triu"), transpose=(lambda b, ct, x, k=0: b.triu(ct, k=k),), **_TRIANGLE
)
