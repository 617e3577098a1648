"""What can be said of a file before the types of arguments are known: every unknown name, and circles, at once."""

from __future__ import annotations

from symdiff.errors import CompileError, Problem
from symdiff.frontend.dsl import nodes, words
from symdiff.frontend.dsl.files import MAX_PROBLEMS, File, FormulaFunction
from symdiff.frontend.dsl.frames import used_names
from symdiff.frontend.dsl.nodes import Node, Span
from symdiff.frontend.dsl.parsing import Refused
from symdiff.frontend.dsl.stages import stage_order


def check(file: File) -> None:
    """CompileError with every name that means nothing and every circle of definitions."""
    problems: list[Problem] = []
    for function in file.functions.values():
        try:
            stages = stage_order(file.text, function)
        except Refused as error:
            problems.append(error.problem)
            continue
        bodies = [s.body for name in stages if (s := function.stage(name)) is not None]
        for body in (*bodies, *([function.body] if function.body is not None else [])):
            problems += unknown_names(file, function, body)
    if not problems:
        problems += _recursive(file)
    if problems:
        raise CompileError(problems[:MAX_PROBLEMS])


def unknown_names(file: File, function: FormulaFunction, body: Node) -> list[Problem]:
    """The names of a tree that nothing defines."""
    known = {*function.names, *function.own.stages, *function.shared.stages, *file.functions, *words.FUNCTIONS}
    known |= {*words.CONSTANTS, *function.own.indices, *function.shared.indices, *size_names(function)}
    found: list[Problem] = []
    stack: list[Node] = [body]
    bound: set[str] = set()
    places: list[tuple[str, Span]] = []
    while stack:
        node = stack.pop()
        stack += node.children()
        if isinstance(node, nodes.Bound):
            bound.add(node.name)
        elif isinstance(node, nodes.Name):
            places.append((node.id, node.span))
        elif isinstance(node, nodes.Call):
            span = node.span
            places.append((node.function, Span(span.line, span.col, span.line, span.col + len(node.function))))
        elif isinstance(node, nodes.Subscript) and len(node.items) == 1 and isinstance(node.items[0], nodes.Name):
            bound.add(node.items[0].id)  # x_{ij}: taken apart when it is compiled
    for name, span in places:
        base = name
        while base and base not in known | bound:
            base = base.rpartition("_")[0]
        if not base:
            found.append(file.text.problem("SD803", span, name=name, hint=words.suggestion(name, known)))
    return found


def size_names(function: FormulaFunction) -> set[str]:
    """The letters of the declared shapes."""
    axes = [node for p in function.parameters for axis in p.axes for node in axis if node is not None]
    return {name for node in axes for name in used_names(node)}


def _recursive(file: File) -> list[Problem]:
    """Functions that call each other in a circle."""
    calls: dict[str, list[str]] = {}
    for function in file.functions.values():
        stages = [s for name in stage_order(file.text, function) if (s := function.stage(name)) is not None]
        bodies = [s.body for s in stages] + ([function.body] if function.body is not None else [])
        used = [name for body in bodies for name in used_names(body)]
        calls[function.name] = [n for n in used if n in file.functions and not function.declared(n)]
    done: set[str] = set()
    for start in calls:
        path: list[str] = []
        todo = [iter([start])]
        while todo:
            name = next(todo[-1], None)
            if name is None:
                todo.pop()
                done.update(path[-1:])
                path[-1:] = []
            elif name in path:
                chain = " → ".join([*path[path.index(name) :], name])
                return [file.text.problem("SD807", file.functions[name].span, chain=chain)]
            elif name not in done:
                path.append(name)
                todo.append(iter(calls[name]))
    return []
