"""NumPy functions that reduce or order arrays along an axis."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from symdiff.frontend.python import numpy_spelled, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import HANDLERS, bind, dtype_of, handler, is_unknown, known, numeric
from symdiff.frontend.python.values import NONE, POISON, Known, Val
from symdiff.ir import dims
from symdiff.ir.types import AVal, Kind, embeds
from symdiff.primitives import axes

Args = list[Val]
Kwargs = dict[str, Val]


def is_none(val: Val) -> bool:
    return isinstance(val, Known) and val.obj is None


_REDUCTIONS = {
    "sum": "a axis=None dtype=None *out keepdims=False initial=None where=True",
    "prod": "a axis=None dtype=None *out keepdims=False initial=None where=True",
    "mean": "a axis=None dtype=None *out keepdims=False where=True",
    "max": "a axis=None *out keepdims=False initial=None where=True",
    "min": "a axis=None *out keepdims=False initial=None where=True",
    "any": "a axis=None *out keepdims=False where=True", "all": "a axis=None *out keepdims=False where=True",
    "argmax": "a axis=None *out keepdims=False", "argmin": "a axis=None *out keepdims=False",
    "var": "a axis=None dtype=None *out ddof=0 keepdims=False where=True",
    "std": "a axis=None dtype=None *out ddof=0 keepdims=False where=True",
    "count_nonzero": "a axis=None keepdims=False", "linalg.norm": "a ord=None axis=None keepdims=False",
    "median": "a axis=None *out *overwrite_input keepdims=False",
}  # fmt: skip
_WIDER = {"dtype": NONE, "initial": NONE, "where": Known(True)}  # what most reductions are called without


def _reduction(name: str) -> Any:
    prim = name.rpartition(".")[2]

    def handle(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        found = bind(cx, node, name, _REDUCTIONS[name], args, kwargs)
        if found is None:
            return POISON
        a = numeric(cx, node, found["a"])
        wider = {k: found[k] for k, default in _WIDER.items() if k in found and not _is_default(found[k], default)}
        params: dict[str, Any] = {}
        for key in ("axis", "keepdims", "ddof", "ord"):
            if key in found:
                obj = known(cx, node, found[key], f"`{key}` of np.{name}")
                if is_unknown(obj):
                    return POISON
                if key == "ddof" and not isinstance(obj, int | np.integer):
                    return cx.refuse("SD402", node, argument="ddof", function=f"np.{name}", detail=": an integer")
                if obj is not None and obj is not False and not (key == "ddof" and obj == 0):
                    params[key] = _plain(obj)
        if "dtype" in wider:
            a = _in_dtype(cx, node, name, a, wider.pop("dtype"))
        if a is POISON:
            return POISON
        if "where" in wider and cx.aval(numeric(cx, node, wider["where"])).dtype != "b1":
            return cx.refuse("SD403", node, function=f"np.{name}", message="`where` must be an array of bool")
        if "where" in wider and name == "sum" and len(wider) == 1:
            return cx.emit(node, "sum_where", a, numeric(cx, node, wider["where"]), **params)
        if list(wider) == ["initial"] and name in ("sum", "prod"):
            initial = _initial(cx, node, name, wider["initial"], a)
            return POISON if initial is POISON else cx.emit(node, f"{name}_from", a, initial, **params)
        if _is_no_element(name, wider) and cx.aval(a).dtype[0] == "f":
            least = {"initial": _ENDS[name]} if _may_be_empty(cx.aval(a), params) else {}
            return cx.emit(node, name, a, **params, **least)
        if "initial" in wider:
            wider["initial"] = _of_numpy(cx, node, wider["initial"], cx.aval(a).dtype)
        given: Kwargs = {k: Known(v) for k, v in params.items()}
        if prim == "norm" and _of_vectors(cx, a, params):
            return numpy_spelled.call(cx, node, "linalg.norm of vectors", [a], given)
        if wider or (prim == "norm" and _of_matrix(cx, a, params)):
            return numpy_spelled.call(cx, node, f"{name} of some", [a], {**given, **wider})
        return cx.emit(node, prim, a, **params)

    return handle


def _is_default(val: Val, default: Known) -> bool:
    return isinstance(val, Known) and val.obj is default.obj


def _in_dtype(cx: Context, node: ast.AST, name: str, a: Val, dtype: Val) -> Val:
    """The operand in the dtype that a sum is to be taken in; NumPy converts it in pieces, to the same effect."""
    code = dtype_of(cx, node, dtype)
    if code is None or a is POISON:
        return POISON
    t = cx.aval(a)
    if name in ("var", "std") and code != t.dtype:
        return cx.refuse("SD402", node, argument="dtype", function=f"np.{name}", detail=": convert the array")
    if (t.complex and code[0] != "c") or (t.inexact and code[0] in "biu"):
        return cx.refuse("SD402", node, argument="dtype", function=f"np.{name}", detail=": it loses what is summed")
    if code[0] in "biu" and code not in ("i8", "u8"):
        detail = ": sums are of 64 bits, convert the result"
        return cx.refuse("SD402", node, argument="dtype", function=f"np.{name}", detail=detail)
    return a if t.dtype == code else cx.emit(node, "convert", a, kind=t.kind, dtype=code)


def _initial(cx: Context, node: ast.AST, name: str, initial: Val, a: Val) -> Val:
    """`initial=`, a number, in the dtype of the reduction; a Python number has none of its own."""
    initial = numeric(cx, node, initial)
    if initial is POISON:
        return POISON
    t, dtype = cx.aval(initial), axes.summed(cx.aval(a).dtype)
    if t.rank:
        return cx.refuse("SD403", node, function=f"np.{name}", message="`initial` must be a number")
    cut = dtype[0] in "biu" and t.dtype[0] not in "biu"
    if cut or (t.complex and dtype[0] != "c"):
        detail = ": an integer, it is cut to one" if cut else ": take the real part first"
        return cx.refuse("SD402", node, argument="initial", function=f"np.{name}", detail=detail)
    if t.kind is Kind.PYTHON or (t.kind is Kind.NUMPY and t.dtype == dtype):
        return initial
    return operators.convert(cx, node, initial, Kind.NUMPY, dtype)


def _of_numpy(cx: Context, node: ast.AST, initial: Val, dtype: str) -> Val:
    """`initial=` of either kind as the NumPy number that the reduction makes of it."""
    t = cx.aval(initial) if cx.is_numeric(initial) else None
    if t is None or not t.either:
        return initial
    return operators.convert(cx, node, initial, Kind.NUMPY, dtype if embeds(t.dtype, dtype) else t.dtype)


def _is_no_element(name: str, wider: Kwargs) -> bool:
    """`np.max(x, initial=-np.inf)`, `np.min(x, initial=np.inf)`: what changes the result of no elements alone."""
    initial = wider.get("initial")
    if len(wider) != 1 or name not in _ENDS or not isinstance(initial, Known):
        return False
    return isinstance(initial.obj, float | np.floating) and float(initial.obj) == _ENDS[name]


_ENDS = {"max": -np.inf, "min": np.inf}


def _may_be_empty(t: AVal, params: dict[str, Any]) -> bool:
    """Whether a reduction may be of no elements."""
    gone = axes.normalize(params.get("axis"), t.rank)
    return any((dims.lower_bound(t.shape[k]) or 0) < 1 for k in gone)


def _of_matrix(cx: Context, a: Val, params: dict[str, Any]) -> bool:
    """Whether a norm is one of those of matrices that are no length: by singular values, or by rows and columns."""
    axis = params.get("axis")
    taken = cx.aval(a).rank if axis is None else len(axis) if isinstance(axis, tuple) else 1
    return taken == 2 and params.get("ord") not in (None, "fro")


def _of_vectors(cx: Context, a: Val, params: dict[str, Any]) -> bool:
    """Whether a norm is one of those of vectors that have no rule of their own."""
    axis, order = params.get("axis"), params.get("ord")
    one = isinstance(axis, int) or (cx.aval(a).rank == 1 and not isinstance(axis, tuple))
    return one and isinstance(order, int | float) and order not in (1, 2, np.inf)


def _plain(obj: Any) -> Any:
    if isinstance(obj, tuple):
        return tuple(map(_plain, obj))
    return obj.item() if isinstance(obj, np.generic) else obj


for _name in _REDUCTIONS:
    HANDLERS[_name] = _reduction(_name)


def _with_axis(name: str, signature: str) -> Any:
    def handle(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        found = bind(cx, node, name, signature, args, kwargs)
        if found is None:
            return POISON
        axis = known(cx, node, found["axis"], f"`axis` of np.{name}")
        a = numeric(cx, node, found["a"])
        if "dtype" in found and not is_none(found["dtype"]) and a is not POISON:
            a = _in_dtype(cx, node, name, a, found["dtype"])
        if is_unknown(axis) or a is POISON:
            return POISON
        params = {} if axis is None else {"axis": _plain(axis)}
        if "kind" in found:
            kind = known(cx, node, found["kind"], f"`kind` of np.{name}")
            if kind not in (None, "quicksort", "heapsort", "mergesort", "stable"):
                return cx.refuse("SD403", node, function=f"np.{name}", message=f"no kind of sort is called {kind!r}")
            if axis is None:
                a, params = (a if cx.aval(a).rank == 1 else cx.emit(node, "ravel", a)), {}
            if name == "argsort" and not is_none(found["kind"]):
                params["kind"] = known(cx, node, found["kind"], "`kind` of np.argsort")
        return cx.emit(node, name, a, **params)

    return handle


HANDLERS["cumsum"] = _with_axis("cumsum", "a axis=None dtype=None *out")
HANDLERS["cumprod"] = _with_axis("cumprod", "a axis=None dtype=None *out")
HANDLERS["sort"] = _with_axis("sort", "a axis=-1 kind=None *order")
HANDLERS["argsort"] = _with_axis("argsort", "a axis=-1 kind=None *order")


def _partition(name: str) -> Any:
    def handle(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
        found = bind(cx, node, name, "a kth axis=-1 *kind *order", args, kwargs)
        if found is None:
            return POISON
        kth, axis = (known(cx, node, found[k], f"`{k}` of np.{name}") for k in ("kth", "axis"))
        a = numeric(cx, node, found["a"])
        if a is POISON or is_unknown(kth) or is_unknown(axis):
            return POISON
        if axis is None:
            a = a if cx.aval(a).rank == 1 else cx.emit(node, "ravel", a)
        return cx.emit(node, name, a, kth=_plain(kth), **({} if axis in (None, -1) else {"axis": _plain(axis)}))

    return handle


HANDLERS["partition"] = _partition("partition")
HANDLERS["argpartition"] = _partition("argpartition")


@handler("quantile")
def _quantile(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(
        cx, node, "quantile", "a q axis=None *out *overwrite_input method='linear' keepdims=False", args, kwargs
    )
    if found is None:
        return POISON
    a = numeric(cx, node, found["a"])
    params = {k: known(cx, node, found[k], f"`{k}` of np.quantile") for k in ("q", "axis", "method", "keepdims")}
    if a is POISON or any(map(is_unknown, params.values())):
        return POISON
    if np.ndim(params["q"]):
        return numpy_spelled.call(cx, node, "quantile of several", [a], {k: Known(v) for k, v in params.items()})
    if params["method"] not in ("linear", "lower", "higher", "midpoint", "nearest"):
        return cx.refuse("SD402", node, argument="method", function="np.quantile", detail="")
    if isinstance(params["q"], np.float64) and cx.aval(a).dtype == "f4":
        a = operators.convert(cx, node, a, cx.aval(a).kind, "f8")
    given = {k: _plain(v) for k, v in params.items() if k == "q" or not (v is None or v is False or v == "linear")}
    return cx.emit(node, "quantile", a, **given)


@handler("round")
def _round(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "round", "a decimals=0 *out", args, kwargs)
    if found is None:
        return POISON
    decimals = known(cx, node, found["decimals"], "`decimals` of np.round")
    return POISON if is_unknown(decimals) else cx.emit(node, "round", numeric(cx, node, found["a"]), decimals=decimals)
