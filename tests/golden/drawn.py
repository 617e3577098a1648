"""Saves y3s (1 list with an entry per turn).

def drawn(x: float, n: int):
    rng = np.random.default_rng(0)
    total = 0.0
    for k in range(n):
        noise = rng.normal()
        logging.debug("turn %d: %g", k, noise)
        total += (x + noise) ** 2
    return total
"""


def drawn_forward(x: float, n: int) -> tuple:
    """Return drawn(x, n) and what `drawn_backward` reads."""
    rng = np.random.default_rng(0)              # 2
    total = 0.0
    y3s = []
    for k in range(n):                          # 4
        noise = rng.normal()                    # 5
        logging.debug('turn %d: %g', k, noise)  # 6
        y3 = x + noise                          # 7
        y3s.append(y3)
        total += y3 ** 2                        # 7
    return total, (y3s,)


def drawn_backward(saved: tuple, d_total: float = 1.0) -> float:
    """Return d_total · ∂drawn/∂x at the point where `drawn_forward` was called."""
    (y3s,) = saved
    d_x = 0.0
    for y3 in reversed(y3s):       # 4
        d_y3 = d_total * (2 * y3)  # ∂y2/∂y3 = 2·y3
        d_x += d_y3                # ∂y3/∂x = 1
    return d_x
