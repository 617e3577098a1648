"""What a formula file defines: functions with their parameters and stages, index sets, what all functions share.

index i = 1..n                          shared: it stands before the first function
J(x: [n], y: [n]; m, b) = S / n         a function, differentiated by m and b
S = Σ_i r_i^2                           a stage of J: it follows J
r_i = y_i - (m x_i + b)                 a stage with an index: r is a vector
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from symdiff.errors import CompileError, Problem
from symdiff.frontend.dsl import nodes
from symdiff.frontend.dsl.nodes import Node, Span
from symdiff.frontend.dsl.parsing import Refused, Text, parse
from symdiff.frontend.dsl.words import FUNCTIONS

MAX_PARAMETERS = 200
MAX_PROBLEMS = 20  # that are reported at once


@dataclass(frozen=True, slots=True)
class Stage:
    """`name = body`, or `name_ij = body` with the indices of its axes."""

    name: str
    indices: tuple[str, ...]
    body: Node
    span: Span


@dataclass(slots=True)
class Scope:
    """Names that a line can use: stages and index sets."""

    stages: dict[str, Stage] = field(default_factory=dict)
    indices: dict[str, nodes.IndexSet] = field(default_factory=dict)


@dataclass(slots=True)
class FormulaFunction:
    """A function: its parameters, how many of them stand before the semicolon, the name of its result, its body.

    Without a body the result is the stage of its name.
    """

    name: str
    parameters: tuple[nodes.Declared, ...]
    split: int | None
    result: str
    body: Node | None
    span: Span
    own: Scope = field(default_factory=Scope)
    shared: Scope = field(default_factory=Scope)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(parameter_name(p) for p in self.parameters)

    @property
    def wrt(self) -> tuple[str, ...]:
        """What follows the semicolon."""
        return () if self.split is None else self.names[self.split :]

    def stage(self, name: str) -> Stage | None:
        return self.own.stages.get(name) or self.shared.stages.get(name)

    def index_set(self, name: str) -> nodes.IndexSet | None:
        return self.own.indices.get(name) or self.shared.indices.get(name)

    def declared(self, name: str) -> bool:
        return name in self.names or self.stage(name) is not None


def parameter_name(p: nodes.Declared) -> str:
    assert isinstance(p.name, nodes.Name)
    return p.name.id


@dataclass(slots=True)
class File:
    text: Text
    functions: dict[str, FormulaFunction]
    shared: Scope


def read(text: str, file: str) -> File:
    """The functions of a text; CompileError with every problem of its outline."""
    source = Text(text, file)
    found = _Reader(source, parse(text, file))
    try:
        return found.file()
    except Refused as error:
        raise CompileError([*found.problems, error.problem]) from None


class _Reader:
    def __init__(self, text: Text, statements: Iterable[Node]) -> None:
        self.text = text
        self.statements = tuple(statements)
        self.problems: list[Problem] = []
        self.shared = Scope()
        self.functions: dict[str, FormulaFunction] = {}

    def file(self) -> File:
        known = self.certain_names()
        scope = self.shared
        pending: list[tuple[Scope, nodes.Definition]] = []
        for statement in self.statements:
            if isinstance(statement, nodes.IndexSet):
                self.add_index(scope, statement)
                continue
            assert isinstance(statement, nodes.Definition)
            header = self.header(statement, known)
            if header is None:
                pending.append((scope, statement))
                continue
            scope = header.own
            self.add_function(header)
        self.share_indices()
        for scope, definition in pending:  # which of `a_j` is name and which index, all index sets say
            self.add_stage(scope, definition)
        self.check_names()
        if not self.functions and not self.problems:
            raise Refused(self.text.problem("SD804", nodes.NOWHERE))
        if self.problems:
            raise CompileError(self.problems)
        return File(self.text, self.functions, self.shared)

    def refuse(self, code: str, span: Span, **fields: object) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(self.text.problem(code, span, **fields))

    # --- functions

    def certain_names(self) -> set[str]:
        """What certainly is no new function on the right of `y = f(x)`: names that something else defines."""
        known: set[str] = set()
        for statement in self.statements:
            if isinstance(statement, nodes.Definition):
                known |= {node.function for node in statement.sides[:1] if isinstance(node, nodes.Call)}
                known |= {node.id.split("_")[0] for node in statement.sides[:1] if isinstance(node, nodes.Name)}
                known |= {node.id for node in statement.sides[:1] if isinstance(node, nodes.Name)}
                calls = [node for node in statement.sides[:2] if isinstance(node, nodes.Call) and _is_header(node)]
                known |= {name for call in calls for name in map(_plain_name, call.arguments) if name}
        return known

    def header(self, definition: nodes.Definition, known: set[str]) -> FormulaFunction | None:
        """The function that a definition begins, if it does: f(x) = …, y = f(x) = …, y = f(x)."""
        sides = definition.sides
        if len(sides) == 1 or len(sides) > 3:
            raise Refused(self.text.problem("SD801", sides[0].span, found="this", expected="one `=`, or two"))
        if isinstance(sides[0], nodes.Call) and len(sides) == 2:
            return self.made(sides[0], None, sides[1])
        if len(sides) == 3:
            if isinstance(sides[0], nodes.Name) and isinstance(sides[1], nodes.Call):
                return self.made(sides[1], sides[0], sides[2])
            raise Refused(self.text.problem("SD801", sides[1].span, found="this", expected="`y = f(x) = …`"))
        call = sides[1]
        if isinstance(sides[0], nodes.Name) and isinstance(call, nodes.Call) and all(map(_plain_name, call.arguments)):
            certain = call.split is not None or any(isinstance(a, nodes.Declared) for a in call.arguments)
            if (certain or call.function not in known) and call.function not in FUNCTIONS | known:
                return self.made(call, sides[0], None)
        return None

    def made(self, call: nodes.Call, result: nodes.Name | None, body: Node | None) -> FormulaFunction:
        parameters: list[nodes.Declared] = []
        count = len(call.arguments)
        if count > MAX_PARAMETERS:
            raise Refused(self.text.problem("SD802", call.span, what="parameters", count=count, limit=MAX_PARAMETERS))
        for argument in call.arguments:
            if not _plain_name(argument):
                raise Refused(
                    self.text.problem("SD801", argument.span, found="this", expected="the name of a parameter")
                )
            if not isinstance(argument, nodes.Declared):
                argument = nodes.Declared(argument.span, argument, "", (), False)
            parameters.append(argument)
        name = result.id if result is not None else ""
        function = FormulaFunction(call.function, tuple(parameters), call.split, name, body, call.span)
        function.shared = self.shared
        if result is not None and body is not None:
            function.own.stages[name] = Stage(name, (), body, result.span)
            function.body = None
        return function

    def add_function(self, function: FormulaFunction) -> None:
        if function.name in self.functions:
            self.refuse("SD805", function.span, name=function.name)
        self.functions.setdefault(function.name, function)
        seen: set[str] = set()
        for p in function.parameters:
            name = parameter_name(p)
            if name in seen:
                self.refuse("SD805", p.span, name=name)
            seen.add(name)

    # --- stages and index sets

    def add_index(self, scope: Scope, found: nodes.IndexSet) -> None:
        if found.name in scope.indices:
            self.refuse("SD805", found.span, name=found.name)
        scope.indices[found.name] = found

    def share_indices(self) -> None:
        """An index set that one function declares, or several in the same way, is there for the whole file."""
        found: dict[str, list[nodes.IndexSet]] = {}
        for function in self.functions.values():
            for name, index in function.own.indices.items():
                found.setdefault(name, []).append(index)
        for name, same in found.items():
            if all(index == same[0] for index in same):
                self.shared.indices.setdefault(name, same[0])

    def add_stage(self, scope: Scope, definition: nodes.Definition) -> None:
        left, body = definition.sides
        name, indices = self.target(scope, left)
        owner = next((f for f in self.functions.values() if f.own is scope), None)
        if name in scope.stages or (owner is not None and name in owner.names):
            self.refuse("SD805", left.span, name=name)
            return
        if len(set(indices)) < len(indices):
            self.refuse("SD810", left.span, name=indices[0], reason="stands twice on the left")
            return
        scope.stages[name] = Stage(name, indices, body, left.span)

    def target(self, scope: Scope, left: Node) -> tuple[str, tuple[str, ...]]:
        """The name that a definition defines, and the indices on its left side."""
        known = {**self.shared.indices, **scope.indices}
        if isinstance(left, nodes.Name):
            return split_name(left.id, known) or (left.id, ())
        if isinstance(left, nodes.Subscript) and isinstance(left.base, nodes.Name):
            if left.text:
                indices = split_indices(left.text, known)
            else:
                names = [item.id if isinstance(item, nodes.Name) else "" for item in left.items]
                joined = split_indices(names[0], known) if len(names) == 1 else None
                indices = joined if joined else tuple(names)
            if indices and all(i in known for i in indices):
                return left.base.id, indices
            raise Refused(
                self.text.problem("SD810", left.span, name=self.text.quote(left.span), reason="has no index set")
            )
        raise Refused(self.text.problem("SD801", left.span, found="this", expected="a name to define"))

    # --- names

    def check_names(self) -> None:
        """Names that Python or the notation keeps for itself, and names that mean two things."""
        for name, span in self.every_name():
            if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name.startswith("_"):
                self.refuse("SD806", span, name=name)
        for scope in (self.shared, *(f.own for f in self.functions.values())):
            for name, found in scope.indices.items():
                owner = next((f for f in self.functions.values() if f.own is scope), None)
                if name in scope.stages or (owner is not None and name in owner.names):
                    self.refuse("SD805", found.span, name=name)
            for name, stage in scope.stages.items():
                if name in self.functions:
                    self.refuse("SD805", stage.span, name=name)

    def every_name(self) -> Iterator[tuple[str, Span]]:
        for scope in (self.shared, *(f.own for f in self.functions.values())):
            yield from ((s.name, s.span) for s in scope.stages.values())
            yield from ((i.name, i.span) for i in scope.indices.values())
        for f in self.functions.values():
            yield f.name, f.span
            yield from ((parameter_name(p), p.span) for p in f.parameters)


def _plain_name(node: Node) -> str:
    found = node.name if isinstance(node, nodes.Declared) else node
    return found.id if isinstance(found, nodes.Name) else ""


def _is_header(call: nodes.Call) -> bool:
    return bool(call.arguments) and all(map(_plain_name, call.arguments))


def split_name(name: str, indices: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """`w_ij` as w and (i, j), where these are indices."""
    base, _, rest = name.rpartition("_")
    found = split_indices(rest, indices) if base else None
    return (base, found) if found else None


def split_indices(text: str, indices: Iterable[str]) -> tuple[str, ...] | None:
    """`ij` as an index of this name, or as one index per letter."""
    known = set(indices)
    if text in known:
        return (text,)
    return tuple(text) if text and all(c in known for c in text) else None
