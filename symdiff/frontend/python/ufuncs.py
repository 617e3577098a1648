"""What ufuncs have besides a call: `.at`, `.reduce`, `.reduceat`, `.accumulate`, `.outer`, and `where=`."""

from __future__ import annotations

import ast

import numpy as np

from symdiff.frontend.python import arrays, inplace, memory, numpy_calls, numpy_spelled, operators, overlaps, subscripts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import NONE, POISON, Arr, Known, Struct, Val
from symdiff.frontend.spelled import writing
from symdiff.ir.types import Kind

Args = list[Val]
Kwargs = dict[str, Val]

_REDUCTIONS: dict[np.ufunc, str] = {
    np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min", np.logical_and: "all",
    np.logical_or: "any",
}  # fmt: skip
_CUMULATIVE: dict[np.ufunc, str] = {np.add: "cumsum", np.multiply: "cumprod"}
_SINGULAR_AT_ZERO = ("log", "log2", "log10", "sqrt", "cbrt", "reciprocal")  # 1 is a place like any other there
_DIVISORS = ("div", "mod", "floordiv", "fmod", "pow", "float_power")


_BY_POSITION = ("array", "axis", "dtype", "out", "keepdims", "initial", "where")


def method(cx: Context, node: ast.AST, ufunc: np.ufunc, name: str, args: Args, kwargs: Kwargs) -> Val:
    if name == "at":
        return _at(cx, node, ufunc, args)
    names = (_BY_POSITION[0], "indices", *_BY_POSITION[1:4]) if name == "reduceat" else _BY_POSITION
    place = len(args) if name == "outer" else names.index("out")
    rest = {**dict(zip(names[place:], args[place:], strict=False)), **kwargs}
    out = rest.pop("out", NONE)
    shown = f"np.{ufunc.__name__}.{name}"
    return inplace.into(
        cx, node, shown, out, name == "outer", lambda: _method(cx, node, ufunc, name, args[:place], rest)
    )


def _method(cx: Context, node: ast.AST, ufunc: np.ufunc, name: str, args: Args, kwargs: Kwargs) -> Val:
    if name == "reduceat":
        shown = f"{ufunc.__name__}.reduceat"
        given = [Known(ufunc), Known(ufunc.__name__), *args]
        return numpy_spelled.written_out(cx, node, shown, writing.reduced_parts, given, kwargs)
    table = _REDUCTIONS if name == "reduce" else _CUMULATIVE if name == "accumulate" else {}
    if ufunc in table:
        along: Kwargs = {"axis": Known(0), **kwargs} if len(args) == 1 else kwargs
        return numpy_calls.by_name(cx, node, table[ufunc], args, along)
    if name == "accumulate" and ufunc in _SO_FAR:
        return _so_far(cx, node, ufunc, args, kwargs)
    if name == "reduce" and ufunc in (np.logaddexp, np.hypot) and len(args) == 1 and not kwargs:
        given = [Known(ufunc), Known(ufunc.identity), *args]
        return numpy_spelled.written_out(cx, node, f"{ufunc.__name__}.reduce", writing.reduced, given, {})
    if name == "outer" and len(args) == 2 and not kwargs:
        return _outer(cx, node, ufunc, args)
    return cx.refuse("SD404", node, type=f"np.{ufunc.__name__}", name=name)


_SO_FAR: dict[np.ufunc, str] = {np.maximum: "running_max", np.minimum: "running_min"}


def _so_far(cx: Context, node: ast.AST, ufunc: np.ufunc, args: Args, kwargs: Kwargs) -> Val:
    found = numpy_calls.bind(cx, node, f"{ufunc.__name__}.accumulate", "array axis=0 *dtype *out", args, kwargs)
    if found is None:
        return POISON
    axis = numpy_calls.known(cx, node, found["axis"], f"`axis` of np.{ufunc.__name__}.accumulate")
    x = numpy_calls.numeric(cx, node, found["array"])
    if x is POISON or numpy_calls.is_unknown(axis):
        return POISON
    return cx.emit(node, _SO_FAR[ufunc], x, axis=int(axis))


def _at(cx: Context, node: ast.AST, ufunc: np.ufunc, args: Args) -> Val:
    """`np.add.at(y, index, v)`: repeated positions add up; the others write one element after the other."""
    if len(args) != 1 + ufunc.nin:
        message = "takes an array, an index" + (", values" if ufunc.nin == 2 else "")
        return cx.refuse("SD313", node, function=f"np.{ufunc.__name__}.at", message=message)
    base, index, val = args if ufunc.nin == 2 else (*args, NONE)
    if not isinstance(base, Arr):
        return cx.refuse("SD321", node, operation=f"np.{ufunc.__name__}.at", left=cx.describe(base), right="")
    if memory.is_poison(index, val):
        return POISON
    if ufunc.nin == 1:
        given = [Known(ufunc), base, index]
        return numpy_spelled.written_out(cx, node, f"{ufunc.__name__}.at", writing.change_at, given, {})
    if arrays.is_listed(cx, val):
        val = arrays.to_array(cx, node, val)
    if ufunc not in (np.add, np.subtract):
        if isinstance(val, Arr) and overlaps.may_share(base, val):  # NumPy copies what it would overwrite
            val = arrays.copy(cx, node, val)
        name = f"{ufunc.__name__}.at"
        return numpy_spelled.written_out(cx, node, name, writing.update_at, [Known(ufunc), base, index, val], {})
    if ufunc is np.subtract:
        val = operators.unary(cx, node, ast.USub(), val)
    if val is not POISON:
        subscripts.accumulate(cx, node, base, index, val)
    return NONE


def _outer(cx: Context, node: ast.AST, ufunc: np.ufunc, args: Args) -> Val:
    a, b = (numpy_calls.numeric(cx, node, v) for v in args)
    if POISON in (a, b):
        return POISON
    a, b = numpy_calls.of_own_dtype(cx, node, a, b), numpy_calls.of_own_dtype(cx, node, b, a)
    later = tuple(range(cx.aval(a).rank, cx.aval(a).rank + cx.aval(b).rank))
    wide = cx.emit(node, "expand_dims", a, axis=later) if later and cx.aval(a).rank else a
    name = numpy_calls.name_of(ufunc)
    return POISON if name is None else numpy_calls.by_name(cx, node, name, [wide, b], {})


# --- where=


def masked(cx: Context, node: ast.AST, ufunc: np.ufunc, name: str, args: Args, kwargs: Kwargs) -> Val:
    """`np.divide(a, b, out=y, where=m)`: y where m does not hold, and nothing is divided there."""
    out, mask = kwargs.get("out", NONE), kwargs["where"]
    rest = {k: v for k, v in kwargs.items() if k not in ("out", "where")}
    if isinstance(out, Struct) and len(out.items) == 1:
        out = out.items[0]
    if isinstance(out, Known) and isinstance(out.obj, np.ndarray):
        out = arrays.literal(cx, node, out.obj)
    if not isinstance(out, Arr) or ufunc.nout != 1:
        detail = " without out=: what stands in the other places is not defined"
        return cx.refuse("SD402", node, argument="where", function=f"np.{ufunc.__name__}", detail=detail)
    mask, *vals = (numpy_calls.numeric(cx, node, v) for v in (mask, *args))
    if POISON in (mask, *vals):
        return POISON
    if cx.aval(mask).dtype != "b1":
        return cx.refuse("SD403", node, function=f"np.{ufunc.__name__}", message=_NO_MASK)
    unsafe = 0 if name in _SINGULAR_AT_ZERO else 1 if name in _DIVISORS else None
    if unsafe is not None:
        vals[unsafe] = _one_elsewhere(cx, node, mask, vals[unsafe])

    def call() -> Val:
        found = numpy_calls.by_name(cx, node, name, vals, rest)
        return POISON if found is POISON else cx.emit(node, "where", mask, found, out)

    return inplace.into(cx, node, f"np.{ufunc.__name__}", out, True, call)


_NO_MASK = "`where` must be an array of bool"


def _one_elsewhere(cx: Context, node: ast.AST, mask: Val, val: Val) -> Val:
    if val is POISON or cx.aval(val).kind is not Kind.ARRAY:
        return val
    return cx.emit(node, "where", mask, val, Known(1))
