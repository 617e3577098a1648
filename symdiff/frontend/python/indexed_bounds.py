"""How many elements the text of a `__getitem__(self, k)` says that there are, before it raises IndexError.

By hand: `if k >= self.n: raise IndexError` says `self.n`; `return f(self.items[k])` says `len(self.items)`, where that
is an array, a list or a tuple.  Everything else that depends on the index must be arithmetic, so that nothing else ends
the elements.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Of(NamedTuple):
    """`self.attribute`, or its length; without an attribute the length of the object."""

    attribute: str | None
    length: bool


Count = int | Of
_PLAIN = (
    *(ast.Attribute, ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Tuple, ast.List, ast.Subscript, ast.Call),
    *(ast.operator, ast.unaryop, ast.expr_context),
)  # what is always evaluated


def counts(body: Sequence[ast.stmt], names: Sequence[str]) -> list[Count] | None:
    """The numbers of which the least is that of the elements; None where the text does not say it."""
    *guards, last = body or [ast.Pass()]
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    found: list[Count] = []
    for guard in guards:
        bound = _guard(guard, names)
        if bound is None:
            return None
        found.append(bound)
    inside = list(_read(last.value, names))
    read = [bound for bound in inside if bound is not None]
    return found + read if len(read) == len(inside) else None


def _guard(stmt: ast.stmt, names: Sequence[str]) -> Count | None:
    """The bound of `if k >= bound: raise IndexError`."""
    if not isinstance(stmt, ast.If) or stmt.orelse or len(stmt.body) != 1 or not isinstance(stmt.body[0], ast.Raise):
        return None
    error = stmt.body[0].exc
    error = error.func if isinstance(error, ast.Call) else error
    if not isinstance(error, ast.Name) or error.id != "IndexError":
        return None
    return _bound(stmt.test, names)


def _bound(test: ast.expr, names: Sequence[str]) -> Count | None:
    """Where `k >= bound` begins to hold, for k from 0."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        above = [part for part in test.values if not _below(part, names[1])]
        return _bound(above[0], names) if len(above) == 1 else None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):  # not 0 <= k < bound
        inner = test.operand
        if not isinstance(inner, ast.Compare) or not isinstance(inner.ops[-1], ast.Lt):
            return None
        operands = [inner.left, *inner.comparators]
        chain = len(operands) == 2 or (_is_zero(operands[0]) and isinstance(inner.ops[0], ast.LtE))
        return _value(operands[-1], names) if chain and len(operands) < 4 and _is(operands[-2], names[1]) else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    left, (op,), (right,) = test.left, test.ops, test.comparators
    if _is(left, names[1]) and isinstance(op, ast.GtE):
        return _value(right, names)
    return _value(left, names) if _is(right, names[1]) and isinstance(op, ast.LtE) else None


def _below(test: ast.expr, index: str) -> bool:
    """`k < 0`, which never holds."""
    plain = isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Lt)
    return plain and isinstance(test, ast.Compare) and _is(test.left, index) and _is_zero(test.comparators[0])


def _value(node: ast.expr, names: Sequence[str]) -> Count | None:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Attribute) and _is(node.value, names[0]):
        return Of(node.attr, False)
    if not isinstance(node, ast.Call) or not _is(node.func, "len") or len(node.args) != 1 or node.keywords:
        return None
    return Of(None, True) if _is(node.args[0], names[0]) else _length(node.args[0], names)


def _length(node: ast.expr, names: Sequence[str]) -> Of | None:
    return Of(node.attr, True) if isinstance(node, ast.Attribute) and _is(node.value, names[0]) else None


def _read(value: ast.expr, names: Sequence[str]) -> Iterator[Count | None]:
    """For each `self.items[k]` its bound; None for what may raise IndexError otherwise."""
    for node in ast.walk(value):
        if not isinstance(node, _PLAIN):
            yield None
        elif isinstance(node, ast.Subscript):
            at_index = _is(node.slice, names[1])
            depends = any(_is(n, names[1]) for n in ast.walk(node) if isinstance(n, ast.expr))
            if depends:
                yield _length(node.value, names) if at_index else None
        elif isinstance(node, ast.Call) and not _of_numbers(node):
            yield None


def _of_numbers(node: ast.Call) -> bool:
    """Whether a call is one of a module's function, `np.sin(…)`, or of a built-in one: those end no loop."""
    if isinstance(node.func, ast.Name):
        return node.func.id in ("abs", "float", "int", "max", "min", "pow", "round")
    return isinstance(node.func, ast.Attribute) and _is(node.func.value, "np", "math")


def _is(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value == 0
