"""Lowering a function for concrete arguments, running the program, and comparing with CPython."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff import trees
from symdiff.ad.inner import written_out
from symdiff.frontend.python import lower
from symdiff.frontend.python.problems import Respecialise
from symdiff.frontend.source import Source, load
from symdiff.ir import dims, interpret, types
from symdiff.ir.types import AVal, Kind
from symdiff.passes import levels
from symdiff.signature import Argument, Lowered, Signature, Static

SUM_COMPENSATES = sum([1e100, 1.0, -1e100]) != 0.0  # since Python 3.12; symdiff adds from left to right


def leaf(value: Any, name: str, sizes: dict[str, int]) -> AVal | Static:
    """The type of one argument; every size but 1 is a variable of its own."""
    if value is None or isinstance(value, (str, bool)) or callable(value):
        return Static(value)
    t = types.type_of(value)
    if t.kind is not Kind.ARRAY:
        return t
    shape = []
    for k, n in enumerate(t.shape):
        sizes[f"{name}_{k}"] = n
        shape.append(1 if n == 1 else dims.var(f"{name}_{k}"))
    return AVal(t.kind, tuple(shape), t.dtype)


def signature(source: Source, args: tuple[Any, ...], known: frozenset[str] = frozenset()) -> Signature:
    """The signature of a call; `known` sizes are numbers."""
    a = source.node.args
    names = [p.arg for p in (*a.posonlyargs, *a.args)][len(source.arguments) :]
    found, sizes = [], {}
    for name, value in zip(names, args, strict=False):
        leaves, tree = trees.flatten(value)
        typed = [leaf(x, f"{name}{k}" if k else name, sizes) for k, x in enumerate(leaves)]
        fixed = [
            types.map_dims(t, lambda d: sizes[str(d)] if str(d) in known else d) if isinstance(t, AVal) else t
            for t in typed
        ]
        found.append(Argument(name, tree, tuple(fixed)))
    return Signature(tuple(found))


def compiled(function: Callable[..., Any], *args: Any) -> Lowered:
    """Lowered for these arguments, more special ones where the frontend asks for it."""
    source = load(function)
    known: frozenset[str] = frozenset()
    static: set[Any] = set()
    for _ in range(10):
        sig = signature(source, args, known)
        sig = Signature(tuple(_with_static(a, v, static) for a, v in zip(sig.arguments, args, strict=False)))
        try:
            return lower(source, sig)
        except Respecialise as error:
            if not error.static and error.sizes <= known:
                raise
            known |= error.sizes
            static |= {(name, path) for name, path in error.static}
    raise AssertionError("specialised without end")


def _with_static(argument: Argument, value: Any, static: set[Any]) -> Argument:
    values, _ = trees.flatten(value)
    leaves = [
        Static(v) if (argument.name, path) in static else leaf
        for leaf, path, v in zip(argument.leaves, trees.paths(argument.tree), values, strict=True)
    ]
    return Argument(argument.name, argument.tree, tuple(leaves))


def flat_arguments(low: Lowered, args: tuple[Any, ...]) -> list[Any]:
    names = [a.name for a in low.signature.arguments]
    found = []
    for p in low.params:
        value = p.value if p.captured else args[names.index(p.argument)]
        for step, key in () if p.captured else p.path:
            value = trees.child(value, "namedtuple" if step == "attr" else "list", key)
        found.append(value)
    return found


def run(low: Lowered, *args: Any) -> Any:
    """The result of the program, put together."""
    program = written_out(low.program, 0, levels.before, levels.after)
    results = iter(interpret.run(program, *flat_arguments(low, args)))
    leaves = [next(results) if s is None else s.value for s in low.out_static]
    return trees.unflatten(low.out, leaves)


def outcome(call: Callable[[], Any]) -> tuple[Any, ...]:
    """What a call gives: its value, or the class of the exception."""
    try:
        with np.errstate(all="ignore"):
            return ("value", call())
    except (ArithmeticError, ValueError, LookupError, TypeError, NameError, AssertionError) as error:
        return ("raises", type(error).__name__)


def same(a: Any, b: Any, rtol: float = 0.0) -> bool:
    """Equal in structure, class, dtype, shape and value, NaN included; numbers of size 1 up to `rtol`."""
    left, tree = trees.flatten(a)
    right, other = trees.flatten(b)
    if tree != other:
        return False
    return all(_same_leaf(x, y, rtol) for x, y in zip(left, right, strict=True))


def _same_leaf(x: Any, y: Any, rtol: float) -> bool:
    if type(x) is not type(y):
        return False
    if x is None or isinstance(x, str):
        return bool(x == y)
    x, y = np.asarray(x), np.asarray(y)
    if x.dtype != y.dtype or x.shape != y.shape:
        return False
    return bool(
        np.allclose(x, y, rtol=rtol, atol=rtol, equal_nan=True)
        if rtol
        else np.array_equal(x, y, equal_nan=x.dtype.kind in "fc")
    )


def check(function: Callable[..., Any], *calls: tuple[Any, ...], rtol: float = 0.0) -> Lowered:
    """The program does what Python does on every call; it is compiled for the first, and where types change again.

    `rtol` is for products of arrays: BLAS rounds them by how they lie in memory, and by the processor.
    """
    low = compiled(function, *calls[0])
    source = load(function)
    kind = signature(source, calls[0])
    for args in calls:
        if signature(source, args) != kind:
            low, kind = compiled(function, *args), signature(source, args)
        wanted = outcome(lambda: function(*copy.deepcopy(args)))  # noqa: B023
        kept = copy.deepcopy(args)
        found = outcome(lambda: run(low, *args))  # noqa: B023
        assert same(args, kept), "an argument was changed"
        assert found[0] == wanted[0] and (
            found[1] == wanted[1] if found[0] == "raises" else same(found[1], wanted[1], rtol)
        ), f"{function.__name__}{args}: {found} instead of {wanted}"
    return low


def differences(function: Callable[..., Any], x: np.ndarray, *rest: Any) -> np.ndarray:
    """The gradient by a vector, by central differences."""
    steps = 1e-6 * np.eye(len(x))
    return np.array([(function(x + h, *rest) - function(x - h, *rest)) / 2e-6 for h in steps])


def agrees(function: Callable[..., Any], *args: Any) -> None:
    """Value and gradient by the first argument, a float, are those of the plain function and of differences."""
    value, gradient = symdiff.value_and_grad(function)(*args)
    assert value == pytest.approx(function(*args), rel=1e-12)
    x, *rest = args
    difference = (function(x + 1e-6, *rest) - function(x - 1e-6, *rest)) / 2e-6
    assert gradient == pytest.approx(difference, rel=1e-6)
