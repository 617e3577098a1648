"""Saves x, a, total, total_1 (4 numbers).

def blend(x, y=1.0, *rest, scale, power=2, **options):
    total = scale * x + y**power
    for r in rest:
        total += options.get("weight", 1.0) * r
    return total


def arguments(x: float, a: float):
    return blend(x, a, x * a, 2.0, scale=a, weight=0.5) * blend(*(x, a), **{"scale": 3.0, "power": 3})
"""


def arguments_forward(x: float, a: float) -> tuple:
    """Return arguments(x, a) and what `arguments_backward` reads."""
    r = x * a
    total = r + a ** 2    # 2
    total += 0.5 * r
    total += 1.0          # 4
    total_1 = 3.0 * x + a ** 3
    y0 = total * total_1  # 2
    return y0, (x, a, total, total_1)


def arguments_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂arguments/∂(x, a) at the point where `arguments_forward` was called."""
    x, a, total, total_1 = saved
    d_total = d_y0 * total_1                # ∂y0/∂total = total_1
    d_total_1 = d_y0 * total                # ∂y0/∂total_1 = total
    d_a = d_total_1 * (3 * np.power(a, 2))  # ∂y2/∂a = 3·a^2
    d_x = d_total_1 * 3.0                   # ∂y1/∂x = 3.0
    d_r = d_total * 0.5                     # ∂y3/∂r = 0.5
    d_a += d_total * (2 * a)                # ∂y5/∂a = 2·a
    d_a += d_total * x                      # ∂r/∂a = x
    d_x += d_total * a                      # ∂r/∂x = a
    d_x += d_r * a                          # ∂r/∂x = a
    d_a += d_r * x                          # ∂r/∂a = x
    return d_x, float(d_a)
