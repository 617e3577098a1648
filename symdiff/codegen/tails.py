"""What is printed at the end of a block: of a branch, of a turn, of a condition, of a function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symdiff.codegen import expressions
from symdiff.codegen.blocks import Tail
from symdiff.codegen.choices import truth
from symdiff.codegen.expressions import parallel
from symdiff.ir.core import Value

if TYPE_CHECKING:
    from symdiff.codegen.statements import Emitter


@dataclass(frozen=True, slots=True)
class Assign(Tail):
    """The results become these variables: the end of a branch."""

    names: tuple[str | None, ...]

    def targets(self, outs: Sequence[Value]) -> Mapping[Value, str]:
        return _targets(outs, self.names)

    def reads(self, outs: Sequence[Value]) -> Sequence[Value]:
        return [v for v, name in zip(outs, self.names, strict=False) if name]

    def finish(self, emitter: Emitter, outs: Sequence[Value], depth: int, more: bool) -> None:
        _assign(emitter, self.names, outs, depth)


@dataclass(frozen=True, slots=True)
class NextTurn(Tail):
    """The end of a loop's body: carries to their variables, and out of the loop on an exit code."""

    names: tuple[str | None, ...]
    exit: bool
    code: str | None  # the variable of the exit code, where it is read after the loop

    @property
    def jumps(self) -> bool:
        return self.exit

    def targets(self, outs: Sequence[Value]) -> Mapping[Value, str]:
        return _targets(outs[1 if self.exit else 0 :], self.names)

    def reads(self, outs: Sequence[Value]) -> Sequence[Value]:
        return outs[: self.exit + len(self.names)]

    def finish(self, emitter: Emitter, outs: Sequence[Value], depth: int, more: bool) -> None:
        code = emitter.resolve(outs[0]) if self.exit else None
        shown = emitter.text(code) if code is not None else "0"
        names, values = self.names, outs[1 if self.exit else 0 :]
        if self.code and shown != "0":
            emitter.line(depth, f"{self.code} = {shown}")
            shown = self.code if not shown.isdigit() else shown
        _assign(emitter, names, values, depth)
        if shown.isdigit() and shown != "0":
            emitter.line(depth, "break")
        else:
            if shown != "0":
                emitter.line(depth, f"if {shown}:")
                emitter.line(depth + 1, "break")
            if more:
                emitter.line(depth, "continue")


@dataclass(slots=True)
class Condition(Tail):
    """The block's one result is the condition of a loop."""

    text: str = ""

    @property
    def folds(self) -> str:
        return "all"

    def finish(self, emitter: Emitter, outs: Sequence[Value], depth: int, more: bool) -> None:
        self.text = ast.unparse(truth(emitter.expr(outs[0])))


ReturnText = Callable[[Sequence[str]], str]  # of the expressions of the results


def _bare(texts: Sequence[str]) -> str:
    """One result as it is, several as a tuple."""
    return ", ".join(texts) or "None"


@dataclass(frozen=True, slots=True)
class Return(Tail):
    """The results are returned, as `text` puts them together."""

    text: ReturnText = _bare

    @property
    def jumps(self) -> bool:
        return True

    @property
    def folds(self) -> str:
        return "unnamed"

    def finish(self, emitter: Emitter, outs: Sequence[Value], depth: int, more: bool) -> None:
        emitter.line(depth, f"return {self.text([emitter.text(v) for v in outs])}")


def _targets(outs: Sequence[Value], names: Sequence[str | None]) -> dict[Value, str]:
    found: dict[Value, str] = {}
    for v, name in zip(outs, names, strict=False):
        if name:
            found.setdefault(v, name)
    return found


def _assign(emitter: Emitter, names: Sequence[str | None], values: Sequence[Value], depth: int) -> None:
    kept = [(n, emitter.expr(v)) for n, v in zip(names, values, strict=False) if n]
    texts = [ast.unparse(e) for _, e in kept]
    for text in parallel([n for n, _ in kept], texts, [expressions.names_in(e) for _, e in kept]):
        emitter.line(depth, text)
