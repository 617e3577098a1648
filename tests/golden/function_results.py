"""Saves x, a, y2 (3 numbers).

def line(slope, shift):
    return lambda x: slope * x + shift


def function_results(x: float, a: float):
    f = line(a, x)
    return f(f(x))
"""


def function_results_forward(x: float, a: float) -> tuple:
    """Return function_results(x, a) and what `function_results_backward` reads."""
    y2 = a * x + x
    y = a * y2 + x  # 1
    return y, (x, a, y2)


def function_results_backward(saved: tuple, d_y: float = 1.0) -> tuple[float, float]:
    """Return d_y · ∂function_results/∂(x, a) at the point where `function_results_forward` was called."""
    x, a, y2 = saved
    d_a = d_y * y2    # ∂y1/∂a = y2
    d_y2 = d_y * a    # ∂y1/∂y2 = a
    d_x = d_y + d_y2  # ∂y2/∂x = 1
    d_a += d_y2 * x   # ∂y3/∂a = x
    d_x += d_y2 * a   # ∂y3/∂x = a
    return d_x, d_a
