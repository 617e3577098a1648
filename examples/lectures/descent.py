"""Gradient descent on the loss of a line, W ← W - η ∂J/∂W, with the generated module (`cs188-neural-networks.md`).

python examples/lectures/descent.py
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

MODULE = Path(__file__).resolve().parents[2] / "generated" / "lectures" / "line_grad.py"
X = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
Y = np.array([-2.6, -1.4, 0.7, 1.6, 3.2, 4.5])
START, RATE, STEPS = (-1.5, 3.0), 0.12, 40


def generated() -> Any:
    """The generated module: it imports NumPy alone."""
    spec = importlib.util.spec_from_file_location("line_grad", MODULE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def descend(
    value_and_grad: Callable[..., Any], start: tuple[float, float], rate: float, steps: int
) -> list[tuple[float, float, float]]:
    """The points that gradient descent visits, each with its loss."""
    m, b = start
    path = []
    for _ in range(steps):
        loss, (d_m, d_b) = value_and_grad(m, b, X, Y)
        path.append((m, b, float(loss)))
        m, b = m - rate * d_m, b - rate * d_b
    return path


def best() -> tuple[float, float]:
    """The slope and the intercept of the least squares line, in closed form."""
    m = np.sum((X - X.mean()) * (Y - Y.mean())) / np.sum((X - X.mean()) ** 2)
    return float(m), float(Y.mean() - m * X.mean())


def main() -> None:
    path = descend(generated().line_value_and_grad, START, RATE, STEPS)
    for k in (0, 1, 2, 5, 10, 20, STEPS - 1):
        m, b, loss = path[k]
        print(f"step {k:2d}   m = {m: .4f}   b = {b: .4f}   loss = {loss:.6f}")
    print("closed form m = {: .4f}   b = {: .4f}".format(*best()))


if __name__ == "__main__":
    main()
