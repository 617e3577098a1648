"""Which names may still be read: after each `if`, and at the header of each loop.

A join and a loop header carry live names only, so temporaries of a branch or of a turn cost nothing and conflict with
nothing.  One backward walk per function; loops are walked until nothing changes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from symdiff.frontend.source import FunctionNode, walk
from symdiff.ir.steps import Steps, run_steps

Names = set[str]


class Liveness:
    """`after[id(stmt)]`: names live behind an `if` or a loop.

    `header[id(loop)]`: names live when a turn begins, or might.
    """

    def __init__(self, node: FunctionNode) -> None:
        self.after: dict[int, frozenset[str]] = {}
        self.header: dict[int, frozenset[str]] = {}
        self.always = _names_of_inner_functions(node)
        body = [] if isinstance(node, ast.Lambda) else node.body
        run_steps(self._block(body, set(self.always), set(), set()))

    def _block(self, body: Sequence[ast.stmt], live: Names, on_break: Names, on_continue: Names) -> Steps:
        """The names live before the statements, given those live behind them."""
        for stmt in reversed(body):
            if isinstance(stmt, ast.If):  # a thousand `elif` are nested as deep
                self.after[id(stmt)] = frozenset(live)
                then = yield self._block(stmt.body, set(live), on_break, on_continue)
                orelse = yield self._block(stmt.orelse, live, on_break, on_continue)
                live = then | orelse | reads(stmt.test)
            elif isinstance(stmt, ast.With):
                live = yield self._block(stmt.body, live, on_break, on_continue)
                live = live.union(*map(reads, stmt.items))
            elif isinstance(stmt, (ast.For, ast.While)):
                live = yield self._loop(stmt, live, on_break, on_continue)
            else:
                live = self._statement(stmt, live, on_break, on_continue)
        return live

    def _statement(self, stmt: ast.stmt, live: Names, on_break: Names, on_continue: Names) -> Names:
        if isinstance(stmt, (ast.Return, ast.Raise)):
            return reads(stmt) | self.always
        if isinstance(stmt, ast.Break):
            return set(on_break)
        if isinstance(stmt, ast.Continue):
            return set(on_continue)
        if isinstance(stmt, (ast.Assign, ast.AnnAssign)):
            for target in stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target]:
                live -= stores(target)
            live |= reads(stmt)
            return live
        if isinstance(stmt, ast.FunctionDef):
            live.discard(stmt.name)
            return live | reads(stmt)
        return live | reads(stmt)

    def _loop(self, stmt: ast.For | ast.While, live: Names, on_break: Names, on_continue: Names) -> Steps:
        self.after[id(stmt)] = frozenset(live)
        after = yield self._block(stmt.orelse, set(live), on_break, on_continue)
        if isinstance(stmt, ast.While):
            after |= reads(stmt.test)
        header = set(after)
        while True:
            turn = yield self._block(stmt.body, set(header), set(live), header)
            if isinstance(stmt, ast.For):
                turn = (turn - stores(stmt.target)) | reads(stmt.target)
            if turn <= header:
                break
            header |= turn
        self.header[id(stmt)] = frozenset(header)
        return header | reads(stmt.iter) if isinstance(stmt, ast.For) else header


def reads(node: ast.AST) -> Names:
    """Every name that `node` reads; an augmented assignment reads its target."""
    found = {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        found.add(node.target.id)
    return found


def stores(target: ast.AST) -> Names:
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def local_names(node: FunctionNode) -> frozenset[str]:
    """What the function binds: parameters and assigned names, inner functions' own aside."""
    a = node.args
    found = {p.arg for p in (*a.posonlyargs, *a.args, *a.kwonlyargs)} | {p.arg for p in (a.vararg, a.kwarg) if p}
    if isinstance(node, ast.Lambda):
        return frozenset(found | assigned([node.body]))
    outside = {n for s in walk_own(node) if isinstance(s, (ast.Nonlocal, ast.Global)) for n in s.names}
    return frozenset((found | assigned(node.body)) - outside)


def walk_own(node: ast.FunctionDef) -> Iterator[ast.stmt]:
    """The function's statements, those of inner functions aside."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        n = stack.pop()
        if isinstance(n, ast.stmt):
            yield n
        if not isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            stack.extend(ast.iter_child_nodes(n))


def assigned(body: Iterable[ast.AST]) -> Names:
    """Names that these statements may bind."""
    found: Names = set()
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            found |= {n.target.id for n in walk(node) if isinstance(n, ast.NamedExpr)}
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {a.asname or a.name.partition(".")[0] for a in node.names}
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            found.add(node.id)
        stack.extend(ast.iter_child_nodes(node))
    return found


def _names_of_inner_functions(node: FunctionNode) -> Names:
    found: Names = set()
    for n in walk(node):
        if n is not node and isinstance(n, (ast.FunctionDef, ast.Lambda)):
            found |= {m.id for m in walk(n) if isinstance(m, ast.Name)}
    return found
