"""The wheel, as users get it: built, installed in a fresh environment, used away from the checkout."""

import os
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import symdiff

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ("numpy", "sympy", "jinja2", "lark")

# One worker, one build, one environment.
pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.slow]

NEURON = """\
import numpy as np


def neuron(x1, x2, w1, w2, b):
    return 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))
"""

# (2, -1) at weights (0.5, 0.25) and bias 0.1: z = 0.85, and y' = y (1 - y).
USE_MODULE = """\
import math, sys
sys.modules["symdiff"] = None  # the module has to work without the compiler
import out
y = 1 / (1 + math.exp(-0.85))
slope = y * (1 - y)
value, gradient = out.neuron_value_and_grad(2.0, -1.0, 0.5, 0.25, 0.1)
assert math.isclose(value, y, rel_tol=1e-12), value
for got, want in zip(gradient, (2 * slope, -slope, slope), strict=True):
    assert math.isclose(got, want, rel_tol=1e-12), (got, want)
"""

DECORATOR = """\
import symdiff


@symdiff.grad
def f(x, y):
    return (x + y) * x


assert f(3.0, 4.0) == 10.0, f(3.0, 4.0)
"""


def environment() -> dict[str, str]:
    """The caller's, less what could lead Python back to the checkout."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON") and name != "VIRTUAL_ENV"
    }


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command} gave {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a fresh environment that holds the wheel and its dependencies, nothing else."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    constraints = folder / "constraints.txt"  # the versions at hand: in pip's cache already
    constraints.write_text("".join(f"{name}=={version(name)}\n" for name in RUNTIME))
    pip = (sys.executable, "-m", "pip", "--python", binaries / "python", "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-compile", "-c", constraints, wheel, cwd=folder)
    return binaries


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "neuron.py").write_text(NEURON)
    (tmp_path / "use_module.py").write_text(USE_MODULE)
    (tmp_path / "decorated.py").write_text(DECORATOR)
    return tmp_path


def test_the_wheel_holds_the_package_and_its_templates(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    package = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "symdiff").rglob("*.*") if path.suffix in (".py", ".lark")
    }
    folder = ROOT / "templates"
    templates = {f"symdiff/_templates/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*.j2")}
    missing = (package | templates | {"symdiff/py.typed"}) - held
    foreign = {name for name in held if not name.startswith(("symdiff/", "symdiff_compiler-"))}
    assert (missing, foreign) == (set(), set())


def test_the_installed_package_is_the_wheels(bin_folder: Path, elsewhere: Path) -> None:
    where = Path(run(bin_folder / "python", "-c", "import symdiff; print(symdiff.__file__)", cwd=elsewhere))
    assert bin_folder.parent in where.parents
    program = "from importlib.metadata import distributions; print(*sorted(d.name.lower() for d in distributions()))"
    assert set(run(bin_folder / "python", "-c", program, cwd=elsewhere).split()) == {
        *RUNTIME,
        *("markupsafe", "mpmath"),  # of jinja2 and sympy
        "symdiff-compiler",
    }


def test_version(bin_folder: Path, elsewhere: Path) -> None:
    expected = f"symdiff {symdiff.__version__}"
    assert run(bin_folder / "symdiff", "--version", cwd=elsewhere) == expected
    assert run(bin_folder / "python", "-m", "symdiff", "--version", cwd=elsewhere) == expected


def test_generate(bin_folder: Path, elsewhere: Path) -> None:
    run(bin_folder / "symdiff", "generate", "neuron.py::neuron", "--wrt", "w1,w2,b", "-o", "out.py", cwd=elsewhere)
    run(bin_folder / "python", "use_module.py", cwd=elsewhere)
    run(bin_folder / "python", "out.py", cwd=elsewhere)  # checks itself


def test_decorator(bin_folder: Path, elsewhere: Path) -> None:
    run(bin_folder / "python", "decorated.py", cwd=elsewhere)
