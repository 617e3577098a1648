"""Saves v, x_in (n elements, 1 list with an entry per turn).

def nonlocal_state(v: "f8[n]", x: float):
    def add(t):
        nonlocal x
        x = x + t * x

    for t in v:
        add(t)
    return x
"""


def nonlocal_state_forward(v: np.ndarray, x: float) -> tuple:
    """Return nonlocal_state(v, x) and what `nonlocal_state_backward` reads."""
    x_in = []
    for t in v:     # 6
        x_in.append(x)
        x += t * x  # 3
    return x, (v.copy(), x_in)


def nonlocal_state_backward(saved: tuple, d_x: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_x · ∂nonlocal_state/∂(v, x) at the point where `nonlocal_state_forward` was called."""
    v, x_in = saved
    n = v.shape[0]
    d_v = np.zeros(n)
    for i, x in zip(range(n - 1, -1, -1), reversed(x_in), strict=True):  # 6
        t = v[i]
        d_t = d_x * x   # ∂y2/∂t = x
        d_x += d_x * t  # ∂y2/∂x = t
        d_v[i] += d_t   # ∂t/∂v = 1
    return d_v, float(d_x)
