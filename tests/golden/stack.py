"""Saves v, n_held, x_in, y5s (1 number, n elements, 2 lists with an entry per turn).

def stack(v: "f8[n]", x: float):
    held = []
    for t in v:
        if t > 0:
            held.append(t * x)
        elif held:
            x = x + held.pop()
    return x
"""


def stack_forward(v: np.ndarray, x: float) -> tuple:
    """Return stack(v, x) and what `stack_backward` reads."""
    held = []                    # 3
    x_in = []
    y5s = []
    for t in v:                  # 3
        x_in.append(x)
        if t > 0:                # 4
            held.append(t * x)   # 5
            y5 = None
        else:
            y5 = len(held) > 0
            if y5:               # 6
                x += held.pop()  # 7
        y5s.append(y5)
    n_held = len(held)
    return x, (v.copy(), n_held, x_in, y5s)


def stack_backward(saved: tuple, d_x: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_x · ∂stack/∂(v, x) at the point where `stack_forward` was called."""
    v, n_held, x_in, y5s = saved
    n = v.shape[0]
    d_held = [0.0] * n_held
    d_v = np.zeros(n)
    for i, x, y5 in zip(range(n - 1, -1, -1), reversed(x_in), reversed(y5s), strict=True):  # 3
        t = v[i]
        if t > 0:                # 4
            d_y4 = d_held.pop()  # ∂held/∂y4 = 1
            d_t = d_y4 * x       # ∂y4/∂t = x
            d_x += d_y4 * t      # ∂y4/∂x = t
            d_v[i] += d_t        # ∂t/∂v = 1
        elif y5:                 # 6
            d_held.append(d_x)   # ∂y7/∂held = 1
    return d_v, float(d_x)
