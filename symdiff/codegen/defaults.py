"""The defaults of parameters: those of the user's function, and the captured data that a module holds."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from symdiff.codegen import checks
from symdiff.ir import template, types
from symdiff.ir.core import Literal
from symdiff.ir.types import AVal
from symdiff.signature import Argument, Lowered, Static

PRINTABLE = (str, int, bool, float, bytes, type(None))
LARGEST_EMBEDDED = 64


@dataclass(frozen=True, slots=True)
class Given:
    """One Python parameter of a generated function: its name, annotation and default.

    One of a `keyword` goes by name alone: captured data, and what the user's function has so.
    """

    name: str
    annotation: str
    default: str = ""
    keyword: bool = False
    captured: bool = False


def of_the_user(lowered: Lowered, argument: Argument) -> str:
    """The default of a parameter, where what was compiled takes it: a number, a small array, a text, a flag, None.

    Nothing where the module was compiled for another value or type, or the function changes what it is given.
    """
    given = dict(lowered.defaults)
    changed = any(name == argument.name for name, _ in lowered.changed)
    if argument.name not in given or argument.tree.kind != "leaf" or changed:
        return ""
    value, leaf = given[argument.name], argument.leaves[0]
    if isinstance(leaf, Static):
        same = type(value) in PRINTABLE and Static(value) == leaf
        return (embedded(value) if type(value) is float else repr(value)) if same else ""
    if type(value) is int and leaf == types.FLOAT:
        value = float(value)
    return embedded(value) if _fits(value, leaf) else ""


def _fits(value: object, leaf: AVal) -> bool:
    """Whether a number or an array is of the type that was compiled for."""
    if type(value) not in (bool, int, float, complex, np.ndarray) and not isinstance(value, np.generic):
        return False
    t = types.type_of(value)
    if (t.kind, t.dtype, t.rank) != (leaf.kind, leaf.dtype, leaf.rank):
        return False
    return all(n == d or not isinstance(d, int) for n, d in zip(t.shape, leaf.shape, strict=True))


def embedded(value: object) -> str:
    """The default of captured data: a literal, or nothing where it is too large, or no number."""
    if not isinstance(value, (np.ndarray, np.generic, int, float, complex)):
        return ""
    if isinstance(value, np.ndarray):
        if value.size > LARGEST_EMBEDDED:
            return ""
        return ast.unparse(template.constant(Literal.of(value), template.int_dim))
    if isinstance(value, np.generic):
        item = ast.unparse(template.constant(value.item(), template.int_dim))
        return f"{checks.scalar_name(types.type_of(value))}({item})"
    return ast.unparse(template.constant(value, template.int_dim))


def in_a_row(given: Sequence[Given]) -> list[Given]:
    """Parameters as Python takes them: of the positional ones, all behind one with a default have one."""
    needed = max((k for k, g in enumerate(given) if not (g.default or g.keyword)), default=-1)
    return [replace(g, default="") if k < needed else g for k, g in enumerate(given)]
