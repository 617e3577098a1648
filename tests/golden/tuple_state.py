"""Saves x, pair_0, pair_1, pair_1_in (3 numbers, 1 list with an entry per turn).

def tuple_state(x: float, n: int):
    a, b = x, 1.0
    pair = (a, b)
    for _ in range(n):
        pair = (pair[0] + pair[1] * x, pair[0])
    return pair[0] * pair[1]
"""


def tuple_state_forward(x: float, n: int) -> tuple:
    """Return tuple_state(x, n) and what `tuple_state_backward` reads."""
    pair_0 = x
    pair_1 = 1.0
    pair_1_in = []
    for _ in range(n):                  # 4
        pair_1_in.append(pair_1)
        pair_0_1 = pair_0 + pair_1 * x  # 5
        pair_0, pair_1 = pair_0_1, pair_0
    y = pair_0 * pair_1                 # 6
    return y, (x, pair_0, pair_1, pair_1_in)


def tuple_state_backward(saved: tuple, d_y: float = 1.0) -> float:
    """Return d_y · ∂tuple_state/∂x at the point where `tuple_state_forward` was called."""
    x, pair_0, pair_1, pair_1_in = saved
    d_pair_0 = d_y * pair_1             # ∂y/∂pair_0 = pair_1
    d_pair_1 = d_y * pair_0             # ∂y/∂pair_1 = pair_0
    d_x = 0.0
    for pair_1 in reversed(pair_1_in):  # 4
        d_pair_1_1 = d_pair_0 * x       # ∂y2/∂pair_1 = x
        d_x += d_pair_0 * pair_1        # ∂y2/∂x = pair_1
        d_pair_0 += d_pair_1            # 5
        d_pair_1 = d_pair_1_1
    d_x += d_pair_0                     # 4
    return d_x
