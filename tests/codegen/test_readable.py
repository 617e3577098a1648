"""What a reader of a module would object to: names that mislead, comments that name another value, unused helpers."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symdiff import generate

ROOT = Path(__file__).resolve().parent.parent.parent


def layer(W: "f8[d, h]", b: "f8[h]", X: "f8[n, d]"):  # noqa: F821
    f = X @ W + b
    return np.sum(np.tanh(f))


def sweeps(a: float, x: "f8[n]"):  # noqa: F821
    y = x.copy()
    for _k in range(3):
        for i in range(1, len(x)):
            y[i] = y[i] * a + y[i - 1]
    return np.sum(y)


def squares(x: float):
    y = x**2
    return y**2 + y**3


def part(text: str, name: str) -> str:
    found = re.search(rf"^def {name}\(.*?(?=^def )", text, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found.group()


@pytest.mark.parametrize("level", [1, 2])
def test_a_comment_names_the_cotangent_that_its_line_reads(level: int) -> None:
    text = part(generate(layer, level=level), "layer_backward")
    rows = re.findall(r"d_(\w+) = (.*@.*?) +# (.*)", text)
    assert len(rows) == 2
    for _, code, comment in rows:
        assert set(re.findall(r"d_\w+", code)) == set(re.findall(r"d_\w+", comment)), (code, comment)


def test_an_element_of_a_list_is_called_as_what_went_in() -> None:
    text = generate(sweeps, level=1)
    forward, backward = part(text, "sweeps_forward"), part(text, "sweeps_backward")
    stored = re.search(r" (\w+)s\.append\(\1\)", forward)
    assert stored is not None
    name = stored.group(1)
    assert f"all_{name}s.append({name}s)" in forward
    assert f"for {name}s in reversed(all_{name}s):" in backward
    assert f"for i, {name} in zip(" in backward


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_derivative_of_a_power_is_written_out(level: int) -> None:
    text = generate(squares, level=level)
    assert "∂y/∂x = 2·x\n" in text and "-1)" not in "".join(re.findall("#.*", text))


@pytest.mark.parametrize("function", [layer, sweeps, squares])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_helper_is_called(function: Any, level: int) -> None:
    text = generate(function, level=level)
    helpers = re.findall(r"^def (_\w+)\(", text, re.MULTILINE)
    assert helpers and all(len(re.findall(rf"\b{name}\(", text)) > 1 for name in helpers)


def test_every_helper_of_the_generated_folder_is_called() -> None:
    for path in ROOT.joinpath("generated").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"^def (_\w+)\(", text, re.MULTILINE):
            assert len(re.findall(rf"\b{name}\(", text)) > 1, f"{path.name}: {name}"


def distance(x: float, y: float, z: float):
    return math.hypot(x, y, z)


def test_the_rule_of_one_of_many_operands_names_it() -> None:
    text = part(generate(distance, wrt=("x", "y", "z"), level=0), "distance_value_and_grad")
    assert all(f"# ∂y0/∂{v} = {v}/y0\n" in text for v in "xyz")


def recurred(v):
    a = np.zeros(6)
    a[0] = v[0]
    for t in range(1, 5):
        m = a[t - 1]
        if m > -100:
            a[t] = m + math.log(math.exp(m - m)) * t
    return a[4]


@pytest.mark.parametrize("level", [1, 2])
def test_a_number_that_a_step_is_taken_from_keeps_its_name(level: int) -> None:
    """`t - 1` is written where it is read, in the branch too: no other value is called t until then."""
    for line in generate(recurred, types="v=f8[n]", level=level, functions=("grad", "hvp")).splitlines():
        assert not line.strip().startswith("t = ")
