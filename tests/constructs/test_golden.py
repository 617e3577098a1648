"""The generated code of every construct is the text that was read; what it computes is right by other means."""

import re
from typing import Any

import numpy as np
import pytest

from symdiff.trees import flatten, unflatten
from tests.constructs.bank import BANK, copied, module, text
from tests.constructs.excerpts import GOLDEN, excerpt, path

STEP = 1e-6


@pytest.mark.parametrize("name", BANK)
def test_the_text_is_the_one_that_was_read(name: str) -> None:
    assert excerpt(name) == path(name).read_text(encoding="utf-8"), "read it: python -m tests.constructs.excerpts"


def test_no_other_text_is_kept() -> None:
    assert {kept.stem for kept in GOLDEN.glob("*.py")} == set(BANK)


def is_active(x: Any) -> bool:
    return isinstance(x, float) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")


def inner(gradient: Any, direction: Any) -> float:
    pairs = zip(flatten(gradient)[0], [d for d in flatten(direction)[0] if d is not None], strict=True)
    return float(sum(np.sum(g * d) for g, d in pairs))


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", BANK)
def test_the_numbers_are_those_of_the_function_and_of_differences(name: str, level: int) -> None:
    made, args = module(name, level), BANK[name].arguments(6)
    function = BANK[name].function
    rng = np.random.default_rng(7)
    leaves, tree = flatten(args)
    direction = [rng.standard_normal(np.shape(a)) if is_active(a) else None for a in leaves]

    def along(step: float) -> float:
        moved = [a if d is None else a + step * d for a, d in zip(leaves, direction, strict=True)]
        typed = [float(m) if isinstance(a, float) else m for a, m in zip(leaves, moved, strict=True)]
        return float(function(*unflatten(tree, typed)))

    value = function(*copied(args))
    expected = (along(STEP) - along(-STEP)) / (2 * STEP)
    found, saved = made[f"{name}_forward"](*args)
    assert np.isclose(found, value, rtol=0.0 if level < 2 else 1e-12, atol=0.0)
    assert np.isclose(inner(made[f"{name}_backward"](saved), direction), expected, rtol=1e-6, atol=1e-7)
    assert np.isclose(inner(made[f"{name}_value_and_grad"](*args)[1], direction), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", BANK)
def test_the_header_names_what_is_saved(name: str, level: int) -> None:
    found = text(name, level)
    body = re.search(rf"^def {name}_backward.*?(?=^def )", found, re.MULTILINE | re.DOTALL)
    header = re.search(r"^saves +(.*)$", found, re.MULTILINE)
    assert body is not None and header is not None
    unpacked = re.search(r"^    (.*) = saved$", body.group(), re.MULTILINE)
    names = unpacked.group(1).strip("(),") if unpacked else "nothing"
    assert re.sub(r" \(.*", "", header.group(1)) == names
