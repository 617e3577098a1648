"""Programs that draw random numbers, log, and call what symdiff does not know, on what is not differentiated.

Each makes its generator anew, so that two calls draw the same numbers.
"""

from __future__ import annotations

import logging
import math
import os
import random
import re
import time
import warnings

import numpy as np
from scipy import ndimage

from tests.programs.cases import Cases, array, signed

cases = Cases()
log = logging.getLogger("tests.programs")
log.addHandler(logging.NullHandler())
log.propagate = False
NUMBER = re.compile(r"\d+")


@cases(100.0, 0.2, 1.5)
def option_price(spot, volatility, rate_percent):
    """Monte Carlo with antithetic draws."""
    rng = np.random.default_rng(1)
    rate = rate_percent / 100.0
    half = rng.standard_normal(20)
    z = np.concatenate((half, -half))
    ends = spot * np.exp((rate - volatility**2 / 2) + volatility * z)
    payoffs = np.maximum(ends - 95.0, 0.0)
    log.info("price %.4f from %d paths", payoffs.mean(), len(z))
    return math.exp(-rate) * np.mean(payoffs)


@cases(signed(4, 3), signed(3), array(6, 4))
def dropout(W, w, X):
    rng = np.random.RandomState(3)
    total = 0.0
    for k in range(len(X)):
        keep = rng.rand(W.shape[1]) < 0.7
        hidden = np.tanh(X[k] @ W) * keep / 0.7
        if k % 2 == 0:
            log.debug("row %d keeps %s", k, keep)
        total = total + (hidden @ w - 1.0) ** 2
    return total


@cases(signed(3), array(8, 3), 0.05)
def stochastic_descent(w, X, rate):
    """Batches are drawn; the loss behind them depends on the start and the rate."""
    rng = np.random.default_rng(5)
    start = time.perf_counter()
    for epoch in range(4):
        rows = X[rng.choice(len(X), size=3, replace=False)]
        errors = rows @ w - 1.0
        w = w - rate * (errors @ rows) / 3
        log.info("epoch %d: %g", epoch, np.sum(errors**2))
    took = time.perf_counter() - start
    assert took >= 0.0
    return np.sum((X @ w - 1.0) ** 2)


@cases(0.4, 6)
def metropolis(coupling, n):
    """The energy of a ring of spins after n proposals, whose acceptance is drawn."""
    rng = random.Random(7)
    spins = np.ones(5)
    energy = -5.0 * coupling
    for _ in range(n):
        k = rng.randrange(5)
        change = 2.0 * coupling * spins[k] * (spins[k - 1] + spins[(k + 1) % 5])
        if rng.random() < math.exp(-change):
            spins[k] = -spins[k]
            energy = energy + change
    return energy * energy


@cases(1.3, array(5))
def with_objects(x, v):
    rng = np.random.default_rng(2)
    found = NUMBER.search("step 12 of 20")
    limit = int(found.group()) if found else 3
    order = np.arange(len(v))
    rng.shuffle(order)
    if os.getcwd() is None:
        warnings.warn(f"x = {x}", stacklevel=2)
    y = np.array([rng.uniform() * x for _ in range(3)])
    for i in order[:limit]:
        y = y * v[i] + rng.integers(1, 4)
    return np.sum(y) * (os.cpu_count() is not None)


@cases(signed(4), array(3, 4))
def draws_into_arrays(x, m):
    """What a draw fills is seen by later reads, through views too."""
    rng = np.random.default_rng(4)
    noise = np.zeros((3, 4))
    row = noise[1]
    for k in range(3):
        rng.standard_normal(out=noise[k])
    y = m * noise + row * x
    rng.random(4, np.float64, row)
    half = np.zeros(4, dtype=np.float32)
    rng.standard_exponential(dtype=np.float32, out=half)
    places = np.arange(4)
    rng.permuted(places, out=places)
    return np.sum(y * noise) + x @ half + x[places] @ noise[1]


@cases(signed(4), array(4, 3))
def shuffled(x, m):
    """Orders are drawn, of numbers that are differentiated too."""
    random.seed(3)
    rng, other = np.random.default_rng(1), random.Random(2)
    w, rows = x * 2, m + 0
    again = w[1:]
    rng.shuffle(again)
    rng.shuffle(rows)
    rng.shuffle(rows, axis=1)
    np.random.RandomState(0).shuffle(w)
    known, grown = [x[0], x[1], 3.0], list(range(len(x)))
    alias = grown
    random.shuffle(known)
    other.shuffle(grown)
    rng.shuffle(alias)
    s = known[0] * 2 + known[1]
    for k in grown:
        s = s * 0.5 + w[k]
    return s + np.sum(w @ rows * np.arange(3))


@cases(signed(4))
def filtered_in_place(x):
    image = np.eye(4)
    blurred = np.zeros((4, 4), dtype=np.float32)
    ndimage.gaussian_filter(image, 1.0, output=blurred)
    y = x @ blurred
    ndimage.uniform_filter(image, 2, image)
    return y * blurred[0] + image @ x


@cases(array(6, 2), np.ones(2), 3, 2)
@cases(array(5, 2), np.ones(2), 0, 5)
def mini_batches(x, w, turns, size):
    """As many rows as asked for, chosen without replacement among as many as there are."""
    rng = np.random.default_rng(1)
    for _ in range(turns):
        rows = rng.choice(len(x), size=size, replace=False)
        w = w - 0.1 * (x[rows].T @ (x[rows] @ w)) / size
    return w, x[rng.choice(x.shape[0], size, False)] * 2.0


@cases(1.2)
def tokens_of_a_formula(x):
    """A formula is taken apart with slices whose ends `while` loops find, and with a regular expression."""
    text = "3.5*x+12"
    i, total = 0, 0.0
    while i < len(text):
        j = i
        while j < len(text) and (text[j].isdigit() or text[j] == "."):
            j += 1
        if j > i:
            total += float(text[i:j]) * x
        i = j + 1
    found = 1.0
    for token in re.findall(r"\d+\.?\d*|[a-z]|[*+]", text):
        if token == "x":
            found *= x
        elif token not in "*+":
            found += float(token) * x
    return total, found, sum(float(part) * x for part in re.split(",", "1,2"))
