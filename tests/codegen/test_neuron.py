"""The lecture's neuron: at -O0 the lines of the notes, at every level the same numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symdiff.codegen.load import Loaded
from symdiff.codegen.names import name_stages
from symdiff.pipeline import compile_module, stage
from tests.codegen.harness import body_of, neuron

WRT = ("w1", "w2", "b")
FORWARD = """\
y6 = w1 * x1     # 2:31
y7 = w2 * x2     # 2:41
y5 = y6 + y7     # 2:31
y4 = y5 + b      # 2:31
y3 = -y4         # 2:29
y2 = np.exp(y3)  # 2:22
y1 = 1 + y2      # 2:18
y = 1 / y1       # 2:12
return y, (x1, x2, y1, y2)"""
BACKWARD = """\
d_y1 = d_y * (-1 / (y1 * y1))  # ∂y/∂y1 = -1/y1²
d_y2 = d_y1                    # ∂y1/∂y2 = 1
d_y3 = d_y2 * y2               # ∂y2/∂y3 = e^y3 = y2
d_y4 = -d_y3                   # ∂y3/∂y4 = -1
d_y5 = d_y4                    # ∂y4/∂y5 = 1
d_b = d_y4                     # ∂y4/∂b = 1
d_y6 = d_y5                    # ∂y5/∂y6 = 1
d_y7 = d_y5                    # ∂y5/∂y7 = 1
d_w2 = d_y7 * x2               # ∂y7/∂w2 = x2
d_w1 = d_y6 * x1               # ∂y6/∂w1 = x1
return float(d_w1), float(d_w2), float(d_b)"""


def test_O0_is_the_lecture_line_for_line() -> None:
    text = compile_module(neuron(), WRT, level=0).text
    assert body_of(text, "neuron_forward")[2:] == FORWARD.splitlines()
    assert body_of(text, "neuron_backward")[0] == "x1, x2, y1, y2 = saved"
    assert body_of(text, "neuron_backward")[3:] == BACKWARD.splitlines()


def test_the_header_says_what_was_compiled() -> None:
    text = compile_module(neuron(), WRT, level=0).text
    for line in ("types   x1, x2, w1, w2, b: float", "wrt     w1, w2, b", "level   -O0", "source  neuron 3f9a41c2"):
        assert f"\n{line}\n" in text
    assert "saves   x1, x2, y1, y2" in text


@pytest.mark.parametrize("level", [0, 1, 2])
def test_values(level: int) -> None:
    module = compile_module(neuron(), WRT, level=level)
    loaded = Loaded(module.text, module.name)
    args = (-1.0, -2.0, 2.0, -3.0, -3.0)
    y = 1 / (1 + math.exp(-(2.0 * -1.0 + -3.0 * -2.0 - 3.0)))
    expected = (y * (1 - y) * -1.0, y * (1 - y) * -2.0, y * (1 - y))
    value, gradient = loaded["neuron_value_and_grad"](*args)
    assert value == pytest.approx(y, rel=1e-14) and type(value) is np.float64
    assert gradient == pytest.approx(expected, rel=1e-13) and all(type(g) is float for g in gradient)
    assert loaded["neuron_grad"](*args) == gradient
    assert loaded["neuron"](*args) == value
    again, saved = loaded["neuron_forward"](*args)
    assert again == value and loaded["neuron_backward"](saved) == pytest.approx(expected, rel=1e-13)


def test_where_math_raises_numpy_answers() -> None:
    loaded = Loaded(compile_module(neuron(), WRT, level=2).text, "neuron")
    value, gradient = loaded["neuron_value_and_grad"](-1.0, 0.0, 1000.0, 0.0, 0.0)
    assert value == 0.0 and gradient == (0.0, 0.0, 0.0)


def test_the_user_owns_names() -> None:
    named = name_stages(neuron().program, frozenset({"y", "y3"}))
    hints = [v.hint for op in named.program.main.body.ops for v in op.outs if v.hint]
    assert hints == ["y7", "y8", "y6", "y5", "y4", "y2", "y1", "y0"]


@pytest.mark.parametrize("which", ["ir", "types", "adjoint", "optimized", "source"])
def test_stages_can_be_shown(which: str) -> None:
    assert "y1" in stage(neuron(), WRT, which, level=0)
