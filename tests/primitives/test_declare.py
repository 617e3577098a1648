"""A primitive is one entry: an incomplete one is refused, and a new one needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from symdiff.ir import interpret
from symdiff.ir.core import REGISTRY
from symdiff.primitives.declare import CONSTANT, ELEMENTWISE, GENERAL, LINEAR, STRUCTURE, prim
from tests.primitives.cases import ruled, uncovered
from tests.primitives.checks import CHECKS
from tests.primitives.mutations import mutants
from tests.primitives.test_mutations import is_seen

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def registry() -> Iterator[None]:
    """Whatever a test declares is forgotten after it."""
    before = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(before)
    interpret._NAMESPACE.clear()


def one(b: Any, y: Any, x: Any) -> tuple[int]:
    return (1,)


def same(ins: Any, regions: Any) -> Any:
    return ins


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            ("new", "x", ELEMENTWISE, {"numpy": "x"}),
            "new: exactly one of partials, transpose, vjp+jvp is needed, 0 given",
        ),
        (
            ("new", "x", ELEMENTWISE, {"numpy": "x", "partials": one, "transpose": (None,)}),
            "new: exactly one of partials, transpose, vjp+jvp is needed, 2 given",
        ),
        (("new", "x", ELEMENTWISE, {"numpy": "x", "vjp": one}), "new: vjp and jvp come together"),
        (("new", "x y", LINEAR, {"numpy": "x", "infer": same, "transpose": (None,)}), "new: 2 operands, 1 transposes"),
        (("new", "x", GENERAL, {"numpy": "x", "vjp": one, "jvp": one}), "new: a type rule (infer=) is needed"),
        (("new", "x", ELEMENTWISE, {"partials": one}), "new: no NumPy text"),
        (("exp", "x", ELEMENTWISE, {"numpy": "x", "partials": one}), "exp: declared twice"),
        (
            ("new", "x y", ELEMENTWISE, {"numpy": "x", "partials": one, "rule": ("1",)}),
            "new: 2 operands, 1 entries in rule=",
        ),
        (
            ("new", "x y", ELEMENTWISE, {"numpy": "x", "partials": one, "domain": ((0.0, 1.0),)}),
            "new: 2 operands, 1 entries in domain=",
        ),
    ],
)
def test_an_incomplete_entry_is_refused(registry: None, entry: Any, message: str) -> None:
    name, operands, family, rest = entry
    before = dict(REGISTRY)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        prim(name, operands, family, **rest)
    assert before == REGISTRY


def example() -> str:
    """The entry that CONTRIBUTING.md shows."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(r"## How to add a primitive.*?```python no-run\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_adding_a_primitive_is_one_entry_of_at_most_eight_lines(registry: None) -> None:
    entry = example()
    assert len(entry.strip().splitlines()) <= 8
    space: dict[str, Any] = {"prim": prim, "ELEMENTWISE": ELEMENTWISE}
    exec(entry, space)
    interpret._NAMESPACE.clear()
    (added,) = [p for p in ruled() if p.name == "gaussian"]
    for check in CHECKS:
        check(added)
    assert [what for what, made in mutants(added) if not is_seen(made)] == []


def test_a_rule_that_no_test_reaches_is_named(registry: None) -> None:
    assert uncovered() == set()
    prim("new", "x", LINEAR, infer=same, numpy="x", transpose=(lambda b, ct, x: ct,))
    prim("lists", "s", STRUCTURE, infer=same, vjp=one, jvp=one)
    assert uncovered() == {"new", "lists"}


def test_what_is_piecewise_constant_needs_no_rule(registry: None) -> None:
    made = prim("new", "x", CONSTANT, numpy="np.floor(x)")
    assert made.info["elementwise"]
