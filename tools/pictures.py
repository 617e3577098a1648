"""Write the pictures of the documentation, each by its `symdiff explain` command: `python -m tools.pictures`.

`tests/docs/test_pictures.py` fails where docs/images holds another text than these commands print.
"""

import contextlib
import io
import shlex
from pathlib import Path

from symdiff.cli import main

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
COMMANDS = {
    "neuron": "examples/neuron.py::neuron --wrt w1,w2,b --at x1=-1 x2=-2 w1=2 w2=-3 b=-3",
    "product": "examples/chain.py::product --at x=-2 y=5 z=-4",
    "scalar_network": "examples/chain.py::scalar_network --at x=5 w1=1 w2=2 y=2",
    "line_sum": "examples/lectures/regression.py::line_sum --wrt m,b --at m=1 b=0 x=[1.0,2.0,3.0] y=[2.0,3.0,5.0]",
    "case1": "examples/lectures/logistic.py::case1 --wrt theta --at theta=[0.5,-1.0] x=[1.0,2.0] y_star=1.0",
    "inpainting": "examples/lectures/inpainting.py::inpainting --wrt W1,W2 "
    "--at W1=[[1.0,-1.0],[0.5,2.0]] W2=[[1.0,0.5]] x=[1.0,2.0] y=[1.0]",
}


def picture(name: str) -> str:
    """The SVG that the command of a picture prints; the repository is the working folder meanwhile."""
    printed = io.StringIO()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(printed):
        code = main(["explain", *shlex.split(COMMANDS[name]), "--format", "svg"])
    if code:
        raise SystemExit(f"symdiff explain {COMMANDS[name]}: exit {code}")
    return printed.getvalue()


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name in COMMANDS:
        (IMAGES / f"{name}.svg").write_text(picture(name), encoding="utf-8")
