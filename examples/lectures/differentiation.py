"""Numerical, symbolic and automatic differentiation side by side (`ee367-neural-networks.md`, `cs188-…`).

The derivative of the neuron y = 1/(1 + e^-(w1 x1 + w2 x2 + b)) by w1,
  numerically   (f(x + h) - f(x)) / h, or (f(x + h) - f(x - h)) / 2h:  easy, "not very accurate";
  symbolically  SymPy's diff of the formula:                            accurate, tedious by hand;
  automatically symdiff's gradient:                                     accurate, and as cheap as the function.

    python examples/lectures/differentiation.py
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy

import symdiff

POINT = {"x1": 0.5, "x2": -1.5, "w1": 0.25, "w2": 0.75, "b": 0.1}


def neuron(x1, x2, w1, w2, b):
    return 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))


def forward_difference(f: Callable[[float], Any], x: float, h: float) -> float:
    return float((f(x + h) - f(x)) / h)


def centered_difference(f: Callable[[float], Any], x: float, h: float) -> float:
    return float((f(x + h) - f(x - h)) / (2 * h))


def symbolic() -> tuple[sympy.Expr, float]:
    """The derivative as a formula, and its value at the point."""
    x1, x2, w1, w2, b = sympy.symbols("x1 x2 w1 w2 b")
    formula = sympy.diff(1 / (1 + sympy.exp(-(w1 * x1 + w2 * x2 + b))), w1)
    exact = {sympy.Symbol(name): sympy.Rational(value) for name, value in POINT.items()}
    return formula, float(formula.subs(exact).evalf(30))


def automatic() -> float:
    return float(symdiff.grad(neuron, wrt="w1")(**POINT))


def errors(steps: Any) -> list[tuple[float, float, float]]:
    """Per step h: the errors of the forward and the centered difference."""
    exact = symbolic()[1]
    f = lambda w1: neuron(**{**POINT, "w1": w1})  # noqa: E731
    return [
        (
            h,
            abs(forward_difference(f, POINT["w1"], h) - exact),
            abs(centered_difference(f, POINT["w1"], h) - exact),
        )
        for h in steps
    ]


def main() -> None:
    formula, exact = symbolic()
    print(f"symbolic    {exact:.17f}   {formula}")
    print(f"automatic   {automatic():.17f}   error {abs(automatic() - exact):.1e}")
    print("numerical   h        forward   centered")
    for h, forward, centered in errors([10.0**-k for k in range(1, 13)]):
        print(f"            {h:.0e}    {forward:.1e}   {centered:.1e}")


if __name__ == "__main__":
    main()
