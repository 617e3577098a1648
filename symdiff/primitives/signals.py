"""Functions of sampled signals."""

from __future__ import annotations

from typing import Any

from symdiff.ir import dims, types
from symdiff.ir.types import Type
from symdiff.primitives.axes import array_result, draws
from symdiff.primitives.declare import BILINEAR, numeric, prim


def _convolve_infer(ins: tuple[Type, ...], regions: tuple[()], mode: str = "full") -> tuple[Type, ...]:
    x, y = (numeric(t) for t in ins)
    if x.rank != 1 or y.rank != 1:
        raise TypeError(f"convolve: two vectors are needed, not {x} and {y}")
    (n,), (m,) = x.shape, y.shape
    if mode == "full":
        size = dims.sub(dims.add(n, m), 1)
    else:  # inside rules, where the first is the longer one
        size = dims.add(dims.sub(n, m), 1)
    return array_result((size,), types.promote([x, y]))


def _correlated(b: Any, ct: Any, x: Any) -> Any:
    """Σ ct[k + j] · x[k] for every j: the transpose of the full convolution with x."""
    return b.convolve(ct, b.flip(x), mode="valid")


def _left_back(b: Any, ct: Any, x: Any, y: Any, mode: str = "full") -> Any:
    return _correlated(b, ct, y) if mode == "full" else b.convolve(ct, b.flip(y))


def _right_back(b: Any, ct: Any, x: Any, y: Any, mode: str = "full") -> Any:
    return _correlated(b, ct, x) if mode == "full" else b.flip(b.convolve(x, b.flip(ct), mode="valid"))


convolve = prim("convolve", "x y", BILINEAR, params=("mode",), infer=_convolve_infer,
    numpy=lambda params, ins: f"np.convolve(x, y, {params['mode']!r})" if "mode" in params else "np.convolve(x, y)",
    transpose=(_left_back, _right_back), rule=("d_{out} correlated with {y}", "d_{out} correlated with {x}"),
    numerical="indexed sums have no SymPy form", samples=draws((((4,), (3,)), {}), (((2,), (5,)), {}),
    (((5,), (3,)), {"mode": "valid"}), (((1,), (1,)), {})))  # fmt: skip
