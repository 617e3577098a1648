"""The right-hand sides of stages, as Python syntax trees and as text."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from symdiff.codegen import expressions
from symdiff.codegen.folding import is_update
from symdiff.codegen.names import is_private
from symdiff.ir import template
from symdiff.ir.core import Literal, Op, Value
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.types import PYTHON_NAMES, AVal, Kind, Opt, Seq, Type

_NUMPY = re.compile(r"\bnp\.(?:linalg\.)?(?=\w)")
_LONGEST_LITERAL = 9
Node = TypeVar("Node", ast.expr, ast.stmt)


def dim(d: Dim) -> ast.expr:
    """A size by its name."""

    def named(atom: Atom) -> ast.expr:
        return expressions.name(atom.name)

    return expressions.dim(d, named)


def constant(value: Value) -> ast.expr:
    """A constant as it is written; a large array by its shape."""
    if isinstance(value.const, Literal) and value.const.array().size > _LONGEST_LITERAL:
        return expressions.name(f"constant{list(value.const.shape)}")
    return template.constant(value.const, dim)


def expression(op: Op, operands: Sequence[ast.expr]) -> ast.expr:
    """What an operation computes, of the expressions of its operands.

    A helper of generated modules is its declared formula,
    `x ** y` for `_pow(x, y)`, or has its plain name, `softmax(x, 1)`.
    """
    tree = template.expression(op, operands, dim)
    helpers = _helpers(tree)
    if not helpers:
        return tree
    declared = template.formula(op, operands, dim)
    return _renamed(tree, helpers) if declared is None else declared


def _helpers(tree: ast.AST) -> list[ast.Name]:
    """The helpers that a text calls; no variable has such a name."""
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [f for f in called if isinstance(f, ast.Name) and is_private(f.id)]


def _renamed(tree: Node, helpers: Sequence[ast.Name]) -> Node:
    for f in helpers:
        f.id = f.id.removeprefix("_")
    return tree


def is_elementwise_product(op: Op) -> bool:
    """Whether this is x ⊙ y of two arrays; the square of a vector is written x²."""
    ranks = [v.type.rank if isinstance(v.type, AVal) else 0 for v in op.ins]
    return op.prim.name == "mul" and min(ranks) > 0 and not (op.ins[0] is op.ins[1] and ranks[0] == 1)


def conditional(test: ast.expr, then: ast.expr, orelse: ast.expr) -> ast.expr:
    """What a branch gives: `a and b` and `a or b` where it comes from those."""
    written, first, second = ast.unparse(test), ast.unparse(then), ast.unparse(orelse)
    if second in (written, "False"):
        return ast.BoolOp(ast.And(), [test, then])
    if first in (written, "True"):
        return ast.BoolOp(ast.Or(), [test, orelse])
    return ast.IfExp(test, then, orelse)


def without_bool(test: ast.expr) -> ast.expr:
    """A condition without the conversion that a loop asks for: `s > 4` for `bool(s > 4)`."""
    if isinstance(test, ast.Call) and ast.unparse(test.func) == "bool" and isinstance(test.args[0], ast.Compare):
        return test.args[0]
    return test


def statement(op: Op, operands: Sequence[ast.expr], target: str) -> ast.stmt:
    """An update in place: `y[i] = y5`."""
    assert is_update(op) and op.prim.consumes is not None
    named = list(operands)
    named[op.prim.consumes] = expressions.name(target)
    made = template.statement(op, named, dim)
    return _renamed(made, _helpers(made))


def appended_to(found: ast.stmt | None) -> ast.expr | None:
    """The list of an update `l.append(x)`; None of any other."""
    method = found.value.func if isinstance(found, ast.Expr) and isinstance(found.value, ast.Call) else None
    return method.value if isinstance(method, ast.Attribute) and method.attr == "append" else None


def written_part(found: ast.stmt | None) -> ast.Subscript | None:
    """What an update writes into: `y[i]`, `l[-1]` of an append; None where that is no part of an array or list."""
    if isinstance(found, ast.Assign | ast.Delete) and len(found.targets) == 1:
        target: ast.expr = found.targets[0]
    elif isinstance(found, ast.AugAssign):
        target = found.target
    else:
        grown = appended_to(found)
        return None if grown is None else ast.Subscript(grown, ast.Constant(-1))
    return target if isinstance(target, ast.Subscript) else None


def type_text(t: Type) -> str:
    """A type in words that stand in a user's program: `float`, `f8[n]`, `list of float`."""
    if isinstance(t, AVal):
        if t.kind is Kind.ARRAY:
            return re.sub(r"\?\w+", "?", str(t))  # a size that is known only while the program runs
        named = t.kind is Kind.NUMPY or t.dtype not in PYTHON_NAMES
        return np.dtype(t.dtype).name if named else PYTHON_NAMES[t.dtype]
    if isinstance(t, Seq):
        return f"list of {type_text(t.elem)}"
    return f"{type_text(t.elem)} or unbound" if isinstance(t, Opt) else ""


def text(tree: ast.expr) -> str:
    """An expression as a student writes it: `exp(y3)`, without `np.`"""
    return plain(ast.unparse(tree))


def plain(written: str) -> str:
    return _NUMPY.sub("", written)
