"""Whole programs: networks, their training, and losses over sequences and graphs."""

from __future__ import annotations

from functools import partial, reduce

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(x, 0)


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


LSTM = {
    "forget": (signed(3, 5), signed(3)),
    "input": (signed(3, 5, seed=1), signed(3, seed=1)),
    "output": (signed(3, 5, seed=2), signed(3, seed=2)),
    "cell": (signed(3, 5, seed=3), signed(3, seed=3)),
}


@cases(LSTM, signed(6, 2), signed(3, seed=4))
def lstm(params, xs, readout):
    """A cell over a sequence; the gates of one dict."""

    def gate(name, z, activation=sigmoid):
        W, b = params[name]
        return activation(W @ z + b)

    h = np.zeros(3)
    c = np.zeros(3)
    outputs = []
    for x in xs:
        z = np.concatenate([h, x])
        c = gate("forget", z) * c + gate("input", z) * gate("cell", z, activation=np.tanh)
        h = gate("output", z) * np.tanh(c)
        outputs.append(readout @ h)
    return np.mean(np.array(outputs) ** 2)


class GRUCell:
    def __init__(self, W, U, b):
        self.W, self.U, self.b = W, U, b
        self.size = U.shape[1]

    def __call__(self, x, h):
        k = self.size
        gates = self.W @ x + self.b
        r = sigmoid(gates[:k] + self.U[:k] @ h)
        z = sigmoid(gates[k : 2 * k] + self.U[k : 2 * k] @ h)
        n = np.tanh(gates[2 * k :] + r * (self.U[2 * k :] @ h))
        return (1 - z) * n + z * h


class Stack:
    def __init__(self, cells):
        self.cells = cells
        self.states = [np.zeros(cell.size) for cell in cells]

    def step(self, x):
        for k, cell in enumerate(self.cells):
            x = self.states[k] = cell(x, self.states[k])
        return x


@cases(signed(6, 2), signed(6, 2, seed=1), signed(6, 2, seed=2), signed(5, 2, seed=3))
def gru_stack(W, U, V, xs):
    """Two recurrent layers as objects that keep their state."""
    net = Stack([GRUCell(W, U, np.zeros(6)), GRUCell(V, W, 0.1 * np.ones(6))])
    total = 0.0
    for x in xs:
        y = net.step(x)
        total += np.sum(y**2)
    return total, net.states[0]


def init_like(params):
    return [{name: np.zeros_like(w) for name, w in layer.items()} for layer in params]


MLP = [{"W": signed(4, 2), "b": signed(4)}, {"W": signed(3, 4, seed=1), "b": signed(3, seed=1)}]


@cases(MLP, signed(5, 2), np.array([0, 2, 1, 1, 0]), 0.1)
def mlp_with_momentum(params, X, labels, rate):
    """Two steps of training by hand-written backpropagation, then the loss."""

    def forward(params):
        activations = [X]
        for k, layer in enumerate(params):
            z = activations[-1] @ layer["W"].T + layer["b"]
            activations.append(z if k == len(params) - 1 else np.tanh(z))
        return activations

    params = [dict(layer) for layer in params]
    velocity = init_like(params)
    n = len(labels)
    for _ in range(2):
        activations = forward(params)
        delta = softmax(activations[-1])
        delta[np.arange(n), labels] -= 1
        delta /= n
        grads = []
        for k in range(len(params) - 1, -1, -1):
            grads.insert(0, {"W": delta.T @ activations[k], "b": delta.sum(axis=0)})
            if k > 0:
                delta = (delta @ params[k]["W"]) * (1 - activations[k] ** 2)
        for layer, v, g in zip(params, velocity, grads):
            for name in layer:
                v[name] = 0.9 * v[name] - rate * g[name]
                layer[name] = layer[name] + v[name]
    log_p = np.log(softmax(forward(params)[-1]))
    return -np.mean(log_p[np.arange(n), labels])


@cases(signed(4, 6), {k: signed(6, 6, seed=s) for s, k in enumerate(("q", "k", "v", "o"))}, 2)
def multi_head_attention(x, w, heads):
    """Causal self-attention, head by head."""
    n, d = x.shape
    size = d // heads
    mask = np.triu(np.full((n, n), -1e9), k=1)
    out = np.zeros((n, d))
    for h in range(heads):
        cols = slice(h * size, (h + 1) * size)
        q, k, v = (x @ w[name][:, cols] for name in ("q", "k", "v"))
        scores = q @ k.T / np.sqrt(size) + mask
        out[:, cols] = softmax(scores) @ v
    y = x + out @ w["o"]
    mean = y.mean(axis=-1, keepdims=True)
    std = y.std(axis=-1, keepdims=True)
    return (y - mean) / (std + 1e-5)


@cases(signed(6, 6), signed(2, 3, 3), signed(3, 8), signed(3))
def convolution_network(image, kernels, W, b):
    """One convolution, pooling and a dense layer, loop by loop."""
    n_k, kh, kw = kernels.shape
    h, w = image.shape[0] - kh + 1, image.shape[1] - kw + 1
    maps = np.zeros((n_k, h, w))
    for k in range(n_k):
        for i in range(h):
            for j in range(w):
                maps[k, i, j] = np.sum(image[i : i + kh, j : j + kw] * kernels[k])
    maps = relu(maps)
    pooled = np.zeros((n_k, h // 2, w // 2))
    for k in range(n_k):
        for i in range(h // 2):
            for j in range(w // 2):
                pooled[k, i, j] = maps[k, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
    logits = W @ pooled.flatten() + b
    return np.log(np.exp(logits).sum()) - logits[1]


class BatchNorm:
    momentum = 0.9

    def __init__(self, gamma, beta):
        self.gamma, self.beta = gamma, beta
        self.running_mean, self.running_var = 0.0, 1.0

    def __call__(self, x, training=True):
        if training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean, var = self.running_mean, self.running_var
        return self.gamma * (x - mean) / np.sqrt(var + 1e-5) + self.beta


@cases(signed(3), signed(3, seed=1), signed(4, 6, 3), signed(2, 3))
def batch_normalisation(gamma, beta, batches, test):
    """Training on batches, then a test with the running averages."""
    layer = BatchNorm(gamma, beta)
    train_loss = 0.0
    for batch in batches:
        train_loss += np.sum(np.tanh(layer(batch)) ** 2)
    return train_loss + np.sum(layer(test, training=False))


@cases(signed(6, 3), signed(6, 3, seed=1), [(0, 1), (2, 3), (4, 5)], np.array([[2, 4], [5, 1], [0, 3]]))
def word_vectors(centre, context, pairs, negatives):
    """Skip-grams with negative samples."""
    loss = 0.0
    for (c, o), negative in zip(pairs, negatives):
        v = centre[c]
        loss -= np.log(sigmoid(context[o] @ v))
        for n in negative:
            loss -= np.log(sigmoid(-context[n] @ v))
    return loss / len(pairs)


@cases(signed(3, 4), signed(6, 4), [0, 2, 1, 1, 0, 2], array(6, seed=5), 0.9)
def policy_gradient(theta, states, actions, rewards, discount):
    """REINFORCE on one episode with a baseline."""
    returns = np.zeros(len(rewards))
    running = 0.0
    for t in reversed(range(len(rewards))):
        running = rewards[t] + discount * running
        returns[t] = running
    advantage = (returns - returns.mean()) / (returns.std() + 1e-8)
    loss, entropy = 0.0, 0.0
    for s, a, adv in zip(states, actions, advantage):
        p = softmax(theta @ s)
        loss += -np.log(p[a]) * adv
        entropy -= np.sum(p * np.log(p))
    return loss - 0.01 * entropy


@cases(
    {"enc": signed(4, 3), "mu": signed(2, 4), "logvar": signed(2, 4, seed=1), "dec": signed(3, 2)},
    array(5, 3, low=0.1, high=0.9),
    signed(5, 2),
)
def variational_autoencoder(w, data, noise):
    """The evidence bound with given noise."""
    elbo = 0.0
    for x, eps in zip(data, noise):
        h = np.tanh(w["enc"] @ x)
        mu, logvar = w["mu"] @ h, w["logvar"] @ h
        z = mu + np.exp(0.5 * logvar) * eps
        p = sigmoid(w["dec"] @ z)
        log_px = np.sum(x * np.log(p) + (1 - x) * np.log(1 - p))
        kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
        elbo += log_px - kl
    return elbo / data.shape[0]


EDGES = np.array([[0, 1], [1, 2], [2, 0], [2, 3], [3, 1]])


@cases(signed(4, 3), signed(3, 3), signed(3, 3, seed=1))
def graph_network(nodes, W_self, W_message):
    """Messages summed over the edges of a graph."""
    source, target = EDGES[:, 0], EDGES[:, 1]
    degree = np.zeros(len(nodes))
    np.add.at(degree, target, 1)
    degree = np.maximum(degree, 1)
    for _ in range(2):
        messages = np.tanh(nodes[source] @ W_message)
        gathered = np.zeros_like(nodes)
        np.add.at(gathered, target, messages)
        nodes = relu(nodes @ W_self + gathered / degree[:, None]) + 0.1 * nodes
    return nodes.sum(axis=0)


@cases(signed(5, 2), signed(4, 2, seed=1), 0.5)
def soft_dynamic_time_warping(a, b, gamma):
    """The smoothed cost of aligning two sequences."""

    def soft_min(*values):
        scaled = [-v / gamma for v in values]
        top = max(scaled)
        return -gamma * (top + np.log(sum(np.exp(s - top) for s in scaled)))

    n, m = len(a), len(b)
    R = np.full((n + 1, m + 1), 1e8)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = np.sum((a[i - 1] - b[j - 1]) ** 2)
            R[i, j] = cost + soft_min(R[i - 1, j], R[i, j - 1], R[i - 1, j - 1])
    return R[n, m]


@cases(signed(6, 4), [1, 3, 1])
def connectionist_temporal(logits, target):
    """The CTC loss: sums over alignments with blanks."""
    probs = softmax(logits, axis=1)
    labels = [0]
    for symbol in target:
        labels += [symbol, 0]
    T, S = len(logits), len(labels)
    alpha = np.zeros((T, S))
    alpha[0, 0] = probs[0, labels[0]]
    alpha[0, 1] = probs[0, labels[1]]
    for t in range(1, T):
        for s in range(S):
            total = alpha[t - 1, s]
            if s > 0:
                total += alpha[t - 1, s - 1]
            if s > 1 and labels[s] != 0 and labels[s] != labels[s - 2]:
                total += alpha[t - 1, s - 2]
            alpha[t, s] = total * probs[t, labels[s]]
    return -np.log(alpha[-1, -1] + alpha[-1, -2])


@cases(array(7, 2, low=0.0, high=3.0), np.array([[0.5, 0.5], [2.0, 2.2], [2.5, 0.4]]))
def k_means(points, centres):
    """Lloyd's steps; the cost of the last assignment."""
    for _ in range(3):
        distances = np.zeros((len(points), len(centres)))
        for k, centre in enumerate(centres):
            distances[:, k] = np.sum((points - centre) ** 2, axis=1)
        nearest = np.argmin(distances, axis=1)
        centres = centres.copy()
        for k in range(len(centres)):
            members = points[nearest == k]
            if len(members) > 0:
                centres[k] = members.mean(axis=0)
    return np.sum(np.min(distances, axis=1))


TREE = {
    "feature": 0,
    "threshold": 0.3,
    "left": {"value": 1.5},
    "right": {"feature": 1, "threshold": -0.2, "left": {"value": -0.5}, "right": {"value": 2.0}},
}


@cases(signed(6, 2), 3.0)
def soft_decision_tree(X, sharpness):
    """A tree that sends each point both ways."""

    def predict(node, x):
        if "value" in node:
            return node["value"]
        p = sigmoid(sharpness * (x[node["feature"]] - node["threshold"]))
        return (1 - p) * predict(node["left"], x) + p * predict(node["right"], x)

    return np.array([predict(TREE, x) for x in X])


@cases([signed(3, 3, seed=s) for s in range(3)], signed(3))
def residual_flow(weights, x):
    """Layers composed by reduce, each with its activation bound."""

    def block(scale, W, x):
        return x + scale * np.tanh(W @ x)

    layers = [partial(block, 1.0 / (k + 1), W) for k, W in enumerate(weights)]
    return reduce(lambda value, layer: layer(value), layers, x)


@cases(np.array([0.5, -0.4, 0.3]), signed(6, 3), signed(6), {"lr": 0.1, "b1": 0.9, "b2": 0.99})
def adam(w, X, y, hyper):
    """The loss after some steps of Adam, by what tunes them."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, 6):
        g = 2 * X.T @ (X @ w - y) / len(y)
        m = hyper["b1"] * m + (1 - hyper["b1"]) * g
        v = hyper["b2"] * v + (1 - hyper["b2"]) * g**2
        m_hat = m / (1 - hyper["b1"] ** t)
        v_hat = v / (1 - hyper["b2"] ** t)
        w = w - hyper["lr"] * m_hat / (np.sqrt(v_hat) + 1e-8)
    return np.mean((X @ w - y) ** 2)
