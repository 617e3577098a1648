"""What the array primitives share: axes, result types, sizes inside rules, NumPy texts, samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from symdiff.ir import dims, types
from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Kind, Type
from symdiff.primitives.declare import numeric

Axis = int | tuple[int, ...] | None
Shape = tuple[Dim, ...]


def normalize(axis: Axis, rank: int) -> tuple[int, ...]:
    """The axes meant, each in range(rank), in the order given; None means all of them."""
    if axis is None:
        return tuple(range(rank))
    given = axis if isinstance(axis, tuple) else (axis,)
    # NumPy lets a scalar be reduced along axis 0 and -1
    found = tuple(a + rank if a < 0 else a for a in given if rank or a not in (0, -1))
    if any(not 0 <= a < rank for a in found):
        raise TypeError(f"axis {axis} is out of range for an array of rank {rank}")
    if len(set(found)) < len(found):
        raise TypeError(f"axis {axis} is repeated")
    return found


def one_axis(axis: int, rank: int) -> int:
    """One axis of an array that has it."""
    if not -rank <= axis < rank:
        raise TypeError(f"axis {axis} is out of range for an array of rank {rank}")
    return axis % rank


def reduced(shape: Shape, axis: Axis, keepdims: bool) -> Shape:
    """The shape left by a reduction."""
    gone = normalize(axis, len(shape))
    if keepdims:
        return tuple(1 if k in gone else d for k, d in enumerate(shape))
    return tuple(d for k, d in enumerate(shape) if k not in gone)


def result(shape: Shape, dtype: str) -> tuple[Type, ...]:
    """NumPy's results of rank 0 are scalars."""
    return (AVal(Kind.ARRAY, shape, dtype) if shape else types.numpy(dtype),)


def array_result(shape: Shape, dtype: str) -> tuple[Type, ...]:
    return (AVal(Kind.ARRAY, shape, dtype),)


def floating(dtype: str) -> str:
    return "f8" if dtype[0] in "biu" else dtype


def real(dtype: str) -> str:
    return {"c16": "f8", "c8": "f4"}.get(dtype, dtype)


def summed(dtype: str) -> str:
    """The dtype of sums and products: small integers are added up in 64 bits."""
    return {"b": "i8", "i": "i8", "u": "u8"}.get(dtype[0], dtype)


def joined(ins: Sequence[AVal]) -> str:
    """The dtype of several operands in one array, where Python numbers count as arrays of their own dtype.

    Raises KindError where it depends on the kind of a scalar that is a Python or a NumPy number.
    """
    found = {types.code(np.result_type(*map(np.dtype, dtypes))) for dtypes in (map(_least, ins), map(_most, ins))}
    if len(found) > 1:
        raise types.KindError("an array is made of a scalar that is a Python or a NumPy number depending on the path")
    return found.pop()


def _least(t: AVal) -> str:
    """The least dtype that a number has in an array: what may be an int or a bool counts as one."""
    return "b1" if t.kind is Kind.MIXED else t.dtype


def _most(t: AVal) -> str:
    """The greatest: a Python float is of 64 bits, also where it stands beside a smaller NumPy scalar."""
    wide = {"f": "f8", "c": "c16"}.get(t.dtype[0], t.dtype)
    return wide if t.either else t.dtype


def same(shapes: Sequence[Shape], left: Dim, right: Dim) -> Dim:
    """The size that both are.  Raises ShapeError where they differ or are not known to be equal."""
    if dims.equal(left, right) is not True:
        raise types.ShapeError(tuple(shapes), left, right)
    return left if isinstance(left, int) else right


# --- NumPy texts


def is_array(t: Type) -> bool:
    return numeric(t).kind is Kind.ARRAY


def method(name: str, *keywords: str) -> Callable[..., str]:
    """`x.sum(axis=axis)`, or `np.sum(x)` of a scalar, with the keywords that the operation has."""

    def text(params: Params, ins: tuple[Type, ...]) -> str:
        given = [f"{k}={k}" for k in keywords if k in params]
        return f"x.{name}({', '.join(given)})" if is_array(ins[0]) else f"np.{name}({', '.join(['x', *given])})"

    return text


def function(name: str, operands: str, *keywords: str) -> Callable[..., str]:
    """`np.flip(x, axis=axis)`, with the keywords that the operation has."""

    def text(params: Params, ins: tuple[Type, ...]) -> str:
        return f"{name}({', '.join([operands, *[f'{k}={k}' for k in keywords if k in params]])})"

    return text


def listed(count: int, name: str, start: int = 0) -> str:
    """`(xs0, xs1)`: operands `*xs` as a tuple."""
    names = [f"{name}{k}" for k in range(start, count)]
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def shape_text(ins: tuple[Type, ...]) -> str:
    """The parameter `shape`, or the integer operands `*n`, one per axis, that stand for it."""
    return listed(len(ins) - 1, "n") if len(ins) > 1 else "shape"


# --- inside rules: b is the builder


def sizes(b: Any, x: Any) -> Sequence[Any]:
    """The operands `*n` for x's shape: none where the type says it."""
    return b.sizes(x.value) or ()


def size(b: Any, x: Any, axis: int) -> Any:
    """x's size along an axis, as an int or a value."""
    d = x.type.shape[axis]
    if isinstance(d, int):
        return d
    known = b.sizes(x.value)
    return b.v(known[axis]) if known else b.dim(size=d)


def count(b: Any, x: Any, axis: Axis) -> Any:
    """The number of elements that a reduction takes together."""
    gone = normalize(axis, x.type.rank)
    known = b.sizes(x.value) if gone else None
    if known:
        factors = [size(b, x, k) for k in gone]
        total = factors[0]
        for f in factors[1:]:
            total = total * f
        return total
    total = dims.prod(x.type.shape[k] for k in gone)
    return total if isinstance(total, int) else b.dim(size=total)


def keep(b: Any, y: Any, x: Any, axis: Axis, keepdims: bool = False) -> Any:
    """A reduction's result (or cotangent) y in a shape that broadcasts against the operand x."""
    gone = normalize(axis, x.type.rank)
    leading = sorted(gone) == list(range(len(gone)))  # broadcasting adds leading axes by itself
    return y if keepdims or leading else b.expand_dims(y, axis=tuple(sorted(gone)))


def filled(b: Any, ct: Any, x: Any) -> Any:
    """ct broadcast to x's shape."""
    return ct if ct.type.shape == x.type.shape else b.broadcast_to(ct, *sizes(b, x), shape=x.type.shape)


def reshaped(b: Any, ct: Any, x: Any) -> Any:
    """ct in x's shape."""
    return ct if ct.type.shape == x.type.shape else b.reshape(ct, *sizes(b, x), shape=x.type.shape)


def conjugate(b: Any, x: Any) -> Any:
    return b.conj(x) if x.type.complex else x


def swap(b: Any, x: Any) -> Any:
    """x with its last two axes exchanged."""
    rank = x.type.rank
    return b.transpose(x, axes=(*range(rank - 2), rank - 1, rank - 2))


# --- samples: rows of (operands, params), where a tuple is the shape of a normal array and a function draws from rng

Row = tuple[Iterable[Any], dict[str, Any]]


def draws(*rows: Row) -> Callable[[np.random.Generator], list[tuple[tuple[Any, ...], dict[str, Any]]]]:
    def samples(rng: np.random.Generator) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        return [(tuple(_draw(rng, o) for o in operands), params) for operands, params in rows]

    return samples


def _draw(rng: np.random.Generator, operand: Any) -> Any:
    if isinstance(operand, tuple):
        return rng.normal(size=operand)
    return operand(rng) if callable(operand) else operand


def spaced(*shape: int) -> Callable[[np.random.Generator], Any]:
    """Numbers of which no two are close, nor their sizes: away from ties."""
    return lambda rng: rng.permutation(
        (np.arange(np.prod(shape, dtype=int)) + rng.uniform(0.1, 0.4)) * rng.choice([-0.3, 0.3])
    ).reshape(shape)
