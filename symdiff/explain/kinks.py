"""Where a function is not smooth, and what its derivative is there.

A kink is a stage whose primitive declares a convention, or a branch; `crossings` say in the names of the stages at
which points, and whether a given point is one: `max(z1, 0)` at z1 = 0, `abs(x)` at x = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symdiff.explain.crossings import Crossing
from symdiff.explain.stages import Derivation, Group
from symdiff.ir.core import Family, Op
from symdiff.primitives import kinks as places

_BRANCH = "the derivative is that of the arm taken"
_CONSTANT = "piecewise constant: the derivative is 0"


@dataclass(frozen=True, slots=True)
class Kink:
    """`formula` at `position` is not smooth at the `places` (none where they have no short form)."""

    formula: str
    position: str
    convention: str
    places: Sequence[Crossing] = ()


def kinks(derivation: Derivation) -> list[Kink]:
    """The kinks of a function, in the order in which they run."""
    found, groups, at = [], dict[str, Group](), derivation.crossings
    for stage in derivation.forward():
        for group in stage.group:
            if group.kind in ("if", "while") and group.key not in groups and group.test is not None:
                groups[group.key] = group
                found.append(Kink(group.text.rstrip(":"), "", _BRANCH, at.get(group.key, ())))
        op = stage.operation
        if op is None or op in derivation.deciding or (op.prim.family is Family.CONSTANT and not stage.inputs):
            continue
        convention = _convention(op)
        if convention:
            formula = stage.formula if stage.update else f"{stage.name} = {stage.formula}"
            found.append(Kink(formula, stage.position, convention, at.get(stage.key, ())))
    for constant in derivation.constants:
        convention = _convention(constant.operation)
        if convention and constant.operation not in derivation.deciding:
            found.append(Kink(constant.formula, constant.position, convention, at.get(constant.formula, ())))
    return found


def _convention(op: Op) -> str:
    """What holds where an operation is not smooth; nothing where it has a kink in general and not here: x ** 2."""
    if places.of(op) == ():
        return ""
    if op.prim.name == "cond":  # of two integers
        return _CONSTANT
    return str(op.prim.info.get("kinks", _CONSTANT if "places" in op.prim.info else ""))


def text(derivation: Derivation) -> str:
    """The kinks as lines for a terminal."""
    found = kinks(derivation)
    if not found:
        return f"{derivation.function} has no kinks\n"
    lines = [f"where {derivation.function} is not smooth, and its derivative there", ""]
    width = max(len(k.formula) for k in found)
    for k in found:
        place = f"{derivation.function} {k.position}" if k.position else ""
        at = "at " + ", ".join(f"{c.where}  ({c.here})" if c.here else c.where for c in k.places) if k.places else ""
        lines.append("  ".join(part for part in (k.formula.ljust(width), place, at) if part).rstrip())
        lines.append(f"    {k.convention}")
    return "\n".join(lines) + "\n"


def markdown(derivation: Derivation) -> str:
    """The kinks as a Markdown table."""
    found = kinks(derivation)
    if not found:
        return f"`{derivation.function}` has no kinks.\n"
    lines = ["| stage | where | its derivative there |", "| --- | --- | --- |"]
    for k in found:
        at = ", ".join(f"`{c.where}`" + (f" ({c.here})" if c.here else "") for c in k.places)
        lines.append(f"| `{k.formula}` | {at} | {k.convention} |")
    return "\n".join(lines) + "\n"
