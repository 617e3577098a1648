"""Saves y (1 number).

def checked(x: float):
    print(f"x = {x:.3f}")
    assert x < 9, f"x = {x}"
    if x < 0:
        raise ValueError("negative")
    return np.sqrt(x)
"""


def checked_forward(x: float) -> tuple:
    """Return checked(x) and what `checked_backward` reads."""
    print(f'x = {x:.3f}')  # 2
    if not x < 9:          # 3
        raise AssertionError(f'x = {x}')
    if x < 0:              # 5
        raise ValueError('negative')
    y = np.sqrt(x)         # 6
    return y, (y,)


def checked_backward(saved: tuple, d_y: float = 1.0) -> float:
    """Return d_y · ∂checked/∂x at the point where `checked_forward` was called."""
    (y,) = saved
    d_x = d_y * (0.5 / y)  # ∂y/∂x = 1/(2√x) = 0.5/y
    return float(d_x)
