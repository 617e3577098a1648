"""Building small programs by hand, and comparing what programs compute."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import symdiff.primitives  # noqa: F401  (fills the registry)
from symdiff.errors import Loc
from symdiff.ir import types
from symdiff.ir.build import Builder, V
from symdiff.ir.core import Block, Function, Op, Program, Value, walk
from symdiff.ir.interpret import run
from symdiff.ir.text import parse_program, print_program
from symdiff.ir.types import AVal, Type
from symdiff.ir.verify import verify
from symdiff.passes.dce import dce

LOC = Loc("user.py", 1, 0, 1, 9, "f", 1)
DERIVED = Loc("user.py", 1, 0, 1, 9, "∂f", 1)
F8, I8 = types.FLOAT, types.INT
N8 = types.numpy("f8")


def block(param_types: Sequence[Type], make: Callable[..., Any], loc: Loc = LOC) -> Block:
    """`make(b, *params)` returns the outs: a value or several."""
    b = Builder(loc)
    params = [Value(t, f"p{k}") for k, t in enumerate(param_types)]
    outs = make(b, *(V(b, p) for p in params))
    return b.block(params, [b.value(o) for o in (outs if isinstance(outs, (tuple, list)) else (outs,))])


def function(name: str, param_types: Sequence[Type], make: Callable[..., Any], loc: Loc = LOC) -> Function:
    atoms = sorted({a.name for t in param_types for a in types.type_atoms(t) if a.op == "var"})
    return Function(name, block(param_types, make, loc), tuple(atoms))


def program(
    param_types: Sequence[Type], make: Callable[..., Any], *others: Function, loc: Loc = LOC, **records: Any
) -> Program:
    f = function("f", param_types, make, loc)
    return Program({g.name: g for g in (f, *others)}, "f", records)


def emit(b: Builder, prim: str, /, *ins: Any, regions: Sequence[Block] = (), **params: Any) -> list[V]:
    return [V(b, v) for v in b.emit(prim, *map(b.value, ins), regions=regions, **params)]


def loop(
    b: Builder,
    n: Any,
    carry: Sequence[Any],
    xs: Sequence[Any],
    caps: Sequence[Any],
    make: Callable[..., Any],
    **params: Any,
) -> list[V]:
    """A `for` over range(n); `make(b, i, *carry, *x_i, *caps)` returns (*carry, *ys_i)."""
    from symdiff.primitives.control import elem_type

    values = [b.value(v) for v in (*carry, *xs, *caps)]
    n_carry, n_xs = len(carry), len(xs)
    inside = [
        I8,
        *(v.type for v in values[:n_carry]),
        *(elem_type(v.type) for v in values[n_carry : n_carry + n_xs]),
        *(v.type for v in values[n_carry + n_xs :]),
    ]
    body = block(inside, make, b.loc or LOC)
    return emit(b, "for", 0, n, 1, *values, regions=[body], n_carry=n_carry, n_xs=n_xs, **params)


def cond(b: Builder, pred: Any, caps: Sequence[Any], then: Callable[..., Any], orelse: Callable[..., Any]) -> list[V]:
    values = [b.value(v) for v in caps]
    inside = [v.type for v in values]
    return emit(
        b, "cond", pred, *values, regions=[block(inside, then, b.loc or LOC), block(inside, orelse, b.loc or LOC)]
    )


def names(p: Program, function: str = "f") -> list[str]:
    """The primitives of a function in order, constants left out."""
    return [op.prim.name for op in walk(p.functions[function].body) if op.prim.name != "const"]


def find(p: Program, name: str, function: str = "f") -> list[Op]:
    return [op for op in walk(p.functions[function].body) if op.prim.name == name]


def same_bits(a: Any, b: Any) -> bool:
    """Equal in type, dtype and bits, NaN and signed zeros included; containers element by element."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same_bits, a, b))
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and np.asarray(a).tobytes() == np.asarray(b).tobytes()
    if isinstance(a, float):
        return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (a != a and b != b)
    return bool(a == b)


def outcome(p: Program, args: Sequence[Any], function: str | None = None) -> Any:
    """The results, or the exception's type and text."""
    with np.errstate(all="ignore"):
        try:
            return run(p, *[np.copy(a) if isinstance(a, np.ndarray) else a for a in args], function=function)
        except (ArithmeticError, IndexError, ValueError, UnboundLocalError) as error:
            return (type(error).__name__, str(error))


def assert_same_bits(before: Program, after: Program, *samples: Sequence[Any]) -> None:
    verify(after)
    for args in samples:
        old, new = outcome(before, args), outcome(after, args)
        assert same_bits(old, new), f"{args}: {old} became {new}"


def parsed(text: str) -> Program:
    """The program of one function written by hand, `func @f(…)` and its lines."""
    return verify(parse_program(f"program @f\n\n{text}"))


def assert_becomes(change: Callable[[Program], Program], old: str, new: str, *samples: Sequence[Any]) -> None:
    """A pass, and `dce` behind it, makes the one function of the other, and both compute the same bits."""
    before = parsed(old)
    after = verify(dce(change(before)))
    assert print_program(after).partition("\n\n")[2] == new
    assert_same_bits(before, after, *samples)


def assert_stays(change: Callable[[Program], Program], text: str) -> None:
    """A pass does not touch the function."""
    program = parsed(text)
    assert change(program) is program


def close(a: Any, b: Any, rtol: float = 1e-12, atol: float = 0) -> None:
    """Equal types, dtypes and shapes; values within rtol."""
    for x, y in zip(a, b, strict=True):
        assert type(x) is type(y), (type(x), type(y))
        if isinstance(x, (np.ndarray, np.generic)):
            assert x.dtype == y.dtype
            assert x.shape == y.shape
        np.testing.assert_allclose(x, y, rtol=rtol, atol=atol)


def array(dtype: str, *shape: Any) -> AVal:
    from symdiff.ir import dims

    return types.array(dtype, *(dims.parse(d) if isinstance(d, str) else d for d in shape))
