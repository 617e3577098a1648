"""Write the kept texts of the constructs: `python -m tests.constructs.excerpts`.  Read the changes line by line.

A text has the source, what is saved, and the forward and the backward pass of -O1 without the checks of arguments.
"""

import ast
import re
import sys
from pathlib import Path

from tests.constructs import calls, data, flow, memory  # noqa: F401  (fill the bank)
from tests.constructs.bank import BANK, text

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
LEVEL = 1
_CHECKS = ("_accept(", "_floats(", "_scalar(")


def path(name: str) -> Path:
    return GOLDEN / f"{name}.py"


def excerpt(name: str) -> str:
    module = text(name, LEVEL)
    saves = re.search(r"^saves +(.*)$", module, re.MULTILINE)
    assert saves is not None
    parts = "".join(f"\n\n{part}\n" for part in _functions(module, name))
    return f'"""Saves {saves.group(1)}.\n\n{source(name)}"""\n{parts}'


def source(name: str) -> str:
    """A construct, without its registration, behind what it calls."""
    file = sys.modules[BANK[name].function.__module__].__file__
    assert file is not None
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    found: list[str] = []
    for node in ast.parse("\n".join(lines)).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            kept = node.name not in BANK and node.decorator_list
            first = node.decorator_list[0].lineno if kept else node.lineno
            found.append("\n".join(lines[first - 1 : node.end_lineno]) + "\n")
            if node.name == name:
                return "\n\n".join(found)
            if node.name in BANK:
                found = []
    raise KeyError(name)


def _functions(module: str, name: str) -> list[str]:
    lines = module.splitlines()
    found = []
    for node in ast.parse(module).body:
        if isinstance(node, ast.FunctionDef) and _is_pass(node.name, name):
            kept = [line for k, line in enumerate(lines, 1) if node.lineno <= k <= (node.end_lineno or 0)]
            for check in [s for s in node.body if isinstance(s, ast.If) and _checks(s)]:
                first, last = check.lineno - node.lineno, (check.end_lineno or 0) - node.lineno
                kept[first : last + 1] = [""] * (last + 1 - first)
            found.append("\n".join(line for line in kept if line))
    return found


def _is_pass(function: str, name: str) -> bool:
    private = function.startswith("_") and function.endswith(("_forward", "_backward"))
    return private or function in (f"{name}_forward", f"{name}_backward")


def _checks(statement: ast.If) -> bool:
    return any(call in ast.unparse(statement) for call in _CHECKS) or "np.shares_memory" in ast.unparse(statement.test)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.py"):
        old.unlink()
    for name in BANK:
        path(name).write_text(excerpt(name), encoding="utf-8")
