"""Train the two-layer classifier on the handwritten digits that scikit-learn bundles.

The gradient comes from the generated module `generated/classifier_grad.py`, which needs NumPy alone: neither symdiff
nor any other differentiator is imported here.  Run it from anywhere:

    python examples/digits/train.py
"""

import argparse
import sys
from pathlib import Path

import numpy as np

try:
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from tqdm import tqdm
except ModuleNotFoundError as missing:
    sys.exit(f"{missing}: the digits and the progress bar need `pip install scikit-learn tqdm`")

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "generated"))

import classifier_grad

HIDDEN, EPOCHS, BATCH = 256, 60, 32
# Of Adam, by cross-validation: step size, weight decay, last step size over the first.
RATE, DECAY, FADE = 1e-3, 1e-3, 0.05


def held_out(seed=0):
    """Pixels in [0, 1] and labels; one quarter is held out, stratified and shuffled."""
    digits = load_digits()
    return train_test_split(
        digits.data / 16.0, digits.target, test_size=0.25, stratify=digits.target, random_state=seed
    )


def initial(rng, inputs=64, hidden=HIDDEN, classes=10):
    """He's initialisation."""
    W1 = rng.normal(scale=np.sqrt(2 / inputs), size=(inputs, hidden))
    W2 = rng.normal(scale=np.sqrt(2 / hidden), size=(hidden, classes))
    return [W1, np.zeros(hidden), W2, np.zeros(classes)]


def predict(params, X):
    """The digit with the highest score, for each row of pixels."""
    W1, b1, W2, b2 = params
    return np.argmax(np.maximum(X @ W1 + b1, 0) @ W2 + b2, axis=1)


def accuracy(params, X, labels):
    return float(np.mean(predict(params, X) == labels))


def train(
    X,
    labels,
    value_and_grad=classifier_grad.classifier_value_and_grad,
    seed=0,
    epochs=EPOCHS,
    progress=True,
    losses=None,
):
    """Adam with decoupled weight decay over shuffled minibatches; the trained parameters.

    A list `losses` gets the mean loss of each epoch.
    """
    rng = np.random.default_rng(seed)
    params = initial(rng, X.shape[1])
    mean, square = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    step, steps = 0, epochs * -(-len(X) // BATCH)
    bar = tqdm(range(epochs), disable=not progress, unit="epoch")
    for _ in bar:
        order, total = rng.permutation(len(X)), 0.0
        for start in range(0, len(X), BATCH):
            batch = order[start : start + BATCH]
            loss, gradients = value_and_grad(*params, X[batch], labels[batch])
            total += len(batch) * loss
            step += 1
            rate = RATE * (1 - (1 - FADE) * step / steps)
            for p, g, m, v in zip(params, gradients, mean, square, strict=True):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                p -= rate * (m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8) + DECAY * p)
        bar.set_postfix(loss=f"{total / len(X):.4f}")
        if losses is not None:
            losses.append(total / len(X))
    return params


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--epochs", type=int, default=EPOCHS)
    options.add_argument("--quiet", action="store_true", help="no progress bar")
    chosen = options.parse_args()
    X, X_held_out, labels, labels_held_out = held_out()
    params = train(X, labels, seed=chosen.seed, epochs=chosen.epochs, progress=not chosen.quiet)
    print(f"accuracy on the {len(X_held_out)} held-out digits: {accuracy(params, X_held_out, labels_held_out):.1%}")


if __name__ == "__main__":
    main()
