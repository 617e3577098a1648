"""What the `<` of a class says, read from its source: which key it compares, or how it compares several.

By hand: in

    def __lt__(self, other):
        if self.t != other.t:
            return self.t < other.t
        return self.w < other.w

the keys are `self.t` and `self.w`, and `a < b` is `a[0] < b[0] if a[0] != b[0] else a[1] < b[1]` of these.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.frontend.python.desugar import own_builtins
from symdiff.frontend.source import FunctionNode
from symdiff.ir.interpret import compile_lambda
from symdiff.primitives.sequence_parts import SORTED_BY


@dataclass(frozen=True)
class Less:
    """A comparison of the keys of `a` and `b`, written `{a0}`, `{b0}`, `{a1}`, …; of one key, or of a tuple of them."""

    text: str
    several: bool = True

    def of(self, where: Sequence[str]) -> str:
        """The function of two rows of numbers, in which the keys are at these places."""
        places = {f"{side}{k}": f"{side}{place}" for k, place in enumerate(where) for side in "ab"}
        return f"lambda a, b: {self.text.format(**places)}"

    def places(self, rows: Sequence[Sequence[Any]], reverse: bool) -> list[int]:
        """The places of known rows, of one key each, in this order."""
        call = SORTED_BY.format(self.of([f"[{k}]" for k in range(len(rows[0]))]), "*columns")
        run = compile_lambda(("columns", "reverse"), ast.parse(call, mode="eval").body)
        found: list[int] = run(zip(*rows, strict=True), reverse)
        return found


FALLING = Less("{a0} > {b0}", several=False)


@dataclass(frozen=True)
class Sides:
    """The key, of the parameter `name`, and what is asked before of the classes of both: for True, or for False.

    If it `falls`, the larger key comes first; with `less` the key is the tuple of what this compares.
    """

    name: str
    other: str
    key: ast.expr
    asked: Sequence[tuple[ast.expr, bool]]
    falls: bool = False
    less: Less | None = None


def sides(node: FunctionNode, reflected: bool) -> Sides | None:
    """What is compared of both objects; None where it is not the same of both."""
    a = node.args
    names = [p.arg for p in (*a.posonlyargs, *a.args)]
    body = node.body if isinstance(node, ast.FunctionDef) else [ast.Return(node.body)]
    if len(names) != 2 or a.vararg or a.kwarg or a.kwonlyargs or a.defaults:
        return None
    asked, rest = _asked(body, names)
    said = _said(rest)
    if said is None:
        return None
    first, second = reversed(names) if reflected else names  # of `first < second`
    for name, other, falls in ((first, second, False), (second, first, True)):
        key = _key(said, name, other)
        if key is not None:
            return Sides(name, other, key, asked, falls)
    keys = _Keys(first, second)
    text = keys.text(said)
    return None if text is None else Sides(first, second, keys.made(), asked, less=Less(ast.unparse(text)))


def _key(said: ast.expr, name: str, other: str) -> ast.expr | None:
    """The key of which the smaller one, as `name` has it, comes first; None where it is not one key."""
    if not isinstance(said, ast.Compare) or len(said.ops) != 1 or not isinstance(said.ops[0], ast.Lt | ast.Gt):
        return None
    low, high = said.left, said.comparators[0]
    if isinstance(said.ops[0], ast.Gt):
        low, high = high, low
    both = {name, other}
    alike = _read(low) & both == {name} and _read(high) & both == {other}
    return low if alike and ast.dump(_renamed(high, other, name)) == ast.dump(low) else None


_COMPARED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


class _Keys:
    """The keys that a comparison of the objects `first` and `second` reads, each once, as `first` has them."""

    def __init__(self, first: str, second: str) -> None:
        self.names = first, second
        self.found: list[ast.expr] = []
        self.numbers: dict[str, int] = {}

    def text(self, said: ast.expr) -> ast.expr | None:
        """The comparison with names for the keys; None where it is none of the same keys of both."""
        if isinstance(said, ast.Constant):
            return ast.Constant(bool(said.value))
        if "NotImplemented" in _read(said) or any(isinstance(n, ast.NamedExpr) for n in ast.walk(said)):
            return None
        if isinstance(said, ast.Compare) and len(self._owners(said)) == 2:
            left = [said.left, *said.comparators]
            pairs = [self._pair(*given) for given in zip(said.ops, left, left[1:], strict=False)]
            return pairs[0] if len(pairs) == 1 else _joined(ast.And(), pairs)
        if isinstance(said, ast.BoolOp):
            return _joined(said.op, [self.text(v) for v in said.values])
        if isinstance(said, ast.UnaryOp) and isinstance(said.op, ast.Not):
            inner = self.text(said.operand)
            return None if inner is None else ast.UnaryOp(said.op, inner)
        if isinstance(said, ast.IfExp):
            test, body, orelse = (self.text(v) for v in (said.test, said.body, said.orelse))
            return None if test is None or body is None or orelse is None else ast.IfExp(test, body, orelse)
        return self._named(ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), said)))  # its truth

    def _pair(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> ast.expr | None:
        """`left op right` of one key of both."""
        found = [self._named(left), self._named(right)]
        a, b = found
        if not isinstance(op, _COMPARED) or a is None or b is None or {a.id[1], b.id[1]} != {"a", "b"}:
            return None
        return ast.Compare(a, [op], [b]) if a.id[2:] == b.id[2:] else None

    def _named(self, key: ast.expr) -> ast.Name | None:
        """The name of a key of one of the two."""
        owners = self._owners(key)
        if len(owners) > 1:
            return None
        first, second = self.names
        own = _renamed(key, second, first)
        number = self.numbers.setdefault(ast.dump(own), len(self.found))
        self.found += [own] * (number == len(self.found))
        return ast.Name(f"{{{'b' if second in owners else 'a'}{number}}}", ast.Load())

    def _owners(self, node: ast.expr) -> set[str]:
        return _read(node) & {*self.names}

    def made(self) -> ast.expr:
        return ast.Tuple(self.found, ast.Load())


def _joined(op: ast.boolop, parts: Sequence[ast.expr | None]) -> ast.expr | None:
    there = [part for part in parts if part is not None]
    return ast.BoolOp(op, there) if len(there) == len(parts) else None


def _said(body: Sequence[ast.stmt]) -> ast.expr | None:
    """What statements of `if` and `return` alone return, as one expression; None of others."""
    if not body:
        return None
    first, rest = body[0], body[1:]
    if isinstance(first, ast.Return):
        return first.value
    if not isinstance(first, ast.If):
        return None
    then, orelse = (_said([*block, *rest]) for block in (first.body, first.orelse))
    return None if then is None or orelse is None else ast.IfExp(first.test, then, orelse)


def _asked(body: Sequence[ast.stmt], names: Sequence[str]) -> tuple[list[tuple[ast.expr, bool]], Sequence[ast.stmt]]:
    """What is asked before the comparison, which else is NotImplemented, and the statements that compare."""
    asked: list[tuple[ast.expr, bool]] = []
    body = body[_is_text(body[0]) :]
    for k, stmt in enumerate(body):
        rest = body[k + 1 :]
        if not isinstance(stmt, ast.If) or stmt.orelse or not _of_classes(stmt.test, names):
            return asked, body[k:]
        if len(rest) == 1 and _is_none(rest[0]):
            return [*asked, (stmt.test, True)], stmt.body
        if len(stmt.body) > 1 or not _is_none(stmt.body[0]):
            return asked, body[k:]
        asked.append((stmt.test, False))
    return asked, ()


def _of_classes(test: ast.expr, names: Sequence[str]) -> bool:
    """Whether it asks of these names which classes they have alone: both have the same one."""
    of_class = [n.value for n in ast.walk(test) if isinstance(n, ast.Attribute) and n.attr == "__class__"]
    called = [n for n in ast.walk(test) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.args]
    of_class += [n.args[0] for n in called if isinstance(n.func, ast.Name) and n.func.id in ("type", "isinstance")]
    return all(n in of_class for n in _names(test) if n.id in names)


def _is_text(stmt: ast.stmt) -> bool:
    return isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Constant)


def _is_none(stmt: ast.stmt) -> bool:
    """Whether it is `return NotImplemented`."""
    return isinstance(stmt, ast.Return) and isinstance(stmt.value, ast.Name) and stmt.value.id == "NotImplemented"


def _names(node: ast.expr) -> Iterator[ast.Name]:
    return (n for n in ast.walk(node) if isinstance(n, ast.Name))


def _read(node: ast.expr) -> set[str]:
    return {n.id for n in _names(node)}


def _renamed(node: ast.expr, old: str, new: str) -> ast.expr:
    found = copy.deepcopy(node)
    for n in _names(found):
        n.id = new if n.id == old else n.id
    return found


def function(sides: Sides, cls: type) -> ast.FunctionDef:
    """The key of one object, which may raise what Python does where its class is asked and has no answer."""
    message = f"'<' not supported between instances of '{cls.__name__}' and '{cls.__name__}'"
    error = ast.Call(ast.Name("TypeError", ast.Load()), [ast.Constant(message)], [])
    own_builtins(error)
    body: list[ast.stmt] = []
    for test, wanted in sides.asked:
        asked = _renamed(test, sides.other, sides.name)
        body.append(ast.If(ast.UnaryOp(ast.Not(), asked) if wanted else asked, [ast.Raise(error)], []))
    parameters = ast.arguments(posonlyargs=[], args=[ast.arg(sides.name)], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.FunctionDef("key", parameters, [*body, ast.Return(sides.key)], [])
