"""Functions of `math` of many numbers, `fsum`, `dist` and `hypot`, and those that NumPy's numbers lack."""

from __future__ import annotations

import ast

import numpy as np

from symdiff.frontend.python import arrays, numpy_spelled, operators, raising
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import bind, handler, numeric
from symdiff.frontend.python.special_methods import iterated
from symdiff.frontend.python.values import POISON, Arr, Known, Sequence_, Val
from symdiff.ir.types import Kind

Args = list[Val]
Kwargs = dict[str, Val]


def _vector(cx: Context, node: ast.AST, val: Val) -> Val:
    """What a function of `math` runs over, as a vector of float64."""
    val = iterated(cx, node, val)
    if isinstance(val, Sequence_):
        from symdiff.frontend.python import calls

        val = calls.apply(cx, node, Known(list), [val], {})
    found = val if val is POISON else numeric(cx, node, val)
    if isinstance(found, Known):
        found = arrays.to_array(cx, node, found)
    if found is POISON:
        return POISON
    t = cx.aval(found)
    if t.rank != 1 or t.complex:
        return cx.refuse("SD321", node, operation=cx.text(node), left=cx.describe(val), right="nothing")
    return found if t.dtype == "f8" else operators.convert(cx, node, found, Kind.ARRAY, "f8")


@handler("math.trunc")
def _trunc(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """Of NumPy's numbers np.float64 has it, as a float of Python's, and an np.float32 does not."""
    t = cx.aval(args[0]) if len(args) == 1 and cx.is_numeric(args[0]) else None
    classes: dict[Kind, type] = {} if t is None else {Kind.ARRAY: np.ndarray, Kind.NUMPY: np.dtype(t.dtype).type}
    cls = None if t is None else classes.get(t.kind)
    if cls is not None and not hasattr(cls, "__trunc__"):
        error = TypeError(f"type numpy.{cls.__name__} doesn't define __trunc__ method")
        return raising.always(cx, node, error, function="math.trunc", message=error.args[0])
    return numpy_spelled.call(cx, node, "math.trunc", args, kwargs)


@handler("math.fsum")
def _fsum(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "math.fsum", "seq", args, kwargs)
    x = POISON if found is None else _vector(cx, node, found["seq"])
    return POISON if x is POISON else cx.emit(node, "fsum", x)


@handler("math.dist")
def _dist(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "math.dist", "p q", args, kwargs)
    if found is None:
        return POISON
    p, q = _vector(cx, node, found["p"]), _vector(cx, node, found["q"])
    return POISON if POISON in (p, q) else cx.emit(node, "dist", p, q)


@handler("math.hypot of many")
def _hypot(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """Of two arguments it is NumPy's; of more, `math` sums more exactly."""
    if any(not cx.is_numeric(a) or cx.aval(a).rank or cx.aval(a).complex for a in args):
        return cx.refuse_unknown(node, "math.hypot", args)
    numbers = [a if isinstance(a, Arr) or not isinstance(a, Known) else Known(float(a.obj)) for a in args]
    return cx.emit(node, "length", *(operators.convert(cx, node, a, Kind.PYTHON, "f8") for a in numbers))
