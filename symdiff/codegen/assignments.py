"""The text of statements that bind or overwrite a variable: `s += x`, `np.exp(x, out=x)`, `y = x + 1`."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from symdiff.codegen import expressions
from symdiff.ir import template
from symdiff.ir.core import Block, Op, Program, Value, walk
from symdiff.ir.types import AVal, Kind
from symdiff.primitives.indexing import may_repeat


def assignment(name: str, tree: ast.expr, value: Value) -> str:
    """`s = s + x` and `s = x + s` of numbers as `s += x`: of arrays it would be another statement."""
    number = isinstance(value.type, AVal) and value.type.kind is not Kind.ARRAY
    if not number or not isinstance(tree, ast.BinOp) or isinstance(tree.op, ast.MatMult):  # @ of vectors is a number
        return f"{name} = {ast.unparse(tree)}"
    if isinstance(tree.left, ast.Name) and tree.left.id == name:
        return statement_text(ast.AugAssign(ast.Name(name, ast.Store()), tree.op, tree.right))
    if isinstance(tree.right, ast.Name) and tree.right.id == name and isinstance(tree.op, (ast.Add, ast.Mult)):
        return statement_text(ast.AugAssign(ast.Name(name, ast.Store()), tree.op, tree.left))
    return f"{name} = {ast.unparse(tree)}"


def statement_text(tree: ast.stmt) -> str:
    """`s += -x` and `s += x * -0.5` as subtractions."""
    tree.lineno = 0  # asked for by `unparse`, for type comments
    if isinstance(tree, ast.AugAssign) and isinstance(tree.op, ast.Add):
        term = expressions.negated(tree.value)
        if term is not None:
            tree.op, tree.value = ast.Sub(), term
    return ast.unparse(tree)


def prints_in_place(op: Op) -> bool:
    """Whether `reuse_text` has a form for the operation: an operator, or a NumPy ufunc."""
    tree = template.expression(op, [expressions.name(f"x{k}") for k in range(len(op.ins))], template.int_dim)
    if isinstance(tree, ast.Call):
        return isinstance(getattr(np, ast.unparse(tree.func).removeprefix("np."), None), np.ufunc)
    return isinstance(tree, (ast.BinOp, ast.UnaryOp)) and bool(op.prim.ufunc)


def reusable(program: Program, into: Mapping[str, Mapping[Op, int]]) -> dict[str, dict[Op, int]]:
    """Of the operations that may overwrite an operand, those that can be printed so.

    A sign of what is only added to a place is none of them: the line is `y[i:j] -= x`.
    """
    signs = {v for f in program.functions.values() for v in _only_added(f.body)}
    return {
        name: {op: k for op, k in found.items() if prints_in_place(op) and signs.isdisjoint(op.outs)}
        for name, found in into.items()
    }


def _only_added(body: Block) -> Iterator[Value]:
    """The negated values whose only reader adds them to a part of an array."""
    ops = [*walk(body)]
    readers = Counter([*body.outs, *(v for op in ops for v in (*op.ins, *(u for r in op.regions for u in r.outs)))])
    negated = {op.out for op in ops if op.prim.name == "neg"}
    for op in ops:
        plain = op.prim.name == "index_add" and not may_repeat(op.params["spec"])
        if plain and op.ins[1] in negated and readers[op.ins[1]] == 1:
            yield op.ins[1]


def reuse_text(op: Op, tree: ast.expr, target: str) -> str:
    """`x += y` for `x + y` when x may be overwritten, `np.exp(x, out=x)` for a function."""
    if isinstance(tree, ast.BinOp) and ast.unparse(tree.left) == target and not isinstance(tree.op, ast.MatMult):
        return statement_text(ast.AugAssign(ast.Name(target, ast.Store()), tree.op, tree.right))
    if isinstance(tree, ast.BinOp) and op.commutes and ast.unparse(tree.right) == target:
        return statement_text(ast.AugAssign(ast.Name(target, ast.Store()), tree.op, tree.left))
    return out_text(op, tree, target)


def out_text(op: Op, tree: ast.expr, target: str) -> str:
    """`np.exp(x, out=x)`, which is its result too."""
    if not isinstance(tree, ast.Call):
        assert op.prim.ufunc and isinstance(tree, (ast.BinOp, ast.UnaryOp))
        operands = [tree.operand] if isinstance(tree, ast.UnaryOp) else [tree.left, tree.right]
        tree = ast.Call(expressions.name(op.prim.ufunc.split("(")[0]), operands, [])
    tree.keywords = [*tree.keywords, ast.keyword("out", expressions.name(target))]
    return ast.unparse(tree)
