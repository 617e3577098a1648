"""Small texts: expressions of dimensions, tuples, assignments.  Precedence is `ast.unparse`'s."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from symdiff.ir.dims import Atom, Dim

NamedSize = Callable[[Atom], ast.expr]
_OPERATORS = {"floordiv": ast.FloorDiv(), "min": None, "max": None}


def name(text: str) -> ast.Name:
    return ast.Name(text, ast.Load())


def dim(d: Dim, size: NamedSize) -> ast.expr:
    """A dimension as Python: `n - k + 1`, what is added first."""
    if isinstance(d, int):
        return ast.Constant(d) if d >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-d))
    total: ast.expr | None = None
    first = next((term for term in d.terms if term[1] > 0), d.terms[0])
    for monomial, coefficient in (first, *(term for term in d.terms if term is not first)):
        term = _term(monomial, abs(coefficient), size)
        if total is None:
            total = ast.UnaryOp(ast.USub(), term) if coefficient < 0 else term
        else:
            total = ast.BinOp(total, ast.Sub() if coefficient < 0 else ast.Add(), term)
    assert total is not None
    return total


def _term(monomial: Sequence[Atom], coefficient: int, size: NamedSize) -> ast.expr:
    factors: list[ast.expr] = [_atom(a, size) for a in monomial]
    if coefficient != 1 or not factors:
        factors.insert(0, ast.Constant(coefficient))
    product = factors[0]
    for factor in factors[1:]:
        product = ast.BinOp(product, ast.Mult(), factor)
    return product


def _atom(a: Atom, size: NamedSize) -> ast.expr:
    if not a.args:
        return size(a)
    left, right = (dim(x, size) for x in a.args)
    operator = _OPERATORS[a.op]
    return ast.Call(name(a.op), [left, right], []) if operator is None else ast.BinOp(left, operator, right)


def row(items: Sequence[str]) -> str:
    """Items on the right or left of `=`: `a`, or `a, b`; one item of a tuple is `row1`."""
    return ", ".join(items)


def tuple_text(items: Sequence[str]) -> str:
    """A tuple display: `()`, `(a,)`, `(a, b)`."""
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def targets(names: Sequence[str]) -> str:
    """The left side of an unpacking: `a, b`, or `(a,)`."""
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def parallel(targets: Sequence[str], values: Sequence[str], reads: Sequence[frozenset[str]]) -> list[str]:
    """Assignments that happen at once; one tuple assignment where the order would matter.

    `reads[k]` are the names that `values[k]` mentions.
    """
    moved = [k for k in range(len(targets)) if targets[k] != values[k]]
    clash = any(targets[a] in reads[b] for n, a in enumerate(moved) for b in moved[n + 1 :])
    if not clash:
        return [f"{targets[k]} = {values[k]}" for k in moved]
    return [f"{row([targets[k] for k in moved])} = {row([values[k] for k in moved])}"]


def names_in(tree: ast.expr) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name))


def places(tree: ast.expr) -> ast.expr:
    """A subscript: `[0, 1]` says as much as `np.array([0, 1], dtype=np.int64)`."""
    if not isinstance(tree, ast.Call) or ast.unparse(tree.func) != "np.array":
        return tree
    values, dtypes = tree.args[0], [ast.unparse(k) for k in tree.keywords]
    return values if isinstance(values, ast.List) and values.elts and dtypes == ["dtype=np.int64"] else tree


def one_step(tree: ast.expr) -> ast.expr:
    """Steps of a whole number as one: `n - 1 - 1` as `n - 2`."""
    while isinstance(tree, ast.BinOp) and isinstance(tree.left, ast.BinOp):
        last, first = _step(tree), _step(tree.left)
        if last is None or first is None:
            return tree
        total, n = first + last, tree.left.left
        operator = ast.Add() if total > 0 else ast.Sub()
        tree = ast.BinOp(n, operator, ast.Constant(abs(total))) if total else n
    return tree


def negated(tree: ast.expr) -> ast.expr | None:
    """x of a text that is -x to the bit: `-x`, `-x * y`, `x * -0.5`; not of `-0.0`, which may meet a complex number."""
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        constant = tree.operand.value if isinstance(tree.operand, ast.Constant) else 1.0
        return None if type(constant) is int or constant == 0 else tree.operand
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Mult, ast.Div)):
        if (factor := negated(tree.left)) is not None:
            return ast.BinOp(factor, tree.op, tree.right)
        if isinstance(factor := negated(tree.right), ast.Constant):
            return ast.BinOp(tree.left, tree.op, factor)
    return None


def difference(tree: ast.expr) -> ast.expr:
    """`x + -y / c` as `x - y / c`, and `n + -1` as `n - 1`."""
    if not isinstance(tree, ast.BinOp) or not isinstance(tree.op, ast.Add):
        return tree
    term, step = negated(tree.right), _step(tree)
    if term is None and step is not None and step < 0:
        term = ast.Constant(-step)
    return tree if term is None else ast.BinOp(tree.left, ast.Sub(), term)


def _step(tree: ast.BinOp) -> int | None:
    """c of `n + c` and `n - c`."""
    right, sign = tree.right, 1
    if isinstance(right, ast.UnaryOp) and isinstance(right.op, ast.USub):
        right, sign = right.operand, -1
    if not isinstance(right, ast.Constant) or type(right.value) is not int:
        return None
    return {ast.Add: sign * right.value, ast.Sub: -sign * right.value}.get(type(tree.op))


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
