"""Calls that are run as they are: functions without a meaning here, on what nothing is differentiated by.

Whether an argument is differentiated is known only when it is said what to differentiate by: it is asked there
(`symdiff.ad.activity`).  What is passed is a value of its own: of an array a copy that cannot be written, of a list
or dict one that was made in the call, so that nothing the function keeps or changes is seen elsewhere.  Functions that
are known to do neither (they show a value, or draw random numbers) are spared that.

A result is a number or array where its type is known (`foreign_results`), else an object, which is passed on, shown,
or made a number by `float`, `int`, `bool` and by an annotated assignment.
"""

from __future__ import annotations

import ast
import collections
import json
import logging
import os
import random
import re
import statistics
import textwrap
import types as python_types
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from symdiff.errors import UsageError
from symdiff.frontend.python import captured, containers, foreign_results, foreign_writes, memory, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.foreign_arguments import Arguments, Callee, known_plain
from symdiff.frontend.python.foreign_names import Stream, not_followed, spelled
from symdiff.frontend.python.foreign_results import Result, drawn, generator_of
from symdiff.frontend.python.sizes import fresh_opaque
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Foreign,
    Known,
    Val,
)
from symdiff.ir import types
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind
from symdiff.primitives.foreign import ITEM, NOTHING
from symdiff.signature import SizeNames
from symdiff.type_text import from_annotation

STREAMS = {name: Known(Stream(name)) for name in ("stdout", "stderr")}
_SHOWING = frozenset(("debug", "info", "warning", "warn", "error", "critical", "exception", "log"))
_READING = ("json", "os.path", "statistics", "textwrap", "pprint")  # keep and change nothing that they are given
_NUMPY: tuple[Any, ...] = (
    *(np.savetxt, np.save, np.savez, np.loadtxt, np.load, np.set_printoptions, np.array2string, np.array_repr),
    *(np.array_str, np.format_float_positional, np.format_float_scientific),
    *(np.testing.assert_allclose, np.testing.assert_array_equal),
)

_WITHOUT_EFFECTS = (
    *(os.path.join, os.path.basename, os.path.dirname, os.path.split, os.path.splitext, os.path.normpath),
    *(re.findall, re.split, re.sub, re.escape),
    *(json.loads, json.dumps, statistics.mean, statistics.fmean, statistics.median, statistics.stdev),
    *(statistics.pstdev, statistics.variance, statistics.pvariance, textwrap.dedent, textwrap.fill),
)


# --- functions


def call(cx: Context, node: ast.AST, function: Known, args: list[Val], kwargs: dict[str, Val]) -> Val | None:
    """The result of a function that is run as it is; None where a name of it cannot be had at run time."""
    obj = function.obj
    text = shown(obj)
    if memory.is_poison(*args, *kwargs.values()):
        return POISON
    if args and _is_method(obj, args[0]):
        return _method_of(cx, node, args[0], obj.__name__, obj, args[1:], kwargs)
    known = _when_compiling(cx, node, obj, args, kwargs)
    if known is not None:
        return known
    callee = _callee(cx, function)
    if callee is None:
        return None
    cls = generator_of(obj)
    if cls is not None:
        return _draw(cx, node, text, callee, cls, obj.__name__, args, kwargs)
    if obj == random.shuffle:
        return foreign_writes.shuffle(cx, node, text, args, kwargs, lambda n: _order(cx, node, text, callee, n))
    result = foreign_results.of_function(obj) or foreign_results.chosen(cx, obj, args)
    return _emit(cx, node, text, callee, args, kwargs, result)


def _is_method(obj: Any, first: Val) -> bool:
    """Whether a function is the method of the object that it is given first."""
    if isinstance(obj, python_types.FunctionType):
        return "." in obj.__qualname__ and not_followed(obj)
    known = first.obj if isinstance(first, Known) else None
    name = str(getattr(obj, "__name__", ""))
    return foreign_results.is_method(known, name) and getattr(type(known), name, None) is obj


def _when_compiling(cx: Context, node: ast.AST, obj: Any, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val | None:
    """What a function without effects gives for known strings and numbers: the same at each call."""
    if not any(obj is f for f in _WITHOUT_EFFECTS):
        return None
    given = [known_plain(cx, val) for val in args]
    named = {key: known_plain(cx, val) for key, val in kwargs.items()}
    if POISON in given or POISON in named.values():
        return None
    try:
        found = obj(*given, **named)
    except (ArithmeticError, LookupError, TypeError, ValueError, re.error) as error:
        return cx.refuse("SD403", node, function=shown(obj), message=str(error))
    plain = isinstance(found, list) and all(isinstance(x, str | tuple) for x in found)
    return containers.new_list(cx, node, tuple(map(Known, found))) if plain else Known(found)


def shown(obj: Any) -> str:
    """A function as messages call it."""
    named = spelled(obj)
    if named is not None:
        return named.text
    name = getattr(obj, "__qualname__", type(obj).__qualname__)
    module = getattr(obj, "__module__", None)
    return f"{module}.{name}" if module and module != "builtins" else str(name)


def _callee(cx: Context, function: Known) -> Callee | None:
    obj = function.obj
    named = spelled(obj)
    if named is not None and named.text.startswith(("object.", "type.")):
        return None  # makes or changes objects that compiled code reads
    if named is None:
        if isinstance(getattr(obj, "__self__", None), (list, dict, set, bytearray, collections.deque, np.ndarray)):
            return None  # compiled code may read what it changes
        found = captured.object_parameter(cx, function)
        return None if not isinstance(found, Foreign) else Callee("xs0", receiver=found.value)
    showing = obj is warnings.warn or (getattr(obj, "__module__", "") == "logging" and obj.__name__ in _SHOWING)
    reads = named.text.startswith((*(f"{name}." for name in _READING), "np."))
    reads = reads or obj == random.choice
    return Callee(named.text, named.modules, None, showing, reads)


def call_numpy(cx: Context, node: ast.AST, name: str, args: list[Val], kwargs: dict[str, Val]) -> Val | None:
    """A function of NumPy that reads what it is given and writes files or text; None for any other."""
    obj = next((f for f in _NUMPY if f.__name__ == name.rpartition(".")[2]), None)
    return None if obj is None else call(cx, node, Known(obj), args, kwargs)


# --- methods


def method(cx: Context, node: ast.AST, receiver: Val, name: str, args: list[Val], kwargs: dict[str, Val]) -> Val | None:
    """`receiver.name(…)` of an object that is not seen through."""
    return _method_of(cx, node, receiver, name, None, args, kwargs)


def _method_of(
    cx: Context, node: ast.AST, receiver: Val, name: str, obj: Any, args: list[Val], kwargs: dict[str, Val]
) -> Val | None:
    at = _receiver(cx, receiver)
    if at is None:
        return None
    text, cls = f"{at.text}.{name}", _class_of(receiver)
    known = receiver.obj if isinstance(receiver, Known) else None
    label = text if at.receiver is None else f"{_last(cls)}.{name}"
    stream = isinstance(known, Stream)
    shows = stream or ((cls == "logging.Logger" or isinstance(known, logging.Logger)) and name in _SHOWING)
    callee = Callee(text, at.modules, at.receiver, shows)
    generator = next((c for c in foreign_results.GENERATORS if cls == types.object_of(c).cls), None)
    if generator is not None:
        return _draw(cx, node, label, callee, generator, name, args, kwargs)
    if cls == "random.Random" and name == "shuffle":
        return foreign_writes.shuffle(cx, node, label, args, kwargs, lambda n: _order(cx, node, label, callee, n))
    if stream:
        result: Result | None = Result(types.INT if name == "write" else None)
    else:
        result = foreign_results.of_method(cls, name) if obj is None else foreign_results.of_function(obj)
    if result is None and cls == "random.Random":
        result = foreign_results.chosen(cx, getattr(random, name, None), args)
    return _emit(cx, node, label, callee, args, kwargs, result)


def _receiver(cx: Context, val: Val) -> Callee | None:
    if isinstance(val, Foreign):
        return Callee("xs0", receiver=val.value)
    if not isinstance(val, Known):
        return None
    named = spelled(val.obj)
    if named is not None:
        return Callee(named.text, named.modules)
    found = captured.object_parameter(cx, val)
    return Callee("xs0", receiver=found.value) if isinstance(found, Foreign) else None


def _class_of(val: Val) -> str:
    t = val.value.type if isinstance(val, Foreign) else None
    if isinstance(t, types.Object):
        return t.cls
    return types.object_of(type(val.obj)).cls if isinstance(val, Known) else ""


def _last(cls: str) -> str:
    return cls.rpartition(".")[2]


# --- random numbers


def _draw(
    cx: Context, node: ast.AST, text: str, callee: Callee, cls: type, name: str, args: list[Val], kwargs: dict[str, Val]
) -> Val | None:
    if name == "shuffle":
        there = callee._replace(text=callee.text.removesuffix("shuffle") + "permutation")
        order = partial(_draw, cx, node, text, there, cls, "permutation")
        return foreign_writes.shuffle(cx, node, text, args, kwargs, lambda count: order([count], {}) or POISON)
    again = partial(_draw, cx, node, text, callee, cls, name)
    written = foreign_writes.draw_into(cx, node, text, name, args, kwargs, again)
    if written is not None:
        return written
    result = drawn(cx, node, cls, name, args, kwargs)
    if result is None:
        result = foreign_results.of_function(getattr(cls, name, None)) if name != "seed" else Result(None)
    return _emit(cx, node, text, callee._replace(reads=True), args, kwargs, result)


def _order(cx: Context, node: ast.AST, text: str, callee: Callee, count: Val) -> Val:
    """The order in which `random.shuffle`, which has no other form, puts so many elements."""
    there = callee._replace(text=f"_order({callee.text}, ", reads=True)
    d = operators.as_dim(count) or fresh_opaque(cx, object())
    return _emit(cx, node, text, there, [count], {}, Result(AVal(Kind.ARRAY, (d,), "i8")))


# --- the call


def _emit(
    cx: Context, node: ast.AST, text: str, callee: Callee, args: Sequence[Val], kwargs: Mapping[str, Val],
    result: Result | None,
) -> Val:  # fmt: skip
    operands = [] if callee.receiver is None else [callee.receiver]
    run = Arguments(cx, callee, operands, list(callee.modules))
    given = []
    written = node.args if isinstance(node, ast.Call) and len(node.args) == len(args) else [None] * len(args)
    for key, val, source in [*(("", a, w) for a, w in zip(args, written, strict=True)), *_by_name(node, kwargs)]:
        form = run.form(val, source)
        if form is None:
            return cx.refuse("SD421", source or node, function=f"`{text}`", argument=cx.describe(val))
        given.append((key, form))
    t = types.object_of(object) if result is None else result.type or NOTHING
    (out,) = cx.at(node).emit(
        "foreign_call", *operands, function=text, callee=callee.text, given=tuple(given),
        modules=tuple(dict.fromkeys(run.modules)), result=t, checked=result is not None and result.checked,
        shows=callee.shows,
    )  # fmt: skip
    if isinstance(t, types.Object) or (callee.receiver is not None and not (callee.reads or callee.shows)):
        cx.kept.add(cx.loc(node))
        for val in run.arrays:
            memory.hold(cx, val, cx.loc(node))
    return NONE if result is not None and result.type is None else cx.wrap(out)


def _by_name(node: ast.AST, kwargs: Mapping[str, Val]) -> list[tuple[str, Val, ast.expr | None]]:
    written = {k.arg: k.value for k in node.keywords} if isinstance(node, ast.Call) else {}
    return [(key, val, written.get(key)) for key, val in kwargs.items()]


def print_to(cx: Context, node: ast.AST, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`print(…, file=sys.stderr)`."""
    return _emit(cx, node, "print", Callee("print", shows=True), args, kwargs, Result(None))


# --- what is made of a result


def read(cx: Context, node: ast.AST, val: Foreign, name: str) -> Val:
    """`obj.name`, which is not called."""
    return _emit(cx, node, cx.text(node), Callee(f"(xs0.{name})", receiver=val.value), [], {}, None)


def called(cx: Context, node: ast.AST, val: Foreign, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`obj(…)`."""
    return _emit(cx, node, cx.text(node), Callee("xs0", receiver=val.value), args, kwargs, None)


def binary(cx: Context, node: ast.AST, symbol: str, left: Val, right: Val) -> Val:
    """`left symbol right` with an object: another object, unless a number of the run is in it."""
    if isinstance(node, ast.AugAssign) and isinstance(left, Foreign):
        return _emit(
            cx, node, cx.text(node), Callee(f"operator.{_IN_PLACE[symbol]}", ("operator",)), [left, right], {}, None
        )
    if cx.is_numeric(left) or cx.is_numeric(right):
        return cx.refuse_object(node)
    return _operation(cx, node, symbol, left, right, None)


_IN_PLACE = {
    "+": "iadd", "-": "isub", "*": "imul", "/": "itruediv", "//": "ifloordiv", "%": "imod", "**": "ipow",
    "@": "imatmul", "&": "iand", "|": "ior", "^": "ixor", "<<": "ilshift", ">>": "irshift",
}  # fmt: skip


def compare(cx: Context, node: ast.AST, symbol: str, left: Val, right: Val) -> Val:
    """The truth of `left symbol right` with an object."""
    return _operation(cx, node, symbol, left, right, Result(types.BOOL))


def _operation(cx: Context, node: ast.AST, symbol: str, left: Val, right: Val, result: Result | None) -> Val:
    texts, operands = [], list[Value]()
    for val in (left, right):
        form = Arguments(cx, Callee(""), operands, []).form(val)
        if form is None or form[0] not in ("=", "x"):
            return cx.refuse_object(node)
        texts.append(repr(form[1]) if form[0] == "=" else f"xs{len(operands) - 1}")
    whole = f"{texts[0]} {symbol} {texts[1]}"
    (out,) = cx.at(node).emit(
        "foreign_call", *operands, function=cx.text(node), given=(), modules=(), checked=False, shows=False,
        callee=f"({whole})" if result is None else f"(bool({whole}))",
        result=types.object_of(object) if result is None else types.BOOL,
    )  # fmt: skip
    return cx.wrap(out)


def length(cx: Context, node: ast.AST, val: Foreign) -> Val:
    """`len(obj)`."""
    return _emit(cx, node, "len", Callee("len", reads=True), [val], {}, Result(types.INT))


def item(cx: Context, node: ast.AST, val: Foreign, index: Val) -> Val:
    """`obj[index]`."""
    return _emit(cx, node, cx.text(node), Callee(ITEM, receiver=val.value), [index], {}, None)


def unpacked(cx: Context, node: ast.AST, val: Foreign, count: int) -> list[Val]:
    """The elements of an object that must have so many: `a, b = obj`."""
    whole = _emit(cx, node, "tuple", Callee("tuple", reads=True), [val], {}, Result(types.object_of(tuple)))
    assert isinstance(whole, Foreign)
    size = length(cx, node, whole)
    wrong: tuple[tuple[ast.cmpop, str], ...] = (
        (ast.Gt(), f"too many values to unpack (expected {count})"),
        (ast.Lt(), f"not enough values to unpack (expected {count})"),
    )
    for op, message in wrong:
        operators.raise_if(cx, node, operators.compare(cx, node, op, size, Known(count)), "ValueError", (message,))
    return [item(cx, node, whole, Known(k)) for k in range(count)]


def as_number(cx: Context, node: ast.AST, val: Foreign, dtype: str) -> Val:
    """`float(obj)`, `int(obj)`, `bool(obj)`, `complex(obj)`."""
    return cx.wrap(cx.at(node).emit("number_of", val.value, dtype=dtype)[0])


def declared(cx: Context, stmt: ast.AnnAssign, val: Foreign) -> Val:
    """The object, which an annotated assignment says is a number or array; as it is where it says something else."""
    names = SizeNames()
    try:
        typed = from_annotation(stmt.annotation, cx.text(stmt.target), names, cx.frame.source.globals)
    except UsageError:
        return val
    (t,) = typed.leaves if len(typed.leaves) == 1 else (None,)
    if not isinstance(t, AVal):
        return val
    if t.kind is Kind.PYTHON:
        return as_number(cx, stmt, val, t.dtype)
    t = AVal(t.kind, tuple(fresh_opaque(cx, object()) for _ in t.shape), t.dtype)
    return cx.wrap(cx.at(stmt).emit("declared", val.value, result=t)[0])
