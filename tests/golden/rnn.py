"""Saves W, U, xs, h, h_in, hs (d*k + d*n + k*k + k elements, 2 lists with an entry per turn).

def rnn(W: "f8[k, d]", U: "f8[k, k]", b: "f8[k]", xs: "f8[n, d]", h: "f8[k]"):
    for x in xs:
        h = np.tanh(W @ x + U @ h + b)
    return np.sum(h * h)
"""


def rnn_forward(W: np.ndarray, U: np.ndarray, b: np.ndarray, xs: np.ndarray, h: np.ndarray) -> tuple:
    """Return rnn(W, U, b, xs, h) and what `rnn_backward` reads."""
    h = h.copy()                 # 2
    h_in = []
    hs = []
    for x in xs:                 # 2
        h_in.append(h)
        y5 = W @ x
        y5 += U @ h
        y5 += b
        h = np.tanh(y5, out=y5)  # 3
        hs.append(h)
    y = (h * h).sum()            # 4
    return y, (W.copy(), U.copy(), xs.copy(), h, h_in, hs)


def rnn_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return d_y · ∂rnn/∂(W, U, b, xs, h) at the point where `rnn_forward` was called."""
    W, U, xs, h, h_in, hs = saved
    d = W.shape[1]
    k = W.shape[0]
    n = xs.shape[0]
    d_h = d_y * h
    d_h *= 2.0                               # ∂y1/∂h = 2·h
    d_xs = np.zeros((n, d))
    d_W = np.zeros((k, d))
    d_U = np.zeros((k, k))
    d_b = np.zeros(k)
    for i, h, h_1 in zip(range(n - 1, -1, -1), reversed(h_in), reversed(hs), strict=True):  # 2
        x = xs[i]
        t = h_1 * h_1
        np.subtract(1, t, out=t)             # 3
        d_y3 = np.multiply(d_h, t, out=d_h)  # ∂h/∂y3 = 1 - tanh² y3 = 1 - h²
        d_b += d_y3                          # ∂y3/∂b = 1
        d_U += np.outer(d_y3, h)             # ∂y3/∂U: d_y3 · hᵀ
        d_h = U.T @ d_y3                     # ∂y3/∂h: Uᵀ · d_y3
        d_W += np.outer(d_y3, x)             # ∂y3/∂W: d_y3 · xᵀ
        d_xs[i] += W.T @ d_y3                # ∂y3/∂x: Wᵀ · d_y3
    return d_W, d_U, d_b, d_xs, d_h
