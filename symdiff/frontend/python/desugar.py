"""Statements that are short for others: `match`, a `while` whose condition has effects, a change of a chosen list.

Rewritten before anything is evaluated, into statements at the same positions; the caller's tree is left alone.

    match p:                          $1 = p
        case (a, 0) if a > 1: …       if ($sequence($1) and $len($1) == 2 and $bound(a := $1[0]) and $1[1] == 0
                                              and a > 1): …
        case [1, *rest]: …            elif $sequence($1) and $len($1) >= 1 and $1[0] == 1: rest = $list($1[1:]); …
        case _: …                     else: …

    while (n := step(n)) > 0: …       while True:
                                          if not (n := step(n)) > 0: break
                                          …

    for t in itertools.count(): …     $1 = $iter(itertools.count())
                                      while True: t = $next($1); …

    (a if c else b).append(x)         if c: a.append(x)
                                      else: b.append(x)

A name with a `$` cannot be the user's.  `HIDDEN` says what those are that the rewritten text calls; builtins are
`$$ len` in texts of the compiler's, as `len` may be a name of the user's.
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeGuard, TypeVar

from symdiff.frontend.definitions import walk
from symdiff.frontend.source import FunctionNode

Node = TypeVar("Node", bound=ast.AST)


def bound(value: object) -> bool:
    """A capture in a pattern always matches."""
    return True


def sequence(value: object) -> bool:
    """Whether a sequence pattern takes `value` apart."""
    return isinstance(value, (list, tuple))


def mapping(value: object) -> bool:
    """Whether a mapping pattern takes `value` apart."""
    return isinstance(value, dict)


def without(value: dict[Any, Any], *keys: Any) -> dict[Any, Any]:
    """What `**rest` of a mapping pattern is."""
    return {key: part for key, part in value.items() if key not in keys}


def match_part(value: object, cls: Any, k: int) -> object:
    """What the k-th positional pattern of `cls(…)` is matched with."""
    return value if cls in WHOLE else getattr(value, cls.__match_args__[k])


# Classes whose one positional pattern is matched with the value itself.
WHOLE = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
HIDDEN: dict[str, Any] = {
    "$bound": bound, "$sequence": sequence, "$mapping": mapping, "$without": without,
    "$match_part": match_part, "$len": len, "$list": list, "$iter": iter, "$next": next,
    "$isinstance": isinstance, "$AssertionError": AssertionError,
    **{f"$$ {name}": obj for name, obj in vars(builtins).items()},
}  # fmt: skip


def own_builtins(tree: ast.AST) -> None:
    """Let a text of the compiler's mean the builtins by their names, whatever these are where it is run."""
    for n in ast.walk(tree):
        if isinstance(n, ast.Name) and hasattr(builtins, n.id):
            n.id = f"$$ {n.id}"


@dataclass(frozen=True, slots=True)
class _Work:
    """Numbers for hidden names; by identity, the conditions of `while` that have effects, and what has no end."""

    subjects: Iterator[int]
    effects: Collection[int]


def desugared(node: FunctionNode, effects: Collection[int] = ()) -> FunctionNode:
    """`node` itself where there is nothing to rewrite, else a copy with other statements.

    `effects`: the ids of the conditions of `while` that change something, and of what a `for` runs over without end.
    """
    if isinstance(node, ast.Lambda) or not any(
        isinstance(n, ast.Match) or _binds(n, effects) or _unending(n, effects) or _message(n) or _of_chosen(n)
        for n in walk(node)
    ):
        return node
    found = copy.copy(node)
    found.body = _block(node.body, _Work(count(1), effects))
    return found


def _binds(node: ast.AST, effects: Collection[int]) -> bool:
    """Whether the node is a `while` whose condition binds a name, or has other effects."""
    if not isinstance(node, ast.While):
        return False
    return id(node.test) in effects or any(isinstance(n, ast.NamedExpr) for n in walk(node.test))


def _unending(node: ast.AST, effects: Collection[int]) -> TypeGuard[ast.For]:
    return isinstance(node, ast.For) and id(node.iter) in effects


def _message(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) and _computed(node.msg)


def _computed(message: ast.expr | None) -> TypeGuard[ast.expr]:
    """Whether the message of an `assert` is worked out only where it fails."""
    return message is not None and not isinstance(message, ast.Constant)


# Methods that change what they are called on, and whose arguments cost little.
_CHANGES = frozenset(("add", "append", "appendleft", "clear", "discard", "extend", "insert", "remove", "update"))


def _of_chosen(stmt: ast.AST) -> TypeGuard[ast.Expr]:
    """Whether the statement calls such a method of what a condition chooses."""
    if not isinstance(stmt, ast.Expr) or not isinstance(stmt.value, ast.Call):
        return False
    method = stmt.value.func
    return isinstance(method, ast.Attribute) and method.attr in _CHANGES and isinstance(method.value, ast.IfExp)


def _block(body: Sequence[ast.stmt], work: _Work) -> list[ast.stmt]:
    return [new for stmt in body for new in _statement(stmt, work)]


def _statement(stmt: ast.stmt, work: _Work) -> list[ast.stmt]:
    if isinstance(stmt, ast.If):
        return [_if(stmt, work)]
    if isinstance(stmt, ast.Match):
        return _match(stmt, work)
    if isinstance(stmt, ast.Assert) and _computed(stmt.msg):
        call = ast.Call(ast.Name("$AssertionError", ast.Load()), [stmt.msg], [])
        return [placed(ast.If(ast.UnaryOp(ast.Not(), stmt.test), [ast.Raise(call)], []), stmt)]
    if _of_chosen(stmt):
        return [_in_branches(stmt)]
    if not isinstance(stmt, (ast.For, ast.While, ast.With)):
        return [stmt]
    made = copy.copy(stmt)
    made.body = _block(stmt.body, work)
    if isinstance(made, ast.With):
        return [made]
    made.orelse = _block(made.orelse, work)
    if _unending(made, work.effects):
        return _without_end(made, f"${next(work.subjects)}")
    if isinstance(made, ast.While) and _binds(made, work.effects) and not made.orelse:
        leave = [placed(ast.If(ast.UnaryOp(ast.Not(), part), [ast.Break()], []), part) for part in _parts(made.test)]
        made.test, made.body = placed(ast.Constant(True), made.test), [*leave, *made.body]
    return [made]


def _in_branches(stmt: ast.Expr) -> ast.If:
    """The call of a method in a branch for each of what its condition chooses; its arguments are evaluated in one."""
    first = stmt.value
    assert isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute)
    chosen = first.func.value
    assert isinstance(chosen, ast.IfExp)
    calls: list[ast.stmt] = []
    for one in (chosen.body, chosen.orelse):
        call = copy.copy(first)
        call.func = copy.copy(first.func)
        call.func.value = one
        made = copy.copy(stmt)
        made.value = call
        calls.append(_in_branches(made) if _of_chosen(made) else made)
    return placed(ast.If(chosen.test, calls[:1], calls[1:]), stmt)


def _parts(test: ast.expr) -> list[ast.expr]:
    """The conditions that `and` joins, each on its own where a later one binds a name: behind it that is bound."""
    if not isinstance(test, ast.BoolOp) or not isinstance(test.op, ast.And):
        return [test]
    later = any(isinstance(n, ast.NamedExpr) for part in test.values[1:] for n in walk(part))
    return test.values if later else [test]


def _without_end(loop: ast.For, name: str) -> list[ast.stmt]:
    """Nothing but the body ends it, so that its `else` never runs."""
    begin = ast.Assign([ast.Name(name, ast.Store())], _call("$iter", loop.iter))
    each = ast.Assign([loop.target], _call("$next", ast.Name(name, ast.Load())))
    again = ast.While(placed(ast.Constant(True), loop.iter), [placed(each, loop.iter), *loop.body], [])
    return [placed(begin, loop.iter), placed(again, loop)]


def _if(stmt: ast.If, work: _Work) -> ast.If:
    """A chain of `elif` is deep, so it is walked."""
    first = made = copy.copy(stmt)
    while True:
        made.body = _block(made.body, work)
        if len(made.orelse) != 1 or not isinstance(made.orelse[0], ast.If):
            made.orelse = _block(made.orelse, work)
            return first
        below = copy.copy(made.orelse[0])
        made.orelse = [below]
        made = below


# --- match


def _match(stmt: ast.Match, work: _Work) -> list[ast.stmt]:
    name = f"${next(work.subjects)}"
    heads = [_condition(case, name) for case in stmt.cases]
    chain: list[ast.stmt] = []
    for (test, captures), case in zip(reversed(heads), reversed(stmt.cases), strict=True):
        body = [*captures, *_block(case.body, work)]
        chain = body if test is None else [placed(ast.If(test, body, chain), case.pattern)]
    return [placed(ast.Assign([ast.Name(name, ast.Store())], stmt.subject), stmt), *chain]


def _condition(case: ast.match_case, subject: str) -> tuple[ast.expr | None, list[ast.stmt]]:
    """When a case is taken, None where it always is, and what its captures bind then: all at once, when all matches.

    A guard reads them: before it, they are bound on the way.
    """
    inside = list(_tests(case.pattern, ast.Name(subject, ast.Load())))
    if case.guard is not None:
        return placed(_all([*inside, case.guard]), case.pattern), []
    tests, captures = _apart(inside)
    stores: list[ast.stmt] = []
    for capture in captures:
        (named,) = capture.args
        assert isinstance(named, ast.NamedExpr)
        stores.append(placed(ast.Assign([named.target], named.value), capture))
    return placed(_all(tests), case.pattern) if tests else None, stores


def _apart(tests: Iterable[ast.expr]) -> tuple[list[ast.expr], list[ast.Call]]:
    """The tests, and the captures among them."""
    found, captures = list[ast.expr](), list[ast.Call]()
    for test in tests:
        if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "$bound":
            captures.append(test)
        else:
            found.append(test)
    return found, captures


def _all(tests: Sequence[ast.expr]) -> ast.expr:
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), list(tests))


def _tests(pattern: ast.pattern, subject: ast.expr) -> Iterator[ast.expr]:
    """What must hold, in Python's order; `subject` has no effects and may be repeated."""
    if isinstance(pattern, ast.MatchValue):
        yield placed(ast.Compare(subject, [ast.Eq()], [pattern.value]), pattern)
    elif isinstance(pattern, ast.MatchSingleton):
        yield placed(ast.Compare(subject, [ast.Is()], [ast.Constant(pattern.value)]), pattern)
    elif isinstance(pattern, ast.MatchAs):
        if pattern.pattern is not None:
            yield from _tests(pattern.pattern, subject)
        if pattern.name is not None:
            yield _bind(pattern.name, subject, pattern)
    elif isinstance(pattern, ast.MatchOr):
        arms = [[e for part in _apart(_tests(p, subject)) for e in part] for p in pattern.patterns]
        if all(arms):
            yield placed(ast.BoolOp(ast.Or(), [_all(tests) for tests in arms]), pattern)
    elif isinstance(pattern, ast.MatchSequence):
        yield from _sequence(pattern, subject)
    elif isinstance(pattern, ast.MatchClass):
        yield placed(_call("$isinstance", subject, pattern.cls), pattern)
        for k, part in enumerate(pattern.patterns):
            yield from _tests(part, placed(_call("$match_part", subject, pattern.cls, ast.Constant(k)), part))
        for attribute, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
            yield from _tests(part, placed(ast.Attribute(subject, attribute, ast.Load()), part))
    else:
        assert isinstance(pattern, ast.MatchMapping)  # a star stands in a sequence alone
        yield from _mapping(pattern, subject)


def _mapping(pattern: ast.MatchMapping, subject: ast.expr) -> Iterator[ast.expr]:
    """Python asks for all keys before it looks at any of the parts."""
    yield placed(_call("$mapping", subject), pattern)
    for key in pattern.keys:
        yield placed(ast.Compare(key, [ast.In()], [subject]), key)
    for key, part in zip(pattern.keys, pattern.patterns, strict=True):
        yield from _tests(part, placed(ast.Subscript(subject, key, ast.Load()), part))
    if pattern.rest is not None:
        yield _bind(pattern.rest, _call("$without", subject, *pattern.keys), pattern)


def _sequence(pattern: ast.MatchSequence, subject: ast.expr) -> Iterator[ast.expr]:
    count_ = len(pattern.patterns)
    star = next((k for k, p in enumerate(pattern.patterns) if isinstance(p, ast.MatchStar)), count_)
    size, op = (count_, ast.Eq()) if star == count_ else (count_ - 1, ast.GtE())
    yield placed(_call("$sequence", subject), pattern)
    yield placed(ast.Compare(_call("$len", subject), [op], [ast.Constant(size)]), pattern)
    for k, part in enumerate(pattern.patterns):
        if not isinstance(part, ast.MatchStar):
            at = ast.Constant(k if k < star else k - count_)
            yield from _tests(part, placed(ast.Subscript(subject, at, ast.Load()), part))
        elif part.name is not None:
            stop = None if k == count_ - 1 else ast.Constant(k + 1 - count_)
            rest = ast.Subscript(subject, ast.Slice(ast.Constant(k), stop), ast.Load())
            yield _bind(part.name, _call("$list", rest), part)


def _bind(name: str, value: ast.expr, where: ast.AST) -> ast.expr:
    return placed(_call("$bound", ast.NamedExpr(ast.Name(name, ast.Store()), value)), where)


def _call(name: str, *args: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def placed(node: Node, where: ast.AST) -> Node:
    """The new nodes of `node`, those without a position, stand where `where` stands."""
    stack: list[ast.AST] = [node]
    while stack:
        n = stack.pop()
        if not hasattr(n, "lineno"):
            ast.copy_location(n, where)
            stack += ast.iter_child_nodes(n)
    return node
