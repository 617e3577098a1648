"""Where a function is not smooth, and what its derivative is there.

A kink is a stage whose primitive declares a convention, or a branch; `where` says in the names of the stages at which
points: `max(z1, 0)` at z1 = 0, `abs(x)` at x = 0.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import numpy as np

from symdiff.explain import formulas
from symdiff.explain.stages import REPEATED, Derivation, Group, Stage
from symdiff.ir.core import REGISTRY, Family, Op
from symdiff.primitives.indexing import may_repeat

_BRANCH = "the derivative is that of the arm taken"
_CONSTANT = "piecewise constant: the derivative is 0"


@dataclass(frozen=True, slots=True)
class Kink:
    """`formula` at `position` is not smooth where `where` holds (nothing where that has no short form)."""

    formula: str
    position: str
    where: str
    convention: str
    here: str = ""  # at the given point: how many elements are there


def kinks(derivation: Derivation) -> list[Kink]:
    """The kinks of a function, in the order in which they run."""
    found, groups = [], dict[str, Group]()
    for stage in derivation.forward():
        for group in stage.group:
            if group.kind in ("if", "while") and group.key not in groups and group.test is not None:
                groups[group.key] = group
                where = boundary(group.test)
                here = "" if any(g.kind in REPEATED for g in stage.group) else _here(derivation, where)
                found.append(Kink(group.text.rstrip(":"), "", where, _BRANCH, here))
        op = stage.operation
        if op is None or (op.prim.family is Family.CONSTANT and not stage.inputs):
            continue
        convention = str(op.prim.info.get("kinks", ""))
        if convention and not _is_smooth(op):
            where = _where(stage)
            formula = stage.formula if stage.update else f"{stage.name} = {stage.formula}"
            found.append(
                Kink(formula, stage.position, where, convention, "" if stage.turns else _here(derivation, where))
            )
    for constant in derivation.constants:
        convention = str(REGISTRY[constant.op].info.get("kinks", _CONSTANT))
        found.append(Kink(constant.formula, constant.position, "", convention))
    return found


def _is_smooth(op: Op) -> bool:
    """Operations that have a kink in general, and not here: x ** 2, a write at one index."""
    if op.prim.name == "index_set":
        return not may_repeat(op.params["spec"])
    if op.prim.name in ("pow", "float_power"):
        exponent = op.ins[1].const
        return isinstance(exponent, int | float) and exponent >= 1 and exponent == int(exponent)
    return False


def _where(stage: Stage) -> str:
    """The points at which a stage has its kink, read off its rules or its condition."""
    if stage.operands and isinstance(stage.operands[0], ast.Compare):  # where(x > 0, …)
        return boundary(stage.operands[0])
    if stage.op in ("floor", "ceil") and stage.operands and not stage.update:  # a jump where it is its operand
        return f"{formulas.text(stage.operands[0])} = {stage.name}"
    for edge in stage.inputs:
        compared = re.fullmatch(r"\[(.*) ([<>]) (.*)\]", edge.rule)
        if compared and not re.search(r"[<>]", compared[1] + compared[3]):
            return f"{compared[1]} = {compared[3]}"
        signed = re.fullmatch(r"(?:conj )?sign (\S+)", edge.rule)
        if signed:
            return f"{signed[1]} = 0"
    return ""


def boundary(test: ast.expr) -> str:
    """Where a condition changes: x = 0 for `x > 0`."""
    if (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Gt | ast.Lt | ast.GtE | ast.LtE)
    ):
        return f"{formulas.text(test.left)} = {formulas.text(test.comparators[0])}"
    return ""


def _here(derivation: Derivation, where: str) -> str:
    """At the given point: whether the two sides of `where` are equal, and for how many elements."""
    if not derivation.has_values or not where:
        return ""
    values = {s.name: s.value for s in (*derivation.arguments, *derivation.stages) if not s.turns}
    sides = []
    for text in where.split(" = "):
        try:
            sides.append(values[text] if text in values else float(text))
        except ValueError:  # an expression
            return ""
    if any(side is None for side in sides):
        return ""
    equal = np.equal(*np.broadcast_arrays(*sides))
    if not equal.shape:
        return "here" if equal else "not here"
    return f"here for {np.count_nonzero(equal)} of {equal.size} elements"


def text(derivation: Derivation) -> str:
    """The kinks as lines for a terminal."""
    found = kinks(derivation)
    if not found:
        return f"{derivation.function} has no kinks\n"
    lines = [f"where {derivation.function} is not smooth, and its derivative there", ""]
    width = max(len(k.formula) for k in found)
    for k in found:
        place = f"{derivation.function} {k.position}" if k.position else ""
        at = f"at {k.where}" if k.where else ""
        lines.append("  ".join(part for part in (k.formula.ljust(width), place, at, k.here and f"({k.here})") if part))
        lines.append(f"    {k.convention}")
    return "\n".join(lines) + "\n"


def markdown(derivation: Derivation) -> str:
    """The kinks as a Markdown table."""
    found = kinks(derivation)
    if not found:
        return f"`{derivation.function}` has no kinks.\n"
    lines = ["| stage | where | its derivative there |", "| --- | --- | --- |"]
    for k in found:
        at = f"`{k.where}`" + (f" ({k.here})" if k.here else "") if k.where else ""
        lines.append(f"| `{k.formula}` | {at} | {k.convention} |")
    return "\n".join(lines) + "\n"
