"""Names that are certainly bound where a loop is left by `break`: what its `else` joins with its own.

By hand, `for t in v: if t > c: found = t; break` with `else: found = None`: before the loop `found` has no value, so a
turn hands on a value that may be unbound.  Every path to the `break` binds it, so that it is there behind a loop that
was broken, and None or a number behind the `else`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

Names = frozenset[str]


def bound(loop: ast.For | ast.While) -> Names:
    """The names that each turn which ends in a `break` of the loop binds before it."""
    first = _targets(loop.target) if isinstance(loop, ast.For) else Names()
    found: list[Names] = []
    _run(loop.body, first, found)
    return Names.intersection(*found) if found else Names()


def _run(body: Sequence[ast.stmt], names: Names, breaks: list[Names]) -> Names | None:
    """The names bound behind the statements, None where they leave; what is bound at each break is added."""
    for stmt in body:
        if isinstance(stmt, ast.Break):
            breaks.append(names)
        if isinstance(stmt, (ast.Break, ast.Continue, ast.Return, ast.Raise)):
            return None
        if isinstance(stmt, ast.Assign):
            names = names.union(*map(_targets, stmt.targets))
        elif isinstance(stmt, ast.AnnAssign):
            names |= _targets(stmt.target) if stmt.value is not None else Names()
        elif isinstance(stmt, ast.Delete):
            names -= {n.id for target in stmt.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
        elif isinstance(stmt, ast.If):
            sides = [_run(part, names, breaks) for part in (stmt.body, stmt.orelse)]
            behind = [side for side in sides if side is not None]
            if not behind:
                return None
            names = Names.intersection(*behind)
        elif isinstance(stmt, (ast.For, ast.While)):
            names -= _deleted(stmt)
            _run(stmt.orelse, names, breaks)
        elif isinstance(stmt, ast.With):
            inside = _run(stmt.body, names, breaks)
            if inside is None:
                return None
            names = inside
        elif not isinstance(stmt, (ast.Expr, ast.AugAssign, ast.Assert, ast.Pass, ast.FunctionDef)):
            breaks.append(Names())  # nothing is known of what is not understood
            return None
    return names


def _targets(target: ast.expr) -> Names:
    parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    return Names(part.id for part in parts if isinstance(part, ast.Name))


def _deleted(loop: ast.stmt) -> Names:
    inside = [n for d in ast.walk(loop) if isinstance(d, ast.Delete) for n in ast.walk(d)]
    return Names(n.id for n in inside if isinstance(n, ast.Name))
