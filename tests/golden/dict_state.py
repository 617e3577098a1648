"""Saves v, a, b, a_in (2 numbers, n elements, 1 list with an entry per turn).

def dict_state(v: "f8[n]", x: float):
    d = {"a": x, "b": 1.0}
    for t in v:
        d["a"] = d["a"] * t + d["b"]
        d["b"] += t
    return d["a"] * d["b"]
"""


def dict_state_forward(v: np.ndarray, x: float) -> tuple:
    """Return dict_state(v, x) and what `dict_state_backward` reads."""
    a = x
    b = 1.0
    a_in = []
    for t in v:        # 3
        a_in.append(a)
        a = a * t + b  # 4
        b += t         # 5
    y = a * b          # 6
    return y, (v.copy(), a, b, a_in)


def dict_state_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂dict_state/∂(v, x) at the point where `dict_state_forward` was called."""
    v, a, b, a_in = saved
    n = v.shape[0]
    d_a = d_y * b            # ∂y/∂a = b
    d_b = d_y * a            # ∂y/∂b = a
    d_v = np.zeros(n)
    for i, a in zip(range(n - 1, -1, -1), reversed(a_in), strict=True):  # 3
        t = v[i]
        d_t = d_b + d_a * a  # ∂y3/∂t = a
        d_v[i] += d_t        # ∂t/∂v = 1
        d_b += d_a           # ∂a/∂b = 1
        d_a *= t             # ∂y3/∂a = t
    return d_v, float(d_a)
