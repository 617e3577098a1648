"""Saves a, b, y4s (2*n elements, 1 list with an entry per turn).

def for_zip(a: "f8[n]", b: "f8[n]"):
    s = 0.0
    for x, y in zip(a, b):
        s += np.sin(x) * y
    return s
"""


def for_zip_forward(a: np.ndarray, b: np.ndarray) -> tuple:
    """Return for_zip(a, b) and what `for_zip_backward` reads."""
    s = 0.0
    y4s = []
    for x, y in zip(a, b, strict=True):  # 3
        y4 = np.sin(x)                   # 4
        y4s.append(y4)
        s += y4 * y                      # 4
    return s, (a.copy(), b.copy(), y4s)


def for_zip_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_s · ∂for_zip/∂(a, b) at the point where `for_zip_forward` was called."""
    a, b, y4s = saved
    n = a.shape[0]
    d_a = np.zeros(n)
    d_b = np.zeros(n)
    for i, y4 in zip(range(n - 1, -1, -1), reversed(y4s), strict=True):  # 3
        x = a[i]
        y = b[i]
        d_y4 = d_s * y              # ∂y3/∂y4 = y
        d_b[i] += d_s * y4          # ∂y3/∂y = y4
        d_a[i] += d_y4 * np.cos(x)  # ∂y4/∂x = cos x
    return d_a, d_b
