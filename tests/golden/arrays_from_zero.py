"""Saves s, k_in (m elements, 1 list with an entry per turn).

def arrays_from_zero(x: "f8[m]", stop: float):
    s, k = 0, 0.0
    while k < stop:
        if k > 1:
            s += x * k
        k += 1.0
    return s @ s
"""


def arrays_from_zero_forward(x: np.ndarray, stop: float) -> tuple:
    """Return arrays_from_zero(x, stop) and what `arrays_from_zero_backward` reads."""
    m = x.shape[0]
    s = np.zeros(m)     # 3
    k = 0.0
    there = False
    k_in = []
    while k < stop:     # 3
        k_in.append(k)
        if k > 1:       # 4
            s += x * k  # 5
            there = True
        k += 1.0        # 6
    if not there:       # 7
        raise ValueError('s is a number where no array is added to it: begin with an array, `s = np.zeros(...)`')
    y = s @ s           # 7
    return y, (s, k_in)


def arrays_from_zero_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂arrays_from_zero/∂(x, stop) at the point where `arrays_from_zero_forward` was called."""
    s, k_in = saved
    m = s.shape[0]
    d_s = d_y * s
    d_s *= 2.0                # ∂y/∂s = 2·s
    d_x = np.zeros(m)
    for k in reversed(k_in):  # 3
        if k > 1:             # 4
            d_x += d_s * k    # ∂y7/∂x = k
    return d_x, 0.0
