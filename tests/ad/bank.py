"""Hand-written IR programs: the control flow and the memory patterns that reverse mode finds hard.

Each entry has the program, the same function in plain Python, sample arguments, and what to differentiate by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import symdiff.primitives  # noqa: F401
from symdiff.ir import dims, types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Function, Program, Value

F8, INT = types.numpy("f8"), types.INT
N = dims.var("n")


def vec(n: Any = N) -> types.AVal:
    return types.array("f8", n)


@dataclass(frozen=True)
class Entry:
    name: str
    program: Program
    python: Callable[..., Any]
    args: Callable[[np.random.Generator, int], tuple[Any, ...]]
    wrt: tuple[int, ...]
    size: int = 5


def program(name: str, param_types: Sequence[Any], build: Callable[..., Sequence[Any]], names: str, others: Sequence[Function] = ()) -> Program:
    return Program({f.name: f for f in (function(name, param_types, build, names), *others)}, name)


def function(name: str, param_types: Sequence[Any], build: Callable[..., Sequence[Any]], names: str) -> Function:
    params = [Value(t, n) for t, n in zip(param_types, names.split(), strict=True)]
    b = Builder()
    outs = build(b, *(V(b, p) for p in params))
    sizes = sorted({a.name for t in param_types for a in types.type_atoms(t) if a.op == "var"})
    return Function(name, b.block(params, [b.value(o) for o in outs]), tuple(sizes))


def region(param_types: Sequence[Any], build: Callable[..., Sequence[Any]], names: str = "") -> Block:
    hints = [*names.split(), *[""] * len(param_types)]
    params = [Value(t, n) for t, n in zip(param_types, hints, strict=False)]
    b = Builder()
    outs = build(b, *(V(b, p) for p in params))
    return b.block(params, [b.value(o) for o in outs])


def for_(b: Builder, bounds: Sequence[Any], carry: Sequence[Any], build: Callable[..., Sequence[Any]], xs: Sequence[Any] = (),
         caps: Sequence[Any] = (), exit: bool = False, reverse: bool = False) -> list[V]:  # fmt: skip
    from symdiff.primitives.control import elem_type

    carry, xs, caps = ([b.v(x) for x in group] for group in (carry, xs, caps))
    body = region([INT, *(v.type for v in carry), *(elem_type(v.type) for v in xs), *(v.type for v in caps)], build)
    ins = [b.value(x) for x in (*bounds, *carry, *xs, *caps)]
    extra = {"exit": True} if exit else {}
    outs = b.emit("for", *ins, regions=[body], n_carry=len(carry), n_xs=len(xs), reverse=reverse, **extra)
    return [V(b, v) for v in outs]


def while_(b: Builder, carry: Sequence[Any], before: Callable[..., Any], after: Callable[..., Sequence[Any]], caps: Sequence[Any] = (),
           exit: bool = False) -> list[V]:  # fmt: skip
    carry, caps = ([b.v(x) for x in group] for group in (carry, caps))
    found = [v.type for v in (*carry, *caps)]
    regions = [region(found, lambda b, *a: [b.op("convert", before(b, *a), kind=types.Kind.PYTHON, dtype="b1")]), region(found, after)]
    extra = {"exit": True} if exit else {}
    outs = b.emit("while", *(b.value(x) for x in (*carry, *caps)), regions=regions, n_carry=len(carry), **extra)
    return [V(b, v) for v in outs]


def cond(b: Builder, pred: Any, then: Callable[..., Sequence[Any]], orelse: Callable[..., Sequence[Any]], caps: Sequence[Any]) -> list[V]:
    caps = [b.v(x) for x in caps]
    regions = [region([v.type for v in caps], side) for side in (then, orelse)]
    test = b.op("convert", pred, kind=types.Kind.PYTHON, dtype="b1")
    return [V(b, v) for v in b.emit("cond", b.value(test), *(v.value for v in caps), regions=regions)]


def at(b: Builder, x: Any, *indices: Any) -> V:
    spec = tuple(("at", i if isinstance(i, int) else None) for i in indices)
    return b.op("index", x, *(i for i in indices if not isinstance(i, int)), spec=spec)


def put(b: Builder, x: Any, v: Any, *indices: Any, name: str = "index_set") -> V:
    spec = tuple(("at", i if isinstance(i, int) else None) for i in indices)
    return b.op(name, x, v, *(i for i in indices if not isinstance(i, int)), spec=spec)


def cut(b: Builder, x: Any, lo: Any, hi: Any, size: Any, *before: Any) -> V:
    """x[before..., lo:hi], `size` long."""
    dynamic = [i for i in (*before, lo, hi) if not isinstance(i, (int, type(None)))]
    entry = [i if isinstance(i, (int, type(None))) else "v" for i in (lo, hi)]
    spec = (*(("at", i if isinstance(i, int) else None) for i in before), ("slice", entry[0], entry[1], None, size))
    return b.op("index", x, *dynamic, spec=spec)


def cut_spec(lo: Any, hi: Any, size: Any) -> tuple[Any, ...]:
    entry = [i if isinstance(i, (int, type(None))) else "v" for i in (lo, hi)]
    return (("slice", entry[0], entry[1], None, size),)


def normal(rng: np.random.Generator, *shape: int) -> Any:
    return rng.normal(size=shape) if shape else np.float64(rng.normal())
