"""The modules in generated/lectures: standing alone, and right by differences."""

import ast
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.lectures.reading import FOLDER

MODULES = sorted(FOLDER.rglob("*.py"))
IDS = [path.relative_to(FOLDER).as_posix().removesuffix("_grad.py") for path in MODULES]
SIZES = {"n1": 4, "n2": 5, "k1": 2, "k2": 3}  # the filter fits


def test_every_function_of_the_examples_is_compiled() -> None:
    compiled = {path.read_text(encoding="utf-8").split()[3] for path in MODULES}
    scripts = {"differentiation.py", "descent.py", "plots.py"}
    for path in sorted((FOLDER.parents[1] / "examples" / "lectures").glob("*.py")):
        functions = [n for n in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(n, ast.FunctionDef)]
        names = {n.name for n in functions} - {"f"}  # backprop's activation, compiled into the network
        if path.name not in scripts:
            assert {f"examples/lectures/{path.name}::{name}" for name in names} <= compiled


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_it_imports_numpy_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert not any(isinstance(n, ast.ImportFrom) for n in ast.walk(tree))
    assert found <= {"numpy", "math"} | ({"scipy"} if path.stem == "gelu_of_array_grad" else set())


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_no_statement_is_idle(path: Path) -> None:
    """`s = s`, or a name assigned that nothing reads."""
    for function in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
            continue
        for node in ast.walk(function):
            assert not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == ast.unparse(node.value))
        names = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
        stored = {n.id for n in names if isinstance(n.ctx, ast.Store)}
        assert stored <= {n.id for n in names if isinstance(n.ctx, ast.Load)}


@pytest.mark.parametrize("path", MODULES, ids=IDS)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_it_is_right_by_differences(path: Path) -> None:
    space = runpy.run_path(str(path), run_name=path.stem)
    head = path.read_text(encoding="utf-8")
    name = head.split()[3].partition("::")[2]
    if "_check" in space:
        assert space["_check"]() == 0
        return
    rng = np.random.default_rng(0)
    arguments = sampled(space["_TYPES"], rng)
    wrt = [list(space["_TYPES"]).index(w) for w in head.partition("\nwrt ")[2].partition("\n")[0].strip().split(", ")]
    directions = [rng.standard_normal(np.shape(arguments[k])) for k in wrt]

    def at(h: float) -> Any:
        moved = list(arguments)
        for k, v in zip(wrt, directions):
            moved[k] = arguments[k] + h * v if np.shape(v) else float(arguments[k] + h * v)
        return space[name](*moved)

    y, saved = space[f"{name}_forward"](*arguments)
    ct = rng.standard_normal(np.shape(y))
    gradients = space[f"{name}_backward"](saved, ct)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    along = sum(np.sum(g * v) for g, v in zip(gradients, directions, strict=True))
    assert along == pytest.approx(np.sum(ct * (at(1e-6) - at(-1e-6))) / 2e-6, rel=1e-6, abs=1e-7)


def sampled(types: dict[str, Any], rng: np.random.Generator) -> list[Any]:
    sizes = dict(SIZES)
    found: list[Any] = []
    for wanted in types.values():
        if isinstance(wanted, str):
            found.append(float(rng.uniform(0.5, 1.5)))
            continue
        for n in wanted[1:]:
            sizes.setdefault(n, n if isinstance(n, int) else 3 + len(sizes) % 4)
        shape = tuple(sizes[n] for n in wanted[1:])
        # of both signs, away from the kinks at 0, ±1 and ±2
        found.append(rng.choice([-1.0, 1.0], shape) * rng.uniform(0.2, 0.8, shape))
    return found
