"""Sums of arrays that began with the number 0, where nothing may have been added: read as far as both are the same.

By hand, `s = 0; for r in m: if c: s = s + r`, and then `np.sum(s * s)`: the loop has an array of zeros where Python has
the number 0.  `s * s` is zeros then, or 0, and the sum of either is 0.  What tells the two from each other (`s + 1`,
`s.shape`, a result) needs the array: there a check raises ValueError where nothing was added.

A name holds such a sum as `Unsummed`.  Reading a name checks it, but for the expressions of this module: they look at
their operands before these are evaluated.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from symdiff.frontend.python import alternatives, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Arr, Known, Num, Unsummed, Val, is_number
from symdiff.ir import dims
from symdiff.ir.types import Kind

_OF_ZERO = (
    *(np.sin, np.tan, np.sinh, np.tanh, np.arcsin, np.arctan, np.arcsinh, np.arctanh, np.square, np.abs, np.absolute),
    *(np.fabs, np.expm1, np.log1p),
)  # 0 where their argument is, with a finite derivative there
_OF_ALL = (np.sum, np.linalg.norm)  # one number, 0 of zeros and of 0
_DEEPEST = 20
_ADDING = (ast.Add, ast.Sub)


def settled(cx: Context, node: ast.AST, val: Any) -> Any:
    """The array: ValueError, when it runs, where nothing was added; anything else as it is."""
    if not isinstance(val, Unsummed):
        return val
    assert val.there.value is not None
    if cx.scope.fact(val.there.value, alternatives.EITHER) != alternatives.PRESENT:
        operators.raise_if(cx, node, operators.negate(cx, node, val.there), "ValueError", (val.message,))
        cx.scope.facts = {**cx.scope.facts, val.there.value: alternatives.PRESENT}
    return val.array


def settle_name(cx: Context, node: ast.AST, name: str) -> None:
    """Before a loop that binds a name: it holds the array."""
    val = cx.get_name(cx.frame, name)
    if isinstance(val, Unsummed):
        cx.set_name(cx.frame, name, settled(cx, node, val))


def _held(cx: Context, node: ast.expr) -> Unsummed | None:
    """What a name holds, if it is such a sum."""
    frame = cx.home_of(node.id) if isinstance(node, ast.Name) else None
    val = cx.get_name(frame, node.id) if frame is not None and isinstance(node, ast.Name) else None
    return val if isinstance(val, Unsummed) else None


def mentioned(cx: Context, node: ast.expr, depth: int = _DEEPEST) -> bool:
    """Whether an expression may be such a sum, by its operands."""
    if not cx.unsummed or not depth:
        return False
    if isinstance(node, ast.BinOp):
        return mentioned(cx, node.left, depth - 1) or mentioned(cx, node.right, depth - 1)
    if isinstance(node, ast.Call):
        alone = len(node.args) == 1 and not node.keywords and mentioned(cx, node.args[0], depth - 1)
        return alone and _function(cx, node) is not None
    return _held(cx, node) is not None


def evaluate(cx: Context, node: ast.expr) -> Val:
    """An expression of which the result may be `Unsummed`."""
    from symdiff.frontend.python import calls, expressions

    held = _held(cx, node)
    if held is not None:
        return held
    if not mentioned(cx, node):
        return expressions.evaluate(cx, node)
    if isinstance(node, ast.BinOp):
        left, right = evaluate(cx, node.left), evaluate(cx, node.right)
        return _combined(cx, node, left, right)
    assert isinstance(node, ast.Call)
    function, val = _function(cx, node), evaluate(cx, node.args[0])
    assert function is not None
    if not isinstance(val, Unsummed):
        return calls.apply(cx, node, function, [val], {})
    found = calls.apply(cx, node, function, [val.array], {})
    return found if any(function.obj is f for f in _OF_ALL) else _still(found, val, val.there)


def _function(cx: Context, node: ast.Call) -> Known | None:
    """The function that a call is of, if its result is known of such a sum."""
    from symdiff.frontend.python import expressions

    if not isinstance(node.func, ast.Attribute | ast.Name):
        return None
    function = expressions.evaluate(cx, node.func)
    of_sums = isinstance(function, Known) and any(function.obj is f for f in (*_OF_ALL, *_OF_ZERO))
    return function if of_sums and isinstance(function, Known) else None


def assigned(cx: Context, stmt: ast.Assign) -> Val:
    """What an assignment stores: a name keeps such a sum, an element is 0 where the sum is."""
    val, (target,) = evaluate(cx, stmt.value), stmt.targets
    if isinstance(val, Unsummed) and isinstance(target, ast.Subscript):
        return val.array
    return val if isinstance(target, ast.Name) else settled(cx, stmt, val)


def _still(found: Val, of: Unsummed, there: Val) -> Val:
    """What is 0 where the sum is."""
    return Unsummed(found, there, of.message) if isinstance(found, Arr) and isinstance(there, Num) else found


def _combined(cx: Context, node: ast.BinOp, left: Val, right: Val) -> Val:
    """`left op right`, of which one may be such a sum."""

    def found(a: Val, b: Val) -> Val:
        return operators.binary(cx, node, node.op, a, b)

    if isinstance(left, Unsummed) and isinstance(right, Unsummed):
        alike = _fills(cx, left.array, right) and _fills(cx, right.array, left)
        if alike and isinstance(node.op, (*_ADDING, ast.Mult)):
            there = operators.binary(cx, node, ast.BitOr(), left.there, right.there)
            return _still(found(left.array, right.array), left, there)
    elif isinstance(left, Unsummed):
        if isinstance(node.op, (*_ADDING, ast.Mult, ast.Div)) and _fills(cx, right, left):
            return found(left.array, right)
        if _stays_zero(cx, node, left, right):
            return _still(found(left.array, right), left, left.there)
    elif isinstance(right, Unsummed):
        if isinstance(node.op, (*_ADDING, ast.Mult)) and _fills(cx, left, right):
            return found(left, right.array)
        if isinstance(node.op, ast.Mult) and _is_factor(cx, left):
            return _still(found(left, right.array), right, right.there)
    return found(settled(cx, node, left), settled(cx, node, right))


def _fills(cx: Context, val: Val, summed: Unsummed) -> bool:
    """Whether what is computed of an array and the sum has the array's type, also where the sum is a number."""
    if not isinstance(val, Arr):
        return False
    t, of = cx.aval(val), cx.aval(summed.array)
    if t.dtype != of.dtype or t.rank < of.rank:
        return False
    pairs = zip(reversed(t.shape), reversed(of.shape), strict=False)
    return all(b == 1 or dims.equal(a, b) is True for a, b in pairs)


def _stays_zero(cx: Context, node: ast.BinOp, summed: Unsummed, val: Val) -> bool:
    """Whether 0 stays 0: times a float, to a power, divided by what is not 0."""
    if isinstance(node.op, ast.Mult):
        return _is_factor(cx, val)
    if isinstance(node.op, ast.Pow):
        return isinstance(val, Known) and type(val.obj) in (int, float) and val.obj >= 1
    if not isinstance(node.op, ast.Div) or not isinstance(val, Num | Known) or not cx.is_numeric(val):
        return False
    if isinstance(val, Known):
        return is_number(val.obj) and val.obj != 0
    if val.type.kind is not Kind.PYTHON or val.type.dtype not in ("i8", "f8"):
        return val.type.kind is Kind.NUMPY and val.type.dtype[0] == "f"
    zero = operators.compare(cx, node, ast.Eq(), val, Known(0))
    of_nothing = operators.binary(cx, node, ast.BitAnd(), operators.negate(cx, node, summed.there), zero)
    message = "division by zero" if val.type.dtype == "i8" else "float division by zero"
    operators.raise_if(cx, node, of_nothing, "ZeroDivisionError", (message,))
    return True


def _is_factor(cx: Context, val: Val) -> bool:
    """Whether 0 times a number has the sign that 0.0 times it has."""
    if isinstance(val, Known):
        return type(val.obj) in (float, np.float64) or (type(val.obj) is int and val.obj > 0)
    return isinstance(val, Num) and val.type.dtype[0] == "f" and val.type.kind is not Kind.MIXED
