"""What stands behind a line: the local rule of a cotangent, and the place in the user's function."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any, Protocol

from symdiff.ir import template
from symdiff.ir.core import Literal, Op, Value

_CONSTANT_POWER = re.compile(r"\^\((\d+)-1\)")  # `2·y2^(2-1)` is 2·y2


def _power(exponent: int) -> str:
    return "" if exponent == 1 else f"^{exponent}"


class Printed(Protocol):
    """What a comment asks of the line that it stands behind."""

    halves: set[Value]  # of two equal contributions: d in d_x = 2.0 * d

    def reads(self, op: Op) -> Set[str]:
        """The variables that the line of an operation mentions."""

    def doubles(self, op: Op) -> bool:
        """Whether the line of an operation has a factor 2."""


class Comments:
    """Comments for one level: at -O0 line and column, above it the line alone."""

    def __init__(self, level: int) -> None:
        self.level = level

    def __call__(self, op: Op, line: Printed) -> str:
        origin = next((v.origin for v in op.outs if v.origin is not None), None) if not op.regions else None
        if origin is None:
            return self.place(op)
        if not line.halves.isdisjoint(op.outs):  # the rule stands behind the other half
            return ""
        own = op.outs[0].hint
        cotangents = {name for name in line.reads(op) if name.startswith("d_") and not _is_numbered(name, own)}
        if _is_square(origin[0]) and line.doubles(op):
            if label(origin[0].out) == label(origin[0].ins[0]):  # a variable before and after: ∂s/∂s says nothing
                return self.place(op)
            return f"∂{label(origin[0].out)}/∂{label(origin[0].ins[0])} = 2·{label(origin[0].ins[0])}"
        rule = derivative_rule(*origin, cotangents.pop() if len(cotangents) == 1 else "")
        if " = " in rule and origin[0].ins.count(origin[0].ins[origin[1]]) > 1:  # of x · x, say
            rule += ", in part"
        return rule or self.place(op)

    def place(self, op: Op) -> str:
        if op.loc is None:
            return ""
        return op.loc.relative if self.level == 0 else op.loc.relative.split(":")[0]


def _is_numbered(name: str, own: str) -> bool:
    """Whether a name is another of the same variable: d_x_1 of d_x."""
    rest = name.removeprefix(own)
    return name.startswith(own) and (not rest or (rest[0] == "_" and rest[1:].isdecimal()))


def derivative_rule(op: Op, number: int, cotangent: str = "") -> str:
    """`∂y/∂y1 = -1/y1²`, or `∂f/∂W2: a1ᵀ · d_f` where the rule is written with the cotangent in its place.

    For z = X W and f = z + b, d_z is d_f: then the line reads `cotangent`, and the rule says so.
    """
    texts: Any = template.fact(op, "rule")
    if getattr(op.ins[number].type, "complex", False):
        texts = op.prim.info.get("complex_rule", texts)
    if not texts or len(op.outs) != 1:
        return ""
    text = texts[min(number, len(texts) - 1)]
    names = dict(zip(template.operand_names(op.prim, len(op.ins)), map(label, op.ins), strict=True))
    written_out = "d_{out}" in text
    out = cotangent[2:] if written_out and cotangent else label(op.out)
    left = f"∂{out}/∂{label(op.ins[number])}"
    if not text or "…" in left or out == label(op.ins[number]):  # ∂y/∂y, of an array before and after a write
        return ""
    if op.prim.operands[-1].startswith("*"):  # of many operands the rule of each
        names[op.prim.operands[-1][1:]] = label(op.ins[number])
    right = text.format(**names, out=out)
    if out in map(label, op.ins) and re.search(rf"\b{re.escape(out)}\b", right):  # ∂s/∂t = s, of s = s · t
        return ""
    right = _CONSTANT_POWER.sub(lambda found: _power(int(found.group(1)) - 1), right)
    return f"{left}: {right}" if "d_" in right and "{out}" in text else f"{left} = {right}"


def _is_square(op: Op) -> bool:
    """x · x, of which two equal contributions were made one: 2 · (d · x)."""
    if op.prim.name not in ("mul", "vdot", "inner", "matmul", "dot"):
        return False
    return op.ins[0] is op.ins[1] or op.ins[0].hint == op.ins[1].hint != ""  # read twice under one name


def label(value: Value) -> str:
    """A primal value in a comment."""
    if value.hint:
        return value.hint
    if value.const is not None and not isinstance(value.const, Literal):
        return repr(value.const)
    return "…"
