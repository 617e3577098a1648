"""Saves v, x, n_y4, firsts (2 numbers, n elements, 1 list with an entry per turn).

def queue(v: "f8[n]", x: float):
    waiting = deque([x])
    s = 0.0
    for t in v:
        first = waiting.popleft()
        s = s * 0.5 + first * t
        waiting.append(first * x)
        if t > 0.5:
            waiting.append(t)
    return s
"""


def queue_forward(v: np.ndarray, x: float) -> tuple:
    """Return queue(v, x) and what `queue_backward` reads."""
    y4 = collections.deque([x])  # 4
    s = 0.0
    firsts = []
    for t in v:                  # 4
        first = y4.popleft()     # 5
        firsts.append(first)
        s = s * 0.5 + first * t  # 6
        y4.append(first * x)     # 7
        if t > 0.5:              # 8
            y4.append(t)         # 9
    n_y4 = len(y4)
    return s, (v.copy(), x, n_y4, firsts)


def queue_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂queue/∂(v, x) at the point where `queue_forward` was called."""
    v, x, n_y4, firsts = saved
    n = v.shape[0]
    d_y4 = collections.deque([0.0] * n_y4)
    d_v = np.zeros(n)             # 4
    d_x = 0.0
    for i, first in zip(range(n - 1, -1, -1), reversed(firsts), strict=True):  # 4
        t = v[i]
        if t > 0.5:               # 8
            d_t = d_y4.pop()      # ∂y4/∂t = 1
            d_y9 = d_y4
        else:
            d_y9 = d_y4
            d_t = 0.0
        d_y11 = d_y9.pop()        # ∂y9/∂y11 = 1
        d_first = d_y11 * x       # ∂y11/∂first = x
        d_x += d_y11 * first      # ∂y11/∂x = first
        d_first += d_s * t        # ∂y7/∂first = t
        d_t += d_s * first        # ∂y7/∂t = first
        d_s *= 0.5                # ∂y6/∂s = 0.5
        d_y9.appendleft(d_first)  # ∂first/∂y4 = 1
        d_v[i] += d_t             # ∂t/∂v = 1
        d_y4 = d_y9
    d_x_1 = d_y4[-1]              # ∂y2/∂x = 1
    d_x += d_x_1                  # 4
    return d_v, float(d_x)
