"""Saves v, x, n_waiting, firsts (2 numbers, n elements, 1 list with an entry per turn).

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
    waiting = collections.deque([x])  # 4
    s = 0.0
    firsts = []
    for t in v:                       # 4
        first = waiting.popleft()     # 5
        firsts.append(first)
        s = s * 0.5 + first * t       # 6
        waiting.append(first * x)     # 7
        if t > 0.5:                   # 8
            waiting.append(t)         # 9
    n_waiting = len(waiting)
    return s, (v.copy(), x, n_waiting, firsts)


def queue_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂queue/∂(v, x) at the point where `queue_forward` was called."""
    v, x, n_waiting, firsts = saved
    n = v.shape[0]
    d_waiting = collections.deque([0.0] * n_waiting)
    d_v = np.zeros(n)              # 4
    d_x = 0.0
    for i, first in zip(range(n - 1, -1, -1), reversed(firsts), strict=True):  # 4
        t = v[i]
        if t > 0.5:                # 8
            d_t = d_waiting.pop()  # ∂waiting/∂t = 1
            d_y8 = d_waiting
        else:
            d_y8 = d_waiting
            d_t = 0.0
        d_y10 = d_y8.pop()         # ∂y8/∂y10 = 1
        d_first = d_y10 * x        # ∂y10/∂first = x
        d_x += d_y10 * first       # ∂y10/∂x = first
        d_first += d_s * t         # ∂y6/∂first = t
        d_t += d_s * first         # ∂y6/∂t = first
        d_s *= 0.5                 # ∂y5/∂s = 0.5
        d_y8.appendleft(d_first)   # ∂first/∂waiting = 1
        d_v[i] += d_t              # ∂t/∂v = 1
        d_waiting = d_y8
    d_x_1 = d_waiting[-1]          # ∂y2/∂x = 1
    d_x += d_x_1                   # 4
    return d_v, float(d_x)
