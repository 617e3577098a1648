"""Saves w, b, penalty, y4 (3 numbers, n elements).

def dict_items(p: "{w: f8[n], b: float}", penalty: float):
    weight = {"w": penalty, "b": 1.0}
    total = 0.0
    for name, value in p.items():
        total += weight[name] * np.sum(value * value)
    return total
"""


def dict_items_forward(p: dict, penalty: float) -> tuple:
    """Return dict_items(p, penalty) and what `dict_items_backward` reads."""
    if not (type(p) is dict and p.keys() == {'w', 'b'}):
        raise TypeError("dict_items_forward: p must have the structure {'w': *, 'b': *}, not " + _found(p))
    w = p['w']
    b = p['b']
    y4 = (w * w).sum()
    total = 0.0 + penalty * y4
    total += np.sum(b * b)  # 5
    return total, (w.copy(), b, penalty, y4)


def dict_items_backward(saved: tuple, d_total: float = 1.0) -> tuple[dict, float]:
    """Return d_total · ∂dict_items/∂(p, penalty) at the point where `dict_items_forward` was called."""
    w, b, penalty, y4 = saved
    d_b = 2.0 * (d_total * b)  # ∂y5/∂b = 2·b
    d_penalty = d_total * y4   # ∂y2/∂penalty = y4
    d_y4 = d_total * penalty   # ∂y2/∂y4 = penalty
    d_w = d_y4 * w
    d_w *= 2.0                 # ∂y6/∂w = 2·w
    return {'w': d_w, 'b': float(d_b)}, float(d_penalty)
