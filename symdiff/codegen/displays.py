"""Lines about lists that join the line before: `s = [x, y]`, `y = s.pop()`."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from symdiff.codegen import expressions
from symdiff.codegen.view import Line


def displayed(lines: Sequence[Line], depth: int, items: str, element: ast.expr) -> Line | None:
    """`s = [x, y]` for the line `s = [x]`, which has just been printed, and `s.append(y)`."""
    if not lines or lines[-1].depth != depth or not lines[-1].text.startswith(f"{items} = ["):
        return None
    (statement,) = ast.parse(lines[-1].text).body
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.List):
        return None
    if items in expressions.names_in(element):
        return None
    whole = ast.List([*statement.value.elts, element], ast.Load())
    return replace(lines[-1], text=f"{items} = {ast.unparse(whole)}")


def popped(lines: list[Line], depth: int, items: str) -> bool:
    """Make `y = s[-1]`, which has just been printed, `y = s.pop()`."""
    for k in (len(lines) - 1, len(lines) - 2):
        line = lines[k] if k >= 0 else None
        if line is None or line.depth != depth:
            return False
        name, _, value = line.text.partition(" = ")
        if value == f"{items}[-1]":
            lines[k] = replace(line, text=f"{name} = {items}.pop()")
            return True
        if not re.fullmatch(r"\w+\.append\(\w+\)", line.text) or line.text.startswith(f"{items}."):
            return False
    return False
