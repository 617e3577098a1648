"""What a module is made of, as the pipeline hands it over, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from symdiff.codegen.view import Origins
from symdiff.ir.core import Op, Program, walk
from symdiff.ir.types import AVal
from symdiff.signature import Lowered


def otherwise(kind: str) -> str:
    """The name of the program that a function falls back to for its derivative where `math` raises."""
    return f"{kind}_otherwise"


KINDS = ("primal", "forward", "backward", "value_and_grad", "grad", "jvp", "hvp")
STAGES = ("ir", "types", "adjoint", "optimized", "source")  # of one compilation, that can be shown


def has_singles(lowered: Lowered) -> bool:
    """Whether a function computes in float32 or less: a Python float would take that dtype."""
    values = (v for f in lowered.program.functions.values() for op in walk(f.body) for v in (*op.ins, *op.outs))
    return any(isinstance(v.type, AVal) and v.type.dtype in ("f2", "f4", "c8") for v in values)


@dataclass(frozen=True, slots=True)
class Ready:
    """A program as it is to be printed, and by function the operations that may overwrite a dead operand.

    `idle` are, by function, the restores of a part that is where it belongs.  `fast` is the same computation on Python
    floats by `math`; where it raises, the program itself says what happens.
    """

    program: Program
    reused: Mapping[str, Mapping[Op, int]] = field(default_factory=dict)
    idle: Mapping[str, Set[Op]] = field(default_factory=dict)
    fast: Program | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What a module is made of.

    The entries of `programs`, by kind: primal: params → results; forward: params → results, residuals; backward:
    residuals, a cotangent per differentiable result → gradients; value_and_grad: params → results, gradients;
    jvp: params, tangents → results, tangents; hvp: params, vectors → products.  Gradients, tangents and vectors follow
    `wrt`.  Under `otherwise(kind)` stands a program without the results.
    """

    lowered: Lowered
    name: str
    wrt: tuple[str, ...]  # arguments differentiated by
    wrt_params: tuple[int, ...]  # their leaves, as indices of lowered.params
    level: int
    kinds: tuple[str, ...]
    programs: Mapping[str, Ready]
    stages: frozenset[str]
    may_raise: Callable[[Op], bool]
    facts: Sequence[tuple[str, str]] = ()  # lines of the header
    version: str = ""
    embed: bool = True  # captured data up to 64 elements become defaults
    n_residuals: int = 0
    guarded: bool = False  # the arguments were looked at by a dispatcher


@dataclass(frozen=True, slots=True)
class Module:
    """A generated module: its text, the public function of each kind, and which lines of the source lines come from."""

    text: str
    name: str
    functions: Mapping[str, str]  # kind -> name
    origins: Mapping[int, Origins] = field(default_factory=dict)  # line of the text, from 1
