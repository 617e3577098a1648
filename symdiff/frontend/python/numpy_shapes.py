"""NumPy functions that rearrange arrays: reshaping, transposing, selecting."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.frontend.python import arrays, containers, memory, numpy_spelled, operators, raising, subscripts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import (
    HANDLERS,
    bind,
    family,
    handler,
    is_unknown,
    known,
    numeric,
    of_one_dtype,
    result,
)
from symdiff.frontend.python.sizes import fresh_opaque, quotient, require
from symdiff.frontend.python.values import NONE, POISON, Arr, Known, Num, SliceVal, Struct, Val, static_size
from symdiff.ir import dims
from symdiff.ir.core import Literal
from symdiff.ir.dims import Dim
from symdiff.ir.types import Kind

Args = list[Val]
Kwargs = dict[str, Val]


def shape_of(cx: Context, node: ast.AST, val: Val) -> list[Val] | None:
    """A shape argument as integers; None after a problem."""
    items = containers.elements(cx, val)
    found = [val] if items is None else list(items)
    for item in found:
        if item is POISON:
            return None
        if isinstance(item, Known) and isinstance(item.obj, (int, np.integer)):
            continue
        if not isinstance(item, Num) or item.type.dtype[0] not in "iu":
            cx.refuse("SD321", node, operation="a shape", left=cx.describe(item), right="")
            return None
    return [Known(int(i.obj)) if isinstance(i, Known) else i for i in found]


def dim_of(cx: Context, val: Val) -> Dim:
    found = operators.as_dim(val)
    return fresh_opaque(cx, ("size", cx.value(val))) if found is None else found


def emit_sized(
    cx: Context, node: ast.AST, prim: str, operands: Sequence[Val], shape: Sequence[Val], **params: Any
) -> Val:
    """An operation with a `shape`: static where its sizes are, else one integer operand per axis."""
    sizes = tuple(dim_of(cx, v) for v in shape)
    dynamic = () if all(static_size(d) for d in sizes) else shape
    return cx.emit(node, prim, *operands, *dynamic, shape=sizes, **params)


def reshape(cx: Context, node: ast.AST, val: Val, new: Val) -> Val:
    """`val.reshape(new)`; one size may be -1."""
    shape = shape_of(cx, node, new)
    if shape is None or val is POISON:
        return POISON
    unknown = [k for k, s in enumerate(shape) if isinstance(s, Known) and s.obj == -1]
    t = cx.aval(val)
    if len(unknown) == 1:
        total, rest = dims.prod(t.shape), dims.prod(dim_of(cx, s) for k, s in enumerate(shape) if k != unknown[0])
        if rest == 0:
            return cx.refuse("SD403", node, function="reshape", message="-1 next to a size of 0")
        size = quotient(total, rest)
        if static_size(size):
            shape[unknown[0]] = Known(size) if isinstance(size, int) else Num(None, size)
        else:
            product: Val = Known(1)
            for k, s in enumerate(shape):
                product = operators.binary(cx, node, ast.Mult(), product, s) if k != unknown[0] else product
            shape[unknown[0]] = operators.binary(cx, node, ast.FloorDiv(), arrays.element_count(cx, node, val), product)
    certain = isinstance(val, Arr) and (t.rank == 1 or memory.in_order(cx, val))
    found = emit_sized(cx, node, "reshape", [val], shape)
    if certain and isinstance(val, Arr):
        return memory.viewed(cx, val, found)
    if isinstance(found, Arr):
        found.cell.contiguous = len(shape) <= 1 or (isinstance(val, Arr) and val.cell.contiguous and not val.path)
        memory.shares(cx, found, [val])
    return found


@handler("reshape")
def _reshape(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(
        cx, node, "reshape", "a shape *order", args, {"shape" if k == "newshape" else k: v for k, v in kwargs.items()}
    )
    return POISON if found is None else reshape(cx, node, numeric(cx, node, found["a"]), found["shape"])


@handler("ravel")
def _ravel(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "ravel", "a *order", args, kwargs)
    return POISON if found is None else result(cx, node, "ravel", [numeric(cx, node, found["a"])])


@family("real", "imag")
def _part(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """The attribute, as in NumPy: of an array a view."""
    found = bind(cx, node, name, "val", args, kwargs)
    a = POISON if found is None else numeric(cx, node, found["val"])
    if isinstance(a, Known):
        return Known(getattr(np, name)(a.obj))
    return arrays.complex_part(cx, node, a, name) if isinstance(a, Num | Arr) else POISON


@handler("transpose")
def _transpose(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "transpose", "a axes=None", args, kwargs)
    if found is None:
        return POISON
    a = numeric(cx, node, found["a"])
    axes = known(cx, node, found["axes"], "`axes` of np.transpose")
    if is_unknown(axes) or a is POISON:
        return POISON
    if cx.aval(a).kind is Kind.PYTHON:  # which has no method of that name
        return arrays.to_array(cx, node, a)
    axes = (axes,) if isinstance(axes, int) else axes
    rank = cx.aval(a).rank
    perm = tuple(reversed(range(rank))) if axes is None else tuple(int(k) for k in axes)
    return _permuted(cx, node, a, perm, rank)


def _permuted(cx: Context, node: ast.AST, a: Val, perm: Sequence[int], rank: int) -> Val:
    if len(perm) != rank or any(not -rank <= k < rank for k in perm) or len({k % rank for k in perm}) != rank:
        return cx.refuse(
            "SD403", node, function="np.transpose", message=f"axes {tuple(perm)} do not match an array of rank {rank}"
        )
    return arrays.transposed(cx, node, a, tuple(k % rank for k in perm)) if rank else a


@family("swapaxes", "moveaxis")
def _swapaxes(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, name, "a source destination" if name == "moveaxis" else "a axis1 axis2", args, kwargs)
    if found is None:
        return POISON
    a, *given = found.values()
    a, (i, j) = numeric(cx, node, a), (known(cx, node, v, f"an axis of np.{name}") for v in given)
    if a is POISON or is_unknown(i) or is_unknown(j):
        return POISON
    rank = cx.aval(a).rank
    sources, places = (tuple(v) if isinstance(v, tuple | list) and name == "moveaxis" else (v,) for v in (i, j))
    wrong = any(not isinstance(k, int | np.integer) or not -rank <= k < rank for k in (*sources, *places))
    if wrong or len(sources) != len(places) or any(len({k % rank for k in v}) < len(v) for v in (sources, places)):
        return cx.refuse("SD403", node, function=f"np.{name}", message=f"axes {i} and {j} of an array of rank {rank}")
    perm = list(range(rank))
    if name == "moveaxis":
        perm = [k for k in perm if k not in {s % rank for s in sources}]
        for place, source in sorted((p % rank, s % rank) for p, s in zip(places, sources, strict=True)):
            perm.insert(place, source)
    else:
        perm[i], perm[j] = perm[j], perm[i]
    return _permuted(cx, node, a, perm, rank)


def _may_squeeze(cx: Context, a: Val) -> bool:
    """Whether a size of an array is 1 in some calls and not in others."""
    return any(d != 1 and dims.equal(d, 1) is not False for d in cx.aval(a).shape)


def _squeezable(cx: Context, node: ast.AST, a: Val, axis: Any) -> bool:
    """Whether the axes that `squeeze` is to take away have size 1, as far as that is known; reported if not."""
    shape = cx.aval(a).shape
    axes = axis if isinstance(axis, tuple) else (axis,)
    if any(not isinstance(k, int) or not -len(shape) <= k < len(shape) for k in axes):
        cx.refuse("SD403", node, function="np.squeeze", message=f"axis {axis} of an array of rank {len(shape)}")
        return False
    wrong = [shape[k] for k in axes if dims.equal(shape[k], 1) is False]
    unclear = [shape[k] for k in axes if shape[k] != 1] if axes else [d for d in shape if dims.at_most_one(d)]
    if wrong:
        message = "cannot select an axis to squeeze out which has size not equal to one"
        raising.always(cx, node, ValueError(message), function="np.squeeze", message=message)
    elif unclear:
        cx.sizes_needed.update(atom.name for d in unclear for atom in dims.atoms(d) if atom.op == "var")
        detail = f": whether the size {unclear[0]} is 1 is not known"
        cx.refuse("SD402", node, argument=f"axis={axis if axes else None}", function="np.squeeze", detail=detail)
    return not wrong and not unclear


def _axis(name: str, signature: str, default: Any = None, **rename: str) -> Any:
    """A handler of a function of an array and an axis."""

    def handle(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        found = bind(cx, node, name, signature, args, kwargs)
        if found is None:
            return POISON
        a = numeric(cx, node, found.pop("a"))
        params: dict[str, Any] = {}
        for key, val in found.items():
            obj = (
                known(cx, node, val, f"`{key}` of np.{name}")
                if not (isinstance(val, Known) and val.obj is None)
                else None
            )
            if is_unknown(obj):
                return POISON
            if key in ("k", "offset") and not isinstance(obj, int | np.integer):
                return cx.refuse("SD403", node, function=f"np.{name}", message=f"`{key}` is no integer")
            if obj is not None:
                params[rename.get(key, key)] = obj
        if a is POISON:
            return POISON
        if name == "squeeze" and not _squeezable(cx, node, a, params.get("axis", ())):
            return POISON
        if name == "squeeze" and not params and _may_squeeze(cx, a):
            ones = tuple(k for k, d in enumerate(cx.aval(a).shape) if d == 1)
            return numpy_spelled.call(cx, node, "squeeze of ones", [a, Known(ones)], {})
        made = result(cx, node, name, [a], **params)
        if isinstance(made, Arr) and name in ("diagonal", "diag") and cx.aval(a).rank == 2:
            made.cell.readonly = f"np.{name}"
        return made

    return handle


for _name, _signature in {
    "expand_dims": "a axis", "squeeze": "a axis=None", "flip": "a axis=None", "tril": "a k=0", "triu": "a k=0",
    "trace": "a offset=0",
    "diagonal": "a offset=0", "diag": "a k=0",
}.items():  # fmt: skip
    HANDLERS[_name] = _axis(_name, _signature)


@family("fliplr", "flipud")
def _flip(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, name, "m", args, kwargs)
    axis = 1 if name == "fliplr" else 0
    return POISON if found is None else result(cx, node, "flip", [numeric(cx, node, found["m"])], axis=axis)


@handler("broadcast_to")
def _broadcast_to(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "broadcast_to", "a shape", args, kwargs)
    shape = None if found is None else shape_of(cx, node, found["shape"])
    if found is None or shape is None:
        return POISON
    a = of_one_dtype(cx, node, numeric(cx, node, found["a"]))
    made = POISON if a is POISON else emit_sized(cx, node, "broadcast_to", [a], shape)
    if isinstance(made, Arr):
        made.cell.readonly = "broadcast_to"
        memory.shares(cx, made, [a])
    return made


@handler("lib.stride_tricks.sliding_window_view")
def _sliding_window_view(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """A view that cannot be written; `axis` None means all axes, in order."""
    name = "lib.stride_tricks.sliding_window_view"
    found = bind(cx, node, name, "x window_shape axis=None subok=False writeable=False", args, kwargs)
    if found is None:
        return POISON
    for key in ("subok", "writeable"):
        if not isinstance(given := found[key], Known) or given.obj:
            return cx.refuse("SD402", node, argument=key, function=f"np.{name}", detail="")
    x, shape = numeric(cx, node, found["x"]), shape_of(cx, node, found["window_shape"])
    axis = known(cx, node, found["axis"], f"`axis` of np.{name}")
    if x is POISON or shape is None or is_unknown(axis):
        return POISON
    params = {} if axis is None else {"axis": axis if isinstance(axis, tuple) else (axis,)}
    made = emit_sized(cx, node, "sliding_window_view", [x], shape, **params)
    if isinstance(made, Arr):
        made.cell.readonly = "sliding_window_view"
        memory.shares(cx, made, [x])
    return made


@family("tile", "repeat", "roll")
def _repeated(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    signature, keys = {"tile": ("a reps", ["reps"]), "repeat": ("a repeats axis=None", ["repeats", "axis"]),
                       "roll": ("a shift axis=None", ["shift", "axis"])}[name]  # fmt: skip
    found = bind(cx, node, name, signature, args, kwargs)
    if found is None:
        return POISON
    a = numeric(cx, node, found["a"])
    if name == "roll" and a is not POISON and (rolled := _rolled(cx, node, a, found["shift"], found["axis"])):
        return rolled
    params: dict[str, Any] = {}
    for key in keys:
        given = found[key]
        constant = cx.value(given).const if key == "repeats" and isinstance(given, Arr) else None
        use = f"`{key}` of np.{name}"
        obj = constant.array() if isinstance(constant, Literal) else known(cx, node, given, use)
        if is_unknown(obj):
            return POISON
        if obj is not None:
            params[key] = (obj,) if key == "reps" and isinstance(obj, int) else obj
    if a is POISON:
        return POISON
    if name == "repeat" and "axis" not in params:
        a, params["axis"] = (a if cx.aval(a).rank == 1 else cx.emit(node, "ravel", a)), 0
    if name == "repeat" and np.asarray(params["repeats"]).dtype.kind not in "iub":
        return cx.refuse("SD402", node, argument="repeats", function="np.repeat", detail=": integers are needed")
    if name == "repeat" and isinstance(params["repeats"], (tuple, np.ndarray)):
        return _repeated_each(cx, node, a, np.asarray(params["repeats"]), params["axis"])
    return cx.emit(node, name, a, **params)


def _rolled(cx: Context, node: ast.AST, a: Val, shift: Val, axis: Val) -> Val | None:
    """`np.roll` by what is known when it runs: a whole number, or one for each of several axes; else None."""
    items = (containers.items_of(cx, node, shift) or ()) if isinstance(shift, (Struct, Arr)) else (shift,)
    if not any(isinstance(s, Num) for s in items) or not all(map(_is_whole, items)):
        return None
    along = known(cx, node, axis, "`axis` of np.roll")
    if is_unknown(along):
        return POISON
    axes = along if isinstance(along, tuple) else (along,) * len(items)
    if len(axes) != len(items):
        return None
    for one, k in zip(items, axes, strict=True):
        a = cx.emit(node, "roll", a, one, **({} if k is None else {"axis": k}))
    return a


def _is_whole(val: Val) -> bool:
    """Whether it is an integer whose negative is one, too."""
    return val.type.dtype == "i8" if isinstance(val, Num) else isinstance(val, Known) and type(val.obj) is int


def _repeated_each(cx: Context, node: ast.AST, a: Val, counts: np.ndarray, axis: int) -> Val:
    """Each row of an axis as often as its count says: its number, that often, is an index."""
    shape = cx.aval(a).shape
    if counts.size == 1:
        return cx.emit(node, "repeat", a, repeats=int(counts.reshape(())), axis=axis)
    if counts.ndim > 1 or counts.dtype.kind not in "iub" or np.any(counts < 0) or not -len(shape) <= axis < len(shape):
        message = "the counts are one integer, or one for each element of the axis, none of them negative"
        return cx.refuse("SD403", node, function="np.repeat", message=message)
    at = axis % len(shape)
    whole = require(cx, node, a, (*shape[:at], counts.size, *shape[at + 1 :]))
    if isinstance(whole, Known):
        whole = arrays.literal(cx, node, whole.obj)
    if not isinstance(whole, Arr):
        return POISON
    full = SliceVal(NONE, NONE, NONE)
    index = (*[full] * at, Known(np.repeat(np.arange(counts.size), counts)))
    return subscripts.read(cx, node, whole, Struct("tuple", index))


@handler("pad")
def _pad(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "pad", "array pad_width mode='constant' constant_values=0", args, kwargs)
    if found is None:
        return POISON
    a = numeric(cx, node, found["array"])
    width, mode = known(cx, node, found["pad_width"], "`pad_width`"), known(cx, node, found["mode"], "`mode`")
    if a is POISON or is_unknown(width) or is_unknown(mode):
        return POISON
    if np.asarray(width).dtype.kind not in "iu":
        return cx.refuse("SD403", node, function="np.pad", message="`pad_width` must be of integral type")
    widths = tuple((int(lo), int(hi)) for lo, hi in np.broadcast_to(np.asarray(width), (cx.aval(a).rank, 2)))
    value = found["constant_values"]
    if mode == "constant" and isinstance(value, Known) and np.ndim(value.obj) == 0 and not value.obj:
        return cx.emit(node, "pad", a, width=widths)
    return numpy_spelled.call(cx, node, "pad otherwise", [a, Known(widths), Known(mode), value], {})


@handler("take")
def _take(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "take", "a indices axis=None *out mode='raise'", args, kwargs)
    if found is None:
        return POISON
    a, axis = numeric(cx, node, found["a"]), known(cx, node, found["axis"], "`axis` of np.take")
    mode = known(cx, node, found["mode"], "`mode` of np.take")
    if a is POISON or is_unknown(axis) or is_unknown(mode):
        return POISON
    if mode not in ("raise", "clip", "wrap"):
        return cx.refuse(
            "SD403", node, function="np.take", message="clipmode must be one of 'clip', 'raise', or 'wrap'"
        )
    if mode != "raise":
        given = [a, found["indices"], Known(axis), Known(mode)]
        return numpy_spelled.call(cx, node, "take of any place", given, {})
    rank = cx.aval(a).rank
    if axis is None and rank != 1 and isinstance(a, Arr):
        a, rank = cx.emit(node, "ravel", a), 1
    if (axis is None and rank != 1) or (axis is not None and not -rank <= axis < rank):
        return cx.refuse("SD402", node, argument="axis", function="np.take", detail="")
    full = SliceVal(NONE, NONE, NONE)
    index = [*[full] * ((axis or 0) % rank), numeric(cx, node, found["indices"])]
    if not isinstance(a, Arr):
        return subscripts.read_known(cx, node, a, Struct("tuple", tuple(index))) if isinstance(a, Known) else POISON
    return arrays.copy(cx, node, subscripts.read(cx, node, a, Struct("tuple", tuple(index))))


@family("take_along_axis", "searchsorted")
def _along(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    if name == "searchsorted":
        found = bind(cx, node, "searchsorted", "a v side='left'", args, kwargs)
        if found is None:
            return POISON
        return cx.emit(
            node,
            "searchsorted",
            numeric(cx, node, found["a"]),
            numeric(cx, node, found["v"]),
            side=known(cx, node, found["side"], "side"),
        )
    found = bind(cx, node, "take_along_axis", "arr indices axis=-1", args, kwargs)
    if found is None:
        return POISON
    axis = known(cx, node, found["axis"], "`axis`")
    return (
        POISON
        if is_unknown(axis)
        else cx.emit(
            node, "take_along_axis", numeric(cx, node, found["arr"]), numeric(cx, node, found["indices"]), axis=axis
        )
    )


# --- sizes


@family("shape", "ndim", "size")
def _sizes(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, name, "a axis=None" if name == "size" else "a", args, kwargs)
    a = POISON if found is None else numeric(cx, node, found["a"])
    if found is None or a is POISON:
        return POISON
    t = cx.aval(a)
    axis = known(cx, node, found.get("axis", NONE), "`axis` of np.size")
    if is_unknown(axis):
        return POISON
    if axis is not None:
        if not isinstance(axis, int) or not -t.rank <= axis < t.rank:
            return cx.refuse("SD403", node, function="np.size", message=f"axis {axis} of an array of rank {t.rank}")
        return arrays.size_of(cx, node, a, axis % t.rank)
    if name == "ndim":
        return Known(t.rank)
    if name == "size":
        return arrays.element_count(cx, node, a)
    return Struct("tuple", tuple(arrays.size_of(cx, node, a, k) for k in range(t.rank)))


@handler("atleast_1d")
def _atleast_1d(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    if len(args) > 1 and not kwargs:
        return Struct("tuple", tuple(_atleast_1d(cx, node, [a], kwargs) for a in args))
    found = bind(cx, node, "atleast_1d", "ary", args, kwargs)
    a = POISON if found is None else numeric(cx, node, found["ary"])
    if a is POISON or cx.aval(a).rank:
        return a
    return cx.emit(node, "reshape", a, shape=(1,))
