"""Running a program as generated code runs it: updates overwrite their operand, `ownership` is made use of."""

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from symdiff.ir import dims, template
from symdiff.ir.core import Op, Program
from symdiff.ir.dims import Atom, Dim
from symdiff.ir.interpret import Observer, Run, namespace


class _InPlaceRun(Run):
    def __init__(
        self, program: Program, into: Mapping[str, Mapping[Op, int]], observer: Observer | None = None
    ) -> None:
        super().__init__(program, observer)
        self.into = into
        self.statements: dict[Any, Any] = {}

    def op(self, name: str, op: Op, ins: list[Any], sizes: dict[Atom, int]) -> tuple[Any, ...]:
        k = op.prim.consumes
        if k is not None:
            names = template.operand_names(op.prim, len(op.ins))
            scope = dict(zip(names, ins, strict=True))
            exec(self.statement(op, names, sizes), namespace(), scope)
            assert scope[names[k]] is ins[k], f"{op.prim.name} does not write in place"
            return (ins[k],)
        found = super().op(name, op, ins, sizes)
        into = self.into.get(name, {})
        if op in into:
            target = ins[into[op]]
            assert target.shape == found[0].shape and target.dtype == found[0].dtype
            target[...] = found[0]
            return (target,)
        return found

    def statement(self, op: Op, names: list[str], sizes: dict[Atom, int]) -> Any:
        def dim(d: Dim) -> ast.expr:
            return ast.Constant(dims.evaluate(d, sizes))

        if op not in self.statements:
            tree = template.statement(op, [ast.Name(n, ast.Load()) for n in names], dim)
            module = ast.fix_missing_locations(ast.Module([tree], []))
            self.statements[op] = compile(module, "<in place>", "exec")
        return self.statements[op]


def run_in_place(
    program: Program, *args: Any, into: Mapping[str, Mapping[Op, int]], observer: Observer | None = None
) -> tuple[Any, ...]:
    return _InPlaceRun(program, into, observer).call(program.entry, args)


def arrays(value: Any) -> list[np.ndarray]:
    """The arrays inside a result."""
    if isinstance(value, (list, tuple)):
        return [a for e in value for a in arrays(e)]
    return [value] if isinstance(value, np.ndarray) else []
