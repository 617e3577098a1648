"""Saves x, p_in, n (2 numbers, 1 list with an entry per turn).

def for_enumerate_reversed(c: "f8[n]", x: float):
    p = 0.0
    for k, a in enumerate(reversed(c)):
        p = p * x + a * k
    return p
"""


def for_enumerate_reversed_forward(c: np.ndarray, x: float) -> tuple:
    """Return for_enumerate_reversed(c, x) and what `for_enumerate_reversed_backward` reads."""
    n = c.shape[0]
    p = 0.0
    p_in = []
    for k in range(n):     # 3
        p_in.append(p)
        a = c[n - 1 - k]   # 3
        p = p * x + a * k  # 4
    return p, (x, p_in, n)


def for_enumerate_reversed_backward(saved: tuple, d_p: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_p · ∂for_enumerate_reversed/∂(c, x) at the point where `for_enumerate_reversed_forward` was called."""
    x, p_in, n = saved
    d_c = np.zeros(n)              # 3
    d_x = 0.0
    for k, p in zip(range(n - 1, -1, -1), reversed(p_in), strict=True):  # 3
        d_x += d_p * p             # ∂y3/∂x = p
        d_c[n - 1 - k] += d_p * k  # ∂y4/∂a = k
        d_p *= x                   # ∂y3/∂p = x
    return d_c, float(d_x)
