"""Helpers for hand-written IR programs, and what an entry of the bank is.

The programs are in `programs_*.py`: the control flow and the memory patterns that differentiation finds hard.  Each
comes with the same function in plain Python, sample arguments, and what to differentiate by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.errors import Loc
from symdiff.ir import dims, types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Function, Program, Value
from symdiff.primitives.control import elem_type

F8, INT = types.numpy("f8"), types.INT
N, K = dims.var("n"), dims.opaque("k")
LOC = Loc("bank.py", 1, 0, 1, 1, "f", 1)


def vec(n: Any = N, dtype: str = "f8") -> types.AVal:
    return types.array(dtype, n)


@dataclass(frozen=True)
class Entry:
    """`linear`: the program's own cost is O(n), shown at n = `count` and 10 n; `least` is the smallest n that it takes.

    `holomorphic`: the Python function takes complex arguments, so complex steps check the gradient.
    """

    name: str
    program: Program
    python: Callable[..., tuple[Any, ...]]
    args: Callable[[np.random.Generator, int], tuple[Any, ...]]
    wrt: tuple[int, ...]
    size: int = 5
    linear: bool = False
    holomorphic: bool = False
    rtol: float = 1e-6
    step: float = 1e-5
    least: int = 0
    count: int = 16


BANK: dict[str, Entry] = {}


def entry(
    program: Program, args: Callable[[np.random.Generator, int], tuple[Any, ...]], wrt: Sequence[int], **facts: Any
) -> Callable[[Callable[..., tuple[Any, ...]]], Callable[..., tuple[Any, ...]]]:
    """Enter the decorated Python function, and the program that says the same, into the bank."""

    def enter(python: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
        name = python.__name__
        assert name not in BANK
        BANK[name] = Entry(name, program, python, args, tuple(wrt), **facts)
        return python

    return enter


def program(
    name: str,
    param_types: Sequence[Any],
    build: Callable[..., Sequence[Any]],
    names: str,
    others: Sequence[Function] = (),
) -> Program:
    return Program({f.name: f for f in (function(name, param_types, build, names), *others)}, name)


def function(name: str, param_types: Sequence[Any], build: Callable[..., Sequence[Any]], names: str) -> Function:
    params = [Value(t, n) for t, n in zip(param_types, names.split(), strict=True)]
    b = Builder(LOC)
    outs = build(b, *(V(b, p) for p in params))
    sizes = sorted({a.name for t in param_types for a in types.type_atoms(t) if a.op == "var"})
    return Function(name, b.block(params, [b.value(o) for o in outs]), tuple(sizes))


def region(param_types: Sequence[Any], build: Callable[..., Sequence[Any]]) -> Block:
    params = [Value(t) for t in param_types]
    b = Builder(LOC)
    outs = build(b, *(V(b, p) for p in params))
    return b.block(params, [b.value(o) for o in outs])


def for_(
    b: Builder,
    bounds: Sequence[Any],
    carry: Sequence[Any],
    build: Callable[..., Sequence[Any]],
    xs: Sequence[Any] = (),
    caps: Sequence[Any] = (),
    exit: bool = False,
    reverse: bool = False,
) -> list[V]:
    carry, xs, caps = ([b.v(x) for x in group] for group in (carry, xs, caps))
    body = region([INT, *(v.type for v in carry), *(elem_type(v.type) for v in xs), *(v.type for v in caps)], build)
    ins = [b.value(x) for x in (*bounds, *carry, *xs, *caps)]
    flags = {name: True for name, on in (("exit", exit), ("reverse", reverse)) if on}
    return [V(b, v) for v in b.emit("for", *ins, regions=[body], n_carry=len(carry), n_xs=len(xs), **flags)]


def while_(
    b: Builder,
    carry: Sequence[Any],
    before: Callable[..., Any],
    after: Callable[..., Sequence[Any]],
    caps: Sequence[Any] = (),
    exit: bool = False,
) -> list[V]:
    carry, caps = ([b.v(x) for x in group] for group in (carry, caps))
    found = [v.type for v in (*carry, *caps)]
    regions = [region(found, lambda b, *a: [truth(b, before(b, *a))]), region(found, after)]
    flags = {"exit": True} if exit else {}
    outs = b.emit("while", *(b.value(x) for x in (*carry, *caps)), regions=regions, n_carry=len(carry), **flags)
    return [V(b, v) for v in outs]


def cond(
    b: Builder, pred: Any, then: Callable[..., Sequence[Any]], orelse: Callable[..., Sequence[Any]], caps: Sequence[Any]
) -> list[V]:
    caps = [b.v(x) for x in caps]
    regions = [region([v.type for v in caps], side) for side in (then, orelse)]
    return [V(b, v) for v in b.emit("cond", truth(b, pred).value, *(v.value for v in caps), regions=regions)]


def call(b: Builder, name: str, args: Sequence[Any], *out_types: types.Type) -> list[V]:
    return b.multi("call", *args, function=name, types=tuple(out_types))


def truth(b: Builder, x: Any) -> V:
    """A Python bool."""
    return b.op("convert", x, kind=types.Kind.PYTHON, dtype="b1")


def number(b: Builder, x: Any) -> V:
    """A Python int of a bool: an exit code."""
    return b.op("convert", x, kind=types.Kind.PYTHON, dtype="i8")


def real(b: Builder, x: float) -> V:
    """A NumPy float constant."""
    return V(b, b.const(x, F8))


def size(b: Builder, n: Any = N) -> V:
    return b.op("dim", size=n)


def at(b: Builder, x: Any, *indices: Any) -> V:
    spec = tuple(("at", i if isinstance(i, int) else None) for i in indices)
    return b.op("index", x, *(i for i in indices if not isinstance(i, int)), spec=spec)


def put(b: Builder, x: Any, v: Any, *indices: Any, name: str = "index_set") -> V:
    spec = tuple(("at", i if isinstance(i, int) else None) for i in indices)
    return b.op(name, x, v, *(i for i in indices if not isinstance(i, int)), spec=spec)


def cut(b: Builder, x: Any, *items: Any) -> V:
    """x[items]: an int or a value is an index, (lo, hi, size) a slice."""
    spec, dynamic = _spec(items)
    return b.op("index", x, *dynamic, spec=spec)


def put_cut(b: Builder, x: Any, v: Any, *items: Any) -> V:
    """x with x[items] = v."""
    spec, dynamic = _spec(items)
    return b.op("index_set", x, v, *dynamic, spec=spec)


def _spec(items: Sequence[Any]) -> tuple[tuple[Any, ...], list[Any]]:
    spec: list[tuple[Any, ...]] = []
    dynamic: list[Any] = []
    for item in items:
        bounds = item[:2] if isinstance(item, tuple) else (item,)
        entries = ["v" if isinstance(i, V) else i for i in bounds]
        dynamic += [i for i in bounds if isinstance(i, V)]
        if isinstance(item, tuple):
            spec.append(("slice", *entries, None, item[2]))
        else:
            spec.append(("at", None if entries[0] == "v" else entries[0]))
    return tuple(spec), dynamic


def normal(rng: np.random.Generator, *shape: int) -> Any:
    return rng.normal(size=shape) if shape else np.float64(rng.normal())


def vector_and_scalar(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    return normal(rng, n), normal(rng)
