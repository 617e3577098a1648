"""Products of matrices and tensors, and linear algebra.

Transposes are not conjugated (JAX's convention).  Matrices may be stacked: leading axes broadcast as NumPy's do.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.ir import dims, types
from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import AVal, Type
from symdiff.primitives.axes import (
    Shape,
    array_result,
    conjugate,
    count,
    draws,
    joined,
    normalize,
    real,
    reshaped,
    result,
    same,
    size,
    sizes,
    swap,
)
from symdiff.primitives.declare import BILINEAR, GENERAL, numeric, prim
from symdiff.primitives.kinks import RESULT_0, Place

_TENSOR = "indexed sums have no SymPy form"


# --- matrix products


def _matmul_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x, y = (numeric(t) for t in ins)
    if not x.shape or not y.shape:
        raise TypeError(f"matmul: {x} @ {y}: scalars have no matrix product")
    same([x.shape, y.shape], x.shape[-1], y.shape[-1 if y.rank == 1 else -2])
    batch = types.broadcast([x.shape[:-2], y.shape[:-2]])
    return result((*batch, *x.shape[-2:-1], *(y.shape[-1:] if y.rank > 1 else ())), types.promote([x, y]))


def _un_batched(b: Any, ct: Any, x: Any) -> Any:
    """ct summed over the leading axes along which x was broadcast."""
    return ct if ct.type.shape == x.type.shape else b.sum_to(ct, shape=x.type.shape)


def _rows(b: Any, x: Any) -> Any:
    """A stack of matrices as one matrix: all rows below each other."""
    shape = x.type.shape
    known = sizes(b, x)
    n = [count(b, x, tuple(range(x.type.rank - 1))), known[-1]] if known else []
    return b.reshape(x, *n, shape=(dims.prod(shape[:-1]), shape[-1]))


def _left_back(b: Any, ct: Any, x: Any, y: Any) -> Any:
    ranks = (x.type.rank, y.type.rank)
    if ranks == (1, 1):
        return ct * y
    if ranks[1] == 1:
        return b.outer(ct, y) if ranks[0] == 2 else b.expand_dims(ct, axis=-1) * y
    if ranks == (1, 2):
        return y @ ct
    if ranks[0] == 1:
        return _un_batched(b, b.squeeze(y @ b.expand_dims(ct, axis=-1), axis=-1), x)
    return _un_batched(b, ct @ swap(b, y), x)


def _right_back(b: Any, ct: Any, x: Any, y: Any) -> Any:
    ranks = (x.type.rank, y.type.rank)
    if ranks == (1, 1):
        return ct * x
    if ranks[0] == 1:
        return b.outer(x, ct) if ranks[1] == 2 else b.expand_dims(x, axis=-1) * b.expand_dims(ct, axis=-2)
    if ranks == (2, 1):
        return swap(b, x) @ ct
    if ranks[1] == 1:
        return b.ravel(ct) @ _rows(b, x)
    if ranks[1] == 2 and ranks[0] > 2:
        return swap(b, _rows(b, x)) @ _rows(b, ct)
    return _un_batched(b, swap(b, x) @ ct, y)


_SAME_RANK2: tuple[Any, ...] = ((((2, 3), (3, 4)), {}), (((2, 3), (3,)), {}), (((3,), (3, 2)), {}), (((3,), (3,)), {}))
# Formulas and rules take a vector for a column: x @ y is xᵀ y, and x @ A is Aᵀ x.
_PRODUCT: dict[str, Any] = {
    "formula": "x @ y", "rule": ("d_{out} · {y}ᵀ", "{x}ᵀ · d_{out}"), "numerical": _TENSOR,
    "ranked": {
        (1, 1): {"formula": "x.T @ y", "rule": ("{y}", "{x}")},
        (1, 2): {"formula": "y.T @ x", "rule": ("{y} · d_{out}", "{x} · d_{out}ᵀ")},
    },
}  # fmt: skip
matmul = prim("matmul", "x y", BILINEAR, infer=_matmul_infer, numpy="x @ y", transpose=(_left_back, _right_back),
    **_PRODUCT,
    samples=draws(*_SAME_RANK2, (((2, 3, 4), (4, 2)), {}), (((2, 3, 4), (4,)), {}), (((4,), (2, 4, 3)), {}),
    (((3, 4), (2, 4, 2)), {}), (((5, 1, 2, 3), (4, 3, 2)), {})))  # fmt: skip


def _dot_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    if any(numeric(t).rank > 2 for t in ins):
        raise TypeError("dot: of arrays of rank above 2 it is a tensordot")
    return _matmul_infer(ins, regions)


def _outer_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x, y = (numeric(t) for t in ins)
    if x.rank != 1 or y.rank != 1:
        raise TypeError(f"outer: two vectors are needed, not {x} and {y}")
    return array_result((*x.shape, *y.shape), types.promote([x, y]))


def _vdot_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x, y = (numeric(t) for t in ins)
    same([x.shape, y.shape], dims.prod(x.shape), dims.prod(y.shape))
    return result((), types.promote([x, y]))


dot = prim("dot", "x y", BILINEAR, infer=_dot_infer, numpy="np.dot(x, y)", transpose=(_left_back, _right_back),
    **_PRODUCT, samples=draws(*_SAME_RANK2))  # fmt: skip
outer = prim("outer", "x y", BILINEAR, infer=_outer_infer, numpy="np.outer(x, y)",
    rule=("d_{out} · {y}", "d_{out}ᵀ · {x}"), transpose=(lambda b, ct, x, y: ct @ y, lambda b, ct, x, y: x @ ct),
    formula="x @ y.T", numerical=_TENSOR,
    samples=draws((((2,), (3,)), {}), (((1,), (4,)), {}), (((3,), (2,)), {})))  # fmt: skip
# y · conj(x): linear in x over the reals only
vdot = prim("vdot", "x y", BILINEAR, infer=_vdot_infer, numpy="np.vdot(x, y)", rule=("{y}", "{x}"),
    transpose=(lambda b, ct, x, y: reshaped(b, conjugate(b, ct * y), x),
    lambda b, ct, x, y: reshaped(b, ct * conjugate(b, x), y)), numerical=_TENSOR, holomorphic=False,
    samples=draws((((3,), (3,)), {}), (((2, 3), (2, 3)), {}), (((2, 3), (6,)), {})))  # fmt: skip


# --- tensordot: pairs of axes summed over


def _pairs(x: AVal, y: AVal, axes_: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    left, right = normalize(axes_[0], x.rank), normalize(axes_[1], y.rank)
    if len(left) != len(right):
        raise TypeError(f"tensordot: {len(left)} axes against {len(right)}")
    return left, right


def _rest(rank: int, gone: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(k for k in range(rank) if k not in gone)


def _tensordot_infer(
    ins: tuple[Type, ...], regions: tuple[()], axes: tuple[tuple[int, ...], tuple[int, ...]]
) -> tuple[Type, ...]:
    x, y = (numeric(t) for t in ins)
    left, right = _pairs(x, y, axes)
    for i, j in zip(left, right, strict=True):
        same([x.shape, y.shape], x.shape[i], y.shape[j])
    shape = (*(x.shape[k] for k in _rest(x.rank, left)), *(y.shape[k] for k in _rest(y.rank, right)))
    return array_result(shape, types.promote([x, y]))


def _tensordot_left(b: Any, ct: Any, x: Any, y: Any, axes: tuple[tuple[int, ...], tuple[int, ...]]) -> Any:
    """The axes of the result: those of x that stay, then those of y that were summed over, in y's order."""
    left, right = _pairs(x.type, y.type, axes)
    free_x, free_y = _rest(x.type.rank, left), _rest(y.type.rank, right)
    made = b.tensordot(ct, y, axes=(tuple(range(len(free_x), len(free_x) + len(free_y))), free_y))
    return _ordered(b, made, (*free_x, *(left[k] for k in _by_value(right))))


def _tensordot_right(b: Any, ct: Any, x: Any, y: Any, axes: tuple[tuple[int, ...], tuple[int, ...]]) -> Any:
    left, right = _pairs(x.type, y.type, axes)
    free_x, free_y = _rest(x.type.rank, left), _rest(y.type.rank, right)
    made = b.tensordot(x, ct, axes=(free_x, tuple(range(len(free_x)))))
    return _ordered(b, made, (*(right[k] for k in _by_value(left)), *free_y))


def _by_value(found: tuple[int, ...]) -> list[int]:
    return sorted(range(len(found)), key=found.__getitem__)


def _ordered(b: Any, x: Any, order: tuple[int, ...]) -> Any:
    """x, whose axis k is to be axis order[k]."""
    return x if order == tuple(range(len(order))) else b.transpose(x, axes=tuple(_by_value(order)))


tensordot = prim("tensordot", "x y", BILINEAR, params=("axes",), infer=_tensordot_infer,
    numpy="np.tensordot(x, y, axes)", transpose=(_tensordot_left, _tensordot_right),
    rule=("d_{out} · {y}", "{x} · d_{out}"), numerical=_TENSOR,
    samples=draws((((2, 3, 4), (4, 3, 5)), {"axes": ((2, 1), (0, 1))}), (((2, 3), (4, 2)), {"axes": ((0,), (1,))}),
    (((2,), (3,)), {"axes": ((), ())}), (((2, 3), (3, 2)), {"axes": ((0, 1), (1, 0))})))  # fmt: skip


# --- einsum


def parse_einsum(subscripts: str, ranks: tuple[int, ...]) -> tuple[list[str], str]:
    """The letters of each operand and of the result, written out where the subscripts leave the result out."""
    text = subscripts.replace(" ", "")
    if "." in text:
        raise TypeError("einsum: write the indices out instead of `...`")
    left, arrow, out = text.partition("->")
    terms = left.split(",")
    if not arrow:
        out = "".join(sorted(c for c in set(left) - {","} if left.count(c) == 1))
    if len(terms) != len(ranks) or any(len(t) != r for t, r in zip(terms, ranks, strict=True)):
        raise TypeError(f"einsum: {subscripts!r} does not fit operands of ranks {ranks}")
    if (
        not all(c.isalpha() and c.isascii() for c in "".join(terms) + out)
        or len(set(out)) < len(out)
        or not set(out) <= set(left)
    ):
        raise TypeError(f"einsum: {subscripts!r} is not understood")
    return terms, out


def written_einsum(subscripts: str, ranks: Sequence[int]) -> str:
    """The subscripts with letters in place of `...`: the last ones where operands have different numbers of them."""
    text = subscripts.replace(" ", "")
    if "..." not in text:
        return text
    left, arrow, out = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise TypeError(f"einsum: {subscripts!r} does not fit operands of ranks {tuple(ranks)}")
    free = [c for c in string.ascii_letters if c not in text]
    counts = [r - len(t.replace("...", "")) if "..." in t else 0 for t, r in zip(terms, ranks, strict=True)]
    most = max(counts)
    if min(counts) < 0 or most > len(free):
        raise TypeError(f"einsum: {subscripts!r} does not fit operands of ranks {tuple(ranks)}")
    letters = "".join(free[:most])
    written = [t.replace("...", letters[most - n :]) for t, n in zip(terms, counts, strict=True)]
    if not arrow:
        out = "..." + "".join(sorted(c for c in set(left) - {",", "."} if left.count(c) == 1))
    return ",".join(written) + "->" + out.replace("...", letters)


def _letters(terms: list[str], shapes: list[Shape]) -> dict[str, Dim]:
    found: dict[str, Dim] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for c, d in zip(term, shape, strict=True):
            found[c] = same(shapes, found.get(c, d), d)
    return found


def _einsum_infer(
    ins: tuple[Type, ...], regions: tuple[()], subscripts: str, optimize: Any = False
) -> tuple[Type, ...]:
    xs = [numeric(t) for t in ins]
    terms, out = parse_einsum(subscripts, tuple(x.rank for x in xs))
    length = _letters(terms, [x.shape for x in xs])
    return result(tuple(length[c] for c in out), joined(xs))


def _einsum_back(b: Any, ct: Any, *xs: Any, subscripts: str, optimize: Any = False) -> list[Any]:
    terms, out = parse_einsum(subscripts, tuple(x.type.rank for x in xs))
    return [_einsum_operand(b, ct, xs, terms, out, k) if x.type.inexact else None for k, x in enumerate(xs)]


def _einsum_operand(b: Any, ct: Any, xs: tuple[Any, ...], terms: list[str], out: str, k: int) -> Any:
    x, own = xs[k], "".join(dict.fromkeys(terms[k]))
    others = [(t, v) for j, (t, v) in enumerate(zip(terms, xs, strict=True)) if j != k]
    here = "".join(c for c in own if c in out or any(c in t for t, _ in others))
    inputs = [(out, ct), *others] if k == 0 else [*others, (out, ct)]
    if len(inputs) == 1 and inputs[0][0] == here:
        found = ct
    else:
        found = b.einsum(*(v for _, v in inputs), subscripts=",".join(t for t, _ in inputs) + "->" + here)
    if here != own:  # an index of this operand alone, summed over
        missing = tuple(n for n, c in enumerate(own) if c not in here)
        shape = tuple(x.type.shape[terms[k].index(c)] for c in own)
        known = [size(b, x, terms[k].index(c)) for c in own] if sizes(b, x) else []
        found = b.broadcast_to(b.expand_dims(found, axis=missing), *known, shape=shape)
    return found if own == terms[k] else _on_diagonal(b, found, x, own, terms[k])


def _on_diagonal(b: Any, ct: Any, x: Any, own: str, term: str) -> Any:
    """ct, indexed by each letter once, where x is indexed by some twice."""
    at = {}
    for n, c in enumerate(own):
        length = size(b, x, term.index(c))
        found = b.arange(size=length) if isinstance(length, int) else b.arange(length, size=x.type.shape[term.index(c)])
        later = tuple(range(1, len(own) - n))
        at[c] = b.expand_dims(found, axis=later) if later else found
    return b.index_add(b.zeros(x), ct, *(at[c] for c in term), spec=(("array",),) * len(term), unique=True)


def _einsum_text(params: Params, ins: tuple[Type, ...]) -> str:
    optimize = ", optimize=optimize" if "optimize" in params else ""
    return f"np.einsum(subscripts, {', '.join(f'xs{k}' for k in range(len(ins)))}{optimize})"


einsum = prim("einsum", "*xs", BILINEAR, params=("subscripts", "optimize"), infer=_einsum_infer, numpy=_einsum_text,
    transpose=(_einsum_back,), views=0, rule=("the sum with d_{out} in its place",), numerical=_TENSOR,
    samples=draws((((2, 3), (3, 4)), {"subscripts": "ij,jk->ik"}),
    (((2, 3), (3,), (2,)), {"subscripts": "ij,j,i"}), (((3, 3),), {"subscripts": "ii"}),
    (((2, 3), (4,)), {"subscripts": "ij,k->k"}), (((3, 3, 2),), {"subscripts": "iij->ji"}),
    (((2, 3, 4), (2, 4, 5)), {"subscripts": "bij,bjk->bik"})))  # fmt: skip


# --- inverses and factors of square matrices, possibly stacked


def square(t: Type, name: str) -> AVal:
    """The type of a square matrix, or of a stack of them.  Raises TypeError."""
    x = numeric(t)
    if x.rank < 2:
        raise TypeError(f"{name}: a square matrix is needed, not {x}")
    same([x.shape], x.shape[-2], x.shape[-1])
    return x


def inexact(*xs: AVal) -> str:
    """The dtype that LAPACK computes in."""
    found = joined(xs)
    return "f8" if found[0] in "biu" else found


def _inv_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x = square(ins[0], "inv")
    return array_result(x.shape, inexact(x))


def _det_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x = square(ins[0], "det")
    return result(x.shape[:-2], inexact(x))


def _slogdet_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x = square(ins[0], "slogdet")
    return result(x.shape[:-2], inexact(x))


def _logabsdet_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x = square(ins[0], "slogdet")
    return result(x.shape[:-2], real(inexact(x)))


def _matrices(b: Any, s: Any, x: Any) -> Any:
    """One number per matrix, in a shape that broadcasts against the matrices x."""
    return b.expand_dims(s, axis=(x.type.rank - 2, x.type.rank - 1)) if x.type.rank > 2 else s


def _trace_of_product(b: Any, x: Any, y: Any) -> Any:
    """tr(x · y), per matrix."""
    return b.sum(x * swap(b, y), axis=(x.type.rank - 2, x.type.rank - 1))


def _inv_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    return (-(swap(b, y) @ ct @ swap(b, y)),)


def _det_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    return (_matrices(b, ct * y, x) * swap(b, b.inv(x)),)


def _logdet_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    return (_matrices(b, ct, x) * swap(b, b.inv(x)),)


def _logdet_along(b: Any, ts: Any, y: Any, x: Any) -> Any:
    moved = _trace_of_product(b, b.inv(x), ts[0])
    return b.real(moved) if x.type.complex else moved


def _slogdet_sign_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    """sign = e^(i·Im log det): only a complex one turns."""
    if not x.type.complex:
        return (None,)
    return (_matrices(b, b.imag(ct * y) * 1j, x) * swap(b, b.inv(x)),)


def _slogdet_sign_along(b: Any, ts: Any, y: Any, x: Any) -> Any:
    return y * (b.imag(_trace_of_product(b, b.inv(x), ts[0])) * 1j) if x.type.complex else None


_FACTORED = "a factorisation, tested by differences"


def _regular(*shape: int) -> Any:
    """Random matrices far from singular."""
    return lambda rng: rng.normal(size=shape) + 3 * np.eye(shape[-1])


def _positive(*shape: int) -> Any:
    """Random symmetric positive definite matrices."""

    def draw(rng: np.random.Generator) -> Any:
        x = rng.normal(size=shape)
        return x @ np.swapaxes(x, -1, -2) + 2 * np.eye(shape[-1])

    return draw


_SQUARES = draws(((_regular(3, 3),), {}), ((_regular(2, 2, 2),), {}), ((_regular(1, 1),), {}))
_SINGULAR = "a singular matrix has no derivative here: LinAlgError"
inv = prim("inv", "x", GENERAL, infer=_inv_infer, numpy="np.linalg.inv(x)", unbounded=True, vjp=_inv_back,
    rule=("-{out}ᵀ · d_{out} · {out}ᵀ",), jvp=lambda b, ts, y, x: -(y @ ts[0] @ y), latex="x^{-1}",
    numerical=_FACTORED, samples=_SQUARES)  # fmt: skip
det = prim("det", "x", GENERAL, infer=_det_infer, numpy="np.linalg.det(x)", unbounded=True, vjp=_det_back,
    rule=("{out} · {x}⁻ᵀ",), jvp=lambda b, ts, y, x: y * _trace_of_product(b, b.inv(x), ts[0]), latex=r"\det x",
    kinks=_SINGULAR, places=RESULT_0, numerical=_FACTORED, samples=_SQUARES)  # fmt: skip
# the two results of np.linalg.slogdet
logabsdet = prim("logabsdet", "x", GENERAL, infer=_logabsdet_infer, numpy="np.linalg.slogdet(x)[1]", unbounded=True,
    parts=2, vjp=_logdet_back, jvp=_logdet_along, rule=("{x}⁻ᵀ",), latex=r"\log|\det x|", kinks=_SINGULAR,
    places=(Place("det {x} = 0", lambda out, x: out == -np.inf),),
    numerical=_FACTORED, samples=_SQUARES)  # fmt: skip
slogdet_sign = prim("slogdet_sign", "x", GENERAL, infer=_slogdet_infer, numpy="np.linalg.slogdet(x)[0]", parts=2,
    vjp=_slogdet_sign_back, jvp=_slogdet_sign_along, rule="0", kinks="of a real matrix the derivative is 0",
    places=RESULT_0,     numerical=_FACTORED, samples=_SQUARES)  # fmt: skip


def _solve_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    a, c = square(ins[0], "solve"), numeric(ins[1])
    if not c.shape:
        raise TypeError("solve: the right-hand side is a vector or matrices")
    product = _matmul_infer((AVal(a.kind, a.shape, a.dtype), c), ())[0]
    return array_result(numeric(product).shape, inexact(a, c))


def _solve_back(b: Any, ct: Any, y: Any, a: Any, c: Any) -> tuple[Any, Any]:
    """`a · y = c`: d_c solves `aᵀ · d_c = ct`, and d_a = -d_c · yᵀ."""
    if c.type.rank > 1:
        found = b.solve(swap(b, a), ct)
        return _un_batched(b, -(found @ swap(b, y)), a), _un_batched(b, found, c)
    if a.type.rank == 2:
        found = b.solve(b.transpose(a), ct)
        return -b.outer(found, y), found
    found = b.solve(swap(b, a), b.expand_dims(ct, axis=-1))
    d_a = -(found * b.expand_dims(y, axis=-2))
    return _un_batched(b, d_a, a), _un_batched(b, b.squeeze(found, axis=-1), c)


def _solve_along(b: Any, ts: Any, y: Any, a: Any, c: Any) -> Any:
    t_a, t_c = ts
    if t_a is None:
        return b.solve(a, t_c)
    if c.type.rank > 1 or a.type.rank == 2:
        return b.solve(a, -(t_a @ y) if t_c is None else t_c - t_a @ y)
    moved = -(t_a @ b.expand_dims(y, axis=-1))
    return b.squeeze(b.solve(a, moved if t_c is None else b.expand_dims(t_c, axis=-1) + moved), axis=-1)


solve = prim("solve", "a c", GENERAL, infer=_solve_infer, numpy="np.linalg.solve(a, c)", unbounded=True,
    vjp=_solve_back, jvp=_solve_along, rule=("-{a}⁻ᵀ · d_{out} · {out}ᵀ", "{a}⁻ᵀ · d_{out}"), latex="a^{-1} c",
    numerical=_FACTORED, samples=draws(((_regular(3, 3), (3,)), {}),
    ((_regular(3, 3), (3, 2)), {}), ((_regular(2, 3, 3), (3,)), {}), ((_regular(3, 3), (2, 3, 2)), {}),
    ((_regular(2, 2, 2), (2, 2, 1)), {})))  # fmt: skip


def _cholesky_infer(ins: tuple[Type, ...], regions: tuple[()]) -> tuple[Type, ...]:
    x = square(ins[0], "cholesky")
    return array_result(x.shape, inexact(x))


def _half_lower(b: Any, x: Any) -> Any:
    """The lower triangle with half the diagonal."""
    return 0.5 * (b.tril(x) + b.tril(x, k=-1))


def _adjoint(b: Any, x: Any) -> Any:
    return conjugate(b, swap(b, x))


def symmetric_part(b: Any, x: Any) -> Any:
    """The symmetric part, of complex matrices the Hermitian one."""
    return 0.5 * (x + _adjoint(b, x))


def _cholesky_back(b: Any, ct: Any, y: Any, x: Any) -> tuple[Any]:
    """S = L⁻ᵀ · Φ(Lᵀ · ct) · L⁻¹ (the last L conjugated), made symmetric."""
    upper = swap(b, y)
    left = b.solve(upper, _half_lower(b, upper @ ct))
    return (conjugate(b, symmetric_part(b, b.solve(conjugate(b, upper), swap(b, left)))),)


def _cholesky_along(b: Any, ts: Any, y: Any, x: Any) -> Any:
    """L · Φ(L⁻¹ · t · L⁻ᴴ) for the symmetric part of t."""
    left = b.solve(y, symmetric_part(b, ts[0]))
    return y @ _half_lower(b, b.solve(y, _adjoint(b, left)))


cholesky = prim("cholesky", "x", GENERAL, infer=_cholesky_infer, numpy="np.linalg.cholesky(x)", unbounded=True,
    vjp=_cholesky_back, jvp=_cholesky_along, rule=("{out}⁻ᵀ · Φ({out}ᵀ · d_{out}) · {out}⁻¹",), numerical=_FACTORED,
    symmetric=True,
    kinks="the matrix is taken as symmetric (Hermitian), and so is its gradient: NumPy reads its lower triangle only",
    samples=draws(((_positive(3, 3),), {}), ((_positive(2, 2, 2),), {}), ((_positive(1, 1),), {})))  # fmt: skip
