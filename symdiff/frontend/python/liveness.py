"""Which names may still be read: after each `if`, and at the header of each loop.

A join and a loop header carry live names only, so temporaries of a branch or of a turn cost nothing and conflict with
nothing.  One backward walk per function; loops are walked until nothing changes.

What an inner function reads is read where the function is called, if calls are all that its name is used for, and what
a lambda reads where it stands, if it is used up there (`reduce(lambda …)`): both may be made anew in each turn, of what
the turn made.  Any other inner function may be called at any time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from symdiff.frontend.definitions import walk
from symdiff.frontend.source import FunctionNode
from symdiff.ir.steps import Steps, run_steps

Names = set[str]

REMEMBERED = 256  # trees of functions and loops: they are never changed, and each is lowered many times
_LAZY = {"map", "filter"}
_USING_UP = {"sum", "min", "max", "any", "all", "sorted", "list", "tuple", "reduce"}


@lru_cache(REMEMBERED)
def liveness(node: FunctionNode) -> Liveness:
    """Which names of a function may still be read."""
    return Liveness(node)


class Liveness:
    """`after[id(stmt)]`: names live behind an `if`, a loop or a `with`, wherever its body leads.

    `header[id(loop)]`: names live when a turn begins, or might.  `turn[id(loop)]`, of a `while True`: those that a turn
    reads, or leaves to be read behind the loop, before it has bound them.
    """

    def __init__(self, node: FunctionNode) -> None:
        self.after: dict[int, frozenset[str]] = {}
        self.header: dict[int, frozenset[str]] = {}
        self.turn: dict[int, frozenset[str]] = {}
        self._exits: dict[int, set[type[ast.stmt]]] = {}
        inner = _Inner(node)
        self.apart, self.captured, self.always = inner.apart, inner.captured, inner.always
        body = [] if isinstance(node, ast.Lambda) else node.body
        run_steps(self._find_exits(body))
        run_steps(self._block(body, set(self.always), set(), set()))

    def _block(self, body: Sequence[ast.stmt], live: Names, on_break: Names, on_continue: Names) -> Steps:
        """The names live before the statements, given those live behind them."""
        for stmt in reversed(body):
            left = self._left_for(stmt, on_break, on_continue)
            if isinstance(stmt, ast.If):  # a thousand `elif` are nested as deep
                self.after[id(stmt)] = frozenset(live | left)
                then = yield self._block(stmt.body, set(live), on_break, on_continue)
                orelse = yield self._block(stmt.orelse, live, on_break, on_continue)
                reads, bound = self._in_order(stmt.test)
                live = ((then | orelse) - bound) | reads
            elif isinstance(stmt, ast.With):
                self.after[id(stmt)] = frozenset(live | left)
                live = yield self._block(stmt.body, live, on_break, on_continue)
                live = live.union(*map(self._reads, stmt.items))
            elif isinstance(stmt, (ast.For, ast.While)):
                self.after[id(stmt)] = frozenset(live | left)
                live = yield self._loop(stmt, live, on_break, on_continue)
            else:
                live = self._statement(stmt, live, on_break, on_continue)
        return live

    def _find_exits(self, body: Sequence[ast.stmt]) -> Steps:
        """How a block may be left; of each statement in it the same."""
        found: set[type[ast.stmt]] = set()
        for stmt in body:
            exits: set[type[ast.stmt]] = set()
            if isinstance(stmt, (ast.Break, ast.Continue, ast.Return)):
                exits.add(type(stmt))
            elif isinstance(stmt, (ast.For, ast.While)):
                exits |= ((yield self._find_exits(stmt.body)) & {ast.Return}) | (yield self._find_exits(stmt.orelse))
            elif isinstance(stmt, (ast.If, ast.With)):
                exits |= yield self._find_exits(stmt.body)
                exits |= (yield self._find_exits(stmt.orelse)) if isinstance(stmt, ast.If) else set()
            self._exits[id(stmt)] = exits
            found |= exits
        return found

    def _left_for(self, stmt: ast.stmt, on_break: Names, on_continue: Names) -> Names:
        """The names live where a statement leads, but for what stands behind it."""
        ends = {ast.Break: on_break, ast.Continue: on_continue, ast.Return: self.always}
        return set().union(*(names for exit_, names in ends.items() if exit_ in self._exits.get(id(stmt), ())))

    def _statement(self, stmt: ast.stmt, live: Names, on_break: Names, on_continue: Names) -> Names:
        if isinstance(stmt, (ast.Return, ast.Raise)):
            return self._reads(stmt) | self.always
        if isinstance(stmt, ast.Break):
            return set(on_break)
        if isinstance(stmt, ast.Continue):
            return set(on_continue)
        if isinstance(stmt, (ast.Assign, ast.AnnAssign)):
            for target in stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target]:
                live -= stores(target)
            live |= self._reads(stmt)
            return live
        if isinstance(stmt, ast.FunctionDef):
            live.discard(stmt.name)
            return live | self._reads(stmt)
        return live | self._reads(stmt)

    def _loop(self, stmt: ast.For | ast.While, live: Names, on_break: Names, on_continue: Names) -> Steps:
        after = yield self._block(stmt.orelse, set(live), on_break, on_continue)
        if is_endless(stmt):
            found = yield self._block(stmt.body, set(self.always), set(live), set(self.always))
            self.turn[id(stmt)] = frozenset(found | _deleted(stmt.body))
        if isinstance(stmt, ast.While):
            after |= self._reads(stmt.test)
        header = after | live if stmt.orelse else set(after)  # a break hands on what only the rest reads
        while True:
            turn = yield self._block(stmt.body, set(header), set(live), header)
            if isinstance(stmt, ast.For):
                turn = (turn - stores(stmt.target)) | self._reads(stmt.target)
            if turn <= header:
                break
            header |= turn
        self.header[id(stmt)] = frozenset(header)
        return header | self._reads(stmt.iter) if isinstance(stmt, ast.For) else header

    def _in_order(self, node: ast.AST) -> tuple[Names, Names]:
        """What an expression reads without having bound it before, and what it certainly binds."""
        if not any(isinstance(n, ast.NamedExpr) for n in walk(node)):
            return self._reads(node), set()
        if isinstance(node, ast.NamedExpr):
            reads, bound = self._in_order(node.value)
            return reads, bound | stores(node.target)
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return self._reads(node), set()
        parts = list(ast.iter_child_nodes(node))
        certain = 2 if isinstance(node, ast.Compare) else 1 if isinstance(node, (ast.BoolOp, ast.IfExp)) else len(parts)
        read: Names = set()
        so_far: Names = set()
        always: Names = set()
        parts = [p for p in parts if not isinstance(p, (ast.cmpop, ast.boolop, ast.operator, ast.unaryop))]
        for k, part in enumerate(parts):
            reads, bound = self._in_order(part)
            read |= reads - so_far
            always |= bound if k < certain else set()
            so_far |= set() if isinstance(node, ast.IfExp) and k else bound
        return read, always

    def _reads(self, node: ast.AST) -> Names:
        """Every name that `node` reads; an augmented assignment reads its target, a call what the function reads."""
        found: Names = set()
        stack: list[tuple[ast.AST, frozenset[str]]] = [(node, frozenset())]  # with what comprehensions around it bind
        while stack:
            n, bound = stack.pop()
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.id not in bound:
                found.add(n.id)
                found |= self.captured.get(n.id, set())
            elif isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name):
                found.add(n.target.id)
            parts = _evaluated_at_definition(n) if id(n) in self.apart else ast.iter_child_nodes(n)
            if isinstance(n, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                first = n.generators[0]
                stack.append((first.iter, bound))  # evaluated outside
                bound = bound.union(*(stores(g.target) for g in n.generators))
                parts = [*(p for p in ast.iter_child_nodes(n) if p is not first), first.target, *first.ifs]
            elif isinstance(n, (ast.Lambda, ast.FunctionDef)) and id(n) not in self.apart:
                stack += [(p, bound) for p in _at_definition(n)]
                bound, parts = bound | local_names(n), _body(n)
            if isinstance(n, ast.BinOp) and (name := _named_first(n.left)) is not None:
                parts = [n.left]
                stack.append((n.right, bound | {name}))
            stack += [(p, bound) for p in parts]
        return found


def _deleted(body: Iterable[ast.stmt]) -> Names:
    return {n.id for stmt in body for n in walk(stmt) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Del)}


def is_endless(stmt: ast.For | ast.While) -> bool:
    """Whether it is a `while True`, of which at least one turn is made."""
    return isinstance(stmt, ast.While) and isinstance(stmt.test, ast.Constant) and bool(stmt.test.value)


def _named_first(node: ast.AST) -> str | None:
    """The name that an operand begins by binding: in `(t := f(x)) * 2 + t` the last t is that."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return node.target.id if isinstance(node, ast.NamedExpr) else None


class _Inner:
    """The inner functions of a function.

    `captured`: what those read that are only ever called, by name.  `apart`: the ids of their definitions.
    `always`: the names in all others.
    """

    def __init__(self, node: FunctionNode) -> None:
        functions = [n for n in walk(node) if n is not node and isinstance(n, (ast.FunctionDef, ast.Lambda))]
        self.captured: dict[str, Names] = {}
        self.apart: set[int] = set()
        self.always: Names = set()
        if not functions:
            return
        named = _named(node)
        escaping = _used_otherwise(node)
        used_up = _used_up(node)
        for n in functions:
            if id(n) in used_up:
                continue
            names = _from_around(n)
            name = named.get(id(n))
            if name is None or name in escaping:
                self.always |= names
            else:
                self.captured[name] = self.captured.get(name, set()) | names
                self.apart.add(id(n))
        self._through_calls()

    def _through_calls(self) -> None:
        """What a function reads when it calls another one, too."""
        sets = [*self.captured.values(), self.always]
        while True:
            before = sum(map(len, sets))
            for names in sets:
                names |= {m for name in names & self.captured.keys() for m in self.captured[name]}
            if sum(map(len, sets)) == before:
                return


def _named(node: ast.AST) -> dict[int, str]:
    """The names of inner functions: of `def g` and of `g = lambda`."""
    found: dict[int, str] = {}
    for n in walk(node):
        if isinstance(n, ast.FunctionDef) and n is not node and not n.decorator_list:
            found[id(n)] = n.name
        elif isinstance(n, ast.Assign) and isinstance(n.value, ast.Lambda) and len(n.targets) == 1:
            target = n.targets[0]
            if isinstance(target, ast.Name):
                found[id(n.value)] = target.id
    return found


def _used_otherwise(node: ast.AST) -> Names:
    """Names that are read for anything but a call."""
    called = {id(n.func) for n in walk(node) if isinstance(n, ast.Call)}
    return {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in called}


def _used_up(node: ast.AST) -> set[int]:
    """The ids of lambdas that are called while the expression they stand in is evaluated, and never again."""
    found: set[int] = set()
    for call in walk(node):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if isinstance(call.func, ast.Lambda):
            found.add(id(call.func))
        elif name in _USING_UP:
            lazy = [a for a in call.args if isinstance(a, ast.Call) and getattr(a.func, "id", "") in _LAZY]
            found |= {id(a) for c in [call, *lazy] for a in [*c.args, *(k.value for k in c.keywords)]}
    return found


def _body(node: FunctionNode) -> list[ast.AST]:
    return [node.body] if isinstance(node, ast.Lambda) else [*node.body]


def free_names(node: FunctionNode) -> Names:
    """The names that an inner function reads from around it where it is called, for one in it, too."""
    return _names(_body(node)) - local_names(node)


def _from_around(node: FunctionNode) -> Names:
    """The names that an inner function has from around it: its own parameters are others."""
    return free_names(node) | _names(_at_definition(node))


def _names(nodes: Iterable[ast.AST]) -> Names:
    found, stack = set[str](), [*nodes]
    while stack:
        n = stack.pop()
        if isinstance(n, (ast.Lambda, ast.FunctionDef)):
            found |= _from_around(n)
            continue
        if isinstance(n, ast.Name):
            found.add(n.id)
        stack += ast.iter_child_nodes(n)
    return found


def _at_definition(node: FunctionNode) -> list[ast.AST]:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else ()
    return [*_evaluated_at_definition(node), *decorators]


def _evaluated_at_definition(node: ast.AST) -> list[ast.AST]:
    assert isinstance(node, (ast.FunctionDef, ast.Lambda))
    return [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]


def stores(target: ast.AST) -> Names:
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


@lru_cache(REMEMBERED)
def local_names(node: FunctionNode) -> frozenset[str]:
    """What the function binds: parameters and assigned names, inner functions' own aside."""
    a = node.args
    found = {p.arg for p in (*a.posonlyargs, *a.args, *a.kwonlyargs)} | {p.arg for p in (a.vararg, a.kwarg) if p}
    if isinstance(node, ast.Lambda):
        return frozenset(found | assigned([node.body]))
    outside = {n for s in declared_outside(node) for n in s.names}
    return frozenset((found | assigned(node.body)) - outside)


@lru_cache(REMEMBERED)
def declared_outside(node: FunctionNode) -> tuple[ast.Global | ast.Nonlocal, ...]:
    """The statements that say of names that they are not the function's: they count wherever they stand."""
    own = () if isinstance(node, ast.Lambda) else walk_own(node)
    return tuple(s for s in own if isinstance(s, ast.Global | ast.Nonlocal))


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
