"""A failing program made small: statements and parts of expressions are taken out while it still fails."""

from __future__ import annotations

import ast
import copy
import time
import warnings
from collections.abc import Callable, Iterator

from tests.properties.limits import TooLong, at_most

BUDGET = 400  # programs tried
SECONDS = 120.0  # for all of them
SECONDS_EACH = 10.0


def minimised(text: str, fails: Callable[[str], bool], budget: int = BUDGET) -> str:
    """The smallest program found for which `fails` holds, as it does for `text`, in the time there is.

    A smaller program may not end (a loop without its `i = i + 1`): it is not one that fails.
    """
    tree = ast.parse(text)
    left = budget
    changed = True
    end = time.monotonic() + SECONDS
    while changed and left > 0:
        changed = False
        for smaller in _smaller(tree):
            left -= 1
            shown = ast.unparse(ast.fix_missing_locations(smaller)) + "\n"
            if _compiles(shown) and _in_time(fails, shown):
                tree, changed = smaller, True
                break
            if left <= 0 or time.monotonic() > end:
                return ast.unparse(tree) + "\n"
    return ast.unparse(tree) + "\n"


def _in_time(fails: Callable[[str], bool], text: str) -> bool:
    try:
        with at_most(SECONDS_EACH):
            return fails(text)
    except TooLong:
        return False


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<smaller>", "exec")
    except SyntaxError:
        return False
    return True


def _smaller(tree: ast.Module) -> Iterator[ast.Module]:
    """Programs with one thing less, the largest first."""
    places = sorted(_statements(tree), key=lambda p: -sum(1 for _ in ast.walk(_at(tree, p))))
    for place in places:
        yield _replaced(tree, place, [])
        node = _at(tree, place)
        if isinstance(node, (ast.If, ast.For, ast.While)):
            yield _replaced(tree, place, node.body)
            if node.orelse:
                yield _replaced(tree, place, node.orelse)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                yield _replaced(tree, place, case.body)
    count = sum(1 for _ in ast.walk(tree))
    for k in range(count):
        for child in range(4):
            found = _with_child(tree, k, child)
            if found is None:
                break
            yield found


Place = tuple[tuple[str, int], ...]


def _statements(node: ast.AST, place: Place = ()) -> Iterator[Place]:
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            for k, item in enumerate(value):
                if isinstance(item, (ast.stmt, ast.match_case)):
                    here = (*place, (name, k))
                    if isinstance(item, ast.stmt) and place:
                        yield here
                    yield from _statements(item, here)


def _at(tree: ast.AST, place: Place) -> ast.AST:
    node = tree
    for name, k in place:
        node = getattr(node, name)[k]
    return node


def _replaced(tree: ast.Module, place: Place, body: list[ast.stmt]) -> ast.Module:
    made = copy.deepcopy(tree)
    *path, (name, k) = place
    holder = _at(made, tuple(path))
    getattr(holder, name)[k : k + 1] = copy.deepcopy(body)
    if name == "body" and not getattr(holder, name):
        holder.body = [ast.Pass()]
    return made


def _with_child(tree: ast.Module, k: int, child: int) -> ast.Module | None:
    """The program with the k-th node, an expression that is read, replaced by a child of it or by a number."""
    made = copy.deepcopy(tree)
    node = next(n for j, n in enumerate(ast.walk(made)) if j == k)
    if not isinstance(node, ast.expr) or isinstance(getattr(node, "ctx", ast.Load()), (ast.Store, ast.Del)):
        return None
    if isinstance(node, (ast.Name, ast.Constant, ast.Slice)):
        return None
    parts: list[ast.expr] = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
    options = [ast.Constant(0.5), *(p for p in parts if not isinstance(p, ast.Slice))]
    if child >= len(options):
        return None
    new = options[child]
    for parent in ast.walk(made):
        for name, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, name, new)
                return made
            if isinstance(value, list) and any(v is node for v in value):
                setattr(parent, name, [new if v is node else v for v in value])
                return made
    return None
