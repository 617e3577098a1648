"""Reductions and cumulative operations.

`axis` is None, an int or a tuple of ints; `keepdims` a bool.  Results of rank 0 are NumPy scalars.
Ties of max and min share the derivative equally; std and the norms have derivative 0 where they are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.ir import dims, types
from symdiff.ir.core import Op, Params
from symdiff.ir.types import Kind, Type
from symdiff.primitives import axes, kinks
from symdiff.primitives.axes import Axis, conjugate, count, draws, filled, function, keep, method, reshaped, spaced
from symdiff.primitives.choices import guarded, product
from symdiff.primitives.declare import CONSTANT, GENERAL, LINEAR, numeric, prim
from symdiff.primitives.kinks import Place


def _infer(dtype: Callable[[str], str], real_only: bool = False) -> Callable[..., tuple[Type, ...]]:
    """The type rule of a reduction, `dtype` giving the result's dtype."""

    def infer(
        ins: tuple[Type, ...], regions: tuple[()], axis: Axis = None, keepdims: bool = False, **_: Any
    ) -> tuple[Type, ...]:
        x = numeric(ins[0])
        if real_only and x.dtype[0] != "f":
            raise TypeError(f"real floating-point numbers are needed, not {x}")
        return axes.result(axes.reduced(x.shape, axis, keepdims), dtype(x.dtype))

    return infer


def _same(dtype: str) -> str:
    return dtype


_ROWS = draws(
    (((3, 4),), {}),
    (((2, 3, 4),), {"axis": (0, -1)}),
    (((2, 3),), {"axis": 1, "keepdims": True}),
    (((3, 2),), {"axis": 0}),
)
_P = ("axis", "keepdims")


# --- sums


def _sum_back(b: Any, ct: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return filled(b, keep(b, ct, x, axis, keepdims), x)


def _mean_back(b: Any, ct: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return filled(b, keep(b, ct / count(b, x, axis), x, axis, keepdims), x)


sum_ = prim("sum", "x", LINEAR, params=_P, infer=_infer(axes.summed), numpy=method("sum", *_P), transpose=(_sum_back,),
    rule=("1",), latex=r"\sum_{axis} x", numerical="sums have no SymPy form",
    samples=_ROWS)  # fmt: skip
mean = prim("mean", "x", LINEAR, params=_P, infer=_infer(axes.floating), numpy=method("mean", *_P),
    transpose=(_mean_back,), rule=("1/n",), latex=r"\frac{1}{n} \sum_{axis} x", numerical="sums have no SymPy form",
    samples=_ROWS)  # fmt: skip


def _some_infer(ins: tuple[Type, ...], regions: tuple[()], axis: Axis = None, keepdims: bool = False) -> Any:
    x, where = (numeric(t) for t in ins)
    if where.dtype != "b1":
        raise TypeError(f"sum: where= takes a boolean array, not {where}")
    shape = types.broadcast([x.shape, where.shape])
    if shape != x.shape:
        raise TypeError(f"sum: where= of shape {where.shape} is larger than the array of shape {x.shape}")
    return axes.result(axes.reduced(x.shape, axis, keepdims), axes.summed(x.dtype))


def _some_back(b: Any, ct: Any, x: Any, where: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return b.where(where, filled(b, keep(b, ct, x, axis, keepdims), x), 0)


def _some_text(params: Params, ins: tuple[Type, ...]) -> str:
    given = [f"{k}={k}" for k in _P if k in params]
    return f"np.sum(x, {', '.join([*given, 'where=where'])})"


def _mask(*shape: int) -> Callable[[np.random.Generator], Any]:
    return lambda rng: rng.random(shape) < 0.6


sum_where = prim("sum_where", "x where", LINEAR, params=_P, infer=_some_infer, numpy=_some_text,
    transpose=(_some_back, None), rule=("1 where it is taken", ""), masks=True, numerical="sums have no SymPy form",
    samples=draws((((3, 4), _mask(3, 4)), {}), (((3, 4), _mask(4)), {"axis": 1, "keepdims": True}),
    (((2, 3), _mask(2, 1)), {"axis": 0})))  # fmt: skip


# --- the largest and the smallest


def _ties(b: Any, y: Any, x: Any, axis: Axis, keepdims: bool) -> tuple[Any, Any]:
    """1.0 where x is y, 0.0 elsewhere; and how many are."""
    hit = b.convert(b.eq(x, keep(b, y, x, axis, keepdims)), kind=Kind.ARRAY, dtype=axes.real(x.type.dtype))
    return hit, b.sum(hit, axis=axis, keepdims=keepdims)


def _shared(b: Any, ct: Any, g: Any, n: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """ct · g / n, where g has the shape of x, and n that of the result, if it is no number."""
    if not b.guards:
        return g * keep(b, ct / n, x, axis, keepdims)
    number = isinstance(n, int) or not n.type.rank
    return guarded(b, keep(b, ct, x, axis, keepdims), g / (n if number else keep(b, n, x, axis, keepdims)))


def _extreme_back(
    b: Any, ct: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False, initial: float | None = None
) -> tuple[Any]:
    if not x.type.shape:
        return (ct,)
    hit, n = _ties(b, y, x, axis, keepdims)
    n = n if initial is None else b.maximum(n, 1.0)
    return (_shared(b, ct, hit, n, x, axis, keepdims),)


def _extreme_along(
    b: Any, ts: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False, initial: float | None = None
) -> Any:
    if not x.type.shape:
        return ts[0]
    _, n = _ties(b, y, x, axis, keepdims)
    n = n if initial is None else b.maximum(n, 1.0)
    taken = b.select(b.eq(x, keep(b, y, x, axis, keepdims)), ts[0], 0.0)
    return b.sum(taken, axis=axis, keepdims=keepdims) / n


_WITHOUT = (*_P, "initial")  # of no elements: the infinity that is less (more) than every number

_EXTREME: dict[str, Any] = { "params": _WITHOUT, "infer": _infer(_same), "vjp": _extreme_back, "jvp": _extreme_along,
    "masks": True, "rule": ("[{x} = {out}] / ties",),
    "kinks": "where several elements are the largest (smallest), each gets an equal share",
    "numerical": "piecewise, tested by differences", "samples": draws(((spaced(3, 4),), {}),
    ((spaced(2, 3, 4),), {"axis": (0, -1)}), ((spaced(2, 3),), {"axis": 1, "keepdims": True}))}  # fmt: skip
max_ = prim("max", "x", GENERAL, numpy=method("max", *_WITHOUT), latex=r"\max_{axis} x", places=kinks.largest(np.max),
    **_EXTREME)  # fmt: skip
min_ = prim("min", "x", GENERAL, numpy=method("min", *_WITHOUT), latex=r"\min_{axis} x", places=kinks.largest(np.min),
    **_EXTREME)  # fmt: skip


# --- products


def shifted(b: Any, x: Any, axis: int, first: float) -> Any:
    """x moved one place along an axis, with `first` at the start."""
    d = x.type.shape[axis]
    head = ("slice", None, 1, None, dims.dmin(d, 1))
    spec = (*(("slice", None, None, None, n) for n in x.type.shape[:axis]), head)
    return b.index_set(b.roll(x, shift=1, axis=axis), first, spec=spec)


def _others(b: Any, x: Any, axis: int) -> Any:
    """At each place the product of the other elements along the axis, without division."""
    before = shifted(b, b.cumprod(x, axis=axis), axis, 1.0)
    after = b.flip(shifted(b, b.cumprod(b.flip(x, axis=axis), axis=axis), axis, 1.0), axis=axis)
    return before * after


def _prod_partial(b: Any, x: Any, axis: Axis) -> Any:
    """∂prod/∂x: the reduced axes are made one axis for `_others`."""
    gone = axes.normalize(axis, x.type.rank)
    if len(gone) == 1:
        return _others(b, x, gone[0])
    kept = tuple(k for k in range(x.type.rank) if k not in gone)
    moved = b.transpose(x, axes=(*kept, *gone)) if (*kept, *gone) != tuple(range(x.type.rank)) else x
    flat = (*(moved.type.shape[k] for k in range(len(kept))), dims.prod(x.type.shape[k] for k in gone))
    known = [axes.size(b, x, k) for k in kept] + [count(b, x, gone)] if axes.sizes(b, x) else []
    found = reshaped(b, _others(b, b.reshape(moved, *known, shape=flat), len(kept)), moved)
    if moved is x:
        return found
    back = tuple((*kept, *gone).index(k) for k in range(x.type.rank))
    return b.transpose(found, axes=back)


def prod_back(b: Any, ct: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> tuple[Any]:
    if not axes.normalize(axis, x.type.rank):
        return (ct,)
    return (product(b, keep(b, ct, x, axis, keepdims), _prod_partial(b, x, axis)),)


def prod_along(b: Any, ts: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    if not axes.normalize(axis, x.type.rank):
        return ts[0]
    return b.sum(ts[0] * _prod_partial(b, x, axis), axis=axis, keepdims=keepdims)


prod = prim("prod", "x", GENERAL, params=_P, infer=_infer(axes.summed), numpy=method("prod", *_P), vjp=prod_back,
    jvp=prod_along, rule=("∏ of the others",), latex=r"\prod_{axis} x",
    numerical="products over an axis have no SymPy form", samples=_ROWS)  # fmt: skip


# --- cumulative


def _cumulative(ins: tuple[Type, ...], regions: tuple[()], axis: int | None = None) -> tuple[Type, ...]:
    x = numeric(ins[0])
    shape = (dims.prod(x.shape),) if axis is None else (axes.one_axis(axis, x.rank), x.shape)[1]
    return axes.array_result(shape, axes.summed(x.dtype))


def _cumsum_back(b: Any, ct: Any, x: Any, axis: int | None = None) -> Any:
    along = 0 if axis is None else axis
    return reshaped(b, b.flip(b.cumsum(b.flip(ct, axis=along), axis=along), axis=along), x)


def _flat(b: Any, x: Any, axis: int | None) -> tuple[Any, int]:
    """What is accumulated, and along which axis: None means all elements in order."""
    return (b.ravel(x), 0) if axis is None else (x, axes.one_axis(axis, x.type.rank))


def _cumprod_back(b: Any, ct: Any, y: Any, x: Any, axis: int | None = None) -> tuple[Any]:
    flat, along = _flat(b, x, axis)
    # d_x[i] = (∏ before i) · Σ over k >= i of d_y[k] · (∏ after i up to k), the sum being a recurrence run backwards
    later = scan_reversed(b, flat, ct, along)
    return (reshaped(b, shifted(b, y, along, 1.0) * later, x),)


def _cumprod_along(b: Any, ts: Any, y: Any, x: Any, axis: int | None = None) -> Any:
    (flat, along), (t, _) = _flat(b, x, axis), _flat(b, ts[0], axis)
    return b.linear_scan(flat, t * shifted(b, y, along, 1.0), axis=along)


_CUMULATIVE = draws((((3, 4),), {"axis": 0}), (((2, 3),), {}), (((4,),), {"axis": -1}), (((2, 3, 2),), {"axis": 1}))
cumsum = prim("cumsum", "x", LINEAR, params=("axis",), infer=_cumulative, numpy=method("cumsum", "axis"),
    transpose=(_cumsum_back,), rule=("1, summed from the end",), numerical="sums have no SymPy form",
    samples=_CUMULATIVE)  # fmt: skip
cumprod = prim("cumprod", "x", GENERAL, params=("axis",), infer=_cumulative, numpy=method("cumprod", "axis"),
    vjp=_cumprod_back, jvp=_cumprod_along, rule=("∏ of the others",), numerical="products have no SymPy form",
    samples=_CUMULATIVE)  # fmt: skip


# y[i] = x[i] + a[i] · y[i-1] along an axis; a[0] is not used


def scan_reversed(b: Any, a: Any, ct: Any, axis: int) -> Any:
    factors = b.roll(b.flip(a, axis=axis), shift=1, axis=axis)
    return b.flip(b.linear_scan(factors, b.flip(ct, axis=axis), axis=axis), axis=axis)


def _scan_infer(ins: tuple[Type, ...], regions: tuple[()], axis: int) -> tuple[Type, ...]:
    a, x = (numeric(t) for t in ins)
    if a.shape != x.shape:
        raise TypeError(f"linear_scan: shapes {a.shape} and {x.shape} differ")
    axes.one_axis(axis, x.rank)
    return axes.array_result(x.shape, axes.joined([a, x]))


def _scan_back(b: Any, ct: Any, y: Any, a: Any, x: Any, axis: int) -> tuple[Any, Any]:
    found = scan_reversed(b, a, ct, axis)
    return found * shifted(b, y, axes.one_axis(axis, x.type.rank), 0.0), found


def _scan_along(b: Any, ts: Any, y: Any, a: Any, x: Any, axis: int) -> Any:
    t_a, t_x = ts
    moved = None if t_a is None else t_a * shifted(b, y, axes.one_axis(axis, x.type.rank), 0.0)
    return b.linear_scan(a, t_x if moved is None else moved if t_x is None else t_x + moved, axis=axis)


_SCAN_HELPER = '''
def _linear_scan(a, x, axis):
    """y[i] = x[i] + a[i] * y[i - 1] along an axis."""
    y = x.astype(np.result_type(a, x))
    rows, factors = np.moveaxis(y, axis, 0), np.moveaxis(a, axis, 0)
    for i in range(1, rows.shape[0]):
        rows[i] += factors[i] * rows[i - 1]
    return y
'''
linear_scan = prim("linear_scan", "a x", GENERAL, params=("axis",), infer=_scan_infer, numpy="_linear_scan(a, x, axis)",
    helper=_SCAN_HELPER, vjp=_scan_back, jvp=_scan_along, numerical="a recurrence", rule=("d · {out} before", "1"),
    samples=draws((((3, 4), (3, 4)), {"axis": 0}), (((4,), (4,)), {"axis": -1}),
    (((2, 3), (2, 3)), {"axis": 1})))  # fmt: skip


# --- spread and length


def _degrees(b: Any, x: Any, axis: Axis, ddof: int) -> Any:
    n = count(b, x, axis)
    if isinstance(n, int):
        return max(n - ddof, 0)
    if axes.sizes(b, x):
        return b.maximum(n - ddof, 0) if ddof else n
    total = dims.prod(x.type.shape[k] for k in axes.normalize(axis, x.type.rank))
    return b.dim(size=dims.dmax(dims.sub(total, ddof), 0))


def _centred(b: Any, x: Any, axis: Axis) -> Any:
    return x - b.mean(x, axis=axis, keepdims=True)


def _nonzero(b: Any, y: Any) -> Any:
    """y, and 1 where it is 0: the quotient by it is then 0, the convention at the kink."""
    return b.where(b.eq(y, 0), 1, y)


def _real_sum(b: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return b.sum(b.real(x) if x.type.complex else x, axis=axis, keepdims=keepdims)


def _var_back(b: Any, ct: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> tuple[Any]:
    centred = conjugate(b, _centred(b, x, axis))
    return (_shared(b, ct * 2, centred, _degrees(b, x, axis, ddof), x, axis, keepdims),)


def _var_along(b: Any, ts: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    product = conjugate(b, _centred(b, x, axis)) * ts[0]
    return _real_sum(b, product, axis, keepdims) * 2 / _degrees(b, x, axis, ddof)


def _std_back(b: Any, ct: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> tuple[Any]:
    centred = conjugate(b, _centred(b, x, axis))
    return (_shared(b, ct, centred, _nonzero(b, y) * _degrees(b, x, axis, ddof), x, axis, keepdims),)


def _std_along(b: Any, ts: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    product = conjugate(b, _centred(b, x, axis)) * ts[0]
    return _real_sum(b, product, axis, keepdims) / (_nonzero(b, y) * _degrees(b, x, axis, ddof))


_SPREAD = draws((((3, 4),), {}), (((2, 3, 4),), {"axis": (0, -1), "ddof": 1}),
    (((3, 4),), {"axis": 1, "keepdims": True}), (((5,),), {"axis": 0, "ddof": 1}))  # fmt: skip
var = prim("var", "x", GENERAL, params=(*_P, "ddof"), infer=_infer(lambda d: axes.real(axes.floating(d))),
    numpy=method("var", *_P, "ddof"), vjp=_var_back, jvp=_var_along, rule=("2 ({x} - mean) / n",),
    numerical="sums have no SymPy form", samples=_SPREAD)  # fmt: skip
std = prim("std", "x", GENERAL, params=(*_P, "ddof"), infer=_infer(lambda d: axes.real(axes.floating(d))),
    numpy=method("std", *_P, "ddof"), vjp=_std_back, jvp=_std_along, rule=("({x} - mean) / (n {out})",),
    kinks="where all elements are equal the derivative is 0", places=kinks.RESULT_0,
    numerical="sums have no SymPy form",
    samples=_SPREAD)  # fmt: skip


def _norm_infer(
    ins: tuple[Type, ...], regions: tuple[()], ord: Any = None, axis: Axis = None, keepdims: bool = False
) -> tuple[Type, ...]:
    x = numeric(ins[0])
    if isinstance(axis, tuple) and len(axis) > 2:
        raise TypeError("norm: at most two axes")
    taken = x.rank if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if not x.rank and (axis is not None or ord is not None):
        raise TypeError("norm: a scalar has no axis and no order")
    allowed = (None, 2, 1, float("inf"), float("-inf")) if taken == 1 else (None, "fro") if taken == 2 else (None,)
    if ord not in allowed:
        raise TypeError(f"norm: ord={ord!r} of {'a matrix' if taken == 2 else 'a vector'} is not supported")
    return axes.result(axes.reduced(x.shape, axis, keepdims), axes.real(axes.floating(x.dtype)))


def _norm_gradient(b: Any, y: Any, x: Any, ord: Any, axis: Axis, keepdims: bool) -> tuple[Any, Any]:
    """g and n of the gradient g / n, where n has the shape of y."""
    if ord in (None, 2, "fro"):
        return conjugate(b, x), _nonzero(b, y)
    length = b.abs(x)
    direction = b.conj(x) / _nonzero(b, length) if x.type.complex else b.sign(x)
    if ord == 1:
        return direction, 1
    hit, n = _ties(b, y, length, axis, keepdims)
    return hit * direction, n


def _norm_back(
    b: Any, ct: Any, y: Any, x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False
) -> tuple[Any]:
    g, n = _norm_gradient(b, y, x, ord, axis, keepdims)
    return (_shared(b, ct, g, n, x, axis, keepdims),)


def _norm_along(b: Any, ts: Any, y: Any, x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    g, n = _norm_gradient(b, y, x, ord, axis, keepdims)
    return _real_sum(b, g * ts[0], axis, keepdims) / n


def _norm_places(op: Op) -> Sequence[Place]:
    ord, axis = op.params.get("ord"), kinks.axis_of(op)
    if ord in (None, 2, "fro"):
        return (Place("{x} = 0", lambda out, x: out == 0),)
    an_element_0 = Place("{x}[i] = 0", lambda out, x: np.any(x == 0, axis=axis))
    if ord == 1:
        return (an_element_0,)
    of_all = np.max if ord > 0 else np.min
    shared = Place(
        "|{x}[i]| = |{x}[j]| = {out}",
        lambda out, x: kinks.ties(abs(x), of_all(abs(x), axis=axis, keepdims=True), axis),
    )
    return (shared, kinks.RESULT_0[0])


norm = prim("norm", "x", GENERAL, params=("ord", *_P), infer=_norm_infer,
    numpy=function("np.linalg.norm", "x", "ord", *_P), vjp=_norm_back, jvp=_norm_along, rule=("{x} / {out}",),
    latex=r"\lVert x \rVert", numerical="sums have no SymPy form",
    kinks="at 0 the derivative is 0; elements that share the largest size (ord=inf) share the derivative",
    places=_norm_places,
    samples=draws((((3, 4),), {}), (((5,),), {"ord": 2}), (((4, 3),), {"ord": 1, "axis": 0}),
    ((spaced(4, 3),), {"ord": float("inf"), "axis": 1, "keepdims": True}), (((2, 3, 4),), {"ord": "fro", "axis": (0,
    2)})))  # fmt: skip


# --- log Σ exp, which the stabilise pass makes of log(sum(exp(x)))


def _softmax(b: Any, y: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return b.exp(x - keep(b, y, x, axis, keepdims))


def _logsumexp_back(b: Any, ct: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> tuple[Any]:
    return (product(b, keep(b, ct, x, axis, keepdims), _softmax(b, y, x, axis, keepdims)),)


def _logsumexp_along(b: Any, ts: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return b.sum(ts[0] * _softmax(b, y, x, axis, keepdims), axis=axis, keepdims=keepdims)


_LOGSUMEXP_HELPER = '''
def _logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) without overflow; infinities as the formula has them."""
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, top.dtype.type(0))
    found = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=keepdims))
    return found + (top if keepdims else top.reshape(np.shape(found)))
'''
logsumexp = prim("logsumexp", "x", GENERAL, params=_P, infer=_infer(axes.floating, real_only=True),
    numpy=function("_logsumexp", "x", *_P), helper=_LOGSUMEXP_HELPER, vjp=_logsumexp_back, jvp=_logsumexp_along,
    rule=("e^({x} - {out})",), latex=r"\log \sum_{axis} e^{x}", numerical="sums have no SymPy form",
    samples=_ROWS)  # fmt: skip


# --- integers and booleans


def _arg_infer(
    ins: tuple[Type, ...], regions: tuple[()], axis: int | None = None, keepdims: bool = False
) -> tuple[Type, ...]:
    return axes.result(axes.reduced(numeric(ins[0]).shape, axis, keepdims), "i8")


_ARGS = draws((((3, 4),), {}), (((2, 3),), {"axis": -1}), (((2, 3),), {"axis": 0, "keepdims": True}))
argmax = prim("argmax", "x", CONSTANT, params=_P, infer=_arg_infer, numpy=method("argmax", *_P), samples=_ARGS,
    places=kinks.largest(np.max, "max {x}"))  # fmt: skip
argmin = prim("argmin", "x", CONSTANT, params=_P, infer=_arg_infer, numpy=method("argmin", *_P), samples=_ARGS,
    places=kinks.largest(np.min, "min {x}"))  # fmt: skip
_AN_ELEMENT_0 = (Place("{x}[i] = 0", lambda out, x: x == 0),)
any_ = prim("any", "x", CONSTANT, params=_P, infer=_infer(lambda d: "b1"), numpy=method("any", *_P), samples=_ROWS,
    places=_AN_ELEMENT_0)  # fmt: skip
all_ = prim("all", "x", CONSTANT, params=_P, infer=_infer(lambda d: "b1"), numpy=method("all", *_P), samples=_ROWS,
    places=_AN_ELEMENT_0)  # fmt: skip
count_nonzero = prim("count_nonzero", "x", CONSTANT, params=_P, infer=_infer(lambda d: "i8"), samples=_ROWS,
    numpy=function("np.count_nonzero", "x", *_P), places=_AN_ELEMENT_0)  # fmt: skip
