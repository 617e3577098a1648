"""Saves layers_0_0, layers_1_0, x, x_1, x_2 (d*h + h*o + d + h + o elements).

def list_of_layers(layers: "[(f8[h, d], f8[h]), (f8[o, h], f8[o])]", x: "f8[d]"):
    for W, b in layers:
        x = np.tanh(W @ x + b)
    return np.sum(x)
"""


def list_of_layers_forward(layers: list, x: np.ndarray) -> tuple:
    """Return list_of_layers(layers, x) and what `list_of_layers_backward` reads."""
    if not (type(layers) is list and len(layers) == 2 and type(layers[0]) is tuple and len(layers[0]) == 2
            and type(layers[1]) is tuple and len(layers[1]) == 2):
        raise TypeError('list_of_layers_forward: layers must have the structure [(*, *), (*, '
                '*)], not ' + _found(layers))
    layers_0_0 = layers[0][0]
    layers_0_1 = layers[0][1]
    layers_1_0 = layers[1][0]
    layers_1_1 = layers[1][1]
    y4 = layers_0_0 @ x
    y4 += layers_0_1
    x_1 = np.tanh(y4, out=y4)
    y2 = layers_1_0 @ x_1
    y2 += layers_1_1
    x_2 = np.tanh(y2, out=y2)  # 3
    y = x_2.sum()              # 4
    return y, (layers_0_0.copy(), layers_1_0.copy(), x.copy(), x_1, x_2)


def list_of_layers_backward(saved: tuple, d_y: float = 1.0) -> tuple[list, np.ndarray]:
    """Return d_y · ∂list_of_layers/∂(layers, x) at the point where `list_of_layers_forward` was called."""
    layers_0_0, layers_1_0, x, x_1, x_2 = saved
    d_y1 = x_2 * x_2
    np.subtract(1, d_y1, out=d_y1)       # 3
    d_y1 *= d_y                          # ∂x/∂y1 = 1 - tanh² y1 = 1 - x²
    d_layers_1_0 = np.outer(d_y1, x_1)   # ∂y1/∂layers_1_0: d_y1 · xᵀ
    d_x = layers_1_0.T @ d_y1            # ∂y1/∂x: layers_1_0ᵀ · d_y1
    t = x_1 * x_1
    np.subtract(1, t, out=t)             # 3
    d_y3 = np.multiply(d_x, t, out=d_x)  # ∂x/∂y3 = 1 - tanh² y3 = 1 - x²
    d_layers_0_0 = np.outer(d_y3, x)     # ∂y3/∂layers_0_0: d_y3 · xᵀ
    d_x = layers_0_0.T @ d_y3            # ∂y3/∂x: layers_0_0ᵀ · d_y3
    return [(d_layers_0_0, d_y3), (d_layers_1_0, d_y1)], d_x
