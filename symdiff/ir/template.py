"""The NumPy text of an operation, as a Python syntax tree.

A primitive declares its text once (`numpy="np.exp(x)"`, or a function of params and operand types that returns the
text); operand names and parameter names in it are replaced by expressions.  The interpreter runs and the code
generator prints the same tree.  A keyword whose parameter is None or False is left out: `np.sum(x)`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from symdiff.ir.core import Literal, Op, Params, Prim
from symdiff.ir.dims import Dim, Poly
from symdiff.ir.types import AVal, Type

DimExpr = Callable[[Dim], ast.expr]


def operand_names(prim: Prim, count: int) -> list[str]:
    """The names of the operands: a last operand declared `*xs` stands for xs0, xs1, …"""
    names = list(prim.operands)
    if names and names[-1].startswith("*"):
        star = names.pop()[1:]
        names += [f"{star}{k}" for k in range(count - len(names))]
    return names


def expression(op: Op, operands: Sequence[ast.expr], dim: DimExpr, scalar: bool = False) -> ast.expr:
    """The expression that computes the op's result from the expressions of its operands."""
    found: ast.expr = _instantiate(op, _text(op, "scalar" if scalar else "numpy"), "eval", operands, dim)
    return found


def statement(op: Op, operands: Sequence[ast.expr], dim: DimExpr) -> ast.stmt:
    """The statement that overwrites operand `prim.consumes` with the op's result."""
    found: ast.stmt = _instantiate(op, _text(op, "inplace"), "exec", operands, dim)
    return found


def fact(op: Op, name: str) -> Any:
    """What the primitive says of itself, of operands of these ranks or in general; None where it says nothing."""
    ranks = tuple(getattr(v.type, "rank", None) for v in op.ins)
    return op.prim.info.get("ranked", {}).get(ranks, {}).get(name, op.prim.info.get(name))


def formula(op: Op, operands: Sequence[ast.expr], dim: DimExpr) -> ast.expr | None:
    """The op as mathematics writes it, where that is not its NumPy text: xᵀ y for `x @ y` of two vectors."""
    text = fact(op, "formula")
    if callable(text):
        text = text(op.params, tuple(v.type for v in op.ins))
    found: ast.expr | None = None if text is None else _instantiate(op, text, "eval", operands, dim)
    return found


def _text(op: Op, which: str) -> str:
    prim, types = op.prim, tuple(v.type for v in op.ins)
    text: Any = getattr(prim, which)
    if which == "numpy" and prim.ufunc and op.params.get("ufunc") and all_python(types):
        text = prim.ufunc
    return str(text(op.params, types) if callable(text) else text)


def all_python(types: Sequence[Type]) -> bool:
    return all(isinstance(t, AVal) and t.pythonic for t in types)


@lru_cache(maxsize=8192)
def _parse(text: str, mode: str) -> ast.AST:
    tree = ast.parse(text, mode=mode)
    if isinstance(tree, ast.Expression):
        return tree.body
    assert isinstance(tree, ast.Module) and len(tree.body) == 1
    return tree.body[0]


def _instantiate(op: Op, text: str, mode: str, operands: Sequence[ast.expr], dim: DimExpr) -> Any:
    names = dict(zip(operand_names(op.prim, len(op.ins)), operands, strict=True))
    return _Fill(names, op.params, dim).made(_parse(text, mode))


_SHAPED = ("np.zeros", "np.ones", "np.empty", "np.full")  # np.zeros(n) is np.zeros((n,))


class _Fill:
    """Makes a template with its names replaced, new from the leaves up (depth is the template's, not the program's)."""

    def __init__(self, names: Mapping[str, ast.expr], params: Params, dim: DimExpr) -> None:
        self.names, self.params, self.dim = names, params, dim

    def made(self, node: Any) -> Any:
        kind = type(node)
        if kind is ast.Name:
            return self.name(node)
        if kind is ast.BinOp:
            return ast.BinOp(self.made(node.left), node.op, self.made(node.right))
        if kind is ast.Call:
            return self.call(node)
        if kind is ast.UnaryOp and isinstance(node.op, ast.Not):
            return negated(self.made(node.operand))
        if kind is list:
            return [self.made(x) for x in node]
        if isinstance(node, ast.AST):
            return kind(**{f: self.made(getattr(node, f)) for f in node._fields if hasattr(node, f)})
        return node

    def name(self, node: ast.Name) -> ast.expr:
        if node.id in self.names:
            return self.names[node.id]
        if node.id in self.params and node.id != "math":  # the flag, not the module
            return constant(self.params[node.id], self.dim)
        return ast.Name(node.id, node.ctx)

    def call(self, node: ast.Call) -> ast.Call:
        keywords = [ast.keyword(k.arg, self.made(k.value)) for k in node.keywords if not self._default(k)]
        made = ast.Call(self.made(node.func), self.made(node.args), keywords)
        if ast.unparse(made.func) in _SHAPED and isinstance(made.args[0], ast.Tuple) and len(made.args[0].elts) == 1:
            made.args[0] = made.args[0].elts[0]
        return made

    def _default(self, keyword: ast.keyword) -> bool:
        value = keyword.value
        if not (isinstance(value, ast.Name) and value.id in self.params):
            return False
        given = self.params[value.id]
        return given is None or given is False  # not 0, which equals False


def negated(tree: ast.expr) -> ast.expr:
    """`not tree`; of `k in s`, `k not in s`."""
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1 and isinstance(tree.ops[0], ast.In):
        return ast.Compare(tree.left, [ast.NotIn()], tree.comparators)
    return ast.UnaryOp(ast.Not(), tree)


def constant(value: Any, dim: DimExpr) -> ast.expr:
    """The expression of a static parameter or constant."""
    if isinstance(value, Poly):
        return dim(value)
    if isinstance(value, tuple):
        return ast.Tuple([constant(x, dim) for x in value], ast.Load())
    if isinstance(value, Literal):
        return _literal(value)
    if isinstance(value, (float, complex)) and not np.isfinite(value):
        return _non_finite(value)
    if isinstance(value, complex):
        return _complex(value)
    if isinstance(value, (int, float)) and value < 0 and not isinstance(value, bool):
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    if isinstance(value, float) and value == 0 and np.signbit(value):
        return ast.UnaryOp(ast.USub(), ast.Constant(0.0))
    return ast.Constant(value)


def _complex(value: complex) -> ast.expr:
    """`1j`, `-1j`, `(1+2j)`; by its parts where that would read as a number with another zero: `(-0+1j)` is `1j`."""
    if value.real == 0 and value.imag < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if np.signbit(value.real) else _of_parts(value)
    negative = any(part == 0 and np.signbit(part) for part in (value.real, value.imag))
    return _of_parts(value) if negative else ast.Constant(value)


def _of_parts(value: complex) -> ast.expr:
    parts: list[ast.expr] = [constant(value.real, int_dim), constant(value.imag, int_dim)]
    return ast.Call(ast.Name("complex", ast.Load()), parts, [])


def _non_finite(value: float | complex) -> ast.expr:
    if isinstance(value, complex):
        return _of_parts(value)
    name: ast.expr = ast.Attribute(ast.Name("np", ast.Load()), "nan" if np.isnan(value) else "inf", ast.Load())
    return ast.UnaryOp(ast.USub(), name) if value < 0 else name


def int_dim(d: Dim) -> ast.expr:
    assert isinstance(d, int)
    return ast.Constant(d)


def _literal(value: Literal) -> ast.expr:
    def nested(x: Any) -> ast.expr:
        return ast.List([nested(e) for e in x], ast.Load()) if isinstance(x, list) else constant(x, int_dim)

    np_name = ast.Name("np", ast.Load())
    dtype = ast.Attribute(np_name, np.dtype(value.dtype).name.replace("bool", "bool_"), ast.Load())
    made: ast.expr = ast.Call(
        ast.Attribute(np_name, "array", ast.Load()), [nested(value.array().tolist())], [ast.keyword("dtype", dtype)]
    )
    if 0 in value.shape[:-1]:
        made = ast.Call(ast.Attribute(made, "reshape", ast.Load()), [constant(value.shape, int_dim)], [])
    return made
