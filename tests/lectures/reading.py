"""Reading the generated modules of the lectures: their functions, and what every stage is when they return."""

from __future__ import annotations

import ast
import importlib.util
import runpy
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "generated" / "lectures"
EXAMPLES = ROOT / "examples" / "lectures"


@cache
def example(name: str) -> Any:
    """The Python module examples/lectures/name.py."""
    spec = importlib.util.spec_from_file_location(f"lectures_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


@cache
def module(name: str) -> SimpleNamespace:
    """A module of generated/lectures: `module("line")` is line_grad.py."""
    return SimpleNamespace(**runpy.run_path(str(FOLDER / f"{name}_grad.py"), run_name=name))


@cache
def text(name: str) -> str:
    return (FOLDER / f"{name}_grad.py").read_text(encoding="utf-8")


def stages(function: Callable[..., Any], *arguments: Any) -> tuple[Any, SimpleNamespace]:
    """The result of a call, and the local variables when it returns: at -O0 every stage under its name."""
    found: dict[str, Any] = {}

    def watch(frame: FrameType, event: str, argument: object) -> None:
        if event == "return" and frame.f_code is function.__code__:
            found.update(frame.f_locals)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        result = function(*arguments)
    finally:
        sys.setprofile(before)
    return result, SimpleNamespace(**found)


def backward_stages(made: SimpleNamespace, name: str, arguments: Any, cotangent: Any) -> tuple[Any, SimpleNamespace]:
    """The gradients of a module, and the stages of its backward pass."""
    _, saved = getattr(made, f"{name}_forward")(*arguments)
    return stages(getattr(made, f"{name}_backward"), saved, cotangent)


def statements(name: str, function: str) -> list[str]:
    """The statements of a function of a module as text, its entry check left out."""
    (node,) = [n for n in ast.parse(text(name)).body if isinstance(n, ast.FunctionDef) and n.name == function]
    kept = [s for s in node.body if not isinstance(s, (ast.If, ast.Expr)) or "_accept" not in ast.unparse(s)]
    return [ast.unparse(s) for s in kept if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
