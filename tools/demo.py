"""`make demo`: compile every example, train the digits classifier, draw the pictures, and show it all on one page.

    python -m tools.demo [FOLDER]

in the repository's folder writes FOLDER/index.html (demo/ if none is named) and the plots and reports that it leads to.
"""

import importlib
import io
import os
import shlex
import sys
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import numpy as np
from matplotlib import pyplot as plt

from symdiff.cli import main as symdiff
from symdiff.cli.first_lines import recorded
from tools import pictures, regenerate

ROOT = Path(__file__).resolve().parent.parent
SHOWN_DIGITS = 40
REPORTS = {
    "neuron": pictures.COMMANDS["neuron"],
    "scalar_network": pictures.COMMANDS["scalar_network"],
    "classifier": "examples/digits/model.py::classifier --wrt W1,b1,W2,b2",
    "line_sum": pictures.COMMANDS["line_sum"],
    "case2": "examples/lectures/network.py::case2 --wrt alpha,beta",
}


class Module(NamedTuple):
    path: str
    command: str
    lines: int


class Trained(NamedTuple):
    accuracy: float
    held_out: int
    epochs: int
    losses: str  # SVG
    digits: str


def step(text: str) -> None:
    print(f"\n== {text}", flush=True)


def compiled() -> list[Module]:
    """Every example, written into generated/ by the command in the first line of its module."""
    folder = ROOT / "generated"
    if regenerate.regenerate(folder):
        raise SystemExit("an example did not compile")
    found = []
    for path in sorted(folder.rglob("*.py")):
        words = recorded(path)
        if words is not None:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            found.append(Module(path.relative_to(ROOT).as_posix(), f"symdiff generate {shlex.join(words)}", lines))
    print(f"{len(found)} modules in {folder}; a parameter without a declared type is taken as a Python float")
    return found


def svg(figure: Any) -> str:
    """A figure as an SVG element."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    plt.close(figure)
    written = text.getvalue()
    return written[written.index("<svg") :]


def trained() -> Trained:
    train = importlib.import_module("train")
    X, X_held_out, labels, labels_held_out = train.held_out()
    losses: list[float] = []
    params = train.train(X, labels, losses=losses)
    accuracy = train.accuracy(params, X_held_out, labels_held_out)
    print(f"accuracy on the {len(X_held_out)} held-out digits: {accuracy:.1%}")
    found = train.predict(params, X_held_out)
    wrong = np.flatnonzero(found != labels_held_out)
    order = np.concatenate([wrong, np.setdiff1d(np.arange(len(found)), wrong)])[:SHOWN_DIGITS]
    return Trained(
        accuracy,
        len(X_held_out),
        len(losses),
        svg(loss_figure(losses)),
        svg(digit_figure(X_held_out[order], found[order], labels_held_out[order])),
    )


def loss_figure(losses: list[float]) -> Any:
    figure, axis = plt.subplots(figsize=(5.5, 3.4), layout="constrained")
    axis.semilogy(range(1, len(losses) + 1), losses, color="#1f4e9c")
    axis.set(xlabel="epoch", ylabel="mean cross-entropy", title="Training with generated/classifier_grad.py")
    return figure


def digit_figure(X: Any, found: Any, labels: Any) -> Any:
    """Digits with what was found; where that is wrong, in red with the label."""
    columns = 10
    figure, axes = plt.subplots(-(-len(X) // columns), columns, figsize=(7, 3.6), layout="constrained")
    for axis, pixels, digit, label in zip(axes.flat, X, found, labels, strict=True):
        axis.imshow(pixels.reshape(8, 8), cmap="gray_r")
        axis.set_axis_off()
        right = digit == label
        axis.set_title(
            f"{digit}" if right else f"{digit}, not {label}", fontsize=8, color="black" if right else "#c1121f"
        )
    return figure


def plots(folder: Path) -> list[str]:
    """The pictures of examples/lectures/plots.py; their paths from the page."""
    importlib.import_module("plots").main(str(folder / "plots"), "png")
    return [path.relative_to(folder).as_posix() for path in sorted((folder / "plots").glob("*.png"))]


def reports(folder: Path) -> list[tuple[str, str]]:
    """A page of `symdiff report` for some of the examples; target and path from the page of each."""
    (folder / "reports").mkdir(exist_ok=True)
    found = []
    for name, words in REPORTS.items():
        path = folder / "reports" / f"{name}.html"
        if symdiff(["report", *shlex.split(words), "--quiet", "-o", str(path)]):
            raise SystemExit(f"symdiff report {words} failed")
        found.append((words.split()[0], path.relative_to(folder).as_posix()))
    return found


def page(folder: Path) -> Path:
    step("compiling every example into generated/")
    modules = compiled()
    step("training the digits classifier with generated/classifier_grad.py")
    digits = trained()
    step("drawing")
    drawn = [(pictures.COMMANDS[name], pictures.picture(name)) for name in pictures.COMMANDS]
    plotted = plots(folder)
    told = reports(folder)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "tools"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    target = folder / "index.html"
    text = environment.get_template("demo.html.j2").render(
        source=(ROOT / "examples" / "neuron.py").read_text(encoding="utf-8"),
        generated=(ROOT / "generated" / "neuron_O0_grad.py").read_text(encoding="utf-8"),
        modules=modules,
        digits=digits,
        pictures=drawn,
        plots=plotted,
        reports=told,
    )
    target.write_text(text, encoding="utf-8")
    return target


def main(folder: str = "demo") -> None:
    target = Path(folder).resolve()
    target.mkdir(parents=True, exist_ok=True)
    plt.switch_backend("Agg")
    os.chdir(ROOT)  # the commands name their files from there
    sys.path[:0] = [str(ROOT / "examples" / "digits"), str(ROOT / "examples" / "lectures")]  # scripts, no packages
    print(f"\nthe page: {page(target)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
