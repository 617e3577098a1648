"""float32 that meets Python's numbers in loops: what begins as 0.0 is a NumPy scalar after a turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()
X = array(4).astype(np.float32)


@dataclass
class Order:
    price: float
    quantity: float


@cases(X)
@cases(X[:0])
def decays(x):
    h = 0.0
    for t in x:
        h = h * 0.5 + t
    return h * 2.0 + np.float32(1)


@cases(X, np.float32(0.5))
@cases(X, 0.5)
def recurs(x, k):
    y = np.empty_like(x)
    h = 0
    for i, t in enumerate(x):
        h = k * h + t
        y[i] = h
    return y @ y + h * h


@cases(X, 1.0)
def counts_or_averages(x, k):
    h = 0
    high = -np.inf
    for t in x:
        h = h + 1 if t > k else h / 2 + t * k
        high = max(high, h)
    return h - high * 0.25 + x[0]


@cases(X, 0.3)
def squares_when_large(x, k):
    s = 0.0
    for t in x:
        s = s * k + t * t * s + t
        if s > 1:
            s = 0.25 * s**2
    return s * x[1]


@cases(X, 0.3)
@cases(X, -0.3)
def either_by_a_branch(x, k):
    s = x[0] if k > 0 else k
    return s * k + min(s, 0.1) * x[1]


@cases(X)
def in_a_list(x):
    a = [0.0, x[0], 1]
    for i in range(3):
        a[i] = a[i] * 0.5 + x[i]
    return sum(a) * a[1] + x[2]


@cases(0.8, X)
@cases(0.8, X[:0])
def in_chosen_lists(x, v):
    a, b = [], []
    for t in v:
        c = a if t > x else b
        c.append(t * t)
        a.append(x)
    return sum(a) * x + 2 * sum(b) * x + np.float32(1)


@cases(0.8, X)
@cases(0.8, X[:0])
def in_lists_at_an_index(x, v):
    bins = [[], [], []]
    for t in v:
        bins[int(t > x)].append(t * t)
        bins[int(t > 1)].append(x * x)
    return x * (sum(bins[0]) + 2 * sum(bins[1]) + sum(bins[2])) + np.float32(1)


@cases(np.array([1.0, 0.9, 1.2, 0.8, 1.1, 1.3, 0.7], np.float32), 1.0)
@cases(X[:0], 1.0)
def matches_orders(prices, q):
    bids, asks, profit = [], [], 0.0
    for k, p in enumerate(prices):
        buys = k % 3 > 0
        order = Order(p, q + 0.1 * k * q)
        others = asks if buys else bids
        while order.quantity > 1e-9 and others:
            best = min(others, key=lambda o: o.price) if buys else max(others, key=lambda o: o.price)
            if (buys and best.price > order.price) or (not buys and best.price < order.price):
                break
            n = min(best.quantity, order.quantity)
            profit += n * best.price
            order.quantity -= n
            best.quantity -= n
            if best.quantity < 1e-9:
                others.remove(best)
        if order.quantity > 1e-9:
            (bids if buys else asks).append(order)
    return profit + sum(b.quantity * b.price for b in bids) - sum(a.quantity for a in asks) + np.float32(1)
