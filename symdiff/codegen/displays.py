"""Lines that join the line before: `s = [x, y]`, `y = s.pop()`, `w, v = np.linalg.eigh(a)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from symdiff.codegen import expressions
from symdiff.codegen.view import Line

_PLAIN = (ast.Name, ast.Constant, ast.UnaryOp, ast.USub, ast.List, ast.Tuple, ast.Load)
_NEAR = 8  # lines that are looked back at
_LONGEST = 480  # characters of a display that grows: each element parses it anew


def displayed(lines: Sequence[Line], depth: int, items: str, element: ast.expr) -> tuple[int, Line] | None:
    """`s = [x, y]` for the line `s = [x]` and `s.append(y)`, and its place; only other lists are begun in between."""
    for k in range(len(lines) - 1, max(len(lines) - 1 - _NEAR, -1), -1):
        line = lines[k]
        begun = _begun(line.text) if line.depth == depth and len(line.text) <= _LONGEST else None
        if begun is None:
            return None
        name, shown = begun
        if name == items:
            whole = ast.List([*shown.elts, element], ast.Load())
            own = items in expressions.names_in(element)
            return None if own else (k, replace(line, text=f"{items} = {ast.unparse(whole)}"))
        read = expressions.names_in(shown)
        if name in expressions.names_in(element) or items in read or not all(map(_is_plain, [element, *shown.elts])):
            return None
    return None


def _begun(text: str) -> tuple[str, ast.List] | None:
    """s and [x] of `s = [x]`."""
    if not re.match(r"\w+ = \[", text):
        return None
    (statement,) = ast.parse(text).body
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.List):
        return None
    return ast.unparse(statement.targets[0]), statement.value


def _is_plain(tree: ast.expr) -> bool:
    """Whether an element may be read earlier or later: a name, a number, a display of these."""
    return all(isinstance(node, _PLAIN) for node in ast.walk(tree))


def together(lines: Sequence[Line], depth: int, name: str, part: ast.expr, count: int) -> Line | None:
    """`w, v = f(x)` for the line `w = f(x)[0]`, which has just been printed, and `v = f(x)[1]`."""
    if not lines or lines[-1].depth != depth or " = " not in lines[-1].text:
        return None
    (statement,) = ast.parse(lines[-1].text).body
    found = _part(part)
    if found is None or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    (call, at), (target,), before = found, statement.targets, _part(statement.value)
    names = ["_"] * count
    if isinstance(target, ast.Tuple) and ast.unparse(statement.value) == call:
        names = [ast.unparse(t) for t in target.elts]
    elif before is not None and before[0] == call:
        names[before[1]] = ast.unparse(target)
    else:
        return None
    if names[at] != "_" or name in names:
        return None
    names[at] = name
    return replace(lines[-1], text=f"{', '.join(names)} = {call}")


def _part(tree: ast.expr) -> tuple[str, int] | None:
    """The call and the number of `f(x)[1]`."""
    if isinstance(tree, ast.Subscript) and isinstance(tree.slice, ast.Constant) and isinstance(tree.slice.value, int):
        return ast.unparse(tree.value), tree.slice.value
    return None


def queued(lines: list[Line], depth: int, items: str) -> bool:
    """Make `s = [x]`, which has just been printed, a deque."""
    line = lines[-1] if lines else None
    if line is None or line.depth != depth or not line.text.startswith(f"{items} = "):
        return False
    value = line.text.removeprefix(f"{items} = ")
    lines[-1] = replace(line, text=f"{items} = collections.deque({'' if value == '[]' else value})")
    return True


def popped(lines: list[Line], depth: int, items: str, index: str) -> bool:
    """Make `y = s[i]`, which has just been printed, `y = s.pop(i)`, or `s.popleft()` of a deque."""
    place, taken = ("0", "popleft()") if index == "popleft" else (index, f"pop({'' if index == '-1' else index})")
    for k in (len(lines) - 1, len(lines) - 2):
        line = lines[k] if k >= 0 else None
        if line is None or line.depth != depth:
            return False
        name, _, value = line.text.partition(" = ")
        if value == f"{items}[{place}]":
            lines[k] = replace(line, text=f"{name} = {items}.{taken}")
            return True
        if not re.fullmatch(r"\w+\.append\(\w+\)", line.text) or line.text.startswith(f"{items}."):
            return False
    return False
