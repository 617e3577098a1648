"""Conditions on how a loop or a path was left, in the words of the program.

The frontend gives `break`, `continue` and `return` numbers, and guards what follows by comparisons with them
(`symdiff.frontend.python.control`); a reader of a derivation wrote no such number.  By hand: behind ::

    if x > 3:
        code = 3  # return
    else:
        code = 0  # goes on

`code == 0` is ``not x > 3``; behind a loop it is ``not left by return``.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from symdiff.codegen import expressions
from symdiff.ir.core import Op, Value

_LEFT_BY = {1: "break", 2: "continue", 3: "return", 4: "raise", 5: "break"}


@dataclass(frozen=True, slots=True)
class _Left:
    """0 where a loop ran to its end, else one of the codes by which it was left."""

    codes: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Chosen:
    test: ast.expr
    then: _Code
    orelse: _Code


_Code: TypeAlias = int | _Left | _Chosen
_Truth: TypeAlias = bool | ast.expr


@dataclass(slots=True)
class Exits:
    """What the integers of a program are chosen by, those apart that have one of the user's names."""

    names: Collection[str]
    codes: dict[Value, _Code] = field(default_factory=dict)

    def passed(self, inside: Value, outside: Value) -> None:
        """A parameter of a region is the value outside."""
        found = self.of(outside)
        if found is not None:
            self.codes[inside] = found

    def of(self, value: Value) -> _Code | None:
        if type(value.const) is int:
            return value.const
        return None if value.hint in self.names else self.codes.get(value)

    def chosen(self, out: Value, test: ast.expr, then: Value, orelse: Value) -> None:
        """The result of a branch."""
        first, second = self.of(then), self.of(orelse)
        if first is not None and second is not None:
            self.codes[out] = first if first == second else _Chosen(test, first, second)

    def left(self, outs: Sequence[Value], ends: Sequence[Value]) -> None:
        """The exit code of a loop: `ends` in its body, `outs` behind it."""
        for out, end in zip(outs, ends, strict=True):
            found = self.of(end)
            if found is not None:
                self.codes[out] = _Left(frozenset(_leaves(found) & _LEFT_BY.keys() - {2}))

    def written(self, op: Op) -> ast.expr | None:
        """A comparison of such a number with a constant as a condition; None for any other operation."""
        if op.prim.name not in ("eq", "ne") or len(op.ins) != 2:
            return None
        code, wanted = self.of(op.ins[0]), op.ins[1].const
        if type(wanted) is not int or code is None or isinstance(code, int):
            return None
        found = _equals(code, wanted)
        if op.prim.name == "ne":
            found = _opposite(found)
        return ast.Constant(found) if isinstance(found, bool) else found


def _leaves(code: _Code) -> set[int]:
    found: set[int] = set()
    todo: list[_Code] = [code]
    while todo:
        item = todo.pop()
        if isinstance(item, _Chosen):
            todo += [item.then, item.orelse]
        else:
            found |= {item} if isinstance(item, int) else {0, *item.codes}
    return found


def _equals(code: _Code, wanted: int) -> _Truth:
    """Whether a code is the one wanted: a condition, or known."""
    if isinstance(code, int):
        return code == wanted
    if isinstance(code, _Left):
        if wanted:
            return _left_by({wanted}) if wanted in code.codes else False
        return negated(_left_by(code.codes)) if code.codes else True
    return _either(code.test, _equals(code.then, wanted), _equals(code.orelse, wanted))


def _left_by(codes: Collection[int]) -> ast.expr:
    words = dict.fromkeys(_LEFT_BY[code] for code in sorted(codes))
    return expressions.name(f"left by {' or '.join(words)}")


def _either(test: ast.expr, then: _Truth, orelse: _Truth) -> _Truth:
    """`then if test else orelse` of truths."""
    if isinstance(then, bool) and isinstance(orelse, bool):
        return then if then == orelse else test if then else negated(test)
    if isinstance(then, bool):
        assert not isinstance(orelse, bool)
        return _or(test, orelse) if then else negated(_or(test, negated(orelse)))
    if isinstance(orelse, bool):
        return negated(_and(test, negated(then))) if orelse else _and(test, then)
    return ast.IfExp(test, then, orelse)


def _or(*tests: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.Or(), list(tests))


def _and(*tests: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.And(), list(tests))


def _opposite(truth: _Truth) -> _Truth:
    return not truth if isinstance(truth, bool) else negated(truth)


def negated(test: ast.expr) -> ast.expr:
    """The opposite of a condition; twice gives what was there."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)
