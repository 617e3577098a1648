"""Fourier transforms of NumPy, along one axis.

The matrix of a transform is symmetric, so that the transpose of `fft` is `fft` and that of `ifft` is `ifft`.  A real
transform leaves half of the frequencies out, the other half being their conjugates.  A length that is only known when
it runs, `n`, is an operand besides.
"""

from __future__ import annotations

from typing import Any

from symdiff.ir import dims
from symdiff.ir.core import Params
from symdiff.ir.dims import Dim
from symdiff.ir.types import Type
from symdiff.primitives.axes import array_result, draws, floating, one_axis, real, size, sizes
from symdiff.primitives.declare import LINEAR, numeric, prim


def _complex(dtype: str) -> str:
    return {"f4": "c8", "f8": "c16"}.get(floating(dtype), floating(dtype))


def _infer(kind: str) -> Any:
    def infer(
        ins: tuple[Type, ...], regions: tuple[()], n: Dim | None = None, axis: int = -1, norm: str = "backward"
    ) -> tuple[Type, ...]:
        x = numeric(ins[0])
        k = one_axis(axis, x.rank)
        if kind == "rfft" and x.complex:
            raise TypeError("rfft: real numbers are needed")
        length = n if n is not None else x.shape[k]
        if kind == "rfft":
            length = dims.add(dims.floordiv(length, 2), 1)
        elif kind == "irfft" and n is None:
            length = dims.mul(2, dims.sub(x.shape[k], 1))
        dtype = real(_complex(x.dtype)) if kind == "irfft" else _complex(x.dtype)
        return array_result((*x.shape[:k], length, *x.shape[k + 1 :]), dtype)

    return infer


def _text(name: str) -> Any:
    """`np.fft.fft(x, n=n)` with the length that is an operand, or the static one."""

    def text(params: Params, ins: tuple[Type, ...]) -> str:
        given = {"n": "n0"} if len(ins) > 1 else {}
        return f"np.fft.{name}({', '.join(['x', *(f'{k}={given.get(k, k)}' for k in _P if k in params)])})"

    return text


def _fitted(b: Any, ct: Any, x: Any, axis: int) -> Any:
    """ct along an axis cut off, or filled up with zeros, to the length that x has; its real part for a real x."""
    ct = ct if x.type.complex or not ct.type.complex else b.real(ct)
    k = one_axis(axis, x.type.rank)
    have, want = ct.type.shape[k], x.type.shape[k]
    if dims.equal(have, want) is True:
        return ct
    both = dims.dmin(have, want)
    before = tuple(("slice", None, None, None, d) for d in x.type.shape[:k])
    ends = [d if isinstance(d, int) else "v" for d in (want, have)]
    part = b.index(ct, *_operands(b, x, k, ends[0]), spec=(*before, ("slice", None, ends[0], None, both)))
    place = (*before, ("slice", None, ends[1], None, both))
    return b.index_set(b.zeros(x), part, *_operands(b, ct, k, ends[1]), spec=place)


def _operands(b: Any, x: Any, axis: int, end: Any) -> tuple[Any, ...]:
    return (size(b, x, axis),) if end == "v" else ()


def _same_back(name: str) -> Any:
    def back(b: Any, ct: Any, x: Any, *count: Any, n: Dim | None = None, axis: int = -1, norm: str = "backward") -> Any:
        return _fitted(b, b.op(name, ct, axis=axis, norm=norm), x, axis)

    return back


def _rfft_back(
    b: Any, ct: Any, x: Any, *count: Any, n: Dim | None = None, axis: int = -1, norm: str = "backward"
) -> Any:
    if n is None:
        k = one_axis(axis, x.type.rank)
        n, count = x.type.shape[k], (size(b, x, k),) if sizes(b, x) else ()
    return _fitted(b, b.real(b.fft(ct, *count, n=n, axis=axis, norm=norm)), x, axis)


def _irfft_back(
    b: Any, ct: Any, x: Any, *count: Any, n: Dim | None = None, axis: int = -1, norm: str = "backward"
) -> Any:
    """Each frequency but the first, and the last of an even number, stands for its conjugate too."""
    inverse = {"backward": "forward", "forward": "backward", "ortho": "ortho"}[norm]
    found = b.conj(b.rfft(ct, axis=axis, norm=inverse))
    k = one_axis(axis, x.type.rank)
    length, held = size(b, ct, k), (size(b, found, k),) if sizes(b, found) else ()
    place = b.arange(*held, size=found.type.shape[k])
    alone = b.logical_or(b.eq(place, 0), b.eq(place * 2, length))
    weight = b.where(alone, 1.0, 2.0)
    later = tuple(range(1, x.type.rank - k))
    return _fitted(b, found * (b.expand_dims(weight, axis=later) if later else weight), x, axis)


_P = ("n", "axis", "norm")
_FFT: dict[str, Any] = {"params": _P, "numerical": "indexed sums have no SymPy form"}
_ROWS = draws((((6,),), {}), (((5, 3),), {"axis": 0, "norm": "ortho"}), (((4,),), {"n": 6}), (((2, 5),), {"n": 3}),
    (((5,),), {"norm": "forward"}))  # fmt: skip
fft = prim("fft", "x *n", LINEAR, infer=_infer("fft"), numpy=_text("fft"),
    transpose=(_same_back("fft"), None), rule=("fft of d_{out}", ""), holomorphic=False, samples=_ROWS,
    **_FFT)  # fmt: skip
ifft = prim("ifft", "x *n", LINEAR, infer=_infer("ifft"), numpy=_text("ifft"),
    transpose=(_same_back("ifft"), None), rule=("ifft of d_{out}", ""), holomorphic=False, samples=_ROWS,
    **_FFT)  # fmt: skip
rfft = prim("rfft", "x *n", LINEAR, infer=_infer("rfft"), numpy=_text("rfft"),
    transpose=(_rfft_back, None), rule=("real part of the fft of d_{out}", ""), holomorphic=False, samples=_ROWS,
    **_FFT)  # fmt: skip
irfft = prim("irfft", "x *n", LINEAR, infer=_infer("irfft"), numpy=_text("irfft"),
    transpose=(_irfft_back, None), rule=("conjugate rfft of d_{out}, twice for frequencies that stand for two", ""),
    holomorphic=False, samples=_ROWS, **_FFT)  # fmt: skip
