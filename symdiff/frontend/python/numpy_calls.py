"""Functions of NumPy, math and SciPy by name: which primitive each is, and how its arguments become operands.

An elementwise function is found by the text of its primitive; the others have handlers, entered in `HANDLERS`.
"""

from __future__ import annotations

import ast
import inspect
import math
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from symdiff.frontend.python import arrays, containers, known_calls, memory, numpy_spelled, objects, operators, raising
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import NONE, POISON, Arr, DictRef, Foreign, Known, ListRef, ObjRef, Struct, Val
from symdiff.frontend.spelled import SPELLED, misuse, unsupported
from symdiff.frontend.spelled.collected import deque
from symdiff.ir import types
from symdiff.ir.core import REGISTRY
from symdiff.ir.types import Kind
from symdiff.primitives.complex_parts import PARTS
from symdiff.primitives.opaque import FUNCTIONS
from symdiff.primitives.tables import called_functions

Handler = Callable[[Context, ast.AST, list[Val], dict[str, Val]], Val]
HANDLERS: dict[str, Handler] = {}

# NumPy's name -> the primitive's, where they differ
ALIAS = {
    "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "power": "pow", "negative": "neg",
    "positive": "pos",
    "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "equal": "eq", "not_equal": "ne",
    "remainder": "mod",
    "floor_divide": "floordiv", "absolute": "abs", "bitwise_and": "bit_and", "bitwise_or": "bit_or",
    "bitwise_xor": "bit_xor",
    "conjugate": "conj", "acos": "arccos", "asin": "arcsin", "atan": "arctan", "atan2": "arctan2",
    "acosh": "arccosh", "asinh": "arcsinh",
    "atanh": "arctanh", "pow": "pow", "amax": "max", "amin": "min", "around": "round", "bitwise_not": "invert",
    "bitwise_invert": "invert",
    "bitwise_left_shift": "left_shift", "bitwise_right_shift": "right_shift", "fix": "trunc",
    "permute_dims": "transpose", "concat": "concatenate",
    "linalg.cross": "cross", "linalg.vecdot": "vecdot", "linalg.tensordot": "tensordot",
    "linalg.matrix_transpose": "matrix_transpose",
}  # fmt: skip


def handler(*names: str) -> Callable[[Handler], Handler]:
    def register(function: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(names, function))
        return function

    return register


def family(*names: str) -> Callable[[Callable[..., Val]], Callable[..., Val]]:
    """Functions handled alike: the handler is told which one it is."""

    def register(function: Callable[..., Val]) -> Callable[..., Val]:
        for name in names:
            HANDLERS[name] = partial(function, name)
        return function

    return register


def _function_names() -> dict[int, tuple[str, object]]:
    """What each function object of NumPy and math is called here."""
    found: dict[int, tuple[str, object]] = {}
    for module, prefix in (
        (np, ""),
        (np.linalg, "linalg."),
        (np.fft, "fft."),
        (np.polynomial.polynomial, "polynomial.polynomial."),
        (np.lib.stride_tricks, "lib.stride_tricks."),
    ):
        for name in dir(module):
            if name.startswith("_") or name in ("row_stack", "in1d", "disp"):
                continue
            obj = getattr(module, name)
            if callable(obj) and not isinstance(obj, type) and id(obj) not in found:
                found[id(obj)] = (prefix + ALIAS.get(name, name), obj)
    found.update(_names_in(math, "math."))
    return found


def _names_in(module: Any, prefix: str) -> dict[int, tuple[str, object]]:
    public = {n: getattr(module, n) for n in dir(module) if not n.startswith("_")}
    return {id(obj): (prefix + n, obj) for n, obj in public.items() if callable(obj) and not isinstance(obj, type)}


_NAMES: dict[int, tuple[str, object]] = {}


def name_of(obj: object) -> str | None:
    """`exp`, `linalg.norm`, `math.exp`, `scipy.special.erf`; None where `obj` is no function of theirs."""
    if not _NAMES:
        _NAMES.update(_function_names())
    special = sys.modules.get("scipy.special")  # who calls a function of it has imported it
    if special is not None and id(special.erf) not in _NAMES:
        _NAMES.update(_names_in(special, _SPECIAL) | _NAMES)  # scipy.special.sinc is NumPy's
    found = _NAMES.get(id(obj))
    return found[0] if found is not None and found[1] is obj else None


_SPECIAL = "scipy.special."


@cache
def _elementwise() -> dict[str, str]:
    """The primitive of each elementwise function: {"exp": "exp", "scipy.special.erf": "erf", "math.atan2": …}."""
    names = {n.removeprefix("np."): p.name for n, p in called_functions().items()}
    return names | {p: p for n, p in names.items() if "." not in n}


def call_numpy(cx: Context, node: ast.AST, obj: Any, args: list[Val], kwargs: dict[str, Val]) -> Val | None:
    """A call of a NumPy or math function, or of a NumPy scalar type; None where `obj` is none."""
    if isinstance(obj, type) and issubclass(obj, np.generic):
        return _scalar_type(cx, node, obj, args, kwargs)
    if obj in (np.finfo, np.iinfo, np.dtype) and len(args) == 1 and isinstance(args[0], Known):
        return Known(obj(args[0].obj))
    if obj is unsupported or obj is misuse:
        return numpy_spelled.refuse(cx, node, args, obj is misuse)
    if obj in (np.vectorize, np.ndindex, np.ndenumerate) or isinstance(obj, np.vectorize):
        from symdiff.frontend.python import numpy_turns

        return numpy_turns.call(cx, node, obj, args, kwargs)
    name = name_of(obj)
    if name is None:
        return None
    from symdiff.frontend.python import ufuncs

    if memory.is_poison(*args, *kwargs.values()):
        return POISON
    args = [objects.read(cx, node, a, "_items") if isinstance(a, ObjRef) and a.cls is deque else a for a in args]
    args, kwargs = _in_order(obj, args, kwargs)
    if isinstance(obj, np.ufunc) and obj.nin < len(args) <= obj.nin + obj.nout and "out" not in kwargs:
        given = (*args[obj.nin :], *(NONE,) * (obj.nin + obj.nout - len(args)))
        args, kwargs = args[: obj.nin], {**kwargs, "out": Struct("tuple", given)}
    if isinstance(obj, np.ufunc) and "where" in kwargs:
        return ufuncs.masked(cx, node, obj, name, args, kwargs)
    out = kwargs.get("out", NONE)
    rest = {k: v for k, v in kwargs.items() if k != "out"}
    from symdiff.frontend.python import inplace, overlaps

    if isinstance(out, Known) and out.obj is None:
        in_turn = overlaps.one_by_one(cx, node, name, args, rest)
        return _called(cx, node, obj, name, args, rest) if in_turn is None else in_turn
    joined = overlaps.joined(cx, node, name, args, rest, out)
    if joined is not None:
        return joined
    is_ufunc, shown = isinstance(obj, np.ufunc), numpy_spelled.shown(name)
    return inplace.into(cx, node, shown, out, is_ufunc, lambda: _called(cx, node, obj, name, args, rest))


def _in_order(obj: Any, args: list[Val], kwargs: dict[str, Val]) -> tuple[list[Val], dict[str, Val]]:
    """The same arguments; those that NumPy requires are given by position, as they may have other names here."""
    required = _required(obj) if kwargs else ()
    args, kwargs = list(args), dict(kwargs)
    for name in required[len(args) :]:
        if name not in kwargs:
            break
        args.append(kwargs.pop(name))
    return args, kwargs


def _required(obj: Any) -> tuple[str, ...]:
    try:
        found = inspect.signature(obj).parameters.values()
    except ValueError:  # a function in C that says nothing of its parameters
        return ()
    return tuple(p.name for p in found if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty)


def _called(cx: Context, node: ast.AST, obj: Any, name: str, args: list[Val], kwargs: dict[str, Val]) -> Val:
    if name.startswith("math."):
        return _math(cx, node, name[5:], obj, args, kwargs)
    found = None if _has_meaning(name) else known_calls.run(cx, node, obj, args, kwargs)
    return by_name(cx, node, name, args, kwargs) if found is None else found


def _has_meaning(name: str) -> bool:
    name = ALIAS.get(name, name)
    return name in HANDLERS or name in SPELLED or name in _elementwise()


def _fill_handlers() -> None:
    from symdiff.frontend.python import (  # noqa: F401
        math_calls,
        numpy_arrays,
        numpy_composed,
        numpy_linalg,
        numpy_places,
        numpy_shapes,
    )


def names() -> list[str]:
    """The functions that have a meaning here, by NumPy's names; those of other modules with their module."""
    _fill_handlers()
    own = {name for name in ALIAS.values() if name not in ALIAS and not hasattr(np, name)}  # of primitives: div, eq
    found = {*HANDLERS, *SPELLED, *_elementwise(), *ALIAS} - own
    return sorted(name for name in found if " " not in name)


def by_name(cx: Context, node: ast.AST, name: str, args: list[Val], kwargs: dict[str, Val]) -> Val:
    _fill_handlers()
    name = ALIAS.get(name, name)
    if name in HANDLERS:
        return HANDLERS[name](cx, node, args, kwargs)
    if name in SPELLED:
        return numpy_spelled.call(cx, node, name, args, kwargs)
    if name in _elementwise():
        return elementwise(cx, node, name, args, kwargs)
    from symdiff.frontend.python import opaque_calls

    if name in FUNCTIONS:
        return opaque_calls.call(cx, node, name, args, kwargs)
    from symdiff.frontend.python import foreign

    found = foreign.call_numpy(cx, node, name, args, kwargs)
    if found is not None:
        return found
    if name == "linalg.eig":
        detail = ": whether the result is complex depends on its numbers; np.linalg.eigh takes symmetric matrices"
        return cx.refuse("SD402", node, argument="a", function="np.linalg.eig", detail=detail)
    return cx.refuse_unknown(node, numpy_spelled.shown(name), args)


def elementwise(cx: Context, node: ast.AST, name: str, args: Sequence[Val], kwargs: dict[str, Val]) -> Val:
    prim = REGISTRY[_elementwise()[name]]
    if kwargs:
        return cx.refuse("SD402", node, argument=next(iter(kwargs)), function=numpy_spelled.shown(name), detail="")
    if len(args) != len(prim.operands):
        return cx.refuse("SD403", node, function=numpy_spelled.shown(name), message=f"{len(args)} arguments given")
    vals = [numeric(cx, node, a) for a in args]
    if POISON in vals:
        return POISON
    if all(isinstance(v, Known) and not isinstance(v.obj, np.ndarray) for v in vals):
        found = fold(name, [v.obj for v in vals if isinstance(v, Known)])
        if found is not None:
            return found
    params = {}
    if prim.ufunc is not None and all(cx.aval(v).pythonic for v in vals):
        params["ufunc"] = True
    return result(cx, node, prim.name, vals, **params)


def fold(name: str, objs: Sequence[Any]) -> Known | None:
    """A NumPy function of known scalars."""
    back = {v: k for k, v in ALIAS.items() if k not in ("pow", "acos", "asin", "atan", "atan2")}
    function = getattr(np, back.get(name, name), None) or getattr(np, name, None)
    if function is None:
        return None
    try:
        with np.errstate(all="ignore"):
            found = function(*objs)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return Known(found) if isinstance(found, np.generic) else None


def numeric(cx: Context, node: ast.AST, val: Val) -> Val:
    """An operand: lists and tuples become arrays, as in NumPy."""
    if cx.is_numeric(val) or val is POISON:
        return val
    if arrays.is_listed(cx, val):
        return arrays.to_array(cx, node, val)
    if isinstance(val, Foreign):
        return cx.refuse_object(node)
    return cx.refuse("SD321", node, operation=cx.text(node), left=cx.describe(val), right="nothing")


def of_own_dtype(cx: Context, node: ast.AST, val: Val, *beside: Val) -> Val:
    """A Python number as functions take it that make an array of it: it has a dtype of its own beside float32."""
    val = of_one_dtype(cx, node, val, *beside)
    python = val is not POISON and cx.aval(val).kind is Kind.PYTHON
    return operators.convert(cx, node, val, Kind.NUMPY, cx.aval(val).dtype) if python else val


def of_one_dtype(cx: Context, node: ast.AST, val: Val, *beside: Val) -> Val:
    """A number or array that NumPy makes an array of one dtype of, on whatever path; reported otherwise.

    An int on some paths is of the float's dtype where it is joined with what is `beside` it, as bodies written out do.
    """
    if val is POISON or cx.aval(val).one_dtype:
        return val
    dtype = cx.aval(val).dtype
    others = [cx.aval(v).dtype for v in beside if v is not POISON]
    joined = dtype == "f8" and any(np.result_type("i8", other) == np.result_type("f8", other) for other in others)
    if joined or (dtype == "f8" and cx.frame.source.stands_for is not None):
        return val
    return cx.refuse("SD312", node, use=f"`{cx.text(node)}`", name="a scalar")


def _math(cx: Context, node: ast.AST, name: str, obj: Any, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`math.exp(x)`: Python floats in and out, with Python's exceptions."""
    if all(isinstance(a, Known) for a in args) and not kwargs:
        try:
            return Known(obj(*(a.obj for a in args if isinstance(a, Known))))
        except (ValueError, TypeError, ArithmeticError) as error:
            return raising.always(cx, node, error, function=f"math.{name}", message=str(error))
    _fill_handlers()
    prim = name if name in _WHOLE else _elementwise().get("math." + name)
    if prim is None or len(args) != len(REGISTRY[prim].operands) or kwargs:
        many = HANDLERS.get(f"math.{name}") or (HANDLERS.get(f"math.{name} of many") if args and not kwargs else None)
        if many is not None:
            return many(cx, node, args, kwargs)
        if "math." + name in SPELLED:
            return numpy_spelled.call(cx, node, "math." + name, args, kwargs)
        prim = None
    if prim is None or not all(map(cx.is_numeric, args)):
        return cx.refuse_unknown(node, f"math.{name}", args)
    numbers = []
    for arg in args:
        t = cx.aval(arg)
        if t.rank or t.complex:
            return cx.refuse("SD317", node, use=f"math.{name}", name=f"`{cx.text(node)}`", shape=str(t))
        plain = t.kind is Kind.PYTHON
        whole = "b1" if t.dtype == "b1" else "i8"
        numbers.append(arg if plain else operators.convert(cx, node, arg, Kind.PYTHON, "f8" if t.inexact else whole))
    return cx.emit(node, prim, *numbers, **({} if prim in _WHOLE else {"math": True}))


_WHOLE = ("factorial", "comb", "perm", "isqrt")  # of `math` alone


# --- types


def dtype_of(cx: Context, node: ast.AST, val: Val) -> str | None:
    """The dtype code that an argument names; None after a problem."""
    if isinstance(val, Known):
        try:
            found = np.dtype(val.obj)
        except TypeError:
            cx.refuse("SD309", node, dtype=val.obj, name=f"`{cx.text(node)}`")
            return None
        if found.kind in "fciub" and found.isnative:
            return types.code(found)
        cx.refuse("SD309", node, dtype=found, name=f"`{cx.text(node)}`")
    elif isinstance(val, (ListRef, DictRef, Struct)):
        cx.refuse("SD309", node, dtype="with fields", name=f"`{cx.text(node)}`", rewrite="make an array for each field")
    elif val is not POISON:
        cx.refuse("SD303", node, use="a dtype", name=f"`{cx.text(node)}`")
    return None


def _scalar_type(cx: Context, node: ast.AST, obj: type[np.generic], args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`np.float64(x)`."""
    if POISON in args:
        return POISON
    code = dtype_of(cx, node, Known(obj))
    if code is None:
        return POISON
    if len(args) != 1 or kwargs:
        return cx.refuse("SD403", node, function=obj.__name__, message=f"{len(args)} arguments given")
    if isinstance(args[0], Known) and cx.is_numeric(args[0]):
        return Known(obj(args[0].obj))
    val = numeric(cx, node, args[0])
    if val is POISON:
        return POISON
    t = cx.aval(val)
    return operators.convert(cx, node, val, Kind.ARRAY if t.kind is Kind.ARRAY and t.rank else Kind.NUMPY, code)


# --- arguments


def bind(
    cx: Context, node: ast.AST, name: str, signature: str, args: Sequence[Val], kwargs: dict[str, Val]
) -> dict[str, Val] | None:
    """Arguments by the names of a signature such as "a axis=None *out"; a starred name is only accepted as None.

    None after a problem.
    """
    function = numpy_spelled.shown(name)
    entries = signature.split()
    names = [e.lstrip("*").split("=")[0] for e in entries]
    if len(args) > len(names):
        cx.refuse("SD403", node, function=function, message=f"{len(args)} arguments given")
        return None
    found: dict[str, Val] = dict(zip(names, args, strict=False))
    for key, val in kwargs.items():
        if key not in names:
            cx.refuse("SD402", node, argument=key, function=function, detail="")
            return None
        if key in found:
            cx.refuse("SD403", node, function=function, message=f"argument {key} is given twice")
            return None
        found[key] = val
    for entry, key in zip(entries, names, strict=True):
        default = entry.partition("=")[2]
        if entry.startswith("*"):
            given = found.get(key, NONE)
            if not isinstance(given, Known) or (given.obj is not None and given.obj != "C"):
                cx.refuse("SD402", node, argument=key, function=function, detail="")
                return None
        elif key not in found:
            if not default:
                cx.refuse("SD403", node, function=function, message=f"argument {key} is missing")
                return None
            found[key] = Known(ast.literal_eval(default))
    return found


_UNKNOWN: Any = object()


def known(cx: Context, node: ast.AST, val: Val, use: str) -> Any:
    """A static argument as a Python object, tuples for lists; `_UNKNOWN` after a problem."""
    if isinstance(val, Known):
        return tuple(val.obj) if isinstance(val.obj, list) else val.obj
    items = containers.elements(cx, val)
    if items is not None:
        found = tuple(known(cx, node, i, use) for i in items)
        return _UNKNOWN if any(f is _UNKNOWN for f in found) else found
    cx.need_static(node, val, use)
    return _UNKNOWN


def is_unknown(obj: Any) -> bool:
    return obj is _UNKNOWN


_VIEWS = ("expand_dims", "squeeze", "flip")  # of an array, always


def result(cx: Context, node: ast.AST, prim: str, operands: Sequence[Val], **params: Any) -> Val:
    """Emit; a result that NumPy may give as a view may share memory."""
    base = operands[0] if operands else POISON
    if prim in PARTS and isinstance(base, Arr) and cx.aval(base).complex:
        cx.at(node)
        return memory.part(cx, node, base, prim)
    certain = isinstance(base, Arr) and (prim in _VIEWS or (prim == "ravel" and memory.in_order(cx, base)))
    found = cx.emit(node, prim, *operands, **params)
    if certain and isinstance(base, Arr):
        return memory.viewed(cx, base, found)
    new = prim == "diag" and isinstance(base, Arr) and cx.aval(base).rank == 1  # a matrix, made of a vector
    if isinstance(found, Arr) and REGISTRY[prim].views is not None and not new:
        memory.shares(cx, found, operands[:1])
    return found
