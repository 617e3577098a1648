"""Pictures: every activation with its derivative, gradient descent on its landscape, the error of differences.

    python examples/lectures/plots.py FOLDER [svg]

needs matplotlib: `pip install '.[examples]'` in a checkout.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import activations
import descent
import differentiation
import matplotlib
import numpy as np

import symdiff

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

XS = np.linspace(-4.0, 4.0, 801)  # 0 and the integers, where the kinks are, among them
VALUE, SLOPE = "#1f4e9c", "#d1495b"

# name -> the parameters behind x; soft_exponential and gelu take numbers, brelu a vector with even and odd places
PLOTTED: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("identity", "binary_step", "logistic", "tanh", "sqnl", "arctan", "arsinh", "elliott"), ()),
    "isru": (1.0,), "isrlu": (1.0,), "relu": (), "leaky_relu": (), "leaky_relu_of_the_slide": (), "prelu": (0.25,),
    "rrelu": (0.15,), "elu": (1.0,), "selu": (1.67326,), "srelu": (-1.0, 0.2, 2.0, 0.4),
    "apl": (np.array([0.2, -0.3]), np.array([0.0, -1.5])),
    **dict.fromkeys(("softplus", "bent_identity", "gelu_of_array", "silu"), ()), "soft_clipping": (5.0,),
    **dict.fromkeys(("sinusoid", "sinc", "gaussian", "sq_rbf"), ()),
}  # fmt: skip


def curve(function: Callable[..., Any], parameters: tuple[Any, ...]) -> tuple[Any, Any]:
    """Values and derivatives at XS: an elementwise function is pulled back along ones."""
    y, pullback = symdiff.vjp(lambda x: function(x, *parameters), XS)
    return y, pullback(np.ones_like(XS))[0]


def number_by_number(function: Callable[[float], Any]) -> tuple[Any, Any]:
    """The same for a function of a number."""
    value_and_grad = symdiff.value_and_grad(function)
    found = [value_and_grad(float(x)) for x in XS]
    return np.array([value for value, _ in found], float), np.array([slope for _, slope in found])


def curves() -> dict[str, tuple[Any, Any]]:
    """What is plotted, by title."""
    found = {name: curve(getattr(activations, name), parameters) for name, parameters in PLOTTED.items()}
    for parity in ("even", "odd"):
        # a vector with x in a place of that parity, and zeros
        place = int(parity == "odd")
        found[f"brelu, {parity} place"] = number_by_number(
            lambda x, place=place: activations.brelu(np.array([x, 0.0] if place == 0 else [0.0, x]))[place]
        )
    for alpha in (-0.2, 0.0, 0.5):
        found[f"soft_exponential, α = {alpha}"] = number_by_number(
            lambda x, alpha=alpha: activations.soft_exponential(x, alpha)
        )
    w1, w2 = np.array([1.0]), np.array([-0.5])
    found["maxout of x and 1 - x/2"] = number_by_number(lambda x: activations.maxout(w1, 0.0, w2, 1.0, np.array([x])))
    return found


def activation_figure() -> Figure:
    found = curves()
    columns = 6
    figure, axes = plt.subplots(-(-len(found) // columns), columns, figsize=(18, 17), layout="constrained")
    for axis in axes.flat[len(found) :]:
        axis.remove()
    for axis, (title, (y, slope)) in zip(axes.flat, found.items(), strict=False):
        axis.axhline(0, color="0.8", linewidth=0.8)
        axis.axvline(0, color="0.8", linewidth=0.8)
        axis.plot(XS, broken(y), color=VALUE)
        axis.plot(XS, broken(slope), color=SLOPE, linewidth=1.1, linestyle="--")
        axis.set_title(title, fontsize=9)
        axis.tick_params(labelsize=7)
        axis.set_ylim(max(-4.2, min(y.min(), slope.min()) - 0.2), min(4.2, max(y.max(), slope.max()) + 0.2))
    figure.suptitle("f(x), and f'(x) dashed, both by symdiff", fontsize=12)
    return figure


def broken(y: Any) -> Any:
    """The values with a gap where they jump."""
    shown = np.array(y, float)
    shown[1:][np.abs(np.diff(shown)) > 0.25] = np.nan
    return shown


def landscape_figure() -> Figure:
    path = np.array(
        descent.descend(descent.generated().line_value_and_grad, descent.START, descent.RATE, descent.STEPS)
    )
    m, b = np.meshgrid(np.linspace(-2.2, 4.2, 161), np.linspace(-3.2, 3.8, 161))
    loss = np.mean((descent.Y - (m[..., None] * descent.X + b[..., None])) ** 2, axis=-1)
    figure = plt.figure(figsize=(13, 5.5), layout="constrained")
    flat = figure.add_subplot(1, 2, 1)
    levels = np.geomspace(0.06, loss.max(), 22)
    flat.contourf(m, b, loss, levels=levels, cmap="viridis", norm="log")
    flat.plot(path[:, 0], path[:, 1], "o-", color="white", markersize=3.5, linewidth=1.2)
    flat.plot(*descent.best(), marker="*", color="#ffd166", markersize=14)
    flat.set(xlabel="m", ylabel="b", title="loss (logarithmic), the path, and the best line")
    solid = figure.add_subplot(1, 2, 2, projection="3d")
    solid.plot_surface(m, b, loss, cmap="viridis", alpha=0.7, linewidth=0)
    solid.plot(path[:, 0], path[:, 1], path[:, 2] + 0.5, "o-", color=SLOPE, markersize=3, zorder=10)
    solid.set(xlabel="m", ylabel="b", zlabel="loss", title="1/N Σ (y_i - (m x_i + b))²")
    solid.view_init(35, -125)
    return figure


def difference_figure() -> Figure:
    found = np.array(differentiation.errors(np.logspace(-1, -12, 89)))
    figure, axis = plt.subplots(figsize=(7, 4.5), layout="constrained")
    floor = 1e-17
    axis.loglog(found[:, 0], found[:, 1] + floor, color=SLOPE, label="(f(x + h) - f(x)) / h")
    axis.loglog(found[:, 0], found[:, 2] + floor, color=VALUE, label="(f(x + h) - f(x - h)) / 2h")
    error = abs(differentiation.automatic() - differentiation.symbolic()[1])
    axis.axhline(error + floor, color="black", linestyle="--", label="automatic")
    axis.set(xlabel="h", ylabel="error of ∂y/∂w1", title="Numerical against automatic differentiation of the neuron")
    axis.legend()
    return figure


FIGURES = {"activations": activation_figure, "landscape": landscape_figure, "differences": difference_figure}


def main(folder: str, form: str = "png") -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, draw in FIGURES.items():
        with np.errstate(divide="ignore", invalid="ignore"):  # sin(x)/x at 0, which is not taken
            figure = draw()
        figure.savefig(target / f"{name}.{form}", dpi=110)
        plt.close(figure)
        print(target / f"{name}.{form}")


if __name__ == "__main__":
    main(*sys.argv[1:] or ["plots"])
