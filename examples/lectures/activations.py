"""The activation functions of `cs188-neural-networks.md`: every row of the table, and maxout.

activations.md says of each row what the notes print, and why it differs here where it does.  The annotations are what
`generated/lectures` is compiled for; where they say an array, a number will do as well, unless said otherwise.
"""

import math

import numpy as np
import scipy.special


def identity(x: "f8[n]"):
    """The table has no formula."""
    return x


def binary_step(x: "f8[n]"):
    """Piecewise constant: the derivative is 0, at the jump too, where the table has a question mark."""
    return np.where(x < 0, 0.0, 1.0)


def logistic(x: "f8[n]"):
    """Logistic, sigmoid or soft step."""
    return 1 / (1 + np.exp(-x))


def tanh(x: "f8[n]"):
    """The hyperbolic tangent."""
    return np.tanh(x)


def sqnl(x: "f8[n]"):
    """Square nonlinearity."""
    return np.where(x > 2, 1.0, np.where(x >= 0, x - x**2 / 4, np.where(x >= -2, x + x**2 / 4, -1.0)))


def arctan(x: "f8[n]"):
    """The inverse tangent."""
    return np.arctan(x)


def arsinh(x: "f8[n]"):
    """The inverse hyperbolic sine, ln(x + √(x² + 1))."""
    return np.arcsinh(x)


def elliott(x: "f8[n]"):
    """ElliottSig or softsign."""
    return x / (1 + np.abs(x))


def isru(x: "f8[n]", alpha=1.0):
    """Inverse square root unit."""
    return x / np.sqrt(1 + alpha * x**2)


def isrlu(x: "f8[n]", alpha=1.0):
    """Inverse square root linear unit."""
    return np.where(x < 0, x / np.sqrt(1 + alpha * x**2), x)


def relu(x: "f8[n]"):
    """Rectified linear unit; at 0 the derivative is 0."""
    return np.maximum(0, x)


def brelu(x: "f8[n]"):
    """Bipolar rectified linear unit of a vector."""
    even = np.arange(len(x)) % 2 == 0
    return np.where(even, np.maximum(0, x), -np.maximum(0, -x))


def leaky_relu(x: "f8[n]"):
    """Leaky rectified linear unit, as the table has it."""
    return np.where(x < 0, 0.01 * x, x)


def leaky_relu_of_the_slide(x: "f8[n]"):
    """Leaky rectified linear unit, as the slide has it; at the tie at 0 the derivative is the mean of the two."""
    return np.maximum(0.1 * x, x)


def prelu(x: "f8[n]", alpha):
    """Parametric rectified linear unit."""
    return np.where(x < 0, alpha * x, x)


def rrelu(x: "f8[n]", alpha):
    """Randomized leaky rectified linear unit: whoever calls it draws the slope."""
    return np.where(x < 0, alpha * x, x)


def elu(x: "f8[n]", alpha=1.0):
    """Exponential linear unit."""
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def selu(x: "f8[n]", alpha=1.67326):
    """Scaled exponential linear unit, with λ = 1.0507."""
    return 1.0507 * np.where(x < 0, alpha * (np.exp(x) - 1), x)


def srelu(x: "f8[n]", t_l, a_l, t_r, a_r):
    """S-shaped rectified linear unit."""
    return np.where(x <= t_l, t_l + a_l * (x - t_l), np.where(x >= t_r, t_r + a_r * (x - t_r), x))


def apl(x: "f8[n]", a: "f8[s]", b: "f8[s]"):
    """Adaptive piecewise linear unit."""
    y = np.maximum(0, x)
    for i in range(len(a)):
        y = y + a[i] * np.maximum(0, -x + b[i])
    return y


def softplus(x: "f8[n]"):
    """SoftPlus."""
    return np.log(1 + np.exp(x))


def bent_identity(x: "f8[n]"):
    """Bent identity."""
    return (np.sqrt(x**2 + 1) - 1) / 2 + x


def gelu(x):
    """Gaussian error linear unit of a number: x Φ(x)."""
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


def gelu_of_array(x: "f8[n]"):
    """Gaussian error linear unit of an array."""
    return x * (1 + scipy.special.erf(x / np.sqrt(2))) / 2


def silu(x: "f8[n]"):
    """Sigmoid linear unit or swish: x σ(x).  The table has no formula."""
    return x * (1 / (1 + np.exp(-x)))


def soft_exponential(x, alpha):
    """SoftExponential, for a number alpha of either sign or 0."""
    if alpha < 0:
        return -np.log(1 - alpha * (x + alpha)) / alpha
    if alpha > 0:
        return (np.exp(alpha * x) - 1) / alpha + alpha
    return x


def soft_clipping(x: "f8[n]", alpha):
    """Soft clipping to the unit interval."""
    return 1 / alpha * np.log((1 + np.exp(alpha * x)) / (1 + np.exp(alpha * (x - 1))))


def sinusoid(x: "f8[n]"):
    """The sine."""
    return np.sin(x)


def sinc(x: "f8[n]"):
    """sin(x)/x, 1 at 0."""
    return np.where(x == 0, 1.0, np.sin(x) / x)


def gaussian(x: "f8[n]"):
    """The bell curve."""
    return np.exp(-(x**2))


def sq_rbf(x: "f8[n]"):
    """Square-law radial basis function."""
    r = np.abs(x)
    return np.where(r <= 1, 1 - r**2 / 2, np.where(r < 2, (2 - r) ** 2 / 2, 0.0))


def maxout(w1: "f8[d]", b1, w2: "f8[d]", b2, x: "f8[d]"):
    """The larger of two linear functions of x."""
    return np.maximum(w1 @ x + b1, w2 @ x + b2)
