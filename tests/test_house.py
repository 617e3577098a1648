"""The house rules of DESIGN section 7, read off the source text."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "symdiff"

# A module may import from the rows above its own, and from its own part of the house.
LAYERS = (
    ("errors", "error_codes"),
    ("ir",),
    ("primitives",),
    ("plain", "trees", "alike", "tokens", "signature", "type_text", "custom"),
    ("frontend", "ad", "passes", "codegen"),
    ("explain",),
    ("pipeline",),
    ("api", "scipy"),
    ("__init__",),
    ("cli",),
    ("__main__",),
)
# Within a row, only these: (importer, imported).
SIBLINGS = {
    ("errors", "error_codes"),
    ("trees", "plain"),
    ("signature", "plain"),
    ("alike", "trees"),
    ("signature", "alike"),
    ("signature", "trees"),
    ("type_text", "signature"),
    ("type_text", "trees"),
    ("scipy", "api"),
}
# Anything else outside the standard library and the package is not imported at all.
OUTSIDE = {
    "numpy": ("",),
    "sympy": ("primitives/proofs.py", "primitives/elementwise.py", "frontend/sympy_expr.py", "explain/latex.py"),
    "jinja2": ("codegen/", "explain/report.py"),  # what is laid out by templates: modules, and the page about one
    "lark": ("frontend/dsl/",),
    "scipy": ("scipy.py",),
}


class Import(NamedTuple):
    line: int
    target: str  # dotted and absolute


def imports(source: str, module: str, is_package: bool = False) -> Iterator[Import]:
    """Every import of a module's text, wherever it stands: in functions and under `if TYPE_CHECKING:` too."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(node.lineno, f"{base}.{alias.name}")


def part_of(target: str) -> str:
    """The part of the house a dotted name lives in: 'symdiff.ir.core.Op' -> 'ir', 'symdiff.grad' -> '__init__'."""
    second = target.split(".")[1:2]
    return second[0] if second and any(second[0] in row for row in LAYERS) else "__init__"


def row_of(part: str) -> int:
    return next(number for number, row in enumerate(LAYERS) if part in row)


def upward_imports(source: str, module: str, is_package: bool = False) -> list[str]:
    """The imports of a module that point up or sideways, each as 'line: importer imports imported'."""
    own = part_of(module)
    found = []
    for line, target in imports(source, module, is_package):
        # The version is a constant of the package itself, there before any module of it.
        if target.split(".")[0] != "symdiff" or target == "symdiff.__version__":
            continue
        other = part_of(target)
        downward = row_of(other) < row_of(own)
        if not (downward or other == own or (own, other) in SIBLINGS):
            found.append(f"{line}: {own} imports {other} ({target})")
    return found


def foreign_imports(source: str, path: str) -> list[str]:
    """The imports of other distributions that OUTSIDE does not grant to the file at `path` in the package."""
    found = []
    for line, target in imports(source, "symdiff." + path.removesuffix(".py").replace("/", ".")):
        top = target.split(".")[0]
        if top in sys.stdlib_module_names or top == "symdiff":
            continue
        if not path.startswith(OUTSIDE.get(top, ())):
            found.append(f"{line}: {top}")
    return found


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    nested_package = parts[-1] == "__init__" and len(parts) > 2
    return ".".join(parts[:-1] if nested_package else parts)


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    is_package = path.name == "__init__.py" and path.parent != PACKAGE
    assert upward_imports(path.read_text(encoding="utf-8"), module_name(path), is_package) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_granted_distributions_are_imported(path: Path) -> None:
    assert foreign_imports(path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix()) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_has_a_row(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert any(part in row for row in LAYERS), f"{part} is in no row of LAYERS"


BAD = """\
from typing import TYPE_CHECKING
from symdiff.errors import SymdiffError
from symdiff import __version__, trees
if TYPE_CHECKING:
    from symdiff.ad.reverse import reverse
def f():
    from .. import pipeline
    import symdiff
"""


def test_the_checker_sees_upward_and_sideways_imports() -> None:
    assert upward_imports(BAD, "symdiff.passes.cse") == [
        "5: passes imports ad (symdiff.ad.reverse.reverse)",
        "7: passes imports pipeline (symdiff.pipeline)",
        "8: passes imports __init__ (symdiff)",
    ]
    assert upward_imports("from . import ad", "symdiff.passes", is_package=True) == []
    assert upward_imports("from .. import ad", "symdiff.passes", is_package=True) == [
        "1: passes imports ad (symdiff.ad)"
    ]
    assert upward_imports("from symdiff import grad", "symdiff.api") == ["1: api imports __init__ (symdiff.grad)"]
    assert upward_imports("from symdiff.signature import S", "symdiff.trees") != []
    assert upward_imports("from symdiff.trees import T", "symdiff.signature") == []


def test_the_checker_sees_foreign_imports() -> None:
    source = "import sympy\ndef f():\n    import torch.nn\nimport numpy as np, os\nfrom .x import y\n"
    assert foreign_imports(source, "passes/fold.py") == ["1: sympy", "3: torch"]
    assert foreign_imports(source, "explain/latex.py") == ["3: torch"]


@pytest.mark.parametrize("statement", ["import symdiff", "import symdiff; symdiff.grad; symdiff.CompileError"])
def test_import_is_light(statement: str) -> None:
    program = f"import sys; {statement}; print([m for m in ('sympy', 'jinja2', 'scipy', 'lark') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    import symdiff

    assert [name for name in symdiff.__all__ if not hasattr(symdiff, name)] == []
    assert set(symdiff.__all__) <= set(dir(symdiff))
    with pytest.raises(AttributeError, match="no attribute 'gradient'"):
        _ = symdiff.gradient


# `symdiff` on the package index is another project. A requirement ends at white space, quotes or a shell operator.
OTHERS_PROJECT = re.compile(r"pip3?\s+install\s(?:[^\n`&;|]*\s)?[\"']?symdiff(?![\w./-])")
NOT_OURS = {".git", ".venv", "__pycache__", "build", "dist", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


def repository_texts() -> Iterator[tuple[Path, str]]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_OURS)
        for name in sorted(files):
            data = (Path(folder) / name).read_bytes()
            if b"\0" not in data:
                yield (Path(folder) / name).relative_to(ROOT), data.decode("utf-8", errors="replace")


def test_nothing_tells_users_to_install_another_project() -> None:
    guilty = [str(path) for path, text in repository_texts() if OTHERS_PROJECT.search(text)]
    assert guilty == []


@pytest.mark.parametrize(
    ("arguments", "guilty"),
    [
        ("symdiff", True),
        ("-U symdiff==1.0", True),
        ("numpy 'symdiff[test]'", True),
        ("symdiff-compiler", False),
        (". && symdiff generate", False),
        ("./symdiff", False),
    ],
)
def test_the_install_pattern(arguments: str, guilty: bool) -> None:
    assert bool(OTHERS_PROJECT.search("pip " + "install " + arguments)) is guilty
