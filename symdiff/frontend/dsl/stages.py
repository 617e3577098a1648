"""The order in which the stages of a function are computed: each after those it uses, wherever it stands."""

from __future__ import annotations

from symdiff.frontend.dsl.files import FormulaFunction
from symdiff.frontend.dsl.frames import used_names
from symdiff.frontend.dsl.nodes import Node
from symdiff.frontend.dsl.parsing import Refused, Text


def stage_order(text: Text, function: FormulaFunction) -> list[str]:
    """The stages that the result needs; SD807 where they need each other in a circle."""
    done: dict[str, None] = {}
    if function.body is not None:
        roots = stages_of(function, function.body)
    else:
        roots = [function.result]
        if function.stage(function.result) is None:
            raise Refused(text.problem("SD803", function.span, name=function.result, hint=""))
    for root in roots:
        _visit(text, function, root, done)
    return list(done)


def _visit(text: Text, function: FormulaFunction, root: str, done: dict[str, None]) -> None:
    path: list[str] = []  # the stages being visited, with what each still needs
    todo: list[list[str]] = []

    def enter(name: str) -> None:
        stage = function.stage(name)
        assert stage is not None
        path.append(name)
        todo.append(stages_of(function, stage.body)[::-1])

    if root not in done:
        enter(root)
    while path:
        if not todo[-1]:
            todo.pop()
            done[path.pop()] = None
            continue
        name = todo[-1].pop()
        if name in path:
            stage = function.stage(path[-1])
            assert stage is not None
            chain = " → ".join([*path[path.index(name) :], name])
            raise Refused(text.problem("SD807", stage.span, chain=chain))
        if name not in done:
            enter(name)


def stages_of(function: FormulaFunction, node: Node) -> list[str]:
    """The stages that a tree names, in the order in which it does; `a_j` names a where j is an index."""
    found: dict[str, None] = {}
    for name in used_names(node):
        base = name
        while base:
            if function.stage(base) is not None and base not in function.names:
                found[base] = None
            if function.declared(base):
                break
            base = base.rpartition("_")[0]
    return list(found)
