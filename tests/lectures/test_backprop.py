"""The errors δ of a 4-layer network: δ_i^l = Σ_j δ_j^{l+1} w_ji f'(z_i^l), by loops over i and j as in the notes."""

from typing import Any

import numpy as np
import pytest

import symdiff
from tests.lectures.reading import backward_stages, example, module, stages

network, f = example("backprop").network, example("backprop").f


def f_prime(z: Any) -> Any:
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def layers(seed: int) -> tuple[Any, ...]:
    """The sizes of the notes: 2 inputs, 4 neurons, then 3, and 2 outputs."""
    rng = np.random.default_rng(seed)
    W1, W2, W3 = rng.normal(size=(4, 2)), rng.normal(size=(3, 4)), rng.normal(size=(2, 3))
    b1, b2, b3 = rng.normal(size=4), rng.normal(size=3), rng.normal(size=2)
    return W1, b1, W2, b2, W3, b3, rng.normal(size=2), rng.normal(size=2)


def by_the_notes(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any, x: Any, y: Any) -> dict[str, Any]:
    """z^{l+1}_i = Σ_j w_ij a_j^l + b_i; δ⁴_i = (ŷ_i - y_i) f'(z⁴_i); ∂L/∂w_ij^l = δ_i^{l+1} a_j^l."""
    w, b, a, z = {1: W1, 2: W2, 3: W3}, {1: b1, 2: b2, 3: b3}, {1: x}, {}
    for layer in (1, 2, 3):
        rows = range(len(b[layer]))
        z[layer + 1] = np.array(
            [sum(w[layer][i, j] * a[layer][j] for j in range(len(a[layer]))) + b[layer][i] for i in rows]
        )
        a[layer + 1] = 1 / (1 + np.exp(-z[layer + 1]))
    L = 0.5 * sum((a[4][i] - y[i]) ** 2 for i in range(len(y)))
    delta = {4: np.array([(a[4][i] - y[i]) * f_prime(z[4][i]) for i in range(len(y))])}
    for layer in (3, 2):
        errors = [
            sum(delta[layer + 1][j] * w[layer][j, i] for j in range(len(delta[layer + 1]))) * f_prime(z[layer][i])
            for i in range(len(z[layer]))
        ]
        delta[layer] = np.array(errors)
    made: dict[str, Any] = {"L": L, "d_z4": delta[4], "d_z3": delta[3], "d_z2": delta[2]}
    for layer in (1, 2, 3):
        d = delta[layer + 1]
        made[f"d_W{layer}"] = np.array([[d[i] * a[layer][j] for j in range(len(a[layer]))] for i in range(len(d))])
        made[f"d_b{layer}"] = d
    return made


def same(found: Any, noted: Any) -> None:
    np.testing.assert_allclose(found, noted, rtol=1e-11)


def test_the_stages_are_the_errors(seed: int) -> None:
    given = layers(seed)
    noted = by_the_notes(*given)
    L, _ = stages(module("network_O0").network, *given)
    same(L, noted["L"])
    _, found = backward_stages(module("network_O0"), "network", given, 1.0)
    for name in ("d_z4", "d_z3", "d_z2", "d_W1", "d_W2", "d_W3", "d_b1", "d_b2", "d_b3"):
        same(getattr(found, name), noted[name])


@pytest.mark.parametrize("name", ["network_O0", "network"])
def test_value_and_gradient(name: str, seed: int) -> None:
    given = layers(seed)
    noted = by_the_notes(*given)
    L, made = module(name).network_value_and_grad(*given)
    same(L, noted["L"])
    for found, part in zip(made, ("d_W1", "d_b1", "d_W2", "d_b2", "d_W3", "d_b3")):
        same(found, noted[part])


def test_more_layers_in_a_loop(seed: int) -> None:
    """The recursion does not depend on the number of layers: a list of them, and a loop."""

    def deep(layers, x, y):
        a = x
        for W, b in layers:
            a = f(W @ a + b)
        return 0.5 * np.sum((a - y) ** 2)

    W1, b1, W2, b2, W3, b3, x, y = given = layers(seed)
    made = symdiff.grad(deep)([(W1, b1), (W2, b2), (W3, b3)], x, y)
    noted = by_the_notes(*given)
    for k, (d_W, d_b) in enumerate(made, start=1):
        same(d_W, noted[f"d_W{k}"])
        same(d_b, noted[f"d_b{k}"])
