"""NumPy functions that are short compositions of others, in NumPy's own order: the values are its to the bit."""

from __future__ import annotations

import ast

import numpy as np

from symdiff.frontend.python import arrays, containers, numpy_spelled, operators, subscripts
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.numpy_calls import bind, by_name, family, handler, is_unknown, known, numeric
from symdiff.frontend.python.numpy_reductions import is_none
from symdiff.frontend.python.numpy_shapes import reshape
from symdiff.frontend.python.values import NONE, POISON, Arr, Known, SliceVal, Struct, Val
from symdiff.ir import dims
from symdiff.ir.types import Kind

Args = list[Val]
Kwargs = dict[str, Val]


def _along(cx: Context, node: ast.AST, a: Arr, axis: int, entry: Val) -> Val:
    """`a[..., entry]` along an axis."""
    full = SliceVal(NONE, NONE, NONE)
    return subscripts.read(cx, node, a, Struct("tuple", (*[full] * axis, entry)))


def _ends(cx: Context, node: ast.AST, a: Arr, axis: int) -> tuple[Val, Val]:
    """`a[1:]` and `a[:-1]` along an axis."""
    return (
        _along(cx, node, a, axis, SliceVal(Known(1), NONE, NONE)),
        _along(cx, node, a, axis, SliceVal(NONE, Known(-1), NONE)),
    )


def _array(cx: Context, node: ast.AST, val: Val) -> Arr | None:
    """An operand with at least one axis; None after a problem."""
    found = numeric(cx, node, val)
    if isinstance(found, Known) and isinstance(found.obj, np.ndarray):
        found = arrays.literal(cx, node, found.obj)
    if isinstance(found, Arr) and cx.aval(found).rank:
        return found
    if found is not POISON:
        function = cx.text(node.func) if isinstance(node, ast.Call) else "a NumPy function"
        detail = ": an array with an axis is needed"
        cx.refuse("SD402", node, argument=cx.describe(found), function=function, detail=detail)
    return None


def _axis_of(cx: Context, node: ast.AST, name: str, val: Val, rank: int) -> int | None:
    axis = known(cx, node, val, f"`axis` of np.{name}")
    if is_unknown(axis):
        return None
    if not isinstance(axis, (int, np.integer)) or not -rank <= axis < rank:
        cx.refuse("SD403", node, function=f"np.{name}", message=f"axis {axis} of an array of rank {rank}")
        return None
    return int(axis) % rank


@handler("polyval")
def _polyval(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """Of no coefficients NumPy's zero is an array, also where x is a number."""
    found = bind(cx, node, "polyval", "p x", args, kwargs)
    if found is None:
        return POISON
    coefficients = containers.elements(cx, found["p"])
    if coefficients is not None and not coefficients:
        return by_name(cx, node, "zeros_like", [found["x"]], {})
    return numpy_spelled.call(cx, node, "polyval", [found["p"], found["x"]], {})


@handler("diff")
def _diff(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "diff", "a n=1 axis=-1 prepend=None append=None", args, kwargs)
    a = None if found is None else _array(cx, node, found["a"])
    if found is None or a is None:
        return POISON
    more: Kwargs = {k: found[k] for k in ("prepend", "append") if found[k] is not NONE and k in kwargs}
    if more:
        return numpy_spelled.call(cx, node, "diff of more", [a, found["n"], found["axis"]], more)
    axis, n = _axis_of(cx, node, "diff", found["axis"], cx.aval(a).rank), known(cx, node, found["n"], "`n` of np.diff")
    if axis is None or is_unknown(n):
        return POISON
    if not isinstance(n, (int, np.integer)) or n < 0:
        return cx.refuse("SD403", node, function="np.diff", message=f"order {n}")
    made: Val = a
    for _ in range(n):
        if not isinstance(made, Arr):
            return POISON
        made = operators.binary(cx, node, ast.Sub(), *_ends(cx, node, made, axis))
    return made


@family("trapezoid", "trapz")
def _trapezoid(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """`(d * (y[1:] + y[:-1]) / 2.0).sum(axis)`"""
    found = bind(cx, node, name, "y x=None dx=1.0 axis=-1", args, kwargs)
    y = None if found is None else _array(cx, node, found["y"])
    if found is None or y is None:
        return POISON
    rank = cx.aval(y).rank
    axis = _axis_of(cx, node, name, found["axis"], rank)
    if axis is None:
        return POISON
    step = found["dx"]
    if not (isinstance(found["x"], Known) and found["x"].obj is None):
        x = _array(cx, node, found["x"])
        if x is None:
            return POISON
        if cx.aval(x).rank not in (1, rank):
            return cx.refuse("SD402", node, argument="x", function=f"np.{name}", detail=": a vector, or of y's shape")
        flat = cx.aval(x).rank == 1
        step = operators.binary(cx, node, ast.Sub(), *_ends(cx, node, x, 0 if flat else axis))
        if flat and axis != rank - 1 and step is not POISON:
            step = cx.emit(node, "expand_dims", step, axis=tuple(range(1, rank - axis)))
    total = operators.binary(cx, node, ast.Add(), *_ends(cx, node, y, axis))
    area = operators.binary(cx, node, ast.Mult(), step, total)
    half = operators.binary(cx, node, ast.Div(), area, Known(2.0))
    return POISON if half is POISON else cx.emit(node, "sum", half, axis=axis)


@handler("cross")
def _cross(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """a2·b3 - a3·b2, a3·b1 - a1·b3, a1·b2 - a2·b1 of the last axes."""
    found = bind(cx, node, "cross", "a b axisa=-1 axisb=-1 axisc=-1 axis=None", args, kwargs)
    if found is None:
        return POISON
    a, b = _array(cx, node, found["a"]), _array(cx, node, found["b"])
    if a is None or b is None:
        return POISON
    along = [found[k] if is_none(found["axis"]) else found["axis"] for k in ("axisa", "axisb", "axisc")]
    if any(not isinstance(k, Known) or k.obj != -1 for k in along):
        return numpy_spelled.call(cx, node, "cross along", [a, b, *along], {})
    shapes = [cx.aval(v).shape for v in (a, b)]
    if any(s[-1] != 3 for s in shapes):
        cx.sizes_needed.update(atom.name for s in shapes for atom in dims.atoms(s[-1]) if atom.op == "var")
        return cx.refuse("SD402", node, argument="a, b", function="np.cross", detail=": the last axes must have size 3")

    def part(v: Arr, k: int) -> Val:
        return _along(cx, node, v, cx.aval(v).rank - 1, Known(k))

    def product(i: int, j: int) -> Val:
        return operators.binary(cx, node, ast.Mult(), part(a, i), part(b, j))

    pairs = ((1, 2), (2, 0), (0, 1))
    parts = [operators.binary(cx, node, ast.Sub(), product(i, j), product(j, i)) for i, j in pairs]
    last = {"axis": -1} if max(map(len, shapes)) > 1 else {}
    return POISON if POISON in parts else cx.emit(node, "stack", *parts, **last)


def _in_front(cx: Context, node: ast.AST, val: Val, rank: int) -> Val:
    """The array with as many axes, new ones in front."""
    missing = rank - cx.aval(val).rank
    return cx.emit(node, "expand_dims", val, axis=tuple(range(missing))) if missing else val


@handler("kron")
def _kron(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    """Each element of a times b: the products, axes of a and b alternating, reshaped."""
    found = bind(cx, node, "kron", "a b", args, kwargs)
    if found is None:
        return POISON
    a, b = _array(cx, node, found["a"]), _array(cx, node, found["b"])
    if a is None or b is None:
        return POISON
    rank = max(cx.aval(a).rank, cx.aval(b).rank)
    one, other = (_in_front(cx, node, v, rank) for v in (a, b))
    sizes = [[arrays.size_of(cx, node, v, k) for k in range(rank)] for v in (one, other)]
    shape = tuple(operators.binary(cx, node, ast.Mult(), n, m) for n, m in zip(*sizes, strict=True))
    wide = cx.emit(node, "expand_dims", one, axis=tuple(range(1, 2 * rank, 2)))
    tall = cx.emit(node, "expand_dims", other, axis=tuple(range(0, 2 * rank, 2)))
    return reshape(cx, node, operators.binary(cx, node, ast.Mult(), wide, tall), Struct("tuple", shape))


@handler("convolve")
def _convolve(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "convolve", "a v mode='full'", args, kwargs)
    if found is None:
        return POISON
    a, v, mode = _array(cx, node, found["a"]), _array(cx, node, found["v"]), known(cx, node, found["mode"], "`mode`")
    if a is None or v is None or is_unknown(mode):
        return POISON
    if mode != "full":
        return numpy_spelled.call(cx, node, "convolve cut", [a, v, Known(mode)], {})
    return cx.emit(node, "convolve", a, v)


@handler("interp")
def _interp(cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, "interp", "x xp fp left=None right=None period=None", args, kwargs)
    if found is None:
        return POISON
    x, xp, fp = numeric(cx, node, found["x"]), _array(cx, node, found["xp"]), _array(cx, node, found["fp"])
    if x is POISON or xp is None or fp is None:
        return POISON
    if not is_none(found["period"]):
        return numpy_spelled.call(cx, node, "interp around", [x, xp, fp, found["period"]], {})
    if not is_none(found["left"]) or not is_none(found["right"]):
        return numpy_spelled.call(cx, node, "interp beyond", [x, xp, fp, found["left"], found["right"]], {})
    return cx.emit(node, "interp", x, xp, fp)


@family("scipy.special.logsumexp", "scipy.special.softmax", "scipy.special.log_softmax")
def _of_scipy(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    signature = "a axis=None *b keepdims=False *return_sign" if name.endswith("logsumexp") else "a axis=None"
    found = bind(cx, node, name, signature, args, kwargs)
    a = None if found is None else _array(cx, node, found["a"])
    if found is None or a is None:
        return POISON
    params = {k: known(cx, node, found[k], f"`{k}` of {name}") for k in ("axis", "keepdims") if k in found}
    if any(map(is_unknown, params.values())):
        return POISON
    given = {k: v for k, v in params.items() if k == "axis" or v}
    return cx.emit(node, "scipy_" + name.rpartition(".")[2], a, **given)


@family("scipy.special.digamma", "scipy.special.psi", "scipy.special.polygamma")
def _polygamma(name: str, cx: Context, node: ast.AST, args: Args, kwargs: Kwargs) -> Val:
    found = bind(cx, node, name, "n x" if name.endswith("polygamma") else "x", args, kwargs)
    if found is None:
        return POISON
    n, x = known(cx, node, found["n"], f"`n` of {name}") if "n" in found else 0, numeric(cx, node, found["x"])
    if is_unknown(n) or x is POISON:
        return POISON
    if cx.aval(x).kind is not Kind.ARRAY:  # SciPy's digamma is a NumPy scalar, its polygamma a 0-d array
        x = operators.convert(cx, node, x, Kind.ARRAY if "n" in found else Kind.NUMPY, "f8")
    return cx.emit(node, "polygamma", x, n=int(n))
