"""Which branches print as `and`, `or` or a conditional expression, and how conditions are put together."""

from __future__ import annotations

import ast
import re

import pytest

from symdiff.codegen.choices import is_selection, joined, joint, truth
from symdiff.ir.core import Op
from tests.passes.helpers import parsed

SECOND = """\
      %c: float = const() {type=type(float), value=1.0}
      %q: bool = lt(%b, %c)
      yield %q
"""
FIRST = "      yield %a\n"


def known(truth: bool) -> str:
    return f"      %k: bool = const() {{type=type(bool), value={truth}}}\n      yield %k\n"


def branch(then: str, orelse: str) -> Op:
    """`cond(p, p, x)` with these sides, of parameters a and b."""
    sides = [f"    region (%a: bool, %b: float)\n{side}" for side in (then, orelse)]
    sides[1] = re.sub(r"%(\w)", r"%\1\1", sides[1])  # a name means one value in the whole function
    text = f"func @f(%p: bool, %x: float)\n  %r: bool = cond(%p, %p, %x)\n{''.join(sides)}  return %r\n"
    return parsed(text).main.body.ops[-1]


@pytest.mark.parametrize("orelse", [FIRST, known(False)])
def test_and(orelse: str) -> None:
    op = branch(SECOND, orelse)
    found = joint(op)
    assert found is not None and isinstance(found[0], ast.And) and found[1] is op.regions[0]


@pytest.mark.parametrize("then", [FIRST, known(True)])
def test_or(then: str) -> None:
    op = branch(then, SECOND)
    found = joint(op)
    assert found is not None and isinstance(found[0], ast.Or) and found[1] is op.regions[1]


TWICE = """\
      %c: float = mul(%b, %b)
      %d: float = mul(%c, %c)
      %q: bool = lt(%d, %b)
      yield %q
"""
LONG = """\
      %c: float = neg(%b)
      %d: float = neg(%c)
      %e: float = neg(%d)
      %g: float = neg(%e)
      %q: bool = lt(%g, %b)
      yield %q
"""
SWAPPED = """\
      %c: float = neg(%b)
      %d: float = abs(%b)
      %q: bool = lt(%d, %c)
      yield %q
"""


@pytest.mark.parametrize(
    ("then", "orelse"),
    [
        (SECOND, known(True)),
        (known(False), SECOND),
        (SECOND, SECOND),
        (TWICE, FIRST),
        (LONG, FIRST),
        (SWAPPED, FIRST),
    ],
    ids=["true otherwise", "false then", "two conditions", "read twice", "too long", "in another order"],
)
def test_neither(then: str, orelse: str) -> None:
    assert joint(branch(then, orelse)) is None


def test_a_selection_computes_nothing() -> None:
    assert is_selection(branch(FIRST, known(False)))
    assert not is_selection(branch(SECOND, FIRST))


@pytest.mark.parametrize(
    ("first", "operator", "second", "text"),
    [
        ("a < x", ast.And(), "x <= b", "a < x <= b"),
        ("a < x <= b", ast.And(), "b < c", "a < x <= b < c"),
        ("a < x", ast.Or(), "x <= b", "a < x or x <= b"),
        ("a < x", ast.And(), "y <= b", "a < x and y <= b"),
        ("a < f(x)", ast.And(), "f(x) <= b", "a < f(x) and f(x) <= b"),
        ("p and q", ast.And(), "r", "p and q and r"),
        ("p or q", ast.And(), "r", "(p or q) and r"),
    ],
)
def test_conditions_put_together(first: str, operator: ast.boolop, second: str, text: str) -> None:
    one, two = (ast.parse(t, mode="eval").body for t in (first, second))
    assert ast.unparse(joined(operator, one, two)) == text


@pytest.mark.parametrize(("tree", "text"), [("bool(p)", "p"), ("bool", "bool"), ("not p", "not p"), ("f(p)", "f(p)")])
def test_a_condition_is_not_converted(tree: str, text: str) -> None:
    assert ast.unparse(truth(ast.parse(tree, mode="eval").body)) == text
