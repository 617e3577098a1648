"""Functions without a rule or an effect, on values that nothing is differentiated by: `symdiff.primitives.opaque`.

What a call returns is found by calling the function on samples of the arguments' types.  Whether an argument is
differentiated is known only when it is said what to differentiate by: it is asked there.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from symdiff.frontend.python import containers
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.foreign_names import Named
from symdiff.frontend.python.numpy_calls import numeric
from symdiff.frontend.python.sizes import fresh_opaque
from symdiff.frontend.python.values import POISON, Known, Struct, Val
from symdiff.ir import dims, types
from symdiff.ir.types import AVal, Kind
from symdiff.primitives.opaque import FUNCTIONS, OF_THE_SHAPE, Argument

_SIZES = (4, 3, 7, 1)
_TRIES = 6


class _Found(NamedTuple):
    """Of what type the results are, and which operand each of them is, if any."""

    tuple_: bool
    types: tuple[AVal, ...]  # of axes of size 0: only the ranks count
    operands: tuple[int | None, ...]


def call(cx: Context, node: ast.AST, name: str, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """The results of a call of `np.name`, run as it is; a problem where that cannot be understood."""
    made = None
    if name in FUNCTIONS and "overwrite_input" not in kwargs:
        made = call_named(cx, node, Named(f"np.{name}", ()), operator.attrgetter(name)(np), args, kwargs)
    return cx.refuse_unknown(node, f"np.{name}", [*args, *kwargs.values()]) if made is None else made


def call_named(
    cx: Context, node: ast.AST, named: Named, function: Any, args: Sequence[Val], kwargs: Mapping[str, Val]
) -> Val | None:
    """The results of a function without effects, run as it is; None where their types cannot be known."""
    given = [("", val) for val in args] + list(kwargs.items())
    arguments: list[Argument] = []
    operands: list[Val] = []
    for key, val in given:
        try:
            arguments.append((key, False, _plain(val)))
        except TypeError:
            if not _is_operand(cx, val):
                return None
            arguments.append((key, True, None))
            operands.append(numeric(cx, node, val))
    if POISON in operands:
        return POISON
    ins = [cx.value(val) for val in operands]
    avals = [v.type for v in ins if isinstance(v.type, AVal)]
    found = _tried(function, arguments, avals)
    if found is None:
        return None
    like = named.text.removeprefix("np.") in OF_THE_SHAPE and arguments[0][:2] == ("", True)
    shaped = like and found.types[0].rank == avals[0].rank
    made = tuple(AVal(t.kind, tuple(fresh_opaque(cx, object()) for _ in t.shape), t.dtype) for t in found.types)
    outs = cx.at(node).emit(
        "opaque_call", *ins, function=named.text, arguments=tuple(arguments), types=made, shaped=shaped,
        modules=named.modules,
    )  # fmt: skip
    pairs = zip(outs, found.operands, strict=True)
    results = tuple(cx.wrap(out) if same is None else operands[same] for out, same in pairs)
    return Struct("tuple", results) if found.tuple_ else results[0]


def _plain(val: Val) -> Any:
    """A value that is written into the call as it is.  Raises TypeError for any other."""
    if isinstance(val, Struct) and val.kind == "tuple":
        return tuple(map(_plain, val.items))
    obj = val.obj if isinstance(val, Known) else val
    if type(obj) is tuple:
        return tuple(_plain(Known(x)) for x in obj)
    if obj is None or type(obj) in (bool, int, str) or (type(obj) is float and np.isfinite(obj)):
        return obj
    raise TypeError(f"{obj!r} is not written into a call")


def _is_operand(cx: Context, val: Val) -> bool:
    """A number or array, or a list of numbers: one of arrays may mean other things than the array of them."""
    if cx.is_numeric(val):
        return not cx.aval(val).either
    items = containers.elements(cx, val)
    return bool(items) and all(cx.is_numeric(x) and not cx.aval(x).rank for x in items or ())


def _tried(function: Any, arguments: Sequence[Argument], avals: Sequence[AVal]) -> _Found | None:
    """What the function returns on every sample that it takes; None where that differs, or cannot be said."""
    seen: list[_Found | None] = []
    for sample in _samples(avals):
        before = [np.array(x) for x in sample]
        rest = iter(sample)
        given = [(key, next(rest) if operand else value) for key, operand, value in arguments]
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = function(*(x for key, x in given if not key), **{key: x for key, x in given if key})
        except (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError):
            continue
        changed = any(not np.array_equal(x, y) for x, y in zip(before, sample, strict=True))
        seen.append(None if changed else _read(value, sample))
    return seen[0] if len(seen) > 1 and all(found == seen[0] for found in seen) else None


def _read(value: Any, sample: Sequence[Any]) -> _Found | None:
    parts = value if type(value) is tuple else (value,)
    found, operands = [], list[int | None]()
    if not parts or (len(parts) == 1 and type(value) is tuple):
        return None
    for k, part in enumerate(parts):
        array = type(part) is np.ndarray
        if not array and type(part) not in (bool, int, float, complex) and not isinstance(part, np.generic):
            return None
        if np.dtype(type(part) if not array else part.dtype).kind not in "biufc":
            return None
        t = types.type_of(part)
        found.append(AVal(t.kind, (0,) * t.rank, t.dtype))
        same = next((j for j, x in enumerate(sample) if x is part), None) if array else None
        operands.append(same)
        if array and same is None:
            others = [x for x in (*sample, *parts[:k]) if isinstance(x, np.ndarray)]
            if any(np.shares_memory(part, x) for x in others):
                return None
    return _Found(type(value) is tuple, tuple(found), tuple(operands))


def _samples(avals: Sequence[AVal]) -> Iterator[list[Any]]:
    """Operands of several sizes and values: small, of both signs, in order, all equal."""
    rng = np.random.default_rng(0)
    atoms = {a for t in avals for d in t.shape for a in dims.atoms(d)}
    for size in _SIZES:
        for k in range(_TRIES):
            sizes = {a: size if k % 2 else size + j for j, a in enumerate(sorted(atoms, key=str))}
            try:
                shapes = [tuple(dims.evaluate(d, sizes) for d in t.shape) for t in avals]
            except ZeroDivisionError:
                continue
            if any(n < 0 for shape in shapes for n in shape):
                continue
            yield [_sample(rng, t, shape, k) for t, shape in zip(avals, shapes, strict=True)]


def _sample(rng: np.random.Generator, t: AVal, shape: tuple[int, ...], k: int) -> Any:
    made: Any = rng.integers(0, 5, shape) if t.dtype[0] in "biu" else rng.normal(size=shape)
    if k in (1, 2):
        made = np.sort(np.abs(made).ravel()).reshape(shape) + np.arange(made.size).reshape(shape)
    elif k == 3 and t.dtype[0] != "u":
        made = made - 2
    elif k == 4:
        made = made * 0
    made = np.asarray(made).astype(t.dtype).reshape(shape)
    return made if t.kind is Kind.ARRAY else made[()] if t.kind is Kind.NUMPY else made.item()
