"""What a function is compiled for: the structure of its arguments, and per leaf a type or a known value.

Leaves are *staged* (`AVal` with symbolic sizes: one compilation serves every size; only sizes that are 1 are known)
or *static* (`Static`: strings, booleans, None, functions, compared by value or identity).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from symdiff.ir.core import Program
from symdiff.ir.types import AVal
from symdiff.trees import Path, Tree


@dataclass(frozen=True, slots=True)
class Static:
    """A leaf whose value is known at compile time."""

    value: Any

    def __hash__(self) -> int:
        return hash((type(self.value), self.value if isinstance(self.value, Hashable) else id(self.value)))


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter of the user's function: its structure and its leaves."""

    name: str
    tree: Tree
    leaves: tuple[AVal | Static, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments in the order of the function's parameters (defaults filled in)."""

    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of the compiled entry: a staged leaf of an argument, or captured data (`captured` says from where).

    `name` is a Python identifier for generated code, unique among the parameters: `x`, `W1` for params["W1"].
    """

    name: str
    type: AVal
    argument: str
    path: Path = ()
    captured: bool = False
    value: Any = field(default=None, compare=False)  # of captured data, at the time of compiling


@dataclass(frozen=True, slots=True)
class Guard:
    """Something captured that the compiled code relies on: `name` (with `path`) must still be `value`, by identity."""

    name: str
    path: Path
    value: Any = field(compare=False)


@dataclass(frozen=True, slots=True)
class Lowered:
    """What a frontend hands on: a program whose entry takes `params` in order and returns the leaves of `out`.

    `out_static` has, per leaf of `out`, either None (the next of the entry's results) or a Static known value.
    `hash` covers the syntax of every function compiled in; `consumed` are the names the user owns (never shadowed).
    """

    program: Program
    name: str
    file: str
    first_line: int
    signature: Signature
    params: tuple[Param, ...]
    out: Tree
    out_static: tuple[Static | None, ...]
    guards: tuple[Guard, ...] = ()
    hash: str = ""
    written: tuple[int, ...] = ()  # params the function writes into: copied at entry, must not share memory
    doc: str = ""
    user_names: frozenset[str] = frozenset()
