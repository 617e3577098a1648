"""Formulas as MathML, from the syntax trees of stages: fractions, powers, indices, matrix products.

>>> text(ast.parse("1 / (1 + y2)", mode="eval").body)
'<mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo><msub><mi>y</mi><mn>2</mn></msub></mrow></mfrac>'
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from html import escape

from symdiff.explain.stages import forms

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
_BINARY = {ast.Add: ("+", _SUM), ast.Sub: ("−", _SUM), ast.Mult: ("·", _PRODUCT), ast.MatMult: ("", _PRODUCT)}
_COMPARE = {ast.Lt: "&lt;", ast.LtE: "≤", ast.Gt: "&gt;", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}
_FENCES = {"abs": ("|", "|"), "norm": ("‖", "‖"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
_RENAMED = {"maximum": "max", "minimum": "min", "arcsin": "asin", "arccos": "acos", "arctan": "atan"}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_VERSION = re.compile(r"(.*)⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")  # x⁽²⁾: the second variable of the name x
_INDEXED = re.compile(r"([^\W\d_]+)(\d+)")  # x_1 is another name than x1

Shown = tuple[str, int]  # markup, and how tightly it binds


def math(markup: str) -> str:
    """A formula as an element of a page."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true">{markup}</math>'


def equation(name: str, tree: ast.expr) -> str:
    """`name = tree`."""
    return f"<mrow>{variable(name)}<mo>=</mo>{text(tree)}</mrow>"


def elementwise_product(name: str, left: ast.expr, right: ast.expr) -> str:
    """`name = left ⊙ right`."""
    return f"<mrow>{variable(name)}<mo>=</mo>{_at(left, _ATOM)}<mo>⊙</mo>{_at(right, _ATOM)}</mrow>"


def text(tree: ast.expr) -> str:
    """An expression; what has no notation of its own stands as code."""
    return _shown(tree)[0]


def code(written: str) -> str:
    """Text as it is."""
    return f"<mtext>{escape(written)}</mtext>"


def derivative(local: str) -> str:
    """A local derivative as the comments have it: `∂y/∂y1 = -1/y1²`, or with a colon before a rule."""
    left, sign, right = local.partition(" = ")
    if not sign or ": " in left:
        left, sign, right = local.partition(": ")
    upper, _, lower = left.partition("/")
    if not sign or not upper.startswith("∂") or not lower.startswith("∂"):
        return code(local)
    parts = "<mo>=</mo>".join(_rule(part) for part in forms(right))
    fraction = f"<mfrac>{_partial(upper[1:])}{_partial(lower[1:])}</mfrac>"
    return f"<mrow>{fraction}<mo>{sign.strip()}</mo>{parts}</mrow>"


def _partial(name: str) -> str:
    return f"<mrow><mo>∂</mo>{variable(name)}</mrow>"


def _rule(written: str) -> str:
    """The right side of a rule: the notation of comments read as an expression, if it is one."""
    plain = written.replace("ᵀ", ".T").replace("²", "**2").replace("·", "*").replace("^", "**")
    try:
        return text(ast.parse(plain.strip(), mode="eval").body)
    except SyntaxError:  # `cos x`, `tanh² y4`
        return code(written)


def variable(name: str) -> str:
    """A name: digits at its end are an index, `x⁽²⁾` is x with (2) above, `d_y` stays one word.

    >>> print(variable("y1"), variable("loss"))
    <msub><mi>y</mi><mn>1</mn></msub> <mi>loss</mi>
    >>> variable("x⁽²⁾")
    '<msup><mi>x</mi><mrow><mo>(</mo><mn>2</mn><mo>)</mo></mrow></msup>'
    """
    version = _VERSION.fullmatch(name)
    if version:
        number = version[2].translate(_SUPERSCRIPTS)
        return f"<msup>{variable(version[1])}<mrow><mo>(</mo><mn>{number}</mn><mo>)</mo></mrow></msup>"
    indexed = _INDEXED.fullmatch(name)
    if indexed:
        return f"<msub><mi>{escape(indexed[1])}</mi><mn>{indexed[2]}</mn></msub>"
    return f"<mi>{escape(name)}</mi>"


def _shown(tree: ast.expr) -> Shown:
    printer = _PRINTERS.get(type(tree))
    return printer(tree) if printer is not None else (code(ast.unparse(tree)), _ATOM)


def _at(tree: ast.expr, least: int) -> str:
    """An operand, in brackets where it binds less tightly than its place asks for."""
    markup, tightness = _shown(tree)
    return markup if tightness >= least else _fenced("(", markup, ")")


def _fenced(opening: str, markup: str, closing: str) -> str:
    return f"<mrow><mo>{opening}</mo>{markup}<mo>{closing}</mo></mrow>"


def _constant(tree: ast.Constant) -> Shown:
    if isinstance(tree.value, int | float) and not isinstance(tree.value, bool):
        return f"<mn>{escape(repr(tree.value))}</mn>", _ATOM
    return code(repr(tree.value)), _ATOM


def _binary(tree: ast.BinOp) -> Shown:
    if isinstance(tree.op, ast.Div):
        return f"<mfrac>{text(tree.left)}{text(tree.right)}</mfrac>", _SIGN
    if isinstance(tree.op, ast.Pow):
        return f"<msup>{_at(tree.left, _ATOM)}{text(tree.right)}</msup>", _POWER
    found = _BINARY.get(type(tree.op))
    if found is None:
        return code(ast.unparse(tree)), _SUM
    sign, tightness = found
    right = _at(tree.right, tightness if isinstance(tree.op, ast.Add) else tightness + 1)
    between = f"<mo>{sign}</mo>" if sign else '<mspace width="0.2em"/>'
    return f"<mrow>{_at(tree.left, tightness)}{between}{right}</mrow>", tightness


def _unary(tree: ast.UnaryOp) -> Shown:
    sign = {ast.USub: "−", ast.UAdd: "+", ast.Not: "¬", ast.Invert: "~"}[type(tree.op)]
    return f"<mrow><mo>{sign}</mo>{_at(tree.operand, _PRODUCT)}</mrow>", _SUM


def _compare(tree: ast.Compare) -> Shown:
    rows = [_at(tree.left, _SUM)]
    for op, right in zip(tree.ops, tree.comparators, strict=True):
        if type(op) not in _COMPARE:
            return code(ast.unparse(tree)), -1
        rows += [f"<mo>{_COMPARE[type(op)]}</mo>", _at(right, _SUM)]
    return f"<mrow>{''.join(rows)}</mrow>", -1


def _subscript(tree: ast.Subscript) -> Shown:
    parts = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
    return f"<msub>{_at(tree.value, _ATOM)}<mrow>{'<mo>,</mo>'.join(map(_index, parts))}</mrow></msub>", _POWER


def _index(tree: ast.expr) -> str:
    return code(ast.unparse(tree)) if isinstance(tree, ast.Slice) else text(tree)


def _attribute(tree: ast.Attribute) -> Shown:
    if tree.attr == "T":
        return f"<msup>{_at(tree.value, _ATOM)}<mo>⊤</mo></msup>", _POWER
    return code(ast.unparse(tree)), _ATOM


def _call(tree: ast.Call) -> Shown:
    name = ast.unparse(tree.func).removeprefix("np.").removeprefix("math.").removeprefix("linalg.")
    arguments = list(tree.args)
    if isinstance(tree.func, ast.Attribute) and ast.unparse(tree.func.value) not in ("np", "math", "np.linalg"):
        arguments, name = [tree.func.value, *arguments], tree.func.attr  # y.sum() is sum(y)
    if len(arguments) == 1 and not tree.keywords:
        (argument,) = arguments
        if name == "exp":
            return f"<msup><mi>e</mi>{text(argument)}</msup>", _POWER
        if name == "sqrt":
            return f"<msqrt>{text(argument)}</msqrt>", _ATOM
        if name in _FENCES:
            opening, closing = _FENCES[name]
            return _fenced(opening, text(argument), closing), _ATOM
    known = [f"<mi>{escape(k.arg or '')}</mi><mo>=</mo>{text(k.value)}" for k in tree.keywords]
    inside = "<mo>,</mo>".join([*map(text, arguments), *known])
    shown = f"<mi>{escape(_RENAMED.get(name, name))}</mi>"
    return f"<mrow>{shown}{_fenced('(', inside, ')')}</mrow>", _ATOM


def _list(tree: ast.List | ast.Tuple) -> Shown:
    opening, closing = "[]" if isinstance(tree, ast.List) else "()"
    return _fenced(opening, "<mo>,</mo>".join(map(text, tree.elts)), closing), _ATOM


_PRINTERS: dict[type[ast.expr], Callable[..., Shown]] = {
    ast.Name: lambda tree: (variable(tree.id), _ATOM),
    ast.Constant: _constant,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.Subscript: _subscript,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.List: _list,
    ast.Tuple: _list,
}
